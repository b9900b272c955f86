//! The coalition: who has joined, who holds which post, and whether all this is an exercise.
//!
//! One subject, because rules that span partners (who must approve, whose liaison officer is missing, who
//! may act) have to be decided on all of them at once.

use crate::{
    At, Instant, Item, Names, PartnerCode, Position, PostCode, Reasons, RefusalCode, Title,
    clock::Limit,
    coalition::{CoalitionEvent, PartnerEvent, PartnerRole, PostEvent, Profile},
    ids::OfficerId,
    subject::{Evolve, Items},
};
use imbl::OrdMap;
use serde::{Deserialize, Serialize};
use std::sync::Arc;

#[derive(Debug, Clone, PartialEq, Default)]
pub struct Coalition {
    /// Title of the exercise that the log holds; `None` for the real thing.
    pub exercise: Option<Title>,
    pub partners: OrdMap<PartnerCode, Arc<Partner>>,
    pub posts: OrdMap<PostCode, Arc<Post>>,
    /// How soon incidents and requests must be answered, by the rules of the watch.
    pub limits: Vec<Limit>,
}

impl Coalition {
    pub fn host(&self) -> Option<&Partner> {
        self.members().find(|partner| partner.role == PartnerRole::Host)
    }

    /// Partners that have acceded and are in good standing, observers left out.
    pub fn members(&self) -> impl Iterator<Item = &Partner> {
        self.partners.values().map(Arc::as_ref).filter(|partner| partner.status == PartnerStatus::Acceded)
    }

    /// Partners that take tasks: domain rule 13.
    pub fn takes_tasks(&self, code: &PartnerCode) -> bool {
        self.partners.get(code).is_some_and(|partner| partner.takes_tasks())
    }

    /// Whether an officer of whom the log knew at that position held the post at that moment in the world, as
    /// far as it knows now.
    pub fn was_held(&self, post: &str, at: Instant, known: Position) -> bool {
        let post = post.parse::<PostCode>().ok().and_then(|code| self.posts.get(&code));
        post.is_some_and(|post| post.tenures.iter().any(|tenure| tenure.bears(at, known)))
    }

    /// Whether somebody holds a post of the partner.
    pub fn is_spoken_for(&self, partner: &PartnerCode) -> bool {
        self.posts.values().any(|post| post.partner == *partner && post.holder().is_some())
    }

    pub fn has_liaison_in_post(&self, partner: &PartnerCode) -> bool {
        self.posts.values().any(|post| post.liaison && post.partner == *partner && post.holder().is_some())
    }

    /// Whether the post may act: why not, as text.
    pub fn standing(&self, post: &PostCode, partner: &PartnerCode) -> Result<(), String> {
        let held = self.posts.get(post).filter(|known| known.partner == *partner);
        if !held.is_some_and(|post| post.status().is_held()) {
            return Err(format!("Nobody holds {post} for {partner} at this moment."));
        }
        match self.partners.get(partner).map(|partner| partner.status) {
            Some(PartnerStatus::Acceded | PartnerStatus::Observer) => Ok(()),
            _ => Err(format!("{partner} is not a partner in good standing.")),
        }
    }

    /// Adds `LIAISON_NOT_IN_POST` for each of the partners that lacks one.
    pub fn check_liaison<'a>(
        &self,
        partners: impl IntoIterator<Item = &'a PartnerCode>,
        field: &str,
        reasons: &mut Reasons,
    ) {
        for partner in partners {
            if !self.has_liaison_in_post(partner) {
                reasons.add_about(
                    RefusalCode::LiaisonNotInPost,
                    field,
                    format!("{partner} has no liaison officer in post."),
                    Some(crate::ids::PartnerId::of(partner).to_string()),
                );
            }
        }
    }
}

impl Items for Coalition {
    fn items(&self) -> Vec<Item> {
        let mut items: Vec<Item> = self.exercise.iter().map(|_| Item::Coalition).collect();
        items.extend(self.partners.keys().cloned().map(Item::Partner));
        for post in self.posts.values() {
            items.push(Item::Post(post.code.clone()));
            items.extend((1..).zip(&post.tenures).map(|(number, _)| Item::Tenure(post.code.clone(), number)));
        }
        items
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
    /// When it came to be what it is: nothing that follows happened before.
    pub since: Instant,
    pub invited_at: Option<Instant>,
    /// When it answered the invitation without deciding on it yet.
    pub acknowledged_at: Option<Instant>,
    /// When it acceded or was admitted.
    pub joined_at: Option<Instant>,
}

impl Partner {
    pub fn takes_tasks(&self) -> bool {
        self.status == PartnerStatus::Acceded && self.role.takes_tasks()
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
pub enum PostStatus {
    Vacant,
    Nominated,
    Accepted,
    InPost,
    Acting,
    Relieved,
}

impl PostStatus {
    /// Whether somebody holds the post now.
    pub fn is_held(self) -> bool {
        matches!(self, Self::InPost | Self::Acting)
    }
}

#[derive(Debug, Clone, PartialEq)]
pub struct Post {
    pub code: PostCode,
    pub partner: PartnerCode,
    pub title: Title,
    /// In languages other than that of `title`.
    pub titles: Names,
    pub liaison: bool,
    pub nominee: Option<Nominee>,
    /// In the order in which they were recorded; at most the last one is open.
    pub tenures: Vec<Tenure>,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Nominee {
    pub officer: OfficerId,
    pub accepted: bool,
}

/// Half-open in the world's time: from `taken_at`, before `relieved_at`.
#[derive(Debug, Clone, PartialEq)]
pub struct Tenure {
    pub officer: OfficerId,
    pub acting: bool,
    pub taken_at: Instant,
    pub relieved_at: Option<Instant>,
    /// Where the log says that it was taken.
    pub entered: Position,
}

impl Tenure {
    /// Whether what the post did at that moment in the world, and the log knows from that position on, was done
    /// by this officer: who is entered later did not do it.
    pub fn bears(&self, at: Instant, known: Position) -> bool {
        self.entered < known && self.taken_at <= at && self.relieved_at.is_none_or(|relieved| at < relieved)
    }
}

impl Post {
    /// Who holds the post now, as far as the log knows.
    pub fn holder(&self) -> Option<&Tenure> {
        self.tenures.last().filter(|tenure| tenure.relieved_at.is_none())
    }

    pub fn status(&self) -> PostStatus {
        match (self.holder(), &self.nominee) {
            (Some(Tenure { acting: true, .. }), _) => PostStatus::Acting,
            (Some(_), _) => PostStatus::InPost,
            (None, Some(Nominee { accepted: true, .. })) => PostStatus::Accepted,
            (None, Some(_)) => PostStatus::Nominated,
            (None, None) if self.tenures.is_empty() => PostStatus::Vacant,
            (None, None) => PostStatus::Relieved,
        }
    }
}

impl Evolve<CoalitionEvent> for Coalition {
    fn evolve(&mut self, event: &CoalitionEvent, _at: &At, touched: &mut Vec<Item>) {
        match event {
            CoalitionEvent::ExerciseDeclared { title } => {
                self.exercise = Some(title.clone());
                touched.push(Item::Coalition);
            }
        }
    }
}

impl Evolve<PartnerEvent> for Coalition {
    fn evolve(&mut self, event: &PartnerEvent, at: &At, touched: &mut Vec<Item>) {
        let code = event.partner();
        touched.push(Item::Partner(code.clone()));
        let at = at.occurred_at;
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
                since: at,
                invited_at: None,
                acknowledged_at: None,
                joined_at: None,
            };
            self.partners.entry(code.clone()).or_insert_with(|| Arc::new(fresh));
        }
        let Some(partner) = self.partners.get_mut(code) else { return };
        let partner = Arc::make_mut(partner);
        if !matches!(event, PartnerEvent::PartnerNamed { .. }) {
            partner.since = at;
        }
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
            PartnerEvent::PartnerReinstated { .. } => {
                partner.status = match partner.role {
                    PartnerRole::Observer => PartnerStatus::Observer,
                    PartnerRole::Host | PartnerRole::Principal | PartnerRole::Participant => {
                        PartnerStatus::Acceded
                    }
                };
            }
            PartnerEvent::PartnerWithdrew { .. } => partner.status = PartnerStatus::Withdrawn,
            PartnerEvent::PartnerNamed { names, agency_names, .. } => {
                partner.names = names.clone();
                partner.agency_names = agency_names.clone();
            }
        }
    }
}

impl Evolve<PostEvent> for Coalition {
    fn evolve(&mut self, event: &PostEvent, at: &At, touched: &mut Vec<Item>) {
        let code = event.post();
        touched.push(Item::Post(code.clone()));
        if let PostEvent::PostEstablished { partner, title, liaison, .. } = event {
            let post = Post {
                code: code.clone(),
                partner: partner.clone(),
                title: title.clone(),
                titles: Names::default(),
                liaison: *liaison,
                nominee: None,
                tenures: Vec::new(),
            };
            self.posts.insert(code.clone(), Arc::new(post));
            return;
        }
        let Some(post) = self.posts.get_mut(code) else { return };
        let post = Arc::make_mut(post);
        match event {
            PostEvent::PostEstablished { .. } => {}
            PostEvent::OfficerNominated { officer, .. } => {
                post.nominee = Some(Nominee { officer: *officer, accepted: false });
            }
            PostEvent::NominationAccepted { officer, .. } => {
                post.nominee = Some(Nominee { officer: *officer, accepted: true });
            }
            PostEvent::NominationDeclined { .. } => post.nominee = None,
            PostEvent::OfficerTookPost { officer, .. } | PostEvent::ActingCoverAppointed { officer, .. } => {
                let acting = matches!(event, PostEvent::ActingCoverAppointed { .. });
                let taken_at = at.occurred_at;
                // Cover ends when the officer that it covered for arrives.
                if let Some(covering) = post.tenures.last_mut().filter(|tenure| tenure.relieved_at.is_none())
                {
                    covering.relieved_at = Some(taken_at);
                    touched.push(Item::Tenure(code.clone(), number_of_last(&post.tenures)));
                }
                if !acting {
                    post.nominee = None;
                }
                post.tenures.push(Tenure {
                    officer: *officer,
                    acting,
                    taken_at,
                    relieved_at: None,
                    entered: at.position,
                });
                touched.push(Item::Tenure(code.clone(), number_of_last(&post.tenures)));
            }
            PostEvent::OfficerRelieved { .. } => {
                if let Some(tenure) = post.tenures.last_mut() {
                    tenure.relieved_at = Some(at.occurred_at);
                    touched.push(Item::Tenure(code.clone(), number_of_last(&post.tenures)));
                }
            }
            PostEvent::PostNamed { titles, .. } => post.titles = titles.clone(),
        }
    }
}

/// Tenures are numbered from 1.
fn number_of_last(tenures: &[Tenure]) -> u32 {
    u32::try_from(tenures.len()).unwrap_or(u32::MAX)
}
