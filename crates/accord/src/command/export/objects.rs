//! What an event is about, as its payload names it: `schema/events` has the shape of each type.

use super::history::{Event, Said};
use serde_json::Value;
use std::{collections::BTreeSet, fmt};

/// What kind of thing an object is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, clap::ValueEnum)]
pub enum Kind {
    /// What is about nothing else of the chosen kinds.
    Operation,
    PlanVersion,
    Phase,
    Task,
    Incident,
    Request,
    Contribution,
    Outcome,
    Sitrep,
    Finding,
    /// The persons that a partner counts.
    Count,
    #[value(skip)]
    Post,
    #[value(skip)]
    Partner,
}

/// For people, and unlike any other kind's.
impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Operation => "Operation",
            Self::PlanVersion => "Plan version",
            Self::Phase => "Phase",
            Self::Task => "Task",
            Self::Incident => "Incident",
            Self::Request => "Request",
            Self::Contribution => "Contribution",
            Self::Outcome => "Outcome",
            Self::Sitrep => "SITREP",
            Self::Finding => "Finding",
            Self::Count => "Count",
            Self::Post => "Post",
            Self::Partner => "Partner",
        })
    }
}

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Object {
    pub kind: Kind,
    /// What people call it by; of a plan version its number.
    pub code: String,
}

/// The object's name, another one for each.
impl fmt::Display for Object {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.kind, self.code)
    }
}

/// Where payloads name an object.
struct Named {
    path: &'static str,
    kind: Kind,
    /// What the object is to the event.
    qualifier: &'static str,
    /// The types of events in which that is so; none of them: in all. Elsewhere the field is a text, or counts something
    /// else.
    only: &'static [&'static str],
}

const fn named(path: &'static str, kind: Kind, qualifier: &'static str) -> Named {
    Named { path, kind, qualifier, only: &[] }
}

const NAMED: [Named; 30] = [
    named("operation", Kind::Operation, "operation"),
    named("number", Kind::PlanVersion, "plan version"),
    named("decisionPoint.number", Kind::PlanVersion, "plan version"),
    named("item.annex.number", Kind::PlanVersion, "plan version"),
    named("item.planVersion.number", Kind::PlanVersion, "plan version"),
    named("phase", Kind::Phase, "phase"),
    named("phase.code", Kind::Phase, "phase"),
    named("task", Kind::Task, "task"),
    named("task.code", Kind::Task, "task"),
    named("tasks[]", Kind::Task, "task"),
    named("item.task.task", Kind::Task, "task"),
    named("objectsTo[]", Kind::Task, "objected to"),
    named("predecessor", Kind::Task, "predecessor"),
    named("dependency.predecessor", Kind::Task, "predecessor"),
    named("incident", Kind::Incident, "incident"),
    named("request", Kind::Request, "request"),
    named("contribution", Kind::Contribution, "contribution"),
    Named { only: &["OutcomeRecorded", "OutcomeCorrected"], ..named("outcome", Kind::Outcome, "outcome") },
    named("sitrep", Kind::Sitrep, "SITREP"),
    Named { only: &["SitrepCorrected"], ..named("corrects", Kind::Sitrep, "corrects") },
    named("finding", Kind::Finding, "finding"),
    named("authority", Kind::Count, "count"),
    named("post", Kind::Post, "post"),
    named("partner", Kind::Partner, "partner"),
    named("given.partner", Kind::Partner, "partner"),
    Named {
        only: &["ConditionSatisfactionProposed", "OfficerRequested", "PlanWithdrawn"],
        ..named("by", Kind::Partner, "partner")
    },
    Named { only: &["RequestIssued"], ..named("from", Kind::Partner, "from") },
    Named { only: &["RequestIssued"], ..named("to", Kind::Partner, "to") },
    Named { only: &["OperationInitiated"], ..named("lead", Kind::Partner, "lead") },
    named("with[]", Kind::Partner, "shared with"),
];

/// Types of events whose `number` counts something else than plan versions.
const NUMBERED_OTHERWISE: [&str; 14] = [
    "AssignmentRetimed",
    "AssignmentUnderWay",
    "AssignmentWithdrawn",
    "DecisionRecorded",
    "DeconflictionCleared",
    "DeconflictionConflictFound",
    "EvidenceLinked",
    "ObservationRecorded",
    "OfficerAssigned",
    "OfficerRequestAccepted",
    "OfficerRequestDeclined",
    "OfficerRequested",
    "SitrepCorrected",
    "SitrepIssued",
];

/// What an event says that one object is to another: its type, from what, the path to which, its kind, and what it is.
const TIED: [(&str, Kind, &str, Kind, &str); 37] = [
    ("OperationInitiated", Kind::Operation, "lead", Kind::Partner, "led by"),
    ("AmendmentOpened", Kind::PlanVersion, "base", Kind::PlanVersion, "amends"),
    ("TaskAddedToPlan", Kind::Task, "number", Kind::PlanVersion, "planned in"),
    ("TaskAddedToPlan", Kind::Task, "task.phase", Kind::Phase, "in phase"),
    ("TaskAddedToPlan", Kind::Task, "task.lead", Kind::Partner, "led by"),
    ("TaskAddedToPlan", Kind::Task, "task.territory", Kind::Partner, "on territory of"),
    ("TaskAddedToPlan", Kind::Task, "task.post", Kind::Post, "planned for"),
    ("TaskAddedToPlan", Kind::Task, "task.predecessors[].predecessor", Kind::Task, "waits for"),
    ("TaskRevised", Kind::Task, "revision.phase", Kind::Phase, "in phase"),
    ("TaskRevised", Kind::Task, "revision.lead", Kind::Partner, "led by"),
    ("TaskRevised", Kind::Task, "revision.territory", Kind::Partner, "on territory of"),
    ("TaskRevised", Kind::Task, "revision.post", Kind::Post, "planned for"),
    ("DependencyAdded", Kind::Task, "dependency.predecessor", Kind::Task, "waits for"),
    ("OfficerAssigned", Kind::Task, "post", Kind::Post, "carried out by"),
    ("IncidentReported", Kind::Incident, "owner", Kind::Partner, "owned by"),
    ("ResponseDecided", Kind::Incident, "task.code", Kind::Task, "answered by"),
    ("ResponseDecided", Kind::Task, "task.lead", Kind::Partner, "led by"),
    ("ResponseDecided", Kind::Task, "task.territory", Kind::Partner, "on territory of"),
    ("ResponseDecided", Kind::Task, "task.post", Kind::Post, "planned for"),
    ("RequestIssued", Kind::Request, "incident", Kind::Incident, "about"),
    ("RequestIssued", Kind::Request, "from", Kind::Partner, "from"),
    ("RequestIssued", Kind::Request, "to", Kind::Partner, "to"),
    ("ContributionPledged", Kind::Contribution, "partner", Kind::Partner, "given by"),
    ("SitrepCorrected", Kind::Sitrep, "corrects", Kind::Sitrep, "corrects"),
    ("ActionAssigned", Kind::Finding, "post", Kind::Post, "acted on by"),
    ("EvidenceLinked", Kind::Finding, "evidence.planVersion.number", Kind::PlanVersion, "rests on"),
    ("EvidenceLinked", Kind::Finding, "evidence.planDecision.version", Kind::PlanVersion, "rests on"),
    ("EvidenceLinked", Kind::Finding, "evidence.recordedDecision.version", Kind::PlanVersion, "rests on"),
    ("EvidenceLinked", Kind::Finding, "evidence.goNoGoWord.version", Kind::PlanVersion, "rests on"),
    ("EvidenceLinked", Kind::Finding, "evidence.task.task", Kind::Task, "rests on"),
    ("EvidenceLinked", Kind::Finding, "evidence.taskClaim.task", Kind::Task, "rests on"),
    ("EvidenceLinked", Kind::Finding, "evidence.matter.incident", Kind::Incident, "rests on"),
    ("EvidenceLinked", Kind::Finding, "evidence.matter.request", Kind::Request, "rests on"),
    ("EvidenceLinked", Kind::Finding, "evidence.matter.contribution", Kind::Contribution, "rests on"),
    ("EvidenceLinked", Kind::Finding, "evidence.matter.outcome", Kind::Outcome, "rests on"),
    ("EvidenceLinked", Kind::Finding, "evidence.matter.sitrep", Kind::Sitrep, "rests on"),
    ("EvidenceLinked", Kind::Finding, "evidence.assistanceClaim.authority", Kind::Count, "rests on"),
];

/// Ties of which an object has one: what is said later takes the place of what was said before.
const SINGLE: [&str; 4] = ["in phase", "led by", "on territory of", "planned for"];

/// Where an event tells what an object is called: its type, of what, the path.
const TITLED: [(&str, Kind, &str); 9] = [
    ("OperationInitiated", Kind::Operation, "title"),
    ("TaskAddedToPlan", Kind::Task, "task.title"),
    ("TaskRevised", Kind::Task, "revision.title"),
    ("ResponseDecided", Kind::Task, "task.title"),
    ("IncidentReported", Kind::Incident, "report.title"),
    ("RequestIssued", Kind::Request, "text"),
    ("OutcomeRecorded", Kind::Outcome, "title"),
    ("FindingRecorded", Kind::Finding, "observation"),
    ("PhaseAdded", Kind::Phase, "phase.name"),
];

/// One object is something to another.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Tie {
    pub from: Object,
    pub qualifier: &'static str,
    pub to: Object,
}

impl Tie {
    pub fn is_single(&self) -> bool {
        SINGLE.contains(&self.qualifier)
    }
}

/// What the event is about, without who sent its command; of a correction also what that was about which it puts right.
pub fn about(event: &Event) -> BTreeSet<(Object, &'static str)> {
    let named = event.said.iter().flat_map(|said| named_in(said).map(move |named| (said, named)));
    let objects = named.flat_map(|(said, Named { path, kind, qualifier, .. })| {
        found(&said.payload, path).into_iter().map(|code| (Object { kind: *kind, code }, *qualifier))
    });
    objects.collect()
}

fn named_in(said: &Said) -> impl Iterator<Item = &'static Named> {
    let told = said.kind.as_str();
    NAMED.iter().filter(move |named| {
        let is_told = named.only.is_empty() || named.only.contains(&told);
        is_told && (named.path != "number" || !NUMBERED_OTHERWISE.contains(&told))
    })
}

/// What objects are to each other by what is said.
pub fn ties(said: &Said) -> Vec<Tie> {
    let kind = said.kind.as_str();
    let of = TIED.iter().filter(|(of, ..)| *of == kind);
    let ties = of.flat_map(|(_, from, path, to, qualifier)| {
        let from = named_first(said, *from);
        let codes = from
            .into_iter()
            .flat_map(|from| found(&said.payload, path).into_iter().map(move |code| (from.clone(), code)));
        codes.map(|(from, code)| Tie { from, qualifier, to: Object { kind: *to, code } })
    });
    ties.collect()
}

/// What an object is called by what is said.
pub fn title(said: &Said) -> Option<(Object, String)> {
    let (_, of, path) = TITLED.iter().find(|(told, ..)| *told == said.kind)?;
    Some((named_first(said, *of)?, found(&said.payload, path).pop()?))
}

/// The object of that kind that the event is about; of a correction, as what it puts right names it.
pub fn subject(event: &Event, kind: Kind) -> Option<Object> {
    event.said.iter().find_map(|said| named_first(said, kind))
}

/// What is named beside the object that is told of first comes by other words.
fn named_first(said: &Said, kind: Kind) -> Option<Object> {
    let mut named = named_in(said).filter(|named| named.kind == kind);
    let code = named.find_map(|named| found(&said.payload, named.path).into_iter().next())?;
    Some(Object { kind, code })
}

/// Every path at which payloads name objects, with their kind and the types of events in which they do.
#[cfg(test)]
pub fn named_paths() -> impl Iterator<Item = (&'static str, Kind, &'static [&'static str])> {
    NAMED.iter().map(|named| (named.path, named.kind, named.only))
}

/// Texts and whole numbers at the path, in which `[]` is each of a list.
pub fn found(payload: &Value, path: &str) -> Vec<String> {
    let mut values = vec![payload];
    for step in path.split('.') {
        let (name, each) = match step.strip_suffix("[]") {
            Some(name) => (name, true),
            None => (step, false),
        };
        let inner = values.into_iter().filter_map(|value| value.get(name));
        values = if each { inner.filter_map(Value::as_array).flatten().collect() } else { inner.collect() };
    }
    let text = |value: &Value| match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    };
    values.into_iter().filter_map(text).collect()
}
