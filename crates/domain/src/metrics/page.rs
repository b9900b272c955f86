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
        let anchor = code.to_string().to_ascii_lowercase();
        _ = writeln!(page, "| [`{code}`](#{anchor}) | {of} | {unit} | {meaning} |");
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
            _ = writeln!(page, "- **{what}:** {text}");
        }
    }
    page.push_str("\n### Why there is no value\n\n| Code | Is |\n|---|---|\n");
    for why in Why::iter() {
        _ = writeln!(page, "| `{why}` | {} |", why.text());
    }
    page
}
