//! One engine: what a caller is answered, and what is in the log then.

use crate::support::*;
use domain::{Command, Position, RefusalCode, operation::OperationCommand, plan::PlanCommand};
use engine::{Clock, Engine, Entropy, Error, Moment, Settings};
use event_log::PoolSettings;
use futures_util::{FutureExt, future::join_all};
use read_model::operation::OperationFilter;
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use std::time::Duration;

fn codes(error: Error) -> Vec<RefusalCode> {
    match error {
        Error::Refused(refusals) => refusals.iter().map(|refusal| refusal.code).collect(),
        other => panic!("{other:?} is no refusal"),
    }
}

#[sqlx::test(migrator = "event_log::MIGRATOR")]
async fn a_caller_reads_what_it_has_written(_: PgPoolOptions, options: PgConnectOptions) {
    let engine = engine(&pool(options).await, 1).await;
    found(&engine).await;
    let outcome = run(&engine, officer("THA-01"), initiate("SAPHAN", "THA")).await;
    assert_eq!(outcome.receipt.position, engine.position());
    let (pin, page) = (pin(&engine, "MMR"), read_model::Page::first(9));
    let rows = engine.read_model().operations(&pin, &OperationFilter::default(), &page).await.unwrap();
    assert_eq!(rows.iter().map(|row| row.code.as_str()).collect::<Vec<_>>(), ["SAPHAN"]);
    assert_eq!(engine.receipt_at(outcome.receipt.position).await.unwrap(), outcome.receipt);
}

#[sqlx::test(migrator = "event_log::MIGRATOR")]
async fn a_command_whose_rows_cannot_be_written_is_carried_out_and_its_answer_says_where_it_stands(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let pool = pool(options.clone()).await;
    let settings = Settings { shown_patience: Duration::ZERO, ..Settings::default() };
    let engine =
        Engine::open(pool.clone(), Clock::scripted(start()), Entropy::seeded(1), settings).await.unwrap();
    found(&engine).await;
    let before = engine.position();
    let owner = owner(options).await;
    let table = format!("{}.operation", read_model::Schema::default().name);
    let alter = async |change: &str| {
        let statement = format!("alter table {table} {change}");
        sqlx::query(sqlx::AssertSqlSafe(statement)).execute(&owner).await.unwrap();
    };
    alter("add constraint no_room check (false)").await;
    let command = with_key(officer("THA-01"), initiate("SAPHAN", "THA"), "key");
    let answer = engine.execute(command.clone()).await;
    let position = Position(before.0 + 1);
    assert!(matches!(answer, Err(Error::NotShown { position: at }) if at == position), "{answer:?}");
    assert_eq!((engine.position(), events(&engine).await), (before, position.0));
    // It is no failure of the command, and nothing is done again.
    let answer = engine.execute(command.clone()).await;
    assert!(matches!(answer, Err(Error::NotShown { position: at }) if at == position), "{answer:?}");
    assert!(engine.health().trouble.is_some());

    alter("drop constraint no_room").await;
    assert!(engine.wait_for(position, Duration::from_mins(1)).await);
    assert_eq!(engine.execute(command).await.unwrap().receipt.position, position);
    assert_eq!(events(&engine).await, position.0);
    assert_eq!(engine::check_read_models(&pool, None, |_, _| ()).await.unwrap(), Vec::<String>::new());
}

#[sqlx::test(migrator = "event_log::MIGRATOR")]
async fn texts_that_postgres_might_misread_come_back_as_they_were(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let pool = pool(options).await;
    let engine = engine(&pool, 1).await;
    found(&engine).await;
    let texts = [
        "\"",
        "\\",
        "\\\"",
        "a \"b\", \\N (c), {d}",
        "'; --",
        "NULL",
        "ໂຕນ\u{1F693}",
        "(,)",
        "{\"\",}",
        "\"\"\\\\",
    ];
    for (number, text) in texts.into_iter().enumerate() {
        let operation = format!("OP{number}");
        let command = OperationCommand::Initiate {
            operation: good(&operation),
            title: good(text),
            lead: good("THA"),
            classification: domain::release::Classification::Restricted,
            handling: domain::release::HandlingCode::default(),
            releasable_to: [].into(),
        };
        run(&engine, officer("THA-01"), Command::Operation(command)).await;
        let mut sections = sections();
        sections.mission = Some(good(text));
        let draft = PlanCommand::Draft { operation: good(&operation), sections: Box::new(sections) };
        run(&engine, officer("THA-01"), Command::Plan(draft)).await;
    }
    let page = read_model::Page::first(99);
    let rows = engine
        .read_model()
        .operations(&pin(&engine, "THA"), &OperationFilter::default(), &page)
        .await
        .unwrap();
    let titles: Vec<&str> = rows.iter().map(|row| row.title.as_str()).collect();
    assert_eq!(titles, texts);
    assert_eq!(engine::check_read_models(&pool, None, |_, _| ()).await.unwrap(), Vec::<String>::new());
}

#[sqlx::test(migrator = "event_log::MIGRATOR")]
async fn a_command_waits_for_its_rows_and_keeps_no_other_out_of_the_log(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let pool = pool(options).await;
    let engine = engine(&pool, 1).await;
    found(&engine).await;
    let before = events(&engine).await;
    let mut held = pool.begin().await.unwrap();
    read_model::lock_checkpoint(&mut held).await.unwrap().unwrap();
    let send = |operation| {
        let (engine, request) = (engine.clone(), request(officer("THA-01"), initiate(operation, "THA")));
        tokio::spawn(async move { engine.execute(request).await })
    };
    // As nobody can write rows, each of them is in the log before the first is answered.
    let mut waiting = Vec::new();
    for (number, operation) in (1..).zip(["FIRST", "SECOND", "THIRD"]) {
        waiting.push(send(operation));
        while events(&engine).await < before + number {
            tokio::task::yield_now().await;
        }
    }
    assert!(waiting.iter().all(|waiting| !waiting.is_finished()));
    assert_eq!(engine.position().0, before);
    held.rollback().await.unwrap();
    for (number, waiting) in (1..).zip(waiting) {
        assert_eq!(waiting.await.unwrap().unwrap().receipt.position.0, before + number);
    }
    assert_eq!(engine.position().0, before + 3);
    assert_eq!(engine::check_read_models(&pool, None, |_, _| ()).await.unwrap(), Vec::<String>::new());
}

#[sqlx::test(migrator = "event_log::MIGRATOR")]
async fn a_repeated_key_answers_the_first_success(_: PgPoolOptions, options: PgConnectOptions) {
    let engine = engine(&pool(options).await, 1).await;
    found(&engine).await;
    let request = with_key(officer("THA-01"), initiate("SAPHAN", "THA"), "k1");
    let first = engine.execute(request.clone()).await.unwrap();
    run(&engine, officer("THA-01"), initiate("OTHER", "THA")).await;
    let before = events(&engine).await;
    assert_eq!(engine.execute(request).await.unwrap(), first);
    assert_eq!(events(&engine).await, before);
}

#[sqlx::test(migrator = "event_log::MIGRATOR")]
async fn a_key_with_other_content_is_refused_and_belongs_to_its_actor(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let engine = engine(&pool(options).await, 1).await;
    found(&engine).await;
    engine.execute(with_key(officer("THA-01"), initiate("SAPHAN", "THA"), "k1")).await.unwrap();
    let other = engine.execute(with_key(officer("THA-01"), initiate("OTHER", "THA"), "k1")).await;
    assert_eq!(codes(other.unwrap_err()), [RefusalCode::IdempotencyKeyReused]);
    engine.execute(with_key(officer("CHN-01"), initiate("THIRD", "CHN"), "k1")).await.unwrap();
}

#[sqlx::test(migrator = "event_log::MIGRATOR")]
async fn fifty_callers_of_one_key_get_one_success(_: PgPoolOptions, options: PgConnectOptions) {
    let engine = engine(&pool(options).await, 1).await;
    found(&engine).await;
    let before = events(&engine).await;
    let callers =
        (0..50).map(|_| engine.execute(with_key(officer("THA-01"), initiate("SAPHAN", "THA"), "k1")));
    let answers: Vec<_> = join_all(callers).await.into_iter().map(Result::unwrap).collect();
    assert!(answers.iter().all(|answer| *answer == answers[0]));
    assert_eq!(events(&engine).await, before + 1);
}

#[sqlx::test(migrator = "event_log::MIGRATOR")]
async fn a_refused_command_appends_nothing_and_is_decided_afresh(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let engine = engine(&pool(options).await, 1).await;
    found(&engine).await;
    let before = events(&engine).await;
    let hour = Command::Operation(OperationCommand::Activate { operation: good("SAPHAN") });
    let refused = engine.execute(with_key(officer("THA-01"), hour.clone(), "k1")).await;
    assert_eq!(codes(refused.unwrap_err()), [RefusalCode::NotFound]);
    assert_eq!(events(&engine).await, before);
    run(&engine, officer("THA-01"), initiate("SAPHAN", "THA")).await;
    let refused = engine.execute(with_key(officer("THA-01"), hour, "k1")).await;
    assert_eq!(codes(refused.unwrap_err()), [RefusalCode::HhourNotSet, RefusalCode::PlanNotInForce]);
}

#[sqlx::test(migrator = "event_log::MIGRATOR")]
async fn a_command_that_changes_nothing_succeeds_at_the_present(_: PgPoolOptions, options: PgConnectOptions) {
    let engine = engine(&pool(options).await, 1).await;
    found(&engine).await;
    let before = engine.position();
    let outcome = run(&engine, admin(), accede("THA", PARTNERS[0].1)).await;
    assert_eq!((outcome.receipt.position, outcome.receipt.event_ids.len()), (before, 0));
}

#[sqlx::test(migrator = "event_log::MIGRATOR")]
async fn callers_that_hang_up_cancel_nothing(_: PgPoolOptions, options: PgConnectOptions) {
    let engine = engine(&pool(options).await, 1).await;
    found(&engine).await;
    let before = events(&engine).await;
    for number in 0..100 {
        let code = format!("OP{number}");
        let mut call = Box::pin(engine.execute(request(officer("THA-01"), initiate(&code, "THA"))));
        // Polled once, so that it is accepted, and dropped.
        assert!(call.as_mut().now_or_never().is_none());
    }
    engine.close().await;
    assert_eq!(events(&engine).await, before + 100);
    let late = engine.execute(request(officer("THA-01"), initiate("LATE", "THA"))).await;
    assert!(matches!(late, Err(Error::Busy(_))));
}

#[sqlx::test(migrator = "event_log::MIGRATOR")]
async fn one_commit_holds_many_commands_and_one_of_them_decides_on_another(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let engine = engine(&pool(options).await, 1).await;
    found(&engine).await;
    let commands = [
        initiate("SAPHAN", "THA"),
        draft("SAPHAN"),
        add_task("SAPHAN", "T01", "THA", 0),
        initiate("SAPHAN", "THA"),
    ];
    let answers = join_all(commands.map(|command| engine.execute(request(officer("THA-01"), command)))).await;
    let hashes: Vec<_> =
        answers[..3].iter().map(|answer| answer.as_ref().unwrap().receipt.commit_hash).collect();
    assert!(hashes.iter().all(|hash| *hash == hashes[0]), "the three were decided in one commit");
    assert!(
        matches!(&answers[3], Err(Error::Refused(refusals)) if refusals[0].code == RefusalCode::AlreadyExists)
    );
}

#[sqlx::test(migrator = "event_log::MIGRATOR")]
async fn recorded_time_never_goes_back(_: PgPoolOptions, options: PgConnectOptions) {
    let clock = Clock::scripted(start());
    let engine = engine_with(&pool(options).await, clock.clone(), 1).await;
    let first = run(&engine, admin(), accede("THA", PARTNERS[0].1)).await;
    clock.set(start() - chrono::TimeDelta::hours(1));
    let second = run(&engine, admin(), accede("CHN", PARTNERS[1].1)).await;
    assert_eq!(second.receipt.recorded_at, first.receipt.recorded_at);
}

#[sqlx::test(migrator = "event_log::MIGRATOR")]
async fn moments_resolve_to_the_ends_of_commands(_: PgPoolOptions, options: PgConnectOptions) {
    let clock = Clock::scripted(start());
    let engine = engine_with(&pool(options).await, clock.clone(), 1).await;
    assert_eq!(engine.resolve(Moment::RecordedAt(start())).await.unwrap(), Some(Position(0)));
    let first = run(&engine, admin(), accede("THA", PARTNERS[0].1)).await.receipt;
    clock.set(start() + chrono::TimeDelta::hours(1));
    let second = run(&engine, admin(), accede("CHN", PARTNERS[1].1)).await.receipt;
    let between = start() + chrono::TimeDelta::minutes(30);
    assert_eq!(engine.resolve(Moment::RecordedAt(between)).await.unwrap(), Some(first.position));
    assert_eq!(engine.resolve(Moment::Position(second.position)).await.unwrap(), Some(second.position));
    assert_eq!(engine.resolve(Moment::Position(Position(3))).await.unwrap(), None);
    assert_eq!(engine.resolve(Moment::Position(Position(-1))).await.unwrap(), None);
}

#[sqlx::test(migrator = "event_log::MIGRATOR")]
async fn what_the_database_cannot_do_just_now_is_answered_busy_with_the_reason_and_can_be_done_later(
    owner: PgPoolOptions,
    options: PgConnectOptions,
) {
    let owner = owner.connect_with(options.clone()).await.unwrap();
    let limits = PoolSettings { statement_timeout: Duration::from_millis(50), ..PoolSettings::default() };
    let pool = pool_with(options, limits).await;
    let engine = engine(&pool, 1).await;
    found(&engine).await;
    let before = events(&engine).await;
    let mut holder = owner.begin().await.unwrap();
    sqlx::query("lock table log_commit in share mode").execute(&mut *holder).await.unwrap();
    let command = || with_key(officer("THA-01"), initiate("SAPHAN", "THA"), "k");
    let busy = engine.execute(command()).await.unwrap_err();
    assert!(matches!(busy, Error::Busy("the database took too long to answer")), "{busy:?}");
    holder.rollback().await.unwrap();

    engine.execute(command()).await.unwrap();
    assert_eq!(events(&engine).await, before + 1);
}

/// A command that reaches the log as no text that Postgres takes: what reads commands refuses it, the engine
/// itself does not look.
fn unfit(post: &str, operation: &str) -> engine::Request {
    let late_reason = Some("\0".to_owned());
    engine::Request { late_reason, ..request(officer(post), initiate(operation, &post[..3])) }
}

#[sqlx::test(migrator = "event_log::MIGRATOR")]
async fn a_command_that_the_log_cannot_hold_fails_alone(_: PgPoolOptions, options: PgConnectOptions) {
    let pool = pool(options).await;
    let engine = engine(&pool, 1).await;
    found(&engine).await;
    let before = events(&engine).await;
    // All are queued before the first is decided, so they share a commit. Every seventh is to blame.
    let requests = (0..40).map(|number| match number % 7 {
        3 => unfit("MMR-01", &format!("OP{number}")),
        _ => request(officer("THA-01"), initiate(&format!("OP{number}"), "THA")),
    });
    let answers = join_all(requests.map(|request| engine.execute(request))).await;
    let mut positions = Vec::new();
    for (number, answer) in answers.into_iter().enumerate() {
        match (number % 7, answer) {
            (3, Err(Error::Refused(refusals))) => {
                assert_eq!(refusals.len(), 1);
                assert_eq!(refusals[0].code, RefusalCode::InvalidValue);
            }
            (3, other) => panic!("{number} went through: {other:?}"),
            (_, answer) => positions.push(answer.unwrap().receipt.position.0),
        }
    }
    // Nothing lost, nothing doubled, and in the order in which they came.
    assert_eq!(positions, (before + 1..=before + 34).collect::<Vec<_>>());
    assert_eq!(events(&engine).await, before + 34);
    assert_eq!(engine.health().trouble, None);
    assert_eq!(engine::check_read_models(&pool, None, |_, _| ()).await.unwrap(), Vec::<String>::new());
    assert_eq!(engine::check_decisions(&pool, |_, _| ()).await.unwrap().differences, []);
}

#[sqlx::test(migrator = "event_log::MIGRATOR")]
async fn what_was_decided_behind_a_command_that_failed_is_decided_without_it(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let engine = engine(&pool(options).await, 1).await;
    found(&engine).await;
    let good = with_key(officer("MMR-01"), initiate("OP1", "MMR"), "good");
    let sent = [
        // The code would be taken, the draft without an operation.
        unfit("MMR-01", "OP1"),
        good.clone(),
        unfit("MMR-01", "OP2"),
        request(officer("MMR-01"), draft("OP2")),
        // A key that cannot even be looked for.
        with_key(officer("MMR-01"), initiate("OP3", "MMR"), "\0"),
        good.clone(),
        request(officer("MMR-01"), draft("OP1")),
    ];
    let answers = join_all(sent.map(|request| engine.execute(request))).await;
    let code = |number: usize| match &answers[number] {
        Ok(_) => "done".to_owned(),
        Err(Error::Refused(refusals)) => refusals[0].code.to_string(),
        Err(other) => format!("{other:?}"),
    };
    assert_eq!(
        (0..7).map(code).collect::<Vec<_>>(),
        ["INVALID_VALUE", "done", "INVALID_VALUE", "NOT_FOUND", "INVALID_VALUE", "done", "done"]
    );
    assert_eq!(answers[1].as_ref().unwrap(), answers[5].as_ref().unwrap());
    // Under its key, what failed has left no trace.
    assert_eq!(engine.execute(good).await.unwrap(), answers[1].as_ref().unwrap().clone());
}
