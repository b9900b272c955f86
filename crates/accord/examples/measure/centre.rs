//! What a centre does all day: clocks that run, and contributions that add up.

use crate::{
    ROUNDS,
    bench::{Bench, question},
    data::{draft, for_each, planner, send},
    good,
    row::{quantile, ratio, row},
};
use anyhow::Result;
use chrono::TimeDelta;
use domain::{
    Command, Money, Priority, Rate,
    contribution::{ContributionCommand, ContributionKind, NewPledge, Offer, Pledge},
    release::Release,
    request::{Channel, NewRequest, RequestCommand, RequestKind},
};
use engine::Engine;
use serde_json::json;
use std::time::Instant;

const OPERATION: &str = "CENTRE";

/// Requests that are open, each with a clock of its own.
const CLOCKS: usize = 10_000;

/// Looks of a round for clocks that fell due.
const LOOKS: usize = 50;

const CONTRIBUTIONS: usize = 10_000;

/// Pledges of a list.
const LIST: usize = 1_000;

const CURRENCIES: [&str; 4] = ["THB", "CNY", "USD", "EUR"];

/// What clocks cost while nothing falls due: a node's look for those that do, and commands elsewhere.
pub async fn clocks(bench: &Bench) -> Result<()> {
    let engine = &bench.data.engine;
    draft(engine, good(OPERATION)).await?;
    let (look, commands) = while_open(bench, 0).await?;
    for_each(CLOCKS, |number| ask(engine.clone(), number)).await?;
    let (look_then, commands_then) = while_open(bench, CLOCKS).await?;
    let of = json!({ "clocks": CLOCKS });
    ratio("a look for clocks that fell due: time", &of, "with no clocks", look_then / look);
    ratio("commands, spread, while clocks run", &of, "with no clocks", commands_then / commands);
    Ok(())
}

/// Milliseconds of a look, and commands a second.
async fn while_open(bench: &Bench, clocks: usize) -> Result<(f64, f64)> {
    let (mut looks, mut commands) = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        let mut each = Vec::new();
        for _ in 0..LOOKS {
            let begun = Instant::now();
            bench.data.engine.tell_due().await?;
            each.push(begun.elapsed().as_secs_f64() * 1_000.0);
        }
        each.sort_by(f64::total_cmp);
        looks.push(quantile(&each, 0.5));
        commands.push(bench.data.rate(64, 10_000, bench.data.operations.len()).await?);
    }
    let of = json!({ "clocks": clocks });
    let looks = row("a look for clocks that fell due", &of, "ms", looks);
    Ok((looks, row("commands, spread, while clocks run", &of, "1/s", commands)))
}

/// A request that is due in a year.
async fn ask(engine: Engine, number: usize) -> Result<()> {
    let ask = NewRequest {
        kind: RequestKind::Rfi,
        channel: Channel::Police,
        priority: Priority::P3,
        to: good("CHN"),
        incident: None,
        text: good("Who are the owners of these accounts?"),
        due: Some((engine.clock().now() + TimeDelta::days(365)).fixed_offset()),
        release: Release::default(),
    };
    let request = good(&format!("R{number:05}"));
    let issue = RequestCommand::Issue { operation: good(OPERATION), request, ask: Box::new(ask) };
    send(&engine, planner(), Command::Request(issue)).await?;
    Ok(())
}

/// What very many contributions add up to, in several currencies.
pub async fn totals(bench: &Bench) -> Result<()> {
    let engine = &bench.data.engine;
    let numbers: Vec<_> = (0..CONTRIBUTIONS).collect();
    for list in numbers.chunks(LIST) {
        let pledges = list.iter().map(|number| pledged(*number)).collect();
        let pledge = ContributionCommand::PledgeMany { operation: good(OPERATION), pledges };
        send(engine, planner(), Command::Contribution(pledge)).await?;
    }
    for_each(CONTRIBUTIONS, |number| accept(engine.clone(), number)).await?;
    let of = json!({ "contributions": CONTRIBUTIONS });
    let mut figures = Vec::new();
    for _ in 0..ROUNDS {
        let asked = bench.ask(1, 20, |_| {
            let query = "query ($code: String!) { operation(code: $code) { contributionTotals(by: KIND) { total { \
                cash { currency accepted { amount } } cashReported { accepted { amount } } } reportingCurrency } } }";
            question(query, &json!({ "code": OPERATION }))
        });
        figures.push(quantile(&asked(0).await?.latencies, 0.5));
    }
    row("totals over 10,000 contributions", &of, "ms", figures);
    Ok(())
}

fn currency(number: usize) -> &'static str {
    CURRENCIES[number % CURRENCIES.len()]
}

fn pledged(number: usize) -> NewPledge {
    let minor_units = i64::try_from(number * 100 + 99).unwrap_or(i64::MAX);
    let pledge = Pledge {
        kind: ContributionKind::Budget,
        title: None,
        offer: Offer::Cash { amount: Money { minor_units, currency: good(currency(number)) } },
    };
    NewPledge { code: good(&format!("K{number:05}")), pledge, release: None }
}

async fn accept(engine: Engine, number: usize) -> Result<()> {
    let rate = Rate {
        currency: good(currency(number)),
        per_unit: good("4.80"),
        to: good("THB"),
        date: engine.clock().now().date_naive(),
        source: good("Bank of Thailand"),
    };
    let rates = if number.is_multiple_of(CURRENCIES.len()) { Vec::new() } else { vec![rate] };
    let contribution = good(&format!("K{number:05}"));
    let accept = ContributionCommand::Accept { operation: good(OPERATION), contribution, rates };
    send(&engine, planner(), Command::Contribution(accept)).await?;
    Ok(())
}
