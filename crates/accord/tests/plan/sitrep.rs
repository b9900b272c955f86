//! `accord sitrep`: a SITREP as people get it.

use super::Served;
use serde_json::json;
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use std::fs;

#[sqlx::test(migrations = false)]
async fn a_sitrep_is_shown_as_text_and_written_as_html_and_pdf(_: PgPoolOptions, options: PgConnectOptions) {
    let served = Served::saphan_until(options, "2023-10-12T16:00:00+07:00").await;
    let sitrep = async |post: &str, more: &[&str]| {
        served.run(post, &[&["sitrep", "--operation", "SAPHAN"], more].concat()).await
    };
    let newest = sitrep("LAO-02", &[]).await;
    assert_eq!((newest.code, newest.err.as_str()), (0, ""), "{newest:#?}");
    for said in [
        "RESTRICTED · H0 · releasable to CHN, LAO, MMR, THA\n\nSITREP-03-C1: Operation SAPHAN",
        "Corrects  SITREP-03\n",
        "By        THA-03\n",
        "Tasks\n  What ",
    ] {
        assert!(newest.out.contains(said), "{said}: {}", newest.out);
    }
    let third = sitrep("LAO-02", &["SITREP-03"]).await.out;
    assert!(third.contains("CORRECTED: SITREP-03-C1 puts it right\n"), "{third}");
    let told = sitrep("LAO-02", &["SITREP-02", "--json"]).await.json();
    assert_eq!(
        (&told["code"], &told["figures"]["started"]),
        (&json!("SITREP-02"), &json!(["T18", "T21", "T22"]))
    );

    let position = served.head();
    let written = sitrep("THA-02", &["SITREP-02", "--html", "two.html", "--pdf", "two.pdf"]).await;
    let text = format!("Wrote SITREP-02 of SAPHAN, as of position {position}, to two.html and two.pdf.\n");
    assert_eq!((written.code, written.out.as_str()), (0, text.as_str()), "{written:#?}");
    assert!(fs::read_to_string(served.path("two.html")).unwrap().contains("T18, T21, T22"));
    assert!(fs::read(served.path("two.pdf")).unwrap().starts_with(b"%PDF-1.7"));

    let absent = sitrep("THA-02", &["SITREP-09"]).await;
    let none = "accord: SAPHAN has no SITREP-09 that you may see\n";
    assert_eq!((absent.code, absent.err.as_str()), (1, none));
}
