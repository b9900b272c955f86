//! What partners have given is not more than they promised.

use super::Check;
use crate::scenario::model::contribution::{ContributionStatus, Terms};

impl Check<'_> {
    pub fn contributions(&self) {
        let Some(contributions) = &self.scenario.contributions else { return };
        for (currency, rate) in &contributions.fx.rates {
            if rate.digits <= 0 && self.clean("contributions.fx") {
                self.fault(&format!("contributions.fx.{currency}"), "is not a rate above 0");
            }
        }
        for (index, item) in contributions.items.iter().enumerate() {
            let path = format!("contributions.items[{index}]");
            if !self.clean(&path) {
                continue;
            }
            let (value, first_use) = match &item.terms {
                Terms::Cash { value, allocated, disbursed } => {
                    let sum: i128 = allocated.values().map(|amount| i128::from(*amount)).sum();
                    let paid: i128 = disbursed.iter().map(|payment| i128::from(payment.amount)).sum();
                    if sum > i128::from(value.amount) {
                        self.fault(
                            &format!("{path}.allocated"),
                            &format!("adds up to {sum}, more than the value"),
                        );
                    }
                    if paid > sum {
                        self.fault(
                            &format!("{path}.disbursed"),
                            &format!("adds up to {paid}, more than was allocated"),
                        );
                    }
                    (Some(value), disbursed.first().map(|payment| ("disbursed", payment.at)))
                }
                Terms::InKind { quantity, value, delivered, .. } => {
                    let sum: i128 = delivered.iter().map(|delivery| i128::from(delivery.quantity)).sum();
                    let quantity = i128::from(*quantity);
                    if sum > quantity || (item.status == ContributionStatus::Fulfilled && sum != quantity) {
                        self.fault(
                            &format!("{path}.delivered"),
                            &format!("adds up to {sum}, but qty is {quantity}"),
                        );
                    }
                    (value.as_ref(), delivered.first().map(|delivery| ("delivered", delivery.at)))
                }
            };
            if let Some(value) =
                value.filter(|value| !contributions.fx.rates.contains_key(value.currency.as_str()))
            {
                self.fault(
                    &format!("{path}.value[1]"),
                    &format!("has no rate in fx: {}", value.currency.as_str()),
                );
            }
            if let Some((field, at)) = first_use
                && item.accepted.is_none_or(|accepted| at < accepted)
            {
                self.fault(&format!("{path}.{field}"), "is used before it is accepted");
            }
        }
    }
}
