//! Which function computes which metric.

use crate::metrics::{
    Asked, Facts, Metric, MetricCode, Why, claims, money, objectives, persons, plans, watch,
};

/// The metric of what is asked for: of the operation as a whole one entry, or one for each thing that it is of, in the
/// order of their codes. Of a subject that it is not of there is none.
pub fn compute(code: MetricCode, asked: &Asked, facts: &Facts) -> Vec<Metric> {
    let definition = code.definition();
    let is_narrowed = (asked.partner.is_some() && definition.by_partner.is_none())
        || (!asked.period.is_open() && definition.by_period.is_none());
    if is_narrowed {
        return vec![Metric::without(code, facts.operation.clone(), Why::NotNarrowed)];
    }
    match code {
        MetricCode::TimeToAcknowledge => claims::time_to_acknowledge(asked, facts),
        MetricCode::TimeToDecide | MetricCode::TimeToRespond => claims::of_incidents(code, asked, facts),
        MetricCode::AcknowledgedOnTime | MetricCode::FulfilledOnTime => claims::on_time(code, asked, facts),
        MetricCode::RecordingLag | MetricCode::RecordingLagWorst => claims::recording_lag(code, asked, facts),
        MetricCode::StartVariance | MetricCode::FinishVariance => claims::variance(code, asked, facts),
        MetricCode::Corrections => claims::corrections(asked, facts),
        MetricCode::SubmissionToPromulgation => plans::to_promulgation(asked, facts),
        MetricCode::SubmissionToLastConsent => plans::to_last_consent(asked, facts),
        MetricCode::DecisionAge => plans::decision_age(asked, facts),
        MetricCode::Rounds => plans::rounds(asked, facts),
        MetricCode::RejectionRate => plans::rejection_rate(asked, facts),
        MetricCode::WatchGap => watch::gap(asked, facts),
        MetricCode::PledgeToDisbursement => money::to_disbursement(asked, facts),
        MetricCode::Disbursed => money::disbursed(asked, facts),
        MetricCode::ScreenedWithin96H | MetricCode::IdentifiedWithin15D => {
            persons::in_time(code, asked, facts)
        }
        MetricCode::Objective => objectives::reached(asked, facts),
    }
}
