//! XML as text, element by element.

use crate::xml::xml_text;
use quick_xml::escape::partial_escape;
use std::fmt::Display;

/// The library writes bytes to anywhere and may fail there; a text cannot.
pub struct Xml {
    text: String,
    depth: usize,
}

impl Xml {
    pub fn new() -> Self {
        Self { text: "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n".to_owned(), depth: 0 }
    }

    pub fn into_text(self) -> String {
        self.text
    }

    pub fn begin(&mut self, name: &str) {
        self.begin_with(name, "");
    }

    pub fn begin_with(&mut self, name: &str, attributes: &str) {
        self.indent();
        self.push(&["<", name, attributes, ">\n"]);
        self.depth += 1;
    }

    pub fn end(&mut self, name: &str) {
        self.depth = self.depth.saturating_sub(1);
        self.indent();
        self.push(&["</", name, ">\n"]);
    }

    pub fn leaf(&mut self, name: &str, value: impl Display) {
        let value = xml_text(&value.to_string());
        self.indent();
        self.push(&["<", name, ">", &partial_escape(value), "</", name, ">\n"]);
    }

    fn indent(&mut self) {
        for _ in 0..self.depth {
            self.text.push_str("  ");
        }
    }

    fn push(&mut self, texts: &[&str]) {
        for text in texts {
            self.text.push_str(text);
        }
    }
}
