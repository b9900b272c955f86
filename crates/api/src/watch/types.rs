//! How the watch of a centre is stood.

use crate::{
    Error,
    graph::{context::World, node::Post, priority::Priority},
    matter::clock::ClockKind,
};
use async_graphql::SimpleObject;
use domain::watch;
use std::sync::Arc;

/// How the watch of a centre is stood.
#[derive(SimpleObject)]
pub struct WatchRules {
    /// How long a shift lasts, in hours.
    shift_hours: u32,
    /// How many officers stand a shift at least.
    min_officers: u32,
    /// Of how many partners they are at least.
    min_nations: u32,
    /// How soon incidents and requests of each priority must be answered.
    limits: Vec<Limit>,
}

/// How long something of a priority may take.
#[derive(SimpleObject)]
pub struct Limit {
    priority: Priority,
    /// What must be done.
    clock: ClockKind,
    minutes: u32,
    /// The post that is called when it takes longer; null where none is.
    escalate_to: Option<Post>,
}

impl WatchRules {
    pub(crate) async fn of(world: &Arc<World>, rules: &watch::WatchRules) -> Result<Self, Error> {
        world.spend(rules.limits.len())?;
        let mut limits = Vec::with_capacity(rules.limits.len());
        for limit in &rules.limits {
            limits.push(Limit {
                priority: limit.priority.into(),
                clock: limit.clock.into(),
                minutes: limit.minutes,
                escalate_to: world.post_of(limit.escalate_to.as_ref()).await?,
            });
        }
        let watch::WatchRules { shift_hours, min_officers, min_nations, .. } = *rules;
        Ok(Self { shift_hours, min_officers, min_nations, limits })
    }
}
