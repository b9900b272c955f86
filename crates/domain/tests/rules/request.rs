//! Requests between partners: who asks, who answers, and who may know of them.

use crate::support::{Ask, Story, carrying::*, gate, matter::*, of, saphan::*};
use domain::{
    Actor, Priority, RefusalCode, Role, Span,
    clock::ClockKind,
    operation::OperationEvent,
    release::{MarkedItem, Matter, Release},
    request::{Channel, NewRequest, RequestEvent, RequestStatus},
};

type Event = RequestEvent;

fn issued(ask: NewRequest, from: &str, clocks: Vec<domain::clock::SetClock>) -> Event {
    let NewRequest { kind, channel, priority, to, incident, text, release, .. } = ask;
    Event::RequestIssued {
        operation: saphan(),
        request: of("RFA-001"),
        kind,
        channel,
        priority,
        from: of(from),
        to,
        incident,
        text,
        release,
        clocks,
    }
}

fn acknowledged() -> Event {
    Event::RequestAcknowledged { operation: saphan(), request: of("RFA-001") }
}

fn rfa_001() -> Matter {
    Matter::Request(of("RFA-001"))
}

#[test]
fn a_request_is_issued_acknowledged_accepted_and_fulfilled() {
    let clocks = vec![clock_of(ClockKind::Acknowledge, 15, None), clock_of(ClockKind::Due, 240, None)];
    let ask = NewRequest { due: Some(at(240)), ..ask_of("MMR") };
    let story =
        at_minute(watched(), 0).when(watch("THA-01"), issue(ask.clone())).then([issued(ask, "THA", clocks)]);
    assert_eq!(request_status(&story), RequestStatus::Issued);
    let story = at_minute(story, 11)
        .when(watch("MMR-02"), acknowledge())
        .then([acknowledged()])
        .when(mmr(), acknowledge())
        .unchanged();
    assert_eq!(request_status(&story), RequestStatus::Acknowledged);
    let accepted = Event::RequestAccepted { operation: saphan(), request: of("RFA-001") };
    let story = at_minute(story, 20).when(mmr(), accept()).then([accepted]).when(mmr(), accept()).unchanged();
    let fulfilled = Event::RequestFulfilled {
        operation: saphan(),
        request: of("RFA-001"),
        answer: Some(of("17 were stopped")),
    };
    let story = at_minute(story, 192)
        .when(mmr(), fulfil())
        .then([fulfilled])
        .when(mmr(), fulfil())
        .unchanged()
        .when(mmr(), fulfil_of("RFA-001", None))
        .unchanged();
    let known = request_standing(&story);
    assert_eq!(known.status, RequestStatus::Fulfilled);
    assert_eq!((known.acknowledged_at, known.answered_at), (Some(at(11)), Some(at(20))));
    assert_eq!((known.ended_at, known.outcome), (Some(at(192)), Some(of("17 were stopped"))));
    let then = |minute| request_of(&story).standing_at(at(minute)).status;
    assert_eq!(
        [10, 11, 20, 192].map(then),
        [
            RequestStatus::Issued,
            RequestStatus::Acknowledged,
            RequestStatus::Accepted,
            RequestStatus::Fulfilled,
        ]
    );
    let over = [(RefusalCode::WrongState, "request")];
    for (actor, ask) in [
        (mmr(), fulfil_of("RFA-001", Some("18 were stopped"))),
        (mmr(), accept()),
        (mmr(), decline()),
        (tha(), withdraw()),
        (tha(), press(Some(Priority::P1), None)),
    ] {
        let refused = story.clone().when(actor, ask).rejected();
        let told = refused.refusals.first().map(|refusal| (refusal.code, refusal.field.join(".")));
        assert_eq!(told, Some((over[0].0, over[0].1.to_owned())));
        refused.saying("RFA-001 is FULFILLED.");
    }
}

#[test]
fn what_was_not_acknowledged_is_by_its_answer() {
    for ask in [accept(), decline(), fulfil()] {
        let story = at_minute(asked(), 10).when(mmr(), ask).accepted();
        assert_eq!(request_standing(&story).acknowledged_at, Some(at(10)));
        assert_eq!(request_of(&story).clocks.get(1).unwrap().stopped_at, Some(at(10)));
        story.when(mmr(), acknowledge()).unchanged();
    }
    let withdrawn = at_minute(asked(), 10).when(tha(), withdraw()).accepted();
    assert_eq!(request_of(&withdrawn).clocks.get(1).unwrap().stopped_at, Some(at(10)));
    withdrawn.when(mmr(), acknowledge()).refused_at([(RefusalCode::WrongState, "request")]);
}

#[test]
fn a_request_is_declined_or_withdrawn_with_a_reason() {
    let declined =
        Event::RequestDeclined { operation: saphan(), request: of("RFA-001"), reason: of("No boat is free") };
    let story = at_minute(asked(), 10).when(mmr(), decline()).then([declined]);
    let story = story.when(mmr(), decline()).unchanged();
    let known = request_standing(&story);
    assert_eq!((known.status, known.outcome), (RequestStatus::Declined, Some(of("No boat is free"))));
    let withdrawn = Event::RequestWithdrawn {
        operation: saphan(),
        request: of("RFA-001"),
        reason: of("Found elsewhere"),
    };
    let story = at_minute(asked(), 10).when(watch("THA-01"), withdraw()).then([withdrawn]);
    let story = story.when(tha(), withdraw()).unchanged();
    assert_eq!(request_status(&story), RequestStatus::Withdrawn);
}

#[test]
fn everybody_asks_and_answers_for_themselves() {
    let story = || at_minute(watched(), 0);
    for role in [Role::Watch, Role::Liaison, Role::Commander] {
        story().when(post_as("LAO-01", [role]), issue(ask_of("CHN"))).accepted();
    }
    story().when(post_as("LAO-01", [Role::Planner]), issue(ask_of("CHN"))).forbidden();
    story().when(import(), issue(ask_of("CHN"))).forbidden();
    // The lead of the operation reads it, and does not answer it.
    let by_laos = || story().when(lao(), issue(ask_of("CHN"))).accepted();
    for ask in [acknowledge, accept, decline, fulfil] as [fn() -> Ask; 4] {
        by_laos().when(tha(), ask()).forbidden().when(lao(), ask()).forbidden();
        by_laos().when(post_as("CHN-01", [Role::Planner]), ask()).forbidden();
        by_laos().when(import(), ask()).forbidden().when(watch("CHN-03"), ask()).accepted();
    }
    for ask in [withdraw(), press(None, Some("CHN-03"))] {
        by_laos().when(tha(), ask).forbidden();
    }
    by_laos().when(chn(), withdraw()).forbidden();
    by_laos().when(post_as("LAO-01", [Role::Planner]), withdraw()).forbidden();
}

#[test]
fn a_partner_that_nobody_speaks_for_is_answered_for_by_the_one_that_asked() {
    let story = at_minute(watched().and(observer("INTERPOL")), 0);
    let story = story.when(tha(), issue(ask_of("INTERPOL"))).accepted();
    story.clone().when(post_as("THA-02", [Role::Planner]), acknowledge()).forbidden();
    for ask in [acknowledge(), accept(), decline(), fulfil()] {
        story.clone().when(tha(), ask).accepted();
    }
    let heard = story.clone().when(tha(), acknowledge()).accepted();
    let claims: Vec<_> = request_of(&heard).claims.iter().map(|claim| claim.reporter.clone()).collect();
    assert_eq!(claims, ["THA-02", "THA-02"], "the claim tells who entered it");
    // From when somebody does, it speaks for itself.
    let held = story.and(held("INTERPOL-01", false));
    held.clone().when(tha(), acknowledge()).forbidden();
    held.when(post("INTERPOL-01"), acknowledge()).accepted();
}

#[test]
fn everything_that_is_wrong_with_a_request_is_told_at_once() {
    let ask = NewRequest {
        incident: Some(of("INC-099")),
        due: Some(at(-5)),
        release: Release { releasable_to: partners(&["VNM"]), ..Release::default() },
        ..ask_of("VNM")
    };
    at_minute(asked(), 5).when(tha(), issue(ask)).refused_at([
        (RefusalCode::AlreadyExists, "code"),
        (RefusalCode::UnknownReference, "to"),
        (RefusalCode::NotFound, "incidentId"),
        (RefusalCode::InvalidValue, "due"),
        (RefusalCode::UnknownReference, "releasableTo"),
    ]);
    let far = NewRequest { due: Some(at(60 * 24 * 365 * 60)), ..ask_of("MMR") };
    at_minute(watched(), 0).when(tha(), issue(far)).refused_at([(RefusalCode::InvalidValue, "due")]);
    // The watch asks the police of its own nation, too.
    at_minute(watched(), 0).when(tha(), issue(ask_of("THA"))).accepted();
    at_minute(watched(), 0)
        .late(Span::hours(24 * 60))
        .because("Found in a drawer")
        .when(tha(), issue(ask_of("MMR")))
        .refused_at([(RefusalCode::InvalidValue, "occurredAt")]);
    let suspended = at_minute(watched(), 0).when(tha(), suspend("LAO")).accepted();
    suspended.when(tha(), issue(ask_of("LAO"))).refused_at([(RefusalCode::UnknownReference, "to")]);
    let observed = at_minute(watched().and(observer("INTERPOL")), 0);
    let observed = observed.and(held("INTERPOL-01", true));
    let observed = observed.and([marked(None, &["INTERPOL", "MMR"])]);
    observed.when(post("INTERPOL-01"), issue(ask_of("MMR"))).forbidden();
}

#[test]
fn a_request_is_about_an_incident_that_is_open_and_seen_by_who_asks() {
    let about = || issue(NewRequest { incident: Some(of("INC-001")), ..ask_of("MMR") });
    let story = at_minute(watched(), 0);
    let hidden = story.when(tha(), report_as("INC-001", methane(), Some(&["MMR"]))).accepted();
    hidden.clone().when(chn(), about()).refused_at([(RefusalCode::NotFound, "incidentId")]);
    hidden.when(tha(), about()).accepted();
    incident_closed()
        .when(tha(), about())
        .refused_at([(RefusalCode::WrongState, "incidentId")])
        .saying("INC-001 is closed.");
}

#[test]
fn an_answer_entered_late_is_not_older_than_what_it_answers() {
    let story = at_minute(asked(), 30);
    for (actor, ask) in [
        (mmr(), acknowledge()),
        (mmr(), accept()),
        (mmr(), decline()),
        (mmr(), fulfil()),
        (tha(), withdraw()),
    ] {
        let late = story.clone().late(minutes(33)).when(actor, ask);
        late.refused_at([(RefusalCode::InvalidValue, "occurredAt")])
            .saying("RFA-001 was issued only at 2023-10-08T23:00:00+00:00.");
    }
    let story = story.late(minutes(20)).when(mmr(), acknowledge()).accepted();
    assert_eq!(request_standing(&story).acknowledged_at, Some(at(10)));
}

#[test]
fn what_was_heard_before_it_was_over_is_told_afterwards() {
    let heard = |story: Story| {
        let story = at_minute(story, 40).late(minutes(30)).when(mmr(), acknowledge()).then([acknowledged()]);
        assert_eq!(request_standing(&story).acknowledged_at, Some(at(10)));
        assert_eq!(request_of(&story).clocks.get(1).unwrap().is_met(), Some(true));
        story
    };
    let story = heard(at_minute(asked(), 30).when(tha(), withdraw()).accepted());
    assert_eq!(request_status(&story), RequestStatus::Withdrawn);
    let story = heard(at_minute(asked(), 30).when(mmr(), accept()).accepted());
    assert_eq!(request_status(&story), RequestStatus::Accepted);
    // What was said once is put right, not said again.
    story.late(minutes(36)).when(mmr(), acknowledge()).unchanged();
}

/// What can be asked of a request.
fn asks(code: &'static str) -> Vec<Ask> {
    vec![
        acknowledge_of(code),
        accept_of(code),
        decline_of(code),
        fulfil_of(code, None),
        press_of(code, None, Some("CHN-03")),
        withdraw_of(code),
        correct_request_of(code, 1, at(0)),
        lapse_of(code, 1),
    ]
}

#[test]
fn a_request_is_for_its_two_partners_the_lead_and_whom_it_is_released_to() {
    for (known, absent) in asks("RFA-001").into_iter().zip(asks("RFA-099")) {
        let known = asked().when(chn(), known).refused_at([(RefusalCode::NotFound, "request")]).refusals;
        assert_eq!(known, asked().when(chn(), absent).rejected().refusals);
    }
    let shared = NewRequest {
        release: Release { releasable_to: partners(&["CHN"]), ..Release::default() },
        ..ask_of("MMR")
    };
    let story = at_minute(watched(), 0).when(lao(), issue(shared)).accepted();
    // China reads it, and does not answer it; Thailand leads the operation.
    story.clone().when(chn(), acknowledge()).forbidden();
    story.clone().when(tha(), acknowledge()).forbidden();
    // Whoever does not read the operation reads no more of it than its own requests.
    let narrow = story.and([marked(None, &["LAO"])]);
    narrow.clone().when(chn(), acknowledge()).refused_at([(RefusalCode::NotFound, "request")]);
    narrow.clone().when(mmr(), acknowledge()).accepted();
    narrow.when(mmr(), report_incident()).refused_at([(RefusalCode::NotFound, "operation")]);
}

#[test]
fn both_partners_deal_with_a_request_though_they_do_not_read_its_operation() {
    let story = at_minute(watched(), 0).when(lao(), issue(ask_of("MMR"))).accepted();
    let story = at_minute(story.and([marked(None, &["CHN"])]), 5);
    let story = story.when(mmr(), acknowledge()).accepted().when(mmr(), accept()).accepted();
    let story = story.when(lao(), press(Some(Priority::P1), None)).refused([RefusalCode::WrongState]).story;
    let story = story.when(mmr(), fulfil()).accepted();
    let story = story.when(mmr(), correct_request(2, at(4))).accepted();
    // Not even an operation's end is told to whom it is hidden from, but what of theirs it ends.
    story
        .clone()
        .when(lao(), issue_as("RFA-002", ask_of("CHN")))
        .refused_at([(RefusalCode::NotFound, "operation")]);
    let absent = story.clone().when(lao(), acknowledge_of("RFA-099")).rejected().refusals;
    let no_operation =
        domain::request::RequestCommand::Acknowledge { operation: of("OTHER"), request: of("RFA-001") };
    assert_eq!(story.when(lao(), asking(no_operation)).rejected().refusals, absent);
}

#[test]
fn a_request_becomes_only_more_urgent_and_calls_who_may_read_it() {
    let ask = NewRequest { priority: Priority::P2, ..ask_of("MMR") };
    let story = at_minute(watched(), 0).when(tha(), issue(ask)).accepted();
    let story = at_minute(story, 10);
    story.clone().when(tha(), press(None, None)).refused_at([(RefusalCode::InvalidValue, "")]);
    story
        .clone()
        .when(tha(), press(Some(Priority::P2), Some("VNM-01")))
        .refused_at([(RefusalCode::WrongState, "priority"), (RefusalCode::UnknownReference, "to")])
        .saying("RFA-001 is P2: it can only become more urgent.");
    story
        .clone()
        .when(tha(), press(None, Some("CHN-03")))
        .refused_at([(RefusalCode::PartyCannotRead, "to")])
        .saying("CHN may not read this, so CHN-03 is not called to it.");
    let escalated = Event::RequestEscalated {
        operation: saphan(),
        request: of("RFA-001"),
        priority: Some(Priority::P1),
        to: Some(of("MMR-02")),
        reason: of("Nobody has answered"),
        clocks: vec![clock_of(ClockKind::Acknowledge, 25, None)],
    };
    let story = story.when(tha(), press(Some(Priority::P1), Some("MMR-02"))).then([escalated]);
    assert_eq!(request_standing(&story).priority, Some(Priority::P1));
    // Once it was heard, nothing more is to be acknowledged.
    let ask = NewRequest { priority: Priority::P2, ..ask_of("MMR") };
    let heard = at_minute(watched(), 0).when(tha(), issue(ask)).accepted();
    let heard = heard.when(mmr(), acknowledge()).accepted();
    let heard = heard.when(tha(), press(Some(Priority::P1), None)).accepted();
    assert_eq!(request_of(&heard).clocks.iter().count(), 1);
}

#[test]
fn mutual_legal_assistance_has_no_clocks_but_its_own() {
    let mla = NewRequest { channel: Channel::Mla, ..ask_of("MMR") };
    let story = at_minute(watched(), 0).when(tha(), issue(mla.clone())).accepted();
    assert_eq!(request_of(&story).clocks.iter().count(), 0);
    let due = NewRequest { due: Some(at(60 * 24 * 90)), priority: Priority::P3, ..mla };
    let story = at_minute(watched(), 0).when(tha(), issue(due)).accepted();
    let kinds: Vec<_> = request_of(&story).clocks.iter().map(|clock| (clock.kind, clock.due_at)).collect();
    assert_eq!(kinds, [(ClockKind::Due, at(60 * 24 * 90))]);
    let story = story.when(tha(), press(Some(Priority::P1), None)).accepted();
    assert_eq!(request_of(&story).clocks.iter().count(), 1);
}

#[test]
fn a_correction_takes_the_place_of_what_was_said_of_a_request() {
    let story = at_minute(asked(), 20).when(mmr(), acknowledge()).accepted();
    let corrected = Event::RequestTimesCorrected {
        operation: saphan(),
        request: of("RFA-001"),
        claim: 3,
        corrects: 2,
        at: at(9),
        reason: of("The radio log says so"),
    };
    story.clone().when(tha(), correct_request(2, at(9))).forbidden();
    let story = story.when(mmr(), correct_request(2, at(9))).then([corrected]);
    assert_eq!(request_standing(&story).acknowledged_at, Some(at(9)));
    assert_eq!(request_of(&story).clocks.get(1).unwrap().is_met(), Some(true));
    let story = story
        .when(mmr(), correct_request(2, at(8)))
        .refused_at([(RefusalCode::WrongState, "claimId")])
        .when(mmr(), correct_request(7, at(8)))
        .refused_at([(RefusalCode::NotFound, "claimId")])
        .when(mmr(), correct_request(3, at(9)))
        .unchanged()
        .when(mmr(), correct_request(3, at(100_000)))
        .refused_at([(RefusalCode::OccurredInFuture, "at")])
        .story;
    // Also of what is over, in an operation that has ended.
    let story = story.when(mmr(), fulfil()).accepted();
    let story = story.and([OperationEvent::OperationClosed { operation: saphan() }]);
    story
        .clone()
        .when(mmr(), correct_request(3, at(8)))
        .accepted()
        .when(tha(), issue_as("RFA-002", ask_of("MMR")))
        .refused_at([(RefusalCode::WrongState, "operation")])
        .saying("SAPHAN is CLOSED.");
}

#[test]
fn what_is_open_when_the_operation_is_broken_off_is_still_answered_and_nothing_else() {
    let story = at_minute(asked(), 10).when(tha(), gate::terminate()).accepted();
    for (actor, ask) in [(mmr(), accept()), (tha(), withdraw())] {
        story.clone().when(actor, ask).accepted();
    }
    story
        .when(tha(), press(None, Some("MMR-02")))
        .refused_at([(RefusalCode::WrongState, "")])
        .saying("Its operation has ended.");
}

#[test]
fn a_mark_narrows_a_request_and_takes_it_from_neither_of_its_partners() {
    let shared = NewRequest {
        release: Release { releasable_to: partners(&["CHN"]), ..Release::default() },
        ..ask_of("MMR")
    };
    let story = at_minute(watched(), 0).when(lao(), issue(shared)).accepted();
    let mark = || release_matter(rfa_001(), &[]);
    story.clone().when(tha(), mark()).forbidden().when(mmr(), mark()).forbidden();
    let item = Some(MarkedItem::Matter(rfa_001()));
    let story = story.when(lao(), mark()).then([marked(item, &[])]).when(lao(), mark()).unchanged();
    story
        .clone()
        .when(chn(), acknowledge())
        .refused_at([(RefusalCode::NotFound, "request")])
        .when(chn(), mark())
        .refused_at([(RefusalCode::NotFound, "matterId")])
        .when(mmr(), acknowledge())
        .accepted();
}

#[test]
fn a_service_reads_all_and_says_nothing() {
    for actor in [import(), Actor::clock()] {
        for ask in asks("RFA-001").into_iter().take(7) {
            asked().when(actor.clone(), ask).forbidden();
        }
    }
}

#[test]
fn the_requests_of_an_operation_are_what_the_log_tells() {
    let story: Story = at_minute(asked(), 16).when(Actor::clock(), lapse(1)).accepted();
    let story = at_minute(story, 20).late(minutes(10)).when(mmr(), acknowledge()).accepted();
    let story = story.when(mmr(), correct_request(2, at(11))).accepted();
    let subject = domain::Subject::Operation(saphan());
    assert_eq!(story.world().get(&subject), Some(&crate::support::fold(&story.log, &subject)));
}
