//! The decision log, clashes with other operations, and where the decision points of the plan stand.

use crate::support::{Ask, Story, carrying::*, gate::*, instant, of, saphan::*};
use domain::{
    Event, Position, RefusalCode, Role, Span,
    execution::{ExecutionEvent, PointFacts, PointStatus, Standing, TaskStatus},
    operation::{DecisionOption, NewRecordedDecision, OperationCommand, OperationEvent, PlannedDecision},
    plan::{Sections, TimeWindow},
    release::MarkedItem,
};

/// Recorded on what is seen just now, and bent by the test.
fn record(point: Option<&str>, bend: impl FnOnce(&mut NewRecordedDecision) + 'static) -> Ask {
    let point = point.map(of);
    Box::new(move |story| {
        let mut decision = NewRecordedDecision {
            decision_point: point,
            question: of("Open the overflow shelter?"),
            options: vec![option()],
            outcome: of("Open it"),
            reasons: of("More persons than places"),
            seen_at: story.head(),
        };
        bend(&mut decision);
        domain::Command::Operation(OperationCommand::RecordDecision { operation: saphan(), decision })
    })
}

fn option() -> DecisionOption {
    DecisionOption { text: of("Open it now"), assessment: Some(of("Beds for 40 more")) }
}

fn recorded(number: u32, partner: &str, point: Option<&str>, seen_at: Position) -> Event {
    OperationEvent::DecisionRecorded {
        operation: saphan(),
        number,
        partner: of(partner),
        decision_point: point.map(|code| PlannedDecision { number: 1, code: of(code) }),
        question: of("Open the overflow shelter?"),
        options: vec![option()],
        outcome: of("Open it"),
        reasons: of("More persons than places"),
        seen_at,
    }
    .into()
}

fn plain(point: Option<&str>) -> Ask {
    record(point, |_| ())
}

#[test]
fn every_decision_is_an_entry_also_one_that_is_taken_again() {
    let story = gated();
    let seen = story.head();
    let story = story.when(tha(), plain(Some("DP2"))).then([recorded(1, "THA", Some("DP2"), seen)]);
    let seen = story.head();
    let story = story.when(tha(), plain(Some("DP2"))).then([recorded(2, "THA", Some("DP2"), seen)]);
    let seen = story.head();
    story.when(lao(), plain(None)).then([recorded(3, "LAO", None, seen)]);
    // Before there is a plan, too.
    operation().when(chn(), plain(None)).accepted();
}

#[test]
fn a_decision_point_is_one_of_the_plan_in_force_that_names_who_decides() {
    gated()
        .when(tha(), plain(Some("DP9")))
        .refused_at([(RefusalCode::UnknownReference, "decisionPoint")])
        .saying("The plan in force has no decision point DP9.")
        .when(chn(), plain(Some("DP2")))
        .forbidden()
        .when(post_as("THA-02", [Role::Planner]), plain(Some("DP2")))
        .forbidden()
        .when(import(), plain(None))
        .forbidden();
    let submitted = draft_with(gated_sections(), gated_plan()).when(tha(), submit()).accepted();
    submitted.when(tha(), plain(Some("DP2"))).refused_at([(RefusalCode::UnknownReference, "decisionPoint")]);
    // One that is hidden answers as one that is not there.
    let hidden = gated().and([marked(Some(MarkedItem::PlanVersion { number: 1 }), &[])]);
    hidden.when(chn(), plain(Some("DP1"))).refused_at([(RefusalCode::UnknownReference, "decisionPoint")]);
    let mut of_all = gated_sections();
    of_all.decision_points[1].deciders.clear();
    gated_by(of_all).when(lao(), plain(Some("DP2"))).accepted();
}

#[test]
fn who_takes_no_tasks_decides_only_what_the_plan_names_it_for() {
    let mut sections = gated_sections();
    sections.decision_points[1].deciders.push(of("INTERPOL"));
    let observer = domain::coalition::PartnerEvent::ObserverAdmitted { partner: of("INTERPOL") };
    let invited = domain::coalition::PartnerEvent::PartnerInvited {
        partner: of("INTERPOL"),
        profile: profile("INTERPOL"),
        role: domain::coalition::PartnerRole::Observer,
    };
    let story = draft_with(sections, gated_plan()).and([invited, observer]);
    let story = story.and(held("INTERPOL-01", false)).when(tha(), submit()).accepted();
    let story = approve_by_all(story, 1).when(tha(), promulgate(1)).accepted();
    let story = story.when(tha(), release(&["CHN", "INTERPOL", "LAO", "MMR"])).accepted();
    story
        .when(post("INTERPOL-01"), plain(None))
        .forbidden()
        .when(post("INTERPOL-01"), plain(Some("DP9")))
        .forbidden()
        .when(post("INTERPOL-01"), plain(Some("DP1")))
        .forbidden()
        .when(post("INTERPOL-01"), plain(Some("DP2")))
        .accepted();
}

#[test]
fn an_entry_has_twenty_options_at_most_and_was_decided_on_what_could_be_seen() {
    let of_options = |count| record(None, move |decision| decision.options = vec![option(); count]);
    let seen = |at| record(None, move |decision| decision.seen_at = Position(at));
    gated()
        .when(tha(), of_options(20))
        .accepted()
        .when(tha(), of_options(21))
        .refused_at([(RefusalCode::InvalidValue, "options")])
        .when(tha(), seen(0))
        .accepted()
        .when(tha(), seen(-1))
        .refused_at([(RefusalCode::SeenAtInvalid, "seenAt")])
        .when(tha(), seen(10_000))
        .refused_at([(RefusalCode::SeenAtInvalid, "seenAt")]);
}

fn clash(period: Option<(&str, &str)>, areas: usize, overlapped: &[&str]) -> Ask {
    operating(OperationCommand::FindDeconflictionConflict {
        operation: saphan(),
        other: of("Operation of the river police"),
        period: period.map(|(from, to)| TimeWindow { from: instant(from), to: instant(to) }),
        areas: vec![of("Mae Sot"); areas],
        tasks: tasks(overlapped),
    })
}

fn clear(number: u32, resolution: &str) -> Ask {
    let resolution = of(resolution);
    operating(OperationCommand::ClearDeconfliction { operation: saphan(), number, resolution })
}

const FROM: &str = "2023-10-10T00:00:00+07:00";
const TO: &str = "2023-10-12T00:00:00+07:00";

#[test]
fn a_clash_is_found_and_settled_once() {
    let found = |number| OperationEvent::DeconflictionConflictFound {
        operation: saphan(),
        number,
        other: of("Operation of the river police"),
        period: Some(TimeWindow { from: instant(FROM), to: instant(TO) }),
        areas: vec![of("Mae Sot")],
        tasks: tasks(&["T16", "T21"]),
    };
    let ask = || clash(Some((FROM, TO)), 1, &["T16", "T21"]);
    let cleared = OperationEvent::DeconflictionCleared {
        operation: saphan(),
        number: 1,
        tasks: tasks(&["T16", "T21"]),
        resolution: of("Dates exchanged"),
    };
    let planner = || post_as("THA-02", [Role::Planner]);
    in_force()
        .when(planner(), ask())
        .then([found(1)])
        .when(planner(), ask())
        .unchanged()
        .when(planner(), clear(1, "Dates exchanged"))
        .then([cleared])
        .when(planner(), clear(1, "Dates exchanged"))
        .unchanged()
        .when(planner(), clear(1, "Something else"))
        .refused_at([(RefusalCode::WrongState, "deconflictionId")])
        .when(planner(), clear(2, "Dates exchanged"))
        .refused_at([(RefusalCode::NotFound, "deconflictionId")])
        // It can come up again.
        .when(planner(), ask())
        .then([found(2)]);
    for (actor, ask) in [(chn(), ask()), (import(), ask()), (chn(), clear(1, "Dates exchanged"))] {
        in_force().when(actor, ask).forbidden();
    }
    in_force().when(post_as("THA-02", [Role::Liaison]), ask()).forbidden();
}

#[test]
fn a_clash_is_of_tasks_of_the_plan_in_force_or_of_the_newest_version() {
    let story = in_force().when(tha(), open_amendment()).accepted();
    let story = story.when(tha(), add_task(task("T30", "THA", "THA", 0, 1, &[]))).accepted();
    let story = story.when(tha(), remove_task("T27")).accepted();
    let refused = story
        .when(tha(), clash(None, 0, &["T27", "T30", "T98", "T99"]))
        .refused_at([(RefusalCode::UnknownReference, "tasks"), (RefusalCode::UnknownReference, "tasks")]);
    let entries: Vec<_> = refused.refusals.iter().map(|refusal| refusal.entry.as_deref()).collect();
    assert_eq!(entries, [Some("T98"), Some("T99")]);
    refused.when(tha(), clash(None, 0, &["T27", "T30"])).accepted();
    operation().when(tha(), clash(None, 0, &[])).accepted();
}

#[test]
fn a_clash_has_bounds() {
    in_force()
        .when(tha(), clash(Some((TO, FROM)), 50, &[]))
        .refused_at([(RefusalCode::InvalidValue, "period")])
        .when(tha(), clash(Some((FROM, FROM)), 50, &[]))
        .refused_at([(RefusalCode::InvalidValue, "period")])
        .when(tha(), clash(Some((FROM, "2566-10-12T00:00:00+07:00")), 50, &[]))
        .refused_at([(RefusalCode::InvalidValue, "period.to")])
        .when(tha(), clash(None, 51, &[]))
        .refused_at([(RefusalCode::InvalidValue, "areas")])
        .when(tha(), clash(Some((FROM, TO)), 50, &[]))
        .accepted();
    let many: Vec<_> = (0..1_001).map(|number| format!("X{number}")).collect();
    let many: Vec<_> = many.iter().map(String::as_str).collect();
    in_force().when(tha(), clash(None, 0, &many)).refused_at([(RefusalCode::InvalidValue, "tasks")]);
}

#[test]
fn a_clash_is_not_settled_before_it_was_found() {
    let story = in_force().when(tha(), clash(None, 0, &["T16"])).accepted().after(Span::hours(1));
    story
        .late(long_before(1))
        .when(tha(), clear(1, "Dates exchanged"))
        .refused_at([(RefusalCode::InvalidValue, "occurredAt")])
        .when(tha(), clear(1, "Dates exchanged"))
        .accepted();
}

fn points(story: &Story) -> Vec<(String, PointStatus)> {
    let operation = story.operation("SAPHAN");
    let points = operation.decision_points(story.now);
    points.into_iter().map(|(point, status)| (point.code.to_string(), status)).collect()
}

fn stands(story: &Story, first: PointStatus, second: PointStatus) {
    assert_eq!(points(story), [("DP1".to_owned(), first), ("DP2".to_owned(), second)]);
}

#[test]
fn a_decision_point_is_due_with_its_task_and_taken_by_all_its_deciders() {
    use PointStatus::{Due, Overdue, Pending, Taken};
    let story = gated();
    stands(&story, Pending, Pending);
    stands(&at_minute(story.clone(), -24 * 60), Due, Pending);
    let story = story.when(tha(), start_phase("P1")).accepted();
    let story = at_minute(story, -25 * 60).when(tha(), start("T01")).accepted();
    stands(&story, Due, Pending);
    let story = story.when(tha(), complete("T01")).accepted();
    stands(&story, Overdue, Pending);
    let story = story.when(tha(), plain(Some("DP1"))).accepted().when(chn(), plain(Some("DP1"))).accepted();
    stands(&story, Overdue, Pending);
    let story = story.when(mmr(), plain(Some("DP1"))).accepted();
    stands(&story, Taken, Pending);
    // DP2's task starts at H+12.
    stands(&at_minute(story.clone(), 12 * 60 - 1), Taken, Pending);
    stands(&at_minute(story.clone(), 12 * 60), Taken, Due);
    stands(&story.when(tha(), plain(Some("DP2"))).accepted(), Taken, Taken);
    assert!(points(&submitted()).is_empty());
}

#[test]
fn a_decision_point_at_a_gate_is_taken_with_the_go_or_the_no_go() {
    use PointStatus::{Pending, Taken};
    stands(&gated().when(chn(), no_go()).accepted(), Taken, Pending);
    let story = with_a_go();
    stands(&story, Taken, Pending);
    // On another version it is to be taken anew, unless the phase has begun.
    let amended = |story| amend(story, 2, |story| story).when(tha(), promulgate(2)).accepted();
    stands(&amended(story.clone()), Pending, Pending);
    stands(&amended(story.when(tha(), start_phase("P3")).accepted()), Taken, Pending);
}

#[test]
fn a_decision_point_of_nobody_in_particular_is_taken_by_anybody() {
    let mut sections = gated_sections();
    sections.decision_points.remove(0);
    sections.decision_points[0].deciders.clear();
    let story = gated_by(Sections { ..sections });
    assert_eq!(points(&story), [("DP2".to_owned(), PointStatus::Pending)]);
    let story = story.when(lao(), plain(Some("DP2"))).accepted();
    assert_eq!(points(&story), [("DP2".to_owned(), PointStatus::Taken)]);
}

#[test]
fn a_decision_point_is_pending_until_h_hour_is_known() {
    let facts = PointFacts::default();
    let now = instant(H_HOUR).to_utc();
    assert_eq!(facts.status(now), PointStatus::Pending);
    let at = |planned_start| PointFacts { planned_start: Some(planned_start), ..facts.clone() }.status(now);
    assert_eq!(at(instant(H_HOUR)), PointStatus::Due);
    assert_eq!(at(instant(H_HOUR) + minutes(1).as_delta()), PointStatus::Pending);
    let cancelled = Standing { status: TaskStatus::Cancelled, ..Standing::default() };
    assert_eq!(PointFacts { task: cancelled, ..facts }.status(now), PointStatus::Overdue);
}

#[test]
fn an_entry_of_an_earlier_version_counts_for_a_point_of_its_code() {
    let story = gated().when(tha(), plain(Some("DP2"))).accepted();
    let story = amend(story, 2, |story| story).when(tha(), promulgate(2)).accepted();
    stands(&story, PointStatus::Pending, PointStatus::Taken);
    let recorded = story
        .log
        .iter()
        .filter(|recorded| matches!(recorded.event, Event::Execution(ExecutionEvent::GoNoGoDecided { .. })));
    assert_eq!(recorded.count(), 0);
}
