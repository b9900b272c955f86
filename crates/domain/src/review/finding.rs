//! Findings as they are known: what was found, what proves it, and what was done about it.

use crate::{
    Instant, Position, PostCode, Prose,
    review::{Evidence, FindingCode},
};
use imbl::Vector;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// What is to become of what was found.
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
pub enum FindingKind {
    /// It went well: it is to be kept up.
    Sustain,
    /// It is to be made better.
    Improve,
}

/// How far a finding has come.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    strum::Display,
    strum::EnumString,
    strum::EnumIter,
)]
#[strum(serialize_all = "SCREAMING_SNAKE_CASE")]
pub enum FindingStatus {
    /// Something was seen; cause or remedy is not known.
    Observed,
    /// It has a conclusion and a recommendation: cause and remedy are known.
    LessonIdentified,
    /// A post has to act on it.
    ActionAssigned,
    /// The post has acted; nobody has looked at that yet.
    ActionComplete,
    /// Another post has found that the change does what it was made for.
    LessonLearned,
    /// Another post has found that it does not.
    NotAdopted,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Finding {
    pub code: FindingCode,
    pub kind: FindingKind,
    pub observation: Prose,
    pub discussion: Option<Prose>,
    pub conclusion: Option<Prose>,
    pub recommendation: Option<Prose>,
    /// The post that answers for what becomes of it: the one that has to act, once there is one.
    pub owner: Option<PostCode>,
    pub due: Option<Instant>,
    /// The `n`th piece stands at `n - 1`.
    pub evidence: Vector<Arc<LinkedEvidence>>,
    pub action: Option<Action>,
    /// Who recorded it: a post.
    pub actor: String,
    pub at: Instant,
    pub position: Position,
}

/// That something proves a finding.
#[derive(Debug, Clone, PartialEq)]
pub struct LinkedEvidence {
    pub number: u32,
    pub evidence: Evidence,
    /// Who says so: a post.
    pub actor: String,
    pub at: Instant,
    pub position: Position,
}

/// What a post has to do about a finding; what and until when is the finding's.
#[derive(Debug, Clone, PartialEq)]
pub struct Action {
    pub post: PostCode,
    pub assigned_at: Instant,
    pub completed: Option<Completion>,
    pub validated: Option<Validation>,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Completion {
    /// Who says so: a post.
    pub actor: String,
    pub at: Instant,
    pub note: Prose,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Validation {
    /// Who says so: a post.
    pub actor: String,
    pub at: Instant,
    /// Whether the change does what it was made for.
    pub accepted: bool,
    pub note: Option<Prose>,
}

impl Finding {
    pub fn status(&self) -> FindingStatus {
        match &self.action {
            Some(Action { validated: Some(Validation { accepted: true, .. }), .. }) => {
                FindingStatus::LessonLearned
            }
            Some(Action { validated: Some(_), .. }) => FindingStatus::NotAdopted,
            Some(Action { completed: Some(_), .. }) => FindingStatus::ActionComplete,
            Some(_) => FindingStatus::ActionAssigned,
            None if self.conclusion.is_some() && self.recommendation.is_some() => {
                FindingStatus::LessonIdentified
            }
            None => FindingStatus::Observed,
        }
    }
}
