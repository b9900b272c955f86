//! How questions reach Postgres: each statement is counted and timed for whoever asks, waits for its turn among their own,
//! and ends with whoever gives it up.
//!
//! There is no other way to the read model and to the log for what requests read.

use futures_util::{
    StreamExt as _, TryStreamExt as _,
    future::BoxFuture,
    stream::{self, BoxStream},
};
use sqlx::{
    Describe, Either, Error, Execute, Executor, PgConnection, PgPool, Postgres, SqlStr,
    pool::PoolConnection,
    postgres::{PgQueryResult, PgRow, PgStatement, PgTypeInfo},
};
use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};
use tokio::sync::{AcquireError, OwnedSemaphorePermit, Semaphore};

/// How often Postgres looks whether whoever asks is still there: connections of questions are to be opened with it as
/// `client_connection_check_interval`.
pub const LOOKS_WHETHER_ASKED: Duration = Duration::from_millis(250);

/// What one request asks.
#[derive(Debug, Default)]
pub struct Account {
    statements: AtomicU64,
    /// Microseconds for which Postgres worked for it, connections together.
    worked: AtomicU64,
    /// Connections that its sender may use at once, shared with the sender's other requests; `None`: as many as there are.
    share: Option<Arc<Semaphore>>,
}

impl Account {
    pub fn of_share(share: Arc<Semaphore>) -> Self {
        Self { share: Some(share), ..Self::default() }
    }

    pub fn statements(&self) -> u64 {
        self.statements.load(Ordering::Relaxed)
    }

    pub fn worked(&self) -> Duration {
        Duration::from_micros(self.worked.load(Ordering::Relaxed))
    }
}

/// A way to Postgres for one request, or for whatever is nobody's.
#[derive(Clone, Debug)]
pub struct Questions {
    pool: PgPool,
    account: Arc<Account>,
}

impl Questions {
    pub fn new(pool: PgPool) -> Self {
        Self { pool, account: Arc::default() }
    }

    /// The same way for somebody else.
    #[must_use]
    pub fn for_account(&self, account: &Arc<Account>) -> Self {
        Self { pool: self.pool.clone(), account: Arc::clone(account) }
    }

    pub fn pool(&self) -> &PgPool {
        &self.pool
    }

    async fn begin(&self) -> Result<Asked, Error> {
        let place = match &self.account.share {
            Some(share) => Some(Arc::clone(share).acquire_owned().await.map_err(never_closed)?),
            None => None,
        };
        let connection = self.pool.acquire().await?;
        self.account.statements.fetch_add(1, Ordering::Relaxed);
        let account = Arc::clone(&self.account);
        Ok(Asked { connection: Some(connection), place, account, begun: Instant::now() })
    }
}

fn never_closed(_: AcquireError) -> Error {
    Error::PoolClosed
}

/// A statement under way.
struct Asked {
    /// `None` once it is answered.
    connection: Option<PoolConnection<Postgres>>,
    place: Option<OwnedSemaphorePermit>,
    account: Arc<Account>,
    begun: Instant,
}

impl Asked {
    fn connection(&mut self) -> Result<&mut PgConnection, Error> {
        self.connection.as_deref_mut().ok_or(Error::PoolClosed)
    }

    /// The connection is free again, whatever the answer was.
    fn answered(mut self) {
        self.connection = None;
    }
}

impl Drop for Asked {
    fn drop(&mut self) {
        let worked = u64::try_from(self.begun.elapsed().as_micros()).unwrap_or(u64::MAX);
        self.account.worked.fetch_add(worked, Ordering::Relaxed);
        let Some(mut given_up) = self.connection.take() else { return };
        // Postgres sees that nobody listens, and ends the statement. Until then it is one of its sender's: whoever gives up
        // again and again has no more of them at once than others.
        given_up.close_on_drop();
        let place = self.place.take();
        tokio::spawn(async move {
            drop(given_up);
            tokio::time::sleep(2 * LOOKS_WHETHER_ASKED).await;
            drop(place);
        });
    }
}

/// For one statement.
impl<'c> Executor<'c> for &Questions {
    type Database = Postgres;

    fn fetch_many<'e, 'q: 'e, E>(self, query: E) -> BoxStream<'e, Result<Either<PgQueryResult, PgRow>, Error>>
    where
        'c: 'e,
        E: 'q + Execute<'q, Postgres>,
    {
        let questions = self.clone();
        let answer = async move {
            let mut asked = questions.begin().await?;
            let answer: Result<Vec<_>, _> = asked.connection()?.fetch_many(query).try_collect().await;
            asked.answered();
            answer
        };
        stream::once(answer).map_ok(|steps| stream::iter(steps).map(Ok)).try_flatten().boxed()
    }

    fn fetch_optional<'e, 'q: 'e, E>(self, query: E) -> BoxFuture<'e, Result<Option<PgRow>, Error>>
    where
        'c: 'e,
        E: 'q + Execute<'q, Postgres>,
    {
        let questions = self.clone();
        Box::pin(async move {
            let mut asked = questions.begin().await?;
            let answer = asked.connection()?.fetch_optional(query).await;
            asked.answered();
            answer
        })
    }

    fn prepare_with<'e>(
        self,
        sql: SqlStr,
        parameters: &'e [PgTypeInfo],
    ) -> BoxFuture<'e, Result<PgStatement, Error>>
    where
        'c: 'e,
    {
        let questions = self.clone();
        Box::pin(async move {
            let mut asked = questions.begin().await?;
            let answer = asked.connection()?.prepare_with(sql, parameters).await;
            asked.answered();
            answer
        })
    }

    fn describe<'e>(self, sql: SqlStr) -> BoxFuture<'e, Result<Describe<Postgres>, Error>>
    where
        'c: 'e,
    {
        let questions = self.clone();
        Box::pin(async move {
            let mut asked = questions.begin().await?;
            let answer = asked.connection()?.describe(sql).await;
            asked.answered();
            answer
        })
    }
}
