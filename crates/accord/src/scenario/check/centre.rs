//! The centre and its sites.

use super::Check;
use crate::scenario::yaml::did_you_mean;

impl Check<'_> {
    pub fn centre(&self) {
        let centre = &self.scenario.centre;
        let weights = &centre.criteria_weights;
        let sum: i128 = weights.values().map(|weight| i128::from(*weight)).sum();
        if self.clean("centre.criteria_weights") && sum != 100 {
            self.fault("centre.criteria_weights", &format!("adds up to {sum}, not 100"));
        }
        for (index, option) in centre.options.iter().enumerate() {
            let path = format!("centre.options[{index}]");
            for (criterion, score) in &option.scores {
                if !weights.contains_key(criterion) {
                    let hint = did_you_mean(criterion, weights.keys().map(String::as_str));
                    self.fault(
                        &format!("{path}.{criterion}"),
                        &format!("is neither a field nor a criterion{hint}"),
                    );
                } else if self.clean(&format!("{path}.{criterion}")) && !(1..=5).contains(score) {
                    self.fault(&format!("{path}.{criterion}"), "is out of bounds: scores are 1 to 5");
                }
            }
            for criterion in weights.keys().filter(|criterion| !option.scores.contains_key(*criterion)) {
                self.fault(&path, &format!("has no score for {criterion}"));
            }
            let score =
                |(name, weight): (&String, &i64)| i128::from(*weight) * i128::from(option.scores[name]);
            if !self.clean(&path) || !self.clean("centre.criteria_weights") {
                continue;
            }
            // The weights are hundredths, so the sum has two decimal places.
            if weights.iter().map(score).sum::<i128>() * 10_i128.pow(7) != option.weighted.scaled() {
                self.fault(&format!("{path}.weighted"), "is not the sum of score times weight, by 100");
            }
        }
    }
}
