//! Issuing SITREPs, and putting them right.

use crate::{
    Error,
    graph::{
        context::World,
        mutation::{Asked, Entry, results},
        node::{Operation, Sitrep},
        scalars::DateTime,
    },
    matter::release::ReleaseInput,
};
use async_graphql::{Context, ID, InputObject, Object};
use domain::{
    Command, OperationCode, Prose, SitrepCode,
    ids::{OperationId, SitrepId},
    sitrep::SitrepCommand,
};
use read_model::{Page, parse};
use std::sync::Arc;

#[derive(InputObject)]
struct IssueSitrepInput {
    /// Its code, such as `SAPHAN`, or its id.
    operation: ID,
    /// The end of its period, and the moment at which its figures hold: after that of the one before, and not after the
    /// present.
    until: DateTime,
    /// What its author has to say. All its readers read it.
    remarks: Option<String>,
    /// Whether none follows.
    #[graphql(default)]
    r#final: bool,
    /// Who may read it, besides the operation's lead; whoever reads the operation now when it is left out. It is counted for
    /// them, and for nobody else.
    release: Option<ReleaseInput>,
    #[graphql(flatten)]
    entry: Entry,
}

#[derive(InputObject)]
struct CorrectSitrepInput {
    /// A SITREP, or the last correction of one.
    sitrep_id: ID,
    /// What the author of the correction has to say. All its readers read it.
    remarks: Option<String>,
    /// Why it is put right.
    reason: String,
    #[graphql(flatten)]
    entry: Entry,
}

results! {
    IssueSitrepResult = IssueSitrepPayload { sitrep: Sitrep }
    CorrectSitrepResult = CorrectSitrepPayload { sitrep: Sitrep }
}

impl Asked<'_> {
    /// The operation of a SITREP and its code there; `None` when there is none that the caller may see, which is then among the
    /// reasons.
    pub(crate) async fn sitrep(
        &mut self,
        field: &str,
        id: &ID,
    ) -> Result<Option<(OperationCode, SitrepCode)>, Error> {
        let Some(found) = self.find::<Sitrep>(field, id).await? else { return Ok(None) };
        let operation: Operation = self.world.get(found.row.operation_id).await?;
        Ok(Some((parse(&operation.row.code)?, parse(&found.row.code)?)))
    }
}

#[derive(Default)]
pub struct SitrepMutations;

#[Object]
impl SitrepMutations {
    /// Issues the next SITREP of an operation. Its figures are counted now, as they held at `until`, from what all its readers
    /// may see, and stay as they are.
    async fn issue_sitrep(
        &self,
        ctx: &Context<'_>,
        input: IssueSitrepInput,
    ) -> Result<Option<IssueSitrepResult>, Error> {
        let mut asked = Asked::new(ctx, input.entry)?;
        let operation = asked.operation(&input.operation).await?;
        let remarks = asked.parse_if::<Prose>("remarks", input.remarks.as_deref());
        let release = match &input.release {
            Some(release) => release.read(&mut asked.at("release")).map(Some),
            None => Some(None),
        };
        let (Some(operation), Some(remarks), Some(release)) = (operation, remarks, release) else {
            return asked.refuse().await;
        };
        let id = OperationId::of(&operation).0;
        let (DateTime(until), is_final) = (input.until, input.r#final);
        let command = SitrepCommand::Issue { operation, until, remarks, is_final, release };
        // In the world of the receipt, the newest is the one that was issued.
        let find = |world: Arc<World>| async move {
            let newest = Page { backwards: true, ..Page::first(1) };
            let rows = world.loaders.sitreps.children((id, newest)).await?;
            Ok(world.all(&rows).pop())
        };
        asked.carry_out_and(Command::Sitrep(command), find).await
    }

    /// Puts a SITREP right by another one: its period is counted again, by what is known now, and what differs is named. What
    /// was issued stays as it was.
    async fn correct_sitrep(
        &self,
        ctx: &Context<'_>,
        input: CorrectSitrepInput,
    ) -> Result<Option<CorrectSitrepResult>, Error> {
        let mut asked = Asked::new(ctx, input.entry)?;
        let place = asked.sitrep("sitrepId", &input.sitrep_id).await?;
        let remarks = asked.parse_if::<Prose>("remarks", input.remarks.as_deref());
        let reason = asked.parse::<Prose>("reason", &input.reason);
        let (Some((operation, sitrep)), Some(remarks), Some(reason)) = (place, remarks, reason) else {
            return asked.refuse().await;
        };
        let wrong = SitrepId::of(OperationId::of(&operation), &sitrep).0;
        let command = SitrepCommand::Correct { operation, sitrep, remarks, reason };
        let find = |world: Arc<World>| async move {
            let wrong: Sitrep = world.get(wrong).await?;
            wrong.correction_of().await
        };
        asked.carry_out_and(Command::Sitrep(command), find).await
    }
}
