//! Every row from the whole log: tables that are filled beside those in use, and then take their place.
//!
//! One transaction does it all, so that an interruption at any point leaves nothing and changes nothing. It
//! folds the log once and writes each row once. Commands and questions go on meanwhile with the tables in
//! use; only projections wait, and only while the last few events are added and the tables change places.

use crate::{
    StoreError, chain,
    loading::decode,
    projector::{self, Projector},
};
use domain::{Position, Recorded, State, World};
use event_log::Log;
use read_model::{Filling, Projection, Rows, Schema};
use sqlx::{PgConnection, PgPool};
use tokio::{sync::mpsc, task};

/// Events read at a time.
const PAGE: i64 = 2_000;

/// Pages, and lots of rows, that may wait for whoever takes them next.
const WAITING: usize = 4;

/// So near to the end of the log, projections are kept waiting for the rest.
const NEAR: i64 = 1_000;

/// Where a rebuild stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    /// Rows are written from the log's start on: up to a position, of where the log ended at the beginning.
    Filling { done: Position, head: Position },
    /// Keys and indexes.
    Indexing { done: usize, of: usize },
    /// What was committed in the meantime is added, beside the tables in use.
    CatchingUp { done: Position, head: Position },
    /// Projections wait.
    Switching,
    /// The new tables are in use; the old ones, if there were any, are dropped.
    Dropping,
}

/// What a rebuild came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rebuilt {
    /// Where the rows stand.
    pub position: Position,
    /// Whether the tables that were in use are gone. Else somebody still reads them, and the next rebuild
    /// drops them.
    pub dropped: bool,
}

#[derive(Debug, thiserror::Error)]
pub enum RebuildError {
    #[error("another process is building {schema} at this moment")]
    UnderWay { schema: String },
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<read_model::Error> for RebuildError {
    fn from(error: read_model::Error) -> Self {
        Self::Store(error.into())
    }
}

/// Builds every row of the schema anew from the log. What is in use stays so until all is done, and when it
/// fails.
///
/// `owner` has the rights to make the schema's tables, and at least two connections, on which nothing is
/// timed; `role` may then use the tables.
pub async fn rebuild(
    owner: &PgPool,
    schema: &Schema,
    role: &str,
    mut progress: impl FnMut(Stage),
) -> Result<Rebuilt, RebuildError> {
    let log = Log::new(owner.clone());
    let mut tx = owner.begin().await.map_err(StoreError::when("begin a rebuild"))?;
    if !schema.lock_building(&mut tx).await? {
        return Err(RebuildError::UnderWay { schema: schema.name.clone() });
    }
    schema.create_beside(&mut tx, role).await?;
    let head = head_of(&log).await?;
    let world = fill(&mut tx, &log, head, &mut progress).await?;
    schema.index_beside(&mut tx, |done, of| progress(Stage::Indexing { done, of })).await?;

    let mut projector = Projector::going_on(&log, world, head);
    let mut behind = i64::MAX;
    loop {
        let head = head_of(&log).await?;
        progress(Stage::CatchingUp { done: projector.at, head });
        let now_behind = head.0 - projector.at.0;
        // Writers that are faster than this would never be caught up with.
        if now_behind <= NEAR || now_behind >= behind {
            break;
        }
        behind = now_behind;
        project_up_to(&mut projector, &mut tx, head).await?;
    }
    progress(Stage::Switching);
    schema.retire(&mut tx).await?;
    let head = head_of(&log).await?;
    project_up_to(&mut projector, &mut tx, head).await?;
    schema.put_in_place(&mut tx).await?;
    tx.commit().await.map_err(StoreError::when("commit a rebuild"))?;

    progress(Stage::Dropping);
    let dropped = drop_replaced(owner, schema).await;
    if let Err(error) = &dropped {
        tracing::warn!("The tables that were replaced are left: {}", chain(error));
    }
    Ok(Rebuilt { position: head, dropped: dropped.is_ok() })
}

async fn head_of(log: &Log) -> Result<Position, StoreError> {
    Ok(Position(log.head().await?.position))
}

async fn project_up_to(
    projector: &mut Projector<'_>,
    tx: &mut PgConnection,
    head: Position,
) -> Result<(), StoreError> {
    while projector.at < head {
        let after = projector.at;
        let projection = projector.page(head).await?;
        write(tx, &projection, after, projector.at).await?;
    }
    Ok(())
}

async fn drop_replaced(owner: &PgPool, schema: &Schema) -> Result<(), StoreError> {
    let mut tx = owner.begin().await.map_err(StoreError::when("begin to drop the replaced tables"))?;
    schema.drop_replaced(&mut tx).await?;
    tx.commit().await.map_err(StoreError::when("drop the replaced tables"))
}

/// Fills the tables that the transaction sees with what the log made up to `head`; the folds at that
/// position.
///
/// One task reads and decodes, one thread folds and encodes, and this one copies, so that all can work at
/// once.
async fn fill(
    tx: &mut PgConnection,
    log: &Log,
    head: Position,
    progress: &mut impl FnMut(Stage),
) -> Result<World, StoreError> {
    progress(Stage::Filling { done: Position(0), head });
    let (read, pages) = mpsc::channel(WAITING);
    let (encoded, mut lots) = mpsc::channel(WAITING);
    // Each ends when what it gives is taken no more.
    task::spawn(read_all(log.clone(), head, read));
    let folding = task::spawn_blocking(move || Folding::default().run(pages, &encoded));
    while let Some((lot, done)) = lots.recv().await {
        for rows in lot {
            Rows::copy(rows, tx).await?;
        }
        progress(Stage::Filling { done, head });
    }
    let (world, at) = match folding.await {
        Ok(folded) => folded?,
        Err(error) => std::panic::resume_unwind(error.into_panic()),
    };
    if at != head {
        return Err(StoreError::NoCommit { position: head });
    }
    write(tx, &Projection::default(), Position(0), head).await?;
    Ok(world)
}

/// Nobody else can have moved the checkpoint of tables that nobody else sees.
async fn write(
    tx: &mut PgConnection,
    projection: &Projection,
    after: Position,
    up_to: Position,
) -> Result<(), StoreError> {
    if read_model::write(tx, projection, after, up_to).await? {
        Ok(())
    } else {
        Err(StoreError::NoCommit { position: after })
    }
}

/// Gives the events up to `head`, a page at a time.
async fn read_all(log: Log, head: Position, pages: mpsc::Sender<Result<Vec<Recorded>, StoreError>>) {
    let mut at = 0;
    while at < head.0 {
        let page = async {
            let stored = log.read(at, head.0, PAGE).await?;
            stored.iter().map(decode).collect::<Result<Vec<_>, _>>()
        };
        let page = page.await;
        let last = page.as_ref().ok().and_then(|page| page.last()).map(|last| last.at.position.0);
        if pages.send(page).await.is_err() {
            return;
        }
        // Nothing more comes after a failure, nor where the log ends before its head.
        let Some(last) = last else { return };
        at = last;
    }
}

#[derive(Default)]
struct Folding {
    world: World,
    at: Position,
    filling: Filling,
    /// Of the command that may go on in the next page.
    command: Vec<Recorded>,
}

impl Folding {
    /// Folds all pages and gives their rows. The folds, and where they stand.
    fn run(
        mut self,
        mut pages: mpsc::Receiver<Result<Vec<Recorded>, StoreError>>,
        lots: &mpsc::Sender<(Vec<Rows>, Position)>,
    ) -> Result<(World, Position), StoreError> {
        while let Some(page) = pages.blocking_recv() {
            self.fold(page?);
            if lots.blocking_send((self.filling.take(), self.at)).is_err() {
                break;
            }
        }
        let mut projection = Projection::default();
        self.end_command(&mut projection);
        self.filling.add(&projection);
        for rows in self.filling.finish() {
            if lots.blocking_send((vec![rows], self.at)).is_err() {
                break;
            }
        }
        Ok((self.world, self.at))
    }

    fn fold(&mut self, page: Vec<Recorded>) {
        let mut projection = Projection::default();
        for recorded in page {
            if self.command.last().is_some_and(|last| last.command_id != recorded.command_id) {
                self.end_command(&mut projection);
            }
            // The folds began at an empty log, so a subject that is not among them has no event yet.
            let lacking: Vec<_> = self.world.lacks(&recorded.event).collect();
            for subject in lacking {
                let absent = State::absent(&subject);
                self.world.insert(subject, absent);
            }
            self.command.push(recorded);
        }
        self.filling.add(&projection);
    }

    fn end_command(&mut self, projection: &mut Projection) {
        let command = std::mem::take(&mut self.command);
        self.at = command.last().map_or(self.at, |last| last.at.position);
        projector::take(projection, &mut self.world, command);
    }
}
