//! Which facts which metric is computed from.

use domain::metrics::MetricCode;

/// Facts that are read together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Part {
    /// On tasks, incidents, requests and outcomes, and counts of persons by whoever counts.
    Claims,
    Requests,
    Incidents,
    Tasks,
    /// With decisions, and the objectives of the version in force.
    Plans,
    Watch,
    Money,
    /// Counts as they are told to who does not count. What the viewer counts is among the claims.
    Persons,
}

impl Part {
    pub fn of(code: MetricCode) -> &'static [Self] {
        match code {
            MetricCode::TimeToAcknowledge | MetricCode::AcknowledgedOnTime | MetricCode::FulfilledOnTime => {
                &[Self::Claims, Self::Requests]
            }
            MetricCode::TimeToDecide | MetricCode::TimeToRespond => &[Self::Claims, Self::Incidents],
            MetricCode::RecordingLag | MetricCode::RecordingLagWorst | MetricCode::Corrections => {
                &[Self::Claims]
            }
            MetricCode::StartVariance | MetricCode::FinishVariance => &[Self::Claims, Self::Tasks],
            MetricCode::SubmissionToPromulgation
            | MetricCode::SubmissionToLastConsent
            | MetricCode::DecisionAge
            | MetricCode::Rounds
            | MetricCode::RejectionRate => &[Self::Plans],
            MetricCode::WatchGap => &[Self::Watch],
            MetricCode::PledgeToDisbursement | MetricCode::Disbursed => &[Self::Money],
            MetricCode::ScreenedWithin96H | MetricCode::IdentifiedWithin15D => &[Self::Claims, Self::Persons],
            // Whatever an objective's measure may name.
            MetricCode::Objective => &[Self::Claims, Self::Requests, Self::Plans, Self::Money, Self::Persons],
        }
    }
}
