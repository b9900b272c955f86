//! What a reviewer asks of an operation that went on for long: its replay, its metrics as of any moment, and what
//! changed meanwhile.

use crate::{
    ROUNDS,
    bench::{Bench, question},
    execution::{begin, one_by_one, per_second},
    load::Connection,
    row::{quantile, ratio, row},
};
use anyhow::{Context as _, Result, ensure};
use domain::metrics::MetricCode;
use serde_json::{Value, json};
use std::time::Instant;

const OPERATION: &str = "LONG";

/// Events that are replayed.
const CLAIMS: usize = 100_000;

/// Those of them that are measured: of more, one answer would be of more objects than it may have.
const MEASURED: usize = 50_000;

/// Moments at which the metrics are asked for, and pages of a replay in the order of the world.
const MOMENTS: usize = 100;

/// An operation of very many events, as a reviewer reads it.
pub async fn long(bench: &Bench) -> Result<()> {
    begin(bench, OPERATION).await?;
    let begun = bench.data.engine.position().0;
    one_by_one(bench, OPERATION, MEASURED, 0).await?;
    metrics(bench, begun).await?;
    one_by_one(bench, OPERATION, CLAIMS - MEASURED, 1).await?;
    replay(bench).await?;
    bench.changes(10_000).await
}

/// All pages one after the other as it was known; as it happened, the first of them.
async fn replay(bench: &Bench) -> Result<()> {
    let query = "query ($code: String!, $order: ReplayOrder!, $after: String) { operation(code: $code) { \
        replay(order: $order, first: 100, after: $after) { pageInfo { hasNextPage endCursor } nodes { position at lag \
        events { type actor } state { openIncidents openClocks tasks { inProgress completed } } } } } }";
    let mut connection = bench.connect().await?;
    for (order, most) in [("AS_KNOWN", usize::MAX), ("AS_HAPPENED", MOMENTS)] {
        let (mut after, mut steps, mut pages) = (Value::Null, 0, Vec::new());
        let begun = Instant::now();
        while pages.len() < most {
            let asked = Instant::now();
            let variables = json!({ "code": OPERATION, "order": order, "after": after });
            let mut page = ask(&mut connection, query, &variables).await?["operation"]["replay"].take();
            pages.push(asked.elapsed().as_secs_f64() * 1_000.0);
            steps += page["nodes"].as_array().context("no steps")?.len();
            if page["pageInfo"]["hasNextPage"] == false {
                break;
            }
            after = page["pageInfo"]["endCursor"].take();
        }
        ensure!(steps >= CLAIMS.min(most.saturating_mul(100)), "{steps} steps");
        let of = json!({ "order": order, "pages": pages.len() });
        row("replay of 100,000 events: steps", &of, "1/s", vec![per_second(steps, begun)]);
        let first = row("replay: the first page of 100", &of, "ms", vec![pages[0]]);
        let tenth = pages.len() / 10;
        let late = &mut pages[9 * tenth..];
        late.sort_by(f64::total_cmp);
        let late = row("replay: a page of the last tenth", &of, "ms", vec![quantile(late, 0.5)]);
        ratio("replay: a page of the last tenth: time", &of, "the first", late / first);
    }
    Ok(())
}

/// All metrics of the operation, now and as of moments of the past.
async fn metrics(bench: &Bench, begun: i64) -> Result<()> {
    let codes: Vec<_> = MetricCode::all().map(|code| code.to_string()).collect();
    let shown = format!(
        "operation(code: \"{OPERATION}\") {{ metrics(codes: [{}]) {{ code value }} }}",
        codes.join(", ")
    );
    let (now, then) = (
        format!("{{ {shown} }}"),
        format!("query ($at: Position!) {{ asOf(at: {{ position: $at }}) {{ {shown} }} }}"),
    );
    let mut connection = bench.connect().await?;
    let mut time = async |query: &str, variables: Value| {
        let asked = Instant::now();
        ask(&mut connection, query, &variables).await?;
        anyhow::Ok(asked.elapsed().as_secs_f64() * 1_000.0)
    };
    let mut present = Vec::new();
    for _ in 0..ROUNDS * 3 {
        present.push(time(&now, json!({})).await?);
    }
    let end = bench.data.engine.position().0;
    let mut past = Vec::new();
    for number in 0..MOMENTS {
        // Spread evenly, and in no order: 37 has no divisor in common with their number.
        let nth = i64::try_from(number * 37 % MOMENTS + 1)?;
        let at = begun + (end - begun) * nth / i64::try_from(MOMENTS)?;
        past.push(time(&then, json!({ "at": at.to_string() })).await?);
    }
    let of = json!({ "events": MEASURED });
    let present = row("metrics of a long operation", &of, "ms", present);
    past.sort_by(f64::total_cmp);
    let worst = quantile(&past, 1.0);
    row("metrics as of 100 moments", &of, "ms", past);
    ratio("metrics as of the worst of 100 moments: time", &of, "now", worst / present);
    Ok(())
}

async fn ask(connection: &mut Connection, query: &str, variables: &Value) -> Result<Value> {
    let answer = connection.ask(&question(query, variables)).await?;
    let mut answer: Value = serde_json::from_slice(&answer)?;
    ensure!(answer["errors"].is_null(), "{}", answer["errors"]);
    Ok(answer["data"].take())
}
