//! Schedules: forward and backward pass over finish-to-start dependencies, float, critical path.
//!
//! The critical path method as Kelley and Walker describe it (1959): early times are the longest way from
//! the start, late times the longest way back from the end, total float is late start less early start, free
//! float is what a task can slip without moving a successor's early start. A task without float is critical.

use crate::{Span, TaskCode};
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
    pub predecessors: &'a BTreeSet<TaskCode>,
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

/// Lays out the activities. Predecessors that are not among them are ignored.
///
/// The dependencies are acyclic, as the rules of plans keep them; an activity on a cycle would be left out.
pub fn schedule(activities: &[Activity<'_>], basis: Basis) -> Schedule {
    let index: BTreeMap<&TaskCode, usize> =
        activities.iter().enumerate().map(|(position, activity)| (activity.code, position)).collect();
    let predecessors: Vec<Vec<usize>> = activities
        .iter()
        .map(|activity| activity.predecessors.iter().filter_map(|code| index.get(code).copied()).collect())
        .collect();
    let mut successors = vec![Vec::new(); activities.len()];
    for (position, before) in predecessors.iter().enumerate() {
        for predecessor in before {
            successors[*predecessor].push(position);
        }
    }
    let order = topological(&predecessors, &successors);

    let mut early_start = vec![Span::ZERO; activities.len()];
    let finish = |starts: &[Span], position: usize| starts[position] + activities[position].duration;
    for position in &order {
        let ready = predecessors[*position].iter().map(|before| finish(&early_start, *before)).max();
        early_start[*position] = match basis {
            Basis::Network => ready.unwrap_or(Span::ZERO),
            Basis::Offsets => ready.unwrap_or(activities[*position].offset).max(activities[*position].offset),
        };
    }
    let start = order.iter().map(|position| early_start[*position]).min().unwrap_or_default();
    let end = order.iter().map(|position| finish(&early_start, *position)).max().unwrap_or_default();

    let mut late_finish = vec![end; activities.len()];
    for position in order.iter().rev() {
        let latest =
            successors[*position].iter().map(|after| late_finish[*after] - activities[*after].duration).min();
        late_finish[*position] = latest.unwrap_or(end);
    }
    let times = order
        .iter()
        .map(|position| {
            let Activity { code, duration, .. } = activities[*position];
            let (early, late) = (early_start[*position], late_finish[*position]);
            let next = successors[*position].iter().map(|after| early_start[*after]).min().unwrap_or(end);
            let times = Times {
                early_start: early,
                early_finish: early + duration,
                late_start: late - duration,
                late_finish: late,
                total_float: late - duration - early,
                free_float: next - (early + duration),
            };
            (code.clone(), times)
        })
        .collect();
    Schedule { times, start, length: end - start }
}

/// Kahn's algorithm: every activity after its predecessors.
fn topological(predecessors: &[Vec<usize>], successors: &[Vec<usize>]) -> Vec<usize> {
    let mut waiting: Vec<usize> = predecessors.iter().map(Vec::len).collect();
    let mut order: Vec<usize> = (0..waiting.len()).filter(|position| waiting[*position] == 0).collect();
    let mut next = 0;
    while let Some(position) = order.get(next).copied() {
        next += 1;
        for after in &successors[position] {
            waiting[*after] -= 1;
            if waiting[*after] == 0 {
                order.push(*after);
            }
        }
    }
    order
}
