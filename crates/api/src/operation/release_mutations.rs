//! Marking items: who may read them from now on, also of their past.

use crate::{
    Error,
    graph::{
        context::World,
        mutation::{Asked, Entry, Outcome, uuid_of},
        node::{Annex, Node, Operation, PlanVersion},
        receipt::Receipt,
        refused::Refused,
    },
    operation::release::{Classification, HandlingCode},
};
use async_graphql::{Context, ID, InputObject, Object, SimpleObject, Union};
use domain::{
    Command, OperationCode,
    ids::{AnnexId, OperationId},
    operation::OperationCommand,
    release::{Marked, Release},
};
use read_model::parse;
use std::sync::Arc;

/// Give exactly one of `operationId`, `planVersionId`, `taskId` and `annexId`.
#[derive(InputObject)]
struct MarkReleasabilityInput {
    operation_id: Option<ID>,
    plan_version_id: Option<ID>,
    /// Its mark holds in every version of the plan.
    task_id: Option<ID>,
    /// An annex of one version.
    annex_id: Option<ID>,
    /// Codes of the partners that may read it, all of them. Those that may not read what it is in are kept, and may not
    /// read it until they do. Its owners may read it besides: the operation's lead, and the partners that carry out a
    /// task or on whose territory it lies.
    releasable_to: Vec<String>,
    /// As it was, when it is left out.
    classification: Option<Classification>,
    /// As it was, when it is left out.
    handling: Option<HandlingCode>,
    #[graphql(flatten)]
    entry: Entry,
}

/// The command was carried out.
#[derive(SimpleObject)]
pub struct MarkReleasabilityPayload {
    /// That of the item.
    operation: Option<Operation>,
    /// What was marked; null when you may not see it any more, and for a task that only a draft has beside a plan in force.
    item: Option<Node>,
    receipt: Receipt,
}

#[derive(Union)]
pub enum MarkReleasabilityResult {
    Done(MarkReleasabilityPayload),
    Refused(Refused),
}

/// The item's operation, and what in it is marked: `None` for the operation itself.
type Place = (OperationCode, Option<Marked>);

/// The one item named, by the id that the answer is found by.
async fn item(asked: &mut Asked<'_>, input: &MarkReleasabilityInput) -> Result<(ID, Option<Place>), Error> {
    let MarkReleasabilityInput { operation_id, plan_version_id, task_id, annex_id, .. } = input;
    let (id, place) = match (operation_id, plan_version_id, task_id, annex_id) {
        (Some(id), None, None, None) => (id, asked.operation(id).await?.map(|operation| (operation, None))),
        (None, Some(id), None, None) => {
            let version = asked.version(id).await?;
            (id, version.map(|(operation, number)| (operation, Some(Marked::PlanVersion { number }))))
        }
        (None, None, Some(id), None) => {
            (id, asked.task(id).await?.map(|(operation, task)| (operation, Some(Marked::Task { task }))))
        }
        (None, None, None, Some(id)) => (id, annex(asked, id).await?),
        _ => {
            return Err(Error::bad_input(
                "Name what is marked by `operationId`, `planVersionId`, `taskId` or `annexId`, one of them.",
            ));
        }
    };
    Ok((id.clone(), place))
}

async fn annex(asked: &mut Asked<'_>, id: &ID) -> Result<Option<Place>, Error> {
    let id = uuid_of::<AnnexId>(id).map(|id| id.0);
    let Some(annex) = asked.find::<Annex>("annexId", id).await? else { return Ok(None) };
    let version: PlanVersion = asked.world.get(annex.row.version_id).await?;
    let operation = asked.code_of(version.row.operation_id).await?;
    let number = version.row.number.cast_unsigned();
    Ok(Some((operation, Some(Marked::Annex { number, annex: parse(&annex.row.code)? }))))
}

#[derive(Default)]
pub struct ReleaseMutations;

#[Object]
impl ReleaseMutations {
    /// Says who may read an operation, a plan version, a task or an annex, and how carefully. Narrowing works backwards,
    /// widening does not open earlier states. For commanders of its owner.
    async fn mark_releasability(
        &self,
        ctx: &Context<'_>,
        mut input: MarkReleasabilityInput,
    ) -> Result<MarkReleasabilityResult, Error> {
        let mut asked = Asked::new(ctx, std::mem::take(&mut input.entry))?;
        let (id, place) = item(&mut asked, &input).await?;
        let releasable_to = asked.parse_all("releasableTo", &input.releasable_to);
        let operation = place.as_ref().map(|(operation, _)| OperationId::of(operation).0);
        let command = place.zip(releasable_to).map(|((operation, item), releasable_to)| {
            let release = Release {
                releasable_to,
                classification: input.classification.map(Into::into),
                handling: input.handling.map(Into::into),
            };
            Command::Operation(OperationCommand::MarkReleasability { operation, item, release })
        });
        let found = |world: Arc<World>| async move {
            let operation = world.find::<Operation>(operation.unwrap_or_default()).await?;
            Ok(Some((operation, world.node(&id).await?)))
        };
        Ok(match asked.carry_out(command, found).await? {
            Outcome::Done(found, receipt) => {
                let (operation, item) = found.unwrap_or_default();
                MarkReleasabilityResult::Done(MarkReleasabilityPayload { operation, item, receipt })
            }
            Outcome::Refused(refused) => MarkReleasabilityResult::Refused(refused),
        })
    }
}
