//! What a file is read with, and what it says.

use crate::Row;
use chrono::{DateTime, Utc};
use domain::{PartnerCode, PhaseCode, Title, plan::WorkCalendar};

/// What is taken where a file does not say.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Defaults {
    pub lead: Option<PartnerCode>,
    pub territory: Option<PartnerCode>,
    /// Of tasks that are in no summary task.
    pub phase: Option<PhaseCode>,
    /// What offsets are counted from in a file without H-hour; without either, no date can be read.
    pub h_hour: Option<DateTime<Utc>>,
}

/// What a file says, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Project {
    /// What the project is called.
    pub title: Option<Title>,
    /// In the order of the file, each with what it is called.
    pub phases: Vec<(PhaseCode, Title)>,
    pub rows: Vec<Row>,
    /// On which line each row's task begins, counted from 1.
    pub lines: Vec<usize>,
    /// Of partners and posts; `None`: the file does not say. It says that there are none where all were
    /// deleted that it was written with.
    pub calendars: Option<Vec<WorkCalendar>>,
    /// On which line each begins.
    pub calendar_lines: Vec<usize>,
}
