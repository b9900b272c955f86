//! What no sequence of accepted claims and words can bring about while a plan is carried out.

use crate::support::{Ask, Story, carrying::*, of, saphan::*};
use domain::{
    Actor, Command, Event, Instant, PhaseCode, Position, Rejection, Span, TaskCode,
    execution::{ExecutionCommand, ExecutionEvent, GoNoGo, TaskClaim, TaskExecution, TaskStatus, Word},
    operation::Operation,
    plan::{Dependency, DependencyKind, Phase, PlannedTask, Sections},
};
use proptest::prelude::*;
use std::collections::BTreeMap;

const TASKS: [&str; 5] = ["A", "B", "C", "D", "E"];
const POSTS: [&str; 2] = ["MMR-01", "MMR-02"];
const DECIDERS: [fn() -> Actor; 3] = [tha, chn, mmr];

/// A dependency of a task on an earlier one: which, of which kind, and so many hours of lag.
type Tie = (usize, u8, i64);

/// Of each task, in which phase it is, who carries it out, and what it waits for.
fn networks() -> impl Strategy<Value = Vec<(bool, Option<usize>, Vec<Tie>)>> {
    let tie = (0_usize..5, 0_u8..4, 0_i64..3);
    let task = (any::<bool>(), proptest::option::of(0_usize..2), proptest::collection::vec(tie, 0..3));
    proptest::collection::vec(task, TASKS.len())
}

fn kind(of: u8) -> DependencyKind {
    [
        DependencyKind::FinishToStart,
        DependencyKind::StartToStart,
        DependencyKind::FinishToFinish,
        DependencyKind::StartToFinish,
    ][usize::from(of)]
}

/// In force and active: tasks of P1, which is open, and of P3, which waits for a go. Everybody is planned for a time
/// of their own, so that all can be bound.
fn begun(network: &[(bool, Option<usize>, Vec<Tie>)]) -> Story {
    let phase = |code, gate: Option<&str>| Phase { code: of(code), name: of(code), gate: gate.map(of) };
    let phases = vec![phase("P1", None), phase("P3", Some("GO_NO_GO"))];
    let sections = Sections { phases, ..sections() };
    let planned = |(place, (gated, _, ties)): (usize, &(bool, Option<usize>, Vec<Tie>))| {
        let mut planned = task(TASKS[place], "MMR", "MMR", 10 * i64::try_from(place).unwrap(), 4, &[]);
        planned.phase = of(if *gated { "P3" } else { "P1" });
        for (before, kind_of, lag) in ties.iter().filter(|tie| tie.0 < place) {
            let predecessor = of(TASKS[*before]);
            planned.predecessors.retain(|known: &Dependency| known.predecessor != predecessor);
            let lag = Span::hours(*lag);
            planned.predecessors.insert(Dependency { predecessor, kind: kind(*kind_of), lag });
        }
        planned
    };
    let mut tasks: Vec<PlannedTask> = network.iter().enumerate().map(planned).collect();
    // What the commander's intent hangs on is in the plan.
    tasks.push(task("T16", "THA", "THA", 100, 1, &[]));
    let story = draft_with(sections, tasks).when(tha(), submit()).accepted();
    let story = story.when(tha(), approve(1)).accepted().when(chn(), approve(1)).accepted();
    let mut story = story.when(mmr(), approve(1)).accepted().when(tha(), promulgate(1)).accepted();
    story = story.when(tha(), set_h_hour(H_HOUR)).accepted();
    for (place, (_, post, _)) in network.iter().enumerate() {
        if let Some(post) = post {
            story = story.when(mmr(), assign(TASKS[place], POSTS[*post])).accepted();
        }
    }
    at_minute(story, 0).when(tha(), activate()).accepted().when(tha(), start_phase("P1")).accepted()
}

#[derive(Debug, Clone, Copy)]
struct Choice {
    what: u8,
    one: usize,
    /// In hours.
    late: i64,
    /// Time that passes first, in hours.
    pass: i64,
}

fn choices() -> impl Strategy<Value = Vec<Choice>> {
    let choice = (0_u8..14, 0_usize..5, 0_i64..6, 0_i64..4);
    let choice = choice.prop_map(|(what, one, late, pass)| Choice { what, one, late, pass });
    proptest::collection::vec(choice, 1..40)
}

fn word(decision: GoNoGo) -> Ask {
    Box::new(move |story| {
        let word = Word { decision, criteria: Vec::new(), accepted_risks: Vec::new(), seen_at: story.head() };
        Command::Execution(ExecutionCommand::DecideGoNoGo { operation: saphan(), phase: of("P3"), word })
    })
}

fn asked(story: &Story, Choice { what, one, late, .. }: Choice) -> (Actor, Ask) {
    let task = TASKS[one];
    let decider = DECIDERS[one % 3];
    match what {
        0..=3 => (mmr(), start(task)),
        4..=6 => (mmr(), complete(task)),
        7 => (mmr(), block(task)),
        8 => (mmr(), unblock(task)),
        9 if late == 0 => (mmr(), cancel(task)),
        9 => (mmr(), progress(task, 10)),
        10 => {
            let to = (story.now - Span::hours(late * 2).as_delta()).fixed_offset();
            (mmr(), correct(task, u32::try_from(late).unwrap(), to))
        }
        11 | 12 => (decider(), word(if late == 0 { GoNoGo::NoGo } else { GoNoGo::Go })),
        _ => (tha(), start_phase("P3")),
    }
}

fn lived(network: &[(bool, Option<usize>, Vec<Tie>)], choices: &[Choice]) -> Story {
    let mut story = begun(network);
    for choice in choices {
        story = story.after(Span::hours(choice.pass));
        if !matches!(choice.what, 10..) {
            story = story.late(Span::hours(choice.late));
        }
        let (actor, ask) = asked(&story, *choice);
        let command = ask(&story);
        match story.decide(&actor, &command) {
            Ok(told) => {
                let before = story.operation("SAPHAN");
                let words = words(&story);
                let at = told.first().map(|_| claimed_at(&story, *choice));
                for told in &told {
                    judge(&before, &words, &told.event, at.unwrap_or_else(|| story.now.fixed_offset()));
                }
                story.append(&actor, told);
                judge_posts(&story.operation("SAPHAN"));
            }
            Err(Rejection::Missing(subjects)) => panic!("still missing: {subjects:?}"),
            Err(_) => drop(story.append(&actor, Vec::new())),
        }
    }
    story
}

fn claimed_at(story: &Story, choice: Choice) -> Instant {
    let late = if matches!(choice.what, 10..) { 0 } else { choice.late };
    (story.now - Span::hours(late).as_delta()).fixed_offset()
}

/// What each decider said last since the last no-go, read off the log.
fn words(story: &Story) -> BTreeMap<String, GoNoGo> {
    let mut words = BTreeMap::new();
    let mut shut = false;
    for recorded in &story.log {
        match &recorded.event {
            Event::Execution(ExecutionEvent::GoNoGoStated { partner, decision, .. }) => {
                if std::mem::take(&mut shut) {
                    words.clear();
                }
                words.insert(partner.to_string(), *decision);
            }
            Event::Execution(ExecutionEvent::GoNoGoDecided { decision: GoNoGo::NoGo, .. }) => shut = true,
            _ => {}
        }
    }
    words
}

/// What must hold of an event at the moment at which it is accepted.
fn judge(operation: &Operation, words: &BTreeMap<String, GoNoGo>, event: &Event, at: Instant) {
    let phase_open = |phase: &PhaseCode| {
        operation.phases.get(phase).and_then(|phase| phase.started_at).is_some_and(|from| from <= at)
    };
    match event {
        Event::Execution(ExecutionEvent::TaskStarted { task, .. }) => {
            let planned = &operation.plan.version_in_force().unwrap().tasks[task];
            assert!(operation.activated_at.is_some_and(|activated| activated <= at));
            assert!(phase_open(&planned.phase), "{task} starts in a phase that is not open");
            judge_order(
                operation,
                planned,
                at,
                [DependencyKind::FinishToStart, DependencyKind::StartToStart],
            );
        }
        Event::Execution(ExecutionEvent::TaskCompleted { task, .. }) => {
            let planned = &operation.plan.version_in_force().unwrap().tasks[task];
            assert!(said(operation, task).0.is_some_and(|started| started <= at));
            judge_order(
                operation,
                planned,
                at,
                [DependencyKind::FinishToFinish, DependencyKind::StartToFinish],
            );
        }
        Event::Execution(ExecutionEvent::PhaseStarted { phase, .. }) if phase.as_str() == "P3" => {
            let all = ["CHN", "MMR", "THA"].map(|partner| words.get(partner));
            assert_eq!(all, [Some(&GoNoGo::Go); 3], "P3 starts without the go of all");
        }
        _ => {}
    }
}

/// When a task was started and when it was done or called off, by claims that nobody has corrected; and whether it
/// was called off.
fn said(operation: &Operation, task: &TaskCode) -> (Option<Instant>, Option<Instant>, bool) {
    let Some(execution) = operation.executions.get(task) else { return (None, None, false) };
    let live = || execution.claims.iter().filter(|claim| claim.corrected_by.is_none());
    let started = live().find(|claim| claim.says == TaskClaim::Started).map(|claim| claim.occurred_at);
    let done = live().find(|claim| matches!(claim.says, TaskClaim::Completed { .. }));
    let off = live().find(|claim| matches!(claim.says, TaskClaim::Cancelled { .. }));
    (started, done.map(|claim| claim.occurred_at), off.is_some())
}

fn judge_order(operation: &Operation, task: &PlannedTask, at: Instant, kinds: [DependencyKind; 2]) {
    for dependency in task.predecessors.iter().filter(|dependency| kinds.contains(&dependency.kind)) {
        let (started, done, called_off) = said(operation, &dependency.predecessor);
        if called_off {
            continue;
        }
        let end = match dependency.kind {
            DependencyKind::FinishToStart | DependencyKind::FinishToFinish => done,
            DependencyKind::StartToStart | DependencyKind::StartToFinish => started,
        };
        let met = end.is_some_and(|end| end + dependency.lag.as_delta() <= at);
        assert!(met, "{} waits for {dependency}, at {at}: {end:?}", task.code);
    }
}

/// No post is at two tasks that go on.
fn judge_posts(operation: &Operation) {
    for post in POSTS {
        let busy = operation.live_assignments().filter(|assignment| {
            assignment.post.as_str() == post && operation.standing(&assignment.task).status.goes_on()
        });
        assert!(busy.count() <= 1, "{post} is at two tasks at once");
    }
}

/// The status at a moment, by the definition: claims that nobody has corrected, in the order of what they say.
fn status_by_definition(execution: &TaskExecution, at: Instant) -> TaskStatus {
    let mut live: Vec<_> = execution
        .claims
        .iter()
        .filter(|claim| claim.corrected_by.is_none() && claim.occurred_at <= at)
        .collect();
    live.sort_by_key(|claim| (claim.occurred_at, claim.number));
    live.iter().fold(TaskStatus::Planned, |status, claim| match (status, &claim.says) {
        (TaskStatus::Completed | TaskStatus::Cancelled, _) => status,
        (_, TaskClaim::Completed { .. }) => TaskStatus::Completed,
        (_, TaskClaim::Cancelled { .. }) => TaskStatus::Cancelled,
        (TaskStatus::Planned, TaskClaim::Issued) => TaskStatus::Issued,
        (TaskStatus::Planned | TaskStatus::Issued, TaskClaim::Started)
        | (TaskStatus::Blocked, TaskClaim::Unblocked { .. }) => TaskStatus::InProgress,
        (TaskStatus::InProgress, TaskClaim::Blocked { .. }) => TaskStatus::Blocked,
        (status, _) => status,
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, ..ProptestConfig::default() })]

    #[test]
    fn nothing_starts_before_its_time_behind_a_shut_gate_or_with_an_officer_who_is_elsewhere(
        network in networks(),
        choices in choices(),
    ) {
        let story = lived(&network, &choices);
        prop_assert!(story.head() > Position(0));
    }

    #[test]
    fn the_status_at_a_moment_is_a_fold_of_what_is_not_corrected(
        network in networks(),
        choices in choices(),
        hours in proptest::collection::vec(-10_i64..120, 1..6),
    ) {
        let operation = lived(&network, &choices).operation("SAPHAN");
        for execution in operation.executions.values() {
            for hour in &hours {
                let at = at(hour * 60);
                prop_assert_eq!(execution.standing_at(at).status, status_by_definition(execution, at));
            }
        }
    }
}
