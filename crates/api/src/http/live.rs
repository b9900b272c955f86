//! What websockets and event streams share: their bounds, who has how many open, and that they end with the
//! server.
//!
//! Nothing here, nor in either of them, queues what is to be delivered: a subscription holds the last
//! position that its client was sent, and reads on from there. A slow client costs a connection until its
//! time is up, skips nothing and sees nothing twice.

use crate::gate::rates::Who;
use domain::{Actor, PartnerCode};
use std::{
    collections::HashMap,
    hash::Hash,
    net::IpAddr,
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
    /// Websockets and event streams at once, of everybody.
    pub most: usize,
    /// Of all posts of one partner.
    pub of_partner: usize,
    /// Of one actor.
    pub of_actor: usize,
    /// Websockets on which nobody has said yet who they are.
    pub unnamed: usize,
    /// The same of one address.
    pub unnamed_of_address: usize,
}

/// The address that a request came from, among its extensions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ClientAddress(pub IpAddr);

/// Which bound is reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum Full {
    #[error("Too many connections are open here. Try again in a moment.")]
    All,
    #[error(
        "Too many connections are open here on which nobody has said who they are. Try again in a moment."
    )]
    Unnamed,
    #[error("Your partner has {0} connections open, which is the most.")]
    OfPartner(usize),
    #[error("You have {0} connections open, which is the most.")]
    OfActor(usize),
}

impl Default for LiveSettings {
    fn default() -> Self {
        Self {
            init: Duration::from_secs(10),
            keepalive: Duration::from_secs(15),
            unread: Duration::from_secs(30),
            operations: 50,
            most: 5_000,
            of_partner: 500,
            of_actor: 50,
            unnamed: 500,
            unnamed_of_address: 250,
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
    seats: Mutex<Seats>,
}

/// Whose they are; nobody with none is kept.
#[derive(Debug, Default)]
struct Seats {
    of_actors: HashMap<Who, usize>,
    of_partners: HashMap<PartnerCode, usize>,
    /// By address.
    unnamed: HashMap<IpAddr, usize>,
}

/// One more, unless there are as many as may be.
fn one_more<K: Eq + Hash + Clone>(of: &mut HashMap<K, usize>, key: &K, most: usize) -> bool {
    let count = of.get(key).copied().unwrap_or_default();
    if count < most {
        of.insert(key.clone(), count + 1);
    }
    count < most
}

fn one_less<K: Eq + Hash>(of: &mut HashMap<K, usize>, key: &K) {
    let Some(count) = of.get_mut(key) else { return };
    *count -= 1;
    if *count == 0 {
        of.remove(key);
    }
}

impl Live {
    pub fn new(settings: LiveSettings) -> Self {
        let (stops, open) = (watch::Sender::new(false), watch::Sender::new(0));
        Self { shared: Arc::new(Shared { settings, stops, open, seats: Mutex::default() }) }
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

    /// A new one of somebody.
    pub(super) fn enter(&self, actor: &Actor) -> Result<Seat, Full> {
        let mut seat = self.seat()?;
        seat.name(actor)?;
        Ok(seat)
    }

    /// A new one of nobody yet, from an address.
    pub(super) fn enter_unnamed(&self, address: IpAddr) -> Result<Seat, Full> {
        let mut seat = self.seat()?;
        let LiveSettings { unnamed, unnamed_of_address, .. } = self.shared.settings;
        let mut seats = self.shared.seats();
        if seats.unnamed.values().sum::<usize>() >= unnamed
            || !one_more(&mut seats.unnamed, &address, unnamed_of_address)
        {
            return Err(Full::Unnamed);
        }
        drop(seats);
        seat.address = Some(address);
        Ok(seat)
    }

    fn seat(&self) -> Result<Seat, Full> {
        let most = self.shared.settings.most;
        let has_room = self.shared.open.send_if_modified(|open| {
            let has_room = *open < most;
            *open += usize::from(has_room);
            has_room
        });
        let seat = || Seat { shared: Arc::clone(&self.shared), who: None, address: None };
        has_room.then(seat).ok_or(Full::All)
    }
}

impl Shared {
    fn seats(&self) -> MutexGuard<'_, Seats> {
        // A count is never left half changed.
        self.seats.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// An open websocket or event stream; it is over when this is dropped.
pub(super) struct Seat {
    shared: Arc<Shared>,
    who: Option<Who>,
    /// Of whoever has not said who they are.
    address: Option<IpAddr>,
}

impl Seat {
    pub fn settings(&self) -> &LiveSettings {
        &self.shared.settings
    }

    /// Says whose it is, once.
    pub fn name(&mut self, actor: &Actor) -> Result<(), Full> {
        let who = Who::from(actor);
        let LiveSettings { of_actor, of_partner, .. } = self.shared.settings;
        let mut seats = self.shared.seats();
        if !one_more(&mut seats.of_actors, &who, of_actor) {
            return Err(Full::OfActor(of_actor));
        }
        if let Some(partner) = who.partner()
            && !one_more(&mut seats.of_partners, partner, of_partner)
        {
            one_less(&mut seats.of_actors, &who);
            return Err(Full::OfPartner(of_partner));
        }
        if let Some(address) = self.address.take() {
            one_less(&mut seats.unnamed, &address);
        }
        drop(seats);
        self.who = Some(who);
        Ok(())
    }

    /// Waits until the server stops.
    pub async fn server_stops(&self) {
        // The sender is here, so this ends for no other reason.
        let _ = self.shared.stops.subscribe().wait_for(|stops| *stops).await;
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        let mut seats = self.shared.seats();
        if let Some(who) = &self.who {
            one_less(&mut seats.of_actors, who);
            if let Some(partner) = who.partner() {
                one_less(&mut seats.of_partners, partner);
            }
        }
        if let Some(address) = self.address {
            one_less(&mut seats.unnamed, &address);
        }
        drop(seats);
        self.shared.open.send_modify(|open| *open -= 1);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn actor(post: &str, partner: &str) -> Actor {
        Actor::Post {
            post: post.parse().unwrap(),
            partner: partner.parse().unwrap(),
            roles: std::collections::BTreeSet::new(),
        }
    }

    fn is_empty(live: &Live) -> bool {
        let Seats { of_actors, of_partners, unnamed } = &*live.shared.seats();
        *live.watch().borrow() == 0 && of_actors.is_empty() && of_partners.is_empty() && unnamed.is_empty()
    }

    #[test]
    fn each_actor_has_a_bounded_number_and_gets_back_what_ends() {
        let live = Live::new(LiveSettings { of_actor: 2, ..LiveSettings::default() });
        let (one, other) = (actor("THA-01", "THA"), actor("THA-02", "THA"));
        let mut seats =
            vec![live.enter(&one).unwrap(), live.enter(&one).unwrap(), live.enter(&other).unwrap()];
        assert_eq!(live.enter(&one).err(), Some(Full::OfActor(2)));
        assert_eq!(*live.watch().borrow(), 3);
        seats.remove(0);
        seats.push(live.enter(&one).unwrap());
        drop(seats);
        assert!(is_empty(&live));
    }

    #[test]
    fn whatever_one_partner_calls_itself_it_takes_nothing_from_another() {
        let live = Live::new(LiveSettings { of_actor: 2, of_partner: 3, ..LiveSettings::default() });
        // Another partner's post, in a token that a partner signs for itself.
        let borrowed = actor("THA-02", "CHN");
        let mut seats: Vec<_> = (0..2).map(|_| live.enter(&borrowed).unwrap()).collect();
        assert_eq!(live.enter(&borrowed).err(), Some(Full::OfActor(2)));
        seats.push(live.enter(&actor("THA-02", "THA")).unwrap());
        seats.push(live.enter(&actor("CHN-99", "CHN")).unwrap());
        assert_eq!(live.enter(&actor("CHN-98", "CHN")).err(), Some(Full::OfPartner(3)));
        seats.push(live.enter(&actor("THA-01", "THA")).unwrap());
        drop(seats);
        assert!(is_empty(&live));
    }

    #[test]
    fn those_who_have_not_said_who_they_are_are_bounded_by_address_and_in_all() {
        let settings = LiveSettings { unnamed: 3, unnamed_of_address: 2, most: 5, ..LiveSettings::default() };
        let live = Live::new(settings);
        let enter = |last: u8| live.enter_unnamed([10, 0, 0, last].into());
        let mut seats = vec![enter(1).unwrap(), enter(1).unwrap()];
        assert_eq!(enter(1).err(), Some(Full::Unnamed));
        seats.push(enter(2).unwrap());
        assert_eq!(enter(3).err(), Some(Full::Unnamed));
        seats[0].name(&actor("THA-01", "THA")).unwrap();
        seats.push(enter(1).unwrap());
        seats.push(live.enter(&actor("LAO-01", "LAO")).unwrap());
        assert_eq!(live.enter(&actor("LAO-01", "LAO")).err(), Some(Full::All));
        drop(seats);
        assert!(is_empty(&live));
    }
}
