//! How Postgres carries the statements out. Plans are made once for each connection, perhaps while tables are
//! empty, and kept until something analyses them: here no table has been analysed, and every plan has to be
//! one for a large table.

use crate::support::{add_task, draft, engine, found, good, initiate, officer, owner, pool, run};
use domain::{Command, operation::OperationCommand};
use read_model::Schema;
use serde_json::Value;
use sqlx::{
    AssertSqlSafe, Executor as _, PgPool, Row as _,
    postgres::{PgConnectOptions, PgPoolOptions},
};
use std::{collections::BTreeMap, fs, path::Path};

/// Tables that are gone through, from some place on, by the statements that list or count what is in them.
const LISTED: [&str; 13] = [
    "checkpoint",
    "coalition",
    "partner",
    "centre",
    "post",
    "operation",
    "finding",
    "clock",
    "shift",
    "webhook",
    "event_entry",
    "log_commit",
    "access_log",
];

/// How statements say that they list or count, read what is one row, or let go of all when a server stops.
const LISTS: [&str; 5] =
    ["limit ", "count(*)", "from checkpoint", "from coalition ", "update webhook set node = null"];

/// By their first column.
type Indexes = BTreeMap<String, String>;

/// A scan of a plan that would read more the larger its table is.
#[derive(Debug, PartialEq)]
struct Walk {
    table: String,
    /// Once for each row of another: never meant.
    repeated: bool,
    how: String,
}

/// The scans that find nothing by the first column of an index.
fn walks(plan: &Value, indexes: &Indexes, repeated: bool, found: &mut Vec<Walk>) {
    let text = |name: &str| plan[name].as_str().unwrap_or_default();
    let condition = text("Index Cond");
    // `("position" > $1)`, `((id = x) AND …`, `(ROW(a, b) …`.
    let by = |column: &String| {
        condition.contains(&format!("({column} ")) || condition.contains(&format!("(\"{column}\" "))
    };
    let walk = match text("Node Type") {
        "Seq Scan" => true,
        // Who may see what, worked out for everything there is instead of looked up: its function was not
        // inlined.
        "Function Scan" => {
            ["visible_", "withheld_"].iter().any(|seen| text("Function Name").starts_with(seen))
        }
        // Of a bitmap scan, the index has a node of its own.
        "Index Scan" | "Index Only Scan" | "Bitmap Index Scan" => {
            !indexes.get(text("Index Name")).is_some_and(by)
        }
        _ => false,
    };
    if walk {
        let index = text("Index Name");
        let of_index = index.split("_by_").next().unwrap_or(index).trim_end_matches("_pkey");
        let table = plan["Relation Name"].as_str().unwrap_or(of_index);
        found.push(Walk {
            table: table.to_owned(),
            repeated,
            how: format!("{} {index} {condition}", text("Node Type")),
        });
    }
    for inner in plan["Plans"].as_array().into_iter().flatten() {
        let relationship = inner["Parent Relationship"].as_str().unwrap_or_default();
        let once = relationship == "Outer" || relationship == "Member" || relationship == "InitPlan";
        walks(inner, indexes, repeated || !(once || relationship == "Subquery"), found);
    }
}

async fn indexes(pool: &PgPool) -> Indexes {
    let rows: Vec<(String, String)> = sqlx::query_as(
        "select relname, attname
         from pg_index
         join pg_class on pg_class.oid = indexrelid
         join pg_attribute on attrelid = indrelid and attnum = indkey[0]",
    )
    .fetch_all(pool)
    .await
    .unwrap();
    rows.into_iter().collect()
}

/// The plan that a connection of the pool keeps for a statement.
async fn plan(pool: &PgPool, statement: &str, parameters: usize) -> Value {
    let mut connection = pool.acquire().await.unwrap();
    let arguments = vec!["null"; parameters].join(", ");
    let execute =
        if parameters == 0 { "execute asked".to_owned() } else { format!("execute asked ({arguments})") };
    connection.execute(AssertSqlSafe(format!("prepare asked as {statement}"))).await.unwrap();
    let explained = AssertSqlSafe(format!("explain (format json) {execute}"));
    let plan: Value = connection.fetch_one(explained).await.unwrap().get(0);
    connection.execute("deallocate asked").await.unwrap();
    plan[0]["Plan"].clone()
}

/// Every checked statement of the workspace, with the number of its parameters.
fn statements() -> Vec<(String, usize)> {
    let kept = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../.sqlx");
    fs::read_dir(kept)
        .unwrap()
        .map(|file| {
            let text = fs::read_to_string(file.unwrap().path()).unwrap();
            let query: Value = serde_json::from_str(&text).unwrap();
            let parameters = query["describe"]["parameters"]["Left"].as_array().map_or(0, Vec::len);
            (query["query"].as_str().unwrap().to_owned(), parameters)
        })
        .collect()
}

#[sqlx::test(migrator = "event_log::MIGRATOR")]
async fn every_statement_finds_its_rows_by_an_index_before_anything_is_known_of_its_tables(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let pool = pool(options).await;
    let indexes = indexes(&pool).await;
    let mut statements = statements();
    assert!(statements.len() > 60, "the statements are not where they were");
    statements.extend(closing(&pool).await);
    let mut faults = Vec::new();
    for (statement, parameters) in statements {
        let mut found = Vec::new();
        walks(&plan(&pool, &statement, parameters).await, &indexes, false, &mut found);
        let searches = statement.contains("found(");
        let lists = LISTS.iter().any(|list| statement.contains(list));
        found.retain(|walk| walk.repeated || !(lists && LISTED.contains(&&*walk.table) || searches));
        if !found.is_empty() {
            faults.push(format!("{statement}\n{found:#?}"));
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n\n"));
}

/// The statements by which `project` closes rows, which no checked query shows.
async fn closing(pool: &PgPool) -> Vec<(String, usize)> {
    let body: String = sqlx::query_scalar("select prosrc from pg_proc where proname = 'project'")
        .fetch_one(pool)
        .await
        .unwrap();
    let statements = body.split(';').filter_map(|part| {
        let update = part.find("update").filter(|_| part.contains("closing_"))?;
        Some((part[update..].replace("closed[i]", "$1"), 1))
    });
    let statements: Vec<_> = statements.collect();
    assert!(statements.len() > 10, "rows are not closed as they were");
    statements
}

#[sqlx::test(migrator = "event_log::MIGRATOR")]
async fn a_look_up_that_the_planner_may_turn_into_a_join_is_found_out(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let pool = pool(options).await;
    let indexes = indexes(&pool).await;
    let walked = async |statement: &str| {
        let mut found = Vec::new();
        walks(&plan(&pool, statement, 1).await, &indexes, false, &mut found);
        found.into_iter().map(|walk| (walk.table, walk.repeated)).collect::<Vec<_>>()
    };
    let by_id = "select 1 from assignment where task_id = $1 and valid_to = 9";
    assert_eq!(walked(by_id).await, []);
    let by_nothing = "select 1 from assignment where number = $1 and valid_to = 9";
    assert_eq!(walked(by_nothing).await, [("assignment".to_owned(), false)]);
    let joined = "update planned_task held_ set valid_to = closing_.valid_to
        from unnest($1::closing[]) closing_
        where held_.id = closing_.id and held_.valid_to = 9";
    assert_ne!(walked(joined).await, []);
    // A function is not inlined where an argument is a query.
    let for_all = "select 1 from visible_operation((select $1::bigint), 1, 'THA')";
    assert_ne!(walked(for_all).await, []);
}

#[sqlx::test(migrator = "event_log::MIGRATOR")]
async fn a_page_in_the_order_of_an_index_is_read_and_not_sorted(_: PgPoolOptions, options: PgConnectOptions) {
    let pool = pool(options).await;
    let orders = [
        "order by code asc",
        "order by code desc",
        "order by entry.position asc",
        "order by entry.position desc",
        "order by number asc",
        "order by number desc",
    ];
    let mut pages = statements();
    pages.retain(|(statement, _)| orders.iter().any(|order| statement.contains(order)));
    for order in orders {
        assert!(pages.iter().any(|(statement, _)| statement.contains(order)), "no page has `{order}`");
    }
    for (statement, parameters) in pages {
        let plan = plan(&pool, &statement, parameters).await.to_string();
        assert!(!plan.contains(r#"Sort""#), "{statement}\n{plan}");
    }
}

#[sqlx::test(migrator = "event_log::MIGRATOR")]
async fn a_read_model_of_an_empty_log_is_not_taken_for_one_that_stays_empty(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let owner = owner(options).await;
    let schema = Schema { name: "read_model_of_nothing".to_owned() };
    engine::rebuild(&owner, &schema, "accord_app", |_| ()).await.unwrap();
    let known: Vec<String> = sqlx::query_scalar(
        "select relname::text from pg_class
         where relnamespace = $1::regnamespace and relkind = 'r' and reltuples = 0",
    )
    .bind(&schema.name)
    .fetch_all(&owner)
    .await
    .unwrap();
    assert_eq!(known, Vec::<String>::new());
}

/// Rows of a table that the scans of an analysed plan have read, whether they were wanted or not.
fn rows_read(plan: &Value, table: &str) -> f64 {
    let number = |name: &str| plan[name].as_f64().unwrap_or(0.0);
    let here = if plan["Relation Name"] == table {
        (number("Actual Rows") + number("Rows Removed by Filter")) * number("Actual Loops")
    } else {
        0.0
    };
    here + plan["Plans"].as_array().into_iter().flatten().map(|inner| rows_read(inner, table)).sum::<f64>()
}

#[sqlx::test(migrator = "event_log::MIGRATOR")]
async fn counting_the_tasks_of_a_version_reads_each_once(_: PgPoolOptions, options: PgConnectOptions) {
    let pool = pool(options).await;
    let engine = engine(&pool, 1).await;
    found(&engine).await;
    run(&engine, officer("THA-01"), initiate("ALPHA", "THA")).await;
    run(&engine, officer("THA-01"), draft("ALPHA")).await;
    for number in 0..50 {
        run(&engine, officer("THA-01"), add_task("ALPHA", &format!("T{number:02}"), "THA", 0)).await;
    }
    let count = |(statement, _): &(String, usize)| {
        statement.contains("select count(*)\n") && statement.contains("task.version_id = wanted.id")
    };
    let (statement, _) = statements().into_iter().find(count).unwrap();
    let mut connection = pool.acquire().await.unwrap();
    connection.execute(AssertSqlSafe(format!("prepare asked as {statement}"))).await.unwrap();
    let at = engine.position();
    let version: uuid::Uuid =
        sqlx::query_scalar("select id from plan_version").fetch_one(&mut *connection).await.unwrap();
    let analysed = format!(
        "explain (analyze, format json) execute asked
           ({at}, {at}, 'THA', '{{{version}}}', null, null, null, null)"
    );
    let plan: Value = connection.fetch_one(AssertSqlSafe(analysed)).await.unwrap().get(0);
    assert!((rows_read(&plan[0]["Plan"], "planned_task") - 50.0).abs() < 0.5, "{plan:#}");
}

/// An operation of Thailand's that one other partner may read.
fn initiate_for(code: &str, reader: &str) -> Command {
    let Command::Operation(OperationCommand::Initiate {
        operation,
        title,
        lead,
        classification,
        handling,
        ..
    }) = initiate(code, "THA")
    else {
        unreachable!("it initiates")
    };
    let releasable_to = [good(reader)].into();
    Command::Operation(OperationCommand::Initiate {
        operation,
        title,
        lead,
        classification,
        handling,
        releasable_to,
    })
}

#[sqlx::test(migrator = "event_log::MIGRATOR")]
async fn an_agenda_reads_no_operation_that_is_not_its_viewers(_: PgPoolOptions, options: PgConnectOptions) {
    let pool = pool(options).await;
    let engine = engine(&pool, 1).await;
    found(&engine).await;
    for number in 0..20 {
        let code = format!("OP{number:02}");
        let reader = if number == 0 { "MMR" } else { "CHN" };
        run(&engine, officer("THA-01"), initiate_for(&code, reader)).await;
        run(&engine, officer("THA-01"), draft(&code)).await;
        run(&engine, officer("THA-01"), add_task(&code, "T01", "THA", 0)).await;
    }
    let mut statements = statements();
    let begins =
        ["from operations_of($1", "status in ('OUTSTANDING', 'BROKEN')", "request.status = 'PENDING'"];
    statements.retain(|(statement, _)| begins.iter().any(|begin| statement.contains(begin)));
    assert_eq!(statements.len(), 10, "the statements of an agenda");
    let mut connection = pool.acquire().await.unwrap();
    let at = engine.position();
    let tables =
        ["operation", "plan_version", "planned_task", "assignment", "condition", "officer_request", "phase"];
    let mut read = async |viewer: &str| {
        let mut rows = 0.0;
        for (statement, parameters) in &statements {
            connection.execute(AssertSqlSafe(format!("prepare asked as {statement}"))).await.unwrap();
            let more = match parameters {
                3 => String::new(),
                4 => ", 100".to_owned(),
                5 => format!(", '{viewer}-01', true"),
                _ if statement.contains("emergent_task") => format!(", '{viewer}-01', true, 100"),
                _ => ", '-infinity', 1000, 100".to_owned(),
            };
            let analysed =
                format!("explain (analyze, format json) execute asked ({at}, {at}, '{viewer}'{more})");
            let plan: Value = connection.fetch_one(AssertSqlSafe(analysed)).await.unwrap().get(0);
            rows += tables.iter().map(|table| rows_read(&plan[0]["Plan"], table)).sum::<f64>();
            connection.execute("deallocate asked").await.unwrap();
        }
        rows
    };
    let (none, one, many) = (read("LAO").await, read("MMR").await, read("CHN").await);
    assert!(none < 0.5, "{none} rows of what does not concern it");
    assert!(one > 0.5 && (many - 19.0 * one).abs() < 0.5, "{one} of one operation, {many} of 19");
}
