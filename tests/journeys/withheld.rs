//! What is withheld from a partner stays so on every way that it could be told: when it is added, in what events say
//! of other things, in histories; and what is released later is told as what came in sight.

use crate::{
    plan::{coalition, sections},
    support::{Server, codes, column},
};
use serde_json::{Map, Value, json};
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use std::{collections::BTreeMap, time::Duration};

/// Version 2 is being drafted, and no nation has decided on it.
const DRAFT: &str = "2023-09-18T10:00:00+07:00";

fn hidden_task(code: &str, more: &Value) -> Value {
    let mut task = json!({
        "operation": "SAPHAN", "code": code, "title": "Watch the ford", "phase": "P2", "leadPartner": "THA",
        "territory": "THA", "startOffset": "PT0H", "duration": "PT4H",
    });
    task.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    task
}

fn places(refusals: &[Value]) -> Vec<(String, String)> {
    let place = |refusal: &Value| {
        let path = refusal["field"].as_array().unwrap().iter();
        let path: Vec<_> = path.map(|step| step.to_string().replace('"', "")).collect();
        (refusal["code"].as_str().unwrap().to_owned(), path.join("."))
    };
    refusals.iter().map(place).collect()
}

async fn position(server: &Server) -> i64 {
    server.head("THA-01").await.as_str().unwrap().parse().unwrap()
}

#[sqlx::test(migrations = false)]
async fn a_task_that_is_added_hidden_was_never_seen_by_others(_: PgPoolOptions, options: PgConnectOptions) {
    let server = Server::saphan(options, DRAFT).await;
    let before = position(&server).await;
    let secret = hidden_task("T90", &json!({ "releasableTo": ["MMR"], "classification": "SECRET" }));
    let shown = "task { code task { release { releasableTo { code } classification } } }";
    let added = server.done("THA-02", "addTask", secret, shown).await;
    assert_eq!(added["task"]["code"], "T90");
    let release = &added["task"]["task"]["release"];
    assert_eq!(column(&release["releasableTo"], "/code"), ["MMR", "THA"]);
    assert_eq!(release["classification"], "SECRET");
    let imported = json!({ "operation": "SAPHAN", "tasks": [{
        "code": "T91", "title": "Watch the ford by night", "phase": "P2", "leadPartner": "THA", "territory": "THA",
        "duration": "PT4H", "releasableTo": [],
    }] });
    server.done("THA-02", "importTasks", imported, "").await;
    let head = position(&server).await;

    let query = "query ($at: Position!, $from: Position!) {
       asOf(at: { position: $at }) { operation(code: \"SAPHAN\") {
         planVersion(number: 2) { tasks(first: 100) { nodes { code title } } } } }
       changes(from: { position: $from }, to: { position: $at }) { nodes { object { id } after } }
       events(last: 20) { nodes { position type payload } } }";
    for at in before..=head {
        let variables = json!({ "at": at.to_string(), "from": before.to_string() });
        for (who, sees) in [("LAO-01", false), ("CHN-01", false), ("MMR-01", true), ("THA-01", true)] {
            let seen = server.data(who, query, variables.clone()).await.to_string();
            assert_eq!(seen.contains("Watch the ford"), sees, "{who} at {at}");
            assert_eq!(seen.contains("by night"), who == "THA-01", "{who} at {at}");
        }
    }

    // What a label must be like, and where it may not be given.
    let unknown = hidden_task("T92", &json!({ "releasableTo": ["MMR", "XXX"] }));
    let refusals = server.refused("THA-02", "addTask", unknown).await;
    assert_eq!(places(&refusals), [("UNKNOWN_REFERENCE".to_owned(), "releasableTo.1".to_owned())]);
    let careful = hidden_task("T92", &json!({ "classification": "SECRET" }));
    let refusals = server.refused("THA-02", "addTask", careful).await;
    assert_eq!(places(&refusals), [("INVALID_VALUE".to_owned(), "releasableTo".to_owned())]);
    server.done("THA-02", "removeTask", json!({ "operation": "SAPHAN", "task": "T29" }), "").await;
    let known = hidden_task("T29", &json!({ "releasableTo": ["MMR"] }));
    let refusals = server.refused("THA-02", "addTask", known).await;
    assert_eq!(places(&refusals), [("ALREADY_EXISTS".to_owned(), "releasableTo".to_owned())]);
    server.stop().await;
}

#[sqlx::test(migrations = false)]
async fn an_amendment_that_is_opened_hidden_keeps_its_reason(_: PgPoolOptions, options: PgConnectOptions) {
    let server = Server::saphan(options, "2023-09-19T10:00:00+07:00").await;
    let open = json!({ "operation": "SAPHAN", "reason": "An informer was named", "releasableTo": ["MMR"] });
    server.done("THA-01", "openAmendment", open, "").await;
    let query = "{ events(last: 5) { nodes { type payload } }
       operation(code: \"SAPHAN\") { planVersions { nodes { number } } } }";
    for (who, sees) in [("LAO-01", false), ("CHN-01", false), ("MMR-01", true), ("THA-01", true)] {
        let seen = server.data(who, query, Value::Null).await;
        assert_eq!(seen.to_string().contains("An informer"), sees, "{who}");
        let versions = seen["operation"]["planVersions"]["nodes"].as_array().unwrap().len();
        assert_eq!(versions, if sees { 3 } else { 2 }, "{who}");
    }
    server.stop().await;
}

#[sqlx::test(migrations = false)]
async fn events_name_no_officer_and_no_predecessor_by_a_task_that_one_may_not_see(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let server = Server::saphan_without_t21_for_laos(options).await;
    // One officer is bound to the hidden task alone.
    let query = "{ operation(code: \"SAPHAN\") { task(code: \"T21\") { id }
       tasks(first: 100) { nodes { code assignments { id post { code } } } } } }";
    let seen = server.data("THA-01", query, Value::Null).await;
    let task = &seen["operation"]["task"];
    for planned in seen["operation"]["tasks"]["nodes"].as_array().unwrap() {
        for bound in planned["assignments"].as_array().unwrap() {
            if planned["code"] == "T21" || bound["post"]["code"] == "MMR-01" {
                let withdrawal = json!({ "assignmentId": bound["id"], "reason": "Ill" });
                server.done("MMR-01", "withdrawAssignment", withdrawal, "").await;
            }
        }
    }
    server.done("MMR-01", "assignOfficer", json!({ "task": task["id"], "post": "MMR-01" }), "").await;
    let before = position(&server).await;
    let shift = json!({ "operation": "SAPHAN", "to": "2023-10-10T06:00:00+07:00", "reason": "Rain" });
    server.done("THA-01", "shiftHHour", shift, "").await;

    let query = "{
       events(last: 100, filter: { types: [\"HHourShifted\", \"TaskAddedToPlan\"] }) { nodes { type payload } }
       changes(from: { position: \"BEFORE\" }, to: { position: \"HEAD\" }) { nodes { event { type payload } } }
       hidden: post(code: \"MMR-01\") { history(last: 100) { totalCount nodes { type payload } } }
       open: post(code: \"MMR-02\") { history(last: 100) { nodes { type } } }
     }";
    let query = query.replace("BEFORE", &before.to_string());
    let query = query.replace("HEAD", server.head("THA-01").await.as_str().unwrap());
    let of_kind = |list: &Value, kind: &str| -> Vec<Value> {
        list.as_array().unwrap().iter().filter(|event| event["type"] == kind).cloned().collect()
    };
    for (who, sees) in [("LAO-01", false), ("CHN-01", true), ("MMR-01", true)] {
        let seen = server.data(who, &query, Value::Null).await;
        let shifted = of_kind(&seen["events"]["nodes"], "HHourShifted");
        let posts = shifted[0]["payload"]["calendars"].as_array().unwrap();
        assert_eq!(posts.contains(&json!("MMR-01")), sees, "{who}");
        assert!(posts.contains(&json!("MMR-02")) && posts.contains(&json!("THA-05")), "{who}: {posts:?}");
        let changed = seen["changes"]["nodes"].as_array().unwrap();
        let told = changed.iter().filter(|change| change["event"]["type"] == "HHourShifted");
        let told: Vec<_> = told.map(|change| change["event"]["payload"]["calendars"].clone()).collect();
        assert!(
            !told.is_empty() && told.iter().all(|calendars| *calendars == shifted[0]["payload"]["calendars"])
        );
        let history = &seen["hidden"]["history"];
        assert_eq!(of_kind(&history["nodes"], "HHourShifted").len(), usize::from(sees), "{who}");
        assert_eq!(history["totalCount"], history["nodes"].as_array().unwrap().len(), "{who}");
        assert_eq!(of_kind(&seen["open"]["history"]["nodes"], "HHourShifted").len(), 1, "{who}");
        let added = of_kind(&seen["events"]["nodes"], "TaskAddedToPlan");
        assert_eq!(json!(added).to_string().contains("\"T21\""), sees, "{who}");
        assert!(json!(added).to_string().contains("\"T16\""), "{who}");
    }
    // Who could not see the task then does not learn of its officer later.
    let mark = json!({ "task": task["id"], "releasableTo": ["CHN", "LAO", "MMR"] });
    server.done("THA-01", "markReleasability", mark, "").await;
    let seen = server.data("LAO-01", &query, Value::Null).await;
    assert_eq!(of_kind(&seen["hidden"]["history"]["nodes"], "HHourShifted"), Vec::<Value>::new());
    server.stop().await;
}

/// What a viewer is shown of an operation at a position: objects by their ids, with some of their fields.
type Shown = BTreeMap<String, Map<String, Value>>;

const FIELDS: [(&str, &[&str]); 4] = [
    ("Operation", &["title", "status", "hHour"]),
    ("PlanVersion", &["status", "submittedAt", "promulgatedAt"]),
    ("PlannedTask", &["title", "startOffset", "duration"]),
    ("PlanDecision", &["kind", "reason"]),
];

const WORLD: &str =
    "query ($at: Position!, $code: String!) { asOf(at: { position: $at }) { operation(code: $code) {
   __typename id title status hHour
   planVersions { nodes { __typename id status submittedAt promulgatedAt
     tasks(first: 100) { nodes { __typename id title startOffset duration } }
     decisions { __typename id kind reason } } } } } }";

const CHANGED: &str = "query ($from: Position!, $to: Position!, $after: String) {
   changes(from: { position: $from }, to: { position: $to }, first: 100, after: $after) {
     pageInfo { hasNextPage endCursor }
     nodes { kind field before after position event { type } object { __typename id } } } }";

/// An id without its moment.
fn key(id: &Value) -> String {
    id.as_str().unwrap().split('@').next().unwrap().to_owned()
}

fn collect(value: &Value, shown: &mut Shown) {
    match value {
        Value::Object(object) => {
            let known = FIELDS.iter().find(|(kind, _)| object.get("__typename") == Some(&json!(kind)));
            if let Some((_, names)) = known {
                let fields = names.iter().map(|name| ((*name).to_owned(), object[*name].clone()));
                shown.insert(key(&object["id"]), fields.collect());
            }
            object.values().for_each(|value| collect(value, shown));
        }
        Value::Array(list) => list.iter().for_each(|value| collect(value, shown)),
        _ => {}
    }
}

/// The data of an answer, however often the asker has had its fill before.
async fn patiently(server: &Server, who: &str, query: &str, variables: Value) -> Value {
    loop {
        let mut answer = server.ask(who, query, variables.clone()).await;
        if answer["errors"][0]["extensions"]["code"] != "BUSY" {
            assert_eq!(answer.get("errors"), None, "{query}");
            return answer["data"].take();
        }
        tokio::time::sleep(Duration::from_secs(1)).await;
    }
}

async fn world(server: &Server, who: &str, code: &str, at: i64) -> Shown {
    let seen = patiently(server, who, WORLD, json!({ "at": at.to_string(), "code": code })).await;
    let mut shown = Shown::new();
    collect(&seen, &mut shown);
    shown
}

async fn changed(server: &Server, who: &str, from: i64, to: i64) -> Vec<Value> {
    let (mut all, mut after) = (Vec::new(), Value::Null);
    loop {
        let variables = json!({ "from": from.to_string(), "to": to.to_string(), "after": after });
        let mut data = patiently(server, who, CHANGED, variables).await;
        let page = &mut data["changes"];
        all.append(page["nodes"].as_array_mut().unwrap());
        if page["pageInfo"]["hasNextPage"] == false {
            return all;
        }
        after = page["pageInfo"]["endCursor"].take();
    }
}

/// What is shown at `from`, with what `changes` tells until `to`.
fn applied(mut shown: Shown, changes: &[Value]) -> Shown {
    for change in changes {
        let object = &change["object"];
        let Some((_, names)) = FIELDS.iter().find(|(kind, _)| object["__typename"] == *kind) else {
            continue;
        };
        let id = key(&object["id"]);
        match change["kind"].as_str().unwrap() {
            "ADDED" => {
                let fields = names.iter().map(|name| ((*name).to_owned(), change["after"][*name].clone()));
                assert_eq!(shown.insert(id, fields.collect()), None, "it was there: {change}");
            }
            "REMOVED" => assert!(shown.remove(&id).is_some(), "it was not there: {change}"),
            _ => {
                let field = change["field"].as_str().unwrap();
                if names.contains(&field) {
                    let fields = shown.get_mut(&id).unwrap();
                    let before = fields.insert(field.to_owned(), change["after"].clone());
                    assert_eq!(before.as_ref(), Some(&change["before"]), "{change}");
                }
            }
        }
    }
    shown
}

#[sqlx::test(migrations = false)]
async fn what_changes_tells_makes_the_answer_at_one_moment_that_at_the_other(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let server = Server::saphan_without_t21_for_laos(options).await;
    let query = "{ operation(code: \"SAPHAN\") { task(code: \"T21\") { id } } }";
    let seen = server.data("THA-01", query, Value::Null).await;
    let all = json!(["CHN", "LAO", "MMR"]);
    let mark = json!({ "task": seen["operation"]["task"]["id"], "releasableTo": all });
    server.done("THA-01", "markReleasability", mark, "").await;
    // A version and a task that come in sight one after the other.
    let open = json!({ "operation": "SAPHAN", "reason": "Rain", "releasableTo": ["MMR"] });
    let opened = server.done("THA-01", "openAmendment", open, "planVersion { id }").await;
    let task = hidden_task("T90", &json!({ "releasableTo": [] }));
    let added = server.done("THA-01", "addTask", task, "task { id }").await;
    let mark = json!({ "planVersionId": opened["planVersion"]["id"], "releasableTo": all });
    server.done("THA-01", "markReleasability", mark, "").await;
    let mark = json!({ "task": added["task"]["id"], "releasableTo": ["LAO"] });
    server.done("THA-01", "markReleasability", mark, "").await;
    let events = "query ($after: String) { events(first: 100, after: $after) {
        pageInfo { hasNextPage endCursor } nodes { effectiveAt } } }";
    let (mut ends, mut after) = (vec![0], Value::Null);
    loop {
        let data = server.data("THA-01", events, json!({ "after": after })).await;
        let nodes = data["events"]["nodes"].as_array().unwrap().iter();
        ends.extend(nodes.map(|event| event["effectiveAt"].as_str().unwrap().parse::<i64>().unwrap()));
        if data["events"]["pageInfo"]["hasNextPage"] == false {
            break;
        }
        after = data["events"]["pageInfo"]["endCursor"].clone();
    }
    ends.dedup();
    // The plan's life: before it partners and posts are founded.
    let ends = &ends[ends.len() / 3..];
    for who in ["THA-01", "LAO-01", "CHN-01"] {
        let mut shown = Vec::new();
        for at in ends {
            shown.push(world(&server, who, "SAPHAN", *at).await);
        }
        let last = ends.len() - 1;
        // Neighbours, and some that lie far apart.
        let near = (0..last).map(|from| (from, from + 1));
        let far = (0..30)
            .map(|step| (step * 7 % last, step * 7 % last + 1 + (step * 13) % (last - step * 7 % last)));
        for (from, to) in near.chain(far) {
            let changes = changed(&server, who, ends[from], ends[to]).await;
            let made = applied(shown[from].clone(), &changes);
            assert_eq!(made, shown[to], "{who}, from {} to {}", ends[from], ends[to]);
        }
    }
    server.stop().await;
}

#[sqlx::test(migrations = false)]
async fn what_a_release_opens_is_told_object_by_object(_: PgPoolOptions, options: PgConnectOptions) {
    let server = Server::empty(options).await;
    coalition(&server).await;
    let before = position(&server).await;
    let found = json!({
        "code": "WIDEN", "title": "Operation WIDEN", "leadPartner": "THA", "classification": "RESTRICTED",
        "releasableTo": [],
    });
    server.done("THA-01", "initiateOperation", found, "").await;
    server.done("THA-01", "draftPlan", json!({ "operation": "WIDEN", "sections": sections() }), "").await;
    let task = json!({
        "operation": "WIDEN", "code": "T01", "title": "First", "phase": "P1", "leadPartner": "THA", "territory": "THA",
        "startOffset": "PT0H", "duration": "PT4H",
    });
    server.done("THA-01", "addTask", task, "").await;
    let hidden = position(&server).await;
    let mark = |to: Value| json!({ "operation": "WIDEN", "releasableTo": to });
    server.done("THA-01", "markReleasability", mark(json!(["MMR"])), "").await;
    let opened = position(&server).await;
    for from in [before, hidden] {
        let changes = changed(&server, "MMR-01", from, opened).await;
        let told = changes.iter().map(|change| {
            let event = change["event"]["type"].as_str().unwrap_or_default();
            let kind = change["kind"].as_str().unwrap();
            format!(
                "{kind} {} by {event} at {}",
                change["object"]["__typename"].as_str().unwrap(),
                change["position"]
            )
        });
        let mut told: Vec<_> = told.collect();
        told.sort();
        let at = |kind: &str| format!("ADDED {kind} by ReleasabilityMarked at \"{opened}\"");
        assert_eq!(told, [at("Operation"), at("PlanVersion"), at("PlannedTask")]);
        let made = applied(world(&server, "MMR-01", "WIDEN", from).await, &changes);
        assert_eq!(made, world(&server, "MMR-01", "WIDEN", opened).await);
        assert_eq!(changed(&server, "LAO-01", from, opened).await, Vec::<Value>::new());
    }
    server.stop().await;
}

#[sqlx::test(migrations = false)]
async fn the_label_of_a_new_task_is_for_who_drafts(_: PgPoolOptions, options: PgConnectOptions) {
    let server = Server::saphan(options, DRAFT).await;
    // A planner of another nation adds what only it and the lead know.
    let own = hidden_task(
        "T95",
        &json!({ "leadPartner": "MMR", "territory": "MMR", "releasableTo": [], "handling": "H2" }),
    );
    server.done("MMR-01", "addTask", own, "").await;
    let query =
        "{ operation(code: \"SAPHAN\") { planVersion(number: 2) { tasks(first: 100) { nodes { code } } } } }";
    for (who, sees) in [("MMR-01", true), ("THA-01", true), ("CHN-01", false)] {
        let seen = server.data(who, query, Value::Null).await;
        assert_eq!(seen.to_string().contains("T95"), sees, "{who}");
    }
    let again = hidden_task("T95", &json!({ "releasableTo": ["CHN"] }));
    assert_eq!(codes(&server.refused("CHN-01", "addTask", again).await), ["ALREADY_EXISTS"]);
    server.stop().await;
}
