//! Events as a file.

use super::{Access, Calendar, Event, Status};
use chrono::{DateTime, Utc};

/// Longest line in bytes, its end not counted (3.1).
const LINE_BYTES: usize = 75;

/// The same calendar gives the same bytes.
pub fn write(calendar: &Calendar) -> String {
    let mut file = File::default();
    file.line("BEGIN:VCALENDAR");
    file.line("VERSION:2.0");
    file.line("PRODID:-//Accord//Accord//EN");
    file.line("CALSCALE:GREGORIAN");
    file.text("NAME", &calendar.name);
    file.text("X-WR-CALNAME", &calendar.name);
    if !calendar.description.is_empty() {
        file.text("DESCRIPTION", &calendar.description);
        file.text("X-WR-CALDESC", &calendar.description);
    }
    file.line(&format!("REFRESH-INTERVAL;VALUE=DURATION:{}", calendar.refresh));
    file.line(&format!("X-PUBLISHED-TTL:{}", calendar.refresh));
    if calendar.events.is_empty() {
        file.time_zone();
    }
    for event in &calendar.events {
        file.event(event);
    }
    file.line("END:VCALENDAR");
    file.text
}

/// What a calendar shows: its text without when and how often that was written anew.
pub fn shown(text: &str) -> String {
    // What goes on behind a line begins with a blank, so that nobody's text is mistaken for these.
    let is_shown = |line: &&str| !line.starts_with("DTSTAMP:") && !line.starts_with("SEQUENCE:");
    text.split_inclusive("\r\n").filter(is_shown).collect()
}

#[derive(Default)]
struct File {
    text: String,
}

impl File {
    /// A calendar has at least one component (3.6), and without events there is no other.
    fn time_zone(&mut self) {
        for line in [
            "BEGIN:VTIMEZONE",
            "TZID:UTC",
            "BEGIN:STANDARD",
            "DTSTART:19700101T000000",
            "TZOFFSETFROM:+0000",
            "TZOFFSETTO:+0000",
            "TZNAME:UTC",
            "END:STANDARD",
            "END:VTIMEZONE",
        ] {
            self.line(line);
        }
    }

    fn event(&mut self, event: &Event) {
        self.line("BEGIN:VEVENT");
        self.text("UID", &event.uid);
        self.moment("DTSTAMP", event.stamp);
        self.line(&format!("SEQUENCE:{}", event.sequence));
        self.moment("DTSTART", event.start);
        if event.finish > event.start {
            self.moment("DTEND", event.finish);
        }
        self.text("SUMMARY", &event.summary);
        for (name, text) in [("DESCRIPTION", &event.description), ("LOCATION", &event.location)] {
            if !text.is_empty() {
                self.text(name, text);
            }
        }
        if !event.categories.is_empty() {
            let categories: Vec<String> = event.categories.iter().map(|text| escaped(text)).collect();
            self.line(&format!("CATEGORIES:{}", categories.join(",")));
        }
        self.line(match event.status {
            Status::Tentative => "STATUS:TENTATIVE",
            Status::Confirmed => "STATUS:CONFIRMED",
            Status::Cancelled => "STATUS:CANCELLED",
        });
        self.line(match event.access {
            Access::Public => "CLASS:PUBLIC",
            Access::Confidential => "CLASS:CONFIDENTIAL",
        });
        self.line("TRANSP:TRANSPARENT");
        self.line("END:VEVENT");
    }

    fn moment(&mut self, name: &str, at: DateTime<Utc>) {
        self.line(&format!("{name}:{}", at.format("%Y%m%dT%H%M%SZ")));
    }

    fn text(&mut self, name: &str, text: &str) {
        self.line(&format!("{name}:{}", escaped(text)));
    }

    /// Folded: what goes on behind a line begins with a blank, which counts. No letter is cut.
    fn line(&mut self, line: &str) {
        let mut bytes = 0;
        for letter in line.chars() {
            if bytes + letter.len_utf8() > LINE_BYTES {
                self.text.push_str("\r\n ");
                bytes = 1;
            }
            self.text.push(letter);
            bytes += letter.len_utf8();
        }
        self.text.push_str("\r\n");
    }
}

/// A text within a line (3.3.11); control characters are none of it.
fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for letter in text.replace("\r\n", "\n").chars() {
        match letter {
            '\\' | ';' | ',' => escaped.extend(['\\', letter]),
            '\n' | '\r' => escaped.push_str("\\n"),
            '\t' => escaped.push('\t'),
            letter if letter.is_control() => escaped.push('\u{fffd}'),
            letter => escaped.push(letter),
        }
    }
    escaped
}
