//! Ids: of things as they are, of the same things as they were at a position of the log, and of what another partner could
//! see there.

use async_graphql::ID;
use domain::{PartnerCode, Position};
use std::fmt::Display;

/// Between a thing's own id and a position; no id has it otherwise.
const AT: char = '@';

/// Between that and the partner that could see it.
const SEEN_AS: char = '~';

/// An id that somebody asks for: `task_…` is the task as it is, `task_…@123` as it was at position 123, and `task_…@123~LAO`
/// the same as far as LAO could see it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct AskedId<'a> {
    /// The thing's own, the same at every moment.
    pub key: &'a str,
    /// `None` for the present.
    pub at: Option<Position>,
    /// Code of a partner, if there is one of it; `None` in the present.
    pub seen_as: Option<&'a str>,
}

impl<'a> AskedId<'a> {
    /// `None` when the position is none, or not written as [`at_moment`] writes it: two texts would name one
    /// thing.
    pub fn read(id: &'a str) -> Option<Self> {
        let Some((key, moment)) = id.split_once(AT) else {
            return Some(Self { key: id, at: None, seen_as: None });
        };
        let (written, seen_as) =
            moment.split_once(SEEN_AS).map_or((moment, None), |(at, partner)| (at, Some(partner)));
        let position: i64 = written.parse().ok()?;
        (position >= 0 && position.to_string() == written).then_some(Self {
            key,
            at: Some(Position(position)),
            seen_as,
        })
    }
}

/// A position in the past, and whose eyes look, if not one's own.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct PastMoment {
    pub position: Position,
    pub seen_as: Option<PartnerCode>,
}

/// The id that something has at a moment. `None` is the present.
pub(crate) fn at_moment(key: impl Display, moment: Option<&PastMoment>) -> ID {
    ID(match moment {
        Some(PastMoment { position, seen_as: Some(partner) }) => {
            format!("{key}{AT}{position}{SEEN_AS}{partner}")
        }
        Some(PastMoment { position, seen_as: None }) => format!("{key}{AT}{position}"),
        None => key.to_string(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn an_id_at_a_moment_is_read_as_it_was_written(
            key in "[a-z_]{1,20}",
            at in proptest::option::of((0_i64.., proptest::option::of("[A-Z0-9][A-Z0-9_-]{0,9}")))
        ) {
            let moment = at.map(|(position, partner)| PastMoment {
                position: Position(position),
                seen_as: partner.map(|partner| PartnerCode::new(&partner).expect("a code")),
            });
            let id = at_moment(&key, moment.as_ref());
            let seen_as = moment.as_ref().and_then(|moment| moment.seen_as.as_ref()).map(PartnerCode::as_str);
            let at = moment.as_ref().map(|moment| moment.position);
            prop_assert_eq!(AskedId::read(&id), Some(AskedId { key: &key, at, seen_as }));
        }

        #[test]
        fn no_two_texts_are_read_as_the_same(text in "[a-z_]{1,3}(@[+0-9@ -]{0,4}(~[A-Z]{1,3})?)?") {
            if let Some(AskedId { key, at, seen_as }) = AskedId::read(&text) {
                let seen_as = seen_as.map(|partner| PartnerCode::new(partner).expect("a code"));
                let moment = at.map(|position| PastMoment { position, seen_as });
                prop_assert_eq!(at_moment(key, moment.as_ref()).0, text);
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
