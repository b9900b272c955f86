//! The plan: drafted, submitted, decided on, amended, put in force, and changed by orders.

use super::Script;
use crate::{
    import::{
        actors::holder,
        error::ImportError,
        fit::{fit, fit_all, unfit},
        sections,
        steps::{Act, Step, Verdict},
    },
    scenario::{
        Revision,
        model::{
            Scenario,
            plan::{Decision, DecisionEntry, Task},
            timeline::TimelineEntry,
            values::Instant,
        },
    },
};
use chrono::TimeDelta;
use domain::{
    Actor, Code, Command, Prose, Role,
    plan::{Dependency, NewCondition, OrderedChange, PlanCommand},
};

impl Script<'_> {
    /// The sections in one command, then tasks and annexes a minute apart.
    pub fn draft_plan(&mut self, entry: &TimelineEntry) -> Result<(), ImportError> {
        let scenario = self.scenario;
        let actor = self.planner(entry)?;
        let mut at = entry.recorded;
        let sections = Box::new(sections::sections(scenario)?);
        let draft = PlanCommand::Draft { operation: self.operation.clone(), sections };
        self.add(at, "DraftPlan", actor.clone(), Command::Plan(draft));
        let Some(first) = scenario.plan(1) else { return Ok(()) };
        let mut after = || {
            at += TimeDelta::minutes(1);
            at
        };
        let mut waiting = Vec::new();
        for task in &first.tasks {
            self.add_task(after(), &actor, task)?;
            // Found by its code in the scenario, because version 1 is a copy that does not last.
            self.tasks.extend(known(scenario, &task.id).map(|task| task.id.as_str()));
            let later = task.predecessors.iter().filter(|before| !self.tasks.contains(before.as_str()));
            waiting.extend(later.map(|before| (task.id.clone(), before.clone())));
        }
        for from in &scenario.plan.annexes {
            let (operation, annex) = (self.operation.clone(), Box::new(sections::annex(scenario, from)?));
            let attach = Command::Plan(PlanCommand::AttachAnnex { operation, annex });
            self.add(after(), &format!("AttachAnnex {}", from.id), actor.clone(), attach);
        }
        for (task, predecessor) in waiting {
            self.add_dependency(after(), &actor, &task, &predecessor)?;
        }
        Ok(())
    }

    fn add_task(&mut self, at: Instant, actor: &Actor, task: &Task) -> Result<(), ImportError> {
        let planned = Box::new(sections::task(task, &self.tasks)?);
        let command =
            PlanCommand::AddTask { operation: self.operation.clone(), task: planned, release: None };
        self.add(at, &format!("AddTask {}", task.id), actor.clone(), Command::Plan(command));
        Ok(())
    }

    fn add_dependency(
        &mut self,
        at: Instant,
        actor: &Actor,
        task: &str,
        predecessor: &str,
    ) -> Result<(), ImportError> {
        let command = PlanCommand::AddDependency {
            operation: self.operation.clone(),
            task: fit("plan.tasks", task)?,
            dependency: Dependency::plain(fit("plan.tasks", predecessor)?),
        };
        let name = format!("AddDependency {task} waits for {predecessor}");
        self.add(at, &name, actor.clone(), Command::Plan(command));
        Ok(())
    }

    /// The draft, as it stands.
    pub fn submit(&mut self, entry: &TimelineEntry, version: u32) -> Result<(), ImportError> {
        let command = PlanCommand::Submit { operation: self.operation.clone() };
        let actor = self.planner(entry)?;
        self.add(entry.recorded, &format!("Submit v{version}"), actor, Command::Plan(command));
        Ok(())
    }

    /// Opened because of what was objected to; dependencies among tasks that the draft has already come with
    /// it.
    pub fn open_amendment(&mut self, entry: &TimelineEntry, version: u32) -> Result<(), ImportError> {
        let rejections = self.scenario.approvals.log.iter().filter(|log| log.version + 1 == version);
        let objections: Vec<&str> = rejections
            .filter_map(|log| match &log.decision {
                Decision::Rejected { reason, .. } => Some(reason.as_str()),
                Decision::Approved {}
                | Decision::ApprovedWithConditions { .. }
                | Decision::TerritorialConsent { .. } => None,
            })
            .collect();
        let reason = if objections.is_empty() {
            entry.note.clone().unwrap_or_else(|| format!("Version {version} of the plan"))
        } else {
            objections.join("; ")
        };
        let actor = self.planner(entry)?;
        let reason: Prose = fit("the reason of the amendment", &reason)?;
        let open = PlanCommand::OpenAmendment { operation: self.operation.clone(), reason, release: None };
        self.add(entry.recorded, &format!("OpenAmendment v{version}"), actor.clone(), Command::Plan(open));
        for revision in self.scenario.amendment() {
            let Revision::AddDependency { predecessor, successor, .. } = revision else { continue };
            if self.tasks.contains(predecessor) && self.tasks.contains(successor) {
                self.add_dependency(entry.recorded, &actor, successor, predecessor)?;
            }
        }
        Ok(())
    }

    /// The task, and at once what waits for it among the tasks that were there before.
    pub fn add_in_amendment(&mut self, entry: &TimelineEntry, code: &str) -> Result<(), ImportError> {
        let task = known(self.scenario, code).ok_or_else(|| unfit("timeline", code, "is no task"))?;
        let actor = self.planner(entry)?;
        self.add_task(entry.recorded, &actor, task)?;
        for successor in &self.scenario.plan.tasks {
            let waits = successor.predecessors.contains(&task.id);
            if waits && self.tasks.contains(successor.id.as_str()) {
                self.add_dependency(entry.recorded, &actor, &successor.id, code)?;
            }
        }
        self.tasks.insert(&task.id);
        Ok(())
    }

    pub fn revise_task(&mut self, entry: &TimelineEntry, task: &str) -> Result<(), ImportError> {
        let revision = Box::new(sections::revision(self.scenario, task)?);
        let (operation, code) = (self.operation.clone(), fit("timeline", task)?);
        let command = PlanCommand::ReviseTask { operation, task: code, revision };
        let actor = self.planner(entry)?;
        self.add(entry.recorded, &format!("ReviseTask {task}"), actor, Command::Plan(command));
        Ok(())
    }

    /// By the liaison officer of the partner, as the section tells it.
    pub fn decide(&mut self, entry: &TimelineEntry, version: u32) -> Result<(), ImportError> {
        let told = self.scenario.approvals.log.iter().find(|log| {
            log.version == version && log.at == entry.recorded && entry.by.0.contains(&log.partner)
        });
        let told = told.ok_or_else(|| unfit("approvals.log", entry.event.name(), "is not told"))?;
        let liaison = self.liaison(&told.partner);
        let liaison = liaison.ok_or_else(|| unfit("posts", &told.partner, "has no liaison post"))?;
        let (name, verdict) = self.verdict(told)?;
        self.steps.push(Step {
            recorded: entry.recorded,
            occurred: entry.recorded,
            actor: holder(liaison, Role::Commander)?,
            late_reason: None,
            name: format!("{name} v{version} by {}", told.partner),
            act: Act::Decide { operation: self.operation.clone(), number: version, verdict },
        });
        Ok(())
    }

    fn verdict(&self, told: &DecisionEntry) -> Result<(&'static str, Verdict), ImportError> {
        let place = format!("approvals.log of {}", told.partner);
        Ok(match &told.decision {
            Decision::Approved {} => ("Approve", Verdict::Approve { conditions: Vec::new() }),
            Decision::ApprovedWithConditions { conditions } => {
                let all = self.scenario.approvals.conditions.iter();
                let attached = all.filter(|condition| conditions.contains(&condition.id)).map(|condition| {
                    Ok(NewCondition {
                        code: fit(&place, &condition.id)?,
                        gate: fit::<Code>(&place, &condition.gate)?,
                        text: fit(&place, &condition.text)?,
                    })
                });
                let conditions = attached.collect::<Result<_, ImportError>>()?;
                ("ApproveWithConditions", Verdict::Approve { conditions })
            }
            Decision::Rejected { reason_code, reason, objects_to } => {
                let reason_code = fit(&place, reason_code)?;
                let (reason, objects_to) = (fit(&place, reason)?, fit_all(&place, objects_to)?);
                ("Reject", Verdict::Reject { reason_code, reason, objects_to })
            }
            Decision::TerritorialConsent { tasks } => {
                ("Consent", Verdict::Consent { tasks: fit_all(&place, tasks)? })
            }
        })
    }

    /// On the newest version that the condition was attached to.
    pub fn satisfy_condition(&mut self, entry: &TimelineEntry, code: &str) -> Result<(), ImportError> {
        let place = format!("approvals.conditions {code}");
        let condition = self.scenario.approvals.conditions.iter().find(|condition| condition.id == code);
        let condition = condition.ok_or_else(|| unfit("timeline", code, "is no condition"))?;
        let attached = |log: &&DecisionEntry| match &log.decision {
            Decision::ApprovedWithConditions { conditions } => conditions.contains(&condition.id),
            Decision::Approved {} | Decision::Rejected { .. } | Decision::TerritorialConsent { .. } => false,
        };
        let number = self.scenario.approvals.log.iter().filter(attached).map(|log| log.version).max();
        let evidence = condition.satisfied_by.as_ref().or(entry.note.as_ref());
        let command = PlanCommand::SatisfyCondition {
            operation: self.operation.clone(),
            number: number.ok_or_else(|| unfit(&place, code, "is attached to no approval"))?,
            partner: fit(&place, &condition.by)?,
            condition: fit(&place, code)?,
            evidence: fit(&place, evidence.ok_or_else(|| unfit(&place, code, "has no evidence"))?)?,
        };
        let actor = self.commander(entry)?;
        self.add(entry.recorded, &format!("SatisfyCondition {code}"), actor, Command::Plan(command));
        Ok(())
    }

    /// Puts the version in force; then each task's post is bound to it, a second apart.
    pub fn promulgate(&mut self, entry: &TimelineEntry, version: u32) -> Result<(), ImportError> {
        let (actor, operation) = (self.commander(entry)?, self.operation.clone());
        self.add_seeing(entry.recorded, &format!("Promulgate v{version}"), actor.clone(), move |seen_at| {
            let operation = operation.clone();
            Command::Plan(PlanCommand::Promulgate { operation, number: version, seen_at })
        });
        self.in_force = Some(version);
        self.assign_officers(entry.recorded, version, &actor)
    }

    /// An order by which H-hour moves.
    pub fn issue_fragmentary_order(&mut self, entry: &TimelineEntry, code: &str) -> Result<(), ImportError> {
        let told = self.h_hour(entry)?;
        let reason = told.reason.as_ref().or(entry.note.as_ref());
        let reason = reason.ok_or_else(|| unfit("operation.hhour", code, "has no reason"))?;
        let command = PlanCommand::IssueFragmentaryOrder {
            operation: self.operation.clone(),
            reason: fit("operation.hhour", reason)?,
            change: OrderedChange { h_hour: Some(told.set), officers: Vec::new() },
        };
        let actor = self.commander(entry)?;
        self.add(entry.recorded, code, actor, Command::Plan(command));
        Ok(())
    }
}

fn known<'a>(scenario: &'a Scenario, code: &str) -> Option<&'a Task> {
    scenario.plan.tasks.iter().find(|task| task.id == code)
}
