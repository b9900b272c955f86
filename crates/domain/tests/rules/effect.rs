//! What an amendment changes of tasks that are carried out, and what it cannot.

use crate::support::{Story, carrying::*, of, saphan::*};
use domain::{
    RefusalCode, Span,
    execution::{TaskChange, TaskEffect},
    ids::TaskId,
    plan::{PlanCommand, Section, TaskRevision},
};

fn revised(code: &str, revision: TaskRevision) -> impl FnOnce(Story) -> Story {
    let ask = revise_task(code, revision);
    |story| story.when(tha(), ask).accepted()
}

fn effects(story: &Story) -> Vec<TaskEffect> {
    let version = story.version(2);
    story.operation("SAPHAN").effect_on_execution(&version)
}

fn effect(task: &str, changes: &[TaskChange], is_refused: bool) -> TaskEffect {
    TaskEffect { task: of(task), changes: changes.to_vec(), is_refused }
}

/// T01 is done, T16 goes on.
fn under_way() -> Story {
    at_h_hour().when(post("MMR-02"), start("T16")).accepted()
}

#[test]
fn no_version_moves_what_was_started() {
    use TaskChange::{Lead, Phase, Start, Territory};
    let to = TaskRevision::default;
    for (revision, change, told) in [
        (TaskRevision { start_offset: Some(Span::hours(1)), ..to() }, Start, "moves its start"),
        (TaskRevision { lead: Some(of("THA")), ..to() }, Lead, "gives it to another partner"),
        (TaskRevision { territory: Some(of("LAO")), ..to() }, Territory, "moves it to another territory"),
        (TaskRevision { phase: Some(of("P1")), ..to() }, Phase, "moves it to another phase"),
    ] {
        let story = amend(under_way(), 2, revised("T16", revision));
        assert_eq!(effects(&story), [effect("T16", &[change], true)]);
        let refused =
            story.when(tha(), promulgate(2)).refused_at([(RefusalCode::TaskStarted, "planVersionId")]);
        let id = refused.story.operation("SAPHAN").id();
        assert_eq!(refused.refusals[0].subject, Some(TaskId::of(id, &of("T16")).to_string()));
        refused.saying(&format!("T16 was started, and version 2 {told}."));
    }
}

#[test]
fn no_version_drops_what_was_started_or_is_done() {
    let drop = |story: Story| {
        let story = story.when(tha(), remove_task("T27")).accepted();
        let story = story.when(tha(), remove_task("T21")).accepted();
        let story = story.when(tha(), remove_task("T16")).accepted();
        story.when(tha(), remove_task("T02")).accepted().when(tha(), remove_task("T01")).accepted()
    };
    let intent = |story: Story| {
        let mut intent = sections().commanders_intent.unwrap();
        intent.key_tasks.clear();
        let section = Box::new(Section::CommandersIntent(intent));
        let command = PlanCommand::ReviseSection { operation: saphan(), section };
        let story = story.when(tha(), planning(command)).accepted();
        story.when(tha(), add_task(task("T30", "LAO", "LAO", 0, 1, &[]))).accepted()
    };
    let story = amend(under_way(), 2, |story| intent(drop(story)));
    let dropped = [TaskChange::Dropped];
    assert_eq!(effects(&story), [effect("T01", &dropped, true), effect("T16", &dropped, true)]);
    let refused = story.when(tha(), promulgate(2)).refused_at([
        (RefusalCode::TaskStarted, "planVersionId"),
        (RefusalCode::TaskStarted, "planVersionId"),
    ]);
    refused.saying("T01 was started, and version 2 drops it.");
}

#[test]
fn what_was_only_issued_or_was_cancelled_is_moved_and_dropped() {
    let issued =
        |story: Story, task| story.when(tha(), claim(task, domain::execution::TaskClaim::Issued)).accepted();
    let story = issued(issued(under_way(), "T21"), "T27");
    let story = story.when(mmr(), cancel("T16")).accepted();
    let moved = |story: Story| {
        let story = story.when(tha(), move_task("T16", 6)).accepted();
        let story = story.when(tha(), remove_task("T27")).accepted();
        let story = story.when(tha(), add_task(task("T28", "LAO", "LAO", 60, 1, &[]))).accepted();
        story.when(tha(), move_task("T21", 20)).accepted()
    };
    let story = amend(story, 2, moved);
    let told = [
        effect("T16", &[TaskChange::Start], false),
        effect("T21", &[TaskChange::Start], false),
        effect("T27", &[TaskChange::Dropped], false),
    ];
    assert_eq!(effects(&story), told);
    story.when(tha(), promulgate(2)).accepted();
}

#[test]
fn what_was_started_may_take_longer_be_done_by_another_post_or_wait_for_more() {
    let longer = TaskRevision {
        duration: Some(Span::hours(20)),
        post: Some(Some(of("MMR-01"))),
        ..TaskRevision::default()
    };
    let story = amend(under_way(), 2, |story| {
        let story = revised("T16", longer)(story).when(tha(), add_dependency("T16", "T02")).accepted();
        // Of what nothing is claimed, nothing is told.
        story.when(tha(), move_task("T27", 72)).accepted()
    });
    let changes = [TaskChange::Duration, TaskChange::Post, TaskChange::Predecessors];
    assert_eq!(effects(&story), [effect("T16", &changes, false)]);
    let story = story.when(tha(), promulgate(2)).accepted();
    assert_eq!(effects(&story), [], "what is in force changes nothing");
}

#[test]
fn what_was_started_stays_also_when_its_plan_was_withdrawn() {
    let story = under_way().when(tha(), withdraw_plan()).accepted();
    let story = amend(story, 2, |story| story.when(tha(), move_task("T16", 6)).accepted());
    story.when(tha(), promulgate(2)).refused([RefusalCode::TaskStarted]);
}
