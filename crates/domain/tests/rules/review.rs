//! What is learned from an operation: findings that rest on evidence, what is done about them, and whose word that is.

use crate::support::{
    Ask, Story, assisting, carrying::*, coming::record_for, giving::released, instant, matter::*, of,
    reporting::issue_sitrep, reviewing::*, saphan::*,
};
use domain::{
    Command, Event, PartnerCode, Position, RefusalCode, Role, Salt, Span,
    assistance::Figure,
    ids::OperationId,
    operation::{NewRecordedDecision, OperationCommand},
    release::{MarkedItem, Matter, ScopeIds},
    review::{Evidence, FindingId, FindingKind, FindingStatus, NewFinding, Question, ReviewEvent},
};

fn statuses(story: &Story) -> Vec<FindingStatus> {
    review(story).findings.values().map(|finding| finding.status()).collect()
}

#[test]
fn a_review_is_opened_once_there_is_something_to_look_back_on() {
    let opened = ReviewEvent::ReviewOpened { operation: saphan() };
    in_force()
        .when(reviewer("THA-01"), open_review())
        .refused_at([(RefusalCode::WrongState, "operation")])
        .saying("SAPHAN is AUTHORISED: there is nothing to look back on yet.");
    active()
        .when(reviewer("CHN-01"), open_review())
        .forbidden()
        .when(post_as("THA-02", [Role::Planner]), open_review())
        .forbidden()
        .when(post_as("THA-02", [Role::Commander]), open_review())
        .then([opened.clone()])
        .when(reviewer("THA-01"), open_review())
        .unchanged();
    let ended = OperationCommand::Terminate { operation: saphan(), reason: of("No mandate any more") };
    in_force()
        .when(tha(), Box::new(|_| Command::Operation(ended)))
        .accepted()
        .when(reviewer("THA-01"), open_review())
        .then([opened]);
    // Nothing is written before.
    let finding = lesson("F1", vec![of_task("T16")]);
    active()
        .when(reviewer("THA-01"), answer(Question::Why, "Rain"))
        .refused_at([(RefusalCode::WrongState, "operation")])
        .when(chn(), observe("Rain"))
        .refused_at([(RefusalCode::WrongState, "operation")])
        .when(reviewer("THA-01"), record_finding(finding))
        .refused_at([(RefusalCode::WrongState, "operation")])
        .when(chn(), adopt())
        .refused_at([(RefusalCode::WrongState, "operation")]);
}

#[test]
fn an_answer_takes_the_place_of_the_one_before_and_the_log_keeps_both() {
    let told = |answer: &str| ReviewEvent::ReviewQuestionAnswered {
        operation: saphan(),
        question: Question::Why,
        answer: of(answer),
    };
    let story = under_review()
        .when(reviewer("THA-01"), answer(Question::Why, "Rain"))
        .then([told("Rain")])
        .when(reviewer("THA-01"), answer(Question::Why, "Rain"))
        .unchanged()
        .when(reviewer("THA-01"), answer(Question::Why, "Rain, and nobody had the keys"))
        .then([told("Rain, and nobody had the keys")])
        .when(reviewer("CHN-01"), answer(Question::Why, "Wind"))
        .forbidden();
    let answers = review(&story).answers;
    assert_eq!(answers.len(), 1);
    assert_eq!(answers[&Question::Why].text.as_str(), "Rain, and nobody had the keys");
}

#[test]
fn whoever_was_there_says_what_it_saw() {
    let told = |number, partner: &str| ReviewEvent::ObservationRecorded {
        operation: saphan(),
        number,
        partner: of(partner),
        text: of("The gate was shut"),
    };
    under_review()
        .when(watch("LAO-02"), observe("The gate was shut"))
        .then([told(1, "LAO")])
        .when(reviewer("CHN-01"), observe("The gate was shut"))
        .then([told(2, "CHN")])
        .late(Span::hours(47))
        .when(chn(), observe("The gate was shut"))
        .refused_at([(RefusalCode::InvalidValue, "occurredAt")]);
}

#[test]
fn a_finding_rests_on_evidence() {
    let recorded = ReviewEvent::FindingRecorded {
        operation: saphan(),
        finding: of("F1"),
        kind: FindingKind::Improve,
        observation: of("The start was late"),
        discussion: None,
        conclusion: None,
        recommendation: None,
        owner: None,
        due: None,
    };
    let linked = |number, evidence| ReviewEvent::EvidenceLinked {
        operation: saphan(),
        finding: of("F1"),
        number,
        evidence,
    };
    let version = || Evidence::PlanVersion { number: 1 };
    let twice = vec![of_task("T16"), of_task("T16"), version()];
    let story = under_review()
        .when(reviewer("THA-01"), record_finding(seen("F1", Vec::new())))
        .refused_at([(RefusalCode::EvidenceRequired, "evidence")])
        .saying("A finding rests on evidence: name what proves it.")
        .when(reviewer("THA-01"), record_finding(seen("F1", twice)))
        .then([recorded, linked(1, of_task("T16")), linked(2, version())])
        .when(reviewer("THA-01"), link("F1", Vec::new()))
        .refused_at([(RefusalCode::EvidenceRequired, "evidence")])
        .when(reviewer("THA-01"), link("F1", vec![version()]))
        .unchanged()
        .when(reviewer("LAO-02"), link("F1", vec![version(), of_task("T27")]))
        .then([linked(3, of_task("T27"))]);
    assert_eq!(finding(&story, "F1").evidence.len(), 3);
    let hundred = (1..=98).map(|number| Evidence::RecordedDecision { number, version: None }).collect();
    let refused = story.when(reviewer("THA-01"), link("F1", hundred)).rejected();
    assert_eq!(refused.refusals[0].message, "A finding has at most 100 pieces of evidence.");
}

#[test]
fn what_is_not_there_and_what_is_hidden_are_no_evidence() {
    let hidden = ["THA"];
    let story = watched()
        .when(watch("THA-01"), report_as("INC-001", methane(), Some(&hidden)))
        .accepted()
        .when(tha(), record_for("OUT-01", "9", &[]))
        .accepted()
        .and([marked(Some(MarkedItem::Task { task: of("T16"), salt: Salt([7; 16]) }), &["MMR"])])
        .when(reviewer("THA-01"), open_review())
        .accepted();
    let outcome = || Matter::Outcome(of("OUT-01"));
    let claim = |matter, claim| Evidence::MatterClaim { matter, claim };
    let seen_by_lead = || {
        vec![
            of_incident("INC-001"),
            Evidence::Matter(outcome()),
            claim(outcome(), 1),
            of_task("T16"),
            of_task("T01"),
        ]
    };
    let story = story.when(reviewer("THA-01"), record_finding(seen("F1", seen_by_lead()))).accepted();
    // To China the first four are not there; who links them is told no more than of what never was.
    story
        .clone()
        .when(reviewer("CHN-01"), link("F1", seen_by_lead()))
        .refused_at([
            (RefusalCode::NotFound, "evidence.0"),
            (RefusalCode::NotFound, "evidence.1"),
            (RefusalCode::NotFound, "evidence.2"),
            (RefusalCode::NotFound, "evidence.3"),
        ])
        .saying("There is no such evidence.");
    let shift = Evidence::Shift { centre: of("CMCC"), number: 1 };
    let counts = Evidence::Assistance {
        authority: of("THA"),
        figure: Figure::Received,
        valid_at: instant("2023-10-12T12:00:00+07:00"),
    };
    let absent = [
        of_incident("INC-002"),
        Evidence::Matter(Matter::Request(of("RFA-001"))),
        Evidence::Matter(Matter::Contribution(of("K1"))),
        Evidence::Matter(Matter::Sitrep(of("SITREP-01"))),
        claim(outcome(), 2),
        claim(Matter::Incident(of("INC-001")), 9),
        claim(Matter::Request(of("RFA-001")), 1),
        of_task("T99"),
        Evidence::TaskClaim { task: of("T16"), claim: 1 },
        Evidence::AssistanceClaim { authority: of("THA"), claim: 1 },
        Evidence::PlanVersion { number: 2 },
        Evidence::PlanDecision { version: 1, decision: 9 },
        Evidence::RecordedDecision { number: 1, version: None },
        Evidence::GoNoGoWord { phase: of("P3"), number: 1, version: 1 },
        shift,
        counts,
    ];
    for evidence in absent {
        story
            .clone()
            .when(reviewer("THA-01"), link("F1", vec![evidence]))
            .refused_at([(RefusalCode::NotFound, "evidence.0")]);
    }
}

#[test]
fn all_that_the_log_knows_of_an_operation_can_be_evidence() {
    let story = at_minute(watched(), 60)
        .when(watch("THA-01"), report_incident())
        .accepted()
        .when(tha(), issue_sitrep(60))
        .accepted()
        .when(tha(), start("T01"))
        .accepted()
        .when(tha(), decide())
        .accepted()
        .when(tha(), assisting::receive(9))
        .accepted()
        .when(reviewer("THA-01"), open_review())
        .accepted();
    let incident = || Matter::Incident(of("INC-001"));
    let evidence = vec![
        of_incident("INC-001"),
        Evidence::MatterClaim { matter: incident(), claim: 1 },
        Evidence::Matter(Matter::Sitrep(of("SITREP-01"))),
        Evidence::TaskClaim { task: of("T01"), claim: 1 },
        Evidence::PlanVersion { number: 1 },
        Evidence::PlanDecision { version: 1, decision: 1 },
        Evidence::RecordedDecision { number: 1, version: None },
        Evidence::AssistanceClaim { authority: of("THA"), claim: 1 },
        Evidence::Assistance {
            authority: of("THA"),
            figure: Figure::Received,
            valid_at: instant("2023-12-01T00:00:00+07:00"),
        },
    ];
    let count = evidence.len();
    let story = story.when(reviewer("THA-01"), record_finding(lesson("F1", evidence))).accepted();
    assert_eq!(finding(&story, "F1").evidence.len(), count);
}

#[test]
fn each_piece_of_evidence_is_told_for_those_who_see_it() {
    let id = OperationId::of(&saphan());
    let scope_of = |evidence: Evidence| {
        let linked =
            ReviewEvent::EvidenceLinked { operation: saphan(), finding: of("F1"), number: 1, evidence };
        let event = Event::from(linked);
        let scope = event.about().scope();
        let tasks: Vec<String> = scope.tasks.iter().map(ToString::to_string).collect();
        (scope.version, tasks, scope.matters, scope.like.cloned())
    };
    assert_eq!(scope_of(of_task("T16")), (None, vec!["T16".to_owned()], Vec::new(), None));
    let incident = Matter::Incident(of("INC-001")).id(id);
    assert_eq!(scope_of(of_incident("INC-001")), (None, Vec::new(), vec![incident], None));
    let word = Evidence::GoNoGoWord { phase: of("P3"), number: 1, version: 2 };
    assert_eq!(scope_of(word), (Some(2), Vec::new(), Vec::new(), None));
    let scope = ScopeIds { matters: [incident].into(), ..ScopeIds::default() };
    let event = Evidence::Event { event: incident, position: Position(7), scope: scope.clone() };
    assert_eq!(scope_of(event), (None, Vec::new(), Vec::new(), Some(scope)));
}

#[test]
fn all_that_is_wrong_with_a_finding_is_told_at_once() {
    let story = identified();
    let wrong = NewFinding {
        owner: Some(of("VNM-01")),
        due: Some(instant("2023-01-01T00:00:00+07:00")),
        ..lesson("F1", vec![of_task("T99")])
    };
    let refused = story.late(Span::hours(47)).when(reviewer("THA-01"), record_finding(wrong)).refused_at([
        (RefusalCode::InvalidValue, "occurredAt"),
        (RefusalCode::AlreadyExists, "code"),
        (RefusalCode::UnknownReference, "owner"),
        (RefusalCode::InvalidValue, "due"),
        (RefusalCode::NotFound, "evidence.0"),
    ]);
    let id = FindingId::of(OperationId::of(&saphan()), &of("F1"));
    assert_eq!(refused.refusals[1].subject, Some(id.to_string()));
}

#[test]
fn an_observation_becomes_a_lesson_when_cause_and_remedy_are_known() {
    let finding_of = |story: &Story| finding(story, "F1");
    let story =
        under_review().when(reviewer("THA-01"), record_finding(seen("F1", vec![of_task("T16")]))).accepted();
    assert_eq!(statuses(&story), [FindingStatus::Observed]);
    let story = story
        .when(reviewer("THA-01"), assign_action("F1", "CHN-03"))
        .refused_at([(RefusalCode::WrongState, "findingId")])
        .saying("F1 is OBSERVED: it lacks a conclusion or a recommendation.")
        .when(reviewer("THA-01"), recommend("F9", "Hand keys over", None))
        .refused_at([(RefusalCode::NotFound, "findingId")])
        .when(reviewer("THA-01"), recommend("F1", "Hand keys over", Some("CHN-03")))
        .accepted();
    assert_eq!(statuses(&story), [FindingStatus::LessonIdentified]);
    let story = story
        .when(reviewer("THA-01"), recommend("F1", "Hand keys over", None))
        .unchanged()
        .when(reviewer("THA-01"), recommend("F1", "Hand all keys over", None))
        .accepted();
    let known = finding_of(&story);
    assert_eq!(known.recommendation.map(|text| text.to_string()).as_deref(), Some("Hand all keys over"));
    assert_eq!(known.owner, Some(of("CHN-03")));
    // What somebody acts on stays as it was.
    story
        .when(reviewer("THA-01"), assign_action("F1", "CHN-03"))
        .accepted()
        .when(reviewer("THA-01"), recommend("F1", "Leave the gate open", None))
        .refused_at([(RefusalCode::WrongState, "findingId")]);
}

#[test]
fn a_lesson_is_learned_when_another_post_than_the_one_that_acted_has_looked() {
    let due = due();
    let assigned = |post: &str| ReviewEvent::ActionAssigned {
        operation: saphan(),
        finding: of("F1"),
        post: of(post),
        due,
    };
    let story = identified()
        .when(reviewer("THA-01"), complete_action("F1"))
        .forbidden()
        .when(watch("CHN-03"), complete_action("F1"))
        .refused_at([(RefusalCode::WrongState, "findingId")])
        .when(reviewer("THA-01"), validate("F1", true))
        .refused_at([(RefusalCode::WrongState, "findingId")])
        .saying("F1 is LESSON_IDENTIFIED: nobody has acted on it yet.")
        .when(reviewer("THA-01"), assign_action("F1", "MMR-02"))
        .then([assigned("MMR-02")])
        .when(reviewer("THA-01"), assign_action("F1", "MMR-02"))
        .unchanged()
        // Nobody has acted yet, so another may.
        .when(reviewer("THA-01"), assign_action("F1", "CHN-03"))
        .then([assigned("CHN-03")]);
    assert_eq!(statuses(&story), [FindingStatus::ActionAssigned]);
    let story = story.when(watch("MMR-02"), complete_action("F1")).forbidden();
    let story = story
        .when(post("CHN-03"), complete_action("F1"))
        .accepted()
        .when(post("CHN-03"), complete_action("F1"))
        .unchanged();
    assert_eq!(statuses(&story), [FindingStatus::ActionComplete]);
    let learned = |accepted| ReviewEvent::LessonValidated {
        operation: saphan(),
        finding: of("F1"),
        accepted,
        note: None,
    };
    story
        .clone()
        .when(post("CHN-03"), validate("F1", true))
        .refused_at([(RefusalCode::ValidatorNotIndependent, "findingId")])
        .saying("CHN-03 has done this: another post looks at it.");
    let learnt = story
        .clone()
        .when(chn(), validate("F1", true))
        .then([learned(true)])
        .when(chn(), validate("F1", true))
        .unchanged();
    assert_eq!(statuses(&learnt), [FindingStatus::LessonLearned]);
    learnt
        .when(reviewer("THA-01"), assign_action("F1", "CHN-03"))
        .refused_at([(RefusalCode::WrongState, "findingId")])
        .when(chn(), validate("F1", false))
        .refused_at([(RefusalCode::WrongState, "findingId")]);
    // What was done in vain is done anew.
    let in_vain = story.when(reviewer("THA-01"), validate("F1", false)).then([learned(false)]);
    assert_eq!(statuses(&in_vain), [FindingStatus::NotAdopted]);
    let in_vain = in_vain.when(reviewer("THA-01"), recommend("F1", "Leave the gate open", None)).accepted();
    assert_eq!(statuses(&in_vain), [FindingStatus::NotAdopted]);
    let anew = in_vain.when(reviewer("THA-01"), assign_action("F1", "MMR-02")).then([assigned("MMR-02")]);
    assert_eq!(statuses(&anew), [FindingStatus::ActionAssigned]);
}

#[test]
fn who_has_to_act_reads_what_it_acts_on_and_is_given_time() {
    let narrow = OperationCommand::MarkReleasability {
        operation: saphan(),
        item: None,
        release: released(&["CHN", "MMR", "THA"]),
    };
    let story = under_review_of_draft(narrow);
    story
        .when(reviewer("THA-01"), record_finding(lesson("F1", vec![Evidence::PlanVersion { number: 1 }])))
        .accepted()
        .when(reviewer("THA-01"), assign_action("F1", "LAO-02"))
        .refused_at([(RefusalCode::PartyCannotRead, "post")]);
    let early = instant("2023-01-01T00:00:00+07:00");
    identified()
        .when(reviewer("THA-01"), assign_action_until("F1", "VNM-01", early))
        .refused_at([(RefusalCode::UnknownReference, "post"), (RefusalCode::InvalidValue, "due")]);
}

#[test]
fn each_partner_that_took_part_adopts_what_it_has_read() {
    let adopted = |partner: &str, seen_at| ReviewEvent::ReviewAdopted {
        operation: saphan(),
        partner: of(partner),
        seen_at,
    };
    let refused = under_review().when(chn(), adopt()).rejected();
    let told: Vec<_> = refused.refusals.iter().map(|refusal| refusal.message.as_str()).collect();
    assert_eq!(
        told,
        [
            "PLANNED has not been answered.",
            "HAPPENED has not been answered.",
            "WHY has not been answered.",
            "NEXT has not been answered."
        ]
    );
    let finding = || lesson("F1", vec![of_task("T16")]);
    let story = answered().when(reviewer("THA-01"), record_finding(finding())).accepted();
    let seen = story.head();
    let story = story
        .when(chn(), adopt_seeing(Position(seen.0 - 1)))
        .refused_at([(RefusalCode::SeenAtInvalid, "seenAt")])
        .when(chn(), adopt_seeing(seen))
        .then([adopted("CHN", seen)])
        .when(chn(), adopt())
        .unchanged()
        .when(reviewer("LAO-02"), adopt())
        .forbidden();
    let story = story.when(lao(), adopt()).accepted();
    let is_current = |story: &Story, partner: &str| {
        let review = review(story);
        review.is_current(&review.adoptions[&of::<PartnerCode>(partner)])
    };
    // What is done about findings goes on; what is written is adopted anew.
    let story = story
        .when(reviewer("THA-01"), assign_action("F1", "CHN-03"))
        .accepted()
        .when(watch("LAO-02"), observe("The gate was shut"))
        .accepted();
    assert!(is_current(&story, "CHN") && is_current(&story, "LAO"));
    let story = story.when(reviewer("THA-01"), link("F1", vec![of_task("T01")])).accepted();
    assert!(!is_current(&story, "CHN"));
    let story = story.when(chn(), adopt()).accepted();
    assert!(is_current(&story, "CHN") && !is_current(&story, "LAO"));
    // Observers have no word.
    let observed = story.and(observer("INTERPOL")).and(held("INTERPOL-01", false));
    let shown = OperationCommand::MarkReleasability {
        operation: saphan(),
        item: None,
        release: released(&["CHN", "INTERPOL", "LAO", "MMR", "THA"]),
    };
    observed
        .when(tha(), Box::new(|_| Command::Operation(shown)))
        .accepted()
        .when(post("INTERPOL-01"), adopt())
        .forbidden();
}

fn under_review_of_draft(mark: OperationCommand) -> Story {
    let ended = OperationCommand::Terminate { operation: saphan(), reason: of("No mandate any more") };
    draft()
        .when(tha(), Box::new(|_| Command::Operation(mark)))
        .accepted()
        .when(tha(), Box::new(|_| Command::Operation(ended)))
        .accepted()
        .when(reviewer("THA-01"), open_review())
        .accepted()
}

fn decide() -> Ask {
    Box::new(|story| {
        Command::Operation(OperationCommand::RecordDecision {
            operation: saphan(),
            decision: NewRecordedDecision {
                decision_point: None,
                question: of("Go in?"),
                options: Vec::new(),
                outcome: of("Yes"),
                reasons: of("It is safe"),
                seen_at: story.head(),
            },
        })
    })
}
