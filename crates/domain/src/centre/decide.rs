//! Rules of coordination centres.

use crate::{
    Code, Context, Event, Instant, OperationCode, PartnerCode, Prose, Reasons, RefusalCode, Rejection, Role,
    Subject, Title, World,
    actor::CLOCK_SKEW,
    centre::{
        Centre, CentreCode, CentreCommand, CentreEvent, CentreId, CentreStatus, Criterion, Score, Selection,
        Site,
    },
    coalition::decide::require_host,
    command::Decide,
};
use std::collections::BTreeSet;

/// Who of the host may run the centre's affairs.
const HOST_ROLES: &[Role] = &[Role::Commander, Role::Planner];

impl World {
    /// `None`: it has not been proposed.
    pub fn centre(&self, code: &CentreCode) -> Result<Option<&Centre>, Rejection> {
        self.folded(Subject::Centre(code.clone())).map(Option::as_ref)
    }
}

impl Decide for CentreCommand {
    fn operation(&self) -> Option<&OperationCode> {
        None
    }

    fn decide(
        &self,
        world: &World,
        context: &Context<'_>,
        reasons: Reasons,
    ) -> Result<Vec<Event>, Rejection> {
        use CentreStatus::{Active, Established, Sited};
        let coalition = world.coalition()?;
        require_host(coalition, context, HOST_ROLES)?;
        let is = |centre, status| {
            world.centre(centre).map(|known| known.is_some_and(|known| known.status == status))
        };
        match self {
            Self::Propose { centre, name, criteria } => propose(world, centre, name, criteria, reasons),
            Self::Assess { centre, site, place, scores } => {
                assess(world, centre, site, place, scores, reasons)
            }
            Self::Select { centre, site, agreed_by, rationale } => {
                select(world, centre, site, agreed_by, rationale, reasons)
            }
            Self::Establish { centre } => {
                if is(centre, Established)? {
                    return reasons.or(Vec::new());
                }
                let reasons = in_state(world, centre, &[Sited], reasons)?.1;
                reasons.or(vec![Event::Centre(CentreEvent::CentreEstablished { centre: centre.clone() })])
            }
            Self::Activate { centre } => {
                if is(centre, Active)? {
                    return reasons.or(Vec::new());
                }
                let mut reasons = in_state(world, centre, &[Established], reasons)?.1;
                // Domain rule 13.
                let task_taking = coalition.members().filter(|partner| partner.takes_tasks());
                coalition.check_liaison(task_taking.map(|partner| &partner.code), "centre", &mut reasons);
                reasons.or(vec![Event::Centre(CentreEvent::CentreActivated { centre: centre.clone() })])
            }
            Self::OpenForwardPost { centre, code, place } => {
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
                check_follows(known.established_at, "The centre was established", context, &mut reasons);
                let (centre, code, place) = (centre.clone(), code.clone(), place.clone());
                reasons.or(vec![Event::Centre(CentreEvent::ForwardPostOpened { centre, code, place })])
            }
            Self::StandDown { centre, reason } => {
                let (known, mut reasons) = in_state(world, centre, &[Active], reasons)?;
                check_follows(known.activated_at, "The centre was activated", context, &mut reasons);
                let last = known.forward_posts.iter().map(|post| post.at).max();
                check_follows(last, "Its last forward post was opened", context, &mut reasons);
                let (centre, reason) = (centre.clone(), reason.clone());
                reasons.or(vec![Event::Centre(CentreEvent::CentreStoodDown { centre, reason })])
            }
            Self::Name { centre, names } => {
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

/// A late entry puts nothing before what it follows; `what` as it begins a sentence.
fn check_follows(last: Option<Instant>, what: &str, context: &Context<'_>, reasons: &mut Reasons) {
    let Some(last) = last else { return };
    reasons.check(
        context.occurred_at + CLOCK_SKEW.as_delta() >= last,
        RefusalCode::InvalidValue,
        "occurredAt",
        || format!("{what} only at {}.", last.to_rfc3339()),
    );
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
