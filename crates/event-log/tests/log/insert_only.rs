use crate::story::{RIVER, command, commit, event, told};
use event_log::{Log, MIGRATOR, PoolSettings, Role, Verification, connect};
use sqlx::{AssertSqlSafe, PgPool, error::ErrorKind, postgres::PgDatabaseError};

const CHANGES: [&str; 15] = [
    "update log_commit set node = gen_random_uuid()",
    "update event set payload = ''",
    "update event_subject set position = position + 100",
    "update command set outcome = ''",
    "update access_log set actor = 'THA-99'",
    "delete from log_commit where last_position = 7",
    "delete from event where position = 7",
    "delete from event_subject where position = 7",
    "delete from command where position = 7",
    "delete from access_log where number = 7",
    "truncate log_commit",
    "truncate event",
    "truncate event_subject",
    "truncate command",
    "truncate access_log",
];

async fn code_of_refusal(pool: &PgPool, change: &'static str) -> String {
    let error = sqlx::query(change).execute(pool).await.expect_err(change);
    let error = error.into_database_error().unwrap();
    assert!(!matches!(error.kind(), ErrorKind::ForeignKeyViolation), "{change}: refused by chance");
    error.downcast_ref::<PgDatabaseError>().code().to_owned()
}

#[sqlx::test(migrator = "MIGRATOR")]
async fn nobody_updates_deletes_or_truncates(pool: PgPool) {
    let (log, [_, _, head]) = told(&pool).await;
    for change in CHANGES {
        // restrict_violation, which only the trigger raises.
        assert_eq!(code_of_refusal(&pool, change).await, "23001", "{change}");
    }
    assert_eq!(log.verify(&[], |_, _| ()).await.unwrap(), Verification::Sound { head });
}

#[sqlx::test(migrator = "MIGRATOR")]
async fn a_server_may_append_and_read_but_has_no_right_to_change_anything(pool: PgPool) {
    let (_, [_, _, head]) = told(&pool).await;
    let settings = PoolSettings { role: Role::App, ..PoolSettings::default() };
    let app = connect((*pool.connect_options()).clone(), settings).await.unwrap();
    let log = Log::new(app.clone());

    let head =
        log.writer().append(&commit(head, 30, vec![command(201, vec![event(201, &[RIVER])])])).await.unwrap();

    assert_eq!(log.verify(&[], |_, _| ()).await.unwrap(), Verification::Sound { head });
    for change in CHANGES {
        // insufficient_privilege
        assert_eq!(code_of_refusal(&app, change).await, "42501", "{change}");
    }
    app.close().await;
}

#[sqlx::test(migrator = "MIGRATOR")]
async fn people_read_payloads_as_json(pool: PgPool) {
    told(&pool).await;
    let task: i32 = sqlx::query_scalar("select (payload ->> 'task')::int from event_view where position = 5")
        .fetch_one(&pool)
        .await
        .unwrap();
    assert_eq!(task, 5);
}

#[sqlx::test]
async fn an_owner_who_may_not_create_roles_can_migrate_once_the_role_exists(pool: PgPool) {
    let database = pool.connect_options().get_database().unwrap().to_owned();
    MIGRATOR.run(&pool).await.unwrap();
    let setup = format!(
        r#"create role "{database}"; create schema owned authorization "{database}"; grant connect on database "{database}" to "{database}""#
    );
    sqlx::raw_sql(AssertSqlSafe(setup)).execute(&pool).await.unwrap();
    let options =
        (*pool.connect_options()).clone().options([("role", database.as_str()), ("search_path", "owned")]);
    let owner = PgPool::connect_with(options).await.unwrap();

    let migrated = MIGRATOR.run(&owner).await;

    owner.close().await;
    let cleanup = format!(r#"drop owned by "{database}"; drop role "{database}""#);
    sqlx::raw_sql(AssertSqlSafe(cleanup)).execute(&pool).await.unwrap();
    migrated.unwrap();
}

#[sqlx::test(migrator = "MIGRATOR")]
async fn the_serving_role_owns_nothing_and_goes_past_nothing(pool: PgPool) {
    let powers: Option<bool> = sqlx::query_scalar(
        "select rolsuper or rolbypassrls or rolcreaterole or rolcreatedb or rolreplication
         from pg_roles where rolname = 'accord_app'",
    )
    .fetch_one(&pool)
    .await
    .unwrap();
    assert_eq!(powers, Some(false));
    let owned: i64 = sqlx::query_scalar(
        "select count(*) from pg_class join pg_roles on pg_roles.oid = relowner where rolname = 'accord_app'",
    )
    .fetch_one(&pool)
    .await
    .unwrap();
    assert_eq!(owned, 0);
    // Else the view would show its readers what only its owner may see.
    let options: Vec<String> =
        sqlx::query_scalar("select reloptions from pg_class where relname = 'event_view'")
            .fetch_one(&pool)
            .await
            .unwrap();
    assert_eq!(options, ["security_invoker=true"]);
}
