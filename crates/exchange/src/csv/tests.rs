use super::*;
use crate::{Fault, Faults, Field, MOST_FAULTS, Mapping, Row};
use domain::{
    Span, TaskCode, Title,
    plan::{Dependency, DependencyKind, StartConstraint, Terms},
};
use proptest::prelude::*;
use std::{
    collections::{BTreeMap, BTreeSet},
    slice,
};

const HEADER: &str = "code,title,phase,lead,territory,post,offset,duration,predecessors";

fn sheet(text: &str) -> Sheet {
    read(text.as_bytes(), &Mapping::default(), None).unwrap_or_else(|faults| panic!("{faults:#?}"))
}

fn rows(text: &str) -> Vec<Row> {
    sheet(text).rows
}

fn faults_of(bytes: &[u8]) -> Vec<String> {
    let faults = read(bytes, &Mapping::default(), None).unwrap_err();
    faults.listed.iter().map(Fault::to_string).collect()
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
        predecessors: BTreeSet::new(),
        terms: Terms { constraint: StartConstraint::AsSoonAsPossible, ..Terms::default() },
    }
}

#[test]
fn a_file_is_read_as_spreadsheets_write_it() {
    let plain = format!("{HEADER},line_of_effort\nT01,Open,P1,THA,MMR,THA-02,-PT288H,P1DT2H,,LOE3\n");
    let wanted = Row {
        post: Some("THA-02".parse().unwrap()),
        offset: Some(Span::hours(-288)),
        duration: Span::hours(26),
        line_of_effort: Some("LOE3".parse().unwrap()),
        terms: Terms::default(),
        ..row("T01", "Open")
    };
    for same in [
        plain.clone(),
        format!("\u{feff}{}", plain.replace('\n', "\r\n")),
        plain.replace(',', ";"),
        plain.replace(',', "\t").to_uppercase().replace("OPEN", "Open"),
    ] {
        assert_eq!(rows(&same), slice::from_ref(&wanted), "{same}");
    }
    // Another order, other columns among them, quotes, short durations, empty lines and an empty row.
    let other = "\n\r\nNote, Duration ,lead,TITLE,Territory,phase,code,line_of_effort,Post,offset\n\
                 \"a\nb\",1d2h, THA ,\"Open\",MMR,P1,T01,LOE3,THA-02,-288h\n\n,,,,\n";
    let read = sheet(other);
    assert_eq!(read.rows, [wanted]);
    assert_eq!(read.lines, [4]);
    assert_eq!(read.columns[&Field::Title].number, 4);
    assert_eq!(read.columns.get(&Field::Predecessors), None);
}

#[test]
fn what_is_empty_is_none() {
    assert_eq!(rows(&format!("{HEADER}\nT01,Open,P1,THA,MMR,,,2h,\n")), [row("T01", "Open")]);
    assert_eq!(
        rows("code,title,phase,lead,territory,duration\nT01,Open,P1,THA,MMR,2h"),
        [row("T01", "Open")]
    );
    assert_eq!(rows(HEADER), []);
}

#[test]
fn headers_may_be_called_otherwise() {
    let pairs = ["title=Task Name", "lead=Owner", "territory=owner"].map(|pair| Mapping::pair(pair).unwrap());
    let mapping = Mapping::new(pairs).unwrap();
    let text = "code,task name,OWNER,title,phase,duration\nT01,Open,THA,another,P1,2h\n";
    let read = read(text.as_bytes(), &mapping, None).unwrap();
    assert_eq!(read.rows, [Row { territory: "THA".parse().unwrap(), ..row("T01", "Open") }]);
    let missing = super::read(HEADER.as_bytes(), &mapping, None).unwrap_err();
    let told: Vec<String> = missing.listed.iter().map(Fault::to_string).collect();
    assert_eq!(
        told,
        [
            "line 1: there is no column `Task Name`, which is to be the title",
            "line 1: there is no column `Owner`, which is to be the lead",
            "line 1: there is no column `owner`, which is to be the territory",
        ]
    );
}

#[test]
fn every_fault_is_told_at_once() {
    let text = "code,title,phase,lead,territory,duration,offset,predecessors,code\n";
    assert_eq!(
        faults_of(text.as_bytes()),
        ["line 1, column 9 (code): the column is there twice, first as column 1"]
    );
    let mut bytes = b"code,title,phase,lead,territory,duration,offset,predecessors,note\n\
        T01,Open,P1,THA,MMR,2h,,,\n\
        t 1,,P1,Thailand,MMR,2 h,soon,T01 T02+2h,\n\
        T01,Again,P1,THA,MMR,-1h,,T09 T09SS+1h,,extra\n"
        .to_vec();
    bytes.extend(b"T02,\xff,P1,THA,MMR,2h,,,\xfe\nT03\nT04,\"a\nb\",P1,THA,MMR,-2h,,,\n");
    let codes = "is not a code: 1 to 32 capital letters, digits, `_` or `-`, starting with a letter or digit";
    let spans = "is no duration: write PT2H, -PT288H or P1DT2H, or in short 2h, -12h or 1d30m";
    assert_eq!(
        faults_of(&bytes),
        [
            format!("line 3, column 1 (code): `t 1` {codes}"),
            "line 3, column 2 (title): must not be empty".to_owned(),
            format!("line 3, column 4 (lead): `Thailand` {codes}"),
            format!("line 3, column 7 (offset): `soon` {spans}"),
            format!("line 3, column 6 (duration): `2 h` {spans}"),
            "line 3, column 8 (predecessors): `T02+2h` is not a dependency. Write the code of a task, as in T03, or \
             behind it FS, SS, FF or SF with a lag or a lead, as in T03FS+2h, T04SS-30m or T05FF+0h"
                .to_owned(),
            "line 4, column 10: the line has 10 cells, and the header 9".to_owned(),
            "line 4, column 1 (code): T01 is on line 2 already".to_owned(),
            "line 4, column 6 (duration): a task takes no less than nothing, as a milestone does".to_owned(),
            "line 4, column 8 (predecessors): waits for T09 twice".to_owned(),
            "line 5, column 2 (title): is not UTF-8".to_owned(),
            "line 5, column 9 (note): is not UTF-8".to_owned(),
            "line 6, column 2 (title): must not be empty".to_owned(),
            "line 6, column 3 (phase): must not be empty".to_owned(),
            "line 6, column 4 (lead): must not be empty".to_owned(),
            "line 6, column 5 (territory): must not be empty".to_owned(),
            "line 6, column 6 (duration): must not be empty".to_owned(),
            "line 7, column 2 (title): goes over several lines; perhaps a quote is not closed where it should be"
                .to_owned(),
            "line 7, column 6 (duration): a task takes no less than nothing, as a milestone does".to_owned(),
        ]
    );
}

#[test]
fn a_file_that_cannot_be_read_at_all_says_why() {
    assert_eq!(faults_of(b""), ["line 1: is empty: the first line names the columns"]);
    assert_eq!(faults_of(b"\n \n").len(), 6);
    assert_eq!(faults_of(b"\xff\xfec\0o\0"), ["line 1: is not UTF-8 but UTF-16: save it as CSV in UTF-8"]);
    let open = format!("{HEADER}\r\nT01,a,P1,THA,MMR,,,2h,\r\nT02,\"b,P1,THA,MMR,,,2h,\r\nT03,c\r\n");
    assert_eq!(faults_of(open.as_bytes()), ["line 3: a quote that begins here is not closed"]);
    assert_eq!(faults_of(&vec![b'a'; MOST_BYTES + 1]), ["line 1: is larger than 8 MiB"]);
    let many = (0..=MOST_ROWS).map(|number| format!("T{number},a,P1,THA,MMR,,,2h,\n"));
    let many = format!("{HEADER}\n{}", many.collect::<String>());
    assert_eq!(faults_of(many.as_bytes()), ["line 20002: has more than 20000 tasks"]);
    let fine = &many[..many.trim_end().rfind('\n').unwrap()];
    assert_eq!(rows(fine).len(), MOST_ROWS);
}

#[test]
fn so_many_faults_are_listed_and_the_rest_is_counted() {
    let text = format!("{HEADER}\n{}", "x,a,P1,THA,MMR,,,2h,\n".repeat(1_500));
    let faults = read(text.as_bytes(), &Mapping::default(), None).unwrap_err();
    assert_eq!((faults.listed.len(), faults.more, faults.total()), (MOST_FAULTS, 500, 1_500));
    assert_eq!(faults.listed[999].line, 1_001);
}

#[test]
fn nothing_of_a_file_moves_the_cursor_of_a_terminal() {
    let told = faults_of(format!("{HEADER}\n\u{1b}[2J,a,P1,THA,MMR,,,\u{7}2h,\n").as_bytes());
    assert!(!told.iter().any(|fault| fault.contains(char::is_control)), "{told:?}");
}

#[test]
fn tasks_elsewhere_count_when_they_are_known() {
    let text = format!("{HEADER}\nT01,a,P1,THA,MMR,,,2h,T02 T08SS\nT02,b,P1,THA,MMR,,,2h,T09\n");
    let waits = |read: &Sheet| read.rows[0].predecessors.iter().map(ToString::to_string).collect::<Vec<_>>();
    assert_eq!(waits(&sheet(&text)), ["T02", "T08SS"]);
    let known =
        |codes: &[&str]| codes.iter().map(|code| code.parse().unwrap()).collect::<BTreeSet<TaskCode>>();
    let both = read(text.as_bytes(), &Mapping::default(), Some(&known(&["T08", "T09"]))).unwrap();
    assert_eq!(waits(&both), ["T02", "T08SS+0h"]);
    let none = read(text.as_bytes(), &Mapping::default(), Some(&known(&[]))).unwrap_err();
    let told: Vec<String> = none.listed.iter().map(Fault::to_string).collect();
    assert_eq!(
        told,
        [
            "line 2, column 9 (predecessors): there is no task T08SS",
            "line 3, column 9 (predecessors): there is no task T09",
        ]
    );
}

#[test]
fn a_file_is_written_as_documented() {
    let waits = ["T02SS-30m", "T03FF+0h"].map(|text| text.parse().unwrap()).into();
    let first = Row { offset: Some(Span::hours(-12)), predecessors: waits, ..row("T01", "Secure \"A\", B") };
    let second = Row { post: Some("THA-02".parse().unwrap()), ..row("T02", "=1+1") };
    let text = "code,title,phase,lead,territory,post,offset,duration,predecessors\n\
                T01,\"Secure \"\"A\"\", B\",P1,THA,MMR,,-PT12H,PT2H,T02SS-30m T03FF+0h\n\
                T02,'=1+1,P1,THA,MMR,THA-02,,PT2H,\n";
    assert_eq!(write(&[first, second]), text);
    let with_line = Row { line_of_effort: Some("LOE1".parse().unwrap()), ..row("T01", "a") };
    assert_eq!(
        write(&[with_line]),
        "code,title,phase,lead,territory,post,offset,duration,predecessors,line_of_effort\n\
         T01,a,P1,THA,MMR,,,PT2H,,LOE1\n"
    );
}

#[test]
fn a_title_that_looks_like_a_formula_comes_back_as_it_was() {
    for title in ["=1+1", "+1", "-1", "@SUM(A1)", "'=1", "''-x", "'quoted'", "'", "a=1", "' =x", "\"=1\""] {
        let written = write(&[row("T01", title)]);
        let cell = written.lines().nth(1).unwrap().split(',').nth(1).unwrap();
        assert!(!cell.starts_with(['=', '+', '-', '@']), "{cell}");
        assert_eq!(rows(&written), [row("T01", title)], "{title}");
    }
}

#[test]
fn terms_are_read_and_contradictions_told() {
    let header = format!("{HEADER},group,constraint,finish_no_later_than,mutual_legal_assistance");
    let read = rows(&format!("{header}\nT01,Open,P1,THA,MMR,,6h,0h,,Ports,must_start_on,PT8H,Yes\n"));
    let wanted = Row {
        offset: Some(Span::hours(6)),
        duration: Span::ZERO,
        terms: Terms {
            group: Some("Ports".parse().unwrap()),
            constraint: StartConstraint::MustStartOn,
            finish_no_later_than: Some(Span::hours(8)),
            mutual_legal_assistance: true,
        },
        ..row("T01", "Open")
    };
    assert_eq!(read, [wanted]);
    let text = format!(
        "{header}\nT01,A,P1,THA,MMR,,,2h,,,MUST_START_ON,,\nT02,B,P1,THA,MMR,,1h,2h,,,AS_SOON_AS_POSSIBLE,soon,maybe\n\
         T03,C,P1,THA,MMR,,1h,-2h,,,SOMEHOW,,\n"
    );
    assert_eq!(
        faults_of(text.as_bytes()),
        [
            "line 2, column 11 (constraint): needs an offset",
            "line 3, column 11 (constraint): what starts as soon as possible has no offset: leave that empty",
            "line 3, column 12 (finish_no_later_than): `soon` is no duration: write PT2H, -PT288H or P1DT2H, or in short 2h, \
             -12h or 1d30m",
            "line 3, column 13 (mutual_legal_assistance): write yes or no",
            "line 4, column 8 (duration): a task takes no less than nothing, as a milestone does",
            "line 4, column 11 (constraint): is none of START_NO_EARLIER_THAN, AS_SOON_AS_POSSIBLE, MUST_START_ON",
        ]
    );
}

fn span(range: std::ops::RangeInclusive<i64>) -> impl Strategy<Value = Span> {
    range.prop_map(Span::seconds)
}

fn codes() -> impl Strategy<Value = TaskCode> {
    let codes = prop_oneof!["[A-Z0-9][A-Z0-9_-]{0,31}", "T[0-3]", "T[0-3](FS|SS)", "T[0-3](FS|SS)-PT[12]H"];
    codes.prop_map(|code| code.parse().unwrap())
}

fn titles() -> impl Strategy<Value = Title> {
    prop_oneof!["['=+@\"-]{0,3}[ -~]{0,20}", ".{0,60}"]
        .prop_filter_map("a title", |title: String| title.parse::<Title>().ok())
}

fn dependencies() -> impl Strategy<Value = BTreeSet<Dependency>> {
    let kinds = prop_oneof![
        Just(DependencyKind::FinishToStart),
        Just(DependencyKind::StartToStart),
        Just(DependencyKind::FinishToFinish),
        Just(DependencyKind::StartToFinish),
    ];
    let most = Span::MAX.as_seconds();
    let lags = prop_oneof![Just(Span::ZERO), span(-90_000..=90_000), span(-most..=most)];
    prop::collection::btree_map(codes(), (kinds, lags), 0..4).prop_map(|waits: BTreeMap<_, _>| {
        waits.into_iter().map(|(predecessor, (kind, lag))| Dependency { predecessor, kind, lag }).collect()
    })
}

fn any_row() -> impl Strategy<Value = Row> {
    let most = Span::MAX.as_seconds();
    let code = "[A-Z0-9][A-Z0-9_-]{0,31}";
    let times = (prop::option::of(span(-most..=most)), span(0..=most));
    let places = (code, code, code, prop::option::of(code), prop::option::of(code));
    let terms =
        (prop::option::of(titles()), any::<bool>(), prop::option::of(span(-most..=most)), any::<bool>());
    let all = (titles(), places, times, dependencies(), terms);
    all.prop_map(|(title, places, (offset, duration), predecessors, terms)| {
        let (phase, lead, territory, post, line) = places;
        let (group, fixed, finish_no_later_than, mutual_legal_assistance) = terms;
        let constraint = match (offset, fixed) {
            (None, _) => StartConstraint::AsSoonAsPossible,
            (Some(_), false) => StartConstraint::StartNoEarlierThan,
            (Some(_), true) => StartConstraint::MustStartOn,
        };
        Row {
            code: "T0".parse().unwrap(),
            title,
            phase: phase.parse().unwrap(),
            line_of_effort: line.map(|code| code.parse().unwrap()),
            lead: lead.parse().unwrap(),
            territory: territory.parse().unwrap(),
            post: post.map(|code| code.parse().unwrap()),
            offset,
            duration,
            predecessors,
            terms: Terms { group, constraint, finish_no_later_than, mutual_legal_assistance },
        }
    })
}

pub(crate) fn any_rows() -> impl Strategy<Value = Vec<Row>> {
    prop::collection::btree_map(codes(), any_row(), 0..8)
        .prop_map(|rows| rows.into_iter().map(|(code, row)| Row { code, ..row }).collect())
}

/// Whatever it is: rows with a line each, or faults that can be shown.
fn is_read_or_refused(bytes: &[u8]) {
    match read(bytes, &Mapping::default(), None) {
        Ok(read) => {
            assert_eq!(read.rows.len(), read.lines.len());
            assert!(read.rows.len() <= MOST_ROWS);
            assert_eq!(rows(&write(&read.rows)), read.rows);
        }
        Err(Faults { listed, .. }) => {
            assert!((1..=MOST_FAULTS).contains(&listed.len()));
            let ends = bytes.iter().filter(|byte| matches!(byte, b'\n' | b'\r')).count();
            for Fault { line, message, .. } in listed {
                assert!((1..=ends + 1).contains(&line) && !message.is_empty() && message.len() < 1_000);
            }
        }
    }
}

proptest! {
    #[test]
    fn what_was_written_is_read_as_it_was(written in any_rows()) {
        prop_assert_eq!(rows(&write(&written)), written);
    }

    #[test]
    fn any_bytes_are_read_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..2_000)) {
        is_read_or_refused(&bytes);
    }

    #[test]
    fn any_text_of_cells_is_read_or_refused(text in "[a-zT0-9,;\t\"'\r\n+=-]{0,300}") {
        is_read_or_refused(format!("{HEADER}\n{text}").as_bytes());
    }

    #[test]
    fn a_file_with_a_few_other_bytes_is_read_or_refused(
        written in any_rows(),
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>(), 0..3), 1..6),
    ) {
        let mut bytes = write(&written).into_bytes();
        for (at, byte, change) in changes {
            let at = at.index(bytes.len());
            match change {
                0 => bytes[at] = byte,
                1 => bytes.insert(at, b",;\"\n\r\t'"[usize::from(byte) % 7]),
                _ => { bytes.truncate(at.max(1)); }
            }
        }
        is_read_or_refused(&bytes);
    }
}
