//! A metric: its value, or why there is none, and the events that make it.

use crate::{
    PartnerCode, Position,
    metrics::{
        MetricCode, Thing, ThingKind, Unit, Why,
        exact::{Exact, median},
        facts::Said,
    },
};
use chrono::{DateTime, TimeDelta, Utc};

/// What is asked for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Asked {
    /// `None`: the operation, and each thing in it that the metric is of.
    pub subject: Option<Thing>,
    /// Only what is this partner's.
    pub partner: Option<PartnerCode>,
    pub period: Period,
}

/// A stretch of time in the world; an end that is `None` is open.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub struct Period {
    pub from: Option<DateTime<Utc>>,
    /// Exclusive.
    pub to: Option<DateTime<Utc>>,
}

/// A metric of one thing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Metric {
    pub code: MetricCode,
    pub of: Thing,
    /// Of the value.
    pub unit: Unit,
    /// A decimal number; `None`: `why` says why.
    pub value: Option<String>,
    pub why: Option<Why>,
    /// Of a share its parts, whole numbers. Of what is a middle or a sum of several the latter alone: of how many.
    pub numerator: Option<String>,
    pub denominator: Option<String>,
    /// Of an objective what the plan aims at.
    pub target: Option<i64>,
    /// Where the events stand that make it, in the order of the log.
    pub evidence: Vec<Position>,
}

impl Period {
    pub fn is_open(&self) -> bool {
        self.from.is_none() && self.to.is_none()
    }

    pub(super) fn has(&self, at: DateTime<Utc>) -> bool {
        self.from.is_none_or(|from| from <= at) && self.to.is_none_or(|to| at < to)
    }
}

impl Asked {
    pub(super) fn is_of(&self, partner: &PartnerCode) -> bool {
        self.partner.as_ref().is_none_or(|asked| asked == partner)
    }

    /// The thing of this kind that is asked for; `None` where all are, or one of another kind.
    pub(super) fn one(&self, kind: ThingKind) -> Option<&Thing> {
        self.subject.as_ref().filter(|thing| thing.kind == kind)
    }

    /// Whether a thing of this kind is to be told of: all are, or this one.
    pub(super) fn wants(&self, thing: &Thing) -> bool {
        self.subject.as_ref().is_none_or(|asked| asked.id == thing.id)
    }
}

impl Metric {
    pub(super) fn without(code: MetricCode, of: Thing, why: Why) -> Self {
        Self {
            code,
            of,
            unit: code.definition().unit,
            value: None,
            why: Some(why),
            numerator: None,
            denominator: None,
            target: None,
            evidence: Vec::new(),
        }
    }

    pub(super) fn of(code: MetricCode, of: Thing, value: Exact) -> Self {
        match value.text(code.definition().unit) {
            Some(value) => Self { value: Some(value), why: None, ..Self::without(code, of, Why::TooLarge) },
            None => Self::without(code, of, Why::TooLarge),
        }
    }

    /// How long it took from one to the other.
    pub(super) fn between(code: MetricCode, of: Thing, from: Option<Said>, to: Option<Said>) -> Self {
        let Some(from) = from else { return Self::without(code, of, Why::NothingToMeasure) };
        match to {
            None => Self::without(code, of, Why::NotYet).by([from.position]),
            Some(to) => {
                let lasts = Exact::lasting(to.at - from.at, code.definition().unit);
                Self::of(code, of, lasts).by([from.position, to.position])
            }
        }
    }

    /// The one in the middle of several.
    pub(super) fn middle(code: MetricCode, of: Thing, spans: Vec<TimeDelta>) -> Self {
        let count = spans.len();
        let metric = match median(spans, code.definition().unit) {
            Some(middle) => Self::of(code, of, middle),
            None => Self::without(code, of, Why::NothingToMeasure),
        };
        metric.out_of(&count)
    }

    /// So many of so many.
    pub(super) fn share(code: MetricCode, of: Thing, (some, all): (i128, i128)) -> Self {
        let hundredfold = some.checked_mul(100).and_then(|above| Exact::new(above, all));
        let metric = match hundredfold {
            Some(share) => Self::of(code, of, share),
            None => Self::without(code, of, Why::NothingToMeasure),
        };
        Self { numerator: Some(some.to_string()), ..metric.out_of(&all) }
    }

    pub(super) fn out_of(self, count: &impl ToString) -> Self {
        Self { denominator: Some(count.to_string()), ..self }
    }

    pub(super) fn by(mut self, evidence: impl IntoIterator<Item = Position>) -> Self {
        self.evidence.extend(evidence);
        self.evidence.sort();
        self.evidence.dedup();
        self
    }
}
