//! Rules of partners: invitation, accession, roles, leaving.

use super::{decide::require_host, post::vacate};
use crate::{
    Context, Event, Names, OperationCode, PartnerCode, Prose, Reasons, RefusalCode, Rejection, Role, World,
    coalition::{Coalition, Partner, PartnerCommand, PartnerEvent, PartnerRole, PartnerStatus, Profile},
    command::Decide,
};

/// Who of a host may deal with partners, and of a partner may say what it is called.
const HOST_ROLES: &[Role] = &[Role::Commander, Role::Liaison];

impl Decide for PartnerCommand {
    fn operation(&self) -> Option<&OperationCode> {
        None
    }

    fn decide(
        &self,
        world: &World,
        context: &Context<'_>,
        mut reasons: Reasons,
    ) -> Result<Vec<Event>, Rejection> {
        use PartnerStatus::{Acceded, Deferred, Invited, Observer, Suspended};
        let coalition = world.coalition()?;
        let host = || require_host(coalition, context, HOST_ROLES);
        let is_own = |partner| context.actor.partner() == Some(partner);
        match self {
            Self::Invite { partner, profile, role } => {
                host()?;
                if let Some(known) = coalition.partners.get(partner) {
                    let again =
                        matches!(known.status, Deferred | PartnerStatus::Declined | PartnerStatus::Withdrawn);
                    reasons.check(again, RefusalCode::AlreadyExists, "code", || {
                        format!("{partner} is {} already.", known.status)
                    });
                }
                check_one_host(coalition, partner, *role, &mut reasons);
                reasons.or(vec![event(PartnerEvent::PartnerInvited {
                    partner: partner.clone(),
                    profile: profile.clone(),
                    role: *role,
                })])
            }
            Self::AcknowledgeInvitation { partner } => {
                host()?;
                let (known, reasons) = known(coalition, partner, &[Invited], context, reasons)?;
                if known.acknowledged_at.is_some() {
                    return reasons.or(Vec::new());
                }
                reasons.or(vec![event(PartnerEvent::InvitationAcknowledged { partner: partner.clone() })])
            }
            Self::DeferInvitation { partner, reason } => {
                host()?;
                let reasons = known(coalition, partner, &[Invited], context, reasons)?.1;
                let reason = reason.clone();
                reasons.or(vec![event(PartnerEvent::InvitationDeferred { partner: partner.clone(), reason })])
            }
            Self::DeclineInvitation { partner, reason } => {
                host()?;
                let reasons = known(coalition, partner, &[Invited, Deferred], context, reasons)?.1;
                let reason = reason.clone();
                reasons.or(vec![event(PartnerEvent::InvitationDeclined { partner: partner.clone(), reason })])
            }
            Self::Accede { partner, founding } => {
                host()?;
                accede(coalition, partner, founding.as_ref(), context, reasons)
            }
            Self::AdmitObserver { partner } => {
                host()?;
                let (known, mut reasons) = known(coalition, partner, &[Invited, Deferred], context, reasons)?;
                reasons.check(
                    known.role == PartnerRole::Observer,
                    RefusalCode::WrongState,
                    "partner",
                    || format!("{partner} was invited as {}, not as OBSERVER.", known.role),
                );
                reasons.or(vec![event(PartnerEvent::ObserverAdmitted { partner: partner.clone() })])
            }
            Self::ChangeRole { partner, role, reason } => {
                host()?;
                change_role(coalition, partner, *role, reason, context, reasons)
            }
            Self::Suspend { partner, reason } => {
                host()?;
                let (known, mut reasons) = known(coalition, partner, &[Acceded, Observer], context, reasons)?;
                check_keeps_host(known, &mut reasons);
                let reason = reason.clone();
                reasons.or(vec![event(PartnerEvent::PartnerSuspended { partner: partner.clone(), reason })])
            }
            Self::Reinstate { partner, reason } => {
                host()?;
                let reasons = known(coalition, partner, &[Suspended], context, reasons)?.1;
                let reason = reason.clone();
                reasons.or(vec![event(PartnerEvent::PartnerReinstated { partner: partner.clone(), reason })])
            }
            Self::Withdraw { partner, reason } => {
                // Leaving is a nation's own decision.
                if is_own(partner) {
                    context.require_of(partner, &[Role::Commander])?;
                } else {
                    host()?;
                }
                withdraw(coalition, partner, reason, context, reasons)
            }
            Self::Name { partner, names, agency_names } => {
                // What a nation is called is its own decision, too.
                if is_own(partner) {
                    context.require(HOST_ROLES)?;
                } else {
                    host()?;
                }
                name(coalition, partner, names, agency_names, reasons)
            }
        }
    }
}

fn change_role(
    coalition: &Coalition,
    partner: &PartnerCode,
    role: PartnerRole,
    reason: &Prose,
    context: &Context<'_>,
    reasons: Reasons,
) -> Result<Vec<Event>, Rejection> {
    let (known, mut reasons) = known(coalition, partner, &[PartnerStatus::Acceded], context, reasons)?;
    if known.role == role {
        return reasons.or(Vec::new());
    }
    // A service hands it over, step by step.
    if !context.administers() {
        check_keeps_host(known, &mut reasons);
    }
    reasons.check(role != PartnerRole::Observer, RefusalCode::InvalidValue, "role", || {
        "A partner that has acceded does not become an observer: it withdraws and is admitted.".to_owned()
    });
    check_one_host(coalition, partner, role, &mut reasons);
    let (partner, reason) = (partner.clone(), reason.clone());
    reasons.or(vec![event(PartnerEvent::PartnerRoleChanged { partner, role, reason })])
}

fn withdraw(
    coalition: &Coalition,
    partner: &PartnerCode,
    reason: &Prose,
    context: &Context<'_>,
    reasons: Reasons,
) -> Result<Vec<Event>, Rejection> {
    use PartnerStatus::{Acceded, Observer, Suspended};
    let (known, mut reasons) = known(coalition, partner, &[Acceded, Observer, Suspended], context, reasons)?;
    check_keeps_host(known, &mut reasons);
    let mut events =
        vec![event(PartnerEvent::PartnerWithdrew { partner: partner.clone(), reason: reason.clone() })];
    // If it comes back, nobody acts for it whom it has not named anew.
    for post in coalition.posts.values().filter(|post| post.partner == *partner) {
        events.extend(vacate(post, reason, context, &mut reasons));
    }
    reasons.or(events)
}

fn name(
    coalition: &Coalition,
    partner: &PartnerCode,
    names: &Names,
    agency_names: &Names,
    reasons: Reasons,
) -> Result<Vec<Event>, Rejection> {
    let Some(known) = coalition.partners.get(partner) else {
        return Err(reasons.not_found("partner", "partner"));
    };
    if known.names == *names && known.agency_names == *agency_names {
        return reasons.or(Vec::new());
    }
    reasons.or(vec![event(PartnerEvent::PartnerNamed {
        partner: partner.clone(),
        names: names.clone(),
        agency_names: agency_names.clone(),
    })])
}

fn accede(
    coalition: &Coalition,
    partner: &PartnerCode,
    founding: Option<&(Profile, PartnerRole)>,
    context: &Context<'_>,
    mut reasons: Reasons,
) -> Result<Vec<Event>, Rejection> {
    let (profile, role) = match (coalition.partners.get(partner), founding) {
        (Some(known), _) if known.status == PartnerStatus::Acceded => return reasons.or(Vec::new()),
        (Some(known), _) => {
            check_follows(known, context, &mut reasons);
            reasons.check(
                matches!(known.status, PartnerStatus::Invited | PartnerStatus::Deferred),
                RefusalCode::WrongState,
                "partner",
                || format!("{partner} is {}, not invited.", known.status),
            );
            (known.profile.clone(), known.role)
        }
        (None, Some((profile, role))) => {
            if !context.administers() {
                return Err(Rejection::Forbidden(
                    "Only an administering service lets a founding partner accede without invitation."
                        .to_owned(),
                ));
            }
            (profile.clone(), *role)
        }
        (None, None) => return Err(reasons.not_found("partner", "partner")),
    };
    reasons.check(role != PartnerRole::Observer, RefusalCode::InvalidValue, "role", || {
        "An observer is admitted, it does not accede.".to_owned()
    });
    check_one_host(coalition, partner, role, &mut reasons);
    reasons.or(vec![event(PartnerEvent::PartnerAcceded { partner: partner.clone(), profile, role })])
}

fn event(event: PartnerEvent) -> Event {
    Event::Partner(event)
}

impl PartnerRole {
    /// Adds `NOT_AN_APPROVER` where the role has no vote on any plan. That tells nothing of a plan, so it is
    /// said also of one that the partner may not see.
    pub fn check_approver(self, partner: &PartnerCode, reasons: &mut Reasons) {
        reasons.check(self.may_approve(), RefusalCode::NotAnApprover, "", || {
            format!("{partner} is {self}: only the host and the principals approve plans.")
        });
    }
}

/// Without its host a coalition has nobody who could take it further.
fn check_keeps_host(partner: &Partner, reasons: &mut Reasons) {
    reasons.check(partner.role != PartnerRole::Host, RefusalCode::WrongState, "partner", || {
        format!("{} is the host: an administering service makes another partner that first.", partner.code)
    });
}

fn check_one_host(coalition: &Coalition, partner: &PartnerCode, role: PartnerRole, reasons: &mut Reasons) {
    let other = coalition.host().filter(|host| role == PartnerRole::Host && host.code != *partner);
    if let Some(host) = other {
        reasons.add(RefusalCode::HostAlreadyPresent, "role", format!("{} is the host.", host.code));
    }
}

/// A late entry puts nothing before what it follows.
fn check_follows(partner: &Partner, context: &Context<'_>, reasons: &mut Reasons) {
    context.check_since(partner.since, &format!("{} became {}", partner.code, partner.status), reasons);
}

/// The partner, with a reason added when it is in none of the states given, or was not yet.
fn known<'a>(
    coalition: &'a Coalition,
    partner: &PartnerCode,
    states: &[PartnerStatus],
    context: &Context<'_>,
    mut reasons: Reasons,
) -> Result<(&'a Partner, Reasons), Rejection> {
    let Some(known) = coalition.partners.get(partner) else {
        return Err(reasons.not_found("partner", "partner"));
    };
    reasons.check(states.contains(&known.status), RefusalCode::WrongState, "partner", || {
        let needed: Vec<String> = states.iter().map(PartnerStatus::to_string).collect();
        format!("{partner} is {}; this needs {}.", known.status, needed.join(" or "))
    });
    check_follows(known, context, &mut reasons);
    Ok((known, reasons))
}
