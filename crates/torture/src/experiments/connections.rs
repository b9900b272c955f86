//! Others take every connection that Postgres has. Who is connected goes on; who is not is told to come back.

use super::lab::Lab;
use crate::{
    history::{History, Outcome, Submission},
    load::Load,
    report::Row,
    stage::{NODES, Stage},
};
use anyhow::{Context as _, Result};
use futures_util::future::join_all;
use rustix::process::Signal;
use serde_json::json;
use sqlx::{Connection as _, PgConnection};

/// Commands between two famines.
const BETWEEN: usize = 10;

pub async fn run(lab: Lab) -> Result<Row> {
    let stage = lab.stage().await?;
    let load = Load::start(&stage.client, &stage.world, lab.writers(), lab.settings.seed);
    let progress = lab.progress();
    let mut trouble = Vec::new();
    let mut asked = History::default();
    let mut busy = 0;
    for number in 0..lab.count {
        load.more(BETWEEN).await?;
        // Every other time the nodes lose their own, too, and cannot get them back.
        let connected = number % 2 == 0;
        let taken = if connected { take_all(&lab).await } else { take_theirs(&lab, &stage).await? };
        if connected {
            for node in 0..NODES {
                let read = stage.client.ask(node, "{ head { position } viewer { name } }", json!({})).await;
                trouble.extend(read.err().map(|error| format!("over an open connection: {error:#}")));
            }
        }
        for submission in join_all((0..NODES).map(|node| probe(&stage, node, number))).await {
            match &submission.attempts[0].outcome {
                Outcome::Done(_) => {}
                Outcome::Error(code) if code == "BUSY" && !connected => busy += 1,
                other => trouble.push(format!("a command was answered {other:?} (connected: {connected})")),
            }
            asked.submissions.push(submission);
        }
        for connection in taken {
            connection.close().await.context("could not give a connection back")?;
        }
        progress.step();
    }
    load.more(BETWEEN).await?;
    let mut history = load.finish().await?;
    history.extend(asked);
    if lab.count > 1 && busy == 0 {
        trouble.push("no node was ever without a connection".to_owned());
    }
    let mut row = lab.judge(stage, lab.count, &history).await?;
    row.trouble.extend(trouble);
    Ok(row)
}

/// A command of somebody who waits until the node gives up.
async fn probe(stage: &Stage, node: usize, number: usize) -> Submission {
    let key = format!("P{number}-{node}");
    let attempt = stage.client.patient().send(node, &stage.world.add_task(&key, &key)).await;
    Submission { key, invalid: false, attempts: vec![attempt] }
}

/// Connections until Postgres has none left, not even for superusers.
async fn take_all(lab: &Lab) -> Vec<PgConnection> {
    let url = lab.postgres.url("postgres");
    let mut taken = Vec::new();
    while let Ok(connection) = PgConnection::connect(&url).await {
        taken.push(connection);
    }
    taken
}

/// The same with those of the nodes, which stand still meanwhile, because they would be faster.
async fn take_theirs(lab: &Lab, stage: &Stage) -> Result<Vec<PgConnection>> {
    let mut connection = stage.connect().await?;
    for node in &stage.nodes {
        node.signal(Signal::STOP)?;
    }
    let terminated = sqlx::query(
        "select pg_terminate_backend(pid, 5000) from pg_stat_activity
         where datname = current_database() and pid <> pg_backend_pid() and backend_type = 'client backend'",
    )
    .execute(&mut connection)
    .await;
    let mut taken = take_all(lab).await;
    taken.push(connection);
    for node in &stage.nodes {
        node.signal(Signal::CONT)?;
    }
    terminated.context("could not terminate the sessions of the nodes")?;
    Ok(taken)
}
