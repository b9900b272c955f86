//! Comma-separated values, as spreadsheets write and read them (RFC 4180).
//!
//! | Column | Cell | |
//! |---|---|---|
//! | `code` | `T03` | required |
//! | `title` | up to 200 characters on one line | required |
//! | `phase` | `P1` | required |
//! | `lead` | the partner that carries it out | required |
//! | `territory` | the partner on whose territory | required |
//! | `post` | `THA-02` | column or cell may be missing |
//! | `offset` | from H-hour: `-PT288H`, `P1DT2H`, or in short `-12h`, `1d30m` | missing: as soon as possible |
//! | `duration` | as the offset; nothing for a milestone | required |
//! | `predecessors` | `T01; T03FS+2h T04SS-30m`, separated by spaces, semicolons or commas; also `T03SS` | may be missing |
//! | `line_of_effort` | `LOE3` | may be missing |
//! | `group` | up to 200 characters: the tasks of one phase with the same are read together | may be missing |
//! | `constraint` | `MUST_START_ON`; `START_NO_EARLIER_THAN` and `AS_SOON_AS_POSSIBLE` follow from the offset | may be missing |
//! | `finish_no_later_than` | as the offset | may be missing |
//! | `mutual_legal_assistance` | `yes`, `no` | missing: no |
//!
//! Read are: columns in any order, their headers in any case or as a [`Mapping`](crate::Mapping) has them,
//! others passed over; commas, semicolons or tabs between cells, whichever the header's line has most of;
//! UTF-8 with or without a mark at its beginning; lines that end in LF, CRLF or CR; quoted cells. Cells are
//! trimmed, and rows without anything are nothing.
//!
//! Written are: columns in the order above, those from `line_of_effort` on only if a row has one; commas;
//! UTF-8 without a mark; durations in ISO 8601; spaces between predecessors; lines that end in LF, which
//! spreadsheets and the tools of Unix both take.
//!
//! A spreadsheet takes a text that begins with `=`, `+`, `-` or `@` for a formula, and runs it. So a title
//! that begins so, after any number of apostrophes, is written with an apostrophe before it, as one types it
//! into a spreadsheet. Reading takes it off again, so that titles come back exactly as they were. Nothing
//! else is written so: codes begin with letters and digits, and an offset such as `-PT288H`, which runs
//! nothing, stays what other programs expect. A spreadsheet that takes it for a formula all the same has to
//! import that column as text.
//!
//! Lists of what was done are read by the same rules, and never written:
//!
//! | Column | Cell | |
//! |---|---|---|
//! | `task` | `T03` | required |
//! | `what` | `ACKNOWLEDGED`, `STARTED`, `PROGRESS`, `BLOCKED`, `UNBLOCKED` or `COMPLETED`, in any case | required |
//! | `at` | when it happened, with its offset: `2023-10-10T06:00:00+07:00` | required |
//! | `reason` | of `BLOCKED` what is in the way, such as `NO_ACCESS`; of anything else why it is told late | `BLOCKED` needs it |
//! | `percent` | from 0 to 100, with a `%` or without | `PROGRESS` needs it, nothing else has it |
//! | `text` | in words, on one line | may be missing |
//!
//! Lists of what a partner pledges are read by the same rules. Written, they say besides what has come of each, in
//! columns that reading passes over: `partner`, `status`, `allocated`, `disbursed`, `delivered`,
//! `delivery_accepted`.
//!
//! | Column | Cell | |
//! |---|---|---|
//! | `code` | `K2` | required |
//! | `kind` | `BUDGET`, `TRAINING`, `TECHNOLOGY`, `PREMISES`, `PERSONNEL` or `OTHER`, in any case | required |
//! | `title` | up to 200 characters on one line | may be missing |
//! | `in_kind` | `yes`, `no` | missing: yes if there is a quantity or a unit |
//! | `quantity` | from 1 to 1,000,000,000 | in kind required, money has none |
//! | `unit` | `training place` | in kind required, money has none |
//! | `amount` | exact, with a point before decimals: `2000000.00` | money required |
//! | `currency` | its ISO 4217 code: `CNY` | with an amount |

mod guard;
mod pledges;
mod read;
mod records;
mod reports;
mod table;
#[cfg(test)]
pub(crate) mod tests;
mod write;

pub use pledges::{PledgeColumn, PledgeRow, PledgeSheet, read_pledges, write_pledges};
pub use read::{MOST_ROWS, Sheet, read};
pub use records::MOST_BYTES;
pub use reports::{ReportColumn, ReportSheet, read_reports};
pub use write::write;
