//! Partners' decisions on plan versions, and the conditions attached to them.

use crate::{
    Error,
    graph::{
        connection::{Connection, Window},
        context::World,
        node::{Condition, Event, Partner, PlanDecision, PlanVersion, PlannedTask, Post},
        scalars::{DateTime, Position},
        zone::Zone,
    },
};
use async_graphql::{Enum, ID, Object};
use domain::{
    PartnerCode, PostCode, TaskCode,
    ids::{PartnerId, PlanVersionId, PlannedTaskId, PostId},
    plan::{self, DecisionKind, Outstanding},
};
use read_model::{parse, plan::DecisionRow};
use std::{collections::BTreeSet, sync::Arc};
use uuid::Uuid;

/// What a partner decided.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "plan::DecisionKind")]
pub enum PlanDecisionKind {
    /// Approved as it stands; includes consent for one's own territory.
    Approved,
    /// Approved, with conditions that block the gates they name.
    ApprovedWithConditions,
    /// Rejected, with a reason.
    Rejected,
    /// Consent to tasks on one's own territory.
    TerritorialConsent,
    /// Consent to tasks on one's own territory was refused.
    ConsentRefused,
}

/// Where a condition stands.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "plan::ConditionStatus")]
pub enum ConditionStatus {
    /// Blocks its gate.
    Outstanding,
    /// Met, with evidence.
    Satisfied,
    /// Given up by its author.
    Waived,
    /// It was satisfied, and is not any more, as its author says: blocks its gate.
    Broken,
}

/// What promulgation waits for from a partner.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
pub enum OutstandingKind {
    /// Approval of the whole version.
    Approval,
    /// Consent for the tasks on its territory.
    TerritorialConsent,
}

/// A decision that has not been revoked.
pub(crate) struct LiveDecision {
    partner: PartnerCode,
    pub kind: DecisionKind,
    tasks: BTreeSet<TaskCode>,
}

impl LiveDecision {
    pub fn of(row: &DecisionRow) -> Result<Self, Error> {
        Ok(Self {
            partner: parse(&row.partner)?,
            kind: parse(&row.kind)?,
            tasks: row.tasks.iter().map(|task| parse(task)).collect::<Result<_, _>>()?,
        })
    }

    /// Consent that nobody had to say.
    pub fn implied(partner: PartnerCode, tasks: BTreeSet<TaskCode>) -> Self {
        Self { partner, kind: DecisionKind::TerritorialConsent, tasks }
    }

    pub fn as_tuple(&self) -> (&PartnerCode, DecisionKind, &BTreeSet<TaskCode>) {
        (&self.partner, self.kind, &self.tasks)
    }
}

/// A decision that promulgation still waits for.
pub struct OutstandingDecision {
    pub(crate) outstanding: Outstanding,
    pub(crate) version: PlanVersion,
}

/// A decision that promulgation still waits for.
#[Object]
impl OutstandingDecision {
    async fn partner(&self) -> Result<Partner, Error> {
        self.version.world.get(PartnerId::of(self.outstanding.partner()).0).await
    }

    async fn kind(&self) -> OutstandingKind {
        match self.outstanding {
            Outstanding::Approval { .. } => OutstandingKind::Approval,
            Outstanding::Consent { .. } => OutstandingKind::TerritorialConsent,
        }
    }

    /// Whether the partner has decided against it, rather than not at all.
    async fn refused(&self) -> bool {
        match self.outstanding {
            Outstanding::Approval { rejected, .. } => rejected,
            Outstanding::Consent { refused, .. } => refused,
        }
    }

    /// The tasks on the partner's territory that wait for its consent; none when approval is waited for.
    async fn tasks(&self) -> Result<Vec<PlannedTask>, Error> {
        match &self.outstanding {
            Outstanding::Approval { .. } => Ok(Vec::new()),
            Outstanding::Consent { tasks, .. } => {
                let ids = tasks.iter().map(|task| planned_task_id(self.version.row.id, task));
                self.version.world.find_many(ids).await
            }
        }
    }
}

fn planned_task_id(version: Uuid, task: &TaskCode) -> Uuid {
    PlannedTaskId::of(PlanVersionId(version), task).0
}

/// A partner's decision on one exact content. It never carries over to another version.
#[Object]
impl PlanDecision {
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

    async fn plan_version(&self) -> Result<PlanVersion, Error> {
        self.world.get(self.row.version_id).await
    }

    /// Counted from 1 on each version, revoked ones too.
    async fn number(&self) -> i32 {
        self.row.number
    }

    async fn partner(&self) -> Result<Partner, Error> {
        self.world.get(PartnerId::of(&parse::<PartnerCode>(&self.row.partner)?).0).await
    }

    /// The post that decided for the partner.
    async fn post(&self) -> Result<Option<Post>, Error> {
        self.world.find(PostId::of(&parse::<PostCode>(&self.row.actor)?).0).await
    }

    async fn kind(&self) -> Result<PlanDecisionKind, Error> {
        Ok(parse::<plan::DecisionKind>(&self.row.kind)?.into())
    }

    async fn decided_at(&self, zone: Option<Zone>) -> Result<DateTime, Error> {
        self.world.local(self.row.decided_at, zone).await
    }

    /// Where the decision stands in the log.
    async fn position(&self) -> Position {
        Position(domain::Position(self.row.position))
    }

    /// What its author was looking at: `asOf` shows it again.
    async fn seen_at(&self) -> Position {
        Position(domain::Position(self.row.seen_at))
    }

    /// A partner's own code for its reason, such as `SOVEREIGNTY`.
    async fn reason_code(&self) -> Option<&str> {
        self.row.reason_code.as_deref()
    }

    async fn reason(&self) -> Option<&str> {
        self.row.reason.as_deref()
    }

    /// Tasks objected to, or consented to.
    async fn tasks(&self) -> Result<Vec<PlannedTask>, Error> {
        let codes: Vec<TaskCode> = self.row.tasks.iter().map(|task| parse(task)).collect::<Result<_, _>>()?;
        self.world.find_many(codes.iter().map(|code| planned_task_id(self.row.version_id, code))).await
    }

    async fn conditions(&self) -> Result<Vec<Condition>, Error> {
        let rows = self.world.loaders.conditions_of.children(self.row.id).await?;
        Ok(self.world.all(&rows))
    }

    /// Null while it stands.
    async fn revoked_at(&self, zone: Option<Zone>) -> Result<Option<DateTime>, Error> {
        self.world.local_if(self.row.revoked_at, zone).await
    }

    /// When its partner said last, by an officer in post, that it stands; null where that was not needed.
    async fn confirmed_at(&self, zone: Option<Zone>) -> Result<Option<DateTime>, Error> {
        self.world.local_if(self.row.confirmed_at, zone).await
    }

    /// The post that said so.
    async fn confirmed_by(&self) -> Result<Option<Post>, Error> {
        match &self.row.confirmed_by {
            Some(post) => self.world.find(PostId::of(&parse::<PostCode>(post)?).0).await,
            None => Ok(None),
        }
    }

    /// Whether nobody who was known then held its post when it was taken, or confirmed, as far as is known now: it hinders promulgation until its
    /// partner confirms or revokes it.
    async fn out_of_post(&self) -> Result<bool, Error> {
        Ok(out_of_post(&self.world, &self.row).await?.is_some())
    }
}

/// The post that a decision rests on, if nobody held it at the moment that counts.
pub(crate) async fn out_of_post(world: &World, row: &DecisionRow) -> Result<Option<PostCode>, Error> {
    let post: PostCode = parse(row.confirmed_by.as_deref().unwrap_or(&row.actor))?;
    let at = row.confirmed_at.unwrap_or(row.decided_at).into();
    let known = domain::Position(row.confirmed_position.unwrap_or(row.position));
    let tenures = world.loaders.tenures.children(PostId::of(&post).0).await?;
    let held = tenures.iter().any(|row| row.tenure().bears(at, known));
    Ok((!held).then_some(post))
}

/// That a condition is met, as somebody says to its author.
pub struct ConditionProposal {
    world: Arc<World>,
    proposal: plan::Proposal,
}

/// Evidence that a condition is met, laid before its author.
#[Object]
impl ConditionProposal {
    /// The partner that proposed it.
    async fn partner(&self) -> Result<Partner, Error> {
        self.world.get(PartnerId::of(&self.proposal.partner).0).await
    }

    async fn post(&self) -> Result<Option<Post>, Error> {
        self.world.find(PostId::of(&parse::<PostCode>(&self.proposal.actor)?).0).await
    }

    async fn evidence(&self) -> &str {
        self.proposal.evidence.as_str()
    }

    async fn proposed_at(&self, zone: Option<Zone>) -> Result<DateTime, Error> {
        self.world.local(self.proposal.at.to_utc(), zone).await
    }

    /// When the condition's author contested it; null where it did not.
    async fn contested_at(&self, zone: Option<Zone>) -> Result<Option<DateTime>, Error> {
        let contested = self.proposal.contested.as_ref();
        self.world.local_if(contested.map(|contest| contest.at.to_utc()), zone).await
    }

    /// Why.
    async fn contested(&self) -> Option<&str> {
        self.proposal.contested.as_ref().map(|contest| contest.reason.as_str())
    }
}

/// A requirement attached to an approval; it blocks the gate that it names until it is satisfied or waived.
#[Object]
impl Condition {
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

    async fn plan_version(&self) -> Result<PlanVersion, Error> {
        self.world.get(self.row.version_id).await
    }

    /// The approval that it is attached to.
    async fn decision(&self) -> Result<PlanDecision, Error> {
        self.world.get(self.row.decision_id).await
    }

    /// The partner that attached it, which alone says that it is met, waives it or contests it.
    async fn author(&self) -> Result<Partner, Error> {
        self.world.get(PartnerId::of(&parse::<PartnerCode>(&self.row.partner)?).0).await
    }

    /// Unique in its approval, such as `C1`.
    async fn code(&self) -> &str {
        &self.row.code
    }

    /// A phase's code, `PROMULGATION` or `ACTIVATION`.
    async fn gate(&self) -> &str {
        &self.row.gate
    }

    async fn text(&self) -> &str {
        &self.row.text
    }

    async fn status(&self) -> Result<ConditionStatus, Error> {
        Ok(parse::<plan::ConditionStatus>(&self.row.status)?.into())
    }

    /// Null while it is outstanding.
    async fn settled_at(&self, zone: Option<Zone>) -> Result<Option<DateTime>, Error> {
        self.world.local_if(self.row.settled_at, zone).await
    }

    /// Evidence that it was met, or the reason why it was waived or is broken.
    async fn note(&self) -> Option<&str> {
        self.row.note.as_deref()
    }

    /// What somebody laid before its author last; null where nobody did.
    async fn proposal(&self) -> Option<ConditionProposal> {
        let proposal = self.row.proposal.as_ref()?.0.clone();
        Some(ConditionProposal { world: Arc::clone(&self.world), proposal })
    }
}
