//! Items of Operation SAPHAN that are released to fewer than the operation: for everybody else they are not
//! there.

use crate::support::{Server, codes, column};
use accord::domain::{Salt, Sha256};
use serde_json::{Value, json};
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};

/// Version 2 is being drafted, and no nation has decided on it.
const DRAFT: &str = "2023-09-18T10:00:00+07:00";

/// Version 2 waits for the nations' decisions; Myanmar has objected to T21 of version 1.
const BEFORE: &str = "2023-09-19T09:30:00+07:00";

/// Ids of what there is about T21, which Myanmar leads on its own territory, as the lead sees it.
struct Escort {
    task: Value,
    planned: Vec<Value>,
    assignment: Value,
}

impl Escort {
    async fn of(server: &Server) -> Self {
        let query = "{ operation(code: \"SAPHAN\") {
           task(code: \"T21\") { id assignments { id } }
           planVersions { edges { node { tasks(first: 100) { edges { node { id code } } } } } }
         } }";
        let data = server.data("THA-01", query, Value::Null).await;
        let versions = data["operation"]["planVersions"]["edges"].as_array().unwrap();
        let tasks = versions.iter().flat_map(|edge| edge["node"]["tasks"]["edges"].as_array().unwrap());
        let planned = tasks.map(|edge| &edge["node"]).filter(|task| task["code"] == "T21");
        let planned: Vec<_> = planned.map(|task| task["id"].clone()).collect();
        assert_eq!(planned.len(), 2, "one in each version");
        let task = &data["operation"]["task"];
        Self { task: task["id"].clone(), planned, assignment: task["assignments"][0]["id"].clone() }
    }

    fn ids(&self) -> Vec<Value> {
        [&self.task, &self.assignment].into_iter().chain(&self.planned).cloned().collect()
    }
}

/// Everything that could tell of a task, but for the codes that plans name in their texts.
const EVERYWHERE: &str = "{
   operation(code: \"SAPHAN\") {
     task(code: \"T21\") { id }
     tasks(first: 100) { totalCount edges { node { ...Task } } }
     escorts: tasks(first: 1, after: null, filter: { leadPartner: \"MMR\" }) { totalCount edges { node { code } } }
     schedule { start length criticalPath { code } conflicts { message tasks { code } }
       tasks { task { code } earlyStart lateFinish totalFloat freeFloat } }
     network: schedule(basis: NETWORK) { length criticalPath { code } tasks { task { code } earlyStart } }
     synchronisationMatrix { cells { tasks { code } } }
     days: synchronisationMatrix(columns: DAY, rows: PARTNER) { columns { code } cells { column row tasks { code } } }
     planVersions { edges { node {
       number contentHash
       schedule { tasks { task { code } } } synchronisationMatrix { cells { tasks { code } } }
       tasks(first: 100) { totalCount edges { node {
         id code title totalFloat critical partHash
         predecessors { code } successors { code } task { id }
       } } }
       decisions { kind tasks { code } conditions { code } }
       outstanding { tasks { code } }
       parts { code }
     } } }
   }
 }
 fragment Task on Task {
   id code title totalFloat critical earliestStart latestFinish
   predecessors { predecessor { code } } successors { successor { code } }
   assignments(includeWithdrawn: true) { id taskCode post { code } }
 }";

/// Whether a filter was refused as one that names a thing that there never was.
fn refused_as_unknown(answer: &Value, named: &Value) -> bool {
    let message = format!("There is no thing with the id `{}`.", named.as_str().unwrap());
    let errors = answer["errors"].as_array();
    errors.is_some_and(|errors| errors.len() == 1 && errors[0]["message"] == message)
}

/// The tasks of each version, counted.
fn counts(seen: &Value) -> Vec<i64> {
    let versions = seen["planVersions"]["edges"].as_array().unwrap();
    versions.iter().map(|edge| edge["node"]["tasks"]["totalCount"].as_i64().unwrap()).collect()
}

#[sqlx::test(migrations = false)]
async fn a_task_released_to_two_is_nowhere_for_the_others_now_and_before(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let server = Server::saphan_without_t21_for_laos(options).await;
    let escort = Escort::of(&server).await;
    let past = EVERYWHERE.replacen('{', &format!("{{ asOf(at: {{ recordedAt: \"{BEFORE}\" }}) {{"), 1);
    let past = past.replacen("\n }\n fragment", "\n } }\n fragment", 1);
    let hash = |seen: &Value| seen["planVersions"]["edges"][1]["node"]["contentHash"].clone();
    let before = server.data("CHN-01", EVERYWHERE, Value::Null).await;
    assert!(before.to_string().contains("\"T21\""), "it is there for others");

    for who in ["LAO-01"] {
        for (query, top) in [(EVERYWHERE, "/operation"), (past.as_str(), "/asOf/operation")] {
            let seen = server.data(who, query, Value::Null).await;
            let text = seen.to_string();
            assert!(
                !text.contains("T21") && !text.contains("Escort") && !text.contains("joint escort"),
                "{who}"
            );
            for id in escort.ids() {
                assert!(!text.contains(id.as_str().unwrap()), "{who}: {id}");
            }
            let seen = seen.pointer(top).unwrap();
            assert_eq!(counts(seen), [27, 28], "{who}");
            assert_eq!(seen["tasks"]["totalCount"], 28, "of the current version");
            assert_eq!(hash(seen), hash(&before["operation"]), "hashes stay visible");
            // Myanmar objected to two tasks of version 1.
            let objected = &seen["planVersions"]["edges"][0]["node"]["decisions"][2]["tasks"];
            assert_eq!(column(objected, "/code"), ["T18"], "{who}");
        }
        // Neither by id, nor in the past.
        let query = "query ($ids: [ID!]!, $task: ID!) {
           nodes(ids: $ids) { id } task(id: $task) { id }
           asOf(at: { recordedAt: \"2023-09-19T09:30:00+07:00\" }) { nodes(ids: $ids) { id } task(id: $task) { id } }
         }";
        let seen = server.data(who, query, json!({ "ids": escort.ids(), "task": escort.task })).await;
        let nothing = json!({ "nodes": [null, null, null, null], "task": null });
        assert_eq!(seen, json!({ "nodes": nothing["nodes"], "task": null, "asOf": nothing }), "{who}");
    }
    // Nor does the log tell of it: what concerns it, or names it among others, is hidden as a whole.
    let log = "{
       rejections: events(filter: { types: [\"PlanVersionRejected\"] }) { totalCount }
       marks: events(filter: { types: [\"ReleasabilityMarked\"] }) { totalCount }
       all: events(last: 100) { edges { node { type payload } } }
     }";
    let history = "query ($task: ID!) { task: events(filter: { subject: $task }) { totalCount } }";
    for (who, counted) in [("LAO-01", None), ("CHN-01", Some(6)), ("MMR-01", Some(6)), ("THA-01", Some(6))] {
        let there = counted.is_some();
        let seen = server.data(who, log, Value::Null).await;
        let told = ["rejections", "marks"].map(|list| seen[list]["totalCount"].as_i64().unwrap());
        assert_eq!(told, [i64::from(there); 2], "{who}");
        let shown = seen["all"]["edges"].to_string();
        assert_eq!(shown.contains("\"task\":\"T21\""), there, "{who}");
        let seen = server.ask(who, history, json!({ "task": escort.task })).await;
        assert_eq!(seen["data"]["task"]["totalCount"].as_i64(), counted, "{who}: {seen:#}");
        assert_eq!(refused_as_unknown(&seen, &escort.task), !there, "{who}: {seen:#}");
    }
    // Nor do what changed, what another task has been, and a search. Codes in texts apart, which these do not
    // show.
    let query = "query ($from: DateTime!) {
       changes(from: { recordedAt: $from }, to: { position: \"POSITION\" }, first: 100) { totalCount edges { node {
         field before after object { id }
       } } }
       operation(code: \"SAPHAN\") { task(code: \"T22\") { versions { edges { node { predecessorCodes } } } } }
       search(text: \"T21\") { edges { node { __typename id } } }
       byTitle: search(text: \"Escort recovered\") { edges { node { __typename id } } }
     }";
    let head = server.head("THA-01").await;
    let its = "query ($from: DateTime!, $task: ID!) {
       its: changes(from: { recordedAt: $from }, to: { position: \"POSITION\" }, subject: $task) { totalCount } }";
    let [query, its] = [query, its].map(|query| query.replace("POSITION", head.as_str().unwrap()));
    for (who, there) in [("LAO-01", false), ("CHN-01", true), ("MMR-01", true), ("THA-01", true)] {
        for from in ["2023-09-15T15:00:00+07:00", "2023-09-12T09:00:00+07:00"] {
            let seen = server.data(who, &query, json!({ "from": from })).await;
            let mut texts = seen.clone();
            // A plan's own sections name tasks by their codes, and may.
            texts["changes"]["edges"]
                .as_array_mut()
                .unwrap()
                .retain(|edge| !edge["node"].to_string().contains("\"goNoGo\""));
            let text = texts.to_string();
            let tells =
                text.contains("T21") || escort.ids().iter().any(|id| text.contains(id.as_str().unwrap()));
            assert_eq!(tells, there, "{who} from {from}: {texts:#}");
            // Besides in the plan's own sections, whose words everybody reads who sees the version.
            let found = [&seen["search"], &seen["byTitle"]].map(|list| {
                let edges = list["edges"].as_array().unwrap();
                edges.iter().any(|edge| edge["node"]["__typename"] != "PlanVersion")
            });
            assert_eq!(found, [there, there], "{who}");
            let seen = server.ask(who, &its, json!({ "from": from, "task": escort.task })).await;
            let changed = seen["data"]["its"]["totalCount"].as_i64();
            assert_eq!(changed.is_some_and(|changed| changed > 0), there, "{who}: {seen:#}");
            assert_eq!(refused_as_unknown(&seen, &escort.task), !there, "{who}: {seen:#}");
        }
    }
    for who in ["THA-01", "MMR-01"] {
        let seen = server.data(who, EVERYWHERE, Value::Null).await;
        assert_eq!(counts(&seen["operation"]), [28, 29], "{who}");
        assert_eq!(hash(&seen["operation"]), hash(&before["operation"]), "a mark is no content");
    }
    server.stop().await;
}

#[sqlx::test(migrations = false)]
async fn commands_on_a_hidden_task_are_refused_like_those_on_none(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let server = Server::saphan_without_t21_for_laos(options).await;
    let escort = Escort::of(&server).await;
    let absent = json!("task_00000000000000000000000000");
    let commands = [
        ("reviseTask", json!({ "title": "Another" })),
        ("removeTask", json!({})),
        ("addDependency", json!({ "predecessor": "T01" })),
        ("removeDependency", json!({ "predecessor": "T01" })),
        ("assignOfficer", json!({ "post": "LAO-02" })),
        ("markReleasability", json!({ "releasableTo": ["LAO"] })),
    ];
    for (name, more) in commands {
        let mut answers = Vec::new();
        for task in [&escort.task, &absent] {
            let mut input = more.clone();
            input["task"] = task.clone();
            answers.push(server.refused("LAO-01", name, input).await);
        }
        assert_eq!(codes(&answers[0]), ["NOT_FOUND"], "{name}");
        assert_eq!(answers[0], answers[1], "{name}");
    }
    let withdrawal = json!({ "assignmentId": escort.assignment, "reason": "Guessed" });
    assert_eq!(codes(&server.refused("LAO-01", "withdrawAssignment", withdrawal).await), ["NOT_FOUND"]);

    // What stands in the way is told without its name: T22 waits for the escort.
    server
        .done(
            "THA-01",
            "openAmendment",
            json!({ "operation": operation(&server).await, "reason": "Flood" }),
            "",
        )
        .await;
    let waiting = "{ operation(code: \"SAPHAN\") { task(code: \"T17\") { id } } }";
    let t17 = server.data("LAO-01", waiting, Value::Null).await["operation"]["task"]["id"].take();
    let refusals = server.refused("LAO-01", "removeTask", json!({ "task": t17 })).await;
    let told: Vec<_> = refusals
        .iter()
        .map(|refusal| (refusal["message"].as_str().unwrap(), refusal["subject"].is_null()))
        .collect();
    let expected =
        [("A task that is not released to you waits for T17.", true), ("T18 waits for T17.", false)];
    assert_eq!(told, expected);
    server.stop().await;
}

async fn operation(server: &Server) -> Value {
    server.data("THA-01", "{ operation(code: \"SAPHAN\") { id } }", Value::Null).await["operation"]["id"]
        .take()
}

#[sqlx::test(migrations = false)]
async fn who_may_not_read_a_task_recomputes_the_hash_of_the_content_that_has_it(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let server = Server::saphan_without_t21_for_laos(options).await;
    let _escort = Escort::of(&server).await;
    let operation = operation(&server).await;
    let reason = json!({ "operation": operation, "reason": "Flood" });
    server.done("THA-01", "openAmendment", reason, "").await;
    server.done("THA-01", "submitPlan", json!({ "operation": operation }), "").await;
    let query = "query ($number: Int!) { operation(code: \"SAPHAN\") { planVersion(number: $number) {
       contentHash canonicalContent parts { code hash }
       tasks(first: 100) { edges { node { code canonicalContent salt partHash } } }
     } } }";
    let seen = |who, number: u32| {
        let server = &server;
        async move {
            let mut data = server.data(who, query, json!({ "number": number })).await;
            data["operation"]["planVersion"].take()
        }
    };

    // Submitted with the label: Lao PDR checks the content by its parts.
    let lao = seen("LAO-01", 3).await;
    let canonical = lao["canonicalContent"].as_str().unwrap();
    assert_eq!(Sha256::of(&[canonical.as_bytes()]).to_string(), lao["contentHash"].as_str().unwrap());
    let content: Value = serde_json::from_str(canonical).unwrap();
    assert_eq!(content["parts"], lao["parts"]);
    assert_eq!(column(&lao["parts"], "/code").last(), Some(&"task/T21"));
    assert!(!column(&content["tasks"], "/code").contains(&"T21"));
    assert_eq!(column(&content["tasks"], "/code").len(), 28);
    assert!(!canonical.contains("Escort recovered persons"));
    // Myanmar checks the part as well.
    let mmr = seen("MMR-01", 3).await;
    let tasks = mmr["tasks"]["edges"].as_array().unwrap().iter().map(|edge| &edge["node"]);
    let t21 = tasks.clone().find(|task| task["code"] == "T21").unwrap();
    let salt: Salt = t21["salt"].as_str().unwrap().parse().unwrap();
    let text = t21["canonicalContent"].as_str().unwrap();
    let part = Sha256::of(&[b"accord part v1\n", &salt.0, text.as_bytes()]).to_string();
    assert_eq!(t21["partHash"], part);
    assert_eq!(mmr["parts"].as_array().unwrap().last().unwrap()["hash"], part);
    assert_eq!(
        (&mmr["contentHash"], &mmr["canonicalContent"]),
        (&lao["contentHash"], &lao["canonicalContent"])
    );
    for task in tasks.filter(|task| task["code"] != "T21") {
        assert_eq!(
            (&task["salt"], &task["partHash"], &task["canonicalContent"]),
            (&Value::Null, &Value::Null, &Value::Null)
        );
    }

    // Submitted without it: the text has the task, so it is for those who may read that.
    let (lao, mmr) = (seen("LAO-01", 2).await, seen("MMR-01", 2).await);
    assert_eq!((&lao["canonicalContent"], &lao["contentHash"]), (&Value::Null, &mmr["contentHash"]));
    let canonical = mmr["canonicalContent"].as_str().unwrap();
    assert_eq!(Sha256::of(&[canonical.as_bytes()]).to_string(), mmr["contentHash"].as_str().unwrap());

    // And nobody sees more of the past than of the present.
    let past = "{ asOf(at: { recordedAt: \"2023-09-16T12:00:00+07:00\" }) { operation(code: \"SAPHAN\") {
       planVersion(number: 2) { status contentHash canonicalContent } } } }";
    let (lao, mmr) =
        (server.data("LAO-01", past, Value::Null).await, server.data("MMR-01", past, Value::Null).await);
    let draft = |seen: &Value, field: &str| seen["asOf"]["operation"]["planVersion"][field].clone();
    assert_eq!((draft(&lao, "status"), draft(&lao, "canonicalContent")), (json!("DRAFT"), Value::Null));
    assert_eq!(draft(&lao, "contentHash"), draft(&mmr, "contentHash"));
    server.stop().await;
}

#[sqlx::test(migrations = false)]
async fn an_operation_whose_current_version_is_hidden_has_no_plan(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let server = Server::saphan(options, DRAFT).await;
    let (version, hash) = server.version("THA-01", 2).await;
    let mark = json!({ "planVersionId": version, "releasableTo": ["MMR"], "handling": "H2" });
    let shown = "item { id ... on PlanVersion { release { releasableTo { code } handling } } }";
    let payload = server.done("THA-01", "markReleasability", mark, shown).await;
    assert_eq!(payload["item"]["id"], version);
    assert_eq!(column(&payload["item"]["release"]["releasableTo"], "/code"), ["MMR", "THA"]);
    assert_eq!(payload["item"]["release"]["handling"], "H2");
    let query = "query ($version: ID!) {
       node(id: $version) { id }
       operation(code: \"SAPHAN\") {
         plan { id } planVersion(number: 2) { id } hHourWindow { from }
         planVersions { totalCount edges { node { number } } }
         task(code: \"T01\") { id } tasks { totalCount edges { node { code } } }
         schedule { length tasks { task { code } } conflicts { kind } }
         synchronisationMatrix { phases { code } cells { tasks { code } } decisionPoints { code } }
       }
     }";
    let expected = json!({
        "node": null,
        "operation": {
            "plan": null, "planVersion": null, "hHourWindow": null,
            "planVersions": { "totalCount": 1, "edges": [{ "node": { "number": 1 } }] },
            "task": null, "tasks": { "totalCount": 0, "edges": [] },
            "schedule": { "length": "PT0H", "tasks": [], "conflicts": [] },
            "synchronisationMatrix": { "phases": [], "cells": [], "decisionPoints": [] },
        },
    });
    // A participant has no vote on any plan, which tells nothing of this one.
    for (who, refused) in [("CHN-01", &["NOT_FOUND"][..]), ("LAO-01", &["NOT_FOUND", "NOT_AN_APPROVER"])] {
        assert_eq!(server.data(who, query, json!({ "version": version })).await, expected, "{who}");
        let seen_at = server.head(who).await;
        let approval = json!({ "planVersionId": version, "contentHash": hash, "seenAt": seen_at });
        assert_eq!(codes(&server.refused(who, "approvePlan", approval).await), refused, "{who}");
    }
    let seen = server.data("MMR-01", query, json!({ "version": version })).await;
    assert_eq!((&seen["node"]["id"], &seen["operation"]["tasks"]["totalCount"]), (&version, &json!(29)));
    server.stop().await;
}

#[sqlx::test(migrations = false)]
async fn an_annex_narrows_with_its_version_and_by_its_own_mark(_: PgPoolOptions, options: PgConnectOptions) {
    let server = Server::saphan(options, DRAFT).await;
    let query = "{ operation(code: \"SAPHAN\") { release { releasableTo { code } } plan {
       release { owner { code } releasableTo { code } }
       annexes { id code classification releasableTo release { releasableTo { code } classification } }
     } } }";
    let seen = server.data("THA-01", query, Value::Null).await;
    let plan = &seen["operation"]["plan"];
    assert_eq!(column(&plan["release"]["releasableTo"], "/code"), ["CHN", "LAO", "MMR", "THA"]);
    let annexes = plan["annexes"].as_array().unwrap();
    // Annex C names INTERPOL, which does not read the operation.
    assert_eq!(annexes[2]["releasableTo"], json!(["CHN", "INTERPOL", "LAO", "MMR", "THA"]));
    assert_eq!(column(&annexes[2]["release"]["releasableTo"], "/code"), ["CHN", "LAO", "MMR", "THA"]);

    let mark = json!({ "annexId": annexes[2]["id"], "releasableTo": ["LAO"], "classification": "SECRET" });
    let payload = server.done("THA-01", "markReleasability", mark.clone(), "item { id }").await;
    assert_eq!(payload["item"]["id"], annexes[2]["id"]);
    let again = server.done("THA-01", "markReleasability", mark, "").await;
    assert_eq!(again["receipt"]["eventIds"], json!([]), "it is so already");
    let codes_seen = |seen: &Value| column(&seen["operation"]["plan"]["annexes"], "/code").join("");
    let lao = server.data("LAO-01", query, Value::Null).await;
    assert_eq!(codes_seen(&lao), "ACEFGHJ");
    let c = &lao["operation"]["plan"]["annexes"][1];
    assert_eq!(
        (&c["classification"], &c["release"]["classification"]),
        (&json!("RESTRICTED"), &json!("SECRET"))
    );
    assert_eq!(column(&c["release"]["releasableTo"], "/code"), ["LAO", "THA"]);
    assert_eq!(codes_seen(&server.data("CHN-01", query, Value::Null).await), "ABDEFGHJ");
    // Only the lead's commanders mark it, and one item at a time.
    let input =
        json!({ "annexId": annexes[2]["id"], "operation": operation(&server).await, "releasableTo": [] });
    for (who, input, code) in [
        ("LAO-01", json!({ "annexId": annexes[2]["id"], "releasableTo": ["LAO"] }), "FORBIDDEN"),
        ("THA-01", input, "INVALID_VALUE"),
        ("THA-01", json!({ "releasableTo": [] }), "INVALID_VALUE"),
    ] {
        assert_eq!(codes(&server.refused(who, "markReleasability", input).await), [code]);
    }
    let unknown = json!({ "annexId": annexes[2]["id"], "releasableTo": ["LAO", "XXX"] });
    let refusals = server.refused("THA-01", "markReleasability", unknown).await;
    assert_eq!(
        (codes(&refusals), &refusals[0]["field"]),
        (vec!["UNKNOWN_REFERENCE"], &json!(["releasableTo", "1"]))
    );
    server.stop().await;
}

#[sqlx::test(migrations = false)]
async fn why_an_order_was_issued_is_told_to_those_who_read_its_version(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let server = Server::saphan(options, "2023-10-06T17:00:00+07:00").await;
    let (version, _) = server.version("THA-01", 2).await;
    // An observer comes to read the operation, and not the version that the nations have decided on.
    let (admin, observer) = ("service:import", "INTERPOL-01");
    let new = json!({ "code": observer, "partner": "INTERPOL", "title": "Observer", "liaison": true });
    server.done(admin, "establishPost", new, "").await;
    let officer = json!({ "post": observer, "officer": "019a0000-0000-7000-8000-000000000001" });
    server.done(admin, "nominateOfficer", officer, "").await;
    for step in ["acceptNomination", "takePost"] {
        server.done(admin, step, json!({ "post": observer }), "").await;
    }
    let operation = operation(&server).await;
    let mark = json!({ "planVersionId": version, "releasableTo": ["CHN", "LAO", "MMR"] });
    server.done("THA-01", "markReleasability", mark, "").await;
    let mark = json!({ "operation": operation, "releasableTo": ["CHN", "INTERPOL", "LAO", "MMR"] });
    server.done("THA-01", "markReleasability", mark, "").await;
    let since = server.head("THA-01").await;
    let order = json!({
        "operation": operation, "hHour": "2023-10-10T06:00:00+07:00",
        "reason": "River flooding at the handover point",
    });
    server.done("THA-01", "issueFragmentaryOrder", order, "").await;
    let query = "query ($since: Position!, $to: Position!) {
       events(filter: { types: [\"FragmentaryOrderIssued\", \"HHourShifted\"] }) { edges { node { type payload } } }
       changes(from: { position: $since }, to: { position: $to }) { edges { node { field after } } }
       operation(code: \"SAPHAN\") {
         hHour history(last: 100) { edges { node { type payload } } }
         planVersions { edges { node { number fragmentaryOrders { code reason } } } }
       }
     }";
    let now = server.head("THA-01").await;
    let told = async |who: &str| server.data(who, query, json!({ "since": since, "to": now })).await;
    // H-hour is the operation's, and so is that an order moved it.
    let seen = told(observer).await;
    let events = seen["events"]["edges"].as_array().unwrap();
    let shown: Vec<_> =
        events.iter().map(|event| (&event["node"]["type"], &event["node"]["payload"]["reason"])).collect();
    assert_eq!(shown, [(&json!("HHourShifted"), &json!("FRAGO-1"))]);
    assert_eq!(seen["operation"]["hHour"], "2023-10-09T23:00:00Z");
    assert_eq!(column(&seen["changes"]["edges"], "/node/field"), ["hHour"]);
    assert!(!seen.to_string().contains("River flooding at the handover point"), "{seen}");
    let mmr = told("MMR-01").await;
    assert_eq!(
        mmr["operation"]["planVersions"]["edges"][1]["node"]["fragmentaryOrders"],
        json!([{ "code": "FRAGO-1", "reason": "River flooding at the handover point" }])
    );
    let mut changed = column(&mmr["changes"]["edges"], "/node/field");
    changed.sort_unstable();
    assert_eq!(changed, ["fragmentaryOrders", "hHour"]);
    assert_eq!(mmr["events"]["edges"].as_array().unwrap().len(), 2);
    server.stop().await;
}
