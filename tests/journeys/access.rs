//! The access log: who was shown something sensitive, and who was refused a permission.

use crate::support::{Server, codes, column};
use accord::domain::Role;
use serde_json::{Value, json};
use sqlx::{
    Connection, PgConnection,
    postgres::{PgConnectOptions, PgPoolOptions},
};

/// Myanmar has rejected the first version, and the second is a draft.
const DRAFTING: &str = "2023-09-16T18:00:00+07:00";

const LOG: &str = "query ($filter: AccessLogFilter, $first: Int, $after: String) {
   accessLog(filter: $filter, first: $first, after: $after) {
     totalCount
     pageInfo { hasNextPage endCursor }
     edges { node {
       at(zone: { partner: \"THA\" }) kind actor partner { code } what item { __typename id } operation { code }
       requestId position
     } }
   }
 }";

/// An annex is attached to the draft of SAPHAN's plan; its id.
async fn attach(server: &Server, code: &str, classification: &str) -> Value {
    let operation = server.data("THA-02", "{ operation(code: \"SAPHAN\") { id } }", Value::Null).await;
    let annex = json!({
        "operation": operation["operation"]["id"], "code": code, "title": format!("Annex {code}"),
        "text": format!("What {code} says."), "classification": classification, "releasableTo": ["CHN", "MMR"],
    });
    server.done("THA-02", "attachAnnex", annex, "annex { id }").await["annex"]["id"].take()
}

async fn entries(server: &Server, filter: Value) -> Vec<Value> {
    let mut data = server.data("THA-01", LOG, json!({ "filter": filter })).await;
    let edges = data["accessLog"]["edges"].as_array_mut().unwrap();
    edges.iter_mut().map(|edge| edge["node"].take()).collect()
}

/// The code of the one error of a mutation or a query that has none to mend.
async fn failure(server: &Server, who: &str, query: &str, variables: Value) -> Value {
    let answer = server.ask(who, query, variables).await;
    assert_eq!(answer["errors"].as_array().map(Vec::len), Some(1), "{answer}");
    answer["errors"][0]["extensions"]["code"].clone()
}

#[sqlx::test(migrations = false)]
async fn deliveries_of_sensitive_content_are_logged_and_nothing_else_is_called_a_read(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let server = Server::saphan(options, DRAFTING).await;
    let secret = attach(&server, "K", "CONFIDENTIAL").await;
    let plain = attach(&server, "L", "RESTRICTED").await;
    let read = "query ($id: ID!) { node(id: $id) { ... on Annex { text } } }";

    // However often one request asks, it is one read.
    let often = "query ($id: ID!) {
       a: node(id: $id) { ... on Annex { text again: text canonicalContent } }
       b: operation(code: \"SAPHAN\") { planVersion(number: 2) { annexes { code text } } }
     }";
    let request = server.client().post(server.url("/graphql")).bearer_auth(server.token("MMR-01"));
    let answer =
        request.json(&json!({ "query": often, "variables": { "id": secret } })).send().await.unwrap();
    let request_id = answer.headers()["X-Request-Id"].to_str().unwrap().to_owned();
    let answer: Value = answer.json().await.unwrap();
    assert_eq!(answer["data"]["a"]["again"], "What K says.");
    let position = &answer["extensions"]["position"];

    // Neither of these delivers sensitive content.
    let data = server.data("CHN-01", read, json!({ "id": plain })).await;
    assert_eq!(data["node"]["text"], "What L says.");
    let titles = "query ($id: ID!) { node(id: $id) { ... on Annex { title partHash } } }";
    server.data("CHN-01", titles, json!({ "id": secret })).await;
    let data = server.data("LAO-01", read, json!({ "id": secret })).await;
    assert_eq!(data["node"], Value::Null);

    let found = entries(&server, Value::Null).await;
    let expected = json!({
        "at": "2023-09-16T18:00:00+07:00", "kind": "READ", "actor": "MMR-01", "partner": { "code": "MMR" },
        "what": secret, "item": { "__typename": "Annex", "id": secret }, "operation": { "code": "SAPHAN" },
        "requestId": request_id, "position": position,
    });
    assert_eq!(found, [expected]);

    // The event tells it too; that the other annex stands in the same answer is no matter.
    let events = "{ events(filter: { types: [\"AnnexAttached\"] }, last: 2) { edges { node { payload } } } }";
    let data = server.data("CHN-01", events, Value::Null).await;
    let texts = column(&data["events"]["edges"], "/node/payload/annex/text");
    assert_eq!(texts, ["What K says.", "What L says."]);
    let found = entries(&server, Value::Null).await;
    assert_eq!(found.len(), 2);
    let last = (&found[1]["kind"], &found[1]["actor"], &found[1]["what"]);
    assert_eq!(last, (&json!("READ"), &json!("CHN-01"), &secret));

    // So does what differs between two moments, where its values are asked for.
    let changes = |shown: &str| {
        format!(
            "{{ changes(from: {{ recordedAt: \"2023-09-16T17:00:00+07:00\" }}, to: {{ position: {position} }}) {{
               edges {{ node {{ kind object {{ ... on Annex {{ code }} }} {shown} }} }}
             }} }}"
        )
    };
    server.data("CHN-01", &changes("field"), Value::Null).await;
    assert_eq!(entries(&server, Value::Null).await.len(), 2);
    let data = server.data("CHN-01", &changes("before after"), Value::Null).await;
    let annexes = data["changes"]["edges"].as_array().unwrap().iter().map(|edge| &edge["node"]);
    let told: Vec<_> = annexes.filter(|node| node["object"]["code"] == "K").collect();
    assert_eq!((told.len(), &told[0]["after"]["text"]), (1, &json!("What K says.")));
    assert_eq!(entries(&server, Value::Null).await.len(), 3);

    // It is no part of the log: no event, and the same at every moment.
    let then = "{ asOf(at: { recordedAt: \"2023-09-01T00:00:00+07:00\" }) { accessLog { totalCount } } }";
    let data = server.data("THA-01", then, Value::Null).await;
    assert_eq!(data["asOf"]["accessLog"]["totalCount"], 3);
    assert_eq!(&server.head("THA-01").await, position);
    server.stop().await;
}

#[sqlx::test(migrations = false)]
async fn commands_that_are_forbidden_are_logged_and_refusals_are_not(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let server = Server::saphan(options, DRAFTING).await;
    let operation = server.data("CHN-01", "{ operation(code: \"SAPHAN\") { id } }", Value::Null).await;
    let id = &operation["operation"]["id"];
    let h_hour = json!({ "operation": id, "at": "2023-10-09T06:00:00+07:00" });
    let refusals = server.refused("CHN-01", "setHHour", h_hour).await;
    assert_eq!(
        refusals,
        [json!({ "code": "FORBIDDEN", "message": "This is for THA to do.", "field": null, "subject": null })]
    );
    let refusals = server.refused("MMR-01", "activateCentre", json!({ "centre": "CMCC" })).await;
    assert_eq!(codes(&refusals), ["FORBIDDEN"]);
    let initiate = json!({
        "code": "BRAVO", "title": "Bravo", "leadPartner": "THA", "classification": "SECRET", "releasableTo": [],
    });
    let refusals = server.refused("LAO-01", "initiateOperation", initiate).await;
    assert_eq!(codes(&refusals), ["FORBIDDEN"]);
    // Hidden or absent, and what the rules refuse, is no refusal of permission.
    let refusals = server.refused("LAO-01", "submitPlan", json!({ "operation": "operation_none" })).await;
    assert_eq!(codes(&refusals), ["NOT_FOUND"]);

    let told = |entry: &Value| {
        let operation = entry["operation"]["code"].as_str().unwrap_or("none");
        format!("{} {} {} {operation}", entry["kind"], entry["actor"], entry["what"]).replace('"', "")
    };
    let all: Vec<String> = entries(&server, Value::Null).await.iter().map(told).collect();
    let expected = [
        "REFUSED CHN-01 setHHour SAPHAN",
        "REFUSED MMR-01 activateCentre none",
        "REFUSED LAO-01 initiateOperation none",
    ];
    assert_eq!(all, expected);
    for (filter, count) in [
        (json!({ "kind": "REFUSED" }), 3),
        (json!({ "kind": "READ" }), 0),
        (json!({ "actor": "CHN-01" }), 1),
        (json!({ "partner": "MMR" }), 1),
        (json!({ "operation": "SAPHAN" }), 1),
        (json!({ "from": DRAFTING }), 3),
        (json!({ "to": DRAFTING }), 0),
    ] {
        let data = server.data("THA-01", LOG, json!({ "filter": filter })).await;
        let connection = &data["accessLog"];
        assert_eq!(connection["totalCount"], count, "{filter}");
        assert_eq!(connection["edges"].as_array().unwrap().len(), count, "{filter}");
    }
    // Page by page.
    let first = server.data("THA-01", LOG, json!({ "first": 2 })).await["accessLog"].take();
    assert_eq!(column(&first["edges"], "/node/actor"), ["CHN-01", "MMR-01"]);
    assert_eq!(first["pageInfo"]["hasNextPage"], true);
    let rest = json!({ "first": 2, "after": first["pageInfo"]["endCursor"] });
    let rest = server.data("THA-01", LOG, rest).await["accessLog"].take();
    assert_eq!(column(&rest["edges"], "/node/actor"), ["LAO-01"]);
    assert_eq!(rest["pageInfo"]["hasNextPage"], false);
    server.stop().await;
}

#[sqlx::test(migrations = false)]
async fn the_access_log_is_read_by_reviewers_of_the_owner(_: PgPoolOptions, options: PgConnectOptions) {
    let server = Server::saphan(options, DRAFTING).await;
    let secret = attach(&server, "K", "SECRET").await;
    let read = "query ($id: ID!) { node(id: $id) { ... on Annex { text } } }";
    server.data("MMR-01", read, json!({ "id": secret })).await;

    let count = "{ accessLog { totalCount edges { node { what } } } }";
    let own = server.data("THA-02", count, Value::Null).await;
    assert_eq!(own["accessLog"]["totalCount"], 1);
    // A reviewer of another partner reads of what that leads: nothing, here.
    for who in ["MMR-01", "LAO-01"] {
        let data = server.data(who, count, Value::Null).await;
        assert_eq!(data["accessLog"], json!({ "totalCount": 0, "edges": [] }), "{who}");
    }
    // Nobody else reads it, whatever stands there.
    for who in ["INTERPOL-01", "service:import"] {
        assert_eq!(failure(&server, who, count, Value::Null).await, "FORBIDDEN", "{who}");
    }
    let planner = server.token_as("THA-01", &[Role::Planner, Role::Commander, Role::Liaison]);
    let request = server.client().post(server.url("/graphql")).bearer_auth(planner);
    let answer = request.json(&json!({ "query": count })).send().await.unwrap();
    let answer: Value = answer.json().await.unwrap();
    assert_eq!(answer["errors"][0]["extensions"]["code"], "FORBIDDEN");
    server.stop().await;
}

#[sqlx::test(migrations = false)]
async fn nothing_sensitive_is_shown_while_it_cannot_be_logged(_: PgPoolOptions, options: PgConnectOptions) {
    let server = Server::saphan(options.clone(), DRAFTING).await;
    let secret = attach(&server, "K", "CONFIDENTIAL").await;
    let plain = attach(&server, "L", "RESTRICTED").await;
    let mut owner = PgConnection::connect_with(&options).await.unwrap();
    sqlx::query("alter table access_log rename to elsewhere").execute(&mut owner).await.unwrap();

    let read = "query ($id: ID!) { node(id: $id) { ... on Annex { title text } } }";
    let canonical = "query ($id: ID!) { node(id: $id) { ... on Annex { canonicalContent } } }";
    for query in [read, canonical] {
        let variables = json!({ "id": secret });
        assert_eq!(failure(&server, "MMR-01", query, variables.clone()).await, "BUSY");
        let answer = String::from_utf8(server.bytes("MMR-01", query, variables).await).unwrap();
        assert!(!answer.contains("What K says"), "{answer}");
    }
    let activate = "mutation { activateCentre(input: { centre: \"CMCC\" }) { __typename } }";
    assert_eq!(failure(&server, "MMR-01", activate, Value::Null).await, "BUSY");
    // The rest goes on.
    let data = server.data("MMR-01", read, json!({ "id": plain })).await;
    assert_eq!(data["node"]["text"], "What L says.");

    sqlx::query("alter table elsewhere rename to access_log").execute(&mut owner).await.unwrap();
    let data = server.data("MMR-01", read, json!({ "id": secret })).await;
    assert_eq!(data["node"]["text"], "What K says.");
    assert_eq!(entries(&server, Value::Null).await.len(), 1);
    owner.close().await.unwrap();
    server.stop().await;
}
