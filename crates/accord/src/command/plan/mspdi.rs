//! Plans as Microsoft Project's XML: what an export asks besides the tasks, and what an import takes where a
//! file is silent.

use super::{
    pinned::{Coded, Pinned},
    read::PlanFile,
};
use crate::client::UNEXPECTED;
use anyhow::{Context as _, Result};
use chrono::{DateTime, FixedOffset, Utc};
use domain::{
    Code, PartnerCode, PhaseCode, PostCode, Span, TaskCode, Title,
    plan::{Holiday, WorkCalendar, WorkingHours},
};
use exchange::{
    Faults, Mapping, Row,
    csv::Sheet,
    mspdi::{self, Defaults, Plan, Project},
};
use serde::Deserialize;
use std::{collections::BTreeMap, ffi::OsStr, path::Path};

/// What is taken where a file of Microsoft Project does not say.
#[derive(Clone, Debug, clap::Args)]
pub struct Options {
    /// In XML: code of the partner that carries out tasks without the custom field `Accord lead`.
    #[arg(long, value_name = "PARTNER")]
    task_lead: Option<PartnerCode>,
    /// In XML: code of the partner on whose territory tasks without the custom field `Accord territory` are.
    #[arg(long, value_name = "PARTNER")]
    task_territory: Option<PartnerCode>,
    /// In XML: code of the phase of tasks that are in no summary task.
    #[arg(long, value_name = "PHASE")]
    task_phase: Option<PhaseCode>,
    /// In XML without a milestone `H-hour`: the instant from which dates are counted, such as
    /// 2023-10-15T06:00+07:00. Dates in the file are UTC.
    #[arg(long, value_name = "INSTANT", value_parser = crate::values::instant)]
    h_hour: Option<DateTime<FixedOffset>>,
}

/// By its name, or because it begins as XML does and no spreadsheet.
pub fn is_xml(file: &Path, bytes: &[u8]) -> bool {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    file.extension().and_then(OsStr::to_str).is_some_and(|extension| extension.eq_ignore_ascii_case("xml"))
        || bytes.trim_ascii_start().starts_with(b"<")
}

pub fn read(bytes: &[u8], mapping: &Mapping, options: &Options) -> Result<PlanFile, Faults> {
    let defaults = Defaults {
        lead: options.task_lead.clone(),
        territory: options.task_territory.clone(),
        phase: options.task_phase.clone(),
        h_hour: options.h_hour.map(|at| at.to_utc()),
    };
    let Project { title: _, phases, rows, lines, calendars, calendar_lines } =
        mspdi::read(bytes, mapping, &defaults)?;
    let sheet = Sheet { rows, lines, columns: BTreeMap::new() };
    Ok(PlanFile { sheet, names: phases.into_iter().collect(), calendars, calendar_lines })
}

const OF_VERSION: &str = "schedule { tasks { task { code } earlyStart earlyFinish } } phases { code name } calendars { code name timeZone week { day from to }
    holidays { name from to } rest partners { code } posts { code } }";

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Answer {
    title: String,
    h_hour: Option<DateTime<Utc>>,
    version: Option<Version>,
}

#[derive(Deserialize)]
struct Version {
    schedule: LaidOut,
    phases: Vec<Phase>,
    calendars: Vec<Calendar>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Calendar {
    code: Code,
    name: Title,
    time_zone: domain::TimeZone,
    week: Vec<WorkingHours>,
    holidays: Vec<Holiday>,
    rest: Option<Span>,
    partners: Vec<Coded<PartnerCode>>,
    posts: Vec<Coded<PostCode>>,
}

impl From<Calendar> for WorkCalendar {
    fn from(calendar: Calendar) -> Self {
        let Calendar { code, name, time_zone, week, holidays, rest, partners, posts } = calendar;
        let partners = partners.into_iter().map(|partner| partner.code).collect();
        let posts = posts.into_iter().map(|post| post.code).collect();
        Self { code, name, time_zone, week, holidays, rest, partners, posts }
    }
}

#[derive(Deserialize)]
struct Phase {
    code: PhaseCode,
    name: Title,
}

#[derive(Deserialize)]
struct LaidOut {
    tasks: Vec<Timed>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Timed {
    task: Coded<TaskCode>,
    early_start: Span,
    early_finish: Span,
}

/// Tasks of a version as a file.
pub async fn write(pinned: &Pinned, number: u32, rows: &[Row]) -> Result<String> {
    let shown = format!("title hHour version: planVersion(number: {number}) {{ {OF_VERSION} }}");
    let Answer { title, h_hour, version } = pinned.ask(&shown, None).await?;
    // Its tasks have been read.
    let Version { schedule, phases, calendars } = version.context(UNEXPECTED)?;
    let laid_out = schedule.tasks.into_iter();
    let times = laid_out.map(|timed| (timed.task.code, (timed.early_start, timed.early_finish))).collect();
    let phases: Vec<_> = phases.into_iter().map(|phase| (phase.code, phase.name)).collect();
    let calendars: Vec<_> = calendars.into_iter().map(WorkCalendar::from).collect();
    Ok(mspdi::write(Plan {
        title: &title,
        h_hour,
        phases: &phases,
        calendars: &calendars,
        rows,
        times: &times,
    }))
}
