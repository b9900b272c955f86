//! Requests are answered in time, or it is said that they were not.

use super::Check;
use crate::scenario::model::request::Channel;
use chrono::TimeDelta;

impl Check<'_> {
    pub fn requests(&self) {
        let scenario = self.scenario;
        for (index, request) in scenario.requests.iter().enumerate() {
            let path = format!("requests[{index}]");
            let ends = [request.fulfilled, request.declined, request.withdrawn].into_iter().flatten().count();
            if self.clean(&path) && ends > 1 {
                self.fault(&path, "ends once: fulfilled, declined or withdrawn");
            }
            let says_no = request.declined.is_some() || request.withdrawn.is_some();
            if self.clean(&path) && says_no && request.why.is_none() {
                self.fault(&path, "is declined or withdrawn, and does not say why");
            }
            // Limits of the watch are between police alone.
            if request.channel == Channel::LegalAssistance {
                continue;
            }
            let limits = scenario.centre.watch_rules.as_ref().map(|rules| &rules.ack_minutes);
            let limit = limits.and_then(|limits| limits.of(request.priority));
            let (Some(limit), Some(at), true) = (limit, request.acknowledged, self.clean(&path)) else {
                continue;
            };
            let late = at - request.issued > TimeDelta::minutes(i64::from(limit));
            if late != request.acknowledgement_missed {
                let message = format!(
                    "but ack_missed is {}: the limit is {limit} minutes",
                    request.acknowledgement_missed
                );
                self.fault(&format!("{path}.ack"), &message);
            }
        }
    }
}
