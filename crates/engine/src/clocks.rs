//! Clocks that fell due, and shifts that began without enough officers: looked for on every node, told by whichever finds
//! them first, once.

use crate::{Clock, Error, Request, StoreError, chain, committer::Message, job::Job};
use chrono::{DateTime, Utc};
use domain::{
    Actor, Command, OperationCode, actor::LATE_AFTER, incident::IncidentCommand, release::Matter,
    request::RequestCommand, watch::WatchCommand,
};
use read_model::{ReadModel, matter::ClockRow, watch::ShiftRow};
use std::time::Duration;
use tokio::sync::{mpsc, oneshot};
use tracing::info_span;

/// How often each node looks.
const TICK: Duration = Duration::from_secs(1);

/// Clocks, and shifts, that are told of at once, when many fell due while nobody looked.
const MOST: i64 = 500;

/// Why something is told so late that a reason is asked for.
const WAS_DOWN: &str = "No node ran when the clock fell due.";

/// Looks for clocks that fell due and for shifts that lack officers, and tells of them.
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

    /// Tells of all that has fallen due and is not told of yet; how much there was.
    pub async fn tell_due(&self) -> Result<usize, Error> {
        let mut told = 0;
        loop {
            let now = self.clock.now();
            // A machine whose clock runs ahead tells nothing early: where people work, Postgres must agree.
            let agreed = matches!(self.clock, Clock::System);
            let model = &self.read_model;
            let clocks = model.clocks_fallen_due(now, agreed, MOST).await.map_err(StoreError::from)?;
            let shifts =
                model.shifts_that_lack_officers(now, agreed, MOST).await.map_err(StoreError::from)?;
            let most = usize::try_from(MOST).unwrap_or(usize::MAX);
            let all = clocks.len() < most && shifts.len() < most;
            let deadlines = clocks.iter().filter_map(|row| self.deadline_missed(row));
            let gaps = shifts.iter().filter_map(|row| self.gap(row));
            told += self.tell(deadlines.chain(gaps)).await?;
            if all {
                return Ok(told);
            }
        }
    }

    /// How many of them were news.
    async fn tell(&self, requests: impl Iterator<Item = Request>) -> Result<usize, Error> {
        let mut answers = Vec::new();
        for request in requests {
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
        let (mut told, mut first) = (0, None);
        for answer in answers {
            match answer.await.unwrap_or(Err(Error::Store(StoreError::WriterGone))) {
                Ok(outcome) => told += usize::from(!outcome.receipt.event_ids.is_empty()),
                // Another node was faster, or what was missing came meanwhile.
                Err(Error::Refused(_)) => {}
                Err(error) => {
                    first.get_or_insert(error);
                }
            }
        }
        first.map_or(Ok(told), Err)
    }

    /// Under a key made of the clock and its due time, so that whoever tells of it again is answered by what was told.
    fn deadline_missed(&self, row: &ClockRow) -> Option<Request> {
        let operation: OperationCode = row.operation.parse().ok()?;
        let clock = row.number.cast_unsigned();
        let command = match row.matter.0.clone() {
            Matter::Incident(incident) => {
                Command::Incident(IncidentCommand::MissDeadline { operation, incident, clock })
            }
            Matter::Request(request) => {
                Command::Request(RequestCommand::MissDeadline { operation, request, clock })
            }
            Matter::Contribution(_) | Matter::Outcome(_) | Matter::Sitrep(_) => return None,
        };
        Some(self.request(command, format!("{}/{}", row.id, row.due_at.timestamp_micros()), row.due_at))
    }

    /// Under a key made of the shift: it is told once that it began without enough officers.
    fn gap(&self, row: &ShiftRow) -> Option<Request> {
        let shift = row.number.cast_unsigned();
        let command = Command::Watch(WatchCommand::DetectGap { centre: row.centre.parse().ok()?, shift });
        Some(self.request(command, row.id.to_string(), row.begins_at))
    }

    fn request(&self, command: Command, key: String, due_at: DateTime<Utc>) -> Request {
        let late = self.clock.now() - due_at > LATE_AFTER.as_delta();
        Request {
            command,
            actor: Actor::clock(),
            idempotency_key: Some(key),
            occurred_at: Some(due_at.fixed_offset()),
            late_reason: late.then(|| WAS_DOWN.to_owned()),
        }
    }
}
