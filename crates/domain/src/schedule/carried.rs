//! Conflicts of what is carried out: what contradicts the order, is late, is blocked, or holds an officer back.
//!
//! Nothing is refused here: the world does not ask. Times are those of claims that nobody has corrected.

use crate::{
    Instant, PostCode, Span, TaskCode,
    execution::{Standing, TaskStatus},
    plan::{DependencyKind, PlannedTask},
    schedule::{Basis, Finishes, Graph, Hours, Times, activities, conflict::Conflict, early_by},
};
use chrono::{DateTime, Utc};
use std::collections::{BTreeMap, BTreeSet};

/// How a plan is carried out, as far as is known.
#[derive(Debug, Clone, Copy)]
pub struct Carried<'a> {
    /// Of the tasks of which something is claimed.
    pub standings: &'a BTreeMap<TaskCode, Standing>,
    /// The posts that are bound to each task.
    pub assigned: &'a BTreeMap<TaskCode, BTreeSet<PostCode>>,
    pub h_hour: Instant,
    /// The log's clock.
    pub now: DateTime<Utc>,
    /// Whether tasks are to start at all: the operation is active.
    pub active: bool,
}

impl Carried<'_> {
    fn standing(&self, task: &TaskCode) -> Standing {
        self.standings.get(task).cloned().unwrap_or_default()
    }

    /// Relative to H-hour.
    fn since(&self, at: Instant) -> Span {
        Span::seconds((at - self.h_hour).num_seconds())
    }

    fn now(&self) -> Span {
        self.since(self.now.fixed_offset())
    }
}

/// The conflicts of a version that is carried out.
pub fn carried_out(tasks: &[PlannedTask], hours: &Hours<'_>, carried: &Carried<'_>) -> Vec<Conflict> {
    let mut conflicts = contradictions(tasks, carried);
    if !carried.active {
        return conflicts;
    }
    conflicts.extend(late(tasks, hours, carried));
    conflicts.extend(blocked(tasks, hours, carried));
    conflicts.extend(still_bound(tasks, hours, carried));
    conflicts
}

fn contradictions(tasks: &[PlannedTask], carried: &Carried<'_>) -> Vec<Conflict> {
    let mut conflicts = Vec::new();
    for task in tasks {
        let own = carried.standing(&task.code);
        let started = own.started_at.zip(own.started_by);
        let done = own.ended_at.zip(own.ended_by).filter(|_| own.status == TaskStatus::Completed);
        if let (Some((start, first)), Some((finish, last))) = (started, done)
            && finish < start
        {
            let (task, claims) = (task.code.clone(), [last, first]);
            conflicts.push(Conflict::FinishedBeforeStart { task, claims });
        }
        for dependency in &task.predecessors {
            let before = carried.standing(&dependency.predecessor);
            if before.status == TaskStatus::Cancelled {
                continue;
            }
            let (of_other, of_own) = match dependency.kind {
                DependencyKind::FinishToStart => (before.ended_at.zip(before.ended_by), started),
                DependencyKind::StartToStart => (before.started_at.zip(before.started_by), started),
                DependencyKind::FinishToFinish => (before.ended_at.zip(before.ended_by), done),
                DependencyKind::StartToFinish => (before.started_at.zip(before.started_by), done),
            };
            let (Some((there, other_claim)), Some((here, own_claim))) = (of_other, of_own) else { continue };
            // The end that counts is the same whichever stretch it is told as.
            let (there, here) = (carried.since(there), carried.since(here));
            if let Some(early_by) = early_by(dependency, (there, there), (here, here)) {
                conflicts.push(Conflict::OrderContradicted {
                    task: task.code.clone(),
                    dependency: dependency.clone(),
                    claims: [own_claim, other_claim],
                    early_by,
                });
            }
        }
    }
    conflicts
}

/// What should have been started, or done, by now.
fn late(tasks: &[PlannedTask], hours: &Hours<'_>, carried: &Carried<'_>) -> Vec<Conflict> {
    let now = carried.now();
    let mut finishes = Finishes::new(hours);
    let mut conflicts = Vec::new();
    for task in tasks {
        let standing = carried.standing(&task.code);
        match standing.status {
            TaskStatus::Planned | TaskStatus::Issued if task.start_offset < now => {
                let by = now - task.start_offset;
                conflicts.push(Conflict::StartsLate { task: task.code.clone(), by });
            }
            TaskStatus::InProgress | TaskStatus::Blocked => {
                let finish = finishes.of(task);
                if finish < now {
                    let by = now - finish;
                    conflicts.push(Conflict::FinishesLate { task: task.code.clone(), by });
                }
            }
            TaskStatus::Planned | TaskStatus::Issued | TaskStatus::Completed | TaskStatus::Cancelled => {}
        }
    }
    conflicts
}

/// Blocked tasks that have no float in the plan.
fn blocked(tasks: &[PlannedTask], hours: &Hours<'_>, carried: &Carried<'_>) -> Vec<Conflict> {
    if tasks.iter().all(|task| carried.standing(&task.code).blocked.is_none()) {
        return Vec::new();
    }
    let (activities, mut working) = activities(tasks, hours);
    let laid = Graph::new(&activities).lay_out(&activities, Basis::Offsets, &mut working);
    let critical =
        tasks.iter().zip(&laid.times).filter(|(_, times)| times.as_ref().is_some_and(Times::is_critical));
    critical
        .filter_map(|(task, _)| {
            let (since, reason) = carried.standing(&task.code).blocked?;
            Some(Conflict::CriticalTaskBlocked { task: task.code.clone(), since, reason })
        })
        .collect()
}

/// Posts whose task goes on when they should be at the next one.
fn still_bound(tasks: &[PlannedTask], hours: &Hours<'_>, carried: &Carried<'_>) -> Vec<Conflict> {
    let now = carried.now();
    let mut finishes = Finishes::new(hours);
    // Each post, with what it goes on with and until when that takes at least; and with what it has before it.
    let (mut busy, mut ahead) = (BTreeMap::<_, Vec<_>>::new(), BTreeMap::<_, Vec<_>>::new());
    for task in tasks {
        let standing = carried.standing(&task.code);
        let posts = carried.assigned.get(&task.code).into_iter().flatten();
        match (standing.status, standing.started_at) {
            (TaskStatus::InProgress | TaskStatus::Blocked, Some(started)) => {
                let takes = finishes.of(task) - task.start_offset;
                let until = now.max(carried.since(started) + takes);
                posts.for_each(|post| busy.entry(post).or_default().push((task, until)));
            }
            (TaskStatus::Planned | TaskStatus::Issued, _) => {
                posts.for_each(|post| ahead.entry(post).or_default().push(task));
            }
            _ => {}
        }
    }
    let mut conflicts = Vec::new();
    for (post, going_on) in busy {
        for next in ahead.get(post).into_iter().flatten() {
            let held = going_on.iter().find(|(_, until)| next.start_offset < *until);
            if let Some((task, _)) = held.filter(|_| next.duration > Span::ZERO) {
                let tasks = [task.code.clone(), next.code.clone()];
                conflicts.push(Conflict::OfficerStillBound { post: post.clone(), tasks });
            }
        }
    }
    conflicts
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        execution::{BlockReason, Said, TaskClaim, standing},
        plan::Terms,
    };

    const H_HOUR: &str = "2023-10-09T06:00:00+07:00";

    fn at(hours: i64) -> Instant {
        let h_hour: Instant = H_HOUR.parse().unwrap();
        h_hour + Span::hours(hours).as_delta()
    }

    fn code(text: &str) -> TaskCode {
        text.parse().unwrap()
    }

    fn task(text: &str, start: i64, hours: i64, waits: &[&str]) -> PlannedTask {
        PlannedTask {
            code: code(text),
            title: text.parse().unwrap(),
            phase: "P1".parse().unwrap(),
            line_of_effort: None,
            lead: "THA".parse().unwrap(),
            territory: "THA".parse().unwrap(),
            post: None,
            start_offset: Span::hours(start),
            duration: Span::hours(hours),
            predecessors: waits.iter().map(|waits| waits.parse().unwrap()).collect(),
            terms: Terms::default(),
        }
    }

    const DONE: TaskClaim = TaskClaim::Completed { outcome: None };

    fn said(claims: &[(i64, TaskClaim)]) -> Standing {
        standing((1..).zip(claims).map(|(number, (hour, says))| Said {
            number,
            occurred_at: at(*hour),
            says,
        }))
    }

    fn found(
        now: i64,
        tasks: &[PlannedTask],
        standings: &[(&str, Standing)],
        posts: &[(&str, &str)],
    ) -> Vec<Conflict> {
        let standings = standings.iter().map(|(task, standing)| (code(task), standing.clone())).collect();
        let mut assigned = BTreeMap::<_, BTreeSet<_>>::new();
        for (task, post) in posts {
            assigned.entry(code(task)).or_default().insert(post.parse().unwrap());
        }
        let hours = Hours { calendars: &[], h_hour: Some(at(0)), floating: false };
        let carried = Carried {
            standings: &standings,
            assigned: &assigned,
            h_hour: at(0),
            now: at(now).to_utc(),
            active: true,
        };
        carried_out(tasks, &hours, &carried)
    }

    #[test]
    fn what_was_done_in_another_order_than_planned_contradicts_by_kind_and_lag() {
        // By hand: A from 0 to 10, B from 8 to 9.
        for (waits, early_by) in
            [("A", Some(2)), ("AFS-3h", None), ("ASS+9h", Some(1)), ("AFF+0h", Some(1)), ("ASF+8h", None)]
        {
            let tasks = [task("A", 0, 10, &[]), task("B", 10, 1, &[waits])];
            let a = said(&[(0, TaskClaim::Started), (10, DONE)]);
            let b = said(&[(8, TaskClaim::Started), (9, DONE)]);
            let own = if waits.contains("FF") { 2 } else { 1 };
            let other = if waits.contains("SS") { 1 } else { 2 };
            let wanted = early_by.map(|hours| Conflict::OrderContradicted {
                task: code("B"),
                dependency: waits.parse().unwrap(),
                claims: [own, other],
                early_by: Span::hours(hours),
            });
            let found = found(20, &tasks, &[("A", a), ("B", b)], &[]);
            assert_eq!(found, wanted.into_iter().collect::<Vec<_>>(), "{waits}");
        }
        let backwards = said(&[(5, TaskClaim::Started), (3, DONE)]);
        let tasks = [task("A", 0, 10, &[])];
        let claims = [2, 1];
        assert_eq!(
            found(20, &tasks, &[("A", backwards)], &[]),
            [Conflict::FinishedBeforeStart { task: code("A"), claims }]
        );
    }

    #[test]
    fn what_should_have_begun_or_ended_is_late_by_what_has_passed_since() {
        let tasks = [task("A", 0, 10, &[]), task("B", 12, 4, &[])];
        let going_on = || said(&[(1, TaskClaim::Started)]);
        assert_eq!(found(10, &tasks, &[("A", going_on())], &[]), []);
        assert_eq!(
            found(13, &tasks, &[("A", going_on())], &[]),
            [
                Conflict::FinishesLate { task: code("A"), by: Span::hours(3) },
                Conflict::StartsLate { task: code("B"), by: Span::hours(1) },
            ]
        );
        let cancelled = said(&[(0, TaskClaim::Cancelled { reason: "No need".parse().unwrap() })]);
        assert_eq!(found(5, &tasks, &[("A", cancelled)], &[]), []);
    }

    #[test]
    fn a_blocked_task_conflicts_when_it_is_critical() {
        // A and B are one after the other; C has slack.
        let tasks = [task("A", 0, 10, &[]), task("B", 10, 10, &["A"]), task("C", 0, 5, &[])];
        let blocked = || {
            let says = TaskClaim::Blocked { reason: BlockReason::NoAccess, text: None };
            said(&[(0, TaskClaim::Started), (2, says)])
        };
        let found = found(3, &tasks, &[("A", blocked()), ("C", blocked())], &[]);
        let (task, since, reason) = (code("A"), at(2), BlockReason::NoAccess);
        assert_eq!(found, [Conflict::CriticalTaskBlocked { task, since, reason }]);
    }

    #[test]
    fn an_officer_who_should_be_elsewhere_is_told_with_both_tasks() {
        let tasks = [task("A", 0, 10, &[]), task("B", 12, 4, &[])];
        let posts = [("A", "THA-01"), ("B", "THA-01")];
        // Started at 1, it takes until 11; at 3, until 13.
        let of = |hour| [("A", said(&[(hour, TaskClaim::Started)]))];
        assert_eq!(found(9, &tasks, &of(1), &posts), []);
        let (post, pair) = ("THA-01".parse().unwrap(), [code("A"), code("B")]);
        assert_eq!(found(9, &tasks, &of(3), &posts), [Conflict::OfficerStillBound { post, tasks: pair }]);
        assert_eq!(found(9, &tasks, &of(3), &[("A", "THA-01"), ("B", "THA-02")]), []);
    }
}
