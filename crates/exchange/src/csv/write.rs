//! Rows as a file.

use super::guard::guarded;
use crate::{Field, Row, predecessor};
use domain::{TaskCode, plan::StartConstraint};
use std::{borrow::Cow, collections::BTreeSet};

/// Reading it gives the same rows, if their codes differ.
pub fn write(rows: &[Row]) -> String {
    let tasks: BTreeSet<&TaskCode> = rows.iter().map(|row| &row.code).collect();
    let said = |field: Field| rows.iter().any(|row| !cell(row, field, &tasks).is_empty());
    let fields: Vec<Field> =
        Field::ALL.into_iter().filter(|field| field.is_customary() || said(*field)).collect();
    let mut file = File::default();
    file.line(fields.iter().map(|field| Cow::Borrowed(field.name())));
    for row in rows {
        file.line(fields.iter().map(|field| cell(row, *field, &tasks)));
    }
    file.text
}

fn cell<'a>(row: &'a Row, field: Field, tasks: &BTreeSet<&TaskCode>) -> Cow<'a, str> {
    let optional = |text: Option<&'a str>| Cow::Borrowed(text.unwrap_or_default());
    match field {
        Field::Code => row.code.as_str().into(),
        Field::Title => guarded(row.title.as_str()),
        Field::Phase => row.phase.as_str().into(),
        Field::Lead => row.lead.as_str().into(),
        Field::Territory => row.territory.as_str().into(),
        Field::Post => optional(row.post.as_ref().map(domain::PostCode::as_str)),
        Field::Offset => row.offset.map(|offset| offset.to_string()).unwrap_or_default().into(),
        Field::Duration => row.duration.to_string().into(),
        Field::Predecessors => {
            let texts =
                row.predecessors.iter().map(|one| predecessor::write(one, |code| tasks.contains(code)));
            texts.collect::<Vec<_>>().join(" ").into()
        }
        Field::LineOfEffort => optional(row.line_of_effort.as_ref().map(domain::Code::as_str)),
        Field::Group => row.terms.group.as_ref().map(|group| guarded(group.as_str())).unwrap_or_default(),
        Field::Constraint => match row.terms.constraint {
            // What the offset says, by being there or not.
            StartConstraint::StartNoEarlierThan | StartConstraint::AsSoonAsPossible => "".into(),
            StartConstraint::MustStartOn => row.terms.constraint.to_string().into(),
        },
        Field::FinishNoLaterThan => {
            row.terms.finish_no_later_than.map(|latest| latest.to_string()).unwrap_or_default().into()
        }
        Field::MutualLegalAssistance => if row.terms.mutual_legal_assistance { "yes" } else { "" }.into(),
    }
}

/// The library writes bytes to anywhere and may fail there; a text cannot.
#[derive(Default)]
pub(super) struct File {
    pub text: String,
}

impl File {
    pub fn line<'a>(&mut self, cells: impl Iterator<Item = Cow<'a, str>>) {
        for (index, cell) in cells.enumerate() {
            if index > 0 {
                self.text.push(',');
            }
            self.cell(&cell);
        }
        self.text.push('\n');
    }

    fn cell(&mut self, cell: &str) {
        if cell.contains([',', '"', ';', '\t', '\n', '\r']) {
            self.text.push('"');
            self.text.push_str(&cell.replace('"', "\"\""));
            self.text.push('"');
        } else {
            self.text.push_str(cell);
        }
    }
}
