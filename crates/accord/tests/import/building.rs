//! Getting a database ready: by many at once, from a log that is there already, and without the rights to do so.

use crate::support::*;
use accord::database::{self, OldReadModels};
use event_log::Log;
use read_model::Schema;
use sqlx::{
    PgPool,
    postgres::{PgConnectOptions, PgPoolOptions},
};
use tokio::task::JoinSet;

async fn owner(options: PgConnectOptions) -> PgPool {
    event_log::connect(options, event_log::PoolSettings::default()).await.unwrap()
}

#[sqlx::test(migrations = false)]
async fn servers_that_start_at_once_on_a_fresh_database_all_get_it_ready(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let mut starting = JoinSet::new();
    for _ in 0..6 {
        starting.spawn(database::prepare(options.clone()));
    }
    let mut pools = Vec::new();
    while let Some(prepared) = starting.join_next().await {
        pools.push(prepared.unwrap().unwrap());
    }
    for pool in pools {
        assert_eq!(read_model::checkpoint(&pool).await.unwrap().0, 0);
    }
    assert_eq!(database::lacking(&options).await.unwrap(), Vec::<String>::new());
}

#[sqlx::test(migrator = "event_log::MIGRATOR")]
async fn saphan_built_from_its_log_is_byte_for_byte_what_the_import_projected(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let pool = pool(options.clone()).await;
    import(&pool, &saphan(), None).await.unwrap();
    let owner = owner(options).await;
    let (projected, built) = (Schema::default(), Schema { name: "read_model_other".to_owned() });
    engine::rebuild(&owner, &built, database::SERVING_ROLE, |_| ()).await.unwrap();
    let mut compared = 0;
    for table in read_model::columns().keys() {
        for (one, other) in [(&projected.name, &built.name), (&built.name, &projected.name)] {
            let statement = format!(
                "select row_::text from {one}.{table} row_ except all select row_::text from {other}.{table} row_"
            );
            let rows: Vec<String> =
                sqlx::query_scalar(sqlx::AssertSqlSafe(statement)).fetch_all(&owner).await.unwrap();
            assert_eq!(rows, Vec::<String>::new(), "only {one} has these rows in {table}");
        }
        let statement = format!("select count(*) from {}.{table}", built.name);
        let rows: i64 = sqlx::query_scalar(sqlx::AssertSqlSafe(statement)).fetch_one(&owner).await.unwrap();
        compared += rows;
    }
    assert!(compared > 500, "only {compared} rows");
}

#[sqlx::test(migrator = "event_log::MIGRATOR")]
async fn a_migration_fills_the_read_model_of_this_build_from_the_log(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let before = pool(options.clone()).await;
    import(&before, &saphan(), None).await.unwrap();
    before.close().await;
    let owner = owner(options.clone()).await;
    // What another build has left.
    let Schema { name } = Schema::default();
    sqlx::raw_sql(sqlx::AssertSqlSafe(format!("alter schema {name} rename to read_model_before")))
        .execute(&owner)
        .await
        .unwrap();
    let head = Log::new(owner.clone()).head().await.unwrap().position;
    let migrated = database::migrate(&options, OldReadModels::Keep).await.unwrap();
    assert_eq!((&migrated.schema, &migrated.dropped), (&name, &Vec::new()));
    let pool = database::serving_pool(&options, database::Work::Requests).await.unwrap();
    assert_eq!(read_model::checkpoint(&pool).await.unwrap().0, head);
    assert_eq!(engine::check_read_models(&pool, None, |_, _| ()).await.unwrap(), Vec::<String>::new());
    let migrated = database::migrate(&options, OldReadModels::Drop).await.unwrap();
    assert_eq!(migrated.dropped, ["read_model_before"]);
}

#[sqlx::test(migrator = "event_log::MIGRATOR")]
async fn a_rebuild_without_the_owners_rights_says_whose_it_needs(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let pool = pool(options.clone()).await;
    let error = database::rebuild(&options.options([("role", database::SERVING_ROLE)])).await.unwrap_err();
    let said = format!("{error:#}");
    assert!(said.contains("logs in as the database's owner"), "{said}");
    assert!(said.contains("permission denied"), "{said}");
    assert_eq!(read_model::checkpoint(&pool).await.unwrap().0, 0);
}
