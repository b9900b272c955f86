use super::*;
use crate::scenario::model::{execution::ReportEvent, plan::Task};

/// The smallest scenario, carried out, with a section that reads a log.
pub const MAPPING: &str = include_str!("../../../tests/import/mining.yaml");
const LOG: &str = include_str!("../../../tests/import/mining.xes");

fn mapped(edits: &[(&str, &str)]) -> Result<FromLog, Vec<String>> {
    both(edits, &[])
}

fn both(edits: &[(&str, &str)], of_log: &[(&str, &str)]) -> Result<FromLog, Vec<String>> {
    let edited = |text: &str, edits: &[(&str, &str)]| {
        edits.iter().fold(text.to_owned(), |text, (from, to)| {
            assert!(text.contains(from), "{from}");
            text.replacen(from, to, 1)
        })
    };
    let read = read_log(&edited(MAPPING, edits), edited(LOG, of_log).as_bytes());
    read.map_err(|faults| faults.iter().map(|(file, fault)| format!("{file:?} {fault}")).collect())
}

#[test]
fn each_trace_is_a_task_with_what_the_rules_make_of_its_events() {
    let read = mapped(&[]).unwrap();
    let tasks: Vec<&Task> = read.scenario.plan.tasks.iter().collect();
    let told: Vec<_> =
        tasks.iter().map(|task| (&*task.id, &*task.title, &*task.post, task.start, task.duration)).collect();
    // By hand: the log's first report, on 4 March 2013 at 8:00 in Paris, is moved to H-hour.
    assert_eq!(
        told,
        [
            ("T01", "Prepare reception", "THA-01", -24, 24),
            ("CASE-REPAIR-1", "repair #1", "THA-03", 0, 8),
            ("CASE-REPAIR-2", "repair #2", "THA-02", 3, 2),
            ("CASE-REPAIR-2-2", "repair: 2", "THA-02", 24, 1),
        ]
    );
    assert!(tasks[0].bound && !tasks[1].bound);
    let reports: Vec<_> = read
        .scenario
        .reports
        .iter()
        .map(|report| (&*report.task, report.occurred.to_rfc3339(), report.event.clone()))
        .collect();
    let at = |time: &str| format!("2024-03-0{time}:00+07:00");
    let text = |text: &str| Some(text.to_owned());
    assert_eq!(
        reports[..5],
        [
            ("CASE-REPAIR-1", at("4T06:00"), ReportEvent::Started {}),
            (
                "CASE-REPAIR-1",
                at("4T08:30"),
                ReportEvent::Blocked {
                    reason: crate::scenario::model::execution::BlockReason::Waiting,
                    text: text("order parts")
                }
            ),
            ("CASE-REPAIR-1", at("4T12:00"), ReportEvent::Unblocked { text: text("parts came") }),
            (
                "CASE-REPAIR-1",
                at("4T12:30"),
                ReportEvent::Progress { percent: 80, text: text("test <it> & again") }
            ),
            ("CASE-REPAIR-1", at("4T14:00"), ReportEvent::Completed { text: text("hand over") }),
        ]
    );
    assert_eq!(reports.len(), 9);
    assert_eq!(read.events, [("note".to_owned(), 1)].into());
    assert_eq!(
        read.left_out(),
        ["log: events that no rule matches: 1 note", "log: traces of which nothing is reported: 1"]
    );
}

#[test]
fn times_are_moved_to_where_the_mapping_has_them() {
    let read =
        mapped(&[("  begin: \"2024-03-04T06:00:00+07:00\"\n", "  begin: \"2024-03-05T06:00:00+07:00\"\n")]);
    let read = read.unwrap();
    assert_eq!(read.scenario.reports[0].occurred.to_rfc3339(), "2024-03-05T06:00:00+07:00");
    assert_eq!(read.scenario.plan.tasks[1].start, 24);
    // Without it, to H-hour.
    let read = mapped(&[("  begin: \"2024-03-04T06:00:00+07:00\"\n", "")]).unwrap();
    assert_eq!(read.scenario.plan.tasks[1].start, 0);
}

#[test]
fn what_is_wrong_in_either_file_is_told_at_once_with_its_place() {
    let faults = both(
        &[("post: THA-02\n", "post: THA-20\n"), ("title: \"A log, replayed\"", "title: 7")],
        &[("2013-03-04T08:00:00+01:00", "yesterday")],
    )
    .unwrap_err();
    assert_eq!(faults.len(), 3, "{faults:#?}");
    assert!(faults[0].starts_with("Mapping line ") && faults[0].contains("meta.title"), "{faults:#?}");
    assert!(faults[1].contains("log.post there is no post `THA-20`"), "{faults:#?}");
    assert!(
        faults[2].starts_with("Log line ") && faults[2].contains("`yesterday` is no time"),
        "{faults:#?}"
    );

    // What the log makes of the plan is told at the trace, and what cannot be reported at the event.
    let faults = both(
        &[("{activity: parts came, ev: TaskUnblocked}", "{activity: parts came, ev: TaskBlocked}")],
        &[("2013-03-04T16:00:00+01:00", "2019-03-04T16:00:00+01:00")],
    )
    .unwrap_err();
    let is_blocked = "Log line 31, column 5: is TaskBlocked by a rule, but the trace is blocked already";
    assert!(faults.contains(&is_blocked.to_owned()), "{faults:#?}");
    assert!(
        faults.iter().any(|fault| fault.starts_with("Log line 13, column 3: plan.tasks[1].d")),
        "{faults:#?}"
    );
}

#[test]
fn a_section_that_says_too_little_or_too_much_is_refused() {
    for (from, to, why) in [
        ("- {is: FIRST, ev: TaskStarted}", "- {ev: TaskStarted}", "matches every event"),
        ("{is: LAST, ev: TaskCompleted}", "{is: LAST, ev: TaskDone}", "is none of TaskStarted"),
        (
            "{is: LAST, ev: TaskCompleted}",
            "{is: LAST, ev: TaskCompleted, reason: OTHER}",
            "goes with TaskBlocked",
        ),
        ("  tz: Europe/Paris\n", "", "say in `log.tz`"),
        ("log:\n", "lug:\n", "log is missing"),
        ("liaison: true, ", "", "is of THA, which has no liaison officer"),
        ("  ph: P2\n", "  ph: P9\n", "there is no phase `P9`"),
    ] {
        let faults = mapped(&[(from, to)]).unwrap_err().join("\n");
        assert!(faults.contains(why), "{why}: {faults}");
    }
    let alone = super::super::read(MAPPING).unwrap_err();
    assert!(alone.iter().any(|fault| fault.path == "log" && fault.message.contains("is not a field here")));
}
