//! Who asks, in which roles, and what `decide` may not fetch for itself.

use crate::{
    Instant, PartnerCode, Position, PostCode, Reasons, RefusalCode, Rejection, Salt, Sha256, Span, instant,
};
use chrono::{DateTime, Datelike as _, TimeDelta, Utc};
use serde::{Deserialize, Serialize};
use std::{collections::BTreeSet, fmt};

/// The name of the service that tells of clocks that fell due.
pub const CLOCK_SERVICE: &str = "clock";

/// What a token's holder may do within its partner.
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
    strum::EnumIter,
)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
#[strum(serialize_all = "SCREAMING_SNAKE_CASE")]
pub enum Role {
    /// Drafts plans.
    Planner,
    /// Decides for their partner.
    Commander,
    /// Speaks for their partner in the centre.
    Liaison,
    /// Runs the watch.
    Watch,
    /// Reads history.
    Reviewer,
    /// Establishes partners, centres and posts; never decides.
    Admin,
}

/// Who sends a command, as its token says.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Actor {
    /// The holder of a post; the post's standing is read from the log, not from the token.
    Post { post: PostCode, partner: PartnerCode, roles: BTreeSet<Role> },
    /// A service such as `import`: establishes partners, centres and posts, and never decides.
    Service { name: String, roles: BTreeSet<Role> },
}

/// As events name the actor: `THA-02` or `service:import`.
impl fmt::Display for Actor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Post { post, .. } => post.fmt(f),
            Self::Service { name, .. } => write!(f, "service:{name}"),
        }
    }
}

impl Actor {
    pub fn partner(&self) -> Option<&PartnerCode> {
        match self {
            Self::Post { partner, .. } => Some(partner),
            Self::Service { .. } => None,
        }
    }

    /// The service that tells of clocks that fell due. No token speaks for it.
    pub fn clock() -> Self {
        Self::Service { name: CLOCK_SERVICE.to_owned(), roles: BTreeSet::new() }
    }

    pub fn is_clock(&self) -> bool {
        matches!(self, Self::Service { name, .. } if name == CLOCK_SERVICE)
    }

    pub fn roles(&self) -> &BTreeSet<Role> {
        match self {
            Self::Post { roles, .. } | Self::Service { roles, .. } => roles,
        }
    }
}

/// What `decide` may not fetch for itself.
#[derive(Debug, Clone)]
pub struct Context<'a> {
    pub actor: &'a Actor,
    /// The server's present; what is decided is recorded at this instant.
    pub now: DateTime<Utc>,
    /// The position up to which `World` is folded.
    pub head: Position,
    /// When it happened, as the reporter says.
    pub occurred_at: Instant,
    pub late_reason: Option<&'a str>,
    /// 32 random bytes, fresh for each command.
    pub entropy: [u8; 32],
}

/// How far a reporter's clock may be ahead of the server's.
pub const CLOCK_SKEW: Span = Span::seconds(120);

/// An entry recorded later than this after it happened needs a reason: two days, so that a weekend's
/// paper is no offence and a week's silence is explained.
pub const LATE_AFTER: Span = Span::hours(48);

impl Context<'_> {
    /// Domain rules 25 and 27.
    pub(crate) fn check_times(&self, reasons: &mut Reasons) {
        let behind = self.now - self.occurred_at.to_utc();
        reasons.check(behind >= -CLOCK_SKEW.as_delta(), RefusalCode::OccurredInFuture, "occurredAt", || {
            let (at, now) = (self.occurred_at, self.now);
            let hint = instant::hint(at.year(), now.year());
            format!("{} lies after the present, {}.{hint}", at.to_rfc3339(), now.to_rfc3339())
        });
        if behind > TimeDelta::zero() && instant::is_far(self.occurred_at, self.now) {
            // Whoever sends such a time has no reason to give for it.
            self.check_near(self.occurred_at, "occurredAt", reasons);
            return;
        }
        let explained = self.late_reason.is_some_and(|reason| !reason.trim().is_empty());
        reasons.check(
            behind <= LATE_AFTER.as_delta() || explained,
            RefusalCode::LateReasonRequired,
            "lateReason",
            || {
                format!(
                    "This is entered more than {} h after it happened: say why.",
                    LATE_AFTER.as_seconds() / 3_600
                )
            },
        );
    }

    /// A time within 50 years of the log's clock: beyond, it is a slip of the keyboard or of a program.
    pub(crate) fn check_near(&self, at: Instant, field: &str, reasons: &mut Reasons) {
        reasons.check(!instant::is_far(at, self.now), RefusalCode::InvalidValue, field, || {
            let (hint, now) = (instant::hint(at.year(), self.now.year()), self.now.to_rfc3339());
            format!("{} is more than 50 years from the present, {now}.{hint}", at.to_rfc3339())
        });
    }

    /// A late entry must not put something before what it is about, but for what clocks differ; `what` as it
    /// begins a sentence.
    pub(crate) fn check_since(&self, at: Instant, what: &str, reasons: &mut Reasons) {
        let later = self.occurred_at + CLOCK_SKEW.as_delta() >= at;
        reasons.check(later, RefusalCode::InvalidValue, "occurredAt", || {
            format!("{what} only at {}.", at.to_rfc3339())
        });
    }

    /// The actor holds one of `roles`.
    pub fn require(&self, roles: &[Role]) -> Result<(), Rejection> {
        if roles.iter().any(|role| self.actor.roles().contains(role)) {
            return Ok(());
        }
        let names: Vec<String> = roles.iter().map(Role::to_string).collect();
        Err(Rejection::Forbidden(format!("This needs the role {}.", names.join(" or "))))
    }

    /// The actor holds one of `roles` in the partner given.
    pub fn require_of(&self, partner: &PartnerCode, roles: &[Role]) -> Result<(), Rejection> {
        self.require(roles)?;
        match self.actor.partner() {
            Some(own) if own == partner => Ok(()),
            _ => Err(Rejection::Forbidden(format!("This is for {partner} to do."))),
        }
    }

    /// The actor is an administering service.
    pub fn administers(&self) -> bool {
        matches!(self.actor, Actor::Service { roles, .. } if roles.contains(&Role::Admin))
    }

    /// The actor is the service that tells of clocks that fell due.
    pub fn is_clock(&self) -> bool {
        self.actor.is_clock()
    }

    /// The actor acts in a post, with one of `roles`: services never decide.
    pub fn require_post(&self, roles: &[Role]) -> Result<&PartnerCode, Rejection> {
        self.require(roles)?;
        self.actor.partner().ok_or_else(|| Rejection::Forbidden("Services never decide.".to_owned()))
    }

    /// The `index`th salt of this command.
    pub fn salt(&self, index: u64) -> Salt {
        let digest = Sha256::of(&[b"accord salt v1\n", &self.entropy, &index.to_be_bytes()]);
        let mut salt = [0; 16];
        salt.copy_from_slice(&digest.0[..16]);
        Salt(salt)
    }

    /// Decisions store the position that their author was looking at: not before what is decided on
    /// existed, and not after the present.
    pub fn check_seen_at(&self, reasons: &mut Reasons, seen_at: Position, not_before: Position) {
        reasons.check(
            seen_at >= not_before && seen_at <= self.head,
            RefusalCode::SeenAtInvalid,
            "seenAt",
            || {
                format!(
                    "{seen_at} is not between {not_before}, where this came up for decision, and {}.",
                    self.head
                )
            },
        );
    }
}
