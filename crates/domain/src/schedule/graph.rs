//! Schedules: forward and backward pass over dependencies of all kinds, constraints and calendars; float,
//! critical paths.
//!
//! The critical path method as Kelley and Walker describe it (1959): early times are the longest way from
//! the start, late times the longest way back from the end, total float is late start less early start, free
//! float is what a task can slip without moving a successor's early start. A task without float is critical.
//!
//! Kinds, lags and leads are those of precedence diagrams (Moder, Phillips and Davis: Project Management with
//! CPM, PERT and Precedence Diagramming, 3rd edition 1983; PMI: Practice Standard for Scheduling), for tasks
//! that are not interrupted but by the end of working hours. With starts `S` and finishes `F` of a
//! predecessor `i` and of `j`, which waits:
//!
//! | Kind | Condition |
//! |---|---|
//! | finish to start | `S(j) >= F(i) + lag` |
//! | start to start | `S(j) >= S(i) + lag` |
//! | finish to finish | `F(j) >= F(i) + lag` |
//! | start to finish | `F(j) >= S(i) + lag` |
//!
//! Constraints are those of Microsoft Project under the same names, as its documentation defines them
//! ("Constraint types"): *start no earlier than* bounds the early start, *must start on* sets early and late
//! start, *finish no later than* sets the late finish and leaves the early times alone. With both of the
//! last, the late times of the task itself are those of its latest finish, and what it waits for is bound by
//! its fixed start. Two of them can ask for what cannot be: float is negative then, by as much as is missing,
//! and the task counts as critical.
//!
//! With a calendar a duration is working time, and so are the task's floats; lags are elapsed time, whatever
//! the calendar (Microsoft Project's "elapsed" units). A bound on a finish that falls outside working time is
//! met by the last working moment before it. Nothing starts before the start, which is zero or the task's
//! offset, and nothing finishes after the last early finish.

use crate::{
    Span, TaskCode,
    plan::{Dependency, DependencyKind, StartConstraint},
    schedule::{
        activity::{Activity, Basis, finish},
        working::Working,
    },
};
use std::collections::{BTreeMap, BTreeSet};

/// Times relative to H-hour, or to the start on [`Basis::Network`]. Finishes are exclusive; floats are
/// working time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Times {
    pub early_start: Span,
    pub early_finish: Span,
    pub late_start: Span,
    pub late_finish: Span,
    /// Negative when a constraint cannot be kept, by what is missing.
    pub total_float: Span,
    /// Never negative.
    pub free_float: Span,
}

impl Times {
    pub fn is_critical(&self) -> bool {
        self.total_float <= Span::ZERO
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Schedule {
    pub times: BTreeMap<TaskCode, Times>,
    /// Early start of the first task.
    pub start: Span,
    /// From the first start to the last finish.
    pub length: Span,
    /// For each critical task the critical ones that wait for it and have no slack to it.
    drives: BTreeMap<TaskCode, Vec<TaskCode>>,
}

impl Schedule {
    /// What the activities that were laid out are called.
    pub fn new(activities: &[Activity<'_>], layout: Layout) -> Self {
        let Layout { times: found, start, length, drives: without_slack } = layout;
        // In the list's order, which is that of the codes already where it comes from a plan.
        let named = activities.iter().zip(found);
        let times: BTreeMap<_, _> =
            named.filter_map(|(activity, found)| Some((activity.code.clone(), found?))).collect();
        let critical = times.iter().filter(|(_, found)| found.is_critical());
        let mut drives: BTreeMap<_, Vec<_>> = critical.map(|(code, _)| (code.clone(), Vec::new())).collect();
        for (from, to) in without_slack {
            if let Some(next) = drives.get_mut(activities[from].code) {
                next.push(activities[to].code.clone());
            }
        }
        for next in drives.values_mut() {
            next.sort();
        }
        Self { times, start, length, drives }
    }

    /// Critical tasks in the order of their early starts.
    pub fn critical(&self) -> Vec<&TaskCode> {
        let mut critical: Vec<_> = self.times.iter().filter(|(_, times)| times.is_critical()).collect();
        critical.sort_by_key(|(code, times)| (times.early_start, *code));
        critical.into_iter().map(|(code, _)| code).collect()
    }

    /// The critical paths: chains of critical tasks, each of which the next one waits for without slack. The
    /// first `most` in the order of their tasks; there may be as many as there are subsets of tasks.
    pub fn critical_paths(&self, most: usize) -> Vec<Vec<&TaskCode>> {
        let driven: BTreeSet<_> = self.drives.values().flatten().collect();
        let next = |code: &TaskCode| self.drives.get(code).map(Vec::as_slice).unwrap_or_default();
        let mut paths = Vec::new();
        for first in self.critical().into_iter().filter(|code| !driven.contains(code)) {
            // The way to where the walk is, with what is left to try behind each of its tasks.
            let mut way = vec![(first, next(first).iter())];
            if next(first).is_empty() && paths.len() < most {
                paths.push(vec![first]);
            }
            while let Some((_, left)) = way.last_mut().filter(|_| paths.len() < most) {
                let Some(code) = left.next() else {
                    way.pop();
                    continue;
                };
                way.push((code, next(code).iter()));
                if next(code).is_empty() {
                    paths.push(way.iter().map(|(code, _)| *code).collect());
                }
            }
        }
        paths
    }
}

/// A dependency between two activities, from the side of either.
#[derive(Debug, Clone, Copy)]
struct Tie {
    /// The other activity.
    to: usize,
    kind: DependencyKind,
    lag: Span,
}

/// The ties of each activity one after the other: two lists in all, because a large plan has tens of
/// thousands.
#[derive(Debug)]
struct Ties {
    /// Where those of each activity begin, and behind the last where they end.
    begin: Vec<usize>,
    all: Vec<Tie>,
}

impl Ties {
    /// Of an activity and its tie each.
    fn new(count: usize, ties: impl Iterator<Item = (usize, Tie)> + Clone) -> Self {
        let mut begin = vec![0; count + 1];
        for (of, _) in ties.clone() {
            begin[of + 1] += 1;
        }
        for of in 0..count {
            begin[of + 1] += begin[of];
        }
        let (mut next, nothing) =
            (begin.clone(), Tie { to: 0, kind: DependencyKind::default(), lag: Span::ZERO });
        let mut all = vec![nothing; begin[count]];
        for (of, tie) in ties {
            all[next[of]] = tie;
            next[of] += 1;
        }
        Self { begin, all }
    }

    fn of(&self, activity: usize) -> &[Tie] {
        &self.all[self.begin[activity]..self.begin[activity + 1]]
    }
}

/// What a dependency says about the one who waits, or about the one who is waited for.
enum Bound {
    Start(Span),
    Finish(Span),
}

/// Earliest end of what waits for a task with these times.
fn earliest(kind: DependencyKind, lag: Span, start: Span, finish: Span) -> Bound {
    match kind {
        DependencyKind::FinishToStart => Bound::Start(finish + lag),
        DependencyKind::StartToStart => Bound::Start(start + lag),
        DependencyKind::FinishToFinish => Bound::Finish(finish + lag),
        DependencyKind::StartToFinish => Bound::Finish(start + lag),
    }
}

/// Latest end of what a task with these times waits for.
fn latest(kind: DependencyKind, lag: Span, start: Span, finish: Span) -> Bound {
    match kind {
        DependencyKind::FinishToStart => Bound::Finish(start - lag),
        DependencyKind::StartToStart => Bound::Start(start - lag),
        DependencyKind::FinishToFinish => Bound::Finish(finish - lag),
        DependencyKind::StartToFinish => Bound::Start(finish - lag),
    }
}

/// By how much what waits is too early; nothing when the dependency is met.
pub(crate) fn early_by(
    dependency: &Dependency,
    predecessor: (Span, Span),
    (start, finish): (Span, Span),
) -> Option<Span> {
    let missing = match earliest(dependency.kind, dependency.lag, predecessor.0, predecessor.1) {
        Bound::Start(at) => at - start,
        Bound::Finish(at) => at - finish,
    };
    (missing > Span::ZERO).then_some(missing)
}

/// Each activity's hours.
struct Clocks<'a> {
    calendars: &'a mut [Working],
    /// Place among them; empty when all work round the clock.
    of: Vec<Option<usize>>,
    /// What each takes.
    work: Vec<Span>,
}

impl Clocks<'_> {
    fn place(&self, position: usize) -> Option<usize> {
        self.of.get(position).copied().flatten()
    }

    fn of(&mut self, position: usize) -> Option<&mut Working> {
        self.place(position).and_then(|calendar| self.calendars.get_mut(calendar))
    }

    fn finish(&mut self, position: usize, start: Span) -> Span {
        finish(self.calendars, self.place(position), start, self.work[position])
    }

    fn start(&mut self, position: usize, finish: Span) -> Span {
        let work = self.work[position];
        self.of(position).map_or(finish - work, |working| working.start(finish, work))
    }

    /// The first moment from `at` on at which it can start: a milestone at any.
    fn next(&mut self, position: usize, at: Span) -> Span {
        if self.work[position] == Span::ZERO {
            return at;
        }
        self.of(position).map_or(at, |working| working.next(at))
    }

    fn between(&mut self, position: usize, from: Span, to: Span) -> Span {
        self.of(position).map_or(to - from, |working| working.between(from, to))
    }
}

/// Who waits for whom among some activities, by their places. Found once, it can be laid out in many ways.
#[derive(Debug)]
pub struct Graph {
    predecessors: Ties,
    successors: Ties,
    /// Every activity after its predecessors. One on a cycle, which the rules of plans exclude, is left out
    /// with all that wait for it.
    order: Vec<usize>,
}

impl Graph {
    /// Predecessors that are not among the activities are ignored.
    pub fn new(activities: &[Activity<'_>]) -> Self {
        #[expect(clippy::disallowed_types, reason = "looked up by code alone: its order is never seen")]
        let index: std::collections::HashMap<&TaskCode, usize> =
            activities.iter().enumerate().map(|(position, activity)| (activity.code, position)).collect();
        let waits: Vec<(usize, Tie)> = activities
            .iter()
            .enumerate()
            .flat_map(|(position, activity)| activity.predecessors.iter().map(move |waits| (position, waits)))
            .filter_map(|(position, Dependency { predecessor, kind, lag })| {
                Some((position, Tie { to: *index.get(predecessor)?, kind: *kind, lag: *lag }))
            })
            .collect();
        let predecessors = Ties::new(activities.len(), waits.iter().copied());
        let back = waits.iter().map(|(position, tie)| (tie.to, Tie { to: *position, ..*tie }));
        let successors = Ties::new(activities.len(), back);
        let order = topological(activities.len(), &predecessors, &successors);
        Self { predecessors, successors, order }
    }

    /// Lays out the activities that the graph is of, by these calendars: both passes, floats, and what drives
    /// what.
    pub fn lay_out(&self, activities: &[Activity<'_>], basis: Basis, calendars: &mut [Working]) -> Layout {
        let by_calendar = !calendars.is_empty() && basis != Basis::Network;
        let mut clocks = Clocks {
            calendars,
            of: if by_calendar {
                activities.iter().map(|activity| activity.calendar).collect()
            } else {
                Vec::new()
            },
            work: activities.iter().map(|activity| activity.duration).collect(),
        };
        let early = forward(activities, basis, &self.order, &self.predecessors, &mut clocks);
        let start = self.order.iter().map(|position| early[*position].0).min().unwrap_or_default();
        let end = self.order.iter().map(|position| early[*position].1).max().unwrap_or_default();
        let (times, drives) = backward(activities, basis, self, &early, end, &mut clocks);
        Layout { times, start, length: end - start, drives }
    }
}

/// Where activities are laid out, by their places.
#[derive(Debug)]
pub struct Layout {
    /// `None` for one on a cycle, and for what waits for it.
    pub times: Vec<Option<Times>>,
    /// Early start of the first one.
    pub start: Span,
    /// From the first start to the last finish.
    pub length: Span,
    /// Critical ones, each with a critical one that waits for it and has no slack to it.
    drives: Vec<(usize, usize)>,
}

impl Layout {
    pub fn early_start(&self, position: usize) -> Option<Span> {
        self.times.get(position).copied().flatten().map(|times| times.early_start)
    }
}

/// The schedule of some tasks, by their codes.
pub fn schedule(activities: &[Activity<'_>], basis: Basis, calendars: &mut [Working]) -> Schedule {
    Schedule::new(activities, Graph::new(activities).lay_out(activities, basis, calendars))
}

/// Early starts and finishes.
fn forward(
    activities: &[Activity<'_>],
    basis: Basis,
    order: &[usize],
    predecessors: &Ties,
    clocks: &mut Clocks<'_>,
) -> Vec<(Span, Span)> {
    let as_planned =
        activities.iter().filter(|activity| activity.constraint != StartConstraint::AsSoonAsPossible);
    let first = as_planned.map(|activity| activity.offset).min().unwrap_or_default();
    let mut early = vec![(Span::ZERO, Span::ZERO); activities.len()];
    for position in order.iter().copied() {
        let Activity { offset, constraint, actual, .. } = activities[position];
        let mut not_before = match (basis, constraint) {
            (Basis::Network, _) => Span::ZERO,
            (_, StartConstraint::AsSoonAsPossible) => first,
            (_, StartConstraint::StartNoEarlierThan | StartConstraint::MustStartOn) => offset,
        };
        let now = match basis {
            Basis::Forecast { now } => Some(now),
            Basis::Network | Basis::Offsets => None,
        };
        let happened = now.and(actual.start);
        let start = if let Some(start) = happened {
            start
        } else if basis != Basis::Network && constraint == StartConstraint::MustStartOn {
            now.map_or(offset, |now| now.max(offset))
        } else {
            not_before = now.map_or(not_before, |now| now.max(not_before));
            for tie in predecessors.of(position) {
                let (start, finish) = early[tie.to];
                let bound = match earliest(tie.kind, tie.lag, start, finish) {
                    Bound::Start(at) => at,
                    Bound::Finish(at) => clocks.start(position, at),
                };
                not_before = not_before.max(bound);
            }
            clocks.next(position, not_before)
        };
        let planned = clocks.finish(position, start);
        let finish = match (happened, actual.finish, now) {
            (Some(_), Some(finish), _) => finish,
            (Some(_), None, Some(now)) => planned.max(now),
            _ => planned,
        };
        if finish != planned {
            clocks.work[position] = clocks.between(position, start, finish);
        }
        early[position] = (start, finish);
    }
    early
}

/// Late times of an activity.
#[derive(Clone, Copy, Default)]
struct Late {
    start: Span,
    /// Until when it may finish for whoever waits with their finish: the end of the pause that its late
    /// finish stands at, or what bounds it within.
    until: Span,
}

/// Late times, floats, and what drives what: every activity after its successors.
fn backward(
    activities: &[Activity<'_>],
    basis: Basis,
    graph: &Graph,
    early: &[(Span, Span)],
    end: Span,
    clocks: &mut Clocks<'_>,
) -> (Vec<Option<Times>>, Vec<(usize, usize)>) {
    let mut late = vec![Late::default(); activities.len()];
    let mut found: Vec<Option<Times>> = vec![None; activities.len()];
    let mut drives = Vec::new();
    for position in graph.order.iter().rev().copied() {
        let Activity { offset, constraint, finish_no_later_than, .. } = activities[position];
        let bound = basis != Basis::Network;
        let latest_finish = finish_no_later_than.filter(|_| bound);
        let (early_start, early_finish) = early[position];
        let allowed = latest_finish.map_or(end, |latest| latest.min(end));
        let (mut start, mut until) = (clocks.start(position, allowed), allowed);
        let mut free = clocks.between(position, early_finish, end);
        let successors = graph.successors.of(position);
        for tie in successors {
            let Late { start: late_start, until: late_until } = late[tie.to];
            let at = match latest(tie.kind, tie.lag, late_start, late_until) {
                Bound::Start(at) => at,
                Bound::Finish(at) => {
                    until = until.min(at);
                    clocks.start(position, at)
                }
            };
            start = start.min(at);
            let waits_until = clocks.next(tie.to, early[tie.to].1).min(end);
            let (from, to) = match latest(tie.kind, tie.lag, early[tie.to].0, waits_until) {
                Bound::Start(to) => (early_start, to),
                Bound::Finish(to) => (early_finish, to),
            };
            free = free.min(clocks.between(position, from, to));
        }
        let fixed = bound && constraint == StartConstraint::MustStartOn;
        if fixed {
            (start, until) = (offset, allowed);
        }
        let mut finish = clocks.finish(position, start);
        until = until.min(clocks.next(position, finish)).max(finish);
        late[position] = Late { start, until };
        // What it waits for is bound by where it starts, and it by when it is to end.
        if let Some(latest) = latest_finish.filter(|_| fixed) {
            start = start.min(clocks.start(position, latest));
            finish = clocks.finish(position, start);
        }
        let times = Times {
            early_start,
            early_finish,
            late_start: start,
            late_finish: finish,
            total_float: clocks.between(position, early_start, start),
            free_float: free.max(Span::ZERO),
        };
        found[position] = Some(times);
        if !times.is_critical() {
            continue;
        }
        for tie in successors.iter().filter(|tie| found[tie.to].as_ref().is_some_and(Times::is_critical)) {
            let met = match earliest(tie.kind, tie.lag, early_start, early_finish) {
                Bound::Start(at) => clocks.next(tie.to, at) >= early[tie.to].0,
                Bound::Finish(at) => clocks.start(tie.to, at) >= early[tie.to].0,
            };
            if met {
                drives.push((position, tie.to));
            }
        }
    }
    (found, drives)
}

/// Kahn's algorithm: every activity after its predecessors.
fn topological(count: usize, predecessors: &Ties, successors: &Ties) -> Vec<usize> {
    let mut waiting: Vec<usize> = (0..count).map(|position| predecessors.of(position).len()).collect();
    let mut order: Vec<usize> = (0..count).filter(|position| waiting[*position] == 0).collect();
    let mut next = 0;
    while let Some(position) = order.get(next).copied() {
        next += 1;
        for after in successors.of(position) {
            waiting[after.to] -= 1;
            if waiting[after.to] == 0 {
                order.push(after.to);
            }
        }
    }
    order
}
