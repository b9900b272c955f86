//! The typed scenario: a file for each subject of the domain, with its sections of the file.
//!
//! Absent on purpose: what one field says about another (see `check`), ids of the domain, and any default
//! that the importer could compute. Codes are plain texts that `check` has found well formed and defined.

pub mod assistance;
pub mod centre;
pub mod coalition;
pub mod contribution;
pub mod execution;
pub mod expected;
pub mod incident;
pub mod operation;
pub mod outcome;
pub mod plan;
pub mod request;
pub mod review;
pub mod sitrep;
pub mod timeline;
pub mod values;
pub mod watch;

use super::record::record;
use assistance::Assistance;
use centre::Centre;
use chrono_tz::Tz;
use coalition::{Expansion, Partner, Post};
use contribution::Contributions;
use execution::{Actual, Report};
use expected::{AsOfCheck, Known, Laid, NamedMetric, Refusal, Slipped};
use incident::Incident;
use operation::{Deconfliction, Operation};
use outcome::Outcome;
use plan::{Approvals, Plan};
use request::Request;
use review::Review;
use sitrep::Sitrep;
use std::collections::BTreeMap;
use timeline::TimelineEntry;
use values::Decimal;
use watch::Shift;

record! {
    /// A whole file that has no fault.
    Scenario {
        meta: Meta,
        origin: Vec<Fact> = Vec::new(),
        partners: Vec<Partner>,
        centre: Centre,
        posts: Vec<Post>,
        operation: Operation,
        plan: Plan,
        approvals: Approvals,
        contributions: Option<Contributions>,
        actuals: Vec<Actual> = Vec::new(),
        reports: Vec<Report> = Vec::new(),
        incident: Option<Incident>,
        requests: Vec<Request> = Vec::new(),
        outcomes: Vec<Outcome> = Vec::new(),
        assistance: Option<Assistance>,
        watch_sample: Vec<Shift> = Vec::new(),
        sitreps: Vec<Sitrep> = Vec::new(),
        deconfliction: Vec<Deconfliction> = Vec::new(),
        expansion: Vec<Expansion> = Vec::new(),
        timeline: Vec<TimelineEntry>,
        refusals: Vec<Refusal> = Vec::new(),
        as_of_checks: Vec<AsOfCheck> = Vec::new(),
        schedule_expected: Vec<Laid> = Vec::new(),
        slippage_expected: Vec<Slipped> = Vec::new(),
        knowledge_expected: Vec<Known> = Vec::new(),
        metrics_expected: BTreeMap<String, Decimal> = BTreeMap::new(),
        metrics_of: BTreeMap<String, NamedMetric> = BTreeMap::new(),
        review: Option<Review>,
    }
}

record! {
    Meta {
        schema: u32, id: String, title: String, exercise: bool, working_language: String, display_tz: Tz,
    }
}
record! { Fact { fact: String, source in "src": String } }
