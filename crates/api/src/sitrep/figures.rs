//! The figures of a SITREP.

use crate::{
    assistance::AssistanceCount,
    execution::counts::TaskCounts,
    graph::{money::Money, priority::Priority},
};
use async_graphql::SimpleObject;
use domain::{TaskCode, sitrep};
use std::collections::BTreeSet;

/// Counts of what all readers of a SITREP may see, as it held at the end of its period and was known when it was issued. What
/// is released to fewer is left out.
#[derive(SimpleObject)]
pub struct SitrepFigures {
    /// Tasks of the plan in force, and those that responses to incidents made, by status.
    tasks: TaskCounts,
    /// Codes of the tasks that were started in the period.
    started: Vec<String>,
    /// Codes of the tasks that were completed or cancelled in the period.
    ended: Vec<String>,
    /// For each priority of which there are incidents; those without one last.
    incidents: Vec<SitrepIncidents>,
    /// Requests for information and for assistance.
    requests: SitrepRequests,
    /// Time limits on incidents and requests.
    clocks: SitrepClocks,
    contributions: SitrepContributions,
    /// Persons that were assisted, for each partner that counts. What is under 5, or would let one compute what is, is left
    /// out.
    persons: Vec<SitrepPersons>,
    /// How many contradictions, delays, blocked tasks and officers held back there were, and clashes with other operations that
    /// were not settled.
    conflicts: u32,
    /// What the plan has for the 24 hours after the period.
    next: SitrepUpcoming,
}

/// Incidents of one priority by where they stood.
#[derive(SimpleObject)]
pub struct SitrepIncidents {
    /// Null: those that had none.
    priority: Option<Priority>,
    /// Neither contained nor closed.
    open: u32,
    /// Contained, and not closed.
    contained: u32,
    closed: u32,
}

/// Requests by how they were answered.
#[derive(SimpleObject)]
pub struct SitrepRequests {
    /// Waiting for an answer.
    open: u32,
    /// Fulfilled or declined by when it was due, or with nothing due.
    answered_on_time: u32,
    /// Fulfilled or declined later.
    answered_late: u32,
    /// Taken back.
    withdrawn: u32,
}

/// Time limits by whether they were kept.
#[derive(SimpleObject)]
pub struct SitrepClocks {
    /// Running.
    open: u32,
    /// Stopped in time.
    met: u32,
    /// Fallen due before.
    breached: u32,
}

/// Contributions by whether they were taken up; those declined or withdrawn left out. The two are never added up.
#[derive(SimpleObject)]
pub struct SitrepContributions {
    /// Offered, and not taken up.
    pledged: u32,
    /// Taken up.
    accepted: u32,
    /// The money that was taken up, for each currency.
    accepted_money: Vec<Money>,
}

/// The persons that one partner assists, as far as everybody may read how many.
#[derive(SimpleObject)]
pub struct SitrepPersons {
    /// Code of the partner that counts.
    authority: String,
    /// By figure and nationality.
    counts: Vec<AssistanceCount>,
}

/// What the plan has for the next 24 hours, as far as it had not happened.
#[derive(SimpleObject)]
pub struct SitrepUpcoming {
    /// Codes of the tasks that are to start.
    starts: Vec<String>,
    /// Codes of the tasks that are to be done.
    finishes: Vec<String>,
}

/// A figure that a correction puts right.
#[derive(SimpleObject)]
pub struct SitrepDifference {
    /// Which one, such as `incidents.P1.open`.
    figure: String,
    /// As it was told; null where nothing was.
    was: Option<String>,
    /// As it was known when it was put right; null where there was nothing to tell.
    is: Option<String>,
}

impl SitrepFigures {
    /// How many things it lists.
    pub fn listed(figures: &sitrep::Figures) -> usize {
        let sitrep::Figures { started, ended, incidents, contributions, persons, next, .. } = figures;
        let tasks = started.len() + ended.len() + next.starts.len() + next.finishes.len();
        let persons: usize = persons.iter().map(|figures| figures.counts.len()).sum();
        tasks + incidents.len() + contributions.accepted_money.len() + persons
    }
}

impl From<&sitrep::Figures> for SitrepFigures {
    fn from(figures: &sitrep::Figures) -> Self {
        let sitrep::Figures { tasks, started, ended, requests, clocks, contributions, next, .. } = figures;
        Self {
            tasks: tasks.into(),
            started: codes(started),
            ended: codes(ended),
            incidents: figures.incidents.iter().map(SitrepIncidents::from).collect(),
            requests: SitrepRequests {
                open: requests.open,
                answered_on_time: requests.answered_on_time,
                answered_late: requests.answered_late,
                withdrawn: requests.withdrawn,
            },
            clocks: SitrepClocks { open: clocks.open, met: clocks.met, breached: clocks.breached },
            contributions: SitrepContributions {
                pledged: contributions.pledged,
                accepted: contributions.accepted,
                accepted_money: contributions
                    .accepted_money
                    .iter()
                    .map(|money| Money::of(money.minor_units.into(), &money.currency))
                    .collect(),
            },
            persons: figures.persons.iter().map(SitrepPersons::from).collect(),
            conflicts: figures.conflicts,
            next: SitrepUpcoming { starts: codes(&next.starts), finishes: codes(&next.finishes) },
        }
    }
}

impl From<&sitrep::IncidentFigures> for SitrepIncidents {
    fn from(figures: &sitrep::IncidentFigures) -> Self {
        let sitrep::IncidentFigures { priority, open, contained, closed } = *figures;
        Self { priority: priority.map(Into::into), open, contained, closed }
    }
}

impl From<&sitrep::PersonsFigures> for SitrepPersons {
    fn from(figures: &sitrep::PersonsFigures) -> Self {
        let sitrep::PersonsFigures { authority, counts } = figures;
        Self { authority: authority.to_string(), counts: counts.iter().map(Into::into).collect() }
    }
}

impl From<&sitrep::Difference> for SitrepDifference {
    fn from(difference: &sitrep::Difference) -> Self {
        let sitrep::Difference { figure, was, is } = difference.clone();
        Self { figure, was, is }
    }
}

fn codes(tasks: &BTreeSet<TaskCode>) -> Vec<String> {
    tasks.iter().map(ToString::to_string).collect()
}
