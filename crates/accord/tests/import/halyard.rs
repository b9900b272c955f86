//! The second scenario, of another shape than SAPHAN.

use crate::support::*;
use accord::scenario::{self, Scenario};
use domain::{OperationCode, ids::OperationId};
use read_model::{Page, operation::OperationFilter};
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};

fn halyard() -> Scenario {
    scenario::read(include_str!("../../../../scenario/halyard.yaml")).unwrap()
}

/// 1 declaration, 3 accessions, 2 steps of the observer; 7 of the centre and its rules; 36 of posts; 6 of the
/// operation; 14 of the first draft, 1 submission and 3 decisions, 1 promulgation, 11 assignments; 1 withdrawal; 10
/// of the amendment, 1 submission and 2 decisions, 1 promulgation, and 3 assignments of tasks that are new or taken
/// over; 2 phases, 4 words on the gate; 12 starts, 12 completions and 2 corrections of one of them; 14 steps of
/// requests; 5 outcomes and 2 corrections of one of them; 3 SITREPs and 2 corrections; 9 of contributions; 5 of a
/// review, 2 findings, of which 1 is acted on, and 2 that adopt it.
const COMMANDS: usize = 1
    + 3
    + 2
    + 7
    + 36
    + 6
    + 14
    + 4
    + 1
    + 11
    + 1
    + 10
    + 3
    + 1
    + 3
    + 2
    + 4
    + 26
    + 14
    + 7
    + 5
    + 9
    + 5
    + 2
    + 1
    + 2;

#[sqlx::test(migrator = "event_log::MIGRATOR")]
async fn all_of_halyard_is_imported_and_decided_again_as_it_was(_: PgPoolOptions, options: PgConnectOptions) {
    let pool = pool(options).await;
    let summary = import(&pool, &halyard(), None).await.unwrap();
    assert_eq!(summary.commands, COMMANDS);
    assert_eq!(summary.left_for_later, Vec::<String>::new());
    assert_eq!(engine::check_read_models(&pool, None, |_, _| ()).await.unwrap(), Vec::<String>::new());
    let decisions = engine::check_decisions(&pool, |_, _| ()).await.unwrap();
    // Two clocks fell due: of an acknowledgement, and of an answer.
    assert_eq!(decisions, engine::Decisions { checked: COMMANDS as u64 + 2, ..engine::Decisions::default() });
}

#[sqlx::test(migrator = "event_log::MIGRATOR")]
async fn the_imported_operation_is_closed_with_its_second_version_and_the_first_partner_that_left(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let history = History::of(&pool(options).await, &halyard()).await;
    let (model, pin) = (history.engine.read_model(), History::pin(history.summary.position, "CHL"));
    let operation =
        model.operations(&pin, &OperationFilter::default(), &Page::first(9)).await.unwrap().remove(0);
    assert_eq!(operation.id, OperationId::of(&good::<OperationCode>("HALYARD")).0);
    assert_eq!((&*operation.status, operation.in_force), ("CLOSED", Some(2)));
    let partners = model.partners(&pin, &Page::first(9)).await.unwrap();
    let partners: Vec<_> = partners.iter().map(|row| format!("{} {}", row.code, row.status)).collect();
    assert_eq!(partners, ["CHE OBSERVER", "CHL ACCEDED", "MLT WITHDRAWN", "PRT ACCEDED"]);
    assert!(model.incidents_of(&pin, &[operation.id], None, &Page::first(9)).await.unwrap().is_empty());
}

#[sqlx::test(migrator = "event_log::MIGRATOR")]
async fn what_happens_after_a_partner_has_left_is_not_said_by_it(
    _: PgPoolOptions,
    options: PgConnectOptions,
) {
    let mut scenario = halyard();
    // As if Malta had gone on with T05.
    let t05 = scenario.plan.tasks.iter_mut().find(|task| task.id == "T05").unwrap();
    "MLT-02".clone_into(&mut t05.post);
    "MLT".clone_into(&mut t05.lead);
    scenario.plan.differences.retain(|difference| difference.tasks != ["T05"]);
    scenario.timeline.retain(|entry| {
        !matches!(&entry.event, scenario::model::timeline::GovernanceEvent::TaskRevised { task } if task == "T05")
    });
    let error = import(&pool(options).await, &scenario, None).await.unwrap_err().to_string();
    assert!(error.starts_with("Promulgate v2 at 2024-10-21T17:00:00+01:00 was refused"), "{error}");
    assert!(error.contains("MLT takes no tasks any more, and version 2 counts on it."), "{error}");
}
