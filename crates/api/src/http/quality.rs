//! Quality values of request headers (RFC 9110, section 12.4.2): how much a client wants something.

/// In thousandths, of a number between 0 and 1; what is none counts as 0.
pub(super) fn thousandths(value: &str) -> u16 {
    let (whole, fraction) = value.split_once('.').unwrap_or((value, ""));
    let digits: String = fraction.chars().chain("000".chars()).take(3).collect();
    match (whole, digits.parse::<u16>()) {
        ("0", Ok(thousandths)) => thousandths,
        ("1", Ok(0)) => 1_000,
        _ => 0,
    }
}

/// In thousandths, what an element's parameters say: all of it when they say nothing.
pub(super) fn of_parameters<'a>(parameters: impl Iterator<Item = &'a str>) -> u16 {
    parameters
        .filter_map(|parameter| parameter.split_once('='))
        .find(|(name, _)| name.trim().eq_ignore_ascii_case("q"))
        .map_or(1_000, |(_, value)| thousandths(value.trim()))
}
