//! The list, page by page, and what each entry shows.

use super::found::{Found, find};
use crate::{
    Error,
    execution::{decision_point::DecisionPointState, phase::PhaseExecution},
    graph::{
        connection::{Connection, Window},
        context::World,
        node::{
            Condition, Event, Finding, Incident, OfficerRequest, Operation, PlanVersion, Request, Shift, Task,
        },
        scalars::DateTime,
        zone::Zone,
    },
};
use async_graphql::{Enum, ID, MergedObject, Object};
use chrono::Utc;
use domain::{
    Actor,
    agenda::{self, Urgency},
    ids::{OperationId, to_text},
};
use read_model::parse;
use std::sync::Arc;

/// What you are waited for with.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "agenda::AgendaKind")]
pub enum AgendaKind {
    /// An event meets an information requirement of the plan that was in force: for commanders, to be known at once.
    CcirMet,
    /// A plan version waits for the approval or the consent of your partner.
    PlanDecision,
    /// A phase waits for the word of your partner.
    GoNoGo,
    /// A task was issued to your post.
    TaskToAcknowledge,
    /// A task of your post may start.
    TaskToStart,
    /// A task of your post goes on.
    TaskToFinish,
    /// A task of your post, or of your partner if you speak for it, is blocked.
    TaskToUnblock,
    /// A condition of your partner holds a gate shut, or somebody says that it is met.
    ConditionToSettle,
    /// Somebody asks for an officer of your partner.
    OfficerRequest,
    /// A version of a plan that your partner leads was rejected or recalled, and nothing newer is drafted.
    DraftSentBack,
    /// A decision that the plan in force foresees is due from your partner.
    DecisionDue,
    /// Nobody has judged how urgent an incident is: for the watch of partners that take tasks.
    IncidentToTriage,
    /// An incident of your partner, or of an operation that it leads, waits for a response.
    ResponseToDecide,
    /// A partner asks yours for something, and yours has not said that it has the request.
    RequestToAcknowledge,
    /// A request to your partner waits for its answer.
    RequestToAnswer,
    /// Your post was called to an incident or a request, and has reported nothing of it since.
    Escalated,
    /// Your post is to take its place in a shift, from an hour before that begins.
    ShiftToAssume,
    /// The next shift has enough officers to relieve yours.
    ShiftToHandOver,
    /// Your post has to act on what a review found.
    ActionToComplete,
}

/// One thing that waits for you.
pub struct AgendaEntry {
    found: Found,
    world: Arc<World>,
}

/// What waits for you, the most urgent first: what must be known at once, by when it was recorded; then what is overdue, by
/// when it was due; then what is due, by when; then what has no time, by since when it waits.
#[derive(MergedObject)]
pub struct AgendaConnection(Connection<AgendaEntry>);

/// Where a page goes on, and at which moment the list was made.
struct Place {
    now: chrono::DateTime<Utc>,
    last: Urgency,
}

impl Place {
    fn key(&self) -> String {
        let Urgency { class, at, kind, id } = self.last;
        let [now, at] = [self.now, at].map(|at| at.timestamp_micros());
        format!("{now} {class} {at} {kind} {id}")
    }

    fn read(key: &str) -> Result<Self, Error> {
        let mut parts = key.split(' ');
        let place = (|| {
            let mut next = || parts.next();
            let moment = |micros: &str| chrono::DateTime::from_timestamp_micros(micros.parse().ok()?);
            let now = moment(next()?)?;
            let class = next()?.parse().ok()?;
            let at = moment(next()?)?;
            let (kind, id) = (next()?.parse().ok()?, next()?.parse().ok()?);
            Some(Self { now, last: Urgency { class, at, kind, id } })
        })();
        place.ok_or_else(|| Error::bad_input("The cursor is not one of an agenda."))
    }
}

impl AgendaConnection {
    pub(crate) async fn page(
        world: &Arc<World>,
        actor: &Actor,
        first: Option<i32>,
        after: Option<String>,
    ) -> Result<Self, Error> {
        let page = Window { first, after, ..Window::default() }.page(world)?;
        let place = page.after.as_deref().map(Place::read).transpose()?;
        // Each page is of the list as it was when the first was asked for.
        let now = match &place {
            Some(place) => place.now,
            None => world.now().await?,
        };
        let all = find(world, actor, now).await?;
        world.spend(all.len())?;
        let count = i64::try_from(all.len()).unwrap_or(i64::MAX);
        let entry = |found: Found| {
            let key = Place { now, last: found.waiting.urgency() }.key();
            (key, AgendaEntry { found, world: Arc::clone(world) })
        };
        let follows = |found: &Found| place.as_ref().is_none_or(|place| found.waiting.urgency() > place.last);
        let shown = all.into_iter().filter(follows).take(usize::try_from(page.limit).unwrap_or(usize::MAX));
        Ok(Self(Connection::with_keys(world, &page, shown.map(entry).collect(), move |_| async move {
            Ok(count)
        })))
    }
}

/// All of an agenda, to be held against another.
#[derive(PartialEq)]
pub(crate) struct Agenda(Vec<Found>);

impl Agenda {
    pub async fn of(world: &Arc<World>, actor: &Actor) -> Result<Self, Error> {
        Ok(Self(find(world, actor, world.now().await?).await?))
    }

    /// As it was when the world's last command was recorded: what has become due since was not in it.
    pub async fn then(world: &Arc<World>, actor: &Actor) -> Result<Self, Error> {
        let then = world.engine.recorded_at(world.pin.position).await?;
        Ok(Self(find(world, actor, then).await?))
    }
}

/// One thing that waits for you, why, and until when. Of what it is about, the field of its kind is set, and the others are
/// null.
#[Object]
impl AgendaEntry {
    /// The same as long as it waits, at every moment. It names the entry in your agenda, and nothing else.
    async fn key(&self) -> ID {
        let waiting = &self.found.waiting;
        to_text(&waiting.kind.to_string().to_lowercase(), waiting.id).into()
    }

    async fn kind(&self) -> AgendaKind {
        self.found.waiting.kind.into()
    }

    /// Null of shifts, which are a centre's; and where your partner is asked in a request, or your post called to something, of
    /// an operation that you do not read.
    async fn operation(&self) -> Result<Option<Operation>, Error> {
        self.operation_of().await
    }

    /// In words.
    async fn why(&self) -> &str {
        &self.found.waiting.why
    }

    async fn since(&self, zone: Option<Zone>) -> Result<DateTime, Error> {
        self.world.local(self.found.waiting.since, zone).await
    }

    /// Where the plan and H-hour have its beginning, or its end if it has begun; of a shift the same by the roster; of incidents
    /// and requests when the clock falls due, or fell; of findings until when your post is to act; null where nothing says so.
    async fn due(&self, zone: Option<Zone>) -> Result<Option<DateTime>, Error> {
        self.world.local_if(self.found.waiting.due, zone).await
    }

    async fn overdue(&self) -> bool {
        self.found.waiting.is_overdue
    }

    /// Name of the mutation that settles it; null of `CCIR_MET`, which goes by itself, and of `ESCALATED`, which goes with
    /// whatever your post then reports.
    async fn mutation(&self) -> Option<&str> {
        self.found.waiting.mutation
    }

    /// Codes of the information requirements that are met: of `CCIR_MET` by its event, else by events in the history of what
    /// waits, as long as they stand in commanders' agendas.
    async fn ccir(&self) -> Vec<&str> {
        self.found.ccir.iter().map(String::as_str).collect()
    }

    /// Of `CCIR_MET`. It stands here for 24 hours, from when it was recorded, as long as its operation has not ended: for
    /// commanders of partners that see it, and the plan version whose requirements it meets. The newest 100 are told, of
    /// the newest 1,000 in each operation.
    async fn event(&self) -> Result<Option<Event>, Error> {
        self.object(&[agenda::AgendaKind::CcirMet]).await
    }

    /// Of `PLAN_DECISION` and `DRAFT_SENT_BACK`.
    async fn plan_version(&self) -> Result<Option<PlanVersion>, Error> {
        use agenda::AgendaKind::{DraftSentBack, PlanDecision};
        self.object(&[PlanDecision, DraftSentBack]).await
    }

    /// Of `TASK_TO_ACKNOWLEDGE`, `TASK_TO_START`, `TASK_TO_FINISH` and `TASK_TO_UNBLOCK`.
    async fn task(&self) -> Result<Option<Task>, Error> {
        use agenda::AgendaKind::{TaskToAcknowledge, TaskToFinish, TaskToStart, TaskToUnblock};
        self.object(&[TaskToAcknowledge, TaskToStart, TaskToFinish, TaskToUnblock]).await
    }

    /// Of `GO_NO_GO`.
    async fn phase(&self) -> Result<Option<PhaseExecution>, Error> {
        match &self.found.code {
            Some(code) if self.found.waiting.kind == agenda::AgendaKind::GoNoGo => {
                let Some(operation) = self.found.operation else { return Ok(None) };
                PhaseExecution::find(&self.world, OperationId(operation), &parse(code)?).await
            }
            _ => Ok(None),
        }
    }

    /// Of `CONDITION_TO_SETTLE`.
    async fn condition(&self) -> Result<Option<Condition>, Error> {
        self.object(&[agenda::AgendaKind::ConditionToSettle]).await
    }

    /// Of `OFFICER_REQUEST`.
    async fn officer_request(&self) -> Result<Option<OfficerRequest>, Error> {
        self.object(&[agenda::AgendaKind::OfficerRequest]).await
    }

    /// Of `INCIDENT_TO_TRIAGE` and `RESPONSE_TO_DECIDE`, and of `ESCALATED` if that is what your post was called to.
    async fn incident(&self) -> Result<Option<Incident>, Error> {
        use agenda::AgendaKind::{Escalated, IncidentToTriage, ResponseToDecide};
        self.object(&[IncidentToTriage, ResponseToDecide, Escalated]).await
    }

    /// Of `REQUEST_TO_ACKNOWLEDGE` and `REQUEST_TO_ANSWER`, and of `ESCALATED` if that is what your post was called to.
    async fn request(&self) -> Result<Option<Request>, Error> {
        use agenda::AgendaKind::{Escalated, RequestToAcknowledge, RequestToAnswer};
        self.object(&[RequestToAcknowledge, RequestToAnswer, Escalated]).await
    }

    /// Of `SHIFT_TO_ASSUME` and `SHIFT_TO_HAND_OVER`.
    async fn shift(&self) -> Result<Option<Shift>, Error> {
        use agenda::AgendaKind::{ShiftToAssume, ShiftToHandOver};
        self.object(&[ShiftToAssume, ShiftToHandOver]).await
    }

    /// Of `ACTION_TO_COMPLETE`.
    async fn finding(&self) -> Result<Option<Finding>, Error> {
        self.object(&[agenda::AgendaKind::ActionToComplete]).await
    }

    /// Of `DECISION_DUE`.
    async fn decision_point(&self) -> Result<Option<DecisionPointState>, Error> {
        match &self.found.code {
            Some(code) if self.found.waiting.kind == agenda::AgendaKind::DecisionDue => {
                let Some(operation) = self.operation_of().await? else { return Ok(None) };
                let points = DecisionPointState::of(&operation).await?;
                Ok(points.into_iter().find(|state| state.is_of(code)))
            }
            _ => Ok(None),
        }
    }
}

impl AgendaEntry {
    async fn operation_of(&self) -> Result<Option<Operation>, Error> {
        match self.found.operation {
            Some(operation) => self.world.find(operation).await,
            None => Ok(None),
        }
    }

    async fn object<T: crate::graph::node::Item>(
        &self,
        of: &[agenda::AgendaKind],
    ) -> Result<Option<T>, Error> {
        if of.contains(&self.found.waiting.kind) {
            self.world.find(self.found.waiting.id).await
        } else {
            Ok(None)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::agenda::UrgencyClass;
    use uuid::Uuid;

    #[test]
    fn a_place_survives_being_written_and_read() {
        let now = chrono::DateTime::from_timestamp_micros(1_700_000_000_000_001).unwrap();
        let (class, kind, id) =
            (UrgencyClass::OverdueSince, agenda::AgendaKind::TaskToStart, Uuid::from_u128(7));
        let place = Place { now, last: Urgency { class, at: now, kind, id } };
        let read = Place::read(&place.key()).unwrap();
        assert_eq!((read.now, read.last), (place.now, place.last));
        for key in ["", "T16", "1 OPEN 1 NOTHING 00000000-0000-0000-0000-000000000007"] {
            assert!(Place::read(key).is_err(), "{key}");
        }
    }
}
