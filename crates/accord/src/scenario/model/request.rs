//! What was asked of others.

use super::{incident::Priority, values::Instant};
use crate::scenario::record::{names, record};

record! {
    /// Asked by the operation's lead unless `from` is another; over at `fulfilled`, or because of `why` at `declined` or
    /// `withdrawn`.
    Request {
        id: String, kind: RequestKind, priority in "prio": Priority, from: Option<String>, to: String,
        channel: Channel = Channel::Police, incident: Option<String>, text: Option<String>, issued: Instant,
        acknowledged in "ack": Option<Instant>, acknowledgement_missed in "ack_missed": bool = false,
        due: Option<Instant>, fulfilled: Option<Instant>, declined: Option<Instant>, withdrawn: Option<Instant>,
        why: Option<String>,
    }
}
names! { RequestKind { Information = "RFI", Assistance = "RFA" } }
names! { Channel { Police = "POLICE", LegalAssistance = "MLA" } }
