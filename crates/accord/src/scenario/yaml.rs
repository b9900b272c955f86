//! The walker: a small YAML tree whose nodes know their line, and typed reads that report every fault.
//!
//! Absent on purpose: aliases, anchors, tags and second documents. A scenario needs none of them, and a few
//! nested anchors can stand for gigabytes. The tree is built from the parser's events, not by its own loader,
//! because that loader copies every anchored subtree and recurses as deeply as the text nests.

use super::fault::Fault;
use chrono::{DateTime, Datelike, FixedOffset, NaiveDate, NaiveDateTime};
use chrono_tz::Tz;
use domain::instant::{self, InvalidInstant};
use exchange::xes::YEARS;
use saphyr_parser::{Event, Marker, Parser, ScalarStyle};
use std::{
    borrow::Cow,
    cell::{Cell, RefCell},
    collections::{BTreeMap, HashSet},
};

/// Deepest nesting of lists and maps; SAPHAN nests 6 deep.
const MAX_DEPTH: usize = 32;
/// Most nodes of a file; SAPHAN has 3,000.
const MAX_NODES: usize = 1_000_000;
/// Most faults that are kept; the rest is counted.
const MAX_FAULTS: usize = 1_000;
/// Longest text, in characters.
const MAX_TEXT: usize = 2_000;

pub struct Node<'a> {
    pub line: usize,
    pub column: usize,
    pub data: Data<'a>,
}

pub enum Data<'a> {
    Scalar { text: Cow<'a, str>, quoted: bool },
    List(Vec<Node<'a>>),
    Map(Vec<Entry<'a>>),
    Alias,
}

pub struct Entry<'a> {
    pub line: usize,
    pub column: usize,
    pub key: Cow<'a, str>,
    pub value: Node<'a>,
}

impl<'a> Node<'a> {
    fn new(at: Marker, data: Data<'a>) -> Self {
        Self { line: at.line(), column: at.col() + 1, data }
    }

    pub fn get(&self, key: &str) -> Option<&Node<'a>> {
        let Data::Map(entries) = &self.data else { return None };
        entries.iter().find(|entry| entry.key == key).map(|entry| &entry.value)
    }

    pub fn items(&self) -> &[Node<'a>] {
        if let Data::List(items) = &self.data { items } else { &[] }
    }

    pub fn text(&self) -> Option<&str> {
        if let Data::Scalar { text, .. } = &self.data { Some(text) } else { None }
    }

    /// What stands here, in the words of a fault.
    fn kind(&self) -> &'static str {
        match &self.data {
            Data::List(_) => "a list",
            Data::Map(_) => "a map",
            Data::Alias => "an alias, which is refused: write the value out",
            Data::Scalar { quoted: true, .. } => "a text",
            Data::Scalar { text, .. } => match &**text {
                "" | "~" | "null" | "Null" | "NULL" => "nothing",
                "true" | "True" | "TRUE" | "false" | "False" | "FALSE" => "a boolean",
                text if text.starts_with(|first: char| first.is_ascii_digit() || "+-.".contains(first))
                    && text.parse::<f64>().is_ok() =>
                {
                    "a number"
                }
                _ => "a text",
            },
        }
    }
}

type Key<'a> = (Marker, Cow<'a, str>);

/// Builds the tree; `None` when the text is no YAML or breaks a bound, with the fault in `faults`.
pub fn parse<'a>(text: &'a str, faults: &Faults) -> Option<Node<'a>> {
    // A collection that is not closed yet, and in a map the key whose value comes next.
    let mut open: Vec<(Node<'a>, Option<Key<'a>>)> = Vec::new();
    let mut root = None;
    let mut nodes = 0;
    let stop = |at: Marker, message: &str| faults.add((at.line(), at.col() + 1), "", message);
    for parsed in Parser::new_from_str(text) {
        let (event, span) = match parsed {
            Ok(parsed) => parsed,
            Err(error) => {
                stop(*error.marker(), &format!("is not YAML: {}", error.info()));
                return None;
            }
        };
        let (anchored, tagged) = match &event {
            Event::Scalar(_, _, anchor, tag)
            | Event::SequenceStart(anchor, tag)
            | Event::MappingStart(anchor, tag) => (*anchor > 0, tag.is_some()),
            _ => (false, false),
        };
        if anchored {
            stop(span.start, "anchors are refused: write the value out where it is needed");
        }
        if tagged {
            stop(span.start, "tags are refused");
        }
        let done = match event {
            Event::DocumentStart(_) if root.is_some() => {
                stop(span.start, "a scenario is one document");
                return None;
            }
            Event::SequenceStart(..) | Event::MappingStart(..) if open.len() == MAX_DEPTH => {
                stop(span.start, &format!("nests deeper than {MAX_DEPTH}"));
                return None;
            }
            Event::SequenceStart(..) => {
                open.push((Node::new(span.start, Data::List(Vec::new())), None));
                continue;
            }
            Event::MappingStart(..) => {
                open.push((Node::new(span.start, Data::Map(Vec::new())), None));
                continue;
            }
            Event::SequenceEnd | Event::MappingEnd => open.pop()?.0,
            Event::Alias(_) => Node::new(span.start, Data::Alias),
            Event::Scalar(text, style, ..) => {
                Node::new(span.start, Data::Scalar { text, quoted: style != ScalarStyle::Plain })
            }
            _ => continue,
        };
        nodes += 1;
        if nodes > MAX_NODES {
            stop(span.start, &format!("has more than {MAX_NODES} values"));
            return None;
        }
        match open.last_mut() {
            None => root = Some(done),
            Some((Node { data: Data::List(items), .. }, _)) => items.push(done),
            Some((Node { data: Data::Map(entries), .. }, key)) => {
                if let Some((at, name)) = key.take() {
                    entries.push(Entry { line: at.line(), column: at.col() + 1, key: name, value: done });
                } else if let Data::Scalar { text, .. } = done.data {
                    *key = Some((span.start, text));
                } else {
                    stop(span.start, &format!("a field's name is a text, not {}", done.kind()));
                    *key = Some((span.start, Cow::Borrowed("")));
                }
            }
            Some(_) => {}
        }
    }
    if root.is_none() && faults.is_empty() {
        faults.add((1, 1), "", "the file is empty");
    }
    root
}

/// Collects the faults of one reading, and remembers which parts of the file they spoil.
#[derive(Default)]
pub struct Faults {
    list: RefCell<Vec<Fault>>,
    spoilt: RefCell<HashSet<String>>,
    beyond: Cell<usize>,
}

impl Faults {
    pub fn add(&self, (line, column): (usize, usize), path: &str, message: &str) {
        let mut list = self.list.borrow_mut();
        if list.len() == MAX_FAULTS {
            self.beyond.set(self.beyond.get() + 1);
            return;
        }
        list.push(Fault { line, column, path: path.to_owned(), message: message.to_owned() });
        let ends = path.match_indices(['.', '[']).map(|(end, _)| end).chain([path.len()]);
        self.spoilt.borrow_mut().extend(ends.map(|end| path[..end].to_owned()));
    }

    /// False when a fault lies at `path` or inside it: what stands there is a stand-in, not worth checking.
    pub fn clean(&self, path: &str) -> bool {
        !self.spoilt.borrow().contains(path)
    }

    /// True when further faults are only counted, so that nobody spends time on their wording.
    pub fn full(&self) -> bool {
        self.list.borrow().len() == MAX_FAULTS
    }

    pub fn is_empty(&self) -> bool {
        self.list.borrow().is_empty()
    }

    pub fn into_sorted(self) -> Vec<Fault> {
        let mut list = self.list.into_inner();
        list.sort_by(|a, b| (a.line, a.column, &a.path).cmp(&(b.line, b.column, &b.path)));
        if let (more @ 1.., Some(last)) = (self.beyond.get(), list.last()) {
            let message = format!("and {more} more faults, which are not listed");
            list.push(Fault { path: String::new(), message, ..*last });
        }
        list
    }
}

/// One value to be read: where it is, and where its faults go.
///
/// Without a node it is a *hole*, which reads as a stand-in and reports nothing; its fault is reported
/// already.
#[derive(Clone)]
pub struct At<'a> {
    node: Option<&'a Node<'a>>,
    place: (usize, usize),
    path: String,
    faults: &'a Faults,
}

impl<'a> At<'a> {
    pub fn root(node: &'a Node<'a>, faults: &'a Faults) -> Self {
        Self { node: Some(node), place: (node.line, node.column), path: String::new(), faults }
    }

    fn hole(&self) -> Self {
        Self { node: None, ..self.clone() }
    }

    fn child(&self, node: &'a Node<'a>, step: &str) -> Self {
        let dot = if self.path.is_empty() || step.starts_with('[') { "" } else { "." };
        let path = format!("{}{dot}{step}", self.path);
        Self { node: Some(node), place: (node.line, node.column), path, faults: self.faults }
    }

    pub fn fault(&self, message: &str) {
        if self.node.is_some() {
            self.faults.add(self.place, &self.path, message);
        }
    }

    pub fn expected(&self, what: &str) {
        if let Some(node) = self.node {
            self.fault(&format!("expected {what}, found {}", node.kind()));
        }
    }

    pub fn is_list(&self) -> bool {
        matches!(self.node, Some(Node { data: Data::List(_), .. }))
    }

    pub fn items(&self) -> Vec<At<'a>> {
        let Some(node) = self.node else { return Vec::new() };
        if !self.is_list() {
            self.expected("a list");
        }
        node.items().iter().enumerate().map(|(index, item)| self.child(item, &format!("[{index}]"))).collect()
    }

    pub fn map(&self) -> Map<'a> {
        let Some(Node { data: Data::Map(entries), .. }) = self.node else {
            self.expected("a map");
            return Map { at: self.hole(), entries: &[], known: Vec::new() };
        };
        let mut seen = HashSet::new();
        for entry in entries {
            if !seen.insert(&*entry.key) {
                let mut twice = self.child(&entry.value, &entry.key);
                twice.place = (entry.line, entry.column);
                twice.fault("is written twice");
            }
        }
        Map { at: self.clone(), entries, known: Vec::new() }
    }

    /// The text of a scalar that YAML itself takes for one of `kinds`.
    fn scalar(&self, kinds: &[&str]) -> Option<&'a str> {
        let node = self.node?;
        node.text().filter(|_| kinds.contains(&node.kind()))
    }

    /// A scalar read by `from`; what it makes of a wrong text is the fault.
    pub fn parsed<T: Default>(&self, kind: &str, what: &str, from: impl Fn(&str) -> Result<T, String>) -> T {
        let Some(text) = self.scalar(&[kind]) else {
            self.expected(what);
            return T::default();
        };
        from(text).unwrap_or_else(|message| {
            self.fault(&message);
            T::default()
        })
    }

    /// A scalar of several possible types, quoted or not.
    pub fn parsed_any<T>(&self, what: &str, from: impl Fn(&str) -> Option<T>) -> Option<T> {
        let read = self.node?.text().and_then(from);
        if read.is_none() {
            self.expected(what);
        }
        read
    }

    /// The value of the name that stands here, out of a closed list of names.
    pub fn one_of<T: Clone>(&self, names: &[(&str, T)]) -> T {
        let text = self.scalar(&["a text"]).unwrap_or_default();
        if let Some((_, value)) = names.iter().find(|(name, _)| *name == text) {
            return value.clone();
        }
        if text.is_empty() {
            self.expected("a name");
        } else {
            let all: Vec<&str> = names.iter().map(|(name, _)| *name).collect();
            let hint = did_you_mean(text, all.iter().copied());
            self.fault(&format!("`{}` is none of {}{hint}", brief(text), all.join(", ")));
        }
        names[0].1.clone()
    }
}

/// The fields of a map; those that nobody asked for are unknown.
pub struct Map<'a> {
    at: At<'a>,
    entries: &'a [Entry<'a>],
    known: Vec<&'a str>,
}

impl<'a> Map<'a> {
    pub fn get(&mut self, key: &'static str) -> Option<At<'a>> {
        self.known.push(key);
        let entry = self.entries.iter().find(|entry| entry.key == key)?;
        Some(self.at.child(&entry.value, key))
    }

    pub fn field<T: Read>(&mut self, key: &'static str) -> T {
        let Some(at) = self.get(key) else {
            let dot = if self.at.path.is_empty() { "" } else { "." };
            return T::missing(&At { path: format!("{}{dot}{key}", self.at.path), ..self.at.clone() });
        };
        T::read(&at)
    }

    pub fn field_or<T: Read>(&mut self, key: &'static str, default: T) -> T {
        self.field::<Option<T>>(key).unwrap_or(default)
    }

    /// A text in which commas may stand unquoted: YAML takes what follows such a comma for a field without a
    /// value, and here it is put back. To be read last, so that fields which are known are left alone.
    pub fn prose(&mut self, key: &'static str) -> String {
        let mut text: String = self.field(key);
        let after = self.entries.iter().skip_while(|entry| entry.key != key).skip(1);
        let pieces =
            after.take_while(|entry| entry.value.kind() == "nothing" && !self.known.contains(&&*entry.key));
        let pieces: Vec<&'a str> = pieces.map(|entry| &*entry.key).collect();
        for piece in &pieces {
            text.push_str(", ");
            text.push_str(piece);
        }
        self.known.extend(pieces);
        text
    }

    /// The fields that nobody asked for so far, by name.
    pub fn rest<T: Read>(&mut self) -> BTreeMap<String, T> {
        let rest = self.entries.iter().filter(|entry| !self.known.contains(&&*entry.key));
        let read =
            rest.map(|entry| (entry.key.to_string(), T::read(&self.at.child(&entry.value, &entry.key))));
        let read = read.collect();
        self.entries = &[];
        read
    }

    /// From here on every read is a stand-in: what this map is about cannot be told.
    pub fn silence(&mut self) {
        self.at = self.at.hole();
        self.entries = &[];
    }

    pub fn finish(self) {
        for entry in self.entries.iter().filter(|entry| !self.known.contains(&&*entry.key)) {
            let mut unknown = self.at.child(&entry.value, &brief(&entry.key));
            unknown.place = (entry.line, entry.column);
            let hint = did_you_mean(&entry.key, self.known.iter().copied());
            unknown.fault(&format!("is not a field here{hint}"));
        }
    }
}

/// Reads a value, always: where the file has a fault, the fault is reported and a stand-in returned, so that
/// everything else can still be read and checked.
pub trait Read: Sized {
    fn read(at: &At<'_>) -> Self;

    fn missing(at: &At<'_>) -> Self {
        at.fault("is missing");
        Self::read(&at.hole())
    }
}

/// Reads a value out of fields that stand among those of its owner; `tag` names the one that decides.
pub trait Flat: Sized {
    fn read_flat(map: &mut Map<'_>, tag: &'static str) -> Self;
}

impl<T: Read> Flat for BTreeMap<String, T> {
    fn read_flat(map: &mut Map<'_>, _tag: &'static str) -> Self {
        map.rest()
    }
}

impl<T: Read> Read for Option<T> {
    fn read(at: &At<'_>) -> Self {
        Some(T::read(at))
    }

    fn missing(_at: &At<'_>) -> Self {
        None
    }
}

impl<T: Read> Read for Vec<T> {
    fn read(at: &At<'_>) -> Self {
        at.items().iter().map(T::read).collect()
    }
}

impl<T: Read> Read for BTreeMap<String, T> {
    fn read(at: &At<'_>) -> Self {
        at.map().rest()
    }
}

impl Read for String {
    fn read(at: &At<'_>) -> Self {
        at.parsed("a text", "a text (quote what looks like a number or a boolean)", |text| {
            if text.trim().is_empty() || text.chars().any(char::is_control) {
                return Err("is blank or has control characters".to_owned());
            }
            if text.chars().count() > MAX_TEXT {
                return Err(format!("is longer than {MAX_TEXT} characters"));
            }
            Ok(text.to_owned())
        })
    }
}

impl Read for bool {
    fn read(at: &At<'_>) -> Self {
        at.parsed("a boolean", "true or false", |text| Ok(text.eq_ignore_ascii_case("true")))
    }
}

impl Read for i64 {
    fn read(at: &At<'_>) -> Self {
        let whole = |text: &str| text.parse().map_err(|_| format!("`{}` is not a whole number", brief(text)));
        at.parsed("a number", "a whole number", whole)
    }
}

/// Fewer bits than YAML's integers: what does not fit is a fault.
macro_rules! narrow {
    ($($int:ty)*) => {$(
        impl Read for $int {
            fn read(at: &At<'_>) -> Self {
                let wide = i64::read(at);
                Self::try_from(wide).unwrap_or_else(|_| {
                    at.fault(&format!("{wide} is out of bounds: {} to {}", <$int>::MIN, <$int>::MAX));
                    0
                })
            }
        }
    )*};
}

narrow! { i32 u32 }

impl Read for DateTime<FixedOffset> {
    fn read(at: &At<'_>) -> Self {
        at.parsed("a text", "an instant such as \"2023-10-09T06:00:00+07:00\"", instant)
    }
}

impl Read for NaiveDate {
    fn read(at: &At<'_>) -> Self {
        at.parsed("a text", "a date such as \"2023-08-16\"", date)
    }
}

impl Read for Tz {
    fn read(at: &At<'_>) -> Self {
        at.parsed("a text", "a time zone", |text| {
            let known = || chrono_tz::TZ_VARIANTS.iter().map(|zone| zone.name());
            text.parse().map_err(|_| format!("no time zone `{}`{}", brief(text), did_you_mean(text, known())))
        })
    }
}

/// As in an event log, so that a slip in the year is found.
fn plausible(year: i32) -> Result<(), String> {
    if YEARS.contains(&year) {
        Ok(())
    } else {
        let meant = instant::year_meant(year, 2_050);
        let hint = meant.map_or(String::new(), |meant| format!("; by the Buddhist era it is {meant}"));
        Err(format!("the year {year} is out of bounds: 2000 to 2099{hint}"))
    }
}

pub fn instant(text: &str) -> Result<DateTime<FixedOffset>, String> {
    match instant::parse(text) {
        Ok(instant) if text.as_bytes().get(10) == Some(&b'T') => plausible(instant.year()).map(|()| instant),
        Err(fault @ InvalidInstant::LeapSecond) => Err(format!("`{}`: {fault}", brief(text))),
        Err(InvalidInstant::Form) if text.parse::<NaiveDateTime>().is_ok() => {
            Err(format!("`{text}` has no offset: write it with one, such as +07:00"))
        }
        _ => Err(format!("`{}` is no ISO 8601 instant such as 2023-10-09T06:00:00+07:00", brief(text))),
    }
}

pub fn date(text: &str) -> Result<NaiveDate, String> {
    let wrong = || format!("`{}` is no ISO 8601 date such as 2023-08-16", brief(text));
    let date = text.parse::<NaiveDate>().ok().filter(|_| text.len() == 10).ok_or_else(wrong)?;
    plausible(date.year()).map(|()| date)
}

/// At most 40 characters of a text that goes into a message.
pub fn brief(text: &str) -> Cow<'_, str> {
    match text.char_indices().nth(40) {
        Some((end, _)) => Cow::Owned(format!("{}…", &text[..end])),
        None => Cow::Borrowed(text),
    }
}

/// `; did you mean …?` when one of `known` is at most two slips away, one for short words.
pub fn did_you_mean<'k>(word: &str, known: impl IntoIterator<Item = &'k str>) -> String {
    let slips = if word.len() < 3 { 0 } else { (word.len() / 2).min(2) };
    let near = known.into_iter().filter(|known| known.len().abs_diff(word.len()) <= slips);
    let nearest = near.map(|known| (distance(word, known), known)).min().filter(|(far, _)| *far <= slips);
    nearest.map_or(String::new(), |(_, name)| format!("; did you mean `{name}`?"))
}

/// Edits of one character between two words.
fn distance(a: &str, b: &str) -> usize {
    let mut row: Vec<usize> = (0..=b.chars().count()).collect();
    for (i, from) in a.chars().enumerate() {
        let mut corner = std::mem::replace(&mut row[0], i + 1);
        for (j, to) in b.chars().enumerate() {
            let cost = if from == to { corner } else { 1 + corner.min(row[j]).min(row[j + 1]) };
            corner = std::mem::replace(&mut row[j + 1], cost);
        }
    }
    row[row.len() - 1]
}
