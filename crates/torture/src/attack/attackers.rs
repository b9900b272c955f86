//! One partner's senders, and how they send: without end, without pause, and whatever they are told.

use super::{
    row::Got,
    scene::Scene,
    wire::{self, ATTACKERS},
};
use crate::client::Mutation;
use anyhow::{Context as _, Result};
use reqwest::{
    Request,
    header::{AUTHORIZATION, CONTENT_TYPE},
};
use std::{
    collections::BTreeMap,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU64, AtomicUsize, Ordering},
    },
    time::Duration,
};
use tokio::{
    task::JoinSet,
    time::{sleep, timeout},
};
use tokio_tungstenite::tungstenite::Message;

/// Before a connection is tried again that was not taken.
const PAUSE: Duration = Duration::from_millis(20);

/// Where an answer tells an error: at its beginning, or at its end.
const ENDS: usize = 4_096;

pub struct Attackers {
    pub scene: Arc<Scene>,
    pub url: String,
    pub tally: Tally,
    /// So that no two commands are the same.
    serial: AtomicUsize,
}

/// What the server did with what was sent to it.
#[derive(Default)]
pub struct Tally {
    answered: AtomicU64,
    cut: AtomicU64,
    /// By what was told.
    refused: Mutex<BTreeMap<String, u64>>,
}

impl Tally {
    pub fn answered(&self) {
        self.answered.fetch_add(1, Ordering::Relaxed);
    }

    pub fn refused(&self, told: &str) {
        let mut refused = self.refused.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(times) = refused.get_mut(told) {
            *times += 1;
        } else {
            refused.insert(told.to_owned(), 1);
        }
    }

    pub fn cut(&self) {
        self.cut.fetch_add(1, Ordering::Relaxed);
    }

    pub fn per_second(&self, length: Duration) -> Got {
        #[expect(clippy::cast_precision_loss, reason = "far fewer than 2^52 answers")]
        let rate = |count: u64| count as f64 / length.as_secs_f64();
        let refused = self.refused.lock().unwrap_or_else(PoisonError::into_inner);
        Got {
            answered: rate(self.answered.load(Ordering::Relaxed)),
            refused: rate(refused.values().sum()),
            cut: rate(self.cut.load(Ordering::Relaxed)),
            told: refused.iter().map(|(told, times)| (told.clone(), rate(*times))).collect(),
        }
    }
}

impl Attackers {
    pub fn new(scene: Arc<Scene>, url: String, serial: usize) -> Self {
        Self { scene, url, tally: Tally::default(), serial: AtomicUsize::new(serial) }
    }

    /// Of a post that is held.
    pub fn post(&self, number: usize) -> &str {
        &self.scene.posts[number % self.scene.posts.len()]
    }

    /// Of a post that is held and of one that is not, in turn.
    pub fn anybody(&self, number: usize) -> &str {
        let Scene { posts, invented, .. } = &*self.scene;
        let whose = if number.is_multiple_of(2) { posts } else { invented };
        &whose[number / 2 % whose.len()]
    }

    pub fn serial(&self) -> usize {
        self.serial.fetch_add(1, Ordering::Relaxed)
    }

    /// One connection after the other, each for one request at a time.
    pub fn http() -> reqwest::Client {
        let built = reqwest::Client::builder().local_address(ATTACKERS).pool_max_idle_per_host(1).build();
        built.unwrap_or_default()
    }

    pub fn body(&self, http: &reqwest::Client, token: &str, body: String) -> Result<Request> {
        let request = http.post(format!("{}/graphql", self.url)).header(CONTENT_TYPE, "application/json");
        request.bearer_auth(token).body(body).build().context("no request")
    }

    /// Sends one request and reads its answer; whether it asked for too much.
    pub async fn ask(&self, http: &reqwest::Client, request: Request) -> bool {
        let answer = async {
            let answer = http.execute(request).await?;
            let status = answer.status();
            anyhow::Ok((status, answer.bytes().await?))
        };
        let Ok((status, bytes)) = answer.await else {
            self.tally.cut();
            sleep(PAUSE).await;
            return false;
        };
        match told(&bytes) {
            Some(told) => {
                self.tally.refused(&told);
                return told == "BAD_USER_INPUT";
            }
            None if status.is_success() => self.tally.answered(),
            None => self.tally.refused(status.as_str()),
        }
        false
    }

    /// What came over a websocket.
    pub fn take(&self, message: &Message) {
        if let Message::Text(text) = message {
            match told(text.as_bytes()) {
                Some(told) => self.tally.refused(&told),
                None if text.contains("\"type\":\"error\"") => self.tally.refused("an error"),
                None => self.tally.answered(),
            }
        }
    }

    /// So many at once that ask one thing again and again.
    pub fn ask_again(
        self: &Arc<Self>,
        attack: &mut JoinSet<()>,
        senders: usize,
        who: fn(&Self, usize) -> &str,
        body: &str,
    ) {
        for number in 0..senders {
            let (attackers, body) = (Arc::clone(self), body.to_owned());
            attack.spawn(async move {
                let http = Self::http();
                let Ok(request) = attackers.body(&http, who(&attackers, number), body) else { return };
                // Clones share the body.
                while let Some(request) = request.try_clone() {
                    attackers.ask(&http, request).await;
                }
            });
        }
    }

    /// The same of a question that asks for something so many times: as often as the server allows it.
    pub fn ask_as_much(
        self: &Arc<Self>,
        attack: &mut JoinSet<()>,
        (senders, who): (usize, fn(&Self, usize) -> &str),
        most: usize,
        question: impl Fn(usize) -> String + Send + Sync + 'static,
    ) {
        let question = Arc::new(question);
        for number in 0..senders {
            let (attackers, question) = (Arc::clone(self), Arc::clone(&question));
            attack.spawn(async move {
                let http = Self::http();
                let mut times = most;
                loop {
                    let body = super::text::question(&question(times));
                    let Ok(request) = attackers.body(&http, who(&attackers, number), body) else { return };
                    if attackers.ask(&http, request).await {
                        times = (times * 3 / 4).max(1);
                    }
                }
            });
        }
    }

    /// So many that fetch what an address answers.
    pub fn fetch_again(self: &Arc<Self>, attack: &mut JoinSet<()>, senders: usize, path: &'static str) {
        for number in 0..senders {
            let attackers = Arc::clone(self);
            attack.spawn(async move {
                let http = Self::http();
                let bearer = format!("Bearer {}", attackers.post(number));
                loop {
                    let request = http.get(format!("{}{path}", attackers.url)).header(AUTHORIZATION, &bearer);
                    let Ok(request) = request.build() else { return };
                    attackers.ask(&http, request).await;
                }
            });
        }
    }

    /// So many at once that send one command after the other, each as `next` makes it from a number that is new.
    pub fn command_again(
        self: &Arc<Self>,
        attack: &mut JoinSet<()>,
        senders: usize,
        next: fn(usize, usize) -> Vec<Mutation>,
    ) {
        for number in 0..senders {
            let attackers = Arc::clone(self);
            attack.spawn(async move {
                let http = Self::http();
                loop {
                    for mutation in next(number, attackers.serial()) {
                        let body = mutation.body().to_string();
                        let Ok(request) = attackers.body(&http, attackers.post(number), body) else { return };
                        attackers.ask(&http, request).await;
                    }
                }
            });
        }
    }

    /// So many connections at once; `hold` does what it likes with each until it is cut.
    pub fn connect_again<Held>(
        self: &Arc<Self>,
        attack: &mut JoinSet<()>,
        connections: usize,
        hold: impl Fn(Arc<Self>, usize) -> Held + Copy + Send + 'static,
    ) where
        Held: Future<Output = Result<()>> + Send + 'static,
    {
        for number in 0..connections {
            let attackers = Arc::clone(self);
            attack.spawn(async move {
                loop {
                    // However it ends, it is over.
                    let _ = hold(Arc::clone(&attackers), number).await;
                    attackers.tally.cut();
                    sleep(PAUSE).await;
                }
            });
        }
    }

    /// So many that ask and hang up before they can have been answered.
    pub fn hang_up_again(self: &Arc<Self>, attack: &mut JoinSet<()>, senders: usize, bodies: &[String]) {
        const ATTENTION: Duration = Duration::from_millis(50);

        for number in 0..senders {
            let (attackers, body) = (Arc::clone(self), bodies[number % bodies.len()].clone());
            attack.spawn(async move {
                let http = Self::http();
                let Ok(request) = attackers.body(&http, attackers.post(number), body) else { return };
                while let Some(request) = request.try_clone() {
                    // Whoever is not heard to the end has hung up.
                    let _ = timeout(ATTENTION, attackers.ask(&http, request)).await;
                }
            });
        }
    }

    pub async fn connect(&self) -> Result<tokio::net::TcpStream> {
        wire::connect(&self.url, ATTACKERS).await
    }
}

/// The code of an error or of a refusal; none of what was done.
pub fn told(answer: &[u8]) -> Option<String> {
    let ends = [&answer[..answer.len().min(ENDS)], &answer[answer.len().saturating_sub(ENDS)..]];
    ends.into_iter().find_map(|end| {
        let end = String::from_utf8_lossy(end);
        let told = ["\"errors\":", "\"refusals\":"].iter().find_map(|key| end.split_once(key))?.1;
        let code = told.split_once("\"code\":\"").and_then(|(_, code)| code.split_once('"'));
        Some(code.map_or("an error", |(code, _)| code).to_owned())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_told_is_seen_at_either_end() {
        let long = "x".repeat(20_000);
        let errors = "\"errors\":[{\"message\":\"No.\",\"extensions\":{\"code\":\"BUSY\"}}]";
        for answer in [format!("{{{errors}}}"), format!("{{\"data\":\"{long}\",{errors}}}")] {
            assert_eq!(told(answer.as_bytes()).as_deref(), Some("BUSY"));
        }
        let refused = "{\"data\":{\"result\":{\"refusals\":[{\"code\":\"NOT_FOUND\"}]}}}";
        assert_eq!(told(refused.as_bytes()).as_deref(), Some("NOT_FOUND"));
        assert_eq!(told(b"{\"errors\":[]}").as_deref(), Some("an error"));
        assert_eq!(told(format!("{{\"data\":\"{long}\"}}").as_bytes()), None);
    }
}
