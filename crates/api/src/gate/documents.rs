//! Documents that this server trusts: clients name them by their hash instead of sending them.
//!
//! Nothing here reads a file.

use crate::{
    gate::limits,
    log::subscription::Subscription,
    schema::{Mutation, Query},
};
use async_graphql::{
    Request, Response, ServerError, Value,
    extensions::{Extension, ExtensionContext, ExtensionFactory, NextExecute},
    parser::types::DocumentOperations,
};
use futures_util::{FutureExt, future::BoxFuture};
use sha2::{Digest as _, Sha256};
use std::{collections::HashMap, sync::Arc};

/// Whether queries are answered that are not among the documents.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum FreeQueries {
    #[default]
    Answered,
    Refused,
}

/// What is trusted, by `sha256:` and the hash of exactly the bytes.
#[derive(Clone, Debug, Default)]
pub struct Documents {
    by_id: HashMap<String, Arc<str>>,
    pub free_queries: FreeQueries,
}

/// A document that cannot be trusted, as no client could use it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct InvalidDocument(String);

/// Boxed, because every resolver lies below it: who waits for an `async fn` of another crate compiles all that
/// is in it once more.
fn validate(text: &str) -> BoxFuture<'_, Result<(), InvalidDocument>> {
    async move {
        let invalid = |message: String| InvalidDocument(message);
        let document = limits::parse(text).map_err(|error| invalid(error.message))?;
        for (_, operation) in document.operations.iter() {
            limits::check_subscription(&operation.node).map_err(|error| invalid(told(&error)))?;
        }
        let mut request = Request::new(text);
        // Whichever it is, all of them are validated.
        if let DocumentOperations::Multiple(operations) = &document.operations {
            request.operation_name = operations.keys().next().map(ToString::to_string);
        }
        request.set_parsed_query(document);
        let schema = async_graphql::Schema::build(Query::default(), Mutation::default(), Subscription)
            .extension(ValidateOnly)
            .finish();
        let answer = schema.execute(request).await;
        answer.errors.first().map_or(Ok(()), |error| Err(invalid(told(error))))
    }
    .boxed()
}

/// With its line.
fn told(error: &ServerError) -> String {
    let line = error.locations.first().map(|at| format!(" (line {})", at.line)).unwrap_or_default();
    format!("{}{line}", error.message)
}

impl Documents {
    /// Fails with what is wrong with the document, by the server's limits and its schema. Returns its id.
    pub async fn trust(&mut self, text: &str) -> Result<String, InvalidDocument> {
        validate(text).await?;
        let id = format!("sha256:{}", hex::encode(Sha256::digest(text)));
        self.by_id.insert(id.clone(), text.into());
        Ok(id)
    }

    pub fn len(&self) -> usize {
        self.by_id.len()
    }

    pub fn is_empty(&self) -> bool {
        self.by_id.is_empty()
    }

    /// What a request asks. Fails with a sentence for the client.
    pub(crate) fn resolve(&self, query: Option<String>, id: Option<&str>) -> Result<String, String> {
        match (query, id) {
            (Some(_), Some(_)) => {
                Err("Send `query` or `documentId`, one of them: the request says two things.".to_owned())
            }
            (Some(query), None) if self.free_queries == FreeQueries::Answered => Ok(query),
            (Some(_), None) => {
                Err("This server answers trusted documents only: send a `documentId` instead of a `query`."
                    .to_owned())
            }
            (None, Some(id)) => match self.by_id.get(id) {
                Some(document) => Ok(document.to_string()),
                None => Err(
                    "This server knows no document of this `documentId`, which is `sha256:` and the hash \
                             in 64 small hexadecimal digits."
                        .to_owned(),
                ),
            },
            (None, None) => Err("The request has no `query`, and no `documentId` instead.".to_owned()),
        }
    }
}

/// Ends a request when it has been validated.
struct ValidateOnly;

impl ExtensionFactory for ValidateOnly {
    fn create(&self) -> Arc<dyn Extension> {
        Arc::new(Self)
    }
}

#[async_graphql::async_trait::async_trait]
impl Extension for ValidateOnly {
    async fn execute(&self, _: &ExtensionContext<'_>, _: Option<&str>, _: NextExecute<'_>) -> Response {
        Response::new(Value::Null)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const QUERY: &str = "query Partner($code: String!) { partner(code: $code) { name } }\n";

    #[tokio::test]
    async fn a_document_is_found_by_the_hash_of_its_bytes() {
        let mut documents = Documents::default();
        let id = documents.trust(QUERY).await.unwrap();
        assert_eq!(id, "sha256:d858ec14f64931a2b74c8aa765769bff3282846ad4278394c7c3eac58d241264");
        assert_eq!(documents.resolve(None, Some(&id)), Ok(QUERY.to_owned()));
        for unknown in ["", "sha256:", &id.to_uppercase(), id.trim_start_matches("sha256:"), QUERY] {
            assert!(
                documents.resolve(None, Some(unknown)).unwrap_err().contains("knows no document"),
                "{unknown}"
            );
        }
        // Other bytes, another document.
        assert_ne!(documents.trust(QUERY.trim_end()).await.unwrap(), id);
        assert_eq!(documents.len(), 2);
    }

    #[tokio::test]
    async fn a_request_names_one_of_the_two() {
        let mut documents = Documents::default();
        let id = documents.trust(QUERY).await.unwrap();
        let free = || Some("{ head { position } }".to_owned());
        assert_eq!(documents.resolve(free(), None).as_deref(), Ok("{ head { position } }"));
        assert!(documents.resolve(free(), Some(&id)).unwrap_err().contains("one of them"));
        assert!(documents.resolve(None, None).unwrap_err().contains("no `query`"));

        documents.free_queries = FreeQueries::Refused;
        assert!(documents.resolve(free(), None).unwrap_err().contains("trusted documents only"));
        // Not even word for word: what is trusted is named.
        assert!(documents.resolve(Some(QUERY.to_owned()), None).is_err());
        assert_eq!(documents.resolve(None, Some(&id)), Ok(QUERY.to_owned()));
    }

    #[tokio::test]
    async fn what_no_client_could_use_is_not_trusted() {
        let mut documents = Documents::default();
        for (text, says) in [
            ("query {", "not GraphQL at line 1"),
            ("{\n  partner(code: \"A\") { nam }\n}", "(line 2)"),
            ("query A { head { position } } query B { nothing }", "Unknown field \"nothing\""),
            ("query A { partner(code: $code) { name } }", "Variable \"$code\" is not defined"),
            ("{ ...F } fragment F on Query { ...F }", "contains itself"),
            ("subscription { events { position } b: events { position } }", "one field at its root"),
            ("subscription { head { position } }", "Unknown field \"head\""),
        ] {
            let fault = documents.trust(text).await.unwrap_err().to_string();
            assert!(fault.contains(says), "{fault}");
        }
        assert!(documents.is_empty());
        for good in [
            "query A { head { position } } query B { viewer { name } }",
            "query One { head { position } }",
            "subscription ($after: Position) { events(after: $after) { position type } }",
            "query A { head { position } } subscription B { events { position } }",
            "mutation ($input: ApprovePlanInput!) { approvePlan(input: $input) { __typename } }",
            "query ($n: Int!, $f: PostFilter) { posts(first: $n, filter: $f) { totalCount } __typename }",
        ] {
            documents.trust(good).await.unwrap();
        }
    }
}
