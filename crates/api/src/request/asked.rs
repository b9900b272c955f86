//! The requests that inputs name.

use crate::{
    Error,
    graph::{
        mutation::Asked,
        node::{MatterClaim, Request},
    },
};
use async_graphql::ID;
use domain::{OperationCode, RequestCode};
use read_model::parse;

impl Asked<'_> {
    /// The operation, and the request's code in it; `None` when there is none that the caller may see, which is then among
    /// the reasons. Both partners of a request see it, whether or not they read its operation.
    pub async fn request(
        &mut self,
        field: &str,
        id: &ID,
    ) -> Result<Option<(OperationCode, RequestCode)>, Error> {
        let Some(found) = self.find::<Request>(field, id).await? else { return Ok(None) };
        Ok(Some((parse(&found.row.operation)?, parse(&found.row.code)?)))
    }

    /// The same of a claim on a request, with the claim's number.
    pub async fn request_claim(
        &mut self,
        id: &ID,
    ) -> Result<Option<(OperationCode, RequestCode, u32)>, Error> {
        let Some(claim) = self.find::<MatterClaim>("claimId", id).await? else { return Ok(None) };
        let Some(found) = self.world.find::<Request>(claim.row.matter_id).await? else {
            self.miss::<MatterClaim>("claimId");
            return Ok(None);
        };
        Ok(Some((parse(&found.row.operation)?, parse(&found.row.code)?, claim.row.number.cast_unsigned())))
    }
}
