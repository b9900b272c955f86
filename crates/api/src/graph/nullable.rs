//! A nullable field that fails is null alone, as GraphQL has it (section 6.4.4). The library makes its parent null
//! instead: it asks for the field's type only after the field has been resolved.

use async_graphql::{
    PathSegment, QueryPathNode, QueryPathSegment, Response, ServerError, ServerResult, Value,
    extensions::{Extension, ExtensionContext, ExtensionFactory, NextExecute, NextResolve, ResolveInfo},
};
use std::sync::{Arc, Mutex, PoisonError};

/// Every field of a schema with it costs somewhat more, so that questions are asked without it first.
pub(crate) struct NullAlone;

impl ExtensionFactory for NullAlone {
    fn create(&self) -> Arc<dyn Extension> {
        Arc::new(Failed::default())
    }
}

/// What failed in one request, each in a field that may be null.
#[derive(Default)]
struct Failed(Mutex<Vec<ServerError>>);

#[async_graphql::async_trait::async_trait]
impl Extension for Failed {
    async fn execute(
        &self,
        ctx: &ExtensionContext<'_>,
        operation_name: Option<&str>,
        next: NextExecute<'_>,
    ) -> Response {
        let mut answer = next.run(ctx, operation_name).await;
        answer.errors.append(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner));
        answer
    }

    async fn resolve(
        &self,
        ctx: &ExtensionContext<'_>,
        info: ResolveInfo<'_>,
        next: NextResolve<'_>,
    ) -> ServerResult<Option<Value>> {
        let path_node = info.path_node;
        let nullable = !info.return_type.ends_with('!');
        match next.run(ctx, info).await {
            Err(mut error) => {
                // An argument's fault does not know where its field is.
                if error.path.is_empty() {
                    error.path = path(path_node);
                }
                if !nullable {
                    return Err(error);
                }
                self.0.lock().unwrap_or_else(PoisonError::into_inner).push(error);
                Ok(None)
            }
            found => found,
        }
    }
}

fn path(node: &QueryPathNode<'_>) -> Vec<PathSegment> {
    let mut path: Vec<_> = std::iter::successors(Some(node), |node| node.parent)
        .map(|node| match node.segment {
            QueryPathSegment::Name(name) => PathSegment::Field(name.to_owned()),
            QueryPathSegment::Index(index) => PathSegment::Index(index),
        })
        .collect();
    path.reverse();
    path
}
