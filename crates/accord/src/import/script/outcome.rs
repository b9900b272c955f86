//! What the operation came to: as the section tells it, and what was enforced, told when the last task before the closing
//! phase is complete.

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
        outcome::{Outcome, OutcomeCorrection, OutcomeKind as Told},
        values::{Instant, Money},
    },
};
use domain::{
    Command, Role,
    outcome::{Measured, NewOutcome, OutcomeCommand, OutcomeKind},
};

/// Where in the file they stand.
const SECTION: &str = "outcomes";
const PLACE: &str = "assistance.enforcement";

impl<'a> Script<'a> {
    pub fn record_outcome(&mut self, at: Instant, told: &'a Outcome) -> Result<(), ImportError> {
        let kind = kind(told.kind);
        let outcome = NewOutcome {
            code: fit(SECTION, &told.id)?,
            kind,
            title: told.title.as_ref().map(|title| fit(SECTION, title)).transpose()?,
            measured: measured(&told.id, told.count, told.value.as_ref())?,
            source: fit(SECTION, &told.source)?,
            objective: self.objective_of(kind).map(|code| fit(SECTION, code)).transpose()?,
            release: None,
        };
        let command = OutcomeCommand::Record { operation: self.operation.clone(), outcome };
        self.outcomes.insert(&told.id, 1);
        let actor = holder(self.teller(told)?, Role::Liaison)?;
        self.add(at, &format!("RecordOutcome {}", told.id), actor, Command::Outcome(command));
        Ok(())
    }

    /// Puts right what was said last of it.
    pub fn correct_outcome(
        &mut self,
        at: Instant,
        told: &'a Outcome,
        correction: &OutcomeCorrection,
    ) -> Result<(), ImportError> {
        let last = self.outcomes.entry(&told.id).or_default();
        let wrong = *last;
        *last += 1;
        let command = OutcomeCommand::Correct {
            operation: self.operation.clone(),
            outcome: fit(SECTION, &told.id)?,
            claim: wrong,
            measured: Some(measured(&told.id, correction.count, correction.value.as_ref())?),
            at: None,
            reason: fit(SECTION, &correction.reason)?,
        };
        let actor = holder(self.teller(told)?, Role::Liaison)?;
        self.add(at, &format!("CorrectOutcome {}", told.id), actor, Command::Outcome(command));
        Ok(())
    }

    /// Who speaks for the partner whose work it was.
    fn teller(&self, told: &Outcome) -> Result<&'a Post, ImportError> {
        let post = self.liaison(&told.by).or(self.director(&told.by));
        post.ok_or_else(|| unfit(SECTION, &told.by, "has no post that speaks for it"))
    }

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

fn kind(told: Told) -> OutcomeKind {
    match told {
        Told::Arrests => OutcomeKind::Arrests,
        Told::AccountsFrozen => OutcomeKind::AccountsFrozen,
        Told::ValueFrozen => OutcomeKind::ValueFrozen,
        Told::ValueRecovered => OutcomeKind::ValueRecovered,
        Told::LossesReported => OutcomeKind::LossesReported,
        Told::SitesClosed => OutcomeKind::SitesClosed,
        Told::Other => OutcomeKind::Other,
    }
}

fn measured(id: &str, count: Option<u32>, value: Option<&Money>) -> Result<Measured, ImportError> {
    match (count, value) {
        (Some(count), _) => Ok(Measured::Count(count)),
        (None, Some(value)) => Ok(Measured::Value(money(value)?)),
        (None, None) => Err(unfit(SECTION, id, "has neither a count nor a value")),
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
