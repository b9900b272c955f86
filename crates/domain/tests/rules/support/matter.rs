//! Incidents and requests: commands as their senders would say them, and stories that have come so far.

use super::{Ask, Story, carrying::*, of, saphan::*};
use domain::{
    Actor, Command, Event, Instant, Priority, Role, Span,
    clock::{ClockKind, Limit, SetClock},
    coalition::{PartnerEvent, PartnerRole},
    incident::{
        Incident, IncidentCommand, IncidentEvent, IncidentKind, IncidentStanding, Methane, ResponseTask,
    },
    release::{Matter, Release},
    request::{
        Channel, NewRequest, Request, RequestCommand, RequestEvent, RequestKind, RequestStanding,
        RequestStatus,
    },
    watch::{WatchEvent, WatchRules},
};

/// An officer of the watch, who has no other role.
pub fn watch(post: &str) -> Actor {
    post_as(post, [Role::Watch])
}

pub fn limit(priority: Priority, clock: ClockKind, minutes: u32, to: Option<&str>) -> Limit {
    Limit { priority, clock, minutes, escalate_to: to.map(of) }
}

/// P1: acknowledged in 15 minutes, decided in 60, met in 180, or THA-01 is called.
pub fn rules() -> WatchRules {
    let limits = vec![
        limit(Priority::P1, ClockKind::Acknowledge, 15, None),
        limit(Priority::P1, ClockKind::Decide, 60, None),
        limit(Priority::P1, ClockKind::Respond, 180, Some("THA-01")),
        limit(Priority::P2, ClockKind::Acknowledge, 60, None),
        limit(Priority::P2, ClockKind::Decide, 240, None),
        limit(Priority::P3, ClockKind::Acknowledge, 1_440, Some("THA-01")),
    ];
    WatchRules { shift_hours: 12, min_officers: 2, min_nations: 2, limits }
}

/// The operation is active, and the watch has rules.
pub fn watched() -> Story {
    active().and([WatchEvent::WatchRulesSet { centre: of("CMCC"), rules: rules() }])
}

/// An observer, of which nobody holds a post.
pub fn observer(partner: &str) -> [PartnerEvent; 2] {
    let invited = PartnerEvent::PartnerInvited {
        partner: of(partner),
        profile: profile(partner),
        role: PartnerRole::Observer,
    };
    [invited, PartnerEvent::ObserverAdmitted { partner: of(partner) }]
}

pub fn clock_of(clock: ClockKind, due: i64, to: Option<&str>) -> SetClock {
    SetClock { clock, due_at: at(due), escalate_to: to.map(of) }
}

// Incidents.

pub fn methane() -> Methane {
    Methane {
        title: of("Persons reported being moved"),
        kind: IncidentKind::PersonsMoved,
        place: None,
        territory: Some(of("THA")),
        hazards: None,
        access: None,
        persons: Some(20),
        present: None,
        ccir: None,
    }
}

pub fn answering(command: IncidentCommand) -> Ask {
    Box::new(|_| Command::Incident(command))
}

pub fn report_as(incident: &str, report: Methane, release: Option<&[&str]>) -> Ask {
    let release = release.map(|to| Release { releasable_to: partners(to), ..Release::default() });
    answering(IncidentCommand::Report { operation: saphan(), incident: of(incident), report, release })
}

pub fn report_incident() -> Ask {
    report_as("INC-001", methane(), None)
}

pub fn triage(priority: Priority) -> Ask {
    triage_of("INC-001", priority)
}

pub fn triage_of(incident: &str, priority: Priority) -> Ask {
    answering(IncidentCommand::Triage { operation: saphan(), incident: of(incident), priority })
}

pub fn escalate_of(incident: &str, priority: Option<Priority>, to: Option<&str>) -> Ask {
    answering(IncidentCommand::Escalate {
        operation: saphan(),
        incident: of(incident),
        priority,
        to: to.map(of),
        reason: of("Nobody has answered"),
    })
}

pub fn escalate(priority: Option<Priority>, to: Option<&str>) -> Ask {
    escalate_of("INC-001", priority, to)
}

/// Thailand receives persons on its own bank, for three hours from that minute on.
pub fn receive(code: &str, start: i64) -> ResponseTask {
    ResponseTask {
        code: of(code),
        title: of("Receive persons on the bank"),
        lead: of("THA"),
        territory: of("THA"),
        post: None,
        start: at(start),
        duration: Span::hours(3),
    }
}

/// The partner does, on its own.
pub fn receive_by(partner: &str, code: &str, start: i64) -> ResponseTask {
    ResponseTask { lead: of(partner), territory: of(partner), ..receive(code, start) }
}

pub fn respond_to(incident: &str, task: Option<ResponseTask>) -> Ask {
    let incident = of(incident);
    Box::new(move |story| {
        Command::Incident(IncidentCommand::DecideResponse {
            operation: saphan(),
            incident,
            task,
            reasons: of("Risk to life"),
            seen_at: story.head(),
        })
    })
}

pub fn respond(task: Option<ResponseTask>) -> Ask {
    respond_to("INC-001", task)
}

pub fn dispatch_to(incident: &str, post: &str, task: Option<&str>) -> Ask {
    answering(IncidentCommand::Dispatch {
        operation: saphan(),
        incident: of(incident),
        post: of(post),
        task: task.map(of),
    })
}

pub fn dispatch(post: &str, task: Option<&str>) -> Ask {
    dispatch_to("INC-001", post, task)
}

pub fn arrive_at(incident: &str, post: &str) -> Ask {
    answering(IncidentCommand::RecordArrival { operation: saphan(), incident: of(incident), post: of(post) })
}

pub fn arrive(post: &str) -> Ask {
    arrive_at("INC-001", post)
}

pub fn contain_of(incident: &str, persons_recovered: Option<u32>) -> Ask {
    answering(IncidentCommand::Contain { operation: saphan(), incident: of(incident), persons_recovered })
}

pub fn contain(persons_recovered: Option<u32>) -> Ask {
    contain_of("INC-001", persons_recovered)
}

pub fn close_of(incident: &str) -> Ask {
    answering(IncidentCommand::Close { operation: saphan(), incident: of(incident), outcome: None })
}

pub fn close_incident() -> Ask {
    close_of("INC-001")
}

pub fn reopen_of(incident: &str) -> Ask {
    let reason = of("Another group is on its way");
    answering(IncidentCommand::Reopen { operation: saphan(), incident: of(incident), reason })
}

pub fn reopen() -> Ask {
    reopen_of("INC-001")
}

pub fn correct_of(incident: &str, claim: u32, to: Instant) -> Ask {
    answering(IncidentCommand::CorrectTimes {
        operation: saphan(),
        incident: of(incident),
        claim,
        at: to,
        reason: of("The boat's log says so"),
    })
}

pub fn correct_incident(claim: u32, to: Instant) -> Ask {
    correct_of("INC-001", claim, to)
}

/// That the incident's clock fell due.
pub fn miss_of(incident: &str, clock: u32) -> Ask {
    answering(IncidentCommand::MissDeadline { operation: saphan(), incident: of(incident), clock })
}

pub fn miss(clock: u32) -> Ask {
    miss_of("INC-001", clock)
}

pub fn incident(story: &Story) -> Incident {
    let operation = story.operation("SAPHAN");
    let known = operation.incidents.get(&of::<domain::IncidentCode>("INC-001"));
    known.expect("INC-001 was reported").as_ref().clone()
}

pub fn standing(story: &Story) -> IncidentStanding {
    incident(story).standing()
}

/// Reported by Thailand at H-hour.
pub fn incident_reported() -> Story {
    at_minute(watched(), 0).when(tha(), report_incident()).accepted()
}

/// And P1 twelve minutes later.
pub fn incident_triaged() -> Story {
    at_minute(incident_reported(), 12).when(watch("THA-01"), triage(Priority::P1)).accepted()
}

/// And closed an hour after it was reported.
pub fn incident_closed() -> Story {
    at_minute(incident_triaged(), 60).when(tha(), close_incident()).accepted()
}

pub fn inc_001() -> Matter {
    Matter::Incident(of("INC-001"))
}

pub fn missed(clock: u32, kind: ClockKind) -> Event {
    Event::Incident(IncidentEvent::IncidentDeadlineMissed {
        operation: saphan(),
        incident: of("INC-001"),
        clock,
        kind,
    })
}

// Requests.

pub fn asking(command: RequestCommand) -> Ask {
    Box::new(|_| Command::Request(command))
}

pub fn ask_of(to: &str) -> NewRequest {
    NewRequest {
        kind: RequestKind::Rfa,
        channel: Channel::Police,
        priority: Priority::P1,
        to: of(to),
        incident: None,
        text: of("Stop the boats on your bank"),
        due: None,
        release: Release::default(),
    }
}

pub fn issue_as(request: &str, ask: NewRequest) -> Ask {
    asking(RequestCommand::Issue { operation: saphan(), request: of(request), ask: Box::new(ask) })
}

pub fn issue(ask: NewRequest) -> Ask {
    issue_as("RFA-001", ask)
}

pub fn acknowledge_of(request: &str) -> Ask {
    asking(RequestCommand::Acknowledge { operation: saphan(), request: of(request) })
}

pub fn acknowledge() -> Ask {
    acknowledge_of("RFA-001")
}

pub fn accept_of(request: &str) -> Ask {
    asking(RequestCommand::Accept { operation: saphan(), request: of(request) })
}

pub fn accept() -> Ask {
    accept_of("RFA-001")
}

pub fn decline_of(request: &str) -> Ask {
    let reason = of("No boat is free");
    asking(RequestCommand::Decline { operation: saphan(), request: of(request), reason })
}

pub fn decline() -> Ask {
    decline_of("RFA-001")
}

pub fn fulfil_of(request: &str, answer: Option<&str>) -> Ask {
    let answer = answer.map(of);
    asking(RequestCommand::Fulfil { operation: saphan(), request: of(request), answer })
}

pub fn fulfil() -> Ask {
    fulfil_of("RFA-001", Some("17 were stopped"))
}

pub fn press_of(request: &str, priority: Option<Priority>, to: Option<&str>) -> Ask {
    asking(RequestCommand::Escalate {
        operation: saphan(),
        request: of(request),
        priority,
        to: to.map(of),
        reason: of("Nobody has answered"),
    })
}

/// Escalates the request.
pub fn press(priority: Option<Priority>, to: Option<&str>) -> Ask {
    press_of("RFA-001", priority, to)
}

pub fn withdraw_of(request: &str) -> Ask {
    let reason = of("Found elsewhere");
    asking(RequestCommand::Withdraw { operation: saphan(), request: of(request), reason })
}

pub fn withdraw() -> Ask {
    withdraw_of("RFA-001")
}

pub fn correct_request_of(request: &str, claim: u32, to: Instant) -> Ask {
    asking(RequestCommand::CorrectTimes {
        operation: saphan(),
        request: of(request),
        claim,
        at: to,
        reason: of("The radio log says so"),
    })
}

pub fn correct_request(claim: u32, to: Instant) -> Ask {
    correct_request_of("RFA-001", claim, to)
}

pub fn lapse_of(request: &str, clock: u32) -> Ask {
    asking(RequestCommand::MissDeadline { operation: saphan(), request: of(request), clock })
}

/// That the request's clock fell due.
pub fn lapse(clock: u32) -> Ask {
    lapse_of("RFA-001", clock)
}

pub fn request_of(story: &Story) -> Request {
    let operation = story.operation("SAPHAN");
    let known = operation.requests.get(&of::<domain::RequestCode>("RFA-001"));
    known.expect("RFA-001 was issued").as_ref().clone()
}

pub fn request_standing(story: &Story) -> RequestStanding {
    request_of(story).standing()
}

pub fn request_status(story: &Story) -> RequestStatus {
    request_standing(story).status
}

/// Asked by Thailand of Myanmar at H-hour, P1.
pub fn asked() -> Story {
    at_minute(watched(), 0).when(tha(), issue(ask_of("MMR"))).accepted()
}

pub fn lapsed(clock: u32, kind: ClockKind) -> Event {
    Event::Request(RequestEvent::RequestDeadlineMissed {
        operation: saphan(),
        request: of("RFA-001"),
        clock,
        kind,
    })
}
