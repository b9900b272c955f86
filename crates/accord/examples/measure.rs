//! What `cargo xtask bench` runs: this machine's own rate of single-row inserts, then Accord's of commands, side by side;
//! then the time of a query now and as of random past positions.
//!
//! Arguments: the address of an empty database, and the program pgbench with its connection options. One JSON line a row.

use accord::{
    api::{documents::Documents, rates::Allowance},
    database,
    keys::Keys,
    server::{self, Limits, LiveSettings, ServerSettings},
};
use anyhow::{Context as _, Result, bail};
use chrono::TimeDelta;
use domain::{
    Actor, Command, OperationCode, Role,
    coalition::CoalitionCommand,
    ids::OfficerId,
    operation::{Classification, OperationCommand},
    partner::{PartnerCommand, PartnerRole, Profile},
    plan::{Phase, PlanCommand, PlannedTask, Sections, TaskRevision},
    post::PostCommand,
    release::HandlingCode,
};
use engine::{Clock, Engine, Entropy, Request};
use rand::{Rng, SeedableRng, rngs::StdRng};
use serde_json::json;
use sqlx::postgres::PgConnectOptions;
use std::{
    env,
    io::Write,
    net::Ipv4Addr,
    process::{self, Stdio},
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Instant,
};
use tokio::task::JoinSet;
use uuid::Uuid;

/// Medians are of so many rounds.
const ROUNDS: usize = 3;

const OPERATIONS: usize = 1_000;
const TASKS: usize = 20;

/// Commands of a round, by callers.
const COMMANDS: [(usize, usize); 3] = [(1, 2_000), (8, 8_000), (64, 20_000)];

const QUERIES: usize = 300;

const QUERY: &str = "operation(code: $code) { title tasks(first: 20) { edges { node {
    code title leadPartner { code } assignments { post { code title holder { officer } } }
} } } }";

fn good<T: std::str::FromStr<Err: std::fmt::Debug>>(text: &str) -> T {
    text.parse().expect("a text of this program")
}

fn row(name: &str, callers: usize, unit: &str, mut figures: Vec<f64>) -> f64 {
    figures.sort_by(f64::total_cmp);
    let median = figures[figures.len() / 2];
    let (least, most) = (figures[0], figures[figures.len() - 1]);
    let row = json!({
        "name": name, "callers": callers, "unit": unit, "median": median, "min": least, "max": most,
        "runs": figures.len(),
    });
    println!("{row}");
    // In a pipe rows are to be seen as they come.
    let _ = std::io::stdout().flush();
    median
}

// Nothing else runs while pgbench does.
#[tokio::main]
async fn main() -> Result<()> {
    let mut arguments = env::args().skip(1);
    let url = arguments.next().context("name the database")?;
    let pgbench: Vec<String> = arguments.collect();
    if pgbench.is_empty() {
        bail!("name pgbench and its options");
    }
    let options: PgConnectOptions = url.parse()?;
    let pool = database::prepare(options).await?;
    let keys = Keys::generate([good("THA")])?;
    let settings = ServerSettings {
        listen: (Ipv4Addr::LOCALHOST, 0).into(),
        clock: Clock::System,
        entropy: Entropy::system(),
        issuers: keys.issuers()?,
        explorer: None,
        live: LiveSettings::default(),
        // What is measured is the server, not what it allows one caller.
        limits: Limits { allowance: Allowance::NONE, ..Limits::default() },
        documents: Documents::default(),
        metrics_listen: None,
    };
    let running = server::start(pool, settings).await?;
    let engine = running.engine.clone();
    let operations = Arc::new(found(&engine).await?);

    let kept = Arc::new(AtomicUsize::new(0));
    for (callers, commands) in COMMANDS {
        let (mut inserts, mut spread, mut hot) = (Vec::new(), Vec::new(), Vec::new());
        for _ in 0..ROUNDS {
            inserts.push(single_row_inserts(&pgbench, callers)?);
            spread.push(rate(&engine, &operations, &kept, callers, commands, OPERATIONS).await?);
            hot.push(rate(&engine, &operations, &kept, callers, commands, 1).await?);
        }
        let machine = row("pgbench single-row insert", callers, "1/s", inserts);
        for (name, figures) in [("commands, spread", spread), ("commands, one operation", hot)] {
            let median = row(name, callers, "1/s", figures);
            println!("{}", json!({ "name": name, "callers": callers, "ratio_to_pgbench": median / machine }));
        }
    }
    let token = keys.token(&planner(), engine.clock().now() + TimeDelta::hours(1))?;
    queries(&running.url, &token, engine.position().0).await?;
    running.stop().await
}

fn admin() -> Actor {
    Actor::Service { name: "bench".to_owned(), roles: [Role::Admin].into() }
}

fn planner() -> Actor {
    let roles = [Role::Planner, Role::Commander].into();
    Actor::Post { post: good("THA-01"), partner: good("THA"), roles }
}

async fn send(engine: &Engine, actor: Actor, command: Command) -> Result<()> {
    let request = Request { command, actor, idempotency_key: None, occurred_at: None, late_reason: None };
    engine.execute(request).await.map(drop).map_err(|error| anyhow::anyhow!("{error:?}"))
}

/// A host with a planner in post, and operations with a draft of 20 tasks each.
async fn found(engine: &Engine) -> Result<Vec<OperationCode>> {
    let title = good("Bench");
    send(engine, admin(), Command::Coalition(CoalitionCommand::DeclareExercise { title })).await?;
    let profile = Profile { name: good("THA"), agency: good("Police"), time_zone: None, currency: None };
    let founding = Some((profile, PartnerRole::Host));
    send(engine, admin(), Command::Partner(PartnerCommand::Accede { partner: good("THA"), founding }))
        .await?;
    for command in [
        PostCommand::Establish {
            post: good("THA-01"),
            partner: good("THA"),
            title: good("Planner"),
            liaison: true,
        },
        PostCommand::Nominate { post: good("THA-01"), officer: OfficerId(Uuid::from_u128(1)) },
        PostCommand::AcceptNomination { post: good("THA-01") },
        PostCommand::TakePost { post: good("THA-01") },
    ] {
        send(engine, admin(), Command::Post(command)).await?;
    }
    let codes: Vec<OperationCode> = (0..OPERATIONS).map(|number| good(&format!("OP{number}"))).collect();
    let mut founding = JoinSet::new();
    for chunk in codes.chunks(OPERATIONS / 50) {
        let (engine, chunk) = (engine.clone(), chunk.to_vec());
        founding.spawn(async move {
            for operation in chunk {
                draft(&engine, operation).await?;
            }
            anyhow::Ok(())
        });
    }
    while let Some(done) = founding.join_next().await {
        done??;
    }
    Ok(codes)
}

async fn draft(engine: &Engine, operation: OperationCode) -> Result<()> {
    let initiate = OperationCommand::Initiate {
        operation: operation.clone(),
        title: good("Operation of the bench"),
        lead: good("THA"),
        classification: Classification::Restricted,
        handling: HandlingCode::default(),
        releasable_to: [].into(),
    };
    send(engine, planner(), Command::Operation(initiate)).await?;
    let phases = vec![Phase { code: good("P1"), name: good("Action"), gate: None }];
    let sections = Box::new(Sections { phases, ..Sections::default() });
    send(engine, planner(), Command::Plan(PlanCommand::Draft { operation: operation.clone(), sections }))
        .await?;
    for number in 0..TASKS {
        let task = Box::new(PlannedTask {
            code: good(&format!("T{number:02}")),
            title: good("Secure the site and count the persons who are held there"),
            phase: good("P1"),
            line_of_effort: None,
            lead: good("THA"),
            territory: good("THA"),
            post: Some(good("THA-01")),
            start_offset: good("PT0H"),
            duration: good("PT12H"),
            predecessors: [].into(),
        });
        let add = PlanCommand::AddTask { operation: operation.clone(), task };
        send(engine, planner(), Command::Plan(add)).await?;
    }
    Ok(())
}

/// Commands per second, each decided, durable and projected when it is answered.
async fn rate(
    engine: &Engine,
    operations: &Arc<Vec<OperationCode>>,
    kept: &Arc<AtomicUsize>,
    callers: usize,
    commands: usize,
    spread: usize,
) -> Result<f64> {
    let begun = Instant::now();
    let mut calling = JoinSet::new();
    for _ in 0..callers {
        let (engine, operations, kept) = (engine.clone(), Arc::clone(operations), Arc::clone(kept));
        calling.spawn(async move {
            for _ in 0..commands / callers {
                // A title that is new each time, or nothing would change.
                let number = kept.fetch_add(1, Ordering::Relaxed);
                let revision = TaskRevision {
                    title: Some(good(&format!("Secure the site and count the persons held, {number}"))),
                    ..TaskRevision::default()
                };
                let revise = PlanCommand::ReviseTask {
                    operation: operations[number % spread].clone(),
                    task: good(&format!("T{:02}", number / spread % TASKS)),
                    revision: Box::new(revision),
                };
                send(&engine, planner(), Command::Plan(revise)).await?;
            }
            anyhow::Ok(())
        });
    }
    while let Some(done) = calling.join_next().await {
        done??;
    }
    #[expect(clippy::cast_precision_loss, reason = "far fewer than 2^52 commands")]
    Ok(commands as f64 / begun.elapsed().as_secs_f64())
}

/// What the same Postgres does of single-row inserts of the same size, without any order.
fn single_row_inserts(pgbench: &[String], clients: usize) -> Result<f64> {
    let (program, options) = pgbench.split_first().context("name pgbench")?;
    let mut command = process::Command::new(program);
    command.args(options).args(["--no-vacuum", "--time=5", "--protocol=prepared"]);
    command.arg(format!("--client={clients}")).arg(format!("--jobs={}", clients.min(2)));
    let output = command.stdin(Stdio::null()).output().context("could not run pgbench")?;
    let said = String::from_utf8_lossy(&output.stdout);
    let tps =
        said.lines().find_map(|line| line.strip_prefix("tps = ")?.split_whitespace().next()?.parse().ok());
    tps.with_context(|| format!("pgbench gave no rate: {}", String::from_utf8_lossy(&output.stderr)))
}

/// Milliseconds over HTTP of one operation with its 20 tasks, now and as of random past positions.
async fn queries(url: &str, token: &str, newest: i64) -> Result<()> {
    let client = reqwest::Client::new();
    let mut random = StdRng::seed_from_u64(1);
    for (name, past) in [("query now", false), ("query as of a random past position", true)] {
        let mut figures = Vec::new();
        for _ in 0..QUERIES {
            let at = random.random_range(newest / 2..newest);
            let code = format!("OP{}", random.random_range(0..OPERATIONS));
            let query = if past {
                format!("query ($code: String!) {{ asOf(at: {{ position: \"{at}\" }}) {{ {QUERY} }} }}")
            } else {
                format!("query ($code: String!) {{ {QUERY} }}")
            };
            let request = client.post(format!("{url}/graphql")).bearer_auth(token);
            let request = request.json(&json!({ "query": query, "variables": { "code": code } }));
            let begun = Instant::now();
            let answer: serde_json::Value = request.send().await?.json().await?;
            figures.push(begun.elapsed().as_secs_f64() * 1_000.0);
            if answer.get("errors").is_some() {
                bail!("{answer}");
            }
        }
        row(name, 1, "ms", figures);
    }
    Ok(())
}
