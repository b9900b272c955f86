//! Invitation, accession, observers, suspension and withdrawal.

use crate::support::{Ask, Story, fold, given, nothing, of, saphan::*};
use domain::{
    Actor, Language, Names, RefusalCode, Role, Span, State, Subject,
    coalition::{PartnerCommand, PartnerEvent, PartnerRole, PartnerStatus},
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

fn defer(code: &str) -> PartnerCommand {
    PartnerCommand::DeferInvitation { partner: of(code), reason: None }
}

fn decline(code: &str) -> PartnerCommand {
    PartnerCommand::DeclineInvitation { partner: of(code), reason: None }
}

fn admit(code: &str) -> PartnerCommand {
    PartnerCommand::AdmitObserver { partner: of(code) }
}

fn status(story: &Story, code: &str) -> (PartnerStatus, PartnerRole) {
    let State::Coalition(coalition) = fold(&story.log, &Subject::Coalition) else {
        panic!("the coalition folds into a coalition")
    };
    let known = &coalition.partners[&of::<domain::PartnerCode>(code)];
    (known.status, known.role)
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
    given(coalition())
        .when(tha(), partner(invite("VNM", PartnerRole::Participant)))
        .accepted()
        .when(tha(), partner(invite("VNM", PartnerRole::Participant)))
        .refused_at([(RefusalCode::AlreadyExists, "code")])
        .when(tha(), partner(defer("VNM")))
        .then([PartnerEvent::InvitationDeferred { partner: of("VNM"), reason: None }])
        .when(tha(), partner(decline("VNM")))
        .then([PartnerEvent::InvitationDeclined { partner: of("VNM"), reason: None }])
        .when(tha(), partner(accede("VNM", None)))
        .refused([RefusalCode::WrongState])
        .when(tha(), partner(invite("VNM", PartnerRole::Participant)))
        .accepted()
        .when(tha(), partner(accede("VNM", None)))
        .accepted()
        .when(tha(), leave("VNM"))
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
fn a_suspended_partner_leaves_or_is_reinstated_and_nothing_else() {
    given(coalition())
        .when(tha(), suspend("LAO"))
        .then([PartnerEvent::PartnerSuspended { partner: of("LAO"), reason: of("A breach") }])
        .when(tha(), suspend("LAO"))
        .refused([RefusalCode::WrongState])
        .when(tha(), change_role("LAO", PartnerRole::Principal))
        .refused([RefusalCode::WrongState])
        .when(tha(), leave("LAO"))
        .accepted()
        .when(tha(), leave("LAO"))
        .refused([RefusalCode::WrongState])
        .when(tha(), reinstate("LAO"))
        .refused([RefusalCode::WrongState])
        .saying("LAO is WITHDRAWN; this needs SUSPENDED.");
}

#[test]
fn partners_are_the_hosts_to_deal_with_and_leaving_is_each_ones_own() {
    given(coalition())
        .when(chn(), partner(invite("KHM", PartnerRole::Participant)))
        .forbidden()
        .when(post_as("THA-02", [Role::Planner]), partner(invite("KHM", PartnerRole::Participant)))
        .forbidden()
        .when(chn(), leave("MMR"))
        .forbidden()
        .when(post_as("MMR-01", [Role::Liaison]), leave("MMR"))
        .forbidden()
        .when(mmr(), leave("MMR"))
        .accepted();
    given(coalition()).when(post_as("THA-02", [Role::Liaison]), leave("MMR")).accepted();
}

#[test]
fn what_becomes_of_an_invitation_and_of_a_standing_is_for_the_host_to_enter() {
    let asks: [fn() -> Ask; 6] = [
        || partner(acknowledge("KHM")),
        || partner(defer("KHM")),
        || partner(decline("KHM")),
        || change_role("LAO", PartnerRole::Principal),
        || suspend("LAO"),
        || reinstate("CHN"),
    ];
    let story = given(coalition())
        .when(tha(), partner(invite("KHM", PartnerRole::Participant)))
        .accepted()
        .when(tha(), suspend("CHN"))
        .accepted();
    for ask in asks {
        let may: [Actor; 3] =
            [post_as("THA-02", [Role::Commander]), post_as("THA-02", [Role::Liaison]), import()];
        for actor in may {
            story.clone().when(actor, ask()).accepted();
        }
        for actor in [lao(), mmr(), chn(), post_as("THA-02", [Role::Planner])] {
            story.clone().when(actor, ask()).forbidden();
        }
    }
}

#[test]
fn reinstated_a_partner_is_what_it_was() {
    let story = given(coalition())
        .when(tha(), suspend("LAO"))
        .accepted()
        .when(tha(), reinstate("LAO"))
        .then([PartnerEvent::PartnerReinstated { partner: of("LAO"), reason: of("The breach was closed") }])
        .when(tha(), reinstate("LAO"))
        .refused_at([(RefusalCode::WrongState, "partner")])
        .when(tha(), partner(invite("INTERPOL", PartnerRole::Observer)))
        .accepted()
        .when(tha(), partner(admit("INTERPOL")))
        .accepted()
        .when(tha(), suspend("INTERPOL"))
        .accepted()
        .when(tha(), reinstate("INTERPOL"))
        .accepted();
    assert_eq!(status(&story, "LAO"), (PartnerStatus::Acceded, PartnerRole::Participant));
    assert_eq!(status(&story, "INTERPOL"), (PartnerStatus::Observer, PartnerRole::Observer));
    story.when(tha(), reinstate("VNM")).refused_at([(RefusalCode::NotFound, "partner")]);
}

#[test]
fn a_coalition_keeps_its_host_and_a_service_alone_hands_it_over() {
    let kept = "THA is the host: an administering service makes another partner that first.";
    for (actor, ask) in [
        (tha(), suspend("THA")),
        (import(), suspend("THA")),
        (tha(), leave("THA")),
        (import(), leave("THA")),
        (tha(), change_role("THA", PartnerRole::Principal)),
    ] {
        given(coalition()).when(actor, ask).refused_at([(RefusalCode::WrongState, "partner")]).saying(kept);
    }
    given(coalition())
        .when(import(), change_role("THA", PartnerRole::Principal))
        .accepted()
        .when(import(), change_role("CHN", PartnerRole::Host))
        .accepted()
        .when(tha(), suspend("LAO"))
        .forbidden()
        .when(chn(), suspend("THA"))
        .accepted();
}

#[test]
fn a_late_entry_puts_nothing_before_what_it_follows() {
    let late = |story: Story, ask: Ask| {
        story
            .late(Span::hours(2))
            .when(tha(), ask)
            .refused_at([(RefusalCode::InvalidValue, "occurredAt")])
            .story
            .after(Span::hours(2))
    };
    let invited = given(coalition()).when(tha(), partner(invite("KHM", PartnerRole::Participant))).accepted();
    for answer in [acknowledge("KHM"), defer("KHM"), decline("KHM"), accede("KHM", None)] {
        late(invited.clone(), partner(answer.clone()))
            .late(Span::hours(2))
            .when(tha(), partner(answer))
            .accepted();
    }
    let story = late(invited.when(tha(), partner(accede("KHM", None))).accepted(), suspend("KHM"));
    let story = late(story.when(tha(), suspend("KHM")).accepted(), reinstate("KHM"));
    let story = late(story.when(tha(), reinstate("KHM")).accepted(), leave("KHM"));
    // Clocks differ by a little.
    story
        .when(tha(), change_role("KHM", PartnerRole::Principal))
        .accepted()
        .late(Span::seconds(120))
        .when(tha(), leave("KHM"))
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
