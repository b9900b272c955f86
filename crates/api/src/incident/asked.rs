//! The incidents that inputs name.

use crate::{
    Error,
    graph::{
        mutation::Asked,
        node::{Incident, MatterClaim},
    },
};
use async_graphql::ID;
use domain::{IncidentCode, OperationCode};
use read_model::parse;

impl Asked<'_> {
    /// The operation, and the incident's code in it; `None` when there is none that the caller may see, which is then among
    /// the reasons. Its owner and those who were sent to it see it, whether or not they read its operation.
    pub async fn incident(
        &mut self,
        field: &str,
        id: &ID,
    ) -> Result<Option<(OperationCode, IncidentCode)>, Error> {
        let Some(found) = self.find::<Incident>(field, id).await? else { return Ok(None) };
        Ok(Some((parse(&found.row.operation)?, parse(&found.row.code)?)))
    }

    /// The same of a claim on an incident, with the claim's number.
    pub async fn incident_claim(
        &mut self,
        id: &ID,
    ) -> Result<Option<(OperationCode, IncidentCode, u32)>, Error> {
        let Some(claim) = self.find::<MatterClaim>("claimId", id).await? else { return Ok(None) };
        let Some(found) = self.world.find::<Incident>(claim.row.matter_id).await? else {
            self.miss::<MatterClaim>("claimId");
            return Ok(None);
        };
        Ok(Some((parse(&found.row.operation)?, parse(&found.row.code)?, claim.row.number.cast_unsigned())))
    }
}
