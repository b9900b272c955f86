//! What the operation came to, told when the last task before the closing phase is complete.

use super::Script;
use crate::{
    import::{
        actors::holder,
        error::ImportError,
        fit::{fit, unfit},
    },
    scenario::model::{
        assistance::Enforcement,
        coalition::Post,
        execution::Actual,
        values::{Instant, Money},
    },
};
use domain::{
    Command, Role,
    outcome::{Measured, NewOutcome, OutcomeCommand, OutcomeKind},
};

/// Where in the file it stands.
const PLACE: &str = "assistance.enforcement";

impl<'a> Script<'a> {
    /// Of each partner its arrests, by its liaison officer; the rest by the post that was bound to the task.
    pub fn record_outcomes(&mut self, at: Instant, actual: &Actual) -> Result<(), ImportError> {
        let assistance = self.scenario.assistance.as_ref();
        let Some(enforcement) = assistance.and_then(|assistance| assistance.enforcement.as_ref()) else {
            return Ok(());
        };
        if self.closing_task() != Some(&actual.id) {
            return Ok(());
        }
        let Enforcement { arrests, accounts_frozen, frozen_value, sites_closed } = enforcement;
        let bound = self.bound.get(&actual.id).copied();
        let closing = bound.ok_or_else(|| unfit(PLACE, &actual.id, "has no post that is bound to it"))?;
        let mut told: Vec<(&'a Post, OutcomeKind, Measured)> = Vec::new();
        for (partner, count) in arrests {
            let speaker = self.liaison(partner).or(self.director(partner));
            let speaker = speaker.ok_or_else(|| unfit(PLACE, partner, "has no post that speaks for it"))?;
            told.push((speaker, OutcomeKind::Arrests, Measured::Count(*count)));
        }
        told.extend([
            (closing, OutcomeKind::AccountsFrozen, Measured::Count(*accounts_frozen)),
            (closing, OutcomeKind::ValueFrozen, Measured::Value(money(frozen_value)?)),
            (closing, OutcomeKind::SitesClosed, Measured::Count(*sites_closed)),
        ]);
        // What there was nothing of is not told.
        let told = told.into_iter().filter(|(_, _, measured)| {
            measured.count() != Some(0) && measured.value().is_none_or(|value| value.minor_units > 0)
        });
        for ((post, kind, measured), number) in told.zip(1..) {
            let code = format!("OUT-{number:02}");
            let outcome = NewOutcome {
                code: fit(PLACE, &code)?,
                kind,
                title: None,
                measured,
                source: fit(PLACE, "As the scenario has it")?,
                objective: self.objective_of(kind).map(|code| fit(PLACE, code)).transpose()?,
                release: None,
            };
            let command = OutcomeCommand::Record { operation: self.operation.clone(), outcome };
            let actor = holder(post, Role::Liaison)?;
            self.add(at, &format!("RecordOutcome {code}"), actor, Command::Outcome(command));
        }
        Ok(())
    }

    /// The last that was completed of those that the last phase does not have.
    fn closing_task(&self) -> Option<&'a String> {
        let plan = &self.scenario.plan;
        let last = plan.phases.last()?;
        let is_before =
            |actual: &&Actual| plan.tasks.iter().any(|task| task.id == actual.id && task.phase != last.id);
        let completed = self.scenario.actuals.iter().filter(is_before);
        completed.max_by_key(|actual| actual.end).map(|actual| &actual.id)
    }

    /// Whose measure is the kind's name.
    fn objective_of(&self, kind: OutcomeKind) -> Option<&'a str> {
        let mut objectives = self.scenario.plan.objectives.iter();
        let found = objectives.find(|objective| OutcomeKind::of_measure(&objective.measure) == Some(kind));
        found.map(|objective| objective.id.as_str())
    }
}

/// Whole units of its currency.
fn money(value: &Money) -> Result<domain::Money, ImportError> {
    let Money { amount, currency } = value;
    let exact = domain::Decimal { digits: *amount, scale: 0 };
    let text = format!("{amount} {}", currency.as_str());
    domain::Money::new(exact, fit(PLACE, currency.as_str())?)
        .map_err(|fault| unfit(PLACE, &text, &fault.to_string()))
}
