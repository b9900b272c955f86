//! Tasks as they are carried out: who says so, in which order, and what was said wrongly.

use crate::support::{Story, carrying::*, fold, gate::pause, of, saphan::*};
use domain::{
    Event, RefusalCode, Reported, Role, Salt, Span, State, Subject, TaskCode,
    execution::{BlockReason, ExecutionEvent, TaskClaim, TaskReport, TaskStatus},
    operation::{OperationCommand, OperationEvent},
    plan::PlannedTask,
    release::MarkedItem,
};

fn started(task: &str, claim: u32) -> Event {
    Event::Execution(ExecutionEvent::TaskStarted { operation: saphan(), task: of(task), claim })
}

fn completed(task: &str, claim: u32) -> Event {
    Event::Execution(ExecutionEvent::TaskCompleted {
        operation: saphan(),
        task: of(task),
        claim,
        outcome: None,
    })
}

fn status(story: &Story, task: &str) -> TaskStatus {
    story.operation("SAPHAN").standing(&of(task)).status
}

fn reported(task: &str, says: TaskClaim, minute: i64) -> TaskReport {
    TaskReport {
        task: of(task),
        says,
        reported: Some(Reported { occurred_at: at(minute), late_reason: None }),
    }
}

const DONE: TaskClaim = TaskClaim::Completed { outcome: None };

#[test]
fn a_task_is_issued_acknowledged_started_and_completed() {
    let issued = |claim| ExecutionEvent::TaskIssued { operation: saphan(), task: of("T16"), claim };
    let acknowledged =
        |claim| ExecutionEvent::TaskAcknowledged { operation: saphan(), task: of("T16"), claim };
    let mmr_02 = || post("MMR-02");
    let story = at_h_hour()
        .when(mmr_02(), claim("T16", TaskClaim::Acknowledged))
        .refused_at([(RefusalCode::WrongState, "task")])
        .when(mmr(), claim("T16", TaskClaim::Issued))
        .then([issued(1)])
        .when(tha(), claim("T16", TaskClaim::Issued))
        .unchanged()
        .when(mmr_02(), claim("T16", TaskClaim::Acknowledged))
        .then([acknowledged(2)]);
    assert_eq!(status(&story, "T16"), TaskStatus::Issued);
    let story = at_minute(story, 10)
        .when(mmr_02(), start("T16"))
        .then([started("T16", 3), under_way(1, "T16", "MMR-02", 10, 710)]);
    assert_eq!(status(&story, "T16"), TaskStatus::InProgress);
    let story = at_minute(story, 9 * 60)
        .when(mmr_02(), complete("T16"))
        .then([completed("T16", 4), bound(1, "T16", "MMR-02", 10, 530)]);
    let standing = story.operation("SAPHAN").standing(&of("T16"));
    assert_eq!((standing.status, standing.progress), (TaskStatus::Completed, Some(100)));
    assert_eq!((standing.started_at, standing.ended_at), (Some(at(10)), Some(at(540))));
    story
        .when(mmr_02(), start("T16"))
        .refused_at([(RefusalCode::WrongState, "task")])
        .when(mmr_02(), complete("T16"))
        .refused_at([(RefusalCode::WrongState, "task")]);
}

#[test]
fn a_task_starts_only_when_all_is_there_and_every_reason_is_told() {
    in_force()
        .when(mmr(), start("T16"))
        .refused_at([
            (RefusalCode::WrongState, ""),
            (RefusalCode::PhaseNotStarted, "task"),
            (RefusalCode::PredecessorIncomplete, "task"),
        ])
        .saying("SAPHAN is AUTHORISED: it has not been activated.");
    at_minute(active(), -60)
        .when(mmr(), start("T16"))
        .refused_at([(RefusalCode::PredecessorIncomplete, "task")])
        .saying("T16 waits for T01: T01 has not been completed.");
    submitted().when(mmr(), start("T16")).refused_at([(RefusalCode::PlanNotInForce, "")]);
    active().when(mmr(), start("T99")).refused_at([(RefusalCode::NotFound, "task")]);
    let paused = OperationEvent::OperationPaused { operation: saphan(), reason: of("Fighting nearby") };
    at_h_hour().and([paused]).when(mmr(), start("T16")).refused_at([(RefusalCode::WrongState, "")]);
    let over = ExecutionEvent::PhaseCompleted { operation: saphan(), number: 1, phase: of("P3") };
    at_h_hour()
        .and([over])
        .when(mmr(), start("T16"))
        .refused_at([(RefusalCode::PhaseNotStarted, "task")])
        .saying("Phase P3 is over since 2023-10-08T23:02:00+00:00.");
}

#[test]
fn a_late_report_is_judged_by_when_it_happened() {
    // T01 was completed at H-hour, so T16 cannot have been started a minute before.
    at_minute(at_h_hour(), 60)
        .late(minutes(61))
        .when(mmr(), start("T16"))
        .refused_at([(RefusalCode::PredecessorIncomplete, "task")])
        .saying("T16 waits for T01: T01 was completed only at 2023-10-08T23:00:00+00:00.");
    let story = at_minute(at_h_hour(), 240).late(minutes(200)).when(mmr(), start("T16"));
    let story = story.then([started("T16", 1), under_way(1, "T16", "MMR-02", 40, 680)]);
    let operation = story.operation("SAPHAN");
    let execution = operation.executions.get(&of::<TaskCode>("T16")).unwrap();
    assert_eq!(execution.standing_at(at(39)).status, TaskStatus::Planned);
    assert_eq!(execution.standing_at(at(40)).status, TaskStatus::InProgress);
    let claim = execution.claims.get(1).unwrap();
    assert_eq!((claim.occurred_at, claim.recorded_at), (at(40), at(240).to_utc()));
    assert_eq!(claim.reporter, "MMR-01");
}

#[test]
fn dependencies_hold_a_task_by_their_kind_and_lag() {
    // T01 lasts from H-24 h to H-hour. By hand, the first minute at which X may start, or be done if it was started
    // a day before.
    for (waits, first, ends) in [
        ("T01", 0, false),
        ("T01FS+2h", 120, false),
        ("T01FS-2h", -120, false),
        ("T01SS+1h", -23 * 60, false),
        ("T01FF+30m", 30, true),
        ("T01SF+3h", -21 * 60, true),
    ] {
        let mut tasks = small_plan();
        tasks.push(task("X", "MMR", "MMR", 30, 4, &[waits]));
        let story = draft_with(sections(), tasks).when(tha(), submit()).accepted();
        let story = activated(approve_by_all(story, 1).when(tha(), promulgate(1)).accepted());
        let story = at_minute(story, -24 * 60).when(tha(), start("T01")).accepted();
        let story = if ends { story.when(mmr(), start("X")).accepted() } else { story };
        let claimed = |story: Story| story.when(mmr(), if ends { complete("X") } else { start("X") });
        // With a lead nobody has to know yet that T01 is done.
        let story = if first < 0 {
            at_minute(story, first)
        } else {
            at_minute(story, 0).when(tha(), complete("T01")).accepted()
        };
        let refused = [(RefusalCode::PredecessorIncomplete, "task")];
        claimed(at_minute(story.clone(), first - 1).late(Span::ZERO)).refused_at(refused);
        claimed(at_minute(story, first)).accepted();
    }
}

#[test]
fn what_was_called_off_holds_nobody_back() {
    let story = at_minute(active(), 0).when(tha(), cancel("T01")).accepted();
    assert_eq!(status(&story, "T01"), TaskStatus::Cancelled);
    let story = story.when(mmr(), start("T16")).accepted();
    let withdrawn = "T16 was cancelled.";
    let story = story.when(mmr(), cancel("T16")).accepted();
    let Event::Assignment(domain::assignment::AssignmentEvent::AssignmentWithdrawn { reason, .. }) =
        &story.log.last().unwrap().event
    else {
        panic!("its officer is free")
    };
    assert_eq!(reason.to_string(), withdrawn);
    story.when(mmr(), cancel("T16")).refused_at([(RefusalCode::WrongState, "task")]);
}

#[test]
fn a_task_is_blocked_and_goes_on() {
    let story = at_minute(at_h_hour(), 1).when(mmr(), start("T16")).accepted();
    let other = claim("T16", TaskClaim::Blocked { reason: BlockReason::Other, text: None });
    let story = at_minute(story, 30)
        .when(mmr(), unblock("T16"))
        .refused_at([(RefusalCode::WrongState, "task")])
        .when(mmr(), other)
        .refused_at([(RefusalCode::ReasonRequired, "text")])
        .when(mmr(), progress("T16", 101))
        .refused_at([(RefusalCode::InvalidValue, "percent")])
        .when(mmr(), progress("T16", 20))
        .accepted();
    let since = story.now.fixed_offset();
    let story = story.when(mmr(), block("T16")).accepted();
    let standing = story.operation("SAPHAN").standing(&of("T16"));
    assert_eq!(standing.blocked, Some((since, BlockReason::NoAccess)));
    assert_eq!((standing.status, standing.progress), (TaskStatus::Blocked, Some(20)));
    let story = story.when(mmr(), block("T16")).refused_at([(RefusalCode::WrongState, "task")]);
    let story = story.when(mmr(), unblock("T16")).accepted();
    assert_eq!(status(&story, "T16"), TaskStatus::InProgress);
    // One that is not started is neither blocked nor done.
    for ask in [block("T21"), complete("T21"), progress("T21", 1)] {
        story.clone().when(mmr(), ask).refused_at([(RefusalCode::WrongState, "task")]);
    }
}

#[test]
fn who_carries_a_task_out_reports_on_it_and_nobody_else() {
    let story = at_h_hour;
    // Thailand leads the operation, and T16 is Myanmar's.
    story().when(tha(), start("T16")).forbidden();
    story().when(post_as("MMR-02", [Role::Planner]), start("T16")).accepted();
    story().when(post_as("MMR-01", [Role::Liaison]), start("T16")).accepted();
    story().when(post_as("MMR-01", [Role::Commander]), start("T16")).forbidden();
    story().when(import(), start("T16")).forbidden();
    // The bound post has it, not one that speaks for the partner.
    let issued = || story().when(tha(), claim("T16", TaskClaim::Issued)).accepted();
    issued().when(mmr(), claim("T16", TaskClaim::Acknowledged)).forbidden();
    story().when(chn(), claim("T16", TaskClaim::Issued)).forbidden();
    story().when(tha(), cancel("T16")).forbidden();
    story().when(post_as("MMR-01", [Role::Planner]), cancel("T16")).forbidden();
}

/// For China and Thailand alone, whoever decided on it.
fn hide_t02(story: Story) -> Story {
    let task = MarkedItem::Task { task: of("T02"), salt: Salt([0; 16]) };
    story.and([marked(Some(task), &["CHN"])])
}

#[test]
fn a_task_that_is_hidden_does_not_exist_for_a_claim() {
    let story = hide_t02(at_h_hour());
    let absent = story.clone().when(mmr(), start("T99")).rejected().refusals;
    assert_eq!(story.when(mmr(), start("T02")).rejected().refusals, absent);
}

#[test]
fn what_a_task_waits_for_is_not_named_to_whom_it_is_hidden_from() {
    let mut tasks = small_plan();
    tasks.push(task("X", "MMR", "MMR", 30, 4, &["T02"]));
    let story = draft_with(sections(), tasks).when(tha(), submit()).accepted();
    let story = activated(approve_by_all(story, 1).when(tha(), promulgate(1)).accepted());
    let told = |story: Story| story.when(mmr(), start("X")).rejected().refusals[0].clone();
    let seen = told(story.clone());
    assert!(seen.message.contains("T02") && seen.subject.is_some());
    let hidden = told(hide_t02(story));
    assert_eq!((hidden.message.as_str(), hidden.subject), ("X waits for another task.", None));
}

#[test]
fn a_correction_takes_the_place_of_what_was_said_and_both_stay() {
    let story = at_minute(at_h_hour(), 10).when(mmr(), start("T16")).accepted();
    let story = at_minute(story, 500).when(mmr(), complete("T16")).accepted();
    let story = at_minute(story, 700);
    let corrected = ExecutionEvent::TaskTimesCorrected {
        operation: saphan(),
        task: of("T16"),
        claim: 3,
        corrects: 2,
        at: at(560),
        reason: of("By the team's own list"),
    };
    let story = story
        .when(mmr(), correct("T16", 2, at(560)))
        .then([corrected.into(), bound(1, "T16", "MMR-02", 10, 550)]);
    let operation = story.operation("SAPHAN");
    let claims = &operation.executions.get(&of::<TaskCode>("T16")).unwrap().claims;
    assert_eq!(claims.get(2).unwrap().corrected_by, Some(3));
    assert_eq!(claims.get(2).unwrap().occurred_at, at(500));
    assert_eq!(claims.get(3).unwrap().corrects.as_ref().unwrap().claim, 2);
    assert_eq!(operation.standing(&of("T16")).ended_at, Some(at(560)));
    story
        .when(mmr(), correct("T16", 2, at(570)))
        .refused_at([(RefusalCode::WrongState, "claimId")])
        .when(mmr(), correct("T16", 9, at(570)))
        .refused_at([(RefusalCode::NotFound, "claimId")])
        .when(mmr(), correct("T16", 3, at(100_000)))
        .refused_at([(RefusalCode::OccurredInFuture, "at")])
        .when(mmr(), correct("T16", 3, at(560)))
        .unchanged()
        .when(chn(), correct("T16", 3, at(570)))
        .forbidden();
}

#[test]
fn a_correction_that_contradicts_the_order_is_stored() {
    let story = at_minute(at_h_hour(), 10).when(mmr(), start("T16")).accepted();
    // T01 was not done before H+20, it turns out: T16 started before that.
    let story = at_minute(story, 60).when(tha(), correct("T01", 2, at(20))).accepted();
    let operation = story.operation("SAPHAN");
    assert_eq!(operation.standing(&of("T01")).ended_at, Some(at(20)));
    assert_eq!(operation.standing(&of("T16")).started_at, Some(at(10)));
}

#[test]
fn a_list_of_the_night_is_taken_as_a_whole_in_its_order() {
    let list = |broken: bool| {
        report(vec![
            reported("T16", TaskClaim::Started, 5),
            reported("T16", DONE, if broken { 3 } else { 300 }),
            reported("T21", TaskClaim::Started, 320),
        ])
    };
    let story = at_minute(at_h_hour(), 400);
    let length = story.log.len();
    let refused = story.clone().when(mmr(), list(true)).refused_at([
        (RefusalCode::WrongState, "reports.1.task"),
        (RefusalCode::PredecessorIncomplete, "reports.2.task"),
        (RefusalCode::OfficerOverlap, "reports.2.task"),
    ]);
    assert_eq!(refused.story.log.len(), length);
    let story = story.when(mmr(), list(false)).then([
        started("T16", 1),
        under_way(1, "T16", "MMR-02", 5, 715),
        completed("T16", 2),
        bound(1, "T16", "MMR-02", 5, 295),
        started("T21", 1),
        under_way(2, "T21", "MMR-02", 320, 1120),
    ]);
    let occurred: Vec<_> = story.log[length..].iter().map(|recorded| recorded.at.occurred_at).collect();
    assert_eq!(occurred, [5, 5, 300, 300, 320, 320].map(at));
    story
        .clone()
        .when(mmr(), report(Vec::new()))
        .refused_at([(RefusalCode::InvalidValue, "reports")])
        .when(mmr(), report(vec![reported("T21", DONE, 330); 1_001]))
        .refused_at([(RefusalCode::InvalidValue, "reports")])
        .when(mmr(), report(vec![reported("T21", TaskClaim::Issued, 330)]))
        .refused_at([(RefusalCode::InvalidValue, "reports.0.what")]);
    story
        .when(mmr(), report(vec![reported("T02", TaskClaim::Started, 330), reported("T99", DONE, 330)]))
        .refused_at([(RefusalCode::Forbidden, "reports.0.task"), (RefusalCode::NotFound, "reports.1.task")]);
}

#[test]
fn a_claim_of_a_list_is_late_by_its_own_time() {
    let mut story = at_h_hour();
    story.now = at(60 * 60).to_utc();
    let report_of = |late_reason: Option<&str>| {
        let occurred_at = at(5);
        let reported = Some(Reported { occurred_at, late_reason: late_reason.map(str::to_owned) });
        report(vec![TaskReport { task: of("T16"), says: TaskClaim::Started, reported }])
    };
    story
        .clone()
        .when(mmr(), report_of(None))
        .refused_at([(RefusalCode::LateReasonRequired, "reports.0.lateReason")]);
    let story = story.when(mmr(), report_of(Some("No signal"))).accepted();
    assert_eq!(story.log.last().unwrap().at.late_reason.as_deref(), Some("No signal"));
}

#[test]
fn an_officer_is_bound_until_the_task_ends_and_free_when_it_is_done_early() {
    // T21 is planned from H+12 for the same officer; MMR-02 is asked for X from H+10 to H+11.
    let mut tasks = small_plan();
    tasks.push(task("X", "MMR", "MMR", 10, 1, &[]));
    let story = draft_with(sections(), tasks).when(tha(), submit()).accepted();
    let story = activated(approve_by_all(story, 1).when(tha(), promulgate(1)).accepted());
    let story = at_minute(story, -24 * 60).when(tha(), start("T01")).accepted();
    let story = at_minute(story, 0).when(tha(), complete("T01")).accepted();
    let story = story.when(mmr(), start("T16")).accepted();
    let overlap = [(RefusalCode::OfficerOverlap, "post")];
    let at_nine = at_minute(story, 9 * 60);
    at_nine.clone().when(mmr(), assign("X", "MMR-02")).refused_at(overlap);
    let done = at_nine.when(mmr(), complete("T16")).accepted();
    done.when(mmr(), assign("X", "MMR-02")).accepted();
}

#[test]
fn an_officer_whose_task_goes_on_past_its_plan_is_bound_on_and_on() {
    let mut tasks = small_plan();
    tasks.push(task("X", "MMR", "MMR", 40, 1, &[]));
    let story = draft_with(sections(), tasks).when(tha(), submit()).accepted();
    let story = activated(approve_by_all(story, 1).when(tha(), promulgate(1)).accepted());
    let story = at_minute(story, 0).when(tha(), cancel("T01")).accepted();
    let story = story.when(mmr(), start("T16")).accepted();
    // Until H+12 nobody knows that it will take longer.
    at_minute(story.clone(), 11 * 60).when(mmr(), assign("X", "MMR-02")).accepted();
    let late = at_minute(story, 13 * 60);
    late.clone()
        .when(mmr(), assign("X", "MMR-02"))
        .refused_at([(RefusalCode::OfficerOverlap, "post")])
        .when(mmr(), start("T21"))
        .refused_at([(RefusalCode::PredecessorIncomplete, "task"), (RefusalCode::OfficerOverlap, "task")]);
    late.when(mmr(), complete("T16")).accepted().when(mmr(), assign("X", "MMR-02")).accepted();
}

#[test]
fn an_officer_who_joins_a_task_that_goes_on_is_bound_from_then_on_and_to_none_that_is_done() {
    let story = at_minute(at_h_hour(), 0).when(mmr(), start("T16")).accepted();
    let story = at_minute(story, 60).when(mmr(), assign("T16", "MMR-01")).accepted();
    assert_eq!(story.log.last().unwrap().event, under_way(3, "T16", "MMR-01", 60, 660));
    let story = at_minute(story, 120).when(mmr(), complete("T16")).accepted();
    let story = story.and(held("MMR-03", false));
    story.when(mmr(), assign("T16", "MMR-03")).refused_at([(RefusalCode::WrongState, "post")]);
}

#[test]
fn an_officer_who_joined_later_was_not_there_before_when_the_task_is_done_or_its_start_corrected() {
    let story = at_minute(at_h_hour(), 0).when(mmr(), start("T16")).accepted();
    let story = at_minute(story, 60).when(mmr(), assign("T16", "MMR-01")).accepted();
    let corrected = at_minute(story.clone(), 90).when(mmr(), correct("T16", 1, at(5))).accepted();
    let events: Vec<_> = corrected.log.iter().rev().take(2).map(|recorded| recorded.event.clone()).collect();
    assert_eq!(events, [under_way(3, "T16", "MMR-01", 60, 660), under_way(1, "T16", "MMR-02", 5, 715)]);
    at_minute(story, 120).when(mmr(), complete("T16")).then([
        completed("T16", 2),
        bound(1, "T16", "MMR-02", 0, 120),
        bound(3, "T16", "MMR-01", 60, 60),
    ]);
}

#[test]
fn what_officers_turn_out_to_have_done_at_once_holds_no_shift_of_h_hour_back() {
    let story = at_minute(at_h_hour(), 0).when(mmr(), start("T16")).accepted();
    let story = at_minute(story, 300).when(mmr(), complete("T16")).accepted();
    let story = at_minute(story, 310).when(mmr(), start("T21")).accepted();
    // T21 began at H+3, it turns out, while the same officer was at T16.
    let story = at_minute(story, 400).when(mmr(), correct("T21", 1, at(180))).accepted();
    story.when(tha(), shift_h_hour("2023-10-10T06:00:00+07:00")).accepted();
    // Nor does a task that takes longer than planned.
    let late = at_minute(at_h_hour(), 0).when(mmr(), start("T16")).accepted();
    at_minute(late, 13 * 60).when(tha(), shift_h_hour("2023-10-10T06:00:00+07:00")).accepted();
}

#[test]
fn no_officer_is_at_two_tasks_at_once_whatever_a_clock_is_ahead_by() {
    let mut tasks = small_plan();
    tasks.push(task("X", "MMR", "MMR", -30, 1, &[]));
    let story = draft_with(sections(), tasks).when(tha(), submit()).accepted();
    let story = activated(approve_by_all(story, 1).when(tha(), promulgate(1)).accepted());
    let story = story.when(mmr(), assign("X", "MMR-02")).accepted();
    let story = at_minute(story, 0).when(tha(), cancel("T01")).accepted();
    let story = story.when(mmr(), start("T16")).accepted();
    // X should have been done long ago, so that nothing is left of its plan.
    let overlap = [(RefusalCode::OfficerOverlap, "task")];
    at_minute(story.clone(), 30).late(Span::seconds(-1)).when(mmr(), start("X")).refused_at(overlap);
    // T16 is planned until H+12, which the reporter's clock is past already.
    at_minute(story, 12 * 60 - 1).late(Span::seconds(-90)).when(mmr(), start("X")).refused_at(overlap);
}

#[test]
fn what_goes_on_is_reported_on_when_its_plan_was_withdrawn() {
    let story = at_minute(at_h_hour(), 0).when(mmr(), start("T16")).accepted();
    let story = story.when(tha(), withdraw_plan()).accepted();
    story
        .clone()
        .when(mmr(), start("T21"))
        .refused_at([(RefusalCode::PlanNotInForce, "")])
        .when(mmr(), progress("T16", 50))
        .accepted()
        .when(mmr(), complete("T16"))
        .accepted()
        .when(mmr(), correct("T16", 1, at(1)))
        .accepted();
}

#[test]
fn what_a_nation_said_is_put_right_by_that_nation() {
    let issued = || at_h_hour().when(tha(), claim("T16", TaskClaim::Issued)).accepted();
    // Thailand, which leads the operation, gave the order: Myanmar, which carries it out, does not change that.
    issued().when(mmr(), correct("T16", 1, at(-1))).forbidden();
    issued().when(tha(), correct("T16", 1, at(-1))).accepted();
    let started = || at_minute(at_h_hour(), 1).when(mmr(), start("T16")).accepted();
    started().when(tha(), correct("T16", 1, at(0))).forbidden();
    started().when(post_as("MMR-02", [Role::Planner]), correct("T16", 1, at(0))).accepted();
    // Who called a task off is not bound to it any more, and may still say when that was.
    let off = started().when(post_as("MMR-01", [Role::Commander]), cancel("T16")).accepted();
    off.when(post_as("MMR-01", [Role::Commander]), correct("T16", 2, at(1))).accepted();
}

#[test]
fn a_shift_of_h_hour_and_an_order_leave_what_was_started_where_it_was() {
    let story = at_minute(at_h_hour(), 0).when(mmr(), start("T16")).accepted();
    let to = "2023-10-10T06:00:00+07:00";
    for ask in [shift_h_hour(to), order(Some(to), &[])] {
        let story = at_minute(story.clone(), 30).when(tha(), ask).accepted();
        let Some(State::Bookings(bookings)) = story.world().get(&Subject::Bookings(of("MMR-02"))) else {
            panic!("it is loaded")
        };
        let of_day = |number| bookings.entries.get(&(saphan(), number)).unwrap().h_hour;
        assert_eq!([of_day(1), of_day(2)], [at(0), at(24 * 60)].map(Some));
        let calendar = Subject::Bookings(of("MMR-02"));
        assert_eq!(story.world().get(&calendar), Some(&fold(&story.log, &calendar)));
        let baseline =
            story.operation("SAPHAN").executions.get(&of::<TaskCode>("T16")).unwrap().baseline.unwrap();
        assert_eq!((baseline.start, baseline.finish), (at(0), at(720)));
    }
}

#[test]
fn a_plan_that_is_suspended_starts_nothing() {
    let story = at_h_hour().when(chn(), revoke(1)).accepted();
    story.when(mmr(), start("T16")).refused_at([(RefusalCode::PlanSuspended, "")]);
}

#[test]
fn a_start_is_judged_by_the_pauses_of_its_own_time() {
    let resume = operating(OperationCommand::Resume { operation: saphan() });
    let story = at_minute(at_h_hour(), 10).when(tha(), pause()).accepted();
    let before = |story: &Story| at_minute(story.clone(), 30).late(minutes(25)).when(mmr(), start("T16"));
    before(&story).accepted();
    let story = at_minute(story, 60).when(tha(), resume).accepted();
    let told =
        |minute: i64| at_minute(story.clone(), 120).late(minutes(120 - minute)).when(mmr(), start("T16"));
    for minute in [5, 60, 61] {
        told(minute).accepted();
    }
    for minute in [10, 30, 59] {
        told(minute)
            .refused_at([(RefusalCode::WrongState, "occurredAt")])
            .saying("SAPHAN was paused from 2023-10-08T23:10:00+00:00 to 2023-10-09T00:00:00+00:00.");
    }
    // In a list as by itself.
    at_minute(story, 120)
        .when(mmr(), report(vec![reported("T16", TaskClaim::Started, 30)]))
        .refused_at([(RefusalCode::WrongState, "reports.0.occurredAt")]);
}

#[test]
fn a_start_is_judged_by_the_suspensions_of_its_own_time() {
    let story = at_minute(at_h_hour(), 10).when(chn(), revoke(1)).accepted();
    let late = |story: &Story, by: i64| story.clone().late(minutes(by)).when(mmr(), start("T16"));
    let suspended = at_minute(story.clone(), 30);
    late(&suspended, 25).accepted();
    late(&suspended, 10).refused_at([(RefusalCode::PlanSuspended, "")]);
    // A second partner's word begins no suspension anew, and the last one's ends it.
    let story = story.when(mmr(), revoke(1)).accepted();
    let story = at_minute(story, 40).when(chn(), approve(1)).accepted();
    let story = at_minute(story, 60).when(mmr(), approve(1)).accepted();
    let story = at_minute(story, 120);
    for minute in [5, 60, 61] {
        late(&story, 120 - minute).accepted();
    }
    for minute in [10, 41, 59] {
        late(&story, 120 - minute).refused_at([(RefusalCode::PlanSuspended, "occurredAt")]).saying(
            "The plan of SAPHAN was suspended from 2023-10-08T23:10:00+00:00 to 2023-10-09T00:00:00+00:00.",
        );
    }
}

#[test]
fn a_foreseen_post_reports_while_none_is_bound() {
    let mut tasks = small_plan();
    tasks.push(PlannedTask { post: Some(of("CHN-03")), ..task("X", "CHN", "THA", 0, 1, &[]) });
    let story = draft_with(sections(), tasks).when(tha(), submit()).accepted();
    let story = activated(approve_by_all(story, 1).when(tha(), promulgate(1)).accepted());
    let story = at_minute(story, 0);
    story.clone().when(post_as("CHN-03", [Role::Planner]), start("X")).accepted();
    // Once another is bound, that one does.
    let bound = story.when(chn(), assign("X", "CHN-01")).accepted();
    bound.clone().when(post_as("CHN-03", [Role::Planner]), start("X")).forbidden();
    bound.when(post_as("CHN-01", [Role::Planner]), start("X")).accepted();
}
