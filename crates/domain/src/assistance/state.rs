//! What an operation takes in of its counts of persons. What it keeps of them is in `standing`.

use crate::{
    At, Item, Prose,
    assistance::{Assistance, AssistanceEvent, Cell, Figure, Tally},
    operation::Operation,
    subject::Evolve,
};
use std::{collections::BTreeMap, sync::Arc};

impl Evolve<AssistanceEvent> for Option<Operation> {
    fn evolve(&mut self, event: &AssistanceEvent, at: &At, touched: &mut Vec<Item>) {
        let Some(operation) = self else { return };
        let (_, authority) = event.place();
        let code = operation.code.clone();
        let known = operation.assistance.entry(authority.clone()).or_insert_with(|| {
            touched.push(Item::Assistance(code.clone(), authority.clone()));
            Arc::new(Assistance::new(authority.clone()))
        });
        let known = Arc::make_mut(known);
        let (claims, steps) = if let AssistanceEvent::AssistanceFigureCorrected {
            corrects,
            figure,
            nationality,
            count,
            reason,
            ..
        } = event
        {
            let cell = Cell { figure: *figure, nationality: nationality.clone() };
            let Ok(reason) = reason.to_string().parse::<Prose>() else { return };
            let Some((claims, steps)) = known.correct((*corrects, &cell, *count), &reason, at) else {
                return;
            };
            (claims.to_vec(), steps)
        } else {
            (vec![known.claims.next_number()], known.report(tally(event), at))
        };
        let claims =
            claims.into_iter().map(|number| Item::AssistanceClaim(code.clone(), authority.clone(), number));
        touched.extend(claims);
        let steps =
            steps.into_iter().map(|number| Item::AssistanceStep(code.clone(), authority.clone(), number));
        touched.extend(steps);
    }
}

/// What a report counts; a correction nothing of its own.
fn tally(event: &AssistanceEvent) -> Tally {
    let mut counts = BTreeMap::new();
    let mut count = |figure, number| counts.insert(Cell::of(figure), number);
    match event {
        AssistanceEvent::PersonsReceived { count: received, place, incident, .. } => {
            count(Figure::Received, *received);
            return Tally { counts, place: place.clone(), incident: incident.clone() };
        }
        AssistanceEvent::ScreeningTallied { presumed, not_presumed, minors, .. } => {
            count(Figure::Presumed, *presumed);
            count(Figure::NotPresumed, *not_presumed);
            if let Some(minors) = minors {
                count(Figure::Minors, *minors);
            }
        }
        AssistanceEvent::IdentificationTallied { identified, not_identified, undetermined, .. } => {
            count(Figure::NotIdentified, *not_identified);
            count(Figure::Undetermined, *undetermined);
            for of in identified {
                let nationality = Some(of.nationality.clone());
                counts.insert(Cell { figure: Figure::Identified, nationality }, of.count);
            }
        }
        AssistanceEvent::AssistanceOutcomeTallied { outcomes, punished, .. } => {
            for of in outcomes {
                count(of.outcome, of.count);
            }
            if let Some(punished) = punished {
                count(Figure::PunishedForCompelledActs, *punished);
            }
        }
        AssistanceEvent::AssistanceFigureCorrected { .. } => {}
    }
    Tally { counts, ..Tally::default() }
}
