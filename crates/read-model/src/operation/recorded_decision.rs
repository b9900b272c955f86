//! Rows of the log of decisions.

use crate::{
    Error, Page, Pin, ReadModel, doing,
    tables::{Column, Versioned, row},
};
use chrono::{DateTime, Utc};
use domain::{
    Item, State,
    ids::{PlanVersionId, RecordedDecisionId},
    operation::DecisionOption,
};
use sqlx::types::Json;
use uuid::Uuid;

row! {
    pub struct RecordedDecisionRow {
        pub id: Uuid,
        pub operation_id: Uuid,
        /// Of the decision point.
        pub version_id: Option<Uuid>,
        pub number: i32,
        pub partner: String,
        /// The post that entered it.
        pub actor: String,
        /// Code of a decision point of that version.
        pub decision_point: Option<String>,
        pub question: String,
        pub options: Json<Vec<DecisionOption>>,
        pub outcome: String,
        pub reasons: String,
        /// The position that its author was looking at.
        pub seen_at: i64,
        pub decided_at: DateTime<Utc>,
        pub position: i64,
    }
}

/// That a partner has entered a decision on a decision point.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DecidedPointRow {
    pub operation_id: Uuid,
    /// Its code.
    pub point: String,
    pub partner: String,
}

/// The columns, once for all queries: what follows says where from, with the table as `decision`, and the
/// arguments.
macro_rules! decision_rows {
    ($($rest:tt)*) => {
        sqlx::query_as!(
            RecordedDecisionRow,
            r#"select
               decision.id,
               decision.operation_id,
               decision.version_id,
               decision.number,
               decision.partner,
               decision.actor,
               decision.decision_point,
               decision.question,
               decision.options as "options: Json<Vec<DecisionOption>>",
               decision.outcome,
               decision.reasons,
               decision.seen_at,
               decision.decided_at,
               decision.position
             "# + $($rest)*
        )
    };
}

/// Of each operation the page's stretch; a statement for each direction, as for other pages.
macro_rules! log_pages {
    ($model:ident, $pin:ident, $operations:ident, $page:ident, $order:literal) => {
        decision_rows!(
            "from unnest($4::uuid[]) as wanted (id)
             cross join lateral (
               select entry.*
               from recorded_decision entry
               join visible_recorded_decision($1, $2, $3) visible on visible.id = entry.id
               where entry.operation_id = wanted.id
                 and entry.number > $5
                 and entry.number < $6
                 and entry.valid_from <= $1
                 and $1 < entry.valid_to
               order by entry.number "
                + $order
                + " limit $7
             ) decision
             order by decision.operation_id, decision.number",
            $pin.position.0,
            $pin.policy_position.0,
            $pin.viewer(),
            $operations,
            $page.after.unwrap_or(0),
            $page.before.unwrap_or(i32::MAX),
            $page.limit
        )
        .fetch_all($model.db())
        .await
    };
}

impl Versioned for RecordedDecisionRow {
    const FIELDS: &'static [Column] = &[
        Column::nowhere("operation_id", "where the object stands never changes"),
        Column::nowhere("version_id", "where the object stands never changes"),
        Column::nowhere("number", "what names the object never changes"),
        Column::nowhere("partner", "who decided never changes"),
        Column::nowhere("actor", "who decided never changes"),
        Column::plain("decision_point", "decisionPointCode"),
        Column::plain("question", "question"),
        Column::plain("options", "options"),
        Column::plain("outcome", "outcome"),
        Column::plain("reasons", "reasons"),
        Column::position("seen_at", "seenAt"),
        Column::instant("decided_at", "decidedAt"),
        Column::position("position", "position"),
    ];

    fn find(state: &State, item: &Item) -> Option<Self> {
        let (State::Operation(Some(operation)), Item::RecordedDecision(_, number)) = (state, item) else {
            return None;
        };
        let decision = operation.decision_log.iter().find(|decision| decision.number == *number)?;
        let id = operation.id();
        let point = decision.decision_point.as_ref();
        Some(Self {
            id: RecordedDecisionId::of(id, decision.number).0,
            operation_id: id.0,
            version_id: point.map(|point| PlanVersionId::of(id, point.number).0),
            number: decision.number.cast_signed(),
            partner: decision.partner.to_string(),
            actor: decision.actor.clone(),
            decision_point: point.map(|point| point.code.to_string()),
            question: decision.question.to_string(),
            options: Json(decision.options.clone()),
            outcome: decision.outcome.to_string(),
            reasons: decision.reasons.to_string(),
            seen_at: decision.seen_at.0,
            decided_at: decision.at.to_utc(),
            position: decision.position.0,
        })
    }
}

impl ReadModel {
    pub async fn recorded_decisions_by_id(
        &self,
        pin: &Pin,
        ids: &[Uuid],
    ) -> Result<Vec<RecordedDecisionRow>, Error> {
        decision_rows!(
            "from recorded_decision decision
             join visible_recorded_decision($1, $2, $3) visible on visible.id = decision.id
             where decision.id = any ($4) and decision.valid_from <= $1 and $1 < decision.valid_to",
            pin.position.0,
            pin.policy_position.0,
            pin.viewer(),
            ids
        )
        .fetch_all(self.db())
        .await
        .map_err(doing("read recorded decisions"))
    }

    /// A page of each operation's log, by operation and number: one statement for all of them.
    pub async fn recorded_decisions_of(
        &self,
        pin: &Pin,
        operation_ids: &[Uuid],
        page: &Page<i32>,
    ) -> Result<Vec<RecordedDecisionRow>, Error> {
        let rows = if page.backwards {
            log_pages!(self, pin, operation_ids, page, "desc")
        } else {
            log_pages!(self, pin, operation_ids, page, "asc")
        };
        rows.map_err(doing("list recorded decisions"))
    }

    /// Who has decided on which decision point of the operations' plans, whichever version was in force: by
    /// operation, point and partner.
    pub async fn points_decided_of(
        &self,
        pin: &Pin,
        operation_ids: &[Uuid],
    ) -> Result<Vec<DecidedPointRow>, Error> {
        sqlx::query_as!(
            DecidedPointRow,
            r#"select distinct decision.operation_id, decision.decision_point as "point!", decision.partner
             from recorded_decision decision
             join visible_recorded_decision($1, $2, $3) visible on visible.id = decision.id
             where decision.operation_id = any ($4)
               and decision.decision_point is not null
               and decision.valid_from <= $1
               and $1 < decision.valid_to
             order by decision.operation_id, decision.decision_point, decision.partner"#,
            pin.position.0,
            pin.policy_position.0,
            pin.viewer(),
            operation_ids
        )
        .fetch_all(self.db())
        .await
        .map_err(doing("list decided decision points"))
    }

    /// Operations without an entry that the viewer may see are left out.
    pub async fn count_recorded_decisions(
        &self,
        pin: &Pin,
        operation_ids: &[Uuid],
    ) -> Result<Vec<(Uuid, i64)>, Error> {
        let rows = sqlx::query!(
            r#"select decision.operation_id, count(*) as "count!"
             from recorded_decision decision
             join visible_recorded_decision($1, $2, $3) visible on visible.id = decision.id
             where decision.operation_id = any ($4) and decision.valid_from <= $1 and $1 < decision.valid_to
             group by decision.operation_id"#,
            pin.position.0,
            pin.policy_position.0,
            pin.viewer(),
            operation_ids
        )
        .fetch_all(self.db())
        .await
        .map_err(doing("count recorded decisions"))?;
        Ok(rows.into_iter().map(|row| (row.operation_id, row.count)).collect())
    }
}
