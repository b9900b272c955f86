//! A file as rows.

use super::{
    guard::unguarded,
    records::{Records, empty, is_blank, open, text},
    table::{Cells, Columns, Told, Wanted},
};
use crate::{Column, Faults, Field, Mapping, Row, predecessor};
use ::csv::ByteRecord;
use domain::{
    Span, TaskCode,
    plan::{Dependency, StartConstraint, Terms},
};
use std::{
    collections::{BTreeMap, BTreeSet},
    str::FromStr,
};
use strum::VariantArray as _;

/// Most tasks of a file.
pub const MOST_ROWS: usize = 20_000;

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
    let (bytes, delimiter) = open(bytes)?;
    let mut records = Records::new(bytes, delimiter);
    let mut record = ByteRecord::new();
    let Some(line) = records.next(&mut record) else {
        return Err(empty());
    };
    let mut faults = Faults::default();
    let wanted = Field::ALL.into_iter().map(|field| Wanted {
        field,
        header: mapping.header(field),
        is_required: field.is_required(),
        is_chosen: mapping.is_chosen(field),
    });
    let columns = Columns::of(line, &record, wanted, &mut faults);
    let tasks = Tasks { begin: codes(&columns, Records::new(bytes, delimiter)), others };
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

/// All codes of the file, because a task may wait for one further down.
fn codes(columns: &Columns<Field>, mut records: Records<'_>) -> BTreeMap<TaskCode, usize> {
    let mut codes = BTreeMap::new();
    let Some(index) = columns.of.get(&Field::Code) else { return codes };
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

impl Cells<'_, Field> {
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
