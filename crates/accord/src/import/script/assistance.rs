//! How many persons were received and helped: counted for the operation's lead.

use super::Script;
use crate::{
    import::{
        actors::holder,
        error::ImportError,
        fit::{fit, fit_if, unfit},
        steps::Step,
    },
    scenario::{
        Moment,
        model::assistance::{AssistanceEntry, AssistanceEvent, Tally},
    },
};
use domain::{
    Actor, Command, Role,
    assistance::{
        AssistanceCommand, Correction, CorrectionReason, Figure, LateReason, NationalityCount, OutcomeCount,
    },
};

const REPORTS: &str = "assistance.reports";
const FINAL: &str = "assistance.final";

impl Script<'_> {
    pub fn count_persons(
        &mut self,
        at: Moment<'_>,
        index: usize,
        entry: &AssistanceEntry,
    ) -> Result<(), ImportError> {
        let operation = self.operation.clone();
        let (corrects, command) = match &entry.event {
            AssistanceEvent::PersonsReceived { incident } => {
                let incident = fit_if(REPORTS, incident.as_deref())?;
                (None, AssistanceCommand::Receive { operation, count: entry.persons, place: None, incident })
            }
            AssistanceEvent::FigureCorrected { corrects, .. } => {
                let corrected = usize::try_from(*corrects).unwrap_or(index);
                // The reason is a sentence, and only codes are kept: which one, the counts say.
                let before = self.scenario.assistance.iter().filter_map(|told| told.reports.get(corrected));
                let fewer = before.into_iter().any(|before| entry.persons < before.persons);
                let reason =
                    if fewer { CorrectionReason::CountedByMistake } else { CorrectionReason::Missed };
                let correction = Correction {
                    claim: self.claim_of(corrected)?,
                    figure: None,
                    nationality: None,
                    count: entry.persons,
                    reason,
                };
                (Some(corrected), AssistanceCommand::Correct { operation, correction })
            }
        };
        self.counted.push(corrects);
        let name = format!("{} {}", entry.event.name(), entry.persons);
        self.count(at, &name, command)
    }

    /// The number of the claim that says now what a report said first.
    fn claim_of(&self, report: usize) -> Result<u32, ImportError> {
        let corrected = self.counted.iter().rposition(|corrects| *corrects == Some(report));
        let number = corrected.unwrap_or(report) + 1;
        u32::try_from(number).map_err(|_| unfit(REPORTS, &report.to_string(), "is the index of no report"))
    }

    pub fn tally_screening(&mut self, at: Moment<'_>, tally: &Tally) -> Result<(), ImportError> {
        let command = AssistanceCommand::Screen {
            operation: self.operation.clone(),
            presumed: tally.screened.presumed,
            not_presumed: tally.screened.not_presumed,
            minors: Some(tally.minors),
        };
        self.count(at, "TallyScreening", command)
    }

    pub fn tally_identification(&mut self, at: Moment<'_>, tally: &Tally) -> Result<(), ImportError> {
        let identified = tally.identified_by_nationality.iter();
        let identified = identified.map(|(nationality, count)| {
            Ok(NationalityCount { nationality: fit(FINAL, nationality)?, count: *count })
        });
        let command = AssistanceCommand::Identify {
            operation: self.operation.clone(),
            identified: identified.collect::<Result<_, ImportError>>()?,
            not_identified: tally.identified.not_identified,
            undetermined: tally.identified.undetermined,
        };
        self.count(at, "TallyIdentification", command)
    }

    pub fn tally_outcomes(&mut self, at: Moment<'_>, tally: &Tally) -> Result<(), ImportError> {
        let outcome = |name: &str| {
            let known = Figure::OUTCOMES.into_iter();
            let mut known = known.filter(|outcome| outcome.to_string().eq_ignore_ascii_case(name));
            known.next().ok_or_else(|| unfit(FINAL, name, "is nothing that becomes of persons"))
        };
        let outcomes = tally.outcomes.iter();
        let outcomes =
            outcomes.map(|(name, count)| Ok(OutcomeCount { outcome: outcome(name)?, count: *count }));
        let command = AssistanceCommand::TallyOutcomes {
            operation: self.operation.clone(),
            outcomes: outcomes.collect::<Result<_, ImportError>>()?,
            punished: Some(tally.punished_for_compelled_acts),
        };
        self.count(at, "TallyOutcomes", command)
    }

    fn count(&mut self, at: Moment<'_>, name: &str, command: AssistanceCommand) -> Result<(), ImportError> {
        let actor = self.counter()?;
        self.add(at.recorded, name, actor, Command::Assistance(command));
        // A code, as of all that is said of persons.
        if let Some(step) = self.steps.last_mut() {
            let reason = LateReason::ReceivedLate.to_string();
            step.late_reason = Step::late_reason(at.recorded, at.occurred, Some(&reason));
        }
        Ok(())
    }

    /// The lead's first officer in the sample of the watch, else its liaison officer.
    fn counter(&self) -> Result<Actor, ImportError> {
        let lead = &self.scenario.operation.lead_partner;
        let on_watch = self.scenario.watch_sample.iter().flat_map(|shift| &shift.on);
        let of_lead = on_watch.filter_map(|code| {
            self.scenario.posts.iter().find(|post| post.id == *code && post.partner == *lead)
        });
        let post = of_lead.into_iter().next().or(self.liaison(lead)).or(self.director(lead));
        let post = post.ok_or_else(|| unfit(REPORTS, lead, "has no post that counts"))?;
        holder(post, Role::Watch)
    }
}
