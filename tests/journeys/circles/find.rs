//! The shortest way from a file through others back to itself.

use super::names::Uses;
use std::{
    collections::{BTreeMap, BTreeSet, VecDeque},
    fmt::Write as _,
};

/// One text for each circle, the shortest first. Of the circles through a file only a shortest is told, for a
/// knot of files has more circles than anybody would read.
pub(super) fn circles(krate: &str, uses: &Uses) -> Vec<String> {
    let circles: BTreeSet<(usize, Vec<&str>)> =
        uses.keys().filter_map(|file| shortest(uses, file)).map(|circle| (circle.len(), circle)).collect();
    circles.iter().map(|(_, circle)| describe(krate, uses, circle)).collect()
}

/// The files of a shortest circle through this one, the first of the alphabet first.
fn shortest<'a>(uses: &'a Uses, start: &'a str) -> Option<Vec<&'a str>> {
    let mut reached_from: BTreeMap<&str, &str> = BTreeMap::new();
    let mut next = VecDeque::from([start]);
    while let Some(file) = next.pop_front() {
        for used in uses.get(file).into_iter().flat_map(BTreeMap::keys) {
            if used == start {
                let mut circle = vec![file];
                while let Some(before) = reached_from.get(circle[circle.len() - 1]) {
                    circle.push(before);
                }
                circle.reverse();
                let first = (0..circle.len()).min_by_key(|at| circle[*at])?;
                circle.rotate_left(first);
                return Some(circle);
            }
            if !reached_from.contains_key(used.as_str()) {
                reached_from.insert(used, file);
                next.push_back(used);
            }
        }
    }
    None
}

fn describe(krate: &str, uses: &Uses, circle: &[&str]) -> String {
    let mut text = format!("`{krate}`: {} → {}", circle.join(" → "), circle[0]);
    for (at, file) in circle.iter().enumerate() {
        let next = circle[(at + 1) % circle.len()];
        let names: Vec<&str> = uses[*file][next].iter().map(String::as_str).collect();
        let _ = write!(text, "\n    {file} uses of {next}: {}", names.join(", "));
    }
    text
}
