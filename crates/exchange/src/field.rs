//! What files tell of a task, and under which headers.

use std::{collections::BTreeMap, fmt, str::FromStr};

/// One thing that a file tells of a task.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Field {
    Code,
    Title,
    Phase,
    Lead,
    Territory,
    Post,
    Offset,
    Duration,
    Predecessors,
    LineOfEffort,
    Group,
    Constraint,
    FinishNoLaterThan,
    MutualLegalAssistance,
}

impl Field {
    /// All of them, in the order in which they are written.
    pub const ALL: [Self; 14] = [
        Self::Code,
        Self::Title,
        Self::Phase,
        Self::Lead,
        Self::Territory,
        Self::Post,
        Self::Offset,
        Self::Duration,
        Self::Predecessors,
        Self::LineOfEffort,
        Self::Group,
        Self::Constraint,
        Self::FinishNoLaterThan,
        Self::MutualLegalAssistance,
    ];

    /// Its header, unless a [`Mapping`] says otherwise.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Code => "code",
            Self::Title => "title",
            Self::Phase => "phase",
            Self::Lead => "lead",
            Self::Territory => "territory",
            Self::Post => "post",
            Self::Offset => "offset",
            Self::Duration => "duration",
            Self::Predecessors => "predecessors",
            Self::LineOfEffort => "line_of_effort",
            Self::Group => "group",
            Self::Constraint => "constraint",
            Self::FinishNoLaterThan => "finish_no_later_than",
            Self::MutualLegalAssistance => "mutual_legal_assistance",
        }
    }

    /// Whether a file that is written has its column whatever its rows say.
    pub(crate) const fn is_customary(self) -> bool {
        self.is_required() || matches!(self, Self::Post | Self::Offset | Self::Predecessors)
    }

    /// Whether every task has it, so that column and cell must be there.
    pub const fn is_required(self) -> bool {
        match self {
            Self::Code | Self::Title | Self::Phase | Self::Lead | Self::Territory | Self::Duration => true,
            Self::Post
            | Self::Offset
            | Self::Predecessors
            | Self::LineOfEffort
            | Self::Group
            | Self::Constraint
            | Self::FinishNoLaterThan
            | Self::MutualLegalAssistance => false,
        }
    }
}

impl fmt::Display for Field {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// Why headers cannot be given to fields so.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum InvalidMapping {
    #[error("write FIELD=HEADER, such as title=\"Task Name\"")]
    NotAPair,
    #[error("`{0}` is no field; there are {fields}", fields = Field::ALL.map(Field::name).join(", "))]
    UnknownField(String),
    #[error("`{0}` is given two headers")]
    Twice(Field),
}

/// Headers of a file that calls its columns otherwise.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Mapping(BTreeMap<Field, String>);

impl Mapping {
    /// Fails with [`InvalidMapping::Twice`] when a field has two headers. Two fields may well share one.
    pub fn new(pairs: impl IntoIterator<Item = (Field, String)>) -> Result<Self, InvalidMapping> {
        let mut headers = BTreeMap::new();
        for (field, header) in pairs {
            if headers.insert(field, header).is_some() {
                return Err(InvalidMapping::Twice(field));
            }
        }
        Ok(Self(headers))
    }

    /// Reads `FIELD=HEADER`; quotes around the header are none of it.
    pub fn pair(text: &str) -> Result<(Field, String), InvalidMapping> {
        let (field, header) = text.split_once('=').ok_or(InvalidMapping::NotAPair)?;
        let header = header.trim();
        let inside = header.strip_prefix('"').and_then(|header| header.strip_suffix('"'));
        let header = inside.unwrap_or(header).trim();
        if header.is_empty() {
            Err(InvalidMapping::NotAPair)
        } else {
            Ok((field.parse()?, header.to_owned()))
        }
    }

    /// Whether the caller chose its header.
    pub(crate) fn is_chosen(&self, field: Field) -> bool {
        self.0.contains_key(&field)
    }

    pub(crate) fn header(&self, field: Field) -> &str {
        self.0.get(&field).map_or(field.name(), String::as_str)
    }
}

impl FromStr for Field {
    type Err = InvalidMapping;

    fn from_str(text: &str) -> Result<Self, InvalidMapping> {
        let text = text.trim();
        let found = Self::ALL.into_iter().find(|field| field.name().eq_ignore_ascii_case(text));
        found.ok_or_else(|| InvalidMapping::UnknownField(text.chars().take(40).collect()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_header_is_given_to_a_field() {
        let pair = |text| Mapping::pair(text).unwrap();
        assert_eq!(pair("title=Task Name"), (Field::Title, "Task Name".to_owned()));
        assert_eq!(pair("Line_Of_Effort=\"a = b\""), (Field::LineOfEffort, "a = b".to_owned()));
        assert_eq!(Mapping::pair("title"), Err(InvalidMapping::NotAPair));
        assert_eq!(Mapping::pair("title=\"\""), Err(InvalidMapping::NotAPair));
        assert_eq!(
            Mapping::pair("name=Task").unwrap_err().to_string(),
            "`name` is no field; there are code, title, phase, lead, territory, post, offset, duration, \
             predecessors, line_of_effort, group, constraint, finish_no_later_than, mutual_legal_assistance"
        );
        let both = [pair("lead=Owner"), pair("territory=Owner")];
        assert!(Mapping::new(both).is_ok());
        let twice = [pair("lead=Owner"), pair("lead=Partner")];
        assert_eq!(Mapping::new(twice), Err(InvalidMapping::Twice(Field::Lead)));
    }
}
