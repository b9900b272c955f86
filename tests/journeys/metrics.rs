//! Metrics of Operation SAPHAN: what each comes to, by whose eyes, as of when, and which events make it.

use crate::support::{SAPHAN, Server, column};
use accord::{
    domain::{
        ids::{ContributionId, IncidentId, OperationId, PlanVersionId, RequestId, TaskId},
        metrics::MetricCode,
    },
    scenario,
};
use serde_json::{Value, json};
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use std::collections::BTreeSet;

/// After the last command that is imported.
const END: &str = "2023-12-12T09:00:00+07:00";

const SHOWN: &str = "code subjectCode unit value why reason numerator denominator target subject { id }
  evidence(first: 100) { totalCount nodes { type position } }";

fn saphan_id() -> OperationId {
    OperationId::of(&"SAPHAN".parse().unwrap())
}

fn task(code: &str) -> String {
    TaskId::of(saphan_id(), &code.parse().unwrap()).to_string()
}

fn request(code: &str) -> String {
    RequestId::of(saphan_id(), &code.parse().unwrap()).to_string()
}

fn incident() -> String {
    IncidentId::of(saphan_id(), &"INC-001".parse().unwrap()).to_string()
}

/// What the scenario says that the metric is, as the API writes it.
fn expected(name: &str) -> String {
    let told = &scenario::read(SAPHAN).unwrap().metrics_expected[name];
    match told.scale {
        0 => told.digits.to_string(),
        1 => format!("{}.{}", told.digits / 10, told.digits % 10),
        scale => panic!("{name} has {scale} decimals"),
    }
}

impl Server {
    /// The metrics of SAPHAN with these codes, of a subject or of all.
    async fn metrics(&self, who: &str, codes: &[&str], arguments: Value) -> Vec<Value> {
        let query = format!(
            "query ($codes: [MetricCode!]!, $subject: ID, $partner: String, $period: MetricPeriodInput) {{
               operation(code: \"SAPHAN\") {{
                 metrics(codes: $codes, subject: $subject, partner: $partner, period: $period) {{ {SHOWN} }}
               }}
             }}"
        );
        let mut variables = arguments;
        variables["codes"] = json!(codes);
        let mut data = self.data(who, &query, variables).await;
        data["operation"]["metrics"].take().as_array().unwrap().clone()
    }

    /// The only one.
    async fn metric(&self, who: &str, code: &str, subject: Option<&str>) -> Value {
        let found = self.metrics(who, &[code], json!({ "subject": subject })).await;
        assert_eq!(found.len(), 1, "{code} {subject:?}: {found:#?}");
        found[0].clone()
    }

    /// The id of the one event of that type by that post.
    async fn event(&self, kind: &str, actor: &str) -> String {
        let query = "query ($kind: String!, $actor: String!) {
           events(filter: { types: [$kind], actor: $actor }) { nodes { id } }
         }";
        let data = self.data("THA-01", query, json!({ "kind": kind, "actor": actor })).await;
        let [id] = column(&data["events"]["nodes"], "/id").try_into().unwrap();
        id.to_owned()
    }
}

#[sqlx::test(migrations = false)]
async fn every_metric_of_the_scenario_comes_to_what_it_says_by_events_that_are_seen(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let server = Server::saphan(options, END).await;
    let arrival = server.event("ResponderArrived", "MMR-02").await;
    let (incident, v2) = (incident(), PlanVersionId::of(saphan_id(), 2).to_string());
    let [t16, t17, t21, t27] = ["T16", "T17", "T21", "T27"].map(task);
    let [rfa_001, rfa_002] = ["RFA-001", "RFA-002"].map(request);
    let all: [(&str, &str, Option<&str>, &[&str]); 17] = [
        (
            "inc001_time_to_decide_min",
            "TIME_TO_DECIDE",
            Some(&incident),
            &["IncidentReported", "ResponseDecided"],
        ),
        (
            "inc001_time_to_respond_min",
            "TIME_TO_RESPOND",
            Some(&incident),
            &["IncidentReported", "ResponderArrived"],
        ),
        ("rfa001_ack_min", "TIME_TO_ACKNOWLEDGE", Some(&rfa_001), &["RequestIssued", "RequestAcknowledged"]),
        ("rfa002_ack_min", "TIME_TO_ACKNOWLEDGE", Some(&rfa_002), &["RequestIssued", "RequestAcknowledged"]),
        ("request_ack_on_time_pct", "ACKNOWLEDGED_ON_TIME", None, &["RequestIssued", "RequestAcknowledged"]),
        ("request_fulfilled_on_time_pct", "FULFILLED_ON_TIME", None, &["RequestIssued", "RequestFulfilled"]),
        ("mmr_arrival_recording_lag_min", "RECORDING_LAG", Some(&arrival), &["ResponderArrived"]),
        (
            "plan_first_submit_to_promulgation_h",
            "SUBMISSION_TO_PROMULGATION",
            None,
            &["PlanVersionSubmitted", "PlanPromulgated"],
        ),
        (
            "plan_v2_submit_to_last_consent_h",
            "SUBMISSION_TO_LAST_CONSENT",
            Some(&v2),
            &["PlanVersionSubmitted", "TerritorialConsentGiven"],
        ),
        ("t16_finish_variance_min", "FINISH_VARIANCE", Some(&t16), &["TaskStarted", "TaskCompleted"]),
        ("t17_start_variance_min", "START_VARIANCE", Some(&t17), &["TaskStarted"]),
        ("t17_finish_variance_min", "FINISH_VARIANCE", Some(&t17), &["TaskStarted", "TaskCompleted"]),
        ("t21_finish_variance_min", "FINISH_VARIANCE", Some(&t21), &["TaskStarted", "TaskTimesCorrected"]),
        ("t27_finish_variance_min", "FINISH_VARIANCE", Some(&t27), &["TaskStarted", "TaskCompleted"]),
        ("watch_gap_min", "WATCH_GAP", None, &["WatchGapDetected", "WatchGapEnded"]),
        (
            "screened_within_96h_pct",
            "SCREENED_WITHIN_96H",
            None,
            &["PersonsReceived", "AssistanceFigureCorrected", "ScreeningTallied"],
        ),
        (
            "identified_within_15d_pct",
            "IDENTIFIED_WITHIN_15D",
            None,
            &["AssistanceFigureCorrected", "ScreeningTallied", "IdentificationTallied"],
        ),
    ];
    let mut named: BTreeSet<_> = scenario::read(SAPHAN).unwrap().metrics_expected.into_keys().collect();
    // As of a moment, in a journey of its own.
    assert!(named.remove("inc001_time_to_respond_min_as_known_at_0200"));
    for (name, code, subject, types) in all {
        assert!(named.remove(name), "{name}");
        let found = server.metric("THA-01", code, subject).await;
        assert_eq!(found["value"], expected(name), "{name}: {found:#}");
        assert_eq!((&found["why"], &found["reason"]), (&Value::Null, &Value::Null), "{name}");
        let evidence = &found["evidence"];
        let seen: BTreeSet<_> = column(&evidence["nodes"], "/type").into_iter().collect();
        assert!(types.iter().all(|kind| seen.contains(kind)), "{name}: {seen:?}");
        let definition = code.parse::<MetricCode>().unwrap().definition();
        assert!(seen.iter().all(|kind| definition.events.contains(kind)), "{name}: {seen:?}");
        assert_eq!(evidence["totalCount"], evidence["nodes"].as_array().unwrap().len(), "{name}");
    }
    assert!(named.is_empty(), "{named:?}");

    let shares = server.metric("THA-01", "ACKNOWLEDGED_ON_TIME", None).await;
    assert_eq!((&shares["numerator"], &shares["denominator"]), (&json!("4"), &json!("5")));
    // The late answer is none: that nobody had answered by then makes the share.
    assert_eq!(shares["evidence"]["totalCount"], 9);
    let of_laos = server.metrics("THA-01", &["ACKNOWLEDGED_ON_TIME"], json!({ "partner": "LAO" })).await;
    assert_eq!(of_laos[0]["value"], "0.0");
    let identified = server.metric("THA-01", "IDENTIFIED_WITHIN_15D", None).await;
    assert_eq!((&identified["numerator"], &identified["denominator"]), (&json!("92"), &json!("96")));
    server.stop().await;
}

#[sqlx::test(migrations = false)]
async fn as_known_at_a_moment_a_metric_is_what_could_be_measured_then(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let server = Server::saphan(options, END).await;
    let query = format!(
        "query ($known: DateTime!, $subject: ID!) {{ asOf(at: {{ recordedAt: $known }}) {{
           operation(code: \"SAPHAN\") {{ metrics(codes: [TIME_TO_RESPOND], subject: $subject) {{ {SHOWN} }} }}
         }} }}"
    );
    let known = async |known: &str| {
        let variables = json!({ "known": known, "subject": incident() });
        let data = server.data("LAO-01", &query, variables).await;
        data["asOf"]["operation"]["metrics"].as_array().unwrap().clone()
    };
    let then = known("2023-10-12T02:00:00+07:00").await;
    assert_eq!(then[0]["value"], expected("inc001_time_to_respond_min_as_known_at_0200"));
    let positions = column(&then[0]["evidence"]["nodes"], "/position");
    assert_eq!(positions.len(), 2, "the arrival that was known: {then:#?}");
    assert!(then[0]["subject"]["id"].as_str().unwrap().contains('@'), "an id at the moment");

    let before = known("2023-10-12T01:00:00+07:00").await;
    assert_eq!((&before[0]["value"], &before[0]["why"]), (&Value::Null, &json!("NOT_YET")));
    let later = known(END).await;
    assert_eq!(later[0]["value"], expected("inc001_time_to_respond_min"));
    assert_ne!(column(&later[0]["evidence"]["nodes"], "/position"), positions);
    server.stop().await;
}

#[sqlx::test(migrations = false)]
async fn what_a_viewer_does_not_see_is_in_no_metric_of_it(_: PgPoolOptions, options: PgConnectOptions) {
    let server = Server::saphan(options, "2023-11-15T09:00:00+07:00").await;
    let report = json!({
        "operation": "SAPHAN", "code": "INC-900", "title": "Leak", "kind": "OTHER", "territory": "THA",
        "occurredAt": "2023-11-15T08:00:00+07:00", "release": { "releasableTo": ["CHN"] },
    });
    server.done("THA-03", "reportIncident", report, "").await;
    let codes = async |who: &str, code: &str| {
        let found = server.metrics(who, &[code], json!({})).await;
        found.iter().map(|metric| metric["subjectCode"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(codes("CHN-01", "TIME_TO_DECIDE").await, ["INC-001", "INC-900"]);
    assert_eq!(codes("LAO-01", "TIME_TO_DECIDE").await, ["INC-001"]);
    // A request is between two partners.
    assert_eq!(codes("THA-01", "TIME_TO_ACKNOWLEDGE").await.len(), 5);
    assert_eq!(codes("LAO-01", "TIME_TO_ACKNOWLEDGE").await, ["RFA-004"]);
    let share = server.metric("LAO-01", "ACKNOWLEDGED_ON_TIME", None).await;
    assert_eq!((&share["value"], &share["denominator"]), (&json!("0.0"), &json!("1")));
    let median = async |who: &str| server.metric(who, "RECORDING_LAG", None).await["denominator"].take();
    let [seen, all] = [median("LAO-01").await, median("THA-01").await];
    let count = |shown: &Value| shown.as_str().unwrap().parse::<u32>().unwrap();
    assert!(count(&seen) < count(&all), "{seen} of {all}");

    // Hidden and absent are one answer.
    let query = "query ($subject: ID!) { operation(code: \"SAPHAN\") {
       metrics(codes: [TIME_TO_DECIDE], subject: $subject) { value }
     } }";
    let answer = async |code: &str| {
        let id = IncidentId::of(saphan_id(), &code.parse().unwrap()).to_string();
        let mut answer = server.ask("LAO-01", query, json!({ "subject": id })).await;
        let text = answer["errors"].take().to_string();
        assert!(text.contains("BAD_USER_INPUT"), "{text}");
        text.replace(&id, "…")
    };
    let blind = |text: String| {
        let mut errors: Value = serde_json::from_str(&text).unwrap();
        errors[0]["extensions"]["requestId"].take();
        errors
    };
    assert_eq!(blind(answer("INC-900").await), blind(answer("INC-999").await));
    server.stop().await;
}

#[sqlx::test(migrations = false)]
async fn small_counts_are_told_by_no_metric(_: PgPoolOptions, options: PgConnectOptions) {
    let server = Server::saphan(options, END).await;
    for who in ["CHN-01", "LAO-01"] {
        // Who was received and screened is told; of 96, 83 and 9 the rest would be 4.
        let screened = server.metric(who, "SCREENED_WITHIN_96H", None).await;
        assert_eq!(screened["value"], expected("screened_within_96h_pct"), "{screened:#}");
        assert_eq!(screened["evidence"]["totalCount"], 0, "the reports are for the authority");
        let identified = server.metric(who, "IDENTIFIED_WITHIN_15D", None).await;
        assert_eq!((&identified["value"], &identified["why"]), (&Value::Null, &json!("WITHHELD")));
        assert_eq!((&identified["numerator"], &identified["denominator"]), (&Value::Null, &Value::Null));
        let objectives = server.metrics(who, &["OBJECTIVE"], json!({})).await;
        let o2 = objectives.iter().find(|metric| metric["subjectCode"] == "O2").unwrap();
        assert_eq!((&o2["value"], &o2["why"]), (&Value::Null, &json!("WITHHELD")));
    }
    server.stop().await;
}

#[sqlx::test(migrations = false)]
async fn what_else_is_measured_of_the_operation(_: PgPoolOptions, options: PgConnectOptions) {
    let server = Server::saphan(options, END).await;
    let value = async |code: &str| server.metric("THA-01", code, None).await["value"].take();
    assert_eq!(value("ROUNDS").await, "2");
    // One of seven decisions.
    assert_eq!(value("REJECTION_RATE").await, "14.3");
    assert_eq!(value("DISBURSED").await, "91.5");
    let k2 = ContributionId::of(saphan_id(), &"K2".parse().unwrap()).to_string();
    assert_eq!(server.metric("THA-01", "DISBURSED", Some(&k2)).await["value"], "90.0");

    let objectives = server.metrics("THA-01", &["OBJECTIVE"], json!({})).await;
    let shown: Vec<_> = objectives
        .iter()
        .map(|metric| {
            let text = |key: &str| metric[key].as_str().map(ToOwned::to_owned);
            (text("subjectCode").unwrap(), text("value"), text("target").unwrap(), text("why"))
        })
        .collect();
    let is = |code: &str, value: Option<&str>, target: &str, why: Option<&str>| {
        (code.to_owned(), value.map(str::to_owned), target.to_owned(), why.map(str::to_owned))
    };
    assert_eq!(
        shown,
        [
            is("O1", Some("100.0"), "100", None),
            is("O2", Some("95.8"), "95", None),
            is("O3", Some("2"), "2", None),
            is("O4", Some("100.0"), "100", None),
            is("O5", None, "40", Some("UNKNOWN_MEASURE")),
        ]
    );

    // All of it at once, with how it is computed.
    let known = "{ __type(name: \"MetricCode\") { enumValues { name } } }";
    let known = server.data("THA-01", known, Value::Null).await["__type"]["enumValues"].take();
    let codes = column(&known, "/name");
    assert!(codes.iter().all(|code| code.parse::<MetricCode>().is_ok()), "{codes:?}");
    let query = "query ($codes: [MetricCode!]!) { operation(code: \"SAPHAN\") { metrics(codes: $codes) {
       code name value why definition { meaning formula of events byPartner byPeriod source }
     } } }";
    let data = server.data("THA-01", query, json!({ "codes": codes })).await;
    let all = data["operation"]["metrics"].as_array().unwrap();
    let told: BTreeSet<_> = all.iter().map(|metric| metric["code"].as_str().unwrap()).collect();
    assert_eq!(told.len(), codes.len(), "{told:?}");
    assert!(all.iter().all(|metric| metric["value"].is_null() != metric["why"].is_null()));

    // A page of evidence after another.
    let query = "query ($after: String) { operation(code: \"SAPHAN\") { metrics(codes: [CORRECTIONS]) {
       evidence(first: 40, after: $after) { totalCount nodes { position } pageInfo { hasNextPage endCursor } }
     } } }";
    let (mut after, mut seen) = (Value::Null, Vec::new());
    loop {
        let data = server.data("THA-01", query, json!({ "after": after })).await;
        let page = &data["operation"]["metrics"][0]["evidence"];
        let positions = column(&page["nodes"], "/position").into_iter();
        seen.extend(positions.map(|position| position.parse::<i64>().unwrap()));
        if page["pageInfo"]["hasNextPage"] == false {
            assert_eq!(page["totalCount"], seen.len());
            break;
        }
        after = page["pageInfo"]["endCursor"].clone();
    }
    assert!(seen.len() > 40 && seen.is_sorted(), "{seen:?}");
    server.stop().await;
}
