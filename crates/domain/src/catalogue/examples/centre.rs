//! What happens to a coordination centre.

use super::parse::{list, names, of};
use crate::{
    CentreCode, Language,
    centre::{CentreEvent, Criterion, Score},
};

pub(super) fn centre_events() -> Vec<CentreEvent> {
    let centre = || -> CentreCode { of("CMCC") };
    let criteria =
        [("border access", 25), ("security", 25), ("communications", 20), ("neutrality", 10), ("cost", 20)];
    let scores = [3, 4, 5, 4, 4];
    vec![
        CentreEvent::CentreProposed {
            centre: centre(),
            name: of("Trilateral Coordination Centre for Assistance to Trafficking Victims"),
            criteria: criteria.map(|(name, weight)| Criterion { name: of(name), weight }).into(),
        },
        CentreEvent::SiteOptionAssessed {
            centre: centre(),
            site: of("CHIANG_MAI"),
            place: of("Chiang Mai, THA"),
            scores: criteria
                .iter()
                .zip(scores)
                .map(|((name, _), score)| Score { criterion: of(name), score })
                .collect(),
        },
        CentreEvent::SiteSelected {
            centre: centre(),
            site: of("CHIANG_MAI"),
            agreed_by: list(&["THA", "CHN", "MMR", "LAO"]),
            rationale: of("Secure premises and communications"),
        },
        CentreEvent::CentreEstablished { centre: centre() },
        CentreEvent::CentreActivated { centre: centre() },
        CentreEvent::ForwardPostOpened {
            centre: centre(),
            code: of("FCP-MAESOT"),
            place: of("Mae Sot, Tak"),
        },
        CentreEvent::CentreStoodDown { centre: centre(), reason: of("The review has been adopted") },
        CentreEvent::CentreNamed {
            centre: centre(),
            names: names(&[(Language::Th, "ศูนย์ประสานงาน"), (Language::Zh, "协调中心")]),
        },
    ]
}
