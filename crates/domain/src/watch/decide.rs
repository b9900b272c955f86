//! Who may say what of the watch.

use super::{logging, shift};
use crate::{
    Context, Event, OperationCode, Reasons, RefusalCode, Rejection, Role, Subject, Told, World,
    centre::{Centre, CentreStatus},
    clock::ClockKind,
    coalition::decide::require_host,
    command::Decide,
    watch::{WatchCommand, WatchEvent, WatchRules},
};
use std::collections::BTreeSet;

/// Longest limit: a year.
const MOST_MINUTES: u32 = 366 * 24 * 60;

impl Decide for WatchCommand {
    fn operation(&self) -> Option<&OperationCode> {
        None
    }

    fn decide(
        &self,
        world: &World,
        context: &Context<'_>,
        reasons: Reasons,
    ) -> Result<Vec<Event>, Rejection> {
        Ok(self.tell(world, context, reasons)?.into_iter().map(|told| told.event).collect())
    }

    fn tell(&self, world: &World, context: &Context<'_>, reasons: Reasons) -> Result<Vec<Told>, Rejection> {
        let code = self.centre();
        world.need([Subject::Coalition, Subject::Centre(code.clone())])?;
        let told = |events: Vec<Event>| events.into_iter().map(Told::from).collect();
        let Some(centre) = world.centre(code)? else { return Err(reasons.not_found("centre", "centre")) };
        if let Self::SetRules { rules, .. } = self {
            return set_rules(world, centre, rules, context, reasons).map(told);
        }
        let mut reasons = reasons;
        // What the log says of a shift stands, also once the centre has ended its work.
        let afterwards = matches!(self, Self::CorrectLogEntry { .. } | Self::DetectGap { .. });
        reasons.check(
            afterwards || centre.status == CentreStatus::Active,
            RefusalCode::WrongState,
            "centre",
            || format!("{code} is {}.", centre.status),
        );
        match self {
            // Decided above.
            Self::SetRules { .. } => reasons.or(Vec::new()),
            Self::RosterShift { from, to, officers, .. } => {
                shift::roster(world, centre, (*from, *to, officers), context, reasons).map(told)
            }
            Self::Assume { shift, .. } => shift::assume(world, centre, *shift, context, reasons),
            Self::HandOver { shift, to, brief, .. } => {
                shift::hand_over(world, centre, (*shift, *to, brief), context, reasons).map(told)
            }
            Self::MakeLogEntry { category, text, release, .. } => {
                logging::make(world, centre, (category, text, release.as_ref()), context, reasons).map(told)
            }
            Self::CorrectLogEntry { entry, text, reason, .. } => {
                logging::correct(centre, (*entry, text, reason), context, reasons).map(told)
            }
            Self::DetectGap { shift, .. } => shift::detect_gap(centre, *shift, context, reasons),
        }
    }
}

fn set_rules(
    world: &World,
    centre: &Centre,
    rules: &WatchRules,
    context: &Context<'_>,
    mut reasons: Reasons,
) -> Result<Vec<Event>, Rejection> {
    let coalition = world.coalition()?;
    require_host(coalition, context, &[Role::Commander])?;
    let code = &centre.code;
    // Another centre's rules may have taken the place of its limits since.
    if centre.watch.rules.as_ref() == Some(rules) && coalition.limits == rules.limits {
        return reasons.or(Vec::new());
    }
    let stands = matches!(centre.status, CentreStatus::Established | CentreStatus::Active);
    reasons.check(stands, RefusalCode::WrongState, "centre", || format!("{code} is {}.", centre.status));
    let within = |value: u32, most: u32| (1..=most).contains(&value);
    for (value, most, field) in [
        (rules.shift_hours, 24, "shiftHours"),
        (rules.min_officers, 100, "minOfficers"),
        (rules.min_nations, 100, "minNations"),
    ] {
        reasons.check(within(value, most), RefusalCode::InvalidValue, field, || {
            format!("{value} is not from 1 to {most}.")
        });
    }
    reasons.check(rules.min_nations <= rules.min_officers, RefusalCode::InvalidValue, "minNations", || {
        format!("{} officers are not of {} nations.", rules.min_officers, rules.min_nations)
    });
    let mut said = BTreeSet::new();
    for (index, limit) in rules.limits.iter().enumerate() {
        let place = |field: &str| format!("limits.{index}.{field}");
        reasons.check(
            within(limit.minutes, MOST_MINUTES),
            RefusalCode::InvalidValue,
            &place("minutes"),
            || format!("{} is not from 1 to {MOST_MINUTES}.", limit.minutes),
        );
        reasons.check(limit.clock != ClockKind::Due, RefusalCode::InvalidValue, &place("clock"), || {
            "When a request is due, it says itself.".to_owned()
        });
        reasons.check(
            said.insert((limit.priority, limit.clock)),
            RefusalCode::InvalidValue,
            &place("clock"),
            || format!("{} of {} is limited twice.", limit.clock, limit.priority),
        );
        if let Some(post) = &limit.escalate_to {
            let known = coalition.posts.contains_key(post);
            reasons.check(known, RefusalCode::UnknownReference, &place("escalateTo"), || {
                format!("There is no post {post}.")
            });
        }
    }
    reasons.or(vec![Event::Watch(WatchEvent::WatchRulesSet { centre: code.clone(), rules: rules.clone() })])
}
