//! Large plans: laying them out, next to a bare topological sort of the same graph; their import from a file;
//! and what a planner asks a server about them.

use crate::{
    ROUNDS,
    bench::{Bench, question},
    data::{Data, POSTS, draft, planner, post, send},
    good,
    row::{ratio, row},
};
use anyhow::Result;
use domain::{
    Command, OperationCode, Span, TaskCode,
    plan::{
        Dependency, DependencyKind, ImportedTask, PlanCommand, PlannedTask, Terms, Weekday, WorkCalendar,
        WorkingHours,
    },
    schedule::{Basis, Graph, Hours, activities, schedule, working::Working},
};
use exchange::{Mapping, Row, csv};
use petgraph::{algo::toposort, graph::DiGraph};
use rand::{Rng as _, SeedableRng as _, rngs::StdRng};
use serde_json::json;
use std::{hint::black_box, time::Instant};
use strum::IntoEnumIterator as _;

/// Tasks of the plans that are laid out.
const SIZES: [usize; 2] = [1_000, 10_000];

/// Layouts of a round.
const LAYOUTS: usize = 20;

/// Each task waits for up to three of the hundred before it, in all ways.
fn tasks(count: usize) -> Vec<PlannedTask> {
    let mut random = StdRng::seed_from_u64(5);
    let kinds: Vec<_> = DependencyKind::iter().collect();
    let code = |number: usize| format!("T{number:05}");
    let task = |number: usize| {
        let waits = random.random_range(0..=3.min(number));
        let predecessors: std::collections::BTreeMap<_, _> = (0..waits)
            .map(|_| {
                let before = random.random_range(number.saturating_sub(100)..number);
                let kind = kinds[random.random_range(0..kinds.len())];
                let lag = Span::hours(random.random_range(-2..6));
                (before, Dependency { predecessor: good(&code(before)), kind, lag })
            })
            .collect();
        PlannedTask {
            code: good(&code(number)),
            title: good(&format!("Task {number} of a large plan")),
            phase: good("P1"),
            line_of_effort: None,
            lead: good("THA"),
            territory: good("THA"),
            post: Some(post(number % POSTS)),
            start_offset: Span::hours(random.random_range(-500..500)),
            duration: Span::hours(random.random_range(0..48)),
            predecessors: predecessors.into_values().collect(),
            terms: Terms::default(),
        }
    };
    (0..count).map(task).collect()
}

fn office() -> WorkCalendar {
    let days = [Weekday::Monday, Weekday::Tuesday, Weekday::Wednesday, Weekday::Thursday, Weekday::Friday];
    WorkCalendar {
        code: good("OFFICE"),
        name: good("Office hours"),
        time_zone: good("Asia/Bangkok"),
        week: days.map(|day| WorkingHours { day, from: good("08:00"), to: good("17:00") }).into(),
        holidays: Vec::new(),
        rest: None,
        partners: [good("THA")].into(),
        posts: [].into(),
    }
}

/// Milliseconds for each of so many.
fn each(count: usize, mut what: impl FnMut()) -> f64 {
    let begun = Instant::now();
    for _ in 0..count {
        what();
    }
    #[expect(clippy::cast_precision_loss, reason = "far fewer than 2^52 rounds")]
    let count = count as f64;
    begun.elapsed().as_secs_f64() * 1_000.0 / count
}

/// Both passes, floats and critical tasks, in this process.
pub fn layouts() {
    for size in SIZES {
        let tasks = tasks(size);
        let of = json!({ "tasks": size });
        let mut graph = DiGraph::<(), ()>::new();
        let nodes: Vec<_> = tasks.iter().map(|_| graph.add_node(())).collect();
        for (task, node) in tasks.iter().zip(&nodes) {
            for Dependency { predecessor, .. } in &task.predecessors {
                let before = tasks.binary_search_by(|other| other.code.cmp(predecessor));
                graph.add_edge(nodes[before.expect("a task before it")], *node, ());
            }
        }
        let [mut sorted, mut laid_out, mut worked, mut from_tasks] = [const { Vec::new() }; 4];
        let calendars = [office()];
        let h_hour = good("2030-01-01T00:00:00Z");
        let round_the_clock = Hours { calendars: &[], h_hour: Some(h_hour), floating: true };
        let (of_tasks, _) = activities(&tasks, &round_the_clock);
        let network = Graph::new(&of_tasks);
        let (by_calendar, _) = activities(&tasks, &Hours { calendars: &calendars, ..round_the_clock });
        for _ in 0..ROUNDS {
            sorted.push(each(LAYOUTS, || {
                black_box(toposort(&graph, None).expect("no cycle"));
            }));
            laid_out.push(each(LAYOUTS, || {
                black_box(network.lay_out(&of_tasks, Basis::Offsets, &mut []));
            }));
            worked.push(each(LAYOUTS, || {
                let mut working = [Working::new(&calendars[0], h_hour)];
                black_box(network.lay_out(&by_calendar, Basis::Offsets, &mut working));
            }));
            from_tasks.push(each(LAYOUTS, || {
                let (activities, mut working) = activities(&tasks, &round_the_clock);
                black_box(schedule(&activities, Basis::Offsets, &mut working));
            }));
        }
        let sorted = row("petgraph: topological sort of the same graph", &of, "ms", sorted);
        let laid = row("schedule: passes, floats, critical paths", &of, "ms", laid_out);
        ratio("schedule", &of, "the topological sort", laid / sorted);
        let worked = row("schedule by a calendar of office hours", &of, "ms", worked);
        ratio("schedule by a calendar", &of, "round the clock", worked / laid);
        row("schedule from tasks, both graph and answer by code", &of, "ms", from_tasks);
    }
}

fn imported(row: Row) -> ImportedTask {
    let Row {
        code,
        title,
        phase,
        line_of_effort,
        lead,
        territory,
        post,
        offset,
        duration,
        predecessors,
        terms,
    } = row;
    ImportedTask {
        code,
        title,
        phase,
        line_of_effort,
        lead,
        territory,
        post,
        start_offset: offset,
        duration,
        predecessors,
        terms,
        release: None,
    }
}

fn sheet(tasks: &[PlannedTask]) -> String {
    let row = |task: &PlannedTask| Row {
        code: task.code.clone(),
        title: task.title.clone(),
        phase: task.phase.clone(),
        line_of_effort: task.line_of_effort.clone(),
        lead: task.lead.clone(),
        territory: task.territory.clone(),
        post: task.post.clone(),
        offset: Some(task.start_offset),
        duration: task.duration,
        predecessors: task.predecessors.clone(),
        terms: task.terms.clone(),
    };
    csv::write(&tasks.iter().map(row).collect::<Vec<_>>())
}

/// A plan of the largest size comes in from a spreadsheet's file.
pub async fn import(data: &Data) -> Result<()> {
    let size = SIZES[SIZES.len() - 1];
    let of = json!({ "tasks": size });
    let file = sheet(&tasks(size));
    let (mut read, mut recorded) = (Vec::new(), Vec::new());
    for round in 0..ROUNDS {
        let mut rows = Vec::new();
        read.push(each(1, || {
            let sheet = csv::read(file.as_bytes(), &Mapping::default(), None);
            rows = sheet.expect("a file of this program").rows;
        }));
        let operation: OperationCode = good(&format!("PLAN-{round}"));
        draft(&data.engine, operation.clone()).await?;
        let begun = Instant::now();
        let tasks = rows.into_iter().map(imported).collect();
        let command = Command::Plan(PlanCommand::ImportTasks { operation, tasks, calendars: None });
        send(&data.engine, planner(), command).await?;
        recorded.push(begun.elapsed().as_secs_f64() * 1_000.0);
    }
    row("CSV import: the file read", &of, "ms", read);
    row("CSV import: decided, recorded and projected", &of, "ms", recorded);
    Ok(())
}

/// The first operation whose plan is imported.
pub const IMPORTED: &str = "PLAN-0";

/// The tasks of that plan that wait for nothing.
pub fn first() -> Vec<TaskCode> {
    let tasks = tasks(SIZES[SIZES.len() - 1]);
    tasks.into_iter().filter(|task| task.predecessors.is_empty()).map(|task| task.code).collect()
}

/// What a planner asks about it.
pub async fn questions(bench: &Bench) -> Result<()> {
    let of = json!({ "tasks": SIZES[SIZES.len() - 1] });
    for (name, field) in [
        ("schedule over HTTP: length and critical tasks", "schedule { length criticalPath { code } }"),
        ("conflicts over HTTP: their kinds", "conflicts { kind }"),
        (
            "one reschedule over HTTP: length and new conflicts",
            "previewReschedule(input: { tasks: [{ task: \"T00010\", startOffset: \"PT900H\" }] }) { lengthAfter \
             newConflicts { kind } }",
        ),
    ] {
        let asked = bench.ask(1, ROUNDS, move |_| {
            question(&format!("{{ operation(code: \"{IMPORTED}\") {{ {field} }} }}"), &json!({}))
        });
        row(name, &of, "ms", asked(0).await?.latencies);
    }
    Ok(())
}
