//! Brings a scenario into an empty log: the same commands as everyone else's, each at its recorded time.
//!
//! Nothing here writes an event: what the rules refuse is not in the history. What this build has no command
//! for is left for later and named.

mod actors;
mod claimed;
mod error;
mod fit;
mod later;
mod measure;
mod script;
mod sections;
mod steps;

pub use error::ImportError;

use crate::scenario::Scenario;
use chrono::{DateTime, FixedOffset, TimeDelta, Utc};
use domain::{
    Command, Position, Sha256,
    ids::{OperationId, PlanVersionId},
    plan::{Named, PlanCommand},
    review::ReviewCommand,
};
use engine::{Clock, Engine, Entropy, Request, Settings, StoreError};
use fit::unfit;
use read_model::{Pin, Viewer};
use sqlx::PgPool;
use steps::{Act, Step, Verdict};

/// What an import has done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Summary {
    pub commands: usize,
    /// The last event.
    pub position: Position,
    /// What the file holds but this build does not carry out yet, a line each, for people.
    pub left_for_later: Vec<String>,
    /// The scripted clock at the end.
    pub stopped_at: DateTime<FixedOffset>,
}

/// Runs the scenario's commands up to `until`. `progress` is told how many are done, and of how many.
///
/// A scenario that is refused half-way leaves what came before in the log: import it into a fresh database
/// then.
pub async fn run(
    pool: &PgPool,
    scenario: &Scenario,
    until: Option<DateTime<FixedOffset>>,
    entropy: Entropy,
    mut progress: impl FnMut(usize, usize),
) -> Result<Summary, ImportError> {
    let (mut steps, left) = script::write(scenario, until)?;
    if let Some(until) = until {
        steps.retain(|step| step.recorded <= until);
    }
    let (Some(first), Some(last)) = (steps.first(), steps.last()) else {
        return Err(unfit("the scenario", &scenario.meta.id, "nothing happens in it"));
    };
    let stopped_at = until.unwrap_or(last.recorded);
    let clock = Clock::scripted(first.recorded.to_utc());
    let engine = Engine::open(pool.clone(), clock, entropy, Settings::default()).await?;
    let mut done = perform(&engine, &steps, &mut progress).await;
    if done.is_ok() {
        done = tick(&engine, stopped_at.to_utc()).await;
    }
    let position = engine.position();
    engine.close().await;
    done.map(|()| Summary {
        commands: steps.len(),
        position,
        left_for_later: later::lines(scenario, &left),
        stopped_at,
    })
}

async fn perform(
    engine: &Engine,
    steps: &[Step],
    progress: &mut impl FnMut(usize, usize),
) -> Result<(), ImportError> {
    let head = engine.log().head().await.map_err(StoreError::from)?;
    if head.position != 0 {
        return Err(ImportError::NotEmpty { position: Position(head.position) });
    }
    progress(0, steps.len());
    for (done, step) in (1..).zip(steps) {
        tick(engine, step.recorded.to_utc()).await?;
        engine.clock().set(step.recorded.to_utc());
        let request = Request {
            command: command(engine, step).await?,
            actor: step.actor.clone(),
            idempotency_key: None,
            occurred_at: Some(step.occurred),
            late_reason: step.late_reason.clone(),
        };
        engine.execute(request).await.map_err(|error| {
            let (name, at) = (step.name.clone(), step.recorded);
            match error {
                engine::Error::Refused(reasons) => ImportError::Refused { step: name, at, reasons },
                source => ImportError::Failed { step: name, at, source },
            }
        })?;
        progress(done, steps.len());
    }
    Ok(())
}

/// Lets the scripted clock run to that moment: what falls due on the way is told when it does.
async fn tick(engine: &Engine, until: DateTime<Utc>) -> Result<(), ImportError> {
    while let Some(due) = engine.read_model().next_due().await.map_err(StoreError::from)? {
        // A clock has the moment at which it falls due itself.
        let told_at = due + TimeDelta::seconds(1);
        if told_at > until {
            return Ok(());
        }
        engine.clock().set(told_at.max(engine.clock().now()));
        let told = engine.tell_due().await.map_err(|source| ImportError::Clock { at: due, source })?;
        if told == 0 {
            return Ok(());
        }
    }
    Ok(())
}

/// The step's command, with what its actor is looking at.
async fn command(engine: &Engine, step: &Step) -> Result<Command, ImportError> {
    let seen_at = engine.position();
    Ok(match &step.act {
        Act::Run(command) => (**command).clone(),
        Act::Seeing(command) => command(seen_at),
        Act::Find { operation, finding, metrics } => {
            let mut finding = finding.clone();
            for metric in metrics {
                finding.evidence.push(metric.evidence(engine, &step.actor, operation).await?);
            }
            Command::Review(ReviewCommand::RecordFinding { operation: operation.clone(), finding })
        }
        Act::Decide { operation, number, verdict } => {
            let viewer = Viewer { partner: step.actor.partner().cloned() };
            let pin = Pin::new(seen_at, seen_at, viewer);
            let id = PlanVersionId::of(OperationId::of(operation), *number).0;
            let versions =
                engine.read_model().plan_versions_by_id(&pin, &[id]).await.map_err(StoreError::from)?;
            let shown = versions.first().and_then(|version| version.content_hash.as_ref());
            // Whoever is shown no content names none, and the rules say why that is refused.
            let content_hash = shown.and_then(|hash| hash.parse().ok()).unwrap_or(Sha256([0; 32]));
            let named = Named { operation: operation.clone(), number: *number, content_hash, seen_at };
            Command::Plan(match verdict.clone() {
                Verdict::Approve { conditions } => PlanCommand::Approve { named, conditions },
                Verdict::Reject { reason_code, reason, objects_to } => {
                    PlanCommand::Reject { named, reason_code: Some(reason_code), reason, objects_to }
                }
                Verdict::Consent { tasks } => PlanCommand::Consent { named, tasks },
            })
        }
    })
}
