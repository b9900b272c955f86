//! Developer tasks: `cargo xtask …`. Everything here calls other programs; no rule of Accord's is in it.

mod arguments;
mod attack;
mod bench;
mod clients;
mod demo;
mod dependencies;
mod generated;
mod licences;
mod machine;
mod mining;
mod package;
mod pages;
mod python;
mod report;
mod running;
mod schema;
mod sql_data;
mod test;
mod torture;
mod tour;
mod workspace;

use std::process::ExitCode;

use clap::Parser;

use arguments::{Arguments, Task};

fn main() -> ExitCode {
    let done = match Arguments::parse().task {
        Task::Demo { arguments } => demo::run(&arguments),
        Task::Test => test::run(test::Extent::Everything),
        Task::Check => test::run(test::Extent::Quick),
        Task::Pages => test::run_pages(),
        Task::Bench { arguments } => bench::run_all(&arguments),
        Task::Torture { arguments } => torture::run(&arguments),
        Task::Attack { arguments } => attack::run(&arguments),
        Task::Package => package::make(),
        Task::Schema => schema::write(),
        Task::ReleaseSchema => schema::release(),
        Task::Sqlx => sql_data::write(),
    };
    if let Err(error) = done {
        eprintln!("error: {error:#}");
        return ExitCode::FAILURE;
    }
    ExitCode::SUCCESS
}
