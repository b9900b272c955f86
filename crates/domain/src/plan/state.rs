//! A plan as folded: its versions, from drafting to promulgation, with decisions, conditions and orders.

use crate::{
    AnnexCode, At, Code, ConditionCode, Instant, Item, OperationCode, PartnerCode, Position, Prose, Salt,
    Sha256, TaskCode,
    ids::{OperationId, PlanVersionId},
    plan::{
        Annex, Condition, ConditionStatus, Confirmation, Content, ContentPart, ContentTask, Contest,
        Decision, DecisionKind, Dependency, Given, NewCondition, PlanEvent, PlannedTask, Proposal, Revoked,
        Sections, TimeWindow, Withheld,
    },
    release::Release,
};
use imbl::{OrdMap, Vector};
use serde::{Deserialize, Serialize};
use std::{
    collections::{BTreeMap, BTreeSet, VecDeque},
    sync::Arc,
};

#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Serialize,
    Deserialize,
    strum::Display,
    strum::EnumString,
)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
#[strum(serialize_all = "SCREAMING_SNAKE_CASE")]
pub enum VersionStatus {
    Draft,
    /// Under decision.
    Submitted,
    /// Under decision with nothing missing; never stored, see [`crate::plan::Outstanding`].
    Approved,
    Rejected,
    Promulgated,
    /// In force, and a partner has taken its decision back: nothing of it goes on until that is settled.
    Suspended,
    Superseded,
    Recalled,
    /// It was in force.
    Withdrawn,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Version {
    pub number: u32,
    pub status: VersionStatus,
    /// The version that it amends.
    pub base: Option<u32>,
    pub sections: Arc<Sections>,
    pub tasks: OrdMap<TaskCode, Arc<PlannedTask>>,
    pub annexes: OrdMap<AnnexCode, Arc<SaltedAnnex>>,
    /// Tasks that enter the content as parts: those with a label of their own, as it was until the
    /// submission.
    pub task_salts: OrdMap<TaskCode, Salt>,
    /// What the version itself says of its release; `None`: as the operation.
    pub release: Option<Release>,
    /// The `n`th decision stands at `n - 1`; revoked ones stay.
    pub decisions: Vector<Arc<Decision>>,
    /// From submission on; a draft's is computed when asked for.
    pub content_hash: Option<Sha256>,
    pub drafted_at: Instant,
    pub submitted_at: Option<Instant>,
    /// Position of the submission: nobody can have decided on what they saw before it.
    pub submitted_position: Option<Position>,
    /// Who could read it when it was submitted: among them are those that decide on it. Empty before.
    pub submitted_to: BTreeSet<PartnerCode>,
    /// From whom something of it was withheld while it was under decision, and where the log last says so.
    pub narrowed: OrdMap<PartnerCode, Position>,
    /// Observers that read it while it is a draft.
    pub shared_with: BTreeSet<PartnerCode>,
    pub promulgated_at: Option<Instant>,
    /// Issued while it was in force, in the order of their numbers.
    pub orders: Vector<FragmentaryOrder>,
    /// Partners that took their decision back while it was in force, and have not decided anew.
    pub suspended_by: BTreeSet<PartnerCode>,
    pub withdrawn: Option<Withdrawn>,
}

/// That a version was taken out of force.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Withdrawn {
    pub by: PartnerCode,
    pub reason: Prose,
    pub at: Instant,
}

#[derive(Debug, Clone, PartialEq)]
pub struct SaltedAnnex {
    pub annex: Annex,
    pub salt: Salt,
    pub hash: Sha256,
    /// What a mark says of its release instead of its content, of which marks are no part. It stays when the
    /// annex is attached anew: planners do not undo what a commander has marked.
    pub marked: Option<Release>,
}

impl SaltedAnnex {
    /// What the annex itself says of its release.
    pub fn release(&self) -> Release {
        let Annex { releasable_to, classification, handling, .. } = &self.annex;
        self.marked.clone().unwrap_or_else(|| Release {
            releasable_to: releasable_to.clone(),
            classification: Some(*classification),
            handling: Some(*handling),
        })
    }
}

/// An order as it was issued.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct FragmentaryOrder {
    /// Counted from 1 in its operation.
    pub number: u32,
    pub reason: Prose,
    pub issued_at: Instant,
    /// Where it moved H-hour to.
    pub h_hour: Option<Instant>,
}

impl FragmentaryOrder {
    /// What people call it by, such as `FRAGO-1`.
    pub fn code(&self) -> String {
        Self::code_of(self.number)
    }

    pub(super) fn code_of(number: u32) -> String {
        format!("FRAGO-{number}")
    }
}

impl Version {
    pub fn id(&self, operation: OperationId) -> PlanVersionId {
        PlanVersionId::of(operation, self.number)
    }

    /// Submitted or rejected, and not yet overtaken: what partners decide on.
    pub fn is_under_decision(&self) -> bool {
        matches!(self.status, VersionStatus::Submitted | VersionStatus::Rejected)
    }

    /// Whether the partner decides on it: it is under decision, or in force and suspended by that partner.
    pub fn awaits(&self, partner: &PartnerCode) -> bool {
        self.is_under_decision() || self.suspended_by.contains(partner)
    }

    pub fn content<'a>(&'a self, operation: &'a OperationCode) -> Content<'a> {
        let (parts, tasks): (Vec<_>, Vec<_>) =
            self.tasks.values().map(Arc::as_ref).partition(|task| self.task_salts.contains_key(&task.code));
        let annexes = self.annexes.values().map(|salted| ContentPart::annex(&salted.annex.code, salted.hash));
        let parts = parts.into_iter().filter_map(|task| {
            let (_, hash) = self.task_part(task)?;
            Some(ContentPart::task(&task.code, hash))
        });
        Content {
            operation,
            number: self.number,
            sections: &self.sections,
            tasks: tasks.into_iter().map(ContentTask).collect(),
            parts: annexes.chain(parts).collect(),
        }
    }

    /// Salt and hash of a task of the version that enters its content as a part.
    pub fn task_part(&self, task: &PlannedTask) -> Option<(Salt, Sha256)> {
        let salt = *self.task_salts.get(&task.code)?;
        Some((salt, task.part_hash(salt)))
    }

    pub fn live_decisions(&self) -> impl Iterator<Item = &Decision> {
        self.decisions.iter().map(Arc::as_ref).filter(|decision| decision.is_live())
    }

    pub fn live_decision_of(&self, partner: &PartnerCode) -> Option<&Decision> {
        self.live_decisions().find(|decision| decision.partner == *partner)
    }

    /// How the partner last took a decision back.
    pub fn last_revoked(&self, partner: &PartnerCode) -> Option<Revoked> {
        self.decisions.iter().rev().filter(|decision| decision.partner == *partner).find_map(|it| it.revoked)
    }

    /// Whether the partner has agreed to the task as it stands here: by its approval of the version, or by its
    /// consent to the task.
    pub fn has_agreed(&self, partner: &PartnerCode, task: &TaskCode) -> bool {
        self.live_decision_of(partner).is_some_and(|decision| {
            decision.kind.approves()
                || decision.kind == DecisionKind::TerritorialConsent && decision.tasks.contains(task)
        })
    }

    pub fn live_conditions(&self) -> impl Iterator<Item = (&Decision, &Condition)> {
        self.live_decisions()
            .flat_map(|decision| decision.conditions.iter().map(move |condition| (decision, condition)))
    }

    /// Partners that lead tasks.
    pub fn leads(&self) -> BTreeSet<&PartnerCode> {
        self.tasks.values().map(|task| &task.lead).collect()
    }

    pub fn task_territories(&self) -> impl Iterator<Item = (&TaskCode, &PartnerCode)> {
        self.tasks.values().map(|task| (&task.code, &task.territory))
    }

    pub(crate) fn items(&self, operation: &OperationCode) -> Vec<Item> {
        let (code, number) = (operation, self.number);
        let mut items = vec![Item::PlanVersion(code.clone(), number)];
        items.extend(self.content_items(operation));
        for decision in &self.decisions {
            items.push(Item::Decision(code.clone(), number, decision.number));
            items.extend(decision.conditions.iter().map(|condition| {
                Item::Condition(code.clone(), number, decision.number, condition.code.clone())
            }));
        }
        items
    }

    fn content_items(&self, operation: &OperationCode) -> impl Iterator<Item = Item> {
        let tasks =
            self.tasks.keys().map(|task| Item::PlannedTask(operation.clone(), self.number, task.clone()));
        let annexes =
            self.annexes.keys().map(|annex| Item::Annex(operation.clone(), self.number, annex.clone()));
        tasks.chain(annexes)
    }

    /// The shortest chain by which `task` waits for `other`: `task` first, each waits for the next, `other`
    /// last. `None` when `task` can finish without it. A task counts as waiting for itself.
    ///
    /// If there is one, making `other` wait for `task` would close a cycle, and the chain is the proof.
    pub fn chain(&self, task: &TaskCode, other: &TaskCode) -> Option<Vec<TaskCode>> {
        // Who was found waiting for each task, to walk back from `other`.
        let mut waiting_for: BTreeMap<&TaskCode, &TaskCode> = BTreeMap::new();
        let mut queue = VecDeque::from([task]);
        while let Some(next) = queue.pop_front() {
            if next == other {
                let mut chain = vec![next.clone()];
                let mut at = next;
                while let Some(waiting) = waiting_for.get(at) {
                    chain.push((*waiting).clone());
                    at = waiting;
                }
                chain.reverse();
                return Some(chain);
            }
            let Some(planned) = self.tasks.get(next) else { continue };
            for Dependency { predecessor, .. } in &planned.predecessors {
                if predecessor != task && !waiting_for.contains_key(predecessor) {
                    waiting_for.insert(predecessor, next);
                    queue.push_back(predecessor);
                }
            }
        }
        None
    }
}

impl Version {
    fn draft(number: u32, sections: Sections, at: Instant) -> Self {
        Self {
            number,
            status: VersionStatus::Draft,
            base: None,
            sections: Arc::new(sections),
            tasks: OrdMap::new(),
            annexes: OrdMap::new(),
            task_salts: OrdMap::new(),
            release: None,
            decisions: Vector::new(),
            content_hash: None,
            drafted_at: at,
            submitted_at: None,
            submitted_position: None,
            submitted_to: BTreeSet::new(),
            narrowed: OrdMap::new(),
            shared_with: BTreeSet::new(),
            promulgated_at: None,
            orders: Vector::new(),
            suspended_by: BTreeSet::new(),
            withdrawn: None,
        }
    }

    /// What an amendment of it begins with.
    fn amended(&self, number: u32, task_salts: OrdMap<TaskCode, Salt>, at: Instant) -> Self {
        Self {
            base: Some(self.number),
            tasks: self.tasks.clone(),
            annexes: self.annexes.clone(),
            task_salts,
            // Else what was narrowed could be read in its copy.
            release: self.release.clone(),
            ..Self::draft(number, (*self.sections).clone(), at)
        }
    }

    fn attach(&mut self, annex: &Annex, salt: Salt) {
        let marked = self.annexes.get(&annex.code).and_then(|known| known.marked.clone());
        let hash = annex.part_hash(salt);
        let salted = SaltedAnnex { annex: annex.clone(), salt, hash, marked };
        self.annexes.insert(annex.code.clone(), Arc::new(salted));
    }

    /// Changes the partner's live decision; its number.
    fn change_decision(&mut self, partner: &PartnerCode, change: impl FnOnce(&mut Decision)) -> Option<u32> {
        let decision =
            self.decisions.iter_mut().find(|known| known.partner == *partner && known.is_live())?;
        change(Arc::make_mut(decision));
        Some(decision.number)
    }
}

/// The plan of an operation: all its versions, and which of them is in force.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Plan {
    /// Version `n` stands at `n - 1`.
    pub versions: Vector<Arc<Version>>,
    /// Number of the version in force.
    pub in_force: Option<u32>,
    /// Since when the version in force is suspended; `None`: it is not.
    pub suspended_since: Option<Instant>,
    /// When a version in force was, each time until it went on, or was in force no more.
    pub suspensions: Vector<TimeWindow>,
}

impl Plan {
    /// Version `number`.
    pub fn version(&self, number: u32) -> Option<&Version> {
        self.versions.get(place(number)?).map(Arc::as_ref)
    }

    pub(crate) fn version_mut(&mut self, number: u32) -> Option<&mut Version> {
        self.versions.get_mut(place(number)?).map(Arc::make_mut)
    }

    pub fn version_in_force(&self) -> Option<&Version> {
        self.version(self.in_force?)
    }

    /// The version in force, else the one that was last: what is carried out, or was when it was withdrawn.
    pub fn last_in_force(&self) -> Option<&Version> {
        let newest_first = self.versions.iter().rev().map(Arc::as_ref);
        let mut promulgated = newest_first.filter(|version| version.promulgated_at.is_some());
        self.version_in_force().or_else(|| promulgated.next())
    }

    /// The version in force, else the one being worked on.
    pub fn current_version(&self) -> Option<&Version> {
        self.version_in_force().or_else(|| self.versions.last().map(Arc::as_ref))
    }

    /// Takes in one event of the plan of `operation`. `task_salts` are those of the tasks that have a label
    /// of their own now.
    #[expect(clippy::too_many_lines, reason = "a table: one short arm for each event")]
    pub(crate) fn evolve(
        &mut self,
        operation: &OperationCode,
        task_salts: impl FnOnce() -> OrdMap<TaskCode, Salt>,
        event: &PlanEvent,
        at: &At,
        touched: &mut Vec<Item>,
    ) {
        let mut intake = Intake { operation, at, touched };
        match event {
            PlanEvent::PlanDrafted { number, sections, .. } => {
                self.versions.push_back(Arc::new(Version::draft(
                    *number,
                    (**sections).clone(),
                    at.occurred_at,
                )));
                // The first draft is what planning means.
                intake.touch_operation();
                intake.touch_version(*number);
            }
            PlanEvent::AmendmentOpened { number, base, .. } => {
                let Some(version) = self.version(*base) else { return };
                let amendment = version.amended(*number, task_salts(), at.occurred_at);
                intake.touched.extend(amendment.content_items(operation));
                self.versions.push_back(Arc::new(amendment));
                intake.touch_operation();
                intake.touch_version(*number);
            }
            PlanEvent::PlanSectionRevised { number, section, .. } => {
                self.revise(*number, &mut intake, |sections| sections.revise(section));
            }
            PlanEvent::PhaseAdded { number, phase, .. } => {
                self.revise(*number, &mut intake, |sections| sections.phases.push(phase.clone()));
            }
            PlanEvent::RiskRecorded { number, risk, .. } => {
                self.revise(*number, &mut intake, |sections| {
                    match sections.risks.iter_mut().find(|known| known.code == risk.code) {
                        Some(known) => *known = risk.clone(),
                        None => sections.risks.push(risk.clone()),
                    }
                });
            }
            PlanEvent::TaskAddedToPlan { number, task, .. } => {
                let Some(version) = self.version_mut(*number) else { return };
                version.tasks.insert(task.code.clone(), Arc::new(task.clone()));
                intake.touch_task(*number, &task.code);
            }
            PlanEvent::TaskRevised { number, task, revision, .. } => {
                self.change_task(*number, task, &mut intake, |known| *known = revision.apply(known));
            }
            PlanEvent::TaskTermsSet { number, task, terms, .. } => {
                self.change_task(*number, task, &mut intake, |known| known.terms = terms.clone());
            }
            PlanEvent::TaskRemovedFromPlan { number, task, .. } => {
                let Some(version) = self.version_mut(*number) else { return };
                version.tasks.remove(task);
                intake.touch_task(*number, task);
            }
            PlanEvent::DependencyAdded { number, task, dependency, .. } => {
                self.change_task(*number, task, &mut intake, |known| {
                    known.predecessors.retain(|other| other.predecessor != dependency.predecessor);
                    known.predecessors.insert(dependency.clone());
                });
            }
            PlanEvent::DependencyRemoved { number, task, predecessor, .. } => {
                self.change_task(*number, task, &mut intake, |known| {
                    known.predecessors.retain(|dependency| dependency.predecessor != *predecessor);
                });
            }
            PlanEvent::AnnexAttached { number, annex, salt, .. } => {
                let Some(version) = self.version_mut(*number) else { return };
                version.attach(annex, *salt);
                let item = Item::Annex(operation.clone(), *number, annex.code.clone());
                intake.touched.push(item);
            }
            PlanEvent::PlanVersionSubmitted { number, content_hash, .. } => {
                self.change_version(*number, &mut intake, |version| {
                    version.status = VersionStatus::Submitted;
                    version.content_hash = Some(*content_hash);
                    version.submitted_at = Some(at.occurred_at);
                    version.submitted_position = Some(at.position);
                });
            }
            PlanEvent::PlanVersionSuperseded { number, .. } => {
                self.change_version(*number, &mut intake, |version| {
                    version.status = VersionStatus::Superseded;
                    version.suspended_by.clear();
                });
            }
            PlanEvent::DraftShared { number, with, .. } => {
                self.change_version(*number, &mut intake, |version| version.shared_with.clone_from(with));
            }
            PlanEvent::PlanWithdrawn { number, by, reason, .. } => {
                self.end_suspension(at.occurred_at);
                self.in_force = None;
                intake.touch_operation();
                let withdrawn = Withdrawn { by: by.clone(), reason: reason.clone(), at: at.occurred_at };
                self.change_version(*number, &mut intake, |version| {
                    version.status = VersionStatus::Withdrawn;
                    version.suspended_by.clear();
                    version.withdrawn = Some(withdrawn);
                });
            }
            PlanEvent::PlanVersionRecalled { number, .. } => {
                self.change_version(*number, &mut intake, |version| version.status = VersionStatus::Recalled);
            }
            PlanEvent::PlanPromulgated { number, .. } => {
                self.end_suspension(at.occurred_at);
                self.in_force = Some(*number);
                intake.touch_operation();
                self.change_version(*number, &mut intake, |version| {
                    version.status = VersionStatus::Promulgated;
                    version.promulgated_at = Some(at.occurred_at);
                });
            }
            PlanEvent::FragmentaryOrderIssued { number, order, reason, h_hour, .. } => {
                let (reason, h_hour) = (reason.clone(), *h_hour);
                let order = FragmentaryOrder { number: *order, reason, issued_at: at.occurred_at, h_hour };
                self.change_version(*number, &mut intake, |version| version.orders.push_back(order));
            }
            PlanEvent::PlanVersionApproved { number, given, .. } => {
                self.decide(*number, given, New::of(DecisionKind::Approved), &mut intake);
            }
            PlanEvent::PlanVersionApprovedWithConditions { number, given, conditions, .. } => {
                let new = New { conditions, ..New::of(DecisionKind::ApprovedWithConditions) };
                self.decide(*number, given, new, &mut intake);
            }
            PlanEvent::PlanVersionRejected { number, given, reason_code, reason, objects_to, .. } => {
                let new =
                    New::of(DecisionKind::Rejected).because(reason_code.as_ref(), reason).on(objects_to);
                self.decide(*number, given, new, &mut intake);
            }
            PlanEvent::TerritorialConsentGiven { number, given, tasks, .. } => {
                self.decide(*number, given, New::of(DecisionKind::TerritorialConsent).on(tasks), &mut intake);
            }
            PlanEvent::TerritorialConsentRefused { number, given, tasks, reason_code, reason, .. } => {
                let new =
                    New::of(DecisionKind::ConsentRefused).because(reason_code.as_ref(), reason).on(tasks);
                self.decide(*number, given, new, &mut intake);
            }
            PlanEvent::ApprovalRevoked { number, partner, .. } => self.revoke(*number, partner, &mut intake),
            PlanEvent::DecisionConfirmed { number, partner, .. } => {
                self.confirm(*number, partner, &mut intake);
            }
            PlanEvent::ConditionSatisfactionProposed { number, partner, condition, by, evidence, .. } => {
                let proposal = Proposal {
                    partner: by.clone(),
                    actor: at.actor.clone(),
                    evidence: evidence.clone(),
                    at: at.occurred_at,
                    contested: None,
                };
                self.change_condition(*number, partner, condition, &mut intake, |known| {
                    known.proposal = Some(proposal);
                });
            }
            PlanEvent::ApprovalConditionContested { number, partner, condition, reason, .. } => {
                self.change_condition(*number, partner, condition, &mut intake, |known| {
                    if known.status == ConditionStatus::Satisfied {
                        known.status = ConditionStatus::Broken;
                        known.settled_at = None;
                        known.note = Some(reason.clone());
                    } else if let Some(proposal) = &mut known.proposal {
                        proposal.contested = Some(Contest { at: at.occurred_at, reason: reason.clone() });
                    }
                });
            }
            PlanEvent::ApprovalConditionSatisfied { number, partner, condition, evidence, .. } => {
                let settled = (ConditionStatus::Satisfied, evidence);
                self.settle(*number, partner, condition, settled, &mut intake);
            }
            PlanEvent::ApprovalConditionWaived { number, partner, condition, reason, .. } => {
                self.settle(*number, partner, condition, (ConditionStatus::Waived, reason), &mut intake);
            }
        }
    }

    /// Changes the version itself.
    fn change_version(&mut self, number: u32, intake: &mut Intake<'_>, make: impl FnOnce(&mut Version)) {
        if let Some(version) = self.version_mut(number) {
            make(version);
            intake.touch_version(number);
        }
    }

    fn revise(&mut self, number: u32, intake: &mut Intake<'_>, make: impl FnOnce(&mut Sections)) {
        self.change_version(number, intake, |version| make(Arc::make_mut(&mut version.sections)));
    }

    fn change_task(
        &mut self,
        number: u32,
        task: &TaskCode,
        intake: &mut Intake<'_>,
        make: impl FnOnce(&mut PlannedTask),
    ) {
        let Some(version) = self.version_mut(number) else { return };
        if let Some(known) = version.tasks.get_mut(task) {
            make(Arc::make_mut(known));
        }
        intake.touch_task(number, task);
    }

    fn decide(&mut self, number: u32, given: &Given, new: New<'_>, intake: &mut Intake<'_>) {
        let Some(version) = self.version_mut(number) else { return };
        let decision = u32::try_from(version.decisions.len() + 1).unwrap_or(u32::MAX);
        let operation = intake.operation;
        intake.touched.push(Item::Decision(operation.clone(), number, decision));
        intake.touched.extend(
            new.conditions
                .iter()
                .map(|new| Item::Condition(operation.clone(), number, decision, new.code.clone())),
        );
        version.decisions.push_back(Arc::new(Decision {
            number: decision,
            partner: given.partner.clone(),
            actor: intake.at.actor.clone(),
            kind: new.kind,
            at: intake.at.occurred_at,
            position: intake.at.position,
            seen_at: given.seen_at,
            reason_code: new.reason_code.cloned(),
            reason: new.reason.cloned(),
            tasks: new.tasks.cloned().unwrap_or_default(),
            conditions: new.conditions.iter().cloned().map(Condition::from).collect(),
            revoked: None,
            confirmed: None,
            withheld: Withheld::default(),
        }));
        if new.kind == DecisionKind::Rejected {
            version.status = VersionStatus::Rejected;
            intake.touch_version(number);
        }
        if version.suspended_by.remove(&given.partner) {
            if version.suspended_by.is_empty() {
                version.status = VersionStatus::Promulgated;
                self.end_suspension(intake.at.occurred_at);
                intake.touch_operation();
            }
            intake.touch_version(number);
        }
    }

    fn end_suspension(&mut self, at: Instant) {
        let over = self.suspended_since.take();
        self.suspensions.extend(over.map(|from| TimeWindow { from, to: at }));
    }

    fn revoke(&mut self, number: u32, partner: &PartnerCode, intake: &mut Intake<'_>) {
        let Some(version) = self.version_mut(number) else { return };
        let revoked = Revoked { at: intake.at.occurred_at, position: intake.at.position };
        let revoked = version.change_decision(partner, |decision| decision.revoked = Some(revoked));
        let operation = intake.operation;
        intake.touched.extend(revoked.map(|decision| Item::Decision(operation.clone(), number, decision)));
        if version.status == VersionStatus::Rejected
            && !version.live_decisions().any(|decision| decision.kind == DecisionKind::Rejected)
        {
            version.status = VersionStatus::Submitted;
            intake.touch_version(number);
        }
        if matches!(version.status, VersionStatus::Promulgated | VersionStatus::Suspended) {
            version.status = VersionStatus::Suspended;
            version.suspended_by.insert(partner.clone());
            // A second partner may tell late that it was the first.
            let at = intake.at.occurred_at;
            self.suspended_since = Some(self.suspended_since.map_or(at, |since| since.min(at)));
            intake.touch_version(number);
            intake.touch_operation();
        }
    }

    fn confirm(&mut self, number: u32, partner: &PartnerCode, intake: &mut Intake<'_>) {
        let Some(version) = self.version_mut(number) else { return };
        let At { actor, occurred_at, position, .. } = intake.at;
        let confirmation = Confirmation { actor: actor.clone(), at: *occurred_at, position: *position };
        let confirmed = version.change_decision(partner, |decision| decision.confirmed = Some(confirmation));
        let operation = intake.operation;
        intake.touched.extend(confirmed.map(|decision| Item::Decision(operation.clone(), number, decision)));
    }

    /// A condition has a new status, with what was said of it.
    fn settle(
        &mut self,
        number: u32,
        partner: &PartnerCode,
        condition: &ConditionCode,
        (status, note): (ConditionStatus, &Prose),
        intake: &mut Intake<'_>,
    ) {
        let at = intake.at.occurred_at;
        self.change_condition(number, partner, condition, intake, |known| {
            known.status = status;
            known.settled_at = Some(at);
            known.note = Some(note.clone());
        });
    }

    fn change_condition(
        &mut self,
        number: u32,
        partner: &PartnerCode,
        condition: &ConditionCode,
        intake: &mut Intake<'_>,
        make: impl FnOnce(&mut Condition),
    ) {
        let Some(version) = self.version_mut(number) else { return };
        let changed = version.change_decision(partner, |decision| {
            if let Some(known) = decision.conditions.iter_mut().find(|known| known.code == *condition) {
                make(known);
            }
        });
        let operation = intake.operation;
        let item = |decision| Item::Condition(operation.clone(), number, decision, condition.clone());
        intake.touched.extend(changed.map(item));
    }
}

/// Where version `number` stands.
fn place(number: u32) -> Option<usize> {
    usize::try_from(number.checked_sub(1)?).ok()
}

/// An event while it is taken in: of which operation, when, and what it has touched so far.
struct Intake<'a> {
    operation: &'a OperationCode,
    at: &'a At,
    touched: &'a mut Vec<Item>,
}

impl Intake<'_> {
    fn touch_operation(&mut self) {
        self.touched.push(Item::Operation(self.operation.clone()));
    }

    fn touch_version(&mut self, number: u32) {
        self.touched.push(Item::PlanVersion(self.operation.clone(), number));
    }

    fn touch_task(&mut self, number: u32, task: &TaskCode) {
        self.touched.push(Item::PlannedTask(self.operation.clone(), number, task.clone()));
    }
}

/// A decision as its event has it, besides whose it is.
#[derive(Clone, Copy)]
struct New<'a> {
    kind: DecisionKind,
    conditions: &'a [NewCondition],
    tasks: Option<&'a BTreeSet<TaskCode>>,
    reason_code: Option<&'a Code>,
    reason: Option<&'a Prose>,
}

impl<'a> New<'a> {
    fn of(kind: DecisionKind) -> Self {
        Self { kind, conditions: &[], tasks: None, reason_code: None, reason: None }
    }

    fn because(self, reason_code: Option<&'a Code>, reason: &'a Prose) -> Self {
        Self { reason_code, reason: Some(reason), ..self }
    }

    fn on(self, tasks: &'a BTreeSet<TaskCode>) -> Self {
        Self { tasks: Some(tasks), ..self }
    }
}
