//! Calendars of tasks, from answers of the API: for the feeds of this server, and for clients elsewhere.
//!
//! What a reader may not see is not in the answers, so nothing is left out here for that.

use chrono::{DateTime, Utc};
use domain::{Code, OperationCode, PartnerCode, PhaseCode, Position, PostCode, Span, TaskCode};
use exchange::ical::{Access, Calendar, Event, MOST_SEQUENCE, Status};
use serde::Deserialize;

/// What is asked of an operation, a page of tasks at a time; `$after` is where the page begins. With `lead`,
/// only of tasks that this partner carries out; all tasks of a post are its partner's.
pub fn shown(lead: Option<&PartnerCode>) -> String {
    let filter = lead.map(|lead| format!("filter: {{ leadPartner: \"{lead}\" }}, ")).unwrap_or_default();
    format!("{HEAD} tasks({filter}first: 100, after: $after) {{ {TASKS} }}")
}

const HEAD: &str = "code title classification hHour plan { number status }";

const TASKS: &str = "pageInfo { hasNextPage endCursor } edges { node {
      key code title status plannedStart plannedFinish phase { code name } lineOfEffort { code }
      leadPartner { code } territory { code } post { code } assignments { post { code } } } }";

/// How long programs should wait before they ask again.
const REFRESH: Span = Span::hours(1);

/// Whose tasks a calendar shows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Of {
    /// All of an operation.
    Operation(OperationCode),
    /// Those that the plan foresees for a post, and those that it is bound to.
    Post(PostCode),
    /// Those that a partner carries out.
    Partner(PartnerCode),
}

/// As of when an answer is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AsOf {
    pub position: Position,
    pub recorded_at: DateTime<Utc>,
}

/// A page of an answer to [`shown`].
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Operation {
    pub code: OperationCode,
    pub title: String,
    classification: String,
    /// Without it no task has a time.
    pub h_hour: Option<DateTime<Utc>>,
    plan: Option<Version>,
    tasks: Tasks,
}

#[derive(Debug, Clone, Deserialize)]
struct Version {
    number: u32,
    status: String,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Tasks {
    edges: Vec<Edge>,
    page_info: PageInfo,
}

#[derive(Debug, Clone, Deserialize)]
struct Edge {
    node: Task,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct PageInfo {
    has_next_page: bool,
    end_cursor: Option<String>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Task {
    key: String,
    code: TaskCode,
    title: String,
    status: String,
    planned_start: Option<DateTime<Utc>>,
    planned_finish: Option<DateTime<Utc>>,
    phase: Phase,
    line_of_effort: Option<Coded<Code>>,
    lead_partner: Coded<PartnerCode>,
    territory: Coded<PartnerCode>,
    post: Option<Coded<PostCode>>,
    assignments: Vec<Assignment>,
}

#[derive(Debug, Clone, Deserialize)]
struct Phase {
    code: PhaseCode,
    name: String,
}

#[derive(Debug, Clone, Deserialize)]
struct Coded<T> {
    code: T,
}

#[derive(Debug, Clone, Deserialize)]
struct Assignment {
    post: Coded<PostCode>,
}

impl PageInfo {
    /// Where the next page begins, if there is one.
    pub(crate) fn next(&self) -> Option<&str> {
        self.end_cursor.as_deref().filter(|_| self.has_next_page)
    }
}

impl Operation {
    /// Number of the version that the tasks are of; `None`: there is none that the reader may see.
    pub fn version(&self) -> Option<u32> {
        self.plan.as_ref().map(|plan| plan.number)
    }

    /// Where the next page of tasks begins, if there is one.
    pub fn next(&self) -> Option<&str> {
        self.tasks.page_info.next()
    }

    /// Those of this page's tasks that such a calendar shows; without H-hour there is none.
    pub fn events(&self, of: &Of, as_of: AsOf) -> Vec<Event> {
        let Some(plan) = &self.plan else { return Vec::new() };
        let tasks = self.tasks.edges.iter().map(|edge| &edge.node).filter(|task| task.is_of(of));
        tasks.filter_map(|task| self.event(plan, task, of, as_of)).collect()
    }

    fn event(&self, plan: &Version, task: &Task, of: &Of, as_of: AsOf) -> Option<Event> {
        let start = task.planned_start?;
        let summary = match of {
            Of::Operation(_) => format!("{} {}", task.code, task.title),
            Of::Post(_) | Of::Partner(_) => format!("{} {} {}", self.code, task.code, task.title),
        };
        let line_of_effort = task.line_of_effort.as_ref().map(|line| line.code.to_string());
        let categories = [Some(task.phase.code.to_string()), line_of_effort];
        Some(Event {
            uid: format!("{}@accord", task.key),
            // Also H-hour, officers and drafts change what stands here: nothing but the log grows with all of
            // them.
            stamp: as_of.recorded_at,
            sequence: u32::try_from(as_of.position.0).unwrap_or(MOST_SEQUENCE).min(MOST_SEQUENCE),
            start,
            finish: task.planned_finish.unwrap_or(start),
            summary,
            description: self.description(plan, task),
            location: task.territory.code.to_string(),
            categories: categories.into_iter().flatten().collect(),
            status: match (task.status.as_str(), plan.status.as_str()) {
                ("CANCELLED", _) | (_, "WITHDRAWN") => Status::Cancelled,
                (_, "PROMULGATED") => Status::Confirmed,
                _ => Status::Tentative,
            },
            access: if self.classification == "UNCLASSIFIED" { Access::Public } else { Access::Confidential },
        })
    }

    fn description(&self, plan: &Version, task: &Task) -> String {
        let mut lines = vec![
            self.classification.clone(),
            format!("{}: {}", self.code, self.title),
            format!("Plan version {}: {}", plan.number, plan.status),
            format!("Phase {}: {}", task.phase.code, task.phase.name),
            format!("Task {}: {}", task.code, task.status),
            format!("Carried out by {} on the territory of {}", task.lead_partner.code, task.territory.code),
        ];
        if let Some(post) = &task.post {
            lines.push(format!("Planned for {}", post.code));
        }
        if !task.assignments.is_empty() {
            let posts: Vec<&str> = task.assignments.iter().map(|bound| bound.post.code.as_str()).collect();
            lines.push(format!("Assigned to {}", posts.join(", ")));
        }
        lines.join("\n")
    }
}

impl Task {
    fn is_of(&self, of: &Of) -> bool {
        match of {
            Of::Operation(_) => true,
            Of::Post(post) => {
                self.post.as_ref().is_some_and(|planned| planned.code == *post)
                    || self.assignments.iter().any(|bound| bound.post.code == *post)
            }
            Of::Partner(partner) => self.lead_partner.code == *partner,
        }
    }
}

/// A calendar of these events, which may say why there are none.
pub fn calendar(of: &Of, events: Vec<Event>, description: String) -> Calendar {
    let name = match of {
        Of::Operation(code) => code.to_string(),
        Of::Post(code) => code.to_string(),
        Of::Partner(code) => code.to_string(),
    };
    Calendar { name: format!("{name} (Accord)"), description, refresh: REFRESH, events }
}

/// Why a calendar is empty.
pub const NO_H_HOUR: &str = "H-hour is not set yet, so that no task has a time.";
