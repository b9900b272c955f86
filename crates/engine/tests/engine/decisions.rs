//! Every logged command, decided again on the fold before it; and that what was not decided so is found.

use crate::{history::live_through, races::in_force, support::*};
use domain::{Command, Position, operation::OperationCommand, plan::PlanCommand};
use engine::{Decisions, Difference, Engine, Older};
use futures_util::future::join_all;
use rand::{SeedableRng, rngs::StdRng};
use sqlx::{
    PgPool,
    postgres::{PgConnectOptions, PgPoolOptions},
};

async fn check(pool: &PgPool) -> Decisions {
    engine::check_decisions(pool, |_, _| ()).await.unwrap()
}

/// Commands in the log, by a count of their rows.
async fn commands(engine: &Engine) -> u64 {
    engine.log().read_commands(0, i64::MAX, 100_000).await.unwrap().len() as u64
}

#[sqlx::test(migrator = "event_log::MIGRATOR")]
async fn a_random_history_decided_again_gives_the_very_events(_: PgPoolOptions, options: PgConnectOptions) {
    let pool = pool(options).await;
    let engine = engine(&pool, 1).await;
    found(&engine).await;
    live_through(&engine, &mut StdRng::seed_from_u64(20_230_816), 1_000).await;
    let commands = commands(&engine).await;
    assert!(commands > 150, "only {commands} commands were accepted");
    let mut told = Vec::new();
    let decisions = engine::check_decisions(&pool, |at, of| told.push((at, of))).await.unwrap();
    assert_eq!(decisions, Decisions { checked: commands, ..Decisions::default() });
    assert_eq!(told, [(engine.position(), engine.position())]);
}

#[sqlx::test(migrator = "event_log::MIGRATOR")]
async fn a_log_that_two_nodes_raced_for_gives_the_very_events(_: PgPoolOptions, options: PgConnectOptions) {
    let pools = [pool(options.clone()).await, pool(options).await];
    let engines = [engine(&pools[0], 1).await, engine(&pools[1], 2).await];
    found(&engines[0]).await;
    let mut random = [StdRng::seed_from_u64(1), StdRng::seed_from_u64(2)];
    let lives = engines.iter().zip(&mut random).map(|(engine, random)| live_through(engine, random, 300));
    let accepted: usize = join_all(lives).await.into_iter().sum();
    assert!(accepted > 60, "only {accepted} commands were accepted");
    let expected = Decisions { checked: commands(&engines[0]).await, ..Decisions::default() };
    assert_eq!(check(&pools[0]).await, expected);
}

/// One operation in force and one whose plan was put up for decision twice, and their owner's hand on the
/// tables.
async fn story(options: PgConnectOptions) -> (PgPool, PgPool, Decisions) {
    let owner = event_log::connect(options.clone(), event_log::PoolSettings::default()).await.unwrap();
    let pool = pool(options).await;
    let engine = engine(&pool, 1).await;
    found(&engine).await;
    in_force(&engine, "ONE").await;
    let operation = || good("TWO");
    for command in [
        initiate("TWO", "THA"),
        draft("TWO"),
        add_task("TWO", "T01", "THA", 0),
        Command::Plan(PlanCommand::Submit { operation: operation() }),
        Command::Plan(PlanCommand::OpenAmendment {
            operation: operation(),
            reason: good("Rain"),
            release: None,
        }),
        // Two events: version 2 is submitted, version 1 superseded.
        Command::Plan(PlanCommand::Submit { operation: operation() }),
    ] {
        run(&engine, officer("THA-01"), command).await;
    }
    for table in ["event", "event_subject", "command"] {
        let keep = format!("create table kept_{table} as select * from {table}");
        sqlx::query(sqlx::AssertSqlSafe(keep)).execute(&owner).await.unwrap();
    }
    let all = Decisions { checked: commands(&engine).await, ..Decisions::default() };
    engine.close().await;
    (owner, pool, all)
}

/// Does what the log's triggers refuse, checks, and puts everything back.
async fn doctored(owner: &PgPool, pool: &PgPool, statement: &str) -> Decisions {
    let mut owner = owner.acquire().await.unwrap();
    let mut run = async |statement: String| {
        sqlx::raw_sql(sqlx::AssertSqlSafe(statement)).execute(&mut *owner).await.unwrap()
    };
    run(format!("set session_replication_role = replica; {statement}")).await;
    let decisions = check(pool).await;
    for table in ["event", "event_subject", "command"] {
        run(format!("delete from {table}; insert into {table} select * from kept_{table}")).await;
    }
    run("set session_replication_role = origin".to_owned()).await;
    decisions
}

async fn position_of(pool: &PgPool, kind: &str) -> i64 {
    let position = "select position from event where type = $1 order by position limit 1";
    sqlx::query_scalar(position).bind(kind).fetch_one(pool).await.unwrap()
}

/// Where the differences are, and the first of them.
fn told(decisions: &Decisions) -> (Vec<i64>, &str) {
    let positions = decisions.differences.iter().map(|difference| difference.position.0).collect();
    (positions, decisions.differences.first().map_or("", |first| &first.finding))
}

#[sqlx::test(migrator = "event_log::MIGRATOR")]
async fn an_event_that_was_changed_is_found_where_it_is(_: PgPoolOptions, options: PgConnectOptions) {
    let (owner, pool, all) = story(options).await;
    assert_eq!(check(&pool).await, all);
    let h_hour = position_of(&pool, "HHourSet").await;
    for (change, finding) in [
        (
            "payload = convert_to(replace(convert_from(payload, 'UTF8'), '09-08', '09-09'), 'UTF8')",
            "from byte 34 on its payload is `",
        ),
        (
            "type = 'OperationActivated', payload = '{\"operation\":\"ONE\"}'",
            "it is HHourSet; from byte 18 on its payload is `",
        ),
        (
            "occurred_at = occurred_at - interval '1 second'",
            "it occurred at 2023-09-01T02:00:00+00:00, not 2023-09-01T01:59:59+00:00",
        ),
        ("occurred_offset = 420", "it occurred at 2023-09-01T02:00:00+00:00, not 2023-09-01T09:00:00+07:00"),
        ("late_reason = 'none'", "its reason for being late is another"),
    ] {
        let change = format!("update event set {change} where position = {h_hour}");
        let decisions = doctored(&owner, &pool, &change).await;
        let (positions, first) = told(&decisions);
        assert_eq!((decisions.checked, positions), (all.checked, vec![h_hour]), "{change}: {first}");
        assert!(first.contains(finding), "{first}");
    }
    let change = format!("delete from event_subject where position = {h_hour}");
    let decisions = doctored(&owner, &pool, &change).await;
    assert!(told(&decisions).1.ends_with("decided again: it concerns other subjects"), "{decisions:?}");
    assert_eq!(check(&pool).await, all);
}

#[sqlx::test(migrator = "event_log::MIGRATOR")]
async fn an_event_that_was_removed_or_added_is_found_where_it_was(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let (owner, pool, all) = story(options).await;
    let superseded = position_of(&pool, "PlanVersionSuperseded").await;
    let remove = format!("delete from event where position = {superseded}");
    let decisions = doctored(&owner, &pool, &remove).await;
    let (positions, first) = told(&decisions);
    assert_eq!(positions, [superseded]);
    assert!(
        first.starts_with("PlanVersionSuperseded of command ") && first.ends_with(" is missing"),
        "{first}"
    );

    // Without its command, the event counts as the next one's, which leads to its own and to no other.
    let h_hour = position_of(&pool, "HHourSet").await;
    let orphan = format!("delete from command where position = {h_hour}");
    let decisions = doctored(&owner, &pool, &orphan).await;
    assert_eq!(told(&decisions).0, [h_hour, h_hour + 1]);
    let findings: Vec<_> = decisions.differences.iter().map(|difference| &*difference.finding).collect();
    assert!(findings[0].contains("decided again: it is OperationInitiated; "), "{findings:?}");
    assert!(findings[1].starts_with("no OperationInitiated follows from command "), "{findings:?}");

    let end = format!("delete from command where position >= {h_hour}");
    let decisions = doctored(&owner, &pool, &end).await;
    assert_eq!(told(&decisions), (vec![h_hour], "from here on no event belongs to a command"));

    // Nothing after it depends on H-hour.
    let alone = format!("delete from event where position = {h_hour}");
    let decisions = doctored(&owner, &pool, &alone).await;
    let (positions, first) = told(&decisions);
    assert_eq!(positions, [h_hour]);
    assert!(first.ends_with(" has no event in the log"), "{first}");
    assert_eq!(check(&pool).await, all);
}

#[sqlx::test(migrator = "event_log::MIGRATOR")]
async fn a_command_of_somebody_who_may_not_is_found(_: PgPoolOptions, options: PgConnectOptions) {
    let (owner, pool, all) = story(options).await;
    let promulgated = position_of(&pool, "PlanPromulgated").await;
    let request = |from: &str, to: &str| {
        format!(
            "update command set request = convert_to(replace(convert_from(request, 'UTF8'), '{from}', '{to}'), 'UTF8')
             where position = {promulgated}"
        )
    };
    for (from, to, finding) in [
        (r#""COMMANDER""#, r#""REVIEWER""#, "is forbidden: This needs the role COMMANDER."),
        (
            r#""partner":"THA""#,
            r#""partner":"CHN""#,
            "is forbidden: Nobody holds THA-01 for CHN at this moment.",
        ),
        (r#""post":"THA-01""#, r#""post":"CHN-01""#, "is THA-01's, but it was decided as CHN-01's"),
        (r#""number":1"#, r#""number":9"#, "does not have the hash that its request was stored with"),
        (r#""rules""#, r#""rulings""#, "was decided from cannot be read: missing field `rules`"),
    ] {
        let decisions = doctored(&owner, &pool, &request(from, to)).await;
        let (positions, first) = told(&decisions);
        assert_eq!(positions[0], promulgated, "{to}: {decisions:?}");
        assert!(first.contains(finding), "{first}");
    }
    assert_eq!(check(&pool).await, all);
}

#[sqlx::test(migrator = "event_log::MIGRATOR")]
async fn commands_without_their_request_and_of_other_rules_are_counted_and_folded(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let (owner, pool, all) = story(options).await;
    let older = r#"update command set request = null where position <= 3;
                   update command set request = '{"rules":0,"command":"of a shape long gone"}' where position = 4"#;
    let expected = Decisions { checked: all.checked - 4, other_rules: 1, without_request: 3, ..all };
    assert_eq!(doctored(&owner, &pool, older).await, expected);
}

#[sqlx::test(migrator = "event_log::MIGRATOR")]
async fn what_an_older_build_logged_behind_a_newer_one_is_told_and_what_is_gone_is_a_difference(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let (owner, pool, all) = story(options).await;
    let last = "select max(position) from event where type = 'TaskAddedToPlan'";
    let last: i64 = sqlx::query_scalar(last).fetch_one(&pool).await.unwrap();
    let older = |commands| Some(Older { first: Position(last), commands });

    // A task that waits for nothing reads alike in both versions of its shape.
    let shape = format!("update event set version = 1 where position = {last}");
    assert_eq!(doctored(&owner, &pool, &shape).await, Decisions { older: older(1), ..all.clone() });

    let rules = format!(
        r#"update command set request = '{{"rules":0,"command":"of a shape long gone"}}' where position = {last};
           update command set request = null where position > {last}"#
    );
    let behind = "select count(*) from command where position > $1";
    let behind: i64 = sqlx::query_scalar(behind).bind(last).fetch_one(&pool).await.unwrap();
    let behind = behind.cast_unsigned();
    let found = doctored(&owner, &pool, &rules).await;
    assert_eq!(found.differences.len(), usize::try_from(behind).unwrap());
    for Difference { position, finding } in &found.differences {
        assert!(position.0 > last && finding.contains("decided from is gone"), "{position}: {finding}");
    }
    let expected = Decisions {
        checked: all.checked - 1 - behind,
        other_rules: 1,
        without_request: behind,
        older: older(1 + behind),
        differences: found.differences.clone(),
        ..all.clone()
    };
    assert_eq!(found, expected);

    // The first of a newer build, behind all of an older one.
    let newer = r#"update command set request = '{"rules":4000000000}' where position = (select max(position) from command)"#;
    let expected = Decisions { checked: all.checked - 1, other_rules: 1, ..all };
    assert_eq!(doctored(&owner, &pool, newer).await, expected);
}

#[sqlx::test(migrator = "event_log::MIGRATOR")]
async fn differences_beyond_a_hundred_are_counted(_: PgPoolOptions, options: PgConnectOptions) {
    let owner = event_log::connect(options.clone(), event_log::PoolSettings::default()).await.unwrap();
    let pool = pool(options).await;
    let engine = engine(&pool, 1).await;
    found(&engine).await;
    let first = engine.position();
    for number in 0..120 {
        run(&engine, officer("THA-01"), initiate(&format!("OP{number}"), "THA")).await;
    }
    let late = format!(
        "set session_replication_role = replica;
         update event set late_reason = 'none' where position > {first};
         set session_replication_role = origin"
    );
    sqlx::raw_sql(sqlx::AssertSqlSafe(late)).execute(&owner).await.unwrap();
    let decisions = check(&pool).await;
    assert_eq!((decisions.differences.len(), decisions.more_differences), (100, 20));
    let last: &Difference = decisions.differences.last().unwrap();
    assert_eq!(last.position, Position(first.0 + 100));
}

#[sqlx::test(migrator = "event_log::MIGRATOR")]
async fn what_was_reported_late_or_ahead_of_time_is_decided_as_it_was_reported(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let pool = pool(options).await;
    let engine = engine(&pool, 1).await;
    found(&engine).await;
    run(&engine, officer("THA-01"), initiate("ONE", "THA")).await;
    let order =
        || Command::Operation(OperationCommand::IssueWarningOrder { operation: good("ONE"), text: None });
    let minute_ahead = "2023-09-01T09:00:59.000000001+07:00".parse().unwrap();
    let request = engine::Request { occurred_at: Some(minute_ahead), ..request(officer("THA-01"), order()) };
    engine.execute(request.clone()).await.unwrap();
    let basis = Command::Operation(OperationCommand::RecordLegalBasis {
        operation: good("ONE"),
        instruments: vec![good("Memorandum")],
    });
    let late = engine::Request {
        command: basis,
        occurred_at: Some("2023-08-01T12:00:00.123456789+06:30".parse().unwrap()),
        late_reason: Some("The courier was ill".to_owned()),
        ..request
    };
    engine.execute(late.clone()).await.unwrap();
    // Older builds took a leap second, of which Postgres made the second after it.
    let leap = engine::Request {
        command: Command::Operation(OperationCommand::RecordLegalBasis {
            operation: good("ONE"),
            instruments: vec![good("Memorandum"), good("Letter")],
        }),
        occurred_at: Some("2023-08-02T11:59:60.25+06:30".parse().unwrap()),
        ..late
    };
    let position = engine.execute(leap).await.unwrap().receipt.position;
    let event = &engine.log().read_at(&[position.0]).await.unwrap()[0];
    assert_eq!(event.occurred_at.to_rfc3339(), "2023-08-02T12:00:00.250+06:30");
    let expected = Decisions { checked: commands(&engine).await, ..Decisions::default() };
    assert_eq!(check(&pool).await, expected);
}
