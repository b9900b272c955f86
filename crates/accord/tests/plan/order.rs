//! Charts, orders and comparisons, as people get them.

use crate::Served;
use serde_json::{Value, json};
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use std::fs;

const CHART: [&str; 3] = ["chart", "--operation", "SAPHAN"];
const ORDER: [&str; 3] = ["export", "--operation", "SAPHAN"];
const DIFF: [&str; 3] = ["diff", "--operation", "SAPHAN"];

const MARKING: &str = "RESTRICTED · H0 · releasable to CHN, LAO, MMR, THA";

#[sqlx::test(migrations = false)]
async fn a_plan_is_drawn_as_a_gantt_chart_and_as_a_matrix(_: PgPoolOptions, options: PgConnectOptions) {
    let served = Served::saphan(options).await;
    let gantt = served.done("THA-02", &CHART).await.out;
    for drawn in [
        "<svg xmlns=\"http://www.w3.org/2000/svg\" role=\"img\"",
        ">Gantt chart: Operation SAPHAN: assistance to trafficking victims, Myawaddy (SAPHAN)<",
        "29 tasks in 5 phases from H-288 to H+1176, 0 of them milestones. Critical: T29.",
        "<title>T15 Go / no-go conference: H-24 to H-20, float 584 h, to H+564</title>",
        MARKING,
        "2023-10-09 06:00 +07:00 (Asia/Bangkok)",
    ] {
        assert!(gantt.contains(drawn), "{drawn}");
    }
    let yangon = served.done("LAO-01", &[&CHART[..], &["--zone", "Asia/Yangon"]].concat()).await.out;
    assert!(yangon.contains("2023-10-09 05:30 +06:30 (Asia/Yangon)"));
    // H-hour was not set then, and nobody knew of the second version.
    let then =
        served.done("THA-02", &[&CHART[..], &["--as-of", "2023-09-12T00:00+07:00"]].concat()).await.out;
    assert!(
        then.contains("H-hour: not set") && then.contains("28 tasks in 5 phases") && then.contains(">DRAFT<")
    );

    let matrix = [&CHART[..], &["--kind", "matrix"]].concat();
    let drawn = served.done("THA-02", &matrix).await.out;
    assert!(drawn.contains("P2, LOE3: T12, T14, T15 (decision due: DP1)."), "{drawn}");
    let days = [&matrix[..], &["--rows", "partner", "--columns", "day", "-o", "days.svg", "--json"]].concat();
    let told = served.done("THA-02", &days).await.json();
    let position = served.head();
    assert_eq!(
        told,
        json!({ "operation": "SAPHAN", "version": 2, "position": position, "file": "days.svg" })
    );
    let drawn = fs::read_to_string(served.path("days.svg")).unwrap();
    assert!(drawn.contains("D+1, THA: T22 (decision due: DP2)."), "{drawn}");
    let wrong = served.plan("THA-02", &[&CHART[..], &["--rows", "partner"]].concat()).await;
    assert_eq!((wrong.code, wrong.err.as_str()), (1, "accord: --rows and --columns are for --kind matrix\n"));
}

#[sqlx::test(migrations = false)]
async fn an_order_shows_its_reader_what_is_released_to_it_and_names_the_rest(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let served = Served::saphan(options).await;
    let html = [&ORDER[..], &["--format", "html"]].concat();
    let (host, lao) = (served.done("THA-02", &html).await.out, served.done("LAO-01", &html).await.out);
    for order in [&host, &lao] {
        assert_eq!(order.matches(&format!("<p class=\"marking\">{MARKING}</p>")).count(), 2);
        for said in [
            "1. Situation",
            "5. Command and signal",
            "Escort recovered persons",
            "Decision due: DP2",
            "CHN-01",
        ] {
            assert!(order.contains(said), "{said}");
        }
        assert!(order.contains("All 12 secure terminals accepted before phase P3"), "a condition");
        assert!(!order.contains("DRAFT"));
    }
    assert!(host.contains("Annex B: ") && host.contains("Annex D: ") && !host.contains("Withheld"));
    assert!(!lao.contains("Annex B: ") && !lao.contains("Annex D: "));
    assert!(lao.contains("Withheld from this copy</bdi></h2>"));
    assert!(
        lao.contains(
            r#"<ul><li><bdi dir="auto">Annex B</bdi></li><li><bdi dir="auto">Annex D</bdi></li></ul>"#
        ),
        "everybody is told the parts' codes"
    );
    let police =
        served.done("THA-02", &[&html[..], &["--view", "iimarch", "--version", "1"]].concat()).await.out;
    assert!(
        police.contains("3. Method")
            && police.contains("1 (SUPERSEDED)")
            && !police.contains("5. Command and signal")
    );
    assert!(police.contains("rejected") && police.contains("Tasks: T18, T21"));

    let pdf = [&ORDER[..], &["--format", "pdf"]].concat();
    let piped = served.done("LAO-01", &pdf).await.out;
    assert!(piped.starts_with("%PDF-1.7"));
    for name in ["one.pdf", "two.pdf"] {
        let told = served.done("LAO-01", &[&pdf[..], &["-o", name]].concat()).await.out;
        let position = served.head();
        assert_eq!(
            told,
            format!("Wrote the order of version 2 of SAPHAN, as of position {position}, to {name}.\n")
        );
    }
    let [one, two] = ["one.pdf", "two.pdf"].map(|name| fs::read(served.path(name)).unwrap());
    assert!(one == two && String::from_utf8_lossy(&one) == piped, "the same bytes");
    let nowhere = served.plan("LAO-01", &[&pdf[..], &["--fonts", "nowhere"]].concat()).await;
    assert_eq!((nowhere.code, nowhere.err.as_str()), (1, "accord: nowhere is no directory of fonts\n"));
}

#[sqlx::test(migrations = false)]
async fn a_draft_is_marked_and_what_it_can_not_print_is_told(_: PgPoolOptions, options: PgConnectOptions) {
    let served = Served::saphan(options).await;
    // Letters of private use, and of no font.
    let tasks = "code,title,phase,lead,territory,duration,predecessors\n\
                 T01,Open & <see>,P1,THA,THA,2h,\nT02,\u{10FFFD},P1,THA,THA,0h,T01\n";
    fs::write(served.path("tasks.csv"), tasks).unwrap();
    let found =
        ["import", "tasks.csv", "--new-operation", "BRAVO", "--title", "Operation BRAVO", "--lead", "THA"];
    served.done("THA-02", &found).await;
    let order = ["export", "--operation", "BRAVO", "--format", "html"];
    let html = served.done("THA-02", &order).await.out;
    assert!(html.contains("<p class=\"draft\">DRAFT: not decided, and not in force</p>"));
    assert!(html.contains("<p class=\"marking\">DRAFT · RESTRICTED · H0 · releasable to THA</p>"));
    assert!(html.contains("Open &amp; &lt;see&gt;") && html.contains("\u{10FFFD}"));
    assert!(html.contains("T02 \u{10FFFD}: milestone at H+2"));
    assert!(
        html.contains("<div><bdi dir=\"auto\">As soon as possible</bdi></div>"),
        "tasks without an offset"
    );
    let pdf = served
        .plan("THA-02", &["export", "--operation", "BRAVO", "--format", "pdf", "-o", "bravo.pdf"])
        .await;
    assert_eq!((pdf.code, pdf.out.as_str(), served.path("bravo.pdf").exists()), (1, "", false));
    assert!(
        pdf.err.contains("U+10FFFD") && pdf.err.contains("--fonts") && pdf.err.contains("--format html"),
        "{pdf:#?}"
    );
}

#[sqlx::test(migrations = false)]
async fn two_versions_are_compared_section_by_section_and_field_by_field(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let served = Served::saphan(options).await;
    let position = served.head();
    let text = served.done("THA-02", &DIFF).await.out;
    let lines = [
        "+ dependency T13 waits for T05: FINISH_TO_START",
        "+ dependency T13 waits for T08: FINISH_TO_START",
        "+ dependency T14 waits for T13: FINISH_TO_START",
        "+ dependency T23 waits for T13: FINISH_TO_START",
        "+ task T13: Risk and rights assessment (non-punishment, non-refoulement)",
        "~ task T18: lead: CHN -> MMR",
        "~ task T18: post: CHN-03 -> MMR-03",
        "~ task T21: title: Hand over recovered persons at the sites to a joint escort -> Escort recovered persons to Friendship Bridge No. 2",
    ];
    let head = format!(
        "SAPHAN, from version 1 (SUPERSEDED) as of position {position} to version 2 (PROMULGATED) as of position {position}: 8 differences."
    );
    assert_eq!(text.lines().collect::<Vec<_>>(), [&[head.as_str()], &lines[..]].concat());

    let told =
        served.done("THA-02", &[&DIFF[..], &["--from", "2", "--to", "1", "--json"]].concat()).await.json();
    assert_eq!((&told["from"]["number"], &told["to"]["status"]), (&json!(2), &json!("SUPERSEDED")));
    assert_eq!(told["to"]["position"], position);
    let changes = told["changes"].as_array().unwrap();
    assert_eq!(
        changes[0],
        json!({
            "kind": "REMOVED", "of": "dependency", "code": "T13 waits for T05",
            "before": { "kind": "FINISH_TO_START", "lag": "PT0H" }, "after": Value::Null,
        })
    );
    assert_eq!(
        changes[5],
        json!({ "kind": "CHANGED", "of": "task", "code": "T18", "field": "lead", "before": "MMR", "after": "CHN" })
    );

    // Between two moments: when the first version was being drafted, and now.
    let since = [&DIFF[..], &["--since", "2023-09-12T00:00+07:00"]].concat();
    let since = served.done("THA-02", &since).await.out;
    assert!(since.starts_with("SAPHAN, from version 1 (DRAFT) as of position "), "{since}");
    assert!(since.contains(lines[5]), "{since}");
    let same = served.done("THA-02", &[&DIFF[..], &["--from", "2"]].concat()).await.out;
    assert!(same.ends_with(": nothing differs.\n"), "{same}");
    let first = served.plan("THA-02", &[&DIFF[..], &["--to", "1"]].concat()).await;
    assert_eq!(
        (first.code, first.err.as_str()),
        (1, "accord: version 1 amends no other that you may see: give --from, or --since\n")
    );
    let late = ["--since", &position.to_string(), "--as-of", "100"].map(str::to_owned);
    let late: Vec<&str> = DIFF.into_iter().chain(late.iter().map(String::as_str)).collect();
    let late = served.plan("THA-02", &late).await;
    assert_eq!((late.code, late.err.as_str()), (1, "accord: --since is later than --as-of\n"));
}

#[sqlx::test(migrations = false)]
async fn a_start_that_moved_with_what_it_waits_for_is_a_difference(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let served = Served::saphan(options).await;
    served.on_saphan("OpenAmendment", json!({ "reason": "Flood" })).await;
    let header = "code,title,phase,lead,territory,offset,duration,predecessors\n";
    let import = async |name: &str, task: &str| {
        fs::write(served.path(name), [header, task].concat()).unwrap();
        served.done("THA-02", &["import", name, "--operation", "SAPHAN"]).await;
    };
    import("follow.csv", "T90,Follow,P1,THA,THA,,PT1H,T01FS+2h\n").await;
    import("longer.csv", "T01,Open the centre,P1,THA,THA,-PT288H,PT30H,\n").await;
    let drafted = served.head().to_string();
    // What is decided on has the task where it is laid out.
    served.on_saphan("SubmitPlan", json!({})).await;
    let since = [&DIFF[..], &["--from", "3", "--to", "3", "--since", &drafted]].concat();
    let text = served.done("THA-02", &since).await.out;
    let lines: Vec<&str> = text.lines().skip(1).collect();
    assert_eq!(lines, ["~ task T90: offset: -PT262H -> -PT256H"], "{text}");
}

/// Withholds a task of Myanmar's from Lao PDR.
async fn withhold(served: &Served, task: &str) {
    let ask = async |query: &str, variables: Value| served.ask("THA-01", query, variables).await;
    let query = "query ($code: String!) { operation(code: \"SAPHAN\") { task(code: $code) { id } } }";
    let id = ask(query, json!({ "code": task })).await["operation"]["task"]["id"].take();
    let mutation =
        "mutation ($input: MarkReleasabilityInput!) { markReleasability(input: $input) { __typename } }";
    let marked = ask(mutation, json!({ "input": { "task": id, "releasableTo": ["CHN", "MMR"] } })).await;
    assert_eq!(marked["markReleasability"]["__typename"], "MarkReleasabilityPayload");
}

#[sqlx::test(migrations = false)]
async fn a_task_that_was_withheld_is_in_no_chart_order_or_comparison_of_the_others(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    // Version 2 is under decision: Lao PDR has decided on nothing, else it could not be withheld from it.
    let served = Served::saphan_until(options, "2023-09-19T10:00:00+07:00").await;
    withhold(&served, "T21").await;
    let matrix = [&CHART[..], &["--kind", "matrix"]].concat();
    let html = [&ORDER[..], &["--format", "html"]].concat();
    let (mut told, titles) = (Vec::new(), ["Escort recovered", "joint escort"]);
    for arguments in [&CHART[..], &matrix, &html, &DIFF] {
        let [host, lao] =
            [served.done("THA-02", arguments).await.out, served.done("LAO-01", arguments).await.out];
        assert!(host.contains(titles[0]), "{arguments:?}");
        assert!(titles.iter().all(|title| !lao.contains(title)), "{arguments:?}: {lao}");
        told.push(lao);
    }
    assert!(told[0].contains("28 tasks in 5 phases") && !told[0].contains("T21"));
    assert!(!told[1].contains("T21") && !told[3].contains("T21"));
    assert!(told[2].contains(
        r#"<li><bdi dir="auto">Tasks that were withheld after this version was submitted</bdi></li>"#
    ));
}
