//! All that was decided and done in the file, as moments in the order in which they were recorded.

use super::model::{
    Scenario,
    coalition::{Expansion, Post},
    timeline::{GovernanceEvent, SubjectKind, TimelineEntry},
    values::Instant,
};
use chrono::TimeDelta;

/// When a post was established and how its holder came to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Appointment {
    pub established: Instant,
    pub nominated: Instant,
    pub accepted: Instant,
    pub in_post: Instant,
    /// When the centre recorded `in_post`.
    pub recorded: Instant,
}

/// A governance event of any section, ready to become a command.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Moment<'a> {
    pub recorded: Instant,
    pub occurred: Instant,
    pub what: Happening<'a>,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Happening<'a> {
    PostEstablished(&'a Post),
    Nominated(&'a Post),
    NominationAccepted(&'a Post),
    TookPost(&'a Post),
    Expansion(&'a Expansion),
    Timeline(&'a TimelineEntry),
}

impl Scenario {
    /// Nominated by the timeline's entry for the post, else with `post-*`; posts that are taken up at the
    /// first H-hour or later, 14 days ahead. Accepted a day later, recorded 10 minutes after.
    pub fn appointment(&self, post: &Post) -> Appointment {
        let nomination = |code: &str| {
            let mut entries = self.timeline.iter();
            let found =
                entries.find(|entry| entry.subject.kind == SubjectKind::Post && entry.subject.code == code);
            found.map(|entry| entry.recorded)
        };
        let late = self.operation.hhour.first().is_some_and(|hhour| post.since >= hhour.set);
        let with_all = nomination("*");
        let nominated = nomination(&post.id)
            .or(with_all.filter(|_| !late))
            .unwrap_or_else(|| post.since - TimeDelta::days(14));
        Appointment {
            established: with_all.map_or(nominated, |all| all.min(nominated)),
            nominated,
            accepted: nominated + TimeDelta::days(1),
            in_post: post.since,
            recorded: post.recorded.unwrap_or(post.since + TimeDelta::minutes(10)),
        }
    }

    /// Appointments, expansion and timeline in the order in which they were recorded; at the same instant
    /// phase starts come first, then file order. `OfficerNominated` is left to the posts that it stands for.
    pub fn governance(&self) -> Vec<Moment<'_>> {
        let mut moments = Vec::new();
        for post in &self.posts {
            let at = self.appointment(post);
            for (recorded, occurred, what) in [
                (at.established, at.established, Happening::PostEstablished(post)),
                (at.nominated, at.nominated, Happening::Nominated(post)),
                (at.accepted, at.accepted, Happening::NominationAccepted(post)),
                (at.recorded, at.in_post, Happening::TookPost(post)),
            ] {
                moments.push(Moment { recorded, occurred, what });
            }
        }
        moments.extend(self.expansion.iter().map(|entry| Moment {
            recorded: entry.at,
            occurred: entry.at,
            what: Happening::Expansion(entry),
        }));
        let timeline =
            self.timeline.iter().filter(|entry| entry.event != GovernanceEvent::OfficerNominated {});
        moments.extend(timeline.map(|entry| Moment {
            recorded: entry.recorded,
            occurred: entry.occurred.unwrap_or(entry.recorded),
            what: Happening::Timeline(entry),
        }));
        let starts_phase = |what| {
            matches!(
                what,
                Happening::Timeline(TimelineEntry { event: GovernanceEvent::PhaseStarted { .. }, .. })
            )
        };
        moments.sort_by_key(|moment| (moment.recorded, !starts_phase(moment.what)));
        moments
    }
}
