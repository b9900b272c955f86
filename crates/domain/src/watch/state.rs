//! What a centre takes in of its watch, and the coalition of its limits.

use crate::{At, Item, centre::Centre, coalition::Coalition, subject::Evolve, watch::WatchEvent};

impl Evolve<WatchEvent> for Option<Centre> {
    fn evolve(&mut self, event: &WatchEvent, _at: &At, touched: &mut Vec<Item>) {
        let Some(centre) = self else { return };
        match event {
            WatchEvent::WatchRulesSet { rules, .. } => centre.watch_rules = Some(rules.clone()),
        }
        touched.push(Item::Centre(centre.code.clone()));
    }
}

impl Evolve<WatchEvent> for Coalition {
    /// Its limits are those that were set last.
    fn evolve(&mut self, event: &WatchEvent, _at: &At, _touched: &mut Vec<Item>) {
        let WatchEvent::WatchRulesSet { rules, .. } = event;
        self.limits.clone_from(&rules.limits);
    }
}
