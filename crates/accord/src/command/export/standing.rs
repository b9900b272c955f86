//! How far a thing has come by an event: its status, and for tasks the transition of their work.

use super::{
    history::Event,
    objects::{Kind, Object, found, subject},
};
use exchange::xes::Transition;
use std::collections::{BTreeMap, BTreeSet};

/// What events say of how far the work on a task has come.
const WORK: [(&str, Transition); 7] = [
    ("TaskIssued", Transition::Schedule),
    ("OfficerAssigned", Transition::Assign),
    ("TaskStarted", Transition::Start),
    ("TaskBlocked", Transition::Suspend),
    ("TaskUnblocked", Transition::Resume),
    ("TaskCompleted", Transition::Complete),
    ("TaskCancelled", Transition::AteAbort),
];

/// Which status things have by which events, as the API names it: the type of the event, of what, from which status that is
/// so (none of them: from all), and the status. What else is to be known for it, [`Standing::besides`] knows.
const STATUS: [(&str, Kind, &[&str], &str); 37] = [
    ("PlanDrafted", Kind::PlanVersion, &[], "DRAFT"),
    ("AmendmentOpened", Kind::PlanVersion, &[], "DRAFT"),
    ("PlanVersionSubmitted", Kind::PlanVersion, &[], "SUBMITTED"),
    ("PlanVersionRejected", Kind::PlanVersion, &[], "REJECTED"),
    ("PlanVersionRecalled", Kind::PlanVersion, &[], "RECALLED"),
    ("PlanPromulgated", Kind::PlanVersion, &[], "PROMULGATED"),
    ("PlanVersionSuperseded", Kind::PlanVersion, &[], "SUPERSEDED"),
    ("PlanWithdrawn", Kind::PlanVersion, &[], "WITHDRAWN"),
    ("TaskAddedToPlan", Kind::Task, &["PLANNED"], "PLANNED"),
    ("ResponseDecided", Kind::Task, &["PLANNED"], "PLANNED"),
    ("TaskIssued", Kind::Task, &["PLANNED"], "ISSUED"),
    ("TaskStarted", Kind::Task, &["PLANNED", "ISSUED"], "IN_PROGRESS"),
    ("TaskBlocked", Kind::Task, &["IN_PROGRESS", "BLOCKED"], "BLOCKED"),
    ("TaskUnblocked", Kind::Task, &["BLOCKED"], "IN_PROGRESS"),
    ("TaskCompleted", Kind::Task, NOT_ENDED, "COMPLETED"),
    ("TaskCancelled", Kind::Task, NOT_ENDED, "CANCELLED"),
    ("IncidentReported", Kind::Incident, &["REPORTED"], "REPORTED"),
    ("IncidentTriaged", Kind::Incident, &["REPORTED"], "TRIAGED"),
    ("ResponseDecided", Kind::Incident, &["REPORTED", "TRIAGED"], "RESPONDING"),
    ("ResponderDispatched", Kind::Incident, &["REPORTED", "TRIAGED"], "RESPONDING"),
    ("ResponderArrived", Kind::Incident, &["REPORTED", "TRIAGED"], "RESPONDING"),
    ("IncidentContained", Kind::Incident, &["REPORTED", "TRIAGED", "RESPONDING", "CONTAINED"], "CONTAINED"),
    ("IncidentClosed", Kind::Incident, &[], "CLOSED"),
    ("IncidentReopened", Kind::Incident, &[], "REPORTED"),
    ("RequestIssued", Kind::Request, &["ISSUED"], "ISSUED"),
    ("RequestAcknowledged", Kind::Request, &["ISSUED"], "ACKNOWLEDGED"),
    ("RequestAccepted", Kind::Request, UNANSWERED, "ACCEPTED"),
    ("RequestDeclined", Kind::Request, UNANSWERED, "DECLINED"),
    ("RequestFulfilled", Kind::Request, UNANSWERED, "FULFILLED"),
    ("RequestWithdrawn", Kind::Request, UNANSWERED, "WITHDRAWN"),
    ("ContributionPledged", Kind::Contribution, &["PLEDGED"], "PLEDGED"),
    ("PledgeAccepted", Kind::Contribution, &["PLEDGED"], "ACCEPTED"),
    ("FundsDisbursed", Kind::Contribution, &["ACCEPTED", "PARTLY_DELIVERED"], "PARTLY_DISBURSED"),
    ("InKindDelivered", Kind::Contribution, &["ACCEPTED"], "PARTLY_DELIVERED"),
    ("PledgeDeclined", Kind::Contribution, &[], "DECLINED"),
    ("PledgeWithdrawn", Kind::Contribution, &[], "WITHDRAWN"),
    (
        "ContributionFulfilled",
        Kind::Contribution,
        &["ACCEPTED", "PARTLY_DISBURSED", "PARTLY_DELIVERED"],
        "FULFILLED",
    ),
];

const NOT_ENDED: &[&str] = &["PLANNED", "ISSUED", "IN_PROGRESS", "BLOCKED"];

/// Of requests that somebody still has to do something for.
const UNANSWERED: &[&str] = &["ISSUED", "ACKNOWLEDGED", "ACCEPTED"];

/// What has a status, and which one at first.
pub const FIRST: [(Kind, &str); 5] = [
    (Kind::PlanVersion, "DRAFT"),
    (Kind::Task, "PLANNED"),
    (Kind::Incident, "REPORTED"),
    (Kind::Request, "ISSUED"),
    (Kind::Contribution, "PLEDGED"),
];

/// Types of events by which a partner decides on a plan version.
const DECIDED: [&str; 5] = [
    "PlanVersionApproved",
    "PlanVersionApprovedWithConditions",
    "PlanVersionRejected",
    "TerritorialConsentGiven",
    "TerritorialConsentRefused",
];

/// How far things have come, by events in the order in which they go out.
#[derive(Default)]
pub struct Standings(BTreeMap<Object, Standing>);

/// How far a thing has come.
#[derive(Default)]
struct Standing {
    status: Option<&'static str>,
    /// Whether it was triaged.
    triaged: bool,
    /// How much was delivered and not rejected.
    delivered: i64,
    /// Codes of the partners whose rejection stands.
    rejecting: BTreeSet<String>,
    /// Codes of the partners that suspend what is in force.
    suspending: BTreeSet<String>,
}

impl Standings {
    /// What has another status by the event, and which.
    pub fn take(&mut self, event: &Event) -> Vec<(Object, &'static str)> {
        let mut changed = Vec::new();
        for (kind, first) in FIRST {
            let Some(object) = subject(event, kind) else { continue };
            let standing = self.0.entry(object.clone()).or_default();
            let now = standing.status.unwrap_or(first);
            let next = standing.besides(event, kind, now).or_else(|| by_type(&event.kind, kind, now));
            if let Some(next) = next.filter(|next| standing.status != Some(*next)) {
                standing.status = Some(next);
                changed.push((object, next));
            }
        }
        changed
    }
}

fn by_type(event: &str, kind: Kind, now: &str) -> Option<&'static str> {
    let row = STATUS.iter().find(|(told, of, from, _)| {
        *told == event && *of == kind && (from.is_empty() || from.contains(&now))
    });
    row.map(|(.., status)| *status)
}

impl Standing {
    /// The status that rests on more than the type of the event and the status before.
    fn besides(&mut self, event: &Event, kind: Kind, now: &str) -> Option<&'static str> {
        match (kind, event.kind.as_str()) {
            (Kind::Incident, "IncidentTriaged") => {
                self.triaged = true;
                None
            }
            (Kind::Incident, "IncidentReopened") => self.triaged.then_some("TRIAGED"),
            (Kind::Contribution, "InKindDelivered") => {
                self.delivered += quantity(event);
                None
            }
            (Kind::Contribution, "DeliveryRejected") => {
                self.delivered -= quantity(event);
                (now == "PARTLY_DELIVERED" && self.delivered <= 0).then_some("ACCEPTED")
            }
            (Kind::PlanVersion, "PlanVersionSuperseded" | "PlanWithdrawn") => {
                self.suspending.clear();
                None
            }
            (Kind::PlanVersion, "ApprovalRevoked") => self.revoked(&said(event, "partner")?, now),
            (Kind::PlanVersion, decided) if DECIDED.contains(&decided) => {
                let partner = said(event, "given.partner")?;
                if decided == "PlanVersionRejected" {
                    self.rejecting.insert(partner.clone());
                }
                let over = self.suspending.remove(&partner) && self.suspending.is_empty();
                over.then_some("PROMULGATED")
            }
            _ => None,
        }
    }

    /// A partner takes its decision back.
    fn revoked(&mut self, partner: &str, now: &str) -> Option<&'static str> {
        let rejected = self.rejecting.remove(partner);
        match now {
            "REJECTED" => (rejected && self.rejecting.is_empty()).then_some("SUBMITTED"),
            "PROMULGATED" | "SUSPENDED" => {
                self.suspending.insert(partner.to_owned());
                Some("SUSPENDED")
            }
            _ => None,
        }
    }
}

/// What the event says at the path.
fn said(event: &Event, path: &str) -> Option<String> {
    event.said.iter().find_map(|said| found(&said.payload, path).pop())
}

fn quantity(event: &Event) -> i64 {
    said(event, "quantity").and_then(|quantity| quantity.parse().ok()).unwrap_or_default()
}

/// `None`: the event is no step of the work on a task.
pub fn of_work(event: &str) -> Option<Transition> {
    WORK.iter().find(|(told, _)| *told == event).map(|(_, transition)| *transition)
}
