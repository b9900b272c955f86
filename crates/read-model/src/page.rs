//! Pages of lists that are ordered by code.

/// A stretch of a list: from after a key onwards, or from before one backwards.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Page {
    /// Rows to fetch; callers ask for one more than they show, to know whether there are others.
    pub limit: i64,
    /// Only keys after this one.
    pub after: Option<String>,
    /// Only keys before this one.
    pub before: Option<String>,
    /// Take the last rows of the stretch, not the first. The order of the answer is ascending all the same.
    pub backwards: bool,
}

impl Page {
    /// The first `limit` rows.
    pub fn first(limit: i64) -> Self {
        Self { limit, after: None, before: None, backwards: false }
    }

    /// Rows fetched with `order by code desc` come in ascending order.
    pub(crate) fn ascending<T>(&self, mut rows: Vec<T>) -> Vec<T> {
        if self.backwards {
            rows.reverse();
        }
        rows
    }
}
