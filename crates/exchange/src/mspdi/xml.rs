//! XML as a tree of the few elements that are read, each with its place; everything else is checked and
//! passed over.
//!
//! Document types are refused and entities of one's own unknown, so that nothing expands and nothing is
//! fetched.

use crate::xml::{NotXml, Place, Places, ill_formed, offset, resolve};
use quick_xml::{Reader, events::Event};
use std::mem;

/// How deep elements may lie in each other: Microsoft Project has nine at most.
const MOST_DEPTH: usize = 32;

/// Most elements that are kept: about a hundred for each task of the largest plan.
const MOST_ELEMENTS: usize = 2_000_000;

#[derive(Debug)]
pub struct Element {
    /// Without a prefix.
    pub name: &'static str,
    pub place: Place,
    /// With its references resolved; empty where there are elements within.
    text: String,
    pub children: Vec<Element>,
}

impl Element {
    /// Trimmed.
    pub fn text(&self) -> &str {
        self.text.trim()
    }

    pub fn children<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a Self> {
        self.children.iter().filter(move |child| child.name == name)
    }

    pub fn child(&self, name: &str) -> Option<&Self> {
        self.children.iter().find(|child| child.name == name)
    }

    /// Text of a child that has one.
    pub fn value(&self, name: &str) -> Option<&str> {
        self.child(name).map(Self::text).filter(|text| !text.is_empty())
    }

    /// As `xsd:boolean` has it; false where there is none.
    pub fn flag(&self, name: &str) -> bool {
        self.value(name).is_some_and(|text| text == "1" || text.eq_ignore_ascii_case("true"))
    }
}

/// The names within each element that are kept; the first is the outermost.
pub type Kept = [(&'static str, &'static [&'static str])];

/// Fails where the text is no well-formed XML, or lies beyond the bounds of this module.
pub fn parse(text: &str, kept: &'static Kept) -> Result<Element, NotXml> {
    let mut reader = Reader::from_str(text);
    reader.config_mut().expand_empty_elements = true;
    reader.config_mut().check_comments = true;
    let mut tree = Tree { kept, open: Vec::new(), skipped: 0, elements: 0, root: None };
    let mut places = Places::new(text);
    loop {
        let place = places.at(offset(reader.buffer_position()));
        let fault = |message: String| NotXml { place, message };
        let event = match reader.read_event() {
            Ok(event) => event,
            Err(error) => {
                let place = places.at(offset(reader.error_position()));
                return Err(NotXml { place, message: ill_formed(&error) });
            }
        };
        match event {
            Event::Start(start) => tree.start(start.local_name().as_ref(), place).map_err(fault)?,
            Event::End(_) => tree.end(),
            Event::Text(text) => tree.text(&text.xml10_content()).map_err(fault)?,
            Event::CData(data) => tree.text(&data.xml10_content()).map_err(fault)?,
            Event::GeneralRef(reference) => {
                let mut letter = [0; 4];
                let resolved = resolve(&reference, &mut letter).map_err(fault)?;
                tree.text(resolved).map_err(fault)?;
            }
            Event::DocType(_) => {
                return Err(fault("declares a document type, which is not read: take it out".to_owned()));
            }
            Event::Empty(_) | Event::Comment(_) | Event::Decl(_) | Event::PI(_) => {}
            Event::Eof => return tree.whole(place),
        }
    }
}

struct Tree {
    kept: &'static Kept,
    /// From the outermost to the one that is being read.
    open: Vec<Element>,
    /// How many elements that are passed over are open within it.
    skipped: usize,
    elements: usize,
    root: Option<Element>,
}

impl Tree {
    fn start(&mut self, name: &str, place: Place) -> Result<(), String> {
        if self.open.len() + self.skipped >= MOST_DEPTH {
            return Err(format!("lies more than {MOST_DEPTH} elements deep"));
        }
        let parent = self.open.last().map(|element| element.name);
        let (outermost, _) = self.kept[0];
        let name = match parent {
            None if self.root.is_some() => return Err("stands behind the end of the file's XML".to_owned()),
            None if name == outermost => Some(outermost),
            None => {
                let name: String = name.chars().take(40).collect();
                return Err(format!(
                    "is no file of Microsoft Project in XML: it begins with `{name}`, not `{outermost}`"
                ));
            }
            Some(_) if self.skipped > 0 => None,
            Some(parent) => {
                within(self.kept, parent).and_then(|names| names.iter().copied().find(|kept| *kept == name))
            }
        };
        let Some(name) = name else {
            self.skipped += 1;
            return Ok(());
        };
        self.elements += 1;
        if self.elements > MOST_ELEMENTS {
            return Err(format!("has more than {MOST_ELEMENTS} elements that are read"));
        }
        self.open.push(Element { name, place, text: String::new(), children: Vec::new() });
        Ok(())
    }

    /// That it ends what was begun, the reader has checked.
    fn end(&mut self) {
        if self.skipped > 0 {
            self.skipped -= 1;
        } else if let Some(element) = self.open.pop() {
            match self.open.last_mut() {
                Some(parent) => parent.children.push(element),
                None => self.root = Some(element),
            }
        }
    }

    fn text(&mut self, text: &str) -> Result<(), String> {
        match self.open.last_mut() {
            None if text.trim().is_empty() || text == "\u{feff}" => {}
            None => return Err("is not XML: it is text outside of all elements".to_owned()),
            Some(_) if self.skipped > 0 => {}
            // Blanks between elements.
            Some(element) if within(self.kept, element.name).is_some() => {}
            Some(element) => element.text.push_str(text),
        }
        Ok(())
    }

    fn whole(&mut self, end: Place) -> Result<Element, NotXml> {
        if let Some(element) = self.open.last() {
            let message = format!("`{}` is not closed, or something in it", element.name);
            return Err(NotXml { place: element.place, message });
        }
        mem::take(&mut self.root)
            .ok_or_else(|| NotXml { place: end, message: "is empty: there is no element".to_owned() })
    }
}

fn within(kept: &Kept, parent: &str) -> Option<&'static [&'static str]> {
    kept.iter().find(|(name, _)| *name == parent).map(|(_, names)| *names)
}
