//! What happened to a coordination centre.

use crate::{About, Code, Names, PartnerCode, Prose, Subject, Title, centre::CentreCode};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What the sites of a centre are judged by.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Criterion {
    /// Unique in the centre.
    pub name: Title,
    /// Percent; the weights of a centre sum to 100.
    #[schemars(range(max = 100))]
    pub weight: u32,
}

/// How a site does under a criterion.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Score {
    /// The criterion, by its name.
    pub criterion: Title,
    /// From 1 (poor) to 5 (best).
    #[schemars(range(min = 1, max = 5))]
    pub score: u32,
}

/// What happened to a coordination centre.
#[derive(
    Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema, strum::IntoStaticStr, strum::VariantNames,
)]
#[serde(rename_all_fields = "camelCase")]
#[warn(missing_docs)]
pub enum CentreEvent {
    /// A centre was proposed, with what its sites are to be judged by.
    CentreProposed {
        /// The centre.
        centre: CentreCode,
        /// What it is called.
        name: Title,
        /// At least one; their weights sum to 100.
        criteria: Vec<Criterion>,
    },
    /// A site's scores were recorded; they replace its earlier ones.
    SiteOptionAssessed {
        /// The centre.
        centre: CentreCode,
        /// The site, by its code within the centre.
        site: Code,
        /// Where it is.
        place: Title,
        /// One for each criterion of the centre.
        scores: Vec<Score>,
    },
    /// A site was chosen.
    SiteSelected {
        /// The centre.
        centre: CentreCode,
        /// The site, by its code within the centre.
        site: Code,
        /// The partners that agreed.
        agreed_by: Vec<PartnerCode>,
        /// Why this one.
        rationale: Prose,
    },
    /// The centre stands at the selected site, and is not yet at work.
    CentreEstablished {
        /// The centre.
        centre: CentreCode,
    },
    /// The centre went to work: every partner that takes tasks had a liaison officer in post.
    CentreActivated {
        /// The centre.
        centre: CentreCode,
    },
    /// A subordinate post near the action was opened. It belongs to the centre as long as that stands.
    ForwardPostOpened {
        /// The centre.
        centre: CentreCode,
        /// The forward post, by its code within the centre.
        code: Code,
        /// Where it is.
        place: Title,
    },
    /// The centre ended its work, and its forward posts with it: none is opened any more. Partners, their posts
    /// and operations go on as they are; another centre may be proposed.
    CentreStoodDown {
        /// The centre.
        centre: CentreCode,
        /// Why.
        reason: Prose,
    },
    /// It was said what the centre is called in other languages; what was said before is void.
    CentreNamed {
        /// The centre.
        centre: CentreCode,
        /// Its names.
        names: Names,
    },
}

impl CentreEvent {
    pub(crate) fn about(&self) -> About<'_> {
        About::subject(Subject::Centre(self.centre().clone()))
    }

    /// The centre that it happened to.
    pub fn centre(&self) -> &CentreCode {
        match self {
            Self::CentreProposed { centre, .. }
            | Self::SiteOptionAssessed { centre, .. }
            | Self::SiteSelected { centre, .. }
            | Self::CentreEstablished { centre }
            | Self::CentreActivated { centre }
            | Self::ForwardPostOpened { centre, .. }
            | Self::CentreStoodDown { centre, .. }
            | Self::CentreNamed { centre, .. } => centre,
        }
    }
}
