//! Lists of things with an id, as the read model has them.

use crate::{
    Error,
    graph::{
        connection::{Connection, Window},
        context::World,
        node::Item,
    },
};
use async_graphql::OutputType;
use read_model::{Page, Pin, ReadModel};
use std::sync::Arc;

impl World {
    /// A page of a list, narrowed by a filter: `fetch` finds its rows, and `count` how many there are in the
    /// whole, when that is asked for. Entries are ordered by their key.
    pub(crate) async fn list<T, Filter, Fetched, Counted>(
        self: &Arc<Self>,
        window: Window,
        filter: Filter,
        key: impl Fn(&T) -> String,
        fetch: impl FnOnce(ReadModel, Arc<Pin>, Filter, Page) -> Fetched,
        count: impl Fn(ReadModel, Arc<Pin>, Filter) -> Counted + Send + Sync + 'static,
    ) -> Result<Connection<T>, Error>
    where
        T: Item + OutputType,
        Filter: Clone + Send + Sync + 'static,
        Fetched: Future<Output = Result<Vec<T::Row>, read_model::Error>>,
        Counted: Future<Output = Result<i64, read_model::Error>> + Send + 'static,
    {
        let page = window.page(self)?;
        let model = self.engine.read_model().clone();
        let rows = fetch(model, Arc::clone(&self.pin), filter.clone(), page.clone()).await?;
        let rows: Vec<_> = rows.into_iter().map(Arc::new).collect();
        Ok(Connection::new(self, &page, self.all(&rows), key, move |world| {
            let counted = count(world.engine.read_model().clone(), Arc::clone(&world.pin), filter.clone());
            async move { Ok(counted.await?) }
        }))
    }
}
