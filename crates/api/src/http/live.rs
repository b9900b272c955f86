//! What websockets and event streams share: their bounds, who has how many open, and that they end with the
//! server.
//!
//! Nothing here, nor in either of them, queues what is to be delivered: a subscription holds the last
//! position that its client was sent, and reads on from there. A slow client costs a connection until its
//! time is up, skips nothing and sees nothing twice.

use domain::Actor;
use std::{
    collections::{HashMap, hash_map::Entry},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};
use tokio::sync::watch;

/// Bounds of websockets and event streams.
#[derive(Clone, Debug)]
pub struct LiveSettings {
    /// How long a websocket may take to say who it is.
    pub init: Duration,
    /// How often a client is shown that the server is there. One on a websocket has as long to answer.
    pub keepalive: Duration,
    /// How long a client may leave unread what it was sent.
    pub unread: Duration,
    /// Operations at once on a websocket.
    pub operations: usize,
    /// Websockets and event streams of one actor at once.
    pub connections: usize,
}

impl Default for LiveSettings {
    fn default() -> Self {
        Self {
            init: Duration::from_secs(10),
            keepalive: Duration::from_secs(15),
            unread: Duration::from_secs(30),
            operations: 50,
            connections: 50,
        }
    }
}

/// Every open websocket and event stream. Clones are handles on the same.
#[derive(Clone, Debug)]
pub struct Live {
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    settings: LiveSettings,
    stops: watch::Sender<bool>,
    open: watch::Sender<usize>,
    /// By the actor's name; nobody with none is kept.
    of_actors: Mutex<HashMap<String, usize>>,
}

impl Live {
    pub fn new(settings: LiveSettings) -> Self {
        let (stops, open) = (watch::Sender::new(false), watch::Sender::new(0));
        Self { shared: Arc::new(Shared { settings, stops, open, of_actors: Mutex::default() }) }
    }

    /// How many there are.
    pub fn watch(&self) -> watch::Receiver<usize> {
        self.shared.open.subscribe()
    }

    /// Ends all of them, in a way that makes clients come back and resume.
    pub fn stop(&self) {
        self.shared.stops.send_replace(true);
    }

    /// Waits until there is none.
    pub async fn ended(&self) {
        // The sender is here, so this ends for no other reason.
        let _ = self.watch().wait_for(|open| *open == 0).await;
    }

    /// A new one, of nobody yet.
    pub(super) fn enter(&self) -> Seat {
        self.shared.open.send_modify(|open| *open += 1);
        Seat { shared: Arc::clone(&self.shared), actor: None }
    }
}

impl Shared {
    fn of_actors(&self) -> MutexGuard<'_, HashMap<String, usize>> {
        // A count is never left half changed.
        self.of_actors.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// An open websocket or event stream; it is over when this is dropped.
pub(super) struct Seat {
    shared: Arc<Shared>,
    actor: Option<String>,
}

impl Seat {
    pub fn settings(&self) -> &LiveSettings {
        &self.shared.settings
    }

    /// Says whose it is; false when they have too many already.
    pub fn take(&mut self, actor: &Actor) -> bool {
        let actor = actor.to_string();
        let mut of_actors = self.shared.of_actors();
        let open = of_actors.entry(actor.clone()).or_default();
        if *open >= self.shared.settings.connections {
            return false;
        }
        *open += 1;
        drop(of_actors);
        self.actor = Some(actor);
        true
    }

    /// Waits until the server stops.
    pub async fn server_stops(&self) {
        // The sender is here, so this ends for no other reason.
        let _ = self.shared.stops.subscribe().wait_for(|stops| *stops).await;
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        if let Some(actor) = self.actor.take()
            && let Entry::Occupied(mut open) = self.shared.of_actors().entry(actor)
        {
            *open.get_mut() -= 1;
            if *open.get() == 0 {
                open.remove();
            }
        }
        self.shared.open.send_modify(|open| *open -= 1);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn actor(post: &str) -> Actor {
        Actor::Post {
            post: post.parse().unwrap(),
            partner: "THA".parse().unwrap(),
            roles: std::collections::BTreeSet::new(),
        }
    }

    #[test]
    fn each_actor_has_a_bounded_number_and_gets_back_what_ends() {
        let live = Live::new(LiveSettings { connections: 2, ..LiveSettings::default() });
        let (one, other) = (actor("THA-01"), actor("THA-02"));
        let mut seats: Vec<Seat> = (0..4).map(|_| live.enter()).collect();
        assert!(seats[0].take(&one) && seats[1].take(&one) && seats[2].take(&other));
        assert!(!seats[3].take(&one));
        assert_eq!(*live.watch().borrow(), 4);
        seats.remove(0);
        assert!(seats[2].take(&one));
        drop(seats);
        assert_eq!(*live.watch().borrow(), 0);
        assert!(live.shared.of_actors().is_empty());
    }
}
