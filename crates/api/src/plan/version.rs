//! Plan versions: what they say, what nations approve, and what promulgation waits for.

use crate::{
    Error,
    execution::effect::EffectOnTask,
    graph::{
        connection::{Connection, Window},
        context::World,
        id::AskedId,
        node::{
            Annex, Condition, Event, Item as _, Operation, Partner, PlanDecision, PlanVersion, PlannedTask,
        },
        scalars::{DateTime, Position, Sha256},
        zone::Zone,
    },
    operation::release::ReleaseLabel,
    plan::{
        calendar::WorkCalendar,
        decision::{LiveDecision, OutstandingDecision, out_of_post},
        difference::{PlanComparison, last_decision},
        frago::FragmentaryOrder,
        sections::{
            ApprovalPolicy, Ccir, CommandRelationship, ContentPart, DecisionPoint, LineOfEffort, Objective,
            Paragraph, Phase, PlanSections, PlanView, Risk, TimeWindow, texts,
        },
        task::{TaskFilter, task_page},
    },
    schedule::{
        conflict::Conflict,
        matrix::{MatrixColumns, MatrixRows, SynchronisationMatrix},
        network::{Network, ScheduleBasis},
        types::{Progress, Schedule, TaskActualInput},
    },
};
use async_graphql::{Context, Enum, ID, Object};
use domain::{
    AnnexCode, OperationCode, PartnerCode, PhaseCode, TaskCode, Title, coalition,
    execution::{TaskStatus, deciders},
    ids::{AnnexId, OperationId, PartnerId, PlanVersionId, TaskId},
    plan::{self, Electorate, GATE_ACTIVATION, GATE_PROMULGATION, Outstanding, VersionStatus},
    schedule::Hours,
};
use futures_util::future::{try_join, try_join3, try_join4};
use read_model::parse;
use std::{collections::BTreeSet, sync::Arc};

/// Where a plan version stands.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "plan::VersionStatus")]
pub enum PlanVersionStatus {
    /// Being written; the only one that changes.
    Draft,
    /// Under decision.
    Submitted,
    /// Under decision, and nothing hinders its promulgation: no approval, consent or condition is missing, none was given out
    /// of post, and its partners take tasks and have liaison officers. Whether officers that it moves are free is seen then.
    Approved,
    /// A partner has rejected it.
    Rejected,
    /// In force.
    Promulgated,
    /// In force, and a partner has taken its decision back: nothing of it goes on until that is settled.
    Suspended,
    /// Another version took its place.
    Superseded,
    /// Taken back by its lead.
    Recalled,
    /// It was in force, and was taken out of force.
    Withdrawn,
}

/// A version's canonical content and its hash.
struct Sealed {
    /// `None`: a task that stands in it was withheld from the viewer since.
    canonical: Option<String>,
    hash: domain::Sha256,
}

impl PlanVersion {
    pub(crate) async fn operation_of(&self) -> Result<Operation, Error> {
        self.world.get(self.row.operation_id).await
    }

    pub(crate) async fn network(&self) -> Result<Arc<Network>, Error> {
        Ok(self.world.loaders.networks.load(self.row.id).await?.unwrap_or_default())
    }

    /// The version of its plan that is carried out: that in force, else the one that was so last.
    pub(crate) async fn carried_out(&self) -> Result<Option<PlanVersion>, Error> {
        let operation = self.operation_of().await?;
        if operation.row.in_force.is_some() {
            return operation.version(operation.row.in_force).await;
        }
        let rows = self.world.loaders.versions_of.children(self.row.operation_id).await?;
        let last = rows.iter().rev().find(|row| row.promulgated_at.is_some());
        Ok(last.map(|row| PlanVersion::new(&self.world, Arc::clone(row))))
    }

    /// When its tasks can be carried out.
    pub(crate) async fn hours(&self) -> Result<Hours<'_>, Error> {
        let h_hour = self.operation_of().await?.row.h_hour.map(|at| at.fixed_offset());
        let floating = self.stored_status()? == VersionStatus::Draft;
        Ok(Hours { calendars: &self.row.sections.calendars, h_hour, floating })
    }

    fn stored_status(&self) -> Result<VersionStatus, Error> {
        Ok(parse(&self.row.status)?)
    }

    async fn seal(&self) -> Result<Sealed, Error> {
        let loaders = &self.world.loaders;
        let (operation, network, rows, parts) = try_join4(
            self.operation_of(),
            self.network(),
            loaders.plain_tasks_of.children(self.row.id),
            loaders.parts_of.children(self.row.id),
        )
        .await?;
        // Written anew each time that it is asked for, and as long as the plan.
        self.world.spend(rows.len() + parts.len())?;
        let tasks: Vec<_> = rows.iter().map(|row| row.planned_task()).collect::<Result<_, _>>()?;
        let parts: Vec<_> = parts.iter().map(|part| part.as_ref().clone()).collect();
        let operation: OperationCode = parse(&operation.row.code)?;
        let content = self.row.content(&operation, &tasks, &parts)?;
        let canonical = content.canonical();
        let hash = domain::Sha256::of(&[canonical.as_bytes()]);
        let seen = tasks.iter().all(|task| network.row(&task.code).is_some());
        Ok(Sealed { canonical: seen.then_some(canonical), hash })
    }

    /// Live decisions, as rules judge them.
    pub(crate) async fn live_decisions(&self) -> Result<Vec<LiveDecision>, Error> {
        let decisions = self.world.loaders.decisions_of.children(self.row.id).await?;
        decisions.iter().filter(|row| row.revoked_at.is_none()).map(|row| LiveDecision::of(row)).collect()
    }

    /// What promulgation waits for; of a version that can no more be promulgated nothing.
    pub(crate) async fn outstanding_decisions(&self) -> Result<Vec<Outstanding>, Error> {
        use VersionStatus::{
            Approved, Draft, Promulgated, Recalled, Rejected, Submitted, Superseded, Suspended, Withdrawn,
        };
        match self.stored_status()? {
            Draft | Submitted | Approved | Rejected | Suspended => {}
            Promulgated | Superseded | Recalled | Withdrawn => return Ok(Vec::new()),
        }
        let (voters, network, decisions, implied) =
            try_join4(self.voters(), self.network(), self.live_decisions(), self.implied_consent()).await?;
        let take = voters.take_tasks();
        let done = self.done_for(|task| !take.contains(&task.territory)).await?;
        Ok(plan::outstanding(
            &voters.electorate(),
            voters.members(),
            network
                .tasks
                .iter()
                .filter(|task| !done.contains(&task.code))
                .map(|task| (&task.code, &task.territory)),
            decisions.iter().chain(&implied).map(LiveDecision::as_tuple),
        ))
    }

    pub(crate) async fn voters(&self) -> Result<Voters, Error> {
        let (partners, operation) =
            try_join(self.world.loaders.coalition.children(()), self.operation_of()).await?;
        let acceded = coalition::PartnerStatus::Acceded.to_string();
        let members = partners
            .iter()
            .filter(|row| row.status == acceded)
            .map(|row| Ok((parse(&row.code)?, parse(&row.role)?)))
            .collect::<Result<_, Error>>()?;
        let status = self.stored_status()?;
        let readers = if status == VersionStatus::Draft {
            self.row.label(&operation.row.label()?).releasable_to
        } else {
            self.row.submitted_to.iter().map(|code| parse(code)).collect::<Result<_, _>>()?
        };
        let policy = self.row.sections.approval_policy.clone();
        Ok(Voters { members, readers, lead: parse(&operation.row.lead)?, policy, status })
    }

    /// Whose word it takes to start a phase of it that has a gate.
    pub(crate) async fn deciders_at_gate(&self, phase: &PhaseCode) -> Result<BTreeSet<PartnerCode>, Error> {
        let voters = self.voters().await?;
        let electorate = voters.electorate();
        let approvers = voters.members().filter(|(code, role)| electorate.has_vote(code, *role));
        let points = self.row.points_at_gate(phase);
        Ok(deciders(&points, approvers.map(|(code, _)| code)).into_iter().cloned().collect())
    }

    /// What the lead has consented to by submitting, as if it had said so.
    pub(crate) async fn implied_consent(&self) -> Result<Option<LiveDecision>, Error> {
        let (voters, network, decisions) =
            try_join3(self.voters(), self.network(), self.live_decisions()).await?;
        let implied = voters.electorate().implied_consent(
            voters.members(),
            network.tasks.iter().map(|task| (&task.code, &task.territory)),
            decisions.iter().map(|decision| decision.as_tuple().0),
        );
        Ok(implied.map(|(partner, tasks)| LiveDecision::implied(partner, tasks)))
    }

    async fn partners(&self, codes: &[String]) -> Result<Vec<Partner>, Error> {
        let ids: Vec<_> =
            codes.iter().map(|code| Ok(PartnerId::of(&parse(code)?).0)).collect::<Result<_, Error>>()?;
        self.world.find_many(ids).await
    }

    pub(crate) async fn shown_status(&self) -> Result<VersionStatus, Error> {
        let stored = self.stored_status()?;
        if stored != VersionStatus::Submitted {
            return Ok(stored);
        }
        let (missing, decisions) = try_join(self.outstanding_decisions(), self.live_decisions()).await?;
        // A coalition that has lost its voters approves nothing by silence.
        let approved = missing.is_empty() && decisions.iter().any(|decision| decision.kind.approves());
        let ready = approved
            && !self.is_blocked().await?
            && !self.is_unsettled(&decisions).await?
            && !self.rests_on_nobody().await?
            && self.has_its_partners().await?;
        Ok(if ready { VersionStatus::Approved } else { stored })
    }

    /// Whether a condition holds one of the gates shut that it has to pass.
    async fn is_blocked(&self) -> Result<bool, Error> {
        let active = self.operation_of().await?.row.activated_at.is_some();
        let gates = plan::gates_of_promulgation(active);
        for condition in self.live_conditions().await? {
            let status: plan::ConditionStatus = parse(&condition.row.status)?;
            if status.blocks() && gates.contains(&condition.row.gate.as_str()) {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Whether the version in force is suspended by a partner that has not agreed to this one.
    async fn is_unsettled(&self, decisions: &[LiveDecision]) -> Result<bool, Error> {
        let (versions, voters) =
            try_join(self.world.loaders.versions_of.children(self.row.operation_id), self.voters()).await?;
        let codes: Vec<PartnerCode> = versions
            .iter()
            .flat_map(|row| &row.suspended_by)
            .map(|code| parse(code))
            .collect::<Result<_, _>>()?;
        let take = voters.take_tasks();
        let suspended_by = codes.iter().filter(|code| take.contains(code));
        let left = plan::unsettled(suspended_by, decisions.iter().map(LiveDecision::as_tuple));
        Ok(!left.is_empty())
    }

    /// Whether a live decision rests on a post that nobody held.
    async fn rests_on_nobody(&self) -> Result<bool, Error> {
        let rows = self.world.loaders.decisions_of.children(self.row.id).await?;
        for row in rows.iter().filter(|row| row.revoked_at.is_none()) {
            if out_of_post(&self.world, row).await?.is_some() {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Whether everybody takes tasks that it counts on, and who leads tasks has a liaison officer in post.
    async fn has_its_partners(&self) -> Result<bool, Error> {
        let (voters, network, posts) =
            try_join3(self.voters(), self.network(), self.world.loaders.liaison_posts.children(())).await?;
        let take = voters.take_tasks();
        let mut spoken_for = BTreeSet::new();
        for post in posts.iter() {
            if parse::<coalition::PostStatus>(&post.status)?.is_held() {
                spoken_for.insert(post.partner.as_str());
            }
        }
        let lacks = |task: &plan::PlannedTask| {
            !(take.contains(&task.lead)
                && take.contains(&task.territory)
                && spoken_for.contains(task.lead.as_str()))
        };
        let done = self.done_for(lacks).await?;
        Ok(network.tasks.iter().filter(|task| lacks(task)).all(|task| done.contains(&task.code)))
    }

    /// Of such tasks those that have ended: they take nobody any more. Nothing is read where there are none.
    pub(crate) async fn done_for(
        &self,
        such: impl Fn(&plan::PlannedTask) -> bool,
    ) -> Result<BTreeSet<TaskCode>, Error> {
        let network = self.network().await?;
        let id = OperationId(self.row.operation_id);
        let tasks = network.tasks.iter().filter(|task| such(task));
        let tasks: Vec<_> = tasks.map(|task| TaskId::of(id, &task.code).0).collect();
        if tasks.is_empty() {
            return Ok(BTreeSet::new());
        }
        let rows = self.world.loaders.task_executions.load_many(tasks).await?;
        let mut done = BTreeSet::new();
        for row in rows {
            if parse::<TaskStatus>(&row.status)?.has_ended() {
                done.insert(parse(&row.task)?);
            }
        }
        Ok(done)
    }

    pub(crate) async fn live_conditions(&self) -> Result<Vec<Condition>, Error> {
        let decisions = self.world.loaders.decisions_of.children(self.row.id).await?;
        let live = decisions.iter().filter(|decision| decision.revoked_at.is_none());
        let found = self.world.loaders.conditions_of.load_many(live.map(|decision| decision.id)).await?;
        Ok(found.iter().flat_map(|rows| self.world.all(rows)).collect())
    }
}

/// That a version was taken out of force.
pub struct PlanWithdrawal {
    world: Arc<World>,
    withdrawn: plan::Withdrawn,
}

/// That a plan in force was taken out of force.
#[Object]
impl PlanWithdrawal {
    /// The partner that withdrew it.
    async fn partner(&self) -> Result<Partner, Error> {
        self.world.get(PartnerId::of(&self.withdrawn.by).0).await
    }

    async fn reason(&self) -> &str {
        self.withdrawn.reason.as_str()
    }

    async fn at(&self, zone: Option<Zone>) -> Result<DateTime, Error> {
        self.world.local(self.withdrawn.at.to_utc(), zone).await
    }
}

/// The members of the coalition, and who of them has a vote on a version.
pub(crate) struct Voters {
    members: Vec<(PartnerCode, coalition::PartnerRole)>,
    readers: BTreeSet<PartnerCode>,
    lead: PartnerCode,
    policy: plan::ApprovalPolicy,
    status: VersionStatus,
}

impl Voters {
    fn members(&self) -> impl Iterator<Item = (&PartnerCode, coalition::PartnerRole)> {
        self.members.iter().map(|(code, role)| (code, *role))
    }

    /// Those of them that take tasks.
    pub(crate) fn take_tasks(&self) -> BTreeSet<&PartnerCode> {
        self.members().filter(|(_, role)| role.takes_tasks()).map(|(code, _)| code).collect()
    }

    fn electorate(&self) -> Electorate<'_> {
        let Self { policy, readers, lead, status, .. } = self;
        Electorate { policy, readers, lead, status: *status }
    }
}

/// A numbered version of an operation's plan. Once submitted its content never changes: nations decide on exactly
/// what `contentHash` names.
#[Object]
impl PlanVersion {
    pub async fn id(&self) -> ID {
        self.node_id()
    }

    pub async fn key(&self) -> ID {
        self.node_key()
    }

    /// The events that changed or concern it, as far as you may see them, in the order of the log.
    pub async fn history(
        &self,
        first: Option<i32>,
        after: Option<String>,
        last: Option<i32>,
        before: Option<String>,
    ) -> Result<Connection<Event>, Error> {
        self.world.history(self.row.id, Window { first, after, last, before }).await
    }

    async fn operation(&self) -> Result<Operation, Error> {
        self.operation_of().await
    }

    /// Counted from 1.
    async fn number(&self) -> i32 {
        self.row.number
    }

    async fn status(&self) -> Result<PlanVersionStatus, Error> {
        self.shown_status().await.map(PlanVersionStatus::from)
    }

    /// The version that it amends; null for the first.
    async fn base(&self) -> Result<Option<PlanVersion>, Error> {
        match self.row.base {
            Some(base) => self.world.find(version_id(self.row.operation_id, base)).await,
            None => Ok(None),
        }
    }

    /// SHA-256 of `canonicalContent`: what a decision names. A draft's changes with every edit.
    async fn content_hash(&self) -> Result<Sha256, Error> {
        match &self.row.content_hash {
            Some(hash) => Ok(Sha256(parse(hash)?)),
            None => self.seal().await.map(|sealed| Sha256(sealed.hash)),
        }
    }

    /// Who may read it, and how carefully: what is in it inherits that, or narrows it.
    async fn release(&self) -> Result<ReleaseLabel, Error> {
        self.label().await
    }

    /// RFC 8785 text of the whole content, to compute the hash for yourself. Annexes, and tasks with a label of their own,
    /// stand in it as salted hashes. Null where a task that stands in it as it is was withheld from you since. What a task
    /// waits for stands in it by its code, with kind and lag, also where you may not see that: the hash is over it. So the
    /// code of a task is no secret among those who read the version; what else there is to say of it is.
    async fn canonical_content(&self) -> Result<Option<String>, Error> {
        self.seal().await.map(|sealed| sealed.canonical)
    }

    async fn drafted_at(&self, zone: Option<Zone>) -> Result<DateTime, Error> {
        self.world.local(self.row.drafted_at, zone).await
    }

    /// Null while it is a draft.
    async fn submitted_at(&self, zone: Option<Zone>) -> Result<Option<DateTime>, Error> {
        self.world.local_if(self.row.submitted_at, zone).await
    }

    /// Position of the submission: nobody can have decided on what they saw before it.
    async fn submitted_position(&self) -> Option<Position> {
        self.row.submitted_position.map(|position| Position(domain::Position(position)))
    }

    /// Null until it is in force.
    async fn promulgated_at(&self, zone: Option<Zone>) -> Result<Option<DateTime>, Error> {
        self.world.local_if(self.row.promulgated_at, zone).await
    }

    /// Partners whose approval it needs: whom the policy names, of those that it is released to, or was when it was submitted.
    async fn approvers(&self) -> Result<Vec<Partner>, Error> {
        let voters = self.voters().await?;
        let electorate = voters.electorate();
        let voting = voters.members().filter(|(code, role)| electorate.has_vote(code, *role));
        self.world.find_many(voting.map(|(code, _)| PartnerId::of(code).0)).await
    }

    /// Observers that may read it while it is a draft, besides the partners that take tasks.
    async fn shared_with(&self) -> Result<Vec<Partner>, Error> {
        self.partners(&self.row.shared_with).await
    }

    /// Partners that took their decision back while it was in force: they approve or consent anew, or it is withdrawn.
    async fn suspended_by(&self) -> Result<Vec<Partner>, Error> {
        self.partners(&self.row.suspended_by).await
    }

    /// How it was taken out of force; null where it was not.
    async fn withdrawal(&self) -> Option<PlanWithdrawal> {
        let withdrawn = self.row.withdrawn.as_ref()?.0.clone();
        Some(PlanWithdrawal { world: Arc::clone(&self.world), withdrawn })
    }

    /// Issued while it was in force, in the order of their numbers.
    async fn fragmentary_orders(&self) -> Vec<FragmentaryOrder> {
        let order = |order: &_| FragmentaryOrder {
            world: Arc::clone(&self.world),
            order: plan::FragmentaryOrder::clone(order),
        };
        self.row.fragmentary_orders.iter().map(order).collect()
    }

    /// The paragraphs that are written as prose.
    async fn sections(&self) -> PlanSections {
        (&*self.row.sections).into()
    }

    /// The sections under the customary headings, with the operation's legal basis.
    async fn view(
        &self,
        #[graphql(name = "as", default_with = "PlanView::Smeac")] view: PlanView,
    ) -> Result<Vec<Paragraph>, Error> {
        let operation = self.operation_of().await?;
        let legal_basis: Vec<Title> =
            operation.row.legal_basis.iter().map(|title| parse(title)).collect::<Result<_, _>>()?;
        let paragraphs = self.row.sections.view(view.into(), &legal_basis);
        Ok(paragraphs.into_iter().map(Paragraph::from).collect())
    }

    async fn phases(&self) -> Vec<Phase> {
        self.row.sections.phases.iter().map(Phase::from).collect()
    }

    async fn lines_of_effort(&self) -> Vec<LineOfEffort> {
        self.row.sections.lines_of_effort.iter().map(LineOfEffort::from).collect()
    }

    async fn objectives(&self) -> Vec<Objective> {
        let all = self.row.sections.objectives.iter();
        all.map(|objective| Objective::of(&self.world, self.row.operation_id, objective)).collect()
    }

    async fn decision_points(&self) -> Vec<DecisionPoint> {
        self.row.sections.decision_points.iter().map(DecisionPoint::from).collect()
    }

    /// Commander's critical information requirements.
    async fn ccir(&self) -> Vec<Ccir> {
        self.row.sections.ccir.iter().map(Ccir::from).collect()
    }

    /// Criteria of the go / no-go decision.
    async fn go_no_go(&self) -> Vec<String> {
        texts(&self.row.sections.go_no_go)
    }

    async fn command_relationships(&self) -> Vec<CommandRelationship> {
        self.row.sections.command_relationships.iter().map(CommandRelationship::from).collect()
    }

    async fn risks(&self) -> Vec<Risk> {
        self.row.sections.risks.iter().map(Risk::from).collect()
    }

    /// Interval within which H-hour may move without a new version.
    async fn h_hour_window(&self, zone: Option<Zone>) -> Result<Option<TimeWindow>, Error> {
        TimeWindow::of(&self.world, self.row.sections.h_hour_window, zone).await
    }

    async fn approval_policy(&self) -> ApprovalPolicy {
        ApprovalPolicy::from(&self.row.sections.approval_policy)
    }

    /// The tasks as this version has them, in the order of their codes; all of them, unless a page is asked for.
    async fn tasks(
        &self,
        filter: Option<TaskFilter>,
        first: Option<i32>,
        after: Option<String>,
        last: Option<i32>,
        before: Option<String>,
    ) -> Result<Connection<PlannedTask>, Error> {
        let window = Window { first, after, last, before };
        let code = |task: &PlannedTask| task.row.code.clone();
        let shown = |world: &Arc<World>, rows: &[_]| world.all(rows);
        task_page(&self.world, self.row.id, filter, window, shown, code).await
    }

    /// The annexes that you may see, in the order of their codes.
    async fn annexes(&self) -> Result<Vec<Annex>, Error> {
        let rows = self.world.loaders.annexes_of.children(self.row.id).await?;
        Ok(self.world.all(&rows))
    }

    /// An annex by its code; null when there is none that you may see.
    async fn annex(&self, code: String) -> Result<Option<Annex>, Error> {
        let Ok(code) = AnnexCode::new(&code) else { return Ok(None) };
        self.world.find(AnnexId::of(PlanVersionId(self.row.id), &code).0).await
    }

    /// When partners and posts work that do not work round the clock.
    async fn calendars(&self) -> Result<Vec<WorkCalendar>, Error> {
        let calendars = &self.row.sections.calendars;
        self.world
            .spend(calendars.iter().map(|calendar| calendar.week.len() + calendar.holidays.len()).sum())?;
        Ok(calendars.iter().map(|calendar| WorkCalendar::new(&self.world, calendar)).collect())
    }

    /// Early and late times, floats, critical paths and conflicts, also while it is a draft. A forecast starts from what is
    /// claimed of the tasks; `now` is the log's clock at the answer's position where it is left out, and `actuals` are tried
    /// in place of what is claimed of their tasks.
    async fn schedule(
        &self,
        #[graphql(default_with = "ScheduleBasis::Offsets")] basis: ScheduleBasis,
        now: Option<DateTime>,
        #[graphql(default)] actuals: Vec<TaskActualInput>,
    ) -> Result<Schedule, Error> {
        Schedule::of(self.operation_of().await?, Some(self.clone()), basis, Progress { now, actuals }).await
    }

    /// What hinders carrying it out as it stands, also while it is a draft. None of it hinders drafting.
    async fn conflicts(&self) -> Result<Vec<Conflict>, Error> {
        Conflict::of(self).await
    }

    /// What it would change of tasks of which something is claimed, once it came into force: of those that you may see, in the
    /// order of their codes. Nothing of a version that can no more be promulgated.
    async fn effect_on_execution(&self) -> Result<Vec<EffectOnTask>, Error> {
        EffectOnTask::of(self).await
    }

    /// What is done when, by which purpose or by whom, and when decisions are due.
    async fn synchronisation_matrix(
        &self,
        ctx: &Context<'_>,
        #[graphql(default_with = "MatrixColumns::Phase")] columns: MatrixColumns,
        #[graphql(default_with = "MatrixRows::LineOfEffort")] rows: MatrixRows,
    ) -> Result<SynchronisationMatrix, Error> {
        SynchronisationMatrix::of(ctx, self, columns, rows).await
    }

    /// Code and salted hash of every separately releasable part, also of those that you may not see.
    async fn parts(&self) -> Result<Vec<ContentPart>, Error> {
        let parts = self.world.loaders.parts_of.children(self.row.id).await?;
        let mut parts: Vec<_> = parts.iter().collect();
        // The order of bytes, whatever the database's collation is.
        parts.sort_by(|one, other| one.code.cmp(&other.code));
        parts.into_iter().map(|part| ContentPart::of(part)).collect()
    }

    /// Who decided what, in the order of deciding; revoked decisions stay.
    async fn decisions(&self) -> Result<Vec<PlanDecision>, Error> {
        let rows = self.world.loaders.decisions_of.children(self.row.id).await?;
        Ok(self.world.all(&rows))
    }

    /// Conditions attached to approvals that have not been revoked.
    async fn conditions(&self) -> Result<Vec<Condition>, Error> {
        self.live_conditions().await
    }

    /// Partners whose approval or territorial consent promulgation still waits for.
    async fn missing_approvals(&self) -> Result<Vec<Partner>, Error> {
        let missing = self.outstanding_decisions().await?;
        let partners: BTreeSet<_> = missing.iter().map(Outstanding::partner).collect();
        let ids = partners.into_iter().map(|code| domain::ids::PartnerId::of(code).0);
        self.world.find_many(ids).await
    }

    /// The same in detail: approvals and consents that promulgation still waits for, and whether they were refused.
    async fn outstanding(&self) -> Result<Vec<OutstandingDecision>, Error> {
        let missing = self.outstanding_decisions().await?;
        Ok(missing
            .into_iter()
            .map(|outstanding| OutstandingDecision { outstanding, version: self.clone() })
            .collect())
    }

    /// What differs from the version that this decision was taken on; without one, that your partner decided on last, of those
    /// before this. Null where it has decided on none, and where you may not see what was decided on.
    async fn changed_since(&self, decision: Option<ID>) -> Result<Option<PlanComparison>, Error> {
        let decision = match decision {
            Some(id) => match AskedId::read(&id).and_then(|asked| PlanDecision::uuid_of(asked.key)) {
                Some(id) => self.world.find(id).await?,
                None => None,
            },
            None => last_decision(self).await?,
        };
        match decision {
            Some(decision) => PlanComparison::since(self, decision).await,
            None => Ok(None),
        }
    }

    /// Where conditions may be attached: the phases' codes, and two moments of the plan.
    async fn gates(&self) -> Vec<String> {
        let phases = self.row.sections.phases.iter().map(|phase| phase.code.to_string());
        phases.chain([GATE_PROMULGATION, GATE_ACTIVATION].map(str::to_owned)).collect()
    }
}

/// Version `number` of an operation.
pub(crate) fn version_id(operation: uuid::Uuid, number: i32) -> uuid::Uuid {
    PlanVersionId::of(OperationId(operation), number.cast_unsigned()).0
}
