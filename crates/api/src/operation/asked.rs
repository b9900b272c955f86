//! The operations and assignments that inputs name.

use crate::{
    Error,
    graph::{
        mutation::Asked,
        node::{Assignment, Deconfliction, OfficerRequest, Operation},
    },
};
use async_graphql::ID;
use domain::{OperationCode, ids::OperationId};
use read_model::parse;
use uuid::Uuid;

impl Asked<'_> {
    /// By its code or its id; `None` when there is none that the caller may see, which is then among the
    /// reasons.
    pub async fn operation(&mut self, asked: &ID) -> Result<Option<OperationCode>, Error> {
        let found = match OperationCode::new(asked.as_str()) {
            Ok(code) => {
                let found = self.world.find::<Operation>(OperationId::of(&code).0).await?;
                if found.is_none() {
                    self.miss::<Operation>("operation");
                }
                found
            }
            Err(_) => self.find::<Operation>("operation", asked).await?,
        };
        Ok(found.map(|operation| parse(&operation.row.code)).transpose()?)
    }

    /// The operation, and the number of the assignment in it; `None` as with [`Self::operation`].
    pub async fn assignment(&mut self, id: &ID) -> Result<Option<(OperationCode, u32)>, Error> {
        let Some(found) = self.find::<Assignment>("assignmentId", id).await? else { return Ok(None) };
        Ok(Some((self.code_of(found.row.operation_id).await?, found.row.number.cast_unsigned())))
    }

    /// The operation, and the number of the request in it; `None` as with [`Self::operation`].
    pub async fn officer_request(&mut self, id: &ID) -> Result<Option<(OperationCode, u32)>, Error> {
        let Some(found) = self.find::<OfficerRequest>("requestId", id).await? else { return Ok(None) };
        Ok(Some((self.code_of(found.row.operation_id).await?, found.row.number.cast_unsigned())))
    }

    /// The operation, and the number of the clash in it; `None` as with [`Self::operation`].
    pub async fn deconfliction(&mut self, id: &ID) -> Result<Option<(OperationCode, u32)>, Error> {
        let Some(found) = self.find::<Deconfliction>("deconflictionId", id).await? else { return Ok(None) };
        Ok(Some((self.code_of(found.row.operation_id).await?, found.row.number.cast_unsigned())))
    }

    /// The code of an operation that another row refers to.
    pub async fn code_of(&self, operation: Uuid) -> Result<OperationCode, Error> {
        let operation: Operation = self.world.get(operation).await?;
        Ok(parse(&operation.row.code)?)
    }
}
