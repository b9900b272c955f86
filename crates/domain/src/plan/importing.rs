//! Tasks that come into a draft from a file, all of them or none: what is new is added, what is known is
//! changed to what the file says, and what the file does not name stays. Calendars that it has become the
//! draft's, with the tasks.

use super::{
    check::{check_lag, check_task, explain_unknown, join},
    drafting::{Draft, added, labelled},
};
use crate::{
    Context, Event, Reasons, RefusalCode, Rejection, Salt, TaskCode,
    plan::{
        Dependency, ImportedTask, PlanEvent, PlannedTask, Section, StartConstraint, TaskRevision,
        WorkCalendar,
    },
    release::Release,
    schedule::{Basis, Graph, Hours, activities},
};
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

/// Most tasks of one import: twice what is normal for a large operation.
pub const MOST_IMPORTED: usize = 20_000;

/// Reasons after which no more tasks of an import are looked at; one that is looked at has all of its own.
const MOST_REASONS: usize = 1_000;

/// Most cycles that are told of at once, and most tasks of one that are named: a network may be one large
/// knot.
const MOST_CYCLES: usize = 20;
const MOST_NAMED: usize = 10;

/// A start that is left open is the early start of the forward pass over the planned offsets, in the network
/// of the file and of the draft as its reader sees it; what waits for nothing starts with the earliest of the
/// others, at H-hour when there is none. A task that is to start as soon as possible keeps that, and is laid
/// out again when the draft is submitted; for others it is worked out once.
///
/// Calendars come first: tasks are laid out by those that the draft will have.
pub(super) fn import(
    mut draft: Draft<'_>,
    imported: &[ImportedTask],
    calendars: Option<&[WorkCalendar]>,
    context: &Context<'_>,
) -> Result<Vec<Event>, Rejection> {
    let before = draft.reasons.len();
    let section = calendars.map(|calendars| Section::Calendars(calendars.to_vec()));
    let section = section.filter(|section| draft.revised(section, "", context).is_some());
    let sound = draft.reasons.len() == before;
    if !(1..=MOST_IMPORTED).contains(&imported.len()) {
        let message = format!("{} tasks: an import has 1 to {MOST_IMPORTED}.", imported.len());
        return Err(draft.reasons.refuse_with(RefusalCode::InvalidValue, "tasks", message));
    }
    // By hours that are none, nothing can be laid out.
    let hours = calendars.filter(|_| sound).unwrap_or(&draft.version.sections.calendars);
    let tasks = laid_out(&draft, imported, hours);
    check(&mut draft, imported, &tasks);
    let tasks: Vec<_> = tasks.into_iter().map(|task| with_hidden(&draft, task)).collect();
    check_cycles(&mut draft, &tasks);
    let revised = section.map(|section| PlanEvent::PlanSectionRevised {
        operation: draft.operation.code.clone(),
        number: draft.version.number,
        section,
    });
    let mut events: Vec<_> = revised.into_iter().map(Event::Plan).collect();
    for (index, (given, task)) in imported.iter().zip(&tasks).enumerate() {
        if let Some(release) = &given.release {
            let salt = context.salt(index as u64);
            events.extend(label(&mut draft, &task.code, release, &format!("tasks.{index}"), salt));
        }
        events.extend(changes(&draft, task).into_iter().map(Event::Plan));
    }
    draft.reasons.or(events)
}

/// What gives a task the label with which it comes into the draft.
fn label(draft: &mut Draft<'_>, task: &TaskCode, release: &Release, path: &str, salt: Salt) -> Option<Event> {
    let known = draft.operation.task_labels.get(task).map(|label| &label.release);
    // One that is hidden is told of at its code.
    if draft.task(task).is_some() && known != Some(release) {
        draft.reasons.check(false, RefusalCode::AlreadyExists, &join(path, "releasableTo"), || {
            format!("There is a task {task}: `markReleasability` changes its label.")
        });
        return None;
    }
    labelled(draft, task, release, path, salt)
}

/// The tasks with all their starts.
fn laid_out(draft: &Draft<'_>, imported: &[ImportedTask], calendars: &[WorkCalendar]) -> Vec<PlannedTask> {
    let named: BTreeSet<_> = imported.iter().map(|task| &task.code).collect();
    let shown = draft.version.tasks.keys().filter_map(|code| draft.task(code));
    let others: Vec<_> = shown.filter(|task| !named.contains(&task.code)).collect();
    let given = imported.iter().filter_map(|task| task.start_offset);
    let earliest = given.chain(others.iter().map(|task| task.start_offset)).min().unwrap_or_default();
    // What waits for a task that its planner may not see stays where it is, as it does when it is shown: the
    // file cannot know.
    let stays = |task: &ImportedTask| {
        let known = draft.task(&task.code).filter(|known| known.is_floating())?;
        hidden(draft, &task.code).next().is_some().then_some(known.start_offset)
    };
    let asked: Vec<_> = imported
        .iter()
        .map(|task| {
            with_hidden(draft, task.planned(task.start_offset.or_else(|| stays(task)).unwrap_or(earliest)))
        })
        .collect();
    let hours = Hours { calendars, h_hour: draft.operation.h_hour, floating: true };
    let (activities, mut calendars) = activities(asked.iter().chain(others), &hours);
    let laid = Graph::new(&activities).lay_out(&activities, Basis::Offsets, &mut calendars);
    imported
        .iter()
        .enumerate()
        .map(|(position, task)| {
            // On a cycle, which is refused, nothing is early.
            let early = laid.early_start(position).unwrap_or(earliest);
            task.planned(task.start_offset.unwrap_or(early))
        })
        .collect()
}

/// Whether an import has so many reasons against it that what is left of its tasks is only counted, in one
/// more.
pub fn stop_looking(reasons: &mut Reasons, left: usize) -> bool {
    let enough = reasons.len() >= MOST_REASONS;
    reasons.check(!enough, RefusalCode::InvalidValue, "tasks", || {
        format!("{left} more tasks were not looked at.")
    });
    enough
}

/// Each task by itself, and what it refers to.
fn check(draft: &mut Draft<'_>, given: &[ImportedTask], tasks: &[PlannedTask]) {
    let mut first = BTreeMap::new();
    for (index, task) in tasks.iter().enumerate() {
        first.entry(&task.code).or_insert(index);
    }
    for (index, task) in tasks.iter().enumerate() {
        if stop_looking(&mut draft.reasons, tasks.len() - index) {
            return;
        }
        let path = format!("tasks.{index}");
        let code = &task.code;
        let before = first[code];
        draft.reasons.check(before == index, RefusalCode::AlreadyExists, &join(&path, "code"), || {
            format!("{code} stands twice: it is task {before} of the list, counted from 0, too.")
        });
        let anywhere =
            task.terms.constraint == StartConstraint::MustStartOn && given[index].start_offset.is_none();
        let field = join(&path, "startOffset");
        draft.reasons.check(!anywhere, RefusalCode::InvalidValue, &field, || {
            format!("{code} must start on its offset, and has none.")
        });
        let hidden = draft.version.tasks.contains_key(code) && draft.task(code).is_none();
        draft.reasons.check(!hidden, RefusalCode::AlreadyExists, &join(&path, "code"), || {
            format!("Version {} has a task {code} already.", draft.version.number)
        });
        draft.check_not_of_response(code, &join(&path, "code"));
        check_task(draft.coalition, draft.version, task, &path, &mut draft.reasons);
        let path = join(&path, "predecessors");
        let mut seen = BTreeSet::new();
        for dependency in &task.predecessors {
            let predecessor = &dependency.predecessor;
            let at = (path.as_str(), dependency);
            check_lag(dependency, at.0, &mut draft.reasons);
            draft.reasons.check_entry(seen.insert(predecessor), RefusalCode::AlreadyExists, at, || {
                format!("{predecessor} stands twice: a task waits for another in one way.")
            });
            let known = first.contains_key(predecessor) || draft.task(predecessor).is_some();
            draft.reasons.check_entry(known, RefusalCode::UnknownReference, at, || {
                explain_unknown(draft.version, dependency)
            });
        }
    }
}

/// What the known task waits for and its planner may not see.
fn hidden<'a>(draft: &Draft<'a>, task: &TaskCode) -> impl Iterator<Item = &'a Dependency> {
    let waits = draft.task(task).into_iter().flat_map(|known| &known.predecessors);
    waits.filter(|waits| draft.task(&waits.predecessor).is_none())
}

/// With what is hidden: a file cannot have that.
fn with_hidden(draft: &Draft<'_>, mut task: PlannedTask) -> PlannedTask {
    task.predecessors.extend(hidden(draft, &task.code).cloned());
    task
}

/// Domain rule 8, for the whole draft as it would be. One reason for each of the first places at which a walk
/// comes back to where it was.
fn check_cycles(draft: &mut Draft<'_>, tasks: &[PlannedTask]) {
    let index: BTreeMap<_, _> = tasks.iter().enumerate().map(|(index, task)| (&task.code, index)).collect();
    let known = draft.version.tasks.values().map(Arc::as_ref);
    let network: BTreeMap<_, _> = known.chain(tasks).map(|task| (&task.code, task)).collect();
    let named = |code: &TaskCode| match network[code] {
        task if index.contains_key(code) || draft.task(&task.code).is_some() => code.to_string(),
        _ => "a task that is not released to you".to_owned(),
    };
    let mut reasons = Vec::new();
    for cycle in cycles(&network) {
        // The draft had none, so that one of its tasks is in the file.
        let Some(at) = cycle.iter().position(|code| index.contains_key(code)) else { continue };
        let around: Vec<_> = cycle[at..].iter().chain(&cycle[..=at]).skip(1).collect();
        let left_out = around.len().saturating_sub(MOST_NAMED);
        let (first, last) = around.split_at(if left_out > 0 { MOST_NAMED - 1 } else { around.len() });
        let mut chain: Vec<_> = first.iter().map(|code| named(code)).collect();
        if left_out > 0 {
            chain.push(format!("{} others in turn, and so for {}", last.len() - 1, cycle[at]));
        }
        let message = format!("{} would wait for {}.", cycle[at], chain.join(", which waits for "));
        reasons.push((format!("tasks.{}.predecessors", index[cycle[at]]), message));
    }
    for (path, message) in reasons {
        draft.reasons.add(RefusalCode::DependencyCycle, &path, message);
    }
}

/// Each begins somewhere and waits for the next, the last for the first; at most [`MOST_CYCLES`]. Without
/// recursion: a network may be one long chain.
fn cycles<'a>(network: &BTreeMap<&'a TaskCode, &'a PlannedTask>) -> Vec<Vec<&'a TaskCode>> {
    let mut found = Vec::new();
    let mut done = BTreeSet::new();
    for start in network.keys() {
        let mut way = Vec::new();
        let mut on_way = BTreeMap::new();
        let mut next = Some(*start);
        while let Some(code) = next.take() {
            if let Some(at) = on_way.get(code) {
                if found.len() == MOST_CYCLES {
                    return found;
                }
                found.push(way[*at..].iter().map(|(code, _)| *code).collect());
            } else if let Some(task) = network.get(code).filter(|_| !done.contains(code)) {
                on_way.insert(code, way.len());
                way.push((code, task.predecessors.iter()));
            }
            while let Some((code, waits_for)) = way.last_mut() {
                if let Some(dependency) = waits_for.next() {
                    next = Some(&dependency.predecessor);
                    break;
                }
                done.insert(*code);
                on_way.remove(*code);
                way.pop();
            }
        }
    }
    found
}

/// What makes the version's task the one that is wanted: nothing when it is that already.
fn changes(draft: &Draft<'_>, wanted: &PlannedTask) -> Vec<PlanEvent> {
    let (operation, number, task) = (&draft.operation.code, draft.version.number, &wanted.code);
    let set = || PlanEvent::TaskTermsSet {
        operation: operation.clone(),
        number,
        task: task.clone(),
        terms: wanted.terms.clone(),
    };
    let waits_for = |dependency: &Dependency| PlanEvent::DependencyAdded {
        operation: operation.clone(),
        number,
        task: task.clone(),
        dependency: dependency.clone(),
    };
    let Some(known) = draft.version.tasks.get(task) else {
        return added(operation, number, wanted.clone());
    };
    let revision = TaskRevision::between(known, wanted);
    let changed = PlannedTask {
        predecessors: known.predecessors.clone(),
        terms: known.terms.clone(),
        ..wanted.clone()
    };
    if revision.apply(known) != changed {
        // The revision takes nothing away: a post or a line of effort that is no more has the task made anew. What
        // is hidden is added by events of its own, which are for those who see both tasks; the task's is for
        // whoever sees that.
        let mut anew = wanted.clone();
        anew.predecessors.retain(|waits| hidden(draft, task).all(|other| other != waits));
        let removed =
            PlanEvent::TaskRemovedFromPlan { operation: operation.clone(), number, task: task.clone() };
        let anew = added(operation, number, anew);
        return [removed].into_iter().chain(anew).chain(hidden(draft, task).map(waits_for)).collect();
    }
    let mut events = Vec::new();
    if revision != TaskRevision::default() {
        events.push(PlanEvent::TaskRevised {
            operation: operation.clone(),
            number,
            task: task.clone(),
            revision,
        });
    }
    if known.terms != wanted.terms {
        events.push(set());
    }
    let gone = known.predecessors.iter().filter(|waits| wanted.dependency_on(&waits.predecessor).is_none());
    events.extend(gone.map(|waits| PlanEvent::DependencyRemoved {
        operation: operation.clone(),
        number,
        task: task.clone(),
        predecessor: waits.predecessor.clone(),
    }));
    events.extend(wanted.predecessors.difference(&known.predecessors).map(waits_for));
    events
}
