//! A log as an earlier build wrote it, kept as its very bytes: later builds must read it, and decide as it
//! was decided.
//!
//! `recorded/saphan-rules-1.sql` is what `pg_dump --data-only` made of the log's tables, with `bytea_output =
//! escape`, when Operation SAPHAN had been imported by rules of version 1. It never changes, whatever becomes
//! of the scenario: a build that decides otherwise bumps [`domain::RULES_VERSION`], and a log of its own is
//! put beside this one.
//!
//! Its events that tell of dependencies have version 1 of their shapes, which no build writes any more.

use crate::support::*;
use chrono::{DateTime, Utc};
use domain::{Actor, Command, OperationCode, Position, Role, plan::PlanCommand};
use engine::{Clock, Decisions, Engine, Entropy, Request, Settings};
use event_log::{Anchor, Log, PoolSettings, Verification};
use sqlx::{
    PgPool,
    postgres::{PgConnectOptions, PgPoolOptions},
};

const RECORDED: &str = include_str!("recorded/saphan-rules-1.sql");

/// Rules of the build that wrote it.
const RULES: u32 = 1;

/// What it holds, as told when it was written.
const COMMANDS: u64 = 182;
const EVENTS: i64 = 183;
const HASH: &str = "51efb7cc82b3a53478a43a3a02030ebbd851391b4e0fe47ab137f9b7c14054c5";

/// A log that holds what was recorded, projected by this build.
async fn loaded(options: PgConnectOptions) -> PgPool {
    let owner = event_log::connect(options.clone(), PoolSettings::default()).await.unwrap();
    let mut tx = owner.begin().await.unwrap();
    let mut lines = RECORDED.lines();
    let mut tables = 0;
    while let Some(copy) = lines.find(|line| line.starts_with("COPY ")) {
        let rows: Vec<&str> = lines.by_ref().take_while(|line| *line != r"\.").collect();
        let mut stdin = tx.copy_in_raw(copy).await.unwrap();
        stdin.send(format!("{}\n", rows.join("\n")).into_bytes()).await.unwrap();
        assert_eq!(stdin.finish().await.unwrap(), rows.len() as u64, "{copy}");
        tables += 1;
    }
    assert_eq!(tables, 4);
    tx.commit().await.unwrap();
    owner.close().await;

    let pool = pool(options).await;
    let projected = engine::catch_up(&pool, |_, _| ()).await.unwrap();
    assert_eq!(projected, Position(EVENTS));
    pool
}

/// What deciding again tells of the recorded commands, and of `more` that this build logged after them.
fn decisions(more: u64) -> Decisions {
    let (checked, other_rules) =
        if domain::RULES_VERSION == RULES { (COMMANDS + more, 0) } else { (more, COMMANDS) };
    Decisions { checked, other_rules, ..Decisions::default() }
}

/// Of the two versions that were submitted: what nations approved.
const CONTENT_HASHES: [&str; 2] = [
    "fcd3849d5b7b4fae8d4bef7ff8a74140555dc8352bc66439cd96ba4c2db58db9",
    "a679460b53e6acd5981be6ed25e3a4a8fabc7ca6dea8a6205781f069a13651bc",
];

/// Fails when what was recorded is not there any more, byte for byte.
async fn assert_untouched(pool: &PgPool) {
    let end = Anchor { position: EVENTS, hash: good::<domain::Sha256>(HASH).0 };
    let verified = Log::new(pool.clone()).verify(&[end], |_, _| ()).await.unwrap();
    assert!(matches!(verified, Verification::Sound { .. }), "{verified:?}");
}

/// Events of a kind in each version of its shape.
async fn versions_of(pool: &PgPool, kind: &str) -> Vec<(i16, i64)> {
    let counted = "select version, count(*) from event where type = $1 group by version order by version";
    sqlx::query_as(counted).bind(kind).fetch_all(pool).await.unwrap()
}

#[sqlx::test(migrator = "event_log::MIGRATOR")]
async fn a_log_that_an_earlier_build_wrote_is_whole_and_is_read_and_decided_as_it_was(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let pool = loaded(options).await;
    assert_eq!(engine::check_read_models(&pool, None, |_, _| ()).await.unwrap(), Vec::<String>::new());
    let decided = engine::check_decisions(&pool, |_, _| ()).await.unwrap();
    assert_eq!(decided, decisions(0), "if commands are decided otherwise on purpose, bump RULES_VERSION");

    // Reading an older shape in the words of today writes nothing back.
    assert_untouched(&pool).await;
    assert_eq!(versions_of(&pool, "TaskAddedToPlan").await, [(1, 29)]);
    assert_eq!(versions_of(&pool, "DependencyAdded").await, [(1, 2)]);
}

#[sqlx::test(migrator = "event_log::MIGRATOR")]
async fn a_log_of_older_shapes_reads_in_those_of_today_and_goes_on_in_them(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let pool = loaded(options).await;
    let stopped_at: DateTime<Utc> =
        sqlx::query_scalar("select max(recorded_at) from event").fetch_one(&pool).await.unwrap();
    let clock = Clock::scripted(stopped_at);
    let engine = Engine::open(pool.clone(), clock, Entropy::seeded(2), Settings::default()).await.unwrap();

    // What is computed from old events anew is what was approved.
    let pin = History::pin(engine.position(), "THA");
    let ids = [1, 2].map(version_id);
    let operation: OperationCode = good("SAPHAN");
    for (id, wanted) in ids.into_iter().zip(CONTENT_HASHES) {
        let model = engine.read_model();
        let version = model.plan_versions_by_id(&pin, &[id]).await.unwrap().pop().unwrap();
        assert_eq!(version.content_hash.as_deref(), Some(wanted));
        let rows = model.plain_tasks_of(&pin, &[id]).await.unwrap();
        let tasks: Vec<_> = rows.iter().map(|row| row.planned_task().unwrap()).collect();
        let parts = model.parts_of(&pin, &[id]).await.unwrap();
        assert_eq!(version.content(&operation, &tasks, &parts).unwrap().hash().to_string(), wanted);
    }

    let planner = Actor::Post {
        post: good("THA-02"),
        partner: good("THA"),
        roles: [Role::Planner, Role::Commander].into(),
    };
    let plan = |command| Request {
        command: Command::Plan(command),
        actor: planner.clone(),
        idempotency_key: None,
        occurred_at: None,
        late_reason: None,
    };
    let amend =
        PlanCommand::OpenAmendment { operation: operation.clone(), reason: good("Rain"), release: None };
    engine.execute(plan(amend)).await.unwrap();
    // T14 has waited for the finish of T13 since the log's own amendment.
    let wait = |dependency: &str| PlanCommand::AddDependency {
        operation: operation.clone(),
        task: good("T14"),
        dependency: good(dependency),
    };
    let unchanged = engine.execute(plan(wait("T13"))).await.unwrap();
    assert_eq!(unchanged.receipt.event_ids, []);
    engine.execute(plan(wait("T13SS+2h"))).await.unwrap();
    engine.close().await;

    assert_eq!(versions_of(&pool, "DependencyAdded").await, [(1, 2), (2, 1)]);
    let decided = engine::check_decisions(&pool, |_, _| ()).await.unwrap();
    assert_eq!(decided, decisions(2));
    assert_eq!(engine::check_read_models(&pool, None, |_, _| ()).await.unwrap(), Vec::<String>::new());
    assert_untouched(&pool).await;
}

#[sqlx::test(migrator = "event_log::MIGRATOR")]
async fn an_event_of_an_older_shape_that_was_changed_is_found_where_it_is(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let pool = loaded(options.clone()).await;
    let owner = event_log::connect(options, PoolSettings::default()).await.unwrap();
    let first = "select min(position) from event where type = 'DependencyAdded'";
    let position: i64 = sqlx::query_scalar(first).fetch_one(&pool).await.unwrap();
    // Said to have been decided by rules of today, whatever their version: others are not judged.
    let today = domain::RULES_VERSION;
    let change = format!(
        "set session_replication_role = replica;
         update event set payload = convert_to(replace(convert_from(payload, 'UTF8'), 'T13', 'T12'), 'UTF8')
         where position = {position};
         update command
         set request = convert_to(replace(convert_from(request, 'UTF8'), '\"rules\":{RULES},', '\"rules\":{today},'), 'UTF8')
         where position = {position}"
    );
    sqlx::raw_sql(sqlx::AssertSqlSafe(change)).execute(&owner).await.unwrap();
    owner.close().await;
    let decided = engine::check_decisions(&pool, |_, _| ()).await.unwrap();
    let told = decided.differences.first().unwrap();
    assert_eq!(told.position, Position(position));
    assert!(
        told.finding.starts_with("DependencyAdded of command ") && told.finding.contains("\"T12\""),
        "{told:?}"
    );
}
