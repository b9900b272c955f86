//! `accord verify`: the log against its own hashes, against receipts and against the rules, and the read
//! model against the log.

use crate::{
    database::{self, Work},
    output::Output,
    progress::Progress,
    source::{Source, Use},
    values,
};
use anyhow::{Result, bail};
use clap::builder::FalseyValueParser;
use engine::{Decisions, Difference, Older};
use event_log::{Anchor, Log, Verification};
use serde_json::json;
use sqlx::PgPool;
use std::process::ExitCode;

/// Check that nothing in the log was changed, removed or added by hand.
///
/// Only a receipt that somebody keeps elsewhere can show that the whole chain was not rewritten: give it as
/// an anchor.
#[derive(Clone, Debug, clap::Args)]
pub struct Verify {
    /// Also compare every row of the read model with a fold of the log.
    #[arg(long, env = "ACCORD_VERIFY_READ_MODELS", value_parser = FalseyValueParser::new())]
    read_models: bool,
    /// Also decide every command again, on the fold before it, and compare with what was logged.
    #[arg(long, env = "ACCORD_VERIFY_DECISIONS", value_parser = FalseyValueParser::new())]
    decisions: bool,
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
            Verification::AccessBroken { number, finding } => {
                let text = format!(
                    "The log is sound, and the access log is not from entry {number} on: {finding}.\nKeep this database \
                     as it is, and restore a backup elsewhere to compare."
                );
                output.say(&text, &json!({ "sound": false, "accessEntry": number, "finding": finding }))?;
                false
            }
        };
        let decided = !(sound && self.decisions) || decisions(&pool, output).await?;
        let same = !(sound && self.read_models) || read_models(&pool, output).await?;
        drop(pool);
        database.close().await?;
        Ok(if sound && decided && same { ExitCode::SUCCESS } else { ExitCode::FAILURE })
    }
}

/// Whether every command that can be decided again led to what was logged.
async fn decisions(pool: &PgPool, output: Output) -> Result<bool> {
    let progress = Progress::new("Deciding");
    let decisions =
        engine::check_decisions(pool, |done, total| progress.show_position(done.0, total.0)).await?;
    drop(progress);
    let Decisions { checked, other_rules, without_request, older, differences, more_differences } =
        &decisions;
    let mut lines: Vec<String> =
        differences.iter().map(|Difference { position, finding }| format!("{position}: {finding}")).collect();
    if *more_differences > 0 {
        lines.push(format!("and {more_differences} more differences."));
    }
    lines.push(if differences.is_empty() {
        format!("Decided again, {checked} commands lead to the very events that were logged.")
    } else {
        format!("Of {checked} commands that were decided again, some do not lead to what was logged.")
    });
    if *other_rules > 0 {
        lines.push(format!("{other_rules} commands were decided by rules of other versions: not checked."));
    }
    if *without_request > 0 {
        lines.push(format!(
            "{without_request} commands were logged without what they were decided from: not checked."
        ));
    }
    if let Some(Older { first, commands }) = older {
        lines.push(format!(
            "Warning: {commands} commands, the first up to position {first}, are an older build's, though a newer one had \
             logged before. That is so while builds are exchanged, and at no other time."
        ));
    }
    let differences: Vec<_> = differences
        .iter()
        .map(|Difference { position, finding }| json!({ "position": position, "finding": finding }))
        .collect();
    let value = json!({ "decisions": {
        "checked": checked,
        "otherRules": other_rules,
        "withoutRequest": without_request,
        "older": older.map(|Older { first, commands }| json!({ "first": first, "commands": commands })),
        "differences": differences,
        "moreDifferences": more_differences,
    } });
    output.say(&lines.join("\n"), &value)?;
    Ok(decisions.differences.is_empty())
}

/// Whether every row is what a fold of the log makes of it.
async fn read_models(pool: &PgPool, output: Output) -> Result<bool> {
    let progress = Progress::new("Folding");
    let differences = engine::check_read_models(pool, None, |done, total| {
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
    Ok(differences.is_empty())
}
