//! The watch: its rules, and the shifts that the file has a sample of.

use super::{Script, incident::priority};
use crate::{
    import::{
        actors::holder,
        error::ImportError,
        fit::{fit, fit_all, unfit},
    },
    scenario::model::{
        incident::Priority as Told,
        values::Instant,
        watch::{Shift, WatchRules as Rules},
    },
};
use domain::{
    Actor, Command, Role,
    clock::{ClockKind, Limit},
    watch::{WatchCommand, WatchRules},
};

impl Script<'_> {
    /// They hold from the centre's activation on.
    pub fn set_watch_rules(&mut self, at: Instant) -> Result<(), ImportError> {
        let Some(told) = &self.scenario.centre.watch_rules else { return Ok(()) };
        let rules = WatchRules {
            shift_hours: told.shift_hours,
            min_officers: told.min_officers,
            min_nations: told.min_nations,
            limits: limits(told),
        };
        let command = WatchCommand::SetRules { centre: fit("centre.id", &self.scenario.centre.id)?, rules };
        let actor = self.for_host()?;
        self.add(at, "SetWatchRules", actor, Command::Watch(command));
        Ok(())
    }

    /// By the director of the centre's host.
    pub fn roster_shift(&mut self, at: Instant, shift: &Shift) -> Result<(), ImportError> {
        let command = WatchCommand::RosterShift {
            centre: fit("centre.id", &self.scenario.centre.id)?,
            from: shift.from,
            to: shift.to,
            officers: fit_all(SAMPLE, &shift.on)?,
        };
        let actor = self.for_host()?;
        self.shifts.push(shift.from);
        self.add(at, &format!("RosterShift {}", shift.name), actor, Command::Watch(command));
        Ok(())
    }

    pub fn assume_watch(&mut self, at: Instant, shift: &Shift, post: &str) -> Result<(), ImportError> {
        let centre = fit("centre.id", &self.scenario.centre.id)?;
        let command = WatchCommand::Assume { centre, shift: self.number(shift)? };
        let actor = self.on_watch(post)?;
        self.add(at, &format!("AssumeWatch {} {post}", shift.name), actor, Command::Watch(command));
        Ok(())
    }

    /// By the first officer of the shift that is relieved.
    pub fn hand_over_watch(&mut self, at: Instant, before: &Shift, shift: &Shift) -> Result<(), ImportError> {
        let Some(officer) = before.on.first() else { return Ok(()) };
        let command = WatchCommand::HandOver {
            centre: fit("centre.id", &self.scenario.centre.id)?,
            shift: self.number(before)?,
            to: self.number(shift)?,
            brief: fit(SAMPLE, BRIEF)?,
        };
        let actor = self.on_watch(officer)?;
        self.add(at, &format!("HandOver {}", before.name), actor, Command::Watch(command));
        Ok(())
    }

    /// Whether the clock will find a shift that lacks somebody.
    pub fn has_gap(&self) -> bool {
        self.scenario.watch_sample.iter().any(|shift| shift.gap.is_some())
    }

    fn on_watch(&self, post: &str) -> Result<Actor, ImportError> {
        let known = self.scenario.posts.iter().find(|known| known.id == post);
        holder(known.ok_or_else(|| unfit(SAMPLE, post, "is no post"))?, Role::Watch)
    }

    pub fn number(&self, shift: &Shift) -> Result<u32, ImportError> {
        let place = self.shifts.iter().position(|from| *from == shift.from);
        let number = place.and_then(|place| u32::try_from(place + 1).ok());
        number.ok_or_else(|| unfit(SAMPLE, &shift.name, "was not rostered"))
    }
}

const SAMPLE: &str = "watch_sample";

/// The file has no place for what is said when a watch is handed over.
const BRIEF: &str = "As the log of this exercise has it.";

fn limits(told: &Rules) -> Vec<Limit> {
    let kinds = [
        (ClockKind::Acknowledge, &told.ack_minutes),
        (ClockKind::Decide, &told.decide_minutes),
        (ClockKind::Respond, &told.respond_minutes),
    ];
    let mut limits = Vec::new();
    for (clock, minutes) in kinds {
        for of in [Told::P1, Told::P2, Told::P3] {
            let limit = minutes.of(of).map(|minutes| Limit {
                priority: priority(of),
                clock,
                minutes,
                escalate_to: None,
            });
            limits.extend(limit);
        }
    }
    limits
}
