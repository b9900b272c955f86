//! Counts of persons: commands as their senders would say them.

use super::{Ask, Story, of, saphan::*};
use domain::{
    Command, PartnerCode,
    assistance::{
        Assistance, AssistanceCommand, Correction, CorrectionReason, Figure, NationalityCount, OutcomeCount,
    },
};

pub fn assisting(command: AssistanceCommand) -> Ask {
    Box::new(|_| Command::Assistance(command))
}

pub fn receive(count: u32) -> Ask {
    receive_at(count, None)
}

pub fn receive_at(count: u32, place: Option<&str>) -> Ask {
    let place = place.map(of);
    assisting(AssistanceCommand::Receive { operation: saphan(), count, place, incident: None })
}

pub fn screen(presumed: u32, not_presumed: u32, minors: Option<u32>) -> Ask {
    assisting(AssistanceCommand::Screen { operation: saphan(), presumed, not_presumed, minors })
}

pub fn identify(identified: &[(&str, u32)], not_identified: u32, undetermined: u32) -> Ask {
    let from =
        |(nationality, count): &(&str, u32)| NationalityCount { nationality: of(nationality), count: *count };
    let identified = identified.iter().map(from).collect();
    assisting(AssistanceCommand::Identify { operation: saphan(), identified, not_identified, undetermined })
}

pub fn outcomes(outcomes: &[(Figure, u32)], punished: Option<u32>) -> Ask {
    let of = |(outcome, count): &(Figure, u32)| OutcomeCount { outcome: *outcome, count: *count };
    let outcomes = outcomes.iter().map(of).collect();
    assisting(AssistanceCommand::TallyOutcomes { operation: saphan(), outcomes, punished })
}

/// The only count of a claim.
pub fn correct(claim: u32, count: u32) -> Ask {
    correct_cell(claim, None, None, count)
}

pub fn correct_cell(claim: u32, figure: Option<Figure>, nationality: Option<&str>, count: u32) -> Ask {
    let reason = CorrectionReason::CountedByMistake;
    let correction = Correction { claim, figure, nationality: nationality.map(of), count, reason };
    assisting(AssistanceCommand::Correct { operation: saphan(), correction })
}

/// As the log tells it.
pub fn counted_by(story: &Story, authority: &str) -> Assistance {
    let operation = story.operation("SAPHAN");
    let known = operation.assistance.get(&of::<PartnerCode>(authority));
    known.unwrap_or_else(|| panic!("{authority} has counted nobody")).as_ref().clone()
}
