//! Conflicts of a plan version, as data and in words.

use crate::{
    Error,
    graph::{
        context::World,
        node::{Partner, PlanVersion, Post, Task, TaskClaim},
    },
    plan::decision::{self, LiveDecision},
    schedule::network::Network,
};
use async_graphql::{Enum, SimpleObject};
use chrono::{DateTime, Utc};
use domain::{
    Instant, PartnerCode, PostCode, TaskCode,
    coalition::PostStatus,
    execution::{Standing, standing},
    ids::{PartnerId, PostId, TaskClaimId, TaskId},
    operation::OperationStatus,
    schedule::{
        Hours,
        carried::{Carried, carried_out},
        conflict::{self, LEGAL_ASSISTANCE_TAKES, conflicts, in_the_past, without_lead},
    },
};
use futures_util::future::{try_join_all, try_join4, try_join5};
use read_model::parse;
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

/// What hinders carrying a plan out: the first four are what promulgation or assignment would refuse.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
pub enum ConflictKind {
    /// A task is led by a partner on a territory whose partner has not consented to this version.
    ForeignLeadWithoutConsent,
    /// A partner that leads tasks has no liaison officer in post.
    LiaisonNotInPost,
    /// A partner that leads tasks takes none now: it was suspended, has left, or has not joined.
    LeadTakesNoTasks,
    /// The plan foresees one post for two tasks at one time.
    OfficerOverlap,
    /// Between two tasks of one post lies less than the rest that its calendar asks for.
    RestTooShort,
    /// A task is planned to start when its calendar does not work.
    OutsideWorkingTime,
    /// A task is planned to start earlier than what it waits for lets it.
    DependencyNotMet,
    /// A task cannot keep its latest finish or its fixed start, with what it waits for and what it takes.
    NegativeFloat,
    /// A task needs mutual legal assistance, and is planned to take less than that does.
    LegalAssistanceInHours,
    /// The plan foresees no post for a task, and none is assigned to it.
    TaskUnassigned,
    /// H-hour has passed, and the operation was not activated by then.
    HhourInPast,
    /// H-hour is not set, and the window that it may be set in has passed.
    HhourWindowInPast,
    /// Tasks are planned to start before the present, or before the operation was activated.
    TasksInPast,
    /// A post is assigned to tasks, its officer was relieved, and nobody has taken it since.
    PostWithoutOfficer,
    /// A partner's decision was taken by an officer who had left the post by then, as is known now: promulgation is refused
    /// until that partner confirms or revokes it.
    DecidedOutOfPost,
    /// Tasks clash with another operation, and nobody has said how that was settled.
    DeconflictionOpen,
    /// A task was started, or done, earlier than what it waits for lets it, as is known now: both claims are told.
    OrderContradicted,
    /// A task was done before it was started, as is known now: both claims are told.
    FinishedBeforeStart,
    /// A task should have been started.
    StartsLate,
    /// A task goes on longer than planned.
    FinishesLate,
    /// A task is blocked, and what it loses the whole loses.
    CriticalTaskBlocked,
    /// A post is at the first task still, when it should be at the second.
    OfficerStillBound,
}

/// What hinders carrying the plan out as it stands.
#[derive(SimpleObject)]
pub struct Conflict {
    kind: ConflictKind,
    /// For a person; the tasks and partners in it are linked beside.
    message: String,
    tasks: Vec<Task>,
    /// The partner whose consent or liaison officer is missing, that takes no tasks, or whose decision is to be confirmed.
    partner: Option<Partner>,
    /// The post that is planned twice, or is bound still, or whose officer was relieved, or had been.
    post: Option<Post>,
    /// The claims that contradict each other: the one of the task, then the one that it should have come after.
    claims: Vec<TaskClaim>,
}

/// Those that are new in the second list, and those of the first that are in it no more. One whose size alone
/// changes is the same conflict.
pub(crate) fn compare(
    before: Vec<conflict::Conflict>,
    after: Vec<conflict::Conflict>,
) -> (Vec<conflict::Conflict>, Vec<conflict::Conflict>) {
    let what = |conflict: &conflict::Conflict| {
        let (kind, tasks, _) = describe(conflict);
        (kind as usize, tasks.into_iter().cloned().collect::<Vec<_>>())
    };
    let (known, left): (BTreeSet<_>, BTreeSet<_>) =
        (before.iter().map(what).collect(), after.iter().map(what).collect());
    let new = after.into_iter().filter(|conflict| !known.contains(&what(conflict))).collect();
    let resolved = before.into_iter().filter(|conflict| !left.contains(&what(conflict))).collect();
    (new, resolved)
}

impl Conflict {
    pub(crate) async fn of(version: &PlanVersion) -> Result<Vec<Self>, Error> {
        let network = version.network().await?;
        version.world.spend(network.tasks.len())?;
        let found = Self::find_all(version, &network, &version.hours().await?).await?;
        Self::show_all(&version.world, &network, &found).await
    }

    /// As if the network were the version's, and were carried out in these hours. Whoever asks pays for all
    /// its tasks.
    pub(crate) async fn find_all(
        version: &PlanVersion,
        network: &Network,
        hours: &Hours<'_>,
    ) -> Result<Vec<conflict::Conflict>, Error> {
        let world = &version.world;
        let (mut decisions, implied, liaison_posts, assigned, voters) = try_join5(
            version.live_decisions(),
            version.implied_consent(),
            world.loaders.liaison_posts.children(()),
            assigned(world, network),
            version.voters(),
        )
        .await?;
        decisions.extend(implied);
        let mut with_liaison = BTreeSet::new();
        for post in liaison_posts.iter() {
            if matches!(parse(&post.status)?, PostStatus::InPost | PostStatus::Acting) {
                with_liaison.insert(parse::<PartnerCode>(&post.partner)?);
            }
        }
        let decisions = decisions.iter().map(LiveDecision::as_tuple);
        let tasks = assigned.keys().cloned().collect();
        let mut found = conflicts(&network.tasks, hours, decisions, &with_liaison, &tasks);
        let take = voters.take_tasks();
        found.extend(without_lead(&network.tasks, |partner| take.contains(partner)));
        // Together, so that both ask for tenures at once.
        let (relieved, out_of_post, clashes, carrying) = try_join4(
            relieved(world, &assigned),
            out_of_post(version),
            open_clashes(version, network),
            Carrying::of(version, network, hours),
        )
        .await?;
        found.extend(relieved.into_iter().chain(out_of_post).chain(clashes));
        let now = planned_at(version).await?;
        found.extend(in_the_past(&network.tasks, hours, version.row.sections.h_hour_window, now));
        if let Some(Carrying { standings, h_hour, now, active }) = carrying {
            let (standings, assigned) = (&standings, &assigned);
            let carried = Carried { standings, assigned, h_hour, now, active };
            found.extend(carried_out(&network.tasks, hours, &carried));
        }
        let lacking: BTreeSet<_> =
            found.iter().filter_map(conflict::Conflict::lacking).flatten().cloned().collect();
        let done = version.done_for(|task| lacking.contains(&task.code)).await?;
        Ok(found.into_iter().filter_map(|conflict| conflict.without(&done)).collect())
    }

    pub(crate) async fn show_all(
        world: &Arc<World>,
        network: &Network,
        found: &[conflict::Conflict],
    ) -> Result<Vec<Self>, Error> {
        world.spend(found.len())?;
        let mut shown = Vec::with_capacity(found.len());
        for conflict in found {
            shown.push(Self::show(world, network, conflict).await?);
        }
        Ok(shown)
    }

    async fn show(
        world: &Arc<World>,
        network: &Network,
        conflict: &conflict::Conflict,
    ) -> Result<Self, Error> {
        let (kind, tasks, message) = describe(conflict);
        let partner = match conflict {
            conflict::Conflict::ForeignLeadWithoutConsent { territory: partner, .. }
            | conflict::Conflict::LiaisonNotInPost { partner, .. }
            | conflict::Conflict::LeadTakesNoTasks { partner, .. }
            | conflict::Conflict::DecidedOutOfPost { partner, .. } => {
                world.find(PartnerId::of(partner).0).await?
            }
            conflict::Conflict::OfficerOverlap { .. }
            | conflict::Conflict::RestTooShort { .. }
            | conflict::Conflict::OutsideWorkingTime { .. }
            | conflict::Conflict::DependencyNotMet { .. }
            | conflict::Conflict::NegativeFloat { .. }
            | conflict::Conflict::LegalAssistanceInHours { .. }
            | conflict::Conflict::TaskUnassigned { .. }
            | conflict::Conflict::DeconflictionOpen { .. }
            | conflict::Conflict::PostWithoutOfficer { .. }
            | conflict::Conflict::HHourInPast { .. }
            | conflict::Conflict::HHourWindowInPast { .. }
            | conflict::Conflict::TasksInPast { .. }
            | conflict::Conflict::OrderContradicted { .. }
            | conflict::Conflict::FinishedBeforeStart { .. }
            | conflict::Conflict::StartsLate { .. }
            | conflict::Conflict::FinishesLate { .. }
            | conflict::Conflict::CriticalTaskBlocked { .. }
            | conflict::Conflict::OfficerStillBound { .. } => None,
        };
        let post = match conflict {
            conflict::Conflict::OfficerOverlap { post, .. }
            | conflict::Conflict::RestTooShort { post, .. }
            | conflict::Conflict::PostWithoutOfficer { post, .. }
            | conflict::Conflict::OfficerStillBound { post, .. }
            | conflict::Conflict::DecidedOutOfPost { post, .. } => world.find(PostId::of(post).0).await?,
            conflict::Conflict::ForeignLeadWithoutConsent { .. }
            | conflict::Conflict::LiaisonNotInPost { .. }
            | conflict::Conflict::LeadTakesNoTasks { .. }
            | conflict::Conflict::OutsideWorkingTime { .. }
            | conflict::Conflict::DependencyNotMet { .. }
            | conflict::Conflict::NegativeFloat { .. }
            | conflict::Conflict::LegalAssistanceInHours { .. }
            | conflict::Conflict::TaskUnassigned { .. }
            | conflict::Conflict::DeconflictionOpen { .. }
            | conflict::Conflict::HHourInPast { .. }
            | conflict::Conflict::HHourWindowInPast { .. }
            | conflict::Conflict::TasksInPast { .. }
            | conflict::Conflict::OrderContradicted { .. }
            | conflict::Conflict::FinishedBeforeStart { .. }
            | conflict::Conflict::StartsLate { .. }
            | conflict::Conflict::FinishesLate { .. }
            | conflict::Conflict::CriticalTaskBlocked { .. } => None,
        };
        let claims = claims_of(conflict)
            .into_iter()
            .filter_map(|(task, number)| Some(TaskClaimId::of(TaskId(network.row(task)?.task_id), number).0));
        let claims = world.find_many(claims).await?;
        Ok(Self { kind, message, tasks: network.tasks_of(world, tasks), partner, post, claims })
    }
}

/// How the plan in force is carried out.
struct Carrying {
    standings: BTreeMap<TaskCode, Standing>,
    h_hour: Instant,
    now: DateTime<Utc>,
    active: bool,
}

impl Carrying {
    /// `None` for a version that is not in force, and before H-hour is set.
    async fn of(version: &PlanVersion, network: &Network, hours: &Hours<'_>) -> Result<Option<Self>, Error> {
        let world = &version.world;
        let operation = version.operation_of().await?;
        let Some(h_hour) = hours.h_hour else { return Ok(None) };
        if operation.row.in_force != Some(version.row.number) {
            return Ok(None);
        }
        let active = parse::<OperationStatus>(&operation.row.status)? == OperationStatus::Active;
        let now = world.engine.recorded_at(world.pin.position).await?;
        let claims = world.loaders.task_claims_of.load_many(network.rows().iter().map(|row| row.task_id));
        let mut standings = BTreeMap::new();
        for of_task in claims.await? {
            let Some(first) = of_task.first() else { continue };
            standings.insert(parse(&first.task)?, standing(of_task.iter().filter_map(|claim| claim.said())));
        }
        Ok(Some(Self { standings, h_hour, now, active }))
    }
}

/// The claims that contradict each other, each with its task.
fn claims_of(conflict: &conflict::Conflict) -> Vec<(&TaskCode, u32)> {
    match conflict {
        conflict::Conflict::OrderContradicted { task, dependency, claims: [own, other], .. } => {
            vec![(task, *own), (&dependency.predecessor, *other)]
        }
        conflict::Conflict::FinishedBeforeStart { task, claims: [last, first] } => {
            vec![(task, *last), (task, *first)]
        }
        _ => Vec::new(),
    }
}

/// The present of whoever plans: the log's clock at the answer's position, and once the operation has been
/// activated, that moment.
async fn planned_at(version: &PlanVersion) -> Result<DateTime<Utc>, Error> {
    if let Some(activated_at) = version.operation_of().await?.row.activated_at {
        return Ok(activated_at);
    }
    let world = &version.world;
    Ok(world.engine.recorded_at(world.pin.position).await?)
}

/// Its kind, the tasks that it is about, and a sentence for a person.
#[expect(clippy::too_many_lines, reason = "a table: one short arm for each kind")]
pub(crate) fn describe(conflict: &conflict::Conflict) -> (ConflictKind, Vec<&TaskCode>, String) {
    match conflict {
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
        conflict::Conflict::LeadTakesNoTasks { partner, tasks } => (
            ConflictKind::LeadTakesNoTasks,
            tasks.iter().collect(),
            format!("{partner} leads tasks and takes none now."),
        ),
        conflict::Conflict::OfficerOverlap { post, tasks: [one, other] } => (
            ConflictKind::OfficerOverlap,
            vec![one, other],
            format!("{post} is planned for {one} and {other} at one time."),
        ),
        conflict::Conflict::RestTooShort { post, tasks: [one, other], short_by } => (
            ConflictKind::RestTooShort,
            vec![one, other],
            format!("{post} has {short_by} too little rest between {one} and {other}."),
        ),
        conflict::Conflict::OutsideWorkingTime { task, calendar, works_from } => (
            ConflictKind::OutsideWorkingTime,
            vec![task],
            format!(
                "{task} is planned to start when nobody works by calendar {calendar}: work begins again {works_from} from \
                 H-hour."
            ),
        ),
        conflict::Conflict::DependencyNotMet { task, dependency, early_by } => (
            ConflictKind::DependencyNotMet,
            vec![task, &dependency.predecessor],
            format!("{task} waits for {dependency} and is planned {early_by} too early for that."),
        ),
        conflict::Conflict::NegativeFloat { task, missing } => (
            ConflictKind::NegativeFloat,
            vec![task],
            format!("{task} has {missing} too little to keep what it or what waits for it is bound to."),
        ),
        conflict::Conflict::LegalAssistanceInHours { task, duration } => (
            ConflictKind::LegalAssistanceInHours,
            vec![task],
            format!(
                "{task} needs mutual legal assistance, which takes months, and is planned to take {duration}: less than \
                 {LEGAL_ASSISTANCE_TAKES}."
            ),
        ),
        conflict::Conflict::PostWithoutOfficer { post, tasks } => (
            ConflictKind::PostWithoutOfficer,
            tasks.iter().collect(),
            format!("The officer of {post} was relieved, and nobody has taken the post, which is assigned."),
        ),
        conflict::Conflict::DecidedOutOfPost { partner, post } => (
            ConflictKind::DecidedOutOfPost,
            Vec::new(),
            format!("Nobody held {post} when it decided for {partner}, which confirms that or revokes it."),
        ),
        conflict::Conflict::DeconflictionOpen { other, tasks } => (
            ConflictKind::DeconflictionOpen,
            tasks.iter().collect(),
            format!(
                "{} with {other}, and nobody has said how that was settled.",
                match tasks.len() {
                    1 => "A task clashes".to_owned(),
                    more => format!("{more} tasks clash"),
                }
            ),
        ),
        conflict::Conflict::OrderContradicted { task, dependency, early_by, .. } => (
            ConflictKind::OrderContradicted,
            vec![task, &dependency.predecessor],
            format!(
                "{task} waits for {dependency}, and what is claimed of both has it {early_by} too early for that."
            ),
        ),
        conflict::Conflict::FinishedBeforeStart { task, .. } => (
            ConflictKind::FinishedBeforeStart,
            vec![task],
            format!("{task} was done before it was started, by what is claimed of it."),
        ),
        conflict::Conflict::StartsLate { task, by } => {
            (ConflictKind::StartsLate, vec![task], format!("{task} should have been started {by} ago."))
        }
        conflict::Conflict::FinishesLate { task, by } => {
            (ConflictKind::FinishesLate, vec![task], format!("{task} should have been done {by} ago."))
        }
        conflict::Conflict::CriticalTaskBlocked { task, since, reason } => (
            ConflictKind::CriticalTaskBlocked,
            vec![task],
            format!("{task} has no float, and is blocked since {}: {reason}.", since.to_rfc3339()),
        ),
        conflict::Conflict::OfficerStillBound { post, tasks: [one, other] } => (
            ConflictKind::OfficerStillBound,
            vec![one, other],
            format!("{post} is at {one} still, and should be at {other}."),
        ),
        conflict::Conflict::TaskUnassigned { task } => (
            ConflictKind::TaskUnassigned,
            vec![task],
            format!("No post is planned for {task} or assigned to it."),
        ),
        conflict::Conflict::HHourInPast { h_hour } => (
            ConflictKind::HhourInPast,
            Vec::new(),
            format!("H-hour, {}, has passed: shift it.", h_hour.to_rfc3339()),
        ),
        conflict::Conflict::HHourWindowInPast { to } => (
            ConflictKind::HhourWindowInPast,
            Vec::new(),
            format!("The window of H-hour ended at {}, and H-hour is not set.", to.to_rfc3339()),
        ),
        conflict::Conflict::TasksInPast { tasks } => (
            ConflictKind::TasksInPast,
            tasks.iter().collect(),
            format!(
                "{} planned to start at a time that has passed.",
                match tasks.len() {
                    1 => "A task is".to_owned(),
                    more => format!("{more} tasks are"),
                }
            ),
        ),
    }
}

/// The posts that are assigned to each task.
async fn assigned(world: &World, network: &Network) -> Result<BTreeMap<TaskCode, BTreeSet<PostCode>>, Error> {
    let tasks = network.rows().iter().map(|row| row.id);
    let assignments = world.loaders.assignments_of.load_many(tasks).await?;
    let live = assignments.iter().flat_map(|of_task| of_task.iter()).filter(|row| row.withdrawn_at.is_none());
    let mut assigned = BTreeMap::<_, BTreeSet<_>>::new();
    for row in live {
        assigned.entry(parse(&row.task)?).or_default().insert(parse(&row.post)?);
    }
    Ok(assigned)
}

/// Assigned posts whose officer was relieved, each with its tasks. One that is yet to be taken has its time.
async fn relieved(
    world: &World,
    assigned: &BTreeMap<TaskCode, BTreeSet<PostCode>>,
) -> Result<Vec<conflict::Conflict>, Error> {
    let mut tasks_of = BTreeMap::<_, BTreeSet<_>>::new();
    for (task, posts) in assigned {
        for post in posts {
            tasks_of.entry(post.clone()).or_default().insert(task.clone());
        }
    }
    let judged = try_join_all(tasks_of.into_iter().map(|(post, tasks)| async {
        let tenures = world.loaders.tenures.children(PostId::of(&post).0).await?;
        let relieved = !tenures.is_empty() && tenures.iter().all(|tenure| tenure.relieved_at.is_some());
        Ok::<_, Error>(relieved.then_some(conflict::Conflict::PostWithoutOfficer { post, tasks }))
    }))
    .await?;
    Ok(judged.into_iter().flatten().collect())
}

/// Live decisions that rest on a post which nobody held then.
async fn out_of_post(version: &PlanVersion) -> Result<Vec<conflict::Conflict>, Error> {
    let rows = version.world.loaders.decisions_of.children(version.row.id).await?;
    let live = rows.iter().filter(|row| row.revoked_at.is_none());
    let judged = try_join_all(live.map(|row| async {
        let post = decision::out_of_post(&version.world, row).await?;
        Ok::<_, Error>(post.map(|post| (parse(&row.partner), post)))
    }))
    .await?;
    judged
        .into_iter()
        .flatten()
        .map(|(partner, post)| Ok(conflict::Conflict::DecidedOutOfPost { partner: partner?, post }))
        .collect()
}

/// Clashes with other operations that are open, each with those of its tasks that the version has.
async fn open_clashes(version: &PlanVersion, network: &Network) -> Result<Vec<conflict::Conflict>, Error> {
    let rows = version.world.loaders.deconflictions_of.children(version.row.operation_id).await?;
    let mut clashes = Vec::new();
    for row in rows.iter().filter(|row| row.cleared_at.is_none()) {
        let mut tasks: BTreeSet<TaskCode> =
            row.tasks.iter().map(|code| parse(code)).collect::<Result<_, _>>()?;
        tasks.retain(|code| network.row(code).is_some());
        if !tasks.is_empty() {
            clashes.push(conflict::Conflict::DeconflictionOpen { other: parse(&row.other)?, tasks });
        }
    }
    Ok(clashes)
}
