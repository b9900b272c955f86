//! Promulgation: every approval and consent, no rejection, no outstanding condition, every liaison officer in
//! post.

use crate::support::{Story, of, saphan::*};
use domain::{
    Position, RefusalCode, Role, Span,
    coalition::{PartnerCommand, PartnerEvent, PartnerRole, PostCommand},
    plan::{ApprovalPolicy, PlanEvent, Sections, VersionStatus},
};

#[test]
fn a_version_with_all_its_decisions_comes_into_force() {
    let story = approved();
    let promulgated = PlanEvent::PlanPromulgated {
        operation: saphan(),
        number: 1,
        content_hash: story.version(1).content_hash.unwrap(),
        seen_at: story.head(),
    };
    let story = story.when(tha(), promulgate(1)).then([promulgated]);
    assert_eq!(story.version(1).status, VersionStatus::Promulgated);
    assert_eq!(story.operation("SAPHAN").plan.in_force, Some(1));
    story.when(tha(), promulgate(1)).unchanged();
}

#[test]
fn each_missing_decision_is_named() {
    let refused = submitted().when(tha(), promulgate(1)).rejected();
    let messages: Vec<_> = refused
        .refusals
        .iter()
        .filter(|refusal| refusal.code == RefusalCode::ApprovalIncomplete)
        .map(|refusal| refusal.message.as_str())
        .collect();
    assert_eq!(
        messages,
        [
            "CHN has not approved version 1.",
            "MMR has not approved version 1.",
            "THA has not approved version 1.",
            "LAO has not consented to T27 on its territory.",
        ]
    );
    // China leads T02 on the territory of Thailand, which has not approved.
    let foreign =
        refused.refusals.iter().filter(|refusal| refusal.code == RefusalCode::ForeignLeadWithoutConsent);
    assert_eq!(foreign.count(), 1);
}

#[test]
fn a_rejection_blocks_until_it_is_revoked() {
    approved()
        .when(mmr(), revoke(1))
        .accepted()
        .when(mmr(), reject(1, &[]))
        .accepted()
        .when(tha(), promulgate(1))
        .refused([RefusalCode::ApprovalIncomplete])
        .saying("MMR has rejected version 1.")
        .when(mmr(), revoke(1))
        .accepted()
        .when(mmr(), approve(1))
        .accepted()
        .when(tha(), promulgate(1))
        .accepted();
}

#[test]
fn a_rejection_counts_also_when_its_author_has_lost_its_vote() {
    approved()
        .when(mmr(), revoke(1))
        .accepted()
        .when(mmr(), reject(1, &[]))
        .accepted()
        .when(import(), change_role("MMR", PartnerRole::Participant))
        .accepted()
        .when(tha(), promulgate(1))
        .rejected()
        .saying("MMR has rejected version 1.");
}

#[test]
fn who_becomes_a_voter_after_submission_has_to_approve() {
    approved()
        .when(import(), change_role("LAO", PartnerRole::Principal))
        .accepted()
        .when(tha(), promulgate(1))
        .refused([RefusalCode::ApprovalIncomplete])
        .saying("LAO has not approved version 1.");
}

#[test]
fn refused_consent_blocks_and_consent_to_some_tasks_is_not_consent_to_others() {
    let plan = || {
        let mut tasks = small_plan();
        tasks.push(task("T28", "LAO", "LAO", 80, 4, &[]));
        let story = draft_with(sections(), tasks).when(tha(), submit()).accepted();
        let story = story.when(tha(), approve(1)).accepted().when(chn(), approve(1)).accepted();
        story.when(mmr(), approve(1)).accepted()
    };
    plan()
        .when(lao(), consent(1, &["T27"]))
        .accepted()
        .when(tha(), promulgate(1))
        .refused([RefusalCode::ApprovalIncomplete])
        .saying("LAO has not consented to T28 on its territory.");
    plan()
        .when(lao(), reject(1, &[]))
        .accepted()
        .when(tha(), promulgate(1))
        .refused([RefusalCode::ApprovalIncomplete])
        .saying("LAO has refused its territorial consent.");
}

#[test]
fn a_condition_on_promulgation_blocks_it_and_one_on_a_later_gate_does_not() {
    let with = |gate: &str| {
        approved()
            .when(chn(), revoke(1))
            .accepted()
            .when(chn(), approve_if(1, vec![condition("C1", gate)]))
            .accepted()
    };
    with("PROMULGATION")
        .when(tha(), promulgate(1))
        .refused_at([(RefusalCode::ConditionOutstanding, "planVersionId")])
        .when(chn(), waive(1, "CHN", "C1"))
        .accepted()
        .when(tha(), promulgate(1))
        .accepted();
    with("P3").when(tha(), promulgate(1)).accepted();
    // … but activation waits for its own.
    with("ACTIVATION")
        .when(tha(), promulgate(1))
        .accepted()
        .when(tha(), set_h_hour("2023-10-09T06:00:00+07:00"))
        .accepted()
        .when(tha(), activate())
        .refused([RefusalCode::ConditionOutstanding])
        .when(tha(), satisfy(1, "CHN", "C1"))
        .accepted()
        .when(tha(), activate())
        .accepted();
}

#[test]
fn every_partner_that_leads_tasks_has_its_liaison_officer_in_post() {
    approved()
        .when(import(), relieve("MMR-01"))
        .accepted()
        .when(tha(), promulgate(1))
        .refused_at([(RefusalCode::LiaisonNotInPost, "planVersionId")])
        .saying("MMR has no liaison officer in post.");
}

#[test]
fn a_partner_that_has_left_takes_no_tasks() {
    let withdraw = PartnerCommand::Withdraw { partner: of("LAO"), reason: of("Elections") };
    let refused = approved().when(lao(), partner(withdraw)).accepted().when(tha(), promulgate(1)).rejected();
    assert!(refused.refusals.iter().any(|refusal| refusal.code == RefusalCode::TakesNoTasks));
}

#[test]
fn only_a_commander_of_the_lead_promulgates_and_says_what_was_seen() {
    approved().when(chn(), promulgate(1)).forbidden();
    approved().when(post_as("THA-02", [Role::Planner]), promulgate(1)).forbidden();
    approved().when(import(), promulgate(1)).forbidden();
    approved()
        .when(tha(), promulgate_seen_at(1, Position(1)))
        .refused_at([(RefusalCode::SeenAtInvalid, "seenAt")]);
}

#[test]
fn a_draft_and_a_recalled_version_are_not_promulgated() {
    let codes = |refused: crate::support::Refused| -> Vec<_> {
        refused.refusals.iter().map(|refusal| refusal.code).collect()
    };
    assert!(codes(draft().when(tha(), promulgate(1)).rejected()).contains(&RefusalCode::WrongState));
    let recalled = approved().when(tha(), recall()).accepted();
    assert_eq!(codes(recalled.when(tha(), promulgate(1)).rejected()), [RefusalCode::StalePlanVersion]);
}

#[test]
fn x02_a_version_that_myanmar_has_rejected_is_not_promulgated() {
    submitted()
        .when(tha(), approve(1))
        .accepted()
        .when(chn(), approve_if(1, vec![condition("C1", "P3")]))
        .accepted()
        .when(mmr(), reject(1, &["T21"]))
        .accepted()
        .when(lao(), consent(1, &[]))
        .accepted()
        .when(tha(), promulgate(1))
        .refused_at([(RefusalCode::ApprovalIncomplete, "planVersionId")])
        .saying("MMR has rejected version 1.");
}

/// Lao territory has a task that China leads (T26) and one of its own (T27).
fn with_a_guest_in_laos() -> Story {
    let mut tasks = small_plan();
    tasks.push(task("T26", "CHN", "LAO", 40, 4, &[]));
    let story = draft_with(sections(), tasks).when(tha(), submit()).accepted();
    let story = story.when(tha(), approve(1)).accepted().when(chn(), approve(1)).accepted();
    story.when(mmr(), approve(1)).accepted()
}

#[test]
fn a_guest_is_named_when_the_territory_has_not_consented_to_its_very_task() {
    with_a_guest_in_laos()
        .when(tha(), promulgate(1))
        .refused([RefusalCode::ApprovalIncomplete, RefusalCode::ForeignLeadWithoutConsent])
        .when(lao(), consent(1, &["T27"]))
        .accepted()
        .when(tha(), promulgate(1))
        .refused([RefusalCode::ApprovalIncomplete, RefusalCode::ForeignLeadWithoutConsent])
        .when(lao(), revoke(1))
        .accepted()
        .when(lao(), consent(1, &["T26"]))
        .accepted()
        .when(tha(), promulgate(1))
        .refused([RefusalCode::ApprovalIncomplete])
        .saying("LAO has not consented to T27 on its territory.")
        .when(lao(), revoke(1))
        .accepted()
        .when(lao(), consent(1, &[]))
        .accepted()
        .when(tha(), promulgate(1))
        .accepted();
}

#[test]
fn a_voter_that_consents_to_a_guest_without_approving_has_let_the_guest_in() {
    submitted()
        .when(tha(), consent(1, &["T02"]))
        .accepted()
        .when(chn(), approve(1))
        .accepted()
        .when(mmr(), approve(1))
        .accepted()
        .when(lao(), consent(1, &[]))
        .accepted()
        .when(tha(), promulgate(1))
        .refused([RefusalCode::ApprovalIncomplete])
        .saying("THA has not approved version 1.");
}

#[test]
fn whoever_refuses_consent_to_one_task_has_consented_to_none() {
    let story = with_a_guest_in_laos();
    let refused = PlanEvent::TerritorialConsentRefused {
        operation: saphan(),
        number: 1,
        given: decided(&story, 1, "LAO"),
        tasks: tasks(&["T27"]),
        reason_code: Some(of("SOVEREIGNTY")),
        reason: of("Foreign officers on our territory"),
    };
    story
        .when(lao(), reject(1, &["T27"]))
        .then([refused])
        .when(tha(), promulgate(1))
        .refused([RefusalCode::ApprovalIncomplete, RefusalCode::ForeignLeadWithoutConsent])
        .saying("LAO has refused its territorial consent.");
}

#[test]
fn silence_is_no_approval_when_nobody_is_left_to_vote() {
    let suspended =
        |partner: &str| PartnerEvent::PartnerSuspended { partner: of(partner), reason: of("A breach") };
    let sections = Sections {
        approval_policy: ApprovalPolicy { required_roles: [PartnerRole::Principal].into() },
        ..sections()
    };
    draft_with(sections, vec![task("T16", "THA", "THA", 0, 12, &[])])
        .when(tha(), submit())
        .accepted()
        .when(tha(), consent(1, &[]))
        .accepted()
        .and([suspended("CHN"), suspended("MMR")])
        .when(tha(), promulgate(1))
        .refused_at([(RefusalCode::ApprovalIncomplete, "planVersionId")])
        .saying("No partner with a vote has approved version 1.");
}

#[test]
fn everything_that_stands_in_the_way_is_told_at_once() {
    submitted()
        .when(tha(), approve(1))
        .accepted()
        .when(chn(), approve_if(1, vec![condition("C1", "PROMULGATION"), condition("C2", "PROMULGATION")]))
        .accepted()
        .when(mmr(), reject(1, &[]))
        .accepted()
        .when(import(), relieve("LAO-01"))
        .accepted()
        .when(tha(), promulgate_seen_at(1, Position(1)))
        .refused_at([
            (RefusalCode::SeenAtInvalid, "seenAt"),
            (RefusalCode::ApprovalIncomplete, "planVersionId"),
            (RefusalCode::ApprovalIncomplete, "planVersionId"),
            (RefusalCode::LiaisonNotInPost, "planVersionId"),
            (RefusalCode::ConditionOutstanding, "planVersionId"),
            (RefusalCode::ConditionOutstanding, "planVersionId"),
        ]);
}

#[test]
fn conditions_of_two_partners_under_one_code_are_two() {
    submitted()
        .when(tha(), approve(1))
        .accepted()
        .when(chn(), approve_if(1, vec![condition("C1", "PROMULGATION")]))
        .accepted()
        .when(mmr(), approve_if(1, vec![condition("C1", "PROMULGATION")]))
        .accepted()
        .when(lao(), consent(1, &[]))
        .accepted()
        .when(tha(), promulgate(1))
        .refused([RefusalCode::ConditionOutstanding, RefusalCode::ConditionOutstanding])
        .when(tha(), satisfy(1, "CHN", "C1"))
        .accepted()
        .when(tha(), promulgate(1))
        .refused([RefusalCode::ConditionOutstanding])
        .saying("C1 of MMR is outstanding: All terminals accepted")
        .when(mmr(), waive(1, "MMR", "C1"))
        .accepted()
        .when(tha(), promulgate(1))
        .accepted();
}

#[test]
fn a_promulgation_entered_late_is_not_older_than_what_it_rests_on() {
    let story = submitted().after(Span::hours(10));
    approve_by_all(story, 1)
        .after(Span::hours(10))
        .late(Span::hours(15))
        .when(tha(), promulgate(1))
        .refused_at([(RefusalCode::InvalidValue, "occurredAt")])
        .story
        .late(Span::hours(5))
        .when(tha(), promulgate(1))
        .accepted();
    let conditional = submitted()
        .when(tha(), approve(1))
        .accepted()
        .when(chn(), approve_if(1, vec![condition("C1", "PROMULGATION"), condition("C2", "P3")]))
        .accepted()
        .when(mmr(), approve(1))
        .accepted()
        .when(lao(), consent(1, &[]))
        .accepted()
        .after(Span::hours(10))
        .when(tha(), satisfy(1, "CHN", "C1"))
        .accepted()
        .after(Span::hours(10))
        .when(tha(), satisfy(1, "CHN", "C2"))
        .accepted();
    conditional
        .late(Span::hours(15))
        .when(tha(), promulgate(1))
        .refused_at([(RefusalCode::InvalidValue, "occurredAt")])
        .story
        .late(Span::hours(5))
        .when(tha(), promulgate(1))
        .accepted();
}

#[test]
fn the_liaison_officer_may_be_acting_and_needs_to_be_there_only_for_partners_that_lead() {
    let acting = PostCommand::AppointActing { post: of("MMR-01"), officer: officer(9) };
    approved()
        .when(import(), relieve("MMR-01"))
        .accepted()
        .when(import(), posting(acting))
        .accepted()
        .when(tha(), promulgate(1))
        .accepted();
    let tasks = vec![task("T16", "THA", "LAO", 0, 12, &[])];
    let story = draft_with(sections(), tasks).when(tha(), submit()).accepted();
    approve_by_all(story, 1)
        .when(import(), relieve("LAO-01"))
        .accepted()
        .when(tha(), promulgate(1))
        .accepted();
}

#[test]
fn x14_a_partner_that_joined_later_leads_nothing_before_its_liaison_officer_is_in_post() {
    let joined = in_force().and([acceded("KHM", PartnerRole::Participant)]).and(held("KHM-02", false));
    let story = amend(joined, 2, |story| {
        story.when(tha(), add_task(task("T30", "KHM", "KHM", 60, 4, &[]))).accepted()
    });
    story
        .when(tha(), release(&["CHN", "KHM", "LAO", "MMR", "THA"]))
        .accepted()
        .when(post("KHM-02"), consent(2, &[]))
        .accepted()
        .when(tha(), promulgate(2))
        .refused_at([(RefusalCode::LiaisonNotInPost, "planVersionId")])
        .saying("KHM has no liaison officer in post.")
        .and(held("KHM-01", true))
        .when(tha(), promulgate(2))
        .accepted();
}

#[test]
fn an_approval_stays_consent_when_its_author_has_lost_its_vote() {
    approved()
        .when(import(), change_role("MMR", PartnerRole::Participant))
        .accepted()
        .when(tha(), promulgate(1))
        .accepted();
}
