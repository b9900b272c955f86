//! All that was decided and done in the file, as moments in the order in which they were recorded.

use super::model::{
    Scenario,
    assistance::{AssistanceEntry, Tally},
    coalition::{Expansion, Post},
    execution::{Actual, Report, Telling},
    incident::IncidentEntry,
    outcome::{Outcome, OutcomeCorrection},
    request::Request,
    sitrep::Sitrep,
    timeline::{GovernanceEvent, SubjectKind, TimelineEntry},
    values::Instant,
    watch::Shift,
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

/// What happened in any section, ready to become a command.
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
    TaskStarted(&'a Actual),
    /// As it was recorded at first, right or wrong.
    TaskCompleted(&'a Actual),
    TaskCorrected(&'a Actual, Corrected<'a>),
    TaskReported(&'a Report),
    Incident(&'a IncidentEntry),
    RequestIssued(&'a Request),
    RequestAcknowledged(&'a Request),
    RequestFulfilled(&'a Request),
    RequestDeclined(&'a Request),
    RequestWithdrawn(&'a Request),
    OutcomeRecorded(&'a Outcome),
    OutcomeCorrected(&'a Outcome, &'a OutcomeCorrection),
    ShiftRostered(&'a Shift),
    /// By the post of that code.
    WatchAssumed(&'a Shift, &'a str),
    /// The report at that index.
    PersonsCounted(usize, &'a AssistanceEntry),
    PersonsScreened(&'a Tally),
    PersonsIdentified(&'a Tally),
    OutcomesTallied(&'a Tally),
    /// To the second one.
    WatchHandedOver(&'a Shift, &'a Shift),
    /// Issued, or put right.
    Sitrep(&'a Sitrep),
    Timeline(&'a TimelineEntry),
}

/// That an end of a task was at another time than was said last.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Corrected<'a> {
    pub end: TaskEnd,
    pub at: Instant,
    pub reason: Option<&'a str>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TaskEnd {
    Start,
    Finish,
}

/// How long it takes to record what nothing else is said of.
const RECORDED_AFTER: TimeDelta = TimeDelta::minutes(10);

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
        // What is nominated by itself may be of a partner that joins only then.
        let with_others = with_all.map_or(nominated, |all| all.min(nominated));
        Appointment {
            established: nomination(&post.id).unwrap_or(with_others),
            nominated,
            accepted: nominated + TimeDelta::days(1),
            in_post: post.since,
            recorded: post.recorded.unwrap_or(post.since + RECORDED_AFTER),
        }
    }

    /// Appointments, expansion, timeline, actuals, reports, the incident, requests, outcomes, shifts and SITREPs in the
    /// order in which they were recorded. At the same instant phase starts come first, then file order, then what was done,
    /// in the order in which it happened; of that, what ended comes before what started then; SITREPs come last, which tell
    /// of all that. `OfficerNominated` is left to the posts that it stands for.
    pub fn moments(&self) -> Vec<Moment<'_>> {
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
        moments.extend(self.actuals.iter().flat_map(Actual::moments));
        moments.extend(self.reports.iter().map(|report| Moment {
            recorded: report.recorded.unwrap_or(report.occurred + RECORDED_AFTER),
            occurred: report.occurred,
            what: Happening::TaskReported(report),
        }));
        moments.extend(self.incident.iter().flat_map(|incident| &incident.log).map(|entry| Moment {
            recorded: entry.recorded,
            occurred: entry.occurred,
            what: Happening::Incident(entry),
        }));
        moments.extend(self.requests.iter().flat_map(Request::moments));
        moments.extend(self.outcomes.iter().flat_map(Outcome::moments));
        moments.extend(self.assistance_moments());
        moments.extend(self.watch_moments());
        moments.extend(self.sitreps.iter().map(|told| Moment {
            recorded: told.at,
            occurred: told.at,
            what: Happening::Sitrep(told),
        }));
        let order = |moment: &Moment<'_>| match moment.what {
            Happening::Timeline(TimelineEntry { event: GovernanceEvent::PhaseStarted { .. }, .. }) => {
                (0, None)
            }
            Happening::TaskCompleted(_) | Happening::TaskCorrected(..) => (2, Some((moment.occurred, 0))),
            Happening::TaskStarted(_) => (2, Some((moment.occurred, 1))),
            Happening::TaskReported(_) => (2, Some((moment.occurred, 2))),
            Happening::Sitrep(_) => (3, None),
            _ => (1, None),
        };
        moments.sort_by_key(|moment| (moment.recorded, order(moment)));
        moments
    }
}

/// With which tasks the last counts are tallied: with their screening, their identification, and at the end.
const TALLIED_WITH: [&str; 3] = ["T23", "T24", "T28"];

impl Scenario {
    /// What was reported, and what all of it came to: when the tasks that it comes with were recorded as complete, else
    /// when the last task was.
    fn assistance_moments(&self) -> Vec<Moment<'_>> {
        let Some(told) = &self.assistance else { return Vec::new() };
        let reports = told.reports.iter().enumerate().map(|(index, entry)| Moment {
            recorded: entry.recorded,
            occurred: entry.occurred,
            what: Happening::PersonsCounted(index, entry),
        });
        let mut moments: Vec<_> = reports.collect();
        let ends = |actual: &Actual| (actual.told_of_end()[0].recorded, actual.end);
        let last = self.actuals.iter().map(ends).max();
        if let (Some(tally), Some(last)) = (&told.last, last) {
            let at = |task: &str| self.actuals.iter().find(|actual| actual.id == task).map_or(last, ends);
            let tallied = [
                Happening::PersonsScreened(tally),
                Happening::PersonsIdentified(tally),
                Happening::OutcomesTallied(tally),
            ];
            moments.extend(TALLIED_WITH.into_iter().zip(tallied).map(|(task, what)| {
                let (recorded, occurred) = at(task);
                Moment { recorded, occurred, what }
            }));
        }
        moments
    }
}

/// How long before it begins a shift is rostered.
const ROSTERED_BEFORE: TimeDelta = TimeDelta::days(1);

impl Scenario {
    /// Who is missing at first takes its place at the end of the gap, all others when the shift begins; then
    /// they relieve the shift before, where that ends now.
    fn watch_moments(&self) -> impl Iterator<Item = Moment<'_>> {
        let at = |at: Instant, what| Moment { recorded: at, occurred: at, what };
        self.watch_sample.iter().flat_map(move |shift| {
            let gap = |post: &str| shift.gap.as_ref().filter(|gap| gap.missing == post);
            let came = |post: &str| gap(post).map_or(shift.from, |gap| gap.to);
            let rostered = at(shift.from - ROSTERED_BEFORE, Happening::ShiftRostered(shift));
            let assumed = shift
                .on
                .iter()
                .map(move |post| at(came(post), Happening::WatchAssumed(shift, post)))
                .collect::<Vec<_>>();
            let complete = assumed.iter().map(|moment| moment.recorded).max().unwrap_or(shift.from);
            let before = self.watch_sample.iter().find(|before| before.to == shift.from);
            let relieved = before.map(|before| at(complete, Happening::WatchHandedOver(before, shift)));
            [rostered].into_iter().chain(assumed).chain(relieved)
        })
    }
}

impl Request {
    /// Recorded as they happen: clocks run on them.
    fn moments(&self) -> impl Iterator<Item = Moment<'_>> {
        let at = |at: Instant, what| Moment { recorded: at, occurred: at, what };
        [
            Some(at(self.issued, Happening::RequestIssued(self))),
            self.acknowledged.map(|when| at(when, Happening::RequestAcknowledged(self))),
            self.fulfilled.map(|when| at(when, Happening::RequestFulfilled(self))),
            self.declined.map(|when| at(when, Happening::RequestDeclined(self))),
            self.withdrawn.map(|when| at(when, Happening::RequestWithdrawn(self))),
        ]
        .into_iter()
        .flatten()
    }
}

impl Outcome {
    fn moments(&self) -> impl Iterator<Item = Moment<'_>> {
        let said = Moment {
            recorded: self.recorded.unwrap_or(self.occurred + RECORDED_AFTER),
            occurred: self.occurred,
            what: Happening::OutcomeRecorded(self),
        };
        let corrected = self.corrections.iter().map(|correction| Moment {
            recorded: correction.recorded,
            occurred: correction.recorded,
            what: Happening::OutcomeCorrected(self, correction),
        });
        [said].into_iter().chain(corrected)
    }
}

impl Actual {
    /// What was said of its start, one after the other: at least one, and the last is right.
    pub fn told_of_start(&self) -> Vec<Telling> {
        let only = Telling::of(self.start, self.start_recorded);
        if self.start_told.is_empty() { vec![only] } else { self.start_told.clone() }
    }

    /// The same of its end.
    pub fn told_of_end(&self) -> Vec<Telling> {
        if !self.end_told.is_empty() {
            return self.end_told.clone();
        }
        let first = Telling::of(self.end_first_recorded_as.unwrap_or(self.end), self.end_recorded);
        let right = self.corrected_recorded.map(|recorded| Telling::of(self.end, Some(recorded)));
        [first].into_iter().chain(right).collect()
    }

    fn moments(&self) -> impl Iterator<Item = Moment<'_>> {
        let started = self.told(TaskEnd::Start, self.told_of_start(), Happening::TaskStarted(self));
        started.into_iter().chain(self.told(
            TaskEnd::Finish,
            self.told_of_end(),
            Happening::TaskCompleted(self),
        ))
    }

    /// The first is a claim, and each after it the correction of the one before.
    fn told<'a>(&'a self, end: TaskEnd, told: Vec<Telling>, claim: Happening<'a>) -> Vec<Moment<'a>> {
        let reasons = if end == TaskEnd::Start { &self.start_told } else { &self.end_told };
        let moment = |(index, telling): (usize, Telling)| {
            let reason = reasons.get(index).and_then(|telling| telling.reason.as_deref());
            let corrected = Corrected { end, at: telling.at, reason };
            let (occurred, what) = match index {
                0 => (telling.at, claim),
                _ => (telling.recorded, Happening::TaskCorrected(self, corrected)),
            };
            Moment { recorded: telling.recorded, occurred, what }
        };
        told.into_iter().enumerate().map(moment).collect()
    }
}

impl Telling {
    fn of(at: Instant, recorded: Option<Instant>) -> Self {
        Self { at, recorded: recorded.unwrap_or(at + RECORDED_AFTER), reason: None }
    }
}
