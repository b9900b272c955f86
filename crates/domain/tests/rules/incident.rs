//! Incidents: who reports, judges, answers and ends them, in which order, and who may not know of them.

use crate::support::{Ask, Story, carrying::*, gate, matter::*, of, saphan::*};
use domain::{
    Event, Position, Priority, RefusalCode, Role, Span,
    clock::ClockKind,
    incident::{IncidentCommand, IncidentEvent, IncidentStatus, Methane, Responder},
    operation::OperationEvent,
    plan::{Ccir, Sections},
    release::{MarkedItem, Release},
};

type Incident = IncidentEvent;

fn reported(owner: &str) -> Incident {
    Incident::IncidentReported {
        operation: saphan(),
        incident: of("INC-001"),
        owner: of(owner),
        report: methane(),
        release: None,
    }
}

fn status(story: &Story) -> IncidentStatus {
    standing(story).status
}

fn dispatched(post: &str, partner: &str, task: Option<&str>) -> Incident {
    Incident::ResponderDispatched {
        operation: saphan(),
        incident: of("INC-001"),
        post: of(post),
        partner: of(partner),
        task: task.map(of),
    }
}

fn arrived(post: &str) -> Incident {
    Incident::ResponderArrived { operation: saphan(), incident: of("INC-001"), post: of(post) }
}

fn responder(story: &Story, post: &str) -> Responder {
    let standing = standing(story);
    let known = standing.responders.into_iter().find(|known| known.post.as_str() == post);
    known.expect("it was sent")
}

#[test]
fn an_incident_is_reported_judged_answered_contained_and_closed() {
    let (operation, code) = (saphan, || of("INC-001"));
    let story = at_minute(watched(), 0).when(tha(), report_incident()).then([reported("THA")]);
    assert_eq!(status(&story), IncidentStatus::Reported);
    let clocks =
        vec![clock_of(ClockKind::Decide, 60, None), clock_of(ClockKind::Respond, 180, Some("THA-01"))];
    let triaged = Incident::IncidentTriaged {
        operation: operation(),
        incident: code(),
        priority: Priority::P1,
        clocks,
    };
    let story = at_minute(story, 12).when(watch("MMR-02"), triage(Priority::P1)).then([triaged]);
    assert_eq!(status(&story), IncidentStatus::Triaged);
    let task = receive("ET-01", 55);
    let decided = Incident::ResponseDecided {
        operation: operation(),
        incident: code(),
        task: Some(task.clone()),
        reasons: of("Risk to life"),
        seen_at: story.head(),
    };
    let story = at_minute(story, 51).when(tha(), respond(Some(task))).then([decided]);
    assert_eq!(status(&story), IncidentStatus::Responding);
    let story = at_minute(story, 60)
        .when(post_as("THA-01", [Role::Planner]), dispatch("THA-01", Some("ET-01")))
        .then([dispatched("THA-01", "THA", Some("ET-01"))]);
    let story = at_minute(story, 75)
        .when(mmr(), dispatch("MMR-02", None))
        .then([dispatched("MMR-02", "MMR", None)])
        .when(mmr(), dispatch("MMR-02", None))
        .unchanged();
    let story = at_minute(story, 180).when(tha(), arrive("THA-01")).then([arrived("THA-01")]);
    let contained =
        Incident::IncidentContained { operation: operation(), incident: code(), persons_recovered: Some(17) };
    let story = at_minute(story, 210).when(post("MMR-02"), contain(Some(17))).then([contained]);
    assert_eq!(status(&story), IncidentStatus::Contained);
    // Its report came hours after it was there.
    let story = at_minute(story, 405)
        .late(minutes(220))
        .when(post("MMR-02"), arrive("MMR-02"))
        .then([arrived("MMR-02")]);
    assert_eq!(responder(&story, "MMR-02").arrived_at, Some(at(185)));
    let closed = Incident::IncidentClosed { operation: operation(), incident: code(), outcome: None };
    let story = at_minute(story, 425)
        .when(watch("THA-01"), close_incident())
        .then([closed])
        .when(tha(), close_incident())
        .unchanged();
    let standing = standing(&story);
    assert_eq!(standing.status, IncidentStatus::Closed);
    assert_eq!(standing.persons_recovered, Some(17));
    assert_eq!(standing.first_arrival(), Some(at(180)));
    let then = |minute| incident(&story).standing_at(at(minute)).status;
    assert_eq!(then(-1), IncidentStatus::Reported, "nothing is known of it");
    assert_eq!(
        [11, 50, 209, 424, 425].map(then),
        [
            IncidentStatus::Reported,
            IncidentStatus::Triaged,
            IncidentStatus::Responding,
            IncidentStatus::Contained,
            IncidentStatus::Closed,
        ]
    );
}

#[test]
fn whoever_works_for_a_partner_that_takes_tasks_reports() {
    let story = || at_minute(watched(), 0);
    for actor in [post_as("LAO-02", [Role::Planner]), watch("CHN-03"), post_as("MMR-02", [Role::Liaison])] {
        story().when(actor, report_incident()).accepted();
    }
    story().when(post_as("THA-01", [Role::Reviewer, Role::Admin]), report_incident()).forbidden();
    story().when(import(), report_incident()).forbidden();
    let observed = story().and(observer("INTERPOL")).and(held("INTERPOL-01", true));
    let observed = observed.and([marked(None, &["INTERPOL", "MMR"])]);
    observed.when(post("INTERPOL-01"), report_incident()).forbidden();
}

#[test]
fn everything_that_is_wrong_with_a_report_is_told_at_once() {
    let report = Methane { territory: Some(of("VNM")), ccir: Some(of("CCIR3")), ..methane() };
    incident_reported()
        .late(Span::hours(47))
        .when(tha(), report_as("INC-001", report, Some(&["VNM"])))
        .refused_at([
            (RefusalCode::AlreadyExists, "code"),
            (RefusalCode::UnknownReference, "territory"),
            (RefusalCode::UnknownReference, "ccir"),
            (RefusalCode::UnknownReference, "releasableTo"),
        ])
        .saying("The code INC-001 is taken.");
    at_minute(watched(), 0)
        .late(Span::hours(24 * 60))
        .because("Found in a drawer")
        .when(tha(), report_incident())
        .refused_at([(RefusalCode::InvalidValue, "occurredAt")]);
    at_minute(watched(), 0)
        .late(Span::hours(72))
        .when(tha(), report_incident())
        .refused_at([(RefusalCode::LateReasonRequired, "lateReason")]);
}

#[test]
fn an_information_requirement_is_one_of_a_plan_that_the_reporter_reads() {
    let ccir = Ccir::plain(of("CCIR3"), of("Persons moved before H-hour"));
    let sections = Sections { ccir: vec![ccir], ..sections() };
    let story = draft_with(sections, small_plan()).when(tha(), submit()).accepted();
    let story = activated(approve_by_all(story, 1).when(tha(), promulgate(1)).accepted());
    let ask = || report_as("INC-001", Methane { ccir: Some(of("CCIR3")), ..methane() }, None);
    story.clone().when(lao(), ask()).accepted();
    let hidden = story.and([marked(Some(MarkedItem::PlanVersion { number: 1 }), &["CHN", "MMR"])]);
    hidden.when(lao(), ask()).refused_at([(RefusalCode::UnknownReference, "ccir")]);
}

/// What can be asked of an incident, each by somebody of that partner who otherwise may.
fn asks(code: &'static str) -> Vec<Ask> {
    vec![
        triage_of(code, Priority::P1),
        escalate_of(code, None, Some("THA-01")),
        respond_to(code, None),
        dispatch_to(code, "CHN-03", None),
        arrive_at(code, "CHN-03"),
        contain_of(code, Some(3)),
        close_of(code),
        reopen_of(code),
        correct_of(code, 1, at(0)),
        miss_of(code, 1),
    ]
}

#[test]
fn an_incident_that_is_hidden_does_not_exist() {
    let hidden = || {
        let story = at_minute(watched(), 0);
        story.when(tha(), report_as("INC-001", methane(), Some(&["MMR"]))).accepted()
    };
    for (known, absent) in asks("INC-001").into_iter().zip(asks("INC-099")) {
        let known = hidden().when(chn(), known).refused_at([(RefusalCode::NotFound, "incident")]).refusals;
        assert_eq!(known, hidden().when(chn(), absent).rejected().refusals);
    }
    let story = hidden();
    story.clone().when(watch("MMR-01"), triage(Priority::P1)).accepted();
    // Its owner and the operation's lead read it, whatever it says, and so does who is made to work on it.
    let by_china = at_minute(watched(), 0);
    let by_china = by_china.when(chn(), report_as("INC-001", methane(), Some(&[]))).accepted();
    by_china.clone().when(mmr(), triage(Priority::P2)).refused_at([(RefusalCode::NotFound, "incident")]);
    let by_china = by_china.when(tha(), respond(Some(receive_by("MMR", "ET-01", 5)))).accepted();
    by_china.when(mmr(), triage(Priority::P2)).accepted();
    // Of an operation that is hidden, nothing is.
    let gone = story.and([marked(None, &[])]);
    gone.when(mmr(), triage(Priority::P1)).refused_at([(RefusalCode::NotFound, "incident")]);
}

#[test]
fn who_works_on_an_incident_brings_that_to_its_end_though_it_reads_the_operation_no_more() {
    let story = at_minute(incident_triaged(), 20).when(mmr(), dispatch("MMR-02", None)).accepted();
    let story = at_minute(story.and([marked(None, &["CHN"])]), 30);
    story
        .clone()
        .when(lao(), escalate(None, Some("LAO-02")))
        .refused_at([(RefusalCode::NotFound, "incident")])
        .when(mmr(), dispatch("MMR-02", Some("T16")))
        .refused_at([(RefusalCode::NotFound, "task")])
        .when(mmr(), report_as("INC-002", methane(), None))
        .refused_at([(RefusalCode::NotFound, "operation")]);
    let story = story.when(mmr(), arrive("MMR-02")).accepted().when(mmr(), contain(Some(3))).accepted();
    let story = story.when(mmr(), correct_incident(4, at(29))).accepted();
    assert_eq!(responder(&story, "MMR-02").arrived_at, Some(at(29)));
}

#[test]
fn an_incident_is_judged_once_by_an_officer_of_any_watch_and_becomes_only_more_urgent() {
    let story = at_minute(incident_reported(), 5);
    story.clone().when(post_as("THA-02", [Role::Planner, Role::Liaison]), triage(Priority::P2)).forbidden();
    story.clone().when(import(), triage(Priority::P2)).forbidden();
    story
        .clone()
        .when(watch("LAO-02"), escalate(Some(Priority::P1), None))
        .refused_at([(RefusalCode::WrongState, "priority")])
        .saying("INC-001 has no priority yet: triage it.");
    story
        .clone()
        .late(minutes(8))
        .when(watch("LAO-02"), triage(Priority::P2))
        .refused_at([(RefusalCode::InvalidValue, "occurredAt")]);
    let story = story
        .when(watch("LAO-02"), triage(Priority::P2))
        .accepted()
        .when(watch("THA-01"), triage(Priority::P2))
        .unchanged()
        .when(watch("THA-01"), triage(Priority::P1))
        .refused_at([(RefusalCode::WrongState, "priority")])
        .saying("INC-001 is P2 already: escalate it.")
        .when(watch("THA-01"), escalate(Some(Priority::P2), None))
        .refused_at([(RefusalCode::WrongState, "priority")])
        .saying("INC-001 is P2: it can only become more urgent.")
        .when(watch("THA-01"), escalate(None, None))
        .refused_at([(RefusalCode::InvalidValue, "")])
        .story;
    story.clone().when(post_as("THA-01", [Role::Liaison]), escalate(Some(Priority::P1), None)).forbidden();
    story
        .clone()
        .when(watch("THA-01"), escalate(Some(Priority::P3), Some("VNM-01")))
        .refused_at([(RefusalCode::WrongState, "priority"), (RefusalCode::UnknownReference, "to")]);
    let story = story.when(watch("LAO-02"), escalate(Some(Priority::P1), Some("CHN-03"))).accepted();
    assert_eq!(standing(&story).priority, Some(Priority::P1));
}

#[test]
fn nobody_is_called_to_an_incident_that_its_partner_may_not_read() {
    let story = at_minute(watched(), 0);
    let story = story.when(tha(), report_as("INC-001", methane(), Some(&["MMR"]))).accepted();
    story
        .when(tha(), escalate(None, Some("CHN-03")))
        .refused_at([(RefusalCode::PartyCannotRead, "to")])
        .saying("CHN may not read this, so CHN-03 is not called to it.")
        .when(tha(), escalate(None, Some("MMR-02")))
        .accepted();
}

#[test]
fn a_response_is_for_a_commander_of_the_owner_or_the_lead() {
    let by_china = || at_minute(watched(), 0).when(chn(), report_incident()).accepted();
    by_china().when(chn(), respond(None)).accepted();
    by_china().when(tha(), respond(None)).accepted();
    by_china().when(mmr(), respond(None)).forbidden();
    for roles in [vec![Role::Watch], vec![Role::Liaison, Role::Planner]] {
        by_china().when(post_as("THA-02", roles), respond(None)).forbidden();
    }
}

#[test]
fn everything_that_is_wrong_with_a_response_is_told_at_once() {
    let task = domain::incident::ResponseTask {
        lead: of("VNM"),
        territory: of("THA"),
        post: Some(of("MMR-02")),
        duration: Span::ZERO,
        ..receive("T16", 60)
    };
    let incident = incident_triaged();
    let seen_at = Position(1);
    let ask = answering(IncidentCommand::DecideResponse {
        operation: saphan(),
        incident: of("INC-001"),
        task: Some(task),
        reasons: of("Risk to life"),
        seen_at,
    });
    incident.when(tha(), ask).refused_at([
        (RefusalCode::SeenAtInvalid, "seenAt"),
        (RefusalCode::AlreadyExists, "task.code"),
        (RefusalCode::TakesNoTasks, "task.leadPartner"),
        (RefusalCode::PartyCannotRead, "task.leadPartner"),
        (RefusalCode::ForeignLeadWithoutConsent, "task.territory"),
        (RefusalCode::PostNotOfLeadPartner, "task.post"),
        (RefusalCode::LiaisonNotInPost, "task.leadPartner"),
        (RefusalCode::InvalidValue, "task.duration"),
    ]);
    let nobody = domain::incident::ResponseTask { post: Some(of("THA-99")), ..receive("ET-01", 60) };
    incident_triaged().when(tha(), respond(Some(nobody))).refused_at([(RefusalCode::NotFound, "task.post")]);
    let far = receive("ET-01", 60 * 24 * 365 * 60);
    incident_triaged()
        .when(tha(), respond(Some(far)))
        .refused_at([(RefusalCode::InvalidValue, "task.start")]);
}

#[test]
fn everybody_sends_their_own_and_says_when_they_were_there() {
    let story = at_minute(incident_triaged(), 20);
    story.clone().when(tha(), dispatch("MMR-02", None)).forbidden();
    story.clone().when(post_as("MMR-01", [Role::Planner]), dispatch("MMR-02", None)).forbidden();
    story.clone().when(post_as("MMR-02", [Role::Reviewer]), dispatch("MMR-02", None)).forbidden();
    story.clone().when(tha(), dispatch("THA-99", None)).refused_at([(RefusalCode::NotFound, "post")]);
    story
        .clone()
        .when(mmr(), dispatch("MMR-02", Some("T01")))
        .refused_at([(RefusalCode::PostNotOfLeadPartner, "task")])
        .saying("THA leads T01, and MMR-02 is a post of MMR.");
    story.clone().when(mmr(), dispatch("MMR-02", Some("T99"))).refused_at([(RefusalCode::NotFound, "task")]);
    story
        .clone()
        .when(mmr(), arrive("MMR-02"))
        .refused_at([(RefusalCode::WrongState, "post")])
        .saying("MMR-02 was not sent to INC-001.");
    let sent = story.when(watch("MMR-01"), dispatch("MMR-02", None)).accepted();
    // Later it is said what for.
    let sent = sent.when(mmr(), dispatch("MMR-02", Some("T16"))).accepted();
    assert_eq!(responder(&sent, "MMR-02").task, Some(of("T16")));
    assert_eq!(responder(&sent, "MMR-02").dispatched_at, at(20));
    sent.clone().when(tha(), arrive("MMR-02")).forbidden();
    let late = at_minute(sent.clone(), 40).late(minutes(30));
    late.when(mmr(), arrive("MMR-02")).refused_at([(RefusalCode::InvalidValue, "occurredAt")]);
    at_minute(sent, 40)
        .when(mmr(), arrive("MMR-02"))
        .accepted()
        .when(mmr(), arrive("MMR-02"))
        .refused_at([(RefusalCode::WrongState, "post")])
        .saying("MMR-02 arrived at 2023-10-08T23:40:00+00:00: correct that claim.");
}

#[test]
fn an_arrival_by_a_watch_that_is_slow_is_one_all_the_same() {
    let story = at_minute(incident_triaged(), 20).when(mmr(), dispatch("MMR-02", None)).accepted();
    let story = at_minute(story, 21).late(minutes(2)).when(mmr(), arrive("MMR-02")).accepted();
    assert_eq!(responder(&story, "MMR-02").arrived_at, Some(at(19)));
    story.when(mmr(), arrive("MMR-02")).refused_at([(RefusalCode::WrongState, "post")]);
}

#[test]
fn who_was_sent_or_answers_for_it_contains_it() {
    let story = at_minute(incident_triaged(), 20);
    story.clone().when(post_as("THA-01", [Role::Liaison]), contain(None)).forbidden();
    story.clone().when(mmr(), contain(None)).forbidden();
    story.clone().when(watch("THA-01"), contain(None)).accepted();
    let sent = story.when(mmr(), dispatch("MMR-02", None)).accepted();
    let story = sent.when(post_as("MMR-02", [Role::Planner]), contain(None)).accepted();
    let story = story.when(tha(), contain(None)).unchanged().when(tha(), contain(Some(17))).accepted();
    let story = story.when(tha(), contain(Some(17))).unchanged().when(tha(), contain(None)).unchanged();
    assert_eq!(standing(&story).contained_at, Some(at(21)), "the first that said so");
    let story = story.when(tha(), contain(Some(18))).accepted();
    assert_eq!(standing(&story).persons_recovered, Some(18));
}

#[test]
fn a_closed_incident_takes_what_happened_before_and_nothing_after() {
    let story = at_minute(incident_closed(), 90);
    let closed = [(RefusalCode::WrongState, "incident")];
    for ask in [
        triage(Priority::P2),
        escalate(None, Some("CHN-03")),
        respond(None),
        dispatch("THA-01", None),
        contain(Some(1)),
    ] {
        let refused = story.clone().when(tha(), ask).rejected();
        assert!(refused.refusals.iter().any(|refusal| closed[0].0 == refusal.code), "{:?}", refused.refusals);
    }
    story.clone().when(tha(), respond(None)).refused_at(closed).saying("INC-001 is closed.");
    // It was decided half an hour before, and sent, and told only now.
    let story = story.late(minutes(60)).when(tha(), respond(None)).accepted();
    let story = at_minute(story, 91).late(minutes(51)).when(tha(), dispatch("THA-01", None)).accepted();
    let story = at_minute(story, 92).late(minutes(42)).when(tha(), arrive("THA-01")).accepted();
    let story = at_minute(story, 93).late(minutes(40)).when(tha(), contain(Some(4))).accepted();
    let known = standing(&story);
    assert_eq!((known.status, known.closed_at), (IncidentStatus::Closed, Some(at(60))));
    assert_eq!((known.decided_at, known.first_arrival()), (Some(at(30)), Some(at(50))));
    assert_eq!(known.persons_recovered, Some(4));
}

#[test]
fn an_incident_is_closed_and_reopened_by_the_watch_or_a_commander_of_its_owner_or_the_lead() {
    let by_china = || at_minute(watched(), 0).when(chn(), report_incident()).accepted();
    for actor in [watch("CHN-03"), watch("THA-01"), chn(), tha()] {
        let closed = by_china().when(actor.clone(), close_incident()).accepted();
        closed.when(actor, reopen()).accepted();
    }
    for actor in [mmr(), post_as("CHN-01", [Role::Liaison, Role::Planner]), import()] {
        by_china().when(actor.clone(), close_incident()).forbidden();
        incident_closed().when(actor, reopen()).forbidden();
    }
    by_china()
        .when(tha(), reopen())
        .refused_at([(RefusalCode::WrongState, "incident")])
        .saying("INC-001 is REPORTED.");
    let late = at_minute(incident_triaged(), 30).late(minutes(25)).when(tha(), close_incident());
    late.refused_at([(RefusalCode::InvalidValue, "occurredAt")]);
}

#[test]
fn a_call_of_the_clock_does_not_hinder_that_an_incident_was_over_before() {
    let story = at_minute(incident_triaged(), 181).when(domain::Actor::clock(), miss(2)).accepted();
    let story = at_minute(story, 200).late(minutes(50)).when(tha(), close_incident()).accepted();
    assert_eq!((status(&story), standing(&story).closed_at), (IncidentStatus::Closed, Some(at(150))));
    let respond = incident(&story).clocks.get(2).unwrap().clone();
    assert_eq!((respond.stopped_at, respond.breached_at), (Some(at(150)), Some(at(180))));
}

#[test]
fn a_reopened_incident_is_answered_anew() {
    let story = at_minute(incident_triaged(), 20).when(tha(), respond(None)).accepted();
    let story = story.when(mmr(), dispatch("MMR-02", None)).accepted();
    let story = at_minute(story, 40).when(mmr(), arrive("MMR-02")).accepted();
    let story = at_minute(story, 50).when(tha(), close_incident()).accepted();
    let reopened = Incident::IncidentReopened {
        operation: saphan(),
        incident: of("INC-001"),
        reason: of("Another group is on its way"),
        clocks: vec![
            clock_of(ClockKind::Decide, 160, None),
            clock_of(ClockKind::Respond, 280, Some("THA-01")),
        ],
    };
    let story = at_minute(story, 100).when(watch("THA-01"), reopen()).then([reopened]);
    let known = standing(&story);
    assert_eq!(known.status, IncidentStatus::Triaged);
    assert_eq!((known.decided_at, known.closed_at, known.first_arrival()), (None, None, None));
    let open = |story: &Story| -> Vec<u32> {
        let open = incident(story);
        open.clocks.iter().filter(|clock| clock.is_open()).map(|clock| clock.number).collect()
    };
    assert_eq!(open(&story), [3, 4]);
    // Whoever was there before is sent again, and arrives again.
    let story = at_minute(story, 110).when(mmr(), dispatch("MMR-02", None)).accepted();
    assert_eq!(responder(&story, "MMR-02").arrived_at, None);
    assert_eq!(responder(&story, "MMR-02").dispatched_at, at(110));
    let story = at_minute(story, 130).when(mmr(), arrive("MMR-02")).accepted();
    assert_eq!((open(&story), standing(&story).first_arrival()), (vec![3], Some(at(130))));
    story
        .clone()
        .when(mmr(), arrive("MMR-02"))
        .refused_at([(RefusalCode::WrongState, "post")])
        .when(mmr(), dispatch("MMR-02", None))
        .unchanged();
    // What is said of before is of what was over.
    story
        .late(minutes(32))
        .when(tha(), respond(None))
        .refused_at([(RefusalCode::InvalidValue, "occurredAt")])
        .saying("INC-001 was reopened only at 2023-10-09T00:40:00+00:00.");
}

#[test]
fn who_is_there_after_a_reopening_has_arrived_whenever_it_is_said_to_have_been_sent() {
    let story = at_minute(incident_triaged(), 20).when(mmr(), dispatch("MMR-02", None)).accepted();
    let story = at_minute(story, 50).when(tha(), close_incident()).accepted();
    let story = at_minute(story, 60).when(tha(), reopen()).accepted();
    let story = at_minute(story, 70).when(mmr(), arrive("MMR-02")).accepted();
    let story = at_minute(story, 80).when(mmr(), dispatch("MMR-02", None)).accepted();
    let known = responder(&story, "MMR-02");
    assert_eq!((known.dispatched_at, known.arrived_at), (at(80), Some(at(70))));
}

#[test]
fn a_reopening_ends_the_clocks_before_it_whatever_is_corrected() {
    let story = at_minute(incident_triaged(), 50).when(tha(), close_incident()).accepted();
    let story = at_minute(story, 60).when(tha(), reopen()).accepted();
    let story = at_minute(story, 65).when(tha(), close_incident()).accepted();
    let story = at_minute(story, 70).when(tha(), reopen()).accepted();
    // The second end was before the first reopening, it is said.
    let story = at_minute(story, 80).when(tha(), correct_incident(5, at(55))).accepted();
    let stopped: Vec<_> = incident(&story).clocks.iter().map(|clock| clock.stopped_at).collect();
    assert_eq!(stopped, [Some(at(50)), Some(at(50)), Some(at(70)), Some(at(70)), None, None]);
}

#[test]
fn an_incident_is_not_reopened_before_it_was_closed_however_little() {
    let story = at_minute(incident_closed(), 61).late(minutes(2));
    story
        .when(tha(), reopen())
        .refused_at([(RefusalCode::InvalidValue, "occurredAt")])
        .saying("INC-001 was closed only at 2023-10-09T00:00:00+00:00.");
}

#[test]
fn an_incident_that_is_judged_only_after_it_was_reopened_has_its_clocks_from_then() {
    let story = at_minute(incident_reported(), 10).when(tha(), close_incident()).accepted();
    let story = at_minute(story, 100).when(tha(), reopen()).accepted();
    let story = at_minute(story, 105).when(tha(), triage(Priority::P1)).accepted();
    let clocks = incident(&story).clocks;
    let dues: Vec<_> = clocks.iter().map(|clock| (clock.started_at, clock.due_at, clock.is_open())).collect();
    assert_eq!(dues, [(at(100), at(160), true), (at(100), at(280), true)]);
}

#[test]
fn a_correction_takes_the_place_of_what_was_said_of_an_incident() {
    let story = at_minute(incident_triaged(), 20).when(mmr(), dispatch("MMR-02", None)).accepted();
    let story = at_minute(story, 60).when(mmr(), arrive("MMR-02")).accepted();
    let corrected = Incident::IncidentTimesCorrected {
        operation: saphan(),
        incident: of("INC-001"),
        claim: 5,
        corrects: 4,
        at: at(55),
        reason: of("The boat's log says so"),
    };
    let story = at_minute(story, 70).when(mmr(), correct_incident(4, at(55))).then([corrected]);
    assert_eq!(responder(&story, "MMR-02").arrived_at, Some(at(55)));
    let story = story
        .when(mmr(), correct_incident(4, at(50)))
        .refused_at([(RefusalCode::WrongState, "claimId")])
        .when(mmr(), correct_incident(9, at(50)))
        .refused_at([(RefusalCode::NotFound, "claimId")])
        .when(mmr(), correct_incident(5, at(100_000)))
        .refused_at([(RefusalCode::OccurredInFuture, "at")])
        .when(mmr(), correct_incident(5, at(55)))
        .unchanged();
    // What a nation said is put right by that nation, by the post itself or by who speaks for it.
    let ask = || correct_incident(5, at(50));
    story.clone().when(tha(), ask()).forbidden();
    story.clone().when(post_as("MMR-02", [Role::Planner]), ask()).forbidden();
    story.clone().when(post_as("MMR-01", [Role::Reviewer]), ask()).forbidden();
    story.clone().when(post_as("MMR-01", [Role::Planner]), ask()).accepted();
    for role in [Role::Watch, Role::Liaison, Role::Commander] {
        story.clone().when(post_as("MMR-02", [role]), ask()).accepted();
    }
    // Also of what was closed since, in an operation that has ended.
    let ended = story.when(tha(), close_incident()).accepted();
    let closed = ended.and([OperationEvent::OperationClosed { operation: saphan() }]);
    closed.clone().when(mmr(), ask()).accepted();
    closed.when(tha(), triage(Priority::P2)).refused_at([(RefusalCode::WrongState, "")]);
}

#[test]
fn what_a_service_said_is_put_right_by_those_who_answer_for_the_incident() {
    let imported = Incident::IncidentReported {
        operation: saphan(),
        incident: of("INC-001"),
        owner: of("CHN"),
        report: methane(),
        release: None,
    };
    let story = at_minute(watched(), -2).and([imported]);
    story.clone().when(mmr(), correct_incident(1, at(-5))).forbidden();
    story.clone().when(import(), correct_incident(1, at(-5))).forbidden();
    story.clone().when(chn(), correct_incident(1, at(-5))).accepted();
    story.when(tha(), correct_incident(1, at(-5))).accepted();
}

#[test]
fn an_operation_closes_once_nothing_is_open_and_every_reason_is_told() {
    let story = at_minute(incident_reported(), 1).when(tha(), issue(ask_of("MMR"))).accepted();
    let story = at_minute(story, 2).when(tha(), start("T01")).accepted();
    let refused = story.when(tha(), gate::close()).refused_at([
        (RefusalCode::TaskInProgress, ""),
        (RefusalCode::IncidentOpen, ""),
        (RefusalCode::RequestOpen, ""),
    ]);
    let messages: Vec<_> = refused.refusals.iter().map(|refusal| refusal.message.clone()).collect();
    assert_eq!(messages, ["T01 goes on.", "INC-001 is open.", "RFA-001 is ISSUED."]);
    let operation = refused.story.operation("SAPHAN");
    let subjects: Vec<_> =
        refused.refusals[1..].iter().filter_map(|refusal| refusal.subject.clone()).collect();
    let request = request_of(&refused.story).id(operation.id()).to_string();
    assert_eq!(subjects, [incident(&refused.story).id(operation.id()).to_string(), request]);
    let story = refused.story.when(tha(), complete("T01")).accepted();
    let story = story.when(tha(), close_incident()).accepted().when(mmr(), decline()).accepted();
    story.when(tha(), gate::close()).accepted();
}

#[test]
fn a_mark_narrows_an_incident_and_takes_it_from_nobody_who_works_on_it() {
    let story = at_minute(incident_triaged(), 20).when(mmr(), dispatch("MMR-02", None)).accepted();
    story.clone().when(chn(), release_matter(inc_001(), &[])).forbidden();
    story.clone().when(post_as("THA-02", [Role::Planner]), release_matter(inc_001(), &[])).forbidden();
    let item = Some(MarkedItem::Matter(inc_001()));
    let story = story.when(tha(), release_matter(inc_001(), &[])).then([marked(item, &[])]);
    let story = story.when(tha(), release_matter(inc_001(), &[])).unchanged();
    let label = incident(&story).label;
    assert_eq!(label.release, Some(Release::default()));
    story
        .clone()
        .when(mmr(), arrive("MMR-02"))
        .accepted()
        .when(chn(), escalate(None, Some("THA-01")))
        .refused_at([(RefusalCode::NotFound, "incident")])
        .when(chn(), release_matter(inc_001(), &["CHN"]))
        .refused_at([(RefusalCode::NotFound, "matterId")])
        .when(chn(), release_matter(domain::release::Matter::Incident(of("INC-099")), &["CHN"]))
        .refused_at([(RefusalCode::NotFound, "matterId")])
        .when(tha(), release_matter(inc_001(), &["VNM"]))
        .refused_at([(RefusalCode::UnknownReference, "releasableTo")]);
    // Only its owner says who reads it.
    let by_china = at_minute(watched(), 0).when(chn(), report_incident()).accepted();
    by_china.clone().when(tha(), release_matter(inc_001(), &[])).forbidden();
    let story = by_china.when(chn(), release_matter(inc_001(), &[])).accepted();
    story.when(mmr(), triage(Priority::P1)).refused_at([(RefusalCode::NotFound, "incident")]);
}

#[test]
fn what_is_folded_step_by_step_is_what_the_log_tells() {
    let story = at_minute(incident_triaged(), 20).when(mmr(), dispatch("MMR-02", None)).accepted();
    let story = at_minute(story, 61).when(domain::Actor::clock(), miss(1)).accepted();
    let story =
        at_minute(story, 70).late(minutes(15)).when(tha(), respond(Some(receive("ET-01", 60)))).accepted();
    let story = story.when(tha(), correct_incident(4, at(58))).accepted();
    let subject = domain::Subject::Operation(saphan());
    assert_eq!(story.world().get(&subject), Some(&crate::support::fold(&story.log, &subject)));
    let last = &story.log.last().unwrap().event;
    assert!(
        matches!(last, Event::Incident(Incident::IncidentTimesCorrected { corrects: 4, .. })),
        "{last:?}"
    );
}
