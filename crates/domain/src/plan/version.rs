//! Plan versions as folded: drafting, submission, decisions, conditions, promulgation.

use super::{
    Dependency, PlanEvent,
    content::{Annex, Content, ContentPart, ContentTask, NewCondition, PlannedTask, Sections, territories},
};
use crate::{
    AnnexCode, Code, ConditionCode, Event, Instant, Item, OperationCode, PartnerCode, Position, Prose,
    Recorded, Salt, Sha256, TaskCode,
    ids::{DecisionId, OperationId, PlanVersionId},
    operation::Operation,
    partner::PartnerRole,
    plan::FragmentaryOrder,
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
    /// Under decision with nothing missing; never stored, see [`Outstanding`].
    Approved,
    Rejected,
    Promulgated,
    Superseded,
    Recalled,
}

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
pub enum DecisionKind {
    Approved,
    ApprovedWithConditions,
    Rejected,
    TerritorialConsent,
    ConsentRefused,
}

impl DecisionKind {
    pub fn approves(self) -> bool {
        matches!(self, Self::Approved | Self::ApprovedWithConditions)
    }
}

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
pub enum ConditionStatus {
    Outstanding,
    Satisfied,
    Waived,
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
    /// Tasks that enter the content as parts: those with a label of their own, as it was until the submission.
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
    pub promulgated_at: Option<Instant>,
    /// Issued while it was in force, in the order of their numbers.
    pub orders: Vector<FragmentaryOrder>,
}

#[derive(Debug, Clone, PartialEq)]
pub struct SaltedAnnex {
    pub annex: Annex,
    pub salt: Salt,
    pub hash: Sha256,
    /// What a mark says of its release instead of its content, of which marks are no part. It stays when the annex is
    /// attached anew: planners do not undo what a commander has marked.
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

/// A partner's decision on one exact version.
#[derive(Debug, Clone, PartialEq)]
pub struct Decision {
    pub number: u32,
    pub partner: PartnerCode,
    /// Who decided: a post.
    pub actor: String,
    pub kind: DecisionKind,
    pub at: Instant,
    pub position: Position,
    /// What its author was looking at.
    pub seen_at: Position,
    pub reason_code: Option<Code>,
    pub reason: Option<Prose>,
    /// Tasks objected to, or consented to.
    pub tasks: BTreeSet<TaskCode>,
    pub conditions: Vec<Condition>,
    pub revoked_at: Option<Instant>,
}

impl Decision {
    pub fn id(&self, operation: OperationId, version: u32) -> DecisionId {
        DecisionId::of(PlanVersionId::of(operation, version), self.number)
    }

    pub fn is_live(&self) -> bool {
        self.revoked_at.is_none()
    }
}

#[derive(Debug, Clone, PartialEq)]
pub struct Condition {
    pub code: ConditionCode,
    pub gate: Code,
    pub text: Prose,
    pub status: ConditionStatus,
    pub settled_at: Option<Instant>,
    /// Evidence of satisfaction, or the reason of a waiver.
    pub note: Option<Prose>,
}

/// What promulgation still waits for from one partner.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outstanding {
    Approval {
        partner: PartnerCode,
        rejected: bool,
    },
    /// Consent for these tasks on its territory.
    Consent {
        partner: PartnerCode,
        tasks: BTreeSet<TaskCode>,
        refused: bool,
    },
}

impl Outstanding {
    pub fn partner(&self) -> &PartnerCode {
        match self {
            Self::Approval { partner, .. } | Self::Consent { partner, .. } => partner,
        }
    }
}

/// Domain rule 5: who must still decide. `members` are the acceded partners with their roles, `decisions`
/// the live ones of the version. An approval includes consent for one's own territory.
pub fn outstanding<'a>(
    required_roles: &BTreeSet<PartnerRole>,
    members: impl IntoIterator<Item = (&'a PartnerCode, PartnerRole)>,
    tasks: impl IntoIterator<Item = (&'a TaskCode, &'a PartnerCode)>,
    decisions: impl IntoIterator<Item = (&'a PartnerCode, DecisionKind, &'a BTreeSet<TaskCode>)>,
) -> Vec<Outstanding> {
    let decided: BTreeMap<_, _> =
        decisions.into_iter().map(|(partner, kind, tasks)| (partner, (kind, tasks))).collect();
    let approves = |partner| decided.get(partner).is_some_and(|(kind, _)| kind.approves());
    let mut missing = Vec::new();
    let mut voters = BTreeSet::new();
    for (partner, role) in members {
        if !required_roles.contains(&role) {
            continue;
        }
        voters.insert(partner);
        if !approves(partner) {
            let rejected = decided.get(partner).is_some_and(|(kind, _)| *kind == DecisionKind::Rejected);
            missing.push(Outstanding::Approval { partner: partner.clone(), rejected });
        }
    }
    // A rejection counts until it is revoked, also when its author has lost its vote since.
    for (partner, (kind, _)) in &decided {
        if *kind == DecisionKind::Rejected && !voters.contains(*partner) {
            missing.push(Outstanding::Approval { partner: (*partner).clone(), rejected: true });
        }
    }
    for (partner, tasks) in territories(tasks) {
        // A voter's approval is waited for above; who has approved has consented, whatever its role became.
        if voters.contains(partner) || approves(partner) {
            continue;
        }
        let decision = decided.get(partner);
        let left: BTreeSet<_> = tasks
            .into_iter()
            .filter(|task| {
                !decision.is_some_and(|(kind, consented)| {
                    *kind == DecisionKind::TerritorialConsent && consented.contains(*task)
                })
            })
            .cloned()
            .collect();
        if !left.is_empty() {
            let refused = decision.is_some_and(|(kind, _)| *kind == DecisionKind::ConsentRefused);
            missing.push(Outstanding::Consent { partner: partner.clone(), tasks: left, refused });
        }
    }
    missing
}

impl Version {
    pub fn id(&self, operation: OperationId) -> PlanVersionId {
        PlanVersionId::of(operation, self.number)
    }

    /// Submitted or rejected, and not yet overtaken: what partners decide on.
    pub fn is_under_decision(&self) -> bool {
        matches!(self.status, VersionStatus::Submitted | VersionStatus::Rejected)
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

impl Operation {
    pub(crate) fn version_mut(&mut self, number: u32) -> Option<&mut Version> {
        let index = usize::try_from(number.checked_sub(1)?).ok()?;
        self.versions.get_mut(index).map(Arc::make_mut)
    }

    pub(crate) fn evolve_plan(&mut self, event: &PlanEvent, recorded: &Recorded, touched: &mut Vec<Item>) {
        debug_assert!(matches!(&recorded.event, Event::Plan(same) if same == event));
        let (code, number, at) = (self.code.clone(), event.number(), recorded.occurred_at);
        match event {
            PlanEvent::PlanDrafted { sections, .. } => {
                self.versions.push_back(Arc::new(Version::draft(number, (**sections).clone(), at)));
                // The first draft is what planning means.
                touched.push(Item::Operation(code.clone()));
            }
            PlanEvent::AmendmentOpened { base, .. } => {
                let Some(version) = self.version(*base) else { return };
                let amendment = Version {
                    base: Some(*base),
                    tasks: version.tasks.clone(),
                    annexes: version.annexes.clone(),
                    task_salts: self
                        .task_labels
                        .iter()
                        .map(|(task, label)| (task.clone(), label.salt))
                        .collect(),
                    // Else what was narrowed could be read in its copy.
                    release: version.release.clone(),
                    ..Version::draft(number, (*version.sections).clone(), at)
                };
                touched.extend(amendment.content_items(&code));
                self.versions.push_back(Arc::new(amendment));
                touched.push(Item::Operation(code.clone()));
            }
            PlanEvent::PlanPromulgated { .. } => {
                self.in_force = Some(number);
                touched.push(Item::Operation(code.clone()));
            }
            PlanEvent::PlanSectionRevised { .. }
            | PlanEvent::PhaseAdded { .. }
            | PlanEvent::TaskAddedToPlan { .. }
            | PlanEvent::TaskRevised { .. }
            | PlanEvent::TaskTermsSet { .. }
            | PlanEvent::TaskRemovedFromPlan { .. }
            | PlanEvent::DependencyAdded { .. }
            | PlanEvent::DependencyRemoved { .. }
            | PlanEvent::RiskRecorded { .. }
            | PlanEvent::AnnexAttached { .. }
            | PlanEvent::PlanVersionSubmitted { .. }
            | PlanEvent::PlanVersionSuperseded { .. }
            | PlanEvent::PlanVersionRecalled { .. }
            | PlanEvent::PlanVersionApproved { .. }
            | PlanEvent::PlanVersionApprovedWithConditions { .. }
            | PlanEvent::PlanVersionRejected { .. }
            | PlanEvent::TerritorialConsentGiven { .. }
            | PlanEvent::TerritorialConsentRefused { .. }
            | PlanEvent::ApprovalRevoked { .. }
            | PlanEvent::ApprovalConditionSatisfied { .. }
            | PlanEvent::ApprovalConditionWaived { .. }
            | PlanEvent::FragmentaryOrderIssued { .. } => {}
        }
        if let Some(version) = self.version_mut(number) {
            version.evolve(&code, event, recorded, touched);
        }
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
            promulgated_at: None,
            orders: Vector::new(),
        }
    }

    fn evolve(
        &mut self,
        code: &OperationCode,
        event: &PlanEvent,
        recorded: &Recorded,
        touched: &mut Vec<Item>,
    ) {
        let (number, at) = (self.number, recorded.occurred_at);
        let itself = || Item::PlanVersion(code.clone(), number);
        let task_item = |task: &TaskCode| Item::PlannedTask(code.clone(), number, task.clone());
        match event {
            PlanEvent::PlanDrafted { .. } | PlanEvent::AmendmentOpened { .. } => touched.push(itself()),
            PlanEvent::PlanSectionRevised { section, .. } => {
                Arc::make_mut(&mut self.sections).revise(section);
                touched.push(itself());
            }
            PlanEvent::PhaseAdded { phase, .. } => {
                Arc::make_mut(&mut self.sections).phases.push(phase.clone());
                touched.push(itself());
            }
            PlanEvent::RiskRecorded { risk, .. } => {
                let risks = &mut Arc::make_mut(&mut self.sections).risks;
                match risks.iter_mut().find(|known| known.code == risk.code) {
                    Some(known) => *known = risk.clone(),
                    None => risks.push(risk.clone()),
                }
                touched.push(itself());
            }
            PlanEvent::TaskAddedToPlan { task, .. } => {
                self.tasks.insert(task.code.clone(), Arc::new(task.clone()));
                touched.push(task_item(&task.code));
            }
            PlanEvent::TaskRevised { task, revision, .. } => {
                self.change_task(task, |known| *known = revision.apply(known));
                touched.push(task_item(task));
            }
            PlanEvent::TaskTermsSet { task, terms, .. } => {
                self.change_task(task, |known| known.terms = terms.clone());
                touched.push(task_item(task));
            }
            PlanEvent::TaskRemovedFromPlan { task, .. } => {
                self.tasks.remove(task);
                touched.push(task_item(task));
            }
            PlanEvent::DependencyAdded { task, dependency, .. } => {
                self.change_task(task, |known| {
                    known.predecessors.retain(|other| other.predecessor != dependency.predecessor);
                    known.predecessors.insert(dependency.clone());
                });
                touched.push(task_item(task));
            }
            PlanEvent::DependencyRemoved { task, predecessor, .. } => {
                self.change_task(task, |known| {
                    known.predecessors.retain(|dependency| dependency.predecessor != *predecessor);
                });
                touched.push(task_item(task));
            }
            PlanEvent::AnnexAttached { annex, salt, .. } => {
                let marked = self.annexes.get(&annex.code).and_then(|known| known.marked.clone());
                let hash = annex.part_hash(*salt);
                let salted = SaltedAnnex { annex: annex.clone(), salt: *salt, hash, marked };
                self.annexes.insert(annex.code.clone(), Arc::new(salted));
                touched.push(Item::Annex(code.clone(), number, annex.code.clone()));
            }
            PlanEvent::PlanVersionSubmitted { content_hash, .. } => {
                self.status = VersionStatus::Submitted;
                self.content_hash = Some(*content_hash);
                self.submitted_at = Some(at);
                self.submitted_position = Some(recorded.position);
                touched.push(itself());
            }
            PlanEvent::PlanVersionSuperseded { .. } => {
                self.status = VersionStatus::Superseded;
                touched.push(itself());
            }
            PlanEvent::PlanVersionRecalled { .. } => {
                self.status = VersionStatus::Recalled;
                touched.push(itself());
            }
            PlanEvent::PlanPromulgated { .. } => {
                self.status = VersionStatus::Promulgated;
                self.promulgated_at = Some(at);
                touched.push(itself());
            }
            PlanEvent::FragmentaryOrderIssued { order, reason, h_hour, .. } => {
                let (reason, h_hour) = (reason.clone(), *h_hour);
                self.orders.push_back(FragmentaryOrder { number: *order, reason, issued_at: at, h_hour });
                touched.push(itself());
            }
            PlanEvent::PlanVersionApproved { .. }
            | PlanEvent::PlanVersionApprovedWithConditions { .. }
            | PlanEvent::PlanVersionRejected { .. }
            | PlanEvent::TerritorialConsentGiven { .. }
            | PlanEvent::TerritorialConsentRefused { .. } => self.decide(code, event, recorded, touched),
            PlanEvent::ApprovalRevoked { partner, .. } => self.revoke(code, partner, at, touched),
            PlanEvent::ApprovalConditionSatisfied { partner, condition, evidence, .. } => {
                self.settle(code, partner, condition, ConditionStatus::Satisfied, evidence, at, touched);
            }
            PlanEvent::ApprovalConditionWaived { partner, condition, reason, .. } => {
                self.settle(code, partner, condition, ConditionStatus::Waived, reason, at, touched);
            }
        }
    }

    fn revoke(&mut self, code: &OperationCode, partner: &PartnerCode, at: Instant, touched: &mut Vec<Item>) {
        let number = self.number;
        let revoked = self.change_decision(partner, |decision| decision.revoked_at = Some(at));
        touched.extend(revoked.map(|decision| Item::Decision(code.clone(), number, decision)));
        if self.status == VersionStatus::Rejected
            && !self.live_decisions().any(|decision| decision.kind == DecisionKind::Rejected)
        {
            self.status = VersionStatus::Submitted;
            touched.push(Item::PlanVersion(code.clone(), number));
        }
    }

    fn decide(
        &mut self,
        code: &OperationCode,
        event: &PlanEvent,
        recorded: &Recorded,
        touched: &mut Vec<Item>,
    ) {
        let none = BTreeSet::new();
        let (kind, given, conditions, tasks, reason_code, reason): (_, _, &[NewCondition], _, _, _) =
            match event {
                PlanEvent::PlanVersionApproved { given, .. } => {
                    (DecisionKind::Approved, given, &[], &none, None, None)
                }
                PlanEvent::PlanVersionApprovedWithConditions { given, conditions, .. } => {
                    (DecisionKind::ApprovedWithConditions, given, conditions, &none, None, None)
                }
                PlanEvent::PlanVersionRejected { given, reason_code, reason, objects_to, .. } => (
                    DecisionKind::Rejected,
                    given,
                    &[],
                    objects_to,
                    reason_code.clone(),
                    Some(reason.clone()),
                ),
                PlanEvent::TerritorialConsentGiven { given, tasks, .. } => {
                    (DecisionKind::TerritorialConsent, given, &[], tasks, None, None)
                }
                PlanEvent::TerritorialConsentRefused { given, tasks, reason_code, reason, .. } => (
                    DecisionKind::ConsentRefused,
                    given,
                    &[],
                    tasks,
                    reason_code.clone(),
                    Some(reason.clone()),
                ),
                PlanEvent::PlanDrafted { .. }
                | PlanEvent::AmendmentOpened { .. }
                | PlanEvent::PlanSectionRevised { .. }
                | PlanEvent::PhaseAdded { .. }
                | PlanEvent::RiskRecorded { .. }
                | PlanEvent::TaskAddedToPlan { .. }
                | PlanEvent::TaskRevised { .. }
                | PlanEvent::TaskTermsSet { .. }
                | PlanEvent::TaskRemovedFromPlan { .. }
                | PlanEvent::DependencyAdded { .. }
                | PlanEvent::DependencyRemoved { .. }
                | PlanEvent::AnnexAttached { .. }
                | PlanEvent::PlanVersionSubmitted { .. }
                | PlanEvent::PlanVersionSuperseded { .. }
                | PlanEvent::PlanVersionRecalled { .. }
                | PlanEvent::PlanPromulgated { .. }
                | PlanEvent::FragmentaryOrderIssued { .. }
                | PlanEvent::ApprovalRevoked { .. }
                | PlanEvent::ApprovalConditionSatisfied { .. }
                | PlanEvent::ApprovalConditionWaived { .. } => return,
            };
        let number = u32::try_from(self.decisions.len() + 1).unwrap_or(u32::MAX);
        let version = self.number;
        touched.push(Item::Decision(code.clone(), version, number));
        touched.extend(
            conditions.iter().map(|new| Item::Condition(code.clone(), version, number, new.code.clone())),
        );
        self.decisions.push_back(Arc::new(Decision {
            number,
            partner: given.partner.clone(),
            actor: recorded.actor.clone(),
            kind,
            at: recorded.occurred_at,
            position: recorded.position,
            seen_at: given.seen_at,
            reason_code,
            reason,
            tasks: tasks.clone(),
            conditions: conditions.iter().cloned().map(Condition::from).collect(),
            revoked_at: None,
        }));
        if kind == DecisionKind::Rejected {
            self.status = VersionStatus::Rejected;
            touched.push(Item::PlanVersion(code.clone(), version));
        }
    }

    fn change_task(&mut self, task: &TaskCode, change: impl FnOnce(&mut PlannedTask)) {
        if let Some(task) = self.tasks.get_mut(task) {
            change(Arc::make_mut(task));
        }
    }

    /// Changes the partner's live decision; its number.
    fn change_decision(&mut self, partner: &PartnerCode, change: impl FnOnce(&mut Decision)) -> Option<u32> {
        let decision =
            self.decisions.iter_mut().find(|known| known.partner == *partner && known.is_live())?;
        change(Arc::make_mut(decision));
        Some(decision.number)
    }

    #[expect(clippy::too_many_arguments, reason = "the fields of two like events, told apart by the status")]
    fn settle(
        &mut self,
        code: &OperationCode,
        partner: &PartnerCode,
        condition: &ConditionCode,
        status: ConditionStatus,
        note: &Prose,
        at: Instant,
        touched: &mut Vec<Item>,
    ) {
        let settled = self.change_decision(partner, |decision| {
            if let Some(known) = decision.conditions.iter_mut().find(|known| known.code == *condition) {
                known.status = status;
                known.settled_at = Some(at);
                known.note = Some(note.clone());
            }
        });
        touched.extend(
            settled.map(|decision| Item::Condition(code.clone(), self.number, decision, condition.clone())),
        );
    }
}

impl From<NewCondition> for Condition {
    fn from(new: NewCondition) -> Self {
        let NewCondition { code, gate, text } = new;
        Self { code, gate, text, status: ConditionStatus::Outstanding, settled_at: None, note: None }
    }
}
