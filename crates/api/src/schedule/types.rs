//! Schedules: when tasks start and finish, what is critical, and how far off the baseline that is. Computed
//! from pinned rows when asked for, once per version and request.

use crate::{
    Error,
    graph::{
        context::World,
        node::{Operation, PlanVersion, Task},
        scalars::{DateTime, Duration},
        zone::Zone,
    },
    plan::sections::Phase,
    schedule::{
        conflict::Conflict,
        network::{Network, ScheduleBasis},
    },
};
use async_graphql::{InputObject, Object, SimpleObject};
use chrono::Utc;
use domain::{
    Span, TaskCode,
    schedule::{Actual, Basis, Hours, Schedule as Laid, Times},
};
use read_model::parse;
use std::{collections::BTreeMap, sync::Arc};

/// Most critical paths that are told.
const MOST_PATHS: usize = 20;

/// When a task was carried out, whatever is claimed of it: what a forecast asks for on trial.
#[derive(InputObject)]
pub struct TaskActualInput {
    /// Code of the task.
    task: String,
    started_at: DateTime,
    /// Left out while it goes on.
    finished_at: Option<DateTime>,
}

impl Network {
    /// The tasks of these codes that it has.
    pub fn tasks_of<'a>(
        &self,
        world: &Arc<World>,
        codes: impl IntoIterator<Item = &'a TaskCode>,
    ) -> Vec<Task> {
        let rows: Vec<_> = codes.into_iter().filter_map(|code| self.row(code).cloned()).collect();
        world.planned(&rows)
    }
}

/// What a forecast is made from, besides what is claimed of tasks.
pub(crate) struct Progress {
    /// `None`: the log's clock at the answer's position.
    pub now: Option<DateTime>,
    /// In place of what is claimed of these tasks.
    pub actuals: Vec<TaskActualInput>,
}

impl Progress {
    /// The basis, and what has happened, relative to H-hour. Fails with `BAD_USER_INPUT` for a task that the
    /// network has not.
    pub async fn read(
        &self,
        world: &World,
        network: &Network,
        hours: &Hours<'_>,
    ) -> Result<(Basis, BTreeMap<TaskCode, Actual>), Error> {
        let Some(h_hour) = hours.h_hour else {
            return Err(Error::bad_input("A forecast needs an operation whose H-hour is set."));
        };
        let now = match &self.now {
            Some(now) => *now,
            None => world.engine.recorded_at(world.pin.position).await?.into(),
        };
        let after = |at: &DateTime| Span::seconds((at.0 - h_hour).num_seconds());
        let mut actuals = claimed(world, network, &now, after).await?;
        for TaskActualInput { task, started_at, finished_at } in &self.actuals {
            let code: Option<TaskCode> = task.parse().ok();
            let Some(code) = code.filter(|code| network.row(code).is_some()) else {
                let task: String = task.chars().take(40).collect();
                return Err(Error::bad_input(format!("The plan has no task {task} that you may see.")));
            };
            let actual = Actual { start: Some(after(started_at)), finish: finished_at.as_ref().map(after) };
            if actual.finish.is_some_and(|finish| Some(finish) < actual.start) {
                return Err(Error::bad_input(format!("{code} cannot finish before it starts.")));
            }
            actuals.insert(code, actual);
        }
        Ok((Basis::Forecast { now: after(&now) }, actuals))
    }
}

/// When the tasks of the network were carried out by then, as far as is claimed.
async fn claimed(
    world: &World,
    network: &Network,
    now: &DateTime,
    after: impl Fn(&DateTime) -> Span,
) -> Result<BTreeMap<TaskCode, Actual>, Error> {
    let tasks = network.rows().iter().map(|row| row.task_id);
    let rows = world.loaders.task_executions.load_many(tasks).await?;
    let mut actuals = BTreeMap::new();
    for row in rows {
        let span =
            |at: Option<chrono::DateTime<Utc>>| at.filter(|at| *at <= now.0).map(|at| after(&at.into()));
        // What was given up before it began takes no time from then on.
        let start = row.started_at.or(row.ended_at);
        actuals.insert(parse(&row.task)?, Actual { start: span(start), finish: span(row.ended_at) });
    }
    Ok(actuals)
}

/// A task's place in a schedule. Durations are relative to H-hour (to the start on `NETWORK`); finishes are exclusive. With a
/// calendar, floats are working time.
#[derive(SimpleObject)]
pub struct ScheduledTask {
    task: Task,
    early_start: Duration,
    early_finish: Duration,
    late_start: Duration,
    late_finish: Duration,
    /// What it can slip without delaying the whole; negative when a latest finish or a fixed start cannot be kept.
    total_float: Duration,
    /// What it can slip without delaying a successor.
    free_float: Duration,
    /// Whether it has no float.
    critical: bool,
    /// The early start as an instant; null on `NETWORK` and until H-hour is set.
    earliest_start: Option<DateTime>,
    /// The early finish as an instant; null on `NETWORK` and until H-hour is set.
    earliest_finish: Option<DateTime>,
    /// The late finish as an instant; null on `NETWORK` and until H-hour is set.
    latest_finish: Option<DateTime>,
    /// The early start in the version in force, the baseline; null when that has no such task, and on `NETWORK`.
    baseline_start: Option<Duration>,
    /// The early finish there; exclusive.
    baseline_finish: Option<Duration>,
    /// How much later it finishes than in the baseline, relative to H-hour; negative when earlier.
    slippage: Option<Duration>,
}

/// A phase, or a group of tasks within it, as one stretch of time.
#[derive(SimpleObject)]
pub struct ScheduledGroup {
    phase: Phase,
    /// Null for the phase as a whole.
    group: Option<String>,
    /// Of the first task.
    early_start: Duration,
    /// Of the last; exclusive.
    early_finish: Duration,
    /// Whether one of its tasks is critical.
    critical: bool,
    task_count: i32,
}

/// From the first early start of some tasks to their last early finish.
struct Stretch {
    start: Span,
    finish: Span,
    critical: bool,
    tasks: i32,
}

impl Stretch {
    fn new(times: &Times) -> Self {
        Self { start: times.early_start, finish: times.early_finish, critical: false, tasks: 0 }
    }

    fn take(&mut self, times: &Times) {
        self.start = self.start.min(times.early_start);
        self.finish = self.finish.max(times.early_finish);
        self.critical |= times.is_critical();
        self.tasks = self.tasks.saturating_add(1);
    }

    fn to_group(&self, phase: Phase, group: Option<&str>) -> ScheduledGroup {
        ScheduledGroup {
            phase,
            group: group.map(ToOwned::to_owned),
            early_start: self.start.into(),
            early_finish: self.finish.into(),
            critical: self.critical,
            task_count: self.tasks,
        }
    }
}

/// Critical tasks, each of which the next one waits for without slack.
#[derive(SimpleObject)]
pub struct CriticalPath {
    tasks: Vec<Task>,
}

/// Early and late times of a plan's tasks by the critical path method.
pub struct Schedule {
    operation: Operation,
    /// `None` when no plan has been drafted.
    version: Option<PlanVersion>,
    basis: ScheduleBasis,
    network: Arc<Network>,
    laid: Arc<Laid>,
}

impl Schedule {
    pub(crate) async fn of(
        operation: Operation,
        version: Option<PlanVersion>,
        basis: ScheduleBasis,
        progress: Progress,
    ) -> Result<Self, Error> {
        if basis != ScheduleBasis::Forecast && (progress.now.is_some() || !progress.actuals.is_empty()) {
            return Err(Error::bad_input(
                "`now` and `actuals` are for a forecast: ask for `basis: FORECAST`.",
            ));
        }
        let Some(version) = version else {
            let (network, laid) = (Arc::default(), Arc::default());
            return Ok(Self { operation, version: None, basis, network, laid });
        };
        let network = version.network().await?;
        let hours = version.hours().await?;
        let laid = if basis == ScheduleBasis::Forecast {
            // Worked out anew each time.
            operation.world.spend(network.tasks.len())?;
            let (basis, actuals) = progress.read(&operation.world, &network, &hours).await?;
            Arc::new(network.lay_out(basis, &hours, &actuals))
        } else {
            network.lay_out_once(basis, &hours)
        };
        Ok(Self { operation, version: Some(version), basis, network, laid })
    }

    /// The schedule of the version in force.
    async fn baseline(&self) -> Result<Option<Arc<Laid>>, Error> {
        if self.basis == ScheduleBasis::Network {
            return Ok(None);
        }
        let Some(version) = self.operation.version(self.operation.row.in_force).await? else {
            return Ok(None);
        };
        let hours = version.hours().await?;
        Ok(Some(version.network().await?.lay_out_once(ScheduleBasis::Offsets, &hours)))
    }
}

/// Early and late times of a plan's tasks by the critical path method.
#[Object]
impl Schedule {
    async fn basis(&self) -> ScheduleBasis {
        self.basis
    }

    /// Early start of the first task.
    async fn start(&self) -> Duration {
        self.laid.start.into()
    }

    /// From the first start to the last finish.
    async fn length(&self) -> Duration {
        self.laid.length.into()
    }

    /// Tasks without float, in the order of their early starts.
    async fn critical_path(&self) -> Vec<Task> {
        self.network.tasks_of(&self.operation.world, self.laid.critical())
    }

    /// The critical paths, one by one, at most twenty: from the first task that nothing critical drives to the last.
    async fn critical_paths(&self) -> Result<Vec<CriticalPath>, Error> {
        self.operation.world.spend(self.network.tasks.len())?;
        let paths = self.laid.critical_paths(MOST_PATHS);
        self.operation.world.spend(paths.iter().map(Vec::len).sum())?;
        let path = |path| CriticalPath { tasks: self.network.tasks_of(&self.operation.world, path) };
        Ok(paths.into_iter().map(path).collect())
    }

    /// All tasks, in the order of their early starts.
    async fn tasks(&self, zone: Option<Zone>) -> Result<Vec<ScheduledTask>, Error> {
        let world = &self.operation.world;
        let h_hour = self.operation.row.h_hour.filter(|_| self.basis != ScheduleBasis::Network);
        let zone = world.zone(zone).await?;
        let instant =
            |offset: Span| DateTime::after(h_hour, offset.as_delta()).map(|at| at.local(zone.as_ref()));
        let baseline = self.baseline().await?;
        let mut all: Vec<_> = self.laid.times.iter().collect();
        all.sort_by_key(|(code, times)| (times.early_start, *code));
        let tasks = self.network.tasks_of(world, all.iter().map(|(code, _)| *code));
        let scheduled = |(task, (code, times)): (Task, &(&TaskCode, &Times))| {
            let before = baseline.as_ref().and_then(|baseline| baseline.times.get(*code));
            ScheduledTask {
                task,
                early_start: times.early_start.into(),
                early_finish: times.early_finish.into(),
                late_start: times.late_start.into(),
                late_finish: times.late_finish.into(),
                total_float: times.total_float.into(),
                free_float: times.free_float.into(),
                critical: times.is_critical(),
                earliest_start: instant(times.early_start),
                earliest_finish: instant(times.early_finish),
                latest_finish: instant(times.late_finish),
                baseline_start: before.map(|before| before.early_start.into()),
                baseline_finish: before.map(|before| before.early_finish.into()),
                slippage: before.map(|before| (times.early_finish - before.early_finish).into()),
            }
        };
        Ok(tasks.into_iter().zip(&all).map(scheduled).collect())
    }

    /// Each phase that has tasks, in the plan's order, and behind it its groups in the order of their names.
    async fn groups(&self) -> Result<Vec<ScheduledGroup>, Error> {
        let Some(version) = &self.version else { return Ok(Vec::new()) };
        self.operation.world.spend(self.network.tasks.len())?;
        // The phase as a whole stands before its groups.
        let mut stretches = BTreeMap::<_, BTreeMap<Option<&str>, Stretch>>::new();
        for task in &self.network.tasks {
            let Some(times) = self.laid.times.get(&task.code) else { continue };
            let groups = stretches.entry(&task.phase).or_default();
            let named = task.terms.group.as_ref().map(|group| Some(group.as_str()));
            for group in [None].into_iter().chain(named) {
                groups.entry(group).or_insert_with(|| Stretch::new(times)).take(times);
            }
        }
        let mut groups = Vec::new();
        for phase in &version.row.sections.phases {
            for (group, stretch) in stretches.get(&phase.code).into_iter().flatten() {
                groups.push(stretch.to_group(phase.into(), *group));
            }
        }
        Ok(groups)
    }

    /// As the version's.
    async fn conflicts(&self) -> Result<Vec<Conflict>, Error> {
        match &self.version {
            Some(version) => Conflict::of(version).await,
            None => Ok(Vec::new()),
        }
    }
}
