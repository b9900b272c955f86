//! Rules of approval, from the first decision of a nation to promulgation: one exact content, one live
//! decision per partner, nothing carries over.

use crate::{
    Code, ConditionCode, Context, Event, Instant, OperationCode, PartnerCode, Position, Prose, Reasons,
    RefusalCode, Rejection, Role, TaskCode, World,
    actor::CLOCK_SKEW,
    assignment::decide as assignment,
    coalition::{Coalition, PartnerRole},
    ids::{PartnerId, TaskId},
    operation::{
        Operation,
        gates::{self, check_conditions},
    },
    plan::{
        Condition, ConditionStatus, Decision, DecisionKind, GATE_ACTIVATION, GATE_PROMULGATION, Given, Named,
        NewCondition, Outstanding, PlanEvent, Version, VersionStatus, Withdrawal, outstanding,
    },
    schedule::conflict::guests_without_consent,
};
use std::{collections::BTreeSet, sync::Arc};

/// A decision as asked for, to tell a repetition from a change of mind.
struct Asked<'a> {
    kind: DecisionKind,
    tasks: &'a BTreeSet<TaskCode>,
    conditions: &'a [NewCondition],
    reason_code: Option<&'a Code>,
    reason: Option<&'a Prose>,
}

/// What every decision on a version needs at hand.
struct Hearing<'a> {
    coalition: &'a Coalition,
    operation: &'a Operation,
    version: &'a Version,
    partner: PartnerCode,
    given: Given,
    reasons: Reasons,
}

/// Domain rules 1 and 28: the decision names the version under decision, its content, and what was seen.
fn hear<'a>(
    world: &'a World,
    named: &Named,
    context: &Context<'_>,
    reasons: Reasons,
) -> Result<Hearing<'a>, Rejection> {
    let partner = context.require_post(&[Role::Commander])?.clone();
    let (operation, version, mut reasons) =
        find_version(world, &named.operation, named.number, context, reasons)?;
    if version.awaits(&partner) {
        if version.content_hash != Some(named.content_hash) {
            let message = format!("The content of version {} has another hash.", version.number);
            reasons.add(RefusalCode::StalePlanVersion, "contentHash", message);
        }
        // Who lets a plan go on that it has suspended has seen that it is, and does so afterwards.
        let revoked =
            version.suspended_by.contains(&partner).then(|| version.last_revoked(&partner)).flatten();
        let since = revoked.map(|revoked| revoked.position).or(version.submitted_position);
        context.check_seen_at(&mut reasons, named.seen_at, since.unwrap_or_default());
        let narrowed = version.narrowed.get(&partner).filter(|narrowed| named.seen_at < **narrowed);
        if let Some(narrowed) = narrowed {
            let message = format!(
                "Something of version {} was withheld from {partner} at {narrowed}: decide on what is left.",
                version.number
            );
            reasons.add(RefusalCode::SeenAtInvalid, "seenAt", message);
        }
        check_after_submission(version, context, &mut reasons);
        if let Some(revoked) = revoked {
            check_after(revoked.at, &format!("{partner} suspended the plan"), context, &mut reasons);
        }
    } else {
        stale(operation, version, context, &mut reasons);
    }
    let given = Given { partner: partner.clone(), content_hash: named.content_hash, seen_at: named.seen_at };
    Ok(Hearing { coalition: world.coalition()?, operation, version, partner, given, reasons })
}

fn stale(operation: &Operation, version: &Version, context: &Context<'_>, reasons: &mut Reasons) {
    let reads = |other: &Version| {
        let label = operation.version_label(other);
        context.actor.partner().is_none_or(|partner| label.is_readable_by(partner))
    };
    let under_decision = operation
        .plan
        .versions
        .iter()
        .map(Arc::as_ref)
        .find(|other| other.is_under_decision() && reads(other));
    let instead = match under_decision {
        Some(other) => format!("version {} is under decision", other.number),
        None => "no version is under decision".to_owned(),
    };
    reasons.add_about(
        RefusalCode::StalePlanVersion,
        "planVersionId",
        format!("Version {} is {}; {instead}.", version.number, version.status),
        under_decision.map(|other| other.id(operation.id()).to_string()),
    );
}

impl Hearing<'_> {
    fn is_approver(&self) -> bool {
        has_vote(self.coalition, self.operation, self.version, &self.partner)
    }

    fn check_approver(&mut self) {
        let (approver, partner) = (self.is_approver(), &self.partner);
        self.reasons.check(approver, RefusalCode::NotAnApprover, "", || {
            format!("{partner} has no vote on this plan: it is not among those whose approval it needs.")
        });
    }

    /// Domain rule 2. True when the live decision is the very one asked for, so that nothing changes.
    fn is_repeated(&mut self, asked: &Asked<'_>) -> bool {
        let Some(live) = self.version.live_decision_of(&self.partner) else { return false };
        let attached = live.conditions.iter().map(|known| (&known.code, &known.gate, &known.text));
        if live.kind == asked.kind
            && live.tasks == *asked.tasks
            && live.reason_code.as_ref() == asked.reason_code
            && live.reason.as_ref() == asked.reason
            && attached.eq(asked.conditions.iter().map(|new| (&new.code, &new.gate, &new.text)))
        {
            return true;
        }
        // On a version that was overtaken nothing can be revoked either: that it is stale says it all.
        if self.version.awaits(&self.partner) {
            let message =
                format!("{} has decided {} on this version: revoke that first.", self.partner, live.kind);
            self.reasons.add(RefusalCode::AlreadyDecided, "planVersionId", message);
        }
        false
    }

    /// The tasks of the version on the partner's territory.
    fn own_tasks(&self) -> BTreeSet<TaskCode> {
        let own = |(_, territory): &(&TaskCode, &PartnerCode)| **territory == self.partner;
        self.version.task_territories().filter(own).map(|(task, _)| task.clone()).collect()
    }

    /// Adds a reason for each task that does not lie on the partner's territory.
    fn check_own(&mut self, tasks: &BTreeSet<TaskCode>, own_tasks: &BTreeSet<TaskCode>, field: &str) {
        for task in tasks.difference(own_tasks) {
            self.reasons.check_entry(false, RefusalCode::UnknownReference, (field, task), || {
                format!("{task} is no task on the territory of {}.", self.partner)
            });
        }
    }

    /// Whoever has suspended a plan in force lets it go on by what was needed of it, and by nothing less.
    fn check_settling(&mut self, tasks: &BTreeSet<TaskCode>, own_tasks: &BTreeSet<TaskCode>) {
        if !self.version.suspended_by.contains(&self.partner) {
            return;
        }
        let (approver, number) = (self.is_approver(), self.version.number);
        self.reasons.check(!approver, RefusalCode::WrongState, "planVersionId", || {
            format!("Version {number} is in force and suspended until it is approved again.")
        });
        let whole = tasks.is_empty() || tasks.is_superset(own_tasks);
        self.reasons.check(whole, RefusalCode::WrongState, "tasks", || {
            format!("Version {number} is in force and suspended until all of them are consented to again.")
        });
    }

    /// Whoever has suspended a plan in force lets it go on, or leaves it: it is not rejected any more.
    fn check_under_decision(&mut self) {
        let version = self.version;
        let settles = version.suspended_by.contains(&self.partner);
        self.reasons.check(!settles, RefusalCode::WrongState, "planVersionId", || {
            format!(
                "Version {} is in force and suspended: approve it, consent, or leave it so.",
                version.number
            )
        });
    }

    fn or(self, events: Vec<PlanEvent>) -> Result<Vec<Event>, Rejection> {
        self.reasons.or(events.into_iter().map(Event::Plan).collect())
    }
}

pub(super) fn approve(
    world: &World,
    named: &Named,
    conditions: &[NewCondition],
    context: &Context<'_>,
    reasons: Reasons,
) -> Result<Vec<Event>, Rejection> {
    let mut hearing = hear(world, named, context, reasons)?;
    hearing.check_approver();
    let kind =
        if conditions.is_empty() { DecisionKind::Approved } else { DecisionKind::ApprovedWithConditions };
    let asked = Asked { kind, tasks: &BTreeSet::new(), conditions, reason_code: None, reason: None };
    if hearing.is_repeated(&asked) {
        return hearing.or(Vec::new());
    }
    let phases = hearing.operation.phases.iter().filter(|(_, phase)| phase.started_at.is_some());
    let started: BTreeSet<_> = phases.map(|(code, _)| code.as_str()).collect();
    let mut codes = BTreeSet::new();
    for (index, condition) in conditions.iter().enumerate() {
        hearing.reasons.check(
            codes.insert(&condition.code),
            RefusalCode::AlreadyExists,
            &format!("conditions.{index}.code"),
            || format!("{} stands twice.", condition.code),
        );
        let gate = condition.gate.as_str();
        // A condition on what has been is none. An operation that is active carries the version out from its
        // promulgation on, which is what activation is for it.
        let passed = hearing.version.promulgated_at.is_some()
            && (gate == GATE_PROMULGATION
                || gate == GATE_ACTIVATION && hearing.operation.activated_at.is_some())
            || started.contains(gate);
        hearing.reasons.check(!passed, RefusalCode::WrongState, &format!("conditions.{index}.gate"), || {
            format!("{gate} has been: a condition on it would block nothing.")
        });
        let phases = &hearing.version.sections.phases;
        let known = gate == GATE_PROMULGATION
            || gate == GATE_ACTIVATION
            || phases.iter().any(|phase| phase.code.as_str() == gate);
        hearing.reasons.check(
            known,
            RefusalCode::UnknownReference,
            &format!("conditions.{index}.gate"),
            || format!("{gate} is neither a phase nor {GATE_PROMULGATION} nor {GATE_ACTIVATION}."),
        );
    }
    let (operation, number, given) = (named.operation.clone(), named.number, hearing.given.clone());
    let event = if conditions.is_empty() {
        PlanEvent::PlanVersionApproved { operation, number, given }
    } else {
        let conditions = conditions.to_vec();
        PlanEvent::PlanVersionApprovedWithConditions { operation, number, given, conditions }
    };
    hearing.or(vec![event])
}

pub(super) fn reject(
    world: &World,
    named: &Named,
    reason_code: Option<&Code>,
    reason: &Prose,
    objects_to: &BTreeSet<TaskCode>,
    context: &Context<'_>,
    reasons: Reasons,
) -> Result<Vec<Event>, Rejection> {
    let mut hearing = hear(world, named, context, reasons)?;
    hearing.check_under_decision();
    let (operation, number) = (named.operation.clone(), named.number);
    let own_tasks = hearing.own_tasks();
    if !hearing.is_approver() && !own_tasks.is_empty() {
        hearing.check_own(objects_to, &own_tasks, "objectsTo");
        let tasks = if objects_to.is_empty() { own_tasks } else { objects_to.clone() };
        let kind = DecisionKind::ConsentRefused;
        let asked = Asked { kind, tasks: &tasks, conditions: &[], reason_code, reason: Some(reason) };
        if hearing.is_repeated(&asked) {
            return hearing.or(Vec::new());
        }
        let (given, reason_code, reason) = (hearing.given.clone(), reason_code.cloned(), reason.clone());
        return hearing.or(vec![PlanEvent::TerritorialConsentRefused {
            operation,
            number,
            given,
            tasks,
            reason_code,
            reason,
        }]);
    }
    hearing.check_approver();
    for task in objects_to {
        let shown = hearing.version.tasks.get(task);
        let shown = shown.is_some_and(|task| hearing.operation.shows_task(task, Some(&hearing.partner)));
        hearing.reasons.check_entry(shown, RefusalCode::UnknownReference, ("objectsTo", task), || {
            format!("Version {number} has no task {task}.")
        });
    }
    let kind = DecisionKind::Rejected;
    let asked = Asked { kind, tasks: objects_to, conditions: &[], reason_code, reason: Some(reason) };
    if hearing.is_repeated(&asked) {
        return hearing.or(Vec::new());
    }
    let (given, reason_code, reason) = (hearing.given.clone(), reason_code.cloned(), reason.clone());
    let objects_to = objects_to.clone();
    hearing.or(vec![PlanEvent::PlanVersionRejected {
        operation,
        number,
        given,
        reason_code,
        reason,
        objects_to,
    }])
}

pub(super) fn consent(
    world: &World,
    named: &Named,
    tasks: &BTreeSet<TaskCode>,
    context: &Context<'_>,
    reasons: Reasons,
) -> Result<Vec<Event>, Rejection> {
    let mut hearing = hear(world, named, context, reasons)?;
    let own_tasks = hearing.own_tasks();
    let partner = hearing.partner.clone();
    hearing.reasons.check(!own_tasks.is_empty(), RefusalCode::NoTerritoryInPlan, "planVersionId", || {
        format!("Version {} has no task on the territory of {partner}.", named.number)
    });
    hearing.check_own(tasks, &own_tasks, "tasks");
    hearing.check_settling(tasks, &own_tasks);
    let tasks = if tasks.is_empty() { own_tasks } else { tasks.clone() };
    let kind = DecisionKind::TerritorialConsent;
    if hearing.is_repeated(&Asked { kind, tasks: &tasks, conditions: &[], reason_code: None, reason: None }) {
        return hearing.or(Vec::new());
    }
    let given = hearing.given.clone();
    let (operation, number) = (named.operation.clone(), named.number);
    hearing.or(vec![PlanEvent::TerritorialConsentGiven { operation, number, given, tasks }])
}

pub(super) fn revoke(
    world: &World,
    code: &OperationCode,
    number: u32,
    reason: &Prose,
    context: &Context<'_>,
    reasons: Reasons,
) -> Result<Vec<Event>, Rejection> {
    let partner = context.require_post(&[Role::Commander])?;
    let (operation, version, mut reasons) = find_version(world, code, number, context, reasons)?;
    if !version.is_under_decision() && operation.plan.in_force != Some(number) {
        stale(operation, version, context, &mut reasons);
    }
    if let Some(live) = version.live_decision_of(partner) {
        check_after(live.at, &format!("{partner} decided"), context, &mut reasons);
    } else {
        let message = format!("{partner} has no decision on this version to revoke.");
        reasons.add(RefusalCode::WrongState, "planVersionId", message);
    }
    reasons.or(vec![Event::Plan(PlanEvent::ApprovalRevoked {
        operation: code.clone(),
        number,
        partner: partner.clone(),
        reason: reason.clone(),
    })])
}

/// By an officer in post, of a decision that another turned out not to have been in post for.
pub(super) fn confirm(
    world: &World,
    code: &OperationCode,
    number: u32,
    context: &Context<'_>,
    reasons: Reasons,
) -> Result<Vec<Event>, Rejection> {
    let partner = context.require_post(&[Role::Commander])?;
    let (operation, version, mut reasons) = find_version(world, code, number, context, reasons)?;
    if !version.is_under_decision() && operation.plan.in_force != Some(number) {
        stale(operation, version, context, &mut reasons);
    }
    let Some(live) = version.live_decision_of(partner) else {
        let message = format!("{partner} has no decision on this version to confirm.");
        return Err(reasons.refuse_with(RefusalCode::WrongState, "planVersionId", message));
    };
    if !is_out_of_post(world.coalition()?, live) {
        return reasons.or(Vec::new());
    }
    let coalition = world.coalition()?;
    let actor = context.actor.to_string();
    reasons.check(
        coalition.was_held(&actor, context.occurred_at, Position(context.head.0 + 1)),
        RefusalCode::DecidedOutOfPost,
        "occurredAt",
        || format!("Nobody held {actor} at {}.", context.occurred_at.to_rfc3339()),
    );
    check_after(live.at, &format!("{partner} decided"), context, &mut reasons);
    reasons.or(vec![Event::Plan(PlanEvent::DecisionConfirmed {
        operation: code.clone(),
        number,
        partner: partner.clone(),
    })])
}

/// Takes the plan in force out of force, and frees the officers that are bound to its tasks.
pub(super) fn withdraw(
    world: &World,
    code: &OperationCode,
    reason: &Prose,
    context: &Context<'_>,
    reasons: Reasons,
) -> Result<Vec<Event>, Rejection> {
    let (operation, mut reasons) = world.visible_operation(code, context, reasons)?;
    let partner = context.require_post(&[Role::Commander])?;
    let in_force = operation.plan.version_in_force();
    let may = |version: &Version| version.sections.approval_policy.withdrawal == Withdrawal::BrokenCondition;
    if !in_force.is_some_and(may) {
        context.require_of(&operation.lead, &[Role::Commander])?;
    }
    let coalition = world.coalition()?;
    let seen = |version: &&Version| operation.shows(version, Some(partner), coalition);
    let Some(version) = in_force.filter(seen) else {
        let message = "No plan is in force.";
        return Err(reasons.refuse_with(RefusalCode::PlanNotInForce, "operation", message));
    };
    // Who has suspended the plan over its broken condition may go on to withdraw it.
    let suspended = version.suspended_by.contains(partner);
    let last = version.decisions.iter().rev().find(|decision| decision.partner == *partner);
    let broken = last.filter(|decision| suspended || decision.is_live()).is_some_and(|decision| {
        decision.conditions.iter().any(|condition| condition.status == ConditionStatus::Broken)
    });
    reasons.check(*partner == operation.lead || broken, RefusalCode::WrongState, "operation", || {
        format!("No condition of {partner} is broken, and {} leads the operation.", operation.lead)
    });
    if let Some(at) = version.promulgated_at {
        check_after(at, &format!("Version {} came into force", version.number), context, &mut reasons);
    }
    let mut events = vec![Event::Plan(PlanEvent::PlanWithdrawn {
        operation: code.clone(),
        number: version.number,
        by: partner.clone(),
        reason: reason.clone(),
    })];
    events.extend(assignment::free_all(operation, version.number));
    reasons.or(events)
}

pub(super) fn recall(
    world: &World,
    code: &OperationCode,
    reason: &Prose,
    context: &Context<'_>,
    reasons: Reasons,
) -> Result<Vec<Event>, Rejection> {
    let (operation, reasons) = world.visible_operation(code, context, reasons)?;
    context.require_of(&operation.lead, &[Role::Planner, Role::Commander])?;
    let Some(version) = operation.plan.versions.iter().find(|version| version.is_under_decision()) else {
        let message = "No version is under decision.";
        return Err(reasons.refuse_with(RefusalCode::WrongState, "operation", message));
    };
    reasons.or(vec![Event::Plan(PlanEvent::PlanVersionRecalled {
        operation: code.clone(),
        number: version.number,
        reason: reason.clone(),
    })])
}

/// Domain rule 5, and rules 7, 10, 12 and 13 where they refuse promulgation.
pub(super) fn promulgate(
    world: &World,
    code: &OperationCode,
    number: u32,
    seen_at: Position,
    context: &Context<'_>,
    reasons: Reasons,
) -> Result<Vec<Event>, Rejection> {
    let (operation, version, mut reasons) = find_version(world, code, number, context, reasons)?;
    context.require_of(&operation.lead, &[Role::Commander])?;
    let coalition = world.coalition()?;
    if operation.plan.in_force == Some(number) {
        gates::check_runs(version, &mut reasons);
        return reasons.or(Vec::new());
    }
    match version.status {
        VersionStatus::Submitted | VersionStatus::Approved | VersionStatus::Rejected => {}
        VersionStatus::Draft => {
            reasons.add(
                RefusalCode::WrongState,
                "planVersionId",
                format!("Version {number} has not been submitted."),
            );
        }
        VersionStatus::Promulgated
        | VersionStatus::Suspended
        | VersionStatus::Superseded
        | VersionStatus::Recalled
        | VersionStatus::Withdrawn => stale(operation, version, context, &mut reasons),
    }
    context.check_seen_at(&mut reasons, seen_at, version.submitted_position.unwrap_or_default());
    check_after_submission(version, context, &mut reasons);
    check_after_decisions(operation, version, context, &mut reasons);
    let implied = implied_consent(coalition, operation, version);
    let decided = || decided(version, implied.as_ref());
    let missing = missing(coalition, operation, version, decided());
    // A coalition that has lost its voters approves nothing by silence.
    reasons.check(
        !missing.is_empty() || version.live_decisions().any(|decision| decision.kind.approves()),
        RefusalCode::ApprovalIncomplete,
        "planVersionId",
        || format!("No partner with a vote has approved version {number}."),
    );
    tell_missing(&missing, number, &mut reasons);
    for decision in decided_out_of_post(coalition, version) {
        let (post, at, _) = decision.authority();
        reasons.add_about(
            RefusalCode::DecidedOutOfPost,
            "planVersionId",
            format!(
                "Nobody held {post} at {}, when it decided: {} confirms that decision, or revokes it.",
                at.to_rfc3339(),
                decision.partner
            ),
            Some(decision.id(operation.id(), number).to_string()),
        );
    }
    let counted = version.tasks.values().map(Arc::as_ref);
    let counted = counted.filter(|task| is_counted_on(coalition, operation, &task.code, &task.territory));
    for task in guests_without_consent(counted, decided()) {
        reasons.add_about(
            RefusalCode::ForeignLeadWithoutConsent,
            "planVersionId",
            format!(
                "{} leads {} on the territory of {} without its consent.",
                task.lead, task.code, task.territory
            ),
            Some(TaskId::of(operation.id(), &task.code).to_string()),
        );
    }
    // Partners may have been suspended, or have left, since the tasks were planned. What has ended takes nobody.
    let left = || version.tasks.values().filter(|task| !operation.standing(&task.code).status.has_ended());
    let leads: BTreeSet<_> = left().map(|task| &task.lead).collect();
    for partner in left().map(|task| &task.territory).chain(leads.iter().copied()).collect::<BTreeSet<_>>() {
        reasons.check(coalition.takes_tasks(partner), RefusalCode::TakesNoTasks, "planVersionId", || {
            format!("{partner} takes no tasks any more, and version {number} counts on it.")
        });
    }
    coalition.check_liaison(leads, "planVersionId", &mut reasons);
    for gate in operation.gates_of_promulgation() {
        check_conditions(operation, version, gate, "planVersionId", &mut reasons);
    }
    check_suspended(coalition, operation, version, &mut reasons);
    check_started(coalition, operation, version, &mut reasons);
    let rebound = assignment::rebind(world, operation, version, &mut reasons)?;
    let mut events = vec![Event::Plan(PlanEvent::PlanPromulgated {
        operation: code.clone(),
        number,
        content_hash: version.content_hash.unwrap_or_else(|| version.content(code).hash()),
        seen_at,
    })];
    if let Some(in_force) = operation.plan.in_force {
        let superseded =
            PlanEvent::PlanVersionSuperseded { operation: code.clone(), number: in_force, by: number };
        events.push(Event::Plan(superseded));
    }
    events.extend(rebound);
    reasons.or(events)
}

/// A reason for each decision that promulgation waits for.
fn tell_missing(missing: &[Outstanding], number: u32, reasons: &mut Reasons) {
    for outstanding in missing {
        let partner = outstanding.partner();
        let message = match outstanding {
            Outstanding::Approval { rejected: true, .. } => {
                format!("{partner} has rejected version {number}.")
            }
            Outstanding::Approval { rejected: false, .. } => {
                format!("{partner} has not approved version {number}.")
            }
            Outstanding::Consent { refused: true, .. } => {
                format!("{partner} has refused its territorial consent.")
            }
            Outstanding::Consent { tasks, refused: false, .. } => {
                let tasks: Vec<_> = tasks.iter().map(TaskCode::as_str).collect();
                format!("{partner} has not consented to {} on its territory.", tasks.join(", "))
            }
        };
        let subject = Some(PartnerId::of(partner).to_string());
        reasons.add_about(RefusalCode::ApprovalIncomplete, "planVersionId", message, subject);
    }
}

/// A plan that is suspended is settled with the nations that have suspended it: what takes its place they have
/// agreed to as well. To leave one of them out, the lead withdraws the plan, in the open.
fn check_suspended(coalition: &Coalition, operation: &Operation, version: &Version, reasons: &mut Reasons) {
    let Some(in_force) = operation.plan.version_in_force() else { return };
    for partner in outstanding::unsettled(
        in_force.suspended_by.iter().filter(|partner| coalition.takes_tasks(partner)),
        decided(version, None),
    ) {
        reasons.add_about(
            RefusalCode::PlanSuspended,
            "planVersionId",
            format!(
                "Version {} is in force and suspended by {partner}, which has not agreed to version {}.",
                in_force.number, version.number
            ),
            Some(PartnerId::of(partner).to_string()),
        );
    }
}

/// What was started is carried out as it was planned then.
fn check_started(coalition: &Coalition, operation: &Operation, version: &Version, reasons: &mut Reasons) {
    let takes_tasks = |partner: &PartnerCode| coalition.takes_tasks(partner);
    for effect in
        operation.effect_on_execution(version, takes_tasks).into_iter().filter(|effect| effect.is_refused)
    {
        let moves: Vec<_> = effect.changes.iter().filter_map(|change| change.moves()).collect();
        reasons.add_about(
            RefusalCode::TaskStarted,
            "planVersionId",
            format!("{} was started, and version {} {}.", effect.task, version.number, moves.join(", ")),
            Some(TaskId::of(operation.id(), &effect.task).to_string()),
        );
    }
}

/// A late entry must not make a decision older than what it is about.
fn check_after_submission(version: &Version, context: &Context<'_>, reasons: &mut Reasons) {
    if let Some(submitted_at) = version.submitted_at {
        context.check_since(submitted_at, &format!("Version {} was submitted", version.number), reasons);
    }
}

/// Nor may it put a version in force before what its promulgation needed was there.
fn check_after_decisions(
    operation: &Operation,
    version: &Version,
    context: &Context<'_>,
    reasons: &mut Reasons,
) {
    let gates = operation.gates_of_promulgation();
    let settled = version
        .live_conditions()
        .filter(|(_, condition)| gates.contains(&condition.gate.as_str()))
        .filter_map(|(_, condition)| condition.settled_at);
    let decided = version.live_decisions().map(|decision| decision.authority().1.max(decision.at));
    let Some(last) = decided.chain(settled).max() else {
        return;
    };
    reasons.check(
        context.occurred_at + CLOCK_SKEW.as_delta() >= last,
        RefusalCode::InvalidValue,
        "occurredAt",
        || format!("Decisions on version {} were taken until {}.", version.number, last.to_rfc3339()),
    );
}

/// Nor may it put something before what it is about; `what` as it begins a sentence.
fn check_after(at: Instant, what: &str, context: &Context<'_>, reasons: &mut Reasons) {
    reasons.check(context.occurred_at >= at, RefusalCode::InvalidValue, "occurredAt", || {
        format!("{what} only at {}.", at.to_rfc3339())
    });
}

/// A partner's decision on a version, or what it comes to.
type Judged<'a> = (&'a PartnerCode, DecisionKind, &'a BTreeSet<TaskCode>);

fn decided<'a>(
    version: &'a Version,
    implied: Option<&'a (PartnerCode, BTreeSet<TaskCode>)>,
) -> impl Iterator<Item = Judged<'a>> {
    let implied = implied.map(|(partner, tasks)| (partner, DecisionKind::TerritorialConsent, tasks));
    version
        .live_decisions()
        .map(|decision| (&decision.partner, decision.kind, &decision.tasks))
        .chain(implied)
}

fn members(coalition: &Coalition) -> impl Iterator<Item = (&PartnerCode, PartnerRole)> {
    coalition.members().map(|partner| (&partner.code, partner.role))
}

/// What a lead without a vote has consented to by submitting.
fn implied_consent(
    coalition: &Coalition,
    operation: &Operation,
    version: &Version,
) -> Option<(PartnerCode, BTreeSet<TaskCode>)> {
    operation.electorate(version, &BTreeSet::new()).implied_consent(
        members(coalition),
        version.task_territories(),
        version.live_decisions().map(|decision| &decision.partner),
    )
}

/// Who must still decide on the version, as the coalition stands.
fn missing<'a>(
    coalition: &'a Coalition,
    operation: &Operation,
    version: &'a Version,
    decided: impl Iterator<Item = Judged<'a>>,
) -> Vec<Outstanding> {
    let readers = operation.version_label(version).releasable_to;
    let electorate = operation.electorate(version, &readers);
    let territories = version.task_territories();
    let territories =
        territories.filter(|(task, territory)| is_counted_on(coalition, operation, task, territory));
    outstanding(&electorate, members(coalition), territories, decided)
}

/// Whether the consent of whose ground it is counts: of a partner that takes no tasks any more, not for what has ended.
fn is_counted_on(
    coalition: &Coalition,
    operation: &Operation,
    task: &TaskCode,
    territory: &PartnerCode,
) -> bool {
    coalition.takes_tasks(territory) || !operation.standing(task).status.has_ended()
}

/// Whether the partner's approval is needed.
fn has_vote(coalition: &Coalition, operation: &Operation, version: &Version, partner: &PartnerCode) -> bool {
    let readers = operation.version_label(version).releasable_to;
    let electorate = operation.electorate(version, &readers);
    members(coalition).any(|(member, role)| member == partner && electorate.has_vote(member, role))
}

/// The partners without whose decision the version cannot come into force whether or not they read it: whom
/// its policy lists, and those on whose territory its tasks lie. A role gives a vote to readers alone.
pub(crate) fn deciders<'a>(
    coalition: &'a Coalition,
    version: &'a Version,
) -> impl Iterator<Item = &'a PartnerCode> {
    let policy = &version.sections.approval_policy;
    let territories = version.task_territories().map(|(_, territory)| territory);
    policy.approvers.iter().filter(|approver| coalition.takes_tasks(approver)).chain(territories)
}

/// Live decisions by an officer who had left the post by then, as is known now.
fn decided_out_of_post<'a>(
    coalition: &'a Coalition,
    version: &'a Version,
) -> impl Iterator<Item = &'a Decision> {
    version.live_decisions().filter(|decision| is_out_of_post(coalition, decision))
}

fn is_out_of_post(coalition: &Coalition, decision: &Decision) -> bool {
    let (post, at, known) = decision.authority();
    !coalition.was_held(post, at, known)
}

fn find_version<'a>(
    world: &'a World,
    code: &OperationCode,
    number: u32,
    context: &Context<'_>,
    reasons: Reasons,
) -> Result<(&'a Operation, &'a Version, Reasons), Rejection> {
    let (operation, reasons) = world.visible_operation(code, context, reasons)?;
    let (coalition, viewer) = (world.coalition()?, context.actor.partner());
    let seen = |version: &&Version| operation.shows(version, viewer, coalition);
    match operation.plan.version(number).filter(seen) {
        Some(version) => Ok((operation, version, reasons)),
        None => Err(reasons.not_found("planVersionId", "plan version")),
    }
}

/// Which condition: of whose approval of which version.
pub(super) struct Attached<'a> {
    pub operation: &'a OperationCode,
    pub number: u32,
    pub partner: &'a PartnerCode,
    pub condition: &'a ConditionCode,
}

impl Attached<'_> {
    fn find<'w>(
        &self,
        world: &'w World,
        context: &Context<'_>,
        reasons: Reasons,
    ) -> Result<(&'w Condition, Reasons), Rejection> {
        let (operation, version, mut reasons) =
            find_version(world, self.operation, self.number, context, reasons)?;
        // Nothing waits for the conditions of a version that is neither decided on nor carried out.
        if !version.is_under_decision() && operation.plan.in_force != Some(self.number) {
            stale(operation, version, context, &mut reasons);
        }
        let found = version
            .live_decision_of(self.partner)
            .and_then(|decision| decision.conditions.iter().find(|known| known.code == *self.condition));
        match found {
            Some(found) => Ok((found, reasons)),
            None => Err(reasons.not_found("conditionId", "condition")),
        }
    }

    fn require_author(
        &self,
        roles: &[Role],
        context: &Context<'_>,
        reasons: &mut Reasons,
    ) -> Result<(), Rejection> {
        let Self { partner, condition, .. } = self;
        let own = context.require_post(roles)? == *partner;
        reasons.check(own, RefusalCode::NotTheAuthor, "conditionId", || {
            format!("{condition} is a condition of {partner}, which alone may say what becomes of it.")
        });
        Ok(())
    }
}

/// Who speaks for a partner on conditions.
const SPEAKERS: &[Role] = &[Role::Commander, Role::Liaison];

/// Domain rule 7. Satisfaction is a fact with evidence: the condition's author alone says that it is one, in its
/// own words or in those of a proposal, which it repeats: so it confirms nothing that came while it read.
pub(super) fn satisfy(
    world: &World,
    attached: &Attached<'_>,
    evidence: &Prose,
    context: &Context<'_>,
    reasons: Reasons,
) -> Result<Vec<Event>, Rejection> {
    let (condition, mut reasons) = attached.find(world, context, reasons)?;
    attached.require_author(SPEAKERS, context, &mut reasons)?;
    settle(condition, ConditionStatus::Satisfied, reasons, || PlanEvent::ApprovalConditionSatisfied {
        operation: attached.operation.clone(),
        number: attached.number,
        partner: attached.partner.clone(),
        condition: attached.condition.clone(),
        evidence: evidence.clone(),
    })
}

/// Whoever reads the version may lay evidence before a condition's author.
pub(super) fn propose(
    world: &World,
    attached: &Attached<'_>,
    evidence: &Prose,
    context: &Context<'_>,
    reasons: Reasons,
) -> Result<Vec<Event>, Rejection> {
    let (condition, mut reasons) = attached.find(world, context, reasons)?;
    let by = context.require_post(SPEAKERS)?;
    let known = condition.proposal.as_ref().filter(|known| known.contested.is_none());
    if known.is_some_and(|known| known.partner == *by && known.evidence == *evidence) {
        return reasons.or(Vec::new());
    }
    reasons.check(condition.status.blocks(), RefusalCode::WrongState, "conditionId", || {
        format!("{} is {} already.", condition.code, condition.status)
    });
    reasons.or(vec![Event::Plan(PlanEvent::ConditionSatisfactionProposed {
        operation: attached.operation.clone(),
        number: attached.number,
        partner: attached.partner.clone(),
        condition: attached.condition.clone(),
        by: by.clone(),
        evidence: evidence.clone(),
    })])
}

/// A condition's author says that it is not met: against what was proposed, or what it had held for met.
pub(super) fn contest(
    world: &World,
    attached: &Attached<'_>,
    reason: &Prose,
    context: &Context<'_>,
    reasons: Reasons,
) -> Result<Vec<Event>, Rejection> {
    let (condition, mut reasons) = attached.find(world, context, reasons)?;
    attached.require_author(&[Role::Commander], context, &mut reasons)?;
    let contested = condition.proposal.as_ref().map(|proposal| proposal.contested.is_some());
    if condition.status != ConditionStatus::Satisfied {
        match (condition.status, contested) {
            (ConditionStatus::Broken, None | Some(true)) | (_, Some(true)) => {
                return reasons.or(Vec::new());
            }
            (ConditionStatus::Waived, _) | (_, None) => {
                let message = format!("Nobody says that {} is met.", condition.code);
                reasons.add(RefusalCode::WrongState, "conditionId", message);
            }
            (_, Some(false)) => {}
        }
    }
    reasons.or(vec![Event::Plan(PlanEvent::ApprovalConditionContested {
        operation: attached.operation.clone(),
        number: attached.number,
        partner: attached.partner.clone(),
        condition: attached.condition.clone(),
        reason: reason.clone(),
    })])
}

/// Domain rule 7: a condition's author alone gives it up.
pub(super) fn waive(
    world: &World,
    attached: &Attached<'_>,
    reason: &Prose,
    context: &Context<'_>,
    reasons: Reasons,
) -> Result<Vec<Event>, Rejection> {
    let (condition, mut reasons) = attached.find(world, context, reasons)?;
    attached.require_author(&[Role::Commander], context, &mut reasons)?;
    settle(condition, ConditionStatus::Waived, reasons, || PlanEvent::ApprovalConditionWaived {
        operation: attached.operation.clone(),
        number: attached.number,
        partner: attached.partner.clone(),
        condition: attached.condition.clone(),
        reason: reason.clone(),
    })
}

fn settle(
    condition: &Condition,
    status: ConditionStatus,
    mut reasons: Reasons,
    event: impl FnOnce() -> PlanEvent,
) -> Result<Vec<Event>, Rejection> {
    if condition.status == status {
        return reasons.or(Vec::new());
    }
    reasons.check(condition.status.blocks(), RefusalCode::WrongState, "conditionId", || {
        format!("{} is {} already.", condition.code, condition.status)
    });
    reasons.or(vec![Event::Plan(event())])
}
