//! What the files of a crate say of each other: which modules there are, what each defines, imports and
//! names.
//!
//! Only as far as syntax tells. No macro is expanded, so what stands in the call of one counts for what it
//! might define and for what it might name. Calls of methods name no file and count for none.

use proc_macro2::{TokenStream, TokenTree};
use std::collections::{BTreeMap, BTreeSet};
use syn::{
    Attribute, File, Item, ItemMod, ItemUse, Macro, Meta, Path, UseTree, Visibility,
    visit::{self, Visit},
};

/// Names from the outermost to the innermost: `crate::plan::Task` is `["crate", "plan", "Task"]`.
pub(super) type Names = Vec<String>;

/// A module: a file of its own, or a block in its parent's file.
#[derive(Default)]
pub(super) struct Module {
    /// How it is told: `plan::content`, and `lib` or `main` for a root.
    pub file: String,
    /// None: a root.
    pub parent: Option<usize>,
    pub children: BTreeMap<String, usize>,
    /// What it defines.
    pub items: BTreeSet<String>,
    /// Words in its calls of macros, which may define what they name.
    pub macro_words: BTreeSet<String>,
    /// What `use` brings in, by the name that it has here.
    pub imports: BTreeMap<String, Names>,
    /// Modules that are brought in whole.
    pub globs: Vec<Names>,
    /// What it names, in its own imports and in its code. Not what it only passes on by `pub use`.
    pub named: BTreeSet<Names>,
}

/// The modules of a crate, children after their parents, from the text of its files by their path below
/// `src`.
pub(super) fn modules(files: &BTreeMap<String, String>) -> Vec<Module> {
    let mut modules = Vec::new();
    for root in ["lib", "main"] {
        let path = format!("{root}.rs");
        if let Some(text) = files.get(&path) {
            let file = parse(&path, text);
            let mut reader = Reader { files, modules: &mut modules, at: 0, folder: String::new() };
            reader.module(root.to_owned(), None, &file.items);
        }
    }
    modules
}

fn parse(path: &str, text: &str) -> File {
    syn::parse_file(text).unwrap_or_else(|error| panic!("{path}: {error}"))
}

struct Reader<'a> {
    files: &'a BTreeMap<String, String>,
    modules: &'a mut Vec<Module>,
    /// The module that is being read.
    at: usize,
    /// Where the files of its children are.
    folder: String,
}

impl Reader<'_> {
    fn module(&mut self, file: String, parent: Option<usize>, items: &[Item]) -> usize {
        let outer = std::mem::replace(&mut self.at, self.modules.len());
        self.modules.push(Module { file, parent, ..Module::default() });
        for item in items {
            self.visit_item(item);
        }
        std::mem::replace(&mut self.at, outer)
    }

    fn here(&mut self) -> &mut Module {
        &mut self.modules[self.at]
    }

    fn import(&mut self, prefix: &[String], tree: &UseTree, is_passed_on: bool) {
        let below = |name: String| prefix.iter().cloned().chain([name]).collect::<Names>();
        let (path, name) = match tree {
            UseTree::Path(path) => {
                let prefix = below(path.ident.to_string());
                return self.import(&prefix, &path.tree, is_passed_on);
            }
            UseTree::Group(group) => {
                for tree in &group.items {
                    self.import(prefix, tree, is_passed_on);
                }
                return;
            }
            UseTree::Glob(_) => {
                self.here().globs.push(prefix.to_vec());
                return;
            }
            UseTree::Name(name) if name.ident == "self" => (prefix.to_vec(), prefix.last().cloned()),
            UseTree::Name(name) => (below(name.ident.to_string()), Some(name.ident.to_string())),
            UseTree::Rename(name) if name.ident == "self" => (prefix.to_vec(), Some(name.rename.to_string())),
            UseTree::Rename(name) => (below(name.ident.to_string()), Some(name.rename.to_string())),
        };
        if !is_passed_on {
            self.here().named.insert(path.clone());
        }
        // `use Trait as _` names nothing.
        if let Some(name) = name.filter(|name| name != "_") {
            self.here().imports.insert(name, path);
        }
    }

    /// Paths among tokens: `a::b` and single words, but no fields and methods, which follow a dot.
    fn scan(&mut self, tokens: TokenStream) {
        let mut path = Names::new();
        let mut colons = 0;
        let mut is_after_dot = false;
        for token in tokens {
            match token {
                TokenTree::Ident(word) => {
                    if colons != 2 {
                        self.name(std::mem::take(&mut path));
                    }
                    if !is_after_dot {
                        path.push(word.to_string());
                    }
                    (colons, is_after_dot) = (0, false);
                    continue;
                }
                TokenTree::Punct(punct) if punct.as_char() == ':' && !path.is_empty() => {
                    colons += 1;
                    continue;
                }
                TokenTree::Punct(punct) => is_after_dot = punct.as_char() == '.',
                TokenTree::Group(group) => {
                    is_after_dot = false;
                    self.scan(group.stream());
                }
                TokenTree::Literal(_) => is_after_dot = false,
            }
            self.name(std::mem::take(&mut path));
            colons = 0;
        }
        self.name(path);
    }

    fn name(&mut self, path: Names) {
        if !path.is_empty() {
            self.here().named.insert(path);
        }
    }

    fn child(&mut self, module: &ItemMod) {
        let name = module.ident.to_string();
        let folder = format!("{}{name}/", self.folder);
        let (file, parsed);
        let items = if let Some((_, items)) = &module.content {
            file = self.here().file.clone();
            items
        } else {
            let paths = [format!("{}{name}.rs", self.folder), format!("{folder}mod.rs")];
            let found = paths.iter().find_map(|path| Some((path, self.files.get(path)?)));
            let (path, text) = found.unwrap_or_else(|| panic!("there is neither {}", paths.join(" nor ")));
            file = folder.trim_end_matches('/').replace('/', "::");
            parsed = parse(path, text);
            &parsed.items
        };
        let outer = std::mem::replace(&mut self.folder, folder);
        let child = self.module(file, Some(self.at), items);
        self.folder = outer;
        self.here().children.insert(name, child);
    }
}

impl<'ast> Visit<'ast> for Reader<'_> {
    fn visit_item(&mut self, item: &'ast Item) {
        let (attributes, name) = head(item);
        if attributes.iter().any(is_for_tests) {
            return;
        }
        if let Some(name) = name {
            self.here().items.insert(name);
        }
        if let Item::Macro(call) = item {
            words(call.mac.tokens.clone(), &mut self.modules[self.at].macro_words);
        }
        visit::visit_item(self, item);
    }

    fn visit_item_mod(&mut self, module: &'ast ItemMod) {
        self.child(module);
    }

    fn visit_item_use(&mut self, item: &'ast ItemUse) {
        self.import(&[], &item.tree, !matches!(item.vis, Visibility::Inherited));
    }

    fn visit_path(&mut self, path: &'ast Path) {
        self.name(path.segments.iter().map(|segment| segment.ident.to_string()).collect());
        visit::visit_path(self, path);
    }

    fn visit_macro(&mut self, call: &'ast Macro) {
        self.scan(call.tokens.clone());
        visit::visit_macro(self, call);
    }

    fn visit_attribute(&mut self, attribute: &'ast Attribute) {
        if let Meta::List(list) = &attribute.meta {
            self.scan(list.tokens.clone());
        }
    }
}

/// The attributes of an item and the name that it defines. A module's name is among the children.
fn head(item: &Item) -> (&[Attribute], Option<String>) {
    let (attributes, name) = match item {
        Item::Const(item) => (&item.attrs, Some(&item.ident)),
        Item::Enum(item) => (&item.attrs, Some(&item.ident)),
        Item::Fn(item) => (&item.attrs, Some(&item.sig.ident)),
        Item::Impl(item) => (&item.attrs, None),
        Item::Macro(item) => (&item.attrs, item.ident.as_ref()),
        Item::Mod(item) => (&item.attrs, None),
        Item::Static(item) => (&item.attrs, Some(&item.ident)),
        Item::Struct(item) => (&item.attrs, Some(&item.ident)),
        Item::Trait(item) => (&item.attrs, Some(&item.ident)),
        Item::Type(item) => (&item.attrs, Some(&item.ident)),
        Item::Union(item) => (&item.attrs, Some(&item.ident)),
        Item::Use(item) => (&item.attrs, None),
        _ => return (&[], None),
    };
    (attributes, name.map(ToString::to_string))
}

/// `#[test]` and its kin, and `#[cfg(test)]`, but not `#[cfg(not(test))]`.
pub(crate) fn is_for_tests(attribute: &Attribute) -> bool {
    let mut conditions = BTreeSet::new();
    match &attribute.meta {
        Meta::List(list) if list.path.is_ident("cfg") => words(list.tokens.clone(), &mut conditions),
        meta => return meta.path().segments.last().is_some_and(|last| last.ident == "test"),
    }
    conditions.contains("test") && !conditions.contains("not")
}

fn words(tokens: TokenStream, words: &mut BTreeSet<String>) {
    for token in tokens {
        match token {
            TokenTree::Ident(word) => {
                words.insert(word.to_string());
            }
            TokenTree::Group(group) => self::words(group.stream(), words),
            TokenTree::Punct(_) | TokenTree::Literal(_) => {}
        }
    }
}
