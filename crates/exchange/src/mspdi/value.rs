//! Values of elements, and telling what is wrong with them.

use super::{DATE, xml::Element};
use crate::{Column, Faults};
use chrono::{DateTime, Datelike as _, NaiveDateTime};
use domain::{Span, Title, instant};
use std::{fmt::Display, str::FromStr};

/// Something is wrong and was told.
#[derive(Debug, Clone, Copy)]
pub struct Told;

pub fn tell(faults: &mut Faults, element: &Element, message: &str) -> Told {
    let column = Column::new(element.place.column - 1, element.name);
    faults.add(element.place.line, Some(column), message);
    Told
}

pub fn parse<T: FromStr<Err: Display>>(faults: &mut Faults, element: &Element) -> Result<T, Told> {
    parse_as(faults, element, element.text())
}

pub fn parse_as<T: FromStr<Err: Display>>(
    faults: &mut Faults,
    element: &Element,
    text: &str,
) -> Result<T, Told> {
    text.parse().map_err(|error| tell(faults, element, &format!("{error}")))
}

/// Without a time zone it is UTC.
pub fn parse_date(faults: &mut Faults, element: &Element) -> Result<NaiveDateTime, Told> {
    let text = element.text();
    let read = NaiveDateTime::parse_from_str(text, DATE)
        .or_else(|_| DateTime::parse_from_rfc3339(text).map(|at| at.naive_utc()));
    read.map_err(|_| {
        let begin: String = text.chars().take(40).collect();
        tell(faults, element, &format!("`{begin}` is no date: write it as 2023-10-15T06:00:00"))
    })
}

/// A date, counted from H-hour.
pub fn parse_offset(faults: &mut Faults, element: &Element, h_hour: NaiveDateTime) -> Result<Span, Told> {
    let date = parse_date(faults, element)?;
    let offset = Span::seconds((date - h_hour).num_seconds());
    if offset.is_within_bounds() {
        Ok(offset)
    } else {
        let meant = instant::year_meant(date.year(), h_hour.year());
        let hint = meant.map_or(String::new(), |meant| format!("; by the Buddhist era it is {meant}"));
        Err(tell(faults, element, &format!("is more than 100 years from H-hour{hint}")))
    }
}

pub fn name(element: &Element, faults: &mut Faults) -> Result<Title, Told> {
    match element.child("Name") {
        Some(name) => parse(faults, name),
        None => Err(tell(faults, element, "has no Name")),
    }
}
