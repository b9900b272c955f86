//! Which rule judges which command on a plan. The rules are in the files that are named here.

use super::{
    approval::{self, Attached},
    drafting::{self, open},
    frago, importing,
};
use crate::{Context, Event, OperationCode, Reasons, Rejection, World, command::Decide, plan::PlanCommand};

impl Decide for PlanCommand {
    fn operation(&self) -> Option<&OperationCode> {
        Some(PlanCommand::operation(self))
    }

    fn decide(
        &self,
        world: &World,
        context: &Context<'_>,
        reasons: Reasons,
    ) -> Result<Vec<Event>, Rejection> {
        match self {
            Self::Draft { operation, sections } => {
                drafting::draft(world, operation, sections, context, reasons)
            }
            Self::ReviseSection { operation, section } => {
                drafting::revise_section(open(world, operation, context, reasons)?, section, context)
            }
            Self::AddPhase { operation, phase } => {
                drafting::add_phase(open(world, operation, context, reasons)?, phase)
            }
            Self::AddTask { operation, task, release } => {
                let draft = open(world, operation, context, reasons)?;
                drafting::add_task(draft, task, release.as_ref(), context)
            }
            Self::ImportTasks { operation, tasks, calendars } => {
                let draft = open(world, operation, context, reasons)?;
                importing::import(draft, tasks, calendars.as_deref(), context)
            }
            Self::ReviseTask { operation, task, revision } => {
                drafting::revise_task(open(world, operation, context, reasons)?, task, revision)
            }
            Self::SetTaskTerms { operation, task, terms, keeping } => {
                drafting::set_task_terms(open(world, operation, context, reasons)?, task, terms, keeping)
            }
            Self::RemoveTask { operation, task } => {
                drafting::remove_task(open(world, operation, context, reasons)?, task)
            }
            Self::AddDependency { operation, task, dependency } => {
                drafting::add_dependency(open(world, operation, context, reasons)?, task, dependency)
            }
            Self::RemoveDependency { operation, task, predecessor } => {
                drafting::remove_dependency(open(world, operation, context, reasons)?, task, predecessor)
            }
            Self::RecordRisk { operation, risk } => {
                drafting::record_risk(open(world, operation, context, reasons)?, risk)
            }
            Self::AttachAnnex { operation, annex } => {
                drafting::attach_annex(open(world, operation, context, reasons)?, annex, context)
            }
            Self::Submit { operation } => drafting::submit(world, operation, context, reasons),
            Self::OpenAmendment { operation, reason, release } => {
                drafting::amend(world, operation, reason, release.as_ref(), context, reasons)
            }
            Self::Recall { operation, reason } => {
                approval::recall(world, operation, reason, context, reasons)
            }
            Self::Approve { named, conditions } => {
                approval::approve(world, named, conditions, context, reasons)
            }
            Self::Reject { named, reason_code, reason, objects_to } => {
                approval::reject(world, named, reason_code.as_ref(), reason, objects_to, context, reasons)
            }
            Self::Consent { named, tasks } => approval::consent(world, named, tasks, context, reasons),
            Self::Revoke { operation, number, reason } => {
                approval::revoke(world, operation, *number, reason, context, reasons)
            }
            Self::ConfirmDecision { operation, number } => {
                approval::confirm(world, operation, *number, context, reasons)
            }
            Self::SatisfyCondition { operation, number, partner, condition, evidence } => {
                let attached = Attached { operation, number: *number, partner, condition };
                approval::satisfy(world, &attached, evidence, context, reasons)
            }
            Self::ProposeSatisfaction { operation, number, partner, condition, evidence } => {
                let attached = Attached { operation, number: *number, partner, condition };
                approval::propose(world, &attached, evidence, context, reasons)
            }
            Self::ContestCondition { operation, number, partner, condition, reason } => {
                let attached = Attached { operation, number: *number, partner, condition };
                approval::contest(world, &attached, reason, context, reasons)
            }
            Self::WaiveCondition { operation, number, partner, condition, reason } => {
                let attached = Attached { operation, number: *number, partner, condition };
                approval::waive(world, &attached, reason, context, reasons)
            }
            Self::Promulgate { operation, number, seen_at } => {
                approval::promulgate(world, operation, *number, *seen_at, context, reasons)
            }
            Self::Withdraw { operation, reason } => {
                approval::withdraw(world, operation, reason, context, reasons)
            }
            Self::ShareDraft { operation, with } => drafting::share(world, operation, with, context, reasons),
            Self::IssueFragmentaryOrder { operation, reason, change } => {
                frago::issue(world, operation, reason, change, context, reasons)
            }
        }
    }
}
