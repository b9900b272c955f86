//! Rules of an operation's pauses and its end.

use crate::{
    Context, Event, Prose, Reasons, RefusalCode, Rejection, Role,
    assignment::{AssignmentEvent, telling::short},
    ids::TaskId,
    incident,
    operation::{Operation, OperationEvent, OperationStatus},
    request,
};

pub(super) fn pause(
    operation: &Operation,
    reason: &Prose,
    context: &Context<'_>,
    mut reasons: Reasons,
) -> Result<Vec<Event>, Rejection> {
    context.require_of(&operation.lead, &[Role::Commander])?;
    if operation.paused.is_some() {
        return reasons.or(Vec::new());
    }
    let status = operation.status();
    reasons.check(status == OperationStatus::Active, RefusalCode::WrongState, "", || is(operation));
    check_after_start(operation, context, &mut reasons);
    reasons.or(vec![Event::Operation(OperationEvent::OperationPaused {
        operation: operation.code.clone(),
        reason: reason.clone(),
    })])
}

/// What its lead has paused; a plan that a partner has suspended is let go on by that partner.
pub(super) fn resume(
    operation: &Operation,
    context: &Context<'_>,
    mut reasons: Reasons,
) -> Result<Vec<Event>, Rejection> {
    context.require_of(&operation.lead, &[Role::Commander])?;
    reasons.check(operation.paused.is_some(), RefusalCode::WrongState, "", || {
        format!("{} is {}, and nobody has paused it.", operation.code, operation.status())
    });
    check_after_start(operation, context, &mut reasons);
    reasons.or(vec![Event::Operation(OperationEvent::OperationResumed { operation: operation.code.clone() })])
}

/// Once nothing of it goes on. Clashes with other operations need not be settled: what they are with may last.
pub(super) fn close(
    operation: &Operation,
    context: &Context<'_>,
    mut reasons: Reasons,
) -> Result<Vec<Event>, Rejection> {
    context.require_of(&operation.lead, &[Role::Commander])?;
    if operation.status() == OperationStatus::Closed {
        return reasons.or(Vec::new());
    }
    let runs = operation.activated_at.is_some() && operation.ended.is_none();
    reasons.check(runs, RefusalCode::WrongState, "", || is(operation));
    for task in operation.executions.keys() {
        let standing = operation.standing(task);
        if let Some(ended) = standing.ended_at {
            context.check_since(ended, &format!("{task} ended"), &mut reasons);
        }
        if runs && standing.status.goes_on() {
            reasons.add_about(
                RefusalCode::TaskInProgress,
                "",
                format!("{task} goes on."),
                Some(TaskId::of(operation.id(), task).to_string()),
            );
        }
    }
    if runs {
        incident::check_closed(operation, &mut reasons);
        request::check_answered(operation, &mut reasons);
    }
    check_after_start(operation, context, &mut reasons);
    let closed = OperationEvent::OperationClosed { operation: operation.code.clone() };
    reasons.or(with_officers_freed(operation, closed, &format!("{} was closed.", operation.code)))
}

/// At any time before its end. What goes on stays as it is reported, and can be ended.
pub(super) fn terminate(
    operation: &Operation,
    reason: &Prose,
    context: &Context<'_>,
    mut reasons: Reasons,
) -> Result<Vec<Event>, Rejection> {
    context.require_of(&operation.lead, &[Role::Commander])?;
    if operation.status() == OperationStatus::Terminated {
        return reasons.or(Vec::new());
    }
    reasons.check(operation.ended.is_none(), RefusalCode::WrongState, "", || is(operation));
    check_after_start(operation, context, &mut reasons);
    let (operation_code, reason) = (operation.code.clone(), reason.clone());
    let terminated = OperationEvent::OperationTerminated { operation: operation_code, reason };
    let why = format!("{} was terminated.", operation.code);
    reasons.or(with_officers_freed(operation, terminated, &why))
}

fn is(operation: &Operation) -> String {
    format!("{} is {}.", operation.code, operation.status())
}

/// A late entry must not put a pause or an end before what it is of.
fn check_after_start(operation: &Operation, context: &Context<'_>, reasons: &mut Reasons) {
    let code = &operation.code;
    match operation.activated_at {
        Some(activated) => context.check_since(activated, &format!("{code} was activated"), reasons),
        None => context.check_since(operation.initiated_at, &format!("{code} was initiated"), reasons),
    }
    if let Some(paused) = &operation.paused {
        context.check_since(paused.at, &format!("{code} was paused"), reasons);
    }
}

/// Nobody stays bound to what will not be carried out; who has carried a task out, has, and what goes on is brought
/// to its end by those who are at it.
fn with_officers_freed(operation: &Operation, end: OperationEvent, why: &str) -> Vec<Event> {
    let open = operation.live_assignments().filter(|assignment| !operation.has_started(&assignment.task));
    let freed = open.map(|assignment| {
        Event::Assignment(AssignmentEvent::AssignmentWithdrawn {
            operation: operation.code.clone(),
            number: assignment.number,
            task: assignment.task.clone(),
            post: assignment.post.clone(),
            reason: short(why),
        })
    });
    [Event::Operation(end)].into_iter().chain(freed).collect()
}
