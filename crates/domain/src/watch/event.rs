//! What happened to the watch of a centre.

use crate::{About, Subject, centre::CentreCode, clock::Limit};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What happened to the watch of a centre.
#[derive(
    Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema, strum::IntoStaticStr, strum::VariantNames,
)]
#[serde(rename_all_fields = "camelCase")]
#[warn(missing_docs)]
pub enum WatchEvent {
    /// It was said how the centre's watch is stood, and how soon incidents and requests must be answered; what was said
    /// before is void. Clocks that run stay as they are.
    WatchRulesSet {
        /// The centre.
        centre: CentreCode,
        /// Its rules.
        rules: WatchRules,
    },
}

/// How the watch of a centre is stood.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct WatchRules {
    /// How long a shift lasts, in hours.
    #[schemars(range(min = 1, max = 24))]
    pub shift_hours: u32,
    /// How many officers stand a shift at least.
    #[schemars(range(min = 1, max = 100))]
    pub min_officers: u32,
    /// Of how many partners they are at least.
    #[schemars(range(min = 1, max = 100))]
    pub min_nations: u32,
    /// How soon incidents and requests of each priority must be answered.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub limits: Vec<Limit>,
}

impl WatchEvent {
    pub(crate) fn about(&self) -> About<'_> {
        match self {
            Self::WatchRulesSet { centre, .. } => {
                About::subject(Subject::Centre(centre.clone())).and_coalition()
            }
        }
    }
}
