//! Fragmentary orders: numbered changes inside the authority that the plan in force gives. They need no new
//! version and no approval: H-hour within its window, and who carries a task out.

use crate::{
    Context, Event, OperationCode, Prose, Reasons, RefusalCode, Rejection, Role, World,
    assignment::{
        decide::{self as assignment, Officers},
        telling::short,
    },
    operation::{OperationEvent, gates},
    plan::{FragmentaryOrder, NewOfficer, OrderedChange, PlanEvent},
};
use std::collections::BTreeSet;

/// Most tasks that an order gives away.
const MOST_OFFICERS: usize = 1_000;

/// Domain rules 12 and 17, all of the order or nothing.
pub(super) fn issue(
    world: &World,
    code: &OperationCode,
    reason: &Prose,
    change: &OrderedChange,
    context: &Context<'_>,
    reasons: Reasons,
) -> Result<Vec<Event>, Rejection> {
    let (operation, mut reasons) = world.visible_operation(code, context, reasons)?;
    context.require_of(&operation.lead, &[Role::Commander])?;
    let Some(version) = operation.plan.version_in_force() else {
        let message = "An order changes a plan in force, and none has been promulgated.";
        return Err(reasons.refuse_with(RefusalCode::PlanNotInForce, "", message));
    };
    // An order that moves H-hour is told so by the window's check.
    if change.h_hour.is_none_or(|to| operation.h_hour == Some(to)) {
        gates::check_runs(version, &mut reasons);
    }
    reasons.check(
        change.h_hour.is_some() || !change.officers.is_empty(),
        RefusalCode::InvalidValue,
        "",
        || "Say where H-hour moves to, or who is to carry a task out.".to_owned(),
    );
    if change.officers.len() > MOST_OFFICERS {
        let message =
            format!("{} tasks: an order gives at most {MOST_OFFICERS} away.", change.officers.len());
        return Err(reasons.refuse_with(RefusalCode::InvalidValue, "officers", message));
    }
    for (what, at) in [
        (format!("Version {} came into force", version.number), version.promulgated_at),
        ("The order before was issued".to_owned(), version.orders.last().map(|order| order.issued_at)),
    ] {
        if let Some(at) = at {
            context.check_since(at, &what, &mut reasons);
        }
    }
    let h_hour = change.h_hour.filter(|to| operation.h_hour != Some(*to));
    if let Some(to) = h_hour {
        gates::check_shift(operation, to, "hHour", &mut reasons);
    }
    let mut tasks = BTreeSet::new();
    for (index, NewOfficer { task, .. }) in change.officers.iter().enumerate() {
        let field = format!("officers.{index}.task");
        reasons.check(tasks.insert(task), RefusalCode::InvalidValue, &field, || {
            format!("{task} is given to somebody twice.")
        });
    }
    let issued = operation.plan.versions.iter().map(|version| version.orders.len()).sum::<usize>();
    let order = u32::try_from(issued + 1).unwrap_or(u32::MAX);
    let name = FragmentaryOrder::code_of(order);
    let officers = Officers { given: &change.officers, by: &name, h_hour };
    let (calendars, bound) =
        assignment::reassign(world, operation, version, &officers, context, &mut reasons)?;
    if h_hour.is_none() && bound.is_empty() {
        return reasons.or(Vec::new());
    }
    let mut events = vec![Event::Plan(PlanEvent::FragmentaryOrderIssued {
        operation: code.clone(),
        number: version.number,
        order,
        reason: reason.clone(),
        h_hour,
    })];
    events.extend(h_hour.map(|to| {
        // Who may read the operation may not be one who reads its plan: the reason stays with the order.
        let (operation, reason) = (code.clone(), short(&name));
        Event::Operation(OperationEvent::HHourShifted { operation, to, reason, calendars })
    }));
    events.extend(bound);
    reasons.or(events)
}
