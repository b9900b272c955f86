//! Nodes of several versions on one log, as there are while they are being upgraded.

use crate::support::*;
use domain::{Event, Position, operation::OperationEvent};
use engine::{Engine, Error, StoreError};
use event_log::{AccessEnd, NewCommand, NewCommit, NewEvent, PoolSettings};
use read_model::Schema;
use sqlx::{
    PgPool,
    postgres::{PgConnectOptions, PgPoolOptions},
};
use std::time::{Duration, Instant};
use uuid::Uuid;

/// Commits an event of which this build knows neither type nor version, as a newer build does; where it is.
async fn newer_build_writes(engine: &Engine, kind: &str, version: i16) -> Position {
    let after = engine.log().head().await.unwrap();
    let event = NewEvent {
        event_id: Uuid::from_u128(1),
        occurred_at: start().fixed_offset(),
        late_reason: None,
        kind: kind.to_owned(),
        version,
        payload: br#"{"weather":"rain"}"#.to_vec(),
        salt: [0; 16],
        subjects: vec![Uuid::from_u128(9)],
    };
    let command = NewCommand {
        command_id: Uuid::from_u128(2),
        actor: admin().to_string(),
        idempotency_key: format!("{kind} {version}"),
        request_hash: [0; 32],
        outcome: b"[]".to_vec(),
        request: None,
        events: vec![event],
    };
    let commit = NewCommit {
        node: Uuid::from_u128(3),
        after,
        recorded_at: start(),
        accesses: AccessEnd::EMPTY,
        commands: vec![command],
    };
    Position(engine.log().writer().append(&commit).await.unwrap().position)
}

async fn until_outdated(engine: &Engine) {
    let deadline = Instant::now() + Duration::from_secs(30);
    while !engine.health().outdated {
        assert!(Instant::now() < deadline, "{:?}", engine.health());
        tokio::task::yield_now().await;
    }
}

/// An engine on the tables of a partner's exercise.
async fn older_node(options: PgConnectOptions) -> (PgPool, Engine) {
    let pool = pool(options).await;
    let engine = engine(&pool, 1).await;
    found(&engine).await;
    (pool, engine)
}

#[sqlx::test(migrator = "event_log::MIGRATOR")]
async fn a_node_that_meets_an_event_of_a_newer_build_writes_no_more_and_says_which(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let (_, engine) = older_node(options).await;
    let unknown = newer_build_writes(&engine, "WeatherReported", 1).await;
    // Its own next command makes it look, whether or not it has been told.
    let refused = engine.execute(request(officer("THA-01"), initiate("SAPHAN", "THA"))).await;
    assert!(matches!(refused, Err(Error::Outdated)), "{refused:?}");

    let health = engine.health();
    assert!(health.outdated);
    let trouble = health.trouble.unwrap();
    for said in ["`WeatherReported`", "version 1", &format!("position {unknown}"), "upgrade it"] {
        assert!(trouble.contains(said), "{said}: {trouble}");
    }
    assert_eq!(events(&engine).await, unknown.0, "nothing was appended");
}

#[sqlx::test(migrator = "event_log::MIGRATOR")]
async fn a_newer_version_of_an_event_that_is_known_stops_a_node_just_so_and_without_any_command(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let (_, engine) = older_node(options).await;
    let kind = "OperationInitiated";
    assert!(domain::catalogue::examples::events().iter().any(|event| event.kind() == kind));
    newer_build_writes(&engine, kind, i16::MAX).await;
    until_outdated(&engine).await;
    let trouble = engine.health().trouble.unwrap();
    assert!(trouble.contains(&format!("`{kind}` version {}", i16::MAX)), "{trouble}");
}

#[sqlx::test(migrator = "event_log::MIGRATOR")]
async fn an_outdated_node_reads_on_where_it_stood_while_the_newer_build_shows_more_and_does_not_start_again(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let (pool, engine) = older_node(options.clone()).await;
    run(&engine, officer("THA-01"), initiate("SAPHAN", "THA")).await;
    let stood = engine.position();
    let unknown = newer_build_writes(&engine, "WeatherReported", 1).await;
    until_outdated(&engine).await;

    // The newer build knows another event, so its rows are in another schema than these.
    let newer = Schema { name: "read_model_newer".to_owned() };
    let mut tx = owner(options.clone()).await.begin().await.unwrap();
    newer.create(&mut tx, "accord_app").await.unwrap();
    tx.commit().await.unwrap();
    let newer = pool_on(options, &newer, PoolSettings::default()).await;
    let mut connection = newer.acquire().await.unwrap();
    let rows = read_model::Projection::default();
    assert!(read_model::write(&mut connection, &rows, Position(0), unknown).await.unwrap());

    for code in ["ONE", "TWO"] {
        let refused = engine.execute(request(officer("THA-01"), initiate(code, "THA"))).await;
        assert!(matches!(refused, Err(Error::Outdated)), "{refused:?}");
    }
    assert_eq!(engine.position(), stood);
    assert_eq!(engine.resolve(engine::Moment::Position(unknown)).await.unwrap(), None);
    assert_eq!(engine.resolve(engine::Moment::Position(stood)).await.unwrap(), Some(stood));
    let read = engine.events_at(&[stood.0]).await.unwrap();
    assert!(matches!(read[0].event, Event::Operation(OperationEvent::OperationInitiated { .. })));

    engine.close().await;
    assert_does_not_start(pool, unknown).await;
}

#[sqlx::test(migrator = "event_log::MIGRATOR")]
async fn a_node_does_not_start_on_a_log_that_it_cannot_read(_: PgPoolOptions, options: PgConnectOptions) {
    let (pool, engine) = older_node(options).await;
    let unknown = newer_build_writes(&engine, "WeatherReported", 1).await;
    engine.close().await;
    assert_does_not_start(pool, unknown).await;
}

/// On a log with an event at `unknown` that this build cannot read.
async fn assert_does_not_start(pool: PgPool, unknown: Position) {
    let opened = engine::Engine::open(
        pool,
        engine::Clock::scripted(start()),
        engine::Entropy::seeded(2),
        engine::Settings::default(),
    );
    let Err(error) = opened.await else { panic!("it started") };
    assert!(matches!(error, StoreError::Decode { position, .. } if position == unknown), "{error:?}");
    assert!(error.outdated());
}
