//! What the operation came to is counted, or an amount of money, and stays that.

use super::Check;
use crate::scenario::model::values::Money;

impl Check<'_> {
    pub fn outcomes(&self) {
        for (index, outcome) in self.scenario.outcomes.iter().enumerate() {
            let path = format!("outcomes[{index}]");
            if !self.clean(&path) {
                continue;
            }
            self.one_measure(&path, outcome.count, outcome.value.as_ref());
            let mut before = outcome.recorded.unwrap_or(outcome.occurred);
            for (place, correction) in outcome.corrections.iter().enumerate() {
                let path = format!("{path}.corrections[{place}]");
                self.one_measure(&path, correction.count, correction.value.as_ref());
                if correction.count.is_some() != outcome.count.is_some() {
                    self.fault(&path, "puts a count right by an amount of money, or the other way round");
                }
                if correction.recorded < before {
                    self.fault(&format!("{path}.rec"), "is before what it puts right");
                }
                before = correction.recorded;
            }
        }
    }

    fn one_measure(&self, path: &str, count: Option<u32>, value: Option<&Money>) {
        if count.is_some() == value.is_some() {
            self.fault(path, "has a count or a value, and one of them only");
        }
    }
}
