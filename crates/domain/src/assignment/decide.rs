//! Rules of assignments: an officer is bound to one thing at a time.

use crate::{
    Context, Event, Instant, OperationCode, PartnerCode, PostCode, Prose, Reasons, RefusalCode, Rejection,
    Role, Span, Subject, TaskCode, World,
    assignment::{
        Assignment, AssignmentCommand, AssignmentEvent, Booking, Bookings, OfficerRequest, Progress,
        carrying,
        telling::{short, tell_overlap},
    },
    coalition::Coalition,
    command::Decide,
    execution::Work,
    operation::{Operation, gates},
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
                let (viewer, coalition) = (context.actor.partner(), world.coalition()?);
                let shown = |found: &&Arc<Assignment>| operation.shows_work(&found.task, viewer, coalition);
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
            Self::Request { operation, task, post, reason } => {
                request(world, operation, (task, post), reason.as_ref(), context, reasons)
            }
            Self::AcceptRequested { operation, number } => {
                accept_requested(world, operation, *number, context, reasons)
            }
            Self::DeclineRequested { operation: code, number, reason } => {
                let (_, request, mut reasons) = find_request(world, code, *number, context, reasons)?;
                let declined = request.answer.as_ref().map(|answer| answer.declined.is_some());
                if declined == Some(true) {
                    return reasons.or(Vec::new());
                }
                reasons.check(declined.is_none(), RefusalCode::WrongState, "requestId", || {
                    format!("{} was given: withdraw the assignment.", request.post)
                });
                check_after_request(request, context, &mut reasons);
                reasons.or(vec![Event::Assignment(AssignmentEvent::OfficerRequestDeclined {
                    operation: code.clone(),
                    number: *number,
                    task: request.task.clone(),
                    post: request.post.clone(),
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
    let (operation, reasons) = world.visible_operation(code, context, reasons)?;
    let coalition = world.coalition()?;
    let post = coalition.posts.get(post_code);
    authorise(context, operation, post.map(|post| &post.partner))?;
    let place = find_task(world, operation, (task_code, "task"), post_code, context, reasons)?;
    let TaskInForce { work, mut reasons } = place;
    // Asked of the bookings, which is short, where the operation may have an assignment for each of its
    // tasks.
    let bookings = world.bookings(post_code)?;
    if bookings.entries.iter().any(|((of, _), booking)| of == code && booking.task == *task_code) {
        return reasons.or(Vec::new());
    }
    check_fit(coalition, work, post_code, context.actor.partner(), "post", &mut reasons);
    let at = (context, "post");
    let bound = bound(coalition, operation, work, (post_code, bookings), at, &mut reasons);
    reasons.or(bound)
}

/// A task of the plan in force, or of a response.
struct TaskInForce<'a> {
    work: Work<'a>,
    reasons: Reasons,
}

/// The task and its post, of a plan in force that is not suspended, or of a response.
fn find_task<'a>(
    world: &'a World,
    operation: &'a Operation,
    (task_code, field): (&TaskCode, &str),
    post: &PostCode,
    context: &Context<'_>,
    mut reasons: Reasons,
) -> Result<TaskInForce<'a>, Rejection> {
    let (coalition, viewer) = (world.coalition()?, context.actor.partner());
    let in_force = operation.plan.version_in_force();
    let shown = in_force.filter(|version| operation.shows(version, viewer, coalition));
    let work = operation.work(shown, task_code, viewer, coalition);
    if work.is_none_or(|work| matches!(work, Work::Planned(..))) {
        let Some(version) = shown else {
            let message = "Officers are bound to tasks of a promulgated plan, and there is none.";
            return Err(reasons.refuse_with(RefusalCode::PlanNotInForce, "", message));
        };
        gates::check_runs(version, &mut reasons);
    }
    if work.is_none() {
        reasons.add(RefusalCode::NotFound, field, "There is no such task.");
    }
    let post = coalition.posts.get(post);
    if post.is_none() {
        reasons.add(RefusalCode::NotFound, "post", "There is no such post.");
    }
    match (work, post) {
        (Some(work), Some(_)) => Ok(TaskInForce { work, reasons }),
        _ => Err(reasons.refuse()),
    }
}

/// That the post is bound to the task, from now on where that goes on, with a reason where it cannot be.
fn bound(
    coalition: &Coalition,
    operation: &Operation,
    work: Work<'_>,
    (post, bookings): (&PostCode, &Bookings),
    (context, field): (&Context<'_>, &str),
    reasons: &mut Reasons,
) -> Vec<Event> {
    let (code, viewer) = (&operation.code, context.actor.partner());
    let number = operation.assignments.get_max().map_or(1, |(last, _)| last + 1);
    check_not_ended(operation, work.code(), field, reasons);
    let planned = match work {
        Work::Planned(version, task) => Stretches::new(version, operation.h_hour).of(task),
        Work::Emergent(emergent) => Booking::of_response(&emergent.task),
    };
    let joined = carrying::join(operation, work, context.occurred_at);
    let booking = joined.as_ref().unwrap_or(&planned);
    // Only of a post that could be bound: what else it does is not to be found out by asking for what is
    // refused anyway.
    if reasons.is_empty()
        && let Some(clash) = bookings.clashes(code, number, booking, Some(context.now)).next()
    {
        let seen = operation.shows_work(&clash.1.task, viewer, coalition);
        tell_overlap(operation, post, booking, clash, seen, field, reasons);
    }
    let assigned = assigned(operation, number, post, &planned);
    let under_way = joined.and_then(|joined| carrying::under_way(operation, number, post, &joined));
    [assigned].into_iter().chain(under_way).collect()
}

/// The event that binds the post to what it is booked for.
fn assigned(operation: &Operation, number: u32, post: &PostCode, booking: &Booking) -> Event {
    Event::Assignment(AssignmentEvent::OfficerAssigned {
        operation: operation.code.clone(),
        number,
        task: booking.task.clone(),
        post: post.clone(),
        start: booking.start,
        duration: booking.duration,
        h_hour: booking.h_hour,
        is_fixed: booking.is_fixed,
    })
}

/// Nobody is bound to what is done or called off.
fn check_not_ended(operation: &Operation, task: &TaskCode, field: &str, reasons: &mut Reasons) {
    let status = operation.standing(task).status;
    reasons.check(!status.has_ended(), RefusalCode::WrongState, field, || format!("{task} is {status}."));
}

/// Asks the post's partner for it. What else the post does is that partner's to know: overlaps are judged
/// when it answers.
fn request(
    world: &World,
    code: &OperationCode,
    (task_code, post_code): (&TaskCode, &PostCode),
    reason: Option<&Prose>,
    context: &Context<'_>,
    reasons: Reasons,
) -> Result<Vec<Event>, Rejection> {
    let (operation, reasons) = world.visible_operation(code, context, reasons)?;
    let (by, coalition) = (context.require_post(ROLES)?, world.coalition()?);
    if !coalition.takes_tasks(by) {
        return Err(Rejection::Forbidden(format!("{by} takes no tasks, so it asks for no officers.")));
    }
    let place = find_task(world, operation, (task_code, "task"), post_code, context, reasons)?;
    let TaskInForce { work, mut reasons } = place;
    let same = |request: &Arc<OfficerRequest>| {
        let OfficerRequest { task, post, by: asked_by, answer, .. } = request.as_ref();
        (task, post, asked_by) == (task_code, post_code, by) && answer.is_none()
    };
    if operation.officer_requests.values().any(same) {
        return reasons.or(Vec::new());
    }
    check_fit(coalition, work, post_code, None, "post", &mut reasons);
    let own = coalition.posts.get(post_code).is_some_and(|post| post.partner == *by);
    reasons.check(!own, RefusalCode::WrongState, "post", || {
        format!("{post_code} is a post of your own: assign it.")
    });
    let bound = operation.assignments_of(task_code).any(|known| known.post == *post_code);
    reasons.check(!bound, RefusalCode::WrongState, "post", || {
        format!("{post_code} is bound to {task_code} already.")
    });
    let number = operation.officer_requests.get_max().map_or(1, |(last, _)| last + 1);
    reasons.or(vec![Event::Assignment(AssignmentEvent::OfficerRequested {
        operation: code.clone(),
        number,
        task: task_code.clone(),
        post: post_code.clone(),
        by: by.clone(),
        reason: reason.cloned(),
    })])
}

/// The request, for those who answer it: the post's own partner.
fn find_request<'a>(
    world: &'a World,
    code: &OperationCode,
    number: u32,
    context: &Context<'_>,
    reasons: Reasons,
) -> Result<(&'a Operation, &'a OfficerRequest, Reasons), Rejection> {
    let (operation, reasons) = world.visible_operation(code, context, reasons)?;
    let (viewer, coalition) = (context.actor.partner(), world.coalition()?);
    let found = operation
        .officer_requests
        .get(&number)
        .filter(|request| operation.shows_work(&request.task, viewer, coalition));
    let Some(request) = found else { return Err(reasons.not_found("requestId", "officer request")) };
    let partner = coalition.posts.get(&request.post).map_or(&operation.lead, |post| &post.partner);
    context.require_of(partner, ROLES)?;
    Ok((operation, request, reasons))
}

fn accept_requested(
    world: &World,
    code: &OperationCode,
    number: u32,
    context: &Context<'_>,
    reasons: Reasons,
) -> Result<Vec<Event>, Rejection> {
    let (operation, request, mut reasons) = find_request(world, code, number, context, reasons)?;
    if let Some(answer) = &request.answer {
        reasons.check(answer.declined.is_none(), RefusalCode::WrongState, "requestId", || {
            format!("{} was not given: it can be asked for anew.", request.post)
        });
        return reasons.or(Vec::new());
    }
    check_after_request(request, context, &mut reasons);
    let OfficerRequest { task: task_code, post, .. } = request;
    let place = find_task(world, operation, (task_code, "requestId"), post, context, reasons)?;
    let TaskInForce { work, mut reasons } = place;
    let mut events = vec![Event::Assignment(AssignmentEvent::OfficerRequestAccepted {
        operation: code.clone(),
        number,
        task: task_code.clone(),
        post: post.clone(),
    })];
    let bookings = world.bookings(post)?;
    if !operation.assignments_of(task_code).any(|known| known.post == *post) {
        let coalition = world.coalition()?;
        check_fit(coalition, work, post, None, "requestId", &mut reasons);
        let at = (context, "requestId");
        events.extend(bound(coalition, operation, work, (post, bookings), at, &mut reasons));
    }
    reasons.or(events)
}

/// A late entry must not make an answer older than what it answers.
fn check_after_request(request: &OfficerRequest, context: &Context<'_>, reasons: &mut Reasons) {
    let asked = request.requested_at;
    reasons.check(context.occurred_at >= asked, RefusalCode::InvalidValue, "occurredAt", || {
        format!("{} was asked for only at {}.", request.post, asked.to_rfc3339())
    });
}

/// A partner's planners and commanders bind its officers, and the lead's those that the plan foresees; each
/// of them takes assignments back.
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
        let (task, h_hour) = (task.code.clone(), self.h_hour);
        Booking { task, start, duration, h_hour, is_fixed: false, progress: Progress::Planned }
    }
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
        // What was started is where it is, whatever is asked for.
        let moves = |booking: &Booking| booking.progress == Progress::Planned && !booking.is_fixed;
        let own =
            bookings.entries.iter().filter(|((code, _), booking)| *code == operation.code && moves(booking));
        for ((code, number), booking) in own {
            let first = bookings.clashes(code, *number, booking, None).find_map(|clash| {
                let other = (clash.0 == code).then_some(&clash.1.task);
                Some((tell.field(&booking.task, other)?, clash))
            });
            if let Some((field, clash)) = first {
                // Asked by the lead, who sees every task.
                tell_overlap(operation, post, booking, clash, true, field, reasons);
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
    let moving = operation.live_assignments().filter(|known| !operation.has_started(&known.task));
    let events = operation
        .plan
        .version_in_force()
        .map(|version| bind_all(&mut bookings, operation, version, h_hour, moving));
    judge(operation, &bookings, &Tell::At(field), reasons);
    Ok((bookings.into_keys().cloned().collect(), events.unwrap_or_default()))
}

/// What promulgating `version` does to assignments: those whose task has moved are judged again, those
/// whose task is gone, or led by another partner now, are withdrawn, and so are those whose task has moved
/// without their partner's word: officers are bound for what their nation has agreed to.
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
    // What has begun stays as it is, unless another nation takes it over; and so does what a response made: no version
    // moves it.
    let of_plan = |known: &&Assignment| {
        let of = coalition.posts.get(&known.post).map(|post| &post.partner);
        let is_taken_over = || version.tasks.get(&known.task).is_some_and(|task| of != Some(&task.lead));
        (!operation.has_started(&known.task) || is_taken_over())
            && !operation.emergent_tasks.contains_key(&known.task)
    };
    for assignment in operation.live_assignments().filter(of_plan) {
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
                let booking = stretches.of(planned);
                let before = bookings.entries.get(&(code.clone(), number));
                let moved = before.is_none_or(|before| {
                    (before.start, before.duration) != (booking.start, booking.duration)
                });
                if !moved
                    || planned.lead == operation.lead
                    || version.has_agreed(&planned.lead, &planned.code)
                {
                    events.extend(bind(bookings, operation, assignment, booking));
                    continue;
                }
                let lead = &planned.lead;
                format!("Version {} of the plan moves the task, and {lead} has not agreed.", version.number)
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

/// What withdrawing the plan in force does to assignments: nobody is bound to what is not carried out.
pub(crate) fn free_all(operation: &Operation, version: u32) -> impl Iterator<Item = Event> {
    let of_plan = |known: &&Assignment| !operation.emergent_tasks.contains_key(&known.task);
    operation.live_assignments().filter(of_plan).map(move |assignment| {
        Event::Assignment(AssignmentEvent::AssignmentWithdrawn {
            operation: operation.code.clone(),
            number: assignment.number,
            task: assignment.task.clone(),
            post: assignment.post.clone(),
            reason: short(&format!("Version {version} of the plan was withdrawn.")),
        })
    })
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
    context: &Context<'_>,
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
                && !operation.has_started(&assignment.task)
        };
        let staying = operation.live_assignments().filter(stay);
        events.extend(bind_all(&mut bookings, operation, version, h_hour, staying));
    }
    let mut stretches = Stretches::new(version, officers.h_hour.or(operation.h_hour));
    let mut number = operation.assignments.get_max().map_or(0, |(last, _)| *last);
    let mut fields = BTreeMap::new();
    let field_of = |index| format!("officers.{index}.post");
    for (index, NewOfficer { task, post }) in officers.given.iter().enumerate() {
        let field = field_of(index);
        let Some(planned) = version.tasks.get(task) else {
            let field = format!("officers.{index}.task");
            reasons.add(RefusalCode::NotFound, &field, "There is no such task.");
            continue;
        };
        // Who is bound already was agreed to.
        let by = (!bound.contains(task)).then_some(&operation.lead);
        let work = Work::Planned(version, planned);
        check_fit(coalition, work, post, by, &field, reasons);
        fields.insert(task, field);
        if bound.contains(task) {
            continue;
        }
        check_not_ended(operation, task, &field_of(index), reasons);
        number += 1;
        let booking = stretches.of(planned);
        events.push(assigned(operation, number, post, &booking));
        let joined = carrying::join(operation, work, context.occurred_at);
        events
            .extend(joined.as_ref().and_then(|joined| carrying::under_way(operation, number, post, joined)));
        let booking = joined.unwrap_or(booking);
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

/// Whether a post can carry a task out, whatever else it does; and whether this partner may bind it to the task, if
/// that is asked: its own, and what the plan foresees and the post's partner has agreed to.
fn check_fit(
    coalition: &Coalition,
    work: Work<'_>,
    code: &PostCode,
    by: Option<&PartnerCode>,
    field: &str,
    reasons: &mut Reasons,
) {
    let Some(post) = coalition.posts.get(code) else {
        reasons.add(RefusalCode::NotFound, field, "There is no such post.");
        return;
    };
    reasons.check(coalition.takes_tasks(&post.partner), RefusalCode::TakesNoTasks, field, || {
        format!("{} takes no tasks.", post.partner)
    });
    let (task, lead) = (work.code(), work.lead());
    reasons.check(post.partner == *lead, RefusalCode::PostNotOfLeadPartner, field, || {
        format!("{lead} leads {task}, and {code} is a post of {}.", post.partner)
    });
    let foreseen = work.post() == Some(code);
    let own = by.is_none_or(|by| *by == post.partner || foreseen && work.has_agreed(&post.partner));
    reasons.check(own || post.partner != *lead, RefusalCode::NotYourOfficer, field, || {
        let why =
            if foreseen { "which has not agreed to it" } else { "and the plan in force does not foresee it" };
        format!("{code} is a post of {}, {why} for {task}: request it.", post.partner)
    });
    coalition.check_liaison([&post.partner], field, reasons);
}
