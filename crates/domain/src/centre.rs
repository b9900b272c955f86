//! Coordination centres: proposal, siting by weighted criteria, establishment, activation.

use crate::{
    CentreCode, Code, Context, Event, Instant, Item, Names, PartnerCode, Prose, Reasons, Recorded,
    RefusalCode, Rejection, Role, Title, World, ids::CentreId,
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

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
    /// A subordinate post near the action was opened.
    ForwardPostOpened {
        /// The centre.
        centre: CentreCode,
        /// The forward post, by its code within the centre.
        code: Code,
        /// Where it is.
        place: Title,
    },
    /// The centre ended its work.
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
    pub activated_at: Option<Instant>,
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
    pub(crate) fn evolve(state: &mut Option<Self>, recorded: &Recorded, touched: &mut Vec<Item>) {
        let Event::Centre(event) = &recorded.event else { return };
        touched.push(Item::Centre(event.centre().clone()));
        if let CentreEvent::CentreProposed { centre, name, criteria } = event {
            *state = Some(Self {
                code: centre.clone(),
                name: name.clone(),
                names: Names::default(),
                status: CentreStatus::Proposed,
                criteria: criteria.clone(),
                sites: Vec::new(),
                selection: None,
                forward_posts: Vec::new(),
                activated_at: None,
            });
        }
        let Some(centre) = state else { return };
        let at = recorded.occurred_at;
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
            CentreEvent::CentreEstablished { .. } => centre.status = CentreStatus::Established,
            CentreEvent::CentreActivated { .. } => {
                centre.status = CentreStatus::Active;
                centre.activated_at = Some(at);
            }
            CentreEvent::ForwardPostOpened { code, place, .. } => {
                centre.forward_posts.push(ForwardPost { code: code.clone(), place: place.clone(), at });
            }
            CentreEvent::CentreStoodDown { .. } => centre.status = CentreStatus::StoodDown,
            CentreEvent::CentreNamed { names, .. } => centre.names = names.clone(),
        }
    }
}

/// Who of the host may run the centre's affairs.
const HOST_ROLES: &[Role] = &[Role::Commander, Role::Planner];

pub(crate) fn decide(
    world: &World,
    command: &CentreCommand,
    context: &Context<'_>,
    reasons: Reasons,
) -> Result<Vec<Event>, Rejection> {
    use CentreStatus::{Active, Established, Sited};
    let coalition = world.coalition()?;
    context.require_host(coalition, HOST_ROLES)?;
    let is =
        |centre, status| world.centre(centre).map(|known| known.is_some_and(|known| known.status == status));
    match command {
        CentreCommand::Propose { centre, name, criteria } => propose(world, centre, name, criteria, reasons),
        CentreCommand::Assess { centre, site, place, scores } => {
            assess(world, centre, site, place, scores, reasons)
        }
        CentreCommand::Select { centre, site, agreed_by, rationale } => {
            select(world, centre, site, agreed_by, rationale, reasons)
        }
        CentreCommand::Establish { centre } => {
            if is(centre, Established)? {
                return reasons.or(Vec::new());
            }
            let reasons = in_state(world, centre, &[Sited], reasons)?.1;
            reasons.or(vec![Event::Centre(CentreEvent::CentreEstablished { centre: centre.clone() })])
        }
        CentreCommand::Activate { centre } => {
            if is(centre, Active)? {
                return reasons.or(Vec::new());
            }
            let mut reasons = in_state(world, centre, &[Established], reasons)?.1;
            // Domain rule 13.
            let task_taking = coalition.members().filter(|partner| partner.takes_tasks());
            coalition.check_liaison(task_taking.map(|partner| &partner.code), "centre", &mut reasons);
            reasons.or(vec![Event::Centre(CentreEvent::CentreActivated { centre: centre.clone() })])
        }
        CentreCommand::OpenForwardPost { centre, code, place } => {
            let (known, mut reasons) = in_state(world, centre, &[Established, Active], reasons)?;
            if known.forward_posts.iter().any(|open| open.code == *code && open.place == *place) {
                return reasons.or(Vec::new());
            }
            reasons.check(
                known.forward_posts.iter().all(|open| open.code != *code),
                RefusalCode::AlreadyExists,
                "code",
                || format!("{code} is open already."),
            );
            let (centre, code, place) = (centre.clone(), code.clone(), place.clone());
            reasons.or(vec![Event::Centre(CentreEvent::ForwardPostOpened { centre, code, place })])
        }
        CentreCommand::StandDown { centre, reason } => {
            let reasons = in_state(world, centre, &[Active], reasons)?.1;
            let (centre, reason) = (centre.clone(), reason.clone());
            reasons.or(vec![Event::Centre(CentreEvent::CentreStoodDown { centre, reason })])
        }
        CentreCommand::Name { centre, names } => {
            let Some(known) = world.centre(centre)? else {
                return Err(reasons.not_found("centre", "centre"));
            };
            if known.names == *names {
                return reasons.or(Vec::new());
            }
            let (centre, names) = (centre.clone(), names.clone());
            reasons.or(vec![Event::Centre(CentreEvent::CentreNamed { centre, names })])
        }
    }
}

fn propose(
    world: &World,
    centre: &CentreCode,
    name: &Title,
    criteria: &[Criterion],
    mut reasons: Reasons,
) -> Result<Vec<Event>, Rejection> {
    reasons.check(world.centre(centre)?.is_none(), RefusalCode::AlreadyExists, "code", || {
        format!("{centre} is proposed already.")
    });
    let weights: u64 = criteria.iter().map(|criterion| u64::from(criterion.weight)).sum();
    reasons.check(weights == 100, RefusalCode::WeightsNot100, "criteria", || {
        format!("The weights sum to {weights}, not to 100.")
    });
    let names: BTreeSet<_> = criteria.iter().map(|criterion| &criterion.name).collect();
    reasons.check(names.len() == criteria.len(), RefusalCode::InvalidValue, "criteria", || {
        "A criterion is named twice.".to_owned()
    });
    let (centre, name, criteria) = (centre.clone(), name.clone(), criteria.to_vec());
    reasons.or(vec![Event::Centre(CentreEvent::CentreProposed { centre, name, criteria })])
}

fn assess(
    world: &World,
    centre: &CentreCode,
    site: &Code,
    place: &Title,
    scores: &[Score],
    reasons: Reasons,
) -> Result<Vec<Event>, Rejection> {
    let open = [CentreStatus::Proposed, CentreStatus::Sited];
    let (known, mut reasons) = in_state(world, centre, &open, reasons)?;
    let same = |option: &Site| option.code == *site && option.place == *place && option.scores == scores;
    if known.sites.iter().any(same) {
        return reasons.or(Vec::new());
    }
    check_scores(&known.criteria, scores, &mut reasons);
    reasons.or(vec![Event::Centre(CentreEvent::SiteOptionAssessed {
        centre: centre.clone(),
        site: site.clone(),
        place: place.clone(),
        scores: scores.to_vec(),
    })])
}

fn select(
    world: &World,
    centre: &CentreCode,
    site: &Code,
    agreed_by: &[PartnerCode],
    rationale: &Prose,
    reasons: Reasons,
) -> Result<Vec<Event>, Rejection> {
    let open = [CentreStatus::Proposed, CentreStatus::Sited];
    let (known, mut reasons) = in_state(world, centre, &open, reasons)?;
    let same = |selected: &Selection| {
        selected.site == *site && selected.agreed_by == agreed_by && selected.rationale == *rationale
    };
    if known.selection.as_ref().is_some_and(same) {
        return reasons.or(Vec::new());
    }
    reasons.check(
        known.sites.iter().any(|option| option.code == *site),
        RefusalCode::SiteNotAssessed,
        "site",
        || format!("{site} has not been assessed."),
    );
    let coalition = world.coalition()?;
    for (index, partner) in agreed_by.iter().enumerate() {
        reasons.check(
            coalition.takes_tasks(partner),
            RefusalCode::UnknownReference,
            &format!("agreedBy.{index}"),
            || format!("{partner} has not acceded."),
        );
    }
    reasons.or(vec![Event::Centre(CentreEvent::SiteSelected {
        centre: centre.clone(),
        site: site.clone(),
        agreed_by: agreed_by.to_vec(),
        rationale: rationale.clone(),
    })])
}

fn check_scores(criteria: &[Criterion], scores: &[Score], reasons: &mut Reasons) {
    let named: BTreeSet<_> = scores.iter().map(|score| &score.criterion).collect();
    let wanted: BTreeSet<_> = criteria.iter().map(|criterion| &criterion.name).collect();
    reasons.check(
        named == wanted && named.len() == scores.len(),
        RefusalCode::InvalidValue,
        "scores",
        || {
            let wanted: Vec<_> = wanted.iter().map(|name| name.as_str()).collect();
            format!("Each criterion is scored once: {}.", wanted.join(", "))
        },
    );
    for (index, score) in scores.iter().enumerate() {
        reasons.check(
            (1..=5).contains(&score.score),
            RefusalCode::InvalidValue,
            &format!("scores.{index}.score"),
            || format!("{} is not a score from 1 to 5.", score.score),
        );
    }
}

/// The centre, with a reason added when it is in none of the states given.
fn in_state<'a>(
    world: &'a World,
    code: &CentreCode,
    states: &[CentreStatus],
    mut reasons: Reasons,
) -> Result<(&'a Centre, Reasons), Rejection> {
    let Some(centre) = world.centre(code)? else { return Err(reasons.not_found("centre", "centre")) };
    if !states.contains(&centre.status) {
        let needed: Vec<String> = states.iter().map(CentreStatus::to_string).collect();
        reasons.add_about(
            RefusalCode::WrongState,
            "centre",
            format!("{code} is {}; this needs {}.", centre.status, needed.join(" or ")),
            Some(CentreId::of(code).to_string()),
        );
    }
    Ok((centre, reasons))
}
