//! Which of a thing's names is answered: that of the language asked for, by argument or by `Accept-Language`.

use crate::{
    Error,
    graph::{context::session, names::name_in},
};
use async_graphql::{Context, Enum, InputObject, SimpleObject};
use domain::Names;

/// A language of the coalition.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "domain::Language")]
pub enum Language {
    /// English (`en`), the working language: everything has a name in it.
    En,
    /// Thai (`th`).
    Th,
    /// Chinese (`zh`).
    Zh,
    /// Burmese (`my`).
    My,
    /// Lao (`lo`).
    Lo,
    /// Khmer (`km`).
    Km,
    /// Vietnamese (`vi`).
    Vi,
}

/// A name in one language.
#[derive(SimpleObject)]
pub struct LocalisedName {
    language: Language,
    text: String,
}

/// A name in one language.
#[derive(InputObject)]
pub struct LocalisedNameInput {
    pub(crate) language: Language,
    pub(crate) text: String,
}

/// In the language of the argument, else of the request; `plain` when there is no such name.
pub(crate) fn localise<'a>(
    ctx: &Context<'_>,
    names: &'a Names,
    plain: &'a str,
    language: Option<Language>,
) -> Result<&'a str, Error> {
    match language {
        Some(language) => Ok(name_in(language.into(), names, plain).unwrap_or(plain)),
        None => Ok(session(ctx)?.manner.languages.choose(names, plain)),
    }
}

/// All of them, in the order of the languages.
pub(crate) fn all(names: &Names) -> Vec<LocalisedName> {
    let name = |(language, text): (domain::Language, &domain::Title)| LocalisedName {
        language: language.into(),
        text: text.to_string(),
    };
    names.iter().map(name).collect()
}
