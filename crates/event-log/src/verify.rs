//! Holding the whole log against its own hashes and against receipts kept elsewhere. Repairs nothing.

use crate::{
    AccessEnd, Error, Head, Log, StoredCommand, StoredCommit, StoredEvent,
    hash::{CommandsHasher, CommitHasher},
};
use chrono::{DateTime, Utc};
use std::collections::BTreeMap;
use uuid::Uuid;

/// A receipt kept outside this database: the commit that holds this position had this hash. Receipts name the
/// end of their own command, which is not always the end of its commit. Without one, whoever owns the
/// database could rewrite the whole chain unnoticed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Anchor {
    pub position: i64,
    pub hash: [u8; 32],
}

impl Anchor {
    /// A receipt for the empty log, which every log is a continuation of.
    const EMPTY: Self = Self { position: Head::EMPTY.position, hash: Head::EMPTY.hash };
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verification {
    /// Every event up to `head` is what was recorded.
    Sound { head: Head },
    /// The log is sound before `position`, and not from there on.
    Broken {
        position: i64,
        /// One sentence for the operator.
        finding: String,
    },
    /// The log is sound, and the access log beside it is not.
    AccessBroken {
        /// Of the entry from which on it is not.
        number: i64,
        /// One sentence for the operator.
        finding: String,
    },
}

const PAGE: i64 = 2_000;

impl Log {
    /// Reads the whole log up to its present head and stops at the first fault.
    ///
    /// `progress` is called now and then with the position verified up to and the head. Memory stays bounded,
    /// however long the log and however large a commit.
    pub async fn verify(
        &self,
        anchors: &[Anchor],
        progress: impl FnMut(i64, i64),
    ) -> Result<Verification, Error> {
        let mut access_ends = BTreeMap::new();
        let head = match self.walk(anchors, &mut access_ends, progress).await {
            Ok(head) => head,
            Err(Stop::Broken { position, finding }) => return Ok(Verification::Broken { position, finding }),
            Err(Stop::Failed(error)) => return Err(error),
        };
        Ok(match self.walk_accesses(access_ends).await? {
            Some((number, fault)) => Verification::AccessBroken { number, finding: fault.to_string() },
            None => Verification::Sound { head },
        })
    }

    /// Holds the access log against its own hashes, and against the ends that commits say it had.
    async fn walk_accesses(
        &self,
        mut ends: BTreeMap<i64, [u8; 32]>,
    ) -> Result<Option<(i64, AccessFault)>, Error> {
        let (mut number, mut previous) = (0, None);
        loop {
            let page = self.all_accesses(number, PAGE).await?;
            if page.is_empty() {
                break;
            }
            for entry in page {
                number = entry.number;
                if let Some((&missing, _)) = ends.range(..number).next() {
                    return Ok(Some((missing, AccessFault::Removed { number: missing })));
                }
                let said = ends.remove(&number);
                match (entry.hash, previous) {
                    // Of an older build: nothing is known of it but that it is there.
                    (None, None) if said.is_none_or(|said| said == AccessEnd::EMPTY.hash) => {}
                    (Some(hash), _)
                        if hash == entry.hash_behind(&previous.unwrap_or(AccessEnd::EMPTY.hash))
                            && said.is_none_or(|said| said == hash) =>
                    {
                        previous = Some(hash);
                    }
                    _ => return Ok(Some((number, AccessFault::Changed { number }))),
                }
            }
        }
        Ok(ends.first_key_value().map(|(&number, _)| (number, AccessFault::Removed { number })))
    }

    async fn walk(
        &self,
        anchors: &[Anchor],
        access_ends: &mut BTreeMap<i64, [u8; 32]>,
        mut progress: impl FnMut(i64, i64),
    ) -> Result<Head, Stop> {
        let extent = self.extent().await?;
        let mut anchors: Vec<Anchor> =
            anchors.iter().copied().filter(|anchor| *anchor != Anchor::EMPTY).collect();
        anchors.sort_unstable_by_key(|anchor| anchor.position);
        let mut anchors = anchors.into_iter().peekable();
        let mut events = Events { log: self, up_to: extent.head, read_to: 0, page: vec![].into_iter() };
        let mut before = Head::EMPTY;

        while before.position < extent.head {
            let reached = before.position;
            for commit in self.read_commits(before.position, PAGE).await? {
                if commit.last_position > extent.head {
                    // Appended since we began.
                    break;
                }
                let progress = |position| progress(position, extent.head);
                verify_commit(&before, &commit, &mut events, progress).await?;
                if let Some(AccessEnd { number, hash }) = commit.beside.map(|beside| beside.accesses)
                    && number > 0
                    && *access_ends.entry(number).or_insert(hash) != hash
                {
                    let last = commit.last_position;
                    return Err(Fault::OtherAccesses { last, number }.at(commit.prev_position + 1));
                }
                while let Some(anchor) = anchors.next_if(|anchor| anchor.position <= commit.last_position) {
                    hold_against(anchor, &commit)?;
                }
                before = Head {
                    position: commit.last_position,
                    recorded_at: commit.recorded_at,
                    hash: commit.hash,
                };
            }
            if before.position == reached {
                // Somebody is removing commits at this moment; what they leave behind is found below.
                break;
            }
            progress(before.position, extent.head);
        }

        let end = before.position;
        for (table, last) in
            [("event", extent.event), ("event_subject", extent.subject), ("command", extent.command)]
        {
            if last > end {
                return Err(Fault::LeftOver { end, table, last }.at(end + 1));
            }
        }
        if let Some(anchor) = anchors.next() {
            return Err(Fault::EndRemoved { end, receipt: anchor.position }.at(end + 1));
        }
        Ok(before)
    }

    /// How far each table goes, at one moment: all of it is one statement.
    async fn extent(&self) -> Result<Extent, Error> {
        sqlx::query_as!(
            Extent,
            r#"
            select
                coalesce((select max(last_position) from log_commit), 0) as "head!",
                coalesce((select max(position) from event), 0) as "event!",
                coalesce((select max(position) from event_subject), 0) as "subject!",
                coalesce((select max(position) from command), 0) as "command!"
            "#
        )
        .fetch_one(&self.pool)
        .await
        .map_err(Error::when("read how far the log goes"))
    }
}

/// Holds a commit, its events and its commands against each other and against the commit before it.
async fn verify_commit(
    before: &Head,
    commit: &StoredCommit,
    events: &mut Events<'_>,
    mut progress: impl FnMut(i64),
) -> Result<(), Stop> {
    let first = before.position + 1;
    let last = commit.last_position;
    if commit.prev_position != before.position {
        return Err(Fault::Chain { last, says: commit.prev_position, end: before.position }.at(first));
    }
    if last != commit.prev_position + i64::from(commit.event_count) {
        return Err(Fault::Count { first, last, says: commit.event_count }.at(first));
    }
    if commit.recorded_at < before.recorded_at {
        return Err(Fault::Clock { last, at: commit.recorded_at, before: before.recorded_at }.at(first));
    }

    let mut hasher = CommitHasher::new(&before.hash, commit);
    let mut commands = CommandsHasher::default();
    // The command of the event before, while it has not ended.
    let mut open: Option<Uuid> = None;
    for position in first..=last {
        let Some((event, ended)) = events.next().await? else {
            return Err(Fault::NoMoreEvents { position }.at(position));
        };
        if event.position != position {
            return Err(Fault::Gap { position, next: event.position }.at(position));
        }
        if event.recorded_at != commit.recorded_at {
            let (says, commit) = (event.recorded_at, commit.recorded_at);
            return Err(Fault::RecordedAt { position, says, commit }.at(position));
        }
        if let Some(command_id) = open.filter(|open| *open != event.command_id) {
            return Err(Fault::NoCommand { command_id, position: position - 1 }.at(position - 1));
        }
        if let Some(ended) = &ended
            && (ended.command_id != event.command_id || ended.actor != event.actor)
        {
            let caused_by = format!("{} of {}", event.command_id, event.actor);
            let ended = format!("{} of {}", ended.command_id, ended.actor);
            return Err(Fault::OtherCommand { position, caused_by, ended }.at(position));
        }
        if let Some(ended) = &ended {
            commands.command(ended);
        }
        open = ended.is_none().then_some(event.command_id);
        hasher.event(&event);
        if position % PAGE == 0 {
            progress(position);
        }
    }
    if let Some(command_id) = open {
        return Err(Fault::NoCommand { command_id, position: last }.at(last));
    }
    if hasher.finish() != commit.hash {
        return Err(Fault::Hash { first, last }.at(first));
    }
    let commands = commands.finish();
    if commit.beside.is_some_and(|beside| beside.commands_hash != commands) {
        return Err(Fault::Commands { first, last }.at(first));
    }
    Ok(())
}

/// `anchor` is of a position that this commit holds.
fn hold_against(anchor: Anchor, commit: &StoredCommit) -> Result<(), Stop> {
    if anchor.hash != commit.hash {
        let (first, last) = (commit.prev_position + 1, commit.last_position);
        let (receipt, hash) = (hex::encode(anchor.hash), hex::encode(commit.hash));
        return Err(Fault::OtherHash { at: anchor.position, first, last, hash, receipt }.at(first));
    }
    Ok(())
}

/// All events in order, each with the command that ends there.
struct Events<'a> {
    log: &'a Log,
    up_to: i64,
    read_to: i64,
    page: std::vec::IntoIter<(StoredEvent, Option<StoredCommand>)>,
}

impl Events<'_> {
    async fn next(&mut self) -> Result<Option<(StoredEvent, Option<StoredCommand>)>, Error> {
        if self.page.len() == 0 {
            let events = self.log.read(self.read_to, self.up_to, PAGE).await?;
            let Some(last) = events.last().map(|event| event.position) else {
                return Ok(None);
            };
            // Each ends at an event of its own, so there are no more of them.
            let ended = self.log.read_commands(self.read_to, last, PAGE).await?;
            let mut ended = ended.into_iter().peekable();
            let page: Vec<_> = events
                .into_iter()
                .map(|event| {
                    let ended = ended.next_if(|ended| ended.position <= event.position);
                    (event, ended)
                })
                .collect();
            self.read_to = last;
            self.page = page.into_iter();
        }
        Ok(self.page.next())
    }
}

struct Extent {
    head: i64,
    event: i64,
    subject: i64,
    command: i64,
}

/// Why a walk through the log ended early.
enum Stop {
    Broken { position: i64, finding: String },
    Failed(Error),
}

impl From<Error> for Stop {
    fn from(error: Error) -> Self {
        Self::Failed(error)
    }
}

/// What is wrong, for the operator.
#[derive(Debug, thiserror::Error)]
enum Fault {
    #[error(
        "the commit that ends at {last} says that it follows position {says}, but the commit before it ends at {end}: a \
         commit was removed or added"
    )]
    Chain { last: i64, says: i64, end: i64 },
    #[error("the commit of events {first} to {last} says that it has {says} events")]
    Count { first: i64, last: i64, says: i32 },
    #[error("the commit that ends at {last} was recorded at {at}, before the previous commit at {before}")]
    Clock { last: i64, at: DateTime<Utc>, before: DateTime<Utc> },
    #[error("event {position} is missing: the log's events end before it")]
    NoMoreEvents { position: i64 },
    #[error("event {position} is missing: event {next} comes next")]
    Gap { position: i64, next: i64 },
    #[error("event {position} says that it was recorded at {says}, its commit says {commit}")]
    RecordedAt { position: i64, says: DateTime<Utc>, commit: DateTime<Utc> },
    #[error("there is no command {command_id} that ends at {position}, where its last event is")]
    NoCommand { command_id: Uuid, position: i64 },
    #[error("event {position} was caused by command {caused_by}, but the command that ends there is {ended}")]
    OtherCommand { position: i64, caused_by: String, ended: String },
    #[error(
        "the commit of events {first} to {last} does not have the hash that it was written with: one of these events or \
         their subjects, or the commit itself, was changed"
    )]
    Hash { first: i64, last: i64 },
    #[error(
        "the commands of events {first} to {last} do not have the hash that their commit was written with: one of their keys, \
         requests or outcomes was changed or removed"
    )]
    Commands { first: i64, last: i64 },
    #[error(
        "the commit that ends at {last} says something else of entry {number} of the access log than one before it"
    )]
    OtherAccesses { last: i64, number: i64 },
    #[error(
        "the commit of events {first} to {last} has the hash {hash}, but the receipt of position {at} says {receipt}: the \
         log was rewritten here or before"
    )]
    OtherHash { at: i64, first: i64, last: i64, hash: String, receipt: String },
    #[error(
        "the last commit ends at {end}, but table {table} goes to {last}: a commit was removed, or rows were added by hand"
    )]
    LeftOver { end: i64, table: &'static str, last: i64 },
    #[error("there is a receipt of position {receipt}, but the log ends at {end}: its end was removed")]
    EndRemoved { end: i64, receipt: i64 },
}

/// What is wrong with the access log, for the operator.
#[derive(Debug, thiserror::Error)]
enum AccessFault {
    #[error(
        "entry {number} of the access log does not have the hash that it was written with: it, or one before it, was changed or removed"
    )]
    Changed { number: i64 },
    #[error("entry {number} of the access log is not there, but a commit says that it was: it was removed")]
    Removed { number: i64 },
}

impl Fault {
    fn at(&self, position: i64) -> Stop {
        Stop::Broken { position, finding: self.to_string() }
    }
}
