//! Reviews: commands as their senders would say them, and stories that have come so far.

use super::{Ask, Story, carrying::active, instant, of, saphan::*};
use domain::{
    Actor, Command, Instant, Position, Role,
    release::Matter,
    review::{
        Evidence, Finding, FindingCode, FindingKind, NewFinding, Question, Remedy, Review, ReviewCommand,
    },
};

/// An officer who reviews, and has no other role.
pub fn reviewer(post: &str) -> Actor {
    post_as(post, [Role::Reviewer])
}

pub fn reviewing(command: ReviewCommand) -> Ask {
    Box::new(|_| Command::Review(command))
}

/// Until when these stories want something done.
pub fn due() -> Instant {
    instant("2024-01-01T00:00:00+07:00")
}

pub fn open_review() -> Ask {
    reviewing(ReviewCommand::Open { operation: saphan() })
}

pub fn answer(question: Question, answer: &str) -> Ask {
    reviewing(ReviewCommand::Answer { operation: saphan(), question, answer: of(answer) })
}

pub fn observe(text: &str) -> Ask {
    reviewing(ReviewCommand::Observe { operation: saphan(), text: of(text) })
}

pub fn of_task(task: &str) -> Evidence {
    Evidence::Task { task: of(task) }
}

pub fn of_incident(incident: &str) -> Evidence {
    Evidence::Matter(Matter::Incident(of(incident)))
}

/// Cause and remedy are not known.
pub fn seen(code: &str, evidence: Vec<Evidence>) -> NewFinding {
    NewFinding {
        code: of(code),
        kind: FindingKind::Improve,
        observation: of("The start was late"),
        discussion: None,
        conclusion: None,
        recommendation: None,
        owner: None,
        due: None,
        evidence,
    }
}

/// Both are.
pub fn lesson(code: &str, evidence: Vec<Evidence>) -> NewFinding {
    NewFinding {
        conclusion: Some(of("Nobody had the keys")),
        recommendation: Some(of("Hand keys over with the watch")),
        ..seen(code, evidence)
    }
}

pub fn record_finding(finding: NewFinding) -> Ask {
    reviewing(ReviewCommand::RecordFinding { operation: saphan(), finding: Box::new(finding) })
}

pub fn recommend(finding: &str, recommendation: &str, owner: Option<&str>) -> Ask {
    let remedy = Remedy {
        conclusion: of("Nobody had the keys"),
        recommendation: of(recommendation),
        owner: owner.map(of),
        due: None,
    };
    reviewing(ReviewCommand::Recommend { operation: saphan(), finding: of(finding), remedy })
}

pub fn link(finding: &str, evidence: Vec<Evidence>) -> Ask {
    reviewing(ReviewCommand::LinkEvidence { operation: saphan(), finding: of(finding), evidence })
}

pub fn assign_action_until(finding: &str, post: &str, due: Instant) -> Ask {
    let (finding, post) = (of(finding), of(post));
    reviewing(ReviewCommand::AssignAction { operation: saphan(), finding, post, due })
}

pub fn assign_action(finding: &str, post: &str) -> Ask {
    assign_action_until(finding, post, due())
}

pub fn complete_action(finding: &str) -> Ask {
    let note = of("The keys hang in the watch room");
    reviewing(ReviewCommand::CompleteAction { operation: saphan(), finding: of(finding), note })
}

pub fn validate(finding: &str, accepted: bool) -> Ask {
    let finding = of(finding);
    reviewing(ReviewCommand::ValidateLesson { operation: saphan(), finding, accepted, note: None })
}

/// As its author sees it now.
pub fn adopt() -> Ask {
    Box::new(|story| Command::Review(ReviewCommand::Adopt { operation: saphan(), seen_at: story.head() }))
}

pub fn adopt_seeing(seen_at: Position) -> Ask {
    reviewing(ReviewCommand::Adopt { operation: saphan(), seen_at })
}

/// The operation is active, and its review open.
pub fn under_review() -> Story {
    active().when(reviewer("THA-01"), open_review()).accepted()
}

/// Its questions are answered.
pub fn answered() -> Story {
    let questions = [Question::Planned, Question::Happened, Question::Why, Question::Next];
    questions.into_iter().fold(under_review(), |story, question| {
        story.when(reviewer("THA-01"), answer(question, "As the log has it")).accepted()
    })
}

/// A lesson is identified, with T16 as evidence.
pub fn identified() -> Story {
    let finding = lesson("F1", vec![of_task("T16")]);
    under_review().when(reviewer("THA-01"), record_finding(finding)).accepted()
}

pub fn review(story: &Story) -> Review {
    story.operation("SAPHAN").review.expect("the review was opened")
}

pub fn finding(story: &Story, code: &str) -> Finding {
    let known = review(story).findings.get(&of::<FindingCode>(code)).cloned();
    known.unwrap_or_else(|| panic!("{code} was not recorded")).as_ref().clone()
}
