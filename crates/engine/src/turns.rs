//! Whose command is next: partners take turns, however many each of them sends.

use domain::PartnerCode;
use std::{
    collections::{HashMap, VecDeque},
    time::{Duration, Instant},
};

/// Commands of one partner in a commit while others send some, too: the shorter a commit, the sooner theirs are in the
/// next.
const BESIDE_OTHERS: usize = 8;

/// For so long somebody who sent a command counts as sending some.
const REMEMBERED: Duration = Duration::from_secs(5);

/// So many times as long as a partner's large commands took, those of others go first: their rows take as long again to be
/// written, and keep others waiting, too.
const RESTS: u32 = 6;

/// And never longer: nobody is silent for long because of one command, or of a slow disk.
const LONGEST_REST: Duration = Duration::from_secs(3);

/// Services take their turns as one partner does.
pub(crate) type Whose = Option<PartnerCode>;

/// What waits, in the order in which each partner sent it.
#[derive(Debug)]
pub(crate) struct Turns<T> {
    /// Of whoever has something waiting, the next first.
    queues: VecDeque<(Whose, VecDeque<T>)>,
    /// When each partner last sent one.
    seen: HashMap<Whose, Instant>,
    waiting: usize,
    /// Whose last commands were large, and until when they leave the writer to others.
    resting: HashMap<Whose, Instant>,
    /// Whether one of these was taken last: then it is for others, if any wait.
    alone: bool,
}

impl<T> Default for Turns<T> {
    fn default() -> Self {
        Self {
            queues: VecDeque::new(),
            seen: HashMap::new(),
            waiting: 0,
            resting: HashMap::new(),
            alone: false,
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

    pub fn push(&mut self, whose: Option<&PartnerCode>, one: T, now: Instant) {
        self.seen.insert(whose.cloned(), now);
        self.queue_of(whose).push_back(one);
        self.waiting += 1;
    }

    /// Before all that its partner has waiting.
    pub fn push_back_in(&mut self, whose: Option<&PartnerCode>, one: T) {
        self.queue_of(whose).push_front(one);
        self.waiting += 1;
    }

    /// For so long large commands of this partner kept the writer; none when they were not large.
    pub fn worked(&mut self, whose: Whose, worked: Option<Duration>, now: Instant) {
        match worked {
            Some(worked) => {
                self.resting.insert(whose, now + worked.saturating_mul(RESTS).min(LONGEST_REST));
            }
            None => {
                self.resting.remove(&whose);
            }
        }
    }

    /// Nobody leaves anything to others any more: all that waits is carried out at once.
    pub fn finish(&mut self) -> Vec<T> {
        self.waiting = 0;
        self.queues.drain(..).flat_map(|(_, queue)| queue).collect()
    }

    /// How long until somebody who waits may go on; `None` when somebody may now, or nobody waits.
    pub fn until_next(&self, now: Instant) -> Option<Duration> {
        let waits = |(whose, _): &(Whose, _)| self.rests(whose, now);
        self.queues.iter().map(waits).min().filter(|left| !left.is_zero())
    }

    fn rests(&self, whose: &Whose, now: Instant) -> Duration {
        let until = self.resting.get(whose).filter(|_| self.are_several(now));
        until.map_or(Duration::ZERO, |until| until.saturating_duration_since(now))
    }

    /// Whether commands of more than one partner wait, or came just now.
    fn are_several(&self, now: Instant) -> bool {
        let just_now = |(_, seen): &(&Whose, &Instant)| now.saturating_duration_since(**seen) <= REMEMBERED;
        let recent = self.seen.iter().filter(just_now).map(|(whose, _)| whose);
        let mut whose: Vec<_> = recent.chain(self.queues.iter().map(|(whose, _)| whose)).collect();
        whose.sort_unstable();
        whose.dedup();
        whose.len() > 1
    }

    /// One of each partner, and again, up to so many in all. One of a partner whose last was large is taken alone, so that
    /// nobody else's is committed with it, and then it is for the others.
    pub fn take(&mut self, most: usize, now: Instant) -> Vec<T> {
        self.seen.retain(|_, seen| now.saturating_duration_since(*seen) <= REMEMBERED);
        let is_large = |whose: &Whose| self.resting.contains_key(whose);
        let others_wait = self.queues.iter().any(|(whose, _)| !is_large(whose));
        if most > 0 && !(self.alone && others_wait) {
            let rested = |(whose, _): &(Whose, _)| is_large(whose) && self.rests(whose, now).is_zero();
            if let Some(index) = self.queues.iter().position(rested)
                && let Some((whose, mut queue)) = self.queues.remove(index)
            {
                self.alone = true;
                let taken = Vec::from_iter(queue.pop_front());
                self.waiting -= taken.len();
                if !queue.is_empty() {
                    self.queues.push_back((whose, queue));
                }
                return taken;
            }
        }
        self.alone = false;
        let of_each = if self.are_several(now) { BESIDE_OTHERS } else { most };
        let mut taken = Vec::new();
        let mut had: HashMap<Whose, usize> = HashMap::new();
        let mut done = VecDeque::new();
        while taken.len() < most
            && let Some((whose, mut queue)) = self.queues.pop_front()
        {
            let count = had.entry(whose.clone()).or_default();
            if !self.resting.contains_key(&whose)
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
            turns.push(Some(&china), number, now);
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
            turns.push(Some(&china), number, now);
        }
        for number in [1_000, 1_001] {
            turns.push(Some(&laos), number, now);
        }
        turns.push(None, 2_000, now);
        assert_eq!(turns.take(1_000, now), [0, 1_000, 2_000, 1, 1_001, 2, 3, 4, 5, 6, 7]);
        // As long as others have just sent something, a commit is short for who comes next.
        assert_eq!(turns.take(1_000, now), (8..16).collect::<Vec<_>>());
        turns.push(Some(&laos), 1_002, now);
        assert_eq!(turns.take(2, now), [16, 1_002]);
        let later = now + 2 * REMEMBERED;
        turns.push(Some(&china), 100, later);
        assert_eq!(turns.take(1_000, later).len(), 84, "China is alone again");
    }

    #[test]
    fn whose_command_was_large_leaves_the_next_turns_to_others_and_then_goes_alone() {
        let (mut turns, china, laos, now) =
            (Turns::default(), partner("CHN"), partner("LAO"), Instant::now());
        for number in 0..3 {
            turns.push(Some(&china), number, now);
        }
        let long = Duration::from_millis(100);
        turns.worked(Some(china.clone()), Some(long), now);
        // Nobody else is there to be left anything to.
        assert_eq!(turns.until_next(now), None);
        assert_eq!(turns.take(1, now), [0]);

        turns.push(Some(&laos), 10, now);
        assert_eq!(turns.take(1_000, now), [10]);
        assert_eq!((turns.until_next(now), turns.take(1_000, now)), (Some(long * RESTS), Vec::new()));
        let later = now + long * RESTS;
        turns.push(Some(&laos), 11, now);
        assert_eq!(turns.until_next(later), None);
        assert_eq!(turns.take(1_000, later), [1], "alone");
        turns.worked(Some(china.clone()), None, later);
        assert_eq!(turns.take(1_000, later), [11, 2]);
        assert!(turns.is_empty());
    }

    #[test]
    fn however_many_send_large_commands_nobody_waits_for_ever() {
        let (mut turns, laos, mut now) = (Turns::default(), partner("LAO"), Instant::now());
        let large: Vec<_> = ["CHN", "IDN", "KHM", "MMR", "MYS", "PHL", "THA", "VNM"].map(partner).into();
        for whose in &large {
            turns.push(Some(whose), 0, now);
            turns.worked(Some(whose.clone()), Some(Duration::from_millis(20)), now);
        }
        turns.push(Some(&laos), 1, now);
        // Each sends another as soon as one is taken, and each is large.
        let taken = (0..3).find(|_| {
            now += Duration::from_secs(1);
            let taken = turns.take(1_000, now);
            for whose in &large {
                turns.push(Some(whose), 0, now);
                turns.worked(Some(whose.clone()), Some(Duration::from_millis(20)), now);
            }
            taken.contains(&1)
        });
        assert!(taken.is_some(), "the others go first every time");

        // Nor does anybody rest for longer than it takes to be forgotten, while their own commands wait.
        let (mut turns, china) = (Turns::default(), partner("CHN"));
        turns.push(Some(&china), 0, now);
        turns.push(Some(&china), 1, now);
        turns.worked(Some(china.clone()), Some(Duration::from_mins(10)), now);
        turns.push(Some(&laos), 2, now);
        assert_eq!(turns.take(1_000, now), [2]);
        assert_eq!(turns.until_next(now), Some(LONGEST_REST));
        assert_eq!(turns.take(1_000, now + LONGEST_REST), [0], "one by one");
        assert_eq!(turns.finish(), [1]);
        assert!(turns.is_empty());
    }
}
