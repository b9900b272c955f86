//! Where an event stands in what happened: when, what it puts right, and what led to it.
//!
//! All of it is read from what the event names and from the folds of its operation, and nothing is guessed from what came
//! before what.

use crate::{
    IncidentCode, Instant, Item, LedBy, Position, PostCode, Recorded, State, Subject, TaskCode,
    claim::Claims, incident::IncidentClaim, operation::Operation, release::Matter,
};
use std::collections::BTreeSet;

/// Where an event stands in what happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Happening {
    /// When what it says happened: of a correction, the time that it says is right.
    pub at: Instant,
    /// Of a correction, the position of the event that was wrong.
    pub corrects: Option<Position>,
    /// Positions of the events that led to it, in their order:
    ///
    /// - of a correction, what was wrong;
    /// - of what is told of an incident, a request or an outcome, that it was told of first;
    /// - of a request about an incident, that the incident was reported;
    /// - of a responder that is sent, the decision that made their task, else the decisions on a response until then, and
    ///   that they were assigned to the task; of one that arrives, that they were sent;
    /// - of what is told of a task that a response made, that decision;
    /// - of a decision on a plan version, that it was submitted; of what is said of its conditions, the decision that
    ///   attached them; of what takes it back, the decision; of a plan that comes into force, the decisions that stand;
    /// - of a decision whether a phase starts, the words that were given on it.
    pub causes: BTreeSet<Position>,
}

impl Happening {
    /// `touched` is what the fold says that the event changed. `state` is of the world in which its command, and nothing
    /// later, has been taken in.
    pub fn of<'a>(
        recorded: &Recorded,
        touched: &[Item],
        state: impl FnOnce(&Subject) -> Option<&'a State>,
    ) -> Self {
        let position = recorded.at.position;
        let mut happening = Self { at: recorded.at.occurred_at, corrects: None, causes: BTreeSet::new() };
        let about = recorded.event.about();
        let (origin, about) = (about.origin(), about.scope());
        let operation = about.operation.and_then(|code| state(&Subject::Operation(code.clone())));
        let Some(State::Operation(Some(operation))) = operation else { return happening };
        for item in touched {
            happening.take_claim(operation, item, position);
        }
        let openings = touched.iter().filter_map(|item| operation.opening(&matter_of(item)?));
        happening.causes.extend(openings);
        let emergent = about.tasks.iter().filter_map(|task| operation.deciding_of(task));
        happening.causes.extend(emergent);
        if let Some(origin) = origin {
            happening.causes.extend(operation.origins(origin, about.version, position));
        }
        happening.causes.extend(happening.corrects);
        // Nothing leads to itself.
        happening.causes.retain(|cause| *cause < position);
        happening
    }

    /// The claim that the event made, if the item is that.
    fn take_claim(&mut self, operation: &Operation, item: &Item, position: Position) {
        match item {
            Item::TaskClaim(_, task, number) => {
                let known = operation.executions.get(task);
                self.take(known.map(|known| &known.claims), *number, position);
            }
            Item::MatterClaim(_, Matter::Incident(code), number) => {
                let known = operation.incidents.get(code);
                self.take(known.map(|known| &known.claims), *number, position);
            }
            Item::MatterClaim(_, Matter::Request(code), number) => {
                let known = operation.requests.get(code);
                self.take(known.map(|known| &known.claims), *number, position);
            }
            Item::MatterClaim(_, Matter::Outcome(code), number) => {
                let known = operation.outcomes.get(code);
                self.take(known.map(|known| &known.claims), *number, position);
            }
            Item::AssistanceClaim(_, authority, number) => {
                let known = operation.assistance.get(authority);
                self.take(known.map(|known| &known.claims), *number, position);
            }
            _ => {}
        }
    }

    fn take<T: Clone>(&mut self, claims: Option<&Claims<T>>, number: u32, position: Position) {
        let Some(claims) = claims else { return };
        let Some(claim) = claims.get(number).filter(|claim| claim.position == position) else { return };
        self.at = claim.occurred_at;
        let wrong = claim.corrects.as_ref().and_then(|corrects| claims.get(corrects.claim));
        self.corrects = wrong.map(|wrong| wrong.position);
    }
}

/// What the item is of, if that is a matter on which claims are made.
fn matter_of(item: &Item) -> Option<Matter> {
    match item {
        Item::Incident(_, code) => Some(Matter::Incident(code.clone())),
        Item::Request(_, code) => Some(Matter::Request(code.clone())),
        Item::Outcome(_, code) => Some(Matter::Outcome(code.clone())),
        _ => None,
    }
}

impl Operation {
    /// Where a matter was told of first.
    fn opening(&self, matter: &Matter) -> Option<Position> {
        match matter {
            Matter::Incident(code) => first(&self.incidents.get(code)?.claims),
            Matter::Request(code) => first(&self.requests.get(code)?.claims),
            Matter::Outcome(code) => first(&self.outcomes.get(code)?.claims),
            Matter::Contribution(_) | Matter::Sitrep(_) => None,
        }
    }

    /// Where a task was decided that a response made.
    fn deciding_of(&self, task: &TaskCode) -> Option<Position> {
        let incident = self.incidents.get(&self.emergent_tasks.get(task)?.incident)?;
        let mut claims = incident.claims.iter();
        let decides = |says: &IncidentClaim| matches!(says, IncidentClaim::Decided { task: Some(decided), .. } if decided == task);
        claims.find(|claim| decides(&claim.says)).map(|claim| claim.position)
    }

    /// What the event names that led to it; `number` is of the plan version that it is about.
    fn origins(&self, origin: LedBy<'_>, number: Option<u32>, position: Position) -> BTreeSet<Position> {
        let version = number.and_then(|number| self.plan.version(number));
        let submitted = version.and_then(|version| version.submitted_position);
        let decisions = version.into_iter().flat_map(|version| &version.decisions);
        match origin {
            LedBy::Report(incident) => {
                self.opening(&Matter::Incident(incident.clone())).into_iter().collect()
            }
            LedBy::Response(_, post, Some(task)) => {
                self.deciding_of(task).into_iter().chain(self.assigned(task, post)).collect()
            }
            LedBy::Response(incident, _, None) => self.responses_until(incident, position),
            LedBy::Dispatch(incident, post) => {
                self.dispatch_of(incident, post, position).into_iter().collect()
            }
            LedBy::Submission => submitted.into_iter().collect(),
            LedBy::Decision(partner) => {
                let of_partner = decisions.filter(|decision| decision.partner == *partner);
                of_partner.map(|decision| decision.position).last().into_iter().collect()
            }
            LedBy::Decisions => {
                let stand = decisions.filter(|decision| decision.revoked.is_none());
                stand.map(|decision| decision.position).chain(submitted).collect()
            }
            LedBy::Words(phase) => {
                let words = self.phases.get(phase).into_iter().flat_map(|phase| &phase.gate.words);
                words.filter(|word| Some(word.version) == number).map(|word| word.position).collect()
            }
        }
    }

    fn responses_until(&self, incident: &IncidentCode, position: Position) -> BTreeSet<Position> {
        let claims = self.incidents.get(incident).into_iter().flat_map(|incident| incident.claims.iter());
        claims
            .filter(|claim| matches!(claim.says, IncidentClaim::Decided { .. }))
            .map(|claim| claim.position)
            .filter(|decided| *decided < position)
            .collect()
    }

    /// Where the officer was sent to the incident last.
    fn dispatch_of(&self, incident: &IncidentCode, post: &PostCode, position: Position) -> Option<Position> {
        let sent = |says: &IncidentClaim| matches!(says, IncidentClaim::Dispatched { post: sent, .. } if sent == post);
        let mut claims = self.incidents.get(incident)?.claims.iter().rev();
        claims.find(|claim| claim.position < position && sent(&claim.says)).map(|claim| claim.position)
    }

    /// Where the officer was assigned to the task last.
    fn assigned(&self, task: &TaskCode, post: &PostCode) -> Option<Position> {
        let mut assignments = self.assignments.values().rev();
        let found = assignments.find(|assignment| assignment.task == *task && assignment.post == *post);
        found.map(|assignment| assignment.position)
    }
}

fn first<T: Clone>(claims: &Claims<T>) -> Option<Position> {
    claims.get(1).map(|claim| claim.position)
}
