//! Lists as Relay connections, paged by keyset: a page never shifts, and costs the same wherever it is.

use crate::{
    Error,
    graph::{context::World, cursor::Cursor},
};
use async_graphql::{Enum, Object, OutputType, SimpleObject, TypeName, connection::PageInfo};
use domain::Position;
use futures_util::{FutureExt, future::BoxFuture};
use read_model::Page;
use std::{borrow::Cow, sync::Arc};

/// Most entries of a page, and so many when nothing else is asked for.
pub(crate) const MOST: i32 = 100;

/// More than a request may be answered with.
const WHOLE: i64 = 1_000_000;

/// Which way a list runs.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Direction {
    /// From the least to the greatest.
    #[default]
    Ascending,
    /// From the greatest to the least.
    Descending,
}

/// What a client asks of a list: `first` or `last` with `after` or `before`.
#[derive(Debug, Default)]
pub(crate) struct Window {
    pub first: Option<i32>,
    pub after: Option<String>,
    pub last: Option<i32>,
    pub before: Option<String>,
}

impl Window {
    /// The window on a list that runs so, as one on the list that runs from the least to the greatest.
    pub fn running(self, direction: Direction) -> Self {
        match direction {
            Direction::Ascending => self,
            Direction::Descending => self.reverse(),
        }
    }

    fn reverse(self) -> Self {
        // Without a bound the page is the first of what is shown.
        let Self { first, after, last, before } = self;
        let first = first.or(if last.is_none() { Some(MOST) } else { None });
        Self { first: last, after: before, last: first, before: after }
    }

    /// The same for a list that comes whole unless a page of it is asked for.
    pub fn page_or_all(self, world: &World) -> Result<Page, Error> {
        let all = self.first.is_none() && self.last.is_none();
        let page = self.page(world)?;
        Ok(if all { Page { limit: WHOLE, ..page } } else { page })
    }

    /// The page to ask the read model for: with one entry more than is shown, to know whether there are
    /// others.
    pub fn page(self, world: &World) -> Result<Page, Error> {
        world.spend(0)?;
        let (size, backwards) = match (self.first, self.last) {
            (Some(_), Some(_)) => {
                return Err(Error::bad_input("Ask for `first` or for `last`, not for both."));
            }
            (first, None) => (first.unwrap_or(MOST), false),
            (None, Some(last)) => (last, true),
        };
        if !(0..=MOST).contains(&size) {
            let name = if backwards { "last" } else { "first" };
            return Err(Error::bad_input(format!("`{name}` is from 0 to {MOST}, not {size}.")));
        }
        let key =
            |text: Option<String>, name| text.map(|text| key_at(world.pin.position, &text, name)).transpose();
        Ok(Page {
            limit: i64::from(size) + 1,
            after: key(self.after, "after")?,
            before: key(self.before, "before")?,
            backwards,
        })
    }
}

/// The key of a cursor that was given out at `position`.
fn key_at(position: Position, text: &str, name: &str) -> Result<String, Error> {
    let cursor = Cursor::decode(text)
        .ok_or_else(|| Error::bad_input(format!("`{name}` is no cursor of this API.")))?;
    if cursor.position != position {
        return Err(Error::bad_input(format!(
            "The cursor in `{name}` is of position {}, this list of {position}: page through a past list with `asOf`.",
            cursor.position
        )));
    }
    Ok(cursor.key)
}

/// The page of a list that is ordered by positions.
pub(crate) fn by_position(page: Page, what: &str) -> Result<Page<i64>, Error> {
    page.by(|key| key.parse().map_err(|_| Error::bad_input(format!("The cursor is not one of {what}."))))
}

type Count = Box<dyn Fn() -> BoxFuture<'static, Result<i64, Error>> + Send + Sync>;

/// A page of a list.
pub struct Connection<N: OutputType> {
    edges: Vec<Edge<N>>,
    has_previous: bool,
    has_next: bool,
    count: Count,
}

/// An entry of a list and its place in it.
#[derive(SimpleObject)]
#[graphql(name_type)]
pub struct Edge<N: OutputType> {
    /// For `after` and `before`. It holds the position of the answer, so that pages never shift under writes.
    cursor: String,
    /// The entry.
    node: N,
}

impl<N: OutputType> TypeName for Connection<N> {
    fn type_name() -> Cow<'static, str> {
        format!("{}Connection", <N as OutputType>::type_name()).into()
    }
}

impl<N: OutputType> TypeName for Edge<N> {
    fn type_name() -> Cow<'static, str> {
        format!("{}Edge", <N as OutputType>::type_name()).into()
    }
}

impl<N: OutputType> Edge<N> {
    /// One that is no part of a page.
    pub(crate) fn of(world: &World, key: String, node: N) -> Self {
        Self { cursor: Cursor { position: world.pin.position, key }.encode(), node }
    }
}

impl<N: OutputType> Connection<N> {
    /// `nodes` are what the read model answered for `page`, so up to one more than is shown. `count` counts
    /// the whole list, in the world that it is given, which is this one: only when that is asked for.
    pub(crate) fn new<Counted>(
        world: &Arc<World>,
        page: &Page,
        nodes: Vec<N>,
        key: impl Fn(&N) -> String,
        count: impl Fn(Arc<World>) -> Counted + Send + Sync + 'static,
    ) -> Self
    where
        Counted: Future<Output = Result<i64, Error>> + Send + 'static,
    {
        let nodes = nodes.into_iter().map(|node| (key(&node), node)).collect();
        Self::with_keys(world, page, nodes, count)
    }

    /// The same for entries that do not know their own keys.
    pub(crate) fn with_keys<Counted>(
        world: &Arc<World>,
        page: &Page,
        mut nodes: Vec<(String, N)>,
        count: impl Fn(Arc<World>) -> Counted + Send + Sync + 'static,
    ) -> Self
    where
        Counted: Future<Output = Result<i64, Error>> + Send + 'static,
    {
        let size = usize::try_from(page.limit - 1).unwrap_or_default();
        let has_more = nodes.len() > size;
        if has_more && page.backwards {
            nodes.remove(0);
        }
        nodes.truncate(size);
        let position = world.pin.position;
        let edges = nodes
            .into_iter()
            .map(|(key, node)| Edge { cursor: Cursor { position, key }.encode(), node })
            .collect();
        let (has_previous, has_next) =
            if page.backwards { (has_more, page.before.is_some()) } else { (page.after.is_some(), has_more) };
        Self { edges, has_previous, has_next, count: Self::counted_in(world, count) }
    }

    fn counted_in<Counted>(
        world: &Arc<World>,
        count: impl Fn(Arc<World>) -> Counted + Send + Sync + 'static,
    ) -> Count
    where
        Counted: Future<Output = Result<i64, Error>> + Send + 'static,
    {
        let world = Arc::clone(world);
        Box::new(move || count(Arc::clone(&world)).boxed())
    }

    /// A list without entries.
    pub(crate) fn empty() -> Self {
        let count: Count = Box::new(|| Box::pin(async { Ok(0) }));
        Self { edges: Vec::new(), has_previous: false, has_next: false, count }
    }

    /// The page of a list as [`Window::running`] has it, which was read from the least to the greatest.
    pub(crate) fn running(mut self, direction: Direction) -> Self {
        if direction == Direction::Descending {
            self.edges.reverse();
            std::mem::swap(&mut self.has_previous, &mut self.has_next);
        }
        self
    }
}

/// A page of a list: ask for `first` or `last`, 0 to 100 entries, after or before a cursor. Without either it has 100,
/// and `pageInfo` says whether there are more; a plan's tasks come all of them.
#[Object(name_type)]
impl<N: OutputType> Connection<N> {
    /// The entries, in the order of the list also when they are read from its end.
    async fn edges(&self) -> &[Edge<N>] {
        &self.edges
    }

    /// The same without their cursors.
    async fn nodes(&self) -> Vec<&N> {
        self.edges.iter().map(|edge| &edge.node).collect()
    }

    /// Whether there is more, and from where to read on.
    async fn page_info(&self) -> PageInfo {
        let cursor = |edge: Option<&Edge<N>>| edge.map(|edge| edge.cursor.clone());
        PageInfo {
            has_previous_page: self.has_previous,
            has_next_page: self.has_next,
            start_cursor: cursor(self.edges.first()),
            end_cursor: cursor(self.edges.last()),
        }
    }

    /// Entries of the whole list, as far as you may see them. Counted only when asked for.
    async fn total_count(&self) -> Result<i64, Error> {
        (self.count)().await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_of_another_position_or_none_at_all_is_bad_input() {
        let cursor = Cursor { position: Position(7), key: "T16".to_owned() }.encode();
        assert_eq!(key_at(Position(7), &cursor, "after"), Ok("T16".to_owned()));
        for (position, text) in [(8, cursor.as_str()), (7, "rubbish"), (7, "")] {
            let error = key_at(Position(position), text, "after").unwrap_err();
            assert_eq!(error.code(), "BAD_USER_INPUT", "{text}");
        }
    }
}
