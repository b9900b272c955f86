//! Every logged command, decided again on the fold before it, gives the very events that were logged.
//!
//! One pass over the log, deciding on one world: memory is bounded by what the log leads to, not by its
//! length. Ids and salts of events are random and decided by nobody, so they are not compared. Nothing here
//! looks at hashes: an event that no rule leads to is found even where somebody has made the chain anew.
//!
//! An event is compared byte by byte. One that was logged in an older shape is compared as it is read: rules
//! of today decide what that says, in words of today.

use crate::{StoreError, basis::Basis, loading::decode};
use domain::{Event, Position, Rejection, Reported, State, Subject, Told, World, codec::Encoded};
use event_log::{Log, StoredCommand, StoredEvent};
use std::{
    borrow::Cow,
    collections::{BTreeMap, BTreeSet, VecDeque},
};

/// Commands read at a time.
const COMMANDS: i64 = 1_000;

/// Events read at a time.
const EVENTS: i64 = 5_000;

/// Differences that are told; beyond, they are counted. What follows from a wrong event is often wrong as
/// well.
const MOST_TOLD: usize = 100;

/// What came of deciding every command again.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Decisions {
    /// Commands that were decided again.
    pub checked: u64,
    /// Commands that rules of another version decided: those of this build say nothing about them.
    pub other_rules: u64,
    /// Commands of builds that did not keep what they decided from. Behind one that has it, that is a difference.
    pub without_request: u64,
    /// What older builds logged behind newer ones: no fault, for builds are exchanged node by node.
    pub older: Option<Older>,
    /// Empty when everything is as it must be.
    pub differences: Vec<Difference>,
    /// Differences beyond those.
    pub more_differences: u64,
}

/// Commands of older builds that stand behind those of newer ones.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Older {
    /// Where the first of them ends.
    pub first: Position,
    pub commands: u64,
}

/// What is not as it was decided.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// Of the event, or of the command's last one.
    pub position: Position,
    /// One sentence for the operator.
    pub finding: String,
}

impl Decisions {
    fn tell(&mut self, position: i64, finding: String) {
        if self.differences.len() < MOST_TOLD {
            self.differences.push(Difference { position: Position(position), finding });
        } else {
            self.more_differences += 1;
        }
    }

    fn count_older(&mut self, position: i64) {
        let older = self.older.get_or_insert(Older { first: Position(position), commands: 0 });
        older.commands += 1;
    }
}

/// The newest versions that the log has had so far.
#[derive(Default)]
struct Newest {
    rules: u32,
    shapes: BTreeMap<String, i16>,
}

impl Newest {
    /// Whether the command has an older version of anything.
    fn is_before(&mut self, command: &StoredCommand, logged: &[StoredEvent]) -> bool {
        // Builds from before the first rules kept no request. One that cannot be read is told of as a
        // difference.
        let rules = command.request.as_deref().map_or(Ok(0), Basis::rules_of).unwrap_or(self.rules);
        let mut older = rules < self.rules;
        self.rules = self.rules.max(rules);
        for StoredEvent { kind, version, .. } in logged {
            match self.shapes.get_mut(kind) {
                Some(newest) => {
                    older |= version < newest;
                    *newest = *version.max(newest);
                }
                None => drop(self.shapes.insert(kind.clone(), *version)),
            }
        }
        older
    }
}

/// From the start of the log to its present head.
pub(crate) async fn check(
    log: &Log,
    mut progress: impl FnMut(Position, Position),
) -> Result<Decisions, StoreError> {
    let head = log.head().await?.position;
    let mut world = World::default();
    let mut decisions = Decisions::default();
    let mut newest = Newest::default();
    let mut keeps_requests = false;
    let mut at = 0;
    while at < head {
        let commands = log.read_commands(at, head, COMMANDS).await?;
        let Some(end) = commands.last().map(|command| command.position) else {
            decisions.tell(at + 1, "from here on no event belongs to a command".to_owned());
            break;
        };
        let mut events = Events { log, up_to: end, read_to: at, ahead: VecDeque::new() };
        for command in commands {
            let logged = events.up_to(command.position).await?;
            examine(&mut decisions, &mut world, &command, Position(at), &logged);
            if keeps_requests && command.request.is_none() {
                let id = command.command_id;
                let finding =
                    format!("what command {id} was decided from is gone: commands before it have that");
                decisions.tell(command.position, finding);
            }
            keeps_requests |= command.request.is_some();
            if newest.is_before(&command, &logged) {
                decisions.count_older(command.position);
            }
            for event in &logged {
                let recorded = decode(event)?;
                hold(&mut world, recorded.event.about().folds());
                world.apply(&recorded);
            }
            at = command.position;
        }
        progress(Position(at), Position(head));
    }
    Ok(decisions)
}

/// The world has been folded from the start of the log, so a subject that is not in it has no event yet.
fn hold(world: &mut World, subjects: impl IntoIterator<Item = Subject>) {
    for subject in subjects {
        if world.get(&subject).is_none() {
            let state = State::absent(&subject);
            world.insert(subject, state);
        }
    }
}

/// Decides one command on the world before it, which ends at `head`, and compares.
fn examine(
    decisions: &mut Decisions,
    world: &mut World,
    command: &StoredCommand,
    head: Position,
    logged: &[StoredEvent],
) {
    let Some(request) = &command.request else {
        decisions.without_request += 1;
        return;
    };
    let basis = match Basis::decode(request) {
        Ok(Some(basis)) => basis,
        Ok(None) => {
            decisions.other_rules += 1;
            return;
        }
        Err(error) => {
            let finding =
                format!("what command {} was decided from cannot be read: {error}", command.command_id);
            decisions.tell(command.position, finding);
            return;
        }
    };
    decisions.checked += 1;
    let id = command.command_id;
    if basis.actor.to_string() != command.actor {
        let finding = format!("command {id} is {}'s, but it was decided as {}'s", command.actor, basis.actor);
        decisions.tell(command.position, finding);
    }
    if basis.fingerprint().0 != command.request_hash {
        let finding = format!("command {id} does not have the hash that its request was stored with");
        decisions.tell(command.position, finding);
    }
    let Some(first) = logged.first() else {
        decisions.tell(command.position, format!("command {id} has no event in the log"));
        return;
    };
    let now = first.recorded_at;
    let decided = match decide(world, &basis, now, head) {
        Ok(decided) => decided,
        Err(finding) => {
            decisions.tell(command.position, format!("decided again, command {id} {finding}"));
            return;
        }
    };
    let mut logged = logged.iter().peekable();
    for (position, told) in (head.0 + 1..).zip(&decided) {
        let event = &told.event;
        let Some(found) = logged.next_if(|logged| logged.position == position) else {
            decisions.tell(position, format!("{} of command {id} is missing", event.kind()));
            continue;
        };
        let differing = differing(event, &basis.reported_of(told, now), found);
        if !differing.is_empty() {
            let finding = format!("{} of command {id}, decided again: {}", found.kind, differing.join("; "));
            decisions.tell(position, finding);
        }
    }
    for surplus in logged {
        decisions.tell(surplus.position, format!("no {} follows from command {id}", surplus.kind));
    }
}

/// The events, or what happens instead.
fn decide(
    world: &mut World,
    basis: &Basis<'_>,
    now: chrono::DateTime<chrono::Utc>,
    head: Position,
) -> Result<Vec<Told>, String> {
    let mut told: BTreeSet<Subject> = BTreeSet::new();
    loop {
        match domain::decide(world, &basis.command, &basis.context(now, head)) {
            Ok(events) if events.is_empty() => return Err("changes nothing".to_owned()),
            Ok(events) => return Ok(events),
            Err(Rejection::Missing(subjects)) if told.is_disjoint(&subjects) => {
                hold(world, subjects.iter().cloned());
                told.extend(subjects);
            }
            Err(Rejection::Missing(subjects)) => return Err(format!("still lacks {subjects:?}")),
            Err(Rejection::Forbidden(message)) => return Err(format!("is forbidden: {message}")),
            Err(Rejection::Refused(reasons)) => {
                let reasons: Vec<String> =
                    reasons.iter().map(|reason| format!("{} ({})", reason.code, reason.message)).collect();
                return Err(format!("is refused: {}", reasons.join(", ")));
            }
        }
    }
}

/// What of a logged event is not as decided.
fn differing(
    decided: &Event,
    Reported { occurred_at, late_reason }: &Reported,
    logged: &StoredEvent,
) -> Vec<String> {
    let Encoded { kind, version, payload } = decided.encode();
    let mut differing = Vec::new();
    if logged.kind != kind {
        differing.push(format!("it is {kind}"));
    }
    let found = match in_shape_of_today(logged, version) {
        Ok(found) => found,
        Err(finding) => {
            differing.push(finding);
            return differing;
        }
    };
    if *found != *payload {
        let same = found.iter().zip(&payload).take_while(|(found, decided)| found == decided).count();
        let (found, payload) = (excerpt(&found, same), excerpt(&payload, same));
        differing.push(format!("from byte {same} on its payload is `{payload}`, not `{found}`"));
    }
    if logged.subjects != decided.about().subjects() {
        differing.push("it concerns other subjects".to_owned());
    }
    if logged.occurred_at != *occurred_at || logged.occurred_at.offset() != occurred_at.offset() {
        let (logged, decided) = (logged.occurred_at.to_rfc3339(), occurred_at.to_rfc3339());
        differing.push(format!("it occurred at {decided}, not {logged}"));
    }
    if logged.late_reason != *late_reason {
        differing.push("its reason for being late is another".to_owned());
    }
    differing
}

/// The payload as this build would have logged it, which it does in `version`; or why it cannot have been
/// logged so.
fn in_shape_of_today(logged: &StoredEvent, version: i16) -> Result<Cow<'_, [u8]>, String> {
    if logged.version == version {
        return Ok(Cow::Borrowed(&logged.payload));
    }
    match Event::decode(&logged.kind, logged.version, &logged.payload) {
        Ok(event) => Ok(Cow::Owned(event.encode().payload)),
        Err(error) => Err(format!("its version is {version}, not {}: {error}", logged.version)),
    }
}

/// A few characters of JSON around a byte.
fn excerpt(payload: &[u8], at: usize) -> String {
    let around = payload.get(at.saturating_sub(20)..payload.len().min(at + 40)).unwrap_or_default();
    String::from_utf8_lossy(around).into_owned()
}

/// Events in order, read ahead in pages.
struct Events<'a> {
    log: &'a Log,
    up_to: i64,
    read_to: i64,
    ahead: VecDeque<StoredEvent>,
}

impl Events<'_> {
    /// Those that come next, up to and with `position`.
    async fn up_to(&mut self, position: i64) -> Result<Vec<StoredEvent>, StoreError> {
        while self.read_to < position {
            let page = self.log.read(self.read_to, self.up_to, EVENTS).await?;
            self.read_to = page.last().map_or(self.up_to, |last| last.position);
            self.ahead.extend(page);
        }
        let count = self.ahead.partition_point(|event| event.position <= position);
        Ok(self.ahead.drain(..count).collect())
    }
}
