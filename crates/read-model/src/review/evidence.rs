//! Rows of what proves findings: who may not see that is told that there is some.

use crate::{
    Error, Pin, ReadModel, doing,
    tables::{Column, Versioned, row},
};
use chrono::{DateTime, Utc};
use domain::{
    Instant, Item, Position, State,
    assistance::Figure,
    centre::{CentreCode, CentreId},
    ids::{
        AssistanceClaimId, AssistanceId, DecisionId, GoNoGoWordId, MatterClaimId, OperationId, PartnerId,
        PhaseId, PlanVersionId, PostId, RecordedDecisionId, ShiftId, TaskClaimId, TaskId,
    },
    release::Matter,
    review::{Evidence, EvidenceId, FindingId, MeasuredOf},
};
use serde::{Deserialize, Serialize};
use sqlx::types::Json;
use uuid::Uuid;

row! {
    pub struct EvidenceRow {
        pub id: Uuid,
        pub operation_id: Uuid,
        pub finding_id: Uuid,
        pub number: i32,
        pub kind: String,
        /// Table of what it is, or of what was measured; `None`: it has no row.
        pub held_in: Option<String>,
        /// The same by its id.
        pub object_id: Option<Uuid>,
        pub detail: Json<EvidenceDetail>,
        /// Of the event that it is.
        pub event_position: Option<i64>,
        /// Of the plan; whoever may not see one of these is not told of it, nor of what follows.
        pub version_ids: Vec<Uuid>,
        pub task_ids: Vec<Uuid>,
        /// Also of counts of persons, and of entries of a watch's log.
        pub matter_ids: Vec<Uuid>,
        /// The post that says so.
        pub actor: String,
        pub linked_at: DateTime<Utc>,
        pub position: i64,
    }
}

/// What evidence says that is no object's.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum EvidenceDetail {
    /// The object says all.
    None,
    Assistance {
        /// Code of the partner that counts.
        authority: String,
        figure: Figure,
        valid_at: Instant,
    },
    Metric {
        code: String,
        as_known_at: Position,
        value: String,
        unit: String,
    },
}

/// What a viewer is told of evidence.
#[derive(Debug, Clone, PartialEq)]
pub struct ProofRow {
    pub operation_id: Uuid,
    pub finding_id: Uuid,
    pub number: i32,
    pub kind: String,
    /// All that follows; `None`: it is withheld.
    pub detail: Option<Json<EvidenceDetail>>,
    pub held_in: Option<String>,
    pub object_id: Option<Uuid>,
    pub actor: Option<String>,
    pub linked_at: Option<DateTime<Utc>>,
    pub position: Option<i64>,
}

impl Versioned for EvidenceRow {
    const FIELDS: &'static [Column] = &[
        Column::nowhere("operation_id", "where the object stands never changes"),
        Column::nowhere("finding_id", "where the object stands never changes"),
        Column::nowhere("number", "what names the object never changes"),
        Column::nowhere("kind", "evidence never changes, like all that follows"),
        Column::nowhere("held_in", "what it is"),
        Column::nowhere("object_id", "what it is"),
        Column::nowhere("detail", "what it is"),
        Column::nowhere("event_position", "who may see it"),
        Column::nowhere("version_ids", "who may see it"),
        Column::nowhere("task_ids", "who may see it"),
        Column::nowhere("matter_ids", "who may see it"),
        Column::nowhere("actor", "who linked it"),
        Column::nowhere("linked_at", "when it was linked"),
        Column::nowhere("position", "where it was linked"),
    ];

    fn find(state: &State, item: &Item) -> Option<Self> {
        let (State::Operation(Some(operation)), Item::Evidence(_, code, number)) = (state, item) else {
            return None;
        };
        let finding = operation.review.as_ref()?.findings.get(code)?;
        let linked = finding.evidence.iter().find(|linked| linked.number == *number)?;
        let (id, evidence) = (operation.id(), &linked.evidence);
        let parts = evidence.parts();
        let scope = evidence.scope().cloned().unwrap_or_default();
        let version = parts.version.map(|number| PlanVersionId::of(id, number).0);
        let task = parts.task.map(|task| TaskId::of(id, task).0);
        let counts = parts.authority.map(|authority| AssistanceId::of(id, authority).0);
        let matter = parts.matter.map(|matter| matter.id(id)).or(counts);
        let object = object(id, evidence);
        let finding_id = FindingId::of(id, code);
        Some(Self {
            id: EvidenceId::of(finding_id, linked.number).0,
            operation_id: id.0,
            finding_id: finding_id.0,
            number: linked.number.cast_signed(),
            kind: evidence.kind().to_string(),
            held_in: object.map(|(table, _)| table.to_owned()),
            object_id: object.map(|(_, id)| id),
            detail: Json(detail(evidence)),
            event_position: evidence.position().map(|position| position.0),
            version_ids: scope.versions.into_iter().chain(version).collect(),
            task_ids: scope.tasks.into_iter().chain(task).collect(),
            matter_ids: scope.matters.into_iter().chain(matter).collect(),
            actor: linked.actor.clone(),
            linked_at: linked.at.to_utc(),
            position: linked.position.0,
        })
    }
}

/// The table and the id of what it is, or of what was measured.
fn object(id: OperationId, evidence: &Evidence) -> Option<(&'static str, Uuid)> {
    let version = |number: u32| PlanVersionId::of(id, number);
    let shift = |centre: &CentreCode, number: u32| ("shift", ShiftId::of(CentreId::of(centre).0, number).0);
    Some(match evidence {
        Evidence::Event { event, .. } => ("event", *event),
        Evidence::TaskClaim { task, claim } => {
            ("task_claim", TaskClaimId::of(TaskId::of(id, task), *claim).0)
        }
        Evidence::MatterClaim { matter, claim } => {
            ("matter_claim", MatterClaimId::of(matter.id(id), *claim).0)
        }
        Evidence::AssistanceClaim { authority, claim } => {
            ("assistance_claim", AssistanceClaimId::of(AssistanceId::of(id, authority), *claim).0)
        }
        Evidence::PlanDecision { version: number, decision } => {
            ("decision", DecisionId::of(version(*number), *decision).0)
        }
        Evidence::RecordedDecision { number, .. } => {
            ("recorded_decision", RecordedDecisionId::of(id, *number).0)
        }
        Evidence::GoNoGoWord { phase, number, .. } => {
            ("go_no_go_word", GoNoGoWordId::of(PhaseId::of(id, phase), *number).0)
        }
        Evidence::Matter(matter) => (table_of(matter), matter.id(id)),
        Evidence::PlanVersion { number } => ("plan_version", version(*number).0),
        Evidence::Task { task } => ("task", TaskId::of(id, task).0),
        Evidence::Shift { centre, number } => shift(centre, *number),
        Evidence::Assistance { .. } => return None,
        Evidence::Metric { of, .. } => match of {
            MeasuredOf::Operation | MeasuredOf::Objective(_) => ("operation", id.0),
            MeasuredOf::Partner(partner) => ("partner", PartnerId::of(partner).0),
            MeasuredOf::Post(post) => ("post", PostId::of(post).0),
            MeasuredOf::Task(task) => ("task", TaskId::of(id, task).0),
            MeasuredOf::Matter(matter) => (table_of(matter), matter.id(id)),
            MeasuredOf::PlanVersion(number) => ("plan_version", version(*number).0),
            MeasuredOf::Centre(centre) => ("centre", CentreId::of(centre).0),
            MeasuredOf::Shift { centre, number } => shift(centre, *number),
            MeasuredOf::Event(event) => ("event", *event),
        },
    })
}

fn table_of(matter: &Matter) -> &'static str {
    match matter {
        Matter::Incident(_) => "incident",
        Matter::Request(_) => "request",
        Matter::Contribution(_) => "contribution",
        Matter::Sitrep(_) => "sitrep",
        Matter::Outcome(_) => "outcome",
    }
}

fn detail(evidence: &Evidence) -> EvidenceDetail {
    match evidence {
        Evidence::Assistance { authority, figure, valid_at } => EvidenceDetail::Assistance {
            authority: authority.to_string(),
            figure: *figure,
            valid_at: *valid_at,
        },
        Evidence::Metric { code, as_known_at, value, unit, .. } => EvidenceDetail::Metric {
            code: code.to_string(),
            as_known_at: *as_known_at,
            value: value.to_string(),
            unit: unit.to_string(),
        },
        _ => EvidenceDetail::None,
    }
}

impl ReadModel {
    /// What proves each finding, by finding and number.
    pub async fn proofs_of(&self, pin: &Pin, finding_ids: &[Uuid]) -> Result<Vec<ProofRow>, Error> {
        sqlx::query_as!(
            ProofRow,
            r#"select
               held.operation_id,
               held.finding_id,
               held.number,
               held.kind,
               shown.detail as "detail?: Json<EvidenceDetail>",
               shown.held_in as "held_in?",
               shown.object_id as "object_id?",
               shown.actor as "actor?",
               shown.linked_at as "linked_at?",
               shown.position as "position?"
             from evidence held
             join visible_operation($1, $2, $3) visible on visible.id = held.operation_id
             left join lateral (
               select entry.*
               from evidence entry
               join visible_evidence($1, $2, $3) seen on seen.id = entry.id
               where entry.id = held.id
                 and entry.valid_from = held.valid_from
                 and (
                   entry.event_position is null
                   or exists (
                     select
                     from visible_event($1, $2, $3) event_
                     where event_.position = entry.event_position
                     offset 0
                   )
                 )
               offset 0
             ) shown on true
             where held.finding_id = any ($4) and held.valid_from <= $1 and $1 < held.valid_to
             order by held.finding_id, held.number"#,
            pin.position.0,
            pin.policy_position.0,
            pin.viewer(),
            finding_ids
        )
        .fetch_all(self.db())
        .await
        .map_err(doing("list evidence"))
    }
}
