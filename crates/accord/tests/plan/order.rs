//! Charts, orders and comparisons, as people get them.

use std::fs;

use serde_json::json;
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};

use crate::Served;

const CHART: [&str; 3] = ["chart", "--operation", "SAPHAN"];
const ORDER: [&str; 3] = ["export", "--operation", "SAPHAN"];
const DIFF: [&str; 3] = ["diff", "--operation", "SAPHAN"];

#[sqlx::test(migrations = false)]
async fn look(_: PgPoolOptions, options: PgConnectOptions) {
    let served = Served::saphan(options).await;
    for (who, name, args) in [
        ("THA-02", "gantt.svg", [&CHART[..], &[]].concat()),
        ("THA-02", "m1.svg", [&CHART[..], &["--kind", "matrix"]].concat()),
        (
            "THA-02",
            "m2.svg",
            [&CHART[..], &["--kind", "matrix", "--rows", "partner", "--columns", "day"]].concat(),
        ),
        ("LAO-01", "order.html", [&ORDER[..], &["--format", "html"]].concat()),
        ("THA-02", "tha.html", [&ORDER[..], &["--format", "html", "--view", "iimarch"]].concat()),
        ("THA-02", "order.pdf", [&ORDER[..], &["--format", "pdf", "-o", "/tmp/look-order.pdf"]].concat()),
        ("LAO-01", "lao.pdf", [&ORDER[..], &["--format", "pdf"]].concat()),
        ("THA-02", "diff.txt", DIFF.to_vec()),
        ("THA-02", "diff.json", [&DIFF[..], &["--json"]].concat()),
        ("THA-02", "since.txt", [&DIFF[..], &["--since", "2023-09-12T00:00+07:00"]].concat()),
    ] {
        let ran = served.plan(who, &args).await;
        println!("{name}: {} {} {}", ran.code, ran.err, if ran.out.len() < 5000 { &ran.out } else { "" });
        fs::write(format!("/tmp/look-{name}"), ran.out).unwrap();
    }
    let _ = json!({});
}
