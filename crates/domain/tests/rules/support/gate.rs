//! A plan whose action phase waits for a go, and the words that are given on it.

use super::{Ask, Story, carrying::*, of, saphan::*};
use domain::{
    Command, Event, Position, Span, Title,
    coalition::PostEvent,
    execution::{ExecutionCommand, ExecutionEvent, GoNoGo, Judgement, Word},
    operation::OperationCommand,
    plan::{DecisionPoint, Phase, PlannedTask, Sections},
};

pub const CRITERIA: [&str; 2] = ["Rehearsal complete", "120 places of shelter"];

fn point(code: &str, at: &str, deciders: &[&str]) -> DecisionPoint {
    DecisionPoint {
        code: of(code),
        at: of(at),
        decision: of("Go or not"),
        deciders: deciders.iter().map(|partner| of(partner)).collect(),
        trigger: None,
        ccir: Vec::new(),
    }
}

/// P3 has a gate, at which Thailand, China and Myanmar decide (DP1, at T01). DP2, at T21, is Thailand's.
pub fn gated_sections() -> Sections {
    let phase = |code, gate: Option<&str>| Phase { code: of(code), name: of(code), gate: gate.map(of) };
    Sections {
        phases: vec![phase("P1", None), phase("P3", Some("GO_NO_GO"))],
        go_no_go: CRITERIA.map(of).into(),
        decision_points: vec![point("DP1", "T01", &["THA", "CHN", "MMR"]), point("DP2", "T21", &["THA"])],
        ..sections()
    }
}

/// T01 is of P1; those that wait for it are of P3.
pub fn gated_plan() -> Vec<PlannedTask> {
    let mut tasks = small_plan();
    for planned in tasks.iter_mut().filter(|planned| planned.code.as_str() == "T01") {
        planned.phase = of("P1");
    }
    tasks
}

/// It is active 26 hours before H-hour, two before T01, and no phase was started.
pub fn gated() -> Story {
    gated_by(gated_sections())
}

pub fn gated_by(sections: Sections) -> Story {
    let story = draft_with(sections, gated_plan()).and(officers()).when(tha(), submit()).accepted();
    activated_unopened(approve_by_all(story, 1).when(tha(), promulgate(1)).accepted())
}

/// The plan in force is activated.
pub fn activated_unopened(story: Story) -> Story {
    let story = story.when(tha(), set_h_hour(H_HOUR)).accepted();
    at_minute(story, -26 * 60).when(tha(), activate()).accepted()
}

/// The liaison posts are held by one officer each.
pub fn officers() -> Vec<Event> {
    let took = |(post, number)| PostEvent::OfficerTookPost { post: of(post), officer: officer(number) };
    let posts = [("THA-02", 11), ("CHN-01", 12), ("MMR-01", 13), ("LAO-01", 14)];
    posts.into_iter().map(took).map(Event::from).collect()
}

pub fn titles(texts: &[&str]) -> Vec<Title> {
    texts.iter().map(|text| of(text)).collect()
}

pub fn judged(unmet: &[&str]) -> Vec<Judgement> {
    let judge = |text: &str| Judgement { criterion: of(text), met: !unmet.contains(&text), note: None };
    CRITERIA.map(judge).into()
}

/// A word on P3, on what is seen just now.
pub fn say(decision: GoNoGo, unmet: &[&str], accepted: &[&str]) -> Ask {
    let (criteria, accepted_risks) = (judged(unmet), titles(accepted));
    bent(move |word| {
        (word.decision, word.criteria, word.accepted_risks) = (decision, criteria, accepted_risks);
    })
}

/// Go: everything is met.
pub fn go() -> Ask {
    say(GoNoGo::Go, &[], &[])
}

pub fn no_go() -> Ask {
    say(GoNoGo::NoGo, &[CRITERIA[0]], &[])
}

/// A go that the test has bent.
pub fn bent(bend: impl FnOnce(&mut Word) + 'static) -> Ask {
    decide_on("P3", bend)
}

pub fn decide_on(phase: &str, bend: impl FnOnce(&mut Word) + 'static) -> Ask {
    let phase = of(phase);
    Box::new(move |story| {
        let seen_at = story.head();
        let mut word =
            Word { decision: GoNoGo::Go, criteria: judged(&[]), accepted_risks: Vec::new(), seen_at };
        bend(&mut word);
        Command::Execution(ExecutionCommand::DecideGoNoGo { operation: saphan(), phase, word })
    })
}

pub fn stated(
    partner: &str,
    decision: GoNoGo,
    unmet: &[&str],
    accepted: &[&str],
    seen_at: Position,
) -> Event {
    Event::Execution(ExecutionEvent::GoNoGoStated {
        operation: saphan(),
        phase: of("P3"),
        number: 1,
        partner: of(partner),
        decision,
        criteria: judged(unmet),
        accepted_risks: titles(accepted),
        seen_at,
    })
}

pub fn decided_on_gate(number: u32, decision: GoNoGo) -> Event {
    let (operation, phase) = (saphan(), of("P3"));
    Event::Execution(ExecutionEvent::GoNoGoDecided { operation, phase, number, decision })
}

/// All three have said go, and the operation has one.
pub fn with_a_go() -> Story {
    gated().when(tha(), go()).accepted().when(chn(), go()).accepted().when(mmr(), go()).accepted()
}

pub fn pause() -> Ask {
    operating(OperationCommand::Pause { operation: saphan(), reason: of("Fighting near the bridge") })
}

pub fn resume() -> Ask {
    operating(OperationCommand::Resume { operation: saphan() })
}

pub fn close() -> Ask {
    operating(OperationCommand::Close { operation: saphan() })
}

pub fn terminate() -> Ask {
    operating(OperationCommand::Terminate { operation: saphan(), reason: of("Both sites were abandoned") })
}

/// Hours and a little more, so that what lies so long before is well before.
pub fn long_before(hours: i64) -> Span {
    Span::seconds(hours * 3_600 + 600)
}
