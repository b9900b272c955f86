//! The answers of an operation one after the other, for a websocket or an event stream: up to its end, of
//! whatever kind it is.

use crate::{
    Error,
    http::{
        graphql::{Bill, Prepared, entry, execute, with_position},
        service::Service,
    },
};
use async_graphql::{Response as Answer, ServerError, Value, parser::types::OperationType};
use futures_util::{
    StreamExt,
    stream::{self, BoxStream},
};
use std::{sync::Arc, time::Duration};
use tokio::task::JoinSet;
use tracing::{Instrument, error};

/// In the extensions of an answer: for how many seconds it was held back, because its reader had asked for more than its
/// allowance.
const WAITED: &str = "waited";

/// One step of an operation.
pub(super) enum Step {
    /// An answer of many, or of one.
    Next(Answer),
    /// It could not be executed, or not any longer. Nothing follows.
    Failed(Answer),
    /// There is nothing more to come.
    Complete,
}

/// The steps of an operation of any kind, up to and with its end. Nothing happens unless somebody asks for
/// the next.
pub(super) fn steps(service: &Service, prepared: Prepared) -> BoxStream<'static, Step> {
    if prepared.kind == Some(OperationType::Subscription) {
        let Prepared { session, request, permit, .. } = prepared;
        // The session is told the position of each item before its fields are resolved, one item at a time.
        let answers = service.careful_schema.execute_stream(request);
        let open = service.metrics.open_subscription();
        let bill = Bill::new(service, &session);
        // Over the subscription's life there may be many: it is under way no more once the first is paid.
        drop(permit);
        let answers = stream::unfold((answers, bill, true), move |(mut answers, mut bill, first)| {
            let session = Arc::clone(&session);
            // Counted as long as there may be answers.
            let _ = &open;
            async move {
                let waited = if first { Duration::ZERO } else { bill.pay_again().await };
                let answer = answers.next().await?;
                bill.settle();
                let mut answer = with_position(answer, &session);
                if waited >= Duration::from_secs(1) {
                    answer.extensions.insert(WAITED.to_owned(), waited.as_secs().into());
                }
                Some((answer, (answers, bill, false)))
            }
        });
        to_the_end(answers.boxed(), OF_THE_SOURCE)
    } else {
        let service = service.clone();
        let answer = async move {
            execute(&service, prepared).await.unwrap_or_else(|error| Answer::from_errors(vec![entry(&error)]))
        };
        to_the_end(stream::once(answer).boxed(), OF_THE_REQUEST)
    }
}

/// Each answer comes about in a task of its own, so that a client that does not read holds no connection to
/// the database meanwhile; at most one is ahead of what has been written.
pub(super) fn to_the_end(
    answers: BoxStream<'static, Answer>,
    failure_depth: usize,
) -> BoxStream<'static, Step> {
    stream::unfold(Some(answers), move |answers| async move {
        let mut answers = answers?;
        // A set, because its tasks end with it.
        let mut task = JoinSet::new();
        task.spawn(async move { (answers.next().await, answers) }.in_current_span());
        Some(match task.join_next().await? {
            Ok((Some(answer), _)) if has_failed(&answer, failure_depth) => (Step::Failed(answer), None),
            Ok((Some(answer), answers)) => (Step::Next(answer), Some(answers)),
            Ok((None, _)) => (Step::Complete, None),
            Err(failure) => {
                error!(%failure, "A subscription broke off");
                (Step::Failed(Answer::from_errors(vec![entry(&Error::Internal)])), None)
            }
        })
    })
    .boxed()
}

/// Length of the path of what went wrong with a request that was not executed.
pub(super) const OF_THE_REQUEST: usize = 0;

/// The same of what went wrong with a subscription rather than with an item of it.
const OF_THE_SOURCE: usize = 1;

/// Whether this is no answer, but says why there is none.
fn has_failed(answer: &Answer, failure_depth: usize) -> bool {
    let is_failure = |error: &ServerError| error.path.len() <= failure_depth;
    answer.data == Value::Null && !answer.errors.is_empty() && answer.errors.iter().all(is_failure)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn nothing_follows_a_failure_and_an_item_with_errors_is_none() {
        let failed = |path: &[&str]| {
            let mut error = entry(&Error::Internal);
            error.path =
                path.iter().map(|name| async_graphql::PathSegment::Field((*name).to_owned())).collect();
            Answer::from_errors(vec![error])
        };
        let kinds = |answers: Vec<Answer>, depth: usize| async move {
            let steps: Vec<Step> = to_the_end(stream::iter(answers).boxed(), depth).collect().await;
            let kind = |step: &Step| match step {
                Step::Next(_) => 'n',
                Step::Failed(_) => 'f',
                Step::Complete => 'c',
            };
            steps.iter().map(kind).collect::<String>()
        };
        let item = || Answer::new(Value::from(1));
        let items = || vec![item(), failed(&["a", "b"]), item()];
        assert_eq!(kinds(items(), OF_THE_SOURCE).await, "nnnc");
        assert_eq!(kinds(vec![item(), failed(&["a"]), item()], OF_THE_SOURCE).await, "nf");
        // The one field of a query may come to nothing; that is its answer.
        assert_eq!(kinds(vec![failed(&["a"])], OF_THE_REQUEST).await, "nc");
        assert_eq!(kinds(vec![failed(&[])], OF_THE_REQUEST).await, "f");
        assert_eq!(kinds(vec![], OF_THE_SOURCE).await, "c");
    }
}
