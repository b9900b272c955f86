//! What happened to the coalition, to its partners and to their posts.

use crate::{About, Currency, Names, PartnerCode, PostCode, Prose, Subject, TimeZone, Title, ids::OfficerId};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What happened to the coalition as a whole.
#[derive(
    Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema, strum::IntoStaticStr, strum::VariantNames,
)]
#[warn(missing_docs)]
pub enum CoalitionEvent {
    /// The whole log was marked as an exercise, before anything else was in it.
    ExerciseDeclared {
        /// What the exercise is called.
        title: Title,
    },
}

impl CoalitionEvent {
    pub(crate) fn about(&self) -> About<'_> {
        match self {
            Self::ExerciseDeclared { .. } => About::subject(Subject::Coalition),
        }
    }
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

    /// Domain rule 13: whether one that has acceded leads tasks, and has them on its ground.
    pub fn takes_tasks(self) -> bool {
        match self {
            Self::Host | Self::Principal | Self::Participant => true,
            Self::Observer => false,
        }
    }
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
    /// A partner answered its invitation without deciding on it yet. It has no rights by that.
    InvitationAcknowledged {
        /// The partner.
        partner: PartnerCode,
    },
    /// A partner put its decision on the invitation off. It has no rights, and may accede on this invitation
    /// later.
    InvitationDeferred {
        /// The partner.
        partner: PartnerCode,
        /// Why; null when none was given.
        reason: Option<Prose>,
    },
    /// A partner said no to its invitation. It has no rights, and accedes only on another one.
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
    /// A partner is entitled to something else from now on. Versions that are under decision wait for its
    /// approval if their policy names the new role, and no more if it named the old one alone; what it has
    /// approved or consented to stands, and what it has rejected counts until it revokes that. Its posts,
    /// tasks and assignments stay as they are.
    PartnerRoleChanged {
        /// The partner.
        partner: PartnerCode,
        /// What it is entitled to now.
        role: PartnerRole,
        /// Why.
        reason: Prose,
    },
    /// A partner may do nothing until it is reinstated. Its officers keep their posts, and neither send
    /// commands in them nor read operations. Its approval is not waited for, and what it has approved or
    /// consented to stands; what it has rejected counts until it revokes that, and its conditions hold their
    /// gates. No version that has it lead a task, or a task on its ground, is promulgated. Its tasks and its
    /// assignments stay, each task as a conflict; none of its officers is newly bound.
    PartnerSuspended {
        /// The partner.
        partner: PartnerCode,
        /// Why.
        reason: Prose,
    },
    /// A suspended partner is again what it was: in its role, acceded or an observer. Its officers act in the
    /// posts that they hold, its approval is waited for wherever it has a vote, and it takes tasks.
    PartnerReinstated {
        /// The partner.
        partner: PartnerCode,
        /// Why.
        reason: Prose,
    },
    /// A partner left the coalition: what a suspension does holds from now on, until it is invited again and
    /// accedes. Its officers are relieved and its nominations end by what follows in the same command. Its
    /// past stays readable to those who could read it.
    PartnerWithdrew {
        /// The partner.
        partner: PartnerCode,
        /// Why.
        reason: Prose,
    },
    /// It was said what the partner and its agency are called in other languages; what was said before is
    /// void.
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
    pub(crate) fn about(&self) -> About<'_> {
        About::subject(Subject::Coalition).partner(self.partner())
    }

    /// The partner that it happened to.
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
            | Self::PartnerReinstated { partner, .. }
            | Self::PartnerWithdrew { partner, .. }
            | Self::PartnerNamed { partner, .. } => partner,
        }
    }
}

/// What happened to a post: a named function that an officer holds.
#[derive(
    Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema, strum::IntoStaticStr, strum::VariantNames,
)]
#[serde(rename_all_fields = "camelCase")]
#[warn(missing_docs)]
pub enum PostEvent {
    /// A post was created.
    PostEstablished {
        /// The post; its code begins with its partner's.
        post: PostCode,
        /// The partner that fills it.
        partner: PartnerCode,
        /// The function.
        title: Title,
        /// Whether it speaks for its partner in the centre.
        liaison: bool,
    },
    /// An officer was nominated for the post; its nominee before, if any, is none any more.
    OfficerNominated {
        /// The post.
        post: PostCode,
        /// The nominee.
        officer: OfficerId,
    },
    /// The nominee accepted.
    NominationAccepted {
        /// The post.
        post: PostCode,
        /// The nominee.
        officer: OfficerId,
    },
    /// The nominee declined, or another declined for the nominee, whose partner may have left.
    NominationDeclined {
        /// The post.
        post: PostCode,
        /// The nominee.
        officer: OfficerId,
        /// Why; null when none was given.
        reason: Option<Prose>,
    },
    /// The officer who had accepted took the post; acting cover, if there was any, ended.
    OfficerTookPost {
        /// The post.
        post: PostCode,
        /// Who holds the post from now on.
        officer: OfficerId,
    },
    /// An officer holds the vacant post temporarily, with all that the post may do, until the nominee takes it
    /// or the cover is relieved. What the post is assigned to stays assigned to it.
    ActingCoverAppointed {
        /// The post.
        post: PostCode,
        /// Who holds the post for the time being.
        officer: OfficerId,
    },
    /// The officer's time in the post ended; tokens of the post may do nothing until somebody holds it again.
    OfficerRelieved {
        /// The post.
        post: PostCode,
        /// Who held the post.
        officer: OfficerId,
        /// Why.
        reason: Prose,
    },
    /// It was said what the post's title is in other languages; what was said before is void.
    PostNamed {
        /// The post.
        post: PostCode,
        /// Its titles.
        titles: Names,
    },
}

impl PostEvent {
    pub(crate) fn about(&self) -> About<'_> {
        About::subject(Subject::Coalition).post(self.post())
    }

    /// The post that it happened to.
    pub fn post(&self) -> &PostCode {
        match self {
            Self::PostEstablished { post, .. }
            | Self::OfficerNominated { post, .. }
            | Self::NominationAccepted { post, .. }
            | Self::NominationDeclined { post, .. }
            | Self::OfficerTookPost { post, .. }
            | Self::ActingCoverAppointed { post, .. }
            | Self::OfficerRelieved { post, .. }
            | Self::PostNamed { post, .. } => post,
        }
    }
}
