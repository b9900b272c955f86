//! `accord review export`, `accord plan chart --kind actual` and `accord metrics --html`: what a reviewer prints and keeps.

use super::Served;
use serde_json::{Value, json};
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use std::{collections::BTreeSet, fs};

/// All of it has been recorded.
const ENDED: &str = "2023-12-12T09:00:00+07:00";

/// Each attribute's values in a page.
fn values<'a>(html: &'a str, attribute: &str) -> Vec<&'a str> {
    let start = format!(" {attribute}=\"");
    html.split(&start).skip(1).filter_map(|rest| Some(rest.split_once('"')?.0)).collect()
}

/// What is to be read, without marks.
fn text(html: &str) -> String {
    let parts: Vec<_> =
        html.split('<').map(|part| part.split_once('>').map_or(part, |(_, text)| text)).collect();
    parts.join(" ").split_whitespace().collect::<Vec<_>>().join(" ")
}

#[sqlx::test(migrations = false)]
async fn a_report_is_the_same_bytes_of_the_same_position_and_reader(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let served = Served::saphan_until(options, ENDED).await;
    let export = async |post: &str, more: &[&str]| {
        let ran = served.run(post, &[&["review", "export", "--operation", "SAPHAN"], more].concat()).await;
        assert_eq!((ran.code, ran.err.as_str()), (0, ""), "{more:?}: {ran:#?}");
        ran
    };
    let position = served.head();
    let told = export("THA-01", &["--format", "html", "-o", "one.html"]).await.out;
    let wrote = format!("Wrote the after-action report of SAPHAN, as of position {position}, to one.html.\n");
    assert_eq!(told, wrote);
    let told = export("THA-01", &["--format", "pdf", "-o", "one.pdf", "--json"]).await.json();
    assert_eq!(
        (&told["position"], &told["reviewOpened"], &told["file"]),
        (&json!(position), &json!(true), &json!("one.pdf"))
    );
    // The review is written on.
    served.on_saphan("RecordObservation", json!({ "text": "Written afterwards" })).await;
    assert!(served.head() > position);

    let at = position.to_string();
    let html = export("THA-01", &["--at", &at]).await.out;
    assert!(html == fs::read_to_string(served.path("one.html")).unwrap(), "to the byte, whatever came since");
    export("THA-01", &["--as-of", &at, "--format", "pdf", "-o", "two.pdf"]).await;
    let [one, two] = ["one.pdf", "two.pdf"].map(|name| fs::read(served.path(name)).unwrap());
    assert!(one.starts_with(b"%PDF-1.7") && one == two);
    assert!(String::from_utf8_lossy(&one).contains("After-action report: Operation SAPHAN: "));
    let now = export("THA-01", &[]).await.out;
    assert!(now.contains("Written afterwards") && !html.contains("Written afterwards"));

    // Its end says what it is true at, and by which hash.
    let asked = "query ($at: Moment!) { asOf(at: $at) { head { commitHash } } }";
    let hash = served.ask("THA-01", asked, json!({ "at": { "position": at } })).await;
    let hash = hash["asOf"]["head"]["commitHash"].as_str().unwrap();
    let text = text(&html);
    for said in [
        format!("accord verify --anchor {at}:{hash}"),
        format!("accord review export --operation SAPHAN --at {at} --zone Asia/Bangkok"),
        "What happened? Site A early, Site B 2 h late, persons at the bridge H+27; 17 more by rapid response"
            .to_owned(),
        "Time to decide INC-001 51 min 317 323".to_owned(),
        "Evidence 1 decision: MMR rejected version 1".to_owned(),
        "Response to INC-001 THA-01 2023-10-11 16:31".to_owned(),
        "count 99 instead of 101".to_owned(),
        "SITREP-03-C1: persons.THA.RECEIVED: 116 instead of 118".to_owned(),
        "T17 +2, own start +0:30, own length +0:30".to_owned(),
    ] {
        assert!(text.contains(&said), "{said}");
    }

    let ids = values(&html, "id");
    let places: BTreeSet<&str> = ids.iter().copied().collect();
    assert_eq!(ids.len(), places.len(), "each place is one");
    let links: Vec<&str> =
        values(&html, "href").into_iter().filter_map(|link| link.strip_prefix('#')).collect();
    let nowhere: Vec<_> = links.iter().filter(|link| !places.contains(*link)).collect();
    assert!(nowhere.is_empty() && links.len() > 500, "{nowhere:?}");
    // Of every metric with a value, and of every finding's evidence.
    for row in
        html.split("<tr>").filter(|row| row.contains(" min</bdi></strong>") || row.contains(">Evidence 1<"))
    {
        assert!(row.contains("href=\"#event-"), "{row}");
    }
}

#[sqlx::test(migrations = false)]
async fn a_report_has_nothing_of_what_is_withheld_from_its_reader(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let served = Served::saphan_until(options, ENDED).await;
    let export = async |post: &str| {
        let ran = served.run(post, &["review", "export", "--operation", "SAPHAN"]).await;
        assert_eq!((ran.code, ran.err.as_str()), (0, ""), "{ran:#?}");
        ran.out
    };
    let (all, lao) = (export("THA-01").await, export("LAO-02").await);
    // Requests between Thailand and others are not for Lao PDR, and neither is that findings rest on them.
    for hidden in ["RFA-001", "RFA-002", "RFI-003", "RFI-005"] {
        assert!(all.contains(hidden) && !lao.contains(hidden), "{hidden}");
    }
    assert!(lao.contains("RFA-004"));
    assert!(text(&lao).contains(
        "Evidence 2 request: withheld from this reader Evidence 3 request: withheld from this reader"
    ));
    assert!(!text(&all).contains("withheld from this reader Evidence"));
    let query = "query ($after: String) { events(first: 100, after: $after) { pageInfo { hasNextPage endCursor } nodes { position } } }";
    let (mut seen, mut after) = (BTreeSet::new(), Value::Null);
    loop {
        let page = served.ask("LAO-02", query, json!({ "after": after })).await["events"].take();
        let positions = page["nodes"].as_array().unwrap().iter();
        seen.extend(positions.map(|event| event["position"].as_str().unwrap().to_owned()));
        if page["pageInfo"]["hasNextPage"] == false {
            break;
        }
        after = page["pageInfo"]["endCursor"].clone();
    }
    let told = |html| {
        let places = values(html, "id").into_iter().filter_map(|place| place.strip_prefix("event-"));
        places.map(str::to_owned).collect::<BTreeSet<_>>()
    };
    assert!(told(&lao).is_subset(&seen), "{:?}", told(&lao).difference(&seen));
    assert!(!told(&all).is_subset(&seen), "the others see more");
}

#[sqlx::test(migrations = false)]
async fn what_is_withheld_later_is_in_no_report_of_before_either(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let served = Served::saphan_until(options, "2023-10-12T16:00:00+07:00").await;
    let at = served.head().to_string();
    let export = async |post: &str| {
        let ran = served.run(post, &["review", "export", "--operation", "SAPHAN", "--at", &at]).await;
        assert_eq!((ran.code, ran.err.as_str()), (0, ""), "{ran:#?}");
        ran.out
    };
    let told = ["INC-001", "ET-01", "moved from Site B"];
    let before = export("LAO-02").await;
    assert!(told.iter().all(|told| before.contains(told)));
    let query = "{ operation(code: \"SAPHAN\") { incident(code: \"INC-001\") { id } } }";
    let incident = served.ask("THA-01", query, Value::Null).await["operation"]["incident"]["id"].take();
    let query = "mutation ($input: MarkReleasabilityInput!) { done: markReleasability(input: $input) { __typename } }";
    let input = json!({ "matterId": incident, "releasableTo": ["CHN", "MMR", "THA"] });
    let answer = served.ask("THA-01", query, json!({ "input": input })).await;
    assert_eq!(answer["done"]["__typename"], "MarkReleasabilityPayload");
    let after = export("LAO-02").await;
    for told in told {
        assert!(!after.contains(told), "{told}");
    }
    assert!(export("THA-01").await.contains("moved from Site B"));
}

#[sqlx::test(migrations = false)]
async fn an_operation_that_nobody_reviewed_has_a_report_all_the_same(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let served = Served::saphan(options).await;
    let export = async |more: &[&str]| {
        served.run("THA-01", &[&["review", "export", "--operation", "SAPHAN"], more].concat()).await
    };
    let told = export(&["-o", "none.html"]).await;
    assert!(told.out.ends_with(" to none.html. No review has been opened.\n"), "{told:#?}");
    let html = fs::read_to_string(served.path("none.html")).unwrap();
    assert!(text(&html).contains("1. The four questions No review has been opened."));
    // Before there was a plan, or anything.
    let early = export(&["--at", "2023-08-20T09:00+07:00"]).await;
    assert!(text(&early.out).contains("There is nothing to compare: "), "{early:#?}");
    let none = served.run("THA-01", &["review", "export", "--operation", "BRAVO"]).await;
    assert_eq!((none.code, none.err.as_str()), (1, "accord: there is no operation BRAVO that you may see\n"));
}

#[sqlx::test(migrations = false)]
async fn planned_against_actual_and_metrics_are_drawn(_: PgPoolOptions, options: PgConnectOptions) {
    let served = Served::saphan_until(options, "2023-10-12T16:00:00+07:00").await;
    let chart = ["chart", "--operation", "SAPHAN", "--kind", "actual"];
    let svg = served.done("LAO-02", &chart).await.out;
    assert!(
        svg.contains("T17 Secure Site B: planned 2023-10-09 23:00 to 2023-10-10 11:00 UTC, was "),
        "{svg}"
    );
    assert!(svg.contains("start +1:30, end +2; driven by own start +1:30, own length +0:30"), "{svg}");
    assert!(svg.contains("; start +3:10, under way") || svg.contains(", under way; driven by"), "{svg}");
    let again = served.done("LAO-02", &chart).await.out;
    assert!(svg == again);
    let wrong = served.plan("LAO-02", &[&chart[..], &["--rows", "partner"]].concat()).await;
    assert_eq!((wrong.code, wrong.err.as_str()), (1, "accord: --rows and --columns are for --kind matrix\n"));

    let at = served.head().to_string();
    let metrics = async |more: &[&str]| {
        let ran =
            served.run("LAO-02", &[&["metrics", "--operation", "SAPHAN", "--at", &at], more].concat()).await;
        assert_eq!((ran.code, ran.err.as_str()), (0, ""), "{ran:#?}");
        ran
    };
    let told = metrics(&["--html", "one.html"]).await.out;
    assert_eq!(told, format!("Wrote the metrics of SAPHAN, as of position {at}, to one.html.\n"));
    served.on_saphan("IssueSitrep", json!({ "until": "2023-10-12T14:00:00+07:00" })).await;
    metrics(&["--html", "two.html", "--json"]).await.json();
    let [one, two] = ["one.html", "two.html"].map(|name| fs::read_to_string(served.path(name)).unwrap());
    assert!(one == two, "to the byte");
    // At 02:00 it was known that the first unit came after 180 minutes, and later that it came after 165.
    let respond = one.split("<svg ").find(|svg| svg.contains("Time to respond of INC-001")).unwrap();
    assert!(respond.contains(": none; ") && respond.contains("165 min."), "{respond}");
    assert!(text(&one).contains("Computed"), "how it is computed");
    let both = served.run("THA-02", &["metrics", "--operation", "SAPHAN", "--html", "x", "--csv"]).await;
    assert_eq!(both.code, 2);
}

#[sqlx::test(migrations = false)]
async fn a_report_on_a_plan_that_was_withdrawn_is_of_that_plan_and_keeps_what_was_decided_on_it(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let served = Served::saphan_until(options, "2023-10-12T16:00:00+07:00").await;
    let export = async || {
        let ran = served.run("THA-01", &["review", "export", "--operation", "SAPHAN"]).await;
        assert_eq!((ran.code, ran.err.as_str()), (0, ""), "{ran:#?}");
        text(&ran.out)
    };
    let words = |text: &str| {
        let words = text.split("Go or no-go for ").skip(1).map(|row| row.split(" position ").next().unwrap());
        words.map(str::to_owned).collect::<Vec<_>>()
    };
    let chart = ["chart", "--operation", "SAPHAN", "--kind", "actual"];
    let before = export().await;
    assert_eq!(words(&before).len(), 3, "THA, CHN and MMR: {:?}", words(&before));
    let bars = |svg: &str| {
        let bars =
            svg.split("<title>").skip(1).filter_map(|bar| Some(bar.split_once("</title>")?.0.to_owned()));
        bars.filter(|bar| bar.contains(": planned ")).collect::<Vec<_>>()
    };
    let drawn = served.done("THA-01", &chart).await.out;
    assert!(drawn.contains("Version 2 (PROMULGATED)") && bars(&drawn).len() > 20, "{drawn}");

    served.on_saphan("WithdrawPlan", json!({ "reason": "The border is closed" })).await;
    let after = export().await;
    assert_eq!(words(&after), words(&before));
    served.on_saphan("OpenAmendment", json!({ "reason": "By another road" })).await;
    let query = "{ operation(code: \"SAPHAN\") { plan { number status } } }";
    let plan = served.ask("THA-01", query, Value::Null).await["operation"]["plan"].take();
    assert_eq!(plan, json!({ "number": 3, "status": "DRAFT" }));
    let again = export().await;
    assert_eq!(words(&again), words(&before));
    let redrawn = served.done("THA-01", &chart).await.out;
    assert_eq!(bars(&redrawn), bars(&drawn));
    for shown in [&again, &redrawn] {
        assert!(shown.contains("Version 2 (WITHDRAWN)") && !shown.contains("Version 3 ("), "{shown}");
    }
}
