//! Whose command is next: partners take turns, however many each of them sends.

use domain::PartnerCode;
use std::{
    collections::{HashMap, VecDeque},
    time::{Duration, Instant},
};

/// Commands of one partner in a commit while others send some, too: the shorter a commit, the sooner theirs are in the
/// next.
const BESIDE_OTHERS: usize = 8;

/// Takings for which somebody who sent a command counts as sending some.
const REMEMBERED: u64 = 200;

/// Work of one partner's commands in a commit from which on it counts as long.
const LONG: Duration = Duration::from_millis(20);

/// So many times as long as their commands took, those of others go first: their rows take as long again to be written, and
/// keep others waiting, too.
const RESTS: u32 = 6;

/// Services take their turns as one partner does.
pub(crate) type Whose = Option<PartnerCode>;

/// What waits, in the order in which each partner sent it.
#[derive(Debug)]
pub(crate) struct Turns<T> {
    /// Of whoever has something waiting, the next first.
    queues: VecDeque<(Whose, VecDeque<T>)>,
    /// When each partner was last seen to send, in takings.
    seen: HashMap<Whose, u64>,
    takings: u64,
    waiting: usize,
    /// Whose last commands took long, and until when they leave the writer to others.
    resting: HashMap<Whose, Instant>,
}

impl<T> Default for Turns<T> {
    fn default() -> Self {
        Self {
            queues: VecDeque::new(),
            seen: HashMap::new(),
            takings: 0,
            waiting: 0,
            resting: HashMap::new(),
        }
    }
}

impl<T> Turns<T> {
    pub fn len(&self) -> usize {
        self.waiting
    }

    pub fn is_empty(&self) -> bool {
        self.waiting == 0
    }

    pub fn push(&mut self, whose: Option<&PartnerCode>, one: T) {
        self.seen.insert(whose.cloned(), self.takings);
        self.queue_of(whose).push_back(one);
        self.waiting += 1;
    }

    /// Before all that its partner has waiting.
    pub fn push_back_in(&mut self, whose: Option<&PartnerCode>, one: T) {
        self.queue_of(whose).push_front(one);
        self.waiting += 1;
    }

    /// For so long the commands of this partner kept the writer.
    pub fn worked(&mut self, whose: Whose, worked: Duration, now: Instant) {
        if worked >= LONG {
            self.resting.insert(whose, now + worked * RESTS);
        } else {
            self.resting.remove(&whose);
        }
    }

    /// Nobody leaves anything to others any more: all that waits is carried out.
    pub fn finish(&mut self) {
        self.resting.clear();
    }

    /// How long until somebody who waits may go on; `None` when somebody may now, or nobody waits.
    pub fn until_next(&self, now: Instant) -> Option<Duration> {
        let waits = |(whose, _): &(Whose, _)| self.rests(whose, now);
        self.queues.iter().map(waits).min().filter(|left| !left.is_zero())
    }

    fn rests(&self, whose: &Whose, now: Instant) -> Duration {
        let until = self.resting.get(whose).filter(|_| self.seen.len() > 1);
        until.map_or(Duration::ZERO, |until| until.saturating_duration_since(now))
    }

    /// One of each partner, and again, up to so many in all. One of a partner whose last took long is taken alone, so that
    /// nobody else's is committed with it.
    pub fn take(&mut self, most: usize, now: Instant) -> Vec<T> {
        self.takings += 1;
        let takings = self.takings;
        self.seen.retain(|_, seen| takings - *seen <= REMEMBERED);
        if self.seen.len() > 1 && most > 0 {
            let rested = |(whose, _): &(Whose, _)| {
                self.resting.contains_key(whose) && self.rests(whose, now).is_zero()
            };
            if let Some(index) = self.queues.iter().position(rested)
                && let Some((whose, mut queue)) = self.queues.remove(index)
            {
                let taken = Vec::from_iter(queue.pop_front());
                self.waiting -= taken.len();
                if !queue.is_empty() {
                    self.queues.push_back((whose, queue));
                }
                return taken;
            }
        }
        let of_each = if self.seen.len() > 1 { BESIDE_OTHERS } else { most };
        let mut taken = Vec::new();
        let mut had: HashMap<Whose, usize> = HashMap::new();
        let mut done = VecDeque::new();
        while taken.len() < most
            && let Some((whose, mut queue)) = self.queues.pop_front()
        {
            let count = had.entry(whose.clone()).or_default();
            if self.rests(&whose, now).is_zero()
                && *count < of_each
                && let Some(one) = queue.pop_front()
            {
                *count += 1;
                taken.push(one);
                if !queue.is_empty() {
                    self.queues.push_back((whose, queue));
                }
            } else {
                done.push_back((whose, queue));
            }
        }
        self.queues.extend(done);
        self.waiting -= taken.len();
        taken
    }

    fn queue_of(&mut self, whose: Option<&PartnerCode>) -> &mut VecDeque<T> {
        let known = self.queues.iter().position(|(known, _)| known.as_ref() == whose);
        let index = known.unwrap_or_else(|| {
            self.queues.push_back((whose.cloned(), VecDeque::new()));
            self.queues.len() - 1
        });
        &mut self.queues[index].1
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn partner(code: &str) -> PartnerCode {
        code.parse().unwrap()
    }

    #[test]
    fn whoever_sends_alone_is_taken_whole_and_in_order() {
        let (mut turns, china, now) = (Turns::default(), partner("CHN"), Instant::now());
        for number in 0..100 {
            turns.push(Some(&china), number);
        }
        assert_eq!(turns.take(60, now), (0..60).collect::<Vec<_>>());
        turns.push_back_in(Some(&china), 59);
        assert_eq!(turns.len(), 41);
        assert_eq!(turns.take(60, now), (59..100).collect::<Vec<_>>());
        assert!(turns.is_empty() && turns.take(60, now).is_empty());
    }

    #[test]
    fn one_of_each_comes_before_the_second_of_anybody() {
        let (mut turns, china, laos, now) =
            (Turns::default(), partner("CHN"), partner("LAO"), Instant::now());
        for number in 0..100 {
            turns.push(Some(&china), number);
        }
        for number in [1_000, 1_001] {
            turns.push(Some(&laos), number);
        }
        turns.push(None, 2_000);
        assert_eq!(turns.take(1_000, now), [0, 1_000, 2_000, 1, 1_001, 2, 3, 4, 5, 6, 7]);
        // As long as others have just sent something, a commit is short for who comes next.
        assert_eq!(turns.take(1_000, now), (8..16).collect::<Vec<_>>());
        turns.push(Some(&laos), 1_002);
        assert_eq!(turns.take(2, now), [16, 1_002]);
        for _ in 0..REMEMBERED {
            turns.take(0, now);
        }
        turns.push(Some(&china), 100);
        assert_eq!(turns.take(1_000, now).len(), 84, "China is alone again");
    }

    #[test]
    fn whose_command_took_long_leaves_the_next_turns_to_others_and_then_goes_alone() {
        let (mut turns, china, laos, now) =
            (Turns::default(), partner("CHN"), partner("LAO"), Instant::now());
        for number in 0..3 {
            turns.push(Some(&china), number);
        }
        let long = Duration::from_millis(100);
        turns.worked(Some(china.clone()), long, now);
        // Nobody else is there to be left anything to.
        assert_eq!(turns.until_next(now), None);
        assert_eq!(turns.take(1, now), [0]);

        turns.push(Some(&laos), 10);
        assert_eq!(turns.take(1_000, now), [10]);
        assert_eq!((turns.until_next(now), turns.take(1_000, now)), (Some(long * RESTS), Vec::new()));
        let later = now + long * RESTS;
        turns.push(Some(&laos), 11);
        assert_eq!(turns.until_next(later), None);
        assert_eq!(turns.take(1_000, later), [1], "alone");
        turns.worked(Some(china.clone()), Duration::from_millis(1), later);
        assert_eq!(turns.take(1_000, later), [11, 2]);
        assert!(turns.is_empty());
    }
}
