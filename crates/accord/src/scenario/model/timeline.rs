//! What happened, in the order of recording: the governance events of all subjects.

use super::values::{Instant, OneOrMore};
use crate::scenario::{
    record::{kinds, names, record},
    yaml::{At, Read},
};

record! {
    /// A governance event; `by` names partners or posts, and `occurred` is `recorded` unless stated.
    TimelineEntry {
        recorded in "rec": Instant, occurred in "occ": Option<Instant>, subject in "s": Subject,
        by: OneOrMore = OneOrMore(Vec::new()),
        note: Option<String>, event flat "ev": GovernanceEvent,
    }
}

names! {
    SubjectKind {
        Partner = "partner", Centre = "centre", Post = "post", Watch = "watch", Operation = "operation",
        Plan = "plan",
        Review = "review",
    }
}

/// `kind-code`; the code of plan and review is the operation's, that of watch the centre's, and `post-*` is
/// every post.
#[derive(Clone, Debug, PartialEq)]
pub struct Subject {
    pub kind: SubjectKind,
    pub code: String,
}

impl Read for Subject {
    fn read(at: &At<'_>) -> Self {
        use SubjectKind::{Centre, Operation, Partner, Plan, Post, Review, Watch};
        let text = String::read(at);
        let (name, code) = text.split_once('-').unwrap_or((&text, ""));
        let all = [Partner, Centre, Post, Watch, Operation, Plan, Review];
        let kind = all.into_iter().find(|kind| kind.to_string() == name);
        if kind.is_none() || code.is_empty() {
            at.fault(
                "is no subject such as plan-SAPHAN: partner, centre, post, watch, operation, plan or review",
            );
        }
        Self { kind: kind.unwrap_or(Partner), code: code.to_owned() }
    }
}

kinds! {
    GovernanceEvent {
        PartnerAcceded = "PartnerAcceded" {}
        PartnerSuspended = "PartnerSuspended" {}
        PartnerReinstated = "PartnerReinstated" {}
        PartnerWithdrew = "PartnerWithdrew" {}
        CentreProposed = "CentreProposed" {}
        SiteOptionAssessed = "SiteOptionAssessed" { options in "n": u32 }
        SiteSelected = "SiteSelected" {}
        CentreEstablished = "CentreEstablished" {}
        CentreActivated = "CentreActivated" {}
        OfficerNominated = "OfficerNominated" {}
        OperationInitiated = "OperationInitiated" {}
        WarningOrderIssued = "WarningOrderIssued" {}
        LegalBasisRecorded = "LegalBasisRecorded" {}
        HHourSet = "HHourSet" {}
        HHourShifted = "HHourShifted" { hours: i32 }
        OperationActivated = "OperationActivated" {}
        PhaseStarted = "PhaseStarted" { phase in "ph": String }
        GoNoGoDecided = "GoNoGoDecided" {
            decision: GoNoGo, phase in "ph": Option<String>, not_met: Vec<String> = Vec::new(),
        }
        DecisionRecorded = "DecisionRecorded" { decision_point in "dp": String, outcome: String, known_persons: Option<u32> }
        DeconflictionConflictFound = "DeconflictionConflictFound" {}
        DeconflictionCleared = "DeconflictionCleared" {}
        OperationClosed = "OperationClosed" {}
        PlanDrafted = "PlanDrafted" {}
        PlanVersionSubmitted = "PlanVersionSubmitted" { version in "v": u32 }
        PlanVersionApproved = "PlanVersionApproved" { version in "v": u32 }
        PlanVersionApprovedWithConditions = "PlanVersionApprovedWithConditions" { version in "v": u32 }
        PlanVersionRejected = "PlanVersionRejected" { version in "v": u32 }
        TerritorialConsentGiven = "TerritorialConsentGiven" { version in "v": u32 }
        PlanVersionSuperseded = "PlanVersionSuperseded" { version in "v": u32 }
        PlanPromulgated = "PlanPromulgated" { version in "v": u32 }
        AmendmentOpened = "AmendmentOpened" { version in "v": u32 }
        TaskRevised = "TaskRevised" { task: String }
        TaskAddedToPlan = "TaskAddedToPlan" { task: String }
        ApprovalConditionSatisfied = "ApprovalConditionSatisfied" { condition in "cond": String }
        FragmentaryOrderIssued = "FragmentaryOrderIssued" { order: String }
        WatchGapDetected = "WatchGapDetected" {}
        ReviewOpened = "ReviewOpened" {}
        ReviewAdopted = "ReviewAdopted" {}
    }
}
names! { GoNoGo { Go = "GO", NoGo = "NO_GO" } }

impl GovernanceEvent {
    /// The kind of subject that it concerns.
    pub fn subject_kind(&self) -> SubjectKind {
        match self {
            Self::PartnerAcceded {}
            | Self::PartnerSuspended {}
            | Self::PartnerReinstated {}
            | Self::PartnerWithdrew {} => SubjectKind::Partner,
            Self::CentreProposed {}
            | Self::SiteOptionAssessed { .. }
            | Self::SiteSelected {}
            | Self::CentreEstablished {}
            | Self::CentreActivated {} => SubjectKind::Centre,
            Self::OfficerNominated {} => SubjectKind::Post,
            Self::WatchGapDetected {} => SubjectKind::Watch,
            Self::ReviewOpened {} | Self::ReviewAdopted {} => SubjectKind::Review,
            Self::PlanDrafted {}
            | Self::PlanVersionSubmitted { .. }
            | Self::PlanVersionApproved { .. }
            | Self::PlanVersionApprovedWithConditions { .. }
            | Self::PlanVersionRejected { .. }
            | Self::TerritorialConsentGiven { .. }
            | Self::PlanVersionSuperseded { .. }
            | Self::PlanPromulgated { .. }
            | Self::AmendmentOpened { .. }
            | Self::TaskRevised { .. }
            | Self::TaskAddedToPlan { .. }
            | Self::ApprovalConditionSatisfied { .. }
            | Self::FragmentaryOrderIssued { .. } => SubjectKind::Plan,
            Self::OperationInitiated {}
            | Self::WarningOrderIssued {}
            | Self::LegalBasisRecorded {}
            | Self::HHourSet {}
            | Self::HHourShifted { .. }
            | Self::OperationActivated {}
            | Self::PhaseStarted { .. }
            | Self::GoNoGoDecided { .. }
            | Self::DecisionRecorded { .. }
            | Self::DeconflictionConflictFound {}
            | Self::DeconflictionCleared {}
            | Self::OperationClosed {} => SubjectKind::Operation,
        }
    }
}
