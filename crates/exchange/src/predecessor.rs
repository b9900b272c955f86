//! What a task waits for, in one cell: `T01; T03FS+2h T04SS-30m`.
//!
//! Spreadsheets also write a kind without a lag, `T03SS`, which may be a code. [`domain`] takes it for one,
//! for it reads without a plan; here the tasks of the file are known.

use domain::{Span, TaskCode, plan::Dependency};
use std::collections::BTreeSet;

/// Longest text of one, in bytes: twice what a code, a kind and a lag have.
const LONGEST: usize = 128;

/// Each that is not understood, or waits for a task a second time, is told to `fault`.
pub fn read_all(
    cell: &str,
    is_task: impl Fn(&TaskCode) -> bool,
    mut fault: impl FnMut(String),
) -> BTreeSet<Dependency> {
    let mut all = BTreeSet::new();
    let mut waited_for = BTreeSet::new();
    let separates = |letter: char| letter.is_whitespace() || matches!(letter, ';' | ',');
    for text in cell.split(separates).filter(|text| !text.is_empty()) {
        match read(text, &is_task) {
            Ok(dependency) => {
                if waited_for.insert(dependency.predecessor.clone()) {
                    all.insert(dependency);
                } else {
                    fault(format!("waits for {} twice", dependency.predecessor));
                }
            }
            Err(message) => fault(message),
        }
    }
    all
}

/// A text that may be a code is the task of that code, if there is one; else one with a kind behind it, if
/// there is that one; else the code after all, of a task that somebody else knows.
fn read(text: &str, is_task: impl Fn(&TaskCode) -> bool) -> Result<Dependency, String> {
    if text.len() > LONGEST {
        let begin: String = text.chars().take(40).collect();
        return Err(format!("`{begin}…` is too long for what a task waits for"));
    }
    let dependency: Dependency = text.parse().map_err(|error| format!("{error}"))?;
    let is_code = dependency.predecessor.as_str() == text;
    if !is_code || is_task(&dependency.predecessor) {
        return Ok(dependency);
    }
    let meant = [without_lag(text), with_lead(text)].into_iter().flatten();
    Ok(meant.into_iter().find(|meant| is_task(&meant.predecessor)).unwrap_or(dependency))
}

/// `T03SS`: what a `+` makes notation is no code.
fn without_lag(text: &str) -> Option<Dependency> {
    format!("{text}+0h").parse().ok()
}

/// `T03SS-PT30M`.
fn with_lead(text: &str) -> Option<Dependency> {
    let (task, lead) = text.rsplit_once('-')?;
    let lagging: Dependency = format!("{task}+{lead}").parse().ok()?;
    Some(Dependency { lag: Span::ZERO - lagging.lag, ..lagging })
}

/// Read in the same file, it is the same.
pub fn write(dependency: &Dependency, is_task: impl Fn(&TaskCode) -> bool) -> String {
    let text = dependency.to_string();
    if read(&text, is_task).as_ref() == Ok(dependency) {
        text
    } else {
        format!("{}{}+0h", dependency.predecessor, dependency.kind.abbreviation())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(cell: &str, tasks: &[&str]) -> (Vec<String>, Vec<String>) {
        let mut faults = Vec::new();
        let read = read_all(cell, |code| tasks.contains(&code.as_str()), |fault| faults.push(fault));
        (read.iter().map(ToString::to_string).collect(), faults)
    }

    #[test]
    fn they_are_separated_by_whatever_spreadsheets_put_between() {
        let (read, faults) = all(" T01;T03FS+2h  T04SS-30m ;; T05FF+P1DT2H,T06", &[]);
        assert_eq!(read, ["T01", "T03FS+2h", "T04SS-30m", "T05FF+26h", "T06"]);
        assert_eq!(faults, [""; 0]);
    }

    #[test]
    fn a_kind_without_a_lag_is_one_where_there_is_no_task_of_that_name() {
        assert_eq!(all("T03SS", &["T03"]).0, ["T03SS+0h"]);
        assert_eq!(all("T03SS", &["T03", "T03SS"]).0, ["T03SS"]);
        assert_eq!(all("T03SS", &[]).0, ["T03SS"]);
        assert_eq!(all("T03FS", &["T03"]).0, ["T03"]);
        assert_eq!(all("COMPASS", &["T03"]).0, ["COMPASS"]);
        assert_eq!(all("NO-GO-1FF-PT1H", &["NO-GO-1"]).0, ["NO-GO-1FF-1h"]);
        assert_eq!(all("T03SS+0h", &["T03", "T03SS"]).0, ["T03SS+0h"]);
        assert_eq!(all("T03SSFS+0h", &["T03", "T03SS"]).0, ["T03SS"]);
    }

    #[test]
    fn each_that_is_wrong_is_told() {
        let (read, faults) = all("T01 t02 T01SS+1h T03XX+1h", &["T01"]);
        assert_eq!(read, ["T01"]);
        assert_eq!(faults.len(), 3);
        assert!(faults[0].starts_with("`t02` is not a dependency"), "{faults:?}");
        assert_eq!(faults[1], "waits for T01 twice");
        let long = "FS-".repeat(1_000_000);
        assert!(all(&long, &[]).1[0].contains("too long"));
    }

    #[test]
    fn what_would_be_read_as_another_is_written_with_its_kind() {
        let plain = Dependency::plain("T03SS".parse().unwrap());
        assert_eq!(write(&plain, |code| code.as_str() == "T03"), "T03SSFS+0h");
        assert_eq!(write(&plain, |code| code.as_str() == "T03SS"), "T03SS");
    }
}
