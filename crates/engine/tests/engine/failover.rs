//! A Postgres that lost its newest commits, as a standby has that took over before it had received them.

use crate::support::*;
use domain::{Position, RefusalCode};
use engine::{Clock, Engine, Entropy, Error, Receipt, Settings};
use event_log::{ReaderSettings, Verification};
use read_model::Schema;
use sqlx::{
    AssertSqlSafe, PgConnection, PgPool,
    postgres::{PgConnectOptions, PgPoolOptions},
};
use std::time::Duration;

const LOG: [&str; 4] = ["log_commit", "event", "event_subject", "command"];

/// The column that says where a row of the log belongs.
fn place(table: &str) -> &'static str {
    if table == "log_commit" { "last_position" } else { "position" }
}

async fn run_sql(connection: &mut PgConnection, sql: String) {
    sqlx::raw_sql(AssertSqlSafe(sql)).execute(connection).await.unwrap();
}

/// Takes the log back to where it was at the end of a commit. In a transaction of whoever owns the tables.
async fn cut_log(tx: &mut PgConnection, end: Position) {
    // Nobody comes to read it as it was: another server takes the place of one that has failed at once.
    run_sql(tx, "lock table log_commit in access exclusive mode".to_owned()).await;
    run_sql(tx, "set local session_replication_role = replica".to_owned()).await;
    for table in LOG {
        run_sql(tx, format!("delete from {table} where {} > {end}", place(table))).await;
    }
}

/// Takes back the log, and the rows with it.
async fn cut(tx: &mut PgConnection, end: Position) {
    cut_log(tx, end).await;
    let schema = Schema::default().name;
    let versioned = "select table_name::text from information_schema.columns
                     join information_schema.tables using (table_schema, table_name)
                     where table_schema = $1 and column_name = 'valid_to' and table_type = 'BASE TABLE'";
    let versioned: Vec<String> =
        sqlx::query_scalar(versioned).bind(&schema).fetch_all(&mut *tx).await.unwrap();
    for table in versioned {
        run_sql(
            tx,
            format!(
                "delete from {schema}.{table} where valid_from > {end};
                 update {schema}.{table} set valid_to = {} where valid_to > {end}",
                i64::MAX
            ),
        )
        .await;
    }
    run_sql(
        tx,
        format!(
            "delete from {schema}.event_entry where position > {end};
             delete from {schema}.event_item where position > {end};
             update {schema}.checkpoint set position = {end}"
        ),
    )
    .await;
}

/// Ends every session but the caller's, as a server does that fails.
const END_SESSIONS: &str = "select pg_terminate_backend(pid) from pg_stat_activity
     where datname = current_database() and pid <> pg_backend_pid() and backend_type = 'client backend'";

async fn reaches(engine: &Engine, position: Position) {
    let mut shown = engine.watch();
    let reached = shown.wait_for(|shown| *shown == position);
    tokio::time::timeout(Duration::from_secs(30), reached).await.unwrap().unwrap();
}

async fn is_sound(engine: &Engine, pool: &PgPool) {
    assert!(matches!(engine.log().verify(&[], |_, _| ()).await.unwrap(), Verification::Sound { .. }));
    assert_eq!(engine::check_read_models(pool, None, |_, _| ()).await.unwrap(), Vec::<String>::new());
    assert_eq!(engine.health().trouble, None);
}

/// As callers do: what failed over a connection whose session was ended is asked again, until it is over one
/// made anew.
async fn receipt(engine: &Engine, at: Position) -> Receipt {
    loop {
        match engine.receipt_at(at).await {
            Err(Error::Store(error)) if error.passing().is_some() => tokio::task::yield_now().await,
            receipt => return receipt.unwrap(),
        }
    }
}

#[sqlx::test(migrator = "event_log::MIGRATOR")]
async fn a_node_ahead_of_the_log_takes_back_what_it_has_shown_and_serves_on(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let pool = pool(options.clone()).await;
    let owner = owner(options).await;
    let settings = Settings { reads: Some(ReaderSettings::default()), ..Settings::default() };
    let engine =
        Engine::open(pool.clone(), Clock::scripted(start()), Entropy::seeded(1), settings).await.unwrap();
    found(&engine).await;
    let kept = run(&engine, officer("THA-01"), initiate("KEPT", "THA")).await.receipt;
    run(&engine, officer("THA-01"), initiate("LOST", "THA")).await;
    let lost = run(&engine, officer("THA-01"), draft("LOST")).await.receipt;
    assert_eq!((engine.position(), engine.cuts()), (lost.position, 0));

    let mut tx = owner.begin().await.unwrap();
    cut(&mut tx, kept.position).await;
    run_sql(&mut tx, END_SESSIONS.to_owned()).await;
    tx.commit().await.unwrap();

    reaches(&engine, kept.position).await;
    assert_eq!(engine.cuts(), 1);
    assert_eq!(receipt(&engine, engine.position()).await, kept);
    let gone = engine.receipt_at(lost.position).await;
    assert!(matches!(&gone, Err(Error::Store(error)) if error.passing().is_some()), "{gone:?}");
    // What the lost commands made is forgotten, so they can be carried out again.
    run(&engine, officer("THA-01"), initiate("LOST", "THA")).await;
    assert_eq!(engine.position(), Position(kept.position.0 + 1));
    is_sound(&engine, &pool).await;
}

#[sqlx::test(migrator = "event_log::MIGRATOR")]
async fn a_node_whose_newest_commit_was_lost_finds_out_also_when_others_have_written_more_since(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let pool = pool(options.clone()).await;
    let owner = owner(options).await;
    let engine = engine(&pool, 1).await;
    found(&engine).await;
    let end = engine.position();
    // What others are going to write: put aside, with the rows left out, which can be projected.
    for code in ["A", "B"] {
        run(&engine, officer("THA-01"), initiate(code, "THA")).await;
    }
    let mut tx = owner.begin().await.unwrap();
    for table in LOG {
        let column = place(table);
        run_sql(
            &mut tx,
            format!("create table others_{table} as select * from {table} where {column} > {end}"),
        )
        .await;
    }
    cut(&mut tx, end).await;
    tx.commit().await.unwrap();
    reaches(&engine, end).await;
    run(&engine, officer("THA-01"), initiate("LOST", "THA")).await;

    let mut tx = owner.begin().await.unwrap();
    cut(&mut tx, end).await;
    for table in LOG {
        run_sql(&mut tx, format!("insert into {table} select * from others_{table}")).await;
    }
    tx.commit().await.unwrap();

    reaches(&engine, Position(end.0 + 2)).await;
    let again = engine.execute(request(officer("THA-01"), initiate("A", "THA"))).await;
    assert!(
        matches!(&again, Err(Error::Refused(reasons)) if reasons[0].code == RefusalCode::AlreadyExists),
        "{again:?}"
    );
    run(&engine, officer("THA-01"), initiate("LOST", "THA")).await;
    assert_eq!(engine.cuts(), 2);
    is_sound(&engine, &pool).await;
}

#[sqlx::test(migrator = "event_log::MIGRATOR")]
async fn a_node_that_meets_a_rewritten_head_says_so_and_writes_nothing(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let pool = pool(options.clone()).await;
    let owner = owner(options).await;
    let engine = engine(&pool, 1).await;
    found(&engine).await;
    let kept = run(&engine, officer("THA-01"), initiate("KEPT", "THA")).await.receipt;
    let rewrite = async |hash: &str| {
        let mut tx = owner.begin().await.unwrap();
        run_sql(&mut tx, "set local session_replication_role = replica".to_owned()).await;
        let rewritten =
            format!("update log_commit set hash = {hash} where last_position = {}", kept.position);
        run_sql(&mut tx, rewritten).await;
        tx.commit().await.unwrap();
    };
    rewrite("sha256('another')").await;

    let refused = engine.execute(request(officer("THA-01"), initiate("MORE", "THA"))).await;
    assert!(matches!(&refused, Err(Error::Store(_))), "{refused:?}");
    let trouble = engine.health().trouble.unwrap();
    assert!(trouble.contains("it was rewritten"), "{trouble}");
    let end: i64 = sqlx::query_scalar("select max(position) from event").fetch_one(&pool).await.unwrap();
    assert_eq!((Position(end), engine.position(), engine.cuts()), (kept.position, kept.position, 0));

    // Once it is what it was, the node goes on.
    rewrite(&format!("'\\x{}'", hex::encode(kept.commit_hash.0))).await;
    run(&engine, officer("THA-01"), initiate("MORE", "THA")).await;
    is_sound(&engine, &pool).await;
}

#[sqlx::test(migrator = "event_log::MIGRATOR")]
async fn a_commit_that_is_lost_before_its_rows_are_written_leaves_none_and_its_command_can_be_repeated(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let pool = pool(options.clone()).await;
    let owner = owner(options).await;
    let engine = engine(&pool, 1).await;
    found(&engine).await;
    let end = engine.position();
    // Holds up the projection, which locks the checkpoint first.
    let mut tx = owner.begin().await.unwrap();
    let lock = format!("select from {}.checkpoint for update", Schema::default().name);
    run_sql(&mut tx, lock).await;
    let repeated = with_key(officer("THA-01"), initiate("LOST", "THA"), "key");
    let answer = tokio::spawn({
        let (engine, command) = (engine.clone(), repeated.clone());
        async move { engine.execute(command).await }
    });
    let waiting = "select exists (select from pg_stat_activity
                   where datname = current_database() and wait_event_type = 'Lock')";
    while !sqlx::query_scalar::<_, bool>(waiting).fetch_one(&owner).await.unwrap() {
        tokio::task::yield_now().await;
    }
    cut(&mut tx, end).await;
    run_sql(&mut tx, END_SESSIONS.to_owned()).await;
    // The node asks whether its commit is still there, and is cut off from that, too.
    let asking = "select exists (select from pg_stat_activity where datname = current_database()
                   and wait_event_type = 'Lock' and query like '%where last_position > $1%')";
    while !sqlx::query_scalar::<_, bool>(asking).fetch_one(&owner).await.unwrap() {
        tokio::task::yield_now().await;
    }
    // A transaction sees the same sessions to its end, unless it says otherwise.
    run_sql(&mut tx, "select pg_stat_clear_snapshot()".to_owned()).await;
    run_sql(&mut tx, END_SESSIONS.to_owned()).await;
    tx.commit().await.unwrap();

    let answer = answer.await.unwrap();
    assert!(matches!(answer, Err(Error::Busy(_))), "{answer:?}");
    reaches(&engine, end).await;
    let receipt = engine.execute(repeated).await.unwrap().receipt;
    assert_eq!(receipt.position, Position(end.0 + 1));
    is_sound(&engine, &pool).await;
}

#[sqlx::test(migrator = "event_log::MIGRATOR")]
async fn a_commit_that_is_lost_while_it_waits_behind_another_leaves_no_rows_though_they_would_fit(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let pool = pool(options.clone()).await;
    let owner = owner(options).await;
    let engine = engine(&pool, 1).await;
    found(&engine).await;
    let kept = Position(engine.position().0 + 1);
    // Holds up the projection, which locks the checkpoint first.
    let mut tx = owner.begin().await.unwrap();
    let lock = format!("select from {}.checkpoint for update", Schema::default().name);
    run_sql(&mut tx, lock).await;
    let send = |code: &str| {
        let (engine, command) = (engine.clone(), request(officer("THA-01"), initiate(code, "THA")));
        tokio::spawn(async move { engine.execute(command).await })
    };
    let kept_answer = send("KEPT");
    let waiting = "select exists (select from pg_stat_activity
                   where datname = current_database() and wait_event_type = 'Lock')";
    while !sqlx::query_scalar::<_, bool>(waiting).fetch_one(&owner).await.unwrap() {
        tokio::task::yield_now().await;
    }
    let lost_answer = send("LOST");
    while events(&engine).await == kept.0 {
        tokio::task::yield_now().await;
    }
    // The log alone: the rows of neither were written. Once those of the first are, they stand where the
    // second began.
    cut_log(&mut tx, kept).await;
    run_sql(&mut tx, END_SESSIONS.to_owned()).await;
    tx.commit().await.unwrap();

    assert_eq!(kept_answer.await.unwrap().unwrap().receipt.position, kept);
    let lost = lost_answer.await.unwrap();
    assert!(matches!(lost, Err(Error::Busy(_))), "{lost:?}");
    reaches(&engine, kept).await;
    run(&engine, officer("THA-01"), initiate("LOST", "THA")).await;
    is_sound(&engine, &pool).await;
}
