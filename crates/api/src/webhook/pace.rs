//! How long everything about a delivery may take, and how long to wait when it failed.

use std::time::Duration;

/// Of deliveries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pace {
    /// For a connection, encrypted and all.
    pub connect: Duration,
    /// For an attempt from its beginning to the end of the answer.
    pub attempt: Duration,
    /// Before the second attempt; each further wait is twice as long.
    pub first_wait: Duration,
    /// The most that is waited, also when a receiver asks for more.
    pub longest_wait: Duration,
    /// Attempts in a row after which nothing more is tried until somebody lets it go on.
    pub most_attempts: u32,
    /// For how long a node has a webhook to itself: well beyond an attempt, and beyond what the clocks of nodes differ by.
    pub hold: Duration,
    /// How often a node looks for webhooks that nobody delivers for.
    pub look: Duration,
}

impl Default for Pace {
    /// A receiver that is gone is tried for about three days.
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(5),
            attempt: Duration::from_secs(15),
            first_wait: Duration::from_secs(1),
            longest_wait: Duration::from_hours(1),
            most_attempts: 100,
            hold: Duration::from_secs(30),
            look: Duration::from_secs(1),
        }
    }
}

impl Pace {
    /// How long to wait after so many attempts in a row that failed, from 1; `None`: stop trying. `random` spreads
    /// those who failed together: between half of the wait and all of it. `asked` is what the receiver would have.
    pub(crate) fn wait(&self, failed: u32, random: u32, asked: Option<Duration>) -> Option<Duration> {
        if failed >= self.most_attempts {
            return None;
        }
        let doublings = failed.saturating_sub(1).min(31);
        let wait = self.first_wait.saturating_mul(1 << doublings).min(self.longest_wait);
        let half = wait / 2;
        let spread = half.mul_f64(f64::from(random) / f64::from(u32::MAX));
        Some((half + spread).max(asked.unwrap_or_default()).min(self.longest_wait))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    #[test]
    fn waits_double_are_spread_over_their_second_half_and_end() {
        let pace = Pace::default();
        let longest = |failed| pace.wait(failed, u32::MAX, None);
        assert_eq!([1, 2, 3, 12].map(longest), [1, 2, 4, 2_048].map(|wait| Some(SECOND * wait)));
        assert_eq!([13, 50, 99].map(longest), [Some(SECOND * 3_600); 3]);
        assert_eq!([100, 101, u32::MAX].map(longest), [None; 3]);
        assert_eq!(pace.wait(3, 0, None), Some(SECOND * 2));
        assert_eq!(pace.wait(3, u32::MAX / 2, None), Some(SECOND * 3));
    }

    #[test]
    fn a_receiver_that_asks_for_more_time_gets_it_and_not_without_end() {
        let pace = Pace::default();
        let asked = |seconds| pace.wait(3, 0, Some(SECOND * seconds));
        assert_eq!([1, 30, 100_000].map(asked), [2, 30, 3_600].map(|wait| Some(SECOND * wait)));
    }
}
