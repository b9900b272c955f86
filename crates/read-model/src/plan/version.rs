//! Rows of plan versions.

use crate::{
    Error, Pin, ReadModel, doing,
    operation::readers,
    tables::{Column, Versioned, row},
};
use chrono::{DateTime, Utc};
use domain::{
    Code, Item, PhaseCode, State,
    execution::points_at_gate,
    plan::{DecisionPoint, FragmentaryOrder, Phase, Sections, Version, VersionStatus, Withdrawn},
    release::{Label, Release},
};
use sqlx::types::Json;
use std::collections::BTreeMap;
use uuid::Uuid;

row! {
    pub struct PlanVersionRow {
        pub id: Uuid,
        pub operation_id: Uuid,
        pub number: i32,
        pub status: String,
        pub base: Option<i32>,
        pub sections: Json<Sections>,
        /// What the version itself says of its release; `None`: as the operation.
        pub release: Option<Json<Release>>,
        /// By that; `None`: the operation's.
        pub readers: Option<Vec<String>>,
        /// From submission on; 64 hexadecimal digits.
        pub content_hash: Option<String>,
        pub drafted_at: DateTime<Utc>,
        pub submitted_at: Option<DateTime<Utc>>,
        pub submitted_position: Option<i64>,
        /// Who could read it when it was submitted; nobody before.
        pub submitted_to: Vec<String>,
        /// Observers that read it while it is a draft.
        pub shared_with: Vec<String>,
        /// The same with the operation's lead; `None`: it is no draft.
        pub draft_readers: Option<Vec<String>>,
        pub promulgated_at: Option<DateTime<Utc>>,
        /// Partners that took their decision back while it was in force.
        pub suspended_by: Vec<String>,
        pub withdrawn: Option<Json<Withdrawn>>,
        pub fragmentary_orders: Json<Vec<FragmentaryOrder>>,
        /// Once it is submitted: by phase, the decision points that stand at its gate.
        pub gate_points: Json<BTreeMap<PhaseCode, Vec<Code>>>,
    }
}

/// The columns, once for all queries: what follows says where from, and the arguments.
macro_rules! plan_version_rows {
    ($($rest:tt)*) => {
        sqlx::query_as!(
            PlanVersionRow,
            r#"select
               plan_version.id,
               operation_id,
               number,
               status,
               base,
               sections as "sections: Json<Sections>",
               release as "release: Json<Release>",
               readers,
               content_hash,
               drafted_at,
               submitted_at,
               submitted_position,
               submitted_to,
               shared_with,
               draft_readers,
               promulgated_at,
               suspended_by,
               withdrawn as "withdrawn: Json<Withdrawn>",
               fragmentary_orders as "fragmentary_orders: Json<Vec<FragmentaryOrder>>",
               gate_points as "gate_points: Json<BTreeMap<PhaseCode, Vec<Code>>>"
             "# + $($rest)*
        )
    };
}

impl PlanVersionRow {
    /// The decision points that stand at a phase's gate.
    pub fn points_at_gate(&self, phase: &PhaseCode) -> Vec<&DecisionPoint> {
        let codes = self.gate_points.get(phase).map_or(&[][..], Vec::as_slice);
        self.sections.decision_points.iter().filter(|point| codes.contains(&point.code)).collect()
    }

    /// The label in force on the version, below its operation's.
    pub fn label(&self, operation: &Label) -> Label {
        operation.narrowed(self.release.as_deref())
    }
}

impl Versioned for PlanVersionRow {
    const FIELDS: &'static [Column] = &[
        Column::nowhere("operation_id", "where the object stands never changes"),
        Column::nowhere("number", "what names the object never changes"),
        Column::plain("status", "status"),
        Column::nowhere("base", "a version keeps what it was drafted from"),
        Column::sections("sections", "sections"),
        Column::plain("release", "release"),
        Column::nowhere("readers", "computed from the label"),
        Column::plain("content_hash", "contentHash"),
        Column::instant("drafted_at", "draftedAt"),
        Column::instant("submitted_at", "submittedAt"),
        Column::position("submitted_position", "submittedPosition"),
        Column::nowhere("submitted_to", "computed from the label at the submission"),
        Column::plain("shared_with", "sharedWith"),
        Column::nowhere("draft_readers", "computed from those it is shared with"),
        Column::instant("promulgated_at", "promulgatedAt"),
        Column::plain("suspended_by", "suspendedBy"),
        Column::plain("withdrawn", "withdrawal"),
        Column::plain("fragmentary_orders", "fragmentaryOrders"),
        Column::nowhere("gate_points", "computed from the decision points and the tasks"),
    ];

    fn find(state: &State, item: &Item) -> Option<Self> {
        let (State::Operation(Some(operation)), Item::PlanVersion(_, number)) = (state, item) else {
            return None;
        };
        let version = operation.plan.version(*number)?;
        Some(Self {
            id: version.id(operation.id()).0,
            operation_id: operation.id().0,
            number: version.number.cast_signed(),
            status: version.status.to_string(),
            base: version.base.map(u32::cast_signed),
            sections: Json((*version.sections).clone()),
            release: version.release.clone().map(Json),
            readers: version.release.as_ref().map(|own| readers(operation, &own.releasable_to)),
            content_hash: version.content_hash.map(|hash| hash.to_string()),
            drafted_at: version.drafted_at.to_utc(),
            submitted_at: version.submitted_at.map(|at| at.to_utc()),
            submitted_position: version.submitted_position.map(|position| position.0),
            submitted_to: version.submitted_to.iter().map(ToString::to_string).collect(),
            shared_with: version.shared_with.iter().map(ToString::to_string).collect(),
            draft_readers: (version.status == VersionStatus::Draft)
                .then(|| readers(operation, &version.shared_with)),
            promulgated_at: version.promulgated_at.map(|at| at.to_utc()),
            suspended_by: version.suspended_by.iter().map(ToString::to_string).collect(),
            withdrawn: version.withdrawn.clone().map(Json),
            fragmentary_orders: Json(version.orders.iter().cloned().collect()),
            gate_points: Json(gate_points(version)),
        })
    }
}

/// From submission on: before, a task that is added would change it.
fn gate_points(version: &Version) -> BTreeMap<PhaseCode, Vec<Code>> {
    if version.status == VersionStatus::Draft {
        return BTreeMap::new();
    }
    let points =
        |phase: &Phase| points_at_gate(version, phase).iter().map(|point| point.code.clone()).collect();
    let gates = version.sections.phases.iter().filter(|phase| phase.gate.is_some());
    gates.map(|phase| (phase.code.clone(), points(phase))).collect()
}

impl ReadModel {
    pub async fn plan_versions_by_id(&self, pin: &Pin, ids: &[Uuid]) -> Result<Vec<PlanVersionRow>, Error> {
        plan_version_rows!(
            "from plan_version
             join visible_plan_version($1, $2, $3) visible on visible.id = plan_version.id
             where plan_version.id = any ($4) and valid_from <= $1 and $1 < valid_to",
            pin.position.0,
            pin.policy_position.0,
            pin.viewer(),
            ids
        )
        .fetch_all(self.db())
        .await
        .map_err(doing("read plan versions"))
    }

    /// All versions of the operations, by operation and number.
    pub async fn plan_versions_of(
        &self,
        pin: &Pin,
        operation_ids: &[Uuid],
    ) -> Result<Vec<PlanVersionRow>, Error> {
        plan_version_rows!(
            "from plan_version
             join visible_plan_version($1, $2, $3) visible on visible.id = plan_version.id
             where operation_id = any ($4) and valid_from <= $1 and $1 < valid_to
             order by operation_id, number",
            pin.position.0,
            pin.policy_position.0,
            pin.viewer(),
            operation_ids
        )
        .fetch_all(self.db())
        .await
        .map_err(doing("list plan versions"))
    }
}
