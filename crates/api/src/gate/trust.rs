//! Whose tokens are trusted now, and for how long a token may be good: issuers change while a server runs.
//!
//! Nothing here reads a file: whoever starts the server says how to look for what has changed.

use crate::gate::auth::{Issuers, Proof, Unauthenticated};
use chrono::{DateTime, TimeDelta, Utc};
use std::{
    fmt,
    sync::{Arc, Mutex as Exclusive, PoisonError},
    time::Duration,
};
use tokio::{
    sync::{Mutex, watch},
    task::spawn_blocking,
    time::{Instant, sleep},
};
use tracing::error;

/// How long a token may be good unless an operator says otherwise.
pub const TOKEN_LIFE: TimeDelta = TimeDelta::hours(24);

/// How often is looked for keys that were removed. One that is new is looked for as soon as a token wants it.
pub const PERIOD: Duration = Duration::from_secs(10);

/// The issuers, if they have changed since it was asked last. It may read files.
pub type Look = Box<dyn FnMut() -> Option<Issuers> + Send>;

/// What tokens are held against.
pub struct Trust {
    issuers: watch::Sender<Arc<Issuers>>,
    longest_life: TimeDelta,
    /// `None` when they never change.
    look: Option<Arc<Exclusive<Look>>>,
    /// When the last look began. Whoever holds it is looking.
    looked: Mutex<Instant>,
}

impl fmt::Debug for Trust {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Trust").field("longest_life", &self.longest_life).finish_non_exhaustive()
    }
}

/// What a token is wanted for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Purpose {
    Anything,
    /// Calendars only: programs subscribe to them with an address that holds the token, for months.
    Calendar,
}

impl Trust {
    /// These issuers, for as long as the server runs.
    pub fn new(issuers: Issuers, longest_life: TimeDelta) -> Self {
        let issuers = watch::Sender::new(Arc::new(issuers));
        Self { issuers, longest_life, look: None, looked: Mutex::new(Instant::now()) }
    }

    /// Finds out by `look` when they change.
    #[must_use]
    pub fn that_changes(self, look: Look) -> Self {
        Self { look: Some(Arc::new(Exclusive::new(look))), ..self }
    }

    /// Who sent a request with this `Authorization` header, at `now` by the machine's clock. Looks for the
    /// issuers anew only when none of those that are known has signed it.
    pub(crate) async fn prove(
        &self,
        authorization: Option<&[u8]>,
        now: DateTime<Utc>,
        purpose: Purpose,
    ) -> Result<Proof, Unauthenticated> {
        let known = || self.issuers.borrow().clone().prove(authorization, now);
        let proof = match known() {
            Err(Unauthenticated::NoKey(_) | Unauthenticated::UnknownIssuer | Unauthenticated::Signature)
                if self.look.is_some() =>
            {
                self.look().await;
                known()?
            }
            proved => proved?,
        };
        if purpose == Purpose::Calendar && proof.actor.roles().is_empty() {
            return Ok(proof);
        }
        proof.hold(self.longest_life, now)?;
        Ok(proof)
    }

    /// Waits until the key that has proved this is trusted no longer.
    pub(crate) async fn withdrawn(&self, proof: &Proof) {
        // The sender is here, so this ends for no other reason.
        let _ = self.issuers.subscribe().wait_for(|issuers| !issuers.still_prove(proof)).await;
    }

    /// Looks whether the issuers have changed, once for all who wait for it.
    pub async fn look(&self) {
        let Some(look) = self.look.clone() else { return };
        let asked = Instant::now();
        let mut looked = self.looked.lock().await;
        if *looked > asked {
            return;
        }
        *looked = Instant::now();
        let found = spawn_blocking(move || look.lock().unwrap_or_else(PoisonError::into_inner)());
        match found.await {
            Ok(Some(issuers)) => drop(self.issuers.send_replace(Arc::new(issuers))),
            Ok(None) => {}
            Err(failure) => error!(%failure, "Looking for keys of issuers broke off"),
        }
    }

    /// Looks every [`PERIOD`], without end.
    pub async fn keep_looking(&self) {
        loop {
            sleep(PERIOD).await;
            self.look().await;
        }
    }
}
