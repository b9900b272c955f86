//! The plan's versions, from the newest and what differed before.

use super::model::{
    Scenario,
    plan::{Change, Plan, Task, TaskPatch},
};

/// What is drafted and submitted as one version of the plan.
#[derive(Clone, Debug, PartialEq)]
pub struct PlanDraft<'a> {
    pub version: u32,
    /// Every section; its `tasks` are those of the newest version.
    pub sections: &'a Plan,
    pub tasks: Vec<Task>,
}

/// One step of the amendment from version 1 to version 2.
#[derive(Clone, Debug, PartialEq)]
pub enum Revision<'a> {
    Revise { task: &'a str, to: &'a TaskPatch, why: &'a str },
    Add { task: &'a Task, why: &'a str },
    AddDependency { predecessor: &'a str, successor: &'a str, why: &'a str },
}

impl Scenario {
    /// How many versions the plan has: two when `v1_differences` says what the first one was.
    pub fn versions(&self) -> u32 {
        if self.plan.differences.is_empty() { 1 } else { 2 }
    }

    /// Version 2 is the plan as written, and version 1 is that less `v1_differences`.
    pub fn plan(&self, version: u32) -> Option<PlanDraft<'_>> {
        if !(1..=self.versions()).contains(&version) {
            return None;
        }
        let mut tasks = self.plan.tasks.clone();
        let differences = if version < self.versions() { &self.plan.differences[..] } else { &[] };
        for difference in differences {
            let differs = |task: &Task| difference.tasks.contains(&task.id);
            match &difference.change {
                Change::Added => tasks.retain(|task| !differs(task)),
                Change::Fields { v1, .. } => {
                    tasks.iter_mut().filter(|task| differs(task)).for_each(|task| v1.apply(task));
                }
                Change::Predecessor { predecessor } => {
                    for task in tasks.iter_mut().filter(|task| differs(task)) {
                        task.predecessors.retain(|before| before != predecessor);
                    }
                }
            }
        }
        Some(PlanDraft { version, sections: &self.plan, tasks })
    }

    /// The steps from version 1 to version 2: revisions, then added tasks, then added dependencies.
    pub fn amendment(&self) -> Vec<Revision<'_>> {
        let mut steps = Vec::new();
        for difference in &self.plan.differences {
            let why = &*difference.why;
            steps.extend(difference.tasks.iter().filter_map(|task| match &difference.change {
                Change::Fields { v2, .. } => Some(Revision::Revise { task, to: v2, why }),
                Change::Added => {
                    let added = self.plan.tasks.iter().find(|added| added.id == *task)?;
                    Some(Revision::Add { task: added, why })
                }
                Change::Predecessor { predecessor } => {
                    Some(Revision::AddDependency { predecessor, successor: task, why })
                }
            }));
        }
        steps.sort_by_key(|step| match step {
            Revision::Revise { .. } => 0,
            Revision::Add { .. } => 1,
            Revision::AddDependency { .. } => 2,
        });
        steps
    }
}
