//! What the file expects of whoever imports it: refusals, and answers to questions.

use super::values::{Instant, Prose};
use crate::scenario::{
    record::record,
    yaml::{At, Read, instant},
};

record! {
    /// A command in words that is to be refused at `at`, with `code` among the codes.
    Refusal { id: String, at: Instant, code: String, detail: Option<String>, command flat "cmd": Prose }
}

record! {
    /// What the answer to `question` is about `valid`, from what was recorded by `known`.
    AsOfCheck { question in "q": String, valid: Option<Instant>, known: Instant, answer: Answer }
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
