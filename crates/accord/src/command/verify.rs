//! `accord verify`: the log against its own hashes, against receipts, and the read model against the log.

use std::process::ExitCode;

use anyhow::{Result, bail};
use clap::builder::FalseyValueParser;
use event_log::{Anchor, Log, Verification};
use serde_json::json;

use crate::{
    database::{self, Work},
    output::Output,
    progress::Progress,
    source::{Source, Use},
    values,
};

/// Check that nothing in the log was changed, removed or added by hand.
///
/// Only a receipt that somebody keeps elsewhere can show that the whole chain was not rewritten: give it as an anchor.
#[derive(Clone, Debug, clap::Args)]
pub struct Verify {
    /// Also compare every row of the read model with a fold of the log.
    #[arg(long, env = "ACCORD_VERIFY_READ_MODELS", value_parser = FalseyValueParser::new())]
    read_models: bool,
    /// A receipt: the log had this hash at the end of the commit that ends here. May be given several times.
    #[arg(
        long = "anchor",
        env = "ACCORD_ANCHORS",
        value_name = "POSITION:HASH",
        value_delimiter = ',',
        value_parser = values::anchor
    )]
    anchors: Vec<Anchor>,
    #[command(flatten)]
    source: Source,
}

impl Verify {
    pub async fn run(&self, output: Output) -> Result<ExitCode> {
        let database = self.source.open("", Use::Existing).await?;
        let lacking = database::lacking(&database.options).await?;
        if !lacking.is_empty() {
            bail!(
                "there is nothing to verify: the database lacks {}. Run `accord migrate`",
                lacking.join(", ")
            );
        }
        let pool = database::serving_pool(&database.options, Work::Maintenance).await?;
        let progress = Progress::new("Verifying");
        let verification = Log::new(pool.clone())
            .verify(&self.anchors, |done, total| progress.show_position(done, total))
            .await?;
        drop(progress);
        let sound = match verification {
            Verification::Sound { head } => {
                let hash = domain::Sha256(head.hash);
                let text = format!("The log is sound up to position {}, hash {hash}.", head.position);
                output.say(&text, &json!({ "sound": true, "position": head.position, "hash": hash }))?;
                true
            }
            Verification::Broken { position, finding } => {
                let text = format!(
                    "The log is not sound from position {position} on: {finding}.\nKeep this database as it is, and \
                     restore a backup elsewhere to compare."
                );
                output.say(&text, &json!({ "sound": false, "position": position, "finding": finding }))?;
                false
            }
        };
        let same = if self.read_models && sound {
            let progress = Progress::new("Folding");
            let differences = engine::check_read_models(&pool, None, |done, total| {
                progress.show_position(done.0, total.0);
            })
            .await?;
            drop(progress);
            let text = if differences.is_empty() {
                "The read model is what the log says.".to_owned()
            } else {
                format!("{}\nRun `accord rebuild`.", differences.join("\n"))
            };
            output.say(&text, &json!({ "readModel": { "differences": differences } }))?;
            differences.is_empty()
        } else {
            true
        };
        drop(pool);
        database.close().await?;
        Ok(if sound && same { ExitCode::SUCCESS } else { ExitCode::FAILURE })
    }
}
