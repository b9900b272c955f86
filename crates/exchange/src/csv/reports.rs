//! A list of what was done, as claims.

use super::{
    records::{Records, empty, is_blank, open},
    table::{Cells, Columns, Told, Wanted},
};
use crate::{Column, Faults};
use ::csv::ByteRecord;
use domain::{
    Reported, Title,
    execution::{BlockReason, TaskClaim, TaskClaimKind, TaskReport},
    instant,
};
use std::collections::BTreeMap;

/// Most reports of a file.
const MOST_REPORTS: usize = 1_000;

/// What a list tells, under the header of this name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, strum::Display, strum::VariantArray)]
#[strum(serialize_all = "snake_case")]
pub enum ReportColumn {
    Task,
    What,
    At,
    Reason,
    Percent,
    Text,
}

impl ReportColumn {
    fn is_required(self) -> bool {
        matches!(self, Self::Task | Self::What | Self::At)
    }
}

/// What a list says, and where.
#[derive(Debug, Clone, PartialEq)]
pub struct ReportSheet {
    pub reports: Vec<TaskReport>,
    /// On which line each begins, counted from 1.
    pub lines: Vec<usize>,
    /// Where the file has what; columns that it has not are missing.
    pub columns: BTreeMap<ReportColumn, Column>,
}

/// Reads a list, or tells every fault that it has.
pub fn read_reports(bytes: &[u8]) -> Result<ReportSheet, Faults> {
    use strum::VariantArray as _;
    let (bytes, delimiter) = open(bytes)?;
    let mut records = Records::new(bytes, delimiter);
    let mut record = ByteRecord::new();
    let Some(line) = records.next(&mut record) else { return Err(empty()) };
    let mut faults = Faults::default();
    let headers: Vec<String> = ReportColumn::VARIANTS.iter().map(ToString::to_string).collect();
    let wanted = ReportColumn::VARIANTS.iter().zip(&headers).map(|(column, header)| Wanted {
        field: *column,
        header,
        is_required: column.is_required(),
        is_chosen: false,
    });
    let columns = Columns::of(line, &record, wanted, &mut faults);
    let (mut reports, mut lines, mut number) = (Vec::new(), Vec::new(), 0);
    while let Some(line) = records.next(&mut record) {
        if is_blank(&record) {
            continue;
        }
        number += 1;
        if number > MOST_REPORTS {
            faults.add(line, None, &format!("has more than {MOST_REPORTS} reports: send them in parts"));
            break;
        }
        let mut cells = Cells { columns: &columns, line, record: &record, faults: &mut faults };
        cells.check();
        if let Ok(report) = cells.report() {
            reports.push(report);
            lines.push(line);
        }
    }
    if number == 0 && faults.is_empty() {
        faults.add(line, None, "there are no reports below the header");
    }
    if faults.is_empty() { Ok(ReportSheet { reports, lines, columns: columns.used() }) } else { Err(faults) }
}

impl Cells<'_, ReportColumn> {
    fn report(&mut self) -> Result<TaskReport, Told> {
        let task = self.required(ReportColumn::Task);
        let kind = self.kind();
        let at = self.at();
        let text = self.optional(ReportColumn::Text);
        let Ok(kind) = kind else { return Err(Told) };
        let percent = self.percent(kind);
        let (mut reason, mut late_reason) = (Ok(None), Ok(None));
        if kind == TaskClaimKind::Blocked {
            reason = self.block_reason().map(Some);
        } else {
            late_reason = self.optional::<Title>(ReportColumn::Reason);
        }
        let (task, occurred_at, text, late_reason) = (task?, at?, text?, late_reason?);
        let says = match (kind, percent?, reason?) {
            (TaskClaimKind::Acknowledged, ..) => TaskClaim::Acknowledged,
            (TaskClaimKind::Started, ..) => TaskClaim::Started,
            (TaskClaimKind::Progress, Some(percent), _) => TaskClaim::Progress { percent, text },
            (TaskClaimKind::Blocked, _, Some(reason)) => TaskClaim::Blocked { reason, text },
            (TaskClaimKind::Unblocked, ..) => TaskClaim::Unblocked { text },
            (TaskClaimKind::Completed, ..) => TaskClaim::Completed { outcome: text },
            _ => return Err(Told),
        };
        let late_reason = late_reason.map(|reason| reason.as_str().to_owned());
        Ok(TaskReport { task, says, reported: Some(Reported { occurred_at, late_reason }) })
    }

    fn kind(&mut self) -> Result<TaskClaimKind, Told> {
        let text = self.filled(ReportColumn::What)?;
        match text.to_uppercase().parse() {
            Ok(TaskClaimKind::Issued | TaskClaimKind::Cancelled) => Err(self.fault(
                ReportColumn::What,
                "issuing and cancelling are orders of their own: a list tells what was done",
            )),
            Ok(kind) => Ok(kind),
            Err(_) => Err(self.fault(
                ReportColumn::What,
                "is none of ACKNOWLEDGED, STARTED, PROGRESS, BLOCKED, UNBLOCKED, COMPLETED",
            )),
        }
    }

    fn at(&mut self) -> Result<domain::Instant, Told> {
        let text = self.filled(ReportColumn::At)?;
        instant::parse(text).map_err(|fault| self.fault(ReportColumn::At, &fault.to_string()))
    }

    fn percent(&mut self, kind: TaskClaimKind) -> Result<Option<u32>, Told> {
        let text = self.text(ReportColumn::Percent)?;
        let number = text.strip_suffix('%').unwrap_or(text).trim_end();
        match (kind, text) {
            (TaskClaimKind::Progress, "") => Err(self
                .fault(ReportColumn::Percent, "progress is told in percent: say how far the task has come")),
            (TaskClaimKind::Progress, _) => match number.parse() {
                Ok(percent @ 0..=100) => Ok(Some(percent)),
                _ => Err(self.fault(ReportColumn::Percent, "is not a whole number from 0 to 100")),
            },
            (_, "") => Ok(None),
            _ => Err(self.fault(ReportColumn::Percent, "a percentage is for PROGRESS")),
        }
    }

    fn block_reason(&mut self) -> Result<BlockReason, Told> {
        let text = self.text(ReportColumn::Reason)?;
        text.to_uppercase().parse().map_err(|_| {
            self.fault(
                ReportColumn::Reason,
                "what is in the way is one of NO_ACCESS, WAITING, RESOURCES, WEATHER, LEGAL, OTHER",
            )
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn faults(text: &str) -> Vec<String> {
        read_reports(text.as_bytes()).unwrap_err().listed.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn a_list_of_the_night_is_read_as_claims() {
        let text = "what;Task;at;reason;percent;text;remark\n\
                    started;T16;2023-10-10T06:00:00+07:00;;;;\n\
                    \n\
                    progress;T16;2023-10-10T09:00:00+07:00;No signal;40 %;North gate open;x\n\
                    BLOCKED;T16;2023-10-10T10:00:00+06:30;no_access;;;\n\
                    completed;T16;2023-10-10T18:00:00+07:00;;;Both sites held;\n";
        let ReportSheet { reports, lines, columns } = read_reports(text.as_bytes()).unwrap();
        assert_eq!(lines, [2, 4, 5, 6]);
        assert_eq!(columns[&ReportColumn::Task].number, 2);
        let said: Vec<_> = reports.iter().map(|report| report.says.clone()).collect();
        assert_eq!(
            said,
            [
                TaskClaim::Started,
                TaskClaim::Progress { percent: 40, text: Some("North gate open".parse().unwrap()) },
                TaskClaim::Blocked { reason: BlockReason::NoAccess, text: None },
                TaskClaim::Completed { outcome: Some("Both sites held".parse().unwrap()) },
            ]
        );
        let Reported { occurred_at, late_reason } = reports[1].reported.clone().unwrap();
        assert_eq!(occurred_at.to_rfc3339(), "2023-10-10T09:00:00+07:00");
        assert_eq!(late_reason.as_deref(), Some("No signal"));
        assert_eq!(reports[2].reported.clone().unwrap().late_reason, None);
    }

    #[test]
    fn every_fault_of_a_list_is_told_with_its_line_and_column() {
        assert_eq!(faults("task,at\nT16,x\n")[0], "line 1: there is no column `what`");
        assert_eq!(faults("task,what,at\n"), ["line 1: there are no reports below the header"]);
        let text = "task,what,at,reason,percent\n\
                    ,started,2023-10-10T06:00:00+07:00,,\n\
                    T16,issued,2023-10-10T06:00:00+07:00,,\n\
                    T16,begun,2023-10-10,,\n\
                    T16,progress,2023-10-10T06:00:00+07:00,,101\n\
                    T16,progress,2023-10-10T06:00:00+07:00,,\n\
                    T16,blocked,2023-10-10T06:00:00+07:00,rain,\n\
                    T16,started,2023-10-10T06:00:00+07:00,,5\n";
        assert_eq!(
            faults(text),
            [
                "line 2, column 1 (task): must not be empty",
                "line 3, column 2 (what): issuing and cancelling are orders of their own: a list tells what was done",
                "line 4, column 2 (what): is none of ACKNOWLEDGED, STARTED, PROGRESS, BLOCKED, UNBLOCKED, COMPLETED",
                "line 4, column 3 (at): an instant of the years 1 to 9999 with its offset, such as \
                 2023-10-10T06:00:00+07:00, is asked for",
                "line 5, column 5 (percent): is not a whole number from 0 to 100",
                "line 6, column 5 (percent): progress is told in percent: say how far the task has come",
                "line 7, column 4 (reason): what is in the way is one of NO_ACCESS, WAITING, RESOURCES, WEATHER, LEGAL, OTHER",
                "line 8, column 5 (percent): a percentage is for PROGRESS",
            ]
        );
    }
}
