//! The others: two posts of a partner that has nothing to do with the attack. They ask and command as gently as
//! people do, whatever becomes of what they sent before.

use super::{
    row::{Fared, Waits},
    scene::{self, Scene},
    wire,
};
use anyhow::{Context as _, Result, bail};
use reqwest::header::CONNECTION;
use serde_json::{Value, json};
use std::{
    collections::BTreeMap,
    sync::Arc,
    time::{Duration, Instant},
};
use tokio::{
    runtime, select,
    task::{JoinSet, spawn_blocking},
    time::{sleep_until, timeout},
};

/// Whoever waits for longer has failed.
const PATIENCE: Duration = Duration::from_secs(10);

/// How often a question is asked, by one post or the other.
const QUESTION_EVERY: Duration = Duration::from_millis(50);

const COMMAND_EVERY: Duration = Duration::from_millis(200);

/// How often somebody comes anew: looks whether the server is there, and opens a websocket.
const ARRIVAL_EVERY: Duration = Duration::from_secs(1);

/// One in so many questions comes over a connection that was not there before.
const ONE_ANEW_OF: u32 = 4;

/// An operation with its tasks and who is assigned.
pub const QUESTION: &str = "{ operation(code: \"SAPHAN\") { code title status plan { number status } tasks(first: 20) {
    totalCount edges { node { code title status leadPartner { code } assignments { post { code title } } } } } } }";

/// What came of what they sent.
#[derive(Debug, Default)]
pub struct Outcome {
    questions: Vec<Duration>,
    commands: Vec<Duration>,
    /// By cause.
    pub failures: BTreeMap<String, usize>,
}

impl Outcome {
    pub fn fared(&self) -> Fared {
        Fared { question: Waits::of(self.questions.clone()), command: Waits::of(self.commands.clone()) }
    }

    fn add(&mut self, answered: Result<(Kind, Duration, Result<()>), tokio::task::JoinError>) {
        match answered {
            Ok((kind, waited, done)) => self.take(kind, waited, done),
            Err(error) => *self.failures.entry(format!("this program: {error}")).or_default() += 1,
        }
    }

    fn take(&mut self, kind: Kind, waited: Duration, done: Result<()>) {
        match kind {
            Kind::Question => self.questions.push(waited),
            Kind::Command => self.commands.push(waited),
            Kind::Arrival => {}
        }
        if let Err(error) = done {
            *self.failures.entry(format!("{} {error:#}", kind.name())).or_default() += 1;
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Question,
    Command,
    Arrival,
}

impl Kind {
    const ALL: [Self; 3] = [Self::Question, Self::Command, Self::Arrival];

    fn name(self) -> &'static str {
        match self {
            Self::Question => "question:",
            Self::Command => "command:",
            Self::Arrival => "arrival:",
        }
    }

    fn every(self) -> Duration {
        match self {
            Self::Question => QUESTION_EVERY,
            Self::Command => COMMAND_EVERY,
            Self::Arrival => ARRIVAL_EVERY,
        }
    }
}

/// What falls due within so long, in the order of time, each with its number among its kind.
fn schedule(length: Duration) -> Vec<(Duration, Kind, u32)> {
    let mut due: Vec<_> = Kind::ALL
        .into_iter()
        .flat_map(|kind| {
            let times = (0..).map(move |number| (kind.every() * number, kind, number));
            times.take_while(|(at, ..)| *at < length)
        })
        .collect();
    due.sort_by_key(|(at, ..)| *at);
    due
}

/// Both posts, before one server.
pub struct Others {
    scene: Arc<Scene>,
    url: String,
    http: reqwest::Client,
    /// So that no two commands are the same.
    round: usize,
}

impl Others {
    pub fn new(scene: Arc<Scene>, url: String, round: usize) -> Result<Self> {
        let http = reqwest::Client::builder().local_address(wire::OTHERS).timeout(PATIENCE).build();
        Ok(Self { scene, url, http: http.context("could not make an HTTP client")?, round })
    }

    /// On a thread of its own, so that what attackers' tasks take of this process delays nothing here.
    pub async fn live(self: Arc<Self>, length: Duration) -> Result<Outcome> {
        let here = runtime::Builder::new_current_thread().enable_all().build();
        let here = here.context("could not make a runtime")?;
        spawn_blocking(move || here.block_on(self.send_all(length))).await.context("the others have stopped")
    }

    async fn send_all(self: Arc<Self>, length: Duration) -> Outcome {
        let begun = Instant::now();
        let mut outcome = Outcome::default();
        let mut sent = JoinSet::new();
        for (at, kind, number) in schedule(length) {
            let due = begun + at;
            let come = sleep_until(due.into());
            tokio::pin!(come);
            loop {
                select! {
                    () = &mut come => break,
                    Some(answered) = sent.join_next() => outcome.add(answered),
                }
            }
            let others = Arc::clone(&self);
            sent.spawn(async move {
                let done = others.send(kind, number).await;
                // From when it was due: whoever could not even send it has waited, too.
                (kind, due.elapsed(), done)
            });
        }
        while let Some(answered) = sent.join_next().await {
            outcome.add(answered);
        }
        outcome
    }

    async fn send(&self, kind: Kind, number: u32) -> Result<()> {
        let [first, second] = &self.scene.others;
        let token = if number.is_multiple_of(2) { first } else { second };
        match kind {
            Kind::Question => {
                let answer = self
                    .post(token, &json!({ "query": QUESTION }), number.is_multiple_of(ONE_ANEW_OF))
                    .await?;
                let tasks = answer["data"]["operation"]["tasks"]["edges"].as_array().map(Vec::len);
                if tasks != Some(20) {
                    bail!("not what was asked for");
                }
            }
            Kind::Command => {
                let revision = scene::gentle_revision(self.round, number);
                let answer = self.post(token, &revision.body(), false).await?;
                if !answer["data"]["result"]["receipt"].is_object() {
                    bail!("refused {}", answer["data"]["result"]["refusals"][0]["code"]);
                }
            }
            Kind::Arrival => {
                for path in ["healthz", "readyz"] {
                    let answer = self.http.get(format!("{}/{path}", self.url));
                    let answer = answer.header(CONNECTION, "close").send().await.map_err(without_url)?;
                    if !answer.status().is_success() {
                        bail!("{path} says {}", answer.status());
                    }
                }
                let opened = wire::websocket(&self.url, wire::OTHERS, token);
                timeout(PATIENCE, opened).await.context("a timeout of a websocket")??;
            }
        }
        Ok(())
    }

    async fn post(&self, token: &str, body: &Value, anew: bool) -> Result<Value> {
        let mut request = self.http.post(format!("{}/graphql", self.url)).bearer_auth(token).json(body);
        if anew {
            // Whatever is asked next finds one connection less.
            request = request.header(CONNECTION, "close");
        }
        let answer = request.send().await.map_err(without_url)?;
        let status = answer.status();
        let answer: Value = answer.json().await.map_err(without_url)?;
        match answer["errors"][0]["extensions"]["code"].as_str() {
            Some(code) => bail!("{code}"),
            None if !status.is_success() => bail!("HTTP {status}"),
            None if !answer["errors"].is_null() => bail!("an error without a code"),
            None => Ok(answer),
        }
    }
}

/// Without ports, so that failures of one cause are counted as one.
fn without_url(error: reqwest::Error) -> anyhow::Error {
    if error.is_timeout() {
        return anyhow::anyhow!("a timeout");
    }
    anyhow::Error::new(error.without_url())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_that_falls_due_comes_in_order_and_at_its_rate() {
        let due = schedule(Duration::from_secs(2));
        assert!(due.is_sorted_by_key(|(at, ..)| *at));
        let count = |wanted| due.iter().filter(|(_, kind, _)| *kind == wanted).count();
        assert_eq!(Kind::ALL.map(count), [40, 10, 2]);
        assert!(due.contains(&(Duration::from_millis(1_950), Kind::Question, 39)));
        assert!(schedule(Duration::ZERO).is_empty());
    }
}
