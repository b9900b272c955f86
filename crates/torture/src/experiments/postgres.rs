//! Postgres ends at once, as when its machine fails, and comes back after a recovery.

use super::lab::Lab;
use crate::{load::Load, report::Row};
use anyhow::Result;
use rand::Rng as _;
use std::time::Duration;
use tokio::{task::block_in_place, time::sleep};

/// Commands between two crashes.
const BETWEEN: usize = 10;

pub async fn run(mut lab: Lab) -> Result<Row> {
    let stage = lab.stage().await?;
    let load = Load::start(&stage.client, &stage.world, lab.writers(), lab.settings.seed);
    let progress = lab.progress();
    for _ in 0..lab.count {
        load.more(BETWEEN).await?;
        sleep(Duration::from_millis(lab.random.random_range(0..50))).await;
        block_in_place(|| lab.postgres.crash())?;
        sleep(Duration::from_millis(lab.random.random_range(0..500))).await;
        block_in_place(|| lab.postgres.start_again())?;
        progress.step();
    }
    load.more(BETWEEN).await?;
    let history = load.finish().await?;
    lab.judge(stage, lab.count, &history).await
}
