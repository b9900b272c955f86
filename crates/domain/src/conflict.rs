//! Conflicts: what a plan may say while it is drafted and what promulgation or assignment would refuse.
//!
//! Nothing is refused here. Times are judged on offsets, as the plan has them.

use crate::{
    PartnerCode, PostCode, Span, TaskCode,
    plan::{DecisionKind, Dependency, PlannedTask},
    schedule::{Activity, distance},
};
use std::collections::{BTreeMap, BTreeSet};

/// One conflict, in the words of the rule that it breaks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Conflict {
    /// Domain rule 10: the task's leader is a guest whom the territory's partner has not let in.
    ForeignLeadWithoutConsent { task: TaskCode, lead: PartnerCode, territory: PartnerCode },
    /// Domain rule 13, with the tasks that the partner leads.
    LiaisonNotInPost { partner: PartnerCode, tasks: BTreeSet<TaskCode> },
    /// Domain rule 12: the plan foresees the post for both at one time.
    OfficerOverlap { post: PostCode, tasks: [TaskCode; 2] },
    /// The task is planned to start earlier than what it waits for lets it, as that is planned, by so much.
    DependencyNotMet { task: TaskCode, dependency: Dependency, early_by: Span },
    /// The plan foresees no post for the task, and none is assigned to it.
    TaskUnassigned { task: TaskCode },
}

/// The conflicts of a version. `decisions` are the live ones on it, `with_liaison` the partners that have a liaison
/// officer in post, `assigned` the tasks that a post is assigned to.
pub fn conflicts<'a>(
    tasks: &[PlannedTask],
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
    let mut leads = BTreeMap::<_, BTreeSet<_>>::new();
    for task in tasks.iter().filter(|task| !with_liaison.contains(&task.lead)) {
        leads.entry(&task.lead).or_default().insert(task.code.clone());
    }
    conflicts.extend(
        leads
            .into_iter()
            .map(|(partner, tasks)| Conflict::LiaisonNotInPost { partner: partner.clone(), tasks }),
    );
    conflicts.extend(overlaps(tasks));
    conflicts.extend(not_met(tasks));
    let unassigned = tasks.iter().filter(|task| task.post.is_none() && !assigned.contains(&task.code));
    conflicts.extend(unassigned.map(|task| Conflict::TaskUnassigned { task: task.code.clone() }));
    conflicts
}

/// Each dependency that the planned starts break, by the conditions of [`crate::schedule`]. What a task waits for and is not
/// among the tasks is left out.
fn not_met(tasks: &[PlannedTask]) -> impl Iterator<Item = Conflict> {
    let by_code: BTreeMap<_, _> = tasks.iter().map(|task| (&task.code, task)).collect();
    let broken = move |task: &PlannedTask| -> Vec<Conflict> {
        let activity = Activity::from(task);
        let judged = task.predecessors.iter().filter_map(|dependency| {
            let predecessor = by_code.get(&dependency.predecessor)?;
            let let_at = predecessor.start_offset + distance(dependency, &(*predecessor).into(), &activity);
            (task.start_offset < let_at).then(|| Conflict::DependencyNotMet {
                task: task.code.clone(),
                dependency: dependency.clone(),
                early_by: let_at - task.start_offset,
            })
        });
        judged.collect()
    };
    tasks.iter().flat_map(broken)
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

/// Each task that starts before an earlier one of its post has finished, with the one of them that finishes last:
/// all pairs would be the square of a badly planned post's tasks.
fn overlaps(tasks: &[PlannedTask]) -> Vec<Conflict> {
    let mut by_post = BTreeMap::<_, Vec<_>>::new();
    for task in tasks {
        if let Some(post) = &task.post {
            by_post.entry(post).or_default().push(task);
        }
    }
    let mut conflicts = Vec::new();
    for (post, mut tasks) in by_post {
        tasks.sort_by_key(|task| (task.start_offset, &task.code));
        let finish = |task: &PlannedTask| task.start_offset + task.duration;
        let mut busy: Option<&PlannedTask> = None;
        for task in tasks {
            if let Some(other) = busy.filter(|other| task.start_offset < finish(other)) {
                let tasks = [other.code.clone(), task.code.clone()];
                conflicts.push(Conflict::OfficerOverlap { post: post.clone(), tasks });
            }
            if busy.is_none_or(|other| finish(task) > finish(other)) {
                busy = Some(task);
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
        }
    }

    fn partner(code: &str) -> PartnerCode {
        code.parse().unwrap()
    }

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
            conflicts(&tasks, [(&mmr, kind, &consented)], &with_liaison, &none()).len()
        };
        assert_eq!(
            conflicts(&tasks, [], &with_liaison, &none()),
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
            conflicts(&tasks, [], &BTreeSet::new(), &none()),
            [Conflict::LiaisonNotInPost { partner: partner("LAO"), tasks: all }]
        );
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
        assert_eq!(conflicts(&tasks, [], &with_liaison, &none()), [pair("A", "B"), pair("A", "C")]);
        assert_eq!(conflicts(&touching, [], &with_liaison, &none()), []);
    }

    #[test]
    fn a_task_that_nobody_is_foreseen_for_conflicts_until_a_post_is_assigned() {
        let tasks = [PlannedTask { post: None, ..task("T01", "THA", "THA", 0..1) }];
        let (with_liaison, code) = ([partner("THA")].into(), || "T01".parse().unwrap());
        assert_eq!(
            conflicts(&tasks, [], &with_liaison, &none()),
            [Conflict::TaskUnassigned { task: code() }]
        );
        assert_eq!(conflicts(&tasks, [], &with_liaison, &[code()].into()), []);
    }

    /// A lasts from 0 to 10. By hand, the earliest start of B, which takes 4 hours, and how much earlier it is planned.
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
            let found =
                conflicts(&[waiting, task("A", "THA", "THA", 0..10)], [], &[partner("THA")].into(), &none());
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
}
