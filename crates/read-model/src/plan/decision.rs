//! Rows of partners' decisions on plan versions and of the conditions attached to them.

use crate::{
    Error, Pin, ReadModel, doing,
    tables::{Column, Versioned, row},
};
use chrono::{DateTime, Utc};
use domain::{
    Item, State,
    ids::ConditionId,
    operation::Operation,
    plan::{Decision, Proposal, Version},
};
use sqlx::types::Json;
use uuid::Uuid;

row! {
    pub struct DecisionRow {
        pub id: Uuid,
        pub operation_id: Uuid,
        pub version_id: Uuid,
        pub number: i32,
        pub partner: String,
        /// The post that decided.
        pub actor: String,
        pub kind: String,
        pub decided_at: DateTime<Utc>,
        pub position: i64,
        /// The position that its author was looking at.
        pub seen_at: i64,
        pub reason_code: Option<String>,
        pub reason: Option<String>,
        /// Tasks objected to, or consented to.
        pub tasks: Vec<String>,
        pub revoked_at: Option<DateTime<Utc>>,
        /// The post that said last that it stands.
        pub confirmed_by: Option<String>,
        pub confirmed_at: Option<DateTime<Utc>>,
        /// Where the log says so.
        pub confirmed_position: Option<i64>,
    }
}

/// The columns, once for all queries: what follows says where from, and the arguments.
macro_rules! decision_rows {
    ($($rest:tt)*) => {
        sqlx::query_as!(
            DecisionRow,
            "select
               decision.id,
               operation_id,
               version_id,
               number,
               partner,
               actor,
               kind,
               decided_at,
               position,
               seen_at,
               reason_code,
               reason,
               tasks,
               revoked_at,
               confirmed_by,
               confirmed_at,
               confirmed_position
             " + $($rest)*
        )
    };
}

row! {
    pub struct ConditionRow {
        pub id: Uuid,
        pub operation_id: Uuid,
        pub version_id: Uuid,
        pub decision_id: Uuid,
        /// Number of the version.
        pub version: i32,
        /// The author.
        pub partner: String,
        pub code: String,
        pub gate: String,
        pub text: String,
        pub status: String,
        pub settled_at: Option<DateTime<Utc>>,
        pub note: Option<String>,
        pub proposal: Option<Json<Proposal>>,
    }
}

/// The columns, once for all queries: what follows says where from, and the arguments.
macro_rules! condition_rows {
    ($($rest:tt)*) => {
        sqlx::query_as!(
            ConditionRow,
            r#"select
               condition.id,
               operation_id,
               version_id,
               decision_id,
               version,
               partner,
               code,
               gate,
               text,
               status,
               settled_at,
               note,
               proposal as "proposal: Json<Proposal>"
             "# + $($rest)*
        )
    };
}

/// The `nth` decision on a version, from 1.
fn nth_decision(operation: &Operation, version: u32, nth: u32) -> Option<(&Version, &Decision)> {
    let version = operation.plan.version(version)?;
    let index = usize::try_from(nth.checked_sub(1)?).ok()?;
    Some((version, version.decisions.get(index)?))
}

impl Versioned for DecisionRow {
    const FIELDS: &'static [Column] = &[
        Column::nowhere("operation_id", "where the object stands never changes"),
        Column::nowhere("version_id", "where the object stands never changes"),
        Column::nowhere("number", "what names the object never changes"),
        Column::nowhere("partner", "who decided never changes"),
        Column::nowhere("actor", "who decided never changes"),
        Column::plain("kind", "kind"),
        Column::instant("decided_at", "decidedAt"),
        Column::position("position", "position"),
        Column::position("seen_at", "seenAt"),
        Column::plain("reason_code", "reasonCode"),
        Column::plain("reason", "reason"),
        Column::plain("tasks", "tasks"),
        Column::instant("revoked_at", "revokedAt"),
        Column::plain("confirmed_by", "confirmedBy"),
        Column::instant("confirmed_at", "confirmedAt"),
        Column::nowhere("confirmed_position", "it changes with `confirmedAt`"),
    ];

    fn find(state: &State, item: &Item) -> Option<Self> {
        let (State::Operation(Some(operation)), Item::Decision(_, number, nth)) = (state, item) else {
            return None;
        };
        let (version, decision) = nth_decision(operation, *number, *nth)?;
        Some(Self {
            id: decision.id(operation.id(), version.number).0,
            operation_id: operation.id().0,
            version_id: version.id(operation.id()).0,
            number: decision.number.cast_signed(),
            partner: decision.partner.to_string(),
            actor: decision.actor.clone(),
            kind: decision.kind.to_string(),
            decided_at: decision.at.to_utc(),
            position: decision.position.0,
            seen_at: decision.seen_at.0,
            reason_code: decision.reason_code.as_ref().map(ToString::to_string),
            reason: decision.reason.as_ref().map(ToString::to_string),
            tasks: decision.tasks.iter().map(ToString::to_string).collect(),
            revoked_at: decision.revoked.map(|revoked| revoked.at.to_utc()),
            confirmed_by: decision.confirmed.as_ref().map(|confirmed| confirmed.actor.clone()),
            confirmed_at: decision.confirmed.as_ref().map(|confirmed| confirmed.at.to_utc()),
            confirmed_position: decision.confirmed.as_ref().map(|confirmed| confirmed.position.0),
        })
    }
}

impl Versioned for ConditionRow {
    const FIELDS: &'static [Column] = &[
        Column::nowhere("operation_id", "where the object stands never changes"),
        Column::nowhere("version_id", "where the object stands never changes"),
        Column::nowhere("decision_id", "where the object stands never changes"),
        Column::nowhere("version", "where the object stands never changes"),
        Column::nowhere("partner", "its author never changes"),
        Column::plain("code", "code"),
        Column::plain("gate", "gate"),
        Column::plain("text", "text"),
        Column::plain("status", "status"),
        Column::instant("settled_at", "settledAt"),
        Column::plain("note", "note"),
        Column::plain("proposal", "proposal"),
    ];

    fn find(state: &State, item: &Item) -> Option<Self> {
        let (State::Operation(Some(operation)), Item::Condition(_, number, nth, code)) = (state, item) else {
            return None;
        };
        let (version, decision) = nth_decision(operation, *number, *nth)?;
        let condition = decision.conditions.iter().find(|condition| condition.code == *code)?;
        let decision_id = decision.id(operation.id(), version.number);
        Some(Self {
            id: ConditionId::of(decision_id, &condition.code).0,
            operation_id: operation.id().0,
            version_id: version.id(operation.id()).0,
            decision_id: decision_id.0,
            version: version.number.cast_signed(),
            partner: decision.partner.to_string(),
            code: condition.code.to_string(),
            gate: condition.gate.to_string(),
            text: condition.text.to_string(),
            status: condition.status.to_string(),
            settled_at: condition.settled_at.map(|at| at.to_utc()),
            note: condition.note.as_ref().map(ToString::to_string),
            proposal: condition.proposal.clone().map(Json),
        })
    }
}

impl ReadModel {
    pub async fn decisions_by_id(&self, pin: &Pin, ids: &[Uuid]) -> Result<Vec<DecisionRow>, Error> {
        decision_rows!(
            "from decision
             join visible_plan_version($1, $2, $3) visible on visible.id = version_id
             where decision.id = any ($4) and valid_from <= $1 and $1 < valid_to",
            pin.position.0,
            pin.policy_position.0,
            pin.viewer(),
            ids
        )
        .fetch_all(self.db())
        .await
        .map_err(doing("read decisions"))
    }

    /// All decisions on the versions, revoked ones too, by version and number.
    pub async fn decisions_of(&self, pin: &Pin, version_ids: &[Uuid]) -> Result<Vec<DecisionRow>, Error> {
        decision_rows!(
            "from decision
             join visible_plan_version($1, $2, $3) visible on visible.id = version_id
             where version_id = any ($4) and valid_from <= $1 and $1 < valid_to
             order by version_id, number",
            pin.position.0,
            pin.policy_position.0,
            pin.viewer(),
            version_ids
        )
        .fetch_all(self.db())
        .await
        .map_err(doing("list decisions"))
    }

    pub async fn conditions_by_id(&self, pin: &Pin, ids: &[Uuid]) -> Result<Vec<ConditionRow>, Error> {
        condition_rows!(
            "from condition
             join visible_plan_version($1, $2, $3) visible on visible.id = version_id
             where condition.id = any ($4) and valid_from <= $1 and $1 < valid_to",
            pin.position.0,
            pin.policy_position.0,
            pin.viewer(),
            ids
        )
        .fetch_all(self.db())
        .await
        .map_err(doing("read conditions"))
    }

    /// All conditions of the decisions, by decision and code.
    pub async fn conditions_of(&self, pin: &Pin, decision_ids: &[Uuid]) -> Result<Vec<ConditionRow>, Error> {
        condition_rows!(
            "from condition
             join visible_plan_version($1, $2, $3) visible on visible.id = version_id
             where decision_id = any ($4) and valid_from <= $1 and $1 < valid_to
             order by decision_id, code",
            pin.position.0,
            pin.policy_position.0,
            pin.viewer(),
            decision_ids
        )
        .fetch_all(self.db())
        .await
        .map_err(doing("list conditions"))
    }
}
