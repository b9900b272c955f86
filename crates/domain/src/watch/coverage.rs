//! How a watch was stood, hour by hour.

use crate::{Instant, PartnerCode, PostCode, Span, watch::Shift};
use std::collections::{BTreeMap, BTreeSet};

/// An hour, and who stood the watch at some time of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CoveredHour {
    pub from: Instant,
    /// Exclusive.
    pub to: Instant,
    pub officers: BTreeMap<PartnerCode, BTreeSet<PostCode>>,
}

/// The hours of a period, counted from its beginning; the last one may be shorter. An officer stands from when it takes its
/// place until its shift ends.
pub fn coverage<'a>(
    shifts: impl IntoIterator<Item = &'a Shift>,
    from: Instant,
    to: Instant,
) -> Vec<CoveredHour> {
    let hour = Span::hours(1).as_delta();
    let mut hours = Vec::new();
    let mut start = from;
    while start < to {
        let end = (start + hour).min(to);
        hours.push(CoveredHour { from: start, to: end, officers: BTreeMap::new() });
        start = end;
    }
    for shift in shifts {
        let end = shift.end();
        for officer in &shift.on_watch {
            let first = hours.partition_point(|hour| hour.to <= officer.since);
            for hour in hours.iter_mut().skip(first).take_while(|hour| hour.from < end) {
                hour.officers.entry(officer.partner.clone()).or_default().insert(officer.post.clone());
            }
        }
    }
    hours
}

/// The shift that runs at that moment: the last one to begin that has begun, or has relieved another, and is not over.
pub fn running<'a>(shifts: &[&'a Shift], at: Instant) -> Option<&'a Shift> {
    let relieves = |number: u32| {
        let mut relieved = shifts.iter().filter_map(|other| other.handed_over.as_ref());
        relieved.any(|over| over.to == number && over.at <= at)
    };
    let runs = |shift: &&Shift| (shift.from <= at || relieves(shift.number)) && !shift.is_over(at);
    shifts.iter().copied().filter(runs).max_by_key(|shift| shift.from)
}
