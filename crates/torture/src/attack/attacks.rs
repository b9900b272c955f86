//! The attacks: each does one thing to the server, with everything that one partner has.

use super::{
    attackers::Attackers,
    scene::{AGAIN, BUSY, GREAT, LONG, import, revision},
    text::{self, aliased, aliased_of, question},
    wire::{self, ATTACKERS},
};
use crate::client::Mutation;
use anyhow::{Context as _, Result, bail};
use futures_util::{SinkExt as _, StreamExt as _};
use serde_json::json;
use std::{sync::Arc, time::Duration};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
    select,
    task::JoinSet,
    time::sleep,
};

/// Connections that ask one thing after another.
const SENDERS: usize = 16;

/// Those that send or get megabytes.
const HEAVY_SENDERS: usize = 8;

const SILENT: usize = 1_500;

/// Connections that say a letter now and then.
const SLOW: usize = 800;

const SLOWLY: Duration = Duration::from_secs(1);

/// Websockets with subscriptions to what changes again and again, and how many on each.
const SOCKETS: usize = 20;
const SUBSCRIPTIONS: usize = 20;

/// How often that is changed.
const CHANGE_EVERY: Duration = Duration::from_millis(200);

/// Connections of each post that send small commands.
const FLOOD: usize = 64;

type Start = fn(&Arc<Attackers>, &mut JoinSet<()>);

#[derive(Clone, Copy, Debug)]
pub struct Attack {
    pub name: &'static str,
    /// What it does, in a sentence.
    pub what: &'static str,
    pub start: Start,
}

const fn attack(name: &'static str, what: &'static str, start: Start) -> Attack {
    Attack { name, what, start }
}

/// In the order in which they are made; the first is no attack, and shows what load alone costs.
pub const ATTACKS: &[Attack] = &[
    attack("load", "No attack: the usual question over 16 connections, one after the other.", load),
    attack("silent", "1,500 connections that say nothing.", silent),
    attack("slow-heads", "800 connections on which a request's head comes letter by letter.", slow_heads),
    attack("slow-bodies", "800 requests whose bodies come letter by letter.", slow_bodies),
    attack("silent-sockets", "1,500 websockets on which nobody says who they are.", silent_sockets),
    attack("socket-flood", "A websocket with ever new subscriptions that cannot be read.", socket_flood),
    attack("seats", "200 websockets under the names of the others' posts.", seats),
    attack("fields", "Questions of 256 kB with fields that there are none of.", fields),
    attack("comments", "Questions of 256 kB that are comments.", comments),
    attack("objects", "Questions of 256 kB that are one list of objects.", objects),
    attack("lists", "Bodies of 4 MB with a list of empty lists.", lists),
    attack("nested", "Bodies of 4 MB with lists in lists.", nested),
    attack("variables", "Bodies with 200,000 variables.", variables),
    attack("changes", "All that changed from the log's first event to its last, counted.", changes),
    attack("searches", "50 searches in one question, counted; fewer where that is not allowed.", searches),
    attack("event-counts", "50 lists of all events in one question, counted.", event_counts),
    attack("past-searches", "50 searches in 50 pasts in one question, counted.", past_searches),
    attack("contents", "The content of a plan of 10,000 tasks, nine times in one question.", contents),
    attack("schedules", "Schedule and conflicts of 10,000 tasks, nine times in one question.", schedules),
    attack(
        "subscriptions",
        "400 subscriptions to schedule and conflicts of 10,000 tasks, which change 5 times a second.",
        subscriptions,
    ),
    attack(
        "large-commands",
        "10,000 tasks submitted, recalled and amended, again and again.",
        large_commands,
    ),
    attack("imports", "10,000 tasks imported over themselves with other titles.", imports),
    attack("small-commands", "Small commands over 64 connections of each of 8 posts.", small_commands),
    attack("calendars", "Calendars of 10,000 tasks.", calendars),
    attack("orders", "What an order of 10,000 tasks is printed from.", orders),
    attack("hang-ups", "Dear questions of clients that hang up at once.", hang_ups),
    attack("everything", "All of these together.", everything),
];

fn load(attackers: &Arc<Attackers>, attack: &mut JoinSet<()>) {
    attackers.ask_again(attack, SENDERS, Attackers::post, &question(super::others::QUESTION));
}

fn silent(attackers: &Arc<Attackers>, attack: &mut JoinSet<()>) {
    attackers.connect_again(attack, SILENT, |attackers, _| async move {
        until_cut(attackers.connect().await?).await
    });
}

fn slow_heads(attackers: &Arc<Attackers>, attack: &mut JoinSet<()>) {
    attackers.connect_again(attack, SLOW, |attackers: Arc<Attackers>, _| async move {
        let mut stream = attackers.connect().await?;
        stream.write_all(b"POST /graphql HTTP/1.1\r\nhost: accord\r\nx-slow: ").await?;
        slowly(stream).await
    });
}

fn slow_bodies(attackers: &Arc<Attackers>, attack: &mut JoinSet<()>) {
    attackers.connect_again(attack, SLOW, |attackers: Arc<Attackers>, number| async move {
        let mut stream = attackers.connect().await?;
        let head = format!(
            "POST /graphql HTTP/1.1\r\nhost: accord\r\nauthorization: Bearer {}\r\n\
             content-type: application/json\r\ncontent-length: 4000000\r\n\r\n",
            attackers.anybody(number)
        );
        stream.write_all(head.as_bytes()).await?;
        slowly(stream).await
    });
}

fn silent_sockets(attackers: &Arc<Attackers>, attack: &mut JoinSet<()>) {
    attackers.connect_again(attack, SILENT, |attackers: Arc<Attackers>, _| async move {
        let mut socket = wire::unnamed_websocket(&attackers.url, ATTACKERS).await?;
        attackers.tally.answered();
        while let Some(Ok(_)) = socket.next().await {}
        Ok(())
    });
}

fn socket_flood(attackers: &Arc<Attackers>, attack: &mut JoinSet<()>) {
    attackers.connect_again(attack, 1, |attackers: Arc<Attackers>, number| async move {
        let socket = wire::websocket(&attackers.url, ATTACKERS, attackers.post(number)).await?;
        let (mut sink, mut stream) = socket.split();
        let write = async {
            for id in 0_u64.. {
                sink.feed(wire::subscribe(&id.to_string(), "{x")).await?;
            }
            anyhow::Ok(())
        };
        let read = async {
            while let Some(message) = stream.next().await {
                attackers.take(&message?);
            }
            anyhow::Ok(())
        };
        select! { done = write => done, done = read => done }
    });
}

fn seats(attackers: &Arc<Attackers>, attack: &mut JoinSet<()>) {
    attackers.connect_again(attack, 200, |attackers: Arc<Attackers>, number| async move {
        let borrowed = &attackers.scene.borrowed;
        let token = &borrowed[number % borrowed.len()];
        let mut socket = wire::websocket(&attackers.url, ATTACKERS, token).await?;
        attackers.tally.answered();
        while let Some(Ok(_)) = socket.next().await {}
        Ok(())
    });
}

fn fields(attackers: &Arc<Attackers>, attack: &mut JoinSet<()>) {
    attackers.ask_again(attack, SENDERS, Attackers::anybody, &text::fields());
}

fn comments(attackers: &Arc<Attackers>, attack: &mut JoinSet<()>) {
    attackers.ask_again(attack, SENDERS, Attackers::anybody, &text::comments());
}

fn objects(attackers: &Arc<Attackers>, attack: &mut JoinSet<()>) {
    attackers.ask_again(attack, SENDERS, Attackers::anybody, &text::objects());
}

fn lists(attackers: &Arc<Attackers>, attack: &mut JoinSet<()>) {
    attackers.ask_again(attack, HEAVY_SENDERS, Attackers::anybody, &text::lists());
}

fn nested(attackers: &Arc<Attackers>, attack: &mut JoinSet<()>) {
    attackers.ask_again(attack, HEAVY_SENDERS, Attackers::anybody, &text::nested());
}

fn variables(attackers: &Arc<Attackers>, attack: &mut JoinSet<()>) {
    attackers.ask_again(attack, HEAVY_SENDERS, Attackers::anybody, &text::variables());
}

fn all_changes(attackers: &Attackers) -> String {
    let head = &attackers.scene.head;
    format!("{{ changes(from: {{ position: \"0\" }}, to: {{ position: {head} }}) {{ totalCount }} }}")
}

fn changes(attackers: &Arc<Attackers>, attack: &mut JoinSet<()>) {
    attackers.ask_again(attack, SENDERS, Attackers::post, &question(&all_changes(attackers)));
}

const SEARCH: &str = "search(text: \"t\", first: 1) { totalCount }";

fn searches(attackers: &Arc<Attackers>, attack: &mut JoinSet<()>) {
    attackers.ask_as_much(attack, (SENDERS, Attackers::anybody), 50, |times| aliased(times, SEARCH));
}

fn event_counts(attackers: &Arc<Attackers>, attack: &mut JoinSet<()>) {
    let counts = |times| aliased(times, "events(first: 1) { totalCount }");
    attackers.ask_as_much(attack, (SENDERS, Attackers::anybody), 50, counts);
}

fn past_searches(attackers: &Arc<Attackers>, attack: &mut JoinSet<()>) {
    attackers.ask_as_much(attack, (SENDERS, Attackers::post), 50, |times| {
        let past =
            |number| format!("a{number}: asOf(at: {{ position: \"{}\" }}) {{ {SEARCH} }}", 300 + number);
        format!("{{ {} }}", (0..times).map(past).collect::<Vec<_>>().join(" "))
    });
}

fn contents(attackers: &Arc<Attackers>, attack: &mut JoinSet<()>) {
    let content = |times| aliased_of(GREAT, times, "plan { canonicalContent }");
    attackers.ask_as_much(attack, (SENDERS, Attackers::post), 9, content);
}

const LAYOUT: &str = "plan { schedule { length } conflicts { kind } }";

fn schedules(attackers: &Arc<Attackers>, attack: &mut JoinSet<()>) {
    attackers.ask_as_much(attack, (SENDERS, Attackers::post), 9, |times| aliased_of(GREAT, times, LAYOUT));
}

fn subscriptions(attackers: &Arc<Attackers>, attack: &mut JoinSet<()>) {
    attackers.connect_again(attack, SOCKETS, |attackers: Arc<Attackers>, number| async move {
        let mut socket = wire::websocket(&attackers.url, ATTACKERS, attackers.post(number)).await?;
        let great = &attackers.scene.great;
        let query = format!(
            "subscription {{ operationChanged(id: {great}, after: \"0\") {{ schedule {{ length }} conflicts {{ kind }} }} }}"
        );
        for id in 0..SUBSCRIPTIONS {
            socket.send(wire::subscribe(&id.to_string(), &query)).await?;
        }
        while let Some(message) = socket.next().await {
            attackers.take(&message?);
        }
        Ok(())
    });
    let attackers = Arc::clone(attackers);
    attack.spawn(async move {
        let http = Attackers::http();
        loop {
            let revise = revision(GREAT, 0, &format!("Change {}", attackers.serial()));
            let request = attackers.body(&http, attackers.post(0), revise.body().to_string());
            let Ok(request) = request else { return };
            attackers.ask(&http, request).await;
            sleep(CHANGE_EVERY).await;
        }
    });
}

fn large_commands(attackers: &Arc<Attackers>, attack: &mut JoinSet<()>) {
    attackers.command_again(attack, LONG.len(), |sender, _| {
        let operation = LONG[sender];
        let reason = json!({ "operation": operation, "reason": "Again." });
        vec![
            Mutation::new("submitPlan", json!({ "operation": operation })),
            Mutation::new("recallPlan", reason.clone()),
            Mutation::new("openAmendment", reason),
        ]
    });
}

fn imports(attackers: &Arc<Attackers>, attack: &mut JoinSet<()>) {
    attackers.command_again(attack, 2, |_, serial| vec![import(AGAIN, &format!("Import {serial}"))]);
}

fn small_commands(attackers: &Arc<Attackers>, attack: &mut JoinSet<()>) {
    let senders = FLOOD * attackers.scene.posts.len();
    attackers.command_again(attack, senders, |sender, serial| {
        vec![revision(BUSY, sender % 8, &format!("Flood {serial}"))]
    });
}

fn calendars(attackers: &Arc<Attackers>, attack: &mut JoinSet<()>) {
    attackers.fetch_again(attack, SENDERS, "/calendar/operation/GREAT.ics");
}

fn orders(attackers: &Arc<Attackers>, attack: &mut JoinSet<()>) {
    attackers.ask_as_much(attack, (SENDERS, Attackers::post), 1_000, |tasks| {
        format!(
            "{{ operation(code: \"{GREAT}\") {{ plan {{ contentHash view {{ heading text }}
               tasks(first: {tasks}) {{ nodes {{ code title duration predecessors {{ code }} }} }}
               synchronisationMatrix {{ cells {{ tasks {{ code }} }} }} schedule {{ length }} }} }} }}"
        )
    });
}

fn hang_ups(attackers: &Arc<Attackers>, attack: &mut JoinSet<()>) {
    let dear = [
        question(&all_changes(attackers)),
        question(&aliased(20, SEARCH)),
        question(&aliased_of(GREAT, 3, LAYOUT)),
        text::comments(),
    ];
    attackers.hang_up_again(attack, SENDERS, &dear);
}

fn everything(attackers: &Arc<Attackers>, attack: &mut JoinSet<()>) {
    for other in ATTACKS.iter().filter(|other| other.name != "everything") {
        (other.start)(attackers, attack);
    }
}

/// Says nothing more.
async fn until_cut(mut stream: TcpStream) -> Result<()> {
    let mut said = [0; 1_024];
    while stream.read(&mut said).await.context("a connection broke")? > 0 {}
    Ok(())
}

/// Says a letter now and then, until it is told anything.
async fn slowly(stream: TcpStream) -> Result<()> {
    let (mut read, mut write) = stream.into_split();
    let mut said = [0; 1_024];
    loop {
        select! {
            told = read.read(&mut said) => {
                told.context("a connection broke")?;
                bail!("the server has answered");
            }
            () = sleep(SLOWLY) => write.write_all(b"a").await.context("a connection broke")?,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn attacks_are_told_apart_and_each_has_a_sentence() {
        let names: BTreeSet<_> = ATTACKS.iter().map(|attack| attack.name).collect();
        assert_eq!(names.len(), ATTACKS.len());
        assert!(ATTACKS.iter().all(|attack| attack.what.ends_with('.')));
    }
}
