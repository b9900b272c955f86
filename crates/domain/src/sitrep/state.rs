//! What an operation takes in of what is reported on it. What it keeps of that is in `standing`.

use crate::{
    At, Item,
    operation::Operation,
    release::MatterLabel,
    sitrep::{Correction, Sitrep, SitrepEvent},
};
use std::{collections::BTreeSet, sync::Arc};

impl Operation {
    /// Takes in what is reported on it.
    pub(crate) fn report(&mut self, event: &SitrepEvent, at: &At, touched: &mut Vec<Item>) {
        let (code, number, period, remarks, is_final, release, figures, correction) = match event {
            SitrepEvent::SitrepIssued {
                operation: _,
                sitrep,
                number,
                period,
                remarks,
                is_final,
                release,
                figures,
            } => (sitrep, number, period, remarks, *is_final, release, figures, None),
            SitrepEvent::SitrepCorrected {
                operation: _,
                sitrep,
                number,
                correction,
                corrects,
                period,
                remarks,
                reason,
                release,
                figures,
                differences,
            } => {
                let mut is_final = false;
                if let Some(wrong) = self.sitreps.get_mut(corrects).map(Arc::make_mut) {
                    wrong.corrected_by = Some(sitrep.clone());
                    is_final = wrong.is_final;
                    touched.push(Item::Sitrep(self.code.clone(), corrects.clone()));
                }
                let correction = Correction {
                    number: *correction,
                    corrects: corrects.clone(),
                    reason: reason.clone(),
                    differences: differences.clone(),
                };
                (sitrep, number, period, remarks, is_final, release, figures, Some(correction))
            }
        };
        let sitrep = Sitrep {
            code: code.clone(),
            entry: u32::try_from(self.sitreps.len() + 1).unwrap_or(u32::MAX),
            number: *number,
            period: *period,
            label: MatterLabel {
                owner: self.lead.clone(),
                parties: BTreeSet::new(),
                release: Some(release.clone()),
            },
            actor: at.actor.clone(),
            issued_at: at.occurred_at,
            position: at.position,
            remarks: remarks.clone(),
            is_final,
            figures: figures.clone(),
            correction,
            corrected_by: None,
        };
        self.sitreps.insert(code.clone(), Arc::new(sitrep));
        touched.push(Item::Sitrep(self.code.clone(), code.clone()));
    }
}
