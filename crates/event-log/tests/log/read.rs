use crate::story::{BRIDGE, RIVER, at, command, told};
use chrono::TimeDelta;
use event_log::{Head, Log, MIGRATOR, StoredEvent};
use sqlx::PgPool;
use uuid::Uuid;

fn positions(events: &[StoredEvent]) -> Vec<i64> {
    events.iter().map(|event| event.position).collect()
}

#[sqlx::test(migrator = "MIGRATOR")]
async fn an_empty_log_has_the_empty_head(pool: PgPool) {
    let log = Log::new(pool);
    assert_eq!(log.head().await.unwrap(), Head::EMPTY);
    assert_eq!(log.read(0, i64::MAX, 10).await.unwrap(), []);
    assert_eq!(log.commit_holding(1).await.unwrap(), None);
    assert_eq!(log.command_end_at_or_before(i64::MAX).await.unwrap(), 0);
    assert_eq!(log.position_at(at(0)).await.unwrap(), 0);
}

#[sqlx::test(migrator = "MIGRATOR")]
async fn events_are_read_in_order_within_bounds(pool: PgPool) {
    let (log, _) = told(&pool).await;
    assert_eq!(positions(&log.read(0, 7, 3).await.unwrap()), [1, 2, 3]);
    assert_eq!(positions(&log.read(3, 5, 10).await.unwrap()), [4, 5]);
    assert_eq!(positions(&log.read(6, 100, 10).await.unwrap()), [7]);
}

#[sqlx::test(migrator = "MIGRATOR")]
async fn events_of_several_subjects_come_once_each_with_all_their_subjects(pool: PgPool) {
    let (log, _) = told(&pool).await;
    let events = log.read_subjects(&[RIVER, BRIDGE], 1, 6).await.unwrap();
    assert_eq!(positions(&events), [2, 4, 5, 6]);
    let bridge = log.read_subjects(&[BRIDGE], 0, 7).await.unwrap();
    assert_eq!(positions(&bridge), [2, 4, 6]);
    assert_eq!(bridge[0].subjects, [RIVER, BRIDGE]);
    assert_eq!(log.read_subjects(&[Uuid::nil()], 0, 7).await.unwrap(), []);
}

#[sqlx::test(migrator = "MIGRATOR")]
async fn a_subject_is_read_page_by_page(pool: PgPool) {
    let (log, _) = told(&pool).await;
    let mut pages = Vec::new();
    let mut after = 0;
    loop {
        let page = log.subject_page(RIVER, after, 2).await.unwrap();
        let Some(last) = page.last() else { break };
        after = last.position;
        pages.push(positions(&page));
    }
    assert_eq!(pages, [vec![1, 2], vec![5, 6], vec![7]]);
}

#[sqlx::test(migrator = "MIGRATOR")]
async fn moments_resolve_to_ends_of_commands(pool: PgPool) {
    let (log, _) = told(&pool).await;
    let mut ends = Vec::new();
    for position in 0..=8 {
        ends.push(log.command_end_at_or_before(position).await.unwrap());
    }
    assert_eq!(ends, [0, 0, 2, 3, 3, 3, 6, 7, 7]);

    assert_eq!(log.position_at(at(0) - TimeDelta::microseconds(1)).await.unwrap(), 0);
    assert_eq!(log.position_at(at(0)).await.unwrap(), 3);
    assert_eq!(log.position_at(at(19)).await.unwrap(), 6);
    assert_eq!(log.position_at(at(1_000)).await.unwrap(), 7);

    let at_both = log.read_at(&[5, 2, 99]).await.unwrap();
    assert_eq!(at_both.iter().map(|event| event.position).collect::<Vec<_>>(), [2, 5]);
}

#[sqlx::test(migrator = "MIGRATOR")]
async fn of_commits_recorded_at_one_instant_the_last_one_counts(pool: PgPool) {
    let (log, [_, _, head]) = told(&pool).await;
    let event = crate::story::event(8, &[]);
    log.writer().append(&crate::story::commit(head, 20, vec![command(105, vec![event])])).await.unwrap();
    assert_eq!(log.position_at(at(20)).await.unwrap(), 8);
}

#[sqlx::test(migrator = "MIGRATOR")]
async fn a_position_lies_in_one_commit(pool: PgPool) {
    let (log, [first, second, _]) = told(&pool).await;
    for position in [4, 5, 6] {
        let commit = log.commit_holding(position).await.unwrap().unwrap();
        assert_eq!((commit.prev_position, commit.last_position, commit.event_count), (3, 6, 3));
        assert_eq!((commit.hash, commit.recorded_at), (second.hash, second.recorded_at));
    }
    let genesis = log.commit_holding(1).await.unwrap().unwrap();
    assert_eq!((genesis.prev_position, genesis.hash), (0, first.hash));
    assert_eq!(log.commit_holding(0).await.unwrap(), None);
    assert_eq!(log.commit_holding(8).await.unwrap(), None);
    assert_eq!(log.read_commits(3, 1).await.unwrap()[0].last_position, 6);
}

#[sqlx::test(migrator = "MIGRATOR")]
async fn commands_are_found_by_actor_and_key_together(pool: PgPool) {
    let (log, _) = told(&pool).await;
    let keys = [
        ("post:ALPHA", "key-101"),
        ("post:ALPHA", "key-101"),
        ("post:BRAVO", "key-102"),
        ("post:ALPHA", "key-103"),
        ("post:ALPHA", "key-999"),
    ];
    let mut found: Vec<i64> =
        log.find_commands(&keys).await.unwrap().iter().map(|command| command.position).collect();
    found.sort_unstable();
    assert_eq!(found, [2, 6]);
}

#[sqlx::test(migrator = "MIGRATOR")]
async fn a_listener_hears_that_the_log_has_grown(pool: PgPool) {
    let log = Log::new(pool);
    let mut listener = log.listener().await.unwrap();
    log.notify().await.unwrap();
    assert_eq!(listener.recv().await.unwrap().channel(), event_log::CHANNEL);
}
