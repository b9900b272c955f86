//! What a plan version says: sections, tasks and annexes, and the hash under which nations approve it.
//!
//! The content is canonical JSON (RFC 8785) under SHA-256. A part that may be released to fewer partners
//! than the plan (an annex, a task with a label of its own) enters it as a salted hash, so that a partner
//! without it can still check the content that it approves, and cannot guess the part.

use super::{ContentTask, Sections};
use crate::{
    AnnexCode, Code, ConditionCode, OperationCode, PartnerCode, Prose, Salt, Sha256, TaskCode, Title,
    hash::{canonical_json, part_hash},
    release::{self, Classification, HandlingCode},
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// A separately releasable part of the plan.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Annex {
    /// Unique in the plan.
    pub code: AnnexCode,
    /// What it is about.
    pub title: Title,
    /// What it says; absent while it is only announced.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<Prose>,
    /// How carefully it is to be handled.
    pub classification: Classification,
    /// The partners that may read it, besides the operation's lead.
    pub releasable_to: BTreeSet<PartnerCode>,
    /// What its readers may do with it; H0 when left out.
    #[serde(default, skip_serializing_if = "HandlingCode::is_default")]
    pub handling: HandlingCode,
}

impl Annex {
    /// As it was attached, whatever its label says since.
    pub fn is_sensitive(&self) -> bool {
        release::is_sensitive(self.classification, self.handling)
    }

    /// The text under the part's hash.
    pub fn canonical(&self) -> String {
        canonical_json(self)
    }

    /// SHA-256 of a tag, the salt and the canonical JSON of the annex.
    pub fn part_hash(&self, salt: Salt) -> Sha256 {
        part_hash(salt, &self.canonical())
    }
}

/// A part's place in the content: its code and salted hash, shown to everybody who sees the version.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct ContentPart {
    pub code: String,
    pub hash: Sha256,
}

/// What nations approve.
#[derive(Debug, Serialize)]
pub struct Content<'a> {
    pub operation: &'a OperationCode,
    pub number: u32,
    pub sections: &'a Sections,
    /// Those that are no parts, in the order of their codes.
    pub tasks: Vec<ContentTask<'a>>,
    /// In the order of their codes.
    pub parts: Vec<ContentPart>,
}

impl Content<'_> {
    /// RFC 8785 text, for whoever wants to compute the hash for themselves.
    pub fn canonical(&self) -> String {
        canonical_json(self)
    }

    /// SHA-256 of [`Self::canonical`].
    pub fn hash(&self) -> Sha256 {
        Sha256::of(&[self.canonical().as_bytes()])
    }
}

impl ContentPart {
    pub fn annex(code: &AnnexCode, hash: Sha256) -> Self {
        Self { code: format!("annex/{code}"), hash }
    }

    pub fn task(code: &TaskCode, hash: Sha256) -> Self {
        Self { code: format!("task/{code}"), hash }
    }
}

/// A requirement that an approver attaches; it blocks the gate that it names.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct NewCondition {
    /// Unique in the approval.
    pub code: ConditionCode,
    /// What it blocks until it is satisfied or waived: a phase, `PROMULGATION` or `ACTIVATION`.
    pub gate: Code,
    /// The requirement.
    pub text: Prose,
}
