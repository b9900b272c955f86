//! `accord metrics`: the figures of an operation, for people and for programs.

use super::Served;
use serde_json::{Value, json};
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};

#[sqlx::test(migrations = false)]
async fn metrics_are_a_table_for_people_and_lines_for_programs(_: PgPoolOptions, options: PgConnectOptions) {
    let served = Served::saphan_until(options, "2023-12-12T09:00:00+07:00").await;
    let metrics = async |post: &str, more: &[&str]| {
        served.run(post, &[&["metrics", "--operation", "SAPHAN"], more].concat()).await
    };
    let shown = metrics("THA-02", &[]).await;
    assert_eq!((shown.code, shown.err.as_str()), (0, ""), "{shown:#?}");
    let line = |start: &str| {
        let mut lines = shown.out.lines().filter(|line| line.starts_with(start));
        lines
            .next()
            .unwrap_or_else(|| panic!("{start}: {}", shown.out))
            .split_whitespace()
            .collect::<Vec<_>>()
    };
    assert!(shown.out.starts_with(&format!("SAPHAN, as of position {}\n\n", served.head())));
    assert_eq!(line("Time to decide"), ["Time", "to", "decide", "INC-001", "51", "min"]);
    let on_time = line("Acknowledged on time");
    assert_eq!(on_time[3..], ["SAPHAN", "80.0", "%", "4", "of", "5"]);
    assert_eq!(line("Watch gap")[2..], ["CMCC", "20", "min", "of", "1"]);
    assert_eq!(shown.out.lines().filter(|line| line.starts_with("Start variance")).count(), 1);

    let told = metrics("THA-02", &["--json"]).await;
    let told: Vec<Value> = told.out.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let t16 = told
        .iter()
        .find(|metric| metric["code"] == "FINISH_VARIANCE" && metric["subjectCode"] == "T16")
        .unwrap();
    assert_eq!((&t16["value"], &t16["evidence"]["totalCount"]), (&json!("-180"), &json!(2)));

    let then = metrics("LAO-02", &["--csv", "--as-of", "2023-10-12T02:00+07:00"]).await;
    let known = "TIME_TO_RESPOND,INC-001,MINUTES,180,,,,,2\n";
    assert!(then.out.contains(known), "{}", then.out);
    let of_laos = metrics("THA-02", &["--csv", "--partner", "LAO"]).await;
    assert!(of_laos.out.contains("ACKNOWLEDGED_ON_TIME,SAPHAN,PERCENT,0.0,,0,1,,1\n"), "{}", of_laos.out);
    assert!(of_laos.out.contains("ROUNDS,SAPHAN,COUNT,,NOT_NARROWED,,,,0\n"), "{}", of_laos.out);

    let both = metrics("THA-02", &["--csv", "--json"]).await;
    assert_eq!(both.code, 2, "{both:#?}");
}
