//! The log of decisions of an operation, and its clashes with others: how they are entered, and what was.

use crate::{
    Error,
    graph::{
        connection::{Connection, Window},
        context::World,
        mutation::{Asked, At, Entry, results},
        node::{
            Deconfliction, Event, Item as _, Operation, Partner, PastWorld, PlanVersion, Post,
            RecordedDecision, Task,
        },
        scalars::{DateTime, Position},
        zone::Zone,
    },
    plan::{
        input::TimeWindowInput,
        sections::{DecisionPoint, TimeWindow},
    },
};
use async_graphql::{Context, ID, InputObject, Object, SimpleObject};
use domain::{
    Code, Command, PartnerCode, PostCode, TaskCode, Title,
    ids::{DeconflictionId, OperationId, PartnerId, PostId},
    operation::{self, NewRecordedDecision, OperationCommand},
};
use read_model::{Page, parse};
use std::{collections::BTreeSet, sync::Arc};
use uuid::Uuid;

/// What could have been decided.
#[derive(SimpleObject)]
pub struct DecisionOption {
    text: String,
    /// What spoke for it and against it; null where nothing was said.
    assessment: Option<String>,
}

impl From<&operation::DecisionOption> for DecisionOption {
    fn from(option: &operation::DecisionOption) -> Self {
        Self {
            text: option.text.to_string(),
            assessment: option.assessment.as_ref().map(ToString::to_string),
        }
    }
}

impl RecordedDecision {
    /// A page of an operation's, in the order of their numbers.
    pub(crate) async fn page(
        world: &Arc<World>,
        operation: Uuid,
        window: Window,
    ) -> Result<Connection<Self>, Error> {
        let page = window.page(world)?;
        let invalid = |_| Error::bad_input("The cursor is not one of decisions.");
        let numbers = page.clone().by(|key| key.parse().map_err(invalid))?;
        let rows = world.loaders.recorded_decisions.children((operation, numbers)).await?;
        let number = |decision: &Self| decision.row.number.to_string();
        Ok(Connection::new(world, &page, world.all(&rows), number, move |world| async move {
            Ok(world.loaders.recorded_decision_counts.load(operation).await?.unwrap_or_default())
        }))
    }
}

/// A decision that a partner took while an operation was carried out, with its reasons and what was known. It never changes.
#[Object]
impl RecordedDecision {
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
        self.world.get(self.row.operation_id).await
    }

    /// Counted from 1 in its operation. Those that you may not see are counted, too.
    async fn number(&self) -> i32 {
        self.row.number
    }

    /// The partner that decided.
    async fn partner(&self) -> Result<Partner, Error> {
        self.world.get(PartnerId::of(&parse::<PartnerCode>(&self.row.partner)?).0).await
    }

    /// The post that decided for the partner.
    async fn post(&self) -> Result<Option<Post>, Error> {
        self.world.find(PostId::of(&parse::<PostCode>(&self.row.actor)?).0).await
    }

    /// The decision point that it settles for this partner, as the version had it that was in force; null where the plan
    /// foresaw none.
    async fn decision_point(&self) -> Result<Option<DecisionPoint>, Error> {
        let Some(version) = self.row.version_id else { return Ok(None) };
        let version: PlanVersion = self.world.get(version).await?;
        let mut points = version.row.sections.decision_points.iter();
        let point = points.find(|point| self.row.decision_point.as_deref() == Some(point.code.as_str()));
        Ok(point.map(DecisionPoint::from))
    }

    async fn decision_point_code(&self) -> Option<&str> {
        self.row.decision_point.as_deref()
    }

    /// What was to be decided.
    async fn question(&self) -> &str {
        &self.row.question
    }

    /// What could have been decided.
    async fn options(&self) -> Result<Vec<DecisionOption>, Error> {
        self.world.spend(self.row.options.len())?;
        Ok(self.row.options.iter().map(DecisionOption::from).collect())
    }

    /// What was decided.
    async fn outcome(&self) -> &str {
        &self.row.outcome
    }

    /// Why.
    async fn reasons(&self) -> &str {
        &self.row.reasons
    }

    async fn decided_at(&self, zone: Option<Zone>) -> Result<DateTime, Error> {
        self.world.local(self.row.decided_at, zone).await
    }

    /// Where the decision stands in the log.
    async fn position(&self) -> Position {
        Position(domain::Position(self.row.position))
    }

    /// What its author was looking at.
    async fn seen_at(&self) -> Position {
        Position(domain::Position(self.row.seen_at))
    }

    /// The world as of `seenAt`, as far as you may see it now.
    async fn known_then(&self, ctx: &Context<'_>) -> Result<PastWorld, Error> {
        PastWorld::seen_at(ctx, &self.world, self.row.seen_at).await
    }
}

/// A clash with another operation, of which nothing else is told here. It is for who sees all tasks that it names.
#[Object]
impl Deconfliction {
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
        self.world.get(self.row.operation_id).await
    }

    /// Counted from 1 in its operation. Those that you may not see are counted, too.
    async fn number(&self) -> i32 {
        self.row.number
    }

    /// The other operation, by name.
    async fn other(&self) -> &str {
        &self.row.other
    }

    /// When the other operation is carried out; null when that is not known.
    async fn period(&self, zone: Option<Zone>) -> Result<Option<TimeWindow>, Error> {
        let period = self.row.period.as_ref().map(|period| period.0);
        TimeWindow::of(&self.world, period, zone).await
    }

    /// Where the other operation is carried out.
    async fn areas(&self) -> &[String] {
        &self.row.areas
    }

    /// The tasks that it overlaps, but for those that the current version of the plan has no more.
    async fn tasks(&self) -> Result<Vec<Task>, Error> {
        self.world.find_many(self.row.task_ids.iter().copied()).await
    }

    /// Codes of all tasks that it overlaps.
    async fn task_codes(&self) -> &[String] {
        &self.row.tasks
    }

    async fn found_at(&self, zone: Option<Zone>) -> Result<DateTime, Error> {
        self.world.local(self.row.found_at, zone).await
    }

    /// Null while it is open.
    async fn cleared_at(&self, zone: Option<Zone>) -> Result<Option<DateTime>, Error> {
        self.world.local_if(self.row.cleared_at, zone).await
    }

    /// How it was settled.
    async fn resolution(&self) -> Option<&str> {
        self.row.resolution.as_deref()
    }
}

/// What could have been decided.
#[derive(InputObject)]
struct DecisionOptionInput {
    text: String,
    /// What spoke for it and against it.
    assessment: Option<String>,
}

impl DecisionOptionInput {
    fn read(&self, at: &mut At<'_>) -> Option<operation::DecisionOption> {
        let text = at.parse("text", &self.text);
        let assessment = at.parse_if("assessment", self.assessment.as_deref());
        Some(operation::DecisionOption { text: text?, assessment: assessment? })
    }
}

#[derive(InputObject)]
struct RecordDecisionInput {
    /// Its code, such as `SAPHAN`, or its id.
    operation: ID,
    /// Code of the decision point of the plan in force that this settles for your partner.
    decision_point: Option<String>,
    /// What was to be decided.
    question: String,
    /// What could have been decided.
    #[graphql(default)]
    options: Vec<DecisionOptionInput>,
    /// What was decided.
    outcome: String,
    /// Why.
    reasons: String,
    /// What the commander was looking at.
    seen_at: Position,
    #[graphql(flatten)]
    entry: Entry,
}

#[derive(InputObject)]
struct FindDeconflictionConflictInput {
    /// Its code, such as `SAPHAN`, or its id.
    operation: ID,
    /// The other operation, by name: nothing else of it is told here but dates and areas.
    other: String,
    /// When the other operation is carried out, where that is known.
    period: Option<TimeWindowInput>,
    /// Where the other operation is carried out.
    #[graphql(default)]
    areas: Vec<String>,
    /// Codes of the tasks that it overlaps.
    tasks: Vec<String>,
    #[graphql(flatten)]
    entry: Entry,
}

#[derive(InputObject)]
struct ClearDeconflictionInput {
    deconfliction_id: ID,
    /// How it was settled.
    resolution: String,
    #[graphql(flatten)]
    entry: Entry,
}

results! {
    RecordDecisionResult = RecordDecisionPayload { decision: RecordedDecision }
    FindDeconflictionConflictResult = FindDeconflictionConflictPayload { deconfliction: Deconfliction }
    ClearDeconflictionResult = ClearDeconflictionPayload { deconfliction: Deconfliction }
}

#[derive(Default)]
pub struct LogMutations;

#[Object]
impl LogMutations {
    /// Enters a decision of the commander's partner in the operation's log, with its reasons and what was known: at a decision
    /// point of the plan in force, or where the plan foresaw none.
    async fn record_decision(
        &self,
        ctx: &Context<'_>,
        input: RecordDecisionInput,
    ) -> Result<Option<RecordDecisionResult>, Error> {
        let mut asked = Asked::new(ctx, input.entry)?;
        let operation = asked.operation(&input.operation).await?;
        let decision_point = asked.parse_if::<Code>("decisionPoint", input.decision_point.as_deref());
        let question = asked.parse::<Title>("question", &input.question);
        let options = asked.each("options", &input.options, DecisionOptionInput::read);
        let outcome = asked.parse("outcome", &input.outcome);
        let reasons = asked.parse("reasons", &input.reasons);
        let (
            Some(operation),
            Some(decision_point),
            Some(question),
            Some(options),
            Some(outcome),
            Some(reasons),
        ) = (operation, decision_point, question, options, outcome, reasons)
        else {
            return asked.refuse().await;
        };
        let (id, Position(seen_at)) = (OperationId::of(&operation).0, input.seen_at);
        let decision = NewRecordedDecision { decision_point, question, options, outcome, reasons, seen_at };
        let command = OperationCommand::RecordDecision { operation, decision };
        // In the world of the receipt, the newest is the one that was entered.
        let find = |world: Arc<World>| async move {
            let newest = Page { backwards: true, ..Page::first(1) };
            let rows = world.loaders.recorded_decisions.children((id, newest)).await?;
            Ok(world.all(&rows).pop())
        };
        asked.carry_out_and(Command::Operation(command), find).await
    }

    /// Enters a clash of tasks with another operation. It is open, and a conflict of the plan, until `clearDeconfliction`.
    async fn find_deconfliction_conflict(
        &self,
        ctx: &Context<'_>,
        input: FindDeconflictionConflictInput,
    ) -> Result<Option<FindDeconflictionConflictResult>, Error> {
        let mut asked = Asked::new(ctx, input.entry)?;
        let operation = asked.operation(&input.operation).await?;
        let other = asked.parse::<Title>("other", &input.other);
        let areas = asked.parse_all::<Title, Vec<_>>("areas", &input.areas);
        let tasks = asked.parse_all::<TaskCode, BTreeSet<_>>("tasks", &input.tasks);
        let (Some(operation), Some(other), Some(areas), Some(tasks)) = (operation, other, areas, tasks)
        else {
            return asked.refuse().await;
        };
        let id = OperationId::of(&operation).0;
        let period: Option<domain::plan::TimeWindow> = input.period.as_ref().map(Into::into);
        let names: Vec<String> = areas.iter().map(ToString::to_string).collect();
        let codes: Vec<String> = tasks.iter().map(ToString::to_string).collect();
        let wanted = (other.to_string(), period, names, codes);
        let command = OperationCommand::FindDeconflictionConflict { operation, other, period, areas, tasks };
        // The newest of those that say just this: the one that was entered, or was open already.
        let find = |world: Arc<World>| async move {
            let rows = world.loaders.deconflictions_of.children(id).await?;
            let newest = rows.iter().rev().find(|row| {
                let period = row.period.as_ref().map(|period| period.0);
                (&row.other, &period, &row.areas, &row.tasks) == (&wanted.0, &wanted.1, &wanted.2, &wanted.3)
            });
            Ok(newest.map(|row| Deconfliction::new(&world, Arc::clone(row))))
        };
        asked.carry_out_and(Command::Operation(command), find).await
    }

    /// Says how a clash with another operation was settled.
    async fn clear_deconfliction(
        &self,
        ctx: &Context<'_>,
        input: ClearDeconflictionInput,
    ) -> Result<Option<ClearDeconflictionResult>, Error> {
        let mut asked = Asked::new(ctx, input.entry)?;
        let place = asked.deconfliction(&input.deconfliction_id).await?;
        let resolution = asked.parse("resolution", &input.resolution);
        let (Some((operation, number)), Some(resolution)) = (place, resolution) else {
            return asked.refuse().await;
        };
        let id = DeconflictionId::of(OperationId::of(&operation), number).0;
        let command = OperationCommand::ClearDeconfliction { operation, number, resolution };
        asked.carry_out(id, Command::Operation(command)).await
    }
}
