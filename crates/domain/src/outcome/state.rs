//! What an operation takes in of what it came to. What it keeps of that is in `standing`.

use crate::{
    At, Item, OutcomeCode,
    claim::Claims,
    operation::Operation,
    outcome::{Outcome, OutcomeEvent},
    release::{Matter, MatterLabel},
    subject::Evolve,
};
use std::{collections::BTreeSet, sync::Arc};

impl Evolve<OutcomeEvent> for Option<Operation> {
    fn evolve(&mut self, event: &OutcomeEvent, at: &At, touched: &mut Vec<Item>) {
        let Some(operation) = self else { return };
        match event {
            OutcomeEvent::OutcomeRecorded {
                outcome,
                partner,
                kind,
                title,
                measured,
                source,
                objective,
                release,
                ..
            } => {
                let label = MatterLabel {
                    owner: partner.clone(),
                    parties: BTreeSet::new(),
                    release: release.clone(),
                };
                let mut claims = Claims::default();
                claims.report(measured.clone(), at);
                let recorded = Outcome {
                    code: outcome.clone(),
                    kind: *kind,
                    title: title.clone(),
                    source: source.clone(),
                    objective: objective.clone(),
                    label,
                    claims,
                };
                operation.outcomes.insert(outcome.clone(), Arc::new(recorded));
                operation.touch_outcome(outcome, [1], touched);
            }
            OutcomeEvent::OutcomeCorrected { outcome, corrects, measured, at: to, reason, .. } => {
                let Some(known) = operation.outcomes.get_mut(outcome).map(Arc::make_mut) else { return };
                let changed = known.claims.replace(*corrects, (measured.clone(), *to), reason, at);
                operation.touch_outcome(outcome, changed.into_iter().flatten(), touched);
            }
        }
    }
}

impl Operation {
    /// It, and those of its claims.
    fn touch_outcome(
        &self,
        code: &OutcomeCode,
        claims: impl IntoIterator<Item = u32>,
        touched: &mut Vec<Item>,
    ) {
        touched.push(Item::Outcome(self.code.clone(), code.clone()));
        let matter = Matter::Outcome(code.clone());
        let claims = claims.into_iter();
        touched.extend(claims.map(|number| Item::MatterClaim(self.code.clone(), matter.clone(), number)));
    }
}
