//! Conflicts: what a plan may say while it is drafted and what promulgation or assignment would refuse, or
//! nobody could do.
//!
//! Nothing is refused here. Times are judged as the plan has them: on offsets, or in a draft where the
//! schedule lays a task that is to start as soon as possible, if all that it waits for is seen.

use crate::{
    Code, Instant, PartnerCode, PostCode, Span, TaskCode, Title,
    execution::BlockReason,
    plan::{CalendarOf, DecisionKind, Dependency, PlannedTask, StartConstraint, TimeWindow, WorkCalendar},
    schedule::working::Working,
    schedule::{Activity, Basis, Graph, Hours, Layout, activities, early_by, finish},
};
use chrono::{DateTime, Utc};
use std::collections::{BTreeMap, BTreeSet};

/// What mutual legal assistance takes at least: months, where a police channel takes hours.
pub const LEGAL_ASSISTANCE_TAKES: Span = Span::hours(30 * 24);

/// One conflict, in the words of the rule that it breaks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Conflict {
    /// Domain rule 10: the task's leader is a guest whom the territory's partner has not let in.
    ForeignLeadWithoutConsent { task: TaskCode, lead: PartnerCode, territory: PartnerCode },
    /// Domain rule 13, with the tasks that the partner leads.
    LiaisonNotInPost { partner: PartnerCode, tasks: BTreeSet<TaskCode> },
    /// The partner leads the tasks and takes none now: it was suspended, has left, or has not joined.
    LeadTakesNoTasks { partner: PartnerCode, tasks: BTreeSet<TaskCode> },
    /// Domain rule 12: the plan foresees the post for both at one time.
    OfficerOverlap { post: PostCode, tasks: [TaskCode; 2] },
    /// Between two tasks of the post lies less than its calendar's rest, by so much.
    RestTooShort { post: PostCode, tasks: [TaskCode; 2], short_by: Span },
    /// The task is planned to start when its calendar does not work.
    OutsideWorkingTime { task: TaskCode, calendar: Code, works_from: Span },
    /// The task is planned to start earlier than what it waits for lets it, as that is planned, by so much.
    DependencyNotMet { task: TaskCode, dependency: Dependency, early_by: Span },
    /// What the task waits for, and what it takes, leave it no time to keep a latest finish or a fixed start,
    /// by so much.
    NegativeFloat { task: TaskCode, missing: Span },
    /// The task needs mutual legal assistance, and is planned to take less than that does.
    LegalAssistanceInHours { task: TaskCode, duration: Span },
    /// The plan foresees no post for the task, and none is assigned to it.
    TaskUnassigned { task: TaskCode },
    /// H-hour has passed before the operation was activated.
    HHourInPast { h_hour: Instant },
    /// H-hour is not set, and the window that it may be set in has passed.
    HHourWindowInPast { to: Instant },
    /// The tasks are planned to start before the operation is activated, wherever H-hour may still be set.
    TasksInPast { tasks: BTreeSet<TaskCode> },
    /// The post is assigned to the tasks, its officer was relieved, and nobody has taken it since.
    PostWithoutOfficer { post: PostCode, tasks: BTreeSet<TaskCode> },
    /// Domain rule 16: the task was started, or was done, earlier than what it waits for lets it, as is known now,
    /// by so much. With the claims that say so, by number: its own, and that of what it waits for.
    OrderContradicted { task: TaskCode, dependency: Dependency, claims: [u32; 2], early_by: Span },
    /// Domain rule 16: the task was done before it was started, as is known now. With the claims that say so.
    FinishedBeforeStart { task: TaskCode, claims: [u32; 2] },
    /// The task should have been started, by so much.
    StartsLate { task: TaskCode, by: Span },
    /// The task goes on longer than planned, by so much.
    FinishesLate { task: TaskCode, by: Span },
    /// The task is blocked, and whatever it loses the whole loses.
    CriticalTaskBlocked { task: TaskCode, since: Instant, reason: BlockReason },
    /// The post is at the first task still, when it should be at the second.
    OfficerStillBound { post: PostCode, tasks: [TaskCode; 2] },
    /// The partner's decision rests on a post that nobody held then, as is known now.
    DecidedOutOfPost { partner: PartnerCode, post: PostCode },
    /// The tasks clash with another operation, and nobody has said how that was settled.
    DeconflictionOpen { other: Title, tasks: BTreeSet<TaskCode> },
}

impl Conflict {
    /// The tasks for which somebody is lacked: their lead, its liaison officer, or their own.
    pub fn lacking(&self) -> Option<&BTreeSet<TaskCode>> {
        match self {
            Self::LiaisonNotInPost { tasks, .. }
            | Self::LeadTakesNoTasks { tasks, .. }
            | Self::PostWithoutOfficer { tasks, .. } => Some(tasks),
            _ => None,
        }
    }

    /// The same where somebody is lacked, without tasks that have ended: they take nobody any more. `None`: all have.
    pub fn without(mut self, ended: &BTreeSet<TaskCode>) -> Option<Self> {
        if let Self::LiaisonNotInPost { tasks, .. }
        | Self::LeadTakesNoTasks { tasks, .. }
        | Self::PostWithoutOfficer { tasks, .. } = &mut self
        {
            tasks.retain(|task| !ended.contains(task));
            return (!tasks.is_empty()).then_some(self);
        }
        Some(self)
    }
}

/// A task where the plan has it.
struct Placed<'a> {
    task: &'a PlannedTask,
    activity: Activity<'a>,
    start: Span,
    finish: Span,
    /// Whether the schedule would have it there: as early as it can be, up to a pause that ends with what it
    /// waits for.
    as_laid: bool,
}

/// The conflicts of a version. `decisions` are the live ones on it, `with_liaison` the partners that have a
/// liaison officer in post, `assigned` the tasks that a post is assigned to.
pub fn conflicts<'a>(
    tasks: &[PlannedTask],
    hours: &Hours<'_>,
    decisions: impl IntoIterator<Item = (&'a PartnerCode, DecisionKind, &'a BTreeSet<TaskCode>)>,
    with_liaison: &BTreeSet<PartnerCode>,
    assigned: &BTreeSet<TaskCode>,
) -> Vec<Conflict> {
    let mut conflicts: Vec<_> = guests_without_consent(tasks, decisions)
        .map(|task| Conflict::ForeignLeadWithoutConsent {
            task: task.code.clone(),
            lead: task.lead.clone(),
            territory: task.territory.clone(),
        })
        .collect();
    conflicts.extend(
        led_by(tasks, |lead| !with_liaison.contains(lead))
            .into_iter()
            .map(|(partner, tasks)| Conflict::LiaisonNotInPost { partner, tasks }),
    );
    let (activities, mut working) = activities(tasks, hours);
    let laid = Graph::new(&activities).lay_out(&activities, Basis::Offsets, &mut working);
    let placed = placed(tasks, activities, &laid, &mut working);
    conflicts.extend(clashes(&placed, hours.calendars));
    conflicts.extend(outside_working_time(&placed, hours.calendars, &mut working));
    conflicts.extend(not_met(&placed));
    for (task, times) in tasks.iter().zip(&laid.times) {
        if let Some(times) = times.filter(|times| times.total_float < Span::ZERO) {
            let missing = Span::ZERO - times.total_float;
            conflicts.push(Conflict::NegativeFloat { task: task.code.clone(), missing });
        }
    }
    let in_hours =
        |task: &&PlannedTask| task.terms.mutual_legal_assistance && task.duration < LEGAL_ASSISTANCE_TAKES;
    conflicts.extend(
        tasks.iter().filter(in_hours).map(|task| Conflict::LegalAssistanceInHours {
            task: task.code.clone(),
            duration: task.duration,
        }),
    );
    let unassigned = tasks.iter().filter(|task| task.post.is_none() && !assigned.contains(&task.code));
    conflicts.extend(unassigned.map(|task| Conflict::TaskUnassigned { task: task.code.clone() }));
    conflicts
}

/// The tasks that hang on partners which take none now, as `takes_tasks` says.
pub fn without_lead(tasks: &[PlannedTask], takes_tasks: impl Fn(&PartnerCode) -> bool) -> Vec<Conflict> {
    led_by(tasks, |lead| !takes_tasks(lead))
        .into_iter()
        .map(|(partner, tasks)| Conflict::LeadTakesNoTasks { partner, tasks })
        .collect()
}

/// The partners of whom that holds and who lead tasks, each with these.
fn led_by(
    tasks: &[PlannedTask],
    holds: impl Fn(&PartnerCode) -> bool,
) -> BTreeMap<PartnerCode, BTreeSet<TaskCode>> {
    let mut led = BTreeMap::<_, BTreeSet<_>>::new();
    for task in tasks.iter().filter(|task| holds(&task.lead)) {
        led.entry(task.lead.clone()).or_default().insert(task.code.clone());
    }
    led
}

/// What nobody can carry out as planned, because its time has passed. `now` is the log's clock, or where it
/// stood when the operation was activated: what follows from then on is carried out, not planned.
///
/// A task that is still to start as soon as possible starts when it can, so it is left out.
pub fn in_the_past(
    tasks: &[PlannedTask],
    hours: &Hours<'_>,
    window: Option<TimeWindow>,
    now: DateTime<Utc>,
) -> Vec<Conflict> {
    let mut conflicts = Vec::new();
    match (hours.h_hour, window) {
        (Some(h_hour), _) if h_hour < now => conflicts.push(Conflict::HHourInPast { h_hour }),
        (None, Some(TimeWindow { to, .. })) if to <= now => {
            conflicts.push(Conflict::HHourWindowInPast { to });
        }
        _ => {}
    }
    let Some(latest) = hours.h_hour.or(window.map(|window| window.to)) else { return conflicts };
    let missed = |task: &&PlannedTask| {
        let start = latest.checked_add_signed(task.start_offset.as_delta());
        !(hours.floating && task.is_floating()) && start.is_some_and(|start| start < now)
    };
    let missed: BTreeSet<_> = tasks.iter().filter(missed).map(|task| task.code.clone()).collect();
    if !missed.is_empty() {
        conflicts.push(Conflict::TasksInPast { tasks: missed });
    }
    conflicts
}

fn placed<'a>(
    tasks: &'a [PlannedTask],
    activities: Vec<Activity<'a>>,
    laid: &Layout,
    working: &mut [Working],
) -> Vec<Placed<'a>> {
    let place = |(position, (task, activity)): (usize, (&'a PlannedTask, Activity<'a>))| {
        let early = laid.early_start(position);
        let floating = activity.constraint == StartConstraint::AsSoonAsPossible;
        let start = early.filter(|_| floating).unwrap_or(task.start_offset);
        let finish = finish(working, activity.calendar, start, task.duration);
        Placed { task, activity, start, finish, as_laid: early == Some(start) }
    };
    tasks.iter().zip(activities).enumerate().map(place).collect()
}

/// Each dependency that the planned times break, by the conditions of [`crate::schedule`]. What a task waits
/// for and is not among the tasks is left out.
fn not_met(tasks: &[Placed<'_>]) -> impl Iterator<Item = Conflict> {
    let by_code: BTreeMap<_, _> = tasks.iter().map(|placed| (&placed.task.code, placed)).collect();
    let broken = move |placed: &Placed<'_>| -> Vec<Conflict> {
        let judged = placed.task.predecessors.iter().filter_map(|dependency| {
            let before = by_code.get(&dependency.predecessor)?;
            let early_by =
                early_by(dependency, (before.start, before.finish), (placed.start, placed.finish))?;
            Some(Conflict::DependencyNotMet {
                task: placed.task.code.clone(),
                dependency: dependency.clone(),
                early_by,
            })
        });
        judged.filter(|_| !(placed.task.is_floating() && placed.as_laid)).collect()
    };
    tasks.iter().flat_map(broken)
}

/// Milestones are no work. One that floats starts in working time by itself.
fn outside_working_time(
    tasks: &[Placed<'_>],
    calendars: &[WorkCalendar],
    working: &mut [Working],
) -> Vec<Conflict> {
    let mut conflicts = Vec::new();
    for Placed { task, activity, start, .. } in
        tasks.iter().filter(|placed| placed.task.duration > Span::ZERO)
    {
        let Some(place) = activity.calendar else { continue };
        let (Some(calendar), Some(working)) = (calendars.get(place), working.get_mut(place)) else {
            continue;
        };
        let works_from = working.next(*start);
        if works_from != *start {
            let (task, calendar) = (task.code.clone(), calendar.code.clone());
            conflicts.push(Conflict::OutsideWorkingTime { task, calendar, works_from });
        }
    }
    conflicts
}

/// Domain rule 10: tasks whose leader is a guest that the territory's partner has not let in.
pub(crate) fn guests_without_consent<'a, 't>(
    tasks: impl IntoIterator<Item = &'t PlannedTask>,
    decisions: impl IntoIterator<Item = (&'a PartnerCode, DecisionKind, &'a BTreeSet<TaskCode>)>,
) -> impl Iterator<Item = &'t PlannedTask> {
    let decided: BTreeMap<_, _> =
        decisions.into_iter().map(|(partner, kind, tasks)| (partner, (kind, tasks))).collect();
    let consents = move |task: &PlannedTask| {
        decided.get(&task.territory).is_some_and(|(kind, tasks)| {
            kind.approves() || *kind == DecisionKind::TerritorialConsent && tasks.contains(&task.code)
        })
    };
    tasks.into_iter().filter(move |task| task.lead != task.territory && !consents(task))
}

/// Each task that starts before an earlier one of its post has finished, or rested, with the one of them that
/// finishes last: all pairs would be the square of a badly planned post's tasks. A milestone takes nobody's
/// time.
fn clashes(tasks: &[Placed<'_>], calendars: &[WorkCalendar]) -> Vec<Conflict> {
    let mut by_post = BTreeMap::<_, Vec<_>>::new();
    for placed in tasks.iter().filter(|placed| placed.task.duration > Span::ZERO) {
        if let Some(post) = &placed.task.post {
            by_post.entry(post).or_default().push(placed);
        }
    }
    // Rest asks for no date, and so for no H-hour.
    let calendar_of = CalendarOf::new(calendars);
    let mut conflicts = Vec::new();
    for (post, mut tasks) in by_post {
        tasks.sort_by_key(|placed| (placed.start, &placed.task.code));
        let mut busy: Option<&Placed<'_>> = None;
        for placed in tasks {
            let calendar = calendar_of.task(&placed.task.lead, Some(post));
            let calendar = calendar.and_then(|calendar| calendars.get(calendar));
            let rest = calendar.and_then(|calendar| calendar.rest).unwrap_or_default();
            if let Some(other) = busy.filter(|other| placed.start < other.finish + rest) {
                let (post, tasks) = (post.clone(), [other.task.code.clone(), placed.task.code.clone()]);
                conflicts.push(if placed.start < other.finish {
                    Conflict::OfficerOverlap { post, tasks }
                } else {
                    let short_by = other.finish + rest - placed.start;
                    Conflict::RestTooShort { post, tasks, short_by }
                });
            }
            if busy.is_none_or(|other| placed.finish > other.finish) {
                busy = Some(placed);
            }
        }
    }
    conflicts
}

#[cfg(test)]
mod tests {
    use super::*;

    fn task(code: &str, lead: &str, territory: &str, hours: std::ops::Range<i64>) -> PlannedTask {
        PlannedTask {
            code: code.parse().unwrap(),
            title: code.parse().unwrap(),
            phase: "P1".parse().unwrap(),
            line_of_effort: None,
            lead: lead.parse().unwrap(),
            territory: territory.parse().unwrap(),
            post: Some(format!("{lead}-01").parse().unwrap()),
            start_offset: Span::hours(hours.start),
            duration: Span::hours(hours.end - hours.start),
            predecessors: BTreeSet::new(),
            terms: crate::plan::Terms::default(),
        }
    }

    fn partner(code: &str) -> PartnerCode {
        code.parse().unwrap()
    }

    const ROUND_THE_CLOCK: Hours<'static> = Hours { calendars: &[], h_hour: None, floating: true };

    /// No task is assigned to a post.
    fn none() -> BTreeSet<TaskCode> {
        BTreeSet::new()
    }

    #[test]
    fn a_foreign_lead_conflicts_until_the_territory_approves_or_consents_to_that_task() {
        let tasks = [task("T17", "MMR", "MMR", 0..12), task("T18", "CHN", "MMR", 12..36)];
        let with_liaison = [partner("CHN"), partner("MMR")].into();
        let mmr = partner("MMR");
        let judged = |kind, consented: &[&str]| {
            let consented = consented.iter().map(|code| code.parse().unwrap()).collect();
            conflicts(&tasks, &ROUND_THE_CLOCK, [(&mmr, kind, &consented)], &with_liaison, &none()).len()
        };
        assert_eq!(
            conflicts(&tasks, &ROUND_THE_CLOCK, [], &with_liaison, &none()),
            [Conflict::ForeignLeadWithoutConsent {
                task: "T18".parse().unwrap(),
                lead: partner("CHN"),
                territory: partner("MMR"),
            }]
        );
        assert_eq!(judged(DecisionKind::Rejected, &["T18"]), 1);
        assert_eq!(judged(DecisionKind::TerritorialConsent, &["T17"]), 1);
        assert_eq!(judged(DecisionKind::TerritorialConsent, &["T18"]), 0);
        assert_eq!(judged(DecisionKind::ApprovedWithConditions, &[]), 0);
    }

    #[test]
    fn a_lead_without_liaison_officer_is_one_conflict_with_all_its_tasks() {
        let tasks = [task("T01", "LAO", "LAO", 0..1), task("T02", "LAO", "LAO", 1..2)];
        let all = ["T01", "T02"].map(|code| code.parse().unwrap()).into();
        assert_eq!(
            conflicts(&tasks, &ROUND_THE_CLOCK, [], &BTreeSet::new(), &none()),
            [Conflict::LiaisonNotInPost { partner: partner("LAO"), tasks: all }]
        );
    }

    #[test]
    fn what_a_partner_leads_that_takes_no_tasks_is_one_conflict() {
        let tasks = [task("T01", "LAO", "LAO", 0..1), own("T02", 0..1), task("T03", "LAO", "THA", 1..2)];
        let led = ["T01", "T03"].map(code).into();
        let takes = |partner: &PartnerCode| partner.as_str() == "THA";
        assert_eq!(
            without_lead(&tasks, takes),
            [Conflict::LeadTakesNoTasks { partner: partner("LAO"), tasks: led }]
        );
        assert_eq!(without_lead(&tasks, |_| true), []);
    }

    #[test]
    fn tasks_of_one_post_overlap_when_they_share_time_not_when_they_touch() {
        let tasks =
            [task("A", "THA", "THA", 0..10), task("B", "THA", "THA", 2..4), task("C", "THA", "THA", 5..12)];
        let touching = [task("A", "THA", "THA", 0..10), task("B", "THA", "THA", 10..12)];
        let with_liaison = [partner("THA")].into();
        let pair = |one: &str, other: &str| Conflict::OfficerOverlap {
            post: "THA-01".parse().unwrap(),
            tasks: [one.parse().unwrap(), other.parse().unwrap()],
        };
        assert_eq!(
            conflicts(&tasks, &ROUND_THE_CLOCK, [], &with_liaison, &none()),
            [pair("A", "B"), pair("A", "C")]
        );
        assert_eq!(conflicts(&touching, &ROUND_THE_CLOCK, [], &with_liaison, &none()), []);
    }

    #[test]
    fn a_task_that_nobody_is_foreseen_for_conflicts_until_a_post_is_assigned() {
        let tasks = [PlannedTask { post: None, ..task("T01", "THA", "THA", 0..1) }];
        let (with_liaison, code) = ([partner("THA")].into(), || "T01".parse().unwrap());
        assert_eq!(
            conflicts(&tasks, &ROUND_THE_CLOCK, [], &with_liaison, &none()),
            [Conflict::TaskUnassigned { task: code() }]
        );
        assert_eq!(conflicts(&tasks, &ROUND_THE_CLOCK, [], &with_liaison, &[code()].into()), []);
    }

    /// A lasts from 0 to 10. By hand, the earliest start of B, which takes 4 hours, and how much earlier it
    /// is planned.
    #[test]
    fn a_start_before_what_a_dependency_lets_conflicts_by_the_difference() {
        for (waits, start, early_by) in [
            ("A", 10, None),
            ("A", 8, Some(2)),
            ("AFS+1h", 10, Some(1)),
            ("AFS-2h", 8, None),
            ("ASS+3h", 2, Some(1)),
            ("AFF+0h", 6, None),
            ("AFF+0h", 5, Some(1)),
            ("ASF+2h", -2, None),
            ("ASF+2h", -3, Some(1)),
        ] {
            let waiting = PlannedTask {
                post: Some("THA-02".parse().unwrap()),
                predecessors: [waits.parse().unwrap(), "Z".parse().unwrap()].into(),
                ..task("B", "THA", "THA", start..start + 4)
            };
            let found = conflicts(
                &[waiting, task("A", "THA", "THA", 0..10)],
                &ROUND_THE_CLOCK,
                [],
                &[partner("THA")].into(),
                &none(),
            );
            let wanted: Vec<_> = early_by
                .map(|hours| Conflict::DependencyNotMet {
                    task: "B".parse().unwrap(),
                    dependency: waits.parse().unwrap(),
                    early_by: Span::hours(hours),
                })
                .into_iter()
                .collect();
            assert_eq!(found, wanted, "{waits} at {start}");
        }
    }

    use crate::plan::{Terms, Weekday, WorkingHours};

    fn own(code: &str, hours: std::ops::Range<i64>) -> PlannedTask {
        task(code, "THA", "THA", hours)
    }

    fn code(code: &str) -> TaskCode {
        code.parse().unwrap()
    }

    fn found(tasks: &[PlannedTask], hours: &Hours<'_>) -> Vec<Conflict> {
        conflicts(tasks, hours, [], &[partner("THA")].into(), &none())
    }

    /// Mondays and Tuesdays from 8 to 16, 11 hours of rest.
    fn office() -> WorkCalendar {
        let day = |day| WorkingHours { day, from: "08:00".parse().unwrap(), to: "16:00".parse().unwrap() };
        WorkCalendar {
            code: "OFFICE".parse().unwrap(),
            name: "Office".parse().unwrap(),
            time_zone: "Asia/Bangkok".parse().unwrap(),
            week: vec![day(Weekday::Monday), day(Weekday::Tuesday)],
            holidays: Vec::new(),
            rest: Some(Span::hours(11)),
            partners: [partner("THA")].into(),
            posts: BTreeSet::new(),
        }
    }

    #[test]
    fn a_start_outside_working_time_and_too_short_a_rest_conflict_once_h_hour_is_set() {
        let calendars = [office()];
        // Monday, 8:00 in Bangkok.
        let h_hour = Some("2023-10-09T08:00:00+07:00".parse().unwrap());
        // By hand: A to Monday 16:00 (8). B is planned at 19:00 and cannot start before Tuesday 8:00 (24); 3
        // h of rest are 8 too few. C takes 2 h from Monday 15:00 (7) of another post: it ends on Tuesday at
        // 9:00 (25), while D is planned at 25: 11 h of rest are missing.
        let of = |task: PlannedTask, post: &str| PlannedTask { post: Some(post.parse().unwrap()), ..task };
        let tasks =
            [own("A", 0..8), own("B", 11..12), of(own("C", 7..9), "THA-02"), of(own("D", 25..26), "THA-02")];
        let (post, short) = (|post: &str| post.parse().unwrap(), Span::hours);
        assert_eq!(
            found(&tasks, &Hours { calendars: &calendars, h_hour, floating: true }),
            [
                Conflict::RestTooShort {
                    post: post("THA-01"),
                    tasks: [code("A"), code("B")],
                    short_by: short(8)
                },
                Conflict::RestTooShort {
                    post: post("THA-02"),
                    tasks: [code("C"), code("D")],
                    short_by: short(11)
                },
                Conflict::OutsideWorkingTime {
                    task: code("B"),
                    calendar: "OFFICE".parse().unwrap(),
                    works_from: Span::hours(24),
                },
            ]
        );
        // Without it nobody pauses, and C ends at 9: 16 h of rest are enough.
        let short = Conflict::RestTooShort {
            post: post("THA-01"),
            tasks: [code("A"), code("B")],
            short_by: short(8),
        };
        assert_eq!(found(&tasks, &Hours { calendars: &calendars, h_hour: None, floating: true }), [short]);
    }

    #[test]
    fn what_cannot_be_kept_conflicts_by_what_is_missing() {
        // By hand: B waits for A (10 h), takes 4 and is to be finished by 12: both lack 2 h.
        let late = PlannedTask {
            predecessors: [Dependency::plain(code("A"))].into(),
            terms: Terms { finish_no_later_than: Some(Span::hours(12)), ..Terms::default() },
            ..own("B", 10..14)
        };
        let missing = Span::hours(2);
        assert_eq!(
            found(&[own("A", 0..10), late.clone()], &ROUND_THE_CLOCK),
            [
                Conflict::NegativeFloat { task: code("A"), missing },
                Conflict::NegativeFloat { task: code("B"), missing }
            ]
        );
        let floating = Terms { constraint: StartConstraint::AsSoonAsPossible, ..Terms::default() };
        // Where it was laid last is no conflict: it moves with what it waits for.
        let stale = PlannedTask { terms: floating, start_offset: Span::ZERO, ..late };
        assert_eq!(found(&[own("A", 0..10), stale], &ROUND_THE_CLOCK), []);
    }

    #[test]
    fn what_floated_into_a_pause_is_no_conflict_once_it_is_submitted() {
        // By hand, in Bangkok's office hours of Monday and Tuesday. A, of another post and round the clock by
        // its partner, ends on Wednesday at 12:00 (52). B takes 8 h and may not end before that: its last
        // working moment is Tuesday 16:00 (32), so it starts on Tuesday at 8:00 (24).
        let calendars = [office()];
        let h_hour = Some("2023-10-09T08:00:00+07:00".parse().unwrap());
        let a = PlannedTask { post: Some("CHN-01".parse().unwrap()), ..task("A", "CHN", "CHN", 0..52) };
        let b = PlannedTask {
            predecessors: ["AFF+0h".parse().unwrap()].into(),
            terms: Terms { constraint: StartConstraint::AsSoonAsPossible, ..Terms::default() },
            ..own("B", 24..32)
        };
        let with_liaison = [partner("THA"), partner("CHN")].into();
        for floating in [true, false] {
            let hours = Hours { calendars: &calendars, h_hour, floating };
            assert_eq!(conflicts(&[a.clone(), b.clone()], &hours, [], &with_liaison, &none()), []);
            // Moved earlier after all, it is one.
            let early = PlannedTask { start_offset: Span::ZERO, ..b.clone() };
            let found = conflicts(&[a.clone(), early], &hours, [], &with_liaison, &none());
            assert_eq!(found.len(), usize::from(!floating));
        }
    }

    #[test]
    fn mutual_legal_assistance_is_not_planned_in_hours() {
        let needs = |hours| PlannedTask {
            terms: Terms { mutual_legal_assistance: true, ..Terms::default() },
            ..own("A", 0..hours)
        };
        let in_hours = Conflict::LegalAssistanceInHours { task: code("A"), duration: Span::hours(719) };
        assert_eq!(found(&[needs(719)], &ROUND_THE_CLOCK), [in_hours]);
        assert_eq!(found(&[needs(720)], &ROUND_THE_CLOCK), []);
    }

    #[test]
    fn what_is_planned_for_a_time_that_has_passed_conflicts() {
        // By hand: at noon of the 10th, in a window from the 10th to the 12th at 6:00. A starts 48 h before
        // H-hour, B with it; C as soon as possible.
        let now = "2023-10-10T12:00:00Z".parse().unwrap();
        let at = |text: &str| -> Instant { text.parse().unwrap() };
        let floating = Terms { constraint: StartConstraint::AsSoonAsPossible, ..Terms::default() };
        let tasks = [own("A", -48..0), own("B", 0..4), PlannedTask { terms: floating, ..own("C", -48..0) }];
        let past = |h_hour: Option<&str>, to: &str, floating| {
            let hours = Hours { calendars: &[], h_hour: h_hour.map(at), floating };
            let window = TimeWindow { from: at("2023-10-09T06:00:00Z"), to: at(to) };
            in_the_past(&tasks, &hours, Some(window), now)
        };
        let tasks_in_past =
            |codes: &[&str]| Conflict::TasksInPast { tasks: codes.iter().map(|text| code(text)).collect() };
        // The last H-hour of the window is in time for B, for A it is not; nor is any for what was submitted.
        let window = "2023-10-12T06:00:00Z";
        assert_eq!(past(None, window, true), [tasks_in_past(&["A"])]);
        assert_eq!(past(None, window, false), [tasks_in_past(&["A", "C"])]);
        assert_eq!(past(None, "2023-10-12T12:00:00Z", true), []);
        assert_eq!(past(Some("2023-10-12T12:00:00Z"), window, true), []);
        let early = "2023-10-10T11:59:59Z";
        let h_hour = Conflict::HHourInPast { h_hour: at(early) };
        assert_eq!(past(Some(early), window, true), [h_hour, tasks_in_past(&["A", "B"])]);
        let to = "2023-10-10T12:00:00Z";
        let gone = Conflict::HHourWindowInPast { to: at(to) };
        assert_eq!(past(None, to, true), [gone, tasks_in_past(&["A"])]);
        assert_eq!(in_the_past(&tasks, &ROUND_THE_CLOCK, None, now), []);
    }

    #[test]
    fn a_milestone_within_another_task_of_its_post_takes_nobodys_time() {
        assert_eq!(found(&[own("A", 0..10), own("M", 5..5)], &ROUND_THE_CLOCK), []);
    }
}
