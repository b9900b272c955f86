//! What holds an operation back: the window of H-hour, and conditions on gates.

use crate::{
    Instant, PartnerCode, Reasons, RefusalCode,
    ids::ConditionId,
    instant,
    operation::Operation,
    plan::{ConditionStatus, TimeWindow, Version},
};
use chrono::Datelike as _;

/// Whether H-hour can move there, as far as the operation and its plan say.
pub(crate) fn check_shift(operation: &Operation, to: Instant, field: &str, reasons: &mut Reasons) {
    reasons.check(operation.h_hour.is_some(), RefusalCode::HhourNotSet, "", || {
        "H-hour has not been set, so it cannot be shifted.".to_owned()
    });
    check_window(operation, to, field, reasons);
}

/// A plan that a nation has taken its decision back on goes no further.
pub(crate) fn check_runs(version: &Version, reasons: &mut Reasons) {
    let by: Vec<_> = version.suspended_by.iter().map(PartnerCode::as_str).collect();
    reasons.check(by.is_empty(), RefusalCode::PlanSuspended, "", || {
        format!("Version {} is suspended: {} took its decision back.", version.number, by.join(", "))
    });
}

/// Nothing starts at a moment of a pause or a suspension that is over, however late that is told.
pub(crate) fn check_ran(operation: &Operation, at: Instant, reasons: &mut Reasons) {
    let code = &operation.code;
    let told = |what: &str, spell: &TimeWindow| {
        format!("{what} from {} to {}.", spell.from.to_rfc3339(), spell.to.to_rfc3339())
    };
    for spell in operation.pauses.iter().filter(|spell| spell.contains(at)) {
        let message = told(&format!("{code} was paused"), spell);
        reasons.add(RefusalCode::WrongState, "occurredAt", message);
    }
    for spell in operation.plan.suspensions.iter().filter(|spell| spell.contains(at)) {
        let message = told(&format!("The plan of {code} was suspended"), spell);
        reasons.add(RefusalCode::PlanSuspended, "occurredAt", message);
    }
}

/// Domain rule 17. The window is half-open and part of the plan's content, under its hash.
pub(super) fn check_window(operation: &Operation, at: Instant, field: &str, reasons: &mut Reasons) {
    let Some(version) = operation.plan.version_in_force() else {
        reasons.add(
            RefusalCode::PlanNotInForce,
            "",
            "No plan has been promulgated, so there is no H-hour window.",
        );
        return;
    };
    check_runs(version, reasons);
    let Some(window) = version.sections.h_hour_window else { return };
    reasons.check(window.contains(at), RefusalCode::HhourOutsideWindow, field, || {
        let (from, to) = (window.from.to_rfc3339(), window.to.to_rfc3339());
        format!(
            "{} is outside the window from {from} to {to} (excluded): an amendment can change it.{}",
            at.to_rfc3339(),
            instant::hint(at.year(), window.from.year())
        )
    });
}

/// Domain rule 7.
pub(crate) fn check_conditions(
    operation: &Operation,
    version: &Version,
    gate: &str,
    field: &str,
    reasons: &mut Reasons,
) {
    for (decision, condition) in version.live_conditions() {
        if condition.gate.as_str() == gate && condition.status.blocks() {
            let stands = if condition.status == ConditionStatus::Broken { "broken" } else { "outstanding" };
            reasons.add_about(
                RefusalCode::ConditionOutstanding,
                field,
                format!("{} of {} is {stands}: {}", condition.code, decision.partner, condition.text),
                Some(
                    ConditionId::of(decision.id(operation.id(), version.number), &condition.code).to_string(),
                ),
            );
        }
    }
}
