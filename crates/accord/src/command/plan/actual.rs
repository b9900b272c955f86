//! A plan held against what happened, as charts and reports show it.

use super::{
    pinned::{Coded, PAGE_INFO, Pinned},
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
struct Current {
    plan: Option<Numbering>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Numbering {
    number: i32,
    promulgated_at: Option<DateTime<Utc>>,
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

/// Of the current version: of the one in force, else of the one that was so last. Until there was one it is of the one
/// being worked on, and has no tasks. `None`: there is no such version.
pub async fn compared(
    pinned: &Pinned,
    wanted: Wanted,
    zone: Option<&TimeZone>,
) -> Result<Option<PlannedVersusActual>> {
    let carried_out = match wanted {
        Wanted::Current => carried_out(pinned).await?.map_or(wanted, Wanted::Number),
        Wanted::Number(_) => wanted,
    };
    let Answer { title, h_hour, version, planned_versus_actual } = ask(pinned, carried_out).await?;
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

/// Number of the version in force, else of the one that was so last; `None`: none has been.
async fn carried_out(pinned: &Pinned) -> Result<Option<i32>> {
    const SHOWN: &str = "number promulgatedAt";
    let Current { plan } = pinned.ask(&format!("plan {{ {SHOWN} }}"), None).await?;
    // It is in force, or the newest of all and was so last, or nobody has carried it out.
    if let Some(plan) = plan.filter(|plan| plan.promulgated_at.is_some()) {
        return Ok(Some(plan.number));
    }
    let versions =
        format!("page: planVersions(first: 100, after: $after) {{ {PAGE_INFO} nodes {{ {SHOWN} }} }}");
    let versions = pinned.pages(&versions, "/page").await?;
    let versions: Vec<Numbering> =
        versions.into_iter().map(serde_json::from_value).collect::<Result<_, _>>().context(UNEXPECTED)?;
    let last = versions.iter().rev().find(|version| version.promulgated_at.is_some());
    Ok(last.map(|version| version.number))
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
