//! What a task waits for, when somebody says that it starts or is done: domain rule 15, by kind and lag.

use crate::{
    Context, Instant, Reasons, RefusalCode, Span,
    execution::TaskStatus,
    ids::TaskId,
    operation::Operation,
    plan::{Dependency, DependencyKind, PlannedTask, Version},
    schedule::{Finishes, Hours},
};

/// Which end of the task is said to be reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum End {
    Start,
    Finish,
}

/// Which end of what is waited for counts, and for which end of the one that waits.
fn ends(kind: DependencyKind) -> (End, End) {
    match kind {
        DependencyKind::FinishToStart => (End::Finish, End::Start),
        DependencyKind::StartToStart => (End::Start, End::Start),
        DependencyKind::FinishToFinish => (End::Finish, End::Finish),
        DependencyKind::StartToFinish => (End::Start, End::Finish),
    }
}

/// Adds `PREDECESSOR_INCOMPLETE` for everything that the task waits for and that has not come so far.
///
/// What was called off holds nobody back any more. With a lead, a task may start so much before an end that is
/// still to come: that is taken where the plan has it, from the start that was claimed if there is one.
pub(super) fn check(
    operation: &Operation,
    version: &Version,
    task: &PlannedTask,
    end: End,
    context: &Context<'_>,
    reasons: &mut Reasons,
) {
    for dependency in &task.predecessors {
        let Some(before) = version.tasks.get(&dependency.predecessor) else { continue };
        if ends(dependency.kind).1 != end {
            continue;
        }
        let Some(why) = missing(operation, version, dependency, before, context.occurred_at) else {
            continue;
        };
        // Of what the actor may not see, only that there is something.
        if operation.shows_task(before, context.actor.partner()) {
            let id = TaskId::of(operation.id(), &before.code).to_string();
            let message = format!("{} waits for {dependency}: {why}", task.code);
            reasons.add_about(RefusalCode::PredecessorIncomplete, "task", message, Some(id));
        } else {
            let message = format!("{} waits for another task.", task.code);
            reasons.add(RefusalCode::PredecessorIncomplete, "task", message);
        }
    }
}

/// Why the dependency is not met at that moment.
fn missing(
    operation: &Operation,
    version: &Version,
    dependency: &Dependency,
    before: &PlannedTask,
    at: Instant,
) -> Option<String> {
    let standing = operation.standing(&before.code);
    if standing.status == TaskStatus::Cancelled {
        return None;
    }
    let awaited = ends(dependency.kind).0;
    let (reached, verb) = match awaited {
        End::Start => (standing.started_at, "started"),
        End::Finish => (standing.ended_at, "completed"),
    };
    let expected = || {
        let planned = planned(operation, version, before)?;
        Some(match (awaited, standing.started_at) {
            (End::Start, _) => planned.0,
            (End::Finish, Some(started)) => started + (planned.1 - planned.0),
            (End::Finish, None) => planned.1,
        })
    };
    let counts = if dependency.lag < Span::ZERO { reached.or_else(expected) } else { reached };
    let Some(counts) = counts else { return Some(format!("{} has not been {verb}.", before.code)) };
    let from = counts.checked_add_signed(dependency.lag.as_delta())?;
    if from <= at {
        return None;
    }
    let (reached, from) = (counts.to_rfc3339(), from.to_rfc3339());
    Some(if dependency.lag == Span::ZERO {
        format!("{} was {verb} only at {reached}.", before.code)
    } else {
        format!("{} is {verb} at {reached}, so it is met from {from} on.", before.code)
    })
}

/// When the plan has it start and finish.
fn planned(operation: &Operation, version: &Version, task: &PlannedTask) -> Option<(Instant, Instant)> {
    let h_hour = operation.h_hour?;
    let hours = Hours { calendars: &version.sections.calendars, h_hour: Some(h_hour), floating: false };
    let finish = Finishes::new(&hours).of(task);
    Some((h_hour + task.start_offset.as_delta(), h_hour + finish.as_delta()))
}
