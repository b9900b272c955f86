use super::{
    Clocks, Coded, Contributions, Difference, Figures, Incidents, Money, Persons, PersonsCount, Report,
    Requests, Sitrep, Tasks, Upcoming,
};
use crate::page::pdf::{Fonts, PdfError};
use domain::Position;

fn codes(codes: &[&str]) -> Vec<String> {
    codes.iter().map(|code| (*code).to_owned()).collect()
}

fn sitrep() -> Sitrep {
    let at = |text: &str| text.parse().unwrap();
    let incidents = |priority: Option<&str>, open| Incidents {
        priority: priority.map(str::to_owned),
        open,
        contained: 2,
        closed: 3,
    };
    Sitrep {
        operation: "SAPHAN".parse().unwrap(),
        title: "Assistance to trafficking victims, Myawaddy".to_owned(),
        marking: "RESTRICTED · H0 · releasable to CHN, LAO, MMR, THA".to_owned(),
        position: Position(290),
        recorded_at: at("2023-10-12T05:00:00Z"),
        zone: Some("Asia/Bangkok".parse().unwrap()),
        report: Report {
            code: "SITREP-03".to_owned(),
            from: Some(at("2023-10-11T05:00:00Z")),
            until: at("2023-10-12T05:00:00Z"),
            issued_at: at("2023-10-12T05:00:00Z"),
            post: Some(Coded { code: "THA-03".to_owned() }),
            remarks: Some("Both sites are secure.\nThe bridge is open.".to_owned()),
            r#final: false,
            figures: Figures {
                tasks: Tasks {
                    planned: 6,
                    issued: 1,
                    in_progress: 3,
                    blocked: 0,
                    completed: 18,
                    cancelled: 1,
                },
                started: codes(&["T22", "T23"]),
                ended: Vec::new(),
                incidents: vec![incidents(Some("P1"), 1), incidents(None, 4)],
                requests: Requests { open: 1, answered_on_time: 5, answered_late: 2, withdrawn: 0 },
                clocks: Clocks { open: 7, met: 8, breached: 9 },
                contributions: Contributions {
                    pledged: 1,
                    accepted: 6,
                    accepted_money: vec![Money {
                        amount: "2000000.00".to_owned(),
                        currency: "CNY".to_owned(),
                    }],
                },
                persons: vec![Persons {
                    authority: "THA".to_owned(),
                    counts: vec![
                        PersonsCount { figure: "RECEIVED".to_owned(), nationality: None, count: 118 },
                        PersonsCount {
                            figure: "IDENTIFIED".to_owned(),
                            nationality: Some("CHN".to_owned()),
                            count: 46,
                        },
                    ],
                }],
                conflicts: 2,
                next: Upcoming { starts: codes(&["T24"]), finishes: codes(&["T22"]) },
            },
            corrects: None,
            reason: None,
            differences: Vec::new(),
            corrected_by: None,
        },
    }
}

fn correction() -> Sitrep {
    let mut sitrep = sitrep();
    let report = &mut sitrep.report;
    report.code = "SITREP-03-C1".to_owned();
    report.corrects = Some(Coded { code: "SITREP-03".to_owned() });
    report.reason = Some("The head count was late".to_owned());
    let (was, is) = (Some("18".to_owned()), Some("19".to_owned()));
    report.differences = vec![
        Difference { figure: "tasks.completed".to_owned(), was, is },
        Difference { figure: "incidents.P2.open".to_owned(), was: None, is: Some("1".to_owned()) },
    ];
    sitrep
}

#[test]
fn a_sitrep_as_text_says_all_that_it_is_given() {
    let text = sitrep().text();
    assert!(
        text.starts_with("RESTRICTED · H0 · releasable to CHN, LAO, MMR, THA\n\nSITREP-03: Assistance"),
        "{text}"
    );
    assert!(text.ends_with("\nRESTRICTED · H0 · releasable to CHN, LAO, MMR, THA\n"), "{text}");
    for said in [
        "From    2023-10-11 05:00 UTC, 2023-10-11 12:00 +07:00 (Asia/Bangkok)\n",
        "By      THA-03\n",
        "Remarks\n  Both sites are secure.\n  The bridge is open.\n",
        "Tasks\n  What         Count\n  Planned      6\n  Issued       1\n  In progress  3\n",
        "  Started in the period: T22, T23\n  Ended in the period: none\n",
        "  Priority  Open  Contained  Closed\n  P1        1     2          3\n  none      4     2          3\n",
        "  Answered on time  5\n  Answered late     2\n",
        "  Running   7\n  Kept      8\n  Breached  9\n",
        "  Money accepted: 2000000.00 CNY\n",
        "  THA  received    all          118\n  THA  identified  CHN          46\n",
        "  Of what is carried out  2\n",
        "  To start: T24\n  To be done: T22\n",
        "What is released to fewer than all readers of this report is in none of its figures.",
    ] {
        assert!(text.contains(said), "{said}: {text}");
    }
    assert!(!text.contains("What differs") && !text.contains("Final"), "{text}");
}

#[test]
fn a_correction_names_what_differs_and_what_was_corrected_says_so_first() {
    let text = correction().text();
    for said in [
        "Corrects  SITREP-03\nBecause   The head count was late\n",
        "  tasks.completed    18   19\n  incidents.P2.open  -    1\n",
    ] {
        assert!(text.contains(said), "{said}: {text}");
    }
    let mut corrected = sitrep();
    corrected.report.corrected_by = Some(Coded { code: "SITREP-03-C1".to_owned() });
    corrected.report.r#final = true;
    assert!(corrected.text().contains("CORRECTED: SITREP-03-C1 puts it right\n\nSITREP-03: "));
    assert!(corrected.text().contains("Final   none follows it\n"));
    assert!(corrected.html().contains("<p class=\"draft\">CORRECTED: SITREP-03-C1 puts it right</p>"));
}

#[test]
fn a_sitrep_is_one_page_of_html_that_asks_for_nothing_and_reads_nothing_as_markup() {
    let mut sitrep = correction();
    sitrep.report.remarks = Some("<script>alert(1)</script> & #panic()".to_owned());
    let html = sitrep.html();
    assert!(html.starts_with("<!DOCTYPE html><html lang=\"en\">"));
    for elsewhere in ["<script", "<link", "<img", " src=", "@import", "url(http", "<nav"] {
        assert!(!html.contains(elsewhere), "{elsewhere}");
    }
    assert!(html.contains("&lt;script&gt;alert(1)&lt;/script&gt; &amp; #panic()"));
    let marking = "<p class=\"marking\">RESTRICTED · H0 · releasable to CHN, LAO, MMR, THA</p>";
    assert_eq!(html.matches(marking).count(), 2, "head and foot repeat");
    assert!(html.contains("tasks.completed") && html.contains("T22, T23"), "{html}");
}

#[test]
fn the_same_sitrep_is_the_same_pdf_and_no_letter_is_left_out() {
    let pdf = sitrep().pdf(&Fonts::embedded()).unwrap();
    assert!(pdf.starts_with(b"%PDF-1.7"));
    assert!(pdf == sitrep().pdf(&Fonts::embedded()).unwrap());
    assert!(pdf != correction().pdf(&Fonts::embedded()).unwrap());
    let text = String::from_utf8_lossy(&pdf);
    assert!(text.contains("SITREP-03: Assistance to trafficking victims, Myawaddy (SAPHAN)"));
    let mut thai = sitrep();
    thai.report.remarks = Some("ก".to_owned());
    let missing = PdfError::MissingLetters(['ก'].into());
    assert_eq!(thai.pdf(&Fonts::embedded()).unwrap_err(), missing);
}
