//! Which file a name leads to: the one that defines what it stands for, whatever it is passed on through.

use super::source::{Module, Names};
use std::collections::{BTreeMap, BTreeSet};

/// What a name stands for.
enum Meaning {
    Module(usize),
    /// Something that this module defines.
    Item(usize),
    /// Something of another crate.
    Foreign,
}

/// Which names of which other file each file uses: `uses["a"]["b"]` are those of `b` that stand in `a`.
pub(super) type Uses = BTreeMap<String, BTreeMap<String, BTreeSet<String>>>;

pub(super) fn uses(modules: &[Module]) -> Uses {
    let mut uses = Uses::new();
    for (at, module) in modules.iter().enumerate() {
        for path in &module.named {
            let Some(Meaning::Item(of)) = meaning(modules, at, path, &mut BTreeSet::new()) else { continue };
            let of = &modules[of].file;
            if *of != module.file {
                let names = uses.entry(module.file.clone()).or_default().entry(of.clone()).or_default();
                names.insert(item_name(path));
            }
        }
    }
    uses
}

/// `Task` of `crate::plan::Task` and of `crate::plan::Task::new`.
fn item_name(path: &Names) -> String {
    let is_type = |name: &&String| name.starts_with(char::is_uppercase);
    path.iter().find(is_type).or(path.last()).cloned().unwrap_or_default()
}

/// What a path stands for in a module; none if the first name is of no module of this crate. `asked` are the
/// names that are being looked up already, so that `use chrono::{self}` and globs that go round come to an
/// end.
fn meaning<'a>(
    modules: &'a [Module],
    at: usize,
    path: &'a [String],
    asked: &mut BTreeSet<(usize, &'a str)>,
) -> Option<Meaning> {
    let (first, mut rest) = path.split_first()?;
    let mut here = match first.as_str() {
        "crate" => root(modules, at),
        "self" => at,
        "super" => modules[at].parent?,
        name => match look_up(modules, at, name, rest.is_empty(), asked)? {
            Meaning::Module(module) => module,
            found @ (Meaning::Item(_) | Meaning::Foreign) => return Some(found),
        },
    };
    while let Some((name, further)) = rest.split_first() {
        here = match name.as_str() {
            "self" => here,
            "super" => modules[here].parent?,
            name => match look_up(modules, here, name, further.is_empty(), asked) {
                Some(Meaning::Module(module)) => module,
                Some(found) => return Some(found),
                // The module has it, for this compiles: from a macro whose call does not name it.
                None => return Some(Meaning::Item(here)),
            },
        };
        rest = further;
    }
    Some(Meaning::Module(here))
}

fn root(modules: &[Module], mut at: usize) -> usize {
    while let Some(parent) = modules[at].parent {
        at = parent;
    }
    at
}

/// What a name stands for in a module. The last name of a path is rather a thing than a module of the same
/// name.
fn look_up<'a>(
    modules: &'a [Module],
    at: usize,
    name: &'a str,
    is_last: bool,
    asked: &mut BTreeSet<(usize, &'a str)>,
) -> Option<Meaning> {
    let module = &modules[at];
    let child = module.children.get(name).map(|child| Meaning::Module(*child));
    if child.is_some() && !is_last {
        return child;
    }
    if module.items.contains(name) {
        return Some(Meaning::Item(at));
    }
    if !asked.insert((at, name)) {
        return None;
    }
    let found = if let Some(path) = module.imports.get(name) {
        // A crate that is imported under its own name is asked for again, and is nobody's.
        match meaning(modules, at, path, asked) {
            Some(Meaning::Module(_)) if child.is_some() => child,
            None => child.or(Some(Meaning::Foreign)),
            found => found,
        }
    } else if child.is_some() {
        child
    } else {
        let behind_glob = module.globs.iter().find_map(|glob| match meaning(modules, at, glob, asked)? {
            Meaning::Module(of) => look_up(modules, of, name, is_last, asked),
            Meaning::Item(_) | Meaning::Foreign => None,
        });
        behind_glob.or_else(|| module.macro_words.contains(name).then_some(Meaning::Item(at)))
    };
    asked.remove(&(at, name));
    found
}
