//! `accord plan export --format html|pdf`: a plan as an order to read and to print.

use super::{
    pinned::Pinned,
    presentation::{Presentation, Shape},
    version::Wanted,
};
use crate::{
    file::put_in_place,
    output::{Output, pour, print},
};
use anyhow::{Context as _, Result, bail};
use document::page::pdf::{Fonts, PdfError};
use domain::TimeZone;
use std::path::{Path, PathBuf};

/// How an order is to look; of no other format.
#[derive(Clone, Debug, clap::Args)]
pub struct Look {
    /// Of an order: how its paragraphs are arranged.
    #[arg(long, env = "ACCORD_VIEW", value_name = "VIEW", value_enum, default_value_t = View::Smeac)]
    view: View,
    /// Of an order: IANA name of the zone of the dates beside those in UTC, such as Asia/Yangon; your
    /// partner's without one.
    #[arg(long, env = "ACCORD_ZONE", value_name = "ZONE")]
    zone: Option<TimeZone>,
    /// Of PDF: a directory of fonts, besides the machine's, for letters of other scripts.
    #[arg(long, env = "ACCORD_FONTS", value_name = "DIR")]
    fonts: Option<PathBuf>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum View {
    /// Situation, mission, execution, administration and logistics, command and signal: military staffs.
    Smeac,
    /// Information, intention, method, administration, risk assessment, communications, human rights: police.
    Iimarch,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    Html,
    Pdf,
}

pub async fn export(
    form: Form,
    look: &Look,
    pinned: &Pinned,
    number: Wanted,
    file: Option<&Path>,
    output: Output,
) -> Result<()> {
    let view = match look.view {
        View::Smeac => "SMEAC",
        View::Iimarch => "IIMARCH",
    };
    let shape = Shape { columns: "PHASE", rows: "LINE_OF_EFFORT" };
    let presentation = Presentation::of(pinned, number, shape, look.zone.as_ref()).await?;
    let order = presentation.order(pinned, view).await?;
    let bytes = match form {
        Form::Html => order.html().into_bytes(),
        Form::Pdf => pdf(&order, look)?,
    };
    if let Some(path) = file {
        put_in_place(path, &bytes)?;
        let (text, value) = presentation.written("the order", path);
        return output.say(&text, &value);
    }
    match form {
        Form::Html => print(&String::from_utf8_lossy(&bytes)),
        Form::Pdf => pour(&bytes),
    }
}

fn pdf(order: &document::order::Order, look: &Look) -> Result<Vec<u8>> {
    set("the order", "--format html", look.fonts.as_deref(), |fonts| order.pdf(fonts))
}

/// Pages in the fonts of the build, of the machine and of that directory. `what` is set, and `instead` is the option that
/// needs no fonts.
pub fn set(
    what: &str,
    instead: &str,
    directory: Option<&Path>,
    pages: impl Fn(&Fonts) -> Result<Vec<u8>, PdfError>,
) -> Result<Vec<u8>> {
    let mut fonts = Fonts::embedded();
    if let Some(directory) = directory {
        if !directory.is_dir() {
            bail!("{} is no directory of fonts", directory.display());
        }
        fonts = fonts.with_directory(directory);
    }
    match pages(&fonts.with_machine()) {
        Err(error @ PdfError::MissingLetters(_)) => Err(error).with_context(|| {
            format!(
                "{what} is not written, because some of its letters could not be shown: install fonts for them (Noto has \
                 all scripts), give a directory that has them with --fonts, or use {instead}"
            )
        }),
        done => Ok(done?),
    }
}
