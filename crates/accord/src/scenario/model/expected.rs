//! What the file expects of whoever imports it: refusals, and answers to questions.

use super::values::{Instant, Prose};
use crate::scenario::{
    record::{names, record},
    yaml::{At, Read, instant},
};
use std::collections::BTreeMap;

record! {
    /// A command in words that is to be refused at `at`, with `code` among the codes.
    Refusal { id: String, at: Instant, code: String, detail: Option<String>, command flat "cmd": Prose }
}

record! {
    /// What the answer to `question` is about `valid`, from what was recorded by `known`.
    AsOfCheck { question in "q": String, valid: Option<Instant>, known: Instant, answer: Answer }
}

record! {
    /// How a version of the plan is laid out: whole hours, and of each task in `floats` how much it can slip without
    /// delaying the whole.
    Laid {
        version in "v": u32, basis: ScheduleBasis, length: i64, critical: Vec<String>,
        floats in "float": BTreeMap<String, i64> = BTreeMap::new(),
    }
}
names! { ScheduleBasis { Offsets = "OFFSETS", Network = "NETWORK" } }

record! {
    /// How much later than planned a task started and finished, in whole minutes, and what drove that: `START`, `BLOCKS`,
    /// `LENGTH`, or a task that it waited for.
    Slipped {
        id: String, start: i64, finish: i64, drivers in "by": BTreeMap<String, i64>,
    }
}

record! {
    /// What the log has learned so far, one answer after the other, of where a task stood at `valid`.
    Known { task in "id": String, valid: Instant, answers: Vec<Learned> }
}
record! { Learned { recorded in "rec": Instant, status: String } }

record! {
    /// Which metric a name in `metrics_expected` means: of something in the file, of the last event of that type that a post
    /// told of, or of the operation.
    NamedMetric { code: String, of: Option<String>, event: Option<String>, by: Option<String> }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answer {
    YesNo(bool),
    Count(i64),
    At(Instant),
}

impl Read for Answer {
    fn read(at: &At<'_>) -> Self {
        at.parsed_any("true, false, a whole number or an instant", |text| {
            let count = || text.parse().ok().map(Self::Count);
            let truth = || text.parse().ok().map(Self::YesNo);
            truth().or_else(count).or_else(|| instant(text).ok().map(Self::At))
        })
        .unwrap_or(Self::YesNo(false))
    }
}
