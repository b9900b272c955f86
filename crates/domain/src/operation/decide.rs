//! Rules of operations: initiation, warning order, legal basis, H-hour, activation.

use crate::{
    Context, Event, Instant, OperationCode, PartnerCode, Prose, Reasons, RefusalCode, Rejection, Role,
    Subject, Title, World, assignment,
    command::Decide,
    operation::{Operation, OperationCommand, OperationEvent, ending, gates, logging, marking},
    plan::GATE_ACTIVATION,
};
use std::collections::BTreeSet;

/// Who of the lead may give notice of an operation and say what it rests on.
const STAFF: &[Role] = &[Role::Planner, Role::Commander];

impl World {
    /// `None`: it has not been initiated.
    pub fn operation(&self, code: &OperationCode) -> Result<Option<&Operation>, Rejection> {
        self.folded(Subject::Operation(code.clone())).map(Option::as_ref)
    }

    /// The operation, if the actor may see it and it has not ended: an ended one is planned, bound and moved no
    /// more.
    pub(crate) fn visible_operation(
        &self,
        code: &OperationCode,
        context: &Context<'_>,
        reasons: Reasons,
    ) -> Result<(&Operation, Reasons), Rejection> {
        let (operation, reasons) = self.visible_even_ended(code, context, reasons)?;
        if operation.ended.is_some() {
            let message = format!("{code} is {}.", operation.status());
            return Err(reasons.refuse_with(RefusalCode::WrongState, "operation", message));
        }
        Ok((operation, reasons))
    }

    /// The operation, if the actor may see it; hidden and absent answer alike. Services see operations that
    /// they initiate, by their code.
    pub(crate) fn visible_even_ended(
        &self,
        code: &OperationCode,
        context: &Context<'_>,
        reasons: Reasons,
    ) -> Result<(&Operation, Reasons), Rejection> {
        // Named together, so that one round trip loads both.
        self.need([Subject::Coalition, Subject::Operation(code.clone())])?;
        let visible = self.operation(code)?.filter(|operation| {
            context.actor.partner().is_none_or(|partner| operation.is_visible_to(partner))
        });
        match visible {
            Some(operation) => Ok((operation, reasons)),
            None => Err(reasons.not_found("operation", "operation")),
        }
    }
}

impl Decide for OperationCommand {
    fn operation(&self) -> Option<&OperationCode> {
        Some(OperationCommand::operation(self))
    }

    fn decide(
        &self,
        world: &World,
        context: &Context<'_>,
        reasons: Reasons,
    ) -> Result<Vec<Event>, Rejection> {
        let find = |code, reasons| world.visible_operation(code, context, reasons);
        // Who reads it, and what is entered late of it, changes after its end too.
        let find_ended = |code, reasons| world.visible_even_ended(code, context, reasons);
        match self {
            Self::Initiate { operation, title, lead, classification, handling, releasable_to } => {
                check_initiation(world, operation, lead, releasable_to, context, reasons)?;
                Ok(vec![Event::Operation(OperationEvent::OperationInitiated {
                    operation: operation.clone(),
                    title: title.clone(),
                    lead: lead.clone(),
                    classification: *classification,
                    releasable_to: releasable_to.clone(),
                    handling: *handling,
                })])
            }
            Self::IssueWarningOrder { operation, text } => {
                let (operation, reasons) = find(operation, reasons)?;
                issue_warning_order(operation, text.as_ref(), context, reasons)
            }
            Self::RecordLegalBasis { operation, instruments } => {
                let (operation, reasons) = find(operation, reasons)?;
                record_legal_basis(operation, instruments, context, reasons)
            }
            Self::MarkReleasability { operation, item, release } => {
                let (operation, reasons) = find_ended(operation, reasons)?;
                marking::mark(world, operation, item.as_ref(), release, context, reasons)
            }
            Self::SetHHour { operation, at } => {
                let (operation, reasons) = find(operation, reasons)?;
                set_h_hour(world, operation, *at, context, reasons)
            }
            Self::ShiftHHour { operation, to, reason } => {
                let (operation, reasons) = find(operation, reasons)?;
                shift_h_hour(world, operation, *to, reason, context, reasons)
            }
            Self::Activate { operation } => {
                let (operation, reasons) = find(operation, reasons)?;
                activate(world, operation, context, reasons)
            }
            Self::Pause { operation, reason } => {
                let (operation, reasons) = find(operation, reasons)?;
                ending::pause(operation, reason, context, reasons)
            }
            Self::Resume { operation } => {
                let (operation, reasons) = find(operation, reasons)?;
                ending::resume(operation, context, reasons)
            }
            Self::Close { operation } => {
                let (operation, reasons) = find_ended(operation, reasons)?;
                ending::close(operation, context, reasons)
            }
            Self::Terminate { operation, reason } => {
                let (operation, reasons) = find_ended(operation, reasons)?;
                ending::terminate(operation, reason, context, reasons)
            }
            Self::RecordDecision { operation, decision } => {
                let (operation, reasons) = find_ended(operation, reasons)?;
                logging::record(world, operation, decision, context, reasons)
            }
            Self::FindDeconflictionConflict { operation, other, period, areas, tasks } => {
                let (operation, reasons) = find_ended(operation, reasons)?;
                let clash = logging::Clash { other, period: *period, areas, tasks };
                logging::find(world, operation, &clash, context, reasons)
            }
            Self::ClearDeconfliction { operation, number, resolution } => {
                let (operation, reasons) = find_ended(operation, reasons)?;
                logging::clear(operation, *number, resolution, context, reasons)
            }
        }
    }
}

fn check_initiation(
    world: &World,
    code: &OperationCode,
    lead: &PartnerCode,
    releasable_to: &BTreeSet<PartnerCode>,
    context: &Context<'_>,
    mut reasons: Reasons,
) -> Result<(), Rejection> {
    world.need([Subject::Coalition, Subject::Operation(code.clone())])?;
    if !context.administers() {
        context.require_of(lead, STAFF)?;
    }
    reasons.check(world.operation(code)?.is_none(), RefusalCode::AlreadyExists, "code", || {
        format!("The code {code} is taken.")
    });
    let coalition = world.coalition()?;
    reasons.check(coalition.takes_tasks(lead), RefusalCode::TakesNoTasks, "leadPartner", || {
        format!("{lead} has not acceded, so it cannot lead an operation.")
    });
    marking::check_partners(coalition, releasable_to, "releasableTo", &mut reasons);
    reasons.or(())
}

fn issue_warning_order(
    operation: &Operation,
    text: Option<&Prose>,
    context: &Context<'_>,
    mut reasons: Reasons,
) -> Result<Vec<Event>, Rejection> {
    if !context.administers() {
        context.require_of(&operation.lead, STAFF)?;
    }
    reasons.check(operation.warning_order_at.is_none(), RefusalCode::AlreadyExists, "", || {
        "The warning order has been issued.".to_owned()
    });
    reasons.check(operation.activated_at.is_none(), RefusalCode::WrongState, "", || {
        format!("{} is {}.", operation.code, operation.status())
    });
    reasons.or(vec![Event::Operation(OperationEvent::WarningOrderIssued {
        operation: operation.code.clone(),
        text: text.cloned(),
    })])
}

fn record_legal_basis(
    operation: &Operation,
    instruments: &[Title],
    context: &Context<'_>,
    mut reasons: Reasons,
) -> Result<Vec<Event>, Rejection> {
    context.require_of(&operation.lead, STAFF)?;
    if operation.legal_basis == *instruments {
        return reasons.or(Vec::new());
    }
    reasons.check(!instruments.is_empty(), RefusalCode::InvalidValue, "instruments", || {
        "Name at least one instrument.".to_owned()
    });
    reasons.or(vec![Event::Operation(OperationEvent::LegalBasisRecorded {
        operation: operation.code.clone(),
        instruments: instruments.to_vec(),
    })])
}

fn set_h_hour(
    world: &World,
    operation: &Operation,
    at: Instant,
    context: &Context<'_>,
    mut reasons: Reasons,
) -> Result<Vec<Event>, Rejection> {
    context.require_of(&operation.lead, &[Role::Commander])?;
    if operation.h_hour == Some(at) {
        return reasons.or(Vec::new());
    }
    reasons.check(operation.h_hour.is_none(), RefusalCode::WrongState, "at", || {
        "H-hour is set: shift it, with a reason.".to_owned()
    });
    gates::check_window(operation, at, "at", &mut reasons);
    let (calendars, retimed) = assignment::decide::retime(world, operation, at, "at", &mut reasons)?;
    let set = OperationEvent::HHourSet { operation: operation.code.clone(), at, calendars };
    reasons.or([Event::Operation(set)].into_iter().chain(retimed).collect())
}

fn shift_h_hour(
    world: &World,
    operation: &Operation,
    to: Instant,
    reason: &Prose,
    context: &Context<'_>,
    mut reasons: Reasons,
) -> Result<Vec<Event>, Rejection> {
    context.require_of(&operation.lead, &[Role::Commander])?;
    if operation.h_hour == Some(to) {
        return reasons.or(Vec::new());
    }
    gates::check_shift(operation, to, "to", &mut reasons);
    let (calendars, retimed) = assignment::decide::retime(world, operation, to, "to", &mut reasons)?;
    let (operation, reason) = (operation.code.clone(), reason.clone());
    let shifted = OperationEvent::HHourShifted { operation, to, reason, calendars };
    reasons.or([Event::Operation(shifted)].into_iter().chain(retimed).collect())
}

fn activate(
    world: &World,
    operation: &Operation,
    context: &Context<'_>,
    mut reasons: Reasons,
) -> Result<Vec<Event>, Rejection> {
    context.require_of(&operation.lead, &[Role::Commander])?;
    if operation.activated_at.is_some() {
        return reasons.or(Vec::new());
    }
    reasons.check(operation.h_hour.is_some(), RefusalCode::HhourNotSet, "", || {
        "H-hour has not been set.".to_owned()
    });
    match operation.plan.version_in_force() {
        Some(version) => {
            gates::check_runs(version, &mut reasons);
            world.coalition()?.check_liaison(version.leads(), "", &mut reasons);
            gates::check_conditions(operation, version, GATE_ACTIVATION, "", &mut reasons);
        }
        None => reasons.add(RefusalCode::PlanNotInForce, "", "No plan has been promulgated."),
    }
    reasons
        .or(vec![Event::Operation(OperationEvent::OperationActivated { operation: operation.code.clone() })])
}
