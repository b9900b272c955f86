//! What is decided while the plan is carried out, each by those whose word it is.

use super::Script;
use crate::{
    import::{
        actors::holder,
        error::ImportError,
        fit::{fit, fit_all, unfit},
    },
    scenario::model::timeline::{GoNoGo as Told, TimelineEntry},
};
use domain::{
    Command, PhaseCode, Position, Role,
    execution::{ExecutionCommand, GoNoGo, Judgement, Word},
    operation::{NewRecordedDecision, OperationCommand},
};

impl Script<'_> {
    /// The word of each in `by`. What is not met is a risk that whoever says go accepts.
    pub fn decide_go_no_go(
        &mut self,
        entry: &TimelineEntry,
        told: Told,
        phase: Option<&str>,
        not_met: &[String],
    ) -> Result<(), ImportError> {
        let (place, plan) = ("timeline", &self.scenario.plan);
        let gated = plan.gated(phase).ok_or_else(|| unfit(place, entry.event.name(), "is about no gate"))?;
        let criteria = plan.go_no_go.iter().map(|criterion| {
            let met = !not_met.contains(criterion);
            Ok(Judgement { criterion: fit("plan.go_no_go", criterion)?, met, note: None })
        });
        let criteria = criteria.collect::<Result<Vec<_>, ImportError>>()?;
        let (decision, accepted_risks) = match told {
            Told::Go => (GoNoGo::Go, fit_all::<_, Vec<_>>(place, not_met)?),
            Told::NoGo => (GoNoGo::NoGo, Vec::new()),
        };
        let word = Word { decision, criteria, accepted_risks, seen_at: Position::default() };
        let (operation, phase): (_, PhaseCode) = (self.operation.clone(), fit("plan.phases", &gated.id)?);
        let give = move |seen_at| {
            let word = Word { seen_at, ..word.clone() };
            let (operation, phase) = (operation.clone(), phase.clone());
            Command::Execution(ExecutionCommand::DecideGoNoGo { operation, phase, word })
        };
        self.by_each(entry, &entry.by.0, &format!("DecideGoNoGo {told}"), give)
    }

    /// By each in `by`, else by all who are to decide; because of the entry's note, else of what the decision
    /// point waits for.
    pub fn record_decision(
        &mut self,
        entry: &TimelineEntry,
        point: &str,
        outcome: &str,
    ) -> Result<(), ImportError> {
        let place = format!("plan.decision_points {point}");
        let told = self.scenario.plan.decision_points.iter().find(|told| told.id == point);
        let told = told.ok_or_else(|| unfit("timeline", point, "is no decision point"))?;
        let reasons = entry.note.as_ref().or(told.trigger.as_ref());
        let reasons = reasons.ok_or_else(|| unfit("timeline", point, "has no note that says why"))?;
        let decision = NewRecordedDecision {
            decision_point: Some(fit(&place, point)?),
            question: fit(&place, &told.decision)?,
            options: Vec::new(),
            outcome: fit("timeline", outcome)?,
            reasons: fit("timeline", reasons)?,
            seen_at: Position::default(),
        };
        let operation = self.operation.clone();
        let record = move |seen_at| {
            let decision = NewRecordedDecision { seen_at, ..decision.clone() };
            let operation = operation.clone();
            Command::Operation(OperationCommand::RecordDecision { operation, decision })
        };
        let deciders = if entry.by.0.is_empty() { &told.deciders } else { &entry.by.0 };
        self.decided.extend(deciders.iter().map(|_| (point.to_owned(), self.in_force)));
        self.by_each(entry, deciders, &format!("RecordDecision {point}"), record)
    }

    pub fn by_each(
        &mut self,
        entry: &TimelineEntry,
        names: &[String],
        what: &str,
        command: impl Fn(Position) -> Command + Clone + Send + Sync + 'static,
    ) -> Result<(), ImportError> {
        for post in self.speakers(names)? {
            let (name, actor) = (format!("{what} by {}", post.partner), holder(post, Role::Commander)?);
            self.add_seeing(entry.recorded, &name, actor, command.clone());
        }
        Ok(())
    }

    /// The next that the section has found then.
    pub fn find_clash(&mut self, entry: &TimelineEntry) -> Result<(), ImportError> {
        let mut told = self.scenario.deconfliction.iter();
        let known = |id: &str| self.clashes.iter().any(|clash| clash.id == id);
        let clash = told.find(|clash| clash.found == entry.recorded && !known(&clash.id));
        let clash = clash.ok_or_else(|| unfit("deconfliction", entry.event.name(), "is not told"))?;
        self.clashes.push(clash);
        let place = format!("deconfliction {}", clash.id);
        let command = OperationCommand::FindDeconflictionConflict {
            operation: self.operation.clone(),
            other: fit(&place, &clash.other)?,
            period: None,
            areas: Vec::new(),
            tasks: fit_all(&place, &clash.overlap)?,
        };
        let name = format!("FindDeconflictionConflict {}", clash.id);
        self.add(entry.recorded, &name, self.planner(entry)?, Command::Operation(command));
        Ok(())
    }

    /// All that the section has cleared then.
    pub fn clear_clash(&mut self, entry: &TimelineEntry) -> Result<(), ImportError> {
        for (number, clash) in (1..).zip(self.clashes.clone()) {
            if clash.cleared != Some(entry.recorded) {
                continue;
            }
            let resolution = fit(&format!("deconfliction {}", clash.id), &clash.resolution)?;
            let command = OperationCommand::ClearDeconfliction {
                operation: self.operation.clone(),
                number,
                resolution,
            };
            let name = format!("ClearDeconfliction {}", clash.id);
            self.add(entry.recorded, &name, self.planner(entry)?, Command::Operation(command));
        }
        Ok(())
    }
}
