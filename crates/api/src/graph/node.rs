//! Everything with an id, and finding it by that.

use crate::{
    Error,
    graph::{
        context::World,
        loaders::{Loader, Loaders},
    },
};
use async_graphql::{ID, Interface};
use domain::ids::{
    AnnexId, AssignmentId, CentreId, ConditionId, DecisionId, EventId, OperationId, PartnerId, PlanVersionId,
    PlannedTaskId, PostId, TaskId, from_text,
};
use read_model::{
    AnnexRow, AssignmentRow, CentreRow, ConditionRow, DecisionRow, EventRow, OperationRow, PartnerRow,
    PlanVersionRow, PlannedTaskRow, PostRow,
};
use std::sync::Arc;
use uuid::Uuid;

/// A thing with an id: a row, and the world in which it was read.
pub(crate) trait Item: Sized {
    type Row: Send + Sync + 'static;
    /// As refusals call it.
    const WHAT: &'static str;

    fn new(world: &Arc<World>, row: Arc<Self::Row>) -> Self;
    fn loader(loaders: &Loaders) -> &Loader<Uuid, Arc<Self::Row>>;
}

macro_rules! items {
    ($($(#[$doc:meta])* $name:ident: $row:ty, $what:literal in $table:literal, $id:ident($column:ident), $loader:ident;)*) => {
        $(
            $(#[$doc])*
            #[derive(Clone)]
            pub struct $name {
                pub(crate) row: Arc<$row>,
                pub(crate) world: Arc<World>,
            }

            impl $name {
                /// The opaque id that `node` resolves.
                pub(crate) fn node_id(&self) -> ID {
                    $id(self.row.$column).into()
                }
            }

            impl Item for $name {
                type Row = $row;
                const WHAT: &'static str = $what;

                fn new(world: &Arc<World>, row: Arc<$row>) -> Self {
                    Self { row, world: Arc::clone(world) }
                }

                fn loader(loaders: &Loaders) -> &Loader<Uuid, Arc<$row>> {
                    &loaders.$loader
                }
            }
        )*

        /// A thing with an id, which names it at every moment.
        #[derive(Interface, Clone)]
        #[graphql(field(name = "id", ty = "ID", desc = "Opaque, global and typed; the same at every moment."))]
        pub enum Node {
            $($name($name),)*
        }

        impl World {
            /// What the id names; `None` when it names nothing that the viewer may see.
            pub(crate) async fn node(self: &Arc<Self>, id: &str) -> Result<Option<Node>, Error> {
                match from_text(id) {
                    $(Some(($id::PREFIX, id)) => Ok(self.find::<$name>(id).await?.map(Node::from)),)*
                    _ => Ok(None),
                }
            }

            /// The same by the name of its table.
            pub(crate) async fn node_in(self: &Arc<Self>, table: &str, id: Uuid) -> Result<Option<Node>, Error> {
                match table {
                    $($table => Ok(self.find::<$name>(id).await?.map(Node::from)),)*
                    // The coalition is no node, and tenures are a field of their post.
                    _ => Ok(None),
                }
            }
        }
    };
}

items! {
    Partner: PartnerRow, "partner" in "partner", PartnerId(id), partners;
    Centre: CentreRow, "centre" in "centre", CentreId(id), centres;
    Post: PostRow, "post" in "post", PostId(id), posts;
    Operation: OperationRow, "operation" in "operation", OperationId(id), operations;
    PlanVersion: PlanVersionRow, "plan version" in "plan_version", PlanVersionId(id), plan_versions;
    /// As its operation's current plan version has it.
    Task: PlannedTaskRow, "task" in "task", TaskId(task_id), tasks;
    PlannedTask: PlannedTaskRow, "planned task" in "planned_task", PlannedTaskId(id), planned_tasks;
    Annex: AnnexRow, "annex" in "annex", AnnexId(id), annexes;
    PlanDecision: DecisionRow, "decision" in "decision", DecisionId(id), decisions;
    Condition: ConditionRow, "condition" in "condition", ConditionId(id), conditions;
    Assignment: AssignmentRow, "assignment" in "assignment", AssignmentId(id), assignments;
    Event: EventRow, "event" in "event", EventId(event_id), events;
}

impl World {
    /// `None` when there is no such thing, or the viewer may not see it.
    pub(crate) async fn find<T: Item>(self: &Arc<Self>, id: Uuid) -> Result<Option<T>, Error> {
        self.spend(1)?;
        let row = T::loader(&self.loaders).load(id).await?;
        Ok(row.map(|row| T::new(self, row)))
    }

    /// What another row refers to, which is there at the same position.
    pub(crate) async fn get<T: Item>(self: &Arc<Self>, id: Uuid) -> Result<T, Error> {
        self.find(id).await?.ok_or_else(|| {
            Error::internal("follow a reference between rows", &format!("no {} {id}", T::WHAT))
        })
    }

    /// Those of the ids that there are, in their order.
    pub(crate) async fn find_many<T: Item>(
        self: &Arc<Self>,
        ids: impl IntoIterator<Item = Uuid>,
    ) -> Result<Vec<T>, Error> {
        self.spend(0)?;
        let rows = T::loader(&self.loaders).load_many(ids).await?;
        Ok(self.all(&rows))
    }

    /// Rows that have been loaded already. When the budget is spent, it is the entries' own fields that fail.
    pub(crate) fn all<T: Item>(self: &Arc<Self>, rows: &[Arc<T::Row>]) -> Vec<T> {
        let _ = self.spend(rows.len());
        rows.iter().map(|row| T::new(self, Arc::clone(row))).collect()
    }
}
