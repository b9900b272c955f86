//! What websockets and event streams share: their bounds, who has how many open, and that they end with the server.
//!
//! Nothing here, nor in either of them, queues what is to be delivered: a subscription holds the last position that its
//! client was sent, and reads on from there. A slow client costs a connection until its time is up, skips nothing and sees
//! nothing twice.

use std::{
    collections::{HashMap, hash_map::Entry},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use async_graphql::{Response as Answer, ServerError, Value, parser::types::OperationType};
use domain::Actor;
use futures_util::{
    StreamExt,
    stream::{self, BoxStream},
};
use tokio::{sync::watch, task::JoinSet};
use tracing::{Instrument, error};

use super::{
    Service,
    graphql::{Prepared, entry, execute, with_position},
};
use crate::Error;

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

/// One step of an operation.
pub(super) enum Step {
    /// An answer of many, or of one.
    Next(Answer),
    /// It could not be executed, or not any longer. Nothing follows.
    Failed(Answer),
    /// There is nothing more to come.
    Complete,
}

/// The steps of an operation of any kind, up to and with its end. Nothing happens unless somebody asks for the next.
pub(super) fn steps(service: &Service, prepared: Prepared) -> BoxStream<'static, Step> {
    if prepared.kind == Some(OperationType::Subscription) {
        let Prepared { session, request, .. } = prepared;
        // The session is told the position of each item before its fields are resolved, one item at a time.
        let answers = service.schema.execute_stream(request);
        let open = service.metrics.open_subscription();
        let answers = answers.map(move |answer| {
            // Counted as long as there may be answers.
            let _ = &open;
            with_position(answer, &session)
        });
        to_the_end(answers.boxed(), OF_THE_SOURCE)
    } else {
        let service = service.clone();
        let answer = async move {
            execute(&service, prepared).await.unwrap_or_else(|error| Answer::from_errors(vec![entry(&error)]))
        };
        to_the_end(stream::once(answer).boxed(), OF_THE_REQUEST)
    }
}

/// Each answer comes about in a task of its own, so that a client that does not read holds no connection to the database
/// meanwhile; at most one is ahead of what has been written.
pub(super) fn to_the_end(
    answers: BoxStream<'static, Answer>,
    failure_depth: usize,
) -> BoxStream<'static, Step> {
    stream::unfold(Some(answers), move |answers| async move {
        let mut answers = answers?;
        // A set, because its tasks end with it.
        let mut task = JoinSet::new();
        task.spawn(async move { (answers.next().await, answers) }.in_current_span());
        Some(match task.join_next().await? {
            Ok((Some(answer), _)) if has_failed(&answer, failure_depth) => (Step::Failed(answer), None),
            Ok((Some(answer), answers)) => (Step::Next(answer), Some(answers)),
            Ok((None, _)) => (Step::Complete, None),
            Err(failure) => {
                error!(%failure, "A subscription broke off");
                (Step::Failed(Answer::from_errors(vec![entry(&Error::Internal)])), None)
            }
        })
    })
    .boxed()
}

/// Length of the path of what went wrong with a request that was not executed.
pub(super) const OF_THE_REQUEST: usize = 0;

/// The same of what went wrong with a subscription rather than with an item of it.
const OF_THE_SOURCE: usize = 1;

/// Whether this is no answer, but says why there is none.
fn has_failed(answer: &Answer, failure_depth: usize) -> bool {
    let is_failure = |error: &ServerError| error.path.len() <= failure_depth;
    answer.data == Value::Null && !answer.errors.is_empty() && answer.errors.iter().all(is_failure)
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

    #[tokio::test]
    async fn nothing_follows_a_failure_and_an_item_with_errors_is_none() {
        let failed = |path: &[&str]| {
            let mut error = entry(&Error::Internal);
            error.path =
                path.iter().map(|name| async_graphql::PathSegment::Field((*name).to_owned())).collect();
            Answer::from_errors(vec![error])
        };
        let kinds = |answers: Vec<Answer>, depth: usize| async move {
            let steps: Vec<Step> = to_the_end(stream::iter(answers).boxed(), depth).collect().await;
            let kind = |step: &Step| match step {
                Step::Next(_) => 'n',
                Step::Failed(_) => 'f',
                Step::Complete => 'c',
            };
            steps.iter().map(kind).collect::<String>()
        };
        let item = || Answer::new(Value::from(1));
        let items = || vec![item(), failed(&["a", "b"]), item()];
        assert_eq!(kinds(items(), OF_THE_SOURCE).await, "nnnc");
        assert_eq!(kinds(vec![item(), failed(&["a"]), item()], OF_THE_SOURCE).await, "nf");
        // The one field of a query may come to nothing; that is its answer.
        assert_eq!(kinds(vec![failed(&["a"])], OF_THE_REQUEST).await, "nc");
        assert_eq!(kinds(vec![failed(&[])], OF_THE_REQUEST).await, "f");
        assert_eq!(kinds(vec![], OF_THE_SOURCE).await, "c");
    }
}
