//! Connections of clients: how many there may be, in all and of one address, and how long one may say nothing.
//!
//! Who comes when there is no room takes the place of whoever has been silent for the longest: of the same address where
//! that has its fill, else of the address that has the most. So connections on which nobody says anything keep nobody out,
//! also not from where they come.

use crate::patience::PatientStream;
use api::http::ClientAddress;
use axum::{Router, body::Body};
use hyper::{
    Request,
    body::{Bytes, Frame, Incoming, SizeHint},
    server::conn::http1,
    service::{Service as _, service_fn},
};
use hyper_util::{
    rt::{TokioIo, TokioTimer},
    service::TowerToHyperService,
};
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use std::{
    collections::{BTreeMap, HashMap},
    convert::Infallible,
    io,
    net::{IpAddr, SocketAddr},
    pin::{Pin, pin},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    task::{Context, Poll},
    time::Duration,
};
use tokio::{
    net::{TcpListener, TcpStream},
    select,
    sync::{Notify, watch},
    time::sleep,
};

/// Bounds of connections.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ConnectionSettings {
    /// In all; websockets that are open are not among them.
    pub most: usize,
    /// Of one address.
    pub of_address: usize,
    /// How long a client may take to send the head of its next request.
    pub head: Duration,
    /// How long a client may leave unread what it was sent.
    pub unread: Duration,
}

/// Files that the server has open besides its clients' connections, with room to spare.
const OTHER_FILES: usize = 200;

/// Files with which a server has as many connections as it takes.
pub const ENOUGH_FILES: usize = 20_000;

impl ConnectionSettings {
    /// On a machine on which this process may have so many files open. A third of them is for websockets.
    pub fn of(files: usize, unread: Duration) -> Self {
        let most = (files.saturating_sub(OTHER_FILES) * 2 / 3).clamp(10, 10_000);
        Self { most, of_address: most / 2, head: Duration::from_secs(30), unread }
    }
}

/// Websockets that there is room for.
pub fn most_websockets(files: usize) -> usize {
    (files.saturating_sub(OTHER_FILES) / 3).max(5)
}

/// Lets this process have as many files open as it may, and tells how many those are: shells and containers often give a
/// thousand where they would give more.
pub fn raise_file_limit() -> usize {
    let Rlimit { current, maximum } = getrlimit(Resource::Nofile);
    let raised = setrlimit(Resource::Nofile, Rlimit { current: maximum, maximum }).is_ok();
    let files = if raised { maximum } else { current };
    files.map_or(usize::MAX, |files| usize::try_from(files).unwrap_or(usize::MAX))
}

/// How long is waited where the machine gives no more connections.
const ACCEPT_PAUSE: Duration = Duration::from_millis(50);

/// Answers whoever connects, until `stopped`; then lets requests that are under way finish.
pub async fn serve(
    listener: TcpListener,
    router: Router,
    settings: ConnectionSettings,
    stopped: impl Future<Output = ()>,
) -> io::Result<()> {
    let rooms = Arc::new(Rooms::new(settings));
    // Each connection holds a receiver until it has ended.
    let (stopping, stops) = watch::channel(false);
    let mut stopped = pin!(stopped);
    loop {
        let (stream, address) = select! {
            () = &mut stopped => break,
            accepted = accept(&listener, &rooms) => accepted,
        };
        let Some(place) = rooms.take(address.ip()) else { continue };
        tokio::spawn(converse(stream, place, router.clone(), settings, stops.clone()));
    }
    drop((listener, stops));
    rooms.dismiss_silent();
    stopping.send_replace(true);
    stopping.closed().await;
    Ok(())
}

async fn accept(listener: &TcpListener, rooms: &Rooms) -> (TcpStream, SocketAddr) {
    loop {
        match listener.accept().await {
            Ok(accepted) => return accepted,
            Err(error) if is_of_one(&error) => {}
            Err(error) => {
                tracing::warn!(%error, "Could not accept a connection");
                rooms.make_room();
                sleep(ACCEPT_PAUSE).await;
            }
        }
    }
}

/// Whether only the connection failed that was to be accepted.
fn is_of_one(error: &io::Error) -> bool {
    use io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset};
    matches!(error.kind(), ConnectionAborted | ConnectionRefused | ConnectionReset)
}

/// Answers a client until it goes, or has to leave; once the server stops, no more than what it has asked.
async fn converse(
    stream: TcpStream,
    place: Place,
    router: Router,
    settings: ConnectionSettings,
    mut stops: watch::Receiver<bool>,
) {
    // An event is to arrive when it happens, not when the next one does. A connection that is gone already shows itself
    // when it is read.
    let _ = stream.set_nodelay(true);
    let stream = TokioIo::new(PatientStream::new(stream, settings.unread));
    let router = TowerToHyperService::new(router);
    let leaves = Arc::clone(&place.0.leaves);
    let answer = move |request: Request<Incoming>| {
        place.speaks();
        let mut request = request.map(Body::new);
        request.extensions_mut().insert(ClientAddress(place.0.address));
        let (answer, place) = (router.call(request), place.clone());
        async move {
            let response = answer.await?;
            Ok::<_, Infallible>(response.map(|body| Answering { body, place }))
        }
    };
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(settings.head)
        .serve_connection(stream, service_fn(answer))
        .with_upgrades();
    let mut connection = pin!(connection);
    select! {
        // What went wrong with a connection is its client's.
        _ = connection.as_mut() => return,
        () = leaves.notified() => return,
        // Also when whoever would tell is gone.
        _ = stops.wait_for(|stops| *stops) => {}
    }
    connection.as_mut().graceful_shutdown();
    select! {
        _ = connection => {}
        () = leaves.notified() => {}
    }
}

/// An answer; its connection is silent again once it is sent, or given up.
struct Answering {
    body: Body,
    place: Place,
}

impl hyper::body::Body for Answering {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Self::Data>, Self::Error>>> {
        Pin::new(&mut self.body).poll_frame(context)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

impl Drop for Answering {
    fn drop(&mut self) {
        self.place.falls_silent();
    }
}

/// Who is connected.
struct Rooms {
    settings: ConnectionSettings,
    open: Mutex<Open>,
}

#[derive(Default)]
struct Open {
    count: usize,
    /// Rises with each silence.
    silences: u64,
    addresses: HashMap<IpAddr, Address>,
}

#[derive(Default)]
struct Address {
    count: usize,
    /// Those on which no request is under way, the longest silent first.
    silent: BTreeMap<u64, Arc<Notify>>,
}

/// A connection's place; it is free again when all handles on it are dropped.
#[derive(Clone)]
struct Place(Arc<Seat>);

struct Seat {
    rooms: Arc<Rooms>,
    address: IpAddr,
    /// Of its silence; `None` while a request is under way.
    silence: Mutex<Option<u64>>,
    /// Told when somebody else takes its place.
    leaves: Arc<Notify>,
}

impl Rooms {
    fn new(settings: ConnectionSettings) -> Self {
        Self { settings, open: Mutex::default() }
    }

    /// `None` when there is no room, and nobody silent.
    fn take(self: &Arc<Self>, address: IpAddr) -> Option<Place> {
        let mut open = self.open();
        let of_address = open.addresses.get(&address).map_or(0, |known| known.count);
        if of_address >= self.settings.of_address {
            open.dismiss(address)?;
        } else if open.count >= self.settings.most {
            open.dismiss_of_most()?;
        }
        open.count += 1;
        open.addresses.entry(address).or_default().count += 1;
        let leaves = Arc::default();
        let silence = open.fall_silent(address, &leaves);
        drop(open);
        let silence = Mutex::new(silence);
        Some(Place(Arc::new(Seat { rooms: Arc::clone(self), address, silence, leaves })))
    }

    /// For somebody whom the machine has no room for.
    fn make_room(&self) {
        self.open().dismiss_of_most();
    }

    fn dismiss_silent(&self) {
        for address in self.open().addresses.values_mut() {
            for (_, leaves) in std::mem::take(&mut address.silent) {
                leaves.notify_one();
            }
        }
    }

    fn open(&self) -> MutexGuard<'_, Open> {
        // Nothing that holds this lock leaves a count half changed.
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Open {
    fn fall_silent(&mut self, address: IpAddr, leaves: &Arc<Notify>) -> Option<u64> {
        self.silences += 1;
        let known = self.addresses.get_mut(&address)?;
        known.silent.insert(self.silences, Arc::clone(leaves));
        Some(self.silences)
    }

    /// The longest silent of an address is to leave, at once.
    fn dismiss(&mut self, address: IpAddr) -> Option<()> {
        let (_, leaves) = self.addresses.get_mut(&address)?.silent.pop_first()?;
        leaves.notify_one();
        Some(())
    }

    fn dismiss_of_most(&mut self) -> Option<()> {
        let silent = self.addresses.iter().filter(|(_, known)| !known.silent.is_empty());
        let address = *silent.max_by_key(|(_, known)| known.count)?.0;
        self.dismiss(address)
    }
}

impl Place {
    fn speaks(&self) {
        let Some(silence) = self.silence().take() else { return };
        if let Some(known) = self.0.rooms.open().addresses.get_mut(&self.0.address) {
            known.silent.remove(&silence);
        }
    }

    fn falls_silent(&self) {
        *self.silence() = self.0.rooms.open().fall_silent(self.0.address, &self.0.leaves);
    }

    fn silence(&self) -> MutexGuard<'_, Option<u64>> {
        self.0.silence.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        let silence = self.silence.get_mut().unwrap_or_else(PoisonError::into_inner).take();
        let mut open = self.rooms.open();
        open.count -= 1;
        let Some(known) = open.addresses.get_mut(&self.address) else { return };
        if let Some(silence) = silence {
            known.silent.remove(&silence);
        }
        known.count -= 1;
        if known.count == 0 {
            open.addresses.remove(&self.address);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures_util::FutureExt as _;

    fn rooms(most: usize, of_address: usize) -> Arc<Rooms> {
        let settings = ConnectionSettings::of(ENOUGH_FILES, Duration::from_secs(1));
        Arc::new(Rooms::new(ConnectionSettings { most, of_address, ..settings }))
    }

    fn address(last: u8) -> IpAddr {
        [10, 0, 0, last].into()
    }

    fn has_to_leave(place: &Place) -> bool {
        place.0.leaves.notified().now_or_never().is_some()
    }

    #[test]
    fn who_has_been_silent_for_the_longest_leaves_and_who_is_answered_stays() {
        let rooms = rooms(10, 2);
        let (first, second) = (rooms.take(address(1)).unwrap(), rooms.take(address(1)).unwrap());
        first.speaks();
        let third = rooms.take(address(1)).unwrap();
        assert!(!has_to_leave(&first) && has_to_leave(&second) && !has_to_leave(&third));
        drop(second);
        third.speaks();
        assert!(rooms.take(address(1)).is_none(), "nobody is silent");
        let other = rooms.take(address(2)).unwrap();
        assert!(!has_to_leave(&other), "another address has room");
        first.falls_silent();
        let fourth = rooms.take(address(1)).unwrap();
        assert!(has_to_leave(&first) && !has_to_leave(&third) && !has_to_leave(&fourth));
    }

    #[test]
    fn whoever_has_the_most_makes_room_for_others() {
        let rooms = rooms(4, 4);
        let many: Vec<_> = (0..3).map(|_| rooms.take(address(1)).unwrap()).collect();
        let one = rooms.take(address(2)).unwrap();
        let new = rooms.take(address(3)).unwrap();
        assert!(has_to_leave(&many[0]) && !has_to_leave(&many[1]) && !has_to_leave(&one));
        drop((many, one, new));
        let open = rooms.open();
        assert!(open.addresses.is_empty() && open.count == 0, "nothing is left of whoever has gone");
    }

    #[test]
    fn whoever_stops_dismisses_all_that_are_silent() {
        let rooms = rooms(4, 4);
        let (silent, answered) = (rooms.take(address(1)).unwrap(), rooms.take(address(1)).unwrap());
        answered.speaks();
        rooms.dismiss_silent();
        assert!(has_to_leave(&silent) && !has_to_leave(&answered));
    }
}
