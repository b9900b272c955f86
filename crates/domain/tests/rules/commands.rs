//! Commands as the log keeps them, so that they can be decided again: `commands.jsonl` has one of each.
//!
//! To write the file anew: `ACCORD_BLESS=1 cargo test -p domain --test rules`. A line that changes makes what
//! is in logs unreadable and repeated requests strangers: then `RULES_VERSION` must change too.

use crate::support::{
    coming, giving, instant, of,
    saphan::{self as plans, *},
};
use domain::{
    Command, Event, IncidentCode, Instant, Language, Names, OperationCode, PartnerCode, Position, PostCode,
    Priority, Reported, RequestCode, Sha256, Span,
    assignment::AssignmentCommand,
    assistance::{AssistanceCommand, Correction, CorrectionReason, Figure, NationalityCount, OutcomeCount},
    catalogue::{
        examples,
        sources::{Source, sources},
    },
    centre::{CentreCode, CentreCommand},
    clock::{ClockKind, Limit},
    coalition::{CoalitionCommand, PartnerCommand, PartnerRole, PostCommand},
    contribution::{ContributionCommand, ContributionKind, NewPledge, PledgeRevision},
    execution::{BlockReason, ExecutionCommand, GoNoGo, Judgement, TaskClaim, TaskReport, Word},
    hash::canonical_json,
    incident::{IncidentCommand, IncidentKind, Methane, ResponseTask},
    operation::{DecisionOption, NewRecordedDecision, OperationCommand},
    outcome::{NewOutcome, OutcomeCommand, OutcomeKind},
    plan::{
        ImportedTask, Named, NewOfficer, OrderedChange, PlanCommand, PlanEvent, TaskRevision, Term, Terms,
        TimeWindow,
    },
    release::{Classification, HandlingCode, Marked, Matter, Release, ScopeIds},
    request::{Channel, NewRequest, RequestCommand, RequestKind},
    review::{Evidence, FindingCode, FindingKind, MeasuredOf, NewFinding, Question, Remedy, ReviewCommand},
    sitrep::SitrepCommand,
    watch::{WatchCommand, WatchRules},
};
use serde_json::Value;
use std::{collections::BTreeSet, fs, path::PathBuf};
use uuid::Uuid;

fn thai() -> Names {
    Names::new([(Language::Th, of("ไทย"))]).unwrap()
}

fn of_partners() -> Vec<PartnerCommand> {
    let (partner, reason) = (|| -> PartnerCode { of("KHM") }, || of("Mandate across borders"));
    vec![
        PartnerCommand::Invite {
            partner: partner(),
            profile: profile("Cambodia"),
            role: PartnerRole::Participant,
        },
        PartnerCommand::AcknowledgeInvitation { partner: partner() },
        PartnerCommand::DeferInvitation { partner: partner(), reason: Some(reason()) },
        PartnerCommand::DeferInvitation { partner: partner(), reason: None },
        PartnerCommand::DeclineInvitation { partner: partner(), reason: Some(reason()) },
        PartnerCommand::Accede { partner: partner(), founding: None },
        PartnerCommand::Accede {
            partner: of("THA"),
            founding: Some((profile("Thailand"), PartnerRole::Host)),
        },
        PartnerCommand::AdmitObserver { partner: partner() },
        PartnerCommand::ChangeRole { partner: partner(), role: PartnerRole::Principal, reason: reason() },
        PartnerCommand::Suspend { partner: partner(), reason: reason() },
        PartnerCommand::Reinstate { partner: partner(), reason: reason() },
        PartnerCommand::Withdraw { partner: partner(), reason: reason() },
        PartnerCommand::Name { partner: partner(), names: thai(), agency_names: Names::default() },
    ]
}

fn of_centres() -> Vec<CentreCommand> {
    let centre = || of("CMCC");
    let criterion = domain::centre::Criterion { name: of("Roads"), weight: 100 };
    let score = domain::centre::Score { criterion: of("Roads"), score: 4 };
    vec![
        CentreCommand::Propose { centre: centre(), name: of("Centre"), criteria: vec![criterion] },
        CentreCommand::Assess {
            centre: centre(),
            site: of("A"),
            place: of("Chiang Mai"),
            scores: vec![score],
        },
        CentreCommand::Select {
            centre: centre(),
            site: of("A"),
            agreed_by: vec![of("THA"), of("LAO")],
            rationale: of("Near\nthe road"),
        },
        CentreCommand::Establish { centre: centre() },
        CentreCommand::Activate { centre: centre() },
        CentreCommand::OpenForwardPost { centre: centre(), code: of("F1"), place: of("Mae Sai") },
        CentreCommand::StandDown { centre: centre(), reason: of("Done") },
        CentreCommand::Name { centre: centre(), names: thai() },
    ]
}

fn of_posts() -> Vec<PostCommand> {
    let post = || -> PostCode { of("THA-02") };
    vec![
        PostCommand::Establish { post: post(), partner: of("THA"), title: of("Planner"), liaison: true },
        PostCommand::Nominate { post: post(), officer: officer(7) },
        PostCommand::AcceptNomination { post: post() },
        PostCommand::DeclineNomination { post: post(), reason: Some(of("Bound elsewhere")) },
        PostCommand::TakePost { post: post() },
        PostCommand::AppointActing { post: post(), officer: officer(8) },
        PostCommand::Relieve { post: post(), reason: of("End of tour") },
        PostCommand::Name { post: post(), titles: thai() },
    ]
}

fn of_operations() -> Vec<OperationCommand> {
    let operation = saphan;
    let at = || "2023-10-09T06:00:00+06:30".parse().unwrap();
    let narrow = Release {
        releasable_to: partners(&["CHN", "THA"]),
        classification: None,
        handling: Some(HandlingCode::H2),
    };
    let mark =
        |item| OperationCommand::MarkReleasability { operation: operation(), item, release: narrow.clone() };
    vec![
        OperationCommand::Initiate {
            operation: operation(),
            title: of("Operation SAPHAN"),
            lead: of("THA"),
            classification: Classification::Restricted,
            handling: HandlingCode::default(),
            releasable_to: partners(&["LAO", "CHN"]),
        },
        OperationCommand::IssueWarningOrder { operation: operation(), text: Some(of("Prepare.")) },
        OperationCommand::RecordLegalBasis { operation: operation(), instruments: vec![of("Memorandum")] },
        mark(None),
        mark(Some(Marked::PlanVersion { number: 2 })),
        mark(Some(Marked::Task { task: of("T16") })),
        mark(Some(Marked::Annex { number: 2, annex: of("B") })),
        OperationCommand::SetHHour { operation: operation(), at: at() },
        OperationCommand::ShiftHHour { operation: operation(), to: at(), reason: of("Rain") },
        OperationCommand::Activate { operation: operation() },
    ]
}

/// While it is carried out, and after.
fn of_active_operations() -> Vec<OperationCommand> {
    let operation = saphan;
    let at = |text: &str| text.parse().unwrap();
    let decision = |decision_point: Option<&str>, options| NewRecordedDecision {
        decision_point: decision_point.map(of),
        question: of("Open the overflow shelter?"),
        options,
        outcome: of("Open it"),
        reasons: of("More persons\nthan places"),
        seen_at: Position(240),
    };
    let options = vec![
        DecisionOption { text: of("Open it now"), assessment: Some(of("Beds for 40 more")) },
        DecisionOption { text: of("Wait"), assessment: None },
    ];
    let record = |decision| OperationCommand::RecordDecision { operation: operation(), decision };
    let period = TimeWindow { from: at("2023-10-10T00:00:00+07:00"), to: at("2023-10-12T00:00:00+07:00") };
    let find = |period, areas: &[&str]| OperationCommand::FindDeconflictionConflict {
        operation: operation(),
        other: of("Operation of the river police"),
        period,
        areas: areas.iter().map(|area| of(area)).collect(),
        tasks: tasks(&["T20", "T21"]),
    };
    vec![
        OperationCommand::Pause { operation: operation(), reason: of("Fighting near the bridge") },
        OperationCommand::Resume { operation: operation() },
        OperationCommand::Close { operation: operation() },
        OperationCommand::Terminate { operation: operation(), reason: of("Both sites were abandoned") },
        record(decision(Some("DP2"), options)),
        record(decision(None, Vec::new())),
        find(Some(period), &["Mae Sot"]),
        find(None, &[]),
        OperationCommand::ClearDeconfliction {
            operation: operation(),
            number: 1,
            resolution: of("Dates exchanged"),
        },
    ]
}

fn of_executions() -> Vec<ExecutionCommand> {
    let operation = saphan;
    let at = || "2023-10-10T07:30:00+06:30".parse().unwrap();
    let text = || Some(of("Two of three gates"));
    let claim = |says| ExecutionCommand::Claim { operation: operation(), task: of("T17"), says };
    let judge = |criterion: &str, met, note: Option<&str>| Judgement {
        criterion: of(criterion),
        met,
        note: note.map(of),
    };
    let reported = |occurred_at, late_reason: Option<&str>| {
        Some(Reported { occurred_at, late_reason: late_reason.map(str::to_owned) })
    };
    let report = |says, reported| TaskReport { task: of("T17"), says, reported };
    let reports = vec![
        report(TaskClaim::Started, reported(at(), Some("No network"))),
        report(TaskClaim::Unblocked { text: None }, reported(at(), None)),
        report(TaskClaim::Completed { outcome: text() }, None),
    ];
    let word = Word {
        decision: GoNoGo::NoGo,
        criteria: vec![judge("Rehearsal", true, None), judge("Shelter", false, Some("110 places"))],
        accepted_risks: vec![of("Shelter")],
        seen_at: Position(181),
    };
    let mut commands: Vec<_> = [
        TaskClaim::Issued,
        TaskClaim::Acknowledged,
        TaskClaim::Started,
        TaskClaim::Progress { percent: 40, text: text() },
        TaskClaim::Progress { percent: 50, text: None },
        TaskClaim::Blocked { reason: BlockReason::NoAccess, text: text() },
        TaskClaim::Unblocked { text: text() },
        TaskClaim::Completed { outcome: None },
        TaskClaim::Cancelled { reason: of("Site B was left") },
    ]
    .map(claim)
    .into();
    commands.extend([
        ExecutionCommand::Report { operation: operation(), reports },
        ExecutionCommand::CorrectTimes {
            operation: operation(),
            task: of("T17"),
            claim: 3,
            at: at(),
            reason: of("By the team's own list"),
        },
        ExecutionCommand::StartPhase { operation: operation(), phase: of("P3") },
        ExecutionCommand::CompletePhase { operation: operation(), phase: of("P3") },
        ExecutionCommand::DecideGoNoGo { operation: operation(), phase: of("P3"), word },
    ]);
    commands
}

fn of_watches() -> Vec<WatchCommand> {
    let limit = |clock, escalate_to: Option<&str>| Limit {
        priority: Priority::P1,
        clock,
        minutes: 60,
        escalate_to: escalate_to.map(of),
    };
    let set = |limits| WatchCommand::SetRules {
        centre: of("CMCC"),
        rules: WatchRules { shift_hours: 12, min_officers: 2, min_nations: 2, limits },
    };
    let centre = || -> CentreCode { of("CMCC") };
    let made = |release| WatchCommand::MakeLogEntry {
        centre: centre(),
        category: of("SECURITY"),
        text: of("Shots were heard north of Site A"),
        release,
    };
    vec![
        set(vec![limit(ClockKind::Decide, None), limit(ClockKind::Respond, Some("THA-01"))]),
        set(Vec::new()),
        WatchCommand::RosterShift {
            centre: centre(),
            from: instant("2023-10-14T18:00:00+07:00"),
            to: instant("2023-10-15T06:00:00+07:00"),
            officers: vec![of("CHN-01"), of("LAO-01")],
        },
        WatchCommand::Assume { centre: centre(), shift: 3 },
        WatchCommand::HandOver { centre: centre(), shift: 2, to: 3, brief: of("One incident is open") },
        made(None),
        made(Some(Release { releasable_to: [of("THA")].into(), ..Release::default() })),
        WatchCommand::CorrectLogEntry {
            centre: centre(),
            entry: 7,
            text: of("Fireworks were heard north of Site A"),
            reason: of("The patrol has seen them"),
        },
        WatchCommand::DetectGap { centre: centre(), shift: 3 },
    ]
}

fn of_reports() -> Vec<IncidentCommand> {
    let bare = || Methane {
        title: of("Persons reported being moved"),
        kind: IncidentKind::PersonsMoved,
        place: None,
        territory: None,
        hazards: None,
        access: None,
        persons: None,
        present: None,
        ccir: None,
    };
    let told = Methane {
        place: Some(of("Crossing south of Site B")),
        territory: Some(of("MMR")),
        hazards: Some(of("High water")),
        access: Some(of("By boat")),
        persons: Some(20),
        present: Some(of("One patrol")),
        ccir: Some(of("CCIR3")),
        ..bare()
    };
    let report = |report, release| IncidentCommand::Report {
        operation: saphan(),
        incident: of("INC-001"),
        report,
        release,
    };
    let to_two = Release { releasable_to: partners(&["MMR", "THA"]), ..Release::default() };
    vec![report(bare(), None), report(told, Some(to_two))]
}

fn of_incidents() -> Vec<IncidentCommand> {
    let operation = saphan;
    let (incident, at) = (
        || -> IncidentCode { of("INC-001") },
        || -> Instant { "2023-10-11T23:33:00+07:00".parse().unwrap() },
    );
    let escalate = |priority, to: Option<&str>| IncidentCommand::Escalate {
        operation: operation(),
        incident: incident(),
        priority,
        to: to.map(of),
        reason: of("Nobody has answered"),
    };
    let task = |post: Option<&str>| ResponseTask {
        code: of("ET-01"),
        title: of("Receive persons on the Thai bank"),
        lead: of("THA"),
        territory: of("THA"),
        post: post.map(of),
        start: at(),
        duration: Span::hours(3),
    };
    let decide = |task| IncidentCommand::DecideResponse {
        operation: operation(),
        incident: incident(),
        task,
        reasons: of("Risk to life"),
        seen_at: Position(301),
    };
    let dispatch = |task: Option<&str>| IncidentCommand::Dispatch {
        operation: operation(),
        incident: incident(),
        post: of("THA-06"),
        task: task.map(of),
    };
    let (operation, reason) = (operation(), || of("The boat's log says so"));
    vec![
        IncidentCommand::Triage {
            operation: operation.clone(),
            incident: incident(),
            priority: Priority::P1,
        },
        escalate(Some(Priority::P1), None),
        escalate(None, Some("THA-01")),
        decide(None),
        decide(Some(task(None))),
        decide(Some(task(Some("THA-06")))),
        dispatch(None),
        dispatch(Some("ET-01")),
        IncidentCommand::RecordArrival {
            operation: operation.clone(),
            incident: incident(),
            post: of("MMR-02"),
        },
        IncidentCommand::Contain {
            operation: operation.clone(),
            incident: incident(),
            persons_recovered: Some(17),
        },
        IncidentCommand::Contain {
            operation: operation.clone(),
            incident: incident(),
            persons_recovered: None,
        },
        IncidentCommand::Close {
            operation: operation.clone(),
            incident: incident(),
            outcome: Some(of("17 persons received")),
        },
        IncidentCommand::Close { operation: operation.clone(), incident: incident(), outcome: None },
        IncidentCommand::Reopen { operation: operation.clone(), incident: incident(), reason: reason() },
        IncidentCommand::CorrectTimes {
            operation: operation.clone(),
            incident: incident(),
            claim: 7,
            at: at(),
            reason: reason(),
        },
        IncidentCommand::MissDeadline { operation, incident: incident(), clock: 2 },
    ]
}

fn of_requests() -> Vec<RequestCommand> {
    let (operation, request): (fn() -> OperationCode, _) = (saphan, || -> RequestCode { of("RFA-001") });
    let issue =
        |ask| RequestCommand::Issue { operation: operation(), request: request(), ask: Box::new(ask) };
    let ask = NewRequest {
        kind: RequestKind::Rfa,
        channel: Channel::Police,
        priority: Priority::P1,
        to: of("MMR"),
        incident: Some(of("INC-001")),
        text: of("Stop the boats on your bank"),
        due: Some("2023-10-12T06:00:00+06:30".parse().unwrap()),
        release: Release { releasable_to: partners(&["CHN"]), ..Release::default() },
    };
    let bare = NewRequest {
        kind: RequestKind::Rfi,
        channel: Channel::Mla,
        incident: None,
        due: None,
        release: Release::default(),
        ..ask.clone()
    };
    let escalate = |priority, to: Option<&str>| RequestCommand::Escalate {
        operation: operation(),
        request: request(),
        priority,
        to: to.map(of),
        reason: of("Nobody has answered"),
    };
    let fulfil = |answer: Option<&str>| RequestCommand::Fulfil {
        operation: operation(),
        request: request(),
        answer: answer.map(of),
    };
    vec![
        issue(ask),
        issue(bare),
        RequestCommand::Acknowledge { operation: operation(), request: request() },
        RequestCommand::Accept { operation: operation(), request: request() },
        RequestCommand::Decline { operation: operation(), request: request(), reason: of("No boat is free") },
        fulfil(Some("17 were stopped")),
        fulfil(None),
        escalate(Some(Priority::P1), None),
        escalate(None, Some("MMR-01")),
        RequestCommand::Withdraw {
            operation: operation(),
            request: request(),
            reason: of("Found elsewhere"),
        },
        RequestCommand::CorrectTimes {
            operation: operation(),
            request: request(),
            claim: 2,
            at: "2023-10-11T23:05:00+07:00".parse().unwrap(),
            reason: of("The radio log says so"),
        },
        RequestCommand::MissDeadline { operation: operation(), request: request(), clock: 1 },
    ]
}

/// Marks of what an operation deals with besides its plan.
fn of_marks() -> Vec<OperationCommand> {
    let mark = |matter| OperationCommand::MarkReleasability {
        operation: saphan(),
        item: Some(Marked::Matter(matter)),
        release: Release { releasable_to: partners(&["MMR"]), ..Release::default() },
    };
    vec![mark(Matter::Incident(of("INC-001"))), mark(Matter::Request(of("RFA-001")))]
}

/// What commands of planners carry is what the events after them carry.
fn drafted(event: Event) -> Option<PlanCommand> {
    let Event::Plan(event) = event else { return None };
    if let PlanEvent::PlanDrafted { operation, sections, .. } = event {
        Some(PlanCommand::Draft { operation, sections })
    } else if let PlanEvent::PlanSectionRevised { operation, section, .. } = event {
        Some(PlanCommand::ReviseSection { operation, section: Box::new(section) })
    } else if let PlanEvent::PhaseAdded { operation, phase, .. } = event {
        Some(PlanCommand::AddPhase { operation, phase })
    } else if let PlanEvent::TaskAddedToPlan { operation, task, .. } = event {
        Some(PlanCommand::AddTask { operation, task: Box::new(task), release: None })
    } else if let PlanEvent::RiskRecorded { operation, risk, .. } = event {
        Some(PlanCommand::RecordRisk { operation, risk: Box::new(risk) })
    } else if let PlanEvent::PlanVersionApprovedWithConditions { operation, number, given, conditions } =
        event
    {
        let named = Named { operation, number, content_hash: given.content_hash, seen_at: given.seen_at };
        Some(PlanCommand::Approve { named, conditions })
    } else {
        None
    }
}

fn narrowed() -> Release {
    Release { releasable_to: partners(&["MMR"]), ..Release::default() }
}

fn of_plans() -> Vec<PlanCommand> {
    let operation = saphan;
    let revision = TaskRevision { start_offset: Some(Span::hours(-6)), ..TaskRevision::default() };
    let (task, predecessor) = (|| of("T16"), || of("T15"));
    let mut commands: Vec<PlanCommand> = examples::events().into_iter().filter_map(drafted).collect();
    commands.extend([
        PlanCommand::ReviseTask { operation: operation(), task: task(), revision: Box::new(revision) },
        PlanCommand::ImportTasks {
            operation: operation(),
            calendars: None,
            tasks: vec![
                imported("T01", None, &[]),
                ImportedTask {
                    line_of_effort: Some(of("LOE1")),
                    post: Some(of("THA-02")),
                    ..imported("T02", Some(-6), &["T01", "T16SS-30m"])
                },
            ],
        },
        PlanCommand::ImportTasks {
            operation: operation(),
            calendars: Some(Vec::new()),
            tasks: vec![imported("T01", None, &[])],
        },
        PlanCommand::SetTaskTerms {
            operation: operation(),
            task: task(),
            terms: Terms { finish_no_later_than: Some(Span::hours(12)), ..Terms::default() },
            keeping: BTreeSet::new(),
        },
        PlanCommand::SetTaskTerms {
            operation: operation(),
            task: task(),
            terms: Terms { finish_no_later_than: Some(Span::hours(12)), ..Terms::default() },
            keeping: [Term::Group, Term::Constraint].into(),
        },
        PlanCommand::RemoveTask { operation: operation(), task: task() },
        PlanCommand::AddDependency { operation: operation(), task: task(), dependency: of("T15") },
        PlanCommand::AddDependency { operation: operation(), task: task(), dependency: of("T15SS-30m") },
        PlanCommand::RemoveDependency { operation: operation(), task: task(), predecessor: predecessor() },
        PlanCommand::AttachAnnex {
            operation: operation(),
            annex: Box::new(annex("B", "Two compounds, “A” and B\n")),
        },
    ]);
    commands.extend(of_decisions());
    commands
}

fn of_decisions() -> Vec<PlanCommand> {
    let (operation, reason) = (saphan, || of("The road is closed"));
    let named =
        || Named { operation: saphan(), number: 2, content_hash: Sha256([0xab; 32]), seen_at: Position(207) };
    let (partner, condition) = (|| of("CHN"), || of("C1"));
    vec![
        PlanCommand::Submit { operation: operation() },
        PlanCommand::Recall { operation: operation(), reason: reason() },
        PlanCommand::Approve { named: named(), conditions: Vec::new() },
        PlanCommand::Reject {
            named: named(),
            reason_code: Some(of("SOVEREIGNTY")),
            reason: reason(),
            objects_to: tasks(&["T16"]),
        },
        PlanCommand::Reject {
            named: named(),
            reason_code: None,
            reason: reason(),
            objects_to: BTreeSet::new(),
        },
        PlanCommand::Consent { named: named(), tasks: tasks(&["T15", "T16"]) },
        PlanCommand::Revoke { operation: operation(), number: 2, reason: reason() },
        PlanCommand::SatisfyCondition {
            operation: operation(),
            number: 2,
            partner: partner(),
            condition: condition(),
            evidence: of("Seen by both"),
        },
        PlanCommand::WaiveCondition {
            operation: operation(),
            number: 2,
            partner: partner(),
            condition: condition(),
            reason: reason(),
        },
        PlanCommand::ProposeSatisfaction {
            operation: operation(),
            number: 2,
            partner: partner(),
            condition: condition(),
            evidence: of("Seen by both"),
        },
        PlanCommand::ContestCondition {
            operation: operation(),
            number: 2,
            partner: partner(),
            condition: condition(),
            reason: reason(),
        },
        PlanCommand::ConfirmDecision { operation: operation(), number: 2 },
        PlanCommand::Withdraw { operation: operation(), reason: reason() },
        PlanCommand::ShareDraft { operation: operation(), with: partners(&["INTERPOL"]) },
        PlanCommand::OpenAmendment { operation: operation(), reason: reason(), release: None },
        PlanCommand::OpenAmendment { operation: operation(), reason: reason(), release: Some(narrowed()) },
        PlanCommand::AddTask {
            operation: operation(),
            task: Box::new(plans::task("T30", "THA", "THA", 0, 1, &[])),
            release: Some(narrowed()),
        },
        PlanCommand::Promulgate { operation: operation(), number: 2, seen_at: Position(207) },
        PlanCommand::IssueFragmentaryOrder {
            operation: operation(),
            reason: reason(),
            change: OrderedChange {
                h_hour: Some("2023-10-10T06:00:00+07:00".parse().unwrap()),
                officers: vec![NewOfficer { task: of("T16"), post: of("MMR-03") }],
            },
        },
    ]
}

fn of_assistance() -> Vec<AssistanceCommand> {
    use AssistanceCommand as Asked;
    let operation = saphan;
    let correct = |correction| Asked::Correct { operation: operation(), correction };
    let reason = CorrectionReason::CountedByMistake;
    vec![
        Asked::Receive { operation: operation(), count: 101, place: Some(of("THA")), incident: None },
        Asked::Receive { operation: operation(), count: 17, place: None, incident: Some(of("INC-001")) },
        Asked::Screen { operation: operation(), presumed: 96, not_presumed: 20, minors: Some(7) },
        Asked::Identify {
            operation: operation(),
            identified: vec![NationalityCount { nationality: of("CHN"), count: 46 }],
            not_identified: 9,
            undetermined: 4,
        },
        Asked::TallyOutcomes {
            operation: operation(),
            outcomes: vec![OutcomeCount { outcome: Figure::AwaitingDocuments, count: 5 }],
            punished: Some(0),
        },
        correct(Correction { claim: 1, figure: None, nationality: None, count: 99, reason }),
        correct(Correction {
            claim: 4,
            figure: Some(Figure::Identified),
            nationality: Some(of("CHN")),
            count: 47,
            reason,
        }),
    ]
}

fn of_contributions() -> Vec<ContributionCommand> {
    use ContributionCommand as Asked;
    let operation = saphan;
    let [cash, in_kind] = ["K2", "K3"].map(|code| move || of(code));
    let (line, amount) = (|| of("LOE1"), || giving::money("900000 CNY"));
    let terminals = || giving::new("K3", giving::terminals(12));
    let money = || giving::new("K2", giving::cash("2000000 CNY"));
    let narrow = NewPledge { release: Some(giving::released(&["LAO"])), ..terminals() };
    let revised = PledgeRevision {
        kind: Some(ContributionKind::Other),
        title: Some(None),
        offer: Some(giving::cash("500 VND").offer),
    };
    let revise = |revision| Asked::Revise { operation: operation(), contribution: cash(), revision };
    let disburse = |line_of_effort| Asked::Disburse {
        operation: operation(),
        contribution: cash(),
        amount: amount(),
        line_of_effort,
    };
    vec![
        Asked::Pledge { operation: operation(), pledge: narrow },
        Asked::PledgeMany { operation: operation(), pledges: vec![money(), terminals()] },
        revise(revised),
        revise(PledgeRevision { title: Some(Some(of("For shelters"))), ..PledgeRevision::default() }),
        Asked::Accept {
            operation: operation(),
            contribution: cash(),
            rates: vec![giving::rate("CNY", "4.80", "THB")],
        },
        Asked::Decline { operation: operation(), contribution: in_kind(), reason: of("No room") },
        Asked::Withdraw { operation: operation(), contribution: in_kind(), reason: of("Needed elsewhere") },
        Asked::Allocate {
            operation: operation(),
            contribution: cash(),
            line_of_effort: line(),
            amount: amount(),
        },
        Asked::Release {
            operation: operation(),
            contribution: cash(),
            line_of_effort: line(),
            amount: amount(),
        },
        disburse(Some(line())),
        disburse(None),
        Asked::Deliver { operation: operation(), contribution: in_kind(), quantity: 12 },
        Asked::AcceptDelivery { operation: operation(), contribution: in_kind(), delivery: 1, quantity: 10 },
        Asked::RejectDelivery {
            operation: operation(),
            contribution: in_kind(),
            delivery: 1,
            quantity: 2,
            reason: of("Failed certification"),
        },
    ]
}

fn of_sitreps() -> Vec<SitrepCommand> {
    let issue = |remarks, is_final, release| SitrepCommand::Issue {
        operation: saphan(),
        until: "2023-10-12T12:00:00+07:00".parse().unwrap(),
        remarks,
        is_final,
        release,
    };
    vec![
        issue(None, false, None),
        issue(Some(of("All is done")), true, Some(giving::released(&["LAO"]))),
        SitrepCommand::Correct {
            operation: saphan(),
            sitrep: of("SITREP-03"),
            remarks: Some(of("T20 ended in the night")),
            reason: of("The report of T20 came late"),
        },
    ]
}

fn of_outcomes() -> Vec<OutcomeCommand> {
    use OutcomeCommand as Asked;
    let operation = saphan;
    let correct = |measured, at| Asked::Correct {
        operation: operation(),
        outcome: of("OUT-02"),
        claim: 1,
        measured,
        at,
        reason: of("Two figures were swapped"),
    };
    let full = NewOutcome {
        title: Some(of("Compounds at the river")),
        objective: Some(of("O3")),
        release: Some(giving::released(&["LAO"])),
        ..coming::so_much("OUT-01", OutcomeKind::SitesClosed, "2")
    };
    let money = coming::so_much("OUT-02", OutcomeKind::ValueFrozen, "28600000 THB");
    vec![
        Asked::Record { operation: operation(), outcome: full },
        Asked::Record { operation: operation(), outcome: money },
        correct(Some(coming::measured("26800000 THB")), None),
        correct(None, Some(instant("2023-10-12T16:00:00+07:00"))),
    ]
}

fn of_evidence() -> Vec<Evidence> {
    let (event, position) = (Uuid::from_u128(7), Position(811));
    let incident = || Matter::Incident(of("INC-001"));
    let scope = || ScopeIds {
        versions: [Uuid::from_u128(1)].into(),
        annex: Some(Uuid::from_u128(2)),
        tasks: [Uuid::from_u128(3)].into(),
        matters: [Uuid::from_u128(4)].into(),
    };
    let measured = |of: MeasuredOf| Evidence::Metric {
        code: "TIME_TO_DECIDE".parse().unwrap(),
        of,
        as_known_at: Position(1_190),
        value: "51".parse().unwrap(),
        unit: "MINUTES".parse().unwrap(),
        scope: scope(),
    };
    vec![
        Evidence::Event { event, position, scope: scope() },
        Evidence::Event { event, position, scope: ScopeIds::default() },
        Evidence::TaskClaim { task: of("T27"), claim: 2 },
        Evidence::MatterClaim { matter: incident(), claim: 6 },
        Evidence::AssistanceClaim { authority: of("THA"), claim: 4 },
        Evidence::PlanDecision { version: 1, decision: 3 },
        Evidence::RecordedDecision { number: 1, version: Some(2) },
        Evidence::RecordedDecision { number: 2, version: None },
        Evidence::GoNoGoWord { phase: of("P3"), number: 1, version: 2 },
        Evidence::Matter(incident()),
        Evidence::PlanVersion { number: 1 },
        Evidence::Task { task: of("T13") },
        Evidence::Shift { centre: of("CMCC"), number: 12 },
        Evidence::Assistance {
            authority: of("THA"),
            figure: Figure::Identified,
            valid_at: instant("2023-11-24T08:00:00+07:00"),
        },
        measured(MeasuredOf::Operation),
        measured(MeasuredOf::Partner(of("CHN"))),
        measured(MeasuredOf::Post(of("THA-03"))),
        measured(MeasuredOf::Objective(of("O1"))),
        measured(MeasuredOf::Centre(of("CMCC"))),
        measured(MeasuredOf::Task(of("T27"))),
        measured(MeasuredOf::Matter(incident())),
        measured(MeasuredOf::PlanVersion(2)),
        measured(MeasuredOf::Shift { centre: of("CMCC"), number: 12 }),
        measured(MeasuredOf::Event(event)),
    ]
}

fn of_reviews() -> Vec<ReviewCommand> {
    let (operation, finding) = (saphan, || -> FindingCode { of("F1") });
    let due = || instant("2024-01-01T00:00:00+07:00");
    let whole = NewFinding {
        code: finding(),
        kind: FindingKind::Sustain,
        observation: of("P1 incident decided in 51 min"),
        discussion: Some(of("Both were on watch together")),
        conclusion: Some(of("Two-nation night watch works")),
        recommendation: Some(of("Keep it")),
        owner: Some(of("THA-03")),
        due: Some(due()),
        evidence: of_evidence(),
    };
    let bare = NewFinding {
        discussion: None,
        conclusion: None,
        recommendation: None,
        owner: None,
        due: None,
        evidence: Vec::new(),
        ..whole.clone()
    };
    let recorded = |finding: NewFinding| ReviewCommand::RecordFinding {
        operation: operation(),
        finding: Box::new(finding),
    };
    let remedy = |owner, due| ReviewCommand::Recommend {
        operation: operation(),
        finding: finding(),
        remedy: Remedy { conclusion: of("It works"), recommendation: of("Keep it"), owner, due },
    };
    let validated = |accepted, note| ReviewCommand::ValidateLesson {
        operation: operation(),
        finding: finding(),
        accepted,
        note,
    };
    vec![
        ReviewCommand::Open { operation: operation() },
        ReviewCommand::Answer { operation: operation(), question: Question::Next, answer: of("Train") },
        ReviewCommand::Observe { operation: operation(), text: of("The gate was shut") },
        recorded(whole),
        recorded(bare),
        remedy(Some(of("THA-03")), Some(due())),
        remedy(None, None),
        ReviewCommand::LinkEvidence {
            operation: operation(),
            finding: finding(),
            evidence: vec![Evidence::Task { task: of("T13") }],
        },
        ReviewCommand::AssignAction {
            operation: operation(),
            finding: finding(),
            post: of("THA-03"),
            due: due(),
        },
        ReviewCommand::CompleteAction { operation: operation(), finding: finding(), note: of("Done") },
        validated(true, Some(of("Seen"))),
        validated(false, None),
        ReviewCommand::Adopt { operation: operation(), seen_at: Position(1_204) },
    ]
}

fn examples() -> Vec<Command> {
    let declare = CoalitionCommand::DeclareExercise { title: of("Exercise SAPHAN 2023") };
    let mut commands = vec![Command::Coalition(declare)];
    commands.extend(of_partners().into_iter().map(Command::Partner));
    commands.extend(of_centres().into_iter().map(Command::Centre));
    commands.extend(of_posts().into_iter().map(Command::Post));
    commands.extend(of_operations().into_iter().map(Command::Operation));
    commands.extend(of_plans().into_iter().map(Command::Plan));
    let assign = AssignmentCommand::Assign { operation: saphan(), task: of("T16"), post: of("MMR-02") };
    let withdraw =
        AssignmentCommand::Withdraw { operation: saphan(), number: 16, reason: of("Needed at Site B") };
    let asks = |reason| AssignmentCommand::Request {
        operation: saphan(),
        task: of("T16"),
        post: of("MMR-02"),
        reason,
    };
    let accept = AssignmentCommand::AcceptRequested { operation: saphan(), number: 1 };
    let decline =
        AssignmentCommand::DeclineRequested { operation: saphan(), number: 1, reason: of("On leave") };
    let asked = [asks(Some(of("For the night"))), asks(None), accept, decline];
    commands.extend([assign, withdraw].into_iter().chain(asked).map(Command::Assignment));
    commands.extend(of_active_operations().into_iter().map(Command::Operation));
    commands.extend(of_executions().into_iter().map(Command::Execution));
    commands.extend(of_watches().into_iter().map(Command::Watch));
    commands.extend(of_reports().into_iter().map(Command::Incident));
    commands.extend(of_incidents().into_iter().map(Command::Incident));
    commands.extend(of_requests().into_iter().map(Command::Request));
    commands.extend(of_marks().into_iter().map(Command::Operation));
    commands.extend(of_contributions().into_iter().map(Command::Contribution));
    commands.extend(of_sitreps().into_iter().map(Command::Sitrep));
    commands.extend(of_assistance().into_iter().map(Command::Assistance));
    commands.extend(of_outcomes().into_iter().map(Command::Outcome));
    commands.extend(of_reviews().into_iter().map(Command::Review));
    commands
}

#[test]
fn every_command_has_an_example() {
    let shown: BTreeSet<String> = examples()
        .iter()
        .map(|command| match serde_json::to_value(command).unwrap() {
            Value::Object(family) => family.into_iter().next().unwrap(),
            other => panic!("{other}"),
        })
        .map(|(family, command)| format!("{family} {}", command.as_object().unwrap().keys().next().unwrap()))
        .collect();
    // A test holds the sources against the list of all families.
    let all: BTreeSet<String> = examples::events()
        .iter()
        .flat_map(sources)
        .map(|Source { command: (family, command), .. }| format!("{family} {command}"))
        .collect();
    assert_eq!(shown, all);
}

#[test]
fn every_command_is_written_as_it_always_was_and_read_as_it_was_written() {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/rules/commands.jsonl");
    let lines: Vec<String> = examples().iter().map(canonical_json).collect();
    if option_env!("ACCORD_BLESS").is_some() {
        fs::write(&path, lines.join("\n") + "\n").unwrap();
    }
    let golden = fs::read_to_string(&path).unwrap();
    assert_eq!(lines, golden.lines().collect::<Vec<_>>());
    let read: Vec<Command> = golden.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(read, examples());
}
