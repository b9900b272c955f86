//! Which rule judges which command on a plan.

use super::{
    deciding::{self, Attached},
    drafting::{self, open},
    frago, importing,
};
use crate::{Context, Event, Reasons, Rejection, World, plan::PlanCommand};

pub(crate) fn decide(
    world: &World,
    command: &PlanCommand,
    context: &Context<'_>,
    reasons: Reasons,
) -> Result<Vec<Event>, Rejection> {
    match command {
        PlanCommand::Draft { operation, sections } => {
            drafting::draft(world, operation, sections, context, reasons)
        }
        PlanCommand::ReviseSection { operation, section } => {
            drafting::revise_section(open(world, operation, context, reasons)?, section)
        }
        PlanCommand::AddPhase { operation, phase } => {
            drafting::add_phase(open(world, operation, context, reasons)?, phase)
        }
        PlanCommand::AddTask { operation, task } => {
            drafting::add_task(open(world, operation, context, reasons)?, task)
        }
        PlanCommand::ImportTasks { operation, tasks, calendars } => {
            importing::import(open(world, operation, context, reasons)?, tasks, calendars.as_deref())
        }
        PlanCommand::ReviseTask { operation, task, revision } => {
            drafting::revise_task(open(world, operation, context, reasons)?, task, revision)
        }
        PlanCommand::SetTaskTerms { operation, task, terms } => {
            drafting::set_task_terms(open(world, operation, context, reasons)?, task, terms)
        }
        PlanCommand::RemoveTask { operation, task } => {
            drafting::remove_task(open(world, operation, context, reasons)?, task)
        }
        PlanCommand::AddDependency { operation, task, dependency } => {
            drafting::add_dependency(open(world, operation, context, reasons)?, task, dependency)
        }
        PlanCommand::RemoveDependency { operation, task, predecessor } => {
            drafting::remove_dependency(open(world, operation, context, reasons)?, task, predecessor)
        }
        PlanCommand::RecordRisk { operation, risk } => {
            drafting::record_risk(open(world, operation, context, reasons)?, risk)
        }
        PlanCommand::AttachAnnex { operation, annex } => {
            drafting::attach_annex(open(world, operation, context, reasons)?, annex, context)
        }
        PlanCommand::Submit { operation } => drafting::submit(world, operation, context, reasons),
        PlanCommand::OpenAmendment { operation, reason } => {
            drafting::amend(world, operation, reason, context, reasons)
        }
        PlanCommand::Recall { operation, reason } => {
            deciding::recall(world, operation, reason, context, reasons)
        }
        PlanCommand::Approve { named, conditions } => {
            deciding::approve(world, named, conditions, context, reasons)
        }
        PlanCommand::Reject { named, reason_code, reason, objects_to } => {
            deciding::reject(world, named, reason_code.as_ref(), reason, objects_to, context, reasons)
        }
        PlanCommand::Consent { named, tasks } => deciding::consent(world, named, tasks, context, reasons),
        PlanCommand::Revoke { operation, number, reason } => {
            deciding::revoke(world, operation, *number, reason, context, reasons)
        }
        PlanCommand::SatisfyCondition { operation, number, partner, condition, evidence } => {
            let attached = Attached { operation, number: *number, partner, condition };
            deciding::satisfy(world, &attached, evidence, context, reasons)
        }
        PlanCommand::WaiveCondition { operation, number, partner, condition, reason } => {
            let attached = Attached { operation, number: *number, partner, condition };
            deciding::waive(world, &attached, reason, context, reasons)
        }
        PlanCommand::Promulgate { operation, number, seen_at } => {
            deciding::promulgate(world, operation, *number, *seen_at, context, reasons)
        }
        PlanCommand::IssueFragmentaryOrder { operation, reason, change } => {
            frago::issue(world, operation, reason, change, context, reasons)
        }
    }
}
