//! Who may say what of an incident.

use super::response;
use crate::{
    Actor, Context, Event, IncidentCode, Instant, OperationCode, PartnerCode, PostCode, Priority, Prose,
    Reasons, RefusalCode, Rejection, Role, Subject, World,
    actor::CLOCK_SKEW,
    claim::Claim,
    clock::{ClockKind, SetClock},
    command::Decide,
    ids::IncidentId,
    incident::{
        Incident, IncidentClaim, IncidentCommand, IncidentEvent, IncidentStanding, IncidentStatus, Methane,
    },
    operation::{Operation, OperationStatus, marking},
    release::Release,
};

/// Whoever works in the field or in the centre, not those who only read or administer.
pub(super) const FIELD: &[Role] = &[Role::Planner, Role::Commander, Role::Liaison, Role::Watch];

/// Who judges incidents in the centre, and who calls others to them.
pub(super) const WATCH: &[Role] = &[Role::Watch, Role::Commander];

/// What the rules of an incident ask of.
pub(super) struct Found<'a> {
    pub operation: &'a Operation,
    pub incident: &'a Incident,
    pub standing: IncidentStanding,
}

impl Decide for IncidentCommand {
    fn operation(&self) -> Option<&OperationCode> {
        Some(self.place().0)
    }

    fn decide(
        &self,
        world: &World,
        context: &Context<'_>,
        reasons: Reasons,
    ) -> Result<Vec<Event>, Rejection> {
        let (code, incident) = self.place();
        if let Self::Report { report: methane, release, .. } = self {
            let (operation, reasons) = world.visible_operation(code, context, reasons)?;
            return report(world, operation, incident, methane, release.as_ref(), context, reasons);
        }
        let (found, reasons) = find(world, code, incident, context, reasons)?;
        // What is put right, or fell due, may be so after the operation has ended; what is open when it is broken off is
        // still brought to its end.
        let afterwards = matches!(self, Self::CorrectTimes { .. } | Self::MissDeadline { .. });
        let ends = matches!(self, Self::RecordArrival { .. } | Self::Contain { .. } | Self::Close { .. });
        let broken_off = found.operation.status() == OperationStatus::Terminated;
        if found.operation.ended.is_some() && !afterwards && !(ends && broken_off) {
            // Whoever was sent to it may not read the operation.
            return Err(reasons.refuse_with(RefusalCode::WrongState, "", "Its operation has ended."));
        }
        match self {
            // Decided above.
            Self::Report { .. } => reasons.or(Vec::new()),
            Self::Triage { priority, .. } => triage(world, &found, *priority, context, reasons),
            Self::Escalate { priority, to, reason, .. } => {
                escalate(world, &found, (*priority, to.as_ref(), reason), context, reasons)
            }
            Self::DecideResponse { task, reasons: why, seen_at, .. } => {
                let response = response::Response { task: task.as_ref(), reasons: why, seen_at: *seen_at };
                response::decide(world, &found, &response, context, reasons)
            }
            Self::Dispatch { post, task, .. } => {
                response::dispatch(world, &found, post, task.as_ref(), context, reasons)
            }
            Self::RecordArrival { post, .. } => response::arrive(world, &found, post, context, reasons),
            Self::Contain { persons_recovered, .. } => {
                response::contain(&found, *persons_recovered, context, reasons)
            }
            Self::Close { outcome, .. } => close(&found, outcome.as_ref(), context, reasons),
            Self::Reopen { reason, .. } => reopen(world, &found, reason, context, reasons),
            Self::CorrectTimes { claim, at, reason, .. } => {
                correct(world, &found, *claim, (*at, reason), context, reasons)
            }
            Self::MissDeadline { clock, .. } => miss(&found, *clock, context, reasons),
        }
    }
}

/// The incident, if the actor may see it: its owner and those who were sent to it do, whether or not they read the
/// operation.
fn find<'a>(
    world: &'a World,
    operation: &OperationCode,
    code: &IncidentCode,
    context: &Context<'_>,
    reasons: Reasons,
) -> Result<(Found<'a>, Reasons), Rejection> {
    world.need([Subject::Coalition, Subject::Operation(operation.clone())])?;
    let viewer = context.actor.partner();
    let known = world.operation(operation)?.and_then(|operation| {
        let incident = operation.incidents.get(code)?;
        let reads_operation = |partner: &PartnerCode| operation.is_visible_to(partner);
        let seen = incident.label.is_seen_by(viewer, reads_operation, &operation.lead);
        seen.then_some((operation, incident.as_ref()))
    });
    match known {
        Some((operation, incident)) => {
            Ok((Found { operation, incident, standing: incident.standing() }, reasons))
        }
        None => Err(reasons.not_found("incident", "incident")),
    }
}

impl Found<'_> {
    /// Adds a reason when it was closed by then, and when a late entry puts what follows it before it was reported.
    pub(super) fn check_open(&self, context: &Context<'_>, reasons: &mut Reasons) {
        let code = &self.incident.code;
        let closed = || self.incident.standing_at(context.occurred_at).status == IncidentStatus::Closed;
        // What happened before it was closed, and is told afterwards, happened all the same.
        let open = self.standing.status != IncidentStatus::Closed || !closed();
        reasons.check(open, RefusalCode::WrongState, "incident", || format!("{code} is closed."));
        self.check_since(context, reasons);
    }

    fn check_since(&self, context: &Context<'_>, reasons: &mut Reasons) {
        let IncidentStanding { reported_at, reopened_at, .. } = self.standing;
        let code = &self.incident.code;
        if let Some(at) = reported_at {
            context.check_since(at, &format!("{code} was reported"), reasons);
        }
        // Whatever clocks differ: what is said of a moment before it was reopened is of what was over then.
        if let Some(at) = reopened_at.filter(|at| context.occurred_at < *at) {
            let message = format!("{code} was reopened only at {}.", at.to_rfc3339());
            reasons.add(RefusalCode::InvalidValue, "occurredAt", message);
        }
    }

    /// Whose commanders and watch answer for it: its owner's and the operation's lead's.
    pub(super) fn require_answerable(&self, roles: &[Role], context: &Context<'_>) -> Result<(), Rejection> {
        context.require(roles)?;
        let (owner, lead) = (&self.incident.label.owner, &self.operation.lead);
        match context.actor.partner() {
            Some(own) if own == owner || own == lead => Ok(()),
            _ if owner == lead => Err(Rejection::Forbidden(format!("This is for {owner} to do."))),
            _ => Err(Rejection::Forbidden(format!("This is for {owner} or {lead} to do."))),
        }
    }

    pub(super) fn place(&self) -> (OperationCode, IncidentCode) {
        (self.operation.code.clone(), self.incident.code.clone())
    }
}

fn report(
    world: &World,
    operation: &Operation,
    code: &IncidentCode,
    methane: &Methane,
    release: Option<&Release>,
    context: &Context<'_>,
    mut reasons: Reasons,
) -> Result<Vec<Event>, Rejection> {
    let owner = context.require_post(FIELD)?;
    let coalition = world.coalition()?;
    if !coalition.takes_tasks(owner) {
        return Err(Rejection::Forbidden(format!("{owner} takes no tasks, so it reports no incidents.")));
    }
    // A code that is taken by what the actor may not see is taken, too.
    reasons.check(!operation.incidents.contains_key(code), RefusalCode::AlreadyExists, "code", || {
        format!("The code {code} is taken.")
    });
    if let Some(territory) = &methane.territory {
        let known = coalition.partners.contains_key(territory);
        reasons.check(known, RefusalCode::UnknownReference, "territory", || {
            format!("There is no partner {territory}.")
        });
    }
    if let Some(ccir) = &methane.ccir {
        // Of a version that the actor may read: which codes others have is not to be found out here.
        let version = operation.plan.current_version();
        let shown = version.filter(|version| operation.shows(version, Some(owner), coalition));
        let known =
            shown.is_some_and(|version| version.sections.ccir.iter().any(|known| known.code == *ccir));
        reasons.check(known, RefusalCode::UnknownReference, "ccir", || {
            format!("The plan has no information requirement {ccir}.")
        });
    }
    if let Some(release) = release {
        marking::check_partners(coalition, &release.releasable_to, "releasableTo", &mut reasons);
    }
    context.check_since(operation.initiated_at, &format!("{} was initiated", operation.code), &mut reasons);
    reasons.or(vec![Event::Incident(IncidentEvent::IncidentReported {
        operation: operation.code.clone(),
        incident: code.clone(),
        owner: owner.clone(),
        report: methane.clone(),
        release: release.cloned(),
    })])
}

/// The clocks that the rules of the watch set for that priority.
fn clocks(
    world: &World,
    priority: Priority,
    from: Instant,
    standing: &IncidentStanding,
) -> Result<Vec<SetClock>, Rejection> {
    let done = |kind| match kind {
        ClockKind::Decide => standing.decided_at.is_some(),
        ClockKind::Respond => standing.first_arrival().is_some(),
        ClockKind::Acknowledge | ClockKind::Due => true,
    };
    let limits = world.coalition()?.limits.iter();
    let set = limits.filter(|limit| limit.priority == priority && !done(limit.clock));
    Ok(set.map(|limit| limit.set(from)).collect())
}

fn triage(
    world: &World,
    found: &Found<'_>,
    priority: Priority,
    context: &Context<'_>,
    mut reasons: Reasons,
) -> Result<Vec<Event>, Rejection> {
    require_watch(world, context)?;
    let Found { incident, standing, .. } = found;
    if standing.triaged_at.is_some() && standing.priority == Some(priority) {
        return reasons.or(Vec::new());
    }
    found.check_open(context, &mut reasons);
    reasons.check(standing.triaged_at.is_none(), RefusalCode::WrongState, "priority", || {
        let known = standing.priority.map(|known| known.to_string()).unwrap_or_default();
        format!("{} is {known} already: escalate it.", incident.code)
    });
    let from = standing.since().unwrap_or(context.occurred_at);
    let clocks = clocks(world, priority, from, standing)?;
    let (operation, incident) = found.place();
    reasons.or(vec![Event::Incident(IncidentEvent::IncidentTriaged {
        operation,
        incident,
        priority,
        clocks,
    })])
}

/// The watch of any nation that takes tasks: the centre's officers stand for all.
fn require_watch(world: &World, context: &Context<'_>) -> Result<(), Rejection> {
    let partner = context.require_post(WATCH)?;
    if world.coalition()?.takes_tasks(partner) {
        return Ok(());
    }
    Err(Rejection::Forbidden(format!("{partner} takes no tasks, so it stands no watch.")))
}

fn escalate(
    world: &World,
    found: &Found<'_>,
    (priority, to, reason): (Option<Priority>, Option<&PostCode>, &Prose),
    context: &Context<'_>,
    mut reasons: Reasons,
) -> Result<Vec<Event>, Rejection> {
    require_watch(world, context)?;
    let Found { incident, standing, .. } = found;
    found.check_open(context, &mut reasons);
    reasons.check(priority.is_some() || to.is_some(), RefusalCode::InvalidValue, "", || {
        "Say how urgent it has become, or which post is called.".to_owned()
    });
    if let Some(priority) = priority {
        // The first priority is the most urgent.
        let rises = standing.priority.is_some_and(|known| priority < known);
        reasons.check(rises, RefusalCode::WrongState, "priority", || match standing.priority {
            Some(known) => format!("{} is {known}: it can only become more urgent.", incident.code),
            None => format!("{} has no priority yet: triage it.", incident.code),
        });
    }
    let reads = |partner: &PartnerCode| {
        let reads_operation = |partner: &PartnerCode| found.operation.is_visible_to(partner);
        incident.label.is_seen_by(Some(partner), reads_operation, &found.operation.lead)
    };
    check_post(world, to, reads, &mut reasons)?;
    let clocks = match priority {
        Some(priority) => clocks(world, priority, context.occurred_at, standing)?,
        None => Vec::new(),
    };
    let (operation, incident) = found.place();
    reasons.or(vec![Event::Incident(IncidentEvent::IncidentEscalated {
        operation,
        incident,
        priority,
        to: to.cloned(),
        reason: reason.clone(),
        clocks,
    })])
}

/// That there is a post to call, and that its partner may read what it is called to.
pub(crate) fn check_post(
    world: &World,
    to: Option<&PostCode>,
    reads: impl Fn(&PartnerCode) -> bool,
    reasons: &mut Reasons,
) -> Result<(), Rejection> {
    let Some(to) = to else { return Ok(()) };
    match world.coalition()?.posts.get(to) {
        None => reasons.add(RefusalCode::UnknownReference, "to", format!("There is no post {to}.")),
        Some(known) => {
            reasons.check(reads(&known.partner), RefusalCode::PartyCannotRead, "to", || {
                format!("{} may not read this, so {to} is not called to it.", known.partner)
            });
        }
    }
    Ok(())
}

fn close(
    found: &Found<'_>,
    outcome: Option<&Prose>,
    context: &Context<'_>,
    mut reasons: Reasons,
) -> Result<Vec<Event>, Rejection> {
    found.require_answerable(WATCH, context)?;
    if found.standing.status == IncidentStatus::Closed {
        return reasons.or(Vec::new());
    }
    found.check_since(context, &mut reasons);
    // Whoever was called to it, by the clock too, may not have known that it was over.
    let mut live = found.incident.claims.live().into_iter();
    let last = live.rfind(|claim| !matches!(claim.says, IncidentClaim::Escalated { .. }));
    if let Some(last) = last.map(|claim| claim.occurred_at) {
        let what = format!("Something else of {} happened", found.incident.code);
        context.check_since(last, &what, &mut reasons);
    }
    let (operation, incident) = found.place();
    let outcome = outcome.cloned();
    reasons.or(vec![Event::Incident(IncidentEvent::IncidentClosed { operation, incident, outcome })])
}

fn reopen(
    world: &World,
    found: &Found<'_>,
    reason: &Prose,
    context: &Context<'_>,
    mut reasons: Reasons,
) -> Result<Vec<Event>, Rejection> {
    found.require_answerable(WATCH, context)?;
    let Found { incident, standing, .. } = found;
    let closed = standing.status == IncidentStatus::Closed;
    reasons.check(closed, RefusalCode::WrongState, "incident", || {
        format!("{} is {}.", incident.code, standing.status)
    });
    // Whatever clocks differ: what is said to have been reopened before it was closed would stay closed.
    if let Some(at) = standing.closed_at.filter(|at| context.occurred_at < *at) {
        let message = format!("{} was closed only at {}.", incident.code, at.to_rfc3339());
        reasons.add(RefusalCode::InvalidValue, "occurredAt", message);
    }
    let anew = IncidentStanding::default();
    let clocks = match standing.priority {
        Some(priority) => clocks(world, priority, context.occurred_at, &anew)?,
        None => Vec::new(),
    };
    let (operation, incident) = found.place();
    let reason = reason.clone();
    reasons.or(vec![Event::Incident(IncidentEvent::IncidentReopened { operation, incident, reason, clocks })])
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
    let Some(claim) = found.incident.claims.get(number) else {
        return Err(reasons.not_found("claimId", "claim"));
    };
    authorise_correction(world, claim, [&found.incident.label.owner, &found.operation.lead], context)?;
    let same = claim.corrected_by.is_none() && claim.occurred_at == at;
    if same {
        return reasons.or(Vec::new());
    }
    check_correction(claim, at, context, &mut reasons);
    let (operation, incident) = found.place();
    reasons.or(vec![Event::Incident(IncidentEvent::IncidentTimesCorrected {
        operation,
        incident,
        claim: found.incident.claims.next_number(),
        corrects: number,
        at,
        reason: reason.clone(),
    })])
}

/// What a nation said is put right by that nation: by the post that said it, by its liaison officers, its watch or its
/// commanders. What a service said is put right by those of `answerable`.
pub(crate) fn authorise_correction<T>(
    world: &World,
    claim: &Claim<T>,
    answerable: [&PartnerCode; 2],
    context: &Context<'_>,
) -> Result<(), Rejection> {
    context.require(FIELD)?;
    let reporter: Option<PostCode> = claim.reporter.parse().ok();
    let Actor::Post { post, partner, .. } = context.actor else {
        return Err(Rejection::Forbidden("Services put nothing right.".to_owned()));
    };
    if reporter.as_ref() == Some(post) {
        return Ok(());
    }
    let of: Option<&PartnerCode> = match &reporter {
        Some(reporter) => world.coalition()?.posts.get(reporter).map(|known| &known.partner),
        None => None,
    };
    let [first, second] = of.map_or(answerable, |of| [of, of]);
    if partner != first && partner != second {
        let who = if first == second { first.to_string() } else { format!("{first} or {second}") };
        return Err(Rejection::Forbidden(format!("This is for {who} to put right.")));
    }
    context.require(&[Role::Liaison, Role::Commander, Role::Watch])
}

/// That a claim can be put right so.
pub(crate) fn check_correction<T>(
    claim: &Claim<T>,
    at: Instant,
    context: &Context<'_>,
    reasons: &mut Reasons,
) {
    reasons.check(claim.corrected_by.is_none(), RefusalCode::WrongState, "claimId", || {
        "This claim was corrected: correct the one that took its place.".to_owned()
    });
    let ahead = at.to_utc() > context.now + CLOCK_SKEW.as_delta();
    reasons.check(!ahead, RefusalCode::OccurredInFuture, "at", || {
        format!("{} lies after the present, {}.", at.to_rfc3339(), context.now.to_rfc3339())
    });
    context.check_near(at, "at", reasons);
}

fn miss(
    found: &Found<'_>,
    number: u32,
    context: &Context<'_>,
    reasons: Reasons,
) -> Result<Vec<Event>, Rejection> {
    let (clock, reasons) = found.incident.clocks.fallen_due(number, context, reasons)?;
    let Some(clock) = clock else { return reasons.or(Vec::new()) };
    let (operation, incident) = found.place();
    let mut events = vec![Event::Incident(IncidentEvent::IncidentDeadlineMissed {
        operation: operation.clone(),
        incident: incident.clone(),
        clock: number,
        kind: clock.kind,
    })];
    // Nobody is called to what was done since.
    if let Some(to) = clock.escalate_to.as_ref().filter(|_| clock.stopped_at.is_none()) {
        let reason = format!("{} fell due at {}.", clock.kind, clock.due_at.to_rfc3339());
        events.push(Event::Incident(IncidentEvent::IncidentEscalated {
            operation,
            incident,
            priority: None,
            to: Some(to.clone()),
            reason: crate::assignment::telling::short(&reason),
            clocks: Vec::new(),
        }));
    }
    reasons.or(events)
}

/// Adds `INCIDENT_OPEN` for each incident that is not closed: domain rule 19.
pub(crate) fn check_closed(operation: &Operation, reasons: &mut Reasons) {
    for (code, _) in operation.incidents.iter().filter(|(_, incident)| incident.is_open()) {
        let id = IncidentId::of(operation.id(), code).to_string();
        reasons.add_about(RefusalCode::IncidentOpen, "", format!("{code} is open."), Some(id));
    }
}
