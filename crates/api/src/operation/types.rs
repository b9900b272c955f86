//! Operations: where each stands, and the ways from it to its plan, tasks and schedule.

use crate::{
    Error,
    assistance::Assistance,
    contribution::{
        totals::{ContributionTotals, ContributionTotalsBy},
        types::ContributionFilter,
    },
    execution::{decision_point::DecisionPointState, phase::PhaseExecution},
    graph::{
        connection::{Connection, Direction, Window},
        context::World,
        moment::Moment,
        node::{
            Clock, Contribution, Deconfliction, Event, Incident, Item, OfficerRequest, Operation, Outcome,
            Partner, PlanVersion, RecordedDecision, Request, Review, Sitrep, Task,
        },
        scalars::DateTime,
        zone::Zone,
    },
    log::replay::{Asked, ReplayOrder, ReplayStep},
    metrics::{self, AskedMetrics, Metric, MetricCode, MetricPeriodInput},
    operation::release::{Classification, HandlingCode, ReleaseLabel},
    outcome::{
        totals::{OutcomeTotals, Period},
        types::OutcomeFilter,
    },
    plan::{
        sections::TimeWindow,
        task::{TaskFilter, task_page},
        version::version_id,
    },
    request::types::RequestFilter,
    schedule::{
        conflict::Conflict,
        matrix::{MatrixColumns, MatrixRows, SynchronisationMatrix},
        network::ScheduleBasis,
        reschedule::{PreviewRescheduleInput, Reschedule},
        slippage::{PlannedBy, PlannedVersusActual},
        types::{Progress, Schedule, TaskActualInput},
    },
};
use async_graphql::{Context, Enum, ID, InputObject, Object};
use domain::{
    ContributionCode, IncidentCode, OutcomeCode, PartnerCode, RequestCode, SitrepCode, TaskCode,
    ids::{ContributionId, IncidentId, OperationId, OutcomeId, PartnerId, RequestId, SitrepId, TaskId},
    operation,
    plan::VersionStatus,
    review::ReviewId,
};
use read_model::{Page, parse, plan::PlanVersionRow};
use std::sync::Arc;

/// Where an operation stands.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "operation::OperationStatus")]
pub enum OperationStatus {
    /// Named, with a lead.
    Initiated,
    /// A warning order was issued, or a plan is being drafted.
    Planning,
    /// A plan is in force.
    Authorised,
    /// Being carried out.
    Active,
    /// It was activated, and was paused, or its plan is suspended or withdrawn: no task starts.
    Paused,
    /// Ended as planned.
    Closed,
    /// Broken off.
    Terminated,
}

/// Which operations; what is left out does not narrow.
#[derive(InputObject, Default)]
pub struct OperationFilter {
    status: Option<OperationStatus>,
    /// Code of the partner that leads it.
    lead_partner: Option<String>,
}

impl OperationFilter {
    /// Fails with `BAD_USER_INPUT` when there is no such partner.
    pub(super) async fn read(
        self,
        world: &Arc<World>,
    ) -> Result<read_model::operation::OperationFilter, Error> {
        let Self { status, lead_partner: lead } = self;
        world.check_partner(lead.as_deref()).await?;
        let status = status.map(|status| operation::OperationStatus::from(status).to_string());
        Ok(read_model::operation::OperationFilter { status, lead })
    }
}

/// What operations are ordered by.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum OperationOrderField {
    /// Letter by letter.
    #[default]
    Code,
}

/// The order of a list of operations.
#[derive(InputObject, Default)]
pub struct OperationOrder {
    #[graphql(default)]
    pub(crate) field: OperationOrderField,
    #[graphql(default)]
    pub(crate) direction: Direction,
}

impl Operation {
    pub(crate) async fn version(&self, number: Option<i32>) -> Result<Option<PlanVersion>, Error> {
        match number {
            Some(number) => self.world.find(version_id(self.row.id, number)).await,
            None => Ok(None),
        }
    }

    pub(crate) async fn current_version(&self) -> Result<Option<PlanVersion>, Error> {
        self.version(self.row.current_version).await
    }

    pub(crate) async fn version_under_decision(&self) -> Result<Option<PlanVersion>, Error> {
        let rows = self.world.loaders.versions_of.children(self.row.id).await?;
        for row in rows.iter().rev() {
            match parse(&row.status)? {
                VersionStatus::Submitted
                | VersionStatus::Approved
                | VersionStatus::Rejected
                | VersionStatus::Suspended => {
                    return Ok(Some(PlanVersion::new(&self.world, Arc::clone(row))));
                }
                VersionStatus::Draft
                | VersionStatus::Promulgated
                | VersionStatus::Superseded
                | VersionStatus::Withdrawn
                | VersionStatus::Recalled => {}
            }
        }
        Ok(None)
    }
}

/// An operation from initiation to review. Its lead sees it, and the partners that it is released to.
#[Object]
impl Operation {
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

    /// What people call it by, such as `SAPHAN`.
    async fn code(&self) -> &str {
        &self.row.code
    }

    async fn title(&self) -> &str {
        &self.row.title
    }

    async fn status(&self) -> Result<OperationStatus, Error> {
        Ok(parse::<operation::OperationStatus>(&self.row.status)?.into())
    }

    async fn lead_partner(&self) -> Result<Partner, Error> {
        self.world.get(PartnerId::of(&parse::<PartnerCode>(&self.row.lead)?).0).await
    }

    async fn classification(&self) -> Result<Classification, Error> {
        Ok(parse::<domain::release::Classification>(&self.row.classification)?.into())
    }

    async fn handling(&self) -> Result<HandlingCode, Error> {
        Ok(parse::<domain::release::HandlingCode>(&self.row.handling)?.into())
    }

    /// Codes of the partners that may read it; its lead may besides.
    async fn releasable_to(&self) -> &[String] {
        &self.row.releasable_to
    }

    /// Who may read it, and how carefully: what is in it inherits that, or narrows it.
    async fn release(&self) -> Result<ReleaseLabel, Error> {
        self.label()
    }

    async fn initiated_at(&self, zone: Option<Zone>) -> Result<DateTime, Error> {
        self.world.local(self.row.initiated_at, zone).await
    }

    /// Null until it is issued.
    async fn warning_order_at(&self, zone: Option<Zone>) -> Result<Option<DateTime>, Error> {
        self.world.local_if(self.row.warning_order_at, zone).await
    }

    async fn warning_order(&self) -> Option<&str> {
        self.row.warning_order.as_deref()
    }

    /// The instruments that the operation rests on.
    async fn legal_basis(&self) -> &[String] {
        &self.row.legal_basis
    }

    /// The one reference time; null until it is set.
    async fn h_hour(&self, zone: Option<Zone>) -> Result<Option<DateTime>, Error> {
        self.world.local_if(self.row.h_hour, zone).await
    }

    /// Interval within which H-hour may move without a new version of the plan.
    async fn h_hour_window(&self, zone: Option<Zone>) -> Result<Option<TimeWindow>, Error> {
        let version = self.current_version().await?;
        let window = version.and_then(|version| version.row.sections.h_hour_window);
        TimeWindow::of(&self.world, window, zone).await
    }

    /// Null until it is activated.
    async fn activated_at(&self, zone: Option<Zone>) -> Result<Option<DateTime>, Error> {
        self.world.local_if(self.row.activated_at, zone).await
    }

    /// Null unless it was paused and not resumed since.
    async fn paused_at(&self, zone: Option<Zone>) -> Result<Option<DateTime>, Error> {
        self.world.local_if(self.row.paused_at, zone).await
    }

    async fn pause_reason(&self) -> Option<&str> {
        self.row.pause_reason.as_deref()
    }

    /// When it was closed or broken off; null until then.
    async fn ended_at(&self, zone: Option<Zone>) -> Result<Option<DateTime>, Error> {
        self.world.local_if(self.row.ended_at, zone).await
    }

    /// Why it was broken off; null where it was not.
    async fn termination_reason(&self) -> Option<&str> {
        self.row.terminated.as_deref()
    }

    /// The phases of the plan in force, in the order in which they are carried out; none while no plan is in force.
    async fn phases(&self) -> Result<Vec<PhaseExecution>, Error> {
        PhaseExecution::of(self).await
    }

    /// The decision points of the plan in force, in its order: whether what they foresee is due, and was decided.
    async fn decision_points(&self) -> Result<Vec<DecisionPointState>, Error> {
        DecisionPointState::of(self).await
    }

    /// The log of decisions, in the order of their numbers.
    async fn decisions(
        &self,
        first: Option<i32>,
        after: Option<String>,
        last: Option<i32>,
        before: Option<String>,
    ) -> Result<Connection<RecordedDecision>, Error> {
        let window = Window { first, after, last, before };
        RecordedDecision::page(&self.world, self.row.id, window).await
    }

    /// Clashes with other operations, in the order in which they were found; `open: true` leaves out those that were settled.
    async fn deconflictions(&self, #[graphql(default)] open: bool) -> Result<Vec<Deconfliction>, Error> {
        let rows = self.world.loaders.deconflictions_of.children(self.row.id).await?;
        let rows: Vec<_> = rows.iter().filter(|row| !open || row.cleared_at.is_none()).cloned().collect();
        Ok(self.world.all(&rows))
    }

    /// An incident by its code.
    async fn incident(&self, code: String) -> Result<Option<Incident>, Error> {
        let Ok(code) = code.parse::<IncidentCode>() else { return Ok(None) };
        self.world.find(IncidentId::of(OperationId(self.row.id), &code).0).await
    }

    /// In the order of their codes; `open: true` asks for those that are not closed, `open: false` for the others.
    async fn incidents(
        &self,
        open: Option<bool>,
        first: Option<i32>,
        after: Option<String>,
        last: Option<i32>,
        before: Option<String>,
    ) -> Result<Connection<Incident>, Error> {
        Incident::page(&self.world, self.row.id, open, Window { first, after, last, before }).await
    }

    /// A request for information or for assistance by its code.
    async fn request(&self, code: String) -> Result<Option<Request>, Error> {
        let Ok(code) = code.parse::<RequestCode>() else { return Ok(None) };
        self.world.find(RequestId::of(OperationId(self.row.id), &code).0).await
    }

    /// Requests for information and for assistance, in the order of their codes.
    async fn requests(
        &self,
        filter: Option<RequestFilter>,
        first: Option<i32>,
        after: Option<String>,
        last: Option<i32>,
        before: Option<String>,
    ) -> Result<Connection<Request>, Error> {
        Request::page(&self.world, self.row.id, filter, Window { first, after, last, before }).await
    }

    /// What a partner gives to it, by its code.
    async fn contribution(&self, code: String) -> Result<Option<Contribution>, Error> {
        let Ok(code) = code.parse::<ContributionCode>() else { return Ok(None) };
        self.world.find(ContributionId::of(OperationId(self.row.id), &code).0).await
    }

    /// What partners give to it, in the order of their codes.
    async fn contributions(
        &self,
        filter: Option<ContributionFilter>,
        first: Option<i32>,
        after: Option<String>,
        last: Option<i32>,
        before: Option<String>,
    ) -> Result<Connection<Contribution>, Error> {
        Contribution::page(&self.world, self.row.id, filter, Window { first, after, last, before }).await
    }

    /// What the contributions to it add up to, as far as you may see them, those left out that were declined or withdrawn: for
    /// each currency and each unit, and in the one currency that their rates lead to. What was pledged has in it what was
    /// accepted, and that what was allocated, and that what was paid: they are never added to each other.
    async fn contribution_totals(&self, by: ContributionTotalsBy) -> Result<ContributionTotals, Error> {
        ContributionTotals::of(&self.world, self.row.id, by).await
    }

    /// The persons that partners assist, as counts, at a moment in the world, by all that was counted until this world's
    /// position; else as counted last. One entry for each partner that counts, in the order of their codes; there is no sum
    /// over several, because of two partners each could subtract its own.
    async fn assistance(&self, valid_at: Option<DateTime>) -> Result<Vec<Assistance>, Error> {
        Assistance::of(&self.world, self.row.id, valid_at).await
    }

    /// What it came to, by its code.
    async fn outcome(&self, code: String) -> Result<Option<Outcome>, Error> {
        let Ok(code) = code.parse::<OutcomeCode>() else { return Ok(None) };
        self.world.find(OutcomeId::of(OperationId(self.row.id), &code).0).await
    }

    /// What it came to, in the order of their codes: by `validAt`, or all of it.
    #[expect(clippy::too_many_arguments, reason = "a list's arguments and its moment")]
    async fn outcomes(
        &self,
        valid_at: Option<DateTime>,
        filter: Option<OutcomeFilter>,
        first: Option<i32>,
        after: Option<String>,
        last: Option<i32>,
        before: Option<String>,
    ) -> Result<Connection<Outcome>, Error> {
        let window = Window { first, after, last, before };
        Outcome::page(&self.world, self.row.id, (filter, valid_at), window).await
    }

    /// What it came to by `validAt`, added up as far as you may see it: what was not before `from`, and before `to`. What is
    /// left out does not narrow.
    async fn outcome_totals(
        &self,
        valid_at: Option<DateTime>,
        from: Option<DateTime>,
        to: Option<DateTime>,
    ) -> Result<OutcomeTotals, Error> {
        OutcomeTotals::of(&self.world, self.row.id, Period { valid_at, from, to }).await
    }

    /// It again, step by step: as the log came to know of it after `from` and until `to`, or in the order in which it
    /// happened, from the moment on at which `from` was recorded and by all that is known at `to`. Without them, from the
    /// beginning and until now. A page costs the same wherever it is.
    async fn replay(
        &self,
        ctx: &Context<'_>,
        from: Option<Moment>,
        to: Option<Moment>,
        #[graphql(default)] order: ReplayOrder,
        first: Option<i32>,
        after: Option<String>,
    ) -> Result<Connection<ReplayStep>, Error> {
        self.played(ctx, Asked { from, to, order }, (first, after)).await
    }

    /// Figures by which it is judged, in the order of the codes, computed from what you see of it. Of the operation as a whole
    /// there is one entry, of what is measured by single things one for each, in the order of their codes. `subject` asks for
    /// those of one thing by its id, `partner` for what is that partner's, by its code, and `period` for what lies in it.
    async fn metrics(
        &self,
        codes: Vec<MetricCode>,
        subject: Option<ID>,
        partner: Option<String>,
        period: Option<MetricPeriodInput>,
    ) -> Result<Vec<Metric>, Error> {
        let asked = AskedMetrics { subject, partner, period }.read(&self.world, self.row.id).await?;
        let codes: Vec<_> = codes.into_iter().map(Into::into).collect();
        let found = metrics::of(&self.world, self.row.id, &codes, &asked).await?;
        self.world.spend(found.len())?;
        Ok(found.into_iter().map(|metric| Metric::new(&self.world, metric)).collect())
    }

    /// A SITREP by its code, such as `SITREP-03`, or `SITREP-03-C1` for its first correction.
    async fn sitrep(&self, code: String) -> Result<Option<Sitrep>, Error> {
        let Ok(code) = code.parse::<SitrepCode>() else { return Ok(None) };
        self.world.find(SitrepId::of(OperationId(self.row.id), &code).0).await
    }

    /// SITREPs in the order in which they were issued, corrections too.
    async fn sitreps(
        &self,
        first: Option<i32>,
        after: Option<String>,
        last: Option<i32>,
        before: Option<String>,
    ) -> Result<Connection<Sitrep>, Error> {
        Sitrep::page(&self.world, self.row.id, Window { first, after, last, before }).await
    }

    /// What is learned from it; null until its review is opened.
    async fn review(&self) -> Result<Option<Review>, Error> {
        self.world.find(ReviewId::of(OperationId(self.row.id)).0).await
    }

    /// Clocks on what it deals with, by when they fall due; `open: true` asks for those that run, `open: false` for those that
    /// were stopped or breached.
    async fn clocks(
        &self,
        open: Option<bool>,
        first: Option<i32>,
        after: Option<String>,
        last: Option<i32>,
        before: Option<String>,
    ) -> Result<Connection<Clock>, Error> {
        Clock::page(&self.world, Some(self.row.id), open, Window { first, after, last, before }).await
    }

    /// The version in force, else the one being worked on; null before the first draft. An amendment that nations decide on
    /// meanwhile is `underDecision`.
    async fn plan(&self) -> Result<Option<PlanVersion>, Error> {
        self.current_version().await
    }

    /// The version that nations decide on: the newest that is submitted, and neither promulgated nor recalled nor superseded;
    /// else the one in force, where it is suspended; null when there is none. While it is, `plan` may be another one, which is
    /// in force.
    async fn under_decision(&self) -> Result<Option<PlanVersion>, Error> {
        self.version_under_decision().await
    }

    /// A version by its number, from 1.
    async fn plan_version(&self, number: i32) -> Result<Option<PlanVersion>, Error> {
        self.version(Some(number).filter(|number| *number > 0)).await
    }

    /// In the order of their numbers.
    async fn plan_versions(
        &self,
        first: Option<i32>,
        after: Option<String>,
        last: Option<i32>,
        before: Option<String>,
    ) -> Result<Connection<PlanVersion>, Error> {
        let page = Window { first, after, last, before }.page(&self.world)?;
        let rows = self.world.loaders.versions_of.children(self.row.id).await?;
        let count = i64::try_from(rows.len()).unwrap_or(i64::MAX);
        let shown = self.world.all(&page_of_versions(&rows, &page)?);
        let number = |version: &PlanVersion| version.row.number.to_string();
        Ok(Connection::new(&self.world, &page, shown, number, move |_| async move { Ok(count) }))
    }

    /// Officers that partners asked each other for, in the order of asking; `pending: true` leaves out those that were answered.
    async fn officer_requests(
        &self,
        #[graphql(default)] pending: bool,
    ) -> Result<Vec<OfficerRequest>, Error> {
        let rows = self.world.loaders.officer_requests_of.children(self.row.id).await?;
        let rows: Vec<_> = rows.iter().filter(|row| !pending || row.answered_at.is_none()).cloned().collect();
        Ok(self.world.all(&rows))
    }

    /// A task by its code, also one that a response made.
    async fn task(&self, code: String) -> Result<Option<Task>, Error> {
        let Ok(code) = code.parse::<TaskCode>() else { return Ok(None) };
        self.world.find(TaskId::of(OperationId(self.row.id), &code).0).await
    }

    /// The tasks of the version in force, else of the one being worked on, in the order of their codes; all of them, unless a
    /// page is asked for.
    async fn tasks(
        &self,
        filter: Option<TaskFilter>,
        first: Option<i32>,
        after: Option<String>,
        last: Option<i32>,
        before: Option<String>,
    ) -> Result<Connection<Task>, Error> {
        let window = Window { first, after, last, before };
        let Some(number) = self.row.current_version else {
            window.page(&self.world)?;
            return Ok(Connection::empty());
        };
        let code = |task: &Task| task.row.code().to_owned();
        let shown = |world: &Arc<World>, rows: &[_]| world.planned(rows);
        task_page(&self.world, version_id(self.row.id, number), filter, window, shown, code).await
    }

    /// The tasks that responses to its incidents made, outside of every plan version, in the order of their codes.
    async fn emergent_tasks(&self) -> Result<Vec<Task>, Error> {
        let rows = self.world.loaders.emergent_tasks_of.children(self.row.id).await?;
        Ok(self.world.emergent(&rows))
    }

    /// Early and late times, floats, critical paths and conflicts, on the plan in force, else the one being worked on. A forecast
    /// starts from what is claimed of the tasks; `now` is the log's clock at the answer's position where it is left out, and
    /// `actuals` are tried in place of what is claimed of their tasks.
    async fn schedule(
        &self,
        #[graphql(default_with = "ScheduleBasis::Offsets")] basis: ScheduleBasis,
        now: Option<DateTime>,
        #[graphql(default)] actuals: Vec<TaskActualInput>,
    ) -> Result<Schedule, Error> {
        let version = self.current_version().await?;
        Schedule::of(self.clone(), version, basis, Progress { now, actuals }).await
    }

    /// The plan held against what happened: the version in force when none is asked for, else the one that was so last, and the
    /// tasks that responses to incidents made. Times are those that were claimed last.
    async fn planned_versus_actual(
        &self,
        version: Option<i32>,
        #[graphql(default)] h_hour: PlannedBy,
    ) -> Result<PlannedVersusActual, Error> {
        PlannedVersusActual::of(self, version, h_hour).await
    }

    /// What would change if H-hour or tasks moved, on the plan in force, else the one being worked on; null before the first
    /// draft. Nothing is recorded.
    async fn preview_reschedule(
        &self,
        input: PreviewRescheduleInput,
        zone: Option<Zone>,
    ) -> Result<Option<Reschedule>, Error> {
        match self.current_version().await? {
            Some(version) => Reschedule::of(self, &version, input, zone).await.map(Some),
            None => Ok(None),
        }
    }

    /// What hinders carrying out the plan in force, else the one being worked on, as it stands. None of it hinders drafting.
    async fn conflicts(&self) -> Result<Vec<Conflict>, Error> {
        match self.current_version().await? {
            Some(version) => Conflict::of(&version).await,
            None => Ok(Vec::new()),
        }
    }

    /// What is done when, by which purpose or by whom, and when decisions are due.
    async fn synchronisation_matrix(
        &self,
        ctx: &Context<'_>,
        #[graphql(default_with = "MatrixColumns::Phase")] columns: MatrixColumns,
        #[graphql(default_with = "MatrixRows::LineOfEffort")] rows: MatrixRows,
    ) -> Result<SynchronisationMatrix, Error> {
        match self.current_version().await? {
            Some(version) => SynchronisationMatrix::of(ctx, &version, columns, rows).await,
            None => Ok(SynchronisationMatrix::default()),
        }
    }
}

/// The page's rows of all, which are few: a plan has a handful of versions.
fn page_of_versions(rows: &[Arc<PlanVersionRow>], page: &Page) -> Result<Vec<Arc<PlanVersionRow>>, Error> {
    let number = |key: &Option<String>| {
        let number = key.as_deref().map(str::parse::<i32>).transpose();
        number.map_err(|_| Error::bad_input("The cursor is not one of plan versions."))
    };
    let (after, before) = (number(&page.after)?, number(&page.before)?);
    let mut shown: Vec<_> = rows
        .iter()
        .filter(|row| after.is_none_or(|after| row.number > after))
        .filter(|row| before.is_none_or(|before| row.number < before))
        .cloned()
        .collect();
    let limit = usize::try_from(page.limit).unwrap_or_default();
    if page.backwards {
        shown.drain(..shown.len().saturating_sub(limit));
    } else {
        shown.truncate(limit);
    }
    Ok(shown)
}
