//! How urgent what nobody planned is.

use async_graphql::Enum;

/// How urgent something is.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "domain::Priority")]
pub enum Priority {
    /// The most urgent.
    P1,
    P2,
    P3,
    P4,
}
