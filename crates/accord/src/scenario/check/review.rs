//! What findings rest on.

use super::Check;
use crate::scenario::{
    Proof,
    yaml::{brief, did_you_mean},
};
use domain::metrics::MetricCode;

impl Check<'_> {
    pub fn evidence(&self) {
        let metrics = &self.scenario.metrics_expected;
        for (name, named) in &self.scenario.metrics_of {
            let path = format!("metrics_of.{name}");
            if !metrics.contains_key(name) {
                self.fault(&path, "is no name in metrics_expected");
            }
            if named.code.parse::<MetricCode>().is_err() {
                self.fault(&format!("{path}.code"), &format!("`{}` is no metric", brief(&named.code)));
            }
            if named.event.is_some() != named.by.is_some() || named.of.is_some() && named.event.is_some() {
                self.fault(&path, "is of something, or of the last event of a type by a post");
            }
        }
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
