//! Initiating operations, warning orders, legal bases, H-hour, activation.

use crate::{
    Error,
    graph::{
        context::World,
        mutation::{Asked, Entry, Outcome, results},
        node::Operation,
        scalars::DateTime,
    },
    operation::release::{Classification, HandlingCode},
};
use async_graphql::{Context, ID, InputObject, Object};
use domain::{Command, OperationCode, ids::OperationId, operation::OperationCommand};
use std::sync::Arc;

#[derive(InputObject)]
struct InitiateOperationInput {
    /// What people will call it by, such as `SAPHAN`.
    code: String,
    title: String,
    /// Code of the partner that leads it.
    lead_partner: String,
    classification: Classification,
    #[graphql(default_with = "HandlingCode::H0")]
    handling: HandlingCode,
    /// Codes of the partners that may read it; its lead may besides.
    releasable_to: Vec<String>,
    #[graphql(flatten)]
    entry: Entry,
}

#[derive(InputObject)]
struct IssueWarningOrderInput {
    operation_id: ID,
    text: Option<String>,
    #[graphql(flatten)]
    entry: Entry,
}

#[derive(InputObject)]
struct RecordLegalBasisInput {
    operation_id: ID,
    /// All of them: they replace those recorded before.
    instruments: Vec<String>,
    #[graphql(flatten)]
    entry: Entry,
}

#[derive(InputObject)]
struct SetHHourInput {
    operation_id: ID,
    at: DateTime,
    #[graphql(flatten)]
    entry: Entry,
}

#[derive(InputObject)]
struct ShiftHHourInput {
    operation_id: ID,
    to: DateTime,
    reason: String,
    #[graphql(flatten)]
    entry: Entry,
}

#[derive(InputObject)]
struct ActivateOperationInput {
    operation_id: ID,
    #[graphql(flatten)]
    entry: Entry,
}

results! {
    InitiateOperationResult = InitiateOperationPayload { operation: Operation }
    IssueWarningOrderResult = IssueWarningOrderPayload { operation: Operation }
    RecordLegalBasisResult = RecordLegalBasisPayload { operation: Operation }
    SetHHourResult = SetHHourPayload { operation: Operation }
    ShiftHHourResult = ShiftHHourPayload { operation: Operation }
    ActivateOperationResult = ActivateOperationPayload { operation: Operation }
}

async fn carry_out<R: From<Outcome<Operation>>>(
    asked: Asked<'_>,
    operation: Option<OperationCode>,
    command: Option<OperationCommand>,
) -> Result<R, Error> {
    let id = operation.map(|code| OperationId::of(&code).0).unwrap_or_default();
    let found = |world: Arc<World>| async move { world.find(id).await };
    Ok(asked.carry_out(command.map(Command::Operation), found).await?.into())
}

#[derive(Default)]
pub struct OperationMutations;

#[Object]
impl OperationMutations {
    /// Names an operation and its lead, and says who may read it.
    async fn initiate_operation(
        &self,
        ctx: &Context<'_>,
        input: InitiateOperationInput,
    ) -> Result<InitiateOperationResult, Error> {
        let mut asked = Asked::new(ctx, input.entry)?;
        let code = asked.parse::<OperationCode>("code", &input.code);
        let title = asked.parse("title", &input.title);
        let lead = asked.parse("leadPartner", &input.lead_partner);
        let releasable_to = asked.parse_all("releasableTo", &input.releasable_to);
        let command = code.clone().zip(title).zip(lead).zip(releasable_to).map(
            |(((operation, title), lead), releasable_to)| OperationCommand::Initiate {
                operation,
                title,
                lead,
                classification: input.classification.into(),
                handling: input.handling.into(),
                releasable_to,
            },
        );
        carry_out(asked, code, command).await
    }

    /// Gives early notice; authorises planning, nothing else.
    async fn issue_warning_order(
        &self,
        ctx: &Context<'_>,
        input: IssueWarningOrderInput,
    ) -> Result<IssueWarningOrderResult, Error> {
        let mut asked = Asked::new(ctx, input.entry)?;
        let code = asked.operation(&input.operation_id).await?;
        let text = asked.parse_if("text", input.text.as_deref());
        let command = code
            .clone()
            .zip(text)
            .map(|(operation, text)| OperationCommand::IssueWarningOrder { operation, text });
        carry_out(asked, code, command).await
    }

    /// Records the instruments that the operation rests on.
    async fn record_legal_basis(
        &self,
        ctx: &Context<'_>,
        input: RecordLegalBasisInput,
    ) -> Result<RecordLegalBasisResult, Error> {
        let mut asked = Asked::new(ctx, input.entry)?;
        let code = asked.operation(&input.operation_id).await?;
        let instruments = asked.parse_all("instruments", &input.instruments);
        let command = code
            .clone()
            .zip(instruments)
            .map(|(operation, instruments)| OperationCommand::RecordLegalBasis { operation, instruments });
        carry_out(asked, code, command).await
    }

    /// Sets the one reference time, inside the window of the plan in force.
    async fn set_h_hour(&self, ctx: &Context<'_>, input: SetHHourInput) -> Result<SetHHourResult, Error> {
        let mut asked = Asked::new(ctx, input.entry)?;
        let code = asked.operation(&input.operation_id).await?;
        let DateTime(at) = input.at;
        let command = code.clone().map(|operation| OperationCommand::SetHHour { operation, at });
        carry_out(asked, code, command).await
    }

    /// Moves H-hour inside the window of the plan in force.
    async fn shift_h_hour(
        &self,
        ctx: &Context<'_>,
        input: ShiftHHourInput,
    ) -> Result<ShiftHHourResult, Error> {
        let mut asked = Asked::new(ctx, input.entry)?;
        let code = asked.operation(&input.operation_id).await?;
        let reason = asked.reason(&input.reason);
        let DateTime(to) = input.to;
        let command = code.clone().zip(reason).map(|(operation, reason)| OperationCommand::ShiftHHour {
            operation,
            to,
            reason,
        });
        carry_out(asked, code, command).await
    }

    /// Starts carrying the plan in force out.
    async fn activate_operation(
        &self,
        ctx: &Context<'_>,
        input: ActivateOperationInput,
    ) -> Result<ActivateOperationResult, Error> {
        let mut asked = Asked::new(ctx, input.entry)?;
        let code = asked.operation(&input.operation_id).await?;
        let command = code.clone().map(|operation| OperationCommand::Activate { operation });
        carry_out(asked, code, command).await
    }
}
