//! Whose work is in the binary, and under which licences: one text file, made from what cargo knows and what
//! the crates carry.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Write as _,
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result};
use serde_json::Value;

/// How the names of files begin that hold a licence or what it wants told.
const TEXTS: [&str; 6] = ["LICENSE", "LICENCE", "COPYING", "COPYRIGHT", "NOTICE", "UNLICENSE"];

/// What is below a crate's root is searched so deep: C libraries lie there with licences of their own.
const DEPTH: usize = 3;

/// A crate that somebody else wrote.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct ThirdParty {
    name: String,
    version: String,
    licence: String,
    repository: String,
    dir: PathBuf,
}

impl ThirdParty {
    fn title(&self) -> String {
        format!("{} {}", self.name, self.version)
    }
}

/// What `package` is built from, by name: its dependencies and theirs, without what only tests or build
/// scripts use. `metadata` is `cargo metadata`'s of one platform.
///
/// Fails when it does not hold the package.
pub fn third_parties(metadata: &Value, package: &str) -> Result<Vec<ThirdParty>> {
    let by_id = |list: &Value| -> BTreeMap<String, Value> {
        let entries = list.as_array().into_iter().flatten();
        entries.map(|entry| (text(entry, "id"), entry.clone())).collect()
    };
    let packages = by_id(&metadata["packages"]);
    let nodes = by_id(&metadata["resolve"]["nodes"]);
    let root = packages.iter().find(|(_, found)| found["name"] == package);
    let (root, _) = root.with_context(|| format!("`cargo metadata` names no {package}"))?;

    let mut seen = BTreeSet::new();
    let mut ahead = vec![root.clone()];
    while let Some(id) = ahead.pop() {
        let Some(node) = nodes.get(&id) else { continue };
        if !seen.insert(id) {
            continue;
        }
        for dependency in node["deps"].as_array().into_iter().flatten() {
            let mut kinds = dependency["dep_kinds"].as_array().into_iter().flatten();
            if kinds.any(|kind| kind["kind"].is_null()) {
                ahead.push(text(dependency, "pkg"));
            }
        }
    }
    let others = seen.iter().filter_map(|id| packages.get(id)).filter(|found| !found["source"].is_null());
    let mut others: Vec<_> = others.map(third_party).collect();
    others.sort();
    Ok(others)
}

fn third_party(package: &Value) -> ThirdParty {
    let manifest = PathBuf::from(text(package, "manifest_path"));
    ThirdParty {
        name: text(package, "name"),
        version: text(package, "version"),
        licence: text(package, "license"),
        repository: text(package, "repository"),
        dir: manifest.parent().unwrap_or(Path::new("")).to_owned(),
    }
}

fn text(value: &Value, key: &str) -> String {
    value[key].as_str().unwrap_or_default().to_owned()
}

/// The file: a line for each crate, then every text once, under those who gave it. `vendored` is what the
/// project itself carries of others, with its texts.
pub fn describe(others: &[ThirdParty], vendored: &[(String, String)]) -> Result<String> {
    let mut given = BTreeMap::<String, Given>::new();
    let mut add = |giver: String, text: String| {
        // Many differ in where their lines break, and in nothing else.
        let words = text.split_whitespace().collect::<Vec<_>>().join(" ");
        given.entry(words).or_insert_with(|| Given { givers: BTreeSet::new(), text }).givers.insert(giver);
    };
    for other in others {
        for path in texts(&other.dir, DEPTH)? {
            let text = fs::read(&path).with_context(|| format!("could not read {}", path.display()))?;
            add(other.title(), String::from_utf8_lossy(&text).into_owned());
        }
    }
    for (name, text) in vendored {
        add(name.clone(), text.clone());
    }
    Ok(shown(others, given.into_values().collect()))
}

/// A text, and the crates that carry it.
struct Given {
    givers: BTreeSet<String>,
    text: String,
}

fn shown(others: &[ThirdParty], mut given: Vec<Given>) -> String {
    let mut shown =
        "Accord is given under MIT or Apache-2.0. It is built from the work of others, under licences of \
                     their own:\n\n"
            .to_owned();
    for other in others {
        let _ = writeln!(shown, "{} | {} | {}", other.title(), other.licence, other.repository);
    }
    given.sort_by(|one, other| one.givers.cmp(&other.givers).then_with(|| one.text.cmp(&other.text)));
    for Given { givers, text } in given {
        let givers: Vec<_> = givers.iter().map(String::as_str).collect();
        let line = "-".repeat(100);
        let _ = write!(shown, "\n{line}\n{}\n{line}\n\n{}\n", givers.join(", "), text.trim());
    }
    shown
}

/// The files below `dir` that hold licences, in order.
fn texts(dir: &Path, depth: usize) -> Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    for entry in fs::read_dir(dir).with_context(|| format!("could not list {}", dir.display()))? {
        let path = entry.with_context(|| format!("could not list {}", dir.display()))?.path();
        if path.is_dir() {
            if depth > 0 {
                found.append(&mut texts(&path, depth - 1)?);
            }
        } else if is_licence(&path) {
            found.push(path);
        }
    }
    found.sort();
    Ok(found)
}

/// By its name. Sources are called so too, such as `license.rs`.
fn is_licence(path: &Path) -> bool {
    let name = path.file_name().unwrap_or_default().to_string_lossy().to_uppercase();
    let ending = path.extension().unwrap_or_default().to_string_lossy().to_lowercase();
    TEXTS.iter().any(|start| name.starts_with(start)) && !matches!(ending.as_str(), "rs" | "py" | "h" | "c")
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;
    use tempfile::TempDir;

    fn package(name: &str, source: &Value) -> Value {
        json!({
            "id": name,
            "name": name,
            "version": "1.0.0",
            "license": "MIT",
            "repository": format!("https://example.org/{name}"),
            "source": source,
            "manifest_path": format!("/registry/{name}/Cargo.toml"),
        })
    }

    fn node(name: &str, needs: &[(&str, &Value)]) -> Value {
        let deps: Vec<_> =
            needs.iter().map(|(pkg, kind)| json!({ "pkg": pkg, "dep_kinds": [{ "kind": kind }] })).collect();
        json!({ "id": name, "deps": deps })
    }

    #[test]
    fn what_is_shipped_is_told_and_what_only_builds_or_tests_is_not() {
        let (ours, theirs, normal) = (Value::Null, json!("registry"), Value::Null);
        let (dev, build) = (json!("dev"), json!("build"));
        let metadata = json!({
            "packages": [
                package("accord", &ours), package("domain", &ours), package("serde", &theirs),
                package("itoa", &theirs), package("proptest", &theirs), package("cc", &theirs),
                package("unrelated", &theirs),
            ],
            "resolve": { "nodes": [
                node("accord", &[("domain", &normal), ("proptest", &dev), ("cc", &build)]),
                node("domain", &[("serde", &normal)]),
                node("serde", &[("itoa", &normal), ("serde", &normal)]),
                node("itoa", &[]), node("proptest", &[]), node("cc", &[]), node("unrelated", &[]),
            ] },
        });
        let found = third_parties(&metadata, "accord").unwrap();
        assert_eq!(found.iter().map(ThirdParty::title).collect::<Vec<_>>(), ["itoa 1.0.0", "serde 1.0.0"]);
        assert_eq!(found[0].dir, Path::new("/registry/itoa"));
        assert!(third_parties(&metadata, "gone").is_err());
    }

    #[test]
    fn a_text_is_shown_once_under_all_who_carry_it() {
        let dir = TempDir::new().unwrap();
        let other = |name: &str, files: &[(&str, &str)]| {
            let own = dir.path().join(name);
            for (path, text) in files {
                fs::create_dir_all(own.join(path).parent().unwrap()).unwrap();
                fs::write(own.join(path), text).unwrap();
            }
            ThirdParty {
                name: name.to_owned(),
                version: "1.0.0".to_owned(),
                licence: "MIT".to_owned(),
                repository: format!("https://example.org/{name}"),
                dir: own,
            }
        };
        let others = [
            other("a", &[("LICENSE-MIT", "Do what\nyou like.\n"), ("src/license.rs", "fn main() {}")]),
            other("b", &[("license.txt", "Do what you like.\n"), ("c_src/lib/COPYING", "Of the C part.")]),
        ];
        let shown = describe(&others, &[("c".to_owned(), "Of a script.".to_owned())]).unwrap();

        assert!(shown.contains("a 1.0.0 | MIT | https://example.org/a\n"), "{shown}");
        assert!(shown.contains("\na 1.0.0, b 1.0.0\n"), "{shown}");
        assert_eq!(shown.matches("you like.").count(), 1, "{shown}");
        assert!(shown.contains("\nb 1.0.0\n") && shown.contains("Of the C part."), "{shown}");
        assert!(shown.contains("\nc\n") && shown.contains("Of a script."), "{shown}");
        assert!(!shown.contains("fn main"), "{shown}");
    }
}
