//! Rules of drafting: only the one draft changes, references hold, dependencies stay acyclic.

use super::{
    approval::deciders,
    check::{
        check_lag, check_length, check_place, check_references, check_risk, check_sections, check_task,
        check_terms, explain_unknown, join,
    },
};
use crate::{
    Context, Event, OperationCode, PartnerCode, Prose, Reasons, RefusalCode, Rejection, Role, Salt, TaskCode,
    World,
    coalition::Coalition,
    ids::{PartnerId, PlannedTaskId, TaskId},
    operation::{Operation, OperationEvent, marking::check_partners},
    plan::{
        Annex, Dependency, Phase, PlanEvent, PlannedTask, Risk, Section, Sections, StartConstraint,
        TaskRevision, Term, Terms, Version, VersionStatus,
    },
    release::{MarkedItem, Release},
    schedule::{Basis, Graph, Hours, activities},
};
use std::{collections::BTreeSet, sync::Arc};

/// Lead's planners and commanders submit and amend.
const LEAD: &[Role] = &[Role::Planner, Role::Commander];

/// What every change of a draft needs at hand.
pub(super) struct Draft<'a> {
    pub operation: &'a Operation,
    pub coalition: &'a Coalition,
    pub version: &'a Version,
    /// Whose tasks are hidden from it; `None`: a service, which sees all.
    viewer: Option<&'a PartnerCode>,
    pub reasons: Reasons,
}

impl<'a> Draft<'a> {
    /// The tasks that responses make have codes beside those of the plan.
    pub fn check_not_of_response(&mut self, code: &TaskCode, field: &str) {
        let free = !self.operation.emergent_tasks.contains_key(code);
        self.reasons.check(free, RefusalCode::AlreadyExists, field, || format!("The code {code} is taken."));
    }

    /// Hidden and absent are one.
    pub fn task(&self, code: &TaskCode) -> Option<&'a PlannedTask> {
        let task = self.version.tasks.get(code)?.as_ref();
        self.operation.shows_task(task, self.viewer).then_some(task)
    }

    /// All sections with this one in its place, checked; `None`: it is there already. `part` of the input has it.
    pub fn revised(&mut self, section: &Section, part: &str, context: &Context<'_>) -> Option<Sections> {
        let mut revised = (*self.version.sections).clone();
        revised.revise(section);
        if revised == *self.version.sections {
            return None;
        }
        let mut found = Reasons::default();
        check_sections(&revised, context, &mut found);
        self.reasons.add_within(part, found);
        Some(revised)
    }

    /// For messages: a task that must be told of, though perhaps not which.
    fn named(&self, task: &PlannedTask) -> String {
        if self.operation.shows_task(task, self.viewer) {
            task.code.to_string()
        } else {
            "A task that is not released to you".to_owned()
        }
    }

    /// The events, unless there is a reason against them.
    fn or(self, event: impl FnOnce(OperationCode, u32) -> PlanEvent) -> Result<Vec<Event>, Rejection> {
        let event = event(self.operation.code.clone(), self.version.number);
        self.reasons.or(vec![Event::Plan(event)])
    }

    fn unchanged(self) -> Result<Vec<Event>, Rejection> {
        self.reasons.or(Vec::new())
    }
}

/// The draft, for those who may change it.
pub(super) fn open<'a>(
    world: &'a World,
    code: &OperationCode,
    context: &Context<'a>,
    reasons: Reasons,
) -> Result<Draft<'a>, Rejection> {
    let (operation, reasons) = world.visible_operation(code, context, reasons)?;
    require_planner(world.coalition()?, context)?;
    draft_of(world, operation, context, reasons)
}

/// The draft that there is. Fails with `VERSION_IMMUTABLE` when there is none (domain rule 6).
fn draft_of<'a>(
    world: &'a World,
    operation: &'a Operation,
    context: &Context<'a>,
    reasons: Reasons,
) -> Result<Draft<'a>, Rejection> {
    let (coalition, viewer) = (world.coalition()?, context.actor.partner());
    let newest_first = operation.plan.versions.iter().rev().map(Arc::as_ref);
    match newest_first.into_iter().find(|version| operation.shows(version, viewer, coalition)) {
        Some(version) if version.status == VersionStatus::Draft => {
            Ok(Draft { operation, coalition, version, viewer, reasons })
        }
        Some(version) => {
            let message = format!("Version {} is {}: open an amendment.", version.number, version.status);
            Err(reasons.refuse_with(RefusalCode::VersionImmutable, "operation", message))
        }
        None => {
            let message = "No plan has been drafted for this operation.";
            Err(reasons.refuse_with(RefusalCode::WrongState, "operation", message))
        }
    }
}

/// Planners of every partner that takes tasks draft together.
fn require_planner(coalition: &Coalition, context: &Context<'_>) -> Result<(), Rejection> {
    let partner = context.require_post(&[Role::Planner])?;
    if coalition.takes_tasks(partner) {
        return Ok(());
    }
    Err(Rejection::Forbidden(format!("{partner} takes no tasks, so it does not draft.")))
}

pub(super) fn draft(
    world: &World,
    code: &OperationCode,
    sections: &Sections,
    context: &Context<'_>,
    reasons: Reasons,
) -> Result<Vec<Event>, Rejection> {
    let (operation, mut reasons) = world.visible_operation(code, context, reasons)?;
    let (coalition, viewer) = (world.coalition()?, context.actor.partner());
    require_planner(coalition, context)?;
    let (seen, hidden): (Vec<_>, Vec<_>) =
        operation.plan.versions.iter().partition(|version| operation.shows(version, viewer, coalition));
    if seen.is_empty() && !hidden.is_empty() {
        let message = "There is a plan, and it is not released to you.";
        reasons.add(RefusalCode::AlreadyExists, "operation", message);
    }
    if let Some(version) = seen.last() {
        let reason = if version.status == VersionStatus::Draft {
            RefusalCode::DraftExists
        } else {
            RefusalCode::WrongState
        };
        reasons.add(reason, "operation", format!("Version {} exists: open an amendment.", version.number));
    }
    let mut found = Reasons::default();
    check_sections(sections, context, &mut found);
    reasons.add_within("sections", found);
    let mut sections = Box::new(sections.clone());
    // In an event of their own, as a revision is: a node of a build before them stops there and does not read
    // over them.
    let calendars = std::mem::take(&mut sections.calendars);
    let mut events =
        vec![Event::Plan(PlanEvent::PlanDrafted { operation: code.clone(), number: 1, sections })];
    if !calendars.is_empty() {
        let section = Section::Calendars(calendars);
        events.push(Event::Plan(PlanEvent::PlanSectionRevised {
            operation: code.clone(),
            number: 1,
            section,
        }));
    }
    reasons.or(events)
}

pub(super) fn amend(
    world: &World,
    code: &OperationCode,
    reason: &Prose,
    release: Option<&Release>,
    context: &Context<'_>,
    reasons: Reasons,
) -> Result<Vec<Event>, Rejection> {
    let (operation, mut reasons) = world.visible_operation(code, context, reasons)?;
    // A label of its own may show to more what the version that it starts from withholds: it is given by whoever
    // may mark that.
    context.require_of(&operation.lead, if release.is_some() { &[Role::Commander] } else { LEAD })?;
    let Some(base) = operation.plan.versions.last() else {
        let message = "No plan has been drafted for this operation.";
        return Err(reasons.refuse_with(RefusalCode::WrongState, "operation", message));
    };
    reasons.check(base.status != VersionStatus::Draft, RefusalCode::DraftExists, "operation", || {
        format!("Version {} is being drafted.", base.number)
    });
    let number = base.number + 1;
    let mut events = vec![Event::Plan(PlanEvent::AmendmentOpened {
        operation: code.clone(),
        number,
        base: base.number,
        reason: reason.clone(),
    })];
    if let Some(release) = release {
        check_partners(world.coalition()?, &release.releasable_to, "releasableTo", &mut reasons);
        if base.release.as_ref() != Some(&Release::marked(base.release.as_ref(), release)) {
            events.push(marked(code, MarkedItem::PlanVersion { number }, release));
        }
    }
    reasons.or(events)
}

/// What gives an item its label in the command that makes it: no position shows it without.
fn marked(operation: &OperationCode, item: MarkedItem, release: &Release) -> Event {
    let Release { releasable_to, classification, handling } = release.clone();
    Event::Operation(OperationEvent::ReleasabilityMarked {
        operation: operation.clone(),
        releasable_to,
        classification,
        handling,
        item: Some(item),
    })
}

/// What gives a task the label that it is added with. `path` is where the input has the task.
///
/// Whoever drafts may label what is new. A code that the plan has had is another thing: its label holds in every
/// version, also where partners have decided on it, and is changed by those who may mark it.
pub(super) fn labelled(
    draft: &mut Draft<'_>,
    task: &TaskCode,
    release: &Release,
    path: &str,
    salt: Salt,
) -> Option<Event> {
    let operation = draft.operation;
    let field = join(path, "releasableTo");
    let known = operation.task_labels.get(task).map(|label| &label.release);
    if known == Some(release) {
        return None;
    }
    let is_new =
        known.is_none() && operation.plan.versions.iter().all(|version| !version.tasks.contains_key(task));
    // One that the draft has is told of at its code.
    let taken = draft.version.tasks.contains_key(task);
    draft.reasons.check(is_new || taken, RefusalCode::AlreadyExists, &field, || {
        format!("The plan has had a task {task}, whose label holds in every version: `markReleasability` changes that.")
    });
    check_partners(draft.coalition, &release.releasable_to, &field, &mut draft.reasons);
    Some(marked(&operation.code, MarkedItem::Task { task: task.clone(), salt }, release))
}

pub(super) fn submit(
    world: &World,
    code: &OperationCode,
    context: &Context<'_>,
    reasons: Reasons,
) -> Result<Vec<Event>, Rejection> {
    let (operation, reasons) = world.visible_operation(code, context, reasons)?;
    context.require_of(&operation.lead, LEAD)?;
    let Draft { coalition, version, mut reasons, .. } = draft_of(world, operation, context, reasons)?;
    let sections = &version.sections;
    for (present, what) in [
        (sections.situation.is_some(), "situation"),
        (sections.mission.is_some(), "mission"),
        (sections.concept.is_some(), "concept"),
        (!sections.phases.is_empty(), "phases"),
        (sections.h_hour_window.is_some(), "H-hour window"),
        (!version.tasks.is_empty(), "tasks"),
    ] {
        reasons.check(present, RefusalCode::PlanIncomplete, "", || format!("The plan has no {what}."));
    }
    check_references(version, coalition, &mut reasons);
    check_deciders(operation, version, coalition, &mut reasons);
    let (submitted, mut events) = laid_out(operation, version);
    for task in submitted.tasks.values() {
        reasons.check(task.start_offset.is_within_bounds(), RefusalCode::InvalidValue, "", || {
            let named = if operation.shows_task(task, context.actor.partner()) {
                task.code.as_str()
            } else {
                "A task"
            };
            format!("{named} would start more than 100 years from H-hour, with what it waits for.")
        });
    }
    events.push(Event::Plan(PlanEvent::PlanVersionSubmitted {
        operation: code.clone(),
        number: version.number,
        content_hash: submitted.content(code).hash(),
    }));
    // One that was promulgated stays in force until the amendment is promulgated too.
    for earlier in operation.plan.versions.iter().filter(|earlier| earlier.is_under_decision()) {
        events.push(Event::Plan(PlanEvent::PlanVersionSuperseded {
            operation: code.clone(),
            number: earlier.number,
            by: version.number,
        }));
    }
    reasons.or(events)
}

/// Else it would wait for a decision that nobody can take, or be carried out by who has not read it.
fn check_deciders(operation: &Operation, version: &Version, coalition: &Coalition, reasons: &mut Reasons) {
    let label = operation.version_label(version);
    let deciders: BTreeSet<_> = deciders(coalition, version).collect();
    let leads = version.leads();
    for partner in deciders.union(&leads).filter(|partner| !label.is_readable_by(partner)) {
        let what = if deciders.contains(*partner) { "has to decide on" } else { "has tasks in" };
        reasons.add_about(
            RefusalCode::DeciderCannotRead,
            "",
            format!("{partner} {what} version {}, which is not released to it.", version.number),
            Some(PartnerId::of(partner).to_string()),
        );
    }
    let electorate = operation.electorate(version, &label.releasable_to);
    let voters = coalition.members().any(|member| electorate.has_vote(&member.code, member.role));
    reasons.check(voters, RefusalCode::PlanIncomplete, "", || {
        format!("Nobody that version {} is released to has a vote on it.", version.number)
    });
}

/// Says which observers read the draft before it is submitted.
pub(super) fn share(
    world: &World,
    code: &OperationCode,
    with: &BTreeSet<PartnerCode>,
    context: &Context<'_>,
    reasons: Reasons,
) -> Result<Vec<Event>, Rejection> {
    let (operation, reasons) = world.visible_operation(code, context, reasons)?;
    context.require_of(&operation.lead, LEAD)?;
    let mut draft = draft_of(world, operation, context, reasons)?;
    if draft.version.shared_with == *with {
        return draft.unchanged();
    }
    let label = operation.version_label(draft.version);
    for (index, partner) in with.iter().enumerate() {
        let field = format!("with.{index}");
        let known = draft.coalition.partners.contains_key(partner);
        draft.reasons.check(known, RefusalCode::UnknownReference, &field, || {
            format!("There is no partner {partner}.")
        });
        draft.reasons.check(
            !known || label.is_readable_by(partner),
            RefusalCode::UnknownReference,
            &field,
            || format!("The version is not released to {partner}: release it first."),
        );
    }
    draft.or(|operation, number| PlanEvent::DraftShared { operation, number, with: with.clone() })
}

/// The version with each task that is to start as soon as possible where that is today, and the events that
/// move it there: nations decide on starts, not on how to work them out.
fn laid_out(operation: &Operation, version: &Version) -> (Version, Vec<Event>) {
    let mut laid = version.clone();
    let mut events = Vec::new();
    if !version.tasks.values().any(|task| task.is_floating()) {
        return (laid, events);
    }
    let hours = Hours { calendars: &version.sections.calendars, h_hour: operation.h_hour, floating: true };
    let (activities, mut calendars) = activities(version.tasks.values().map(Arc::as_ref), &hours);
    let layout = Graph::new(&activities).lay_out(&activities, Basis::Offsets, &mut calendars);
    for (position, task) in version.tasks.values().enumerate().filter(|(_, task)| task.is_floating()) {
        let Some(start) = layout.early_start(position) else { continue };
        if start != task.start_offset {
            let revision = TaskRevision { start_offset: Some(start), ..TaskRevision::default() };
            laid.tasks.insert(task.code.clone(), Arc::new(revision.apply(task)));
            events.push(Event::Plan(PlanEvent::TaskRevised {
                operation: operation.code.clone(),
                number: version.number,
                task: task.code.clone(),
                revision,
            }));
        }
    }
    (laid, events)
}

pub(super) fn revise_section(
    mut draft: Draft<'_>,
    section: &Section,
    context: &Context<'_>,
) -> Result<Vec<Event>, Rejection> {
    let Some(revised) = draft.revised(section, "section", context) else { return draft.unchanged() };
    if matches!(section, Section::Phases(_) | Section::LinesOfEffort(_)) {
        let (operation, viewer) = (draft.operation, draft.viewer);
        let (shown, hidden): (Vec<_>, Vec<_>) =
            draft.version.tasks.values().partition(|task| operation.shows_task(task, viewer));
        for task in shown {
            check_place(&revised, task, None, &mut draft.reasons);
        }
        // One reason for all of them: neither which they are nor how many is told.
        let mut concealed = Reasons::default();
        for task in hidden {
            check_place(&revised, task, None, &mut concealed);
        }
        draft.reasons.check(concealed.is_empty(), RefusalCode::UnknownReference, "", || {
            "Tasks that are not released to you refer to what this leaves out.".to_owned()
        });
    }
    draft.or(|operation, number| PlanEvent::PlanSectionRevised {
        operation,
        number,
        section: section.clone(),
    })
}

pub(super) fn add_phase(mut draft: Draft<'_>, phase: &Phase) -> Result<Vec<Event>, Rejection> {
    let phases = &draft.version.sections.phases;
    draft.reasons.check(
        phases.iter().all(|known| known.code != phase.code),
        RefusalCode::AlreadyExists,
        "phase.code",
        || format!("There is a phase {} already.", phase.code),
    );
    check_length("phase", phases.len() + 1, &mut draft.reasons);
    draft.or(|operation, number| PlanEvent::PhaseAdded { operation, number, phase: phase.clone() })
}

pub(super) fn add_task(
    mut draft: Draft<'_>,
    task: &PlannedTask,
    release: Option<&Release>,
    context: &Context<'_>,
) -> Result<Vec<Event>, Rejection> {
    let Draft { operation, coalition, version, .. } = draft;
    if version.tasks.contains_key(&task.code) {
        let id = PlannedTaskId::of(version.id(operation.id()), &task.code).to_string();
        let subject = draft.task(&task.code).map(|_| id);
        let message = format!("Version {} has a task {} already.", version.number, task.code);
        draft.reasons.add_about(RefusalCode::AlreadyExists, "code", message, subject);
    }
    draft.check_not_of_response(&task.code, "code");
    check_task(coalition, version, task, "", &mut draft.reasons);
    let mut seen = BTreeSet::new();
    for dependency in &task.predecessors {
        let predecessor = &dependency.predecessor;
        let at = ("predecessors", dependency);
        check_lag(dependency, at.0, &mut draft.reasons);
        draft.reasons.check_entry(seen.insert(predecessor), RefusalCode::AlreadyExists, at, || {
            format!("{predecessor} stands twice: a task waits for another in one way.")
        });
        draft.reasons.check_entry(*predecessor != task.code, RefusalCode::DependencyCycle, at, || {
            format!("{predecessor} would wait for itself.")
        });
        let known = draft.task(predecessor).is_some() || *predecessor == task.code;
        draft
            .reasons
            .check_entry(known, RefusalCode::UnknownReference, at, || explain_unknown(version, dependency));
    }
    let label = release.and_then(|release| labelled(&mut draft, &task.code, release, "", context.salt(0)));
    let added = added(&operation.code, version.number, task.clone());
    draft.reasons.or(label.into_iter().chain(added.into_iter().map(Event::Plan)).collect())
}

/// What adds the task: its terms are told in an event of their own.
pub(super) fn added(operation: &OperationCode, number: u32, mut task: PlannedTask) -> Vec<PlanEvent> {
    let (code, terms) = (task.code.clone(), std::mem::take(&mut task.terms));
    let mut events = vec![PlanEvent::TaskAddedToPlan { operation: operation.clone(), number, task }];
    if terms != Terms::default() {
        events.push(PlanEvent::TaskTermsSet { operation: operation.clone(), number, task: code, terms });
    }
    events
}

pub(super) fn revise_task(
    mut draft: Draft<'_>,
    code: &TaskCode,
    revision: &TaskRevision,
) -> Result<Vec<Event>, Rejection> {
    let Some(task) = draft.task(code) else {
        return Err(draft.reasons.not_found("task", "task"));
    };
    let revised = revision.apply(task);
    // Whoever says when it starts wants it there, and not as soon as possible.
    let fixes = revision.start_offset.is_some() && task.is_floating();
    if revised == *task && !fixes {
        return draft.unchanged();
    }
    check_task(draft.coalition, draft.version, &revised, "", &mut draft.reasons);
    let (operation, number) = (&draft.operation.code, draft.version.number);
    let mut events = Vec::new();
    if revised != *task {
        events.push(PlanEvent::TaskRevised {
            operation: operation.clone(),
            number,
            task: code.clone(),
            revision: revision.clone(),
        });
    }
    if fixes {
        let terms = Terms { constraint: StartConstraint::default(), ..task.terms.clone() };
        events.push(PlanEvent::TaskTermsSet {
            operation: operation.clone(),
            number,
            task: code.clone(),
            terms,
        });
    }
    draft.reasons.or(events.into_iter().map(Event::Plan).collect())
}

pub(super) fn set_task_terms(
    mut draft: Draft<'_>,
    code: &TaskCode,
    terms: &Terms,
    keeping: &BTreeSet<Term>,
) -> Result<Vec<Event>, Rejection> {
    let Some(task) = draft.task(code) else {
        return Err(draft.reasons.not_found("task", "task"));
    };
    let terms = terms.keeping(keeping, &task.terms);
    if task.terms == terms {
        return draft.unchanged();
    }
    check_terms(&terms, "terms", &mut draft.reasons);
    draft.or(|operation, number| PlanEvent::TaskTermsSet { operation, number, task: code.clone(), terms })
}

pub(super) fn remove_task(mut draft: Draft<'_>, code: &TaskCode) -> Result<Vec<Event>, Rejection> {
    if draft.task(code).is_none() {
        return Err(draft.reasons.not_found("task", "task"));
    }
    let waiting = draft.version.tasks.values().filter(|task| task.dependency_on(code).is_some());
    // All that are hidden read alike, and are one.
    let told: BTreeSet<_> = waiting
        .map(|waiting| {
            let id = TaskId::of(draft.operation.id(), &waiting.code).to_string();
            (draft.named(waiting), draft.task(&waiting.code).map(|_| id))
        })
        .collect();
    for (waiting, subject) in told {
        let message = format!("{waiting} waits for {code}.");
        draft.reasons.add_about(RefusalCode::TaskHasSuccessors, "task", message, subject);
    }
    draft.or(|operation, number| PlanEvent::TaskRemovedFromPlan { operation, number, task: code.clone() })
}

pub(super) fn add_dependency(
    mut draft: Draft<'_>,
    task: &TaskCode,
    dependency: &Dependency,
) -> Result<Vec<Event>, Rejection> {
    let (version, predecessor) = (draft.version, &dependency.predecessor);
    for (code, field) in [(task, "task"), (predecessor, "predecessor")] {
        let known = draft.task(code).is_some();
        draft.reasons.check(known, RefusalCode::NotFound, field, || "There is no such task.".to_owned());
    }
    let (Some(planned), Some(_)) = (draft.task(task), draft.task(predecessor)) else {
        return Err(draft.reasons.refuse());
    };
    if planned.predecessors.contains(dependency) {
        return draft.unchanged();
    }
    check_lag(dependency, "lag", &mut draft.reasons);
    // Domain rule 8.
    if let Some(chain) = version.chain(predecessor, task) {
        let named = |code: &TaskCode| match draft.task(code) {
            Some(shown) => shown.code.to_string(),
            None => "a task that is not released to you".to_owned(),
        };
        let chain: Vec<_> = chain.iter().map(named).collect();
        draft.reasons.add_about(
            RefusalCode::DependencyCycle,
            "predecessor",
            format!("{task} would wait for {}.", chain.join(", which waits for ")),
            Some(TaskId::of(draft.operation.id(), predecessor).to_string()),
        );
    }
    draft.or(|operation, number| PlanEvent::DependencyAdded {
        operation,
        number,
        task: task.clone(),
        dependency: dependency.clone(),
    })
}

pub(super) fn remove_dependency(
    draft: Draft<'_>,
    task: &TaskCode,
    predecessor: &TaskCode,
) -> Result<Vec<Event>, Rejection> {
    let Some(planned) = draft.task(task) else {
        return Err(draft.reasons.not_found("task", "task"));
    };
    if planned.dependency_on(predecessor).is_none() || draft.task(predecessor).is_none() {
        return draft.unchanged();
    }
    draft.or(|operation, number| PlanEvent::DependencyRemoved {
        operation,
        number,
        task: task.clone(),
        predecessor: predecessor.clone(),
    })
}

pub(super) fn record_risk(mut draft: Draft<'_>, risk: &Risk) -> Result<Vec<Event>, Rejection> {
    let risks = &draft.version.sections.risks;
    if risks.contains(risk) {
        return draft.unchanged();
    }
    let others = risks.iter().filter(|known| known.code != risk.code).count();
    check_length("risk", others + 1, &mut draft.reasons);
    check_risk(risk, "risk", &mut draft.reasons);
    if let Some(owner) = &risk.owner {
        draft.reasons.check(
            draft.coalition.posts.contains_key(owner),
            RefusalCode::UnknownReference,
            "risk.owner",
            || format!("There is no post {owner}."),
        );
    }
    draft.or(|operation, number| PlanEvent::RiskRecorded { operation, number, risk: risk.clone() })
}

pub(super) fn attach_annex(
    mut draft: Draft<'_>,
    annex: &Annex,
    context: &Context<'_>,
) -> Result<Vec<Event>, Rejection> {
    if let Some(known) = draft.version.annexes.get(&annex.code) {
        let reads = draft.operation.shows_annex(known, draft.viewer);
        // Before they are compared: whoever may not read it could otherwise guess at it, and take its place.
        draft.reasons.check(reads, RefusalCode::AlreadyExists, "code", || {
            format!("There is an annex {}, and it is not released to you.", annex.code)
        });
        if reads && known.annex == *annex {
            return draft.unchanged();
        }
    }
    // A fresh salt each time: the same annex again must not be recognisable by its hash.
    let salt = context.salt(0);
    draft.or(|operation, number| PlanEvent::AnnexAttached { operation, number, annex: annex.clone(), salt })
}
