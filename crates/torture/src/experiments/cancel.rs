//! Clients hang up while their command runs. It may be carried out or not; asked again under its key, it is,
//! once.

use super::lab::Lab;
use crate::{
    history::{Attempt, History, Outcome, Submission},
    load::{Load, insist},
    report::Row,
};
use anyhow::{Context as _, Result};
use rand::{Rng as _, SeedableRng as _, rngs::StdRng};
use std::{sync::Arc, time::Duration};
use tokio::{sync::Semaphore, task::JoinSet, time::timeout};

/// Callers at once.
const CALLERS: usize = 64;

/// Clients that do not hang up meanwhile.
const OTHERS: u64 = 3;

/// A client hangs up before this many milliseconds: the middle of a command.
const PATIENCE: u64 = 50;

pub async fn run(mut lab: Lab) -> Result<Row> {
    let stage = lab.stage().await?;
    let load = Load::start(&stage.client, &stage.world, OTHERS, lab.settings.seed);
    let progress = lab.progress();
    let places = Arc::new(Semaphore::new(CALLERS));
    let mut callers = JoinSet::new();
    let mut history = History::default();
    for number in 0..lab.count {
        let place = Arc::clone(&places).acquire_owned().await.context("nobody closes the semaphore")?;
        let (client, world) = (stage.client.clone(), Arc::clone(&stage.world));
        let mut random = StdRng::seed_from_u64(lab.random.random());
        callers.spawn(async move {
            let key = format!("C-{number}");
            let mutation =
                if number % 2 == 0 { world.add_task(&key, &key) } else { world.revise_hot_task(&key) };
            let node = random.random_range(0..client.nodes());
            let sent = client.now();
            let patience = Duration::from_millis(random.random_range(0..PATIENCE));
            let attempt = match timeout(patience, client.send(node, &mutation)).await {
                Ok(attempt) => attempt,
                // Dropped: the connection is closed under the command.
                Err(_) => Attempt { node, sent, answered: client.now(), outcome: Outcome::Unknown },
            };
            let mut submission = Submission { key, invalid: false, attempts: vec![attempt] };
            // Half of them come back for an answer, the others never learn.
            if number % 4 < 2 {
                insist(&client, node, &mut submission, &mutation, &mut random).await;
            }
            drop(place);
            submission
        });
        while let Some(submission) = callers.try_join_next() {
            history.submissions.push(submission.context("a caller panicked")?);
        }
        progress.step();
    }
    while let Some(submission) = callers.join_next().await {
        history.submissions.push(submission.context("a caller panicked")?);
    }
    history.extend(load.finish().await?);
    lab.judge(stage, lab.count, &history).await
}
