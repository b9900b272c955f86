//! Binding posts to tasks.

use crate::{
    Error,
    graph::{
        mutation::{Asked, Entry, results},
        node::{Assignment, Task},
    },
};
use async_graphql::{Context, ID, InputObject, Object};
use domain::{
    Command, PostCode,
    assignment::AssignmentCommand,
    ids::{AssignmentId, OperationId, TaskId},
};

#[derive(InputObject)]
struct AssignOfficerInput {
    task_id: ID,
    /// Code of the post.
    post: String,
    #[graphql(flatten)]
    entry: Entry,
}

#[derive(InputObject)]
struct WithdrawAssignmentInput {
    assignment_id: ID,
    reason: String,
    #[graphql(flatten)]
    entry: Entry,
}

results! {
    AssignOfficerResult = AssignOfficerPayload { task: Task }
    WithdrawAssignmentResult = WithdrawAssignmentPayload { assignment: Assignment }
}

#[derive(Default)]
pub struct AssignmentMutations;

#[Object]
impl AssignmentMutations {
    /// Binds a post to a task of the plan in force; refused where the post is bound elsewhere at that time.
    async fn assign_officer(
        &self,
        ctx: &Context<'_>,
        input: AssignOfficerInput,
    ) -> Result<AssignOfficerResult, Error> {
        let mut asked = Asked::new(ctx, input.entry)?;
        let place = asked.task(&input.task_id).await?;
        let post = asked.parse::<PostCode>("post", &input.post);
        let id = place.as_ref().map(|(operation, task)| TaskId::of(OperationId::of(operation), task).0);
        let command = place.zip(post).map(|((operation, task), post)| {
            Command::Assignment(AssignmentCommand::Assign { operation, task, post })
        });
        let outcome =
            asked.carry_out(command, |world| async move { world.find::<Task>(id.unwrap_or_default()).await });
        Ok(outcome.await?.into())
    }

    /// Takes an assignment back.
    async fn withdraw_assignment(
        &self,
        ctx: &Context<'_>,
        input: WithdrawAssignmentInput,
    ) -> Result<WithdrawAssignmentResult, Error> {
        let mut asked = Asked::new(ctx, input.entry)?;
        let place = asked.assignment(&input.assignment_id).await?;
        let reason = asked.reason(&input.reason);
        let id =
            place.as_ref().map(|(operation, number)| AssignmentId::of(OperationId::of(operation), *number).0);
        let command = place.zip(reason).map(|((operation, number), reason)| {
            Command::Assignment(AssignmentCommand::Withdraw { operation, number, reason })
        });
        let outcome = asked.carry_out(command, |world| async move {
            world.find::<Assignment>(id.unwrap_or_default()).await
        });
        Ok(outcome.await?.into())
    }
}
