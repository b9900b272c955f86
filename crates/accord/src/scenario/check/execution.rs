//! When tasks were carried out.

use super::Check;
use std::collections::HashMap;

impl Check<'_> {
    pub fn actuals(&self) {
        let actuals =
            self.scenario.actuals.iter().enumerate().map(|(index, actual)| (&*actual.id, (index, actual)));
        let actuals: HashMap<_, _> =
            actuals.filter(|(_, (index, _))| self.clean(&format!("actuals[{index}]"))).collect();
        let in_post: HashMap<_, _> = self.scenario.posts.iter().map(|post| (&*post.id, post.since)).collect();
        for (index, actual) in actuals.values() {
            let path = format!("actuals[{index}]");
            let recorded = [actual.end_recorded, actual.end_first_recorded_as, actual.corrected_recorded];
            for (field, told, right, other) in [
                ("start_told", &actual.start_told, actual.start, actual.start_recorded.is_some()),
                ("end_told", &actual.end_told, actual.end, recorded.iter().any(Option::is_some)),
            ] {
                let path = format!("{path}.{field}");
                if !told.is_empty() && other {
                    self.fault(&path, "says when it was recorded, so nothing else does");
                }
                if told.last().is_some_and(|last| last.at != right) {
                    self.fault(&path, &format!("does not end with the {}", field.trim_end_matches("_told")));
                }
            }
            match (actual.end_first_recorded_as, actual.end_recorded, actual.corrected_recorded) {
                (Some(_), Some(_), Some(_)) => {}
                (None, recorded, None) => {
                    if recorded.is_some_and(|recorded| recorded < actual.end) {
                        self.fault(&format!("{path}.end_rec"), "is before end");
                    }
                }
                _ => self.fault(
                    &path,
                    "a correction takes end_first_recorded_as, end_rec and corrected_rec together",
                ),
            }
        }
        for (index, task) in self.scenario.plan.tasks.iter().enumerate() {
            let Some((place, actual)) =
                actuals.get(&*task.id).filter(|_| self.clean(&format!("plan.tasks[{index}]")))
            else {
                continue;
            };
            let path = format!("actuals[{place}].start");
            let clean = self.clean("posts");
            if let Some(from) = in_post.get(&*task.post).filter(|from| clean && actual.start < **from) {
                self.fault(&path, &format!("is before {} is in post, {}", task.post, from.to_rfc3339()));
            }
            for before in task.predecessors.iter().filter_map(|before| actuals.get(&**before)) {
                if before.1.end > actual.start {
                    let message = format!(
                        "is before its predecessor {} ends, {}",
                        before.1.id,
                        before.1.end.to_rfc3339()
                    );
                    self.fault(&path, &message);
                }
            }
        }
    }
}
