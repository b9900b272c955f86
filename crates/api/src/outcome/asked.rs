//! The outcomes that inputs name.

use crate::{
    Error,
    graph::{
        mutation::Asked,
        node::{MatterClaim, Operation, Outcome},
    },
};
use async_graphql::ID;
use domain::{OperationCode, OutcomeCode};
use read_model::parse;

impl Asked<'_> {
    /// The operation, and the outcome's code in it; `None` when there is none that the caller may see, which is then among
    /// the reasons.
    pub async fn outcome(
        &mut self,
        field: &str,
        id: &ID,
    ) -> Result<Option<(OperationCode, OutcomeCode)>, Error> {
        let Some(found) = self.find::<Outcome>(field, id).await? else { return Ok(None) };
        self.place_of(&found).await.map(Some)
    }

    /// The same of a claim on an outcome, with the claim's number.
    pub async fn outcome_claim(
        &mut self,
        id: &ID,
    ) -> Result<Option<(OperationCode, OutcomeCode, u32)>, Error> {
        let Some(claim) = self.find::<MatterClaim>("claimId", id).await? else { return Ok(None) };
        let Some(found) = self.world.find::<Outcome>(claim.row.matter_id).await? else {
            self.miss::<MatterClaim>("claimId");
            return Ok(None);
        };
        let (operation, code) = self.place_of(&found).await?;
        Ok(Some((operation, code, claim.row.number.cast_unsigned())))
    }

    async fn place_of(&self, found: &Outcome) -> Result<(OperationCode, OutcomeCode), Error> {
        let within: Operation = self.world.get(found.row.operation_id).await?;
        Ok((parse(&within.row.code)?, parse(&found.row.code)?))
    }
}
