//! Release labels: who may read an item, and how carefully. A child inherits its parent's label or narrows
//! it.
//!
//! An operation always has a label. A plan version may have one of its own below it, and so may each annex
//! and each task below a version; a task's holds in every version. Who may change an item is not in its
//! label.

use crate::{
    AnnexCode, ContributionCode, IncidentCode, OutcomeCode, PartnerCode, RequestCode, Salt, SitrepCode,
    TaskCode,
    ids::{ContributionId, IncidentId, OperationId, OutcomeId, RequestId, SitrepId},
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::{collections::BTreeSet, fmt};
use uuid::Uuid;

/// How carefully something is to be handled.
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
    JsonSchema,
    strum::Display,
    strum::EnumString,
)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
#[strum(serialize_all = "SCREAMING_SNAKE_CASE")]
pub enum Classification {
    /// Needs no protection.
    Unclassified,
    /// Disclosure would be a disadvantage.
    Restricted,
    /// Disclosure would do harm.
    Confidential,
    /// Disclosure would do serious harm.
    Secret,
}

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
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Release {
    /// The partners that may read it. It may name some that do not read the parent: it has no effect on them until they
    /// do.
    pub releasable_to: BTreeSet<PartnerCode>,
    /// How carefully it is to be handled; as the parent when left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub classification: Option<Classification>,
    /// What its readers may do with it; as the parent's when left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub handling: Option<HandlingCode>,
}

impl Release {
    /// Whether it leaves a reader of the parent among its own. `keepers` stay, whatever it says.
    pub(crate) fn admits(&self, partner: &PartnerCode, keepers: &[&PartnerCode]) -> bool {
        self.releasable_to.contains(partner) || keepers.contains(&partner)
    }

    /// With a new mark on top: what that leaves open stays.
    pub(crate) fn marked(known: Option<&Self>, new: &Self) -> Self {
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

    /// A task's, whose label `self` is its version's. No state's officers or territory stand in a task that
    /// the state may not read.
    #[must_use]
    pub fn narrowed_to_task(
        &self,
        lead: &PartnerCode,
        territory: &PartnerCode,
        own: Option<&Release>,
    ) -> Self {
        self.below(lead.clone(), &[lead, territory], own)
    }

    /// A matter's, whose label `self` is its operation's. Whose own work it is stays, and so does the operation's lead.
    #[must_use]
    pub fn narrowed_to_matter(&self, matter: &MatterLabel) -> Self {
        let keepers: Vec<_> = [&matter.owner].into_iter().chain(&matter.parties).collect();
        self.below(matter.owner.clone(), &keepers, matter.release.as_ref())
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

/// What an operation deals with besides its plan, each with a label of its own.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum Matter {
    /// An incident, by its code.
    Incident(IncidentCode),
    /// A request for information or for assistance, by its code.
    Request(RequestCode),
    /// A contribution, by its code.
    Contribution(ContributionCode),
    /// A SITREP, by its code.
    Sitrep(SitrepCode),
    /// An outcome, by its code.
    Outcome(OutcomeCode),
}

impl Matter {
    pub fn id(&self, operation: OperationId) -> Uuid {
        match self {
            Self::Incident(code) => IncidentId::of(operation, code).0,
            Self::Request(code) => RequestId::of(operation, code).0,
            Self::Contribution(code) => ContributionId::of(operation, code).0,
            Self::Sitrep(code) => SitrepId::of(operation, code).0,
            Self::Outcome(code) => OutcomeId::of(operation, code).0,
        }
    }
}

/// The code that people call it by.
impl fmt::Display for Matter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Incident(code) => code.fmt(f),
            Self::Request(code) => code.fmt(f),
            Self::Contribution(code) => code.fmt(f),
            Self::Sitrep(code) => code.fmt(f),
            Self::Outcome(code) => code.fmt(f),
        }
    }
}

/// Whose a matter is, and who may read it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MatterLabel {
    pub owner: PartnerCode,
    /// Partners whose own work it is, such as the one that a request was sent to: no mark takes it from them.
    pub parties: BTreeSet<PartnerCode>,
    /// What it says of its release itself; `None`: it is for whoever reads the operation.
    pub release: Option<Release>,
}

impl MatterLabel {
    /// Who of the operation's readers reads it, the lead among them; `None`: all.
    pub fn readers<'a>(&'a self, lead: &'a PartnerCode) -> Option<BTreeSet<&'a PartnerCode>> {
        let own = self.release.as_ref()?;
        let keepers = [lead, &self.owner].into_iter().chain(&self.parties);
        Some(own.releasable_to.iter().chain(keepers).collect())
    }

    /// Whether the viewer reads it: those whose own work it is do, even if they do not read its operation.
    pub(crate) fn is_seen_by(
        &self,
        viewer: Option<&PartnerCode>,
        reads_operation: impl Fn(&PartnerCode) -> bool,
        lead: &PartnerCode,
    ) -> bool {
        viewer.is_none_or(|partner| {
            let own = self.owner == *partner || self.parties.contains(partner);
            own || reads_operation(partner) && self.admits(viewer, lead)
        })
    }

    /// Whether one who reads the operation reads it. Services, which are no partner's, read all.
    pub(crate) fn admits(&self, viewer: Option<&PartnerCode>, lead: &PartnerCode) -> bool {
        viewer.is_none_or(|partner| self.readers(lead).is_none_or(|readers| readers.contains(partner)))
    }
}

/// What of other events may be released apart from the rest, as an event keeps it that tells of them.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[warn(missing_docs)]
pub struct ScopeIds {
    /// Ids of plan versions.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub versions: BTreeSet<Uuid>,
    /// The annex's id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub annex: Option<Uuid>,
    /// Ids of tasks.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub tasks: BTreeSet<Uuid>,
    /// Ids of what the operation deals with besides its plan, or of an entry of a watch's log.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub matters: BTreeSet<Uuid>,
}

/// What a mark is on, apart from an operation itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Marked {
    PlanVersion { number: u32 },
    Task { task: TaskCode },
    Annex { number: u32, annex: AnnexCode },
    Matter(Matter),
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
    /// What the operation deals with besides its plan.
    Matter(Matter),
}

/// A task's own label.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TaskLabel {
    pub release: Release,
    pub salt: Salt,
}
