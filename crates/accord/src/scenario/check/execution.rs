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
