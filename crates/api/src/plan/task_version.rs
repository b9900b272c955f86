//! What a task has been, in every plan version: one entry for each change.

use crate::{
    Error,
    graph::{
        connection::{Connection, Window, by_position},
        context::World,
        node::{Event, PlanVersion, Task},
        scalars::{Duration, Position},
    },
    plan::terms::TaskTerms,
};
use async_graphql::Object;
use domain::Span;
use read_model::plan::TaskVersionRow;
use std::sync::Arc;

/// What a task was from a position on, as one plan version had it.
pub struct TaskVersion {
    row: Arc<TaskVersionRow>,
    world: Arc<World>,
}

impl TaskVersion {
    /// A page of a task's, in the order of the log.
    pub(super) async fn page(task: &Task, window: Window) -> Result<Connection<Self>, Error> {
        let (id, world) = (task.row.task_id, &task.world);
        let page = window.page(world)?;
        let rows = world.loaders.task_versions.children((id, by_position(page.clone(), "versions")?)).await?;
        let versions =
            rows.iter().map(|row| Self { row: Arc::clone(row), world: Arc::clone(world) }).collect();
        let position = |version: &Self| version.row.valid_from.to_string();
        Ok(Connection::new(world, &page, versions, position, move |world| async move {
            Ok(world.loaders.task_version_counts.load(id).await?.unwrap_or_default())
        }))
    }
}

/// What a task was from a position on, as one plan version had it; codes stand for what it refers to.
#[Object]
impl TaskVersion {
    /// From where on it was so.
    async fn position(&self) -> Position {
        Position(domain::Position(self.row.valid_from))
    }

    /// The event that made it so; null when you may not see that.
    async fn event(&self) -> Result<Option<Event>, Error> {
        match self.row.event_id {
            Some(id) => self.world.find(id).await,
            None => Ok(None),
        }
    }

    /// The plan version that had it so.
    async fn plan_version(&self) -> Result<Option<PlanVersion>, Error> {
        self.world.find(self.row.task.version_id).await
    }

    async fn title(&self) -> &str {
        &self.row.task.title
    }

    async fn phase_code(&self) -> &str {
        &self.row.task.phase
    }

    async fn line_of_effort_code(&self) -> Option<&str> {
        self.row.task.line_of_effort.as_deref()
    }

    async fn lead_partner_code(&self) -> &str {
        &self.row.task.lead
    }

    async fn territory_code(&self) -> &str {
        &self.row.task.territory
    }

    /// The post that the plan foresaw.
    async fn post_code(&self) -> Option<&str> {
        self.row.task.post.as_deref()
    }

    /// From H-hour; negative before it.
    async fn start_offset(&self) -> Duration {
        Span::seconds(self.row.task.start_offset).into()
    }

    async fn duration(&self) -> Duration {
        Span::seconds(self.row.task.duration).into()
    }

    /// What bound it in time besides what it waited for, and what it needed.
    async fn terms(&self) -> TaskTerms {
        TaskTerms::from(&self.row.task.terms.0)
    }

    async fn predecessor_codes(&self) -> &[String] {
        &self.row.task.predecessors
    }

    /// What it waited for, as people write it: `T03` for finish to start, else with kind and lag or lead, as in `T03FF+0h`
    /// or `T04SS-30m`.
    async fn predecessors(&self) -> &[String] {
        &self.row.task.dependencies
    }
}
