//! Plans that are carried out: officers who report one by one, lists of claims, and the forecast of a large plan of
//! which much is claimed.

use crate::{
    LARGE, ROUNDS,
    bench::{Bench, question},
    data::{activate, officer, send, task},
    good,
    row::{quantile, ratio, row},
};
use anyhow::Result;
use domain::{
    Command, OperationCode, Span, TaskCode,
    execution::{ExecutionCommand, TaskClaim, TaskReport},
    sitrep::SitrepCommand,
};
use serde_json::json;
use std::time::Instant;
use tokio::task::JoinSet;

/// Officers who report on one operation, each on a task of their own.
const OFFICERS: usize = 64;

/// Claims of a round.
const CLAIMS: usize = 6_400;

/// Claims of a list.
const LIST: usize = 1_000;

const OPERATION: &str = "NIGHT";

/// Operations that the officer abroad has a task in.
pub const ABROAD: usize = 1_000;

/// What an officer says of their task.
fn claimed(number: usize, round: usize) -> (TaskCode, TaskClaim) {
    let percent = u32::try_from((number / OFFICERS + round) % 100).unwrap_or_default();
    (good(&task(number % OFFICERS)), TaskClaim::Progress { percent, text: None })
}

/// An operation that is carried out, of which every task has been started by its officer.
pub async fn begin(bench: &Bench, operation: &str) -> Result<()> {
    bench.data.found_active(operation, OFFICERS).await?;
    for number in 0..OFFICERS {
        let (task, says) = (good(&task(number)), TaskClaim::Started);
        let claim = ExecutionCommand::Claim { operation: good(operation), task, says };
        send(&bench.data.engine, officer(number), Command::Execution(claim)).await?;
    }
    Ok(())
}

/// So many claims, each by the officer whose task it is.
pub async fn one_by_one(bench: &Bench, operation: &'static str, claims: usize, round: usize) -> Result<f64> {
    let begun = Instant::now();
    let mut calling = JoinSet::new();
    for own in 0..OFFICERS {
        let engine = bench.data.engine.clone();
        calling.spawn(async move {
            for number in (own..claims).step_by(OFFICERS) {
                let (task, says) = claimed(number, round);
                let claim = ExecutionCommand::Claim { operation: good(operation), task, says };
                send(&engine, officer(own), Command::Execution(claim)).await?;
            }
            anyhow::Ok(())
        });
    }
    while let Some(done) = calling.join_next().await {
        done??;
    }
    Ok(per_second(claims, begun))
}

/// The same claims by the liaison officer, who has them on lists.
async fn in_lists(bench: &Bench, round: usize) -> Result<f64> {
    let begun = Instant::now();
    let numbers: Vec<_> = (0..CLAIMS).collect();
    for list in numbers.chunks(LIST) {
        let report = |number: &usize| {
            let (task, says) = claimed(*number, round);
            TaskReport { task, says, reported: None }
        };
        let reports = list.iter().map(report).collect();
        let report = ExecutionCommand::Report { operation: good(OPERATION), reports };
        send(&bench.data.engine, officer(0), Command::Execution(report)).await?;
    }
    Ok(per_second(CLAIMS, begun))
}

pub fn per_second(count: usize, begun: Instant) -> f64 {
    #[expect(clippy::cast_precision_loss, reason = "far fewer than 2^52 claims")]
    let count = count as f64;
    count / begun.elapsed().as_secs_f64()
}

/// Officers who report on one operation at once, next to commands on one plan.
pub async fn reports(bench: &Bench) -> Result<()> {
    begin(bench, OPERATION).await?;
    let of = json!({ "officers": OFFICERS });
    let (mut plans, mut claims, mut lists) = (Vec::new(), Vec::new(), Vec::new());
    for round in 0..ROUNDS {
        plans.push(bench.data.rate(OFFICERS, CLAIMS, 1).await?);
        claims.push(one_by_one(bench, OPERATION, CLAIMS, round).await?);
        lists.push(in_lists(bench, round).await?);
    }
    let plans = row("commands on one plan", &of, "1/s", plans);
    let claims = row("claims on one operation, one by one", &of, "1/s", claims);
    ratio("claims on one operation, one by one", &of, "commands on one plan", claims / plans);
    let lists = row("claims in lists of a thousand", &json!({ "claims": LIST }), "1/s", lists);
    ratio("claims in lists of a thousand", &of, "claims one by one", lists / claims);
    Ok(())
}

/// What waits for a post that has a task in each of very many operations, which is as much whatever the log's size.
pub async fn agenda(bench: &Bench) -> Result<()> {
    let query = "{ viewer { agenda(first: 100) { totalCount nodes { kind why since due overdue } } } }";
    let mut figures = Vec::new();
    for _ in 0..ROUNDS {
        figures.push(quantile(&bench.ask_abroad(20, query).await?.latencies, 0.5));
    }
    row("agenda of a post in 1,000 operations", &bench.events(), "ms", figures);
    Ok(())
}

/// The plan of the largest size is carried out as far as it goes without waiting.
pub async fn forecast(bench: &Bench, code: &str, first: &[TaskCode]) -> Result<()> {
    let operation: OperationCode = good(code);
    activate(&bench.data.engine, &operation).await?;
    let done = TaskClaim::Completed { outcome: None };
    let claims = first.iter().flat_map(|task| [(task, TaskClaim::Started), (task, done.clone())]);
    let reports: Vec<_> =
        claims.map(|(task, says)| TaskReport { task: task.clone(), says, reported: None }).collect();
    for list in reports.chunks(LIST) {
        let report = ExecutionCommand::Report { operation: operation.clone(), reports: list.to_vec() };
        send(&bench.data.engine, officer(0), Command::Execution(report)).await?;
    }
    let of = json!({ "claims": reports.len() });
    for (name, basis) in
        [("schedule over HTTP: its length", "OFFSETS"), ("forecast over HTTP: its length", "FORECAST")]
    {
        let query = format!("{{ operation(code: \"{code}\") {{ schedule(basis: {basis}) {{ length }} }} }}");
        let query: &'static str = query.leak();
        let asked = bench.ask(1, ROUNDS, move |_| question(query, &json!({})));
        row(name, &of, "ms", asked(0).await?.latencies);
    }
    Ok(())
}

/// A SITREP of a plan of the largest size, counted and recorded.
pub async fn sitreps(bench: &Bench, code: &str) -> Result<()> {
    let engine = &bench.data.engine;
    let mut figures = Vec::new();
    for round in (0..).take(ROUNDS) {
        // Each tells of more than the one before.
        let until = (engine.clock().now() + Span::seconds(round).as_delta()).fixed_offset();
        let (remarks, is_final, release) = (None, false, None);
        let issue = SitrepCommand::Issue { operation: good(code), until, remarks, is_final, release };
        let begun = Instant::now();
        send(engine, officer(0), Command::Sitrep(issue)).await?;
        figures.push(begun.elapsed().as_secs_f64() * 1_000.0);
    }
    row("SITREP of an operation with 10,000 events", &json!({ "tasks": LARGE }), "ms", figures);
    Ok(())
}
