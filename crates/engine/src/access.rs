//! The task that writes the access log: what requests hand over meanwhile goes in one statement.
//!
//! Whoever hands entries over waits until they stand, so that nothing sensitive is shown unlogged. The task
//! is never a request's future: a client that hangs up cancels nothing.

use crate::{Clock, Error, chain};
use event_log::{AccessEnd, AccessKind, Log, NewAccess};
use tokio::sync::{mpsc, oneshot, watch};
use uuid::Uuid;

/// Entries that may wait; beyond, callers are told to come back.
const QUEUE: usize = 1_024;

/// Entries of one statement.
const MOST_ENTRIES: usize = 256;

/// What was read or refused. When, is the engine's to say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Access {
    pub kind: AccessKind,
    /// Post or service that asked.
    pub actor: String,
    /// None for a service.
    pub partner: Option<String>,
    /// Id of what was read, or the mutation that was refused.
    pub what: String,
    pub operation_id: Option<Uuid>,
    /// The partner whose reviewers read the entry; none where no operation is concerned.
    pub owner: Option<String>,
    pub request_id: String,
    pub position: i64,
}

enum Message {
    Write(Box<NewAccess>, oneshot::Sender<Result<(), Error>>),
    /// Write what was accepted, then stop and say so.
    Close(oneshot::Sender<()>),
}

/// The way to the task.
#[derive(Clone)]
pub(crate) struct AccessLog {
    messages: mpsc::Sender<Message>,
    clock: Clock,
}

impl AccessLog {
    /// `ends` is told where the access log ends, for the next commit to say.
    pub fn start(log: Log, clock: Clock, ends: watch::Sender<AccessEnd>) -> Self {
        let (messages, queue) = mpsc::channel(QUEUE);
        tokio::spawn(run(log, queue, ends));
        Self { messages, clock }
    }

    /// Returns once the entry stands. Fails with `Busy` when it does not.
    pub async fn write(&self, access: Access) -> Result<(), Error> {
        let Access { kind, actor, partner, what, operation_id, owner, request_id, position } = access;
        let at = self.clock.now();
        let entry = NewAccess { at, kind, actor, partner, what, operation_id, owner, request_id, position };
        let (reply, answer) = oneshot::channel();
        match self.messages.try_send(Message::Write(Box::new(entry), reply)) {
            Ok(()) => answer.await.unwrap_or(Err(STOPPING)),
            Err(mpsc::error::TrySendError::Full(_)) => {
                Err(Error::Busy("too many accesses wait to be logged"))
            }
            Err(mpsc::error::TrySendError::Closed(_)) => Err(STOPPING),
        }
    }

    pub async fn close(&self) {
        let (done, finished) = oneshot::channel();
        // A task that has stopped already has nothing to write.
        if self.messages.send(Message::Close(done)).await.is_ok() {
            drop(finished.await);
        }
    }
}

const STOPPING: Error = Error::Busy("this node is shutting down");

async fn run(log: Log, mut queue: mpsc::Receiver<Message>, ends: watch::Sender<AccessEnd>) {
    let mut taken = Vec::new();
    while queue.recv_many(&mut taken, MOST_ENTRIES).await > 0 {
        let (mut entries, mut replies, mut closing) = (Vec::new(), Vec::new(), Vec::new());
        for message in taken.drain(..) {
            match message {
                Message::Write(entry, reply) => {
                    entries.push(*entry);
                    replies.push(reply);
                }
                Message::Close(done) => closing.push(done),
            }
        }
        let written = if entries.is_empty() {
            Ok(())
        } else {
            log.write_accesses(&entries).await.map(|end| {
                ends.send_replace(end);
            })
        };
        if let Err(error) = &written {
            tracing::error!(entries = entries.len(), "The access log cannot be written: {}", chain(error));
        }
        for reply in replies {
            let answer =
                written.as_ref().map(drop).map_err(|_| Error::Busy("the access log cannot be written"));
            // The caller may have gone; the entry stands all the same.
            drop(reply.send(answer));
        }
        if !closing.is_empty() {
            // What came behind is answered by that its sender is gone.
            drop(queue);
            for done in closing {
                // Whoever closes may have gone.
                let _ = done.send(());
            }
            return;
        }
    }
}
