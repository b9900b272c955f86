//! The definitions as a page for people.

use crate::metrics::{MetricCode, Why};
use std::fmt::Write as _;
use strum::IntoEnumIterator as _;

/// All metrics as Markdown, in the order of their codes' declaration.
pub fn page() -> String {
    let mut page = String::from("| Code | Of | Unit | It tells |\n|---|---|---|---|\n");
    for code in MetricCode::iter() {
        let definition = code.definition();
        let (of, unit, meaning) = (definition.of, definition.unit, definition.meaning);
        _ = writeln!(page, "| [`{code}`](#{}) | {of} | {unit} | {meaning} |", anchor(&code.to_string()));
    }
    for code in MetricCode::iter() {
        let definition = code.definition();
        _ = write!(page, "\n### `{code}`\n\n{}.\n\n", definition.name);
        let events: Vec<_> = definition.events.iter().map(|name| format!("`{name}`")).collect();
        let narrowed = |by: Option<&'static str>| by.unwrap_or("not told of one by itself");
        for (what, text) in [
            ("Meaning", definition.meaning.to_owned()),
            ("Computed", definition.formula.to_owned()),
            ("Of", definition.of.to_owned()),
            ("By partner", narrowed(definition.by_partner).to_owned()),
            ("By period", narrowed(definition.by_period).to_owned()),
            ("Events", events.join(", ")),
            ("Rule", definition.source.to_owned()),
        ] {
            page.push_str(&item(&format!("**{what}:** {text}")));
        }
    }
    page.push_str("\n### Why there is no value\n\n| Code | Is |\n|---|---|\n");
    for why in Why::iter() {
        _ = writeln!(page, "| `{why}` | {} |", why.text());
    }
    page
}

fn anchor(code: &str) -> String {
    code.to_ascii_lowercase()
}

/// Most columns of a line.
const WIDTH: usize = 110;

/// An entry of a list, in lines that are not too long.
fn item(text: &str) -> String {
    let mut lines = String::new();
    let mut line = String::from("-");
    for word in text.split_whitespace() {
        if line.len() + 1 + word.len() > WIDTH {
            _ = writeln!(lines, "{line}");
            line = String::from(" ");
        }
        line.push(' ');
        line.push_str(word);
    }
    _ = writeln!(lines, "{line}");
    lines
}
