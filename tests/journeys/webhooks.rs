//! Webhooks: events sent to receivers that fail, hang and come back.

use crate::support::{Server, codes, column};
use accord::{
    domain::Role,
    engine::Clock,
    server::{Pace, Reach, WebhookKey, WebhookSettings},
};
use aws_lc_rs::hmac;
use base64::{Engine as _, engine::general_purpose::STANDARD};
use chrono::{TimeDelta, Utc};
use serde_json::{Value, json};
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use std::{
    collections::{BTreeMap, VecDeque},
    path::Path,
    process::Stdio,
    sync::{Arc, Mutex},
    time::{Duration, SystemTime},
};
use tokio::{
    io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader},
    net::{TcpListener, TcpStream},
    process::Command,
    sync::mpsc,
};

/// Myanmar has rejected the first version, and the second is a draft.
const DRAFTING: &str = "2023-09-16T18:00:00+07:00";

/// What a receiver does with a message that it got.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Answer {
    Status(u16),
    /// Closes the connection and answers nothing.
    Cut,
    /// Keeps the connection and answers nothing, though it has the message.
    Hang,
}

#[derive(Debug)]
struct Got {
    headers: BTreeMap<String, String>,
    text: String,
    body: Value,
}

/// A receiver that answers by a script, and 204 once that is over.
struct Receiver {
    url: String,
    got: mpsc::UnboundedReceiver<Got>,
    script: Arc<Mutex<VecDeque<Answer>>>,
}

impl Receiver {
    async fn start(script: &[Answer]) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/accord?to=us", listener.local_addr().unwrap());
        let (sender, got) = mpsc::unbounded_channel();
        let script = Arc::new(Mutex::new(script.iter().copied().collect::<VecDeque<_>>()));
        let answers = Arc::clone(&script);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(receive(stream, sender.clone(), Arc::clone(&answers)));
            }
        });
        Self { url, got, script }
    }

    fn will(&self, script: &[Answer]) {
        self.script.lock().unwrap().extend(script);
    }

    async fn next(&mut self) -> Got {
        self.got.recv().await.unwrap()
    }

    /// The next `count` that it took, by their ids, each once: what was sent again at once is one.
    async fn ids(&mut self, count: usize) -> Vec<String> {
        let mut ids: Vec<String> = Vec::new();
        while ids.len() < count {
            let id = self.next().await.body["id"].as_str().unwrap().to_owned();
            if ids.last() != Some(&id) {
                ids.push(id);
            }
        }
        ids
    }
}

async fn receive(stream: TcpStream, got: mpsc::UnboundedSender<Got>, script: Arc<Mutex<VecDeque<Answer>>>) {
    let mut stream = BufReader::new(stream);
    loop {
        let mut lines = Vec::new();
        loop {
            let mut line = String::new();
            if stream.read_line(&mut line).await.unwrap_or(0) == 0 {
                return;
            }
            match line.trim_end() {
                "" => break,
                line => lines.push(line.to_owned()),
            }
        }
        assert_eq!(lines[0], "POST /accord?to=us HTTP/1.1");
        let headers: BTreeMap<_, _> = lines[1..]
            .iter()
            .map(|line| line.split_once(": ").unwrap())
            .map(|(name, value)| (name.to_lowercase(), value.to_owned()))
            .collect();
        let mut body = vec![0; headers["content-length"].parse().unwrap()];
        stream.read_exact(&mut body).await.unwrap();
        let text = String::from_utf8(body).unwrap();
        let body = serde_json::from_str(&text).unwrap();
        // Before it is answered: whoever sends next has been heard of.
        let answer = script.lock().unwrap().pop_front().unwrap_or(Answer::Status(204));
        if got.send(Got { headers, text, body }).is_err() {
            return;
        }
        match answer {
            Answer::Status(status) => {
                let answer = format!("HTTP/1.1 {status} As scripted\r\ncontent-length: 0\r\n\r\n");
                stream.write_all(answer.as_bytes()).await.unwrap();
            }
            Answer::Cut => return,
            Answer::Hang => std::future::pending::<()>().await,
        }
    }
}

/// Sends to this machine, and loses no time.
fn settings() -> WebhookSettings {
    let pace = Pace {
        attempt: Duration::from_millis(500),
        first_wait: Duration::from_millis(1),
        longest_wait: Duration::from_millis(4),
        look: Duration::from_millis(5),
        ..Pace::default()
    };
    WebhookSettings { pace, ..WebhookSettings::new(Some(WebhookKey::new(&[7; 32])), Reach::Private) }
}

/// Registers a webhook; its id and its secret.
async fn register(server: &Server, who: &str, url: &str, more: Value) -> (Value, String) {
    let mut input = json!({ "name": "Situation room", "url": url });
    input.as_object_mut().unwrap().extend(more.as_object().cloned().unwrap_or_default());
    let done = server.done(who, "registerWebhook", input, "secret webhook { id }").await;
    (done["webhook"]["id"].clone(), done["secret"].as_str().unwrap().to_owned())
}

/// Whether one of the signatures is by this secret, as the specification has receivers check it.
fn is_signed(got: &Got, secret: &str) -> bool {
    let key = STANDARD.decode(secret.strip_prefix("whsec_").unwrap()).unwrap();
    let signed = format!("{}.{}.{}", got.headers["webhook-id"], got.headers["webhook-timestamp"], got.text);
    let tag = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, &key), signed.as_bytes());
    let expected = format!("v1,{}", STANDARD.encode(tag));
    got.headers["webhook-signature"].split(' ').any(|signature| signature == expected)
}

/// The one webhook of a partner, once it stands as it is to.
async fn once(server: &Server, who: &str, state: &str) -> Value {
    let query = "{ webhooks {
       id name url state position behind lastDeliveredPosition failedAttempts lastFailure { status message }
       nextAttemptAt acts { kind actor } filter { types operation }
     } }";
    loop {
        let mut data = server.data(who, query, Value::Null).await;
        if data["webhooks"][0]["state"] == state {
            return data["webhooks"][0].take();
        }
        tokio::task::yield_now().await;
    }
}

/// All that a viewer is answered of the log, under the names that receivers get it by.
async fn listed(server: &Server, who: &str) -> Vec<Value> {
    let query = "query ($after: String) { events(after: $after) {
       pageInfo { hasNextPage endCursor }
       edges { node {
         id type position effectiveAt recordedAt occurredAt occurredAtLocal lateReason actor commandId
         operation { id code } payload
       } }
     } }";
    let (mut events, mut after) = (Vec::new(), Value::Null);
    loop {
        let mut page = server.data(who, query, json!({ "after": after })).await["events"].take();
        let edges = page["edges"].as_array_mut().unwrap();
        events.extend(edges.iter_mut().map(|edge| edge["node"].take()));
        if page["pageInfo"]["hasNextPage"] == false {
            return events;
        }
        after = page["pageInfo"]["endCursor"].take();
    }
}

/// An annex is attached to the draft of SAPHAN's plan; the operation's id.
async fn attach(server: &Server, code: &str, classification: &str, readers: &[&str]) -> Value {
    let query = "{ operation(code: \"SAPHAN\") { id } }";
    let operation = server.data("THA-02", query, Value::Null).await["operation"]["id"].take();
    let annex = json!({
        "operation": operation, "code": code, "title": "Annex", "text": "What it says.",
        "classification": classification, "releasableTo": readers,
    });
    server.done("THA-02", "attachAnnex", annex, "").await;
    operation
}

/// A partner is invited, which everybody hears of.
async fn invite(server: &Server, code: &str) {
    let profile = json!({ "name": code, "agency": "Police", "timeZone": "Asia/Bangkok", "currency": "THB" });
    let invited = json!({ "code": code, "role": "OBSERVER", "profile": profile });
    server.done("service:import", "invitePartner", invited, "").await;
}

/// Whether a program takes a message that it reads.
async fn takes(program: &'static str, arguments: &[&str], message: &Value) -> bool {
    let clients = Path::new(env!("CARGO_MANIFEST_DIR")).join("clients");
    let mut command = Command::new(program);
    command.current_dir(clients).args(arguments).stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut child = command.spawn().unwrap();
    let mut stdin = child.stdin.take().unwrap();
    stdin.write_all(message.to_string().as_bytes()).await.unwrap();
    drop(stdin);
    let output = child.wait_with_output().await.unwrap();
    let said = String::from_utf8(output.stdout).unwrap().trim().to_lowercase();
    assert!(output.status.success() && ["true", "false"].contains(&said.as_str()), "{program}: {said}");
    said == "true"
}

/// The example of the page in this language.
fn example(language: &str) -> &'static str {
    let page = include_str!("../../docs/webhooks.md");
    let (_, after) = page.split_once(&format!("```{language}\n")).unwrap();
    after.split_once("```").unwrap().0
}

#[sqlx::test(migrations = false)]
async fn the_specifications_library_and_the_pages_examples_take_what_is_signed_and_nothing_else(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let server = Server::saphan_that_sends(options, DRAFTING, settings()).await;
    let mut receiver = Receiver::start(&[]).await;
    let (webhook, first) = register(&server, "MMR-01", &receiver.url, json!({})).await;
    let named = json!({ "webhook": webhook });
    let second = server.done("MMR-01", "rotateWebhookSecret", named.clone(), "secret").await;
    server.done("MMR-01", "testWebhook", named, "").await;
    let got = receiver.next().await;

    let python = format!(
        "{}\nimport json, sys\nm = json.load(sys.stdin)\nprint(verify(m['secret'], m['headers'], m['body'].encode()))",
        example("python")
    );
    let node = format!(
        "{}\nimport {{ readFileSync }} from 'node:fs';\nconst m = JSON.parse(readFileSync(0, 'utf8'));
         console.log(verify(m.secret, m.headers, Buffer.from(m.body)));",
        example("js")
    );
    let programs: [(&str, &[&str]); 3] = [
        ("node", &["webhook.js"]),
        ("python3", &["-c", &python]),
        ("node", &["--input-type=module", "--eval", &node]),
    ];
    let message = |secret: &Value| json!({ "secret": secret, "headers": got.headers, "body": got.text });
    let mut old = message(&second["secret"]);
    old["headers"]["webhook-timestamp"] = "1700000000".into();
    let mut changed = message(&second["secret"]);
    changed["body"] = got.text.replace("ping", "pong").into();
    for (program, arguments) in programs {
        for secret in [&second["secret"], &json!(first)] {
            assert!(takes(program, arguments, &message(secret)).await, "{program}");
        }
        for bad in [&old, &changed, &message(&json!("whsec_c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmV0"))] {
            assert!(!takes(program, arguments, bad).await, "{program}: {bad}");
        }
    }
    server.stop().await;
}

#[sqlx::test(migrations = false)]
async fn a_server_without_a_key_registers_nothing(_: PgPoolOptions, options: PgConnectOptions) {
    let settings = WebhookSettings { key: None, ..settings() };
    let server = Server::saphan_that_sends(options, DRAFTING, settings).await;
    let input = json!({ "name": "Situation room", "url": "https://example.org/" });
    let refusals = server.refused("MMR-01", "registerWebhook", input).await;
    assert_eq!(codes(&refusals), ["WRONG_STATE"]);
    server.stop().await;
}

#[sqlx::test(migrations = false)]
async fn while_its_partner_is_suspended_a_webhook_is_sent_nothing_and_afterwards_all_that_it_may_read(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let server = Server::saphan_that_sends(options, DRAFTING, settings()).await;
    let (mut laos, mut thailand) = (Receiver::start(&[]).await, Receiver::start(&[]).await);
    register(&server, "LAO-01", &laos.url, json!({})).await;
    register(&server, "THA-01", &thailand.url, json!({})).await;
    let suspend = json!({ "partner": "LAO", "reason": "Review of its mandate" });
    server.done("THA-01", "suspendPartner", suspend, "").await;
    invite(&server, "KHM").await;
    assert_eq!(thailand.ids(2).await.len(), 2);
    // Not even of its suspension, which everybody else reads.
    assert!(laos.got.try_recv().is_err());
    let reinstate = json!({ "partner": "LAO", "reason": "It is settled" });
    server.done("THA-01", "reinstatePartner", reinstate, "").await;
    let kinds = [laos.next().await, laos.next().await, laos.next().await].map(|got| got.body["type"].clone());
    assert_eq!(kinds, ["accord.PartnerSuspended", "accord.PartnerInvited", "accord.PartnerReinstated"]);
    server.stop().await;
}

#[sqlx::test(migrations = false)]
async fn a_receiver_is_sent_what_its_partner_may_read_in_the_words_of_the_api_in_order_and_signed(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let server = Server::saphan_that_sends(options, DRAFTING, settings()).await;
    attach(&server, "Q", "RESTRICTED", &["CHN"]).await;
    for (who, sees_annex) in [("THA-01", true), ("LAO-01", false)] {
        let expected = listed(&server, who).await;
        let is_annex = |event: &Value| event["payload"]["annex"]["code"] == "Q";
        assert_eq!(expected.iter().any(is_annex), sees_annex);
        let mut receiver = Receiver::start(&[]).await;
        let (_, secret) = register(&server, who, &receiver.url, json!({ "after": "0" })).await;
        for event in expected {
            let got = receiver.next().await;
            assert_eq!(got.body["data"], event);
            let body = json!({
                "specversion": "1.0", "id": event["id"], "source": "/accord/exercise",
                "type": format!("accord.{}", event["type"].as_str().unwrap()), "time": event["recordedAt"],
                "datacontenttype": "application/json", "position": event["position"], "data": event,
                "sequence": format!("{:0>19}", event["position"].as_str().unwrap()),
            });
            let mut rest = got.body.clone();
            if let Some(subject) = rest.as_object_mut().unwrap().remove("subject") {
                assert_eq!(subject, event["operation"]["id"]);
            } else {
                assert_eq!(event["operation"], Value::Null);
            }
            assert_eq!(rest, body);
            assert_eq!(got.headers["content-type"], "application/cloudevents+json; charset=utf-8");
            assert_eq!(got.headers["webhook-id"], event["id"].as_str().unwrap());
            let sent: i64 = got.headers["webhook-timestamp"].parse().unwrap();
            let now: chrono::DateTime<Utc> = SystemTime::now().into();
            // Of the real present, whatever the clock of the exercise shows.
            assert!((now.timestamp() - sent).abs() < 300);
            assert!(is_signed(&got, &secret));
        }
    }
    server.stop().await;
}

#[sqlx::test(migrations = false)]
async fn a_receiver_that_fails_hangs_and_comes_back_gets_every_event_in_order_and_the_same_again_until_it_takes_it(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    use Answer::{Cut, Hang, Status};

    let server = Server::saphan_that_sends(options, DRAFTING, settings()).await;
    let expected: Vec<String> =
        listed(&server, "MMR-01").await.iter().map(|event| event["id"].to_string()).collect();
    let script = [
        // The first is not taken in any of these ways, also where the receiver has it already.
        Status(500),
        Cut,
        Hang,
        Status(302),
        Status(404),
        Status(200),
        // Nor is the third.
        Status(201),
        Hang,
        Status(429),
        Cut,
    ];
    let mut receiver = Receiver::start(&script).await;
    register(&server, "MMR-01", &receiver.url, json!({ "after": "0" })).await;
    let mut got = Vec::new();
    for _ in 0..expected.len() + 8 {
        got.push(receiver.next().await.body["id"].to_string());
    }
    let mut due = vec![expected[0].clone(); 5];
    due.extend_from_slice(&expected[..2]);
    due.extend(vec![expected[2].clone(); 3]);
    due.extend_from_slice(&expected[2..]);
    assert_eq!(got, due);

    let webhook = once(&server, "MMR-01", "ACTIVE").await;
    assert_eq!(
        webhook["lastFailure"],
        json!({ "status": null, "message": webhook["lastFailure"]["message"] })
    );
    assert_eq!((&webhook["failedAttempts"], &webhook["nextAttemptAt"]), (&json!(0), &Value::Null));
    // What happens from now on comes as well.
    invite(&server, "KHM").await;
    assert_eq!(receiver.next().await.body["type"], "accord.PartnerInvited");
    server.stop().await;
}

#[sqlx::test(migrations = false)]
async fn a_receiver_that_is_gone_is_left_alone_until_somebody_resumes_it_from_where_they_like(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let usual = settings();
    let settings = WebhookSettings { pace: Pace { most_attempts: 3, ..usual.pace }, ..usual };
    let server = Server::saphan_that_sends(options, DRAFTING, settings).await;
    let expected: Vec<String> =
        listed(&server, "MMR-01").await.iter().map(|event| event["id"].to_string()).collect();
    let mut receiver = Receiver::start(&[Answer::Status(503); 3]).await;
    let (webhook, _) = register(&server, "MMR-01", &receiver.url, json!({ "after": "0" })).await;
    for _ in 0..3 {
        assert_eq!(receiver.next().await.body["id"].to_string(), expected[0]);
    }
    let paused = once(&server, "MMR-01", "PAUSED").await;
    assert_eq!(
        paused["lastFailure"],
        json!({ "status": 503, "message": "The receiver answered 503 Service Unavailable." })
    );
    assert_eq!((&paused["failedAttempts"], &paused["position"]), (&json!(3), &json!("0")));

    // It says itself that it is gone.
    receiver.will(&[Answer::Status(410)]);
    server.done("MMR-01", "resumeWebhook", json!({ "webhook": webhook }), "").await;
    assert_eq!(receiver.next().await.body["id"].to_string(), expected[0]);
    let gone = once(&server, "MMR-01", "PAUSED").await;
    assert_eq!((&gone["failedAttempts"], &gone["lastFailure"]["status"]), (&json!(1), &json!(410)));

    // Past what it cannot take, and back again.
    let events = listed(&server, "MMR-01").await;
    let after = &events[4]["position"];
    server.done("MMR-01", "resumeWebhook", json!({ "webhook": webhook, "after": after }), "").await;
    let rest = receiver.ids(expected.len() - 5).await;
    assert_eq!(rest.iter().map(|id| format!("\"{id}\"")).collect::<Vec<_>>(), expected[5..]);
    server.done("MMR-01", "resumeWebhook", json!({ "webhook": webhook, "after": "0" }), "").await;
    let all = receiver.ids(expected.len()).await;
    assert_eq!(all.iter().map(|id| format!("\"{id}\"")).collect::<Vec<_>>(), expected);

    let acts = once(&server, "MMR-01", "ACTIVE").await;
    assert_eq!(column(&acts["acts"], "/kind"), ["RESUMED", "RESUMED", "RESUMED", "REGISTERED"]);
    assert_eq!(column(&acts["acts"], "/actor"), ["MMR-01"; 4]);
    server.stop().await;
}

#[sqlx::test(migrations = false)]
async fn a_new_secret_is_shown_once_the_old_one_is_good_for_a_day_and_what_is_revoked_is_sent_nothing(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let clock = Clock::scripted("2026-01-01T00:00:00Z".parse().unwrap());
    let settings = WebhookSettings { clock: clock.clone(), ..settings() };
    let server = Server::saphan_that_sends(options, DRAFTING, settings).await;
    let mut receiver = Receiver::start(&[]).await;
    let (webhook, first) = register(&server, "MMR-01", &receiver.url, json!({})).await;
    let named = json!({ "webhook": webhook });
    let ping = |got: &Got| (got.body["type"].clone(), got.body["data"].clone());
    let test = async || server.done("MMR-01", "testWebhook", named.clone(), "taken failure").await;

    assert_eq!((&test().await["taken"], &test().await["failure"]), (&json!(true), &Value::Null));
    for _ in 0..2 {
        let got = receiver.next().await;
        assert_eq!(ping(&got), (json!("accord.ping"), json!({ "webhook": webhook })));
        assert_eq!(got.body["time"], "2026-01-01T00:00:00Z");
        assert!(is_signed(&got, &first));
    }
    let done = server.done("MMR-01", "rotateWebhookSecret", named.clone(), "secret").await;
    let second = done["secret"].as_str().unwrap().to_owned();
    assert_ne!(first, second);
    for (hours, old) in [(23, true), (24, false)] {
        clock.set(
            format!("2026-01-01T{:02}:00:00Z", hours % 24).parse::<chrono::DateTime<Utc>>().unwrap()
                + TimeDelta::days(hours / 24),
        );
        test().await;
        let got = receiver.next().await;
        assert_eq!((is_signed(&got, &second), is_signed(&got, &first)), (true, old), "after {hours} h");
    }
    receiver.will(&[Answer::Status(418)]);
    let failed = test().await;
    assert_eq!(
        (&failed["taken"], &failed["failure"]),
        (&json!(false), &json!("The receiver answered 418 I'm a teapot."))
    );
    receiver.next().await;

    server.done("MMR-01", "revokeWebhook", named.clone(), "webhook { state }").await;
    for name in ["revokeWebhook", "rotateWebhookSecret", "resumeWebhook", "testWebhook"] {
        assert_eq!(codes(&server.refused("MMR-01", name, named.clone()).await), ["NOT_FOUND"], "{name}");
    }
    let mut other = Receiver::start(&[]).await;
    register(&server, "MMR-01", &other.url, json!({})).await;
    invite(&server, "KHM").await;
    other.next().await;
    assert!(receiver.got.try_recv().is_err(), "it is revoked");
    server.stop().await;
}

#[sqlx::test(migrations = false)]
async fn another_node_goes_on_where_one_was_killed_once_its_time_is_over(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let clock = Clock::scripted("2026-01-01T00:00:00Z".parse().unwrap());
    let killed = Server::saphan_that_sends(
        options.clone(),
        DRAFTING,
        WebhookSettings { clock: clock.clone(), ..settings() },
    )
    .await;
    let expected: Vec<String> = listed(&killed, "MMR-01")
        .await
        .iter()
        .map(|event| event["id"].as_str().unwrap().to_owned())
        .collect();
    let mut receiver = Receiver::start(&[Answer::Status(204), Answer::Status(204), Answer::Hang]).await;
    register(&killed, "MMR-01", &receiver.url, json!({ "after": "0" })).await;
    assert_eq!(receiver.ids(3).await, expected[..3]);
    // The third is with the receiver, and nobody will ever note that.
    drop(killed);

    let other = Server::beside(options, WebhookSettings { clock: clock.clone(), ..settings() }).await;
    let mut second = Receiver::start(&[]).await;
    register(&other, "MMR-01", &second.url, json!({ "after": "0" })).await;
    assert_eq!(second.ids(expected.len()).await, expected);
    assert!(receiver.got.try_recv().is_err(), "the one that was killed still has it");
    clock.set("2026-01-01T00:01:00Z".parse().unwrap());
    assert_eq!(receiver.ids(expected.len() - 2).await, expected[2..]);

    // In good order it gives back what it has, and the next node need not wait.
    other.stop().await;
}

#[sqlx::test(migrations = false)]
async fn who_may_have_webhooks_and_where_they_may_lead(_: PgPoolOptions, options: PgConnectOptions) {
    let server = Server::saphan(options, DRAFTING).await;
    let input = |url: &str| json!({ "name": "Situation room", "url": url });
    let good = input("https://example.org/accord");
    for url in [
        "http://example.org/",
        "https://127.0.0.1/",
        "https://[::ffff:169.254.169.254]/",
        "https://0x7f.1/",
        "x",
    ] {
        let refusals = server.refused("MMR-01", "registerWebhook", input(url)).await;
        assert_eq!(
            (codes(&refusals), &refusals[0]["field"]),
            (vec!["INVALID_VALUE"], &json!(["url"])),
            "{url}"
        );
    }
    // All at once.
    let bad = json!({
        "name": "", "url": "x", "after": "1000000", "filter": { "types": ["NothingHappened"] },
    });
    let refusals = server.refused("MMR-01", "registerWebhook", bad).await;
    let mut fields: Vec<String> = refusals.iter().map(|refusal| refusal["field"][0].to_string()).collect();
    fields.sort();
    assert_eq!(fields, ["\"after\"", "\"filter\"", "\"name\"", "\"url\""]);

    // Only those who decide for a partner.
    assert_eq!(
        codes(&server.refused("service:import", "registerWebhook", good.clone()).await),
        ["FORBIDDEN"]
    );
    let mutation = "mutation ($input: RegisterWebhookInput!) { registerWebhook(input: $input) {
       ... on Refused { refusals { code } }
     } }";
    for query in [
        json!({ "query": mutation, "variables": { "input": good } }),
        json!({ "query": "{ webhooks { id } }" }),
    ] {
        let planner = server.token_as("MMR-01", &[Role::Planner, Role::Liaison, Role::Reviewer]);
        let request = server.client().post(server.url("/graphql")).bearer_auth(planner).json(&query);
        let answer: Value = request.send().await.unwrap().json().await.unwrap();
        assert!(answer.to_string().contains("FORBIDDEN"), "{answer}");
    }

    // Nobody else's are there.
    let (webhook, secret) = register(&server, "MMR-01", "https://localhost:1/accord", json!({})).await;
    for name in ["revokeWebhook", "rotateWebhookSecret", "resumeWebhook", "testWebhook"] {
        for id in [&webhook, &json!("webhook_none"), &json!("")] {
            let refusals = server.refused("THA-01", name, json!({ "webhook": id })).await;
            assert_eq!(codes(&refusals), ["NOT_FOUND"], "{name}");
        }
    }
    let data = server
        .data("THA-01", "{ webhooks { id } viewer { mayCall(mutation: \"registerWebhook\") } }", Value::Null)
        .await;
    assert_eq!(data, json!({ "webhooks": [], "viewer": { "mayCall": true } }));

    // A name leads within this machine, and is not followed.
    let tried = server.done("MMR-01", "testWebhook", json!({ "webhook": webhook }), "taken failure").await;
    let failure = "The address leads nowhere that may be called: names must lead to the public Internet.";
    assert_eq!((&tried["taken"], &tried["failure"]), (&json!(false), &json!(failure)));

    // The secret is told once: nothing that is asked later has it.
    let told = once(&server, "MMR-01", "ACTIVE").await.to_string();
    assert!(!told.contains(&secret["whsec_".len()..]));
    for _ in 1..20 {
        register(&server, "MMR-01", "https://example.org/", json!({})).await;
    }
    assert_eq!(codes(&server.refused("MMR-01", "registerWebhook", good).await), ["WRONG_STATE"]);
    server.stop().await;
}

#[sqlx::test(migrations = false)]
async fn a_filter_narrows_and_what_is_sensitive_is_noted_as_shown_to_the_partner(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let server = Server::saphan_that_sends(options, DRAFTING, settings()).await;
    let mut receiver = Receiver::start(&[]).await;
    let filter = json!({ "types": ["AnnexAttached"], "operation": "SAPHAN" });
    register(&server, "MMR-01", &receiver.url, json!({ "filter": filter })).await;
    invite(&server, "KHM").await;
    attach(&server, "J", "SECRET", &["CHN"]).await;
    let operation = attach(&server, "K", "SECRET", &["CHN", "MMR"]).await;
    let got = receiver.next().await;
    assert_eq!(got.body["data"]["payload"]["annex"]["code"], "K");
    assert_eq!(got.body["subject"], operation);

    let log = "{ accessLog { edges { node { kind actor partner { code } } } } }";
    let data = server.data("THA-01", log, Value::Null).await;
    assert_eq!(
        data["accessLog"]["edges"],
        json!([{ "node": { "kind": "READ", "actor": "service:webhook", "partner": { "code": "MMR" } } }])
    );
    let webhook = once(&server, "MMR-01", "ACTIVE").await;
    assert_eq!(webhook["filter"], json!({ "types": ["AnnexAttached"], "operation": operation }));

    let metrics = server.client().get(server.metrics_url()).send().await.unwrap().text().await.unwrap();
    assert!(metrics.contains("accord_webhook_deliveries_total{outcome=\"taken\"} 1\n"), "{metrics}");
    assert!(metrics.contains("accord_webhooks{state=\"active\"} 1\n"), "{metrics}");
    server.stop().await;
}
