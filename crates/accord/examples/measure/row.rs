//! What a measurement says: a line of a table for people or one of JSON for programs, as soon as it is there.

use serde_json::{Value, json};
use std::{io::Write as _, sync::OnceLock};

/// JSON, when it is set.
pub static JSON: OnceLock<()> = OnceLock::new();

/// The median of the rounds; prints the row.
pub fn row(name: &str, of: &Value, unit: &str, mut figures: Vec<f64>) -> f64 {
    figures.sort_by(f64::total_cmp);
    let median = figures[figures.len() / 2];
    let (least, most) = (figures[0], figures[figures.len() - 1]);
    let runs = figures.len();
    let line = json!({
        "name": name, "of": of, "unit": unit, "median": median, "min": least, "max": most, "runs": runs,
    });
    say(
        &line,
        &format!("{name:<56} {:<34} {median:>11.1} {unit:<4} {least:.1} to {most:.1}", circumstances(of)),
    );
    median
}

/// How a figure stands to another of the same run.
pub fn ratio(name: &str, of: &Value, to: &str, ratio: f64) {
    let line = json!({ "name": name, "of": of, "ratio_to": to, "ratio": ratio });
    say(&line, &format!("{name:<56} {:<34} {ratio:>11.2} x    {to}", circumstances(of)));
}

fn circumstances(of: &Value) -> String {
    let named = of.as_object().into_iter().flatten();
    let named: Vec<String> =
        named.map(|(name, value)| format!("{name} {}", value.to_string().replace('"', ""))).collect();
    named.join(", ")
}

fn say(json: &Value, text: &str) {
    if JSON.get().is_some() {
        println!("{json}");
    } else {
        println!("{text}");
    }
    // In a pipe rows are to be seen as they come.
    let _ = std::io::stdout().flush();
}

/// The value below which this share of the sorted figures lies.
pub fn quantile(sorted: &[f64], share: f64) -> f64 {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        clippy::cast_precision_loss,
        reason = "an index into far fewer than 2^52 figures"
    )]
    let index = (share * (sorted.len() - 1) as f64) as usize;
    sorted[index]
}
