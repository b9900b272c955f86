//! The handle that commands and questions come in by, and the tasks behind it.

use crate::{
    Access, Clock, Entropy, Error, Health, Metrics, Moment, Outcome, Receipt, Request, StoreError,
    access::AccessLog,
    chain,
    clocks::Clocks,
    committer::{Committer, Message},
    job::Job,
    loading,
    projector::Projector,
    row_writer::{self, RowWriter},
    shares::Shares,
};
use chrono::{DateTime, Utc};
use domain::{PartnerCode, Position, Recorded, Sha256, World, ids::EventId};
use event_log::{AccessFilter, AccessPage, AccessReader, Head, Kept, Log, ReaderSettings, StoredAccess};
use questions::Account;
use read_model::ReadModel;
use sqlx::PgPool;
use std::{
    collections::HashMap,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};
use tokio::{
    sync::{Notify, mpsc, oneshot, watch},
    task::JoinHandle,
};
use tracing::{Instrument, field::Empty, info_span};

/// Bounds of an engine.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Commands that may wait; beyond, callers are told to come back.
    pub queue: usize,
    /// Subjects kept folded.
    pub most_subjects: usize,
    /// Where questions go, apart from commands: connections that only read and give up early, so that no
    /// flood of questions keeps a command waiting. `None`: the same as for commands.
    pub reads: Option<ReaderSettings>,
    /// How long a command that was carried out waits for its rows.
    pub shown_patience: Duration,
}

impl Default for Settings {
    fn default() -> Self {
        Self { queue: 4_096, most_subjects: 20_000, reads: None, shown_patience: Duration::from_secs(10) }
    }
}

/// A running engine. Clones are handles on the same.
#[derive(Clone)]
pub struct Engine {
    inner: Arc<Inner>,
    /// For questions.
    readers: PgPool,
    log: Log,
    read_model: ReadModel,
    /// Of what one partner may see, what another could see: rarely asked, so on few connections of their own.
    shared_sight: ReadModel,
}

/// Connections for that.
const MOST_SHARED_SIGHT: u32 = 4;

/// Connections for what commands ask besides: whom they are about, and what they have become.
const MOST_BESIDE_COMMANDS: u32 = 4;

/// Connections that one partner's questions have at once, of the ten that there are: as many as a small machine has
/// processors for, so that half a machine's is the most that one takes from the others.
const QUESTIONS_OF_PARTNER: u32 = 2;

/// The same of what its commands ask besides.
const BESIDE_COMMANDS_OF_PARTNER: u32 = 2;

/// What somebody asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Asking {
    Questions,
    /// And what they ask besides.
    Commands,
}

struct Inner {
    messages: mpsc::Sender<Message>,
    projected: watch::Receiver<Position>,
    cuts: Arc<AtomicU64>,
    health: watch::Receiver<Health>,
    failed: watch::Receiver<bool>,
    access_log: AccessLog,
    /// On the connections of writers.
    beside: Log,
    /// For what commands ask besides.
    beside_commands: (Log, ReadModel),
    /// All connections for what requests ask.
    reading: [PgPool; 3],
    questions_of_partners: Shares,
    beside_commands_of_partners: Shares,
    metrics: Metrics,
    writers: PgPool,
    clock: Clock,
    shown_patience: Duration,
    helpers: Vec<JoinHandle<()>>,
}

impl Drop for Inner {
    fn drop(&mut self) {
        for helper in &self.helpers {
            helper.abort();
        }
    }
}

/// How long NOTIFYs are gathered into one.
const NOTIFY_PAUSE: Duration = Duration::from_millis(20);

/// How long a lost listener waits before it connects again.
const LISTEN_PAUSE: Duration = Duration::from_secs(1);

impl Engine {
    /// Projects what the read model lacks, then starts. The pool's `search_path` names the read model's
    /// schema.
    ///
    /// Fails with `Decode` on a log that a newer build has written to.
    pub async fn open(
        pool: PgPool,
        clock: Clock,
        entropy: Entropy,
        settings: Settings,
    ) -> Result<Self, StoreError> {
        let log = Log::new(pool.clone());
        let head = log.head().await?;
        let projected = Projector::catch_up(&pool, &log, Position(head.position), |_, _| ()).await?;
        // Again, because other nodes may have committed and projected since.
        let head = log.head().await?;
        if projected.0 > head.position {
            return Err(StoreError::ProjectedBeyondLog { projected, head: Position(head.position) });
        }
        let (messages, queue) = mpsc::channel(settings.queue);
        let (projected_sender, projected) = watch::channel(projected);
        let (health_sender, health) = watch::channel(Health::default());
        let (news, wake_up) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
        let metrics = Metrics::default();
        let cuts = Arc::new(AtomicU64::new(0));
        let access_ends = watch::Sender::new(log.access_end().await?);
        let (rows, to_project) = mpsc::channel(row_writer::MOST_COMMITS);
        let row_writer = RowWriter {
            log: log.clone(),
            pool: pool.clone(),
            kept: Kept::new(pool.clone()),
            projected: projected_sender,
            health: health_sender.clone(),
            metrics: metrics.clone(),
            cuts: Arc::clone(&cuts),
            cut: false,
        };
        let committer = Committer {
            log: log.clone(),
            writer: log.writer(),
            rows,
            pool: pool.clone(),
            node: entropy.uuid_v7(clock.now()),
            clock: clock.clone(),
            entropy,
            most_subjects: settings.most_subjects,
            news: Arc::clone(&news),
            wake_up: Arc::clone(&wake_up),
            health: health_sender,
            access_ends: access_ends.clone(),
            world: World::default(),
            newest: log.read_at(&[head.position]).await?.pop().map(|stored| stored.event_id),
            head,
            worked: HashMap::new(),
            used: HashMap::new(),
            batches: 0,
            metrics: metrics.clone(),
        };
        metrics.head.set(committer.head.position);
        let failed =
            failure_of([tokio::spawn(row_writer.run(to_project)), tokio::spawn(committer.run(queue))]);
        let clocks = Clocks {
            messages: messages.clone(),
            read_model: ReadModel::new(pool.clone()),
            clock: clock.clone(),
        };
        let helpers = vec![
            tokio::spawn(notify(log.clone(), news)),
            tokio::spawn(listen(log.clone(), wake_up)),
            tokio::spawn(clocks.keep_looking()),
        ];
        let [reads, beside_commands, shared] = reading(&pool, &settings, &projected).await?;
        let access_log = AccessLog::start(log.clone(), clock.clone(), access_ends);
        let writers = pool;
        let inner = Inner {
            messages,
            projected,
            cuts,
            health,
            failed,
            access_log,
            beside: log,
            reading: [reads.clone(), beside_commands.clone(), shared.clone()],
            beside_commands: (Log::new(beside_commands.clone()), ReadModel::new(beside_commands)),
            questions_of_partners: Shares::of_each(QUESTIONS_OF_PARTNER),
            beside_commands_of_partners: Shares::of_each(BESIDE_COMMANDS_OF_PARTNER),
            metrics,
            writers,
            clock,
            shown_patience: settings.shown_patience,
            helpers,
        };
        Ok(Self {
            inner: Arc::new(inner),
            log: Log::new(reads.clone()),
            read_model: ReadModel::new(reads.clone()),
            shared_sight: ReadModel::new(shared),
            readers: reads,
        })
    }

    /// A handle on the same for one request of a partner, or of a service: what it asks is on the account, and waits for its
    /// turn among what the same partner asks. What commands cost is on none: many share it.
    #[must_use]
    pub fn asked_by(&self, partner: Option<&PartnerCode>, asking: Asking) -> (Self, Arc<Account>) {
        let (shares, (log, read_model)) = match asking {
            Asking::Questions => (&self.inner.questions_of_partners, (&self.log, &self.read_model)),
            Asking::Commands => {
                let (log, read_model) = &self.inner.beside_commands;
                (&self.inner.beside_commands_of_partners, (log, read_model))
            }
        };
        let account = Arc::new(Account::of_share(shares.own(partner)));
        let engine = Self {
            inner: Arc::clone(&self.inner),
            readers: self.readers.clone(),
            log: log.for_account(&account),
            read_model: read_model.for_account(&account),
            shared_sight: self.shared_sight.for_account(&account),
        };
        (engine, account)
    }

    /// A handle on the same whose read model understands [`Pin::seen_as`](read_model::Pin::seen_as), and nothing else.
    #[must_use]
    pub fn with_shared_sight(&self) -> Self {
        Self { read_model: self.shared_sight.clone(), ..self.clone() }
    }

    /// Decides, commits and projects a command. Dropping the future does not take the command back.
    pub async fn execute(&self, request: Request) -> Result<Outcome, Error> {
        let (reply, answer) = oneshot::channel();
        // From here to the answer; what is done for it elsewhere is a part of it.
        let span = info_span!("command", command.id = Empty, position = Empty);
        let job = Message::Execute(Box::new(Job { request, reply, span: span.clone() }));
        let answer = match self.inner.messages.try_send(job) {
            Ok(()) => {
                let answer = answer.instrument(span).await;
                let answer = answer.unwrap_or(Err(Error::Store(StoreError::WriterGone)));
                self.wait_until_shown(answer.map_err(Error::or_busy)).await
            }
            Err(mpsc::error::TrySendError::Full(_)) => Err(Error::Busy("too many commands are waiting")),
            Err(mpsc::error::TrySendError::Closed(_)) => Err(Error::Busy("this node is shutting down")),
        };
        self.inner.metrics.answered(&answer);
        answer
    }

    /// The answer, once what it says can be seen. Mostly it can at once: only rows that could not be written,
    /// and what another node has committed, are still to come.
    async fn wait_until_shown(&self, answer: Result<Outcome, Error>) -> Result<Outcome, Error> {
        let outcome = answer?;
        let position = outcome.receipt.position;
        if self.position() >= position || self.wait_for(position, self.inner.shown_patience).await {
            Ok(outcome)
        } else {
            Err(Error::NotShown { position })
        }
    }

    /// Tells of all clocks that have fallen due by this node's clock and are not told of yet; how many there were. A node
    /// does so by itself, but for one whose clock is scripted.
    pub async fn tell_due(&self) -> Result<usize, Error> {
        let clocks = Clocks {
            messages: self.inner.messages.clone(),
            read_model: ReadModel::new(self.inner.writers.clone()),
            clock: self.inner.clock.clone(),
        };
        clocks.tell_due().await
    }

    /// The newest position that this node knows to be projected: what a query is pinned to.
    pub fn position(&self) -> Position {
        *self.inner.projected.borrow()
    }

    /// How often this node has found that Postgres lost commits which it had built on. Positions beyond what
    /// was left have been set back then, and may come to mean something else.
    pub fn cuts(&self) -> u64 {
        self.inner.cuts.load(Ordering::Acquire)
    }

    /// Tells when the newest projected position has moved on, not how often: whoever waits for it reads what
    /// is new.
    pub fn watch(&self) -> watch::Receiver<Position> {
        self.inner.projected.clone()
    }

    /// Waits until this node knows `position` to be projected; false when that took longer than `patience`.
    pub async fn wait_for(&self, position: Position, patience: Duration) -> bool {
        let mut projected = self.inner.projected.clone();
        let reached = projected.wait_for(|known| *known >= position);
        matches!(tokio::time::timeout(patience, reached).await, Ok(Ok(_)))
    }

    /// The end of the last command at or before the moment; `None` when the position is not in what is
    /// projected.
    pub async fn resolve(&self, moment: Moment) -> Result<Option<Position>, Error> {
        let newest = self.position();
        let end = match moment {
            Moment::Position(position) if position < Position(0) || position > newest => return Ok(None),
            Moment::Position(position) => self.log().command_end_at_or_before(position.0).await,
            // Asked again, it would be answered otherwise. Another node's clock may be ahead of this one's.
            Moment::RecordedAt(at)
                if at > self.clock().now() && at > self.receipt_at(newest).await?.recorded_at =>
            {
                return Ok(None);
            }
            Moment::RecordedAt(at) => self.log().position_at(at).await.map(|end| end.min(newest.0)),
        };
        end.map(|end| Some(Position(end))).map_err(|error| StoreError::from(error).into())
    }

    /// The receipt of the command that ends at `position`, which this node has shown; of the empty log for 0.
    pub async fn receipt_at(&self, position: Position) -> Result<Receipt, Error> {
        if position == Position(0) {
            let empty = Head::EMPTY;
            return Ok(Receipt {
                position,
                recorded_at: empty.recorded_at,
                event_ids: Vec::new(),
                commit_hash: Sha256(empty.hash),
            });
        }
        let commit = self.log().commit_holding(position.0).await.map_err(StoreError::from)?;
        // This node has shown the position.
        let commit = commit.ok_or(StoreError::Lost { position })?;
        let previous = self.log().command_end_at_or_before(position.0 - 1).await.map_err(StoreError::from)?;
        let events =
            self.log().read(previous, position.0, position.0 - previous).await.map_err(StoreError::from)?;
        Ok(Receipt {
            position,
            recorded_at: commit.recorded_at,
            event_ids: events.iter().map(|event| EventId(event.event_id)).collect(),
            commit_hash: Sha256(commit.hash),
        })
    }

    /// Where the log's clock stood at `position`, which this node has shown: when that was recorded.
    pub async fn recorded_at(&self, position: Position) -> Result<DateTime<Utc>, Error> {
        if position == Position(0) {
            return Ok(Head::EMPTY.recorded_at);
        }
        let commit = self.log().commit_holding(position.0).await.map_err(StoreError::from)?;
        Ok(commit.ok_or(StoreError::Lost { position })?.recorded_at)
    }

    /// Writes to the access log; returns once the entry stands. Fails with `Busy` when it does not: then
    /// whatever was to be shown must not be.
    pub async fn log_access(&self, access: Access) -> Result<(), Error> {
        self.inner.access_log.write(access).await
    }

    /// The access log, in the order of writing.
    pub async fn accesses(
        &self,
        reader: &AccessReader,
        filter: &AccessFilter,
        page: AccessPage,
    ) -> Result<Vec<StoredAccess>, Error> {
        Ok(self.log().accesses(reader, filter, page).await.map_err(StoreError::from)?)
    }

    /// How many entries [`Engine::accesses`] has over all pages.
    pub async fn count_accesses(&self, reader: &AccessReader, filter: &AccessFilter) -> Result<i64, Error> {
        Ok(self.log().count_accesses(reader, filter).await.map_err(StoreError::from)?)
    }

    /// The log as it may be written beside: the webhooks, which are no events.
    pub fn beside(&self) -> &Log {
        &self.inner.beside
    }

    pub fn metrics(&self) -> &Metrics {
        &self.inner.metrics
    }

    /// Commands that wait for the next commit.
    pub fn queued(&self) -> usize {
        self.inner.messages.max_capacity() - self.inner.messages.capacity()
    }

    /// The connections that commands are carried out on.
    pub fn writers(&self) -> &PgPool {
        &self.inner.writers
    }

    /// The connections that questions are answered on.
    pub fn readers(&self) -> &PgPool {
        &self.readers
    }

    /// Ends the connections of questions, once those are answered that are under way.
    pub async fn close_readers(&self) {
        for pool in &self.inner.reading {
            pool.close().await;
        }
    }

    /// What the events at these positions say, in order. Who may see them is the caller's to know.
    pub async fn events_at(&self, positions: &[i64]) -> Result<Vec<Recorded>, Error> {
        let stored = self.log().read_at(positions).await.map_err(StoreError::from)?;
        Ok(stored.iter().map(loading::decode).collect::<Result<_, _>>()?)
    }

    pub fn read_model(&self) -> &ReadModel {
        &self.read_model
    }

    pub fn log(&self) -> &Log {
        &self.log
    }

    pub fn clock(&self) -> &Clock {
        &self.inner.clock
    }

    pub fn health(&self) -> Health {
        if *self.inner.failed.borrow() {
            return Health {
                trouble: Some(
                    "a task that writes has ended unexpectedly; start this process again".to_owned(),
                ),
                ..self.inner.health.borrow().clone()
            };
        }
        self.inner.health.borrow().clone()
    }

    /// Waits until a task that writes has ended by a fault of ours. Nothing but starting anew helps then: the
    /// log is whole, and what was not answered can be asked again under its key.
    pub async fn failed(&self) {
        until_failed(self.inner.failed.clone()).await;
    }

    /// Finishes what was accepted, then stops. Commands that come later are answered `Busy`, as what would
    /// have to be logged is.
    pub async fn close(&self) {
        self.inner.access_log.close().await;
        let (done, finished) = oneshot::channel();
        // A committer that has stopped already has nothing to finish.
        if self.inner.messages.send(Message::Close(done)).await.is_ok() {
            drop(finished.await);
        }
    }
}

/// Tells when one of the tasks has panicked, which none does but by a fault of ours.
fn failure_of(tasks: [JoinHandle<()>; 2]) -> watch::Receiver<bool> {
    let (sender, failed) = watch::channel(false);
    for task in tasks {
        let sender = sender.clone();
        tokio::spawn(async move {
            if task.await.is_err() {
                tracing::error!(
                    "A task that writes has ended unexpectedly; this process must be started again"
                );
                sender.send_replace(true);
            }
        });
    }
    failed
}

async fn until_failed(mut failed: watch::Receiver<bool>) {
    // There is a sender for as long as there is a task; once they have ended as they should, they cannot
    // fail.
    if failed.wait_for(|failed| *failed).await.is_err() {
        std::future::pending::<()>().await;
    }
}

/// Where connections of questions are kept, these are, too: no command waits for one that somebody else has taken.
fn beside_commands(usual: &ReaderSettings) -> ReaderSettings {
    ReaderSettings {
        max_connections: MOST_BESIDE_COMMANDS,
        min_connections: usual.min_connections.min(MOST_BESIDE_COMMANDS),
        ..usual.clone()
    }
}

/// Connections for questions, for what commands ask besides, and for what others could see.
async fn reading(
    pool: &PgPool,
    settings: &Settings,
    projected: &watch::Receiver<Position>,
) -> Result<[PgPool; 3], StoreError> {
    let schema = read_model::Schema::in_use(pool).await?.name;
    let usual = settings.reads.clone().unwrap_or_default();
    let beside = beside_commands(&usual);
    let shared = ReaderSettings {
        max_connections: MOST_SHARED_SIGHT,
        min_connections: 0,
        search_path: Some(read_model::path_of_shared_sight(&schema)),
        ..usual
    };
    let shared = readers(pool, &shared, projected.clone()).await?;
    let Some(reads) = &settings.reads else { return Ok([pool.clone(), pool.clone(), shared]) };
    let (reads, beside) =
        (readers(pool, reads, projected.clone()).await?, readers(pool, &beside, projected.clone()).await?);
    Ok([reads, beside, shared])
}

/// Connections for questions. Postgres does not wait for the disk when rows are written, since the log has
/// them: after a crash it may have fewer than were shown before, until they are projected again. Nobody is to
/// see that. A crash ends every connection, so the new ones are those to look at.
async fn readers(
    beside: &PgPool,
    settings: &ReaderSettings,
    projected: watch::Receiver<Position>,
) -> Result<PgPool, StoreError> {
    let readers = event_log::connect_readers(beside, settings, move |connection| {
        let shown = *projected.borrow();
        Box::pin(async move {
            let checkpoint = read_model::checkpoint(connection).await.map_err(|error| error.source)?;
            if checkpoint >= shown {
                return Ok(());
            }
            Err(sqlx::Error::Protocol(format!("the read model is at {checkpoint} again, and was at {shown}")))
        })
    });
    Ok(readers.await?)
}

/// Tells other nodes that the log has grown: after the commit, never inside it, and many commits at once.
async fn notify(log: Log, news: Arc<Notify>) {
    loop {
        news.notified().await;
        if let Err(error) = log.notify().await {
            // Others look every second anyway.
            tracing::warn!("Could not tell other nodes: {}", chain(&error));
        }
        tokio::time::sleep(NOTIFY_PAUSE).await;
    }
}

/// Wakes the committer when another node has committed.
async fn listen(log: Log, wake_up: Arc<Notify>) {
    loop {
        match log.listener().await {
            Ok(mut listener) => {
                while listener.recv().await.is_ok() {
                    wake_up.notify_one();
                }
            }
            Err(error) => tracing::warn!("Could not listen for other nodes: {}", chain(&error)),
        }
        tokio::time::sleep(LISTEN_PAUSE).await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures_util::FutureExt as _;

    #[test]
    fn what_commands_ask_has_connections_that_are_kept_where_those_of_questions_are() {
        let kept = |min_connections| {
            let usual = ReaderSettings { min_connections, ..ReaderSettings::default() };
            let beside = beside_commands(&usual);
            assert_eq!(beside.max_connections, MOST_BESIDE_COMMANDS);
            beside.min_connections
        };
        assert_eq!(kept(ReaderSettings::default().max_connections), MOST_BESIDE_COMMANDS);
        assert_eq!(kept(0), 0, "none is opened before somebody asks");
    }

    #[tokio::test]
    async fn a_task_that_panics_is_a_failure_whichever_it_is_and_one_that_ends_is_none() {
        for panicking in 0..2 {
            let tasks = [0, 1]
                .map(|number| tokio::spawn(async move { assert!(number != panicking, "a fault of ours") }));
            until_failed(failure_of(tasks)).await;
        }
        let (stop, stopped) = watch::channel(false);
        let tasks = [stopped.clone(), stopped]
            .map(|mut stopped| tokio::spawn(async move { drop(stopped.changed().await) }));
        let mut failed = failure_of(tasks);
        assert_eq!(until_failed(failed.clone()).now_or_never(), None);
        stop.send_replace(true);
        // Both have ended, and with them whoever would have told of a failure.
        assert!(failed.changed().await.is_err());
        assert!(!*failed.borrow());
        assert_eq!(until_failed(failed).now_or_never(), None);
    }
}
