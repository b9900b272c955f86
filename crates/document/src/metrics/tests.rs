use super::{Definition, Measured, Metric, Metrics, Rests};
use domain::Position;

fn metric(code: &str, of: &str, value: Option<&str>) -> Metric {
    Metric {
        code: code.to_owned(),
        name: "Fulfilled on time".to_owned(),
        subject_code: of.to_owned(),
        unit: "PERCENT".to_owned(),
        value: value.map(str::to_owned),
        reason: value.is_none().then(|| "No request was due yet.".to_owned()),
        numerator: value.map(|_| "3".to_owned()),
        denominator: value.map(|_| "4".to_owned()),
        target: None,
        definition: Definition { meaning: "Which share was.".to_owned(), formula: "3 < 4".to_owned() },
        evidence: Rests { total_count: 6, nodes: Vec::new() },
    }
}

fn page() -> Metrics {
    let measured = |metric: Metric, values: &[Option<&str>]| {
        let at = |hour| format!("2023-10-12T0{hour}:00:00Z").parse().unwrap();
        let points = values.iter().zip(0..).map(|(value, hour)| (at(hour), value.map(str::to_owned)));
        Measured { metric, points: points.collect() }
    };
    Metrics {
        operation: "ALFA".parse().unwrap(),
        title: "Flood <relief>".to_owned(),
        marking: "RESTRICTED · H0 · releasable to LAO, THA".to_owned(),
        reader: "LAO-01".to_owned(),
        partner: Some("LAO".to_owned()),
        position: Position(57),
        recorded_at: "2023-10-12T05:00:00Z".parse().unwrap(),
        measured: vec![
            measured(metric("FULFILLED_ON_TIME", "ALFA", Some("75.0")), &[None, Some("50.0"), Some("75.0")]),
            measured(metric("FULFILLED_ON_TIME", "BRAVO", None), &[None, None, None]),
        ],
    }
}

#[test]
fn a_page_of_metrics_shows_each_value_with_how_it_went_and_what_it_means_once() {
    let html = page().html();
    assert_eq!(html, page().html());
    for said in [
        "Metrics: Flood &lt;relief&gt; (ALFA)",
        "<strong><bdi dir=\"auto\">75.0 %</bdi></strong>",
        "No request was due yet.",
        "3 of 4",
        "2023-10-12 00:00 UTC: none; 2023-10-12 01:00 UTC: 50.0 %; 2023-10-12 02:00 UTC: 75.0 %.",
    ] {
        assert!(html.contains(said), "{said}: {html}");
    }
    assert_eq!(html.matches("3 &lt; 4").count(), 1);
    assert_eq!(html.matches("<svg ").count(), 1, "nothing is drawn of what never had a value");
    for elsewhere in ["<script", "<link", "<img", " src=", "@import", "url(http"] {
        assert!(!html.contains(elsewhere), "{elsewhere}");
    }
}

#[test]
fn an_operation_without_metrics_has_a_page_all_the_same() {
    let none = Metrics { measured: Vec::new(), ..page() };
    assert!(none.html().contains("There are no metrics."));
}
