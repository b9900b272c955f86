//! A serving process is killed in the middle of its work, and started again as a supervisor would.

use super::lab::Lab;
use crate::{load::Load, report::Row, stage::NODES};
use anyhow::Result;
use rand::Rng as _;
use std::time::Duration;
use tokio::time::sleep;

/// Commands between two kills, so that each finds the others' work under way.
const BETWEEN: usize = 10;

pub async fn run(mut lab: Lab) -> Result<Row> {
    let mut stage = lab.stage().await?;
    let load = Load::start(&stage.client, &stage.world, lab.writers(), lab.settings.seed);
    let progress = lab.progress();
    for _ in 0..lab.count {
        load.more(BETWEEN).await?;
        sleep(Duration::from_millis(lab.random.random_range(0..30))).await;
        let node = &mut stage.nodes[lab.random.random_range(0..NODES)];
        node.kill().await?;
        node.start().await?;
        progress.step();
    }
    load.more(BETWEEN).await?;
    let history = load.finish().await?;
    lab.judge(stage, lab.count, &history).await
}
