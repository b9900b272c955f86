//! Operations at the root.

use crate::{
    Error,
    graph::{
        connection::{Connection, Window},
        node::Operation,
        root::Root,
    },
    operation::types::{OperationFilter, OperationOrder},
};
use async_graphql::{Context, ID, Object};
use domain::{OperationCode, ids::OperationId};

#[derive(Clone, Default)]
pub struct OperationQueries(pub(crate) Root);

#[Object]
impl OperationQueries {
    /// Those that your partner leads or that are released to it, in the order of their codes unless asked otherwise.
    #[expect(
        clippy::too_many_arguments,
        reason = "a list's filter, order and window are arguments in GraphQL"
    )]
    async fn operations(
        &self,
        ctx: &Context<'_>,
        filter: Option<OperationFilter>,
        order_by: Option<OperationOrder>,
        first: Option<i32>,
        after: Option<String>,
        last: Option<i32>,
        before: Option<String>,
    ) -> Result<Connection<Operation>, Error> {
        let direction = order_by.unwrap_or_default().direction;
        let window = Window { first, after, last, before }.running(direction);
        let world = self.0.world(ctx)?;
        let filter = filter.unwrap_or_default().read(&world).await?;
        let code = |operation: &Operation| operation.row.code.clone();
        let page = world
            .list(
                window,
                filter,
                code,
                |model, pin, filter, page| async move { model.operations(&pin, &filter, &page).await },
                |model, pin, filter| async move { model.count_operations(&pin, &filter).await },
            )
            .await?;
        Ok(page.running(direction))
    }

    /// By its id or by its code, whichever is given; null when there is none that you may see.
    async fn operation(
        &self,
        ctx: &Context<'_>,
        id: Option<ID>,
        code: Option<String>,
    ) -> Result<Option<Operation>, Error> {
        match (id, code) {
            (Some(id), None) => self.0.find(ctx, &id).await,
            (None, Some(code)) => match OperationCode::new(&code) {
                Ok(code) => self.0.world(ctx)?.find(OperationId::of(&code).0).await,
                Err(_) => Ok(None),
            },
            (Some(_), Some(_)) | (None, None) => {
                Err(Error::bad_input("Name the operation by `id` or by `code`, one of them."))
            }
        }
    }
}
