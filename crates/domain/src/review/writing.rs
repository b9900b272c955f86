//! Rules of what is written in a review: answers, observations, findings and what proves them.

use super::{
    place::{Place, Written},
    sources::OBSERVER,
};
use crate::{
    Instant, PartnerCode, PostCode, Prose, Reasons, RefusalCode, Rejection,
    ids::PartnerId,
    review::{
        Evidence, Finding, FindingId, FindingStatus, NewFinding, Question, Remedy, Review, ReviewEvent,
    },
};

/// Most observations on one operation.
const MOST_OBSERVATIONS: usize = 10_000;

/// Most findings of one operation.
const MOST_FINDINGS: usize = 1_000;

/// Most pieces of evidence of one finding.
/// Most pieces of evidence of a finding.
pub const MOST_EVIDENCE: usize = 100;

pub(super) fn answer(
    place: &Place<'_>,
    review: &Review,
    question: Question,
    answer: &Prose,
    reasons: Reasons,
) -> Written {
    if review.answers.get(&question).is_some_and(|known| known.text == *answer) {
        return reasons.or(Vec::new());
    }
    let operation = place.operation.code.clone();
    reasons.or(vec![ReviewEvent::ReviewQuestionAnswered { operation, question, answer: answer.clone() }])
}

/// Whoever was there may say what it saw; what that comes to is for the reviewers.
pub(super) fn observe(place: &Place<'_>, text: &Prose, reasons: Reasons) -> Written {
    let partner = place.context.require_post(OBSERVER)?.clone();
    let (review, mut reasons) = place.review(reasons)?;
    let made = review.observations.len();
    reasons.check(made < MOST_OBSERVATIONS, RefusalCode::InvalidValue, "", || {
        format!("A review has at most {MOST_OBSERVATIONS} observations.")
    });
    let (operation, number) = (place.operation.code.clone(), number_after(made));
    reasons.or(vec![ReviewEvent::ObservationRecorded { operation, number, partner, text: text.clone() }])
}

/// Domain rule 31. What proves it is told by events of its own, because not everybody may see that.
pub(super) fn record(place: &Place<'_>, new: &NewFinding, reasons: Reasons) -> Written {
    let (review, mut reasons) = place.review(reasons)?;
    let NewFinding { code, kind, observation, discussion, conclusion, recommendation, owner, due, evidence } =
        new;
    let operation = &place.operation.code;
    if review.findings.contains_key(code) {
        let id = FindingId::of(place.operation.id(), code).to_string();
        let message = format!("There is a finding {code} already.");
        reasons.add_about(RefusalCode::AlreadyExists, "code", message, Some(id));
    }
    reasons.check(review.findings.len() < MOST_FINDINGS, RefusalCode::InvalidValue, "", || {
        format!("A review has at most {MOST_FINDINGS} findings.")
    });
    check_owner(place, owner.as_ref(), *due, ("owner", "due"), &mut reasons)?;
    let linked = new_evidence(place, None, evidence, &mut reasons)?;
    let links = linked.into_iter().map(|(number, evidence)| ReviewEvent::EvidenceLinked {
        operation: operation.clone(),
        finding: code.clone(),
        number,
        evidence,
    });
    let recorded = ReviewEvent::FindingRecorded {
        operation: operation.clone(),
        finding: code.clone(),
        kind: *kind,
        observation: observation.clone(),
        discussion: discussion.clone(),
        conclusion: conclusion.clone(),
        recommendation: recommendation.clone(),
        owner: owner.clone(),
        due: *due,
    };
    reasons.or([recorded].into_iter().chain(links).collect())
}

/// Until somebody has to act on it: then what is asked of them stays as it was.
pub(super) fn recommend(
    place: &Place<'_>,
    finding: &Finding,
    remedy: &Remedy,
    mut reasons: Reasons,
) -> Written {
    let Remedy { conclusion, recommendation, owner, due } = remedy;
    let same = finding.conclusion.as_ref() == Some(conclusion)
        && finding.recommendation.as_ref() == Some(recommendation)
        && (owner.is_none() || *owner == finding.owner)
        && (due.is_none() || *due == finding.due);
    if same {
        return reasons.or(Vec::new());
    }
    let status = finding.status();
    // What was done in vain wants another remedy.
    let is_open = matches!(
        status,
        FindingStatus::Observed | FindingStatus::LessonIdentified | FindingStatus::NotAdopted
    );
    reasons.check(is_open, RefusalCode::WrongState, "findingId", || {
        format!("{} is {status}: what it recommends is being acted on.", finding.code)
    });
    check_owner(place, owner.as_ref(), *due, ("owner", "due"), &mut reasons)?;
    reasons.or(vec![ReviewEvent::RecommendationMade {
        operation: place.operation.code.clone(),
        finding: finding.code.clone(),
        conclusion: conclusion.clone(),
        recommendation: recommendation.clone(),
        owner: owner.clone(),
        due: *due,
    }])
}

/// Each partner may prove what only it sees.
pub(super) fn link(
    place: &Place<'_>,
    finding: &Finding,
    evidence: &[Evidence],
    mut reasons: Reasons,
) -> Written {
    let linked = new_evidence(place, Some(finding), evidence, &mut reasons)?;
    let links = linked.into_iter().map(|(number, evidence)| ReviewEvent::EvidenceLinked {
        operation: place.operation.code.clone(),
        finding: finding.code.clone(),
        number,
        evidence,
    });
    reasons.or(links.collect())
}

/// What of it the finding does not rest on already, each with the number that it gets. Hidden and absent answer alike.
fn new_evidence(
    place: &Place<'_>,
    finding: Option<&Finding>,
    evidence: &[Evidence],
    reasons: &mut Reasons,
) -> Result<Vec<(u32, Evidence)>, Rejection> {
    reasons.check(!evidence.is_empty(), RefusalCode::EvidenceRequired, "evidence", || {
        "A finding rests on evidence: name what proves it.".to_owned()
    });
    let known = finding.map(|finding| &finding.evidence);
    let before = finding.map_or(0, |finding| finding.evidence.len());
    reasons.check(before + evidence.len() <= MOST_EVIDENCE, RefusalCode::InvalidValue, "evidence", || {
        format!("A finding has at most {MOST_EVIDENCE} pieces of evidence.")
    });
    let viewer = place.context.actor.partner();
    let mut linked: Vec<(u32, Evidence)> = Vec::new();
    for (index, piece) in evidence.iter().enumerate().take(MOST_EVIDENCE) {
        let is_known = piece.is_known(place.world, place.operation, viewer)?;
        reasons.check(is_known, RefusalCode::NotFound, &format!("evidence.{index}"), || {
            "There is no such evidence.".to_owned()
        });
        let is_linked = known.is_some_and(|known| known.iter().any(|known| known.evidence == *piece))
            || linked.iter().any(|(_, other)| other == piece);
        if !is_linked {
            linked.push((number_after(before + linked.len()), piece.clone()));
        }
    }
    Ok(linked)
}

/// A post that answers for a finding is one whose partner reads it.
pub(super) fn check_owner(
    place: &Place<'_>,
    owner: Option<&PostCode>,
    due: Option<Instant>,
    (field, of_due): (&str, &str),
    reasons: &mut Reasons,
) -> Result<(), Rejection> {
    if let Some(owner) = owner {
        let known = place.world.coalition()?.posts.get(owner);
        let partner = known.map(|post| &post.partner);
        reasons.check(partner.is_some(), RefusalCode::UnknownReference, field, || {
            format!("There is no post {owner}.")
        });
        let unread = |partner: &&PartnerCode| !place.operation.is_visible_to(partner);
        if let Some(partner) = partner.filter(unread) {
            reasons.add_about(
                RefusalCode::PartyCannotRead,
                field,
                format!("{partner} does not read {}, so its post cannot act on this.", place.operation.code),
                Some(PartnerId::of(partner).to_string()),
            );
        }
    }
    if let Some(due) = due {
        let said = place.context.occurred_at;
        reasons.check(due > said, RefusalCode::InvalidValue, of_due, || {
            format!("{} is not after this is said, {}.", due.to_rfc3339(), said.to_rfc3339())
        });
        place.context.check_near(due, of_due, reasons);
    }
    Ok(())
}

/// They are counted from 1.
fn number_after(made: usize) -> u32 {
    u32::try_from(made + 1).unwrap_or(u32::MAX)
}
