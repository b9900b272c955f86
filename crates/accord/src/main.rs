//! `accord`: see `accord --help`.

use std::process::ExitCode;

#[tokio::main]
async fn main() -> ExitCode {
    accord::command::run().await
}
