//! `accord review export`: the after-action report.

use super::asked::report;
use crate::{
    command::plan::{operation_order::set, pinned::Place},
    file::put_in_place,
    output::{Output, pour, print_file, refuse_terminal},
};
use anyhow::Result;
use domain::TimeZone;
use serde_json::json;
use std::path::PathBuf;

/// Write the after-action report of an operation, as far as you may see it.
///
/// It has the four questions, a timeline, planned against actual, metrics, findings, decisions with what was known,
/// corrections and adoptions. Every figure is a link to the events that it rests on, which an appendix lists. The same
/// position and reader give the same bytes. Without a review it says so, and is made all the same.
#[derive(Clone, Debug, clap::Args)]
#[command(disable_version_flag = true)]
pub struct Export {
    /// HTML is one page that needs nothing else; PDF is to print and to keep.
    #[arg(long, env = "ACCORD_FORMAT", value_name = "FORMAT", value_enum, default_value_t = Format::Html)]
    format: Format,
    /// IANA name of the zone of the times beside those in UTC, such as Asia/Yangon; your partner's without one.
    #[arg(long, env = "ACCORD_ZONE", value_name = "ZONE")]
    zone: Option<TimeZone>,
    /// Of PDF: a directory of fonts, besides the machine's, for letters of other scripts.
    #[arg(long, env = "ACCORD_FONTS", value_name = "DIR")]
    fonts: Option<PathBuf>,
    /// A file instead of standard output; it is there once it is whole.
    #[arg(long = "output", short = 'o', env = "ACCORD_OUTPUT", value_name = "FILE")]
    file: Option<PathBuf>,
    #[command(flatten)]
    place: Place,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum Format {
    Html,
    Pdf,
}

impl Export {
    pub async fn run(&self, output: Output) -> Result<()> {
        if self.file.is_none() && self.format == Format::Pdf {
            refuse_terminal("PDF")?;
        }
        let pinned = self.place.pinned().await?;
        let report = report(&pinned, self.zone.as_ref()).await?;
        let bytes = match self.format {
            Format::Html => report.html().into_bytes(),
            Format::Pdf => {
                set("the report", "--format html", self.fonts.as_deref(), |fonts| report.pdf(fonts))?
            }
        };
        let Some(path) = &self.file else {
            return match self.format {
                Format::Html => print_file(&String::from_utf8_lossy(&bytes)),
                Format::Pdf => pour(&bytes),
            };
        };
        put_in_place(path, &bytes)?;
        let (operation, position, reader) = (&report.operation, report.position, &report.reader);
        let opened = report.opened.is_some();
        let none = if opened { "" } else { " No review has been opened." };
        let file = path.display().to_string();
        output.say(
            &format!("Wrote the after-action report of {operation}, as of position {position}, to {file}.{none}"),
            &json!({
                "operation": operation, "position": position, "commitHash": report.commit_hash, "reader": reader,
                "reviewOpened": opened, "file": file,
            }),
        )
    }
}
