//! Rules of the decision log, and of clashes with other operations.

use crate::{
    Code, Context, Event, PartnerCode, Position, Prose, Reasons, RefusalCode, Rejection, Role, TaskCode,
    Title, World,
    operation::{NewRecordedDecision, Operation, OperationEvent, PlannedDecision},
    plan::{DecisionPoint, TimeWindow, Version},
};
use std::{collections::BTreeSet, sync::Arc};

/// Who of the lead speaks with other operations.
const STAFF: &[Role] = &[Role::Planner, Role::Commander];

/// Most options of one decision.
const MOST_OPTIONS: usize = 20;

/// Most areas and most tasks of one clash.
const MOST_AREAS: usize = 50;
const MOST_TASKS: usize = 1_000;

/// Domain rule 28. The log keeps every entry: a partner may decide again where it has decided before.
pub(super) fn record(
    world: &World,
    operation: &Operation,
    decision: &NewRecordedDecision,
    context: &Context<'_>,
    mut reasons: Reasons,
) -> Result<Vec<Event>, Rejection> {
    let partner = context.require_post(&[Role::Commander])?;
    let coalition = world.coalition()?;
    let in_force = operation.plan.version_in_force();
    let version = in_force.filter(|version| operation.shows(version, Some(partner), coalition));
    let NewRecordedDecision { decision_point, question, options, outcome, reasons: why, seen_at } = decision;
    let found = decision_point.as_ref().and_then(|code| find_point(version, code));
    let decides = |point: &DecisionPoint| point.deciders.is_empty() || point.deciders.contains(partner);
    match (decision_point, found) {
        (Some(_), Some((_, point))) if point.deciders.contains(partner) => {}
        _ if !coalition.takes_tasks(partner) => {
            return Err(Rejection::Forbidden(format!(
                "{partner} takes no tasks, so this is not its to decide."
            )));
        }
        (Some(code), None) => reasons.add(
            RefusalCode::UnknownReference,
            "decisionPoint",
            format!("The plan in force has no decision point {code}."),
        ),
        (Some(code), Some((_, point))) if !decides(point) => {
            let named: Vec<_> = point.deciders.iter().map(PartnerCode::as_str).collect();
            let message = format!("{code} is for {} to decide.", named.join(", "));
            return Err(Rejection::Forbidden(message));
        }
        _ => {}
    }
    reasons.check(options.len() <= MOST_OPTIONS, RefusalCode::InvalidValue, "options", || {
        format!("{} options are more than the {MOST_OPTIONS} that an entry takes.", options.len())
    });
    context.check_seen_at(&mut reasons, *seen_at, Position::default());
    reasons.or(vec![Event::Operation(OperationEvent::DecisionRecorded {
        operation: operation.code.clone(),
        number: number_after(operation.decision_log.len()),
        partner: partner.clone(),
        decision_point: found.map(|(number, point)| PlannedDecision { number, code: point.code.clone() }),
        question: question.clone(),
        options: options.clone(),
        outcome: outcome.clone(),
        reasons: why.clone(),
        seen_at: *seen_at,
    })])
}

/// The decision point, and the number of the version that has it.
fn find_point<'a>(version: Option<&'a Version>, code: &Code) -> Option<(u32, &'a DecisionPoint)> {
    let version = version?;
    let point = version.sections.decision_points.iter().find(|point| point.code == *code)?;
    Some((version.number, point))
}

/// A clash with another operation, as it was found.
pub(super) struct Clash<'a> {
    pub other: &'a Title,
    pub period: Option<TimeWindow>,
    pub areas: &'a [Title],
    pub tasks: &'a BTreeSet<TaskCode>,
}

pub(super) fn find(
    world: &World,
    operation: &Operation,
    clash: &Clash<'_>,
    context: &Context<'_>,
    mut reasons: Reasons,
) -> Result<Vec<Event>, Rejection> {
    context.require_of(&operation.lead, STAFF)?;
    let Clash { other, period, areas, tasks } = clash;
    let same = operation.deconflictions.iter().any(|known| {
        (&known.other, &known.period, &known.tasks) == (*other, period, *tasks)
            && known.areas == *areas
            && known.cleared.is_none()
    });
    if same {
        return reasons.or(Vec::new());
    }
    for (length, most, field) in [(areas.len(), MOST_AREAS, "areas"), (tasks.len(), MOST_TASKS, "tasks")] {
        if length > most {
            let message = format!("{length} {field} are more than the {most} that a clash takes.");
            return Err(reasons.refuse_with(RefusalCode::InvalidValue, field, message));
        }
    }
    if let Some(TimeWindow { from, to }) = period {
        reasons.check(from < to, RefusalCode::InvalidValue, "period", || {
            "The period ends before it starts.".to_owned()
        });
        context.check_near(*from, "period.from", &mut reasons);
        context.check_near(*to, "period.to", &mut reasons);
    }
    let (coalition, viewer) = (world.coalition()?, context.actor.partner());
    let newest_first = operation.plan.versions.iter().rev().map(Arc::as_ref);
    let newest = newest_first.into_iter().find(|version| operation.shows(version, viewer, coalition));
    let planned: Vec<_> = operation.plan.version_in_force().into_iter().chain(newest).collect();
    for task in *tasks {
        // Asked by the lead, who sees every task.
        let known = planned.iter().any(|version| version.tasks.contains_key(task));
        reasons.check_entry(known, RefusalCode::UnknownReference, ("tasks", task), || {
            format!("The plan has no task {task}.")
        });
    }
    reasons.or(vec![Event::Operation(OperationEvent::DeconflictionConflictFound {
        operation: operation.code.clone(),
        number: number_after(operation.deconflictions.len()),
        other: (*other).clone(),
        period: *period,
        areas: areas.to_vec(),
        tasks: (*tasks).clone(),
    })])
}

pub(super) fn clear(
    operation: &Operation,
    number: u32,
    resolution: &Prose,
    context: &Context<'_>,
    mut reasons: Reasons,
) -> Result<Vec<Event>, Rejection> {
    context.require_of(&operation.lead, STAFF)?;
    let Some(clash) = operation.deconflictions.iter().find(|known| known.number == number) else {
        return Err(reasons.not_found("deconflictionId", "clash"));
    };
    if let Some(cleared) = &clash.cleared {
        reasons.check(cleared.resolution == *resolution, RefusalCode::WrongState, "deconflictionId", || {
            format!("The clash with {} was settled at {}.", clash.other, cleared.at.to_rfc3339())
        });
        return reasons.or(Vec::new());
    }
    context.check_since(clash.found_at, &format!("The clash with {} was found", clash.other), &mut reasons);
    reasons.or(vec![Event::Operation(OperationEvent::DeconflictionCleared {
        operation: operation.code.clone(),
        number,
        tasks: clash.tasks.clone(),
        resolution: resolution.clone(),
    })])
}

/// Entries are counted from 1.
fn number_after(entries: usize) -> u32 {
    u32::try_from(entries + 1).unwrap_or(u32::MAX)
}
