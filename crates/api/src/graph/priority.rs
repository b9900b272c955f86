//! How urgent what nobody planned is.

use async_graphql::Enum;

/// How urgent something is.
#[derive(Enum, Debug, Clone, Copy, PartialEq, Eq)]
#[graphql(remote = "domain::Priority")]
pub enum Priority {
    /// The most urgent: lives are at risk.
    P1,
    /// Within hours.
    P2,
    /// Within days.
    P3,
    /// When there is time.
    P4,
}
