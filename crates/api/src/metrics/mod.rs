//! Metrics of operations: computed by `domain` from what the viewer sees, with the events that make them.

mod asked;
mod evidence;
mod types;

pub(crate) use asked::AskedMetrics;
pub use asked::MetricPeriodInput;
pub use types::{Metric, MetricCode, MetricUnit};

use crate::{Error, graph::context::World};
use domain::metrics::{self, Asked, compute};
use read_model::metrics::Part;
use std::{collections::BTreeSet, sync::Arc};
use uuid::Uuid;

/// The metrics of an operation, in the order of the codes, as its viewer knows them in this world.
pub(crate) async fn of(
    world: &Arc<World>,
    operation: Uuid,
    codes: &[metrics::MetricCode],
    asked: &Asked,
) -> Result<Vec<metrics::Metric>, Error> {
    let parts: BTreeSet<Part> = codes.iter().flat_map(|code| Part::of(*code)).copied().collect();
    // In the past it is a time that the log knows. The present is told by the second, so that what is asked of many
    // operations at once is read at once.
    let now = if world.is_past() { None } else { Some(world.now().await?.timestamp()) };
    let Some(facts) = world.loaders.metric_facts.load((operation, parts, now)).await? else {
        return Ok(Vec::new());
    };
    world.spend(facts.claims.len())?;
    let mut known = BTreeSet::new();
    let codes = codes.iter().filter(|code| known.insert(**code));
    Ok(codes.flat_map(|code| compute(*code, asked, &facts)).collect())
}
