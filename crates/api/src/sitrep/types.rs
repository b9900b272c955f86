//! SITREPs, as they were issued.

use crate::{
    Error,
    graph::{
        connection::{Connection, Window},
        context::World,
        node::{Event, Operation, PastWorld, Post, Sitrep},
        scalars::{DateTime, Position},
        zone::Zone,
    },
    matter::release::label,
    operation::release::ReleaseLabel,
    sitrep::figures::{SitrepDifference, SitrepFigures},
};
use async_graphql::{Context, ID, Object};
use domain::{
    PostCode, SitrepCode,
    ids::{OperationId, PostId, SitrepId},
};
use read_model::parse;
use std::sync::Arc;
use uuid::Uuid;

impl Sitrep {
    /// A page of an operation's, in the order in which they were issued.
    pub(crate) async fn page(
        world: &Arc<World>,
        operation: Uuid,
        window: Window,
    ) -> Result<Connection<Self>, Error> {
        let page = window.page(world)?;
        let invalid = |_| Error::bad_input("The cursor is not one of SITREPs.");
        let entries = page.clone().by(|key| key.parse().map_err(invalid))?;
        let rows = world.loaders.sitreps.children((operation, entries)).await?;
        let entry = |sitrep: &Self| sitrep.row.entry.to_string();
        Ok(Connection::new(world, &page, world.all(&rows), entry, move |world| async move {
            Ok(world.loaders.sitrep_counts.load(operation).await?.unwrap_or_default())
        }))
    }

    /// What puts it right.
    pub(super) async fn correction_of(&self) -> Result<Option<Self>, Error> {
        self.other(self.row.corrected_by.as_deref()).await
    }

    /// Another one of the same operation.
    async fn other(&self, code: Option<&str>) -> Result<Option<Self>, Error> {
        let Some(code) = code else { return Ok(None) };
        let code: SitrepCode = parse(code)?;
        self.world.find(SitrepId::of(OperationId(self.row.operation_id), &code).0).await
    }
}

/// A report on an operation as a whole. Its figures were counted when it was issued and stay as they are, whatever is learned
/// later; what was wrong is put right by another one. It is for those for whom it was counted.
#[Object]
impl Sitrep {
    pub async fn id(&self) -> ID {
        self.node_id()
    }

    pub async fn key(&self) -> ID {
        self.node_key()
    }

    /// The events that changed or concern it, as far as you may see them, in the order of the log.
    pub async fn history(
        &self,
        first: Option<i32>,
        after: Option<String>,
        last: Option<i32>,
        before: Option<String>,
    ) -> Result<Connection<Event>, Error> {
        self.world.history(self.row.id, Window { first, after, last, before }).await
    }

    async fn operation(&self) -> Result<Operation, Error> {
        self.world.get(self.row.operation_id).await
    }

    /// What people call it by, such as `SITREP-03`, or `SITREP-03-C1` for its first correction.
    async fn code(&self) -> &str {
        &self.row.code
    }

    /// Counted from 1 in its operation; a correction has the number of what it puts right. Those that you may not see are
    /// counted, too.
    async fn number(&self) -> i32 {
        self.row.number
    }

    /// Counted from 1 for its number; null where it is no correction.
    async fn correction(&self) -> Option<i32> {
        self.row.correction
    }

    /// The end of the period before, which does not belong to its own; null in the first one, which begins with the operation.
    async fn from(&self, zone: Option<Zone>) -> Result<Option<DateTime>, Error> {
        self.world.local_if(self.row.since, zone).await
    }

    /// The moment at which its figures hold.
    async fn until(&self, zone: Option<Zone>) -> Result<DateTime, Error> {
        self.world.local(self.row.until, zone).await
    }

    async fn issued_at(&self, zone: Option<Zone>) -> Result<DateTime, Error> {
        self.world.local(self.row.issued_at, zone).await
    }

    /// Where it stands in the log. Its figures are what was known just before.
    async fn position(&self) -> Position {
        Position(domain::Position(self.row.position))
    }

    /// The world as of `position`, as far as you may see it now.
    async fn known_then(&self, ctx: &Context<'_>) -> Result<PastWorld, Error> {
        PastWorld::seen_at(ctx, &self.world, self.row.position).await
    }

    /// The post that issued it.
    async fn post(&self) -> Result<Option<Post>, Error> {
        self.world.find(PostId::of(&parse::<PostCode>(&self.row.actor)?).0).await
    }

    /// What its author had to say.
    async fn remarks(&self) -> Option<&str> {
        self.row.remarks.as_deref()
    }

    /// Whether none follows.
    #[graphql(name = "final")]
    async fn is_final(&self) -> bool {
        self.row.is_final
    }

    async fn figures(&self) -> Result<SitrepFigures, Error> {
        self.world.spend(SitrepFigures::listed(&self.row.figures))?;
        Ok(SitrepFigures::from(&self.row.figures.0))
    }

    /// What it puts right, as that was issued; null where it is no correction.
    async fn corrects(&self) -> Result<Option<Sitrep>, Error> {
        self.other(self.row.corrects.as_deref()).await
    }

    /// Why it puts another one right; null where it is no correction.
    async fn reason(&self) -> Option<&str> {
        self.row.reason.as_deref()
    }

    /// The figures in which it differs from what it puts right, in the order of the figures; none where it is no correction.
    async fn differences(&self) -> Result<Vec<SitrepDifference>, Error> {
        self.world.spend(self.row.differences.len())?;
        Ok(self.row.differences.iter().map(SitrepDifference::from).collect())
    }

    /// What puts it right; null while nothing does.
    async fn corrected_by(&self) -> Result<Option<Sitrep>, Error> {
        self.correction_of().await
    }

    /// Code of what puts it right.
    async fn corrected_by_code(&self) -> Option<&str> {
        self.row.corrected_by.as_deref()
    }

    /// Who may read it, and how carefully: those for whom it was counted, or fewer.
    async fn release(&self) -> Result<ReleaseLabel, Error> {
        let operation: Operation = self.world.get(self.row.operation_id).await?;
        let own = self.row.release.as_ref().map(|release| &release.0);
        operation.label_of(&label(&self.row.owner, &self.row.parties, own)?)
    }
}
