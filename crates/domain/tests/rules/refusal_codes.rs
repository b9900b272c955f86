//! Every code has a story that ends in it: a code that no rule uses would promise clients something.

use crate::support::{Outcome, assisting, carrying, gate, given, giving, matter, of, reviewing, saphan::*};
use domain::{
    Reasons, RefusalCode, Span,
    centre::{CentreCommand, Criterion},
    coalition::{PartnerCommand, PartnerRole, PostCommand},
    execution::{BlockReason, GoNoGo, TaskClaim},
    plan::Section,
};
use strum::IntoEnumIterator;

/// Given by others than the rules, which never see what these are about.
const ELSEWHERE: [RefusalCode; 2] = [
    // The API's, of what the rules tell apart from refusals, because it is logged.
    RefusalCode::Forbidden,
    // The engine's, which knows what came under a key before.
    RefusalCode::IdempotencyKeyReused,
];

/// Of texts, parsed before there is a command.
fn parsed() -> Vec<RefusalCode> {
    let mut reasons = Reasons::default();
    reasons.parse::<domain::TaskCode>("code", "t 1");
    reasons.parse::<domain::Title>("title", "");
    reasons.parse::<domain::Currency>("currency", "baht");
    reasons.parse::<domain::TimeZone>("timeZone", "Asia/Atlantis");
    reasons.parse::<Span>("duration", "soon");
    reasons.into_refusals().into_iter().map(|refusal| refusal.code).collect()
}

/// For each code of the rules, a story that ends in it.
fn decided() -> Vec<(RefusalCode, Outcome)> {
    use RefusalCode as Code;
    let h_hour = "2023-10-09T06:00:00+07:00";
    let proposed = |weight: u32| CentreCommand::Propose {
        centre: of("CMCC"),
        name: of("Centre"),
        criteria: vec![Criterion { name: of("security"), weight }],
    };
    let select = CentreCommand::Select {
        centre: of("CMCC"),
        site: of("MAE_SOT"),
        agreed_by: vec![of("THA")],
        rationale: of("Near"),
    };
    let accede =
        PartnerCommand::Accede { partner: of("VNM"), founding: Some((profile("VNM"), PartnerRole::Host)) };
    let mission = planning(domain::plan::PlanCommand::ReviseSection {
        operation: saphan(),
        section: Box::new(Section::Mission(of("Another"))),
    });
    let acting = PostCommand::AppointActing { post: of("CHN-01"), officer: officer(2) };
    let blocked = || approved().when(chn(), revoke(1)).accepted();
    let conditional =
        || blocked().when(chn(), approve_if(1, vec![condition("C1", "PROMULGATION")])).accepted();
    let overlapping = || {
        let mut tasks = small_plan();
        tasks.push(task("T17", "MMR", "MMR", 6, 4, &[]));
        let story = draft_with(sections(), tasks).when(tha(), submit()).accepted();
        let story = approve_by_all(story, 1).when(tha(), promulgate(1)).accepted();
        story.when(mmr(), assign("T16", "MMR-02")).accepted()
    };
    let without_liaison = approved().when(import(), relieve("CHN-01")).accepted();
    let without_mission = draft_with(domain::plan::Sections { mission: None, ..sections() }, small_plan());
    let decided_late = approve_by_all(submitted().after(Span::hours(2)), 1).late(Span::hours(1));
    let out_of_post = decided_late.when(import(), relieve("CHN-01")).accepted();
    let started = || carrying::at_h_hour().when(mmr(), carrying::start("T16")).accepted();
    let moved = amend(started(), 2, |story| story.when(tha(), move_task("T16", 6)).accepted());
    let other = TaskClaim::Blocked { reason: BlockReason::Other, text: None };
    let unread = carrying::active()
        .when(tha(), matter::report_as("INC-001", matter::methane(), Some(&["MMR"])))
        .accepted();
    let without_site = given(coalition()).when(import(), centre(proposed(100))).accepted();
    vec![
        (Code::AlreadyExists, draft().when(tha(), add_task(task("T01", "THA", "THA", 0, 1, &[])))),
        (Code::AlreadyDecided, approved().when(chn(), reject(1, &[]))),
        (Code::ApprovalIncomplete, submitted().when(tha(), promulgate(1))),
        (Code::ConditionOutstanding, conditional().when(tha(), promulgate(1))),
        (Code::DeciderCannotRead, submitted().when(tha(), release(&["CHN"]))),
        (Code::DecidedOutOfPost, out_of_post.when(tha(), promulgate(1))),
        (Code::DecidedUpon, approved().when(tha(), release_task("T16", &[]))),
        (Code::DependencyCycle, draft().when(tha(), add_dependency("T01", "T21"))),
        (Code::DraftExists, draft().when(tha(), open_amendment())),
        (Code::ExerciseInUsedLog, given(coalition()).when(import(), declare_exercise())),
        (Code::ForeignLeadWithoutConsent, submitted().when(tha(), promulgate(1))),
        (Code::GateNotPassed, gate::gated().when(tha(), carrying::start_phase("P3"))),
        (Code::HhourNotSet, in_force().when(tha(), shift_h_hour(h_hour))),
        (Code::HhourOutsideWindow, in_force().when(tha(), set_h_hour("2023-10-18T06:00:00+07:00"))),
        (Code::HostAlreadyPresent, given(coalition()).when(import(), partner(accede))),
        (Code::IncidentOpen, matter::incident_reported().when(tha(), gate::close())),
        (Code::InvalidValue, submitted().late(Span::hours(1)).when(chn(), approve(1))),
        (Code::LateReasonRequired, submitted().late(Span::hours(72)).when(tha(), recall())),
        (Code::LiaisonNotInPost, without_liaison.when(tha(), promulgate(1))),
        (Code::NotFound, submitted().when(chn(), waive(1, "CHN", "C1"))),
        (Code::NotAnApprover, submitted().when(lao(), approve(1))),
        (Code::NotTheAuthor, conditional().when(tha(), waive(1, "CHN", "C1"))),
        (Code::NoRelief, crate::watch::unrelieved()),
        (Code::NoTerritoryInPlan, submitted().when(chn(), consent(1, &[]))),
        (Code::OccurredInFuture, submitted().late(Span::hours(-1)).when(tha(), recall())),
        (Code::NotYourOfficer, in_force().when(tha(), assign("T16", "MMR-02"))),
        (
            Code::PlanSuspended,
            in_force().when(chn(), revoke(1)).accepted().when(mmr(), assign("T16", "MMR-02")),
        ),
        (Code::PartyCannotRead, unread.when(tha(), matter::escalate(None, Some("CHN-03")))),
        (Code::OfficerOverlap, overlapping().when(mmr(), assign("T17", "MMR-02"))),
        (Code::PhaseNotStarted, in_force().when(mmr(), carrying::start("T16"))),
        (Code::PlanIncomplete, without_mission.when(tha(), submit())),
        (Code::PlanNotInForce, submitted().when(mmr(), assign("T16", "MMR-02"))),
        (Code::PostNotOfLeadPartner, in_force().when(lao(), assign("T16", "LAO-02"))),
        (Code::PredecessorIncomplete, carrying::active().when(mmr(), carrying::start("T16"))),
        (Code::ReasonRequired, started().when(mmr(), carrying::claim("T16", other))),
        (Code::RequestOpen, matter::asked().when(tha(), gate::close())),
        (Code::RiskNotAccepted, gate::gated().when(tha(), gate::say(GoNoGo::Go, &[gate::CRITERIA[0]], &[]))),
        (Code::TaskInProgress, started().when(tha(), gate::close())),
        (Code::TaskStarted, moved.when(tha(), promulgate(2))),
        (Code::PostAlreadyHeld, given(coalition()).when(import(), posting(acting))),
        (
            Code::SeenAtInvalid,
            submitted().when(chn(), approve_named(|named| named.seen_at = domain::Position(1))),
        ),
        (Code::SiteNotAssessed, without_site.when(import(), centre(select))),
        (
            Code::StalePlanVersion,
            submitted().when(chn(), approve_named(|named| named.content_hash = domain::Sha256([0; 32]))),
        ),
        (Code::TakesNoTasks, draft().when(tha(), add_task(task("T30", "VNM", "THA", 0, 1, &[])))),
        (Code::VersionImmutable, submitted().when(tha(), mission)),
        (Code::WeightsNot100, given(coalition()).when(import(), centre(proposed(90)))),
    ]
}

/// The same of what a list of its own has no room for.
fn decided_elsewhere() -> Vec<(RefusalCode, Outcome)> {
    use RefusalCode as Code;
    vec![
        (Code::TaskHasSuccessors, draft().when(tha(), remove_task("T01"))),
        (Code::UnknownReference, submitted().when(chn(), approve_if(1, vec![condition("C1", "P9")]))),
        (Code::WrongState, submitted().when(chn(), revoke(1))),
    ]
}

/// The same of what is learned.
fn learned() -> Vec<(RefusalCode, Outcome)> {
    use RefusalCode as Code;
    let reviewer = || reviewing::reviewer("THA-01");
    let done = reviewing::identified().when(reviewer(), reviewing::assign_action("F1", "CHN-03")).accepted();
    let done = done.when(post("CHN-03"), reviewing::complete_action("F1")).accepted();
    let bare = reviewing::lesson("F1", Vec::new());
    vec![
        (Code::EvidenceRequired, reviewing::under_review().when(reviewer(), reviewing::record_finding(bare))),
        (Code::ValidatorNotIndependent, done.when(post("CHN-03"), reviewing::validate("F1", true))),
    ]
}

/// The same of what partners give.
fn given_to_it() -> Vec<(RefusalCode, Outcome)> {
    use RefusalCode as Code;
    let judged = || {
        let delivered = giving::with_terminals().when(chn(), giving::deliver("K3", 1)).accepted();
        delivered.when(tha(), giving::reject_delivery("K3", 1, 1)).accepted()
    };
    vec![
        (Code::CurrencyMismatch, giving::with_money().when(tha(), giving::allocate("K2", "LOE1", "1 THB"))),
        (Code::NotDelivered, judged().when(tha(), giving::accept_delivery("K3", 1, 1))),
        (Code::OverAllocation, giving::with_money().when(chn(), giving::disburse("K2", "1 CNY", None))),
        (Code::OverDelivery, giving::with_terminals().when(chn(), giving::deliver("K3", 13))),
        (Code::PersonalDataRefused, operation().when(tha(), assisting::receive_at(1, Some("SOMCHAI")))),
    ]
}

#[test]
fn every_code_is_used_by_a_rule_or_named_as_anothers() {
    let mut shown = parsed();
    let decided = decided().into_iter().chain(decided_elsewhere());
    for (code, outcome) in decided.chain(given_to_it()).chain(learned()) {
        let refusals = outcome.rejected().refusals;
        assert!(refusals.iter().any(|refusal| refusal.code == code), "{code}: {refusals:?}");
        shown.push(code);
    }
    shown.extend(ELSEWHERE);
    shown.sort_unstable();
    assert_eq!(shown, RefusalCode::iter().collect::<Vec<_>>());
}

#[test]
fn codes_are_written_in_capitals_and_read_back_as_they_were() {
    for code in RefusalCode::iter() {
        let written = code.to_string();
        assert!(
            written
                .bytes()
                .all(|letter| letter.is_ascii_uppercase() || letter.is_ascii_digit() || letter == b'_')
        );
        assert_eq!(serde_json::to_value(code).unwrap(), written, "one spelling everywhere");
        assert_eq!(serde_json::from_value::<RefusalCode>(written.into()).unwrap(), code);
    }
}
