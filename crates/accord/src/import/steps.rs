//! A step: one command, who sends it, and when.

use super::measure::Wanted;
use crate::scenario::model::values::Instant;
use domain::{
    Actor, Code, Command, OperationCode, Position, Prose, TaskCode, actor::LATE_AFTER, plan::NewCondition,
    review::NewFinding,
};
use std::collections::BTreeSet;

pub struct Step {
    pub recorded: Instant,
    pub occurred: Instant,
    pub actor: Actor,
    pub late_reason: Option<String>,
    /// For people, such as `AddTask T05`.
    pub name: String,
    pub act: Act,
}

impl Step {
    /// A late entry gives the file's `note` as its reason; not every section has a place for one.
    pub fn late_reason(recorded: Instant, occurred: Instant, note: Option<&str>) -> Option<String> {
        let late = recorded - occurred > LATE_AFTER.as_delta();
        late.then(|| note.unwrap_or("Recorded late, as the scenario tells it").to_owned())
    }
}

pub enum Act {
    Run(Box<Command>),
    /// The position that its actor has seen is known only when the step's turn comes.
    Seeing(Box<dyn Fn(Position) -> Command + Send + Sync>),
    /// So are, here, the metrics that prove it besides what it names itself.
    Find {
        operation: OperationCode,
        finding: Box<NewFinding>,
        metrics: Vec<Wanted>,
    },
    /// So is, here, the content's hash.
    Decide {
        operation: OperationCode,
        number: u32,
        verdict: Verdict,
    },
}

#[derive(Clone)]
pub enum Verdict {
    Approve { conditions: Vec<NewCondition> },
    Reject { reason_code: Code, reason: Prose, objects_to: BTreeSet<TaskCode> },
    Consent { tasks: BTreeSet<TaskCode> },
}
