//! An example of every event, drawn from Operation SAPHAN: for the golden files and for readers of the API.
//!
//! Nothing here is decided or folded: the examples follow the scenario, not each other.

use crate::{
    AnnexCode, CentreCode, Code, ConditionCode, Event, Instant, Language, Names, OperationCode, PartnerCode,
    PhaseCode, Position, PostCode, Salt, Sha256, Span, TaskCode,
    assignment::AssignmentEvent,
    centre::{CentreEvent, Criterion, Score},
    coalition::CoalitionEvent,
    ids::OfficerId,
    operation::{Classification, OperationEvent},
    partner::{PartnerEvent, PartnerRole, Profile},
    plan::{
        Annex, ApprovalPolicy, Ccir, CommandRelationship, CommandRelationshipKind, DecisionPoint, Given,
        Holiday, Intent, LineOfEffort, NewCondition, Objective, Phase, PlanEvent, PlannedTask, Risk, Section,
        Sections, StartConstraint, TaskRevision, Terms, TimeWindow, Weekday, WorkCalendar, WorkingHours,
    },
    post::PostEvent,
    release::{HandlingCode, MarkedItem},
};
use std::{collections::BTreeSet, fmt::Debug, str::FromStr};
use uuid::Uuid;

/// At least one example of every event; two where an optional field makes a difference.
pub fn events() -> Vec<Event> {
    let mut events =
        vec![Event::Coalition(CoalitionEvent::ExerciseDeclared { title: of("Exercise SAPHAN 2023") })];
    events.extend(partner_events().into_iter().map(Event::Partner));
    events.extend(centre_events().into_iter().map(Event::Centre));
    events.extend(post_events().into_iter().map(Event::Post));
    events.extend(operation_events().into_iter().map(Event::Operation));
    events.extend(drafting_events().into_iter().map(Event::Plan));
    events.extend(deciding_events().into_iter().map(Event::Plan));
    events.extend(assignment_events().into_iter().map(Event::Assignment));
    events
}

/// # Panics
/// Never: a test goes through all examples.
fn of<T: FromStr<Err: Debug>>(text: &str) -> T {
    text.parse().expect("examples are well formed")
}

/// # Panics
/// Never: a test goes through all examples.
fn at(text: &str) -> Instant {
    Instant::parse_from_rfc3339(text).expect("examples are well formed")
}

fn set<T: FromStr<Err: Debug> + Ord>(texts: &[&str]) -> BTreeSet<T> {
    texts.iter().map(|text| of(text)).collect()
}

fn list<T: FromStr<Err: Debug>>(texts: &[&str]) -> Vec<T> {
    texts.iter().map(|text| of(text)).collect()
}

/// # Panics
/// Never: a test goes through all examples.
fn names(texts: &[(Language, &str)]) -> Names {
    let texts = texts.iter().map(|(language, text)| (*language, of(text)));
    Names::new(texts).expect("examples are well formed")
}

fn salt() -> Salt {
    Salt([0x6f, 0x1d, 0x9c, 0x02, 0x4b, 0xe8, 0x37, 0xa5, 0x90, 0x5e, 0x13, 0xc4, 0x7a, 0x28, 0xdb, 0xf6])
}

fn officer(number: u128) -> OfficerId {
    OfficerId(Uuid::from_u128(0x0190_0000_0000_7000_8000_0000_0000_0000 + number))
}

fn partner_events() -> Vec<PartnerEvent> {
    let partner = || -> PartnerCode { of("KHM") };
    let profile = || Profile {
        name: of("Cambodia"),
        agency: of("Cambodian National Police"),
        time_zone: Some(of("Asia/Phnom_Penh")),
        currency: Some(of("KHR")),
    };
    let unodc = Profile {
        name: of("UNODC"),
        agency: of("Regional Office for Southeast Asia and the Pacific"),
        time_zone: None,
        currency: None,
    };
    vec![
        PartnerEvent::PartnerInvited {
            partner: partner(),
            profile: profile(),
            role: PartnerRole::Participant,
        },
        PartnerEvent::PartnerInvited { partner: of("UNODC"), profile: unodc, role: PartnerRole::Observer },
        PartnerEvent::InvitationAcknowledged { partner: partner() },
        PartnerEvent::InvitationDeferred {
            partner: of("VNM"),
            reason: Some(of("To be answered after the action phase")),
        },
        PartnerEvent::InvitationDeferred { partner: of("VNM"), reason: None },
        PartnerEvent::InvitationDeclined {
            partner: of("VNM"),
            reason: Some(of("No mandate across borders")),
        },
        PartnerEvent::InvitationDeclined { partner: of("VNM"), reason: None },
        PartnerEvent::PartnerAcceded {
            partner: partner(),
            profile: profile(),
            role: PartnerRole::Participant,
        },
        PartnerEvent::ObserverAdmitted { partner: of("INTERPOL") },
        PartnerEvent::PartnerRoleChanged {
            partner: of("LAO"),
            role: PartnerRole::Principal,
            reason: of("Decided at the Chiang Mai meeting"),
        },
        PartnerEvent::PartnerSuspended { partner: of("LAO"), reason: of("Releasability was breached") },
        PartnerEvent::PartnerWithdrew { partner: of("LAO"), reason: of("Mandate has ended") },
        PartnerEvent::PartnerNamed {
            partner: partner(),
            names: names(&[(Language::Th, "กัมพูชา"), (Language::Km, "កម្ពុជា")]),
            agency_names: names(&[(Language::Km, "នគរបាលជាតិកម្ពុជា")]),
        },
    ]
}

fn centre_events() -> Vec<CentreEvent> {
    let centre = || -> CentreCode { of("CMCC") };
    let criteria =
        [("border access", 25), ("security", 25), ("communications", 20), ("neutrality", 10), ("cost", 20)];
    let scores = [3, 4, 5, 4, 4];
    vec![
        CentreEvent::CentreProposed {
            centre: centre(),
            name: of("Trilateral Coordination Centre for Assistance to Trafficking Victims"),
            criteria: criteria.map(|(name, weight)| Criterion { name: of(name), weight }).into(),
        },
        CentreEvent::SiteOptionAssessed {
            centre: centre(),
            site: of("CHIANG_MAI"),
            place: of("Chiang Mai, THA"),
            scores: criteria
                .iter()
                .zip(scores)
                .map(|((name, _), score)| Score { criterion: of(name), score })
                .collect(),
        },
        CentreEvent::SiteSelected {
            centre: centre(),
            site: of("CHIANG_MAI"),
            agreed_by: list(&["THA", "CHN", "MMR", "LAO"]),
            rationale: of("Secure premises and communications"),
        },
        CentreEvent::CentreEstablished { centre: centre() },
        CentreEvent::CentreActivated { centre: centre() },
        CentreEvent::ForwardPostOpened {
            centre: centre(),
            code: of("FCP-MAESOT"),
            place: of("Mae Sot, Tak"),
        },
        CentreEvent::CentreStoodDown { centre: centre(), reason: of("The review has been adopted") },
        CentreEvent::CentreNamed {
            centre: centre(),
            names: names(&[(Language::Th, "ศูนย์ประสานงาน"), (Language::Zh, "协调中心")]),
        },
    ]
}

fn post_events() -> Vec<PostEvent> {
    let post = || -> PostCode { of("MMR-01") };
    vec![
        PostEvent::PostEstablished {
            post: post(),
            partner: of("MMR"),
            title: of("Liaison Officer"),
            liaison: true,
        },
        PostEvent::OfficerNominated { post: post(), officer: officer(1) },
        PostEvent::NominationAccepted { post: post(), officer: officer(1) },
        PostEvent::NominationDeclined {
            post: post(),
            officer: officer(2),
            reason: Some(of("Posted elsewhere")),
        },
        PostEvent::NominationDeclined { post: post(), officer: officer(2), reason: None },
        PostEvent::OfficerTookPost { post: post(), officer: officer(1) },
        PostEvent::ActingCoverAppointed { post: post(), officer: officer(3) },
        PostEvent::OfficerRelieved { post: post(), officer: officer(1), reason: of("End of rotation") },
        PostEvent::PostNamed {
            post: post(), titles: names(&[(Language::My, "ဆက်ဆံရေးအရာရှိ")])
        },
    ]
}

fn operation_events() -> Vec<OperationEvent> {
    let operation = || -> OperationCode { of("SAPHAN") };
    let marked = |item: MarkedItem| OperationEvent::ReleasabilityMarked {
        operation: operation(),
        releasable_to: set(&["THA", "MMR"]),
        classification: None,
        handling: None,
        item: Some(item),
    };
    vec![
        OperationEvent::OperationInitiated {
            operation: operation(),
            title: of("Operation SAPHAN: assistance to trafficking victims, Myawaddy"),
            lead: of("THA"),
            classification: Classification::Restricted,
            releasable_to: set(&["THA", "CHN", "MMR", "LAO"]),
            handling: HandlingCode::H0,
        },
        OperationEvent::OperationInitiated {
            operation: of("SAPHAN-2"),
            title: of("Operation SAPHAN 2: follow-up"),
            lead: of("THA"),
            classification: Classification::Confidential,
            releasable_to: set(&["THA", "MMR"]),
            handling: HandlingCode::H2,
        },
        OperationEvent::WarningOrderIssued {
            operation: operation(),
            text: Some(of("Prepare for an action phase in October.\nPlanning is authorised, nothing else.")),
        },
        OperationEvent::WarningOrderIssued { operation: operation(), text: None },
        OperationEvent::LegalBasisRecorded {
            operation: operation(),
            instruments: list(&[
                "Minutes of the Chiang Mai meeting, 16 Aug 2023",
                "UN Trafficking Protocol (Palermo)",
            ]),
        },
        OperationEvent::ReleasabilityMarked {
            operation: operation(),
            releasable_to: set(&["THA", "CHN", "MMR", "LAO", "INTERPOL"]),
            classification: None,
            handling: None,
            item: None,
        },
        OperationEvent::ReleasabilityMarked {
            operation: operation(),
            releasable_to: set(&["THA", "CHN", "MMR", "LAO"]),
            classification: Some(Classification::Confidential),
            handling: Some(HandlingCode::H1),
            item: None,
        },
        marked(MarkedItem::PlanVersion { number: 2 }),
        marked(MarkedItem::Task { task: of("T09"), salt: salt() }),
        marked(MarkedItem::Annex { number: 2, annex: of("D") }),
        OperationEvent::HHourSet {
            operation: operation(),
            at: at("2023-10-09T06:00:00+07:00"),
            calendars: list(&["MMR-02", "THA-01"]),
        },
        OperationEvent::HHourShifted {
            operation: operation(),
            to: at("2023-10-10T06:00:00+07:00"),
            reason: of("River flooding at the handover point"),
            calendars: list(&["MMR-02", "THA-01"]),
        },
        OperationEvent::OperationActivated { operation: operation() },
    ]
}

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
        ccir: vec![Ccir { code: of("CCIR1"), text: of("Change in control of either site") }],
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
        Section::GoNoGo(go_no_go),
        Section::CommandRelationships(command_relationships),
    ]);
    revisions.extend(h_hour_window.map(Section::HHourWindow));
    revisions.push(Section::Calendars(vec![calendar()]));
    revisions.push(Section::ApprovalPolicy(approval_policy));
    revisions
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
        PlanEvent::TaskRevised {
            operation: operation(),
            number: 2,
            task: of("T18"),
            revision: TaskRevision {
                lead: Some(of("MMR")),
                post: Some(of("MMR-03")),
                ..TaskRevision::default()
            },
        },
        PlanEvent::TaskRevised {
            operation: operation(),
            number: 2,
            task: of("T21"),
            revision: TaskRevision {
                title: Some(of("Escort recovered persons to Friendship Bridge No. 2")),
                phase: Some(of::<PhaseCode>("P3")),
                line_of_effort: Some(of("LOE1")),
                lead: Some(of("MMR")),
                territory: Some(of("MMR")),
                post: Some(of("MMR-02")),
                start_offset: Some(Span::hours(12)),
                duration: Some(Span::hours(12)),
            },
        },
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
    events.extend(annex_events());
    events
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
        PlanEvent::ApprovalRevoked {
            operation: operation(),
            number: 1,
            partner: of("CHN"),
            reason: of("The condition was worded wrongly"),
        },
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

fn assignment_events() -> Vec<AssignmentEvent> {
    let operation = || -> OperationCode { of("SAPHAN") };
    let task = || -> TaskCode { of("T16") };
    let post = || -> PostCode { of("MMR-02") };
    let assigned = |h_hour: Option<&str>| AssignmentEvent::OfficerAssigned {
        operation: operation(),
        number: 16,
        task: task(),
        post: post(),
        start: Span::ZERO,
        duration: Span::hours(12),
        h_hour: h_hour.map(at),
    };
    vec![
        assigned(None),
        assigned(Some("2023-10-09T06:00:00+07:00")),
        AssignmentEvent::AssignmentRetimed {
            operation: operation(),
            number: 16,
            task: task(),
            post: post(),
            start: Span::hours(-6),
            duration: Span::hours(12),
        },
        AssignmentEvent::AssignmentWithdrawn {
            operation: operation(),
            number: 16,
            task: task(),
            post: post(),
            reason: of("Needed at Site B"),
        },
    ]
}
