//! Posts: nomination, acceptance, taking up, acting cover, relief.
//!
//! What a post is bound to do when is in [`crate::assignment`]. Officers are opaque ids here.

use crate::{
    Context, Event, Instant, Item, Names, PartnerCode, PostCode, Prose, Reasons, Recorded, RefusalCode,
    Rejection, Role, Title, World, coalition::Coalition, ids::OfficerId, partner::PartnerStatus,
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::sync::Arc;

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

impl PostCommand {
    fn post(&self) -> &PostCode {
        match self {
            Self::Establish { post, .. }
            | Self::Nominate { post, .. }
            | Self::AcceptNomination { post }
            | Self::DeclineNomination { post, .. }
            | Self::TakePost { post }
            | Self::AppointActing { post, .. }
            | Self::Relieve { post, .. }
            | Self::Name { post, .. } => post,
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
    /// The nominee declined, or another declined for the nominee.
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
    /// An officer holds the vacant post temporarily.
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

impl Coalition {
    pub(crate) fn evolve_post(&mut self, event: &PostEvent, recorded: &Recorded, touched: &mut Vec<Item>) {
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
                let taken_at = recorded.occurred_at;
                // Cover ends when the officer that it covered for arrives.
                if let Some(covering) = post.tenures.last_mut().filter(|tenure| tenure.relieved_at.is_none())
                {
                    covering.relieved_at = Some(taken_at);
                    touched.push(Item::Tenure(code.clone(), number_of_last(&post.tenures)));
                }
                if !acting {
                    post.nominee = None;
                }
                post.tenures.push(Tenure { officer: *officer, acting, taken_at, relieved_at: None });
                touched.push(Item::Tenure(code.clone(), number_of_last(&post.tenures)));
            }
            PostEvent::OfficerRelieved { .. } => {
                if let Some(tenure) = post.tenures.last_mut() {
                    tenure.relieved_at = Some(recorded.occurred_at);
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

/// Who of a partner may fill its posts.
const PARTNER_ROLES: &[Role] = &[Role::Liaison, Role::Commander];

pub(crate) fn decide(
    world: &World,
    command: &PostCommand,
    context: &Context<'_>,
    mut reasons: Reasons,
) -> Result<Vec<Event>, Rejection> {
    let coalition = world.coalition()?;
    let code = command.post();
    if let PostCommand::Establish { partner, title, liaison, .. } = command {
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
        let event = PostEvent::PostEstablished {
            post: code.clone(),
            partner: partner.clone(),
            title: title.clone(),
            liaison: *liaison,
        };
        return reasons.or(vec![Event::Post(event)]);
    }
    let Some(post) = coalition.posts.get(code) else { return Err(reasons.not_found("post", "post")) };
    authorise(context, &post.partner)?;
    let post_code = code.clone();
    let nominee = post.nominee.as_ref();
    let event = match command {
        PostCommand::Establish { .. } => return reasons.or(Vec::new()),
        // A successor is nominated while the post is still held.
        PostCommand::Nominate { officer, .. } => {
            if nominee.is_some_and(|nominee| nominee.officer == *officer) {
                return reasons.or(Vec::new());
            }
            reasons.check(
                nominee.is_none_or(|nominee| !nominee.accepted),
                RefusalCode::WrongState,
                "post",
                || format!("An officer has accepted {code} already."),
            );
            PostEvent::OfficerNominated { post: post_code, officer: *officer }
        }
        PostCommand::AcceptNomination { .. } => match nominee {
            Some(Nominee { accepted: true, .. }) => return reasons.or(Vec::new()),
            Some(Nominee { officer, .. }) => {
                PostEvent::NominationAccepted { post: post_code, officer: *officer }
            }
            None => return Err(nobody_nominated(code, reasons)),
        },
        PostCommand::DeclineNomination { reason, .. } => match nominee {
            Some(Nominee { officer, .. }) => {
                PostEvent::NominationDeclined { post: post_code, officer: *officer, reason: reason.clone() }
            }
            None => return Err(nobody_nominated(code, reasons)),
        },
        PostCommand::TakePost { .. } => {
            check_vacant(post, context, &mut reasons);
            let Some(Nominee { officer, accepted: true }) = nominee else {
                let message = format!("No officer has accepted {code}.");
                return Err(reasons.refuse_with(RefusalCode::WrongState, "post", message));
            };
            PostEvent::OfficerTookPost { post: post_code, officer: *officer }
        }
        PostCommand::AppointActing { officer, .. } => {
            if post.holder().is_some_and(|tenure| tenure.acting && tenure.officer == *officer) {
                return reasons.or(Vec::new());
            }
            reasons.check(post.holder().is_none(), RefusalCode::PostAlreadyHeld, "post", || {
                format!("{code} is held: one holder at a time.")
            });
            check_after_last(post, context, &mut reasons);
            PostEvent::ActingCoverAppointed { post: post_code, officer: *officer }
        }
        PostCommand::Relieve { reason, .. } => {
            let Some(tenure) = post.holder() else {
                let message = format!("Nobody holds {code}.");
                return Err(reasons.refuse_with(RefusalCode::WrongState, "post", message));
            };
            reasons.check(
                context.occurred_at >= tenure.taken_at,
                RefusalCode::InvalidValue,
                "occurredAt",
                || format!("{code} was taken only at {}.", tenure.taken_at.to_rfc3339()),
            );
            PostEvent::OfficerRelieved { post: post_code, officer: tenure.officer, reason: reason.clone() }
        }
        PostCommand::Name { titles, .. } => {
            if post.titles == *titles {
                return reasons.or(Vec::new());
            }
            PostEvent::PostNamed { post: post_code, titles: titles.clone() }
        }
    };
    reasons.or(vec![Event::Post(event)])
}

fn authorise(context: &Context<'_>, partner: &PartnerCode) -> Result<(), Rejection> {
    if context.administers() { Ok(()) } else { context.require_of(partner, PARTNER_ROLES) }
}

fn nobody_nominated(code: &PostCode, reasons: Reasons) -> Rejection {
    reasons.refuse_with(RefusalCode::WrongState, "post", format!("Nobody is nominated for {code}."))
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
