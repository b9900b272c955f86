//! What is read from a file and sent to a server as a command, and what came of it.

use crate::{
    client::{ApiErrors, Client, UNEXPECTED},
    command::reasons::{Reasons, Refusal},
};
use anyhow::{Context as _, Error, Result};
use exchange::Column;
use serde::Deserialize;
use serde_json::{Value, json};
use std::{
    fs::File,
    io::{self, Read as _},
    path::Path,
};

/// What a mutation answers.
#[derive(Deserialize)]
#[serde(untagged)]
pub enum Outcome {
    Refused { refusals: Vec<Refusal> },
    Done(Value),
}

/// The file's bytes, or those of standard input for `-`: one more than are taken, so that it is known to be too
/// large.
pub fn read(file: &Path, most: usize) -> Result<Vec<u8>> {
    let mut bytes = Vec::new();
    let limit = most as u64 + 1;
    if file.as_os_str() == "-" {
        io::stdin().take(limit).read_to_end(&mut bytes).context("could not read standard input")?;
    } else {
        let read = File::open(file).and_then(|open| open.take(limit).read_to_end(&mut bytes));
        read.with_context(|| format!("could not read {}", file.display()))?;
    }
    Ok(bytes)
}

/// Sends a mutation; `shown` is asked of its payload.
pub async fn carry_out(client: &Client, name: &str, input: &Value, shown: &str) -> Result<Outcome> {
    let kind = format!("{}{}", name[..1].to_uppercase(), &name[1..]);
    let query = format!(
        "mutation ($input: {kind}Input!) {{ result: {name}(input: $input) {{
           ... on Refused {{ refusals {{ code message field }} }}
           ... on {kind}Payload {{ {shown} }} }} }}"
    );
    let mut data = client.ask(&query, &json!({ "input": input })).await?;
    serde_json::from_value(data["result"].take()).context(UNEXPECTED)
}

/// What was answered, unless it was refused; `place_of` finds where in the file a refusal is about, `end` says what
/// one means.
pub fn done(
    file: &Path,
    outcome: Result<Outcome>,
    place_of: impl Fn(&[String]) -> Option<(usize, Option<Column>)>,
    end: String,
) -> Result<Value> {
    match outcome {
        Ok(Outcome::Done(payload)) => Ok(payload),
        Ok(Outcome::Refused { refusals }) => Err(Reasons::refusals(file, refusals, place_of, end).into()),
        Err(error) => Err(match error.downcast::<ApiErrors>() {
            Ok(errors) => {
                let open = errors.leave_open();
                let again =
                    "whether this was carried out is not known: run the same command again".to_owned();
                Error::from(Reasons::from(errors).ending(if open { again } else { end }))
            }
            Err(error) => error,
        }),
    }
}
