//! A file as traces, each event with its place.

use super::EXTENSIONS;
use crate::{
    Column, Faults,
    xml::{NotXml, Place, Places, ill_formed, offset},
};
use chrono::{DateTime, Datelike as _, FixedOffset, NaiveDateTime};
use quick_xml::{
    Reader, XmlVersion,
    events::{BytesStart, Event as Xml},
};
use std::{collections::BTreeMap, ops::Range, str};

/// Largest file, in bytes: a log of a hundred thousand events has about that.
pub const MOST_BYTES: usize = 64 * 1024 * 1024;

/// Most events of a file.
pub const MOST_EVENTS: usize = 200_000;

/// Years of the times that are read: a slip in one is found, and times can be reckoned with.
pub const YEARS: Range<i32> = 2000..2100;

/// How deep elements may lie in each other.
const MOST_DEPTH: usize = 32;

/// Characters of a file's text that a message quotes.
const MOST_QUOTED: usize = 40;

/// Which attributes are read, by the names of the standard's extensions where a file does not use others. A prefix is the
/// standard's, or the file's own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Keys {
    pub case: String,
    pub activity: String,
    pub transition: String,
    pub time: String,
    pub resource: String,
}

impl Default for Keys {
    fn default() -> Self {
        let [case, activity, transition, time, resource] =
            ["concept:name", "concept:name", "lifecycle:transition", "time:timestamp", "org:resource"]
                .map(str::to_owned);
        Self { case, activity, transition, time, resource }
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Log {
    /// In the order of the file.
    pub traces: Vec<ReadTrace>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReadTrace {
    pub place: Place,
    pub name: Option<String>,
    /// In the order of the file.
    pub events: Vec<ReadEvent>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReadEvent {
    pub place: Place,
    pub activity: Option<String>,
    pub transition: Option<String>,
    pub time: Option<Time>,
    pub resource: Option<String>,
}

/// A time as a file has it: not all tell the zone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Time {
    Zoned(DateTime<FixedOffset>),
    Local(NaiveDateTime),
}

/// Reads a file, or tells every fault that it has; behind what is no well-formed XML nothing is read.
pub fn read(bytes: &[u8], keys: &Keys) -> Result<Log, Faults> {
    if bytes.len() > MOST_BYTES {
        return Err(Faults::one(1, &format!("is larger than {} MiB", MOST_BYTES / 1024 / 1024)));
    }
    if bytes.starts_with(&[0x1f, 0x8b]) {
        return Err(Faults::one(1, "is compressed: unpack it first, such as with `gunzip`"));
    }
    if bytes.starts_with(&[0xff, 0xfe]) || bytes.starts_with(&[0xfe, 0xff]) {
        return Err(Faults::one(1, "is not UTF-8 but UTF-16: save it in UTF-8"));
    }
    let text = str::from_utf8(bytes).map_err(|error| {
        let before = &bytes[..error.valid_up_to()];
        Faults::one(before.split(|byte| *byte == b'\n').count(), "is not UTF-8")
    })?;
    let mut reading = Reading {
        keys,
        prefixes: BTreeMap::new(),
        open: Vec::new(),
        log: None,
        events: 0,
        faults: Faults::default(),
    };
    if let Err(NotXml { place, message }) = reading.run(text.trim_start_matches('\u{feff}')) {
        reading.fault(place, &message);
    }
    let Reading { log, faults, .. } = reading;
    if faults.is_empty() { Ok(log.unwrap_or_default()) } else { Err(faults) }
}

/// What an element is, by where it stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Log,
    Trace,
    Event,
    /// An attribute, or whatever else is passed over with all that is in it.
    Passed,
}

struct Reading<'a> {
    keys: &'a Keys,
    /// Standard prefixes by those that the file uses for their extensions.
    prefixes: BTreeMap<String, &'static str>,
    open: Vec<Kind>,
    log: Option<Log>,
    events: usize,
    faults: Faults,
}

impl Reading<'_> {
    fn fault(&mut self, place: Place, message: &str) {
        self.faults.add(place.line, Some(Column { number: place.column, header: String::new() }), message);
    }

    fn run(&mut self, text: &str) -> Result<(), NotXml> {
        let mut reader = Reader::from_str(text);
        reader.config_mut().expand_empty_elements = true;
        reader.config_mut().check_comments = true;
        let mut places = Places::new(text);
        loop {
            let place = places.at(offset(reader.buffer_position()));
            let fault = |message: String| NotXml { place, message };
            let event = match reader.read_event() {
                Ok(event) => event,
                Err(error) => {
                    let place = places.at(offset(reader.error_position()));
                    return Err(NotXml { place, message: ill_formed(&error) });
                }
            };
            match event {
                Xml::Start(start) => self.start(&start, place).map_err(fault)?,
                Xml::End(_) => _ = self.open.pop(),
                Xml::DocType(_) => {
                    return Err(fault("declares a document type, which is not read: take it out".to_owned()));
                }
                Xml::Text(text) if self.open.is_empty() && !text.xml10_content().trim().is_empty() => {
                    return Err(fault("is not XML: it is text outside of all elements".to_owned()));
                }
                // Attributes have their values in XML's attributes; what else stands between elements says nothing.
                Xml::GeneralRef(_) => {
                    return Err(fault(
                        "is a reference between elements, where the format has none".to_owned(),
                    ));
                }
                Xml::Text(_)
                | Xml::CData(_)
                | Xml::Empty(_)
                | Xml::Comment(_)
                | Xml::Decl(_)
                | Xml::PI(_) => {}
                Xml::Eof if self.log.is_none() => {
                    return Err(fault("is empty: there is no element `log`".to_owned()));
                }
                Xml::Eof if !self.open.is_empty() => {
                    return Err(fault("ends before `log` is closed, or something in it".to_owned()));
                }
                Xml::Eof => return Ok(()),
            }
        }
    }

    fn start(&mut self, start: &BytesStart<'_>, place: Place) -> Result<(), String> {
        if self.open.len() >= MOST_DEPTH {
            return Err(format!("lies more than {MOST_DEPTH} elements deep"));
        }
        let name = start.local_name();
        let name: &str = name.as_ref();
        let kind = match (self.open.last(), name) {
            (None, "log") if self.log.is_none() => {
                self.log = Some(Log::default());
                Kind::Log
            }
            (None, _) if self.log.is_some() => return Err("stands behind the end of the log".to_owned()),
            (None, other) => {
                let other: String = other.chars().take(MOST_QUOTED).collect();
                return Err(format!("is no event log in XES: it begins with `{other}`, not `log`"));
            }
            (Some(Kind::Log), "trace") => {
                self.traces().push(ReadTrace { place, name: None, events: Vec::new() });
                Kind::Trace
            }
            (Some(Kind::Log), "event") => {
                self.fault(place, "is an event of no trace: each stands in one");
                Kind::Passed
            }
            (Some(Kind::Log), "extension") => {
                self.extension(start)?;
                Kind::Passed
            }
            (Some(Kind::Trace), "event") => {
                self.events += 1;
                if self.events > MOST_EVENTS {
                    return Err(format!("is one event more than {MOST_EVENTS}, which are the most"));
                }
                let event = ReadEvent { place, activity: None, transition: None, time: None, resource: None };
                if let Some(trace) = self.traces().last_mut() {
                    trace.events.push(event);
                }
                Kind::Event
            }
            (
                Some(within @ (Kind::Trace | Kind::Event)),
                "string" | "date" | "int" | "float" | "boolean" | "id",
            ) => {
                let within = *within;
                self.attribute(within, start, place)?;
                Kind::Passed
            }
            (Some(_), _) => Kind::Passed,
        };
        self.open.push(kind);
        Ok(())
    }

    fn traces(&mut self) -> &mut Vec<ReadTrace> {
        &mut self.log.get_or_insert_default().traces
    }

    /// A file may name the standard's extensions by prefixes of its own.
    fn extension(&mut self, start: &BytesStart<'_>) -> Result<(), String> {
        let (prefix, uri) = (value_of(start, "prefix")?, value_of(start, "uri")?);
        let known = |uri: &str| {
            let end = |uri: &str| uri.rsplit('/').next().unwrap_or_default().to_owned();
            EXTENSIONS.iter().find(|(_, _, known)| end(known) == end(uri)).map(|(_, prefix, _)| *prefix)
        };
        if let (Some(own), Some(standard)) = (prefix, uri.as_deref().and_then(known)) {
            self.prefixes.insert(own, standard);
        }
        Ok(())
    }

    fn attribute(&mut self, within: Kind, start: &BytesStart<'_>, place: Place) -> Result<(), String> {
        let Some(key) = value_of(start, "key")? else {
            self.fault(place, "has no `key`");
            return Ok(());
        };
        let standard = key.split_once(':').and_then(|(prefix, rest)| {
            let standard = self.prefixes.get(prefix)?;
            Some(format!("{standard}:{rest}"))
        });
        let is = |wanted: &str| key == wanted || standard.as_deref() == Some(wanted);
        let Some(value) = value_of(start, "value")? else {
            self.fault(place, "has no `value`");
            return Ok(());
        };
        let keys = self.keys;
        let Some(trace) = self.log.as_mut().and_then(|log| log.traces.last_mut()) else { return Ok(()) };
        let mut again = false;
        if within == Kind::Trace {
            if is(&keys.case) {
                again = trace.name.replace(value).is_some();
            }
        } else if let Some(event) = trace.events.last_mut() {
            if is(&keys.time) {
                match time(&value) {
                    Ok(time) => again = event.time.replace(time).is_some(),
                    Err(message) => self.fault(place, &message),
                }
            } else {
                for (wanted, part) in [
                    (&keys.activity, &mut event.activity),
                    (&keys.transition, &mut event.transition),
                    (&keys.resource, &mut event.resource),
                ] {
                    if is(wanted) {
                        again |= part.replace(value.clone()).is_some();
                    }
                }
            }
        }
        if again {
            let key: String = key.chars().take(MOST_QUOTED).collect();
            self.fault(place, &format!("is `{key}` a second time: each stands once"));
        }
        Ok(())
    }
}

/// Fails where the attributes of the element are no well-formed XML.
fn value_of(start: &BytesStart<'_>, name: &str) -> Result<Option<String>, String> {
    let mut found = None;
    for attribute in start.attributes() {
        let attribute = attribute.map_err(|error| ill_formed(&error))?;
        if attribute.key.as_ref() == name {
            let value = attribute.normalized_value(XmlVersion::Implicit1_0);
            found = Some(value.map_err(|error| ill_formed(&error))?.into_owned());
        }
    }
    Ok(found)
}

/// As `xs:dateTime` has it, with or without a zone, in which some leave out the colon. Fails with what to tell.
fn time(text: &str) -> Result<Time, String> {
    let text = text.trim();
    let zoned = DateTime::parse_from_rfc3339(text)
        .or_else(|_| DateTime::parse_from_str(text, "%Y-%m-%dT%H:%M:%S%.f%z"));
    let time = zoned
        .map(Time::Zoned)
        .or_else(|_| NaiveDateTime::parse_from_str(text, "%Y-%m-%dT%H:%M:%S%.f").map(Time::Local));
    let quoted = || text.chars().take(MOST_QUOTED).collect::<String>();
    let time =
        time.map_err(|_| format!("`{}` is no time such as 2023-10-09T06:00:00.000+07:00", quoted()))?;
    let year = match time {
        Time::Zoned(at) => at.year(),
        Time::Local(at) => at.year(),
    };
    if YEARS.contains(&year) {
        Ok(time)
    } else {
        let (first, last) = (YEARS.start, YEARS.end - 1);
        Err(format!("`{}` is out of bounds: the years are {first} to {last}", quoted()))
    }
}
