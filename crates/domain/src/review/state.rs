//! What an operation takes in of its review. What it keeps of that is in `standing` and `finding`.

use crate::{
    At, Item, OperationCode,
    operation::Operation,
    review::{
        Action, Adoption, Answer, Completion, Finding, FindingCode, LinkedEvidence, Observation, Review,
        ReviewEvent, Validation,
    },
    subject::Evolve,
};
use imbl::{OrdMap, Vector};
use std::{collections::BTreeMap, sync::Arc};

impl Evolve<ReviewEvent> for Option<Operation> {
    #[expect(clippy::too_many_lines, reason = "a table: an arm for each event")]
    fn evolve(&mut self, event: &ReviewEvent, at: &At, touched: &mut Vec<Item>) {
        let Some(operation) = self else { return };
        let code = operation.code.clone();
        let review = operation.review.get_or_insert_with(|| Review {
            actor: at.actor.clone(),
            opened_at: at.occurred_at,
            position: at.position,
            answers: BTreeMap::new(),
            observations: Vector::new(),
            findings: OrdMap::new(),
            adoptions: BTreeMap::new(),
            written: at.position,
        });
        match event {
            ReviewEvent::ReviewOpened { .. } => touched.push(Item::Review(code)),
            ReviewEvent::ReviewQuestionAnswered { question, answer, .. } => {
                let text = answer.clone();
                let (actor, position) = (at.actor.clone(), at.position);
                review.answers.insert(*question, Answer { text, actor, at: at.occurred_at, position });
                review.written = at.position;
                touched.push(Item::Review(code));
            }
            ReviewEvent::ObservationRecorded { number, partner, text, .. } => {
                review.observations.push_back(Arc::new(Observation {
                    number: *number,
                    partner: partner.clone(),
                    actor: at.actor.clone(),
                    text: text.clone(),
                    at: at.occurred_at,
                    position: at.position,
                }));
                touched.push(Item::Observation(code, *number));
            }
            ReviewEvent::FindingRecorded {
                operation: _,
                finding,
                kind,
                observation,
                discussion,
                conclusion,
                recommendation,
                owner,
                due,
            } => {
                let recorded = Finding {
                    code: finding.clone(),
                    kind: *kind,
                    observation: observation.clone(),
                    discussion: discussion.clone(),
                    conclusion: conclusion.clone(),
                    recommendation: recommendation.clone(),
                    owner: owner.clone(),
                    due: *due,
                    evidence: Vector::new(),
                    action: None,
                    actor: at.actor.clone(),
                    at: at.occurred_at,
                    position: at.position,
                };
                review.findings.insert(finding.clone(), Arc::new(recorded));
                review.written = at.position;
                // Whoever adopted it has to look again.
                touched.extend([Item::Review(code.clone()), Item::Finding(code, finding.clone())]);
            }
            ReviewEvent::RecommendationMade { finding, conclusion, recommendation, owner, due, .. } => {
                review.written = at.position;
                review.change(finding, |known| {
                    known.conclusion = Some(conclusion.clone());
                    known.recommendation = Some(recommendation.clone());
                    known.owner = owner.clone().or_else(|| known.owner.take());
                    known.due = due.or(known.due);
                });
                touched.extend([Item::Review(code.clone()), Item::Finding(code, finding.clone())]);
            }
            ReviewEvent::EvidenceLinked { finding, number, evidence, .. } => {
                review.written = at.position;
                review.change(finding, |known| {
                    known.evidence.push_back(Arc::new(LinkedEvidence {
                        number: *number,
                        evidence: evidence.clone(),
                        actor: at.actor.clone(),
                        at: at.occurred_at,
                        position: at.position,
                    }));
                });
                touched.extend([Item::Review(code.clone()), Item::Finding(code.clone(), finding.clone())]);
                touched.push(Item::Evidence(code, finding.clone(), *number));
            }
            ReviewEvent::ActionAssigned { finding, post, due, .. } => {
                review.change(finding, |known| {
                    known.owner = Some(post.clone());
                    known.due = Some(*due);
                    known.action = Some(Action {
                        post: post.clone(),
                        assigned_at: at.occurred_at,
                        completed: None,
                        validated: None,
                    });
                });
                touched.push(Item::Finding(code, finding.clone()));
            }
            ReviewEvent::ActionCompleted { finding, note, .. } => {
                let (actor, note) = (at.actor.clone(), note.clone());
                review.act(finding, |action| {
                    action.completed = Some(Completion { actor, at: at.occurred_at, note });
                });
                touched.push(Item::Finding(code, finding.clone()));
            }
            ReviewEvent::LessonValidated { finding, accepted, note, .. } => {
                let (actor, note) = (at.actor.clone(), note.clone());
                review.act(finding, |action| {
                    let (at, accepted) = (at.occurred_at, *accepted);
                    action.validated = Some(Validation { actor, at, accepted, note });
                });
                touched.push(Item::Finding(code, finding.clone()));
            }
            ReviewEvent::ReviewAdopted { partner, seen_at, .. } => {
                let (actor, seen_at) = (at.actor.clone(), *seen_at);
                let adoption = Adoption { actor, at: at.occurred_at, position: at.position, seen_at };
                review.adoptions.insert(partner.clone(), adoption);
                touched.push(Item::Review(code));
            }
        }
    }
}

impl Review {
    pub(crate) fn items(&self, operation: &OperationCode) -> Vec<Item> {
        let mut items = vec![Item::Review(operation.clone())];
        let observations = self.observations.iter().map(|known| known.number);
        items.extend(observations.map(|number| Item::Observation(operation.clone(), number)));
        for (code, finding) in &self.findings {
            items.push(Item::Finding(operation.clone(), code.clone()));
            let numbers = finding.evidence.iter().map(|linked| linked.number);
            items.extend(numbers.map(|number| Item::Evidence(operation.clone(), code.clone(), number)));
        }
        items
    }

    fn change(&mut self, finding: &FindingCode, change: impl FnOnce(&mut Finding)) {
        if let Some(known) = self.findings.get_mut(finding) {
            change(Arc::make_mut(known));
        }
    }

    fn act(&mut self, finding: &FindingCode, change: impl FnOnce(&mut Action)) {
        self.change(finding, |known| {
            if let Some(action) = &mut known.action {
                change(action);
            }
        });
    }
}
