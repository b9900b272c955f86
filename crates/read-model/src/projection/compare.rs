//! Holding rows against what the log says that they are.

use crate::{Entry, Error, Row, doing, item::TABLES, log::item_entries};
use domain::Position;
use serde::Serialize;
use serde_json::Value;
use sqlx::{AssertSqlSafe, PgPool};
use std::collections::HashMap;

/// How the rows that hold at `position` differ from `expected`: one sentence each, empty when they do not.
pub async fn compare(pool: &PgPool, position: Position, expected: &[Row]) -> Result<Vec<String>, Error> {
    let mut by_table: HashMap<&'static str, Vec<Value>> = HashMap::new();
    for row in expected {
        by_table.entry(row.table()).or_default().push(row.to_json().map_err(not_json)?);
    }
    let mut findings = Vec::new();
    for table in TABLES {
        let rows = Value::Array(by_table.remove(table).unwrap_or_default());
        let differing =
            differences(pool, table, rows, "valid_from <= $2 and $3 < valid_to", position, position)
                .await
                .map_err(doing("compare the read model with the log"))?;
        findings.extend(
            differing.into_iter().map(|said| format!("At position {position} the table {table} {said}")),
        );
    }
    Ok(findings)
}

/// How the rows of a stretch of events differ from `expected`, which is all of them: one sentence each.
pub async fn compare_events(pool: &PgPool, expected: &[Entry]) -> Result<Vec<String>, Error> {
    let (Some(first), Some(last)) = (expected.first(), expected.last()) else { return Ok(Vec::new()) };
    let mut findings = Vec::new();
    let (first, last) = (Position(first.row.position), Position(last.row.position));
    for (table, rows) in
        [("event_entry", json(expected)?), ("event_item", json(&item_entries(expected).collect::<Vec<_>>())?)]
    {
        let differing = differences(pool, table, rows, "position between $2 and $3", first, last)
            .await
            .map_err(doing("compare the rows of events with the log"))?;
        findings.extend(
            differing
                .into_iter()
                .map(|said| format!("From position {first} to {last} the table {table} {said}")),
        );
    }
    Ok(findings)
}

/// What the table lacks of the expected rows and what it holds besides, among those for which `held` is true.
/// `held` may name `first` as `$2` and `last` as `$3`.
async fn differences(
    pool: &PgPool,
    table: &str,
    expected: Value,
    held: &str,
    first: Position,
    last: Position,
) -> Result<Vec<String>, sqlx::Error> {
    // Postgres writes both sides the same way, so that only the contents can differ.
    let statement = format!(
        "with expected as (
           select to_jsonb(row_) - 'valid_from' - 'valid_to' as columns
           from jsonb_populate_recordset(null::{table}, $1) row_
         ), held as (
           select to_jsonb(row_) - 'valid_from' - 'valid_to' as columns
           from {table} row_
           where {held}
         )
         select 'lacks' as what, columns::text as columns
         from (select columns from expected except all select columns from held) lacking
         union all
         select 'holds beyond the log', columns::text
         from (select columns from held except all select columns from expected) surplus"
    );
    let rows: Vec<(String, String)> = sqlx::query_as(AssertSqlSafe(statement))
        .bind(expected)
        .bind(first.0)
        .bind(last.0)
        .fetch_all(pool)
        .await?;
    Ok(rows.into_iter().map(|(what, columns)| format!("{what}: {columns}")).collect())
}

fn json<T: Serialize + ?Sized>(rows: &T) -> Result<Value, Error> {
    serde_json::to_value(rows).map_err(not_json)
}

fn not_json(source: serde_json::Error) -> Error {
    Error { doing: "write rows as JSON", source: sqlx::Error::Encode(source.into()) }
}
