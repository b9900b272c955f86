//! Clocks that fell due: looked for on every node, told by whichever finds them first, once.

use crate::{Clock, Error, Request, StoreError, chain, committer::Message, job::Job};
use domain::{
    Actor, Command, OperationCode, actor::LATE_AFTER, incident::IncidentCommand, release::Matter,
    request::RequestCommand,
};
use read_model::{ReadModel, matter::ClockRow};
use std::time::Duration;
use tokio::sync::{mpsc, oneshot};
use tracing::info_span;

/// How often each node looks.
const TICK: Duration = Duration::from_secs(1);

/// Clocks that are told of at once, when many fell due while nobody looked.
const MOST: i64 = 500;

/// Why a breach is told so late that a reason is asked for.
const WAS_DOWN: &str = "No node ran when the clock fell due.";

/// Looks for clocks that fell due, and tells of them.
pub(crate) struct Clocks {
    pub messages: mpsc::Sender<Message>,
    /// On the connections of commands: no flood of questions keeps a clock from being seen.
    pub read_model: ReadModel,
    pub clock: Clock,
}

impl Clocks {
    /// For as long as the node runs. A script's clock stands still until it is set: whoever sets it tells what fell due.
    pub async fn keep_looking(self) {
        if matches!(self.clock, Clock::Scripted(_)) {
            return;
        }
        let mut tick = tokio::time::interval(TICK);
        tick.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        loop {
            tick.tick().await;
            if let Err(error) = self.tell_due().await {
                tracing::warn!("Could not tell of clocks that fell due: {}", chain(&error));
            }
        }
    }

    /// Tells of all clocks that have fallen due and are not told of yet; how many there were.
    pub async fn tell_due(&self) -> Result<usize, Error> {
        let mut told = 0;
        loop {
            let now = self.clock.now();
            // A machine whose clock runs ahead tells nothing early: where people work, Postgres must agree.
            let agreed = matches!(self.clock, Clock::System);
            let due = self.read_model.clocks_fallen_due(now, agreed, MOST).await.map_err(StoreError::from)?;
            let (mut answers, mut first) = (Vec::with_capacity(due.len()), None);
            for row in &due {
                let Some(request) = self.request(row) else { continue };
                let (reply, answer) = oneshot::channel();
                let job = Job {
                    request,
                    reply,
                    span: info_span!(
                        "clock",
                        command.id = tracing::field::Empty,
                        position = tracing::field::Empty
                    ),
                };
                if self.messages.send(Message::Execute(Box::new(job))).await.is_err() {
                    return Err(Error::Busy("this node is shutting down"));
                }
                answers.push(answer);
            }
            for answer in answers {
                match answer.await.unwrap_or(Err(Error::Store(StoreError::WriterGone))) {
                    Ok(outcome) => {
                        told += usize::from(!outcome.receipt.event_ids.is_empty());
                    }
                    // Another node was faster, or the clock was stopped meanwhile.
                    Err(Error::Refused(_)) => {}
                    Err(error) => {
                        first.get_or_insert(error);
                    }
                }
            }
            if let Some(error) = first {
                return Err(error);
            }
            if due.len() < usize::try_from(MOST).unwrap_or(usize::MAX) {
                return Ok(told);
            }
        }
    }

    /// Under a key made of the clock and its due time, so that whoever tells of it again is answered by what was told.
    fn request(&self, row: &ClockRow) -> Option<Request> {
        let operation: OperationCode = row.operation.parse().ok()?;
        let clock = row.number.cast_unsigned();
        let command = match row.matter.0.clone() {
            Matter::Incident(incident) => {
                Command::Incident(IncidentCommand::MissDeadline { operation, incident, clock })
            }
            Matter::Request(request) => {
                Command::Request(RequestCommand::MissDeadline { operation, request, clock })
            }
            Matter::Contribution(_) => return None,
        };
        let late = self.clock.now() - row.due_at > LATE_AFTER.as_delta();
        Some(Request {
            command,
            actor: Actor::clock(),
            idempotency_key: Some(format!("{}/{}", row.id, row.due_at.timestamp_micros())),
            occurred_at: Some(row.due_at.fixed_offset()),
            late_reason: late.then(|| WAS_DOWN.to_owned()),
        })
    }
}
