//! The centre and how its site was chosen.

use super::{
    values::{Decimal, Instant},
    watch::WatchRules,
};
use crate::scenario::record::record;
use std::collections::BTreeMap;

record! {
    Centre {
        id: String, name: String, criteria_weights: BTreeMap<String, i64>, options: Vec<SiteOption>,
        decision: SiteDecision, forward_posts: Vec<ForwardPost> = Vec::new(), watch_rules: Option<WatchRules>,
    }
}
record! {
    /// `weighted` is the sum of score times weight, by 100.
    SiteOption { id: String, place: String, weighted: Decimal, scores flat "": BTreeMap<String, i64> }
}
record! { SiteDecision { selected: String, at: Instant, by: Vec<String>, rationale: String } }
record! { ForwardPost { id: String, place: String, opened_by: String } }
