//! What can be told of counts without telling a small one.
//!
//! Whoever reads sums of counts can add and subtract them. So a sum is told only if, with all that was told before, no
//! small count can be computed from it: neither from totals and their other parts, nor from two moments, nor from what
//! was known before a correction. This is what in statistics is called query auditing of sums, after F. Chin and
//! G. Özsoyoğlu, Auditing and inference control in statistical databases, IEEE Transactions on Software Engineering
//! SE-8 (1982): what was told is kept as a matrix in reduced row echelon form, and a count can be computed if and only if
//! it is a linear combination of the rows.

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
}

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

    /// Keeps a sum from being computed from now on.
    pub fn hide(&mut self, form: Form) {
        let left = self.reduce(form).normal();
        if !left.is_nothing() {
            self.secrets.insert(left);
        }
    }

    /// Tells a sum, if nothing hidden can be computed from it; whether it did. What was told before is told anyway.
    pub fn tell(&mut self, form: Form) -> bool {
        let row = self.reduce(form).normal();
        let Some(first) = row.0.keys().next().copied() else { return true };
        // Both are less what was told: the one tells the other only if it is the same but for a factor.
        if self.secrets.contains(&row) {
            return false;
        }
        let without = |form: &Form| {
            let mut form = form.clone();
            form.subtract(form.coefficient(first), &row);
            form
        };
        let changed: Vec<_> = self.rows.iter().filter(|(_, known)| known.0.contains_key(&first)).collect();
        let changed: Vec<_> =
            changed.into_iter().map(|(key, known)| (*key, Arc::new(without(known)))).collect();
        self.rows.extend(changed);
        let changed: Vec<_> =
            self.secrets.iter().filter(|hidden| hidden.0.contains_key(&first)).cloned().collect();
        for hidden in changed {
            self.secrets.remove(&hidden);
            self.secrets.insert(without(&hidden).normal());
        }
        self.rows.insert(first, Arc::new(row));
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sum(variables: &[u32]) -> Form {
        variables.iter().fold(Form::default(), |form, variable| form.plus(&Form::count(*variable)))
    }

    #[test]
    fn what_would_tell_a_hidden_count_is_not_told() {
        let mut told = Told::default();
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
        let mut told = Told::default();
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
