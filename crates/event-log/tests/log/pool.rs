use event_log::{
    Error, Log, MIGRATOR, PoolSettings, ReaderSettings, Role, connect, connect_readers, durability,
    refuse_if_not_durable,
};
use futures_util::{FutureExt, future::join_all};
use questions::{Account, Questions};
use sqlx::{
    Acquire, AssertSqlSafe, PgPool,
    postgres::{PgConnectOptions, PgPoolOptions},
};
use std::{
    pin::pin,
    sync::Arc,
    sync::atomic::{AtomicU64, Ordering},
    time::Duration,
};
use tokio::sync::Semaphore;

fn options(pool: &PgPool) -> PgConnectOptions {
    (*pool.connect_options()).clone()
}

/// Leaves the pool's only connection as a request does that is dropped while it begins a transaction.
async fn cancel_a_begin(pool: &PgPool) {
    let mut connection = pool.acquire().await.unwrap();
    while connection.begin().now_or_never().is_some() {}
}

/// Whether a row is still there after its insert was acknowledged and the pool closed.
async fn survives_an_acknowledged_insert(pool: PgPool, witness: &PgPool) -> bool {
    sqlx::query("create table note (line text)").execute(witness).await.unwrap();
    cancel_a_begin(&pool).await;
    let acknowledged = sqlx::query("insert into note values ('kept?')").execute(&pool).await.unwrap();
    assert_eq!(acknowledged.rows_affected(), 1);
    pool.close().await;
    sqlx::query("select from note").fetch_optional(witness).await.unwrap().is_some()
}

#[sqlx::test(migrator = "MIGRATOR")]
async fn a_connection_left_inside_a_transaction_is_never_handed_out(pool: PgPool) {
    let settings = PoolSettings { max_connections: 1, ..PoolSettings::default() };
    let guarded = connect(options(&pool), settings).await.unwrap();
    assert!(survives_an_acknowledged_insert(guarded, &pool).await);
}

/// The control: when this fails, sqlx has mended the defect and the guard has had its day.
#[sqlx::test(migrator = "MIGRATOR")]
async fn without_the_guard_it_is_handed_out_and_loses_what_was_acknowledged(pool: PgPool) {
    let plain = PgPoolOptions::new().max_connections(1).connect_with(options(&pool)).await.unwrap();
    assert!(!survives_an_acknowledged_insert(plain, &pool).await);
}

#[sqlx::test(migrator = "MIGRATOR")]
async fn a_connection_that_was_left_alone_is_handed_out_again(pool: PgPool) {
    let settings = PoolSettings { max_connections: 1, ..PoolSettings::default() };
    let guarded = connect(options(&pool), settings).await.unwrap();
    let session = || async {
        sqlx::query_scalar::<_, i32>("select pg_backend_pid()").fetch_one(&guarded).await.unwrap()
    };
    let first = session().await;
    for _ in 0..50 {
        assert_eq!(session().await, first);
    }
    guarded.close().await;
}

#[sqlx::test(migrator = "MIGRATOR")]
async fn sessions_have_the_settings_that_were_asked_for_and_keep_them(pool: PgPool) {
    let settings = PoolSettings {
        max_connections: 1,
        statement_timeout: Duration::from_millis(1_500),
        idle_in_transaction_timeout: Duration::from_secs(7),
        role: Role::App,
        search_path: Some("\"read model\", public".into()),
        ..PoolSettings::default()
    };
    let pool = connect(options(&pool), settings).await.unwrap();

    sqlx::query("discard all").persistent(false).execute(&pool).await.unwrap();

    let in_force: [String; 4] = sqlx::query_scalar(
        "select array[
            current_setting('statement_timeout'),
            current_setting('idle_in_transaction_session_timeout'),
            current_user,
            current_setting('search_path')
        ]",
    )
    .persistent(false)
    .fetch_one(&pool)
    .await
    .unwrap();
    assert_eq!(in_force, ["1500ms", "7s", "accord_app", "\"read model\", public"]);
    pool.close().await;
}

#[sqlx::test(migrator = "MIGRATOR")]
async fn readers_have_the_rights_of_those_beside_them_and_change_nothing_and_give_up_earlier(pool: PgPool) {
    let settings = PoolSettings { role: Role::App, ..PoolSettings::default() };
    let writers = connect(options(&pool), settings).await.unwrap();
    let statement_timeout = Duration::from_millis(20);
    let settings = ReaderSettings { max_connections: 1, statement_timeout, ..ReaderSettings::default() };
    let readers = connect_readers(&writers, &settings, |_| Box::pin(async { Ok(()) })).await.unwrap();

    let user: String = sqlx::query_scalar("select current_user::text").fetch_one(&readers).await.unwrap();
    assert_eq!(user, "accord_app");
    let code = |error: sqlx::Error| error.as_database_error().unwrap().code().unwrap().into_owned();
    let insert = "insert into event_subject values ('00000000-0000-0000-0000-000000000000', 1)";
    assert_eq!(code(sqlx::query(insert).execute(&readers).await.unwrap_err()), "25006");

    // As long as nothing else holds the table, the head is there.
    let log = Log::new(readers.clone());
    assert_eq!(log.head().await.unwrap().position, 0);
    let mut holder = pool.begin().await.unwrap();
    sqlx::query("lock table log_commit in access exclusive mode").execute(&mut *holder).await.unwrap();
    let Error::Database { source, .. } = log.head().await.unwrap_err() else {
        panic!("only the database can have failed")
    };
    assert_eq!(code(source), "57014");
    holder.rollback().await.unwrap();
    assert_eq!(log.head().await.unwrap().position, 0);
    readers.close().await;
    writers.close().await;
}

#[sqlx::test(migrator = "MIGRATOR")]
async fn a_reader_is_not_handed_out_before_it_is_ready(pool: PgPool) {
    let writers = connect(options(&pool), PoolSettings::default()).await.unwrap();
    let settings = ReaderSettings { max_connections: 1, ..ReaderSettings::default() };
    let asked = Arc::new(AtomicU64::new(0));
    let counted = Arc::clone(&asked);
    let readers = connect_readers(&writers, &settings, move |_| {
        // The first opens the pool; the next two come too early.
        let ready = !(1..3).contains(&counted.fetch_add(1, Ordering::Relaxed));
        Box::pin(
            async move { if ready { Ok(()) } else { Err(sqlx::Error::Protocol("too early".to_owned())) } },
        )
    })
    .await
    .unwrap();
    drop(readers.acquire().await.unwrap().detach());
    assert_eq!(Log::new(readers.clone()).head().await.unwrap().position, 0);
    assert_eq!(asked.load(Ordering::Relaxed), 4);
    readers.close().await;
    writers.close().await;
}

/// Connections that are handed out together after Postgres has taken the last new one.
async fn handed_out_once_postgres_has_no_more(pool: &PgPool, connections: usize) -> usize {
    let admin = PgPoolOptions::new()
        .connect_with(options(pool).database("postgres").options([("default_transaction_read_only", "off")]))
        .await
        .unwrap();
    let database = options(pool).get_database().unwrap().to_owned();
    let allow = async |allowed: bool| {
        let statement = format!("alter database \"{database}\" allow_connections {allowed}");
        sqlx::raw_sql(AssertSqlSafe(statement)).execute(&admin).await.unwrap();
    };
    allow(false).await;
    let taken = join_all((0..connections).map(|_| pool.acquire())).await;
    allow(true).await;
    admin.close().await;
    taken.iter().filter(|connection| connection.is_ok()).count()
}

#[sqlx::test(migrator = "MIGRATOR")]
async fn connections_that_are_kept_serve_when_postgres_has_no_more(pool: PgPool) {
    let settings = PoolSettings { max_connections: 3, min_connections: 3, ..PoolSettings::default() };
    let writers = connect(options(&pool), settings).await.unwrap();
    let settings = ReaderSettings { max_connections: 3, min_connections: 3, ..ReaderSettings::default() };
    let readers = connect_readers(&writers, &settings, |_| Box::pin(async { Ok(()) })).await.unwrap();
    for kept in [writers, readers] {
        assert_eq!(handed_out_once_postgres_has_no_more(&kept, 3).await, 3);
        kept.close().await;
    }
}

/// The control: with connections as they are needed, whoever asks second goes without.
#[sqlx::test(migrator = "MIGRATOR")]
async fn a_pool_that_keeps_none_has_one_connection_when_postgres_has_no_more(pool: PgPool) {
    let lazy = connect(options(&pool), PoolSettings::default()).await.unwrap();
    assert_eq!(handed_out_once_postgres_has_no_more(&lazy, 3).await, 1);
    lazy.close().await;
}

#[sqlx::test(migrator = "MIGRATOR")]
async fn a_log_counts_what_is_read_through_a_handle(pool: PgPool) {
    let log = Log::new(pool);
    let (one, other) = (Arc::<Account>::default(), Arc::<Account>::default());
    let counted = log.for_account(&one);
    counted.head().await.unwrap();
    counted.clone().read(0, 10, 10).await.unwrap();
    log.head().await.unwrap();
    log.for_account(&other).head().await.unwrap();
    assert_eq!((one.statements(), other.statements()), (2, 1));
    assert!(one.worked() > Duration::ZERO);
}

#[sqlx::test(migrator = "MIGRATOR")]
async fn whoever_has_its_share_waits_and_nobody_else_does(pool: PgPool) {
    let log = Log::new(pool);
    let share = Arc::new(Semaphore::new(1));
    let account = Arc::new(Account::of_share(Arc::clone(&share)));
    let all_of_it = Arc::clone(&share).acquire_owned().await.unwrap();
    let own = log.for_account(&account);
    let mut waits = pin!(own.head());
    assert!(waits.as_mut().now_or_never().is_none());
    log.head().await.unwrap();
    assert_eq!(account.statements(), 0);
    drop(all_of_it);
    waits.await.unwrap();
    assert_eq!((account.statements(), share.available_permits()), (1, 1));
}

#[sqlx::test(migrator = "MIGRATOR")]
async fn what_is_given_up_ends_in_postgres_too(pool: PgPool) {
    let statement_timeout = Duration::from_mins(10);
    let settings = ReaderSettings { max_connections: 1, statement_timeout, ..ReaderSettings::default() };
    let readers = connect_readers(&pool, &settings, |_| Box::pin(async { Ok(()) })).await.unwrap();
    let share = Arc::new(Semaphore::new(1));
    let account = Arc::new(Account::of_share(Arc::clone(&share)));
    let questions = Questions::new(readers.clone()).for_account(&account);
    let running = async || -> i64 {
        let asked =
            "select count(*) from pg_stat_activity where query = 'select pg_sleep(600)' and state = 'active'";
        sqlx::query_scalar(asked).fetch_one(&pool).await.unwrap()
    };
    let question = tokio::spawn(async move { sqlx::query("select pg_sleep(600)").execute(&questions).await });
    while running().await == 0 {}
    question.abort();
    assert!(question.await.unwrap_err().is_cancelled());
    while running().await == 1 {}
    // It has its place until then, and its connection is as good as new.
    drop(share.acquire().await.unwrap());
    assert_eq!(sqlx::query_scalar::<_, i32>("select 1").fetch_one(&readers).await.unwrap(), 1);
    assert!(account.worked() > Duration::ZERO);
    readers.close().await;
}

#[sqlx::test(migrator = "MIGRATOR")]
async fn a_postgres_that_may_forget_is_refused_and_the_setting_named(pool: PgPool) {
    let careless = options(&pool).options([("synchronous_commit", "off")]);
    let careless = connect(careless, PoolSettings::default()).await.unwrap();

    let settings = durability(&careless).await.unwrap();
    careless.close().await;

    let names: Vec<&str> = settings.iter().map(|setting| setting.name.as_str()).collect();
    assert_eq!(
        names,
        ["data_checksums", "fsync", "full_page_writes", "server_version_num", "synchronous_commit"]
    );
    let Err(Error::NotDurable(off)) = refuse_if_not_durable(&settings) else {
        panic!("not refused: {settings:?}");
    };
    assert!(off.ends_with("synchronous_commit"), "{off}");
}
