//! No circle of modules in any crate: two files of which each needs the other are one, or hold something that
//! belongs into a third. Needs no database.
//!
//! A module is a file. What a file uses counts for the file that defines it, whatever passes it on, and `pub
//! use` by itself uses nothing. Code for tests does not count.

mod find;
mod names;
mod source;

pub(crate) use source::is_for_tests;

use std::{collections::BTreeMap, fs, path::Path};

/// The circles of one crate, of which these are the files below `src`.
fn circles(krate: &str, files: &BTreeMap<String, String>) -> Vec<String> {
    find::circles(krate, &names::uses(&source::modules(files)))
}

/// The text of every Rust file below a folder, by its path from `src`.
pub(crate) fn read(folder: &Path, below: &str, files: &mut BTreeMap<String, String>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = format!("{below}{}", path.file_name().unwrap().to_str().unwrap());
        if path.is_dir() {
            read(&path, &format!("{name}/"), files);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.insert(name, fs::read_to_string(&path).unwrap());
        }
    }
}

#[test]
fn no_crate_has_a_circle_of_modules() {
    let crates = Path::new(env!("CARGO_MANIFEST_DIR")).join("../crates");
    let mut folders: Vec<_> = fs::read_dir(crates).unwrap().map(|entry| entry.unwrap().path()).collect();
    folders.sort();
    // Side by side, because a parser that is built for debugging takes its time.
    let found: Vec<String> = std::thread::scope(|scope| {
        let crates: Vec<_> = folders
            .iter()
            .map(|folder| {
                scope.spawn(move || {
                    let mut files = BTreeMap::new();
                    read(&folder.join("src"), "", &mut files);
                    assert!(files.contains_key("lib.rs") || files.contains_key("main.rs"), "{folder:?}");
                    circles(folder.file_name().unwrap().to_str().unwrap(), &files)
                })
            })
            .collect();
        crates.into_iter().flat_map(|one| one.join().unwrap()).collect()
    });
    assert!(found.is_empty(), "\n{}\n", found.join("\n"));
}

/// The circles of a crate that is made up of these files.
fn circles_of<const N: usize>(files: [(&str, &str); N]) -> Vec<String> {
    circles("made", &files.map(|(path, text)| (path.to_owned(), text.to_owned())).into())
}

#[test]
fn files_that_use_one_after_the_other_are_no_circle() {
    let files = [
        ("lib.rs", "mod a; mod b; mod c; pub use a::A; use c::C; pub fn open(_: C) {}"),
        ("a.rs", "use crate::b; use std::fmt::{self, Display}; pub struct A(b::B); impl fmt::Debug for A {}"),
        ("b/mod.rs", "mod inner; pub use inner::*; pub struct B(Inner);"),
        ("b/inner.rs", "pub struct Inner(std::sync::Arc<crate::c::C>);"),
        ("c.rs", "pub struct C;"),
    ];
    assert_eq!(circles_of(files), [""; 0]);
}

#[test]
fn a_circle_is_told_with_what_ties_it() {
    let files = [
        ("main.rs", "mod a; mod b; fn main() { a::run(); }"),
        ("a.rs", "use crate::b::{B, Other as Renamed}; pub struct A; pub fn run() {} "),
        ("b.rs", "pub struct B; pub struct Other; fn f() -> Option<super::a::A> { super::a::run() }"),
    ];
    let told = "`made`: a → b → a\n    a uses of b: B, Other\n    b uses of a: A, run";
    assert_eq!(circles_of(files), [told]);
}

#[test]
fn a_circle_is_found_behind_what_is_passed_on() {
    let files = [
        ("lib.rs", "mod plan; mod store; pub use plan::*; pub(crate) use store::Row;"),
        ("plan/mod.rs", "mod task; pub use self::task::{Task as PlannedTask};"),
        ("plan/task.rs", "use super::super::Row; pub struct Task(Row);"),
        ("store.rs", "use crate::PlannedTask; pub struct Row; impl From<PlannedTask> for Row {}"),
    ];
    let told = "`made`: plan::task → store → plan::task\n    plan::task uses of store: Row\n    \
                store uses of plan::task: PlannedTask";
    assert_eq!(circles_of(files), [told]);
}

#[test]
fn a_parent_that_passes_on_is_in_no_circle_and_one_that_uses_is() {
    let passes_on =
        [("lib.rs", "mod a; pub use a::A; pub struct Error;"), ("a.rs", "pub struct A(crate::Error);")];
    assert_eq!(circles_of(passes_on), [""; 0]);
    let uses = [
        ("lib.rs", "mod a; pub use a::A; pub struct Error; pub fn open() -> A {}"),
        ("a.rs", "pub struct A(crate::Error);"),
    ];
    let told = "`made`: a → lib → a\n    a uses of lib: Error\n    lib uses of a: A";
    assert_eq!(circles_of(uses), [told]);
}

#[test]
fn what_macros_define_and_name_counts() {
    let files = [
        ("lib.rs", "mod ids; mod log; pub use ids::*;"),
        (
            "ids.rs",
            "macro_rules! ids { ($name:ident) => {}; } ids! { TaskId; } fn f() { info!(crate::log::NAME); }",
        ),
        ("log.rs", "pub const NAME: &str = \"\"; fn g(_: crate::TaskId) {}"),
    ];
    let told = "`made`: ids → log → ids\n    ids uses of log: NAME\n    log uses of ids: TaskId";
    assert_eq!(circles_of(files), [told]);
}

#[test]
fn code_for_tests_does_not_count() {
    let files = [
        ("lib.rs", "mod a; mod b; #[cfg(test)] mod samples;"),
        ("a.rs", "pub struct A; #[cfg(test)] mod tests { use crate::b::B; use super::*; }"),
        ("b.rs", "use crate::a::A; pub struct B; #[cfg(not(test))] pub struct C(A);"),
        ("samples.rs", "use crate::{a::A, b::B};"),
    ];
    assert_eq!(circles_of(files), [""; 0]);
}

#[test]
fn the_shortest_circle_is_told_first_and_each_once() {
    let files = [
        ("lib.rs", "mod a; mod b; mod c; mod d; mod e;"),
        ("a.rs", "pub struct A(crate::b::B);"),
        ("b.rs", "pub struct B(crate::c::C);"),
        ("c.rs", "pub struct C(crate::a::A);"),
        ("d.rs", "pub struct D(crate::e::E);"),
        ("e.rs", "pub struct E(crate::d::D);"),
    ];
    let told = circles_of(files);
    let first_lines: Vec<&str> = told.iter().filter_map(|circle| circle.lines().next()).collect();
    assert_eq!(first_lines, ["`made`: d → e → d", "`made`: a → b → c → a"]);
}
