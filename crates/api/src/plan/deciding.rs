//! Nations' decisions on plan versions, the conditions of approvals, and promulgation.

use crate::{
    Error,
    graph::{
        context::World,
        mutation::{Asked, Entry, Outcome, results, uuid_of},
        node::{Condition, PlanVersion},
        scalars::{Position, Sha256},
    },
};
use async_graphql::{Context, ID, InputObject, Object};
use domain::{
    Code, Command, OperationCode,
    ids::{OperationId, PlanVersionId},
    plan::{Named, NewCondition, PlanCommand},
};
use std::sync::Arc;

/// A requirement to attach to an approval.
#[derive(InputObject)]
struct ConditionInput {
    /// Unique in the approval, such as `C1`.
    code: String,
    /// A phase's code, `PROMULGATION` or `ACTIVATION`: what it blocks until it is satisfied or waived.
    gate: String,
    text: String,
}

#[derive(InputObject)]
struct ApprovePlanInput {
    plan_version_id: ID,
    /// Of the content that the commander saw; anything else is `STALE_PLAN_VERSION`.
    content_hash: Sha256,
    /// Present: approved with conditions.
    conditions: Option<Vec<ConditionInput>>,
    /// What the commander was looking at.
    seen_at: Position,
    #[graphql(flatten)]
    entry: Entry,
}

#[derive(InputObject)]
struct RejectPlanInput {
    plan_version_id: ID,
    /// Of the content that the commander saw; anything else is `STALE_PLAN_VERSION`.
    content_hash: Sha256,
    /// A partner's own code for its reason, such as `SOVEREIGNTY`.
    reason_code: Option<String>,
    reason: String,
    /// Codes of the tasks objected to.
    objects_to: Option<Vec<String>>,
    /// What the commander was looking at.
    seen_at: Position,
    #[graphql(flatten)]
    entry: Entry,
}

#[derive(InputObject)]
struct ConsentToPlanInput {
    plan_version_id: ID,
    /// Of the content that the commander saw; anything else is `STALE_PLAN_VERSION`.
    content_hash: Sha256,
    /// Codes of tasks on the partner's territory; all of them, when it is left out.
    tasks: Option<Vec<String>>,
    /// What the commander was looking at.
    seen_at: Position,
    #[graphql(flatten)]
    entry: Entry,
}

#[derive(InputObject)]
struct RevokeDecisionInput {
    plan_version_id: ID,
    reason: String,
    #[graphql(flatten)]
    entry: Entry,
}

#[derive(InputObject)]
struct SatisfyConditionInput {
    condition_id: ID,
    /// What shows that it is met.
    evidence: String,
    #[graphql(flatten)]
    entry: Entry,
}

#[derive(InputObject)]
struct WaiveConditionInput {
    condition_id: ID,
    reason: String,
    #[graphql(flatten)]
    entry: Entry,
}

#[derive(InputObject)]
struct PromulgatePlanInput {
    plan_version_id: ID,
    /// What the commander was looking at.
    seen_at: Position,
    #[graphql(flatten)]
    entry: Entry,
}

results! {
    ApprovePlanResult = ApprovePlanPayload { plan_version: PlanVersion }
    RejectPlanResult = RejectPlanPayload { plan_version: PlanVersion }
    ConsentToPlanResult = ConsentToPlanPayload { plan_version: PlanVersion }
    RevokeDecisionResult = RevokeDecisionPayload { plan_version: PlanVersion }
    PromulgatePlanResult = PromulgatePlanPayload { plan_version: PlanVersion }
    SatisfyConditionResult = SatisfyConditionPayload { condition: Condition }
    WaiveConditionResult = WaiveConditionPayload { condition: Condition }
}

type Version = Option<(OperationCode, u32)>;

fn named(version: &Version, Sha256(content_hash): Sha256, Position(seen_at): Position) -> Option<Named> {
    let (operation, number) = version.clone()?;
    Some(Named { operation, number, content_hash, seen_at })
}

async fn carry_out<R: From<Outcome<PlanVersion>>>(
    asked: Asked<'_>,
    version: Version,
    command: Option<PlanCommand>,
) -> Result<R, Error> {
    let id = version.map(|(operation, number)| PlanVersionId::of(OperationId::of(&operation), number).0);
    let found = |world: Arc<World>| async move { world.find(id.unwrap_or_default()).await };
    Ok(asked.carry_out(command.map(Command::Plan), found).await?.into())
}

#[derive(Default)]
pub struct DecisionMutations;

#[Object]
impl DecisionMutations {
    /// Approves a version for the commander's partner, with conditions or without.
    async fn approve_plan(
        &self,
        ctx: &Context<'_>,
        input: ApprovePlanInput,
    ) -> Result<ApprovePlanResult, Error> {
        let mut asked = Asked::new(ctx, input.entry)?;
        let version = asked.version(&input.plan_version_id).await?;
        if version.is_none() {
            asked.check_approver().await?;
        }
        let conditions: Vec<_> = input
            .conditions
            .unwrap_or_default()
            .iter()
            .enumerate()
            .map(|(index, condition)| {
                let code = asked.parse(&format!("conditions.{index}.code"), &condition.code);
                let gate = asked.parse(&format!("conditions.{index}.gate"), &condition.gate);
                let text = asked.parse(&format!("conditions.{index}.text"), &condition.text);
                Some(NewCondition { code: code?, gate: gate?, text: text? })
            })
            .collect();
        let conditions = conditions.into_iter().collect::<Option<Vec<_>>>();
        let command = named(&version, input.content_hash, input.seen_at)
            .zip(conditions)
            .map(|(named, conditions)| PlanCommand::Approve { named, conditions });
        carry_out(asked, version, command).await
    }

    /// Rejects a version for the commander's partner; one without a vote refuses consent for its territory.
    async fn reject_plan(
        &self,
        ctx: &Context<'_>,
        input: RejectPlanInput,
    ) -> Result<RejectPlanResult, Error> {
        let mut asked = Asked::new(ctx, input.entry)?;
        let version = asked.version(&input.plan_version_id).await?;
        let reason_code = asked.parse_if::<Code>("reasonCode", input.reason_code.as_deref());
        let reason = asked.reason(&input.reason);
        let objects_to = asked.parse_all("objectsTo", &input.objects_to.unwrap_or_default());
        let named = named(&version, input.content_hash, input.seen_at);
        let command = named.zip(reason_code).zip(reason).zip(objects_to).map(
            |(((named, reason_code), reason), objects_to)| PlanCommand::Reject {
                named,
                reason_code,
                reason,
                objects_to,
            },
        );
        carry_out(asked, version, command).await
    }

    /// Consents to tasks on the territory of the commander's partner.
    async fn consent_to_plan(
        &self,
        ctx: &Context<'_>,
        input: ConsentToPlanInput,
    ) -> Result<ConsentToPlanResult, Error> {
        let mut asked = Asked::new(ctx, input.entry)?;
        let version = asked.version(&input.plan_version_id).await?;
        let tasks = asked.parse_all("tasks", &input.tasks.unwrap_or_default());
        let command = named(&version, input.content_hash, input.seen_at)
            .zip(tasks)
            .map(|(named, tasks)| PlanCommand::Consent { named, tasks });
        carry_out(asked, version, command).await
    }

    /// Takes back the decision of the commander's partner on a version that is under decision.
    async fn revoke_decision(
        &self,
        ctx: &Context<'_>,
        input: RevokeDecisionInput,
    ) -> Result<RevokeDecisionResult, Error> {
        let mut asked = Asked::new(ctx, input.entry)?;
        let version = asked.version(&input.plan_version_id).await?;
        let reason = asked.reason(&input.reason);
        let command = version.clone().zip(reason).map(|((operation, number), reason)| PlanCommand::Revoke {
            operation,
            number,
            reason,
        });
        carry_out(asked, version, command).await
    }

    /// Records that a condition is met; for its author, or the operation's lead.
    async fn satisfy_condition(
        &self,
        ctx: &Context<'_>,
        input: SatisfyConditionInput,
    ) -> Result<SatisfyConditionResult, Error> {
        let mut asked = Asked::new(ctx, input.entry)?;
        let found = asked.condition(&input.condition_id).await?;
        let evidence = asked.parse("evidence", &input.evidence);
        let command = found.zip(evidence).map(|((operation, number, partner, condition), evidence)| {
            Command::Plan(PlanCommand::SatisfyCondition { operation, number, partner, condition, evidence })
        });
        let id = input.condition_id;
        Ok(asked.carry_out(command, |world| condition(world, id)).await?.into())
    }

    /// Gives a condition up; for its author alone.
    async fn waive_condition(
        &self,
        ctx: &Context<'_>,
        input: WaiveConditionInput,
    ) -> Result<WaiveConditionResult, Error> {
        let mut asked = Asked::new(ctx, input.entry)?;
        let found = asked.condition(&input.condition_id).await?;
        let reason = asked.reason(&input.reason);
        let command = found.zip(reason).map(|((operation, number, partner, condition), reason)| {
            Command::Plan(PlanCommand::WaiveCondition { operation, number, partner, condition, reason })
        });
        let id = input.condition_id;
        Ok(asked.carry_out(command, |world| condition(world, id)).await?.into())
    }

    /// Makes an approved version the one in force.
    async fn promulgate_plan(
        &self,
        ctx: &Context<'_>,
        input: PromulgatePlanInput,
    ) -> Result<PromulgatePlanResult, Error> {
        let mut asked = Asked::new(ctx, input.entry)?;
        let version = asked.version(&input.plan_version_id).await?;
        let Position(seen_at) = input.seen_at;
        let command =
            version.clone().map(|(operation, number)| PlanCommand::Promulgate { operation, number, seen_at });
        carry_out(asked, version, command).await
    }
}

async fn condition(world: Arc<World>, id: ID) -> Result<Option<Condition>, Error> {
    match uuid_of::<domain::ids::ConditionId>(&id) {
        Some(id) => world.find(id.0).await,
        None => Ok(None),
    }
}
