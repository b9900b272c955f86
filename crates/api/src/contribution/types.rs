//! Contributions: what was pledged, and what has come of it.

use crate::{
    Error,
    graph::{
        connection::{Connection, Window},
        context::World,
        money::{Money, Rate},
        node::{Contribution, Event, Operation, Partner, Post},
        scalars::{DateTime, Position},
        zone::Zone,
    },
    matter::release::label,
    operation::release::ReleaseLabel,
};
use async_graphql::{Enum, ID, InputObject, Object};
use domain::{
    Currency, PartnerCode, PostCode, contribution,
    ids::{PartnerId, PostId},
};
use read_model::{
    Page,
    contribution::{AllocationColumn, DeliveryColumn, DisbursementColumn, JudgementColumn, SaidColumn},
    parse,
};
use std::sync::Arc;
use uuid::Uuid;

/// What a contribution is for the operation.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "contribution::ContributionKind")]
pub enum ContributionKind {
    /// Means of paying.
    Budget,
    /// Places in courses, and courses.
    Training,
    /// Devices, software, lines.
    Technology,
    /// Rooms, buildings, land.
    Premises,
    /// People.
    Personnel,
    /// Anything else.
    Other,
}

/// How far a contribution has come.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "contribution::ContributionStatus")]
pub enum ContributionStatus {
    /// Offered: nothing is bound by that.
    Pledged,
    /// Taken up by the operation's lead, which binds both.
    Accepted,
    /// Some of the money was paid.
    PartlyDisbursed,
    /// Some of what is given in kind was handed over.
    PartlyDelivered,
    /// All of it was paid, or handed over and accepted.
    Fulfilled,
    /// Not taken up.
    Declined,
    /// Taken back before it was taken up.
    Withdrawn,
}

/// Which contributions; what is left out does not narrow.
#[derive(InputObject, Default)]
pub struct ContributionFilter {
    /// Code of the partner that gives.
    partner: Option<String>,
    kind: Option<ContributionKind>,
    status: Option<ContributionStatus>,
}

impl ContributionFilter {
    /// Fails with `BAD_USER_INPUT` when there is no such partner.
    async fn read(self, world: &Arc<World>) -> Result<read_model::contribution::ContributionFilter, Error> {
        world.check_partner(self.partner.as_deref()).await?;
        Ok(read_model::contribution::ContributionFilter {
            partner: self.partner,
            kind: self.kind.map(|kind| contribution::ContributionKind::from(kind).to_string()),
            status: self.status.map(|status| contribution::ContributionStatus::from(status).to_string()),
        })
    }
}

impl Contribution {
    /// A page of an operation's, in the order of their codes.
    pub(crate) async fn page(
        world: &Arc<World>,
        operation: Uuid,
        filter: Option<ContributionFilter>,
        window: Window,
    ) -> Result<Connection<Self>, Error> {
        let page: Page = window.page(world)?;
        let filter = filter.unwrap_or_default().read(world).await?;
        let rows =
            world.loaders.contribution_pages.children((operation, filter.clone(), page.clone())).await?;
        let code = |given: &Self| given.row.code.clone();
        Ok(Connection::new(world, &page, world.all(&rows), code, move |world| {
            let key = (operation, filter.clone());
            async move { Ok(world.loaders.contribution_counts.load(key).await?.unwrap_or_default()) }
        }))
    }

    /// So much of its currency; `None` where it is not money.
    fn money(&self, minor_units: i64) -> Result<Option<Money>, Error> {
        let Some(currency) = self.row.currency.as_deref().filter(|_| !self.row.in_kind) else {
            return Ok(None);
        };
        Ok(Some(Money::of(minor_units.into(), &parse::<Currency>(currency)?)))
    }
}

/// What a partner gives to an operation. A pledge is not money: it is accepted before it binds, money is allocated before it is
/// paid, and what is handed over in kind counts once it is accepted.
#[Object]
impl Contribution {
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

    /// What it is given to.
    async fn operation(&self) -> Result<Operation, Error> {
        self.world.get(self.row.operation_id).await
    }

    /// What people call it by, such as `K2`; unique in its operation.
    async fn code(&self) -> &str {
        &self.row.code
    }

    /// The partner that gives it.
    async fn partner(&self) -> Result<Partner, Error> {
        self.world.get(PartnerId::of(&parse::<PartnerCode>(&self.row.partner)?).0).await
    }

    async fn kind(&self) -> Result<ContributionKind, Error> {
        Ok(parse::<contribution::ContributionKind>(&self.row.kind)?.into())
    }

    async fn title(&self) -> Option<&str> {
        self.row.title.as_deref()
    }

    async fn status(&self) -> Result<ContributionStatus, Error> {
        Ok(parse::<contribution::ContributionStatus>(&self.row.status)?.into())
    }

    /// Whether it is something else than money: then it is counted and delivered, and not allocated or paid.
    async fn in_kind(&self) -> bool {
        self.row.in_kind
    }

    /// How much was pledged of what is given in kind; null for money.
    async fn quantity(&self) -> Option<i32> {
        self.row.quantity
    }

    /// What one of it is, such as `training place`; null for money.
    async fn unit(&self) -> Option<&str> {
        self.row.unit.as_deref()
    }

    /// The money that was pledged, or what is given in kind is worth; null where nobody said.
    async fn value(&self) -> Option<Money> {
        self.row.value.as_ref().map(|value| Money::from(&value.0))
    }

    /// What currencies are worth in the one that the operation reports in, as agreed when it was accepted. It is added up by
    /// the one of its own currency.
    async fn rates(&self) -> Result<Vec<Rate>, Error> {
        self.world.spend(self.row.rates.len())?;
        Ok(self.row.rates.iter().map(Rate::from).collect())
    }

    /// What is set aside for lines of effort, what was paid included, in the order of their codes.
    async fn allocations(&self) -> Result<Vec<Allocation>, Error> {
        self.world.spend(self.row.allocations.len())?;
        Ok(self.row.allocations.iter().map(Allocation::from).collect())
    }

    /// The sum of its allocations; null for what is given in kind.
    async fn allocated(&self) -> Result<Option<Money>, Error> {
        self.money(self.row.allocated)
    }

    /// Payments, in the order of their numbers.
    async fn disbursements(&self) -> Result<Vec<Disbursement>, Error> {
        self.world.spend(self.row.disbursements.len())?;
        let all = self.row.disbursements.iter().cloned();
        Ok(all.map(|row| Disbursement { row, world: Arc::clone(&self.world) }).collect())
    }

    /// The sum of its payments; null for what is given in kind.
    async fn disbursed(&self) -> Result<Option<Money>, Error> {
        self.money(self.row.disbursed)
    }

    /// What was handed over, in the order of their numbers.
    async fn deliveries(&self) -> Result<Vec<Delivery>, Error> {
        self.world.spend(self.row.deliveries.len())?;
        let all = self.row.deliveries.iter().cloned();
        Ok(all.map(|row| Delivery { row, world: Arc::clone(&self.world) }).collect())
    }

    /// How much was handed over, what was rejected left out.
    async fn delivered(&self) -> i32 {
        self.row.delivered
    }

    /// How much was handed over and found to be what was pledged.
    async fn delivery_accepted(&self) -> i32 {
        self.row.delivery_accepted
    }

    /// Who may read it, and how carefully.
    async fn release(&self) -> Result<ReleaseLabel, Error> {
        let operation: Operation = self.world.get(self.row.operation_id).await?;
        let own = self.row.release.as_ref().map(|release| &release.0);
        operation.label_of(&label(&self.row.partner, &self.row.parties, own)?)
    }

    async fn pledged_at(&self, zone: Option<Zone>) -> Result<DateTime, Error> {
        self.world.local(self.row.pledged_at, zone).await
    }

    /// When the operation's lead took it up; null until then.
    async fn accepted_at(&self, zone: Option<Zone>) -> Result<Option<DateTime>, Error> {
        self.world.local_if(self.row.accepted_at, zone).await
    }

    /// When it was declined or withdrawn; null where it was not.
    async fn refused_at(&self, zone: Option<Zone>) -> Result<Option<DateTime>, Error> {
        self.world.local_if(self.row.refused_at, zone).await
    }

    /// Why it was declined or withdrawn.
    async fn refusal_reason(&self) -> Option<&str> {
        self.row.refusal_reason.as_deref()
    }

    /// When the last of it was paid or accepted; null until then.
    async fn fulfilled_at(&self, zone: Option<Zone>) -> Result<Option<DateTime>, Error> {
        self.world.local_if(self.row.fulfilled_at, zone).await
    }
}

/// What is set aside for a line of effort.
#[derive(async_graphql::SimpleObject)]
pub struct Allocation {
    /// Code of the line.
    line_of_effort: String,
    /// What was paid of it included.
    allocated: Money,
    /// By payments that name the line.
    disbursed: Money,
}

impl From<&AllocationColumn> for Allocation {
    fn from(column: &AllocationColumn) -> Self {
        Self {
            line_of_effort: column.line_of_effort.clone(),
            allocated: (&column.allocated).into(),
            disbursed: (&column.disbursed).into(),
        }
    }
}

/// A payment.
pub struct Disbursement {
    row: DisbursementColumn,
    world: Arc<World>,
}

async fn reporter(world: &Arc<World>, said: &SaidColumn) -> Result<Option<Post>, Error> {
    world.find(PostId::of(&parse::<PostCode>(&said.reporter)?).0).await
}

/// A payment, as the partner that gives says.
#[Object]
impl Disbursement {
    /// Counted from 1 for its contribution.
    async fn number(&self) -> u32 {
        self.row.number
    }

    async fn amount(&self) -> Money {
        (&self.row.amount).into()
    }

    /// Code of the line of effort that it is for; null where it names none.
    async fn line_of_effort(&self) -> Option<&str> {
        self.row.line_of_effort.as_deref()
    }

    /// When it was paid, as the reporter says.
    async fn occurred_at(&self, zone: Option<Zone>) -> Result<DateTime, Error> {
        self.world.local(self.row.said.occurred_at, zone).await
    }

    /// When the log learned of it.
    async fn recorded_at(&self, zone: Option<Zone>) -> Result<DateTime, Error> {
        self.world.local(self.row.said.recorded_at, zone).await
    }

    /// Where it stands in the log.
    async fn position(&self) -> Position {
        Position(domain::Position(self.row.said.position))
    }

    /// The post that says so.
    async fn reporter(&self) -> Result<Option<Post>, Error> {
        reporter(&self.world, &self.row.said).await
    }

    /// Why the log learned late, where it did.
    async fn late_reason(&self) -> Option<&str> {
        self.row.said.late_reason.as_deref()
    }
}

/// Something that was handed over.
pub struct Delivery {
    row: DeliveryColumn,
    world: Arc<World>,
}

impl Delivery {
    fn judged(&self, rejected: bool) -> u32 {
        let judged = self.row.judgements.iter().filter(|judgement| judgement.rejected.is_some() == rejected);
        judged.map(|judgement| judgement.quantity).sum()
    }
}

/// Something that was handed over, as the partner that gives says.
#[Object]
impl Delivery {
    /// Counted from 1 for its contribution.
    async fn number(&self) -> u32 {
        self.row.number
    }

    /// In the unit of the contribution.
    async fn quantity(&self) -> u32 {
        self.row.quantity
    }

    /// How much of it was found to be what was pledged.
    async fn accepted(&self) -> u32 {
        self.judged(false)
    }

    /// How much of it was found not to be what was pledged.
    async fn rejected(&self) -> u32 {
        self.judged(true)
    }

    /// What the one who received it found, in the order in which that was said.
    async fn judgements(&self) -> Result<Vec<DeliveryJudgement>, Error> {
        self.world.spend(self.row.judgements.len())?;
        let all = self.row.judgements.iter().cloned();
        Ok(all.map(|row| DeliveryJudgement { row, world: Arc::clone(&self.world) }).collect())
    }

    /// When it was handed over, as the reporter says.
    async fn occurred_at(&self, zone: Option<Zone>) -> Result<DateTime, Error> {
        self.world.local(self.row.said.occurred_at, zone).await
    }

    /// When the log learned of it.
    async fn recorded_at(&self, zone: Option<Zone>) -> Result<DateTime, Error> {
        self.world.local(self.row.said.recorded_at, zone).await
    }

    /// Where it stands in the log.
    async fn position(&self) -> Position {
        Position(domain::Position(self.row.said.position))
    }

    /// The post that says so.
    async fn reporter(&self) -> Result<Option<Post>, Error> {
        reporter(&self.world, &self.row.said).await
    }

    /// Why the log learned late, where it did.
    async fn late_reason(&self) -> Option<&str> {
        self.row.said.late_reason.as_deref()
    }
}

/// What was found of a delivery.
pub struct DeliveryJudgement {
    row: JudgementColumn,
    world: Arc<World>,
}

/// What the operation's lead found of a delivery, or of a part of it.
#[Object]
impl DeliveryJudgement {
    /// How much of the delivery.
    async fn quantity(&self) -> u32 {
        self.row.quantity
    }

    /// Why it is not what was pledged; null: it is.
    async fn rejection_reason(&self) -> Option<&str> {
        self.row.rejected.as_deref()
    }

    /// When that was found, as the reporter says.
    async fn occurred_at(&self, zone: Option<Zone>) -> Result<DateTime, Error> {
        self.world.local(self.row.said.occurred_at, zone).await
    }

    /// When the log learned of it.
    async fn recorded_at(&self, zone: Option<Zone>) -> Result<DateTime, Error> {
        self.world.local(self.row.said.recorded_at, zone).await
    }

    /// Where it stands in the log.
    async fn position(&self) -> Position {
        Position(domain::Position(self.row.said.position))
    }

    /// The post that says so.
    async fn reporter(&self) -> Result<Option<Post>, Error> {
        reporter(&self.world, &self.row.said).await
    }

    /// Why the log learned late, where it did.
    async fn late_reason(&self) -> Option<&str> {
        self.row.said.late_reason.as_deref()
    }
}
