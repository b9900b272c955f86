//! A SITREP to read, print and keep: as text, as one file of HTML, and as PDF.
//!
//! All forms show the same sections, in one order. The figures are those that were counted when it was issued.

#[cfg(test)]
mod tests;

use crate::{
    chart::utc,
    page::{
        Block, Cell, Page, columns,
        pdf::{Fonts, PdfError},
        section,
    },
};
use chrono::{DateTime, Utc};
use domain::{OperationCode, Position, TimeZone};
use serde::Deserialize;

/// A SITREP of an operation. What is read as JSON has the names of the API.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sitrep {
    pub operation: OperationCode,
    /// Of the operation.
    pub title: String,
    /// Classification, handling and releasability, as one line.
    pub marking: String,
    /// At which it is shown.
    pub position: Position,
    /// When that was recorded.
    pub recorded_at: DateTime<Utc>,
    /// Of the times that are shown beside those in UTC.
    pub zone: Option<TimeZone>,
    pub report: Report,
}

/// What was issued.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Report {
    /// Such as `SITREP-03`, or `SITREP-03-C1` for a correction.
    pub code: String,
    /// `None`: the period begins with the operation.
    pub from: Option<DateTime<Utc>>,
    pub until: DateTime<Utc>,
    pub issued_at: DateTime<Utc>,
    /// `None` when its reader may not see that.
    pub post: Option<Coded>,
    pub remarks: Option<String>,
    pub r#final: bool,
    pub figures: Figures,
    pub corrects: Option<Coded>,
    /// Why it puts that right.
    pub reason: Option<String>,
    pub differences: Vec<Difference>,
    pub corrected_by: Option<Coded>,
}

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Coded {
    pub code: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Figures {
    pub tasks: Tasks,
    /// Codes of tasks.
    pub started: Vec<String>,
    /// Codes of tasks.
    pub ended: Vec<String>,
    pub incidents: Vec<Incidents>,
    pub requests: Requests,
    pub clocks: Clocks,
    pub contributions: Contributions,
    pub persons: Vec<Persons>,
    pub conflicts: u32,
    pub next: Upcoming,
}

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Tasks {
    pub planned: u32,
    pub issued: u32,
    pub in_progress: u32,
    pub blocked: u32,
    pub completed: u32,
    pub cancelled: u32,
}

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Incidents {
    /// `None`: those that had none.
    pub priority: Option<String>,
    pub open: u32,
    pub contained: u32,
    pub closed: u32,
}

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Requests {
    pub open: u32,
    pub answered_on_time: u32,
    pub answered_late: u32,
    pub withdrawn: u32,
}

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Clocks {
    pub open: u32,
    pub met: u32,
    pub breached: u32,
}

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Contributions {
    pub pledged: u32,
    pub accepted: u32,
    pub accepted_money: Vec<Money>,
}

/// The persons that one partner assists.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Persons {
    /// Code of the partner that counts.
    pub authority: String,
    pub counts: Vec<PersonsCount>,
}

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct PersonsCount {
    /// Such as `NOT_PRESUMED`.
    pub figure: String,
    /// `None`: of all.
    pub nationality: Option<String>,
    pub count: u32,
}

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Money {
    /// With all decimals of the currency.
    pub amount: String,
    pub currency: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Upcoming {
    /// Codes of tasks.
    pub starts: Vec<String>,
    /// Codes of tasks.
    pub finishes: Vec<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Difference {
    /// Such as `incidents.P1.open`.
    pub figure: String,
    pub was: Option<String>,
    pub is: Option<String>,
}

impl Sitrep {
    /// One file of HTML in UTF-8, in English but for what its author wrote.
    pub fn html(&self) -> String {
        self.page().html()
    }

    /// Fails with [`PdfError::MissingLetters`] rather than leave any out.
    pub fn pdf(&self, fonts: &Fonts) -> Result<Vec<u8>, PdfError> {
        self.page().pdf(fonts)
    }

    /// Lines for a terminal.
    pub fn text(&self) -> String {
        self.page().text()
    }

    fn page(&self) -> Page {
        let Self { operation, title, marking, position, recorded_at, zone: _, report } = self;
        let stamp = report.corrected_by.as_ref().map(|by| format!("CORRECTED: {} puts it right", by.code));
        Page {
            name: format!("{}: {title} ({operation})", report.code),
            marking: marking.clone(),
            source: format!("{}, {operation}, as of position {position}", report.code),
            stamp,
            facts: self.facts(),
            recorded_at: *recorded_at,
            sections: report.sections(),
            has_contents: false,
            ident: format!("{operation} {} {position}", report.code),
        }
    }

    /// `2023-10-12 05:00 UTC, 2023-10-12 12:00 +07:00 (Asia/Bangkok)`.
    fn time(&self, at: DateTime<Utc>) -> String {
        match &self.zone {
            None => format!("{} UTC", utc(at)),
            Some(zone) => {
                format!("{} UTC, {} ({zone})", utc(at), zone.local(at).format("%Y-%m-%d %H:%M %:z"))
            }
        }
    }

    fn facts(&self) -> Vec<(&'static str, String)> {
        let Report { from, until, issued_at, post, r#final, corrects, reason, .. } = &self.report;
        let from = from.map_or_else(|| "the operation began".to_owned(), |from| self.time(from));
        let mut facts = vec![("From", from), ("Until", self.time(*until)), ("Issued", self.time(*issued_at))];
        facts.extend(post.as_ref().map(|post| ("By", post.code.clone())));
        facts.extend(corrects.as_ref().map(|wrong| ("Corrects", wrong.code.clone())));
        facts.extend(reason.as_ref().map(|reason| ("Because", reason.clone())));
        facts.extend(r#final.then(|| ("Final", "none follows it".to_owned())));
        let (position, recorded) = (self.position, utc(self.recorded_at));
        facts.push(("As of", format!("position {position} of the log, recorded {recorded} UTC")));
        facts
    }
}

impl Report {
    /// All of it: a new figure is not forgotten here, because they are taken apart.
    fn sections(&self) -> Vec<crate::page::Section> {
        let Figures {
            tasks,
            started,
            ended,
            incidents,
            requests,
            clocks,
            contributions,
            persons,
            conflicts,
            next,
        } = &self.figures;
        let mut sections = Vec::new();
        if let Some(remarks) = &self.remarks {
            let lines = remarks.lines().map(str::to_owned).collect();
            sections.push(section("Remarks", vec![Block::Lines { lines }]));
        }
        if self.corrects.is_some() {
            sections.push(section("What differs", self.differing()));
        }
        let Tasks { planned, issued, in_progress, blocked, completed, cancelled } = tasks;
        let mut of_tasks = counts([
            ("Planned", planned),
            ("Issued", issued),
            ("In progress", in_progress),
            ("Blocked", blocked),
            ("Completed", completed),
            ("Cancelled", cancelled),
        ]);
        let lines = vec![codes("Started in the period", started), codes("Ended in the period", ended)];
        of_tasks.push(Block::Lines { lines });
        sections.push(section("Tasks", of_tasks));
        sections.push(section("Incidents", incidents_table(incidents)));
        let Requests { open, answered_on_time, answered_late, withdrawn } = requests;
        let of_requests = counts([
            ("Open", open),
            ("Answered on time", answered_on_time),
            ("Answered late", answered_late),
            ("Withdrawn", withdrawn),
        ]);
        sections.push(section("Requests", of_requests));
        let Clocks { open, met, breached } = clocks;
        sections
            .push(section("Time limits", counts([("Running", open), ("Kept", met), ("Breached", breached)])));
        let Contributions { pledged, accepted, accepted_money } = contributions;
        let mut given = counts([("Pledged, not accepted", pledged), ("Accepted", accepted)]);
        let money: Vec<_> =
            accepted_money.iter().map(|Money { amount, currency }| format!("{amount} {currency}")).collect();
        given.push(Block::Lines { lines: vec![codes("Money accepted", &money)] });
        sections.push(section("Contributions", given));
        sections.push(section("Persons assisted", persons_table(persons)));
        sections.push(section("Conflicts", counts([("Of what is carried out", conflicts)])));
        let lines = vec![codes("To start", &next.starts), codes("To be done", &next.finishes)];
        sections.push(section("The next 24 hours", vec![Block::Lines { lines }]));
        let text = "What is released to fewer than all readers of this report is in none of its figures.";
        sections.push(section("What is not counted", vec![Block::Note { text: text.to_owned() }]));
        sections
    }

    fn differing(&self) -> Vec<Block> {
        if self.differences.is_empty() {
            return vec![Block::Note { text: "All figures are as they were.".to_owned() }];
        }
        let shown = |value: &Option<String>| Cell::of(value.as_deref().unwrap_or("-"));
        let row =
            |Difference { figure, was, is }: &Difference| vec![Cell::strong(figure), shown(was), shown(is)];
        vec![Block::Table {
            caption: "Figures as they were told, and as they are known now".to_owned(),
            columns: columns([("Figure", 1), ("Was", 1), ("Is", 1)]),
            rows: self.differences.iter().map(row).collect(),
        }]
    }
}

/// How many persons, of each partner that counts.
fn persons_table(persons: &[Persons]) -> Vec<Block> {
    if persons.is_empty() {
        return vec![Block::Note { text: "None that everybody may read of.".to_owned() }];
    }
    let rows = persons.iter().flat_map(|Persons { authority, counts }| {
        counts.iter().map(move |PersonsCount { figure, nationality, count }| {
            let figure = figure.to_lowercase().replace('_', " ");
            let of = nationality.as_deref().unwrap_or("all");
            vec![Cell::strong(authority), Cell::of(figure), Cell::of(of), Cell::of(count.to_string())]
        })
    });
    vec![Block::Table {
        caption: "Counts of persons; small ones, and what would tell them, are left out".to_owned(),
        columns: columns([("By", 1), ("Figure", 3), ("Nationality", 1), ("Count", 1)]),
        rows: rows.collect(),
    }]
}

fn counts<const N: usize>(counts: [(&str, &u32); N]) -> Vec<Block> {
    let row = |(what, count): &(&str, &u32)| vec![Cell::of(*what), Cell::strong(count.to_string())];
    vec![Block::Table {
        caption: "At the end of the period".to_owned(),
        columns: columns([("What", 1), ("Count", 0)]),
        rows: counts.iter().map(row).collect(),
    }]
}

fn incidents_table(incidents: &[Incidents]) -> Vec<Block> {
    if incidents.is_empty() {
        return vec![Block::Note { text: "There were none.".to_owned() }];
    }
    let row = |Incidents { priority, open, contained, closed }: &Incidents| {
        let counts = [open, contained, closed].map(|count| Cell::of(count.to_string()));
        [Cell::strong(priority.as_deref().unwrap_or("none"))].into_iter().chain(counts).collect()
    };
    vec![Block::Table {
        caption: "By priority, at the end of the period".to_owned(),
        columns: columns([("Priority", 1), ("Open", 0), ("Contained", 0), ("Closed", 0)]),
        rows: incidents.iter().map(row).collect(),
    }]
}

fn codes(what: &str, codes: &[String]) -> String {
    if codes.is_empty() { format!("{what}: none") } else { format!("{what}: {}", codes.join(", ")) }
}
