//! What one attack came to: how long the others waited before it and during it, and what it took of the server.

use serde::Serialize;
use std::{cmp::Reverse, collections::BTreeMap, time::Duration};

/// How much longer than in the control row half of the others' requests may take.
const MOST_HALF: f64 = 2.0;

/// The same of all but one in a hundred.
const MOST_NEARLY_ALL: f64 = 5.0;

/// How much more memory the server may take.
const MOST_GROWTH: f64 = 256.0;

/// Causes of failures and of refusals that are told in text.
const CAUSES_TOLD: usize = 3;

/// Milliseconds from when requests were due until they were answered.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct Waits {
    pub requests: usize,
    pub p50: f64,
    pub p99: f64,
}

impl Waits {
    pub fn of(mut waited: Vec<Duration>) -> Self {
        waited.sort_unstable();
        let at = |share| quantile(&waited, share).as_secs_f64() * 1_000.0;
        Self { requests: waited.len(), p50: at(0.5), p99: at(0.99) }
    }
}

/// The least of the sorted that so large a share of them does not exceed; nothing of none.
fn quantile(sorted: &[Duration], share: f64) -> Duration {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        clippy::cast_precision_loss,
        reason = "a rank among far fewer than 2^52 requests"
    )]
    let rank = (share * sorted.len() as f64).ceil() as usize;
    sorted.get(rank.saturating_sub(1)).copied().unwrap_or_default()
}

/// How the others fared for some time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct Fared {
    pub question: Waits,
    pub command: Waits,
}

/// How many times as long as in the control row.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Ratios {
    pub question_p50: f64,
    pub question_p99: f64,
    pub command_p50: f64,
    pub command_p99: f64,
}

impl Ratios {
    fn of(fared: &Fared, control: &Fared) -> Self {
        Self {
            question_p50: fared.question.p50 / control.question.p50,
            question_p99: fared.question.p99 / control.question.p99,
            command_p50: fared.command.p50 / control.command.p50,
            command_p99: fared.command.p99 / control.command.p99,
        }
    }

    fn within_aim(&self) -> bool {
        let Self { question_p50, question_p99, command_p50, command_p99 } = *self;
        question_p50.max(command_p50) <= MOST_HALF && question_p99.max(command_p99) <= MOST_NEARLY_ALL
    }
}

/// What attackers got, per second.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Got {
    pub answered: f64,
    pub refused: f64,
    /// Connections that the server closed or did not take.
    pub cut: f64,
    /// What the refused were told.
    pub told: BTreeMap<String, f64>,
}

/// Of the server, in MiB.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct Memory {
    pub before: f64,
    pub most: f64,
}

#[derive(Clone, Debug, Serialize)]
pub struct Row {
    pub attack: &'static str,
    pub what: &'static str,
    pub before: Fared,
    pub during: Fared,
    pub ratios: Ratios,
    /// Causes of the others' failures during the attack, and how many requests each failed.
    pub failures: BTreeMap<String, usize>,
    pub memory: Memory,
    pub got: Got,
    pub holds: bool,
}

impl Row {
    /// Without a control, this row is one itself.
    pub fn new(
        (attack, what): (&'static str, &'static str),
        (before, during): (Fared, Fared),
        control: Option<&Fared>,
        failures: BTreeMap<String, usize>,
        memory: Memory,
        got: Got,
    ) -> Self {
        let ratios = Ratios::of(&during, control.unwrap_or(&during));
        let holds = ratios.within_aim() && failures.is_empty() && memory.most - memory.before <= MOST_GROWTH;
        Self { attack, what, before, during, ratios, failures, memory, got, holds }
    }

    pub fn heading() -> String {
        let waits = "p50/p99 ms, before and during";
        format!(
            "{:<18} {:<36} {:<36} {:>11} {:>11} {:>6} {:>6} {:>19}\n\
             {:<18} {waits:<36} {waits:<36} {:>11} {:>11} {:>6} {:>6} {:>19}",
            "",
            "others' question",
            "others' command",
            "question x",
            "command x",
            "",
            "grew",
            "attackers got per s",
            "attack",
            "p50/p99",
            "p50/p99",
            "failed",
            "MiB",
            "done/no/cut"
        )
    }

    /// One line, and what failed below it.
    pub fn text(&self) -> String {
        let waits = |before: &Waits, during: &Waits| format!("{} -> {}", pair(before), pair(during));
        let ratios = |half: f64, nearly_all: f64| format!("{half:.1}/{nearly_all:.1}");
        let Ratios { question_p50, question_p99, command_p50, command_p99 } = self.ratios;
        let Got { answered, refused, cut, told } = &self.got;
        let mut text = format!(
            "{:<18} {:<36} {:<36} {:>11} {:>11} {:>6} {:>6.0} {:>19}  {}",
            self.attack,
            waits(&self.before.question, &self.during.question),
            waits(&self.before.command, &self.during.command),
            ratios(question_p50, question_p99),
            ratios(command_p50, command_p99),
            self.failures.values().sum::<usize>(),
            self.memory.most - self.memory.before,
            format!("{answered:.0}/{refused:.0}/{cut:.0}"),
            if self.holds { "OK" } else { "OVER" }
        );
        let mut causes: Vec<_> = self.failures.iter().collect();
        causes.sort_by_key(|(_, count)| Reverse(**count));
        for (cause, count) in causes.into_iter().take(CAUSES_TOLD) {
            text.extend(["\n  failed ", &count.to_string(), " times: ", cause]);
        }
        let mut told: Vec<_> = told.iter().collect();
        told.sort_by(|(_, one), (_, other)| other.total_cmp(one));
        if !told.is_empty() {
            let told = told.into_iter().take(CAUSES_TOLD).map(|(code, rate)| format!("{code} {rate:.1}"));
            text.extend(["\n  attackers were told per s: ", &told.collect::<Vec<_>>().join(", ")]);
        }
        text
    }
}

fn pair(waits: &Waits) -> String {
    format!("{:.1}/{:.1}", waits.p50, waits.p99)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn milliseconds(waited: impl IntoIterator<Item = u64>) -> Vec<Duration> {
        waited.into_iter().map(Duration::from_millis).collect()
    }

    #[test]
    fn a_quantile_is_one_of_the_figures_and_covers_its_share() {
        let hundred = milliseconds(1..=100);
        assert_eq!(quantile(&hundred, 0.5), Duration::from_millis(50));
        assert_eq!(quantile(&hundred, 0.99), Duration::from_millis(99));
        assert_eq!(quantile(&milliseconds([7]), 0.99), Duration::from_millis(7));
        assert_eq!(quantile(&milliseconds([1, 9]), 0.5), Duration::from_millis(1));
        assert_eq!(quantile(&[], 0.5), Duration::ZERO);
    }

    fn row(factor: u64, failures: &[(&str, usize)], grew: f64) -> Row {
        let fared = |factor: u64| {
            let waits = Waits::of(milliseconds((1..=200).map(|number| number * factor)));
            Fared { question: waits, command: waits }
        };
        let failures = failures.iter().map(|(cause, count)| ((*cause).to_owned(), *count)).collect();
        let memory = Memory { before: 100.0, most: 100.0 + grew };
        Row::new(
            ("attack", "It attacks."),
            (fared(1), fared(factor)),
            Some(&fared(1)),
            failures,
            memory,
            Got::default(),
        )
    }

    #[test]
    fn a_row_holds_within_every_bound_of_the_aim() {
        assert!(row(2, &[], 256.0).holds);
        assert!(!row(3, &[], 0.0).holds);
        assert!(!row(1, &[("BUSY", 1)], 0.0).holds);
        assert!(!row(1, &[], 257.0).holds);
    }

    #[test]
    fn the_commonest_failures_are_told_first() {
        let text = row(1, &[("BUSY", 2), ("a timeout", 5), ("INTERNAL", 1), ("HTTP 429", 3)], 0.0).text();
        let told: Vec<_> = text.lines().skip(1).collect();
        assert_eq!(
            told,
            ["  failed 5 times: a timeout", "  failed 3 times: HTTP 429", "  failed 2 times: BUSY"]
        );
    }
}
