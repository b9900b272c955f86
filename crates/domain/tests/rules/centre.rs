//! Siting by weighted criteria, establishment, activation.

use crate::support::{Ask, Story, fold, given, of, saphan::*};
use domain::{
    Language, Names, RefusalCode, Role, Span, State, Subject,
    centre::{CentreCommand, CentreEvent, CentreStatus, Criterion, Score, weighted_score},
    coalition::PartnerRole,
};

const CRITERIA: [(&str, u32); 5] =
    [("border_access", 25), ("security", 25), ("communications", 20), ("neutrality", 10), ("cost", 20)];

fn criteria(weights: [u32; 5]) -> Vec<Criterion> {
    CRITERIA.iter().zip(weights).map(|((name, _), weight)| Criterion { name: of(name), weight }).collect()
}

fn scores(scores: [u32; 5]) -> Vec<Score> {
    CRITERIA.iter().zip(scores).map(|((name, _), score)| Score { criterion: of(name), score }).collect()
}

fn propose(weights: [u32; 5]) -> Ask {
    centre(CentreCommand::Propose {
        centre: of("CMCC"),
        name: of("Coordination Centre"),
        criteria: criteria(weights),
    })
}

fn assess(site: &str, values: [u32; 5]) -> Ask {
    let (centre_code, place) = (of("CMCC"), of("A place"));
    centre(CentreCommand::Assess { centre: centre_code, site: of(site), place, scores: scores(values) })
}

fn select(site: &str, agreed_by: &[&str]) -> Ask {
    centre(CentreCommand::Select {
        centre: of("CMCC"),
        site: of(site),
        agreed_by: agreed_by.iter().map(|partner| of(partner)).collect(),
        rationale: of("Secure premises"),
    })
}

fn establish() -> Ask {
    centre(CentreCommand::Establish { centre: of("CMCC") })
}

fn activate_centre() -> Ask {
    centre(CentreCommand::Activate { centre: of("CMCC") })
}

fn open(code: &str, place: &str) -> Ask {
    centre(CentreCommand::OpenForwardPost { centre: of("CMCC"), code: of(code), place: of(place) })
}

fn stand_down() -> Ask {
    centre(CentreCommand::StandDown { centre: of("CMCC"), reason: of("Adopted") })
}

fn proposed() -> Story {
    given(coalition()).when(tha(), propose(CRITERIA.map(|(_, weight)| weight))).accepted()
}

fn established() -> Story {
    proposed()
        .when(tha(), assess("CHIANG_MAI", [3, 4, 5, 4, 4]))
        .accepted()
        .when(tha(), select("CHIANG_MAI", &["THA", "CHN"]))
        .accepted()
        .when(tha(), establish())
        .then([CentreEvent::CentreEstablished { centre: of("CMCC") }])
}

#[test]
fn sites_are_weighed_as_the_scenario_weighs_them() {
    let criteria = criteria(CRITERIA.map(|(_, weight)| weight));
    assert_eq!(weighted_score(&criteria, &scores([3, 4, 5, 4, 4])), 395);
    assert_eq!(weighted_score(&criteria, &scores([5, 2, 3, 4, 4])), 355);
    assert_eq!(weighted_score(&criteria, &scores([1, 5, 5, 3, 3])), 340);
    assert_eq!(weighted_score(&criteria, &[Score { criterion: of("unheard_of"), score: 5 }]), 0);
}

#[test]
fn weights_sum_to_100_under_names_that_differ() {
    given(coalition())
        .when(tha(), propose([25, 25, 20, 10, 19]))
        .refused_at([(RefusalCode::WeightsNot100, "criteria")])
        .saying("The weights sum to 99, not to 100.");
    let twice = vec![Criterion { name: of("cost"), weight: 50 }, Criterion { name: of("cost"), weight: 50 }];
    let propose = CentreCommand::Propose { centre: of("CMCC"), name: of("Centre"), criteria: twice };
    given(coalition()).when(tha(), centre(propose)).refused_at([(RefusalCode::InvalidValue, "criteria")]);
    proposed().when(tha(), propose_again()).refused([RefusalCode::AlreadyExists, RefusalCode::WeightsNot100]);
}

fn propose_again() -> Ask {
    centre(CentreCommand::Propose { centre: of("CMCC"), name: of("Centre"), criteria: Vec::new() })
}

#[test]
fn each_criterion_is_scored_once_from_1_to_5() {
    let missing =
        CentreCommand::Assess { centre: of("CMCC"), site: of("KUNMING"), place: of("China"), scores: vec![] };
    proposed()
        .when(tha(), centre(missing))
        .refused_at([(RefusalCode::InvalidValue, "scores")])
        .when(tha(), assess("KUNMING", [0, 5, 5, 3, 6]))
        .refused_at([
            (RefusalCode::InvalidValue, "scores.0.score"),
            (RefusalCode::InvalidValue, "scores.4.score"),
        ]);
}

#[test]
fn a_site_is_assessed_again_only_when_its_scores_differ() {
    let story = proposed()
        .when(tha(), assess("CHIANG_MAI", [3, 4, 5, 4, 4]))
        .accepted()
        .when(tha(), assess("CHIANG_MAI", [3, 4, 5, 4, 4]))
        .unchanged()
        .when(tha(), assess("CHIANG_MAI", [5, 4, 5, 4, 4]))
        .accepted();
    let State::Centre(Some(centre)) = crate::support::fold(&story.log, &Subject::Centre(of("CMCC"))) else {
        panic!("the centre was proposed")
    };
    let weighted: Vec<_> = centre.sites.iter().map(|site| (site.code.as_str(), site.weighted)).collect();
    assert_eq!(weighted, [("CHIANG_MAI", 445)]);
}

#[test]
fn only_an_assessed_site_is_selected_by_partners_that_have_acceded() {
    proposed()
        .when(tha(), select("MAE_SOT", &["THA", "VNM"]))
        .refused_at([(RefusalCode::SiteNotAssessed, "site"), (RefusalCode::UnknownReference, "agreedBy.1")])
        .when(tha(), assess("MAE_SOT", [5, 2, 3, 4, 4]))
        .accepted()
        .when(tha(), select("MAE_SOT", &["THA"]))
        .then([CentreEvent::SiteSelected {
            centre: of("CMCC"),
            site: of("MAE_SOT"),
            agreed_by: vec![of("THA")],
            rationale: of("Secure premises"),
        }])
        .when(tha(), select("MAE_SOT", &["THA"]))
        .unchanged()
        .when(tha(), select("MAE_SOT", &["THA", "CHN"]))
        .accepted();
}

#[test]
fn the_centre_is_activated_when_every_task_taking_partner_has_its_liaison_officer_in_post() {
    established()
        .when(mmr(), relieve("MMR-01"))
        .accepted()
        .when(tha(), activate_centre())
        .refused_at([(RefusalCode::LiaisonNotInPost, "centre")])
        .saying("MMR has no liaison officer in post.")
        .when(
            import(),
            posting(domain::coalition::PostCommand::AppointActing {
                post: of("MMR-01"),
                officer: officer(9),
            }),
        )
        .accepted()
        .when(tha(), activate_centre())
        .then([CentreEvent::CentreActivated { centre: of("CMCC") }])
        .when(tha(), activate_centre())
        .unchanged();
}

#[test]
fn partners_that_joined_without_a_liaison_officer_or_take_no_tasks_are_told_apart() {
    established()
        .and([acceded("KHM", PartnerRole::Participant)])
        .when(tha(), activate_centre())
        .refused([RefusalCode::LiaisonNotInPost])
        .when(tha(), suspend("KHM"))
        .accepted()
        .when(tha(), activate_centre())
        .accepted();
}

#[test]
fn a_late_entry_opens_no_forward_post_before_the_centre_and_ends_none_before_it_began() {
    let early = [(RefusalCode::InvalidValue, "occurredAt")];
    let story = established()
        .after(Span::hours(4))
        .late(Span::hours(5))
        .when(tha(), open("FCP-MAESOT", "Mae Sot"))
        .refused_at(early)
        .story;
    let story = story
        .when(tha(), activate_centre())
        .accepted()
        .late(Span::hours(1))
        .when(tha(), stand_down())
        .refused_at(early)
        .story;
    // It was open before the centre went to work, and is told of later.
    story
        .after(Span::hours(4))
        .late(Span::hours(5))
        .when(tha(), open("FCP-MAESOT", "Mae Sot"))
        .accepted()
        .when(tha(), open("FCP-CHIANGRAI", "Chiang Rai"))
        .accepted()
        .late(Span::hours(1))
        .when(tha(), stand_down())
        .refused_at(early);
}

#[test]
fn a_centre_goes_through_its_states_in_order() {
    proposed()
        .when(tha(), establish())
        .refused_at([(RefusalCode::WrongState, "centre")])
        .saying("CMCC is PROPOSED; this needs SITED.")
        .when(tha(), activate_centre())
        .refused([RefusalCode::WrongState])
        .when(tha(), open("FCP-MAESOT", "Mae Sot"))
        .refused([RefusalCode::WrongState])
        .when(tha(), stand_down())
        .refused([RefusalCode::WrongState]);
    let story = established()
        .when(tha(), establish())
        .unchanged()
        .when(tha(), assess("CHIANG_MAI", [1, 1, 1, 1, 1]))
        .refused([RefusalCode::WrongState])
        .when(tha(), activate_centre())
        .accepted()
        .when(tha(), stand_down())
        .then([CentreEvent::CentreStoodDown { centre: of("CMCC"), reason: of("Adopted") }]);
    let State::Centre(Some(centre)) = crate::support::fold(&story.log, &Subject::Centre(of("CMCC"))) else {
        panic!("the centre was proposed")
    };
    assert_eq!(centre.status, CentreStatus::StoodDown);
}

#[test]
fn a_forward_post_is_opened_once() {
    established()
        .when(tha(), open("FCP-MAESOT", "Mae Sot"))
        .then([CentreEvent::ForwardPostOpened {
            centre: of("CMCC"),
            code: of("FCP-MAESOT"),
            place: of("Mae Sot"),
        }])
        .when(tha(), open("FCP-MAESOT", "Mae Sot"))
        .unchanged()
        .when(tha(), open("FCP-MAESOT", "Tak"))
        .refused_at([(RefusalCode::AlreadyExists, "code")]);
}

#[test]
fn the_centre_is_the_hosts_or_a_services_to_run() {
    given(coalition())
        .when(chn(), propose([25, 25, 20, 10, 20]))
        .forbidden()
        .when(post_as("THA-02", [Role::Liaison]), propose([25, 25, 20, 10, 20]))
        .forbidden()
        .when(import(), propose([25, 25, 20, 10, 20]))
        .accepted()
        .when(tha(), centre(CentreCommand::Establish { centre: of("ELSEWHERE") }))
        .refused_at([(RefusalCode::NotFound, "centre")]);
}

#[test]
fn the_host_says_what_a_centre_is_called_in_other_languages() {
    let names = Names::new([(Language::Zh, of("协调中心"))]).unwrap();
    let name = |code: &str| centre(CentreCommand::Name { centre: of(code), names: names.clone() });
    let story = proposed()
        .when(chn(), name("CMCC"))
        .forbidden()
        .when(tha(), name("CMCC"))
        .then([CentreEvent::CentreNamed { centre: of("CMCC"), names: names.clone() }])
        .when(tha(), name("CMCC"))
        .unchanged()
        .when(tha(), name("NONE"))
        .refused_at([(RefusalCode::NotFound, "centre")])
        .story;
    let State::Centre(Some(centre)) = fold(&story.log, &Subject::Centre(of("CMCC"))) else {
        panic!("the centre folds into a centre")
    };
    assert_eq!(centre.names, names);
}
