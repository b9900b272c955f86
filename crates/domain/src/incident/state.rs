//! What an operation takes in of its incidents. What it keeps of them is in `standing`.

use crate::{
    At, IncidentCode, Instant, Item,
    claim::Claims,
    clock::Clocks,
    incident::{EmergentTask, Incident, IncidentClaim, IncidentEvent},
    operation::Operation,
    release::{Matter, MatterLabel},
    subject::Evolve,
};
use std::{collections::BTreeSet, sync::Arc};

impl Evolve<IncidentEvent> for Option<Operation> {
    fn evolve(&mut self, event: &IncidentEvent, at: &At, touched: &mut Vec<Item>) {
        let Some(operation) = self else { return };
        let (code, says, clocks) = match event {
            IncidentEvent::IncidentReported { incident, owner, report, release, .. } => {
                let label =
                    MatterLabel { owner: owner.clone(), parties: BTreeSet::new(), release: release.clone() };
                operation.incidents.insert(
                    incident.clone(),
                    Arc::new(Incident {
                        code: incident.clone(),
                        report: report.clone(),
                        label,
                        claims: Claims::default(),
                        clocks: Clocks::default(),
                    }),
                );
                (incident, IncidentClaim::Reported, &[][..])
            }
            IncidentEvent::IncidentTriaged { incident, priority, clocks, .. } => {
                (incident, IncidentClaim::Triaged { priority: *priority }, clocks.as_slice())
            }
            IncidentEvent::IncidentEscalated { incident, priority, to, reason, clocks, .. } => {
                let (priority, to, reason) = (*priority, to.clone(), reason.clone());
                (incident, IncidentClaim::Escalated { priority, to, reason }, clocks.as_slice())
            }
            IncidentEvent::ResponseDecided { incident, task, reasons, seen_at, .. } => {
                if let Some(task) = task {
                    // What its lead has to carry out, it reads.
                    operation.join_incident(incident, &task.lead);
                    let emergent = EmergentTask {
                        incident: incident.clone(),
                        task: task.clone(),
                        decided_at: at.occurred_at,
                    };
                    operation.emergent_tasks.insert(task.code.clone(), Arc::new(emergent));
                    touched.push(Item::EmergentTask(operation.code.clone(), task.code.clone()));
                }
                let task = task.as_ref().map(|task| task.code.clone());
                let (reasons, seen_at) = (reasons.clone(), *seen_at);
                (incident, IncidentClaim::ResponseDecided { task, reasons, seen_at }, &[][..])
            }
            IncidentEvent::ResponderDispatched { incident, post, partner, task, .. } => {
                operation.join_incident(incident, partner);
                let (post, partner, task) = (post.clone(), partner.clone(), task.clone());
                (incident, IncidentClaim::Dispatched { post, partner, task }, &[][..])
            }
            IncidentEvent::ResponderArrived { incident, post, .. } => {
                (incident, IncidentClaim::Arrived { post: post.clone() }, &[][..])
            }
            IncidentEvent::IncidentContained { incident, persons_recovered, .. } => {
                (incident, IncidentClaim::Contained { persons_recovered: *persons_recovered }, &[][..])
            }
            IncidentEvent::IncidentClosed { incident, outcome, .. } => {
                (incident, IncidentClaim::Closed { outcome: outcome.clone() }, &[][..])
            }
            IncidentEvent::IncidentReopened { incident, reason, clocks, .. } => {
                (incident, IncidentClaim::Reopened { reason: reason.clone() }, clocks.as_slice())
            }
            IncidentEvent::IncidentTimesCorrected { incident, corrects, at: to, reason, .. } => {
                operation.move_decision(incident, *corrects, *to, touched);
                let Some(known) = operation.incident_mut(incident) else { return };
                let before = known.clocks.clone();
                let changed = known.claims.correct(*corrects, *to, reason, at);
                operation.touch_incident(incident, &before, changed.into_iter().flatten(), touched);
                return;
            }
            IncidentEvent::IncidentDeadlineMissed { incident, clock, .. } => {
                let Some(known) = operation.incident_mut(incident) else { return };
                let before = known.clocks.clone();
                known.clocks.breach(*clock);
                operation.touch_incident(incident, &before, None, touched);
                return;
            }
        };
        let Some(known) = operation.incident_mut(code) else { return };
        let (number, before) = (known.claims.next_number(), known.clocks.clone());
        let from = match says {
            IncidentClaim::Triaged { .. } => known.standing().since().unwrap_or(at.occurred_at),
            _ => at.occurred_at,
        };
        known.claims.report(says, at);
        known.clocks.start(clocks, from, known.round());
        operation.touch_incident(code, &before, Some(number), touched);
    }
}

impl Operation {
    fn incident_mut(&mut self, code: &IncidentCode) -> Option<&mut Incident> {
        self.incidents.get_mut(code).map(Arc::make_mut)
    }

    /// When a task was decided is when the claim that decided it says so.
    fn move_decision(&mut self, code: &IncidentCode, claim: u32, to: Instant, touched: &mut Vec<Item>) {
        let claim = self.incidents.get(code).and_then(|known| known.claims.get(claim));
        let Some(IncidentClaim::ResponseDecided { task: Some(task), .. }) = claim.map(|claim| &claim.says)
        else {
            return;
        };
        let task = task.clone();
        if let Some(emergent) = self.emergent_tasks.get_mut(&task) {
            Arc::make_mut(emergent).decided_at = to;
            touched.push(Item::EmergentTask(self.code.clone(), task));
        }
    }

    /// From then on the incident is the partner's work too.
    fn join_incident(&mut self, code: &IncidentCode, partner: &crate::PartnerCode) {
        if let Some(known) = self.incident_mut(code) {
            known.label.parties.insert(partner.clone());
        }
    }

    /// It, those of its claims, and its clocks that are other than before.
    fn touch_incident(
        &mut self,
        code: &IncidentCode,
        before: &Clocks,
        claims: impl IntoIterator<Item = u32>,
        touched: &mut Vec<Item>,
    ) {
        let Some(known) = self.incident_mut(code) else { return };
        known.stop_clocks();
        let clocks: Vec<u32> = known.clocks.changed_since(before).collect();
        touched.push(Item::Incident(self.code.clone(), code.clone()));
        let matter = Matter::Incident(code.clone());
        let claims = claims.into_iter();
        touched.extend(claims.map(|number| Item::MatterClaim(self.code.clone(), matter.clone(), number)));
        touched
            .extend(clocks.into_iter().map(|number| Item::Clock(self.code.clone(), matter.clone(), number)));
    }
}
