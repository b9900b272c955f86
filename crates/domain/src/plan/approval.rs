//! Rules of approval, from the first decision of a nation to promulgation: one exact content, one live
//! decision per partner, nothing carries over.

use crate::{
    Code, ConditionCode, Context, Event, OperationCode, PartnerCode, Position, Prose, Reasons, RefusalCode,
    Rejection, Role, TaskCode, World,
    actor::CLOCK_SKEW,
    assignment::decide as assignment,
    coalition::Coalition,
    ids::{PartnerId, TaskId},
    operation::{Operation, gates::check_conditions},
    plan::{
        Condition, ConditionStatus, DecisionKind, GATE_ACTIVATION, GATE_PROMULGATION, Given, Named,
        NewCondition, Outstanding, PlanEvent, Version, VersionStatus, outstanding,
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
    if version.is_under_decision() {
        if version.content_hash != Some(named.content_hash) {
            let message = format!("The content of version {} has another hash.", version.number);
            reasons.add(RefusalCode::StalePlanVersion, "contentHash", message);
        }
        context.check_seen_at(&mut reasons, named.seen_at, version.submitted_position.unwrap_or_default());
        check_after_submission(version, context, &mut reasons);
    } else {
        stale(operation, version, context, &mut reasons);
    }
    let given = Given { partner: partner.clone(), content_hash: named.content_hash, seen_at: named.seen_at };
    Ok(Hearing { coalition: world.coalition()?, operation, version, partner, given, reasons })
}

fn stale(operation: &Operation, version: &Version, context: &Context<'_>, reasons: &mut Reasons) {
    let under_decision = operation
        .plan
        .versions
        .iter()
        .find(|other| other.is_under_decision() && operation.shows(other, context.actor.partner()));
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
        let policy = &self.version.sections.approval_policy;
        self.coalition
            .members()
            .any(|member| member.code == self.partner && policy.required_roles.contains(&member.role))
    }

    fn check_approver(&mut self) {
        let (approver, partner) = (self.is_approver(), &self.partner);
        self.reasons.check(approver, RefusalCode::NotAnApprover, "", || {
            format!(
                "{partner} has no vote on this plan: its role is not among those whose approval it needs."
            )
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
        if self.version.is_under_decision() {
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
            let message = format!("{task} is no task on the territory of {}.", self.partner);
            self.reasons.add(RefusalCode::UnknownReference, field, message);
        }
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
    let mut codes = BTreeSet::new();
    for (index, condition) in conditions.iter().enumerate() {
        hearing.reasons.check(
            codes.insert(&condition.code),
            RefusalCode::AlreadyExists,
            &format!("conditions.{index}.code"),
            || format!("{} stands twice.", condition.code),
        );
        let gate = condition.gate.as_str();
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
        hearing.reasons.check(shown, RefusalCode::UnknownReference, "objectsTo", || {
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
    if !version.is_under_decision() {
        stale(operation, version, context, &mut reasons);
    }
    if let Some(live) = version.live_decision_of(partner) {
        reasons.check(context.occurred_at >= live.at, RefusalCode::InvalidValue, "occurredAt", || {
            format!("{partner} decided only at {}.", live.at.to_rfc3339())
        });
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
        VersionStatus::Promulgated | VersionStatus::Superseded | VersionStatus::Recalled => {
            stale(operation, version, context, &mut reasons);
        }
    }
    context.check_seen_at(&mut reasons, seen_at, version.submitted_position.unwrap_or_default());
    check_after_submission(version, context, &mut reasons);
    check_after_decisions(version, context, &mut reasons);
    let missing = missing(coalition, version);
    // A coalition that has lost its voters approves nothing by silence.
    reasons.check(
        !missing.is_empty() || version.live_decisions().any(|decision| decision.kind.approves()),
        RefusalCode::ApprovalIncomplete,
        "planVersionId",
        || format!("No partner with a vote has approved version {number}."),
    );
    for outstanding in &missing {
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
    for task in guests_without_consent(version.tasks.values().map(Arc::as_ref), decided(version)) {
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
    // Partners may have been suspended, or have left, since the tasks were planned.
    let territories = version.task_territories().map(|(_, territory)| territory);
    for partner in version.leads().into_iter().chain(territories).collect::<BTreeSet<_>>() {
        reasons.check(coalition.takes_tasks(partner), RefusalCode::TakesNoTasks, "planVersionId", || {
            format!("{partner} takes no tasks any more, and version {number} counts on it.")
        });
    }
    coalition.check_liaison(version.leads(), "planVersionId", &mut reasons);
    check_conditions(operation, version, GATE_PROMULGATION, "planVersionId", &mut reasons);
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

/// A late entry must not make a decision older than what it is about.
fn check_after_submission(version: &Version, context: &Context<'_>, reasons: &mut Reasons) {
    let Some(submitted_at) = version.submitted_at else { return };
    reasons.check(
        context.occurred_at + CLOCK_SKEW.as_delta() >= submitted_at,
        RefusalCode::InvalidValue,
        "occurredAt",
        || format!("Version {} was submitted only at {}.", version.number, submitted_at.to_rfc3339()),
    );
}

/// Nor may it put a version in force before what its promulgation needed was there.
fn check_after_decisions(version: &Version, context: &Context<'_>, reasons: &mut Reasons) {
    let settled = version
        .live_conditions()
        .filter(|(_, condition)| condition.gate.as_str() == GATE_PROMULGATION)
        .filter_map(|(_, condition)| condition.settled_at);
    let Some(last) = version.live_decisions().map(|decision| decision.at).chain(settled).max() else {
        return;
    };
    reasons.check(
        context.occurred_at + CLOCK_SKEW.as_delta() >= last,
        RefusalCode::InvalidValue,
        "occurredAt",
        || format!("Decisions on version {} were taken until {}.", version.number, last.to_rfc3339()),
    );
}

fn decided(version: &Version) -> impl Iterator<Item = (&PartnerCode, DecisionKind, &BTreeSet<TaskCode>)> {
    version.live_decisions().map(|decision| (&decision.partner, decision.kind, &decision.tasks))
}

/// Who must still decide on the version, as the coalition stands.
fn missing(coalition: &Coalition, version: &Version) -> Vec<Outstanding> {
    outstanding(
        &version.sections.approval_policy.required_roles,
        coalition.members().map(|partner| (&partner.code, partner.role)),
        version.task_territories(),
        decided(version),
    )
}

fn find_version<'a>(
    world: &'a World,
    code: &OperationCode,
    number: u32,
    context: &Context<'_>,
    reasons: Reasons,
) -> Result<(&'a Operation, &'a Version, Reasons), Rejection> {
    let (operation, reasons) = world.visible_operation(code, context, reasons)?;
    let seen = |version: &&Version| operation.shows(version, context.actor.partner());
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
    ) -> Result<(&'w Operation, &'w Condition, Reasons), Rejection> {
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
            Some(found) => Ok((operation, found, reasons)),
            None => Err(reasons.not_found("conditionId", "condition")),
        }
    }
}

/// Domain rule 7. Satisfaction is a fact with evidence: the lead or the condition's author records it.
pub(super) fn satisfy(
    world: &World,
    attached: &Attached<'_>,
    evidence: &Prose,
    context: &Context<'_>,
    reasons: Reasons,
) -> Result<Vec<Event>, Rejection> {
    let (operation, condition, reasons) = attached.find(world, context, reasons)?;
    let own = context.actor.partner() == Some(attached.partner);
    let by = if own { attached.partner } else { &operation.lead };
    context.require_of(by, &[Role::Commander, Role::Liaison])?;
    settle(condition, ConditionStatus::Satisfied, reasons, || PlanEvent::ApprovalConditionSatisfied {
        operation: attached.operation.clone(),
        number: attached.number,
        partner: attached.partner.clone(),
        condition: attached.condition.clone(),
        evidence: evidence.clone(),
    })
}

/// Domain rule 7: a condition's author alone gives it up.
pub(super) fn waive(
    world: &World,
    attached: &Attached<'_>,
    reason: &Prose,
    context: &Context<'_>,
    reasons: Reasons,
) -> Result<Vec<Event>, Rejection> {
    let Attached { partner, condition: code, .. } = attached;
    let (_, condition, mut reasons) = attached.find(world, context, reasons)?;
    let own = context.require_post(&[Role::Commander])?;
    reasons.check(own == *partner, RefusalCode::NotTheAuthor, "conditionId", || {
        format!("{code} is a condition of {partner}, which alone may waive it.")
    });
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
    reasons.check(
        condition.status == ConditionStatus::Outstanding,
        RefusalCode::WrongState,
        "conditionId",
        || format!("{} is {} already.", condition.code, condition.status),
    );
    reasons.or(vec![Event::Plan(event())])
}
