//! The one task that writes rows: projects what the committer has appended while that decides and appends the next, and
//! answers whoever waits for it.
//!
//! What comes in while rows are being written is written next in one go, however many commits it was. Nothing here
//! decides, and no failure here keeps anything out of the log.

use crate::{
    Health, Metrics, Outcome, StoreError,
    committer::{Job, raise},
    projector::Projector,
};
use domain::Position;
use event_log::{Kept, Log};
use read_model::Projection;
use sqlx::PgPool;
use std::time::Instant;
use tokio::sync::{mpsc, oneshot, watch};
use tracing::{Instrument, Span};

/// Commits that may wait to be projected; beyond, the committer waits, and its next commit is larger.
pub(crate) const MOST_COMMITS: usize = 4;

pub(crate) enum Message {
    Commit(Box<Settled>),
    /// The log is known to reach this far: another node may have committed, or a crash have left something behind. What
    /// this node has committed meanwhile comes as messages of its own.
    Reach(Position),
    /// Finish, then say so.
    Close(oneshot::Sender<()>),
}

impl Message {
    /// For a message that nobody takes any more: the commits stand, whatever becomes of their rows.
    pub(crate) fn answer(self) {
        if let Self::Commit(settled) = self {
            settled.answer();
        }
    }
}

/// A commit that is in the log.
pub(crate) struct Settled {
    pub after: Position,
    pub up_to: Position,
    pub projection: Projection,
    /// What to tell whom, once it can be seen.
    pub answers: Vec<(Job, Outcome)>,
    pub span: Span,
}

impl Settled {
    /// Takes the commit that follows this one.
    fn append(&mut self, mut next: Self) {
        self.up_to = next.up_to;
        self.projection.append(next.projection);
        self.answers.append(&mut next.answers);
        next.span.follows_from(&self.span);
    }

    fn answer(self) {
        for (job, outcome) in self.answers {
            job.answer(Ok(outcome));
        }
    }
}

pub(crate) struct Projecting {
    pub log: Log,
    pub pool: PgPool,
    pub kept: Kept,
    pub projected: watch::Sender<Position>,
    pub health: watch::Sender<Health>,
    pub metrics: Metrics,
}

impl Projecting {
    pub(crate) async fn run(mut self, mut messages: mpsc::Receiver<Message>) {
        while let Some(mut message) = messages.recv().await {
            loop {
                let mut next = None;
                match message {
                    Message::Commit(mut settled) => {
                        loop {
                            match messages.try_recv() {
                                Ok(Message::Commit(later)) if later.after == settled.up_to => {
                                    settled.append(*later);
                                }
                                other => {
                                    next = other.ok();
                                    break;
                                }
                            }
                        }
                        self.project(*settled).await;
                    }
                    Message::Reach(position) => self.catch_up(position).await,
                    Message::Close(done) => {
                        drop(self.kept);
                        let _ = done.send(());
                        return;
                    }
                }
                match next {
                    Some(next) => message = next,
                    None => break,
                }
            }
        }
    }

    /// Answers also when rows could not be written: the commands were carried out, and whoever asked waits to see it.
    async fn project(&mut self, settled: Settled) {
        let begun = Instant::now();
        match self.write(&settled).instrument(settled.span.clone()).await {
            Ok(true) => self.say_projected(settled.up_to),
            Ok(false) => self.catch_up(settled.up_to).await,
            Err(error) => {
                self.kept.discard();
                raise(&self.health, "could not project a commit", &error);
                // Its connection may have been all that failed.
                self.catch_up(settled.up_to).await;
            }
        }
        self.metrics.project_seconds.observe(begun.elapsed().as_secs_f64());
        settled.answer();
    }

    /// False: the read model does not stand where the commit began.
    async fn write(&mut self, settled: &Settled) -> Result<bool, StoreError> {
        let connection = self.kept.get().await.map_err(StoreError::when("connect to the read model"))?;
        Ok(read_model::write(connection, &settled.projection, settled.after, settled.up_to).await?)
    }

    async fn catch_up(&mut self, up_to: Position) {
        match Projector::catch_up(&self.pool, &self.log, up_to, |_, _| ()).await {
            // Not beyond: a newer build may have projected what this one cannot even read.
            Ok(projected) => self.say_projected(projected.min(up_to)),
            Err(error) => raise(&self.health, "could not project the log", &error),
        }
    }

    fn say_projected(&self, position: Position) {
        self.projected.send_if_modified(|known| {
            let newer = position > *known;
            *known = position.max(*known);
            newer
        });
        // That a newer build has written is not over when rows could be written.
        self.health.send_if_modified(|health| !health.outdated && health.trouble.take().is_some());
    }
}
