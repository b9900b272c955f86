//! Mutations: inputs become commands, and what came of them becomes an answer.
//!
//! No rule is here. Texts are parsed, ids are looked up in what the caller may see, and every fault of both is
//! answered at once; the rest is the domain's.

use crate::{
    Error,
    graph::{
        context::{Session, World, session},
        language::LocalisedNameInput,
        node::{Assignment, Condition, Item, Operation, Partner, PlanVersion, PlannedTask},
        receipt::Receipt,
        refused::Refused,
        scalars::DateTime,
    },
};
use async_graphql::{Context, ID, InputObject};
use domain::{
    Command, ConditionCode, Names, OperationCode, PartnerCode, Prose, Reasons, RefusalCode, TaskCode, Title,
    coalition::PartnerRole,
    ids::{AssignmentId, ConditionId, OperationId, PartnerId, PlanVersionId, TaskId},
    refusal::Parse,
};
use read_model::parse;
use std::{str::FromStr, sync::Arc};

/// Longest idempotency key, in bytes: a UUID has 36.
const KEY_BYTES: usize = 128;

/// What every input may say besides.
#[derive(InputObject, Default)]
pub(crate) struct Entry {
    /// The same key again answers the first success, once more; it belongs to the one who sends it.
    idempotency_key: Option<String>,
    /// When it happened; now, when it is left out.
    occurred_at: Option<DateTime>,
    /// Why it is entered late, where it is.
    late_reason: Option<String>,
}

/// How a command ended.
pub(crate) enum Outcome<T> {
    /// What it was about, as it is now; `None` when the caller may not see it.
    Done(Option<T>, Receipt),
    Refused(Refused),
}

/// The answers of mutations: a payload with what the command was about, or the refusals.
macro_rules! results {
    ($($result:ident = $payload:ident { $(#[$doc:meta])* $field:ident: $subject:ty })*) => {$(
        /// The command was carried out.
        #[derive(async_graphql::SimpleObject)]
        pub struct $payload {
            $(#[$doc])*
            $field: Option<$subject>,
            receipt: $crate::graph::receipt::Receipt,
        }

        #[derive(async_graphql::Union)]
        pub enum $result {
            Done($payload),
            Refused($crate::graph::refused::Refused),
        }

        impl From<$crate::graph::mutation::Outcome<$subject>> for $result {
            fn from(outcome: $crate::graph::mutation::Outcome<$subject>) -> Self {
                match outcome {
                    $crate::graph::mutation::Outcome::Done($field, receipt) => Self::Done($payload { $field, receipt }),
                    $crate::graph::mutation::Outcome::Refused(refused) => Self::Refused(refused),
                }
            }
        }
    )*};
}
pub(crate) use results;

/// A mutation while its input is read.
pub(crate) struct Asked<'a> {
    /// Its name in the schema.
    mutation: String,
    /// Its name in the answer.
    answered_as: String,
    pub(crate) session: &'a Session,
    /// The newest: what ids are looked up in.
    pub(crate) world: Arc<World>,
    entry: Entry,
    pub(crate) reasons: Reasons,
}

impl<'a> Asked<'a> {
    pub(crate) fn new(ctx: &Context<'a>, entry: Entry) -> Result<Self, Error> {
        let session = session(ctx)?;
        let world = session.world_at(session.engine.position());
        let mut reasons = Reasons::default();
        if let Some(key) = &entry.idempotency_key {
            let sane = (1..=KEY_BYTES).contains(&key.len()) && !key.chars().any(char::is_control);
            reasons.check(sane, RefusalCode::InvalidText, "idempotencyKey", || {
                format!("A key has 1 to {KEY_BYTES} bytes and no control characters.")
            });
        }
        if let Some(reason) = &entry.late_reason {
            // Stands with every event of the command.
            reasons.parse::<Title>("lateReason", reason);
        }
        let mutation = ctx.field().name().to_owned();
        let answered_as = ctx.field().alias().unwrap_or(&mutation).to_owned();
        Ok(Self { mutation, answered_as, session, world, entry, reasons })
    }

    /// `None` when the text was not taken, which is then among the reasons.
    pub(crate) fn parse<T: Parse>(&mut self, field: &str, raw: &str) -> Option<T> {
        self.reasons.parse(field, raw)
    }

    /// Domain rule 9 and its like: what was left out is asked for by its own code.
    pub(crate) fn reason(&mut self, raw: &str) -> Option<Prose> {
        if raw.trim().is_empty() {
            self.reasons.add(RefusalCode::ReasonRequired, "reason", "Say why.");
            return None;
        }
        self.parse("reason", raw)
    }

    /// The outer `None` when the text was not taken, the inner one when there is none.
    #[expect(clippy::option_option, reason = "absent and wrong are two things")]
    pub(crate) fn parse_if<T: Parse>(&mut self, field: &str, raw: Option<&str>) -> Option<Option<T>> {
        match raw {
            Some(raw) => self.parse(field, raw).map(Some),
            None => Some(None),
        }
    }

    /// `None` when one of the texts was not taken; all that were not are among the reasons.
    pub(crate) fn parse_all<T: Parse, C: FromIterator<T>>(
        &mut self,
        field: &str,
        raw: &[String],
    ) -> Option<C> {
        let parsed: Vec<Option<T>> =
            raw.iter().enumerate().map(|(index, raw)| self.parse(&format!("{field}.{index}"), raw)).collect();
        parsed.into_iter().collect()
    }

    /// `None` when a text was not taken, or a language comes twice.
    pub(crate) fn names(&mut self, field: &str, raw: &[LocalisedNameInput]) -> Option<Names> {
        let parsed: Vec<_> = raw
            .iter()
            .enumerate()
            .map(|(index, name)| {
                let text = self.parse(&format!("{field}.{index}.text"), &name.text)?;
                Some((name.language.into(), text))
            })
            .collect();
        match Names::new(parsed.into_iter().collect::<Option<Vec<_>>>()?) {
            Ok(names) => Some(names),
            Err(fault) => {
                self.reasons.add(RefusalCode::InvalidValue, field, format!("{fault}."));
                None
            }
        }
    }

    /// The id's UUID. An id that is none names nothing, as one of something hidden does.
    pub(crate) async fn find<T: Item>(
        &mut self,
        field: &str,
        id: Option<uuid::Uuid>,
    ) -> Result<Option<T>, Error> {
        let found = match id {
            Some(id) => self.world.find::<T>(id).await?,
            None => None,
        };
        if found.is_none() {
            self.reasons.add(RefusalCode::NotFound, field, format!("There is no such {}.", T::WHAT));
        }
        Ok(found)
    }

    pub(crate) async fn operation(&mut self, id: &ID) -> Result<Option<OperationCode>, Error> {
        let id = uuid_of::<OperationId>(id).map(|id| id.0);
        let found = self.find::<Operation>("operationId", id).await?;
        Ok(found.map(|operation| parse(&operation.row.code)).transpose()?)
    }

    pub(crate) async fn version(&mut self, id: &ID) -> Result<Option<(OperationCode, u32)>, Error> {
        let id = uuid_of::<PlanVersionId>(id).map(|id| id.0);
        let Some(version) = self.find::<PlanVersion>("planVersionId", id).await? else { return Ok(None) };
        Ok(Some((self.code_of(version.row.operation_id).await?, version.row.number.cast_unsigned())))
    }

    /// For a version that the caller does not see: the same is said of each of them.
    pub(crate) async fn check_approver(&mut self) -> Result<(), Error> {
        let Some(code) = self.session.actor.partner() else { return Ok(()) };
        if let Some(partner) = self.world.find::<Partner>(PartnerId::of(code).0).await? {
            parse::<PartnerRole>(&partner.row.role)?.check_approver(code, &mut self.reasons);
        }
        Ok(())
    }

    /// Also one that only a draft has.
    pub(crate) async fn task(&mut self, id: &ID) -> Result<Option<(OperationCode, TaskCode)>, Error> {
        let place = match uuid_of::<TaskId>(id) {
            Some(id) => self.world.loaders.task_places.load(id.0).await?,
            None => None,
        };
        let Some(place) = place else {
            self.reasons.add(RefusalCode::NotFound, "taskId", "There is no such task.");
            return Ok(None);
        };
        Ok(Some((parse(&place.operation)?, parse(&place.task)?)))
    }

    pub(crate) async fn condition(
        &mut self,
        id: &ID,
    ) -> Result<Option<(OperationCode, u32, PartnerCode, ConditionCode)>, Error> {
        let id = uuid_of::<ConditionId>(id).map(|id| id.0);
        let Some(condition) = self.find::<Condition>("conditionId", id).await? else { return Ok(None) };
        let version: PlanVersion = self.world.get(condition.row.version_id).await?;
        let operation = self.code_of(version.row.operation_id).await?;
        let (partner, code) = (parse(&condition.row.partner)?, parse(&condition.row.code)?);
        Ok(Some((operation, version.row.number.cast_unsigned(), partner, code)))
    }

    pub(crate) async fn assignment(&mut self, id: &ID) -> Result<Option<(OperationCode, u32)>, Error> {
        let id = uuid_of::<AssignmentId>(id).map(|id| id.0);
        let Some(found) = self.find::<Assignment>("assignmentId", id).await? else { return Ok(None) };
        Ok(Some((self.code_of(found.row.operation_id).await?, found.row.number.cast_unsigned())))
    }

    pub(crate) async fn code_of(&self, operation: uuid::Uuid) -> Result<OperationCode, Error> {
        let operation: Operation = self.world.get(operation).await?;
        Ok(parse(&operation.row.code)?)
    }

    /// Carries the command out, unless the input had faults; `None` only where it had. `find` fetches what the
    /// command was about, in the world that its receipt names.
    pub(crate) async fn carry_out<T, F, Found>(
        self,
        command: Option<Command>,
        find: F,
    ) -> Result<Outcome<T>, Error>
    where
        F: FnOnce(Arc<World>) -> Found,
        Found: Future<Output = Result<Option<T>, Error>>,
    {
        let Self { mutation, answered_as, session, world, entry, reasons } = self;
        let Some(command) = command.filter(|_| reasons.is_empty()) else {
            let refusals = reasons.into_refusals();
            session.engine.metrics().refused_early(&refusals);
            return Ok(Outcome::Refused(Refused::new(&world, refusals).await?));
        };
        let operation = command.operation().cloned();
        let request = engine::Request {
            command,
            actor: session.actor.clone(),
            idempotency_key: entry.idempotency_key,
            occurred_at: entry.occurred_at.map(|DateTime(at)| at),
            late_reason: entry.late_reason,
        };
        match session.engine.execute(request).await {
            Ok(outcome) => {
                session.note_carried_out(answered_as, outcome.receipt.position);
                let world = session.world_at(outcome.receipt.position);
                Ok(Outcome::Done(find(world).await?, outcome.receipt.into()))
            }
            Err(engine::Error::Refused(refusals)) => {
                let world = session.world_at(session.engine.position());
                Ok(Outcome::Refused(Refused::new(&world, refusals).await?))
            }
            Err(engine::Error::Forbidden(message)) => {
                session.log_refusal(&mutation, operation.as_ref()).await?;
                Err(Error::Forbidden(message))
            }
            Err(error) => Err(error.into()),
        }
    }
}

impl World {
    /// The newest version of an operation's plan.
    pub(crate) async fn newest_version(
        self: Arc<Self>,
        operation: OperationId,
    ) -> Result<Option<PlanVersion>, Error> {
        let rows = self.loaders.versions_of.children(operation.0).await?;
        Ok(rows.last().map(|row| PlanVersion::new(&self, Arc::clone(row))))
    }

    /// The task as the newest version that has it plans it.
    pub(crate) async fn newest_task(self: Arc<Self>, id: TaskId) -> Result<Option<PlannedTask>, Error> {
        self.spend(1)?;
        let row = self.loaders.newest_tasks.load(id.0).await?;
        Ok(row.map(|row| PlannedTask::new(&self, row)))
    }
}

pub(crate) fn uuid_of<T: FromStr>(id: &ID) -> Option<T> {
    id.parse().ok()
}

/// Reads each entry of a list under its own path; `None` when one has faults.
pub(crate) fn each<I, T>(
    asked: &mut Asked<'_>,
    field: &str,
    list: &[I],
    read: impl Fn(&mut Asked<'_>, &str, &I) -> Option<T>,
) -> Option<Vec<T>> {
    // All are read before any is missed, so that all faults are told.
    let read: Vec<_> = list
        .iter()
        .enumerate()
        .map(|(index, input)| read(asked, &format!("{field}.{index}"), input))
        .collect();
    read.into_iter().collect()
}
