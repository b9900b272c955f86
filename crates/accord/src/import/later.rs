//! What the file holds and an import leaves out, a line for each kind.

use crate::scenario::{
    Happening, Moment,
    model::{Post, Scenario},
};
use std::collections::BTreeMap;

/// `left`: the governance events that became no command.
pub fn lines(scenario: &Scenario, left: &[Moment<'_>]) -> Vec<String> {
    let mut lines = governance(left);
    lines.extend(sections(scenario));
    lines
}

fn governance(left: &[Moment<'_>]) -> Vec<String> {
    let mut posts = BTreeMap::<&str, Vec<&Post>>::new();
    let (mut expansion, mut timeline) = (Vec::new(), BTreeMap::<&str, usize>::new());
    for moment in left {
        match moment.what {
            Happening::PostEstablished(post) => posts.entry("established").or_default().push(post),
            Happening::Nominated(post) => posts.entry("nominated").or_default().push(post),
            Happening::NominationAccepted(post) => posts.entry("accepted").or_default().push(post),
            Happening::TookPost(post) => posts.entry("taken").or_default().push(post),
            Happening::Expansion(entry) => {
                expansion.push(format!("{} {}", entry.event.name(), entry.partner));
            }
            Happening::Timeline(entry) => *timeline.entry(entry.event.name()).or_default() += 1,
        }
    }
    let mut lines: Vec<String> = posts
        .into_iter()
        .map(|(how, posts)| {
            let codes: Vec<&str> = posts.iter().map(|post| post.id.as_str()).collect();
            format!("posts: {} {how} later: {}", codes.len(), codes.join(", "))
        })
        .collect();
    if !expansion.is_empty() {
        lines.push(format!("expansion: {} entries: {}", expansion.len(), expansion.join(", ")));
    }
    if !timeline.is_empty() {
        let all: usize = timeline.values().sum();
        let kinds: Vec<String> = timeline.iter().map(|(kind, count)| format!("{count} {kind}")).collect();
        lines.push(format!("timeline: {all} entries: {}", kinds.join(", ")));
    }
    lines
}

fn sections(scenario: &Scenario) -> Vec<String> {
    let contributions = scenario.contributions.as_ref();
    let assistance = scenario.assistance.as_ref();
    let assistance = assistance.map_or(0, |counts| {
        counts.reports.len() + usize::from(counts.last.is_some()) + usize::from(counts.enforcement.is_some())
    });
    [
        ("centre: watch rules", usize::from(scenario.centre.watch_rules.is_some())),
        ("centre: forward posts, opened by tasks", scenario.centre.forward_posts.len()),
        ("actuals: tasks carried out", scenario.actuals.len()),
        ("contributions: items", contributions.map_or(0, |section| section.items.len())),
        ("incident: entries", scenario.incident.as_ref().map_or(0, |incident| incident.log.len())),
        ("requests", scenario.requests.len()),
        ("assistance: reports and tallies", assistance),
        ("watch_sample: shifts", scenario.watch_sample.len()),
        ("sitreps", scenario.sitreps.len()),
        ("deconfliction: entries", scenario.deconfliction.len()),
        ("review: findings", scenario.review.as_ref().map_or(0, |review| review.findings.len())),
    ]
    .into_iter()
    .filter(|(_, count)| *count > 0)
    .map(|(what, count)| format!("{what}: {count}"))
    .collect()
}
