//! Posts are bound to tasks.

use super::Script;
use crate::{
    import::{error::ImportError, fit::fit},
    scenario::model::values::Instant,
};
use chrono::TimeDelta;
use domain::{Actor, Command, assignment::AssignmentCommand};

impl Script<'_> {
    /// The post of each task of a version, a second apart, once that is in force; those that are only foreseen are not
    /// bound.
    pub fn assign_officers(
        &mut self,
        promulgated: Instant,
        version: u32,
        actor: &Actor,
    ) -> Result<(), ImportError> {
        let tasks = self.scenario.plan(version).map(|draft| draft.tasks).unwrap_or_default();
        let mut at = promulgated;
        for task in tasks.into_iter().filter(|task| task.bound) {
            at += TimeDelta::seconds(1);
            let command = AssignmentCommand::Assign {
                operation: self.operation.clone(),
                task: fit("plan.tasks", &task.id)?,
                post: fit("plan.tasks", &task.post)?,
            };
            let name = format!("AssignOfficer {} to {}", task.post, task.id);
            self.add(at, &name, actor.clone(), Command::Assignment(command));
            let post = self.scenario.posts.iter().find(|post| post.id == task.post);
            self.bound.extend(post.map(|post| (task.id, post)));
        }
        Ok(())
    }
}
