//! Schedules: forward and backward pass over dependencies of all kinds, float, critical path.
//!
//! The critical path method as Kelley and Walker describe it (1959): early times are the longest way from
//! the start, late times the longest way back from the end, total float is late start less early start, free
//! float is what a task can slip without moving a successor's early start. A task without float is critical.
//!
//! Kinds, lags and leads are those of precedence diagrams (Moder, Phillips and Davis: Project Management with CPM, PERT
//! and Precedence Diagramming, 3rd edition 1983; PMI: Practice Standard for Scheduling), for tasks that are not
//! interrupted. Theirs are four formulas for each pass; with durations `D` fixed, each is a least distance between the
//! starts `S` of a predecessor `i` and of `j`, which waits:
//!
//! | Kind | Condition | Distance of the starts at least |
//! |---|---|---|
//! | finish to start | `S(j) >= S(i) + D(i) + lag` | `D(i) + lag` |
//! | start to start | `S(j) >= S(i) + lag` | `lag` |
//! | finish to finish | `S(j) + D(j) >= S(i) + D(i) + lag` | `D(i) + lag - D(j)` |
//! | start to finish | `S(j) + D(j) >= S(i) + lag` | `lag - D(j)` |
//!
//! A distance may be negative, so both passes are bounded besides: nothing starts before the start, which is zero
//! or the task's offset, and nothing finishes after the last early finish. Both bounds can be kept, so no float is
//! negative.

use crate::{
    Span, TaskCode,
    plan::{Dependency, DependencyKind, PlannedTask},
};
use std::collections::{BTreeMap, BTreeSet};

/// What the network is laid out on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Basis {
    /// Only dependencies and durations: the first task starts at zero.
    Network,
    /// Planned offsets besides, as "no earlier than": times are relative to H-hour.
    Offsets,
}

/// A task as the schedule sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Activity<'a> {
    pub code: &'a TaskCode,
    pub offset: Span,
    pub duration: Span,
    pub predecessors: &'a BTreeSet<Dependency>,
}

impl<'a> From<&'a PlannedTask> for Activity<'a> {
    fn from(task: &'a PlannedTask) -> Self {
        let PlannedTask { code, start_offset, duration, predecessors, .. } = task;
        Self { code, offset: *start_offset, duration: *duration, predecessors }
    }
}

/// Times relative to H-hour, or to the start on [`Basis::Network`]. Finishes are exclusive.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Times {
    pub early_start: Span,
    pub early_finish: Span,
    pub late_start: Span,
    pub late_finish: Span,
    pub total_float: Span,
    pub free_float: Span,
}

impl Times {
    pub fn is_critical(&self) -> bool {
        self.total_float == Span::ZERO
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Schedule {
    pub times: BTreeMap<TaskCode, Times>,
    /// Early start of the first task.
    pub start: Span,
    /// From the first start to the last finish.
    pub length: Span,
}

impl Schedule {
    /// Critical tasks in the order of their early starts.
    pub fn critical(&self) -> Vec<&TaskCode> {
        let mut critical: Vec<_> = self.times.iter().filter(|(_, times)| times.is_critical()).collect();
        critical.sort_by_key(|(code, times)| (times.early_start, *code));
        critical.into_iter().map(|(code, _)| code).collect()
    }
}

/// A dependency between two activities, as the least distance between their starts.
#[derive(Clone, Copy)]
struct Tie {
    /// The other activity.
    to: usize,
    distance: Span,
}

/// Least distance from the start of the predecessor to that of the activity.
pub(crate) fn distance(dependency: &Dependency, predecessor: &Activity<'_>, activity: &Activity<'_>) -> Span {
    let Dependency { kind, lag, .. } = dependency;
    match kind {
        DependencyKind::FinishToStart => predecessor.duration + *lag,
        DependencyKind::StartToStart => *lag,
        DependencyKind::FinishToFinish => predecessor.duration + *lag - activity.duration,
        DependencyKind::StartToFinish => *lag - activity.duration,
    }
}

/// Lays out the activities. Predecessors that are not among them are ignored.
///
/// Dependencies are acyclic, as the rules of plans keep them; an activity on a cycle would be left out.
pub fn schedule(activities: &[Activity<'_>], basis: Basis) -> Schedule {
    let index: BTreeMap<&TaskCode, usize> =
        activities.iter().enumerate().map(|(position, activity)| (activity.code, position)).collect();
    let mut predecessors = vec![Vec::new(); activities.len()];
    let mut successors = vec![Vec::new(); activities.len()];
    for (position, activity) in activities.iter().enumerate() {
        for dependency in activity.predecessors {
            let Some(before) = index.get(&dependency.predecessor).copied() else { continue };
            let distance = distance(dependency, &activities[before], activity);
            predecessors[position].push(Tie { to: before, distance });
            successors[before].push(Tie { to: position, distance });
        }
    }
    let order = topological(&predecessors, &successors);

    let mut early_start = vec![Span::ZERO; activities.len()];
    for position in &order {
        let not_before = match basis {
            Basis::Network => Span::ZERO,
            Basis::Offsets => activities[*position].offset,
        };
        let ready = predecessors[*position].iter().map(|tie| early_start[tie.to] + tie.distance);
        early_start[*position] = ready.fold(not_before, Span::max);
    }
    let finish = |starts: &[Span], position: usize| starts[position] + activities[position].duration;
    let start = order.iter().map(|position| early_start[*position]).min().unwrap_or_default();
    let end = order.iter().map(|position| finish(&early_start, *position)).max().unwrap_or_default();

    let mut late_start = vec![Span::ZERO; activities.len()];
    for position in order.iter().rev() {
        let latest = successors[*position].iter().map(|tie| late_start[tie.to] - tie.distance);
        late_start[*position] = latest.fold(end - activities[*position].duration, Span::min);
    }
    let times = order
        .iter()
        .map(|position| {
            let (early, late) = (early_start[*position], late_start[*position]);
            let early_finish = finish(&early_start, *position);
            let slacks = successors[*position].iter().map(|tie| early_start[tie.to] - tie.distance - early);
            let times = Times {
                early_start: early,
                early_finish,
                late_start: late,
                late_finish: finish(&late_start, *position),
                total_float: late - early,
                free_float: slacks.fold(end - early_finish, Span::min),
            };
            (activities[*position].code.clone(), times)
        })
        .collect();
    Schedule { times, start, length: end - start }
}

/// Kahn's algorithm: every activity after its predecessors.
fn topological(predecessors: &[Vec<Tie>], successors: &[Vec<Tie>]) -> Vec<usize> {
    let mut waiting: Vec<usize> = predecessors.iter().map(Vec::len).collect();
    let mut order: Vec<usize> = (0..waiting.len()).filter(|position| waiting[*position] == 0).collect();
    let mut next = 0;
    while let Some(position) = order.get(next).copied() {
        next += 1;
        for after in &successors[position] {
            waiting[after.to] -= 1;
            if waiting[after.to] == 0 {
                order.push(after.to);
            }
        }
    }
    order
}
