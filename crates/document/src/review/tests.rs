use super::{
    Action, Adoption, Answer, Decision, Event, Evidence, Finding, Observation, Opened, Review,
    SitrepCorrection, event::Wrong,
};
use crate::{
    chart::{
        Heading, PlannedVersusActual,
        actual::{Claim, Compared, Phase, Task},
    },
    metrics::{Definition, Metric, Rests},
    page::pdf::Fonts,
    sitrep::Difference,
};
use chrono::{DateTime, TimeDelta, Utc};
use domain::{Position, Span};
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// So many minutes after the operation began.
fn at(minutes: i64) -> DateTime<Utc> {
    "2024-03-01T00:00:00Z".parse::<DateTime<Utc>>().unwrap() + TimeDelta::minutes(minutes)
}

fn event(position: i64, kind: &str, (happened, recorded): (i64, i64), payload: Value) -> Event {
    let mut payload = payload;
    payload["operation"] = "ALFA".into();
    Event {
        position: Position(position),
        r#type: kind.to_owned(),
        happened_at: at(happened),
        recorded_at: at(recorded),
        actor: "LAO-02".to_owned(),
        corrects: None,
        payload,
    }
}

fn finding(evidence: Vec<Evidence>) -> Finding {
    Finding {
        code: "F1".to_owned(),
        kind: "IMPROVE".to_owned(),
        status: "NOT_ADOPTED".to_owned(),
        observation: "The <bridge> was closed".to_owned(),
        discussion: None,
        conclusion: Some("Nobody had asked".to_owned()),
        recommendation: Some("Ask".to_owned()),
        owner: Some("LAO-02".to_owned()),
        due: Some(at(9_000)),
        action: Some(Action {
            post: Some("LAO-02".to_owned()),
            assigned_at: at(500),
            completed_at: Some(at(600)),
            note: Some("Asked".to_owned()),
            accepted: Some(false),
            validated_by: Some("THA-01".to_owned()),
            validated_at: Some(at(700)),
            validation_note: Some("Nobody answered".to_owned()),
        }),
        evidence,
        events: vec![Position(30), Position(31)],
    }
}

fn compared() -> PlannedVersusActual {
    let times = Compared {
        planned_start: at(60),
        planned_finish: at(120),
        actual_start: Some(at(90)),
        actual_finish: None,
        start_variance: Some(Span::seconds(1_800)),
        finish_variance: None,
    };
    let claim = Claim {
        kind: "STARTED".to_owned(),
        at: at(90),
        lag: Span::hours(3),
        corrects: true,
        position: Position(21),
    };
    PlannedVersusActual {
        heading: Heading {
            operation: "ALFA".parse().unwrap(),
            title: "Flood relief".to_owned(),
            version: 1,
            status: "PROMULGATED".to_owned(),
            position: Position(57),
            marking: "RESTRICTED · H0 · releasable to LAO, THA".to_owned(),
            h_hour: Some(at(60)),
            zone: None,
        },
        until: at(800),
        phases: vec![Phase { code: "P1".to_owned(), name: "Go".to_owned(), compared: times.clone() }],
        tasks: vec![Task {
            code: "T1".to_owned(),
            title: "Open the bridge".to_owned(),
            phase: Some("P1".to_owned()),
            status: "IN_PROGRESS".to_owned(),
            compared: times,
            drivers: Vec::new(),
            claims: vec![claim],
        }],
    }
}

fn opened() -> Opened {
    Opened {
        at: at(400),
        answers: vec![Answer {
            question: "WHY".to_owned(),
            text: "The bridge\nwas closed".to_owned(),
            post: Some("THA-01".to_owned()),
            at: at(410),
            position: Position(29),
        }],
        observations: vec![Observation {
            partner: "LAO".to_owned(),
            text: "We waited".to_owned(),
            at: at(420),
            position: Position(33),
        }],
        findings: vec![finding(vec![
            Evidence {
                kind: "TASK".to_owned(),
                what: Some("T1".to_owned()),
                events: vec![Position(20), Position(31)],
            },
            Evidence { kind: "REQUEST".to_owned(), what: None, events: Vec::new() },
        ])],
        adoptions: vec![Adoption {
            partner: "THA".to_owned(),
            post: Some("THA-01".to_owned()),
            at: at(750),
            position: Position(40),
            seen_at: Position(39),
            current: false,
        }],
    }
}

/// Of an operation with a task, of which the start was put right, and a finding that rests on something withheld.
fn review() -> Review {
    let started = event(20, "TaskStarted", (80, 85), json!({ "task": "T1", "claim": 1 }));
    let mut right = event(
        21,
        "TaskTimesCorrected",
        (90, 270),
        json!({ "task": "T1", "claim": 2, "corrects": 1, "at": "x", "reason": "Misread" }),
    );
    right.corrects =
        Some(Wrong { position: Position(20), happened_at: at(80), payload: started.payload.clone() });
    // Not of the operation: a metric rests on it.
    let watch =
        Event { payload: json!({ "centre": "CMCC" }), ..event(19, "WatchGapDetected", (70, 70), json!({})) };
    Review {
        operation: "ALFA".parse().unwrap(),
        title: "Flood relief".to_owned(),
        marking: "RESTRICTED · H0 · releasable to LAO, THA".to_owned(),
        reader: "LAO-01".to_owned(),
        position: Position(57),
        recorded_at: at(800),
        commit_hash: "ab".repeat(32),
        zone: Some("Asia/Vientiane".parse().unwrap()),
        opened: Some(opened()),
        compared: compared(),
        metrics: vec![Metric {
            code: "WATCH_GAP".to_owned(),
            name: "Watch gap".to_owned(),
            subject_code: "CMCC".to_owned(),
            unit: "MINUTES".to_owned(),
            value: Some("20".to_owned()),
            reason: None,
            numerator: None,
            denominator: Some("1".to_owned()),
            target: Some("0".to_owned()),
            definition: Definition { meaning: "How long".to_owned(), formula: "End less start".to_owned() },
            evidence: Rests { total_count: 102, nodes: vec![watch] },
        }],
        decisions: vec![Decision {
            on: "Plan version 1".to_owned(),
            partner: "LAO".to_owned(),
            post: None,
            decided: "approved".to_owned(),
            reasons: None,
            at: at(50),
            position: Position(18),
            seen_at: Some(Position(17)),
        }],
        sitreps: vec![SitrepCorrection {
            code: "SITREP-01-C1".to_owned(),
            corrects: "SITREP-01".to_owned(),
            reason: Some("Late".to_owned()),
            at: at(350),
            events: vec![Position(25), Position(24)],
            differences: vec![Difference {
                figure: "tasks.issued".to_owned(),
                was: Some("1".to_owned()),
                is: None,
            }],
        }],
        events: vec![
            event(5, "OperationInitiated", (0, 0), json!({ "title": "Flood relief" })),
            event(6, "TaskAddedToPlan", (1, 1), json!({ "number": 1, "task": { "code": "T1" } })),
            event(16, "PlanVersionSubmitted", (40, 40), json!({ "number": 1 })),
            event(18, "PlanVersionApproved", (50, 50), json!({ "number": 1 })),
            started,
            right.clone(),
            event(24, "SitrepIssued", (300, 300), json!({ "sitrep": "SITREP-01" })),
            event(25, "SitrepCorrected", (350, 350), json!({ "sitrep": "SITREP-01-C1" })),
            event(29, "ReviewQuestionAnswered", (410, 410), json!({ "answer": "The bridge" })),
            event(30, "FindingRecorded", (430, 430), json!({ "finding": "F1" })),
            event(31, "EvidenceLinked", (430, 430), json!({ "finding": "F1" })),
            event(33, "ObservationRecorded", (420, 420), json!({ "text": "We waited" })),
            event(40, "ReviewAdopted", (750, 750), json!({ "partner": "THA" })),
        ],
        more_events: false,
        corrections: vec![right],
    }
}

/// Each attribute's values in a page.
fn values<'a>(html: &'a str, attribute: &str) -> Vec<&'a str> {
    let start = format!(" {attribute}=\"");
    html.split(&start).skip(1).filter_map(|rest| Some(rest.split_once('"')?.0)).collect()
}

/// What stands under a heading; the first such heading is in the list of sections.
fn between<'a>(text: &'a str, from: &str, to: &str) -> &'a str {
    &text[text.rfind(from).unwrap()..text.rfind(to).unwrap()]
}

/// What is to be read, without marks.
fn text(html: &str) -> String {
    let parts: Vec<_> =
        html.split('<').map(|part| part.split_once('>').map_or(part, |(_, text)| text)).collect();
    parts.join(" ").split_whitespace().collect::<Vec<_>>().join(" ")
}

#[test]
fn a_report_says_all_that_it_is_given() {
    let text = text(&review().html());
    for said in [
        "After-action report: Flood relief (ALFA)",
        "Shown to LAO-01: what is not released to that reader is not in it",
        "What was planned? Not answered yet.",
        "Why did it differ? The bridge was closed 29 THA-01 2024-03-01 06:50 2024-03-01 13:50 +07:00",
        "Task times corrected: T1 Misread LAO-02 LATE: known 3 h later CORRECTION of 20 21",
        "Plan version approved: version 1",
        "T1 Open the bridge 2024-03-01 01:00",
        "start +0:30, under way 21",
        "Watch gap CMCC 20 min of 1; target 0 101 events more than these: 19",
        "Watch gap How long End less start minutes",
        "F1 improve, not adopted Observed The &lt;bridge&gt; was closed Discussion None yet.",
        "THA-01 has found on 2024-03-01 11:40 UTC that it does not do what it was made for. Nobody answered",
        "Evidence 1 task: T1 20 31 Evidence 2 request: withheld from this reader Events 30 31",
        "LAO We waited 33",
        "Plan version 1 LAO 2024-03-01 00:50 2024-03-01 07:50 +07:00 approved 18 position 17 16",
        "Task times corrected: T1 20 2024-03-01 01:30 UTC instead of 2024-03-01 01:20 UTC 21",
        "SITREP-01 24 SITREP-01-C1: tasks.issued: none instead of 1 25",
        "not current: something was written since 40",
        "19 WatchGapDetected 2024-03-01 01:10",
        "accord review export --operation ALFA --at 57 --zone Asia/Vientiane --format html",
        "accord verify --anchor 57:abab",
    ] {
        assert!(text.contains(said), "{said}: {text}");
    }
    let timeline = between(&text, "2. Timeline", "3. Planned");
    assert!(!timeline.contains("Task added") && !timeline.contains("Task started"), "{timeline}");
}

#[test]
fn every_link_leads_to_a_place_and_every_place_is_one() {
    let html = review().html();
    let ids = values(&html, "id");
    let places: BTreeSet<&str> = ids.iter().copied().collect();
    assert_eq!(ids.len(), places.len(), "{ids:?}");
    let links: BTreeSet<&str> =
        values(&html, "href").into_iter().filter_map(|link| link.strip_prefix('#')).collect();
    assert!(links.is_subset(&places), "{:?}", links.difference(&places));
    let of_events = |set: &BTreeSet<&str>| set.iter().filter(|place| place.starts_with("event-")).count();
    assert_eq!(of_events(&links), of_events(&places), "the appendix has nothing that is not referred to");
    assert!(!places.contains("event-6"), "the edit of a draft is not referred to");
}

#[test]
fn a_link_to_an_event_that_is_not_known_is_text() {
    let mut review = review();
    review.events.retain(|event| event.position != Position(40));
    let html = review.html();
    assert!(!html.contains("event-40") && text(&html).contains("something was written since 40"));
}

#[test]
fn the_same_report_is_the_same_bytes_and_nothing_in_it_is_read_as_markup() {
    let (html, pdf) = (review().html(), review().pdf(&Fonts::embedded()).unwrap());
    assert!(html == review().html() && pdf == review().pdf(&Fonts::embedded()).unwrap());
    assert!(pdf.starts_with(b"%PDF-1.7"));
    assert!(String::from_utf8_lossy(&pdf).contains("After-action report: Flood relief (ALFA)"));
    for elsewhere in ["<script", "<link", "<img", " src=", "@import", "url(http", "<bridge>"] {
        assert!(!html.contains(elsewhere), "{elsewhere}");
    }
}

#[test]
fn without_a_review_or_anything_else_there_is_a_report_all_the_same() {
    let mut none = review();
    none.opened = None;
    none.events.clear();
    none.corrections.clear();
    none.metrics.clear();
    none.decisions.clear();
    none.sitreps.clear();
    none.compared.tasks.clear();
    none.zone = None;
    let html = none.html();
    let text = text(&html);
    assert_eq!(text.matches("No review has been opened.").count(), 4);
    for said in [
        "Nothing has happened that this reader may see.",
        "There is nothing to compare:",
        "There are no metrics.",
        "Nothing has been decided that this reader may see.",
        "Nothing had to be put right.",
        "This report refers to no event.",
        "--at 57 --format html",
    ] {
        assert!(text.contains(said), "{said}: {text}");
    }
    assert!(none.pdf(&Fonts::embedded()).unwrap().starts_with(b"%PDF-"));
}

#[test]
fn a_long_timeline_is_cut_and_says_so() {
    let mut long = review();
    long.events =
        (0..2_500).map(|i| event(100 + i, "TaskProgressReported", (i, i), json!({ "task": "T1" }))).collect();
    let text = text(&long.html());
    assert!(text.contains("The first 2000 steps are shown; 500 more are left out."));
    assert!(!text.contains("The operation has more events"));
}

#[test]
fn with_more_events_than_it_is_made_from_each_section_that_is_narrowed_says_so() {
    const CUT: &str = "The operation has more events than the first 5, from which this report is made.";
    let mut cut = review();
    // The correction is later than these, what it puts right is among them.
    cut.events.truncate(5);
    cut.more_events = true;
    cut.decisions[0].seen_at = Some(Position(20));
    cut.decisions.push(Decision {
        seen_at: Some(Position(24)),
        position: Position(26),
        ..cut.decisions[0].clone()
    });
    let text = text(&cut.html());
    let timeline = between(&text, "2. Timeline", "3. Planned");
    assert!(timeline.contains(CUT) && !timeline.contains("Task started"), "{timeline}");
    assert!(timeline.contains("Task times corrected: T1 Misread"), "{timeline}");
    let decisions = between(&text, "7. Decisions", "8. Corrections");
    assert!(decisions.contains("18 position 20 20 "), "{decisions}");
    assert!(
        decisions.contains("26 position 24 What was known"),
        "no event is said to be the last: {decisions}"
    );
    assert!(decisions.contains(CUT), "{decisions}");
    let corrections = between(&text, "8. Corrections", "9. Adoption");
    assert!(corrections.contains("01:30 UTC instead of 2024-03-01 01:20 UTC 21"), "{corrections}");
    assert!(corrections.contains(&format!("{CUT} Corrections are all here.")), "{corrections}");
    let evidence = between(&text, "10. Evidence", "11. How to check");
    assert!(evidence.contains(CUT) && !evidence.contains("Every event"), "{evidence}");
    assert!(
        evidence.contains("21 TaskTimesCorrected") && !evidence.contains("24 SitrepIssued"),
        "{evidence}"
    );
}

#[test]
fn that_there_is_nothing_is_not_said_where_events_are_left_out() {
    let mut cut = review();
    cut.events.truncate(2);
    cut.more_events = true;
    cut.decisions.clear();
    cut.corrections.clear();
    cut.sitreps.clear();
    let told = text(&cut.html());
    for never in ["Nothing had to be put right", "Nothing has been decided"] {
        assert!(!told.contains(never), "{told}");
    }
    cut.events.remove(0);
    assert!(!text(&cut.html()).contains("Nothing has happened"));
    for (from, to) in [("7. Decisions", "8. Corrections"), ("8. Corrections", "9. Adoption")] {
        let section = between(&told, from, to);
        assert!(section.contains("The operation has more events than the first 2"), "{section}");
    }
}

#[test]
fn the_timeline_leaves_out_what_it_says_that_it_leaves_out() {
    let mut review = review();
    let of_task = |position, kind| event(position, kind, (5, 5), json!({ "task": "T1", "post": "LAO-02" }));
    let assignments = ["OfficerAssigned", "AssignmentRetimed", "AssignmentUnderWay", "AssignmentWithdrawn"];
    let requests = ["OfficerRequested", "OfficerRequestAccepted", "OfficerRequestDeclined"];
    review.events =
        (7..).zip(assignments.into_iter().chain(requests)).map(|(at, kind)| of_task(at, kind)).collect();
    let text = text(&review.html());
    let timeline = between(&text, "2. Timeline", "3. Planned");
    for left_out in ["Officer assigned", "Assignment"] {
        assert!(!timeline.contains(left_out), "{timeline}");
    }
    for shown in ["Officer requested: T1", "Officer request accepted: T1", "Officer request declined: T1"] {
        assert!(timeline.contains(shown), "{timeline}");
    }
    assert!(
        timeline
            .contains("assignments, and evidence that was linked are left out; that officers were asked for")
    );
}

#[test]
fn events_of_one_kind_of_one_minute_are_one_step() {
    let mut review = review();
    let done = |position| {
        event(position, "ContributionAllocated", (5, 5), json!({ "contribution": format!("K{position}") }))
    };
    review.events =
        vec![done(7), done(8), event(9, "HHourSet", (6, 6), json!({ "at": "2024-03-01T01:00:00Z" }))];
    let text = text(&review.html());
    assert!(text.contains("2 × Contribution allocated: K7, K8 LAO-02 7 8"), "{text}");
    assert!(text.contains("H-hour set 2024-03-01T01:00:00Z LAO-02 9"), "{text}");
}
