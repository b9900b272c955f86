//! What a query is pinned to: a position, and who asks.

use domain::{PartnerCode, Position};

/// In SQL, between the partner that looks and the one whose eyes it borrows; in no partner's code.
pub(crate) const BETWEEN: char = ' ';

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
    /// For SQL: no partner's code is empty.
    named: String,
}

impl Pin {
    pub fn new(position: Position, policy_position: Position, viewer: Viewer) -> Self {
        let named = viewer.partner.as_ref().map_or_else(String::new, PartnerCode::to_string);
        Self { position, policy_position, viewer, named }
    }

    /// Of what the viewer may see, that which a partner could see then. Only a read model whose pool has the
    /// [path of shared sight](crate::path_of_shared_sight) understands it; to others it is nobody.
    #[must_use]
    pub fn seen_as(self, partner: &PartnerCode) -> Self {
        let named = format!("{}{BETWEEN}{partner}", self.named);
        Self { named, ..self }
    }

    pub(crate) fn viewer(&self) -> &str {
        &self.named
    }
}
