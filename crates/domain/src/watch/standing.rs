//! The watch as it is known: who is to stand which shift, who does, and what was entered in its log.

use crate::{Code, Instant, PartnerCode, Position, PostCode, Prose, release::Release, watch::WatchRules};
use chrono::{DateTime, Utc};
use imbl::{OrdMap, Vector};
use serde::{Deserialize, Serialize};
use std::{collections::BTreeSet, sync::Arc};

/// The watch of a centre.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Watch {
    pub rules: Option<WatchRules>,
    /// By number, from 1.
    pub shifts: OrdMap<u32, Arc<Shift>>,
    /// The `n`th entry stands at `n - 1`.
    pub log: Vector<Arc<LogEntry>>,
}

/// Where a shift stands.
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
pub enum ShiftStatus {
    Rostered,
    OnWatch,
    Gap,
    HandedOver,
}

/// Who is to stand the watch from when to when, and who does.
#[derive(Debug, Clone, PartialEq)]
pub struct Shift {
    pub number: u32,
    pub from: Instant,
    /// Exclusive.
    pub to: Instant,
    pub officers: Vec<PostCode>,
    /// In the order in which they took their places.
    pub on_watch: Vec<OnWatch>,
    pub handed_over: Option<HandOver>,
    /// In the order in which they were found; at most the last one is open.
    pub gaps: Vec<Gap>,
}

/// An officer in its place.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct OnWatch {
    pub post: PostCode,
    pub partner: PartnerCode,
    pub since: Instant,
}

/// That a shift was relieved.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct HandOver {
    pub at: Instant,
    /// Number of the shift that relieves it.
    pub to: u32,
    pub brief: Prose,
}

/// A time in which a shift had not enough officers or nations.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Gap {
    pub from: Instant,
    /// `None`: it goes on, until the shift ends.
    pub until: Option<Instant>,
    pub missing: Vec<PostCode>,
}

/// An entry of the watch's log, or the correction of one.
#[derive(Debug, Clone, PartialEq)]
pub struct LogEntry {
    pub number: u32,
    pub owner: PartnerCode,
    pub category: Code,
    pub text: Prose,
    /// Who may read it; `None`: everybody in the coalition.
    pub release: Option<Release>,
    /// When it happened, as the entry says.
    pub at: Instant,
    pub recorded_at: DateTime<Utc>,
    pub position: Position,
    /// Who made it: a post.
    pub actor: String,
    pub late_reason: Option<String>,
    /// The entry that it puts right, and why that was wrong.
    pub corrects: Option<(u32, Prose)>,
    /// The entry that puts it right.
    pub corrected_by: Option<u32>,
}

impl LogEntry {
    /// Whether the partner reads it. Services, which are no partner's, read all.
    pub fn is_seen_by(&self, viewer: Option<&PartnerCode>) -> bool {
        let named = |partner: &PartnerCode| {
            self.release.as_ref().is_none_or(|own| own.releasable_to.contains(partner))
        };
        viewer.is_none_or(|partner| *partner == self.owner || named(partner))
    }
}

impl Shift {
    /// How many officers stand it at that moment, and of how many partners.
    pub fn strength(&self, at: Instant) -> (u32, u32) {
        let standing: Vec<_> = self.on_watch.iter().filter(|officer| officer.since <= at).collect();
        let nations: BTreeSet<_> = standing.iter().map(|officer| &officer.partner).collect();
        let count = |length: usize| u32::try_from(length).unwrap_or(u32::MAX);
        (count(standing.len()), count(nations.len()))
    }

    /// Whether it has as many officers and nations at that moment as the rules ask for; at least one without rules.
    pub fn is_full(&self, rules: Option<&WatchRules>, at: Instant) -> bool {
        let (officers, nations) = self.strength(at);
        let least = rules.map_or((1, 1), |rules| (rules.min_officers, rules.min_nations));
        officers >= least.0 && nations >= least.1
    }

    /// The posts that are to stand it and had not taken their places by then.
    pub fn missing(&self, at: Instant) -> Vec<PostCode> {
        let stands = |post: &PostCode| {
            self.on_watch.iter().any(|officer| officer.post == *post && officer.since <= at)
        };
        self.officers.iter().filter(|post| !stands(post)).cloned().collect()
    }

    pub fn open_gap(&self) -> Option<&Gap> {
        self.gaps.last().filter(|gap| gap.until.is_none())
    }

    /// Whether it was relieved, or its time is over, by that moment.
    pub fn is_over(&self, at: Instant) -> bool {
        self.to <= at || self.handed_over.as_ref().is_some_and(|over| over.at <= at)
    }

    pub fn status(&self) -> ShiftStatus {
        if self.handed_over.is_some() {
            ShiftStatus::HandedOver
        } else if self.open_gap().is_some() {
            ShiftStatus::Gap
        } else if self.on_watch.is_empty() {
            ShiftStatus::Rostered
        } else {
            ShiftStatus::OnWatch
        }
    }
}

impl Watch {
    pub fn shift(&self, number: u32) -> Option<&Shift> {
        self.shifts.get(&number).map(Arc::as_ref)
    }

    pub fn entry(&self, number: u32) -> Option<&LogEntry> {
        self.log.get(usize::try_from(number).ok()?.checked_sub(1)?).map(Arc::as_ref)
    }

    /// Whether the shift has begun by then without enough officers, and nobody was told of that: it is to be told.
    pub fn lacks_officers(&self, shift: &Shift, at: Instant) -> bool {
        shift.from < at
            && shift.gaps.is_empty()
            && shift.handed_over.is_none()
            && !shift.is_full(self.rules.as_ref(), shift.from)
    }
}
