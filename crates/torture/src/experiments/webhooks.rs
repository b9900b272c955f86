//! Nodes that deliver to webhooks are killed while the receivers fail, hang, cut and come back.
//!
//! In the end each receiver has taken every event that its partner may read, in order; what came more than once came again
//! before anything else; and nothing came that the partner may not read.

use super::lab::Lab;
use crate::{
    client::{Client, Mutation},
    load::Load,
    node::Node,
    receiver::{Mood, Receiver, faults},
    report::Row,
    stage::{NODES, Stage},
    waiting::until,
};
use anyhow::{Context as _, Result};
use rand::{Rng as _, seq::IndexedRandom as _};
use serde_json::{Value, json};
use std::time::{Duration, Instant};
use tokio::time::sleep;

/// Commands between two faults.
const BETWEEN: usize = 10;

/// For what receivers do between two faults to show: a node waits a second or two before it tries again.
const PAUSE: Duration = Duration::from_secs(3);

/// How long deliveries may take to come to the log's end: a node that was killed holds a webhook for half a minute, and what
/// failed often waits as long.
const PATIENCE: Duration = Duration::from_mins(5);

/// A partner and its receiver.
struct Subscriber {
    client: Client,
    receiver: Receiver,
}

pub async fn run(mut lab: Lab) -> Result<Row> {
    let mut stage = lab.stage().await?;
    // One sees everything, the other one operation of many.
    let mut subscribers = Vec::new();
    for client in [stage.client.clone(), other_partner(&stage).await?] {
        let receiver = Receiver::start().await?;
        let input = json!({ "name": "Torture", "url": receiver.url, "after": "0" });
        client.done(0, Mutation::new("registerWebhook", input)).await?;
        subscribers.push(Subscriber { client, receiver });
    }
    let load = Load::start(&stage.client, &stage.world, lab.writers(), lab.settings.seed);
    let progress = lab.progress();
    for _ in 0..lab.count {
        for Subscriber { receiver, .. } in &subscribers {
            receiver.is(*Mood::ALL.choose(&mut lab.random).unwrap_or(&Mood::Takes));
        }
        load.more(BETWEEN).await?;
        sleep(PAUSE).await;
        let node = &mut stage.nodes[lab.random.random_range(0..NODES)];
        node.kill().await?;
        node.start().await?;
        progress.step();
    }
    for Subscriber { receiver, .. } in &subscribers {
        receiver.is(Mood::Takes);
    }
    load.more(BETWEEN).await?;
    let history = load.finish().await?;

    let (mut trouble, mut notes) = (Vec::new(), Vec::new());
    let mut seen = Vec::new();
    for Subscriber { client, receiver } in &subscribers {
        let expected = readable(client).await?;
        let last = expected.last().cloned().context("a partner reads nothing")?;
        let caught_up = until("a receiver to take the last event", PATIENCE, async || {
            let sent = receiver.sent();
            Ok(sent.iter().any(|sent| sent.taken && sent.id == last).then_some(()))
        });
        if let Err(error) = caught_up.await {
            trouble.push(format!("{error:#}"));
        }
        let sent = receiver.sent();
        trouble.extend(faults(&expected, &sent).into_iter().take(5));
        notes.push(format!("{} events in {} deliveries", expected.len(), sent.len()));
        seen.push(expected.len());
    }
    if seen[1] >= seen[0] {
        trouble.push("nothing was hidden from the second partner".to_owned());
    }
    let mut row = stage.judge(lab.name, lab.count, &history).await?;
    row.trouble.extend(trouble);
    row.notes.extend(notes);
    Ok(Lab::conclude(stage, row))
}

/// A second partner, to which the operation that all change is released; its commander.
async fn other_partner(stage: &Stage) -> Result<Client> {
    let addresses: Vec<_> = stage.nodes.iter().map(Node::address).collect();
    let admin = stage.accord.token(&["--service", "import"], "ADMIN").await?;
    let commander = stage.accord.token(&["--post", "CHN-01"], "COMMANDER").await?;
    let client = |token| Client::new(token, addresses.clone(), Instant::now());
    let (admin, commander) = (client(admin)?, client(commander)?);
    let profile =
        json!({ "name": "China", "agency": "Police", "timeZone": "Asia/Shanghai", "currency": "CNY" });
    let founding = json!({ "profile": profile, "role": "PRINCIPAL" });
    let officer = "00000000-0000-4000-8000-000000000002";
    let post = json!({ "code": "CHN-01", "partner": "CHN", "title": "Commander", "liaison": true });
    for (name, input) in [
        ("accedePartner", json!({ "partner": "CHN", "founding": founding })),
        ("establishPost", post),
        ("nominateOfficer", json!({ "post": "CHN-01", "officer": officer })),
        ("acceptNomination", json!({ "post": "CHN-01" })),
        ("takePost", json!({ "post": "CHN-01" })),
    ] {
        admin.done(0, Mutation::new(name, input)).await?;
    }
    let mark = json!({ "operation": stage.world.operation, "releasableTo": ["CHN"] });
    stage.client.done(0, Mutation::new("markReleasability", mark)).await?;
    Ok(commander)
}

/// The ids of all events that a client may read, in order.
async fn readable(client: &Client) -> Result<Vec<String>> {
    let query = "query ($after: String) {
                   events(after: $after) { pageInfo { hasNextPage endCursor } edges { node { id } } } }";
    let (mut ids, mut after) = (Vec::new(), Value::Null);
    loop {
        let data = client.ask(0, query, json!({ "after": after })).await?;
        let edges = data["events"]["edges"].as_array().context("a node listed no events")?;
        ids.extend(edges.iter().filter_map(|edge| edge["node"]["id"].as_str().map(str::to_owned)));
        if data["events"]["pageInfo"]["hasNextPage"] != true {
            return Ok(ids);
        }
        after = data["events"]["pageInfo"]["endCursor"].clone();
    }
}
