//! The contributions that inputs name.

use crate::{
    Error,
    graph::{
        mutation::Asked,
        node::{Contribution, Operation},
    },
};
use async_graphql::ID;
use domain::{
    ContributionCode, OperationCode, RefusalCode,
    ids::{ContributionId, OperationId},
};
use read_model::parse;

impl Asked<'_> {
    /// By its code in `operation`, or by its id: the operation, and its code there; `None` when there is none that the
    /// caller may see, which is then among the reasons.
    pub async fn contribution(
        &mut self,
        field: &str,
        asked: &ID,
        operation: Option<&ID>,
    ) -> Result<Option<(OperationCode, ContributionCode)>, Error> {
        let code = ContributionCode::new(asked.as_str()).ok();
        let named = match (operation, &code) {
            (Some(operation), _) => Some(self.operation(operation).await?),
            (None, Some(_)) => {
                let message = "A code alone names no contribution: send its `operation` as well.";
                self.reasons.add(RefusalCode::UnknownReference, "operation", message);
                return Ok(None);
            }
            (None, None) => None,
        };
        let found = match (&named, code) {
            (Some(None), Some(_)) => return Ok(None),
            (Some(Some(operation)), Some(code)) => {
                let id = ContributionId::of(OperationId::of(operation), &code);
                self.world.find::<Contribution>(id.0).await?
            }
            (_, _) => match self.present::<Contribution>(field, asked) {
                Some(id) => self.world.find::<Contribution>(id).await?,
                None => return Ok(None),
            },
        };
        let Some(found) = found else {
            self.miss::<Contribution>(field);
            return Ok(None);
        };
        let within: Operation = self.world.get(found.row.operation_id).await?;
        let within: OperationCode = parse(&within.row.code)?;
        match named {
            Some(None) => return Ok(None),
            Some(Some(named)) if named != within => {
                self.miss::<Contribution>(field);
                return Ok(None);
            }
            _ => {}
        }
        Ok(Some((within, parse(&found.row.code)?)))
    }
}
