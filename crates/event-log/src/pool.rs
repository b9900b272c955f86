//! Connections that give up in time and never carry somebody else's transaction. Knows no table.

use crate::Error;
use futures_util::future::BoxFuture;
use questions::LOOKS_WHETHER_ASKED;
use sqlx::{
    PgConnection, PgPool, Postgres, Row,
    pool::PoolConnection,
    postgres::{PgConnectOptions, PgPoolOptions},
};
use std::time::Duration;

/// Whose rights the connections have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// The rights of the user that logs in; for migrations and rebuilds.
    Login,
    /// `accord_app`, which may insert into the log and read it, and change nothing.
    App,
}

#[derive(Clone, Debug)]
pub struct PoolSettings {
    pub max_connections: u32,
    /// Opened with the pool and kept. Who finds no idle connection opens another and waits for that one alone,
    /// even while others come back: when Postgres has no more to give, only those that are kept serve.
    pub min_connections: u32,
    /// How long a caller waits for a free connection.
    pub acquire_timeout: Duration,
    /// After which the server cancels a statement.
    pub statement_timeout: Duration,
    /// After which the server ends a session that holds a transaction open and does nothing.
    pub idle_in_transaction_timeout: Duration,
    pub role: Role,
    /// Schemas in the order of the search, instead of the server's default.
    pub search_path: Option<String>,
}

impl Default for PoolSettings {
    fn default() -> Self {
        Self {
            max_connections: 10,
            min_connections: 0,
            acquire_timeout: Duration::from_secs(5),
            statement_timeout: Duration::from_secs(30),
            idle_in_transaction_timeout: Duration::from_secs(10),
            role: Role::Login,
            search_path: None,
        }
    }
}

/// Of connections that only read.
#[derive(Clone, Debug)]
pub struct ReaderSettings {
    pub max_connections: u32,
    /// As in [`PoolSettings`]; without any, none is opened before somebody asks.
    pub min_connections: u32,
    /// After which the server cancels a statement.
    pub statement_timeout: Duration,
    /// Instead of that of the pool beside.
    pub search_path: Option<String>,
}

impl Default for ReaderSettings {
    fn default() -> Self {
        Self {
            max_connections: 10,
            min_connections: 0,
            statement_timeout: Duration::from_secs(10),
            search_path: None,
        }
    }
}

/// A connection that was used so lately is taken for whole.
const FRESH: Duration = Duration::from_secs(1);

/// Opens a pool and its first connection. Fails with `Database` when Postgres cannot be reached.
pub async fn connect(options: PgConnectOptions, settings: PoolSettings) -> Result<PgPool, Error> {
    // Part of the session's start, so that they also hold after a `reset all` or `discard all`. Keepalives
    // are the server's: sqlx has none, which is why an append has a deadline of its own.
    let mut options = options.options([
        ("statement_timeout", millis(settings.statement_timeout)),
        ("idle_in_transaction_session_timeout", millis(settings.idle_in_transaction_timeout)),
        ("tcp_keepalives_idle", "30s".to_owned()),
        ("tcp_keepalives_interval", "10s".to_owned()),
        ("tcp_keepalives_count", "3".to_owned()),
        // Every statement goes by an index. A plan that was made while a table was small and then kept would
        // read all of it, again and again, until something analyses the table: writing would cost more with
        // every event.
        ("enable_seqscan", "off".to_owned()),
        ("enable_hashjoin", "off".to_owned()),
        ("enable_mergejoin", "off".to_owned()),
        // A bitmap loses the index's order: the first page of a list would cost as much as the whole list.
        ("enable_bitmapscan", "off".to_owned()),
        // One plan for each statement of a connection. What a reader may see is decided by many joins:
        // planning them for the arguments of each call took ten times as long as carrying them out.
        ("plan_cache_mode", "force_generic_plan".to_owned()),
        // Without it, what has to be read in full looks so dear that it is compiled first.
        ("jit", "off".to_owned()),
    ]);
    if settings.role == Role::App {
        options = options.options([("role", "accord_app")]);
    }
    if let Some(search_path) = settings.search_path {
        options = options.options([("search_path", search_path)]);
    }
    pool_of(settings.min_connections, settings.max_connections, settings.acquire_timeout)
        .connect_with(options)
        .await
        .map_err(Error::when("connect to Postgres"))
}

/// Opens a pool beside another, with the same rights and schemas, whose connections read and do nothing else.
/// A new connection is used once `ready` finds that it may be; until then, others are tried, for as long as
/// callers wait.
pub async fn connect_readers<R>(beside: &PgPool, settings: &ReaderSettings, ready: R) -> Result<PgPool, Error>
where
    R: for<'c> Fn(&'c mut PgConnection) -> BoxFuture<'c, Result<(), sqlx::Error>> + Send + Sync + 'static,
{
    // Of an option that is given twice, Postgres takes the last.
    let mut options = (*beside.connect_options()).clone().options([
        ("statement_timeout", millis(settings.statement_timeout)),
        ("default_transaction_read_only", "on".to_owned()),
        // Whoever gives a question up closes its connection, and Postgres ends what nobody listens to.
        ("client_connection_check_interval", millis(LOOKS_WHETHER_ASKED)),
    ]);
    if let Some(search_path) = &settings.search_path {
        options = options.options([("search_path", search_path)]);
    }
    let acquire_timeout = beside.options().get_acquire_timeout();
    let pool = pool_of(settings.min_connections, settings.max_connections, acquire_timeout);
    let pool = pool
        .after_connect(move |connection, _| ready(connection))
        // Nothing begins a transaction here, and none could lose anything: only a connection that may have
        // ended unnoticed is asked.
        .before_acquire(|connection, known| {
            let fresh = known.idle_for < FRESH;
            Box::pin(async move { if fresh { Ok(true) } else { is_outside_transaction(connection).await } })
        });
    if settings.min_connections == 0 {
        return Ok(pool.connect_lazy_with(options));
    }
    pool.connect_with(options).await.map_err(Error::when("connect to Postgres"))
}

fn pool_of(min_connections: u32, max_connections: u32, acquire_timeout: Duration) -> PgPoolOptions {
    PgPoolOptions::new()
        .min_connections(min_connections)
        .max_connections(max_connections)
        .acquire_timeout(acquire_timeout)
        // The guard below asks the server, too; once is enough.
        .test_before_acquire(false)
        .before_acquire(|connection, _| Box::pin(is_outside_transaction(connection)))
}

/// The connection of a task that writes and never gives up midway: kept from one statement to the next, since
/// taking one from the pool costs a question to the server each time.
#[derive(Debug)]
pub struct Kept {
    pool: PgPool,
    connection: Option<PoolConnection<Postgres>>,
}

impl Kept {
    pub fn new(pool: PgPool) -> Self {
        Self { pool, connection: None }
    }

    pub async fn get(&mut self) -> Result<&mut PgConnection, sqlx::Error> {
        if self.connection.is_none() {
            self.connection = Some(self.pool.acquire().await?);
        }
        self.connection.as_deref_mut().ok_or(sqlx::Error::PoolClosed)
    }

    /// Whether the next statement goes over the connection of the one before, and so to the same server.
    pub fn is_held(&self) -> bool {
        self.connection.is_some()
    }

    /// For a connection that failed: the next statement gets another, and nobody gets this one.
    pub fn discard(&mut self) {
        if let Some(connection) = self.connection.take() {
            drop(connection.detach());
        }
    }
}

/// Asks the server, because sqlx does not know: when a `begin` is cancelled midway, the server is left inside
/// a transaction that sqlx never counted (launchbadge/sqlx #4385), and would lose what the next user has
/// acknowledged.
///
/// Outside a transaction every statement is one of its own, which began with it. Only in the simple protocol,
/// though: a statement that is prepared first may begin its transaction with the preparation.
async fn is_outside_transaction(connection: &mut PgConnection) -> Result<bool, sqlx::Error> {
    sqlx::raw_sql("select now() = statement_timestamp()").fetch_one(connection).await?.try_get(0)
}

fn millis(duration: Duration) -> String {
    format!("{}ms", duration.as_millis())
}
