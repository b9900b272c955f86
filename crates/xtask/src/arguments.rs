//! What `cargo xtask` can be asked for.

use clap::{Parser, Subcommand};

#[derive(Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask", about = "Developer tasks of Accord")]
pub struct Arguments {
    #[command(subcommand)]
    pub task: Task,
}

#[derive(Subcommand)]
pub enum Task {
    /// Build Accord and serve it with the exercise SAPHAN loaded; stop it with Ctrl-C
    Demo {
        /// Passed to `accord demo`
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        arguments: Vec<String>,
    },
    /// Check everything that CI checks, on a PostgreSQL of its own
    Test,
    /// Check what changes most: formatting, pages, lints and tests
    Check,
    /// Check what people read: links, commands, tables, and that what a page tells to run does run
    Pages,
    /// Measure Accord next to this machine's own limits; `--json` for programs
    Bench {
        /// `--json`; `--events 200000` for a log that grows less
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        arguments: Vec<String>,
    },
    /// Try to break Accord: kill, stop, starve and deceive it, and see whether its promises hold
    Torture {
        /// `all` or an experiment, `--short`, `--count N`, `--seed S`, `--json`; `--help` tells them all
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        arguments: Vec<String>,
    },
    /// Send random requests to a demo; with `--load`, attack it as one partner and time what another waits
    Attack {
        /// `--load`, and then `--seconds N`, `--only NAME`, `--json`; `--load --help` tells them all
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        arguments: Vec<String>,
    },
    /// Build Accord as it is released, and pack it with its licences, its documentation and what installs it
    Package,
    /// Write schema/ anew from the code, and the table of who may send what in docs/tokens.md
    Schema,
    /// Keep today's schema/ as what later ones must not break; just before a version is tagged
    ReleaseSchema,
    /// Write .sqlx/ anew, so that the queries are checked where there is no database
    Sqlx,
}
