//! Rules of assignments: an officer is bound to one thing at a time.

use crate::{
    Context, Event, Instant, OperationCode, PartnerCode, PostCode, Prose, Reasons, RefusalCode, Rejection,
    Role, Span, Subject, TaskCode, World,
    assignment::{Assignment, AssignmentCommand, AssignmentEvent, Booking, Bookings},
    coalition::Coalition,
    command::Decide,
    ids::PostId,
    operation::Operation,
    plan::{NewOfficer, PlannedTask, Version},
    schedule::{Finishes, Hours},
};
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

/// Who of the lead, or of the post's partner, may bind officers.
const ROLES: &[Role] = &[Role::Commander, Role::Planner];

impl World {
    pub fn bookings(&self, post: &PostCode) -> Result<&Bookings, Rejection> {
        self.folded(Subject::Bookings(post.clone()))
    }
}

impl Decide for AssignmentCommand {
    fn operation(&self) -> Option<&OperationCode> {
        Some(AssignmentCommand::operation(self))
    }

    fn decide(
        &self,
        world: &World,
        context: &Context<'_>,
        reasons: Reasons,
    ) -> Result<Vec<Event>, Rejection> {
        match self {
            Self::Assign { operation, task, post } => assign(world, operation, task, post, context, reasons),
            Self::Withdraw { operation: code, number, reason } => {
                let (operation, mut reasons) = world.visible_operation(code, context, reasons)?;
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
        Subject::Bookings(post_code.clone()),
    ])?;
    let (operation, mut reasons) = world.visible_operation(code, context, reasons)?;
    let coalition = world.coalition()?;
    let post = coalition.posts.get(post_code);
    authorise(context, operation, post.map(|post| &post.partner))?;
    let viewer = context.actor.partner();
    let Some(version) = operation.plan.version_in_force().filter(|version| operation.shows(version, viewer))
    else {
        let message = "Officers are bound to tasks of a promulgated plan, and there is none.";
        return Err(reasons.refuse_with(RefusalCode::PlanNotInForce, "", message));
    };
    let task = version.tasks.get(task_code).filter(|task| operation.shows_task(task, viewer));
    if task.is_none() {
        reasons.add(RefusalCode::NotFound, "task", "There is no such task.");
    }
    if post.is_none() {
        reasons.add(RefusalCode::NotFound, "post", "There is no such post.");
    }
    let (Some(task), Some(_)) = (task, post) else { return Err(reasons.refuse()) };
    // Asked of the bookings, which is short, where the operation may have an assignment for each of its
    // tasks.
    let bookings = world.bookings(post_code)?;
    if bookings.entries.iter().any(|((of, _), booking)| of == code && booking.task == *task_code) {
        return reasons.or(Vec::new());
    }
    check_fit(coalition, task, post_code, "post", &mut reasons);
    let number = operation.assignments.get_max().map_or(1, |(last, _)| last + 1);
    let booking = Stretches::new(version, operation.h_hour).of(task);
    // Only of a post that could be bound: what else it does is not to be found out by asking for what is
    // refused anyway.
    if reasons.is_empty()
        && let Some(clash) = bookings.clashes(code, number, &booking).next()
    {
        tell_overlap(operation, post_code, &booking, clash, viewer, "post", &mut reasons);
    }
    reasons.or(vec![Event::Assignment(AssignmentEvent::OfficerAssigned {
        operation: code.clone(),
        number,
        task: task_code.clone(),
        post: post_code.clone(),
        start: booking.start,
        duration: booking.duration,
        h_hour: booking.h_hour,
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

    fn of(&mut self, task: &PlannedTask) -> Booking {
        let start = task.start_offset;
        // With its pauses, what takes nearly a hundred years takes more, and no event could be read that says
        // so.
        let duration = (self.finishes.of(task) - start).min(Span::MAX);
        Booking { task: task.code.clone(), start, duration, h_hour: self.h_hour }
    }
}

/// Domain rule 12: the post cannot be bound for `booking`, because of another one.
fn tell_overlap(
    operation: &Operation,
    post: &PostCode,
    booking: &Booking,
    (other, clash): (&OperationCode, &Booking),
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
        format!("{post} cannot take {}: it is bound {what} at that time.", booking.task),
        Some(PostId::of(post).to_string()),
    );
}

/// The bookings of all posts that are bound to tasks of the operation and of `others`, for bindings to be
/// moved in.
fn bookings_of<'a>(
    world: &World,
    operation: &'a Operation,
    others: impl Iterator<Item = &'a PostCode>,
) -> Result<BTreeMap<&'a PostCode, Bookings>, Rejection> {
    let bound = operation.live_assignments().map(|assignment| &assignment.post);
    let posts: BTreeSet<_> = bound.chain(others).collect();
    world.need(posts.iter().map(|post| Subject::Bookings((*post).clone())))?;
    posts.into_iter().map(|post| Ok((post, world.bookings(post)?.clone()))).collect()
}

/// Binds the post as `booking` says; the event that tells so, unless it is bound for that time already.
fn bind(
    bookings: &mut Bookings,
    operation: &Operation,
    assignment: &Assignment,
    booking: Booking,
) -> Option<Event> {
    let (start, duration) = (booking.start, booking.duration);
    let before = bookings.entries.insert((operation.code.clone(), assignment.number), booking);
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

/// Binds each of these assignments for as long as its task takes; the events that tell of those that this
/// changes.
fn bind_all<'a>(
    bookings: &mut BTreeMap<&'a PostCode, Bookings>,
    operation: &'a Operation,
    version: &Version,
    h_hour: Instant,
    assignments: impl Iterator<Item = &'a Assignment>,
) -> Vec<Event> {
    let mut stretches = Stretches::new(version, Some(h_hour));
    let mut events = Vec::new();
    for assignment in assignments {
        if let Some(task) = version.tasks.get(&assignment.task) {
            let bookings = bookings.entry(&assignment.post).or_default();
            events.extend(bind(bookings, operation, assignment, stretches.of(task)));
        }
    }
    events
}

/// Which input a clash is told at.
enum Tell<'a> {
    /// Every one at this.
    At(&'a str),
    /// Where an order gives the task away; else where it moves H-hour, if it does. A clash between a task
    /// that it gives away and one that it does not is told from the side of the first alone.
    Order { given: &'a BTreeMap<&'a TaskCode, String>, moves_h_hour: bool },
}

impl Tell<'_> {
    /// Of a clash of `task`; `other` is the task that it meets, when that is of the same operation.
    fn field(&self, task: &TaskCode, other: Option<&TaskCode>) -> Option<&str> {
        match self {
            Self::At(field) => Some(field),
            Self::Order { given, moves_h_hour } => match given.get(task) {
                Some(field) => Some(field),
                None if *moves_h_hour && other.is_none_or(|other| !given.contains_key(other)) => {
                    Some("hHour")
                }
                None => None,
            },
        }
    }
}

/// Judges bookings once all in them has moved, so that two tasks of one post may change places.
fn judge(
    operation: &Operation,
    bookings: &BTreeMap<&PostCode, Bookings>,
    tell: &Tell<'_>,
    reasons: &mut Reasons,
) {
    for (post, bookings) in bookings {
        let own = bookings.entries.iter().filter(|((code, _), _)| *code == operation.code);
        for ((code, number), booking) in own {
            let first = bookings.clashes(code, *number, booking).find_map(|clash| {
                let other = (clash.0 == code).then_some(&clash.1.task);
                Some((tell.field(&booking.task, other)?, clash))
            });
            if let Some((field, clash)) = first {
                // Asked by the lead, who sees every task.
                tell_overlap(operation, post, booking, clash, Some(&operation.lead), field, reasons);
            }
        }
    }
}

/// Judges every assignment of the operation as if H-hour were `h_hour`: the posts concerned, and which of
/// them are bound for another time from it then.
pub(crate) fn retime(
    world: &World,
    operation: &Operation,
    h_hour: Instant,
    field: &str,
    reasons: &mut Reasons,
) -> Result<(Vec<PostCode>, Vec<Event>), Rejection> {
    let mut bookings = bookings_of(world, operation, std::iter::empty())?;
    let events = operation
        .plan
        .version_in_force()
        .map(|version| bind_all(&mut bookings, operation, version, h_hour, operation.live_assignments()));
    judge(operation, &bookings, &Tell::At(field), reasons);
    Ok((bookings.into_keys().cloned().collect(), events.unwrap_or_default()))
}

/// What promulgating `version` does to assignments: those whose task has moved are judged again, those
/// whose task is gone, or led by another partner now, are withdrawn.
pub(crate) fn rebind(
    world: &World,
    operation: &Operation,
    version: &Version,
    reasons: &mut Reasons,
) -> Result<Vec<Event>, Rejection> {
    let mut moved = bookings_of(world, operation, std::iter::empty())?;
    let coalition = world.coalition()?;
    let mut events = Vec::new();
    let mut stretches = Stretches::new(version, operation.h_hour);
    for assignment in operation.live_assignments() {
        let (code, number) = (operation.code.clone(), assignment.number);
        let (post, task) = (assignment.post.clone(), assignment.task.clone());
        let bookings = moved.entry(&assignment.post).or_default();
        let partner = coalition.posts.get(&post).map(|post| &post.partner);
        let reason = match version.tasks.get(&task) {
            None => format!("Version {} of the plan has no such task.", version.number),
            // Else its officers would stay bound to a task that another nation has taken over.
            Some(planned) if partner != Some(&planned.lead) => {
                format!("Version {} of the plan gives the task to {}.", version.number, planned.lead)
            }
            Some(planned) => {
                events.extend(bind(bookings, operation, assignment, stretches.of(planned)));
                continue;
            }
        };
        bookings.entries.remove(&(code.clone(), number));
        let reason = short(&reason);
        let event = AssignmentEvent::AssignmentWithdrawn { operation: code, number, task, post, reason };
        events.push(Event::Assignment(event));
    }
    judge(operation, &moved, &Tell::At(""), reasons);
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

/// What an order does to assignments: each task that it names goes to the post that it names, and is taken
/// from all others. The posts whose bookings are moved by its H-hour come with it.
pub(crate) fn reassign(
    world: &World,
    operation: &Operation,
    version: &Version,
    officers: &Officers<'_>,
    reasons: &mut Reasons,
) -> Result<(Vec<PostCode>, Vec<Event>), Rejection> {
    let coalition = world.coalition()?;
    let posts = officers.given.iter().map(|given| &given.post);
    let mut bookings =
        bookings_of(world, operation, posts.filter(|post| coalition.posts.contains_key(*post)))?;
    let given: BTreeMap<_, _> = officers.given.iter().map(|given| (&given.task, &given.post)).collect();
    let (mut events, mut bound) = (Vec::new(), BTreeSet::new());
    for assignment in operation.live_assignments() {
        let Some(post) = given.get(&assignment.task) else { continue };
        if **post == assignment.post {
            bound.insert(&assignment.task);
            continue;
        }
        let bookings = bookings.entry(&assignment.post).or_default();
        bookings.entries.remove(&(operation.code.clone(), assignment.number));
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
        events.extend(bind_all(&mut bookings, operation, version, h_hour, staying));
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
        let booking = stretches.of(planned);
        events.push(Event::Assignment(AssignmentEvent::OfficerAssigned {
            operation: operation.code.clone(),
            number,
            task: task.clone(),
            post: post.clone(),
            start: booking.start,
            duration: booking.duration,
            h_hour: booking.h_hour,
        }));
        bookings.entry(post).or_default().entries.insert((operation.code.clone(), number), booking);
    }
    // Only what could be bound is judged: what else a post does is not to be found out by asking for what is
    // refused anyway.
    if reasons.is_empty() {
        let tell = Tell::Order { given: &fields, moves_h_hour: officers.h_hour.is_some() };
        judge(operation, &bookings, &tell, reasons);
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
