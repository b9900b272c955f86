//! The command line of the experiments. `cargo xtask torture` builds what they need and calls this.

use anyhow::{Context as _, Result};
use clap::Parser;
use std::{
    io::{Write as _, stdout},
    path::PathBuf,
    process::ExitCode,
};
use torture::{
    experiments::{self, Experiment, NotPermitted, Settings},
    report::Row,
};

/// Try to break Accord, and see whether its promises hold.
#[derive(Debug, Parser)]
#[command(name = "cargo xtask torture", bin_name = "cargo xtask torture")]
struct Arguments {
    /// Which; `all` for each in turn.
    #[arg(value_parser = chosen)]
    experiment: Chosen,
    /// Few faults each, so that all take a minute or two.
    #[arg(long)]
    short: bool,
    /// How many faults, instead of the usual number.
    #[arg(long)]
    count: Option<usize>,
    /// Of everything that is chosen at random.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// A line of JSON for each experiment.
    #[arg(long)]
    json: bool,
    /// The program under test.
    #[arg(long, value_name = "PATH", hide = true)]
    accord: PathBuf,
}

#[derive(Clone, Debug)]
enum Chosen {
    All,
    One(Experiment),
}

fn chosen(text: &str) -> Result<Chosen, String> {
    if text == "all" {
        return Ok(Chosen::All);
    }
    <Experiment as clap::ValueEnum>::from_str(text, false).map(Chosen::One).map_err(|_| {
        let names: Vec<&str> = Experiment::ALL.iter().map(|experiment| experiment.name()).collect();
        format!("there is `all`, and {}", names.join(", "))
    })
}

#[tokio::main]
async fn main() -> ExitCode {
    match run(Arguments::parse()).await {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("torture: {error:#}");
            ExitCode::FAILURE
        }
    }
}

/// Whether every promise held.
async fn run(arguments: Arguments) -> Result<bool> {
    let Arguments { experiment, short, count, seed, json, accord } = arguments;
    let chosen = match experiment {
        Chosen::All => Experiment::ALL.to_vec(),
        Chosen::One(experiment) => vec![experiment],
    };
    let settings = Settings { accord, short, count, seed };
    if !json {
        say(&Row::heading())?;
    }
    let mut held = true;
    let all = chosen.len() > 1;
    for experiment in chosen {
        match experiments::run(experiment, &settings).await {
            Ok(row) => {
                held &= row.holds();
                say(&if json { serde_json::to_string(&row)? } else { row.text() })?;
            }
            Err(error) if all && error.is::<NotPermitted>() => {
                let name = experiment.name();
                say(&if json {
                    serde_json::json!({ "experiment": name, "notRun": error.to_string() }).to_string()
                } else {
                    format!("{name:<12} not run: {error}")
                })?;
            }
            // The others may tell more.
            Err(error) => {
                held = false;
                eprintln!("{} could not be carried out: {error:#}", experiment.name());
            }
        }
    }
    Ok(held)
}

fn say(line: &str) -> Result<()> {
    writeln!(stdout(), "{line}").context("could not write to standard output")
}
