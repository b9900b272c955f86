//! Persons are counted: whoever counts reads all of it, and all others what can be told.

use crate::{
    plan::coalition,
    support::{Server, codes, column},
};
use serde_json::{Value, json};
use sqlx::{
    AssertSqlSafe, Connection, PgConnection,
    postgres::{PgConnectOptions, PgPoolOptions},
};

/// What Myanmar counted in ALPHA, which Thailand leads, as somebody reads it.
async fn counted(server: &Server, who: &str, at: &str, fields: &str) -> Value {
    let query = format!("{{ operation(code: \"ALPHA\") {{ assistance{at} {{ {fields} }} }} }}");
    let tables = server.data(who, &query, Value::Null).await["operation"]["assistance"].take();
    assert_eq!(tables.as_array().unwrap().len(), 1, "{tables}");
    tables[0].clone()
}

async fn count(server: &Server, name: &str, mut input: Value) -> Value {
    input["operation"] = "ALPHA".into();
    let shown = "claim { id number counts { figure nationality count } }";
    server.done("MMR-01", name, input, shown).await["claim"].take()
}

#[sqlx::test(migrations = false)]
async fn a_small_count_is_read_by_its_authority_alone_whatever_others_ask(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let server = Server::empty(options).await;
    coalition(&server).await;
    let received = count(&server, "recordPersonsReceived", json!({ "count": 40, "place": "MMR" })).await;
    assert_eq!(received["counts"], json!([{ "figure": "RECEIVED", "nationality": null, "count": 40 }]));
    let before = server.head("THA-01").await;
    let small = count(&server, "recordPersonsReceived", json!({ "count": 3 })).await;
    let shown = "referringAuthority { code } received reconciled claims { number }";
    let own = counted(&server, "MMR-01", "", shown).await;
    assert_eq!(
        own,
        json!({
            "referringAuthority": { "code": "MMR" }, "received": 43, "reconciled": true,
            "claims": [{ "number": 1 }, { "number": 2 }],
        })
    );
    // The operation's lead is another.
    for who in ["THA-01", "LAO-01"] {
        let seen = counted(&server, who, "", shown).await;
        assert_eq!((&seen["received"], &seen["claims"]), (&Value::Null, &json!([])), "{who}");
        let query = "query ($id: ID!, $to: [ID!]!) { node(id: $id) { id } nodes(ids: $to) { id } }";
        let ids = json!({ "id": small["id"], "to": [received["id"]] });
        let data = server.data(who, query, ids).await;
        assert_eq!(data, json!({ "node": null, "nodes": [null] }));
        let query = "query ($from: Position!, $to: Position!) {
          events(first: 100) { nodes { type } }
          changes(from: { position: $from }, to: { position: $to }, first: 100) { nodes { field } }
        }";
        let to = server.head("MMR-01").await;
        let data = server.data(who, query, json!({ "from": before, "to": to })).await;
        let kinds = column(&data["events"]["nodes"], "/type");
        assert!(!kinds.contains(&"PersonsReceived") && kinds.len() > 10, "{kinds:?}");
        assert_eq!(data["changes"]["nodes"], json!([]));
        // What was told before is what it was.
        let query = "query ($at: Position!) { asOf(at: { position: $at }) { operation(code: \"ALPHA\") {
          assistance { received } } } }";
        let then = server.data(who, query, json!({ "at": before })).await;
        assert_eq!(then["asOf"]["operation"]["assistance"], json!([{ "received": 40 }]));
    }
    count(&server, "recordPersonsReceived", json!({ "count": 6 })).await;
    assert_eq!(counted(&server, "LAO-01", "", "received").await["received"], 49);

    // Of what adds up, a small part takes another with it.
    count(&server, "tallyScreening", json!({ "presumed": 30, "notPresumed": 19, "minors": 0 })).await;
    let identified = json!([{ "nationality": "LAO", "count": 18 }, { "nationality": "OTHER", "count": 2 }]);
    let tally = json!({ "identified": identified, "notIdentified": 9, "undetermined": 1 });
    count(&server, "tallyIdentification", tally).await;
    let shown = "presumed notPresumed identified minors reconciled counts { figure nationality count }
      balances { sum addsUp difference }";
    let seen = counted(&server, "THA-01", "", shown).await;
    let of = |figure: &str, nationality: Value, count: Value| json!({ "figure": figure, "nationality": nationality, "count": count });
    assert_eq!(
        seen,
        json!({
            "presumed": 30, "notPresumed": 19, "identified": 20, "minors": null, "reconciled": true,
            "counts": [
                of("RECEIVED", Value::Null, json!(49)),
                of("MINORS", Value::Null, Value::Null),
                of("PRESUMED", Value::Null, json!(30)),
                of("NOT_PRESUMED", Value::Null, json!(19)),
                of("IDENTIFIED", Value::Null, json!(20)),
                of("IDENTIFIED", json!("LAO"), Value::Null),
                of("IDENTIFIED", json!("OTHER"), Value::Null),
                of("NOT_IDENTIFIED", Value::Null, Value::Null),
                of("UNDETERMINED", Value::Null, Value::Null),
            ],
            "balances": [
                { "sum": "SCREENING", "addsUp": true, "difference": null },
                { "sum": "IDENTIFICATION", "addsUp": true, "difference": null },
            ],
        })
    );
    let own = counted(&server, "MMR-01", "", "minors counts { count } balances { difference }").await;
    assert!(own["counts"].as_array().unwrap().iter().all(|count| !count["count"].is_null()));
    assert_eq!((&own["minors"], &own["balances"][0]), (&json!(0), &json!({ "difference": 0 })));
    server.stop().await;
}

#[sqlx::test(migrations = false)]
async fn a_count_is_put_right_by_its_authority_and_what_was_said_stands(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let server = Server::empty(options).await;
    coalition(&server).await;
    let first = count(&server, "recordPersonsReceived", json!({ "count": 40 })).await;
    let correction = json!({ "claimId": first["id"], "count": 38, "reason": "COUNTED_TWICE" });
    // Hidden and absent answer alike.
    let hidden = server.refused("THA-01", "correctFigure", correction.clone()).await;
    assert_eq!(codes(&hidden), ["NOT_FOUND"]);
    let shown = "claim { number counts { count } corrects { number } correctionReason correctedBy { id } }";
    let done = server.done("MMR-01", "correctFigure", correction.clone(), shown).await;
    assert_eq!(
        done["claim"],
        json!({
            "number": 2, "counts": [{ "count": 38 }], "corrects": { "number": 1 }, "correctionReason": "COUNTED_TWICE",
            "correctedBy": null,
        })
    );
    assert_eq!(codes(&server.refused("MMR-01", "correctFigure", correction).await), ["WRONG_STATE"]);
    let all = "received claims { number correctedBy { number } }";
    assert_eq!(
        counted(&server, "MMR-01", "", all).await,
        json!({ "received": 38, "claims": [
            { "number": 1, "correctedBy": { "number": 2 } }, { "number": 2, "correctedBy": null },
        ] })
    );
    assert_eq!(counted(&server, "LAO-01", "", "received").await["received"], 38);
    server.stop().await;
}

#[sqlx::test(migrations = false)]
async fn a_name_is_refused_wherever_a_count_could_carry_one_and_nothing_keeps_it(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let server = Server::empty(options.clone()).await;
    coalition(&server).await;
    let before = server.head("THA-01").await;
    let (name, spelt) = ("Somchai Jaidee", "SOMCHAI");
    let refused = async |mutation: &str, mut input: Value| {
        input["operation"] = "ALPHA".into();
        let refusals = server.refused("MMR-01", mutation, input).await;
        assert!(refusals.iter().all(|refusal| !refusal.to_string().to_uppercase().contains(spelt)));
        let place = |refusal: &Value| column(&refusal["field"], "").join(".");
        refusals
            .iter()
            .map(|refusal| format!("{} {}", refusal["code"].as_str().unwrap(), place(refusal)))
            .collect::<Vec<_>>()
    };
    for text in [name, spelt] {
        let place = json!({ "count": 6, "place": text });
        assert_eq!(refused("recordPersonsReceived", place).await, ["PERSONAL_DATA_REFUSED place"]);
        let of = json!([{ "nationality": text, "count": 6 }]);
        let tally = json!({ "identified": of, "notIdentified": 0, "undetermined": 0 });
        assert_eq!(
            refused("tallyIdentification", tally).await,
            ["PERSONAL_DATA_REFUSED identified.0.nationality"]
        );
        let late = json!({ "presumed": 6, "notPresumed": 6, "lateReason": text });
        assert_eq!(refused("tallyScreening", late).await, ["PERSONAL_DATA_REFUSED lateReason"]);
    }
    assert_eq!(server.head("THA-01").await, before);
    let mut connection = PgConnection::connect_with(&options).await.unwrap();
    let kept = "select count(*) from command where request::text ilike '%somchai%'";
    let kept: i64 = sqlx::query_scalar(AssertSqlSafe(kept)).fetch_one(&mut connection).await.unwrap();
    assert_eq!(kept, 0);
    server.stop().await;
}
