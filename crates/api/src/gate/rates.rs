//! How much one actor may ask for, and one partner's together: at once, and in a time. In memory, of this node alone.
//!
//! Nothing here reads a clock or knows what a request is: its cost and the present come in.

use chrono::{DateTime, Utc};
use domain::{Actor, PartnerCode};
use std::{
    collections::HashMap,
    num::NonZeroU32,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

/// What every actor is allowed. `None` is no limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Allowance {
    /// Cost per second, as `gate::cost` counts it. What is not used is saved up, for ten seconds.
    pub per_second: Option<NonZeroU32>,
    /// Requests under way.
    pub at_once: Option<NonZeroU32>,
}

impl Allowance {
    fn of_partner(self) -> Self {
        let times = |number: NonZeroU32| number.saturating_mul(NonZeroU32::new(OF_PARTNER).unwrap_or(number));
        Self { per_second: self.per_second.map(times), at_once: self.at_once.map(times) }
    }

    pub const NONE: Self = Self { per_second: None, at_once: None };

    /// One of the dearest requests each second, for as long as anybody likes.
    pub const USUAL: Self = Self { per_second: NonZeroU32::new(100_000), at_once: NonZeroU32::new(64) };

    fn full(self) -> i64 {
        self.per_second.map_or(0, |rate| i64::from(rate.get()) * SAVED_SECONDS * MICRO)
    }
}

/// So many times what one actor is allowed all of a partner's are together, whatever its tokens call them.
const OF_PARTNER: u32 = 2;

/// For how long an actor's allowance is saved up.
const SAVED_SECONDS: i64 = 10;

/// Levels are kept in millionths, so that no instant is too short to count.
const MICRO: i64 = 1_000_000;

/// Actors that are remembered: more than a coalition has posts. Whoever is forgotten starts afresh.
const MOST_ACTORS: usize = 10_000;

/// Beyond the allowance: come back after so many seconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TooMuch {
    #[error("You have {0} requests under way already, which is the most. Wait for their answers.")]
    AtOnce(u32),
    #[error("Your partner has {0} requests under way already, which is the most. Wait for their answers.")]
    AtOnceOfPartner(u32),
    #[error("You have asked for more than your share. Try again in {0} seconds.")]
    InTime(u64),
    #[error("Your partner has asked for more than its share. Try again in {0} seconds.")]
    InTimeOfPartner(u64),
}

impl TooMuch {
    /// Seconds, at least one.
    pub fn retry_after(self) -> u64 {
        match self {
            Self::AtOnce(_) | Self::AtOnceOfPartner(_) => 1,
            Self::InTime(seconds) | Self::InTimeOfPartner(seconds) => seconds,
        }
    }
}

/// Subject and partner, because each partner's tokens may name whatever subject they like.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Who {
    /// `None`: all of the partner's together.
    subject: Option<String>,
    /// `None`: of no partner, a service.
    partner: Option<PartnerCode>,
}

impl Who {
    pub fn partner(&self) -> Option<&PartnerCode> {
        self.partner.as_ref()
    }

    /// All of the same partner's; `None` of a service, which is nobody's.
    fn all_of_partner(&self) -> Option<Self> {
        self.partner.is_some().then(|| Self { subject: None, partner: self.partner.clone() })
    }

    fn is_partner(&self) -> bool {
        self.subject.is_none()
    }
}

impl From<&Actor> for Who {
    fn from(actor: &Actor) -> Self {
        let partner = match actor {
            Actor::Post { partner, .. } => Some(partner.clone()),
            Actor::Service { .. } => None,
        };
        Self { subject: Some(actor.to_string()), partner }
    }
}

struct Account {
    /// Millionths of cost that may still be spent at `at`; below zero after a request on credit.
    level: i64,
    at: DateTime<Utc>,
    /// Requests under way.
    running: u32,
}

impl Account {
    fn refill(&mut self, allowance: Allowance, now: DateTime<Utc>) {
        let Some(rate) = allowance.per_second else { return };
        // A clock that goes back gives nothing, and nothing twice.
        let passed = (now - self.at).num_microseconds().unwrap_or(i64::MAX).max(0);
        let gained = passed.saturating_mul(i64::from(rate.get()));
        self.level = self.level.saturating_add(gained).min(allowance.full());
        self.at = self.at.max(now);
    }
}

/// What actors have used of their allowance.
pub struct Rates {
    allowance: Allowance,
    accounts: Mutex<HashMap<Who, Account>>,
}

impl std::fmt::Debug for Rates {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // Who has been here is nobody's business.
        f.debug_struct("Rates").field("allowance", &self.allowance).finish_non_exhaustive()
    }
}

/// A request under way; it is over when this is dropped.
pub struct Permit {
    rates: Arc<Rates>,
    who: Who,
}

impl Drop for Permit {
    fn drop(&mut self) {
        let mut accounts = self.rates.lock();
        for who in self.who.all_of_partner().iter().chain([&self.who]) {
            if let Some(account) = accounts.get_mut(who) {
                account.running = account.running.saturating_sub(1);
            }
        }
    }
}

impl Rates {
    pub fn new(allowance: Allowance) -> Arc<Self> {
        Arc::new(Self { allowance, accounts: Mutex::default() })
    }

    /// A request begins. It costs one, whatever becomes of it.
    pub fn enter(self: &Arc<Self>, actor: &Actor, now: DateTime<Utc>) -> Result<Permit, TooMuch> {
        let who = Who::from(actor);
        let mut accounts = self.lock();
        let payers = || who.all_of_partner().into_iter().chain([who.clone()]);
        for payer in payers() {
            let running = self.account(&mut accounts, &payer, now).running;
            if let Some(most) = self.allowance_of(&payer).at_once
                && running >= most.get()
            {
                let most = most.get();
                return Err(if payer.is_partner() {
                    TooMuch::AtOnceOfPartner(most)
                } else {
                    TooMuch::AtOnce(most)
                });
            }
        }
        self.take(&mut accounts, &who, 1, now)?;
        for payer in payers() {
            self.account(&mut accounts, &payer, now).running += 1;
        }
        drop(accounts);
        Ok(Permit { rates: Arc::clone(self), who })
    }

    /// Takes what a request, or another answer of a subscription, costs.
    pub fn spend(&self, actor: &Actor, cost: u64, now: DateTime<Utc>) -> Result<(), TooMuch> {
        self.take(&mut self.lock(), &Who::from(actor), cost, now)
    }

    /// The same once more, of what all posts of a partner that nobody holds have together: as much as one that is held.
    pub fn spend_unheld(&self, actor: &Actor, cost: u64, now: DateTime<Utc>) -> Result<(), TooMuch> {
        let who = Who { subject: Some(String::new()), ..Who::from(actor) };
        let mut accounts = self.lock();
        let account = self.account(&mut accounts, &who, now);
        check(account, self.allowance, cost).map_err(TooMuch::InTime)?;
        pay(account, cost);
        Ok(())
    }

    /// Takes what a request turned out to cost besides: its sender has had it, so that later requests pay.
    pub fn charge(&self, actor: &Actor, cost: u64, now: DateTime<Utc>) {
        if self.allowance.per_second.is_none() {
            return;
        }
        let who = Who::from(actor);
        let mut accounts = self.lock();
        for payer in who.all_of_partner().iter().chain([&who]) {
            pay(self.account(&mut accounts, payer, now), cost);
        }
    }

    /// From both or from neither.
    fn take(
        &self,
        accounts: &mut HashMap<Who, Account>,
        who: &Who,
        cost: u64,
        now: DateTime<Utc>,
    ) -> Result<(), TooMuch> {
        if self.allowance.per_second.is_none() {
            return Ok(());
        }
        let partner = who.all_of_partner();
        check(self.account(accounts, who, now), self.allowance, cost).map_err(TooMuch::InTime)?;
        if let Some(partner) = &partner {
            let account = self.account(accounts, partner, now);
            check(account, self.allowance.of_partner(), cost).map_err(TooMuch::InTimeOfPartner)?;
            pay(account, cost);
        }
        pay(self.account(accounts, who, now), cost);
        Ok(())
    }

    fn allowance_of(&self, who: &Who) -> Allowance {
        if who.is_partner() { self.allowance.of_partner() } else { self.allowance }
    }

    fn account<'a>(
        &self,
        accounts: &'a mut HashMap<Who, Account>,
        who: &Who,
        now: DateTime<Utc>,
    ) -> &'a mut Account {
        if accounts.len() >= MOST_ACTORS && !accounts.contains_key(who) {
            self.make_room(accounts, now);
        }
        let allowance = self.allowance_of(who);
        let new = || Account { level: allowance.full(), at: now, running: 0 };
        let account = accounts.entry(who.clone()).or_insert_with(new);
        account.refill(allowance, now);
        account
    }

    /// Forgets those who have everything saved up again; then, if need be, a tenth of those who have no
    /// request under way, the longest absent first. Those who have are bounded by the server's connections.
    fn make_room(&self, accounts: &mut HashMap<Who, Account>, now: DateTime<Utc>) {
        accounts.retain(|who, account| {
            let allowance = self.allowance_of(who);
            account.refill(allowance, now);
            account.running > 0 || account.level < allowance.full()
        });
        if accounts.len() < MOST_ACTORS {
            return;
        }
        let mut idle: Vec<_> = accounts
            .iter()
            .filter(|(_, account)| account.running == 0)
            // Refilled just now: who has the most has been away the longest.
            .map(|(who, account)| (std::cmp::Reverse(account.level), who.clone()))
            .collect();
        idle.sort_unstable_by_key(|(level, _)| *level);
        for (_, who) in idle.into_iter().take(MOST_ACTORS / 10) {
            accounts.remove(&who);
        }
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<Who, Account>> {
        // Nothing that holds this lock can leave an account half changed.
        self.accounts.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Whether there is so much. Fails with the seconds until there is.
fn check(account: &Account, allowance: Allowance, cost: u64) -> Result<(), u64> {
    let Some(rate) = allowance.per_second else { return Ok(()) };
    // On credit when half is there: what is dearer than all that can be saved up would never be let through.
    let needed = in_millionths(cost).min(allowance.full() / 2);
    if account.level >= needed {
        return Ok(());
    }
    let per_second = i64::from(rate.get()) * MICRO;
    Err((needed - account.level).unsigned_abs().div_ceil(per_second.unsigned_abs()))
}

fn pay(account: &mut Account, cost: u64) {
    account.level = account.level.saturating_sub(in_millionths(cost));
}

fn in_millionths(cost: u64) -> i64 {
    i64::try_from(cost).unwrap_or(i64::MAX).saturating_mul(MICRO)
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::TimeDelta;
    use engine::Clock;

    /// 1,000 each second, 2 at once.
    fn rates() -> Arc<Rates> {
        Rates::new(Allowance { per_second: NonZeroU32::new(1_000), at_once: NonZeroU32::new(2) })
    }

    fn clock() -> Clock {
        Clock::scripted("2023-09-25T03:00:00Z".parse().unwrap())
    }

    fn pass(clock: &Clock, milliseconds: i64) {
        clock.set(clock.now() + TimeDelta::milliseconds(milliseconds));
    }

    fn post(code: &str, partner: &str) -> Actor {
        Actor::Post {
            post: code.parse().unwrap(),
            partner: partner.parse().unwrap(),
            roles: std::collections::BTreeSet::default(),
        }
    }

    #[test]
    fn ten_seconds_are_saved_up_and_each_second_gives_its_share() {
        let (rates, clock, actor) = (rates(), clock(), post("THA-01", "THA"));
        assert_eq!(rates.spend(&actor, 10_000, clock.now()), Ok(()));
        assert_eq!(rates.spend(&actor, 1, clock.now()), Err(TooMuch::InTime(1)));
        pass(&clock, 1);
        assert_eq!(rates.spend(&actor, 1, clock.now()), Ok(()));
        assert_eq!(rates.spend(&actor, 1, clock.now()), Err(TooMuch::InTime(1)));
        // Too early by a millisecond: refused, and nothing is lost.
        pass(&clock, 2_499);
        assert_eq!(rates.spend(&actor, 2_500, clock.now()), Err(TooMuch::InTime(1)));
        assert_eq!(rates.spend(&actor, 4_499, clock.now()), Err(TooMuch::InTime(2)));
        pass(&clock, 1);
        assert_eq!(rates.spend(&actor, 2_500, clock.now()), Ok(()));
        // Never more than ten seconds' worth.
        pass(&clock, 3_600_000);
        assert_eq!(rates.spend(&actor, 10_000, clock.now()), Ok(()));
        assert_eq!(rates.spend(&actor, 1_000, clock.now()), Err(TooMuch::InTime(1)));
    }

    #[test]
    fn what_costs_more_than_half_of_all_is_let_through_on_credit_when_half_is_there() {
        let (rates, clock, actor) = (rates(), clock(), post("THA-01", "THA"));
        assert_eq!(rates.spend(&actor, 5_001, clock.now()), Ok(()));
        assert_eq!(rates.spend(&actor, 30_000, clock.now()), Err(TooMuch::InTime(1)));
        pass(&clock, 1);
        assert_eq!(rates.spend(&actor, 30_000, clock.now()), Ok(()));
        assert_eq!(rates.spend(&actor, 1, clock.now()), Err(TooMuch::InTime(26)));
        pass(&clock, 25_000);
        assert_eq!(rates.spend(&actor, 1, clock.now()), Err(TooMuch::InTime(1)));
        pass(&clock, 1);
        assert_eq!(rates.spend(&actor, 1, clock.now()), Ok(()));
        for cost in [u64::MAX, i64::MAX.unsigned_abs()] {
            assert!(rates.spend(&actor, cost, clock.now()).is_err());
        }
    }

    #[test]
    fn a_clock_that_goes_back_gives_nothing() {
        let (rates, clock, actor) = (rates(), clock(), post("THA-01", "THA"));
        assert_eq!(rates.spend(&actor, 10_000, clock.now()), Ok(()));
        pass(&clock, -5_000);
        assert_eq!(rates.spend(&actor, 1, clock.now()), Err(TooMuch::InTime(1)));
        pass(&clock, 5_000);
        assert_eq!(rates.spend(&actor, 1, clock.now()), Err(TooMuch::InTime(1)));
    }

    #[test]
    fn an_actor_has_so_many_requests_under_way_and_no_more() {
        let (rates, clock, actor) = (rates(), clock(), post("THA-01", "THA"));
        let first = rates.enter(&actor, clock.now()).unwrap();
        let second = rates.enter(&actor, clock.now()).unwrap();
        assert_eq!(rates.enter(&actor, clock.now()).err(), Some(TooMuch::AtOnce(2)));
        drop(first);
        let third = rates.enter(&actor, clock.now()).unwrap();
        assert_eq!(rates.enter(&actor, clock.now()).err(), Some(TooMuch::AtOnce(2)));
        // A request costs one, a refused one nothing.
        assert_eq!(rates.spend(&actor, 9_997, clock.now()), Ok(()));
        drop((second, third));
        assert_eq!(rates.enter(&actor, clock.now()).err(), Some(TooMuch::InTime(1)));
        pass(&clock, 1);
        assert!(rates.enter(&actor, clock.now()).is_ok());
    }

    #[test]
    fn nobody_spends_what_is_anothers() {
        let (rates, clock) = (rates(), clock());
        // A partner may sign a token for a post of that name; it is not this post.
        let (one, forged) = (post("THA-01", "THA"), post("THA-01", "MMR"));
        let service =
            Actor::Service { name: "import".to_owned(), roles: std::collections::BTreeSet::default() };
        for actor in [&forged, &one, &post("THA-02", "THA"), &service] {
            assert_eq!(rates.spend(actor, 10_000, clock.now()), Ok(()));
            assert!(rates.spend(actor, 1, clock.now()).is_err());
        }
    }

    #[test]
    fn whatever_a_partner_calls_its_posts_together_they_have_what_two_have() {
        let (rates, clock) = (rates(), clock());
        let named = |number: usize| post(&format!("THA-{number:02}"), "THA");
        for number in 1..=2 {
            assert_eq!(rates.spend(&named(number), 10_000, clock.now()), Ok(()));
        }
        assert_eq!(rates.spend(&named(3), 1, clock.now()), Err(TooMuch::InTimeOfPartner(1)));
        assert_eq!(rates.spend(&post("MMR-01", "MMR"), 10_000, clock.now()), Ok(()));
        pass(&clock, 1);
        assert_eq!(rates.spend(&named(3), 2, clock.now()), Ok(()));
        assert_eq!(rates.spend(&named(4), 1, clock.now()), Err(TooMuch::InTimeOfPartner(1)));

        pass(&clock, 10_000);
        let permits: Vec<_> =
            (5..9).map(|number| rates.enter(&named(number), clock.now()).unwrap()).collect();
        assert_eq!(rates.enter(&named(9), clock.now()).err(), Some(TooMuch::AtOnceOfPartner(4)));
        assert!(rates.enter(&post("MMR-01", "MMR"), clock.now()).is_ok());
        drop(permits);
        assert!(rates.enter(&named(9), clock.now()).is_ok());
    }

    #[test]
    fn posts_that_nobody_holds_have_together_what_one_has() {
        let (rates, clock) = (rates(), clock());
        let (one, other) = (post("THA-71", "THA"), post("THA-72", "THA"));
        assert_eq!(rates.spend_unheld(&one, 9_000, clock.now()), Ok(()));
        assert_eq!(rates.spend_unheld(&other, 2_000, clock.now()), Err(TooMuch::InTime(1)));
        assert_eq!(rates.spend_unheld(&post("MMR-71", "MMR"), 2_000, clock.now()), Ok(()));
    }

    #[test]
    fn without_limits_nobody_waits() {
        let (rates, clock, actor) = (Rates::new(Allowance::NONE), clock(), post("THA-01", "THA"));
        let permits: Vec<_> = (0..1_000).map(|_| rates.enter(&actor, clock.now()).unwrap()).collect();
        assert_eq!(rates.spend(&actor, u64::MAX, clock.now()), Ok(()));
        drop(permits);
    }

    #[test]
    fn no_flood_of_names_makes_it_remember_more_than_it_can() {
        let (rates, clock) = (rates(), clock());
        let name = |number: usize| Actor::Service {
            name: format!("s{number}"),
            roles: std::collections::BTreeSet::default(),
        };
        let _running = rates.enter(&name(0), clock.now()).unwrap();
        rates.spend(&name(0), 9_999, clock.now()).unwrap();
        for number in 1..3 * MOST_ACTORS {
            rates.spend(&name(number), 5, clock.now()).unwrap();
            assert!(rates.lock().len() <= MOST_ACTORS);
        }
        // Who has a request under way is not forgotten, and cannot begin afresh.
        assert!(rates.spend(&name(0), 1, clock.now()).is_err());
        // Who has saved up everything again is as good as never seen.
        pass(&clock, 1_000_000);
        let mut accounts = rates.lock();
        rates.make_room(&mut accounts, clock.now());
        assert_eq!(accounts.len(), 1);
    }
}
