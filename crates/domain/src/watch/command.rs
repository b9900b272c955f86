//! What is asked of the watch of a centre.

use crate::{centre::CentreCode, watch::WatchRules};
use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, strum::VariantNames)]
pub enum WatchCommand {
    SetRules { centre: CentreCode, rules: WatchRules },
}
