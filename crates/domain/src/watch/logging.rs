//! Rules of the watch's log: entered at the first opportunity, never erased.

use crate::{
    Code, Context, Event, Prose, Reasons, RefusalCode, Rejection, Role, World, centre::Centre,
    operation::marking, release::Release, watch::WatchEvent,
};

/// Who makes entries.
pub(super) const WRITERS: &[Role] = &[Role::Watch, Role::Liaison, Role::Commander];

pub(super) fn make(
    world: &World,
    centre: &Centre,
    (category, text, release): (&Code, &Prose, Option<&Release>),
    context: &Context<'_>,
    mut reasons: Reasons,
) -> Result<Vec<Event>, Rejection> {
    let owner = context.require_post(WRITERS)?;
    let coalition = world.coalition()?;
    if let Some(release) = release {
        marking::check_partners(coalition, &release.releasable_to, "release.releasableTo", &mut reasons);
    }
    reasons.or(vec![Event::Watch(WatchEvent::LogEntryMade {
        centre: centre.code.clone(),
        entry: next(centre),
        owner: owner.clone(),
        category: category.clone(),
        text: text.clone(),
        release: release.cloned(),
    })])
}

/// By the partner whose entry it is.
pub(super) fn correct(
    centre: &Centre,
    (number, text, reason): (u32, &Prose, &Prose),
    context: &Context<'_>,
    mut reasons: Reasons,
) -> Result<Vec<Event>, Rejection> {
    let partner = context.require_post(WRITERS)?;
    let known = centre.watch.entry(number).filter(|entry| entry.is_seen_by(partner));
    let Some(entry) = known else { return Err(reasons.not_found("entryId", "log entry")) };
    if *partner != entry.owner {
        return Err(Rejection::Forbidden(format!("This is for {} to put right.", entry.owner)));
    }
    if entry.corrected_by.is_none() && entry.text == *text {
        return reasons.or(Vec::new());
    }
    reasons.check(entry.corrected_by.is_none(), RefusalCode::WrongState, "entryId", || {
        "This entry was corrected: correct the one that took its place.".to_owned()
    });
    reasons.or(vec![Event::Watch(WatchEvent::LogEntryCorrected {
        centre: centre.code.clone(),
        entry: next(centre),
        corrects: number,
        text: text.clone(),
        reason: reason.clone(),
    })])
}

fn next(centre: &Centre) -> u32 {
    u32::try_from(centre.watch.log.len() + 1).unwrap_or(u32::MAX)
}
