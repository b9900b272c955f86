//! What the file holds and an import leaves out, a line for each kind.

use crate::scenario::{
    Proof,
    model::{Scenario, timeline::TimelineEntry},
};
use std::collections::BTreeMap;

/// `left`: the entries of the timeline that became no command.
pub fn lines(scenario: &Scenario, left: &[&TimelineEntry]) -> Vec<String> {
    let mut kinds = BTreeMap::<&str, usize>::new();
    for entry in left {
        *kinds.entry(entry.event.name()).or_default() += 1;
    }
    let kinds: Vec<String> = kinds.iter().map(|(kind, count)| format!("{count} {kind}")).collect();
    let timeline = format!("timeline: {} entries: {}", left.len(), kinds.join(", "));
    Some(timeline).filter(|_| !left.is_empty()).into_iter().chain(sections(scenario)).collect()
}

fn sections(scenario: &Scenario) -> impl Iterator<Item = String> {
    let carried_out = |task: &str| scenario.actuals.iter().any(|actual| actual.id == task);
    let unopened = scenario.centre.forward_posts.iter().filter(|post| !carried_out(&post.opened_by));
    let findings = scenario.review.iter().flat_map(|review| &review.findings);
    let evidence = findings.flat_map(|finding| &finding.evidence);
    let is_unknown = |name: &str| !scenario.metrics_of.contains_key(name);
    let unmeasured =
        evidence.filter(|text| matches!(scenario.proof(text), Some(Proof::Metric(name)) if is_unknown(name)));
    [
        ("centre: forward posts, opened by tasks that were not carried out", unopened.count()),
        (
            "review: metrics that prove findings, and of which it is not said what they are",
            unmeasured.count(),
        ),
    ]
    .into_iter()
    .filter(|(_, count)| *count > 0)
    .map(|(what, count)| format!("{what}: {count}"))
}
