//! `accord plan export`: a plan's tasks as a file.

use super::{
    ical, mspdi, operation_order,
    pinned::Place,
    version::{self, Wanted, rows},
};
use crate::{
    file::put_in_place,
    output::{Output, print_file, refuse_terminal},
};
use anyhow::{Result, bail};
use serde_json::json;
use std::path::PathBuf;

/// Write what you may see of a plan to a file: its tasks as a spreadsheet, Microsoft Project or a calendar
/// reads them, or the whole as an order.
///
/// `accord plan import` reads the files of the first two. Other programs that read a spreadsheet's columns or
/// Microsoft Project's XML read them, too. An order is one page of HTML that needs nothing else, or PDF to
/// print and to keep.
#[derive(Clone, Debug, clap::Args)]
#[command(disable_version_flag = true)]
pub struct Export {
    #[arg(long, env = "ACCORD_FORMAT", value_name = "FORMAT", value_enum, default_value_t = Format::Csv)]
    format: Format,
    /// A version by its number, or `current`: the one in force, else the newest that is being worked on.
    #[arg(long = "version", value_name = "NUMBER", value_parser = version::parse, default_value = "current")]
    number: Wanted,
    /// A file instead of standard output; it is there once it is whole.
    #[arg(long = "output", short = 'o', env = "ACCORD_OUTPUT", value_name = "FILE")]
    file: Option<PathBuf>,
    #[command(flatten)]
    calendar: ical::Options,
    #[command(flatten)]
    look: operation_order::Look,
    #[command(flatten)]
    place: Place,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum Format {
    /// Comma-separated values in UTF-8.
    Csv,
    /// Microsoft Project's XML.
    Mspdi,
    /// iCalendar, of the version in force, else of the newest that is being worked on.
    Ics,
    /// The order to read.
    Html,
    /// The order to print.
    Pdf,
}

impl Export {
    pub async fn run(&self, output: Output) -> Result<()> {
        if self.calendar.are_given() && self.format != Format::Ics {
            bail!("--post and --partner choose what is in a calendar: give --format ics");
        }
        if self.format == Format::Pdf && self.file.is_none() {
            refuse_terminal("PDF")?;
        }
        let pinned = self.place.pinned().await?;
        let order = |form| {
            operation_order::export(form, &self.look, &pinned, self.number, self.file.as_deref(), output)
        };
        let (number, tasks, content) = match self.format {
            Format::Csv => {
                let (number, rows) = rows(&pinned, self.number).await?;
                (number, rows.len(), exchange::csv::write(&rows))
            }
            Format::Mspdi => {
                let (number, rows) = rows(&pinned, self.number).await?;
                (number, rows.len(), mspdi::write(&pinned, number, &rows).await?)
            }
            Format::Ics if self.number == Wanted::Current => self.calendar.write(&pinned).await?,
            Format::Ics => bail!(
                "a calendar shows the version in force, else the one being worked on: leave out --version"
            ),
            Format::Html => return order(operation_order::Form::Html).await,
            Format::Pdf => return order(operation_order::Form::Pdf).await,
        };
        let Some(path) = &self.file else { return print_file(&content) };
        put_in_place(path, content.as_bytes())?;
        let (operation, position) = (&self.place.operation, pinned.position()?);
        let text = format!(
            "Wrote {tasks} tasks of version {number} of {operation}, as of position {position}, to {}.",
            path.display()
        );
        output.say(
            &text,
            &json!({ "operation": operation, "version": number, "tasks": tasks, "position": position, "file": path }),
        )
    }
}
