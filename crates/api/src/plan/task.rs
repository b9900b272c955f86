//! Tasks: the one that is carried out, and the frozen ones of plan versions.

use crate::{
    Error,
    execution::task::{BlockReason, TaskStatus},
    graph::{
        connection::{Connection, Window},
        context::World,
        node::{
            Assignment, Event, Incident, Operation, Partner, PlanVersion, PlannedTask, Post, Task, TaskClaim,
        },
        scalars::{DateTime, Duration, Sha256},
        zone::Zone,
    },
    operation::release::{ReleaseLabel, task_label},
    plan::{
        sections::{LineOfEffort, Phase},
        task_version::TaskVersion,
        terms::TaskTerms,
    },
    schedule::network::{Network, ScheduleBasis},
};
use async_graphql::{Enum, ID, InputObject, Object, OutputType, SimpleObject};
use domain::{
    PostCode, Span, TaskCode,
    execution::Standing,
    ids::{OperationId, PlanVersionId, PlannedTaskId, TaskId},
    plan,
    schedule::Times,
};
use futures_util::future::try_join;
use read_model::{
    incident::EmergentTaskRow,
    parse,
    plan::{PlannedTaskRow, TaskOrigin},
};
use std::sync::Arc;
use uuid::Uuid;

/// Which tasks; what is left out does not narrow.
#[derive(InputObject, Default)]
pub struct TaskFilter {
    /// Code of the phase.
    phase: Option<String>,
    /// Code of the line of effort.
    line_of_effort: Option<String>,
    /// Code of the partner that carries it out.
    lead_partner: Option<String>,
    /// Code of the partner on whose territory it is carried out.
    territory: Option<String>,
}

impl TaskFilter {
    /// Fails with `BAD_USER_INPUT` when the version has no such phase or line of effort, or there is no such
    /// partner.
    async fn read(self, world: &Arc<World>, version: Uuid) -> Result<read_model::plan::TaskFilter, Error> {
        let Self { phase, line_of_effort, lead_partner: lead, territory } = self;
        world.check_partner(lead.as_deref()).await?;
        world.check_partner(territory.as_deref()).await?;
        if phase.is_some() || line_of_effort.is_some() {
            let version: PlanVersion = world.get(version).await?;
            let sections = &version.row.sections;
            let phases = sections.phases.iter().map(|phase| phase.code.as_str());
            check_among(phase.as_deref(), "phase", phases)?;
            let lines = sections.lines_of_effort.iter().map(|line| line.code.as_str());
            check_among(line_of_effort.as_deref(), "line of effort", lines)?;
        }
        Ok(read_model::plan::TaskFilter { phase, line_of_effort, lead, territory })
    }
}

fn check_among<'a>(
    wanted: Option<&str>,
    what: &str,
    mut there: impl Iterator<Item = &'a str> + Clone,
) -> Result<(), Error> {
    match wanted {
        Some(wanted) if !there.any(|code| code == wanted) => {
            Err(Error::bad_input(format!("This version of the plan has no {what} `{wanted}`.")))
        }
        _ => Ok(()),
    }
}

/// A page of a version's tasks, as whatever the page is of.
pub(crate) async fn task_page<T>(
    world: &Arc<World>,
    version: Uuid,
    filter: Option<TaskFilter>,
    window: Window,
    shown: impl Fn(&Arc<World>, &[Arc<PlannedTaskRow>]) -> Vec<T>,
    code: impl Fn(&T) -> String,
) -> Result<Connection<T>, Error>
where
    T: OutputType,
{
    let page = window.page_or_all(world)?;
    let filter = filter.unwrap_or_default().read(world, version).await?;
    let rows = world.loaders.task_pages.children((version, filter.clone(), page.clone())).await?;
    Ok(Connection::new(world, &page, shown(world, &rows), code, move |world| {
        let key = (version, filter.clone());
        async move { Ok(world.loaders.task_counts.load(key).await?.unwrap_or_default()) }
    }))
}

/// How one task waits for another.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq, Default)]
#[graphql(remote = "domain::plan::DependencyKind")]
pub enum DependencyKind {
    /// The successor starts when the predecessor has finished.
    #[default]
    FinishToStart,
    /// The successor starts when the predecessor has started.
    StartToStart,
    /// The successor finishes when the predecessor has finished.
    FinishToFinish,
    /// The successor finishes when the predecessor has started.
    StartToFinish,
}

/// One task waits for another.
#[derive(SimpleObject)]
pub struct Dependency {
    predecessor: Task,
    successor: Task,
    kind: DependencyKind,
    /// What lies between the two ends at least; negative when they may overlap by that much (a lead).
    lag: Duration,
}

/// What a task of a plan version waits for.
#[derive(SimpleObject)]
pub struct PlannedDependency {
    predecessor: PlannedTask,
    kind: DependencyKind,
    /// What lies between the two ends at least; negative when they may overlap by that much (a lead).
    lag: Duration,
}

/// What a task and its frozen form have in common.
struct Planned<'a> {
    row: &'a PlannedTaskRow,
    world: &'a Arc<World>,
}

impl Planned<'_> {
    async fn version(&self) -> Result<PlanVersion, Error> {
        self.world.get(self.row.version_id).await
    }

    async fn network(&self) -> Result<Arc<Network>, Error> {
        self.version().await?.network().await
    }

    async fn phase(&self) -> Result<Phase, Error> {
        let version = self.version().await?;
        let phases = &version.row.sections.phases;
        let phase = phases.iter().find(|phase| phase.code.as_str() == self.row.phase);
        phase.map(Phase::from).ok_or_else(|| Error::internal("find a task's phase", &self.row.phase))
    }

    async fn line_of_effort(&self) -> Result<Option<LineOfEffort>, Error> {
        let Some(code) = &self.row.line_of_effort else { return Ok(None) };
        let version = self.version().await?;
        let lines = &version.row.sections.lines_of_effort;
        Ok(lines.iter().find(|line| line.code.as_str() == code).map(LineOfEffort::from))
    }

    async fn post(&self) -> Result<Option<Post>, Error> {
        let post = self.row.post.as_deref().map(parse::<PostCode>).transpose()?;
        self.world.post_of(post.as_ref()).await
    }

    async fn times(&self) -> Result<Option<Times>, Error> {
        let version = self.version().await?;
        let laid = version.network().await?.lay_out_once(ScheduleBasis::Offsets, &version.hours().await?);
        Ok(laid.times.get(&parse::<TaskCode>(&self.row.code)?).copied())
    }

    async fn h_hour(&self) -> Result<Option<chrono::DateTime<chrono::Utc>>, Error> {
        let operation: Operation = self.world.get(self.row.operation_id).await?;
        Ok(operation.row.h_hour)
    }

    /// Relative to H-hour, as an instant.
    async fn instant(&self, offset: Span, zone: Option<Zone>) -> Result<Option<DateTime>, Error> {
        self.world.local_if(DateTime::after(self.h_hour().await?, offset.as_delta()), zone).await
    }

    fn start(&self) -> Span {
        Span::seconds(self.row.start_offset)
    }

    fn duration(&self) -> Span {
        Span::seconds(self.row.duration)
    }

    /// `None` until H-hour is set: before, nobody knows how long it pauses.
    async fn finish(&self) -> Result<Option<Span>, Error> {
        if self.h_hour().await?.is_none() {
            return Ok(None);
        }
        let version = self.version().await?;
        let task = self.row.planned_task()?;
        Ok(Some(self.world.finish(self.row.version_id, &version.hours().await?, &task)))
    }

    fn predecessors(&self) -> Result<Vec<TaskCode>, Error> {
        Ok(self.row.predecessors.iter().map(|code| parse(code)).collect::<Result<_, _>>()?)
    }

    /// How it waits for one of its predecessors.
    fn dependency_on(&self, predecessor: &str) -> Result<plan::Dependency, Error> {
        let mut written = self.row.predecessors.iter().zip(&self.row.dependencies);
        match written.find(|(code, _)| *code == predecessor) {
            Some((_, written)) => Ok(parse(written)?),
            None => Err(Error::internal("find a dependency", &format!("{} on {predecessor}", self.row.code))),
        }
    }

    fn task_id(&self, code: &TaskCode) -> Uuid {
        TaskId::of(OperationId(self.row.operation_id), code).0
    }

    fn planned_task_id(&self, code: &TaskCode) -> Uuid {
        PlannedTaskId::of(PlanVersionId(self.row.version_id), code).0
    }
}

impl Task {
    /// `None`: a response made it.
    fn planned(&self) -> Option<Planned<'_>> {
        Some(Planned { row: self.row.planned()?, world: &self.world })
    }

    /// `None`: a plan version has it.
    fn response(&self) -> Option<&EmergentTaskRow> {
        match &self.row.origin {
            TaskOrigin::Plan(_) => None,
            TaskOrigin::Response(row) => Some(row),
        }
    }

    async fn times(&self) -> Result<Option<Times>, Error> {
        match self.planned() {
            Some(planned) => planned.times().await,
            None => Ok(None),
        }
    }

    pub(crate) async fn standing(&self, valid_at: Option<DateTime>) -> Result<Standing, Error> {
        self.world.standing(self.row.task_id, valid_at).await
    }
}

/// A task of an operation, the same through all plan versions: as the version in force has it, else the one being
/// worked on. Times relative to H-hour are durations; without an H-hour there are no instants. A response to an incident
/// may have made it, outside of every version: such a task has an `incident`, and nothing that only a plan gives.
#[Object]
impl Task {
    pub async fn id(&self) -> ID {
        self.node_id()
    }

    pub async fn key(&self) -> ID {
        self.node_key()
    }

    /// The events that changed or concern it, as far as you may see them, in the order of the log.
    pub async fn history(
        &self,
        first: Option<i32>,
        after: Option<String>,
        last: Option<i32>,
        before: Option<String>,
    ) -> Result<Connection<Event>, Error> {
        self.world.history(self.row.task_id, Window { first, after, last, before }).await
    }

    /// Everything that it has been, in every plan version that you may see, in the order of the log.
    async fn versions(
        &self,
        first: Option<i32>,
        after: Option<String>,
        last: Option<i32>,
        before: Option<String>,
    ) -> Result<Connection<TaskVersion>, Error> {
        TaskVersion::page(self, Window { first, after, last, before }).await
    }

    async fn operation(&self) -> Result<Operation, Error> {
        self.world.get(self.row.operation_id()).await
    }

    /// The same task frozen in the version that these fields are of; null of one that a response made.
    async fn planned_task(&self) -> Option<PlannedTask> {
        let row = Arc::clone(self.row.planned()?);
        Some(PlannedTask { row, world: Arc::clone(&self.world) })
    }

    /// Whether a response to an incident made it, outside of every plan version.
    async fn emergent(&self) -> bool {
        self.row.planned().is_none()
    }

    /// The incident that it responds to; null of one that is planned.
    async fn incident(&self) -> Result<Option<Incident>, Error> {
        match self.response() {
            Some(row) => self.world.find(row.incident_id).await,
            None => Ok(None),
        }
    }

    /// What people call it by, such as `T16`; unique in its operation.
    async fn code(&self) -> &str {
        self.row.code()
    }

    async fn title(&self) -> &str {
        self.row.title()
    }

    /// Null of one that a response made.
    async fn phase(&self) -> Result<Option<Phase>, Error> {
        match self.planned() {
            Some(planned) => planned.phase().await.map(Some),
            None => Ok(None),
        }
    }

    async fn line_of_effort(&self) -> Result<Option<LineOfEffort>, Error> {
        match self.planned() {
            Some(planned) => planned.line_of_effort().await,
            None => Ok(None),
        }
    }

    /// The partner that carries it out.
    async fn lead_partner(&self) -> Result<Partner, Error> {
        self.world.partner_of(self.row.lead()).await
    }

    /// The partner on whose territory it is carried out, and whose consent a planned one needs.
    async fn territory(&self) -> Result<Partner, Error> {
        self.world.partner_of(self.row.territory()).await
    }

    /// The post that the plan or the response foresees; who is bound to it is in `assignments`.
    async fn post(&self) -> Result<Option<Post>, Error> {
        let post = self.row.post().map(parse::<PostCode>).transpose()?;
        self.world.post_of(post.as_ref()).await
    }

    /// Who may read it, and how carefully; its own label holds in every version of the plan. One that a response made is for
    /// who reads its incident.
    async fn release(&self) -> Result<ReleaseLabel, Error> {
        match &self.row.origin {
            TaskOrigin::Plan(row) => task_label(&self.world, row).await,
            TaskOrigin::Response(row) => {
                let (operation, incident): (Operation, Incident) =
                    try_join(self.world.get(row.operation_id), self.world.get(row.incident_id)).await?;
                incident.label_in(&operation)
            }
        }
    }

    /// Where it stood at that time in the world; without a time, where it does: as far as is known at this moment of the
    /// log.
    async fn status(&self, valid_at: Option<DateTime>) -> Result<TaskStatus, Error> {
        Ok(self.standing(valid_at).await?.status.into())
    }

    /// From H-hour; negative before it; null of one that a response made, which goes by no H-hour.
    async fn start_offset(&self) -> Option<Duration> {
        Some(self.planned()?.start().into())
    }

    /// Nothing for a milestone.
    async fn duration(&self) -> Duration {
        self.row.duration().into()
    }

    /// Whether it is a moment that takes no time.
    async fn milestone(&self) -> bool {
        self.row.duration() == Span::ZERO
    }

    /// What binds it in time besides what it waits for, and what it needs; null of one that a response made.
    async fn terms(&self) -> Option<TaskTerms> {
        Some(TaskTerms::from(&self.row.planned()?.terms.0))
    }

    /// H-hour and the offset; null until H-hour is set. Of one that a response made, as that was decided.
    async fn planned_start(&self, zone: Option<Zone>) -> Result<Option<DateTime>, Error> {
        match (&self.row.origin, self.planned()) {
            (TaskOrigin::Response(row), _) => self.world.local(row.start_at, zone).await.map(Some),
            (TaskOrigin::Plan(_), Some(planned)) => planned.instant(planned.start(), zone).await,
            (TaskOrigin::Plan(_), None) => Ok(None),
        }
    }

    /// By the calendar that holds for it, from its planned start; exclusive; null until H-hour is set. Of one that a response
    /// made, its start and its duration.
    async fn planned_finish(&self, zone: Option<Zone>) -> Result<Option<DateTime>, Error> {
        if let Some(row) = self.response() {
            let finish = row.start_at + self.row.duration().as_delta();
            return self.world.local(finish, zone).await.map(Some);
        }
        let Some(planned) = self.planned() else { return Ok(None) };
        match planned.finish().await? {
            Some(finish) => planned.instant(finish, zone).await,
            None => Ok(None),
        }
    }

    /// All that was claimed of it, corrected claims too, in the order in which the log learned of it.
    async fn claims(&self) -> Result<Vec<TaskClaim>, Error> {
        let rows = self.world.loaders.task_claims_of.children(self.row.task_id).await?;
        Ok(self.world.all(&rows))
    }

    /// When it was given to those who carry it out; null until it is.
    async fn issued_at(
        &self,
        valid_at: Option<DateTime>,
        zone: Option<Zone>,
    ) -> Result<Option<DateTime>, Error> {
        self.world.local_if(self.standing(valid_at).await?.issued_at, zone).await
    }

    /// When its post said that it has it; null until it does.
    async fn acknowledged_at(
        &self,
        valid_at: Option<DateTime>,
        zone: Option<Zone>,
    ) -> Result<Option<DateTime>, Error> {
        self.world.local_if(self.standing(valid_at).await?.acknowledged_at, zone).await
    }

    /// When work on it began; null while it has not, at that time in the world if one is given.
    async fn actual_start(
        &self,
        valid_at: Option<DateTime>,
        zone: Option<Zone>,
    ) -> Result<Option<DateTime>, Error> {
        self.world.local_if(self.standing(valid_at).await?.started_at, zone).await
    }

    /// When it ended, completed or given up; null while it has not, at that time in the world if one is given.
    async fn actual_finish(
        &self,
        valid_at: Option<DateTime>,
        zone: Option<Zone>,
    ) -> Result<Option<DateTime>, Error> {
        self.world.local_if(self.standing(valid_at).await?.ended_at, zone).await
    }

    /// How far it had come by that time in the world, or has, in percent; null where nobody said. What is completed has come
    /// to 100.
    async fn progress(&self, valid_at: Option<DateTime>) -> Result<Option<u32>, Error> {
        Ok(self.standing(valid_at).await?.progress)
    }

    /// Since when it could not go on at that time in the world, or cannot; null while it can.
    async fn blocked_since(
        &self,
        valid_at: Option<DateTime>,
        zone: Option<Zone>,
    ) -> Result<Option<DateTime>, Error> {
        let since = self.standing(valid_at).await?.blocked.map(|(since, _)| since);
        self.world.local_if(since, zone).await
    }

    /// What was in its way then, or is; null while it is not blocked.
    async fn block_reason(&self, valid_at: Option<DateTime>) -> Result<Option<BlockReason>, Error> {
        Ok(self.standing(valid_at).await?.blocked.map(|(_, reason)| reason.into()))
    }

    /// How much later it began than the plan and H-hour had it when its start was reported, in whole seconds; negative when
    /// earlier, null until it began. A later version and a shift of H-hour change nothing of what it is measured against.
    async fn start_variance(&self) -> Result<Option<Duration>, Error> {
        let [start, _] = self.world.variances(self.row.task_id).await?;
        Ok(start)
    }

    /// How much later it was completed than they had it, in whole seconds; negative when earlier, null until it is completed.
    async fn finish_variance(&self) -> Result<Option<Duration>, Error> {
        let [_, finish] = self.world.variances(self.row.task_id).await?;
        Ok(finish)
    }

    /// As its dependencies allow, and not before its own offset; null until H-hour is set.
    async fn earliest_start(&self, zone: Option<Zone>) -> Result<Option<DateTime>, Error> {
        match (self.planned(), self.times().await?) {
            (Some(planned), Some(times)) => planned.instant(times.early_start, zone).await,
            _ => Ok(None),
        }
    }

    /// Exclusive, without delaying the whole; null until H-hour is set.
    async fn latest_finish(&self, zone: Option<Zone>) -> Result<Option<DateTime>, Error> {
        match (self.planned(), self.times().await?) {
            (Some(planned), Some(times)) => planned.instant(times.late_finish, zone).await,
            _ => Ok(None),
        }
    }

    /// What it can slip without delaying the whole; null of one that a response made.
    async fn total_float(&self) -> Result<Option<Duration>, Error> {
        Ok(self.times().await?.map(|times| times.total_float.into()))
    }

    /// Whether it has no float.
    async fn critical(&self) -> Result<bool, Error> {
        Ok(self.times().await?.is_some_and(|times| times.is_critical()))
    }

    /// What it waits for; nothing of one that a response made.
    async fn predecessors(&self) -> Result<Vec<Dependency>, Error> {
        let Some(planned) = self.planned() else { return Ok(Vec::new()) };
        let ids = planned.predecessors()?;
        let found = self.world.find_many(ids.iter().map(|code| planned.task_id(code))).await?;
        found
            .into_iter()
            .filter_map(|predecessor| dependency(predecessor, self.clone()).transpose())
            .collect()
    }

    /// What waits for it.
    async fn successors(&self) -> Result<Vec<Dependency>, Error> {
        let Some(planned) = self.planned() else { return Ok(Vec::new()) };
        let network = planned.network().await?;
        let found = self.world.planned(&network.successors(&parse(self.row.code())?));
        found.into_iter().filter_map(|successor| dependency(self.clone(), successor).transpose()).collect()
    }

    /// Posts bound to it; those that were withdrawn only when asked for.
    async fn assignments(
        &self,
        #[graphql(default)] include_withdrawn: bool,
    ) -> Result<Vec<Assignment>, Error> {
        let loaders = &self.world.loaders;
        let rows = match &self.row.origin {
            TaskOrigin::Plan(row) => loaders.assignments_of.children(row.id).await?,
            TaskOrigin::Response(row) => loaders.response_assignments.children(row.id).await?,
        };
        let shown: Vec<_> =
            rows.iter().filter(|row| include_withdrawn || row.withdrawn_at.is_none()).cloned().collect();
        Ok(self.world.all(&shown))
    }
}

/// `None`: the successor is in no plan, and waits for nothing.
fn dependency(predecessor: Task, successor: Task) -> Result<Option<Dependency>, Error> {
    let Some(planned) = successor.planned() else { return Ok(None) };
    let plan::Dependency { kind, lag, .. } = planned.dependency_on(predecessor.row.code())?;
    Ok(Some(Dependency { predecessor, successor, kind: kind.into(), lag: lag.into() }))
}

impl PlannedTask {
    fn planned(&self) -> Planned<'_> {
        Planned { row: &self.row, world: &self.world }
    }
}

/// A task as one plan version has it. Times are relative to H-hour.
#[Object]
impl PlannedTask {
    pub async fn id(&self) -> ID {
        self.node_id()
    }

    pub async fn key(&self) -> ID {
        self.node_key()
    }

    /// Of the task that it plans, the same in every version. Inputs take either.
    async fn task_id(&self) -> ID {
        self.world.id_of(TaskId(self.row.task_id))
    }

    /// The events that changed or concern it, as far as you may see them, in the order of the log.
    pub async fn history(
        &self,
        first: Option<i32>,
        after: Option<String>,
        last: Option<i32>,
        before: Option<String>,
    ) -> Result<Connection<Event>, Error> {
        self.world.history(self.row.id, Window { first, after, last, before }).await
    }

    async fn plan_version(&self) -> Result<PlanVersion, Error> {
        self.planned().version().await
    }

    /// The task that this is a plan of; null when the current version has none of this code.
    async fn task(&self) -> Result<Option<Task>, Error> {
        self.world.find(self.row.task_id).await
    }

    /// What people call it by, such as `T16`; the same code is the same task in every version.
    async fn code(&self) -> &str {
        &self.row.code
    }

    async fn title(&self) -> &str {
        &self.row.title
    }

    async fn phase(&self) -> Result<Phase, Error> {
        self.planned().phase().await
    }

    async fn line_of_effort(&self) -> Result<Option<LineOfEffort>, Error> {
        self.planned().line_of_effort().await
    }

    /// The partner that carries it out.
    async fn lead_partner(&self) -> Result<Partner, Error> {
        self.world.partner_of(&self.row.lead).await
    }

    /// The partner on whose territory it is carried out, and whose consent it needs.
    async fn territory(&self) -> Result<Partner, Error> {
        self.world.partner_of(&self.row.territory).await
    }

    /// The post that the plan foresees.
    async fn post(&self) -> Result<Option<Post>, Error> {
        self.planned().post().await
    }

    /// From H-hour; negative before it.
    async fn start_offset(&self) -> Duration {
        self.planned().start().into()
    }

    /// Nothing for a milestone.
    async fn duration(&self) -> Duration {
        self.planned().duration().into()
    }

    /// Whether it is a moment that takes no time.
    async fn milestone(&self) -> bool {
        self.planned().duration() == Span::ZERO
    }

    /// What binds it in time besides what it waits for, and what it needs.
    async fn terms(&self) -> TaskTerms {
        TaskTerms::from(&self.row.terms.0)
    }

    /// What it can slip without delaying the whole of its version.
    async fn total_float(&self) -> Result<Option<Duration>, Error> {
        Ok(self.planned().times().await?.map(|times| times.total_float.into()))
    }

    /// Whether it has no float.
    async fn critical(&self) -> Result<bool, Error> {
        Ok(self.planned().times().await?.is_some_and(|times| times.is_critical()))
    }

    /// What it waits for; how is in `dependencies`.
    async fn predecessors(&self) -> Result<Vec<PlannedTask>, Error> {
        let codes = self.planned().predecessors()?;
        self.world.find_many(codes.iter().map(|code| self.planned().planned_task_id(code))).await
    }

    /// What it waits for, and how.
    async fn dependencies(&self) -> Result<Vec<PlannedDependency>, Error> {
        let codes = self.planned().predecessors()?;
        let ids = codes.iter().map(|code| self.planned().planned_task_id(code));
        let found: Vec<PlannedTask> = self.world.find_many(ids).await?;
        let dependency = |predecessor: PlannedTask| {
            let plan::Dependency { kind, lag, .. } = self.planned().dependency_on(&predecessor.row.code)?;
            Ok(PlannedDependency { predecessor, kind: kind.into(), lag: lag.into() })
        };
        found.into_iter().map(dependency).collect()
    }

    /// What waits for it.
    async fn successors(&self) -> Result<Vec<PlannedTask>, Error> {
        let network = self.planned().network().await?;
        Ok(self.world.all(&network.successors(&parse(&self.row.code)?)))
    }

    /// Who may read it, and how carefully; its own label holds in every version of the plan.
    async fn release(&self) -> Result<ReleaseLabel, Error> {
        task_label(&self.world, &self.row).await
    }

    /// RFC 8785 text of the task, for one that is among the version's `parts`, else null: `partHash` is SHA-256 of
    /// `accord part v1`, a line feed, the salt's bytes and this.
    async fn canonical_content(&self) -> Result<Option<String>, Error> {
        if self.row.part_hash.is_none() {
            return Ok(None);
        }
        Ok(Some(self.row.planned_task()?.canonical()))
    }

    /// 16 bytes, in hexadecimal, of one among the version's `parts`. Whoever may not see the task does not see the salt.
    async fn salt(&self) -> Option<&str> {
        self.row.salt.as_deref()
    }

    /// As in the version's `parts`; null for a task that stands in the version's content as it is.
    async fn part_hash(&self) -> Result<Option<Sha256>, Error> {
        Ok(self.row.part_hash.as_deref().map(parse).transpose()?.map(Sha256))
    }
}
