//! Columns by their headers, and the cells under them.

use super::{guard::unguarded, records::text};
use crate::{Column, Faults};
use ::csv::ByteRecord;
use std::{collections::BTreeMap, fmt::Display, str::FromStr};

/// A column that is looked for.
pub(super) struct Wanted<'a, F> {
    pub field: F,
    pub header: &'a str,
    /// Whether it must be there.
    pub is_required: bool,
    /// Whether the caller chose the header, so that it must be there as well.
    pub is_chosen: bool,
}

/// Where the file has what.
pub(super) struct Columns<F> {
    headers: Vec<String>,
    pub of: BTreeMap<F, usize>,
}

impl<F: Copy + Ord + Display> Columns<F> {
    pub fn of<'a>(
        line: usize,
        record: &ByteRecord,
        wanted: impl IntoIterator<Item = Wanted<'a, F>>,
        faults: &mut Faults,
    ) -> Self {
        let mut headers = Vec::with_capacity(record.len());
        for (index, cell) in record.iter().enumerate() {
            if text(cell).is_none() {
                faults.add(line, Some(Column::new(index, "")), "is not UTF-8");
            }
            headers.push(text(cell).unwrap_or_default().to_owned());
        }
        let mut columns = Self { headers, of: BTreeMap::new() };
        let folded: Vec<String> = columns.headers.iter().map(|header| header.to_lowercase()).collect();
        for Wanted { field, header, is_required, is_chosen } in wanted {
            let folded_wanted = header.to_lowercase();
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
                (None, _) if is_chosen => {
                    faults.add(
                        line,
                        None,
                        &format!("there is no column `{header}`, which is to be the {field}"),
                    );
                }
                (None, _) if is_required => {
                    faults.add(line, None, &format!("there is no column `{header}`"));
                }
                (None, _) => {}
            }
        }
        columns
    }

    pub fn column(&self, index: usize) -> Column {
        Column::new(index, self.headers.get(index).map_or("", String::as_str))
    }

    pub fn used(&self) -> BTreeMap<F, Column> {
        self.of.iter().map(|(field, index)| (*field, self.column(*index))).collect()
    }
}

/// What is wrong was told already, here or where the header was read.
pub(super) struct Told;

/// A record while it is read.
pub(super) struct Cells<'a, F> {
    pub columns: &'a Columns<F>,
    pub line: usize,
    pub record: &'a ByteRecord,
    pub faults: &'a mut Faults,
}

impl<'a, F: Copy + Ord + Display> Cells<'a, F> {
    /// Of cells as such, also of those that nothing is read from.
    pub fn check(&mut self) {
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

    pub fn fault(&mut self, field: F, message: &str) -> Told {
        let column = self.columns.of.get(&field).map(|index| self.columns.column(*index));
        self.faults.add(self.line, column, message);
        Told
    }

    /// Nothing where there is no such column or cell.
    pub fn text(&mut self, field: F) -> Result<&'a str, Told> {
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

    pub fn parse<T: FromStr<Err: Display>>(&mut self, field: F, text: &str) -> Result<T, Told> {
        text.parse().map_err(|error| self.fault(field, &format!("{error}")))
    }

    pub fn required<T: FromStr<Err: Display>>(&mut self, field: F) -> Result<T, Told> {
        let text = self.filled(field)?;
        self.parse(field, text)
    }

    /// A text that must be there.
    pub fn filled(&mut self, field: F) -> Result<&'a str, Told> {
        if !self.columns.of.contains_key(&field) {
            return Err(Told);
        }
        match self.text(field)? {
            "" => Err(self.fault(field, "must not be empty")),
            text => Ok(text),
        }
    }

    pub fn optional<T: FromStr<Err: Display>>(&mut self, field: F) -> Result<Option<T>, Told> {
        match self.text(field)? {
            "" => Ok(None),
            text => self.parse(field, text).map(Some),
        }
    }
}
