//! An operation played again: as the centre came to know of it, and in the order in which it happened; what led to what.

use crate::support::{Server, column};
use chrono::DateTime;
use serde_json::{Value, json};
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};

/// After the last command that is imported.
const END: &str = "2023-12-12T09:00:00+07:00";

const STEPS: &str = "query ($order: ReplayOrder, $from: Moment, $to: Moment, $first: Int, $after: String) {
   operation(code: \"SAPHAN\") {
     replay(order: $order, from: $from, to: $to, first: $first, after: $after) {
       totalCount
       pageInfo { hasNextPage endCursor }
       nodes {
         position at lag isCorrection
         events { position type happenedAt corrects { type position } }
         state { tasks { planned issued inProgress blocked completed cancelled } openIncidents openClocks }
       }
     }
   }
 }";

/// Every step of it, page by page, and how many there are said to be.
async fn played(server: &Server, who: &str, mut of: Value, size: u32) -> (Vec<Value>, usize) {
    let mut steps: Vec<Value> = Vec::new();
    of["first"] = json!(size);
    loop {
        let data = server.data(who, STEPS, of.clone()).await;
        let page = &data["operation"]["replay"];
        let nodes = page["nodes"].as_array().unwrap();
        assert!(nodes.len() <= size as usize, "a page of {}", nodes.len());
        steps.extend(nodes.iter().cloned());
        if page["pageInfo"]["hasNextPage"] == false {
            return (steps, usize::try_from(page["totalCount"].as_u64().unwrap()).unwrap());
        }
        of["after"] = page["pageInfo"]["endCursor"].clone();
    }
}

fn place(position: &Value) -> i64 {
    position.as_str().unwrap().parse().unwrap()
}

fn instant(at: &Value) -> DateTime<chrono::FixedOffset> {
    DateTime::parse_from_rfc3339(at.as_str().unwrap()).unwrap()
}

/// The events of the operation's log, page by page.
async fn logged(server: &Server, who: &str) -> Vec<i64> {
    let query =
        "query ($after: String) { events(filter: { operation: \"SAPHAN\" }, first: 100, after: $after) {
       pageInfo { hasNextPage endCursor } nodes { position }
     } }";
    let (mut positions, mut after) = (Vec::new(), Value::Null);
    loop {
        let data = server.data(who, query, json!({ "after": after })).await;
        let page = &data["events"];
        positions.extend(page["nodes"].as_array().unwrap().iter().map(|event| place(&event["position"])));
        if page["pageInfo"]["hasNextPage"] == false {
            return positions;
        }
        after = page["pageInfo"]["endCursor"].clone();
    }
}

#[sqlx::test(migrations = false)]
async fn a_replay_tells_each_event_of_the_log_once_and_as_each_reader_may_see_it(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let server = Server::saphan(options, END).await;
    for who in ["THA-01", "LAO-01", "CHN-01"] {
        let log = logged(&server, who).await;
        let (steps, count) = played(&server, who, json!({ "order": "AS_KNOWN" }), 37).await;
        assert_eq!(steps.len(), count, "{who}");
        let told: Vec<i64> = steps
            .iter()
            .flat_map(|step| step["events"].as_array().unwrap())
            .map(|event| place(&event["position"]))
            .collect();
        assert_eq!(told, log, "{who}");
        for step in &steps {
            let last = step["events"].as_array().unwrap().last().unwrap();
            assert!(place(&last["position"]) <= place(&step["position"]));
        }

        let (happened, count) = played(&server, who, json!({ "order": "AS_HAPPENED" }), 41).await;
        assert_eq!(happened.len(), count, "{who}");
        let corrected: Vec<i64> = steps
            .iter()
            .flat_map(|step| step["events"].as_array().unwrap())
            .filter(|event| !event["corrects"].is_null())
            .map(|event| place(&event["corrects"]["position"]))
            .collect();
        let mut left: Vec<i64> = happened.iter().map(|step| place(&step["events"][0]["position"])).collect();
        left.sort_unstable();
        let standing: Vec<i64> =
            log.iter().copied().filter(|position| !corrected.contains(position)).collect();
        assert_eq!(left, standing, "{who}: what was put right is left out, and nothing else");
        assert!(
            happened.iter().map(|step| instant(&step["at"])).is_sorted(),
            "{who}: in the order of the world"
        );
    }
}

#[sqlx::test(migrations = false)]
async fn what_was_put_right_happened_when_its_correction_says(_: PgPoolOptions, options: PgConnectOptions) {
    let server = Server::saphan(options, END).await;
    let (steps, _) = played(&server, "THA-01", json!({ "order": "AS_HAPPENED" }), 100).await;
    let told = |kind: &str, at: &str| {
        let at = DateTime::parse_from_rfc3339(at).unwrap();
        let found = |step: &&Value| step["events"][0]["type"] == kind && instant(&step["at"]) == at;
        steps.iter().filter(found).collect::<Vec<_>>()
    };
    // T21 was first said to have ended at 06:00.
    assert!(told("TaskCompleted", "2023-10-11T06:00:00+07:00").is_empty());
    let corrected = told("TaskTimesCorrected", "2023-10-11T09:00:00+07:00");
    assert_eq!(corrected.len(), 1);
    assert_eq!(corrected[0]["isCorrection"], true);
    assert_eq!(corrected[0]["events"][0]["corrects"]["type"], "TaskCompleted");
    // 30 hours of it, though it was recorded the next afternoon.
    assert_eq!(corrected[0]["lag"], "PT30H");
    // The Myanmar unit was there before the Thai one, and the centre learned of it hours later.
    let arrival = told("ResponderArrived", "2023-10-12T00:55:00+06:30");
    assert_eq!(arrival[0]["lag"], "PT4H5M");
    let first = steps.iter().position(|step| step == arrival[0]).unwrap();
    let second = told("ResponderArrived", "2023-10-12T01:40:00+07:00");
    assert!(first < steps.iter().position(|step| step == second[0]).unwrap());

    // As it was known at two in the morning, nothing of it.
    let to = json!({ "recordedAt": "2023-10-12T02:00:00+07:00" });
    let (then, _) = played(&server, "THA-01", json!({ "order": "AS_HAPPENED", "to": to }), 100).await;
    let arrivals = then.iter().filter(|step| step["events"][0]["type"] == "ResponderArrived").count();
    assert_eq!(arrivals, 1);
    assert!(then.iter().any(|step| step["events"][0]["type"] == "TaskCompleted"
        && instant(&step["at"]) == DateTime::parse_from_rfc3339("2023-10-11T06:00:00+07:00").unwrap()));
}

#[sqlx::test(migrations = false)]
async fn the_state_after_a_step_is_what_was_known_then(_: PgPoolOptions, options: PgConnectOptions) {
    let server = Server::saphan(options, END).await;
    for who in ["THA-01", "LAO-01"] {
        let (steps, _) = played(&server, who, json!({ "order": "AS_KNOWN" }), 100).await;
        for step in steps.iter().step_by(17).chain(steps.last()) {
            let query = "query ($at: Position!) { asOf(at: { position: $at }) { operation(code: \"SAPHAN\") {
               plan { status }
               tasks { nodes { status } }
               emergentTasks { status }
               incidents(first: 100) { nodes { status } }
               clocks(open: true) { totalCount }
             } } }";
            let data = server.data(who, query, json!({ "at": step["position"] })).await;
            let then = &data["asOf"]["operation"];
            let in_force = then["plan"]["status"] == "PROMULGATED";
            let planned = then["tasks"]["nodes"].as_array().filter(|_| in_force).cloned().unwrap_or_default();
            let emergent = then["emergentTasks"].as_array().unwrap();
            let state = &step["state"];
            for (field, status) in [
                ("planned", "PLANNED"),
                ("issued", "ISSUED"),
                ("inProgress", "IN_PROGRESS"),
                ("blocked", "BLOCKED"),
                ("completed", "COMPLETED"),
                ("cancelled", "CANCELLED"),
            ] {
                let counted = planned.iter().chain(emergent).filter(|task| task["status"] == status).count();
                assert_eq!(state["tasks"][field], counted, "{who} at {}: {field}", step["position"]);
            }
            let statuses = column(&then["incidents"]["nodes"], "/status");
            let open = statuses.iter().filter(|status| **status != "CLOSED").count();
            assert_eq!(state["openIncidents"], open, "{who} at {}", step["position"]);
            assert_eq!(state["openClocks"], then["clocks"]["totalCount"], "{who} at {}", step["position"]);
        }
    }
}

#[sqlx::test(migrations = false)]
async fn the_state_of_the_world_at_the_end_is_the_same_in_both_orders(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let server = Server::saphan(options, END).await;
    for who in ["THA-01", "LAO-01", "CHN-01"] {
        let (known, _) = played(&server, who, json!({ "order": "AS_KNOWN" }), 100).await;
        let (happened, _) = played(&server, who, json!({ "order": "AS_HAPPENED" }), 100).await;
        assert_eq!(known.last().unwrap()["state"], happened.last().unwrap()["state"], "{who}");
    }
    // No task was to be carried out before the plan was in force, and then all of them.
    let (steps, _) = played(&server, "THA-01", json!({ "order": "AS_HAPPENED" }), 100).await;
    let in_force = DateTime::parse_from_rfc3339("2023-09-25T09:00:00+07:00").unwrap();
    let (before, since): (Vec<_>, Vec<_>) = steps.iter().partition(|step| instant(&step["at"]) < in_force);
    assert!(before.len() > 50);
    assert!(before.iter().all(|step| step["state"]["tasks"]["planned"] == 0));
    assert_eq!(since[0]["state"]["tasks"]["planned"], 29);
    // At the moment at which the Myanmar unit arrived, the incident was open and its people were on their way.
    let arrival = steps.iter().find(|step| step["events"][0]["type"] == "ResponderArrived").unwrap();
    assert_eq!(arrival["state"]["openIncidents"], 1);
    let done = arrival["state"]["tasks"]["completed"].as_u64().unwrap();
    // T01 to T21, and not T22, which was under way.
    assert_eq!(done, 21);
}

#[sqlx::test(migrations = false)]
async fn what_a_decision_set_off_is_told_by_what_was_named(_: PgPoolOptions, options: PgConnectOptions) {
    let server = Server::saphan(options, END).await;
    let query = "{ events(filter: { types: [\"ResponseDecided\"] }) { nodes {
       causes { type }
       consequences { type actor causes { type } consequences { type actor } }
     } } }";
    let data = server.data("THA-01", query, Value::Null).await;
    let decided = &data["events"]["nodes"][0];
    assert_eq!(column(&decided["causes"], "/type"), ["IncidentReported"]);
    let dispatched: Vec<&Value> = decided["consequences"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|event| event["type"] == "ResponderDispatched")
        .collect();
    assert_eq!(dispatched.iter().map(|event| &event["actor"]).collect::<Vec<_>>(), ["THA-06", "MMR-02"]);
    for event in dispatched {
        let arrival = &event["consequences"][0];
        assert_eq!(arrival["type"], "ResponderArrived");
        assert_eq!(arrival["actor"], event["actor"]);
    }

    let query = "{ events(filter: { types: [\"PlanPromulgated\", \"GoNoGoDecided\", \"RequestFulfilled\"] }) { nodes {
       type causes { type }
     } } }";
    let data = server.data("THA-01", query, Value::Null).await;
    let causes = |kind: &str| {
        let nodes = data["events"]["nodes"].as_array().unwrap();
        let event = nodes.iter().find(|event| event["type"] == kind).unwrap();
        column(&event["causes"], "/type").into_iter().map(str::to_owned).collect::<Vec<_>>()
    };
    assert_eq!(
        causes("PlanPromulgated"),
        [
            "PlanVersionSubmitted",
            "PlanVersionApproved",
            "PlanVersionApproved",
            "PlanVersionApprovedWithConditions",
            "TerritorialConsentGiven"
        ]
    );
    assert_eq!(causes("GoNoGoDecided"), ["GoNoGoStated"; 3]);
    assert_eq!(causes("RequestFulfilled"), ["RequestIssued"]);
    // Who may not see the incident is told neither of what it led to nor of what led to it.
    let hidden = server.data(
        "INTERPOL-01",
        "{ events(filter: { types: [\"ResponseDecided\"] }) { totalCount } }",
        Value::Null,
    );
    assert_eq!(hidden.await["events"]["totalCount"], 0);
}

#[sqlx::test(migrations = false)]
async fn each_step_says_what_it_changed(_: PgPoolOptions, options: PgConnectOptions) {
    let server = Server::saphan(options, END).await;
    let query = "query ($from: Moment, $to: Moment) { operation(code: \"SAPHAN\") { replay(from: $from, to: $to) { nodes {
       events { type }
       changes { nodes { field before after object { __typename } } }
       knownThen { operation(code: \"SAPHAN\") { hHour } }
     } } } }";
    let (from, to) = ("2023-10-06T17:59:00+07:00", "2023-10-06T18:01:00+07:00");
    let of = json!({ "from": { "recordedAt": from }, "to": { "recordedAt": to } });
    let data = server.data("THA-01", query, of).await;
    let steps = data["operation"]["replay"]["nodes"].as_array().unwrap();
    let ordered =
        steps.iter().find(|step| column(&step["events"], "/type").contains(&"HHourShifted")).unwrap();
    let moved = ordered["changes"]["nodes"].as_array().unwrap();
    let moved = moved.iter().find(|change| change["field"] == "hHour").unwrap();
    assert_eq!(moved["before"], "2023-10-08T23:00:00Z");
    assert_eq!(moved["after"], "2023-10-09T23:00:00Z");
    assert_eq!(ordered["knownThen"]["operation"]["hHour"], "2023-10-09T23:00:00Z");
}

#[sqlx::test(migrations = false)]
async fn a_replay_is_refused_backwards_and_with_cursors_of_other_lists(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let server = Server::saphan(options, "2023-09-20T12:00:00+07:00").await;
    let backwards = json!({ "from": { "position": "20" }, "to": { "position": "10" } });
    let answer = server.ask("THA-01", STEPS, backwards).await;
    assert_eq!(answer["errors"][0]["extensions"]["code"], "BAD_USER_INPUT", "{answer}");
    let ahead = json!({ "to": { "recordedAt": "2024-01-01T00:00:00Z" } });
    let answer = server.ask("THA-01", STEPS, ahead).await;
    assert_eq!(answer["errors"][0]["extensions"]["code"], "BAD_USER_INPUT", "{answer}");
    let data = server.data("THA-01", "{ partners { edges { cursor } } }", Value::Null).await;
    let foreign = json!({ "after": data["partners"]["edges"][0]["cursor"] });
    let answer = server.ask("THA-01", STEPS, foreign).await;
    assert_eq!(answer["errors"][0]["extensions"]["code"], "BAD_USER_INPUT", "{answer}");
}

#[sqlx::test(migrations = false)]
async fn what_was_known_of_a_moment_is_told_with_what_changed_it(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let server = Server::saphan(options, END).await;
    let known = |subject: Value, at: &str| {
        let query = "query ($subject: ID!, $at: DateTime!) { knowledge(subject: $subject, validAt: $at) {
           since event { type actor recordedAt } answer
         } }";
        let variables = json!({ "subject": subject, "at": at });
        let server = &server;
        async move { server.data("THA-01", query, variables).await["knowledge"].as_array().unwrap().clone() }
    };
    let ids =
        "{ operation(code: \"SAPHAN\") { task(code: \"T17\") { id } incident(code: \"INC-001\") { id } }
       post(code: \"MMR-01\") { id } centre(code: \"CMCC\") { id } }";
    let ids = server.data("THA-01", ids, Value::Null).await;

    // At eight, T17 had begun; the centre learned of it at half past eleven.
    let of_task = known(ids["operation"]["task"]["id"].clone(), "2023-10-10T08:00:00+07:00").await;
    let last = of_task.last().unwrap();
    assert_eq!(last["answer"]["status"], "IN_PROGRESS");
    assert_eq!(last["answer"]["startedAt"], "2023-10-10T00:30:00Z");
    assert_eq!(last["event"]["type"], "TaskStarted");
    assert_eq!(last["event"]["recordedAt"], "2023-10-10T04:30:00Z");
    assert_eq!(of_task[of_task.len() - 2]["answer"]["startedAt"], Value::Null);

    // At two in the morning both units were there; the centre learned of one at 01:42, of the other at 05:30.
    let of_incident = known(ids["operation"]["incident"]["id"].clone(), "2023-10-12T02:00:00+07:00").await;
    let arrivals: Vec<(usize, &Value)> = of_incident
        .iter()
        .map(|known| (known["answer"]["arrivals"].as_array().unwrap().len(), &known["event"]["recordedAt"]))
        .collect();
    let two = arrivals.iter().find(|(units, _)| *units == 2).unwrap();
    assert_eq!(two.1, "2023-10-11T22:30:00Z");
    assert!(arrivals.iter().any(|(units, at)| *units == 1 && *at == "2023-10-11T18:42:00Z"));

    // The Myanmar liaison officer was in post on the 8th, and the centre did not know.
    let of_post = known(ids["post"]["id"].clone(), "2023-09-08T12:00:00+07:00").await;
    let told: Vec<&Value> = of_post.iter().map(|known| &known["answer"]["inPost"]).collect();
    assert_eq!(told, [&json!(false), &json!(true)]);

    let query =
        "query ($subject: ID!) { knowledge(subject: $subject, validAt: \"2023-09-08T12:00:00Z\") { since } }";
    let answer = server.ask("THA-01", query, json!({ "subject": ids["centre"]["id"] })).await;
    assert_eq!(answer["errors"][0]["extensions"]["code"], "BAD_USER_INPUT", "{answer}");
    // Hidden and absent are one answer.
    for id in [ids["operation"]["incident"]["id"].clone(), json!("incident_00000000000000000000000000")] {
        let hidden = server.data("INTERPOL-01", query, json!({ "subject": id })).await;
        assert_eq!(hidden["knowledge"], json!([]));
    }
}
