//! What findings rest on.

use super::Check;
use crate::scenario::yaml::{brief, did_you_mean};

impl Check<'_> {
    pub fn evidence(&self) {
        let metrics = &self.scenario.metrics_expected;
        for (index, finding) in self.scenario.review.iter().flat_map(|review| &review.findings).enumerate() {
            for (place, evidence) in finding.evidence.iter().enumerate() {
                let path = format!("review.findings[{index}].evidence[{place}]");
                let metric = evidence.strip_prefix("metric:").filter(|metric| !metrics.contains_key(*metric));
                if let Some(metric) = metric {
                    let hint = did_you_mean(metric, metrics.keys().map(String::as_str));
                    self.fault(
                        &path,
                        &format!("there is no metric `{}` in metrics_expected{hint}", brief(metric)),
                    );
                }
            }
        }
    }
}
