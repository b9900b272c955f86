//! The command line of the attacks. `cargo xtask attack --load` builds what they need and calls this.

use anyhow::{Context as _, Result};
use clap::Parser;
use std::{
    io::{Write as _, stdout},
    path::PathBuf,
    process::ExitCode,
    time::Duration,
};
use torture::attack::{ATTACKS, Attack, Field, Row, Settings};

/// Attack Accord with all that one partner has, and time what another partner asks and commands meanwhile.
///
/// Its end says only whether it could be measured: rows that are over the aim say so themselves.
#[derive(Debug, Parser)]
#[command(
    name = "cargo xtask attack --load",
    override_usage = "cargo xtask attack --load [OPTIONS]",
    after_help = attacks()
)]
struct Arguments {
    /// How long each attack lasts.
    #[arg(long, default_value_t = 30, value_parser = clap::value_parser!(u64).range(1..=3_600))]
    seconds: u64,
    /// Only this attack, beside the row without any; may be given several times.
    #[arg(long, value_name = "NAME", value_parser = named)]
    only: Vec<Attack>,
    /// A line of JSON for each row.
    #[arg(long)]
    json: bool,
    /// The program under test.
    #[arg(long, value_name = "PATH", hide = true)]
    accord: PathBuf,
    /// With the partners of both sides.
    #[arg(long, value_name = "FILE", hide = true)]
    scenario: PathBuf,
    /// Where Postgres keeps its data meanwhile.
    #[arg(long, value_name = "DIR", hide = true)]
    scratch: PathBuf,
}

fn attacks() -> String {
    let lines = ATTACKS.iter().map(|Attack { name, what, .. }| format!("  {name:<16} {what}\n"));
    format!("Attacks:\n{}", lines.collect::<String>())
}

fn named(text: &str) -> Result<Attack, String> {
    ATTACKS.iter().find(|attack| attack.name == text).copied().ok_or_else(|| {
        let names: Vec<_> = ATTACKS.iter().map(|attack| attack.name).collect();
        format!("there is {}", names.join(", "))
    })
}

#[tokio::main]
async fn main() -> ExitCode {
    match run(Arguments::parse()).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("attack: {error:#}");
            ExitCode::FAILURE
        }
    }
}

async fn run(arguments: Arguments) -> Result<()> {
    let Arguments { seconds, only, json, accord, scenario, scratch } = arguments;
    let attacks = if only.is_empty() { ATTACKS.to_vec() } else { only };
    let length = Duration::from_secs(seconds);
    let mut field = Field::prepare(Settings { accord, scenario, scratch, length }).await?;
    if !json {
        say(&Row::heading())?;
    }
    let show = |row: &Row| say(&if json { serde_json::to_string(row)? } else { row.text() });
    show(&field.control().await?)?;
    for attack in &attacks {
        let row = field.attack(attack).await;
        show(&row.with_context(|| format!("`{}` could not be measured", attack.name))?)?;
    }
    Ok(())
}

fn say(line: &str) -> Result<()> {
    let mut out = stdout();
    writeln!(out, "{line}").and_then(|()| out.flush()).context("could not write to standard output")
}
