//! Assignments as folded: as their operation sees them, and as their post does, across operations.

use crate::{
    At, Instant, Item, OperationCode, PartnerCode, Position, PostCode, Prose, Span, TaskCode,
    assignment::AssignmentEvent,
    ids::{AssignmentId, OfficerRequestId, OperationId},
    incident::ResponseTask,
    operation::OperationEvent,
    subject::{Evolve, Items},
};
use chrono::{DateTime, Utc};
use std::collections::BTreeMap;

/// An assignment as its operation sees it.
#[derive(Debug, Clone, PartialEq)]
pub struct Assignment {
    pub number: u32,
    pub task: TaskCode,
    pub post: PostCode,
    /// Of the event that says so.
    pub position: Position,
    pub assigned_at: Instant,
    pub withdrawn_at: Option<Instant>,
}

impl Assignment {
    pub fn id(&self, operation: OperationId) -> AssignmentId {
        AssignmentId::of(operation, self.number)
    }
}

/// An officer whom somebody asked another partner for.
#[derive(Debug, Clone, PartialEq)]
pub struct OfficerRequest {
    pub number: u32,
    pub task: TaskCode,
    pub post: PostCode,
    /// The partner that asks.
    pub by: PartnerCode,
    pub reason: Option<Prose>,
    pub requested_at: Instant,
    /// Of the post's partner; `None` until it answers.
    pub answer: Option<Answer>,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Answer {
    pub at: Instant,
    /// Why not; `None`: the officer was bound.
    pub declined: Option<Prose>,
}

impl OfficerRequest {
    pub fn id(&self, operation: OperationId) -> OfficerRequestId {
        OfficerRequestId::of(operation, self.number)
    }

    /// As text: `PENDING`, `ACCEPTED` or `DECLINED`.
    pub fn status(&self) -> RequestStatus {
        match &self.answer {
            None => RequestStatus::Pending,
            Some(Answer { declined: None, .. }) => RequestStatus::Accepted,
            Some(Answer { declined: Some(_), .. }) => RequestStatus::Declined,
        }
    }
}

/// Where a request for an officer stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, strum::Display, strum::EnumString)]
#[strum(serialize_all = "SCREAMING_SNAKE_CASE")]
pub enum RequestStatus {
    Pending,
    Accepted,
    Declined,
}

/// When one post is bound, by its assignments across operations: operation, number of the assignment in it.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Bookings {
    pub entries: BTreeMap<(OperationCode, u32), Booking>,
}

/// A half-open stretch: from `start`, before `start + duration`, relative to H-hour.
#[derive(Debug, Clone, PartialEq)]
pub struct Booking {
    pub task: TaskCode,
    pub start: Span,
    pub duration: Span,
    /// H-hour of the operation, once it is set; of what has begun, as it was then.
    pub h_hour: Option<Instant>,
    /// Whether no H-hour moves it: it begins when a response to an incident was to.
    pub is_fixed: bool,
    pub progress: Progress,
}

/// How far what a post is bound to has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Progress {
    #[default]
    Planned,
    /// It goes on, perhaps longer than planned.
    UnderWay,
    Ended,
}

impl Booking {
    /// What a response's task binds a post to.
    pub(super) fn of_response(task: &ResponseTask) -> Self {
        Self {
            task: task.code.clone(),
            start: Span::ZERO,
            duration: task.duration,
            h_hour: Some(task.start),
            is_fixed: true,
            progress: Progress::Planned,
        }
    }

    /// When it begins, once H-hour is set.
    pub(super) fn instant(&self) -> Option<Instant> {
        Some(self.h_hour? + self.start.as_delta())
    }

    /// A milestone takes nobody's time. What goes on past its plan has no end that anybody knows, as far as `now` is
    /// given; else it counts as planned.
    fn overlaps(&self, other: &Self, same_operation: bool, now: Option<DateTime<Utc>>) -> bool {
        // Of two that go on, the one that began first goes on at least until the other begins.
        let begins = self.h_hour.filter(|_| self.progress == Progress::UnderWay);
        let begins = begins.map(|h_hour| (h_hour + self.start.as_delta()).to_utc());
        let now = now.map(|now| begins.map_or(now, |begins| begins.max(now)));
        let finish = |booking: &Self| {
            let planned = booking.start + booking.duration;
            let late = booking.progress == Progress::UnderWay
                && booking.h_hour.zip(now).is_some_and(|(h_hour, now)| h_hour + planned.as_delta() <= now);
            (!late).then_some(planned)
        };
        let takes_time = |booking: &Self| finish(booking) != Some(booking.start);
        if !takes_time(self) || !takes_time(other) {
            return false;
        }
        let meet = |gap: Span| {
            finish(other).is_none_or(|finish| self.start < gap + finish)
                && finish(self).is_none_or(|finish| gap + other.start < finish)
        };
        match (self.h_hour, other.h_hour) {
            (Some(own), Some(others)) => meet(Span::seconds((others - own).num_seconds())),
            _ => same_operation && meet(Span::ZERO),
        }
    }
}

impl Bookings {
    /// The entries that `candidate` of `operation` overlaps, entry `number` of it left out.
    pub(super) fn clashes<'a>(
        &'a self,
        operation: &'a OperationCode,
        number: u32,
        candidate: &'a Booking,
        now: Option<DateTime<Utc>>,
    ) -> impl Iterator<Item = (&'a OperationCode, &'a Booking)> {
        self.entries.iter().filter_map(move |((other, other_number), entry)| {
            let itself = other == operation && *other_number == number;
            (!itself && candidate.overlaps(entry, other == operation, now)).then_some((other, entry))
        })
    }
}

impl Items for Bookings {
    /// None: readers see a post's assignments where the operations have them.
    fn items(&self) -> Vec<Item> {
        Vec::new()
    }
}

impl Evolve<AssignmentEvent> for Bookings {
    fn evolve(&mut self, event: &AssignmentEvent, _at: &At, _touched: &mut Vec<Item>) {
        match event {
            AssignmentEvent::OfficerAssigned {
                operation,
                number,
                task,
                start,
                duration,
                h_hour,
                is_fixed,
                ..
            } => {
                let booking = Booking {
                    task: task.clone(),
                    start: *start,
                    duration: *duration,
                    h_hour: *h_hour,
                    is_fixed: *is_fixed,
                    progress: Progress::Planned,
                };
                self.entries.insert((operation.clone(), *number), booking);
            }
            AssignmentEvent::AssignmentRetimed { operation, number, start, duration, .. } => {
                if let Some(booking) = self.entries.get_mut(&(operation.clone(), *number)) {
                    (booking.start, booking.duration) = (*start, *duration);
                    if booking.progress == Progress::UnderWay {
                        booking.progress = Progress::Ended;
                    }
                }
            }
            AssignmentEvent::AssignmentUnderWay { operation, number, start, duration, h_hour, .. } => {
                if let Some(booking) = self.entries.get_mut(&(operation.clone(), *number)) {
                    (booking.start, booking.duration) = (*start, *duration);
                    booking.h_hour = Some(*h_hour);
                    booking.progress = Progress::UnderWay;
                }
            }
            AssignmentEvent::AssignmentWithdrawn { operation, number, .. } => {
                self.entries.remove(&(operation.clone(), *number));
            }
            // Whoever is asked for is not bound yet; who is given is assigned by the same command.
            AssignmentEvent::OfficerRequested { .. }
            | AssignmentEvent::OfficerRequestAccepted { .. }
            | AssignmentEvent::OfficerRequestDeclined { .. } => {}
        }
    }
}

impl Evolve<OperationEvent> for Bookings {
    /// An operation's H-hour is known, or another, from now on: nothing else of it changes when a post is
    /// bound.
    fn evolve(&mut self, event: &OperationEvent, _at: &At, _touched: &mut Vec<Item>) {
        let (operation, h_hour) = match event {
            OperationEvent::HHourSet { operation, at: h_hour, .. }
            | OperationEvent::HHourShifted { operation, to: h_hour, .. } => (operation, h_hour),
            OperationEvent::OperationInitiated { .. }
            | OperationEvent::WarningOrderIssued { .. }
            | OperationEvent::LegalBasisRecorded { .. }
            | OperationEvent::ReleasabilityMarked { .. }
            | OperationEvent::OperationActivated { .. }
            | OperationEvent::OperationPaused { .. }
            | OperationEvent::OperationResumed { .. }
            | OperationEvent::OperationClosed { .. }
            | OperationEvent::OperationTerminated { .. }
            | OperationEvent::DecisionRecorded { .. }
            | OperationEvent::DeconflictionConflictFound { .. }
            | OperationEvent::DeconflictionCleared { .. } => return,
        };
        for ((of, _), booking) in &mut self.entries {
            if of == operation && booking.progress == Progress::Planned && !booking.is_fixed {
                booking.h_hour = Some(*h_hour);
            }
        }
    }
}
