//! Finding what a pattern means in the YAML tree.

use crate::scenario::yaml::{Data, Node};

/// A value, or the name of a field, that a pattern found.
pub struct Found<'a> {
    pub place: (usize, usize),
    pub path: String,
    pub text: Option<&'a str>,
    pub node: &'a Node<'a>,
}

pub fn select<'a>(root: &'a Node<'a>, pattern: &str) -> Vec<Found<'a>> {
    let found =
        |node: &'a Node<'a>, path| Found { place: (node.line, node.column), path, text: node.text(), node };
    let mut all = vec![found(root, String::new())];
    for step in pattern.split('.') {
        let name = step.trim_end_matches("[]");
        let each = step.ends_with("[]");
        let mut next = Vec::new();
        for Found { node, path, .. } in all {
            let inner = |name: &str| if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") };
            match (&node.data, name) {
                (Data::Map(entries), "{}") => next.extend(entries.iter().map(|entry| Found {
                    place: (entry.line, entry.column),
                    path: inner(&entry.key),
                    text: Some(&entry.key),
                    node: &entry.value,
                })),
                (Data::Map(entries), "*") => {
                    next.extend(entries.iter().map(|entry| found(&entry.value, inner(&entry.key))));
                }
                _ => next.extend(node.get(name).map(|value| found(value, inner(name)))),
            }
        }
        if each {
            let items = |list: Found<'a>| {
                let numbered = list.node.items().iter().enumerate();
                numbered.map(move |(index, item)| found(item, format!("{}[{index}]", list.path)))
            };
            next = next.into_iter().flat_map(items).collect();
        }
        all = next;
    }
    all
}

/// Where the value at `path` stands, or else the nearest thing around it.
pub fn locate(root: &Node<'_>, path: &str) -> (usize, usize) {
    let mut node = root;
    for step in path.split(['.', '[']) {
        let index = step.strip_suffix(']').and_then(|index| index.parse::<usize>().ok());
        let next = index.map_or_else(|| node.get(step), |index| node.items().get(index));
        let Some(next) = next else { break };
        node = next;
    }
    (node.line, node.column)
}
