//! A node stands still for a while, as a machine does that swaps or moves, and then goes on as if nothing had
//! been.

use super::lab::Lab;
use crate::{load::Load, report::Row, stage::NODES};
use anyhow::Result;
use rand::Rng as _;
use rustix::process::Signal;
use std::time::Duration;
use tokio::time::sleep;

/// Commands that the others must carry out while one stands still, and all afterwards.
const BETWEEN: usize = 10;

const PAUSE: Duration = Duration::from_secs(30);
/// Still longer than clients wait for an answer.
const SHORT_PAUSE: Duration = Duration::from_secs(4);

pub async fn run(mut lab: Lab) -> Result<Row> {
    let stage = lab.stage().await?;
    let load = Load::start(&stage.client, &stage.world, lab.writers(), lab.settings.seed);
    let progress = lab.progress();
    let pause = if lab.settings.short { SHORT_PAUSE } else { PAUSE };
    for _ in 0..lab.count {
        load.more(BETWEEN).await?;
        sleep(Duration::from_millis(lab.random.random_range(0..50))).await;
        let node = &stage.nodes[lab.random.random_range(0..NODES)];
        node.signal(Signal::STOP)?;
        sleep(pause).await;
        let others = load.more(BETWEEN).await;
        node.signal(Signal::CONT)?;
        others?;
        progress.step();
    }
    load.more(BETWEEN).await?;
    let history = load.finish().await?;
    lab.judge(stage, lab.count, &history).await
}
