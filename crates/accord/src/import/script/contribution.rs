//! What partners gave: pledged, accepted, allocated, paid and delivered.
//!
//! The file has days: ten in the morning where the giver is. What was said then is recorded ten minutes later, or as
//! soon as the post that says it is taken, because pledges were made before there was a centre.

use super::Script;
use crate::{
    import::{
        actors::holder,
        error::ImportError,
        fit::{fit, unfit, whole},
        steps::{Act, Step},
    },
    scenario::model::{
        coalition::Post,
        contribution::{Contribution, ContributionKind as Kind, Contributions, Delivery, Terms},
        values::{Decimal, Instant, Money},
    },
};
use chrono::{NaiveDate, TimeDelta, TimeZone as _};
use domain::{
    Command, ContributionCode, Rate, Role,
    contribution::{ContributionCommand, ContributionKind, NewPledge, Offer, Pledge},
};

/// What is said next is recorded a minute later.
const NEXT: TimeDelta = TimeDelta::minutes(1);

/// How long it takes to record what a post says.
const RECORDED_AFTER: TimeDelta = TimeDelta::minutes(10);

/// One contribution as it is told, step by step.
struct Telling<'s, 'a> {
    script: &'s mut Script<'a>,
    item: &'a Contribution,
    code: ContributionCode,
    place: String,
    giver: &'a Post,
    receiver: &'a Post,
    /// When the last step was recorded.
    last: Option<Instant>,
}

impl Script<'_> {
    pub fn contributions(&mut self) -> Result<(), ImportError> {
        let Some(section) = &self.scenario.contributions else { return Ok(()) };
        for item in &section.items {
            let place = format!("contributions.items {}", item.id);
            let giver = self.liaison(&item.by).or(self.director(&item.by));
            let giver = giver.ok_or_else(|| unfit(&place, &item.by, "has no post that speaks for it"))?;
            let lead = &self.scenario.operation.lead_partner;
            let receiver = self.director(lead);
            let receiver = receiver.ok_or_else(|| unfit(&place, lead, "has no post that speaks for it"))?;
            let code = fit(&place, &item.id)?;
            let mut telling = Telling { script: self, item, code, place, giver, receiver, last: None };
            telling.tell(section)?;
        }
        Ok(())
    }
}

impl<'a> Telling<'_, 'a> {
    fn tell(&mut self, section: &'a Contributions) -> Result<(), ImportError> {
        self.pledge()?;
        let Some(accepted) = self.item.accepted else { return Ok(()) };
        self.accept(section, accepted)?;
        match &self.item.terms {
            Terms::Cash { value, allocated, disbursed } => {
                // Nothing is spent before allocation, and no day is said of that.
                let at = disbursed.first().map_or(accepted, |payment| payment.at);
                for (line, amount) in allocated {
                    let command = ContributionCommand::Allocate {
                        operation: self.script.operation.clone(),
                        contribution: self.code.clone(),
                        line_of_effort: fit(&self.place, line)?,
                        amount: self.money(*amount, value)?,
                    };
                    self.received(at, "AllocateContribution", command)?;
                }
                for payment in disbursed {
                    let command = ContributionCommand::Disburse {
                        operation: self.script.operation.clone(),
                        contribution: self.code.clone(),
                        amount: self.money(payment.amount, value)?,
                        line_of_effort: None,
                    };
                    self.given(payment.at, "Disburse", command)?;
                }
            }
            Terms::InKind { delivered, delivery_accepted, .. } => {
                self.deliver(delivered, *delivery_accepted)?;
            }
        }
        Ok(())
    }

    fn pledge(&mut self) -> Result<(), ImportError> {
        let offer = match &self.item.terms {
            Terms::Cash { value, .. } => Offer::Cash { amount: self.money(value.amount, value)? },
            Terms::InKind { quantity, unit, value, .. } => Offer::InKind {
                quantity: whole(&self.place, *quantity)?,
                unit: fit(&self.place, unit)?,
                value: value.as_ref().map(|value| self.money(value.amount, value)).transpose()?,
            },
        };
        let pledge = Pledge { kind: kind(self.item.kind), title: None, offer };
        let pledge = NewPledge { code: self.code.clone(), pledge, release: None };
        let command = ContributionCommand::Pledge { operation: self.script.operation.clone(), pledge };
        self.given(self.item.pledged, "PledgeContribution", command)
    }

    /// With the file's rate of its currency.
    fn accept(&mut self, section: &Contributions, at: NaiveDate) -> Result<(), ImportError> {
        let value = match &self.item.terms {
            Terms::Cash { value, .. } => Some(value),
            Terms::InKind { value, .. } => value.as_ref(),
        };
        let rate = value.and_then(|value| {
            let Decimal { digits, scale } = *section.fx.rates.get(value.currency.as_str())?;
            Some((value.currency.as_str(), point(digits, scale)))
        });
        let rates = rate.map(|(currency, per_unit)| {
            let place = "contributions.fx";
            Ok::<_, ImportError>(Rate {
                currency: fit(place, currency)?,
                per_unit: fit(place, &per_unit)?,
                to: fit(place, section.reporting_currency.as_str())?,
                date: section.fx.date,
                source: fit(place, "As the scenario has it")?,
            })
        });
        let command = ContributionCommand::Accept {
            operation: self.script.operation.clone(),
            contribution: self.code.clone(),
            rates: rates.transpose()?.into_iter().collect(),
        };
        self.received(at, "AcceptPledge", command)
    }

    /// What is not said to be rejected is accepted: when the file says so, else when it was delivered.
    fn deliver(&mut self, told: &[Delivery], accepted: Option<NaiveDate>) -> Result<(), ImportError> {
        // What nobody has judged yet: number and quantity.
        let mut open: Vec<(u32, u32)> = Vec::new();
        let mut number = 0;
        for delivery in told {
            let operation = self.script.operation.clone();
            let contribution = self.code.clone();
            if delivery.rejected {
                let quantity = whole(&self.place, -delivery.quantity)?;
                let last = open.last_mut().filter(|(_, left)| *left >= quantity);
                let Some((number, left)) = last else {
                    let text = delivery.quantity.to_string();
                    return Err(unfit(&self.place, &text, "is more than was delivered just before"));
                };
                *left -= quantity;
                let reason = delivery.reason.as_deref().unwrap_or("Rejected, as the scenario tells it");
                let command = ContributionCommand::RejectDelivery {
                    operation,
                    contribution,
                    delivery: *number,
                    quantity,
                    reason: fit(&self.place, reason)?,
                };
                self.received(delivery.at, "RejectDelivery", command)?;
                continue;
            }
            number += 1;
            let quantity = whole(&self.place, delivery.quantity)?;
            let command = ContributionCommand::Deliver { operation, contribution, quantity };
            self.given(delivery.at, "Deliver", command)?;
            open.push((number, quantity));
            if accepted.is_none() {
                self.accept_deliveries(delivery.at, &mut open)?;
            }
        }
        match accepted {
            Some(at) => self.accept_deliveries(at, &mut open),
            None => Ok(()),
        }
    }

    fn accept_deliveries(&mut self, at: NaiveDate, open: &mut Vec<(u32, u32)>) -> Result<(), ImportError> {
        for (delivery, quantity) in open.drain(..).filter(|(_, quantity)| *quantity > 0) {
            let command = ContributionCommand::AcceptDelivery {
                operation: self.script.operation.clone(),
                contribution: self.code.clone(),
                delivery,
                quantity,
            };
            self.received(at, "AcceptDelivery", command)?;
        }
        Ok(())
    }

    fn given(&mut self, at: NaiveDate, verb: &str, command: ContributionCommand) -> Result<(), ImportError> {
        self.say(at, verb, (self.giver, Role::Liaison), command)
    }

    fn received(
        &mut self,
        at: NaiveDate,
        verb: &str,
        command: ContributionCommand,
    ) -> Result<(), ImportError> {
        self.say(at, verb, (self.receiver, Role::Commander), command)
    }

    fn say(
        &mut self,
        day: NaiveDate,
        verb: &str,
        (post, role): (&Post, Role),
        command: ContributionCommand,
    ) -> Result<(), ImportError> {
        let giver = self.script.scenario.partners.iter().find(|partner| partner.id == self.item.by);
        let zone = giver.and_then(|giver| giver.tz).unwrap_or(self.script.scenario.meta.display_tz);
        let morning = day.and_hms_opt(10, 0, 0).and_then(|at| zone.from_local_datetime(&at).earliest());
        let occurred = morning.map(|at| at.fixed_offset());
        let occurred = occurred
            .ok_or_else(|| unfit(&self.place, &day.to_string(), "has no ten in the morning there"))?;
        let taken = self.script.scenario.appointment(post).recorded + NEXT;
        let after = self.last.map_or(taken, |last| taken.max(last + NEXT));
        let recorded = after.max(occurred + RECORDED_AFTER);
        self.last = Some(recorded);
        self.script.steps.push(Step {
            recorded,
            occurred,
            actor: holder(post, role)?,
            late_reason: Step::late_reason(recorded, occurred, None),
            name: format!("{verb} {}", self.code),
            act: Act::Run(Box::new(Command::Contribution(command))),
        });
        Ok(())
    }

    /// So many whole units of the currency.
    fn money(&self, amount: i64, of: &Money) -> Result<domain::Money, ImportError> {
        let currency = fit(&self.place, of.currency.as_str())?;
        let amount = domain::Decimal { digits: amount, scale: 0 };
        let text = || format!("{amount} {}", of.currency.as_str());
        domain::Money::new(amount, currency).map_err(|fault| unfit(&self.place, &text(), &fault.to_string()))
    }
}

/// As people write it.
fn point(digits: i64, scale: u32) -> String {
    domain::Decimal { digits, scale }.to_string()
}

fn kind(from: Kind) -> ContributionKind {
    match from {
        Kind::Training => ContributionKind::Training,
        Kind::Budget => ContributionKind::Budget,
        Kind::Technology => ContributionKind::Technology,
        Kind::Premises => ContributionKind::Premises,
        Kind::Personnel => ContributionKind::Personnel,
    }
}
