//! What operations come to: commands as their senders would say them, and stories that have come so far.

use super::{Ask, Story, giving::money, of, saphan::*};
use domain::{
    Command, Instant, OutcomeCode,
    outcome::{Measured, NewOutcome, Outcome, OutcomeCommand, OutcomeKind},
    plan::Objective,
    release::Release,
};

pub fn coming(command: OutcomeCommand) -> Ask {
    Box::new(|_| Command::Outcome(command))
}

/// Such as `9` or `28600000 THB`.
pub fn measured(text: &str) -> Measured {
    if text.contains(' ') { Measured::Value(money(text)) } else { Measured::Count(of(text)) }
}

pub fn so_much(code: &str, kind: OutcomeKind, how_much: &str) -> NewOutcome {
    NewOutcome {
        code: of(code),
        kind,
        title: None,
        measured: measured(how_much),
        source: of("Field unit"),
        objective: None,
        release: None,
    }
}

pub fn record_as(outcome: NewOutcome) -> Ask {
    coming(OutcomeCommand::Record { operation: saphan(), outcome })
}

pub fn record(code: &str, kind: OutcomeKind, how_much: &str) -> Ask {
    record_as(so_much(code, kind, how_much))
}

/// For these partners, besides its owner and the lead.
pub fn record_for(code: &str, how_much: &str, to: &[&str]) -> Ask {
    let release = Some(Release { releasable_to: partners(to), ..Release::default() });
    record_as(NewOutcome { release, ..so_much(code, OutcomeKind::Arrests, how_much) })
}

pub fn towards(code: &str, how_much: &str, objective: &str) -> Ask {
    let outcome = so_much(code, OutcomeKind::SitesClosed, how_much);
    record_as(NewOutcome { objective: Some(of(objective)), ..outcome })
}

/// How much it was, when it was, or both.
pub fn correct(code: &str, claim: u32, how_much: Option<&str>, at: Option<Instant>) -> Ask {
    coming(OutcomeCommand::Correct {
        operation: saphan(),
        outcome: of(code),
        claim,
        measured: how_much.map(measured),
        at,
        reason: of("Counted twice"),
    })
}

/// The small plan in force, with the objective O3.
pub fn aiming() -> Story {
    let mut aims = sections();
    aims.objectives.push(Objective {
        code: of("O3"),
        line_of_effort: of("LOE1"),
        text: of("Sites A and B cease operating"),
        measure: of("sites_closed"),
        target: 2,
    });
    approve_by_all(draft_with(aims, small_plan()).when(tha(), submit()).accepted(), 1)
        .when(tha(), promulgate(1))
        .accepted()
}

/// As the log tells it.
pub fn outcome(story: &Story, code: &str) -> Outcome {
    let operation = story.operation("SAPHAN");
    let known = operation.outcomes.get(&of::<OutcomeCode>(code));
    known.unwrap_or_else(|| panic!("there is no outcome {code}")).as_ref().clone()
}
