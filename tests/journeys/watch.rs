//! The watch of a centre: who stands it, what it lacks, who relieves whom, and what is in its log for whom.

use crate::{
    plan::coalition,
    support::{Server, codes, column},
};
use serde_json::{Value, json};
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};

fn set_clock(server: &Server, at: &str) {
    server.engine().clock().set(at.parse().unwrap());
}

/// The centre is at work, and two officers of two nations stand each shift: one from 06:00 on, one from 18:00 on. Their ids.
async fn rostered(server: &Server) -> [Value; 2] {
    coalition(server).await;
    server.done("service:import", "activateCentre", json!({ "centre": "CMCC" }), "").await;
    let rules = json!({ "centre": "CMCC", "shiftHours": 12, "minOfficers": 2, "minNations": 2 });
    server.done("THA-01", "setWatchRules", rules, "").await;
    set_clock(server, "2023-10-13T12:00:00Z");
    let mut ids = Vec::new();
    for (from, to, officers) in [
        ("2023-10-14T06:00:00Z", "2023-10-14T18:00:00Z", ["THA-01", "MMR-01"]),
        ("2023-10-14T18:00:00Z", "2023-10-15T06:00:00Z", ["THA-01", "LAO-01"]),
    ] {
        let shift = json!({ "centre": "CMCC", "from": from, "to": to, "officers": officers });
        let mut done = server.done("THA-01", "rosterShift", shift, "shift { id }").await;
        ids.push(done["shift"]["id"].take());
    }
    ids.try_into().unwrap()
}

async fn assume(server: &Server, who: &str, shift: &Value) -> Value {
    let shown = "shift { status onWatch { post { code } } missing { code } gaps { until duration } }";
    server.done(who, "assumeWatch", json!({ "shiftId": shift }), shown).await["shift"].take()
}

/// A field of the centre as somebody sees it.
async fn centre(server: &Server, who: &str, fields: &str) -> Value {
    let query = format!("{{ centre(code: \"CMCC\") {{ {fields} }} }}");
    server.data(who, &query, Value::Null).await["centre"].take()
}

#[sqlx::test(migrations = false)]
async fn a_watch_is_planned_stood_and_handed_over(_: PgPoolOptions, options: PgConnectOptions) {
    let server = Server::empty(options).await;
    let [day, night] = rostered(&server).await;
    set_clock(&server, "2023-10-14T05:30:00Z");
    let agenda = "{ viewer { agenda(first: 9) { nodes { kind why due overdue mutation operation { code }
        shift { number } } } } }";
    let waiting = |data: Value| data["viewer"]["agenda"]["nodes"].clone();
    let expected = json!([{
        "kind": "SHIFT_TO_ASSUME", "why": "MMR-01 is to take its place in the watch of CMCC.",
        "due": "2023-10-14T06:00:00Z", "overdue": false, "mutation": "assumeWatch", "operation": null,
        "shift": { "number": 1 },
    }]);
    assert_eq!(waiting(server.data("MMR-01", agenda, Value::Null).await), expected);
    assert_eq!(waiting(server.data("LAO-01", agenda, Value::Null).await), json!([]));
    let first = assume(&server, "THA-01", &day).await;
    assert_eq!(column(&first["missing"], "/code"), ["MMR-01"]);
    let full = assume(&server, "MMR-01", &day).await;
    assert_eq!(column(&full["onWatch"], "/post/code"), ["THA-01", "MMR-01"]);
    assert_eq!((&full["status"], &full["missing"]), (&json!("ON_WATCH"), &json!([])));
    assert_eq!(waiting(server.data("MMR-01", agenda, Value::Null).await), json!([]));

    set_clock(&server, "2023-10-14T17:45:00Z");
    let over = json!({ "shiftId": day, "reliefId": night, "brief": "Nothing is open." });
    let refusals = server.refused("MMR-01", "handOverWatch", over.clone()).await;
    assert_eq!(codes(&refusals), ["NO_RELIEF"]);
    assert_eq!(refusals[0]["field"], json!(["reliefId"]));
    let refusals = server.refused("LAO-01", "handOverWatch", over.clone()).await;
    assert_eq!(codes(&refusals), ["FORBIDDEN"]);
    assume(&server, "LAO-01", &night).await;
    assume(&server, "THA-01", &night).await;
    let entries = server.data("MMR-01", agenda, Value::Null).await;
    assert_eq!(column(&entries["viewer"]["agenda"]["nodes"], "/kind"), ["SHIFT_TO_HAND_OVER"]);
    let shown = "shift { status handover { at brief to { number } } }";
    let done = server.done("MMR-01", "handOverWatch", over, shown).await;
    let relieved =
        json!({ "at": "2023-10-14T17:45:00Z", "brief": "Nothing is open.", "to": { "number": 2 } });
    assert_eq!(done["shift"], json!({ "status": "HANDED_OVER", "handover": relieved }));

    // Who stood it when, on the axis of the world.
    let runs = "before: watch(validAt: \"2023-10-14T05:59:00Z\") { number }
        day: watch(validAt: \"2023-10-14T17:44:00Z\") { number status(validAt: \"2023-10-14T17:44:00Z\") }
        night: watch(validAt: \"2023-10-14T17:45:00Z\") { number } now: watch { number }";
    let expected = json!({
        "before": null, "day": { "number": 1, "status": "ON_WATCH" }, "night": { "number": 2 }, "now": { "number": 2 },
    });
    assert_eq!(centre(&server, "LAO-01", runs).await, expected);
    let covered = "coverage(from: \"2023-10-14T16:30:00Z\", to: \"2023-10-14T18:00:00Z\") {
        from to officers nations { partner { code } officers } }";
    let nation = |code: &str| json!({ "partner": { "code": code }, "officers": 1 });
    let hours = json!([
        { "from": "2023-10-14T16:30:00Z", "to": "2023-10-14T17:30:00Z", "officers": 2,
          "nations": [nation("MMR"), nation("THA")] },
        { "from": "2023-10-14T17:30:00Z", "to": "2023-10-14T18:00:00Z", "officers": 3,
          "nations": [nation("LAO"), nation("MMR"), nation("THA")] },
    ]);
    assert_eq!(centre(&server, "LAO-01", covered).await["coverage"], hours);
    let long = "{ centre(code: \"CMCC\") { coverage(from: \"2023-10-01T00:00:00Z\", to: \"2023-11-02T00:00:00Z\") { from } } }";
    let answer = server.ask("LAO-01", long, Value::Null).await;
    assert_eq!(answer["errors"][0]["extensions"]["code"], "BAD_USER_INPUT", "{answer}");
    let listed = "shifts(from: \"2023-10-14T18:00:00Z\", first: 1) { totalCount nodes { number from to officers { code } } }";
    let night = json!({
        "number": 2, "from": "2023-10-14T18:00:00Z", "to": "2023-10-15T06:00:00Z",
        "officers": [{ "code": "THA-01" }, { "code": "LAO-01" }],
    });
    assert_eq!(
        centre(&server, "LAO-01", listed).await["shifts"],
        json!({ "totalCount": 1, "nodes": [night] })
    );
    server.stop().await;
}

#[sqlx::test(migrations = false)]
async fn a_shift_that_lacks_officers_is_told_of_once_and_until_it_is_filled(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let server = Server::empty(options).await;
    let [day, night] = rostered(&server).await;
    set_clock(&server, "2023-10-14T05:30:00Z");
    assume(&server, "THA-01", &day).await;
    assert_eq!(server.engine().tell_due().await.unwrap(), 0, "it has not begun");
    set_clock(&server, "2023-10-14T06:00:01Z");
    assert_eq!(server.engine().tell_due().await.unwrap(), 1);
    assert_eq!(server.engine().tell_due().await.unwrap(), 0, "it is told once");
    let seen = "{ node(id: \"ID\") { ... on Shift { status gaps { from until duration missing { code } }
        history { nodes { type } } } } }";
    let seen = seen.replace("ID", day.as_str().unwrap());
    let shift = server.data("LAO-01", &seen, Value::Null).await["node"].take();
    let gap = json!({ "from": "2023-10-14T06:00:00Z", "until": null, "duration": null, "missing": [{ "code": "MMR-01" }] });
    assert_eq!((&shift["status"], &shift["gaps"]), (&json!("GAP"), &json!([gap])));
    let before = server.head("LAO-01").await;
    // Entered an hour later: the gap lasted as long as nobody was there.
    set_clock(&server, "2023-10-14T07:00:00Z");
    let late = json!({ "shiftId": day, "occurredAt": "2023-10-14T06:20:00Z" });
    let shown = "shift { status gaps { until duration } }";
    let done = server.done("MMR-01", "assumeWatch", late, shown).await;
    let filled = json!([{ "until": "2023-10-14T06:20:00Z", "duration": "PT20M" }]);
    assert_eq!(done["shift"], json!({ "status": "ON_WATCH", "gaps": filled }));
    let types = server.data("LAO-01", &seen, Value::Null).await;
    let types = column(&types["node"]["history"]["nodes"], "/type").join(" ");
    assert_eq!(types, "ShiftRostered WatchAssumed WatchGapDetected WatchAssumed WatchGapEnded");
    // As it was known before.
    let then = "query ($at: Position!) { asOf(at: { position: $at }) { centre(code: \"CMCC\") {
        watch(validAt: \"2023-10-14T06:30:00Z\") { status(validAt: \"2023-10-14T06:30:00Z\") } } } }";
    let then = server.data("LAO-01", then, json!({ "at": before })).await;
    assert_eq!(then["asOf"]["centre"]["watch"]["status"], "GAP");
    // The next one is full when it begins, and nothing is told of it.
    set_clock(&server, "2023-10-14T17:59:00Z");
    assume(&server, "THA-01", &night).await;
    assume(&server, "LAO-01", &night).await;
    set_clock(&server, "2023-10-14T18:00:01Z");
    assert_eq!(server.engine().tell_due().await.unwrap(), 0);
    server.stop().await;
}

#[sqlx::test(migrations = false)]
async fn an_entry_of_the_log_is_for_its_readers_and_its_correction_too(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let server = Server::empty(options).await;
    rostered(&server).await;
    let entry = |text: &str, more: Value| {
        let mut input = json!({ "centre": "CMCC", "category": "SECURITY", "text": text });
        input.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        input
    };
    let shown = "entry { id number occurredAt recordedAt lag owner { code } author { code } release { releasableTo { code } } }";
    let early = entry("Shots were heard", json!({ "occurredAt": "2023-10-13T11:40:00Z" }));
    let open = server.done("LAO-01", "makeLogEntry", early, shown).await["entry"].take();
    let expected = json!({
        "id": open["id"], "number": 1, "occurredAt": "2023-10-13T11:40:00Z", "recordedAt": "2023-10-13T12:00:00Z",
        "lag": "PT20M", "owner": { "code": "LAO" }, "author": { "code": "LAO-01" }, "release": null,
    });
    assert_eq!(open, expected);
    let closed = entry("A patrol left", json!({ "release": { "releasableTo": ["THA"] } }));
    let closed = server.done("MMR-01", "makeLogEntry", closed, shown).await["entry"].take();
    assert_eq!(column(&closed["release"]["releasableTo"], "/code"), ["THA"]);
    let wrong = json!({ "entryId": closed["id"], "text": "A patrol came back", "reason": "Misheard" });
    // Who may not read it is answered as if there were none.
    let mut absent = wrong.clone();
    absent["entryId"] = "logentry_00000000-0000-4000-8000-000000000000".into();
    let refusals = server.refused("LAO-01", "correctLogEntry", wrong.clone()).await;
    assert_eq!(codes(&refusals), ["NOT_FOUND"]);
    assert_eq!(refusals, server.refused("LAO-01", "correctLogEntry", absent).await);
    assert_eq!(codes(&server.refused("THA-01", "correctLogEntry", wrong.clone()).await), ["FORBIDDEN"]);
    let shown = "entry { number correctionReason corrects { number text correctedBy { number } } }";
    let right = server.done("MMR-01", "correctLogEntry", wrong, shown).await["entry"].take();
    let put_right = json!({ "number": 2, "text": "A patrol left", "correctedBy": { "number": 3 } });
    assert_eq!(right, json!({ "number": 3, "correctionReason": "Misheard", "corrects": put_right }));

    let listed = "logEntries(category: \"SECURITY\") { totalCount nodes { number text } }";
    let events =
        "{ events(filter: { types: [\"LogEntryMade\", \"LogEntryCorrected\"] }) { nodes { payload } } }";
    for (who, numbers) in [("LAO-01", vec![1]), ("THA-01", vec![1, 2, 3]), ("MMR-01", vec![1, 2, 3])] {
        let log = centre(&server, who, listed).await["logEntries"].take();
        let seen: Vec<_> =
            log["nodes"].as_array().unwrap().iter().map(|node| node["number"].clone()).collect();
        assert_eq!((json!(seen), &log["totalCount"]), (json!(numbers), &json!(numbers.len())), "{who}");
        let told = server.data(who, events, Value::Null).await;
        assert_eq!(told["events"]["nodes"].as_array().unwrap().len(), numbers.len(), "{who}: {told}");
    }
    assert_eq!(centre(&server, "service:import", listed).await["logEntries"]["totalCount"], 0);
    let other = "logEntries(category: \"LOGISTICS\") { totalCount }";
    assert_eq!(centre(&server, "THA-01", other).await["logEntries"]["totalCount"], 0);
    server.stop().await;
}

#[sqlx::test(migrations = false)]
async fn the_gap_of_saphan_lasted_twenty_minutes(_: PgPoolOptions, options: PgConnectOptions) {
    let server = Server::saphan(options, "2023-10-15T00:00:00+07:00").await;
    let shown = "watch { number status gaps { duration missing { code } } }
        then: watch(validAt: \"2023-10-14T18:19:00+07:00\") { status(validAt: \"2023-10-14T18:19:00+07:00\") }";
    let expected = json!({
        "watch": { "number": 3, "status": "ON_WATCH", "gaps": [{ "duration": "PT20M", "missing": [{ "code": "LAO-01" }] }] },
        "then": { "status": "GAP" },
    });
    assert_eq!(centre(&server, "MMR-01", shown).await, expected);
    server.stop().await;
}
