//! Outcomes: what operations came to, each as the claim says that holds.

use crate::{
    Error,
    graph::{
        connection::{Connection, Window},
        context::World,
        money::Money,
        node::{Event, MatterClaim, Operation, Outcome, Partner},
        scalars::DateTime,
        zone::Zone,
    },
    matter::release::label,
    operation::release::ReleaseLabel,
};
use async_graphql::{Enum, ID, InputObject, Object};
use domain::outcome;
use read_model::{Page, parse};
use std::sync::Arc;
use uuid::Uuid;

/// What an operation came to.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "outcome::OutcomeKind")]
pub enum OutcomeKind {
    /// Persons arrested: a count.
    Arrests,
    /// Accounts that cannot be drawn on: a count.
    AccountsFrozen,
    /// Money that cannot be moved.
    ValueFrozen,
    /// Money that was given back to those who lost it, or is held for them.
    ValueRecovered,
    /// What victims say that they lost: money, or a count of those who reported it.
    LossesReported,
    /// Sites that operate no more: a count.
    SitesClosed,
    /// Anything else, which its title names: a count, or money.
    Other,
}

/// Which outcomes; what is left out does not narrow.
#[derive(InputObject, Default)]
pub struct OutcomeFilter {
    /// Code of the partner whose work it was.
    partner: Option<String>,
    kind: Option<OutcomeKind>,
    /// Code of the objective that they name.
    objective: Option<String>,
}

impl OutcomeFilter {
    /// Fails with `BAD_USER_INPUT` when there is no such partner.
    async fn read(
        self,
        world: &Arc<World>,
        valid_at: Option<DateTime>,
    ) -> Result<read_model::outcome::OutcomeFilter, Error> {
        world.check_partner(self.partner.as_deref()).await?;
        Ok(read_model::outcome::OutcomeFilter {
            partner: self.partner,
            kind: self.kind.map(|kind| outcome::OutcomeKind::from(kind).to_string()),
            objective: self.objective,
            valid_at: valid_at.map(|at| at.0.to_utc()),
        })
    }
}

impl Outcome {
    /// A page of an operation's, in the order of their codes.
    pub(crate) async fn page(
        world: &Arc<World>,
        operation: Uuid,
        (filter, valid_at): (Option<OutcomeFilter>, Option<DateTime>),
        window: Window,
    ) -> Result<Connection<Self>, Error> {
        let page: Page = window.page(world)?;
        let filter = filter.unwrap_or_default().read(world, valid_at).await?;
        let rows = world.loaders.outcome_pages.children((operation, filter.clone(), page.clone())).await?;
        let code = |held: &Self| held.row.code.clone();
        Ok(Connection::new(world, &page, world.all(&rows), code, move |world| {
            let key = (operation, filter.clone());
            async move { Ok(world.loaders.outcome_counts.load(key).await?.unwrap_or_default()) }
        }))
    }
}

/// What an operation came to, as the partner says whose work it was. A figure that was put right is shown as the claim says
/// that holds; all of them stand in `claims`.
#[Object]
impl Outcome {
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

    /// What people call it by, such as `OUT-01`; unique in its operation.
    async fn code(&self) -> &str {
        &self.row.code
    }

    /// The partner whose work it was.
    async fn partner(&self) -> Result<Partner, Error> {
        self.world.partner_of(&self.row.partner).await
    }

    async fn kind(&self) -> Result<OutcomeKind, Error> {
        Ok(parse::<outcome::OutcomeKind>(&self.row.kind)?.into())
    }

    async fn title(&self) -> Option<&str> {
        self.row.title.as_deref()
    }

    /// How many; null where it is money. 0 where it turned out that there were none.
    async fn count(&self) -> Option<i32> {
        self.row.count
    }

    /// How much money; null where it is counted.
    async fn value(&self) -> Option<Money> {
        self.row.value.as_ref().map(|value| Money::from(&value.0))
    }

    /// Who or what says so.
    async fn source(&self) -> &str {
        &self.row.source
    }

    /// Code of the objective of the plan that it counts towards; null where it names none.
    async fn objective(&self) -> Option<&str> {
        self.row.objective.as_deref()
    }

    /// When it was.
    async fn occurred_at(&self, zone: Option<Zone>) -> Result<DateTime, Error> {
        self.world.local(self.row.occurred_at, zone).await
    }

    /// Everything that was claimed of it, corrected claims too, in the order of their numbers.
    async fn claims(&self) -> Result<Vec<MatterClaim>, Error> {
        let rows = self.world.loaders.matter_claims_of.children(self.row.id).await?;
        Ok(self.world.all(&rows))
    }

    /// Who may read it, and how carefully.
    async fn release(&self) -> Result<ReleaseLabel, Error> {
        let operation: Operation = self.world.get(self.row.operation_id).await?;
        let own = self.row.release.as_ref().map(|release| &release.0);
        operation.label_of(&label(&self.row.partner, &self.row.parties, own)?)
    }
}
