//! The one task that writes rows: projects what the committer has appended while that decides and appends the
//! next, and answers whoever waits for it.
//!
//! What comes in while rows are being written is written next in one go, however many commits it was. Nothing
//! here decides, and no failure here keeps anything out of the log.

use crate::{Health, Metrics, Outcome, StoreError, health::raise, job::Job, projector::Projector};
use domain::{Position, Sha256};
use event_log::{Kept, Log};
use read_model::Projection;
use sqlx::PgPool;
use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};
use tokio::{
    sync::{mpsc, oneshot, watch},
    time::{sleep, timeout},
};
use tracing::{Instrument, Span};

/// Commits that may wait to be projected; beyond, the committer waits, and its next commit is larger.
pub(crate) const MOST_COMMITS: usize = 4;

/// How long a node asks whether Postgres still has a commit, and how long it waits before it asks again.
const ASK_PATIENCE: Duration = Duration::from_secs(5);
const ASK_PAUSE: Duration = Duration::from_millis(50);

pub(crate) enum Message {
    Commit(Box<Settled>),
    /// The log is known to reach this far: another node may have committed, or a crash have left something
    /// behind. What this node has committed meanwhile comes as messages of its own.
    Reach(Position),
    /// Postgres has lost commits that this node had built on, and the log ended here when that was found:
    /// what was shown of them is shown no more.
    Cut(Position),
    /// Finish, then say so.
    Close(oneshot::Sender<()>),
}

impl Message {
    /// For a message that nobody takes any more: the commits stand, whatever becomes of their rows.
    pub(crate) fn answer(self) {
        if let Self::Commit(settled) = self {
            settled.answer(false);
        }
    }
}

/// A commit that is in the log.
pub(crate) struct Settled {
    pub after: Position,
    pub up_to: Position,
    /// Of the commit that ends at `up_to`.
    pub hash: Sha256,
    pub projection: Projection,
    /// What to tell whom, once it can be seen.
    pub answers: Vec<(Job, Outcome)>,
    pub span: Span,
}

impl Settled {
    /// Takes the commit that follows this one.
    fn append(&mut self, mut next: Self) {
        self.up_to = next.up_to;
        self.hash = next.hash;
        self.projection.append(next.projection);
        self.answers.append(&mut next.answers);
        next.span.follows_from(&self.span);
    }

    fn answer(self, lost: bool) {
        for (job, outcome) in self.answers {
            let position = outcome.receipt.position;
            job.answer(if lost { Err(StoreError::Lost { position }.into()) } else { Ok(outcome) });
        }
    }
}

pub(crate) struct RowWriter {
    pub log: Log,
    pub pool: PgPool,
    pub kept: Kept,
    pub projected: watch::Sender<Position>,
    pub health: watch::Sender<Health>,
    pub metrics: Metrics,
    /// Counts what [`Message::Cut`] tells.
    pub cuts: Arc<AtomicU64>,
    /// The position that is shown is to be set back to where the checkpoint stands.
    pub cut: bool,
}

impl RowWriter {
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
                    Message::Cut(position) => {
                        self.cut = true;
                        self.kept.discard();
                        self.catch_up(position).await;
                    }
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

    /// Answers also when rows could not be written: the commands were carried out, and whoever asked waits to
    /// see it.
    async fn project(&mut self, settled: Settled) {
        let begun = Instant::now();
        let mut lost = false;
        match self.write(&settled).instrument(settled.span.clone()).await {
            Ok(true) => self.say_projected(settled.up_to),
            Ok(false) => self.catch_up(settled.up_to).await,
            Err(error) => {
                self.kept.discard();
                raise(&self.health, "could not project a commit", &error);
                // Its connection may have been all that failed; or the server with it, and another has taken
                // its place that never heard of the commit.
                lost = self.is_lost(&settled).await;
                if !lost {
                    self.catch_up(settled.up_to).await;
                }
            }
        }
        self.metrics.project_seconds.observe(begun.elapsed().as_secs_f64());
        settled.answer(lost);
    }

    /// False: the read model does not stand where the commit began.
    async fn write(&mut self, settled: &Settled) -> Result<bool, StoreError> {
        // A new connection may lead to another server than the one that has the commit. Where that has lost
        // the commit, its read model may still stand where the commit began.
        if !self.kept.is_held() && !self.is_in_log(settled).await? {
            return Err(StoreError::Lost { position: settled.up_to });
        }
        let connection = self.kept.get().await.map_err(StoreError::when("connect to the read model"))?;
        Ok(read_model::write(connection, &settled.projection, settled.after, settled.up_to).await?)
    }

    /// Asks until it is answered: what takes a connection may take those of the next questions, too. What
    /// nobody can tell in time counts as there, as Postgres has said.
    async fn is_lost(&self, settled: &Settled) -> bool {
        let asked = async {
            loop {
                match self.is_in_log(settled).await {
                    Ok(found) => return !found,
                    Err(_) => sleep(ASK_PAUSE).await,
                }
            }
        };
        timeout(ASK_PATIENCE, asked).await.unwrap_or(false)
    }

    async fn is_in_log(&self, settled: &Settled) -> Result<bool, StoreError> {
        let commit = self.log.commit_holding(settled.up_to.0).await?;
        Ok(commit.is_some_and(|commit| commit.hash == settled.hash.0))
    }

    async fn catch_up(&mut self, up_to: Position) {
        match Projector::catch_up(&self.pool, &self.log, up_to, |_, _| ()).await {
            Ok(projected) => self.say_projected(projected),
            Err(error) => raise(&self.health, "could not project the log", &error),
        }
    }

    fn say_projected(&mut self, position: Position) {
        if std::mem::take(&mut self.cut) {
            // Counted first: who sees the position go back finds out why.
            self.cuts.fetch_add(1, Ordering::Release);
            // What a newer build had written may be gone, too; if not, it is found again.
            self.health.send_modify(|health| health.outdated = false);
            let shown = self.projected.send_replace(position);
            tracing::error!(%shown, %position, "What was shown beyond what Postgres has left is shown no more");
        }
        self.projected.send_if_modified(|known| {
            let newer = position > *known;
            *known = position.max(*known);
            newer
        });
        // That a newer build has written is not over when rows could be written.
        self.health.send_if_modified(|health| !health.outdated && health.trouble.take().is_some());
    }
}
