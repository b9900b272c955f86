//! Rows of planned tasks: each task as each plan version has it.

use crate::{
    Error, InvalidRow, Page, Pin, ReadModel, doing,
    incident::EmergentTaskRow,
    operation::TaskLabelRow,
    parse,
    tables::{Column, Versioned, row},
};
use domain::{
    Item, Span, State,
    ids::{PlannedTaskId, TaskId},
    plan::{PlannedTask, Terms},
    release::Label,
};
use sqlx::types::Json;
use std::{collections::BTreeSet, sync::Arc};
use uuid::Uuid;

row! {
    pub struct PlannedTaskRow {
        pub id: Uuid,
        pub operation_id: Uuid,
        pub version_id: Uuid,
        /// Number of the version.
        pub version: i32,
        /// The task that this is a plan of.
        pub task_id: Uuid,
        pub code: String,
        pub title: String,
        pub phase: String,
        pub line_of_effort: Option<String>,
        pub lead: String,
        pub territory: String,
        pub post: Option<String>,
        /// Seconds from H-hour.
        pub start_offset: i64,
        /// Seconds.
        pub duration: i64,
        /// Codes of the tasks that it waits for.
        pub predecessors: Vec<String>,
        /// How it waits for each of them, as people write it.
        pub dependencies: Vec<String>,
        /// What else binds it.
        pub terms: Json<Terms>,
        /// Of a task that enters its version's content as a part; 32 hexadecimal digits.
        pub salt: Option<String>,
        /// The same; 64 hexadecimal digits.
        pub part_hash: Option<String>,
    }
}

/// The columns, once for all queries: what follows says where from, with the table as `task`, and the
/// arguments. `and` makes records that have other columns besides.
macro_rules! task_rows {
    (and $($rest:tt)*) => { task_rows!(query[] $($rest)*) };
    ($query:ident[$($row:tt)*] $($rest:tt)*) => {
        sqlx::$query!(
            $($row)*
            r#"select
               task.id,
               task.operation_id,
               task.version_id,
               task.version,
               task.task_id,
               task.code,
               task.title,
               task.phase,
               task.line_of_effort,
               task.lead,
               task.territory,
               task.post,
               task.start_offset,
               task.duration,
               task.predecessors,
               task.dependencies,
               task.terms as "terms: Json<Terms>",
               task.salt,
               task.part_hash
             "# + $($rest)*
        )
    };
    ($($rest:tt)*) => { task_rows!(query_as[PlannedTaskRow,] $($rest)*) };
}

/// What a task was from a position on, as one plan version had it.
#[derive(Debug, Clone, PartialEq)]
pub struct TaskVersionRow {
    pub task: PlannedTaskRow,
    pub valid_from: i64,
    /// The event that made it so; `None` when the viewer may not see it.
    pub event_id: Option<Uuid>,
}

/// Where a task stands: what commands name it by. Also one that only a draft has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TaskPlace {
    pub task_id: Uuid,
    pub operation: String,
    pub task: String,
}

/// A task of an operation, whichever way it came about.
#[derive(Debug, Clone, PartialEq)]
pub struct TaskRow {
    pub task_id: Uuid,
    pub origin: TaskOrigin,
}

/// Where a task comes from.
#[derive(Debug, Clone, PartialEq)]
pub enum TaskOrigin {
    /// As a plan version has it.
    Plan(Arc<PlannedTaskRow>),
    /// A response to an incident made it.
    Response(Arc<EmergentTaskRow>),
}

/// Which tasks; what is `None` does not narrow.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct TaskFilter {
    pub phase: Option<String>,
    pub line_of_effort: Option<String>,
    pub lead: Option<String>,
    pub territory: Option<String>,
}

impl From<Arc<PlannedTaskRow>> for TaskRow {
    fn from(row: Arc<PlannedTaskRow>) -> Self {
        Self { task_id: row.task_id, origin: TaskOrigin::Plan(row) }
    }
}

impl From<Arc<EmergentTaskRow>> for TaskRow {
    fn from(row: Arc<EmergentTaskRow>) -> Self {
        Self { task_id: row.id, origin: TaskOrigin::Response(row) }
    }
}

impl TaskRow {
    /// As a plan version has it; `None`: none does.
    pub fn planned(&self) -> Option<&Arc<PlannedTaskRow>> {
        match &self.origin {
            TaskOrigin::Plan(row) => Some(row),
            TaskOrigin::Response(_) => None,
        }
    }

    pub fn operation_id(&self) -> Uuid {
        match &self.origin {
            TaskOrigin::Plan(row) => row.operation_id,
            TaskOrigin::Response(row) => row.operation_id,
        }
    }

    pub fn code(&self) -> &str {
        match &self.origin {
            TaskOrigin::Plan(row) => &row.code,
            TaskOrigin::Response(row) => &row.code,
        }
    }

    pub fn title(&self) -> &str {
        match &self.origin {
            TaskOrigin::Plan(row) => &row.title,
            TaskOrigin::Response(row) => &row.title,
        }
    }

    pub fn lead(&self) -> &str {
        match &self.origin {
            TaskOrigin::Plan(row) => &row.lead,
            TaskOrigin::Response(row) => &row.lead,
        }
    }

    pub fn territory(&self) -> &str {
        match &self.origin {
            TaskOrigin::Plan(row) => &row.territory,
            TaskOrigin::Response(row) => &row.territory,
        }
    }

    pub fn post(&self) -> Option<&str> {
        match &self.origin {
            TaskOrigin::Plan(row) => row.post.as_deref(),
            TaskOrigin::Response(row) => row.post.as_deref(),
        }
    }

    pub fn duration(&self) -> Span {
        match &self.origin {
            TaskOrigin::Plan(row) => Span::seconds(row.duration),
            TaskOrigin::Response(row) => Span::seconds(row.duration),
        }
    }
}

impl PlannedTaskRow {
    /// The task as the domain knows it.
    pub fn planned_task(&self) -> Result<PlannedTask, InvalidRow> {
        Ok(PlannedTask {
            code: parse(&self.code)?,
            title: parse(&self.title)?,
            phase: parse(&self.phase)?,
            line_of_effort: self.line_of_effort.as_deref().map(parse).transpose()?,
            lead: parse(&self.lead)?,
            territory: parse(&self.territory)?,
            post: self.post.as_deref().map(parse).transpose()?,
            start_offset: Span::seconds(self.start_offset),
            duration: Span::seconds(self.duration),
            predecessors: self.dependencies.iter().map(|written| parse(written)).collect::<Result<_, _>>()?,
            terms: self.terms.0.clone(),
        })
    }

    /// The label in force on the task, below its version's.
    pub fn label(&self, version: &Label, own: Option<&TaskLabelRow>) -> Result<Label, InvalidRow> {
        let own = own.map(|row| &*row.release);
        Ok(version.narrowed_to_task(&parse(&self.lead)?, &parse(&self.territory)?, own))
    }
}

impl Versioned for PlannedTaskRow {
    const FIELDS: &'static [Column] = &[
        Column::nowhere("operation_id", "where the object stands never changes"),
        Column::nowhere("version_id", "where the object stands never changes"),
        Column::nowhere("version", "where the object stands never changes"),
        Column::nowhere("task_id", "what it is a plan of never changes"),
        Column::nowhere("code", "what names the object never changes"),
        Column::plain("title", "title"),
        Column::plain("phase", "phase"),
        Column::plain("line_of_effort", "lineOfEffort"),
        Column::plain("lead", "leadPartner"),
        Column::plain("territory", "territory"),
        Column::plain("post", "post"),
        Column::span("start_offset", "startOffset"),
        Column::span("duration", "duration"),
        Column::nowhere("predecessors", "codes alone would tell no change of a kind or a lag"),
        Column::plain("dependencies", "predecessors"),
        Column::plain("terms", "terms"),
        Column::plain("salt", "salt"),
        Column::plain("part_hash", "partHash"),
    ];

    fn find(state: &State, item: &Item) -> Option<Self> {
        let (State::Operation(Some(operation)), Item::PlannedTask(_, number, code)) = (state, item) else {
            return None;
        };
        let version = operation.plan.version(*number)?;
        let task = version.tasks.get(code)?;
        let version_id = version.id(operation.id());
        let (salt, part_hash) = version.task_part(task).unzip();
        Some(Self {
            id: PlannedTaskId::of(version_id, &task.code).0,
            operation_id: operation.id().0,
            version_id: version_id.0,
            version: version.number.cast_signed(),
            task_id: TaskId::of(operation.id(), &task.code).0,
            code: task.code.to_string(),
            title: task.title.to_string(),
            phase: task.phase.to_string(),
            line_of_effort: task.line_of_effort.as_ref().map(ToString::to_string),
            lead: task.lead.to_string(),
            territory: task.territory.to_string(),
            post: task.post.as_ref().map(ToString::to_string),
            start_offset: task.start_offset.as_seconds(),
            duration: task.duration.as_seconds(),
            predecessors: task.predecessors.iter().map(|waits| waits.predecessor.to_string()).collect(),
            dependencies: task.predecessors.iter().map(ToString::to_string).collect(),
            terms: Json(task.terms.clone()),
            salt: salt.map(|salt| salt.to_string()),
            part_hash: part_hash.map(|hash| hash.to_string()),
        })
    }
}

/// Those of the ids that are not among the found.
fn without(ids: &[Uuid], found: impl Iterator<Item = Uuid>) -> Vec<Uuid> {
    let found: BTreeSet<Uuid> = found.collect();
    ids.iter().filter(|id| !found.contains(id)).copied().collect()
}

impl ReadModel {
    pub async fn planned_tasks_by_id(&self, pin: &Pin, ids: &[Uuid]) -> Result<Vec<PlannedTaskRow>, Error> {
        task_rows!(
            "from planned_task task
             join visible_planned_task($1, $2, $3) visible on visible.id = task.id
             where task.id = any ($4) and valid_from <= $1 and $1 < valid_to",
            pin.position.0,
            pin.policy_position.0,
            pin.viewer(),
            ids
        )
        .fetch_all(self.db())
        .await
        .map_err(doing("read planned tasks"))
    }

    /// The tasks as their operation's current plan version has them; one that only a later version has, as the
    /// newest such version has it; and those that responses made.
    pub async fn tasks_by_id(&self, pin: &Pin, task_ids: &[Uuid]) -> Result<Vec<TaskRow>, Error> {
        let planned = self.planned_in_time(pin, task_ids).await?;
        let mut tasks: Vec<TaskRow> = planned.into_iter().map(|row| Arc::new(row).into()).collect();
        let others = without(task_ids, tasks.iter().map(|task| task.task_id));
        if !others.is_empty() {
            let emergent = self.emergent_tasks_by_id(pin, &others).await?;
            tasks.extend(emergent.into_iter().map(|row| TaskRow::from(Arc::new(row))));
        }
        Ok(tasks)
    }

    async fn planned_in_time(&self, pin: &Pin, task_ids: &[Uuid]) -> Result<Vec<PlannedTaskRow>, Error> {
        let mut tasks = self.current_tasks(pin, task_ids).await?;
        let others = without(task_ids, tasks.iter().map(|task| task.task_id));
        if others.is_empty() {
            return Ok(tasks);
        }
        let drafted = self.newest_tasks_by_id(pin, &others).await?;
        let operations: Vec<Uuid> = drafted.iter().map(|task| task.operation_id).collect();
        let operations = self.operations_by_id(pin, &operations).await?;
        // What an earlier version had and the current one has not is no task any more.
        tasks.extend(drafted.into_iter().filter(|task| {
            let of = operations.iter().find(|operation| operation.id == task.operation_id);
            of.is_some_and(|operation| operation.current_version.is_none_or(|current| task.version > current))
        }));
        Ok(tasks)
    }

    async fn current_tasks(&self, pin: &Pin, task_ids: &[Uuid]) -> Result<Vec<PlannedTaskRow>, Error> {
        task_rows!(
            "from planned_task task
             join visible_planned_task($1, $2, $3) visible on visible.id = task.id
             join operation
               on operation.id = task.operation_id
               and operation.valid_from <= $1
               and $1 < operation.valid_to
               and operation.current_version = task.version
             where task.task_id = any ($4) and task.valid_from <= $1 and $1 < task.valid_to",
            pin.position.0,
            pin.policy_position.0,
            pin.viewer(),
            task_ids
        )
        .fetch_all(self.db())
        .await
        .map_err(doing("read tasks"))
    }

    /// A page of all that the tasks have been in any plan version, by task and position: one statement for
    /// all of them.
    pub async fn task_versions_of(
        &self,
        pin: &Pin,
        task_ids: &[Uuid],
        page: &Page<i64>,
    ) -> Result<Vec<TaskVersionRow>, Error> {
        let rows = task_rows!(
            and r#",
               shown.predecessors as "seen_predecessors!",
               shown.dependencies as "seen_dependencies!",
               task.valid_from,
               cause.event_id as "event_id?"
             from unnest($4::uuid[]) as wanted (id)
             cross join lateral (
               select task.*
               from planned_task task
               join visible_task_version($1, $2, $3) visible
                 on visible.id = task.id
                 and visible.valid_from = task.valid_from
               where task.task_id = wanted.id
                 and task.valid_from > $5
                 and task.valid_from < $6
               order by case when $7 then -task.valid_from else task.valid_from end
               limit $8
             ) task
             cross join lateral (
               select
                 coalesce(array_agg(named.code order by named.place), '{}') as predecessors,
                 coalesce(array_agg(named.dependency order by named.place), '{}') as dependencies
               from unnest(task.predecessors, task.dependencies) with ordinality
                 as named (code, dependency, place)
               join planned_task before_
                 on before_.version_id = task.version_id
                 and before_.code = named.code
                 and before_.valid_from <= task.valid_from
                 and task.valid_from < before_.valid_to
               join visible_task_version($1, $2, $3) seen
                 on seen.id = before_.id
                 and seen.valid_from = before_.valid_from
             ) shown
             left join lateral (
               select entry.event_id
               from event_item item
               join event_entry entry on entry.position = item.position
               join visible_event($1, $2, $3) visible on visible.position = item.position
               where item.item_id = task.id
                 and item.position <= task.valid_from and entry.command_end = task.valid_from
               order by item.position desc
               limit 1
             ) cause on true
             order by task.task_id, task.valid_from"#,
            pin.position.0,
            pin.policy_position.0,
            pin.viewer(),
            task_ids,
            page.after.unwrap_or(0),
            page.before.unwrap_or(i64::MAX),
            page.backwards,
            page.limit
        )
        .fetch_all(self.db())
        .await
        .map_err(doing("list the versions of some tasks"))?;
        let versions = rows.into_iter().map(|row| TaskVersionRow {
            task: PlannedTaskRow {
                id: row.id,
                operation_id: row.operation_id,
                version_id: row.version_id,
                version: row.version,
                task_id: row.task_id,
                code: row.code,
                title: row.title,
                phase: row.phase,
                line_of_effort: row.line_of_effort,
                lead: row.lead,
                territory: row.territory,
                post: row.post,
                start_offset: row.start_offset,
                duration: row.duration,
                // Those that the viewer may see.
                predecessors: row.seen_predecessors,
                dependencies: row.seen_dependencies,
                terms: row.terms,
                salt: row.salt,
                part_hash: row.part_hash,
            },
            valid_from: row.valid_from,
            event_id: row.event_id,
        });
        Ok(versions.collect())
    }

    /// How many versions the tasks have; tasks that the viewer may not see are left out.
    pub async fn count_task_versions(&self, pin: &Pin, task_ids: &[Uuid]) -> Result<Vec<(Uuid, i64)>, Error> {
        let rows = sqlx::query!(
            r#"select task.task_id, count(*) as "count!"
             from planned_task task
             join visible_task_version($1, $2, $3) visible
               on visible.id = task.id
               and visible.valid_from = task.valid_from
             where task.task_id = any ($4)
             group by task.task_id"#,
            pin.position.0,
            pin.policy_position.0,
            pin.viewer(),
            task_ids
        )
        .fetch_all(self.db())
        .await
        .map_err(doing("count the versions of some tasks"))?;
        Ok(rows.into_iter().map(|row| (row.task_id, row.count)).collect())
    }

    /// A page of each version's tasks, by version and code: one statement for all of them. As
    /// `visible_planned_task`, but for the version, which is looked at once and not for each task.
    pub async fn planned_tasks_of(
        &self,
        pin: &Pin,
        version_ids: &[Uuid],
        filter: &TaskFilter,
        page: &Page,
    ) -> Result<Vec<PlannedTaskRow>, Error> {
        task_rows!(
            "from unnest($4::uuid[]) as wanted (id)
             join visible_plan_version($1, $2, $3) visible on visible.id = wanted.id
             cross join lateral (
               select task.*
               from planned_task task
               where task.version_id = wanted.id
                 and task.valid_from <= $1
                 and $1 < task.valid_to
                 and not exists (
                   select
                   from withheld_task($1, $2, $3) withheld
                   where withheld.id = task.task_id and withheld.partner not in (task.lead, task.territory)
                   offset 0
                 )
                 and ($5::text is null or task.phase = $5)
                 and ($6::text is null or task.line_of_effort = $6)
                 and ($7::text is null or task.lead = $7)
                 and ($8::text is null or task.territory = $8)
                 and ($9::text is null or task.code > $9)
                 and ($10::text is null or task.code < $10)
               order by case when $11 then task.code end desc, task.code
               limit $12
             ) task
             order by task.version_id, task.code",
            pin.position.0,
            pin.policy_position.0,
            pin.viewer(),
            version_ids,
            filter.phase.as_deref(),
            filter.line_of_effort.as_deref(),
            filter.lead.as_deref(),
            filter.territory.as_deref(),
            page.after.as_deref(),
            page.before.as_deref(),
            page.backwards,
            page.limit
        )
        .fetch_all(self.db())
        .await
        .map_err(doing("list tasks"))
    }

    /// How many tasks match, of each version that the viewer may see.
    pub async fn count_planned_tasks(
        &self,
        pin: &Pin,
        version_ids: &[Uuid],
        filter: &TaskFilter,
    ) -> Result<Vec<(Uuid, i64)>, Error> {
        let rows = sqlx::query!(
            r#"select
               wanted.id as "version_id!",
               (
                 select count(*)
                 from planned_task task
                 where task.version_id = wanted.id
                   and task.valid_from <= $1
                   and $1 < task.valid_to
                   and not exists (
                     select
                     from withheld_task($1, $2, $3) withheld
                     where withheld.id = task.task_id and withheld.partner not in (task.lead, task.territory)
                     offset 0
                   )
                   and ($5::text is null or task.phase = $5)
                   and ($6::text is null or task.line_of_effort = $6)
                   and ($7::text is null or task.lead = $7)
                   and ($8::text is null or task.territory = $8)
               ) as "count!"
             from unnest($4::uuid[]) as wanted (id)
             where exists (
               select
               from visible_plan_version($1, $2, $3) visible
               where visible.id = wanted.id
               offset 0
             )"#,
            pin.position.0,
            pin.policy_position.0,
            pin.viewer(),
            version_ids,
            filter.phase.as_deref(),
            filter.line_of_effort.as_deref(),
            filter.lead.as_deref(),
            filter.territory.as_deref()
        )
        .fetch_all(self.db())
        .await
        .map_err(doing("count tasks"))?;
        Ok(rows.into_iter().map(|row| (row.version_id, row.count)).collect())
    }

    /// The tasks as the newest version that has them plans them.
    pub async fn newest_tasks_by_id(
        &self,
        pin: &Pin,
        task_ids: &[Uuid],
    ) -> Result<Vec<PlannedTaskRow>, Error> {
        task_rows!(
            "from unnest($4::uuid[]) as wanted (id)
             cross join lateral (
               select task.*
               from planned_task task
               where task.task_id = wanted.id
                 and task.valid_from <= $1
                 and $1 < task.valid_to
                 and exists (
                   select
                   from visible_planned_task($1, $2, $3) visible
                   where visible.id = task.id
                   offset 0
                 )
               order by task.version desc
               limit 1
             ) task",
            pin.position.0,
            pin.policy_position.0,
            pin.viewer(),
            task_ids
        )
        .fetch_all(self.db())
        .await
        .map_err(doing("read the newest plans of tasks"))
    }

    /// Operation and code of the tasks, whichever versions have them, and of those that responses made.
    pub async fn task_places(&self, pin: &Pin, task_ids: &[Uuid]) -> Result<Vec<TaskPlace>, Error> {
        sqlx::query_as!(
            TaskPlace,
            r#"select
               task.task_id as "task_id!",
               operation.code as "operation!",
               task.code as "task!"
             from unnest($4::uuid[]) as wanted (id)
             cross join lateral (
               select
                 planned_task.task_id,
                 planned_task.operation_id,
                 planned_task.code
               from planned_task
               where planned_task.task_id = wanted.id
                 and planned_task.valid_from <= $1
                 and $1 < planned_task.valid_to
                 and exists (
                   select
                   from visible_planned_task($1, $2, $3) visible
                   where visible.id = planned_task.id
                   offset 0
                 )
               limit 1
             ) task
             join operation
               on operation.id = task.operation_id
               and operation.valid_from <= $1
               and $1 < operation.valid_to
             union all
             select
               emergent_task.id,
               operation.code,
               emergent_task.code
             from emergent_task
             join visible_emergent_task($1, $2, $3) visible on visible.id = emergent_task.id
             join operation
               on operation.id = emergent_task.operation_id
               and operation.valid_from <= $1
               and $1 < operation.valid_to
             where emergent_task.id = any ($4)
               and emergent_task.valid_from <= $1
               and $1 < emergent_task.valid_to"#,
            pin.position.0,
            pin.policy_position.0,
            pin.viewer(),
            task_ids
        )
        .fetch_all(self.db())
        .await
        .map_err(doing("find tasks"))
    }

    /// The tasks that stand in the contents of the versions as they are, also those that the viewer may not
    /// see: for the hash of a content, which is for whoever sees the version, and for nothing else.
    pub async fn plain_tasks_of(
        &self,
        pin: &Pin,
        version_ids: &[Uuid],
    ) -> Result<Vec<PlannedTaskRow>, Error> {
        task_rows!(
            "from planned_task task
             join visible_plan_version($1, $2, $3) visible on visible.id = task.version_id
             where task.version_id = any ($4)
               and part_hash is null
               and valid_from <= $1
               and $1 < valid_to",
            pin.position.0,
            pin.policy_position.0,
            pin.viewer(),
            version_ids
        )
        .fetch_all(self.db())
        .await
        .map_err(doing("read the tasks of contents"))
    }
}
