//! The answers of an operation one after the other, for a websocket or an event stream: up to its end, of
//! whatever kind it is.

use crate::{
    Error,
    http::{
        graphql::{Bill, Prepared, entry, execute, with_position},
        lanes::{BrokeOff, Lanes},
        service::Service,
    },
};
use async_graphql::{Response as Answer, ServerError, Value, parser::types::OperationType};
use domain::PartnerCode;
use futures_util::{
    StreamExt,
    stream::{self, BoxStream},
};
use std::{sync::Arc, time::Duration};
use tracing::Instrument;

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
    let lane =
        Lane { lanes: Arc::clone(&service.room.lanes), whose: prepared.session.actor.partner().cloned() };
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
        to_the_end(lane, answers.boxed(), OF_THE_SOURCE)
    } else {
        let service = service.clone();
        let answer = async move {
            execute(&service, prepared).await.unwrap_or_else(|error| Answer::from_errors(vec![entry(&error)]))
        };
        to_the_end(lane, stream::once(answer).boxed(), OF_THE_REQUEST)
    }
}

/// Whose steps they are, and where they come about.
struct Lane {
    lanes: Arc<Lanes>,
    whose: Option<PartnerCode>,
}

/// Each answer comes about in a task of its own, so that a client that does not read holds no connection to
/// the database meanwhile; at most one is ahead of what has been written.
fn to_the_end(
    lane: Lane,
    answers: BoxStream<'static, Answer>,
    failure_depth: usize,
) -> BoxStream<'static, Step> {
    stream::unfold(Some((lane, answers)), move |going_on| async move {
        let (lane, mut answers) = going_on?;
        let next = async move { (answers.next().await, answers) };
        Some(match lane.lanes.run(lane.whose.as_ref(), next.in_current_span()).await {
            Ok((Some(answer), _)) if has_failed(&answer, failure_depth) => (Step::Failed(answer), None),
            Ok((Some(answer), answers)) => (Step::Next(answer), Some((lane, answers))),
            Ok((None, _)) => (Step::Complete, None),
            Err(BrokeOff) => (Step::Failed(Answer::from_errors(vec![entry(&Error::Internal)])), None),
        })
    })
    .boxed()
}

/// Length of the path of what went wrong with a request that was not executed.
const OF_THE_REQUEST: usize = 0;

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
            let lane = Lane { lanes: Arc::default(), whose: None };
            let steps: Vec<Step> = to_the_end(lane, stream::iter(answers).boxed(), depth).collect().await;
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
