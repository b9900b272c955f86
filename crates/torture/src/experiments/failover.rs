//! Postgres ends for good, and its standby takes its place under the nodes, which are not started again.
//!
//! Every other time the standby is synchronous: then nothing may be lost. The other times it has not received
//! the newest commits: then acknowledged commands are lost, no program can help it, and everybody has to
//! notice: clients by their receipts, `accord verify` by an anchor, nodes by their heads. They forget what
//! they built on, say so, and serve on.

use super::lab::Lab;
use crate::{
    client::position,
    history::{self, Findings, History, Kind, Outcome},
    load::Load,
    proxy::Proxy,
    report::Row,
    stage::{NODES, Stage},
    waiting::until,
};
use anyhow::{Context as _, Result, bail};
use embedded_postgres::Scratch;
use serde_json::json;
use sqlx::{Connection as _, Executor as _, PgConnection};
use std::time::Duration;
use tokio::task::block_in_place;

/// Commands before and after each failover.
const BETWEEN: usize = 20;

const PATIENCE: Duration = Duration::from_mins(1);

/// What a node says that finds commits lost.
const ALARM: &str = "This node was ahead of the log";

pub async fn run(mut lab: Lab) -> Result<Row> {
    let mut proxies = Vec::new();
    for _ in 0..NODES {
        proxies.push(Proxy::start(lab.postgres.socket()).await?);
    }
    let route = |node: usize, url: &str| proxies[node].route(url);
    let mut stage = Stage::open(&lab.settings.accord, &lab.postgres, route).await?;
    let progress = lab.progress();

    let load = Load::start(&stage.client, &stage.world, lab.writers(), lab.settings.seed);
    for _ in 0..lab.count.div_ceil(2) {
        let standby = block_in_place(|| lab.postgres.standby())?;
        synchronise(&lab.postgres).await?;
        load.more(BETWEEN).await?;
        take_over(&mut lab, &mut stage, &proxies, standby).await?;
        load.more(BETWEEN).await?;
        progress.step();
    }
    let history = load.finish().await?;
    let mut row = stage.judge(lab.name, lab.count, &history).await?;
    if let Some(node) = stage.nodes.iter().position(|node| node.log().contains(ALARM)) {
        row.trouble.push(format!("node {node} says that a synchronous standby lacked commits"));
    }

    let mut lost = 0;
    for round in 0..lab.count / 2 {
        let Loss { seen, trouble } = lose(&mut lab, &mut stage, &proxies, round).await?;
        lost += seen;
        row.trouble.extend(trouble);
        progress.step();
    }
    if lab.count > 1 {
        row.notes
            .push(format!("asynchronous standbys lost {lost} acknowledged commands, all of them noticed"));
    }
    Ok(Lab::conclude(stage, row))
}

/// From when this returns, whatever is acknowledged is on the standby's disk.
async fn synchronise(postgres: &Scratch) -> Result<()> {
    let mut connection = PgConnection::connect(&postgres.url("postgres")).await?;
    connection.execute("alter system set synchronous_standby_names = '*'").await?;
    connection.execute("select pg_reload_conf()").await?;
    until("the standby to be synchronous", PATIENCE, async || {
        let count: i64 =
            sqlx::query_scalar("select count(*) from pg_stat_replication where sync_state = 'sync'")
                .fetch_one(&mut connection)
                .await?;
        Ok((count == 1).then_some(()))
    })
    .await?;
    connection.close().await.context("could not close a connection")
}

/// The primary ends in the middle of its work; the standby is promoted, and the nodes' network leads to it.
async fn take_over(lab: &mut Lab, stage: &mut Stage, proxies: &[Proxy], standby: Scratch) -> Result<()> {
    block_in_place(|| lab.postgres.crash())?;
    let mut connection = PgConnection::connect(&standby.url("postgres")).await?;
    let promoted: bool = sqlx::query_scalar("select pg_promote()").fetch_one(&mut connection).await?;
    if !promoted {
        bail!("the standby was not promoted in time");
    }
    connection.close().await.context("could not close a connection")?;
    stage.moves_to(&standby);
    for proxy in proxies {
        proxy.lead_to(standby.socket());
    }
    lab.postgres = standby;
    Ok(())
}

/// What became of acknowledged commands when a standby that lacked them took over.
struct Loss {
    seen: usize,
    /// What did not go as it must.
    trouble: Vec<String>,
}

async fn lose(lab: &mut Lab, stage: &mut Stage, proxies: &[Proxy], round: usize) -> Result<Loss> {
    let alarms = |stage: &Stage| -> Vec<usize> {
        stage.nodes.iter().map(|node| node.log().matches(ALARM).count()).collect()
    };
    let before = alarms(stage);
    let standby = block_in_place(|| lab.postgres.standby())?;
    let name = format!("A{round}W");
    let load = Load::start_as(&name, &stage.client, &stage.world, lab.writers(), lab.settings.seed);
    load.more(BETWEEN).await?;
    deafen(&standby).await?;
    // All acknowledged from here on is going to be lost; every node is to have shown some of it.
    let end = head(stage, 0).await?;
    load.more(BETWEEN).await?;
    for node in 0..NODES {
        let what = format!("node {node} to show what is going to be lost");
        until(&what, PATIENCE, async || Ok((head(stage, node).await? > end).then_some(()))).await?;
    }
    let crashed = stage.client.now();
    take_over(lab, stage, proxies, standby).await?;
    load.more(BETWEEN).await?;
    let history = load.finish().await?;

    let mut trouble = Vec::new();
    let findings = stage.check(&history).await?;
    let seen = findings.count(Kind::Lost);
    if seen == 0 {
        trouble.push("clients saw no loss by their receipts, though commits were lost".to_owned());
    }
    // Order and staleness are what a loss breaks; nothing else is.
    for kind in [Kind::Doubled, Kind::Contradicted, Kind::Broken] {
        trouble.extend(describe(&findings, kind));
    }
    let acknowledged = History { submissions: answered_before(&history, crashed), reads: Vec::new() };
    if stage.verify(&acknowledged).await?.0 {
        trouble
            .push("`accord verify` found the log whole, though it was given the newest receipt".to_owned());
    }
    for (node, (before, after)) in before.into_iter().zip(alarms(stage)).enumerate() {
        if after == before {
            trouble.push(format!("node {node} was ahead of the log and did not say so"));
        }
    }
    // From here on, all is as ever.
    let name = format!("B{round}W");
    let load = Load::start_as(&name, &stage.client, &stage.world, lab.writers(), lab.settings.seed);
    load.more(BETWEEN).await?;
    let row = stage.judge(lab.name, 1, &load.finish().await?).await?;
    if !row.holds() {
        trouble.push(format!("after a loss: {}", row.text()));
    }
    Ok(Loss { seen, trouble })
}

/// From when this returns, the standby receives nothing.
async fn deafen(standby: &Scratch) -> Result<()> {
    let mut connection = PgConnection::connect(&standby.url("postgres")).await?;
    connection.execute("alter system set primary_conninfo = ''").await?;
    connection.execute("select pg_reload_conf()").await?;
    until("the standby to receive nothing", PATIENCE, async || {
        let count: i64 =
            sqlx::query_scalar("select count(*) from pg_stat_wal_receiver where status = 'streaming'")
                .fetch_one(&mut connection)
                .await?;
        Ok((count == 0).then_some(()))
    })
    .await?;
    connection.close().await.context("could not close a connection")
}

async fn head(stage: &Stage, node: usize) -> Result<i64> {
    let data = stage.client.ask(node, "{ head { position } }", json!({})).await?;
    position(&data["head"]["position"]).context("a node told no position")
}

fn describe(findings: &Findings, kind: Kind) -> impl Iterator<Item = String> {
    let faults = findings.faults.iter().filter(move |fault| fault.kind == kind);
    faults.map(|fault| format!("{}: {}", fault.kind, fault.what))
}

/// What clients had been told by then.
fn answered_before(history: &History, moment: Duration) -> Vec<history::Submission> {
    let told =
        |attempt: &history::Attempt| attempt.answered < moment && matches!(attempt.outcome, Outcome::Done(_));
    history.submissions.iter().filter(|submission| submission.attempts.iter().any(told)).cloned().collect()
}
