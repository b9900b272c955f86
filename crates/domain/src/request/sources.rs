//! Who may send what about a request.

use super::decide::SPEAKERS;
use crate::{
    Role,
    catalogue::sources::sender::{CLOCK, Sender, Source, by, import, mutation},
    request::RequestCommand,
};

const ASKER: Sender = by(SPEAKERS, "a partner that takes tasks");
const ASKED: Sender = by(
    SPEAKERS,
    "the partner that was asked, or of the one that asked where nobody speaks for the other here",
);
const OWNER: Sender = by(SPEAKERS, "the partner that asked");
const CORRECTOR: Sender =
    by(&[Role::Planner, Role::Commander, Role::Liaison, Role::Watch], "the partner that said it");

impl RequestCommand {
    pub(crate) const SOURCES: &'static [Source] = &[
        mutation("Request", "Issue", "issueRequest", ASKER, &["RequestIssued"]),
        mutation("Request", "Acknowledge", "acknowledgeRequest", ASKED, &["RequestAcknowledged"]),
        mutation("Request", "Accept", "acceptRequest", ASKED, &["RequestAccepted"]),
        mutation("Request", "Decline", "declineRequest", ASKED, &["RequestDeclined"]),
        mutation("Request", "Fulfil", "fulfilRequest", ASKED, &["RequestFulfilled"]),
        mutation("Request", "Escalate", "escalateRequest", OWNER, &["RequestEscalated"]),
        mutation("Request", "Withdraw", "withdrawRequest", OWNER, &["RequestWithdrawn"]),
        mutation("Request", "CorrectTimes", "correctRequestTimes", CORRECTOR, &["RequestTimesCorrected"]),
        import("Request", "MissDeadline", CLOCK, &["RequestDeadlineMissed", "RequestEscalated"]),
    ];
}
