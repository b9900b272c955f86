//! What Accord relies on in async-graphql, a release candidate: held here, so that an upgrade that breaks it
//! is seen.
#![cfg(test)]
#![expect(clippy::unused_async, reason = "the macros of async-graphql want resolvers async")]

use async_graphql::{EmptyMutation, EmptySubscription, Error, Object, Schema, SimpleObject, value};

struct Query;

#[derive(SimpleObject)]
#[graphql(complex)]
struct Human {
    name: String,
}

#[async_graphql::ComplexObject]
impl Human {
    async fn age(&self) -> Result<i32, Error> {
        Err(Error::new("lost"))
    }
}

#[Object]
impl Query {
    async fn human(&self) -> Human {
        Human { name: "Ana".to_owned() }
    }

    async fn maybe(&self) -> Option<Human> {
        Some(Human { name: "Ana".to_owned() })
    }
}

async fn data(query: &str) -> async_graphql::Value {
    let answer = Schema::new(Query, EmptyMutation, EmptySubscription).execute(query).await;
    assert_eq!(answer.errors.len(), 1);
    answer.data
}

#[tokio::test]
async fn a_field_that_may_not_be_null_is_never_answered_null() {
    // 7.2 answers `{"human": null}` here, which no generated client can read.
    assert_eq!(data("{ human { name age } }").await, value!(null));
    assert_eq!(data("{ maybe { name age } }").await, value!({ "maybe": null }));
}

#[tokio::test]
async fn lists_of_things_are_resolved_in_one_turn_of_a_task() {
    use std::sync::atomic::{AtomicUsize, Ordering};
    static ASKED: AtomicUsize = AtomicUsize::new(0);
    static MOST: AtomicUsize = AtomicUsize::new(0);

    struct Many;
    struct One;

    #[Object]
    impl One {
        /// Pending once, as a field that waits for a batch is.
        async fn turn(&self) -> bool {
            ASKED.fetch_add(1, Ordering::SeqCst);
            tokio::task::yield_now().await;
            MOST.fetch_max(ASKED.swap(0, Ordering::SeqCst), Ordering::SeqCst);
            true
        }
    }

    #[Object]
    impl Many {
        async fn ones(&self) -> Vec<One> {
            (0..50).map(|_| One).collect()
        }
    }

    let schema = Schema::new(Many, EmptyMutation, EmptySubscription);
    let answer = tokio::spawn(async move { schema.execute("{ ones { turn } }").await }).await.unwrap();
    assert_eq!(answer.errors, []);
    // All entries have asked before any goes on: what batches of loaders are complete by.
    assert_eq!(MOST.load(Ordering::SeqCst), 50);
}
