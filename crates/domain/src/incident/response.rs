//! Rules of responses: what is decided, who is sent, when they are there.

use super::found::{FIELD, Found, WATCH};
use crate::{
    Actor, Context, Event, Position, PostCode, Prose, Reasons, RefusalCode, Rejection, Role, Span, TaskCode,
    World,
    incident::{IncidentEvent, IncidentStatus, Responder, ResponseTask},
};

/// What was decided.
pub(super) struct Response<'a> {
    pub task: Option<&'a ResponseTask>,
    pub reasons: &'a Prose,
    pub seen_at: Position,
}

/// By a commander of the incident's owner or of the operation's lead. A task of it is for a nation on its own territory:
/// no plan says that anybody consented to another one there.
pub(super) fn decide(
    world: &World,
    found: &Found<'_>,
    response: &Response<'_>,
    context: &Context<'_>,
    mut reasons: Reasons,
) -> Result<Vec<Event>, Rejection> {
    found.require_answerable(&[Role::Commander], context)?;
    found.check_open(context, &mut reasons);
    let reported = found.incident.claims.get(1).map_or(Position(0), |claim| claim.position);
    context.check_seen_at(&mut reasons, response.seen_at, reported);
    if let Some(task) = response.task {
        check_task(world, found, task, context, &mut reasons)?;
    }
    let (operation, incident) = found.place();
    reasons.or(vec![Event::Incident(IncidentEvent::ResponseDecided {
        operation,
        incident,
        task: response.task.cloned(),
        reasons: response.reasons.clone(),
        seen_at: response.seen_at,
    })])
}

fn check_task(
    world: &World,
    found: &Found<'_>,
    task: &ResponseTask,
    context: &Context<'_>,
    reasons: &mut Reasons,
) -> Result<(), Rejection> {
    let ResponseTask { code, lead, territory, post, start, duration, .. } = task;
    let (operation, coalition) = (found.operation, world.coalition()?);
    let taken = operation.emergent_tasks.contains_key(code)
        || operation.plan.versions.iter().any(|version| version.tasks.contains_key(code));
    reasons.check(!taken, RefusalCode::AlreadyExists, "task.code", || format!("The code {code} is taken."));
    reasons.check(coalition.takes_tasks(lead), RefusalCode::TakesNoTasks, "task.leadPartner", || {
        format!("{lead} takes no tasks.")
    });
    reasons.check(operation.is_visible_to(lead), RefusalCode::PartyCannotRead, "task.leadPartner", || {
        format!("{lead} may not read {}.", operation.code)
    });
    reasons.check(lead == territory, RefusalCode::ForeignLeadWithoutConsent, "task.territory", || {
        format!("{territory} has consented to no task of {lead} on its territory outside of the plan.")
    });
    if let Some(post) = post {
        match coalition.posts.get(post) {
            None => reasons.add(RefusalCode::NotFound, "task.post", "There is no such post."),
            Some(known) => {
                reasons.check(known.partner == *lead, RefusalCode::PostNotOfLeadPartner, "task.post", || {
                    format!("{lead} leads {code}, and {post} is a post of {}.", known.partner)
                });
            }
        }
    }
    coalition.check_liaison([lead], "task.leadPartner", reasons);
    reasons.check(
        *duration > Span::ZERO && duration.is_within_bounds(),
        RefusalCode::InvalidValue,
        "task.duration",
        || "A response takes time.".to_owned(),
    );
    context.check_near(*start, "task.start", reasons);
    Ok(())
}

/// Everybody sends their own: the post itself says that it goes, or its partner's commanders, liaison officers or watch.
fn authorise_post<'a>(
    world: &'a World,
    post: &PostCode,
    context: &Context<'_>,
    reasons: Reasons,
) -> Result<(&'a crate::PartnerCode, Reasons), Rejection> {
    let Some(known) = world.coalition()?.posts.get(post) else {
        return Err(reasons.not_found("post", "post"));
    };
    context.require(FIELD)?;
    if !matches!(context.actor, Actor::Post { post: own, .. } if own == post) {
        context.require_of(&known.partner, &[Role::Commander, Role::Liaison, Role::Watch])?;
    }
    Ok((&known.partner, reasons))
}

pub(super) fn dispatch(
    world: &World,
    found: &Found<'_>,
    post: &PostCode,
    task: Option<&TaskCode>,
    context: &Context<'_>,
    reasons: Reasons,
) -> Result<Vec<Event>, Rejection> {
    let (partner, mut reasons) = authorise_post(world, post, context, reasons)?;
    let known = found.standing.responders.iter().find(|known| known.post == *post);
    let already = |known: &Responder| {
        let stays = found.standing.reopened_at.is_none_or(|reopened| known.dispatched_at >= reopened);
        stays && (task.is_none() || known.task.as_ref() == task)
    };
    if known.is_some_and(already) {
        return reasons.or(Vec::new());
    }
    found.check_open(context, &mut reasons);
    reasons.check(world.coalition()?.takes_tasks(partner), RefusalCode::TakesNoTasks, "post", || {
        format!("{partner} takes no tasks.")
    });
    if let Some(task) = task {
        let (operation, viewer) = (found.operation, context.actor.partner());
        let emergent =
            operation.emergent_tasks.get(task).filter(|known| known.incident == found.incident.code);
        let reads = viewer.is_none_or(|partner| operation.is_visible_to(partner));
        let planned = if reads { operation.task(task, viewer, world.coalition()?) } else { None };
        let lead = emergent.map(|known| &known.task.lead).or(planned.map(|known| &known.lead));
        match lead {
            None => reasons.add(RefusalCode::NotFound, "task", "There is no such task."),
            Some(lead) => reasons.check(lead == partner, RefusalCode::PostNotOfLeadPartner, "task", || {
                format!("{lead} leads {task}, and {post} is a post of {partner}.")
            }),
        }
    }
    let (operation, incident) = found.place();
    reasons.or(vec![Event::Incident(IncidentEvent::ResponderDispatched {
        operation,
        incident,
        post: post.clone(),
        partner: partner.clone(),
        task: task.cloned(),
    })])
}

pub(super) fn arrive(
    world: &World,
    found: &Found<'_>,
    post: &PostCode,
    context: &Context<'_>,
    reasons: Reasons,
) -> Result<Vec<Event>, Rejection> {
    let (_, mut reasons) = authorise_post(world, post, context, reasons)?;
    let code = &found.incident.code;
    match found.standing.responders.iter().find(|known| known.post == *post) {
        Some(known) if known.arrived_at.is_some() => {
            let reopened = found.standing.reopened_at;
            let again = reopened > known.arrived_at;
            let arrived = known.arrived_at.map(|at| at.to_rfc3339()).unwrap_or_default();
            reasons.check(again, RefusalCode::WrongState, "post", || {
                format!("{post} arrived at {arrived}: correct that claim.")
            });
        }
        Some(known) => {
            context.check_since(known.dispatched_at, &format!("{post} was sent"), &mut reasons);
        }
        None => reasons.add(RefusalCode::WrongState, "post", format!("{post} was not sent to {code}.")),
    }
    let (operation, incident) = found.place();
    let post = post.clone();
    reasons.or(vec![Event::Incident(IncidentEvent::ResponderArrived { operation, incident, post })])
}

/// By those who answer for the incident, or a nation that was sent to it.
pub(super) fn contain(
    found: &Found<'_>,
    persons_recovered: Option<u32>,
    context: &Context<'_>,
    mut reasons: Reasons,
) -> Result<Vec<Event>, Rejection> {
    let own = context.actor.partner();
    let sent = found.standing.responders.iter().any(|responder| Some(&responder.partner) == own);
    if sent {
        context.require(FIELD)?;
    } else {
        found.require_answerable(WATCH, context)?;
    }
    let contained = found.standing.status == IncidentStatus::Contained;
    if contained && (persons_recovered.is_none() || persons_recovered == found.standing.persons_recovered) {
        return reasons.or(Vec::new());
    }
    found.check_open(context, &mut reasons);
    let (operation, incident) = found.place();
    reasons.or(vec![Event::Incident(IncidentEvent::IncidentContained {
        operation,
        incident,
        persons_recovered,
    })])
}
