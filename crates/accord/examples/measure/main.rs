//! What `cargo xtask bench` runs: this machine's own limits, then Accord, side by side and as ratios; on logs
//! of about ten thousand, a hundred thousand and a million events.

mod bench;
mod centre;
mod data;
mod execution;
mod load;
mod log;
mod machine;
mod program;
mod review;
mod row;
mod schedule;

use accord::{api::auth::Holder, keys::Keys};
use anyhow::Result;
use bench::Bench;
use clap::Parser;
use machine::Machine;
use program::Program;
use row::row;
use serde_json::Value;
use std::path::PathBuf;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Medians are of so many rounds.
const ROUNDS: usize = 3;

/// Tasks of one very large operation.
const LARGE: usize = 10_000;

#[derive(Parser)]
struct Arguments {
    /// Of an empty database, for a log of about ten thousand events
    #[arg(long)]
    small: String,
    /// Of another, for a hundred thousand and a million
    #[arg(long)]
    large: String,
    /// Of a third, with the table that the machine's own limits are measured on
    #[arg(long)]
    machine: String,
    #[arg(long)]
    script: String,
    #[arg(long)]
    pgbench: String,
    #[arg(long)]
    psql: String,
    /// Of a fourth, empty, for an operation from its first day to its review
    #[arg(long)]
    review: String,
    /// The scenario of that operation
    #[arg(long)]
    saphan: PathBuf,
    /// The server's program
    #[arg(long)]
    accord: PathBuf,
    /// Where the server may keep its keys
    #[arg(long)]
    scratch: PathBuf,
    /// How large the large log is to grow
    #[arg(long, default_value_t = 1_000_000)]
    events: i64,
    /// One JSON line a row
    #[arg(long)]
    json: bool,
    /// Only what large plans, a centre's days and a review cost: minutes instead of a quarter of an hour
    #[arg(long)]
    plans: bool,
}

/// Parses a code or a text of this program.
///
/// # Panics
/// When it is none.
pub fn good<T: std::str::FromStr<Err: std::fmt::Debug>>(text: &str) -> T {
    text.parse().expect("a text of this program")
}

#[tokio::main]
async fn main() -> Result<()> {
    let Arguments {
        small,
        large,
        machine: inserts,
        review: reviewed,
        saphan,
        script,
        pgbench,
        psql,
        accord,
        scratch,
        events,
        json,
        plans,
    } = Arguments::parse();
    if json {
        row::JSON.get_or_init(|| ());
    }
    let machine = Machine { pgbench, psql, url: inserts, script, scratch: scratch.clone() };
    let mut keys = Keys::open(&scratch.join("keys"))?;
    for partner in ["THA", data::ABROAD] {
        keys.ensure(&Holder::Partner(good(partner)))?;
    }
    let program = Program { accord, scratch, saphan };

    schedule::layouts();
    if plans {
        let bench = Bench::open(&small, &keys, 1).await?;
        schedule::import(&bench.data).await?;
        schedule::questions(&bench).await?;
        execution::reports(&bench).await?;
        execution::forecast(&bench, schedule::IMPORTED, &schedule::first()).await?;
        execution::sitreps(&bench, schedule::IMPORTED).await?;
        centre::clocks(&bench).await?;
        centre::totals(&bench).await?;
        review::long(&bench).await?;
        bench.running.stop().await?;
        return program.report(&reviewed, &keys).await;
    }
    let mut copied = Vec::new();
    for _ in 0..ROUNDS {
        copied.push(machine.copied_rows()?);
    }
    row("machine: rows of one copy", &Value::Null, "1/s", copied);

    // Ten thousand events.
    let bench = Bench::open(&small, &keys, 100).await?;
    bench.data.found_abroad(execution::ABROAD).await?;
    execution::agenda(&bench).await?;
    bench.at_size().await?;
    bench.data.found_large("LARGE", LARGE).await?;
    schedule::import(&bench.data).await?;
    schedule::questions(&bench).await?;
    execution::reports(&bench).await?;
    execution::forecast(&bench, schedule::IMPORTED, &schedule::first()).await?;
    execution::sitreps(&bench, schedule::IMPORTED).await?;
    centre::clocks(&bench).await?;
    centre::totals(&bench).await?;
    review::long(&bench).await?;
    bench.running.stop().await?;
    program.start_up("ten thousand", &small).await?;
    program.memory(&small, &keys).await?;
    program.report(&reviewed, &keys).await?;
    log::append(&machine, &small).await?;

    // A hundred thousand: what commands cost, next to what the machine does.
    let bench = Bench::open(&large, &keys, 1_000).await?;
    bench.data.found_abroad(execution::ABROAD).await?;
    execution::agenda(&bench).await?;
    bench.at_size().await?;
    bench.commands(&machine).await?;
    bench.running.stop().await?;

    // A million.
    let bench = Bench::reopen(&large, &keys, 1_000).await?;
    while bench.data.engine.position().0 < events {
        bench.data.rate(64, 64_000, 1_000).await?;
    }
    bench.at_size().await?;
    execution::agenda(&bench).await?;
    bench.mutations().await?;
    bench.changes(1_000).await?;
    bench.listeners().await?;
    bench.running.stop().await?;
    log::fold(&large).await?;
    program.start_up("a million", &large).await?;
    program.rebuild(&large).await
}
