//! Nations' decisions on plan versions, the conditions of approvals, and promulgation.

use crate::{
    Error,
    graph::{
        context::World,
        mutation::{Asked, At, Entry, results},
        node::{Condition, Item as _, PlanVersion},
        scalars::{Position, Sha256},
    },
    plan::asked::KnownCondition,
};
use async_graphql::{Context, ID, InputObject, Object};
use domain::{
    Code, Command, OperationCode,
    ids::{OperationId, PlanVersionId},
    plan::{Named, NewCondition, PlanCommand},
};
use std::sync::Arc;
use uuid::Uuid;

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
    /// What shows that it is met: in your words, or those of a proposal that you have read.
    evidence: String,
    #[graphql(flatten)]
    entry: Entry,
}

#[derive(InputObject)]
struct ProposeConditionSatisfiedInput {
    condition_id: ID,
    /// What shows that it is met.
    evidence: String,
    #[graphql(flatten)]
    entry: Entry,
}

#[derive(InputObject)]
struct ContestConditionInput {
    condition_id: ID,
    reason: String,
    #[graphql(flatten)]
    entry: Entry,
}

#[derive(InputObject)]
struct ConfirmDecisionInput {
    plan_version_id: ID,
    #[graphql(flatten)]
    entry: Entry,
}

#[derive(InputObject)]
struct WithdrawPlanInput {
    /// Its code, such as `SAPHAN`, or its id.
    operation: ID,
    reason: String,
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
    ProposeConditionSatisfiedResult = ProposeConditionSatisfiedPayload { condition: Condition }
    ContestConditionResult = ContestConditionPayload { condition: Condition }
    ConfirmDecisionResult = ConfirmDecisionPayload { plan_version: PlanVersion }
    WithdrawPlanResult = WithdrawPlanPayload {
        /// The version that was in force.
        plan_version: PlanVersion
    }
}

impl ConditionInput {
    fn read(&self, at: &mut At<'_>) -> Option<NewCondition> {
        let code = at.parse("code", &self.code);
        let gate = at.parse("gate", &self.gate);
        let text = at.parse("text", &self.text);
        Some(NewCondition { code: code?, gate: gate?, text: text? })
    }
}

fn version_id(operation: &OperationCode, number: u32) -> Uuid {
    PlanVersionId::of(OperationId::of(operation), number).0
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
    ) -> Result<Option<ApprovePlanResult>, Error> {
        let mut asked = Asked::new(ctx, input.entry)?;
        let version = asked.version(&input.plan_version_id).await?;
        if version.is_none() {
            asked.check_approver().await?;
        }
        let conditions =
            asked.each("conditions", &input.conditions.unwrap_or_default(), ConditionInput::read);
        let (Some((operation, number)), Some(conditions)) = (version, conditions) else {
            return asked.refuse().await;
        };
        let id = version_id(&operation, number);
        let (Sha256(content_hash), Position(seen_at)) = (input.content_hash, input.seen_at);
        let named = Named { operation, number, content_hash, seen_at };
        asked.carry_out(id, Command::Plan(PlanCommand::Approve { named, conditions })).await
    }

    /// Rejects a version for the commander's partner; one without a vote refuses consent for its territory.
    async fn reject_plan(
        &self,
        ctx: &Context<'_>,
        input: RejectPlanInput,
    ) -> Result<Option<RejectPlanResult>, Error> {
        let mut asked = Asked::new(ctx, input.entry)?;
        let version = asked.version(&input.plan_version_id).await?;
        let reason_code = asked.parse_if::<Code>("reasonCode", input.reason_code.as_deref());
        let reason = asked.reason(&input.reason);
        let objects_to = asked.parse_all("objectsTo", &input.objects_to.unwrap_or_default());
        let (Some((operation, number)), Some(reason_code), Some(reason), Some(objects_to)) =
            (version, reason_code, reason, objects_to)
        else {
            return asked.refuse().await;
        };
        let id = version_id(&operation, number);
        let (Sha256(content_hash), Position(seen_at)) = (input.content_hash, input.seen_at);
        let named = Named { operation, number, content_hash, seen_at };
        let command = PlanCommand::Reject { named, reason_code, reason, objects_to };
        asked.carry_out(id, Command::Plan(command)).await
    }

    /// Consents to tasks on the territory of the commander's partner.
    async fn consent_to_plan(
        &self,
        ctx: &Context<'_>,
        input: ConsentToPlanInput,
    ) -> Result<Option<ConsentToPlanResult>, Error> {
        let mut asked = Asked::new(ctx, input.entry)?;
        let version = asked.version(&input.plan_version_id).await?;
        let tasks = asked.parse_all("tasks", &input.tasks.unwrap_or_default());
        let (Some((operation, number)), Some(tasks)) = (version, tasks) else {
            return asked.refuse().await;
        };
        let id = version_id(&operation, number);
        let (Sha256(content_hash), Position(seen_at)) = (input.content_hash, input.seen_at);
        let named = Named { operation, number, content_hash, seen_at };
        asked.carry_out(id, Command::Plan(PlanCommand::Consent { named, tasks })).await
    }

    /// Takes back the decision of the commander's partner on a version that is under decision, or in force: that is suspended
    /// then, until the partner approves or consents anew, the plan is withdrawn, or an amendment takes its place.
    async fn revoke_decision(
        &self,
        ctx: &Context<'_>,
        input: RevokeDecisionInput,
    ) -> Result<Option<RevokeDecisionResult>, Error> {
        let mut asked = Asked::new(ctx, input.entry)?;
        let version = asked.version(&input.plan_version_id).await?;
        let reason = asked.reason(&input.reason);
        let (Some((operation, number)), Some(reason)) = (version, reason) else {
            return asked.refuse().await;
        };
        let id = version_id(&operation, number);
        asked.carry_out(id, Command::Plan(PlanCommand::Revoke { operation, number, reason })).await
    }

    /// Says that the decision of the commander's partner stands, where whoever took it turned out to have left the post before.
    /// For commanders of the partner that had decided.
    async fn confirm_decision(
        &self,
        ctx: &Context<'_>,
        input: ConfirmDecisionInput,
    ) -> Result<Option<ConfirmDecisionResult>, Error> {
        let mut asked = Asked::new(ctx, input.entry)?;
        let version = asked.version(&input.plan_version_id).await?;
        let Some((operation, number)) = version else { return asked.refuse().await };
        let id = version_id(&operation, number);
        asked.carry_out(id, Command::Plan(PlanCommand::ConfirmDecision { operation, number })).await
    }

    /// Lays evidence that a condition is met before its author, which confirms it by `satisfyCondition` or contests it. For
    /// commanders and liaison officers of every partner that may read the version.
    async fn propose_condition_satisfied(
        &self,
        ctx: &Context<'_>,
        input: ProposeConditionSatisfiedInput,
    ) -> Result<Option<ProposeConditionSatisfiedResult>, Error> {
        let mut asked = Asked::new(ctx, input.entry)?;
        let condition = asked.condition(&input.condition_id).await?;
        let evidence = asked.parse("evidence", &input.evidence);
        let (Some(condition), Some(evidence)) = (condition, evidence) else { return asked.refuse().await };
        let KnownCondition { id, operation, number, partner, code: condition } = condition;
        let command = PlanCommand::ProposeSatisfaction { operation, number, partner, condition, evidence };
        asked.carry_out(id, Command::Plan(command)).await
    }

    /// Says that a condition is not met, against what was proposed last; or not any more, which breaks one that was satisfied.
    /// For commanders of its author.
    async fn contest_condition(
        &self,
        ctx: &Context<'_>,
        input: ContestConditionInput,
    ) -> Result<Option<ContestConditionResult>, Error> {
        let mut asked = Asked::new(ctx, input.entry)?;
        let condition = asked.condition(&input.condition_id).await?;
        let reason = asked.reason(&input.reason);
        let (Some(condition), Some(reason)) = (condition, reason) else { return asked.refuse().await };
        let KnownCondition { id, operation, number, partner, code: condition } = condition;
        let command = PlanCommand::ContestCondition { operation, number, partner, condition, reason };
        asked.carry_out(id, Command::Plan(command)).await
    }

    /// Takes the plan in force out of force: no task of it starts from then on, and the officers bound to its tasks are free.
    /// For commanders of the operation's lead; where the plan's policy says so, also of an approver one of whose conditions was
    /// broken.
    async fn withdraw_plan(
        &self,
        ctx: &Context<'_>,
        input: WithdrawPlanInput,
    ) -> Result<Option<WithdrawPlanResult>, Error> {
        let mut asked = Asked::new(ctx, input.entry)?;
        let operation = asked.operation(&input.operation).await?;
        let reason = asked.reason(&input.reason);
        let (Some(operation), Some(reason)) = (operation, reason) else { return asked.refuse().await };
        let id = OperationId::of(&operation).0;
        let command = Command::Plan(PlanCommand::Withdraw { operation, reason });
        let find = |world: Arc<World>| async move {
            let rows = world.loaders.versions_of.children(id).await?;
            let withdrawn = rows.iter().rev().find(|row| row.withdrawn.is_some());
            Ok(withdrawn.map(|row| PlanVersion::new(&world, Arc::clone(row))))
        };
        asked.carry_out_and(command, find).await
    }

    /// Records that a condition is met. For commanders and liaison officers of its author alone: others propose it, and the
    /// author confirms by saying again what shows it.
    async fn satisfy_condition(
        &self,
        ctx: &Context<'_>,
        input: SatisfyConditionInput,
    ) -> Result<Option<SatisfyConditionResult>, Error> {
        let mut asked = Asked::new(ctx, input.entry)?;
        let condition = asked.condition(&input.condition_id).await?;
        let evidence = asked.parse("evidence", &input.evidence);
        let (Some(condition), Some(evidence)) = (condition, evidence) else { return asked.refuse().await };
        let KnownCondition { id, operation, number, partner, code: condition } = condition;
        let command = PlanCommand::SatisfyCondition { operation, number, partner, condition, evidence };
        asked.carry_out(id, Command::Plan(command)).await
    }

    /// Gives a condition up; for its author alone.
    async fn waive_condition(
        &self,
        ctx: &Context<'_>,
        input: WaiveConditionInput,
    ) -> Result<Option<WaiveConditionResult>, Error> {
        let mut asked = Asked::new(ctx, input.entry)?;
        let condition = asked.condition(&input.condition_id).await?;
        let reason = asked.reason(&input.reason);
        let (Some(condition), Some(reason)) = (condition, reason) else { return asked.refuse().await };
        let KnownCondition { id, operation, number, partner, code: condition } = condition;
        let command = PlanCommand::WaiveCondition { operation, number, partner, condition, reason };
        asked.carry_out(id, Command::Plan(command)).await
    }

    /// Makes an approved version the one in force.
    async fn promulgate_plan(
        &self,
        ctx: &Context<'_>,
        input: PromulgatePlanInput,
    ) -> Result<Option<PromulgatePlanResult>, Error> {
        let mut asked = Asked::new(ctx, input.entry)?;
        let version = asked.version(&input.plan_version_id).await?;
        let Some((operation, number)) = version else { return asked.refuse().await };
        let id = version_id(&operation, number);
        let Position(seen_at) = input.seen_at;
        asked.carry_out(id, Command::Plan(PlanCommand::Promulgate { operation, number, seen_at })).await
    }
}
