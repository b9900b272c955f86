//! What outcomes add up to: by partner, and towards the objectives of a plan.

use crate::{
    Error,
    graph::{context::World, money::Money, node::Partner, scalars::DateTime},
    outcome::types::OutcomeKind,
};
use async_graphql::{Object, SimpleObject};
use domain::{Currency, outcome};
use read_model::{
    outcome::{ForObjective, OutcomePeriod, OutcomeSumRow},
    parse,
};
use std::sync::Arc;
use uuid::Uuid;

/// When what is added up happened.
pub(crate) struct Period {
    pub valid_at: Option<DateTime>,
    pub from: Option<DateTime>,
    pub to: Option<DateTime>,
}

impl From<Period> for OutcomePeriod {
    fn from(Period { valid_at, from, to }: Period) -> Self {
        let [valid_at, from, to] = [valid_at, from, to].map(|at| at.map(|at| at.0.to_utc()));
        Self { valid_at, from, to }
    }
}

/// A sum of amounts in one currency; `None` where it is of what is counted.
fn money(currency: Option<&str>, amount: Option<&str>) -> Result<Option<Money>, Error> {
    let (Some(currency), Some(amount)) = (currency, amount) else { return Ok(None) };
    let minor_units =
        amount.parse().map_err(|_| Error::internal("add up outcomes", &format!("{amount} is no sum")))?;
    Ok(Some(Money::of(minor_units, &parse::<Currency>(currency)?)))
}

/// What an operation came to, added up.
pub struct OutcomeTotals {
    world: Arc<World>,
    rows: Arc<Vec<OutcomeSumRow>>,
}

impl OutcomeTotals {
    pub(crate) async fn of(world: &Arc<World>, operation: Uuid, period: Period) -> Result<Self, Error> {
        let key = (operation, period.into());
        let rows = world.loaders.outcome_sums.load(key).await?.unwrap_or_default();
        world.spend(rows.len())?;
        Ok(Self { world: Arc::clone(world), rows })
    }

    fn each(&self, of_one: bool) -> Vec<OutcomeTotal> {
        let rows = self.rows.iter().filter(|row| row.partner.is_some() == of_one).cloned();
        rows.map(|row| OutcomeTotal { row, world: Arc::clone(&self.world) }).collect()
    }
}

/// What an operation came to, as far as you may see it: counts, and money of each currency, which are never added to each
/// other.
#[Object]
impl OutcomeTotals {
    /// For each partner, in the order of their codes and kinds.
    async fn by_partner(&self) -> Vec<OutcomeTotal> {
        self.each(true)
    }

    /// Of all partners together, in the order of kinds.
    async fn total(&self) -> Vec<OutcomeTotal> {
        self.each(false)
    }
}

/// A sum of outcomes of one kind.
pub struct OutcomeTotal {
    row: OutcomeSumRow,
    world: Arc<World>,
}

/// A sum of outcomes of one kind: of what is counted, or of money in one currency.
#[Object]
impl OutcomeTotal {
    /// The partner whose work it was; null: all together.
    async fn partner(&self) -> Result<Option<Partner>, Error> {
        match &self.row.partner {
            Some(code) => self.world.partner_of(code).await.map(Some),
            None => Ok(None),
        }
    }

    async fn kind(&self) -> Result<OutcomeKind, Error> {
        Ok(parse::<outcome::OutcomeKind>(&self.row.kind)?.into())
    }

    /// Of the kind `OTHER`: each title has a sum of its own. Null for other kinds.
    async fn title(&self) -> Option<&str> {
        self.row.title.as_deref()
    }

    /// How many; null where it is money.
    async fn count(&self) -> Option<i64> {
        self.row.count
    }

    /// How much money of its currency, exactly; null where it is counted.
    async fn value(&self) -> Result<Option<Money>, Error> {
        money(self.row.currency.as_deref(), self.row.amount.as_deref())
    }
}

/// How much was reached of what an objective aims at.
#[derive(SimpleObject)]
pub struct ObjectiveReached {
    /// The kind of outcomes that the objective's measure names.
    kind: OutcomeKind,
    /// How many; null for kinds that are money alone.
    count: Option<i64>,
    /// How much money of each currency, in the order of their codes.
    values: Vec<Money>,
}

impl ObjectiveReached {
    /// `None` where the measure names no kind.
    pub(crate) async fn of(
        world: &Arc<World>,
        operation: Uuid,
        (objective, measure): (&str, &str),
        valid_at: Option<DateTime>,
    ) -> Result<Option<Self>, Error> {
        let Some(kind) = outcome::OutcomeKind::of_measure(measure) else { return Ok(None) };
        let wanted =
            ForObjective { operation_id: operation, objective: objective.to_owned(), kind: kind.to_string() };
        let key = (wanted, valid_at.map(|at| at.0.to_utc()));
        let rows = world.loaders.outcomes_reached.load(key).await?.unwrap_or_default();
        world.spend(rows.len())?;
        let counted = rows.iter().find_map(|row| row.count);
        let values = rows.iter().map(|row| money(row.currency.as_deref(), row.amount.as_deref()));
        Ok(Some(Self {
            kind: kind.into(),
            count: counted.or(kind.takes_count().then_some(0)),
            values: values.filter_map(Result::transpose).collect::<Result<_, _>>()?,
        }))
    }
}
