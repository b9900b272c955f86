//! Promulgation: every approval and consent, no rejection, no outstanding condition, every liaison officer in
//! post.

use crate::support::{Story, of, saphan::*};
use domain::{
    Event, Position, RefusalCode, Role, Span,
    assignment::AssignmentEvent,
    coalition::{PartnerEvent, PartnerRole, PostCommand, PostEvent},
    operation::OperationStatus,
    plan::{ApprovalPolicy, PlanCommand, PlanEvent, Section, Sections, VersionStatus, Withdrawal},
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
        .when(chn(), satisfy(1, "CHN", "C1"))
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
    let refused = approved().when(lao(), leave("LAO")).accepted().when(tha(), promulgate(1)).rejected();
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
        approval_policy: ApprovalPolicy {
            required_roles: [PartnerRole::Principal].into(),
            ..ApprovalPolicy::default()
        },
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
        .when(chn(), satisfy(1, "CHN", "C1"))
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
        .when(chn(), satisfy(1, "CHN", "C1"))
        .accepted()
        .after(Span::hours(10))
        .when(chn(), satisfy(1, "CHN", "C2"))
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
        let added = story.when(tha(), add_task(task("T30", "KHM", "KHM", 60, 4, &[]))).accepted();
        added
            .when(tha(), submit())
            .refused([RefusalCode::DeciderCannotRead])
            .saying("KHM has to decide on version 2, which is not released to it.")
            .when(tha(), release(&["CHN", "KHM", "LAO", "MMR", "THA"]))
            .accepted()
    });
    story
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

/// The operation is released to Thailand, which leads it, and to China; it has a task on each one's ground.
fn bilateral(policy: ApprovalPolicy) -> Story {
    let tasks = vec![task("T16", "THA", "THA", 0, 12, &[]), task("T17", "CHN", "CHN", 0, 12, &[])];
    let sections = Sections { approval_policy: policy, ..sections() };
    draft_with(sections, tasks).and([marked(None, &["CHN"])])
}

#[test]
fn approvers_are_those_that_the_operation_is_released_to_when_the_version_is_submitted() {
    let story = bilateral(ApprovalPolicy::default()).when(tha(), submit()).accepted();
    story
        .when(tha(), promulgate(1))
        .refused([RefusalCode::ApprovalIncomplete, RefusalCode::ApprovalIncomplete])
        .saying("CHN has not approved version 1.")
        .when(tha(), approve(1))
        .accepted()
        // Who comes to read it later had no vote on it, and needs none.
        .when(tha(), release(&["CHN", "MMR"]))
        .accepted()
        .when(mmr(), approve(1))
        .refused([RefusalCode::NotAnApprover])
        .when(chn(), approve(1))
        .accepted()
        .when(tha(), promulgate(1))
        .accepted();
}

#[test]
fn a_policy_may_list_who_has_to_approve() {
    let policy = ApprovalPolicy { approvers: partners(&["LAO", "THA"]), ..ApprovalPolicy::default() };
    bilateral(policy.clone())
        .when(tha(), submit())
        .refused([RefusalCode::DeciderCannotRead])
        .saying("LAO has to decide on version 1, which is not released to it.");
    let sections = Sections { approval_policy: policy, ..sections() };
    draft_with(sections.clone(), small_plan())
        .when(tha(), submit())
        .accepted()
        .when(chn(), approve(1))
        .refused([RefusalCode::NotAnApprover])
        .when(mmr(), consent(1, &[]))
        .accepted()
        .when(lao(), approve(1))
        .accepted()
        .when(tha(), approve(1))
        .accepted()
        .when(tha(), promulgate(1))
        .accepted();
    let unknown = ApprovalPolicy { approvers: partners(&["VNM"]), ..ApprovalPolicy::default() };
    draft_with(Sections { approval_policy: unknown, ..sections }, small_plan())
        .when(tha(), submit())
        .refused_at([
            (RefusalCode::UnknownReference, "approvalPolicy.approvers.0"),
            (RefusalCode::PlanIncomplete, ""),
        ]);
}

#[test]
fn who_has_to_decide_and_may_not_read_the_version_is_told_when_it_is_submitted() {
    draft()
        .when(tha(), release_version(1, &["CHN", "MMR"]))
        .accepted()
        .when(tha(), submit())
        .refused_at([(RefusalCode::DeciderCannotRead, "")])
        .saying("LAO has to decide on version 1, which is not released to it.");
    // Nor is it taken from them while they decide.
    submitted()
        .when(tha(), release(&["CHN", "MMR"]))
        .refused_at([(RefusalCode::DeciderCannotRead, "releasableTo")])
        .when(tha(), release_version(1, &["CHN", "MMR"]))
        .refused_at([(RefusalCode::DeciderCannotRead, "releasableTo")]);
}

#[test]
fn a_lead_without_a_vote_consents_to_its_own_ground_by_submitting() {
    let policy =
        ApprovalPolicy { required_roles: [PartnerRole::Principal].into(), ..ApprovalPolicy::default() };
    let story = bilateral(policy).when(tha(), submit()).accepted().when(chn(), approve(1)).accepted();
    story.clone().when(tha(), promulgate(1)).accepted();
    // It may still think better of it.
    story
        .when(tha(), reject(1, &[]))
        .accepted()
        .when(tha(), promulgate(1))
        .refused([RefusalCode::ApprovalIncomplete])
        .saying("THA has refused its territorial consent.");
}

#[test]
fn a_decision_by_an_officer_who_had_left_is_confirmed_or_revoked_by_its_partner() {
    let late = Span::seconds(1_800);
    let took = |story: Story| story.and(held("CHN-04", true));
    let left = || {
        let story = took(submitted().after(Span::hours(2)));
        let story = approve_by_all(story, 1);
        story.late(late).when(import(), relieve("CHN-01")).accepted()
    };
    let promulgated = |story: Story| story.when(tha(), promulgate(1));
    promulgated(left())
        .refused_at([(RefusalCode::DecidedOutOfPost, "planVersionId")])
        .story
        .when(post("CHN-04"), confirm(1))
        .then([PlanEvent::DecisionConfirmed { operation: saphan(), number: 1, partner: of("CHN") }])
        .when(post("CHN-04"), confirm(1))
        .unchanged()
        .when(tha(), promulgate(1))
        .accepted();
    promulgated(left().when(post("CHN-04"), revoke(1)).accepted())
        .refused([RefusalCode::ApprovalIncomplete])
        .when(post("CHN-04"), approve(1))
        .accepted()
        .when(tha(), promulgate(1))
        .accepted();
    // Nobody confirms for another, and what was decided in post needs no word.
    left().when(mmr(), confirm(1)).unchanged();
    left().when(post_as("CHN-04", [Role::Planner]), confirm(1)).forbidden();
    left().when(import(), confirm(1)).forbidden();
    submitted().when(chn(), confirm(1)).refused_at([(RefusalCode::WrongState, "planVersionId")]);
    // A confirmation may turn out to be out of post as well.
    let confirmed = left().when(post("CHN-04"), confirm(1)).accepted();
    let again = confirmed.and(held("CHN-05", true)).late(Span::seconds(200));
    promulgated(again.when(import(), relieve("CHN-04")).accepted())
        .refused_at([(RefusalCode::DecidedOutOfPost, "planVersionId")]);
}

#[test]
fn a_plan_in_force_is_withdrawn_by_the_lead_and_frees_its_officers() {
    let withdrawn = PlanEvent::PlanWithdrawn {
        operation: saphan(),
        number: 1,
        by: of("THA"),
        reason: of("The border is closed"),
    };
    let freed = AssignmentEvent::AssignmentWithdrawn {
        operation: saphan(),
        number: 1,
        task: of("T16"),
        post: of("MMR-02"),
        reason: of("Version 1 of the plan was withdrawn."),
    };
    let events: [Event; 2] = [withdrawn.into(), freed.into()];
    let story = in_force()
        .when(mmr(), assign("T16", "MMR-02"))
        .accepted()
        .when(tha(), withdraw_plan())
        .then(events)
        .when(tha(), withdraw_plan())
        .refused([RefusalCode::PlanNotInForce])
        .when(mmr(), assign("T16", "MMR-02"))
        .refused([RefusalCode::PlanNotInForce])
        .when(tha(), set_h_hour("2023-10-09T06:00:00+07:00"))
        .refused([RefusalCode::PlanNotInForce])
        .story;
    assert_eq!(story.version(1).status, VersionStatus::Withdrawn);
    assert_eq!(story.operation("SAPHAN").plan.in_force, None);
    // Another version may take its place.
    amend(story, 2, |story| story).when(tha(), promulgate(2)).accepted();
    in_force().when(chn(), withdraw_plan()).forbidden();
    in_force().when(post_as("THA-02", [Role::Planner]), withdraw_plan()).forbidden();
    approved().when(tha(), withdraw_plan()).refused_at([(RefusalCode::PlanNotInForce, "operation")]);
}

#[test]
fn an_approver_withdraws_a_plan_when_its_condition_was_broken_and_the_policy_says_so() {
    let with = |withdrawal| {
        let policy = ApprovalPolicy { withdrawal, ..ApprovalPolicy::default() };
        draft_with(Sections { approval_policy: policy, ..sections() }, small_plan())
            .when(tha(), submit())
            .accepted()
            .when(tha(), approve(1))
            .accepted()
            .when(chn(), approve_if(1, vec![condition("C1", "PROMULGATION")]))
            .accepted()
            .when(mmr(), approve(1))
            .accepted()
            .when(lao(), consent(1, &[]))
            .accepted()
            .when(chn(), satisfy(1, "CHN", "C1"))
            .accepted()
            .when(tha(), promulgate(1))
            .accepted()
    };
    let broken = |story: Story| story.when(chn(), contest(1, "CHN", "C1")).accepted();
    broken(with(Withdrawal::Lead)).when(chn(), withdraw_plan()).forbidden();
    let story = with(Withdrawal::BrokenCondition)
        .when(chn(), withdraw_plan())
        .refused_at([(RefusalCode::WrongState, "operation")])
        .story;
    let story = broken(story);
    story.clone().when(mmr(), withdraw_plan()).refused([RefusalCode::WrongState]);
    story.clone().when(chn(), withdraw_plan()).accepted();
    // Also after it has suspended the plan, which is the first thing to do.
    let suspended = story.when(chn(), revoke(1)).accepted();
    suspended.clone().when(chn(), withdraw_plan()).accepted();
    // Let go on without the condition, nothing is broken any more.
    let settled = suspended.when(chn(), approve(1)).accepted();
    settled.when(chn(), withdraw_plan()).refused([RefusalCode::WrongState]);
}

#[test]
fn a_decision_taken_back_suspends_the_plan_in_force_until_it_is_settled() {
    let h_hour = "2023-10-09T06:00:00+07:00";
    let running = || {
        let story = in_force().when(tha(), set_h_hour(h_hour)).accepted();
        story.when(tha(), activate()).accepted()
    };
    let status = |story: &Story| story.operation("SAPHAN").status();
    let story = running().when(mmr(), revoke(1)).accepted();
    assert_eq!(story.version(1).status, VersionStatus::Suspended);
    assert_eq!(status(&story), OperationStatus::Paused);
    let story = story
        .when(mmr(), assign("T16", "MMR-02"))
        .refused([RefusalCode::PlanSuspended])
        .when(tha(), shift_h_hour("2023-10-10T06:00:00+07:00"))
        .refused([RefusalCode::PlanSuspended])
        .when(tha(), order(Some("2023-10-10T06:00:00+07:00"), &[]))
        .refused([RefusalCode::PlanSuspended])
        .when(tha(), order(None, &[("T01", "THA-01")]))
        .refused([RefusalCode::PlanSuspended])
        .when(tha(), promulgate(1))
        .refused([RefusalCode::PlanSuspended])
        .saying("Version 1 is suspended: MMR took its decision back.");
    in_force()
        .when(lao(), revoke(1))
        .accepted()
        .when(tha(), activate())
        .refused([RefusalCode::HhourNotSet, RefusalCode::PlanSuspended]);
    // Whoever has not taken its decision back has nothing to decide.
    let story = story
        .when(chn(), approve(1))
        .refused([RefusalCode::StalePlanVersion])
        .when(mmr(), reject(1, &[]))
        .refused([RefusalCode::WrongState])
        .when(mmr(), approve_if(1, vec![condition("C9", "PROMULGATION")]))
        .refused_at([(RefusalCode::WrongState, "conditions.0.gate")])
        .story;
    // Nor is less than its approval enough.
    let story =
        story.when(mmr(), consent(1, &[])).refused_at([(RefusalCode::WrongState, "planVersionId")]).story;
    // Two may suspend it, and both have to let it go on.
    let both = story.clone().when(lao(), revoke(1)).accepted().when(mmr(), approve(1)).accepted();
    assert_eq!(both.version(1).suspended_by, partners(&["LAO"]));
    let settled = both.when(lao(), consent(1, &[])).accepted();
    assert_eq!(settled.version(1).status, VersionStatus::Promulgated);
    assert_eq!(status(&settled), OperationStatus::Active);
    settled.when(mmr(), assign("T16", "MMR-02")).accepted();
    // Or it is withdrawn, or another version takes its place.
    let withdrawn = story.clone().when(tha(), withdraw_plan()).accepted();
    assert_eq!(status(&withdrawn), OperationStatus::Paused);
    let amended = amend(story, 2, |story| story).when(tha(), promulgate(2)).accepted();
    assert_eq!(status(&amended), OperationStatus::Active);
    assert_eq!(amended.version(1).status, VersionStatus::Superseded);
}

#[test]
fn a_plan_suspended_by_a_partner_without_a_vote_goes_on_with_all_of_its_consent() {
    let mut tasks = small_plan();
    tasks.push(task("T28", "LAO", "LAO", 80, 4, &[]));
    let story = draft_with(sections(), tasks).when(tha(), submit()).accepted();
    let story = approve_by_all(story, 1).when(tha(), promulgate(1)).accepted();
    let suspended = story.when(lao(), revoke(1)).accepted();
    let story = suspended
        .when(lao(), consent(1, &["T27"]))
        .refused_at([(RefusalCode::WrongState, "tasks")])
        .when(lao(), consent(1, &["T27", "T28"]))
        .accepted();
    assert_eq!(story.version(1).status, VersionStatus::Promulgated);
}

#[test]
fn a_suspended_plan_gives_way_only_to_what_its_nation_has_agreed_to() {
    let alone = ApprovalPolicy { approvers: partners(&["THA"]), ..ApprovalPolicy::default() };
    let mut tasks = small_plan();
    // Without ground of Myanmar, its vote is all that it has.
    tasks.retain(|task| task.lead.as_str() != "MMR");
    for task in &mut tasks {
        task.predecessors.clear();
    }
    let sections = Sections { commanders_intent: None, ..sections() };
    let story = draft_with(sections, tasks).when(tha(), submit()).accepted();
    let story = approve_by_all(story, 1).when(tha(), promulgate(1)).accepted();
    let suspended = story.when(mmr(), revoke(1)).accepted();
    let story = suspended
        .when(tha(), open_amendment())
        .accepted()
        .when(
            tha(),
            planning(PlanCommand::ReviseSection {
                operation: saphan(),
                section: Box::new(Section::ApprovalPolicy(alone)),
            }),
        )
        .accepted()
        .when(tha(), submit())
        .accepted()
        .when(tha(), approve(2))
        .accepted()
        .when(lao(), consent(2, &[]))
        .accepted();
    let story = story
        .when(tha(), promulgate(2))
        .refused_at([(RefusalCode::PlanSuspended, "planVersionId")])
        .saying("Version 1 is in force and suspended by MMR, which has not agreed to version 2.");
    // It lets the one in force go on, or the lead withdraws that in the open.
    story.clone().when(mmr(), approve(1)).accepted().when(tha(), promulgate(2)).accepted();
    story.clone().when(tha(), withdraw_plan()).accepted().when(tha(), promulgate(2)).accepted();
    // Who has left has nothing to settle.
    story.when(import(), suspend("MMR")).accepted().when(tha(), promulgate(2)).accepted();
}

#[test]
fn a_plan_goes_on_by_what_was_seen_and_said_after_it_was_suspended() {
    let story = in_force();
    let before = story.head();
    let story = story.after(Span::hours(1)).when(mmr(), revoke(1)).accepted();
    let unseen = approve_named(move |named| named.seen_at = before);
    let story = story.when(mmr(), unseen).refused_at([(RefusalCode::SeenAtInvalid, "seenAt")]).story;
    let story = story
        .late(Span::seconds(1_800))
        .when(mmr(), approve(1))
        .refused_at([(RefusalCode::InvalidValue, "occurredAt")])
        .story;
    story.when(mmr(), approve(1)).accepted();
}

#[test]
fn who_is_entered_later_as_having_held_the_post_did_not_decide() {
    let story = approve_by_all(submitted().after(Span::hours(2)), 1);
    let story = story.late(Span::seconds(1_800)).when(import(), relieve("CHN-01")).accepted();
    // Its successor took the post before the decision, and is entered after it.
    let nominated = PostEvent::OfficerNominated { post: of("CHN-01"), officer: officer(77) };
    let accepted = PostEvent::NominationAccepted { post: of("CHN-01"), officer: officer(77) };
    let story = story.and([nominated, accepted]);
    let took = posting(PostCommand::TakePost { post: of("CHN-01") });
    let story = story.late(Span::seconds(1_500)).when(import(), took).accepted();
    story
        .when(tha(), promulgate(1))
        .refused_at([(RefusalCode::DecidedOutOfPost, "planVersionId")])
        .story
        .when(chn(), confirm(1))
        .accepted()
        .when(tha(), promulgate(1))
        .accepted();
}

#[test]
fn an_active_operation_passes_the_gate_of_activation_with_each_promulgation() {
    let running = || {
        let story = in_force().when(tha(), set_h_hour("2023-10-09T06:00:00+07:00")).accepted();
        story.when(tha(), activate()).accepted()
    };
    let decided = |story: Story| {
        story
            .when(tha(), open_amendment())
            .accepted()
            .when(tha(), submit())
            .accepted()
            .when(tha(), approve(2))
            .accepted()
            .when(chn(), approve(2))
            .accepted()
            .when(mmr(), approve_if(2, vec![condition("C1", "ACTIVATION")]))
            .accepted()
            .when(lao(), consent(2, &[]))
            .accepted()
            .when(tha(), promulgate(2))
            .refused([RefusalCode::ConditionOutstanding])
            .when(mmr(), satisfy(2, "MMR", "C1"))
            .accepted()
            .when(tha(), promulgate(2))
            .accepted()
    };
    decided(running());
    decided(running().when(tha(), withdraw_plan()).accepted());
    // Before it is active, activation is a gate of its own.
    let planned = in_force().when(tha(), open_amendment()).accepted().when(tha(), submit()).accepted();
    planned
        .when(tha(), approve(2))
        .accepted()
        .when(chn(), approve(2))
        .accepted()
        .when(mmr(), approve_if(2, vec![condition("C1", "ACTIVATION")]))
        .accepted()
        .when(lao(), consent(2, &[]))
        .accepted()
        .when(tha(), promulgate(2))
        .accepted();
}
