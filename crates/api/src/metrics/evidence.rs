//! The events that make a metric, page by page, as far as the viewer sees them.

use crate::{
    Error,
    graph::{
        connection::{Connection, Window, by_position},
        context::World,
        node::Event,
    },
};
use domain::Position;
use read_model::Page;
use std::sync::Arc;

/// A page of the events at these positions, which are in the order of the log.
pub(super) async fn page(
    world: &Arc<World>,
    positions: &[Position],
    window: Window,
) -> Result<Connection<Event>, Error> {
    let page = window.page(world)?;
    let Page { limit, after, before, backwards } = by_position(page.clone(), "events")?;
    let within = |at: &i64| after.is_none_or(|after| after < *at) && before.is_none_or(|before| *at < before);
    let positions: Vec<i64> = positions.iter().map(|position| position.0).collect();
    let mut wanted: Vec<i64> = positions.iter().copied().filter(within).collect();
    if backwards {
        wanted.reverse();
    }
    let limit = usize::try_from(limit).unwrap_or_default();
    let mut rows = Vec::new();
    // Of so many some may be hidden, and then the next take their places.
    for some in wanted.chunks(limit.max(1)) {
        if rows.len() >= limit {
            break;
        }
        rows.extend(world.loaders.events_at.load_many(some.iter().copied()).await?);
    }
    rows.truncate(limit);
    if backwards {
        rows.reverse();
    }
    let place = |event: &Event| event.row.position.to_string();
    Ok(Connection::new(world, &page, world.all(&rows), place, move |world| {
        let positions = positions.clone();
        async move {
            let seen = world.loaders.events_at.load_many(positions).await?;
            Ok(i64::try_from(seen.len()).unwrap_or(i64::MAX))
        }
    }))
}
