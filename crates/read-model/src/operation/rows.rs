//! Rows of operations: seen by their lead and by those they are releasable to.

use crate::{
    Error, InvalidRow, Page, Pin, ReadModel, doing,
    operation::readers,
    page::select_page,
    parse,
    tables::{Column, Versioned, row},
};
use chrono::{DateTime, Utc};
use domain::{Item, PartnerCode, State, release::Label};
use std::collections::BTreeSet;
use uuid::Uuid;

row! {
    pub struct OperationRow {
        pub id: Uuid,
        pub code: String,
        pub title: String,
        pub status: String,
        pub lead: String,
        pub classification: String,
        pub handling: String,
        pub releasable_to: Vec<String>,
        pub readers: Vec<String>,
        pub warning_order_at: Option<DateTime<Utc>>,
        pub warning_order: Option<String>,
        pub legal_basis: Vec<String>,
        pub h_hour: Option<DateTime<Utc>>,
        pub initiated_at: DateTime<Utc>,
        pub activated_at: Option<DateTime<Utc>>,
        /// Until it is resumed.
        pub paused_at: Option<DateTime<Utc>>,
        pub pause_reason: Option<String>,
        pub ended_at: Option<DateTime<Utc>>,
        /// Why it was broken off.
        pub terminated: Option<String>,
        /// Number of the plan version in force.
        pub in_force: Option<i32>,
        /// The same, else of the one being worked on.
        pub current_version: Option<i32>,
    }
}

/// The columns, once for all queries: what follows says where from, and the arguments.
macro_rules! operation_rows {
    ($($rest:tt)*) => {
        sqlx::query_as!(
            OperationRow,
            "select
               operation.id,
               code,
               title,
               status,
               lead,
               classification,
               handling,
               releasable_to,
               readers,
               warning_order_at,
               warning_order,
               legal_basis,
               h_hour,
               initiated_at,
               activated_at,
               paused_at,
               pause_reason,
               ended_at,
               terminated,
               in_force,
               current_version
             " + $($rest)*
        )
    };
}

/// Which operations; what is `None` does not narrow.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct OperationFilter {
    pub status: Option<String>,
    pub lead: Option<String>,
}

impl Versioned for OperationRow {
    const FIELDS: &'static [Column] = &[
        Column::plain("code", "code"),
        Column::plain("title", "title"),
        Column::plain("status", "status"),
        Column::plain("lead", "leadPartner"),
        Column::plain("classification", "classification"),
        Column::plain("handling", "handling"),
        Column::plain("releasable_to", "releasableTo"),
        Column::nowhere("readers", "computed from the label"),
        Column::instant("warning_order_at", "warningOrderAt"),
        Column::plain("warning_order", "warningOrder"),
        Column::plain("legal_basis", "legalBasis"),
        Column::instant("h_hour", "hHour"),
        Column::instant("initiated_at", "initiatedAt"),
        Column::instant("activated_at", "activatedAt"),
        Column::instant("paused_at", "pausedAt"),
        Column::plain("pause_reason", "pauseReason"),
        Column::instant("ended_at", "endedAt"),
        Column::plain("terminated", "terminationReason"),
        Column::plain("in_force", "plan"),
        Column::nowhere("current_version", "follows from the versions"),
    ];

    fn find(state: &State, item: &Item) -> Option<Self> {
        let (State::Operation(Some(operation)), Item::Operation(_)) = (state, item) else { return None };
        let (paused, ended) = (operation.paused.as_ref(), operation.ended.as_ref());
        Some(Self {
            id: operation.id().0,
            code: operation.code.to_string(),
            title: operation.title.to_string(),
            status: operation.status().to_string(),
            lead: operation.lead.to_string(),
            classification: operation.classification.to_string(),
            handling: operation.handling.to_string(),
            releasable_to: operation.releasable_to.iter().map(ToString::to_string).collect(),
            readers: readers(operation, &operation.releasable_to),
            warning_order_at: operation.warning_order_at.map(|at| at.to_utc()),
            warning_order: operation.warning_order.as_ref().map(ToString::to_string),
            legal_basis: operation.legal_basis.iter().map(ToString::to_string).collect(),
            h_hour: operation.h_hour.map(|at| at.to_utc()),
            initiated_at: operation.initiated_at.to_utc(),
            activated_at: operation.activated_at.map(|at| at.to_utc()),
            paused_at: paused.map(|paused| paused.at.to_utc()),
            pause_reason: paused.map(|paused| paused.reason.to_string()),
            ended_at: ended.map(|ended| ended.at.to_utc()),
            terminated: ended.and_then(|ended| Some(ended.terminated.as_ref()?.to_string())),
            in_force: operation.plan.in_force.map(u32::cast_signed),
            current_version: operation.plan.current_version().map(|version| version.number.cast_signed()),
        })
    }
}

impl OperationRow {
    /// The label in force on the operation.
    pub fn label(&self) -> Result<Label, InvalidRow> {
        let releasable_to: BTreeSet<PartnerCode> =
            self.releasable_to.iter().map(|partner| parse(partner)).collect::<Result<_, _>>()?;
        Ok(Label::new(
            parse(&self.lead)?,
            releasable_to,
            parse(&self.classification)?,
            parse(&self.handling)?,
        ))
    }
}

impl ReadModel {
    pub async fn operations_by_id(&self, pin: &Pin, ids: &[Uuid]) -> Result<Vec<OperationRow>, Error> {
        operation_rows!(
            "from operation
             join visible_operation($1, $2, $3) visible on visible.id = operation.id
             where operation.id = any ($4) and valid_from <= $1 and $1 < valid_to",
            pin.position.0,
            pin.policy_position.0,
            pin.viewer(),
            ids
        )
        .fetch_all(self.db())
        .await
        .map_err(doing("read operations"))
    }

    /// In the order of their codes.
    pub async fn operations(
        &self,
        pin: &Pin,
        filter: &OperationFilter,
        page: &Page,
    ) -> Result<Vec<OperationRow>, Error> {
        select_page!(
            operation_rows,
            self.db(),
            page,
            "from operation
             join visible_operation($1, $2, $3) visible on visible.id = operation.id
             where valid_from <= $1
               and $1 < valid_to
               and ($4::text is null or status = $4)
               and ($5::text is null or lead = $5)
               and code > coalesce($6, '')
               and ($7::text is null or code < $7)
             order by code "
                + order
                + " limit $8",
            pin.position.0,
            pin.policy_position.0,
            pin.viewer(),
            filter.status.as_deref(),
            filter.lead.as_deref(),
            page.after.as_deref(),
            page.before.as_deref(),
            page.limit,
        )
        .map_err(doing("list operations"))
    }

    pub async fn count_operations(&self, pin: &Pin, filter: &OperationFilter) -> Result<i64, Error> {
        sqlx::query_scalar!(
            r#"select count(*) as "count!"
             from operation
             join visible_operation($1, $2, $3) visible on visible.id = operation.id
             where valid_from <= $1
               and $1 < valid_to
               and ($4::text is null or status = $4)
               and ($5::text is null or lead = $5)"#,
            pin.position.0,
            pin.policy_position.0,
            pin.viewer(),
            filter.status.as_deref(),
            filter.lead.as_deref()
        )
        .fetch_one(self.db())
        .await
        .map_err(doing("count operations"))
    }
}
