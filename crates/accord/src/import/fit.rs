//! Texts and numbers of the file in the domain's types.

use super::error::ImportError;
use crate::scenario::model::coalition::Role;
use domain::coalition::PartnerRole;
use std::{fmt::Display, str::FromStr};

pub fn unfit(place: &str, text: &str, fault: &str) -> ImportError {
    ImportError::Unfit { place: place.to_owned(), text: text.to_owned(), fault: fault.to_owned() }
}

/// Parses a text of the file into the domain's type, whose bounds may be narrower than the file's.
pub fn fit<T: FromStr<Err: Display>>(place: &str, text: &str) -> Result<T, ImportError> {
    text.parse().map_err(|fault: T::Err| unfit(place, text, &fault.to_string()))
}

/// The same of what may be left out.
pub fn fit_if<T: FromStr<Err: Display>>(place: &str, text: Option<&str>) -> Result<Option<T>, ImportError> {
    text.map(|text| fit(place, text)).transpose()
}

/// The same for a whole list.
pub fn fit_all<'a, T: FromStr<Err: Display>, C: FromIterator<T>>(
    place: &str,
    texts: impl IntoIterator<Item = &'a String>,
) -> Result<C, ImportError> {
    texts.into_iter().map(|text| fit(place, text)).collect()
}

pub fn whole(place: &str, number: i64) -> Result<u32, ImportError> {
    u32::try_from(number).map_err(|_| unfit(place, &number.to_string(), "is out of bounds"))
}

pub fn partner_role(place: &str, role: Role) -> Result<PartnerRole, ImportError> {
    match role {
        Role::Host => Ok(PartnerRole::Host),
        Role::Principal => Ok(PartnerRole::Principal),
        Role::Participant => Ok(PartnerRole::Participant),
        Role::Observer => Ok(PartnerRole::Observer),
        Role::None => Err(unfit(place, "NONE", "is no role that a partner has")),
    }
}
