//! Ids: of things as they are, and of the same things as they were at a position of the log.

use async_graphql::ID;
use domain::Position;
use std::fmt::Display;

/// Between a thing's own id and a position; no id has it otherwise.
const AT: char = '@';

/// An id that somebody asks for: `task_…` is the task as it is, `task_…@123` as it was at position 123.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct AskedId<'a> {
    /// The thing's own, the same at every moment.
    pub key: &'a str,
    /// `None` for the present.
    pub at: Option<Position>,
}

impl<'a> AskedId<'a> {
    /// `None` when the position is none, or not written as [`at_moment`] writes it: two texts would name one
    /// thing.
    pub fn read(id: &'a str) -> Option<Self> {
        let Some((key, written)) = id.split_once(AT) else { return Some(Self { key: id, at: None }) };
        let position: i64 = written.parse().ok()?;
        (position >= 0 && position.to_string() == written)
            .then_some(Self { key, at: Some(Position(position)) })
    }
}

/// The id that a thing has at a moment. `None` is the present.
pub(crate) fn at_moment(key: impl Display, moment: Option<Position>) -> ID {
    ID(match moment {
        Some(position) => format!("{key}{AT}{position}"),
        None => key.to_string(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn an_id_at_a_moment_is_read_as_it_was_written(key in "[a-z_]{1,20}", at in proptest::option::of(0_i64..)) {
            let at = at.map(Position);
            let id = at_moment(&key, at);
            prop_assert_eq!(AskedId::read(&id), Some(AskedId { key: &key, at }));
        }

        #[test]
        fn no_two_texts_are_read_as_the_same(text in "[a-z_]{1,3}(@[+0-9@ -]{0,4})?") {
            if let Some(AskedId { key, at }) = AskedId::read(&text) {
                prop_assert_eq!(at_moment(key, at).0, text);
            }
        }
    }

    #[test]
    fn a_position_that_is_none_makes_no_id() {
        for id in
            ["task_1@", "task_1@-1", "task_1@01", "task_1@+1", "task_1@1@2", "task_1@9223372036854775808"]
        {
            assert_eq!(AskedId::read(id), None, "{id}");
        }
    }
}
