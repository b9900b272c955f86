//! What happened to an operation, its plan apart.

use crate::{
    About, Instant, OperationCode, PartnerCode, PostCode, Prose, Title,
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
}

impl OperationEvent {
    pub(crate) fn about(&self) -> About<'_> {
        match self {
            Self::OperationInitiated { operation, .. }
            | Self::WarningOrderIssued { operation, .. }
            | Self::LegalBasisRecorded { operation, .. }
            | Self::ReleasabilityMarked { operation, item: None, .. }
            | Self::OperationActivated { operation } => About::operation(operation),
            Self::ReleasabilityMarked { operation, item: Some(item), .. } => match item {
                MarkedItem::PlanVersion { number } => About::version(operation, *number),
                MarkedItem::Task { task, .. } => About::operation(operation).task(task),
                MarkedItem::Annex { number, annex } => About::version(operation, *number).annex(annex),
            },
            Self::HHourSet { operation, calendars, .. } | Self::HHourShifted { operation, calendars, .. } => {
                About::operation(operation).bookings(calendars)
            }
        }
    }
}
