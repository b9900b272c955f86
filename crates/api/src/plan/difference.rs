//! What differs between a plan version and one that a partner decided on before.

use crate::{
    Error,
    graph::{
        context::World,
        node::{PlanDecision, PlanVersion},
        scalars::Json,
    },
    log::change::ChangeKind,
};
use async_graphql::Object;
use domain::plan::{self, Contents, DifferenceKind};
use futures_util::future::{try_join, try_join_all};
use read_model::plan::{AnnexRow, PlannedTaskRow};
use serde_json::{Map, Value, json};
use std::sync::Arc;

/// What differs between a version and the one that a decision was taken on.
pub struct PlanComparison {
    decision: PlanDecision,
    from: PlanVersion,
    to: PlanVersion,
}

/// Something that two versions of a plan have differently, as far as you may see both. What one of them does not show you
/// counts as not there.
pub struct PlanDifference(plan::Difference);

impl PlanComparison {
    /// Between the version that the decision was taken on and this one; `None` when the decision is on another
    /// operation's plan, or on what the viewer sees no more.
    pub(super) async fn since(to: &PlanVersion, decision: PlanDecision) -> Result<Option<Self>, Error> {
        let from: Option<PlanVersion> = to.world.find(decision.row.version_id).await?;
        let from = from.filter(|from| from.row.operation_id == to.row.operation_id);
        Ok(from.map(|from| Self { decision, from, to: to.clone() }))
    }
}

/// The decision that the viewer's partner took last on an earlier version.
pub(super) async fn last_decision(version: &PlanVersion) -> Result<Option<PlanDecision>, Error> {
    let world = &version.world;
    let Some(partner) = &world.pin.viewer.partner else { return Ok(None) };
    let versions = world.loaders.versions_of.children(version.row.operation_id).await?;
    let earlier = versions.iter().filter(|row| row.number < version.row.number);
    let decisions = try_join_all(earlier.map(|row| world.loaders.decisions_of.children(row.id))).await?;
    let rows: Vec<_> = decisions.iter().flat_map(|rows| rows.iter()).cloned().collect();
    let own = rows.into_iter().filter(|row| row.partner == partner.as_str());
    let last = own.max_by_key(|row| row.position);
    Ok(last.and_then(|row| world.all::<PlanDecision>(&[row]).pop()))
}

/// What differs between a version and the one that a decision was taken on, as far as you may see both.
#[Object]
impl PlanComparison {
    async fn decision(&self) -> &PlanDecision {
        &self.decision
    }

    /// The version that it was taken on.
    async fn from(&self) -> &PlanVersion {
        &self.from
    }

    async fn to(&self) -> &PlanVersion {
        &self.to
    }

    /// By what the items are, and by their codes.
    async fn differences(&self) -> Result<Vec<PlanDifference>, Error> {
        let (before, after) = try_join(contents(&self.from), contents(&self.to)).await?;
        let differences = before.differences(&after);
        self.to.world.spend(differences.len())?;
        Ok(differences.into_iter().map(PlanDifference).collect())
    }
}

/// Something that two versions of a plan have differently, as far as you may see both: what one of them does not show you
/// counts as not there. Of an annex's text only its SHA-256 is compared.
#[Object]
impl PlanDifference {
    async fn kind(&self) -> ChangeKind {
        match self.0.kind {
            DifferenceKind::Added => ChangeKind::Added,
            DifferenceKind::Changed => ChangeKind::Changed,
            DifferenceKind::Removed => ChangeKind::Removed,
        }
    }

    /// What the item is, such as `task`, `dependency`, `section` or `annex`.
    async fn of(&self) -> &str {
        self.0.of
    }

    /// What it is called by, such as `T17`, `T17 waits for T16` or `mission`.
    async fn code(&self) -> &str {
        &self.0.code
    }

    /// Null when the whole was added or removed.
    async fn field(&self) -> Option<&str> {
        self.0.field.as_deref()
    }

    /// Null when there was none. Of what was removed, all its fields.
    async fn before(&self) -> Option<Json> {
        shown(&self.0.before)
    }

    /// Null when there is none. Of what was added, all its fields.
    async fn after(&self) -> Option<Json> {
        shown(&self.0.after)
    }
}

fn shown(value: &Value) -> Option<Json> {
    (!value.is_null()).then(|| Json(value.clone()))
}

/// What the viewer sees of the version.
async fn contents(version: &PlanVersion) -> Result<Contents, Error> {
    let world: &Arc<World> = &version.world;
    let (network, annexes) =
        try_join(version.network(), world.loaders.annexes_of.children(version.row.id)).await?;
    world.spend(network.tasks.len() + annexes.len())?;
    let mut contents = Contents::of(object(json!(&*version.row.sections)));
    for annex in annexes.iter() {
        contents.add("annex", annex.code.clone(), annex_fields(annex));
    }
    for (row, task) in network.rows().iter().zip(&network.tasks) {
        contents.add("task", row.code.clone(), task_fields(row));
        for waits in &task.predecessors {
            let fields = json!({ "kind": waits.kind, "lag": waits.lag });
            contents.add(
                "dependency",
                format!("{} waits for {}", row.code, waits.predecessor),
                object(fields),
            );
        }
    }
    Ok(contents)
}

fn task_fields(row: &PlannedTaskRow) -> Map<String, Value> {
    let mut fields = object(json!({
        "title": row.title, "phase": row.phase, "lineOfEffort": row.line_of_effort, "leadPartner": row.lead,
        "territory": row.territory, "post": row.post,
        "startOffset": domain::Span::seconds(row.start_offset), "duration": domain::Span::seconds(row.duration),
    }));
    fields.extend(object(json!(&*row.terms)));
    fields
}

/// Reading the text of a sensitive annex is logged, and a comparison is no reading of it.
fn annex_fields(row: &AnnexRow) -> Map<String, Value> {
    let text = row.text.as_ref().map(|text| domain::Sha256::of(&[text.as_bytes()]).to_string());
    object(json!({
        "title": row.title, "classification": row.classification, "handling": row.handling,
        "releasableTo": row.releasable_to, "textSha256": text,
    }))
}

fn object(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(fields) => fields,
        _ => Map::new(),
    }
}
