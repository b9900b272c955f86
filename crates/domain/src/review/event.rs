//! What was written in the review of an operation, and what was done about it.

use crate::{
    About, Instant, OperationCode, PartnerCode, Position, PostCode, Prose,
    ids::{AssistanceId, OperationId},
    review::{Evidence, FindingCode, FindingKind, Question, evidence::Parts},
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What was written in the review of an operation, and what was done about it. When that was is the event's own
/// `occurredAt`, and why it is told late its `lateReason`.
#[derive(
    Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema, strum::IntoStaticStr, strum::VariantNames,
)]
#[serde(rename_all_fields = "camelCase")]
#[warn(missing_docs)]
pub enum ReviewEvent {
    /// The review of the operation began.
    ReviewOpened {
        /// The operation.
        operation: OperationCode,
    },
    /// One of the four questions was answered, in place of an earlier answer.
    ReviewQuestionAnswered {
        /// The operation.
        operation: OperationCode,
        /// The question.
        question: Question,
        /// The answer.
        answer: Prose,
    },
    /// A partner noted what it saw.
    ObservationRecorded {
        /// The operation.
        operation: OperationCode,
        /// Counted from 1 for the operation.
        number: u32,
        /// The partner that says so.
        partner: PartnerCode,
        /// What it saw.
        text: Prose,
    },
    /// Something was found. Its evidence is told by the events that follow: each for those who may see that.
    FindingRecorded {
        /// The operation.
        operation: OperationCode,
        /// The finding, such as `F1`.
        finding: FindingCode,
        /// Whether it is to be kept up or to be made better.
        kind: FindingKind,
        /// What was seen.
        observation: Prose,
        /// What led to it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        discussion: Option<Prose>,
        /// What it comes to: the cause.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        conclusion: Option<Prose>,
        /// What is to be done: the remedy.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        recommendation: Option<Prose>,
        /// The post that answers for what becomes of it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        owner: Option<PostCode>,
        /// Until when.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        due: Option<Instant>,
    },
    /// It was said what follows from a finding, in place of what was said before.
    RecommendationMade {
        /// The operation.
        operation: OperationCode,
        /// The finding.
        finding: FindingCode,
        /// What it comes to: the cause.
        conclusion: Prose,
        /// What is to be done: the remedy.
        recommendation: Prose,
        /// The post that answers for what becomes of it; absent: as before.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        owner: Option<PostCode>,
        /// Until when; absent: as before.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        due: Option<Instant>,
    },
    /// Something proves a finding.
    EvidenceLinked {
        /// The operation.
        operation: OperationCode,
        /// The finding.
        finding: FindingCode,
        /// Counted from 1 for the finding.
        number: u32,
        /// What proves it.
        evidence: Evidence,
    },
    /// A post has to act on a finding, in place of one that had to before.
    ActionAssigned {
        /// The operation.
        operation: OperationCode,
        /// The finding.
        finding: FindingCode,
        /// The post.
        post: PostCode,
        /// Until when.
        due: Instant,
    },
    /// The post that had to act on a finding has done so.
    ActionCompleted {
        /// The operation.
        operation: OperationCode,
        /// The finding.
        finding: FindingCode,
        /// What was done.
        note: Prose,
    },
    /// Another post has looked at what was done.
    LessonValidated {
        /// The operation.
        operation: OperationCode,
        /// The finding.
        finding: FindingCode,
        /// Whether the change does what it was made for: the lesson is learned, else it is not adopted.
        accepted: bool,
        /// What was seen of it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        note: Option<Prose>,
    },
    /// A partner adopted the review as its author saw it.
    ReviewAdopted {
        /// The operation.
        operation: OperationCode,
        /// The partner.
        partner: PartnerCode,
        /// What its author was looking at.
        seen_at: Position,
    },
}

impl ReviewEvent {
    pub(crate) fn about(&self) -> About<'_> {
        match self {
            Self::ReviewOpened { operation }
            | Self::ReviewQuestionAnswered { operation, .. }
            | Self::FindingRecorded { operation, .. }
            | Self::RecommendationMade { operation, .. }
            | Self::ActionCompleted { operation, .. }
            | Self::LessonValidated { operation, .. } => About::operation(operation),
            Self::ObservationRecorded { operation, partner, .. }
            | Self::ReviewAdopted { operation, partner, .. } => About::operation(operation).partner(partner),
            Self::EvidenceLinked { operation, evidence, .. } => evidence.about(operation),
            Self::ActionAssigned { operation, post, .. } => About::operation(operation).post(post),
        }
    }
}

impl Evidence {
    fn about<'a>(&'a self, operation: &'a OperationCode) -> About<'a> {
        let Parts { version, task, matter, authority } = self.parts();
        let mut about = match version {
            Some(version) => About::version(operation, version),
            None => About::operation(operation),
        };
        about = about.tasks(task);
        if let Some(matter) = matter {
            about = about.matter(matter);
        }
        if let Some(authority) = authority {
            about = about.assistance(AssistanceId::of(OperationId::of(operation), authority));
        }
        match self.scope() {
            Some(scope) => about.like(scope),
            None => about,
        }
    }
}
