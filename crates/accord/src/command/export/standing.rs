//! How far a thing has come by an event: its status, and for tasks the transition of their work.

use super::objects::Kind;
use exchange::xes::Transition;

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

/// Which status things have by which events, as the API names it.
const STATUS: [(&str, Kind, &str); 34] = [
    ("PlanDrafted", Kind::PlanVersion, "DRAFT"),
    ("AmendmentOpened", Kind::PlanVersion, "DRAFT"),
    ("PlanVersionSubmitted", Kind::PlanVersion, "SUBMITTED"),
    ("PlanVersionRejected", Kind::PlanVersion, "REJECTED"),
    ("PlanVersionRecalled", Kind::PlanVersion, "RECALLED"),
    ("PlanPromulgated", Kind::PlanVersion, "PROMULGATED"),
    ("PlanVersionSuperseded", Kind::PlanVersion, "SUPERSEDED"),
    ("PlanWithdrawn", Kind::PlanVersion, "WITHDRAWN"),
    ("TaskAddedToPlan", Kind::Task, "PLANNED"),
    ("ResponseDecided", Kind::Task, "PLANNED"),
    ("TaskIssued", Kind::Task, "ISSUED"),
    ("TaskStarted", Kind::Task, "IN_PROGRESS"),
    ("TaskBlocked", Kind::Task, "BLOCKED"),
    ("TaskUnblocked", Kind::Task, "IN_PROGRESS"),
    ("TaskCompleted", Kind::Task, "COMPLETED"),
    ("TaskCancelled", Kind::Task, "CANCELLED"),
    ("IncidentReported", Kind::Incident, "REPORTED"),
    ("IncidentTriaged", Kind::Incident, "TRIAGED"),
    ("ResponseDecided", Kind::Incident, "RESPONDING"),
    ("IncidentContained", Kind::Incident, "CONTAINED"),
    ("IncidentClosed", Kind::Incident, "CLOSED"),
    ("RequestIssued", Kind::Request, "ISSUED"),
    ("RequestAcknowledged", Kind::Request, "ACKNOWLEDGED"),
    ("RequestAccepted", Kind::Request, "ACCEPTED"),
    ("RequestDeclined", Kind::Request, "DECLINED"),
    ("RequestFulfilled", Kind::Request, "FULFILLED"),
    ("RequestWithdrawn", Kind::Request, "WITHDRAWN"),
    ("ContributionPledged", Kind::Contribution, "PLEDGED"),
    ("PledgeAccepted", Kind::Contribution, "ACCEPTED"),
    ("FundsDisbursed", Kind::Contribution, "PARTLY_DISBURSED"),
    ("InKindDelivered", Kind::Contribution, "PARTLY_DELIVERED"),
    ("PledgeDeclined", Kind::Contribution, "DECLINED"),
    ("PledgeWithdrawn", Kind::Contribution, "WITHDRAWN"),
    ("ContributionFulfilled", Kind::Contribution, "FULFILLED"),
];

/// `None`: the event is no step of the work on a task.
pub fn of_work(event: &str) -> Option<Transition> {
    WORK.iter().find(|(told, _)| *told == event).map(|(_, transition)| *transition)
}

pub fn statuses(event: &str) -> impl Iterator<Item = (Kind, &'static str)> {
    STATUS.iter().filter(move |(told, ..)| *told == event).map(|(_, kind, status)| (*kind, *status))
}
