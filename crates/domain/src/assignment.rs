//! Assignments: who is bound to which task, and the calendar of a post across operations.
//!
//! Before H-hour is set, overlaps within an operation are judged on offsets; afterwards on instants, and
//! then across operations too. A post is bound until its task finishes by the calendar that holds for the task, so that
//! H-hour also decides how long that is.

use crate::{
    Context, Event, Instant, Item, OperationCode, PartnerCode, PostCode, Prose, Reasons, Recorded,
    RefusalCode, Rejection, Role, Span, Subject, TaskCode, World,
    coalition::Coalition,
    ids::{AssignmentId, OperationId, PostId},
    operation::{self, Operation, OperationEvent},
    plan::{NewOfficer, PlannedTask, Version},
    schedule::{Finishes, Hours},
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, strum::VariantNames)]
pub enum AssignmentCommand {
    Assign { operation: OperationCode, task: TaskCode, post: PostCode },
    Withdraw { operation: OperationCode, number: u32, reason: Prose },
}

impl AssignmentCommand {
    pub fn operation(&self) -> &OperationCode {
        match self {
            Self::Assign { operation, .. } | Self::Withdraw { operation, .. } => operation,
        }
    }
}

/// What happened between a post and a task of the plan in force.
#[derive(
    Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema, strum::IntoStaticStr, strum::VariantNames,
)]
#[serde(rename_all_fields = "camelCase")]
#[warn(missing_docs)]
pub enum AssignmentEvent {
    /// A post was bound to a task of the plan in force.
    OfficerAssigned {
        /// The operation.
        operation: OperationCode,
        /// The assignment, counted from 1 in its operation, withdrawn ones too.
        number: u32,
        /// The task.
        task: TaskCode,
        /// The post.
        post: PostCode,
        /// When it is bound, relative to H-hour; negative before it.
        start: Span,
        /// From there to the task's finish, pauses of its calendar included; exclusive at its end.
        duration: Span,
        /// The operation's H-hour as it was then; null when none was set.
        h_hour: Option<Instant>,
    },
    /// The task that the post is bound to begins or finishes at another time from H-hour: a newly promulgated version moved it,
    /// or H-hour was set or shifted and its working hours fall otherwise.
    AssignmentRetimed {
        /// The operation.
        operation: OperationCode,
        /// The assignment, counted from 1 in its operation, withdrawn ones too.
        number: u32,
        /// The task.
        task: TaskCode,
        /// The post.
        post: PostCode,
        /// When it is bound now, relative to H-hour; negative before it.
        start: Span,
        /// From there to the task's finish, pauses of its calendar included; exclusive at its end.
        duration: Span,
    },
    /// A post is not bound to a task any more: it was withdrawn, or a newly promulgated version or a fragmentary order took the
    /// task away from it.
    AssignmentWithdrawn {
        /// The operation.
        operation: OperationCode,
        /// The assignment, counted from 1 in its operation, withdrawn ones too.
        number: u32,
        /// The task.
        task: TaskCode,
        /// The post.
        post: PostCode,
        /// Why.
        reason: Prose,
    },
}

impl AssignmentEvent {
    pub fn operation(&self) -> &OperationCode {
        match self {
            Self::OfficerAssigned { operation, .. }
            | Self::AssignmentRetimed { operation, .. }
            | Self::AssignmentWithdrawn { operation, .. } => operation,
        }
    }

    pub fn post(&self) -> &PostCode {
        match self {
            Self::OfficerAssigned { post, .. }
            | Self::AssignmentRetimed { post, .. }
            | Self::AssignmentWithdrawn { post, .. } => post,
        }
    }

    pub fn task(&self) -> &TaskCode {
        match self {
            Self::OfficerAssigned { task, .. }
            | Self::AssignmentRetimed { task, .. }
            | Self::AssignmentWithdrawn { task, .. } => task,
        }
    }

    pub fn number(&self) -> u32 {
        match self {
            Self::OfficerAssigned { number, .. }
            | Self::AssignmentRetimed { number, .. }
            | Self::AssignmentWithdrawn { number, .. } => *number,
        }
    }
}

/// An assignment as its operation sees it.
#[derive(Debug, Clone, PartialEq)]
pub struct Assignment {
    pub number: u32,
    pub task: TaskCode,
    pub post: PostCode,
    pub assigned_at: Instant,
    pub withdrawn_at: Option<Instant>,
}

/// The assignments of one post, across operations.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Calendar {
    pub entries: BTreeMap<(OperationCode, u32), Entry>,
}

/// A half-open stretch: from `start`, before `start + duration`, relative to H-hour.
#[derive(Debug, Clone, PartialEq)]
pub struct Entry {
    pub task: TaskCode,
    pub start: Span,
    pub duration: Span,
    /// H-hour of the operation, once it is set.
    pub h_hour: Option<Instant>,
}

impl Entry {
    /// A milestone takes nobody's time.
    fn overlaps(&self, other: &Self, same_operation: bool) -> bool {
        if self.duration == Span::ZERO || other.duration == Span::ZERO {
            return false;
        }
        let meet = |gap: Span| {
            self.start < gap + other.start + other.duration && gap + other.start < self.start + self.duration
        };
        if same_operation {
            return meet(Span::ZERO);
        }
        match (self.h_hour, other.h_hour) {
            (Some(own), Some(others)) => meet(Span::seconds((others - own).num_seconds())),
            _ => false,
        }
    }
}

impl Calendar {
    /// The entries that `candidate` of `operation` overlaps, entry `number` of it left out.
    fn clashes<'a>(
        &'a self,
        operation: &'a OperationCode,
        number: u32,
        candidate: &'a Entry,
    ) -> impl Iterator<Item = (&'a OperationCode, &'a Entry)> {
        self.entries.iter().filter_map(move |((other, other_number), entry)| {
            let itself = other == operation && *other_number == number;
            (!itself && candidate.overlaps(entry, other == operation)).then_some((other, entry))
        })
    }

    pub(crate) fn evolve(&mut self, recorded: &Recorded) {
        match &recorded.event {
            Event::Assignment(event) => {
                let key = (event.operation().clone(), event.number());
                match event {
                    AssignmentEvent::OfficerAssigned { task, start, duration, h_hour, .. } => {
                        let (start, duration, h_hour) = (*start, *duration, *h_hour);
                        self.entries.insert(key, Entry { task: task.clone(), start, duration, h_hour });
                    }
                    AssignmentEvent::AssignmentRetimed { start, duration, .. } => {
                        if let Some(entry) = self.entries.get_mut(&key) {
                            (entry.start, entry.duration) = (*start, *duration);
                        }
                    }
                    AssignmentEvent::AssignmentWithdrawn { .. } => {
                        self.entries.remove(&key);
                    }
                }
            }
            Event::Operation(
                OperationEvent::HHourSet { operation, at, .. }
                | OperationEvent::HHourShifted { operation, to: at, .. },
            ) => {
                for ((of, _), entry) in &mut self.entries {
                    if of == operation {
                        entry.h_hour = Some(*at);
                    }
                }
            }
            Event::Operation(_)
            | Event::Coalition(_)
            | Event::Partner(_)
            | Event::Centre(_)
            | Event::Post(_)
            | Event::Plan(_) => {}
        }
    }
}

impl Operation {
    pub(crate) fn evolve_assignment(
        &mut self,
        event: &AssignmentEvent,
        recorded: &Recorded,
        touched: &mut Vec<Item>,
    ) {
        let number = event.number();
        match event {
            AssignmentEvent::OfficerAssigned { task, post, .. } => {
                let assignment = Assignment {
                    number,
                    task: task.clone(),
                    post: post.clone(),
                    assigned_at: recorded.occurred_at,
                    withdrawn_at: None,
                };
                self.assignments.insert(number, Arc::new(assignment));
            }
            // The task's times are the version's, not the assignment's.
            AssignmentEvent::AssignmentRetimed { .. } => return,
            AssignmentEvent::AssignmentWithdrawn { .. } => {
                if let Some(assignment) = self.assignments.get_mut(&number) {
                    let assignment = Arc::make_mut(assignment);
                    // A promulgation or an order entered late withdraws nothing before it was assigned.
                    assignment.withdrawn_at = Some(recorded.occurred_at.max(assignment.assigned_at));
                }
            }
        }
        touched.push(Item::Assignment(self.code.clone(), number));
    }
}

/// Who of the lead, or of the post's partner, may bind officers.
const ROLES: &[Role] = &[Role::Commander, Role::Planner];

pub(crate) fn decide(
    world: &World,
    command: &AssignmentCommand,
    context: &Context<'_>,
    reasons: Reasons,
) -> Result<Vec<Event>, Rejection> {
    match command {
        AssignmentCommand::Assign { operation, task, post } => {
            assign(world, operation, task, post, context, reasons)
        }
        AssignmentCommand::Withdraw { operation: code, number, reason } => {
            let (operation, mut reasons) = operation::find(world, code, context, reasons)?;
            let shown =
                |found: &&Arc<Assignment>| operation.task(&found.task, context.actor.partner()).is_some();
            let Some(assignment) = operation.assignments.get(number).filter(shown) else {
                return Err(reasons.not_found("assignmentId", "assignment"));
            };
            let partner = world.coalition()?.posts.get(&assignment.post).map(|post| post.partner.clone());
            authorise(context, operation, partner.as_ref())?;
            if assignment.withdrawn_at.is_some() {
                return reasons.or(Vec::new());
            }
            reasons.check(
                context.occurred_at >= assignment.assigned_at,
                RefusalCode::InvalidValue,
                "occurredAt",
                || format!("The officer was assigned only at {}.", assignment.assigned_at.to_rfc3339()),
            );
            reasons.or(vec![Event::Assignment(AssignmentEvent::AssignmentWithdrawn {
                operation: code.clone(),
                number: *number,
                task: assignment.task.clone(),
                post: assignment.post.clone(),
                reason: reason.clone(),
            })])
        }
    }
}

fn assign(
    world: &World,
    code: &OperationCode,
    task_code: &TaskCode,
    post_code: &PostCode,
    context: &Context<'_>,
    reasons: Reasons,
) -> Result<Vec<Event>, Rejection> {
    world.need([
        Subject::Coalition,
        Subject::Operation(code.clone()),
        Subject::Calendar(post_code.clone()),
    ])?;
    let (operation, mut reasons) = operation::find(world, code, context, reasons)?;
    let coalition = world.coalition()?;
    let post = coalition.posts.get(post_code);
    authorise(context, operation, post.map(|post| &post.partner))?;
    let viewer = context.actor.partner();
    let Some(version) = operation.version_in_force().filter(|version| operation.shows(version, viewer))
    else {
        let message = "Officers are bound to tasks of a promulgated plan, and there is none.";
        return Err(reasons.refuse_with(RefusalCode::PlanNotInForce, "", message));
    };
    let task = version.tasks.get(task_code).filter(|task| operation.shows_task(task, viewer));
    if task.is_none() {
        reasons.add(RefusalCode::NotFound, "taskId", "There is no such task.");
    }
    if post.is_none() {
        reasons.add(RefusalCode::NotFound, "post", "There is no such post.");
    }
    let (Some(task), Some(_)) = (task, post) else { return Err(reasons.refuse()) };
    // Asked of the calendar, which is short, where the operation may have an assignment for each of its tasks.
    let calendar = world.calendar(post_code)?;
    if calendar.entries.iter().any(|((of, _), entry)| of == code && entry.task == *task_code) {
        return reasons.or(Vec::new());
    }
    check_fit(coalition, task, post_code, "post", &mut reasons);
    let number = operation.assignments.get_max().map_or(1, |(last, _)| last + 1);
    let entry = Stretches::new(version, operation.h_hour).of(task);
    // Only of a post that could be bound: what else it does is not to be found out by asking for what is refused anyway.
    if reasons.is_empty()
        && let Some(clash) = calendar.clashes(code, number, &entry).next()
    {
        tell_overlap(operation, post_code, &entry, clash, viewer, "post", &mut reasons);
    }
    reasons.or(vec![Event::Assignment(AssignmentEvent::OfficerAssigned {
        operation: code.clone(),
        number,
        task: task_code.clone(),
        post: post_code.clone(),
        start: entry.start,
        duration: entry.duration,
        h_hour: entry.h_hour,
    })])
}

/// The lead's planners and commanders bind anybody, a partner's its own officers.
fn authorise(
    context: &Context<'_>,
    operation: &Operation,
    partner: Option<&PartnerCode>,
) -> Result<(), Rejection> {
    match partner {
        Some(partner) if context.actor.partner() == Some(partner) => context.require_of(partner, ROLES),
        _ => context.require_of(&operation.lead, ROLES),
    }
}

/// What the tasks of a version bind a post to.
struct Stretches {
    finishes: Finishes,
    h_hour: Option<Instant>,
}

impl Stretches {
    fn new(version: &Version, h_hour: Option<Instant>) -> Self {
        let hours = Hours { calendars: &version.sections.calendars, h_hour, floating: false };
        Self { finishes: Finishes::new(&hours), h_hour }
    }

    fn of(&mut self, task: &PlannedTask) -> Entry {
        let start = task.start_offset;
        // With its pauses, what takes nearly a hundred years takes more, and no event could be read that says so.
        let duration = (self.finishes.of(task) - start).min(Span::MAX);
        Entry { task: task.code.clone(), start, duration, h_hour: self.h_hour }
    }
}

/// Domain rule 12: the post cannot be bound for `entry`, because of another one.
fn tell_overlap(
    operation: &Operation,
    post: &PostCode,
    entry: &Entry,
    (other, clash): (&OperationCode, &Entry),
    viewer: Option<&PartnerCode>,
    field: &str,
    reasons: &mut Reasons,
) {
    // Another operation, or a task, may be hidden from the actor: its code is not named then.
    let what = if *other != operation.code {
        "in another operation".to_owned()
    } else if operation.task(&clash.task, viewer).is_some() {
        format!("with {}", clash.task)
    } else {
        "with another task".to_owned()
    };
    reasons.add_about(
        RefusalCode::OfficerOverlap,
        field,
        format!("{post} cannot take {}: it is bound {what} at that time.", entry.task),
        Some(PostId::of(post).to_string()),
    );
}

/// The calendars of all posts that are bound to tasks of the operation and of `others`, for bindings to be moved in.
fn calendars_of<'a>(
    world: &World,
    operation: &'a Operation,
    others: impl Iterator<Item = &'a PostCode>,
) -> Result<BTreeMap<&'a PostCode, Calendar>, Rejection> {
    let bound = operation.live_assignments().map(|assignment| &assignment.post);
    let posts: BTreeSet<_> = bound.chain(others).collect();
    world.need(posts.iter().map(|post| Subject::Calendar((*post).clone())))?;
    posts.into_iter().map(|post| Ok((post, world.calendar(post)?.clone()))).collect()
}

/// Binds the post as `entry` says; the event that tells so, unless it is bound for that time already.
fn bind(
    calendar: &mut Calendar,
    operation: &Operation,
    assignment: &Assignment,
    entry: Entry,
) -> Option<Event> {
    let (start, duration) = (entry.start, entry.duration);
    let before = calendar.entries.insert((operation.code.clone(), assignment.number), entry);
    if before.is_some_and(|before| (before.start, before.duration) == (start, duration)) {
        return None;
    }
    Some(Event::Assignment(AssignmentEvent::AssignmentRetimed {
        operation: operation.code.clone(),
        number: assignment.number,
        task: assignment.task.clone(),
        post: assignment.post.clone(),
        start,
        duration,
    }))
}

/// Binds each of these assignments for as long as its task takes; the events that tell of those that this changes.
fn bind_all<'a>(
    calendars: &mut BTreeMap<&'a PostCode, Calendar>,
    operation: &'a Operation,
    version: &Version,
    h_hour: Instant,
    assignments: impl Iterator<Item = &'a Assignment>,
) -> Vec<Event> {
    let mut stretches = Stretches::new(version, Some(h_hour));
    let mut events = Vec::new();
    for assignment in assignments {
        if let Some(task) = version.tasks.get(&assignment.task) {
            let calendar = calendars.entry(&assignment.post).or_default();
            events.extend(bind(calendar, operation, assignment, stretches.of(task)));
        }
    }
    events
}

/// Judges calendars once all in them has moved, so that two tasks of one post may change places. `field` is where to tell that a
/// task meets another, which is of another operation when there is `None`; `None` leaves it untold.
fn judge(
    operation: &Operation,
    calendars: &BTreeMap<&PostCode, Calendar>,
    field: impl Fn(&TaskCode, Option<&TaskCode>) -> Option<String>,
    reasons: &mut Reasons,
) {
    for (post, calendar) in calendars {
        let own = calendar.entries.iter().filter(|((code, _), _)| *code == operation.code);
        for ((code, number), entry) in own {
            let told = calendar.clashes(code, *number, entry).find_map(|clash| {
                let other = (clash.0 == code).then_some(&clash.1.task);
                Some((field(&entry.task, other)?, clash))
            });
            if let Some((field, clash)) = told {
                // Asked by the lead, who sees every task.
                tell_overlap(operation, post, entry, clash, Some(&operation.lead), &field, reasons);
            }
        }
    }
}

/// Judges every assignment of the operation as if H-hour were `h_hour`: the posts concerned, and which of them are bound for
/// another time from it then.
pub(crate) fn retime(
    world: &World,
    operation: &Operation,
    h_hour: Instant,
    field: &str,
    reasons: &mut Reasons,
) -> Result<(Vec<PostCode>, Vec<Event>), Rejection> {
    let mut calendars = calendars_of(world, operation, std::iter::empty())?;
    let events = operation
        .version_in_force()
        .map(|version| bind_all(&mut calendars, operation, version, h_hour, operation.live_assignments()));
    judge(operation, &calendars, |_, _| Some(field.to_owned()), reasons);
    Ok((calendars.into_keys().cloned().collect(), events.unwrap_or_default()))
}

/// What promulgating `version` does to assignments: those whose task has moved are judged again, those
/// whose task is gone, or led by another partner now, are withdrawn.
pub(crate) fn rebind(
    world: &World,
    operation: &Operation,
    version: &Version,
    reasons: &mut Reasons,
) -> Result<Vec<Event>, Rejection> {
    let mut moved = calendars_of(world, operation, std::iter::empty())?;
    let coalition = world.coalition()?;
    let mut events = Vec::new();
    let mut stretches = Stretches::new(version, operation.h_hour);
    for assignment in operation.live_assignments() {
        let (code, number) = (operation.code.clone(), assignment.number);
        let (post, task) = (assignment.post.clone(), assignment.task.clone());
        let calendar = moved.entry(&assignment.post).or_default();
        let partner = coalition.posts.get(&post).map(|post| &post.partner);
        let reason = match version.tasks.get(&task) {
            None => format!("Version {} of the plan has no such task.", version.number),
            // Else its officers would stay bound to a task that another nation has taken over.
            Some(planned) if partner != Some(&planned.lead) => {
                format!("Version {} of the plan gives the task to {}.", version.number, planned.lead)
            }
            Some(planned) => {
                events.extend(bind(calendar, operation, assignment, stretches.of(planned)));
                continue;
            }
        };
        calendar.entries.remove(&(code.clone(), number));
        let reason = short(&reason);
        let event = AssignmentEvent::AssignmentWithdrawn { operation: code, number, task, post, reason };
        events.push(Event::Assignment(event));
    }
    judge(operation, &moved, |_, _| Some(String::new()), reasons);
    Ok(events)
}

/// Who is to carry tasks out by an order.
pub(crate) struct Officers<'a> {
    pub given: &'a [NewOfficer],
    /// What the order is called.
    pub by: &'a str,
    /// Where the order moves H-hour to.
    pub h_hour: Option<Instant>,
}

/// What an order does to assignments: each task that it names goes to the post that it names, and is taken from all others.
/// The posts whose calendars are moved by its H-hour come with it.
pub(crate) fn reassign(
    world: &World,
    operation: &Operation,
    version: &Version,
    officers: &Officers<'_>,
    reasons: &mut Reasons,
) -> Result<(Vec<PostCode>, Vec<Event>), Rejection> {
    let coalition = world.coalition()?;
    let posts = officers.given.iter().map(|given| &given.post);
    let mut calendars =
        calendars_of(world, operation, posts.filter(|post| coalition.posts.contains_key(*post)))?;
    let given: BTreeMap<_, _> = officers.given.iter().map(|given| (&given.task, &given.post)).collect();
    let (mut events, mut bound) = (Vec::new(), BTreeSet::new());
    for assignment in operation.live_assignments() {
        let Some(post) = given.get(&assignment.task) else { continue };
        if **post == assignment.post {
            bound.insert(&assignment.task);
            continue;
        }
        let calendar = calendars.entry(&assignment.post).or_default();
        calendar.entries.remove(&(operation.code.clone(), assignment.number));
        events.push(Event::Assignment(AssignmentEvent::AssignmentWithdrawn {
            operation: operation.code.clone(),
            number: assignment.number,
            task: assignment.task.clone(),
            post: assignment.post.clone(),
            reason: short(&format!("{} gives the task to {post}.", officers.by)),
        }));
    }
    if let Some(h_hour) = officers.h_hour {
        let stay = |assignment: &&Assignment| {
            given.get(&assignment.task).is_none_or(|post| **post == assignment.post)
        };
        let staying = operation.live_assignments().filter(stay);
        events.extend(bind_all(&mut calendars, operation, version, h_hour, staying));
    }
    let mut stretches = Stretches::new(version, officers.h_hour.or(operation.h_hour));
    let mut number = operation.assignments.get_max().map_or(0, |(last, _)| *last);
    let mut fields = BTreeMap::new();
    for (index, NewOfficer { task, post }) in officers.given.iter().enumerate() {
        let field = format!("officers.{index}.post");
        let Some(planned) = version.tasks.get(task) else {
            let field = format!("officers.{index}.task");
            reasons.add(RefusalCode::NotFound, &field, "There is no such task.");
            continue;
        };
        check_fit(coalition, planned, post, &field, reasons);
        fields.insert(task, field);
        if bound.contains(task) {
            continue;
        }
        number += 1;
        let entry = stretches.of(planned);
        events.push(Event::Assignment(AssignmentEvent::OfficerAssigned {
            operation: operation.code.clone(),
            number,
            task: task.clone(),
            post: post.clone(),
            start: entry.start,
            duration: entry.duration,
            h_hour: entry.h_hour,
        }));
        calendars.entry(post).or_default().entries.insert((operation.code.clone(), number), entry);
    }
    // Only what could be bound is judged: what else a post does is not to be found out by asking for what is refused anyway.
    if reasons.is_empty() {
        let field = |task: &TaskCode, other: Option<&TaskCode>| {
            // What an order gives away is told where that was asked for, and not once more where it moves H-hour.
            let told_there = other.is_some_and(|other| fields.contains_key(other));
            let shifted = || (officers.h_hour.is_some() && !told_there).then(|| "hHour".to_owned());
            fields.get(task).cloned().or_else(shifted)
        };
        judge(operation, &calendars, field, reasons);
    }
    let posts: BTreeSet<_> = operation.live_assignments().map(|assignment| assignment.post.clone()).collect();
    Ok((posts.into_iter().collect(), events))
}

/// Whether a post can carry a task out, whatever else it does.
fn check_fit(coalition: &Coalition, task: &PlannedTask, code: &PostCode, field: &str, reasons: &mut Reasons) {
    let Some(post) = coalition.posts.get(code) else {
        reasons.add(RefusalCode::NotFound, field, "There is no such post.");
        return;
    };
    reasons.check(coalition.takes_tasks(&post.partner), RefusalCode::TakesNoTasks, field, || {
        format!("{} takes no tasks.", post.partner)
    });
    reasons.check(post.partner == task.lead, RefusalCode::PostNotOfLeadPartner, field, || {
        format!("{} leads {}, and {code} is a post of {}.", task.lead, task.code, post.partner)
    });
    coalition.check_liaison([&post.partner], field, reasons);
}

/// # Panics
/// Never: the texts above are within the bounds of prose.
pub(crate) fn short(sentence: &str) -> Prose {
    sentence.parse().expect("a short sentence is prose")
}

impl Assignment {
    pub fn id(&self, operation: OperationId) -> AssignmentId {
        AssignmentId::of(operation, self.number)
    }
}
