//! Tasks that come into a draft from a file: all or none, new ones added, known ones made what the file says.

use crate::support::{Story, of, saphan::*};
use domain::{
    RefusalCode, Span, TaskCode,
    plan::{ImportedTask, MOST_IMPORTED, PlanEvent, PlannedTask, TaskRevision},
};
use proptest::prelude::*;
use std::collections::BTreeMap;

/// A task of the draft as a file would have it.
fn as_it_is(task: PlannedTask) -> ImportedTask {
    let PlannedTask {
        code,
        title,
        phase,
        line_of_effort,
        lead,
        territory,
        post,
        start_offset,
        duration,
        predecessors,
        terms,
    } = task;
    ImportedTask {
        code,
        title,
        phase,
        line_of_effort,
        lead,
        territory,
        post,
        start_offset: Some(start_offset),
        duration,
        predecessors,
        terms,
        release: None,
    }
}

fn added(task: PlannedTask) -> PlanEvent {
    PlanEvent::TaskAddedToPlan { operation: saphan(), number: 1, task }
}

fn planned(code: &str, start: i64, predecessors: &[&str]) -> PlannedTask {
    PlannedTask { line_of_effort: None, ..task(code, "THA", "THA", start, 1, predecessors) }
}

/// Starts in hours from H-hour.
fn starts(story: &Story) -> BTreeMap<String, i64> {
    let hours = |task: &PlannedTask| task.start_offset.as_seconds() / 3_600;
    story.version(1).tasks.values().map(|task| (task.code.to_string(), hours(task))).collect()
}

#[test]
fn new_tasks_are_added_in_the_order_of_the_file_whatever_order_they_wait_in() {
    draft()
        .when(
            lao(),
            import_tasks(vec![
                imported("T40", Some(3), &["T41SS-30m", "T27"]),
                imported("T41", Some(-3), &[]),
            ]),
        )
        .then([added(planned("T40", 3, &["T41SS-30m", "T27"])), added(planned("T41", -3, &[]))]);
}

#[test]
fn what_the_draft_has_already_changes_nothing() {
    let all = small_plan().into_iter().map(as_it_is).collect();
    draft().when(tha(), import_tasks(all)).unchanged();
}

#[test]
fn a_known_task_becomes_what_the_file_says() {
    let mut t21 = as_it_is(small_plan().remove(3));
    t21.title = of("Another title");
    t21.start_offset = Some(Span::hours(13));
    t21.predecessors = ["T02", "T16SS+1h"].map(of).into();
    let revision = TaskRevision {
        title: Some(of("Another title")),
        start_offset: Some(Span::hours(13)),
        ..TaskRevision::default()
    };
    let (operation, number) = (saphan, 1);
    let dependency = |text| PlanEvent::DependencyAdded {
        operation: operation(),
        number,
        task: of("T21"),
        dependency: of(text),
    };
    let story = draft().when(tha(), import_tasks(vec![t21.clone()])).then([
        PlanEvent::TaskRevised { operation: operation(), number, task: of("T21"), revision },
        dependency("T02"),
        dependency("T16SS+1h"),
    ]);
    t21.predecessors = [of("T02")].into();
    let removed = PlanEvent::DependencyRemoved {
        operation: operation(),
        number,
        task: of("T21"),
        predecessor: of("T16"),
    };
    story
        .when(tha(), import_tasks(vec![t21.clone()]))
        .then([removed])
        .when(tha(), import_tasks(vec![t21]))
        .unchanged();
}

/// A revision cannot take a line of effort away.
#[test]
fn what_a_known_task_has_no_more_takes_the_task_anew() {
    let t27 = ImportedTask { line_of_effort: None, ..as_it_is(small_plan().remove(4)) };
    let removed = PlanEvent::TaskRemovedFromPlan { operation: saphan(), number: 1, task: of("T27") };
    let anew = PlannedTask { line_of_effort: None, ..small_plan().remove(4) };
    draft()
        .when(lao(), import_tasks(vec![t27.clone()]))
        .then([removed, added(anew)])
        .when(lao(), import_tasks(vec![t27]))
        .unchanged();
}

/// By hand. T41 waits for nothing and starts with the earliest, T01 at -24. T42 starts when T41 ends, at -23.
/// T43 may not start before T42 has for two hours, at -21, and not before T27 ends, at 72. T44 has its own
/// start, which stays though T43 ends after it, and T45 waits for where T44 can be: T43 ends at 73, so T44
/// ends at 74.
#[test]
fn a_start_that_is_left_open_is_as_early_as_what_it_waits_for_lets_it() {
    let story = draft()
        .when(
            tha(),
            import_tasks(vec![
                imported("T45", None, &["T44"]),
                imported("T44", Some(5), &["T43"]),
                imported("T43", None, &["T42SS+2h", "T27"]),
                imported("T42", None, &["T41"]),
                imported("T41", None, &[]),
            ]),
        )
        .accepted();
    let starts = starts(&story);
    let wanted = [("T41", -24), ("T42", -23), ("T43", 72), ("T44", 5), ("T45", 74)];
    for (code, start) in wanted {
        assert_eq!(starts[code], start, "{code}");
    }
}

#[test]
fn without_any_start_the_plan_starts_at_h_hour() {
    let story = draft_with(sections(), Vec::new())
        .when(tha(), import_tasks(vec![imported("T01", None, &[]), imported("T02", None, &["T01"])]))
        .accepted();
    assert_eq!(starts(&story), [("T01".to_owned(), 0), ("T02".to_owned(), 1)].into());
}

#[test]
fn every_fault_of_every_task_is_told_at_its_place() {
    let wrong = ImportedTask {
        phase: of("P9"),
        line_of_effort: Some(of("LOE9")),
        lead: of("KHM"),
        territory: of("KHM"),
        post: Some(of("KHM-01")),
        start_offset: Some(Span::hours(1_000_000)),
        duration: Span::hours(-1),
        predecessors: ["T99", "T01SS+1h", "T01FF+1h"].map(of).into(),
        ..imported("T50", None, &[])
    };
    let refused = draft().when(
        tha(),
        import_tasks(vec![imported("T40", None, &[]), wrong, imported("T40", None, &["T03SS"])]),
    );
    refused.refused_at([
        (RefusalCode::UnknownReference, "tasks.1.phase"),
        (RefusalCode::UnknownReference, "tasks.1.lineOfEffort"),
        (RefusalCode::TakesNoTasks, "tasks.1.leadPartner"),
        (RefusalCode::UnknownReference, "tasks.1.territory"),
        (RefusalCode::UnknownReference, "tasks.1.post"),
        (RefusalCode::InvalidValue, "tasks.1.duration"),
        (RefusalCode::InvalidValue, "tasks.1.startOffset"),
        (RefusalCode::AlreadyExists, "tasks.1.predecessors"),
        (RefusalCode::UnknownReference, "tasks.1.predecessors"),
        (RefusalCode::AlreadyExists, "tasks.2.code"),
        (RefusalCode::UnknownReference, "tasks.2.predecessors"),
    ]);
}

/// T21 waits for T16, which waits for T01.
#[test]
fn no_file_closes_a_cycle_by_itself_or_with_the_draft() {
    let t01 = ImportedTask { predecessors: [of("T40")].into(), ..as_it_is(small_plan().remove(0)) };
    draft()
        .when(
            tha(),
            import_tasks(vec![
                t01,
                imported("T40", Some(0), &["T21"]),
                imported("T41", None, &["T42"]),
                imported("T42", None, &["T41", "T42SS+1h"]),
            ]),
        )
        .refused_at([
            (RefusalCode::DependencyCycle, "tasks.0.predecessors"),
            (RefusalCode::DependencyCycle, "tasks.2.predecessors"),
            (RefusalCode::DependencyCycle, "tasks.3.predecessors"),
        ])
        .saying("T01 would wait for T40, which waits for T21, which waits for T16, which waits for T01.");
}

/// T16 is hidden from China; T21 waits for it, and T27 for T21.
#[test]
fn what_is_hidden_from_the_planner_stays_and_is_not_told_of() {
    let hidden = || draft().when(tha(), release_task("T16", &[])).accepted();
    let shown = |file: ImportedTask| hidden().when(chn(), import_tasks(vec![file]));
    let t21 = ImportedTask { predecessors: [].into(), ..as_it_is(small_plan().remove(3)) };
    // China's file cannot have what T21 waits for.
    shown(t21).unchanged();
    shown(ImportedTask { lead: of("CHN"), territory: of("CHN"), ..imported("T16", None, &[]) })
        .refused_at([(RefusalCode::AlreadyExists, "tasks.0.code")]);
    shown(imported("T40", None, &["T16"]))
        .refused_at([(RefusalCode::UnknownReference, "tasks.0.predecessors")]);
    shown(ImportedTask { predecessors: [of("T21")].into(), ..as_it_is(small_plan().remove(0)) })
        .refused_at([(RefusalCode::DependencyCycle, "tasks.0.predecessors")])
        .saying("T01 would wait for T21, which waits for a task that is not released to you, which waits for T01.");
}

/// T21 waits for T16 alone, which ends at 12.
#[test]
fn what_floats_behind_a_hidden_task_stays_where_it_is() {
    let floating = domain::plan::Terms {
        constraint: domain::plan::StartConstraint::AsSoonAsPossible,
        ..domain::plan::Terms::default()
    };
    let story = draft()
        .when(tha(), set_terms("T21", floating.clone()))
        .accepted()
        .when(tha(), release_task("T16", &[]))
        .accepted();
    let file = ImportedTask {
        start_offset: None,
        predecessors: [].into(),
        terms: floating,
        ..as_it_is(small_plan().remove(3))
    };
    story.when(chn(), import_tasks(vec![file])).unchanged();
}

/// China may see that T21 was made anew, and not by that event what it waits for.
#[test]
fn a_task_made_anew_keeps_what_is_hidden_by_an_event_of_its_own() {
    let bare =
        ImportedTask { line_of_effort: None, predecessors: [].into(), ..as_it_is(small_plan().remove(3)) };
    let t21 = small_plan().remove(3);
    draft().when(tha(), release_task("T16", &[])).accepted().when(chn(), import_tasks(vec![bare])).then([
        PlanEvent::TaskRemovedFromPlan { operation: saphan(), number: 1, task: of("T21") },
        added(PlannedTask { line_of_effort: None, predecessors: [].into(), ..t21 }),
        PlanEvent::DependencyAdded { operation: saphan(), number: 1, task: of("T21"), dependency: of("T16") },
    ]);
}

/// Every task waits for the first and for the next one: as many cycles as tasks, of up to as many tasks.
#[test]
fn a_knot_is_told_of_in_bounds() {
    let code = |number: usize| format!("T{number:05}");
    let last = MOST_IMPORTED - 1;
    let knot: Vec<_> = (0..=last)
        .map(|number| {
            let next = code(number + 1);
            let waits: &[&str] = if number == last { &["T00000"] } else { &["T00000", &next] };
            imported(&code(number), None, if number == 0 { &waits[1..] } else { waits })
        })
        .collect();
    let refused = draft_with(sections(), Vec::new()).when(tha(), import_tasks(knot)).rejected();
    assert_eq!(refused.refusals.len(), 20);
    assert!(refused.refusals.iter().all(|refusal| refusal.message.len() < 400));
    let said = "T00000 would wait for T00001, which waits for T00000.";
    assert_eq!(refused.refusals.iter().filter(|refusal| refusal.message == said).count(), 1);
    let long = &refused.refusals.iter().find(|refusal| refusal.message.contains("others in turn")).unwrap();
    assert!(long.message.ends_with(" others in turn, and so for T00000."), "{}", long.message);
}

#[test]
fn reasons_of_an_import_are_told_in_bounds() {
    let wrong: Vec<_> = (0..1_500)
        .map(|number| ImportedTask { phase: of("P9"), ..imported(&format!("T{number:05}"), None, &[]) })
        .collect();
    let refusals = draft().when(tha(), import_tasks(wrong)).rejected().refusals;
    assert_eq!(refusals.len(), 1_001);
    assert_eq!(refusals[1_000].message, "500 more tasks were not looked at.");
}

#[test]
fn an_import_has_tasks_and_not_too_many_and_needs_a_draft() {
    draft().when(tha(), import_tasks(Vec::new())).refused_at([(RefusalCode::InvalidValue, "tasks")]);
    let many = vec![imported("T40", None, &[]); MOST_IMPORTED + 1];
    draft().when(tha(), import_tasks(many)).refused_at([(RefusalCode::InvalidValue, "tasks")]);
    let one = || import_tasks(vec![imported("T40", None, &[])]);
    submitted().when(tha(), one()).refused_at([(RefusalCode::VersionImmutable, "operation")]);
    draft().when(import(), one()).forbidden();
}

#[test]
fn a_chain_of_very_many_tasks_is_walked_without_recursion() {
    let code = |number: usize| format!("T{number:05}");
    let chain = |length: usize, closed: bool| -> Vec<ImportedTask> {
        (0..length)
            .map(|number| {
                let before = code(if number == 0 { length - 1 } else { number - 1 });
                let waits: &[&str] = if number > 0 || closed { &[&before] } else { &[] };
                imported(&code(number), None, waits)
            })
            .collect()
    };
    let story = draft_with(sections(), Vec::new());
    let laid = story.clone().when(tha(), import_tasks(chain(10_000, false))).accepted();
    assert_eq!(starts(&laid)[&code(9_999)], 9_999);
    story.when(tha(), import_tasks(chain(10_000, true))).refused([RefusalCode::DependencyCycle]);
}

/// A choice for each of some tasks: its start, its duration, and by bits which of those before it it waits
/// for.
fn files() -> impl Strategy<Value = Vec<ImportedTask>> {
    let one = (proptest::option::of(-50_i64..50), 1_i64..30, any::<u8>(), any::<bool>());
    proptest::collection::vec(one, 1..9).prop_map(|choices| {
        let code = |number: usize| -> TaskCode { of(&format!("T{number:02}")) };
        choices
            .into_iter()
            .enumerate()
            .map(|(number, (start, hours, bits, with_line))| ImportedTask {
                line_of_effort: with_line.then(|| of("LOE1")),
                duration: Span::hours(hours),
                predecessors: (0..number)
                    .filter(|before| bits >> before & 1 == 1)
                    .map(|before| of(code(before).as_str()))
                    .collect(),
                ..imported(code(number).as_str(), start, &[])
            })
            .collect()
    })
}

proptest! {
    /// Whatever was there: the file's tasks are as the file says, the others as they were, and once more
    /// changes nothing.
    #[test]
    fn after_an_import_the_draft_is_what_the_file_says(first in files(), then in files()) {
        let send = |story: Story, file: &Vec<ImportedTask>| {
            let file = file.clone();
            let mut story = story;
            let command = import_tasks(file)(&story);
            let events = story.decide(&tha(), &command).unwrap();
            story.append(&tha(), events);
            story
        };
        let before = send(draft_with(sections(), Vec::new()), &first);
        let after = send(before.clone(), &then);
        let (before, known) = (before.version(1).tasks, after.version(1).tasks);
        for (code, task) in &known {
            if let Some(file) = then.iter().find(|file| file.code == *code) {
                let start = file.start_offset.or(Some(task.start_offset));
                let file = ImportedTask { start_offset: start, ..file.clone() };
                prop_assert_eq!(&as_it_is(PlannedTask::clone(task)), &file);
            } else {
                prop_assert_eq!(Some(task), before.get(code));
            }
        }
        prop_assert_eq!(then.iter().filter(|file| !known.contains_key(&file.code)).count(), 0);
        let given: Vec<_> = known.values().map(|task| as_it_is(PlannedTask::clone(task))).collect();
        after.when(tha(), import_tasks(given)).unchanged();
    }
}
