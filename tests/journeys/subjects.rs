//! How many places a new subject and a new event cost outside of their own folders: few, and each a line in a
//! list. Needs no database.
//!
//! Words are counted, as a reader who searches for the subject's name would find them. Comments and code for
//! tests do not count.

use crate::circles::{is_for_tests, read};
use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::Path,
};
use syn::{
    Expr, ExprMatch, Item, Pat,
    visit::{self, Visit},
};

/// Where a subject has a folder of its own.
const CRATES: [&str; 3] = ["domain", "read-model", "api"];

/// The most lines outside of its folders that may name a subject, and the most files.
const MOST: usize = 9;

/// Of these, others speak as well: each event of an operation says so, whoever acts is a partner's, schedules and conflicts
/// are of what is carried out, incidents and requests have claims, clocks and agendas in common, whatever is sent is a
/// request, shifts and log entries are a centre's, and a watch is a role and a channel, too. What is asked for, and what
/// laws grant, is assistance, too. Labels and loaders speak of contributions, of outcomes and of SITREPs, and tasks and
/// decisions have an outcome, too. A review consists of four kinds of things.
const SPOKEN_OF: [&str; 14] = [
    "assignment",
    "assistance",
    "centre",
    "coalition",
    "contribution",
    "execution",
    "incident",
    "operation",
    "outcome",
    "plan",
    "request",
    "review",
    "sitrep",
    "watch",
];

/// Two subjects are folded from these: the operation, and when a post is bound.
const FOLDED_TWICE: [&str; 2] = ["AssignmentEvent", "OperationEvent"];

/// The files of the crates by their path from the workspace, code for tests at their ends left out.
fn sources() -> BTreeMap<String, String> {
    let workspace = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let mut sources = BTreeMap::new();
    for krate in CRATES {
        let below = format!("crates/{krate}/src/");
        read(&workspace.join(&below), &below, &mut sources);
    }
    for text in sources.values_mut() {
        if let Some(tests) = text.find("\n#[cfg(test)]\nmod tests {") {
            text.truncate(tests);
        }
    }
    sources
}

/// The folders that are a subject's in `domain`.
fn subjects(sources: &BTreeMap<String, String>) -> BTreeSet<&str> {
    sources
        .keys()
        .filter_map(|path| path.strip_prefix("crates/domain/src/")?.strip_suffix("/event.rs"))
        .collect()
}

/// The lines outside of all subjects' folders that name this one: file, number, text.
fn places<'a>(sources: &'a BTreeMap<String, String>, subject: &str) -> Vec<(&'a str, usize, String)> {
    let subjects = subjects(sources);
    let is_outside = |path: &str| {
        let folder = path.split('/').nth(3).unwrap_or_default();
        // What is measured is of all of them.
        !subjects.contains(folder) && folder != "metrics"
    };
    let mut places = Vec::new();
    for (path, text) in sources.iter().filter(|(path, _)| is_outside(path)) {
        for (line, number) in without_comments(text).lines().zip(1..) {
            if words(line).any(|word| is_name(&word, subject)) {
                places.push((path.as_str(), number, line.trim().to_owned()));
            }
        }
    }
    places
}

fn is_name(word: &str, subject: &str) -> bool {
    word.strip_prefix(subject).is_some_and(|ending| ["", "s", "es"].contains(&ending))
}

/// The words of identifiers and texts, in lower case: those of `CentreCode` are `centre` and `code`.
fn words(line: &str) -> impl Iterator<Item = String> {
    let mut words = vec![String::new()];
    let mut is_after_small = false;
    for letter in line.chars() {
        if !letter.is_alphanumeric() || (is_after_small && letter.is_uppercase()) {
            words.push(String::new());
        }
        if letter.is_alphanumeric() {
            words.last_mut().unwrap().extend(letter.to_lowercase());
        }
        is_after_small = letter.is_lowercase();
    }
    words.into_iter()
}

/// The same lines without what comments say.
fn without_comments(text: &str) -> String {
    let mut kept = String::new();
    let mut rest = text;
    while let Some(next) = rest.chars().next() {
        let (length, is_comment) = token(rest, kept.chars().last());
        let (token, after) = rest.split_at(length.max(next.len_utf8()));
        if is_comment {
            kept.extend(token.chars().filter(|letter| *letter == '\n'));
        } else {
            kept.push_str(token);
        }
        rest = after;
    }
    kept
}

/// How long the comment or the literal is that the text begins with, and whether it is a comment; 0: neither.
fn token(text: &str, before: Option<char>) -> (usize, bool) {
    let to_end =
        |from: usize, end: &str| text[from..].find(end).map_or(text.len(), |at| from + at + end.len());
    if text.starts_with("//") {
        // The line's end stays.
        return (text.find('\n').unwrap_or(text.len()), true);
    }
    if text.starts_with("/*") {
        return (to_end(2, "*/"), true);
    }
    let hashes = text.strip_prefix('r').map(|text| text.len() - text.trim_start_matches('#').len());
    if let Some(hashes) = hashes.filter(|hashes| text[1 + hashes..].starts_with('"'))
        && !before.is_some_and(|before| before.is_alphanumeric() || before == '_')
    {
        return (to_end(hashes + 2, &format!("\"{}", "#".repeat(hashes))), false);
    }
    if text.starts_with('"') {
        let mut is_escaped = false;
        let end = text.char_indices().skip(1).find(|(_, letter)| {
            let ends = *letter == '"' && !is_escaped;
            is_escaped = *letter == '\\' && !is_escaped;
            ends
        });
        return (end.map_or(text.len(), |(at, _)| at + 1), false);
    }
    // Of letters that are quoted only this one could be taken for something else.
    (if text.starts_with("'\"'") { 3 } else { 0 }, false)
}

/// One text for a subject that is named too often, with all places.
fn fault(sources: &BTreeMap<String, String>, subject: &str) -> Option<String> {
    let places = places(sources, subject);
    let files: BTreeSet<&str> = places.iter().map(|(path, ..)| *path).collect();
    if places.len() <= MOST {
        return None;
    }
    let told: Vec<String> =
        places.iter().map(|(path, number, line)| format!("    {path}:{number}: {line}")).collect();
    Some(format!(
        "`{subject}` is named in {} lines of {} files outside of its folders, and {MOST} is the most:\n{}",
        places.len(),
        files.len(),
        told.join("\n")
    ))
}

#[test]
fn a_subject_is_registered_in_nine_lines_at_most() {
    let sources = sources();
    let subjects = subjects(&sources);
    assert!(subjects.contains("centre"), "{subjects:?}");
    let faults: Vec<String> = subjects
        .iter()
        .filter(|subject| !SPOKEN_OF.contains(subject))
        .filter_map(|subject| fault(&sources, subject))
        .collect();
    assert!(faults.is_empty(), "\n{}\n", faults.join("\n"));
    for subject in SPOKEN_OF {
        assert!(fault(&sources, subject).is_some(), "`{subject}` need not be excepted");
    }
}

#[test]
fn the_recipe_for_a_subject_links_every_file_that_it_is_registered_in() {
    let text = fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../ARCHITECTURE.md")).unwrap();
    let recipe = text.split_once("\n## Adding a subject\n").unwrap().1;
    let recipe = recipe.split_once("\n## ").unwrap().0;
    let sources = sources();
    for (path, number, line) in places(&sources, "centre") {
        assert!(recipe.contains(&format!("]({path})")), "no link to {path}:{number}: {line}");
    }
}

/// For each event of `domain` the files of the matches in which it stands, and the enum that it is of.
#[derive(Default)]
struct Matches {
    file: String,
    of: BTreeMap<String, Vec<String>>,
}

impl<'ast> Visit<'ast> for Matches {
    fn visit_item(&mut self, item: &'ast Item) {
        let attributes = match item {
            Item::Fn(item) => &item.attrs[..],
            Item::Impl(item) => &item.attrs,
            Item::Mod(item) => &item.attrs,
            _ => &[],
        };
        if !attributes.iter().any(is_for_tests) {
            visit::visit_item(self, item);
        }
    }

    fn visit_expr_match(&mut self, found: &'ast ExprMatch) {
        let mut named = Named::default();
        for arm in &found.arms {
            named.visit_pat(&arm.pat);
        }
        for name in named.0 {
            self.of.entry(name).or_default().push(self.file.clone());
        }
        visit::visit_expr_match(self, found);
    }
}

/// The last names of the paths in patterns.
#[derive(Default)]
struct Named(BTreeSet<String>);

impl<'ast> Visit<'ast> for Named {
    fn visit_pat(&mut self, pattern: &'ast Pat) {
        let path = match pattern {
            Pat::Path(pattern) => Some(&pattern.path),
            Pat::Struct(pattern) => Some(&pattern.path),
            Pat::TupleStruct(pattern) => Some(&pattern.path),
            _ => None,
        };
        if let Some(last) = path.and_then(|path| path.segments.last()) {
            self.0.insert(last.ident.to_string());
        }
        visit::visit_pat(self, pattern);
    }

    fn visit_expr(&mut self, _: &'ast Expr) {}
}

/// One text for each event that stands in more matches than its `about` and its folds, in fewer or elsewhere.
fn match_faults(sources: &BTreeMap<String, String>) -> Vec<String> {
    let (mut matches, mut events) = (Matches::default(), Vec::new());
    for (path, text) in sources {
        let file = syn::parse_file(text).unwrap_or_else(|error| panic!("{path}: {error}"));
        matches.file.clone_from(path);
        matches.visit_file(&file);
        for item in &file.items {
            match item {
                Item::Enum(item)
                    if path.starts_with("crates/domain/")
                        && path.ends_with("/event.rs")
                        && item.ident.to_string().ends_with("Event") =>
                {
                    let family = item.ident.to_string();
                    events
                        .extend(item.variants.iter().map(|event| (family.clone(), event.ident.to_string())));
                }
                _ => {}
            }
        }
    }
    let fault = |(family, event): &(String, String)| {
        let wanted = if FOLDED_TWICE.contains(&family.as_str()) { 3 } else { 2 };
        let found = matches.of.get(event).map_or(&[][..], Vec::as_slice);
        let abouts = found.iter().filter(|place| place.contains("/event.rs")).count();
        let folds = found.iter().filter(|place| place.contains("/state.rs")).count();
        (found.len() != wanted || (abouts, folds) != (1, wanted - 1)).then(|| {
            format!("`{family}::{event}` stands in {} matches, not in {wanted}: {found:?}", found.len())
        })
    };
    assert!(events.iter().any(|(family, _)| family == "CentreEvent"), "{events:?}");
    events.iter().filter_map(fault).collect()
}

#[test]
fn an_event_stands_in_two_matches_its_about_and_its_fold() {
    let faults = match_faults(&sources());
    assert!(faults.is_empty(), "\n{}\n", faults.join("\n"));
}

fn made<const N: usize>(files: [(&str, &str); N]) -> BTreeMap<String, String> {
    files.map(|(path, text)| (format!("crates/{path}"), text.to_owned())).into()
}

#[test]
fn a_place_is_a_line_of_code_outside_of_all_folders() {
    let sources = made([
        ("api/src/lib.rs", "mod centre;\nmod central;\n// mod centre;\n/* centre\n*/ mod epicentre;"),
        ("api/src/centre/types.rs", "struct Centre;"),
        ("domain/src/centre/event.rs", "enum CentreEvent {}"),
        ("domain/src/plan/event.rs", "use crate::centre::Centre;"),
        (
            "read-model/src/sql.rs",
            "const SQL: &str = r#\"\n// \"\nfrom centre\"#; // centre\nfn find_centres() {}",
        ),
    ]);
    let found: Vec<_> =
        places(&sources, "centre").into_iter().map(|(path, number, _)| (path, number)).collect();
    assert_eq!(
        found,
        [
            ("crates/api/src/lib.rs", 1),
            ("crates/read-model/src/sql.rs", 3),
            ("crates/read-model/src/sql.rs", 4)
        ]
    );
}

#[test]
fn a_subject_that_is_named_too_often_is_told_with_its_places() {
    let often = "mod centre;\n".repeat(MOST);
    let mut sources = made([("api/src/lib.rs", &often), ("domain/src/centre/event.rs", "")]);
    assert_eq!(fault(&sources, "centre"), None);
    sources.insert("crates/domain/src/lib.rs".to_owned(), "\npub mod centre;".to_owned());
    let told = fault(&sources, "centre").unwrap();
    assert!(told.starts_with("`centre` is named in 10 lines of 2 files outside of its folders"), "{told}");
    assert!(told.ends_with("\n    crates/domain/src/lib.rs:2: pub mod centre;"), "{told}");
}

#[test]
fn a_third_match_on_an_event_is_told_and_so_is_one_elsewhere() {
    let event = "enum CentreEvent { A { n: u32 } } fn about() { match event { Self::A { .. } => {} } }";
    let fold = "fn fold() { match event { CentreEvent::A { .. } => {} } }";
    let mut sources = made([("domain/src/centre/event.rs", event), ("domain/src/centre/state.rs", fold)]);
    assert_eq!(match_faults(&sources), [""; 0]);
    sources.insert("crates/domain/src/other.rs".to_owned(), fold.to_owned());
    assert_eq!(match_faults(&sources).len(), 1);
    sources.remove("crates/domain/src/centre/state.rs");
    assert_eq!(match_faults(&sources).len(), 1, "two, but one of them is no fold");
}
