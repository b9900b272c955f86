//! The plan in its versions, and who decided what on it.

use super::Check;
use crate::scenario::{
    model::plan::{Change, Task},
    yaml::{brief, did_you_mean},
};
use std::collections::{HashMap, HashSet};

impl Check<'_> {
    pub fn plan(&self) {
        let plan = &self.scenario.plan;
        let known: HashMap<&str, &Task> = plan.tasks.iter().map(|task| (&*task.id, task)).collect();
        let partners: HashSet<&str> = self.scenario.partners.iter().map(|partner| &*partner.id).collect();
        let holders: HashMap<&str, &str> =
            self.scenario.posts.iter().map(|post| (&*post.id, &*post.partner)).collect();
        for (index, difference) in plan.differences.iter().enumerate() {
            let path = format!("plan.v1_differences[{index}]");
            if !self.clean(&path) {
                continue;
            }
            for id in &difference.tasks {
                let Some(&task) = known.get(&**id) else {
                    self.fault(
                        &format!("{path}.task"),
                        &format!("there is no task `{}`{}", brief(id), near(id, &known)),
                    );
                    continue;
                };
                match &difference.change {
                    Change::Added => {}
                    Change::Predecessor { predecessor } => {
                        if !task.predecessors.contains(predecessor) {
                            self.fault(
                                &format!("{path}.v2"),
                                &format!("but {id} does not wait for `{predecessor}`"),
                            );
                        }
                    }
                    Change::Fields { v1, v2 } => {
                        let mut now = task.clone();
                        v2.apply(&mut now);
                        if now != *task && self.clean("plan.tasks") {
                            self.fault(&format!("{path}.v2"), &format!("is not what task {id} says"));
                        }
                        let mut first = task.clone();
                        v1.apply(&mut first);
                        if !(-20_000..=20_000).contains(&first.start)
                            || !(1..=20_000).contains(&first.duration)
                        {
                            self.fault(
                                &format!("{path}.v1"),
                                "is out of bounds: s -20000 to 20000, d 1 to 20000",
                            );
                        }
                        let phases = plan.phases.iter().any(|phase| phase.id == first.phase);
                        let efforts =
                            plan.lines_of_effort.iter().any(|effort| effort.id == first.line_of_effort);
                        for (what, code, there) in [
                            ("partner", v1.lead.as_ref(), partners.contains(&*first.lead)),
                            ("partner", v1.territory.as_ref(), partners.contains(&*first.territory)),
                            ("post", v1.post.as_ref(), holders.contains_key(&*first.post)),
                            ("phase", v1.phase.as_ref(), phases),
                            ("line of effort", v1.line_of_effort.as_ref(), efforts),
                        ] {
                            if let (Some(code), false) = (code, there) {
                                self.fault(
                                    &format!("{path}.v1"),
                                    &format!("there is no {what} `{}`", brief(code)),
                                );
                            }
                        }
                    }
                }
            }
        }
        let newest = self.scenario.versions();
        // Differences with a fault of their own say nothing about what version 1 was.
        for version in (1..=newest).filter(|version| *version == newest || self.clean("plan.v1_differences"))
        {
            let tasks = self.scenario.plan(version).map(|draft| draft.tasks).unwrap_or_default();
            self.tasks(version, &tasks, &holders);
        }
    }

    /// Leads, times and dependencies of one version. What version 1 shares with version 2 is said once.
    fn tasks(&self, version: u32, tasks: &[Task], holders: &HashMap<&str, &str>) {
        let newest = version == self.scenario.versions();
        let written: HashMap<&str, (usize, &Task)> = self
            .scenario
            .plan
            .tasks
            .iter()
            .enumerate()
            .map(|(index, task)| (&*task.id, (index, task)))
            .collect();
        let own: HashMap<&str, &Task> = tasks.iter().map(|task| (&*task.id, task)).collect();
        let fine = |task: &Task| self.clean(&format!("plan.tasks[{}]", written[&*task.id].0));
        let said = |task: &Task| !newest && written[&*task.id].1 == task;
        let at = |task: &Task, field: &str| {
            let here = || format!("plan.tasks[{}].{field}", written[&*task.id].0);
            if newest { here() } else { "plan.v1_differences".to_owned() }
        };
        let clean: Vec<&Task> = tasks.iter().filter(|task| fine(task)).collect();
        for &task in &clean {
            if let Some(partner) = holders.get(&*task.post)
                && self.clean("posts")
                && **partner != *task.lead
                && !said(task)
            {
                let message = format!(
                    "{} of {} is a post of {partner}, not of the lead {}",
                    task.post, task.id, task.lead
                );
                self.fault(&at(task, "post"), &message);
            }
            for (index, id) in task.predecessors.iter().enumerate() {
                let Some(&before) = own.get(&**id) else {
                    if !newest {
                        self.fault(
                            "plan.v1_differences",
                            &format!("leaves {} waiting for {id}, absent from v1", task.id),
                        );
                    }
                    continue;
                };
                let end = before.start.saturating_add(before.duration);
                if end > task.start && fine(before) && !(said(task) && said(before)) {
                    let (id, start) = (&task.id, task.start);
                    let message =
                        format!("{} is to finish at H{end:+}, after {id} starts at H{start:+}", before.id);
                    self.fault(&at(task, &format!("pre[{index}]")), &message);
                }
            }
        }
        // Who is only foreseen may be for several at once.
        let mut by_post: Vec<&Task> = clean.into_iter().filter(|task| task.bound).collect();
        by_post.sort_by_key(|task| (&task.post, task.start));
        for pair in by_post.windows(2) {
            let (first, second) = (pair[0], pair[1]);
            let overlap =
                first.post == second.post && first.start.saturating_add(first.duration) > second.start;
            if overlap && !(said(first) && said(second)) {
                let message = format!("of {} overlaps {}: {} has both", second.id, first.id, second.post);
                self.fault(&at(second, "s"), &message);
            }
        }
        if newest {
            for cycle in cycles(tasks) {
                let message =
                    format!("is a cycle: {} waits for {}", cycle[0], cycle[1..].join(", which waits for "));
                self.fault(&at(own[cycle[0]], "pre"), &message);
            }
        }
    }

    pub fn approvals(&self) {
        let approvals = &self.scenario.approvals;
        let Some(submitted) = &approvals.submitted else {
            if !approvals.log.is_empty() || !approvals.promulgated.0.is_empty() {
                self.fault("approvals", "has decisions, but `submitted` is missing");
            }
            return;
        };
        let decided = approvals.log.iter().enumerate();
        let decided =
            decided.map(|(index, entry)| (format!("approvals.log[{index}]"), entry.version, entry.at));
        let promulgated = approvals
            .promulgated
            .0
            .iter()
            .enumerate()
            .map(|(index, last)| (self.promulgation(index), last.version, last.at));
        for (path, version, at) in decided.chain(promulgated).filter(|(path, ..)| self.clean(path)) {
            match if version == 1 { Some(submitted.v1) } else { submitted.v2 } {
                None => self.fault(&format!("{path}.v"), &format!("is {version}, which was never submitted")),
                Some(from) if at < from => {
                    self.fault(&format!("{path}.at"), "is before that version was submitted");
                }
                Some(_) => {}
            }
        }
    }
}

impl Check<'_> {
    /// Where that promulgation stands: the only one need not be in a list.
    pub fn promulgation(&self, index: usize) -> String {
        let is_list = self.root.get("approvals").and_then(|node| node.get("promulgated"));
        match is_list.map(|node| node.items().len()) {
            Some(1..) => format!("approvals.promulgated[{index}]"),
            _ => "approvals.promulgated".to_owned(),
        }
    }
}

fn near(id: &str, known: &HashMap<&str, &Task>) -> String {
    did_you_mean(id, known.keys().copied())
}

/// The cycles among finish-to-start dependencies, each as the codes along it, first and last the same.
///
/// Walks and queues only: a chain of 100,000 tasks would overflow the stack of a recursive search.
fn cycles(tasks: &[Task]) -> Vec<Vec<&str>> {
    let mut before: HashMap<&str, Vec<&str>> = HashMap::new();
    let mut after: HashMap<&str, Vec<&str>> = HashMap::new();
    for task in tasks {
        before.entry(&task.id).or_default().extend(task.predecessors.iter().map(String::as_str));
        for predecessor in &task.predecessors {
            after.entry(predecessor).or_default().push(&task.id);
        }
    }
    let known: HashSet<&str> = before.keys().copied().collect();
    for list in before.values_mut() {
        list.retain(|id| known.contains(id));
    }
    let mut waiting: HashMap<&str, usize> = before.iter().map(|(id, list)| (*id, list.len())).collect();
    let mut free: Vec<&str> = waiting.iter().filter(|(_, count)| **count == 0).map(|(id, _)| *id).collect();
    while let Some(id) = free.pop() {
        waiting.remove(id);
        for next in after.get(id).into_iter().flatten() {
            if let Some(count) = waiting.get_mut(next) {
                *count -= 1;
                if *count == 0 {
                    free.push(next);
                }
            }
        }
    }
    // What is left waits, directly or not, for a cycle: going from predecessor to predecessor ends in one.
    let mut seen: HashMap<&str, usize> = HashMap::new();
    let mut found = Vec::new();
    for (walk, start) in tasks.iter().enumerate().filter(|(_, task)| waiting.contains_key(&*task.id)) {
        let mut way = vec![&*start.id];
        while let Some(id) = way.last().filter(|id| !seen.contains_key(**id)).copied() {
            seen.insert(id, walk);
            way.extend(before[id].iter().find(|id| waiting.contains_key(**id)));
        }
        let end = way[way.len() - 1];
        let entry = way.iter().position(|id| *id == end).unwrap_or_default();
        if seen[end] == walk && entry + 1 < way.len() {
            found.push(way.split_off(entry));
        }
    }
    found
}
