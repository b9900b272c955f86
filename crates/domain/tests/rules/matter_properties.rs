//! What no sequence of reports, judgements, answers and late times can bring about with incidents, requests and clocks.

use crate::support::{Ask, Story, carrying::*, fold, matter::*, of, saphan::*};
use domain::{
    Actor, Event, Position, Priority, Rejection, Subject,
    clock::{Clock, Clocks},
    incident::{IncidentClaim, IncidentEvent, IncidentStatus},
    release::Release,
    request::{NewRequest, RequestClaim, RequestEvent},
};
use proptest::prelude::*;
use std::collections::BTreeSet;

#[derive(Debug, Clone, Copy)]
struct Choice {
    what: u8,
    which: u32,
    /// In minutes.
    late: i64,
    /// Time that passes first, in minutes.
    pass: i64,
}

fn choices() -> impl Strategy<Value = Vec<Choice>> {
    let choice = (0_u8..28, 1_u32..9, prop_oneof![Just(0_i64), 0_i64..120], 0_i64..60);
    let choice = choice.prop_map(|(what, which, late, pass)| Choice { what, which, late, pass });
    proptest::collection::vec(choice, 1..50)
}

const POSTS: [&str; 3] = ["THA-01", "MMR-02", "LAO-02"];
const PRIORITIES: [Priority; 4] = [Priority::P1, Priority::P2, Priority::P3, Priority::P4];

/// Of an incident and of a request, of which one of each is known to China and the others are not there, or hidden.
fn asked_of(story: &Story, Choice { what, which, late, .. }: Choice, suffix: &str) -> (Actor, Ask) {
    let (incident, request) = (of_suffix("INC", suffix), of_suffix("RFA", suffix));
    let place = usize::try_from(which).unwrap();
    let post_code = POSTS[place % 3];
    let priority = PRIORITIES[place % 4];
    let earlier = (story.now - minutes(late).as_delta()).fixed_offset();
    match what {
        0 | 1 => (tha(), triage_of(incident, priority)),
        2 | 3 => (tha(), escalate_of(incident, Some(priority), Some(post_code))),
        4 | 5 => (tha(), respond_to(incident, None)),
        6 | 7 => (post(post_code), dispatch_to(incident, post_code, None)),
        8 | 9 => (post(post_code), arrive_at(incident, post_code)),
        10 => (tha(), contain_of(incident, Some(which))),
        11 => (tha(), close_of(incident)),
        12 | 13 => (tha(), reopen_of(incident)),
        14 | 15 => (tha(), correct_of(incident, which, earlier)),
        16..=18 => (Actor::clock(), miss_of(incident, which)),
        19 => (mmr(), acknowledge_of(request)),
        20 => (mmr(), accept_of(request)),
        21 if late == 0 => (mmr(), decline_of(request)),
        21 => (mmr(), fulfil_of(request, None)),
        22 if late == 0 => (tha(), withdraw_of(request)),
        22 | 23 => (tha(), press_of(request, Some(priority), None)),
        24 | 25 => (mmr(), correct_request_of(request, which, earlier)),
        _ => (Actor::clock(), lapse_of(request, 1 + which % 3)),
    }
}

fn of_suffix(kind: &str, suffix: &str) -> &'static str {
    match (kind, suffix) {
        ("INC", "001") => "INC-001",
        ("INC", _) => "INC-099",
        (_, "001") => "RFA-001",
        (_, _) => "RFA-099",
    }
}

fn begun() -> Story {
    let story = at_minute(watched(), 0);
    let ask = NewRequest {
        priority: Priority::P2,
        due: Some(at(300)),
        release: Release { releasable_to: partners(&["LAO"]), ..Release::default() },
        ..ask_of("MMR")
    };
    let story = story.when(tha(), report_as("INC-001", methane(), Some(&["LAO", "MMR"]))).accepted();
    story.when(tha(), issue(ask)).accepted()
}

/// Time passes, and the command is late, unless it corrects or is the clock's.
fn passed(story: Story, choice: Choice) -> Story {
    let story = story.after(minutes(choice.pass));
    if matches!(choice.what, 14..=18 | 24..) { story } else { story.late(minutes(choice.late)) }
}

fn lived(choices: &[Choice], each: impl Fn(&Story, &[Event])) -> Story {
    let mut story = begun();
    for choice in choices {
        story = passed(story, *choice);
        let (actor, ask) = asked_of(&story, *choice, "001");
        let command = ask(&story);
        match story.decide(&actor, &command) {
            Ok(told) => {
                let events: Vec<Event> = told.iter().map(|told| told.event.clone()).collect();
                each(&story, &events);
                story.append(&actor, told);
            }
            Err(Rejection::Missing(subjects)) => panic!("still missing: {subjects:?}"),
            Err(_) => drop(story.append(&actor, Vec::new())),
        }
    }
    story
}

fn incident_claim((what, place): (u8, usize)) -> IncidentClaim {
    let (post, partner, task) = (of(POSTS[place]), of("THA"), None);
    match what {
        0 => IncidentClaim::Reported,
        1 => IncidentClaim::Triaged { priority: PRIORITIES[place] },
        2 => IncidentClaim::Escalated { priority: None, to: Some(post), reason: of("Nobody has answered") },
        3 => IncidentClaim::Decided { task, reasons: of("Risk to life"), seen_at: Position(1) },
        4 => IncidentClaim::Dispatched { post, partner, task },
        5 => IncidentClaim::Arrived { post },
        6 => IncidentClaim::Contained { persons_recovered: Some(3) },
        7 => IncidentClaim::Closed { outcome: None },
        _ => IncidentClaim::Reopened { reason: of("Another group") },
    }
}

fn request_claim(what: u8) -> RequestClaim {
    match what {
        0 => RequestClaim::Issued,
        1 => RequestClaim::Acknowledged,
        2 => RequestClaim::Accepted,
        3 => RequestClaim::Declined { reason: of("No boat is free") },
        4 => RequestClaim::Fulfilled { answer: None },
        5 => RequestClaim::Escalated { priority: Some(Priority::P1), to: None, reason: of("Waiting") },
        _ => RequestClaim::Withdrawn { reason: of("Found elsewhere") },
    }
}

/// The clock of which the event tells that it fell due.
fn breached(story: &Story, event: &Event) -> Option<Clock> {
    let of_number = |clocks: &Clocks, number| clocks.get(number).expect("it was started").clone();
    match event {
        Event::Incident(IncidentEvent::IncidentDeadlineMissed { clock, .. }) => {
            Some(of_number(&incident(story).clocks, *clock))
        }
        Event::Request(RequestEvent::RequestDeadlineMissed { clock, .. }) => {
            Some(of_number(&request_of(story).clocks, *clock))
        }
        _ => None,
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, ..ProptestConfig::default() })]

    #[test]
    fn a_clock_is_breached_once_after_it_was_due_and_not_when_it_was_met(choices in choices()) {
        let story = lived(&choices, |story, events| {
            for clock in events.iter().filter_map(|event| breached(story, event)) {
                assert!(story.now > clock.due_at.to_utc(), "{clock:?} is breached at {}", story.now);
                assert_eq!(clock.breached_at, None, "{clock:?} is breached twice");
                assert!(clock.stopped_at.is_none_or(|at| at > clock.due_at), "{clock:?} was met");
            }
        });
        let mut told = BTreeSet::new();
        for recorded in &story.log {
            let number = match &recorded.event {
                Event::Incident(IncidentEvent::IncidentDeadlineMissed { clock, .. }) => ("incident", *clock),
                Event::Request(RequestEvent::RequestDeadlineMissed { clock, .. }) => ("request", *clock),
                _ => continue,
            };
            prop_assert!(told.insert(number), "{number:?} is told of twice");
        }
    }

    #[test]
    fn clocks_run_one_of_a_kind_and_none_on_what_is_over(choices in choices()) {
        let story = lived(&choices, |_, _| ());
        let (incident, request) = (incident(&story), request_of(&story));
        for (clocks, over) in [
            (&incident.clocks, !incident.is_open()),
            (&request.clocks, !request.standing().status.is_open()),
        ] {
            let open: Vec<_> = clocks.iter().filter(|clock| clock.is_open()).collect();
            prop_assert!(!over || open.is_empty(), "{open:?} on what is over");
            let kinds: BTreeSet<_> = open.iter().map(|clock| clock.kind).collect();
            prop_assert_eq!(kinds.len(), open.len(), "two of a kind: {:?}", open);
            for clock in clocks.iter() {
                prop_assert!(clock.stopped_at.is_none_or(|at| at >= clock.started_at), "{clock:?}");
            }
        }
    }

    #[test]
    fn where_something_stands_now_is_where_it_stands_as_of_now(
        choices in choices(),
        moments in proptest::collection::vec(-200_i64..2_000, 1..6),
    ) {
        let story = lived(&choices, |_, _| ());
        let (incident, request) = (incident(&story), request_of(&story));
        let now = story.now.fixed_offset();
        prop_assert_eq!(incident.standing_at(now), incident.standing());
        prop_assert_eq!(request.standing_at(now), request.standing());
        for moment in moments.into_iter().map(at) {
            let said = |at: domain::Instant| at <= moment;
            let live = incident.claims.live();
            let told = live.iter().filter(|claim| said(claim.occurred_at));
            let then = domain::incident::standing(told.map(|claim| (claim.occurred_at, &claim.says)));
            prop_assert_eq!(incident.standing_at(moment), then);
        }
        let subject = Subject::Operation(saphan());
        prop_assert_eq!(story.world().get(&subject), Some(&fold(&story.log, &subject)));
    }

    #[test]
    fn who_arrived_is_known_to_have_arrived(choices in choices()) {
        let story = lived(&choices, |_, _| ());
        let standing = incident(&story).standing();
        for responder in &standing.responders {
            let arrived = incident(&story);
            let claims = arrived.claims.live();
            let since = claims.iter().filter(|claim| {
                matches!(&claim.says, IncidentClaim::Arrived { post } if *post == responder.post)
                    && standing.reopened_at.is_none_or(|reopened| reopened < claim.occurred_at)
            });
            let first = since.map(|claim| claim.occurred_at).min();
            prop_assert!(first.is_none() || responder.arrived_at.is_some(), "{responder:?}: {first:?}");
        }
    }

    #[test]
    fn whatever_is_claimed_in_whatever_order_something_stands_somewhere(
        said in proptest::collection::vec((0_u8..9, 0_usize..3, 0_i64..50), 0..20),
    ) {
        let mut said = said;
        said.sort_by_key(|(_, _, minute)| *minute);
        let claims: Vec<_> = said.iter().map(|(what, place, _)| incident_claim((*what, *place))).collect();
        let times = || said.iter().map(|(_, _, minute)| at(*minute));
        let standing = domain::incident::standing(times().zip(&claims));
        let posts: BTreeSet<_> = standing.responders.iter().map(|known| &known.post).collect();
        prop_assert_eq!(posts.len(), standing.responders.len(), "who was sent twice stands once");
        prop_assert_eq!(standing.status == IncidentStatus::Closed, standing.closed_at.is_some());
        let claims: Vec<_> = said.iter().map(|(what, ..)| request_claim(*what)).collect();
        let standing = domain::request::standing(times().zip(&claims));
        prop_assert_eq!(standing.status.is_open(), standing.ended_at.is_none());
    }

    #[test]
    fn a_matter_that_is_hidden_answers_like_one_that_is_not_there(choices in choices()) {
        let mut story = begun();
        for choice in choices {
            story = passed(story, choice);
            let by_china = |suffix| {
                let (_, ask) = asked_of(&story, choice, suffix);
                let mut story = story.clone();
                let command = ask(&story);
                story.decide(&chn(), &command)
            };
            prop_assert_eq!(by_china("001"), by_china("099"));
            let (actor, ask) = asked_of(&story, choice, "001");
            let command = ask(&story);
            match story.decide(&actor, &command) {
                Ok(told) => drop(story.append(&actor, told)),
                Err(_) => drop(story.append(&actor, Vec::new())),
            }
        }
    }
}
