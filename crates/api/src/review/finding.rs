//! Findings, and what is done about them.

use crate::{
    Error,
    graph::{
        connection::{Connection, Window},
        context::World,
        node::{Event, Finding, Operation, Post, Review},
        scalars::{DateTime, Position},
        zone::Zone,
    },
    review::evidence::Evidence,
};
use async_graphql::{Enum, ID, InputObject, Object};
use domain::{
    PostCode,
    ids::OperationId,
    review::{self, ReviewId},
};
use read_model::{
    Page, parse,
    review::{ActionColumn, FindingRow},
};
use std::sync::Arc;
use uuid::Uuid;

/// What is to become of what was found.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "review::FindingKind")]
pub enum FindingKind {
    /// It went well: it is to be kept up.
    Sustain,
    /// It is to be made better.
    Improve,
}

/// How far a finding has come.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "review::FindingStatus")]
pub enum FindingStatus {
    /// Something was seen; cause or remedy is not known.
    Observed,
    /// It has a conclusion and a recommendation: cause and remedy are known.
    LessonIdentified,
    /// A post has to act on it.
    ActionAssigned,
    /// The post has acted; nobody has looked at that yet.
    ActionComplete,
    /// Another post has found that the change does what it was made for.
    LessonLearned,
    /// Another post has found that it does not.
    NotAdopted,
}

/// Which findings; what is left out does not narrow.
#[derive(InputObject, Default)]
pub struct FindingFilter {
    kind: Option<FindingKind>,
    /// Any of these.
    status: Option<Vec<FindingStatus>>,
    /// Code of the post that answers for what becomes of them.
    owner: Option<String>,
}

impl FindingFilter {
    fn read(self) -> read_model::review::FindingFilter {
        let statuses = self.status.map(|statuses| {
            statuses.into_iter().map(|status| review::FindingStatus::from(status).to_string()).collect()
        });
        read_model::review::FindingFilter {
            kind: self.kind.map(|kind| review::FindingKind::from(kind).to_string()),
            statuses,
            owner: self.owner,
        }
    }
}

/// What the post has to do that answers for a finding.
pub struct FindingAction {
    world: Arc<World>,
    row: Arc<FindingRow>,
}

impl FindingAction {
    fn action(&self) -> Result<&ActionColumn, Error> {
        let action = self.row.action.as_ref();
        action.map(|action| &action.0).ok_or_else(|| Error::internal("read an action", &self.row.code))
    }

    async fn post_of(&self, code: Option<&str>) -> Result<Option<Post>, Error> {
        self.world.post_of(code.and_then(|code| parse::<PostCode>(code).ok()).as_ref()).await
    }
}

/// What a post has to do about a finding: what it recommends.
#[Object]
impl FindingAction {
    /// The post that has to act.
    async fn post(&self) -> Result<Option<Post>, Error> {
        self.post_of(Some(&self.action()?.post)).await
    }

    async fn assigned_at(&self, zone: Option<Zone>) -> Result<DateTime, Error> {
        self.world.local(self.action()?.assigned_at, zone).await
    }

    /// Null until the post says that it has acted.
    async fn completed_at(&self, zone: Option<Zone>) -> Result<Option<DateTime>, Error> {
        let completed = self.action()?.completed.as_ref().map(|completed| completed.at);
        self.world.local_if(completed, zone).await
    }

    /// What was done.
    async fn note(&self) -> Result<Option<&str>, Error> {
        Ok(self.action()?.completed.as_ref().map(|completed| completed.note.as_str()))
    }

    /// Whether the change does what it was made for; null until another post has looked at it.
    async fn accepted(&self) -> Result<Option<bool>, Error> {
        Ok(self.action()?.validated.as_ref().map(|validated| validated.accepted))
    }

    /// The post that looked at it.
    async fn validated_by(&self) -> Result<Option<Post>, Error> {
        let validated = self.action()?.validated.as_ref();
        self.post_of(validated.map(|validated| validated.actor.as_str())).await
    }

    async fn validated_at(&self, zone: Option<Zone>) -> Result<Option<DateTime>, Error> {
        let validated = self.action()?.validated.as_ref().map(|validated| validated.at);
        self.world.local_if(validated, zone).await
    }

    /// What the validating post saw of it.
    async fn validation_note(&self) -> Result<Option<&str>, Error> {
        Ok(self.action()?.validated.as_ref().and_then(|validated| validated.note.as_deref()))
    }
}

impl Finding {
    /// A page of an operation's, in the order of their codes.
    pub(super) async fn page(
        world: &Arc<World>,
        operation: Uuid,
        filter: Option<FindingFilter>,
        window: Window,
    ) -> Result<Connection<Self>, Error> {
        let page: Page = window.page(world)?;
        let filter = filter.unwrap_or_default().read();
        let rows = world.loaders.finding_pages.children((operation, filter.clone(), page.clone())).await?;
        let code = |found: &Self| found.row.code.clone();
        Ok(Connection::new(world, &page, world.all(&rows), code, move |world| {
            let key = (operation, filter.clone());
            async move { Ok(world.loaders.finding_counts.load(key).await?.unwrap_or_default()) }
        }))
    }
}

/// What the review of an operation found, for whoever reads the operation. It rests on evidence, of which each reader is shown
/// what it may see, and told that there is more where there is.
#[Object]
impl Finding {
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

    async fn review(&self) -> Result<Review, Error> {
        self.world.get(ReviewId::of(OperationId(self.row.operation_id)).0).await
    }

    /// What people call it by, such as `F1`; unique in its operation.
    async fn code(&self) -> &str {
        &self.row.code
    }

    async fn kind(&self) -> Result<FindingKind, Error> {
        Ok(parse::<review::FindingKind>(&self.row.kind)?.into())
    }

    async fn status(&self) -> Result<FindingStatus, Error> {
        Ok(parse::<review::FindingStatus>(&self.row.status)?.into())
    }

    /// What was seen.
    async fn observation(&self) -> &str {
        &self.row.observation
    }

    /// What led to it.
    async fn discussion(&self) -> Option<&str> {
        self.row.discussion.as_deref()
    }

    /// What it comes to: the cause.
    async fn conclusion(&self) -> Option<&str> {
        self.row.conclusion.as_deref()
    }

    /// What is to be done: the remedy.
    async fn recommendation(&self) -> Option<&str> {
        self.row.recommendation.as_deref()
    }

    /// The post that answers for what becomes of it: the one that has to act, once there is one.
    async fn owner(&self) -> Result<Option<Post>, Error> {
        let owner = self.row.owner.as_deref().map(parse::<PostCode>).transpose()?;
        self.world.post_of(owner.as_ref()).await
    }

    async fn owner_code(&self) -> Option<&str> {
        self.row.owner.as_deref()
    }

    /// Until when.
    async fn due(&self, zone: Option<Zone>) -> Result<Option<DateTime>, Error> {
        self.world.local_if(self.row.due_at, zone).await
    }

    /// What proves it, in the order in which that was linked.
    async fn evidence(&self) -> Result<Vec<Evidence>, Error> {
        let rows = self.world.loaders.proofs_of.children(self.row.id).await?;
        self.world.spend(rows.len())?;
        Ok(rows.iter().map(|row| Evidence::new(&self.world, row)).collect())
    }

    /// How many pieces of evidence there are, those that you may not see counted, too.
    async fn evidence_count(&self) -> i32 {
        self.row.evidence_count
    }

    /// Null until a post has to act on it.
    async fn action(&self) -> Option<FindingAction> {
        let (world, row) = (Arc::clone(&self.world), Arc::clone(&self.row));
        self.row.action.as_ref().map(|_| FindingAction { world, row })
    }

    /// The post that recorded it.
    async fn post(&self) -> Result<Option<Post>, Error> {
        self.world.post_of(parse::<PostCode>(&self.row.actor).ok().as_ref()).await
    }

    async fn recorded_at(&self, zone: Option<Zone>) -> Result<DateTime, Error> {
        self.world.local(self.row.found_at, zone).await
    }

    /// Where it stands in the log.
    async fn position(&self) -> Position {
        Position(domain::Position(self.row.position))
    }
}
