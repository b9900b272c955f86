//! Fixtures: four partners, their posts in post, and Operation SAPHAN with a small plan.

use super::{Ask, Story, given, instant, of};
use domain::{
    Actor, AnnexCode, Code, Command, Event, OperationCode, PartnerCode, Position, PostCode, Role, Sha256,
    Span, TaskCode,
    assignment::{AssignmentCommand, AssignmentEvent},
    centre::CentreCommand,
    coalition::{
        CoalitionCommand, PartnerCommand, PartnerEvent, PartnerRole, PostCommand, PostEvent, Profile,
    },
    ids::OfficerId,
    operation::{OperationCommand, OperationEvent},
    plan::{
        Annex, ApprovalPolicy, Given, ImportedTask, Intent, LineOfEffort, Named, NewCondition, NewOfficer,
        OrderedChange, Phase, PlanCommand, PlanEvent, PlannedTask, Sections, TaskRevision, Terms, TimeWindow,
        Weekday, WorkCalendar, WorkingHours,
    },
    release::{Classification, HandlingCode, Marked, MarkedItem, Matter, Release},
};
use std::collections::BTreeSet;
use strum::VariantArray as _;
use uuid::Uuid;

pub const ALL_ROLES: [Role; 3] = [Role::Commander, Role::Planner, Role::Liaison];

/// The holder of a post, with every role that a partner's post may have.
pub fn post(code: &str) -> Actor {
    post_as(code, ALL_ROLES)
}

pub fn post_as(code: &str, roles: impl IntoIterator<Item = Role>) -> Actor {
    let (partner, _) = code.split_once('-').expect("a post's code starts with its partner's");
    Actor::Post { post: of(code), partner: of(partner), roles: roles.into_iter().collect() }
}

pub fn tha() -> Actor {
    post("THA-02")
}

pub fn chn() -> Actor {
    post("CHN-01")
}

pub fn mmr() -> Actor {
    post("MMR-01")
}

pub fn lao() -> Actor {
    post("LAO-01")
}

/// The administering service.
pub fn import() -> Actor {
    Actor::Service { name: "import".to_owned(), roles: [Role::Admin].into() }
}

pub fn saphan() -> OperationCode {
    of("SAPHAN")
}

pub fn officer(number: u128) -> OfficerId {
    OfficerId(Uuid::from_u128(number))
}

pub fn tasks(codes: &[&str]) -> BTreeSet<TaskCode> {
    codes.iter().map(|code| of(code)).collect()
}

pub fn partners(codes: &[&str]) -> BTreeSet<PartnerCode> {
    codes.iter().map(|code| of(code)).collect()
}

pub fn profile(name: &str) -> Profile {
    Profile { name: of(name), agency: of("Police"), time_zone: Some(of("Asia/Bangkok")), currency: None }
}

pub fn acceded(partner: &str, role: PartnerRole) -> Event {
    PartnerEvent::PartnerAcceded { partner: of(partner), profile: profile(partner), role }.into()
}

/// A post is established and held.
pub fn held(code: &str, liaison: bool) -> [Event; 2] {
    let (partner, _) = code.split_once('-').expect("a post's code starts with its partner's");
    let (post, title): (PostCode, _) = (of(code), of("Officer"));
    let established = PostEvent::PostEstablished { post: post.clone(), partner: of(partner), title, liaison };
    [established.into(), PostEvent::OfficerTookPost { post, officer: officer(1) }.into()]
}

/// THA (host), CHN and MMR (principals) and LAO (participant), each with its liaison officer in post.
pub fn coalition() -> Vec<Event> {
    let mut events = vec![
        acceded("THA", PartnerRole::Host),
        acceded("CHN", PartnerRole::Principal),
        acceded("MMR", PartnerRole::Principal),
        acceded("LAO", PartnerRole::Participant),
    ];
    for liaison in ["THA-02", "CHN-01", "MMR-01", "LAO-01"] {
        events.extend(held(liaison, true));
    }
    for code in ["THA-01", "CHN-03", "MMR-02", "LAO-02"] {
        events.extend(held(code, false));
    }
    events
}

pub fn initiated(code: &str, releasable_to: &[&str]) -> Event {
    OperationEvent::OperationInitiated {
        operation: of(code),
        title: of("Assistance to trafficking victims"),
        lead: of("THA"),
        classification: Classification::Restricted,
        releasable_to: partners(releasable_to),
        handling: HandlingCode::H0,
    }
    .into()
}

/// The coalition and the operation, released to all four.
pub fn operation() -> Story {
    given(coalition()).and([initiated("SAPHAN", &["CHN", "LAO", "MMR", "THA"])])
}

pub fn sections() -> Sections {
    let phase = |code, name| Phase { code: of(code), name: of(name), gate: None };
    Sections {
        situation: Some(of("Persons are held at two compounds.")),
        mission: Some(of("Recover and assist them.")),
        commanders_intent: Some(Intent {
            purpose: of("Protect victims first"),
            key_tasks: vec![of("T16")],
            end_state: of("All are screened"),
        }),
        concept: Some(of("Prepare, act, assist.")),
        lines_of_effort: vec![LineOfEffort { code: of("LOE1"), name: of("Victim assistance") }],
        phases: vec![phase("P1", "Prepare"), phase("P3", "Action")],
        h_hour_window: Some(window()),
        approval_policy: ApprovalPolicy::default(),
        ..Sections::default()
    }
}

pub fn window() -> TimeWindow {
    TimeWindow { from: instant("2023-10-08T00:00:00+07:00"), to: instant("2023-10-16T00:00:00+07:00") }
}

/// Hours relative to H-hour.
pub fn task(code: &str, lead: &str, territory: &str, start: i64, hours: i64, pre: &[&str]) -> PlannedTask {
    PlannedTask {
        code: of(code),
        title: of("A task"),
        phase: of("P3"),
        line_of_effort: Some(of("LOE1")),
        lead: of(lead),
        territory: of(territory),
        post: None,
        start_offset: Span::hours(start),
        duration: Span::hours(hours),
        predecessors: pre.iter().map(|pre| of(pre)).collect(),
        terms: Terms::default(),
    }
}

/// A task on each territory; China leads one on Thailand's.
pub fn small_plan() -> Vec<PlannedTask> {
    vec![
        task("T01", "THA", "THA", -24, 24, &[]),
        task("T02", "CHN", "THA", -24, 12, &["T01"]),
        task("T16", "MMR", "MMR", 0, 12, &["T01"]),
        task("T21", "MMR", "MMR", 12, 12, &["T16"]),
        task("T27", "LAO", "LAO", 48, 24, &["T21"]),
    ]
}

/// Version 1 is being drafted and complete.
pub fn draft() -> Story {
    draft_with(sections(), small_plan())
}

pub fn draft_with(sections: Sections, tasks: Vec<PlannedTask>) -> Story {
    let drafted = PlanEvent::PlanDrafted { operation: saphan(), number: 1, sections: Box::new(sections) };
    let added =
        tasks.into_iter().map(|task| PlanEvent::TaskAddedToPlan { operation: saphan(), number: 1, task });
    operation().and([drafted]).and(added)
}

/// Version 1 is under decision.
pub fn submitted() -> Story {
    draft().when(tha(), submit()).accepted()
}

/// Version 1 has all that its promulgation needs.
pub fn approved() -> Story {
    approve_by_all(submitted(), 1)
}

/// Version 1 is in force.
pub fn in_force() -> Story {
    approved().when(tha(), promulgate(1)).accepted()
}

/// Mondays to Fridays from 8 to 16 in Yangon, for the tasks of one post.
pub fn office(post: &str) -> WorkCalendar {
    let day = |day| WorkingHours { day, from: of("08:00"), to: of("16:00") };
    WorkCalendar {
        code: of("OFFICE"),
        name: of("Office hours"),
        time_zone: of("Asia/Yangon"),
        week: Weekday::VARIANTS[..5].iter().copied().map(day).collect(),
        holidays: Vec::new(),
        rest: None,
        partners: BTreeSet::new(),
        posts: [of(post)].into(),
    }
}

/// Version 1 is in force, and Myanmar's T16, of 16 hours from H-hour on, is foreseen for a post with office
/// hours. T17, from H+20 to H+22, and T21, from H+32 to H+44, are carried out round the clock.
pub fn in_office_hours() -> Story {
    let mut tasks = small_plan();
    tasks.retain(|task| !["T16", "T21"].contains(&task.code.as_str()));
    tasks.push(PlannedTask { post: Some(of("MMR-02")), ..task("T16", "MMR", "MMR", 0, 16, &["T01"]) });
    tasks.push(task("T17", "MMR", "MMR", 20, 2, &[]));
    tasks.push(task("T21", "MMR", "MMR", 32, 12, &["T16"]));
    let sections = Sections { calendars: vec![office("MMR-02")], ..sections() };
    let story = draft_with(sections, tasks).when(tha(), submit()).accepted();
    approve_by_all(story, 1).when(tha(), promulgate(1)).accepted()
}

pub fn approve_by_all(story: Story, number: u32) -> Story {
    story
        .when(tha(), approve(number))
        .accepted()
        .when(chn(), approve(number))
        .accepted()
        .when(mmr(), approve(number))
        .accepted()
        .when(lao(), consent(number, &[]))
        .accepted()
}

/// Version `number` is opened as it stands, approved by all and put in force after `change`.
pub fn amend(story: Story, number: u32, change: impl FnOnce(Story) -> Story) -> Story {
    let amended = change(story.when(tha(), open_amendment()).accepted());
    approve_by_all(amended.when(tha(), submit()).accepted(), number)
}

// Commands, each as its sender would say it.

pub fn partner(command: PartnerCommand) -> Ask {
    Box::new(|_| Command::Partner(command))
}

pub fn centre(command: CentreCommand) -> Ask {
    Box::new(|_| Command::Centre(command))
}

pub fn posting(command: PostCommand) -> Ask {
    Box::new(|_| Command::Post(command))
}

pub fn operating(command: OperationCommand) -> Ask {
    Box::new(|_| Command::Operation(command))
}

pub fn planning(command: PlanCommand) -> Ask {
    Box::new(|_| Command::Plan(command))
}

/// Marks the operation.
pub fn release(to: &[&str]) -> Ask {
    mark(None, to)
}

pub fn release_version(number: u32, to: &[&str]) -> Ask {
    mark(Some(Marked::PlanVersion { number }), to)
}

pub fn release_task(task: &str, to: &[&str]) -> Ask {
    mark(Some(Marked::Task { task: of(task) }), to)
}

pub fn release_annex(number: u32, annex: &str, to: &[&str]) -> Ask {
    mark(Some(Marked::Annex { number, annex: of(annex) }), to)
}

pub fn release_matter(matter: Matter, to: &[&str]) -> Ask {
    mark(Some(Marked::Matter(matter)), to)
}

fn mark(item: Option<Marked>, to: &[&str]) -> Ask {
    let release = Release { releasable_to: partners(to), ..Release::default() };
    operating(OperationCommand::MarkReleasability { operation: saphan(), item, release })
}

/// A mark that says nothing but for whom.
pub fn marked(item: Option<MarkedItem>, to: &[&str]) -> OperationEvent {
    OperationEvent::ReleasabilityMarked {
        operation: saphan(),
        releasable_to: partners(to),
        classification: None,
        handling: None,
        item,
    }
}

pub fn declare_exercise() -> Ask {
    Box::new(|_| Command::Coalition(CoalitionCommand::DeclareExercise { title: of("Exercise") }))
}

pub fn add_task(task: PlannedTask) -> Ask {
    planning(PlanCommand::AddTask { operation: saphan(), task: Box::new(task), release: None })
}

/// Of an hour, led by THA on its own territory; `start` in hours from H-hour.
pub fn imported(code: &str, start: Option<i64>, predecessors: &[&str]) -> ImportedTask {
    let PlannedTask { code, title, phase, lead, territory, duration, predecessors, .. } =
        task(code, "THA", "THA", 0, 1, predecessors);
    ImportedTask {
        code,
        title,
        phase,
        line_of_effort: None,
        lead,
        territory,
        post: None,
        start_offset: start.map(Span::hours),
        duration,
        predecessors,
        terms: Terms::default(),
        release: None,
    }
}

pub fn import_tasks(tasks: Vec<ImportedTask>) -> Ask {
    planning(PlanCommand::ImportTasks { operation: saphan(), tasks, calendars: None })
}

pub fn import_with(tasks: Vec<ImportedTask>, calendars: Vec<WorkCalendar>) -> Ask {
    planning(PlanCommand::ImportTasks { operation: saphan(), tasks, calendars: Some(calendars) })
}

pub fn remove_task(code: &str) -> Ask {
    planning(PlanCommand::RemoveTask { operation: saphan(), task: of(code) })
}

pub fn revise_task(code: &str, revision: TaskRevision) -> Ask {
    planning(PlanCommand::ReviseTask { operation: saphan(), task: of(code), revision: Box::new(revision) })
}

pub fn move_task(code: &str, start: i64) -> Ask {
    revise_task(code, TaskRevision { start_offset: Some(Span::hours(start)), ..TaskRevision::default() })
}

/// `dependency` as people write it.
pub fn add_dependency(task: &str, dependency: &str) -> Ask {
    planning(PlanCommand::AddDependency { operation: saphan(), task: of(task), dependency: of(dependency) })
}

pub fn annex(code: &str, text: &str) -> Annex {
    Annex {
        code: of::<AnnexCode>(code),
        title: of("Situation and sites"),
        text: Some(of(text)),
        classification: Classification::Confidential,
        releasable_to: partners(&["THA", "MMR"]),
        handling: HandlingCode::H0,
    }
}

pub fn attach(annex: Annex) -> Ask {
    planning(PlanCommand::AttachAnnex { operation: saphan(), annex: Box::new(annex) })
}

pub fn submit() -> Ask {
    planning(PlanCommand::Submit { operation: saphan() })
}

pub fn recall() -> Ask {
    planning(PlanCommand::Recall { operation: saphan(), reason: of("Site B has moved") })
}

pub fn open_amendment() -> Ask {
    let reason = of("Handover at the border");
    planning(PlanCommand::OpenAmendment { operation: saphan(), reason, release: None })
}

/// The version as it was submitted, seen just now.
pub fn named(story: &Story, number: u32) -> Named {
    let operation = story.operation("SAPHAN");
    let content_hash = operation.plan.version(number).and_then(|version| version.content_hash);
    Named {
        operation: saphan(),
        number,
        content_hash: content_hash.unwrap_or(Sha256([0; 32])),
        seen_at: story.head(),
    }
}

pub fn approve(number: u32) -> Ask {
    Box::new(move |story| {
        Command::Plan(PlanCommand::Approve { named: named(story, number), conditions: Vec::new() })
    })
}

/// Approves what is named, which the test has bent.
pub fn approve_named(bend: impl FnOnce(&mut Named) + 'static) -> Ask {
    Box::new(move |story| {
        let mut named = named(story, 1);
        bend(&mut named);
        Command::Plan(PlanCommand::Approve { named, conditions: Vec::new() })
    })
}

pub fn condition(code: &str, gate: &str) -> NewCondition {
    NewCondition { code: of(code), gate: of::<Code>(gate), text: of("All terminals accepted") }
}

pub fn approve_if(number: u32, conditions: Vec<NewCondition>) -> Ask {
    Box::new(move |story| Command::Plan(PlanCommand::Approve { named: named(story, number), conditions }))
}

pub fn reject(number: u32, objects_to: &[&str]) -> Ask {
    let objects_to = tasks(objects_to);
    Box::new(move |story| {
        Command::Plan(PlanCommand::Reject {
            named: named(story, number),
            reason_code: Some(of("SOVEREIGNTY")),
            reason: of("Foreign officers on our territory"),
            objects_to,
        })
    })
}

pub fn consent(number: u32, to: &[&str]) -> Ask {
    let tasks = tasks(to);
    Box::new(move |story| Command::Plan(PlanCommand::Consent { named: named(story, number), tasks }))
}

pub fn revoke(number: u32) -> Ask {
    planning(PlanCommand::Revoke { operation: saphan(), number, reason: of("On reflection") })
}

pub fn satisfy(number: u32, partner: &str, condition: &str) -> Ask {
    planning(PlanCommand::SatisfyCondition {
        operation: saphan(),
        number,
        partner: of(partner),
        condition: of(condition),
        evidence: of("Delivery accepted 12/12"),
    })
}

pub fn propose(number: u32, partner: &str, condition: &str, evidence: &str) -> Ask {
    planning(PlanCommand::ProposeSatisfaction {
        operation: saphan(),
        number,
        partner: of(partner),
        condition: of(condition),
        evidence: of(evidence),
    })
}

pub fn contest(number: u32, partner: &str, condition: &str) -> Ask {
    planning(PlanCommand::ContestCondition {
        operation: saphan(),
        number,
        partner: of(partner),
        condition: of(condition),
        reason: of("Two terminals do not work"),
    })
}

pub fn confirm(number: u32) -> Ask {
    planning(PlanCommand::ConfirmDecision { operation: saphan(), number })
}

pub fn withdraw_plan() -> Ask {
    planning(PlanCommand::Withdraw { operation: saphan(), reason: of("The border is closed") })
}

pub fn share_draft(with: &[&str]) -> Ask {
    planning(PlanCommand::ShareDraft { operation: saphan(), with: partners(with) })
}

pub fn request(task: &str, post: &str) -> Ask {
    let (task, post, reason) = (of(task), of(post), Some(of("For the night crossing")));
    let command = AssignmentCommand::Request { operation: saphan(), task, post, reason };
    Box::new(|_| Command::Assignment(command))
}

pub fn accept_requested(number: u32) -> Ask {
    let command = AssignmentCommand::AcceptRequested { operation: saphan(), number };
    Box::new(|_| Command::Assignment(command))
}

pub fn decline_requested(number: u32) -> Ask {
    let command = AssignmentCommand::DeclineRequested { operation: saphan(), number, reason: of("On leave") };
    Box::new(|_| Command::Assignment(command))
}

pub fn waive(number: u32, partner: &str, condition: &str) -> Ask {
    planning(PlanCommand::WaiveCondition {
        operation: saphan(),
        number,
        partner: of(partner),
        condition: of(condition),
        reason: of("Ten are enough"),
    })
}

pub fn promulgate(number: u32) -> Ask {
    Box::new(move |story| {
        let seen_at = story.head();
        Command::Plan(PlanCommand::Promulgate { operation: saphan(), number, seen_at })
    })
}

pub fn promulgate_seen_at(number: u32, seen_at: Position) -> Ask {
    planning(PlanCommand::Promulgate { operation: saphan(), number, seen_at })
}

pub fn assign(task: &str, post: &str) -> Ask {
    assign_in("SAPHAN", task, post)
}

pub fn assign_in(operation: &str, task: &str, post: &str) -> Ask {
    let command = AssignmentCommand::Assign { operation: of(operation), task: of(task), post: of(post) };
    Box::new(|_| Command::Assignment(command))
}

pub fn withdraw_assignment(number: u32) -> Ask {
    let command = AssignmentCommand::Withdraw { operation: saphan(), number, reason: of("Needed elsewhere") };
    Box::new(|_| Command::Assignment(command))
}

pub fn set_h_hour(at: &str) -> Ask {
    operating(OperationCommand::SetHHour { operation: saphan(), at: instant(at) })
}

pub fn shift_h_hour(to: &str) -> Ask {
    operating(OperationCommand::ShiftHHour {
        operation: saphan(),
        to: instant(to),
        reason: of("River flooding"),
    })
}

pub fn order(h_hour: Option<&str>, officers: &[(&str, &str)]) -> Ask {
    let officer = |(task, post): &(&str, &str)| NewOfficer { task: of(task), post: of(post) };
    planning(PlanCommand::IssueFragmentaryOrder {
        operation: saphan(),
        reason: of("River flooding"),
        change: OrderedChange {
            h_hour: h_hour.map(instant),
            officers: officers.iter().map(officer).collect(),
        },
    })
}

pub fn activate() -> Ask {
    operating(OperationCommand::Activate { operation: saphan() })
}

pub fn change_role(code: &str, role: PartnerRole) -> Ask {
    partner(PartnerCommand::ChangeRole { partner: of(code), role, reason: of("Decided by all") })
}

pub fn suspend(code: &str) -> Ask {
    partner(PartnerCommand::Suspend { partner: of(code), reason: of("A breach") })
}

pub fn reinstate(code: &str) -> Ask {
    partner(PartnerCommand::Reinstate { partner: of(code), reason: of("The breach was closed") })
}

pub fn leave(code: &str) -> Ask {
    partner(PartnerCommand::Withdraw { partner: of(code), reason: of("Mandate has ended") })
}

pub fn relieve(code: &str) -> Ask {
    posting(PostCommand::Relieve { post: of(code), reason: of("End of rotation") })
}

// Events, each with what the story has come to.

pub fn retimed(number: u32, task: &str, post: &str, start: i64, hours: i64) -> AssignmentEvent {
    AssignmentEvent::AssignmentRetimed {
        operation: saphan(),
        number,
        task: of(task),
        post: of(post),
        start: Span::hours(start),
        duration: Span::hours(hours),
    }
}

pub fn decided(story: &Story, number: u32, partner: &str) -> Given {
    let Named { content_hash, seen_at, .. } = named(story, number);
    Given { partner: of(partner), content_hash, seen_at }
}

pub fn assigned(number: u32, task: &str, post: &str, start: i64, hours: i64) -> AssignmentEvent {
    AssignmentEvent::OfficerAssigned {
        operation: saphan(),
        number,
        task: of(task),
        post: of(post),
        start: Span::hours(start),
        duration: Span::hours(hours),
        h_hour: None,
        is_fixed: false,
    }
}

pub fn set_terms(code: &str, terms: Terms) -> Ask {
    planning(PlanCommand::SetTaskTerms {
        operation: saphan(),
        task: of(code),
        terms,
        keeping: BTreeSet::new(),
    })
}
