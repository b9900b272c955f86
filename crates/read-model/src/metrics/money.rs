//! Facts of the money that partners give.

use crate::{Error, Pin, ReadModel, contribution::DisbursementColumn, doing, metrics::read};
use chrono::{DateTime, Utc};
use domain::{
    Position,
    metrics::{ContributionFacts, Facts, Payment, Said, Thing, ThingKind},
};
use sqlx::types::Json;
use std::collections::BTreeMap;
use uuid::Uuid;

struct ContributionRow {
    operation_id: Uuid,
    id: Uuid,
    code: String,
    partner: String,
    amount: i64,
    currency: String,
    worth: Option<String>,
    reporting: Option<String>,
    accepted_at: Option<DateTime<Utc>>,
    disbursements: Json<Vec<DisbursementColumn>>,
}

impl ReadModel {
    /// Those that were neither declined nor withdrawn.
    pub(super) async fn add_contributions(
        &self,
        pin: &Pin,
        operation_ids: &[Uuid],
        facts: &mut BTreeMap<Uuid, Facts>,
    ) -> Result<(), Error> {
        let rows = sqlx::query_as!(
            ContributionRow,
            r#"select
               given.operation_id,
               given.id,
               given.code,
               given.partner,
               given.amount as "amount!",
               given.currency as "currency!",
               given.worth,
               given.reporting,
               given.accepted_at,
               given.disbursements as "disbursements: Json<Vec<DisbursementColumn>>"
             from contribution given
             join visible_matter($1, $2, $3) visible on visible.id = given.id
             where given.operation_id = any ($4)
               and not given.in_kind
               and given.amount is not null
               and given.currency is not null
               and given.refused_at is null
               and given.valid_from <= $1
               and $1 < given.valid_to
             order by given.operation_id, given.code"#,
            pin.position.0,
            pin.policy_position.0,
            pin.viewer(),
            operation_ids
        )
        .fetch_all(self.db())
        .await
        .map_err(doing("read contributions to measure"))?;
        let ids: Vec<Uuid> = rows.iter().map(|row| row.id).collect();
        let kinds = ["ContributionPledged", "PledgeRevised", "PledgeAccepted"];
        let happened = self.milestones(pin, &ids, &kinds).await?;
        for row in rows {
            let Some(known) = facts.get_mut(&row.operation_id) else { continue };
            let Some(pledged) = happened.last(row.id, "ContributionPledged") else { continue };
            let revised = happened.last(row.id, "PledgeRevised");
            let accepted = happened.last(row.id, "PledgeAccepted");
            known.contributions.push(ContributionFacts {
                thing: Thing { kind: ThingKind::Contribution, id: row.id, code: row.code },
                giver: read(&row.partner)?,
                pledged,
                offered: revised.unwrap_or(pledged).position,
                accepted: accepted.filter(|_| row.accepted_at.is_some()),
                amount: row.amount,
                currency: row.currency,
                worth: row.worth.zip(row.reporting),
                payments: row.disbursements.0.iter().map(payment).collect::<Result<_, Error>>()?,
            });
        }
        Ok(())
    }
}

fn payment(paid: &DisbursementColumn) -> Result<Payment, Error> {
    let said = &paid.said;
    Ok(Payment {
        said: Said { position: Position(said.position), at: said.occurred_at, recorded_at: said.recorded_at },
        minor_units: read(&paid.amount.minor_units)?,
    })
}
