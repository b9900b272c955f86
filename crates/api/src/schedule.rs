//! Schedules, conflicts and matrices: computed from pinned rows when asked for, once per version and request.

use crate::{
    Error,
    context::World,
    node::{Operation, Partner, PlanVersion, Post, Task},
    scalars::{DateTime, Duration},
    zone::Zone,
};
use async_graphql::{Enum, Object, SimpleObject};
use domain::{
    PartnerCode, Span, TaskCode,
    conflict::{self, conflicts},
    ids::{PartnerId, PostId},
    plan::PlannedTask,
    post::PostStatus,
    schedule::{Activity, Basis, Schedule as Laid, Times, schedule},
};
use futures_util::future::try_join3;
use read_model::{PlannedTaskRow, parse};
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Arc, OnceLock},
};

/// All tasks of a version, in the order of their codes, and what is computed from them once.
#[derive(Default)]
pub(crate) struct Network {
    /// `rows[i]` is of `tasks[i]`.
    rows: Vec<Arc<PlannedTaskRow>>,
    pub tasks: Vec<PlannedTask>,
    offsets: OnceLock<Laid>,
    durations: OnceLock<Laid>,
    successors: OnceLock<BTreeMap<TaskCode, Vec<usize>>>,
}

impl Network {
    pub fn new(rows: &[Arc<PlannedTaskRow>]) -> Result<Self, Error> {
        let mut pairs = rows
            .iter()
            .map(|row| Ok((row.planned_task()?, Arc::clone(row))))
            .collect::<Result<Vec<_>, Error>>()?;
        pairs.sort_by(|(one, _), (other, _)| one.code.cmp(&other.code));
        let (tasks, rows) = pairs.into_iter().unzip();
        Ok(Self { rows, tasks, ..Self::default() })
    }

    pub fn row(&self, code: &TaskCode) -> Option<&Arc<PlannedTaskRow>> {
        let index = self.tasks.binary_search_by(|task| task.code.cmp(code)).ok()?;
        self.rows.get(index)
    }

    fn tasks_of<'a>(&self, world: &Arc<World>, codes: impl IntoIterator<Item = &'a TaskCode>) -> Vec<Task> {
        let rows: Vec<_> = codes.into_iter().filter_map(|code| self.row(code).cloned()).collect();
        world.all(&rows)
    }

    pub fn laid_out(&self, basis: Basis) -> &Laid {
        let kept = match basis {
            Basis::Offsets => &self.offsets,
            Basis::Network => &self.durations,
        };
        kept.get_or_init(|| schedule(&self.tasks.iter().map(Activity::from).collect::<Vec<_>>(), basis))
    }

    pub fn times(&self, basis: Basis, code: &TaskCode) -> Option<Times> {
        self.laid_out(basis).times.get(code).copied()
    }

    /// Tasks that wait for `code`.
    pub fn successors(&self, code: &TaskCode) -> Vec<Arc<PlannedTaskRow>> {
        let successors = self.successors.get_or_init(|| {
            let mut successors = BTreeMap::<_, Vec<_>>::new();
            for (index, task) in self.tasks.iter().enumerate() {
                for dependency in &task.predecessors {
                    successors.entry(dependency.predecessor.clone()).or_default().push(index);
                }
            }
            successors
        });
        let waiting = successors.get(code).map(Vec::as_slice).unwrap_or_default();
        waiting.iter().filter_map(|index| self.rows.get(*index).cloned()).collect()
    }
}

/// What a schedule is laid out on.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
pub enum ScheduleBasis {
    /// Dependencies, durations and the plan's offsets as "no earlier than": times are relative to H-hour.
    Offsets,
    /// Dependencies and durations alone: the first task starts at zero.
    Network,
}

impl From<ScheduleBasis> for Basis {
    fn from(basis: ScheduleBasis) -> Self {
        match basis {
            ScheduleBasis::Offsets => Self::Offsets,
            ScheduleBasis::Network => Self::Network,
        }
    }
}

/// What hinders carrying a plan out: the first three are what promulgation or assignment would refuse.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
pub enum ConflictKind {
    /// A task is led by a partner on a territory whose partner has not consented to this version.
    ForeignLeadWithoutConsent,
    /// A partner that leads tasks has no liaison officer in post.
    LiaisonNotInPost,
    /// The plan foresees one post for two tasks at one time.
    OfficerOverlap,
    /// A task is planned to start earlier than what it waits for lets it.
    DependencyNotMet,
    /// The plan foresees no post for a task, and none is assigned to it.
    TaskUnassigned,
}

/// What hinders carrying the plan out as it stands.
#[derive(SimpleObject)]
pub struct Conflict {
    kind: ConflictKind,
    /// For a person; the tasks and partners in it are linked beside.
    message: String,
    tasks: Vec<Task>,
    /// The partner whose consent or liaison officer is missing.
    partner: Option<Partner>,
    /// The post that is planned twice.
    post: Option<Post>,
}

/// A task's place in a schedule. Durations are relative to H-hour (to the start on `NETWORK`); finishes are exclusive.
#[derive(SimpleObject)]
pub struct ScheduledTask {
    task: Task,
    early_start: Duration,
    early_finish: Duration,
    late_start: Duration,
    late_finish: Duration,
    /// What it can slip without delaying the whole.
    total_float: Duration,
    /// What it can slip without delaying a successor.
    free_float: Duration,
    /// Whether it has no float.
    critical: bool,
    /// The early start as an instant; null on `NETWORK` and until H-hour is set.
    earliest_start: Option<DateTime>,
    /// The late finish as an instant; null on `NETWORK` and until H-hour is set.
    latest_finish: Option<DateTime>,
}

/// Early and late times of an operation's tasks by the critical path method.
pub struct Schedule {
    pub(crate) operation: Operation,
    /// `None` when no plan has been drafted.
    pub(crate) version: Option<PlanVersion>,
    pub(crate) basis: ScheduleBasis,
}

impl Schedule {
    async fn network(&self) -> Result<Arc<Network>, Error> {
        match &self.version {
            Some(version) => version.network().await,
            None => Ok(Arc::default()),
        }
    }
}

/// Early and late times of an operation's tasks by the critical path method, on a plan version; the operation's is on the
/// one in force, else on the one being worked on.
#[Object]
impl Schedule {
    async fn basis(&self) -> ScheduleBasis {
        self.basis
    }

    /// Early start of the first task.
    async fn start(&self) -> Result<Duration, Error> {
        Ok(self.network().await?.laid_out(self.basis.into()).start.into())
    }

    /// From the first start to the last finish.
    async fn length(&self) -> Result<Duration, Error> {
        Ok(self.network().await?.laid_out(self.basis.into()).length.into())
    }

    /// Tasks without float, in the order of their early starts.
    async fn critical_path(&self) -> Result<Vec<Task>, Error> {
        let network = self.network().await?;
        Ok(network.tasks_of(&self.operation.world, network.laid_out(self.basis.into()).critical()))
    }

    /// All tasks, in the order of their early starts.
    async fn tasks(&self, zone: Option<Zone>) -> Result<Vec<ScheduledTask>, Error> {
        let network = self.network().await?;
        let h_hour = match self.basis {
            ScheduleBasis::Offsets => self.operation.row.h_hour,
            ScheduleBasis::Network => None,
        };
        let zone = self.operation.world.zone(zone).await?;
        let instant =
            |offset: Span| DateTime::after(h_hour, offset.as_delta()).map(|at| at.local(zone.as_ref()));
        let mut all: Vec<_> = network.laid_out(self.basis.into()).times.iter().collect();
        all.sort_by_key(|(code, times)| (times.early_start, *code));
        let tasks = network.tasks_of(&self.operation.world, all.iter().map(|(code, _)| *code));
        let scheduled = |(task, (_, times)): (Task, &(&TaskCode, &Times))| ScheduledTask {
            task,
            early_start: times.early_start.into(),
            early_finish: times.early_finish.into(),
            late_start: times.late_start.into(),
            late_finish: times.late_finish.into(),
            total_float: times.total_float.into(),
            free_float: times.free_float.into(),
            critical: times.is_critical(),
            earliest_start: instant(times.early_start),
            latest_finish: instant(times.late_finish),
        };
        Ok(tasks.into_iter().zip(&all).map(scheduled).collect())
    }

    /// As the operation's.
    async fn conflicts(&self) -> Result<Vec<Conflict>, Error> {
        match &self.version {
            Some(version) => Conflict::of(version).await,
            None => Ok(Vec::new()),
        }
    }
}

impl Conflict {
    pub(crate) async fn of(version: &PlanVersion) -> Result<Vec<Self>, Error> {
        let world = &version.world;
        let (network, decisions, liaison_posts) =
            try_join3(version.network(), version.live_decisions(), world.loaders.liaison_posts.children(()))
                .await?;
        let mut with_liaison = BTreeSet::new();
        for post in liaison_posts.iter() {
            if matches!(parse(&post.status)?, PostStatus::InPost | PostStatus::Acting) {
                with_liaison.insert(parse::<PartnerCode>(&post.partner)?);
            }
        }
        let assigned = assigned(world, &network).await?;
        let decisions = decisions.iter().map(crate::plan::LiveDecision::as_tuple);
        let found = conflicts(&network.tasks, decisions, &with_liaison, &assigned);
        world.spend(found.len())?;
        let mut shown = Vec::with_capacity(found.len());
        for conflict in &found {
            shown.push(Self::show(world, &network, conflict).await?);
        }
        Ok(shown)
    }

    async fn show(
        world: &Arc<World>,
        network: &Network,
        conflict: &conflict::Conflict,
    ) -> Result<Self, Error> {
        let (kind, tasks, message) = match conflict {
            conflict::Conflict::ForeignLeadWithoutConsent { task, lead, territory } => (
                ConflictKind::ForeignLeadWithoutConsent,
                vec![task],
                format!("{lead} leads {task} on the territory of {territory} without its consent."),
            ),
            conflict::Conflict::LiaisonNotInPost { partner, tasks } => (
                ConflictKind::LiaisonNotInPost,
                tasks.iter().collect(),
                format!("{partner} leads tasks and has no liaison officer in post."),
            ),
            conflict::Conflict::OfficerOverlap { post, tasks: [one, other] } => (
                ConflictKind::OfficerOverlap,
                vec![one, other],
                format!("{post} is planned for {one} and {other} at one time."),
            ),
            conflict::Conflict::DependencyNotMet { task, dependency, early_by } => (
                ConflictKind::DependencyNotMet,
                vec![task, &dependency.predecessor],
                format!("{task} waits for {dependency} and is planned {early_by} too early for that."),
            ),
            conflict::Conflict::TaskUnassigned { task } => (
                ConflictKind::TaskUnassigned,
                vec![task],
                format!("No post is planned for {task} or assigned to it."),
            ),
        };
        let partner = match conflict {
            conflict::Conflict::ForeignLeadWithoutConsent { territory: partner, .. }
            | conflict::Conflict::LiaisonNotInPost { partner, .. } => {
                world.find(PartnerId::of(partner).0).await?
            }
            conflict::Conflict::OfficerOverlap { .. }
            | conflict::Conflict::DependencyNotMet { .. }
            | conflict::Conflict::TaskUnassigned { .. } => None,
        };
        let post = match conflict {
            conflict::Conflict::OfficerOverlap { post, .. } => world.find(PostId::of(post).0).await?,
            conflict::Conflict::ForeignLeadWithoutConsent { .. }
            | conflict::Conflict::LiaisonNotInPost { .. }
            | conflict::Conflict::DependencyNotMet { .. }
            | conflict::Conflict::TaskUnassigned { .. } => None,
        };
        Ok(Self { kind, message, tasks: network.tasks_of(world, tasks), partner, post })
    }
}

/// The tasks that no post is planned for and one is assigned to. It matters for those alone.
async fn assigned(world: &World, network: &Network) -> Result<BTreeSet<TaskCode>, Error> {
    let without_post = network.rows.iter().filter(|row| row.post.is_none()).map(|row| row.id);
    let assignments = world.loaders.assignments_of.load_many(without_post).await?;
    let live = assignments.iter().flat_map(|of_task| of_task.iter()).filter(|row| row.withdrawn_at.is_none());
    Ok(live.map(|row| parse(&row.task)).collect::<Result<_, _>>()?)
}
