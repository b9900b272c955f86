//! What was learned, across operations.

use crate::{
    Error,
    graph::{
        connection::{Connection, Window},
        node::Finding,
        root::Root,
    },
    review::finding::{FindingKind, FindingStatus},
};
use async_graphql::{Context, ID, Object};
use domain::review;
use read_model::{Search, review::LessonFilter};
use std::sync::Arc;

/// Longest text that is searched for, in bytes.
const LONGEST_SEARCH: usize = 200;

#[derive(Clone, Default)]
pub struct ReviewQueries(pub(crate) Root);

#[Object]
impl ReviewQueries {
    /// What the reviews of all operations found that you read, in the order in which it was recorded. `text` narrows it to
    /// findings that have all its words, `similarTo` to those of operations that have something in common with the plan of
    /// that one: the name of a line of effort, a territory, or the title of a task. Those are what a new plan can learn from.
    #[expect(clippy::too_many_arguments, reason = "a list's filter and window are arguments in GraphQL")]
    async fn lessons(
        &self,
        ctx: &Context<'_>,
        text: Option<String>,
        kind: Option<FindingKind>,
        #[graphql(desc = "Any of these.")] status: Option<Vec<FindingStatus>>,
        #[graphql(desc = "Code or id of an operation.")] similar_to: Option<ID>,
        first: Option<i32>,
        after: Option<String>,
        last: Option<i32>,
        before: Option<String>,
    ) -> Result<Connection<Finding>, Error> {
        let world = self.0.world(ctx)?;
        let page = Window { first, after, last, before }.page(&world)?;
        let search = match &text {
            Some(text) if text.len() > LONGEST_SEARCH => {
                return Err(Error::bad_input(format!("A search has {LONGEST_SEARCH} bytes at most.")));
            }
            Some(text) => {
                // Without a letter nothing is looked for, and nothing found.
                let Some(search) = Search::new(text) else { return Ok(Connection::empty()) };
                Some(search)
            }
            None => None,
        };
        let similar_to = world.named_operation(similar_to.as_ref()).await?;
        let filter = LessonFilter {
            search,
            kind: kind.map(|kind| review::FindingKind::from(kind).to_string()),
            statuses: status.map(|all| {
                all.into_iter().map(|status| review::FindingStatus::from(status).to_string()).collect()
            }),
            similar_to,
        };
        let invalid = |_| Error::bad_input("The cursor is not one of lessons.");
        let positions = page.clone().by(|key| key.parse().map_err(invalid))?;
        let rows = world.engine.read_model().lessons(&world.pin, &filter, &positions).await?;
        let rows: Vec<_> = rows.into_iter().map(Arc::new).collect();
        let position = |found: &Finding| found.row.position.to_string();
        Ok(Connection::new(&world, &page, world.all(&rows), position, move |world| {
            let filter = filter.clone();
            async move { Ok(world.engine.read_model().count_lessons(&world.pin, &filter).await?) }
        }))
    }
}
