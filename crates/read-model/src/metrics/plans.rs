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
    id: Uuid,
    operation_id: Uuid,
    version_id: Uuid,
    partner: String,
    kind: String,
    decided_at: DateTime<Utc>,
    position: i64,
    revoked: bool,
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
            let promulgated = happened.all(row.id, "PlanPromulgated").first().copied();
            known.versions.push(VersionFacts {
                thing: Thing { kind: ThingKind::PlanVersion, id: row.id, code: format!("v{}", row.number) },
                submitted: happened.all(row.id, "PlanVersionSubmitted").to_vec(),
                promulgated,
            });
            let frame = frames.iter().find(|frame| frame.id == row.operation_id);
            let is_in_force = match frame.and_then(|frame| frame.in_force) {
                Some(number) => number == row.number,
                // Else the one that was so last: versions come in their order.
                None => promulgated.is_some(),
            };
            if is_in_force {
                let objectives = row.objectives.map(|Json(objectives)| objectives).unwrap_or_default();
                known.objectives = objectives.into_iter().map(ObjectiveFacts::from).collect();
            }
        }
        let decisions = self.decisions_to_measure(pin, &ids).await?;
        let revoked: Vec<Uuid> = decisions.iter().filter(|row| row.revoked).map(|row| row.id).collect();
        let revocations = self.milestones(pin, &revoked, &["ApprovalRevoked"]).await?;
        let mut taken_back = BTreeMap::new();
        for row in decisions {
            let of = (row.version_id, row.partner.clone());
            if row.revoked {
                taken_back.insert(of, revocations.last(row.id, "ApprovalRevoked"));
                continue;
            }
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
                since: taken_back.get(&of).copied().flatten(),
            });
        }
        Ok(())
    }

    async fn decisions_to_measure(&self, pin: &Pin, version_ids: &[Uuid]) -> Result<Vec<DecisionRow>, Error> {
        sqlx::query_as!(
            DecisionRow,
            r#"select
               decision.id,
               decision.operation_id,
               decision.version_id,
               decision.partner,
               decision.kind,
               decision.decided_at,
               decision.position,
               decision.revoked_at is not null as "revoked!"
             from decision
             join visible_plan_version($1, $2, $3) visible on visible.id = decision.version_id
             where decision.version_id = any ($4)
               and decision.valid_from <= $1
               and $1 < decision.valid_to
             order by decision.position"#,
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
