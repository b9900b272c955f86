//! A centre as folded: its sites with their scores, the selection, its forward posts.

use crate::{
    At, Code, Instant, Item, Names, PartnerCode, Prose, Title,
    centre::{CentreCode, CentreEvent, Criterion, Score},
    subject::{Evolve, Items},
    watch::{Shift, Watch},
};
use serde::{Deserialize, Serialize};

#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Serialize,
    Deserialize,
    strum::Display,
    strum::EnumString,
)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
#[strum(serialize_all = "SCREAMING_SNAKE_CASE")]
pub enum CentreStatus {
    Proposed,
    Sited,
    Established,
    Active,
    StoodDown,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Centre {
    pub code: CentreCode,
    pub name: Title,
    /// In languages other than that of `name`.
    pub names: Names,
    pub status: CentreStatus,
    pub criteria: Vec<Criterion>,
    /// In the order of their first assessment.
    pub sites: Vec<Site>,
    pub selection: Option<Selection>,
    pub forward_posts: Vec<ForwardPost>,
    pub established_at: Option<Instant>,
    pub activated_at: Option<Instant>,
    pub watch: Watch,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Site {
    pub code: Code,
    pub place: Title,
    pub scores: Vec<Score>,
    /// Σ score × weight, in hundredths of a point: 395 is 3.95.
    pub weighted: u32,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Selection {
    pub site: Code,
    pub agreed_by: Vec<PartnerCode>,
    pub rationale: Prose,
    pub at: Instant,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ForwardPost {
    pub code: Code,
    pub place: Title,
    pub at: Instant,
}

/// Weighted score of a site in hundredths of a point: the sum of score × weight in percent.
pub fn weighted_score(criteria: &[Criterion], scores: &[Score]) -> u32 {
    let weight = |score: &Score| {
        criteria
            .iter()
            .find(|criterion| criterion.name == score.criterion)
            .map_or(0, |criterion| criterion.weight)
    };
    scores.iter().map(|score| score.score.saturating_mul(weight(score))).fold(0, u32::saturating_add)
}

impl Centre {
    /// When it is to be told that a shift of its watch lacks officers, unless they come; `None`: nothing is to
    /// be told. Once its work has ended it keeps no watch.
    pub fn gap_due(&self, shift: &Shift) -> Option<Instant> {
        (self.status == CentreStatus::Active && shift.lacks_officers()).then_some(shift.from)
    }
}

impl Items for Centre {
    fn items(&self) -> Vec<Item> {
        let shifts = self.watch.shifts.keys().map(|number| Item::Shift(self.code.clone(), *number));
        let entries = self.watch.log.iter().map(|entry| Item::LogEntry(self.code.clone(), entry.number));
        [Item::Centre(self.code.clone())].into_iter().chain(shifts).chain(entries).collect()
    }
}

impl Evolve<CentreEvent> for Option<Centre> {
    fn evolve(&mut self, event: &CentreEvent, at: &At, touched: &mut Vec<Item>) {
        touched.push(Item::Centre(event.centre().clone()));
        if let CentreEvent::CentreProposed { centre, name, criteria } = event {
            *self = Some(Centre {
                code: centre.clone(),
                name: name.clone(),
                names: Names::default(),
                status: CentreStatus::Proposed,
                criteria: criteria.clone(),
                sites: Vec::new(),
                selection: None,
                forward_posts: Vec::new(),
                established_at: None,
                activated_at: None,
                watch: Watch::default(),
            });
        }
        let Some(centre) = self else { return };
        let at = at.occurred_at;
        match event {
            CentreEvent::CentreProposed { .. } => {}
            CentreEvent::SiteOptionAssessed { site, place, scores, .. } => {
                let weighted = weighted_score(&centre.criteria, scores);
                let assessed =
                    Site { code: site.clone(), place: place.clone(), scores: scores.clone(), weighted };
                match centre.sites.iter_mut().find(|known| known.code == *site) {
                    Some(known) => *known = assessed,
                    None => centre.sites.push(assessed),
                }
            }
            CentreEvent::SiteSelected { site, agreed_by, rationale, .. } => {
                centre.status = CentreStatus::Sited;
                centre.selection = Some(Selection {
                    site: site.clone(),
                    agreed_by: agreed_by.clone(),
                    rationale: rationale.clone(),
                    at,
                });
            }
            CentreEvent::CentreEstablished { .. } => {
                centre.status = CentreStatus::Established;
                centre.established_at = Some(at);
            }
            CentreEvent::CentreActivated { .. } => {
                centre.status = CentreStatus::Active;
                centre.activated_at = Some(at);
            }
            CentreEvent::ForwardPostOpened { code, place, .. } => {
                centre.forward_posts.push(ForwardPost { code: code.clone(), place: place.clone(), at });
            }
            CentreEvent::CentreStoodDown { .. } => {
                let untold = centre.watch.shifts.values().filter(|shift| shift.lacks_officers());
                touched.extend(untold.map(|shift| Item::Shift(centre.code.clone(), shift.number)));
                centre.status = CentreStatus::StoodDown;
            }
            CentreEvent::CentreNamed { names, .. } => centre.names = names.clone(),
        }
    }
}
