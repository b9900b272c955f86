//! A log as an earlier build wrote it, kept as its very bytes: later builds must read it, and decide as it was decided.
//!
//! `recorded/saphan-rules-1.sql` is what `pg_dump --data-only` made of the log's tables, with `bytea_output = escape`, when
//! Operation SAPHAN had been imported by rules of version 1. It never changes, whatever becomes of the scenario: a build that decides otherwise bumps
//! [`domain::RULES_VERSION`], and a log of its own is put beside this one.

use crate::support::*;
use domain::Position;
use engine::Decisions;
use event_log::{Anchor, Head, Log, PoolSettings, Verification};
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

#[sqlx::test(migrator = "event_log::MIGRATOR")]
async fn a_log_that_an_earlier_build_wrote_is_whole_and_is_read_and_decided_as_it_was(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let pool = loaded(options).await;
    let end = Anchor { position: EVENTS, hash: good::<domain::Sha256>(HASH).0 };
    let verified = Log::new(pool.clone()).verify(&[end], |_, _| ()).await.unwrap();
    assert!(matches!(verified, Verification::Sound { head: Head { position: EVENTS, .. } }), "{verified:?}");
    assert_eq!(engine::check_read_models(&pool, None, |_, _| ()).await.unwrap(), Vec::<String>::new());

    let decided = engine::check_decisions(&pool, |_, _| ()).await.unwrap();
    let (checked, other_rules) = if domain::RULES_VERSION == RULES { (COMMANDS, 0) } else { (0, COMMANDS) };
    let wanted = Decisions { checked, other_rules, ..Decisions::default() };
    assert_eq!(decided, wanted, "if commands are decided otherwise on purpose, bump RULES_VERSION");
}
