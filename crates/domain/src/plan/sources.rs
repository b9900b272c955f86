//! Who may send what about a plan.

use crate::{
    catalogue::sources::sender::{
        COMMANDER, LEAD_COMMANDER, LEAD_STAFF, PLANNER, SPEAKER, Sender, Source, by, mutation, order,
    },
    plan::PlanCommand,
};

const DRAFTER: Sender = by(PLANNER, "any partner that takes tasks and may read the operation");
const APPROVER: Sender = by(COMMANDER, "a partner that the approval policy names, by its role or by itself");
const TERRITORY: Sender = by(COMMANDER, "a partner with tasks on its territory");
const REFUSER: Sender = by(COMMANDER, "a partner without a vote and with tasks on its territory");
const DECIDER: Sender = by(COMMANDER, "the partner that had decided");
const SETTLER: Sender = by(SPEAKER, "the condition's author");
const PROPOSER: Sender = by(SPEAKER, "any partner that may read the version");
const AUTHOR: Sender = by(COMMANDER, "the condition's author");
const WITHDRAWER: Sender = by(
    COMMANDER,
    "the operation's lead, or of an approver one of whose conditions was broken where the plan's policy says so",
);

impl PlanCommand {
    pub(crate) const SOURCES: &'static [Source] = &[
        mutation("Plan", "ReviseSection", "revisePlanSection", DRAFTER, &["PlanSectionRevised"]),
        mutation("Plan", "Draft", "draftPlan", DRAFTER, &["PlanDrafted", "PlanSectionRevised"]),
        mutation("Plan", "AddPhase", "addPhase", DRAFTER, &["PhaseAdded"]),
        mutation("Plan", "SetTaskTerms", "setTaskTerms", DRAFTER, &["TaskTermsSet"]),
        mutation(
            "Plan",
            "AddTask",
            "addTask",
            DRAFTER,
            &["ReleasabilityMarked", "TaskAddedToPlan", "TaskTermsSet"],
        ),
        mutation("Plan", "ReviseTask", "reviseTask", DRAFTER, &["TaskRevised", "TaskTermsSet"]),
        mutation("Plan", "RemoveTask", "removeTask", DRAFTER, &["TaskRemovedFromPlan"]),
        mutation("Plan", "AddDependency", "addDependency", DRAFTER, &["DependencyAdded"]),
        mutation("Plan", "RemoveDependency", "removeDependency", DRAFTER, &["DependencyRemoved"]),
        mutation("Plan", "RecordRisk", "recordRisk", DRAFTER, &["RiskRecorded"]),
        mutation("Plan", "AttachAnnex", "attachAnnex", DRAFTER, &["AnnexAttached"]),
        mutation(
            "Plan",
            "ImportTasks",
            "importTasks",
            DRAFTER,
            &[
                "PlanSectionRevised",
                "ReleasabilityMarked",
                "TaskAddedToPlan",
                "TaskRevised",
                "TaskTermsSet",
                "TaskRemovedFromPlan",
                "DependencyAdded",
                "DependencyRemoved",
            ],
        ),
        mutation(
            "Plan",
            "Submit",
            "submitPlan",
            LEAD_STAFF,
            &["TaskRevised", "PlanVersionSubmitted", "PlanVersionSuperseded"],
        ),
        mutation("Plan", "Recall", "recallPlan", LEAD_STAFF, &["PlanVersionRecalled"]),
        mutation(
            "Plan",
            "Approve",
            "approvePlan",
            APPROVER,
            &["PlanVersionApproved", "PlanVersionApprovedWithConditions"],
        ),
        mutation("Plan", "Reject", "rejectPlan", APPROVER, &["PlanVersionRejected"]),
        mutation("Plan", "Reject", "rejectPlan", REFUSER, &["TerritorialConsentRefused"]),
        mutation("Plan", "Consent", "consentToPlan", TERRITORY, &["TerritorialConsentGiven"]),
        mutation("Plan", "Revoke", "revokeDecision", DECIDER, &["ApprovalRevoked"]),
        mutation("Plan", "ConfirmDecision", "confirmDecision", DECIDER, &["DecisionConfirmed"]),
        mutation(
            "Plan",
            "ProposeSatisfaction",
            "proposeConditionSatisfied",
            PROPOSER,
            &["ConditionSatisfactionProposed"],
        ),
        mutation("Plan", "ContestCondition", "contestCondition", AUTHOR, &["ApprovalConditionContested"]),
        mutation("Plan", "Withdraw", "withdrawPlan", WITHDRAWER, &["PlanWithdrawn", "AssignmentWithdrawn"]),
        mutation("Plan", "ShareDraft", "shareDraft", LEAD_STAFF, &["DraftShared"]),
        mutation("Plan", "SatisfyCondition", "satisfyCondition", SETTLER, &["ApprovalConditionSatisfied"]),
        mutation("Plan", "WaiveCondition", "waiveCondition", AUTHOR, &["ApprovalConditionWaived"]),
        mutation(
            "Plan",
            "OpenAmendment",
            "openAmendment",
            LEAD_STAFF,
            &["AmendmentOpened", "ReleasabilityMarked"],
        ),
        mutation(
            "Plan",
            "Promulgate",
            "promulgatePlan",
            LEAD_COMMANDER,
            &["PlanVersionSuperseded", "PlanPromulgated", "AssignmentRetimed", "AssignmentWithdrawn"],
        ),
        order(mutation(
            "Plan",
            "IssueFragmentaryOrder",
            "issueFragmentaryOrder",
            LEAD_COMMANDER,
            &[
                "HHourShifted",
                "FragmentaryOrderIssued",
                "OfficerAssigned",
                "AssignmentUnderWay",
                "AssignmentRetimed",
                "AssignmentWithdrawn",
            ],
        )),
    ];
}
