//! What a server or a file has against what was asked: all of it, a line each.

use crate::{
    client::{ApiError, ApiErrors},
    output::Output,
};
use anyhow::Result;
use exchange::{Column, Fault, Faults, printable};
use serde_json::{Value, json};
use std::{error, fmt, path::Path, process::ExitCode};

/// One reason, for people and for programs.
#[derive(Debug)]
struct Reason {
    text: String,
    value: Value,
}

/// Why nothing, or not everything, was done.
#[derive(Debug)]
pub struct Reasons {
    /// What programs find the reasons under.
    kind: &'static str,
    listed: Vec<Reason>,
    /// Reasons that are not listed.
    more: usize,
    /// What that means, and what to do.
    end: Option<String>,
}

/// A refusal of the server, with the place in the file that it is about.
#[derive(Debug, serde::Deserialize)]
pub struct Refusal {
    pub code: String,
    pub message: String,
    pub field: Option<Vec<String>>,
}

impl Reasons {
    pub fn faults(file: &Path, faults: &Faults) -> Self {
        let Faults { listed, more } = faults;
        let reasons = listed.iter().map(|Fault { line, column, message }| Reason {
            text: format!("{} {message}", place(file, *line, column.as_ref())),
            value: json!({
                "line": line,
                "column": column.as_ref().map(|column| column.number),
                "header": column.as_ref().map(|column| &column.header),
                "message": message,
            }),
        });
        let end = format!(
            "nothing was sent: {} has {}. Mend it and try again",
            file.display(),
            match faults.total() {
                1 => "a fault".to_owned(),
                total => format!("{total} faults"),
            }
        );
        Self { kind: "faults", listed: reasons.collect(), more: *more, end: Some(end) }
    }

    /// `place_of` finds what a path of the input is in the file.
    pub fn refusals(
        file: &Path,
        refusals: Vec<Refusal>,
        place_of: impl Fn(&[String]) -> Option<(usize, Option<Column>)>,
        end: String,
    ) -> Self {
        let reasons = refusals.into_iter().map(|Refusal { code, message, field }| {
            let path = field.unwrap_or_default();
            let found = place_of(&path);
            let before = match &found {
                Some((line, column)) => format!("{} ", place(file, *line, column.as_ref())),
                None if path.is_empty() => "accord: ".to_owned(),
                None => format!("accord: {}: ", path.join(".")),
            };
            let column = found.as_ref().and_then(|(_, column)| column.as_ref());
            Reason {
                text: format!("{before}{message} ({code})"),
                value: json!({
                    "line": found.as_ref().map(|(line, _)| line),
                    "column": column.map(|column| column.number),
                    "header": column.map(|column| &column.header),
                    "code": code,
                    "field": path,
                    "message": message,
                }),
            }
        });
        Self { kind: "refusals", listed: reasons.collect(), more: 0, end: Some(end) }
    }

    /// The same with what it means.
    pub fn ending(self, end: String) -> Self {
        Self { end: Some(end), ..self }
    }

    pub fn say(&self, output: Output) -> Result<()> {
        let Self { kind, listed: reasons, more, end } = self;
        match output {
            Output::People => {
                for Reason { text, .. } in reasons {
                    eprintln!("{}", printable(text));
                }
                if *more > 0 {
                    eprintln!("… and {more} more");
                }
                if let Some(end) = end {
                    eprintln!("accord: {}", printable(end));
                }
            }
            Output::Programs => {
                let reasons: Vec<_> = reasons.iter().map(|reason| &reason.value).collect();
                output.say("", &json!({ *kind: reasons, "more": more, "end": end }))?;
            }
        }
        Ok(())
    }
}

impl From<ApiErrors> for Reasons {
    fn from(ApiErrors(errors): ApiErrors) -> Self {
        let reasons = errors.into_iter().map(|ApiError { code, message }| {
            let known = if code.is_empty() { String::new() } else { format!(" ({code})") };
            Reason {
                text: format!("accord: {message}{known}"),
                value: json!({ "code": code, "message": message }),
            }
        });
        Self { kind: "errors", listed: reasons.collect(), more: 0, end: None }
    }
}

/// How a command ends: what the server or a file has against it is many things, and each is told.
pub fn settle(done: Result<()>, output: Output) -> Result<ExitCode> {
    let Err(error) = done else { return Ok(ExitCode::SUCCESS) };
    let reasons = match error.downcast::<ApiErrors>() {
        Ok(errors) => Reasons::from(errors),
        Err(error) => error.downcast::<Reasons>()?,
    };
    reasons.say(output)?;
    Ok(ExitCode::FAILURE)
}

/// For [`anyhow`] to carry; it is shown by [`Reasons::say`].
impl fmt::Display for Reasons {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "there are {} {}", self.listed.len(), self.kind)
    }
}

impl error::Error for Reasons {}

/// As compilers do, for editors that jump there.
fn place(file: &Path, line: usize, column: Option<&Column>) -> String {
    let file = file.display();
    match column {
        Some(Column { number, header }) if header.is_empty() => format!("{file}:{line}:{number}:"),
        Some(Column { number, header }) => format!("{file}:{line}:{number}: {header}:"),
        None => format!("{file}:{line}:"),
    }
}
