//! An operation as folded, with its plan, its assignments and its labels: one state, because their rules need
//! each other.

use crate::{
    At, ContributionCode, Currency, IncidentCode, Instant, Item, OperationCode, OutcomeCode, PartnerCode,
    PhaseCode, Position, Prose, RequestCode, SitrepCode, TaskCode, Title,
    assignment::{Answer, Assignment, AssignmentEvent, OfficerRequest},
    assistance::Assistance,
    clock::Clocks,
    coalition::Coalition,
    contribution::{Contribution, ContributionEvent},
    execution::{ExecutionEvent, PhaseExecution, Standing, TaskExecution},
    ids::OperationId,
    incident::{EmergentTask, Incident},
    operation::{Cleared, Deconfliction, OperationEvent, RecordedDecision},
    outcome::Outcome,
    plan::{
        Electorate, Plan, PlanEvent, PlannedTask, SaltedAnnex, TimeWindow, Version, VersionStatus, Withheld,
        gates_of_promulgation,
    },
    release::{Classification, HandlingCode, Label, MarkedItem, Matter, MatterLabel, Release, TaskLabel},
    request::Request,
    review::Review,
    sitrep::{Sitrep, SitrepEvent},
    subject::{Evolve, Items},
};
use imbl::{OrdMap, Vector};
use serde::{Deserialize, Serialize};
use std::{
    collections::{BTreeMap, BTreeSet},
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
pub enum OperationStatus {
    Initiated,
    Planning,
    Authorised,
    Active,
    Paused,
    Closed,
    Terminated,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Operation {
    pub code: OperationCode,
    pub title: Title,
    pub lead: PartnerCode,
    pub classification: Classification,
    pub handling: HandlingCode,
    pub releasable_to: BTreeSet<PartnerCode>,
    pub initiated_at: Instant,
    pub warning_order_at: Option<Instant>,
    pub warning_order: Option<Prose>,
    pub legal_basis: Vec<Title>,
    pub h_hour: Option<Instant>,
    pub activated_at: Option<Instant>,
    pub plan: Plan,
    /// By number, from 1; withdrawn ones stay.
    pub assignments: OrdMap<u32, Arc<Assignment>>,
    /// Officers that were asked for, by number, from 1; answered ones stay.
    pub officer_requests: OrdMap<u32, Arc<OfficerRequest>>,
    /// Tasks that have a label of their own, in every version.
    pub task_labels: OrdMap<TaskCode, Arc<TaskLabel>>,
    /// Tasks of which something is claimed, whichever version has them.
    pub executions: OrdMap<TaskCode, Arc<TaskExecution>>,
    /// Phases that were started, or whose gate was spoken of.
    pub phases: OrdMap<PhaseCode, Arc<PhaseExecution>>,
    /// Until it is resumed.
    pub paused: Option<Paused>,
    /// The pauses that are over.
    pub pauses: Vector<TimeWindow>,
    pub ended: Option<Ended>,
    /// The `n`th entry stands at `n - 1`.
    pub decision_log: Vector<Arc<RecordedDecision>>,
    /// The `n`th clash stands at `n - 1`; cleared ones stay.
    pub deconflictions: Vector<Arc<Deconfliction>>,
    pub incidents: OrdMap<IncidentCode, Arc<Incident>>,
    /// Tasks that responses to incidents made, outside of every plan version.
    pub emergent_tasks: OrdMap<TaskCode, Arc<EmergentTask>>,
    /// For information and for assistance.
    pub requests: OrdMap<RequestCode, Arc<Request>>,
    /// Declined and withdrawn ones stay.
    pub contributions: OrdMap<ContributionCode, Arc<Contribution>>,
    /// Counts of persons, by the referring authority that makes them.
    pub assistance: OrdMap<PartnerCode, Arc<Assistance>>,
    pub outcomes: OrdMap<OutcomeCode, Arc<Outcome>>,
    /// What contributions are added up in, once a rate was given.
    pub reporting_currency: Option<Currency>,
    /// Those that were corrected stay.
    pub sitreps: OrdMap<SitrepCode, Arc<Sitrep>>,
    /// Once it was opened.
    pub review: Option<Review>,
}

/// That nothing of an operation starts.
#[derive(Debug, Clone, PartialEq)]
pub struct Paused {
    pub at: Instant,
    pub reason: Prose,
}

/// That an operation is over.
#[derive(Debug, Clone, PartialEq)]
pub struct Ended {
    pub at: Instant,
    /// Why it was broken off; `None`: it was closed.
    pub terminated: Option<Prose>,
}

impl Operation {
    pub fn id(&self) -> OperationId {
        OperationId::of(&self.code)
    }

    /// Whether the partner may read the operation.
    pub fn is_visible_to(&self, partner: &PartnerCode) -> bool {
        self.lead == *partner || self.releasable_to.contains(partner)
    }

    pub fn status(&self) -> OperationStatus {
        let runs = self.paused.is_none()
            && self.plan.version_in_force().is_some_and(|version| version.suspended_by.is_empty());
        if let Some(ended) = &self.ended {
            if ended.terminated.is_some() { OperationStatus::Terminated } else { OperationStatus::Closed }
        } else if self.activated_at.is_some() {
            if runs { OperationStatus::Active } else { OperationStatus::Paused }
        } else if self.plan.in_force.is_some() {
            OperationStatus::Authorised
        } else if self.warning_order_at.is_some() || !self.plan.versions.is_empty() {
            OperationStatus::Planning
        } else {
            OperationStatus::Initiated
        }
    }

    /// Assignments that have not been withdrawn.
    pub fn live_assignments(&self) -> impl Iterator<Item = &Assignment> {
        self.assignments.values().map(Arc::as_ref).filter(|assignment| assignment.withdrawn_at.is_none())
    }

    /// The gates that conditions of a version hold shut until it is promulgated: an active operation carries it
    /// out from then on.
    pub fn gates_of_promulgation(&self) -> &'static [&'static str] {
        gates_of_promulgation(self.activated_at.is_some())
    }

    /// Where the task stands as it is carried out, as far as is known.
    pub fn standing(&self, task: &TaskCode) -> Standing {
        self.executions.get(task).map(|execution| execution.standing()).unwrap_or_default()
    }

    /// Whether somebody says that work on the task began.
    pub fn has_started(&self, task: &TaskCode) -> bool {
        self.executions.get(task).is_some_and(|execution| execution.baseline.is_some())
    }

    pub fn assignments_of<'a>(&'a self, task: &'a TaskCode) -> impl Iterator<Item = &'a Assignment> {
        self.live_assignments().filter(move |assignment| assignment.task == *task)
    }

    /// The operation's label, which always exists.
    pub fn label(&self) -> Label {
        let releasable_to = self.releasable_to.clone();
        Label::new(self.lead.clone(), releasable_to, self.classification, self.handling)
    }

    pub fn version_label(&self, version: &Version) -> Label {
        self.label().narrowed(version.release.as_ref())
    }

    /// Of a task as the version has it.
    pub fn task_label(&self, version: &Version, task: &PlannedTask) -> Label {
        let own = self.task_labels.get(&task.code).map(|label| &label.release);
        self.version_label(version).narrowed_to_task(&task.lead, &task.territory, own)
    }

    /// Of an annex of the version.
    pub fn annex_label(&self, version: &Version, annex: &SaltedAnnex) -> Label {
        self.version_label(version).narrowed(Some(&annex.release()))
    }

    /// Whether one who sees the operation sees the version. Services, which are no partner's, see all. A
    /// draft is for its lead, for partners that take tasks, and for those that it is shared with.
    pub(crate) fn shows(
        &self,
        version: &Version,
        viewer: Option<&PartnerCode>,
        coalition: &Coalition,
    ) -> bool {
        let own = version.release.as_ref();
        viewer.is_none_or(|partner| {
            let drafts = || {
                self.lead == *partner
                    || version.shared_with.contains(partner)
                    || coalition.takes_tasks(partner)
            };
            own.is_none_or(|own| own.admits(partner, &[&self.lead]))
                && (version.status != VersionStatus::Draft || drafts())
        })
    }

    /// Among whom those are that decide on the version; `readers` are those of a draft.
    pub(crate) fn electorate<'a>(
        &'a self,
        version: &'a Version,
        readers: &'a BTreeSet<PartnerCode>,
    ) -> Electorate<'a> {
        Electorate {
            policy: &version.sections.approval_policy,
            readers: if version.status == VersionStatus::Draft { readers } else { &version.submitted_to },
            lead: &self.lead,
            status: version.status,
        }
    }

    /// Whether one who sees the version sees the task.
    pub(crate) fn shows_task(&self, task: &PlannedTask, viewer: Option<&PartnerCode>) -> bool {
        let own = self.task_labels.get(&task.code).map(|label| &label.release);
        let keepers = [&self.lead, &task.lead, &task.territory];
        viewer.is_none_or(|partner| own.is_none_or(|own| own.admits(partner, &keepers)))
    }

    /// Whether one who sees the version sees the annex.
    pub(crate) fn shows_annex(&self, annex: &SaltedAnnex, viewer: Option<&PartnerCode>) -> bool {
        viewer.is_none_or(|partner| annex.release().admits(partner, &[&self.lead]))
    }

    /// The task as the current version has it, else the newest, among those in which the viewer sees it.
    pub(crate) fn task(
        &self,
        code: &TaskCode,
        viewer: Option<&PartnerCode>,
        coalition: &Coalition,
    ) -> Option<&PlannedTask> {
        let newest_first = self.plan.versions.iter().rev().map(Arc::as_ref);
        self.plan
            .current_version()
            .into_iter()
            .chain(newest_first)
            .filter(|version| self.shows(version, viewer, coalition))
            .filter_map(|version| version.tasks.get(code))
            .map(Arc::as_ref)
            .find(|task| self.shows_task(task, viewer))
    }

    fn answer(&mut self, number: u32, answer: Answer, touched: &mut Vec<Item>) {
        if let Some(request) = self.officer_requests.get_mut(&number) {
            Arc::make_mut(request).answer = Some(answer);
        }
        touched.push(Item::OfficerRequest(self.code.clone(), number));
    }

    /// Those that may read the operation.
    fn readers(&self) -> impl Iterator<Item = &PartnerCode> {
        let others = self.releasable_to.iter().filter(|partner| **partner != self.lead);
        [&self.lead].into_iter().chain(others)
    }

    /// The claims on a matter, and its clocks.
    fn items_of(&self, matter: &Matter, claims: impl Iterator<Item = u32>, clocks: &Clocks) -> Vec<Item> {
        let claims = claims.map(|number| Item::MatterClaim(self.code.clone(), matter.clone(), number));
        let clocks = clocks.iter().map(|clock| clock.number);
        claims.chain(clocks.map(|number| Item::Clock(self.code.clone(), matter.clone(), number))).collect()
    }

    /// Whose a matter is, and who reads it; `None`: there is no such matter.
    pub fn matter(&self, matter: &Matter) -> Option<&MatterLabel> {
        match matter {
            Matter::Incident(code) => self.incidents.get(code).map(|known| &known.label),
            Matter::Request(code) => self.requests.get(code).map(|known| &known.label),
            Matter::Contribution(code) => self.contributions.get(code).map(|known| &known.label),
            Matter::Sitrep(code) => self.sitreps.get(code).map(|known| &known.label),
            Matter::Outcome(code) => self.outcomes.get(code).map(|known| &known.label),
        }
    }

    fn matter_mut(&mut self, matter: &Matter) -> Option<&mut MatterLabel> {
        match matter {
            Matter::Incident(code) => {
                self.incidents.get_mut(code).map(|known| &mut Arc::make_mut(known).label)
            }
            Matter::Request(code) => self.requests.get_mut(code).map(|known| &mut Arc::make_mut(known).label),
            Matter::Contribution(code) => {
                self.contributions.get_mut(code).map(|known| &mut Arc::make_mut(known).label)
            }
            Matter::Sitrep(code) => self.sitreps.get_mut(code).map(|known| &mut Arc::make_mut(known).label),
            Matter::Outcome(code) => self.outcomes.get_mut(code).map(|known| &mut Arc::make_mut(known).label),
        }
    }

    fn touch_readers(&self, touched: &mut Vec<Item>) {
        touched.extend(self.reader_items());
    }

    fn reader_items(&self) -> impl Iterator<Item = Item> {
        self.readers().map(|partner| Item::OperationReader(self.code.clone(), partner.clone()))
    }

    /// Keeps who could read the version when it was submitted: marks change that later.
    fn note_readers(&mut self, number: u32) {
        let readers = self.plan.version(number).map(|version| self.version_label(version).releasable_to);
        if let (Some(version), Some(readers)) = (self.plan.version_mut(number), readers) {
            version.submitted_to = readers;
        }
    }

    /// Keeps what of the version the partner could not read when it decided last, which is just now.
    fn note_withheld(&mut self, number: u32, partner: &PartnerCode) {
        let Some(version) = self.plan.version(number) else { return };
        let withheld = self.withheld_of(version, partner);
        let last = self.plan.version_mut(number).and_then(|version| version.decisions.iter_mut().last());
        if let Some(decision) = last {
            Arc::make_mut(decision).withheld = withheld;
        }
    }

    /// Of each version under decision, what its readers cannot read of it.
    fn withheld(&self) -> BTreeMap<(u32, PartnerCode), Withheld> {
        let under_decision = self.plan.versions.iter().filter(|version| version.is_under_decision());
        under_decision
            .flat_map(|version| {
                let of = |partner: &PartnerCode| self.withheld_of(version, partner);
                let readers = version.submitted_to.iter();
                readers.map(move |partner| ((version.number, partner.clone()), of(partner)))
            })
            .collect()
    }

    fn withheld_of(&self, version: &Version, partner: &PartnerCode) -> Withheld {
        let hidden = version.tasks.values().filter(|task| !self.shows_task(task, Some(partner)));
        let tasks = hidden.map(|task| task.code.clone()).collect();
        let hidden = version.annexes.iter().filter(|(_, annex)| !self.shows_annex(annex, Some(partner)));
        Withheld { tasks, annexes: hidden.map(|(code, _)| code.clone()).collect() }
    }

    /// Keeps from whom something under decision was withheld just now: what they saw before is not what they
    /// decide on.
    fn note_narrowed(&mut self, before: &BTreeMap<(u32, PartnerCode), Withheld>, position: Position) {
        for ((number, partner), after) in self.withheld() {
            let narrowed = before.get(&(number, partner.clone())).is_some_and(|before| {
                !after.tasks.is_subset(&before.tasks) || !after.annexes.is_subset(&before.annexes)
            });
            if let Some(version) = self.plan.version_mut(number).filter(|_| narrowed) {
                version.narrowed.insert(partner, position);
            }
        }
    }

    /// Labels the operation, or an item in it, anew.
    fn mark(&mut self, item: Option<&MarkedItem>, new: &Release, touched: &mut Vec<Item>) {
        let code = self.code.clone();
        match item {
            None => {
                self.touch_readers(touched);
                self.releasable_to.clone_from(&new.releasable_to);
                self.touch_readers(touched);
                self.classification = new.classification.unwrap_or(self.classification);
                self.handling = new.handling.unwrap_or(self.handling);
                touched.push(Item::Operation(code));
            }
            Some(MarkedItem::PlanVersion { number }) => {
                if let Some(version) = self.plan.version_mut(*number) {
                    version.release = Some(Release::marked(version.release.as_ref(), new));
                    touched.push(Item::PlanVersion(code, *number));
                }
            }
            Some(MarkedItem::Task { task, salt }) => {
                let known = self.task_labels.get(task).map(|label| &label.release);
                let label = TaskLabel { release: Release::marked(known, new), salt: *salt };
                self.task_labels.insert(task.clone(), Arc::new(label));
                touched.push(Item::TaskLabel(code.clone(), task.clone()));
                // What was submitted stays as it was approved.
                let newest =
                    self.plan.versions.back_mut().filter(|newest| newest.status == VersionStatus::Draft);
                if let Some(draft) = newest.map(Arc::make_mut) {
                    draft.task_salts.insert(task.clone(), *salt);
                    if draft.tasks.contains_key(task) {
                        touched.push(Item::PlannedTask(code, draft.number, task.clone()));
                    }
                }
            }
            Some(MarkedItem::Annex { number, annex }) => {
                let version = self.plan.version_mut(*number);
                if let Some(known) = version.and_then(|version| version.annexes.get_mut(annex)) {
                    let known = Arc::make_mut(known);
                    known.marked = Some(Release::marked(Some(&known.release()), new));
                    touched.push(Item::Annex(code, *number, annex.clone()));
                }
            }
            Some(MarkedItem::Matter(matter)) => {
                if let Some(label) = self.matter_mut(matter) {
                    label.release = Some(Release::marked(label.release.as_ref(), new));
                    touched.push(matter_item(&code, matter));
                }
            }
        }
    }
}

/// What readers see change when a matter's label does.
fn matter_item(operation: &OperationCode, matter: &Matter) -> Item {
    match matter {
        Matter::Incident(code) => Item::Incident(operation.clone(), code.clone()),
        Matter::Request(code) => Item::Request(operation.clone(), code.clone()),
        Matter::Contribution(code) => Item::Contribution(operation.clone(), code.clone()),
        Matter::Sitrep(code) => Item::Sitrep(operation.clone(), code.clone()),
        Matter::Outcome(code) => Item::Outcome(operation.clone(), code.clone()),
    }
}

impl Items for Operation {
    fn items(&self) -> Vec<Item> {
        let mut items = vec![Item::Operation(self.code.clone())];
        if self.ended.is_none() {
            items.extend(self.reader_items());
        }
        for version in &self.plan.versions {
            items.extend(version.items(&self.code));
        }
        items.extend(self.assignments.keys().map(|number| Item::Assignment(self.code.clone(), *number)));
        items.extend(
            self.officer_requests.keys().map(|number| Item::OfficerRequest(self.code.clone(), *number)),
        );
        items.extend(self.task_labels.keys().map(|task| Item::TaskLabel(self.code.clone(), task.clone())));
        for (task, execution) in &self.executions {
            items.push(Item::TaskExecution(self.code.clone(), task.clone()));
            let claims = execution.claims.iter().map(|claim| claim.number);
            items.extend(claims.map(|number| Item::TaskClaim(self.code.clone(), task.clone(), number)));
        }
        for (phase, execution) in &self.phases {
            items.push(Item::Phase(self.code.clone(), phase.clone()));
            let words = execution.gate.words.iter().map(|word| word.number);
            items.extend(words.map(|number| Item::GoNoGoWord(self.code.clone(), phase.clone(), number)));
        }
        let decisions = self.decision_log.iter().map(|decision| decision.number);
        items.extend(decisions.map(|number| Item::RecordedDecision(self.code.clone(), number)));
        let clashes = self.deconflictions.iter().map(|clash| clash.number);
        items.extend(clashes.map(|number| Item::Deconfliction(self.code.clone(), number)));
        for (code, known) in &self.incidents {
            items.push(Item::Incident(self.code.clone(), code.clone()));
            let claims = known.claims.iter().map(|claim| claim.number);
            items.extend(self.items_of(&Matter::Incident(code.clone()), claims, &known.clocks));
        }
        let emergent = self.emergent_tasks.keys();
        items.extend(emergent.map(|task| Item::EmergentTask(self.code.clone(), task.clone())));
        for (code, known) in &self.requests {
            items.push(Item::Request(self.code.clone(), code.clone()));
            let claims = known.claims.iter().map(|claim| claim.number);
            items.extend(self.items_of(&Matter::Request(code.clone()), claims, &known.clocks));
        }
        items.extend(
            self.contributions.keys().map(|code| Item::Contribution(self.code.clone(), code.clone())),
        );
        items.extend(self.sitreps.keys().map(|code| Item::Sitrep(self.code.clone(), code.clone())));
        for (authority, known) in &self.assistance {
            let place = || (self.code.clone(), authority.clone());
            items.push(Item::Assistance(place().0, place().1));
            let claims = known.claims.iter().map(|claim| claim.number);
            items.extend(claims.map(|number| Item::AssistanceClaim(place().0, place().1, number)));
            let steps = known.steps().map(|step| step.number);
            items.extend(steps.map(|number| Item::AssistanceStep(place().0, place().1, number)));
        }
        for (code, known) in &self.outcomes {
            items.push(Item::Outcome(self.code.clone(), code.clone()));
            let claims = known.claims.iter().map(|claim| claim.number);
            items.extend(self.items_of(&Matter::Outcome(code.clone()), claims, &Clocks::default()));
        }
        items.extend(self.review.iter().flat_map(|review| review.items(&self.code)));
        items
    }
}

impl Evolve<OperationEvent> for Option<Operation> {
    #[expect(clippy::too_many_lines, reason = "a table: one short arm for each event")]
    fn evolve(&mut self, event: &OperationEvent, at: &At, touched: &mut Vec<Item>) {
        if let OperationEvent::OperationInitiated {
            operation,
            title,
            lead,
            classification,
            releasable_to,
            handling,
        } = event
        {
            *self = Some(Operation {
                code: operation.clone(),
                title: title.clone(),
                lead: lead.clone(),
                classification: *classification,
                handling: *handling,
                releasable_to: releasable_to.clone(),
                initiated_at: at.occurred_at,
                warning_order_at: None,
                warning_order: None,
                legal_basis: Vec::new(),
                h_hour: None,
                activated_at: None,
                plan: Plan::default(),
                assignments: OrdMap::new(),
                officer_requests: OrdMap::new(),
                task_labels: OrdMap::new(),
                executions: OrdMap::new(),
                phases: OrdMap::new(),
                paused: None,
                pauses: Vector::new(),
                ended: None,
                decision_log: Vector::new(),
                deconflictions: Vector::new(),
                incidents: OrdMap::new(),
                emergent_tasks: OrdMap::new(),
                requests: OrdMap::new(),
                contributions: OrdMap::new(),
                sitreps: OrdMap::new(),
                assistance: OrdMap::new(),
                outcomes: OrdMap::new(),
                reporting_currency: None,
                review: None,
            });
        }
        let Some(operation) = self else { return };
        match event {
            OperationEvent::OperationInitiated { .. } => operation.touch_readers(touched),
            OperationEvent::WarningOrderIssued { text, .. } => {
                operation.warning_order_at = Some(at.occurred_at);
                operation.warning_order.clone_from(text);
            }
            OperationEvent::LegalBasisRecorded { instruments, .. } => {
                operation.legal_basis.clone_from(instruments);
            }
            OperationEvent::HHourSet { at: h_hour, .. } | OperationEvent::HHourShifted { to: h_hour, .. } => {
                operation.h_hour = Some(*h_hour);
            }
            OperationEvent::OperationActivated { .. } => operation.activated_at = Some(at.occurred_at),
            OperationEvent::OperationPaused { reason, .. } => {
                operation.paused = Some(Paused { at: at.occurred_at, reason: reason.clone() });
            }
            OperationEvent::OperationResumed { .. } => {
                let over = operation.paused.take();
                operation
                    .pauses
                    .extend(over.map(|paused| TimeWindow { from: paused.at, to: at.occurred_at }));
            }
            OperationEvent::OperationClosed { .. } => {
                operation.ended = Some(Ended { at: at.occurred_at, terminated: None });
                operation.touch_readers(touched);
            }
            OperationEvent::OperationTerminated { reason, .. } => {
                operation.ended = Some(Ended { at: at.occurred_at, terminated: Some(reason.clone()) });
                operation.touch_readers(touched);
            }
            OperationEvent::DecisionRecorded {
                number,
                partner,
                decision_point,
                question,
                options,
                outcome,
                reasons,
                seen_at,
                ..
            } => {
                operation.decision_log.push_back(Arc::new(RecordedDecision {
                    number: *number,
                    partner: partner.clone(),
                    actor: at.actor.clone(),
                    decision_point: decision_point.clone(),
                    question: question.clone(),
                    options: options.clone(),
                    outcome: outcome.clone(),
                    reasons: reasons.clone(),
                    seen_at: *seen_at,
                    at: at.occurred_at,
                    position: at.position,
                }));
                touched.push(Item::RecordedDecision(operation.code.clone(), *number));
                return;
            }
            OperationEvent::DeconflictionConflictFound { number, other, period, areas, tasks, .. } => {
                operation.deconflictions.push_back(Arc::new(Deconfliction {
                    number: *number,
                    other: other.clone(),
                    period: *period,
                    areas: areas.clone(),
                    tasks: tasks.clone(),
                    found_at: at.occurred_at,
                    cleared: None,
                }));
                touched.push(Item::Deconfliction(operation.code.clone(), *number));
                return;
            }
            OperationEvent::DeconflictionCleared { number, resolution, .. } => {
                let cleared = Cleared { at: at.occurred_at, resolution: resolution.clone() };
                if let Some(clash) = operation.deconflictions.iter_mut().find(|known| known.number == *number)
                {
                    Arc::make_mut(clash).cleared = Some(cleared);
                }
                touched.push(Item::Deconfliction(operation.code.clone(), *number));
                return;
            }
            OperationEvent::ReleasabilityMarked { releasable_to, classification, handling, item, .. } => {
                let releasable_to = releasable_to.clone();
                let new = Release { releasable_to, classification: *classification, handling: *handling };
                let before = operation.withheld();
                operation.mark(item.as_ref(), &new, touched);
                operation.note_narrowed(&before, at.position);
                return;
            }
        }
        touched.push(Item::Operation(operation.code.clone()));
    }
}

impl Evolve<PlanEvent> for Option<Operation> {
    fn evolve(&mut self, event: &PlanEvent, at: &At, touched: &mut Vec<Item>) {
        let Some(operation) = self else { return };
        let Operation { code, plan, task_labels, .. } = operation;
        let salts = || task_labels.iter().map(|(task, label)| (task.clone(), label.salt)).collect();
        plan.evolve(code, salts, event, at, touched);
        if let PlanEvent::PlanVersionSubmitted { number, .. } = event {
            operation.note_readers(*number);
        }
        if let Some((number, partner)) = event.decided() {
            operation.note_withheld(number, partner);
        }
    }
}

impl Evolve<AssignmentEvent> for Option<Operation> {
    fn evolve(&mut self, event: &AssignmentEvent, at: &At, touched: &mut Vec<Item>) {
        let Some(operation) = self else { return };
        let number = match event {
            AssignmentEvent::OfficerAssigned { number, task, post, .. } => {
                let assignment = Assignment {
                    number: *number,
                    task: task.clone(),
                    post: post.clone(),
                    position: at.position,
                    assigned_at: at.occurred_at,
                    withdrawn_at: None,
                };
                operation.assignments.insert(*number, Arc::new(assignment));
                *number
            }
            // The task's times are the version's, not the assignment's.
            AssignmentEvent::AssignmentRetimed { .. } | AssignmentEvent::AssignmentUnderWay { .. } => return,
            AssignmentEvent::OfficerRequested { number, task, post, by, reason, .. } => {
                let request = OfficerRequest {
                    number: *number,
                    task: task.clone(),
                    post: post.clone(),
                    by: by.clone(),
                    reason: reason.clone(),
                    requested_at: at.occurred_at,
                    answer: None,
                };
                operation.officer_requests.insert(*number, Arc::new(request));
                touched.push(Item::OfficerRequest(operation.code.clone(), *number));
                return;
            }
            AssignmentEvent::OfficerRequestAccepted { number, .. } => {
                operation.answer(*number, Answer { at: at.occurred_at, declined: None }, touched);
                return;
            }
            AssignmentEvent::OfficerRequestDeclined { number, reason, .. } => {
                let declined = Some(reason.clone());
                operation.answer(*number, Answer { at: at.occurred_at, declined }, touched);
                return;
            }
            AssignmentEvent::AssignmentWithdrawn { number, .. } => {
                if let Some(assignment) = operation.assignments.get_mut(number) {
                    let assignment = Arc::make_mut(assignment);
                    // A promulgation or an order entered late withdraws nothing before it was assigned.
                    assignment.withdrawn_at = Some(at.occurred_at.max(assignment.assigned_at));
                }
                *number
            }
        };
        touched.push(Item::Assignment(operation.code.clone(), number));
    }
}

impl Evolve<ExecutionEvent> for Option<Operation> {
    fn evolve(&mut self, event: &ExecutionEvent, at: &At, touched: &mut Vec<Item>) {
        if let Some(operation) = self {
            operation.carry_out(event, at, touched);
        }
    }
}

impl Evolve<ContributionEvent> for Option<Operation> {
    fn evolve(&mut self, event: &ContributionEvent, at: &At, touched: &mut Vec<Item>) {
        if let Some(operation) = self {
            operation.receive(event, at, touched);
        }
    }
}

impl Evolve<SitrepEvent> for Option<Operation> {
    fn evolve(&mut self, event: &SitrepEvent, at: &At, touched: &mut Vec<Item>) {
        if let Some(operation) = self {
            operation.report(event, at, touched);
        }
    }
}
