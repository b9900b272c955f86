//! One file of HTML: everything is in it, down to the chart, and it asks for nothing else.
//!
//! On paper, head and foot of the one great table repeat on every page, whatever the browser; page numbers
//! come where browsers know margin boxes.

use super::{Block, CONTENTS, Cell, Column, Link, Page};
use crate::chart::{FONTS, machine};
use maud::{DOCTYPE, Markup, PreEscaped, html};

const STYLE: &str = include_str!("page.css");

impl Page {
    /// UTF-8, in English but for what its authors wrote.
    pub fn html(&self) -> String {
        let Page { name, marking, source, .. } = self;
        html! {
            (DOCTYPE)
            html lang="en" {
                head {
                    meta charset="utf-8";
                    meta name="viewport" content="width=device-width, initial-scale=1";
                    meta name="generator" content="Accord";
                    // Nothing that anybody might have written into it runs or calls home.
                    meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'";
                    title { (name) }
                    style { (PreEscaped(format!("body {{ font-family: {FONTS} }}\n{STYLE}"))) }
                }
                body {
                    table.pages role="presentation" {
                        thead { tr { td { p.marking { (marking) } } } }
                        tfoot { tr { td { p.marking { (marking) } p.source { (source) } } } }
                        tbody { tr { td { (self.body()) } } }
                    }
                }
            }
        }
        .into_string()
    }

    fn body(&self) -> Markup {
        let sections = self.linked();
        html! {
            main {
                header {
                    @if let Some(stamp) = &self.stamp { p.draft { (stamp) } }
                    h1 { (said(&self.name)) }
                    dl {
                        @for (name, fact) in &self.facts {
                            div {
                                dt { (name) }
                                dd {
                                    @if *name == "As of" {
                                        time datetime=(machine(self.recorded_at)) { (fact) }
                                    } @else { (said(fact)) }
                                }
                            }
                        }
                    }
                }
                @if self.has_contents {
                    nav aria-labelledby=(CONTENTS) {
                        h2 id=(CONTENTS) { "Contents" }
                        ol { @for section in &sections { li { a href={ "#" (section.id) } { (said(&section.title)) } } } }
                    }
                }
                @for (index, section) in sections.iter().enumerate() {
                    section aria-labelledby=(section.id) {
                        h2 id=(section.id) { (said(&format!("{}. {}", index + 1, section.title))) }
                        @for of in &section.blocks { (block(of)) }
                    }
                }
            }
        }
    }
}

fn block(block: &Block) -> Markup {
    html! {
        @match block {
            Block::Lines { lines } => { @for line in lines { p { (said(line)) } } }
            Block::Note { text } => { p.note { (said(text)) } }
            Block::List { items } => { ul { @for item in items { li { (said(item)) } } } }
            Block::Table { caption, columns, rows } => (table(caption, columns, rows)),
            Block::Chart(drawing) => { figure { (PreEscaped(&drawing.whole)) } }
        }
    }
}

/// What people may have written: in its own direction, which it cannot carry over to what stands beside it.
fn said(text: &str) -> Markup {
    html! { bdi dir="auto" { (text) } }
}

fn table(caption: &str, columns: &[Column], rows: &[Vec<Cell>]) -> Markup {
    html! {
        // Wide ones scroll on a narrow screen, and can be reached by keys.
        div.wide tabindex="0" role="group" aria-label=(caption) {
            table {
                caption { (said(caption)) }
                thead {
                    tr {
                        @for Column { title, explained, .. } in columns {
                            @if title.is_empty() { td {} } @else {
                                th scope="col" { (said(title)) @if let Some(text) = explained { br; span.explained { (said(text)) } } }
                            }
                        }
                    }
                }
                tbody {
                    @for cells in rows {
                        tr { @for (index, of) in cells.iter().enumerate() {
                            @let tight = columns.get(index).is_some_and(|column| column.share == 0);
                            @if index == 0 { th scope="row" id=[&of.anchor] { (cell(of)) } } @else { td.tight[tight] id=[&of.anchor] { (cell(of)) } }
                        } }
                    }
                }
            }
        }
    }
}

fn cell(Cell { lines, marks, strong, anchor: _, links, picture }: &Cell) -> Markup {
    html! {
        @if let Some(picture) = picture { (PreEscaped(&picture.svg)) }
        @for (index, line) in lines.iter().enumerate() {
            div {
                @if *strong { strong { (said(line)) } } @else { (said(line)) }
                @if index + 1 == lines.len() { @for of in links { " " (link(of)) } }
            }
        }
        @if lines.is_empty() && !links.is_empty() { div { @for of in links { (link(of)) " " } } }
        @for mark in marks { div.mark { strong { "Decision due: " (mark) } } }
    }
}

fn link(Link { text, to }: &Link) -> Markup {
    html! { @match to {
        Some(place) => a href={ "#" (place) } { (said(text)) },
        None => (said(text)),
    } }
}
