//! Phases: what their start waits for, whose word it takes, and when they are over.

use crate::support::{Story, carrying::*, gate::*, of, saphan::*};
use domain::{
    Event, Position, RefusalCode, Role, Span,
    coalition::PostEvent,
    execution::{ExecutionEvent, GoNoGo::*, Judgement},
    ids::TaskId,
    operation::OperationCommand,
    plan::{ApprovalPolicy, Sections},
};

const SHELTER: &str = CRITERIA[1];

fn phase_started(phase: &str) -> Event {
    Event::Execution(ExecutionEvent::PhaseStarted { operation: saphan(), number: 1, phase: of(phase) })
}

fn phase_completed(phase: &str) -> Event {
    Event::Execution(ExecutionEvent::PhaseCompleted { operation: saphan(), number: 1, phase: of(phase) })
}

fn shut(story: Story, message: &str) -> Story {
    story.when(tha(), start_phase("P3")).refused_at([(RefusalCode::GateNotPassed, "phase")]).saying(message)
}

#[test]
fn a_phase_starts_once_and_beside_others() {
    let sections = Sections { phases: sections().phases, ..gated_sections() };
    gated_by(sections)
        .when(tha(), start_phase("P3"))
        .then([phase_started("P3")])
        .when(tha(), start_phase("P3"))
        .unchanged()
        .when(tha(), start_phase("P1"))
        .then([phase_started("P1")]);
    gated()
        .when(tha(), start_phase("P9"))
        .refused_at([(RefusalCode::NotFound, "phase")])
        .when(chn(), start_phase("P1"))
        .forbidden()
        .when(post_as("THA-02", [Role::Planner]), start_phase("P1"))
        .forbidden()
        .when(import(), start_phase("P1"))
        .forbidden();
}

#[test]
fn a_phase_waits_for_an_active_operation_and_is_told_all_else_it_waits_for() {
    submitted().when(tha(), start_phase("P1")).refused_at([(RefusalCode::PlanNotInForce, "")]);
    in_force()
        .when(tha(), start_phase("P1"))
        .refused_at([(RefusalCode::WrongState, "")])
        .saying("SAPHAN is AUTHORISED.");
    gated()
        .when(tha(), pause())
        .accepted()
        .when(chn(), revoke(1))
        .accepted()
        .when(tha(), start_phase("P3"))
        .refused_at([
            (RefusalCode::PlanSuspended, ""),
            (RefusalCode::WrongState, ""),
            (RefusalCode::GateNotPassed, "phase"),
        ]);
}

#[test]
fn a_phase_is_no_older_than_activation_and_its_go() {
    gated()
        .after(Span::hours(1))
        .late(long_before(2))
        .when(tha(), start_phase("P1"))
        .refused_at([(RefusalCode::InvalidValue, "occurredAt")])
        .saying("SAPHAN was activated only at 2023-10-07T21:00:00+00:00.");
    let story = with_a_go().after(Span::hours(3)).late(Span::hours(2));
    story.when(tha(), start_phase("P3")).accepted();
    // What the last decider entered late was no go before the others had spoken.
    let late = gated().after(Span::hours(4)).when(tha(), go()).accepted().when(chn(), go()).accepted();
    let late = late.late(Span::hours(3)).when(mmr(), go()).accepted();
    late.late(Span::hours(2))
        .when(tha(), start_phase("P3"))
        .refused_at([(RefusalCode::InvalidValue, "occurredAt")])
        .saying("The go for P3 was given only at 2023-10-08T01:02:00+00:00.");
}

#[test]
fn an_operation_has_a_go_with_the_last_deciders_word() {
    let story = shut(gated(), "P3 has no go on version 1: the word of CHN, MMR, THA is awaited.");
    let seen = story.head();
    let story = story.when(chn(), go()).then([stated("CHN", Go, &[], &[], seen)]);
    let story = shut(story, "P3 has no go on version 1: the word of MMR, THA is awaited.");
    let story = story.when(tha(), go()).accepted();
    let seen = story.head();
    story
        .when(mmr(), go())
        .then([stated("MMR", Go, &[], &[], seen), decided_on_gate(1, Go)])
        .when(tha(), start_phase("P3"))
        .then([phase_started("P3")])
        .when(chn(), no_go())
        .refused_at([(RefusalCode::WrongState, "phase")])
        .saying("P3 has been started.");
}

#[test]
fn one_no_go_is_a_no_go_until_all_decide_anew() {
    let story = gated().when(tha(), go()).accepted();
    let seen = story.head();
    let story = story
        .when(chn(), no_go())
        .then([stated("CHN", NoGo, &[CRITERIA[0]], &[], seen), decided_on_gate(1, NoGo)])
        .when(chn(), no_go())
        .unchanged();
    let message = "P3 has no go on version 1: CHN said no-go; the word of CHN, MMR, THA is awaited.";
    let story = shut(story, message);
    // Thailand's earlier word does not count: the same words are given again.
    let story = story.when(chn(), go()).accepted().when(mmr(), go()).accepted();
    let story = shut(story, "P3 has no go on version 1: CHN said no-go; the word of THA is awaited.");
    let seen = story.head();
    let story = story.when(tha(), go()).then([stated("THA", Go, &[], &[], seen), decided_on_gate(1, Go)]);
    // And a go is taken back by one.
    let story = story.when(mmr(), no_go()).accepted();
    shut(story, "P3 has no go on version 1: MMR said no-go; the word of CHN, MMR, THA is awaited.");
}

#[test]
fn a_word_after_a_no_go_has_seen_it_and_is_given_after_it() {
    let story = gated().when(chn(), no_go()).accepted();
    let head = story.head();
    story
        .clone()
        .when(tha(), bent(move |word| word.seen_at = Position(head.0 - 1)))
        .refused_at([(RefusalCode::SeenAtInvalid, "seenAt")]);
    story
        .after(Span::hours(1))
        .late(long_before(1))
        .when(tha(), go())
        .refused_at([(RefusalCode::InvalidValue, "occurredAt")])
        .saying("The no-go was given only at 2023-10-07T21:01:00+00:00.");
}

#[test]
fn a_word_judges_each_criterion_of_the_plan_once() {
    let judge = |text: &str| Judgement { criterion: of(text), met: true, note: None };
    gated()
        .when(
            tha(),
            bent(move |word| {
                word.criteria = vec![judge(SHELTER), judge(SHELTER), judge("Weather")];
            }),
        )
        .refused_at([
            (RefusalCode::InvalidValue, "criteria.1.criterion"),
            (RefusalCode::UnknownReference, "criteria.2.criterion"),
            (RefusalCode::InvalidValue, "criteria"),
        ])
        .when(tha(), bent(|word| word.criteria.clear()))
        .refused_at([(RefusalCode::InvalidValue, "criteria"), (RefusalCode::InvalidValue, "criteria")])
        .saying("120 places of shelter is not judged.");
    gated()
        .when(tha(), bent(move |word| word.criteria = vec![judge(SHELTER); 1_001]))
        .refused_at([(RefusalCode::InvalidValue, "criteria")]);
    gated()
        .when(tha(), bent(|word| word.accepted_risks = titles(&[SHELTER; 1_001])))
        .refused_at([(RefusalCode::InvalidValue, "acceptedRisks")]);
}

#[test]
fn a_criterion_that_is_not_met_needs_every_deciders_accepted_risk() {
    let story = gated()
        .when(tha(), say(Go, &[SHELTER], &[]))
        .refused_at([(RefusalCode::RiskNotAccepted, "criteria.1")])
        .saying("120 places of shelter is not met: a go accepts that risk by name.")
        .when(chn(), go())
        .accepted()
        .when(mmr(), go())
        .accepted()
        .when(tha(), say(Go, &[SHELTER], &[SHELTER]))
        .accepted();
    let message = "P3 has no go on version 1: CHN has not accepted that 120 places of shelter is not met; \
                   MMR has not accepted that 120 places of shelter is not met.";
    let story = shut(story, message).when(chn(), say(Go, &[], &[SHELTER])).accepted();
    let seen = story.head();
    story
        .when(mmr(), say(Go, &[], &[SHELTER]))
        .then([stated("MMR", Go, &[], &[SHELTER], seen), decided_on_gate(1, Go)])
        .when(tha(), start_phase("P3"))
        .accepted();
    // Who finds that it is met after all takes the risk from all.
    let story = gated().when(tha(), say(Go, &[SHELTER], &[SHELTER])).accepted();
    let story = story.when(chn(), go()).accepted().when(mmr(), go()).accepted();
    story.when(tha(), go()).accepted().when(tha(), start_phase("P3")).accepted();
}

#[test]
fn a_risk_is_accepted_where_somebody_finds_it() {
    gated()
        .when(tha(), say(Go, &[], &["Weather", SHELTER]))
        .refused_at([
            (RefusalCode::UnknownReference, "acceptedRisks.0"),
            (RefusalCode::InvalidValue, "acceptedRisks.1"),
        ])
        .when(tha(), say(Go, &[SHELTER], &[SHELTER, SHELTER]))
        .refused_at([(RefusalCode::InvalidValue, "acceptedRisks.1")])
        .when(tha(), say(NoGo, &[SHELTER], &[SHELTER]))
        .accepted()
        // What the no-go finds stands until its partner speaks anew.
        .when(chn(), say(Go, &[], &[SHELTER]))
        .accepted()
        .when(tha(), go())
        .accepted()
        .when(mmr(), say(Go, &[], &[SHELTER]))
        .refused_at([(RefusalCode::InvalidValue, "acceptedRisks.0")]);
}

#[test]
fn the_same_word_again_changes_nothing_and_a_go_outlives_only_words_that_bear_it() {
    let story = with_a_go().when(chn(), go()).unchanged();
    let noted = bent(|word| word.criteria[0].note = Some(of("On the 7th")));
    let story = story.when(chn(), noted).accepted();
    story
        .when(chn(), say(Go, &[SHELTER], &[SHELTER]))
        .refused_at([(RefusalCode::RiskNotAccepted, "criteria"), (RefusalCode::RiskNotAccepted, "criteria")])
        .saying(
            "P3 has a go, and MMR has not accepted that 120 places of shelter is not met: say NO_GO, and all \
             decide anew.",
        )
        .when(tha(), start_phase("P3"))
        .accepted()
        .when(chn(), bent(|word| word.criteria[0].note = Some(of("On the 7th"))))
        .unchanged();
    // Nor is a risk taken back once it went on it.
    let story = gated().when(tha(), say(Go, &[SHELTER], &[SHELTER])).accepted();
    let story = story.when(chn(), say(Go, &[], &[SHELTER])).accepted();
    let story = story.when(mmr(), say(Go, &[], &[SHELTER])).accepted();
    story.when(chn(), go()).refused_at([(RefusalCode::RiskNotAccepted, "criteria")]);
}

#[test]
fn a_condition_on_the_phase_holds_its_go_and_its_start() {
    let story = draft_with(gated_sections(), gated_plan()).and(officers());
    let story = story.when(tha(), submit()).accepted().when(tha(), approve(1)).accepted();
    let story = story.when(chn(), approve_if(1, vec![condition("C1", "P3")])).accepted();
    let story = story.when(mmr(), approve(1)).accepted().when(lao(), consent(1, &[])).accepted();
    let story = activated_unopened(story.when(tha(), promulgate(1)).accepted());
    story
        .when(tha(), go())
        .refused_at([(RefusalCode::ConditionOutstanding, "phase")])
        .saying("C1 of CHN is outstanding: All terminals accepted")
        .when(chn(), satisfy(1, "CHN", "C1"))
        .accepted()
        .when(tha(), go())
        .accepted()
        .when(chn(), go())
        .accepted()
        .when(mmr(), go())
        .accepted()
        .when(chn(), contest(1, "CHN", "C1"))
        .accepted()
        .when(tha(), start_phase("P3"))
        .refused_at([(RefusalCode::ConditionOutstanding, "phase")])
        .saying("C1 of CHN is broken: All terminals accepted")
        .when(mmr(), no_go())
        .accepted();
}

#[test]
fn a_phase_is_no_older_than_the_settling_of_its_conditions_and_starts_in_no_pause() {
    let story = draft_with(gated_sections(), gated_plan()).and(officers());
    let story = story.when(tha(), submit()).accepted().when(tha(), approve(1)).accepted();
    let story = story.when(chn(), approve_if(1, vec![condition("C1", "P1")])).accepted();
    let story = story.when(mmr(), approve(1)).accepted().when(lao(), consent(1, &[])).accepted();
    let story = activated_unopened(story.when(tha(), promulgate(1)).accepted());
    let story = story.after(Span::hours(2)).when(chn(), satisfy(1, "CHN", "C1")).accepted();
    let late = story.clone().after(Span::hours(1)).late(Span::hours(2));
    late.when(tha(), start_phase("P1"))
        .refused_at([(RefusalCode::InvalidValue, "occurredAt")])
        .saying("C1 of CHN was settled only at 2023-10-07T23:01:00+00:00.");
    let resume = operating(OperationCommand::Resume { operation: saphan() });
    let story = story.after(Span::hours(1)).when(tha(), pause()).accepted();
    let story = story.after(Span::hours(2)).when(tha(), resume).accepted().after(Span::hours(1));
    story
        .clone()
        .late(Span::hours(2))
        .when(tha(), start_phase("P1"))
        .refused_at([(RefusalCode::WrongState, "occurredAt")]);
    story.late(Span::hours(4)).when(tha(), start_phase("P1")).accepted();
}

#[test]
fn a_condition_on_a_phase_that_was_started_is_none() {
    let story = with_a_go().when(tha(), start_phase("P3")).accepted();
    let story = story.when(chn(), revoke(1)).accepted();
    story
        .when(chn(), approve_if(1, vec![condition("C1", "P3"), condition("C2", "P1")]))
        .refused_at([(RefusalCode::WrongState, "conditions.0.gate")])
        .saying("P3 has been: a condition on it would block nothing.");
}

#[test]
fn those_decide_whom_the_decision_points_name_and_else_those_with_a_vote() {
    gated()
        .when(lao(), go())
        .forbidden()
        .when(post_as("THA-02", [Role::Planner]), go())
        .forbidden()
        .when(import(), go())
        .forbidden();
    // A point of the gate's own code goes before those at tasks that the phase waits for.
    let mut named = gated_sections();
    named.decision_points[1].code = of("GO_NO_GO");
    gated_by(named).when(chn(), go()).forbidden().when(tha(), go()).accepted();
    let nobody = || Sections { decision_points: Vec::new(), ..gated_sections() };
    gated_by(nobody()).when(lao(), go()).forbidden().when(chn(), go()).accepted();
    let listed = ApprovalPolicy { approvers: partners(&["MMR"]), ..ApprovalPolicy::default() };
    let story = draft_with(Sections { approval_policy: listed, ..nobody() }, gated_plan());
    let story = story.and(officers()).when(tha(), submit()).accepted();
    let story = story.when(mmr(), approve(1)).accepted();
    let story = story.when(tha(), consent(1, &[])).accepted().when(lao(), consent(1, &[])).accepted();
    let story = story.when(tha(), promulgate(1)).accepted();
    story.when(tha(), go()).forbidden().when(mmr(), go()).accepted().when(mmr(), go()).unchanged();
}

#[test]
fn a_go_that_waited_for_who_decides_no_more_is_said_once_more() {
    let story = gated_by(Sections { decision_points: Vec::new(), ..gated_sections() });
    let story = story.when(tha(), go()).accepted().when(mmr(), go()).accepted();
    let story = story.when(import(), suspend("CHN")).accepted();
    let story = shut(story, "P3 has no go on version 1: MMR, THA say go once more.");
    let seen = story.head();
    story.when(tha(), go()).then([stated("THA", Go, &[], &[], seen), decided_on_gate(1, Go)]);
}

#[test]
fn a_word_is_given_on_a_gate_of_a_plan_in_force_that_its_partner_reads() {
    gated()
        .when(tha(), decide_on("P1", |_| ()))
        .refused_at([(RefusalCode::WrongState, "phase")])
        .saying("P1 has no gate: it starts without a go.")
        .when(tha(), decide_on("P9", |_| ()))
        .refused_at([(RefusalCode::NotFound, "phase")])
        .when(chn(), revoke(1))
        .accepted()
        .when(tha(), go())
        .refused_at([(RefusalCode::PlanSuspended, "")])
        .when(tha(), withdraw_plan())
        .accepted()
        .when(tha(), go())
        .refused_at([(RefusalCode::PlanNotInForce, "")]);
    // Hidden and absent answer alike.
    let narrowed = gated().and([marked(Some(domain::release::MarkedItem::PlanVersion { number: 1 }), &[])]);
    narrowed.when(chn(), go()).refused_at([(RefusalCode::PlanNotInForce, "")]);
}

#[test]
fn one_person_has_one_word() {
    let both = |post| PostEvent::OfficerTookPost { post: of(post), officer: officer(11) };
    let story = gated().when(tha(), go()).accepted();
    story
        .clone()
        .and([both("CHN-01")])
        .when(chn(), go())
        .refused_at([(RefusalCode::AlreadyDecided, "")])
        .saying("The officer who holds CHN-01 gave the word of THA.")
        .when(mmr(), go())
        .accepted();
    // Who took the post over after the word was given has given none; who has left it, has.
    let next = PostEvent::OfficerTookPost { post: of("THA-02"), officer: officer(15) };
    let story = story.and([next]);
    let came = PostEvent::OfficerTookPost { post: of("CHN-01"), officer: officer(15) };
    story.clone().and([came]).when(chn(), go()).accepted();
    story.clone().and([both("CHN-01")]).when(chn(), go()).refused_at([(RefusalCode::AlreadyDecided, "")]);
    // The same partner's word it may give anew.
    story.and([both("THA-02")]).when(tha(), no_go()).accepted();
}

#[test]
fn a_word_rests_on_what_could_be_seen_and_is_no_older_than_the_plan_in_force() {
    let submitted = gated().version(1).submitted_position.unwrap();
    let seen = |at: Position| bent(move |word| word.seen_at = at);
    gated()
        .when(tha(), seen(Position(submitted.0 - 1)))
        .refused_at([(RefusalCode::SeenAtInvalid, "seenAt")])
        .when(tha(), seen(Position(1_000)))
        .refused_at([(RefusalCode::SeenAtInvalid, "seenAt")])
        .when(tha(), seen(submitted))
        .accepted();
    let story = draft_with(gated_sections(), gated_plan()).and(officers()).when(tha(), submit()).accepted();
    let story = approve_by_all(story, 1).when(tha(), promulgate(1)).accepted().after(Span::hours(1));
    story
        .late(long_before(1))
        .when(tha(), go())
        .refused_at([(RefusalCode::InvalidValue, "occurredAt")])
        .story
        .when(tha(), go())
        .accepted();
}

#[test]
fn a_go_is_on_one_version_and_words_on_another_do_not_count() {
    let story = amend(with_a_go(), 2, |story| story).when(tha(), promulgate(2)).accepted();
    let story = shut(story, "P3 has no go on version 2: the word of CHN, MMR, THA is awaited.");
    let story = story.when(tha(), go()).accepted().when(chn(), go()).accepted();
    let words = story.operation("SAPHAN").phases[&of::<domain::PhaseCode>("P3")].gate.clone();
    assert_eq!(words.live_words().map(|word| word.version).collect::<Vec<_>>(), [2, 2]);
    story.when(mmr(), go()).accepted().when(tha(), start_phase("P3")).accepted();
}

#[test]
fn a_phase_is_over_when_nothing_of_it_goes_on() {
    let story = gated().when(tha(), complete_phase("P1")).refused_at([(RefusalCode::WrongState, "phase")]);
    let story = story.saying("P1 has not been started.");
    let story = story.when(tha(), start_phase("P1")).accepted();
    let story = story.when(tha(), start("T01")).accepted();
    let refused =
        story.when(tha(), complete_phase("P1")).refused_at([(RefusalCode::TaskInProgress, "phase")]);
    let operation = refused.story.operation("SAPHAN").id();
    assert_eq!(refused.refusals[0].subject, Some(TaskId::of(operation, &of("T01")).to_string()));
    let story = refused.saying("T01 goes on.").when(tha(), complete("T01")).accepted();
    story
        .clone()
        .after(Span::hours(2))
        .late(long_before(2))
        .when(tha(), complete_phase("P1"))
        .refused_at([(RefusalCode::InvalidValue, "occurredAt"), (RefusalCode::InvalidValue, "occurredAt")]);
    // A late entry does not put the end of a phase before that of its tasks.
    let late = at_minute(story.clone(), 600).when(tha(), correct("T01", 2, at(500))).accepted();
    at_minute(late, 700)
        .late(minutes(300))
        .when(tha(), complete_phase("P1"))
        .refused_at([(RefusalCode::InvalidValue, "occurredAt")])
        .saying("T01 ended only at 2023-10-09T14:20:00+07:00.");
    story
        .when(chn(), complete_phase("P1"))
        .forbidden()
        .when(tha(), complete_phase("P9"))
        .refused_at([(RefusalCode::NotFound, "phase")])
        .when(tha(), complete_phase("P1"))
        .then([phase_completed("P1")])
        .when(tha(), complete_phase("P1"))
        .unchanged()
        .when(tha(), start_phase("P1"))
        .unchanged();
}

#[test]
fn a_phase_of_a_plan_that_was_withdrawn_is_over_when_its_tasks_are() {
    let story = gated().when(tha(), start_phase("P1")).accepted().when(tha(), start("T01")).accepted();
    story
        .when(tha(), withdraw_plan())
        .accepted()
        .when(tha(), complete_phase("P1"))
        .refused_at([(RefusalCode::TaskInProgress, "phase")]);
}
