//! A plan held against what happened: task by task and phase by phase, with what drove each delay.

use crate::{
    Error,
    graph::{
        node::{Operation, Task},
        scalars::{DateTime, Duration},
    },
    plan::sections::Phase,
};
use async_graphql::{Enum, SimpleObject};
use chrono::Utc;
use domain::{
    Instant, PhaseCode, Span, TaskCode,
    execution::{TaskStatus, blocked_for},
    plan::Dependency,
    schedule::{
        Finishes,
        slippage::{self, CarriedOut, slippage},
    },
};
use futures_util::future::{try_join, try_join_all};
use read_model::{execution::TaskExecutionRow, parse};
use std::collections::{BTreeMap, BTreeSet};

/// Which H-hour what happened is held against.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum PlannedBy {
    /// The plan and the H-hour that were in force when the start of a task was reported; of tasks that have not begun, those of
    /// now.
    #[default]
    Then,
    /// The version that is asked for, and the H-hour of now, for all tasks.
    Now,
}

/// Why a task began, or was finished, at another time than planned.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
pub enum SlippageKind {
    /// It waited for a task that was late itself.
    Predecessor,
    /// It could have begun, and began later; earlier than planned, where that is negative.
    Start,
    /// It was blocked.
    Blocks,
    /// It took longer than planned, blocks left out; shorter, where that is negative.
    Length,
}

/// A part of a delay.
#[derive(SimpleObject)]
pub struct SlippageDriver {
    kind: SlippageKind,
    /// How much of the delay it is, in whole seconds; never zero.
    by: Duration,
    /// The task that it waited for; of the kind `PREDECESSOR` alone.
    task: Option<Task>,
}

/// A stretch of time as it was planned and as it was.
#[derive(SimpleObject)]
pub struct TaskSlippage {
    task: Task,
    planned_start: DateTime,
    /// Exclusive.
    planned_finish: DateTime,
    /// Null until it has begun.
    actual_start: Option<DateTime>,
    /// Null until it is completed.
    actual_finish: Option<DateTime>,
    /// Actual less planned start, in whole seconds; negative when earlier.
    start_variance: Option<Duration>,
    /// Actual less planned finish.
    finish_variance: Option<Duration>,
    /// What drove it: the parts add up to `finishVariance`, and those of the kinds `PREDECESSOR` and `START` to `startVariance`.
    drivers: Vec<SlippageDriver>,
}

/// A phase as it was planned and as it was, by its tasks.
#[derive(SimpleObject)]
pub struct PhaseSlippage {
    phase: Phase,
    /// Of the first of its tasks, those left out that were cancelled before they began.
    planned_start: DateTime,
    /// Of the last of those that were not cancelled; exclusive.
    planned_finish: DateTime,
    /// Null until one has begun.
    actual_start: Option<DateTime>,
    /// Null until all are completed, those left out that were cancelled.
    actual_finish: Option<DateTime>,
    start_variance: Option<Duration>,
    finish_variance: Option<Duration>,
}

/// A plan held against what happened, as far as you may see both.
#[derive(SimpleObject, Default)]
pub struct PlannedVersusActual {
    /// By when they were planned to start, then by code. None, until H-hour is set.
    tasks: Vec<TaskSlippage>,
    /// In the order of the plan, those that have tasks which were not cancelled.
    phases: Vec<PhaseSlippage>,
}

/// What is known of a task.
struct Known {
    task: Task,
    code: TaskCode,
    phase: Option<PhaseCode>,
    predecessors: BTreeSet<Dependency>,
    planned: (Instant, Instant),
    carried_out: CarriedOut,
    cancelled: bool,
}

impl PlannedVersusActual {
    /// `version` is that in force when it is left out, else the one that was so last.
    pub(crate) async fn of(
        operation: &Operation,
        version: Option<i32>,
        by: PlannedBy,
    ) -> Result<Self, Error> {
        let world = &operation.world;
        let version = match version {
            Some(number) => operation
                .version(Some(number))
                .await?
                .ok_or_else(|| Error::bad_input(format!("There is no version {number} that you may see.")))?,
            None => match operation.current_version().await? {
                Some(current) => match current.carried_out().await? {
                    Some(version) => version,
                    None => return Ok(Self::default()),
                },
                None => return Ok(Self::default()),
            },
        };
        let hours = version.hours().await?;
        let Some(h_hour) = hours.h_hour else { return Ok(Self::default()) };
        let network = version.network().await?;
        let emergent = world.loaders.emergent_tasks_of.children(operation.row.id).await?;
        world.spend(network.tasks.len() + emergent.len())?;

        let mut finishes = Finishes::new(&hours);
        let tasks = world.planned(network.rows());
        let mut found = Vec::new();
        for (planned, task) in network.tasks.iter().zip(tasks) {
            let finish = finishes.of(planned);
            found.push((
                task,
                planned.code.clone(),
                Some(planned.phase.clone()),
                planned.predecessors.clone(),
                (h_hour + planned.start_offset.as_delta(), h_hour + finish.as_delta()),
            ));
        }
        for (row, task) in emergent.iter().zip(world.emergent(&emergent)) {
            let start = row.start_at.fixed_offset();
            let finish = start + Span::seconds(row.duration).as_delta();
            found.push((task, parse(&row.code)?, None, BTreeSet::new(), (start, finish)));
        }
        let known = found.into_iter().map(|(task, code, phase, predecessors, planned)| async move {
            let (row, blocked) = try_join(
                world.loaders.task_executions.load(task.row.task_id),
                world.loaders.task_claims_of.children(task.row.task_id),
            )
            .await?;
            let row = row.as_deref();
            let (carried_out, cancelled) =
                carried_out(row, blocked_for(blocked.iter().filter_map(|claim| claim.said())))?;
            let baseline = match row {
                Some(row) if world.sees_baseline(row).await? => row.baseline_start.zip(row.baseline_finish),
                _ => None,
            };
            let planned = match (by, baseline) {
                (PlannedBy::Then, Some((start, finish))) => (start.fixed_offset(), finish.fixed_offset()),
                _ => planned,
            };
            Ok::<_, Error>(Known { task, code, phase, predecessors, planned, carried_out, cancelled })
        });
        let mut known = try_join_all(known).await?;
        known.sort_by(|one, other| (one.planned.0, &one.code).cmp(&(other.planned.0, &other.code)));

        let by_code: BTreeMap<_, _> = known.iter().map(|known| (&known.code, known)).collect();
        let tasks = known.iter().map(|known| known.slipped(&by_code)).collect();
        let phases = version.row.sections.phases.iter();
        let phases = phases.filter_map(|phase| {
            let of_phase = known.iter().filter(|known| known.phase.as_ref() == Some(&phase.code));
            PhaseSlippage::of(phase.into(), &of_phase.collect::<Vec<_>>())
        });
        Ok(Self { tasks, phases: phases.collect() })
    }
}

/// When it was carried out, and whether it was cancelled.
fn carried_out(row: Option<&TaskExecutionRow>, blocked: Span) -> Result<(CarriedOut, bool), Error> {
    let Some(row) = row else { return Ok((CarriedOut::default(), false)) };
    let status: TaskStatus = parse(&row.status)?;
    let instant = |at: Option<chrono::DateTime<Utc>>| at.map(|at| at.fixed_offset());
    let ended = instant(row.ended_at);
    let finished = ended.filter(|_| status == TaskStatus::Completed);
    Ok((CarriedOut { started: instant(row.started_at), finished, blocked }, status == TaskStatus::Cancelled))
}

impl Known {
    fn slipped(&self, others: &BTreeMap<&TaskCode, &Self>) -> TaskSlippage {
        let known = |code: &TaskCode| others.get(code).map(|known| known.carried_out).unwrap_or_default();
        // What is hidden holds nobody back here: what it held shows as the task's own.
        let slipped = slippage(self.planned, &self.predecessors, &self.carried_out, known);
        let drivers = slipped.iter().flat_map(|slipped| &slipped.drivers).map(|(driver, by)| {
            let (kind, task) = match driver {
                slippage::Driver::Predecessor(task) => (SlippageKind::Predecessor, Some(task)),
                slippage::Driver::Start => (SlippageKind::Start, None),
                slippage::Driver::Blocks => (SlippageKind::Blocks, None),
                slippage::Driver::Length => (SlippageKind::Length, None),
            };
            let task = task.and_then(|code| others.get(code)).map(|known| known.task.clone());
            SlippageDriver { kind, by: (*by).into(), task }
        });
        TaskSlippage {
            task: self.task.clone(),
            planned_start: self.planned.0.into(),
            planned_finish: self.planned.1.into(),
            actual_start: self.carried_out.started.map(Into::into),
            actual_finish: self.carried_out.finished.map(Into::into),
            start_variance: slipped.as_ref().map(|slipped| slipped.start.into()),
            finish_variance: slipped.as_ref().and_then(|slipped| slipped.finish).map(Into::into),
            drivers: drivers.collect(),
        }
    }
}

impl PhaseSlippage {
    fn of(phase: Phase, tasks: &[&Known]) -> Option<Self> {
        // What was given up before it began moves neither end.
        let (begun, left): (Vec<_>, Vec<_>) = (
            tasks.iter().filter(|task| !task.cancelled || task.carried_out.started.is_some()).collect(),
            tasks.iter().filter(|task| !task.cancelled).collect(),
        );
        let planned_start = begun.iter().map(|task| task.planned.0).min()?;
        let planned_finish = left.iter().map(|task| task.planned.1).max()?;
        let actual_start = begun.iter().filter_map(|task| task.carried_out.started).min();
        let all_done = left.iter().all(|task| task.carried_out.finished.is_some());
        let actual_finish =
            left.iter().filter_map(|task| task.carried_out.finished).max().filter(|_| all_done);
        let variance = |planned: Instant, actual: Option<Instant>| {
            actual.map(|actual| Span::seconds((actual - planned).num_seconds()).into())
        };
        Some(Self {
            phase,
            planned_start: planned_start.into(),
            planned_finish: planned_finish.into(),
            actual_start: actual_start.map(Into::into),
            actual_finish: actual_finish.map(Into::into),
            start_variance: variance(planned_start, actual_start),
            finish_variance: variance(planned_finish, actual_finish),
        })
    }
}
