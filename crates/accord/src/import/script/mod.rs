//! The scenario as steps in recorded order: who sends which command when.
//!
//! Nothing here asks the rules or reads a log: whether a step is allowed is the engine's to say.

mod assignment;
mod assistance;
mod centre;
mod coalition;
mod contribution;
mod decision;
mod execution;
mod incident;
mod operation;
mod outcome;
mod plan;
mod request;
mod review;
mod senders;
mod sitrep;
mod watch;

use super::{
    actors::service,
    claimed::Claimed,
    error::ImportError,
    fit::fit,
    steps::{Act, Step},
};
use crate::scenario::{
    Happening, Moment,
    model::{
        Scenario,
        coalition::Post,
        operation::Deconfliction,
        timeline::{GovernanceEvent, TimelineEntry},
        values::Instant,
    },
};
use domain::{Actor, Command, OperationCode, Position, coalition::CoalitionCommand};
use std::collections::{BTreeMap, BTreeSet};

/// The steps, and the governance events that this build leaves out, because it has no command for them: no
/// step needs what they would do. The exercise is declared with the first of all, or at `until` when that is
/// earlier, so that a history that stops before it begins is an exercise all the same.
pub fn write(
    scenario: &Scenario,
    until: Option<Instant>,
) -> Result<(Vec<Step>, Vec<&TimelineEntry>), ImportError> {
    let moments = scenario.moments();
    let mut script = Script {
        scenario,
        operation: fit("operation.id", &scenario.operation.id)?,
        held: BTreeSet::new(),
        tasks: BTreeSet::new(),
        assessed: 0,
        bound: BTreeMap::new(),
        in_force: None,
        claimed: BTreeMap::new(),
        outcomes: BTreeMap::new(),
        clashes: Vec::new(),
        shifts: Vec::new(),
        sitreps: BTreeMap::new(),
        counted: Vec::new(),
        decided: Vec::new(),
        steps: Vec::new(),
        left: Vec::new(),
    };
    if let Some(first) = moments.first().map(|moment| moment.recorded) {
        let at = until.map_or(first, |until| until.min(first));
        let title = fit("meta.title", &scenario.meta.title)?;
        let declare = Command::Coalition(CoalitionCommand::DeclareExercise { title });
        script.add(at, "DeclareExercise", service(), declare);
    }
    for moment in moments {
        script.moment(moment)?;
    }
    script.contributions()?;
    // Stable: what a moment has drawn after it stays behind the moments of the same instant.
    script.steps.sort_by_key(|step| step.recorded);
    Ok((script.steps, script.left))
}

struct Script<'a> {
    scenario: &'a Scenario,
    operation: OperationCode,
    /// Posts taken so far.
    held: BTreeSet<&'a str>,
    /// Tasks of the draft so far.
    tasks: BTreeSet<&'a str>,
    /// Sites assessed so far.
    assessed: usize,
    /// The post that is bound to each task so far.
    bound: BTreeMap<String, &'a Post>,
    /// The version that is in force so far.
    in_force: Option<u32>,
    /// What was claimed of each task so far.
    claimed: BTreeMap<&'a str, Claimed>,
    /// How much was said of each outcome so far: the number of its last claim.
    outcomes: BTreeMap<&'a str, u32>,
    /// Clashes with other operations that were found so far; their numbers count from 1.
    clashes: Vec<&'a Deconfliction>,
    /// Beginnings of the shifts that were rostered so far; their numbers count from 1.
    shifts: Vec<Instant>,
    /// SITREPs so far, by their ids in the file: the number of each, and which correction of it.
    sitreps: BTreeMap<&'a str, (u32, Option<u32>)>,
    /// Of each report of persons so far the report that it puts right, by its index: its claim's number counts from 1.
    counted: Vec<Option<usize>>,
    /// Decision points that were settled so far, each as often as somebody did, with the version that had them; entries of
    /// the log are counted from 1.
    decided: Vec<(String, Option<u32>)>,
    steps: Vec<Step>,
    left: Vec<&'a TimelineEntry>,
}

impl<'a> Script<'a> {
    fn add(&mut self, at: Instant, name: &str, actor: Actor, command: Command) {
        let (name, act) = (name.to_owned(), Act::Run(Box::new(command)));
        self.steps.push(Step { recorded: at, occurred: at, actor, late_reason: None, name, act });
    }

    /// The same with what its actor has seen.
    fn add_seeing(
        &mut self,
        at: Instant,
        name: &str,
        actor: Actor,
        command: impl Fn(Position) -> Command + Send + Sync + 'static,
    ) {
        let (name, act) = (name.to_owned(), Act::Seeing(Box::new(command)));
        self.steps.push(Step { recorded: at, occurred: at, actor, late_reason: None, name, act });
    }

    fn moment(&mut self, moment: Moment<'a>) -> Result<(), ImportError> {
        let before = self.steps.len();
        let mut note = None;
        match moment.what {
            Happening::PostEstablished(post) => self.establish_post(moment.recorded, post)?,
            Happening::Nominated(post) => self.nominate(moment.recorded, post)?,
            Happening::NominationAccepted(post) => self.accept_nomination(moment.recorded, post)?,
            Happening::TookPost(post) => self.take_post(moment.recorded, post)?,
            Happening::Expansion(entry) => self.expansion(moment.recorded, entry)?,
            Happening::TaskStarted(actual) => self.start_task(moment.recorded, actual)?,
            Happening::TaskCompleted(actual) => self.complete_task(moment.recorded, actual)?,
            Happening::TaskCorrected(actual, corrected) => {
                self.correct_task(moment.recorded, actual, corrected)?;
            }
            Happening::TaskReported(report) => self.report_task(moment.recorded, report)?,
            Happening::Incident(entry) => self.incident(entry)?,
            Happening::RequestIssued(request) => self.issue_request(moment.recorded, request)?,
            Happening::RequestAcknowledged(request) => self.acknowledge_request(moment.recorded, request)?,
            Happening::RequestFulfilled(request) => self.fulfil_request(moment.recorded, request)?,
            Happening::RequestDeclined(request) => self.decline_request(moment.recorded, request)?,
            Happening::RequestWithdrawn(request) => self.withdraw_request(moment.recorded, request)?,
            Happening::OutcomeRecorded(outcome) => self.record_outcome(moment.recorded, outcome)?,
            Happening::OutcomeCorrected(outcome, correction) => {
                self.correct_outcome(moment.recorded, outcome, correction)?;
            }
            Happening::ShiftRostered(shift) => self.roster_shift(moment.recorded, shift)?,
            Happening::WatchAssumed(shift, post) => self.assume_watch(moment.recorded, shift, post)?,
            Happening::WatchHandedOver(before, shift) => {
                self.hand_over_watch(moment.recorded, before, shift)?;
            }
            Happening::Sitrep(told) => self.sitrep(moment.recorded, told)?,
            Happening::PersonsCounted(index, entry) => self.count_persons(moment, index, entry)?,
            Happening::PersonsScreened(tally) => self.tally_screening(moment, tally)?,
            Happening::PersonsIdentified(tally) => self.tally_identification(moment, tally)?,
            Happening::OutcomesTallied(tally) => self.tally_outcomes(moment, tally)?,
            Happening::Timeline(entry) => {
                note = entry.note.as_deref();
                if !self.timeline(entry)? {
                    self.left.push(entry);
                }
            }
        }
        // The moment's own steps; what follows from them happened when it was recorded.
        for step in self.steps[before..].iter_mut().filter(|step| step.recorded == moment.recorded) {
            step.occurred = moment.occurred;
            let late_reason = || Step::late_reason(step.recorded, step.occurred, note);
            step.late_reason = step.late_reason.take().or_else(late_reason);
        }
        Ok(())
    }

    /// False when this build leaves the entry for later.
    fn timeline(&mut self, entry: &'a TimelineEntry) -> Result<bool, ImportError> {
        match &entry.event {
            GovernanceEvent::PartnerAcceded {} => self.accede(entry)?,
            GovernanceEvent::PartnerSuspended {}
            | GovernanceEvent::PartnerReinstated {}
            | GovernanceEvent::PartnerWithdrew {} => self.change_standing(entry)?,
            GovernanceEvent::CentreProposed {} => self.propose_centre(entry)?,
            GovernanceEvent::SiteSelected {} => self.select_site(entry)?,
            GovernanceEvent::CentreEstablished {} => self.establish_centre(entry)?,
            GovernanceEvent::CentreActivated {} => self.activate_centre(entry)?,
            GovernanceEvent::SiteOptionAssessed { options } => self.assess_sites(entry, *options)?,
            GovernanceEvent::OperationInitiated {} => self.initiate_operation(entry)?,
            GovernanceEvent::WarningOrderIssued {} => self.issue_warning_order(entry)?,
            GovernanceEvent::LegalBasisRecorded {} => self.record_legal_basis(entry)?,
            GovernanceEvent::HHourSet {} => self.set_h_hour(entry)?,
            GovernanceEvent::OperationActivated {} => self.activate_operation(entry)?,
            GovernanceEvent::PhaseStarted { phase } => self.start_phase(entry, phase)?,
            GovernanceEvent::GoNoGoDecided { decision, phase, not_met } => {
                self.decide_go_no_go(entry, *decision, phase.as_deref(), not_met)?;
            }
            GovernanceEvent::DecisionRecorded { decision_point, outcome, .. } => {
                self.record_decision(entry, decision_point, outcome)?;
            }
            GovernanceEvent::DeconflictionConflictFound {} => self.find_clash(entry)?,
            GovernanceEvent::DeconflictionCleared {} => self.clear_clash(entry)?,
            GovernanceEvent::OperationClosed {} => self.close_operation(entry)?,
            GovernanceEvent::FragmentaryOrderIssued { order } => {
                self.issue_fragmentary_order(entry, order)?;
            }
            GovernanceEvent::PlanDrafted {} => self.draft_plan(entry)?,
            GovernanceEvent::PlanVersionSubmitted { version } => self.submit(entry, *version)?,
            GovernanceEvent::PlanVersionApproved { version }
            | GovernanceEvent::PlanVersionApprovedWithConditions { version }
            | GovernanceEvent::PlanVersionRejected { version }
            | GovernanceEvent::TerritorialConsentGiven { version } => self.decide(entry, *version)?,
            GovernanceEvent::AmendmentOpened { version } => self.open_amendment(entry, *version)?,
            GovernanceEvent::TaskRevised { task } => self.revise_task(entry, task)?,
            GovernanceEvent::TaskAddedToPlan { task } => self.add_in_amendment(entry, task)?,
            GovernanceEvent::PlanPromulgated { version } => self.promulgate(entry, *version)?,
            GovernanceEvent::ApprovalConditionSatisfied { condition } => {
                self.satisfy_condition(entry, condition)?;
            }
            // Said by the order, by the submission, and by the posts' own moments.
            GovernanceEvent::HHourShifted { .. }
            | GovernanceEvent::PlanVersionSuperseded { .. }
            | GovernanceEvent::OfficerNominated {} => {}
            // Found by the clock, where the sample of the watch has it.
            GovernanceEvent::WatchGapDetected {} => return Ok(self.has_gap()),
            GovernanceEvent::ReviewOpened {} => self.open_review(entry)?,
            GovernanceEvent::ReviewAdopted {} => self.adopt_review(entry)?,
        }
        Ok(true)
    }
}
