//! A plan's tasks as they were read from a file, whatever its format.

use domain::{PhaseCode, Title, plan::WorkCalendar};
use exchange::csv::Sheet;
use std::collections::BTreeMap;

/// What a file says.
pub struct PlanFile {
    pub sheet: Sheet,
    /// What its phases are called, where it says that.
    pub names: BTreeMap<PhaseCode, Title>,
    /// Those that the draft is to have; `None`: it keeps its own.
    pub calendars: Option<Vec<WorkCalendar>>,
    /// On which line each begins.
    pub calendar_lines: Vec<usize>,
}

impl PlanFile {
    pub fn tasks(&self) -> usize {
        self.sheet.rows.len()
    }

    /// `None`: the draft's stay.
    pub fn calendars(&self) -> Option<usize> {
        self.calendars.as_ref().map(Vec::len)
    }

    /// What would be sent, for people.
    pub fn summary(&self) -> String {
        let tasks = self.tasks();
        let calendars = match self.calendars() {
            None => return format!("{tasks} tasks"),
            Some(0) => "no calendars".to_owned(),
            Some(1) => "1 calendar".to_owned(),
            Some(many) => format!("{many} calendars"),
        };
        format!("{tasks} tasks and {calendars} in place of the draft's")
    }
}
