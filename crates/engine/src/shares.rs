//! What there is only so much of, divided between partners: nobody has more than a share at once, whatever its posts ask
//! for together, and those who wait are served in turn.

use domain::PartnerCode;
use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError, Weak},
};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// A part of what there is; it is given back when this is dropped.
#[derive(Debug)]
pub struct Part {
    _own: Option<OwnedSemaphorePermit>,
    _all: Option<OwnedSemaphorePermit>,
}

/// Services have one share together, as a partner has.
#[derive(Debug)]
pub struct Shares {
    all: Arc<Semaphore>,
    share: u32,
    /// Of those who have something, or wait for it.
    own: Mutex<HashMap<Option<PartnerCode>, Weak<Semaphore>>>,
}

impl Shares {
    pub fn new(all: u32, share: u32) -> Self {
        Self { all: Arc::new(Semaphore::new(all as usize)), share, own: Mutex::default() }
    }

    /// Where something else bounds the whole.
    pub fn of_each(share: u32) -> Self {
        Self::new(u32::MAX >> 3, share)
    }

    /// Waits until there is so much; of more than a share, until there is one.
    pub async fn take(&self, partner: Option<&PartnerCode>, much: u32) -> Part {
        let much = much.min(self.share);
        let own = self.own(partner);
        // First of what is the partner's own: whoever waits for that holds nobody else up.
        // No semaphore is closed here, which is all that could fail.
        let own = own.acquire_many_owned(much).await.ok();
        let all = Arc::clone(&self.all).acquire_many_owned(much).await.ok();
        Part { _own: own, _all: all }
    }

    /// A partner's share alone.
    pub fn own(&self, partner: Option<&PartnerCode>) -> Arc<Semaphore> {
        let mut own = self.own.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = own.get(&partner.cloned()).and_then(Weak::upgrade) {
            return known;
        }
        own.retain(|_, known| known.strong_count() > 0);
        let new = Arc::new(Semaphore::new(self.share as usize));
        own.insert(partner.cloned(), Arc::downgrade(&new));
        new
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures_util::FutureExt as _;

    #[test]
    fn who_has_a_share_waits_and_another_partner_does_not() {
        let shares = Shares::new(3, 2);
        let take = |partner: &str, much| {
            let partner: PartnerCode = partner.parse().unwrap();
            let shares = &shares;
            async move { shares.take(Some(&partner), much).await }.now_or_never()
        };
        let one = take("CHN", 1).unwrap();
        let two = take("CHN", 1).unwrap();
        assert!(take("CHN", 1).is_none(), "a share is two");
        let other = take("THA", 1).unwrap();
        assert!(take("LAO", 1).is_none(), "there is no more");
        drop((one, two));
        // More than a share is a whole one.
        let much = take("LAO", 100).unwrap();
        assert!(take("THA", 1).is_none());
        drop((other, much));
        assert!(take("MMR", 2).is_some());
        assert!(shares.own.lock().unwrap().len() <= 1, "who has nothing is forgotten");
    }
}
