//! What is asked of a coordination centre.

use crate::{
    Code, Names, PartnerCode, Prose, Title,
    centre::{CentreCode, Criterion, Score},
};
use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, strum::VariantNames)]
pub enum CentreCommand {
    Propose {
        centre: CentreCode,
        name: Title,
        criteria: Vec<Criterion>,
    },
    Assess {
        centre: CentreCode,
        site: Code,
        place: Title,
        scores: Vec<Score>,
    },
    /// The partners named agreed; the record of that is the sender's, as minutes are.
    Select {
        centre: CentreCode,
        site: Code,
        agreed_by: Vec<PartnerCode>,
        rationale: Prose,
    },
    Establish {
        centre: CentreCode,
    },
    Activate {
        centre: CentreCode,
    },
    OpenForwardPost {
        centre: CentreCode,
        code: Code,
        place: Title,
    },
    StandDown {
        centre: CentreCode,
        reason: Prose,
    },
    /// What it is called in other languages; replaces what was said before.
    Name {
        centre: CentreCode,
        names: Names,
    },
}
