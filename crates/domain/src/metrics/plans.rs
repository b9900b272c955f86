//! Metrics of how a plan came into force: rounds, decisions, and how long they took.

use crate::{
    metrics::{
        Asked, Facts, Metric, MetricCode, ThingKind, Why,
        exact::Exact,
        facts::{DecisionFact, Said, VersionFacts},
    },
    plan::DecisionKind,
};

fn first<'a>(said: impl IntoIterator<Item = &'a Said>) -> Option<Said> {
    said.into_iter().min_by_key(|said| (said.at, said.position)).copied()
}

/// Of the operation, from the first submission of any version; of one version, from its own.
pub(super) fn to_promulgation(asked: &Asked, facts: &Facts) -> Vec<Metric> {
    let code = MetricCode::SubmissionToPromulgation;
    if asked.subject.is_none() {
        let submitted = first(facts.versions.iter().flat_map(|version| &version.submitted));
        let promulgated = first(facts.versions.iter().filter_map(|version| version.promulgated.as_ref()));
        return vec![Metric::between(code, facts.operation.clone(), submitted, promulgated)];
    }
    let of_each = versions(asked, facts).map(|version| {
        Metric::between(code, version.thing.clone(), first(&version.submitted), version.promulgated)
    });
    of_each.collect()
}

fn versions<'a>(asked: &'a Asked, facts: &'a Facts) -> impl Iterator<Item = &'a VersionFacts> {
    facts.versions.iter().filter(|version| asked.wants(&version.thing))
}

pub(super) fn to_last_consent(asked: &Asked, facts: &Facts) -> Vec<Metric> {
    let code = MetricCode::SubmissionToLastConsent;
    let of_each = versions(asked, facts).filter_map(|version| {
        let submitted = first(&version.submitted);
        let is_wanted = submitted.is_some_and(|said| asked.period.has(said.at));
        let consents = facts.decisions.iter().filter(|decision| {
            decision.version == version.thing.id
                && (decision.kind.approves() || decision.kind == DecisionKind::TerritorialConsent)
        });
        // Of two of one instant, the one that was recorded first.
        let last = consents.map(|decision| decision.said).rev().max_by_key(|said| said.at);
        (is_wanted || asked.one(ThingKind::PlanVersion).is_some())
            .then(|| Metric::between(code, version.thing.clone(), submitted, last))
    });
    of_each.collect()
}

fn decisions<'a>(asked: &'a Asked, facts: &'a Facts) -> impl Iterator<Item = &'a DecisionFact> {
    let counts =
        |decision: &&DecisionFact| asked.is_of(&decision.partner) && asked.period.has(decision.said.at);
    facts.decisions.iter().filter(counts)
}

pub(super) fn decision_age(asked: &Asked, facts: &Facts) -> Vec<Metric> {
    if asked.subject.is_some() {
        return Vec::new();
    }
    let (mut spans, mut evidence) = (Vec::new(), Vec::new());
    for decision in decisions(asked, facts) {
        let version = facts.versions.iter().find(|version| version.thing.id == decision.version);
        let Some(submitted) = version.and_then(|version| first(&version.submitted)) else { continue };
        let begins = decision.since.unwrap_or(submitted);
        spans.push(decision.said.at - begins.at);
        evidence.extend([begins.position, decision.said.position]);
    }
    vec![Metric::middle(MetricCode::DecisionAge, facts.operation.clone(), spans).by(evidence)]
}

pub(super) fn rounds(asked: &Asked, facts: &Facts) -> Vec<Metric> {
    if asked.subject.is_some() {
        return Vec::new();
    }
    let (code, of) = (MetricCode::Rounds, facts.operation.clone());
    let submitted = || facts.versions.iter().flat_map(|version| &version.submitted);
    let promulgated = first(facts.versions.iter().filter_map(|version| version.promulgated.as_ref()));
    let Some(promulgated) = promulgated else {
        return vec![match first(submitted()) {
            Some(begun) => Metric::without(code, of, Why::NotYet).by([begun.position]),
            None => Metric::without(code, of, Why::NothingToMeasure),
        }];
    };
    let rounds: Vec<_> = submitted().filter(|said| said.at <= promulgated.at).collect();
    let count = i128::try_from(rounds.len()).unwrap_or(i128::MAX);
    let evidence = rounds.iter().map(|said| said.position).chain([promulgated.position]);
    vec![Metric::of(code, of, Exact::whole(count)).by(evidence)]
}

pub(super) fn rejection_rate(asked: &Asked, facts: &Facts) -> Vec<Metric> {
    if asked.subject.is_some() {
        return Vec::new();
    }
    let (mut rejected, mut all, mut evidence) = (0, 0, Vec::new());
    for decision in decisions(asked, facts) {
        all += 1;
        rejected +=
            i128::from(matches!(decision.kind, DecisionKind::Rejected | DecisionKind::ConsentRefused));
        evidence.push(decision.said.position);
    }
    let of = facts.operation.clone();
    vec![Metric::share(MetricCode::RejectionRate, of, (rejected, all)).by(evidence)]
}
