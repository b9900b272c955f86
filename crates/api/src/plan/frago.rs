//! Fragmentary orders that were issued under a version of the plan.

use crate::{
    Error,
    graph::{context::World, scalars::DateTime, zone::Zone},
};
use async_graphql::Object;
use domain::plan;
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
