//! Clocks: time limits on what was reported or asked for, which start, stop, fall due, and are breached.
//!
//! A clock is a fact with a due time, told by the event that starts it. What stops it is a claim, so that a late report
//! may stop it at a moment before it fell due. That it was breached is an event, made once, when it fell due and nothing
//! had stopped it as far as was known: it stands whatever is learned later.

use crate::{Context, Instant, PostCode, Priority, Reasons, RefusalCode, Rejection, Span};
use imbl::Vector;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What must be done before a clock falls due.
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
pub enum ClockKind {
    /// Say that a request has come.
    Acknowledge,
    /// Decide on the response to an incident.
    Decide,
    /// Be on the scene of an incident.
    Respond,
    /// Fulfil a request by the time that it gives.
    Due,
}

/// How long something of a priority may take, by the rules of the watch.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Limit {
    /// Of what.
    pub priority: Priority,
    /// What must be done: acknowledge, decide or respond.
    pub clock: ClockKind,
    /// At least 1.
    #[schemars(range(min = 1))]
    pub minutes: u32,
    /// The post that is called when it takes longer; absent where none is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub escalate_to: Option<PostCode>,
}

impl Limit {
    /// The clock that it sets, from that moment on.
    pub(crate) fn set(&self, from: Instant) -> SetClock {
        SetClock {
            clock: self.clock,
            due_at: from + Span::seconds(i64::from(self.minutes) * 60).as_delta(),
            escalate_to: self.escalate_to.clone(),
        }
    }
}

/// A clock as an event starts it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct SetClock {
    /// What must be done.
    pub clock: ClockKind,
    /// Until when, that moment included.
    pub due_at: Instant,
    /// The post that is called when it is breached; absent where none is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub escalate_to: Option<PostCode>,
}

/// A clock as it is known.
#[derive(Debug, Clone, PartialEq)]
pub struct Clock {
    /// Counted from 1 for what it is on.
    pub number: u32,
    pub kind: ClockKind,
    pub started_at: Instant,
    pub due_at: Instant,
    pub escalate_to: Option<PostCode>,
    /// How often what it is on had been reopened when it started: what was done before does not stop it.
    pub(crate) round: usize,
    /// When that was done, as far as is known; what was done before it started stops it at its start.
    pub stopped_at: Option<Instant>,
    /// When it fell due and had not been done as far as was known.
    pub breached_at: Option<Instant>,
}

impl Clock {
    /// Whether it runs: neither stopped nor breached.
    pub fn is_open(&self) -> bool {
        self.stopped_at.is_none() && self.breached_at.is_none()
    }

    /// Whether its breach is still to be told, once it has fallen due: neither told of nor, as far as is known, met. What
    /// was done late does not undo that the clock fell due.
    fn may_be_missed(&self) -> bool {
        self.breached_at.is_none() && self.is_met() != Some(true)
    }

    /// Whether what it asks for was done in time, as far as is known; `None`: it has not been done.
    pub fn is_met(&self) -> Option<bool> {
        self.stopped_at.map(|stopped| stopped <= self.due_at)
    }
}

/// The clocks on one thing: the `n`th stands at `n - 1`.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Clocks(Vector<Clock>);

impl Clocks {
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = &Clock> {
        self.0.iter()
    }

    pub fn get(&self, number: u32) -> Option<&Clock> {
        self.0.get(usize::try_from(number).ok()?.checked_sub(1)?)
    }

    /// Numbers of those that are other than they were.
    pub(crate) fn changed_since<'a>(&'a self, before: &'a Self) -> impl Iterator<Item = u32> + 'a {
        self.iter().filter(|clock| before.get(clock.number) != Some(*clock)).map(|clock| clock.number)
    }

    /// Starts those. One that runs for the same thing falls due earlier by it, or stays as it is: what was to be done
    /// does not wait longer because it has become more urgent. `round` is how often what they are on was reopened.
    pub(crate) fn start(&mut self, set: &[SetClock], at: Instant, round: usize) {
        for SetClock { clock, due_at, escalate_to } in set {
            if let Some(runs) = self.0.iter_mut().find(|known| known.kind == *clock && known.is_open()) {
                if *due_at < runs.due_at {
                    (runs.due_at, runs.escalate_to) = (*due_at, escalate_to.clone());
                }
                continue;
            }
            let number = u32::try_from(self.0.len() + 1).unwrap_or(u32::MAX);
            self.0.push_back(Clock {
                number,
                kind: *clock,
                started_at: at,
                due_at: *due_at,
                escalate_to: escalate_to.clone(),
                round,
                stopped_at: None,
                breached_at: None,
            });
        }
    }

    /// Stops each when `stops` says that what it asks for was done, of its kind and its round; `None`: not yet.
    pub(crate) fn stop(&mut self, stops: impl Fn(ClockKind, usize) -> Option<Instant>) {
        for clock in &mut self.0 {
            clock.stopped_at = stops(clock.kind, clock.round).map(|at| at.max(clock.started_at));
        }
    }

    pub(crate) fn breach(&mut self, number: u32) {
        let place = usize::try_from(number).ok().and_then(|number| number.checked_sub(1));
        if let Some(clock) = place.and_then(|place| self.0.get_mut(place)) {
            clock.breached_at = Some(clock.due_at);
        }
    }

    /// The clock that the service says fell due; `None`: there is nothing to tell of it, because it was stopped in time or
    /// told of before.
    pub(crate) fn fallen_due(
        &self,
        number: u32,
        context: &Context<'_>,
        mut reasons: Reasons,
    ) -> Result<(Option<&Clock>, Reasons), Rejection> {
        require_service(context)?;
        let Some(clock) = self.get(number) else { return Err(reasons.not_found("clock", "clock")) };
        if !clock.may_be_missed() {
            return Ok((None, reasons));
        }
        reasons.check(context.now > clock.due_at.to_utc(), RefusalCode::WrongState, "clock", || {
            format!("The clock falls due only at {}.", clock.due_at.to_rfc3339())
        });
        Ok((Some(clock), reasons))
    }
}

/// Clocks are told of by their service alone.
pub(crate) fn require_service(context: &Context<'_>) -> Result<(), Rejection> {
    if context.is_clock() {
        return Ok(());
    }
    Err(Rejection::Forbidden("That a clock fell due is told by the clock itself.".to_owned()))
}
