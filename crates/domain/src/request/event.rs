//! What partners asked of each other, and what was answered.

use crate::{
    About, IncidentCode, Instant, LedBy, OperationCode, PartnerCode, PostCode, Priority, Prose, RequestCode,
    clock::{ClockKind, SetClock},
    release::{Matter, Release},
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What partners asked of each other, and what was answered. When something happened in the world is the event's own
/// `occurredAt`, and why it is told late its `lateReason`.
#[derive(
    Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema, strum::IntoStaticStr, strum::VariantNames,
)]
#[serde(rename_all_fields = "camelCase")]
#[warn(missing_docs)]
#[expect(clippy::enum_variant_names, reason = "an event's name says what it is about, wherever it is read")]
pub enum RequestEvent {
    /// A partner asked another one for information or for assistance.
    RequestIssued {
        /// The operation.
        operation: OperationCode,
        /// The request.
        request: RequestCode,
        /// What is asked for.
        kind: RequestKind,
        /// By which way.
        channel: Channel,
        /// How urgent it is.
        priority: Priority,
        /// Who asks.
        from: PartnerCode,
        /// Who is asked.
        to: PartnerCode,
        /// The incident that it is about; none when left out.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        incident: Option<IncidentCode>,
        /// The request, in words.
        text: Prose,
        /// Who may read it besides both partners and the operation's lead.
        release: Release,
        /// The clocks that run from then on.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        clocks: Vec<SetClock>,
    },
    /// The partner that was asked has the request.
    RequestAcknowledged {
        /// The operation.
        operation: OperationCode,
        /// The request.
        request: RequestCode,
    },
    /// The partner that was asked will do it.
    RequestAccepted {
        /// The operation.
        operation: OperationCode,
        /// The request.
        request: RequestCode,
    },
    /// The partner that was asked will not do it.
    RequestDeclined {
        /// The operation.
        operation: OperationCode,
        /// The request.
        request: RequestCode,
        /// Why.
        reason: Prose,
    },
    /// The partner that was asked has done it.
    RequestFulfilled {
        /// The operation.
        operation: OperationCode,
        /// The request.
        request: RequestCode,
        /// The answer, in words; nothing was said when left out.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        answer: Option<Prose>,
    },
    /// The request became more urgent, or somebody else was called to it.
    RequestEscalated {
        /// The operation.
        operation: OperationCode,
        /// The request.
        request: RequestCode,
        /// How urgent it is now; as before when left out.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        priority: Option<Priority>,
        /// The post that was called; none when left out.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        to: Option<PostCode>,
        /// Why.
        reason: Prose,
        /// The clocks that run from then on.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        clocks: Vec<SetClock>,
    },
    /// The partner that asked does not ask any more.
    RequestWithdrawn {
        /// The operation.
        operation: OperationCode,
        /// The request.
        request: RequestCode,
        /// Why.
        reason: Prose,
    },
    /// What a claim says happened at another time than it said. That claim stays as it is; this one takes its place.
    RequestTimesCorrected {
        /// The operation.
        operation: OperationCode,
        /// The request.
        request: RequestCode,
        /// The claim that this is, counted from 1 for its request.
        claim: u32,
        /// The claim that was wrong.
        corrects: u32,
        /// When it happened.
        at: Instant,
        /// Why it was wrong.
        reason: Prose,
    },
    /// A clock fell due, and what it waits for had not been done as far as was known. It stands whatever is learned
    /// later.
    RequestDeadlineMissed {
        /// The operation.
        operation: OperationCode,
        /// The request.
        request: RequestCode,
        /// The clock, counted from 1 for its request.
        clock: u32,
        /// What it waits for.
        kind: ClockKind,
    },
}

/// What is asked for.
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
pub enum RequestKind {
    /// Information.
    Rfi,
    /// Assistance.
    Rfa,
}

/// By which way a request goes: their clocks run by hours and by months.
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
pub enum Channel {
    /// Between police: the limits of the watch hold.
    Police,
    /// Mutual legal assistance, between judicial authorities: only what the request itself says is due.
    Mla,
}

/// What is claimed of a request.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, strum::EnumDiscriminants)]
#[serde(rename_all = "camelCase", rename_all_fields = "camelCase")]
#[strum_discriminants(
    name(RequestClaimKind),
    derive(strum::Display, strum::EnumString),
    strum(serialize_all = "SCREAMING_SNAKE_CASE")
)]
pub enum RequestClaim {
    Issued,
    Acknowledged,
    Accepted,
    Declined { reason: Prose },
    Fulfilled { answer: Option<Prose> },
    Escalated { priority: Option<Priority>, to: Option<PostCode>, reason: Prose },
    Withdrawn { reason: Prose },
}

impl RequestEvent {
    pub(crate) fn about(&self) -> About<'_> {
        match self {
            // It names the incident, so that it is for who sees both.
            Self::RequestIssued { operation, request, to, incident, .. } => {
                let about = About::operation(operation).matter(&Matter::Request(request.clone())).partner(to);
                match incident {
                    Some(incident) => {
                        about.matter(&Matter::Incident(incident.clone())).led_by(LedBy::Report(incident))
                    }
                    None => about,
                }
            }
            Self::RequestAcknowledged { operation, request }
            | Self::RequestAccepted { operation, request }
            | Self::RequestDeclined { operation, request, .. }
            | Self::RequestFulfilled { operation, request, .. }
            | Self::RequestEscalated { operation, request, .. }
            | Self::RequestWithdrawn { operation, request, .. }
            | Self::RequestTimesCorrected { operation, request, .. }
            | Self::RequestDeadlineMissed { operation, request, .. } => {
                About::operation(operation).matter(&Matter::Request(request.clone()))
            }
        }
    }
}
