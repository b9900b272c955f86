//! What an amendment changes of tasks that are carried out, and what it cannot.

use crate::support::{Story, carrying::*, of, saphan::*};
use domain::{
    RefusalCode, Span,
    coalition::PartnerCommand,
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
    let coalition = story.world().coalition().expect("the coalition is known");
    story.operation("SAPHAN").effect_on_execution(&version, |partner| coalition.takes_tasks(partner))
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

fn leaves(story: Story, code: &str) -> Story {
    let withdraw = PartnerCommand::Withdraw { partner: of(code), reason: of("A court has stayed its part") };
    story.when(tha(), partner(withdraw)).accepted()
}

/// Version 2 is opened as it stands, approved by the two principals that are left, and consented to by Lao PDR.
fn amend_without(story: Story, principal: domain::Actor, change: impl FnOnce(Story) -> Story) -> Story {
    let story = change(story.when(tha(), open_amendment()).accepted());
    let story = story.when(tha(), submit()).accepted().when(tha(), approve(2)).accepted();
    story.when(principal, approve(2)).accepted().when(lao(), consent(2, &[])).accepted()
}

#[test]
fn what_a_partner_has_done_counts_on_it_no_more_once_it_has_left() {
    let done = |story: Story, task, from: i64| {
        let story = at_minute(story, from * 60).when(post("MMR-02"), start(task)).accepted();
        at_minute(story, (from + 12) * 60).when(post("MMR-02"), complete(task)).accepted()
    };
    let later = |story: Story| story.when(tha(), move_task("T27", 72)).accepted();
    let first = done(at_h_hour(), "T16", 0);
    let story = amend_without(leaves(done(first.clone(), "T21", 12), "MMR"), chn(), later);
    story.when(tha(), promulgate(2)).accepted();
    // T21 is still to be carried out, by it and on its ground.
    amend_without(leaves(first, "MMR"), chn(), later).when(tha(), promulgate(2)).refused([
        RefusalCode::ApprovalIncomplete,
        RefusalCode::TakesNoTasks,
        RefusalCode::LiaisonNotInPost,
    ]);
}

#[test]
fn what_goes_on_without_its_lead_is_taken_over_and_frees_its_officers() {
    let story = at_h_hour().when(chn(), assign("T02", "CHN-03")).accepted();
    let story = story.when(post("CHN-03"), start("T02")).accepted();
    let taken_over = TaskRevision { lead: Some(of("THA")), ..TaskRevision::default() };
    let story = amend_without(leaves(story, "CHN"), mmr(), revised("T02", taken_over));
    assert_eq!(effects(&story), [effect("T02", &[TaskChange::Lead], false)]);
    let story = story.when(tha(), promulgate(2)).accepted();
    let bound = story.operation("SAPHAN").assignments_of(&of("T02")).count();
    assert_eq!(bound, 0, "nobody of China is");
    let story = story.when(tha(), assign("T02", "THA-01")).accepted();
    at_minute(story, 60).when(post("THA-01"), complete("T02")).accepted();
}

#[test]
fn what_goes_on_where_its_lead_has_left_is_called_off_by_the_operations_lead() {
    // T16 is Myanmar's, on its own ground: nobody could take it over there.
    let calls_off = |story: Story| story.when(tha(), cancel("T16"));
    calls_off(under_way()).forbidden();
    let story = calls_off(leaves(under_way(), "MMR")).accepted();
    let to = TaskRevision { lead: Some(of("THA")), territory: Some(of("THA")), ..TaskRevision::default() };
    let given = revised("T21", TaskRevision { post: Some(Some(of("THA-01"))), ..to });
    amend_without(story, chn(), given).when(tha(), promulgate(2)).accepted();
}

#[test]
fn what_a_partner_claimed_that_has_left_is_put_right_by_the_operations_lead() {
    let story = || at_minute(under_way(), 30);
    story().when(tha(), correct("T16", 1, at(-5))).forbidden();
    leaves(story(), "MMR").when(tha(), correct("T16", 1, at(-5))).accepted();
}
