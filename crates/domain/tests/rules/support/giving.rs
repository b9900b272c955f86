//! What partners give: commands as their senders would say them, and stories that have come so far.

use super::{Ask, Story, of, saphan::*};
use chrono::NaiveDate;
use domain::{
    Command, ContributionCode, Money, Rate,
    contribution::{
        Contribution, ContributionCommand, ContributionKind, NewPledge, Offer, Pledge, PledgeRevision,
    },
    release::Release,
};

pub fn giving(command: ContributionCommand) -> Ask {
    Box::new(|_| Command::Contribution(command))
}

/// Such as `200000 CNY`.
pub fn money(text: &str) -> Money {
    let (amount, currency) = text.split_once(' ').expect("an amount has its currency");
    Money::new(of(amount), of(currency)).expect("tests write amounts as their currencies have them")
}

pub fn cash(amount: &str) -> Pledge {
    Pledge { kind: ContributionKind::Budget, title: None, offer: Offer::Cash { amount: money(amount) } }
}

/// Terminals, worth 850000 CNY.
pub fn terminals(quantity: u32) -> Pledge {
    Pledge {
        kind: ContributionKind::Technology,
        title: Some(of("Secure terminals")),
        offer: Offer::InKind { quantity, unit: of("secure terminal"), value: Some(money("850000 CNY")) },
    }
}

pub fn released(to: &[&str]) -> Release {
    Release { releasable_to: partners(to), ..Release::default() }
}

pub fn new(code: &str, pledge: Pledge) -> NewPledge {
    NewPledge { code: of(code), pledge, release: None }
}

pub fn pledge(code: &str, pledge: Pledge) -> Ask {
    giving(ContributionCommand::Pledge { operation: saphan(), pledge: new(code, pledge) })
}

/// For these partners, besides its giver and the lead.
pub fn pledge_for(code: &str, pledge: Pledge, to: &[&str]) -> Ask {
    let pledge = NewPledge { release: Some(released(to)), ..new(code, pledge) };
    giving(ContributionCommand::Pledge { operation: saphan(), pledge })
}

pub fn pledge_many(pledges: Vec<NewPledge>) -> Ask {
    giving(ContributionCommand::PledgeMany { operation: saphan(), pledges })
}

pub fn revise(code: &str, revision: PledgeRevision) -> Ask {
    giving(ContributionCommand::Revise { operation: saphan(), contribution: of(code), revision })
}

pub fn rate(currency: &str, per_unit: &str, to: &str) -> Rate {
    Rate {
        currency: of(currency),
        per_unit: of(per_unit),
        to: of(to),
        date: NaiveDate::from_ymd_opt(2023, 8, 31).expect("the day exists"),
        source: of("Bank of Thailand"),
    }
}

pub fn accept(code: &str, rates: Vec<Rate>) -> Ask {
    giving(ContributionCommand::Accept { operation: saphan(), contribution: of(code), rates })
}

pub fn decline(code: &str) -> Ask {
    let reason = of("The centre has no room for it");
    giving(ContributionCommand::Decline { operation: saphan(), contribution: of(code), reason })
}

pub fn withdraw(code: &str) -> Ask {
    let reason = of("Needed elsewhere");
    giving(ContributionCommand::Withdraw { operation: saphan(), contribution: of(code), reason })
}

pub fn allocate(code: &str, line: &str, amount: &str) -> Ask {
    giving(ContributionCommand::Allocate {
        operation: saphan(),
        contribution: of(code),
        line_of_effort: of(line),
        amount: money(amount),
    })
}

pub fn release_from(code: &str, line: &str, amount: &str) -> Ask {
    giving(ContributionCommand::Release {
        operation: saphan(),
        contribution: of(code),
        line_of_effort: of(line),
        amount: money(amount),
    })
}

pub fn disburse(code: &str, amount: &str, line: Option<&str>) -> Ask {
    giving(ContributionCommand::Disburse {
        operation: saphan(),
        contribution: of(code),
        amount: money(amount),
        line_of_effort: line.map(of),
    })
}

pub fn deliver(code: &str, quantity: u32) -> Ask {
    giving(ContributionCommand::Deliver { operation: saphan(), contribution: of(code), quantity })
}

pub fn accept_delivery(code: &str, delivery: u32, quantity: u32) -> Ask {
    giving(ContributionCommand::AcceptDelivery {
        operation: saphan(),
        contribution: of(code),
        delivery,
        quantity,
    })
}

pub fn reject_delivery(code: &str, delivery: u32, quantity: u32) -> Ask {
    giving(ContributionCommand::RejectDelivery {
        operation: saphan(),
        contribution: of(code),
        delivery,
        quantity,
        reason: of("Failed certification"),
    })
}

/// K2 of CHN, 2000000 CNY, taken up at 4.80 THB, with the small plan in force.
pub fn with_money() -> Story {
    let story = in_force().when(chn(), pledge("K2", cash("2000000 CNY"))).accepted();
    story.when(tha(), accept("K2", vec![rate("CNY", "4.80", "THB")])).accepted()
}

/// K3 of CHN, 12 terminals, taken up without a rate.
pub fn with_terminals() -> Story {
    let story = operation().when(chn(), pledge("K3", terminals(12))).accepted();
    story.when(tha(), accept("K3", Vec::new())).accepted()
}

/// As the log tells it.
pub fn contribution(story: &Story, code: &str) -> Contribution {
    let operation = story.operation("SAPHAN");
    let known = operation.contributions.get(&of::<ContributionCode>(code));
    known.unwrap_or_else(|| panic!("there is no contribution {code}")).as_ref().clone()
}
