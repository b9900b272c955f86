//! Gaps of shifts.

use super::Check;
use crate::scenario::model::watch::WatchGap;

impl Check<'_> {
    pub fn watches(&self) {
        for (index, shift) in self.scenario.watch_sample.iter().enumerate() {
            let outside = |gap: &WatchGap| gap.from < shift.from || gap.to > shift.to;
            let path = format!("watch_sample[{index}]");
            if self.clean(&path) && shift.gap.as_ref().is_some_and(outside) {
                self.fault(&format!("{path}.gap"), "is outside its shift");
            }
        }
    }
}
