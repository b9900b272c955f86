//! `Accept-Language`: in which languages a request wants names.

use crate::{graph::names::Languages, http::quality};
use axum::http::{HeaderMap, header::ACCEPT_LANGUAGE};

/// What `Accept-Language` says (RFC 9110, section 12.5.4), of all its lines. Of a range such as
/// `zh-Hant-TW` the primary subtag counts; a language that comes twice is wanted as much as where it is
/// wanted most.
pub(super) fn wanted(headers: &HeaderMap) -> Languages {
    let lines = headers.get_all(ACCEPT_LANGUAGE).iter().filter_map(|value| value.to_str().ok());
    let mut wanted: Vec<(domain::Language, u16)> = Vec::new();
    let mut any = 0;
    for range in lines.flat_map(|line| line.split(',')) {
        let mut parts = range.split(';').map(str::trim);
        let tag = parts.next().unwrap_or_default();
        let quality = quality::of_parameters(parts);
        if tag == "*" {
            any = quality.max(any);
            continue;
        }
        let primary = tag.split('-').next().unwrap_or_default();
        let Ok(language) = primary.parse::<domain::Language>() else { continue };
        match wanted.iter_mut().find(|(known, _)| *known == language) {
            Some((_, most)) => *most = quality.max(*most),
            None => wanted.push((language, quality)),
        }
    }
    // What is wanted less than just any language is not looked for: the plain name is in one.
    wanted.retain(|(_, quality)| *quality > 0 && *quality >= any);
    // Stable: languages wanted alike stay in the client's order.
    wanted.sort_by_key(|(_, quality)| std::cmp::Reverse(*quality));
    Languages(wanted.into_iter().map(|(language, _)| language).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::HeaderValue;
    use domain::Names;
    use proptest::prelude::*;

    fn accepted(lines: &[&str]) -> Languages {
        let lines = lines.iter().map(|line| (ACCEPT_LANGUAGE, HeaderValue::from_str(line).unwrap()));
        let mut headers = HeaderMap::new();
        for (name, line) in lines {
            headers.append(name, line);
        }
        wanted(&headers)
    }

    fn names(texts: &[(domain::Language, &str)]) -> Names {
        Names::new(texts.iter().map(|(language, text)| (*language, text.parse().unwrap()))).unwrap()
    }

    #[test]
    fn the_most_wanted_name_that_there_is_is_chosen() {
        use domain::Language::{Lo, My, Th};
        let names = names(&[(Th, "ไทย"), (Lo, "ລາວ"), (My, "မြန်မာ")]);
        for (lines, chosen) in [
            (&["th"][..], "ไทย"),
            (&["TH-th"], "ไทย"),
            (&["zh-Hant-TW, my;q=0.5, th;q=0.9"], "ไทย"),
            (&["th;q=0.5", "lo;q=0.501"], "ລາວ"),
            (&["lo, th"], "ລາວ"),
            (&["th;q=0.1, lo;q=0.5, th-TH;q=0.9"], "ไทย"),
            (&["de, fr;q=0.9, my;q=0.1"], "မြန်မာ"),
            (&["th;q=0, lo;q=0.001"], "ລາວ"),
            (&["*;q=0.1, th;q=0.2"], "ไทย"),
            // Wanted first or as well as any other: the plain name is in English.
            (&["en, th;q=0.9"], "Plain"),
            (&["en-GB;q=0.8, th;q=0.7"], "Plain"),
            (&["*, th;q=0.9"], "Plain"),
            // Nothing that there is.
            (&[], "Plain"),
            (&[""], "Plain"),
            (&["vi, km"], "Plain"),
            (&["th;q=0"], "Plain"),
            (&["th;q=much, lo;q=2"], "Plain"),
            (&[";;,=,q=1,-th"], "Plain"),
        ] {
            assert_eq!(accepted(lines).choose(&names, "Plain"), chosen, "{lines:?}");
        }
    }

    #[test]
    fn a_name_in_english_stands_before_the_plain_one() {
        let names = names(&[(domain::Language::En, "Kingdom of Thailand")]);
        assert_eq!(accepted(&["en"]).choose(&names, "Thailand"), "Kingdom of Thailand");
        assert_eq!(accepted(&["th"]).choose(&names, "Thailand"), "Thailand");
    }

    proptest! {
        #[test]
        fn whatever_the_header_says_one_of_the_names_is_chosen_and_the_same_again(
            lines in proptest::collection::vec(
                prop_oneof!["[ -~]{0,40}", "((th|zh-TW|en|\\*|de|lo|q)(;q=[01](\\.[0-9]{0,4})?)?,? ?){0,6}"], 0..3
            ),
            languages in proptest::sample::subsequence(&["th", "zh", "my", "lo", "km", "vi"][..], 0..=6),
        ) {
            let names = Names::new(languages.iter().map(|tag| (tag.parse().unwrap(), tag.parse().unwrap()))).unwrap();
            let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
            let chosen = accepted(&lines).choose(&names, "plain").to_owned();
            prop_assert!(chosen == "plain" || languages.contains(&chosen.as_str()), "{chosen}");
            prop_assert_eq!(accepted(&lines).choose(&names, "plain"), chosen);
        }
    }
}
