//! Requests fall due while servers are killed and their clocks jump: every breach is told once, and none before its time.
//!
//! What is right is known from outside: this machine's clock, which nobody changes, and which requests were answered
//! before they fell due.

use super::{clock, lab::Lab};
use crate::{
    client::Mutation,
    history::Outcome,
    load::Load,
    report::Row,
    stage::{NODES, RECOVERY, Stage},
    waiting::until,
};
use anyhow::{Context as _, Result, bail};
use chrono::{DateTime, TimeDelta, Utc};
use rand::{Rng as _, rngs::StdRng};
use serde_json::json;
use std::{
    collections::BTreeMap,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};
use tokio::{task::JoinHandle, time::sleep};

/// Requests between two faults.
const REQUESTS: usize = 4;

/// Within so many seconds a request falls due.
const SOON: i64 = 6;

/// The longest jump of a clock, in seconds.
const FAR: i64 = 12 * 60 * 60;

/// How long a client tries to have its request taken: any server that is up and whose clock is not behind takes it.
const INSISTENCE: Duration = Duration::from_secs(30);

/// A request, and what is known of it from outside.
struct Asked {
    due: DateTime<Utc>,
    /// Whether it was answered, for sure, before it fell due; `None`: it was tried, and nobody knows.
    met: Option<bool>,
}

pub async fn run(mut lab: Lab) -> Result<Row> {
    let mut stage = lab.stage().await?;
    let clocks = clock::lend(&mut stage).await?;
    let load = Load::start(&stage.client, &stage.world, lab.writers() / 2, lab.settings.seed);
    let watcher = Watcher::start(&stage).await?;
    let progress = lab.progress();
    let mut asked = BTreeMap::new();
    for number in 0..lab.count {
        load.more(2).await?;
        for index in 0..REQUESTS {
            let code = format!("R{number}-{index}");
            let request = ask(&stage, &code, index % 2 == 0, &mut lab.random).await?;
            asked.insert(code, request);
        }
        let node = lab.random.random_range(0..NODES);
        if number % 2 == 0 {
            stage.nodes[node].kill().await?;
            stage.nodes[node].start().await?;
        } else {
            let jump = lab.random.random_range(FAR / 12..FAR) * if number % 4 == 1 { 1 } else { -1 };
            clock::set(&clocks[node], jump)?;
        }
        progress.step();
    }
    for clock in &clocks {
        clock::set(clock, 0)?;
    }
    let history = load.finish().await?;
    let mut trouble = settle(&stage, &asked).await?;
    trouble.extend(watcher.finish().await?);
    let mut row = lab.judge(stage, lab.count, &history).await?;
    row.notes.push(format!("{} requests fell due", asked.len()));
    row.trouble.extend(trouble);
    Ok(row)
}

/// Asks for something that falls due soon, and answers every other time.
async fn ask(stage: &Stage, code: &str, answers: bool, random: &mut StdRng) -> Result<Asked> {
    let due = Utc::now() + TimeDelta::milliseconds(random.random_range(2_000..SOON * 1_000));
    let operation = stage.world.operation();
    let input = json!({
        "operation": operation, "code": code, "kind": "RFI", "priority": "P3", "to": "THA", "text": "Answer in time",
        "due": due.to_rfc3339(), "occurredAt": Utc::now().to_rfc3339(), "idempotencyKey": code,
    });
    let issue = Mutation { shown: "request { id }", ..Mutation::new("issueRequest", input) };
    let payload = until("a request to be taken", INSISTENCE, async || {
        let node = rand::random_range(0..NODES);
        stage.client.done_if(node, &issue).await
    })
    .await?;
    let mut met = Some(false);
    if answers {
        let input = json!({
            "requestId": payload["request"]["id"], "occurredAt": Utc::now().to_rfc3339(),
            "idempotencyKey": format!("{code} answered"),
        });
        let node = random.random_range(0..NODES);
        let attempt = stage.client.send(node, &Mutation::new("fulfilRequest", input)).await;
        met = match attempt.outcome {
            // Acknowledged before it fell due, so that nobody can say that it was not.
            Outcome::Done(_) if Utc::now() < due => Some(true),
            Outcome::Refused(_) => Some(false),
            _ => None,
        };
    }
    Ok(Asked { due, met })
}

/// Waits until everything that must be told of is, and holds what was told against what is known.
async fn settle(stage: &Stage, asked: &BTreeMap<String, Asked>) -> Result<Vec<String>> {
    let last = asked.values().map(|request| request.due).max().unwrap_or_else(Utc::now);
    let wait = (last - Utc::now()).to_std().unwrap_or_default();
    sleep(wait + Duration::from_secs(1)).await;
    let missed: Vec<&String> =
        asked.iter().filter(|(_, request)| request.met == Some(false)).map(|(code, _)| code).collect();
    let all = until("every breach to be told", RECOVERY, async || {
        let told = breaches(stage).await?;
        Ok(missed.iter().all(|code| told.contains_key(*code)).then_some(told))
    })
    .await;
    let mut trouble = Vec::new();
    if let Err(error) = &all {
        trouble.push(format!("{error:#}"));
    }
    // What comes twice comes by a node that was behind: it has looked again by now.
    sleep(Duration::from_secs(3)).await;
    for (code, count) in breaches(stage).await? {
        match asked.get(&code) {
            None => trouble.push(format!("a breach of {code}, which nobody asked")),
            Some(request) if request.met == Some(true) => {
                trouble.push(format!("{code} was answered in time, and its breach was told"));
            }
            Some(_) if count > 1 => trouble.push(format!("the breach of {code} was told {count} times")),
            Some(_) => {}
        }
    }
    if missed.is_empty() {
        bail!("nothing fell due unanswered: this experiment has shown nothing");
    }
    Ok(trouble)
}

/// How often the breach of each request was told, by the log itself.
async fn breaches(stage: &Stage) -> Result<BTreeMap<String, i64>> {
    let mut connection = stage.connect().await?;
    let rows: Vec<(String, i64)> = sqlx::query_as(
        "select convert_from(payload, 'UTF8')::json ->> 'request', count(*)
         from event where type = 'RequestDeadlineMissed' group by 1",
    )
    .fetch_all(&mut connection)
    .await
    .context("could not read what was told")?;
    Ok(rows.into_iter().collect())
}

/// Looks at the log all the time: what is in it before its due time has come was told early, whatever servers' clocks say.
struct Watcher {
    over: Arc<AtomicBool>,
    found: JoinHandle<Result<Vec<String>>>,
}

impl Watcher {
    async fn start(stage: &Stage) -> Result<Self> {
        let over = Arc::new(AtomicBool::new(false));
        let mut connection = stage.connect().await?;
        let done = Arc::clone(&over);
        let found = tokio::spawn(async move {
            let mut trouble = Vec::new();
            while !done.load(Ordering::Relaxed) {
                let early: Vec<(String,)> = sqlx::query_as(
                    "select convert_from(payload, 'UTF8')::json ->> 'request'
                     from event where type = 'RequestDeadlineMissed' and occurred_at > now()",
                )
                .fetch_all(&mut connection)
                .await
                .context("could not read what was told")?;
                trouble
                    .extend(early.into_iter().map(|(code,)| format!("the breach of {code} was told early")));
                sleep(Duration::from_millis(50)).await;
            }
            trouble.sort();
            trouble.dedup();
            Ok(trouble)
        });
        Ok(Self { over, found })
    }

    async fn finish(self) -> Result<Vec<String>> {
        self.over.store(true, Ordering::Relaxed);
        self.found.await.context("the watcher panicked")?
    }
}
