//! What a move would do to a schedule: nothing is recorded.

use crate::{
    Error,
    graph::{
        context::World,
        node::{Operation, PlanVersion, Task},
        scalars::{DateTime, Duration},
        zone::Zone,
    },
    schedule::{
        conflict::{Conflict, compare},
        network::{Network, ScheduleBasis},
        types::{Progress, TaskActualInput},
    },
};
use async_graphql::{InputObject, SimpleObject};
use domain::{
    Span, TaskCode,
    plan::{PlannedTask, StartConstraint},
    schedule::{Basis, Hours, Times},
};
use std::{collections::BTreeMap, sync::Arc};

/// A task as it would be; what is left out stays as it is.
#[derive(InputObject)]
pub struct MovedTaskInput {
    /// Code of the task.
    task: String,
    /// From H-hour; negative before it.
    start_offset: Option<Duration>,
    duration: Option<Duration>,
}

/// What would move; what is left out stays as it is.
#[derive(InputObject)]
pub struct PreviewRescheduleInput {
    h_hour: Option<DateTime>,
    #[graphql(default)]
    tasks: Vec<MovedTaskInput>,
    /// For a forecast: the moment that it is made at.
    now: Option<DateTime>,
    /// For a forecast: what has happened, in place of what is claimed of these tasks.
    #[graphql(default)]
    actuals: Vec<TaskActualInput>,
}

/// A task whose times would be others. Durations are relative to H-hour, the old and the new one each; finishes are
/// exclusive.
#[derive(SimpleObject)]
pub struct RescheduledTask {
    task: Task,
    start_before: Duration,
    start_after: Duration,
    finish_before: Duration,
    finish_after: Duration,
    /// Null until H-hour is set.
    starts_before: Option<DateTime>,
    /// Null without an H-hour.
    starts_after: Option<DateTime>,
    /// How much later it would finish, as an instant where there is an H-hour before and after; negative when earlier.
    shift: Duration,
    total_float_before: Duration,
    total_float_after: Duration,
    critical_before: bool,
    critical_after: bool,
}

/// What a move would do: early times before and after it, on the plan in force, else the one being worked on.
#[derive(SimpleObject)]
pub struct Reschedule {
    length_before: Duration,
    length_after: Duration,
    /// Null until H-hour is set.
    h_hour_before: Option<DateTime>,
    h_hour_after: Option<DateTime>,
    /// Whether H-hour would lie within its window, so that no new version is needed; null without an H-hour or a window.
    within_window: Option<bool>,
    /// Those that would change, in the order of their new early starts.
    tasks: Vec<RescheduledTask>,
    new_conflicts: Vec<Conflict>,
    resolved_conflicts: Vec<Conflict>,
}

fn parse(field: &str, duration: Option<&Duration>) -> Result<Option<Span>, Error> {
    let Some(Duration(text)) = duration else { return Ok(None) };
    text.parse().map(Some).map_err(|fault| Error::bad_input(format!("`{field}`: {fault}.")))
}

/// Where a task is moved to, and how long it takes then.
struct Move {
    start: Option<Span>,
    duration: Option<Span>,
}

impl Move {
    /// As revising it would: whoever says when it starts wants it there, and not as soon as possible.
    fn apply(&self, task: &PlannedTask) -> PlannedTask {
        let mut moved = task.clone();
        if let Some(start) = self.start {
            moved.start_offset = start;
            if task.is_floating() {
                moved.terms.constraint = StartConstraint::StartNoEarlierThan;
            }
        }
        moved.duration = self.duration.unwrap_or(task.duration);
        moved
    }
}

fn moves(network: &Network, inputs: &[MovedTaskInput]) -> Result<BTreeMap<TaskCode, Move>, Error> {
    let mut moves = BTreeMap::new();
    for MovedTaskInput { task, start_offset, duration } in inputs {
        let code: Option<TaskCode> = task.parse().ok();
        let Some(code) = code.filter(|code| network.row(code).is_some()) else {
            let task: String = task.chars().take(40).collect();
            return Err(Error::bad_input(format!("The plan has no task {task} that you may see.")));
        };
        let start = parse("startOffset", start_offset.as_ref())?;
        let duration = parse("duration", duration.as_ref())?;
        if duration.is_some_and(|duration| duration < Span::ZERO) {
            return Err(Error::bad_input("No task takes less than no time."));
        }
        moves.insert(code, Move { start, duration });
    }
    Ok(moves)
}

impl Reschedule {
    pub(crate) async fn of(
        operation: &Operation,
        version: &PlanVersion,
        input: PreviewRescheduleInput,
        zone: Option<Zone>,
    ) -> Result<Self, Error> {
        let PreviewRescheduleInput { h_hour, tasks, now, actuals } = input;
        let world = &operation.world;
        let network = version.network().await?;
        let hours = version.hours().await?;
        // All of it is laid out twice, and its conflicts told apart.
        world.spend(2 * network.tasks.len())?;
        let asked = moves(&network, &tasks)?;
        let before = network.lay_out_once(ScheduleBasis::Offsets, &hours);
        let moved = network
            .with_tasks(|task| asked.get(&task.code).map_or_else(|| task.clone(), |to| to.apply(task)));
        let h_hour = h_hour.map(|at| at.0).or(hours.h_hour);
        let hours_after = Hours { h_hour, ..hours };
        let after = if now.is_none() && actuals.is_empty() {
            moved.lay_out(Basis::Offsets, &hours_after, &BTreeMap::new())
        } else {
            let (basis, actuals) = Progress { now, actuals }.read(world, &moved, &hours_after).await?;
            moved.lay_out(basis, &hours_after, &actuals)
        };

        let zone = world.zone(zone).await?;
        let local = |at: DateTime| at.local(zone.as_ref());
        let at = |h_hour: Option<domain::Instant>, offset: Span| {
            DateTime::after(h_hour.map(|at| at.to_utc()), offset.as_delta()).map(local)
        };
        let moved_by = match (hours.h_hour, h_hour) {
            (Some(before), Some(after)) => Span::seconds((after - before).num_seconds()),
            _ => Span::ZERO,
        };
        let mut changed: Vec<(&TaskCode, &Times, &Times)> = after
            .times
            .iter()
            .filter_map(|(code, after)| before.times.get(code).map(|before| (code, before, after)))
            .filter(|(_, before, after)| before != after || moved_by != Span::ZERO)
            .collect();
        changed.sort_by_key(|(code, _, after)| (after.early_start, *code));
        let tasks = network.tasks_of(world, changed.iter().map(|(code, ..)| *code));
        let rescheduled =
            |(task, (_, before, after)): (Task, &(&TaskCode, &Times, &Times))| RescheduledTask {
                task,
                start_before: before.early_start.into(),
                start_after: after.early_start.into(),
                finish_before: before.early_finish.into(),
                finish_after: after.early_finish.into(),
                starts_before: at(hours.h_hour, before.early_start),
                starts_after: at(h_hour, after.early_start),
                shift: (after.early_finish - before.early_finish + moved_by).into(),
                total_float_before: before.total_float.into(),
                total_float_after: after.total_float.into(),
                critical_before: before.is_critical(),
                critical_after: after.is_critical(),
            };
        let tasks = tasks.into_iter().zip(&changed).map(rescheduled).collect();
        let (new_conflicts, resolved_conflicts) =
            conflicts(world, version, (&network, &hours), (&moved, &hours_after)).await?;
        let window = version.row.sections.h_hour_window;
        Ok(Self {
            length_before: before.length.into(),
            length_after: after.length.into(),
            h_hour_before: at(hours.h_hour, Span::ZERO),
            h_hour_after: at(h_hour, Span::ZERO),
            within_window: h_hour.zip(window).map(|(at, window)| window.contains(at)),
            tasks,
            new_conflicts,
            resolved_conflicts,
        })
    }
}

/// Those that the move would make, and those that it would mend.
async fn conflicts(
    world: &Arc<World>,
    version: &PlanVersion,
    (network, hours): (&Network, &Hours<'_>),
    (moved, hours_after): (&Network, &Hours<'_>),
) -> Result<(Vec<Conflict>, Vec<Conflict>), Error> {
    let before = Conflict::find_all(version, network, hours).await?;
    let after = Conflict::find_all(version, moved, hours_after).await?;
    let (new, resolved) = compare(before, after);
    Ok((
        Conflict::show_all(world, network, &new).await?,
        Conflict::show_all(world, network, &resolved).await?,
    ))
}
