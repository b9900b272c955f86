//! What happened: the log as each viewer may see it, and the history of everything in it.

use crate::{
    plan::{coalition, sections},
    support::{Server, column},
};
use serde_json::{Value, json};
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};

const ALL: &str = "query ($after: String) { events(first: 100, after: $after) {
    totalCount pageInfo { hasNextPage endCursor }
    edges { node { id position type actor operation { code } payload } } } }";

/// Every event that somebody may see, page by page.
async fn events(server: &Server, who: &str) -> Vec<Value> {
    let mut seen = Vec::new();
    let mut after = Value::Null;
    loop {
        let mut data = server.data(who, ALL, json!({ "after": after })).await;
        let mut page = data["events"].take();
        seen.extend(page["edges"].as_array_mut().unwrap().iter_mut().map(|edge| edge["node"].take()));
        if page["pageInfo"]["hasNextPage"] == false {
            assert_eq!(page["totalCount"], seen.len());
            return seen;
        }
        after = page["pageInfo"]["endCursor"].take();
    }
}

#[sqlx::test(migrations = false)]
async fn the_lead_reads_the_whole_log_and_others_what_is_released_to_them(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let server = Server::saphan(options, "2023-09-26T12:00:00+07:00").await;
    let head: usize = server.head("THA-01").await.as_str().unwrap().parse().unwrap();
    let all = events(&server, "THA-01").await;
    let positions: Vec<usize> =
        all.iter().map(|event| event["position"].as_str().unwrap().parse().unwrap()).collect();
    assert_eq!(positions, (1..=head).collect::<Vec<_>>());

    // Annexes B and D are not released to Lao PDR; all else of SAPHAN is.
    let laos = events(&server, "LAO-01").await;
    let hidden: Vec<&Value> = all.iter().filter(|event| !laos.contains(event)).collect();
    let codes: Vec<&str> =
        hidden.iter().map(|event| event["payload"]["annex"]["code"].as_str().unwrap()).collect();
    assert_eq!(codes, ["B", "D"]);

    // A service sees partners, centre and posts, and nothing of an operation.
    let services = events(&server, "service:import").await;
    let public: Vec<&Value> = all.iter().filter(|event| event["operation"].is_null()).collect();
    assert_eq!(services.iter().collect::<Vec<_>>(), public);

    // An id of what is hidden is an id of nothing, also as a moment, and among those of the newest command.
    let id = &hidden[0]["id"];
    for query in [
        "query ($id: ID!) { node(id: $id) { id } }",
        "query ($id: ID!) { nodes(ids: [$id]) { id } }",
        "query ($id: ID!) { asOf(at: { eventId: $id }) { head { position } } }",
    ] {
        let nothing = json!({ "id": "event_00000000000000000000000000" });
        let hidden = server.ask("LAO-01", query, json!({ "id": id })).await;
        let mut absent = server.ask("LAO-01", query, nothing).await;
        if let Some(error) = hidden.pointer("/errors/0/extensions/requestId") {
            absent["errors"][0]["extensions"]["requestId"] = error.clone();
        }
        assert_eq!(hidden, absent, "{query}");
        assert_ne!(server.ask("THA-01", query, json!({ "id": id })).await["data"], hidden["data"], "{query}");
    }
    server.stop().await;
}

#[sqlx::test(migrations = false)]
async fn events_are_filtered_ordered_and_paged(_: PgPoolOptions, options: PgConnectOptions) {
    let server = Server::saphan(options, "2023-09-26T12:00:00+07:00").await;
    let query = "query ($filter: EventFilter, $order: EventOrder, $first: Int, $last: Int) {
        events(filter: $filter, orderBy: $order, first: $first, last: $last) {
          totalCount edges { node { type actor occurredAt occurredAtLocal lateReason } } } }";
    let ask = async |variables: Value| server.data("THA-02", query, variables).await["events"].take();

    let decisions = ["PlanVersionApproved", "PlanVersionApprovedWithConditions", "PlanVersionRejected"];
    let found = ask(json!({ "filter": { "types": decisions }, "first": 2 })).await;
    assert_eq!(found["totalCount"], 6);
    assert_eq!(column(&found["edges"], "/node/actor"), ["THA-02", "CHN-01"]);
    let newest =
        json!({ "filter": { "types": decisions }, "order": { "direction": "DESCENDING" }, "first": 2 });
    assert_eq!(column(&ask(newest).await["edges"], "/node/actor"), ["CHN-01", "MMR-01"]);
    let last = ask(json!({ "filter": { "types": decisions }, "last": 2 })).await;
    assert_eq!(column(&last["edges"], "/node/actor"), ["MMR-01", "CHN-01"]);

    let myanmars = ask(json!({ "filter": { "partner": "MMR", "types": decisions } })).await;
    assert_eq!(column(&myanmars["edges"], "/node/type"), ["PlanVersionRejected", "PlanVersionApproved"]);
    assert_eq!(myanmars["edges"][0]["node"]["occurredAt"], "2023-09-15T04:00:00Z");
    assert_eq!(myanmars["edges"][0]["node"]["occurredAtLocal"], "2023-09-15T10:30:00+06:30");

    // The 8th when it happened is the 9th when it was recorded.
    let taken = |from: &str, until: &str| json!({ "filter": { "actor": "MMR-01", from: "2023-09-08T00:00:00Z", until: "2023-09-09T00:00:00Z" } });
    assert_eq!(ask(taken("recordedFrom", "recordedBefore")).await["totalCount"], 0);

    let unknown = server.ask("THA-02", query, json!({ "filter": { "types": ["PlanBurned"] } })).await;
    assert_eq!(unknown["errors"][0]["extensions"]["code"], "BAD_USER_INPUT");
    server.stop().await;
}

#[sqlx::test(migrations = false)]
async fn everything_with_an_id_has_its_history(_: PgPoolOptions, options: PgConnectOptions) {
    let server = Server::saphan(options, "2023-09-26T12:00:00+07:00").await;
    let query = "{
      operation(code: \"SAPHAN\") {
        task(code: \"T18\") { ...H assignments { ...H } }
        first: planVersion(number: 1) { decisions { partner { code } ...H } annex(code: \"B\") { ...H } }
      }
      post(code: \"MMR-01\") { ...H }
      partner(code: \"MMR\") { ...H }
      centre(code: \"CMCC\") { ...H }
    }
    fragment H on HasHistory { history(first: 100) { totalCount edges { node { type } } } }";
    let data = server.data("THA-02", query, Value::Null).await;
    let types = |item: &Value| {
        let history = &item["history"];
        assert_eq!(history["totalCount"], history["edges"].as_array().unwrap().len());
        column(&history["edges"], "/node/type").join(" ")
    };
    let operation = &data["operation"];
    assert_eq!(
        types(&operation["task"]),
        "TaskAddedToPlan PlanVersionRejected AmendmentOpened TaskRevised OfficerAssigned"
    );
    assert_eq!(types(&operation["task"]["assignments"][0]), "OfficerAssigned");
    assert_eq!(types(&operation["first"]["annex"]), "AnnexAttached");
    let rejection = &operation["first"]["decisions"][2];
    assert_eq!(rejection["partner"]["code"], "MMR");
    assert_eq!(types(rejection), "PlanVersionRejected");
    assert_eq!(
        types(&data["partner"]),
        "PartnerAcceded ContributionPledged PledgeAccepted InKindDelivered DeliveryAccepted InKindDelivered \
         DeliveryAccepted ContributionFulfilled PlanVersionRejected PlanVersionApproved"
    );
    assert_eq!(
        types(&data["centre"]),
        "CentreProposed SiteOptionAssessed SiteOptionAssessed SiteOptionAssessed SiteSelected CentreEstablished \
         CentreActivated WatchRulesSet"
    );
    let post = types(&data["post"]);
    assert!(
        post.starts_with(
            "PostEstablished OfficerNominated NominationAccepted OfficerTookPost OfficerAssigned"
        ),
        "{post}"
    );
    server.stop().await;
}

const CHANGES: &str = "query ($from: DateTime!, $to: DateTime!, $subject: ID, $first: Int, $after: String) {
  changes(from: { recordedAt: $from }, to: { recordedAt: $to }, subject: $subject, first: $first, after: $after) {
    totalCount pageInfo { hasNextPage endCursor }
    edges { node { kind field before after position event { type actor }
      object { __typename id ... on Task { code } ... on PlannedTask { code } ... on PlanVersion { number }
        ... on PlanDecision { partner { code } } } } } } }";

/// Every change between two moments, in pages of `size`.
async fn changes(server: &Server, who: &str, mut variables: Value, size: usize) -> Vec<Value> {
    let mut seen = Vec::new();
    variables["first"] = size.into();
    loop {
        let mut data = server.data(who, CHANGES, variables.clone()).await;
        let mut page = data["changes"].take();
        let edges = page["edges"].as_array_mut().unwrap();
        assert!(edges.len() <= size);
        seen.extend(edges.iter_mut().map(|edge| edge["node"].take()));
        if page["pageInfo"]["hasNextPage"] == false {
            assert_eq!(page["totalCount"], seen.len());
            return seen;
        }
        variables["after"] = page["pageInfo"]["endCursor"].take();
    }
}

#[sqlx::test(migrations = false)]
async fn the_difference_between_two_moments_names_object_field_and_event(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let server = Server::saphan(options, "2023-09-26T12:00:00+07:00").await;
    // From the opened amendment to what was submitted as version 2.
    let stretch = json!({ "from": "2023-09-15T15:00:00+07:00", "to": "2023-09-19T09:00:00+07:00" });
    let found = changes(&server, "THA-02", stretch.clone(), 100).await;
    let told: Vec<String> = found
        .iter()
        .map(|change| {
            let object = &change["object"];
            let name = ["code", "number"].iter().find_map(|key| object.get(*key));
            let text = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
            let values = match change["kind"].as_str() {
                Some("CHANGED") => format!(": {} -> {}", text(&change["before"]), text(&change["after"])),
                _ => String::new(),
            };
            format!(
                "{} {} {} {} by {}{values}",
                change["kind"].as_str().unwrap(),
                object["__typename"].as_str().unwrap(),
                name.map(text).unwrap_or_default(),
                change["field"].as_str().unwrap_or("-"),
                change["event"]["type"].as_str().unwrap(),
            )
        })
        .filter(|line| !line.contains("contentHash"))
        .collect();
    assert_eq!(
        told,
        [
            "CHANGED PlannedTask T18 leadPartner by TaskRevised: CHN -> MMR",
            "CHANGED PlannedTask T18 post by TaskRevised: CHN-03 -> MMR-03",
            "CHANGED PlannedTask T21 title by TaskRevised: \
             Hand over recovered persons at the sites to a joint escort -> Escort recovered persons to Friendship Bridge No. 2",
            "ADDED PlannedTask T13 - by TaskAddedToPlan",
            "CHANGED PlannedTask T14 predecessors by DependencyAdded: \
             [\"T09\",\"T11\",\"T12\"] -> [\"T09\",\"T11\",\"T12\",\"T13\"]",
            "CHANGED PlannedTask T23 predecessors by DependencyAdded: [\"T22\"] -> [\"T13\",\"T22\"]",
            "CHANGED PlanVersion 2 status by PlanVersionSubmitted: DRAFT -> SUBMITTED",
            "CHANGED PlanVersion 2 submittedAt by PlanVersionSubmitted: null -> 2023-09-19T02:00:00Z",
            "CHANGED PlanVersion 2 submittedPosition by PlanVersionSubmitted: null -> 153",
            "CHANGED PlanVersion 1 status by PlanVersionSuperseded: REJECTED -> SUPERSEDED",
        ]
    );
    assert_eq!(changes(&server, "THA-02", stretch, 1).await, found, "in pages of one");
    server.stop().await;
}

#[sqlx::test(migrations = false)]
async fn a_task_tells_everything_that_it_has_been(_: PgPoolOptions, options: PgConnectOptions) {
    let server = Server::saphan(options, "2023-09-26T12:00:00+07:00").await;
    let query = "query ($code: String!) { operation(code: \"SAPHAN\") { task(code: $code) { versions { totalCount edges {
        node { position leadPartnerCode postCode planVersion { number } event { type position effectiveAt } } } } } } }";
    let data = server.data("THA-02", query, json!({ "code": "T18" })).await;
    let versions = &data["operation"]["task"]["versions"];
    assert_eq!(versions["totalCount"], 3);
    assert_eq!(
        column(&versions["edges"], "/node/event/type"),
        ["TaskAddedToPlan", "AmendmentOpened", "TaskRevised"]
    );
    assert_eq!(column(&versions["edges"], "/node/leadPartnerCode"), ["CHN", "CHN", "MMR"]);
    let numbers: Vec<_> = versions["edges"]
        .as_array()
        .unwrap()
        .iter()
        .map(|edge| &edge["node"]["planVersion"]["number"])
        .collect();
    assert_eq!(numbers, [1, 2, 2]);
    server.stop().await;
}

#[sqlx::test(migrations = false)]
async fn titles_and_codes_are_searched_in_what_one_may_see(_: PgPoolOptions, options: PgConnectOptions) {
    let server = Server::saphan(options, "2023-09-26T12:00:00+07:00").await;
    let query = "query ($text: String!, $first: Int, $after: String) { search(text: $text, first: $first, after: $after) {
        totalCount pageInfo { hasNextPage endCursor } edges { node { __typename ... on Task { code } ... on Post { code }
        ... on Operation { code } ... on Partner { code } ... on Centre { code } ... on Annex { code } } } } }";
    // A plan version has no code.
    let codes = |found: &Value| {
        let nodes = found["edges"].as_array().unwrap().iter().map(|edge| &edge["node"]);
        let code = |node: &Value| node["code"].as_str().unwrap_or("plan").to_owned();
        nodes.map(code).collect::<Vec<_>>().join(" ")
    };
    let found = async |who: &str, text: &str| {
        codes(&server.data(who, query, json!({ "text": text })).await["search"])
    };
    let mut answers = Vec::new();
    for text in ["liaison officer", "evid prep", "mmr-0", "Saphan"] {
        answers.push(found("THA-02", text).await);
    }
    let expected = ["CHN-01 LAO-01 MMR-01 plan T07 THA-02", "plan T11", "MMR-01 MMR-02 MMR-03", "SAPHAN"];
    assert_eq!(answers, expected);
    assert_eq!(found("service:import", "Saphan").await, "", "a service sees no operation");
    for nothing in ["", "%", "_ '", "& | !", "zzz"] {
        assert_eq!(found("THA-02", nothing).await, "", "{nothing}");
    }
    let first = server.data("THA-02", query, json!({ "text": "liaison", "first": 2 })).await;
    assert_eq!(codes(&first["search"]), "CHN-01 LAO-01");
    let after = &first["search"]["pageInfo"]["endCursor"];
    let second = server.data("THA-02", query, json!({ "text": "liaison", "first": 2, "after": after })).await;
    assert_eq!(codes(&second["search"]).split(' ').next(), Some("MMR-01"));
    server.stop().await;
}

#[sqlx::test(migrations = false)]
async fn words_of_every_script_are_found_in_what_one_may_read_then_and_now(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let server = Server::empty(options).await;
    let operation = coalition(&server).await;
    server.done("THA-01", "draftPlan", json!({ "operation": operation, "sections": sections() }), "").await;
    let titles = [
        ("S1", "น้ำมันสำรอง"),
        ("S2", "ตรวจด่านแม่สอด"),
        ("S3", "ກວດກາດ່ານ"),
        ("S4", "ការពារព្រំដែន"),
        ("S5", "湄索边境检查站"),
        ("S6", "လုံခြုံရေးနယ်စပ်"),
        ("S7", "Kiểm soát biên giới"),
        ("S8", "Grenzübergang prüfen"),
        // As logs have them from before there was one spelling.
        ("S9", "Grenzu\u{308}bergang ra\u{308}umen"),
        // A vowel of two letters, which look like the one of S1; its tone mark between them, and before them.
        ("SA", "ท่าเรือน\u{e4d}\u{e49}\u{e32}ลึก"),
        ("SB", "คลังน\u{e49}\u{e4d}\u{e32}ดื่ม"),
        ("SC", "ທ່າເຮືອນ\u{ec9}\u{ecd}\u{eb2}"),
    ];
    for (code, title) in titles {
        let task = json!({
            "operation": operation, "code": code, "title": title, "phase": "P1", "leadPartner": "THA",
            "territory": "THA", "startOffset": "PT0H", "duration": "PT1H",
        });
        server.done("THA-01", "addTask", task, "").await;
    }
    let concept = json!({ "concept": "ประชุมก่อน, then meet at Mae Sot." });
    server
        .done("THA-01", "revisePlanSection", json!({ "operation": operation, "section": concept }), "")
        .await;
    let before = server.head("THA-01").await;
    let annex = json!({
        "operation": operation, "code": "K", "title": "Sources", "text": "พยานลับ in the harbour",
        "classification": "RESTRICTED", "releasableTo": ["MMR"],
    });
    server.done("THA-01", "attachAnnex", annex, "").await;

    let nodes = "totalCount edges { node { __typename ... on Task { code } ... on Annex { code } } }";
    let query = format!(
        "query ($text: String!, $at: Position!) {{
           search(text: $text) {{ {nodes} }} asOf(at: {{ position: $at }}) {{ search(text: $text) {{ {nodes} }} }} }}"
    );
    let codes = |found: &Value| {
        let nodes: Vec<&Value> =
            found["edges"].as_array().unwrap().iter().map(|edge| &edge["node"]).collect();
        assert_eq!(found["totalCount"], nodes.len());
        let code = |node: &&Value| node["code"].as_str().or(node["__typename"].as_str()).unwrap().to_owned();
        nodes.iter().map(code).collect::<Vec<_>>().join(" ")
    };
    // Now, and at a moment.
    let found = async |who: &str, text: &str, at: &Value| {
        let data = server.data(who, &query, json!({ "text": text, "at": at })).await;
        [codes(&data["search"]), codes(&data["asOf"]["search"])]
    };
    for (text, expected) in [
        ("น้ำมันสำรอง", "S1"),
        ("สำรอง", "S1"),
        ("น\u{e49}\u{e33}", "S1 SA SB"),
        ("น\u{e49}\u{e4d}\u{e32}", "S1 SA SB"),
        ("น\u{e4d}\u{e49}\u{e32}", "S1 SA SB"),
        ("ส\u{e4d}\u{e32}รอง", "S1"),
        ("น\u{e49}\u{e32}", ""),
        ("ນ\u{ec9}\u{eb3}", "SC"),
        ("ด่านแม่สอด", "S2"),
        ("ด่าน ตรวจ", "S2"),
        ("ດ່ານ", "S3"),
        ("ព្រំដែន", "S4"),
        ("检查站", "S5"),
        ("边境检查站", "S5"),
        ("နယ်စပ်", "S6"),
        ("biên giới", "S7"),
        ("BIÊN GIỚI", "S7"),
        ("bie\u{302}n gio\u{31b}\u{301}i", "S7"),
        ("Grenzübergang", "S8 S9"),
        ("grenzu\u{308}b", "S8 S9"),
        ("PRÜFEN", "S8"),
        ("räumen", "S9"),
        ("ประชุม", "PlanVersion"),
        ("mae sot", "PlanVersion"),
        ("s8", "S8"),
        // Within a word of an alphabet, and a letter without its marks.
        ("übergang", ""),
        ("ดาน", ""),
    ] {
        assert_eq!(found("MMR-01", text, &before).await, [expected, expected], "{text}");
    }
    // The annex is found by whoever may read it, since it is there.
    let head = server.head("THA-01").await;
    for text in ["พยาน", "harbour", "Sources"] {
        for who in ["THA-01", "MMR-01"] {
            assert_eq!(found(who, text, &before).await, ["K", ""], "{who}: {text}");
            assert_eq!(found(who, text, &head).await, ["K", "K"], "{who}: {text}");
        }
        for at in [&before, &head] {
            assert_eq!(found("LAO-01", text, at).await, ["", ""], "{text}");
        }
    }
    server.stop().await;
}
