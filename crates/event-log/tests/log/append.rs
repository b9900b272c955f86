use crate::story::{BRIDGE, RIVER, at, command, commit, event, noon, told};
use chrono::{FixedOffset, TimeDelta};
use event_log::{
    AppendError, Head, Log, MIGRATOR, NewCommand, NewCommit, NewEvent, StoredCommand, StoredEvent,
};
use sqlx::PgPool;
use std::time::Duration;
use uuid::Uuid;

#[sqlx::test(migrator = "MIGRATOR")]
async fn what_is_appended_is_read_back(pool: PgPool) {
    let log = Log::new(pool);
    let quarter_past_five_east = FixedOffset::east_opt(5 * 3600 + 45 * 60).unwrap();
    let late = NewEvent {
        occurred_at: (noon() - TimeDelta::minutes(90)).with_timezone(&quarter_past_five_east),
        late_reason: Some("radio was down".into()),
        kind: "bridge_lost".into(),
        version: 3,
        payload: "{\"wo\": \"Süd\" }".into(),
        salt: [9; 16],
        ..event(2, &[RIVER, BRIDGE, RIVER])
    };
    let commands = vec![
        NewCommand {
            outcome: vec![0, 255],
            request: Some(vec![255, 0]),
            request_hash: [4; 32],
            ..command(101, vec![event(1, &[]), late.clone()])
        },
        command(102, vec![event(3, &[BRIDGE])]),
    ];
    let commit = commit(Head::EMPTY, 5, commands);

    let head = log.writer().append(&commit).await.unwrap();

    assert_eq!(head, commit.head());
    assert_eq!(head, log.head().await.unwrap());
    assert_eq!((head.position, head.recorded_at), (3, at(5)));
    let events = log.read(0, 3, 10).await.unwrap();
    assert_eq!(events.iter().map(|event| event.position).collect::<Vec<_>>(), [1, 2, 3]);
    assert_eq!(
        events[1],
        StoredEvent {
            position: 2,
            recorded_at: at(5),
            occurred_at: late.occurred_at,
            event_id: Uuid::from_u128(2),
            command_id: Uuid::from_u128(101),
            actor: "post:ALPHA".into(),
            late_reason: Some("radio was down".into()),
            kind: "bridge_lost".into(),
            version: 3,
            payload: late.payload,
            salt: [9; 16],
            subjects: vec![RIVER, BRIDGE],
        }
    );
    // Equal instants compare equal in any offset.
    assert_eq!(events[1].occurred_at.offset(), &quarter_past_five_east);
    assert_eq!(
        log.command(Uuid::from_u128(101)).await.unwrap(),
        Some(StoredCommand {
            command_id: Uuid::from_u128(101),
            actor: "post:ALPHA".into(),
            idempotency_key: "key-101".into(),
            request_hash: [4; 32],
            position: 2,
            outcome: vec![0, 255],
            request: Some(vec![255, 0]),
        })
    );
}

#[sqlx::test(migrator = "MIGRATOR")]
async fn what_a_command_was_decided_from_is_kept_and_is_in_the_hash_of_its_commit(pool: PgPool) {
    let log = Log::new(pool);
    let asked = |request| NewCommand { request, ..command(101, vec![event(1, &[])]) };
    let none = || NewCommand { request: None, ..command(102, vec![event(2, &[])]) };
    let with = commit(Head::EMPTY, 0, vec![asked(Some(b"{}".to_vec())), none()]);
    let heads = [None, Some(Vec::new()), Some(b"{ }".to_vec())]
        .map(|request| commit(Head::EMPTY, 0, vec![asked(request), none()]).head());
    assert!(!heads.contains(&with.head()), "another request makes another hash");
    assert_ne!(heads[0], heads[1], "none is not an empty one");

    log.writer().append(&with).await.unwrap();

    let requests = |commands: Vec<StoredCommand>| {
        commands.into_iter().map(|command| (command.position, command.request)).collect::<Vec<_>>()
    };
    let all = [(1, Some(b"{}".to_vec())), (2, None)];
    assert_eq!(requests(log.read_commands(0, 2, 10).await.unwrap()), all);
    assert_eq!(requests(log.read_commands(0, 2, 1).await.unwrap()), all[..1]);
    assert_eq!(requests(log.read_commands(0, 1, 10).await.unwrap()), all[..1]);
    assert_eq!(requests(log.read_commands(1, 2, 10).await.unwrap()), all[1..]);
}

#[sqlx::test(migrator = "MIGRATOR")]
async fn of_racing_appenders_exactly_one_wins_and_the_others_find_the_head_moved(pool: PgPool) {
    let log = Log::new(pool);
    let mut head = Head::EMPTY;
    for round in 0..20 {
        // Of different lengths, so that the losers collide at different keys.
        let racer = |id: u128| {
            let id = round * 1_000 + id * 100;
            let events = (0..=id % 300 / 100).map(|n| event(id + n, &[RIVER])).collect();
            let commit = commit(head, 0, vec![command(id, events)]);
            let log = log.clone();
            async move { log.writer().append(&commit).await }
        };
        let (one, two, three) = tokio::join!(racer(1), racer(2), racer(3));

        let (won, lost): (Vec<_>, Vec<_>) = [one, two, three].into_iter().partition(Result::is_ok);
        assert_eq!(won.len(), 1, "{lost:?}");
        for lost in lost {
            assert!(
                matches!(lost, Err(AppendError::HeadMoved { after }) if after == head.position),
                "{lost:?}"
            );
        }
        head = log.head().await.unwrap();
        assert_eq!(won[0].as_ref().unwrap(), &head);
    }
}

#[sqlx::test(migrator = "MIGRATOR")]
async fn two_first_commits_cannot_both_be_appended(pool: PgPool) {
    let log = Log::new(pool);
    let short = commit(Head::EMPTY, 0, vec![command(101, vec![event(1, &[])])]);
    // Of another length, so that no position but the missing one before it is the same.
    let long = commit(Head::EMPTY, 0, vec![command(102, vec![event(2, &[]), event(3, &[])])]);
    log.writer().append(&short).await.unwrap();

    assert!(matches!(log.writer().append(&long).await, Err(AppendError::HeadMoved { after: 0 })));
    assert!(matches!(log.writer().append(&short).await, Err(AppendError::HeadMoved { after: 0 })));
}

#[sqlx::test(migrator = "MIGRATOR")]
async fn a_stale_node_finds_the_head_moved_wherever_it_stands(pool: PgPool) {
    let (log, [first, second, _]) = told(&pool).await;
    for (id, after) in [(201, Head::EMPTY), (202, first), (203, second)] {
        let stale = commit(after, 30, vec![command(id, vec![event(id, &[])])]);
        assert!(
            matches!(log.writer().append(&stale).await, Err(AppendError::HeadMoved { after: at }) if at == after.position)
        );
    }
}

#[sqlx::test(migrator = "MIGRATOR")]
async fn a_node_ahead_of_the_log_is_told_so(pool: PgPool) {
    let (log, [_, _, head]) = told(&pool).await;
    let lost = commit(head, 30, vec![command(201, vec![event(201, &[]), event(202, &[])])]);
    let next = commit(lost.head(), 31, vec![command(203, vec![event(203, &[])])]);

    assert!(matches!(log.writer().append(&next).await, Err(AppendError::AheadOfLog { after: 9 })));

    // The log has grown again since, to the same length and beyond: still not the one that this node knows.
    for id in [301, 302] {
        let head = log.head().await.unwrap();
        let events = vec![event(id, &[]), event(id + 10, &[])];
        log.writer().append(&commit(head, 30, vec![command(id, events)])).await.unwrap();
        assert!(matches!(log.writer().append(&next).await, Err(AppendError::AheadOfLog { after: 9 })));
    }
}

#[sqlx::test(migrator = "MIGRATOR")]
async fn a_key_belongs_to_its_actor_and_is_taken_once(pool: PgPool) {
    let log = Log::new(pool);
    let head =
        log.writer().append(&commit(Head::EMPTY, 0, vec![command(101, vec![event(1, &[])])])).await.unwrap();
    let under_key_101 = |id, actor: &str| NewCommand {
        actor: actor.into(),
        idempotency_key: "key-101".into(),
        ..command(id, vec![event(id, &[])])
    };

    let again = commit(head, 1, vec![under_key_101(102, "post:ALPHA")]);
    assert!(matches!(log.writer().append(&again).await, Err(AppendError::KeyTaken)));
    let twice = commit(head, 1, vec![under_key_101(103, "post:BRAVO"), under_key_101(104, "post:BRAVO")]);
    assert!(matches!(log.writer().append(&twice).await, Err(AppendError::KeyTaken)));
    assert_eq!(log.head().await.unwrap(), head);
    log.writer().append(&commit(head, 1, vec![under_key_101(105, "post:BRAVO")])).await.unwrap();
}

#[sqlx::test(migrator = "MIGRATOR")]
async fn recorded_at_never_goes_back(pool: PgPool) {
    let (log, [_, _, head]) = told(&pool).await;
    let behind = commit(head, -60, vec![command(201, vec![event(201, &[])])]);

    let behind = log.writer().append(&behind).await.unwrap();

    assert_eq!(behind.recorded_at, at(20));
    assert_eq!(log.read(7, 8, 1).await.unwrap()[0].recorded_at, at(20));
}

#[sqlx::test(migrator = "MIGRATOR")]
async fn instants_are_hashed_as_postgres_keeps_them(pool: PgPool) {
    let log = Log::new(pool);
    let nanoseconds = TimeDelta::nanoseconds(123_456_789);
    let before_1970 = noon() - TimeDelta::days(365 * 60) - nanoseconds;
    let precise = commit(
        Head::EMPTY,
        0,
        vec![command(101, vec![NewEvent { occurred_at: before_1970, ..event(1, &[]) }])],
    );
    let precise = NewCommit { recorded_at: precise.recorded_at + nanoseconds, ..precise };

    let head = log.writer().append(&precise).await.unwrap();

    assert_eq!(head, log.head().await.unwrap());
    let event = &log.read(0, 1, 1).await.unwrap()[0];
    assert_eq!(event.recorded_at, head.recorded_at);
    assert_eq!(event.occurred_at.timestamp_subsec_nanos(), 876_543_000);
    assert_eq!(log.verify(&[], |_, _| ()).await.unwrap(), event_log::Verification::Sound { head },);
}

#[sqlx::test(migrator = "MIGRATOR")]
async fn a_commit_whose_data_postgres_refuses_is_told_from_others_and_leaves_nothing_behind(pool: PgPool) {
    let (log, [_, _, head]) = told(&pool).await;
    let one = |event: NewEvent| vec![event];
    let earliest = "0001-01-01T00:00:00Z".parse().unwrap();
    for (what, events) in [
        ("from the future", one(NewEvent { occurred_at: noon() + TimeDelta::days(1), ..event(202, &[]) })),
        ("before the first year", one(NewEvent { occurred_at: earliest, ..event(202, &[]) })),
        ("no text", one(NewEvent { late_reason: Some("\0".to_owned()), ..event(202, &[]) })),
        ("an id that is taken", vec![event(201, &[]), event(201, &[])]),
        ("without events", vec![]),
    ] {
        let mut commands = vec![command(203, events)];
        if what != "without events" {
            commands.insert(0, command(201, vec![event(204, &[RIVER])]));
        }
        let refused = log.writer().append(&commit(head, 30, commands)).await;
        assert!(matches!(refused, Err(AppendError::Data { after: 7, .. })), "{what}: {refused:?}");
    }
    assert_eq!(log.head().await.unwrap(), head);
    assert_eq!(log.command(Uuid::from_u128(201)).await.unwrap(), None);
    assert_eq!(log.subject_page(RIVER, 7, 10).await.unwrap(), []);
}

/// Takes the key that the next append needs, and keeps it until the transaction ends.
async fn hold_the_end_of_the_log(pool: &PgPool) -> sqlx::Transaction<'static, sqlx::Postgres> {
    let mut rival = pool.begin().await.unwrap();
    sqlx::query(
        "insert into log_commit (last_position, event_count, recorded_at, node, hash)
         values (99, 99, now(), gen_random_uuid(), sha256(''))",
    )
    .execute(&mut *rival)
    .await
    .unwrap();
    rival
}

#[sqlx::test(migrator = "MIGRATOR")]
async fn an_append_without_an_answer_has_an_unknown_fate_that_a_second_append_settles(pool: PgPool) {
    let log = Log::new(pool.clone());
    let commit = commit(Head::EMPTY, 0, vec![command(101, vec![event(1, &[])])]);
    let rival = hold_the_end_of_the_log(&pool).await;

    let unanswered = log.clone().with_patience(Duration::from_millis(20)).writer().append(&commit).await;

    assert!(matches!(unanswered, Err(AppendError::Fate { after: 0, .. })), "{unanswered:?}");
    rival.rollback().await.unwrap();
    // The first statement may still be running on the server: which of the two gets in is open, that one does
    // is not.
    let again = log.writer().append(&commit).await;
    assert!(matches!(again, Ok(_) | Err(AppendError::HeadMoved { after: 0 })), "{again:?}");
    assert_eq!(log.head().await.unwrap(), commit.head());
    assert_eq!(log.command(Uuid::from_u128(101)).await.unwrap().unwrap().position, 1);
}

#[sqlx::test(migrator = "MIGRATOR")]
async fn an_append_whose_session_is_ended_has_an_unknown_fate(pool: PgPool) {
    let log = Log::new(pool.clone());
    let commit = commit(Head::EMPTY, 0, vec![command(101, vec![event(1, &[])])]);
    let rival = hold_the_end_of_the_log(&pool).await;

    let end_the_session = async {
        let ended = "select pg_terminate_backend(pid) from pg_stat_activity
                     where datname = current_database() and wait_event_type = 'Lock'";
        while sqlx::query(ended).fetch_optional(&pool).await.unwrap().is_none() {}
    };
    let mut writer = log.writer();
    let (answer, ()) = tokio::join!(writer.append(&commit), end_the_session);

    assert!(matches!(answer, Err(AppendError::Fate { after: 0, .. })), "{answer:?}");
    rival.rollback().await.unwrap();
    assert_eq!(log.head().await.unwrap(), Head::EMPTY);
}
