//! Others take every connection that Postgres has. Who is connected goes on; who is not is told to come back.

use anyhow::{Context as _, Result};
use serde_json::json;
use sqlx::{Connection as _, PgConnection};
use tokio::time::{Duration, sleep};

use super::Lab;
use crate::{load::Load, report::Row, stage::NODES};

/// Commands between two famines.
const BETWEEN: usize = 10;

/// How long one lasts: longer than a node waits for a connection.
const FAMINE: Duration = Duration::from_secs(6);

pub async fn run(lab: Lab) -> Result<Row> {
    let stage = lab.stage().await?;
    let load = Load::start(&stage.client, &stage.world, lab.writers(), lab.settings.seed);
    let mut connection = stage.connect().await?;
    let progress = lab.progress();
    let mut unread = Vec::new();
    for number in 0..lab.count {
        load.more(BETWEEN).await?;
        let mut taken = take_all(&lab).await;
        // Every other time the nodes lose their own, too, and cannot get them back.
        if number % 2 == 1 {
            sqlx::query(
                "select pg_terminate_backend(pid) from pg_stat_activity
                 where datname = current_database() and pid <> pg_backend_pid()",
            )
            .execute(&mut connection)
            .await
            .context("could not terminate the sessions of the nodes")?;
            taken.extend(take_all(&lab).await);
        } else {
            for node in 0..NODES {
                let answer = stage.client.ask(node, "{ head { position } viewer { name } }", json!({})).await;
                unread.extend(answer.err().map(|error| format!("{error:#}")));
            }
        }
        sleep(FAMINE).await;
        for connection in taken {
            connection.close().await.context("could not give a connection back")?;
        }
        progress.step();
    }
    load.more(BETWEEN).await?;
    let history = load.finish().await?;
    let mut row = lab.judge(stage, lab.count, &history).await?;
    row.expect_only_busy();
    if let Some(first) = unread.first() {
        row.trouble.push(format!("{} reads over open connections failed, the first: {first}", unread.len()));
    }
    Ok(row)
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
