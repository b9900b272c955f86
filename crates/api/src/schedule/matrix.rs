//! Synchronisation matrices: what is done when, by which purpose or by whom, and which decisions are due with
//! it.
//!
//! Computed from pinned rows when asked for. No more columns, rows and cells than the version has phases,
//! lines of effort and tasks: days on which nothing starts are no columns.

use crate::{
    Error,
    graph::{
        language::localise,
        node::{Partner, PlanVersion, Task},
        scalars::Duration,
    },
    plan::sections::{DecisionPoint, LineOfEffort, Phase},
    schedule::network::{Network, ScheduleBasis},
};
use async_graphql::{Context, Enum, SimpleObject};
use domain::{
    Day,
    ids::PartnerId,
    plan::{PlannedTask, Sections},
    schedule::Schedule as Laid,
};
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

/// What the columns of a matrix are.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
pub enum MatrixColumns {
    /// All phases, in the plan's order.
    Phase,
    /// The days on which a task starts at the earliest, counted from H-hour, each of 24 hours: `D-12`, `D+0`.
    Day,
}

/// What the rows of a matrix are.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
pub enum MatrixRows {
    /// All lines of effort, in the plan's order.
    LineOfEffort,
    /// The partners that lead a task, in the order of their codes.
    Partner,
}

/// Of a column or a row.
#[derive(SimpleObject, Clone)]
pub struct MatrixHeading {
    /// Of the phase, line of effort or partner; of a day as people write it, such as `D-12`.
    code: String,
    /// The same as the code for a day.
    name: String,
    /// From H-hour to where a day begins; null for anything else.
    start: Option<Duration>,
}

/// Where a column and a row meet.
#[derive(SimpleObject)]
pub struct MatrixCell {
    /// Code of the column.
    column: String,
    /// Code of the row; null for tasks that serve no line of effort.
    row: Option<String>,
    /// The column; of a day's tasks the phase of the first.
    phase: Phase,
    /// The row; null for tasks that serve no line of effort, and where rows are partners.
    line_of_effort: Option<LineOfEffort>,
    /// In the order of their planned starts.
    tasks: Vec<Task>,
    /// Those due at one of the tasks, in the plan's order.
    decision_points: Vec<DecisionPoint>,
}

/// The plan at a glance: phases or days by lines of effort or partners, and when decisions are due.
#[derive(SimpleObject, Default)]
pub struct SynchronisationMatrix {
    columns: Vec<MatrixHeading>,
    rows: Vec<MatrixHeading>,
    /// All phases, in the plan's order.
    phases: Vec<Phase>,
    /// All lines of effort, in the plan's order.
    lines_of_effort: Vec<LineOfEffort>,
    /// Cells with tasks, column by column. Those of tasks that serve no line of effort come last in theirs.
    cells: Vec<MatrixCell>,
    /// All of them, in the plan's order.
    decision_points: Vec<DecisionPoint>,
}

impl MatrixHeading {
    fn of_phase(phase: &domain::plan::Phase) -> Self {
        Self { code: phase.code.to_string(), name: phase.name.to_string(), start: None }
    }

    fn of_line(line: &domain::plan::LineOfEffort) -> Self {
        Self { code: line.code.to_string(), name: line.name.to_string(), start: None }
    }

    fn of_day(day: Day) -> Self {
        Self { code: day.to_string(), name: day.to_string(), start: Some(day.start().into()) }
    }
}

/// Headings, and which of them each task of a network is under; `None`: under none.
struct Axis {
    headings: Vec<MatrixHeading>,
    places: Vec<Option<usize>>,
}

impl Axis {
    fn phases(tasks: &[PlannedTask], sections: &Sections) -> Self {
        let place = |task: &PlannedTask| sections.phases.iter().position(|phase| phase.code == task.phase);
        Self {
            headings: sections.phases.iter().map(MatrixHeading::of_phase).collect(),
            places: tasks.iter().map(place).collect(),
        }
    }

    fn days(network: &Network, laid: &Laid) -> Self {
        let day = |task: &PlannedTask| {
            Day::of(laid.times.get(&task.code).map_or(task.start_offset, |times| times.early_start))
        };
        let (headings, places) = index(network.tasks.iter().map(day));
        Self { headings: headings.into_iter().map(MatrixHeading::of_day).collect(), places }
    }

    fn lines(tasks: &[PlannedTask], sections: &Sections) -> Self {
        let lines = &sections.lines_of_effort;
        let place = |task: &PlannedTask| {
            let code = task.line_of_effort.as_ref()?;
            lines.iter().position(|line| line.code == *code)
        };
        Self {
            headings: lines.iter().map(MatrixHeading::of_line).collect(),
            places: tasks.iter().map(place).collect(),
        }
    }

    async fn partners(
        ctx: &Context<'_>,
        version: &PlanVersion,
        tasks: &[PlannedTask],
    ) -> Result<Self, Error> {
        let (codes, places) = index(tasks.iter().map(|task| &task.lead));
        let ids = codes.iter().map(|code| PartnerId::of(code).0);
        let partners: Vec<Partner> = version.world.find_many(ids).await?;
        let mut headings = Vec::with_capacity(codes.len());
        for code in codes {
            let partner = partners.iter().find(|partner| partner.row.code == code.as_str());
            let name = match partner {
                Some(partner) => localise(ctx, &partner.row.names, &partner.row.name, None)?.to_owned(),
                None => code.to_string(),
            };
            headings.push(MatrixHeading { code: code.to_string(), name, start: None });
        }
        Ok(Self { headings, places })
    }
}

/// The keys in their order, and of each item the place of its key among them.
fn index<K: Ord + Clone>(keys: impl Iterator<Item = K> + Clone) -> (Vec<K>, Vec<Option<usize>>) {
    let all: Vec<K> = keys.clone().collect::<BTreeSet<_>>().into_iter().collect();
    let places = keys.map(|key| all.binary_search(&key).ok()).collect();
    (all, places)
}

impl SynchronisationMatrix {
    pub(crate) async fn of(
        ctx: &Context<'_>,
        version: &PlanVersion,
        columns: MatrixColumns,
        rows: MatrixRows,
    ) -> Result<Self, Error> {
        let network = version.network().await?;
        let sections = &version.row.sections;
        let columns = match columns {
            MatrixColumns::Phase => Axis::phases(&network.tasks, sections),
            MatrixColumns::Day => {
                let laid = network.lay_out_once(ScheduleBasis::Offsets, &version.hours().await?);
                Axis::days(&network, &laid)
            }
        };
        let lines = Axis::lines(&network.tasks, sections);
        let (by_line, rows) = match rows {
            MatrixRows::LineOfEffort => (true, lines),
            MatrixRows::Partner => (false, Axis::partners(ctx, version, &network.tasks).await?),
        };
        version.world.spend(network.tasks.len())?;
        let mut meet = BTreeMap::<_, Vec<_>>::new();
        for (index, (column, row)) in columns.places.iter().zip(&rows.places).enumerate() {
            let Some(column) = column else { continue };
            // What serves no line of effort comes behind all that does.
            meet.entry((*column, row.unwrap_or(rows.headings.len()))).or_default().push(index);
        }
        version.world.spend(columns.headings.len() + rows.headings.len() + meet.len())?;
        let mut cells = Vec::with_capacity(meet.len());
        for ((column, row), mut indices) in meet {
            indices.sort_by_key(|index| network.tasks[*index].start_offset);
            let tasks: Vec<_> = indices.iter().map(|index| &network.tasks[*index]).collect();
            let first = tasks.first().and_then(|task| sections.phases.iter().find(|p| p.code == task.phase));
            let Some(phase) = first else { continue };
            let points = sections.decision_points.iter();
            let within: BTreeSet<_> = tasks.iter().map(|task| &task.code).collect();
            let due = points.filter(|point| within.contains(&point.at));
            let rows_of: Vec<_> =
                tasks.iter().filter_map(|task| network.row(&task.code)).map(Arc::clone).collect();
            cells.push(MatrixCell {
                column: columns.headings[column].code.clone(),
                row: rows.headings.get(row).map(|heading| heading.code.clone()),
                phase: phase.into(),
                line_of_effort: sections.lines_of_effort.get(row).filter(|_| by_line).map(LineOfEffort::from),
                tasks: version.world.planned(&rows_of),
                decision_points: due.map(DecisionPoint::from).collect(),
            });
        }
        Ok(Self {
            columns: columns.headings,
            rows: rows.headings,
            phases: sections.phases.iter().map(Phase::from).collect(),
            lines_of_effort: sections.lines_of_effort.iter().map(LineOfEffort::from).collect(),
            cells,
            decision_points: sections.decision_points.iter().map(DecisionPoint::from).collect(),
        })
    }
}
