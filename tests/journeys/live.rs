//! Subscriptions over websockets and event streams: what is delivered, to whom, and how connections end.

use crate::{plan::coalition, support::Server};
use accord::{
    api::documents::{Documents, FreeQueries},
    domain::ids::OperationId,
    server::{Limits, LiveSettings},
};
use chrono::TimeDelta;
use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use sqlx::{
    Connection, PgConnection,
    postgres::{PgConnectOptions, PgPoolOptions},
};
use std::time::Duration;
use tokio::{join, net::TcpStream};
use tokio_tungstenite::{
    MaybeTlsStream, WebSocketStream, connect_async,
    tungstenite::{Message, client::IntoClientRequest},
};

const EVENTS: &str = "subscription ($after: Position) { events(after: $after) { position } }";

const CHANGED: &str = "subscription ($id: ID!, $after: Position) { operationChanged(id: $id, after: $after) { \
                       title legalBasis } }";

/// An id like any other, of nothing.
const ABSENT: &str = "operation_00000000000000000000000000";

/// A client of `graphql-transport-ws` that knows nothing but what it is told.
struct Socket(WebSocketStream<MaybeTlsStream<TcpStream>>);

impl Socket {
    async fn open(server: &Server, protocol: Option<&str>) -> Self {
        let url = server.url("/graphql/ws").replacen("http", "ws", 1);
        let mut request = url.into_client_request().unwrap();
        if let Some(protocol) = protocol {
            request.headers_mut().insert("sec-websocket-protocol", protocol.parse().unwrap());
        }
        Self(connect_async(request).await.unwrap().0)
    }

    /// Initialised.
    async fn of(server: &Server, who: &str) -> Self {
        let mut socket = Self::open(server, Some("graphql-transport-ws")).await;
        socket.send(init(&server.token(who))).await;
        assert_eq!(socket.receive().await, json!({ "type": "connection_ack" }));
        socket
    }

    async fn send(&mut self, message: Value) {
        self.0.send(Message::text(message.to_string())).await.unwrap();
    }

    async fn subscribe(&mut self, id: &str, query: &str, variables: Value) {
        self.send(subscribe(id, query, &variables)).await;
    }

    /// The next message of the protocol; `None` when the connection is over.
    async fn next(&mut self) -> Option<Value> {
        loop {
            match self.0.next().await? {
                Ok(Message::Text(text)) => return Some(serde_json::from_str(&text).unwrap()),
                Ok(Message::Ping(_)) => {}
                Ok(Message::Close(_)) | Err(_) => return None,
                Ok(other) => panic!("{other:?}"),
            }
        }
    }

    async fn receive(&mut self) -> Value {
        self.next().await.unwrap()
    }

    /// The next message, which is an answer to this operation.
    async fn answer(&mut self, id: &str) -> Value {
        let mut message = self.receive().await;
        assert_eq!((&message["type"], &message["id"]), (&json!("next"), &json!(id)), "{message}");
        message["payload"].take()
    }

    /// Position of the next event, which is where to go on from.
    async fn position(&mut self, id: &str) -> i64 {
        let payload = self.answer(id).await;
        assert_eq!(payload["data"]["events"]["position"], payload["extensions"]["position"], "{payload}");
        position(&payload["extensions"]["position"])
    }

    /// Code and reason of the end, whatever comes before it.
    async fn closed(mut self) -> (u16, String) {
        loop {
            if let Message::Close(frame) = self.0.next().await.unwrap().unwrap() {
                let frame = frame.unwrap();
                return (frame.code.into(), frame.reason.to_string());
            }
        }
    }
}

fn init(token: &str) -> Value {
    json!({ "type": "connection_init", "payload": { "authorization": format!("Bearer {token}") } })
}

fn subscribe(id: &str, query: &str, variables: &Value) -> Value {
    json!({ "type": "subscribe", "id": id, "payload": { "query": query, "variables": variables } })
}

fn position(value: &Value) -> i64 {
    value.as_str().unwrap().parse().unwrap()
}

/// A client of server-sent events.
pub struct Events {
    response: reqwest::Response,
    text: String,
}

impl Events {
    pub async fn open(server: &Server, who: &str, query: &str, variables: Value, last: Option<i64>) -> Self {
        let body = json!({ "query": query, "variables": variables });
        let mut request = server.client().post(server.url("/graphql/stream")).bearer_auth(server.token(who));
        if let Some(last) = last {
            request = request.header("last-event-id", last);
        }
        Self::of(request.header("accept", "text/event-stream").json(&body).send().await.unwrap())
    }

    fn of(response: reqwest::Response) -> Self {
        assert_eq!(response.status(), 200);
        assert_eq!(response.headers()["content-type"], "text/event-stream");
        Self { response, text: String::new() }
    }

    /// The next block, of an event or a comment; `None` at the end of the stream.
    async fn block(&mut self) -> Option<String> {
        loop {
            if let Some((block, rest)) = self.text.split_once("\n\n") {
                let block = block.to_owned();
                self.text = rest.to_owned();
                return Some(block);
            }
            let more = self.response.chunk().await.unwrap()?;
            self.text.push_str(str::from_utf8(&more).unwrap());
        }
    }

    /// Name, id and data of the next event.
    pub async fn next(&mut self) -> Option<(String, Option<i64>, String)> {
        loop {
            let block = self.block().await?;
            let field = |name: &str| {
                let line = block.lines().find(|line| line.starts_with(name))?;
                Some(line[name.len()..].trim().to_owned())
            };
            if let Some(event) = field("event:") {
                let id = field("id:").map(|id| id.parse().unwrap());
                return Some((event, id, field("data:").unwrap()));
            }
        }
    }

    async fn position(&mut self) -> i64 {
        let (event, id, data) = self.next().await.unwrap();
        let payload: Value = serde_json::from_str(&data).unwrap();
        let at = position(&payload["data"]["events"]["position"]);
        assert_eq!((event.as_str(), id), ("next", Some(at)));
        at
    }
}

/// Invites so many partners, four at a time, so that commits have several commands.
pub async fn invite(server: &Server, many: usize) {
    let invitations = (0..many).map(|number| async move {
        let profile = json!({ "name": "Partner", "agency": "Police" });
        let input = json!({ "code": format!("P{number}"), "profile": profile, "role": "PARTICIPANT" });
        server.done("service:import", "invitePartner", input, "").await;
    });
    futures_util::stream::iter(invitations).buffer_unordered(4).collect::<Vec<()>>().await;
}

/// Marks whom the operation is released to.
async fn release(server: &Server, operation: &str, to: &[&str]) {
    let id = OperationId::of(&operation.parse().unwrap()).to_string();
    server.done("THA-01", "markReleasability", json!({ "operation": id, "releasableTo": to }), "").await;
}

/// Records a legal basis, which everybody who sees the operation sees.
async fn record(server: &Server, operation: &Value, instrument: &str) -> i64 {
    let input = json!({ "operation": operation, "instruments": [instrument] });
    let payload = server.done("THA-01", "recordLegalBasis", input, "").await;
    position(&payload["receipt"]["position"])
}

#[sqlx::test(migrations = false)]
async fn each_breach_of_the_protocol_closes_the_websocket_with_its_code(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let server = Server::empty(options).await;
    let text = |message: Value| Message::text(message.to_string());
    let init = || text(init(&server.token("THA-01")));
    let silent = || text(subscribe("a", CHANGED, &json!({ "id": ABSENT })));
    let other_type = json!({ "type": "connection_ack" });
    let next = json!({ "type": "next", "id": "a", "payload": {} });
    let forged = json!({ "type": "connection_init", "payload": { "authorization": "Bearer a.b.c" } });
    let no_payload = json!({ "type": "subscribe", "id": "a" });
    let no_id = subscribe("", EVENTS, &Value::Null);
    let large = subscribe("a", EVENTS, &json!({ "a": "x".repeat(1 << 20) }));
    for (messages, code, reason) in [
        (vec![Message::text("hello")], 4400, "Invalid message received: "),
        (vec![text(other_type)], 4400, "Invalid message received: "),
        (vec![text(next)], 4400, "Invalid message received: "),
        (vec![Message::binary(vec![1, 2])], 4400, "Invalid message received: it is not text"),
        (vec![init(), text(no_payload)], 4400, "Invalid message received: missing field `payload`"),
        (vec![init(), text(no_id)], 4400, "Invalid message received: the id is empty"),
        (vec![silent()], 4401, "Unauthorized"),
        (vec![text(json!({ "type": "connection_init" }))], 4401, "Unauthorized: send "),
        (vec![text(forged)], 4401, "Unauthorized: The token is not "),
        (vec![init(), silent(), silent()], 4409, "Subscriber for a already exists"),
        (vec![init(), init()], 4429, "Too many initialisation requests"),
        (vec![init(), text(large)], 1009, "A message has more than 1048576 bytes"),
    ] {
        let mut socket = Socket::open(&server, Some("graphql-transport-ws")).await;
        for message in messages {
            socket.0.send(message).await.unwrap();
        }
        let (closed, said) = socket.closed().await;
        assert_eq!(closed, code, "{said}");
        assert!(said.starts_with(reason), "{said}");
    }
    let other_protocol = Socket::open(&server, None).await;
    assert_eq!(other_protocol.closed().await, (4406, "Subprotocol not acceptable".to_owned()));
    let get = server.client().get(server.url("/graphql/ws")).send().await.unwrap();
    assert_eq!((get.status().as_u16(), &get.headers()["upgrade"]), (426, &"websocket".parse().unwrap()));
}

#[sqlx::test(migrations = false)]
async fn what_is_wrong_with_one_operation_is_told_of_it_alone_and_the_others_go_on(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let server = Server::empty(options).await;
    invite(&server, 1).await;
    let mut socket = Socket::of(&server, "service:import").await;
    socket.subscribe("goes on", EVENTS, json!({ "after": "0" })).await;
    assert_eq!(socket.position("goes on").await, 1);
    let unknown = format!("sha256:{}", "0".repeat(64));
    let hash = json!({ "persistedQuery": { "version": 1, "sha256Hash": "0".repeat(64) } });
    for (payload, code, says) in [
        (json!({ "documentId": unknown }), "BAD_USER_INPUT", "knows no document"),
        (json!({ "extensions": hash }), "PERSISTED_QUERY_NOT_SUPPORTED", "send `query`"),
        (json!({}), "BAD_USER_INPUT", "has no `query`"),
        (
            json!({ "query": "{ head { position } }", "variables": [] }),
            "BAD_USER_INPUT",
            "`variables` is not",
        ),
        (json!({ "query": "{" }), "BAD_USER_INPUT", "not GraphQL"),
    ] {
        // The same id again: an operation that has failed is over.
        socket.send(json!({ "type": "subscribe", "id": "a", "payload": payload })).await;
        let message = socket.receive().await;
        assert_eq!((&message["type"], &message["id"]), (&json!("error"), &json!("a")), "{message}");
        let told = &message["payload"][0];
        assert_eq!(told["extensions"]["code"], code, "{message}");
        assert!(told["message"].as_str().unwrap().contains(says), "{message}");
        assert!(told["extensions"]["requestId"].is_string(), "{message}");
    }
    let profile = json!({ "name": "Partner", "agency": "Police" });
    let input = json!({ "code": "MORE", "profile": profile, "role": "PARTICIPANT" });
    server.done("service:import", "invitePartner", input, "").await;
    assert_eq!(socket.position("goes on").await, 2);
    server.stop().await;
}

#[sqlx::test(migrations = false)]
async fn where_only_trusted_documents_are_answered_a_query_is_refused_by_itself(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let mut documents = Documents::default();
    let id = documents.trust("{ viewer { name } }").await.unwrap();
    documents.free_queries = FreeQueries::Refused;
    let server = Server::empty_with(options, Limits::default(), documents).await;
    let mut socket = Socket::of(&server, "service:import").await;
    socket.subscribe("a", EVENTS, json!({ "after": "0" })).await;
    let message = socket.receive().await;
    assert_eq!((&message["type"], &message["id"]), (&json!("error"), &json!("a")), "{message}");
    socket.send(json!({ "type": "subscribe", "id": "b", "payload": { "documentId": id } })).await;
    assert_eq!(socket.answer("b").await["data"], json!({ "viewer": { "name": "service:import" } }));
}

#[sqlx::test(migrations = false)]
async fn only_the_present_of_an_operation_changes(_: PgPoolOptions, options: PgConnectOptions) {
    let server = Server::empty(options).await;
    let operation = coalition(&server).await;
    let key = operation.as_str().unwrap();
    let past = format!("{key}@{}", server.head("THA-01").await.as_str().unwrap());
    let mut socket = Socket::of(&server, "THA-01").await;
    socket.subscribe("past", CHANGED, json!({ "id": past })).await;
    let message = socket.receive().await;
    assert_eq!((&message["type"], &message["id"]), (&json!("error"), &json!("past")), "{message}");
    let told = &message["payload"][0];
    assert_eq!(
        (&told["path"], &told["extensions"]["code"], &told["message"]),
        (
            &json!(["operationChanged"]),
            &json!("BAD_USER_INPUT"),
            &json!(format!("Only the present changes: send `{key}`."))
        )
    );
    socket.subscribe("present", CHANGED, json!({ "id": key })).await;
    assert!(socket.answer("present").await["data"]["operationChanged"].is_object());
}

#[sqlx::test(migrations = false)]
async fn a_websocket_that_does_not_say_who_it_is_ends(_: PgPoolOptions, options: PgConnectOptions) {
    let live = LiveSettings { init: Duration::from_millis(1), ..LiveSettings::default() };
    let server = Server::empty_live(options, live).await;
    let socket = Socket::open(&server, Some("graphql-transport-ws")).await;
    assert_eq!(socket.closed().await, (4408, "Connection initialisation timeout".to_owned()));
}

#[sqlx::test(migrations = false)]
async fn a_token_may_also_stand_in_the_header(_: PgPoolOptions, options: PgConnectOptions) {
    let server = Server::empty(options).await;
    let url = server.url("/graphql/ws").replacen("http", "ws", 1);
    let mut request = url.into_client_request().unwrap();
    let headers = request.headers_mut();
    headers.insert("sec-websocket-protocol", "graphql-transport-ws".parse().unwrap());
    headers.insert("authorization", format!("Bearer {}", server.token("THA-01")).parse().unwrap());
    let mut socket = Socket(connect_async(request).await.unwrap().0);
    socket.send(json!({ "type": "connection_init" })).await;
    assert_eq!(socket.receive().await, json!({ "type": "connection_ack" }));
}

#[sqlx::test(migrations = false)]
async fn an_actor_has_a_bounded_number_of_connections(_: PgPoolOptions, options: PgConnectOptions) {
    let live = LiveSettings { of_actor: 1, ..LiveSettings::default() };
    let server = Server::empty_live(options, live).await;
    let first = Socket::of(&server, "THA-01").await;
    let mut second = Socket::open(&server, Some("graphql-transport-ws")).await;
    second.send(init(&server.token("THA-01"))).await;
    let (code, reason) = second.closed().await;
    assert_eq!((code, &reason[..10]), (4403, "Forbidden:"));
    let stream = || {
        let request = server.client().post(server.url("/graphql/stream"));
        request.bearer_auth(server.token("THA-01")).json(&json!({ "query": "{ head { position } }" })).send()
    };
    let refused = stream().await.unwrap();
    assert_eq!((refused.status().as_u16(), &refused.headers()["retry-after"]), (429, &"1".parse().unwrap()));
    assert_eq!(refused.json::<Value>().await.unwrap()["errors"][0]["extensions"]["code"], "BUSY");
    // Nobody takes anything from others, and what has ended counts no longer.
    let other = Socket::of(&server, "MMR-01").await;
    drop((first, other));
    server.live().ended().await;
    assert_eq!(stream().await.unwrap().status(), 200);
}

#[sqlx::test(migrations = false)]
async fn a_partner_takes_no_connection_from_another_whatever_its_tokens_call_it(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let live = LiveSettings { of_actor: 1, of_partner: 2, ..LiveSettings::default() };
    let server = Server::empty_live(options, live).await;
    let enter = async |token: String| {
        let mut socket = Socket::open(&server, Some("graphql-transport-ws")).await;
        socket.send(init(&token)).await;
        socket
    };
    let mut borrowed = enter(server.borrowed_token("THA-01", "CHN")).await;
    assert_eq!(borrowed.receive().await["type"], "connection_ack");
    let mut owner = enter(server.token("THA-01")).await;
    assert_eq!(owner.receive().await["type"], "connection_ack");
    let mut second = enter(server.borrowed_token("CHN-98", "CHN")).await;
    assert_eq!(second.receive().await["type"], "connection_ack");
    let third = enter(server.borrowed_token("CHN-99", "CHN")).await;
    let (code, reason) = third.closed().await;
    assert_eq!(
        (code, reason.as_str()),
        (4403, "Forbidden: Your partner has 2 connections open, which is the most.")
    );
}

#[sqlx::test(migrations = false)]
async fn websockets_that_say_nothing_are_bounded_and_keep_nobody_out(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let live = LiveSettings { unnamed_of_address: 2, ..LiveSettings::default() };
    let server = Server::empty_live(options, live).await;
    let mut named = Socket::of(&server, "THA-01").await;
    let mut silent = vec![Socket::open(&server, Some("graphql-transport-ws")).await];
    silent.push(Socket::open(&server, Some("graphql-transport-ws")).await);
    let refused = connect_async(server.url("/graphql/ws").replacen("http", "ws", 1)).await.err().unwrap();
    assert!(refused.to_string().contains("503"), "{refused}");
    // Whoever has said who they are goes on, and so does everything else.
    named.send(json!({ "type": "ping" })).await;
    assert_eq!(named.receive().await["type"], "pong");
    silent.pop();
    server.live().watch().wait_for(|open| *open == 2).await.unwrap();
    let mut another = Socket::of(&server, "MMR-01").await;
    another.send(json!({ "type": "ping" })).await;
    assert_eq!(another.receive().await["type"], "pong");
}

#[sqlx::test(migrations = false)]
async fn whoever_asks_for_more_and_more_that_is_refused_is_hung_up_on(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let live = LiveSettings { operations: 1, ..LiveSettings::default() };
    let server = Server::empty_live(options, live).await;
    let mut socket = Socket::of(&server, "THA-01").await;
    socket.subscribe("first", CHANGED, json!({ "id": ABSENT })).await;
    for number in 0..101 {
        socket.subscribe(&number.to_string(), CHANGED, json!({ "id": ABSENT })).await;
    }
    for number in 0..100 {
        let refused = socket.receive().await;
        assert_eq!(refused["id"], number.to_string());
        assert_eq!(refused["payload"][0]["extensions"]["code"], "BUSY");
    }
    let (code, reason) = socket.closed().await;
    assert_eq!((code, reason.as_str()), (4429, "Too many operations were refused, one after the other"));
}

#[sqlx::test(migrations = false)]
async fn whoever_does_not_answer_a_ping_is_not_there(_: PgPoolOptions, options: PgConnectOptions) {
    let live = LiveSettings { keepalive: Duration::from_millis(100), ..LiveSettings::default() };
    let server = Server::empty_live(options, live).await;
    let silent = Socket::of(&server, "THA-01").await;
    // One that reads answers, too, and gets its pings.
    let mut listens = Socket::of(&server, "MMR-01").await;
    for _ in 0..3 {
        let message = listens.0.next().await.unwrap().unwrap();
        assert!(matches!(message, Message::Ping(_)), "{message:?}");
    }
    server.live().watch().wait_for(|open| *open == 1).await.unwrap();
    let (code, reason) = silent.closed().await;
    assert_eq!(
        (code, reason.as_str()),
        (1013, "You did not answer a ping. Come back, and resume after your last position.")
    );
    let mut events = Events::open(&server, "THA-01", CHANGED, json!({ "id": ABSENT }), None).await;
    assert_eq!(events.block().await.unwrap(), ":");
}

#[sqlx::test(migrations = false)]
async fn what_a_token_opened_ends_when_it_expires(_: PgPoolOptions, options: PgConnectOptions) {
    let server = Server::empty(options).await;
    // Issuers' clocks have half a minute of leeway, so this one proves something for a second more.
    let token = server.token_for("THA-01", TimeDelta::seconds(-29));
    let mut socket = Socket::open(&server, Some("graphql-transport-ws")).await;
    socket.send(init(&token)).await;
    socket.subscribe("a", CHANGED, json!({ "id": ABSENT })).await;
    let token = server.token_for("THA-01", TimeDelta::seconds(-28));
    let request = server.client().post(server.url("/graphql/stream")).bearer_auth(token);
    let body = json!({ "query": CHANGED, "variables": { "id": ABSENT } });
    let mut events = Events::of(request.json(&body).send().await.unwrap());
    assert_eq!(
        socket.closed().await,
        (4401, "Unauthorized: The token has expired. Get a new one.".to_owned())
    );
    let (event, id, data) = events.next().await.unwrap();
    let payload: Value = serde_json::from_str(&data).unwrap();
    assert_eq!((event.as_str(), id), ("next", None));
    assert_eq!(payload["errors"][0]["extensions"]["code"], "UNAUTHENTICATED");
    assert_eq!(events.next().await.unwrap().0, "complete");
    assert_eq!(events.next().await, None);
}

#[sqlx::test(migrations = false)]
async fn queries_and_mutations_are_answered_there_too_by_the_same_rules(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let live = LiveSettings { operations: 1, ..LiveSettings::default() };
    let server = Server::empty_live(options, live).await;
    let mut socket = Socket::of(&server, "service:import").await;
    let mutation = "mutation ($input: AccedePartnerInput!) {
       accedePartner(input: $input) { ... on AccedePartnerPayload { receipt { position } } } }";
    let profile = json!({ "name": "THA", "agency": "Police" });
    let input = json!({ "partner": "THA", "founding": { "profile": profile, "role": "HOST" } });
    socket.subscribe("a", mutation, json!({ "input": input })).await;
    let payload = socket.answer("a").await;
    let at = &payload["data"]["accedePartner"]["receipt"]["position"];
    assert_eq!((at, &payload["extensions"]["position"]), (&server.head("THA-01").await, at));
    assert_eq!(socket.receive().await, json!({ "type": "complete", "id": "a" }));
    // The id is free again.
    socket.subscribe("a", "{ partner(code: \"THA\") { code } }", Value::Null).await;
    let payload = socket.answer("a").await;
    assert_eq!(payload["data"], json!({ "partner": { "code": "THA" } }));
    assert_eq!(socket.receive().await, json!({ "type": "complete", "id": "a" }));

    for (query, code) in [
        ("{ nothing }", "BAD_USER_INPUT"),
        ("{", "BAD_USER_INPUT"),
        ("subscription { a: events { position } b: events { position } }", "BAD_USER_INPUT"),
        ("subscription { ...F } fragment F on Subscription { events { position } }", "BAD_USER_INPUT"),
        ("subscription { __typename }", "BAD_USER_INPUT"),
        ("subscription { events(after: \"-1\") { position } }", "BAD_USER_INPUT"),
    ] {
        socket.subscribe("b", query, Value::Null).await;
        let message = socket.receive().await;
        assert_eq!((&message["type"], &message["id"]), (&json!("error"), &json!("b")), "{message}");
        let extensions = &message["payload"][0]["extensions"];
        assert_eq!(extensions["code"], code, "{message}");
        assert!(extensions["requestId"].is_string());
    }

    socket.subscribe("c", CHANGED, json!({ "id": ABSENT })).await;
    socket.subscribe("d", "{ head { position } }", Value::Null).await;
    let message = socket.receive().await;
    assert_eq!((&message["id"], &message["payload"][0]["extensions"]["code"]), (&json!("d"), &json!("BUSY")));
    socket.send(json!({ "type": "complete", "id": "c" })).await;
    socket.subscribe("d", "{ __typename }", Value::Null).await;
    assert_eq!(socket.answer("d").await["data"], json!({ "__typename": "Query" }));
    assert_eq!(socket.receive().await, json!({ "type": "complete", "id": "d" }));
    socket.send(json!({ "type": "ping", "payload": { "a": 1 } })).await;
    assert_eq!(socket.receive().await, json!({ "type": "pong", "payload": { "a": 1 } }));
    // Over plain HTTP a subscription has nowhere to go.
    let answer = server.ask("THA-01", "subscription { events { position } }", Value::Null).await;
    assert_eq!(answer["errors"][0]["extensions"]["code"], "BAD_USER_INPUT");
}

#[sqlx::test(migrations = false)]
async fn a_hidden_operation_is_as_silent_as_an_absent_one_until_it_is_released(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let server = Server::empty(options).await;
    let operation = coalition(&server).await;
    release(&server, "ALPHA", &["LAO"]).await;
    let mut hidden = Socket::of(&server, "MMR-01").await;
    hidden.subscribe("hidden", CHANGED, json!({ "id": operation })).await;
    hidden.subscribe("absent", CHANGED, json!({ "id": ABSENT })).await;
    hidden.subscribe("none", CHANGED, json!({ "id": "rubbish" })).await;
    let mut shown = Socket::of(&server, "LAO-01").await;
    shown.subscribe("a", CHANGED, json!({ "id": operation })).await;
    shown.answer("a").await;
    for instrument in ["Minutes", "Protocol"] {
        let at = record(&server, &operation, instrument).await;
        let payload = shown.answer("a").await;
        assert_eq!(position(&payload["extensions"]["position"]), at);
        assert_eq!(payload["data"]["operationChanged"]["legalBasis"], json!([instrument]));
    }
    release(&server, "ALPHA", &["LAO", "MMR"]).await;
    // The first that it ever gets is the state that was released.
    let payload = hidden.answer("hidden").await;
    assert_eq!(payload["extensions"]["position"], server.head("MMR-01").await);
    assert_eq!(payload["data"]["operationChanged"]["legalBasis"], json!(["Protocol"]));
    let at = record(&server, &operation, "Agreement").await;
    assert_eq!(position(&hidden.answer("hidden").await["extensions"]["position"]), at);
    server.stop().await;
    assert_eq!(hidden.next().await, None);
}

#[sqlx::test(migrations = false)]
async fn a_post_that_is_relieved_sees_nothing_more_of_operations(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let server = Server::empty(options).await;
    let operation = coalition(&server).await;
    let before = position(&server.head("MMR-01").await);
    let mut socket = Socket::of(&server, "MMR-01").await;
    socket.subscribe("changed", CHANGED, json!({ "id": operation, "after": before.to_string() })).await;
    let mut log = Socket::of(&server, "MMR-01").await;
    log.subscribe("events", EVENTS, json!({ "after": before.to_string() })).await;
    let at = record(&server, &operation, "Minutes").await;
    assert_eq!(position(&socket.answer("changed").await["extensions"]["position"]), at);
    assert_eq!(log.position("events").await, at);

    let relieved = json!({ "post": "MMR-01", "reason": "Ends" });
    let payload = server.done("service:import", "relieveOfficer", relieved, "").await;
    let relieved = position(&payload["receipt"]["position"]);
    let hidden = record(&server, &operation, "Protocol").await;
    invite(&server, 1).await;
    // Posts and partners are for all to see.
    assert_eq!(log.position("events").await, relieved);
    assert_eq!(log.position("events").await, hidden + 1);
    server.stop().await;
    assert_eq!(log.next().await, None);
    assert_eq!(socket.next().await, None);
}

#[sqlx::test(migrations = false)]
async fn everybody_gets_every_event_once_and_in_order_also_who_was_cut_off(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    const MANY: usize = 120;
    let server = Server::empty(options).await;
    coalition(&server).await;
    let head = position(&server.head("THA-01").await);
    let all: Vec<i64> = (1..=head + i64::try_from(MANY).unwrap()).collect();
    let last = *all.last().unwrap();

    let from_the_start = async {
        let mut socket = Socket::of(&server, "THA-01").await;
        socket.subscribe("a", EVENTS, json!({ "after": "0" })).await;
        let mut got = Vec::new();
        while got.last() != Some(&last) {
            got.push(socket.position("a").await);
        }
        got
    };
    let by_websocket = async {
        let mut got = vec![0];
        while got.last() != Some(&last) {
            let mut socket = Socket::of(&server, "THA-01").await;
            socket.subscribe("a", EVENTS, json!({ "after": got.last().unwrap().to_string() })).await;
            for _ in 0..7 {
                got.push(socket.position("a").await);
                if got.last() == Some(&last) {
                    break;
                }
            }
            // Cut off, with whatever is on its way.
        }
        got.split_off(1)
    };
    let by_event_stream = async {
        let mut got = vec![0];
        while got.last() != Some(&last) {
            let resume = Some(*got.last().unwrap());
            // What the query says is where it began.
            let mut events = Events::open(&server, "THA-01", EVENTS, json!({ "after": "0" }), resume).await;
            for _ in 0..11 {
                got.push(events.position().await);
                if got.last() == Some(&last) {
                    break;
                }
            }
        }
        got.split_off(1)
    };
    let (one, two, three, ()) = join!(from_the_start, by_websocket, by_event_stream, invite(&server, MANY));
    assert_eq!(one, all);
    assert_eq!(two, all);
    assert_eq!(three, all);
}

#[sqlx::test(migrations = false)]
async fn a_filter_lets_through_what_is_asked_for_and_nothing_else(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let server = Server::empty(options).await;
    let operation = coalition(&server).await;
    let query = "subscription ($filter: EventFilter) { events(after: \"0\", filter: $filter) { position } }";
    let mut socket = Socket::of(&server, "THA-01").await;
    let filter = json!({ "types": ["LegalBasisRecorded"], "operation": operation });
    socket.subscribe("of", query, json!({ "filter": filter })).await;
    let mut other = Socket::of(&server, "MMR-01").await;
    other.subscribe("subject", query, json!({ "filter": { "subject": operation } })).await;
    other.position("subject").await;
    invite(&server, 3).await;
    for instrument in ["Minutes", "Protocol"] {
        let at = record(&server, &operation, instrument).await;
        assert_eq!(socket.position("of").await, at);
        assert_eq!(other.position("subject").await, at);
    }
    socket.subscribe("no", query, json!({ "filter": { "types": ["Nonsense"] } })).await;
    assert_eq!(socket.receive().await["type"], "error");
}

#[sqlx::test(migrations = false)]
async fn whoever_reads_too_slowly_is_cut_off_and_resumes(_: PgPoolOptions, options: PgConnectOptions) {
    let live = LiveSettings { unread: Duration::from_millis(300), ..LiveSettings::default() };
    let server = Server::saphan_live(options, "2023-09-25T10:00:00+07:00", live).await;
    let head = position(&server.head("THA-01").await);
    // A few hundred kilobytes for each event, more than all buffers on the way hold for all of them.
    let aliases: Vec<String> = (0..20).map(|n| format!("{}{n}: position", "x".repeat(10_000))).collect();
    let large = format!("subscription {{ events(after: \"0\") {{ position {} }} }}", aliases.join(" "));
    let mut slow = Socket::of(&server, "THA-01").await;
    slow.subscribe("a", &large, Value::Null).await;
    let mut stream = Events::open(&server, "THA-02", &large, Value::Null, None).await;
    server.live().ended().await;

    let mut got = Vec::new();
    while let Some(message) = slow.next().await {
        got.push(position(&message["payload"]["extensions"]["position"]));
    }
    let cut_off = got.len();
    assert!((1..usize::try_from(head).unwrap()).contains(&cut_off), "{cut_off} of {head}");
    let mut socket = Socket::of(&server, "THA-01").await;
    socket.subscribe("a", EVENTS, json!({ "after": got.last().unwrap().to_string() })).await;
    while got.last() != Some(&head) {
        got.push(socket.position("a").await);
    }
    assert_eq!(got, (1..=head).collect::<Vec<i64>>());
    // An event stream has no last word: what was not written yet is lost with the connection.
    while let Ok(Some(_)) = stream.response.chunk().await {}
}

#[sqlx::test(migrations = false)]
async fn a_server_that_stops_tells_its_listeners_to_come_back(_: PgPoolOptions, options: PgConnectOptions) {
    let server = Server::empty(options).await;
    let mut socket = Socket::of(&server, "THA-01").await;
    socket.subscribe("a", EVENTS, json!({ "after": "0" })).await;
    let waits = Socket::open(&server, Some("graphql-transport-ws")).await;
    let mut events = Events::open(&server, "THA-01", EVENTS, json!({ "after": "0" }), None).await;
    server.stop().await;
    for socket in [socket, waits] {
        let (code, reason) = socket.closed().await;
        assert_eq!((code, reason.as_str()), (1001, "The server stops. Come back, and resume."));
    }
    // Without `complete`, which would say that there is nothing to come back for.
    assert_eq!(events.next().await, None);
}

#[sqlx::test(migrations = false)]
async fn a_subscription_ends_when_the_database_may_have_lost_what_it_was_sent(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let server = Server::empty(options.clone()).await;
    coalition(&server).await;
    let head = position(&server.head("THA-01").await);
    let mut socket = Socket::of(&server, "THA-01").await;
    socket.subscribe("a", EVENTS, json!({ "after": (head - 1).to_string() })).await;
    assert_eq!(socket.position("a").await, head);
    // The log now ends in another commit than the one that the server knows: as after a failover to a standby
    // that never received it.
    let mut owner = PgConnection::connect_with(&options).await.unwrap();
    let other = "set session_replication_role = replica;
                 update log_commit set hash = sha256(hash)
                 where last_position = (select max(last_position) from log_commit);
                 update event set event_id = gen_random_uuid()
                 where position = (select max(position) from event)";
    sqlx::raw_sql(other).execute(&mut owner).await.unwrap();
    owner.close().await.unwrap();

    let end = socket.receive().await;
    assert_eq!((&end["type"], &end["id"]), (&json!("error"), &json!("a")), "{end}");
    assert_eq!(end["payload"][0]["extensions"]["code"], "BUSY", "{end}");
    server.stop().await;
}

#[sqlx::test(migrations = false)]
async fn event_streams_are_asked_for_as_answers_are(_: PgPoolOptions, options: PgConnectOptions) {
    let server = Server::empty(options).await;
    let token = server.token("service:import");
    let post = || server.client().post(server.url("/graphql/stream")).bearer_auth(&token);
    let query = json!({ "query": "{ viewer { name } }" });
    let status = async |request: reqwest::RequestBuilder| request.send().await.unwrap().status().as_u16();
    assert_eq!(status(server.client().post(server.url("/graphql/stream")).json(&query)).await, 401);
    assert_eq!(status(server.client().get(server.url("/graphql/stream")).bearer_auth(&token)).await, 405);
    assert_eq!(status(post().header("accept", "application/json").json(&query)).await, 406);
    assert_eq!(status(post().header("content-type", "text/plain").body(query.to_string())).await, 415);
    assert_eq!(status(post().json(&json!({ "query": "{" }))).await, 400);
    assert_eq!(status(post().header("last-event-id", "yesterday").json(&query)).await, 400);
    let large = json!({ "query": "{ viewer { name } }", "variables": { "a": "x".repeat(4 << 20) } });
    assert_eq!(status(post().json(&large)).await, 413);

    let mut events = Events::of(post().json(&query).send().await.unwrap());
    let (event, id, data) = events.next().await.unwrap();
    assert_eq!((event.as_str(), id), ("next", Some(0)));
    let answer: Value = serde_json::from_str(&data).unwrap();
    assert_eq!(answer["data"], json!({ "viewer": { "name": "service:import" } }));
    assert_eq!(answer["extensions"]["position"], "0");
    assert_eq!(answer["extensions"]["cost"]["requested"], 2);
    assert_eq!(events.next().await.unwrap(), ("complete".to_owned(), None, String::new()));
    assert_eq!(events.next().await, None);
    // What does not fit the schema is told in the stream.
    let mut events = Events::of(post().json(&json!({ "query": "{ nothing }" })).send().await.unwrap());
    let (_, id, data) = events.next().await.unwrap();
    let payload: Value = serde_json::from_str(&data).unwrap();
    assert_eq!((id, &payload["errors"][0]["extensions"]["code"]), (None, &json!("BAD_USER_INPUT")));
    assert_eq!(events.next().await.unwrap().0, "complete");
}

#[sqlx::test(migrations = false)]
async fn trusted_documents_may_be_subscriptions(_: PgPoolOptions, options: PgConnectOptions) {
    let mut documents = Documents::default();
    let id = documents.trust(EVENTS).await.unwrap();
    let server = Server::empty_with(options, Limits::default(), documents).await;
    invite(&server, 2).await;
    let named = json!({ "documentId": id, "variables": { "after": "1" } });
    let mut socket = Socket::of(&server, "service:import").await;
    socket.send(json!({ "type": "subscribe", "id": "a", "payload": named })).await;
    assert_eq!(socket.position("a").await, 2);
    let stream = server.client().post(server.url("/graphql/stream"));
    let stream = stream.bearer_auth(server.token("service:import")).json(&named).send().await.unwrap();
    let (event, position, _) = Events::of(stream).next().await.unwrap();
    assert_eq!((event.as_str(), position), ("next", Some(2)));
}

#[sqlx::test(migrations = false)]
async fn an_operation_is_played_to_its_end_and_goes_on_behind_a_step(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let server = Server::saphan(options, "2023-09-12T10:00:00+07:00").await;
    // So fast that nothing is waited for.
    let query = "subscription ($after: String) {
       replay(operation: \"SAPHAN\", speed: 1e12, after: $after) { cursor node { position events { type } } }
     }";
    let played = |after: Value| {
        let server = &server;
        async move {
            let mut socket = Socket::of(server, "THA-01").await;
            socket.subscribe("one", query, json!({ "after": after })).await;
            let mut steps = Vec::new();
            loop {
                let message = socket.receive().await;
                match message["type"].as_str() {
                    Some("next") => steps.push(message["payload"]["data"]["replay"].clone()),
                    Some("complete") => return steps,
                    _ => panic!("{message}"),
                }
            }
        }
    };
    let all = played(Value::Null).await;
    let list = "{ operation(code: \"SAPHAN\") { replay(first: 100) { totalCount nodes { position events { type } } } } }";
    let data = server.data("THA-01", list, Value::Null).await;
    let listed = data["operation"]["replay"]["nodes"].as_array().unwrap();
    assert_eq!(data["operation"]["replay"]["totalCount"], all.len());
    assert_eq!(&all.iter().map(|step| step["node"].clone()).collect::<Vec<_>>(), listed);
    let rest = played(all[10]["cursor"].clone()).await;
    assert_eq!(rest, all[11..]);

    let mut socket = Socket::of(&server, "THA-01").await;
    let stopped = "subscription { replay(operation: \"SAPHAN\", speed: 0) { cursor } }";
    socket.subscribe("two", stopped, Value::Null).await;
    let refused = socket.receive().await;
    assert!(refused.to_string().contains("BAD_USER_INPUT"), "{refused}");
}
