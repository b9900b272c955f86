//! The figures of a SITREP, and what differs between two of them.

use crate::{Instant, Money, PartnerCode, Priority, TaskCode, assistance::Figure};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// What a SITREP tells of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Period {
    /// The end of the period before, which does not belong to it; absent in the first SITREP, which begins with the
    /// operation.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<Instant>,
    /// The moment at which the figures hold. It belongs to the period.
    pub until: Instant,
}

impl Period {
    pub(super) fn contains(&self, at: Instant) -> bool {
        self.from.is_none_or(|from| from < at) && at <= self.until
    }
}

/// Counts of what all readers of a SITREP may see, as it held at the end of its period and was known then.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Figures {
    /// Tasks of the plan in force, and those that responses to incidents made, by status.
    pub tasks: TaskFigures,
    /// The tasks that were started in the period.
    pub started: BTreeSet<TaskCode>,
    /// The tasks that were completed or cancelled in the period.
    pub ended: BTreeSet<TaskCode>,
    /// For each priority of which there are incidents; those without one last.
    pub incidents: Vec<IncidentFigures>,
    /// Requests for information and for assistance.
    pub requests: RequestFigures,
    /// Time limits on incidents and requests.
    pub clocks: ClockFigures,
    /// What was pledged and accepted. Both are never added up.
    pub contributions: ContributionFigures,
    /// Persons that were assisted, as far as everybody may read how many, for each partner that counts, in the order of
    /// their codes.
    pub persons: Vec<PersonsFigures>,
    /// What hindered carrying the plan out: contradictions, delays, blocked tasks, officers who were held back, and
    /// clashes with other operations that were not settled.
    pub conflicts: u32,
    /// What the plan has for the 24 hours after the period.
    pub next: Upcoming,
}

/// Tasks by where they stood.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct TaskFigures {
    /// Of which nobody had said anything.
    pub planned: u32,
    /// Their posts had been told.
    pub issued: u32,
    /// Under way.
    pub in_progress: u32,
    /// Started, and held up.
    pub blocked: u32,
    /// Done.
    pub completed: u32,
    /// Given up.
    pub cancelled: u32,
}

/// Incidents of one priority by where they stood.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct IncidentFigures {
    /// Absent: those that had none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub priority: Option<Priority>,
    /// Neither contained nor closed.
    pub open: u32,
    /// Contained, and not closed.
    pub contained: u32,
    /// Closed.
    pub closed: u32,
}

/// Requests by how they were answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct RequestFigures {
    /// Waiting for an answer.
    pub open: u32,
    /// Fulfilled or declined by when it was due, or with nothing due.
    pub answered_on_time: u32,
    /// Fulfilled or declined later.
    pub answered_late: u32,
    /// Taken back.
    pub withdrawn: u32,
}

/// Time limits by whether they were kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ClockFigures {
    /// Running.
    pub open: u32,
    /// Stopped in time.
    pub met: u32,
    /// Fallen due before.
    pub breached: u32,
}

/// Contributions by whether they were taken up; those declined or withdrawn left out.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ContributionFigures {
    /// Offered, and not taken up.
    pub pledged: u32,
    /// Taken up.
    pub accepted: u32,
    /// The money that was taken up, for each currency.
    pub accepted_money: Vec<Money>,
}

/// The persons that one partner assists. What is small, or would tell what is, is told to nobody else, and left out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct PersonsFigures {
    /// The partner that counts.
    pub authority: PartnerCode,
    /// By figure and nationality.
    pub counts: Vec<PersonsCount>,
}

/// How many persons.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct PersonsCount {
    /// What is counted.
    pub figure: Figure,
    /// Code of the partner whose nationals they are, or `OTHER`; absent: of all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub nationality: Option<PartnerCode>,
    /// How many, at least 5.
    pub count: u32,
}

/// What the plan has for the next 24 hours, as far as it had not happened.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Upcoming {
    /// Tasks that are to start.
    pub starts: BTreeSet<TaskCode>,
    /// Tasks that are to be done.
    pub finishes: BTreeSet<TaskCode>,
}

/// A figure that a correction puts right.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Difference {
    /// Which one, such as `incidents.P1.open`.
    pub figure: String,
    /// As it was told; absent where nothing was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub was: Option<String>,
    /// As it is known now; absent where there is nothing to tell.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub is: Option<String>,
}

impl Figures {
    /// Every figure by its path, as text.
    pub fn lines(&self) -> Vec<(String, String)> {
        let Self {
            tasks,
            started,
            ended,
            incidents,
            requests,
            clocks,
            contributions,
            persons,
            conflicts,
            next,
        } = self;
        let mut lines = Vec::new();
        let mut add = |path: &str, value: String| lines.push((path.to_owned(), value));
        add("tasks.planned", tasks.planned.to_string());
        add("tasks.issued", tasks.issued.to_string());
        add("tasks.inProgress", tasks.in_progress.to_string());
        add("tasks.blocked", tasks.blocked.to_string());
        add("tasks.completed", tasks.completed.to_string());
        add("tasks.cancelled", tasks.cancelled.to_string());
        add("started", listed(started));
        add("ended", listed(ended));
        for IncidentFigures { priority, open, contained, closed } in incidents {
            let priority = priority.map_or_else(|| "none".to_owned(), |priority| priority.to_string());
            add(&format!("incidents.{priority}.open"), open.to_string());
            add(&format!("incidents.{priority}.contained"), contained.to_string());
            add(&format!("incidents.{priority}.closed"), closed.to_string());
        }
        add("requests.open", requests.open.to_string());
        add("requests.answeredOnTime", requests.answered_on_time.to_string());
        add("requests.answeredLate", requests.answered_late.to_string());
        add("requests.withdrawn", requests.withdrawn.to_string());
        add("clocks.open", clocks.open.to_string());
        add("clocks.met", clocks.met.to_string());
        add("clocks.breached", clocks.breached.to_string());
        add("contributions.pledged", contributions.pledged.to_string());
        add("contributions.accepted", contributions.accepted.to_string());
        for money in &contributions.accepted_money {
            add(&format!("contributions.acceptedMoney.{}", money.currency), money.amount());
        }
        for PersonsFigures { authority, counts } in persons {
            for PersonsCount { figure, nationality, count } in counts {
                let of =
                    nationality.as_ref().map(|nationality| format!(".{nationality}")).unwrap_or_default();
                add(&format!("persons.{authority}.{figure}{of}"), count.to_string());
            }
        }
        add("conflicts", conflicts.to_string());
        add("next.starts", listed(&next.starts));
        add("next.finishes", listed(&next.finishes));
        lines
    }

    /// What differs from what was told before, in the order of the figures; what is told no more stands last.
    pub(super) fn differences_from(&self, before: &Self) -> Vec<Difference> {
        let mut told: BTreeMap<String, String> = before.lines().into_iter().collect();
        let mut differences = Vec::new();
        for (figure, is) in self.lines() {
            let was = told.remove(&figure);
            if was.as_ref() != Some(&is) {
                differences.push(Difference { figure, was, is: Some(is) });
            }
        }
        let gone = told.into_iter().map(|(figure, was)| Difference { figure, was: Some(was), is: None });
        differences.extend(gone);
        differences
    }
}

/// The codes in their order; a hyphen for none.
fn listed(tasks: &BTreeSet<TaskCode>) -> String {
    if tasks.is_empty() {
        return "-".to_owned();
    }
    let codes: Vec<_> = tasks.iter().map(TaskCode::as_str).collect();
    codes.join(", ")
}
