//! Variables and figures that pages name, held against the code that knows them.

use std::collections::BTreeSet;

use super::{fault::Fault, page::Page};

/// What a variable of Accord's begins with, and what a figure does.
const VARIABLE: &str = "ACCORD_";
const FIGURE: &str = "accord_";

/// Where figures are registered.
const FIGURES: &str = "metrics.rs";

/// What begins as figures do: roles and databases of an operator's.
const NO_FIGURES: [&str; 4] = ["accord_app", "accord_owner", "accord_server", "accord_restored"];

/// What stands behind the name under which a figure is registered: its unit, and what its kind adds.
const ENDINGS: [&str; 5] = ["_bucket", "_count", "_sum", "_total", "_seconds"];

pub(super) fn faults(pages: &[Page], sources: &[Page]) -> Vec<Fault> {
    let variables: BTreeSet<&str> =
        sources.iter().flat_map(|source| beginning(VARIABLE, &source.text)).collect();
    let registering: Vec<&Page> = sources.iter().filter(|source| source.path.ends_with(FIGURES)).collect();
    let mut faults = Vec::new();
    for page in pages {
        for (index, line) in page.text.lines().enumerate() {
            for name in beginning(VARIABLE, line) {
                if !variables.contains(name) {
                    faults.push(Fault::new(page, index + 1, format!("there is no variable `{name}`")));
                }
            }
            for name in beginning(FIGURE, line) {
                if !NO_FIGURES.contains(&name) && !is_registered(name, &registering) {
                    faults.push(Fault::new(page, index + 1, format!("there is no figure `{name}`")));
                }
            }
        }
    }
    faults
}

/// The words of a text that begin so and go on in the same case.
fn beginning<'a>(begin: &str, text: &'a str) -> Vec<&'a str> {
    let is_large = begin.starts_with(|letter: char| letter.is_ascii_uppercase());
    let belongs = |letter: char| {
        letter == '_' || if is_large { letter.is_ascii_uppercase() } else { letter.is_ascii_lowercase() }
    };
    let starts = text.match_indices(begin).map(|(start, _)| &text[start..]);
    let words = starts.map(|rest| &rest[..rest.find(|letter| !belongs(letter)).unwrap_or(rest.len())]);
    words.filter(|word| word.len() > begin.len()).collect()
}

fn is_registered(figure: &str, registering: &[&Page]) -> bool {
    let mut name = &figure[FIGURE.len()..];
    loop {
        let quoted = format!("\"{name}\"");
        if registering.iter().any(|source| source.text.contains(&quoted)) {
            return true;
        }
        let Some(shorter) = ENDINGS.iter().find_map(|ending| name.strip_suffix(ending)) else {
            return false;
        };
        name = shorter;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn page(path: &str, text: &str) -> Page {
        Page { path: path.into(), text: text.to_owned() }
    }

    #[test]
    fn a_variable_is_one_that_the_code_names() {
        let source = [page("a.rs", "env = \"ACCORD_LISTEN\"")];
        assert_eq!(faults(&[page("p.md", "`ACCORD_LISTEN`, `ACCORD_*`\n")], &source), []);
        let said = faults(&[page("p.md", "\n`ACCORD_LISTENS`\n")], &source);
        assert_eq!(said, [Fault("p.md:2: there is no variable `ACCORD_LISTENS`".to_owned())]);
    }

    #[test]
    fn a_figure_is_one_that_is_registered() {
        let sources =
            [page("x/metrics.rs", "register(\"requests\", register(\"append\","), page("b.rs", "\"other\"")];
        let good = "accord_requests_total{outcome=\"OK\"} accord_append_seconds_bucket[5m] accord_app\n";
        assert_eq!(faults(&[page("p.md", good)], &sources), []);
        let said = faults(&[page("p.md", "accord_other\naccord_append_bytes\n")], &sources);
        assert_eq!(said.len(), 2, "{said:?}");
    }
}
