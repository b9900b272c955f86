//! Nomination, acceptance, taking up, acting cover, relief.

use crate::support::{fold, given, of, saphan::*};
use domain::{
    Language, Names, RefusalCode, Role, Span, State, Subject,
    coalition::{PostCommand, PostEvent, PostStatus},
};

fn establish(code: &str, partner: &str) -> PostCommand {
    PostCommand::Establish { post: of(code), partner: of(partner), title: of("Officer"), liaison: false }
}

fn nominate(number: u128) -> PostCommand {
    PostCommand::Nominate { post: of("CHN-04"), officer: officer(number) }
}

fn accept() -> PostCommand {
    PostCommand::AcceptNomination { post: of("CHN-04") }
}

fn decline() -> PostCommand {
    PostCommand::DeclineNomination { post: of("CHN-04"), reason: None }
}

fn take() -> PostCommand {
    PostCommand::TakePost { post: of("CHN-04") }
}

fn act(number: u128) -> PostCommand {
    PostCommand::AppointActing { post: of("CHN-04"), officer: officer(number) }
}

fn vacant() -> crate::support::Story {
    given(coalition()).when(chn(), posting(establish("CHN-04", "CHN"))).accepted()
}

fn status(story: &crate::support::Story) -> PostStatus {
    match crate::support::fold(&story.log, &domain::Subject::Coalition) {
        domain::State::Coalition(coalition) => coalition.posts[&of::<domain::PostCode>("CHN-04")].status(),
        other => panic!("{other:?}"),
    }
}

#[test]
fn an_officer_is_nominated_accepts_and_takes_the_post() {
    let story = vacant();
    assert_eq!(status(&story), PostStatus::Vacant);
    let story = story
        .when(chn(), posting(nominate(7)))
        .then([PostEvent::OfficerNominated { post: of("CHN-04"), officer: officer(7) }])
        .when(chn(), posting(nominate(7)))
        .unchanged();
    assert_eq!(status(&story), PostStatus::Nominated);
    let story = story
        .when(chn(), posting(accept()))
        .then([PostEvent::NominationAccepted { post: of("CHN-04"), officer: officer(7) }])
        .when(chn(), posting(accept()))
        .unchanged();
    assert_eq!(status(&story), PostStatus::Accepted);
    let story = story
        .when(chn(), posting(take()))
        .then([PostEvent::OfficerTookPost { post: of("CHN-04"), officer: officer(7) }]);
    assert_eq!(status(&story), PostStatus::InPost);
    let story = story.when(chn(), relieve("CHN-04")).then([PostEvent::OfficerRelieved {
        post: of("CHN-04"),
        officer: officer(7),
        reason: of("End of rotation"),
    }]);
    assert_eq!(status(&story), PostStatus::Relieved);
    story.when(chn(), relieve("CHN-04")).refused([RefusalCode::WrongState]);
}

#[test]
fn nobody_takes_a_post_unasked() {
    vacant()
        .when(chn(), posting(take()))
        .refused([RefusalCode::WrongState])
        .when(chn(), posting(accept()))
        .refused([RefusalCode::WrongState])
        .when(chn(), posting(decline()))
        .refused([RefusalCode::WrongState])
        .when(chn(), posting(nominate(7)))
        .accepted()
        .when(chn(), posting(take()))
        .refused([RefusalCode::WrongState])
        .when(chn(), posting(decline()))
        .then([PostEvent::NominationDeclined { post: of("CHN-04"), officer: officer(7), reason: None }])
        .when(chn(), posting(accept()))
        .refused([RefusalCode::WrongState])
        .saying("Nobody is nominated for CHN-04.");
}

#[test]
fn another_is_nominated_until_the_first_has_accepted() {
    vacant()
        .when(chn(), posting(nominate(7)))
        .accepted()
        .when(chn(), posting(nominate(8)))
        .accepted()
        .when(chn(), posting(accept()))
        .accepted()
        .when(chn(), posting(nominate(9)))
        .refused_at([(RefusalCode::WrongState, "post")]);
}

#[test]
fn a_post_has_one_holder() {
    given(coalition())
        .when(mmr(), posting(PostCommand::Nominate { post: of("MMR-02"), officer: officer(8) }))
        .accepted()
        .when(mmr(), posting(PostCommand::AcceptNomination { post: of("MMR-02") }))
        .accepted()
        .when(mmr(), posting(PostCommand::TakePost { post: of("MMR-02") }))
        .refused_at([(RefusalCode::PostAlreadyHeld, "post")])
        .when(mmr(), posting(PostCommand::AppointActing { post: of("MMR-02"), officer: officer(9) }))
        .refused([RefusalCode::PostAlreadyHeld])
        .when(mmr(), relieve("MMR-02"))
        .accepted()
        .when(mmr(), posting(PostCommand::TakePost { post: of("MMR-02") }))
        .accepted();
}

#[test]
fn acting_cover_gives_way_to_the_officer_that_it_covers_for() {
    let story = vacant()
        .when(chn(), posting(act(3)))
        .then([PostEvent::ActingCoverAppointed { post: of("CHN-04"), officer: officer(3) }])
        .when(chn(), posting(act(3)))
        .unchanged()
        .when(chn(), posting(act(4)))
        .refused([RefusalCode::PostAlreadyHeld]);
    let story = story.when(chn(), posting(nominate(7))).accepted().when(chn(), posting(accept())).accepted();
    assert_eq!(status(&story), PostStatus::Acting);
    let story = story.when(chn(), posting(take())).accepted();
    assert_eq!(status(&story), PostStatus::InPost);
}

#[test]
fn a_late_entry_gives_a_post_no_second_holder_in_the_past() {
    let relieved = vacant()
        .when(chn(), posting(act(3)))
        .accepted()
        .after(Span::hours(5))
        .when(chn(), relieve("CHN-04"))
        .accepted();
    relieved
        .late(Span::hours(2))
        .when(chn(), posting(act(4)))
        .refused_at([(RefusalCode::PostAlreadyHeld, "occurredAt")]);
}

#[test]
fn nobody_is_relieved_before_taking_the_post() {
    vacant()
        .when(chn(), posting(act(3)))
        .accepted()
        .late(Span::hours(1))
        .when(chn(), relieve("CHN-04"))
        .refused_at([(RefusalCode::InvalidValue, "occurredAt")]);
}

#[test]
fn a_posts_code_starts_with_its_partners() {
    given(coalition())
        .when(import(), posting(establish("CHN04", "CHN")))
        .refused_at([(RefusalCode::InvalidCode, "code")])
        .when(import(), posting(establish("THA-01", "THA")))
        .refused_at([(RefusalCode::AlreadyExists, "code")])
        .when(import(), posting(establish("VNM-01", "VNM")))
        .refused_at([(RefusalCode::TakesNoTasks, "partner")])
        .when(import(), relieve("CHN-99"))
        .refused_at([(RefusalCode::NotFound, "post")]);
}

#[test]
fn a_partner_fills_its_own_posts() {
    vacant()
        .when(mmr(), posting(nominate(7)))
        .forbidden()
        .when(post_as("CHN-01", [Role::Planner]), posting(nominate(7)))
        .forbidden()
        .when(tha(), posting(establish("CHN-05", "CHN")))
        .forbidden()
        .when(import(), posting(nominate(7)))
        .accepted();
}

#[test]
fn a_partner_says_what_its_posts_are_called_in_other_languages() {
    let titles = Names::new([(Language::Zh, of("联络官"))]).unwrap();
    let name = |code: &str| posting(PostCommand::Name { post: of(code), titles: titles.clone() });
    let story = given(coalition())
        .when(tha(), name("CHN-01"))
        .forbidden()
        .when(chn(), name("CHN-01"))
        .then([PostEvent::PostNamed { post: of("CHN-01"), titles: titles.clone() }])
        .when(import(), name("CHN-01"))
        .unchanged()
        .when(chn(), name("CHN-99"))
        .refused_at([(RefusalCode::NotFound, "post")])
        .story;
    let State::Coalition(coalition) = fold(&story.log, &Subject::Coalition) else {
        panic!("the coalition folds into a coalition")
    };
    assert_eq!(coalition.posts[&of::<domain::PostCode>("CHN-01")].titles, titles);
}
