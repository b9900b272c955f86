//! Invitation, accession, observers, suspension and withdrawal.

use crate::support::{fold, given, nothing, of, saphan::*};
use domain::{
    Language, Names, RefusalCode, Role, State, Subject,
    coalition::{PartnerCommand, PartnerEvent, PartnerRole},
};

fn invite(code: &str, role: PartnerRole) -> PartnerCommand {
    PartnerCommand::Invite { partner: of(code), profile: profile(code), role }
}

fn invited(code: &str, role: PartnerRole) -> PartnerEvent {
    PartnerEvent::PartnerInvited { partner: of(code), profile: profile(code), role }
}

fn accede(code: &str, founding: Option<PartnerRole>) -> PartnerCommand {
    PartnerCommand::Accede { partner: of(code), founding: founding.map(|role| (profile(code), role)) }
}

fn acknowledge(code: &str) -> PartnerCommand {
    PartnerCommand::AcknowledgeInvitation { partner: of(code) }
}

fn withdraw(code: &str) -> PartnerCommand {
    PartnerCommand::Withdraw { partner: of(code), reason: of("Mandate has ended") }
}

#[test]
fn a_founding_partner_accedes_without_invitation_by_a_service_alone() {
    nothing()
        .when(import(), partner(accede("THA", Some(PartnerRole::Host))))
        .then([acceded("THA", PartnerRole::Host)])
        .when(import(), partner(accede("THA", Some(PartnerRole::Host))))
        .unchanged();
    given(coalition()).when(tha(), partner(accede("KHM", Some(PartnerRole::Participant)))).forbidden();
    given(coalition())
        .when(tha(), partner(accede("KHM", None)))
        .refused_at([(RefusalCode::NotFound, "partner")]);
}

#[test]
fn an_invited_partner_acknowledges_once_and_accedes_in_the_role_offered() {
    given(coalition())
        .when(tha(), partner(invite("KHM", PartnerRole::Participant)))
        .then([invited("KHM", PartnerRole::Participant)])
        .when(tha(), partner(acknowledge("KHM")))
        .then([PartnerEvent::InvitationAcknowledged { partner: of("KHM") }])
        .when(tha(), partner(acknowledge("KHM")))
        .unchanged()
        .when(tha(), partner(accede("KHM", Some(PartnerRole::Host))))
        .then([acceded("KHM", PartnerRole::Participant)])
        .when(tha(), partner(acknowledge("KHM")))
        .refused([RefusalCode::WrongState])
        .saying("KHM is ACCEDED; this needs INVITED.");
}

#[test]
fn a_partner_is_invited_again_only_after_it_deferred_declined_or_left() {
    let defer = PartnerCommand::DeferInvitation { partner: of("VNM"), reason: None };
    let decline = PartnerCommand::DeclineInvitation { partner: of("VNM"), reason: None };
    given(coalition())
        .when(tha(), partner(invite("VNM", PartnerRole::Participant)))
        .accepted()
        .when(tha(), partner(invite("VNM", PartnerRole::Participant)))
        .refused_at([(RefusalCode::AlreadyExists, "code")])
        .when(tha(), partner(defer))
        .then([PartnerEvent::InvitationDeferred { partner: of("VNM"), reason: None }])
        .when(tha(), partner(decline))
        .then([PartnerEvent::InvitationDeclined { partner: of("VNM"), reason: None }])
        .when(tha(), partner(accede("VNM", None)))
        .refused([RefusalCode::WrongState])
        .when(tha(), partner(invite("VNM", PartnerRole::Participant)))
        .accepted()
        .when(tha(), partner(accede("VNM", None)))
        .accepted()
        .when(tha(), partner(withdraw("VNM")))
        .then([PartnerEvent::PartnerWithdrew { partner: of("VNM"), reason: of("Mandate has ended") }])
        .when(tha(), partner(invite("VNM", PartnerRole::Participant)))
        .accepted();
}

#[test]
fn there_is_one_host() {
    given(coalition())
        .when(tha(), partner(invite("KHM", PartnerRole::Host)))
        .refused_at([(RefusalCode::HostAlreadyPresent, "role")])
        .when(tha(), change_role("CHN", PartnerRole::Host))
        .refused([RefusalCode::HostAlreadyPresent])
        .when(import(), partner(accede("KHM", Some(PartnerRole::Host))))
        .refused([RefusalCode::HostAlreadyPresent])
        .saying("THA is the host.");
}

#[test]
fn an_observer_is_admitted_and_does_not_accede() {
    let admit = |code| PartnerCommand::AdmitObserver { partner: of(code) };
    given(coalition())
        .when(tha(), partner(invite("INTERPOL", PartnerRole::Observer)))
        .accepted()
        .when(tha(), partner(accede("INTERPOL", None)))
        .refused_at([(RefusalCode::InvalidValue, "role")])
        .when(tha(), partner(admit("INTERPOL")))
        .then([PartnerEvent::ObserverAdmitted { partner: of("INTERPOL") }])
        .when(tha(), partner(invite("KHM", PartnerRole::Participant)))
        .accepted()
        .when(tha(), partner(admit("KHM")))
        .refused([RefusalCode::WrongState])
        .when(tha(), partner(admit("UNODC")))
        .refused([RefusalCode::NotFound]);
}

#[test]
fn a_role_changes_with_a_reason_but_not_to_observer() {
    given(coalition())
        .when(tha(), change_role("LAO", PartnerRole::Principal))
        .then([PartnerEvent::PartnerRoleChanged {
            partner: of("LAO"),
            role: PartnerRole::Principal,
            reason: of("Decided by all"),
        }])
        .when(tha(), change_role("LAO", PartnerRole::Principal))
        .unchanged()
        .when(tha(), change_role("LAO", PartnerRole::Observer))
        .refused_at([(RefusalCode::InvalidValue, "role")]);
}

#[test]
fn a_suspended_partner_can_only_leave() {
    given(coalition())
        .when(tha(), suspend("LAO"))
        .then([PartnerEvent::PartnerSuspended { partner: of("LAO"), reason: of("A breach") }])
        .when(tha(), suspend("LAO"))
        .refused([RefusalCode::WrongState])
        .when(tha(), change_role("LAO", PartnerRole::Principal))
        .refused([RefusalCode::WrongState])
        .when(tha(), partner(withdraw("LAO")))
        .accepted()
        .when(tha(), partner(withdraw("LAO")))
        .refused([RefusalCode::WrongState]);
}

#[test]
fn partners_are_the_hosts_to_deal_with_and_leaving_is_each_ones_own() {
    given(coalition())
        .when(chn(), partner(invite("KHM", PartnerRole::Participant)))
        .forbidden()
        .when(post_as("THA-02", [Role::Planner]), partner(invite("KHM", PartnerRole::Participant)))
        .forbidden()
        .when(chn(), partner(withdraw("MMR")))
        .forbidden()
        .when(post_as("MMR-01", [Role::Liaison]), partner(withdraw("MMR")))
        .forbidden()
        .when(mmr(), partner(withdraw("MMR")))
        .accepted();
}

#[test]
fn a_partner_says_what_it_is_called_and_the_host_may_too() {
    let said = |texts: &[(Language, &str)]| {
        Names::new(texts.iter().map(|(language, text)| (*language, of(text)))).unwrap()
    };
    let name = |code: &str, names: &Names| {
        partner(PartnerCommand::Name {
            partner: of(code),
            names: names.clone(),
            agency_names: Names::default(),
        })
    };
    let event = |code: &str, names: &Names| PartnerEvent::PartnerNamed {
        partner: of(code),
        names: names.clone(),
        agency_names: Names::default(),
    };
    let lao = said(&[(Language::Lo, "ລາວ"), (Language::Th, "ลาว")]);
    let none = Names::default();
    given(coalition())
        .when(chn(), name("LAO", &lao))
        .forbidden()
        .when(chn(), name("CHN", &lao))
        .then([event("CHN", &lao)])
        .when(tha(), name("LAO", &lao))
        .then([event("LAO", &lao)])
        .when(tha(), name("LAO", &lao))
        .unchanged()
        .when(import(), name("LAO", &none))
        .then([event("LAO", &none)])
        .when(tha(), name("VNM", &lao))
        .refused_at([(RefusalCode::NotFound, "partner")]);
}

#[test]
fn names_outlast_an_accession() {
    let names = Names::new([(Language::Km, of("កម្ពុជា"))]).unwrap();
    let name = PartnerCommand::Name { partner: of("KHM"), names: names.clone(), agency_names: names.clone() };
    let story = given(coalition())
        .when(tha(), partner(invite("KHM", PartnerRole::Participant)))
        .accepted()
        .when(tha(), partner(name))
        .accepted()
        .when(tha(), partner(accede("KHM", None)))
        .accepted();
    let State::Coalition(coalition) = fold(&story.log, &Subject::Coalition) else {
        panic!("the coalition folds into a coalition")
    };
    let known = &coalition.partners[&of::<domain::PartnerCode>("KHM")];
    assert_eq!((&known.names, &known.agency_names), (&names, &names));
}
