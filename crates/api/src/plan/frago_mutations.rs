//! Fragmentary orders: changes inside the authority that the plan in force gives.

use crate::{
    Error,
    graph::{
        context::World,
        mutation::{Asked, Entry, each, results},
        node::Operation,
        scalars::DateTime,
    },
};
use async_graphql::{Context, ID, InputObject, Object};
use domain::{
    Command,
    ids::OperationId,
    plan::{NewOfficer, OrderedChange, PlanCommand},
};
use std::sync::Arc;

/// A task that a post carries out from now on, in place of whoever did.
#[derive(InputObject)]
struct NewOfficerInput {
    /// Code of the task.
    task: String,
    /// Code of the post.
    post: String,
}

#[derive(InputObject)]
struct IssueFragmentaryOrderInput {
    operation_id: ID,
    reason: String,
    /// Where H-hour moves to, inside the window of the plan in force; it stays where it is when left out.
    h_hour: Option<DateTime>,
    /// Who carries tasks out from now on: at most 1,000 tasks.
    #[graphql(default)]
    officers: Vec<NewOfficerInput>,
    #[graphql(flatten)]
    entry: Entry,
}

results! {
    IssueFragmentaryOrderResult = IssueFragmentaryOrderPayload { operation: Operation }
}

#[derive(Default)]
pub struct OrderMutations;

#[Object]
impl OrderMutations {
    /// Changes what the plan in force leaves open, all of it or nothing: H-hour within its window, and who carries tasks
    /// out. The order is numbered; it needs no new version and no approval.
    async fn issue_fragmentary_order(
        &self,
        ctx: &Context<'_>,
        input: IssueFragmentaryOrderInput,
    ) -> Result<IssueFragmentaryOrderResult, Error> {
        let mut asked = Asked::new(ctx, input.entry)?;
        let operation = asked.operation(&input.operation_id).await?;
        let reason = asked.reason(&input.reason);
        let officers =
            each(&mut asked, "officers", &input.officers, |asked, field, officer: &NewOfficerInput| {
                let task = asked.parse(&format!("{field}.task"), &officer.task);
                let post = asked.parse(&format!("{field}.post"), &officer.post);
                Some(NewOfficer { task: task?, post: post? })
            });
        let h_hour = input.h_hour.map(|DateTime(at)| at);
        let id = operation.as_ref().map(|code| OperationId::of(code).0).unwrap_or_default();
        let command = operation.zip(reason).zip(officers).map(|((operation, reason), officers)| {
            let change = OrderedChange { h_hour, officers };
            Command::Plan(PlanCommand::IssueFragmentaryOrder { operation, reason, change })
        });
        let found = |world: Arc<World>| async move { world.find(id).await };
        Ok(asked.carry_out(command, found).await?.into())
    }
}
