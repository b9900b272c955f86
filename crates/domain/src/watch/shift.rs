//! Rules of shifts: who is planned, who takes the watch, who relieves whom, and what a shift lacks.

use crate::{
    Actor, Context, Event, Instant, PostCode, Prose, Reasons, RefusalCode, Rejection, Reported, Role, Span,
    Told, World,
    centre::Centre,
    clock::require_service,
    coalition::decide::require_host,
    watch::{EARLY, Gap, OnWatch, Shift, WatchEvent},
};
use std::collections::BTreeSet;

/// Who of the host plans shifts.
pub(super) const ROSTER: &[Role] = &[Role::Watch, Role::Commander];

/// Who stands a shift.
pub(super) const OFFICER: &[Role] = &[Role::Watch, Role::Liaison, Role::Commander];

/// Longest shift.
const LONGEST: Span = Span::hours(24);

/// Most officers of a shift.
const MOST_OFFICERS: usize = 100;

/// A shift that begins at that moment already is planned anew, as long as it is not over. Whoever stands it stays on its
/// roster.
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
    let ended = known.map(|known| known.end()).filter(|end| *end <= context.now.fixed_offset());
    if let Some(end) = ended {
        reasons.add(RefusalCode::WrongState, "from", over_since(end));
    }
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
                reasons.add(RefusalCode::UnknownReference, &field, format!("There is no post {officer}."));
            }
            Some(post) => {
                let stands = known.is_some_and(|known| known.is_stood_by(officer));
                reasons.check(
                    stands || coalition.takes_tasks(&post.partner),
                    RefusalCode::TakesNoTasks,
                    &field,
                    || format!("{} takes no tasks, so it stands no watch.", post.partner),
                );
            }
        }
    }
    for officer in known.iter().flat_map(|known| &known.on_watch) {
        reasons.check(officers.contains(&officer.post), RefusalCode::WrongState, "officers", || {
            format!("{} has taken its place in this shift.", officer.post)
        });
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

/// By the officer itself, who is on the roster. What the shift lacked is there once it has enough, and that may
/// be told late: the gap ends when it was filled, not when that is entered.
pub(super) fn assume(
    world: &World,
    centre: &Centre,
    number: u32,
    context: &Context<'_>,
    reasons: Reasons,
) -> Result<Vec<Told>, Rejection> {
    let partner = context.require_post(OFFICER)?;
    let (shift, mut reasons) = find(centre, number, "shiftId", reasons)?;
    let Actor::Post { post, .. } = context.actor else { return reasons.or(Vec::new()) };
    if shift.is_stood_by(post) {
        return reasons.or(Vec::new());
    }
    let at = context.occurred_at;
    reasons.check(world.coalition()?.takes_tasks(partner), RefusalCode::TakesNoTasks, "shiftId", || {
        format!("{partner} takes no tasks, so it stands no watch.")
    });
    reasons.check(shift.officers.contains(post), RefusalCode::WrongState, "shiftId", || {
        format!("{post} is not on the roster of this shift: have it planned anew.")
    });
    context.check_since(shift.from - EARLY.as_delta(), "A shift may be taken over", &mut reasons);
    reasons.check(!shift.is_over(at), RefusalCode::WrongState, "shiftId", || over_since(shift.end()));
    let assumed = WatchEvent::WatchAssumed {
        centre: centre.code.clone(),
        shift: number,
        post: post.clone(),
        partner: partner.clone(),
    };
    let mut with = shift.clone();
    with.on_watch.push(OnWatch { post: post.clone(), partner: partner.clone(), since: at });
    let mut told = vec![Told::from(Event::Watch(assumed))];
    told.extend(gap_ended(centre, &with, context));
    reasons.or(told)
}

/// That what the shift lacked is there, where that is news.
fn gap_ended(centre: &Centre, shift: &Shift, context: &Context<'_>) -> Option<Told> {
    let (gap, full) = (shift.gap.as_ref()?, shift.full_since()?);
    if gap.until.is_some_and(|until| until <= full.max(gap.from)) {
        return None;
    }
    let ended = WatchEvent::WatchGapEnded { centre: centre.code.clone(), shift: shift.number };
    Some(told_at(full, ended, context))
}

fn told_at(occurred_at: Instant, event: WatchEvent, context: &Context<'_>) -> Told {
    let late_reason = context.late_reason.map(ToOwned::to_owned);
    Told { event: Event::Watch(event), reported: Some(Reported { occurred_at, late_reason }) }
}

/// Domain rule 14: no handover without relief.
pub(super) fn hand_over(
    world: &World,
    centre: &Centre,
    (number, to, brief): (u32, u32, &Prose),
    context: &Context<'_>,
    reasons: Reasons,
) -> Result<Vec<Event>, Rejection> {
    context.require_post(OFFICER)?;
    let (shift, reasons) = find(centre, number, "shiftId", reasons)?;
    let (relief, mut reasons) = find(centre, to, "reliefId", reasons)?;
    let Actor::Post { post, .. } = context.actor else { return reasons.or(Vec::new()) };
    if !shift.is_stood_by(post) {
        return Err(Rejection::Forbidden("This is for an officer of the shift to do.".to_owned()));
    }
    if shift.handed_over.as_ref().is_some_and(|over| over.to == to) {
        return reasons.or(Vec::new());
    }
    let at = context.occurred_at;
    reasons.check(shift.handed_over.is_none(), RefusalCode::WrongState, "shiftId", || {
        "The shift was handed over.".to_owned()
    });
    if let Some(last) = shift.on_watch.iter().map(|officer| officer.since).max() {
        context.check_since(last, "The watch was taken over", &mut reasons);
    }
    reasons.check(relief.from > shift.from, RefusalCode::InvalidValue, "reliefId", || {
        "A shift is relieved by a later one.".to_owned()
    });
    reasons.check(!relief.is_over(at), RefusalCode::WrongState, "reliefId", || over_since(relief.end()));
    let coalition = world.coalition()?;
    let strength = relief.strength(at, |partner| coalition.takes_tasks(partner));
    reasons.check(strength.reaches(relief.least), RefusalCode::NoRelief, "reliefId", || {
        let least = relief.least;
        let mut said = format!(
            "{} of {} officers stand the next shift, of {} of {} nations.",
            strength.officers, least.officers, strength.nations, least.nations
        );
        for missing in relief.missing(at) {
            said = format!("{said} {missing} is missing.");
        }
        said
    });
    reasons.or(vec![Event::Watch(WatchEvent::WatchHandedOver {
        centre: centre.code.clone(),
        shift: number,
        to,
        brief: brief.clone(),
    })])
}

/// Told by the clock, once for a shift, with its beginning as when it happened. Where nobody looked before what
/// it lacked was there, both are told.
pub(super) fn detect_gap(
    centre: &Centre,
    number: u32,
    context: &Context<'_>,
    reasons: Reasons,
) -> Result<Vec<Told>, Rejection> {
    require_service(context)?;
    let (shift, mut reasons) = find(centre, number, "shiftId", reasons)?;
    reasons.check(shift.from < context.now.fixed_offset(), RefusalCode::WrongState, "shiftId", || {
        format!("The shift begins only at {}.", shift.from.to_rfc3339())
    });
    if centre.gap_due(shift).is_none() {
        return reasons.or(Vec::new());
    }
    let missing = shift.missing(shift.from);
    let strength = shift.strength(shift.from, |_| true);
    let detected = WatchEvent::WatchGapDetected {
        centre: centre.code.clone(),
        shift: number,
        missing: missing.clone(),
        officers: strength.officers,
        nations: strength.nations,
    };
    let gap = Some(Gap { from: shift.from, until: None, missing });
    let with = Shift { gap, ..shift.clone() };
    let mut told = vec![told_at(shift.from, detected, context)];
    told.extend(gap_ended(centre, &with, context));
    reasons.or(told)
}

fn over_since(end: Instant) -> String {
    format!("The shift is over since {}.", end.to_rfc3339())
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
