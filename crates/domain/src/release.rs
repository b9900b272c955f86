//! Release labels: who may read an item, and how carefully. A child inherits its parent's label or narrows it.
//!
//! An operation always has a label. A plan version may have one of its own below it, and so may each annex and each task
//! below a version; a task's holds in every version. Who may change an item is not in its label.

use crate::{
    AnnexCode, Context, Event, Item, PartnerCode, Reasons, RefusalCode, Rejection, Role, Salt, TaskCode,
    World,
    coalition::Coalition,
    operation::{Classification, Operation, OperationEvent},
    plan::{PlannedTask, SaltedAnnex, Version, VersionStatus},
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::{collections::BTreeSet, sync::Arc};

/// What may be done with what is read, after Europol's handling codes. Each is stricter than those before it.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Default,
    Serialize,
    Deserialize,
    JsonSchema,
    strum::Display,
    strum::EnumString,
)]
pub enum HandlingCode {
    /// To prevent and fight crime, and for nothing else.
    #[default]
    H0,
    /// Not as evidence in court without its owner's permission.
    H1,
    /// Not passed on to anybody without its owner's permission.
    H2,
    /// Under restrictions of its own: ask its owner before any use.
    H3,
}

impl HandlingCode {
    /// Left out where it is recorded, so that what was recorded before there were codes keeps its hash.
    #[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks by reference")]
    pub fn is_default(&self) -> bool {
        *self == Self::default()
    }
}

/// Whether it is recorded in the access log who is shown what is labelled so.
pub fn is_sensitive(classification: Classification, handling: HandlingCode) -> bool {
    classification >= Classification::Confidential || handling >= HandlingCode::H2
}

/// What an item itself says of its release. What it leaves open is its parent's.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Release {
    /// May name partners that do not read the parent: it has no effect on them until they do.
    pub releasable_to: BTreeSet<PartnerCode>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub classification: Option<Classification>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub handling: Option<HandlingCode>,
}

impl Release {
    /// Whether it leaves a reader of the parent among its own. `keepers` stay, whatever it says.
    fn admits(&self, partner: &PartnerCode, keepers: &[&PartnerCode]) -> bool {
        self.releasable_to.contains(partner) || keepers.contains(&partner)
    }

    /// With a new mark on top: what that leaves open stays.
    fn marked(known: Option<&Self>, new: &Self) -> Self {
        Self {
            releasable_to: new.releasable_to.clone(),
            classification: new.classification.or_else(|| known?.classification),
            handling: new.handling.or_else(|| known?.handling),
        }
    }
}

/// The label in force on an item: its own and those of all its parents together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Label {
    /// Whose item it is.
    pub owner: PartnerCode,
    /// Everybody who may read it, its owner included.
    pub releasable_to: BTreeSet<PartnerCode>,
    pub classification: Classification,
    pub handling: HandlingCode,
}

impl Label {
    /// An operation's.
    pub fn new(
        lead: PartnerCode,
        mut releasable_to: BTreeSet<PartnerCode>,
        classification: Classification,
        handling: HandlingCode,
    ) -> Self {
        releasable_to.insert(lead.clone());
        Self { owner: lead, releasable_to, classification, handling }
    }

    pub fn is_sensitive(&self) -> bool {
        is_sensitive(self.classification, self.handling)
    }

    pub fn is_readable_by(&self, partner: &PartnerCode) -> bool {
        self.releasable_to.contains(partner)
    }

    /// A plan version's or an annex's, which belong to whom their parent belongs to.
    #[must_use]
    pub fn narrowed(&self, own: Option<&Release>) -> Self {
        self.below(self.owner.clone(), &[], own)
    }

    /// A task's, whose label `self` is its version's. No state's officers or territory stand in a task that the state
    /// may not read.
    #[must_use]
    pub fn narrowed_to_task(
        &self,
        lead: &PartnerCode,
        territory: &PartnerCode,
        own: Option<&Release>,
    ) -> Self {
        self.below(lead.clone(), &[lead, territory], own)
    }

    fn below(&self, owner: PartnerCode, keepers: &[&PartnerCode], own: Option<&Release>) -> Self {
        let keepers: Vec<_> = keepers.iter().copied().chain([&self.owner]).collect();
        let stays = |partner: &&PartnerCode| own.is_none_or(|own| own.admits(partner, &keepers));
        Self {
            owner,
            releasable_to: self.releasable_to.iter().filter(stays).cloned().collect(),
            classification: own
                .and_then(|own| own.classification)
                .map_or(self.classification, |own| own.max(self.classification)),
            handling: own.and_then(|own| own.handling).map_or(self.handling, |own| own.max(self.handling)),
        }
    }
}

/// What a mark is on, apart from an operation itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Marked {
    PlanVersion { number: u32 },
    Task { task: TaskCode },
    Annex { number: u32, annex: AnnexCode },
}

/// An item of an operation that has a label of its own.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum MarkedItem {
    /// A version of the plan, with all that is in it.
    PlanVersion {
        /// Its number.
        number: u32,
    },
    /// A task, in every version.
    Task {
        /// Its code.
        task: TaskCode,
        /// Of the part as which it enters the contents of versions that are submitted from now on.
        salt: Salt,
    },
    /// An annex of a version.
    Annex {
        /// The version's number.
        number: u32,
        /// Its code.
        annex: AnnexCode,
    },
}

/// A task's own label.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TaskLabel {
    pub release: Release,
    pub salt: Salt,
}

impl Operation {
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

    /// Whether one who sees the operation sees the version. Services, which are no partner's, see all.
    pub(crate) fn shows(&self, version: &Version, viewer: Option<&PartnerCode>) -> bool {
        let own = version.release.as_ref();
        viewer.is_none_or(|partner| own.is_none_or(|own| own.admits(partner, &[&self.lead])))
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
    pub(crate) fn task(&self, code: &TaskCode, viewer: Option<&PartnerCode>) -> Option<&PlannedTask> {
        let newest_first = self.versions.iter().rev().map(Arc::as_ref);
        self.current_version()
            .into_iter()
            .chain(newest_first)
            .filter(|version| self.shows(version, viewer))
            .filter_map(|version| version.tasks.get(code))
            .map(Arc::as_ref)
            .find(|task| self.shows_task(task, viewer))
    }

    pub(crate) fn evolve_release(
        &mut self,
        item: Option<&MarkedItem>,
        new: &Release,
        touched: &mut Vec<Item>,
    ) {
        let code = self.code.clone();
        match item {
            None => {
                self.releasable_to.clone_from(&new.releasable_to);
                self.classification = new.classification.unwrap_or(self.classification);
                self.handling = new.handling.unwrap_or(self.handling);
                touched.push(Item::Operation(code));
            }
            Some(MarkedItem::PlanVersion { number }) => {
                if let Some(version) = self.version_mut(*number) {
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
                let newest = self.versions.back_mut().filter(|newest| newest.status == VersionStatus::Draft);
                if let Some(draft) = newest.map(Arc::make_mut) {
                    draft.task_salts.insert(task.clone(), *salt);
                    if draft.tasks.contains_key(task) {
                        touched.push(Item::PlannedTask(code, draft.number, task.clone()));
                    }
                }
            }
            Some(MarkedItem::Annex { number, annex }) => {
                let version = self.version_mut(*number);
                if let Some(known) = version.and_then(|version| version.annexes.get_mut(annex)) {
                    let known = Arc::make_mut(known);
                    known.marked = Some(Release::marked(Some(&known.release()), new));
                    touched.push(Item::Annex(code, *number, annex.clone()));
                }
            }
        }
    }
}

/// A label names partners of this coalition, also such as have not joined yet.
pub(crate) fn check_partners(
    coalition: &Coalition,
    partners: &BTreeSet<PartnerCode>,
    field: &str,
    reasons: &mut Reasons,
) {
    for partner in partners {
        reasons.check(coalition.partners.contains_key(partner), RefusalCode::UnknownReference, field, || {
            format!("There is no partner {partner}.")
        });
    }
}

/// Replaces an item's own label. For commanders of its owner; the operation's lead owns its tasks too.
pub(crate) fn mark(
    world: &World,
    operation: &Operation,
    item: Option<&Marked>,
    new: &Release,
    context: &Context<'_>,
    mut reasons: Reasons,
) -> Result<Vec<Event>, Rejection> {
    let viewer = context.actor.partner();
    let version = |number: u32| operation.version(number).filter(|version| operation.shows(version, viewer));
    let commander = |owner: &PartnerCode| context.require_of(owner, &[Role::Commander]);
    let (known, item) = match item {
        None => {
            commander(&operation.lead)?;
            let Label { classification, handling, .. } = operation.label();
            let releasable_to = operation.releasable_to.clone();
            let known =
                Release { releasable_to, classification: Some(classification), handling: Some(handling) };
            (Some(known), None)
        }
        Some(Marked::PlanVersion { number }) => {
            let Some(version) = version(*number) else {
                return Err(reasons.not_found("planVersionId", "plan version"));
            };
            commander(&operation.lead)?;
            (version.release.clone(), Some(MarkedItem::PlanVersion { number: *number }))
        }
        Some(Marked::Task { task: code }) => {
            let Some(task) = operation.task(code, viewer) else {
                return Err(reasons.not_found("taskId", "task"));
            };
            commander(if viewer == Some(&task.lead) { &task.lead } else { &operation.lead })?;
            let known = operation.task_labels.get(code).map(|label| label.release.clone());
            // A fresh salt each time: who has lost the task must not know it again by its hash.
            (known, Some(MarkedItem::Task { task: code.clone(), salt: context.salt(0) }))
        }
        Some(Marked::Annex { number, annex: code }) => {
            let annex = version(*number).and_then(|version| version.annexes.get(code));
            let Some(annex) = annex.filter(|annex| operation.shows_annex(annex, viewer)) else {
                return Err(reasons.not_found("annexId", "annex"));
            };
            commander(&operation.lead)?;
            let known = Some(annex.release());
            (known, Some(MarkedItem::Annex { number: *number, annex: code.clone() }))
        }
    };
    if known.as_ref() == Some(&Release::marked(known.as_ref(), new)) {
        return reasons.or(Vec::new());
    }
    check_partners(world.coalition()?, &new.releasable_to, "releasableTo", &mut reasons);
    let Release { releasable_to, classification, handling } = new.clone();
    reasons.or(vec![Event::Operation(OperationEvent::ReleasabilityMarked {
        operation: operation.code.clone(),
        releasable_to,
        classification,
        handling,
        item,
    })])
}
