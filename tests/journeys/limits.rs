//! How much may be asked for: prices, shares, statements, time; and what attackers get.

use crate::support::{Server, column};
use accord::{
    api::{documents::Documents, rates::Allowance},
    documents,
    server::Limits,
};
use serde_json::{Value, json};
use sqlx::{
    Connection as _, PgConnection,
    postgres::{PgConnectOptions, PgPoolOptions},
};
use std::{num::NonZeroU32, time::Duration};

const GRAPHQL_RESPONSE: &str = "application/graphql-response+json";

/// When the plan is in force and H-hour is set: nothing of SAPHAN's planning is left out.
const IN_FORCE: &str = "2023-09-25T10:00:00+07:00";

impl Server {
    /// Status, `Retry-After` and body of an answer in either type.
    async fn sent(&self, who: &str, accept: &str, body: &Value) -> (u16, Option<String>, Value) {
        let request = self.client().post(self.url("/graphql")).bearer_auth(self.token(who));
        let answer = request.header("accept", accept).json(body).send().await.unwrap();
        let retry = answer.headers().get("retry-after").map(|value| value.to_str().unwrap().to_owned());
        (answer.status().as_u16(), retry, answer.json().await.unwrap())
    }

    /// Statements that a query took, as its answer tells.
    async fn statements(&self, who: &str, query: &str) -> u64 {
        let answer = self.ask(who, query, Value::Null).await;
        assert_eq!(answer.get("errors"), None, "{query}: {answer:#}");
        answer["extensions"]["cost"]["statements"].as_u64().unwrap()
    }
}

/// `count` parts, each with its number.
fn many(count: usize, part: impl Fn(usize) -> String) -> String {
    (0..count).map(part).collect::<Vec<_>>().join(" ")
}

fn code(answer: &Value) -> &str {
    answer["errors"][0]["extensions"]["code"].as_str().unwrap_or_else(|| panic!("{answer:#}"))
}

fn tasks_in_tasks(levels: usize) -> String {
    let mut query = "title".to_owned();
    for _ in 0..levels {
        query = format!("tasks(first: 100) {{ edges {{ node {{ operation {{ {query} }} }} }} }}");
    }
    format!("{{ operation(code: \"SAPHAN\") {{ {query} }} }}")
}

#[sqlx::test(migrations = false)]
async fn every_answer_says_what_it_cost_and_what_costs_too_much_is_refused_before_it_is_carried_out(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let server = Server::saphan(options, IN_FORCE).await;
    let cost = |answer: &Value| answer["extensions"]["cost"].clone();
    let query =
        "query ($n: Int) { operation(code: \"SAPHAN\") { tasks(first: $n) { edges { node { code } } } } }";
    let answer = server.ask("THA-01", query, json!({ "n": 3 })).await;
    let requested = 1 + 2 + 3 * 2;
    // The operation; of the page one more than is shown, to know whether there is another.
    assert_eq!(
        cost(&answer),
        json!({ "requested": requested, "limit": 100_000, "objects": 1 + 4, "statements": 3 })
    );
    let answer = server.ask("THA-01", query, json!({ "n": 100 })).await;
    assert_eq!(
        cost(&answer),
        json!({ "requested": 1 + 2 + 100 * 2, "limit": 100_000, "objects": 1 + 29, "statements": 3 })
    );

    let too_much = tasks_in_tasks(3);
    for (accept, status) in [("application/json", 200), (GRAPHQL_RESPONSE, 400)] {
        let (answered, _, body) = server.sent("THA-01", accept, &json!({ "query": too_much })).await;
        assert_eq!((answered, code(&body), body.get("data")), (status, "BAD_USER_INPUT", None));
        let message = body["errors"][0]["message"].as_str().unwrap();
        assert!(message.starts_with("The request costs 3040403; 100000 is the most."), "{message}");
    }
    // What is asked for within reason is answered.
    let query =
        "{ operation(code: \"SAPHAN\") { tasks(first: 100) { edges { node { predecessors { predecessor {
       successors { successor { assignments { post { holder { officer } } } } } } } } } } } }";
    server.data("THA-01", query, Value::Null).await;
}

#[sqlx::test(migrations = false)]
async fn as_many_statements_for_many_things_as_for_few_and_for_the_past_one_to_find_it(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let server = Server::saphan(options, IN_FORCE).await;
    let whole = |first: u32| {
        format!(
            "operation(code: \"SAPHAN\") {{ code plan {{ number status phases {{ code }} missingApprovals {{ code }}
               decisions {{ kind }} }}
             tasks(first: {first}) {{ edges {{ node {{ code plannedStart critical phase {{ code }}
               leadPartner {{ code name }} territory {{ code }} post {{ code holder {{ officer }} }}
               predecessors {{ predecessor {{ code }} }} successors {{ successor {{ code }} }}
               assignments {{ post {{ code holder {{ officer }} }} }} }} }} }} }}"
        )
    };
    let few = server.statements("THA-01", &format!("{{ {} }}", whole(3))).await;
    let many = server.statements("THA-01", &format!("{{ {} }}", whole(29))).await;
    assert_eq!((few, many), (11, 11));
    let past = |first| format!("{{ asOf(at: {{recordedAt: \"{IN_FORCE}\"}}) {{ {} }} }}", whole(first));
    assert_eq!(server.statements("THA-01", &past(3)).await, many + 1);
    assert_eq!(server.statements("THA-01", &past(29)).await, many + 1);
}

#[sqlx::test(migrations = false)]
async fn each_question_takes_so_many_statements(_: PgPoolOptions, options: PgConnectOptions) {
    let server = Server::saphan(options, IN_FORCE).await;
    let operation = |fields: &str| format!("{{ operation(code: \"SAPHAN\") {{ {fields} }} }}");
    let mut wrong = Vec::new();
    // Of each, one finds out whether the viewer's post is held.
    for (query, statements) in [
        ("{ viewer { name } }".to_owned(), 1),
        ("{ viewer { partner { code } post { code holder { officer } } } }".to_owned(), 4),
        ("{ viewer { agenda { totalCount nodes { kind why since due } } } }".to_owned(), 15),
        ("{ centre(code: \"CMCC\") { watch { number status gaps { until missing { code } } } } }".to_owned(), 4),
        ("{ centre(code: \"CMCC\") { shifts { totalCount nodes { officers { code } } } } }".to_owned(), 4),
        ("{ centre(code: \"CMCC\") { logEntries { nodes { text author { code } } } } }".to_owned(), 3),
        ("{ head { position } }".to_owned(), 5),
        ("{ partners { totalCount edges { node { code } } } }".to_owned(), 3),
        ("{ posts(first: 100) { edges { node { code partner { code } holder { officer } } } } }".to_owned(), 4),
        ("{ centres { edges { node { code } } } }".to_owned(), 2),
        ("{ webhooks { name state behind acts { kind actor } } }".to_owned(), 3),
        ("{ a: partner(code: \"THA\") { code } b: partner(code: \"CHN\") { code } c: post(code: \"CHN-01\") { code } }"
            .to_owned(), 3),
        ("{ operations { totalCount edges { node { code leadPartner { code } plan { number } } } } }".to_owned(), 5),
        (operation("planVersions { edges { node { number status decisions { kind partner { code } conditions { code } } } } }"), 6),
        (operation("plan { contentHash canonicalContent annexes { code } parts { hash } }"), 7),
        (operation("plan { tasks(first: 100) { totalCount edges { node { code predecessors { code } } } } }"), 6),
        (operation("schedule { length criticalPath { code } tasks { task { code } totalFloat } conflicts { kind } }"), 13),
        (operation("tasks(first: 100) { edges { node { code status actualStart finishVariance claims { kind } } } }"), 5),
        (operation("phases { code startedAt gate { words { decision } waitsFor { code } } }"), 7),
        (operation("decisions { nodes { outcome partner { code } } } decisionPoints { status } deconflictions { other }"), 9),
        (operation("incidents { totalCount nodes { code status claims { kind } clocks { kind } requests { code } } }"), 4),
        (operation("requests { totalCount nodes { code status claims { kind } clocks { kind } } } clocks { nodes { kind } }"), 5),
        (operation("sitreps { totalCount nodes { code figures { started } differences { figure } correctedBy { code } } }"), 4),
        (operation("assistance { received claims { number } counts { count } }"), 3),
        (operation("outcomes { totalCount nodes { code count claims { kind count } } } outcomeTotals { byPartner { count } }"), 5),
        (operation("plan { objectives { code reached { count } } }"), 4),
        (operation("metrics(codes: [TIME_TO_DECIDE, TIME_TO_ACKNOWLEDGE]) { value evidence { nodes { type } } }"), 7),
        (operation("emergentTasks { code status assignments { post { code } } }"), 3),
        (operation("plan { effectOnExecution { refused } }"), 3),
        (operation("tasks(first: 100) { edges { node { code plannedFinish } } }"), 4),
        (operation("synchronisationMatrix { cells { phase { code } tasks { code } } decisionPoints { code } }"), 4),
        (operation("synchronisationMatrix(columns: DAY, rows: PARTNER) { rows { name } cells { row tasks { code } } }"), 5),
        (operation("one: planVersion(number: 1) { schedule { length } } two: planVersion(number: 2) { schedule { length } }"), 4),
        ("{ lessons(text: \"night\") { totalCount nodes { code operation { code } } } }".to_owned(), 3),
        ("{ asOf(at: {position: \"40\"}) { head { position } operations { totalCount } } }".to_owned(), 8),
    ] {
        let found = server.statements("THA-01", &query).await;
        if found != statements {
            wrong.push(format!("{found}, not {statements}: {query}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[sqlx::test(migrations = false)]
async fn ids_of_a_moment_take_as_many_statements_for_fifty_as_for_one_and_are_of_few_moments(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let server = Server::saphan(options, "2023-09-25T10:00:00+07:00").await;
    let query = "{ asOf(at: { position: \"130\" }) { head { position } operation(code: \"SAPHAN\") {
        tasks(first: 50) { edges { node { id } } } } } }";
    let data = server.data("THA-01", query, Value::Null).await;
    let ids = column(&data["asOf"]["operation"]["tasks"]["edges"], "/node/id");
    assert!(ids.len() > 20 && ids[0].contains('@'), "{ids:?}");
    let nodes = |ids: &[&str]| format!("{{ nodes(ids: {ids:?}) {{ id }} }}");
    let one = server.statements("THA-01", &nodes(&ids[..1])).await;
    assert_eq!(server.statements("THA-01", &nodes(&ids)).await, one);

    let moments: Vec<String> = (1..=60).map(|position| format!("world@{position}")).collect();
    let many: Vec<&str> = moments.iter().map(String::as_str).collect();
    let answer = server.ask("THA-01", &nodes(&many), Value::Null).await;
    assert_eq!(answer["errors"][0]["extensions"]["code"], "BAD_USER_INPUT", "{answer}");
    // What has not been reached here is not said to be absent.
    let answer = server.ask("THA-01", "{ node(id: \"world@9999\") { id } }", Value::Null).await;
    assert_eq!(answer["errors"][0]["extensions"]["code"], "BAD_USER_INPUT", "{answer}");
}

#[sqlx::test(migrations = false)]
async fn whoever_has_spent_the_share_of_ten_seconds_waits_and_nobody_else_does(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let per_second = NonZeroU32::new(1);
    let limits = Limits { allowance: Allowance { per_second, at_once: None }, ..Limits::default() };
    let server = Server::empty_with(options, limits, Documents::default()).await;
    // Let through although nobody can save up as much; it is paid for afterwards.
    let dear = json!({ "query": "{ partners(first: 100) { edges { node { code name } } } }" });
    let cheap = json!({ "query": "{ __typename }" });
    let (status, _, body) = server.sent("service:a", "application/json", &dear).await;
    assert_eq!((status, &body["extensions"]["cost"]["requested"]), (200, &json!(302)));
    for accept in ["application/json", GRAPHQL_RESPONSE] {
        let (status, retry, body) = server.sent("service:a", accept, &cheap).await;
        assert_eq!((status, code(&body)), (429, "BUSY"));
        let seconds: u64 = retry.unwrap().parse().unwrap();
        // Ten were saved up and some may have gone by; what the database worked longer for than the price is paid, too.
        assert!(seconds >= 1, "{seconds}");
    }
    let (status, ..) = server.sent("service:b", "application/json", &cheap).await;
    assert_eq!(status, 200);
}

/// Another session that holds a table, so that whoever reads it waits.
async fn holding(options: &PgConnectOptions, table: &str) -> PgConnection {
    let mut holder = PgConnection::connect_with(options).await.unwrap();
    let schema: String =
        sqlx::query_scalar("select nspname::text from pg_namespace where nspname like 'read_model_%'")
            .fetch_one(&mut holder)
            .await
            .unwrap();
    let lock = format!("begin; lock table {schema}.{table} in access exclusive mode");
    sqlx::raw_sql(sqlx::AssertSqlSafe(lock)).execute(&mut holder).await.unwrap();
    holder
}

#[sqlx::test(migrations = false)]
async fn an_actor_has_so_many_requests_under_way(_: PgPoolOptions, options: PgConnectOptions) {
    let at_once = NonZeroU32::new(1);
    let limits = Limits { allowance: Allowance { per_second: None, at_once }, ..Limits::default() };
    let server = Server::empty_with(options.clone(), limits, Documents::default()).await;
    let mut holder = holding(&options, "partner").await;
    let waiting = server.client().post(server.url("/graphql")).bearer_auth(server.token("service:a"));
    let waiting = waiting.json(&json!({ "query": "{ partners { totalCount } }" })).send();
    let waiting = tokio::spawn(waiting);
    let mut watcher = PgConnection::connect_with(&options).await.unwrap();
    let is_waiting = "select exists (select from pg_locks
                        where not granted and database = (select oid from pg_database where datname = current_database()))";
    while !sqlx::query_scalar::<_, bool>(is_waiting).fetch_one(&mut watcher).await.unwrap() {
        tokio::task::yield_now().await;
    }
    let other = json!({ "query": "{ __typename }" });
    let (status, retry, body) = server.sent("service:a", "application/json", &other).await;
    assert_eq!((status, retry.as_deref(), code(&body)), (429, Some("1"), "BUSY"));
    assert_eq!(server.sent("service:b", "application/json", &other).await.0, 200);
    sqlx::raw_sql("rollback").execute(&mut holder).await.unwrap();
    assert_eq!(waiting.await.unwrap().unwrap().status(), 200);
    assert_eq!(server.sent("service:a", "application/json", &other).await.0, 200);
}

/// Ends whichever session comes to wait for another, as a server does that fails.
async fn end_who_waits(options: &PgConnectOptions) {
    let mut owner = PgConnection::connect_with(options).await.unwrap();
    let end = "select pg_terminate_backend(pid) from pg_stat_activity
               where datname = current_database() and wait_event_type = 'Lock'";
    while sqlx::query(end).execute(&mut owner).await.unwrap().rows_affected() == 0 {
        tokio::task::yield_now().await;
    }
}

#[sqlx::test(migrations = false)]
async fn a_command_that_was_carried_out_and_cannot_be_shown_says_both_and_where_it_stands(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let server = Server::empty(options.clone()).await;
    let founding = json!({ "profile": { "name": "Thailand", "agency": "Police" }, "role": "HOST" });
    server
        .done("service:import", "accedePartner", json!({ "partner": "THA", "founding": founding }), "")
        .await;
    let mutation = "mutation ($input: EstablishPostInput!) {
        result: establishPost(input: $input) { ... on EstablishPostPayload {
          post { partner { name } } receipt { position } } } }";
    let input = json!({ "code": "THA-01", "partner": "THA", "title": "Planner", "liaison": true,
                        "idempotencyKey": "once" });
    let establish = || server.ask("service:import", mutation, json!({ "input": input }));
    // A part of its payload cannot be read, then nothing of it: the connection is lost that reads it.
    for table in ["partner", "post"] {
        let mut holder = holding(&options, table).await;
        let (answer, ()) = tokio::join!(establish(), end_who_waits(&options));
        sqlx::raw_sql("rollback").execute(&mut holder).await.unwrap();
        assert_eq!(code(&answer), "BUSY", "{answer:#}");
        assert_eq!(
            answer["errors"][0]["message"],
            "The command was carried out, at position 2, but what it made cannot be shown yet. Do not send it anew: \
             repeat it under its idempotency key, or ask for the position in a moment."
        );
    }
    let shown = establish().await;
    assert_eq!(
        shown["data"]["result"],
        json!({ "post": { "partner": { "name": "Thailand" } }, "receipt": { "position": "2" } })
    );
}

#[sqlx::test(migrations = false)]
async fn a_question_that_takes_too_long_is_given_up_and_commands_go_on(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let limits = Limits { statement_timeout: Duration::from_millis(50), ..Limits::default() };
    let server = Server::empty_with(options.clone(), limits, Documents::default()).await;
    let mut holder = holding(&options, "centre").await;
    let query = "{ centres { totalCount } }";
    let answer = server.ask("service:import", query, Value::Null).await;
    assert_eq!(code(&answer), "BUSY", "{answer:#}");
    // A loader's failure says the same.
    let query = "{ centre(code: \"HQ\") { code } }";
    assert_eq!(code(&server.ask("service:import", query, Value::Null).await), "BUSY");
    // Partners are another table.
    let founding = json!({ "profile": { "name": "Thailand", "agency": "Police" }, "role": "HOST" });
    server
        .done("service:import", "accedePartner", json!({ "partner": "THA", "founding": founding }), "")
        .await;
    sqlx::raw_sql("rollback").execute(&mut holder).await.unwrap();
    server.data("service:import", "{ centres { totalCount } }", Value::Null).await;
}

#[sqlx::test(migrations = false)]
async fn who_asks_can_change_nothing_in_the_database(_: PgPoolOptions, options: PgConnectOptions) {
    let server = Server::empty(options).await;
    let readers = server.engine().readers();
    let error = sqlx::query("delete from partner").execute(readers).await.unwrap_err();
    // `read_only_sql_transaction`
    assert_eq!(error.as_database_error().unwrap().code().unwrap(), "25006");
}

#[sqlx::test(migrations = false)]
async fn trusted_documents_are_named_by_their_hash(_: PgPoolOptions, options: PgConnectOptions) {
    let dir = tempfile::tempdir().unwrap();
    std::fs::write(dir.path().join("head.graphql"), "{ head { position } }").unwrap();
    let id = "sha256:f6cae3d864104c07012185b070c6891d6e4fa425db6cf3fc17d2d8d9f490171d";
    let free = json!({ "query": "{ __typename }" });
    let named = json!({ "documentId": id });
    for only in [false, true] {
        let documents = documents::read(dir.path(), only).await.unwrap();
        let server = Server::empty_with(options.clone(), Limits::default(), documents).await;
        for accept in ["application/json", GRAPHQL_RESPONSE] {
            let (status, _, body) = server.sent("service:a", accept, &named).await;
            assert_eq!((status, &body["data"]), (200, &json!({ "head": { "position": "0" } })));
            let unknown = json!({ "documentId": "sha256:00" });
            let both = json!({ "documentId": id, "query": "{ head { position } }" });
            for refused in [unknown, both] {
                let (status, _, body) = server.sent("service:a", accept, &refused).await;
                assert_eq!((status, code(&body)), (400, "BAD_USER_INPUT"));
            }
            let (status, _, body) = server.sent("service:a", accept, &free).await;
            assert_eq!(status, if only { 400 } else { 200 }, "{body}");
        }
        server.stop().await;
    }
}

#[sqlx::test(migrations = false)]
async fn attacks_are_refused_and_honest_people_answered_in_between(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let server = Server::saphan(options, IN_FORCE).await;
    let fragments: Vec<String> = (0..24)
        .map(|n| format!("fragment F{n} on Query {{ ...F{0} ...F{0} }}", n + 1))
        .chain(["fragment F24 on Query { __typename }".to_owned()])
        .collect();
    let types = "fields{type{".repeat(7) + "name" + &"}}".repeat(7);
    let variables = |count| many(count, |n| format!("$v{n}: Int"));
    let page = |size: &str| format!("{{ partners(first: {size}) {{ totalCount }} }}");
    let queries = [
        ("fragment bomb", format!("{{ ...F0 }} {}", fragments.concat())),
        ("alias flood", format!("{{ viewer {{ {} }} }}", many(501, |n| format!("a{n}: name")))),
        ("root flood", format!("{{ {} }}", many(51, |n| format!("a{n}: __typename")))),
        ("directive flood", format!("{{ viewer {{ name {} }} }}", "@include(if: true) ".repeat(501))),
        ("unknown directives", format!("{{ viewer {{ name {} }} }}", "@a ".repeat(10_000))),
        ("negative page", page("-1")),
        ("most negative page", page("-2147483648")),
        ("page beyond 32 bits", page("-9223372036854775808")),
        ("huge page", page("2147483647")),
        ("page beyond 64 bits", page("99999999999999999999")),
        ("deep nesting", format!("{}__typename{}", "{ viewer ".repeat(21), "}".repeat(21))),
        ("deep brackets", "{a".repeat(100_000)),
        (
            "deep value",
            format!("{{ partner(code: {}{}) {{ code }} }}", "[".repeat(50_000), "]".repeat(50_000)),
        ),
        ("lists in lists", tasks_in_tasks(4)),
        ("introspection in introspection", format!("{{__schema{{types{{{types}}}}}}}")),
        ("fragment within itself", "{ ...A } fragment A on Query { ...A }".to_owned()),
        ("variable flood", format!("query ({}) {{ __typename }}", variables(10_000))),
        ("many operations", many(500, |n| format!("query Q{n} {{ __typename }}"))),
        ("long query", format!("{{ viewer {{ name }} }} # {}", "x".repeat(300_000))),
    ];
    for (attack, query) in queries {
        let (status, _, body) = server.sent("THA-01", GRAPHQL_RESPONSE, &json!({ "query": query })).await;
        // A page's size is a resolver's matter: the answer has other fields beside it.
        let expected = if attack.contains("page") && body.get("data").is_some() { 200 } else { 400 };
        assert_eq!((status, code(&body)), (expected, "BAD_USER_INPUT"), "{attack}");
        server.data("CHN-01", "{ viewer { name } }", Value::Null).await;
    }

    // One large variable that is used everywhere, which the library copies each time.
    let uses = many(50, |n| format!("a{n}: partners(first: $v) {{ totalCount }}"));
    let body =
        json!({ "query": format!("query ($v: Int) {{ {uses} }}"), "variables": { "v": vec![0; 400_000] } });
    let (status, _, answer) = server.sent("THA-01", GRAPHQL_RESPONSE, &body).await;
    assert_eq!((status, code(&answer)), (400, "BAD_USER_INPUT"));
    let ids = json!({ "query": "query ($v: [ID!]!) { nodes(ids: $v) { id } }", "variables": { "v": vec!["a"; 100_000] } });
    let (_, _, answer) = server.sent("THA-01", GRAPHQL_RESPONSE, &ids).await;
    assert_eq!(code(&answer), "BAD_USER_INPUT");

    let url = server.url("/graphql");
    let post = |kind: &'static str, body: Vec<u8>| {
        let post = server.client().post(&url).bearer_auth(server.token("THA-01"));
        post.header("content-type", kind).body(body).send()
    };
    let mutation = "mutation { approvePlan(input: {}) { __typename } }";
    let in_json = json!({ "query": mutation }).to_string().into_bytes();
    for kind in ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=a"] {
        assert_eq!(post(kind, in_json.clone()).await.unwrap().status(), 415, "{kind}");
    }
    let get = server.client().get(format!("{url}?query={mutation}")).bearer_auth(server.token("THA-01"));
    assert_eq!(get.send().await.unwrap().status(), 405);
    let large = json!({ "query": "{ viewer { name } }", "variables": { "a": "x".repeat(20 << 20) } });
    assert_eq!(post("application/json", large.to_string().into_bytes()).await.unwrap().status(), 413);
    let deep = [b"[".repeat(500_000), b"]".repeat(500_000)].concat();
    assert_eq!(post("application/json", deep).await.unwrap().status(), 400);
    server.data("CHN-01", "{ viewer { name } }", Value::Null).await;
}
