//! Rows of reports of counts.

use crate::{
    Error, Pin, ReadModel, doing,
    tables::{Column, Versioned, row},
};
use chrono::{DateTime, Utc};
use domain::{
    Item, State,
    assistance::Cell,
    ids::{AssistanceClaimId, AssistanceId},
};
use serde::{Deserialize, Serialize};
use sqlx::types::Json;
use uuid::Uuid;

row! {
    pub struct AssistanceClaimRow {
        pub id: Uuid,
        pub operation_id: Uuid,
        pub assistance_id: Uuid,
        /// Counted from 1 for its authority in its operation, corrections too.
        pub number: i32,
        pub counts: Json<Vec<CountColumn>>,
        /// Code of the partner on whose territory.
        pub place: Option<String>,
        /// Code of the incident.
        pub incident: Option<String>,
        pub occurred_at: DateTime<Utc>,
        pub recorded_at: DateTime<Utc>,
        pub position: i64,
        /// A post.
        pub reporter: String,
        pub late_reason: Option<String>,
        /// Number of the claim that was wrong.
        pub corrects: Option<i32>,
        /// Why.
        pub correction_reason: Option<String>,
        /// Number of the claim that puts this one right.
        pub corrected_by: Option<i32>,
    }
}

/// A count as the API shows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct CountColumn {
    #[serde(flatten)]
    pub cell: Cell,
    /// `None`: it is small, or would tell a small one.
    pub count: Option<u32>,
}

/// The columns, once for all queries: what follows says where from, with the table as `claim`, and the arguments.
macro_rules! claim_rows {
    ($($rest:tt)*) => {
        sqlx::query_as!(
            AssistanceClaimRow,
            r#"select
               claim.id,
               claim.operation_id,
               claim.assistance_id,
               claim.number,
               claim.counts as "counts: Json<Vec<CountColumn>>",
               claim.place,
               claim.incident,
               claim.occurred_at,
               claim.recorded_at,
               claim.position,
               claim.reporter,
               claim.late_reason,
               claim.corrects,
               claim.correction_reason,
               claim.corrected_by
             "# + $($rest)*
        )
    };
}

impl Versioned for AssistanceClaimRow {
    const FIELDS: &'static [Column] = &[
        Column::nowhere("operation_id", "where the object stands never changes"),
        Column::nowhere("assistance_id", "where the object stands never changes"),
        Column::nowhere("number", "what names the object never changes"),
        Column::plain("counts", "counts"),
        Column::plain("place", "place"),
        Column::plain("incident", "incidentCode"),
        Column::instant("occurred_at", "occurredAt"),
        Column::instant("recorded_at", "recordedAt"),
        Column::position("position", "position"),
        Column::nowhere("reporter", "who said it never changes"),
        Column::plain("late_reason", "lateReason"),
        Column::nowhere("corrects", "what it puts right never changes"),
        Column::plain("correction_reason", "correctionReason"),
        Column::plain("corrected_by", "correctedBy"),
    ];

    fn find(state: &State, item: &Item) -> Option<Self> {
        let (State::Operation(Some(operation)), Item::AssistanceClaim(_, authority, number)) = (state, item)
        else {
            return None;
        };
        let claim = operation.assistance.get(authority)?.claims.get(*number)?;
        let table = AssistanceId::of(operation.id(), authority);
        let counts = claim.says.counts.iter();
        let counts = counts.map(|(cell, count)| CountColumn { cell: cell.clone(), count: Some(*count) });
        let correction = claim.corrects.as_ref();
        Some(Self {
            id: AssistanceClaimId::of(table, claim.number).0,
            operation_id: operation.id().0,
            assistance_id: table.0,
            number: claim.number.cast_signed(),
            counts: Json(counts.collect()),
            place: claim.says.place.as_ref().map(ToString::to_string),
            incident: claim.says.incident.as_ref().map(ToString::to_string),
            occurred_at: claim.occurred_at.to_utc(),
            recorded_at: claim.recorded_at,
            position: claim.position.0,
            reporter: claim.reporter.clone(),
            late_reason: claim.late_reason.clone(),
            corrects: correction.map(|correction| correction.claim.cast_signed()),
            correction_reason: correction.map(|correction| correction.reason.to_string()),
            corrected_by: claim.corrected_by.map(u32::cast_signed),
        })
    }
}

impl ReadModel {
    /// Those of the viewer's own partner.
    pub async fn assistance_claims_by_id(
        &self,
        pin: &Pin,
        ids: &[Uuid],
    ) -> Result<Vec<AssistanceClaimRow>, Error> {
        claim_rows!(
            "from assistance_claim claim
             join visible_matter($1, $2, $3) visible on visible.id = claim.assistance_id
             where claim.id = any ($4) and claim.valid_from <= $1 and $1 < claim.valid_to",
            pin.position.0,
            pin.policy_position.0,
            pin.viewer(),
            ids
        )
        .fetch_all(self.db())
        .await
        .map_err(doing("read reports of counts"))
    }

    /// All of the viewer's own partner, corrected ones too, by number.
    pub async fn assistance_claims_of(
        &self,
        pin: &Pin,
        tables: &[Uuid],
    ) -> Result<Vec<AssistanceClaimRow>, Error> {
        claim_rows!(
            "from assistance_claim claim
             join visible_matter($1, $2, $3) visible on visible.id = claim.assistance_id
             where claim.assistance_id = any ($4) and claim.valid_from <= $1 and $1 < claim.valid_to
             order by claim.assistance_id, claim.number",
            pin.position.0,
            pin.policy_position.0,
            pin.viewer(),
            tables
        )
        .fetch_all(self.db())
        .await
        .map_err(doing("list reports of counts"))
    }
}
