//! `accord sitrep`: a SITREP of a server to read, to print and to keep.

use crate::{
    client::UNEXPECTED,
    command::{
        plan::{
            operation_order::set,
            pinned::{Pinned, Place},
            presentation::{Release, zone_at},
        },
        reasons,
    },
    file::put_in_place,
    output::Output,
};
use anyhow::{Context as _, Result, anyhow};
use document::{
    page::pdf::Fonts,
    sitrep::{Report, Sitrep as Document},
};
use domain::{Position, SitrepCode, TimeZone};
use serde::Deserialize;
use serde_json::{Value, json};
use std::{path::PathBuf, process::ExitCode};

/// Show a SITREP of an operation, as it was issued; without its code, the newest that you may see.
///
/// A correction says what differs from what it puts right. HTML is one page that needs nothing else; PDF is to print
/// and to keep.
#[derive(Clone, Debug, clap::Args)]
#[command(disable_version_flag = true)]
pub struct Sitrep {
    /// Its code, such as SITREP-03, or SITREP-03-C1 for its first correction.
    #[arg(value_name = "SITREP")]
    code: Option<SitrepCode>,
    /// A file of HTML instead of text; it is there once it is whole.
    #[arg(long, value_name = "FILE")]
    html: Option<PathBuf>,
    /// A file of PDF instead of text; it is there once it is whole.
    #[arg(long, value_name = "FILE")]
    pdf: Option<PathBuf>,
    /// IANA name of the zone of the times beside those in UTC, such as Asia/Yangon; your partner's without one.
    #[arg(long, env = "ACCORD_ZONE", value_name = "ZONE")]
    zone: Option<TimeZone>,
    /// Of PDF: a directory of fonts, besides the machine's, for letters of other scripts.
    #[arg(long, env = "ACCORD_FONTS", value_name = "DIR")]
    fonts: Option<PathBuf>,
    #[command(flatten)]
    place: Place,
}

const SHOWN: &str = "code from until issuedAt post { code } remarks final corrects { code } reason
  differences { figure was is } correctedBy { code } release { classification handling releasableTo { code } }
  figures {
    tasks { planned issued inProgress blocked completed cancelled } started ended
    incidents { priority open contained closed } requests { open answeredOnTime answeredLate withdrawn }
    clocks { open met breached } contributions { pledged accepted acceptedMoney { amount currency } }
    persons { authority counts { figure nationality count } } conflicts next { starts finishes } }";

#[derive(Deserialize)]
struct Answer {
    title: String,
    #[serde(default)]
    sitrep: Option<Value>,
    #[serde(default)]
    sitreps: Option<Newest>,
}

#[derive(Deserialize)]
struct Newest {
    nodes: Vec<Value>,
}

impl Sitrep {
    pub async fn run(&self, output: Output) -> Result<ExitCode> {
        reasons::settle(self.show(output).await, output)
    }

    async fn show(&self, output: Output) -> Result<()> {
        let pinned = self.place.pinned().await?;
        let (value, document) = self.document(&pinned).await?;
        let code = &document.report.code;
        if self.html.is_none() && self.pdf.is_none() {
            return output.say(&document.text(), &value);
        }
        let mut files = Vec::new();
        if let Some(path) = &self.html {
            put_in_place(path, document.html().as_bytes())?;
            files.push(path);
        }
        if let Some(path) = &self.pdf {
            let pdf =
                set("the SITREP", "--html", self.fonts.as_deref(), |fonts: &Fonts| document.pdf(fonts))?;
            put_in_place(path, &pdf)?;
            files.push(path);
        }
        let names: Vec<_> = files.iter().map(|path| path.display().to_string()).collect();
        let (operation, position) = (&pinned.operation, pinned.position()?);
        output.say(
            &format!("Wrote {code} of {operation}, as of position {position}, to {}.", names.join(" and ")),
            &json!({ "operation": operation, "sitrep": code, "position": position, "files": files }),
        )
    }

    async fn document(&self, pinned: &Pinned) -> Result<(Value, Document)> {
        let shown = match &self.code {
            Some(code) => format!("title sitrep(code: \"{code}\") {{ {SHOWN} }}"),
            None => format!("title sitreps(last: 1) {{ nodes {{ {SHOWN} }} }}"),
        };
        let Answer { title, sitrep, sitreps } = pinned.ask(&shown, None).await?;
        let newest = sitreps.and_then(|mut newest| newest.nodes.pop());
        let value = sitrep.or(newest).ok_or_else(|| match &self.code {
            Some(code) => anyhow!("{} has no {code} that you may see", pinned.operation),
            None => anyhow!("{} has no SITREP that you may see", pinned.operation),
        })?;
        let release: Release = serde_json::from_value(value["release"].clone()).context(UNEXPECTED)?;
        let report: Report = serde_json::from_value(value.clone()).context(UNEXPECTED)?;
        let document = Document {
            operation: pinned.operation.clone(),
            title,
            marking: release.marking(),
            position: Position(pinned.position()?),
            recorded_at: pinned.recorded_at.context(UNEXPECTED)?,
            zone: zone_at(pinned, self.zone.as_ref()).await?,
            report,
        };
        Ok((value, document))
    }
}
