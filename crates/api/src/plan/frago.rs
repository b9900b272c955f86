//! Fragmentary orders: changes inside the authority that the plan in force gives. How they are issued, and
//! those that were.

use crate::{
    Error,
    graph::{
        context::World,
        mutation::{Asked, At, Entry, results},
        node::Operation,
        scalars::DateTime,
        zone::Zone,
    },
    schedule::effects::ConflictsChanged,
};
use async_graphql::{Context, ID, InputObject, Object};
use domain::{
    Command,
    ids::OperationId,
    plan::{self, NewOfficer, OrderedChange, PlanCommand},
};
use std::sync::Arc;

/// A fragmentary order.
pub struct FragmentaryOrder {
    pub(crate) world: Arc<World>,
    pub(crate) order: plan::FragmentaryOrder,
}

/// A numbered change inside the authority that the version in force gave. Whom it gave tasks to is told by the events of its
/// command.
#[Object]
impl FragmentaryOrder {
    /// Counted from 1 in its operation.
    async fn number(&self) -> u32 {
        self.order.number
    }

    /// What people call it by, such as `FRAGO-1`.
    async fn code(&self) -> String {
        self.order.code()
    }

    async fn reason(&self) -> &str {
        self.order.reason.as_str()
    }

    async fn issued_at(&self, zone: Option<Zone>) -> Result<DateTime, Error> {
        self.world.local(self.order.issued_at.to_utc(), zone).await
    }

    /// Where it moved H-hour to; null when H-hour stayed.
    async fn h_hour(&self, zone: Option<Zone>) -> Result<Option<DateTime>, Error> {
        self.world.local_if(self.order.h_hour.map(|at| at.to_utc()), zone).await
    }
}

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
    /// Its code, such as `SAPHAN`, or its id.
    operation: ID,
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
    IssueFragmentaryOrderResult = IssueFragmentaryOrderPayload { operation: Operation, conflicts: ConflictsChanged }
}

impl NewOfficerInput {
    fn read(&self, at: &mut At<'_>) -> Option<NewOfficer> {
        let task = at.parse("task", &self.task);
        let post = at.parse("post", &self.post);
        Some(NewOfficer { task: task?, post: post? })
    }
}

#[derive(Default)]
pub struct FragoMutations;

#[Object]
impl FragoMutations {
    /// Changes what the plan in force leaves open, all of it or nothing: H-hour within its window, and who carries tasks
    /// out, of the lead's own officers and those that the plan foresees. The order is numbered; it needs no new version and no
    /// approval. For commanders of the operation's lead.
    async fn issue_fragmentary_order(
        &self,
        ctx: &Context<'_>,
        input: IssueFragmentaryOrderInput,
    ) -> Result<Option<IssueFragmentaryOrderResult>, Error> {
        let mut asked = Asked::new(ctx, input.entry)?;
        let operation = asked.operation(&input.operation).await?;
        let reason = asked.reason(&input.reason);
        let officers = asked.each("officers", &input.officers, NewOfficerInput::read);
        let (Some(operation), Some(reason), Some(officers)) = (operation, reason, officers) else {
            return asked.refuse().await;
        };
        let id = OperationId::of(&operation).0;
        let change = OrderedChange { h_hour: input.h_hour.map(|DateTime(at)| at), officers };
        asked
            .carry_out(id, Command::Plan(PlanCommand::IssueFragmentaryOrder { operation, reason, change }))
            .await
    }
}
