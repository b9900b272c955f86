//! The whole log as lines of JSON, from its database.

use crate::{
    database,
    file::Unfinished,
    progress::Progress,
    source::{Source, Use},
};
use anyhow::{Context as _, Result};
use event_log::Log;
use std::{
    io::{self, BufWriter, ErrorKind, Write},
    path::Path,
};

const PAGE: i64 = 2_000;

pub async fn export(source: &Source, output: Option<&Path>) -> Result<()> {
    let database = source.open("", Use::Existing).await?;
    let pool = database::login_pool(&database.options).await?;
    let log = Log::new(pool);
    match output {
        Some(path) => {
            let unfinished = Unfinished::create(path)?;
            write(&log, unfinished.file()).await?;
            unfinished.put_in_place()?;
        }
        None => match write(&log, io::stdout().lock()).await {
            // The reader has seen enough.
            Err(error) if is_broken_pipe(&error) => {}
            written => written?,
        },
    }
    drop(log);
    database.close().await
}

async fn write(log: &Log, out: impl Write) -> Result<()> {
    let mut out = BufWriter::new(out);
    let progress = Progress::new("Exporting");
    // What is appended meanwhile is for the next time.
    let head = log.head().await?.position;
    let mut end = 0;
    while end < head {
        for commit in log.read_commits(end, PAGE).await? {
            if commit.last_position > head {
                break;
            }
            while end < commit.last_position {
                for event in log.read(end, commit.last_position, PAGE).await? {
                    writeln!(out, "{}", event_log::event_line(&event)?).context("could not write the log")?;
                    end = event.position;
                }
            }
            writeln!(out, "{}", event_log::commit_line(&commit)).context("could not write the log")?;
        }
        progress.show_position(end, head);
    }
    out.flush().context("could not write the log")
}

fn is_broken_pipe(error: &anyhow::Error) -> bool {
    let mut causes = error.chain().filter_map(|cause| cause.downcast_ref::<io::Error>());
    causes.any(|cause| cause.kind() == ErrorKind::BrokenPipe)
}
