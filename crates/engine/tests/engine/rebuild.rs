//! Building a read model from the whole log: the same rows as projecting wrote, in the place of those in use,
//! while commands and questions go on.

use crate::{history::live_through, support::*};
use domain::{
    Command, Position, Span,
    ids::OperationId,
    plan::{PlanCommand, TaskRevision},
};
use engine::{Engine, RebuildError, Rebuilt, Stage, StoreError};
use rand::{SeedableRng, rngs::StdRng};
use read_model::{Page, Pin, Schema, Viewer, plan::TaskFilter};
use sqlx::{
    Connection, PgConnection, PgPool, Row,
    postgres::{PgConnectOptions, PgPoolOptions},
};
use std::{
    collections::BTreeSet,
    future::pending,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};
use tokio::task::JoinHandle;

const EVERY_STAGE: [&str; 5] = ["Filling", "Indexing", "CatchingUp", "Switching", "Dropping"];

fn name(stage: Stage) -> &'static str {
    match stage {
        Stage::Filling { .. } => "Filling",
        Stage::Indexing { .. } => "Indexing",
        Stage::CatchingUp { .. } => "CatchingUp",
        Stage::Switching => "Switching",
        Stage::Dropping => "Dropping",
    }
}

/// Every row of a read model that another does not have, and the other way round.
async fn differences(owner: &PgPool, one: &Schema, other: &Schema) -> Vec<String> {
    let tables: Vec<String> =
        sqlx::query_scalar("select tablename::text from pg_tables where schemaname = $1 order by tablename")
            .bind(&one.name)
            .fetch_all(owner)
            .await
            .unwrap();
    assert_eq!(tables.len(), read_model::columns().len(), "{tables:?}");
    let mut findings = Vec::new();
    for table in tables {
        for (left, right) in [(&one.name, &other.name), (&other.name, &one.name)] {
            let statement = format!(
                "select row_::text from {left}.{table} row_ except all select row_::text from {right}.{table} row_"
            );
            let rows = sqlx::query(sqlx::AssertSqlSafe(statement)).fetch_all(owner).await.unwrap();
            findings
                .extend(rows.iter().map(|row| format!("only {left}.{table}: {}", row.get::<String, _>(0))));
        }
    }
    findings
}

async fn rebuild(owner: &PgPool, schema: &Schema) -> Rebuilt {
    engine::rebuild(owner, schema, "accord_app", |_| ()).await.unwrap()
}

fn other() -> Schema {
    Schema { name: "read_model_other".to_owned() }
}

/// The read models that there are, each of which has a schema of shared sight beside it.
async fn schemas(owner: &PgPool) -> Vec<String> {
    let all: Vec<String> = sqlx::query_scalar(
        "select nspname::text from pg_namespace where nspname like 'read_model%' order by nspname",
    )
    .fetch_all(owner)
    .await
    .unwrap();
    let (sights, models): (Vec<_>, Vec<_>) =
        all.into_iter().partition(|name| name.ends_with("_shared_sight"));
    let expected: BTreeSet<_> = models.iter().map(|name| format!("{name}_shared_sight")).collect();
    assert_eq!(BTreeSet::from_iter(sights), expected);
    models
}

/// Does with an engine, again and again until it is told to stop, what a client does: a command, then
/// questions about what came of it, and about a moment that was asked about before. How often.
fn use_all_along(engine: &Engine, task: &'static str, stop: &Arc<AtomicBool>) -> JoinHandle<usize> {
    let (engine, stop) = (engine.clone(), Arc::clone(stop));
    tokio::spawn(async move {
        let mut seen: Option<(Pin, Vec<String>)> = None;
        let mut rounds = 0;
        while !stop.load(Ordering::Relaxed) {
            let offset = Span::hours(rounds % 500 + 1);
            let revision = TaskRevision { start_offset: Some(offset), ..TaskRevision::default() };
            let revise = PlanCommand::ReviseTask {
                operation: good("ALPHA"),
                task: good(task),
                revision: Box::new(revision),
            };
            let receipt = run(&engine, officer("THA-01"), Command::Plan(revise)).await.receipt;
            assert_eq!(receipt.event_ids.len(), 1);
            assert!(engine.position() >= receipt.position, "what was answered is not projected");
            let viewer = Viewer { partner: Some(good("THA")) };
            let now = Pin::new(receipt.position, receipt.position, viewer);
            let answer = ask(&engine, &now).await;
            let expected = format!("{task} from {}", offset.as_seconds());
            assert!(answer.contains(&expected), "{answer:?} lacks {expected:?}");
            if let Some((pin, before)) = &seen {
                assert_eq!(&ask(&engine, pin).await, before, "another answer at {}", pin.position);
            }
            if rounds % 5 == 0 {
                seen = Some((now, answer));
            }
            rounds += 1;
        }
        usize::try_from(rounds).unwrap()
    })
}

/// Every kind of question that a page of an operation comes to.
async fn ask(engine: &Engine, pin: &Pin) -> Vec<String> {
    let rows = engine.read_model();
    let operation = OperationId::of(&good("ALPHA")).0;
    let found = rows.operations_by_id(pin, &[operation]).await.unwrap();
    let versions = rows.plan_versions_of(pin, &[operation]).await.unwrap();
    let version = versions[0].id;
    let tasks =
        rows.planned_tasks_of(pin, &[version], &TaskFilter::default(), &Page::first(50)).await.unwrap();
    let partners = rows.partners(pin, &Page::first(10)).await.unwrap();
    let events = rows.count_events(pin, &read_model::EventFilter::default()).await.unwrap();
    let history = rows
        .events_of(pin, &[operation], &read_model::EventFilter::default(), &Page::first(5))
        .await
        .unwrap();
    assert!(!history.is_empty());
    let tasks = tasks.iter().map(|task| format!("{} from {}", task.code, task.start_offset));
    let partners = partners.iter().map(|partner| partner.code.clone());
    found
        .iter()
        .map(|row| row.title.clone())
        .chain(tasks)
        .chain(partners)
        .chain([format!("{events} events")])
        .collect()
}

/// Ends a session and waits until it has: what an administrator does, on a connection and a thread of their
/// own.
fn cut(options: &PgConnectOptions, session: &str) {
    let (options, session) = (options.clone(), session.to_owned());
    let cutting = async move {
        let mut connection = PgConnection::connect_with(&options).await.unwrap();
        sqlx::query(
            "select pg_terminate_backend(pid, 10000) from pg_stat_activity where application_name = $1",
        )
        .bind(session)
        .execute(&mut connection)
        .await
        .unwrap();
    };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    std::thread::spawn(move || runtime.block_on(cutting)).join().unwrap();
}

/// Two engines on an operation with a draft.
async fn two_engines(options: &PgConnectOptions) -> (Engine, Engine) {
    let one = engine(&pool(options.clone()).await, 1).await;
    found(&one).await;
    run(&one, officer("THA-01"), initiate("ALPHA", "THA")).await;
    run(&one, officer("THA-01"), draft("ALPHA")).await;
    for task in ["T01", "T02", "T03"] {
        run(&one, officer("THA-01"), add_task("ALPHA", task, "THA", 0)).await;
    }
    let two =
        engine(&pool_on(options.clone(), &Schema::default(), event_log::PoolSettings::default()).await, 2)
            .await;
    (one, two)
}

#[sqlx::test(migrator = "event_log::MIGRATOR")]
async fn a_build_writes_what_projecting_wrote_byte_for_byte(_: PgPoolOptions, options: PgConnectOptions) {
    let pool = pool(options.clone()).await;
    let engine = engine(&pool, 1).await;
    found(&engine).await;
    let accepted = live_through(&engine, &mut StdRng::seed_from_u64(20_230_817), 1_200).await;
    assert!(
        accepted > 150,
        "only {accepted} commands were accepted: the history is too dull to show anything"
    );
    let owner = owner(options).await;
    let rebuilt = rebuild(&owner, &other()).await;
    assert_eq!(rebuilt, Rebuilt { position: engine.position(), dropped: true });
    assert_eq!(differences(&owner, &Schema::default(), &other()).await, Vec::<String>::new());

    sqlx::query("update read_model_other.planned_task set valid_to = valid_to - 1")
        .execute(&owner)
        .await
        .unwrap();
    assert!(!differences(&owner, &Schema::default(), &other()).await.is_empty(), "a difference goes unseen");
}

#[sqlx::test(migrator = "event_log::MIGRATOR")]
async fn tables_that_were_built_have_all_that_projected_ones_have(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let pool = pool(options.clone()).await;
    let owner = owner(options).await;
    rebuild(&owner, &other()).await;
    let definition = |schema: &str| {
        let statement = format!(
            "select replace(pg_get_indexdef(indexrelid), '{schema}.', '') from pg_index
             where indrelid::regclass::text like '{schema}.%'
             union all
             select replace(pg_get_functiondef(oid), '{schema}.', '') from pg_proc
             where pronamespace = '{schema}'::regnamespace
             union all
             select concat_ws(' ', relname, relacl) from pg_class where relnamespace = '{schema}'::regnamespace
             union all
             select concat_ws(' ', attrelid::regclass, attname, atttypid::regtype, attnotnull) from pg_attribute
             join pg_class on pg_class.oid = attrelid and relkind = 'r'
             where relnamespace = '{schema}'::regnamespace
             order by 1"
        );
        let owner = owner.clone();
        let schema = schema.to_owned();
        async move {
            let lines: Vec<String> =
                sqlx::query_scalar(sqlx::AssertSqlSafe(statement)).fetch_all(&owner).await.unwrap();
            lines.into_iter().map(|line| line.replace(&format!("{schema}."), "")).collect::<Vec<_>>()
        }
    };
    let made = definition(&Schema::default().name).await;
    assert!(made.len() > 100, "{made:?}");
    assert_eq!(definition(&other().name).await, made);
    drop(pool);
}

#[sqlx::test(migrator = "event_log::MIGRATOR")]
async fn commands_and_questions_go_on_through_rebuilds(_: PgPoolOptions, options: PgConnectOptions) {
    let (one, two) = two_engines(&options).await;
    let owner = owner(options).await;
    let stop = Arc::new(AtomicBool::new(false));
    let users = [use_all_along(&one, "T01", &stop), use_all_along(&two, "T02", &stop)];
    let mut positions = vec![Position(0)];
    for _ in 0..6 {
        let rebuilt = rebuild(&owner, &Schema::default()).await;
        assert!(rebuilt.dropped);
        positions.push(rebuilt.position);
    }
    stop.store(true, Ordering::Relaxed);
    for user in users {
        let rounds = user.await.unwrap();
        assert!(rounds > 5, "only {rounds} rounds");
    }
    assert!(positions.is_sorted_by(|one, other| one < other), "nobody wrote meanwhile: {positions:?}");
    assert_eq!((one.health().trouble, two.health().trouble), (None, None));
    assert_eq!(schemas(&owner).await, [Schema::default().name]);
    rebuild(&owner, &other()).await;
    assert_eq!(differences(&owner, &Schema::default(), &other()).await, Vec::<String>::new());
}

/// Waits until so many sessions of this database wait for another, or until they look whether it is done.
async fn until_waiting(owner: &PgPool, sessions: i64) {
    let statement = "select count(*) from pg_stat_activity
         where datname = current_database() and (wait_event_type = 'Lock' or wait_event = 'PgSleep')";
    let waiting =
        async { while sqlx::query_scalar::<_, i64>(statement).fetch_one(owner).await.unwrap() < sessions {} };
    tokio::time::timeout(Duration::from_mins(1), waiting).await.unwrap();
}

#[sqlx::test(migrator = "event_log::MIGRATOR")]
async fn who_waits_to_project_while_tables_change_places_writes_into_the_new_ones(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let (one, two) = two_engines(&options).await;
    let owner = owner(options).await;
    let schema = Schema::default();
    // What a rebuild does, but that the last commit comes when it no more looks for one.
    let mut tx = owner.begin().await.unwrap();
    schema.create_beside(&mut tx, "accord_app").await.unwrap();
    for table in read_model::columns().keys().filter(|table| **table != "checkpoint") {
        let copy = format!("insert into {table} select * from {}.{table}", schema.name);
        sqlx::query(sqlx::AssertSqlSafe(copy)).execute(&mut *tx).await.unwrap();
    }
    schema.index_beside(&mut tx, |_, _| ()).await.unwrap();
    let stands = schema.retire(&mut tx).await.unwrap().unwrap();
    sqlx::query("update checkpoint set position = $1").bind(stands.0).execute(&mut *tx).await.unwrap();
    let late = tokio::spawn({
        let one = one.clone();
        async move { run(&one, officer("THA-01"), add_task("ALPHA", "T09", "THA", 0)).await.receipt.position }
    });
    let locking = tokio::spawn({
        let pool = two.writers().clone();
        async move {
            let mut tx = pool.begin().await.unwrap();
            read_model::lock_checkpoint(&mut tx).await.unwrap()
        }
    });
    until_waiting(&owner, 2).await;
    schema.put_in_place(&mut tx).await.unwrap();
    tx.commit().await.unwrap();

    assert_eq!(locking.await.unwrap(), None, "two might write, each under the lock of other tables");
    let position = late.await.unwrap();
    assert!(position > stands);
    assert!(two.wait_for(position, Duration::from_mins(1)).await);
    let pin = Pin::new(position, position, Viewer { partner: Some(good("THA")) });
    for engine in [&one, &two] {
        let answer = ask(engine, &pin).await;
        assert!(answer.contains(&"T09 from 0".to_owned()), "{answer:?}");
        assert_eq!(engine.health().trouble, None);
    }
    rebuild(&owner, &other()).await;
    assert_eq!(differences(&owner, &schema, &other()).await, Vec::<String>::new());
}

#[sqlx::test(migrator = "event_log::MIGRATOR")]
async fn a_new_build_is_filled_beside_the_old_one_which_serves_on(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let (old, _) = two_engines(&options).await;
    let owner = owner(options.clone()).await;
    let stop = Arc::new(AtomicBool::new(false));
    let user = use_all_along(&old, "T01", &stop);
    let rebuilt = rebuild(&owner, &other()).await;
    let new = engine(&pool_on(options, &other(), event_log::PoolSettings::default()).await, 3).await;
    // Both builds serve for a while.
    let both = use_all_along(&new, "T02", &stop);
    assert!(old.wait_for(Position(rebuilt.position.0 + 20), Duration::from_mins(1)).await);
    stop.store(true, Ordering::Relaxed);
    assert!(user.await.unwrap() > 1);
    assert!(both.await.unwrap() > 1);
    let head = old.position().max(new.position());
    assert!(head > rebuilt.position);
    for engine in [&old, &new] {
        assert!(engine.wait_for(head, Duration::from_mins(1)).await, "a build does not see the other's");
    }
    let pin = Pin::new(head, head, Viewer { partner: Some(good("THA")) });
    assert_eq!(ask(&new, &pin).await, ask(&old, &pin).await);
    assert_eq!(differences(&owner, &Schema::default(), &other()).await, Vec::<String>::new());
}

#[sqlx::test(migrator = "event_log::MIGRATOR")]
async fn a_rebuild_that_is_broken_off_at_any_stage_changes_nothing(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let (engine, _) = two_engines(&options).await;
    let at = engine.position();
    for stage in EVERY_STAGE {
        let owner = owner(options.clone()).await;
        let (reached, stop) = tokio::sync::oneshot::channel();
        let mut reached = Some(reached);
        let broken_off = async {
            let progress = |now| {
                if name(now) == stage {
                    reached.take().map(|reached| reached.send(()));
                }
            };
            engine::rebuild(&owner, &Schema::default(), "accord_app", progress).await.unwrap();
            pending::<()>().await;
        };
        tokio::select! {
            biased;
            stop = stop => stop.unwrap(),
            () = broken_off => {}
        }
        // As when a process ends.
        owner.close().await;
        let findings = engine::check_read_models(engine.writers(), Some(at), |_, _| ()).await.unwrap();
        assert_eq!(findings, Vec::<String>::new(), "broken off while {stage}");
        let left = schemas(engine.writers()).await;
        let name = Schema::default().name;
        assert!(
            left == [name.clone()] || stage == "Dropping" && left == [name.clone(), format!("{name}_old")],
            "{left:?}"
        );
    }
    let owner = owner(options).await;
    assert_eq!(rebuild(&owner, &Schema::default()).await, Rebuilt { position: at, dropped: true });
    assert_eq!(schemas(&owner).await, [Schema::default().name]);
}

#[sqlx::test(migrator = "event_log::MIGRATOR")]
async fn a_rebuild_whose_connections_are_cut_at_any_stage_changes_nothing(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let (engine, _) = two_engines(&options).await;
    let at = engine.position();
    for stage in EVERY_STAGE {
        let name_of_session = format!("cut while {stage}");
        let owner = owner(options.clone().application_name(&name_of_session)).await;
        let mut cuts = 0;
        let progress = |now| {
            if name(now) == stage && cuts == 0 {
                cuts += 1;
                cut(&options, &name_of_session);
            }
        };
        let ended = engine::rebuild(&owner, &Schema::default(), "accord_app", progress).await;
        assert_eq!(cuts, 1, "{stage} was not reached");
        assert_eq!(ended.is_ok(), stage == "Dropping", "{ended:?}");
        let findings = engine::check_read_models(engine.writers(), Some(at), |_, _| ()).await.unwrap();
        assert_eq!(findings, Vec::<String>::new(), "cut while {stage}");
        assert!(!schemas(engine.writers()).await.iter().any(|schema| schema.ends_with("_next")));
    }
    let owner = owner(options).await;
    assert_eq!(rebuild(&owner, &Schema::default()).await, Rebuilt { position: at, dropped: true });
}

#[sqlx::test(migrator = "event_log::MIGRATOR")]
async fn of_two_rebuilds_at_once_the_second_is_refused(_: PgPoolOptions, options: PgConnectOptions) {
    let _pool = pool(options.clone()).await;
    let owner = owner(options).await;
    let mut first = owner.begin().await.unwrap();
    assert!(Schema::default().lock_building(&mut first).await.unwrap());
    let second = engine::rebuild(&owner, &Schema::default(), "accord_app", |_| ()).await;
    assert!(matches!(second, Err(RebuildError::UnderWay { .. })), "{second:?}");
    // Another build's tables are none of its business.
    rebuild(&owner, &other()).await;
    first.rollback().await.unwrap();
    rebuild(&owner, &Schema::default()).await;
}

#[sqlx::test(migrator = "event_log::MIGRATOR")]
async fn tables_that_are_still_being_read_are_left_to_the_next_rebuild(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let (engine, _) = two_engines(&options).await;
    let owner = owner(options).await;
    let mut reader = engine.readers().begin().await.unwrap();
    sqlx::query("select count(*) from planned_task").execute(&mut *reader).await.unwrap();
    assert!(!rebuild(&owner, &Schema::default()).await.dropped);
    assert!(schemas(&owner).await.contains(&format!("{}_old", Schema::default().name)));
    reader.rollback().await.unwrap();
    assert!(rebuild(&owner, &Schema::default()).await.dropped);
    assert_eq!(schemas(&owner).await, [Schema::default().name]);
}

#[sqlx::test(migrator = "event_log::MIGRATOR")]
async fn who_reads_some_tables_that_are_to_be_dropped_may_go_on_to_any_other(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let (engine, _) = two_engines(&options).await;
    let owner = owner(options).await;
    let schema = Schema::default();
    let mut reader = engine.readers().begin().await.unwrap();
    sqlx::query("select count(*) from planned_task").execute(&mut *reader).await.unwrap();
    assert!(!rebuild(&owner, &schema).await.dropped);
    let dropping = tokio::spawn({
        let (owner, schema) = (owner.clone(), schema.clone());
        async move {
            let mut tx = owner.begin().await.unwrap();
            schema.drop_replaced(&mut tx).await.map(|()| tx)
        }
    });
    until_waiting(&owner, 1).await;
    for table in read_model::columns().keys() {
        let question = format!("select count(*) from {}_old.{table}", schema.name);
        sqlx::query(sqlx::AssertSqlSafe(question)).execute(&mut *reader).await.unwrap();
    }
    reader.rollback().await.unwrap();
    dropping.await.unwrap().unwrap().commit().await.unwrap();
    assert_eq!(schemas(&owner).await, [schema.name]);
}

#[sqlx::test(migrator = "event_log::MIGRATOR")]
async fn an_event_of_a_newer_build_stops_a_rebuild_before_it_changes_anything(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let (engine, _) = two_engines(&options).await;
    let owner = owner(options).await;
    sqlx::raw_sql(
        "alter table event disable trigger all;
         update event set type = 'PlanBurned' where position = 20;
         alter table event enable trigger all",
    )
    .execute(&owner)
    .await
    .unwrap();
    let refused = engine::rebuild(&owner, &Schema::default(), "accord_app", |_| ()).await;
    let at = |error: &RebuildError| {
        matches!(error, RebuildError::Store(StoreError::Decode { position: Position(20), .. }))
    };
    assert!(refused.as_ref().is_err_and(at), "{refused:?}");
    assert_eq!(read_model::checkpoint(engine.writers()).await.unwrap(), engine.position());
}
