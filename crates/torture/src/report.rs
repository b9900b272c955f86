//! What an experiment came to: a line for people, or JSON for programs.

use crate::history::{Fault, Findings, History, Kind, Outcome};
use serde::Serialize;
use std::{collections::BTreeMap, time::Duration};

/// Faults of one kind that are told one by one.
const MOST_TOLD: usize = 5;

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Row {
    pub experiment: &'static str,
    /// Faults that were injected.
    pub injected: usize,
    /// Commands that clients sent, however often.
    pub sent: usize,
    pub acknowledged: usize,
    pub refused: usize,
    /// Never answered, and in the log.
    pub unknown_landed: usize,
    pub lost: usize,
    pub doubled: usize,
    pub disordered: usize,
    /// Whatever else clients or the log contradict.
    pub other_faults: usize,
    /// The longest time in which nobody was acknowledged anything.
    pub worst_outage_ms: u128,
    /// Errors that clients were answered on the way, by their code.
    pub errors: BTreeMap<String, usize>,
    pub faults: Vec<Fault>,
    /// What did not go as it should besides.
    pub trouble: Vec<String>,
    pub notes: Vec<String>,
}

impl Row {
    pub fn new(experiment: &'static str, injected: usize, history: &History) -> Self {
        Self {
            experiment,
            injected,
            sent: 0,
            acknowledged: 0,
            refused: 0,
            unknown_landed: 0,
            lost: 0,
            doubled: 0,
            disordered: 0,
            other_faults: 0,
            worst_outage_ms: worst_outage(history).as_millis(),
            errors: errors(history),
            faults: Vec::new(),
            trouble: Vec::new(),
            notes: Vec::new(),
        }
    }

    pub fn take(&mut self, findings: &Findings) {
        self.sent = findings.sent;
        self.acknowledged = findings.acknowledged;
        self.refused = findings.refused;
        self.unknown_landed = findings.landed;
        self.lost = findings.count(Kind::Lost);
        self.doubled = findings.count(Kind::Doubled);
        self.disordered = findings.count(Kind::Disordered);
        self.other_faults = findings.faults.len() - self.lost - self.doubled - self.disordered;
        self.faults.clone_from(&findings.faults);
    }

    pub fn holds(&self) -> bool {
        self.faults.is_empty() && self.trouble.is_empty()
    }

    pub fn heading() -> String {
        format!(
            "{:<12} {:>8} {:>7} {:>7} {:>7} {:>7} {:>5} {:>7} {:>7} {:>6} {:>9}  {}",
            "experiment",
            "injected",
            "sent",
            "acked",
            "refused",
            "landed?",
            "lost",
            "doubled",
            "order",
            "other",
            "outage ms",
            "verdict"
        )
    }

    /// One line, and what went wrong below it.
    pub fn text(&self) -> String {
        let verdict = if self.holds() { "holds" } else { "FAILED" };
        let mut text = format!(
            "{:<12} {:>8} {:>7} {:>7} {:>7} {:>7} {:>5} {:>7} {:>7} {:>6} {:>9}  {verdict}",
            self.experiment,
            self.injected,
            self.sent,
            self.acknowledged,
            self.refused,
            self.unknown_landed,
            self.lost,
            self.doubled,
            self.disordered,
            self.other_faults,
            self.worst_outage_ms,
        );
        for (code, count) in &self.errors {
            text.extend(["; ", code, " ", &count.to_string()]);
        }
        for note in &self.notes {
            text.extend(["; ", note]);
        }
        for trouble in &self.trouble {
            text.extend(["\n  ", trouble]);
        }
        let mut told: BTreeMap<Kind, usize> = BTreeMap::new();
        for fault in &self.faults {
            let told = told.entry(fault.kind).or_default();
            *told += 1;
            if *told <= MOST_TOLD {
                text.extend(["\n  ", &fault.kind.to_string(), ": ", &fault.what]);
            }
        }
        text
    }
}

fn worst_outage(history: &History) -> Duration {
    let mut acknowledged: Vec<Duration> = history
        .submissions
        .iter()
        .flat_map(|submission| &submission.attempts)
        .filter(|attempt| matches!(attempt.outcome, Outcome::Done(_)))
        .map(|attempt| attempt.answered)
        .collect();
    acknowledged.sort_unstable();
    acknowledged.windows(2).map(|pair| pair[1].saturating_sub(pair[0])).max().unwrap_or_default()
}

/// The codes of errors that clients were answered, and how often.
fn errors(history: &History) -> BTreeMap<String, usize> {
    let mut errors = BTreeMap::new();
    for attempt in history.submissions.iter().flat_map(|submission| &submission.attempts) {
        if let Outcome::Error(code) = &attempt.outcome {
            *errors.entry(code.clone()).or_default() += 1;
        }
    }
    errors
}
