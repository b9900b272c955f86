//! The command line: a file for each subcommand, and what they share.

mod contributions;
mod demo;
mod doctor;
mod export;
mod import;
mod metrics;
mod migrate;
mod plan;
mod reasons;
mod rebuild;
mod replay;
mod report;
mod review;
mod schema;
mod sending;
mod serve;
mod serving;
mod sitrep;
mod token;
mod verify;

use crate::{logging::Logging, output::Output, version};
use anyhow::Result;
use clap::{
    ArgMatches, CommandFactory as _, FromArgMatches as _, Parser, Subcommand, builder::FalseyValueParser,
};
use std::{process::ExitCode, thread::available_parallelism};
use tokio::runtime;

/// An event-sourced joint operations planner.
#[derive(Debug, Parser)]
#[command(name = "accord", version = version::text(), propagate_version = true, arg_required_else_help = true)]
struct Arguments {
    /// Answer in JSON on standard output, for programs.
    #[arg(long, global = true, env = "ACCORD_JSON", value_parser = FalseyValueParser::new())]
    json: bool,
    #[command(flatten)]
    logging: Logging,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Serve(serve::Serve),
    Demo(demo::Demo),
    Migrate(migrate::Migrate),
    Import(import::Import),
    Export(export::Export),
    Verify(verify::Verify),
    Rebuild(rebuild::Rebuild),
    Plan(plan::Plan),
    Report(report::Report),
    Replay(replay::Replay),
    Contributions(contributions::Contributions),
    Sitrep(sitrep::Sitrep),
    Metrics(metrics::Metrics),
    Review(review::Review),
    Token(token::Token),
    Schema(schema::Schema),
    Doctor(doctor::Doctor),
}

/// So many, that whatever computes for long (a layout, JSON of megabytes) shares the processors with other requests by
/// the operating system's turns, and keeps none of them waiting to its end.
const THREADS_OF_PROCESSOR: usize = 8;

/// Runs what the command line says. Exits with 0 when it was done, 1 when it failed, 2 when it was not
/// understood.
///
/// # Panics
/// When the machine has no threads for it.
// No `async` for the binary to wait for: whoever waits for a future compiles it anew.
pub fn run() -> ExitCode {
    runtime::Builder::new_multi_thread()
        .worker_threads(THREADS_OF_PROCESSOR * available_parallelism().map_or(1, usize::from))
        .enable_all()
        .build()
        .expect("threads can be started")
        .block_on(carry_out())
}

async fn carry_out() -> ExitCode {
    let matches = Arguments::command().get_matches();
    let arguments = Arguments::from_arg_matches(&matches).unwrap_or_else(|error| error.exit());
    match arguments.run(&matches).await {
        Ok(code) => code,
        Err(error) => {
            if arguments.json {
                eprintln!("{}", serde_json::json!({ "error": format!("{error:#}") }));
            } else {
                eprintln!("accord: {error:#}");
            }
            ExitCode::FAILURE
        }
    }
}

impl Arguments {
    async fn run(&self, matches: &ArgMatches) -> Result<ExitCode> {
        // What Postgres remarks about things that exist already interests nobody.
        let _traces = self.logging.begin(match self.command {
            Command::Serve(_) | Command::Demo(_) => "info,sqlx::postgres::notice=warn",
            _ => "warn",
        })?;
        let output = if self.json { Output::Programs } else { Output::People };
        match &self.command {
            Command::Serve(serve) => serve.run(output).await,
            // Too large to lie in the other futures.
            Command::Demo(demo) => Box::pin(demo.run(output)).await,
            Command::Migrate(migrate) => migrate.run(output).await,
            Command::Import(import) => import.run(output).await,
            Command::Export(export) => {
                let typed = matches.subcommand_matches("export").unwrap_or(matches);
                export.run(output, typed).await
            }
            Command::Verify(verify) => verify.run(output).await,
            Command::Rebuild(rebuild) => rebuild.run(output).await,
            Command::Plan(plan) => plan.run(output).await,
            Command::Report(report) => report.run(output).await,
            Command::Replay(replay) => replay.run(output).await,
            Command::Contributions(contributions) => contributions.run(output).await,
            Command::Sitrep(sitrep) => sitrep.run(output).await,
            Command::Metrics(metrics) => metrics.run(output).await,
            Command::Review(review) => review.run(output).await,
            Command::Token(token) => token.run(output),
            Command::Schema(schema) => schema.run(output),
            Command::Doctor(doctor) => doctor.run(output).await,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_line_is_well_formed() {
        Arguments::command().debug_assert();
    }

    #[test]
    fn the_version_names_commit_and_rules() {
        let told = Arguments::command().render_version();
        let (start, rules) =
            (concat!("accord ", env!("CARGO_PKG_VERSION"), " (commit "), domain::RULES_VERSION);
        assert!(told.starts_with(start), "{told}");
        assert!(told.ends_with(&format!(", rules version {rules})\n")), "{told}");
    }
}
