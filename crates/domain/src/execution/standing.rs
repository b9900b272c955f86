//! Tasks and phases as they are known: what is claimed of each task, where it stands by that, which gates are open.

use crate::{
    Instant, PartnerCode, Position, Span, TaskCode, Title,
    claim::Claims,
    execution::{BlockReason, GoNoGo, Judgement, TaskClaim},
    incident::ResponseTask,
    plan::{DecisionPoint, Phase, Version},
    schedule::{Finishes, Hours},
};
use imbl::Vector;
use serde::{Deserialize, Serialize};
use std::{collections::BTreeSet, sync::Arc};

/// Where a task stands.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Default,
    Serialize,
    Deserialize,
    strum::Display,
    strum::EnumString,
)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
#[strum(serialize_all = "SCREAMING_SNAKE_CASE")]
pub enum TaskStatus {
    #[default]
    Planned,
    Issued,
    InProgress,
    Blocked,
    Completed,
    Cancelled,
}

impl TaskStatus {
    /// Whether it was started and has not ended.
    pub fn goes_on(self) -> bool {
        matches!(self, Self::InProgress | Self::Blocked)
    }

    pub fn has_ended(self) -> bool {
        matches!(self, Self::Completed | Self::Cancelled)
    }
}

/// What is claimed of a task, and where the plan had it when it was started.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct TaskExecution {
    pub claims: Claims<TaskClaim>,
    /// Once it was started.
    pub baseline: Option<Baseline>,
}

/// Where a task stood in the plan when its start was reported: what it is measured against, wherever H-hour
/// moves later.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Baseline {
    /// Number of the plan version; `None`: a response made the task.
    pub version: Option<u32>,
    /// H-hour; of a response's task when it was to begin.
    pub h_hour: Instant,
    pub start: Instant,
    /// Exclusive, pauses of its calendar included.
    pub finish: Instant,
}

impl Baseline {
    /// Of a task of the version, if it has it.
    pub(crate) fn of(version: &Version, task: &TaskCode, h_hour: Instant) -> Option<Self> {
        let planned = version.tasks.get(task)?;
        let hours = Hours { calendars: &version.sections.calendars, h_hour: Some(h_hour), floating: false };
        let finish = Finishes::new(&hours).of(planned);
        Some(Self {
            version: Some(version.number),
            h_hour,
            start: h_hour + planned.start_offset.as_delta(),
            finish: h_hour + finish.as_delta(),
        })
    }
}

impl Baseline {
    /// Of a task that a response made, which no H-hour moves.
    pub(crate) fn of_response(task: &ResponseTask) -> Self {
        let start = task.start;
        Self { version: None, h_hour: start, start, finish: start + task.duration.as_delta() }
    }
}

impl TaskExecution {
    /// Where the task stands now, as far as is known.
    pub fn standing(&self) -> Standing {
        self.standing_by(|_| true)
    }

    /// Where it stood at that moment in the world, as far as is known now.
    pub fn standing_at(&self, valid_at: Instant) -> Standing {
        self.standing_by(|said| said <= valid_at)
    }

    fn standing_by(&self, counts: impl Fn(Instant) -> bool) -> Standing {
        let live = self.claims.live();
        let said = live.iter().map(|claim| Said {
            number: claim.number,
            occurred_at: claim.occurred_at,
            says: &claim.says,
        });
        standing(said.filter(|said| counts(said.occurred_at)))
    }
}

/// A claim that nobody has corrected.
#[derive(Debug, Clone, Copy)]
pub struct Said<'a> {
    pub number: u32,
    pub occurred_at: Instant,
    pub says: &'a TaskClaim,
}

/// Where a task stands by what is claimed of it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Standing {
    pub status: TaskStatus,
    pub issued_at: Option<Instant>,
    pub acknowledged_at: Option<Instant>,
    pub started_at: Option<Instant>,
    /// Number of the claim that says so.
    pub started_by: Option<u32>,
    /// When it was completed or cancelled.
    pub ended_at: Option<Instant>,
    /// Number of the claim that says so.
    pub ended_by: Option<u32>,
    /// In percent, as last reported; 100 once it is completed.
    pub progress: Option<u32>,
    /// Since when it is blocked, and why.
    pub blocked: Option<(Instant, BlockReason)>,
}

/// Where a task stands by these claims: a fold in the order in which what they say happened, of one instant in
/// that of their numbers. What contradicts the order changes nothing: who has ended does not go on.
pub fn standing<'a>(said: impl IntoIterator<Item = Said<'a>>) -> Standing {
    let mut standing = Standing::default();
    for said in in_order(said) {
        standing.take(said);
    }
    standing
}

/// How long a task was blocked, by these claims, until it went on or ended.
pub fn blocked_for<'a>(said: impl IntoIterator<Item = Said<'a>>) -> Span {
    let mut standing = Standing::default();
    let mut blocked = Span::ZERO;
    for said in in_order(said) {
        let since = standing.blocked.map(|(since, _)| since);
        standing.take(said);
        if let (Some(since), None) = (since, standing.blocked) {
            blocked = blocked + Span::seconds((said.occurred_at - since).num_seconds());
        }
    }
    blocked
}

fn in_order<'a>(said: impl IntoIterator<Item = Said<'a>>) -> Vec<Said<'a>> {
    let mut said: Vec<_> = said.into_iter().collect();
    said.sort_by_key(|said| (said.occurred_at, said.number));
    said
}

impl Standing {
    fn take(&mut self, Said { occurred_at: at, number, says }: Said<'_>) {
        let status = self.status;
        match says {
            TaskClaim::Issued => {
                self.issued_at.get_or_insert(at);
                if status == TaskStatus::Planned {
                    self.status = TaskStatus::Issued;
                }
            }
            TaskClaim::Acknowledged => {
                self.acknowledged_at.get_or_insert(at);
            }
            TaskClaim::Started => {
                self.started_at.get_or_insert(at);
                self.started_by.get_or_insert(number);
                if !status.has_ended() && !status.goes_on() {
                    self.status = TaskStatus::InProgress;
                }
            }
            TaskClaim::Progress { percent, .. } if !status.has_ended() => self.progress = Some(*percent),
            TaskClaim::Blocked { reason, .. } if status.goes_on() => {
                self.status = TaskStatus::Blocked;
                self.blocked = Some((at, *reason));
            }
            TaskClaim::Unblocked { .. } if status == TaskStatus::Blocked => {
                self.status = TaskStatus::InProgress;
                self.blocked = None;
            }
            TaskClaim::Completed { .. } if !status.has_ended() => {
                self.status = TaskStatus::Completed;
                (self.ended_at, self.ended_by) = (Some(at), Some(number));
                self.progress = Some(100);
                self.blocked = None;
            }
            TaskClaim::Cancelled { .. } if !status.has_ended() => {
                self.status = TaskStatus::Cancelled;
                (self.ended_at, self.ended_by) = (Some(at), Some(number));
                self.blocked = None;
            }
            TaskClaim::Progress { .. }
            | TaskClaim::Blocked { .. }
            | TaskClaim::Unblocked { .. }
            | TaskClaim::Completed { .. }
            | TaskClaim::Cancelled { .. } => {}
        }
    }
}

/// A phase as it is carried out.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct PhaseExecution {
    pub started_at: Option<Instant>,
    pub completed_at: Option<Instant>,
    pub gate: Gate,
}

/// What was said on whether a phase may start.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Gate {
    /// The `n`th word stands at `n - 1`; those that count no more stay.
    pub words: Vector<Arc<GivenWord>>,
    /// What was decided last.
    pub decided: Option<GateDecision>,
}

/// A partner's word.
#[derive(Debug, Clone, PartialEq)]
pub struct GivenWord {
    pub number: u32,
    /// Number of the plan version that it was given on.
    pub version: u32,
    pub partner: PartnerCode,
    /// Who gave it: a post.
    pub actor: String,
    pub decision: GoNoGo,
    pub criteria: Vec<Judgement>,
    pub accepted_risks: BTreeSet<Title>,
    pub seen_at: Position,
    pub at: Instant,
    pub position: Position,
    /// Whether it counts: its partner has said nothing since, and no other version has been spoken of. A go of
    /// before a no-go does not: all decide anew.
    pub is_live: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct GateDecision {
    pub decision: GoNoGo,
    pub version: u32,
    pub at: Instant,
    pub position: Position,
}

impl Gate {
    pub fn live_words(&self) -> impl Iterator<Item = &GivenWord> {
        self.words.iter().map(Arc::as_ref).filter(|word| word.is_live)
    }

    /// These count no more.
    fn drop_words(&mut self, which: impl Fn(&GivenWord) -> bool) {
        for word in &mut self.words {
            if word.is_live && which(word) {
                Arc::make_mut(word).is_live = false;
            }
        }
    }

    /// Whether there is a go on this version.
    pub fn is_open(&self, version: u32) -> bool {
        self.decided.is_some_and(|decided| decided.decision == GoNoGo::Go && decided.version == version)
    }

    /// Takes in a partner's word, which gets its number.
    pub(super) fn state(&mut self, word: GivenWord) {
        self.drop_words(|known| known.partner == word.partner || known.version != word.version);
        let number = u32::try_from(self.words.len() + 1).unwrap_or(u32::MAX);
        self.words.push_back(Arc::new(GivenWord { number, ..word }));
    }

    pub(super) fn decide(&mut self, decided: GateDecision) {
        if decided.decision == GoNoGo::NoGo {
            self.drop_words(|word| word.decision == GoNoGo::Go);
        }
        self.decided = Some(decided);
    }
}

/// The decision points at a gate: those of the gate's own code, else those at tasks of other phases that tasks of
/// this phase wait for directly.
pub fn points_at_gate<'a>(version: &'a Version, phase: &'a Phase) -> Vec<&'a DecisionPoint> {
    let points = &version.sections.decision_points;
    let named: Vec<_> =
        points.iter().filter(|point| phase.gate.as_ref().is_some_and(|gate| point.code == *gate)).collect();
    if !named.is_empty() || phase.gate.is_none() {
        return named;
    }
    let tasks = version.tasks.values().filter(|task| task.phase == phase.code);
    let awaited: BTreeSet<&TaskCode> =
        tasks.flat_map(|task| task.predecessors.iter().map(|waits| &waits.predecessor)).collect();
    let before = |point: &&DecisionPoint| {
        awaited.contains(&point.at)
            && version.tasks.get(&point.at).is_some_and(|task| task.phase != phase.code)
    };
    points.iter().filter(before).collect()
}
