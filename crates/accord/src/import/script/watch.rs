//! The rules of the watch.

use super::{Script, incident::priority};
use crate::{
    import::{error::ImportError, fit::fit},
    scenario::model::{incident::Priority as Told, values::Instant, watch::WatchRules as Rules},
};
use domain::{
    Command,
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
}

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
