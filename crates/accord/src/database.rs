//! Getting a database ready, and pools on it: as its owner to migrate, as `accord_app` for everything else.
//!
//! No SQL of the log or of the read model is here.

use crate::progress::Building;
use anyhow::{Context as _, Result, bail};
use engine::{RebuildError, Rebuilt, Stage};
use event_log::{Log, MIGRATOR, PoolSettings, Role};
use read_model::Schema;
use sqlx::{PgPool, postgres::PgConnectOptions};
use std::time::{Duration, Instant};
use tracing::info;

/// The role that servers work under.
pub const SERVING_ROLE: &str = "accord_app";

/// Held while a database is migrated, because two servers may start at once. An arbitrary number.
const SCHEMA_LOCK: i64 = 0x0ACC_02D5;

/// Events that a read model may lack to be caught up with one after the other. More are quicker built from
/// the whole log.
pub const FAR_BEHIND: i64 = 20_000;

/// What becomes of the read models of other builds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OldReadModels {
    /// Servers of another build may still use them.
    Keep,
    Drop,
}

/// What a migration did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Migrated {
    /// The schema of this build's read model.
    pub schema: String,
    pub dropped: Vec<String>,
}

/// What a rebuild came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Anew {
    /// Where the new tables stand, and what became of the old ones.
    pub rebuilt: Rebuilt,
    /// Until the new tables were in use. Old ones are dropped after that, as long as it takes.
    pub took: Duration,
}

/// How long a statement may take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Work {
    /// Somebody waits for the answer.
    Requests,
    /// A rebuild, an import: as long as it takes.
    Maintenance,
}

/// Migrates what is behind, if the login may, and opens the pool that a server works with.
pub async fn prepare(options: PgConnectOptions) -> Result<PgPool> {
    if !lacking(&options).await?.is_empty() {
        migrate(&options, OldReadModels::Keep).await?;
    }
    let pool = serving_pool(&options, Work::Requests).await?;
    if is_far_behind(&pool).await? {
        match rebuild(&options).await {
            Ok(_) => {}
            Err(error) if is_about_rights(&error) || is_under_way(&error) => {
                info!("The read model is behind by much and is caught up with slowly: {error:#}");
            }
            Err(error) => return Err(error),
        }
    }
    Ok(pool)
}

async fn is_far_behind(pool: &PgPool) -> Result<bool> {
    let checkpoint = read_model::checkpoint(pool).await?;
    let head = Log::new(pool.clone()).head().await?;
    Ok(head.position - checkpoint.0 > FAR_BEHIND)
}

/// Brings the log's tables up to this build and makes its read model, as the log has it. Needs an owner's
/// rights.
pub async fn migrate(options: &PgConnectOptions, old: OldReadModels) -> Result<Migrated> {
    let pool = login_pool(options).await?;
    let migrated = migrate_as_owner(&pool, old).await;
    pool.close().await;
    migrated.map_err(|error| {
        if !is_about_rights(&error) {
            return error;
        }
        let login = options.get_username();
        error.context(format!(
            "the database lacks tables of this build, and {login} may not make them. Run `accord migrate` with a \
             DATABASE_URL that logs in as the database's owner"
        ))
    })
}

async fn migrate_as_owner(pool: &PgPool, old: OldReadModels) -> Result<Migrated> {
    // Only locks: what is made is committed by those that make it.
    let mut tx = pool.begin().await.context("could not begin to migrate")?;
    sqlx::query("select pg_advisory_xact_lock($1)")
        .bind(SCHEMA_LOCK)
        .execute(&mut *tx)
        .await
        .context("could not wait for others that migrate")?;
    MIGRATOR.run(pool).await.context("could not migrate the log's tables")?;
    // Lets servers see what was migrated, see `lacking`.
    sqlx::query("grant select on _sqlx_migrations to accord_app")
        .execute(pool)
        .await
        .context("could not let servers see the migrations")?;

    let schema = Schema::default();
    let head = Log::new(pool.clone()).head().await?;
    let stands = schema.position(&mut tx).await?;
    if stands.is_none_or(|position| head.position - position.0 > FAR_BEHIND) {
        build(pool, &schema).await?;
    }
    let dropped = match old {
        OldReadModels::Keep => Vec::new(),
        OldReadModels::Drop => schema.drop_others(&mut tx).await?,
    };
    tx.commit().await.context("could not finish the migration")?;
    Ok(Migrated { schema: schema.name, dropped })
}

/// Builds this build's read model anew, while servers go on with the one they have. Needs an owner's rights.
pub async fn rebuild(options: &PgConnectOptions) -> Result<Anew> {
    let pool = login_pool(options).await?;
    let rebuilt = build(&pool, &Schema::default()).await;
    pool.close().await;
    rebuilt.map_err(|error| {
        if !is_about_rights(&error) {
            return error;
        }
        let login = options.get_username();
        error.context(format!(
            "a read model is built beside the one in use, and {login} may not make its tables. Use a DATABASE_URL that \
             logs in as the database's owner"
        ))
    })
}

async fn build(pool: &PgPool, schema: &Schema) -> Result<Anew> {
    let building = Building::new();
    let begun = Instant::now();
    let mut took = Duration::ZERO;
    let rebuilt = engine::rebuild(pool, schema, SERVING_ROLE, |stage| {
        if stage == Stage::Dropping {
            took = begun.elapsed();
        }
        building.show(stage);
    })
    .await
    .context("could not build the read model; what is in use is as it was")?;
    Ok(Anew { rebuilt, took })
}

/// What this build needs and the database does not have, as text for an operator.
///
/// Fails when a newer build has migrated the database.
pub async fn lacking(options: &PgConnectOptions) -> Result<Vec<String>> {
    let pool = login_pool(options).await?;
    let lacking = lacking_in(&pool).await;
    pool.close().await;
    lacking
}

async fn lacking_in(pool: &PgPool) -> Result<Vec<String>> {
    let mut lacking = Vec::new();
    let readable: Option<bool> =
        sqlx::query_scalar("select has_table_privilege(to_regclass('_sqlx_migrations')::oid, 'select')")
            .fetch_one(pool)
            .await
            .context("could not look for the log's tables")?;
    let applied: Vec<i64> = match readable {
        None => Vec::new(),
        Some(true) => {
            sqlx::query_scalar("select version from _sqlx_migrations where success order by version")
                .fetch_all(pool)
                .await
                .context("could not read which migrations were applied")?
        }
        // Migrated by other means than `accord migrate`; its owner knows what for.
        Some(false) => MIGRATOR.iter().map(|migration| migration.version).collect(),
    };
    if let Some(newer) = applied.iter().find(|version| !MIGRATOR.version_exists(**version)) {
        bail!("a newer build has migrated this database (to {newer}): use that build, or a newer one");
    }
    for migration in MIGRATOR.iter().filter(|migration| !applied.contains(&migration.version)) {
        lacking.push(format!("migration {:04} ({})", migration.version, migration.description));
    }
    let schema = Schema::default().name;
    let exists: bool = sqlx::query_scalar("select exists (select from pg_namespace where nspname = $1)")
        .bind(&schema)
        .fetch_one(pool)
        .await
        .context("could not look for the read model's tables")?;
    if !exists {
        lacking.push(format!("the read model's tables of this build ({schema})"));
    }
    Ok(lacking)
}

/// A pool that works as `accord_app` on this build's read model.
pub async fn serving_pool(options: &PgConnectOptions, work: Work) -> Result<PgPool> {
    let defaults = PoolSettings::default();
    let settings = PoolSettings {
        role: Role::App,
        search_path: Some(format!("{}, public", Schema::default().name)),
        // Who takes the last connections of Postgres takes none from a node that serves.
        min_connections: match work {
            Work::Requests => defaults.max_connections,
            Work::Maintenance => 0,
        },
        statement_timeout: match work {
            Work::Requests => defaults.statement_timeout,
            Work::Maintenance => Duration::ZERO,
        },
        idle_in_transaction_timeout: match work {
            Work::Requests => defaults.idle_in_transaction_timeout,
            Work::Maintenance => Duration::ZERO,
        },
        ..defaults
    };
    event_log::connect(options.clone(), settings).await.with_context(|| {
        format!(
            "could not work as {SERVING_ROLE}. If the login may not take that role, let the database's owner run: \
             grant {SERVING_ROLE} to \"{}\";",
            options.get_username()
        )
    })
}

/// A pool with the rights of the login, for migrations and for looking around.
pub async fn login_pool(options: &PgConnectOptions) -> Result<PgPool> {
    // A migration takes as long as it takes. Building takes two connections, while a third holds a lock.
    let settings = PoolSettings {
        max_connections: 3,
        statement_timeout: Duration::ZERO,
        idle_in_transaction_timeout: Duration::ZERO,
        ..PoolSettings::default()
    };
    event_log::connect(options.clone(), settings)
        .await
        .context("could not use the database; is Postgres running, and is DATABASE_URL right?")
}

/// Postgres said `insufficient_privilege`.
fn is_about_rights(error: &anyhow::Error) -> bool {
    let mut causes = error.chain().filter_map(|cause| cause.downcast_ref::<sqlx::Error>());
    causes.any(|cause| {
        cause
            .as_database_error()
            .and_then(sqlx::error::DatabaseError::code)
            .is_some_and(|code| code == "42501")
    })
}

/// Another process does it already.
fn is_under_way(error: &anyhow::Error) -> bool {
    let under_way = |cause: &RebuildError| matches!(cause, RebuildError::UnderWay { .. });
    error.chain().filter_map(|cause| cause.downcast_ref()).any(under_way)
}
