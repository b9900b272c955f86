//! Claims on matters: who says what happened, when, and when the log learned of it.

use crate::{
    Error,
    graph::{
        connection::{Connection, Window},
        context::World,
        money::Money,
        node::{Event, MatterClaim, Partner, PastWorld, Post, Task},
        priority::Priority,
        scalars::{DateTime, Duration, Position},
        zone::Zone,
    },
    matter::release::Matter,
};
use async_graphql::{Context, Enum, ID, Object};
use domain::{
    PartnerCode, PostCode, Prose, Span, TaskCode,
    ids::{MatterClaimId, OperationId, PartnerId, PostId, TaskId},
    incident::IncidentClaim,
    outcome::Measured,
    request::RequestClaim,
};
use read_model::{matter::MatterSays, parse};
use std::sync::Arc;
use uuid::Uuid;

/// What is claimed of an incident, of a request or of an outcome.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
pub enum MatterClaimKind {
    /// The incident was reported.
    Reported,
    /// It was judged how urgent the incident is.
    Triaged,
    /// It became more urgent, or somebody else was called.
    Escalated,
    /// It was decided how to respond to the incident.
    ResponseDecided,
    /// An officer was sent to the incident.
    Dispatched,
    /// An officer is on the scene of the incident.
    Arrived,
    /// The incident grows no more.
    Contained,
    /// Nothing more is done about the incident.
    Closed,
    /// The incident was not over.
    Reopened,
    /// The request was sent.
    Issued,
    /// The partner that was asked has the request.
    Acknowledged,
    /// The partner that was asked will do it.
    Accepted,
    /// The partner that was asked will not do it.
    Declined,
    /// The partner that was asked has done it.
    Fulfilled,
    /// The partner that asked does not ask any more.
    Withdrawn,
    /// The operation came to so much.
    Recorded,
}

impl From<&MatterSays> for MatterClaimKind {
    fn from(says: &MatterSays) -> Self {
        match says {
            MatterSays::Incident(says) => match says {
                IncidentClaim::Reported => Self::Reported,
                IncidentClaim::Triaged { .. } => Self::Triaged,
                IncidentClaim::Escalated { .. } => Self::Escalated,
                IncidentClaim::Decided { .. } => Self::ResponseDecided,
                IncidentClaim::Dispatched { .. } => Self::Dispatched,
                IncidentClaim::Arrived { .. } => Self::Arrived,
                IncidentClaim::Contained { .. } => Self::Contained,
                IncidentClaim::Closed { .. } => Self::Closed,
                IncidentClaim::Reopened { .. } => Self::Reopened,
            },
            MatterSays::Request(says) => match says {
                RequestClaim::Issued => Self::Issued,
                RequestClaim::Acknowledged => Self::Acknowledged,
                RequestClaim::Accepted => Self::Accepted,
                RequestClaim::Declined { .. } => Self::Declined,
                RequestClaim::Fulfilled { .. } => Self::Fulfilled,
                RequestClaim::Escalated { .. } => Self::Escalated,
                RequestClaim::Withdrawn { .. } => Self::Withdrawn,
            },
            MatterSays::Outcome(_) => Self::Recorded,
        }
    }
}

/// The parts of what a claim says, each `None` where it says nothing of that.
#[derive(Default)]
struct Parts<'a> {
    priority: Option<domain::Priority>,
    post: Option<&'a PostCode>,
    task: Option<&'a TaskCode>,
    persons: Option<u32>,
    measured: Option<&'a Measured>,
    text: Option<&'a Prose>,
    seen_at: Option<domain::Position>,
}

fn parts(says: &MatterSays) -> Parts<'_> {
    let none = Parts::default();
    match says {
        MatterSays::Incident(says) => match says {
            IncidentClaim::Reported => none,
            IncidentClaim::Triaged { priority } => Parts { priority: Some(*priority), ..none },
            IncidentClaim::Escalated { priority, to, reason } => {
                Parts { priority: *priority, post: to.as_ref(), text: Some(reason), ..none }
            }
            IncidentClaim::Decided { task, reasons, seen_at } => {
                Parts { task: task.as_ref(), text: Some(reasons), seen_at: Some(*seen_at), ..none }
            }
            IncidentClaim::Dispatched { post, task, .. } => {
                Parts { post: Some(post), task: task.as_ref(), ..none }
            }
            IncidentClaim::Arrived { post } => Parts { post: Some(post), ..none },
            IncidentClaim::Contained { persons_recovered } => Parts { persons: *persons_recovered, ..none },
            IncidentClaim::Closed { outcome } => Parts { text: outcome.as_ref(), ..none },
            IncidentClaim::Reopened { reason } => Parts { text: Some(reason), ..none },
        },
        MatterSays::Request(says) => match says {
            RequestClaim::Issued | RequestClaim::Acknowledged | RequestClaim::Accepted => none,
            RequestClaim::Declined { reason } | RequestClaim::Withdrawn { reason } => {
                Parts { text: Some(reason), ..none }
            }
            RequestClaim::Fulfilled { answer } => Parts { text: answer.as_ref(), ..none },
            RequestClaim::Escalated { priority, to, reason } => {
                Parts { priority: *priority, post: to.as_ref(), text: Some(reason), ..none }
            }
        },
        MatterSays::Outcome(measured) => Parts { measured: Some(measured), ..none },
    }
}

impl World {
    /// The code of a task, if the viewer may see that.
    pub(crate) async fn task_code_seen(
        self: &Arc<Self>,
        operation: Uuid,
        task: &TaskCode,
    ) -> Result<Option<String>, Error> {
        let found: Option<Task> = self.find(TaskId::of(OperationId(operation), task).0).await?;
        Ok(found.map(|task| task.row.code().to_owned()))
    }

    /// A partner that another row names.
    pub(crate) async fn partner_of(self: &Arc<Self>, code: &str) -> Result<Partner, Error> {
        self.get(PartnerId::of(&parse::<PartnerCode>(code)?).0).await
    }

    /// A post by its code; `None` where there is no code, or no such post.
    pub(crate) async fn post_of(self: &Arc<Self>, code: Option<&PostCode>) -> Result<Option<Post>, Error> {
        match code {
            Some(code) => self.find(PostId::of(code).0).await,
            None => Ok(None),
        }
    }
}

impl MatterClaim {
    async fn of_number(&self, number: Option<i32>) -> Result<Option<Self>, Error> {
        let Some(number) = number else { return Ok(None) };
        self.world.find(MatterClaimId::of(self.row.matter_id, number.cast_unsigned()).0).await
    }
}

/// One report on an incident, a request or an outcome, or the correction of one: who says what happened, when, when the log learned of
/// it and why it learned late. It never changes; a correction is another claim, which names this one.
#[Object]
impl MatterClaim {
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

    /// What it is on.
    async fn matter(&self) -> Result<Option<Matter>, Error> {
        self.world.matter(self.row.matter_id).await
    }

    /// Counted from 1 for what it is on, corrections too.
    async fn number(&self) -> i32 {
        self.row.number
    }

    /// Of a correction that of the claim that it puts right.
    async fn kind(&self) -> MatterClaimKind {
        MatterClaimKind::from(&*self.row.says)
    }

    /// When it happened, as the reporter says.
    async fn occurred_at(&self, zone: Option<Zone>) -> Result<DateTime, Error> {
        self.world.local(self.row.occurred_at, zone).await
    }

    /// When the log learned of it.
    async fn recorded_at(&self, zone: Option<Zone>) -> Result<DateTime, Error> {
        self.world.local(self.row.recorded_at, zone).await
    }

    /// Where it stands in the log.
    async fn position(&self) -> Position {
        Position(domain::Position(self.row.position))
    }

    /// Between that it happened and that the log learned of it, in whole seconds.
    async fn lag(&self) -> Duration {
        Span::seconds((self.row.recorded_at - self.row.occurred_at).num_seconds()).into()
    }

    /// Why the log learned late, where it did.
    async fn late_reason(&self) -> Option<&str> {
        self.row.late_reason.as_deref()
    }

    /// The post that says so; null for a service, such as the clock.
    async fn reporter(&self) -> Result<Option<Post>, Error> {
        self.world.post_of(parse::<PostCode>(&self.row.reporter).ok().as_ref()).await
    }

    /// How urgent it says that it is.
    async fn priority(&self) -> Option<Priority> {
        parts(&self.row.says).priority.map(Into::into)
    }

    /// The post that it says was sent, is there, or was called.
    async fn post(&self) -> Result<Option<Post>, Error> {
        self.world.post_of(parts(&self.row.says).post).await
    }

    /// Code of the task that a response made, or that an officer was sent for, if you may see that.
    async fn task_code(&self) -> Result<Option<String>, Error> {
        let Some(task) = parts(&self.row.says).task else { return Ok(None) };
        self.world.task_code_seen(self.row.operation_id, task).await
    }

    /// How many persons it says were brought to safety.
    async fn persons_recovered(&self) -> Option<u32> {
        parts(&self.row.says).persons
    }

    /// How many it says that there were, of an outcome.
    async fn count(&self) -> Option<u32> {
        parts(&self.row.says).measured.and_then(Measured::count)
    }

    /// How much money it says that there was, of an outcome.
    async fn value(&self) -> Option<Money> {
        let value = parts(&self.row.says).measured.and_then(Measured::value)?;
        Some(Money::of(value.minor_units.into(), &value.currency))
    }

    /// In the reporter's words: why, or what came of it.
    async fn text(&self) -> Option<&str> {
        parts(&self.row.says).text.map(Prose::as_str)
    }

    /// Of a decided response what its author was looking at.
    async fn seen_at(&self) -> Option<Position> {
        parts(&self.row.says).seen_at.map(Position)
    }

    /// Of a decided response the world as of `seenAt`, as far as you may see it now.
    async fn known_then(&self, ctx: &Context<'_>) -> Result<Option<PastWorld>, Error> {
        match parts(&self.row.says).seen_at {
            Some(position) => PastWorld::seen_at(ctx, &self.world, position.0).await.map(Some),
            None => Ok(None),
        }
    }

    /// The claim that it puts right; null for a report.
    async fn corrects(&self) -> Result<Option<MatterClaim>, Error> {
        self.of_number(self.row.corrects).await
    }

    /// Why that claim was wrong; null for a report.
    async fn correction_reason(&self) -> Option<&str> {
        self.row.correction_reason.as_deref()
    }

    /// The claim that puts it right, and holds in its place; null while it stands.
    async fn corrected_by(&self) -> Result<Option<MatterClaim>, Error> {
        self.of_number(self.row.corrected_by).await
    }
}
