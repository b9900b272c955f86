//! What nobody can compute from what is told of counts: the test is who would try.

use crate::support::{Ask, Story, assisting::*, of, saphan::*};
use domain::{
    Instant, PartnerCode, Rejection, Span,
    assistance::{Assistance, Cell, Figure, Sum},
};
use proptest::prelude::*;
use std::collections::{BTreeMap, BTreeSet};

#[derive(Debug, Clone, Copy)]
struct Choice {
    what: u8,
    /// Small and large ones are as likely.
    counts: [u32; 4],
    claim: u32,
    hours_before: i64,
}

fn choices() -> impl Strategy<Value = Vec<Choice>> {
    let count = prop_oneof![0_u32..7, 0_u32..30, Just(5)];
    let counts = [count.clone(), count.clone(), count.clone(), count];
    let choice = (0_u8..8, counts, 1_u32..9, prop_oneof![Just(0_i64), 0_i64..20]);
    let choice =
        choice.prop_map(|(what, counts, claim, hours_before)| Choice { what, counts, claim, hours_before });
    proptest::collection::vec(choice, 1..14)
}

/// What fits what was counted before, so that sums often are complete; else anything.
fn asked(choice: Choice, known: Option<&Assistance>) -> Ask {
    let Choice { what, counts: [one, two, three, four], claim, .. } = choice;
    let total = |figure| {
        let last = known.and_then(|known| known.steps().last());
        last.and_then(|step| step.total(figure)).unwrap_or_default()
    };
    let open = |sum: Sum| {
        let counted: u32 = sum.parts().iter().map(|part| total(*part)).sum();
        total(sum.whole()).saturating_sub(counted)
    };
    match what {
        0 | 1 => receive(one),
        2 => screen(one, two, (three > 5).then_some(four)),
        3 => screen(open(Sum::Screening).saturating_sub(one), one.min(open(Sum::Screening)), None),
        4 => identify(&[("CHN", one), ("OTHER", two)], three, four),
        5 => {
            let rest = open(Sum::Identification);
            let small = one.min(rest);
            let other = two.min(rest - small);
            identify(&[("LAO", rest - small - other)], other, small)
        }
        6 => {
            let rest = open(Sum::Outcomes);
            let small = one.min(rest);
            outcomes(
                &[(Figure::ReturnedVoluntarily, rest - small), (Figure::AwaitingDocuments, small)],
                Some(two),
            )
        }
        _ => {
            let cells = known.and_then(|known| known.claims.get(claim)).map(|claim| &claim.says.counts);
            let cell = cells.and_then(|cells| cells.keys().nth(usize::try_from(two).unwrap() % cells.len()));
            let cell = cell.cloned().unwrap_or(Cell::of(Figure::Received));
            let nationality = cell.nationality.as_ref().map(PartnerCode::as_str);
            correct_cell(claim, Some(cell.figure), nationality, one)
        }
    }
}

/// A count that somebody made, until it was corrected: what the one who tries does not know.
type Unknown = usize;

/// With what is not known of each.
type Counts = BTreeMap<Cell, (u32, Unknown)>;

/// The reports, as who tries does not know them: of each claim that counts, its moment and its counts, each with its
/// name.
#[derive(Default)]
struct Reports {
    live: BTreeMap<u32, (Instant, Counts)>,
    taken: u32,
    next: Unknown,
}

impl Reports {
    /// Takes in what is new.
    fn read(&mut self, known: &Assistance) {
        for claim in known.claims.iter().skip(usize::try_from(self.taken).unwrap()) {
            let before = claim.corrects.as_ref().and_then(|corrects| self.live.remove(&corrects.claim));
            let before = before.map(|(_, counts)| counts).unwrap_or_default();
            let mut counts = BTreeMap::new();
            for (cell, count) in &claim.says.counts {
                let same = before.get(cell).filter(|(was, _)| was == count).copied();
                self.next += 1;
                counts.insert(cell.clone(), same.unwrap_or((*count, self.next)));
            }
            self.live.insert(claim.number, (claim.occurred_at, counts));
            self.taken = claim.number;
        }
    }

    /// The sum of a cell at a moment: what it is made of.
    fn sum(&self, cell: &Cell, at: Instant) -> (u32, Vector) {
        let (mut count, mut form) = (0, Vector::new());
        for (_, counts) in self.live.values().filter(|(occurred, _)| *occurred <= at) {
            for (of, (number, unknown)) in counts {
                if of == cell || cell.nationality.is_none() && of.figure == cell.figure {
                    count += number;
                    form.insert(*unknown, 1);
                }
            }
        }
        (count, form)
    }
}

/// Modulo another prime than the rules compute with.
const PRIME: i64 = 2_147_483_647;

type Vector = BTreeMap<Unknown, i64>;

fn add(vector: &mut Vector, factor: i64, other: &Vector) {
    for (unknown, coefficient) in other {
        let sum = (vector.get(unknown).unwrap_or(&0) + factor * coefficient).rem_euclid(PRIME);
        if sum == 0 {
            vector.remove(unknown);
        } else {
            vector.insert(*unknown, sum);
        }
    }
}

fn inverse(number: i64) -> i64 {
    let (mut base, mut exponent, mut power) = (number, PRIME - 2, 1);
    while exponent > 0 {
        if exponent % 2 == 1 {
            power = power * base % PRIME;
        }
        base = base * base % PRIME;
        exponent /= 2;
    }
    power
}

/// The linear equations that who tries has, solved as far as they go.
#[derive(Default)]
struct Equations(Vec<Vector>);

impl Equations {
    fn rest(&self, mut of: Vector) -> Vector {
        for row in &self.0 {
            let (first, _) = row.last_key_value().unwrap();
            if let Some(coefficient) = of.get(first).copied() {
                add(&mut of, PRIME - coefficient, row);
            }
        }
        of
    }

    fn learn(&mut self, equation: Vector) {
        let mut rest = self.rest(equation);
        if let Some((_, last)) = rest.last_key_value() {
            let factor = inverse(*last);
            for coefficient in rest.values_mut() {
                *coefficient = *coefficient * factor % PRIME;
            }
            self.0.push(rest);
            // Each is looked for by its last unknown: the latest first.
            self.0.sort_by_key(|row| std::cmp::Reverse(*row.last_key_value().unwrap().0));
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 192, ..ProptestConfig::default() })]

    #[test]
    fn no_count_that_is_not_told_follows_from_all_that_ever_was(choices in choices()) {
        let mut story: Story = operation().after(Span::hours(30));
        let (mut reports, mut equations) = (Reports::default(), Equations::default());
        let (mut hidden, mut told): (BTreeSet<Vector>, BTreeSet<Vector>) = Default::default();
        let mut known: Option<Assistance> = None;
        for choice in choices {
            let ask = asked(choice, known.as_ref());
            let command = ask(&story);
            story = story.late(Span::hours(choice.hours_before));
            match story.decide(&tha(), &command) {
                Ok(events) => story.append(&tha(), events),
                Err(Rejection::Refused(_)) => continue,
                Err(other) => return Err(TestCaseError::fail(format!("{command:?}: {other:?}"))),
            };
            let operation = story.operation("SAPHAN");
            let Some(table) = operation.assistance.get(&of::<PartnerCode>("THA")) else { continue };
            reports.read(table);
            for step in table.steps() {
                for (cell, counted) in &step.counts {
                    let (count, form) = reports.sum(cell, step.at);
                    prop_assert_eq!(counted.count, count, "{:?} at {}", cell, step.at);
                    prop_assert!(!counted.is_told || count >= 5);
                    if counted.is_told { &mut told } else { &mut hidden }.insert(form);
                }
                for (sum, balance) in &step.balances {
                    let (whole, mut form) = reports.sum(&Cell::of(sum.whole()), step.at);
                    let mut difference = i64::from(whole);
                    for part in sum.parts() {
                        let (count, part) = reports.sum(&Cell::of(*part), step.at);
                        difference -= i64::from(count);
                        add(&mut form, PRIME - 1, &part);
                    }
                    prop_assert_eq!(balance.difference, difference);
                    if balance.is_told && difference == 0 {
                        told.insert(form);
                    }
                }
            }
            // What one report counted, too.
            for (_, counts) in reports.live.values() {
                let small = counts.values().filter(|(count, _)| *count < 5);
                hidden.extend(small.map(|(_, unknown)| Vector::from([(*unknown, 1)])));
            }
            known = Some(table.as_ref().clone());
        }
        for form in told {
            equations.learn(form);
        }
        for form in hidden {
            prop_assert!(!equations.rest(form.clone()).is_empty(), "{:?} follows", form);
        }
    }

    #[test]
    fn what_is_large_and_adds_up_is_told(presumed in 10_u32..200, not_presumed in 10_u32..200) {
        let story = operation().when(tha(), receive(presumed + not_presumed)).accepted();
        let story = story.when(tha(), screen(presumed, not_presumed, None)).accepted();
        let table = counted_by(&story, "THA");
        let last = table.steps().last().unwrap();
        let told = [Figure::Received, Figure::Presumed, Figure::NotPresumed].map(|figure| last.told(figure));
        prop_assert_eq!(told, [presumed + not_presumed, presumed, not_presumed].map(Some));
    }
}
