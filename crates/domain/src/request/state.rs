//! What an operation takes in of its requests. What it keeps of them is in `standing`.

use crate::{
    At, Item, RequestCode,
    claim::Claims,
    clock::Clocks,
    operation::Operation,
    release::{Matter, MatterLabel},
    request::{Request, RequestClaim, RequestEvent},
    subject::Evolve,
};
use std::sync::Arc;

impl Evolve<RequestEvent> for Option<Operation> {
    fn evolve(&mut self, event: &RequestEvent, at: &At, touched: &mut Vec<Item>) {
        let Some(operation) = self else { return };
        let (code, says, clocks) = match event {
            RequestEvent::RequestIssued {
                request,
                kind,
                channel,
                priority,
                from,
                to,
                incident,
                text,
                release,
                clocks,
                ..
            } => {
                let label = MatterLabel {
                    owner: from.clone(),
                    parties: [to.clone()].into(),
                    release: Some(release.clone()),
                };
                operation.requests.insert(
                    request.clone(),
                    Arc::new(Request {
                        code: request.clone(),
                        kind: *kind,
                        channel: *channel,
                        to: to.clone(),
                        incident: incident.clone(),
                        text: text.clone(),
                        label,
                        priority: *priority,
                        claims: Claims::default(),
                        clocks: Clocks::default(),
                    }),
                );
                (request, RequestClaim::Issued, clocks.as_slice())
            }
            RequestEvent::RequestAcknowledged { request, .. } => {
                (request, RequestClaim::Acknowledged, &[][..])
            }
            RequestEvent::RequestAccepted { request, .. } => (request, RequestClaim::Accepted, &[][..]),
            RequestEvent::RequestDeclined { request, reason, .. } => {
                (request, RequestClaim::Declined { reason: reason.clone() }, &[][..])
            }
            RequestEvent::RequestFulfilled { request, answer, .. } => {
                (request, RequestClaim::Fulfilled { answer: answer.clone() }, &[][..])
            }
            RequestEvent::RequestEscalated { request, priority, to, reason, clocks, .. } => {
                let (priority, to, reason) = (*priority, to.clone(), reason.clone());
                (request, RequestClaim::Escalated { priority, to, reason }, clocks.as_slice())
            }
            RequestEvent::RequestWithdrawn { request, reason, .. } => {
                (request, RequestClaim::Withdrawn { reason: reason.clone() }, &[][..])
            }
            RequestEvent::RequestTimesCorrected { request, corrects, at: to, reason, .. } => {
                let Some(known) = operation.request_mut(request) else { return };
                let before = known.clocks.clone();
                let changed = known.claims.correct(*corrects, *to, reason, at);
                operation.touch_request(request, &before, changed.into_iter().flatten(), touched);
                return;
            }
            RequestEvent::RequestDeadlineMissed { request, clock, .. } => {
                let Some(known) = operation.request_mut(request) else { return };
                let before = known.clocks.clone();
                known.clocks.breach(*clock);
                operation.touch_request(request, &before, None, touched);
                return;
            }
        };
        let Some(known) = operation.request_mut(code) else { return };
        let (number, before) = (known.claims.next_number(), known.clocks.clone());
        known.claims.report(says, at);
        known.clocks.start(clocks, at.occurred_at, 0);
        operation.touch_request(code, &before, Some(number), touched);
    }
}

impl Operation {
    fn request_mut(&mut self, code: &RequestCode) -> Option<&mut Request> {
        self.requests.get_mut(code).map(Arc::make_mut)
    }

    /// It, those of its claims, and its clocks that are other than before.
    fn touch_request(
        &mut self,
        code: &RequestCode,
        before: &Clocks,
        claims: impl IntoIterator<Item = u32>,
        touched: &mut Vec<Item>,
    ) {
        let Some(known) = self.request_mut(code) else { return };
        known.stop_clocks();
        let clocks: Vec<u32> = known.clocks.changed_since(before).collect();
        touched.push(Item::Request(self.code.clone(), code.clone()));
        let matter = Matter::Request(code.clone());
        let claims = claims.into_iter();
        touched.extend(claims.map(|number| Item::MatterClaim(self.code.clone(), matter.clone(), number)));
        touched
            .extend(clocks.into_iter().map(|number| Item::Clock(self.code.clone(), matter.clone(), number)));
    }
}
