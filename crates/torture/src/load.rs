//! The load under which faults are injected: clients that write, and insist until they know what became of
//! it, and clients that read.

use crate::{
    client::{Client, Mutation, position},
    history::{History, Outcome, Read, Submission},
    stage::{World, revise},
    waiting::until,
};
use anyhow::{Context as _, Result, bail};
use rand::{Rng as _, SeedableRng as _, rngs::StdRng, seq::IndexedRandom as _};
use serde_json::json;
use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    time::Duration,
};
use tokio::{task::JoinSet, time::sleep};

/// A client that has heard nothing for so long gives its command up; then its fate is unknown.
const INSISTENCE: Duration = Duration::from_mins(2);

/// How long the load may go without a single acknowledgement before the experiment fails.
const SILENCE: Duration = Duration::from_mins(2);

/// How long a client thinks at most before its next command, in milliseconds. Without that, experiments that
/// take many minutes would make logs of a million events, which take longer to check than to write, and find
/// nothing more.
const THINKING: u64 = 100;

pub struct Load {
    clients: JoinSet<History>,
    over: Arc<AtomicBool>,
    acknowledged: Arc<AtomicUsize>,
}

impl Load {
    pub fn start(client: &Client, world: &Arc<World>, writers: u64, seed: u64) -> Self {
        Self::start_as("W", client, world, writers, seed)
    }

    /// With keys that begin so: those of an earlier load of the same world are taken.
    pub fn start_as(name: &str, client: &Client, world: &Arc<World>, writers: u64, seed: u64) -> Self {
        let over = Arc::new(AtomicBool::new(false));
        let acknowledged = Arc::new(AtomicUsize::new(0));
        let mut clients = JoinSet::new();
        for number in 0..writers {
            let writer = Writer {
                client: client.clone(),
                world: Arc::clone(world),
                name: format!("{name}{number}"),
                random: StdRng::seed_from_u64(seed.wrapping_add(number)),
                history: History::default(),
            };
            clients.spawn(writer.run(Arc::clone(&over), Arc::clone(&acknowledged)));
        }
        for node in 0..client.nodes() {
            clients.spawn(watch(client.clone(), node, Arc::clone(&over)));
        }
        Self { clients, over, acknowledged }
    }

    /// How many commands have been acknowledged.
    pub fn acknowledged(&self) -> usize {
        self.acknowledged.load(Ordering::Relaxed)
    }

    /// Waits until so many more commands have been acknowledged.
    pub async fn more(&self, count: usize) -> Result<()> {
        let target = self.acknowledged() + count;
        until("commands to be acknowledged again", SILENCE, async || {
            Ok((self.acknowledged() >= target).then_some(()))
        })
        .await
    }

    /// Lets every client come to an end with what it has begun; what they saw.
    pub async fn finish(mut self) -> Result<History> {
        self.over.store(true, Ordering::Relaxed);
        let mut history = History::default();
        while let Some(seen) = self.clients.join_next().await {
            history.extend(seen.context("a client of the experiment panicked")?);
        }
        if history.submissions.is_empty() {
            bail!("the load sent nothing");
        }
        Ok(history)
    }
}

impl History {
    pub fn extend(&mut self, other: Self) {
        self.submissions.extend(other.submissions);
        self.reads.extend(other.reads);
    }
}

struct Writer {
    client: Client,
    world: Arc<World>,
    name: String,
    random: StdRng,
    history: History,
}

impl Writer {
    async fn run(mut self, over: Arc<AtomicBool>, acknowledged: Arc<AtomicUsize>) -> History {
        let mut number = 0;
        while !over.load(Ordering::Relaxed) {
            number += 1;
            let key = format!("{}-{number}", self.name);
            let (mutation, invalid) = self.choose(&key);
            let node = self.random.random_range(0..self.client.nodes());
            let mut submission = Submission { key, invalid, attempts: Vec::new() };
            insist(&self.client, node, &mut submission, &mutation, &mut self.random).await;
            let done = submission.attempts.last().filter(|last| matches!(last.outcome, Outcome::Done(_)));
            if let Some(node) = done.map(|last| last.node) {
                acknowledged.fetch_add(1, Ordering::Relaxed);
                // What nobody else changes has to be there.
                if mutation.name == "addTask" {
                    let read = self.look(node, &mutation, &submission.key).await;
                    self.history.reads.extend(read);
                }
            }
            self.history.submissions.push(submission);
            sleep(Duration::from_millis(self.random.random_range(0..THINKING))).await;
        }
        self.history
    }

    /// A command whose effect is a title that is its key: on one of many operations, on the hot one, or a new
    /// task; and now and then one that has to be refused.
    fn choose(&mut self, key: &str) -> (Mutation, bool) {
        match self.random.random_range(0..16) {
            0 => (self.world.add_task("T01", key), true),
            1..4 => (self.world.add_task(key, key), false),
            4..8 => (self.world.revise_hot_task(key), false),
            _ => {
                let task = self.world.tasks.choose(&mut self.random).unwrap_or(&self.world.hot_task).clone();
                (revise(&task, key), false)
            }
        }
    }

    /// Whether the node that acknowledged a new task shows it; `None` when it did not answer.
    async fn look(&self, node: usize, mutation: &Mutation, key: &str) -> Option<Read> {
        let sent = self.client.now();
        let query = "query ($id: ID!, $code: String!) {
                       head { position } operation(id: $id) { task(code: $code) { title } } }";
        let variables = json!({ "id": mutation.input["operation"], "code": mutation.input["code"] });
        let data = self.client.ask(node, query, variables).await.ok()?;
        let shown = data["operation"]["task"]["title"] == *key;
        Some(Read {
            node,
            sent,
            answered: self.client.now(),
            position: position(&data["head"]["position"])?,
            expects: Some((key.to_owned(), shown)),
        })
    }
}

/// Sends a command until it is known to be done or refused, to other nodes when one does not answer.
pub async fn insist(
    client: &Client,
    mut node: usize,
    submission: &mut Submission,
    mutation: &Mutation,
    random: &mut StdRng,
) {
    let begun = client.now();
    loop {
        let attempt = client.send(node, mutation).await;
        let settled = matches!(attempt.outcome, Outcome::Done(_) | Outcome::Refused(_));
        submission.attempts.push(attempt);
        if settled || client.now() > begun + INSISTENCE {
            return;
        }
        sleep(Duration::from_millis(random.random_range(10..100))).await;
        node = random.random_range(0..client.nodes());
    }
}

/// Asks one node again and again where it stands.
async fn watch(client: Client, node: usize, over: Arc<AtomicBool>) -> History {
    let mut history = History::default();
    while !over.load(Ordering::Relaxed) {
        let sent = client.now();
        if let Ok(data) = client.ask(node, "{ head { position } }", json!({})).await
            && let Some(position) = position(&data["head"]["position"])
        {
            history.reads.push(Read { node, sent, answered: client.now(), position, expects: None });
        }
        sleep(Duration::from_millis(20)).await;
    }
    history
}
