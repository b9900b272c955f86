//! What a partner's suspension, return, departure and new role do from there on: to its rights, its decisions, its
//! posts and its work.

use crate::support::{Story, fold, given, of, saphan::*};
use domain::{
    Refusal, RefusalCode, Span, State, Subject,
    assignment::AssignmentEvent,
    coalition::{Coalition, PartnerEvent, PartnerRole, PostCommand, PostEvent, PostStatus},
};

fn folded(story: &Story) -> Coalition {
    match fold(&story.log, &Subject::Coalition) {
        State::Coalition(coalition) => coalition,
        other => panic!("{other:?}"),
    }
}

fn post_status(story: &Story, code: &str) -> PostStatus {
    folded(story).posts[&of::<domain::PostCode>(code)].status()
}

fn told(refusals: &[Refusal]) -> Vec<(RefusalCode, &str)> {
    refusals.iter().map(|refusal| (refusal.code, refusal.message.as_str())).collect()
}

/// Version 1 counts on Thailand and China alone, and Myanmar has a vote on it.
fn without_myanmar() -> Story {
    let tasks = vec![task("T01", "THA", "THA", -24, 24, &[]), task("T02", "CHN", "CHN", 0, 12, &["T01"])];
    let sections = domain::plan::Sections { commanders_intent: None, ..sections() };
    draft_with(sections, tasks).when(tha(), submit()).accepted()
}

#[test]
fn a_suspended_partner_sends_nothing_until_it_is_reinstated_and_then_as_before() {
    submitted()
        .when(tha(), suspend("MMR"))
        .accepted()
        .when(mmr(), approve(1))
        .forbidden()
        .when(mmr(), relieve("MMR-02"))
        .forbidden()
        .when(mmr(), leave("MMR"))
        .forbidden()
        .when(tha(), reinstate("MMR"))
        .accepted()
        .when(mmr(), approve(1))
        .accepted();
}

#[test]
fn an_approval_that_a_suspended_partner_has_not_given_is_not_waited_for() {
    let story = without_myanmar().when(tha(), approve(1)).accepted().when(chn(), approve(1)).accepted();
    let story = story
        .when(tha(), promulgate(1))
        .refused([RefusalCode::ApprovalIncomplete])
        .saying("MMR has not approved version 1.");
    let suspended = story.when(tha(), suspend("MMR")).accepted();
    suspended.clone().when(tha(), promulgate(1)).accepted();
    // Reinstated, it has its vote again.
    suspended
        .when(tha(), reinstate("MMR"))
        .accepted()
        .when(tha(), promulgate(1))
        .refused([RefusalCode::ApprovalIncomplete])
        .saying("MMR has not approved version 1.")
        .when(mmr(), approve(1))
        .accepted()
        .when(tha(), promulgate(1))
        .accepted();
}

#[test]
fn what_a_partner_has_rejected_counts_while_it_is_suspended_until_it_revokes_that() {
    let story = without_myanmar()
        .when(tha(), approve(1))
        .accepted()
        .when(chn(), approve(1))
        .accepted()
        .when(mmr(), reject(1, &[]))
        .accepted()
        .when(tha(), suspend("MMR"))
        .accepted()
        .when(tha(), promulgate(1))
        .refused([RefusalCode::ApprovalIncomplete])
        .saying("MMR has rejected version 1.")
        .when(mmr(), revoke(1))
        .forbidden();
    let revoked = story.when(tha(), reinstate("MMR")).accepted().when(mmr(), revoke(1)).accepted();
    revoked.when(tha(), suspend("MMR")).accepted().when(tha(), promulgate(1)).accepted();
}

#[test]
fn what_a_suspended_partner_has_approved_stands_and_no_version_that_counts_on_it_comes_into_force() {
    let story = approved().when(tha(), suspend("MMR")).accepted();
    let refused = story.when(tha(), promulgate(1)).rejected();
    assert_eq!(
        told(&refused.refusals),
        [(RefusalCode::TakesNoTasks, "MMR takes no tasks any more, and version 1 counts on it.")]
    );
    // What it has approved it need not approve again.
    refused.story.when(tha(), reinstate("MMR")).accepted().when(tha(), promulgate(1)).accepted();
}

#[test]
fn a_condition_of_a_suspended_partner_holds_its_gate() {
    let story = without_myanmar()
        .when(tha(), approve(1))
        .accepted()
        .when(chn(), approve(1))
        .accepted()
        .when(mmr(), approve_if(1, vec![condition("C1", "PROMULGATION")]))
        .accepted()
        .when(tha(), suspend("MMR"))
        .accepted()
        .when(tha(), waive(1, "MMR", "C1"))
        .refused([RefusalCode::NotTheAuthor])
        .when(tha(), promulgate(1))
        .refused([RefusalCode::ConditionOutstanding])
        .story;
    story
        .when(tha(), reinstate("MMR"))
        .accepted()
        .when(mmr(), waive(1, "MMR", "C1"))
        .accepted()
        .when(tha(), promulgate(1))
        .accepted();
}

#[test]
fn a_suspended_partners_officers_stay_bound_and_are_not_newly_bound() {
    let story = in_force()
        .when(mmr(), assign("T16", "MMR-02"))
        .accepted()
        .when(tha(), suspend("MMR"))
        .then([PartnerEvent::PartnerSuspended { partner: of("MMR"), reason: of("A breach") }]);
    assert_eq!(story.operation("SAPHAN").live_assignments().count(), 1);
    assert_eq!(post_status(&story, "MMR-02"), PostStatus::InPost);
    let story = story
        .when(tha(), request("T21", "MMR-02"))
        .refused([RefusalCode::TakesNoTasks])
        .when(tha(), order(None, &[("T21", "MMR-02")]))
        .refused([RefusalCode::TakesNoTasks, RefusalCode::NotYourOfficer])
        .story;
    // The lead may free who is bound.
    story.clone().when(tha(), withdraw_assignment(1)).accepted();
    story
        .when(tha(), reinstate("MMR"))
        .accepted()
        .when(mmr(), assign("T21", "MMR-02"))
        .then([assigned(2, "T21", "MMR-02", 12, 12)]);
}

#[test]
fn a_plan_in_force_goes_on_without_a_suspended_partner_and_what_is_bound_moves_with_it() {
    let at = "2023-10-09T06:00:00+07:00";
    let story = in_force()
        .when(mmr(), assign("T16", "MMR-02"))
        .accepted()
        .when(tha(), suspend("MMR"))
        .accepted()
        .when(tha(), set_h_hour(at))
        .accepted();
    assert_eq!(story.operation("SAPHAN").plan.in_force, Some(1));
    assert_eq!(story.operation("SAPHAN").live_assignments().count(), 1);
}

#[test]
fn who_leaves_takes_its_officers_along_and_its_decisions_stay() {
    let reason = || of("Mandate has ended");
    let story = approved()
        .when(mmr(), posting(PostCommand::Nominate { post: of("MMR-02"), officer: officer(7) }))
        .accepted();
    let told: [domain::Event; 4] = [
        PartnerEvent::PartnerWithdrew { partner: of("MMR"), reason: reason() }.into(),
        PostEvent::OfficerRelieved { post: of("MMR-01"), officer: officer(1), reason: reason() }.into(),
        PostEvent::NominationDeclined { post: of("MMR-02"), officer: officer(7), reason: Some(reason()) }
            .into(),
        PostEvent::OfficerRelieved { post: of("MMR-02"), officer: officer(1), reason: reason() }.into(),
    ];
    let story = story.when(mmr(), leave("MMR")).then(told);
    assert_eq!(post_status(&story, "MMR-01"), PostStatus::Relieved);
    assert_eq!(post_status(&story, "CHN-01"), PostStatus::InPost);
    assert_eq!(story.version(1).live_decisions().count(), 4);
    // Nobody takes its posts, and when it comes back nobody acts whom it has not named anew.
    let story = story
        .when(import(), posting(PostCommand::AppointActing { post: of("MMR-01"), officer: officer(9) }))
        .refused_at([(RefusalCode::TakesNoTasks, "post")])
        .story
        .and([acceded("MMR", PartnerRole::Principal)])
        .when(mmr(), revoke(1))
        .forbidden();
    story
        .when(import(), posting(PostCommand::AppointActing { post: of("MMR-01"), officer: officer(9) }))
        .accepted()
        .when(mmr(), revoke(1))
        .accepted();
}

#[test]
fn nobody_leaves_before_its_officers_came() {
    let took = [PostEvent::OfficerTookPost { post: of("KHM-01"), officer: officer(1) }];
    let established = PostEvent::PostEstablished {
        post: of("KHM-01"),
        partner: of("KHM"),
        title: of("Liaison officer"),
        liaison: true,
    };
    given(coalition())
        .and([acceded("KHM", PartnerRole::Participant)])
        .and([established])
        .after(Span::hours(3))
        .and(took)
        .late(Span::hours(1))
        .when(tha(), leave("KHM"))
        .refused_at([(RefusalCode::InvalidValue, "occurredAt")]);
}

#[test]
fn who_leaves_keeps_what_it_was_bound_to_until_the_lead_frees_it() {
    let story =
        in_force().when(mmr(), assign("T16", "MMR-02")).accepted().when(mmr(), leave("MMR")).accepted();
    assert_eq!(story.operation("SAPHAN").live_assignments().count(), 1);
    story.when(tha(), withdraw_assignment(1)).then([AssignmentEvent::AssignmentWithdrawn {
        operation: saphan(),
        number: 1,
        task: of("T16"),
        post: of("MMR-02"),
        reason: of("Needed elsewhere"),
    }]);
}

#[test]
fn a_new_role_changes_who_is_waited_for_and_nothing_that_was_decided_or_bound() {
    let story = in_force().when(lao(), assign("T27", "LAO-02")).accepted();
    let story = story.when(tha(), change_role("LAO", PartnerRole::Principal)).accepted();
    assert_eq!(story.operation("SAPHAN").plan.in_force, Some(1));
    assert_eq!(story.operation("SAPHAN").live_assignments().count(), 1);
    // Without a vote, its approval is consent to what lies on its ground.
    approved()
        .when(tha(), change_role("MMR", PartnerRole::Participant))
        .accepted()
        .when(tha(), promulgate(1))
        .accepted();
}
