//! `accord export`: the whole log from its database, or one operation for process mining from a server.

mod history;
mod log;
mod objects;
mod ocel;
mod standing;
#[cfg(test)]
mod tests;
mod xes;

use crate::{
    client::Connection,
    command::{plan::pinned::Place, reasons},
    file::put_in_place,
    output::{Output, print_file},
    source::Source,
    values::{self, Moment},
};
use anyhow::{Context as _, Result, bail};
use clap::{ArgMatches, parser::ValueSource};
use domain::OperationCode;
use history::{History, Order};
use objects::Kind;
use serde_json::json;
use std::{path::PathBuf, process::ExitCode};

/// Write the log as lines of JSON, from which anybody can compute every hash again; or an operation as an event log, for
/// the tools of process mining.
///
/// `--format log` reads the whole log from its database, and takes --data-dir and --database-url. `xes` (IEEE 1849-2016)
/// and `ocel2` (OCEL 2.0 as JSON) ask a server for what you may see of one operation: they take --operation, --as-of,
/// --url, --token and --order, and `xes` --case. docs/process-mining.md tells what is in them.
#[derive(Clone, Debug, clap::Args)]
#[command(disable_version_flag = true)]
pub struct Export {
    /// What the file is.
    #[arg(long, value_name = "FORMAT", default_value = "log")]
    format: Format,
    /// A file instead of standard output; it is there once it is whole.
    #[arg(long, short, env = "ACCORD_OUTPUT", value_name = "FILE")]
    output: Option<PathBuf>,
    /// For process mining: code of the operation, such as SAPHAN.
    #[arg(long, env = "ACCORD_OPERATION", value_name = "CODE")]
    operation: Option<OperationCode>,
    /// For process mining: as it was known then, a position in the log, or an instant such as 2023-10-10T06:00+07:00.
    #[arg(long, env = "ACCORD_AS_OF", value_name = "MOMENT", value_parser = values::moment)]
    as_of: Option<Moment>,
    /// For process mining: events as they happened, with what was put right where its correction has it; or as the log
    /// came to know of them.
    #[arg(long, env = "ACCORD_ORDER", value_name = "ORDER", default_value = "happened")]
    order: Order,
    /// In XES: things of this kind are cases, and no others; more than once for several kinds. Without it, all are.
    #[arg(long, value_name = "KIND")]
    case: Vec<Kind>,
    #[command(flatten)]
    connection: Connection,
    #[command(flatten)]
    source: Source,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum Format {
    /// The whole log as lines of JSON.
    Log,
    /// An operation's events as traces.
    Xes,
    /// An operation's events with the objects that they are about.
    Ocel2,
}

/// What only a part of the formats takes: the options, and for which.
const ONLY_FOR: [(&[&str], &[Format]); 3] = [
    (&["data_dir", "database_url"], &[Format::Log]),
    (&["operation", "as_of", "order", "url", "token"], &[Format::Xes, Format::Ocel2]),
    (&["case"], &[Format::Xes]),
];

impl Export {
    pub async fn run(&self, output: Output, matches: &ArgMatches) -> Result<ExitCode> {
        reasons::settle(self.write(output, matches).await, output)
    }

    async fn write(&self, output: Output, matches: &ArgMatches) -> Result<()> {
        self.refuse_what_does_not_go_together(matches)?;
        if self.format == Format::Log {
            return log::export(&self.source, self.output.as_deref()).await;
        }
        let Some(operation) = self.operation.clone() else {
            bail!("say which operation with --operation, such as SAPHAN");
        };
        let place = Place { operation, as_of: self.as_of, connection: self.connection.clone() };
        let pinned = place.pinned().await?;
        let history = History::ask(&pinned, self.order).await?;
        let text = match self.format {
            Format::Ocel2 => ocel::write(&history).context("could not write JSON")?,
            Format::Xes | Format::Log => xes::write(&place.operation, &history, &self.case),
        };
        let Some(path) = &self.output else { return print_file(&text) };
        put_in_place(path, text.as_bytes())?;
        let (events, position) = (history.events.len(), pinned.position()?);
        let told = format!(
            "Wrote {events} events of {}, as of position {position}, to {}.",
            place.operation,
            path.display()
        );
        output.say(
            &told,
            &json!({ "operation": place.operation, "events": events, "position": position, "file": path }),
        )
    }

    /// Of what was typed, that is: a variable may be there for other commands.
    fn refuse_what_does_not_go_together(&self, matches: &ArgMatches) -> Result<()> {
        for (options, formats) in ONLY_FOR {
            if formats.contains(&self.format) {
                continue;
            }
            for option in options {
                if matches.value_source(option) == Some(ValueSource::CommandLine) {
                    let name = |format: &Format| match format {
                        Format::Log => "log",
                        Format::Xes => "xes",
                        Format::Ocel2 => "ocel2",
                    };
                    let names: Vec<&str> = formats.iter().map(name).collect();
                    bail!(
                        "--{} goes with --format {}, not with {}",
                        option.replace('_', "-"),
                        names.join(" or "),
                        name(&self.format)
                    );
                }
            }
        }
        Ok(())
    }
}
