//! The log alone: how fast it takes events, and how fast what it holds is folded.

use crate::{
    ROUNDS,
    machine::Machine,
    row::{ratio, row},
};
use accord::database;
use anyhow::{Context as _, Result};
use domain::{
    At, Event, Position, Recorded, State, World,
    ids::{CommandId, EventId},
};
use event_log::{AccessEnd, Log, NewCommand, NewCommit, NewEvent, StoredEvent};
use serde_json::json;
use std::time::Instant;
use uuid::Uuid;

/// Commands in a commit, as 64 callers who wait for it would make up.
const COMMANDS: usize = 64;

const COMMITS: usize = 300;

/// Events read at a time.
const PAGE: i64 = 5_000;

/// Events appended a second in commits of 64, next to the machine's single-row inserts by 64 clients.
pub async fn append(machine: &Machine, url: &str) -> Result<()> {
    // Behind what is there, in a database that nobody serves from any more.
    let pool = database::prepare(url.parse()?).await?;
    let log = Log::new(pool.clone());
    let template = log.head().await?;
    let template = log.read(template.position - 1, template.position, 1).await?;
    let template = template.first().context("an empty log")?;
    let (mut inserts, mut appended) = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        inserts.push(machine.single_row_inserts(COMMANDS)?);
        let mut writer = log.writer();
        let mut head = log.head().await?;
        let begun = Instant::now();
        for _ in 0..COMMITS {
            let commands = (0..COMMANDS).map(|_| like(template)).collect();
            let recorded_at = head.recorded_at;
            head = writer
                .append(&NewCommit {
                    node: Uuid::nil(),
                    after: head,
                    recorded_at,
                    accesses: AccessEnd::EMPTY,
                    commands,
                })
                .await?;
        }
        #[expect(clippy::cast_precision_loss, reason = "far fewer than 2^52 events")]
        appended.push((COMMANDS * COMMITS) as f64 / begun.elapsed().as_secs_f64());
    }
    let of = json!({ "commands in a commit": COMMANDS });
    let inserts = row("machine: single-row inserts, 64 clients", &of, "1/s", inserts);
    let appended = row("the log alone", &of, "1/s", appended);
    ratio("the log alone", &of, "single-row inserts", appended / inserts);
    Ok(())
}

/// A command whose one event says what this one says.
fn like(event: &StoredEvent) -> NewCommand {
    let command_id = Uuid::from_u128(rand::random());
    NewCommand {
        command_id,
        actor: event.actor.clone(),
        idempotency_key: command_id.to_string(),
        request_hash: [0; 32],
        request: None,
        outcome: Vec::new(),
        events: vec![NewEvent {
            event_id: Uuid::from_u128(rand::random()),
            occurred_at: event.occurred_at,
            late_reason: None,
            kind: event.kind.clone(),
            version: event.version,
            payload: event.payload.clone(),
            salt: event.salt,
            subjects: event.subjects.clone(),
        }],
    }
}

/// Events decoded and folded a second by one core, what reading them takes left out.
pub async fn fold(url: &str) -> Result<()> {
    let pool = database::prepare(url.parse()?).await?;
    let log = Log::new(pool.clone());
    let head = log.head().await?.position;
    let (mut world, mut at, mut seconds) = (World::default(), 0, 0.0);
    while at < head {
        let page = log.read(at, head, PAGE).await?;
        at = page.last().context("the log ends early")?.position;
        let begun = Instant::now();
        for stored in &page {
            let event = Event::decode(&stored.kind, stored.version, &stored.payload)?;
            let lacking: Vec<_> = world.lacks(&event).collect();
            for subject in lacking {
                let absent = State::absent(&subject);
                world.insert(subject, absent);
            }
            world.apply(&Recorded {
                at: At {
                    position: Position(stored.position),
                    occurred_at: stored.occurred_at,
                    recorded_at: stored.recorded_at,
                    late_reason: stored.late_reason.clone(),
                    actor: stored.actor.clone(),
                },
                event_id: EventId(stored.event_id),
                command_id: CommandId(stored.command_id),
                event,
            });
        }
        seconds += begun.elapsed().as_secs_f64();
    }
    #[expect(clippy::cast_precision_loss, reason = "far fewer than 2^52 events")]
    row("fold: decode and evolve, one core", &json!({ "events": head }), "1/s", vec![head as f64 / seconds]);
    Ok(())
}
