use super::*;
use crate::{Fault, mining::Details, xml::xml_text};
use chrono::{DateTime, TimeZone as _, Utc};
use proptest::prelude::*;
use strum::VariantArray as _;

/// As several programs write it: other prefixes, nested attributes, lists, containers, globals, no zone.
const FOREIGN: &str = r#"<?xml version="1.0" encoding="UTF-8"?>
<!-- a comment -->
<log xes.version="2.0" xes.features="nested-attributes" xmlns="http://www.xes-standard.org/">
  <extension name="Concept" prefix="c" uri="http://www.xes-standard.org/concept.xesext"/>
  <global scope="event"><string key="c:name" value="UNKNOWN"/><date key="time:timestamp" value="1970-01-01T00:00:00Z"/></global>
  <classifier name="Activity" keys="c:name"/>
  <string key="c:name" value="a log"/>
  <trace>
    <string key="c:name" value="case &amp; one"><string key="c:name" value="nested"/></string>
    <event>
      <string key="c:name" value="register &quot;it&quot;"><int key="cost" value="50"/></string>
      <date key="time:timestamp" value="2010-12-30T11:02:00.000+01:00"/>
      <string key="org:resource" value="Pete"/>
      <list key="docs"><values><string key="c:name" value="in a list"/></values></list>
      <container key="more"><string key="c:name" value="in a container"/></container>
    </event>
    <event>
      <string key="concept:name" value="decide"/>
      <date key="time:timestamp" value="2010-12-31T10:06:00"/>
      <string key="lifecycle:transition" value="complete"/>
    </event>
    <event/>
  </trace>
  <trace/>
</log>
"#;

fn log(text: &str) -> Log {
    read(text.as_bytes(), &Keys::default()).unwrap_or_else(|faults| panic!("{faults:#?}"))
}

fn faults(text: &str) -> Vec<String> {
    let faults = read(text.as_bytes(), &Keys::default()).unwrap_err();
    faults.listed.iter().map(Fault::to_string).collect()
}

#[test]
fn what_others_wrote_is_read_with_the_place_of_each_event() {
    let log = log(FOREIGN);
    assert_eq!(log.traces.len(), 2);
    let trace = &log.traces[0];
    assert_eq!(
        (trace.name.as_deref(), trace.place, trace.events.len()),
        (Some("case & one"), Place { line: 8, column: 3 }, 3)
    );
    let first = &trace.events[0];
    assert_eq!(first.activity.as_deref(), Some("register \"it\""));
    assert_eq!((first.transition.as_deref(), first.resource.as_deref()), (None, Some("Pete")));
    assert_eq!(first.time, Some(Time::Zoned("2010-12-30T11:02:00+01:00".parse().unwrap())));
    assert_eq!(first.place, Place { line: 10, column: 5 });
    let second = &trace.events[1];
    assert_eq!(second.time, Some(Time::Local("2010-12-31T10:06:00".parse().unwrap())));
    assert_eq!(second.transition.as_deref(), Some("complete"));
    assert_eq!((trace.events[2].time, &trace.events[2].activity), (None, &None));
    assert_eq!((log.traces[1].name.as_ref(), log.traces[1].events.len()), (None, 0));
}

#[test]
fn attributes_are_read_by_other_keys_where_a_caller_says_so() {
    let keys = Keys { activity: "task".to_owned(), time: "at".to_owned(), ..Keys::default() };
    let text = r#"<log><trace><event><string key="task" value="a"/><date key="at" value="2024-01-01T00:00:00.5+0700"/>
        <string key="concept:name" value="b"/></event></trace></log>"#;
    let event = &read(text.as_bytes(), &keys).unwrap().traces[0].events[0];
    assert_eq!(event.activity.as_deref(), Some("a"));
    assert_eq!(event.time, Some(Time::Zoned("2024-01-01T00:00:00.5+07:00".parse().unwrap())));
}

#[test]
fn a_key_matches_by_the_prefix_of_the_file_and_by_that_of_the_standard() {
    for activity in ["c:name", "concept:name"] {
        let keys = Keys { activity: activity.to_owned(), ..Keys::default() };
        let event = &read(FOREIGN.as_bytes(), &keys).unwrap().traces[0].events[0];
        assert_eq!(event.activity.as_deref(), Some("register \"it\""), "{activity}");
    }
}

#[test]
fn what_is_read_stands_once_in_its_event_and_its_trace() {
    let text = r#"<log><extension prefix="c" uri="http://www.xes-standard.org/concept.xesext"/><trace>
<string key="concept:name" value="a"/><string key="concept:name" value="a"/><event>
<string key="concept:name" value="a"/><string key="cost" value="1"/><string key="cost" value="1"/>
<string key="c:name" value="b"/>
<date key="time:timestamp" value="2024-01-01T00:00:00Z"/><date key="time:timestamp" value="2024-01-01T00:00:00Z"/>
</event><event><string key="concept:name" value="a"/></event></trace></log>"#;
    assert_eq!(
        faults(text),
        [
            "line 2, column 39: is `concept:name` a second time: each stands once",
            "line 4, column 1: is `c:name` a second time: each stands once",
            "line 5, column 58: is `time:timestamp` a second time: each stands once",
        ]
    );
}

#[test]
fn a_time_of_a_year_out_of_bounds_is_refused_with_its_place() {
    let told = |time: &str| {
        let date = format!("<date key=\"time:timestamp\" value=\"{time}\"/>");
        let text = format!("<log><trace><event>\n{date}</event></trace></log>");
        read(text.as_bytes(), &Keys::default()).map_err(|faults| faults.listed[0].to_string())
    };
    for fine in ["2000-01-01T00:00:00+14:00", "2099-12-31T23:59:59", "2099-12-31T23:59:59-12:00"] {
        assert!(told(fine).is_ok(), "{fine}");
    }
    for far in
        ["1999-12-31T23:59:59", "2100-01-01T00:00:00Z", "+262142-01-01T00:00:00", "-262143-01-01T00:00:00"]
    {
        let wanted = format!("line 2, column 1: `{far}` is out of bounds: the years are 2000 to 2099");
        assert_eq!(told(far), Err(wanted));
    }
    // In whichever form a parser takes it.
    assert!(told("+262142-01-01T00:00:00+00:00").is_err());
}

#[test]
fn all_that_is_wrong_is_told_with_its_place() {
    let text = "<log>\n<event/>\n<trace>\n<event><date key=\"time:timestamp\" value=\"yesterday\"/></event>\n\
                <string value=\"x\"/><string key=\"concept:name\"/>\n</trace></log>";
    assert_eq!(
        faults(text),
        [
            "line 2, column 1: is an event of no trace: each stands in one",
            "line 4, column 8: `yesterday` is no time such as 2023-10-09T06:00:00.000+07:00",
            "line 5, column 1: has no `key`",
            "line 5, column 20: has no `value`",
        ]
    );
    let deep = format!("<log><trace>{}", "<string key=\"a\" value=\"b\">".repeat(40));
    for (bad, why) in [
        ("", "is empty"),
        ("<log>", "ends before `log` is closed"),
        ("<Project/>", "it begins with `Project`"),
        ("<log/><log/>", "stands behind the end"),
        ("<log/>more", "outside of all elements"),
        ("<log><trace></log>", "not well-formed"),
        (
            "<log><string key=\"a\" key=\"a\" value=\"b\"/><trace><string key=\"a\" key=\"a\"/>",
            "not well-formed",
        ),
        ("<!DOCTYPE log [<!ENTITY a \"b\">]><log/>", "document type"),
        ("<log><trace><string key=\"concept:name\" value=\"&lol;\"/></trace></log>", "not well-formed"),
        ("<log><trace>&lol;</trace></log>", "reference between elements"),
        (deep.as_str(), "more than 32 elements deep"),
    ] {
        let told = faults(bad).join("\n");
        assert!(told.contains(why), "{bad}: {told}");
    }
    let compressed = read(&[0x1f, 0x8b, 8], &Keys::default()).unwrap_err();
    assert!(compressed.listed[0].message.contains("unpack"));
    assert!(read(b"<log>\n\xff</log>", &Keys::default()).unwrap_err().listed[0].message.contains("UTF-8"));
    let large = " ".repeat(MOST_BYTES + 1);
    assert_eq!(faults(&large), ["line 1: is larger than 64 MiB"]);
}

#[test]
fn a_file_has_what_the_standard_asks_for() {
    let text =
        write("SAPHAN", &[trace("Task T16", "T16", vec![event("Task", Transition::Start, "THA-02", 0)])]);
    for line in [
        "<log xes.version=\"1849.2016\" xes.features=\"\" xmlns=\"http://www.xes-standard.org/\">",
        "<extension name=\"Time\" prefix=\"time\" uri=\"http://www.xes-standard.org/time.xesext\"/>",
        "<classifier name=\"Activity and transition\" keys=\"concept:name lifecycle:transition\"/>",
        "<string key=\"lifecycle:transition\" value=\"start\"/>",
        "<date key=\"time:timestamp\" value=\"1970-01-01T00:00:00.000+00:00\"/>",
        "<id key=\"identity:id\" value=\"018a4e66-93e0-79b2-bba0-33e0bbd4fde9\"/>",
        "<int key=\"position\" value=\"7\"/>",
        "<string key=\"causes\" value=\"3 5\"/>",
    ] {
        assert!(text.contains(&format!("{line}\n")), "{line}: {text}");
    }
}

fn trace(name: &str, code: &str, events: Vec<Event>) -> Trace {
    let (name, code) = (name.to_owned(), code.to_owned());
    Trace { name, kind: "Task".to_owned(), code, title: Some("a \"title\"".to_owned()), events }
}

fn event(activity: &str, transition: Transition, resource: &str, milliseconds: i64) -> Event {
    Event {
        activity: activity.to_owned(),
        transition,
        at: Utc.timestamp_millis_opt(milliseconds).unwrap(),
        id: "018a4e66-93e0-79b2-bba0-33e0bbd4fde9".to_owned(),
        resource: resource.to_owned(),
        group: Some("THA".to_owned()),
        details: Details {
            event_type: "TaskStarted".to_owned(),
            position: 7,
            recorded_at: DateTime::UNIX_EPOCH,
            lag_seconds: 0,
            actor: "THA-02".to_owned(),
            command: "018a4e66-93e0-79b2-bba0-33e0bbd4fde9".to_owned(),
            corrects: Some(3),
            causes: vec![3, 5],
            late_reason: Some("]]> &amp; \u{0}".to_owned()),
        },
    }
}

/// Also what XML cannot hold, what ends its sections, what turns the direction of writing, and what is no letter alone.
fn any_text() -> impl Strategy<Value = String> {
    prop_oneof![
        any::<String>(),
        "(\u{0}|\u{1b}|\t|\r|\n|\u{85}|\u{2028}|\u{202e}|\u{fffe}|\u{ffff}|👩\u{200d}🚒|]]>|<|>|&|&amp;|\"|'| |a){0,20}",
    ]
}

fn any_traces() -> impl Strategy<Value = Vec<Trace>> {
    let transition = prop::sample::select(Transition::VARIANTS);
    let event = (any_text(), transition, any_text(), 946_684_800_000..4_000_000_000_000_i64)
        .prop_map(|(activity, transition, resource, at)| event(&activity, transition, &resource, at));
    let trace = (any_text(), any_text(), prop::collection::vec(event, 0..5))
        .prop_map(|(name, code, events)| trace(&name, &code, events));
    prop::collection::vec(trace, 0..4)
}

fn is_read_or_refused(bytes: &[u8]) {
    if let Err(faults) = read(bytes, &Keys::default()) {
        assert!(!faults.is_empty());
        assert!(
            faults.listed.iter().all(|fault| !fault.message.chars().any(char::is_control)),
            "{faults:#?}"
        );
    }
}

proptest! {
    #[test]
    fn what_was_written_is_read_as_it_was(traces in any_traces()) {
        let text = write("any", &traces);
        prop_assert_eq!(&text, &write("any", &traces));
        let read = log(&text);
        prop_assert_eq!(read.traces.len(), traces.len());
        for (read, written) in read.traces.iter().zip(&traces) {
            prop_assert_eq!(&read.name, &Some(xml_text(&written.name)));
            prop_assert_eq!(read.events.len(), written.events.len());
            for (read, written) in read.events.iter().zip(&written.events) {
                prop_assert_eq!(&read.activity, &Some(xml_text(&written.activity)));
                prop_assert_eq!(&read.resource, &Some(xml_text(&written.resource)));
                prop_assert_eq!(&read.transition, &Some(written.transition.to_string()));
                prop_assert_eq!(read.time, Some(Time::Zoned(written.at.fixed_offset())));
            }
        }
    }

    #[test]
    fn any_bytes_are_read_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..2_000)) {
        is_read_or_refused(&bytes);
    }

    #[test]
    fn any_text_of_markup_is_read_or_refused(
        text in "(<|</|/>|>|&|;|#|!|\\?|--|\\[|\\]|log|trace|event|string|date|key|value|time:timestamp|\"|'|=| |\r|\n|1){0,100}"
    ) {
        is_read_or_refused(text.as_bytes());
        is_read_or_refused(format!("<log><trace><event>{text}</event></trace></log>").as_bytes());
    }

    #[test]
    fn a_file_with_a_few_other_bytes_is_read_or_refused(
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>(), 0..3), 1..6),
    ) {
        let mut bytes = FOREIGN.as_bytes().to_vec();
        for (at, byte, change) in changes {
            let at = at.index(bytes.len());
            match change {
                0 => bytes[at] = byte,
                1 => bytes.insert(at, b"<>&/\n\r90-"[usize::from(byte) % 9]),
                _ => bytes.truncate(at + 1),
            }
        }
        is_read_or_refused(&bytes);
    }
}
