//! Reviews as a whole, and what partners noted.

use crate::{
    Error,
    graph::{
        connection::{Connection, Window},
        context::World,
        node::{Event, Finding, Observation, Operation, Partner, PastWorld, Post, Review},
        scalars::{DateTime, Position},
        zone::Zone,
    },
    review::finding::FindingFilter,
};
use async_graphql::{Context, Enum, ID, Object};
use domain::{
    PostCode,
    review::{self, FindingCode, FindingId},
};
use read_model::{
    parse,
    review::{AdoptionColumn, AnswerColumn},
};
use std::sync::Arc;
use uuid::Uuid;

/// The four questions of a review.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "review::Question")]
pub enum ReviewQuestion {
    /// What was planned?
    Planned,
    /// What happened?
    Happened,
    /// Why did it differ?
    Why,
    /// What is done next time?
    Next,
}

/// The last answer to one of the four questions.
pub struct ReviewAnswer {
    world: Arc<World>,
    column: AnswerColumn,
}

/// The last answer to one of the four questions.
#[Object]
impl ReviewAnswer {
    async fn question(&self) -> Result<ReviewQuestion, Error> {
        Ok(parse::<review::Question>(&self.column.question)?.into())
    }

    async fn answer(&self) -> &str {
        self.column.answer.text.as_str()
    }

    /// The post that answered.
    async fn post(&self) -> Result<Option<Post>, Error> {
        self.world.post_of(parse::<PostCode>(&self.column.answer.actor).ok().as_ref()).await
    }

    async fn answered_at(&self, zone: Option<Zone>) -> Result<DateTime, Error> {
        self.world.local(self.column.answer.at.to_utc(), zone).await
    }

    /// Where it stands in the log.
    async fn position(&self) -> Position {
        Position(self.column.answer.position)
    }
}

/// That a partner adopted the review.
pub struct ReviewAdoption {
    world: Arc<World>,
    column: AdoptionColumn,
}

/// That a partner adopted the review.
#[Object]
impl ReviewAdoption {
    async fn partner(&self) -> Result<Partner, Error> {
        self.world.partner_of(&self.column.partner).await
    }

    /// The post that spoke for the partner.
    async fn post(&self) -> Result<Option<Post>, Error> {
        self.world.post_of(parse::<PostCode>(&self.column.adoption.actor).ok().as_ref()).await
    }

    async fn adopted_at(&self, zone: Option<Zone>) -> Result<DateTime, Error> {
        self.world.local(self.column.adoption.at.to_utc(), zone).await
    }

    /// Where it stands in the log.
    async fn position(&self) -> Position {
        Position(self.column.adoption.position)
    }

    /// What its author was looking at.
    async fn seen_at(&self) -> Position {
        Position(self.column.adoption.seen_at)
    }

    /// Whether nothing was written in the review since then. Else the partner adopts it anew, or lets it stand.
    async fn current(&self) -> bool {
        self.column.is_current
    }

    /// The world as of `seenAt`, as far as you may see it now.
    async fn known_then(&self, ctx: &Context<'_>) -> Result<PastWorld, Error> {
        PastWorld::seen_at(ctx, &self.world, self.column.adoption.seen_at.0).await
    }
}

/// The review of an operation, for whoever reads that. What partners adopt are the answers and the findings with their evidence;
/// what is done about findings goes on afterwards.
#[Object]
impl Review {
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

    async fn opened_at(&self, zone: Option<Zone>) -> Result<DateTime, Error> {
        self.world.local(self.row.opened_at, zone).await
    }

    /// The post that opened it.
    async fn post(&self) -> Result<Option<Post>, Error> {
        self.world.post_of(parse::<PostCode>(&self.row.actor).ok().as_ref()).await
    }

    /// Where its beginning stands in the log.
    async fn position(&self) -> Position {
        Position(domain::Position(self.row.position))
    }

    /// The position at which what partners adopt was written last.
    async fn written_at(&self) -> Position {
        Position(domain::Position(self.row.written))
    }

    /// The questions that were answered, in their order, each with its last answer.
    async fn questions(&self) -> Vec<ReviewAnswer> {
        let answer =
            |column: &AnswerColumn| ReviewAnswer { world: Arc::clone(&self.world), column: column.clone() };
        self.row.answers.iter().map(answer).collect()
    }

    /// What partners noted, in the order in which they did.
    async fn observations(
        &self,
        first: Option<i32>,
        after: Option<String>,
        last: Option<i32>,
        before: Option<String>,
    ) -> Result<Connection<Observation>, Error> {
        let window = Window { first, after, last, before };
        Observation::page(&self.world, self.row.operation_id, window).await
    }

    /// By its code, such as `F1`; null when there is none.
    async fn finding(&self, code: String) -> Result<Option<Finding>, Error> {
        let Ok(code) = code.parse::<FindingCode>() else { return Ok(None) };
        let operation = domain::ids::OperationId(self.row.operation_id);
        self.world.find(FindingId::of(operation, &code).0).await
    }

    /// In the order of their codes.
    async fn findings(
        &self,
        filter: Option<FindingFilter>,
        first: Option<i32>,
        after: Option<String>,
        last: Option<i32>,
        before: Option<String>,
    ) -> Result<Connection<Finding>, Error> {
        let window = Window { first, after, last, before };
        Finding::page(&self.world, self.row.operation_id, filter, window).await
    }

    /// The partners that adopted it, in the order of their codes, each with its last word.
    async fn adoptions(&self) -> Result<Vec<ReviewAdoption>, Error> {
        self.world.spend(self.row.adoptions.len())?;
        let adoption = |column: &AdoptionColumn| ReviewAdoption {
            world: Arc::clone(&self.world),
            column: column.clone(),
        };
        Ok(self.row.adoptions.iter().map(adoption).collect())
    }
}

impl Observation {
    /// A page of an operation's, in the order of their numbers.
    async fn page(world: &Arc<World>, operation: Uuid, window: Window) -> Result<Connection<Self>, Error> {
        let page = window.page(world)?;
        let invalid = |_| Error::bad_input("The cursor is not one of observations.");
        let numbers = page.clone().by(|key| key.parse().map_err(invalid))?;
        let rows = world.loaders.observations.children((operation, numbers)).await?;
        let number = |observation: &Self| observation.row.number.to_string();
        Ok(Connection::new(world, &page, world.all(&rows), number, move |world| async move {
            Ok(world.loaders.observation_counts.load(operation).await?.unwrap_or_default())
        }))
    }
}

/// What a partner noted of an operation. It never changes.
#[Object]
impl Observation {
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

    /// Counted from 1 in its operation.
    async fn number(&self) -> i32 {
        self.row.number
    }

    /// The partner that says so.
    async fn partner(&self) -> Result<Partner, Error> {
        self.world.partner_of(&self.row.partner).await
    }

    /// The post that noted it.
    async fn post(&self) -> Result<Option<Post>, Error> {
        self.world.post_of(parse::<PostCode>(&self.row.actor).ok().as_ref()).await
    }

    async fn text(&self) -> &str {
        &self.row.text
    }

    async fn noted_at(&self, zone: Option<Zone>) -> Result<DateTime, Error> {
        self.world.local(self.row.noted_at, zone).await
    }

    /// Where it stands in the log.
    async fn position(&self) -> Position {
        Position(domain::Position(self.row.position))
    }
}
