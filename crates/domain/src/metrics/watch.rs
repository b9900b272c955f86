//! How long the watch stood with fewer officers or nations than its rules ask for.

use crate::metrics::{
    Asked, Facts, Metric, MetricCode, Said, Thing, ThingKind, exact::Exact, facts::GapFacts,
};
use chrono::TimeDelta;

/// Of one shift, of one centre, or of each centre while the operation went on.
pub(super) fn gap(asked: &Asked, facts: &Facts) -> Vec<Metric> {
    match &asked.subject {
        None => facts.centres.iter().map(|centre| of_centre(centre, asked, facts)).collect(),
        Some(thing) if thing.kind == ThingKind::Centre => vec![of_centre(thing, asked, facts)],
        Some(thing) if thing.kind == ThingKind::Shift => {
            let gaps = facts.gaps.iter().filter(|gap| gap.thing.id == thing.id);
            vec![sum(thing, gaps, asked, facts)]
        }
        Some(_) => Vec::new(),
    }
}

fn of_centre(centre: &Thing, asked: &Asked, facts: &Facts) -> Metric {
    sum(centre, facts.gaps.iter().filter(|gap| gap.centre == centre.id), asked, facts)
}

fn sum<'a>(of: &Thing, gaps: impl Iterator<Item = &'a GapFacts>, asked: &Asked, facts: &Facts) -> Metric {
    let until = facts.until.unwrap_or(facts.now).min(facts.now);
    let begins = asked.period.from.map_or(facts.from, |from| from.max(facts.from));
    let ends = asked.period.to.map_or(until, |to| to.min(until));
    let (mut lasted, mut count, mut evidence) = (TimeDelta::zero(), 0, Vec::new());
    // How long one lasted in that time, and what ended it.
    let part = |gap: &GapFacts, relieved: Option<Said>| {
        // One that nobody ended goes on until its shift is over: relieved, or else as the roster has it.
        let shift_ends = relieved.map_or(gap.shift_ends, |relieved| relieved.at);
        if gap.detected.at >= ends || begins >= shift_ends || shift_ends <= gap.detected.at {
            return None;
        }
        let last = shift_ends.min(ends);
        let ended = gap.ended.filter(|ended| ended.at < last);
        let over = ended.map_or(last, |ended| ended.at);
        Some(((over - gap.detected.at.max(begins)).max(TimeDelta::zero()), ended))
    };
    for gap in gaps {
        let counted = part(gap, gap.relieved);
        if let Some((time, ended)) = counted {
            lasted += time;
            count += 1;
            evidence.push(gap.detected.position);
            evidence.extend(ended.map(|ended| ended.position));
        }
        evidence
            .extend(gap.relieved.filter(|_| part(gap, None) != counted).map(|relieved| relieved.position));
    }
    let code = MetricCode::WatchGap;
    Metric::of(code, of.clone(), Exact::lasting(lasted, code.definition().unit)).out_of(&count).by(evidence)
}
