use super::Order;
use crate::{
    page::pdf::{Fonts, PdfError},
    samples,
};
use std::collections::BTreeSet;

/// Its text, without what is between angle brackets.
fn text(html: &str) -> String {
    let body = html.split_once("<body>").unwrap().1;
    let parts = body.split('<').map(|part| part.split_once('>').map_or(part, |(_, text)| text));
    parts.collect::<Vec<_>>().join(" ").split_whitespace().collect::<Vec<_>>().join(" ")
}

fn draft() -> Order {
    let mut order = samples::order();
    order.heading.status = "DRAFT".to_owned();
    order
}

#[test]
fn an_order_is_one_page_of_html_that_asks_for_nothing() {
    let html = samples::order().html();
    assert!(html.starts_with("<!DOCTYPE html><html lang=\"en\">"));
    for elsewhere in ["<script", "<link", "<img", " src=", "@import", "url(http"] {
        assert!(!html.contains(elsewhere), "{elsewhere}");
    }
    let targets = html.match_indices("href=\"#").map(|(at, _)| html[at + 7..].split('"').next().unwrap());
    let targets: Vec<&str> = targets.collect();
    assert_eq!(targets.len(), 15, "as many entries of the contents as sections");
    for target in &targets {
        assert_eq!(html.matches(&format!("id=\"{target}\"")).count(), 1, "{target}");
    }
    assert_eq!(targets.iter().collect::<BTreeSet<_>>().len(), targets.len());
}

#[test]
fn an_order_says_all_that_it_is_given() {
    let order = samples::order();
    let text = text(&order.html());
    for said in [
        "Operation order: Assistance to trafficking victims, Myawaddy (SAPHAN)",
        "2 (PROMULGATED)",
        "position 115 of the log, recorded 2023-09-25 03:00 UTC",
        &"a1".repeat(32),
        "1. Situation Persons are held at two compounds. Minutes of the Chiang Mai meeting",
        "3. Administration and logistics The plan says nothing under this heading.",
        "P3 Action GO_NO_GO",
        "T16 Secure Site A P3 LOE2 MMR MMR MMR-02 H+0 12 h T15",
        "T10 Trace funds and prepare account-freeze applications Needs mutual legal assistance P2",
        "T15 Go / no-go conference H-24 to H-20 H+560 to H+564 584 h 2023-10-07 23:00 2023-10-08 06:00",
        "T29 After-action review H+1080 to H+1176 H+1080 to H+1176 critical",
        "Decision due: DP1",
        "DP1 T15 Go / no-go for phase P3 THA, CHN, MMR CCIR1",
        "CCIR1 Change in control of either site TaskBlocked; incidents of P2 or more urgent; log entries of SECURITY",
        "All liaison officers in post",
        "R1 Flood at the handover point 3 4 Move H-hour within its window THA-01",
        "CHN-03 THA-06 supporting",
        "CHN CHN-01 approved with conditions 2023-09-20 03:00 UTC",
        "CHN C1 P3 120 shelter places are ready outstanding",
        "LAO has not consented to tasks on its territory: T27.",
        "14. Annex B: Sites SECRET · H2 · releasable to MMR, THA Two compounds. Both lie at the river.",
        "what is not released to that reader is not in it. Annex C",
    ] {
        assert!(text.contains(said), "{said}: {text}");
    }
    assert!(!text.contains("DRAFT"));
}

#[test]
fn what_people_wrote_turns_nothing_around_that_stands_beside_it() {
    // As older logs may hold it.
    let spoof = "Hold fire until \u{202e}12:00";
    let mut order = samples::order();
    order.heading.title = spoof.to_owned();
    order.go_no_go = vec![spoof.to_owned()];
    let (html, gantt) = (order.html(), order.gantt.svg("gantt"));
    let chart = html.find("<svg").unwrap()..html.find("</svg>").unwrap();
    for (at, _) in html.match_indices(spoof).filter(|(at, _)| !chart.contains(at)) {
        let before = &html[..at];
        let open = |tag: &str| before.rfind(&format!("<{tag}")) > before.rfind(&format!("</{tag}"));
        assert!(open("bdi dir=\"auto\"") || open("title"), "{}", &before[before.len() - 80..]);
    }
    assert!(html.contains(&format!("<li><bdi dir=\"auto\">{spoof}</bdi></li>")));
    assert!(gantt.contains("<tspan unicode-bidi=\"isolate\">Secure Site A</tspan>"), "{gantt}");
}

#[test]
fn what_people_wrote_is_shown_and_never_read_as_markup() {
    let mut order = samples::order();
    order.heading.title = "<script>alert(1)</script> & #panic()".to_owned();
    order.go_no_go = vec!["\"><b>#read(\"/etc/passwd\") *x* $y$ @z \\ `".to_owned()];
    let html = order.html();
    assert!(!html.contains("<script") && !html.contains("<b>"));
    assert!(html.contains("&lt;script&gt;alert(1)&lt;/script&gt; &amp; #panic()"));
    assert!(order.pdf(&Fonts::embedded()).unwrap().starts_with(b"%PDF-"));
}

#[test]
fn what_is_not_to_be_carried_out_says_so_on_every_page() {
    for (status, why) in [
        ("RECALLED", "not in force"),
        ("SUSPENDED", "not to be carried out until its nations have settled it"),
        ("SUPERSEDED", "another version took its place"),
        ("WITHDRAWN", "not in force any more"),
    ] {
        let mut order = draft();
        order.heading.status = status.to_owned();
        let html = order.html();
        assert!(html.contains(&format!("{status}: {why}")), "{status}");
        assert_eq!(html.matches(&format!("<p class=\"marking\">{status} · ")).count(), 2, "{status}");
    }
}

#[test]
fn a_draft_is_marked_as_one_on_every_page() {
    let html = draft().html();
    assert!(
        html.contains("Draft of an operation order: ")
            && html.contains("DRAFT: not decided, and not in force")
    );
    let marking = "DRAFT · RESTRICTED · H1 · releasable to CHN, LAO, MMR, THA";
    assert_eq!(
        html.matches(&format!("<p class=\"marking\">{marking}</p>")).count(),
        2,
        "head and foot repeat"
    );
}

#[test]
fn the_same_order_is_the_same_pdf_with_its_title_and_date() {
    let order = samples::order();
    let pdf = order.pdf(&Fonts::embedded()).unwrap();
    assert!(pdf.starts_with(b"%PDF-1.7"));
    assert!(pdf == order.pdf(&Fonts::embedded()).unwrap());
    let text = String::from_utf8_lossy(&pdf);
    for metadata in [
        "<xmp:CreateDate>2023-09-25T03:00:00+00:00</xmp:CreateDate>",
        "Operation order: Assistance to trafficking victims, Myawaddy (SAPHAN)",
        "<xmp:CreatorTool>Accord</xmp:CreatorTool>",
        "<pdfuaid:part>1</pdfuaid:part>",
        "<pdfaid:conformance>A</pdfaid:conformance>",
    ] {
        assert!(text.contains(metadata), "{metadata}");
    }
    assert!(pdf != draft().pdf(&Fonts::embedded()).unwrap());
}

#[test]
fn no_letter_is_left_out_in_silence() {
    let mut order = samples::order();
    // Thai, Burmese, Lao and Chinese, with marks; a font of the build has the Lao alone.
    order.annexes[0].text = Some("ก่ မြန် ລາ 泰".to_owned());
    let PdfError::MissingLetters(missing) = order.pdf(&Fonts::embedded()).unwrap_err() else {
        panic!("letters are missing");
    };
    assert_eq!(missing, "ก่မြန်泰".chars().collect());
    let told = PdfError::MissingLetters(missing).to_string();
    assert!(told.starts_with("no font here has ก (U+0E01), ่ (U+0E48), န (U+1014)"), "{told}");
    assert!(order.html().contains("ก่ မြန် ລາ 泰"));
}

#[test]
fn a_plan_with_nothing_in_it_is_an_order_all_the_same() {
    let heading = samples::heading();
    let mut order = samples::order();
    order.heading.h_hour = None;
    order.gantt = crate::chart::Gantt { heading: heading.clone(), phases: Vec::new(), tasks: Vec::new() };
    order.matrix = crate::chart::Matrix {
        heading,
        columns: Vec::new(),
        rows: Vec::new(),
        cells: Vec::new(),
        decision_points: Vec::new(),
    };
    for list in [&mut order.outstanding, &mut order.go_no_go, &mut order.withheld] {
        list.clear();
    }
    order.tasks.clear();
    order.paragraphs.clear();
    order.decisions.clear();
    order.annexes.clear();
    assert!(text(&order.html()).contains("Nobody has decided on this version."));
    assert!(order.pdf(&Fonts::embedded()).unwrap().starts_with(b"%PDF-"));
}
