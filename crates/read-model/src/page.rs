//! Pages of lists.

/// A stretch of a list: from after a key onwards, or from before one backwards. Most lists are ordered by
/// code, the log's by position.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Page<K = String> {
    /// Rows to fetch; callers ask for one more than they show, to know whether there are others.
    pub limit: i64,
    /// Only keys after this one.
    pub after: Option<K>,
    /// Only keys before this one.
    pub before: Option<K>,
    /// Take the last rows of the stretch, not the first. The order of the answer is ascending all the same.
    pub backwards: bool,
}

impl<K> Page<K> {
    /// The first `limit` rows.
    pub fn first(limit: i64) -> Self {
        Self { limit, after: None, before: None, backwards: false }
    }

    /// The same stretch by other keys.
    pub fn by<L, E>(self, key: impl Fn(K) -> Result<L, E>) -> Result<Page<L>, E> {
        let Self { limit, after, before, backwards } = self;
        Ok(Page {
            limit,
            after: after.map(&key).transpose()?,
            before: before.map(&key).transpose()?,
            backwards,
        })
    }

    /// Rows fetched with `order by … desc` come in ascending order.
    pub(crate) fn ascending<T>(&self, mut rows: Vec<T>) -> Vec<T> {
        if self.backwards {
            rows.reverse();
        }
        rows
    }
}

/// The rows of a page by the order of a column, ascending; `rows` is the macro that names their columns. Two
/// checked statements, one for each direction, in place of `order`: an order that depends on an argument is
/// no order of an index, and the first page would cost as much as all.
macro_rules! select_page {
    (
        $rows:ident,
        $db:expr,
        $page:expr,
        $from:literal + order + $limit:literal,
        $($argument:expr),+ $(,)?
    ) => {{
        let rows = if $page.backwards {
            $rows!($from + "desc" + $limit, $($argument),+).fetch_all($db).await
        } else {
            $rows!($from + "asc" + $limit, $($argument),+).fetch_all($db).await
        };
        rows.map(|rows| $page.ascending(rows))
    }};
}
pub(crate) use select_page;
