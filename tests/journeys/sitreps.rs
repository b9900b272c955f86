//! SITREPs: counted for those who read them, frozen, and put right by others.

use crate::{
    execution::{active, at, set_clock, told},
    support::{Server, codes, column},
};
use serde_json::{Value, json};
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};

/// ALPHA, half an hour after its H-hour: Myanmar has begun T01, and Thailand T03, which Lao PDR does not see.
async fn under_way(server: &Server) {
    active(server).await;
    set_clock(server, "2023-10-08T23:05:00Z");
    server.done("MMR-01", "startTask", json!({ "operation": "ALPHA", "task": "T01" }), "").await;
    server.done("THA-01", "startTask", json!({ "operation": "ALPHA", "task": "T03" }), "").await;
    set_clock(server, "2023-10-08T23:30:00Z");
}

async fn issue(server: &Server, until: &str, more: Value, shown: &str) -> Value {
    let mut input = json!({ "operation": "ALPHA", "until": until });
    input.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    server.done("THA-01", "issueSitrep", input, shown).await["sitrep"].take()
}

/// A SITREP of ALPHA, as somebody sees it; null where there is none for them.
async fn seen(server: &Server, who: &str, code: &str, fields: &str) -> Value {
    let query = format!("{{ operation(code: \"ALPHA\") {{ sitrep(code: \"{code}\") {{ {fields} }} }} }}");
    server.data(who, &query, Value::Null).await["operation"]["sitrep"].take()
}

const FIGURES: &str = "figures { tasks { planned issued inProgress completed } started ended conflicts
    incidents { priority open contained closed } requests { open answeredOnTime answeredLate withdrawn }
    clocks { open met breached } contributions { pledged accepted acceptedMoney { amount currency } }
    next { starts finishes } }";

#[sqlx::test(migrations = false)]
async fn a_sitrep_is_counted_for_its_readers_and_stays_as_it_was(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let server = Server::empty(options).await;
    under_way(&server).await;
    let shown =
        format!("sitrep {{ id code number correction from until post {{ code }} remarks final {FIGURES} }}");
    let mut issued = issue(&server, "2023-10-08T23:30:00Z", json!({ "remarks": "Quiet" }), &shown).await;
    let id = issued["id"].take();
    let figures = json!({
        "tasks": { "planned": 1, "issued": 0, "inProgress": 1, "completed": 0 },
        "started": ["T01"], "ended": [], "conflicts": 0, "incidents": [],
        "requests": { "open": 0, "answeredOnTime": 0, "answeredLate": 0, "withdrawn": 0 },
        "clocks": { "open": 0, "met": 0, "breached": 0 },
        "contributions": { "pledged": 0, "accepted": 0, "acceptedMoney": [] },
        "next": { "starts": ["T02"], "finishes": ["T01", "T02"] },
    });
    let expected = json!({
        "id": null, "code": "SITREP-01", "number": 1, "correction": null, "from": null,
        "until": "2023-10-08T23:30:00Z", "post": { "code": "THA-01" }, "remarks": "Quiet", "final": false,
        "figures": figures,
    });
    assert_eq!(issued, expected);

    // One for Myanmar alone counts what Lao PDR does not see, and is not there for it.
    let narrow = json!({ "release": { "releasableTo": ["MMR"] } });
    let issued =
        issue(&server, "2023-10-08T23:31:00Z", narrow, "sitrep { figures { tasks { inProgress } } }").await;
    assert_eq!(issued["figures"]["tasks"]["inProgress"], 2);
    let list = "{ operation(code: \"ALPHA\") { sitreps { totalCount nodes { code } } } }";
    let listed = server.data("LAO-01", list, Value::Null).await["operation"]["sitreps"].take();
    assert_eq!(listed, json!({ "totalCount": 1, "nodes": [{ "code": "SITREP-01" }] }));
    for code in ["SITREP-02", "SITREP-09"] {
        assert_eq!(seen(&server, "LAO-01", code, "code").await, Value::Null);
    }

    // Whatever comes to light, nothing changes but that it was corrected.
    let query = "{ operation(code: \"ALPHA\") { task(code: \"T01\") { claims { id kind } } } }";
    let claims = server.data("MMR-01", query, Value::Null).await["operation"]["task"]["claims"].take();
    let started = claims.as_array().unwrap().iter().find(|claim| claim["kind"] == "STARTED").unwrap();
    let correction =
        json!({ "claimId": started["id"], "at": "2023-10-08T23:30:30Z", "reason": "By the log" });
    set_clock(&server, "2023-10-09T01:00:00Z");
    server.done("MMR-01", "correctTaskTimes", correction, "").await;
    assert_eq!(seen(&server, "LAO-01", "SITREP-01", FIGURES).await["figures"], figures);
    let input = json!({ "sitrepId": id, "reason": "T01 began later" });
    let shown =
        "sitrep { code number correction reason until corrects { code } differences { figure was is } }";
    let done = server.done("THA-01", "correctSitrep", input.clone(), shown).await;
    assert_eq!(
        done["sitrep"],
        json!({
            "code": "SITREP-01-C1", "number": 1, "correction": 1, "reason": "T01 began later",
            "until": "2023-10-08T23:30:00Z", "corrects": { "code": "SITREP-01" },
            "differences": [
                { "figure": "tasks.planned", "was": "1", "is": "2" },
                { "figure": "tasks.inProgress", "was": "1", "is": "0" },
                { "figure": "started", "was": "T01", "is": "-" },
                { "figure": "conflicts", "was": "0", "is": "1" },
            ],
        })
    );
    let after = seen(&server, "LAO-01", "SITREP-01", &format!("{FIGURES} correctedBy {{ code }}")).await;
    assert_eq!((&after["figures"], &after["correctedBy"]["code"]), (&figures, &json!("SITREP-01-C1")));
    let before = "{ asOf(at: { recordedAt: \"2023-10-08T23:40:00Z\" }) { operation(code: \"ALPHA\") {
        sitreps { nodes { code correctedBy { code } figures { started } } } } } }";
    let data = server.data("LAO-01", before, Value::Null).await;
    let then = json!([{ "code": "SITREP-01", "correctedBy": null, "figures": { "started": ["T01"] } }]);
    assert_eq!(data["asOf"]["operation"]["sitreps"]["nodes"], then);
    let known = seen(
        &server,
        "LAO-01",
        "SITREP-01",
        "knownThen { operation(code: \"ALPHA\") { task(code: \"T01\") { status } } }",
    )
    .await;
    assert_eq!(known["knownThen"]["operation"]["task"]["status"], "IN_PROGRESS");
    let history = seen(&server, "LAO-01", "SITREP-01", "history { nodes { type } }").await;
    assert_eq!(column(&history["history"]["nodes"], "/type"), ["SitrepIssued", "SitrepCorrected"]);
    let refusals = server.refused("THA-01", "correctSitrep", input).await;
    assert_eq!(told(&refusals), [at("WRONG_STATE", "sitrepId")]);
}

#[sqlx::test(migrations = false)]
async fn every_fault_of_a_sitrep_is_told_at_its_field_and_none_of_what_is_hidden(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let server = Server::empty(options).await;
    under_way(&server).await;
    let narrow = json!({ "release": { "releasableTo": [] } });
    let issued = issue(&server, "2023-10-08T23:30:00Z", narrow, "sitrep { id }").await;
    let wrong = json!({
        "operation": "ALPHA", "until": "2023-10-08T23:30:00Z", "release": { "releasableTo": ["VNM"] },
    });
    let refusals = server.refused("THA-01", "issueSitrep", wrong).await;
    assert_eq!(
        told(&refusals),
        [at("INVALID_VALUE", "until"), at("UNKNOWN_REFERENCE", "release.releasableTo.0")]
    );
    let ahead = json!({ "operation": "ALPHA", "until": "2023-10-09T23:30:00Z" });
    assert_eq!(
        told(&server.refused("THA-01", "issueSitrep", ahead.clone()).await),
        [at("OCCURRED_IN_FUTURE", "until")]
    );
    assert_eq!(codes(&server.refused("MMR-01", "issueSitrep", ahead).await), ["FORBIDDEN"]);
    // Hidden and absent answer alike.
    let correct = |id: &Value| json!({ "sitrepId": id, "reason": "Miscounted" });
    let hidden = server.refused("MMR-01", "correctSitrep", correct(&issued["id"])).await;
    let absent =
        server.refused("MMR-01", "correctSitrep", correct(&json!("sitrep_00000000000000000000000000"))).await;
    assert_eq!(hidden, absent);
    assert_eq!(told(&hidden), [at("NOT_FOUND", "sitrepId")]);
    // It is shown to nobody for whom it was not counted.
    let mark = json!({ "matterId": issued["id"], "releasableTo": ["LAO"] });
    let refusals = server.refused("THA-01", "markReleasability", mark).await;
    assert_eq!(told(&refusals), [at("INVALID_VALUE", "releasableTo.0")]);
    assert_eq!(
        refusals[0]["message"],
        "SITREP-01 was not counted for LAO: issue another one for its readers."
    );
}
