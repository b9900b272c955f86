//! The incidents that inputs name.

use crate::{
    Error,
    graph::{
        mutation::Asked,
        node::{Incident, MatterClaim, Operation},
    },
};
use async_graphql::ID;
use domain::{IncidentCode, OperationCode};
use read_model::parse;

impl Asked<'_> {
    /// The operation, and the incident's code in it; `None` when there is none that the caller may see, which is then among
    /// the reasons.
    pub async fn incident(
        &mut self,
        field: &str,
        id: &ID,
    ) -> Result<Option<(OperationCode, IncidentCode)>, Error> {
        let Some(found) = self.find::<Incident>(field, id).await? else { return Ok(None) };
        self.place_of(field, &found).await
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
        let place = self.place_of("claimId", &found).await?;
        Ok(place.map(|(operation, code)| (operation, code, claim.row.number.cast_unsigned())))
    }

    /// Whoever reads an incident and not its operation answers it no more.
    async fn place_of(
        &mut self,
        field: &str,
        incident: &Incident,
    ) -> Result<Option<(OperationCode, IncidentCode)>, Error> {
        let Some(operation) = self.world.find::<Operation>(incident.row.operation_id).await? else {
            self.miss::<Incident>(field);
            return Ok(None);
        };
        Ok(Some((parse(&operation.row.code)?, parse(&incident.row.code)?)))
    }
}
