//! Where an experiment plays: a database, three processes of Accord on it, and a small world of operations to
//! change.

use crate::{
    client::{Client, Mutation, position},
    history::{self, Findings, History, Log, Receipt},
    logged,
    node::{Accord, Node},
    report::Row,
    waiting::until,
};
use anyhow::{Context as _, Result, bail};
use embedded_postgres::Server;
use rand::{SeedableRng as _, rngs::StdRng, seq::IndexedRandom as _};
use serde_json::{Value, json};
use sqlx::{Connection as _, PgConnection};
use std::{
    path::PathBuf,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};
use tempfile::TempDir;

pub const NODES: usize = 3;

/// Operations that the load is spread over, each with so many tasks.
pub const OPERATIONS: usize = 8;
const TASKS: usize = 4;

/// How long nodes may take to serve again by themselves once a fault is over.
pub const RECOVERY: Duration = Duration::from_mins(1);

/// Receipts that the log is held against by `accord verify`; the checker holds it against all of them.
pub const ANCHORS: usize = 500;

/// What the load changes.
pub struct World {
    /// Where new tasks go.
    pub operation: Value,
    /// That everybody changes.
    pub hot_task: Value,
    pub tasks: Vec<Value>,
}

impl World {
    /// Where new tasks go.
    pub fn operation(&self) -> &Value {
        &self.operation
    }

    pub fn add_task(&self, code: &str, title: &str) -> Mutation {
        add_task(&self.operation, code, title)
    }

    pub fn revise_hot_task(&self, title: &str) -> Mutation {
        revise(&self.hot_task, title)
    }
}

/// The title is also the key.
pub fn revise(task: &Value, title: &str) -> Mutation {
    Mutation::new("reviseTask", json!({ "task": task, "title": title, "idempotencyKey": title }))
}

fn add_task(operation: &Value, code: &str, title: &str) -> Mutation {
    let input = json!({
        "operation": operation, "code": code, "title": title, "phase": "P1", "leadPartner": "THA",
        "territory": "THA", "startOffset": "PT0H", "duration": "PT12H", "idempotencyKey": title,
    });
    Mutation { shown: "task { task { id } }", ..Mutation::new("addTask", input) }
}

pub struct Stage {
    pub accord: Accord,
    pub nodes: Vec<Node>,
    /// A planner of the world's only partner.
    pub client: Client,
    pub world: Arc<World>,
    /// Its name.
    database: String,
    /// Kept when something went wrong.
    dir: TempDir,
}

impl Stage {
    /// On a fresh database of this server. `route` turns its address into the one that a node is told.
    pub async fn open(
        program: &std::path::Path,
        postgres: &Server,
        route: impl Fn(usize, &str) -> String,
    ) -> Result<Self> {
        static NEXT: AtomicUsize = AtomicUsize::new(0);

        let database = format!("torture_{}", NEXT.fetch_add(1, Ordering::Relaxed));
        tokio::task::block_in_place(|| postgres.create_database(&database))?;
        let dir = tempfile::Builder::new().prefix("accord-torture-").tempdir();
        let dir = dir.context("could not make a directory for the nodes")?;
        let url = postgres.url(&database);
        let accord = Accord { program: program.to_owned(), dir: dir.path().to_owned(), database: url };
        let admin = accord.token(&["--service", "import"], "ADMIN").await?;
        // Makes the partner's key, which nodes trust from their start on.
        let planner = accord.token(&["--post", "THA-01"], "PLANNER,COMMANDER,REVIEWER").await?;
        let mut nodes: Vec<Node> = (0..NODES)
            .map(|number| Node::new(accord.clone(), number, route(number, &accord.database)))
            .collect();
        for node in &mut nodes {
            node.start().await?;
        }
        let addresses: Vec<_> = nodes.iter().map(Node::address).collect();
        let begun = Instant::now();
        let admin = Client::new(admin, addresses.clone(), begun)?;
        let client = Client::new(planner, addresses, begun)?;
        let world = Arc::new(set_up(&admin, &client).await?);
        Ok(Self { accord, nodes, client, world, database, dir })
    }

    /// Keeps what the nodes have said; where it is.
    pub fn keep(self) -> PathBuf {
        self.dir.keep()
    }

    /// The database stands on another server now, under the same name.
    pub fn moves_to(&mut self, postgres: &Server) {
        self.accord.database = self.url_on(postgres);
    }

    pub fn database(&self) -> &str {
        &self.database
    }

    /// Of the database that has its name on another server.
    pub fn url_on(&self, postgres: &Server) -> String {
        postgres.url(&self.database)
    }

    /// A connection past every node and proxy.
    pub async fn connect(&self) -> Result<PgConnection> {
        PgConnection::connect(&self.accord.database).await.context("could not connect to Postgres")
    }

    /// Waits until every node says that it is ready, without any help.
    pub async fn recovered(&mut self) -> Result<()> {
        for number in 0..NODES {
            let what = format!("node {number} to be ready by itself");
            until(&what, RECOVERY, async || {
                self.nodes[number].still_runs()?;
                let (ready, why) = self.client.ready(number).await?;
                if !ready {
                    bail!("it says {why}");
                }
                Ok(Some(()))
            })
            .await?;
        }
        Ok(())
    }

    /// The end of every experiment: the nodes serve again by themselves and agree; clients and log agree;
    /// Accord's own checks of the log and of the read model find nothing.
    pub async fn judge(&mut self, name: &'static str, injected: usize, history: &History) -> Result<Row> {
        let mut row = Row::new(name, injected, history);
        if let Err(error) = self.recovered().await {
            row.trouble.push(format!("{error:#}"));
        }
        let findings = self.check(history).await?;
        row.take(&findings);
        match self.disagreement(history).await {
            Ok(None) => {}
            Ok(Some(what)) => row.trouble.push(what),
            Err(error) => row.trouble.push(format!("{error:#}")),
        }
        let (sound, said) = self.verify(history).await?;
        if !sound {
            row.trouble.push(format!("accord verify: {said}"));
        }
        Ok(row)
    }

    /// Holds what clients saw against the log as it is now.
    pub async fn check(&self, history: &History) -> Result<Findings> {
        Ok(history::check(history, &self.log().await?))
    }

    pub async fn log(&self) -> Result<Log> {
        logged::read(&mut self.connect().await?).await
    }

    /// What the nodes do not answer alike at one position; `None` when they do.
    async fn disagreement(&self, history: &History) -> Result<Option<String>> {
        let newest = newest(history);
        let mut answers = Vec::new();
        for node in 0..NODES {
            let what = format!("node {node} to reach position {newest}");
            until(&what, RECOVERY, async || {
                let data = self.client.ask(node, "{ head { position } }", json!({})).await?;
                Ok(position(&data["head"]["position"]).filter(|reached| *reached >= newest))
            })
            .await?;
            let query = "query ($position: Position!) { asOf(at: { position: $position }) {
                           head { position commitHash }
                           operations(first: 20) { totalCount edges { node {
                             code title status plan { number status }
                             tasks(first: 100) { totalCount edges { node { code title } } } } } } } }";
            let position = newest.to_string();
            answers.push(self.client.ask(node, query, json!({ "position": position })).await?);
        }
        let differs = answers.iter().position(|answer| *answer != answers[0]);
        Ok(differs.map(|node| format!("nodes 0 and {node} answer differently as of position {newest}")))
    }

    /// Accord's own checks, held against receipts; whether they passed, and what they said.
    pub async fn verify(&self, history: &History) -> Result<(bool, String)> {
        self.verify_database(&self.accord.database, history).await
    }

    pub async fn verify_database(&self, database: &str, history: &History) -> Result<(bool, String)> {
        let receipts: Vec<&Receipt> = history.receipts().collect();
        let mut anchors: Vec<&Receipt> =
            receipts.choose_multiple(&mut StdRng::seed_from_u64(1), ANCHORS).copied().collect();
        // The newest above all: a log that lost its end has lost this one.
        anchors.extend(receipts.iter().max_by_key(|receipt| receipt.position));
        self.verify_anchors(database, &anchors, &["--read-models", "--decisions"]).await
    }

    /// At most [`ANCHORS`] and one more at a time, because a variable has only so much room.
    pub async fn verify_anchors(
        &self,
        database: &str,
        anchors: &[&Receipt],
        also: &[&str],
    ) -> Result<(bool, String)> {
        let anchors: Vec<String> =
            anchors.iter().map(|receipt| format!("{}:{}", receipt.position, receipt.commit_hash)).collect();
        let mut command = self.accord.command(&[&["verify"], also].concat());
        command.env("DATABASE_URL", database);
        if !anchors.is_empty() {
            command.env("ACCORD_ANCHORS", anchors.join(","));
        }
        Accord::finish(command).await
    }
}

/// The newest position that anybody was told.
fn newest(history: &History) -> i64 {
    let receipts = history.receipts().map(|receipt| receipt.position);
    receipts.chain(history.reads.iter().map(|read| read.position)).max().unwrap_or(0)
}

/// A partner with a post in office, and operations with drafts of a few tasks.
async fn set_up(admin: &Client, planner: &Client) -> Result<World> {
    let profile =
        json!({ "name": "Thailand", "agency": "Police", "timeZone": "Asia/Bangkok", "currency": "THB" });
    let founding = json!({ "profile": profile, "role": "HOST" });
    let officer = "00000000-0000-4000-8000-000000000001";
    let post = json!({ "code": "THA-01", "partner": "THA", "title": "Planner", "liaison": true });
    for (name, input) in [
        ("accedePartner", json!({ "partner": "THA", "founding": founding })),
        ("establishPost", post),
        ("nominateOfficer", json!({ "post": "THA-01", "officer": officer })),
        ("acceptNomination", json!({ "post": "THA-01" })),
        ("takePost", json!({ "post": "THA-01" })),
    ] {
        admin.done(0, Mutation::new(name, input)).await?;
    }
    let mut operations = Vec::new();
    let mut tasks = Vec::new();
    for number in 0..OPERATIONS {
        let input = json!({
            "code": format!("OP-{number}"), "title": "Torture", "leadPartner": "THA",
            "classification": "RESTRICTED", "releasableTo": [],
        });
        let initiated = Mutation { shown: "operation { id }", ..Mutation::new("initiateOperation", input) };
        let operation = planner.done(0, initiated).await?["operation"]["id"].take();
        let sections = json!({
            "situation": "Known.", "mission": "Recover them.", "concept": "Together.",
            "phases": [{ "code": "P1", "name": "Action" }], "linesOfEffort": [],
            "hHourWindow": { "from": "2023-10-08T00:00:00+07:00", "to": "2023-10-16T00:00:00+07:00" },
        });
        let draft = json!({ "operation": operation, "sections": sections });
        planner.done(0, Mutation::new("draftPlan", draft)).await?;
        for number in 1..=TASKS {
            let task = add_task(&operation, &format!("T{number:02}"), &format!("{operation} {number}"));
            tasks.push(planner.done(0, task).await?["task"]["task"]["id"].take());
        }
        operations.push(operation);
    }
    let hot_task = tasks.remove(0);
    let operation = operations.swap_remove(0);
    Ok(World { operation, hot_task, tasks })
}
