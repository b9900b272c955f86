//! Escapes that GraphQL has in its strings and the library's parser has not: code points in braces, and pairs
//! of surrogates (September 2025, section 2.4.10, String Value).

use async_graphql::Pos;
use std::borrow::Cow;

/// An escape that names no letter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NoLetter {
    pub at: Pos,
    pub what: &'static str,
}

const LONE: &str = "half of a surrogate pair; write both halves, or the code point as `\\u{…}`";
const BEYOND: &str = "no code point: those go up to `\\u{10FFFF}`, without the surrogates";

/// The same text in escapes that the parser knows. All else keeps its line and column, so that errors name the
/// places that the client sent.
pub fn plain_escapes(query: &str) -> Result<Cow<'_, str>, NoLetter> {
    // Hardly any query has one.
    let has_any = query.match_indices("\\u").any(|(at, _)| {
        let after = &query.as_bytes()[at + 2..];
        matches!(after, [b'{' | b'd' | b'D', ..])
    });
    if !has_any {
        return Ok(Cow::Borrowed(query));
    }
    let mut plain = String::with_capacity(query.len());
    let mut rest = query;
    while let Some(at) = rest.find(['"', '#']) {
        let (before, found) = rest.split_at(at);
        plain.push_str(before);
        let length = if found.starts_with('#') {
            found.find(['\n', '\r']).unwrap_or(found.len())
        } else if found.starts_with("\"\"\"") {
            block_string(found)
        } else {
            0
        };
        if length > 0 {
            plain.push_str(&found[..length]);
            rest = &found[length..];
        } else {
            let place = |after: &str| position(query, query.len() - after.len());
            rest = string(found, &mut plain).map_err(|(after, what)| NoLetter { at: place(after), what })?;
        }
    }
    plain.push_str(rest);
    Ok(Cow::Owned(plain))
}

/// Its bytes with its quotes, or all that is left when it does not end.
fn block_string(text: &str) -> usize {
    let mut end = 3;
    while let Some(next) = text[end..].find("\"\"\"") {
        let is_escaped = text[..end + next].ends_with('\\');
        end += next + 3;
        if !is_escaped {
            return end;
        }
    }
    text.len()
}

/// Writes the string that the text begins with. What follows it; or fails with what begins at the escape.
fn string<'a>(text: &'a str, plain: &mut String) -> Result<&'a str, (&'a str, &'static str)> {
    plain.push('"');
    let mut rest = &text[1..];
    // Letters that the escapes have lost, which are given back behind the string.
    let mut lost = 0;
    loop {
        let special = rest.find(['"', '\\', '\n', '\r']).unwrap_or(rest.len());
        plain.push_str(&rest[..special]);
        rest = &rest[special..];
        match rest.as_bytes() {
            [b'\\', b'u', ..] => {
                let (letter, length) = escape(&rest[2..]).map_err(|what| (rest, what))?;
                let escape = &rest[..2 + length];
                let before = plain.len();
                match letter {
                    // The parser knows this form.
                    None => plain.push_str(escape),
                    Some(_) if length == 4 && !escape.ends_with('}') => plain.push_str(escape),
                    Some('"') => plain.push_str("\\\""),
                    Some('\\') => plain.push_str("\\\\"),
                    Some('\n') => plain.push_str("\\n"),
                    Some('\r') => plain.push_str("\\r"),
                    Some(letter) => plain.push(letter),
                }
                lost += escape.len() - plain[before..].chars().count();
                rest = &rest[escape.len()..];
            }
            [b'\\', ..] => {
                let length = rest.chars().take(2).map(char::len_utf8).sum();
                plain.push_str(&rest[..length]);
                rest = &rest[length..];
            }
            [b'"', ..] => {
                plain.push('"');
                plain.extend(std::iter::repeat_n(' ', lost));
                return Ok(&rest[1..]);
            }
            // The parser says that it does not end.
            _ => return Ok(rest),
        }
    }
}

/// The letter of an escape, by what follows `\u`, and of how many bytes that is. None when it is no escape at
/// all, which the parser says.
fn escape(text: &str) -> Result<(Option<char>, usize), &'static str> {
    if let Some(text) = text.strip_prefix('{') {
        let digits = text.bytes().take_while(u8::is_ascii_hexdigit).count();
        if digits == 0 || !text[digits..].starts_with('}') {
            return Ok((None, 0));
        }
        let number = u32::from_str_radix(text[..digits].trim_start_matches('0'), 16);
        let number = if text[..digits].bytes().all(|digit| digit == b'0') { Ok(0) } else { number };
        let letter = number.ok().and_then(char::from_u32).ok_or(BEYOND)?;
        return Ok((Some(letter), digits + 2));
    }
    let Some(first) = four_digits(text) else { return Ok((None, 0)) };
    let second = text[4..].strip_prefix("\\u").and_then(four_digits);
    match char::decode_utf16([first].into_iter().chain(second)).next() {
        Some(Ok(letter)) if letter > '\u{ffff}' => Ok((Some(letter), 10)),
        Some(Ok(letter)) => Ok((Some(letter), 4)),
        _ => Err(LONE),
    }
}

fn four_digits(text: &str) -> Option<u16> {
    let digits = text.get(..4).filter(|digits| digits.bytes().all(|digit| digit.is_ascii_hexdigit()))?;
    u16::from_str_radix(digits, 16).ok()
}

fn position(query: &str, byte: usize) -> Pos {
    let before = query[..byte].replace("\r\n", "\n").replace('\r', "\n");
    let line = before.rsplit('\n').next().unwrap_or_default();
    Pos { line: before.matches('\n').count() + 1, column: line.chars().count() + 1 }
}

#[cfg(test)]
mod tests {
    use super::*;
    use async_graphql::{
        Value,
        parser::{
            parse_query,
            types::{ExecutableDocument, Selection},
        },
    };
    use proptest::prelude::*;

    fn only_field(document: &ExecutableDocument) -> &async_graphql::parser::types::Field {
        let (_, operation) = document.operations.iter().next().unwrap();
        let Selection::Field(field) = &operation.node.selection_set.node.items[0].node else { panic!() };
        &field.node
    }

    /// What the parser reads in `{a(b: "…")}`.
    fn read(string: &str) -> String {
        let query = format!("{{a(b: \"{string}\")}}");
        let document = parse_query(plain_escapes(&query).unwrap()).unwrap();
        let (_, value) = &only_field(&document).arguments[0];
        match value.node.clone().into_const().unwrap() {
            Value::String(text) => text,
            other => panic!("{other}"),
        }
    }

    #[test]
    fn pairs_and_braces_are_the_letters_that_they_name() {
        assert_eq!(read(r"\uD83D\uDE00"), "😀");
        assert_eq!(read(r"\ud83d\ude00\u0e01"), "😀\u{e01}");
        assert_eq!(read(r"\u{1F600}, \u{e01}"), "😀, \u{e01}");
        assert_eq!(read(r"\u{00000041}\u{10FFFF}\u{0}"), "A\u{10ffff}\0");
        // What would end the string, or begin an escape.
        assert_eq!(read(r"\u{22}\u{5C}n\u{a}"), "\"\\n\n");
        // A backslash, and then no escape.
        assert_eq!(read(r"\\u{1F600}\uD83D\uDE00"), "\\u{1F600}😀");
    }

    #[test]
    fn half_a_pair_is_refused_where_it_stands() {
        for (string, column) in [
            (r"\uD83D", 8),
            (r"ก\uDE00\uD83D", 9),
            (r"\uD83D\u0041", 8),
            (r"\uD83D\uD83D\uDE00", 8),
            (r"a\u{D83D}", 9),
            (r"\u{110000}", 8),
            (r"\u{FFFFFFFFFF}", 8),
        ] {
            let fault = plain_escapes(&format!("{{\r\na(b: \"{string}\")}}")).unwrap_err();
            assert_eq!(fault.at, Pos { line: 2, column: column - 1 }, "{string}: {}", fault.what);
        }
    }

    #[test]
    fn comments_and_block_strings_are_left_alone_and_all_keeps_its_place() {
        for query in [
            "{a} # \\uD83D",
            "{a(b: \"\"\"\\uD83D \\\"\"\" \\u{1F600}\"\"\")}",
            "{a(b: \"\\u{}\", c: \"\\u{12\", d: \"\\uD8\")}",
            "{a(b: \"\\uDE",
        ] {
            assert_eq!(plain_escapes(query).unwrap(), query);
        }
        let query = "{a(b: \"\\uD83D\\uDE00\") b(c: \"\\u{000000041}\") d";
        let plain = plain_escapes(query).unwrap();
        assert_eq!(plain.find(") b"), Some(plain.find('😀').unwrap() + "😀\"".len() + 11));
        let fault = |text: &str| parse_query(text).unwrap_err().positions().next().unwrap();
        assert_eq!(fault(&plain), Pos { line: 1, column: query.chars().count() + 1 });
    }

    proptest! {
        #[test]
        fn every_text_comes_through_in_every_form(text in ".{0,12}", form in 0..3) {
            let letters = text.chars().map(u32::from);
            let escaped: Vec<_> = match form {
                0 => text.encode_utf16().map(|unit| format!("\\u{unit:04X}")).collect(),
                1 => letters.map(|letter| format!("\\u{{{letter:x}}}")).collect(),
                _ => letters.map(|letter| format!("\\u{{{letter:08X}}}")).collect(),
            };
            prop_assert_eq!(read(&escaped.concat()), text);
        }

        #[test]
        fn nothing_is_changed_where_the_parser_knows_all_escapes(query in "[{}a(): \"#\\\\u0e1\n]{0,40}") {
            prop_assert_eq!(plain_escapes(&query).unwrap(), query.as_str());
        }
    }
}
