//! What a measurement says: one JSON line, seen as soon as it is there.

use serde_json::{Value, json};
use std::io::Write as _;

/// The median of the rounds; prints the row.
pub fn row(name: &str, of: &Value, unit: &str, mut figures: Vec<f64>) -> f64 {
    figures.sort_by(f64::total_cmp);
    let median = figures[figures.len() / 2];
    let (least, most) = (figures[0], figures[figures.len() - 1]);
    say(&json!({
        "name": name, "of": of, "unit": unit, "median": median, "min": least, "max": most, "runs": figures.len(),
    }));
    median
}

/// How a figure stands to another of the same run.
pub fn ratio(name: &str, of: &Value, to: &str, ratio: f64) {
    say(&json!({ "name": name, "of": of, "ratio_to": to, "ratio": ratio }));
}

fn say(line: &Value) {
    println!("{line}");
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
