//! What an operation takes in while its plan is carried out. What it keeps of that is in `standing`.

use crate::{
    At, Item, PhaseCode, TaskCode,
    execution::{Baseline, ExecutionEvent, GateDecision, GivenWord, PhaseExecution, TaskClaim},
    operation::Operation,
};
use std::sync::Arc;

impl Operation {
    /// Takes in what happened while its plan was carried out.
    pub(crate) fn carry_out(&mut self, event: &ExecutionEvent, at: &At, touched: &mut Vec<Item>) {
        let says = match event {
            ExecutionEvent::TaskIssued { task, .. } => (task, TaskClaim::Issued),
            ExecutionEvent::TaskAcknowledged { task, .. } => (task, TaskClaim::Acknowledged),
            ExecutionEvent::TaskStarted { task, .. } => (task, TaskClaim::Started),
            ExecutionEvent::TaskProgressReported { task, percent, text, .. } => {
                (task, TaskClaim::Progress { percent: *percent, text: text.clone() })
            }
            ExecutionEvent::TaskBlocked { task, reason, text, .. } => {
                (task, TaskClaim::Blocked { reason: *reason, text: text.clone() })
            }
            ExecutionEvent::TaskUnblocked { task, text, .. } => {
                (task, TaskClaim::Unblocked { text: text.clone() })
            }
            ExecutionEvent::TaskCompleted { task, outcome, .. } => {
                (task, TaskClaim::Completed { outcome: outcome.clone() })
            }
            ExecutionEvent::TaskCancelled { task, reason, .. } => {
                (task, TaskClaim::Cancelled { reason: reason.clone() })
            }
            ExecutionEvent::TaskTimesCorrected { task, corrects, at: to, reason, .. } => {
                let execution = Arc::make_mut(self.executions.entry(task.clone()).or_default());
                let changed = execution.claims.correct(*corrects, *to, reason, at);
                self.touch_claims(task, changed.into_iter().flatten(), touched);
                return;
            }
            ExecutionEvent::PhaseStarted { phase, .. } => {
                self.phase_mut(phase, touched).started_at = Some(at.occurred_at);
                return;
            }
            ExecutionEvent::PhaseCompleted { phase, .. } => {
                self.phase_mut(phase, touched).completed_at = Some(at.occurred_at);
                return;
            }
            ExecutionEvent::GoNoGoStated {
                phase,
                number,
                partner,
                decision,
                criteria,
                accepted_risks,
                seen_at,
                ..
            } => {
                self.phase_mut(phase, touched).gate.state(GivenWord {
                    number: 0,
                    version: *number,
                    partner: partner.clone(),
                    actor: at.actor.clone(),
                    decision: *decision,
                    criteria: criteria.clone(),
                    accepted_risks: accepted_risks.iter().cloned().collect(),
                    seen_at: *seen_at,
                    at: at.occurred_at,
                    position: at.position,
                    is_live: true,
                });
                self.touch_words(phase, touched);
                return;
            }
            ExecutionEvent::GoNoGoDecided { phase, number, decision, .. } => {
                self.phase_mut(phase, touched).gate.decide(GateDecision {
                    decision: *decision,
                    version: *number,
                    at: at.occurred_at,
                    position: at.position,
                });
                self.touch_words(phase, touched);
                return;
            }
        };
        let (task, says) = says;
        let baseline = (says == TaskClaim::Started).then(|| match self.emergent_tasks.get(task) {
            Some(emergent) => Some(Baseline::of_response(&emergent.task)),
            None => Baseline::of(self.plan.version_in_force()?, task, self.h_hour?),
        });
        let execution = Arc::make_mut(self.executions.entry(task.clone()).or_default());
        if let Some(baseline) = baseline.flatten() {
            execution.baseline = Some(baseline);
        }
        let number = execution.claims.next_number();
        execution.claims.report(says, at);
        self.touch_claims(task, [number], touched);
    }

    fn phase_mut(&mut self, phase: &PhaseCode, touched: &mut Vec<Item>) -> &mut PhaseExecution {
        touched.push(Item::Phase(self.code.clone(), phase.clone()));
        Arc::make_mut(self.phases.entry(phase.clone()).or_default())
    }

    /// What is said or decided may take the place of any of them.
    fn touch_words(&self, phase: &PhaseCode, touched: &mut Vec<Item>) {
        let words = self.phases.get(phase).into_iter().flat_map(|known| &known.gate.words);
        touched.extend(words.map(|word| Item::GoNoGoWord(self.code.clone(), phase.clone(), word.number)));
    }

    fn touch_claims(&self, task: &TaskCode, numbers: impl IntoIterator<Item = u32>, touched: &mut Vec<Item>) {
        touched.push(Item::TaskExecution(self.code.clone(), task.clone()));
        let claims = numbers.into_iter();
        touched.extend(claims.map(|number| Item::TaskClaim(self.code.clone(), task.clone(), number)));
    }
}
