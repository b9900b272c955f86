//! The one task that writes to the log: takes what is queued, decides it, appends it as one commit, and hands
//! it on to the task that writes rows, which answers.
//!
//! It is never a request's future, so a client that hangs up cancels nothing. It waits for nothing but work:
//! whatever came in while a commit was on its way makes up the next one.
//!
//! Commands share a commit, not each other's faults: where Postgres refuses what a commit says, the commit is
//! halved until the command stands alone whose data it is.

use crate::{
    Clock, Entropy, Error, Health, Metrics, Outcome, Receipt, Request, StoreError,
    basis::Basis,
    health::raise,
    job::Job,
    loading::{decode, load},
    projector::{self, Applied},
    row_writer::{self, Settled},
    turns::{Turns, Whose},
};
use chrono::{DateTime, Utc};
use domain::{
    Actor, At, Position, Recorded, Refusal, RefusalCode, Rejection, Reported, Sha256, Subject, World,
    hash::canonical_json,
    ids::{CommandId, EventId},
};
use event_log::{AccessEnd, AppendError, Head, Log, NewCommand, NewCommit, NewEvent, StoredCommand, Writer};
use read_model::Projection;
use sqlx::PgPool;
use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
    time::{Duration, Instant},
};
use tokio::{
    sync::{Notify, mpsc, oneshot, watch},
    time::sleep,
};
use tracing::{Instrument, Span, info_span};
use uuid::Uuid;

/// Commands of one commit.
const MOST_COMMANDS: usize = 1_000;

/// Events or rows of a command from which on it counts as large: thousands keep the writer for long.
const LARGE: usize = 200;

/// So does one that takes so long to decide, whatever comes of it.
const LONG: Duration = Duration::from_millis(20);

/// Commands that take turns: more than one partner's senders may have under way.
const MOST_WAITING: usize = 4 * MOST_COMMANDS;

/// Rounds of loading what `decide` misses. Each names all it can, so that more than a few mean a fault of
/// ours.
const MOST_ROUNDS: usize = 16;

/// Commits lost to other nodes in a row, after which callers are told to come back.
const MOST_RACES: usize = 32;

/// Times that a commit of unknown fate is looked after, a second apart.
const MOST_LOOKS: usize = 30;

/// How often the log is looked at without being told.
const TICK: Duration = Duration::from_secs(1);

pub(crate) enum Message {
    Execute(Box<Job>),
    /// Finish what was accepted, then stop and say so.
    Close(oneshot::Sender<()>),
}

pub(crate) struct Committer {
    pub log: Log,
    pub writer: Writer,
    pub pool: PgPool,
    pub clock: Clock,
    pub entropy: Entropy,
    pub node: Uuid,
    /// Subjects kept folded, at most.
    pub most_subjects: usize,
    /// Told after every commit; tells the other nodes.
    pub news: Arc<Notify>,
    /// Told when another node has committed.
    pub wake_up: Arc<Notify>,
    /// The task that writes rows.
    pub rows: mpsc::Sender<row_writer::Message>,
    pub health: watch::Sender<Health>,
    /// Where the access log ends, as far as this node knows: each commit says so.
    pub access_ends: watch::Sender<AccessEnd>,
    /// Folds at `head`: a baseline, never an authority.
    pub world: World,
    pub head: Head,
    /// The newest event; `None` in an empty log.
    pub newest: Option<Uuid>,
    /// For how long large commands of each partner kept this task since they took turns last; none of whose were not large.
    pub worked: HashMap<Whose, Option<Duration>>,
    /// When each subject was used last, counted in batches.
    pub used: HashMap<Subject, u64>,
    pub batches: u64,
    pub metrics: Metrics,
}

/// A command that was decided, not yet appended.
struct Prepared {
    job: Job,
    /// How many rows it made.
    rows: usize,
    command: NewCommand,
    receipt: Receipt,
}

/// What a batch came to.
struct Batch {
    overlay: World,
    prepared: Vec<Prepared>,
    /// Commands that changed nothing.
    unchanged: Vec<(Job, CommandId)>,
    /// Commands that were not carried out. Answered like the others, once it is certain that they were
    /// decided on the newest state: another node may have committed what they lacked.
    refused: Vec<(Job, Error)>,
    projection: Projection,
    recorded_at: DateTime<Utc>,
}

/// How an attempt to append ended.
enum Attempt {
    Appended(Head),
    /// Decide again, on the log as it is now.
    Again,
    /// The log cannot hold what one of the commands says.
    Unfit(StoreError),
    Failed(StoreError),
}

/// A plan of thousands of tasks is submitted in one event, and may make a row of each.
fn is_large(events: usize, rows: usize) -> bool {
    events.max(rows) >= LARGE
}

fn wait_in_line(waiting: &mut Turns<Job>, job: Job) {
    let partner = job.request.actor.partner().cloned();
    waiting.push(partner.as_ref(), job, Instant::now());
}

impl Committer {
    pub(crate) async fn run(mut self, mut messages: mpsc::Receiver<Message>) {
        let mut waiting: Turns<Job> = Turns::default();
        let mut tick = tokio::time::interval(TICK);
        tick.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        let mut closing: Option<oneshot::Sender<()>> = None;
        loop {
            while waiting.len() < MOST_WAITING {
                match messages.try_recv() {
                    Ok(Message::Execute(job)) => wait_in_line(&mut waiting, *job),
                    Ok(Message::Close(done)) => {
                        messages.close();
                        closing = Some(done);
                    }
                    Err(_) => break,
                }
            }
            let now = Instant::now();
            // No turns where nothing goes on: who waits is to be told so soon.
            let hurries = closing.is_some() || self.health.borrow().trouble.is_some();
            if !waiting.is_empty() && (hurries || waiting.until_next(now).is_none()) {
                let jobs = if hurries { waiting.finish() } else { waiting.take(MOST_COMMANDS, now) };
                // Commands that must wait for another of this batch come first in the next.
                for job in self.batch(jobs).await.into_iter().rev() {
                    let partner = job.request.actor.partner().cloned();
                    waiting.push_back_in(partner.as_ref(), job);
                }
                for (whose, worked) in self.worked.drain() {
                    waiting.worked(whose, worked, Instant::now());
                }
                continue;
            }
            if waiting.is_empty()
                && let Some(done) = closing
            {
                // Whoever is told finds everything answered, and every connection free.
                let Self { writer, rows, .. } = self;
                drop(writer);
                let (finished, last) = oneshot::channel();
                if rows.send(row_writer::Message::Close(finished)).await.is_ok() {
                    drop(last.await);
                }
                let _ = done.send(());
                return;
            }
            tokio::select! {
                biased;
                message = messages.recv() => match message {
                    Some(Message::Execute(job)) => wait_in_line(&mut waiting, *job),
                    Some(Message::Close(done)) => {
                        messages.close();
                        closing = Some(done);
                    }
                    // Every handle is gone: nobody can ask any more.
                    None if waiting.is_empty() => return,
                    None => drop(self.batch(waiting.finish()).await),
                },
                () = sleep(waiting.until_next(now).unwrap_or_default()), if !waiting.is_empty() => {}
                () = self.wake_up.notified() => self.look_around().await,
                _ = tick.tick() => self.look_around().await,
            }
        }
    }

    /// Takes in what other nodes have committed, and projects what a crash has left behind.
    async fn look_around(&mut self) {
        if let Err(error) = self.follow().await {
            self.alarm("could not follow the log", &error);
            return;
        }
        self.measure();
        // When it has work waiting, it will see for itself.
        let _ = self.rows.try_send(row_writer::Message::Reach(Position(self.head.position)));
    }

    /// One batch; the jobs that must wait for another of it.
    async fn batch(&mut self, jobs: Vec<Job>) -> Vec<Job> {
        self.batches += 1;
        let mut later = Vec::new();
        let mut groups = vec![jobs];
        while let Some(jobs) = groups.pop() {
            match self.answer_repeated(jobs).await {
                Ok((jobs, repeated)) => {
                    later.extend(repeated);
                    // The last is committed first: halves keep their order.
                    groups.extend(self.commit(jobs).await.into_iter().rev());
                }
                Err((jobs, error)) if error.is_about_data() => {
                    groups.extend(halve(jobs, &error).into_iter().rev());
                }
                Err((jobs, error)) => self.fail(jobs, error),
            }
        }
        later
    }

    /// Commits the jobs and answers them. Those that are left are to be committed apart, one group after the
    /// other: the log cannot hold what one of them says.
    async fn commit(&mut self, mut jobs: Vec<Job>) -> Vec<Vec<Job>> {
        for _ in 0..MOST_RACES {
            let batch = self.decide(jobs).await;
            let appends = !batch.prepared.is_empty();
            let attempt = if appends {
                let commit = NewCommit {
                    node: self.node,
                    after: self.head,
                    recorded_at: batch.recorded_at,
                    accesses: *self.access_ends.borrow(),
                    commands: batch.prepared.iter().map(|prepared| prepared.command.clone()).collect(),
                };
                let begun = Instant::now();
                let attempt = self.append(&commit).instrument(batch_span(&batch.prepared, "append")).await;
                self.metrics.append_seconds.observe(begun.elapsed().as_secs_f64());
                if matches!(attempt, Attempt::Appended(_)) {
                    self.share_out(&batch.prepared, begun.elapsed());
                }
                attempt
            } else {
                self.prove_head().await
            };
            match attempt {
                Attempt::Appended(_) if !appends => {
                    self.answer_undone(batch.unchanged, batch.refused);
                    return Vec::new();
                }
                Attempt::Appended(head) => {
                    self.settle(batch, head).await;
                    return Vec::new();
                }
                Attempt::Again => {
                    jobs = batch.into_jobs();
                    // Another node may have carried out the same command in the meantime.
                    let (left, again) = match self.answer_repeated(jobs).await {
                        Ok(split) => split,
                        Err((jobs, error)) => {
                            self.fail(jobs, error);
                            return Vec::new();
                        }
                    };
                    debug_assert!(again.is_empty(), "keys were told apart before");
                    jobs = left;
                }
                Attempt::Unfit(error) => {
                    // The others were decided behind the one that is to blame, perhaps because of it.
                    let (appended, others) = batch.into_appended_and_others();
                    let mut groups = halve(appended, &error);
                    groups.push(others);
                    return groups;
                }
                Attempt::Failed(error) => {
                    self.fail(batch.into_jobs(), error);
                    return Vec::new();
                }
            }
        }
        for job in jobs {
            job.answer(Err(Error::Busy("other nodes are faster just now")));
        }
        Vec::new()
    }

    /// Whose commands an append was for. What a large one takes is its events' and rows', whatever else the disk does.
    fn share_out(&mut self, prepared: &[Prepared], took: Duration) {
        for prepared in prepared {
            let is_large = is_large(prepared.command.events.len(), prepared.rows);
            self.note_work(&prepared.job.request.actor, is_large.then_some(took));
        }
    }

    fn note_work(&mut self, actor: &Actor, worked: Option<Duration>) {
        let so_far = self.worked.entry(actor.partner().cloned()).or_default();
        if let Some(worked) = worked {
            *so_far = Some(so_far.unwrap_or_default() + worked);
        }
    }

    /// What an append proves besides, for a batch that appends nothing: that it was decided on the newest
    /// state.
    async fn prove_head(&mut self) -> Attempt {
        match self.log.head().await {
            Ok(head) if (head.position, head.hash) == (self.head.position, self.head.hash) => {
                Attempt::Appended(head)
            }
            Ok(_) => match self.follow().await {
                Ok(()) => Attempt::Again,
                Err(error) => Attempt::Failed(error),
            },
            Err(error) => Attempt::Failed(error.into()),
        }
    }

    /// Answers commands whose key is in the log, to whoever may act in the name that the key belongs to. Returns those
    /// to decide, and those that share a key with an earlier one of the batch and have to wait for its outcome.
    async fn answer_repeated(
        &mut self,
        jobs: Vec<Job>,
    ) -> Result<(Vec<Job>, Vec<Job>), (Vec<Job>, StoreError)> {
        let keys: Vec<(String, String)> = jobs
            .iter()
            .filter_map(|job| {
                let key = job.request.idempotency_key.clone()?;
                Some((job.request.actor.to_string(), key))
            })
            .collect();
        if keys.is_empty() {
            return Ok((jobs, Vec::new()));
        }
        let wanted: Vec<(&str, &str)> =
            keys.iter().map(|(actor, key)| (actor.as_str(), key.as_str())).collect();
        let found = match self.log.find_commands(&wanted).await {
            Ok(found) => found,
            Err(error) => return Err((jobs, error.into())),
        };
        let found: HashMap<(&str, &str), &StoredCommand> = found
            .iter()
            .map(|stored| ((stored.actor.as_str(), stored.idempotency_key.as_str()), stored))
            .collect();
        let mut seen = HashSet::new();
        let (mut fresh, mut later) = (Vec::new(), Vec::new());
        for job in jobs {
            let Some(key) = job.request.idempotency_key.clone() else {
                fresh.push(job);
                continue;
            };
            let actor = job.request.actor.to_string();
            if let Some(stored) = found.get(&(actor.as_str(), key.as_str())) {
                // Another partner may write any name into its tokens: it learns nothing of that name's keys.
                let answer = match self.check_standing(&job.request.actor).await {
                    Ok(()) => self.repeated(stored, &job.request).await,
                    Err(error) => Err(error),
                };
                job.answer(answer);
            } else if seen.insert((actor, key)) {
                fresh.push(job);
            } else {
                later.push(job);
            }
        }
        Ok((fresh, later))
    }

    /// Whether somebody may act now, as deciding a command of theirs would judge it.
    async fn check_standing(&mut self, actor: &Actor) -> Result<(), Error> {
        loop {
            let missing = match domain::check_standing(&self.world, actor) {
                Ok(()) => return Ok(()),
                Err(Rejection::Forbidden(message)) => return Err(Error::Forbidden(message)),
                Err(Rejection::Refused(reasons)) => return Err(Error::Refused(reasons)),
                Err(Rejection::Missing(missing)) => missing,
            };
            let loaded = load(&self.log, missing, Position(self.head.position)).await;
            for (subject, state) in loaded.map_err(Error::Store)? {
                self.used.insert(subject.clone(), self.batches);
                self.world.insert(subject, state);
            }
        }
    }

    /// The answer to a command whose key is in the log.
    async fn repeated(&self, stored: &StoredCommand, request: &Request) -> Result<Outcome, Error> {
        if stored.request_hash != request.fingerprint().0 {
            return Err(Error::Refused(vec![Refusal {
                code: RefusalCode::IdempotencyKeyReused,
                message: "This key came with another command before.".to_owned(),
                field: vec!["idempotencyKey".to_owned()],
                entry: None,
                subject: None,
            }]));
        }
        let event_ids = serde_json::from_slice(&stored.outcome)
            .map_err(|source| StoreError::Outcome { command_id: CommandId(stored.command_id), source })?;
        let position = Position(stored.position);
        let commit = self
            .log
            .commit_holding(position.0)
            .await
            .map_err(StoreError::from)?
            .ok_or(StoreError::NoCommit { position })?;
        let receipt = Receipt {
            position,
            recorded_at: commit.recorded_at,
            event_ids,
            commit_hash: Sha256(commit.hash),
        };
        Ok(Outcome { command_id: CommandId(stored.command_id), receipt })
    }

    /// Decides each command on what the ones before it have made of the world.
    async fn decide(&mut self, jobs: Vec<Job>) -> Batch {
        let mut batch = Batch {
            overlay: self.world.clone(),
            prepared: Vec::new(),
            unchanged: Vec::new(),
            refused: Vec::new(),
            projection: Projection::default(),
            recorded_at: self.clock.now().max(self.head.recorded_at),
        };
        let mut position = Position(self.head.position);
        for job in jobs {
            self.decide_job(&mut batch, &mut position, job).await;
        }
        batch
    }

    async fn decide_job(&mut self, batch: &mut Batch, position: &mut Position, job: Job) {
        let span = info_span!(parent: &job.span, "decide");
        let basis = Basis::new(&job.request, self.entropy.bytes());
        let decided = self.decide_one(batch, &basis, *position).instrument(span).await;
        let decided = match decided {
            Ok(decided) => decided,
            Err(error) => {
                batch.refused.push((job, error));
                return;
            }
        };
        let (command_id, applied) = decided;
        job.span.record("command.id", tracing::field::display(command_id));
        if applied.is_empty() {
            batch.unchanged.push((job, command_id));
            return;
        }
        *position = Position(position.0 + i64::try_from(applied.len()).unwrap_or(i64::MAX));
        let rows_before = batch.projection.changes.len();
        projector::add(&mut batch.projection, &batch.overlay, &applied);
        let rows = batch.projection.changes.len() - rows_before;
        let command = self.new_command(&job.request, &basis, command_id, &applied);
        let receipt = Receipt {
            position: *position,
            recorded_at: batch.recorded_at,
            event_ids: applied.iter().map(|(recorded, _)| recorded.event_id).collect(),
            // Not known before all are decided.
            commit_hash: Sha256([0; 32]),
        };
        batch.prepared.push(Prepared { job, rows, command, receipt });
    }

    /// The events of one command, already applied to the batch's overlay.
    async fn decide_one(
        &mut self,
        batch: &mut Batch,
        basis: &Basis<'_>,
        head: Position,
    ) -> Result<(CommandId, Vec<Applied>), Error> {
        let now = batch.recorded_at;
        let context = basis.context(now, head);
        let mut rounds = 0;
        let events = loop {
            let begun = Instant::now();
            let decided = domain::decide(&batch.overlay, &basis.command, &context);
            // Without what is loaded for it: how long that takes may be for others' sake.
            self.note_work(&basis.actor, Some(begun.elapsed()).filter(|took| *took >= LONG));
            match decided {
                Ok(events) => break events,
                Err(Rejection::Refused(reasons)) => return Err(Error::Refused(reasons)),
                Err(Rejection::Forbidden(message)) => return Err(Error::Forbidden(message)),
                Err(Rejection::Missing(subjects)) if rounds < MOST_ROUNDS => {
                    rounds += 1;
                    self.load(batch, subjects).await.map_err(Error::Store)?;
                }
                Err(Rejection::Missing(subjects)) => {
                    return Err(Error::Store(StoreError::StillMissing { subjects: format!("{subjects:?}") }));
                }
            }
        };
        let command_id = CommandId(self.entropy.uuid_v7(now));
        let lacking: Vec<Subject> = events.iter().flat_map(|told| batch.overlay.lacks(&told.event)).collect();
        if !lacking.is_empty() {
            self.load(batch, lacking).await.map_err(Error::Store)?;
        }
        let mut applied = Vec::with_capacity(events.len());
        for (number, told) in (1..).zip(events) {
            for subject in told.event.about().folds() {
                self.used.insert(subject, self.batches);
            }
            let Reported { occurred_at, late_reason } = basis.reported_of(&told, now);
            let event = Recorded {
                at: At {
                    position: Position(head.0 + number),
                    occurred_at,
                    recorded_at: now,
                    late_reason,
                    actor: basis.actor.to_string(),
                },
                event_id: EventId(self.entropy.uuid_v7(now)),
                command_id,
                event: told.event,
            };
            let touched = batch.overlay.apply(&event);
            applied.push((event, touched));
        }
        Ok((command_id, applied))
    }

    /// Loads subjects as they are at the head. None of this batch's events can concern them: what an event
    /// concerns is loaded before it is applied.
    async fn load(
        &mut self,
        batch: &mut Batch,
        subjects: impl IntoIterator<Item = Subject>,
    ) -> Result<(), StoreError> {
        for (subject, state) in load(&self.log, subjects, Position(self.head.position)).await? {
            self.used.insert(subject.clone(), self.batches);
            self.world.insert(subject.clone(), state.clone());
            batch.overlay.insert(subject, state);
        }
        Ok(())
    }

    fn new_command(
        &self,
        request: &Request,
        basis: &Basis<'_>,
        command_id: CommandId,
        applied: &[Applied],
    ) -> NewCommand {
        let events = applied
            .iter()
            .map(|(recorded, _)| {
                let encoded = recorded.event.encode();
                NewEvent {
                    event_id: recorded.event_id.0,
                    occurred_at: recorded.at.occurred_at,
                    late_reason: recorded.at.late_reason.clone(),
                    kind: encoded.kind.to_owned(),
                    version: encoded.version,
                    payload: encoded.payload,
                    salt: self.entropy.bytes(),
                    subjects: recorded.event.about().subjects(),
                }
            })
            .collect();
        NewCommand {
            command_id: command_id.0,
            actor: request.actor.to_string(),
            // Commands without a key have one of their own, so that their fate can be looked up all the same.
            idempotency_key: request.idempotency_key.clone().unwrap_or_else(|| command_id.to_string()),
            request_hash: basis.fingerprint().0,
            // Everything else of the answer is in the log itself.
            outcome: canonical_json(
                &applied.iter().map(|(recorded, _)| recorded.event_id).collect::<Vec<_>>(),
            )
            .into_bytes(),
            request: Some(basis.encode()),
            events,
        }
    }

    async fn append(&mut self, commit: &NewCommit) -> Attempt {
        let mut looks = 0;
        loop {
            let error = match self.writer.append(commit).await {
                Ok(head) => return Attempt::Appended(head),
                Err(error) => error,
            };
            match error {
                // Whatever became of an earlier try, it fared like this one.
                AppendError::Data { .. } => return Attempt::Unfit(StoreError::Append(error)),
                AppendError::HeadMoved { .. } | AppendError::KeyTaken => {
                    let first = commit.commands.first().map(|command| command.command_id).unwrap_or_default();
                    if looks > 0 {
                        match self.log.command(first).await {
                            Ok(Some(_)) => return Attempt::Appended(commit.head()),
                            Ok(None) => {}
                            Err(error) if looks < MOST_LOOKS => {
                                tracing::warn!(%error, "The fate of a commit is still unknown");
                                looks += 1;
                                tokio::time::sleep(TICK).await;
                                continue;
                            }
                            Err(error) => return Attempt::Failed(StoreError::Fate(error)),
                        }
                    }
                    return match self.follow().await {
                        Ok(()) => Attempt::Again,
                        Err(error) => Attempt::Failed(error),
                    };
                }
                AppendError::AheadOfLog { .. } => {
                    if let Err(rewritten) = self.refuse_if_rewritten().await {
                        return Attempt::Failed(rewritten);
                    }
                    return match self.start_over().await {
                        Ok(()) => Attempt::Again,
                        Err(error) => Attempt::Failed(error),
                    };
                }
                AppendError::Fate { .. } if looks < MOST_LOOKS => {
                    tracing::warn!(%error, "The fate of a commit is unknown; looking it up");
                    // At first at once: a connection that was idle for long may just have been closed.
                    if looks > 0 {
                        tokio::time::sleep(TICK).await;
                    }
                    looks += 1;
                }
                // Once a try may have landed, a database that cannot be asked says nothing about it: it is
                // starting again.
                AppendError::Database { .. } if (1..MOST_LOOKS).contains(&looks) => {
                    tracing::warn!(%error, "The fate of a commit is still unknown");
                    looks += 1;
                    tokio::time::sleep(TICK).await;
                }
                // What an earlier try came to is as little known as before.
                AppendError::Database { after, source } if looks > 0 => {
                    return Attempt::Failed(StoreError::Append(AppendError::Fate { after, source }));
                }
                AppendError::Fate { .. } | AppendError::Database { .. } => {
                    return Attempt::Failed(StoreError::Append(error));
                }
            }
        }
    }

    /// The commit is in the log: hand it on to be projected and answered. Waits only when too much waits for
    /// that already.
    async fn settle(&mut self, batch: Batch, head: Head) {
        let after = Position(self.head.position);
        let up_to = Position(head.position);
        self.world = batch.overlay;
        self.head = head;
        let newest = batch.prepared.last().and_then(|prepared| prepared.command.events.last());
        self.newest = newest.map(|event| event.event_id);
        self.news.notify_one();
        self.metrics.commit_commands.observe(approximate(batch.prepared.len()));
        self.metrics.commit_events.observe(approximate(up_to.0 - after.0));
        // Before anybody is answered, so that who was sees figures with their command in them.
        self.measure();
        let span = batch_span(&batch.prepared, "project");
        let answers = batch.prepared.into_iter().map(|Prepared { job, command, receipt, .. }| {
            let receipt =
                Receipt { commit_hash: Sha256(head.hash), recorded_at: head.recorded_at, ..receipt };
            job.span.record("position", receipt.position.0);
            (job, Outcome { command_id: CommandId(command.command_id), receipt })
        });
        let settled = Settled {
            after,
            up_to,
            hash: Sha256(head.hash),
            projection: batch.projection,
            answers: answers.collect(),
            span,
        };
        if let Err(unsent) = self.rows.send(row_writer::Message::Commit(Box::new(settled))).await {
            unsent.0.answer();
        }
        self.answer_undone(batch.unchanged, batch.refused);
        self.make_room();
    }

    fn measure(&self) {
        self.metrics.head.set(self.head.position);
        self.metrics.cached.set(i64::try_from(self.world.len()).unwrap_or(i64::MAX));
    }

    /// Answers commands that appended nothing.
    fn answer_undone(&self, unchanged: Vec<(Job, CommandId)>, refused: Vec<(Job, Error)>) {
        for (job, error) in refused {
            job.answer(Err(error));
        }
        for (job, command_id) in unchanged {
            let receipt = Receipt {
                position: Position(self.head.position),
                recorded_at: self.head.recorded_at,
                event_ids: Vec::new(),
                commit_hash: Sha256(self.head.hash),
            };
            job.answer(Ok(Outcome { command_id, receipt }));
        }
    }

    /// Takes in what has been committed since the head that this node knows.
    async fn follow(&mut self) -> Result<(), StoreError> {
        let followed = self.try_follow().await;
        if followed.is_err() {
            // Some folds may have taken in what others have not.
            self.world = World::default();
            self.used.clear();
        }
        followed
    }

    async fn try_follow(&mut self) -> Result<(), StoreError> {
        loop {
            let head = self.log.head().await?;
            if head.position == self.head.position {
                if head.hash != self.head.hash {
                    self.refuse_if_rewritten().await?;
                    return self.start_over().await;
                }
                return Ok(());
            }
            if head.position < self.head.position {
                return self.start_over().await;
            }
            // Others may have gone on behind what Postgres had left when it lost this head: then it grew to
            // something else.
            let mine = self.log.commit_holding(self.head.position).await?;
            if self.head.position > 0 && mine.is_none_or(|commit| commit.hash != self.head.hash) {
                self.refuse_if_rewritten().await?;
                return self.start_over().await;
            }
            let mut at = self.head.position;
            while at < head.position {
                let page = self.log.read(at, head.position, 1_000).await?;
                let Some(last) = page.last() else { break };
                at = last.position;
                self.newest = Some(last.event_id);
                for stored in &page {
                    let recorded = decode(stored)?;
                    self.world.apply(&recorded);
                }
            }
            self.head = head;
        }
    }

    /// Fails where the event is still there that this node knows for the newest, under another hash. What Postgres loses
    /// and others go on behind has other events: this one's own cannot come back changed by itself.
    async fn refuse_if_rewritten(&self) -> Result<(), StoreError> {
        let position = self.head.position;
        let newest = self.log.read_at(&[position]).await?.pop().map(|stored| stored.event_id);
        if newest.is_some() && newest == self.newest {
            return Err(StoreError::Rewritten { position: Position(position) });
        }
        Ok(())
    }

    /// Forgets every fold, and takes back what was shown: the log is not what this node built on.
    async fn start_over(&mut self) -> Result<(), StoreError> {
        self.world = World::default();
        self.used.clear();
        // First: what others commit and project meanwhile must not look as if the rows were ahead of the log.
        let projected = read_model::checkpoint(&self.pool).await?;
        let head = self.log.head().await?;
        // The access log has lost its end with it.
        self.access_ends.send_replace(self.log.access_end().await?);
        tracing::error!(
            at = self.head.position,
            end = head.position,
            "This node was ahead of the log: Postgres has lost acknowledged commits. Dropped every cache."
        );
        self.newest = self.log.read_at(&[head.position]).await?.pop().map(|stored| stored.event_id);
        self.head = head;
        // It ends only with this task.
        let _ = self.rows.send(row_writer::Message::Cut(Position(self.head.position))).await;
        if projected.0 > self.head.position {
            let error = StoreError::ProjectedBeyondLog { projected, head: Position(self.head.position) };
            self.alarm("the read model is ahead of the log", &error);
            return Err(error);
        }
        Ok(())
    }

    fn alarm(&self, what: &'static str, error: &StoreError) {
        raise(&self.health, what, error);
    }

    fn fail(&self, jobs: Vec<Job>, error: StoreError) {
        self.alarm("could not write", &error);
        let shared = Arc::new(error);
        for job in jobs {
            job.answer(Err(Error::Store(StoreError::Shared(Arc::clone(&shared)))));
        }
    }

    /// Drops the folds that were used least recently.
    fn make_room(&mut self) {
        if self.world.len() <= self.most_subjects {
            return;
        }
        let mut by_age: Vec<(u64, Subject)> =
            self.used.drain().map(|(subject, batch)| (batch, subject)).collect();
        by_age.sort_unstable();
        // A tenth more than needed, so that this is seldom.
        let surplus = by_age.len().saturating_sub(self.most_subjects * 9 / 10);
        for (batch, subject) in by_age.drain(surplus..) {
            self.used.insert(subject, batch);
        }
        for (_, subject) in by_age {
            self.world.remove(&subject);
        }
    }
}

/// Two halves, to be tried apart; a job that stands alone is to blame, and refused.
fn halve(mut jobs: Vec<Job>, error: &StoreError) -> Vec<Vec<Job>> {
    if jobs.len() > 1 {
        let second = jobs.split_off(jobs.len() / 2);
        return vec![jobs, second];
    }
    for job in jobs {
        let refusal = unfit(error);
        // Once, and without what was said: what reads commands should have refused it.
        tracing::error!(
            code = error.database_code().as_deref().unwrap_or("none"),
            field = refusal.field.join("."),
            "A command was refused by the log alone"
        );
        job.answer(Err(Error::Refused(vec![refusal])));
    }
    Vec::new()
}

/// Why a command is refused that the log cannot hold, as far as Postgres tells.
fn unfit(error: &StoreError) -> Refusal {
    let (field, message) = match error.constraint().as_deref() {
        Some("event_years_check" | "event_occurred_at_check" | "event_occurred_offset_check") => {
            ("occurredAt", "The log cannot hold this time.")
        }
        _ => ("", "The log cannot hold what this command says."),
    };
    Refusal {
        code: RefusalCode::InvalidValue,
        message: message.to_owned(),
        field: Some(field).filter(|field| !field.is_empty()).map(str::to_owned).into_iter().collect(),
        entry: None,
        subject: None,
    }
}

/// What is done once for all commands of a commit: a part of the first, and linked to the others.
fn batch_span(prepared: &[Prepared], step: &'static str) -> Span {
    let Some((first, others)) = prepared.split_first() else { return Span::none() };
    let span = info_span!(parent: &first.job.span, "commit", step, commands = prepared.len());
    for other in others {
        span.follows_from(&other.job.span);
    }
    span
}

/// For a histogram: a commit has far fewer than would be inexact.
fn approximate(count: impl TryInto<u32>) -> f64 {
    f64::from(count.try_into().unwrap_or(u32::MAX))
}

impl Batch {
    fn into_jobs(self) -> Vec<Job> {
        let prepared = self.prepared.into_iter().map(|prepared| prepared.job);
        let unchanged = self.unchanged.into_iter().map(|(job, _)| job);
        let refused = self.refused.into_iter().map(|(job, _)| job);
        prepared.chain(unchanged).chain(refused).collect()
    }

    /// Those with events, in their order, and the rest.
    fn into_appended_and_others(mut self) -> (Vec<Job>, Vec<Job>) {
        let appended = std::mem::take(&mut self.prepared).into_iter().map(|prepared| prepared.job).collect();
        (appended, self.into_jobs())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_is_large_by_its_events_or_by_its_rows() {
        assert!(is_large(LARGE, 0) && is_large(1, LARGE));
        assert!(!is_large(LARGE - 1, LARGE - 1));
    }
}
