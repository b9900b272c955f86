//! What the texts under a finding's `evidence` stand for.

use super::model::{
    Scenario,
    plan::{Decision, DecisionEntry},
    sitrep::Sitrep,
    watch::Shift,
};

/// Something in the file that proves a finding.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Proof<'a> {
    /// Of `metrics_expected`, which may not have it.
    Metric(&'a str),
    /// The last counts of persons.
    LastTally,
    Incident(&'a str),
    Request(&'a str),
    Sitrep(&'a Sitrep),
    Outcome(&'a str),
    DecisionPoint(&'a str),
    Task(&'a str),
    /// The rejection that stands at that index of `approvals.log`.
    Rejection(usize),
    Shift(&'a Shift),
}

impl Scenario {
    /// `None`: nothing in the file is called so.
    pub fn proof<'a>(&'a self, text: &'a str) -> Option<Proof<'a>> {
        if let Some(metric) = text.strip_prefix("metric:") {
            return Some(Proof::Metric(metric));
        }
        if text == "assistance.final" {
            return self.assistance.as_ref()?.last.as_ref().map(|_| Proof::LastTally);
        }
        if let Some((subject, rest)) = text.split_once(' ') {
            return self.rejection(subject, rest).map(Proof::Rejection).or(self.shift(subject, rest));
        }
        let incident = self.incident.iter().map(|incident| incident.id.as_str());
        let requests = self.requests.iter().map(|request| request.id.as_str());
        let outcomes = self.outcomes.iter().map(|outcome| outcome.id.as_str());
        let points = self.plan.decision_points.iter().map(|point| point.id.as_str());
        let tasks = self.plan.tasks.iter().map(|task| task.id.as_str());
        let named = incident
            .map(|id| (id, Proof::Incident(id)))
            .chain(requests.map(|id| (id, Proof::Request(id))))
            .chain(self.sitreps.iter().map(|sitrep| (sitrep.id.as_str(), Proof::Sitrep(sitrep))))
            .chain(outcomes.map(|id| (id, Proof::Outcome(id))))
            .chain(points.map(|id| (id, Proof::DecisionPoint(id))))
            .chain(tasks.map(|id| (id, Proof::Task(id))));
        named.into_iter().find_map(|(id, proof)| (id == text).then_some(proof))
    }

    /// Such as `plan-SAPHAN v1 rejection`: the first on that version.
    fn rejection(&self, subject: &str, rest: &str) -> Option<usize> {
        let version = rest.strip_prefix('v')?.strip_suffix(" rejection")?;
        let is_such = |entry: &DecisionEntry| {
            entry.version.to_string() == version && matches!(entry.decision, Decision::Rejected { .. })
        };
        let is_of_plan = subject.strip_prefix("plan-") == Some(self.operation.id.as_str());
        self.approvals.log.iter().position(is_such).filter(|_| is_of_plan)
    }

    /// Such as `watch-CMCC 2023-10-14`: the last shift of the sample that begins on that day, by its own offset.
    fn shift(&self, subject: &str, day: &str) -> Option<Proof<'_>> {
        let mut latest_first = self.watch_sample.iter().rev();
        let shift = latest_first.find(|shift| shift.from.date_naive().to_string() == day);
        shift.filter(|_| subject.strip_prefix("watch-") == Some(self.centre.id.as_str())).map(Proof::Shift)
    }
}
