//! Finding things by the words of their titles and the beginnings of their codes.

use crate::{Error, Page, Pin, ReadModel, doing};
use uuid::Uuid;

/// What is searched for: every word, the last letters of each left open, or the beginning of a code.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Search {
    /// In the language of Postgres' text search; empty when there is no word, which finds nothing.
    words: String,
    /// A pattern of `like`.
    prefix: String,
}

impl Search {
    /// `None` when the text has neither letter nor digit.
    pub fn new(text: &str) -> Option<Self> {
        let words: Vec<String> = text
            .split(|letter: char| !letter.is_alphanumeric())
            .filter(|word| !word.is_empty())
            // Quoted, so that no word is an operator.
            .map(|word| format!("'{}':*", word.to_lowercase()))
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
        Some(Self { words: words.join(" & "), prefix })
    }
}

/// Something found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// Name of its table; `task` for a task of an operation's current plan version.
    pub table: String,
    pub id: Uuid,
    /// What the list is ordered by: code, table and id.
    pub key: String,
}

/// Finds operations and tasks as far as the viewer may see them, and what everybody sees: of that each table,
/// and where the words are that are looked for. What follows are the arguments.
macro_rules! found {
    ({ $($table:literal: $words:literal;)* } $($argument:tt)*) => {
        sqlx::query_as!(
            Found,
            r#"select "table" as "table!", id as "id!", code || ' ' || "table" || ' ' || id as "key!"
             from (
               select 'operation' as "table", operation.id, code
               from operation
               join visible_operation($1, $2, $3) visible on visible.id = operation.id
               where valid_from <= $1 and $1 < valid_to and found(code, title, $4, $5)
               union all
               select 'task', planned_task.task_id, planned_task.code
               from planned_task
               join visible_planned_task($1, $2, $3) visible on visible.id = planned_task.id
               join operation
                 on operation.id = operation_id
                 and operation.valid_from <= $1
                 and $1 < operation.valid_to
                 and operation.current_version = version
               where planned_task.valid_from <= $1
                 and $1 < planned_task.valid_to
                 and found(planned_task.code, planned_task.title, $4, $5)"#
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
    /// Operations, their current tasks, partners, centres and posts, in the order of their codes.
    pub async fn search(&self, pin: &Pin, search: &Search, page: &Page) -> Result<Vec<Found>, Error> {
        let rows = found!(
            {
                "partner": "name || ' ' || agency";
                "centre": "name";
                "post": "title";
            }
            pin.position.0,
            pin.policy_position.0,
            pin.viewer(),
            search.words,
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

    #[test]
    fn every_word_is_looked_for_and_no_sign_is_an_operator() {
        let search = Search::new(" o'Brien | !Site-B:* ").unwrap();
        assert_eq!(search.words, "'o':* & 'brien':* & 'site':* & 'b':*");
    }

    #[test]
    fn the_beginning_of_a_code_is_taken_as_it_is_written() {
        assert_eq!(Search::new("tha-0").unwrap().prefix, "THA-0%");
        assert_eq!(Search::new("a_%\\").unwrap().prefix, "A\\_\\%\\\\%");
    }

    #[test]
    fn a_text_without_a_word_finds_nothing() {
        assert_eq!(Search::new(" %_ "), None);
    }
}
