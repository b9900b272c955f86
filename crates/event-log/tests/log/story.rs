//! A short log that the tests tell and then look at.

use chrono::{DateTime, FixedOffset, TimeDelta, Utc};
use event_log::{AccessEnd, Head, Log, NewCommand, NewCommit, NewEvent};
use sqlx::PgPool;
use uuid::Uuid;

pub const RIVER: Uuid = Uuid::from_u128(0xa1);
pub const BRIDGE: Uuid = Uuid::from_u128(0xb2);

pub fn noon() -> DateTime<FixedOffset> {
    "2023-06-01T12:00:00+02:00".parse().unwrap()
}

pub fn at(minute: i64) -> DateTime<Utc> {
    noon().to_utc() + TimeDelta::minutes(minute)
}

pub fn event(id: u128, subjects: &[Uuid]) -> NewEvent {
    NewEvent {
        event_id: Uuid::from_u128(id),
        occurred_at: noon(),
        late_reason: None,
        kind: "task_added".into(),
        version: 1,
        payload: format!(r#"{{"task":{id}}}"#).into_bytes(),
        salt: [7; 16],
        subjects: subjects.to_vec(),
    }
}

/// A command by post ALPHA under a key of its own.
pub fn command(id: u128, events: Vec<NewEvent>) -> NewCommand {
    NewCommand {
        command_id: Uuid::from_u128(id),
        actor: "post:ALPHA".into(),
        idempotency_key: format!("key-{id}"),
        request_hash: [1; 32],
        outcome: b"{}".to_vec(),
        request: Some(b"asked".to_vec()),
        events,
    }
}

pub fn commit(after: Head, minute: i64, commands: Vec<NewCommand>) -> NewCommit {
    NewCommit {
        node: Uuid::from_u128(0x0de),
        after,
        recorded_at: at(minute),
        accesses: AccessEnd::EMPTY,
        commands,
    }
}

/// Three commits of seven events: commands end at 2 and 3, at 6, and at 7.
pub async fn told(pool: &PgPool) -> (Log, [Head; 3]) {
    let log = Log::new(pool.clone());
    let first = commit(
        Head::EMPTY,
        0,
        vec![
            command(101, vec![event(1, &[RIVER]), event(2, &[BRIDGE, RIVER])]),
            command(102, vec![event(3, &[])]),
        ],
    );
    let first = log.writer().append(&first).await.unwrap();
    let second = commit(
        first,
        10,
        vec![command(103, vec![event(4, &[BRIDGE]), event(5, &[RIVER]), event(6, &[RIVER, BRIDGE])])],
    );
    let second = log.writer().append(&second).await.unwrap();
    let third =
        log.writer().append(&commit(second, 20, vec![command(104, vec![event(7, &[RIVER])])])).await.unwrap();
    (log, [first, second, third])
}
