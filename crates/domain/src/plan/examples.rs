//! Examples of what happens to a plan: drafting, decisions, orders.

use crate::{
    AnnexCode, Code, ConditionCode, OperationCode, PhaseCode, Position, Priority, Sha256, Span,
    catalogue::examples::parse::{at, list, of, salt, set},
    plan::{
        Annex, ApprovalPolicy, Ccir, CommandRelationship, CommandRelationshipKind, DecisionPoint, Given,
        Holiday, Intent, LineOfEffort, NewCondition, Objective, Phase, PlanEvent, PlannedTask, Risk, Section,
        Sections, StartConstraint, TaskRevision, Terms, TimeWindow, Weekday, Withdrawal, WorkCalendar,
        WorkingHours,
    },
    release::{Classification, HandlingCode},
};
use std::collections::BTreeSet;

fn phases() -> Vec<Phase> {
    vec![
        Phase { code: of("P2"), name: of("Shape"), gate: None },
        Phase { code: of("P3"), name: of("Action"), gate: Some(of("GO_NO_GO")) },
    ]
}

fn sections() -> Sections {
    Sections {
        situation: Some(of("Persons of several nationalities are held at two compounds near Myawaddy.")),
        mission: Some(of("From H-hour, partners recover and assist persons held at Sites A and B.")),
        commanders_intent: Some(Intent {
            purpose: of("Protect victims first; evidence second; arrests third"),
            key_tasks: list(&["T16", "T17"]),
            end_state: of("All persons received are screened"),
        }),
        concept: Some(of("Prepare; shape; simultaneous national actions; assist and return; review.")),
        administration: Some(of("Each partner pays its own officers.")),
        command_and_signal: Some(of("The centre coordinates; command stays national.")),
        lines_of_effort: vec![LineOfEffort { code: of("LOE1"), name: of("Victim assistance") }],
        phases: phases(),
        objectives: vec![Objective {
            code: of("O1"),
            line_of_effort: of("LOE1"),
            text: of("Every person received is screened within 96 h of reception"),
            measure: of("screened_within_96h_pct"),
            target: 100,
        }],
        decision_points: vec![
            DecisionPoint {
                code: of("DP1"),
                at: of("T15"),
                decision: of("Go / no-go for phase P3"),
                deciders: list(&["THA", "CHN", "MMR"]),
                trigger: None,
                ccir: list(&["CCIR1"]),
            },
            DecisionPoint {
                code: of("DP2"),
                at: of("T22"),
                decision: of("Open overflow shelter"),
                deciders: list(&["THA"]),
                trigger: Some(of("persons received > 110")),
                ccir: Vec::new(),
            },
        ],
        ccir: vec![Ccir::plain(of("CCIR1"), of("Change in control of either site"))],
        go_no_go: list(&["all_liaison_in_post", "rehearsal_complete"]),
        command_relationships: vec![CommandRelationship {
            of: of("MMR-02"),
            to: of("MMR"),
            kind: CommandRelationshipKind::NationalCommand,
        }],
        risks: vec![risk()],
        h_hour_window: Some(window()),
        calendars: Vec::new(),
        approval_policy: ApprovalPolicy::default(),
    }
}

fn calendar() -> WorkCalendar {
    WorkCalendar {
        code: of("OFFICE"),
        name: of("Office hours in Bangkok"),
        time_zone: of("Asia/Bangkok"),
        week: vec![
            WorkingHours { day: Weekday::Monday, from: of("08:30"), to: of("12:00") },
            WorkingHours { day: Weekday::Monday, from: of("13:00"), to: of("16:30") },
        ],
        holidays: vec![Holiday {
            name: of("Passing of King Bhumibol"),
            from: of("2023-10-13"),
            to: of("2023-10-13"),
        }],
        rest: Some(Span::hours(11)),
        partners: [of("THA")].into(),
        posts: [of("THA-07")].into(),
    }
}

fn window() -> TimeWindow {
    TimeWindow { from: at("2023-10-08T00:00:00+07:00"), to: at("2023-10-16T00:00:00+07:00") }
}

fn risk() -> Risk {
    Risk {
        code: of("R6"),
        text: of("River flooding"),
        likelihood: 3,
        impact: 3,
        treatment: of("H-hour window"),
        owner: Some(of("THA-07")),
    }
}

fn criteria() -> Ccir {
    Ccir {
        events: list(&["TaskBlocked", "TaskCancelled"]),
        priority: Some(Priority::P2),
        categories: list(&["SECURITY"]),
        ..Ccir::plain(of("CCIR2"), of("Whatever holds up the handover"))
    }
}

/// Every section in the shape in which its revision is recorded.
fn revisions() -> Vec<Section> {
    let Sections {
        situation,
        mission,
        commanders_intent,
        concept,
        administration,
        command_and_signal,
        lines_of_effort,
        phases,
        objectives,
        decision_points,
        ccir,
        go_no_go,
        command_relationships,
        risks: _,
        h_hour_window,
        calendars: _,
        approval_policy,
    } = sections();
    let mut revisions = Vec::new();
    revisions.extend(situation.map(Section::Situation));
    revisions.extend(mission.map(Section::Mission));
    revisions.extend(commanders_intent.map(Section::CommandersIntent));
    revisions.extend(concept.map(Section::Concept));
    revisions.extend(administration.map(Section::Administration));
    revisions.extend(command_and_signal.map(Section::CommandAndSignal));
    revisions.extend([
        Section::LinesOfEffort(lines_of_effort),
        Section::Phases(phases),
        Section::Objectives(objectives),
        Section::DecisionPoints(decision_points),
        Section::Ccir(ccir),
        Section::Ccir(vec![criteria()]),
        Section::GoNoGo(go_no_go),
        Section::CommandRelationships(command_relationships),
    ]);
    revisions.extend(h_hour_window.map(Section::HHourWindow));
    revisions.push(Section::Calendars(vec![calendar()]));
    revisions.push(Section::ApprovalPolicy(ApprovalPolicy {
        approvers: set(&["CHN", "LAO"]),
        withdrawal: Withdrawal::BrokenCondition,
        ..approval_policy.clone()
    }));
    revisions.push(Section::ApprovalPolicy(approval_policy));
    revisions
}

impl PlanEvent {
    pub(crate) fn examples() -> Vec<Self> {
        [drafting_events(), deciding_events(), decided_events()].concat()
    }
}

fn terms_events() -> Vec<PlanEvent> {
    let (operation, number) = (|| of("SAPHAN"), 1);
    vec![
        PlanEvent::TaskTermsSet {
            operation: operation(),
            number,
            task: of("T12"),
            terms: Terms {
                group: Some(of("Evidence")),
                constraint: StartConstraint::AsSoonAsPossible,
                finish_no_later_than: Some(Span::hours(-48)),
                mutual_legal_assistance: true,
            },
        },
        PlanEvent::TaskTermsSet { operation: operation(), number, task: of("T12"), terms: Terms::default() },
    ]
}

fn drafting_events() -> Vec<PlanEvent> {
    let operation = || -> OperationCode { of("SAPHAN") };
    let task = || PlannedTask {
        code: of("T16"),
        title: of("Secure Site A"),
        phase: of("P3"),
        line_of_effort: Some(of("LOE2")),
        lead: of("MMR"),
        territory: of("MMR"),
        post: Some(of("MMR-02")),
        start_offset: Span::ZERO,
        duration: Span::hours(12),
        predecessors: set(&["T15"]),
        terms: Terms::default(),
    };
    let overlapping =
        PlannedTask { code: of("T17"), predecessors: set(&["T15", "T16SS+2h", "T14SF-30m"]), ..task() };
    let first = PlannedTask {
        code: of("T01"),
        line_of_effort: None,
        post: None,
        start_offset: Span::hours(-288),
        duration: Span::seconds(90 * 60),
        predecessors: BTreeSet::new(),
        ..task()
    };
    let number = 1;
    let mut events = terms_events();
    events.extend([
        PlanEvent::PlanDrafted { operation: operation(), number, sections: Box::new(sections()) },
        PlanEvent::PlanDrafted { operation: operation(), number, sections: Box::default() },
    ]);
    events.extend(revisions().into_iter().map(|section| PlanEvent::PlanSectionRevised {
        operation: operation(),
        number,
        section,
    }));
    events.extend(phases().into_iter().map(|phase| PlanEvent::PhaseAdded {
        operation: operation(),
        number,
        phase,
    }));
    events.extend([
        PlanEvent::TaskAddedToPlan { operation: operation(), number, task: task() },
        PlanEvent::TaskAddedToPlan { operation: operation(), number, task: first },
        PlanEvent::TaskAddedToPlan { operation: operation(), number, task: overlapping },
        PlanEvent::TaskRemovedFromPlan { operation: operation(), number, task: of("T13") },
        PlanEvent::DependencyAdded {
            operation: operation(),
            number: 2,
            task: of("T14"),
            dependency: of("T13"),
        },
        PlanEvent::DependencyAdded {
            operation: operation(),
            number: 2,
            task: of("T14"),
            dependency: of("T12FF+1h30m"),
        },
        PlanEvent::DependencyRemoved {
            operation: operation(),
            number,
            task: of("T14"),
            predecessor: of("T13"),
        },
        PlanEvent::RiskRecorded { operation: operation(), number, risk: risk() },
        PlanEvent::RiskRecorded { operation: operation(), number, risk: Risk { owner: None, ..risk() } },
    ]);
    events.extend(task_revisions());
    events.extend(annex_events());
    events
}

fn task_revisions() -> Vec<PlanEvent> {
    let revised = |task: &str, revision| PlanEvent::TaskRevised {
        operation: of("SAPHAN"),
        number: 2,
        task: of(task),
        revision,
    };
    vec![
        revised(
            "T18",
            TaskRevision { lead: Some(of("MMR")), post: Some(Some(of("MMR-03"))), ..TaskRevision::default() },
        ),
        revised(
            "T21",
            TaskRevision {
                title: Some(of("Escort recovered persons to Friendship Bridge No. 2")),
                phase: Some(of::<PhaseCode>("P3")),
                line_of_effort: Some(Some(of("LOE1"))),
                lead: Some(of("MMR")),
                territory: Some(of("MMR")),
                post: Some(Some(of("MMR-02"))),
                start_offset: Some(Span::hours(12)),
                duration: Some(Span::hours(12)),
            },
        ),
        revised(
            "T22",
            TaskRevision { line_of_effort: Some(None), post: Some(None), ..TaskRevision::default() },
        ),
    ]
}

fn annex_events() -> Vec<PlanEvent> {
    let operation = || -> OperationCode { of("SAPHAN") };
    let annex = |text: Option<&str>| Annex {
        code: of::<AnnexCode>("B"),
        title: of("Situation and sites"),
        text: text.map(of),
        classification: Classification::Confidential,
        releasable_to: set(&["THA", "CHN", "MMR"]),
        handling: HandlingCode::H0,
    };
    let (salt, number) = (salt(), 1);
    vec![
        PlanEvent::AnnexAttached {
            operation: operation(),
            number,
            annex: annex(Some("Site A lies 4 km south of the bridge.")),
            salt,
        },
        PlanEvent::AnnexAttached { operation: operation(), number, annex: annex(None), salt },
        PlanEvent::AnnexAttached {
            operation: operation(),
            number,
            annex: Annex { handling: HandlingCode::H1, ..annex(None) },
            salt,
        },
    ]
}

fn deciding_events() -> Vec<PlanEvent> {
    let operation = || -> OperationCode { of("SAPHAN") };
    let content_hash = Sha256::of(&[b"an example"]);
    let given = |partner: &str| Given { partner: of(partner), content_hash, seen_at: Position(180) };
    let condition = NewCondition {
        code: of::<ConditionCode>("C1"),
        gate: of::<Code>("P3"),
        text: of("All 12 secure terminals accepted before phase P3"),
    };
    let refusal = |reason_code: Option<&str>| PlanEvent::TerritorialConsentRefused {
        operation: operation(),
        number: 1,
        given: given("LAO"),
        tasks: set(&["T27"]),
        reason_code: reason_code.map(of),
        reason: of("The transit centre has no places"),
    };
    let rejection = |reason_code: Option<&str>, objects_to: &[&str]| PlanEvent::PlanVersionRejected {
        operation: operation(),
        number: 1,
        given: given("MMR"),
        reason_code: reason_code.map(of),
        reason: of("T18 and T21 place foreign officers on Myanmar territory"),
        objects_to: set(objects_to),
    };
    vec![
        PlanEvent::PlanVersionSubmitted { operation: operation(), number: 1, content_hash },
        PlanEvent::PlanVersionSuperseded { operation: operation(), number: 1, by: 2 },
        PlanEvent::PlanVersionRecalled { operation: operation(), number: 1, reason: of("Site B has moved") },
        PlanEvent::PlanVersionApproved { operation: operation(), number: 1, given: given("THA") },
        PlanEvent::PlanVersionApprovedWithConditions {
            operation: operation(),
            number: 1,
            given: given("CHN"),
            conditions: vec![condition],
        },
        rejection(Some("SOVEREIGNTY"), &["T18", "T21"]),
        rejection(None, &[]),
        PlanEvent::TerritorialConsentGiven {
            operation: operation(),
            number: 2,
            given: given("LAO"),
            tasks: set(&["T27"]),
        },
        refusal(Some("CAPACITY")),
        refusal(None),
        PlanEvent::AmendmentOpened {
            operation: operation(),
            number: 2,
            base: 1,
            reason: of("Handover only at the border"),
        },
        PlanEvent::PlanPromulgated {
            operation: operation(),
            number: 2,
            content_hash,
            seen_at: Position(207),
        },
        PlanEvent::FragmentaryOrderIssued {
            operation: operation(),
            number: 2,
            order: 1,
            reason: of("River flooding at the handover point"),
            h_hour: Some(at("2023-10-10T06:00:00+07:00")),
        },
        PlanEvent::FragmentaryOrderIssued {
            operation: operation(),
            number: 2,
            order: 2,
            reason: of("The team leader is ill"),
            h_hour: None,
        },
    ]
}

/// What comes of decisions after they were made.
fn decided_events() -> Vec<PlanEvent> {
    let operation = || -> OperationCode { of("SAPHAN") };
    vec![
        PlanEvent::ApprovalRevoked {
            operation: operation(),
            number: 1,
            partner: of("CHN"),
            reason: of("The condition was worded wrongly"),
        },
        PlanEvent::DecisionConfirmed { operation: operation(), number: 2, partner: of("CHN") },
        PlanEvent::ConditionSatisfactionProposed {
            operation: operation(),
            number: 2,
            partner: of("CHN"),
            condition: of("C1"),
            by: of("THA"),
            evidence: of("K3 delivery accepted 12/12"),
        },
        PlanEvent::ApprovalConditionContested {
            operation: operation(),
            number: 2,
            partner: of("CHN"),
            condition: of("C1"),
            reason: of("Two terminals do not work"),
        },
        PlanEvent::PlanWithdrawn {
            operation: operation(),
            number: 2,
            by: of("THA"),
            reason: of("The border is closed"),
        },
        PlanEvent::DraftShared { operation: operation(), number: 1, with: set(&["INTERPOL"]) },
        PlanEvent::ApprovalConditionSatisfied {
            operation: operation(),
            number: 2,
            partner: of("CHN"),
            condition: of("C1"),
            evidence: of("K3 delivery accepted 12/12"),
        },
        PlanEvent::ApprovalConditionWaived {
            operation: operation(),
            number: 2,
            partner: of("CHN"),
            condition: of("C1"),
            reason: of("Ten terminals are enough"),
        },
    ]
}
