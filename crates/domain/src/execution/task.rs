//! What may be claimed of a task, by whom, and what that does to those who are bound to it.
//!
//! Order is judged when something is claimed: domain rules 15 and 16. A correction is stored whatever it
//! contradicts, because the world does not ask; what contradicts is told as a conflict.

use super::{sources::FIELD, waits};
use crate::{
    Actor, At, Context, Event, Instant, PartnerCode, Position, PostCode, Prose, Reasons, Recorded,
    RefusalCode, Rejection, Reported, Role, Subject, TaskCode, Told, World,
    actor::CLOCK_SKEW,
    assignment::carrying,
    claim::Claim,
    coalition::PartnerStatus,
    execution::{
        BlockReason, ExecutionEvent, Standing, TaskClaim, TaskExecution, TaskReport, TaskStatus, Work,
    },
    ids::{CommandId, EventId, TaskClaimId, TaskId},
    operation::{Operation, gates},
    plan::{PlannedTask, Version},
};
use std::sync::Arc;
use uuid::Uuid;

/// Most claims of one list.
const MOST_REPORTS: usize = 1_000;

/// A task, and what is known of how it is carried out.
struct Found<'a> {
    operation: &'a Operation,
    work: Work<'a>,
    standing: Standing,
}

/// One claim on one task.
pub(super) fn claim(
    world: &World,
    operation: &Operation,
    (code, says): (&TaskCode, &TaskClaim),
    context: &Context<'_>,
    reasons: Reasons,
) -> Result<Vec<Event>, Rejection> {
    let begins = matches!(says, TaskClaim::Issued | TaskClaim::Acknowledged | TaskClaim::Started);
    let version = if begins { operation.plan.version_in_force() } else { operation.plan.last_in_force() };
    let (found, mut reasons) = find(world, operation, (version, code), "task", context, reasons)?;
    authorise(&found, says, world, context)?;
    need_bookings(world, operation, [code])?;
    let standing = &found.standing;
    let said_already = match says {
        TaskClaim::Issued => standing.status == TaskStatus::Issued,
        TaskClaim::Acknowledged => standing.acknowledged_at.is_some(),
        TaskClaim::Started
        | TaskClaim::Progress { .. }
        | TaskClaim::Blocked { .. }
        | TaskClaim::Unblocked { .. }
        | TaskClaim::Completed { .. }
        | TaskClaim::Cancelled { .. } => false,
    };
    if said_already {
        return reasons.or(Vec::new());
    }
    check(world, &found, says, context, &mut reasons)?;
    let number = operation.executions.get(code).map_or(1, |known| known.claims.next_number());
    let at = context.occurred_at;
    let bound = match says {
        TaskClaim::Started => carrying::begin(operation, found.work, at),
        TaskClaim::Completed { .. } => carrying::end(operation, code, standing.started_at, at),
        TaskClaim::Cancelled { .. } => carrying::free(operation, code),
        TaskClaim::Issued
        | TaskClaim::Acknowledged
        | TaskClaim::Progress { .. }
        | TaskClaim::Blocked { .. }
        | TaskClaim::Unblocked { .. } => Vec::new(),
    };
    let told = says.clone().told(&operation.code, code, number);
    reasons.or([Event::Execution(told)].into_iter().chain(bound).collect())
}

/// Many claims: each is judged on what those before it say, and all are stored or none.
pub(super) fn report(
    world: &World,
    operation: &Operation,
    reports: &[TaskReport],
    context: &Context<'_>,
    mut reasons: Reasons,
) -> Result<Vec<Told>, Rejection> {
    context.require(FIELD)?;
    if reports.is_empty() || reports.len() > MOST_REPORTS {
        let message = format!("{} claims: a list has from 1 to {MOST_REPORTS}.", reports.len());
        return Err(reasons.refuse_with(RefusalCode::InvalidValue, "reports", message));
    }
    need_bookings(world, operation, reports.iter().map(|report| &report.task))?;
    let (mut overlay, mut head) = (world.clone(), context.head);
    let mut told = Vec::new();
    for (index, TaskReport { task, says, reported }) in reports.iter().enumerate() {
        let place = format!("reports.{index}");
        let own = reported.as_ref();
        let late_reason = own.and_then(|own| own.late_reason.as_deref()).or(context.late_reason);
        let occurred_at = own.map_or(context.occurred_at, |own| own.occurred_at);
        let context = Context { head, occurred_at, late_reason, ..context.clone() };
        let mut found = Reasons::default();
        if own.is_some() {
            context.check_times(&mut found);
        }
        if matches!(says, TaskClaim::Issued | TaskClaim::Cancelled { .. }) {
            let message = "A list tells what was done: issuing and cancelling are orders of their own.";
            found.add(RefusalCode::InvalidValue, "what", message);
            reasons.add_within(&place, found);
            continue;
        }
        // Founded when the command was judged, so it is there.
        let Some(operation) = overlay.operation(&operation.code)? else { continue };
        match claim(&overlay, operation, (task, says), &context, found) {
            Ok(events) => {
                let reported = Reported { occurred_at, late_reason: late_reason.map(str::to_owned) };
                for event in events {
                    head = Position(head.0 + 1);
                    overlay.apply(&foreseen(event.clone(), head, &reported, &context));
                    told.push(Told { event, reported: Some(reported.clone()) });
                }
            }
            Err(Rejection::Refused(refusals)) => reasons.add_within(&place, refusals.into()),
            Err(Rejection::Forbidden(message)) => {
                reasons.add(RefusalCode::Forbidden, &format!("{place}.task"), message);
            }
            Err(rejection) => return Err(rejection),
        }
    }
    reasons.or(told)
}

/// The event as the log will have it, but for its ids, which no fold looks at.
fn foreseen(event: Event, position: Position, reported: &Reported, context: &Context<'_>) -> Recorded {
    Recorded {
        at: At {
            position,
            occurred_at: reported.occurred_at,
            recorded_at: context.now,
            late_reason: reported.late_reason.clone(),
            actor: context.actor.to_string(),
        },
        event_id: EventId(Uuid::nil()),
        command_id: CommandId(Uuid::nil()),
        event,
    }
}

/// What is put right.
pub(super) struct Correction<'a> {
    pub claim: u32,
    pub at: Instant,
    pub reason: &'a Prose,
}

/// Domain rules 16 and 26: stored whatever it contradicts, as long as it is said of the past.
pub(super) fn correct(
    world: &World,
    operation: &Operation,
    code: &TaskCode,
    correction: &Correction<'_>,
    context: &Context<'_>,
    reasons: Reasons,
) -> Result<Vec<Event>, Rejection> {
    let version = operation.plan.last_in_force();
    let (found, mut reasons) = find(world, operation, (version, code), "claimId", context, reasons)?;
    let execution = operation.executions.get(code).map(Arc::as_ref);
    let claimed = |known: &'_ TaskExecution| known.claims.get(correction.claim).cloned();
    let Some(claim) = execution.and_then(claimed) else {
        return Err(reasons.not_found("claimId", "claim"));
    };
    authorise_correction(&found, &claim, world, context)?;
    if let Some(by) = claim.corrected_by {
        let by = TaskClaimId::of(TaskId::of(operation.id(), code), by).to_string();
        let message = "This claim was corrected: correct the one that took its place.";
        reasons.add_about(RefusalCode::WrongState, "claimId", message, Some(by));
    } else if claim.occurred_at == correction.at {
        return reasons.or(Vec::new());
    }
    let ahead = correction.at.to_utc() > context.now + CLOCK_SKEW.as_delta();
    reasons.check(!ahead, RefusalCode::OccurredInFuture, "at", || {
        format!("{} lies after the present, {}.", correction.at.to_rfc3339(), context.now.to_rfc3339())
    });
    context.check_near(correction.at, "at", &mut reasons);
    let number = execution.map_or(1, |known| known.claims.next_number());
    let mut events = vec![Event::Execution(ExecutionEvent::TaskTimesCorrected {
        operation: operation.code.clone(),
        task: code.clone(),
        claim: number,
        corrects: claim.number,
        at: correction.at,
        reason: correction.reason.clone(),
    })];
    events.extend(rebound(&found, execution, &claim, correction.at));
    reasons.or(events)
}

/// When the task's officers were bound, now that a claim says another time.
fn rebound(
    found: &Found<'_>,
    execution: Option<&TaskExecution>,
    claim: &Claim<TaskClaim>,
    at: Instant,
) -> Vec<Event> {
    let Found { operation, work, standing } = found;
    let moved = |was: Option<Instant>| if was == Some(claim.occurred_at) { Some(at) } else { was };
    let (started, ended) = match claim.says {
        TaskClaim::Started => (moved(standing.started_at), standing.ended_at),
        TaskClaim::Completed { .. } => (standing.started_at, moved(standing.ended_at)),
        _ => return Vec::new(),
    };
    let (Some(started), Some(_)) = (started, execution) else { return Vec::new() };
    match ended {
        Some(ended) => carrying::end(operation, work.code(), Some(started), ended),
        None => carrying::begin(operation, *work, started),
    }
}

/// The task, as this version or a response has it, and the actor sees it: what goes on is reported on also when its plan was
/// withdrawn.
fn find<'a>(
    world: &'a World,
    operation: &'a Operation,
    (version, code): (Option<&'a Version>, &TaskCode),
    field: &str,
    context: &Context<'_>,
    reasons: Reasons,
) -> Result<(Found<'a>, Reasons), Rejection> {
    let (coalition, viewer) = (world.coalition()?, context.actor.partner());
    let shown = version.filter(|version| operation.shows(version, viewer, coalition));
    let Some(work) = operation.work(shown, code, viewer, coalition) else {
        if shown.is_some() {
            return Err(reasons.not_found(field, "task"));
        }
        let message = "Tasks of a promulgated plan are carried out, and there is none.";
        return Err(reasons.refuse_with(RefusalCode::PlanNotInForce, "", message));
    };
    Ok((Found { operation, work, standing: operation.standing(code) }, reasons))
}

/// Orders are given by staff, a task is called off by a commander of its lead, or of the operation's once that takes no
/// tasks any more; everything else is said by those who carry it out, or by the officer who speaks for them.
fn authorise(
    found: &Found<'_>,
    says: &TaskClaim,
    world: &World,
    context: &Context<'_>,
) -> Result<(), Rejection> {
    let Found { operation, work, .. } = found;
    match says {
        TaskClaim::Issued => {
            let own = context.actor.partner() == Some(work.lead());
            let lead: &PartnerCode = if own { work.lead() } else { &operation.lead };
            context.require_of(lead, &[Role::Planner, Role::Commander])
        }
        TaskClaim::Cancelled { .. } => {
            let is_there = world.coalition()?.takes_tasks(work.lead());
            let lead = if is_there { work.lead() } else { &operation.lead };
            context.require_of(lead, &[Role::Commander])
        }
        TaskClaim::Acknowledged if is_post_of(found, context) => context.require(FIELD),
        TaskClaim::Acknowledged => {
            context.require(FIELD)?;
            Err(Rejection::Forbidden(format!("This is for the post of {} to say.", work.code())))
        }
        TaskClaim::Started
        | TaskClaim::Progress { .. }
        | TaskClaim::Blocked { .. }
        | TaskClaim::Unblocked { .. }
        | TaskClaim::Completed { .. } => authorise_report(found, context),
    }
}

fn authorise_report(found: &Found<'_>, context: &Context<'_>) -> Result<(), Rejection> {
    if is_post_of(found, context) {
        return context.require(FIELD);
    }
    context.require(FIELD)?;
    let (code, lead) = (found.work.code(), found.work.lead());
    context.require_of(lead, &[Role::Liaison]).map_err(|_| {
        Rejection::Forbidden(format!(
            "This is for the post of {code}, or a liaison officer of {lead}, to say."
        ))
    })
}

/// What a nation said is put right by that nation: by the post that said it, or by who could say it now.
fn authorise_correction(
    found: &Found<'_>,
    claim: &Claim<TaskClaim>,
    world: &World,
    context: &Context<'_>,
) -> Result<(), Rejection> {
    context.require(FIELD)?;
    let reporter: Option<PostCode> = claim.reporter.parse().ok();
    if let Actor::Post { post, .. } = context.actor
        && reporter.as_ref() == Some(post)
    {
        return Ok(());
    }
    let coalition = world.coalition()?;
    let known = reporter.and_then(|reporter| coalition.posts.get(&reporter));
    // Who has left puts nothing right any more.
    let status = known.and_then(|reporter| Some(coalition.partners.get(&reporter.partner)?.status));
    if status == Some(PartnerStatus::Withdrawn) {
        return context.require_of(&found.operation.lead, &[Role::Commander, Role::Liaison]);
    }
    if let Some(reporter) = known.filter(|reporter| context.actor.partner() != Some(&reporter.partner)) {
        return Err(Rejection::Forbidden(format!("This is for {} to put right.", reporter.partner)));
    }
    authorise(found, &claim.says, world, context)
}

/// Whether the actor is in a post that is bound to the task, or in the one that the plan foresees while none is and
/// it was not started.
fn is_post_of(found: &Found<'_>, context: &Context<'_>) -> bool {
    let Found { operation, work, .. } = found;
    let Actor::Post { post, partner, .. } = context.actor else { return false };
    let mut bound = operation.assignments_of(work.code()).peekable();
    let its = match bound.peek() {
        Some(_) => bound.any(|assignment| assignment.post == *post),
        None => work.post() == Some(post) && !operation.has_started(work.code()),
    };
    its && partner == work.lead()
}

fn need_bookings<'a>(
    world: &World,
    operation: &Operation,
    tasks: impl IntoIterator<Item = &'a TaskCode>,
) -> Result<(), Rejection> {
    let tasks: std::collections::BTreeSet<_> = tasks.into_iter().collect();
    let bound = operation.live_assignments().filter(|assignment| tasks.contains(&assignment.task));
    world.need(bound.map(|assignment| Subject::Bookings(assignment.post.clone())))
}

fn check(
    world: &World,
    found: &Found<'_>,
    says: &TaskClaim,
    context: &Context<'_>,
    reasons: &mut Reasons,
) -> Result<(), Rejection> {
    let Found { operation, work, standing } = found;
    let (code, at) = (work.code(), context.occurred_at);
    if let Some(ended) = &operation.ended {
        // What goes on when an operation is broken off is still brought to its end.
        let ends = ended.terminated.is_some()
            && standing.status.goes_on()
            && !matches!(says, TaskClaim::Issued | TaskClaim::Acknowledged | TaskClaim::Started);
        reasons.check(ends, RefusalCode::WrongState, "", || {
            format!("{} is {}.", operation.code, operation.status())
        });
    }
    let then = standing_then(found, at);
    match says {
        TaskClaim::Issued => {
            reasons.check(standing.status == TaskStatus::Planned, RefusalCode::WrongState, "task", || {
                format!("{} is {}.", code, standing.status)
            });
        }
        TaskClaim::Acknowledged => {
            reasons.check(then.issued_at.is_some(), RefusalCode::WrongState, "task", || {
                not_by_then(code, "issued", standing.issued_at, at)
            });
        }
        TaskClaim::Started => return check_start(world, found, context, reasons),
        TaskClaim::Progress { percent, .. } => {
            reasons.check(*percent <= 100, RefusalCode::InvalidValue, "percent", || {
                format!("{percent} is not from 0 to 100.")
            });
            check_goes_on(found, &then, at, reasons);
        }
        TaskClaim::Blocked { reason, text } => {
            reasons.check(
                *reason != BlockReason::Other || text.is_some(),
                RefusalCode::ReasonRequired,
                "text",
                || "Say what is in the way.".to_owned(),
            );
            if check_goes_on(found, &then, at, reasons) {
                reasons.check(then.blocked.is_none(), RefusalCode::WrongState, "task", || {
                    format!("{code} is blocked already.")
                });
            }
        }
        TaskClaim::Unblocked { .. } => {
            reasons.check(then.blocked.is_some(), RefusalCode::WrongState, "task", || {
                format!("{} is not blocked at {}.", code, at.to_rfc3339())
            });
        }
        TaskClaim::Completed { .. } => {
            if check_goes_on(found, &then, at, reasons) {
                check_last(found, at, reasons);
                if let Work::Planned(version, task) = work {
                    waits::check(operation, version, task, waits::End::Finish, context, reasons);
                }
            }
        }
        TaskClaim::Cancelled { .. } => {
            reasons.check(!standing.status.has_ended(), RefusalCode::WrongState, "task", || {
                format!("{} is {}.", code, standing.status)
            });
            let started = standing.started_at.is_none_or(|started| started <= at);
            reasons.check(started, RefusalCode::InvalidValue, "occurredAt", || {
                not_by_then(code, "started", standing.started_at, at)
            });
        }
    }
    Ok(())
}

/// Where the task stood at that moment, as far as is known now.
fn standing_then(found: &Found<'_>, at: Instant) -> Standing {
    let execution = found.operation.executions.get(found.work.code());
    execution.map(|known| known.standing_at(at)).unwrap_or_default()
}

fn check_goes_on(found: &Found<'_>, then: &Standing, at: Instant, reasons: &mut Reasons) -> bool {
    let (code, standing) = (found.work.code(), &found.standing);
    let goes_on = then.status.goes_on();
    reasons.check(goes_on, RefusalCode::WrongState, "task", || match standing.ended_at {
        Some(ended) if then.status.has_ended() => {
            format!("{} was {} at {}.", code, then.status, ended.to_rfc3339())
        }
        _ => not_by_then(code, "started", standing.started_at, at),
    });
    goes_on
}

/// What is done is done once, and not before anything else that is said of it.
fn check_last(found: &Found<'_>, at: Instant, reasons: &mut Reasons) {
    let (operation, code, standing) = (found.operation, found.work.code(), &found.standing);
    reasons.check(!standing.status.has_ended(), RefusalCode::WrongState, "task", || {
        format!("{} is {}: correct that claim.", code, standing.status)
    });
    let execution = operation.executions.get(code);
    let later = execution.and_then(|known| known.claims.live().last().copied().cloned());
    let later = later.filter(|claim| claim.occurred_at > at && !standing.status.has_ended());
    if let Some(claim) = later {
        reasons.add(
            RefusalCode::InvalidValue,
            "occurredAt",
            format!("{} was still carried out at {}.", code, claim.occurred_at.to_rfc3339()),
        );
    }
}

/// Domain rule 15, all of it at once.
fn check_start(
    world: &World,
    found: &Found<'_>,
    context: &Context<'_>,
    reasons: &mut Reasons,
) -> Result<(), Rejection> {
    let Found { operation, work, standing } = found;
    let (code, at) = (work.code(), context.occurred_at);
    if let Some(started) = standing.started_at {
        let started = started.to_rfc3339();
        let message = format!("{code} was started at {started}: correct that claim.");
        reasons.add(RefusalCode::WrongState, "task", message);
        return Ok(());
    }
    reasons.check(!standing.status.has_ended(), RefusalCode::WrongState, "task", || {
        format!("{code} is {}.", standing.status)
    });
    match work {
        Work::Planned(version, task) => {
            check_active(operation, at, reasons);
            if operation.plan.suspended_since.is_none_or(|since| since <= at) {
                gates::check_runs(version, reasons);
            }
            check_phase(operation, task, at, reasons);
            waits::check(operation, version, task, waits::End::Start, context, reasons);
        }
        // A response waits for no phase, and for no plan.
        Work::Emergent(emergent) => {
            let what = format!("{code} was decided");
            context.check_since(emergent.decided_at, &what, reasons);
        }
    }
    carrying::check_free(world, operation, *work, context, reasons)
}

/// An operation that was activated by then, and not paused.
fn check_active(operation: &Operation, at: Instant, reasons: &mut Reasons) {
    match operation.activated_at {
        None => {
            let message = format!("{} is {}: it has not been activated.", operation.code, operation.status());
            reasons.add(RefusalCode::WrongState, "", message);
        }
        Some(activated) => reasons.check(activated <= at, RefusalCode::WrongState, "occurredAt", || {
            format!("{} was activated only at {}.", operation.code, activated.to_rfc3339())
        }),
    }
    gates::check_ran(operation, at, reasons);
    if let Some(paused) = operation.paused.as_ref().filter(|paused| paused.at <= at) {
        let (code, since) = (&operation.code, paused.at.to_rfc3339());
        reasons.add(
            RefusalCode::WrongState,
            "",
            format!("{code} is paused since {since}: {}", paused.reason),
        );
    }
}

fn check_phase(operation: &Operation, task: &PlannedTask, at: Instant, reasons: &mut Reasons) {
    let phase = operation.phases.get(&task.phase);
    let (from, to) = (phase.and_then(|phase| phase.started_at), phase.and_then(|phase| phase.completed_at));
    let open = from.is_some_and(|from| from <= at) && to.is_none_or(|to| at < to);
    reasons.check(open, RefusalCode::PhaseNotStarted, "task", || match (from, to) {
        (None, _) => format!("Phase {} has not been started.", task.phase),
        (Some(from), _) if at < from => {
            format!("Phase {} was started only at {}.", task.phase, from.to_rfc3339())
        }
        (Some(_), to) => {
            let over = to.map(|to| to.to_rfc3339()).unwrap_or_default();
            format!("Phase {} is over since {over}.", task.phase)
        }
    });
}

fn not_by_then(task: &TaskCode, what: &str, when: Option<Instant>, at: Instant) -> String {
    match when {
        Some(when) if when > at => format!("{task} was {what} only at {}.", when.to_rfc3339()),
        _ => format!("{task} has not been {what}."),
    }
}
