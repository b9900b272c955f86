//! What an operation takes in of what is given to it. What it keeps of that is in `standing`.

use crate::{
    At, Code, ContributionCode, Item,
    claim::Claims,
    contribution::{
        Acceptance, Allocation, Contribution, ContributionEvent, Delivery, Disbursement, Judgement, Refused,
    },
    operation::Operation,
    release::MatterLabel,
};
use imbl::OrdMap;
use std::{collections::BTreeSet, sync::Arc};

impl Operation {
    /// Takes in what happened to what is given to it.
    pub(crate) fn receive(&mut self, event: &ContributionEvent, at: &At, touched: &mut Vec<Item>) {
        match event {
            ContributionEvent::ContributionPledged { contribution, partner, pledge, release, .. } => {
                let pledged = Contribution {
                    code: contribution.clone(),
                    pledge: pledge.clone(),
                    label: MatterLabel {
                        owner: partner.clone(),
                        parties: BTreeSet::new(),
                        release: release.clone(),
                    },
                    pledged_at: at.occurred_at,
                    accepted: None,
                    refused: None,
                    fulfilled_at: None,
                    allocations: OrdMap::new(),
                    disbursements: Claims::default(),
                    deliveries: Claims::default(),
                    judgements: Claims::default(),
                };
                self.contributions.insert(contribution.clone(), Arc::new(pledged));
                touched.push(Item::Contribution(self.code.clone(), contribution.clone()));
            }
            ContributionEvent::PledgeRevised { contribution, pledge, .. } => {
                self.change(contribution, touched, |known| known.pledge = pledge.clone());
            }
            ContributionEvent::PledgeAccepted { contribution, rates, .. } => {
                let reporting = rates.first().map(|rate| rate.to.clone());
                self.reporting_currency = self.reporting_currency.take().or(reporting);
                let acceptance = Acceptance { at: at.occurred_at, rates: rates.clone() };
                self.change(contribution, touched, |known| known.accepted = Some(acceptance));
            }
            ContributionEvent::PledgeDeclined { contribution, reason, .. } => {
                let refused = Refused { at: at.occurred_at, reason: reason.clone(), withdrawn: false };
                self.change(contribution, touched, |known| known.refused = Some(refused));
            }
            ContributionEvent::PledgeWithdrawn { contribution, reason, .. } => {
                let refused = Refused { at: at.occurred_at, reason: reason.clone(), withdrawn: true };
                self.change(contribution, touched, |known| known.refused = Some(refused));
            }
            ContributionEvent::ContributionAllocated { contribution, line_of_effort, amount, .. } => {
                self.change(contribution, touched, |known| {
                    line(known, line_of_effort).allocated += amount.minor_units;
                });
            }
            ContributionEvent::AllocationReleased { contribution, line_of_effort, amount, .. } => {
                self.change(contribution, touched, |known| {
                    line(known, line_of_effort).allocated -= amount.minor_units;
                });
            }
            ContributionEvent::FundsDisbursed { contribution, amount, line_of_effort, .. } => {
                let minor_units = amount.minor_units;
                self.change(contribution, touched, |known| {
                    if let Some(code) = line_of_effort {
                        line(known, code).disbursed += minor_units;
                    }
                    let line_of_effort = line_of_effort.clone();
                    known.disbursements.report(Disbursement { minor_units, line_of_effort }, at);
                });
            }
            ContributionEvent::InKindDelivered { contribution, quantity, .. } => {
                let delivery = Delivery { quantity: *quantity };
                self.change(contribution, touched, |known| known.deliveries.report(delivery, at));
            }
            ContributionEvent::DeliveryAccepted { contribution, delivery, quantity, .. } => {
                let judgement = Judgement { delivery: *delivery, quantity: *quantity, rejected: None };
                self.change(contribution, touched, |known| known.judgements.report(judgement, at));
            }
            ContributionEvent::DeliveryRejected { contribution, delivery, quantity, reason, .. } => {
                let rejected = Some(reason.clone());
                let judgement = Judgement { delivery: *delivery, quantity: *quantity, rejected };
                self.change(contribution, touched, |known| known.judgements.report(judgement, at));
            }
            ContributionEvent::ContributionFulfilled { contribution, .. } => {
                self.change(contribution, touched, |known| known.fulfilled_at = Some(at.occurred_at));
            }
        }
    }

    fn change(
        &mut self,
        code: &ContributionCode,
        touched: &mut Vec<Item>,
        change: impl FnOnce(&mut Contribution),
    ) {
        if let Some(known) = self.contributions.get_mut(code) {
            change(Arc::make_mut(known));
            touched.push(Item::Contribution(self.code.clone(), code.clone()));
        }
    }
}

fn line<'a>(contribution: &'a mut Contribution, code: &Code) -> &'a mut Allocation {
    contribution.allocations.entry(code.clone()).or_default()
}
