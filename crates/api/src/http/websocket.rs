//! GraphQL over a websocket, by the protocol `graphql-transport-ws`: subscriptions, and whatever `/graphql`
//! answers.
//!
//! Tokens come in the first message or a header, never in a cookie. A page of another origin opens a socket
//! only if that is named. One task serves a socket: it reads and writes in turn, one message at a time.

use crate::{
    Error, Manner,
    gate::{
        auth::{Proof, Unauthenticated},
        trust::Purpose,
    },
    http::{
        graphql::{
            self, Media, Problem, Sending, Sent, authorization, complete, entry, prepare, request_id,
            too_much,
        },
        live::{ClientAddress, Seat},
        request_log::Told,
        service::Service,
        steps::{OF_THE_REQUEST, Step, steps, to_the_end},
    },
};
use async_graphql::Response as Answer;
use axum::{
    extract::{
        FromRequestParts, Request, State, WebSocketUpgrade,
        ws::{CloseFrame, Message, WebSocket, close_code},
    },
    http::{
        StatusCode,
        header::{RETRY_AFTER, UPGRADE},
    },
    response::Response,
};
use domain::Actor;
use futures_util::{
    FutureExt, StreamExt,
    stream::{self, AbortHandle, BoxStream, SelectAll, abortable},
};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value as Json};
use std::{collections::HashMap, net::IpAddr, sync::Arc, time::Duration};
use tokio::{
    select,
    task::JoinSet,
    time::{Instant, MissedTickBehavior, interval_at, sleep, timeout},
};
use tracing::{Instrument, error, info};

const PROTOCOL: &str = "graphql-transport-ws";

/// How long a client has to answer that the socket is closed, after which it is.
const GOODBYE: Duration = Duration::from_secs(2);

/// Largest message: a subscription has no large inputs.
const MESSAGE_BYTES: usize = 1024 * 1024;

/// Operations that are refused one after the other before the connection ends: whoever goes on does not listen.
const MOST_REFUSED: usize = 100;

/// Most bytes of a reason to close: a frame has no more.
const REASON_BYTES: usize = 123;

pub async fn answer(State(service): State<Service>, request: Request) -> Response {
    let (mut head, _) = request.into_parts();
    let id = request_id(&head).to_owned();
    let Ok(upgrade) = WebSocketUpgrade::from_request_parts(&mut head, &service).await else {
        let error = Error::bad_input(format!("Open a websocket here, and speak `{PROTOCOL}`."));
        let problem = Problem::new(StatusCode::UPGRADE_REQUIRED, error).with(UPGRADE, "websocket");
        return graphql::respond(Media::Json, &id, Err(problem));
    };
    if !service.origins.admit(&head.headers) {
        let error = Error::Forbidden(
            "Pages of this origin may not open a websocket here: an operator names those that may in ACCORD_ORIGINS."
                .to_owned(),
        );
        return graphql::respond(Media::Json, &id, Err(Problem::new(StatusCode::FORBIDDEN, error)));
    }
    let upgrade = upgrade.protocols([PROTOCOL]).max_message_size(MESSAGE_BYTES).max_frame_size(MESSAGE_BYTES);
    let speaks = upgrade.selected_protocol().is_some();
    let manner = graphql::manner(&head);
    let header = authorization(&head.headers).map(|header| header.map(<[u8]>::to_vec));
    let address = head.extensions.get().map_or(IpAddr::from([0, 0, 0, 0]), |ClientAddress(address)| *address);
    let seat = match service.live.enter_unnamed(address) {
        Ok(seat) => seat,
        Err(full) => {
            let problem = Problem::new(StatusCode::SERVICE_UNAVAILABLE, Error::Busy(full.to_string()));
            return graphql::respond(Media::Json, &id, Err(problem.with(RETRY_AFTER, "1")));
        }
    };
    let connection = move |socket| {
        let connection = Connection {
            service,
            socket,
            seat,
            header,
            actor: None,
            manner,
            operations: SelectAll::new(),
            running: HashMap::new(),
            refused: 0,
        };
        connection.run(speaks)
    };
    upgrade.on_upgrade(move |socket| connection(socket).in_current_span())
}

/// What clients send.
#[derive(Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
enum Received {
    ConnectionInit { payload: Option<Map<String, Json>> },
    Ping { payload: Option<Map<String, Json>> },
    Pong {},
    Subscribe { id: String, payload: Map<String, Json> },
    Complete { id: String },
}

/// What clients are sent.
#[derive(Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
enum Sends<'a> {
    ConnectionAck,
    Pong {
        #[serde(skip_serializing_if = "Option::is_none")]
        payload: Option<Map<String, Json>>,
    },
    Next {
        id: &'a str,
        payload: Sending<'a>,
    },
    Error {
        id: &'a str,
        payload: &'a [async_graphql::ServerError],
    },
    Complete {
        id: &'a str,
    },
}

/// Why a socket ends.
enum End {
    /// There is nobody to tell.
    Gone,
    /// The client said so, and is answered in the same words (RFC 6455, section 5.5.1).
    Closed,
    /// A code of the protocol, or of websockets, and a reason.
    Close(u16, String),
}

impl End {
    fn new(code: u16, reason: impl Into<String>) -> Self {
        Self::Close(code, reason.into())
    }

    fn invalid(why: &str) -> Self {
        Self::new(4400, format!("Invalid message received: {why}"))
    }

    /// What clients of the protocol answer by coming back.
    fn resume(what: &str) -> Self {
        Self::new(close_code::AGAIN, format!("{what} Come back, and resume after your last position."))
    }
}

struct Connection {
    service: Service,
    socket: WebSocket,
    seat: Seat,
    /// What the request that opened the socket said of who it is.
    header: Result<Option<Vec<u8>>, Unauthenticated>,
    /// `None` until the connection is initialised.
    actor: Option<Actor>,
    /// How the request that opened the socket came.
    manner: Manner,
    /// The steps of every operation, each with the operation's id.
    operations: SelectAll<BoxStream<'static, (String, Step)>>,
    /// Every operation that has not come to its end, to end it by.
    running: HashMap<String, AbortHandle>,
    /// Operations that were refused since one began.
    refused: usize,
}

impl Connection {
    async fn run(mut self, speaks: bool) {
        let begun = Instant::now();
        let end = if speaks {
            let Err(end) = self.serve().await;
            end
        } else {
            End::new(4406, "Subprotocol not acceptable")
        };
        let actor = self.actor.as_ref().map(ToString::to_string);
        let seconds = begun.elapsed().as_secs_f64();
        match end {
            End::Gone => {
                info!(request.id = %self.manner.request_id, actor, seconds, "A websocket ended: the client hung up");
            }
            End::Closed => {
                info!(request.id = %self.manner.request_id, actor, seconds, "A websocket ended: the client closed it");
                // The library has its answer ready, and sends it when it is asked for more.
                let _ = timeout(GOODBYE, self.socket.recv()).await;
            }
            End::Close(code, reason) => {
                // Not the reason, which may quote what the client sent.
                info!(request.id = %self.manner.request_id, actor, seconds, code, "A websocket ended: closed with {code}");
                self.close(code, reason).await;
            }
        }
    }

    async fn serve(&mut self) -> Result<std::convert::Infallible, End> {
        let settings = self.seat.settings().clone();
        // Until the connection is initialised, for that; from then on until the token is good no longer.
        let timed_out = End::new(4408, "Connection initialisation timeout");
        let mut deadline = sleep(settings.init).map(|()| timed_out).boxed();
        let mut keepalive = interval_at(Instant::now() + settings.keepalive, settings.keepalive);
        keepalive.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut heard = true;
        loop {
            select! {
                // In this order: what has come in is read before somebody is taken for silent.
                biased;
                () = self.seat.server_stops() => {
                    return Err(End::new(close_code::AWAY, "The server stops. Come back, and resume."));
                }
                end = &mut deadline => return Err(end),
                message = self.socket.recv() => {
                    heard = true;
                    if let Some(proof) = self.receive(message).await? {
                        deadline = self.refused(proof).boxed();
                    }
                }
                Some((id, step)) = self.operations.next() => self.deliver(&id, step).await?,
                _ = keepalive.tick() => {
                    if !heard {
                        return Err(End::resume("You did not answer a ping."));
                    }
                    heard = false;
                    self.write(Message::Ping(axum::body::Bytes::new())).await?;
                }
            }
        }
    }

    /// Why the token is good no longer, when it is not.
    fn refused(&self, proof: Proof) -> impl Future<Output = End> + Send + use<> {
        let expires = sleep(proof.left(self.service.clock.now()));
        let trust = Arc::clone(&self.service.trust);
        async move {
            let reason = select! {
                () = expires => Unauthenticated::Expired,
                () = trust.withdrawn(&proof) => Unauthenticated::Signature,
            };
            End::new(4401, format!("Unauthorized: {reason}"))
        }
    }

    /// Who the sender is, when the message said so.
    async fn receive(&mut self, message: Option<Result<Message, axum::Error>>) -> Result<Option<Proof>, End> {
        let text = match message {
            Some(Ok(Message::Text(text))) => text,
            Some(Ok(Message::Binary(_))) => return Err(End::invalid("it is not text")),
            // The library answers pings and closings itself.
            Some(Ok(Message::Ping(_) | Message::Pong(_))) => return Ok(None),
            Some(Ok(Message::Close(_))) => return Err(End::Closed),
            None => return Err(End::Gone),
            Some(Err(error)) => return Err(end_of(&error)),
        };
        let received = serde_json::from_str(&text).map_err(|error| End::invalid(&error.to_string()))?;
        match received {
            Received::ConnectionInit { payload } => return self.initialise(payload.as_ref()).await.map(Some),
            Received::Ping { payload } => self.send(&Sends::Pong { payload }).await?,
            Received::Pong {} => {}
            Received::Subscribe { id, payload } => self.subscribe(id, payload).await?,
            Received::Complete { id } => {
                // None when it has come to its end by itself meanwhile.
                if let Some(operation) = self.running.remove(&id) {
                    operation.abort();
                }
            }
        }
        Ok(None)
    }

    async fn initialise(&mut self, payload: Option<&Map<String, Json>>) -> Result<Proof, End> {
        if self.actor.is_some() {
            return Err(End::new(4429, "Too many initialisation requests"));
        }
        let sent = payload.and_then(|payload| {
            payload
                .iter()
                .find_map(|(name, value)| name.eq_ignore_ascii_case("authorization").then_some(value))
        });
        let authorization = match (sent, &self.header) {
            (Some(Json::String(sent)), _) => Ok(Some(sent.as_bytes())),
            (Some(_), _) => Err(Unauthenticated::NotBearer),
            (None, Ok(header)) => Ok(header.as_deref()),
            (None, Err(reason)) => Err(reason.clone()),
        };
        let proof = match authorization {
            Ok(header) => {
                let now = self.service.clock.now();
                self.service.trust.prove(header, now, Purpose::Anything).await
            }
            Err(reason) => Err(reason),
        };
        let proof = proof.map_err(|reason| match reason {
            Unauthenticated::Missing => End::new(
                4401,
                "Unauthorized: send {\"authorization\": \"Bearer TOKEN\"} with connection_init",
            ),
            reason => End::new(4401, format!("Unauthorized: {reason}")),
        })?;
        if let Err(full) = self.seat.name(&proof.actor) {
            return Err(End::new(4403, format!("Forbidden: {full}")));
        }
        self.actor = Some(proof.actor.clone());
        self.send(&Sends::ConnectionAck).await?;
        Ok(proof)
    }

    /// What cannot be begun is answered before anything else is read, so that nothing piles up here.
    async fn subscribe(&mut self, id: String, payload: Map<String, Json>) -> Result<(), End> {
        let Some(actor) = self.actor.clone() else { return Err(End::new(4401, "Unauthorized")) };
        if id.is_empty() {
            return Err(End::invalid("the id is empty"));
        }
        if self.running.contains_key(&id) {
            return Err(End::new(4409, format!("Subscriber for {id} already exists")));
        }
        let most = self.seat.settings().operations;
        let sent = if self.running.len() >= most {
            Err(entry(&Error::Busy(format!("{most} operations at once are the most of one connection."))))
        } else {
            Sent::of(payload, &self.service.documents).map_err(|fault| entry(&fault))
        };
        let admitted = sent.and_then(|sent| {
            let permit = self.service.rates.enter(&actor, self.service.clock.now()).map_err(too_much)?;
            Ok((sent, permit))
        });
        let (sent, permit) = match admitted {
            Ok(admitted) => {
                self.refused = 0;
                admitted
            }
            // Of this operation alone: the others go on.
            Err(error) => {
                self.refused += 1;
                if self.refused > MOST_REFUSED {
                    return Err(End::new(4429, "Too many operations were refused, one after the other"));
                }
                return self.deliver(&id, Step::Failed(Answer::from_errors(vec![error]))).await;
            }
        };
        let (service, manner) = (self.service.clone(), self.manner.clone());
        let steps = async move {
            // In a task: a client that does not read must not keep what is waited for here from others.
            let mut preparing = JoinSet::new();
            let asking = service.clone();
            let prepare =
                async move { prepare(&asking, (actor, permit), manner, sent, &mut Told::default()).await };
            preparing.spawn(prepare.in_current_span());
            match preparing.join_next().await {
                Some(Ok(Ok(prepared))) => steps(&service, prepared),
                Some(Ok(Err(error))) => failed(error),
                Some(Err(failure)) => failed(entry(&Error::internal("prepare a request", &failure))),
                None => failed(entry(&Error::Internal)),
            }
        };
        let steps = steps.flatten_stream().boxed();
        let (steps, abort) = abortable(steps);
        self.running.insert(id.clone(), abort);
        self.operations.push(steps.map(move |step| (id.clone(), step)).boxed());
        Ok(())
    }

    async fn deliver(&mut self, id: &str, step: Step) -> Result<(), End> {
        if !matches!(step, Step::Next(_)) {
            self.running.remove(id);
        }
        match step {
            Step::Next(mut answer) => {
                let text =
                    written(&Sends::Next { id, payload: Sending::of(&mut answer, &self.manner.request_id) })?;
                self.write(Message::Text(text.into())).await
            }
            Step::Failed(mut answer) => {
                complete(&mut answer.errors, &self.manner.request_id);
                self.send(&Sends::Error { id, payload: &answer.errors }).await
            }
            Step::Complete => self.send(&Sends::Complete { id }).await,
        }
    }

    async fn send(&mut self, message: &Sends<'_>) -> Result<(), End> {
        self.write(Message::Text(written(message)?.into())).await
    }

    /// Nothing else is asked for until the network has taken this over.
    async fn write(&mut self, message: Message) -> Result<(), End> {
        match timeout(self.seat.settings().unread, self.socket.send(message)).await {
            Ok(Ok(())) => Ok(()),
            Ok(Err(_)) => Err(End::Gone),
            Err(_) => Err(End::resume("You did not read what you were sent.")),
        }
    }

    async fn close(mut self, code: u16, mut reason: String) {
        let mut end = REASON_BYTES.min(reason.len());
        while !reason.is_char_boundary(end) {
            end -= 1;
        }
        reason.truncate(end);
        let frame = CloseFrame { code, reason: reason.into() };
        // Hanging up with something unread would take the frame back from a client that has not read it.
        let goodbye = async {
            if self.socket.send(Message::Close(Some(frame))).await.is_ok() {
                while let Some(Ok(_)) = self.socket.recv().await {}
            }
        };
        // Whoever does not answer has been told nothing, and finds out by itself.
        let _ = timeout(GOODBYE, goodbye).await;
    }
}

fn failed(error: async_graphql::ServerError) -> BoxStream<'static, Step> {
    to_the_end(stream::iter([Answer::from_errors(vec![error])]).boxed(), OF_THE_REQUEST)
}

fn written(message: &Sends<'_>) -> Result<String, End> {
    serde_json::to_string(message).map_err(|failure| {
        error!(%failure, "Could not write a message as JSON");
        End::new(close_code::ERROR, "Internal error")
    })
}

/// The library keeps what went wrong to itself, but for what it says.
fn end_of(error: &axum::Error) -> End {
    let said = error.to_string();
    if said.contains("too long") || said.contains("too large") {
        End::new(close_code::SIZE, format!("A message has more than {MESSAGE_BYTES} bytes"))
    } else if said.contains("UTF-8") {
        End::new(close_code::INVALID, "A message is not UTF-8")
    } else {
        End::Gone
    }
}
