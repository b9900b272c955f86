//! What was asked of others.

use super::{incident::Priority, values::Instant};
use crate::scenario::record::{names, record};

record! {
    Request {
        id: String, kind: RequestKind, priority in "prio": Priority, to: String, incident: Option<String>,
        text: Option<String>, issued: Instant, acknowledged in "ack": Option<Instant>,
        acknowledgement_missed in "ack_missed": bool = false, due: Option<Instant>,
        fulfilled: Option<Instant>,
    }
}
names! { RequestKind { Information = "RFI", Assistance = "RFA" } }
