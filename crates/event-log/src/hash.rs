//! The hashes that chain the log, and how anybody can compute them again.
//!
//! Nothing here reads the database. In the formulas `‖` joins bytes, and `part(x)` is the length of `x` in
//! bytes as an unsigned 64-bit big-endian number, followed by `x`, so that no byte can move from one part to
//! the next.
//!
//! ```text
//! leaf(event)    = SHA-256( "accord event v1\n"  ‖ part(salt) ‖ part(event header) ‖ part(payload) )
//! hash(commit)   = SHA-256( "accord commit v2\n" ‖ previous hash ‖ part(commit header)
//!                           ‖ leaf(first event) ‖ … ‖ leaf(last event) )
//!
//! leaf(command)  = SHA-256( "accord command v1\n" ‖ part(command header) ‖ part(outcome) ‖ part(request) )
//! hash(commands) = SHA-256( leaf(first command) ‖ … ‖ leaf(last command) )
//! hash(access)   = SHA-256( "accord access v1\n" ‖ previous entry's hash ‖ part(access header) )
//! ```
//!
//! A commit that says nothing of what stands beside its events was written by an older build. Its tag is `"accord commit
//! v1\n"`, and its header lacks `access_hash`, `access_number` and `commands_hash`.
//!
//! The tags are ASCII and end in one line feed. The salt is 16 bytes; every hash is 32 raw bytes. The
//! previous hash of the first commit is 32 zero bytes. A commit covers its events in the order of their
//! positions.
//!
//! A header is canonical JSON (RFC 8785) in UTF-8 with exactly these members:
//!
//! ```text
//! event header:  actor        string
//!                command_id   UUID
//!                event_id     UUID
//!                late_reason  string or null
//!                occurred_at  instant, in the reporter's offset
//!                position     number
//!                recorded_at  instant, in UTC
//!                subjects     array of UUIDs, ascending, each once
//!                type         string
//!                version      number
//! commit header: access_hash    hex, of the last entry of the access log, as far as the node knew
//!                access_number  number of that entry; 0, with a hash of zeros, where there was none
//!                commands_hash  hex
//!                event_count    number
//!                last_position  number, of the commit's last event
//!                node           UUID
//!                prev_position  number, of the previous commit's last event; 0 in the first commit
//!                recorded_at    instant, in UTC
//!
//! command header: actor            string
//!                 command_id       UUID
//!                 has_request      boolean: one without a request has an empty one in the formula
//!                 idempotency_key  string
//!                 position         number
//!                 request_hash     hex
//! access header:  actor         string
//!                 at            instant, in UTC
//!                 kind          string
//!                 operation_id  UUID or null
//!                 owner         string or null
//!                 partner       string or null
//!                 position      number
//!                 request_id    string
//!                 what          string
//! ```
//!
//! UUIDs are lower-case and hyphenated. Instants are RFC 3339 with exactly six digits of a second's fraction;
//! an offset of zero is written `Z`, another one as `+02:00`. The payload is the event's JSON text, byte for
//! byte as exported.
//!
//! What a command was asked and answered is in no export: a commit's line has the hash over its commands, and so has what
//! it takes to compute the commit's.

use crate::stored::{NewAccess, StoredCommand, StoredCommit, StoredEvent};
use chrono::{DateTime, FixedOffset, SecondsFormat, Utc};
use serde::{Serialize, Serializer};
use sha2::{Digest, Sha256};
use uuid::Uuid;

const EVENT_TAG: &[u8] = b"accord event v1\n";
/// Of commits that say nothing of what stands beside their events.
const EVENTS_ALONE_TAG: &[u8] = b"accord commit v1\n";
const COMMIT_TAG: &[u8] = b"accord commit v2\n";
const COMMAND_TAG: &[u8] = b"accord command v1\n";
const ACCESS_TAG: &[u8] = b"accord access v1\n";

/// The hash of one event, by the formula in the module's documentation.
pub fn leaf_hash(event: &StoredEvent) -> [u8; 32] {
    let mut sha = Sha256::new_with_prefix(EVENT_TAG);
    part(&mut sha, &event.salt);
    part(&mut sha, json(&EventHeader::of(event)).as_bytes());
    part(&mut sha, &event.payload);
    sha.finalize().into()
}

/// Computes a commit's hash event by event, so that a commit of any size needs no memory.
pub struct CommitHasher {
    sha: Sha256,
}

impl CommitHasher {
    /// `commit.hash` is not looked at.
    pub fn new(previous: &[u8; 32], commit: &StoredCommit) -> Self {
        let beside = commit.beside.as_ref();
        let header = CommitHeader {
            access_hash: beside.map(|beside| hex::encode(beside.accesses.hash)),
            access_number: beside.map(|beside| beside.accesses.number),
            commands_hash: beside.map(|beside| hex::encode(beside.commands_hash)),
            event_count: commit.event_count,
            last_position: commit.last_position,
            node: commit.node,
            prev_position: commit.prev_position,
            recorded_at: commit.recorded_at,
        };
        let tag = if beside.is_some() { COMMIT_TAG } else { EVENTS_ALONE_TAG };
        let mut sha = Sha256::new_with_prefix(tag);
        sha.update(previous);
        part(&mut sha, json(&header).as_bytes());
        Self { sha }
    }

    /// In the order of the events' positions.
    pub fn event(&mut self, event: &StoredEvent) {
        self.sha.update(leaf_hash(event));
    }

    pub fn finish(self) -> [u8; 32] {
        self.sha.finalize().into()
    }
}

/// Computes the hash over a commit's commands, one by one.
#[derive(Default)]
pub struct CommandsHasher {
    sha: Sha256,
}

impl CommandsHasher {
    /// In the order of their positions.
    pub fn command(&mut self, command: &StoredCommand) {
        let header = CommandHeader {
            actor: &command.actor,
            command_id: command.command_id,
            has_request: command.request.is_some(),
            idempotency_key: &command.idempotency_key,
            position: command.position,
            request_hash: hex::encode(command.request_hash),
        };
        let mut sha = Sha256::new_with_prefix(COMMAND_TAG);
        part(&mut sha, json(&header).as_bytes());
        part(&mut sha, &command.outcome);
        part(&mut sha, command.request.as_deref().unwrap_or_default());
        self.sha.update(sha.finalize());
    }

    pub fn finish(self) -> [u8; 32] {
        self.sha.finalize().into()
    }
}

/// The hash of an entry of the access log, behind the entry before it.
pub fn access_hash(previous: &[u8; 32], entry: &NewAccess) -> [u8; 32] {
    let header = AccessHeader {
        actor: &entry.actor,
        at: entry.at,
        kind: entry.kind.as_str(),
        operation_id: entry.operation_id,
        owner: entry.owner.as_deref(),
        partner: entry.partner.as_deref(),
        position: entry.position,
        request_id: &entry.request_id,
        what: &entry.what,
    };
    let mut sha = Sha256::new_with_prefix(ACCESS_TAG);
    sha.update(previous);
    part(&mut sha, json(&header).as_bytes());
    sha.finalize().into()
}

// The fields of all headers stand in the order of their JSON names, which makes serde's output canonical.
#[derive(Serialize)]
struct EventHeader<'a> {
    actor: &'a str,
    command_id: Uuid,
    event_id: Uuid,
    late_reason: Option<&'a str>,
    #[serde(serialize_with = "in_reporters_offset")]
    occurred_at: DateTime<FixedOffset>,
    position: i64,
    #[serde(serialize_with = "in_utc")]
    recorded_at: DateTime<Utc>,
    subjects: &'a [Uuid],
    #[serde(rename = "type")]
    kind: &'a str,
    version: i16,
}

impl<'a> EventHeader<'a> {
    fn of(event: &'a StoredEvent) -> Self {
        Self {
            actor: &event.actor,
            command_id: event.command_id,
            event_id: event.event_id,
            late_reason: event.late_reason.as_deref(),
            occurred_at: event.occurred_at,
            position: event.position,
            recorded_at: event.recorded_at,
            subjects: &event.subjects,
            kind: &event.kind,
            version: event.version,
        }
    }
}

#[derive(Serialize)]
struct CommandHeader<'a> {
    actor: &'a str,
    command_id: Uuid,
    has_request: bool,
    idempotency_key: &'a str,
    position: i64,
    request_hash: String,
}

#[derive(Serialize)]
struct AccessHeader<'a> {
    actor: &'a str,
    #[serde(serialize_with = "in_utc")]
    at: DateTime<Utc>,
    kind: &'a str,
    operation_id: Option<Uuid>,
    owner: Option<&'a str>,
    partner: Option<&'a str>,
    position: i64,
    request_id: &'a str,
    what: &'a str,
}

#[derive(Serialize)]
struct CommitHeader {
    #[serde(skip_serializing_if = "Option::is_none")]
    access_hash: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    access_number: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    commands_hash: Option<String>,
    event_count: i32,
    last_position: i64,
    node: Uuid,
    prev_position: i64,
    #[serde(serialize_with = "in_utc")]
    recorded_at: DateTime<Utc>,
}

pub(crate) fn in_utc<S: Serializer>(instant: &DateTime<Utc>, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(&instant.to_rfc3339_opts(SecondsFormat::Micros, true))
}

pub(crate) fn in_reporters_offset<S: Serializer>(
    instant: &DateTime<FixedOffset>,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    serializer.collect_str(&instant.to_rfc3339_opts(SecondsFormat::Micros, true))
}

pub(crate) fn json(members: &impl Serialize) -> String {
    serde_json::to_string(members)
        .expect("headers and lines have string keys and serializers that cannot fail")
}

fn part(sha: &mut Sha256, bytes: &[u8]) {
    sha.update((bytes.len() as u64).to_be_bytes());
    sha.update(bytes);
}

#[cfg(test)]
mod tests {
    use std::slice;

    use chrono::TimeDelta;
    use proptest::prelude::*;

    use super::*;

    fn event() -> impl Strategy<Value = StoredEvent> {
        let instants = (0i64..4_000_000_000_000_000, 0i64..4_000_000_000_000_000, -1_439i16..1_440);
        let names = (".*", proptest::option::of(".*"), ".*");
        let bytes =
            (any::<Vec<u8>>(), any::<[u8; 16]>(), proptest::collection::btree_set(any::<u128>(), 0..4));
        (1i64..1 << 53, instants, any::<(u128, u128, i16)>(), names, bytes).prop_map(
            |(position, (recorded, occurred, offset), (event_id, command_id, version), names, bytes)| {
                let micros = |micros| DateTime::from_timestamp_micros(micros).unwrap();
                let (actor, late_reason, kind) = names;
                let (payload, salt, subjects) = bytes;
                StoredEvent {
                    position,
                    recorded_at: micros(recorded),
                    occurred_at: crate::stored::in_offset(micros(occurred), offset),
                    event_id: Uuid::from_u128(event_id),
                    command_id: Uuid::from_u128(command_id),
                    actor,
                    late_reason,
                    kind,
                    version,
                    payload,
                    salt,
                    subjects: subjects.into_iter().map(Uuid::from_u128).collect(),
                }
            },
        )
    }

    /// Every way to change one field of an event.
    const CHANGES: [fn(&mut StoredEvent); 17] = [
        |event| event.position += 1,
        |event| event.recorded_at += TimeDelta::microseconds(1),
        |event| event.occurred_at += TimeDelta::microseconds(1),
        |event| {
            let other = if event.occurred_at.offset().local_minus_utc() == 0 { 60 } else { 0 };
            event.occurred_at = event.occurred_at.with_timezone(&FixedOffset::east_opt(other).unwrap());
        },
        |event| event.event_id = Uuid::from_u128(!event.event_id.as_u128()),
        |event| event.command_id = Uuid::from_u128(!event.command_id.as_u128()),
        |event| event.actor.push('\u{1}'),
        |event| event.late_reason = if event.late_reason.is_some() { None } else { Some(String::new()) },
        |event| event.late_reason.get_or_insert_default().push('"'),
        |event| event.kind.push('\\'),
        |event| event.version = event.version.wrapping_add(1),
        |event| event.payload.push(0),
        |event| event.payload.insert(0, b'}'),
        |event| event.salt[0] ^= 1,
        |event| event.salt[15] ^= 0x80,
        |event| event.subjects.push(Uuid::max()),
        |event| {
            if event.subjects.pop().is_none() {
                event.subjects.push(Uuid::nil());
            }
        },
    ];

    proptest! {
        #[test]
        fn any_single_changed_field_changes_the_leaf_hash(event in event()) {
            for (number, change) in CHANGES.iter().enumerate() {
                let mut changed = event.clone();
                change(&mut changed);
                prop_assert_ne!(leaf_hash(&changed), leaf_hash(&event), "change {}", number);
            }
        }

        #[test]
        fn headers_are_canonical_json(event in event()) {
            let header = json(&EventHeader::of(&event));
            let value: serde_json::Value = serde_json::from_str(&header).unwrap();
            prop_assert_eq!(serde_json_canonicalizer::to_string(&value).unwrap(), header);
        }
    }

    fn commit() -> StoredCommit {
        StoredCommit {
            last_position: 9,
            prev_position: 7,
            event_count: 2,
            recorded_at: DateTime::from_timestamp_micros(1_685_613_600_000_000).unwrap(),
            node: Uuid::from_u128(1),
            beside: None,
            hash: [0; 32],
        }
    }

    fn two_events() -> [StoredEvent; 2] {
        [8, 9].map(|position| StoredEvent {
            position,
            recorded_at: commit().recorded_at,
            occurred_at: "2023-06-01T11:30:00.5+02:00".parse().unwrap(),
            event_id: Uuid::from_u128(0x10),
            command_id: Uuid::from_u128(0x11),
            actor: "post:ALPHA".into(),
            late_reason: (position == 9).then(|| "Füße".into()),
            kind: "task_added".into(),
            version: 1,
            payload: br#"{"task": 1}"#.to_vec(),
            salt: [7; 16],
            subjects: vec![Uuid::from_u128(2), Uuid::from_u128(3)],
        })
    }

    fn hash(previous: [u8; 32], commit: &StoredCommit, events: &[StoredEvent]) -> [u8; 32] {
        let mut hasher = CommitHasher::new(&previous, commit);
        for event in events {
            hasher.event(event);
        }
        hasher.finish()
    }

    /// Receipts are kept for years: these must never change. They were computed by another program from the
    /// formula.
    #[test]
    fn hashes_stay_what_they_were() {
        let events = two_events();
        assert_eq!(
            hex::encode(leaf_hash(&events[0])),
            "98a4e58cbc7e7117eaa899020ff4784b6bfb3dad86b7d606e57b9fd930df126e"
        );
        assert_eq!(
            hex::encode(leaf_hash(&events[1])),
            "067b66c923d937676e3ec446ebf66f0e96b70ba5058e244e6379b3160cd77462"
        );
        assert_eq!(
            hex::encode(hash([5; 32], &commit(), &events)),
            "d62d2cdb0391e5d2667f686d67e3e4f06e7766f62e5136a32ebee33f18c1db91"
        );
    }

    #[test]
    fn anything_changed_in_a_commit_changes_its_hash() {
        let [one, two] = two_events();
        let original = hash([5; 32], &commit(), &[one.clone(), two.clone()]);
        let changed = [
            hash([6; 32], &commit(), &[one.clone(), two.clone()]),
            hash([5; 32], &commit(), &[two.clone(), one.clone()]),
            hash([5; 32], &commit(), slice::from_ref(&one)),
            hash([5; 32], &StoredCommit { last_position: 10, ..commit() }, &[one.clone(), two.clone()]),
            hash([5; 32], &StoredCommit { prev_position: 6, ..commit() }, &[one.clone(), two.clone()]),
            hash([5; 32], &StoredCommit { event_count: 3, ..commit() }, &[one.clone(), two.clone()]),
            hash([5; 32], &StoredCommit { node: Uuid::nil(), ..commit() }, &[one.clone(), two.clone()]),
            hash(
                [5; 32],
                &StoredCommit { recorded_at: commit().recorded_at + TimeDelta::microseconds(1), ..commit() },
                &[one, two],
            ),
        ];
        assert!(!changed.contains(&original));
    }
}
