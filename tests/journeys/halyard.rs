//! Operation HALYARD as the scenario tells it: what must be refused, answered as of a moment, and computed. Every expected
//! value is read from the file, where it was worked out by hand.

use crate::support::{HALYARD, Server, codes, column};
use accord::{
    domain::{
        OperationCode, Span,
        ids::{ContributionId, OperationId, PlanVersionId, RequestId, TaskId},
    },
    scenario::{
        self, Scenario,
        model::expected::{Answer, AsOfCheck, Refusal},
    },
};
use chrono::{DateTime, FixedOffset};
use serde_json::{Value, json};
use sqlx::{
    PgPool,
    postgres::{PgConnectOptions, PgPoolOptions},
};
use std::collections::{BTreeMap, BTreeSet};

/// After the last command that is imported.
const END: &str = "2024-11-12T09:00:00+00:00";

fn told() -> Scenario {
    scenario::read(HALYARD).unwrap()
}

fn halyard_id() -> OperationId {
    OperationId::of(&OperationCode::new("HALYARD").unwrap())
}

fn task_id(code: &str) -> String {
    TaskId::of(halyard_id(), &code.parse().unwrap()).to_string()
}

fn version_id(number: u32) -> String {
    PlanVersionId::of(halyard_id(), number).to_string()
}

/// The server at the moment at which the file has the command refused, and what it has to be refused with.
async fn at_refusal(options: PgConnectOptions, id: &str) -> (Server, Refusal) {
    let refusal = told().refusals.into_iter().find(|refusal| refusal.id == id).unwrap();
    (Server::halyard(options, &refusal.at.to_rfc3339()).await, refusal)
}

impl Server {
    /// Sends what the file says must be refused; its refusals of the code that it gives.
    async fn refused_so(&self, who: &str, name: &str, input: Value, told: &Refusal) -> Vec<Value> {
        let refusals = self.refused(who, name, input).await;
        let found: Vec<_> =
            refusals.iter().filter(|refusal| refusal["code"] == *told.code).cloned().collect();
        assert!(!found.is_empty(), "{} {}: {refusals:#?}", told.id, told.code);
        found
    }

    /// What the operation answers as of what was recorded by then.
    async fn known(&self, who: &str, known: &str, shown: &str) -> Value {
        let query = format!(
            "query ($known: DateTime!) {{ asOf(at: {{ recordedAt: $known }}) {{ operation(code: \"HALYARD\") {{ {shown} }} }} }}"
        );
        self.data(who, &query, json!({ "known": known })).await["asOf"]["operation"].take()
    }

    async fn halyard_version(&self, who: &str, number: u32) -> Value {
        let query =
            "query ($n: Int!) { operation(code: \"HALYARD\") { planVersion(number: $n) { contentHash } } }";
        let mut data = self.data(who, query, json!({ "n": number })).await;
        let (hash, seen_at) = (data["operation"]["planVersion"]["contentHash"].take(), self.head(who).await);
        json!({ "planVersionId": version_id(number), "contentHash": hash, "seenAt": seen_at })
    }

    /// The ids of claims on a task, in their order.
    async fn claims(&self, who: &str, code: &str) -> Vec<String> {
        let query =
            "query ($code: String!) { operation(code: \"HALYARD\") { task(code: $code) { claims { id } } } }";
        let data = self.data(who, query, json!({ "code": code })).await;
        column(&data["operation"]["task"]["claims"], "/id").into_iter().map(str::to_owned).collect()
    }
}

fn mentions(refusals: &[Value], words: &str) -> bool {
    refusals.iter().any(|refusal| refusal["message"].as_str().unwrap().contains(words))
}

/// What the file says that this question is answered, as of each moment.
fn checks(question: &str) -> Vec<AsOfCheck> {
    let all = told().as_of_checks.into_iter();
    let found: Vec<_> = all.filter(|check| check.question == question).collect();
    assert!(found.len() >= 2, "{question}");
    found
}

#[test]
fn every_question_of_the_file_has_a_journey() {
    let file = include_str!("halyard.rs").to_lowercase();
    let told = told();
    let refusals = told.refusals.iter().map(|refusal| format!("fn {}_", refusal.id.to_lowercase()));
    let checks = told.as_of_checks.iter().map(|check| format!("checks(\"{}\")", check.question));
    let metrics = told.metrics_expected.keys().map(|name| format!("\"{name}\""));
    for name in refusals.chain(checks).chain(metrics) {
        assert!(file.contains(&name), "{name}");
    }
}

#[sqlx::test(migrations = false)]
async fn x01_a_version_without_the_consent_of_malta_is_not_promulgated(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let (server, told) = at_refusal(options, "X01").await;
    let input = json!({ "planVersionId": version_id(1), "seenAt": server.head("PRT-01").await });
    let refusals = server.refused_so("PRT-01", "promulgatePlan", input, &told).await;
    // Chile has approved by then.
    assert_eq!(refusals.len(), 1, "{refusals:#?}");
    assert!(mentions(&refusals, told.detail.as_ref().unwrap()));
}

#[sqlx::test(migrations = false)]
async fn x02_no_officer_of_a_nation_that_has_left_is_bound(_: PgPoolOptions, options: PgConnectOptions) {
    let (server, told) = at_refusal(options, "X02").await;
    let input = json!({ "task": task_id("T08"), "post": "MLT-01" });
    let refusals = server.refused_so("PRT-01", "assignOfficer", input, &told).await;
    assert!(mentions(&refusals, "MLT takes no tasks"), "{refusals:#?}");
}

#[sqlx::test(migrations = false)]
async fn x03_what_is_to_be_taken_over_is_not_reported_on_before_the_version_that_says_so_is_in_force(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let (server, told) = at_refusal(options, "X03").await;
    server.refused_so("PRT-03", "completeTask", json!({ "task": task_id("T05") }), &told).await;
}

#[sqlx::test(migrations = false)]
async fn x04_there_is_one_draft_at_a_time(_: PgPoolOptions, options: PgConnectOptions) {
    let (server, told) = at_refusal(options, "X04").await;
    let input = json!({ "operation": "HALYARD", "reason": "Another thought" });
    server.refused_so("PRT-02", "openAmendment", input, &told).await;
}

#[sqlx::test(migrations = false)]
async fn x05_an_amendment_does_not_move_what_was_started(_: PgPoolOptions, options: PgConnectOptions) {
    let (server, told) = at_refusal(options, "X05").await;
    let moved = json!({ "operation": "HALYARD", "task": "T06", "startOffset": "PT4H" });
    server.done("PRT-02", "reviseTask", moved, "").await;
    server.done("PRT-02", "submitPlan", json!({ "operation": "HALYARD" }), "").await;
    let decision = server.halyard_version("PRT-01", 2).await;
    for who in ["PRT-01", "CHL-01"] {
        server.done(who, "approvePlan", decision.clone(), "").await;
    }
    let input = json!({ "planVersionId": version_id(2), "seenAt": decision["seenAt"] });
    let refusals = server.refused("PRT-01", "promulgatePlan", input).await;
    // Of nothing else: neither of T04, which takes longer, nor of T05, which is taken over.
    assert_eq!(codes(&refusals), [told.code.as_str()], "{refusals:#?}");
    assert_eq!(refusals[0]["subject"], json!({ "__typename": "Task", "id": task_id("T06") }));
}

#[sqlx::test(migrations = false)]
async fn x06_an_observer_reads_and_has_no_vote(_: PgPoolOptions, options: PgConnectOptions) {
    let (server, told) = at_refusal(options, "X06").await;
    let decision = server.halyard_version("CHE-01", 2).await;
    assert!(decision["contentHash"].is_string(), "it reads the version: {decision}");
    server.refused_so("CHE-01", "approvePlan", decision, &told).await;
    // One annex is not for it.
    let query =
        "{ operation(code: \"HALYARD\") { planVersion(number: 2) { annexes { code } parts { code } } } }";
    let seen = server.data("CHE-01", query, Value::Null).await["operation"]["planVersion"].take();
    assert_eq!(column(&seen["annexes"], "/code"), ["A"]);
    assert_eq!(
        server.data("PRT-01", query, Value::Null).await["operation"]["planVersion"]["parts"],
        seen["parts"]
    );
}

#[sqlx::test(migrations = false)]
async fn x07_what_is_in_force_is_not_under_decision(_: PgPoolOptions, options: PgConnectOptions) {
    let (server, told) = at_refusal(options, "X07").await;
    let decision = server.halyard_version("CHL-01", 1).await;
    let refusals = server.refused_so("CHL-01", "approvePlan", decision, &told).await;
    assert_eq!(refusals[0]["subject"]["id"], version_id(2));
}

#[sqlx::test(migrations = false)]
async fn x08_the_operation_does_not_close_while_it_is_asked_for_something(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let (server, told) = at_refusal(options, "X08").await;
    let refusals = server.refused("PRT-01", "closeOperation", json!({ "operation": "HALYARD" })).await;
    let of = |code: &str| -> Vec<&Value> {
        let found = refusals.iter().filter(|refusal| refusal["code"] == code);
        found.map(|refusal| &refusal["subject"]["id"]).collect()
    };
    let open: Vec<_> = told
        .detail
        .as_ref()
        .unwrap()
        .split(", ")
        .map(|code| RequestId::of(halyard_id(), &code.parse().unwrap()).to_string())
        .collect();
    assert_eq!(of(&told.code), open.iter().collect::<Vec<_>>());
    // By what is known then T04 goes on no more, and T07 does.
    assert_eq!(of("TASK_IN_PROGRESS"), [&json!(task_id("T07"))]);
}

#[sqlx::test(migrations = false)]
async fn x09_a_claim_that_was_put_right_is_not_put_right_again(_: PgPoolOptions, options: PgConnectOptions) {
    let (server, told) = at_refusal(options, "X09").await;
    let claims = server.claims("CHL-02", "T04").await;
    assert_eq!(claims.len(), 3);
    let correct = |claim: &str| json!({ "claimId": claim, "at": "2024-10-24T10:00:00-03:00", "reason": "Its letter was read wrongly" });
    let refusals = server.refused_so("CHL-02", "correctTaskTimes", correct(&claims[1]), &told).await;
    assert_eq!(refusals[0]["subject"]["id"], claims[2], "what took its place is named");
    server.done("CHL-02", "correctTaskTimes", correct(&claims[2]), "").await;
}

#[sqlx::test(migrations = false)]
async fn x10_a_sitrep_that_was_corrected_is_not_corrected_again(_: PgPoolOptions, options: PgConnectOptions) {
    let (server, told) = at_refusal(options, "X10").await;
    let query = "{ operation(code: \"HALYARD\") { sitreps { nodes { id code } } } }";
    let data = server.data("PRT-01", query, Value::Null).await;
    let sitreps = data["operation"]["sitreps"]["nodes"].as_array().unwrap();
    let id = |code: &str| sitreps.iter().find(|sitrep| sitrep["code"] == code).unwrap()["id"].clone();
    let correct = |code: &str| json!({ "sitrepId": id(code), "reason": "Once more" });
    let refusals = server.refused_so("PRT-01", "correctSitrep", correct("SITREP-02"), &told).await;
    assert!(mentions(&refusals, "SITREP-02-C1"), "{refusals:#?}");
    server.done("PRT-01", "correctSitrep", correct("SITREP-02-C1"), "").await;
}

#[sqlx::test(migrations = false)]
async fn x11_a_go_is_for_the_version_that_it_was_given_on(_: PgPoolOptions, options: PgConnectOptions) {
    let (server, told) = at_refusal(options, "X11").await;
    let start = json!({ "operation": "HALYARD", "phase": "P2" });
    let refusals = server.refused_so("PRT-01", "startPhase", start, &told).await;
    assert!(mentions(&refusals, "no go on version 2"), "{refusals:#?}");
}

#[sqlx::test(migrations = false)]
async fn x12_no_more_is_paid_than_is_left_to_the_peso(_: PgPoolOptions, options: PgConnectOptions) {
    let (server, told) = at_refusal(options, "X12").await;
    let pay = |amount: &str| json!({ "operation": "HALYARD", "contribution": "K2", "amount": { "amount": amount, "currency": "CLP" } });
    server.refused_so("CHL-01", "disburse", pay("15000001"), &told).await;
    server.done("CHL-01", "disburse", pay("15000000"), "").await;
}

#[sqlx::test(migrations = false)]
async fn x13_the_host_stays(_: PgPoolOptions, options: PgConnectOptions) {
    let (server, told) = at_refusal(options, "X13").await;
    let leave = json!({ "partner": "PRT", "reason": "It is over" });
    server.refused_so("PRT-01", "withdrawPartner", leave, &told).await;
}

#[sqlx::test(migrations = false)]
async fn an_officer_of_chile_was_in_post_before_the_centre_knew(_: PgPoolOptions, options: PgConnectOptions) {
    let server = Server::halyard(options, END).await;
    let query = "query ($valid: DateTime!, $known: DateTime!) {
       asOf(at: { recordedAt: $known }) { post(code: \"CHL-02\") { inPost(validAt: $valid) } }
     }";
    for check in checks("chl_02_in_post") {
        let moments = json!({ "valid": check.valid.unwrap(), "known": check.known });
        let data = server.data("PRT-01", query, moments).await;
        let in_post = data["asOf"]["post"]["inPost"].as_bool().unwrap();
        assert_eq!(Answer::YesNo(in_post), check.answer, "{check:?}");
    }
}

#[sqlx::test(migrations = false)]
async fn malta_takes_part_until_it_withdraws_and_what_it_did_stays(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let server = Server::halyard(options, END).await;
    let query = "query ($known: DateTime!) { asOf(at: { recordedAt: $known }) { partner(code: \"MLT\") { status } } }";
    for check in checks("mlt_takes_part") {
        let data = server.data("CHL-01", query, json!({ "known": check.known })).await;
        let takes_part = data["asOf"]["partner"]["status"] == "ACCEDED";
        assert_eq!(Answer::YesNo(takes_part), check.answer, "{check:?}");
    }
    // It reads nothing any more, also not of the time in which it took part.
    let own = "{ operation(code: \"HALYARD\") { code }
       asOf(at: { recordedAt: \"2024-10-20T12:00:00Z\" }) { operation(code: \"HALYARD\") { code } } }";
    let seen = server.data("MLT-01", own, Value::Null).await;
    assert_eq!(seen, json!({ "operation": null, "asOf": { "operation": null } }));
    // What it did is told of it.
    let shown = "task(code: \"T03\") { status leadPartner { code } claims { reporter { code } } }";
    let task = server.known("CHL-01", END, shown).await["task"].take();
    assert_eq!((&task["status"], &task["leadPartner"]["code"]), (&json!("COMPLETED"), &json!("MLT")));
    assert_eq!(column(&task["claims"], "/reporter/code"), ["MLT-02", "MLT-02"]);
    let shown = "task(code: \"T05\") { status leadPartner { code } claims { kind reporter { code } } }";
    let task = server.known("CHL-01", END, shown).await["task"].take();
    assert_eq!(task["leadPartner"]["code"], "PRT");
    assert_eq!(column(&task["claims"], "/reporter/code"), ["MLT-02", "PRT-03"]);
}

#[sqlx::test(migrations = false)]
async fn what_hangs_on_malta_is_a_conflict_until_it_is_taken_over(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let server = Server::halyard(options, END).await;
    let shown = "conflicts { kind tasks { code } partner { code } }";
    let hanging = async |known: &str| -> Vec<String> {
        let seen = server.known("CHL-01", known, shown).await;
        let of_malta =
            seen["conflicts"].as_array().unwrap().iter().filter(|one| one["partner"]["code"] == "MLT");
        let told = of_malta.map(|one| {
            format!("{} {}", one["kind"].as_str().unwrap(), column(&one["tasks"], "/code").join(" "))
        });
        told.collect()
    };
    // T03, which it has done, hangs on nobody; T05 goes on, and T08 is to come.
    let lacking = ["LIAISON_NOT_IN_POST T05 T08", "LEAD_TAKES_NO_TASKS T05 T08"];
    assert_eq!(hanging("2024-10-21T08:59:00+01:00").await, Vec::<String>::new());
    assert_eq!(hanging("2024-10-21T10:00:00+01:00").await, lacking);
    assert_eq!(hanging("2024-10-21T16:59:00+01:00").await, lacking);
    assert_eq!(hanging("2024-10-21T17:30:00+01:00").await, Vec::<String>::new());
    // The same of its officer, who was relieved.
    let posts = async |known: &str| -> Vec<String> {
        let seen = server.known("CHL-01", known, "conflicts { kind tasks { code } post { code } }").await;
        let all = seen["conflicts"].as_array().unwrap().iter();
        let vacant = all.filter(|one| one["kind"] == "POST_WITHOUT_OFFICER");
        vacant
            .map(|one| format!("{} {}", one["post"]["code"], column(&one["tasks"], "/code").join(" ")))
            .collect()
    };
    assert_eq!(posts("2024-10-21T10:00:00+01:00").await, ["\"MLT-02\" T05 T08"]);
    assert_eq!(posts("2024-10-21T17:30:00+01:00").await, Vec::<String>::new());
    // A version under decision is hindered by what it counts on Malta for, and not by what Malta has done.
    let query = "query ($known: DateTime!) { asOf(at: { recordedAt: $known }) { partner(code: \"MLT\") {
       suspensionEffects { tasks { code } hinderedVersions { number } } } } }";
    let effects = async |known: &str| -> Value {
        let mut data = server.data("CHL-01", query, json!({ "known": known })).await;
        data["asOf"]["partner"]["suspensionEffects"].take()
    };
    let hindered = &effects("2024-09-14T12:00:00+01:00").await["hinderedVersions"];
    assert_eq!(*hindered, json!([{ "number": 1 }]));
    assert_eq!(
        effects("2024-10-21T16:00:00+01:00").await,
        json!({ "tasks": [{ "code": "T05" }, { "code": "T08" }], "hinderedVersions": [] })
    );
    // Who takes over is bound, and nobody else any more.
    for (known, t05, t08) in
        [("2024-10-21T16:59:00+01:00", "MLT-02", "MLT-02"), ("2024-10-21T17:30:00+01:00", "PRT-03", "PRT-03")]
    {
        let shown = "t05: task(code: \"T05\") { assignments { post { code } } }
                     t08: task(code: \"T08\") { assignments { post { code } } }";
        let seen = server.known("CHL-01", known, shown).await;
        assert_eq!(column(&seen["t05"]["assignments"], "/post/code"), [t05], "{known}");
        assert_eq!(column(&seen["t08"]["assignments"], "/post/code"), [t08], "{known}");
    }
}

#[sqlx::test(migrations = false)]
async fn the_version_in_force_is_carried_out_until_the_amendment_takes_its_place(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let server = Server::halyard(options, END).await;
    let shown = "plan { number } planVersion(number: 2) { status missingApprovals { code } }
       tasks(first: 100) { nodes { code status leadPartner { code } } }";
    for check in checks("version_in_force") {
        let seen = server.known("CHE-01", &check.known.to_rfc3339(), shown).await;
        assert_eq!(Answer::Count(seen["plan"]["number"].as_i64().unwrap()), check.answer, "{check:?}");
    }
    for check in checks("tasks_led_by_mlt") {
        let seen = server.known("PRT-02", &check.known.to_rfc3339(), shown).await;
        let tasks = seen["tasks"]["nodes"].as_array().unwrap();
        let led = tasks.iter().filter(|task| task["leadPartner"]["code"] == "MLT").count();
        assert_eq!(Answer::Count(i64::try_from(led).unwrap()), check.answer, "{check:?}");
    }
    // Approved by both, it waits for nobody: what lies on the ground of Malta is done.
    let approved = server.known("PRT-01", "2024-10-21T16:59:00+01:00", shown).await;
    assert_eq!(approved["planVersion"], json!({ "status": "APPROVED", "missingApprovals": [] }));
    let waiting = server.known("PRT-01", "2024-10-21T16:00:00+01:00", shown).await;
    assert_eq!(waiting["planVersion"]["missingApprovals"], json!([{ "code": "CHL" }]));
    // T04, T05 and T06 went on meanwhile.
    for known in ["2024-10-21T16:59:00+01:00", "2024-10-21T17:01:00+01:00"] {
        let seen = server.known("CHL-02", known, shown).await;
        let tasks = seen["tasks"]["nodes"].as_array().unwrap();
        let going: Vec<_> = tasks.iter().filter(|task| task["status"] == "IN_PROGRESS").collect();
        let going: Vec<_> = going.iter().map(|task| task["code"].as_str().unwrap()).collect();
        assert_eq!(going, ["T04", "T05", "T06"], "{known}");
    }
}

#[sqlx::test(migrations = false)]
async fn a_claim_that_was_put_right_twice_holds_as_it_was_said_last(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let server = Server::halyard(options, END).await;
    for check in checks("t04_end") {
        let seen =
            server.known("PRT-01", &check.known.to_rfc3339(), "task(code: \"T04\") { actualFinish }").await;
        let end = seen["task"]["actualFinish"].as_str().unwrap();
        assert_eq!(Answer::At(end.parse().unwrap()), check.answer, "{check:?}");
    }
    for check in checks("t04_done") {
        let valid = check.valid.unwrap().to_rfc3339();
        let shown = format!("task(code: \"T04\") {{ status(validAt: \"{valid}\") }}");
        let seen = server.known("PRT-01", &check.known.to_rfc3339(), &shown).await;
        let done = seen["task"]["status"] == "COMPLETED";
        assert_eq!(Answer::YesNo(done), check.answer, "{check:?}");
    }
    for check in checks("order_contradicted") {
        let seen =
            server.known("PRT-01", &check.known.to_rfc3339(), "conflicts { kind tasks { code } }").await;
        let conflicts = seen["conflicts"].as_array().unwrap();
        let contradicted: Vec<_> =
            conflicts.iter().filter(|one| one["kind"] == "ORDER_CONTRADICTED").collect();
        assert_eq!(Answer::YesNo(!contradicted.is_empty()), check.answer, "{check:?}");
        assert!(contradicted.iter().all(|one| column(&one["tasks"], "/code") == ["T07", "T04"]), "{seen}");
    }
    // All three stay, each naming the one that it puts right.
    let query = "{ operation(code: \"HALYARD\") { task(code: \"T04\") { claims {
       number kind corrects { number } correctedBy { number } } } } }";
    let data = server.data("CHE-01", query, Value::Null).await;
    let claim = |number: u32, kind: &str, corrects: Option<u32>, by: Option<u32>| {
        let named = |number: Option<u32>| number.map_or(Value::Null, |number| json!({ "number": number }));
        json!({ "number": number, "kind": kind, "corrects": named(corrects), "correctedBy": named(by) })
    };
    let claims = [
        claim(1, "STARTED", None, None),
        claim(2, "COMPLETED", None, Some(3)),
        claim(3, "COMPLETED", Some(2), Some(4)),
        claim(4, "COMPLETED", Some(3), None),
    ];
    assert_eq!(data["operation"]["task"]["claims"], json!(claims));
}

#[sqlx::test(migrations = false)]
async fn hours_from_h_hour_are_hours_also_when_clocks_change(_: PgPoolOptions, options: PgConnectOptions) {
    let server = Server::halyard(options, END).await;
    let shown =
        "hHour(zone: { partner: \"PRT\" }) task(code: \"T09\") { plannedFinish(zone: { partner: \"PRT\" }) }";
    for check in checks("t09_planned_finish") {
        let seen = server.known("PRT-01", &check.known.to_rfc3339(), shown).await;
        assert_eq!(seen["hHour"], "2024-10-21T08:00:00+01:00");
        let finish = seen["task"]["plannedFinish"].as_str().unwrap();
        assert_eq!(Answer::At(finish.parse().unwrap()), check.answer, "{check:?}");
        // As clocks in Lisbon show it, and as the file has it.
        let Answer::At(answer) = check.answer else { panic!("{check:?}") };
        let shown: DateTime<FixedOffset> = finish.parse().unwrap();
        assert_eq!((shown, shown.naive_local()), (answer, answer.naive_local()));
    }
    // In Santiago, three hours behind.
    let shown = "hHour(zone: { partner: \"CHL\" })";
    assert_eq!(server.known("CHL-01", END, shown).await["hHour"], "2024-10-21T04:00:00-03:00");
}

#[sqlx::test(migrations = false)]
async fn accounts_were_frozen_as_was_said_last_and_money_is_added_by_currency(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let server = Server::halyard(options, END).await;
    for check in checks("accounts_frozen") {
        let valid = check.valid.unwrap().to_rfc3339();
        let shown = format!("outcomeTotals(validAt: \"{valid}\") {{ total {{ kind count }} }}");
        let seen = server.known("CHE-01", &check.known.to_rfc3339(), &shown).await;
        let totals = seen["outcomeTotals"]["total"].as_array().unwrap();
        let frozen = totals.iter().find(|total| total["kind"] == "ACCOUNTS_FROZEN").unwrap();
        assert_eq!(Answer::Count(frozen["count"].as_i64().unwrap()), check.answer, "{check:?}");
    }
    let query = "{ operation(code: \"HALYARD\") {
       outcomeTotals { total { kind value { amount minorUnits currency } } }
       outcome(code: \"OUT-01\") { claims { number corrects { number } } }
     } }";
    let data = server.data("CHL-01", query, Value::Null).await;
    let totals = data["operation"]["outcomeTotals"]["total"].as_array().unwrap();
    let sums: BTreeSet<_> = totals
        .iter()
        .filter(|total| !total["value"].is_null())
        .map(|total| {
            let text = |key: &str| total["value"][key].as_str().unwrap();
            format!("{} {} {}", total["kind"].as_str().unwrap(), text("amount"), text("currency"))
        })
        .collect();
    // The peso has no decimals, the euro two.
    let expected = ["VALUE_FROZEN 48000000 CLP", "VALUE_FROZEN 61500.00 EUR", "VALUE_RECOVERED 31000000 CLP"];
    assert_eq!(sums, expected.map(str::to_owned).into());
    let claims = &data["operation"]["outcome"]["claims"];
    assert_eq!(claims[2], json!({ "number": 3, "corrects": { "number": 2 } }));
}

#[sqlx::test(migrations = false)]
async fn both_versions_are_laid_out_as_by_hand(_: PgPoolOptions, options: PgConnectOptions) {
    let server = Server::halyard(options, END).await;
    let query = "query ($number: Int!, $basis: ScheduleBasis!) { operation(code: \"HALYARD\") { planVersion(number: $number) {
       schedule(basis: $basis) { length criticalPath { code } tasks { task { code } totalFloat critical } } } } }";
    let expected = told().schedule_expected;
    assert_eq!(expected.len(), 3);
    for told in expected {
        let of = json!({ "number": told.version, "basis": told.basis.to_string() });
        let data = server.data("CHL-01", query, of).await;
        let schedule = &data["operation"]["planVersion"]["schedule"];
        let which = format!("version {} {}", told.version, told.basis);
        let length: Span = schedule["length"].as_str().unwrap().parse().unwrap();
        assert_eq!(length, Span::hours(told.length), "{which}");
        assert_eq!(column(&schedule["criticalPath"], "/code"), told.critical, "{which}");
        let floats = schedule["tasks"].as_array().unwrap().iter().filter(|task| task["critical"] == false);
        let floats: BTreeMap<_, _> = floats
            .map(|task| {
                let float: Span = task["totalFloat"].as_str().unwrap().parse().unwrap();
                (task["task"]["code"].as_str().unwrap().to_owned(), float)
            })
            .collect();
        let by_hand = told.floats.into_iter().map(|(task, hours)| (task, Span::hours(hours)));
        assert_eq!(floats, by_hand.collect(), "{which}");
    }
}

#[sqlx::test(migrations = false)]
async fn each_delay_is_driven_by_what_the_file_says(_: PgPoolOptions, options: PgConnectOptions) {
    let server = Server::halyard(options, END).await;
    let query = "query ($hHour: PlannedBy! = THEN) { operation(code: \"HALYARD\") { plannedVersusActual(hHour: $hHour) {
       tasks { task { code } startVariance finishVariance drivers { kind by task { code } } } } } }";
    let data = server.data("CHL-01", query, json!({})).await;
    let held = data["operation"]["plannedVersusActual"]["tasks"].as_array().unwrap();
    let minutes = |value: &Value| {
        let span: Span = value.as_str().unwrap().parse().unwrap();
        assert_eq!(span, Span::seconds(60 * span.as_delta().num_minutes()), "{value}");
        span.as_delta().num_minutes()
    };
    let expected = told().slippage_expected;
    assert_eq!(held.len(), expected.len());
    for told in expected {
        let held = held.iter().find(|held| held["task"]["code"] == *told.id).unwrap();
        let variances = (minutes(&held["startVariance"]), minutes(&held["finishVariance"]));
        assert_eq!(variances, (told.start, told.finish), "{}", told.id);
        let drivers = held["drivers"].as_array().unwrap().iter().map(|driver| {
            let kind = driver["kind"].as_str().unwrap();
            let name = if kind == "PREDECESSOR" { driver["task"]["code"].as_str().unwrap() } else { kind };
            (name.to_owned(), minutes(&driver["by"]))
        });
        let drivers: BTreeMap<_, _> = drivers.filter(|(_, minutes)| *minutes != 0).collect();
        assert_eq!(drivers, told.drivers, "{}", told.id);
    }
    // Against the version that is in force now, T04 was six hours late.
    let data = server.data("CHL-01", query, json!({ "hHour": "NOW" })).await;
    let held = data["operation"]["plannedVersusActual"]["tasks"].as_array().unwrap();
    let t04 = held.iter().find(|held| held["task"]["code"] == "T04").unwrap();
    assert_eq!(minutes(&t04["finishVariance"]), 360);
}

#[sqlx::test(migrations = false)]
async fn what_was_known_of_a_moment_changed_when_the_file_says(_: PgPoolOptions, options: PgConnectOptions) {
    let server = Server::halyard(options, END).await;
    let query = "query ($subject: ID!, $at: DateTime!) { knowledge(subject: $subject, validAt: $at) {
       event { recordedAt } answer } }";
    for told in told().knowledge_expected {
        let of = json!({ "subject": task_id(&told.task), "at": told.valid });
        let data = server.data("PRT-01", query, of).await;
        let known = data["knowledge"].as_array().unwrap().iter().filter(|known| !known["answer"].is_null());
        let known: Vec<_> = known
            .map(|known| {
                let at = known["event"]["recordedAt"].as_str().unwrap();
                (at.parse::<DateTime<FixedOffset>>().unwrap(), known["answer"]["status"].as_str().unwrap())
            })
            .collect();
        let by_hand: Vec<_> =
            told.answers.iter().map(|learned| (learned.recorded, learned.status.as_str())).collect();
        assert_eq!(known, by_hand, "{}", told.task);
    }
}

#[sqlx::test(migrations = false)]
async fn sitreps_tell_as_many_tasks_done_as_the_file_says_and_each_correction_names_what_differs(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let server = Server::halyard(options, END).await;
    let query = "{ operation(code: \"HALYARD\") { sitreps { nodes { code correctedBy { code } final
       figures { ended tasks { completed } } differences { figure was is } } } } }";
    // Switzerland reads them, too.
    let data = server.data("CHE-01", query, Value::Null).await;
    let sitreps = data["operation"]["sitreps"]["nodes"].as_array().unwrap();
    let told = told().sitreps;
    assert_eq!(sitreps.len(), told.len());
    for (sitrep, told) in sitreps.iter().zip(&told) {
        assert_eq!(sitrep["code"], *told.id);
        assert_eq!(sitrep["figures"]["tasks"]["completed"], told.tasks_completed.unwrap(), "{}", told.id);
        assert_eq!(sitrep["final"], told.last, "{}", told.id);
    }
    assert_eq!(sitreps[1]["correctedBy"]["code"], "SITREP-02-C1");
    assert_eq!(sitreps[2]["correctedBy"]["code"], "SITREP-02-C2");
    let difference = |sitrep: &Value, figure: &str| -> Value {
        let differences = sitrep["differences"].as_array().unwrap();
        let found = differences.iter().find(|difference| difference["figure"] == figure);
        found.unwrap_or_else(|| panic!("{figure}: {differences:#?}")).clone()
    };
    let completed = |was: &str, is: &str| json!({ "figure": "tasks.completed", "was": was, "is": is });
    assert_eq!(difference(&sitreps[2], "tasks.completed"), completed("7", "6"));
    assert_eq!(difference(&sitreps[3], "tasks.completed"), completed("6", "7"));
    // What was put right twice comes to the same.
    assert_eq!(sitreps[3]["figures"]["ended"], sitreps[1]["figures"]["ended"]);
}

#[sqlx::test(migrations = false)]
async fn every_metric_of_the_file_comes_to_what_it_says(_: PgPoolOptions, options: PgConnectOptions) {
    let server = Server::halyard(options, END).await;
    let request = |code: &str| Some(RequestId::of(halyard_id(), &code.parse().unwrap()).to_string());
    let gift = |code: &str| Some(ContributionId::of(halyard_id(), &code.parse().unwrap()).to_string());
    let (task, version) = (|code: &str| Some(task_id(code)), |number: u32| Some(version_id(number)));
    let all: [(&str, &str, Option<String>); 25] = [
        ("first_submission_to_promulgation_h", "SUBMISSION_TO_PROMULGATION", None),
        ("v2_submission_to_promulgation_h", "SUBMISSION_TO_PROMULGATION", version(2)),
        ("v1_submission_to_last_consent_h", "SUBMISSION_TO_LAST_CONSENT", version(1)),
        ("v2_submission_to_last_consent_h", "SUBMISSION_TO_LAST_CONSENT", version(2)),
        ("rounds", "ROUNDS", None),
        ("decision_age_h", "DECISION_AGE", None),
        ("rejection_rate_pct", "REJECTION_RATE", None),
        ("request_ack_on_time_pct", "ACKNOWLEDGED_ON_TIME", None),
        ("request_fulfilled_on_time_pct", "FULFILLED_ON_TIME", None),
        ("f01_ack_min", "TIME_TO_ACKNOWLEDGE", request("F-01")),
        ("f02_ack_min", "TIME_TO_ACKNOWLEDGE", request("F-02")),
        ("t04_start_variance_min", "START_VARIANCE", task("T04")),
        ("t04_finish_variance_min", "FINISH_VARIANCE", task("T04")),
        ("t05_start_variance_min", "START_VARIANCE", task("T05")),
        ("t05_finish_variance_min", "FINISH_VARIANCE", task("T05")),
        ("corrections_per_100", "CORRECTIONS", None),
        ("recording_lag_min", "RECORDING_LAG", None),
        ("recording_lag_worst_min", "RECORDING_LAG_WORST", None),
        ("k1_pledge_to_disbursement_d", "PLEDGE_TO_DISBURSEMENT", gift("K1")),
        ("k2_pledge_to_disbursement_d", "PLEDGE_TO_DISBURSEMENT", gift("K2")),
        ("pledge_to_disbursement_d", "PLEDGE_TO_DISBURSEMENT", None),
        ("k2_disbursed_pct", "DISBURSED", gift("K2")),
        ("disbursed_pct", "DISBURSED", None),
        ("o1_accounts_frozen", "OBJECTIVE", None),
        ("o2_fulfilled_on_time_pct", "OBJECTIVE", None),
    ];
    let query = "query ($code: MetricCode!, $subject: ID) { operation(code: \"HALYARD\") {
       metrics(codes: [$code], subject: $subject) { subjectCode value why target } } }";
    let expected = told().metrics_expected;
    let named: BTreeSet<_> = all.iter().map(|(name, ..)| (*name).to_owned()).collect();
    assert_eq!(named, expected.keys().cloned().collect());
    for (name, code, subject) in all {
        let data = server.data("PRT-01", query, json!({ "code": code, "subject": subject })).await;
        let found = data["operation"]["metrics"].as_array().unwrap();
        // Of contributions the operation's is asked for as one of several.
        let is_it = |metric: &&Value| match (code, &subject) {
            ("OBJECTIVE", _) => name.starts_with(&metric["subjectCode"].as_str().unwrap().to_lowercase()),
            (_, None) => metric["subjectCode"] == "HALYARD",
            (_, Some(_)) => true,
        };
        let metrics: Vec<_> = found.iter().filter(is_it).collect();
        let [metric] = metrics[..] else { panic!("{name}: {found:#?}") };
        let told = expected[name];
        let by_hand = match told.scale {
            0 => told.digits.to_string(),
            1 => format!("{}.{}", told.digits / 10, told.digits % 10),
            scale => panic!("{name} has {scale} decimals"),
        };
        assert_eq!(metric["value"], by_hand, "{name}: {metric:#}");
    }
}

#[sqlx::test(migrations = false)]
async fn what_was_promised_and_paid_comes_to_what_the_file_expects(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let server = Server::halyard(options, END).await;
    let query = "{ operation(code: \"HALYARD\") { contributions { nodes { code status
       pledgedAt(zone: { partner: \"CHL\" }) disbursements { amount { amount currency } } } } } }";
    let data = server.data("CHL-01", query, Value::Null).await;
    let k2 = &data["operation"]["contributions"]["nodes"][1];
    assert_eq!((&k2["code"], &k2["status"]), (&json!("K2"), &json!("PARTLY_DISBURSED")));
    assert_eq!(k2["disbursements"][0]["amount"], json!({ "amount": "10000000", "currency": "CLP" }));
    // Ten in the morning where it is given, when clocks there had changed.
    assert_eq!(k2["pledgedAt"], "2024-09-20T10:00:00-03:00");
}

#[sqlx::test(migrations = false)]
async fn every_row_is_what_a_fold_of_the_log_makes_it(_: PgPoolOptions, options: PgConnectOptions) {
    let server = Server::halyard(options.clone(), END).await;
    let pool: PgPool = accord::database::prepare(options).await.unwrap();
    let head: i64 = server.head("PRT-01").await.as_str().unwrap().parse().unwrap();
    for position in [1, head / 3, head / 2, head - 1, head] {
        let end = accord::engine::Moment::Position(accord::domain::Position(position));
        let end = server.engine().resolve(end).await.unwrap();
        let differences = accord::engine::check_read_models(&pool, end, |_, _| ()).await.unwrap();
        assert_eq!(differences, Vec::<String>::new(), "at {position}");
    }
}
