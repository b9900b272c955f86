//! Promulgation: every approval and consent, no rejection, no outstanding condition, every liaison officer in post.

use crate::support::{of, saphan::*};
use domain::{
    Position, RefusalCode, Role,
    partner::{PartnerCommand, PartnerRole},
    plan::{PlanEvent, VersionStatus},
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
    assert_eq!(story.operation("SAPHAN").in_force, Some(1));
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
