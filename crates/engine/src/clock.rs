//! Time and randomness, passed in: from the machine where people work, from a script where history is
//! replayed.

use chrono::{DateTime, SubsecRound, TimeDelta, Utc};
use rand::{RngCore, SeedableRng, rngs::StdRng};
use std::{
    sync::{Arc, Mutex, PoisonError},
    time::SystemTime,
};
use uuid::Uuid;

/// Where the present comes from. Clones share a script.
#[derive(Clone, Debug)]
pub enum Clock {
    /// The machine's clock.
    System,
    /// Stands still until it is set.
    Scripted(Arc<Mutex<DateTime<Utc>>>),
    /// Runs as the machine's does, but from another moment: for exercises.
    Shifted(TimeDelta),
}

impl Clock {
    pub fn scripted(start: DateTime<Utc>) -> Self {
        Self::Scripted(Arc::new(Mutex::new(start)))
    }

    /// A clock that shows `start` now and runs on.
    pub fn running_from(start: DateTime<Utc>) -> Self {
        Self::Shifted(start - machine())
    }

    /// Sets a scripted clock; other clocks cannot be set, and stay as they are.
    pub fn set(&self, at: DateTime<Utc>) {
        if let Self::Scripted(now) = self {
            *now.lock().unwrap_or_else(PoisonError::into_inner) = at;
        }
    }

    /// In whole microseconds, as Postgres keeps it.
    pub fn now(&self) -> DateTime<Utc> {
        let now = match self {
            Self::System => machine(),
            Self::Scripted(now) => *now.lock().unwrap_or_else(PoisonError::into_inner),
            Self::Shifted(by) => machine() + *by,
        };
        now.trunc_subsecs(6)
    }
}

fn machine() -> DateTime<Utc> {
    SystemTime::now().into()
}

/// Where ids and salts come from. Clones share one source.
#[derive(Clone)]
pub struct Entropy(Arc<Mutex<StdRng>>);

impl std::fmt::Debug for Entropy {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // What comes next must not be in any log.
        f.write_str("Entropy")
    }
}

impl Entropy {
    /// Seeded by the operating system.
    pub fn system() -> Self {
        Self(Arc::new(Mutex::new(StdRng::from_os_rng())))
    }

    /// The same numbers every time: for tests.
    pub fn seeded(seed: u64) -> Self {
        Self(Arc::new(Mutex::new(StdRng::seed_from_u64(seed))))
    }

    pub fn bytes<const N: usize>(&self) -> [u8; N] {
        let mut bytes = [0; N];
        self.0.lock().unwrap_or_else(PoisonError::into_inner).fill_bytes(&mut bytes);
        bytes
    }

    /// A `UUIDv7` of the moment.
    pub fn uuid_v7(&self, now: DateTime<Utc>) -> Uuid {
        let millis = u64::try_from(now.timestamp_millis()).unwrap_or(0);
        uuid::Builder::from_unix_timestamp_millis(millis, &self.bytes()).into_uuid()
    }
}
