//! The network between nodes and Postgres is slow, goes deaf in one direction or both, and cuts connections,
//! in the middle of commits.

use super::lab::Lab;
use crate::{
    load::Load,
    proxy::{Proxy, Weather},
    report::Row,
    stage::{NODES, Stage},
    waiting::until,
};
use anyhow::Result;
use rand::{Rng as _, seq::IndexedRandom as _};
use std::time::Duration;
use tokio::time::sleep;

/// Commands between two faults.
const BETWEEN: usize = 10;

/// How long bad weather lasts at most, in milliseconds.
const WEATHER: u64 = 1_500;

/// How long it may take until something is on its way to be held back: nodes look at the log every second.
const TRAFFIC: Duration = Duration::from_secs(20);

#[derive(Clone, Copy, PartialEq)]
enum Fault {
    /// Connections are cut, whatever is under way.
    Reset,
    /// For a while; then what was open is cut, because what was held back never comes.
    Bad(Weather),
}

const FAULTS: [Fault; 5] = [
    Fault::Reset,
    Fault::Bad(Weather::Slow),
    Fault::Bad(Weather::DeafToServer),
    Fault::Bad(Weather::DeafToClient),
    Fault::Bad(Weather::Gone),
];

pub async fn run(mut lab: Lab) -> Result<Row> {
    let mut proxies = Vec::new();
    for _ in 0..NODES {
        proxies.push(Proxy::start(lab.postgres.socket()).await?);
    }
    let route = |node: usize, url: &str| proxies[node].route(url);
    let stage = Stage::open(&lab.settings.accord, &lab.postgres, route).await?;
    let load = Load::start(&stage.client, &stage.world, lab.writers(), lab.settings.seed);
    let progress = lab.progress();
    for number in 0..lab.count {
        load.more(BETWEEN).await?;
        sleep(Duration::from_millis(lab.random.random_range(0..30))).await;
        // Each in turn first, so that the short form has them all; one node is hit, or all.
        let fault = match FAULTS.get(number) {
            Some(fault) => *fault,
            None => *FAULTS.choose(&mut lab.random).unwrap_or(&Fault::Reset),
        };
        let hit = if lab.random.random_ratio(1, 4) {
            &proxies[..]
        } else {
            let node = lab.random.random_range(0..NODES);
            &proxies[node..=node]
        };
        match fault {
            Fault::Reset => {
                for proxy in hit {
                    proxy.reset();
                }
            }
            Fault::Bad(weather) => {
                for proxy in hit {
                    proxy.set(weather);
                }
                sleep(Duration::from_millis(lab.random.random_range(100..WEATHER))).await;
                if weather != Weather::Slow {
                    until("bytes to be held back", TRAFFIC, async || {
                        Ok(hit.iter().all(|proxy| proxy.withheld() > 0).then_some(()))
                    })
                    .await?;
                }
                for proxy in hit {
                    proxy.set(Weather::Fair);
                    // Now and then nobody is told that what was held back never comes: then only patience
                    // ends it.
                    if weather != Weather::Slow && !lab.random.random_ratio(1, 10) {
                        proxy.reset();
                    }
                }
            }
        }
        progress.step();
    }
    load.more(BETWEEN).await?;
    let history = load.finish().await?;
    lab.judge(stage, lab.count, &history).await
}
