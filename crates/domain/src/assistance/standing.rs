//! What an operation keeps of the counts of one referring authority, and what of that everybody may read.

use crate::{
    At, Instant, PartnerCode, Prose,
    assistance::{
        Cell, Figure, MINIMUM, Sum, Tally,
        disclosure::{Form, Told},
    },
    claim::Claims,
};
use chrono::{DateTime, Utc};
use imbl::OrdMap;
use serde::{Deserialize, Serialize};
use std::{
    cmp::Reverse,
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};
use strum::IntoEnumIterator as _;

/// The counts of one referring authority.
#[derive(Debug, Clone, PartialEq)]
pub struct Assistance {
    pub authority: PartnerCode,
    pub claims: Claims<Tally>,
    /// By the moment from which on they hold.
    steps: OrdMap<DateTime<Utc>, Arc<Step>>,
    /// Of each claim, which number its counts are known by. A correction shares those that it leaves alone.
    variables: OrdMap<u32, Arc<BTreeMap<Cell, u32>>>,
    next_variable: u32,
    told: Told,
}

/// What the counts come to from a moment on, until the next.
#[derive(Debug, Clone, PartialEq)]
pub struct Step {
    /// Of the claim that began it.
    pub number: u32,
    pub at: Instant,
    pub counts: BTreeMap<Cell, Counted>,
    pub balances: BTreeMap<Sum, Balance>,
    /// Of each count that was not told, what of it was not.
    left: BTreeMap<Cell, Form>,
}

/// A count as it stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Counted {
    pub count: u32,
    /// To everybody who reads the operation.
    pub is_told: bool,
}

/// Whether a count is the sum of its parts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Balance {
    /// The count less its parts.
    pub difference: i64,
    /// Whether it is told that there is none, or that there is one. How large it is, is not.
    pub is_told: bool,
}

/// Parts of counts whose rest is a count, too: who is no minor, of those received and of those screened, and who was not
/// punished.
const COMPLEMENTS: [(&[Figure], &[Figure]); 3] = [
    (&[Figure::Received], &[Figure::Minors]),
    (&[Figure::Presumed, Figure::NotPresumed], &[Figure::Minors]),
    (&[Figure::Identified], &[Figure::PunishedForCompelledActs]),
];

/// How one report changes what there is from its moment on.
struct Change {
    number: u32,
    at: Instant,
    /// How many more, and how many less, with the numbers that those are known by.
    more: BTreeMap<Cell, (u32, u32)>,
    less: BTreeMap<Cell, (u32, u32)>,
}

impl Assistance {
    pub(super) fn new(authority: PartnerCode) -> Self {
        Self {
            authority,
            claims: Claims::default(),
            steps: OrdMap::new(),
            variables: OrdMap::new(),
            next_variable: 0,
            told: Told::default(),
        }
    }

    /// The counts as valid at that moment, as far as is known; `None`: nothing had been counted.
    pub fn at(&self, valid_at: DateTime<Utc>) -> Option<&Step> {
        self.steps.range(..=valid_at).next_back().map(|(_, step)| step.as_ref())
    }

    /// The step that a claim began.
    pub fn step(&self, number: u32) -> Option<&Step> {
        let at = self.claims.get(number)?.occurred_at.to_utc();
        self.steps.get(&at).map(Arc::as_ref).filter(|step| step.number == number)
    }

    /// Those in the order of their moments.
    pub fn steps(&self) -> impl Iterator<Item = &Step> {
        self.steps.values().map(Arc::as_ref)
    }

    /// Takes in a report; numbers of the steps that it changed.
    pub(super) fn report(&mut self, tally: Tally, at: &At) -> Vec<u32> {
        let number = self.claims.next_number();
        let more = tally.counts.iter().map(|(cell, count)| {
            self.next_variable += 1;
            (cell.clone(), (*count, self.next_variable))
        });
        let more: BTreeMap<_, _> = more.collect();
        let known = more.iter().map(|(cell, (_, variable))| (cell.clone(), *variable)).collect();
        self.variables.insert(number, Arc::new(known));
        self.claims.report(tally, at);
        self.take(&Change { number, at: at.occurred_at, more, less: BTreeMap::new() })
    }

    /// Takes in that a count was another; numbers of the claims and of the steps that it changed.
    pub(super) fn correct(
        &mut self,
        (claim, cell, count): (u32, &Cell, u32),
        reason: &Prose,
        at: &At,
    ) -> Option<([u32; 2], Vec<u32>)> {
        let wrong = self.claims.get(claim)?;
        let (mut says, occurred_at) = (wrong.says.clone(), wrong.occurred_at);
        let was = says.counts.insert(cell.clone(), count)?;
        let mut variables = BTreeMap::clone(self.variables.get(&claim)?);
        self.next_variable += 1;
        let known_by = variables.insert(cell.clone(), self.next_variable)?;
        let changed = self.claims.replace(claim, (says, occurred_at), reason, at)?;
        self.variables.insert(changed[1], Arc::new(variables));
        let change = Change {
            number: changed[1],
            at: occurred_at,
            more: [(cell.clone(), (count, self.next_variable))].into(),
            less: [(cell.clone(), (was, known_by))].into(),
        };
        Some((changed, self.take(&change)))
    }

    /// Counts anew from the moment of a report on, and decides what of that is told.
    fn take(&mut self, change: &Change) -> Vec<u32> {
        let from = change.at.to_utc();
        if !self.steps.contains_key(&from) {
            let before = self.at(from).cloned();
            let new = match before {
                Some(before) => Step { number: change.number, at: change.at, ..before },
                None => Step::new(change.number, change.at),
            };
            self.steps.insert(from, Arc::new(new));
        }
        for (count, variable) in change.more.values() {
            self.told.name(*variable, *count);
            if *count < MINIMUM {
                self.told.hide(Form::count(*variable));
            }
        }
        let moments: Vec<_> = self.steps.range(from..).map(|(at, _)| *at).collect();
        let mut changed = Vec::new();
        // All that is small is hidden before anything is told.
        for at in &moments {
            let Some(step) = self.steps.get_mut(at).map(Arc::make_mut) else { continue };
            let cells = step.count(change);
            step.hide_small(&cells, &mut self.told);
            changed.push((*at, cells));
        }
        for (at, cells) in changed {
            let Some(step) = self.steps.get_mut(&at).map(Arc::make_mut) else { continue };
            step.tell(cells, &mut self.told);
        }
        moments.iter().filter_map(|at| self.steps.get(at)).map(|step| step.number).collect()
    }
}

impl Step {
    fn new(number: u32, at: Instant) -> Self {
        Self { number, at, counts: BTreeMap::new(), balances: BTreeMap::new(), left: BTreeMap::new() }
    }

    /// How many, as counted so far.
    pub fn total(&self, figure: Figure) -> Option<u32> {
        self.counts.get(&Cell::of(figure)).map(|counted| counted.count)
    }

    /// How many, as far as everybody may read it.
    pub fn told(&self, figure: Figure) -> Option<u32> {
        let counted = self.counts.get(&Cell::of(figure))?;
        counted.is_told.then_some(counted.count)
    }

    /// Takes a report in; the counts that it changed.
    fn count(&mut self, change: &Change) -> BTreeSet<Cell> {
        let mut changed = BTreeSet::new();
        let more = change.more.iter().map(|(cell, by)| (cell, by, true));
        let less = change.less.iter().map(|(cell, by)| (cell, by, false));
        for (cell, (count, variable), adds) in more.chain(less) {
            for cell in [Cell::of(cell.figure), cell.clone()].into_iter().collect::<BTreeSet<_>>() {
                let counted = self.counts.entry(cell.clone()).or_insert(Counted { count: 0, is_told: true });
                let left = self.left.remove(&cell).unwrap_or_default();
                let form = Form::count(*variable);
                let left = if adds { left.plus(&form) } else { left.less(&form) };
                counted.count = if adds {
                    counted.count.saturating_add(*count)
                } else {
                    counted.count.saturating_sub(*count)
                };
                self.left.insert(cell.clone(), left);
                changed.insert(cell);
            }
        }
        changed
    }

    /// What of a count was not told.
    fn left(&self, figure: Figure) -> Form {
        self.left.get(&Cell::of(figure)).cloned().unwrap_or_default()
    }

    /// Counts less others, as far as that was not told.
    fn rest(&self, of: &[Figure], less: &[Figure]) -> Form {
        let whole = of.iter().fold(Form::default(), |whole, figure| whole.plus(&self.left(*figure)));
        less.iter().fold(whole, |rest, part| rest.less(&self.left(*part)))
    }

    fn difference(&self, of: &[Figure], less: &[Figure]) -> i64 {
        let total = |figure: &Figure| i64::from(self.total(*figure).unwrap_or_default());
        of.iter().map(total).sum::<i64>() - less.iter().map(total).sum::<i64>()
    }

    /// Hides the changed counts that are small, and those that nobody has counted by themselves: who was received and not
    /// screened yet, who is no minor.
    fn hide_small(&mut self, changed: &BTreeSet<Cell>, told: &mut Told) {
        for cell in changed {
            if self.counts.get(cell).is_some_and(|counted| counted.count < MINIMUM) {
                told.hide(self.left.get(cell).cloned().unwrap_or_default());
            }
        }
        let sums = Sum::iter().map(|sum| (vec![sum.whole()], sum.parts(), 1));
        // Of these nobody says that there are none.
        let complements = COMPLEMENTS.iter().map(|(of, less)| (of.to_vec(), *less, 0));
        for (of, less, least) in sums.chain(complements) {
            let is_changed = |figure: &Figure| changed.contains(&Cell::of(*figure));
            let is_counted = least > 0 || less.iter().any(|figure| self.total(*figure).is_some());
            let rest = self.difference(&of, less);
            let is_new = is_counted && of.iter().chain(less).any(is_changed);
            if is_new && (least..i64::from(MINIMUM)).contains(&rest) {
                told.hide(self.rest(&of, less));
            }
        }
    }

    /// Tells what can be told: first what adds up, because people assume that; then totals, then large counts.
    fn tell(&mut self, changed: BTreeSet<Cell>, told: &mut Told) {
        for sum in Sum::iter() {
            let (whole, parts) = ([sum.whole()], sum.parts());
            if parts.iter().all(|part| self.total(*part).is_none()) {
                continue;
            }
            let difference = self.difference(&whole, parts);
            // By the same rule whether it adds up or not: else what is not told would tell that it does.
            let rest = self.rest(&whole, parts);
            let is_told = if difference == 0 { told.tell(rest) } else { !told.refuses(rest) };
            self.balances.insert(sum, Balance { difference, is_told });
        }
        let wholes = [Figure::Received, Figure::Presumed, Figure::Identified].map(Cell::of);
        let mut cells: Vec<Cell> = changed.into_iter().collect();
        let rank = |cell: &Cell| {
            let count = self.counts.get(cell).map_or(0, |counted| counted.count);
            let whole = wholes.iter().position(|whole| whole == cell).unwrap_or(wholes.len());
            (whole, Reverse(count))
        };
        cells.sort_by_cached_key(|cell| (rank(cell), cell.clone()));
        for cell in cells {
            let Some(counted) = self.counts.get_mut(&cell) else { continue };
            let left = self.left.remove(&cell).unwrap_or_default();
            counted.is_told = counted.count >= MINIMUM && told.tell(left.clone());
            if !counted.is_told {
                self.left.insert(cell, told.reduce(left));
            }
        }
    }
}
