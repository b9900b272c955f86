//! Pages as text, for terminals and for whatever reads lines.

use super::{Block, Cell, Column, Page};
use std::fmt::Write as _;
use unicode_width::UnicodeWidthStr as _;

/// Between two columns.
const GAP: &str = "  ";

impl Page {
    /// Lines without colours; what it is marked with stands first and last.
    pub fn text(&self) -> String {
        let mut text = format!("{}\n\n", self.marking);
        if let Some(stamp) = &self.stamp {
            text.push_str(stamp);
            text.push_str("\n\n");
        }
        let mut lines = vec![self.name.clone()];
        let widest = self.facts.iter().map(|(name, _)| name.width()).max().unwrap_or_default();
        lines.extend(self.facts.iter().map(|(name, fact)| format!("{}{GAP}{fact}", padded(name, widest))));
        for section in &self.linked() {
            lines.extend([String::new(), section.title.clone()]);
            section.blocks.iter().for_each(|block| write(block, &mut lines));
        }
        for line in lines {
            _ = writeln!(text, "{}", line.trim_end());
        }
        _ = writeln!(text, "\n{}", self.marking);
        text
    }
}

/// Charts are for eyes alone.
fn write(block: &Block, to: &mut Vec<String>) {
    match block {
        Block::Lines { lines } => to.extend(lines.iter().map(|line| format!("{GAP}{line}"))),
        Block::Note { text } => to.push(format!("{GAP}{text}")),
        Block::List { items } => to.extend(items.iter().map(|item| format!("{GAP}- {item}"))),
        Block::Table { columns, rows, .. } => table(columns, rows, to),
        Block::Chart(_) => {}
    }
}

fn table(columns: &[Column], rows: &[Vec<Cell>], to: &mut Vec<String>) {
    let heads = columns.iter().map(|column| column.title.clone()).collect();
    let cells = rows.iter().map(|row| row.iter().map(cell).collect());
    let lines: Vec<Vec<String>> = [heads].into_iter().chain(cells).collect();
    let width = |column: usize| {
        let texts = lines.iter().filter_map(|line| line.get(column));
        texts.map(|text: &String| text.width()).max().unwrap_or_default()
    };
    let widths: Vec<usize> = (0..columns.len()).map(width).collect();
    to.extend(lines.iter().map(|line| {
        let cells = line.iter().zip(&widths).map(|(text, width)| format!("{GAP}{}", padded(text, *width)));
        cells.collect::<String>()
    }));
}

/// Of its links there are the texts, in brackets: `[123]`.
fn cell(Cell { lines, links, .. }: &Cell) -> String {
    let said = Some(lines.join(", ")).filter(|said| !said.is_empty());
    let links = links.iter().map(|link| format!("[{}]", link.text));
    said.into_iter().chain(links).collect::<Vec<_>>().join(" ")
}

fn padded(text: &str, width: usize) -> String {
    format!("{text}{}", " ".repeat(width.saturating_sub(text.width())))
}
