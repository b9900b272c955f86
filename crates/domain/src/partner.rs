//! Partners: invitation, accession, observers, suspension and withdrawal.

use crate::{
    Context, Currency, Event, Instant, Item, Names, PartnerCode, Prose, Reasons, Recorded, RefusalCode,
    Rejection, Role, TimeZone, Title, World, coalition::Coalition,
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::sync::Arc;

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, strum::VariantNames)]
pub enum PartnerCommand {
    Invite {
        partner: PartnerCode,
        profile: Profile,
        role: PartnerRole,
    },
    AcknowledgeInvitation {
        partner: PartnerCode,
    },
    DeferInvitation {
        partner: PartnerCode,
        reason: Option<Prose>,
    },
    DeclineInvitation {
        partner: PartnerCode,
        reason: Option<Prose>,
    },
    /// A founding partner accedes without an invitation and brings its profile and role.
    Accede {
        partner: PartnerCode,
        founding: Option<(Profile, PartnerRole)>,
    },
    AdmitObserver {
        partner: PartnerCode,
    },
    ChangeRole {
        partner: PartnerCode,
        role: PartnerRole,
        reason: Prose,
    },
    Suspend {
        partner: PartnerCode,
        reason: Prose,
    },
    Withdraw {
        partner: PartnerCode,
        reason: Prose,
    },
    /// What it and its agency are called in other languages; replaces what was said before.
    Name {
        partner: PartnerCode,
        names: Names,
        agency_names: Names,
    },
}

/// What a partner is, apart from what it does here.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Profile {
    /// What it is called.
    pub name: Title,
    /// The agency that acts for it.
    pub agency: Title,
    /// Where its working day is; absent for an organisation of no one place.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub time_zone: Option<TimeZone>,
    /// What it pledges in; absent for an organisation without one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub currency: Option<Currency>,
}

/// What a partner is entitled to.
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
    JsonSchema,
    strum::Display,
    strum::EnumString,
)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
#[strum(serialize_all = "SCREAMING_SNAKE_CASE")]
pub enum PartnerRole {
    /// The centre stands on its territory; approves every plan version.
    Host,
    /// Approves every plan version.
    Principal,
    /// Takes tasks and consents for its own territory, without a vote on the whole.
    Participant,
    /// Reads what is released to it; no vote, no task.
    Observer,
}

impl PartnerRole {
    /// Domain rule 4: whether an approval policy may ask for the partner's vote at all.
    pub fn may_approve(self) -> bool {
        match self {
            Self::Host | Self::Principal => true,
            Self::Participant | Self::Observer => false,
        }
    }

    /// Adds `NOT_AN_APPROVER` where the role has no vote on any plan. That tells nothing of a plan, so it is said
    /// also of one that the partner may not see.
    pub fn check_approver(self, partner: &PartnerCode, reasons: &mut Reasons) {
        reasons.check(self.may_approve(), RefusalCode::NotAnApprover, "", || {
            format!("{partner} is {self}: only the host and the principals approve plans.")
        });
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
pub enum PartnerStatus {
    Invited,
    Acceded,
    Observer,
    Deferred,
    Declined,
    Suspended,
    Withdrawn,
}

/// What happened between a partner and the coalition.
#[derive(
    Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema, strum::IntoStaticStr, strum::VariantNames,
)]
#[serde(rename_all_fields = "camelCase")]
#[warn(missing_docs)]
pub enum PartnerEvent {
    /// A state agency or an organisation was invited to join.
    PartnerInvited {
        /// The partner.
        partner: PartnerCode,
        /// Who it is.
        profile: Profile,
        /// What it will be entitled to.
        role: PartnerRole,
    },
    /// A partner answered its invitation without deciding on it yet.
    InvitationAcknowledged {
        /// The partner.
        partner: PartnerCode,
    },
    /// A partner put its decision on the invitation off.
    InvitationDeferred {
        /// The partner.
        partner: PartnerCode,
        /// Why; null when none was given.
        reason: Option<Prose>,
    },
    /// A partner said no to its invitation.
    InvitationDeclined {
        /// The partner.
        partner: PartnerCode,
        /// Why; null when none was given.
        reason: Option<Prose>,
    },
    /// A partner accepted the terms and joined; a founding partner without an invitation.
    PartnerAcceded {
        /// The partner.
        partner: PartnerCode,
        /// Who it is; as in its invitation, if it had one.
        profile: Profile,
        /// What it is entitled to.
        role: PartnerRole,
    },
    /// An invited observer was admitted: it reads what is released to it.
    ObserverAdmitted {
        /// The partner.
        partner: PartnerCode,
    },
    /// A partner is entitled to something else from now on.
    PartnerRoleChanged {
        /// The partner.
        partner: PartnerCode,
        /// What it is entitled to now.
        role: PartnerRole,
        /// Why.
        reason: Prose,
    },
    /// A partner may do nothing until it is restored.
    PartnerSuspended {
        /// The partner.
        partner: PartnerCode,
        /// Why.
        reason: Prose,
    },
    /// A partner left the coalition.
    PartnerWithdrew {
        /// The partner.
        partner: PartnerCode,
        /// Why.
        reason: Prose,
    },
    /// It was said what the partner and its agency are called in other languages; what was said before is void.
    PartnerNamed {
        /// The partner.
        partner: PartnerCode,
        /// Of the partner.
        names: Names,
        /// Of the agency that acts for it.
        agency_names: Names,
    },
}

impl PartnerEvent {
    pub fn partner(&self) -> &PartnerCode {
        match self {
            Self::PartnerInvited { partner, .. }
            | Self::InvitationAcknowledged { partner }
            | Self::InvitationDeferred { partner, .. }
            | Self::InvitationDeclined { partner, .. }
            | Self::PartnerAcceded { partner, .. }
            | Self::ObserverAdmitted { partner }
            | Self::PartnerRoleChanged { partner, .. }
            | Self::PartnerSuspended { partner, .. }
            | Self::PartnerWithdrew { partner, .. }
            | Self::PartnerNamed { partner, .. } => partner,
        }
    }
}

#[derive(Debug, Clone, PartialEq)]
pub struct Partner {
    pub code: PartnerCode,
    pub profile: Profile,
    /// Of the partner, in languages other than the profile's.
    pub names: Names,
    /// Of its agency, likewise.
    pub agency_names: Names,
    pub role: PartnerRole,
    pub status: PartnerStatus,
    pub invited_at: Option<Instant>,
    /// When it answered the invitation without deciding on it yet.
    pub acknowledged_at: Option<Instant>,
    /// When it acceded or was admitted.
    pub joined_at: Option<Instant>,
}

impl Partner {
    pub fn takes_tasks(&self) -> bool {
        self.status == PartnerStatus::Acceded && self.role != PartnerRole::Observer
    }
}

impl Coalition {
    pub(crate) fn evolve_partner(
        &mut self,
        event: &PartnerEvent,
        recorded: &Recorded,
        touched: &mut Vec<Item>,
    ) {
        let code = event.partner();
        touched.push(Item::Partner(code.clone()));
        let at = recorded.occurred_at;
        if let PartnerEvent::PartnerInvited { profile, role, .. }
        | PartnerEvent::PartnerAcceded { profile, role, .. } = event
        {
            let fresh = Partner {
                code: code.clone(),
                profile: profile.clone(),
                names: Names::default(),
                agency_names: Names::default(),
                role: *role,
                status: PartnerStatus::Invited,
                invited_at: None,
                acknowledged_at: None,
                joined_at: None,
            };
            self.partners.entry(code.clone()).or_insert_with(|| Arc::new(fresh));
        }
        let Some(partner) = self.partners.get_mut(code) else { return };
        let partner = Arc::make_mut(partner);
        match event {
            PartnerEvent::PartnerInvited { profile, role, .. } => {
                partner.profile = profile.clone();
                partner.role = *role;
                partner.status = PartnerStatus::Invited;
                partner.invited_at = Some(at);
                partner.acknowledged_at = None;
            }
            PartnerEvent::InvitationAcknowledged { .. } => partner.acknowledged_at = Some(at),
            PartnerEvent::InvitationDeferred { .. } => partner.status = PartnerStatus::Deferred,
            PartnerEvent::InvitationDeclined { .. } => partner.status = PartnerStatus::Declined,
            PartnerEvent::PartnerAcceded { profile, role, .. } => {
                partner.profile = profile.clone();
                partner.role = *role;
                partner.status = PartnerStatus::Acceded;
                partner.joined_at = Some(at);
            }
            PartnerEvent::ObserverAdmitted { .. } => {
                partner.role = PartnerRole::Observer;
                partner.status = PartnerStatus::Observer;
                partner.joined_at = Some(at);
            }
            PartnerEvent::PartnerRoleChanged { role, .. } => partner.role = *role,
            PartnerEvent::PartnerSuspended { .. } => partner.status = PartnerStatus::Suspended,
            PartnerEvent::PartnerWithdrew { .. } => partner.status = PartnerStatus::Withdrawn,
            PartnerEvent::PartnerNamed { names, agency_names, .. } => {
                partner.names = names.clone();
                partner.agency_names = agency_names.clone();
            }
        }
    }
}

/// Who of a host may deal with partners, and of a partner may say what it is called.
const HOST_ROLES: &[Role] = &[Role::Commander, Role::Liaison];

pub(crate) fn decide(
    world: &World,
    command: &PartnerCommand,
    context: &Context<'_>,
    mut reasons: Reasons,
) -> Result<Vec<Event>, Rejection> {
    use PartnerStatus::{Acceded, Deferred, Invited, Observer, Suspended};
    let coalition = world.coalition()?;
    match command {
        // Leaving is a nation's own decision.
        PartnerCommand::Withdraw { partner, .. } if context.actor.partner() == Some(partner) => {
            context.require_of(partner, &[Role::Commander])?;
        }
        // So is what it is called.
        PartnerCommand::Name { partner, .. } if context.actor.partner() == Some(partner) => {
            context.require(HOST_ROLES)?;
        }
        PartnerCommand::Invite { .. }
        | PartnerCommand::AcknowledgeInvitation { .. }
        | PartnerCommand::DeferInvitation { .. }
        | PartnerCommand::DeclineInvitation { .. }
        | PartnerCommand::Accede { .. }
        | PartnerCommand::AdmitObserver { .. }
        | PartnerCommand::ChangeRole { .. }
        | PartnerCommand::Suspend { .. }
        | PartnerCommand::Withdraw { .. }
        | PartnerCommand::Name { .. } => context.require_host(coalition, HOST_ROLES)?,
    }
    match command {
        PartnerCommand::Invite { partner, profile, role } => {
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
        PartnerCommand::AcknowledgeInvitation { partner } => {
            let (known, reasons) = known(coalition, partner, &[Invited], reasons)?;
            if known.acknowledged_at.is_some() {
                return reasons.or(Vec::new());
            }
            reasons.or(vec![event(PartnerEvent::InvitationAcknowledged { partner: partner.clone() })])
        }
        PartnerCommand::DeferInvitation { partner, reason } => {
            let reasons = known(coalition, partner, &[Invited], reasons)?.1;
            let reason = reason.clone();
            reasons.or(vec![event(PartnerEvent::InvitationDeferred { partner: partner.clone(), reason })])
        }
        PartnerCommand::DeclineInvitation { partner, reason } => {
            let reasons = known(coalition, partner, &[Invited, Deferred], reasons)?.1;
            let reason = reason.clone();
            reasons.or(vec![event(PartnerEvent::InvitationDeclined { partner: partner.clone(), reason })])
        }
        PartnerCommand::Accede { partner, founding } => {
            accede(coalition, partner, founding.as_ref(), context, reasons)
        }
        PartnerCommand::AdmitObserver { partner } => {
            let (known, mut reasons) = known(coalition, partner, &[Invited, Deferred], reasons)?;
            reasons.check(known.role == PartnerRole::Observer, RefusalCode::WrongState, "partner", || {
                format!("{partner} was invited as {}, not as OBSERVER.", known.role)
            });
            reasons.or(vec![event(PartnerEvent::ObserverAdmitted { partner: partner.clone() })])
        }
        PartnerCommand::ChangeRole { partner, role, reason } => {
            let (known, mut reasons) = known(coalition, partner, &[Acceded], reasons)?;
            if known.role == *role {
                return reasons.or(Vec::new());
            }
            reasons.check(*role != PartnerRole::Observer, RefusalCode::InvalidValue, "role", || {
                "A partner that has acceded does not become an observer: it withdraws and is admitted."
                    .to_owned()
            });
            check_one_host(coalition, partner, *role, &mut reasons);
            reasons.or(vec![event(PartnerEvent::PartnerRoleChanged {
                partner: partner.clone(),
                role: *role,
                reason: reason.clone(),
            })])
        }
        PartnerCommand::Suspend { partner, reason } => {
            let reasons = known(coalition, partner, &[Acceded, Observer], reasons)?.1;
            let reason = reason.clone();
            reasons.or(vec![event(PartnerEvent::PartnerSuspended { partner: partner.clone(), reason })])
        }
        PartnerCommand::Withdraw { partner, reason } => {
            let reasons = known(coalition, partner, &[Acceded, Observer, Suspended], reasons)?.1;
            let reason = reason.clone();
            reasons.or(vec![event(PartnerEvent::PartnerWithdrew { partner: partner.clone(), reason })])
        }
        PartnerCommand::Name { partner, names, agency_names } => {
            name(coalition, partner, names, agency_names, reasons)
        }
    }
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

fn check_one_host(coalition: &Coalition, partner: &PartnerCode, role: PartnerRole, reasons: &mut Reasons) {
    let other = coalition.host().filter(|host| role == PartnerRole::Host && host.code != *partner);
    if let Some(host) = other {
        reasons.add(RefusalCode::HostAlreadyPresent, "role", format!("{} is the host.", host.code));
    }
}

/// The partner, with a reason added when it is in none of the states given.
fn known<'a>(
    coalition: &'a Coalition,
    partner: &PartnerCode,
    states: &[PartnerStatus],
    mut reasons: Reasons,
) -> Result<(&'a Partner, Reasons), Rejection> {
    let Some(known) = coalition.partners.get(partner) else {
        return Err(reasons.not_found("partner", "partner"));
    };
    reasons.check(states.contains(&known.status), RefusalCode::WrongState, "partner", || {
        let needed: Vec<String> = states.iter().map(PartnerStatus::to_string).collect();
        format!("{partner} is {}; this needs {}.", known.status, needed.join(" or "))
    });
    Ok((known, reasons))
}
