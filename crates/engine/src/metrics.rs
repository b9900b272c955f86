//! What the engine has done, counted. No label names anybody or quotes anything: outcomes and codes only.

use crate::{Error, Outcome};
use domain::Refusal;
use prometheus_client::{
    metrics::{
        counter::Counter,
        family::Family,
        gauge::Gauge,
        histogram::{Histogram, exponential_buckets},
    },
    registry::{Registry, Unit},
};

/// A name and its value.
type Label = [(&'static str, &'static str); 1];

/// Of one engine. Its fields are handles: what is registered counts on.
#[derive(Clone, Debug)]
pub struct Metrics {
    commands: Family<Label, Counter>,
    refusals: Family<Label, Counter>,
    /// Commands of each commit.
    pub(crate) commit_commands: Histogram,
    /// Events of each commit.
    pub(crate) commit_events: Histogram,
    /// From the first try to append to the end of it.
    pub(crate) append_seconds: Histogram,
    pub(crate) project_seconds: Histogram,
    pub(crate) head: Gauge,
    /// Subjects kept folded.
    pub(crate) cached: Gauge,
}

impl Default for Metrics {
    fn default() -> Self {
        let counts = || Histogram::new([1.0, 2.0, 5.0, 10.0, 20.0, 50.0, 100.0, 200.0, 500.0, 1_000.0]);
        // From half a millisecond to sixteen seconds.
        let seconds = || Histogram::new(exponential_buckets(0.0005, 2.0, 16));
        Self {
            commands: Family::default(),
            refusals: Family::default(),
            commit_commands: counts(),
            commit_events: counts(),
            append_seconds: seconds(),
            project_seconds: seconds(),
            head: Gauge::default(),
            cached: Gauge::default(),
        }
    }
}

impl Metrics {
    pub fn register(&self, registry: &mut Registry) {
        let registry = registry.sub_registry_with_prefix("accord");
        registry.register("commands", "Commands answered, by outcome", self.commands.clone());
        registry.register("refusals", "Reasons why commands were refused, by code", self.refusals.clone());
        registry.register("commit_commands", "Commands in a commit", self.commit_commands.clone());
        registry.register("commit_events", "Events in a commit", self.commit_events.clone());
        registry.register_with_unit(
            "append",
            "Time to append a commit to the log",
            Unit::Seconds,
            self.append_seconds.clone(),
        );
        registry.register_with_unit(
            "project",
            "Time to write a commit's rows",
            Unit::Seconds,
            self.project_seconds.clone(),
        );
        registry.register("log_head", "Position at which the log ends", self.head.clone());
        registry.register("cached_subjects", "Subjects kept folded in memory", self.cached.clone());
    }

    /// Where the log ends, as far as this node knows.
    pub fn head(&self) -> i64 {
        self.head.get()
    }

    pub(crate) fn answered(&self, answer: &Result<Outcome, Error>) {
        let outcome = match answer {
            Ok(_) | Err(Error::NotShown { .. }) => "done",
            Err(Error::Refused(refusals)) => {
                self.refused(refusals);
                "refused"
            }
            Err(Error::Forbidden(_)) => "forbidden",
            Err(Error::Busy(_) | Error::Outdated) => "busy",
            Err(Error::Store(_)) => "failed",
        };
        self.commands.get_or_create(&[("outcome", outcome)]).inc();
    }

    /// Before it became a command: its input had faults.
    pub fn refused_early(&self, refusals: &[Refusal]) {
        self.refused(refusals);
        self.commands.get_or_create(&[("outcome", "refused")]).inc();
    }

    fn refused(&self, refusals: &[Refusal]) {
        for refusal in refusals {
            self.refusals.get_or_create(&[("code", refusal.code.into())]).inc();
        }
    }
}
