//! Counts of persons add up.

use super::Check;
use crate::scenario::model::assistance::AssistanceEvent;
use std::collections::BTreeMap;

impl Check<'_> {
    pub fn assistance(&self) {
        let Some(assistance) = &self.scenario.assistance else { return };
        for (index, report) in assistance.reports.iter().enumerate() {
            let AssistanceEvent::FigureCorrected { corrects, .. } = report.event else {
                continue;
            };
            if usize::try_from(corrects).is_ok_and(|corrects| corrects >= index) {
                let path = format!("assistance.reports[{index}].corrects");
                self.fault(&path, "is the index, from 0, of no earlier report");
            }
        }
        if let Some(last) = assistance.last.as_ref().filter(|_| self.clean("assistance.final")) {
            let (screened, identified) = (&last.screened, &last.identified);
            let sum = |counts: &[u32]| counts.iter().map(|count| u64::from(*count)).sum::<u64>();
            let all =
                |counts: &BTreeMap<String, u32>| counts.values().map(|count| u64::from(*count)).sum::<u64>();
            let by_status = sum(&[identified.identified, identified.not_identified, identified.undetermined]);
            for (field, parts, whole, of) in [
                ("screened", sum(&[screened.presumed, screened.not_presumed]), last.received, "received"),
                ("identified", by_status, screened.presumed, "presumed"),
                (
                    "identified_by_nationality",
                    all(&last.identified_by_nationality),
                    identified.identified,
                    "identified",
                ),
                ("outcomes", all(&last.outcomes), identified.identified, "identified"),
            ] {
                if parts != u64::from(whole) {
                    self.fault(
                        &format!("assistance.final.{field}"),
                        &format!("adds up to {parts}, but {of} is {whole}"),
                    );
                }
            }
        }
    }
}
