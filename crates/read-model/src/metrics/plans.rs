//! Facts of how plans came into force, and what the one in force aims at.

use crate::{
    Error, Pin, ReadModel, doing,
    metrics::{Frame, read},
};
use chrono::{DateTime, Utc};
use domain::{
    Position,
    metrics::{DecisionFact, Facts, ObjectiveFacts, Said, Thing, ThingKind, VersionFacts},
    plan::Objective,
};
use sqlx::types::Json;
use std::collections::BTreeMap;
use uuid::Uuid;

struct VersionRow {
    operation_id: Uuid,
    id: Uuid,
    number: i32,
    objectives: Option<Json<Vec<Objective>>>,
}

struct DecisionRow {
    operation_id: Uuid,
    version_id: Uuid,
    partner: String,
    kind: String,
    decided_at: DateTime<Utc>,
    position: i64,
}

impl ReadModel {
    pub(super) async fn add_plans(
        &self,
        pin: &Pin,
        frames: &[Frame],
        facts: &mut BTreeMap<Uuid, Facts>,
    ) -> Result<(), Error> {
        let operation_ids: Vec<Uuid> = frames.iter().map(|frame| frame.id).collect();
        let versions = sqlx::query_as!(
            VersionRow,
            r#"select
               version_.operation_id,
               version_.id,
               version_.number,
               version_.sections -> 'objectives' as "objectives: Json<Vec<Objective>>"
             from plan_version version_
             join visible_plan_version($1, $2, $3) visible on visible.id = version_.id
             where version_.operation_id = any ($4)
               and version_.valid_from <= $1
               and $1 < version_.valid_to
             order by version_.operation_id, version_.number"#,
            pin.position.0,
            pin.policy_position.0,
            pin.viewer(),
            &operation_ids
        )
        .fetch_all(self.db())
        .await
        .map_err(doing("read plan versions to measure"))?;
        let ids: Vec<Uuid> = versions.iter().map(|version| version.id).collect();
        let happened = self.milestones(pin, &ids, &["PlanVersionSubmitted", "PlanPromulgated"]).await?;
        for row in versions {
            let Some(known) = facts.get_mut(&row.operation_id) else { continue };
            known.versions.push(VersionFacts {
                thing: Thing { kind: ThingKind::PlanVersion, id: row.id, code: format!("v{}", row.number) },
                submitted: happened.all(row.id, "PlanVersionSubmitted").to_vec(),
                promulgated: happened.all(row.id, "PlanPromulgated").first().copied(),
            });
            let frame = frames.iter().find(|frame| frame.id == row.operation_id);
            if frame.is_some_and(|frame| frame.in_force == Some(row.number)) {
                let objectives = row.objectives.map(|Json(objectives)| objectives).unwrap_or_default();
                known.objectives.extend(objectives.into_iter().map(|objective| ObjectiveFacts {
                    code: objective.code.to_string(),
                    measure: objective.measure.to_string(),
                    target: objective.target,
                }));
            }
        }
        for row in self.decisions_to_measure(pin, &ids).await? {
            let Some(known) = facts.get_mut(&row.operation_id) else { continue };
            known.decisions.push(DecisionFact {
                version: row.version_id,
                partner: read(&row.partner)?,
                kind: read(&row.kind)?,
                // What a nation decides counts from when it was entered.
                said: Said {
                    position: Position(row.position),
                    at: row.decided_at,
                    recorded_at: row.decided_at,
                },
            });
        }
        Ok(())
    }

    async fn decisions_to_measure(&self, pin: &Pin, version_ids: &[Uuid]) -> Result<Vec<DecisionRow>, Error> {
        sqlx::query_as!(
            DecisionRow,
            "select
               decision.operation_id,
               decision.version_id,
               decision.partner,
               decision.kind,
               decision.decided_at,
               decision.position
             from decision
             join visible_plan_version($1, $2, $3) visible on visible.id = decision.version_id
             where decision.version_id = any ($4)
               and decision.revoked_at is null
               and decision.valid_from <= $1
               and $1 < decision.valid_to
             order by decision.position",
            pin.position.0,
            pin.policy_position.0,
            pin.viewer(),
            version_ids
        )
        .fetch_all(self.db())
        .await
        .map_err(doing("read decisions to measure"))
    }
}
