//! Deciding: one exact content, one live decision per partner, each partner for itself.

use crate::support::{Ask, of, saphan::*};
use domain::{
    Actor, Command, Position, RefusalCode, Role, Sha256, Span,
    coalition::PartnerRole,
    plan::{ConditionStatus, DecisionKind, Named, PlanCommand, PlanEvent, VersionStatus},
};
use strum::IntoEnumIterator;

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
    amend(in_force(), 2, |story| story)
        .when(tha(), promulgate(2))
        .accepted()
        .when(chn(), revoke(1))
        .refused([RefusalCode::StalePlanVersion]);
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
fn a_condition_is_satisfied_and_waived_by_its_author_alone() {
    let story = submitted().when(chn(), approve_if(1, vec![condition("C1", "P3")])).accepted();
    let status = |story: &crate::support::Story| {
        story.version(1).live_conditions().next().map(|(_, condition)| condition.status)
    };
    assert_eq!(status(&story), Some(ConditionStatus::Outstanding));

    for other in [tha(), mmr()] {
        story
            .clone()
            .when(other, satisfy(1, "CHN", "C1"))
            .refused_at([(RefusalCode::NotTheAuthor, "conditionId")]);
    }
    story.clone().when(import(), satisfy(1, "CHN", "C1")).forbidden();
    let satisfied = story.clone().when(chn(), satisfy(1, "CHN", "C1")).accepted();
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
fn what_others_propose_the_author_confirms_or_contests() {
    let conditional =
        || submitted().when(chn(), approve_if(1, vec![condition("C1", "PROMULGATION")])).accepted();
    let proposed = |by: &str| PlanEvent::ConditionSatisfactionProposed {
        operation: saphan(),
        number: 1,
        partner: of("CHN"),
        condition: of("C1"),
        by: of(by),
        evidence: of("12 of 12"),
    };
    let status = |story: &crate::support::Story| {
        story.version(1).live_conditions().next().map(|(_, condition)| condition.status)
    };
    conditional().when(chn(), contest(1, "CHN", "C1")).refused_at([(RefusalCode::WrongState, "conditionId")]);
    let story = conditional()
        .when(tha(), propose(1, "CHN", "C1", "12 of 12"))
        .then([proposed("THA")])
        .when(tha(), propose(1, "CHN", "C1", "12 of 12"))
        .unchanged()
        .when(lao(), propose(1, "CHN", "C1", "12 of 12"))
        .then([proposed("LAO")]);
    assert_eq!(status(&story), Some(ConditionStatus::Outstanding), "it is its author's to say");
    story.clone().when(tha(), contest(1, "CHN", "C1")).refused([RefusalCode::NotTheAuthor]);
    // Contested, it is proposed anew or not at all.
    let contested = story.clone().when(chn(), contest(1, "CHN", "C1")).accepted();
    let contested = contested.when(chn(), contest(1, "CHN", "C1")).unchanged();
    contested.when(lao(), propose(1, "CHN", "C1", "12 of 12")).accepted();
    // Its author confirms in words of its own: no proposal that came meanwhile can slip in.
    let confirmed =
        story.when(chn(), satisfy(1, "CHN", "C1")).then([PlanEvent::ApprovalConditionSatisfied {
            operation: saphan(),
            number: 1,
            partner: of("CHN"),
            condition: of("C1"),
            evidence: of("Delivery accepted 12/12"),
        }]);
    confirmed
        .clone()
        .when(tha(), propose(1, "CHN", "C1", "Again"))
        .refused_at([(RefusalCode::WrongState, "conditionId")]);
    // What turns out not to be so is broken, and blocks its gate again.
    let broken = confirmed.when(chn(), contest(1, "CHN", "C1")).accepted();
    assert_eq!(status(&broken), Some(ConditionStatus::Broken));
    let refusals = broken.clone().when(tha(), promulgate(1)).rejected().refusals;
    let told = refusals.iter().find(|refusal| refusal.code == RefusalCode::ConditionOutstanding).unwrap();
    assert_eq!(told.message, "C1 of CHN is broken: All terminals accepted");
    let mended = broken.clone().when(chn(), satisfy(1, "CHN", "C1")).accepted();
    assert_eq!(status(&mended), Some(ConditionStatus::Satisfied));
    broken.when(chn(), waive(1, "CHN", "C1")).accepted();
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
    story.when(tha(), recall()).refused_at([(RefusalCode::WrongState, "operation")]);
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
    let command: Ask = Box::new(|story| {
        Command::Plan(PlanCommand::Approve { named: named(story, 1), conditions: Vec::new() })
    });
    submitted()
        .and([marked(None, &["CHN"])])
        .when(mmr(), command)
        .refused_at([(RefusalCode::NotFound, "operation")]);
}

#[test]
fn x03_what_has_been_superseded_is_stale_and_the_version_under_decision_is_named() {
    let story = submitted()
        .when(mmr(), reject(1, &["T21"]))
        .accepted()
        .when(tha(), open_amendment())
        .accepted()
        .when(tha(), submit())
        .accepted();
    // Its rejection of version 1 is no reason besides: it could not be revoked either.
    let refused =
        story.when(mmr(), approve(1)).refused_at([(RefusalCode::StalePlanVersion, "planVersionId")]);
    let id = refused.story.version(2).id(refused.story.operation("SAPHAN").id()).to_string();
    assert_eq!(refused.refusals[0].subject, Some(id));
    let story = refused.saying("Version 1 is SUPERSEDED; version 2 is under decision.");
    story
        .clone()
        .when(mmr(), reject(1, &["T21"]))
        .refused([RefusalCode::StalePlanVersion])
        .when(lao(), consent(1, &[]))
        .refused([RefusalCode::StalePlanVersion])
        .when(mmr(), revoke(1))
        .refused([RefusalCode::StalePlanVersion]);
}

#[test]
fn the_hash_of_one_version_decides_nothing_on_another() {
    let story = submitted().when(tha(), open_amendment()).accepted().when(tha(), submit()).accepted();
    let first = story.version(1).content_hash;
    let ask: Ask = Box::new(move |story| {
        let named = Named { content_hash: first.unwrap(), ..named(story, 2) };
        Command::Plan(PlanCommand::Approve { named, conditions: Vec::new() })
    });
    story.when(chn(), ask).refused_at([(RefusalCode::StalePlanVersion, "contentHash")]);
}

#[test]
fn what_was_seen_lies_between_the_submission_and_the_present() {
    let story = submitted().when(chn(), approve(1)).accepted().when(mmr(), approve(1)).accepted();
    let (submission, head) = (story.version(1).submitted_position.unwrap(), story.head());
    let seen = |seen_at: i64| {
        story.clone().when(tha(), approve_named(move |named| named.seen_at = Position(seen_at)))
    };
    seen(submission.0 - 1).refused_at([(RefusalCode::SeenAtInvalid, "seenAt")]);
    seen(submission.0).accepted();
    seen(head.0).accepted();
    seen(head.0 + 1).refused_at([(RefusalCode::SeenAtInvalid, "seenAt")]);
}

#[test]
fn a_repeated_decision_is_one_with_the_same_reasons_conditions_and_tasks() {
    let otherwise = |reason_code: Option<&str>, reason: &str| -> Ask {
        let (reason_code, reason) = (reason_code.map(of), of(reason));
        Box::new(move |story| {
            let named = named(story, 1);
            Command::Plan(PlanCommand::Reject { named, reason_code, reason, objects_to: tasks(&["T16"]) })
        })
    };
    submitted()
        .when(mmr(), reject(1, &["T16"]))
        .accepted()
        .when(mmr(), reject(1, &["T16"]))
        .unchanged()
        .when(mmr(), reject(1, &["T16", "T21"]))
        .refused([RefusalCode::AlreadyDecided])
        .when(mmr(), otherwise(None, "Foreign officers on our territory"))
        .refused([RefusalCode::AlreadyDecided])
        .when(mmr(), otherwise(Some("SOVEREIGNTY"), "Another"))
        .refused([RefusalCode::AlreadyDecided])
        .when(mmr(), otherwise(Some("SOVEREIGNTY"), "Foreign officers on our territory"))
        .unchanged();
    submitted()
        .when(chn(), approve_if(1, vec![condition("C1", "P3")]))
        .accepted()
        .when(chn(), approve_if(1, vec![condition("C1", "P3")]))
        .unchanged()
        .when(chn(), approve_if(1, vec![condition("C1", "P1")]))
        .refused([RefusalCode::AlreadyDecided])
        .when(chn(), approve_if(1, vec![condition("C1", "P3"), condition("C2", "P3")]))
        .refused([RefusalCode::AlreadyDecided])
        .when(chn(), approve(1))
        .refused([RefusalCode::AlreadyDecided])
        .saying("CHN has decided APPROVED_WITH_CONDITIONS on this version: revoke that first.");
}

#[test]
fn a_settled_condition_does_not_make_the_same_approval_another() {
    submitted()
        .when(chn(), approve_if(1, vec![condition("C1", "P3")]))
        .accepted()
        .when(chn(), satisfy(1, "CHN", "C1"))
        .accepted()
        .when(chn(), approve_if(1, vec![condition("C1", "P3")]))
        .unchanged();
}

#[test]
fn a_participant_changes_its_mind_by_revoking_first() {
    submitted()
        .when(lao(), reject(1, &["T27"]))
        .accepted()
        .when(lao(), reject(1, &[]))
        .unchanged()
        .when(lao(), consent(1, &[]))
        .refused([RefusalCode::AlreadyDecided])
        .saying("LAO has decided CONSENT_REFUSED on this version: revoke that first.")
        .when(lao(), revoke(1))
        .accepted()
        .when(lao(), revoke(1))
        .refused([RefusalCode::WrongState])
        .when(lao(), consent(1, &[]))
        .accepted();
}

#[test]
fn refusing_consent_leaves_the_version_under_decision_and_a_rejection_marks_it() {
    let refused = submitted().when(lao(), reject(1, &[])).accepted();
    assert_eq!(refused.version(1).status, VersionStatus::Submitted);
    let story = refused.when(mmr(), reject(1, &[])).accepted().when(chn(), reject(1, &[])).accepted();
    assert_eq!(story.version(1).status, VersionStatus::Rejected);
    let story = story.when(mmr(), revoke(1)).accepted();
    assert_eq!(story.version(1).status, VersionStatus::Rejected, "China's rejection stands");
    let story = story.when(chn(), revoke(1)).accepted();
    assert_eq!(story.version(1).status, VersionStatus::Submitted);
}

#[test]
fn a_revoked_decision_stays_in_the_record_under_its_number() {
    let story = submitted()
        .when(chn(), approve(1))
        .accepted()
        .when(chn(), revoke(1))
        .then([PlanEvent::ApprovalRevoked {
            operation: saphan(),
            number: 1,
            partner: of("CHN"),
            reason: of("On reflection"),
        }])
        .when(chn(), reject(1, &["T02"]))
        .accepted();
    let version = story.version(1);
    let told: Vec<_> = version
        .decisions
        .iter()
        .map(|decision| (decision.number, decision.kind, decision.is_live()))
        .collect();
    assert_eq!(told, [(1, DecisionKind::Approved, false), (2, DecisionKind::Rejected, true)]);
    assert_eq!(
        version.live_decision_of(&of("CHN")).unwrap().reason,
        Some(of("Foreign officers on our territory"))
    );
}

#[test]
fn a_decision_is_not_revoked_before_it_was_taken() {
    submitted()
        .when(chn(), approve(1))
        .accepted()
        .after(Span::hours(2))
        .late(Span::hours(3))
        .when(chn(), revoke(1))
        .refused_at([(RefusalCode::InvalidValue, "occurredAt")])
        .story
        .late(Span::hours(1))
        .when(chn(), revoke(1))
        .accepted();
}

#[test]
fn every_kind_of_decision_is_for_commanders_in_post_and_never_for_services() {
    let asks: [fn() -> Ask; 6] = [
        || approve_if(1, vec![condition("C1", "P3")]),
        || reject(1, &[]),
        || consent(1, &[]),
        || revoke(1),
        || waive(1, "CHN", "C1"),
        || promulgate(1),
    ];
    let all = Actor::Service { name: "import".to_owned(), roles: Role::iter().collect() };
    let story = submitted().when(chn(), approve_if(1, vec![condition("C1", "P3")])).accepted();
    for ask in asks {
        story.clone().when(all.clone(), ask()).forbidden();
        for role in Role::iter().filter(|role| *role != Role::Commander) {
            story.clone().when(post_as("CHN-01", [role]), ask()).forbidden();
        }
    }
    story.when(all, satisfy(1, "CHN", "C1")).forbidden();
}

#[test]
fn a_partner_decides_for_itself_whatever_post_its_commander_holds() {
    let story = submitted().when(post("CHN-03"), approve(1)).accepted();
    story
        .clone()
        .when(chn(), approve(1))
        .unchanged()
        .when(mmr(), revoke(1))
        .refused([RefusalCode::WrongState]);
    assert_eq!(story.version(1).live_decision_of(&of("CHN")).unwrap().actor, "CHN-03");
}

#[test]
fn conditions_are_settled_also_while_the_version_is_in_force_and_not_once_it_is_superseded() {
    let conditional = submitted()
        .when(tha(), approve(1))
        .accepted()
        .when(chn(), approve_if(1, vec![condition("C1", "P3"), condition("C2", "P3")]))
        .accepted()
        .when(mmr(), approve(1))
        .accepted()
        .when(lao(), consent(1, &[]))
        .accepted()
        .when(tha(), promulgate(1))
        .accepted()
        .when(chn(), satisfy(1, "CHN", "C1"))
        .then([PlanEvent::ApprovalConditionSatisfied {
            operation: saphan(),
            number: 1,
            partner: of("CHN"),
            condition: of("C1"),
            evidence: of("Delivery accepted 12/12"),
        }]);
    amend(conditional, 2, |story| story)
        .when(tha(), promulgate(2))
        .accepted()
        .when(chn(), waive(1, "CHN", "C2"))
        .refused([RefusalCode::StalePlanVersion]);
}
