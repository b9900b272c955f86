//! The access log: what is handed over stands, or its caller is told that it does not.

use crate::support::*;
use engine::{Access, AccessFilter, AccessKind, AccessPage, AccessReader, Engine, Error};
use futures_util::{FutureExt, future::join_all};
use sqlx::{
    Connection, PgConnection,
    postgres::{PgConnectOptions, PgPoolOptions},
};

fn access(number: usize) -> Access {
    Access {
        kind: AccessKind::Read,
        actor: "MMR-01".to_owned(),
        partner: Some("MMR".to_owned()),
        what: format!("annex {number}"),
        operation_id: None,
        owner: Some("THA".to_owned()),
        request_id: "r1".to_owned(),
        position: 7,
    }
}

fn reader(partner: &str, is_host: bool) -> AccessReader {
    AccessReader { partner: partner.to_owned(), is_host }
}

const ALL: AccessPage = AccessPage { after: None, before: None, backwards: false, limit: i64::MAX };

async fn written(engine: &Engine) -> Vec<String> {
    let entries = engine.accesses(&reader("THA", false), &AccessFilter::default(), ALL).await.unwrap();
    entries.into_iter().map(|entry| entry.what).collect()
}

#[sqlx::test(migrator = "event_log::MIGRATOR")]
async fn what_is_handed_over_at_once_stands_each_once(_: PgPoolOptions, options: PgConnectOptions) {
    let engine = engine(&pool(options).await, 1).await;
    let answers = join_all((0..700).map(|number| engine.log_access(access(number)))).await;
    assert!(answers.iter().all(Result::is_ok));
    assert_eq!(written(&engine).await, (0..700).map(|number| format!("annex {number}")).collect::<Vec<_>>());
    let count = engine.count_accesses(&reader("THA", false), &AccessFilter::default()).await.unwrap();
    assert_eq!(count, 700);
    assert_eq!(events(&engine).await, 0, "reading is no event");
}

#[sqlx::test(migrator = "event_log::MIGRATOR")]
async fn entries_are_read_by_their_owner_and_what_has_none_by_the_host(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let engine = engine(&pool(options).await, 1).await;
    for owner in [Some("THA"), Some("MMR"), None] {
        let entry = Access { owner: owner.map(str::to_owned), ..access(1) };
        engine.log_access(entry).await.unwrap();
    }
    for (reader, owners) in [
        (reader("THA", true), vec![Some("THA"), None]),
        (reader("MMR", false), vec![Some("MMR")]),
        (reader("LAO", false), vec![]),
    ] {
        let found = engine.accesses(&reader, &AccessFilter::default(), ALL).await.unwrap();
        let found: Vec<_> = found.iter().map(|entry| entry.owner.as_deref()).collect();
        assert_eq!(found, owners, "{reader:?}");
    }
}

#[sqlx::test(migrator = "event_log::MIGRATOR")]
async fn a_queue_that_is_full_loses_nothing_silently(_: PgPoolOptions, options: PgConnectOptions) {
    let engine = engine(&pool(options.clone()).await, 1).await;
    let mut owner = PgConnection::connect_with(&options).await.unwrap();
    let mut held = owner.begin().await.unwrap();
    sqlx::query("lock table access_log").execute(&mut *held).await.unwrap();

    // More than the queue takes, while nothing can be written.
    let mut waiting: Vec<_> = (0..2_000).map(|number| Box::pin(engine.log_access(access(number)))).collect();
    let mut told = Vec::new();
    for (number, future) in waiting.iter_mut().enumerate() {
        if let Some(answer) = future.now_or_never() {
            assert!(matches!(answer, Err(Error::Busy(_))), "{answer:?}");
            told.push(number);
        }
    }
    assert!(!told.is_empty());
    held.rollback().await.unwrap();

    let accepted: Vec<_> = (0..2_000).filter(|number| !told.contains(number)).collect();
    for number in &accepted {
        waiting[*number].as_mut().await.unwrap();
    }
    let expected: Vec<_> = accepted.iter().map(|number| format!("annex {number}")).collect();
    assert_eq!(written(&engine).await, expected);
}

#[sqlx::test(migrator = "event_log::MIGRATOR")]
async fn what_was_accepted_is_written_before_an_engine_closes(_: PgPoolOptions, options: PgConnectOptions) {
    let engine = engine(&pool(options).await, 1).await;
    let mut accepted = Box::pin(engine.log_access(access(1)));
    assert!((&mut accepted).now_or_never().is_none());
    engine.close().await;
    accepted.await.unwrap();
    assert_eq!(written(&engine).await, ["annex 1"]);
    assert!(matches!(engine.log_access(access(2)).await, Err(Error::Busy(_))));
}
