//! The watch as it is known: who is to stand which shift, who does, and what was entered in its log.

use crate::{
    Code, Instant, PartnerCode, Position, PostCode, Prose, Span, release::Release, watch::WatchRules,
};
use chrono::{DateTime, Utc};
use imbl::{OrdMap, Vector};
use serde::{Deserialize, Serialize};
use std::{collections::BTreeSet, sync::Arc};

/// How long before a shift begins its officers may take their places.
pub(crate) const EARLY: Span = Span::hours(1);

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
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ShiftStatus {
    Rostered,
    OnWatch,
    Gap,
    HandedOver,
    Ended,
}

/// Who is to stand the watch from when to when, and who does.
#[derive(Debug, Clone, PartialEq)]
pub struct Shift {
    pub number: u32,
    pub from: Instant,
    /// Exclusive.
    pub to: Instant,
    pub officers: Vec<PostCode>,
    /// What the rules of its beginning ask for; while it has not begun, those of now.
    pub least: Strength,
    /// In the order in which they took their places.
    pub on_watch: Vec<OnWatch>,
    pub handed_over: Option<HandOver>,
    /// That it began without enough of them, as was found.
    pub gap: Option<Gap>,
}

/// How many officers stand a shift, and of how many partners.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Strength {
    pub officers: u32,
    pub nations: u32,
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
    /// `None`: it goes on, until the shift ends. At `from`: late reports say that there was none.
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

impl Strength {
    /// What the rules ask for; without rules, that somebody is there.
    pub(crate) fn asked_for(rules: Option<&WatchRules>) -> Self {
        let (officers, nations) = rules.map_or((1, 1), |rules| (rules.min_officers, rules.min_nations));
        Self { officers, nations }
    }

    pub fn reaches(self, least: Self) -> bool {
        self.officers >= least.officers && self.nations >= least.nations
    }
}

impl LogEntry {
    /// Whether the partner reads it.
    pub fn is_seen_by(&self, viewer: &PartnerCode) -> bool {
        let named = |release: &Release| release.releasable_to.contains(viewer);
        *viewer == self.owner || self.release.as_ref().is_none_or(named)
    }
}

impl Shift {
    /// Who stands it at that moment, of those that `counts` counts.
    pub(crate) fn strength(&self, at: Instant, counts: impl Fn(&PartnerCode) -> bool) -> Strength {
        let standing: Vec<_> =
            self.on_watch.iter().filter(|officer| officer.since <= at && counts(&officer.partner)).collect();
        let nations: BTreeSet<_> = standing.iter().map(|officer| &officer.partner).collect();
        let count = |length: usize| u32::try_from(length).unwrap_or(u32::MAX);
        Strength { officers: count(standing.len()), nations: count(nations.len()) }
    }

    /// From when on it has as many officers and nations as it must have; `None`: it has not.
    pub fn full_since(&self) -> Option<Instant> {
        let mut moments: Vec<_> = self.on_watch.iter().map(|officer| officer.since).collect();
        moments.sort();
        moments.into_iter().find(|at| self.strength(*at, |_| true).reaches(self.least))
    }

    /// The posts that are to stand it and had not taken their places by then.
    pub fn missing(&self, at: Instant) -> Vec<PostCode> {
        let stands = |post: &PostCode| {
            self.on_watch.iter().any(|officer| officer.post == *post && officer.since <= at)
        };
        self.officers.iter().filter(|post| !stands(post)).cloned().collect()
    }

    pub fn is_stood_by(&self, post: &PostCode) -> bool {
        self.on_watch.iter().any(|officer| officer.post == *post)
    }

    /// When it was relieved, else when its time is over.
    pub fn end(&self) -> Instant {
        self.handed_over.as_ref().map_or(self.to, |over| over.at)
    }

    /// Whether it was relieved, or its time is over, by that moment.
    pub fn is_over(&self, at: Instant) -> bool {
        self.end() <= at
    }

    /// Where it stands at that moment, as far as is known.
    pub fn status(&self, at: Instant) -> ShiftStatus {
        let lacks = |gap: &Gap| gap.from <= at && gap.until.is_none_or(|until| at < until);
        if self.is_over(at) {
            if self.handed_over.is_some() { ShiftStatus::HandedOver } else { ShiftStatus::Ended }
        } else if self.gap.as_ref().is_some_and(lacks) {
            ShiftStatus::Gap
        } else if self.on_watch.iter().any(|officer| officer.since <= at) {
            ShiftStatus::OnWatch
        } else {
            ShiftStatus::Rostered
        }
    }

    /// Whether it lacks officers or nations at its beginning, as far as is known, and nobody was told of that.
    pub(crate) fn lacks_officers(&self) -> bool {
        let began = self.handed_over.as_ref().is_none_or(|over| over.at > self.from);
        let full = self.full_since().is_some_and(|since| since <= self.from);
        began && !full && self.gap.is_none()
    }
}

impl Watch {
    pub fn shift(&self, number: u32) -> Option<&Shift> {
        self.shifts.get(&number).map(Arc::as_ref)
    }

    pub fn entry(&self, number: u32) -> Option<&LogEntry> {
        self.log.get(usize::try_from(number).ok()?.checked_sub(1)?).map(Arc::as_ref)
    }
}
