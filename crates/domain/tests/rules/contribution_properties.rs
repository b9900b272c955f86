//! What no sequence of accepted commands can bring about of what is given.

use crate::support::{Ask, Story, giving::*, of, saphan::*};
use domain::{
    Actor, Event, Rejection,
    contribution::{Contribution, ContributionEvent, ContributionStatus, Offer},
};
use proptest::prelude::*;

const LINES: [&str; 2] = ["LOE1", "LOE2"];
const CONTRIBUTIONS: [&str; 3] = ["K1", "K2", "K3"];

#[derive(Debug, Clone, Copy)]
struct Choice {
    what: u8,
    of: usize,
    line: usize,
    amount: u32,
}

fn choices() -> impl Strategy<Value = Vec<Choice>> {
    let choice = (0_u8..10, 0_usize..3, 0_usize..2, 1_u32..7);
    let choice = choice.prop_map(|(what, of, line, amount)| Choice { what, of, line, amount });
    proptest::collection::vec(choice, 1..50)
}

/// Two of money and one in kind, of 12 each, pledged and not taken up.
fn pledged() -> Story {
    let mut lines = sections();
    let another = domain::plan::LineOfEffort { code: of("LOE2"), name: of("Another") };
    lines.lines_of_effort.push(another);
    let story = draft_with(lines, small_plan());
    let story = story.when(chn(), pledge("K1", cash("12 CNY"))).accepted();
    let story = story.when(mmr(), pledge("K2", cash("12 MMK"))).accepted();
    story.when(chn(), pledge("K3", terminals(12))).accepted()
}

fn asked(choice: Choice) -> (Actor, Ask) {
    let Choice { what, of, line, amount } = choice;
    let (code, line) = (CONTRIBUTIONS[of], LINES[line]);
    let giver = if code == "K2" { mmr() } else { chn() };
    let money = format!("{amount} {}", if code == "K2" { "MMK" } else { "CNY" });
    match what {
        0 => (tha(), accept(code, Vec::new())),
        1 => (tha(), decline(code)),
        2 | 3 => (tha(), allocate(code, line, &money)),
        4 => (tha(), release_from(code, line, &money)),
        5 => (giver, disburse(code, &money, Some(line))),
        6 => (giver, disburse(code, &money, None)),
        7 => (giver, deliver(code, amount)),
        8 => (tha(), accept_delivery(code, amount.div_ceil(2), amount)),
        _ => (tha(), reject_delivery(code, amount.div_ceil(2), amount)),
    }
}

/// Of each currency what was accepted, allocated and paid, from the events alone.
fn told(story: &Story, code: &str) -> [i64; 2] {
    let mut sums = [0; 2];
    for recorded in &story.log {
        match &recorded.event {
            Event::Contribution(ContributionEvent::ContributionAllocated {
                contribution, amount, ..
            }) if contribution.as_str() == code => {
                sums[0] += amount.minor_units;
            }
            Event::Contribution(ContributionEvent::AllocationReleased { contribution, amount, .. })
                if contribution.as_str() == code =>
            {
                sums[0] -= amount.minor_units;
            }
            Event::Contribution(ContributionEvent::FundsDisbursed { contribution, amount, .. })
                if contribution.as_str() == code =>
            {
                sums[1] += amount.minor_units;
            }
            _ => {}
        }
    }
    sums
}

fn check(known: &Contribution, told: [i64; 2]) -> Result<(), TestCaseError> {
    let (allocated, disbursed) = (known.allocated(), known.disbursed());
    prop_assert_eq!([allocated, disbursed], told, "nothing is lost");
    prop_assert!(disbursed <= allocated);
    for allocation in known.allocations.values() {
        prop_assert!(0 <= allocation.disbursed && allocation.disbursed <= allocation.allocated);
    }
    let is_bound = known.accepted.is_some();
    let complete = match &known.pledge.offer {
        Offer::Cash { amount } => {
            let bound = if is_bound { amount.minor_units } else { 0 };
            prop_assert!(allocated <= bound);
            disbursed == amount.minor_units
        }
        Offer::InKind { quantity, .. } => {
            let accepted = known.delivery_accepted();
            let bound = if is_bound { *quantity } else { 0 };
            prop_assert!(accepted <= known.delivered() && known.delivered() <= bound);
            for (delivery, number) in known.deliveries.iter().zip(1..) {
                let judged = |rejected| known.judged(Some(number), rejected).sum::<u32>();
                let open = known.unjudged(number).unwrap();
                prop_assert_eq!(
                    judged(true) + judged(false) + open,
                    delivery.says.quantity,
                    "nothing is lost"
                );
            }
            accepted == *quantity
        }
    };
    prop_assert_eq!(known.status() == ContributionStatus::Fulfilled, complete);
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    #[test]
    fn of_each_currency_no_less_is_accepted_than_allocated_and_no_less_than_paid(choices in choices()) {
        let mut story = pledged();
        for choice in choices {
            let (actor, ask) = asked(choice);
            let command = ask(&story);
            match story.decide(&actor, &command) {
                Ok(events) => {
                    story.append(&actor, events);
                }
                Err(Rejection::Refused(_)) => {}
                Err(other) => return Err(TestCaseError::fail(format!("{command:?}: {other:?}"))),
            }
            for code in CONTRIBUTIONS {
                check(&contribution(&story, code), told(&story, code))?;
            }
        }
    }
}
