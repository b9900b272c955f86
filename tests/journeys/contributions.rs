//! What partners give: pledged by one, taken up by another, paid and delivered, and added up for whoever may see it.

use crate::{
    plan::{coalition, sections},
    schedule::put_in_force,
    support::{SAPHAN, Server, codes, column},
};
use accord::scenario::{self, model::values::Decimal};
use serde_json::{Value, json};
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};

/// The codes of refusals with the dotted places that they are at, in order.
fn told(refusals: &[Value]) -> Vec<(&str, String)> {
    let place = |refusal: &Value| column(&refusal["field"], "").join(".");
    codes(refusals).into_iter().zip(refusals.iter().map(place)).collect()
}

fn at<'a>(code: &'a str, place: &str) -> (&'a str, String) {
    (code, place.to_owned())
}

/// ALPHA, with a plan in force; of Thailand, which Myanmar and Lao PDR read.
async fn in_force(server: &Server) -> Value {
    let operation = coalition(server).await;
    let task = json!({
        "code": "T01", "title": "Task", "phase": "P1", "leadPartner": "MMR", "territory": "MMR",
        "post": "MMR-01", "startOffset": "PT0H", "duration": "PT12H",
    });
    let mut sections = sections();
    sections["linesOfEffort"] = json!([{ "code": "LOE1", "name": "Assistance" }]);
    put_in_force(server, &operation, sections, json!([task])).await;
    operation
}

/// The input of a command on a contribution to ALPHA.
fn on(contribution: &str, mut more: Value) -> Value {
    more["operation"] = "ALPHA".into();
    more["contribution"] = contribution.into();
    more
}

fn money(amount: &str, currency: &str) -> Value {
    json!({ "amount": amount, "currency": currency })
}

/// As answers have it.
fn exact(amount: &str, currency: &str) -> Value {
    json!({ "amount": amount, "minorUnits": amount.replace('.', ""), "currency": currency })
}

const MONEY: &str = "fragment M on Money { amount minorUnits currency }";

/// Something of ALPHA, as somebody sees it.
async fn alpha(server: &Server, who: &str, fields: &str) -> Value {
    let query = format!("{{ operation(code: \"ALPHA\") {{ {fields} }} }} {MONEY}");
    // A fragment that nothing uses is refused.
    let query = if fields.contains("...M") { query } else { query.replace(MONEY, "") };
    server.data(who, &query, Value::Null).await["operation"].take()
}

fn rate(currency: &str, per_unit: &str) -> Value {
    json!({
        "currency": currency, "perUnit": per_unit, "to": "THB", "date": "2023-08-01", "source": "Bank of Thailand",
    })
}

#[sqlx::test(migrations = false)]
async fn a_pledge_is_accepted_allocated_and_paid_and_what_is_delivered_is_judged(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let server = Server::empty(options).await;
    let operation = in_force(&server).await;
    let wrong = json!({
        "operation": operation, "code": "K2", "kind": "BUDGET", "quantity": 3, "value": money("0.001", "THB"),
    });
    assert_eq!(
        told(&server.refused("MMR-01", "pledgeContribution", wrong).await),
        [at("INVALID_VALUE", "value.amount"), at("INVALID_VALUE", "quantity")]
    );
    let pledge = json!({
        "operation": operation, "code": "K2", "kind": "BUDGET", "value": money("2000000", "MMK"),
        "release": { "releasableTo": [] },
    });
    let shown =
        "contribution { id code status inKind value { amount minorUnits currency } partner { code } }";
    let done = server.done("MMR-01", "pledgeContribution", pledge, shown).await;
    let pledged = &done["contribution"];
    assert_eq!(pledged["value"], exact("2000000.00", "MMK"));
    assert_eq!((&pledged["status"], &pledged["partner"]["code"]), (&json!("PLEDGED"), &json!("MMR")));
    // Hidden and absent answer alike; its lead always sees it.
    let hidden = server.refused("LAO-01", "acceptPledge", on("K2", json!({}))).await;
    let absent = server.refused("LAO-01", "acceptPledge", on("K9", json!({}))).await;
    assert_eq!(hidden, absent);
    assert_eq!(told(&hidden), [at("NOT_FOUND", "contribution")]);
    let refusals = server.refused("MMR-01", "acceptPledge", on("K2", json!({}))).await;
    assert_eq!(codes(&refusals), ["FORBIDDEN"]);

    let accept = on("K2", json!({ "rates": [rate("MMK", "0.0175")] }));
    server.done("THA-01", "acceptPledge", accept, "contribution { status }").await;
    let allocate = |amount: &str| on("K2", json!({ "lineOfEffort": "LOE1", "amount": money(amount, "MMK") }));
    server.done("THA-01", "allocateContribution", allocate("1800000"), "").await;
    let refusals = server.refused("THA-01", "allocateContribution", allocate("200000.01")).await;
    assert_eq!(told(&refusals), [at("OVER_ALLOCATION", "amount")]);
    assert_eq!(refusals[0]["message"], "K2 has 200000 MMK left to allocate, of 2000000 MMK.");
    let pay = |amount: &str| on("K2", json!({ "amount": money(amount, "MMK") }));
    assert_eq!(codes(&server.refused("THA-01", "disburse", pay("1")).await), ["FORBIDDEN"]);
    assert_eq!(
        told(&server.refused("MMR-01", "disburse", pay("1800000.01")).await),
        [at("OVER_ALLOCATION", "amount")]
    );
    let shown =
        "contribution { status disbursements { number amount { amount } reporter { code } lateReason } }";
    let done = server.done("MMR-01", "disburse", pay("1200000.55"), shown).await;
    assert_eq!(
        done["contribution"],
        json!({ "status": "PARTLY_DISBURSED", "disbursements": [{
            "number": 1, "amount": { "amount": "1200000.55" }, "reporter": { "code": "MMR-01" }, "lateReason": null,
        }] })
    );

    let pledges = json!({ "operation": operation, "pledges": [
        { "code": "K3", "kind": "TECHNOLOGY", "inKind": true, "quantity": 12, "unit": "terminal" },
        { "code": "K4", "kind": "BUDGET", "value": money("1500000.01", "THB") },
    ] });
    server.done("LAO-01", "pledgeContributions", pledges.clone(), "contributions { code }").await;
    assert_eq!(
        told(&server.refused("LAO-01", "pledgeContributions", pledges).await),
        [at("ALREADY_EXISTS", "pledges.0.code"), at("ALREADY_EXISTS", "pledges.1.code")]
    );
    server.done("THA-01", "acceptPledge", on("K3", json!({})), "").await;
    server.done("LAO-01", "deliver", on("K3", json!({ "quantity": 12 })), "").await;
    let reject = on("K3", json!({ "delivery": 1, "quantity": 2, "reason": "Failed certification" }));
    server.done("THA-01", "rejectDelivery", reject, "").await;
    let accept = |quantity: u32| on("K3", json!({ "delivery": 1, "quantity": quantity }));
    assert_eq!(
        told(&server.refused("THA-01", "acceptDelivery", accept(11)).await),
        [at("NOT_DELIVERED", "quantity")]
    );
    let shown = "contribution { status delivered deliveryAccepted
        deliveries { number quantity accepted rejected judgements { quantity rejectionReason } } }";
    let done = server.done("THA-01", "acceptDelivery", accept(10), shown).await;
    assert_eq!(
        done["contribution"],
        json!({ "status": "PARTLY_DELIVERED", "delivered": 10, "deliveryAccepted": 10, "deliveries": [{
            "number": 1, "quantity": 12, "accepted": 10, "rejected": 2, "judgements": [
                { "quantity": 2, "rejectionReason": "Failed certification" },
                { "quantity": 10, "rejectionReason": null },
            ],
        }] })
    );

    totals(&server).await;
}

/// What all of that adds up to: exactly, in the reporting currency once, and only of what the viewer sees.
async fn totals(server: &Server) {
    let fields = "contributionTotals(by: LINE_OF_EFFORT) {
        reportingCurrency rounding leftOut leftOutCount rates { currency perUnit to date source }
        groups { lineOfEffort cash { currency pledged { ...M } allocated { ...M } disbursed { ...M } } }
        total { cashReported { pledged { ...M } accepted { ...M } disbursed { ...M } }
          quantities { unit pledged accepted delivered deliveryAccepted } } }";
    let sums = alpha(server, "THA-01", fields).await["contributionTotals"].take();
    let none = |currency: &str| {
        exact("0.00", currency).as_object().cloned().map(|mut zero| {
            zero["minorUnits"] = "0".into();
            Value::from(zero)
        })
    };
    assert_eq!(
        sums,
        json!({
            "reportingCurrency": "THB", "rounding": "HALF_EVEN", "leftOut": [], "leftOutCount": 0,
            "rates": [rate("MMK", "0.0175")],
            "groups": [
                { "lineOfEffort": "LOE1", "cash": [{
                    "currency": "MMK", "pledged": none("MMK"), "allocated": exact("1800000.00", "MMK"),
                    "disbursed": none("MMK"),
                }] },
                { "lineOfEffort": null, "cash": [
                    { "currency": "MMK", "pledged": exact("2000000.00", "MMK"), "allocated": none("MMK"),
                      "disbursed": exact("1200000.55", "MMK") },
                    { "currency": "THB", "pledged": exact("1500000.01", "THB"), "allocated": none("THB"),
                      "disbursed": none("THB") },
                ] },
            ],
            "total": {
                // 2000000 MMK are 35000 THB; 1200000.55 MMK are 21000.009625 THB.
                "cashReported": {
                    "pledged": exact("1535000.01", "THB"), "accepted": exact("35000.00", "THB"),
                    "disbursed": exact("21000.01", "THB"),
                },
                "quantities": [
                    { "unit": "terminal", "pledged": 12, "accepted": 12, "delivered": 10, "deliveryAccepted": 10 },
                ],
            },
        })
    );
    // Lao PDR does not see what Myanmar gives, so it knows of no rate either.
    let fields = "contributions(filter: { kind: BUDGET }) { totalCount nodes { code } }
        contributionTotals(by: PARTNER) { reportingCurrency leftOut rates { currency }
          groups { partner { code } cash { currency pledged { ...M } } } total { cashReported { currency } } }";
    assert_eq!(
        alpha(server, "LAO-01", fields).await,
        json!({
            "contributions": { "totalCount": 1, "nodes": [{ "code": "K4" }] },
            "contributionTotals": {
                "reportingCurrency": null, "leftOut": ["K4"], "rates": [],
                "groups": [{
                    "partner": { "code": "LAO" },
                    "cash": [{ "currency": "THB", "pledged": exact("1500000.01", "THB") }],
                }],
                "total": { "cashReported": null },
            },
        })
    );
}

#[sqlx::test(migrations = false)]
async fn contributions_to_many_operations_take_as_many_statements_as_those_to_one(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let server = Server::empty(options).await;
    coalition(&server).await;
    let pledge = |operation: &str, code: &str| {
        let value = money("5", "THB");
        json!({ "operation": operation, "code": code, "kind": "BUDGET", "value": value })
    };
    let query = "{ operations { nodes { code contributions { totalCount nodes { code operation { code } } }
        contributionTotals(by: KIND) { groups { kind cash { pledged { amount } } } leftOut } } } }";
    let mut answers = Vec::new();
    for (code, pledged) in [("BETA", 1), ("GAMMA", 3)] {
        let operation = json!({
            "code": code, "title": code, "leadPartner": "THA", "classification": "RESTRICTED",
            "releasableTo": ["MMR"],
        });
        server.done("THA-01", "initiateOperation", operation, "").await;
        for number in 0..pledged {
            server.done("MMR-01", "pledgeContribution", pledge(code, &format!("K{number}")), "").await;
        }
        answers.push(server.ask("MMR-01", query, Value::Null).await);
    }
    let statements = |answer: &Value| answer["extensions"]["cost"]["statements"].as_i64().unwrap();
    assert_eq!(statements(&answers[0]), statements(&answers[1]));
    let gamma = answers[1]["data"]["operations"]["nodes"].as_array().unwrap();
    let gamma = gamma.iter().find(|operation| operation["code"] == "GAMMA").unwrap();
    assert_eq!(gamma["contributions"]["totalCount"], 3);
    assert_eq!(
        gamma["contributionTotals"]["groups"],
        json!([{ "kind": "BUDGET", "cash": [{ "pledged": { "amount": "15.00" } }] }])
    );
}

/// After the last command that is imported.
const END: &str = "2023-12-12T09:00:00+07:00";

#[sqlx::test(migrations = false)]
async fn what_saphan_was_given_adds_up_to_what_the_scenario_says(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let server = Server::saphan(options, END).await;
    let section = scenario::read(SAPHAN).unwrap().contributions.unwrap();
    let expected = |name: &str| {
        let Decimal { digits, scale } = section.expect[name];
        (digits, scale)
    };
    let query = "{ operation(code: \"SAPHAN\") {
        contributions { nodes { code status } }
        contributionTotals(by: PARTNER) { reportingCurrency leftOut
          total { cashReported { pledged { amount minorUnits } disbursed { amount minorUnits } } } } } }";
    let data = server.data("THA-01", query, Value::Null).await["operation"].take();
    let sums = &data["contributionTotals"];
    assert_eq!(sums["reportingCurrency"], section.reporting_currency.as_str());
    assert_eq!(sums["leftOut"], json!([]));
    let [pledged, disbursed] = ["pledged", "disbursed"].map(|what| {
        let minor_units = sums["total"]["cashReported"][what]["minorUnits"].as_str().unwrap();
        minor_units.parse::<i64>().unwrap()
    });
    assert_eq!((pledged / 100, 0), expected("cash_pledged_thb"));
    assert_eq!((disbursed / 100, 0), expected("cash_disbursed_thb"));
    // In tenths of a percent, to the nearest.
    let permille = (disbursed * 1_000 + pledged / 2) / pledged;
    assert_eq!((permille, 1), expected("disbursed_pct"));
    let stands: Vec<(String, String)> =
        section.items.iter().map(|item| (item.id.clone(), item.status.to_string())).collect();
    let found: Vec<(String, String)> = data["contributions"]["nodes"]
        .as_array()
        .unwrap()
        .iter()
        .map(|node| (node["code"].as_str().unwrap().to_owned(), node["status"].as_str().unwrap().to_owned()))
        .collect();
    assert_eq!(found, stands);
}

#[sqlx::test(migrations = false)]
async fn x09_no_more_is_allocated_than_is_left_of_what_was_accepted(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let server = Server::saphan(options, "2023-10-21T09:00:00+07:00").await;
    let input = json!({
        "operation": "SAPHAN", "contribution": "K2", "lineOfEffort": "LOE4", "amount": money("300000", "CNY"),
    });
    let refusals = server.refused("THA-01", "allocateContribution", input).await;
    assert_eq!(told(&refusals), [at("OVER_ALLOCATION", "amount")]);
    assert_eq!(refusals[0]["message"], "K2 has 200000 CNY left to allocate, of 2000000 CNY.");
}
