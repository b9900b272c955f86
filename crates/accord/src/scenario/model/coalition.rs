//! Partners and their posts, and how others are asked to join.

use super::values::{Currency, Instant};
use crate::scenario::record::{kinds, names, record};
use chrono::NaiveDate;
use chrono_tz::Tz;

names! {
    Role {
        Host = "HOST", Principal = "PRINCIPAL", Participant = "PARTICIPANT", Observer = "OBSERVER",
        None = "NONE",
    }
}

record! {
    /// `joined` and `tz` are there unless the role is NONE.
    Partner {
        id: String, name: String, agency: String, role: Role, tz: Option<Tz>, currency: Option<Currency>,
        joined: Option<NaiveDate>, note: Option<String>,
    }
}

record! {
    /// Held from `since`, which the centre wrote down at `recorded`.
    Post {
        id: String, partner: String, title: String, liaison: bool = false, since in "in_post": Instant,
        recorded in "rec": Option<Instant>,
    }
}

record! { Expansion { partner: String, at: Instant, event flat "ev": ExpansionEvent } }
kinds! {
    ExpansionEvent {
        PartnerInvited = "PartnerInvited" { role in "as": Role }
        InvitationAcknowledged = "InvitationAcknowledged" {}
        InvitationDeferred = "InvitationDeferred" {}
        ObserverAdmitted = "ObserverAdmitted" {}
        PartnerAcceded = "PartnerAcceded" {}
    }
}
