//! What happened to an incident.

use crate::{
    About, Code, IncidentCode, Instant, LedBy, OperationCode, PartnerCode, Position, PostCode, Priority,
    Prose, Span, TaskCode, Title,
    clock::{ClockKind, SetClock},
    release::{Matter, Release},
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What happened to an incident. When something happened in the world is the event's own `occurredAt`, and why it is
/// told late its `lateReason`.
#[derive(
    Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema, strum::IntoStaticStr, strum::VariantNames,
)]
#[serde(rename_all_fields = "camelCase")]
#[warn(missing_docs)]
pub enum IncidentEvent {
    /// Somebody reported that something happened which needs a response.
    IncidentReported {
        /// The operation.
        operation: OperationCode,
        /// The incident.
        incident: IncidentCode,
        /// Whose incident it is: the partner that reported it.
        owner: PartnerCode,
        /// What is known of it.
        report: Methane,
        /// Who may read it; whoever reads the operation when left out.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        release: Option<Release>,
    },
    /// It was judged how urgent the incident is; its clocks run from when it was reported.
    IncidentTriaged {
        /// The operation.
        operation: OperationCode,
        /// The incident.
        incident: IncidentCode,
        /// How urgent it is.
        priority: Priority,
        /// The clocks that run from then on.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        clocks: Vec<SetClock>,
    },
    /// The incident became more urgent, or somebody else was called to it.
    IncidentEscalated {
        /// The operation.
        operation: OperationCode,
        /// The incident.
        incident: IncidentCode,
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
    /// It was decided how to respond.
    ResponseDecided {
        /// The operation.
        operation: OperationCode,
        /// The incident.
        incident: IncidentCode,
        /// The task that this makes, outside of the plan; none when left out.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        task: Option<ResponseTask>,
        /// Why so.
        reasons: Prose,
        /// What its author was looking at.
        seen_at: Position,
    },
    /// An officer was sent to the incident.
    ResponderDispatched {
        /// The operation.
        operation: OperationCode,
        /// The incident.
        incident: IncidentCode,
        /// The officer's post.
        post: PostCode,
        /// The partner of that post.
        partner: PartnerCode,
        /// The task of the operation that it is sent for; none when left out.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        task: Option<TaskCode>,
    },
    /// An officer that was sent is on the scene.
    ResponderArrived {
        /// The operation.
        operation: OperationCode,
        /// The incident.
        incident: IncidentCode,
        /// The officer's post.
        post: PostCode,
    },
    /// The incident grows no more.
    IncidentContained {
        /// The operation.
        operation: OperationCode,
        /// The incident.
        incident: IncidentCode,
        /// How many persons were brought to safety: a count; unknown when left out.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        persons_recovered: Option<u32>,
    },
    /// Nothing more is done about the incident.
    IncidentClosed {
        /// The operation.
        operation: OperationCode,
        /// The incident.
        incident: IncidentCode,
        /// What came of it; nothing was said when left out.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        outcome: Option<Prose>,
    },
    /// The incident was not over: its clocks run anew.
    IncidentReopened {
        /// The operation.
        operation: OperationCode,
        /// The incident.
        incident: IncidentCode,
        /// Why.
        reason: Prose,
        /// The clocks that run from then on.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        clocks: Vec<SetClock>,
    },
    /// What a claim says happened at another time than it said. That claim stays as it is; this one takes its place.
    IncidentTimesCorrected {
        /// The operation.
        operation: OperationCode,
        /// The incident.
        incident: IncidentCode,
        /// The claim that this is, counted from 1 for its incident.
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
    IncidentDeadlineMissed {
        /// The operation.
        operation: OperationCode,
        /// The incident.
        incident: IncidentCode,
        /// The clock, counted from 1 for its incident.
        clock: u32,
        /// What it waits for.
        kind: ClockKind,
    },
}

/// What is known of an incident when it is reported, after METHANE: type, exact place, hazards, access, number of
/// persons, who and what is there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Methane {
    /// What happened, in a line.
    pub title: Title,
    /// What sort of thing it is.
    pub kind: IncidentKind,
    /// Where; unknown when left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub place: Option<Title>,
    /// The partner on whose territory; unknown when left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub territory: Option<PartnerCode>,
    /// What is dangerous there; nothing was said when left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hazards: Option<Prose>,
    /// How to get there; nothing was said when left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub access: Option<Prose>,
    /// How many persons it concerns: a count; unknown when left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub persons: Option<u32>,
    /// Who and what is there; nothing was said when left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub present: Option<Prose>,
    /// The critical information requirement of the plan that it meets; none when left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ccir: Option<Code>,
}

/// What sort of incident it is.
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
pub enum IncidentKind {
    /// Persons are taken somewhere.
    PersonsMoved,
    /// Persons were hurt, or are about to be.
    PersonsHarmed,
    /// Persons are sought.
    PersonsMissing,
    /// A site is held by others than before.
    ControlChanged,
    /// A way cannot be used.
    RouteUnusable,
    /// What is secret is known to others.
    Leak,
    /// Nature, a crash, a fire.
    Disaster,
    /// Anything else, which the title says.
    Other,
}

/// A task that a response decision makes, outside of every plan version.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ResponseTask {
    /// Unique among the operation's tasks.
    pub code: TaskCode,
    /// What is to be done.
    pub title: Title,
    /// The partner that carries it out.
    pub lead: PartnerCode,
    /// The partner on whose territory it is carried out: its lead.
    pub territory: PartnerCode,
    /// The post that is to do it; absent when none is named.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub post: Option<PostCode>,
    /// When it begins.
    pub start: Instant,
    /// How long it takes.
    pub duration: Span,
}

/// What people claim of an incident.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, strum::EnumDiscriminants)]
#[serde(rename_all = "camelCase", rename_all_fields = "camelCase")]
#[strum_discriminants(
    name(IncidentClaimKind),
    derive(strum::Display, strum::EnumString),
    strum(serialize_all = "SCREAMING_SNAKE_CASE")
)]
pub enum IncidentClaim {
    Reported,
    Triaged {
        priority: Priority,
    },
    Escalated {
        priority: Option<Priority>,
        to: Option<PostCode>,
        reason: Prose,
    },
    #[strum_discriminants(strum(serialize = "RESPONSE_DECIDED"))]
    Decided {
        task: Option<TaskCode>,
        reasons: Prose,
        seen_at: Position,
    },
    Dispatched {
        post: PostCode,
        partner: PartnerCode,
        task: Option<TaskCode>,
    },
    Arrived {
        post: PostCode,
    },
    Contained {
        persons_recovered: Option<u32>,
    },
    Closed {
        outcome: Option<Prose>,
    },
    Reopened {
        reason: Prose,
    },
}

impl IncidentEvent {
    pub(crate) fn about(&self) -> About<'_> {
        let of = |operation, incident: &IncidentCode| {
            About::operation(operation).matter(&Matter::Incident(incident.clone()))
        };
        match self {
            Self::IncidentReported { operation, incident, owner, .. } => {
                of(operation, incident).partner(owner)
            }
            Self::ResponseDecided { operation, incident, task, .. } => {
                of(operation, incident).tasks(task.as_ref().map(|task| &task.code))
            }
            Self::ResponderDispatched { operation, incident, post, task, .. } => {
                let led_by = LedBy::Response(incident, post, task.as_ref());
                of(operation, incident).post(post).tasks(task).led_by(led_by)
            }
            Self::ResponderArrived { operation, incident, post } => {
                of(operation, incident).post(post).led_by(LedBy::Dispatch(incident, post))
            }
            Self::IncidentTriaged { operation, incident, .. }
            | Self::IncidentEscalated { operation, incident, .. }
            | Self::IncidentContained { operation, incident, .. }
            | Self::IncidentClosed { operation, incident, .. }
            | Self::IncidentReopened { operation, incident, .. }
            | Self::IncidentTimesCorrected { operation, incident, .. }
            | Self::IncidentDeadlineMissed { operation, incident, .. } => of(operation, incident),
        }
    }
}
