//! Who may ask whom, and who answers.

use crate::{
    Context, Event, Instant, OperationCode, PartnerCode, PostCode, Priority, Prose, Reasons, RefusalCode,
    Rejection, RequestCode, Role, Subject, World,
    clock::{ClockKind, SetClock},
    coalition::{Coalition, PartnerStatus},
    command::Decide,
    ids::RequestId,
    incident,
    operation::{Operation, OperationStatus, marking},
    request::{
        Channel, NewRequest, Request, RequestClaim, RequestCommand, RequestEvent, RequestStanding,
        RequestStatus,
    },
};

/// Who asks and answers in a partner's name.
pub(super) const SPEAKERS: &[Role] = &[Role::Watch, Role::Liaison, Role::Commander];

/// What the rules of a request ask of.
struct Found<'a> {
    operation: &'a Operation,
    request: &'a Request,
    standing: RequestStanding,
}

impl Decide for RequestCommand {
    fn operation(&self) -> Option<&OperationCode> {
        Some(self.place().0)
    }

    fn decide(
        &self,
        world: &World,
        context: &Context<'_>,
        reasons: Reasons,
    ) -> Result<Vec<Event>, Rejection> {
        let (code, request) = self.place();
        if let Self::Issue { ask, .. } = self {
            let (operation, reasons) = world.visible_operation(code, context, reasons)?;
            return issue(world, operation, request, ask, context, reasons);
        }
        let (found, mut reasons) = find(world, code, request, context, reasons)?;
        // What is put right, or fell due, may be so after the operation has ended; what is open when it is broken off is
        // still brought to its end.
        let afterwards = matches!(self, Self::CorrectTimes { .. } | Self::MissDeadline { .. });
        let broken_off = found.operation.status() == OperationStatus::Terminated;
        let may = afterwards || broken_off && !matches!(self, Self::Escalate { .. });
        if found.operation.ended.is_some() && !may {
            // Whoever answers it may not read the operation.
            return Err(reasons.refuse_with(RefusalCode::WrongState, "", "Its operation has ended."));
        }
        match self {
            // Decided above.
            Self::Issue { .. } => reasons.or(Vec::new()),
            Self::Acknowledge { .. } => {
                found.require_answerer(world, context)?;
                if found.is_heard(context) {
                    return reasons.or(Vec::new());
                }
                // What was heard before it was over, and is told afterwards, was heard all the same.
                let then = found.request.standing_at(context.occurred_at);
                found.check_open_by(then.status, context, &mut reasons);
                let (operation, request) = found.place();
                reasons.or(tell(RequestEvent::RequestAcknowledged { operation, request }))
            }
            Self::Accept { .. } => {
                found.require_answerer(world, context)?;
                if found.standing.status == RequestStatus::Accepted {
                    return reasons.or(Vec::new());
                }
                found.check_open(context, &mut reasons);
                let (operation, request) = found.place();
                reasons.or(tell(RequestEvent::RequestAccepted { operation, request }))
            }
            Self::Decline { reason, .. } => {
                found.require_answerer(world, context)?;
                if found.standing.status == RequestStatus::Declined {
                    return reasons.or(Vec::new());
                }
                found.check_open(context, &mut reasons);
                let ((operation, request), reason) = (found.place(), reason.clone());
                reasons.or(tell(RequestEvent::RequestDeclined { operation, request, reason }))
            }
            Self::Fulfil { answer, .. } => {
                found.require_answerer(world, context)?;
                let same = answer.is_none() || *answer == found.standing.outcome;
                if found.standing.status == RequestStatus::Fulfilled && same {
                    return reasons.or(Vec::new());
                }
                found.check_open(context, &mut reasons);
                let ((operation, request), answer) = (found.place(), answer.clone());
                reasons.or(tell(RequestEvent::RequestFulfilled { operation, request, answer }))
            }
            Self::Escalate { priority, to, reason, .. } => {
                escalate(world, &found, (*priority, to.as_ref(), reason), context, reasons)
            }
            Self::Withdraw { reason, .. } => {
                context.require_of(found.request.from(), SPEAKERS)?;
                if found.standing.status == RequestStatus::Withdrawn {
                    return reasons.or(Vec::new());
                }
                found.check_open(context, &mut reasons);
                let ((operation, request), reason) = (found.place(), reason.clone());
                reasons.or(tell(RequestEvent::RequestWithdrawn { operation, request, reason }))
            }
            Self::CorrectTimes { claim, at, reason, .. } => {
                correct(world, &found, *claim, (*at, reason), context, reasons)
            }
            Self::MissDeadline { clock, .. } => miss(&found, *clock, context, reasons),
        }
    }
}

fn tell(event: RequestEvent) -> Vec<Event> {
    vec![Event::Request(event)]
}

/// The request, if the actor may see it: both its partners do, whether or not they read the operation.
fn find<'a>(
    world: &'a World,
    operation: &OperationCode,
    code: &RequestCode,
    context: &Context<'_>,
    reasons: Reasons,
) -> Result<(Found<'a>, Reasons), Rejection> {
    world.need([Subject::Coalition, Subject::Operation(operation.clone())])?;
    let viewer = context.actor.partner();
    let known = world.operation(operation)?.and_then(|operation| {
        let request = operation.requests.get(code)?;
        let seen =
            request.label.is_seen_by(viewer, |partner| operation.is_visible_to(partner), &operation.lead);
        seen.then_some((operation, request.as_ref()))
    });
    match known {
        Some((operation, request)) => {
            let standing = request.standing();
            Ok((Found { operation, request, standing }, reasons))
        }
        None => Err(reasons.not_found("request", "request")),
    }
}

impl Found<'_> {
    fn place(&self) -> (OperationCode, RequestCode) {
        (self.operation.code.clone(), self.request.code.clone())
    }

    /// Everybody answers for themselves. A partner that nobody speaks for here answers by a way of its own: what it said
    /// is entered by the one that asked, and the claim tells who entered it.
    fn require_answerer(&self, world: &World, context: &Context<'_>) -> Result<(), Rejection> {
        let (to, from) = (&self.request.to, self.request.from());
        let silent = !world.coalition()?.is_spoken_for(to);
        if silent && context.actor.partner() == Some(from) {
            return context.require(SPEAKERS);
        }
        context.require_of(to, SPEAKERS)
    }

    /// Whether somebody said so, or answered by then.
    fn is_heard(&self, context: &Context<'_>) -> bool {
        let mut live = self.request.claims.live().into_iter();
        live.any(|claim| claim.says == RequestClaim::Acknowledged)
            || self.standing.acknowledged_at.is_some_and(|at| at <= context.occurred_at)
    }

    fn check_open(&self, context: &Context<'_>, reasons: &mut Reasons) {
        self.check_open_by(self.standing.status, context, reasons);
    }

    fn check_open_by(&self, status: RequestStatus, context: &Context<'_>, reasons: &mut Reasons) {
        let (code, issued_at) = (&self.request.code, self.standing.issued_at);
        reasons
            .check(status.is_open(), RefusalCode::WrongState, "request", || format!("{code} is {status}."));
        if let Some(issued) = issued_at {
            context.check_since(issued, &format!("{code} was issued"), reasons);
        }
    }
}

fn issue(
    world: &World,
    operation: &Operation,
    code: &RequestCode,
    ask: &NewRequest,
    context: &Context<'_>,
    mut reasons: Reasons,
) -> Result<Vec<Event>, Rejection> {
    let from = context.require_post(SPEAKERS)?;
    let coalition = world.coalition()?;
    if !coalition.takes_tasks(from) {
        return Err(Rejection::Forbidden(format!("{from} takes no tasks, so it asks nobody.")));
    }
    reasons.check(!operation.requests.contains_key(code), RefusalCode::AlreadyExists, "code", || {
        format!("The code {code} is taken.")
    });
    let NewRequest { kind, channel, priority, to, incident, text, due, release } = ask;
    reasons.check(takes_part(coalition, to), RefusalCode::UnknownReference, "to", || {
        format!("{to} takes no part in the coalition.")
    });
    if let Some(incident) = incident {
        let known = operation.incidents.get(incident);
        let seen = known.filter(|known| known.label.admits(Some(from), &operation.lead));
        reasons.check(seen.is_some(), RefusalCode::NotFound, "incidentId", || {
            "There is no such incident.".to_owned()
        });
        if seen.is_some_and(|known| !known.is_open()) {
            reasons.add(RefusalCode::WrongState, "incidentId", format!("{incident} is closed."));
        }
    }
    if let Some(due) = due {
        context.check_near(*due, "due", &mut reasons);
        reasons.check(*due > context.occurred_at, RefusalCode::InvalidValue, "due", || {
            format!("{} is not after it was asked.", due.to_rfc3339())
        });
    }
    marking::check_partners(coalition, &release.releasable_to, "releasableTo", &mut reasons);
    context.check_since(operation.initiated_at, &format!("{} was initiated", operation.code), &mut reasons);
    let own = due.map(|due_at| SetClock { clock: ClockKind::Due, due_at, escalate_to: None });
    let by_rule = to_acknowledge(coalition, *channel, *priority, context.occurred_at);
    reasons.or(tell(RequestEvent::RequestIssued {
        operation: operation.code.clone(),
        request: code.clone(),
        kind: *kind,
        channel: *channel,
        priority: *priority,
        from: from.clone(),
        to: to.clone(),
        incident: incident.clone(),
        text: text.clone(),
        release: release.clone(),
        clocks: by_rule.into_iter().chain(own).collect(),
    }))
}

/// Whoever reads anything of the coalition: members and observers.
fn takes_part(coalition: &Coalition, partner: &PartnerCode) -> bool {
    let known = coalition.partners.get(partner);
    known.is_some_and(|known| matches!(known.status, PartnerStatus::Acceded | PartnerStatus::Observer))
}

/// The clock by the rules of the watch: between police alone.
fn to_acknowledge(
    coalition: &Coalition,
    channel: Channel,
    priority: Priority,
    from: Instant,
) -> Option<SetClock> {
    let mut limits = coalition.limits.iter().filter(|_| channel == Channel::Police);
    let limit = limits.find(|limit| limit.priority == priority && limit.clock == ClockKind::Acknowledge)?;
    Some(limit.set(from))
}

fn escalate(
    world: &World,
    found: &Found<'_>,
    (priority, to, reason): (Option<Priority>, Option<&PostCode>, &Prose),
    context: &Context<'_>,
    mut reasons: Reasons,
) -> Result<Vec<Event>, Rejection> {
    let Found { request, standing, .. } = found;
    context.require_of(request.from(), SPEAKERS)?;
    found.check_open(context, &mut reasons);
    reasons.check(priority.is_some() || to.is_some(), RefusalCode::InvalidValue, "", || {
        "Say how urgent it has become, or which post is called.".to_owned()
    });
    let known = standing.priority.unwrap_or(request.priority);
    if let Some(priority) = priority {
        // The first priority is the most urgent.
        reasons.check(priority < known, RefusalCode::WrongState, "priority", || {
            format!("{} is {known}: it can only become more urgent.", request.code)
        });
    }
    let coalition = world.coalition()?;
    let reads = |partner: &PartnerCode| {
        let reads_operation = |partner: &PartnerCode| found.operation.is_visible_to(partner);
        request.label.is_seen_by(Some(partner), reads_operation, &found.operation.lead)
    };
    incident::check_post(world, to, reads, &mut reasons)?;
    let unheard = standing.acknowledged_at.is_none();
    let clock = priority
        .filter(|_| unheard)
        .and_then(|priority| to_acknowledge(coalition, request.channel, priority, context.occurred_at));
    let (operation, request) = found.place();
    reasons.or(tell(RequestEvent::RequestEscalated {
        operation,
        request,
        priority,
        to: to.cloned(),
        reason: reason.clone(),
        clocks: clock.into_iter().collect(),
    }))
}

/// Domain rules 16 and 26: stored whatever it contradicts, as long as it is said of the past.
fn correct(
    world: &World,
    found: &Found<'_>,
    number: u32,
    (at, reason): (Instant, &Prose),
    context: &Context<'_>,
    mut reasons: Reasons,
) -> Result<Vec<Event>, Rejection> {
    let Some(claim) = found.request.claims.get(number) else {
        return Err(reasons.not_found("claimId", "claim"));
    };
    let answerable = [found.request.from(), found.request.from()];
    incident::authorise_correction(world, claim, answerable, context)?;
    if claim.corrected_by.is_none() && claim.occurred_at == at {
        return reasons.or(Vec::new());
    }
    incident::check_correction(claim, at, context, &mut reasons);
    let (operation, request) = found.place();
    reasons.or(tell(RequestEvent::RequestTimesCorrected {
        operation,
        request,
        claim: found.request.claims.next_number(),
        corrects: number,
        at,
        reason: reason.clone(),
    }))
}

fn miss(
    found: &Found<'_>,
    number: u32,
    context: &Context<'_>,
    reasons: Reasons,
) -> Result<Vec<Event>, Rejection> {
    let (clock, reasons) = found.request.clocks.fallen_due(number, context, reasons)?;
    let Some(clock) = clock else { return reasons.or(Vec::new()) };
    let (operation, request) = found.place();
    let mut events = tell(RequestEvent::RequestDeadlineMissed {
        operation: operation.clone(),
        request: request.clone(),
        clock: number,
        kind: clock.kind,
    });
    // Nobody is called to what was done since.
    if let Some(to) = clock.escalate_to.as_ref().filter(|_| clock.stopped_at.is_none()) {
        let reason = format!("{} fell due at {}.", clock.kind, clock.due_at.to_rfc3339());
        events.extend(tell(RequestEvent::RequestEscalated {
            operation,
            request,
            priority: None,
            to: Some(to.clone()),
            reason: crate::assignment::telling::short(&reason),
            clocks: Vec::new(),
        }));
    }
    reasons.or(events)
}

/// Adds `REQUEST_OPEN` for each request that somebody still has to answer: domain rule 19.
pub(crate) fn check_answered(operation: &Operation, reasons: &mut Reasons) {
    for (code, request) in &operation.requests {
        let status = request.standing().status;
        if status.is_open() {
            let id = RequestId::of(operation.id(), code).to_string();
            reasons.add_about(RefusalCode::RequestOpen, "", format!("{code} is {status}."), Some(id));
        }
    }
}
