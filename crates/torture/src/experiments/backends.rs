//! Sessions of Accord are terminated in Postgres, whatever they are doing.

use super::lab::Lab;
use crate::{load::Load, report::Row};
use anyhow::{Context as _, Result};

/// Commands between two terminations.
const BETWEEN: usize = 5;

pub async fn run(lab: Lab) -> Result<Row> {
    let stage = lab.stage().await?;
    let load = Load::start(&stage.client, &stage.world, lab.writers(), lab.settings.seed);
    let mut connection = stage.connect().await?;
    let progress = lab.progress();
    let mut injected = 0;
    while injected < lab.count {
        load.more(BETWEEN).await?;
        // One that works, where there is one: an idle session is no loss.
        let terminated: Vec<bool> = sqlx::query_scalar(
            "select pg_terminate_backend(pid)
             from pg_stat_activity
             where datname = current_database() and pid <> pg_backend_pid() and backend_type = 'client backend'
             order by state = 'idle', random()
             limit 1",
        )
        .fetch_all(&mut connection)
        .await
        .context("could not terminate a session")?;
        for _ in terminated {
            injected += 1;
            progress.step();
        }
    }
    load.more(BETWEEN).await?;
    let history = load.finish().await?;
    lab.judge(stage, injected, &history).await
}
