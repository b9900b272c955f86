//! A plan held against what happened, as charts and reports show it.

use super::{
    pinned::{Coded, Pinned},
    presentation::{RELEASE, Release, zone_at},
    version::Wanted,
};
use crate::client::UNEXPECTED;
use anyhow::{Context as _, Result};
use chrono::{DateTime, Utc};
use document::chart::{
    Heading, PlannedVersusActual,
    actual::{Claim, Compared, Driver, Phase, Task},
};
use domain::{Position, Span, TimeZone};
use serde::Deserialize;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Answer {
    title: String,
    h_hour: Option<DateTime<Utc>>,
    version: Option<Version>,
    planned_versus_actual: Answered,
}

#[derive(Deserialize)]
struct Version {
    number: u32,
    status: String,
    release: Release,
}

#[derive(Deserialize)]
struct Answered {
    tasks: Vec<AnsweredTask>,
    phases: Vec<AnsweredPhase>,
}

#[derive(Deserialize)]
struct AnsweredTask {
    task: Known,
    #[serde(flatten)]
    compared: Compared,
    drivers: Vec<AnsweredDriver>,
}

#[derive(Deserialize)]
struct Known {
    code: String,
    title: String,
    status: String,
    phase: Option<Coded<String>>,
    claims: Vec<AnsweredClaim>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct AnsweredClaim {
    kind: String,
    occurred_at: DateTime<Utc>,
    lag: Span,
    position: String,
    corrects: Option<Numbered>,
    corrected_by: Option<Numbered>,
}

/// Whether there is one.
#[derive(Deserialize)]
struct Numbered {}

#[derive(Deserialize)]
struct AnsweredDriver {
    kind: String,
    by: Span,
    task: Option<Coded<String>>,
}

#[derive(Deserialize)]
struct AnsweredPhase {
    phase: NamedPhase,
    #[serde(flatten)]
    compared: Compared,
}

#[derive(Deserialize)]
struct NamedPhase {
    code: String,
    name: String,
}

/// `None`: there is no such version, and of the current one that there is none.
pub async fn compared(
    pinned: &Pinned,
    wanted: Wanted,
    zone: Option<&TimeZone>,
) -> Result<Option<PlannedVersusActual>> {
    let Answer { title, h_hour, version, planned_versus_actual } = ask(pinned, wanted).await?;
    let Some(Version { number, status, release }) = version else { return Ok(None) };
    let heading = Heading {
        operation: pinned.operation.clone(),
        title,
        version: number,
        status,
        position: Position(pinned.position()?),
        marking: release.marking(),
        h_hour,
        zone: zone_at(pinned, zone).await?,
    };
    let Answered { tasks, phases } = planned_versus_actual;
    let phase = |AnsweredPhase { phase, compared }| Phase { code: phase.code, name: phase.name, compared };
    Ok(Some(PlannedVersusActual {
        heading,
        until: pinned.recorded_at.context(UNEXPECTED)?,
        phases: phases.into_iter().map(phase).collect(),
        tasks: tasks.into_iter().map(Task::try_from).collect::<Result<_>>()?,
    }))
}

async fn ask(pinned: &Pinned, wanted: Wanted) -> Result<Answer> {
    const COMPARED: &str = "plannedStart plannedFinish actualStart actualFinish startVariance finishVariance";
    let of = match wanted {
        Wanted::Current => String::new(),
        Wanted::Number(number) => format!("(version: {number})"),
    };
    let shown = format!(
        "title hHour version: {} {{ number status {RELEASE} }}
         plannedVersusActual{of} {{
           tasks {{ {COMPARED} drivers {{ kind by task {{ code }} }}
             task {{ code title status phase {{ code }}
               claims {{ kind occurredAt lag position corrects {{ number }} correctedBy {{ number }} }} }} }}
           phases {{ {COMPARED} phase {{ code name }} }} }}",
        wanted.field()
    );
    pinned.ask(&shown, None).await
}

impl TryFrom<AnsweredTask> for Task {
    type Error = anyhow::Error;

    fn try_from(AnsweredTask { task, compared, drivers }: AnsweredTask) -> Result<Self> {
        let Known { code, title, status, phase, claims } = task;
        let driver =
            |AnsweredDriver { kind, by, task }| Driver { kind, by, task: task.map(|task| task.code) };
        let claims = claims.into_iter().filter(|claim| claim.corrected_by.is_none());
        let claim = |claim: AnsweredClaim| {
            Ok(Claim {
                kind: claim.kind,
                at: claim.occurred_at,
                lag: claim.lag,
                corrects: claim.corrects.is_some(),
                position: Position(claim.position.parse().context(UNEXPECTED)?),
            })
        };
        Ok(Self {
            code,
            title,
            phase: phase.map(|phase| phase.code),
            status,
            compared,
            drivers: drivers.into_iter().map(driver).collect(),
            claims: claims.map(claim).collect::<Result<_>>()?,
        })
    }
}
