//! Rules of drafting: only the one draft changes, references hold, dependencies stay acyclic.

use super::{
    Annex, Dependency, HOLIDAY_YEARS, Holiday, MOST_CALENDARS, MOST_DAYS_OFF, MOST_HOLIDAYS, MOST_STRETCHES,
    Phase, PlanCommand, PlanEvent, PlannedTask, Risk, Section, Sections, StartConstraint, TaskRevision,
    Terms, Version, VersionStatus, WorkCalendar,
    dependency::{NOTATION, resembles_notation},
};
use crate::{
    Context, Event, OperationCode, PartnerCode, Prose, Reasons, RefusalCode, Rejection, Role, Span, TaskCode,
    World,
    coalition::Coalition,
    ids::{PlannedTaskId, TaskId},
    operation::{self, Operation},
    partner::PartnerRole,
    schedule::{Basis, Graph, Hours, activities},
};
use chrono::Datelike as _;
use std::{collections::BTreeSet, fmt::Display, sync::Arc};

/// Most entries of one list of a plan, tasks left out.
const MOST_ENTRIES: usize = 1_000;

/// Most hours of rest between two tasks.
const MOST_REST: i64 = 168;

/// Largest whole number, either way, that canonical JSON holds exactly (RFC 8785, as IEEE 754 doubles do): two larger
/// ones could stand under one content hash.
const MOST_EXACT: u64 = (1 << 53) - 1;

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
    /// Hidden and absent are one.
    pub fn task(&self, code: &TaskCode) -> Option<&'a PlannedTask> {
        let task = self.version.tasks.get(code)?.as_ref();
        self.operation.shows_task(task, self.viewer).then_some(task)
    }

    /// All sections with this one in its place, checked; `None`: it is there already.
    pub fn revised(&mut self, section: &Section) -> Option<Sections> {
        let mut revised = (*self.version.sections).clone();
        revised.revise(section);
        if revised == *self.version.sections {
            return None;
        }
        check_sections(&revised, &mut self.reasons);
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

pub(super) fn decide(
    world: &World,
    command: &PlanCommand,
    context: &Context<'_>,
    reasons: Reasons,
) -> Result<Vec<Event>, Rejection> {
    match command {
        PlanCommand::Draft { operation, sections } => draft(world, operation, sections, context, reasons),
        PlanCommand::OpenAmendment { operation, reason } => amend(world, operation, reason, context, reasons),
        PlanCommand::Submit { operation } => submit(world, operation, context, reasons),
        PlanCommand::ReviseSection { operation, section } => {
            revise_section(open(world, operation, context, reasons)?, section)
        }
        PlanCommand::AddPhase { operation, phase } => {
            add_phase(open(world, operation, context, reasons)?, phase)
        }
        PlanCommand::AddTask { operation, task } => add_task(open(world, operation, context, reasons)?, task),
        PlanCommand::ImportTasks { operation, tasks, calendars } => {
            super::import::import(open(world, operation, context, reasons)?, tasks, calendars.as_deref())
        }
        PlanCommand::ReviseTask { operation, task, revision } => {
            revise_task(open(world, operation, context, reasons)?, task, revision)
        }
        PlanCommand::SetTaskTerms { operation, task, terms } => {
            set_task_terms(open(world, operation, context, reasons)?, task, terms)
        }
        PlanCommand::RemoveTask { operation, task } => {
            remove_task(open(world, operation, context, reasons)?, task)
        }
        PlanCommand::AddDependency { operation, task, dependency } => {
            add_dependency(open(world, operation, context, reasons)?, task, dependency)
        }
        PlanCommand::RemoveDependency { operation, task, predecessor } => {
            remove_dependency(open(world, operation, context, reasons)?, task, predecessor)
        }
        PlanCommand::RecordRisk { operation, risk } => {
            record_risk(open(world, operation, context, reasons)?, risk)
        }
        PlanCommand::AttachAnnex { operation, annex } => {
            attach_annex(open(world, operation, context, reasons)?, annex, context)
        }
        PlanCommand::Recall { .. }
        | PlanCommand::Approve { .. }
        | PlanCommand::Reject { .. }
        | PlanCommand::Consent { .. }
        | PlanCommand::Revoke { .. }
        | PlanCommand::SatisfyCondition { .. }
        | PlanCommand::WaiveCondition { .. }
        | PlanCommand::Promulgate { .. }
        | PlanCommand::IssueFragmentaryOrder { .. } => super::decide(world, command, context, reasons),
    }
}

/// The draft, for those who may change it.
fn open<'a>(
    world: &'a World,
    code: &OperationCode,
    context: &Context<'a>,
    reasons: Reasons,
) -> Result<Draft<'a>, Rejection> {
    let (operation, reasons) = operation::find(world, code, context, reasons)?;
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
    let newest_first = operation.versions.iter().rev().map(Arc::as_ref);
    match newest_first.into_iter().find(|version| operation.shows(version, viewer)) {
        Some(version) if version.status == VersionStatus::Draft => {
            Ok(Draft { operation, coalition, version, viewer, reasons })
        }
        Some(version) => {
            let message = format!("Version {} is {}: open an amendment.", version.number, version.status);
            Err(reasons.refuse_with(RefusalCode::VersionImmutable, "operationId", message))
        }
        None => {
            let message = "No plan has been drafted for this operation.";
            Err(reasons.refuse_with(RefusalCode::WrongState, "operationId", message))
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

fn draft(
    world: &World,
    code: &OperationCode,
    sections: &Sections,
    context: &Context<'_>,
    reasons: Reasons,
) -> Result<Vec<Event>, Rejection> {
    let (operation, mut reasons) = operation::find(world, code, context, reasons)?;
    require_planner(world.coalition()?, context)?;
    let (seen, hidden): (Vec<_>, Vec<_>) =
        operation.versions.iter().partition(|version| operation.shows(version, context.actor.partner()));
    if seen.is_empty() && !hidden.is_empty() {
        let message = "There is a plan, and it is not released to you.";
        reasons.add(RefusalCode::AlreadyExists, "operationId", message);
    }
    if let Some(version) = seen.last() {
        let reason = if version.status == VersionStatus::Draft {
            RefusalCode::DraftExists
        } else {
            RefusalCode::WrongState
        };
        reasons.add(reason, "operationId", format!("Version {} exists: open an amendment.", version.number));
    }
    check_sections(sections, &mut reasons);
    let mut sections = Box::new(sections.clone());
    // In an event of their own, as a revision is: a node of a build before them stops there and does not read over them.
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

fn amend(
    world: &World,
    code: &OperationCode,
    reason: &Prose,
    context: &Context<'_>,
    reasons: Reasons,
) -> Result<Vec<Event>, Rejection> {
    let (operation, mut reasons) = operation::find(world, code, context, reasons)?;
    context.require_of(&operation.lead, LEAD)?;
    let Some(base) = operation.versions.last() else {
        let message = "No plan has been drafted for this operation.";
        return Err(reasons.refuse_with(RefusalCode::WrongState, "operationId", message));
    };
    reasons.check(base.status != VersionStatus::Draft, RefusalCode::DraftExists, "operationId", || {
        format!("Version {} is being drafted.", base.number)
    });
    reasons.or(vec![Event::Plan(PlanEvent::AmendmentOpened {
        operation: code.clone(),
        number: base.number + 1,
        base: base.number,
        reason: reason.clone(),
    })])
}

fn submit(
    world: &World,
    code: &OperationCode,
    context: &Context<'_>,
    reasons: Reasons,
) -> Result<Vec<Event>, Rejection> {
    let (operation, reasons) = operation::find(world, code, context, reasons)?;
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
    for earlier in operation.versions.iter().filter(|earlier| earlier.is_under_decision()) {
        events.push(Event::Plan(PlanEvent::PlanVersionSuperseded {
            operation: code.clone(),
            number: earlier.number,
            by: version.number,
        }));
    }
    reasons.or(events)
}

/// The version with each task that is to start as soon as possible where that is today, and the events that move it there:
/// nations decide on starts, not on how to work them out.
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

fn revise_section(mut draft: Draft<'_>, section: &Section) -> Result<Vec<Event>, Rejection> {
    let Some(revised) = draft.revised(section) else { return draft.unchanged() };
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

fn add_phase(mut draft: Draft<'_>, phase: &Phase) -> Result<Vec<Event>, Rejection> {
    let phases = &draft.version.sections.phases;
    draft.reasons.check(
        phases.iter().all(|known| known.code != phase.code),
        RefusalCode::AlreadyExists,
        "code",
        || format!("There is a phase {} already.", phase.code),
    );
    check_length("", phases.len() + 1, &mut draft.reasons);
    draft.or(|operation, number| PlanEvent::PhaseAdded { operation, number, phase: phase.clone() })
}

fn add_task(mut draft: Draft<'_>, task: &PlannedTask) -> Result<Vec<Event>, Rejection> {
    let Draft { operation, coalition, version, .. } = draft;
    if version.tasks.contains_key(&task.code) {
        let id = PlannedTaskId::of(version.id(operation.id()), &task.code).to_string();
        let subject = draft.task(&task.code).map(|_| id);
        let message = format!("Version {} has a task {} already.", version.number, task.code);
        draft.reasons.add_about(RefusalCode::AlreadyExists, "code", message, subject);
    }
    check_task(coalition, version, task, "", &mut draft.reasons);
    let mut seen = BTreeSet::new();
    for dependency in &task.predecessors {
        let predecessor = &dependency.predecessor;
        check_lag(dependency, "predecessors", &mut draft.reasons);
        draft.reasons.check(seen.insert(predecessor), RefusalCode::AlreadyExists, "predecessors", || {
            format!("{predecessor} stands twice: a task waits for another in one way.")
        });
        draft.reasons.check(*predecessor != task.code, RefusalCode::DependencyCycle, "predecessors", || {
            format!("{predecessor} would wait for itself.")
        });
        let known = draft.task(predecessor).is_some() || *predecessor == task.code;
        draft.reasons.check(known, RefusalCode::UnknownReference, "predecessors", || {
            explain_unknown(version, dependency)
        });
    }
    let added = added(&draft.operation.code, version.number, task.clone());
    draft.reasons.or(added.into_iter().map(Event::Plan).collect())
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

fn revise_task(
    mut draft: Draft<'_>,
    code: &TaskCode,
    revision: &TaskRevision,
) -> Result<Vec<Event>, Rejection> {
    let Some(task) = draft.task(code) else {
        return Err(draft.reasons.not_found("taskId", "task"));
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

fn set_task_terms(mut draft: Draft<'_>, code: &TaskCode, terms: &Terms) -> Result<Vec<Event>, Rejection> {
    let Some(task) = draft.task(code) else {
        return Err(draft.reasons.not_found("taskId", "task"));
    };
    if task.terms == *terms {
        return draft.unchanged();
    }
    check_terms(terms, "", &mut draft.reasons);
    draft.or(|operation, number| PlanEvent::TaskTermsSet {
        operation,
        number,
        task: code.clone(),
        terms: terms.clone(),
    })
}

fn remove_task(mut draft: Draft<'_>, code: &TaskCode) -> Result<Vec<Event>, Rejection> {
    if draft.task(code).is_none() {
        return Err(draft.reasons.not_found("taskId", "task"));
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
        draft.reasons.add_about(RefusalCode::TaskHasSuccessors, "taskId", message, subject);
    }
    draft.or(|operation, number| PlanEvent::TaskRemovedFromPlan { operation, number, task: code.clone() })
}

fn add_dependency(
    mut draft: Draft<'_>,
    task: &TaskCode,
    dependency: &Dependency,
) -> Result<Vec<Event>, Rejection> {
    let (version, predecessor) = (draft.version, &dependency.predecessor);
    for (code, field) in [(task, "taskId"), (predecessor, "predecessor")] {
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

fn remove_dependency(
    draft: Draft<'_>,
    task: &TaskCode,
    predecessor: &TaskCode,
) -> Result<Vec<Event>, Rejection> {
    let Some(planned) = draft.task(task) else {
        return Err(draft.reasons.not_found("taskId", "task"));
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

fn record_risk(mut draft: Draft<'_>, risk: &Risk) -> Result<Vec<Event>, Rejection> {
    let risks = &draft.version.sections.risks;
    if risks.contains(risk) {
        return draft.unchanged();
    }
    let others = risks.iter().filter(|known| known.code != risk.code).count();
    check_length("", others + 1, &mut draft.reasons);
    check_risk(risk, "", &mut draft.reasons);
    if let Some(owner) = &risk.owner {
        draft.reasons.check(
            draft.coalition.posts.contains_key(owner),
            RefusalCode::UnknownReference,
            "owner",
            || format!("There is no post {owner}."),
        );
    }
    draft.or(|operation, number| PlanEvent::RiskRecorded { operation, number, risk: risk.clone() })
}

fn attach_annex(mut draft: Draft<'_>, annex: &Annex, context: &Context<'_>) -> Result<Vec<Event>, Rejection> {
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

/// For a dependency on a task that there is not.
pub(super) fn explain_unknown(version: &Version, dependency: &Dependency) -> String {
    let Dependency { predecessor, .. } = dependency;
    let unknown = format!("Version {} has no task {predecessor}.", version.number);
    let meant = dependency.is_plain() && resembles_notation(predecessor);
    if meant { format!("{unknown} {NOTATION}.") } else { unknown }
}

/// A task's own bounds and all that it refers to but its predecessors; `path` is that of the task in the input.
pub(super) fn check_task(
    coalition: &Coalition,
    version: &Version,
    task: &PlannedTask,
    path: &str,
    reasons: &mut Reasons,
) {
    check_place(&version.sections, task, Some(path), reasons);
    reasons.check(
        coalition.takes_tasks(&task.lead),
        RefusalCode::TakesNoTasks,
        &join(path, "leadPartner"),
        || format!("{} takes no tasks.", task.lead),
    );
    reasons.check(
        coalition.takes_tasks(&task.territory),
        RefusalCode::UnknownReference,
        &join(path, "territory"),
        || format!("{} is not a partner on whose territory tasks can be planned.", task.territory),
    );
    if let Some(code) = &task.post {
        let field = join(path, "post");
        match coalition.posts.get(code) {
            Some(post) => {
                reasons.check(post.partner == task.lead, RefusalCode::PostNotOfLeadPartner, &field, || {
                    format!("{} leads {}, and {code} is a post of {}.", task.lead, task.code, post.partner)
                });
            }
            None => reasons.add(RefusalCode::UnknownReference, &field, format!("There is no post {code}.")),
        }
    }
    reasons.check(
        task.duration >= Span::ZERO && task.duration.is_within_bounds(),
        RefusalCode::InvalidValue,
        &join(path, "duration"),
        || "A task takes at most 100 years, a milestone nothing; no task takes less.".to_owned(),
    );
    check_terms(&task.terms, path, reasons);
    reasons.check(
        task.start_offset.is_within_bounds(),
        RefusalCode::InvalidValue,
        &join(path, "startOffset"),
        || "An offset lies within 100 years of H-hour.".to_owned(),
    );
}

fn check_terms(terms: &Terms, path: &str, reasons: &mut Reasons) {
    let within = terms.finish_no_later_than.is_none_or(Span::is_within_bounds);
    reasons.check(within, RefusalCode::InvalidValue, &join(path, "finishNoLaterThan"), || {
        "A latest finish lies within 100 years of H-hour.".to_owned()
    });
}

pub(super) fn check_lag(dependency: &Dependency, field: &str, reasons: &mut Reasons) {
    reasons.check(dependency.lag.is_within_bounds(), RefusalCode::InvalidValue, field, || {
        "A lag or a lead is at most 100 years.".to_owned()
    });
}

/// `path` is that of the task in the input; `None` where the input has no task.
fn check_place(sections: &Sections, task: &PlannedTask, path: Option<&str>, reasons: &mut Reasons) {
    let field = |name: &str| path.map(|path| join(path, name)).unwrap_or_default();
    reasons.check(
        sections.phases.iter().any(|phase| phase.code == task.phase),
        RefusalCode::UnknownReference,
        &field("phase"),
        || format!("The plan has no phase {}, which {} belongs to.", task.phase, task.code),
    );
    if let Some(line) = &task.line_of_effort {
        reasons.check(
            sections.lines_of_effort.iter().any(|known| known.code == *line),
            RefusalCode::UnknownReference,
            &field("lineOfEffort"),
            || format!("The plan has no line of effort {line}, which {} serves.", task.code),
        );
    }
}

fn check_risk(risk: &Risk, field: &str, reasons: &mut Reasons) {
    for (value, name) in [(risk.likelihood, "likelihood"), (risk.impact, "impact")] {
        reasons.check((1..=5).contains(&value), RefusalCode::InvalidValue, &join(field, name), || {
            format!("{value} is not between 1 and 5.")
        });
    }
}

pub(super) fn join(path: &str, name: &str) -> String {
    if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") }
}

fn check_length(field: &str, length: usize, reasons: &mut Reasons) {
    reasons.check(length <= MOST_ENTRIES, RefusalCode::InvalidValue, field, || {
        format!("{length} entries are more than the {MOST_ENTRIES} that a plan takes here.")
    });
}

/// Adds a reason for each code that stands twice.
fn check_unique<C: Ord + Display>(
    field: &str,
    codes: impl ExactSizeIterator<Item = C>,
    reasons: &mut Reasons,
) {
    check_length(field, codes.len(), reasons);
    let mut seen = BTreeSet::new();
    for (index, code) in codes.enumerate() {
        if seen.contains(&code) {
            reasons.add(
                RefusalCode::AlreadyExists,
                &format!("{field}.{index}.code"),
                format!("{code} stands twice."),
            );
        }
        seen.insert(code);
    }
}

/// What a version's sections must keep among themselves at any time.
fn check_sections(sections: &Sections, reasons: &mut Reasons) {
    check_unique("linesOfEffort", sections.lines_of_effort.iter().map(|line| &line.code), reasons);
    check_unique("phases", sections.phases.iter().map(|phase| &phase.code), reasons);
    check_unique("objectives", sections.objectives.iter().map(|objective| &objective.code), reasons);
    check_unique("decisionPoints", sections.decision_points.iter().map(|point| &point.code), reasons);
    check_unique("ccir", sections.ccir.iter().map(|ccir| &ccir.code), reasons);
    check_unique("risks", sections.risks.iter().map(|risk| &risk.code), reasons);
    check_calendars(&sections.calendars, reasons);
    check_length("goNoGo", sections.go_no_go.len(), reasons);
    check_length("commandRelationships", sections.command_relationships.len(), reasons);
    for (index, objective) in sections.objectives.iter().enumerate() {
        reasons.check(
            sections.lines_of_effort.iter().any(|line| line.code == objective.line_of_effort),
            RefusalCode::UnknownReference,
            &format!("objectives.{index}.lineOfEffort"),
            || format!("The plan has no line of effort {}.", objective.line_of_effort),
        );
        reasons.check(
            objective.target.unsigned_abs() <= MOST_EXACT,
            RefusalCode::InvalidValue,
            &format!("objectives.{index}.target"),
            || format!("{} is further from zero than {MOST_EXACT}.", objective.target),
        );
    }
    for (index, point) in sections.decision_points.iter().enumerate() {
        for ccir in &point.ccir {
            reasons.check(
                sections.ccir.iter().any(|known| known.code == *ccir),
                RefusalCode::UnknownReference,
                &format!("decisionPoints.{index}.ccir"),
                || format!("The plan has no information requirement {ccir}."),
            );
        }
    }
    for (index, risk) in sections.risks.iter().enumerate() {
        check_risk(risk, &format!("risks.{index}"), reasons);
    }
    if let Some(window) = sections.h_hour_window {
        reasons.check(window.from < window.to, RefusalCode::InvalidValue, "hHourWindow", || {
            "The window ends before it starts.".to_owned()
        });
    }
    // Domain rule 4: else a policy could ask for nobody's approval, or for that of partners without a vote.
    let roles = &sections.approval_policy.required_roles;
    reasons.check(
        roles.contains(&PartnerRole::Principal) && roles.iter().all(|role| role.may_approve()),
        RefusalCode::InvalidValue,
        "approvalPolicy.requiredRoles",
        || "Every plan needs the approval of its principals; the host's may be asked for too.".to_owned(),
    );
}

/// Hours that are hours, and one calendar at most for each partner and post.
fn check_calendars(calendars: &[WorkCalendar], reasons: &mut Reasons) {
    check_unique("calendars", calendars.iter().map(|calendar| &calendar.code), reasons);
    reasons.check(calendars.len() <= MOST_CALENDARS, RefusalCode::InvalidValue, "calendars", || {
        format!("{} calendars are more than the {MOST_CALENDARS} that a plan takes.", calendars.len())
    });
    let mut taken = BTreeSet::new();
    for (index, calendar) in calendars.iter().enumerate() {
        let at = |field: &str| format!("calendars.{index}.{field}");
        let WorkCalendar { week, holidays, rest, partners, posts, .. } = calendar;
        reasons.check(week.len() <= MOST_STRETCHES, RefusalCode::InvalidValue, &at("week"), || {
            format!("{} stretches are more than the {MOST_STRETCHES} that a week takes.", week.len())
        });
        reasons.check(holidays.len() <= MOST_HOLIDAYS, RefusalCode::InvalidValue, &at("holidays"), || {
            format!("{} holidays are more than the {MOST_HOLIDAYS} that a calendar takes.", holidays.len())
        });
        reasons.check(!week.is_empty(), RefusalCode::InvalidValue, &at("week"), || {
            "A week has working hours: without any, no task would ever be done.".to_owned()
        });
        for (hours, number) in week.iter().zip(0..) {
            let field = at(&format!("week.{number}.to"));
            reasons.check(hours.from < hours.to, RefusalCode::InvalidValue, &field, || {
                format!("{} is not later than {}: hours over midnight are two entries.", hours.to, hours.from)
            });
        }
        for (Holiday { from, to, .. }, number) in holidays.iter().zip(0..) {
            let field = at(&format!("holidays.{number}.to"));
            reasons
                .check(from <= to, RefusalCode::InvalidValue, &field, || format!("{to} is before {from}."));
            let near = HOLIDAY_YEARS.contains(&from.year()) && (*to - *from).num_days() < MOST_DAYS_OFF;
            reasons.check(near, RefusalCode::InvalidValue, &field, || {
                let (first, last) = (HOLIDAY_YEARS.start(), HOLIDAY_YEARS.end());
                format!("A holiday lies between {first} and {last}, and has at most {MOST_DAYS_OFF} days.")
            });
        }
        let rest = rest.unwrap_or_default();
        reasons.check(
            (Span::ZERO..=Span::hours(MOST_REST)).contains(&rest),
            RefusalCode::InvalidValue,
            &at("rest"),
            || format!("Rest is at most {MOST_REST} hours, and never negative."),
        );
        let codes = partners.iter().map(|code| ("partners", code.to_string()));
        for (field, code) in codes.chain(posts.iter().map(|code| ("posts", code.to_string()))) {
            reasons.check(
                taken.insert((field, code.clone())),
                RefusalCode::AlreadyExists,
                &at(field),
                || format!("{code} works by an earlier calendar already."),
            );
        }
    }
}

/// What may be left open while drafting, and may not once nations decide on it.
fn check_references(version: &Version, coalition: &Coalition, reasons: &mut Reasons) {
    let known_task = |task: &TaskCode| version.tasks.contains_key(task);
    let sections = &version.sections;
    let intent = sections.commanders_intent.iter().flat_map(|intent| &intent.key_tasks);
    for task in intent {
        reasons.check(known_task(task), RefusalCode::UnknownReference, "commandersIntent.keyTasks", || {
            format!("The commander's intent names {task}, which the plan does not have.")
        });
    }
    for (index, risk) in sections.risks.iter().enumerate() {
        if let Some(owner) = &risk.owner {
            reasons.check(
                coalition.posts.contains_key(owner),
                RefusalCode::UnknownReference,
                &format!("risks.{index}.owner"),
                || format!("{} is owned by {owner}, which is no post.", risk.code),
            );
        }
    }
    let known_partner = |partner: &PartnerCode| coalition.partners.contains_key(partner);
    for (index, calendar) in sections.calendars.iter().enumerate() {
        for partner in calendar.partners.iter().filter(|partner| !known_partner(partner)) {
            let field = format!("calendars.{index}.partners");
            reasons.add(RefusalCode::UnknownReference, &field, format!("There is no partner {partner}."));
        }
        for post in calendar.posts.iter().filter(|post| !coalition.posts.contains_key(*post)) {
            let field = format!("calendars.{index}.posts");
            reasons.add(RefusalCode::UnknownReference, &field, format!("There is no post {post}."));
        }
    }
    for annex in version.annexes.values().map(|salted| &salted.annex) {
        for partner in &annex.releasable_to {
            reasons.check(known_partner(partner), RefusalCode::UnknownReference, "", || {
                format!("Annex {} is releasable to {partner}, which is no partner.", annex.code)
            });
        }
    }
    for (index, point) in sections.decision_points.iter().enumerate() {
        reasons.check(
            known_task(&point.at),
            RefusalCode::UnknownReference,
            &format!("decisionPoints.{index}.at"),
            || format!("{} is due at {}, which the plan does not have.", point.code, point.at),
        );
        for partner in &point.deciders {
            reasons.check(
                known_partner(partner),
                RefusalCode::UnknownReference,
                &format!("decisionPoints.{index}.deciders"),
                || format!("{} names {partner}, which is no partner.", point.code),
            );
        }
    }
}
