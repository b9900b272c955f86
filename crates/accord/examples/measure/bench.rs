//! A server in this process on a log of some size, and what is asked of it.

use crate::{
    ROUNDS,
    data::{Data, TASKS, guest, operation, planner, task, title},
    load::{Answered, Connection, drive},
    machine::Machine,
    row::{quantile, ratio, row},
};
use accord::{
    api::{documents::Documents, rates::Allowance},
    database,
    keys::Keys,
    server::{self, Limits, LiveSettings, Reach, Running, ServerSettings, WebhookSettings},
};
use anyhow::{Context as _, Result, ensure};
use chrono::{TimeDelta, Utc};
use domain::{
    Actor,
    ids::{OperationId, TaskId},
};
use engine::{Clock, Entropy};
use rand::{Rng, SeedableRng, rngs::StdRng};
use serde_json::{Value, json};
use std::{
    net::Ipv4Addr,
    sync::{Arc, Mutex},
    time::{Duration, Instant},
};
use tokio::{sync::mpsc, task::JoinSet, time::timeout};

/// Commands of a round, by callers.
const COMMANDS: [(usize, usize); 3] = [(1, 2_000), (8, 8_000), (64, 20_000)];

/// Requests of a round, by connections.
const QUERIES: [(usize, usize); 3] = [(1, 1_000), (16, 3_000), (64, 3_000)];

const LISTENERS: usize = 1_000;

/// One operation with its 20 tasks, each with its assignments and who holds the post.
const QUERY_A: &str = "operation(id: $id) { code title tasks(first: 20) { edges { node { code title assignments { \
    post { code title holder { officer } } } } } } }";

/// The first 20 operations with the first 5 tasks of each.
const QUERY_B: &str = "operations(first: 20) { edges { node { code title status tasks(first: 5) { edges { node { \
    code title } } } } } }";

pub struct Bench {
    pub data: Arc<Data>,
    pub running: Running,
    address: String,
    token: String,
    /// Of the officer abroad.
    guest: String,
}

impl Bench {
    /// On an empty database, with so many operations.
    pub async fn open(url: &str, keys: &Keys, operations: usize) -> Result<Self> {
        let running = serve(url, keys).await?;
        let data = Data::found(running.engine.clone(), operations).await?;
        Self::of(running, data, keys)
    }

    /// On a database that one before has left, with nothing in memory.
    pub async fn reopen(url: &str, keys: &Keys, operations: usize) -> Result<Self> {
        let running = serve(url, keys).await?;
        let data = Data::found_before(running.engine.clone(), operations)?;
        Self::of(running, data, keys)
    }

    fn of(running: Running, data: Arc<Data>, keys: &Keys) -> Result<Self> {
        let address = running.url.strip_prefix("http://").context("an address without http")?.to_owned();
        let (token, guest) = (token(keys, &planner())?, token(keys, &guest())?);
        Ok(Self { data, running, address, token, guest })
    }

    pub fn events(&self) -> Value {
        json!({ "events": self.data.engine.position().0 })
    }

    /// What must cost the same whatever the log's size.
    pub async fn at_size(&self) -> Result<()> {
        let operations = self.data.operations.len();
        let (mut appended, mut present, mut past, mut lists) =
            (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        // Folds that are used from here on, so that all sizes are measured with warm caches.
        self.data.rate(64, 2 * operations, operations).await?;
        for _ in 0..ROUNDS {
            appended.push(self.data.rate(64, 10_000, operations).await?);
        }
        row("commands, spread, 64 callers", &self.events(), "1/s", appended);
        let newest = self.data.engine.position().0;
        let earliest = newest / 2;
        for (connections, requests) in QUERIES {
            let of = json!({ "events": newest, "connections": connections });
            let (mut slow_present, mut slow_past, mut slow_lists) = (Vec::new(), Vec::new(), Vec::new());
            present.clear();
            past.clear();
            lists.clear();
            for round in 0..ROUNDS as u64 {
                let now = self.ask(connections, requests, move |random| {
                    let id = OperationId::of(&operation(random.random_range(0..operations)));
                    question(&format!("query ($id: ID!) {{ {QUERY_A} }}"), &json!({ "id": id.to_string() }))
                });
                let now = now(round).await?;
                present.push(now.per_second);
                slow_present.push(quantile(&now.latencies, 0.99));
                let then = self.ask(connections, requests, move |random| {
                    let id = OperationId::of(&operation(random.random_range(0..operations)));
                    let at = random.random_range(earliest..newest);
                    let query = format!(
                        "query ($id: ID!, $at: Position!) {{ asOf(at: {{ position: $at }}) {{ {QUERY_A} }} }}"
                    );
                    question(&query, &json!({ "id": id.to_string(), "at": at.to_string() }))
                });
                let then = then(round).await?;
                past.push(then.per_second);
                slow_past.push(quantile(&then.latencies, 0.99));
                let list = self
                    .ask(connections, requests / 2, |_| question(&format!("{{ {QUERY_B} }}"), &json!({})));
                let list = list(round).await?;
                lists.push(list.per_second);
                slow_lists.push(quantile(&list.latencies, 0.99));
            }
            let now =
                row("query A: an operation with its tasks and who is assigned", &of, "1/s", present.clone());
            row("query A, 99 of 100 within", &of, "ms", slow_present);
            let then = row("query A as of a random past position", &of, "1/s", past.clone());
            row("query A as of the past, 99 of 100 within", &of, "ms", slow_past);
            ratio("query A as of the past: time", &of, "query A", now / then);
            row("query B: the first 20 operations with 5 tasks each", &of, "1/s", lists.clone());
            row("query B, 99 of 100 within", &of, "ms", slow_lists);
        }
        Ok(())
    }

    /// Requests with questions of one kind; what a round asks depends on its number alone.
    pub fn ask(
        &self,
        connections: usize,
        requests: usize,
        question: impl Fn(&mut StdRng) -> String + Send + Sync + Copy + 'static,
    ) -> impl AsyncFnOnce(u64) -> Result<Answered> {
        let (address, token) = (self.address.clone(), self.token.clone());
        async move |round| {
            let random = Mutex::new(StdRng::seed_from_u64(round));
            drive(&address, &token, connections, requests, move |_| {
                question(&mut random.lock().expect("no question panics"))
            })
            .await
        }
    }

    /// A connection for questions that follow from answers.
    pub async fn connect(&self) -> Result<Connection> {
        Connection::open(&self.address, "/graphql", "application/graphql-response+json", &self.token).await
    }

    /// The same question of the officer abroad so many times, one after the other.
    pub async fn ask_abroad(&self, requests: usize, query: &'static str) -> Result<Answered> {
        drive(&self.address, &self.guest, 1, requests, move |_| question(query, &json!({}))).await
    }

    /// Commands at the engine, next to the machine's single-row inserts.
    pub async fn commands(&self, machine: &Machine) -> Result<()> {
        for (callers, commands) in COMMANDS {
            let of = json!({ "callers": callers });
            let (mut inserts, mut spread, mut hot) = (Vec::new(), Vec::new(), Vec::new());
            for _ in 0..ROUNDS {
                inserts.push(machine.single_row_inserts(callers)?);
                spread.push(self.data.rate(callers, commands, self.data.operations.len()).await?);
                hot.push(self.data.rate(callers, commands, 1).await?);
            }
            let inserts = row("machine: single-row inserts", &of, "1/s", inserts);
            let spread = row("commands, spread over the operations", &of, "1/s", spread);
            ratio("commands, spread over the operations", &of, "single-row inserts", spread / inserts);
            let hot = row("commands on one operation", &of, "1/s", hot);
            ratio("commands on one operation", &of, "commands, spread", hot / spread);
        }
        Ok(())
    }

    /// Mutations over HTTP, next to the same commands at the engine.
    pub async fn mutations(&self) -> Result<()> {
        let of = json!({ "events": self.data.engine.position().0, "connections": 64 });
        let operations = self.data.operations.len();
        let (mut engine, mut mutations) = (Vec::new(), Vec::new());
        for round in 0..ROUNDS {
            engine.push(self.data.rate(64, 10_000, operations).await?);
            let answered = drive(&self.address, &self.token, 64, 6_000, move |number| {
                let operation = OperationId::of(&operation(number % operations));
                let id = TaskId::of(operation, &crate::good(&task(number / operations % TASKS)));
                let query = "mutation ($input: ReviseTaskInput!) { reviseTask(input: $input) { __typename \
                    ... on ReviseTaskPayload { task { title } receipt { position } } } }";
                let title = format!("{} over HTTP in round {round}", title(number));
                question(query, &json!({ "input": { "task": id.to_string(), "title": title } }))
            });
            mutations.push(answered.await?.per_second);
        }
        let engine = row("commands at the engine", &of, "1/s", engine);
        let mutations = row("mutations over HTTP", &of, "1/s", mutations);
        ratio("mutations over HTTP", &of, "commands at the engine", mutations / engine);
        Ok(())
    }

    /// The differences of a stretch of so many events.
    pub async fn changes(&self, stretch: i64) -> Result<()> {
        let newest = self.data.engine.position().0;
        let of = json!({ "events": newest, "stretch": stretch });
        let mut figures = Vec::new();
        for round in 0..ROUNDS as u64 {
            let asked = self.ask(1, 30, move |random| {
                let from = random.random_range(newest / 2..newest - stretch);
                let query = "query ($from: Position!, $to: Position!) { changes(from: { position: $from }, \
                    to: { position: $to }, first: 100) { edges { node { kind field position } } } }";
                let (from, to) = (from.to_string(), (from + stretch).to_string());
                question(query, &json!({ "from": from, "to": to }))
            });
            figures.push(quantile(&asked(round).await?.latencies, 0.5));
        }
        row("changes between two positions, first 100", &of, "ms", figures);
        Ok(())
    }

    /// From sending a command to the moment at which every listener of everything has its event, and every listener of one
    /// operation that operation as it then is.
    pub async fn listeners(&self) -> Result<()> {
        let all = "subscription ($after: Position) { events(after: $after) { position } }";
        let after = json!({ "after": self.data.engine.position().0.to_string() });
        self.hear("one event to 1,000 listeners", &question(all, &after), 0).await?;
        let one = "subscription ($id: ID!) { operationChanged(id: $id) { code title status } }";
        let id = json!({ "id": OperationId::of(&operation(0)).to_string() });
        // Each has the operation as it stands first.
        self.hear("one change to 1,000 listeners of one operation", &question(one, &id), LISTENERS).await
    }

    async fn hear(&self, name: &str, question: &str, first: usize) -> Result<()> {
        let (heard, mut hearing) = mpsc::unbounded_channel();
        let mut listening = JoinSet::new();
        for _ in 0..LISTENERS {
            let mut stream =
                Connection::open(&self.address, "/graphql/stream", "text/event-stream", &self.token).await?;
            stream.send(question).await?;
            let heard = heard.clone();
            listening.spawn(async move {
                while let Ok(line) = stream.line().await {
                    // The end of it tells nobody anything.
                    if line.starts_with("data:") && line.contains("\"data\":{") && heard.send(()).is_err() {
                        return;
                    }
                }
            });
        }
        let mut all_heard = async |number: usize| {
            for _ in 0..number {
                let heard = timeout(Duration::from_secs(30), hearing.recv()).await;
                ensure!(matches!(heard, Ok(Some(()))), "a listener has not heard of an event");
            }
            Ok(())
        };
        all_heard(first).await?;
        let mut figures = Vec::new();
        for _ in 0..20 {
            let begun = Instant::now();
            self.data.rate(1, 1, 1).await?;
            all_heard(LISTENERS).await?;
            figures.push(begun.elapsed().as_secs_f64() * 1_000.0);
        }
        row(name, &json!({ "listeners": LISTENERS }), "ms", figures);
        Ok(())
    }
}

pub fn token(keys: &Keys, actor: &Actor) -> Result<String> {
    keys.token(actor, Utc::now() + TimeDelta::hours(4))
}

/// A request's body.
pub fn question(query: &str, variables: &Value) -> String {
    json!({ "query": query, "variables": variables }).to_string()
}

async fn serve(url: &str, keys: &Keys) -> Result<Running> {
    let pool = database::prepare(url.parse()?).await?;
    let settings = ServerSettings {
        listen: (Ipv4Addr::LOCALHOST, 0).into(),
        clock: Clock::System,
        entropy: Entropy::system(),
        trust: accord::api::trust::Trust::new(keys.issuers()?, accord::api::trust::TOKEN_LIFE),
        explorer: None,
        live: LiveSettings { of_actor: LISTENERS * 2, of_partner: LISTENERS * 2, ..LiveSettings::default() },
        // What is measured is the server, not what it allows one caller.
        limits: Limits { allowance: Allowance::NONE, ..Limits::default() },
        documents: Documents::default(),
        origins: accord::server::Origins::default(),
        metrics_listen: None,
        webhooks: WebhookSettings::new(None, Reach::Public),
    };
    server::start(pool, settings).await
}
