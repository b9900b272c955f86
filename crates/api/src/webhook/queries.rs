//! The webhooks of a partner, for those who command it.

use crate::{
    Error,
    graph::{
        context::{Session, World, session},
        root::Root,
    },
    webhook::{stored, types::Webhook},
};
use async_graphql::{Context, Object};
use domain::{PartnerCode, Role};
use engine::StoredWebhook;
use std::sync::Arc;

#[derive(Clone, Default)]
pub struct WebhookQueries(pub(crate) Root);

#[Object]
impl WebhookQueries {
    /// Where events of the log are sent for your partner: those that are not revoked first, the newest of each first;
    /// 100 at most. For commanders. They are no part of the log, and therefore the same at every moment.
    async fn webhooks(&self, ctx: &Context<'_>) -> Result<Vec<Webhook>, Error> {
        let (session, world) = (session(ctx)?, self.0.world(ctx)?);
        world.check_own_sight()?;
        let Some(partner) = commands(session) else {
            return Err(Error::Forbidden(format!(
                "Webhooks are seen in a post, with the role {}.",
                Role::Commander
            )));
        };
        let rows = stored(world.engine.log().webhooks_of(partner.as_str()).await)?;
        with_acts(&world, rows).await
    }
}

/// The partner that the sender decides for.
pub(super) fn commands(session: &Session) -> Option<&PartnerCode> {
    session.viewer.partner.as_ref().filter(|_| session.actor.roles().contains(&Role::Commander))
}

pub(super) async fn with_acts(world: &Arc<World>, rows: Vec<StoredWebhook>) -> Result<Vec<Webhook>, Error> {
    world.spend(rows.len())?;
    let ids: Vec<_> = rows.iter().map(|row| row.webhook_id).collect();
    let acts = stored(world.engine.log().webhook_acts(&ids).await)?;
    let webhook = |row: StoredWebhook| {
        let acts = acts.iter().filter(|act| act.webhook_id == row.webhook_id).cloned().collect();
        Webhook { row: Arc::new(row), acts, world: Arc::clone(world) }
    };
    Ok(rows.into_iter().map(webhook).collect())
}
