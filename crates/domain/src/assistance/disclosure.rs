//! What can be told of counts without telling a small one.
//!
//! Whoever reads sums of counts can add and subtract them. So a sum is told only if, with all that was told before, no
//! small count can be computed from it: neither from totals and their other parts, nor from two moments, nor from what
//! was known before a correction. This is what in statistics is called query auditing of sums, after F. Chin and
//! G. Özsoyoğlu, Auditing and inference control in statistical databases, IEEE Transactions on Software Engineering
//! SE-8 (1982): what was told is kept as a matrix in reduced row echelon form, and a count can be computed if and only if
//! it is a linear combination of the rows.
//!
//! Nobody is counted less than not at all, so a sum of several counts that comes to less than the minimum bounds each of
//! them: it is not told either.

use super::figure::MINIMUM;
use imbl::{OrdMap, OrdSet};
use std::{collections::BTreeMap, sync::Arc};

/// Coefficients are numbers modulo this prime, 2⁶¹ − 1, because fractions would grow without bound. What can be computed
/// with fractions can be computed with these, but for determinants that are multiples of it.
const PRIME: u64 = (1 << 61) - 1;

fn times(a: u64, b: u64) -> u64 {
    let product = u128::from(a) * u128::from(b) % u128::from(PRIME);
    u64::try_from(product).unwrap_or_default()
}

fn minus(a: u64, b: u64) -> u64 {
    if a >= b { a - b } else { a + PRIME - b }
}

/// By Fermat's little theorem.
fn inverse(a: u64) -> u64 {
    let (mut base, mut exponent, mut power) = (a, PRIME - 2, 1);
    while exponent > 0 {
        if exponent % 2 == 1 {
            power = times(power, base);
        }
        base = times(base, base);
        exponent /= 2;
    }
    power
}

/// A sum of counts, each named by a number, with its coefficient.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Default)]
pub(super) struct Form(BTreeMap<u32, u64>);

impl Form {
    pub fn count(variable: u32) -> Self {
        Self([(variable, 1)].into())
    }

    fn coefficient(&self, variable: u32) -> u64 {
        self.0.get(&variable).copied().unwrap_or_default()
    }

    /// Takes away so many times another.
    fn subtract(&mut self, times_: u64, other: &Self) {
        for (variable, coefficient) in &other.0 {
            let left = minus(self.coefficient(*variable), times(times_, *coefficient));
            if left == 0 {
                self.0.remove(variable);
            } else {
                self.0.insert(*variable, left);
            }
        }
    }

    #[must_use]
    pub fn plus(mut self, other: &Self) -> Self {
        self.subtract(PRIME - 1, other);
        self
    }

    #[must_use]
    pub fn less(mut self, other: &Self) -> Self {
        self.subtract(1, other);
        self
    }

    fn is_nothing(&self) -> bool {
        self.0.is_empty()
    }

    /// With 1 as the first coefficient: what differs by a factor is the same.
    fn normal(mut self) -> Self {
        if let Some(first) = self.0.values().next().copied() {
            let factor = inverse(first);
            self.0.values_mut().for_each(|coefficient| *coefficient = times(*coefficient, factor));
        }
        self
    }
}

/// What was told, and what must not be computed from it.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct Told {
    /// By its first variable, which no other row has.
    rows: OrdMap<u32, Arc<Form>>,
    /// Less what was told, and normal.
    secrets: OrdSet<Form>,
    /// What the counts are, by the numbers that they are named by.
    counts: OrdMap<u32, u32>,
}

/// Most times that a count stands in a sum: what is more is less than nothing, modulo the prime.
const OFTEN: u64 = 1 << 20;

impl Told {
    /// What is left of a sum that was not told, itself or as a combination.
    pub fn reduce(&self, mut form: Form) -> Form {
        let known: Vec<_> = form.0.keys().filter_map(|variable| self.rows.get(variable)).cloned().collect();
        for row in known {
            if let Some(first) = row.0.keys().next() {
                form.subtract(form.coefficient(*first), &row);
            }
        }
        form
    }

    /// Names a count.
    pub fn name(&mut self, variable: u32, count: u32) {
        self.counts.insert(variable, count);
    }

    /// Whether telling a sum would tell what is hidden, or bound it from above.
    pub fn refuses(&self, form: Form) -> bool {
        let row = self.reduce(form).normal();
        // Both are less what was told: the one tells the other only if it is the same but for a factor.
        let tells = self.secrets.contains(&row) || self.is_small(&row);
        !row.is_nothing() && (tells || self.changed(&row).iter().any(|(_, row)| self.is_small(row)))
    }

    /// The rows that another one, which is less what was told, takes its first variable from.
    fn changed(&self, row: &Form) -> Vec<(u32, Form)> {
        let Some(first) = row.0.keys().next().copied() else { return Vec::new() };
        let changed = self.rows.iter().filter(|(_, known)| known.0.contains_key(&first));
        changed.map(|(key, known)| (*key, without(known, first, row))).collect()
    }

    /// Whether counts that are only added come to less than the minimum.
    fn is_small(&self, row: &Form) -> bool {
        let counts = row.0.iter().map(|(variable, often)| {
            let count = self.counts.get(variable).copied().unwrap_or_default();
            u64::from(count).saturating_mul(*often)
        });
        row.0.values().all(|often| *often <= OFTEN)
            && counts.fold(0, u64::saturating_add) < u64::from(MINIMUM)
    }

    /// Keeps a sum from being computed from now on.
    pub fn hide(&mut self, form: Form) {
        let left = self.reduce(form).normal();
        if !left.is_nothing() {
            self.secrets.insert(left);
        }
    }

    /// Tells a sum, if nothing hidden can be computed from it; whether it did. What was told before is told anyway.
    pub fn tell(&mut self, form: Form) -> bool {
        if self.refuses(form.clone()) {
            // What was not told is not to be computed later either.
            self.hide(form);
            return false;
        }
        let row = self.reduce(form).normal();
        let Some(first) = row.0.keys().next().copied() else { return true };
        for (key, changed) in self.changed(&row) {
            self.rows.insert(key, Arc::new(changed));
        }
        let hidden = self.secrets.iter().filter(|hidden| hidden.0.contains_key(&first)).cloned();
        for hidden in hidden.collect::<Vec<_>>() {
            self.secrets.remove(&hidden);
            self.secrets.insert(without(&hidden, first, &row).normal());
        }
        self.rows.insert(first, Arc::new(row));
        true
    }
}

/// A form less so many times a row that it has the row's first variable no more.
fn without(form: &Form, first: u32, row: &Form) -> Form {
    let mut form = form.clone();
    form.subtract(form.coefficient(first), row);
    form
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sum(variables: &[u32]) -> Form {
        variables.iter().fold(Form::default(), |form, variable| form.plus(&Form::count(*variable)))
    }

    /// Each of so many.
    fn counted(counts: &[u32]) -> Told {
        let mut told = Told::default();
        for (variable, count) in (1..).zip(counts) {
            told.name(variable, *count);
        }
        told
    }

    #[test]
    fn counts_that_come_to_little_together_are_not_told_together() {
        let mut told = counted(&[1, 1, 10]);
        assert!(!told.tell(sum(&[1, 2])));
        assert!(told.tell(sum(&[1, 2, 3])));
        // The rest would be what the first two come to.
        assert!(!told.tell(sum(&[3])));
    }

    #[test]
    fn what_would_tell_a_hidden_count_is_not_told() {
        let mut told = counted(&[10, 10, 3, 10]);
        told.hide(Form::count(3));
        assert!(told.tell(sum(&[1, 2, 3])));
        assert!(told.tell(Form::count(1)));
        // The rest of the sum.
        assert!(!told.tell(Form::count(2)));
        // Another sum with it, and again what would be its rest.
        assert!(told.tell(sum(&[2, 4])));
        assert!(!told.tell(Form::count(4)));
    }

    #[test]
    fn a_combination_of_what_was_told_is_told() {
        let mut told = counted(&[10, 10, 3]);
        assert!(told.tell(sum(&[1, 2])));
        assert!(told.tell(sum(&[2, 3])));
        told.hide(Form::count(3));
        assert!(told.tell(sum(&[1, 2]).less(&sum(&[2, 3]))));
        assert!(!told.tell(Form::count(2)));
    }

    #[test]
    fn numbers_have_inverses() {
        for number in [1, 2, 3, PRIME - 1, 1 << 40] {
            assert_eq!(times(number, inverse(number)), 1);
        }
    }
}
