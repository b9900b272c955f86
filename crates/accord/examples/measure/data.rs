//! The data that is measured on: operations of 20 tasks in force, three officers assigned to each task, an
//! amendment being drafted; posts with holders; eight partners.

use crate::good;
use anyhow::{Context as _, Result};
use domain::{
    Actor, Command, Event, OperationCode, PartnerCode, PostCode, Role,
    assignment::AssignmentCommand,
    coalition::{CoalitionCommand, PartnerCommand, PartnerRole, PostCommand, Profile},
    execution::ExecutionCommand,
    ids::OfficerId,
    operation::OperationCommand,
    plan::{Named, Phase, PlanCommand, PlanEvent, PlannedTask, Sections, TaskRevision, TimeWindow},
    release::{Classification, HandlingCode},
};
use engine::{Engine, Outcome, Request};
use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Instant,
};
use tokio::task::JoinSet;
use uuid::Uuid;

pub const TASKS: usize = 20;
const ASSIGNED: usize = 3;
pub const POSTS: usize = 500;
const PARTNERS: [&str; 8] = ["THA", "CHN", "LAO", "MMR", "KHM", "VNM", "PHL", "IDN"];

/// Whom the operations of the log are not released to, but for those of [`Data::found_abroad`].
pub const ABROAD: &str = "IDN";
const GUEST: &str = "IDN-001";

pub struct Data {
    pub engine: Engine,
    pub operations: Vec<OperationCode>,
    /// Makes each title another, or nothing would change.
    titles: AtomicUsize,
}

fn admin() -> Actor {
    Actor::Service { name: "bench".to_owned(), roles: [Role::Admin].into() }
}

pub fn planner() -> Actor {
    let roles = [Role::Planner, Role::Commander].into();
    Actor::Post { post: post(0), partner: good("THA"), roles }
}

/// The officer in a post, who reports on what that post carries out.
pub fn officer(number: usize) -> Actor {
    Actor::Post { post: post(number), partner: good("THA"), roles: [Role::Planner, Role::Liaison].into() }
}

pub fn operation(number: usize) -> OperationCode {
    good(&format!("OP{number:04}"))
}

pub fn task(number: usize) -> String {
    format!("T{number:02}")
}

/// An officer of a partner that leads no operation.
pub fn guest() -> Actor {
    let roles = [Role::Planner, Role::Commander, Role::Liaison].into();
    Actor::Post { post: good(GUEST), partner: good(ABROAD), roles }
}

pub fn post(number: usize) -> PostCode {
    good(&format!("THA-{number:03}"))
}

pub async fn send(engine: &Engine, actor: Actor, command: Command) -> Result<Outcome> {
    let request = Request { command, actor, idempotency_key: None, occurred_at: None, late_reason: None };
    engine.execute(request).await.map_err(|error| anyhow::anyhow!("{error:?}"))
}

/// Does something for each number, up to 64 at once.
pub async fn for_each<F, Done>(numbers: usize, each: F) -> Result<()>
where
    F: Fn(usize) -> Done,
    Done: Future<Output = Result<()>> + Send + 'static,
{
    let mut doing = JoinSet::new();
    for number in 0..numbers {
        if doing.len() == 64 {
            doing.join_next().await.context("none of 64 is left")???;
        }
        doing.spawn(each(number));
    }
    while let Some(done) = doing.join_next().await {
        done??;
    }
    Ok(())
}

impl Data {
    pub async fn found(engine: Engine, operations: usize) -> Result<Arc<Self>> {
        let title = good("Bench");
        send(&engine, admin(), Command::Coalition(CoalitionCommand::DeclareExercise { title })).await?;
        for (number, partner) in PARTNERS.into_iter().enumerate() {
            let profile =
                Profile { name: good(partner), agency: good("Police"), time_zone: None, currency: None };
            let role = if number == 0 { PartnerRole::Host } else { PartnerRole::Participant };
            let founding = Some((profile, role));
            let accede = PartnerCommand::Accede { partner: good(partner), founding };
            send(&engine, admin(), Command::Partner(accede)).await?;
        }
        let holder = |number| Holder { post: post(number), partner: good("THA"), officer: number };
        for_each(POSTS, |number| fill_post(engine.clone(), holder(number))).await?;
        for_each(operations, |number| in_force(engine.clone(), operation(number))).await?;
        Self::found_before(engine, operations)
    }

    pub fn found_before(engine: Engine, operations: usize) -> Result<Arc<Self>> {
        let operations = (0..operations).map(operation).collect();
        let titles = AtomicUsize::new(usize::try_from(engine.position().0)?);
        Ok(Arc::new(Self { engine, operations, titles }))
    }

    /// A command that changes something, of the `spread` first operations.
    fn revision(&self, spread: usize) -> Command {
        let number = self.titles.fetch_add(1, Ordering::Relaxed);
        let revision = TaskRevision { title: Some(good(&title(number))), ..TaskRevision::default() };
        Command::Plan(PlanCommand::ReviseTask {
            operation: self.operations[number % spread].clone(),
            task: good(&task(number / spread % TASKS)),
            revision: Box::new(revision),
        })
    }

    /// Commands per second, each decided, durable and projected when it is answered.
    pub async fn rate(self: &Arc<Self>, callers: usize, commands: usize, spread: usize) -> Result<f64> {
        let begun = Instant::now();
        let mut calling = JoinSet::new();
        for _ in 0..callers {
            let data = Arc::clone(self);
            calling.spawn(async move {
                for _ in 0..commands / callers {
                    send(&data.engine, planner(), data.revision(spread)).await?;
                }
                anyhow::Ok(())
            });
        }
        while let Some(done) = calling.join_next().await {
            done??;
        }
        #[expect(clippy::cast_precision_loss, reason = "far fewer than 2^52 commands")]
        Ok(commands as f64 / begun.elapsed().as_secs_f64())
    }

    /// So many operations more that are carried out, each with a task of the guest's. The guest sees no others.
    pub async fn found_abroad(&self, operations: usize) -> Result<()> {
        fill_post(self.engine.clone(), Holder { post: good(GUEST), partner: good(ABROAD), officer: POSTS })
            .await?;
        for_each(operations, |number| {
            let (engine, operation) =
                (self.engine.clone(), good::<OperationCode>(&format!("ABROAD{number:04}")));
            async move {
                draft_for(&engine, operation.clone(), &[ABROAD]).await?;
                let task = PlannedTask { lead: good(ABROAD), ..planned(&task(0), good(GUEST)) };
                add(&engine, operation.clone(), task).await?;
                activate(&engine, &operation).await
            }
        })
        .await
    }

    /// One more operation that is carried out, each task by a post of its own.
    pub async fn found_active(&self, code: &str, tasks: usize) -> Result<()> {
        draft(&self.engine, good(code)).await?;
        for number in 0..tasks {
            add_task(&self.engine, good(code), &task(number), post(number)).await?;
        }
        activate(&self.engine, &good(code)).await
    }

    /// One more operation, of very many tasks.
    pub async fn found_large(&self, code: &str, tasks: usize) -> Result<()> {
        draft(&self.engine, good(code)).await?;
        for_each(tasks, |number| {
            let (engine, operation) = (self.engine.clone(), good(code));
            async move { add_task(&engine, operation, &format!("T{number:05}"), post(0)).await }
        })
        .await
    }
}

/// As long as a title that a planner writes.
pub fn title(number: usize) -> String {
    format!("Secure the site and count the persons who are held there, {number}")
}

struct Holder {
    post: PostCode,
    partner: PartnerCode,
    officer: usize,
}

async fn fill_post(engine: Engine, Holder { post, partner, officer: number }: Holder) -> Result<()> {
    let officer = OfficerId(Uuid::from_u128(number as u128 + 1));
    let liaison = number == 0 || partner.as_str() == ABROAD;
    for command in [
        PostCommand::Establish { post: post.clone(), partner, title: good("Planner"), liaison },
        PostCommand::Nominate { post: post.clone(), officer },
        PostCommand::AcceptNomination { post: post.clone() },
        PostCommand::TakePost { post },
    ] {
        send(&engine, admin(), Command::Post(command)).await?;
    }
    Ok(())
}

pub async fn draft(engine: &Engine, operation: OperationCode) -> Result<()> {
    draft_for(engine, operation, &[]).await
}

async fn draft_for(engine: &Engine, operation: OperationCode, readers: &[&str]) -> Result<()> {
    let initiate = OperationCommand::Initiate {
        operation: operation.clone(),
        title: good("Operation of the bench"),
        lead: good("THA"),
        classification: Classification::Restricted,
        handling: HandlingCode::default(),
        releasable_to: readers.iter().map(|code| good(code)).collect(),
    };
    send(engine, planner(), Command::Operation(initiate)).await?;
    let phases = vec![Phase { code: good("P1"), name: good("Action"), gate: None }];
    let sections = Box::new(Sections {
        situation: Some(good("Persons are held.")),
        mission: Some(good("Recover them.")),
        concept: Some(good("Prepare; act; assist.")),
        phases,
        h_hour_window: Some(TimeWindow {
            from: good("2030-01-01T00:00:00Z"),
            to: good("2030-03-01T00:00:00Z"),
        }),
        ..Sections::default()
    });
    send(engine, planner(), Command::Plan(PlanCommand::Draft { operation, sections })).await?;
    Ok(())
}

async fn add_task(engine: &Engine, operation: OperationCode, code: &str, post: PostCode) -> Result<()> {
    add(engine, operation, planned(code, post)).await
}

fn planned(code: &str, post: PostCode) -> PlannedTask {
    PlannedTask {
        code: good(code),
        title: good(&title(0)),
        phase: good("P1"),
        line_of_effort: None,
        lead: good("THA"),
        territory: good("THA"),
        post: Some(post),
        start_offset: good("PT0H"),
        duration: good("PT12H"),
        predecessors: [].into(),
        terms: domain::plan::Terms::default(),
    }
}

async fn add(engine: &Engine, operation: OperationCode, task: PlannedTask) -> Result<()> {
    let task = Box::new(task);
    send(engine, planner(), Command::Plan(PlanCommand::AddTask { operation, task, release: None })).await?;
    Ok(())
}

/// What is drafted comes into force.
pub async fn promulgate(engine: &Engine, operation: &OperationCode) -> Result<()> {
    let submit = Command::Plan(PlanCommand::Submit { operation: operation.clone() });
    let seen_at = send(engine, planner(), submit).await?.receipt.position;
    let events = engine.events_at(&[seen_at.0]).await?;
    let Some(Event::Plan(PlanEvent::PlanVersionSubmitted { content_hash, .. })) =
        events.first().map(|recorded| &recorded.event)
    else {
        anyhow::bail!("a submission is the last event of its command: {events:?}");
    };
    let named = Named { operation: operation.clone(), number: 1, content_hash: *content_hash, seen_at };
    for command in [
        PlanCommand::Approve { named, conditions: Vec::new() },
        PlanCommand::Promulgate { operation: operation.clone(), number: 1, seen_at },
    ] {
        send(engine, planner(), Command::Plan(command)).await?;
    }
    Ok(())
}

/// A draft comes into force, and its tasks may start.
pub async fn activate(engine: &Engine, operation: &OperationCode) -> Result<()> {
    promulgate(engine, operation).await?;
    let (at, phase) = (good("2030-01-02T00:00:00Z"), good("P1"));
    for command in [
        Command::Operation(OperationCommand::SetHHour { operation: operation.clone(), at }),
        Command::Operation(OperationCommand::Activate { operation: operation.clone() }),
        Command::Execution(ExecutionCommand::StartPhase { operation: operation.clone(), phase }),
    ] {
        send(engine, planner(), command).await?;
    }
    Ok(())
}

async fn in_force(engine: Engine, operation: OperationCode) -> Result<()> {
    draft(&engine, operation.clone()).await?;
    for number in 0..TASKS {
        add_task(&engine, operation.clone(), &task(number), post(0)).await?;
    }
    promulgate(&engine, &operation).await?;
    for number in 0..TASKS * ASSIGNED {
        let assign = AssignmentCommand::Assign {
            operation: operation.clone(),
            task: good(&task(number / ASSIGNED)),
            post: post(number),
        };
        send(&engine, planner(), Command::Assignment(assign)).await?;
    }
    let amend = PlanCommand::OpenAmendment { operation, release: None, reason: good("The bench goes on.") };
    send(&engine, planner(), Command::Plan(amend)).await?;
    Ok(())
}
