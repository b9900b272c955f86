//! All tasks of a plan version and what waits for what: laid out once per version and request, however often
//! it is asked.

use crate::Error;
use async_graphql::Enum;
use domain::{
    TaskCode,
    plan::PlannedTask,
    schedule::{Actual, Basis, Graph, Hours, Schedule as Laid, activities},
};
use read_model::plan::PlannedTaskRow;
use std::{
    collections::BTreeMap,
    sync::{Arc, OnceLock},
};

/// What a schedule is laid out on.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
pub enum ScheduleBasis {
    /// Dependencies and durations, and besides the plan's offsets, constraints and calendars: times are relative to H-hour.
    Offsets,
    /// Dependencies and durations alone, round the clock: the first task starts at zero.
    Network,
    /// As `OFFSETS`, from `now` on and with what is claimed of tasks by then, or what `actuals` say in place of that; H-hour
    /// must be set.
    Forecast,
}

/// All tasks of a version, in the order of their codes, and what is computed from them once.
#[derive(Default)]
pub(crate) struct Network {
    /// `rows[i]` is of `tasks[i]`.
    rows: Vec<Arc<PlannedTaskRow>>,
    pub tasks: Vec<PlannedTask>,
    graph: OnceLock<Arc<Graph>>,
    offsets: OnceLock<Arc<Laid>>,
    durations: OnceLock<Arc<Laid>>,
    successors: OnceLock<BTreeMap<TaskCode, Vec<usize>>>,
}

impl Network {
    pub fn new(rows: &[Arc<PlannedTaskRow>]) -> Result<Self, Error> {
        let mut pairs = rows
            .iter()
            .map(|row| Ok((row.planned_task()?, Arc::clone(row))))
            .collect::<Result<Vec<_>, Error>>()?;
        pairs.sort_by(|(one, _), (other, _)| one.code.cmp(&other.code));
        let (tasks, rows) = pairs.into_iter().unzip();
        Ok(Self { rows, tasks, ..Self::default() })
    }

    /// The same with each task as `change` makes it, which leaves its code and what it waits for as they are.
    pub fn with_tasks(&self, change: impl Fn(&PlannedTask) -> PlannedTask) -> Self {
        let tasks = self.tasks.iter().map(change).collect();
        Self { rows: self.rows.clone(), tasks, graph: self.graph.clone(), ..Self::default() }
    }

    pub fn rows(&self) -> &[Arc<PlannedTaskRow>] {
        &self.rows
    }

    pub fn row(&self, code: &TaskCode) -> Option<&Arc<PlannedTaskRow>> {
        let index = self.tasks.binary_search_by(|task| task.code.cmp(code)).ok()?;
        self.rows.get(index)
    }

    pub fn task(&self, code: &TaskCode) -> Option<&PlannedTask> {
        let index = self.tasks.binary_search_by(|task| task.code.cmp(code)).ok()?;
        self.tasks.get(index)
    }

    /// `hours` are those of the network's version, which are the same each time.
    pub fn lay_out_once(&self, basis: ScheduleBasis, hours: &Hours<'_>) -> Arc<Laid> {
        let (kept, basis) = match basis {
            ScheduleBasis::Offsets | ScheduleBasis::Forecast => (&self.offsets, Basis::Offsets),
            ScheduleBasis::Network => (&self.durations, Basis::Network),
        };
        Arc::clone(kept.get_or_init(|| Arc::new(self.lay_out(basis, hours, &BTreeMap::new()))))
    }

    /// Anew, with what has happened.
    pub fn lay_out(&self, basis: Basis, hours: &Hours<'_>, actuals: &BTreeMap<TaskCode, Actual>) -> Laid {
        let (mut activities, mut working) = activities(&self.tasks, hours);
        for activity in &mut activities {
            if let Some(actual) = actuals.get(activity.code) {
                activity.actual = *actual;
            }
        }
        let graph = self.graph.get_or_init(|| Arc::new(Graph::new(&activities)));
        Laid::new(&activities, graph.lay_out(&activities, basis, &mut working))
    }

    /// Tasks that wait for `code`.
    pub fn successors(&self, code: &TaskCode) -> Vec<Arc<PlannedTaskRow>> {
        let successors = self.successors.get_or_init(|| {
            let mut successors = BTreeMap::<_, Vec<_>>::new();
            for (index, task) in self.tasks.iter().enumerate() {
                for dependency in &task.predecessors {
                    successors.entry(dependency.predecessor.clone()).or_default().push(index);
                }
            }
            successors
        });
        let waiting = successors.get(code).map(Vec::as_slice).unwrap_or_default();
        waiting.iter().filter_map(|index| self.rows.get(*index).cloned()).collect()
    }
}
