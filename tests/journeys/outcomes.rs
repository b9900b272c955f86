//! What operations came to: said by those whose work it was, put right, and added up for whoever may see it, as of any
//! moment of the log and of the world.

use crate::{
    execution::{at, set_clock, told},
    plan::{coalition, sections},
    schedule::put_in_force,
    support::{SAPHAN, Server, codes, column},
};
use accord::scenario;
use serde_json::{Value, json};
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};

/// ALPHA, which aims at two closed sites and at money given back; of Thailand, which Myanmar and Lao PDR read.
async fn aiming(server: &Server) -> Value {
    let operation = coalition(server).await;
    let task = json!({
        "code": "T01", "title": "Task", "phase": "P1", "leadPartner": "MMR", "territory": "MMR",
        "post": "MMR-01", "startOffset": "PT0H", "duration": "PT12H",
    });
    let aim = |code: &str, measure: &str, target: u32| json!({ "code": code, "lineOfEffort": "LOE1", "text": "Aim", "measure": measure, "target": target });
    let mut sections = sections();
    sections["linesOfEffort"] = json!([{ "code": "LOE1", "name": "Disruption" }]);
    sections["objectives"] = json!([
        aim("O1", "screened_within_96h_pct", 100),
        aim("O2", "Value_Recovered", 1_000),
        aim("O3", "sites_closed", 2),
        aim("O4", "SITES_CLOSED", 1),
    ]);
    put_in_force(server, &operation, sections, json!([task])).await;
    operation
}

fn money(amount: &str, currency: &str) -> Value {
    json!({ "amount": amount, "currency": currency })
}

/// One of ALPHA that happened at that moment.
async fn record(server: &Server, who: &str, occurred_at: &str, mut outcome: Value) -> Value {
    outcome["operation"] = "ALPHA".into();
    outcome["source"] = "Field unit".into();
    outcome["occurredAt"] = occurred_at.into();
    let shown = "outcome { id claims { id } }";
    server.done(who, "recordOutcome", outcome, shown).await["outcome"].take()
}

/// What of ALPHA somebody sees by a moment of the world, as of a position or now.
async fn alpha(server: &Server, who: &str, position: Option<&Value>, fields: &str) -> Value {
    let operation = format!("operation(code: \"ALPHA\") {{ {fields} }}");
    match position {
        Some(position) => {
            let query = format!("{{ asOf(at: {{ position: {position} }}) {{ {operation} }} }}");
            server.data(who, &query, Value::Null).await["asOf"]["operation"].take()
        }
        None => server.data(who, &format!("{{ {operation} }}"), Value::Null).await["operation"].take(),
    }
}

/// Lines such as `MMR ARRESTS 7`, those of all together without a partner.
fn lines(totals: &Value) -> Vec<String> {
    let line = |total: &Value| {
        let partner = total["partner"]["code"].as_str().unwrap_or_default();
        let kind = total["kind"].as_str().unwrap();
        let title = total["title"].as_str().unwrap_or_default();
        let much = match &total["count"] {
            Value::Null => {
                let [amount, currency] =
                    ["amount", "currency"].map(|part| total["value"][part].as_str().unwrap());
                format!("{amount} {currency}")
            }
            count => count.to_string(),
        };
        [partner, kind, title, &much]
            .into_iter()
            .filter(|part| !part.is_empty())
            .collect::<Vec<_>>()
            .join(" ")
    };
    let of = |list: &str| totals[list].as_array().unwrap().iter().map(line).collect::<Vec<_>>();
    [of("byPartner"), of("total")].concat()
}

fn totals(arguments: &str) -> String {
    let total = "{ partner { code } kind title count value { amount currency } }";
    format!("outcomeTotals{arguments} {{ byPartner {total} total {total} }}")
}

#[sqlx::test(migrations = false)]
async fn what_is_said_and_put_right_holds_as_was_known_and_as_was_so(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let server = Server::empty(options).await;
    aiming(&server).await;
    set_clock(&server, "2023-10-10T12:00:00Z");
    let arrests = json!({ "code": "OUT-01", "kind": "ARRESTS", "count": 7 });
    let first = record(&server, "MMR-01", "2023-10-10T02:00:00Z", arrests).await;
    let known_then = server.head("MMR-01").await;
    let value = json!({ "code": "OUT-02", "kind": "VALUE_FROZEN", "value": money("28600000.05", "THB") });
    record(&server, "THA-01", "2023-10-10T06:00:00Z", value).await;
    let more = json!({ "code": "OUT-03", "kind": "VALUE_FROZEN", "value": money("400000.95", "THB") });
    record(&server, "MMR-01", "2023-10-10T07:00:00Z", more).await;
    let other = json!({ "code": "OUT-04", "kind": "VALUE_FROZEN", "value": money("5", "LAK"),
                        "release": { "releasableTo": [] } });
    record(&server, "LAO-01", "2023-10-10T08:00:00Z", other).await;

    set_clock(&server, "2023-10-11T12:00:00Z");
    let right = json!({
        "claimId": first["claims"][0]["id"], "count": 5, "at": "2023-10-10T01:00:00Z", "reason": "Counted twice",
    });
    let shown =
        "outcome { count value { amount } occurredAt claims { number kind count occurredAt reporter { code }
        correctionReason corrects { number } correctedBy { number } matter { ... on Outcome { code } } } }";
    let done = server.done("MMR-01", "correctOutcome", right.clone(), shown).await;
    let claim = |number: u32, count: u32, at: &str| {
        json!({
            "number": number, "kind": "RECORDED", "count": count, "occurredAt": at, "reporter": { "code": "MMR-01" },
            "correctionReason": null, "corrects": null, "correctedBy": null, "matter": { "code": "OUT-01" },
        })
    };
    let mut wrong = claim(1, 7, "2023-10-10T02:00:00Z");
    wrong["correctedBy"] = json!({ "number": 2 });
    let mut holding = claim(2, 5, "2023-10-10T01:00:00Z");
    holding["corrects"] = json!({ "number": 1 });
    holding["correctionReason"] = "Counted twice".into();
    assert_eq!(
        done["outcome"],
        json!({ "count": 5, "value": null, "occurredAt": "2023-10-10T01:00:00Z", "claims": [wrong, holding] })
    );
    assert_eq!(
        told(&server.refused("MMR-01", "correctOutcome", right).await),
        [at("WRONG_STATE", "claimId")]
    );

    let all = alpha(&server, "THA-01", None, &totals("")).await;
    assert_eq!(
        lines(&all["outcomeTotals"]),
        [
            "LAO VALUE_FROZEN 5.00 LAK",
            "MMR ARRESTS 5",
            "MMR VALUE_FROZEN 400000.95 THB",
            "THA VALUE_FROZEN 28600000.05 THB",
            "ARRESTS 5",
            "VALUE_FROZEN 5.00 LAK",
            "VALUE_FROZEN 29000001.00 THB",
        ]
    );
    // Lao PDR alone and the lead know of what Lao PDR found.
    let seen = alpha(&server, "MMR-01", None, &totals("")).await;
    assert!(lines(&seen["outcomeTotals"]).iter().all(|line| !line.contains("LAK")), "{seen:#}");
    let hidden =
        alpha(&server, "MMR-01", None, "outcome(code: \"OUT-04\") { code } outcomes { totalCount }").await;
    assert_eq!(hidden, json!({ "outcome": null, "outcomes": { "totalCount": 3 } }));

    // By a moment of the world, as is known now and as was known then.
    let by =
        |moment: &str| format!("outcomes(validAt: \"{moment}\") {{ totalCount nodes {{ code count }} }}");
    let counted = |count: u32| json!({ "totalCount": 1, "nodes": [{ "code": "OUT-01", "count": count }] });
    for (position, moment, expected) in [
        (None, "2023-10-10T01:30:00Z", counted(5)),
        (None, "2023-10-10T00:59:59Z", json!({ "totalCount": 0, "nodes": [] })),
        (Some(&known_then), "2023-10-10T01:30:00Z", json!({ "totalCount": 0, "nodes": [] })),
        (Some(&known_then), "2023-10-10T02:00:00Z", counted(7)),
    ] {
        let seen = alpha(&server, "THA-01", position, &by(moment)).await;
        assert_eq!(seen["outcomes"], expected, "by {moment}, as known at {position:?}");
    }
    // From a moment on, and before another one.
    let period = "(from: \"2023-10-10T01:00:00Z\", to: \"2023-10-10T06:00:00Z\")";
    let early = alpha(&server, "THA-01", None, &totals(period)).await;
    assert_eq!(lines(&early["outcomeTotals"]), ["MMR ARRESTS 5", "ARRESTS 5"]);
    let then = alpha(&server, "THA-01", Some(&known_then), &totals(period)).await;
    assert_eq!(lines(&then["outcomeTotals"]), ["MMR ARRESTS 7", "ARRESTS 7"]);
}

#[sqlx::test(migrations = false)]
async fn an_objective_shows_what_of_it_was_reached(_: PgPoolOptions, options: PgConnectOptions) {
    let server = Server::empty(options).await;
    aiming(&server).await;
    set_clock(&server, "2023-10-10T12:00:00Z");
    let at_two = "2023-10-10T02:00:00Z";
    let named = json!({ "code": "OUT-01", "kind": "SITES_CLOSED", "count": 1, "objective": "O3" });
    record(&server, "MMR-01", at_two, named).await;
    let unnamed = json!({ "code": "OUT-02", "kind": "SITES_CLOSED", "count": 2 });
    record(&server, "THA-01", "2023-10-10T05:00:00Z", unnamed).await;
    for (code, value) in [("OUT-03", money("0.01", "THB")), ("OUT-04", money("20", "MMK"))] {
        let recovered = json!({ "code": code, "kind": "VALUE_RECOVERED", "value": value });
        record(&server, "THA-01", at_two, recovered).await;
    }
    let reached = "plan { objectives { code target now: reached { kind count values { amount currency } }
        then: reached(validAt: \"2023-10-10T02:00:00Z\") { count } } }";
    let found = alpha(&server, "LAO-01", None, reached).await;
    assert_eq!(
        found["plan"]["objectives"],
        json!([
            { "code": "O1", "target": 100, "now": null, "then": null },
            { "code": "O2", "target": 1_000, "then": { "count": null }, "now": {
                "kind": "VALUE_RECOVERED", "count": null, "values": [money("20.00", "MMK"), money("0.01", "THB")],
            } },
            { "code": "O3", "target": 2, "then": { "count": 1 },
              "now": { "kind": "SITES_CLOSED", "count": 3, "values": [] } },
            // What counts towards another one does not count here.
            { "code": "O4", "target": 1, "then": { "count": 0 },
              "now": { "kind": "SITES_CLOSED", "count": 2, "values": [] } },
        ])
    );
}

#[sqlx::test(migrations = false)]
async fn everything_wrong_with_an_outcome_is_told_at_its_place(_: PgPoolOptions, options: PgConnectOptions) {
    let server = Server::empty(options).await;
    let operation = aiming(&server).await;
    let both = json!({
        "operation": operation, "code": "out 1", "kind": "ARRESTS", "count": 1, "value": money("0.001", "THB"),
        "source": " ",
    });
    assert_eq!(
        told(&server.refused("MMR-01", "recordOutcome", both).await),
        [
            at("INVALID_CODE", "code"),
            at("INVALID_VALUE", "value.amount"),
            at("INVALID_VALUE", "value"),
            at("INVALID_TEXT", "source"),
        ]
    );
    let neither = json!({ "operation": operation, "code": "OUT-01", "kind": "ARRESTS", "source": "Police" });
    assert_eq!(
        told(&server.refused("MMR-01", "recordOutcome", neither).await),
        [at("INVALID_VALUE", "count")]
    );
    let wrong = json!({
        "operation": operation, "code": "OUT-01", "kind": "ARRESTS", "value": money("5", "THB"), "source": "Police",
        "objective": "O9", "release": { "releasableTo": ["VNM"] },
    });
    assert_eq!(
        told(&server.refused("MMR-01", "recordOutcome", wrong).await),
        [
            at("INVALID_VALUE", "value"),
            at("UNKNOWN_REFERENCE", "objective"),
            at("UNKNOWN_REFERENCE", "release.releasableTo.0"),
        ]
    );
    let hidden =
        json!({ "code": "OUT-01", "kind": "ARRESTS", "count": 1, "release": { "releasableTo": [] } });
    let recorded = record(&server, "MMR-01", "2023-08-16T09:00:00+07:00", hidden).await;
    let correct = |id: &Value| json!({ "claimId": id, "count": 0, "reason": "None at all" });
    let claim = &recorded["claims"][0]["id"];
    // Hidden and absent answer alike; only its own partner puts it right.
    let refusals = server.refused("LAO-01", "correctOutcome", correct(claim)).await;
    assert_eq!(told(&refusals), [at("NOT_FOUND", "claimId")]);
    let refusals = server.refused("THA-01", "correctOutcome", correct(claim)).await;
    assert_eq!(codes(&refusals), ["FORBIDDEN"]);
    let mark = json!({ "matterId": recorded["id"], "releasableTo": ["LAO"] });
    server.done("MMR-01", "markReleasability", mark, "").await;
    assert_eq!(codes(&server.refused("LAO-01", "correctOutcome", correct(claim)).await), ["FORBIDDEN"]);
    let done = server.done("MMR-01", "correctOutcome", correct(claim), "outcome { count }").await;
    assert_eq!(done["outcome"], json!({ "count": 0 }));
}

#[sqlx::test(migrations = false)]
async fn outcomes_of_many_operations_take_as_many_statements_as_those_of_one(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let server = Server::empty(options).await;
    coalition(&server).await;
    let query = "{ operations { nodes { code outcomes { totalCount nodes { code claims { count } } }
        outcomeTotals { total { kind count } } } } }";
    let mut answers = Vec::new();
    for (code, recorded) in [("BETA", 1), ("GAMMA", 3)] {
        let operation = json!({
            "code": code, "title": code, "leadPartner": "THA", "classification": "RESTRICTED",
            "releasableTo": ["MMR"],
        });
        server.done("THA-01", "initiateOperation", operation, "").await;
        for number in 0..recorded {
            let outcome = json!({
                "operation": code, "code": format!("OUT-{number}"), "kind": "ARRESTS", "count": 2, "source": "Police",
            });
            server.done("MMR-01", "recordOutcome", outcome, "").await;
        }
        answers.push(server.ask("MMR-01", query, Value::Null).await);
    }
    let statements = |answer: &Value| answer["extensions"]["cost"]["statements"].as_i64().unwrap();
    assert_eq!(statements(&answers[0]), statements(&answers[1]));
    let gamma = answers[1]["data"]["operations"]["nodes"].as_array().unwrap();
    let gamma = gamma.iter().find(|operation| operation["code"] == "GAMMA").unwrap();
    assert_eq!(gamma["outcomes"]["totalCount"], 3);
    assert_eq!(gamma["outcomeTotals"]["total"], json!([{ "kind": "ARRESTS", "count": 6 }]));
}

#[sqlx::test(migrations = false)]
async fn saphan_came_to_what_the_scenario_says(_: PgPoolOptions, options: PgConnectOptions) {
    let server = Server::saphan(options, "2023-12-12T09:00:00+07:00").await;
    let told = scenario::read(SAPHAN).unwrap().assistance.unwrap().enforcement.unwrap();
    let query = format!(
        "{{ operation(code: \"SAPHAN\") {{ {}
           before: outcomeTotals(validAt: \"2023-10-31T00:00:00Z\") {{ total {{ count }} }}
           outcomes {{ nodes {{ partner {{ code }} claims {{ reporter {{ code }} }} }} }}
           plan {{ objectives {{ measure target reached {{ count }} }} }} }} }}",
        totals("")
    );
    let data = server.data("THA-01", &query, Value::Null).await["operation"].take();
    let arrests: u32 = told.arrests.values().sum();
    let frozen =
        format!("VALUE_FROZEN {}.00 {}", told.frozen_value.amount, told.frozen_value.currency.as_str());
    let counted = [
        format!("ACCOUNTS_FROZEN {}", told.accounts_frozen),
        format!("ARRESTS {arrests}"),
        format!("SITES_CLOSED {}", told.sites_closed),
        frozen,
    ];
    let arrests_of = |code: &str| format!("{code} ARRESTS {}", told.arrests[code]);
    let lines = lines(&data["outcomeTotals"]);
    assert_eq!(lines[lines.len() - 4..], counted);
    assert!(lines.contains(&arrests_of("MMR")) && lines.contains(&arrests_of("THA")), "{lines:?}");
    assert_eq!(data["before"]["total"], json!([]));
    let nodes = &data["outcomes"]["nodes"];
    assert_eq!(column(nodes, "/claims/0/reporter/code"), ["MMR-01", "THA-02", "THA-03", "THA-03", "THA-03"]);
    let objectives = data["plan"]["objectives"].as_array().unwrap();
    let closed = objectives.iter().find(|objective| objective["measure"] == "sites_closed").unwrap();
    assert_eq!(*closed, json!({ "measure": "sites_closed", "target": 2, "reached": { "count": 2 } }));
    assert_eq!(objectives.iter().filter(|objective| !objective["reached"].is_null()).count(), 1);
}
