use super::tasks::Codes;
use super::*;
use crate::scenario::model::{execution::ReportEvent, plan::Task};
use proptest::prelude::*;
use std::time::{Duration, Instant};

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

#[test]
fn a_year_that_no_scenario_takes_is_refused_at_its_place() {
    for far in ["+262142-01-01T00:00:00+00:00", "+262142-01-01T00:00:00", "1815-06-18T11:35:00+00:00"] {
        let faults = both(&[], &[("2013-03-04T16:00:00+01:00", far)]).unwrap_err();
        assert_eq!(faults.len(), 1, "{faults:#?}");
        assert!(faults[0].starts_with("Log line 42, column 7: `"), "{faults:#?}");
    }
    // As far as times can be moved, and no further.
    let faults = both(
        &[("  begin: \"2024-03-04T06:00:00+07:00\"\n", "  begin: \"2099-12-31T00:00:00+07:00\"\n")],
        &[("2013-03-04T16:00:00+01:00", "2099-12-31T16:00:00+01:00")],
    )
    .unwrap_err();
    assert!(faults.iter().any(|fault| fault.starts_with("Log ") && fault.contains("2186")), "{faults:#?}");
}

#[test]
fn an_hour_that_the_clocks_leave_out_is_told_as_that() {
    // In Paris, clocks went from 2:00 to 3:00 that night.
    let faults = both(&[], &[("2013-03-04T14:00:00\"", "2024-03-31T02:30:00\"")]).unwrap_err().join("\n");
    assert!(faults.contains("which clocks in Europe/Paris (`log.tz` of the mapping) leave out"), "{faults}");
    assert!(!faults.contains("say in `log.tz`"), "{faults}");
}

#[test]
fn each_trace_of_many_with_one_name_has_a_code_of_its_own_soon() {
    let mut codes = Codes { taken: ["A-3".to_owned()].into(), next: [].into() };
    let begun = Instant::now();
    let made: Vec<String> = (1..=20_000).map(|number| codes.make("", "a", number)).collect();
    assert_eq!(made[..3], ["A", "A-2", "A-4"]);
    assert_eq!(made[19_999], "A-20001");
    // Names that are alike as far as a number leaves them.
    for number in 1..=5_000 {
        let name = format!("a name that is rather long {number}");
        for _ in 0..3 {
            assert!(codes.make("", &name, number).len() <= 32);
        }
    }
    // Trying each number again takes minutes.
    assert!(begun.elapsed() < Duration::from_secs(20));
}

fn is_made_or_refused(log: &[u8]) {
    if let Err(faults) = read_log(MAPPING, log) {
        assert!(!faults.is_empty());
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn something_is_made_of_every_time_or_it_is_refused(
        years in prop::collection::vec(prop_oneof![Just(262_142), 0..10_000, 1_990..2_110, Just(-262_143)], 9),
        zone in prop::sample::select(vec!["", "Z", "+14:00", "-12:00", "+23:59", "-23:59"]),
    ) {
        let mut log = LOG.to_owned();
        for (year, day) in years.into_iter().zip(["2013-03-04T08:00:00+01:00", "2013-03-04T10:30:00+01:00",
            "2013-03-04T14:00:00", "2013-03-04T14:30:00.000+01:00", "2013-03-04T16:00:00+01:00",
            "2013-03-04T11:00:00+01:00", "2013-03-04T11:30:00+01:00", "2013-03-04T12:10:00+01:00",
            "2013-03-05T08:00:00+01:00"])
        {
            prop_assert!(log.contains(day));
            let sign = if year > 9_999 { "+" } else { "" };
            log = log.replacen(&format!("{day}\""), &format!("{sign}{year:04}-12-31T23:59:59{zone}\""), 1);
        }
        is_made_or_refused(log.as_bytes());
    }

    #[test]
    fn something_is_made_of_a_file_with_a_few_other_bytes_or_it_is_refused(
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>(), any::<bool>()), 1..6),
    ) {
        let mut bytes = LOG.as_bytes().to_vec();
        for (at, byte, is_put_between) in changes {
            let at = at.index(bytes.len());
            let byte = b"<>&/\n0123456789-+:TZ"[usize::from(byte) % 20];
            if is_put_between { bytes.insert(at, byte) } else { bytes[at] = byte }
        }
        is_made_or_refused(&bytes);
    }
}
