//! What operators watch of webhooks. No label names a partner, a webhook or an address.

use engine::WebhookCounts;
use prometheus_client::{
    metrics::{counter::Counter, family::Family, gauge::Gauge},
    registry::Registry,
};

type Label = [(&'static str, &'static str); 1];

/// Of one server; what is counted of all webhooks is the same on each.
#[derive(Clone, Debug, Default)]
pub(crate) struct Figures {
    deliveries: Family<Label, Counter>,
    webhooks: Family<Label, Gauge>,
    foreign: Gauge,
}

impl Figures {
    pub fn register(&self, registry: &mut Registry) {
        registry.register(
            "webhook_deliveries",
            "Attempts of this server to deliver an event to a webhook, by outcome",
            self.deliveries.clone(),
        );
        registry.register(
            "webhooks",
            "Webhooks that are not revoked, by state: active, failing, or paused until somebody lets them go on",
            self.webhooks.clone(),
        );
        registry.register(
            "webhooks_of_other_keys",
            "Webhooks that this server cannot sign for, because its key is another one than when they got their secrets",
            self.foreign.clone(),
        );
    }

    pub fn count_attempt(&self, is_taken: bool) {
        self.deliveries.get_or_create(&[("outcome", if is_taken { "taken" } else { "failed" })]).inc();
    }

    pub fn show(&self, counts: WebhookCounts) {
        for (state, count) in
            [("active", counts.active), ("failing", counts.failing), ("paused", counts.paused)]
        {
            self.webhooks.get_or_create(&[("state", state)]).set(count);
        }
        self.foreign.set(counts.foreign);
    }
}
