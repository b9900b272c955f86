//! How long a line may be that people read: of a page, and of a comment in the code. And that no text between
//! backticks is broken over two lines of a page, where nobody would find it.

use super::{
    fault::Fault,
    page::{Kind, Page},
};

/// Letters. A row of a table, a line of a block of code, and what was made from the code may be longer.
const WIDEST: usize = 125;

pub(super) fn faults(pages: &[Page]) -> Vec<Fault> {
    let mut faults = Vec::new();
    for page in pages {
        faults.extend(too_wide(page));
        let broken = page.lines().into_iter().filter(|line| {
            matches!(line.kind, Kind::Prose | Kind::Table)
                && !line.text.matches('`').count().is_multiple_of(2)
        });
        faults
            .extend(broken.map(|line| Fault::new(page, line.number, "a text between backticks has no end")));
    }
    faults
}

fn too_wide(page: &Page) -> Vec<Fault> {
    let lines = page.lines().into_iter().filter(|line| line.kind == Kind::Prose && !line.made);
    let lines = lines.map(|line| (line.number, without_targets(line.text).chars().count()));
    lines.filter(|(_, width)| *width > WIDEST).map(|(number, width)| told(page, number, width)).collect()
}

/// Nobody reads where a link leads.
fn without_targets(line: &str) -> String {
    let mut parts = line.split("](");
    let mut shown = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        shown.push(']');
        shown.push_str(part.split_once(')').map_or(part, |(_, after)| after));
    }
    shown
}

/// Of comments in the code: what formats the code leaves them as they are. What describes the API's types
/// breaks its lines in the SDL as well, so that it is left to those who change that.
pub(super) fn comment_faults(sources: &[Page]) -> Vec<Fault> {
    let mut faults = Vec::new();
    for source in sources {
        let describes_types = source.path.starts_with("crates/api/src");
        let comments = source.text.lines().enumerate().filter(|(_, line)| {
            let line = line.trim_start();
            let is_row = line.starts_with("//! |") || line.starts_with("/// |");
            line.starts_with("//") && !is_row && !(describes_types && line.starts_with("///"))
        });
        for (index, line) in comments {
            let width = line.chars().count();
            if width > WIDEST {
                faults.push(told(source, index + 1, width));
            }
        }
    }
    faults
}

fn told(page: &Page, number: usize, width: usize) -> Fault {
    Fault::new(page, number, format!("{width} letters in a line, at most {WIDEST} may be"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn page(text: String) -> Page {
        Page { path: "page.md".into(), text }
    }

    #[test]
    fn a_line_of_prose_is_bounded_and_a_table_code_and_targets_are_not() {
        let long = "x".repeat(126);
        let free = format!("| {long}\n```\n{long}\n```\n[{}]({long})\n", "x".repeat(120));
        assert_eq!(faults(&[page(free)]), []);
        assert_eq!(faults(&[page("é".repeat(125))]), []);
        let said = faults(&[page(format!("\n{long}\n"))]);
        assert_eq!(said, [Fault("page.md:2: 126 letters in a line, at most 125 may be".to_owned())]);
    }

    #[test]
    fn a_text_between_backticks_ends_on_its_line() {
        let said = faults(&[page("`a` and `b\nc`\n```\n`\n```\n".to_owned())]);
        assert_eq!(said.len(), 2, "{said:?}");
    }

    #[test]
    fn a_comment_is_bounded_and_code_is_not() {
        let long = "x".repeat(123);
        let source = page(format!("    // {long}\n\"{long}xxxx\";\n/// fine\n//! | {long} |\n"));
        assert_eq!(comment_faults(&[source]).len(), 1);
    }

    #[test]
    fn what_describes_types_of_the_api_is_left_alone() {
        let text = format!("/// {0}\n// {0}\n", "x".repeat(123));
        let source = Page { path: "crates/api/src/graph/node.rs".into(), text };
        assert_eq!(comment_faults(&[source]).len(), 1);
    }
}
