//! What findings rest on.

use super::Check;
use crate::scenario::{
    Proof,
    yaml::{brief, did_you_mean},
};

impl Check<'_> {
    pub fn evidence(&self) {
        let metrics = &self.scenario.metrics_expected;
        for (index, finding) in self.scenario.review.iter().flat_map(|review| &review.findings).enumerate() {
            for (place, evidence) in finding.evidence.iter().enumerate() {
                let path = format!("review.findings[{index}].evidence[{place}]");
                match self.scenario.proof(evidence) {
                    Some(Proof::Metric(metric)) if !metrics.contains_key(metric) => {
                        let hint = did_you_mean(metric, metrics.keys().map(String::as_str));
                        self.fault(
                            &path,
                            &format!("there is no metric `{}` in metrics_expected{hint}", brief(metric)),
                        );
                    }
                    Some(_) => {}
                    None => self.fault(&path, "is nothing that this file tells of"),
                }
            }
        }
    }
}
