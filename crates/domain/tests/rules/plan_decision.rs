//! Deciding: one exact content, one live decision per partner, each partner for itself.

use crate::support::{Ask, of, saphan::*};
use domain::{
    Command, Position, RefusalCode, Role, Sha256,
    partner::PartnerRole,
    plan::{ConditionStatus, PlanCommand, PlanEvent, VersionStatus},
};

#[test]
fn a_decision_names_the_version_the_content_and_what_was_seen() {
    let story = submitted();
    let approved =
        PlanEvent::PlanVersionApproved { operation: saphan(), number: 1, given: decided(&story, 1, "CHN") };
    let story = story.when(chn(), approve(1)).then([approved]);
    let version = story.version(1);
    let decision = version.live_decision_of(&of("CHN")).unwrap();
    assert_eq!((decision.actor.as_str(), decision.number), ("CHN-01", 1));
    assert_eq!(Some(decision.seen_at), version.submitted_position);
}

#[test]
fn another_content_is_stale() {
    submitted()
        .when(chn(), approve_named(|named| named.content_hash = Sha256([9; 32])))
        .refused_at([(RefusalCode::StalePlanVersion, "contentHash")])
        .saying("The content of version 1 has another hash.");
}

#[test]
fn a_version_that_is_not_under_decision_is_stale() {
    draft()
        .when(chn(), approve(1))
        .refused_at([(RefusalCode::StalePlanVersion, "planVersionId")])
        .saying("Version 1 is DRAFT; no version is under decision.");
    in_force().when(chn(), revoke(1)).refused([RefusalCode::StalePlanVersion]);
    submitted()
        .when(tha(), recall())
        .accepted()
        .when(chn(), approve(1))
        .refused_at([(RefusalCode::StalePlanVersion, "planVersionId")]);
    submitted().when(chn(), approve(2)).refused_at([(RefusalCode::NotFound, "planVersionId")]);
}

#[test]
fn nobody_can_have_seen_what_was_not_there_or_will_be() {
    for seen_at in [Position(1), Position(i64::MAX)] {
        submitted()
            .when(chn(), approve_named(move |named| named.seen_at = seen_at))
            .refused_at([(RefusalCode::SeenAtInvalid, "seenAt")]);
    }
}

#[test]
fn every_reason_against_a_decision_is_told_at_once() {
    submitted()
        .when(
            lao(),
            approve_named(|named| {
                named.content_hash = Sha256([9; 32]);
                named.seen_at = Position(1);
            }),
        )
        .refused([RefusalCode::StalePlanVersion, RefusalCode::SeenAtInvalid, RefusalCode::NotAnApprover]);
}

#[test]
fn one_live_decision_per_partner_and_repeating_it_changes_nothing() {
    submitted()
        .when(chn(), approve(1))
        .accepted()
        .when(chn(), approve(1))
        .unchanged()
        .when(chn(), approve_if(1, vec![condition("C1", "P3")]))
        .refused_at([(RefusalCode::AlreadyDecided, "planVersionId")])
        .when(chn(), reject(1, &[]))
        .refused([RefusalCode::AlreadyDecided])
        .when(chn(), revoke(1))
        .accepted()
        .when(chn(), reject(1, &["T02"]))
        .accepted()
        .when(chn(), reject(1, &["T02"]))
        .unchanged();
}

#[test]
fn only_hosts_and_principals_approve_and_a_participant_rejects_for_its_territory() {
    let story = submitted().when(lao(), approve(1)).refused([RefusalCode::NotAnApprover]).story;
    let refused = PlanEvent::TerritorialConsentRefused {
        operation: saphan(),
        number: 1,
        given: decided(&story, 1, "LAO"),
        tasks: tasks(&["T27"]),
        reason_code: Some(of("SOVEREIGNTY")),
        reason: of("Foreign officers on our territory"),
    };
    story.clone().when(lao(), reject(1, &["T16"])).refused_at([(RefusalCode::UnknownReference, "objectsTo")]);
    story.when(lao(), reject(1, &[])).then([refused]);
}

#[test]
fn who_approves_follows_the_plans_own_policy() {
    let mut sections = sections();
    sections.approval_policy.required_roles = [PartnerRole::Participant].into();
    let story = draft_with(sections, small_plan()).when(tha(), submit()).accepted();
    story.clone().when(lao(), approve(1)).accepted();
    story.when(chn(), approve(1)).refused([RefusalCode::NotAnApprover]);
}

#[test]
fn a_rejection_may_name_tasks_of_the_version() {
    submitted()
        .when(mmr(), reject(1, &["T16", "T99"]))
        .refused_at([(RefusalCode::UnknownReference, "objectsTo")])
        .when(mmr(), reject(1, &["T16", "T21"]))
        .accepted();
    let story = submitted().when(mmr(), reject(1, &["T16"])).accepted();
    assert_eq!(story.version(1).status, VersionStatus::Rejected);
    // The others go on deciding, and the rejection can be taken back.
    let story = story.when(chn(), approve(1)).accepted().when(mmr(), revoke(1)).accepted();
    assert_eq!(story.version(1).status, VersionStatus::Submitted);
}

#[test]
fn consent_is_given_for_tasks_on_ones_own_territory() {
    let story = submitted();
    let given = PlanEvent::TerritorialConsentGiven {
        operation: saphan(),
        number: 1,
        given: decided(&story, 1, "LAO"),
        tasks: tasks(&["T27"]),
    };
    story.clone().when(lao(), consent(1, &[])).then([given]).when(lao(), consent(1, &["T27"])).unchanged();
    story.clone().when(lao(), consent(1, &["T16"])).refused_at([(RefusalCode::UnknownReference, "tasks")]);
    story
        .when(chn(), consent(1, &[]))
        .refused_at([(RefusalCode::NoTerritoryInPlan, "planVersionId")])
        .saying("Version 1 has no task on the territory of CHN.");
}

#[test]
fn a_commander_decides_and_nobody_else() {
    for role in [Role::Planner, Role::Liaison, Role::Watch, Role::Reviewer] {
        submitted().when(post_as("CHN-01", [role]), approve(1)).forbidden();
    }
    submitted().when(import(), approve(1)).forbidden();
    submitted().when(relieved_later(), approve(1)).accepted();
    submitted().when(import(), relieve("CHN-01")).accepted().when(chn(), approve(1)).forbidden();
    submitted().when(import(), suspend("CHN")).accepted().when(chn(), approve(1)).forbidden();
}

fn relieved_later() -> domain::Actor {
    post_as("CHN-01", [Role::Commander])
}

#[test]
fn conditions_name_a_gate_that_there_is_and_stand_once() {
    submitted()
        .when(
            chn(),
            approve_if(1, vec![condition("C1", "P3"), condition("C1", "ACTIVATION"), condition("C2", "P9")]),
        )
        .refused_at([
            (RefusalCode::AlreadyExists, "conditions.1.code"),
            (RefusalCode::UnknownReference, "conditions.2.gate"),
        ]);
    for gate in ["P1", "P3", "PROMULGATION", "ACTIVATION"] {
        submitted().when(chn(), approve_if(1, vec![condition("C1", gate)])).accepted();
    }
}

#[test]
fn a_condition_is_satisfied_by_its_author_or_the_lead_and_waived_by_its_author_alone() {
    let story = submitted().when(chn(), approve_if(1, vec![condition("C1", "P3")])).accepted();
    let status = |story: &crate::support::Story| {
        story.version(1).live_conditions().next().map(|(_, condition)| condition.status)
    };
    assert_eq!(status(&story), Some(ConditionStatus::Outstanding));

    story.clone().when(mmr(), satisfy(1, "CHN", "C1")).forbidden();
    let satisfied = story.clone().when(tha(), satisfy(1, "CHN", "C1")).accepted();
    assert_eq!(status(&satisfied), Some(ConditionStatus::Satisfied));
    satisfied
        .when(chn(), satisfy(1, "CHN", "C1"))
        .unchanged()
        .when(chn(), waive(1, "CHN", "C1"))
        .refused_at([(RefusalCode::WrongState, "conditionId")]);

    let waived = story
        .clone()
        .when(tha(), waive(1, "CHN", "C1"))
        .refused_at([(RefusalCode::NotTheAuthor, "conditionId")])
        .when(chn(), waive(1, "CHN", "C1"))
        .accepted();
    assert_eq!(status(&waived), Some(ConditionStatus::Waived));
    story.when(chn(), waive(1, "CHN", "C9")).refused_at([(RefusalCode::NotFound, "conditionId")]);
}

#[test]
fn the_conditions_of_a_revoked_approval_are_gone() {
    submitted()
        .when(chn(), approve_if(1, vec![condition("C1", "P3")]))
        .accepted()
        .when(chn(), revoke(1))
        .accepted()
        .when(chn(), waive(1, "CHN", "C1"))
        .refused([RefusalCode::NotFound]);
}

#[test]
fn what_was_not_decided_cannot_be_revoked() {
    submitted().when(chn(), revoke(1)).refused_at([(RefusalCode::WrongState, "planVersionId")]);
}

#[test]
fn only_the_lead_recalls_and_only_what_is_under_decision() {
    submitted().when(chn(), recall()).forbidden();
    let story = submitted().when(tha(), recall()).accepted();
    assert_eq!(story.version(1).status, VersionStatus::Recalled);
    story.when(tha(), recall()).refused_at([(RefusalCode::WrongState, "operationId")]);
}

#[test]
fn a_decision_is_not_older_than_the_submission() {
    let early: Ask = approve(1);
    submitted()
        .late(domain::Span::hours(1))
        .when(chn(), early)
        .refused_at([(RefusalCode::InvalidValue, "occurredAt")]);
}

#[test]
fn an_operation_that_is_not_released_to_the_decider_is_not_there() {
    let released = domain::operation::OperationEvent::ReleasabilityMarked {
        operation: saphan(),
        releasable_to: partners(&["CHN"]),
    };
    let command: Ask = Box::new(|story| {
        Command::Plan(PlanCommand::Approve { named: named(story, 1), conditions: Vec::new() })
    });
    submitted().and([released]).when(mmr(), command).refused_at([(RefusalCode::NotFound, "operationId")]);
}
