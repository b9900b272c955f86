//! Reads a scenario file, such as Operation SAPHAN, into typed sections; `scenario/FORMAT.md` describes it.
//!
//! Nothing here does IO, asks a clock or knows a command: the text comes in, and either a scenario without a
//! single fault comes out or the list of all its faults.

mod check;
pub mod model;
#[cfg(test)]
mod tests;
mod yaml;

use chrono::TimeDelta;
pub use model::Scenario;
use model::{
    Change, Expansion, GovernanceEvent, Instant, Plan, Post, SubjectKind, Task, TaskPatch, TimelineEntry,
};
use std::fmt;
use yaml::{At, Faults, Read};

/// Largest file, in bytes; SAPHAN has 39,000.
pub const MAX_BYTES: usize = 8 << 20;

/// One thing that is wrong with the file, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// From 1.
    pub line: usize,
    /// In characters, from 1.
    pub column: usize,
    /// Such as `plan.tasks[3].post`, indexes from 0; empty when the fault is the file's.
    pub path: String,
    pub message: String,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { line, column, path, message } = self;
        let space = if path.is_empty() { "" } else { " " };
        write!(f, "line {line}, column {column}: {path}{space}{message}")
    }
}

/// Fails with every fault of the file, by line; after a text that is no YAML, nothing else is judged.
pub fn read(text: &str) -> Result<Scenario, Vec<Fault>> {
    let faults = Faults::default();
    if text.len() > MAX_BYTES {
        faults.add((1, 1), "", &format!("the file has {} bytes; {MAX_BYTES} is the most", text.len()));
        return Err(faults.into_sorted());
    }
    let Some(root) = yaml::parse(text, &faults) else { return Err(faults.into_sorted()) };
    let scenario = Scenario::read(&At::root(&root, &faults));
    check::check(&root, &scenario, &faults);
    if faults.is_empty() { Ok(scenario) } else { Err(faults.into_sorted()) }
}

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

/// When a post was established and how its holder came to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Appointment {
    pub established: Instant,
    pub nominated: Instant,
    pub accepted: Instant,
    pub in_post: Instant,
    /// When the centre recorded `in_post`.
    pub recorded: Instant,
}

/// A governance event of any section, ready to become a command.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Moment<'a> {
    pub recorded: Instant,
    pub occurred: Instant,
    pub what: Happening<'a>,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Happening<'a> {
    PostEstablished(&'a Post),
    Nominated(&'a Post),
    NominationAccepted(&'a Post),
    TookPost(&'a Post),
    Expansion(&'a Expansion),
    Timeline(&'a TimelineEntry),
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

    /// Nominated by the timeline's entry for the post, else with `post-*`; posts that are taken up at the first
    /// H-hour or later, 14 days ahead. Accepted a day later, recorded 10 minutes after.
    pub fn appointment(&self, post: &Post) -> Appointment {
        let nomination = |code: &str| {
            let mut entries = self.timeline.iter();
            let found =
                entries.find(|entry| entry.subject.kind == SubjectKind::Post && entry.subject.code == code);
            found.map(|entry| entry.recorded)
        };
        let late = self.operation.hhour.first().is_some_and(|hhour| post.since >= hhour.set);
        let with_all = nomination("*");
        let nominated = nomination(&post.id)
            .or(with_all.filter(|_| !late))
            .unwrap_or_else(|| post.since - TimeDelta::days(14));
        Appointment {
            established: with_all.map_or(nominated, |all| all.min(nominated)),
            nominated,
            accepted: nominated + TimeDelta::days(1),
            in_post: post.since,
            recorded: post.recorded.unwrap_or(post.since + TimeDelta::minutes(10)),
        }
    }

    /// Appointments, expansion and timeline in the order in which they were recorded; at the same instant phase
    /// starts come first, then file order. `OfficerNominated` is left to the posts that it stands for.
    pub fn governance(&self) -> Vec<Moment<'_>> {
        let mut moments = Vec::new();
        for post in &self.posts {
            let at = self.appointment(post);
            for (recorded, occurred, what) in [
                (at.established, at.established, Happening::PostEstablished(post)),
                (at.nominated, at.nominated, Happening::Nominated(post)),
                (at.accepted, at.accepted, Happening::NominationAccepted(post)),
                (at.recorded, at.in_post, Happening::TookPost(post)),
            ] {
                moments.push(Moment { recorded, occurred, what });
            }
        }
        moments.extend(self.expansion.iter().map(|entry| Moment {
            recorded: entry.at,
            occurred: entry.at,
            what: Happening::Expansion(entry),
        }));
        let timeline =
            self.timeline.iter().filter(|entry| entry.event != GovernanceEvent::OfficerNominated {});
        moments.extend(timeline.map(|entry| Moment {
            recorded: entry.recorded,
            occurred: entry.occurred.unwrap_or(entry.recorded),
            what: Happening::Timeline(entry),
        }));
        let starts_phase = |what| {
            matches!(
                what,
                Happening::Timeline(TimelineEntry { event: GovernanceEvent::PhaseStarted { .. }, .. })
            )
        };
        moments.sort_by_key(|moment| (moment.recorded, !starts_phase(moment.what)));
        moments
    }
}
