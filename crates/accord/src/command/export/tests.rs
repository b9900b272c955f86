//! The tables of payloads and statuses, held against what the domain and the schema say.

use super::{
    history::{Event, Said},
    objects::{Kind, Object, about, named_paths, subject},
    standing::{FIRST, Standings},
};
use domain::{
    OperationCode,
    ids::{AssistanceId, ContributionId, IncidentId, OperationId, OutcomeId, RequestId, SitrepId},
};
use exchange::mining::Details;
use serde_json::{Value, json};
use std::{collections::BTreeSet, fs};
use uuid::Uuid;

/// The examples of each type of event as it is today, by its name.
fn examples() -> Vec<(String, Value)> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../schema/events");
    let mut examples = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let kind = path.file_stem().unwrap().to_str().unwrap().to_owned();
        // `TaskRevised.1` is an older shape.
        if !kind.contains('.') {
            let schema: Value = serde_json::from_slice(&fs::read(&path).unwrap()).unwrap();
            examples.extend(
                schema["examples"].as_array().unwrap().iter().map(|shown| (kind.clone(), shown.clone())),
            );
        }
    }
    assert!(examples.len() > 100);
    examples
}

fn event(kind: &str, payload: Value) -> Event {
    Event {
        id: String::new(),
        kind: kind.to_owned(),
        at: chrono::DateTime::UNIX_EPOCH,
        post: None,
        said: vec![Said { kind: kind.to_owned(), payload }],
        details: Details {
            event_type: kind.to_owned(),
            position: 1,
            recorded_at: chrono::DateTime::UNIX_EPOCH,
            lag_seconds: 0,
            actor: String::new(),
            command: String::new(),
            corrects: None,
            causes: Vec::new(),
            late_reason: None,
        },
    }
}

/// `None`: it is none.
fn id_of_matter(object: &Object, operation: &OperationCode) -> Option<Uuid> {
    let (operation, code) = (OperationId::of(operation), object.code.as_str());
    Some(match object.kind {
        Kind::Incident => IncidentId::of(operation, &code.parse().unwrap()).0,
        Kind::Request => RequestId::of(operation, &code.parse().unwrap()).0,
        Kind::Contribution => ContributionId::of(operation, &code.parse().unwrap()).0,
        Kind::Outcome => OutcomeId::of(operation, &code.parse().unwrap()).0,
        Kind::Sitrep => SitrepId::of(operation, &code.parse().unwrap()).0,
        Kind::Count => AssistanceId::of(operation, &code.parse().unwrap()).0,
        _ => return None,
    })
}

#[test]
fn what_a_payload_names_is_what_the_domain_says_that_its_event_is_about() {
    let shapes: std::collections::BTreeMap<_, _> = domain::Event::shapes().collect();
    let mut unlike = Vec::new();
    for (kind, payload) in examples() {
        let decoded =
            domain::Event::decode(&kind, shapes[kind.as_str()], payload.to_string().as_bytes()).unwrap();
        let scope = decoded.about().scope();
        let Some(operation) = scope.operation else { continue };
        let event = event(&kind, payload);
        let named = about(&event);
        let codes = |of: Kind| -> BTreeSet<String> {
            named
                .iter()
                .filter(|(object, _)| object.kind == of)
                .map(|(object, _)| object.code.clone())
                .collect()
        };
        let mut wrong = |what: &str, so: bool| {
            if !so {
                unlike.push(format!("{what} of {kind}: {}", event.said[0].payload));
            }
        };
        wrong("operation", codes(Kind::Operation) == [operation.to_string()].into());
        let version: BTreeSet<String> = scope.version.iter().map(ToString::to_string).collect();
        // What a finding rests on is tied to it, and no event happened to that.
        let is_evidence = kind == "EvidenceLinked";
        wrong("plan version", codes(Kind::PlanVersion) == version || is_evidence);
        let tasks: BTreeSet<String> = scope.tasks.iter().map(ToString::to_string).collect();
        wrong("tasks", codes(Kind::Task).is_superset(&tasks) || is_evidence);
        let told: BTreeSet<Uuid> =
            named.iter().filter_map(|(object, _)| id_of_matter(object, operation)).collect();
        wrong("matters", told.is_superset(&scope.matters.iter().copied().collect()) || is_evidence);
    }
    assert_eq!(unlike, [""; 0]);
}

#[test]
fn every_number_of_a_plan_version_and_no_other_is_one() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../schema/events");
    for (kind, payload) in examples() {
        let schema: Value =
            serde_json::from_slice(&fs::read(format!("{folder}/{kind}.json")).unwrap()).unwrap();
        let Some(told) = schema["properties"]["number"]["description"].as_str() else { continue };
        let is_version = told.contains("plan version") || told == "Always 1.";
        let number = payload["number"].to_string();
        let named = about(&event(&kind, payload));
        // The version of a decision point stands elsewhere.
        let of_version =
            |(object, _): &(Object, _)| object.kind == Kind::PlanVersion && object.code == number;
        assert_eq!(named.iter().any(of_version), is_version, "{kind}: {told}");
    }
}

/// What stands at the top of a payload and is read as a code is a code of that kind, in every type of event.
#[test]
fn every_field_that_is_read_as_a_code_is_one() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../schema/events");
    let names: BTreeSet<String> = examples().into_iter().map(|(kind, _)| kind).collect();
    let mut seen = 0;
    for kind in names {
        let schema: Value =
            serde_json::from_slice(&fs::read(format!("{folder}/{kind}.json")).unwrap()).unwrap();
        for (path, of, only) in named_paths() {
            let field = path.strip_suffix("[]").unwrap_or(path);
            let told = &schema["properties"][field];
            let is_read = only.is_empty() || only.contains(&kind.as_str());
            if told.is_null() || of == Kind::PlanVersion || !is_read {
                continue;
            }
            let is_list = field.len() < path.len();
            let told = if is_list { &told["items"] } else { told };
            let shape =
                told["$ref"].as_str().or_else(|| told["anyOf"][0]["$ref"].as_str()).unwrap_or_default();
            let wanted = match of {
                Kind::Operation => "OperationCode",
                Kind::PlanVersion => "",
                Kind::Phase => "PhaseCode",
                Kind::Task => "TaskCode",
                Kind::Incident => "IncidentCode",
                Kind::Request => "RequestCode",
                Kind::Contribution => "ContributionCode",
                Kind::Outcome => "OutcomeCode",
                Kind::Sitrep => "SitrepCode",
                Kind::Finding => "FindingCode",
                Kind::Post => "PostCode",
                Kind::Count | Kind::Partner => "PartnerCode",
            };
            // `phase` and `task` are also things as a whole, which have their codes within.
            let is_whole = matches!(field, "phase" | "task") && !shape.ends_with("Code");
            assert!(is_whole || shape.ends_with(&format!("/{wanted}")), "{kind}: {path} is {shape}: {told}");
            seen += 1;
        }
    }
    assert!(seen > 150, "{seen}");
}

/// Types of events that tell of a thing which has a status, and leave that as it is.
const STATUS_STAYS: [&str; 45] = [
    "AllocationReleased",
    "AnnexAttached",
    "ApprovalConditionContested",
    "ApprovalConditionSatisfied",
    "ApprovalConditionWaived",
    "AssignmentRetimed",
    "AssignmentUnderWay",
    "AssignmentWithdrawn",
    "ConditionSatisfactionProposed",
    "ContributionAllocated",
    "DecisionConfirmed",
    "DecisionRecorded",
    "DeconflictionCleared",
    "DeconflictionConflictFound",
    "DeliveryAccepted",
    "DependencyAdded",
    "DependencyRemoved",
    "DraftShared",
    "FragmentaryOrderIssued",
    "GoNoGoDecided",
    "GoNoGoStated",
    "IncidentDeadlineMissed",
    "IncidentEscalated",
    "IncidentTimesCorrected",
    "OfficerAssigned",
    "OfficerRequestAccepted",
    "OfficerRequestDeclined",
    "OfficerRequested",
    "PersonsReceived",
    "PhaseAdded",
    "PhaseCompleted",
    "PhaseStarted",
    "PlanSectionRevised",
    "PledgeRevised",
    "ReleasabilityMarked",
    "RequestDeadlineMissed",
    "RequestEscalated",
    "RequestTimesCorrected",
    "RiskRecorded",
    "TaskAcknowledged",
    "TaskProgressReported",
    "TaskRemovedFromPlan",
    "TaskRevised",
    "TaskTermsSet",
    "TaskTimesCorrected",
];

/// A new type of event fails here until somebody has said whether it changes a status.
#[test]
fn every_type_of_event_changes_a_status_or_is_known_to_leave_it() {
    // What leads to each status that another one is reached from only.
    let before: [&[&str]; 13] = [
        &[],
        &["TaskIssued"],
        &["TaskStarted"],
        &["TaskStarted", "TaskBlocked"],
        &["IncidentReported", "IncidentTriaged"],
        &["IncidentReported", "IncidentClosed"],
        &["PledgeAccepted"],
        &["PledgeAccepted", "InKindDelivered"],
        &["PlanDrafted"],
        &["PlanPromulgated"],
        &["PlanVersionRejected"],
        &["PlanPromulgated", "ApprovalRevoked"],
        &["RequestIssued"],
    ];
    // Of one thing of each kind, and by one partner, whatever the examples are about.
    let alike = |kind: &str, payload: &Value| {
        let mut payload = payload.clone();
        for (field, same) in [
            ("number", 1.into()),
            ("task", "T1".into()),
            ("incident", "INC-001".into()),
            ("request", "RFA-001".into()),
            ("contribution", "K1".into()),
            ("partner", "THA".into()),
            ("quantity", 1.into()),
        ] {
            if let Some(told) = payload.get_mut(field).filter(|told| !told.is_object()) {
                *told = same;
            }
        }
        if let Some(partner) = payload.pointer_mut("/given/partner") {
            *partner = "THA".into();
        }
        event(kind, payload)
    };
    let (mut changing, mut staying) = (BTreeSet::new(), BTreeSet::new());
    let examples = examples();
    let example = |kind: &str| {
        let (_, payload) = examples.iter().find(|(told, _)| told == kind).unwrap();
        alike(kind, payload)
    };
    for (kind, payload) in &examples {
        let event = alike(kind, payload);
        if !FIRST.iter().any(|(of, _)| subject(&event, *of).is_some()) {
            continue;
        }
        let changes = before.iter().any(|before| {
            let mut standings = Standings::default();
            for earlier in *before {
                standings.take(&example(earlier));
            }
            !standings.take(&event).is_empty()
        });
        if changes {
            changing.insert(kind.as_str())
        } else {
            staying.insert(kind.as_str())
        };
    }
    staying.retain(|kind| !changing.contains(kind));
    assert_eq!(staying, STATUS_STAYS.into());
}

/// The statuses of the thing of that kind, after each of these.
fn statuses(of: Kind, events: &[(&str, Value)]) -> Vec<&'static str> {
    let mut standings = Standings::default();
    let changed = events.iter().flat_map(|(kind, payload)| standings.take(&event(kind, payload.clone())));
    changed.filter(|(object, _)| object.kind == of).map(|(_, status)| status).collect()
}

#[test]
fn a_status_is_what_the_api_says_by_all_that_came_before() {
    let incident = json!({ "incident": "INC-001" });
    let told = |kind| (kind, incident.clone());
    assert_eq!(
        statuses(
            Kind::Incident,
            &[
                "IncidentReported",
                "IncidentTriaged",
                "ResponderDispatched",
                "IncidentTriaged",
                "IncidentClosed",
                "IncidentReopened"
            ]
            .map(told)
        ),
        ["REPORTED", "TRIAGED", "RESPONDING", "CLOSED", "TRIAGED"]
    );
    let closed = ["IncidentReported", "IncidentClosed", "IncidentReopened"].map(told);
    assert_eq!(statuses(Kind::Incident, &closed), ["REPORTED", "CLOSED", "REPORTED"]);

    let own = |kind, partner: &str| (kind, json!({ "number": 1, "partner": partner }));
    let given = |kind, partner: &str| (kind, json!({ "number": 1, "given": { "partner": partner } }));
    let decided = [
        own("PlanDrafted", ""),
        own("PlanVersionSubmitted", ""),
        given("PlanVersionRejected", "MMR"),
        given("PlanVersionRejected", "LAO"),
        own("ApprovalRevoked", "MMR"),
        own("ApprovalRevoked", "LAO"),
        given("PlanVersionApproved", "LAO"),
        own("PlanPromulgated", ""),
        own("ApprovalRevoked", "CHN"),
        own("ApprovalRevoked", "LAO"),
        given("PlanVersionApprovedWithConditions", "CHN"),
        given("TerritorialConsentGiven", "LAO"),
        own("PlanVersionSuperseded", ""),
    ];
    assert_eq!(
        statuses(Kind::PlanVersion, &decided),
        [
            "DRAFT",
            "SUBMITTED",
            "REJECTED",
            "SUBMITTED",
            "PROMULGATED",
            "SUSPENDED",
            "PROMULGATED",
            "SUPERSEDED"
        ]
    );

    let given = |kind, quantity| (kind, json!({ "contribution": "K3", "quantity": quantity }));
    let delivered = [
        given("ContributionPledged", 0),
        given("PledgeAccepted", 0),
        given("InKindDelivered", 12),
        given("DeliveryRejected", 2),
        given("DeliveryRejected", 10),
        given("InKindDelivered", 12),
        given("FundsDisbursed", 0),
        given("InKindDelivered", 12),
    ];
    let reached =
        ["PLEDGED", "ACCEPTED", "PARTLY_DELIVERED", "ACCEPTED", "PARTLY_DELIVERED", "PARTLY_DISBURSED"];
    assert_eq!(statuses(Kind::Contribution, &delivered), reached);
}
