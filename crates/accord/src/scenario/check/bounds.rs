//! Numbers are within bounds, and times in order.

use super::select::{Found, select};
use crate::scenario::yaml::{Faults, Node, date, instant};

/// Most and least of whole numbers.
const BOUNDS: &[(&str, i64, i64)] = &[
    ("meta.schema", 1, 1),
    ("centre.criteria_weights.*", 1, 100),
    ("centre.watch_rules.shift_hours", 1, 24),
    ("centre.watch_rules.min_officers", 1, 1_000),
    ("centre.watch_rules.min_nations", 1, 100),
    ("centre.watch_rules.ack_minutes.*", 1, 100_000),
    ("centre.watch_rules.decide_minutes.*", 1, 100_000),
    ("centre.watch_rules.respond_minutes.*", 1, 100_000),
    ("plan.tasks[].s", -20_000, 20_000),
    ("plan.tasks[].d", 1, 20_000),
    ("plan.risks[].l", 1, 5),
    ("plan.risks[].i", 1, 5),
    ("approvals.log[].v", 1, 2),
    ("approvals.promulgated.v", 1, 2),
    ("approvals.promulgated[].v", 1, 2),
    ("schedule_expected[].v", 1, 2),
    ("outcomes[].count", 1, 1_000_000_000),
    ("outcomes[].value[]", 1, 1_000_000_000_000_000),
    ("outcomes[].corrections[].count", 0, 1_000_000_000),
    ("outcomes[].corrections[].value[]", 0, 1_000_000_000_000_000),
    ("contributions.items[].qty", 1, 1_000_000_000),
    ("contributions.items[].value[]", 1, 1_000_000_000_000_000),
    ("contributions.items[].allocated.*", 1, 1_000_000_000_000_000),
    ("contributions.items[].disbursed[].amt", 1, 1_000_000_000_000_000),
    ("contributions.items[].delivered[].qty", -1_000_000_000, 1_000_000_000),
    ("assistance.enforcement.frozen_value[]", 0, 1_000_000_000_000_000),
    ("assistance.min_cell", 1, 1_000),
    ("reports[].percent", 0, 100),
    ("timeline[].v", 1, 2),
    ("timeline[].n", 1, 1_000),
    ("timeline[].hours", -20_000, 20_000),
];

/// In each item of a pattern, the first field's time is not after the second's.
const NOT_AFTER: &[(&str, &str, &str)] = &[
    ("posts[]", "in_post", "rec"),
    ("operation.hhour_window", "from", "to"),
    ("operation.hhour[]", "rec", "set"),
    ("approvals.conditions[]", "satisfied_at", "rec"),
    ("contributions.items[]", "pledged", "accepted"),
    ("contributions.items[]", "accepted", "delivery_accepted"),
    ("actuals[]", "start", "end"),
    ("actuals[]", "start", "end_first_recorded_as"),
    ("actuals[]", "start", "start_rec"),
    ("actuals[]", "end_first_recorded_as", "end_rec"),
    ("actuals[]", "end_rec", "corrected_rec"),
    ("actuals[]", "end", "corrected_rec"),
    ("reports[]", "occ", "rec"),
    ("actuals[].start_told[]", "at", "rec"),
    ("actuals[].end_told[]", "at", "rec"),
    ("incident.log[]", "occ", "rec"),
    ("incident.log[]", "known_as_of", "rec"),
    ("requests[]", "issued", "ack"),
    ("requests[]", "issued", "due"),
    ("requests[]", "ack", "fulfilled"),
    ("requests[]", "issued", "declined"),
    ("requests[]", "ack", "declined"),
    ("requests[]", "issued", "withdrawn"),
    ("requests[]", "ack", "withdrawn"),
    ("outcomes[]", "occ", "rec"),
    ("assistance.reports[]", "occ", "rec"),
    ("watch_sample[]", "from", "to"),
    ("watch_sample[].gap", "from", "to"),
    ("deconfliction[]", "found", "cleared"),
    ("timeline[]", "occ", "rec"),
];

/// Lists that are in the order of a field.
const IN_ORDER: &[(&str, &str)] = &[
    ("operation.hhour", "rec"),
    ("approvals.log", "at"),
    ("approvals.promulgated", "at"),
    ("actuals[].start_told", "rec"),
    ("actuals[].end_told", "rec"),
    ("outcomes[].corrections", "rec"),
    ("knowledge_expected[].answers", "rec"),
    ("contributions.items[].delivered", "at"),
    ("contributions.items[].disbursed", "at"),
    ("watch_sample", "from"),
    ("sitreps", "at"),
    ("expansion", "at"),
    ("timeline", "rec"),
];

pub fn check(root: &Node<'_>, faults: &Faults) {
    for &(pattern, least, most) in BOUNDS {
        for Found { place, path, text, .. } in select(root, pattern) {
            let number = text.and_then(|text| text.parse::<i64>().ok());
            if number.is_some_and(|number| !(least..=most).contains(&number)) {
                faults.add(place, &path, &format!("is out of bounds: {least} to {most}"));
            }
        }
    }
    for (pattern, first, second) in NOT_AFTER {
        for item in select(root, pattern) {
            let (Some(earlier), Some(later)) = (item.node.get(first), item.node.get(second)) else {
                continue;
            };
            if is_after(earlier, later) {
                let path = format!("{}.{second}", item.path);
                faults.add((later.line, later.column), &path, &format!("is before {first}"));
            }
        }
    }
    for (pattern, field) in IN_ORDER {
        for list in select(root, pattern) {
            let timed = list.node.items().iter().enumerate();
            let timed: Vec<_> = timed.filter_map(|(index, item)| Some((index, item.get(field)?))).collect();
            for pair in timed.windows(2).filter(|pair| is_after(pair[0].1, pair[1].1)) {
                let (index, time) = pair[1];
                let path = format!("{}[{index}].{field}", list.path);
                faults.add(
                    (time.line, time.column),
                    &path,
                    "is before the entry above: this list is in order of time",
                );
            }
        }
    }
}

/// Two dates or two instants; what is neither has its fault already.
fn is_after(earlier: &Node<'_>, later: &Node<'_>) -> bool {
    let (Some(a), Some(b)) = (earlier.text(), later.text()) else { return false };
    match (instant(a), instant(b), date(a), date(b)) {
        (Ok(a), Ok(b), ..) => a > b,
        (_, _, Ok(a), Ok(b)) => a > b,
        _ => false,
    }
}
