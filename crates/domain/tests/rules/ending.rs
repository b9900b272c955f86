//! How an operation is paused and goes on, how it ends, and what its end leaves possible.

use crate::support::{Ask, Story, carrying::*, gate::*, of, saphan::*};
use domain::{
    Command, Event, RefusalCode, Role, Span, TaskCode,
    assignment::{AssignmentCommand, AssignmentEvent},
    execution::ExecutionEvent,
    ids::TaskId,
    operation::{OperationCommand, OperationEvent, OperationStatus},
    plan::PlanCommand,
};

fn status(story: &Story) -> OperationStatus {
    story.operation("SAPHAN").status()
}

fn paused() -> Event {
    let reason = of("Fighting near the bridge");
    OperationEvent::OperationPaused { operation: saphan(), reason }.into()
}

fn closed() -> Event {
    OperationEvent::OperationClosed { operation: saphan() }.into()
}

fn terminated() -> Event {
    let reason = of("Both sites were abandoned");
    OperationEvent::OperationTerminated { operation: saphan(), reason }.into()
}

fn freed(number: u32, task: &str, why: &str) -> Event {
    Event::Assignment(AssignmentEvent::AssignmentWithdrawn {
        operation: saphan(),
        number,
        task: of(task),
        post: of("MMR-02"),
        reason: of(why),
    })
}

#[test]
fn an_active_operation_is_paused_and_resumed() {
    let story = active().when(tha(), pause()).then([paused()]).when(tha(), pause()).unchanged();
    assert_eq!(status(&story), OperationStatus::Paused);
    let resumed = OperationEvent::OperationResumed { operation: saphan() };
    let story = story.when(tha(), resume()).then([resumed]);
    assert_eq!(status(&story), OperationStatus::Active);
    story
        .when(tha(), resume())
        .refused_at([(RefusalCode::WrongState, "")])
        .saying("SAPHAN is ACTIVE, and nobody has paused it.");
    in_force()
        .when(tha(), pause())
        .refused_at([(RefusalCode::WrongState, "")])
        .saying("SAPHAN is AUTHORISED.");
    for ask in [pause, resume, close, terminate] {
        active().when(chn(), ask()).forbidden().when(post_as("THA-02", [Role::Planner]), ask()).forbidden();
        active().when(import(), ask()).forbidden();
    }
}

#[test]
fn a_plan_that_a_partner_suspended_is_not_resumed_by_the_lead() {
    let suspended = active().when(chn(), revoke(1)).accepted();
    suspended
        .when(tha(), resume())
        .refused_at([(RefusalCode::WrongState, "")])
        .saying("SAPHAN is PAUSED, and nobody has paused it.")
        .when(tha(), pause())
        .refused_at([(RefusalCode::WrongState, "")]);
    // What was paused before is resumed, and waits for the partner.
    let both = active().when(tha(), pause()).accepted().when(chn(), revoke(1)).accepted();
    let story = both.when(tha(), resume()).accepted();
    assert_eq!(status(&story), OperationStatus::Paused);
}

#[test]
fn pauses_and_ends_are_entered_late_in_their_order() {
    let at = [(RefusalCode::InvalidValue, "occurredAt")];
    let story = active().after(Span::hours(1));
    for ask in [pause, close, terminate] {
        let late = story.clone().late(long_before(1)).when(tha(), ask()).refused_at(at);
        late.saying("SAPHAN was activated only at 2023-10-07T22:58:00+00:00.");
        story.clone().late(Span::seconds(3_000)).when(tha(), ask()).accepted();
    }
    let story = story.when(tha(), pause()).accepted().after(Span::hours(1));
    for ask in [resume, close, terminate] {
        let late = story.clone().late(long_before(1)).when(tha(), ask()).refused_at(at);
        late.saying("SAPHAN was paused only at 2023-10-08T00:00:00+00:00.");
    }
    let initiated = operation().after(Span::hours(1)).late(long_before(1));
    initiated.when(tha(), terminate()).refused_at(at);
}

#[test]
fn an_operation_is_closed_when_nothing_goes_on_and_frees_who_is_bound_to_what_was_not_done() {
    let story = at_h_hour().when(post("MMR-02"), start("T16")).accepted();
    let story = story.when(chn(), start("T02")).accepted();
    let refused = story
        .when(tha(), close())
        .refused_at([(RefusalCode::TaskInProgress, ""), (RefusalCode::TaskInProgress, "")]);
    let id = refused.story.operation("SAPHAN").id();
    let subject = |task: &str| Some(TaskId::of(id, &of::<TaskCode>(task)).to_string());
    let told: Vec<_> = refused.refusals.iter().map(|refusal| refusal.subject.clone()).collect();
    assert_eq!(told, [subject("T02"), subject("T16")]);
    let story = refused.saying("T02 goes on.");
    let story = story.when(chn(), complete("T02")).accepted();
    let story = story.when(post("MMR-02"), complete("T16")).accepted();
    at_minute(story.clone(), 60)
        .late(minutes(59))
        .when(tha(), close())
        .refused_at([(RefusalCode::InvalidValue, "occurredAt"), (RefusalCode::InvalidValue, "occurredAt")])
        .saying("T02 ended only at 2023-10-08T23:04:00+00:00.");
    let story = story.when(tha(), close()).then([closed(), freed(2, "T21", "SAPHAN was closed.")]);
    assert_eq!(status(&story), OperationStatus::Closed);
    let operation = story.operation("SAPHAN");
    let bound: Vec<_> = operation.live_assignments().map(|bound| bound.task.as_str()).collect();
    assert_eq!(bound, ["T16"], "who has carried a task out, has");
    story
        .when(tha(), close())
        .unchanged()
        .when(tha(), terminate())
        .refused_at([(RefusalCode::WrongState, "")])
        .saying("SAPHAN is CLOSED.");
}

#[test]
fn what_was_not_activated_is_not_closed_and_a_paused_one_is() {
    in_force()
        .when(tha(), close())
        .refused_at([(RefusalCode::WrongState, "")])
        .saying("SAPHAN is AUTHORISED.");
    active().when(tha(), pause()).accepted().when(tha(), close()).accepted();
}

#[test]
fn a_clash_that_is_not_settled_does_not_hinder_closing() {
    let found = OperationEvent::DeconflictionConflictFound {
        operation: saphan(),
        number: 1,
        other: of("Operation of the river police"),
        period: None,
        areas: Vec::new(),
        tasks: tasks(&["T16"]),
    };
    active().and([found]).when(tha(), close()).accepted();
}

#[test]
fn an_operation_is_terminated_at_any_time_and_what_goes_on_is_brought_to_its_end() {
    let story = at_h_hour().when(post("MMR-02"), start("T16")).accepted();
    let why = "SAPHAN was terminated.";
    let story = story
        .when(tha(), terminate())
        .then([terminated(), freed(2, "T21", why)])
        .when(tha(), terminate())
        .unchanged()
        .when(tha(), close())
        .refused_at([(RefusalCode::WrongState, "")])
        .saying("SAPHAN is TERMINATED.");
    assert_eq!(status(&story), OperationStatus::Terminated);
    assert!(story.operation("SAPHAN").standing(&of("T16")).status.goes_on());
    // By the post that is at it, which stays bound until then.
    let story = story.when(post("MMR-02"), complete("T16")).accepted();
    story.when(chn(), start("T02")).rejected();
    for story in [operation(), draft(), submitted(), in_force()] {
        story.when(tha(), terminate()).then([terminated()]);
    }
}

/// What would plan, approve, bind or move something.
fn changes() -> Vec<(domain::Actor, Ask)> {
    let section = domain::plan::Section::Mission(of("Another"));
    let requested =
        AssignmentCommand::Request { operation: saphan(), task: of("T16"), post: of("MMR-02"), reason: None };
    vec![
        (tha(), set_h_hour(H_HOUR)),
        (tha(), shift_h_hour("2023-10-10T06:00:00+07:00")),
        (tha(), activate()),
        (tha(), pause()),
        (tha(), resume()),
        (tha(), operating(OperationCommand::IssueWarningOrder { operation: saphan(), text: None })),
        (
            tha(),
            operating(OperationCommand::RecordLegalBasis {
                operation: saphan(),
                instruments: vec![of("Treaty")],
            }),
        ),
        (tha(), planning(PlanCommand::Draft { operation: saphan(), sections: Box::default() })),
        (tha(), planning(PlanCommand::ReviseSection { operation: saphan(), section: Box::new(section) })),
        (tha(), add_task(task("T30", "THA", "THA", 0, 1, &[]))),
        (tha(), open_amendment()),
        (tha(), submit()),
        (tha(), share_draft(&[])),
        (tha(), recall()),
        (chn(), approve(1)),
        (chn(), reject(1, &[])),
        (lao(), consent(1, &[])),
        (chn(), revoke(1)),
        (chn(), confirm(1)),
        (chn(), waive(1, "CHN", "C1")),
        (tha(), promulgate(1)),
        (tha(), withdraw_plan()),
        (tha(), order(Some("2023-10-10T06:00:00+07:00"), &[])),
        (mmr(), assign("T27", "MMR-02")),
        (mmr(), withdraw_assignment(1)),
        (tha(), Box::new(|_| Command::Assignment(requested))),
        (mmr(), accept_requested(1)),
        (mmr(), decline_requested(1)),
        (tha(), start_phase("P1")),
        (tha(), complete_phase("P3")),
        (tha(), go()),
    ]
}

#[test]
fn an_operation_that_has_ended_is_planned_bound_and_moved_no_more() {
    for (end, told) in [(close as fn() -> Ask, "CLOSED"), (terminate, "TERMINATED")] {
        let story = active().when(tha(), end()).accepted();
        for (actor, ask) in changes() {
            let refused = story.clone().when(actor, ask).refused_at([(RefusalCode::WrongState, "operation")]);
            refused.saying(&format!("SAPHAN is {told}."));
        }
    }
    // Whoever may not see it learns nothing of its end.
    let hidden = active().when(tha(), close()).accepted().and([marked(None, &[])]);
    hidden.when(chn(), approve(1)).refused_at([(RefusalCode::NotFound, "operation")]);
}

#[test]
fn what_is_entered_late_and_who_reads_it_changes_after_the_end() {
    let found = OperationCommand::FindDeconflictionConflict {
        operation: saphan(),
        other: of("Operation of the river police"),
        period: None,
        areas: Vec::new(),
        tasks: tasks(&["T16"]),
    };
    let cleared = OperationCommand::ClearDeconfliction {
        operation: saphan(),
        number: 1,
        resolution: of("Dates exchanged"),
    };
    let story = at_h_hour().when(tha(), close()).accepted();
    let story = story
        .when(tha(), release(&["CHN", "LAO", "MMR"]))
        .accepted()
        .when(tha(), operating(found))
        .accepted()
        .when(tha(), operating(cleared))
        .accepted();
    let corrected = story.when(tha(), correct("T01", 1, at(-23 * 60))).accepted();
    let last = &corrected.log.last().unwrap().event;
    assert!(matches!(last, Event::Execution(ExecutionEvent::TaskTimesCorrected { .. })), "{last:?}");
}
