//! What is a nation's is a nation's: its officers, its conditions, what it decided on, and its word.

use crate::{
    plan::{coalition, sections},
    support::{Server, codes, column},
};
use serde_json::{Value, json};
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};

/// Version 2 of SAPHAN's plan is in force, H-hour is set, and every task has its officer.
const IN_FORCE: &str = "2023-09-25T10:00:00+07:00";

/// Thailand and China have decided on version 2, and Myanmar.
const UNDER_DECISION: &str = "2023-09-21T17:00:00+07:00";

async fn saphan(server: &Server) -> Value {
    server.data("THA-01", "{ operation(code: \"SAPHAN\") { id } }", Value::Null).await["operation"]["id"]
        .take()
}

async fn task(server: &Server, code: &str) -> Value {
    let query = "query ($code: String!) { operation(code: \"SAPHAN\") { task(code: $code) { id } } }";
    server.data("THA-01", query, json!({ "code": code })).await["operation"]["task"]["id"].take()
}

fn conflicts<'a>(seen: &'a Value, kind: &str) -> Vec<&'a Value> {
    let all = seen["operation"]["conflicts"].as_array().unwrap();
    all.iter().filter(|conflict| conflict["kind"] == kind).collect()
}

const CONFLICTS: &str = "{ operation(code: \"SAPHAN\") { conflicts {
   kind message tasks { code } partner { code } post { code }
 } } }";

#[sqlx::test(migrations = false)]
async fn an_officer_of_another_nation_is_asked_for_and_that_nation_answers(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let server = Server::saphan(options, IN_FORCE).await;
    let wanted = json!({ "task": task(&server, "T16").await, "post": "MMR-01", "reason": "Night" });
    let bound = json!({ "task": wanted["task"], "post": "MMR-01" });
    let refusals = server.refused("THA-01", "assignOfficer", bound.clone()).await;
    assert_eq!((codes(&refusals), &refusals[0]["field"]), (vec!["NOT_YOUR_OFFICER"], &json!(["post"])));
    let order = json!({
        "operation": saphan(&server).await, "reason": "Night",
        "officers": [{ "task": "T16", "post": "MMR-01" }],
    });
    assert_eq!(codes(&server.refused("THA-01", "issueFragmentaryOrder", order).await), ["NOT_YOUR_OFFICER"]);

    let shown = "request { id key status reason taskCode requestedBy { code } post { code } task { code } }";
    let payload = server.done("THA-01", "requestOfficer", wanted.clone(), shown).await;
    let request = &payload["request"];
    assert_eq!(request["status"], "PENDING");
    assert_eq!((&request["reason"], &request["taskCode"]), (&json!("Night"), &json!("T16")));
    assert_eq!(
        (&request["requestedBy"]["code"], &request["post"]["code"]),
        (&json!("THA"), &json!("MMR-01"))
    );
    let again = server.done("THA-01", "requestOfficer", wanted.clone(), shown).await;
    assert_eq!((&again["request"]["id"], &again["receipt"]["eventIds"]), (&request["id"], &json!([])));

    let answer = |more: Value| {
        let mut input = json!({ "requestId": request["id"] });
        input.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        input
    };
    let shown = "request { status declined answeredAt }";
    let refusal = answer(json!({ "reason": "On leave" }));
    let payload = server.done("MMR-01", "declineRequestedOfficer", refusal, shown).await;
    assert_eq!(
        (&payload["request"]["status"], &payload["request"]["declined"]),
        (&json!("DECLINED"), &json!("On leave"))
    );

    let payload = server.done("THA-01", "requestOfficer", wanted, "request { id }").await;
    let accept = json!({ "requestId": payload["request"]["id"] });
    let payload = server.done("MMR-01", "acceptRequestedOfficer", accept, shown).await;
    assert_eq!(payload["request"]["status"], "ACCEPTED");
    let query = "query ($id: ID!) {
       operation(code: \"SAPHAN\") {
         all: officerRequests { status } pending: officerRequests(pending: true) { status }
         task(code: \"T16\") { assignments { post { code } } }
       }
       node(id: $id) { ... on OfficerRequest { status history { edges { node { type } } } } }
     }";
    let seen = server.data("CHN-01", query, json!({ "id": request["id"] })).await;
    assert_eq!(column(&seen["operation"]["all"], "/status"), ["DECLINED", "ACCEPTED"]);
    assert_eq!(seen["operation"]["pending"], json!([]));
    assert_eq!(column(&seen["operation"]["task"]["assignments"], "/post/code"), ["MMR-02", "MMR-01"]);
    let told = column(&seen["node"]["history"]["edges"], "/node/type");
    assert_eq!(told, ["OfficerRequested", "OfficerRequestDeclined"]);
    server.stop().await;
}

#[sqlx::test(migrations = false)]
async fn a_relieved_officers_assigned_post_is_a_conflict_of_the_plan(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let server = Server::saphan(options, IN_FORCE).await;
    assert_eq!(
        conflicts(&server.data("THA-01", CONFLICTS, Value::Null).await, "POST_WITHOUT_OFFICER"),
        Vec::<&Value>::new()
    );
    server.done("MMR-01", "relieveOfficer", json!({ "post": "MMR-02", "reason": "Rotation" }), "").await;
    let seen = server.data("THA-01", CONFLICTS, Value::Null).await;
    let found = conflicts(&seen, "POST_WITHOUT_OFFICER");
    assert_eq!(found.len(), 1);
    assert_eq!(found[0]["post"]["code"], "MMR-02");
    assert_eq!(
        found[0]["message"],
        "The officer of MMR-02 was relieved, and nobody has taken the post, which is assigned."
    );
    assert!(column(&found[0]["tasks"], "/code").contains(&"T16"));
    server.stop().await;
}

#[sqlx::test(migrations = false)]
async fn what_was_decided_out_of_post_waits_for_its_nations_word(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let server = Server::saphan(options, UNDER_DECISION).await;
    let late = json!({
        "post": "CHN-01", "reason": "Recalled", "occurredAt": "2023-09-20T00:00:00Z",
        "lateReason": "The cable came late",
    });
    // By China's own, while somebody holds its post; afterwards another officer takes it.
    server.done("service:import", "relieveOfficer", late, "").await;
    let officer = json!({ "post": "CHN-01", "officer": "019a0000-0000-7000-8000-000000000001" });
    server.done("service:import", "nominateOfficer", officer, "").await;
    for step in ["acceptNomination", "takePost"] {
        server.done("service:import", step, json!({ "post": "CHN-01" }), "").await;
    }
    let (version, hash) = server.version("LAO-01", 2).await;
    let seen_at = server.head("LAO-01").await;
    let consent = json!({ "planVersionId": version, "contentHash": hash, "seenAt": seen_at });
    server.done("LAO-01", "consentToPlan", consent, "").await;
    let query = "{ operation(code: \"SAPHAN\") {
       conflicts { kind message tasks { code } partner { code } post { code } }
       planVersion(number: 2) {
         status missingApprovals { code }
         decisions { partner { code } outOfPost confirmedAt confirmedBy { code } }
       }
     } }";
    let status = |seen: &Value| seen["operation"]["planVersion"]["status"].clone();
    let of_china = |seen: &Value| {
        let decisions = seen["operation"]["planVersion"]["decisions"].as_array().unwrap();
        let out: Vec<_> = decisions.iter().filter(|decision| decision["outOfPost"] == true).collect();
        out.iter()
            .map(|decision| decision["partner"]["code"].as_str().unwrap().to_owned())
            .collect::<Vec<_>>()
    };
    let seen = server.data("THA-01", query, Value::Null).await;
    assert_eq!(of_china(&seen), ["CHN"]);
    // Nothing is missing, and yet it is not to be promulgated.
    assert_eq!(seen["operation"]["planVersion"]["missingApprovals"], json!([]));
    assert_eq!(status(&seen), "SUBMITTED");
    let found = conflicts(&seen, "DECIDED_OUT_OF_POST");
    assert_eq!((&found[0]["partner"]["code"], &found[0]["post"]["code"]), (&json!("CHN"), &json!("CHN-01")));
    let promulgation = json!({ "planVersionId": version, "seenAt": seen_at });
    let refusals = server.refused("THA-01", "promulgatePlan", promulgation.clone()).await;
    assert_eq!(codes(&refusals), ["DECIDED_OUT_OF_POST"]);
    assert_eq!(refusals[0]["subject"]["__typename"], "PlanDecision");

    server.done("CHN-01", "confirmDecision", json!({ "planVersionId": version }), "").await;
    let seen = server.data("THA-01", query, Value::Null).await;
    assert_eq!((of_china(&seen).len(), conflicts(&seen, "DECIDED_OUT_OF_POST").len()), (0, 0));
    assert_eq!(status(&seen), "APPROVED");
    // Nor without the liaison officer of a partner that leads tasks.
    let relieved = json!({ "post": "MMR-01", "reason": "End of tour" });
    server.done("MMR-01", "relieveOfficer", relieved, "").await;
    assert_eq!(status(&server.data("THA-01", query, Value::Null).await), "SUBMITTED");
    let refusals = server.refused("THA-01", "promulgatePlan", promulgation).await;
    assert_eq!(codes(&refusals), ["LIAISON_NOT_IN_POST"]);
    server.stop().await;
}

#[sqlx::test(migrations = false)]
async fn what_a_nation_decided_on_stays_readable_to_it(_: PgPoolOptions, options: PgConnectOptions) {
    let server = Server::saphan(options, IN_FORCE).await;
    let query = "{ operation(code: \"SAPHAN\") {
       id planVersion(number: 2) { id canonicalContent annexes { id code } tasks(first: 100) { totalCount } }
     } }";
    let before = server.data("LAO-01", query, Value::Null).await;
    let version = &before["operation"]["planVersion"];
    let annex = version["annexes"].as_array().unwrap().iter().find(|annex| annex["code"] == "C").unwrap();
    for mark in [
        json!({ "operation": before["operation"]["id"], "releasableTo": ["MMR"] }),
        json!({ "planVersionId": version["id"], "releasableTo": ["MMR"] }),
        json!({ "task": task(&server, "T21").await, "releasableTo": ["MMR"] }),
        json!({ "annexId": annex["id"], "releasableTo": ["MMR"] }),
    ] {
        let refusals = server.refused("THA-01", "markReleasability", mark).await;
        assert!(codes(&refusals).iter().all(|code| *code == "DECIDED_UPON"), "{refusals:?}");
        assert!(refusals.iter().any(|refusal| refusal["message"].as_str().unwrap().starts_with("LAO ")));
    }
    assert_eq!(server.data("LAO-01", query, Value::Null).await, before);
    // Nothing was said yet of the next version.
    let amend = json!({ "operation": before["operation"]["id"], "reason": "Flood" });
    let payload = server.done("THA-01", "openAmendment", amend, "planVersion { id }").await;
    let mark = json!({ "planVersionId": payload["planVersion"]["id"], "releasableTo": ["MMR"] });
    server.done("THA-01", "markReleasability", mark, "").await;
    server.stop().await;
}

#[sqlx::test(migrations = false)]
async fn observers_read_a_draft_from_its_submission_on_unless_it_is_shared_with_them(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let server = Server::empty(options).await;
    let operation = coalition(&server).await;
    let (admin, observer) = ("service:import", "INTERPOL-01");
    let profile = json!({ "name": "Interpol", "agency": "Secretariat" });
    let invited = json!({ "code": "INTERPOL", "role": "OBSERVER", "profile": profile });
    server.done(admin, "invitePartner", invited, "").await;
    server.done(admin, "admitObserver", json!({ "partner": "INTERPOL" }), "").await;
    let new = json!({ "code": observer, "partner": "INTERPOL", "title": "Observer", "liaison": true });
    server.done(admin, "establishPost", new, "").await;
    let officer = json!({ "post": observer, "officer": "019a0000-0000-7000-8000-000000000001" });
    server.done(admin, "nominateOfficer", officer, "").await;
    for step in ["acceptNomination", "takePost"] {
        server.done(admin, step, json!({ "post": observer }), "").await;
    }
    let on = |more: Value| {
        let mut input = json!({ "operation": operation });
        input.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        input
    };
    server
        .done("THA-01", "markReleasability", on(json!({ "releasableTo": ["INTERPOL", "LAO", "MMR"] })), "")
        .await;
    let payload =
        server.done("THA-01", "draftPlan", on(json!({ "sections": sections() })), "planVersion { id }").await;
    let version = payload["planVersion"]["id"].clone();
    let task = json!({
        "code": "T01", "title": "Open it", "phase": "P1", "leadPartner": "THA", "territory": "THA",
        "startOffset": "PT0H", "duration": "PT12H",
    });
    server.done("THA-01", "addTask", on(task), "").await;
    let query = "query ($id: ID!) {
       node(id: $id) { id }
       operation(code: \"ALPHA\") {
         plan { id } planVersion(number: 1) { status } planVersions { totalCount } tasks { totalCount }
       }
       search(text: \"Open it\") { totalCount }
       events(filter: { types: [\"PlanDrafted\", \"TaskAddedToPlan\"] }) { totalCount }
     }";
    let seen = async |who: &str| server.data(who, query, json!({ "id": version })).await;
    let hidden = json!({
        "node": null, "search": { "totalCount": 0 }, "events": { "totalCount": 0 },
        "operation": {
            "plan": null, "planVersion": null, "planVersions": { "totalCount": 0 }, "tasks": { "totalCount": 0 },
        },
    });
    assert_eq!(seen(observer).await, hidden);
    // Whoever will decide or carry it out reads it as it is written.
    for who in ["THA-01", "MMR-01", "LAO-01"] {
        let seen = seen(who).await;
        assert_eq!(seen["operation"]["planVersion"]["status"], "DRAFT", "{who}");
        assert_eq!(
            (&seen["events"]["totalCount"], &seen["search"]["totalCount"]),
            (&json!(2), &json!(1)),
            "{who}"
        );
    }
    let shown = "planVersion { sharedWith { code } }";
    let payload = server.done("THA-01", "shareDraft", on(json!({ "with": ["INTERPOL"] })), shown).await;
    assert_eq!(column(&payload["planVersion"]["sharedWith"], "/code"), ["INTERPOL"]);
    assert_eq!(seen(observer).await["operation"]["planVersion"]["status"], "DRAFT");
    server.done("THA-01", "shareDraft", on(json!({ "with": [] })), "").await;
    assert_eq!(seen(observer).await, hidden);

    // How it was written stays the drafters'.
    server.done("THA-01", "submitPlan", on(json!({})), "").await;
    let submitted = seen(observer).await;
    assert_eq!(submitted["operation"]["planVersion"]["status"], "SUBMITTED");
    assert_eq!(
        (&submitted["operation"]["tasks"]["totalCount"], &submitted["events"]["totalCount"]),
        (&json!(1), &json!(0))
    );
    server.stop().await;
}

#[sqlx::test(migrations = false)]
async fn a_bilateral_operation_needs_the_two_that_read_it(_: PgPoolOptions, options: PgConnectOptions) {
    let server = Server::empty(options).await;
    let operation = coalition(&server).await;
    let on = |more: Value| {
        let mut input = json!({ "operation": operation });
        input.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        input
    };
    server.done("THA-01", "markReleasability", on(json!({ "releasableTo": ["LAO"] })), "").await;
    let task = |code: &str, partner: &str| {
        on(json!({
            "code": code, "title": "Open it", "phase": "P1", "leadPartner": "THA", "territory": partner,
            "startOffset": "PT0H", "duration": "PT12H",
        }))
    };
    server.done("THA-01", "draftPlan", on(json!({ "sections": sections() })), "").await;
    let payload = server.done("THA-01", "addTask", task("T01", "MMR"), "task { task { id } }").await;
    let refusals = server.refused("THA-01", "submitPlan", on(json!({}))).await;
    assert_eq!(codes(&refusals), ["DECIDER_CANNOT_READ"]);
    assert_eq!(refusals[0]["message"], "MMR has to decide on version 1, which is not released to it.");
    let there = json!({ "task": payload["task"]["task"]["id"], "territory": "LAO" });
    server.done("THA-01", "reviseTask", there, "").await;
    let shown = "planVersion { id contentHash approvers { code } missingApprovals { code } }";
    let payload = server.done("THA-01", "submitPlan", on(json!({})), shown).await;
    let version = &payload["planVersion"];
    // Myanmar is a principal of the coalition, and reads nothing of this.
    assert_eq!(column(&version["approvers"], "/code"), ["THA"]);
    assert_eq!(column(&version["missingApprovals"], "/code"), ["LAO", "THA"]);
    let decision = json!({
        "planVersionId": version["id"], "contentHash": version["contentHash"],
        "seenAt": payload["receipt"]["position"],
    });
    server.done("THA-01", "approvePlan", decision.clone(), "").await;
    let shown = "planVersion { status }";
    let payload = server.done("LAO-01", "consentToPlan", decision.clone(), shown).await;
    assert_eq!(payload["planVersion"]["status"], "APPROVED");
    let promulgation = json!({ "planVersionId": decision["planVersionId"], "seenAt": decision["seenAt"] });
    server.done("THA-01", "promulgatePlan", promulgation, "").await;
    server.stop().await;
}

#[sqlx::test(migrations = false)]
async fn a_decision_taken_back_suspends_a_plan_in_force_and_the_lead_may_withdraw_it(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let server = Server::saphan(options, IN_FORCE).await;
    let (operation, (version, hash)) = (saphan(&server).await, server.version("MMR-01", 2).await);
    let shown = "planVersion { status suspendedBy { code } missingApprovals { code } }";
    let back = json!({ "planVersionId": version, "reason": "The terms have changed" });
    let payload = server.done("MMR-01", "revokeDecision", back.clone(), shown).await;
    let suspended = json!({
        "status": "SUSPENDED", "suspendedBy": [{ "code": "MMR" }], "missingApprovals": [{ "code": "MMR" }],
    });
    assert_eq!(payload["planVersion"], suspended);
    // It waits for Myanmar also beside a draft that is begun.
    let amendment = json!({ "operation": operation, "reason": "The terms have changed" });
    server.done("THA-01", "openAmendment", amendment, "").await;
    let query = "{ operation(code: \"SAPHAN\") { underDecision { number status } } }";
    let seen = server.data("MMR-01", query, Value::Null).await;
    assert_eq!(seen["operation"]["underDecision"], json!({ "number": 2, "status": "SUSPENDED" }));
    let activation = json!({ "operation": operation });
    assert_eq!(
        codes(&server.refused("THA-01", "activateOperation", activation.clone()).await),
        ["PLAN_SUSPENDED"]
    );
    let approval = json!({
        "planVersionId": version, "contentHash": hash, "seenAt": payload["receipt"]["position"],
    });
    let payload = server.done("MMR-01", "approvePlan", approval, shown).await;
    assert_eq!(
        payload["planVersion"],
        json!({ "status": "PROMULGATED", "suspendedBy": [], "missingApprovals": [] })
    );
    server.done("THA-01", "activateOperation", activation, "").await;
    // It was waited for since Myanmar had taken its word back: that is evidence, and version 2's submission is none.
    let query = "{ operation(code: \"SAPHAN\") { metrics(codes: [DECISION_AGE], partner: \"MMR\") {
       denominator evidence { nodes { type } } } } }";
    let seen = server.data("THA-01", query, Value::Null).await;
    let age = &seen["operation"]["metrics"][0];
    assert_eq!(age["denominator"], "2");
    assert_eq!(
        column(&age["evidence"]["nodes"], "/type"),
        ["PlanVersionSubmitted", "PlanVersionRejected", "ApprovalRevoked", "PlanVersionApproved"]
    );

    server.done("MMR-01", "revokeDecision", back, "").await;
    let withdrawal = json!({ "operation": operation, "reason": "The border is closed" });
    assert_eq!(codes(&server.refused("CHN-01", "withdrawPlan", withdrawal.clone()).await), ["FORBIDDEN"]);
    let shown = "planVersion {
       number status withdrawal { partner { code } reason } operation { status } missingApprovals { code }
     }";
    let payload = server.done("THA-01", "withdrawPlan", withdrawal, shown).await;
    let expected = json!({
        "number": 2, "status": "WITHDRAWN", "missingApprovals": [], "operation": { "status": "PAUSED" },
        "withdrawal": { "partner": { "code": "THA" }, "reason": "The border is closed" },
    });
    assert_eq!(payload["planVersion"], expected);
    let bound = json!({ "task": task(&server, "T16").await, "post": "MMR-02" });
    assert_eq!(codes(&server.refused("MMR-01", "assignOfficer", bound).await), ["PLAN_NOT_IN_FORCE"]);
    let query = "{ operation(code: \"SAPHAN\") { task(code: \"T16\") { assignments { id } } } }";
    let seen = server.data("MMR-01", query, Value::Null).await;
    assert_eq!(seen["operation"]["task"]["assignments"], json!([]), "its officers are free");
    server.stop().await;
}

#[sqlx::test(migrations = false)]
async fn a_condition_that_turns_out_unmet_is_broken_by_its_author(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let server = Server::saphan(options, IN_FORCE).await;
    let query = "{ operation(code: \"SAPHAN\") { planVersion(number: 2) { conditions { id code } } } }";
    let seen = server.data("CHN-01", query, Value::Null).await;
    let condition = &seen["operation"]["planVersion"]["conditions"][0]["id"];
    let evidence = json!({ "conditionId": condition, "evidence": "12 of 12" });
    let reason = json!({ "conditionId": condition, "reason": "Two terminals do not work" });
    server.done("LAO-01", "proposeConditionSatisfied", evidence.clone(), "").await;
    assert_eq!(
        codes(&server.refused("THA-01", "contestCondition", reason.clone()).await),
        ["NOT_THE_AUTHOR"]
    );
    let shown = "condition { status note proposal { contested } }";
    let payload = server.done("CHN-01", "contestCondition", reason.clone(), shown).await;
    assert_eq!(payload["condition"]["proposal"]["contested"], "Two terminals do not work");
    assert_eq!(payload["condition"]["status"], "OUTSTANDING");
    assert_eq!(
        codes(&server.refused("THA-01", "satisfyCondition", evidence.clone()).await),
        ["NOT_THE_AUTHOR"]
    );
    server.done("CHN-01", "satisfyCondition", evidence, "").await;
    let payload = server.done("CHN-01", "contestCondition", reason, shown).await;
    assert_eq!(
        (&payload["condition"]["status"], &payload["condition"]["note"]),
        (&json!("BROKEN"), &json!("Two terminals do not work"))
    );
    server.stop().await;
}

#[sqlx::test(migrations = false)]
async fn a_partner_that_borrows_a_name_learns_nothing_of_what_was_done_under_it(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let server = Server::saphan(options, IN_FORCE).await;
    let hidden = |title: &str, key: &str| {
        json!({
            "code": "HIDDEN", "title": title, "leadPartner": "THA", "classification": "SECRET",
            "releasableTo": [], "idempotencyKey": key,
        })
    };
    let first = server.done("THA-02", "initiateOperation", hidden("Falcon", "k-1"), "").await;
    let again = server.done("THA-02", "initiateOperation", hidden("Falcon", "k-1"), "").await;
    assert_eq!(first["receipt"], again["receipt"]);

    let query = "mutation ($input: InitiateOperationInput!) { initiateOperation(input: $input) {
       ... on MutationOutcome { receipt { position } refusals { code message field } } } }";
    let mut answers = Vec::new();
    // The same command under the same key, another one, and a key that there never was.
    for input in [hidden("Falcon", "k-1"), hidden("Heron", "k-1"), hidden("Falcon", "k-2")] {
        let request = server.client().post(server.url("/graphql"));
        let body = json!({ "query": query, "variables": { "input": input } });
        let answer = request.bearer_auth(server.borrowed_token("THA-02", "CHN")).json(&body).send().await;
        let mut answer: Value = answer.unwrap().json().await.unwrap();
        answer["extensions"].take();
        for error in answer["errors"].as_array_mut().into_iter().flatten() {
            error["extensions"]["requestId"] = Value::Null;
        }
        answers.push(answer);
    }
    assert!(answers[0].to_string().contains("FORBIDDEN"), "{answers:#?}");
    assert!(!answers[0].to_string().contains("receipt\":{"), "{answers:#?}");
    assert!(answers.iter().all(|answer| *answer == answers[0]), "{answers:#?}");
    // Its own commands are answered again as before.
    let again = server.done("THA-02", "initiateOperation", hidden("Falcon", "k-1"), "").await;
    assert_eq!(first["receipt"], again["receipt"]);
    server.stop().await;
}
