//! How partners come to stand: their answers to invitations, other roles, suspension, return and departure; who covers for
//! whom in a post; how a centre grows and ends. Each by who may say it, and not by who may not.

use crate::{
    plan::coalition,
    support::{Server, codes, column},
};
use serde_json::{Value, json};
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};

/// Version 2 of SAPHAN's plan waits for China, and for Lao PDR, on whose ground one of its tasks is.
const UNDER_DECISION: &str = "2023-09-21T12:00:00+07:00";

/// Version 2 of SAPHAN's plan is in force, and every task has its officer.
const IN_FORCE: &str = "2023-09-25T10:00:00+07:00";

/// Refused to the one, carried out for the other; what that answers.
async fn for_one_alone(
    server: &Server,
    [not, but]: [&str; 2],
    name: &str,
    input: Value,
    shown: &str,
) -> Value {
    let refusals = server.refused(not, name, input.clone()).await;
    assert_eq!(codes(&refusals), ["FORBIDDEN"], "{name} of {not}: {refusals:#?}");
    server.done(but, name, input, shown).await
}

async fn wrong_state(server: &Server, who: &str, name: &str, input: Value, field: &str) {
    let refusals = server.refused(who, name, input).await;
    assert_eq!((codes(&refusals), &refusals[0]["field"]), (vec!["WRONG_STATE"], &json!([field])), "{name}");
}

fn of(partner: &str) -> Value {
    json!({ "partner": partner, "reason": "As agreed" })
}

/// The tasks of the conflict that their lead takes none, with the lead; none where there is no such conflict.
async fn hanging(server: &Server, who: &str) -> Vec<(String, Vec<String>)> {
    let query = "{ operation(code: \"SAPHAN\") { conflicts { kind partner { code } tasks { code } } } }";
    let seen = server.data(who, query, Value::Null).await;
    let all = seen["operation"]["conflicts"].as_array().unwrap();
    let hanging = all.iter().filter(|conflict| conflict["kind"] == "LEAD_TAKES_NO_TASKS");
    let owned = |codes: Vec<&str>| codes.into_iter().map(str::to_owned).collect();
    hanging
        .map(|conflict| {
            let partner = conflict["partner"]["code"].as_str().unwrap().to_owned();
            (partner, owned(column(&conflict["tasks"], "/code")))
        })
        .collect()
}

async fn led(server: &Server, who: &str, partner: &str) -> Vec<String> {
    let query = "query ($partner: String!) {
       operation(code: \"SAPHAN\") { tasks(filter: { leadPartner: $partner }) { nodes { code } } } }";
    let seen = server.data(who, query, json!({ "partner": partner })).await;
    column(&seen["operation"]["tasks"]["nodes"], "/code").into_iter().map(str::to_owned).collect()
}

/// What would hang if the partner were suspended: operations, tasks, posts, approvals, versions.
async fn effects(server: &Server, who: &str, partner: &str) -> [Vec<String>; 5] {
    let query = "query ($partner: String!) { partner(code: $partner) { suspensionEffects {
       operations { code } tasks { code } assignments { post { code } }
       awaitedApprovals { key } hinderedVersions { key } } } }";
    let seen = server.data(who, query, json!({ "partner": partner })).await;
    let effects = &seen["partner"]["suspensionEffects"];
    let owned = |list: &str, key: &str| column(&effects[list], key).into_iter().map(str::to_owned).collect();
    [
        owned("operations", "/code"),
        owned("tasks", "/code"),
        owned("assignments", "/post/code"),
        owned("awaitedApprovals", "/key"),
        owned("hinderedVersions", "/key"),
    ]
}

#[sqlx::test(migrations = false)]
async fn the_host_writes_down_what_an_invited_partner_answers(_: PgPoolOptions, options: PgConnectOptions) {
    let server = Server::empty(options).await;
    coalition(&server).await;
    let who = ["MMR-01", "THA-01"];
    let profile = json!({ "name": "Cambodia", "agency": "National Police" });
    let invitation = json!({ "code": "KHM", "profile": profile, "role": "PARTICIPANT" });
    let khm = json!({ "partner": "KHM" });
    let status = "partner { status history { nodes { type } } }";
    for_one_alone(&server, who, "invitePartner", invitation.clone(), "").await;
    let payload = for_one_alone(&server, who, "acknowledgeInvitation", khm.clone(), status).await;
    assert_eq!(payload["partner"]["status"], "INVITED");
    let payload = for_one_alone(&server, who, "deferInvitation", of("KHM"), status).await;
    assert_eq!(payload["partner"]["status"], "DEFERRED");
    wrong_state(&server, "THA-01", "acknowledgeInvitation", khm.clone(), "partner").await;
    // A reason may be given, and need not.
    let payload = for_one_alone(&server, who, "declineInvitation", khm.clone(), status).await;
    assert_eq!(payload["partner"]["status"], "DECLINED");
    let told = ["PartnerInvited", "InvitationAcknowledged", "InvitationDeferred", "InvitationDeclined"];
    assert_eq!(column(&payload["partner"]["history"]["nodes"], "/type"), told);
    wrong_state(&server, "THA-01", "accedePartner", khm.clone(), "partner").await;
    server.done("THA-01", "invitePartner", invitation, "").await;
    // Nobody answers before being asked.
    let early = json!({ "partner": "KHM", "occurredAt": "2023-08-16T08:00:00+07:00" });
    let refusals = server.refused("THA-01", "deferInvitation", early).await;
    assert_eq!((codes(&refusals), &refusals[0]["field"]), (vec!["INVALID_VALUE"], &json!(["occurredAt"])));
    server.done("THA-01", "accedePartner", khm, "").await;
    server.stop().await;
}

#[sqlx::test(migrations = false)]
async fn the_host_changes_the_role_of_others_and_keeps_its_own(_: PgPoolOptions, options: PgConnectOptions) {
    let server = Server::empty(options).await;
    coalition(&server).await;
    let to =
        |partner: &str, role: &str| json!({ "partner": partner, "role": role, "reason": "Decided by all" });
    let who = ["MMR-01", "THA-01"];
    let shown = "partner { role }";
    let payload = for_one_alone(&server, who, "changePartnerRole", to("LAO", "PRINCIPAL"), shown).await;
    assert_eq!(payload["partner"]["role"], "PRINCIPAL");
    let unsaid = json!({ "partner": "LAO", "role": "PARTICIPANT", "reason": " " });
    assert_eq!(codes(&server.refused("THA-01", "changePartnerRole", unsaid).await), ["REASON_REQUIRED"]);
    wrong_state(&server, "THA-01", "changePartnerRole", to("THA", "PRINCIPAL"), "partner").await;
    for name in ["suspendPartner", "withdrawPartner"] {
        wrong_state(&server, "THA-01", name, of("THA"), "partner").await;
    }
    // A service hands it over.
    server.done("service:import", "changePartnerRole", to("THA", "PRINCIPAL"), "").await;
    let payload = server.done("service:import", "changePartnerRole", to("MMR", "HOST"), shown).await;
    assert_eq!(payload["partner"]["role"], "HOST");
    for_one_alone(&server, ["THA-01", "MMR-01"], "suspendPartner", of("LAO"), "").await;
    server.stop().await;
}

#[sqlx::test(migrations = false)]
async fn what_hangs_on_a_partner_is_told_before_it_is_suspended_as_far_as_one_sees_it(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let server = Server::saphan(options, UNDER_DECISION).await;
    let query = "{ operation(code: \"SAPHAN\") { underDecision { key } } }";
    let seen = server.data("THA-01", query, Value::Null).await;
    let version = || vec![seen["operation"]["underDecision"]["key"].as_str().unwrap().to_owned()];
    let none = Vec::<String>::new;
    let of_china = led(&server, "MMR-01", "CHN").await;
    assert!(!of_china.is_empty());
    let hangs = [none(), of_china, none(), version(), version()];
    assert_eq!(effects(&server, "MMR-01", "CHN").await, hangs);
    let of_laos = led(&server, "MMR-01", "LAO").await;
    assert_eq!(effects(&server, "MMR-01", "LAO").await, [none(), of_laos, none(), none(), version()]);
    let of_thailand = led(&server, "MMR-01", "THA").await;
    let saphan = vec!["SAPHAN".to_owned()];
    assert_eq!(effects(&server, "MMR-01", "THA").await, [saphan, of_thailand, none(), none(), version()]);
    // A service sees no operation.
    assert_eq!(effects(&server, "service:import", "CHN").await, [const { Vec::<String>::new() }; 5]);
    // For many partners at once, as many statements as for one.
    let statements = async |begin: &str, end: &str| {
        let query = format!(
            "{{ {begin} {{ suspensionEffects {{ tasks {{ code }} assignments {{ id }} }} }} {end} }}"
        );
        let answer = server.ask("THA-01", &query, Value::Null).await;
        assert_eq!(answer.get("errors"), None, "{answer:#}");
        answer["extensions"]["cost"]["statements"].as_i64().unwrap()
    };
    let one = statements("partner(code: \"CHN\")", "").await;
    let all = statements("partners(first: 8) { nodes", "}").await;
    assert!(all <= one, "{all} for all, {one} for one");
    server.stop().await;
}

#[sqlx::test(migrations = false)]
async fn a_suspended_partner_does_and_reads_nothing_until_it_is_reinstated(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let server = Server::saphan_without_t21_for_laos(options).await;
    let own = "query ($at: Position!) { viewer { inGoodStanding } operation(code: \"SAPHAN\") { code }
       asOf(at: { position: $at }) { operation(code: \"SAPHAN\") { code } } partner(code: \"MMR\") { status } }";
    let at = server.head("MMR-01").await;
    let reads = async |status: &str| {
        let seen = server.data("MMR-01", own, json!({ "at": at })).await;
        assert_eq!(seen["partner"]["status"], status);
        (
            seen["viewer"]["inGoodStanding"] == true,
            !seen["operation"].is_null(),
            !seen["asOf"]["operation"].is_null(),
        )
    };
    assert_eq!(reads("ACCEDED").await, (true, true, true));
    assert_eq!(hanging(&server, "THA-01").await, []);
    let all = led(&server, "THA-01", "MMR").await;
    let [operations, tasks, posts, awaited, hindered] = effects(&server, "THA-01", "MMR").await;
    assert_eq!((operations.is_empty(), &tasks), (true, &all));
    assert_eq!((awaited, hindered), (Vec::new(), Vec::new()));
    assert!(posts.len() == all.len() && posts.iter().all(|post| post.starts_with("MMR-")), "{posts:?}");

    let who = ["CHN-01", "THA-01"];
    let shown = "partner { status }";
    let payload = for_one_alone(&server, who, "suspendPartner", of("MMR"), shown).await;
    assert_eq!(payload["partner"]["status"], "SUSPENDED");
    assert_eq!(reads("SUSPENDED").await, (false, false, false));
    let request = json!({ "post": "MMR-02", "reason": "Rotation" });
    assert_eq!(codes(&server.refused("MMR-01", "relieveOfficer", request).await), ["FORBIDDEN"]);
    assert_eq!(codes(&server.refused("MMR-01", "reinstatePartner", of("MMR")).await), ["FORBIDDEN"]);
    // Its work hangs, as far as one sees it: T21 is withheld from Lao PDR.
    assert!(all.contains(&"T21".to_owned()));
    assert_eq!(hanging(&server, "THA-01").await, [("MMR".to_owned(), all.clone())]);
    let seen: Vec<String> = all.iter().filter(|task| *task != "T21").cloned().collect();
    assert_eq!(hanging(&server, "LAO-01").await, [("MMR".to_owned(), seen.clone())]);
    assert_eq!(effects(&server, "LAO-01", "MMR").await[1..3].concat().len(), 2 * seen.len());
    // What it decided and is bound to stays.
    assert_eq!(effects(&server, "THA-01", "MMR").await[2], posts);

    let payload = for_one_alone(&server, who, "reinstatePartner", of("MMR"), shown).await;
    assert_eq!(payload["partner"]["status"], "ACCEDED");
    assert_eq!(reads("ACCEDED").await, (true, true, true));
    assert_eq!(hanging(&server, "THA-01").await, []);
    wrong_state(&server, "THA-01", "reinstatePartner", of("MMR"), "partner").await;
    server.stop().await;
}

#[sqlx::test(migrations = false)]
async fn the_past_of_who_left_stays_readable_to_the_others(_: PgPoolOptions, options: PgConnectOptions) {
    let server = Server::saphan(options, IN_FORCE).await;
    let query = "query ($at: Position!) { ...Seen asOf(at: { position: $at }) { ...Seen } }
       fragment Seen on Reading {
         partner(code: \"MMR\") { status }
         posts(filter: { partner: \"MMR\" }) { nodes { code status } }
         operation(code: \"SAPHAN\") {
           tasks(filter: { leadPartner: \"MMR\" }) { nodes { code assignments { post { code } } } }
           planVersion(number: 1) { decisions { partner { code } kind reason } }
           planVersion2: planVersion(number: 2) { decisions { partner { code } kind } }
         }
       }";
    let at = server.head("CHN-01").await;
    let read = async |who: &str| server.data(who, query, json!({ "at": at })).await;
    let before = read("CHN-01").await;
    let decided = |seen: &Value, version: &str| {
        column(&seen["operation"][version]["decisions"], "/partner/code").contains(&"MMR")
    };
    assert!(decided(&before, "planVersion") && decided(&before, "planVersion2"));

    let shown = "partner { status } receipt { eventIds }";
    let payload = for_one_alone(&server, ["CHN-01", "MMR-01"], "withdrawPartner", of("MMR"), shown).await;
    assert_eq!(payload["partner"]["status"], "WITHDRAWN");
    // With its officers: three posts.
    assert_eq!(payload["receipt"]["eventIds"].as_array().unwrap().len(), 4);
    for who in ["CHN-01", "LAO-01", "THA-01"] {
        let after = read(who).await;
        assert_eq!(after["operation"], before["operation"], "{who}");
        assert_eq!(after["partner"]["status"], "WITHDRAWN");
        assert_eq!(column(&after["posts"]["nodes"], "/status"), ["RELIEVED"; 3]);
        assert_eq!(after["asOf"]["partner"]["status"], "ACCEDED");
        assert_eq!(after["asOf"], before["asOf"], "{who}");
    }
    assert_eq!(hanging(&server, "CHN-01").await[0].1, led(&server, "CHN-01", "MMR").await);
    let own = read("MMR-01").await;
    assert_eq!((&own["operation"], &own["asOf"]["operation"]), (&Value::Null, &Value::Null));
    assert_eq!(codes(&server.refused("MMR-01", "withdrawPartner", of("MMR")).await), ["FORBIDDEN"]);
    // The host writes it down for one that does not say so itself.
    server.done("THA-01", "withdrawPartner", of("LAO"), "").await;
    server.stop().await;
}

#[sqlx::test(migrations = false)]
async fn a_partner_covers_for_its_own_posts_and_its_nominees_may_decline(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let server = Server::empty(options).await;
    coalition(&server).await;
    let who = ["MMR-01", "LAO-01"];
    let post = json!({ "code": "LAO-02", "partner": "LAO", "title": "Reception lead" });
    server.done("LAO-01", "establishPost", post, "").await;
    let officer = |last: &str| format!("019a0000-0000-7000-8000-00000000000{last}");
    let nominee = json!({ "post": "LAO-02", "officer": officer("1") });
    server.done("LAO-01", "nominateOfficer", nominee, "").await;
    let declined = json!({ "post": "LAO-02", "reason": "Posted elsewhere" });
    let shown = "post { nominee status }";
    let payload = for_one_alone(&server, who, "declineNomination", declined.clone(), shown).await;
    assert_eq!(payload["post"], json!({ "nominee": null, "status": "VACANT" }));
    wrong_state(&server, "LAO-01", "declineNomination", declined, "post").await;
    let acting = json!({ "post": "LAO-02", "officer": officer("2") });
    let shown = "post { status holder { officer acting } }";
    let payload = for_one_alone(&server, who, "appointActing", acting.clone(), shown).await;
    let held = json!({ "status": "ACTING", "holder": { "officer": officer("2"), "acting": true } });
    assert_eq!(payload["post"], held);
    // Who acts does what the post may do.
    server.done("LAO-02", "nominateOfficer", json!({ "post": "LAO-02", "officer": officer("3") }), "").await;
    let another = json!({ "post": "LAO-02", "officer": officer("4") });
    assert_eq!(codes(&server.refused("LAO-01", "appointActing", another).await), ["POST_ALREADY_HELD"]);
    server.stop().await;
}

#[sqlx::test(migrations = false)]
async fn the_host_opens_forward_posts_and_stands_its_centre_down(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let server = Server::empty(options).await;
    coalition(&server).await;
    let who = ["MMR-01", "THA-01"];
    let forward = json!({ "centre": "CMCC", "code": "FCP-MAESOT", "place": "Mae Sot" });
    let shown = "centre { status forwardPosts { code place } }";
    let payload = for_one_alone(&server, who, "openForwardPost", forward.clone(), shown).await;
    let opened = json!([{ "code": "FCP-MAESOT", "place": "Mae Sot" }]);
    assert_eq!(payload["centre"], json!({ "status": "ACTIVE", "forwardPosts": opened }));
    let end = json!({ "centre": "CMCC", "reason": "The review was adopted" });
    let payload = for_one_alone(&server, who, "standDownCentre", end.clone(), shown).await;
    assert_eq!(payload["centre"], json!({ "status": "STOOD_DOWN", "forwardPosts": opened }));
    wrong_state(&server, "THA-01", "standDownCentre", end, "centre").await;
    let late = json!({ "centre": "CMCC", "code": "FCP-CHIANGRAI", "place": "Chiang Rai" });
    wrong_state(&server, "THA-01", "openForwardPost", late, "centre").await;
    server.stop().await;
}
