//! Who may act, when it happened, and whether all this is an exercise.

use crate::support::{given, nothing, of, saphan::*};
use chrono::TimeDelta;
use domain::{
    Actor, Context, PostCode, RefusalCode, Rejection, Role, Span, Subject, World,
    coalition::{CoalitionEvent, PartnerEvent, PartnerRole, PostCommand, PostEvent},
    decide,
};

#[test]
fn an_empty_log_can_become_an_exercise() {
    nothing()
        .when(import(), declare_exercise())
        .then([CoalitionEvent::ExerciseDeclared { title: of("Exercise") }])
        .when(import(), declare_exercise())
        .refused([RefusalCode::ExerciseInUsedLog])
        .saying("The log holds 1 events: only an empty one can become an exercise.");
}

#[test]
fn only_an_administering_service_declares_an_exercise() {
    let reader = Actor::Service { name: "reader".to_owned(), roles: [Role::Reviewer].into() };
    nothing().when(reader, declare_exercise()).forbidden();
    given(coalition()).when(tha(), declare_exercise()).forbidden();
}

#[test]
fn a_relieved_officer_can_do_nothing_more() {
    submitted()
        .when(mmr(), relieve("MMR-01"))
        .accepted()
        .when(mmr(), approve(1))
        .forbidden()
        .when(import(), posting(PostCommand::Nominate { post: of("MMR-01"), officer: officer(2) }))
        .accepted()
        .when(import(), posting(PostCommand::AcceptNomination { post: of("MMR-01") }))
        .accepted()
        .when(mmr(), approve(1))
        .forbidden()
        .when(import(), posting(PostCommand::TakePost { post: of("MMR-01") }))
        .accepted()
        .when(mmr(), approve(1))
        .accepted();
}

#[test]
fn acting_cover_acts_for_the_post() {
    submitted()
        .when(mmr(), relieve("MMR-01"))
        .accepted()
        .when(import(), posting(PostCommand::AppointActing { post: of("MMR-01"), officer: officer(3) }))
        .accepted()
        .when(mmr(), approve(1))
        .accepted();
}

#[test]
fn a_suspended_partner_can_do_nothing_more() {
    submitted().when(tha(), suspend("MMR")).accepted().when(mmr(), approve(1)).forbidden();
}

#[test]
fn a_partner_that_has_left_can_do_nothing_more() {
    submitted().when(lao(), leave("LAO")).accepted().when(lao(), consent(1, &[])).forbidden();
}

#[test]
fn a_post_that_is_not_established_or_belongs_to_another_partner_cannot_act() {
    let borrowed = Actor::Post { post: of("THA-02"), partner: of("MMR"), roles: ALL_ROLES.into() };
    submitted().when(post("MMR-99"), approve(1)).forbidden().when(borrowed, approve(1)).forbidden();
}

#[test]
fn an_observer_acts_in_a_post_of_its_own_but_has_no_vote() {
    let admitted = [
        PartnerEvent::PartnerInvited {
            partner: of("INTERPOL"),
            profile: profile("INTERPOL"),
            role: PartnerRole::Observer,
        },
        PartnerEvent::ObserverAdmitted { partner: of("INTERPOL") },
    ];
    let establish = PostCommand::Establish {
        post: of("INTERPOL-01"),
        partner: of("INTERPOL"),
        title: of("Liaison Officer"),
        liaison: true,
    };
    submitted()
        .and(admitted)
        .when(import(), posting(establish))
        .accepted()
        .and([PostEvent::OfficerTookPost { post: of("INTERPOL-01"), officer: officer(4) }])
        .when(tha(), release(&["CHN", "INTERPOL", "LAO", "MMR", "THA"]))
        .accepted()
        .when(post("INTERPOL-01"), approve(1))
        .refused([RefusalCode::NotAnApprover])
        .when(post("INTERPOL-01"), reject(1, &[]))
        .refused([RefusalCode::NotAnApprover])
        .when(post("INTERPOL-01"), consent(1, &[]))
        .refused([RefusalCode::NoTerritoryInPlan])
        .when(post("INTERPOL-01"), add_task(task("T03", "THA", "THA", 0, 1, &[])))
        .forbidden();
}

#[test]
fn a_clock_ahead_of_the_servers_is_forgiven_for_two_minutes() {
    submitted().late(Span::seconds(-120)).when(tha(), approve(1)).accepted();
    submitted()
        .late(Span::seconds(-121))
        .when(tha(), approve(1))
        .refused_at([(RefusalCode::OccurredInFuture, "occurredAt")]);
}

#[test]
fn what_is_said_to_have_happened_half_a_century_ago_did_not() {
    let year = |year: i64| Span::hours(year * 8_766);
    let establish = || {
        posting(PostCommand::Establish {
            post: of("MMR-09"),
            partner: of("MMR"),
            title: of("Officer"),
            liaison: false,
        })
    };
    given(coalition()).late(year(49)).because("Found in an archive").when(import(), establish()).accepted();
    // A reason does not help, and none is asked for.
    for told in [given(coalition()).late(year(51)), given(coalition()).late(year(99)).because("Not set")] {
        told.when(import(), establish()).refused_at([(RefusalCode::InvalidValue, "occurredAt")]);
    }
}

#[test]
fn what_is_entered_after_two_days_says_why() {
    let later = || submitted().after(Span::hours(72));
    later().late(Span::hours(48)).when(tha(), approve(1)).accepted();
    let too_late = Span::hours(48) + Span::seconds(1);
    later()
        .late(too_late)
        .when(tha(), approve(1))
        .refused_at([(RefusalCode::LateReasonRequired, "lateReason")]);
    later().late(too_late).because("  ").when(tha(), approve(1)).refused([RefusalCode::LateReasonRequired]);
    later().late(too_late).because("The line was down").when(tha(), approve(1)).accepted();
}

#[test]
fn all_reasons_are_told_at_once_with_the_field_of_each() {
    let establish = PostCommand::Establish {
        post: of("MMR-01"),
        partner: of("VNM"),
        title: of("Liaison Officer"),
        liaison: true,
    };
    given(coalition()).late(Span::hours(100)).when(import(), posting(establish)).refused_at([
        (RefusalCode::LateReasonRequired, "lateReason"),
        (RefusalCode::AlreadyExists, "code"),
        (RefusalCode::TakesNoTasks, "partner"),
        (RefusalCode::InvalidCode, "code"),
    ]);
}

#[test]
fn a_decision_asks_for_all_that_it_lacks_in_few_rounds() {
    let actor = mmr();
    let mut story = in_force();
    let command = assign("T16", "MMR-02")(&story);
    let now = story.now;
    let context = Context {
        actor: &actor,
        now,
        head: story.head(),
        occurred_at: (now - TimeDelta::zero()).fixed_offset(),
        late_reason: None,
        entropy: [0; 32],
    };
    let mut world = World::default();
    assert_eq!(
        decide(&world, &command, &context),
        Err(Rejection::Missing([Subject::Coalition].into())),
        "standing comes first"
    );
    world.insert(Subject::Coalition, crate::support::fold(&story.log, &Subject::Coalition));
    let rest = [Subject::Operation(saphan()), Subject::Bookings(of::<PostCode>("MMR-02"))];
    assert_eq!(decide(&world, &command, &context), Err(Rejection::Missing(rest.into())));
    assert!(story.decide(&actor, &command).is_ok());
}
