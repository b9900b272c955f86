//! Many callers submit one key at once, to all nodes: one command, and one receipt for everybody.

use super::lab::Lab;
use crate::{
    history::{History, Outcome, Submission},
    load::insist,
    report::Row,
};
use anyhow::{Context as _, Result};
use rand::{Rng as _, SeedableRng as _, rngs::StdRng};
use std::sync::Arc;
use tokio::task::JoinSet;

const CALLERS: usize = 50;

pub async fn run(mut lab: Lab) -> Result<Row> {
    let stage = lab.stage().await?;
    let progress = lab.progress();
    let mut history = History::default();
    let mut unanswered = 0;
    for round in 0..lab.count {
        let key = format!("D-{round}");
        let mut callers = JoinSet::new();
        for caller in 0..CALLERS {
            let (client, world, key) = (stage.client.clone(), Arc::clone(&stage.world), key.clone());
            let mut random = StdRng::seed_from_u64(lab.random.random());
            callers.spawn(async move {
                let mutation =
                    if round % 2 == 0 { world.add_task(&key, &key) } else { world.revise_hot_task(&key) };
                let mut submission = Submission { key, invalid: false, attempts: Vec::new() };
                insist(&client, caller % client.nodes(), &mut submission, &mutation, &mut random).await;
                submission.attempts
            });
        }
        let mut submission = Submission { key, invalid: false, attempts: Vec::new() };
        while let Some(attempts) = callers.join_next().await {
            let attempts = attempts.context("a caller panicked")?;
            if !attempts.iter().any(|attempt| matches!(attempt.outcome, Outcome::Done(_))) {
                unanswered += 1;
            }
            submission.attempts.extend(attempts);
        }
        history.submissions.push(submission);
        progress.step();
    }
    let mut row = lab.judge(stage, lab.count * CALLERS, &history).await?;
    if unanswered > 0 {
        row.trouble.push(format!("{unanswered} callers were never told that it was done"));
    }
    Ok(row)
}
