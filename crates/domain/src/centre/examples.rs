//! Examples of what happens to a coordination centre.

use crate::{
    Language,
    catalogue::examples::parse::{list, names, of},
    centre::{CentreCode, CentreEvent, Criterion, Score},
};

impl CentreEvent {
    pub(crate) fn examples() -> Vec<Self> {
        let centre = || -> CentreCode { of("CMCC") };
        let criteria = [
            ("border access", 25),
            ("security", 25),
            ("communications", 20),
            ("neutrality", 10),
            ("cost", 20),
        ];
        let scores = [3, 4, 5, 4, 4];
        vec![
            Self::CentreProposed {
                centre: centre(),
                name: of("Trilateral Coordination Centre for Assistance to Trafficking Victims"),
                criteria: criteria.map(|(name, weight)| Criterion { name: of(name), weight }).into(),
            },
            Self::SiteOptionAssessed {
                centre: centre(),
                site: of("CHIANG_MAI"),
                place: of("Chiang Mai, THA"),
                scores: criteria
                    .iter()
                    .zip(scores)
                    .map(|((name, _), score)| Score { criterion: of(name), score })
                    .collect(),
            },
            Self::SiteSelected {
                centre: centre(),
                site: of("CHIANG_MAI"),
                agreed_by: list(&["THA", "CHN", "MMR", "LAO"]),
                rationale: of("Secure premises and communications"),
            },
            Self::CentreEstablished { centre: centre() },
            Self::CentreActivated { centre: centre() },
            Self::ForwardPostOpened { centre: centre(), code: of("FCP-MAESOT"), place: of("Mae Sot, Tak") },
            Self::CentreStoodDown { centre: centre(), reason: of("The review has been adopted") },
            Self::CentreNamed {
                centre: centre(),
                names: names(&[(Language::Th, "ศูนย์ประสานงาน"), (Language::Zh, "协调中心")]),
            },
        ]
    }
}
