mod calendars;

use super::*;
use crate::{Fault, Faults, MOST_FAULTS, Mapping, Row, csv::tests::any_rows};
use calendars::{any_calendars, bangkok};
use chrono::{DateTime, Utc};
use domain::{
    PhaseCode, Span, TaskCode, Title,
    plan::{StartConstraint, Terms},
};
use proptest::prelude::*;
use std::collections::BTreeMap;

/// A plan as Microsoft Project 2016 saves one that was made in it: an eight-hour calendar, numbers for WBS
/// codes, and many elements that are not read. Its custom fields are of its own making.
const FOREIGN: &str = include_str!("foreign.xml");

fn h_hour() -> DateTime<Utc> {
    "2023-10-15T06:00:00Z".parse().unwrap()
}

fn plan<'a>(
    rows: &'a [Row],
    times: &'a BTreeMap<TaskCode, (Span, Span)>,
    phases: &'a [(PhaseCode, Title)],
) -> Plan<'a> {
    Plan { title: "Operation SAPHAN", h_hour: Some(h_hour()), phases, calendars: &[], rows, times }
}

fn written(rows: &[Row]) -> String {
    write(plan(rows, &BTreeMap::new(), &[]))
}

fn project(text: &str) -> Project {
    read(text.as_bytes(), &Mapping::default(), &Defaults::default())
        .unwrap_or_else(|faults| panic!("{faults:#?}"))
}

fn faults_of(text: &str, defaults: &Defaults) -> Vec<String> {
    let faults = read(text.as_bytes(), &Mapping::default(), defaults).unwrap_err();
    faults.listed.iter().map(Fault::to_string).collect()
}

/// Both partners and H-hour are known, and tasks outside of summary tasks are of P0.
fn defaults() -> Defaults {
    Defaults {
        lead: Some("THA".parse().unwrap()),
        territory: Some("MMR".parse().unwrap()),
        phase: Some("P0".parse().unwrap()),
        h_hour: Some(h_hour()),
    }
}

fn by_code(rows: Vec<Row>) -> BTreeMap<TaskCode, Row> {
    rows.into_iter().map(|row| (row.code.clone(), row)).collect()
}

fn row(code: &str, title: &str) -> Row {
    Row {
        code: code.parse().unwrap(),
        title: title.parse().unwrap(),
        phase: "P1".parse().unwrap(),
        line_of_effort: None,
        lead: "THA".parse().unwrap(),
        territory: "MMR".parse().unwrap(),
        post: None,
        offset: None,
        duration: Span::hours(2),
        predecessors: [].into(),
        terms: Terms { constraint: StartConstraint::AsSoonAsPossible, ..Terms::default() },
    }
}

/// Starts no earlier than then.
fn at(offset: Span, row: Row) -> Row {
    Row {
        offset: Some(offset),
        terms: Terms { constraint: StartConstraint::StartNoEarlierThan, ..row.terms },
        ..row
    }
}

#[test]
fn a_file_is_written_as_documented() {
    let first = Row {
        post: Some("THA-02".parse().unwrap()),
        line_of_effort: Some("LOE1".parse().unwrap()),
        ..at(Span::hours(-12), row("T01", "Secure <A> & B"))
    };
    let waits = ["T01SS-30m", "T01X", "T03FF+1s"].map(|text| text.parse().unwrap()).into();
    let p2: PhaseCode = "P2".parse().unwrap();
    let second = Row { phase: p2.clone(), predecessors: waits, ..row("T02", "Go on") };
    let grouped = Terms {
        group: Some("Ports".parse().unwrap()),
        constraint: StartConstraint::MustStartOn,
        finish_no_later_than: Some(Span::hours(30)),
        mutual_legal_assistance: true,
    };
    let third = Row {
        phase: p2.clone(),
        offset: Some(Span::hours(24)),
        duration: Span::ZERO,
        terms: grouped,
        ..row("T03", "End")
    };
    let fourth = Row { phase: p2, ..row("T04", "Look back") };
    let rows = [first, second, third, fourth];
    let phases = [("P1".parse().unwrap(), "Prepare".parse().unwrap())];
    let times = [("T02".parse().unwrap(), (Span::hours(3), Span::hours(6)))].into();
    let text = write(Plan { calendars: &[bangkok()], ..plan(&rows, &times, &phases) });
    assert_eq!(text, include_str!("written.xml"));
    let read = project(&text);
    assert_eq!((by_code(read.rows), read.calendars), (by_code(rows.into()), Some(vec![bangkok()])));
}

/// `tests/written.xml`, read and written anew by MPXJ 16, a library that many planning programs are built on,
/// when the calendar of all hours was called `24 Hours` there.
#[test]
fn what_another_program_made_of_it_is_read_as_the_same_rows() {
    let theirs = project(include_str!("rewritten.xml"));
    let ours = project(include_str!("written.xml"));
    assert_eq!((theirs.rows, theirs.phases), (ours.rows, ours.phases));
    assert_eq!((theirs.calendars, ours.calendars), (Some(vec![bangkok()]), Some(vec![bangkok()])));
}

#[test]
fn a_plan_without_h_hour_is_written_around_a_nominal_one() {
    let rows = [at(Span::hours(-1), row("T01", "a"))];
    let text = write(Plan { h_hour: None, ..plan(&rows, &BTreeMap::new(), &[]) });
    assert!(text.contains("<Name>H-hour (not set; dates are nominal)</Name>"), "{text}");
    assert!(text.contains("<ConstraintDate>1999-12-31T23:00:00</ConstraintDate>"), "{text}");
    assert_eq!(project(&text).rows, rows);
}

#[test]
fn a_file_of_microsoft_project_is_read_with_what_it_does_not_say_from_the_caller() {
    let read = read(FOREIGN.as_bytes(), &Mapping::default(), &defaults()).unwrap();
    assert_eq!(read.title.unwrap().as_str(), "Cross-border exercise");
    let phases = [("P1", "Preparation"), ("EXECUTION", "EXECUTION")];
    assert_eq!(read.phases, phases.map(|(code, name)| (code.parse().unwrap(), name.parse().unwrap())));
    assert_eq!(
        read.rows,
        [
            // Nothing holds it, so that it starts with the project.
            Row {
                duration: Span::hours(16),
                ..at(Span::hours(-73), row("T2", "Agree on frequencies & call signs"))
            },
            Row {
                duration: Span::hours(8),
                predecessors: ["T2".parse().unwrap()].into(),
                ..at(Span::hours(-49), row("T3", "Brief the posts"))
            },
            Row {
                phase: "EXECUTION".parse().unwrap(),
                predecessors: ["T2FF+0h", "T3SS+2h"].map(|text| text.parse().unwrap()).into(),
                ..at(Span::hours(2), row("T5", "Open the crossing"))
            },
            Row {
                phase: "P0".parse().unwrap(),
                duration: Span::hours(1),
                ..at(Span::hours(-73), row("T8", "Report"))
            },
        ]
    );
    assert_eq!(read.lines.len(), 4);
    assert!(FOREIGN.lines().nth(read.lines[0] - 1).unwrap().contains("<Task>"));
}

#[test]
fn what_a_file_does_not_say_is_asked_for() {
    assert_eq!(
        faults_of(FOREIGN, &Defaults::default())[..3],
        [
            "line 147, column 5 (Task): has no lead: give it the custom field `Accord lead`, or say which partner is meant",
            "line 147, column 5 (Task): has no territory: give it the custom field `Accord territory`, or say which partner \
             is meant",
            "line 187, column 5 (Task): has no lead: give it the custom field `Accord lead`, or say which partner is meant",
        ]
    );
    let pairs = ["lead=Owner", "territory=Owner", "phase=Stage", "title=Task Name"];
    let mapping = Mapping::new(pairs.map(|pair| Mapping::pair(pair).unwrap())).unwrap();
    let faults = read(FOREIGN.as_bytes(), &mapping, &Defaults::default()).unwrap_err();
    let told: Vec<String> = faults.listed.iter().map(Fault::to_string).collect();
    assert_eq!(
        told[..3],
        [
            "line 2: the title stands in an element of its own, and in no custom field",
            "line 2: there is no custom field `Stage`, which is to be the phase",
            // The next task has an owner.
            "line 147, column 5 (Task): has no lead: give it the custom field `Accord lead`, or say which partner is meant",
        ]
    );
}

/// A file with these tasks, in a calendar of eight hours.
fn with_tasks(tasks: &str) -> String {
    format!("<Project><Tasks>\n{tasks}\n</Tasks></Project>")
}

/// A task of the first level: its number, and elements besides.
fn task(number: u32, rest: &str) -> String {
    format!(
        "<Task><UID>{number}</UID><ID>{number}</ID><Name>a</Name><Duration>PT1H0M0S</Duration>{rest}</Task>\n"
    )
}

#[test]
fn every_fault_is_told_at_once() {
    let link = |uid: &str, rest: &str| {
        format!("<PredecessorLink><PredecessorUID>{uid}</PredecessorUID>{rest}</PredecessorLink>")
    };
    let tasks = [
        "<Task><UID>1</UID><ID>1</ID><Name>Phase</Name><Summary>1</Summary><OutlineLevel>1</OutlineLevel>\n"
            .to_owned(),
        "<ConstraintType>4</ConstraintType><Deadline>2023-10-15T06:00:00</Deadline></Task>\n".to_owned(),
        task(2, "<OutlineLevel>2</OutlineLevel><Manual>1</Manual><ConstraintType>3</ConstraintType>"),
        task(3, "<ConstraintType>4</ConstraintType>"),
        task(4, "<ConstraintType>4</ConstraintType><ConstraintDate>soon</ConstraintDate>"),
        task(
            5,
            &[link("1", ""), link("77", ""), link("3", "<Type>9</Type>"), link("4", ""), link("4", "")]
                .concat(),
        ),
        task(6, &link("4", "<LinkLag>600</LinkLag><LagFormat>5</LagFormat>")),
        task(7, &link("4", "<LinkLag>5</LinkLag><LagFormat>19</LagFormat>")),
        task(3, "<ExternalTask>1</ExternalTask>"),
        "<Task><UID>8</UID><Name/><Duration>-PT1H</Duration></Task>\n".to_owned(),
        "<Task><UID>9</UID><WBS>A-1</WBS><Name>b</Name><Duration>1 day</Duration></Task>".to_owned(),
    ];
    assert_eq!(
        faults_of(&with_tasks(&tasks.concat()), &defaults()),
        [
            "line 3, column 1 (ConstraintType): a summary task has no constraint here: constrain its tasks",
            "line 3, column 35 (Deadline): a summary task has no deadline here: give its tasks one",
            "line 4, column 102 (Manual): is scheduled manually: schedule it automatically, with a constraint where it needs one",
            "line 4, column 120 (ConstraintType): must finish on is not known here: let it start on a date (2), or finish no later (7)",
            "line 5, column 72 (ConstraintType): needs a ConstraintDate",
            "line 6, column 106 (ConstraintDate): `soon` is no date: write it as 2023-10-15T06:00:00",
            "line 7, column 89 (PredecessorUID): nothing waits for a summary task: name the last of its tasks",
            "line 7, column 158 (PredecessorUID): there is no task of the UID 77",
            "line 7, column 262 (Type): is no type of link: they are 0 (FF), 1 (FS), 2 (SF) and 3 (SS)",
            "line 7, column 363 (PredecessorLink): waits for T4 twice",
            "line 8, column 123 (LinkLag): is in time of work, of a calendar that has less than 24 hours on seven days: \
             give it in elapsed time, such as 2eh",
            "line 9, column 123 (LinkLag): a lag in percent is not known here: give it in elapsed time, such as 2eh",
            "line 10, column 1 (Task): T3 is on line 5 already",
            "line 10, column 7 (UID): 3 is the UID of the task on line 5 already",
            "line 10, column 72 (ExternalTask): belongs to another project, which is not read",
            "line 11, column 19 (Name): must not be empty",
            "line 11, column 26 (Duration): a task takes no less than nothing, as a milestone does",
            "line 12, column 47 (Duration): not an ISO 8601 duration of whole weeks, days, hours, minutes or seconds, such as \
             PT72H or -PT30M",
        ]
    );
}

#[test]
fn a_summary_task_of_the_second_level_is_a_group() {
    let one = |number: u32, level: u32, summary: u8| {
        task(number, &format!("<OutlineLevel>{level}</OutlineLevel><Summary>{summary}</Summary>"))
            .replace("<Name>a<", &format!("<Name>n{number}<"))
    };
    let tasks = [
        one(1, 1, 1),
        one(2, 2, 0),
        one(3, 2, 1),
        one(4, 3, 0),
        // Deeper ones are of their group.
        one(5, 3, 1),
        one(6, 4, 0),
        one(7, 2, 0),
        one(8, 1, 1),
        one(9, 2, 0),
    ];
    let groups = project_of(&with_tasks(&tasks.concat()));
    let of = |group: Option<&str>| group.map(str::to_owned);
    assert_eq!(
        groups,
        [
            ("T2", "P1", of(None)),
            ("T4", "P1", of(Some("n3"))),
            ("T6", "P1", of(Some("n3"))),
            ("T7", "P1", of(None)),
            ("T9", "P2", of(None)),
        ]
        .map(|(code, phase, group)| (code.to_owned(), phase.to_owned(), group))
    );
}

/// Code, phase and group of each row.
fn project_of(text: &str) -> Vec<(String, String, Option<String>)> {
    let read = read(text.as_bytes(), &Mapping::default(), &defaults()).unwrap();
    let told = read.rows.into_iter().map(|row| {
        (row.code.to_string(), row.phase.to_string(), row.terms.group.map(|group| group.to_string()))
    });
    told.collect()
}

#[test]
fn constraints_and_deadlines_bind_a_task() {
    use StartConstraint::{AsSoonAsPossible, MustStartOn, StartNoEarlierThan};
    let bound = |rest: &str| {
        let text = with_tasks(&task(1, rest));
        let mut read = read(text.as_bytes(), &Mapping::default(), &defaults()).unwrap();
        let row = read.rows.remove(0);
        let hours = |span: Option<Span>| span.map(|span| span.as_seconds() / 3_600);
        (row.terms.constraint, hours(row.offset), hours(row.terms.finish_no_later_than))
    };
    let on = |kind: u8, hour: u8| {
        format!(
            "<ConstraintType>{kind}</ConstraintType><ConstraintDate>2023-10-15T{hour:02}:00:00</ConstraintDate>"
        )
    };
    let deadline = "<Deadline>2023-10-15T16:00:00</Deadline>";
    assert_eq!(bound(""), (AsSoonAsPossible, None, None));
    // A date that nothing asks for says nothing.
    assert_eq!(bound(&on(0, 8)), (AsSoonAsPossible, None, None));
    assert_eq!(bound(&on(2, 8)), (MustStartOn, Some(2), None));
    assert_eq!(bound(&on(4, 8)), (StartNoEarlierThan, Some(2), None));
    assert_eq!(bound(&on(7, 18)), (AsSoonAsPossible, None, Some(12)));
    assert_eq!(bound(deadline), (AsSoonAsPossible, None, Some(10)));
    assert_eq!(bound(&(on(7, 18) + deadline)), (AsSoonAsPossible, None, Some(10)));
    assert_eq!(bound(&(on(4, 8) + deadline)), (StartNoEarlierThan, Some(2), Some(10)));
    for kind in [1, 3, 5, 6, 8] {
        let told = faults_of(&with_tasks(&task(1, &on(kind, 8))), &defaults());
        assert!(told.len() == 1 && told[0].contains("(ConstraintType): "), "{told:?}");
    }
}

#[test]
fn a_file_that_cannot_be_read_at_all_says_why() {
    let told = |text: &str| faults_of(text, &Defaults::default());
    assert_eq!(told(""), ["line 1, column 1: is empty: there is no element"]);
    assert_eq!(told("code,title\n"), ["line 1, column 1: is not XML: it is text outside of all elements"]);
    assert_eq!(
        told("<?xml version=\"1.0\"?>\n<html/>"),
        ["line 2, column 1: is no file of Microsoft Project in XML: it begins with `html`, not `Project`"]
    );
    assert_eq!(
        told("<!DOCTYPE a [<!ENTITY b \"c\">]>\n<Project/>"),
        ["line 1, column 1: declares a document type, which is not read: take it out"]
    );
    assert_eq!(
        told("<Project>\n <Title>&b;</Title></Project>"),
        ["line 2, column 9: `&b;` is no entity of XML"]
    );
    assert_eq!(
        told("<Project><Tasks>\n  <Task>"),
        ["line 2, column 3: `Task` is not closed, or something in it"]
    );
    assert_eq!(told("<Project/><Project/>"), ["line 1, column 11: stands behind the end of the file's XML"]);
    assert!(
        told("<Project>\n<Tasks></Task></Project>")[0]
            .starts_with("line 2, column 8: is not well-formed XML: ")
    );
    // A name that takes the rest of the file with it is not quoted whole.
    let long = format!("<Project><Tasks></Tas'k {}></Project>", "<UID>1</UID>".repeat(1_000));
    assert!(told(&long)[0].len() < 400, "{}", told(&long)[0].len());
    let bytes = |bytes: &[u8]| {
        let faults = read(bytes, &Mapping::default(), &Defaults::default()).unwrap_err();
        faults.listed.iter().map(Fault::to_string).collect::<Vec<_>>()
    };
    assert_eq!(bytes(b"<Project>\n\xff"), ["line 2: is not UTF-8"]);
    assert_eq!(bytes(b"\xff\xfe<\0"), ["line 1: is not UTF-8 but UTF-16: save it as XML in UTF-8"]);
    assert_eq!(bytes(&vec![b' '; MOST_BYTES + 1]), ["line 1: is larger than 64 MiB"]);
}

#[test]
fn a_file_is_bounded_in_depth_and_tasks() {
    let deep = format!("<Project>{}", "<a>".repeat(1_000_000));
    assert_eq!(
        faults_of(&deep, &Defaults::default()),
        ["line 1, column 103: lies more than 32 elements deep"]
    );
    let many: String = (0..=MOST_ROWS).map(|_| "<Task><IsNull>1</IsNull></Task>\n").collect();
    assert_eq!(
        faults_of(&with_tasks(&many), &Defaults::default()),
        ["line 20002, column 1 (Task): the file has more than 20000 tasks"]
    );
    let faults: String = (0..1_500).map(|_| "<Task><Name>a</Name></Task>").collect();
    let faults = read(with_tasks(&faults).as_bytes(), &Mapping::default(), &defaults()).unwrap_err();
    assert_eq!((faults.listed.len(), faults.total()), (MOST_FAULTS, 3_000));
}

#[test]
fn offsets_are_counted_from_where_h_hour_is_known_from() {
    let later =
        task(1, "<ConstraintType>4</ConstraintType><ConstraintDate>2023-10-15T08:00:00</ConstraintDate>");
    let mark = "<Task><UID>2</UID><Name>h-hour</Name><Milestone>1</Milestone><Start>2023-10-15T09:00:00</Start></Task>";
    let offset = |text: &str, h_hour: Option<DateTime<Utc>>| {
        read(text.as_bytes(), &Mapping::default(), &Defaults { h_hour, ..defaults() }).unwrap().rows[0].offset
    };
    let plain = with_tasks(&later);
    assert_eq!(offset(&plain, Some(h_hour())), Some(Span::hours(2)));
    assert_eq!(offset(&plain, Some(h_hour() - chrono::TimeDelta::hours(1))), Some(Span::hours(3)));
    let marked = with_tasks(&format!("{later}{mark}"));
    assert_eq!(offset(&marked, Some(h_hour())), Some(Span::hours(-1)));
    let zoned = plain.replace("T08:00:00<", "T08:00:00+07:00<");
    assert_eq!(offset(&zoned, Some(h_hour())), Some(Span::hours(-5)));
    assert_eq!(
        faults_of(&plain, &Defaults { h_hour: None, ..defaults() }),
        [
            "line 2, column 106 (ConstraintDate): cannot be counted from H-hour: add a milestone `H-hour` on the first level, \
          or say when H-hour is"
        ]
    );
}

#[test]
fn tasks_that_nothing_holds_start_with_a_project_of_another_program() {
    let link = |kind: u8| {
        format!("<PredecessorLink><PredecessorUID>1</PredecessorUID><Type>{kind}</Type></PredecessorLink>")
    };
    // After the finish or the start of the first, a deadline, and in order: nothing, 0 (FF), 1 (FS), 2 (SF),
    // 3 (SS).
    let tasks: String =
        [task(1, ""), task(2, &link(0)), task(3, &link(1)), task(4, &link(2)), task(5, &link(3))].concat();
    let file = |start: &str| {
        with_tasks(&tasks).replace("<Tasks>", &format!("<StartDate>{start}</StartDate><Tasks>"))
    };
    let offsets = |text: &str, h_hour| {
        let defaults = Defaults { h_hour, ..defaults() };
        let read = read(text.as_bytes(), &Mapping::default(), &defaults).unwrap();
        read.rows.iter().map(|row| row.offset.map(|offset| offset.as_seconds() / 3_600)).collect::<Vec<_>>()
    };
    let text = file("2023-10-15T08:00:00");
    assert_eq!(offsets(&text, Some(h_hour())), [Some(2), Some(2), None, Some(2), None]);
    // Where H-hour is not known, no date is read.
    assert_eq!(offsets(&text, None), [None; 5]);
    assert_eq!(offsets(&file(""), Some(h_hour())), [None; 5]);
    // A plan of one's own starts as the plan has it.
    let own = written(&[row("T01", "a")]).replace("<StartDate>2023-10-15", "<StartDate>2023-10-14");
    assert_eq!(project(&own).rows, [row("T01", "a")]);
    assert_eq!(
        [file("soon"), file("2223-10-15T08:00:00")].map(|text| faults_of(&text, &defaults())).concat(),
        [
            "line 1, column 10 (StartDate): `soon` is no date: write it as 2023-10-15T06:00:00",
            "line 1, column 10 (StartDate): is more than 100 years from H-hour",
        ]
    );
}

#[test]
fn a_link_that_was_changed_elsewhere_counts_as_it_is_now() {
    let waits = ["T02FF+1s".parse().unwrap()].into();
    let rows = [Row { predecessors: waits, ..row("T01", "a") }, row("T02", "b")];
    let text = written(&rows);
    assert_eq!(project(&text).rows, rows);
    let changed = text.replace("<LinkLag>0<", "<LinkLag>600<");
    assert_eq!(project(&changed).rows[0].predecessors, ["T02FF+1h".parse().unwrap()].into());
    let (before, rest) = text.split_once("<PredecessorLink>").unwrap();
    let (_, after) = rest.split_once("</PredecessorLink>").unwrap();
    assert_eq!(project(&format!("{before}{after}")).rows[0].predecessors, [].into());
}

#[test]
fn custom_fields_may_be_called_otherwise() {
    let text = written(&[row("T01", "a")]);
    let renamed = text.replace("Accord lead", "Owner").replace("Accord code", "CODE");
    let mapping = Mapping::new([Mapping::pair("lead=owner").unwrap()]).unwrap();
    assert_eq!(read(renamed.as_bytes(), &mapping, &Defaults::default()).unwrap().rows, [row("T01", "a")]);
}

/// Whatever it is: rows with a line each, or faults that can be shown.
fn is_read_or_refused(bytes: &[u8]) {
    match read(bytes, &Mapping::default(), &defaults()) {
        Ok(read) => {
            assert_eq!(read.rows.len(), read.lines.len());
            let calendars = read.calendars.unwrap_or_default();
            assert_eq!(calendars.len(), read.calendar_lines.len());
            let none = BTreeMap::new();
            let again = project(&write(Plan { calendars: &calendars, ..plan(&read.rows, &none, &[]) }));
            assert_eq!(by_code(again.rows), by_code(read.rows));
            assert_eq!(again.calendars.unwrap_or_default(), calendars);
        }
        Err(Faults { listed, .. }) => {
            assert!((1..=MOST_FAULTS).contains(&listed.len()));
            let ends = bytes.iter().filter(|byte| matches!(byte, b'\n' | b'\r')).count();
            for Fault { line, message, .. } in listed {
                assert!((1..=ends + 1).contains(&line), "{line}: {message}");
                assert!((1..1_000).contains(&message.len()), "{message}");
                assert!(!message.contains(char::is_control));
            }
        }
    }
}

proptest! {
    #[test]
    fn what_was_written_is_read_as_it_was(
        rows in any_rows(),
        calendars in any_calendars(),
        h_hour in prop::option::of(-2_000_000_000..4_000_000_000_i64),
    ) {
        let h_hour = h_hour.map(|seconds| DateTime::from_timestamp(seconds, 7).unwrap());
        let mut rows = rows;
        // Calendars are for THA and its first two posts, among others.
        for (row, post) in rows.iter_mut().zip([None, Some("THA-01"), Some("THA-02"), Some("THA-03")]) {
            row.lead = "THA".parse().unwrap();
            row.post = post.map(|post| post.parse().unwrap());
        }
        let text = write(Plan { h_hour, calendars: &calendars, ..plan(&rows, &BTreeMap::new(), &[]) });
        let read = project(&text);
        prop_assert_eq!(read.title, Some("Operation SAPHAN".parse().unwrap()));
        prop_assert_eq!(read.calendars, Some(calendars).filter(|calendars| !calendars.is_empty()));
        prop_assert_eq!(by_code(read.rows), by_code(rows));
    }

    #[test]
    fn any_bytes_are_read_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..2_000)) {
        is_read_or_refused(&bytes);
    }

    #[test]
    fn any_text_of_markup_is_read_or_refused(text in "(<|</|/>|>|&|;|#|!|\\?|--|\\[|\\]|Task|UID|Name|Project|\"|'|=| |\r|\n|a|1){0,100}") {
        is_read_or_refused(text.as_bytes());
        is_read_or_refused(with_tasks(&text).as_bytes());
    }

    #[test]
    fn a_file_with_a_few_other_bytes_is_read_or_refused(
        rows in any_rows(),
        calendars in any_calendars(),
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>(), 0..4), 1..6),
    ) {
        let text = write(Plan { calendars: &calendars, ..plan(&rows, &BTreeMap::new(), &[]) });
        // What stands before the calendars is the same in all files.
        let before = text.find("<Calendars>").unwrap();
        let mut bytes = text.into_bytes();
        for (at, byte, change) in changes {
            let at = before + at.index(bytes.len() - before);
            match change {
                0 => bytes[at] = byte,
                1 => bytes.insert(at, b"<>&/\n\r90-"[usize::from(byte) % 9]),
                // Where text stands, digits and letters give other numbers, dates and codes.
                2 => bytes.insert(at, b"0123456789ATZ"[usize::from(byte) % 13]),
                _ => bytes.truncate(at + 1),
            }
        }
        is_read_or_refused(&bytes);
    }
}
