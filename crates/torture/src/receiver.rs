//! A receiver of webhooks that fails, hangs and comes back, and knows what it was sent.

use anyhow::{Context as _, Result};
use serde_json::Value;
use std::sync::{Arc, Mutex, PoisonError};
use tokio::{
    io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader},
    net::{TcpListener, TcpStream},
    sync::watch,
    task::JoinHandle,
};

/// What it does with what it is sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mood {
    Takes,
    /// Answers 500.
    Fails,
    /// Answers nothing, and keeps the connection until its mood changes.
    Hangs,
    /// Closes the connection.
    Cuts,
}

impl Mood {
    pub const ALL: [Self; 4] = [Self::Fails, Self::Takes, Self::Hangs, Self::Cuts];
}

/// Something that it was sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sent {
    /// Of the event.
    pub id: String,
    /// Whether it was told that this was taken; it may not have heard it.
    pub taken: bool,
}

pub struct Receiver {
    pub url: String,
    mood: watch::Sender<Mood>,
    sent: Arc<Mutex<Vec<Sent>>>,
    task: JoinHandle<()>,
}

impl Drop for Receiver {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Receiver {
    pub async fn start() -> Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await.context("could not listen for webhooks")?;
        let url = format!("http://{}/", listener.local_addr()?);
        let (mood, moods) = watch::channel(Mood::Takes);
        let sent = Arc::default();
        let known = Arc::clone(&sent);
        let task = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let (moods, known) = (moods.clone(), Arc::clone(&known));
                // A connection that breaks is one that its other end does not use any longer.
                tokio::spawn(async move { drop(serve(stream, moods, known).await) });
            }
        });
        Ok(Self { url, mood, sent, task })
    }

    /// From now on. What hung until now is cut.
    pub fn is(&self, mood: Mood) {
        self.mood.send_replace(mood);
    }

    /// All that came, in order.
    pub fn sent(&self) -> Vec<Sent> {
        self.sent.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

async fn serve(
    stream: TcpStream,
    mut moods: watch::Receiver<Mood>,
    sent: Arc<Mutex<Vec<Sent>>>,
) -> Result<()> {
    let mut stream = BufReader::new(stream);
    loop {
        let mut length = 0;
        loop {
            let mut line = String::new();
            if stream.read_line(&mut line).await? == 0 {
                return Ok(());
            }
            if line.trim_end().is_empty() {
                break;
            }
            if let Some(value) = line.to_lowercase().strip_prefix("content-length:") {
                length = value.trim().parse()?;
            }
        }
        let mut body = vec![0; length];
        stream.read_exact(&mut body).await?;
        let body: Value = serde_json::from_slice(&body)?;
        let id = body["id"].as_str().context("an event has no id")?.to_owned();
        let mood = *moods.borrow_and_update();
        sent.lock().unwrap_or_else(PoisonError::into_inner).push(Sent { id, taken: mood == Mood::Takes });
        let status = match mood {
            Mood::Takes => "204 No Content",
            Mood::Fails => "500 Internal Server Error",
            Mood::Hangs => return Ok(moods.changed().await?),
            Mood::Cuts => return Ok(()),
        };
        stream.write_all(format!("HTTP/1.1 {status}\r\ncontent-length: 0\r\n\r\n").as_bytes()).await?;
    }
}

/// What does not go as it must: each of `expected` is taken, in this order; what comes again is what came last, and nothing
/// else comes.
pub fn faults(expected: &[String], sent: &[Sent]) -> Vec<String> {
    let mut faults = Vec::new();
    let mut taken = 0;
    for (index, Sent { id, taken: is_taken }) in sent.iter().enumerate() {
        let is_next = expected.get(taken) == Some(id);
        let is_again = taken > 0 && expected.get(taken - 1) == Some(id);
        if !is_next && !is_again {
            let what =
                if expected.contains(id) { "comes out of its order" } else { "is not for this receiver" };
            faults.push(format!("delivery {index}, of {id}, {what}"));
        }
        if is_next && *is_taken {
            taken += 1;
        }
    }
    if taken < expected.len() {
        faults.push(format!("{} of {} events were never taken", expected.len() - taken, expected.len()));
    }
    faults
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `a` was sent and not taken, `A` was.
    fn told(expected: &str, sent: &str) -> Vec<String> {
        let id = |letter: char| letter.to_lowercase().to_string();
        let expected: Vec<String> = expected.chars().map(id).collect();
        let sent: Vec<Sent> =
            sent.chars().map(|letter| Sent { id: id(letter), taken: letter.is_uppercase() }).collect();
        faults(&expected, &sent)
    }

    #[test]
    fn what_is_sent_again_until_it_is_taken_is_no_fault() {
        for sent in ["ABC", "aaABbBCC", "AABBCC", "AaBbC"] {
            assert_eq!(told("abc", sent), Vec::<String>::new(), "{sent}");
        }
    }

    #[test]
    fn what_is_lost_out_of_order_or_not_for_the_receiver_is_told() {
        assert_eq!(told("abc", "AB"), ["1 of 3 events were never taken"]);
        assert_eq!(told("abc", "ABc"), ["1 of 3 events were never taken"]);
        assert_eq!(told("abc", "ABAC"), ["delivery 2, of a, comes out of its order"]);
        assert_eq!(told("abc", "ABCX"), ["delivery 3, of x, is not for this receiver"]);
        assert_eq!(
            told("abc", "AC"),
            ["delivery 1, of c, comes out of its order", "2 of 3 events were never taken"]
        );
    }
}
