//! Random histories: at any position the rows are those of a fold to it, also while a writer runs.

use crate::support::*;
use domain::{
    Command, Position, Sha256, Span,
    assignment::AssignmentCommand,
    ids::OperationId,
    operation::OperationCommand,
    plan::{Annex, Dependency, DependencyKind, Named, NewCondition, PlanCommand, TaskRevision},
    release::{HandlingCode, Marked, Release},
};
use engine::{Engine, Error};
use rand::{
    Rng, SeedableRng,
    rngs::StdRng,
    seq::{IndexedRandom, IteratorRandom},
};
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use std::collections::BTreeSet;
use strum::IntoEnumIterator;

const OPERATIONS: [&str; 2] = ["ALPHA", "BRAVO"];
const TASKS: [&str; 5] = ["T01", "T02", "T03", "T04", "T05"];
const POSTS: [&str; 4] = ["THA-01", "CHN-01", "MMR-01", "LAO-01"];

/// The version that would be decided on: its number and hash.
async fn latest(engine: &Engine, operation: &str) -> (u32, Sha256) {
    let id = OperationId::of(&good(operation)).0;
    let rows = engine.read_model().plan_versions_of(&pin(engine, "THA"), &[id]).await.unwrap();
    let hash =
        |row: &read_model::plan::PlanVersionRow| row.content_hash.as_deref().map_or(Sha256([0; 32]), good);
    rows.last().map_or((1, Sha256([0; 32])), |row| (row.number.cast_unsigned(), hash(row)))
}

/// Some command, mostly one that fits the state of its operation's plan: the accepted ones make the history.
async fn some_command(engine: &Engine, random: &mut StdRng) -> (&'static str, Command) {
    let name = *OPERATIONS.choose(random).unwrap();
    let operation = good(name);
    let (first, second) = (good(TASKS.choose(random).unwrap()), good(TASKS.choose(random).unwrap()));
    let actor = *POSTS.choose(random).unwrap();
    let partner = actor.split_once('-').unwrap().0;
    let (number, content_hash) = latest(engine, name).await;
    let named = Named { operation: good(name), number, content_hash, seen_at: engine.position() };
    let reason = good("A reason");
    let plan = |command| Command::Plan(command);
    let is_draft = content_hash == Sha256([0; 32]);
    let choices = match random.random_ratio(1, 5) {
        true => 0..32,
        false if is_draft => 0..14,
        false => 14..32,
    };
    let command = match random.random_range(choices) {
        0 => initiate(name, "THA"),
        1 => draft(name),
        2..=5 => add_task(name, TASKS.choose(random).unwrap(), partner, random.random_range(-20..20)),
        6 => plan(PlanCommand::ReviseTask {
            operation,
            task: first,
            revision: Box::new(TaskRevision {
                start_offset: Some(Span::hours(random.random_range(-20..20))),
                ..TaskRevision::default()
            }),
        }),
        7 => plan(PlanCommand::RemoveTask { operation, task: first }),
        8 | 9 => {
            let (kind, lag) =
                (DependencyKind::iter().choose(random).unwrap(), Span::hours(random.random_range(-2..3)));
            let dependency = Dependency { predecessor: second, kind, lag };
            plan(PlanCommand::AddDependency { operation, task: first, dependency })
        }
        10 => plan(PlanCommand::RemoveDependency { operation, task: first, predecessor: second }),
        11 => plan(PlanCommand::AttachAnnex {
            operation,
            annex: Box::new(Annex {
                code: good("A"),
                title: good("Annex"),
                text: Some(good(if random.random() { "One" } else { "Two" })),
                classification: domain::release::Classification::Secret,
                releasable_to: BTreeSet::from([good("CHN")]),
                handling: HandlingCode::H1,
            }),
        }),
        12 | 13 => plan(PlanCommand::Submit { operation }),
        14..=16 => plan(PlanCommand::Approve { named, conditions: Vec::new() }),
        17 => {
            let condition =
                NewCondition { code: good("C1"), gate: good("P1"), text: good("Terminals first") };
            plan(PlanCommand::Approve { named, conditions: vec![condition] })
        }
        18 => plan(if random.random() {
            PlanCommand::Reject { named, reason_code: None, reason, objects_to: BTreeSet::new() }
        } else {
            PlanCommand::Revoke { operation, number, reason }
        }),
        19 => plan(PlanCommand::Consent { named, tasks: BTreeSet::new() }),
        20 => plan(PlanCommand::Promulgate { operation, number, seen_at: engine.position() }),
        21 => plan(PlanCommand::OpenAmendment { operation, reason, release: None }),
        22..=27 => {
            Command::Assignment(AssignmentCommand::Assign { operation, task: first, post: good(actor) })
        }
        29..=31 => {
            let item = match random.random_range(0..4) {
                0 => Some(Marked::PlanVersion { number }),
                1 => Some(Marked::Annex { number, annex: good("A") }),
                _ => Some(Marked::Task { task: first }),
            };
            // Everybody goes on reading what the next commands are about, by one mark or another.
            let mut releasable_to: BTreeSet<_> = ["CHN", "MMR", "LAO"].map(good).into();
            if random.random() {
                releasable_to.insert(good("THA"));
            }
            let handling = Some(HandlingCode::H1).filter(|_| random.random());
            let release = Release { releasable_to, classification: None, handling };
            Command::Operation(OperationCommand::MarkReleasability { operation, item, release })
        }
        _ => {
            let at = (start() + chrono::TimeDelta::days(random.random_range(0..90))).fixed_offset();
            Command::Operation(if random.random() {
                OperationCommand::SetHHour { operation, at }
            } else {
                OperationCommand::ShiftHHour { operation, to: at, reason }
            })
        }
    };
    (actor, command)
}

/// Sends `count` random commands; how many were accepted with a change.
pub async fn live_through(engine: &Engine, random: &mut StdRng, count: usize) -> usize {
    let mut accepted = 0;
    for _ in 0..count {
        let (actor, command) = some_command(engine, random).await;
        let of_the_lead = matches!(
            command,
            Command::Operation(_)
                | Command::Plan(
                    PlanCommand::Submit { .. }
                        | PlanCommand::OpenAmendment { .. }
                        | PlanCommand::Promulgate { .. }
                )
        );
        let actor = if of_the_lead { "THA-01" } else { actor };
        match engine.execute(request(officer(actor), command)).await {
            Ok(outcome) => accepted += usize::from(!outcome.receipt.event_ids.is_empty()),
            Err(Error::Refused(_) | Error::Forbidden(_)) => {}
            Err(other) => panic!("{other:?}"),
        }
    }
    accepted
}

#[sqlx::test(migrator = "event_log::MIGRATOR")]
async fn rows_equal_a_fold_at_random_positions(_: PgPoolOptions, options: PgConnectOptions) {
    let pool = pool(options).await;
    let engine = engine(&pool, 1).await;
    found(&engine).await;
    let mut random = StdRng::seed_from_u64(20_230_816);
    let accepted = live_through(&engine, &mut random, 1_500).await;
    assert!(
        accepted > 150,
        "only {accepted} commands were accepted: the history is too dull to show anything"
    );
    let kinds: BTreeSet<String> =
        engine.log().read(0, i64::MAX, 10_000).await.unwrap().into_iter().map(|event| event.kind).collect();
    for kind in [
        "PlanPromulgated",
        "AmendmentOpened",
        "PlanVersionSuperseded",
        "OfficerAssigned",
        "ApprovalRevoked",
        "ReleasabilityMarked",
    ] {
        assert!(kinds.contains(kind), "the history has no {kind}");
    }
    for _ in 0..40 {
        let position = Position(random.random_range(0..=engine.position().0));
        let end = engine.resolve(engine::Moment::Position(position)).await.unwrap();
        let findings = engine::check_read_models(&pool, end, |_, _| ()).await.unwrap();
        assert_eq!(findings, Vec::<String>::new());
    }
}

#[sqlx::test(migrator = "event_log::MIGRATOR")]
async fn no_answer_mixes_two_positions_while_a_writer_runs(_: PgPoolOptions, options: PgConnectOptions) {
    let pool = pool(options).await;
    let engine = engine(&pool, 1).await;
    found(&engine).await;
    let writer = {
        let engine = engine.clone();
        tokio::spawn(async move { live_through(&engine, &mut StdRng::seed_from_u64(7), 250).await })
    };
    let mut seen = BTreeSet::new();
    while !writer.is_finished() {
        // Every table is read by a statement of its own, and the writer does not wait.
        let position = engine.position();
        seen.insert(position);
        let findings = engine::check_read_models(&pool, Some(position), |_, _| ()).await.unwrap();
        assert_eq!(findings, Vec::<String>::new());
    }
    assert!(writer.await.unwrap() > 50);
    assert!(seen.len() > 3, "the writer was done before anything was read");
}

#[sqlx::test(migrator = "event_log::MIGRATOR")]
async fn a_row_that_differs_from_the_log_is_found(_: PgPoolOptions, options: PgConnectOptions) {
    let pool = pool(options).await;
    let engine = engine(&pool, 1).await;
    found(&engine).await;
    sqlx::query("update partner set name = 'Elsewhere' where code = 'LAO'").execute(&pool).await.unwrap();
    let findings = engine::check_read_models(&pool, None, |_, _| ()).await.unwrap();
    assert_eq!(findings.len(), 2, "{findings:?}");
    assert!(findings.iter().any(|finding| finding.contains("Elsewhere")));
}
