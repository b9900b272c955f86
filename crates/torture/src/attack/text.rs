//! What attackers send: text that costs little to write.

use serde_json::json;
use std::fmt::Write as _;

/// What a question's text may have at most, nearly.
const LONG_TEXT: usize = 256 * 1_024 - 64;

/// What a body may have at most, nearly.
const LONG_BODY: usize = 4 * 1_024 * 1_024 - 64;

/// Variables of one body.
const VARIABLES: usize = 200_000;

pub fn question(query: &str) -> String {
    json!({ "query": query }).to_string()
}

/// The field so many times, each under a name of its own.
pub fn aliased(times: usize, field: &str) -> String {
    let mut query = String::from("{ ");
    for number in 0..times {
        // Into a text: it cannot fail.
        let _ = write!(query, "a{number}: {field} ");
    }
    query + "}"
}

/// The same of one operation.
pub fn aliased_of(operation: &str, times: usize, field: &str) -> String {
    format!("{{ operation(code: \"{operation}\") {} }}", aliased(times, field))
}

/// `{a a a …`, which no schema has.
pub fn fields() -> String {
    question(&format!("{{{}}}", "a ".repeat(LONG_TEXT / 2)))
}

/// Nothing but comments, and the cheapest question.
pub fn comments() -> String {
    // A line's end is two letters in JSON.
    question(&format!("{}{{__typename}}", "#\n".repeat(LONG_TEXT / 3)))
}

/// One argument with very many objects.
pub fn objects() -> String {
    question(&format!("{{node(id:[{}]){{id}}}}", "{a:1}".repeat(LONG_TEXT / 5 - 20)))
}

/// Lists without anything, as many as a body holds, beside a question that is none.
pub fn lists() -> String {
    let lists = "[],".repeat(LONG_BODY / 3 - 20);
    format!("{{\"query\":\"{{\",\"variables\":{{\"a\":[{lists}[]]}}}}")
}

/// Lists in lists.
pub fn nested() -> String {
    let depth = LONG_BODY / 2 - 40;
    format!("{{\"query\":\"{{\",\"variables\":{{\"a\":{}{}}}}}", "[".repeat(depth), "]".repeat(depth))
}

/// Very many variables that nobody has asked for, beside the cheapest question.
pub fn variables() -> String {
    let mut body = String::from("{\"query\":\"{__typename}\",\"variables\":{\"a\":1");
    for number in 0..VARIABLES {
        let _ = write!(body, ",\"a{number}\":1");
    }
    body + "}}"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_and_bodies_are_as_long_as_they_may_be_and_no_longer() {
        for body in [fields(), comments(), objects()] {
            let sent: serde_json::Value = serde_json::from_str(&body).unwrap();
            let length = sent["query"].as_str().unwrap().len();
            assert!(length <= 256 * 1_024 && body.len() > 150 * 1_024, "{length}");
        }
        for body in [lists(), nested(), variables()] {
            assert!(body.len() <= 4 * 1_024 * 1_024 && body.len() > 1_024 * 1_024, "{}", body.len());
        }
    }

    #[test]
    fn aliases_are_told_apart() {
        assert_eq!(aliased(2, "now"), "{ a0: now a1: now }");
        assert_eq!(aliased_of("X", 1, "code"), "{ operation(code: \"X\") { a0: code } }");
    }
}
