//! Initiation, warning order, legal basis, releasability, H-hour and its window, activation.

use crate::support::{Ask, Story, given, instant, of, saphan::*};
use domain::{
    RefusalCode, Role, Span,
    coalition::PartnerRole,
    operation::{OperationCommand, OperationEvent, OperationStatus},
    plan::{PlanCommand, Section, TimeWindow},
    release::{Classification, HandlingCode},
};

fn initiate(code: &str, lead: &str) -> Ask {
    operating(OperationCommand::Initiate {
        operation: of(code),
        title: of("Assistance to trafficking victims"),
        lead: of(lead),
        classification: Classification::Restricted,
        handling: HandlingCode::H0,
        releasable_to: partners(&["CHN"]),
    })
}

fn warn() -> Ask {
    operating(OperationCommand::IssueWarningOrder { operation: saphan(), text: Some(of("Prepare")) })
}

fn legal_basis(instruments: &[&str]) -> Ask {
    let instruments = instruments.iter().map(|title| of(title)).collect();
    operating(OperationCommand::RecordLegalBasis { operation: saphan(), instruments })
}

fn status(story: &Story) -> OperationStatus {
    story.operation("SAPHAN").status()
}

#[test]
fn a_planner_of_the_lead_initiates_an_operation() {
    given(coalition())
        .when(tha(), initiate("SAPHAN", "THA"))
        .then([initiated("SAPHAN", &["CHN"])])
        .when(tha(), initiate("SAPHAN", "THA"))
        .refused_at([(RefusalCode::AlreadyExists, "code")]);
    given(coalition()).when(import(), initiate("SAPHAN", "THA")).accepted();
    given(coalition()).when(chn(), initiate("SAPHAN", "THA")).forbidden();
    given(coalition()).when(post_as("THA-02", [Role::Liaison]), initiate("SAPHAN", "THA")).forbidden();
    given(coalition())
        .when(import(), initiate("SAPHAN", "VNM"))
        .refused_at([(RefusalCode::TakesNoTasks, "leadPartner")]);
}

#[test]
fn an_operation_goes_through_its_states() {
    assert_eq!(status(&operation()), OperationStatus::Initiated);
    assert_eq!(status(&draft()), OperationStatus::Planning, "from the first draft");
    let warned = operation()
        .when(tha(), warn())
        .then([OperationEvent::WarningOrderIssued { operation: saphan(), text: Some(of("Prepare")) }]);
    assert_eq!(status(&warned), OperationStatus::Planning, "from the warning order");
    assert_eq!(status(&approved()), OperationStatus::Planning);
    assert_eq!(status(&in_force()), OperationStatus::Authorised);
    let active =
        in_force().when(tha(), set_h_hour("2023-10-09T06:00:00+07:00")).accepted().when(tha(), activate());
    let active = active.then([OperationEvent::OperationActivated { operation: saphan() }]);
    assert_eq!(status(&active), OperationStatus::Active);
    active.when(tha(), activate()).unchanged().when(tha(), warn()).refused([RefusalCode::WrongState]);
}

#[test]
fn a_warning_order_is_issued_once_by_the_lead_or_a_service() {
    operation()
        .when(chn(), warn())
        .forbidden()
        .when(import(), warn())
        .accepted()
        .when(tha(), warn())
        .refused([RefusalCode::AlreadyExists]);
}

#[test]
fn a_legal_basis_names_instruments() {
    operation()
        .when(tha(), legal_basis(&["UN Trafficking Protocol"]))
        .then([OperationEvent::LegalBasisRecorded {
            operation: saphan(),
            instruments: vec![of("UN Trafficking Protocol")],
        }])
        .when(tha(), legal_basis(&["UN Trafficking Protocol"]))
        .unchanged()
        .when(tha(), legal_basis(&[]))
        .refused_at([(RefusalCode::InvalidValue, "instruments")])
        .when(chn(), legal_basis(&["Another"]))
        .forbidden()
        .when(import(), legal_basis(&["Another"]))
        .forbidden();
}

#[test]
fn a_hidden_operation_and_an_absent_one_answer_alike() {
    let hidden = given(coalition()).and([initiated("SAPHAN", &[])]);
    let absent = given(coalition()).after(Span::seconds(60));
    let commands: [fn() -> Ask; 8] = [
        warn,
        activate,
        submit,
        open_amendment,
        || approve(1),
        || promulgate(1),
        || assign("T01", "CHN-03"),
        || planning(PlanCommand::Draft { operation: saphan(), sections: Box::default() }),
    ];
    for command in commands {
        let named = command()(&hidden);
        let ask = || -> Ask {
            let named = named.clone();
            Box::new(move |_| named)
        };
        let answer = hidden.clone().when(chn(), ask()).refused_at([(RefusalCode::NotFound, "operation")]);
        assert_eq!(
            answer.refusals,
            absent.clone().when(chn(), ask()).refused([RefusalCode::NotFound]).refusals
        );
    }
}

#[test]
fn the_lead_releases_an_operation_and_takes_it_back() {
    operation()
        .when(tha(), release(&["MMR"]))
        .then([marked(None, &["MMR"])])
        .when(tha(), release(&["MMR"]))
        .unchanged()
        .when(chn(), legal_basis(&["Another"]))
        .refused([RefusalCode::NotFound])
        .when(mmr(), release(&["MMR", "CHN"]))
        .forbidden()
        .when(post_as("THA-02", [Role::Planner]), release(&["CHN"]))
        .forbidden();
    operation()
        .when(tha(), release(&[]))
        .then([marked(None, &[])])
        .when(tha(), legal_basis(&["The lead sees it always"]))
        .accepted();
}

#[test]
fn h_hour_is_set_inside_the_window_of_the_plan_in_force() {
    let set = |at: &str| OperationEvent::HHourSet { operation: saphan(), at: instant(at), calendars: vec![] };
    let (first, last) = ("2023-10-08T00:00:00+07:00", "2023-10-15T23:59:59+07:00");
    in_force().when(tha(), set_h_hour(first)).then([set(first)]).when(tha(), set_h_hour(first)).unchanged();
    in_force().when(tha(), set_h_hour(last)).then([set(last)]);
    for outside in ["2023-10-07T23:59:59+07:00", "2023-10-16T00:00:00+07:00"] {
        in_force().when(tha(), set_h_hour(outside)).refused_at([(RefusalCode::HhourOutsideWindow, "at")]);
    }
    approved().when(tha(), set_h_hour(first)).refused([RefusalCode::PlanNotInForce]);
    in_force().when(chn(), set_h_hour(first)).forbidden();
    in_force().when(post_as("THA-02", [Role::Planner]), set_h_hour(first)).forbidden();
}

#[test]
fn h_hour_is_set_once_and_shifted_after_with_a_reason() {
    in_force()
        .when(tha(), shift_h_hour("2023-10-10T06:00:00+07:00"))
        .refused_at([(RefusalCode::HhourNotSet, "")])
        .when(tha(), set_h_hour("2023-10-09T06:00:00+07:00"))
        .accepted()
        .when(tha(), set_h_hour("2023-10-10T06:00:00+07:00"))
        .refused_at([(RefusalCode::WrongState, "at")])
        .when(tha(), shift_h_hour("2023-10-10T06:00:00+07:00"))
        .then([OperationEvent::HHourShifted {
            operation: saphan(),
            to: instant("2023-10-10T06:00:00+07:00"),
            reason: of("River flooding"),
            calendars: vec![],
        }])
        .when(tha(), shift_h_hour("2023-10-10T06:00:00+07:00"))
        .unchanged()
        .when(tha(), shift_h_hour("2023-10-18T06:00:00+07:00"))
        .refused_at([(RefusalCode::HhourOutsideWindow, "to")])
        .saying(
            "2023-10-18T06:00:00+07:00 is outside the window from 2023-10-08T00:00:00+07:00 \
             to 2023-10-16T00:00:00+07:00 (excluded): an amendment can change it.",
        );
}

#[test]
fn an_amendment_moves_the_window_and_h_hour_stays_until_it_is_shifted() {
    let later =
        TimeWindow { from: instant("2023-11-01T00:00:00+07:00"), to: instant("2023-11-02T00:00:00+07:00") };
    let section =
        PlanCommand::ReviseSection { operation: saphan(), section: Box::new(Section::HHourWindow(later)) };
    let set = in_force().when(tha(), set_h_hour("2023-10-09T06:00:00+07:00")).accepted();
    let amended = amend(set, 2, |story| story.when(tha(), planning(section)).accepted());
    amended
        .when(tha(), shift_h_hour("2023-11-01T06:00:00+07:00"))
        .refused([RefusalCode::HhourOutsideWindow])
        .when(tha(), promulgate(2))
        .accepted()
        .when(tha(), shift_h_hour("2023-11-01T06:00:00+07:00"))
        .accepted();
}

#[test]
fn activation_tells_all_that_it_waits_for() {
    approved().when(tha(), activate()).refused([RefusalCode::HhourNotSet, RefusalCode::PlanNotInForce]);
    let conditional = submitted()
        .when(tha(), approve(1))
        .accepted()
        .when(chn(), approve_if(1, vec![condition("C1", "ACTIVATION"), condition("C2", "P3")]))
        .accepted()
        .when(mmr(), approve(1))
        .accepted()
        .when(lao(), consent(1, &[]))
        .accepted()
        .when(tha(), promulgate(1))
        .accepted()
        .when(lao(), relieve("LAO-01"))
        .accepted();
    conditional.clone().when(tha(), activate()).refused([
        RefusalCode::HhourNotSet,
        RefusalCode::LiaisonNotInPost,
        RefusalCode::ConditionOutstanding,
    ]);
    conditional
        .when(tha(), set_h_hour("2023-10-09T06:00:00+07:00"))
        .accepted()
        .and(held("LAO-03", true))
        .when(chn(), activate())
        .forbidden()
        .when(tha(), activate())
        .refused([RefusalCode::ConditionOutstanding])
        .saying("C1 of CHN is outstanding: All terminals accepted")
        .when(chn(), satisfy(1, "CHN", "C1"))
        .accepted()
        .when(tha(), activate())
        .accepted();
}

#[test]
fn an_operation_is_led_by_a_partner_that_has_acceded() {
    given(coalition())
        .and([acceded("KHM", PartnerRole::Participant)])
        .and(held("KHM-01", true))
        .when(post("KHM-01"), initiate("ANGKOR", "KHM"))
        .accepted();
}
