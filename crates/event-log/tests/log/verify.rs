use crate::story::{RIVER, command, commit, event, told};
use event_log::{
    AccessEnd, AccessKind, Anchor, Head, Log, MIGRATOR, NewAccess, NewCommit, NewEvent, Verification,
    commit_line, event_line, hash::leaf_hash,
};
use serde_json::Value;
use sha2::{Digest, Sha256};
use sqlx::{AssertSqlSafe, PgPool};

/// What whoever owns the database can do to a log behind its triggers' back.
async fn tamper(pool: &PgPool, change: &str) {
    let change =
        format!("set session_replication_role = replica; {change}; set session_replication_role = origin");
    sqlx::raw_sql(AssertSqlSafe(change)).execute(pool).await.unwrap();
}

async fn fault(log: &Log, anchors: &[Anchor]) -> (i64, String) {
    match log.verify(anchors, |_, _| ()).await.unwrap() {
        Verification::Broken { position, finding } => (position, finding),
        other => panic!("no fault was found: {other:?}"),
    }
}

async fn access_fault(log: &Log) -> (i64, String) {
    match log.verify(&[], |_, _| ()).await.unwrap() {
        Verification::AccessBroken { number, finding } => (number, finding),
        other => panic!("no fault was found: {other:?}"),
    }
}

fn receipt(head: Head) -> Anchor {
    Anchor { position: head.position, hash: head.hash }
}

#[sqlx::test(migrator = "MIGRATOR")]
async fn an_untouched_log_is_sound_and_agrees_with_every_receipt(pool: PgPool) {
    let (log, heads) = told(&pool).await;
    let receipts = [receipt(heads[2]), receipt(Head::EMPTY), receipt(heads[0]), receipt(heads[1])];
    let mut progress = Vec::new();

    let verified = log.verify(&receipts, |done, head| progress.push((done, head))).await.unwrap();

    assert_eq!(verified, Verification::Sound { head: heads[2] });
    assert_eq!(progress, [(7, 7)]);
}

#[sqlx::test(migrator = "MIGRATOR")]
async fn an_empty_log_is_sound_until_somebody_holds_a_receipt(pool: PgPool) {
    let log = Log::new(pool);
    assert_eq!(log.verify(&[], |_, _| ()).await.unwrap(), Verification::Sound { head: Head::EMPTY });
    let (position, finding) = fault(&log, &[Anchor { position: 3, hash: [1; 32] }]).await;
    assert_eq!(position, 1);
    assert!(finding.contains("position 3, but the log ends at 0"), "{finding}");
}

#[sqlx::test(migrator = "MIGRATOR")]
async fn a_commit_longer_than_a_page_is_sound_and_its_last_event_is_checked(pool: PgPool) {
    let log = Log::new(pool.clone());
    let command = |id: u128, events: u128| {
        command(id, (0..events).map(|n| NewEvent { ..event(id * 10_000 + n, &[RIVER]) }).collect())
    };
    let long = commit(Head::EMPTY, 0, vec![command(1, 1_999), command(2, 2), command(3, 2_500)]);
    let head = log.writer().append(&long).await.unwrap();
    let mut progress = Vec::new();

    let verified = log.verify(&[], |done, head| progress.push((done, head))).await.unwrap();

    assert_eq!(verified, Verification::Sound { head });
    assert_eq!(progress, [(2_000, 4_501), (4_000, 4_501), (4_501, 4_501)]);
    tamper(&pool, "update event set actor = 'post:BRAVO' where position = 4500").await;
    assert_eq!(fault(&log, &[]).await.0, 1);
}

#[sqlx::test(migrator = "MIGRATOR")]
async fn one_changed_byte_of_a_payload_is_found(pool: PgPool) {
    let (log, _) = told(&pool).await;
    tamper(&pool, "update event set payload = set_byte(payload, 3, 88) where position = 5").await;
    let (position, finding) = fault(&log, &[]).await;
    assert_eq!(position, 4);
    assert!(finding.contains("events 4 to 6 does not have the hash"), "{finding}");
}

#[sqlx::test(migrator = "MIGRATOR")]
async fn a_changed_an_added_and_a_removed_subject_are_found(pool: PgPool) {
    let (log, [_, _, head]) = told(&pool).await;
    let changes = [
        ("update event_subject set subject_id = gen_random_uuid() where position = 7", 7),
        ("insert into event_subject values (gen_random_uuid(), 5)", 4),
        ("delete from event_subject where position = 1", 1),
    ];
    for (change, expected) in changes {
        tamper(&pool, change).await;
        let (position, finding) = fault(&log, &[]).await;
        assert_eq!(position, expected, "{change}: {finding}");
    }
    tamper(&pool, &format!("insert into event_subject values ('{RIVER}', 1)")).await;
    assert_eq!(fault(&log, &[receipt(head)]).await.0, 4);
}

#[sqlx::test(migrator = "MIGRATOR")]
async fn a_removed_end_is_found_by_who_kept_a_receipt(pool: PgPool) {
    let (log, [_, second, third]) = told(&pool).await;
    tamper(
        &pool,
        "delete from log_commit where last_position = 7;
         delete from event where position = 7;
         delete from event_subject where position = 7;
         delete from command where position = 7",
    )
    .await;

    assert_eq!(
        log.verify(&[receipt(second)], |_, _| ()).await.unwrap(),
        Verification::Sound { head: second }
    );
    let (position, finding) = fault(&log, &[receipt(second), receipt(third)]).await;
    assert_eq!(position, 7);
    assert!(finding.contains("position 7, but the log ends at 6"), "{finding}");
}

#[sqlx::test(migrator = "MIGRATOR")]
async fn a_rewritten_log_is_found_by_who_kept_a_receipt(pool: PgPool) {
    let (log, [_, second, third]) = told(&pool).await;
    tamper(
        &pool,
        "delete from log_commit; delete from event; delete from event_subject; delete from command",
    )
    .await;
    let events = (1..=7).map(|id| event(id, &[])).collect();
    let head = log.writer().append(&commit(Head::EMPTY, 20, vec![command(101, events)])).await.unwrap();

    assert_eq!(log.verify(&[], |_, _| ()).await.unwrap(), Verification::Sound { head });
    let (position, finding) = fault(&log, &[receipt(third)]).await;
    assert_eq!(position, 1);
    assert!(
        finding.contains(&format!("the receipt of position 7 says {}", hex::encode(third.hash))),
        "{finding}"
    );
    let (position, finding) = fault(&log, &[receipt(second)]).await;
    assert_eq!(position, 1);
    assert!(finding.contains("the commit of events 1 to 7 has the hash"), "{finding}");
}

#[sqlx::test(migrator = "MIGRATOR")]
async fn rows_left_over_behind_the_last_commit_are_found(pool: PgPool) {
    let (log, _) = told(&pool).await;
    tamper(&pool, "delete from log_commit where last_position = 7").await;
    for table in ["event", "event_subject", "command"] {
        let (position, finding) = fault(&log, &[]).await;
        assert_eq!(position, 7);
        assert!(
            finding.contains(&format!("the last commit ends at 6, but table {table} goes to 7")),
            "{finding}"
        );
        tamper(&pool, &format!("delete from {table} where position = 7")).await;
    }
}

#[sqlx::test(migrator = "MIGRATOR")]
async fn a_gap_is_found(pool: PgPool) {
    let (log, _) = told(&pool).await;
    tamper(&pool, "delete from event where position = 5").await;
    let (position, finding) = fault(&log, &[]).await;
    assert_eq!(position, 5);
    assert!(finding.contains("event 5 is missing: event 6 comes next"), "{finding}");

    tamper(&pool, "delete from event where position >= 5").await;
    let (position, finding) = fault(&log, &[]).await;
    assert_eq!(position, 5);
    assert!(finding.contains("events end before it"), "{finding}");
}

#[sqlx::test(migrator = "MIGRATOR")]
async fn renumbered_events_are_found(pool: PgPool) {
    let (log, _) = told(&pool).await;
    tamper(
        &pool,
        "update event set position = 100 where position = 4;
         update event set position = 4 where position = 5;
         update event set position = 5 where position = 100",
    )
    .await;
    assert_eq!(fault(&log, &[]).await.0, 4);
}

#[sqlx::test(migrator = "MIGRATOR")]
async fn a_removed_commit_is_found(pool: PgPool) {
    let (log, _) = told(&pool).await;
    tamper(&pool, "delete from log_commit where last_position = 6").await;
    let (position, finding) = fault(&log, &[]).await;
    assert_eq!(position, 4);
    assert!(finding.contains("follows position 6, but the commit before it ends at 3"), "{finding}");
}

#[sqlx::test(migrator = "MIGRATOR")]
async fn a_changed_moment_of_recording_is_found(pool: PgPool) {
    let (log, _) = told(&pool).await;
    tamper(&pool, "update event set recorded_at = recorded_at + interval '1 second' where position = 5")
        .await;
    let (position, finding) = fault(&log, &[]).await;
    assert_eq!(position, 5);
    assert!(finding.contains("its commit says 2023-06-01 10:10:00 UTC"), "{finding}");

    tamper(
        &pool,
        "update event set recorded_at = recorded_at - interval '1 hour', occurred_at = '2000-01-01' where position = 7;
         update log_commit set recorded_at = recorded_at - interval '1 hour' where last_position = 6",
    )
    .await;
    let (position, finding) = fault(&log, &[]).await;
    assert_eq!(position, 4);
    assert!(finding.contains("before the previous commit"), "{finding}");
}

#[sqlx::test(migrator = "MIGRATOR")]
async fn a_removed_an_added_and_an_exchanged_command_are_found(pool: PgPool) {
    let (log, _) = told(&pool).await;
    tamper(&pool, "update command set actor = 'post:BRAVO' where position = 6").await;
    let (position, finding) = fault(&log, &[]).await;
    assert_eq!(position, 6);
    assert!(finding.contains("of post:ALPHA, but the command that ends there is"), "{finding}");

    tamper(&pool, "update command set position = 5 where position = 6").await;
    assert_eq!(fault(&log, &[]).await.0, 5);

    tamper(&pool, "delete from command where position = 2").await;
    let (position, finding) = fault(&log, &[]).await;
    assert_eq!(position, 2);
    assert!(finding.contains("no command 00000000-0000-0000-0000-000000000065 that ends at 2"), "{finding}");

    tamper(&pool, "insert into command values ('post:ALPHA', 'x', sha256(''), gen_random_uuid(), 1, '')")
        .await;
    assert_eq!(fault(&log, &[]).await.0, 1);
}

#[sqlx::test(migrator = "MIGRATOR")]
async fn a_receipt_of_any_command_of_a_commit_holds_the_log(pool: PgPool) {
    let (log, heads) = told(&pool).await;
    // The first commit has two commands, which end at 2 and 3: both receipts carry its hash.
    for position in [2, 3] {
        let anchor = Anchor { position, hash: heads[0].hash };
        let sound = log.verify(&[anchor], |_, _| ()).await.unwrap();
        assert_eq!(sound, Verification::Sound { head: heads[2] });
        let of_another_log = Anchor { position, hash: heads[1].hash };
        let (broken, finding) = fault(&log, &[of_another_log]).await;
        assert_eq!(broken, 1);
        assert!(finding.contains(&format!("the receipt of position {position} says")), "{finding}");
    }
}

#[sqlx::test(migrator = "MIGRATOR")]
async fn a_partner_computes_every_hash_again_from_the_export_alone(pool: PgPool) {
    let (log, heads) = told(&pool).await;
    let late = NewEvent {
        late_reason: Some("\u{1}\"radio\" \\ Füße\u{2028}".into()),
        occurred_at: "2023-06-01T04:59:00.5-05:30".parse().unwrap(),
        ..event(8, &[RIVER])
    };
    let last = log.writer().append(&commit(heads[2], 30, vec![command(105, vec![late])])).await.unwrap();
    let mut lines = Vec::new();
    for commit in log.read_commits(0, 10).await.unwrap() {
        for event in log.read(commit.prev_position, commit.last_position, 10).await.unwrap() {
            lines.push(event_line(&event).unwrap());
        }
        lines.push(commit_line(&commit));
    }
    assert_eq!(lines.len(), 12);

    // From here on nothing of the log's own code, only the documented formula.
    let part = |bytes: &[u8]| [&(bytes.len() as u64).to_be_bytes(), bytes].concat();
    let mut previous = vec![0; 32];
    let mut leaves = Vec::new();
    for line in lines {
        let mut line: Value = serde_json::from_str(&line).unwrap();
        let members = line.as_object_mut().unwrap();
        let mut take = |name: &str| members.remove(name).map(|value| value.as_str().unwrap().to_owned());
        let kind = take("line").unwrap();
        let (salt, payload, hash) = (take("salt"), take("payload"), take("hash"));
        let header = part(&serde_json_canonicalizer::to_vec(&line).unwrap());
        if kind == "event" {
            let salt = part(&hex::decode(salt.unwrap()).unwrap());
            let payload = part(payload.unwrap().as_bytes());
            leaves
                .push(Sha256::digest([b"accord event v1\n", &salt[..], &header, &payload].concat()).to_vec());
        } else {
            let leaves = std::mem::take(&mut leaves).concat();
            let bytes = [b"accord commit v2\n", &previous[..], &header, &leaves].concat();
            previous = Sha256::digest(bytes).to_vec();
            assert_eq!(hex::encode(&previous), hash.unwrap());
        }
    }
    assert_eq!(previous, last.hash);
}

#[sqlx::test(migrator = "MIGRATOR")]
async fn a_payload_that_is_not_text_is_hashed_but_not_exported(pool: PgPool) {
    let log = Log::new(pool);
    let binary = NewEvent { payload: vec![0xff], ..event(1, &[]) };
    log.writer().append(&commit(Head::EMPTY, 0, vec![command(101, vec![binary])])).await.unwrap();
    let stored = &log.read(0, 1, 1).await.unwrap()[0];
    assert_ne!(leaf_hash(stored), [0; 32]);
    assert!(matches!(event_line(stored), Err(event_log::Error::PayloadNotText { position: 1 })));
}

#[sqlx::test(migrator = "MIGRATOR")]
async fn what_a_command_was_asked_and_answered_cannot_be_changed_unseen(pool: PgPool) {
    let (log, [.., head]) = told(&pool).await;
    tamper(&pool, "create table kept as select * from command").await;
    for (column, other) in [
        ("idempotency_key", "'another'"),
        ("request_hash", "sha256('another')"),
        ("outcome", "'[]'"),
        ("request", "'another'"),
        ("request", "null"),
    ] {
        // The commit of events 4 to 6.
        let change = format!("update command set {column} = {other} where position = 6");
        tamper(&pool, &change).await;
        let (position, finding) = fault(&log, &[]).await;
        assert_eq!(position, 4, "{change}: {finding}");
        assert!(finding.contains("commands of events 4 to 6"), "{finding}");
        tamper(&pool, "delete from command; insert into command select * from kept").await;
    }
    assert_eq!(log.verify(&[], |_, _| ()).await.unwrap(), Verification::Sound { head });
}

fn access(number: u32) -> NewAccess {
    NewAccess {
        at: "2023-06-01T08:00:00.123456789Z".parse().unwrap(),
        kind: AccessKind::Read,
        actor: format!("ALPHA-{number:02}"),
        partner: (number.is_multiple_of(2)).then(|| "ALPHA".to_owned()),
        what: "annex_1".to_owned(),
        operation_id: Some(RIVER).filter(|_| number.is_multiple_of(3)),
        owner: Some("BRAVO".to_owned()).filter(|_| number.is_multiple_of(3)),
        request_id: format!("request {number}"),
        position: i64::from(number),
    }
}

#[sqlx::test(migrator = "MIGRATOR")]
async fn an_access_that_is_changed_added_or_removed_is_found(pool: PgPool) {
    let (log, [.., head]) = told(&pool).await;
    assert_eq!(log.access_end().await.unwrap(), AccessEnd::EMPTY);
    let first = log.write_accesses(&[access(1), access(2)]).await.unwrap();
    let second = log.write_accesses(&[access(3), access(4), access(5)]).await.unwrap();
    assert_eq!(log.access_end().await.unwrap(), second);
    let mut head = head;
    for (minute, number, accesses) in [(40, 240, first), (50, 250, second), (60, 260, first)] {
        let event = command(number, vec![event(300 + number, &[RIVER])]);
        let commit = NewCommit { accesses, ..commit(head, minute, vec![event]) };
        head = log.writer().append(&commit).await.unwrap();
    }
    let sound = Verification::Sound { head };
    assert_eq!(log.verify(&[], |_, _| ()).await.unwrap(), sound);
    // What comes behind is told by the commits to come.
    log.write_accesses(&[access(6)]).await.unwrap();
    assert_eq!(log.verify(&[], |_, _| ()).await.unwrap(), sound);

    tamper(&pool, "create table kept as select * from access_log").await;
    let numbers: Vec<i64> =
        sqlx::query_scalar("select number from access_log order by number").fetch_all(&pool).await.unwrap();
    let back = "delete from access_log; insert into access_log overriding system value select * from kept";
    for (change, found) in [
        ("update access_log set actor = 'BRAVO-01' where number = $2", numbers[1]),
        ("update access_log set partner = 'BRAVO' where number = $3", numbers[2]),
        ("update access_log set at = at + interval '1 microsecond' where number = $1", numbers[0]),
        // The next one tells.
        ("delete from access_log where number = $1", numbers[1]),
        ("delete from access_log where number = $3", numbers[3]),
        // A commit tells, of the last that it knew of.
        ("delete from access_log where number >= $5", numbers[4]),
        ("delete from access_log", numbers[1]),
        ("update access_log set hash = null", numbers[1]),
    ] {
        let mut change = change.to_owned();
        for (nth, number) in (1..).zip(&numbers) {
            change = change.replace(&format!("${nth}"), &number.to_string());
        }
        tamper(&pool, &change).await;
        let (number, finding) = access_fault(&log).await;
        assert_eq!(number, found, "{change}: {finding}");
        tamper(&pool, back).await;
        assert_eq!(log.verify(&[], |_, _| ()).await.unwrap(), sound, "{change}");
    }
    // Made anew, it is not what the commits say.
    let anew =
        "update access_log set what = 'annex_2' where number = $1".replace("$1", &numbers[0].to_string());
    tamper(&pool, &anew).await;
    assert_eq!(access_fault(&log).await.0, numbers[0]);
}
