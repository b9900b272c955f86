//! What the objectives of the plan in force aim at, and what was reached: by the name of each one's measure.

use crate::{
    Priority,
    metrics::{
        Asked, Facts, Metric, MetricCode, Thing, Why, claims,
        exact::Exact,
        facts::{ObjectiveFacts, holding},
        money, persons,
    },
    outcome::OutcomeKind,
};

/// What a measure's name asks for.
enum Measure {
    Outcomes(OutcomeKind),
    OnTime(MetricCode, Option<Priority>),
    Persons(MetricCode),
    Disbursed,
}

pub(super) fn reached(asked: &Asked, facts: &Facts) -> Vec<Metric> {
    if asked.subject.is_some() {
        return Vec::new();
    }
    facts.objectives.iter().map(|objective| of(objective, asked, facts)).collect()
}

fn of(objective: &ObjectiveFacts, asked: &Asked, facts: &Facts) -> Metric {
    let of = Thing { code: objective.code.clone(), ..facts.operation.clone() };
    let metric = match Measure::named(&objective.measure) {
        Some(Measure::Outcomes(kind)) => outcomes(&of, kind, facts),
        Some(Measure::OnTime(code, priority)) => claims::on_time_of(code, of, priority, (asked, facts)),
        Some(Measure::Disbursed) => money::disbursed_of(&of, asked, facts),
        Some(Measure::Persons(code)) => match facts.authorities.as_slice() {
            [] => Metric::without(code, of, Why::NothingToMeasure),
            [one] => persons::of_authority(code, &of, asked, (&one.tallies, facts.now)),
            [_, _, ..] => Metric::without(code, of, Why::SeveralAuthorities),
        },
        None => Metric::without(MetricCode::Objective, of, Why::UnknownMeasure),
    };
    Metric { code: MetricCode::Objective, target: Some(objective.target), ..metric }
}

/// What was counted towards it: what names it, and what names none.
fn outcomes(of: &Thing, kind: OutcomeKind, facts: &Facts) -> Metric {
    let holding = holding(facts.outcomes.iter().map(|outcome| (outcome.position, outcome.corrects)));
    let counted = facts.outcomes.iter().filter(|outcome| {
        outcome.kind == kind
            && outcome.objective.as_ref().is_none_or(|objective| *objective == of.code)
            && holding.contains(&outcome.position)
    });
    let counted: Vec<_> = counted.collect();
    let sum = counted.iter().map(|outcome| i128::from(outcome.count)).sum();
    let evidence = counted.iter().map(|outcome| outcome.position);
    Metric::of(MetricCode::Objective, of.clone(), Exact::whole(sum)).out_of(&counted.len()).by(evidence)
}

impl Measure {
    /// The name of a kind of outcomes that are counted, or of a metric in percent, with `_pct` or without; of requests with
    /// the priority before it, such as `p1_ack_on_time_pct`.
    fn named(measure: &str) -> Option<Self> {
        if let Some(kind) = OutcomeKind::of_measure(measure) {
            return kind.takes_count().then_some(Self::Outcomes(kind));
        }
        let name = measure.trim().to_ascii_lowercase();
        let name = name.strip_suffix("_pct").unwrap_or(&name);
        let priority = name
            .split_once('_')
            .and_then(|(first, rest)| Some((first.to_ascii_uppercase().parse::<Priority>().ok()?, rest)));
        let (priority, name) = priority.map_or((None, name), |(priority, rest)| (Some(priority), rest));
        match name {
            "ack_on_time" | "acknowledged_on_time" => {
                Some(Self::OnTime(MetricCode::AcknowledgedOnTime, priority))
            }
            "fulfilled_on_time" => Some(Self::OnTime(MetricCode::FulfilledOnTime, priority)),
            "screened_within_96h" => Some(Self::Persons(MetricCode::ScreenedWithin96H)),
            "identified_within_15d" => Some(Self::Persons(MetricCode::IdentifiedWithin15D)),
            "disbursed" => Some(Self::Disbursed),
            _ => None,
        }
    }
}
