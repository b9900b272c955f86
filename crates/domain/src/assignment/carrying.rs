//! When officers are bound while their tasks are carried out: from the start that is claimed, until the planned
//! finish, or the one that is claimed, or on and on while the task goes on.

use super::telling::{short, tell_overlap};
use crate::{
    Context, Event, Instant, PostCode, Reasons, Rejection, Span, TaskCode, World,
    assignment::{Assignment, AssignmentEvent, Booking, Progress},
    execution::Work,
    operation::Operation,
};

/// What binds a post to a task from that moment on.
fn binding(operation: &Operation, work: Work<'_>, at: Instant) -> Option<Booking> {
    let known = operation.executions.get(work.code()).and_then(|execution| execution.baseline);
    let baseline = known.or_else(|| work.baseline(operation.h_hour))?;
    let start = since(baseline.h_hour, at);
    let finish = since(baseline.h_hour, baseline.finish);
    // What is work takes time, also where it begins after its planned finish.
    let least = if work.duration() > Span::ZERO { Span::seconds(1) } else { Span::ZERO };
    let duration = (finish - start).max(least).min(Span::MAX);
    let h_hour = Some(baseline.h_hour);
    let is_fixed = matches!(work, Work::Emergent(_));
    let progress = Progress::UnderWay;
    Some(Booking { task: work.code().clone(), start, duration, h_hour, is_fixed, progress })
}

/// In whole seconds, the last one that had begun.
fn since(h_hour: Instant, at: Instant) -> Span {
    Span::seconds((at - h_hour).num_milliseconds().div_euclid(1_000))
}

/// Domain rule 12 of those who start: none of them is at something else that was started.
pub(crate) fn check_free(
    world: &World,
    operation: &Operation,
    work: Work<'_>,
    context: &Context<'_>,
    reasons: &mut Reasons,
) -> Result<(), Rejection> {
    for assignment @ Assignment { post, number, .. } in operation.assignments_of(work.code()) {
        let from = bound_from(assignment, context.occurred_at);
        let Some(booking) = binding(operation, work, from) else { continue };
        let bookings = world.bookings(post)?;
        let mut clashes = bookings.clashes(&operation.code, *number, &booking, Some(context.now));
        // What is only planned is a conflict, which people see. Of what has ended only what went on then counts: a
        // report that comes late says nothing yet of its own end.
        let holds = |other: &Booking| match other.progress {
            Progress::Planned => false,
            Progress::UnderWay => true,
            Progress::Ended => other.instant() <= booking.instant(),
        };
        if let Some(clash) = clashes.find(|(_, other)| holds(other)) {
            let viewer = context.actor.partner();
            let seen = operation.shows_work(&clash.1.task, viewer, world.coalition()?);
            tell_overlap(operation, post, &booking, clash, seen, "task", reasons);
        }
    }
    Ok(())
}

/// Who was assigned only after the task was started was not there before.
fn bound_from(assignment: &Assignment, started: Instant) -> Instant {
    started.max(assignment.assigned_at)
}

/// That each post of the task is bound from that moment on.
pub(crate) fn begin(operation: &Operation, work: Work<'_>, at: Instant) -> Vec<Event> {
    let bound = operation.assignments_of(work.code());
    bound
        .filter_map(|assignment| {
            let booking = binding(operation, work, bound_from(assignment, at))?;
            under_way(operation, assignment.number, &assignment.post, &booking)
        })
        .collect()
}

/// What binds a post that joins a task which goes on; `None`: it does not.
pub(super) fn join(operation: &Operation, work: Work<'_>, at: Instant) -> Option<Booking> {
    let standing = operation.standing(work.code());
    let from = standing.started_at.filter(|_| standing.status.goes_on())?.max(at);
    binding(operation, work, from)
}

/// The event that tells it; `None` without an H-hour, when nothing goes on.
pub(super) fn under_way(
    operation: &Operation,
    number: u32,
    post: &PostCode,
    booking: &Booking,
) -> Option<Event> {
    Some(Event::Assignment(AssignmentEvent::AssignmentUnderWay {
        operation: operation.code.clone(),
        number,
        task: booking.task.clone(),
        post: post.clone(),
        start: booking.start,
        duration: booking.duration,
        h_hour: booking.h_hour?,
    }))
}

/// That each post of the task was bound from its start to that moment.
pub(crate) fn end(
    operation: &Operation,
    task: &TaskCode,
    started: Option<Instant>,
    at: Instant,
) -> Vec<Event> {
    let baseline = operation.executions.get(task).and_then(|execution| execution.baseline);
    let (Some(baseline), Some(started)) = (baseline, started) else { return Vec::new() };
    let retimed = |assignment: &Assignment| {
        let start = since(baseline.h_hour, bound_from(assignment, started));
        let duration = (since(baseline.h_hour, at) - start).max(Span::ZERO).min(Span::MAX);
        Event::Assignment(AssignmentEvent::AssignmentRetimed {
            operation: operation.code.clone(),
            number: assignment.number,
            task: task.clone(),
            post: assignment.post.clone(),
            start,
            duration,
        })
    };
    operation.assignments_of(task).map(retimed).collect()
}

/// That nobody is bound to a task which is called off.
pub(crate) fn free(operation: &Operation, task: &TaskCode) -> Vec<Event> {
    let withdrawn = |assignment: &Assignment| {
        Event::Assignment(AssignmentEvent::AssignmentWithdrawn {
            operation: operation.code.clone(),
            number: assignment.number,
            task: task.clone(),
            post: assignment.post.clone(),
            reason: short(&format!("{task} was cancelled.")),
        })
    };
    operation.assignments_of(task).map(withdrawn).collect()
}
