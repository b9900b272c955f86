//! Finding things by the words of their titles and texts, and the beginnings of their codes.
//!
//! How a database compares letters depends on how it was made, so nothing is left to that: a word is looked for
//! in every case and spelling that its letters have. No index helps: whatever the viewer may see is read.

use crate::{Error, Page, Pin, ReadModel, doing};
use std::fmt::Write as _;
use unicode_normalization::{UnicodeNormalization as _, char::is_combining_mark};
use uuid::Uuid;

/// What is searched for: every word, the last letters of each left open, or the beginning of a code.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Search {
    /// Regular expressions, all of which have to be found.
    pub(crate) words: Vec<String>,
    /// A pattern of `like`.
    pub(crate) prefix: String,
}

/// Letters that a word of them goes on from: all that stand in alphabets whose words have spaces between them,
/// as far as they matter here. The rest is no letter, or a word may begin behind it.
const BEFORE: &str = "0-9A-Za-z\\u00C0-\\u0DFF\\u10A0-\\u177F\\u1800-\\u194F\\u1AB0-\\u1FFF\\u2C00-\\u2DFF\
                      \\uA4D0-\\uA97F\\uAA00-\\uAA5F\\uAB00-\\uD7FF";

/// Where words may be broken between letters of a script without spaces, and how they are joined.
const INVISIBLE: &str = "[\\u200B-\\u200D]?";

impl Search {
    /// `None` when the text has neither letter nor digit.
    pub fn new(text: &str) -> Option<Self> {
        // Nothing that is searched has a control character in its code, and the database takes no U+0000.
        let blank = |letter: char| if letter.is_control() { ' ' } else { letter };
        let text = joined(text.nfc().map(blank));
        let words: Vec<String> = text
            .split(|letter: char| !is_of_word(letter))
            .flat_map(|word| runs(word).map(pattern).collect::<Vec<_>>())
            .collect();
        if words.is_empty() {
            return None;
        }
        let mut prefix = String::new();
        for letter in text.trim().to_uppercase().chars() {
            if matches!(letter, '\\' | '%' | '_') {
                prefix.push('\\');
            }
            prefix.push(letter);
        }
        prefix.push('%');
        Some(Self { words, prefix })
    }
}

/// Tone marks of Thai and Lao.
fn is_tone(letter: char) -> bool {
    matches!(letter, '\u{e48}'..='\u{e4b}' | '\u{ec8}'..='\u{ecb}')
}

/// The vowels of Thai and Lao that are written in one letter or in two, a circle and a stroke, which look the
/// same and which no spelling of Unicode joins: the one letter, and the two.
const JOINED: [(char, char, char); 2] =
    [('\u{e33}', '\u{e4d}', '\u{e32}'), ('\u{eb3}', '\u{ecd}', '\u{eb2}')];

/// A tone mark stands before such a vowel of one letter, and before or behind the circle of one of two.
fn joined(text: impl Iterator<Item = char>) -> String {
    let mut letters: Vec<char> = Vec::new();
    for letter in text {
        let vowel = JOINED.into_iter().find(|(_, _, stroke)| *stroke == letter);
        match (vowel, letters.as_slice()) {
            (Some((one, circle, _)), [.., before]) if *before == circle => {
                letters.pop();
                letters.push(one);
            }
            (Some((one, circle, _)), [.., before, tone]) if *before == circle && is_tone(*tone) => {
                let tone = *tone;
                letters.truncate(letters.len() - 2);
                letters.extend([tone, one]);
            }
            _ => letters.push(letter),
        }
    }
    letters.into_iter().collect()
}

/// A mark belongs to the letter before it; what joins letters is none.
fn is_of_word(letter: char) -> bool {
    letter.is_alphanumeric() || is_combining_mark(letter)
}

/// Whether words of this letter's script stand next to each other without a space.
fn is_spaceless(letter: char) -> bool {
    matches!(letter,
        '\u{e00}'..='\u{fff}' // Thai, Lao, Tibetan
        | '\u{1000}'..='\u{109f}' | '\u{a9e0}'..='\u{a9ff}' | '\u{aa60}'..='\u{aadf}' // Burmese, Shan, Tai Viet
        | '\u{1780}'..='\u{17ff}' // Khmer
        | '\u{1950}'..='\u{1aaf}' // Tai Le, New Tai Lue, Tai Tham
        | '\u{a980}'..='\u{a9df}' // Javanese
        | '\u{2e80}'..='\u{31ff}' | '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}' // Chinese, Japanese
        | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{3ffff}')
}

/// A word in pieces of one kind each, and whether that kind has no spaces between words.
fn runs(word: &str) -> impl Iterator<Item = (bool, &str)> {
    let mut rest = word;
    std::iter::from_fn(move || {
        let kind = is_spaceless(rest.chars().next()?);
        // A mark goes with its letter, of whatever script.
        let ends = |letter: char| !is_combining_mark(letter) && is_spaceless(letter) != kind;
        let (run, after) = rest.split_at(rest.find(ends).unwrap_or(rest.len()));
        rest = after;
        Some((kind, run))
    })
}

/// Finds the word wherever it begins; of a script without spaces, wherever it stands.
fn pattern((spaceless, word): (bool, &str)) -> String {
    let mut pattern = if spaceless { String::new() } else { format!("(?:^|[^{BEFORE}])") };
    let mut letters = word.chars().peekable();
    while let Some(letter) = letters.next() {
        // With the tone mark before it, which may stand within the two letters.
        let tone = Some(letter).filter(|letter| is_tone(*letter));
        let vowel = if tone.is_some() { letters.peek().copied() } else { Some(letter) };
        if let Some((one, circle, stroke)) = JOINED.into_iter().find(|(one, _, _)| Some(*one) == vowel) {
            let spellings = match tone {
                Some(tone) => {
                    letters.next();
                    format!("{tone}{INVISIBLE}{one}|{tone}{circle}{stroke}|{circle}{tone}{stroke}")
                }
                None => format!("{one}|{circle}{stroke}"),
            };
            pattern.extend(["(?:", &spellings, ")"]);
            if letters.peek().is_some() {
                pattern.push_str(INVISIBLE);
            }
            continue;
        }
        let mut forms: Vec<String> = Vec::new();
        for case in [letter.to_lowercase().collect(), letter.to_uppercase().collect::<String>()] {
            forms.extend([case.nfd().collect(), case]);
        }
        forms.sort();
        forms.dedup();
        // Letters, digits and marks: nothing in them is an operator.
        match forms.as_slice() {
            [only] => pattern.push_str(only),
            _ => drop(write!(pattern, "(?:{})", forms.join("|"))),
        }
        if spaceless && letters.peek().is_some() {
            pattern.push_str(INVISIBLE);
        }
    }
    pattern
}

/// Something found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// Name of its table; `task` for a task of an operation's current plan version, or of a later one.
    pub table: String,
    pub id: Uuid,
    /// What the list is ordered by: code, table and id.
    pub key: String,
}

/// Finds operations, and what stands in their current plan versions, as far as the viewer may see them, tasks
/// of their amendments, too; their incidents and requests; and what everybody sees: of that each table, and
/// where the words are that are looked for. What follows are the arguments.
///
/// Words are looked for only in what was found to be the viewer's (`offset 0`): how long it takes does not tell whether
/// hidden texts have them.
macro_rules! found {
    ({ $($table:literal: $words:literal;)* } $($argument:tt)*) => {
        sqlx::query_as!(
            Found,
            r#"select "table" as "table!", id as "id!", code || ' ' || "table" || ' ' || id as "key!"
             from (
               select 'operation' as "table", seen.id, seen.code
               from (
                 select operation.id, operation.code, operation.title
                 from operation
                 join visible_operation($1, $2, $3) visible on visible.id = operation.id
                 where operation.valid_from <= $1 and $1 < operation.valid_to
                 offset 0
               ) seen
               where found(seen.code, seen.title, $4, $5)
               union all
               select distinct 'task', seen.task_id, seen.code
               from (
                 select
                   planned_task.task_id,
                   planned_task.code,
                   planned_task.title || ' ' || coalesce(planned_task.terms ->> 'group', '') as said
                 from planned_task
                 join visible_planned_task($1, $2, $3) visible on visible.id = planned_task.id
                 join operation
                   on operation.id = operation_id
                   and operation.valid_from <= $1
                   and $1 < operation.valid_to
                   and operation.current_version <= version
                 where planned_task.valid_from <= $1 and $1 < planned_task.valid_to
                 offset 0
               ) seen
               where found(seen.code, seen.said, $4, $5)
               union all
               select 'task', seen.id, seen.code
               from (
                 select emergent_task.id, emergent_task.code, emergent_task.title
                 from emergent_task
                 join visible_emergent_task($1, $2, $3) visible on visible.id = emergent_task.id
                 where emergent_task.valid_from <= $1 and $1 < emergent_task.valid_to
                 offset 0
               ) seen
               where found(seen.code, seen.title, $4, $5)
               union all
               select 'incident', seen.id, seen.code
               from (
                 select
                   incident.id,
                   incident.code,
                   concat_ws(' ', incident.report ->> 'title', incident.report ->> 'place') as said
                 from incident
                 join visible_matter($1, $2, $3) visible on visible.id = incident.id
                 where incident.valid_from <= $1 and $1 < incident.valid_to
                 offset 0
               ) seen
               where found(seen.code, seen.said, $4, $5)
               union all
               select 'request', seen.id, seen.code
               from (
                 select request.id, request.code, request.text
                 from request
                 join visible_matter($1, $2, $3) visible on visible.id = request.id
                 where request.valid_from <= $1 and $1 < request.valid_to
                 offset 0
               ) seen
               where found(seen.code, seen.text, $4, $5)
               union all
               select 'annex', seen.id, seen.code
               from (
                 select annex.id, annex.code, annex.title || ' ' || coalesce(annex.text, '') as said
                 from annex
                 join visible_annex($1, $2, $3) visible on visible.id = annex.id
                 where annex.valid_from <= $1
                   and $1 < annex.valid_to
                   and exists (
                     select
                     from current_version($1, annex.operation_id) current_
                     where current_.id = annex.version_id
                     offset 0
                   )
                 offset 0
               ) seen
               where found(seen.code, seen.said, $4, $5)
               union all
               select 'plan_version', seen.id, seen.code
               from (
                 select plan_version.id, current_.code, plan_version.sections
                 from plan_version
                 join visible_plan_version($1, $2, $3) visible on visible.id = plan_version.id
                 cross join lateral current_version($1, operation_id) current_
                 where plan_version.valid_from <= $1
                   and $1 < plan_version.valid_to
                   and current_.id = plan_version.id
                 offset 0
               ) seen
               where found('', prose(seen.sections), $4, $5)"#
                $(+ r#"
               union all
               select '"# + $table + r#"', id, code
               from "# + $table + r#"
               where valid_from <= $1 and $1 < valid_to and found(code, "# + $words + ", $4, $5)")*
                + r#"
             ) as found_
             where ($6::text is null or code || ' ' || "table" || ' ' || id > $6)
               and ($7::text is null or code || ' ' || "table" || ' ' || id < $7)
             order by
               case when $8 then code || ' ' || "table" || ' ' || id end desc,
               code || ' ' || "table" || ' ' || id
             limit $9"#,
            $($argument)*
        )
    };
}

impl ReadModel {
    /// Operations, their current plan versions with tasks and annexes, incidents with what responses made of them,
    /// requests, partners, centres and posts, in the order of their codes; a plan version stands where its operation does.
    pub async fn search(&self, pin: &Pin, search: &Search, page: &Page) -> Result<Vec<Found>, Error> {
        let rows = found!(
            {
                "partner": "concat_ws(' ', name, agency, names(names), names(agency_names))";
                "centre": "concat_ws(' ', name, names(names))";
                "post": "concat_ws(' ', title, names(titles))";
            }
            pin.position.0,
            pin.policy_position.0,
            pin.viewer(),
            &search.words,
            search.prefix,
            page.after.as_deref(),
            page.before.as_deref(),
            page.backwards,
            page.limit
        );
        rows.fetch_all(self.db()).await.map(|rows| page.ascending(rows)).map_err(doing("search"))
    }

    pub async fn count_found(&self, pin: &Pin, search: &Search) -> Result<i64, Error> {
        let everything = Page::first(i64::MAX);
        let found = self.search(pin, search, &everything).await?;
        Ok(i64::try_from(found.len()).unwrap_or(i64::MAX))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(text: &str) -> Vec<String> {
        Search::new(text).unwrap().words
    }

    #[test]
    fn every_word_is_looked_for_and_no_sign_is_an_operator() {
        let found = words(" o'Brien | !Site-7:* .*");
        let begins = format!("(?:^|[^{BEFORE}])");
        assert!(found.iter().all(|word| word.starts_with(&begins)), "{found:?}");
        let letters: Vec<&str> = found.iter().map(|word| &word[begins.len()..]).collect();
        assert_eq!(
            letters,
            ["(?:O|o)", "(?:B|b)(?:R|r)(?:I|i)(?:E|e)(?:N|n)", "(?:S|s)(?:I|i)(?:T|t)(?:E|e)", "7"]
        );
    }

    #[test]
    fn marks_stay_in_their_words_and_words_without_spaces_are_looked_for_anywhere() {
        for word in ["ด่านแม่สอด", "ດ່ານ", "ព្រំដែន", "နယ်စပ်", "检查站"]
        {
            let [found] = words(word).try_into().unwrap();
            assert_eq!(found.replace(INVISIBLE, ""), word);
        }
        // Two spellings are one word.
        for (one, other) in
            [("Grenzübergang", "Grenzu\u{308}bergang"), ("biên giới", "bie\u{302}n gio\u{31b}\u{301}i")]
        {
            assert_eq!(words(one), words(other));
        }
        // Of two scripts.
        assert_eq!(words("แผนSAPHAN").len(), 2);
        assert_eq!(words("ด่าน\u{200b}แม่สอด").len(), 2);
    }

    #[test]
    fn a_vowel_of_two_letters_is_the_one_that_it_looks_like_wherever_its_tone_mark_stands() {
        // With a tone mark, in Lao, and without one.
        for (one, others) in [
            ("น\u{e49}\u{e33}มัน", ["น\u{e49}\u{e4d}\u{e32}มัน", "น\u{e4d}\u{e49}\u{e32}มัน"]),
            ("ນ\u{ec9}\u{eb3}", ["ນ\u{ec9}\u{ecd}\u{eb2}", "ນ\u{ecd}\u{ec9}\u{eb2}"]),
            ("ส\u{e33}รอง", ["ส\u{e4d}\u{e32}รอง"; 2]),
        ] {
            let [pattern] = words(one).try_into().unwrap();
            for other in others {
                assert_eq!(words(other), words(one), "{other}");
                let spelling = other.trim_matches(|letter: char| !is_tone(letter) && !is_split(letter));
                assert!(pattern.contains(spelling), "{pattern} has {spelling}");
            }
            // Another vowel is another word.
            let stroke = one.replace('\u{e33}', "\u{e32}").replace('\u{eb3}', "\u{eb2}");
            assert_ne!(words(&stroke), [pattern], "{stroke}");
        }
    }

    fn is_split(letter: char) -> bool {
        JOINED.iter().any(|(_, circle, stroke)| [*circle, *stroke].contains(&letter))
    }

    #[test]
    fn the_beginning_of_a_code_is_taken_as_it_is_written() {
        assert_eq!(Search::new("tha-0").unwrap().prefix, "THA-0%");
        assert_eq!(Search::new("a_%\\").unwrap().prefix, "A\\_\\%\\\\%");
    }

    #[test]
    fn a_text_without_a_word_finds_nothing() {
        assert_eq!(Search::new(" %_ "), None);
        assert_eq!(Search::new("\u{0}\u{7}"), None);
    }

    #[test]
    fn control_characters_are_no_letters() {
        assert_eq!(Search::new("a\u{0}b"), Search::new("a b"));
    }
}
