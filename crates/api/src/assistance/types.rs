//! Counts of persons, as far as they may be told.

use crate::{
    Error,
    graph::{
        connection::{Connection, Window},
        context::World,
        node::{AssistanceClaim, Event, Operation, Partner, Post},
        scalars::{DateTime, Position},
        zone::Zone,
    },
};
use async_graphql::{Enum, ID, Object, SimpleObject};
use domain::{
    IncidentCode, PostCode,
    assistance::{self, Cell},
    ids::{AssistanceClaimId, AssistanceId, IncidentId, OperationId},
    sitrep::PersonsCount,
};
use read_model::{
    assistance::{BalanceColumn, CountColumn, CountsRow},
    parse,
};
use std::sync::Arc;
use uuid::Uuid;

/// A count of persons.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "assistance::Figure")]
pub enum AssistanceFigure {
    /// Received by the referring authority.
    Received,
    /// Of those received, younger than 18.
    Minors,
    /// Screened, and presumed to be victims of trafficking.
    Presumed,
    /// Screened, and not presumed to be victims.
    NotPresumed,
    /// Of those presumed, formally identified as victims.
    Identified,
    /// Of those presumed, found not to be victims.
    NotIdentified,
    /// Of those presumed, neither could be found.
    Undetermined,
    /// Of those identified, returned to their country of their own will.
    ReturnedVoluntarily,
    /// Of those identified, reintegrated in their own country, which is that of the authority.
    DomesticReintegration,
    /// Of those identified, in a shelter while a court needs them.
    ShelterLegalProcess,
    /// Of those identified, protected because a return would endanger them.
    ProtectedReturnDeferred,
    /// Of those identified, waiting for papers.
    AwaitingDocuments,
    /// Of those identified, punished for what they were compelled to do: none, where the principle is kept.
    PunishedForCompelledActs,
}

/// A count that is the sum of others once all persons are counted.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "assistance::Sum")]
pub enum AssistanceSum {
    /// `RECEIVED` is `PRESUMED` and `NOT_PRESUMED`.
    Screening,
    /// `PRESUMED` is `IDENTIFIED`, `NOT_IDENTIFIED` and `UNDETERMINED`.
    Identification,
    /// `IDENTIFIED` is what became of them, from `RETURNED_VOLUNTARILY` to `AWAITING_DOCUMENTS`.
    Outcomes,
}

/// Why a count was wrong: a code, because a sentence could name somebody.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "assistance::CorrectionReason")]
pub enum FigureCorrectionReason {
    /// Persons were counted who are none of those, such as staff.
    CountedByMistake,
    /// Persons were counted more than once.
    CountedTwice,
    /// Persons were not counted.
    Missed,
    /// Persons belong under another count.
    Reclassified,
    /// The report was copied wrongly.
    Miswritten,
}

/// How many persons, as far as it may be told.
#[derive(SimpleObject)]
pub struct AssistanceCount {
    figure: AssistanceFigure,
    /// Code of the partner whose nationals they are, or `OTHER`; null: of all.
    nationality: Option<String>,
    /// Null for all but the referring authority where it is under 5, or would let one compute what is.
    count: Option<u32>,
}

impl From<&CountColumn> for AssistanceCount {
    fn from(CountColumn { cell: Cell { figure, nationality }, count }: &CountColumn) -> Self {
        let nationality = nationality.as_ref().map(ToString::to_string);
        Self { figure: (*figure).into(), nationality, count: *count }
    }
}

impl From<&PersonsCount> for AssistanceCount {
    fn from(PersonsCount { figure, nationality, count }: &PersonsCount) -> Self {
        let nationality = nationality.as_ref().map(ToString::to_string);
        Self { figure: (*figure).into(), nationality, count: Some(*count) }
    }
}

/// Whether a count is the sum of its parts.
#[derive(SimpleObject)]
pub struct AssistanceBalance {
    sum: AssistanceSum,
    /// Null for all but the referring authority where that would let one compute a count under 5.
    adds_up: Option<bool>,
    /// The count less its parts; null for all but the referring authority.
    difference: Option<i64>,
}

impl From<&BalanceColumn> for AssistanceBalance {
    fn from(BalanceColumn { sum, adds_up, difference }: &BalanceColumn) -> Self {
        Self { sum: (*sum).into(), adds_up: *adds_up, difference: *difference }
    }
}

/// What a partner's counts come to.
pub struct Assistance {
    world: Arc<World>,
    row: Arc<CountsRow>,
}

impl Assistance {
    pub(crate) async fn of(
        world: &Arc<World>,
        operation: Uuid,
        valid_at: Option<DateTime>,
    ) -> Result<Vec<Self>, Error> {
        let valid_at = valid_at.map(|DateTime(at)| at.to_utc());
        let rows = world.loaders.counts_of.children((operation, valid_at)).await?;
        Ok(rows.iter().map(|row| Self { world: Arc::clone(world), row: Arc::clone(row) }).collect())
    }

    fn count(&self, figure: assistance::Figure) -> Option<u32> {
        let counts = &self.row.counts;
        counts.iter().find(|column| column.cell == Cell::of(figure)).and_then(|column| column.count)
    }
}

/// The persons that a partner assists, as counts: it is their referring authority, and reads all of its counts. For everybody
/// else a count under 5 is null, and so is whatever would let one compute it, from totals, from their other parts, or from
/// what was told at other moments. A count is null, too, when nobody has made it.
#[Object]
impl Assistance {
    /// The partner that counts.
    async fn referring_authority(&self) -> Result<Partner, Error> {
        self.world.partner_of(&self.row.authority).await
    }

    /// When the last of what was counted happened.
    async fn counted_until(&self, zone: Option<Zone>) -> Result<DateTime, Error> {
        self.world.local(self.row.starts_at, zone).await
    }

    /// Persons received.
    async fn received(&self) -> Option<u32> {
        self.count(assistance::Figure::Received)
    }

    /// Of those received, younger than 18.
    async fn minors(&self) -> Option<u32> {
        self.count(assistance::Figure::Minors)
    }

    /// Of those received, presumed to be victims of trafficking.
    async fn presumed(&self) -> Option<u32> {
        self.count(assistance::Figure::Presumed)
    }

    /// Of those received, not presumed to be victims.
    async fn not_presumed(&self) -> Option<u32> {
        self.count(assistance::Figure::NotPresumed)
    }

    /// Of those presumed, formally identified as victims.
    async fn identified(&self) -> Option<u32> {
        self.count(assistance::Figure::Identified)
    }

    /// Everything that was counted, by figure and nationality.
    async fn counts(&self) -> Result<Vec<AssistanceCount>, Error> {
        self.world.spend(self.row.counts.len())?;
        Ok(self.row.counts.iter().map(Into::into).collect())
    }

    /// Whether what was counted adds up, where it was: counts arrive out of order, so that it does not is shown and not
    /// refused.
    async fn balances(&self) -> Vec<AssistanceBalance> {
        self.row.balances.iter().map(Into::into).collect()
    }

    /// Whether all of it adds up; null where that is not told.
    async fn reconciled(&self) -> Option<bool> {
        let balances = self.row.balances.iter().map(|balance| balance.adds_up);
        if balances.clone().any(|adds_up| adds_up == Some(false)) {
            return Some(false);
        }
        balances.clone().all(|adds_up| adds_up.is_some()).then_some(true)
    }

    /// Everything that was reported, corrected claims too, in the order of their numbers, whenever it happened; empty for all
    /// but the referring authority.
    async fn claims(&self) -> Result<Vec<AssistanceClaim>, Error> {
        let rows = self.world.loaders.assistance_claims_of.children(self.row.assistance_id).await?;
        self.world.spend(rows.len())?;
        Ok(self.world.all(&rows))
    }
}

impl AssistanceClaim {
    async fn of_number(&self, number: Option<i32>) -> Result<Option<Self>, Error> {
        let Some(number) = number else { return Ok(None) };
        let table = AssistanceId(self.row.assistance_id);
        self.world.find(AssistanceClaimId::of(table, number.cast_unsigned()).0).await
    }

    /// The claim that puts it right.
    pub(super) async fn corrected(&self) -> Result<Option<Self>, Error> {
        self.of_number(self.row.corrected_by).await
    }
}

/// One report of counts, or the correction of one: who counts what, when, when the log learned of it and why it learned late. It
/// never changes; a correction is another claim, which names this one. Only the referring authority reads it.
#[Object]
impl AssistanceClaim {
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

    /// In which they are assisted.
    async fn operation(&self) -> Result<Operation, Error> {
        self.world.get(self.row.operation_id).await
    }

    /// Counted from 1 for its partner in its operation, corrections too.
    async fn number(&self) -> i32 {
        self.row.number
    }

    /// What it counts; of a correction all that the claim counts now.
    async fn counts(&self) -> Vec<AssistanceCount> {
        self.row.counts.iter().map(Into::into).collect()
    }

    /// The partner on whose territory they were received, where that was said.
    async fn place(&self) -> Result<Option<Partner>, Error> {
        match &self.row.place {
            Some(place) => self.world.partner_of(place).await.map(Some),
            None => Ok(None),
        }
    }

    /// Code of the incident that they were brought to safety in, if you may see that.
    async fn incident_code(&self) -> Result<Option<String>, Error> {
        let Some(code) = &self.row.incident else { return Ok(None) };
        let id = IncidentId::of(OperationId(self.row.operation_id), &parse::<IncidentCode>(code)?);
        let found = self.world.find::<crate::graph::node::Incident>(id.0).await?;
        Ok(found.map(|_| code.clone()))
    }

    /// When it happened, as the reporter says.
    async fn occurred_at(&self, zone: Option<Zone>) -> Result<DateTime, Error> {
        self.world.local(self.row.occurred_at, zone).await
    }

    /// When the log learned of it.
    async fn recorded_at(&self, zone: Option<Zone>) -> Result<DateTime, Error> {
        self.world.local(self.row.recorded_at, zone).await
    }

    /// Where it stands in the log.
    async fn position(&self) -> Position {
        Position(domain::Position(self.row.position))
    }

    /// Why the log learned late, where it did: `NO_SIGNAL`, `NO_STAFF`, `RECONCILED` or `RECEIVED_LATE`.
    async fn late_reason(&self) -> Option<&str> {
        self.row.late_reason.as_deref()
    }

    /// The post that says so.
    async fn reporter(&self) -> Result<Option<Post>, Error> {
        self.world.post_of(parse::<PostCode>(&self.row.reporter).ok().as_ref()).await
    }

    /// Of a correction the claim that it puts right.
    async fn corrects(&self) -> Result<Option<AssistanceClaim>, Error> {
        self.of_number(self.row.corrects).await
    }

    /// Of a correction why the other was wrong.
    async fn correction_reason(&self) -> Result<Option<FigureCorrectionReason>, Error> {
        let Some(reason) = &self.row.correction_reason else { return Ok(None) };
        Ok(Some(parse::<assistance::CorrectionReason>(reason)?.into()))
    }

    /// The claim that puts it right; null where it stands.
    async fn corrected_by(&self) -> Result<Option<AssistanceClaim>, Error> {
        self.corrected().await
    }
}
