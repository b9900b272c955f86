//! Getting a database ready: by many at once, from a log that is there already, without the rights to do so,
//! and not to the end.

use crate::support::*;
use accord::database::{self, FAR_BEHIND, OldReadModels};
use domain::{Event, coalition::CoalitionEvent};
use event_log::{AccessEnd, Log, NewCommand, NewCommit, NewEvent};
use read_model::Schema;
use sqlx::{
    AssertSqlSafe, ConnectOptions as _, PgPool,
    postgres::{PgConnectOptions, PgPoolOptions},
};
use std::process::{Child, Command, Stdio};
use tokio::task::JoinSet;
use uuid::Uuid;

async fn owner(options: PgConnectOptions) -> PgPool {
    event_log::connect(options, event_log::PoolSettings::default()).await.unwrap()
}

#[sqlx::test(migrations = false)]
async fn servers_that_start_at_once_on_a_fresh_database_all_get_it_ready(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let mut starting = JoinSet::new();
    for _ in 0..6 {
        starting.spawn(database::prepare(options.clone()));
    }
    let mut pools = Vec::new();
    while let Some(prepared) = starting.join_next().await {
        pools.push(prepared.unwrap().unwrap());
    }
    for pool in pools {
        assert_eq!(read_model::checkpoint(&pool).await.unwrap().0, 0);
    }
    assert_eq!(database::lacking(&options).await.unwrap(), Vec::<String>::new());
}

#[sqlx::test(migrator = "event_log::MIGRATOR")]
async fn saphan_built_from_its_log_is_byte_for_byte_what_the_import_projected(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let pool = pool(options.clone()).await;
    import(&pool, &saphan(), None).await.unwrap();
    let owner = owner(options).await;
    let (projected, built) = (Schema::default(), Schema { name: "read_model_other".to_owned() });
    engine::rebuild(&owner, &built, database::SERVING_ROLE, |_| ()).await.unwrap();
    let mut compared = 0;
    for table in read_model::columns().keys() {
        for (one, other) in [(&projected.name, &built.name), (&built.name, &projected.name)] {
            let statement = format!(
                "select row_::text from {one}.{table} row_ except all select row_::text from {other}.{table} row_"
            );
            let rows: Vec<String> =
                sqlx::query_scalar(sqlx::AssertSqlSafe(statement)).fetch_all(&owner).await.unwrap();
            assert_eq!(rows, Vec::<String>::new(), "only {one} has these rows in {table}");
        }
        let statement = format!("select count(*) from {}.{table}", built.name);
        let rows: i64 = sqlx::query_scalar(sqlx::AssertSqlSafe(statement)).fetch_one(&owner).await.unwrap();
        compared += rows;
    }
    assert!(compared > 500, "only {compared} rows");
}

#[sqlx::test(migrator = "event_log::MIGRATOR")]
async fn a_migration_fills_the_read_model_of_this_build_from_the_log(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let before = pool(options.clone()).await;
    import(&before, &saphan(), None).await.unwrap();
    before.close().await;
    let owner = owner(options.clone()).await;
    // What another build has left.
    let Schema { name } = Schema::default();
    sqlx::raw_sql(sqlx::AssertSqlSafe(format!("alter schema {name} rename to read_model_before")))
        .execute(&owner)
        .await
        .unwrap();
    let head = Log::new(owner.clone()).head().await.unwrap().position;
    let migrated = database::migrate(&options, OldReadModels::Keep).await.unwrap();
    assert_eq!((&migrated.schema, &migrated.dropped), (&name, &Vec::new()));
    let pool = database::serving_pool(&options, database::Work::Requests).await.unwrap();
    assert_eq!(read_model::checkpoint(&pool).await.unwrap().0, head);
    assert_eq!(engine::check_read_models(&pool, None, |_, _| ()).await.unwrap(), Vec::<String>::new());
    let migrated = database::migrate(&options, OldReadModels::Drop).await.unwrap();
    assert_eq!(migrated.dropped, ["read_model_before"]);
}

#[sqlx::test(migrator = "event_log::MIGRATOR")]
async fn a_rebuild_without_the_owners_rights_says_whose_it_needs(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let pool = pool(options.clone()).await;
    let error = database::rebuild(&options.options([("role", database::SERVING_ROLE)])).await.unwrap_err();
    let said = format!("{error:#}");
    assert!(said.contains("logs in as the database's owner"), "{said}");
    assert!(said.contains("permission denied"), "{said}");
    assert_eq!(read_model::checkpoint(&pool).await.unwrap().0, 0);
}

/// Appends so many events, each of a command of its own, which nobody has projected yet.
async fn append(pool: &PgPool, count: i64) {
    let log = Log::new(pool.clone());
    let after = log.head().await.unwrap();
    let event = Event::Coalition(CoalitionEvent::ExerciseDeclared { title: good("Exercise") });
    let encoded = event.encode();
    let recorded_at = at("2023-09-01T09:00:00+07:00");
    let commands = (1..=count).map(|number| {
        let id = Uuid::from_u128((after.position + number).unsigned_abs().into());
        let event = NewEvent {
            event_id: id,
            occurred_at: recorded_at,
            late_reason: None,
            kind: encoded.kind.to_owned(),
            version: encoded.version,
            payload: encoded.payload.clone(),
            salt: [0; 16],
            subjects: event.about().subjects(),
        };
        NewCommand {
            command_id: id,
            actor: "service:import".to_owned(),
            idempotency_key: id.to_string(),
            request_hash: [0; 32],
            outcome: Vec::new(),
            request: None,
            events: vec![event],
        }
    });
    let commit = NewCommit {
        node: Uuid::nil(),
        after,
        recorded_at: recorded_at.to_utc(),
        accesses: AccessEnd::EMPTY,
        commands: commands.collect(),
    };
    log.writer().append(&commit).await.unwrap();
}

#[sqlx::test(migrator = "event_log::MIGRATOR")]
async fn rows_that_are_far_behind_the_log_are_built_anew_and_those_that_are_not_are_left_to_be_caught_up(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let before = pool(options.clone()).await;
    append(&before, FAR_BEHIND).await;
    let stands = async || read_model::checkpoint(&before).await.unwrap().0;
    database::migrate(&options, OldReadModels::Keep).await.unwrap();
    assert_eq!(stands().await, 0);
    database::prepare(options.clone()).await.unwrap().close().await;
    assert_eq!(stands().await, 0);

    // One more is too much.
    append(&before, 1).await;
    database::prepare(options.clone()).await.unwrap().close().await;
    assert_eq!(stands().await, FAR_BEHIND + 1);
    append(&before, FAR_BEHIND + 1).await;
    database::migrate(&options, OldReadModels::Keep).await.unwrap();
    assert_eq!(stands().await, 2 * (FAR_BEHIND + 1));
}

/// `accord rebuild`, as a process of its own.
fn rebuilding(options: &PgConnectOptions) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_accord"));
    command.args(["--json", "rebuild", "--database-url", options.to_url_lossy().as_str()]);
    command.env("PGAPPNAME", "rebuilding").stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

/// The sessions of this database that wait for another.
const WAITING: &str = "select count(*) from pg_stat_activity
     where datname = current_database() and wait_event_type = 'Lock'";

async fn until_count(owner: &PgPool, statement: &'static str, count: i64) {
    while sqlx::query_scalar::<_, i64>(statement).fetch_one(owner).await.unwrap() != count {
        tokio::task::yield_now().await;
    }
}

/// As the kernel does for want of memory: without a word to anybody.
fn kill(mut process: Child) {
    process.kill().unwrap();
    assert!(!process.wait().unwrap().success());
}

#[sqlx::test(migrator = "event_log::MIGRATOR")]
async fn a_rebuild_that_is_killed_in_the_midst_leaves_everything_as_it_was_and_the_next_one_succeeds(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let pool = pool(options.clone()).await;
    import(&pool, &saphan(), None).await.unwrap();
    let position = read_model::checkpoint(&pool).await.unwrap();
    let owner = owner(options.clone()).await;
    // Every schema and what is in it; what another has made gets other numbers.
    let all_there_is = async || {
        let list =
            "select concat_ws(' ', nspname, nspowner::regrole, pg_namespace.oid, relname, pg_class.oid)
                    from pg_namespace left join pg_class on relnamespace = pg_namespace.oid
                    where nspname not like 'pg\\_%' and nspname <> 'information_schema'
                    order by 1";
        sqlx::query_scalar::<_, String>(list).fetch_all(&owner).await.unwrap()
    };
    let before = all_there_is().await;
    let Schema { name } = Schema::default();
    // It waits before the first row, with its tables made; and with all of them full, before they take their
    // place.
    for lock in [
        "lock table event in access exclusive mode".to_owned(),
        format!("select from {name}.checkpoint for update"),
    ] {
        let mut held = owner.begin().await.unwrap();
        sqlx::query(AssertSqlSafe(lock.clone())).execute(&mut *held).await.unwrap();
        let process = rebuilding(&options).spawn().unwrap();
        until_count(&owner, WAITING, 1).await;
        kill(process);
        held.rollback().await.unwrap();
        // Postgres finds out when it has something to tell.
        let sessions = "select count(*) from pg_stat_activity
             where datname = current_database() and application_name = 'rebuilding'";
        until_count(&owner, sessions, 0).await;
        assert_eq!(all_there_is().await, before, "killed while it waited for: {lock}");
        assert_eq!(engine::check_read_models(&pool, None, |_, _| ()).await.unwrap(), Vec::<String>::new());
    }
    assert_eq!(read_model::checkpoint(&pool).await.unwrap(), position);

    let rebuilt = rebuilding(&options).output().unwrap();
    assert!(rebuilt.status.success(), "{}", String::from_utf8_lossy(&rebuilt.stderr));
    let said: serde_json::Value = serde_json::from_slice(&rebuilt.stdout).unwrap();
    assert_eq!((&said["position"], &said["droppedOld"]), (&position.0.into(), &true.into()));
    let names = |list: Vec<String>| -> Vec<String> {
        list.iter().filter_map(|line| line.split(' ').next().map(str::to_owned)).collect()
    };
    assert_eq!(names(all_there_is().await), names(before));
    assert_eq!(engine::check_read_models(&pool, None, |_, _| ()).await.unwrap(), Vec::<String>::new());
}
