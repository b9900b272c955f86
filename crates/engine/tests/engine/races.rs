//! Several engines on one log, as several processes are.

use crate::support::*;
use domain::{
    Command, Event, PostCode, RefusalCode,
    assignment::AssignmentCommand,
    operation::OperationCommand,
    plan::{Named, PlanCommand, PlanEvent},
};
use engine::{Engine, Error};
use event_log::{AccessEnd, Log, NewCommand, NewCommit, NewEvent, Verification};
use futures_util::future::join_all;
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use uuid::Uuid;

#[sqlx::test(migrator = "event_log::MIGRATOR")]
async fn two_engines_lose_nothing_and_do_nothing_twice(_: PgPoolOptions, options: PgConnectOptions) {
    let pools = [pool(options.clone()).await, pool(options).await];
    let engines = [engine(&pools[0], 1).await, engine(&pools[1], 2).await];
    found(&engines[0]).await;
    let before = events(&engines[0]).await;
    // Each code is asked for on both.
    let calls = (0..200).map(|number| {
        let engine = &engines[number % 2];
        let code = format!("OP{}", number / 2);
        async move { engine.execute(request(officer("THA-01"), initiate(&code, "THA"))).await }
    });
    let answers = join_all(calls).await;
    for pair in answers.chunks(2) {
        let refused = pair.iter().filter(|answer| {
            matches!(answer, Err(Error::Refused(reasons)) if reasons[0].code == RefusalCode::AlreadyExists)
        });
        assert_eq!(
            (pair.iter().filter(|answer| answer.is_ok()).count(), refused.count()),
            (1, 1),
            "{pair:?}"
        );
    }
    assert_eq!(events(&engines[0]).await, before + 100);
    assert!(matches!(engines[0].log().verify(&[], |_, _| ()).await.unwrap(), Verification::Sound { .. }));
    assert_eq!(engine::check_read_models(&pools[0], None, |_, _| ()).await.unwrap(), Vec::<String>::new());
}

#[sqlx::test(migrator = "event_log::MIGRATOR")]
async fn an_engine_learns_of_what_another_has_committed(_: PgPoolOptions, options: PgConnectOptions) {
    let pool = pool(options).await;
    let engines = [engine(&pool, 1).await, engine(&pool, 2).await];
    found(&engines[0]).await;
    let receipt = run(&engines[0], officer("THA-01"), initiate("SAPHAN", "THA")).await.receipt;
    assert!(engines[1].wait_for(receipt.position, std::time::Duration::from_secs(30)).await);
}

#[sqlx::test(migrator = "event_log::MIGRATOR")]
async fn an_officer_is_relieved_once_through_two_engines(_: PgPoolOptions, options: PgConnectOptions) {
    let pool = pool(options).await;
    let engines = [engine(&pool, 1).await, engine(&pool, 2).await];
    found(&engines[0]).await;
    let takes = engines.iter().map(|engine: &Engine| async move {
        let code: PostCode = good("THA-01");
        let relieve = domain::coalition::PostCommand::Relieve { post: code, reason: good("End of tour") };
        engine.execute(request(admin(), domain::Command::Post(relieve))).await
    });
    let answers = join_all(takes).await;
    assert_eq!(answers.iter().filter(|answer| answer.is_ok()).count(), 1, "{answers:?}");
}

/// An operation of Thailand in force, with one task from H-hour on.
pub async fn in_force(engine: &Engine, code: &str) {
    let operation = good::<domain::OperationCode>(code);
    run(engine, officer("THA-01"), initiate(code, "THA")).await;
    run(engine, officer("THA-01"), draft(code)).await;
    run(engine, officer("THA-01"), add_task(code, "T01", "THA", 0)).await;
    let submit = PlanCommand::Submit { operation: operation.clone() };
    let submitted = run(engine, officer("THA-01"), Command::Plan(submit)).await.receipt.position;
    let events = engine.events_at(&[submitted.0]).await.unwrap();
    let Event::Plan(PlanEvent::PlanVersionSubmitted { content_hash, .. }) = &events[0].event else {
        panic!("{events:?}");
    };
    let named =
        Named { operation: operation.clone(), number: 1, content_hash: *content_hash, seen_at: submitted };
    for partner in ["THA-01", "CHN-01", "MMR-01"] {
        let approve = PlanCommand::Approve { named: named.clone(), conditions: Vec::new() };
        run(engine, officer(partner), Command::Plan(approve)).await;
    }
    let promulgate = PlanCommand::Promulgate { operation: operation.clone(), number: 1, seen_at: submitted };
    run(engine, officer("THA-01"), Command::Plan(promulgate)).await;
    let at = (start() + chrono::TimeDelta::days(7)).fixed_offset();
    let h_hour = OperationCommand::SetHHour { operation, at };
    run(engine, officer("THA-01"), Command::Operation(h_hour)).await;
}

#[sqlx::test(migrator = "event_log::MIGRATOR")]
async fn one_officer_is_not_bound_in_two_operations_through_two_engines(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let pool = pool(options).await;
    let engines = [engine(&pool, 1).await, engine(&pool, 2).await];
    found(&engines[0]).await;
    for code in ["ONE", "TWO"] {
        in_force(&engines[0], code).await;
    }
    let before = events(&engines[0]).await;
    let calls = (0..40).map(|number| {
        let (engine, operation) = (&engines[number % 2], ["ONE", "TWO"][number / 2 % 2]);
        let (operation, task, post) = (good(operation), good("T01"), good("THA-01"));
        let assign = Command::Assignment(AssignmentCommand::Assign { operation, task, post });
        async move { engine.execute(request(officer("THA-01"), assign)).await }
    });
    let answers = join_all(calls).await;
    // Whoever came first has the officer, and asking for that again changes nothing.
    let refused = answers.iter().filter(|answer| {
        matches!(answer, Err(Error::Refused(reasons)) if reasons[0].code == RefusalCode::OfficerOverlap)
    });
    let done = answers.iter().filter(|answer| answer.is_ok());
    assert_eq!((done.count(), refused.count()), (20, 20), "{answers:?}");
    assert_eq!(events(&engines[0]).await, before + 1);
}

#[sqlx::test(migrator = "event_log::MIGRATOR")]
async fn what_a_crash_left_unprojected_is_projected_at_the_next_start(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let pool = pool(options).await;
    {
        let engine = engine(&pool, 1).await;
        found(&engine).await;
        engine.close().await;
    }
    // A process that dies between its commit and its projection leaves just this.
    let log = Log::new(pool.clone());
    let event = domain::catalogue::examples::events()
        .into_iter()
        .find(|event| event.kind() == "OperationInitiated")
        .unwrap();
    let encoded = event.encode();
    let after = log.head().await.unwrap();
    let event = NewEvent {
        event_id: Uuid::from_u128(1),
        occurred_at: start().fixed_offset(),
        late_reason: None,
        kind: encoded.kind.to_owned(),
        version: encoded.version,
        payload: encoded.payload,
        salt: [0; 16],
        subjects: event.about().subjects(),
    };
    let command = NewCommand {
        command_id: Uuid::from_u128(2),
        actor: "THA-01".to_owned(),
        idempotency_key: "k".to_owned(),
        request_hash: [0; 32],
        outcome: Vec::new(),
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
    log.writer().append(&commit).await.unwrap();
    assert_eq!(engine::check_read_models(&pool, None, |_, _| ()).await.unwrap(), Vec::<String>::new());
    let engine = engine(&pool, 2).await;
    assert_eq!(engine.position().0, after.position + 1);
    assert_eq!(engine::check_read_models(&pool, None, |_, _| ()).await.unwrap(), Vec::<String>::new());
}

#[sqlx::test(migrator = "event_log::MIGRATOR")]
async fn who_is_answered_reads_what_was_written_also_when_the_projection_lost_its_connection(
    owner: PgPoolOptions,
    options: PgConnectOptions,
) {
    let owner = owner.connect_with(options.clone()).await.unwrap();
    let pool = pool(options).await;
    let engine = engine(&pool, 1).await;
    found(&engine).await;
    // Holds up the projection, which locks the checkpoint first.
    let mut held = pool.begin().await.unwrap();
    read_model::lock_checkpoint(&mut held).await.unwrap();
    let answer = tokio::spawn({
        let engine = engine.clone();
        async move { engine.execute(request(officer("THA-01"), initiate("SAPHAN", "THA"))).await }
    });
    let terminate = "select count(pg_terminate_backend(pid)) from pg_stat_activity
                     where datname = current_database() and wait_event_type = 'Lock'";
    while sqlx::query_scalar::<_, i64>(terminate).fetch_one(&owner).await.unwrap() == 0 {
        tokio::task::yield_now().await;
    }
    held.rollback().await.unwrap();

    let outcome = answer.await.unwrap().unwrap();
    assert_eq!(engine.position(), outcome.receipt.position);
    assert_eq!(engine.health().trouble, None);
}

#[sqlx::test(migrator = "event_log::MIGRATOR")]
async fn who_repeats_a_command_elsewhere_reads_there_what_it_did(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let pools = [pool(options.clone()).await, pool(options).await];
    let engines = [engine(&pools[0], 1).await, engine(&pools[1], 2).await];
    found(&engines[0]).await;
    for number in 0..20 {
        let command =
            || with_key(officer("THA-01"), initiate(&format!("OP{number}"), "THA"), &number.to_string());
        let done = engines[0].execute(command()).await.unwrap();
        let repeated = engines[1].execute(command()).await.unwrap();
        assert_eq!(repeated, done);
        assert!(engines[1].position() >= done.receipt.position);
    }
}
