//! Operation SAPHAN as a spreadsheet has it, laid out as the API does it, for tests.

use crate::{
    chart::{
        Gantt, Heading, Lane, Link, Matrix, Task,
        matrix::{self, Cell, DecisionPoint, Title},
    },
    order::{self, Order},
};
use chrono::{DateTime, Utc};
use domain::{
    Code, Day, PartnerCode, PhaseCode, Position, PostCode, Span, TaskCode,
    plan::{Dependency, StartConstraint},
    schedule::{Activity, Actual, Basis, Times, schedule},
};
use serde::{Deserialize, Deserializer};
use std::collections::{BTreeMap, BTreeSet};

const PHASES: [(&str, &str); 5] =
    [("P1", "Prepare"), ("P2", "Shape"), ("P3", "Action"), ("P4", "Assist and return"), ("P5", "Review")];

pub fn heading() -> Heading {
    Heading {
        operation: "SAPHAN".parse().unwrap(),
        title: "Assistance to trafficking victims, Myawaddy".to_owned(),
        version: 2,
        status: "PROMULGATED".to_owned(),
        position: Position(115),
        marking: "RESTRICTED · H1 · releasable to CHN, LAO, MMR, THA".to_owned(),
        h_hour: Some("2023-10-09T06:00:00+07:00".parse::<DateTime<Utc>>().unwrap()),
        zone: Some("Asia/Bangkok".parse().unwrap()),
    }
}

#[derive(Deserialize)]
struct Row {
    code: TaskCode,
    title: domain::Title,
    phase: PhaseCode,
    lead: PartnerCode,
    territory: PartnerCode,
    post: Option<PostCode>,
    offset: Span,
    duration: Span,
    #[serde(deserialize_with = "predecessors")]
    predecessors: BTreeSet<Dependency>,
    line_of_effort: Code,
}

fn predecessors<'de, D: Deserializer<'de>>(cell: D) -> Result<BTreeSet<Dependency>, D::Error> {
    Ok(String::deserialize(cell)?.split_whitespace().map(|text| text.parse().unwrap()).collect())
}

fn rows() -> Vec<Row> {
    let mut sheet = csv::Reader::from_reader(&include_bytes!("saphan.csv")[..]);
    sheet.deserialize().map(Result::unwrap).collect()
}

fn times(rows: &[Row]) -> BTreeMap<TaskCode, Times> {
    let activities: Vec<Activity<'_>> = rows
        .iter()
        .map(|row| Activity {
            code: &row.code,
            offset: row.offset,
            duration: row.duration,
            predecessors: &row.predecessors,
            constraint: StartConstraint::default(),
            finish_no_later_than: None,
            calendar: None,
            actual: Actual::default(),
        })
        .collect();
    schedule(&activities, Basis::Offsets, &mut []).times
}

pub fn gantt() -> Gantt {
    let rows = rows();
    let times = times(&rows);
    let task = |row: Row| {
        let times = &times[&row.code];
        let link =
            |dependency: Dependency| Link { predecessor: dependency.predecessor, kind: dependency.kind };
        Task {
            title: row.title.to_string(),
            phase: row.phase,
            group: None,
            start: times.early_start,
            finish: times.early_finish,
            late_finish: times.late_finish,
            total_float: times.total_float,
            critical: times.is_critical(),
            links: row.predecessors.into_iter().map(link).collect(),
            code: row.code,
        }
    };
    Gantt {
        heading: heading(),
        phases: PHASES.map(|(code, name)| Lane { code: code.parse().unwrap(), name: name.to_owned() }).into(),
        tasks: rows.into_iter().map(task).collect(),
    }
}

fn title(code: &str, name: &str) -> Title {
    Title { code: code.to_owned(), name: name.to_owned(), start: None }
}

/// By phases and lines of effort, or by days and partners.
pub fn matrix(by_day: bool) -> Matrix {
    let rows = rows();
    let times = times(&rows);
    let place = |row: &Row| {
        if by_day {
            (Day::of(times[&row.code].early_start).to_string(), row.lead.to_string())
        } else {
            (row.phase.to_string(), row.line_of_effort.to_string())
        }
    };
    let due = [("DP1", "T15"), ("DP2", "T22"), ("DP3", "T25")];
    let mut cells = BTreeMap::<_, Vec<&Row>>::new();
    for row in &rows {
        cells.entry(place(row)).or_default().push(row);
    }
    let mut days: Vec<_> = times.values().map(|times| Day::of(times.early_start)).collect();
    days.sort();
    days.dedup();
    let day = |day: Day| Title { start: Some(day.start()), ..title(&day.to_string(), &day.to_string()) };
    let cell = |((column, row), rows): ((String, String), Vec<&Row>)| Cell {
        column,
        row: Some(row),
        decision_points: due
            .iter()
            .filter(|(_, at)| rows.iter().any(|row| row.code.as_str() == *at))
            .map(|(code, _)| (*code).to_owned())
            .collect(),
        tasks: rows
            .iter()
            .map(|row| matrix::Task { code: row.code.to_string(), title: row.title.to_string() })
            .collect(),
    };
    let lines = [
        ("LOE1", "Victim assistance"),
        ("LOE2", "Disruption of gangs"),
        ("LOE3", "Coordination and information"),
        ("LOE4", "Capability"),
    ];
    let partners = [("CHN", "China"), ("LAO", "Lao PDR"), ("MMR", "Myanmar"), ("THA", "Thailand")];
    let titles = if by_day { partners } else { lines };
    Matrix {
        heading: heading(),
        columns: if by_day {
            days.into_iter().map(day).collect()
        } else {
            PHASES.map(|(code, name)| title(code, name)).into()
        },
        rows: titles.map(|(code, name)| Some(title(code, name))).into(),
        cells: cells.into_iter().map(cell).collect(),
        decision_points: vec![
            DecisionPoint {
                code: "DP1".to_owned(),
                at: "T15".to_owned(),
                decision: "Go / no-go for phase P3".to_owned(),
            },
            DecisionPoint {
                code: "DP2".to_owned(),
                at: "T22".to_owned(),
                decision: "Open overflow shelter".to_owned(),
            },
            DecisionPoint {
                code: "DP3".to_owned(),
                at: "T25".to_owned(),
                decision: "Release persons for voluntary return".to_owned(),
            },
        ],
    }
}

fn order_task(row: &Row, times: &BTreeMap<TaskCode, Times>) -> order::Task {
    let times = &times[&row.code];
    order::Task {
        code: row.code.to_string(),
        title: row.title.to_string(),
        phase: row.phase.to_string(),
        line_of_effort: Some(row.line_of_effort.to_string()),
        lead: row.lead.to_string(),
        territory: row.territory.to_string(),
        post: row.post.as_ref().map(ToString::to_string),
        duration: row.duration,
        waits_for: row.predecessors.iter().map(ToString::to_string).collect(),
        notes: (row.code.as_str() == "T10")
            .then(|| "Needs mutual legal assistance".to_owned())
            .into_iter()
            .collect(),
        early_start: times.early_start,
        early_finish: times.early_finish,
        late_start: times.late_start,
        late_finish: times.late_finish,
        total_float: times.total_float,
        critical: times.is_critical(),
    }
}

/// With an annex, an objection that was overcome, and a condition.
pub fn order() -> Order {
    let rows = rows();
    let times = times(&rows);
    let text = str::to_owned;
    let decision = |partner: &str, kind: &str, conditions: Vec<order::Condition>| order::Decision {
        partner: text(partner),
        post: Some(format!("{partner}-01")),
        kind: text(kind),
        decided_at: "2023-09-20T03:00:00Z".parse().unwrap(),
        revoked_at: None,
        reason: None,
        tasks: Vec::new(),
        conditions,
    };
    let condition = order::Condition {
        code: text("C1"),
        gate: text("P3"),
        text: text("120 shelter places are ready"),
        status: text("OUTSTANDING"),
        note: None,
    };
    Order {
        heading: heading(),
        recorded_at: "2023-09-25T03:00:00Z".parse().unwrap(),
        content_hash: "a1".repeat(32),
        paragraphs: vec![
            order::Paragraph {
                heading: text("Situation"),
                text: text("Persons are held at two compounds.\nMinutes of the Chiang Mai meeting"),
            },
            order::Paragraph { heading: text("Mission"), text: text("Recover and assist them.") },
            order::Paragraph { heading: text("Administration and logistics"), text: String::new() },
        ],
        tasks: rows.iter().map(|row| order_task(row, &times)).collect(),
        gantt: gantt(),
        matrix: matrix(false),
        phases: PHASES
            .map(|(code, name)| order::Phase {
                code: text(code),
                name: text(name),
                gate: (code == "P3").then(|| text("GO_NO_GO")),
            })
            .into(),
        decision_points: vec![order::DecisionPoint {
            code: text("DP1"),
            at: text("T15"),
            decision: text("Go / no-go for phase P3"),
            deciders: vec![text("THA"), text("CHN"), text("MMR")],
            trigger: None,
            ccir: vec![text("CCIR1")],
        }],
        ccir: vec![order::Ccir {
            code: text("CCIR1"),
            text: text("Change in control of either site"),
            events: vec![text("TaskBlocked")],
            priority: Some(text("P2")),
            categories: vec![text("SECURITY")],
        }],
        go_no_go: vec![text("All liaison officers in post")],
        risks: vec![order::Risk {
            code: text("R1"),
            text: text("Flood at the handover point"),
            likelihood: 3,
            impact: 4,
            treatment: text("Move H-hour within its window"),
            owner: Some(text("THA-01")),
        }],
        command_relationships: vec![order::CommandRelationship {
            of: text("CHN-03"),
            to: text("THA-06"),
            kind: text("SUPPORTING"),
        }],
        decisions: vec![
            decision("THA", "APPROVED", Vec::new()),
            decision("CHN", "APPROVED_WITH_CONDITIONS", vec![condition]),
        ],
        outstanding: vec![text("LAO has not consented to tasks on its territory: T27.")],
        annexes: vec![order::Annex {
            code: text("B"),
            title: text("Sites"),
            marking: text("SECRET · H2 · releasable to MMR, THA"),
            text: Some(text("Two compounds.\nBoth lie at the river.")),
        }],
        withheld: vec![text("Annex C")],
    }
}
