//! A database with the log and the read model, and what tests ask of it.

use accord::{
    import::{self, ImportError, Summary},
    scenario::{self, Scenario},
};
use chrono::{DateTime, FixedOffset};
use domain::{
    OperationCode, Position,
    ids::{OperationId, PlanVersionId},
    plan::{DecisionKind, Electorate, Outstanding, outstanding},
};
use engine::{Clock, Engine, Entropy, Moment, Settings};
use event_log::PoolSettings;
use read_model::{
    Page, Pin, Schema, Viewer,
    plan::{PlanVersionRow, PlannedTaskRow, TaskFilter},
};
use sqlx::{PgPool, postgres::PgConnectOptions};
use std::{collections::BTreeMap, str::FromStr};

pub fn saphan() -> Scenario {
    scenario::read(include_str!("../../../../scenario/saphan.yaml")).unwrap()
}

pub fn at(text: &str) -> DateTime<FixedOffset> {
    text.parse().unwrap()
}

/// Parses a code or a text that the test knows to be good.
pub fn good<T: FromStr<Err: std::fmt::Debug>>(raw: &str) -> T {
    raw.parse().unwrap()
}

pub async fn pool(options: PgConnectOptions) -> PgPool {
    let schema = Schema::default();
    let owner = event_log::connect(options.clone(), PoolSettings::default()).await.unwrap();
    let mut tx = owner.begin().await.unwrap();
    schema.create(&mut tx, "accord_app").await.unwrap();
    tx.commit().await.unwrap();
    owner.close().await;
    let settings = PoolSettings {
        role: event_log::Role::App,
        search_path: Some(format!("{}, public", schema.name)),
        ..PoolSettings::default()
    };
    event_log::connect(options, settings).await.unwrap()
}

pub async fn import(pool: &PgPool, scenario: &Scenario, until: Option<&str>) -> Result<Summary, ImportError> {
    import::run(pool, scenario, until.map(at), Entropy::seeded(1), |_, _| ()).await
}

/// The imported history, open for questions.
pub struct History {
    pub engine: Engine,
    pub summary: Summary,
}

impl History {
    pub async fn of_saphan(pool: &PgPool) -> Self {
        Self::of(pool, &saphan()).await
    }

    pub async fn of(pool: &PgPool, scenario: &Scenario) -> Self {
        let summary = import(pool, scenario, None).await.unwrap();
        let clock = Clock::scripted(summary.stopped_at.to_utc());
        let engine =
            Engine::open(pool.clone(), clock, Entropy::seeded(2), Settings::default()).await.unwrap();
        Self { engine, summary }
    }

    /// The last position recorded by that time.
    pub async fn known_at(&self, time: &str) -> Position {
        self.engine.resolve(Moment::RecordedAt(at(time).to_utc())).await.unwrap().unwrap()
    }

    pub fn pin(position: Position, partner: &str) -> Pin {
        Pin::new(position, position, Viewer { partner: Some(good(partner)) })
    }

    fn newest(&self) -> Pin {
        Self::pin(self.engine.position(), "THA")
    }

    pub async fn version(&self, pin: &Pin, number: u32) -> Option<PlanVersionRow> {
        self.engine.read_model().plan_versions_by_id(pin, &[version_id(number)]).await.unwrap().pop()
    }

    pub async fn newest_version(&self, number: u32) -> PlanVersionRow {
        self.version(&self.newest(), number).await.unwrap()
    }

    /// By code.
    pub async fn tasks(&self, pin: &Pin, number: u32) -> BTreeMap<String, PlannedTaskRow> {
        let (ids, page) = ([version_id(number)], Page::first(1_000));
        let rows = self.engine.read_model().planned_tasks_of(pin, &ids, &TaskFilter::default(), &page).await;
        rows.unwrap().into_iter().map(|row| (row.code.clone(), row)).collect()
    }

    pub async fn newest_tasks(&self, number: u32) -> BTreeMap<String, PlannedTaskRow> {
        self.tasks(&self.newest(), number).await
    }

    /// Who has decided what on the version, as known then: `THA APPROVED`.
    pub async fn decisions(&self, time: &str, number: u32) -> Vec<String> {
        let pin = Self::pin(self.known_at(time).await, "THA");
        let rows = self.engine.read_model().decisions_of(&pin, &[version_id(number)]).await.unwrap();
        rows.into_iter().map(|row| format!("{} {}", row.partner, row.kind)).collect()
    }

    /// Whose approval or consent the version lacked, as known then.
    pub async fn missing(&self, time: &str, number: u32) -> Vec<String> {
        let pin = Self::pin(self.known_at(time).await, "THA");
        let model = self.engine.read_model();
        let partners = model.partners(&pin, &Page::first(100)).await.unwrap();
        let members: Vec<_> = partners
            .iter()
            .filter(|partner| partner.status == "ACCEDED")
            .map(|partner| (good(&partner.code), good(&partner.role)))
            .collect();
        let tasks: Vec<_> = self.tasks(&pin, number).await.into_values().collect();
        let places: Vec<_> = tasks.iter().map(|task| (good(&task.code), good(&task.territory))).collect();
        let decisions = model.decisions_of(&pin, &[version_id(number)]).await.unwrap();
        let decided: Vec<_> = decisions
            .iter()
            .filter(|row| row.revoked_at.is_none())
            .map(|row| {
                let tasks = row.tasks.iter().map(|task| good(task)).collect();
                (good(&row.partner), good::<DecisionKind>(&row.kind), tasks)
            })
            .collect();
        let version = self.version(&pin, number).await.unwrap();
        let (readers, lead) = (version.submitted_to.iter().map(|code| good(code)).collect(), good("THA"));
        let electorate = Electorate {
            policy: &version.sections.approval_policy,
            readers: &readers,
            lead: &lead,
            status: good(&version.status),
        };
        let missing = outstanding(
            &electorate,
            members.iter().map(|(code, role)| (code, *role)),
            places.iter().map(|(task, territory)| (task, territory)),
            decided.iter().map(|(partner, kind, tasks)| (partner, *kind, tasks)),
        );
        missing
            .iter()
            .map(|outstanding| match outstanding {
                Outstanding::Approval { partner, rejected: true, .. } => format!("{partner} has rejected"),
                Outstanding::Approval { partner, .. } => format!("approval of {partner}"),
                Outstanding::Consent { partner, .. } => format!("consent of {partner}"),
            })
            .collect()
    }
}

pub fn saphan_id() -> OperationId {
    OperationId::of(&good::<OperationCode>("SAPHAN"))
}

pub fn version_id(number: u32) -> uuid::Uuid {
    PlanVersionId::of(saphan_id(), number).0
}
