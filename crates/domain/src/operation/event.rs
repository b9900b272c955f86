//! What happened to an operation, its plan apart.

use crate::{
    About, Code, Instant, OperationCode, PartnerCode, Position, PostCode, Prose, TaskCode, Title,
    plan::TimeWindow,
    release::{Classification, HandlingCode, MarkedItem},
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// What happened to an operation, its plan apart.
#[derive(
    Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema, strum::IntoStaticStr, strum::VariantNames,
)]
#[serde(rename_all_fields = "camelCase")]
#[warn(missing_docs)]
pub enum OperationEvent {
    /// An operation was named, with its lead and who may read it.
    OperationInitiated {
        /// The operation.
        operation: OperationCode,
        /// What it is called.
        title: Title,
        /// The partner that leads it, and may always read it.
        lead: PartnerCode,
        /// How carefully it is to be handled.
        classification: Classification,
        /// The partners that may read it besides its lead.
        releasable_to: BTreeSet<PartnerCode>,
        /// What its readers may do with it; H0 when left out.
        #[serde(default, skip_serializing_if = "HandlingCode::is_default")]
        handling: HandlingCode,
    },
    /// Early notice was given: it authorises planning, nothing else.
    WarningOrderIssued {
        /// The operation.
        operation: OperationCode,
        /// The order; null when it was given otherwise.
        text: Option<Prose>,
    },
    /// The instruments that the operation rests on were recorded, in place of those recorded before.
    LegalBasisRecorded {
        /// The operation.
        operation: OperationCode,
        /// At least one.
        instruments: Vec<Title>,
    },
    /// The partners that may read the operation, or an item of it, were named anew; what is left out stays as
    /// it was.
    ReleasabilityMarked {
        /// The operation.
        operation: OperationCode,
        /// The partners that may read it from now on, besides its lead.
        releasable_to: BTreeSet<PartnerCode>,
        /// How carefully it is to be handled; as before when left out.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        classification: Option<Classification>,
        /// What its readers may do with it; as before when left out.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        handling: Option<HandlingCode>,
        /// What was marked; the operation itself when left out.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        item: Option<MarkedItem>,
    },
    /// H-hour, the one reference time of an operation, was set, inside the window of the plan in force if
    /// that has one.
    HHourSet {
        /// The operation.
        operation: OperationCode,
        /// H-hour.
        at: Instant,
        /// The posts bound to tasks of the operation: their calendars now have instants.
        calendars: Vec<PostCode>,
    },
    /// H-hour was moved, inside the window of the plan in force if that has one.
    HHourShifted {
        /// The operation.
        operation: OperationCode,
        /// H-hour from now on.
        to: Instant,
        /// Why; of a fragmentary order its code, such as `FRAGO-1`: its reason is told by the order.
        reason: Prose,
        /// The posts bound to tasks of the operation, whose calendars this moves.
        calendars: Vec<PostCode>,
    },
    /// Carrying out the plan in force began.
    OperationActivated {
        /// The operation.
        operation: OperationCode,
    },
    /// No task of the operation starts until it is resumed; what goes on may be ended.
    OperationPaused {
        /// The operation.
        operation: OperationCode,
        /// Why.
        reason: Prose,
    },
    /// Tasks of the operation start again.
    OperationResumed {
        /// The operation.
        operation: OperationCode,
    },
    /// The operation is over: nothing of it is changed any more, but late facts can be put right.
    OperationClosed {
        /// The operation.
        operation: OperationCode,
    },
    /// The operation was broken off: nothing of it is started any more, and what goes on can be ended.
    OperationTerminated {
        /// The operation.
        operation: OperationCode,
        /// Why.
        reason: Prose,
    },
    /// A decision was taken, with its reasons and what was known.
    DecisionRecorded {
        /// The operation.
        operation: OperationCode,
        /// The entry, counted from 1 in its operation.
        number: u32,
        /// The partner that decided.
        partner: PartnerCode,
        /// The decision point of the plan that it settles for this partner; absent where the plan foresaw none.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        decision_point: Option<PlannedDecision>,
        /// What was to be decided.
        question: Title,
        /// What could have been decided.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        options: Vec<DecisionOption>,
        /// What was decided.
        outcome: Prose,
        /// Why.
        reasons: Prose,
        /// What its author was looking at.
        seen_at: Position,
    },
    /// A clash with another operation was found.
    DeconflictionConflictFound {
        /// The operation.
        operation: OperationCode,
        /// The clash, counted from 1 in its operation.
        number: u32,
        /// The other operation, by name: nothing else of it is told here but dates and areas.
        other: Title,
        /// When the other operation is carried out; absent when that is not known.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        period: Option<TimeWindow>,
        /// Where the other operation is carried out.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        areas: Vec<Title>,
        /// The tasks that it overlaps.
        tasks: BTreeSet<TaskCode>,
    },
    /// A clash with another operation was settled.
    DeconflictionCleared {
        /// The operation.
        operation: OperationCode,
        /// The clash.
        number: u32,
        /// The tasks that it overlapped.
        tasks: BTreeSet<TaskCode>,
        /// How.
        resolution: Prose,
    },
}

/// A decision point of a plan version.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct PlannedDecision {
    /// Number of the version.
    pub number: u32,
    /// The decision point.
    pub code: Code,
}

/// What could have been decided.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct DecisionOption {
    /// The option.
    pub text: Title,
    /// What spoke for it and against it; absent where nothing was said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub assessment: Option<Prose>,
}

impl OperationEvent {
    pub(crate) fn about(&self) -> About<'_> {
        match self {
            Self::OperationInitiated { operation, .. }
            | Self::WarningOrderIssued { operation, .. }
            | Self::LegalBasisRecorded { operation, .. }
            | Self::ReleasabilityMarked { operation, item: None, .. }
            | Self::OperationActivated { operation }
            | Self::OperationPaused { operation, .. }
            | Self::OperationResumed { operation }
            | Self::OperationClosed { operation }
            | Self::OperationTerminated { operation, .. } => About::operation(operation),
            Self::DecisionRecorded { operation, decision_point, partner, .. } => match decision_point {
                Some(point) => About::version(operation, point.number).partner(partner),
                None => About::operation(operation).partner(partner),
            },
            Self::DeconflictionConflictFound { operation, tasks, .. }
            | Self::DeconflictionCleared { operation, tasks, .. } => About::operation(operation).tasks(tasks),
            Self::ReleasabilityMarked { operation, item: Some(item), .. } => match item {
                MarkedItem::PlanVersion { number } => About::version(operation, *number),
                MarkedItem::Task { task, .. } => About::operation(operation).task(task),
                MarkedItem::Annex { number, annex } => About::version(operation, *number).annex(annex),
                MarkedItem::Matter(matter) => About::operation(operation).matter(matter),
            },
            Self::HHourSet { operation, calendars, .. } | Self::HHourShifted { operation, calendars, .. } => {
                About::operation(operation).bookings(calendars)
            }
        }
    }
}
