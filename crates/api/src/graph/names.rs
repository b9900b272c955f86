//! Which of a thing's names is answered.

use domain::Names;

/// Languages that a request would rather be answered in, most wanted first.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Languages(pub(crate) Vec<domain::Language>);

impl Languages {
    /// The first that there is; `plain`, which is in English, when there is none or English is wanted first.
    pub(crate) fn choose<'a>(&self, names: &'a Names, plain: &'a str) -> &'a str {
        self.0.iter().find_map(|language| name_in(*language, names, plain)).unwrap_or(plain)
    }
}

/// The name in one language; `None` when there is none. `plain` is in English.
pub(crate) fn name_in<'a>(language: domain::Language, names: &'a Names, plain: &'a str) -> Option<&'a str> {
    match names.get(language) {
        Some(name) => Some(name.as_str()),
        None => (language == domain::Language::En).then_some(plain),
    }
}
