//! A file as rows.

use super::guard::unguarded;
use crate::{Column, Faults, Field, Mapping, Row, predecessor};
use ::csv::{ByteRecord, Reader, ReaderBuilder};
use domain::{
    Span, TaskCode,
    plan::{Dependency, StartConstraint, Terms},
};
use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Display,
    str::{self, FromStr},
};
use strum::VariantArray as _;

/// Largest file, in bytes.
pub const MOST_BYTES: usize = 8 * 1024 * 1024;

/// Most tasks of a file.
pub const MOST_ROWS: usize = 20_000;

const DELIMITERS: [u8; 3] = [b',', b';', b'\t'];

/// What a file says, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sheet {
    pub rows: Vec<Row>,
    /// On which line each row begins, counted from 1.
    pub lines: Vec<usize>,
    /// Where the file has what; fields that it does not tell are missing.
    pub columns: BTreeMap<Field, Column>,
}

/// Reads a file, or tells every fault that it has.
///
/// With the codes of the tasks that there are besides, whatever waits for another is a fault; without, that
/// is left to whoever knows them.
pub fn read(bytes: &[u8], mapping: &Mapping, others: Option<&BTreeSet<TaskCode>>) -> Result<Sheet, Faults> {
    if bytes.len() > MOST_BYTES {
        return Err(Faults::one(1, &format!("is larger than {} MiB", MOST_BYTES / 1024 / 1024)));
    }
    let bytes = unmarked(bytes)?;
    let delimiter = delimiter(bytes);
    if let Some(line) = unclosed_quote(bytes, delimiter) {
        return Err(Faults::one(line, "a quote that begins here is not closed"));
    }
    let mut records = Records::new(bytes, delimiter);
    let mut record = ByteRecord::new();
    let Some(line) = records.next(&mut record) else {
        return Err(Faults::one(1, "is empty: the first line names the columns"));
    };
    let mut faults = Faults::default();
    let columns = Columns::of(line, &record, mapping, &mut faults);
    let tasks = Tasks { begin: columns.codes(Records::new(bytes, delimiter)), others };
    let (mut rows, mut lines) = (Vec::new(), Vec::new());
    let mut number = 0;
    while let Some(line) = records.next(&mut record) {
        if is_blank(&record) {
            continue;
        }
        number += 1;
        if number > MOST_ROWS {
            faults.add(line, None, &format!("has more than {MOST_ROWS} tasks"));
            break;
        }
        let mut cells = Cells { columns: &columns, line, record: &record, faults: &mut faults };
        cells.check();
        if let Ok(row) = cells.row(&tasks) {
            rows.push(row);
            lines.push(line);
        }
    }
    if faults.is_empty() { Ok(Sheet { rows, lines, columns: columns.used() }) } else { Err(faults) }
}

/// Without the mark that some programs put at the beginning of UTF-8.
fn unmarked(mut bytes: &[u8]) -> Result<&[u8], Faults> {
    if bytes.starts_with(&[0xff, 0xfe]) || bytes.starts_with(&[0xfe, 0xff]) {
        return Err(Faults::one(1, "is not UTF-8 but UTF-16: save it as CSV in UTF-8"));
    }
    // The library takes one off as well, and lines are counted from what it is given.
    while let Some(rest) = bytes.strip_prefix(b"\xef\xbb\xbf") {
        bytes = rest;
    }
    Ok(bytes)
}

/// The one that the header's line has most of.
fn delimiter(bytes: &[u8]) -> u8 {
    let mut counts = [0_usize; DELIMITERS.len()];
    let mut quoted = false;
    for byte in bytes.iter().copied().skip_while(|byte| matches!(byte, b'\r' | b'\n')) {
        match byte {
            b'"' => quoted = !quoted,
            b'\r' | b'\n' if !quoted => break,
            _ if quoted => {}
            _ => {
                if let Some(index) = DELIMITERS.iter().position(|delimiter| *delimiter == byte) {
                    counts[index] += 1;
                }
            }
        }
    }
    let mut best = 0;
    for index in 1..counts.len() {
        if counts[index] > counts[best] {
            best = index;
        }
    }
    DELIMITERS[best]
}

/// Line of the quote that runs to the end of the file, taking all rows in between with it.
fn unclosed_quote(bytes: &[u8], delimiter: u8) -> Option<usize> {
    enum At {
        Begin,
        Plain,
        Quoted,
        /// After a quote within quotes: the end of them, or one half of a quote that is meant.
        Quote,
    }
    let (mut at, mut lines, mut opened) = (At::Begin, Lines::default(), 1);
    for (index, byte) in bytes.iter().copied().enumerate() {
        at = match (at, byte) {
            (At::Begin, b'"') => {
                opened = lines.at(bytes, index);
                At::Quoted
            }
            (At::Quoted, b'"') => At::Quote,
            (At::Quoted, _) | (At::Quote, b'"') => At::Quoted,
            (_, b'\r' | b'\n') => At::Begin,
            (_, byte) if byte == delimiter => At::Begin,
            _ => At::Plain,
        };
    }
    matches!(at, At::Quoted).then_some(opened)
}

/// Counts lines on the way through a file, whatever they end in.
#[derive(Default)]
struct Lines {
    seen: usize,
    ends: usize,
}

impl Lines {
    /// The line of a byte behind those asked for before.
    fn at(&mut self, bytes: &[u8], index: usize) -> usize {
        for at in self.seen..index {
            let ends = match bytes[at] {
                b'\n' => true,
                b'\r' => bytes.get(at + 1) != Some(&b'\n'),
                _ => false,
            };
            self.ends += usize::from(ends);
        }
        self.seen = self.seen.max(index);
        self.ends + 1
    }
}

/// The records of a file with their lines.
struct Records<'a> {
    reader: Reader<&'a [u8]>,
    bytes: &'a [u8],
    lines: Lines,
}

impl<'a> Records<'a> {
    fn new(bytes: &'a [u8], delimiter: u8) -> Self {
        let reader =
            ReaderBuilder::new().delimiter(delimiter).has_headers(false).flexible(true).from_reader(bytes);
        Self { reader, bytes, lines: Lines::default() }
    }

    /// The line on which the next record begins.
    fn next(&mut self, record: &mut ByteRecord) -> Option<usize> {
        // Reading a slice does not fail, and records may differ in length.
        if !self.reader.read_byte_record(record).unwrap_or(false) {
            return None;
        }
        let begin = record.position().map_or(0, |position| usize::try_from(position.byte()).unwrap_or(0));
        // Empty lines before it are no records, and yet where the library says that it begins.
        let rest = self.bytes.get(begin..).unwrap_or_default();
        let empty = rest.iter().take_while(|byte| matches!(byte, b'\r' | b'\n')).count();
        Some(self.lines.at(self.bytes, begin + empty))
    }
}

fn is_blank(record: &ByteRecord) -> bool {
    record.iter().all(|cell| cell.trim_ascii().is_empty())
}

fn text(cell: &[u8]) -> Option<&str> {
    str::from_utf8(cell).ok().map(str::trim)
}

/// Which tasks a dependency may name.
struct Tasks<'a> {
    /// Those of the file, with the line of the first of each code.
    begin: BTreeMap<TaskCode, usize>,
    others: Option<&'a BTreeSet<TaskCode>>,
}

impl Tasks<'_> {
    fn has(&self, code: &TaskCode) -> bool {
        self.begin.contains_key(code) || self.others.is_some_and(|others| others.contains(code))
    }

    /// Not if nobody told which tasks there are besides.
    fn lacks(&self, code: &TaskCode) -> bool {
        self.others.is_some() && !self.has(code)
    }
}

/// Where the file has what.
struct Columns {
    headers: Vec<String>,
    of: BTreeMap<Field, usize>,
}

impl Columns {
    fn of(line: usize, record: &ByteRecord, mapping: &Mapping, faults: &mut Faults) -> Self {
        let mut headers = Vec::with_capacity(record.len());
        for (index, cell) in record.iter().enumerate() {
            if text(cell).is_none() {
                faults.add(line, Some(Column::new(index, "")), "is not UTF-8");
            }
            headers.push(text(cell).unwrap_or_default().to_owned());
        }
        let mut columns = Self { headers, of: BTreeMap::new() };
        let folded: Vec<String> = columns.headers.iter().map(|header| header.to_lowercase()).collect();
        for field in Field::ALL {
            let wanted = mapping.header(field);
            let folded_wanted = wanted.to_lowercase();
            let mut found = (0..folded.len()).filter(|index| folded[*index] == folded_wanted);
            match (found.next(), found.next()) {
                (Some(first), None) => {
                    columns.of.insert(field, first);
                }
                (Some(first), Some(second)) => {
                    // Its cells are not looked at: which are meant is not known.
                    let message = format!("the column is there twice, first as column {}", first + 1);
                    faults.add(line, Some(columns.column(second)), &message);
                }
                (None, _) if mapping.is_chosen(field) => {
                    faults.add(
                        line,
                        None,
                        &format!("there is no column `{wanted}`, which is to be the {field}"),
                    );
                }
                (None, _) if field.is_required() => {
                    faults.add(line, None, &format!("there is no column `{wanted}`"));
                }
                (None, _) => {}
            }
        }
        columns
    }

    fn column(&self, index: usize) -> Column {
        Column::new(index, self.headers.get(index).map_or("", String::as_str))
    }

    fn used(&self) -> BTreeMap<Field, Column> {
        self.of.iter().map(|(field, index)| (*field, self.column(*index))).collect()
    }

    /// All codes of the file, because a task may wait for one further down.
    fn codes(&self, mut records: Records<'_>) -> BTreeMap<TaskCode, usize> {
        let mut codes = BTreeMap::new();
        let Some(index) = self.of.get(&Field::Code) else { return codes };
        let mut record = ByteRecord::new();
        records.next(&mut record);
        while codes.len() <= MOST_ROWS
            && let Some(line) = records.next(&mut record)
        {
            let code = record.get(*index).and_then(text).and_then(|code| unguarded(code).parse().ok());
            if let Some(code) = code {
                codes.entry(code).or_insert(line);
            }
        }
        codes
    }
}

/// What is wrong was told already, here or where the header was read.
struct Told;

/// A record while it is read.
struct Cells<'a> {
    columns: &'a Columns,
    line: usize,
    record: &'a ByteRecord,
    faults: &'a mut Faults,
}

impl<'a> Cells<'a> {
    /// Of cells as such, also of those that nothing is read from.
    fn check(&mut self) {
        let known = self.columns.headers.len();
        for (index, cell) in self.record.iter().enumerate() {
            if text(cell).is_none() {
                self.faults.add(self.line, Some(self.columns.column(index)), "is not UTF-8");
            }
        }
        let beyond = self.record.iter().enumerate().skip(known);
        let mut beyond = beyond.filter(|(_, cell)| !cell.trim_ascii().is_empty());
        if let Some((index, _)) = beyond.next() {
            let message = format!("the line has {} cells, and the header {known}", self.record.len());
            self.faults.add(self.line, Some(self.columns.column(index)), &message);
        }
    }

    fn row(&mut self, tasks: &Tasks<'_>) -> Result<Row, Told> {
        let code = self.code(tasks);
        let title = self.required(Field::Title);
        let phase = self.required(Field::Phase);
        let line_of_effort = self.optional(Field::LineOfEffort);
        let lead = self.required(Field::Lead);
        let territory = self.required(Field::Territory);
        let post = self.optional(Field::Post);
        let offset = self.optional(Field::Offset);
        let duration = self.duration();
        let predecessors = self.predecessors(tasks);
        let terms = self.terms();
        Ok(Row {
            code: code?,
            title: title?,
            phase: phase?,
            line_of_effort: line_of_effort?,
            lead: lead?,
            territory: territory?,
            post: post?,
            offset: offset?.map(|Signed(offset)| offset),
            duration: duration?,
            predecessors: predecessors?,
            terms: terms?,
        })
    }

    fn fault(&mut self, field: Field, message: &str) -> Told {
        let column = self.columns.of.get(&field).map(|index| self.columns.column(*index));
        self.faults.add(self.line, column, message);
        Told
    }

    /// Nothing where there is no such column or cell.
    fn text(&mut self, field: Field) -> Result<&'a str, Told> {
        let Some(index) = self.columns.of.get(&field) else { return Ok("") };
        let cell = self.record.get(*index).unwrap_or_default();
        // What is not UTF-8 is told for every cell.
        let text = text(cell).ok_or(Told)?;
        if text.contains(['\n', '\r']) {
            return Err(self
                .fault(field, "goes over several lines; perhaps a quote is not closed where it should be"));
        }
        Ok(unguarded(text))
    }

    fn parse<T: FromStr<Err: Display>>(&mut self, field: Field, text: &str) -> Result<T, Told> {
        text.parse().map_err(|error| self.fault(field, &format!("{error}")))
    }

    fn required<T: FromStr<Err: Display>>(&mut self, field: Field) -> Result<T, Told> {
        if !self.columns.of.contains_key(&field) {
            return Err(Told);
        }
        match self.text(field)? {
            "" => Err(self.fault(field, "must not be empty")),
            text => self.parse(field, text),
        }
    }

    fn optional<T: FromStr<Err: Display>>(&mut self, field: Field) -> Result<Option<T>, Told> {
        match self.text(field)? {
            "" => Ok(None),
            text => self.parse(field, text).map(Some),
        }
    }

    fn code(&mut self, tasks: &Tasks<'_>) -> Result<TaskCode, Told> {
        let code = self.required(Field::Code)?;
        match tasks.begin.get(&code) {
            Some(first) if *first != self.line => {
                Err(self.fault(Field::Code, &format!("{code} is on line {first} already")))
            }
            _ => Ok(code),
        }
    }

    fn duration(&mut self) -> Result<Span, Told> {
        let Signed(duration) = self.required(Field::Duration)?;
        if duration >= Span::ZERO {
            Ok(duration)
        } else {
            Err(self.fault(Field::Duration, "a task takes no less than nothing, as a milestone does"))
        }
    }

    fn terms(&mut self) -> Result<Terms, Told> {
        let group = self.optional(Field::Group);
        let constraint = self.constraint();
        let latest = self.optional(Field::FinishNoLaterThan);
        let assistance = match self.text(Field::MutualLegalAssistance)?.to_lowercase().as_str() {
            "" | "no" | "false" => Ok(false),
            "yes" | "true" | "x" => Ok(true),
            _ => Err(self.fault(Field::MutualLegalAssistance, "write yes or no")),
        };
        Ok(Terms {
            group: group?,
            constraint: constraint?,
            finish_no_later_than: latest?.map(|Signed(latest)| latest),
            mutual_legal_assistance: assistance?,
        })
    }

    /// Without one, the offset tells it by being there or not.
    fn constraint(&mut self) -> Result<StartConstraint, Told> {
        let open = self.text(Field::Offset)?.is_empty();
        let text = self.text(Field::Constraint)?.to_uppercase();
        match (text.as_str(), text.parse()) {
            ("", _) if open => Ok(StartConstraint::AsSoonAsPossible),
            ("", _) => Ok(StartConstraint::StartNoEarlierThan),
            (_, Ok(StartConstraint::AsSoonAsPossible)) if !open => Err(self
                .fault(Field::Constraint, "what starts as soon as possible has no offset: leave that empty")),
            (_, Ok(StartConstraint::StartNoEarlierThan | StartConstraint::MustStartOn)) if open => {
                Err(self.fault(Field::Constraint, "needs an offset"))
            }
            (_, Ok(constraint)) => Ok(constraint),
            (_, Err(_)) => {
                let names: Vec<_> = StartConstraint::VARIANTS.iter().map(ToString::to_string).collect();
                Err(self.fault(Field::Constraint, &format!("is none of {}", names.join(", "))))
            }
        }
    }

    fn predecessors(&mut self, tasks: &Tasks<'_>) -> Result<BTreeSet<Dependency>, Told> {
        let cell = self.text(Field::Predecessors)?;
        let mut told = Ok(());
        let all = predecessor::read_all(
            cell,
            |code| tasks.has(code),
            |message| told = Err(self.fault(Field::Predecessors, &message)),
        );
        for Dependency { predecessor, .. } in &all {
            if tasks.lacks(predecessor) {
                told = Err(self.fault(Field::Predecessors, &format!("there is no task {predecessor}")));
            }
        }
        told.map(|()| all)
    }
}

/// In ISO 8601, or in short with or without a sign.
struct Signed(Span);

#[derive(Debug, thiserror::Error)]
#[error("`{0}` is no duration: write PT2H, -PT288H or P1DT2H, or in short 2h, -12h or 1d30m")]
struct NoDuration(String);

impl FromStr for Signed {
    type Err = NoDuration;

    fn from_str(text: &str) -> Result<Self, NoDuration> {
        if let Ok(span) = text.parse() {
            return Ok(Self(span));
        }
        let negative = text.strip_prefix('-');
        let short = negative.or_else(|| text.strip_prefix('+')).unwrap_or(text);
        match Span::from_short(short) {
            Ok(span) if negative.is_some() => Ok(Self(Span::ZERO - span)),
            Ok(span) => Ok(Self(span)),
            Err(_) => Err(NoDuration(text.chars().take(40).collect())),
        }
    }
}
