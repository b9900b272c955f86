//! Counts the figures of a SITREP from what is folded.
//!
//! Whatever is counted is what each of the readers may see: an event that all of them read tells nobody of what is kept
//! from them, not even how much of it there is.

use crate::{
    Currency, Instant, Money, PartnerCode, PostCode, Priority, Span, TaskCode,
    clock::{Clock, ClockKind},
    coalition::Coalition,
    execution::{Standing, TaskStatus},
    incident::{EmergentTask, Incident, IncidentStatus},
    operation::Operation,
    plan::{PlannedTask, Version},
    release::MatterLabel,
    request::{Request, RequestStatus},
    schedule::{
        Finishes, Hours,
        carried::{Carried, carried_out},
    },
    sitrep::{
        ClockFigures, ContributionFigures, Figures, IncidentFigures, Period, PersonsCount, PersonsFigures,
        RequestFigures, TaskFigures, Upcoming,
    },
};
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

/// How far a SITREP looks ahead.
const AHEAD: Span = Span::hours(24);

/// What is counted of an operation, and for whom.
pub(super) struct Count<'a> {
    pub operation: &'a Operation,
    pub coalition: &'a Coalition,
    /// Everybody who may read what is counted, the operation's lead among them.
    pub readers: BTreeSet<&'a PartnerCode>,
    pub period: Period,
}

/// A task, where it stood at the end of the period, and when the plan had it start and finish.
struct Counted {
    code: TaskCode,
    standing: Standing,
    planned: Option<(Instant, Instant)>,
}

impl Count<'_> {
    pub fn figures(&self) -> Figures {
        let planned = self.planned_tasks();
        let tasks = self.tasks(&planned);
        let during = |at: Option<Instant>| at.is_some_and(|at| self.period.contains(at));
        let with = |holds: &dyn Fn(&Counted) -> bool| -> BTreeSet<TaskCode> {
            tasks.iter().filter(|task| holds(task)).map(|task| task.code.clone()).collect()
        };
        Figures {
            tasks: by_status(&tasks),
            started: with(&|task| during(task.standing.started_at)),
            ended: with(&|task| during(task.standing.ended_at)),
            incidents: self.incidents(),
            requests: self.requests(),
            clocks: self.clocks(),
            contributions: self.contributions(),
            persons: self.persons(),
            conflicts: self.conflicts(&planned, &tasks),
            next: Upcoming {
                starts: with(&|task| {
                    task.standing.started_at.is_none()
                        && !task.standing.status.has_ended()
                        && task.planned.is_some_and(|(start, _)| self.is_ahead(start))
                }),
                finishes: with(&|task| {
                    !task.standing.status.has_ended()
                        && task.planned.is_some_and(|(_, finish)| self.is_ahead(finish))
                }),
            },
        }
    }

    /// Whether it lies in the stretch after the period.
    fn is_ahead(&self, at: Instant) -> bool {
        self.period.until < at && at <= self.period.until + AHEAD.as_delta()
    }

    fn all_see(&self, label: &MatterLabel) -> bool {
        self.readers.iter().all(|reader| label.admits(Some(reader), &self.operation.lead))
    }

    /// The plan that was in force at the end of the period, if all see it.
    fn version(&self) -> Option<&Version> {
        let until = self.period.until;
        let mut newest_first = self.operation.plan.versions.iter().rev().map(Arc::as_ref);
        let version = newest_first.find(|version| version.promulgated_at.is_some_and(|at| at <= until))?;
        let stood = version.withdrawn.as_ref().is_none_or(|withdrawn| withdrawn.at > until);
        let seen = |reader: &&PartnerCode| self.operation.shows(version, Some(reader), self.coalition);
        Some(version).filter(|_| stood && self.readers.iter().all(seen))
    }

    /// Its tasks that all see.
    fn planned_tasks(&self) -> Vec<PlannedTask> {
        let tasks = self.version().into_iter().flat_map(|version| version.tasks.values());
        let seen = |task: &&Arc<PlannedTask>| {
            self.readers.iter().all(|reader| self.operation.shows_task(task, Some(reader)))
        };
        tasks.filter(seen).map(|task| task.as_ref().clone()).collect()
    }

    /// Those that responses to incidents made by then, and that all see.
    fn emergent_tasks(&self) -> impl Iterator<Item = &EmergentTask> {
        let tasks = self.operation.emergent_tasks.values().map(Arc::as_ref);
        tasks.filter(|emergent| {
            emergent.decided_at <= self.period.until
                && self
                    .operation
                    .incidents
                    .get(&emergent.incident)
                    .is_some_and(|incident| self.all_see(&incident.label))
        })
    }

    fn hours(&self) -> Hours<'_> {
        let calendars = self.version().map_or(&[][..], |version| &version.sections.calendars);
        Hours { calendars, h_hour: self.operation.h_hour, floating: false }
    }

    fn standing(&self, task: &TaskCode) -> Standing {
        let execution = self.operation.executions.get(task);
        execution.map(|execution| execution.standing_at(self.period.until)).unwrap_or_default()
    }

    fn tasks(&self, planned: &[PlannedTask]) -> Vec<Counted> {
        let mut finishes = Finishes::new(&self.hours());
        let planned = planned.iter().map(|task| {
            let finish = finishes.of(task);
            let times = self
                .operation
                .h_hour
                .map(|h_hour| (h_hour + task.start_offset.as_delta(), h_hour + finish.as_delta()));
            (&task.code, times)
        });
        let emergent = self.emergent_tasks().map(|EmergentTask { task, .. }| {
            (&task.code, Some((task.start, task.start + task.duration.as_delta())))
        });
        planned
            .chain(emergent)
            .map(|(code, times)| {
                let standing = self.standing(code);
                // What was started is measured against the plan that it was started on.
                let execution = self.operation.executions.get(code);
                let baseline = execution.and_then(|execution| execution.baseline);
                let begun = baseline.filter(|_| standing.started_at.is_some());
                let planned = begun.map(|baseline| (baseline.start, baseline.finish)).or(times);
                Counted { code: code.clone(), standing, planned }
            })
            .collect()
    }

    /// Those that all see, and that were reported by then.
    fn seen_incidents(&self) -> impl Iterator<Item = &Incident> {
        let incidents = self.operation.incidents.values().map(Arc::as_ref);
        incidents.filter(|incident| self.all_see(&incident.label))
    }

    fn seen_requests(&self) -> impl Iterator<Item = &Request> {
        let requests = self.operation.requests.values().map(Arc::as_ref);
        requests.filter(|request| self.all_see(&request.label))
    }

    fn incidents(&self) -> Vec<IncidentFigures> {
        // Those without a priority last.
        let mut by_priority = BTreeMap::<(bool, Option<Priority>), IncidentFigures>::new();
        for incident in self.seen_incidents() {
            let standing = incident.standing_at(self.period.until);
            if standing.reported_at.is_none() {
                continue;
            }
            let priority = standing.priority;
            let figures = by_priority.entry((priority.is_none(), priority)).or_default();
            figures.priority = priority;
            match standing.status {
                IncidentStatus::Reported | IncidentStatus::Triaged | IncidentStatus::Responding => {
                    figures.open += 1;
                }
                IncidentStatus::Contained => figures.contained += 1,
                IncidentStatus::Closed => figures.closed += 1,
            }
        }
        by_priority.into_values().collect()
    }

    fn requests(&self) -> RequestFigures {
        let mut figures = RequestFigures::default();
        for request in self.seen_requests() {
            let standing = request.standing_at(self.period.until);
            if standing.issued_at.is_none() {
                continue;
            }
            match standing.status {
                RequestStatus::Issued | RequestStatus::Acknowledged | RequestStatus::Accepted => {
                    figures.open += 1;
                }
                RequestStatus::Fulfilled | RequestStatus::Declined => {
                    let due = request.clocks.iter().find(|clock| clock.kind == ClockKind::Due);
                    if due.is_none_or(|clock| standing.ended_at.is_none_or(|at| at <= clock.due_at)) {
                        figures.answered_on_time += 1;
                    } else {
                        figures.answered_late += 1;
                    }
                }
                RequestStatus::Withdrawn => figures.withdrawn += 1,
            }
        }
        figures
    }

    fn clocks(&self) -> ClockFigures {
        let of_incidents = self.seen_incidents().flat_map(|incident| incident.clocks.iter());
        let of_requests = self.seen_requests().flat_map(|request| request.clocks.iter());
        let until = self.period.until;
        let mut figures = ClockFigures::default();
        for clock in of_incidents.chain(of_requests).filter(|clock| clock.started_at <= until) {
            let Clock { due_at, stopped_at, breached_at, .. } = clock;
            let stopped = stopped_at.filter(|stopped| *stopped <= until);
            let missed = *due_at < until && stopped.is_none_or(|stopped| *due_at < stopped);
            // A breach that was told stands, whatever was learned since.
            if missed || breached_at.is_some_and(|breached| breached < until) {
                figures.breached += 1;
            } else if stopped.is_some() {
                figures.met += 1;
            } else {
                figures.open += 1;
            }
        }
        figures
    }

    fn contributions(&self) -> ContributionFigures {
        let until = self.period.until;
        let mut money = BTreeMap::<&Currency, i64>::new();
        let mut figures = ContributionFigures::default();
        let contributions = self.operation.contributions.values();
        for known in contributions.filter(|known| self.all_see(&known.label) && known.pledged_at <= until) {
            if known.refused.as_ref().is_some_and(|refused| refused.at <= until) {
                continue;
            }
            if known.accepted.as_ref().is_none_or(|accepted| accepted.at > until) {
                figures.pledged += 1;
                continue;
            }
            figures.accepted += 1;
            if let Some(cash) = known.cash() {
                let sum = money.entry(&cash.currency).or_default();
                *sum = sum.saturating_add(cash.minor_units);
            }
        }
        let money = money.into_iter();
        figures.accepted_money =
            money.map(|(currency, minor_units)| Money { minor_units, currency: currency.clone() }).collect();
        figures
    }

    /// What is told to everybody who reads the operation: how, `assistance` has decided.
    fn persons(&self) -> Vec<PersonsFigures> {
        let until = self.period.until.to_utc();
        let figures = self.operation.assistance.values().filter_map(|known| {
            let told = known.at(until)?.counts.iter().filter(|(_, counted)| counted.is_told);
            let counts = told.map(|(cell, counted)| PersonsCount {
                figure: cell.figure,
                nationality: cell.nationality.clone(),
                count: counted.count,
            });
            Some(PersonsFigures { authority: known.authority.clone(), counts: counts.collect() })
        });
        figures.filter(|figures| !figures.counts.is_empty()).collect()
    }

    fn conflicts(&self, planned: &[PlannedTask], tasks: &[Counted]) -> u32 {
        let until = self.period.until;
        let known: BTreeSet<&TaskCode> = planned.iter().map(|task| &task.code).collect();
        let clashes = self.operation.deconflictions.iter().filter(|clash| {
            let stood = clash.cleared.as_ref().is_none_or(|cleared| cleared.at > until);
            clash.found_at <= until && stood && clash.tasks.iter().all(|task| known.contains(task))
        });
        let mut count = clashes.count();
        if let Some(h_hour) = self.operation.h_hour {
            let standings = tasks.iter().map(|task| (task.code.clone(), task.standing.clone())).collect();
            let carried = Carried {
                standings: &standings,
                assigned: &self.assigned(),
                h_hour,
                now: until.to_utc(),
                active: self.was_active(),
            };
            count += carried_out(planned, &self.hours(), &carried).len();
        }
        u32::try_from(count).unwrap_or(u32::MAX)
    }

    /// The posts that were bound to each task at the end of the period.
    fn assigned(&self) -> BTreeMap<TaskCode, BTreeSet<PostCode>> {
        let until = self.period.until;
        let mut assigned = BTreeMap::<_, BTreeSet<_>>::new();
        for known in self.operation.assignments.values() {
            if known.assigned_at <= until && known.withdrawn_at.is_none_or(|withdrawn| withdrawn > until) {
                assigned.entry(known.task.clone()).or_default().insert(known.post.clone());
            }
        }
        assigned
    }

    /// Whether tasks were to start at the end of the period.
    fn was_active(&self) -> bool {
        let Operation { activated_at, ended, paused, pauses, .. } = self.operation;
        let until = self.period.until;
        activated_at.is_some_and(|at| at <= until)
            && ended.as_ref().is_none_or(|ended| ended.at > until)
            && paused.as_ref().is_none_or(|paused| paused.at > until)
            && !pauses.iter().any(|pause| pause.from <= until && until < pause.to)
    }
}

fn by_status(tasks: &[Counted]) -> TaskFigures {
    let mut figures = TaskFigures::default();
    for task in tasks {
        let count = match task.standing.status {
            TaskStatus::Planned => &mut figures.planned,
            TaskStatus::Issued => &mut figures.issued,
            TaskStatus::InProgress => &mut figures.in_progress,
            TaskStatus::Blocked => &mut figures.blocked,
            TaskStatus::Completed => &mut figures.completed,
            TaskStatus::Cancelled => &mut figures.cancelled,
        };
        *count += 1;
    }
    figures
}
