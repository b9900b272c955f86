//! A database with the log and the read model, engines on it, and the commands that tests send.

use chrono::{DateTime, TimeZone, Utc};
use domain::{
    Actor, Command, PartnerCode, PostCode, Role,
    coalition::{CoalitionCommand, PartnerCommand, PartnerRole, PostCommand, Profile},
    ids::OfficerId,
    operation::OperationCommand,
    plan::{ApprovalPolicy, Phase, PlanCommand, PlannedTask, Sections, TimeWindow},
    release::Classification,
};
use engine::{Clock, Engine, Entropy, Outcome, Request, Settings};
use event_log::PoolSettings;
use read_model::{Pin, Schema, Viewer};
use sqlx::{PgPool, postgres::PgConnectOptions};
use std::{collections::BTreeSet, str::FromStr};
use uuid::Uuid;

pub const PARTNERS: [(&str, PartnerRole); 4] = [
    ("THA", PartnerRole::Host),
    ("CHN", PartnerRole::Principal),
    ("MMR", PartnerRole::Principal),
    ("LAO", PartnerRole::Participant),
];

pub fn start() -> DateTime<Utc> {
    Utc.with_ymd_and_hms(2023, 9, 1, 2, 0, 0).unwrap()
}

/// Parses a code or a text that the test knows to be good.
pub fn good<T: FromStr<Err: std::fmt::Debug>>(raw: &str) -> T {
    raw.parse().unwrap()
}

pub async fn pool(options: PgConnectOptions) -> PgPool {
    pool_with(options, PoolSettings::default()).await
}

/// With other limits.
pub async fn pool_with(options: PgConnectOptions, limits: PoolSettings) -> PgPool {
    let schema = Schema::default();
    let owner = owner(options.clone()).await;
    let mut tx = owner.begin().await.unwrap();
    schema.create(&mut tx, "accord_app").await.unwrap();
    tx.commit().await.unwrap();
    owner.close().await;
    pool_on(options, &schema, limits).await
}

/// A pool that works as servers do, on the tables of a schema.
pub async fn pool_on(options: PgConnectOptions, schema: &Schema, limits: PoolSettings) -> PgPool {
    let settings = PoolSettings {
        role: event_log::Role::App,
        search_path: Some(format!("{}, public", schema.name)),
        ..limits
    };
    event_log::connect(options, settings).await.unwrap()
}

/// A pool that may make tables.
pub async fn owner(options: PgConnectOptions) -> PgPool {
    event_log::connect(options, PoolSettings::default()).await.unwrap()
}

pub async fn engine(pool: &PgPool, seed: u64) -> Engine {
    engine_with(pool, Clock::scripted(start()), seed).await
}

pub async fn engine_with(pool: &PgPool, clock: Clock, seed: u64) -> Engine {
    Engine::open(pool.clone(), clock, Entropy::seeded(seed), Settings::default()).await.unwrap()
}

pub fn admin() -> Actor {
    Actor::Service { name: "import".to_owned(), roles: [Role::Admin].into() }
}

/// A post of a partner with every role that posts have.
pub fn officer(post: &str) -> Actor {
    let roles = [Role::Planner, Role::Commander, Role::Liaison].into();
    Actor::Post { post: good(post), partner: good(post.split_once('-').unwrap().0), roles }
}

pub fn request(actor: Actor, command: Command) -> Request {
    Request { command, actor, idempotency_key: None, occurred_at: None, late_reason: None }
}

pub fn with_key(actor: Actor, command: Command, key: &str) -> Request {
    Request { idempotency_key: Some(key.to_owned()), ..request(actor, command) }
}

pub fn accede(code: &str, role: PartnerRole) -> Command {
    let profile = Profile { name: good(code), agency: good("Police"), time_zone: None, currency: None };
    Command::Partner(PartnerCommand::Accede { partner: good(code), founding: Some((profile, role)) })
}

pub fn establish(post: &str, liaison: bool) -> Command {
    let partner = good::<PartnerCode>(post.split_once('-').unwrap().0);
    Command::Post(PostCommand::Establish { post: good(post), partner, title: good("Officer"), liaison })
}

pub fn initiate(code: &str, lead: &str) -> Command {
    Command::Operation(OperationCommand::Initiate {
        operation: good(code),
        title: good("Operation"),
        lead: good(lead),
        classification: Classification::Restricted,
        handling: domain::release::HandlingCode::default(),
        releasable_to: PARTNERS.iter().map(|(partner, _)| good(partner)).collect(),
    })
}

pub fn sections() -> Sections {
    Sections {
        situation: Some(good("Persons are held.")),
        mission: Some(good("Recover them.")),
        concept: Some(good("Prepare; act; assist.")),
        phases: vec![Phase { code: good("P1"), name: good("Prepare"), gate: None }],
        h_hour_window: Some(TimeWindow {
            from: start().fixed_offset(),
            to: (start() + chrono::TimeDelta::days(60)).fixed_offset(),
        }),
        approval_policy: ApprovalPolicy::default(),
        ..Sections::default()
    }
}

pub fn draft(operation: &str) -> Command {
    Command::Plan(PlanCommand::Draft { operation: good(operation), sections: Box::new(sections()) })
}

pub fn add_task(operation: &str, code: &str, partner: &str, hour: i64) -> Command {
    let task = PlannedTask {
        code: good(code),
        title: good("Task"),
        phase: good("P1"),
        line_of_effort: None,
        lead: good(partner),
        territory: good(partner),
        post: None,
        start_offset: domain::Span::hours(hour),
        duration: domain::Span::hours(4),
        predecessors: BTreeSet::new(),
        terms: domain::plan::Terms::default(),
    };
    Command::Plan(PlanCommand::AddTask { operation: good(operation), task: Box::new(task), release: None })
}

/// The partners, each with a liaison officer in post (`THA-01` …).
pub async fn found(engine: &Engine) {
    let title = good("Exercise");
    run(engine, admin(), Command::Coalition(CoalitionCommand::DeclareExercise { title })).await;
    for (partner, role) in PARTNERS {
        run(engine, admin(), accede(partner, role)).await;
        let code = format!("{partner}-01");
        run(engine, admin(), establish(&code, true)).await;
        fill(engine, &code).await;
    }
}

pub async fn fill(engine: &Engine, code: &str) {
    let post: PostCode = good(code);
    let officer = OfficerId(Uuid::from_u128(7));
    for command in [
        PostCommand::Nominate { post: post.clone(), officer },
        PostCommand::AcceptNomination { post: post.clone() },
        PostCommand::TakePost { post: post.clone() },
    ] {
        run(engine, admin(), Command::Post(command)).await;
    }
}

pub async fn run(engine: &Engine, actor: Actor, command: Command) -> Outcome {
    engine.execute(request(actor, command)).await.unwrap()
}

pub fn pin(engine: &Engine, partner: &str) -> Pin {
    let position = engine.position();
    Pin::new(position, position, Viewer { partner: Some(good(partner)) })
}

/// The log's events, counted.
pub async fn events(engine: &Engine) -> i64 {
    engine.log().head().await.unwrap().position
}
