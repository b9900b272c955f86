//! What is asked of the coalition, its partners and their posts.

use crate::{
    Names, PartnerCode, PostCode, Prose, Title,
    coalition::{PartnerRole, Profile},
    ids::OfficerId,
};
use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, strum::VariantNames)]
pub enum CoalitionCommand {
    /// Marks the whole log as an exercise, before anything else is in it.
    DeclareExercise { title: Title },
}

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
    /// It is again what it was before it was suspended.
    Reinstate {
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

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, strum::VariantNames)]
pub enum PostCommand {
    Establish {
        post: PostCode,
        partner: PartnerCode,
        title: Title,
        liaison: bool,
    },
    Nominate {
        post: PostCode,
        officer: OfficerId,
    },
    AcceptNomination {
        post: PostCode,
    },
    DeclineNomination {
        post: PostCode,
        reason: Option<Prose>,
    },
    /// The officer whose nomination was accepted takes the post.
    TakePost {
        post: PostCode,
    },
    /// An officer holds a vacant post temporarily.
    AppointActing {
        post: PostCode,
        officer: OfficerId,
    },
    Relieve {
        post: PostCode,
        reason: Prose,
    },
    /// What its title is in other languages; replaces what was said before.
    Name {
        post: PostCode,
        titles: Names,
    },
}
