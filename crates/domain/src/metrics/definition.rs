//! What each metric means, in words: the table that the documentation and the API show.

use crate::metrics::{MetricCode, Unit};

/// What a metric means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Definition {
    /// For people.
    pub name: &'static str,
    /// What it tells.
    pub meaning: &'static str,
    /// What it is of: of each of these it can be asked for.
    pub of: &'static str,
    pub unit: Unit,
    /// How it is computed.
    pub formula: &'static str,
    /// The events that enter.
    pub events: &'static [&'static str],
    /// Whether it can be asked for what is one partner's, and whose that is.
    pub by_partner: Option<&'static str>,
    /// Whether it can be asked for a period, and what must lie in it.
    pub by_period: Option<&'static str>,
    /// Where the rule comes from.
    pub source: &'static str,
}

/// Reports of times, and their corrections.
const REQUESTS: &[&str] = &[
    "RequestIssued",
    "RequestAcknowledged",
    "RequestAccepted",
    "RequestDeclined",
    "RequestFulfilled",
    "RequestWithdrawn",
    "RequestTimesCorrected",
];
const PERSONS: &[&str] =
    &["PersonsReceived", "ScreeningTallied", "IdentificationTallied", "AssistanceFigureCorrected"];
const CLAIMS: &[&str] = &[
    "TaskIssued",
    "TaskAcknowledged",
    "TaskStarted",
    "TaskProgressReported",
    "TaskBlocked",
    "TaskUnblocked",
    "TaskCompleted",
    "TaskCancelled",
    "TaskTimesCorrected",
    "IncidentReported",
    "IncidentTriaged",
    "IncidentEscalated",
    "ResponseDecided",
    "ResponderDispatched",
    "ResponderArrived",
    "IncidentContained",
    "IncidentClosed",
    "IncidentReopened",
    "IncidentTimesCorrected",
    "RequestIssued",
    "RequestAcknowledged",
    "RequestAccepted",
    "RequestDeclined",
    "RequestFulfilled",
    "RequestEscalated",
    "RequestWithdrawn",
    "RequestTimesCorrected",
    "OutcomeRecorded",
    "OutcomeCorrected",
    "PersonsReceived",
    "ScreeningTallied",
    "IdentificationTallied",
    "AssistanceOutcomeTallied",
    "AssistanceFigureCorrected",
];
/// Of whatever a measure may name.
const MEASURES: &[&str] = &[
    "OutcomeRecorded",
    "OutcomeCorrected",
    "RequestIssued",
    "RequestAcknowledged",
    "RequestAccepted",
    "RequestDeclined",
    "RequestFulfilled",
    "RequestWithdrawn",
    "RequestTimesCorrected",
    "PersonsReceived",
    "ScreeningTallied",
    "IdentificationTallied",
    "AssistanceFigureCorrected",
    "ContributionPledged",
    "PledgeRevised",
    "PledgeAccepted",
    "FundsDisbursed",
];

const LIMITS: &str = "The limits of the watch, or the time that the request gives.";
const DECISION_LOG: &str = "Rules of decision logs: enter at the first opportunity, explain a delay.";
const PLAN: &str = "The plan and H-hour that were in force when the start was reported.";
const APPROVAL: &str = "The approval policy of the plan.";
const MONEY: &str = "A pledge is not money: accepted, allocated, disbursed.";

impl MetricCode {
    #[expect(clippy::too_many_lines, reason = "a table with an entry for each metric")]
    pub fn definition(self) -> Definition {
        match self {
            Self::TimeToAcknowledge => Definition {
                name: "Time to acknowledge",
                meaning: "How long a request waited for its first answer.",
                of: "request",
                unit: Unit::Minutes,
                formula: "From when it was issued to the first answer of the partner that was asked.",
                events: REQUESTS,
                by_partner: Some("the partner that is asked"),
                by_period: Some("when it was issued"),
                source: LIMITS,
            },
            Self::TimeToDecide => Definition {
                name: "Time to decide",
                meaning: "How long an incident waited for a response to be decided.",
                of: "incident",
                unit: Unit::Minutes,
                formula: "From when it was reported to have happened to the first decision on a response.",
                events: &["IncidentReported", "ResponseDecided", "IncidentTimesCorrected"],
                by_partner: Some("its owner"),
                by_period: Some("when it was"),
                source: LIMITS,
            },
            Self::TimeToRespond => Definition {
                name: "Time to respond",
                meaning: "How long it took until the first unit was on scene.",
                of: "incident",
                unit: Unit::Minutes,
                formula: "From when it was reported to have happened to the earliest of the arrivals that \
                          are known.",
                events: &["IncidentReported", "ResponderArrived", "IncidentTimesCorrected"],
                by_partner: Some("its owner"),
                by_period: Some("when it was"),
                source: LIMITS,
            },
            Self::AcknowledgedOnTime => Definition {
                name: "Acknowledged on time",
                meaning: "Which share of requests was answered before its limit to acknowledge.",
                of: "operation",
                unit: Unit::Percent,
                formula: "Requests with a first answer by their limit, of those and those whose limit has \
                          passed. What was withdrawn before its limit is left out.",
                events: REQUESTS,
                by_partner: Some("the partner that is asked"),
                by_period: Some("when it was issued"),
                source: LIMITS,
            },
            Self::FulfilledOnTime => Definition {
                name: "Fulfilled on time",
                meaning: "Which share of requests was fulfilled before it was due.",
                of: "operation",
                unit: Unit::Percent,
                formula: "Requests that were fulfilled by when they were due, of those and those whose \
                          time has passed. What was declined or withdrawn before is left out.",
                events: REQUESTS,
                by_partner: Some("the partner that is asked"),
                by_period: Some("when it was issued"),
                source: LIMITS,
            },
            Self::RecordingLag => Definition {
                name: "Recording lag",
                meaning: "How late the log learned of what had happened.",
                of: "event, post, operation",
                unit: Unit::Minutes,
                formula: "From when it happened to when it was recorded: of one claim, or the middle one \
                          of all claims that nobody has corrected.",
                events: CLAIMS,
                by_partner: Some("the partner whose post said it"),
                by_period: Some("when it happened"),
                source: DECISION_LOG,
            },
            Self::RecordingLagWorst => Definition {
                name: "Worst recording lag",
                meaning: "How late the log learned of what it learned last of all.",
                of: "event, post, operation",
                unit: Unit::Minutes,
                formula: "From when it happened to when it was recorded: the longest of all claims that \
                          nobody has corrected, and how many came as late.",
                events: CLAIMS,
                by_partner: Some("the partner whose post said it"),
                by_period: Some("when it happened"),
                source: DECISION_LOG,
            },
            Self::StartVariance => Definition {
                name: "Start variance",
                meaning: "How much later than planned a task started; below zero, how much earlier.",
                of: "task",
                unit: Unit::Minutes,
                formula: "The start that was claimed less the planned one.",
                events: &["TaskStarted", "TaskTimesCorrected"],
                by_partner: Some("its lead"),
                by_period: Some("its planned start"),
                source: PLAN,
            },
            Self::FinishVariance => Definition {
                name: "Finish variance",
                meaning: "How much later than planned a task was done; below zero, how much earlier.",
                of: "task",
                unit: Unit::Minutes,
                formula: "The completion that was claimed less the planned finish. What was cancelled has \
                          none.",
                events: &["TaskStarted", "TaskCompleted", "TaskCancelled", "TaskTimesCorrected"],
                by_partner: Some("its lead"),
                by_period: Some("its planned finish"),
                source: PLAN,
            },
            Self::SubmissionToPromulgation => Definition {
                name: "Submission to promulgation",
                meaning: "How long it took until the plan was in force.",
                of: "operation, plan version",
                unit: Unit::Hours,
                formula: "From the first submission of any version to the first promulgation; of one \
                          version, from its own to its own.",
                events: &["PlanVersionSubmitted", "PlanPromulgated"],
                by_partner: None,
                by_period: None,
                source: APPROVAL,
            },
            Self::SubmissionToLastConsent => Definition {
                name: "Submission to last consent",
                meaning: "How long it took until the last partner had agreed, so far.",
                of: "plan version",
                unit: Unit::Hours,
                formula: "From its submission to the last approval or consent that was not revoked.",
                events: &[
                    "PlanVersionSubmitted",
                    "PlanVersionApproved",
                    "PlanVersionApprovedWithConditions",
                    "TerritorialConsentGiven",
                ],
                by_partner: None,
                by_period: Some("its submission"),
                source: APPROVAL,
            },
            Self::DecisionAge => Definition {
                name: "Age of decisions",
                meaning: "How long versions of the plan waited for each decision.",
                of: "operation",
                unit: Unit::Hours,
                formula: "From the submission of a version to each decision on it that was not revoked, or from \
                          when the same partner took one back before: the middle one.",
                events: &[
                    "PlanVersionSubmitted",
                    "ApprovalRevoked",
                    "PlanVersionApproved",
                    "PlanVersionApprovedWithConditions",
                    "PlanVersionRejected",
                    "TerritorialConsentGiven",
                    "TerritorialConsentRefused",
                ],
                by_partner: Some("the partner that decides"),
                by_period: Some("the decision"),
                source: APPROVAL,
            },
            Self::Rounds => Definition {
                name: "Rounds",
                meaning: "How often a plan was submitted until it was in force.",
                of: "operation",
                unit: Unit::Count,
                formula: "Submissions until the first promulgation.",
                events: &["PlanVersionSubmitted", "PlanPromulgated"],
                by_partner: None,
                by_period: None,
                source: APPROVAL,
            },
            Self::RejectionRate => Definition {
                name: "Rejection rate",
                meaning: "Which share of decisions on the plan said no.",
                of: "operation",
                unit: Unit::Percent,
                formula: "Rejections and refused consents, of all decisions that were not revoked.",
                events: &[
                    "PlanVersionApproved",
                    "PlanVersionApprovedWithConditions",
                    "PlanVersionRejected",
                    "TerritorialConsentGiven",
                    "TerritorialConsentRefused",
                ],
                by_partner: Some("the partner that decides"),
                by_period: Some("the decision"),
                source: APPROVAL,
            },
            Self::Corrections => Definition {
                name: "Corrections",
                meaning: "How often what was claimed had to be put right.",
                of: "operation",
                unit: Unit::PerHundred,
                formula: "Claims that were corrected, of a hundred that put nothing right themselves.",
                events: CLAIMS,
                by_partner: Some("the partner whose post said it first"),
                by_period: Some("when it happened, as was said first"),
                source: "Nothing is edited: a correction names what it puts right.",
            },
            Self::WatchGap => Definition {
                name: "Watch gap",
                meaning: "How long the watch lacked officers or nations while the operation went on.",
                of: "centre, shift",
                unit: Unit::Minutes,
                formula: "The sum of the gaps of its shifts; one that nobody ended goes on until the shift \
                          is over: relieved by another, or else as the roster has its end.",
                events: &["WatchGapDetected", "WatchGapEnded", "WatchHandedOver"],
                by_partner: None,
                by_period: Some("the part of a gap that counts"),
                source: "The rules of the watch.",
            },
            Self::PledgeToDisbursement => Definition {
                name: "Pledge to disbursement",
                meaning: "How long it took until money that was pledged began to be paid.",
                of: "contribution, operation",
                unit: Unit::Days,
                formula: "From the pledge to the first payment; of an operation, the middle one of those \
                          that have one.",
                events: &["ContributionPledged", "FundsDisbursed"],
                by_partner: Some("the giver"),
                by_period: Some("the pledge"),
                source: MONEY,
            },
            Self::Disbursed => Definition {
                name: "Disbursed",
                meaning: "Which share of the money that was accepted has been paid.",
                of: "contribution, operation",
                unit: Unit::Percent,
                formula: "Payments of accepted money; of several currencies in the one that their rates \
                          lead to.",
                events: &["ContributionPledged", "PledgeRevised", "PledgeAccepted", "FundsDisbursed"],
                by_partner: Some("the giver"),
                by_period: Some("the pledge"),
                source: MONEY,
            },
            Self::ScreenedWithin96H => Definition {
                name: "Screened within 96 hours",
                meaning: "Which share of the persons received was screened in time.",
                of: "partner that counts",
                unit: Unit::Percent,
                formula: "Persons screened within 96 hours of their reception, of those who were screened \
                          or whose time has passed. Who was received first counts as screened first; who \
                          is not known to have been received does not count.",
                events: PERSONS,
                by_partner: Some("the partner that counts"),
                by_period: Some("the reception"),
                source: "The objective of screening; counts that are not told make no figure.",
            },
            Self::IdentifiedWithin15D => Definition {
                name: "Identified within 15 days",
                meaning: "Of which share of those presumed to be victims it was decided in time whether \
                          they are.",
                of: "partner that counts",
                unit: Unit::Percent,
                formula: "Persons identified or found not to be victims within 15 days of their reception, \
                          of those presumed of whom that was decided or whose time has passed. Who was \
                          received first counts as first.",
                events: PERSONS,
                by_partner: Some("the partner that counts"),
                by_period: Some("the reception"),
                source: "The objective of identification; counts that are not told make no figure.",
            },
            Self::Objective => Definition {
                name: "Objective",
                meaning: "What was reached of what an objective of the plan in force aims at.",
                of: "objective, by its code",
                unit: Unit::Count,
                formula: "By the name of its measure: a kind of outcomes that are counted, or a share of \
                          this list, such as `p1_ack_on_time_pct`.",
                events: MEASURES,
                by_partner: None,
                by_period: None,
                source: "The objectives of the plan.",
            },
        }
    }
}
