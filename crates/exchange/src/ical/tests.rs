use super::*;
use proptest::prelude::*;

fn at(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

fn event() -> Event {
    Event {
        uid: "task_01h455vb4pex5vsknk084sn02q@accord".to_owned(),
        stamp: at("2023-09-25T03:00:00Z"),
        sequence: 2,
        start: at("2023-10-15T06:00:00+07:00"),
        finish: at("2023-10-15T08:30:00+07:00"),
        summary: "T01 Open the centre; start the 24/7 watch, all posts".to_owned(),
        description: "Phase P1\nLead THA".to_owned(),
        location: "THA".to_owned(),
        categories: vec!["P1".to_owned(), "LOE3".to_owned()],
        status: Status::Confirmed,
        access: Access::Confidential,
    }
}

fn calendar(events: Vec<Event>) -> Calendar {
    Calendar { name: "SAPHAN".to_owned(), description: String::new(), refresh: Span::hours(1), events }
}

/// Lines as they were before they were folded.
fn unfolded(text: &str) -> Vec<String> {
    let whole = text.replace("\r\n ", "");
    whole.strip_suffix("\r\n").unwrap().split("\r\n").map(str::to_owned).collect()
}

/// The value of a property, with its escapes undone as readers do.
fn value(text: &str, name: &str) -> String {
    let lines = unfolded(text);
    let value = lines.iter().find_map(|line| line.strip_prefix(&format!("{name}:"))).unwrap();
    let (mut read, mut letters) = (String::new(), value.chars());
    while let Some(letter) = letters.next() {
        match (letter, letter == '\\') {
            (_, true) => match letters.next().unwrap() {
                'n' => read.push('\n'),
                other => read.push(other),
            },
            (letter, false) => {
                assert!(!matches!(letter, ';' | ','), "{value}");
                read.push(letter);
            }
        }
    }
    read
}

#[test]
fn a_file_is_written_as_the_standard_has_it() {
    let milestone = Event {
        uid: "b@accord".to_owned(),
        finish: event().start,
        description: String::new(),
        location: String::new(),
        categories: Vec::new(),
        status: Status::Tentative,
        access: Access::Public,
        ..event()
    };
    assert_eq!(
        write(&calendar(vec![event(), milestone])),
        "BEGIN:VCALENDAR\r\n\
         VERSION:2.0\r\n\
         PRODID:-//Accord//Accord//EN\r\n\
         CALSCALE:GREGORIAN\r\n\
         NAME:SAPHAN\r\n\
         X-WR-CALNAME:SAPHAN\r\n\
         REFRESH-INTERVAL;VALUE=DURATION:PT1H\r\n\
         X-PUBLISHED-TTL:PT1H\r\n\
         BEGIN:VEVENT\r\n\
         UID:task_01h455vb4pex5vsknk084sn02q@accord\r\n\
         DTSTAMP:20230925T030000Z\r\n\
         SEQUENCE:2\r\n\
         DTSTART:20231014T230000Z\r\n\
         DTEND:20231015T013000Z\r\n\
         SUMMARY:T01 Open the centre\\; start the 24/7 watch\\, all posts\r\n\
         DESCRIPTION:Phase P1\\nLead THA\r\n\
         LOCATION:THA\r\n\
         CATEGORIES:P1,LOE3\r\n\
         STATUS:CONFIRMED\r\n\
         CLASS:CONFIDENTIAL\r\n\
         TRANSP:TRANSPARENT\r\n\
         END:VEVENT\r\n\
         BEGIN:VEVENT\r\n\
         UID:b@accord\r\n\
         DTSTAMP:20230925T030000Z\r\n\
         SEQUENCE:2\r\n\
         DTSTART:20231014T230000Z\r\n\
         SUMMARY:T01 Open the centre\\; start the 24/7 watch\\, all posts\r\n\
         STATUS:TENTATIVE\r\n\
         CLASS:PUBLIC\r\n\
         TRANSP:TRANSPARENT\r\n\
         END:VEVENT\r\n\
         END:VCALENDAR\r\n"
    );
}

#[test]
fn a_calendar_without_events_can_say_why() {
    let text = write(&Calendar { description: "H-hour is not set".to_owned(), ..calendar(Vec::new()) });
    assert_eq!(value(&text, "DESCRIPTION"), "H-hour is not set");
    assert_eq!(value(&text, "X-WR-CALDESC"), "H-hour is not set");
    assert!(!text.contains("VEVENT"));
    // There is one component at least in a calendar.
    assert!(
        text.ends_with(
            "BEGIN:VTIMEZONE\r\nTZID:UTC\r\nBEGIN:STANDARD\r\nDTSTART:19700101T000000\r\nTZOFFSETFROM:+0000\r\n\
             TZOFFSETTO:+0000\r\nTZNAME:UTC\r\nEND:STANDARD\r\nEND:VTIMEZONE\r\nEND:VCALENDAR\r\n"
        ),
        "{text}"
    );
}

#[test]
fn what_a_calendar_shows_is_the_same_whenever_it_was_written() {
    let text = |event: Event| write(&calendar(vec![event]));
    let later = Event { stamp: at("2023-09-26T03:00:00Z"), sequence: 3, ..event() };
    assert_eq!(shown(&text(later)), shown(&text(event())));
    let said = Event { summary: format!("{}SEQUENCE:3", "a".repeat(67)), ..event() };
    assert!(shown(&text(said)).contains("\r\n SEQUENCE:3\r\n"), "that of a text is not left out");
}

#[test]
fn a_long_line_is_folded_between_letters() {
    let summary = "ก".repeat(60);
    let text = write(&calendar(vec![Event { summary: summary.clone(), ..event() }]));
    let lines: Vec<&str> = text.split("\r\n").collect();
    let first = lines.iter().position(|line| line.starts_with("SUMMARY:")).unwrap();
    // 8 bytes and 22 letters of 3; a blank and 24 of them; the rest.
    assert_eq!(
        [lines[first].len(), lines[first + 1].len(), lines[first + 2].len()],
        [8 + 22 * 3, 1 + 24 * 3, 1 + 14 * 3]
    );
    assert_eq!(value(&text, "SUMMARY"), summary);
}

proptest! {
    #[test]
    fn whatever_a_text_says_it_is_one_property_of_short_lines(summary in any::<String>(), name in ".{0,200}") {
        let text = write(&Calendar { name: name.clone(), ..calendar(vec![Event { summary: summary.clone(), ..event() }]) });
        prop_assert!(text.ends_with("\r\n"));
        for line in text.trim_end_matches("\r\n").split("\r\n") {
            prop_assert!(line.len() <= 75 && !line.contains(['\r', '\n']), "{:?}", line);
        }
        let kept = |text: &str| -> String {
            let lines = text.replace("\r\n", "\n").replace('\r', "\n");
            let shown = |letter: char| letter.is_control() && !matches!(letter, '\n' | '\t');
            lines.chars().map(|letter| if shown(letter) { '\u{fffd}' } else { letter }).collect()
        };
        prop_assert_eq!(value(&text, "SUMMARY"), kept(&summary));
        prop_assert_eq!(value(&text, "X-WR-CALNAME"), kept(&name));
        // No text begins or ends an event.
        prop_assert_eq!(unfolded(&text).iter().filter(|line| line.starts_with("BEGIN:")).count(), 2);
    }
}
