//! Rules of shifts: who is planned, who takes the watch, who relieves whom, and what a shift lacks.

use crate::{
    Actor, Context, Event, Instant, PostCode, Prose, Reasons, RefusalCode, Rejection, Role, Span, World,
    centre::Centre,
    clock::require_service,
    coalition::decide::require_host,
    watch::{Shift, WatchEvent},
};
use std::collections::BTreeSet;

/// Who of the host plans shifts.
pub(super) const ROSTER: &[Role] = &[Role::Watch, Role::Commander];

/// Who stands a shift.
pub(super) const OFFICER: &[Role] = &[Role::Watch, Role::Liaison, Role::Commander];

/// How long before a shift begins its officers may take their places.
const EARLY: Span = Span::hours(1);

/// Longest shift.
const LONGEST: Span = Span::hours(24);

/// Most officers of a shift.
const MOST_OFFICERS: usize = 100;

/// A shift that begins at that moment already is planned anew, as long as it is not over.
pub(super) fn roster(
    world: &World,
    centre: &Centre,
    (from, to, officers): (Instant, Instant, &[PostCode]),
    context: &Context<'_>,
    mut reasons: Reasons,
) -> Result<Vec<Event>, Rejection> {
    let coalition = world.coalition()?;
    require_host(coalition, context, ROSTER)?;
    let watch = &centre.watch;
    let known = watch.shifts.values().find(|shift| shift.from == from);
    if known.is_some_and(|known| known.to == to && known.officers == officers) {
        return reasons.or(Vec::new());
    }
    let lasts = to - from;
    let fits = lasts > Span::ZERO.as_delta() && lasts <= LONGEST.as_delta();
    reasons.check(fits, RefusalCode::InvalidValue, "to", || {
        "A shift lasts longer than nothing, and 24 hours at most.".to_owned()
    });
    context.check_near(from, "from", &mut reasons);
    let over = known.is_some_and(|known| known.handed_over.is_some());
    reasons.check(!over, RefusalCode::WrongState, "from", || "This shift was handed over.".to_owned());
    let number = known.map(|known| known.number);
    let meets = watch
        .shifts
        .values()
        .find(|other| Some(other.number) != number && other.from < to && from < other.to);
    if let Some(other) = meets {
        let (from, to) = (other.from.to_rfc3339(), other.to.to_rfc3339());
        reasons.add(RefusalCode::WrongState, "from", format!("There is a shift from {from} to {to}."));
    }
    let count = officers.len();
    reasons.check((1..=MOST_OFFICERS).contains(&count), RefusalCode::InvalidValue, "officers", || {
        format!("{count} officers: a shift has from 1 to {MOST_OFFICERS}.")
    });
    let mut named = BTreeSet::new();
    for (index, officer) in officers.iter().enumerate() {
        let field = format!("officers.{index}");
        reasons.check(named.insert(officer), RefusalCode::InvalidValue, &field, || {
            format!("{officer} stands twice.")
        });
        match coalition.posts.get(officer) {
            None => {
                reasons.add(RefusalCode::UnknownReference, &field, format!("There is no post {officer}."))
            }
            Some(post) => {
                reasons.check(
                    coalition.takes_tasks(&post.partner),
                    RefusalCode::TakesNoTasks,
                    &field,
                    || format!("{} takes no tasks, so it stands no watch.", post.partner),
                );
            }
        }
    }
    let next = watch.shifts.get_max().map_or(1, |(last, _)| last + 1);
    reasons.or(vec![Event::Watch(WatchEvent::ShiftRostered {
        centre: centre.code.clone(),
        shift: number.unwrap_or(next),
        from,
        to,
        officers: officers.to_vec(),
    })])
}

/// By the officer itself, who is on the roster. What the shift lacked is there again once it has enough.
pub(super) fn assume(
    centre: &Centre,
    number: u32,
    context: &Context<'_>,
    reasons: Reasons,
) -> Result<Vec<Event>, Rejection> {
    let partner = context.require_post(OFFICER)?;
    let (shift, mut reasons) = find(centre, number, "shift", reasons)?;
    let Actor::Post { post, .. } = context.actor else { return reasons.or(Vec::new()) };
    if shift.on_watch.iter().any(|officer| officer.post == *post) {
        return reasons.or(Vec::new());
    }
    let at = context.occurred_at;
    reasons.check(shift.officers.contains(post), RefusalCode::WrongState, "shift", || {
        format!("{post} is not on the roster of this shift: have it planned anew.")
    });
    context.check_since(
        shift.from - EARLY.as_delta(),
        "A shift may be taken over",
        &mut reasons,
    );
    reasons.check(!shift.is_over(at), RefusalCode::WrongState, "shift", || {
        format!("The shift is over since {}.", end(shift).to_rfc3339())
    });
    let (centre_code, shift_number) = (centre.code.clone(), number);
    let mut events = vec![Event::Watch(WatchEvent::WatchAssumed {
        centre: centre_code.clone(),
        shift: shift_number,
        post: post.clone(),
        partner: partner.clone(),
    })];
    if shift.open_gap().is_some() {
        let mut with = shift.clone();
        let (post, partner) = (post.clone(), partner.clone());
        with.on_watch.push(crate::watch::OnWatch { post, partner, since: at });
        if with.is_full(centre.watch.rules.as_ref(), at) {
            let ended = WatchEvent::WatchGapEnded { centre: centre_code, shift: shift_number };
            events.push(Event::Watch(ended));
        }
    }
    reasons.or(events)
}

/// Domain rule 14: no handover without relief.
pub(super) fn hand_over(
    centre: &Centre,
    (number, to, brief): (u32, u32, &Prose),
    context: &Context<'_>,
    reasons: Reasons,
) -> Result<Vec<Event>, Rejection> {
    context.require_post(OFFICER)?;
    let (shift, reasons) = find(centre, number, "shift", reasons)?;
    let (relief, mut reasons) = find(centre, to, "to", reasons)?;
    let Actor::Post { post, .. } = context.actor else { return reasons.or(Vec::new()) };
    let at = context.occurred_at;
    if shift.handed_over.as_ref().is_some_and(|over| over.to == to) {
        return reasons.or(Vec::new());
    }
    if !shift.on_watch.iter().any(|officer| officer.post == *post) {
        return Err(Rejection::Forbidden("This is for an officer of the shift to do.".to_owned()));
    }
    reasons.check(shift.handed_over.is_none(), RefusalCode::WrongState, "shift", || {
        "The shift was handed over.".to_owned()
    });
    let last = shift.on_watch.iter().map(|officer| officer.since).max();
    if let Some(last) = last {
        context.check_since(last, "The watch was taken over", &mut reasons);
    }
    reasons.check(relief.from > shift.from, RefusalCode::InvalidValue, "to", || {
        "A shift is relieved by a later one.".to_owned()
    });
    if !relief.is_full(centre.watch.rules.as_ref(), at) {
        let (officers, nations) = relief.strength(at);
        let missing: Vec<_> = relief.missing(at).iter().map(ToString::to_string).collect();
        let lacks =
            if missing.is_empty() { String::new() } else { format!(" {} is missing.", missing.join(", ")) };
        reasons.add(
            RefusalCode::NoRelief,
            "to",
            format!("{officers} officers of {nations} nations stand the next shift, fewer than the rules ask for.{lacks}"),
        );
    }
    reasons.or(vec![Event::Watch(WatchEvent::WatchHandedOver {
        centre: centre.code.clone(),
        shift: number,
        to,
        brief: brief.clone(),
    })])
}

/// Told by the clock, once for a shift, with its beginning as when it happened.
pub(super) fn detect_gap(
    centre: &Centre,
    number: u32,
    context: &Context<'_>,
    reasons: Reasons,
) -> Result<Vec<Event>, Rejection> {
    require_service(context)?;
    let (shift, mut reasons) = find(centre, number, "shift", reasons)?;
    let now = context.now.fixed_offset();
    reasons.check(shift.from < now, RefusalCode::WrongState, "shift", || {
        format!("The shift begins only at {}.", shift.from.to_rfc3339())
    });
    if !centre.watch.lacks_officers(shift, now) {
        return reasons.or(Vec::new());
    }
    let (officers, nations) = shift.strength(shift.from);
    let missing = shift.missing(shift.from);
    let (centre_code, shift_number) = (centre.code.clone(), number);
    reasons.or(vec![Event::Watch(WatchEvent::WatchGapDetected {
        centre: centre_code,
        shift: shift_number,
        missing,
        officers,
        nations,
    })])
}

fn find<'a>(
    centre: &'a Centre,
    number: u32,
    field: &str,
    reasons: Reasons,
) -> Result<(&'a Shift, Reasons), Rejection> {
    match centre.watch.shift(number) {
        Some(shift) => Ok((shift, reasons)),
        None => Err(reasons.not_found(field, "shift")),
    }
}

/// When it was relieved, else when its time is over.
fn end(shift: &Shift) -> Instant {
    shift.handed_over.as_ref().map_or(shift.to, |over| over.at)
}
