//! What a query is pinned to: a position, and who asks.

use domain::{PartnerCode, Position};

/// Who asks, as the token says.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Viewer {
    /// `None` for services, which see partners, centres and posts, and no operation.
    pub partner: Option<PartnerCode>,
}

/// One consistent world: all SQL of an answer uses the same.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Pin {
    /// The position at which the answer is true.
    pub position: Position,
    /// The position whose releases count besides: the newest when the past is asked about.
    pub policy_position: Position,
    pub viewer: Viewer,
}

impl Pin {
    /// For SQL: no partner's code is empty.
    pub(crate) fn viewer(&self) -> &str {
        self.viewer.partner.as_ref().map_or("", PartnerCode::as_str)
    }
}
