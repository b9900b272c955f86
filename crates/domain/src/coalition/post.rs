//! Rules of posts: nomination, acceptance, taking up, acting cover, relief.
//!
//! What a post is bound to do when is in [`crate::assignment`]. Officers are opaque ids here.

use crate::{
    Context, Event, OperationCode, PartnerCode, PostCode, Prose, Reasons, RefusalCode, Rejection, Role,
    World,
    coalition::{Coalition, Nominee, PartnerStatus, Post, PostCommand, PostEvent, Tenure},
    command::Decide,
    ids::OfficerId,
};

/// Who of a partner may fill its posts.
const PARTNER_ROLES: &[Role] = &[Role::Liaison, Role::Commander];

impl Decide for PostCommand {
    fn operation(&self) -> Option<&OperationCode> {
        None
    }

    fn decide(
        &self,
        world: &World,
        context: &Context<'_>,
        reasons: Reasons,
    ) -> Result<Vec<Event>, Rejection> {
        let coalition = world.coalition()?;
        let find = |code, reasons| find(coalition, code, context, reasons);
        match self {
            Self::Establish { post, partner, title, liaison } => {
                check_establishment(coalition, post, partner, context, reasons)?;
                Ok(vec![Event::Post(PostEvent::PostEstablished {
                    post: post.clone(),
                    partner: partner.clone(),
                    title: title.clone(),
                    liaison: *liaison,
                })])
            }
            Self::Nominate { post, officer } => {
                let (post, reasons) = find(post, reasons)?;
                nominate(post, *officer, reasons)
            }
            Self::AcceptNomination { post } => {
                let (post, reasons) = find(post, reasons)?;
                let Some(Nominee { officer, accepted }) = post.nominee else {
                    return Err(nobody_nominated(post, reasons));
                };
                let accepting = PostEvent::NominationAccepted { post: post.code.clone(), officer };
                reasons.or((!accepted).then_some(Event::Post(accepting)).into_iter().collect())
            }
            Self::DeclineNomination { post, reason } => {
                let (post, reasons) = find(post, reasons)?;
                let Some(Nominee { officer, .. }) = post.nominee else {
                    return Err(nobody_nominated(post, reasons));
                };
                let (post, reason) = (post.code.clone(), reason.clone());
                reasons.or(vec![Event::Post(PostEvent::NominationDeclined { post, officer, reason })])
            }
            Self::TakePost { post } => {
                let (post, mut reasons) = find(post, reasons)?;
                check_belongs(coalition, post, &mut reasons);
                check_vacant(post, context, &mut reasons);
                let Some(Nominee { officer, accepted: true }) = post.nominee else {
                    let message = format!("No officer has accepted {}.", post.code);
                    return Err(reasons.refuse_with(RefusalCode::WrongState, "post", message));
                };
                reasons.or(vec![Event::Post(PostEvent::OfficerTookPost { post: post.code.clone(), officer })])
            }
            Self::AppointActing { post, officer } => {
                let (post, mut reasons) = find(post, reasons)?;
                check_belongs(coalition, post, &mut reasons);
                appoint_acting(post, *officer, context, reasons)
            }
            Self::Relieve { post, reason } => {
                let (post, reasons) = find(post, reasons)?;
                relieve(post, reason, context, reasons)
            }
            Self::Name { post, titles } => {
                let (post, reasons) = find(post, reasons)?;
                let named = PostEvent::PostNamed { post: post.code.clone(), titles: titles.clone() };
                reasons.or((post.titles != *titles).then_some(Event::Post(named)).into_iter().collect())
            }
        }
    }
}

/// The post, for those who may fill it.
fn find<'a>(
    coalition: &'a Coalition,
    code: &PostCode,
    context: &Context<'_>,
    reasons: Reasons,
) -> Result<(&'a Post, Reasons), Rejection> {
    let Some(post) = coalition.posts.get(code) else { return Err(reasons.not_found("post", "post")) };
    authorise(context, &post.partner)?;
    Ok((post, reasons))
}

fn check_establishment(
    coalition: &Coalition,
    code: &PostCode,
    partner: &PartnerCode,
    context: &Context<'_>,
    mut reasons: Reasons,
) -> Result<(), Rejection> {
    authorise(context, partner)?;
    reasons.check(!coalition.posts.contains_key(code), RefusalCode::AlreadyExists, "code", || {
        format!("{code} is established already.")
    });
    // Observers have posts too, to read and to speak in the centre; no task can name them.
    let status = coalition.partners.get(partner).map(|partner| partner.status);
    let joined = matches!(status, Some(PartnerStatus::Acceded | PartnerStatus::Observer));
    reasons.check(joined, RefusalCode::TakesNoTasks, "partner", || {
        format!("{partner} has not joined: only partners and observers have posts.")
    });
    reasons.check(
        code.as_str().strip_prefix(partner.as_str()).is_some_and(|rest| rest.starts_with('-')),
        RefusalCode::InvalidCode,
        "code",
        || format!("A post of {partner} has a code that starts with `{partner}-`."),
    );
    reasons.or(())
}

/// A successor is nominated while the post is still held.
fn nominate(post: &Post, officer: OfficerId, mut reasons: Reasons) -> Result<Vec<Event>, Rejection> {
    if post.nominee.as_ref().is_some_and(|nominee| nominee.officer == officer) {
        return reasons.or(Vec::new());
    }
    let accepted = post.nominee.as_ref().is_some_and(|nominee| nominee.accepted);
    reasons.check(!accepted, RefusalCode::WrongState, "post", || {
        format!("An officer has accepted {} already.", post.code)
    });
    reasons.or(vec![Event::Post(PostEvent::OfficerNominated { post: post.code.clone(), officer })])
}

fn appoint_acting(
    post: &Post,
    officer: OfficerId,
    context: &Context<'_>,
    mut reasons: Reasons,
) -> Result<Vec<Event>, Rejection> {
    if post.holder().is_some_and(|tenure| tenure.acting && tenure.officer == officer) {
        return reasons.or(Vec::new());
    }
    reasons.check(post.holder().is_none(), RefusalCode::PostAlreadyHeld, "post", || {
        format!("{} is held: one holder at a time.", post.code)
    });
    check_after_last(post, context, &mut reasons);
    reasons.or(vec![Event::Post(PostEvent::ActingCoverAppointed { post: post.code.clone(), officer })])
}

fn relieve(
    post: &Post,
    reason: &Prose,
    context: &Context<'_>,
    mut reasons: Reasons,
) -> Result<Vec<Event>, Rejection> {
    let Some(tenure) = post.holder() else {
        let message = format!("Nobody holds {}.", post.code);
        return Err(reasons.refuse_with(RefusalCode::WrongState, "post", message));
    };
    let relieved = relieved(post, tenure, reason, context, &mut reasons);
    reasons.or(vec![relieved])
}

fn relieved(
    post: &Post,
    tenure: &Tenure,
    reason: &Prose,
    context: &Context<'_>,
    reasons: &mut Reasons,
) -> Event {
    reasons.check(context.occurred_at >= tenure.taken_at, RefusalCode::InvalidValue, "occurredAt", || {
        format!("{} was taken only at {}.", post.code, tenure.taken_at.to_rfc3339())
    });
    let (post, officer, reason) = (post.code.clone(), tenure.officer, reason.clone());
    Event::Post(PostEvent::OfficerRelieved { post, officer, reason })
}

/// Nobody holds the post any more, nor is to: its partner leaves.
pub(super) fn vacate(
    post: &Post,
    reason: &Prose,
    context: &Context<'_>,
    reasons: &mut Reasons,
) -> Vec<Event> {
    let declined = |nominee: &Nominee| {
        let (post, officer, reason) = (post.code.clone(), nominee.officer, Some(reason.clone()));
        Event::Post(PostEvent::NominationDeclined { post, officer, reason })
    };
    let declined = post.nominee.as_ref().map(declined);
    let relieved = post.holder().map(|tenure| relieved(post, tenure, reason, context, reasons));
    declined.into_iter().chain(relieved).collect()
}

fn authorise(context: &Context<'_>, partner: &PartnerCode) -> Result<(), Rejection> {
    if context.administers() { Ok(()) } else { context.require_of(partner, PARTNER_ROLES) }
}

fn nobody_nominated(post: &Post, reasons: Reasons) -> Rejection {
    reasons.refuse_with(RefusalCode::WrongState, "post", format!("Nobody is nominated for {}.", post.code))
}

/// Nobody takes a post of a partner that has left. What a suspended one does in its posts it does not do now.
fn check_belongs(coalition: &Coalition, post: &Post, reasons: &mut Reasons) {
    use PartnerStatus::{Acceded, Observer, Suspended};
    let status = coalition.partners.get(&post.partner).map(|partner| partner.status);
    let belongs = matches!(status, Some(Acceded | Observer | Suspended));
    reasons.check(belongs, RefusalCode::TakesNoTasks, "post", || {
        format!("{} has not joined: only partners and observers have officers in post.", post.partner)
    });
}

/// Domain rule 11; acting cover gives way.
fn check_vacant(post: &Post, context: &Context<'_>, reasons: &mut Reasons) {
    reasons.check(
        post.holder().is_none_or(|tenure| tenure.acting),
        RefusalCode::PostAlreadyHeld,
        "post",
        || format!("{} is held: one holder at a time.", post.code),
    );
    check_after_last(post, context, reasons);
}

/// A late report must not make two officers hold a post at one moment of the past.
fn check_after_last(post: &Post, context: &Context<'_>, reasons: &mut Reasons) {
    let Some(last) = post.tenures.last() else { return };
    let free_from = last.relieved_at.unwrap_or(last.taken_at);
    reasons.check(context.occurred_at >= free_from, RefusalCode::PostAlreadyHeld, "occurredAt", || {
        format!("{} was held until {}.", post.code, free_from.to_rfc3339())
    });
}
