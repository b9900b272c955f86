//! How many persons were screened and identified in time. Counts do not say who is who: those who were received first count
//! as the first to be screened, to be presumed, and to be identified.

use crate::{
    Position,
    metrics::{
        Asked, Facts, Metric, MetricCode, Thing, ThingKind, Why,
        facts::{Tally, holding},
    },
};
use chrono::{DateTime, TimeDelta, Utc};
use std::{cmp::Reverse, collections::VecDeque};

/// How soon persons are to be screened after they were received.
const SCREENING: TimeDelta = TimeDelta::hours(96);

/// How soon who is presumed to be a victim is to be identified after being received.
const IDENTIFICATION: TimeDelta = TimeDelta::days(15);

/// Of each partner that counts: of two, each could subtract its own.
pub(super) fn in_time(code: MetricCode, asked: &Asked, facts: &Facts) -> Vec<Metric> {
    if asked.subject.as_ref().is_some_and(|subject| subject.kind != ThingKind::Partner) {
        return Vec::new();
    }
    let counting = facts.authorities.iter().filter(|counting| {
        asked.wants(&counting.thing)
            && asked.partner.as_ref().is_none_or(|partner| partner.as_str() == counting.thing.code)
    });
    let metrics =
        counting.map(|counting| of_authority(code, &counting.thing, asked, (&counting.tallies, facts.now)));
    metrics.collect()
}

pub(super) fn of_authority(
    code: MetricCode,
    of: &Thing,
    asked: &Asked,
    (tallies, now): (&[Tally], DateTime<Utc>),
) -> Metric {
    let all: Vec<_> = tallies.iter().collect();
    let Some(figure) = figure(code, &all, asked, now) else {
        return Metric::without(code, of.clone(), Why::Withheld);
    };
    Metric::share(code, of.clone(), figure).by(fewest(code, &all, (asked, now), figure))
}

/// The fewest reports that make the figure: whatever leaves it as it is when it is taken away is left out, those that were
/// corrected first, and then the newest first. With them the corrections without which it were another.
fn fewest<'a>(
    code: MetricCode,
    all: &[&'a Tally],
    (asked, now): (&Asked, DateTime<Utc>),
    made: (i128, i128),
) -> Vec<Position> {
    let known = all.iter().filter_map(|tally| Some((tally.position?, tally.corrects)));
    let holding = holding(known.clone());
    let mut order: Vec<_> = known.map(|(position, _)| position).collect();
    order.sort_by_key(|position| (holding.contains(position), Reverse(*position)));
    let without = |reports: &[&'a Tally], position| -> Vec<&'a Tally> {
        reports.iter().filter(|tally| tally.position != Some(position)).copied().collect()
    };
    let mut kept = all.to_vec();
    for position in order {
        let rest = without(&kept, position);
        if figure(code, &rest, asked, now) == Some(made) {
            kept = rest;
        }
    }
    let corrections = all.iter().filter(|tally| tally.corrects.is_some());
    let turning = corrections
        .filter_map(|tally| tally.position)
        .filter(|position| figure(code, &without(all, *position), asked, now) != Some(made));
    kept.iter().filter_map(|tally| tally.position).chain(turning).collect()
}

/// How many in time, and of how many; `None`: it would take a count that is not told.
fn figure(code: MetricCode, tallies: &[&Tally], asked: &Asked, now: DateTime<Utc>) -> Option<(i128, i128)> {
    let reports = tallies.iter().filter_map(|tally| Some((tally.position?, tally.corrects)));
    let holding = holding(reports);
    let holds = |tally: &&&Tally| tally.position.is_none_or(|position| holding.contains(&position));
    let mut live: Vec<_> = tallies.iter().filter(holds).collect();
    live.sort_by_key(|tally| (tally.at, tally.position));
    let mut received = Persons::default();
    for tally in &live {
        received.add(tally.at, tally.received?);
    }
    let mut presumed = Persons::default();
    let mut screened = Vec::new();
    for tally in &live {
        let (some, others) = (tally.presumed?, tally.not_presumed?);
        let taken = received.take(some.saturating_add(others));
        presumed.add_first(&taken, some);
        screened.extend(taken.into_iter().map(|(since, count)| (since, tally.at, count)));
    }
    if code == MetricCode::ScreenedWithin96H {
        return Some(count(&screened, &received, SCREENING, asked, now));
    }
    let mut decided = Vec::new();
    for tally in &live {
        let taken = presumed.take(tally.identified?.saturating_add(tally.not_identified?));
        decided.extend(taken.into_iter().map(|(since, count)| (since, tally.at, count)));
    }
    Some(count(&decided, &presumed, IDENTIFICATION, asked, now))
}

/// Of those who were dealt with, or whose time is over.
fn count(
    done: &[(DateTime<Utc>, DateTime<Utc>, u32)],
    waiting: &Persons,
    limit: TimeDelta,
    asked: &Asked,
    now: DateTime<Utc>,
) -> (i128, i128) {
    let (mut in_time, mut all) = (0, 0);
    for (since, at, persons) in done.iter().filter(|(since, ..)| asked.period.has(*since)) {
        all += i128::from(*persons);
        if *at <= *since + limit {
            in_time += i128::from(*persons);
        }
    }
    let overdue = waiting.0.iter().filter(|(since, _)| *since + limit < now && asked.period.has(*since));
    (in_time, all + overdue.map(|(_, persons)| i128::from(*persons)).sum::<i128>())
}

/// Persons who wait, and since when they are here: who came first is the next.
#[derive(Default)]
struct Persons(VecDeque<(DateTime<Utc>, u32)>);

impl Persons {
    fn add(&mut self, since: DateTime<Utc>, count: u32) {
        if count > 0 {
            self.0.push_back((since, count));
        }
    }

    /// The first so many of these.
    fn add_first(&mut self, taken: &[(DateTime<Utc>, u32)], mut count: u32) {
        for (since, persons) in taken {
            let some = count.min(*persons);
            self.add(*since, some);
            count -= some;
        }
    }

    /// So many of them. Of more than there are nobody knows since when they are here, so that they do not count.
    fn take(&mut self, mut count: u32) -> Vec<(DateTime<Utc>, u32)> {
        let mut taken = Vec::new();
        while count > 0 {
            let Some((since, persons)) = self.0.pop_front() else { break };
            let some = count.min(persons);
            taken.push((since, some));
            if persons > some {
                self.0.push_front((since, persons - some));
            }
            count -= some;
        }
        taken
    }
}
