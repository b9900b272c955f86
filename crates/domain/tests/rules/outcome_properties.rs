//! What no sequence of reports and corrections can bring about of what an operation came to.

use crate::support::{Ask, Story, coming::*, saphan::*};
use domain::{
    Actor, Event, OutcomeCode, PartnerCode, Rejection, Span,
    outcome::{Measured, OutcomeEvent, OutcomeKind},
};
use proptest::prelude::*;
use std::collections::BTreeMap;

const OUTCOMES: [&str; 4] = ["OUT-01", "OUT-02", "OUT-03", "OUT-04"];

#[derive(Debug, Clone, Copy)]
struct Choice {
    what: u8,
    of: usize,
    claim: u32,
    amount: u32,
    /// In minutes.
    earlier: i64,
}

fn choices() -> impl Strategy<Value = Vec<Choice>> {
    let choice = (0_u8..6, 0_usize..4, 1_u32..6, 0_u32..9, 0_i64..30);
    let choice =
        choice.prop_map(|(what, of, claim, amount, earlier)| Choice { what, of, claim, amount, earlier });
    proptest::collection::vec(choice, 1..60)
}

/// The even ones are of money and China's, the others are counted and Myanmar's.
fn asked(story: &Story, Choice { what, of, claim, amount, earlier }: Choice) -> (Actor, Ask) {
    let is_money = of % 2 == 0;
    let (owner, kind) =
        if is_money { (chn(), OutcomeKind::ValueFrozen) } else { (mmr(), OutcomeKind::Arrests) };
    let how_much = if is_money { format!("{amount} CNY") } else { amount.to_string() };
    let code = OUTCOMES[of];
    let at = (story.now - Span::seconds(60 * earlier).as_delta()).fixed_offset();
    match what {
        0 | 1 => (owner, record(code, kind, &how_much)),
        2 => (owner, correct(code, claim, Some(&how_much), None)),
        3 => (owner, correct(code, claim, Some(&how_much), Some(at))),
        4 => (owner, correct(code, claim, None, Some(at))),
        _ => (tha(), correct(code, claim, Some(&how_much), None)),
    }
}

/// How much one partner's work came to, of one kind.
type Sums = BTreeMap<(PartnerCode, OutcomeKind), i64>;

fn amount(measured: &Measured) -> i64 {
    match measured {
        Measured::Count(count) => i64::from(*count),
        Measured::Value(value) => value.minor_units,
    }
}

/// From the events alone: what was recorded, each correction taking the place of what was said before.
fn told(story: &Story) -> Sums {
    let mut last = BTreeMap::<&OutcomeCode, (&PartnerCode, OutcomeKind, i64)>::new();
    for recorded in &story.log {
        match &recorded.event {
            Event::Outcome(OutcomeEvent::OutcomeRecorded { outcome, partner, kind, measured, .. }) => {
                last.insert(outcome, (partner, *kind, amount(measured)));
            }
            Event::Outcome(OutcomeEvent::OutcomeCorrected { outcome, measured, .. }) => {
                last.get_mut(outcome).expect("what was recorded is corrected").2 = amount(measured);
            }
            _ => {}
        }
    }
    let mut sums = Sums::new();
    for (partner, kind, amount) in last.into_values() {
        *sums.entry((partner.clone(), kind)).or_default() += amount;
    }
    sums
}

/// From the claims that nobody has corrected.
fn held(story: &Story) -> Sums {
    let mut sums = Sums::new();
    for known in story.operation("SAPHAN").outcomes.values() {
        for claim in known.claims.live() {
            *sums.entry((known.partner().clone(), known.kind)).or_default() += amount(&claim.says);
        }
    }
    sums
}

fn check(story: &Story) -> Result<(), TestCaseError> {
    prop_assert_eq!(held(story), told(story), "nothing is lost, and nothing counts twice");
    for known in story.operation("SAPHAN").outcomes.values() {
        let live = known.claims.live();
        prop_assert_eq!(live.len(), 1, "one claim holds");
        let holding = known.holding().map(|claim| claim.number);
        prop_assert_eq!(Some(live[0].number), holding);
        prop_assert_eq!(holding, Some(known.claims.next_number() - 1), "it is the last");
        for claim in known.claims.iter().skip(1) {
            let wrong = claim.corrects.as_ref().and_then(|corrects| known.claims.get(corrects.claim));
            prop_assert_eq!(wrong.and_then(|wrong| wrong.corrected_by), Some(claim.number));
            prop_assert_eq!(
                wrong.map(|wrong| wrong.says.count().is_some()),
                Some(claim.says.count().is_some())
            );
        }
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    #[test]
    fn what_an_operation_came_to_is_the_sum_of_the_claims_that_hold(choices in choices()) {
        let mut story = operation();
        for choice in choices {
            let (actor, ask) = asked(&story, choice);
            let command = ask(&story);
            match story.decide(&actor, &command) {
                Ok(events) => {
                    story.append(&actor, events);
                }
                Err(Rejection::Refused(_)) => {}
                Err(Rejection::Forbidden(_)) => prop_assert_eq!(choice.what, 5),
                Err(other) => return Err(TestCaseError::fail(format!("{command:?}: {other:?}"))),
            }
            check(&story)?;
        }
    }
}
