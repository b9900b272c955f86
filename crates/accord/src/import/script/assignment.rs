//! Posts are bound to tasks.

use super::Script;
use crate::{
    import::{actors::holder, error::ImportError, fit::fit},
    scenario::model::{plan::Decision, values::Instant},
};
use chrono::TimeDelta;
use domain::{Actor, Command, Role, assignment::AssignmentCommand};

impl Script<'_> {
    /// The post of each task of a version, a second apart, once that is in force. Those that are only foreseen are not
    /// bound; who is bound already stays so.
    pub fn assign_officers(
        &mut self,
        promulgated: Instant,
        version: u32,
        actor: &Actor,
    ) -> Result<(), ImportError> {
        let tasks = self.scenario.plan(version).map(|draft| draft.tasks).unwrap_or_default();
        let mut at = promulgated;
        for task in tasks.into_iter().filter(|task| task.bound) {
            if self.bound.get(&task.id).is_some_and(|bound| bound.id == task.post) {
                continue;
            }
            at += TimeDelta::seconds(1);
            let command = AssignmentCommand::Assign {
                operation: self.operation.clone(),
                task: fit("plan.tasks", &task.id)?,
                post: fit("plan.tasks", &task.post)?,
            };
            let name = format!("AssignOfficer {} to {}", task.post, task.id);
            let post = self.scenario.posts.iter().find(|post| post.id == task.post);
            let own = post.filter(|post| !self.has_agreed(version, &task.id, &post.partner));
            let own = own.and_then(|post| self.liaison(&post.partner).or(self.director(&post.partner)));
            let sender = own.map_or_else(|| Ok(actor.clone()), |post| holder(post, Role::Planner))?;
            self.add(at, &name, sender, Command::Assignment(command));
            self.bound.extend(post.map(|post| (task.id, post)));
        }
        Ok(())
    }

    /// Whether the operation's lead may bind officers of the partner: its own, and those of a partner that has approved the
    /// version or consented to the task. Others bind theirs themselves.
    fn has_agreed(&self, version: u32, task: &str, partner: &str) -> bool {
        let decisions = self.scenario.approvals.log.iter();
        let mut own = decisions.filter(|entry| entry.version == version && entry.partner == partner);
        partner == self.scenario.operation.lead_partner
            || own.any(|entry| match &entry.decision {
                Decision::Approved {} | Decision::ApprovedWithConditions { .. } => true,
                Decision::TerritorialConsent { tasks } => tasks.iter().any(|consented| consented == task),
                Decision::Rejected { .. } => false,
            })
    }
}
