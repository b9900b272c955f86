//! What an operation came to: claims of the partner whose work it was, each with its source, put right by other claims.

use crate::support::{coming::*, given, giving::money, instant, of, saphan::*};
use domain::{
    Instant, Money, RefusalCode, Role, Span,
    operation::OperationCommand,
    outcome::{Measured, NewOutcome, OutcomeEvent, OutcomeKind as Kind},
    release::{MarkedItem, Matter, Release},
};

fn corrected(claim: u32, corrects: u32, how_much: &str, at: Instant) -> OutcomeEvent {
    OutcomeEvent::OutcomeCorrected {
        operation: saphan(),
        outcome: of("OUT-01"),
        partner: of("MMR"),
        claim,
        corrects,
        measured: measured(how_much),
        at,
        reason: of("Counted twice"),
    }
}

#[test]
fn what_a_partners_work_came_to_is_put_right_by_another_claim() {
    let recorded = OutcomeEvent::OutcomeRecorded {
        operation: saphan(),
        outcome: of("OUT-01"),
        partner: of("MMR"),
        kind: Kind::Arrests,
        title: None,
        measured: Measured::Count(7),
        source: of("Field unit"),
        objective: None,
        release: None,
    };
    let story = operation().when(mmr(), record("OUT-01", Kind::Arrests, "7")).then([recorded]);
    let first = outcome(&story, "OUT-01").holding().unwrap().occurred_at;
    let story = story
        .when(mmr(), correct("OUT-01", 1, None, None))
        .unchanged()
        .when(mmr(), correct("OUT-01", 1, Some("7"), Some(first)))
        .unchanged()
        .when(mmr(), correct("OUT-01", 1, Some("5"), None))
        .then([corrected(2, 1, "5", first)]);
    let known = outcome(&story, "OUT-01");
    let holding = known.holding().unwrap();
    assert_eq!((holding.number, &holding.says, holding.occurred_at), (2, &Measured::Count(5), first));
    assert_eq!(holding.corrects.as_ref().map(|corrects| corrects.claim), Some(1));
    let wrong = known.claims.get(1).unwrap();
    assert_eq!((&wrong.says, wrong.corrected_by), (&Measured::Count(7), Some(2)));
    let later = first + Span::seconds(60).as_delta();
    let story = story
        .when(mmr(), correct("OUT-01", 1, Some("6"), None))
        .refused_at([(RefusalCode::WrongState, "claimId")])
        .saying("This claim was corrected: correct the one that took its place.")
        .when(mmr(), correct("OUT-01", 2, None, Some(later)))
        .then([corrected(3, 2, "5", later)])
        .when(mmr(), correct("OUT-01", 3, Some("0"), None))
        .then([corrected(4, 3, "0", later)]);
    assert_eq!(outcome(&story, "OUT-01").holding().unwrap().says, Measured::Count(0));
}

#[test]
fn each_kind_is_counted_or_is_money_and_losses_are_either() {
    let mut story = operation();
    let counted = [Kind::Arrests, Kind::AccountsFrozen, Kind::SitesClosed];
    for kind in counted {
        story = story
            .when(tha(), record("OUT-01", kind, "1 THB"))
            .refused_at([(RefusalCode::InvalidValue, "value")])
            .story;
    }
    for kind in [Kind::ValueFrozen, Kind::ValueRecovered] {
        story = story
            .when(tha(), record("OUT-01", kind, "1"))
            .refused_at([(RefusalCode::InvalidValue, "count")])
            .story;
    }
    story
        .when(tha(), record("OUT-01", Kind::LossesReported, "12"))
        .accepted()
        .when(tha(), record("OUT-02", Kind::LossesReported, "0.01 THB"))
        .accepted()
        .when(tha(), record("OUT-03", Kind::Other, "3"))
        .refused_at([(RefusalCode::InvalidValue, "title")])
        .when(
            tha(),
            record_as(NewOutcome { title: Some(of("SIM cards")), ..so_much("OUT-03", Kind::Other, "3") }),
        )
        .accepted();
}

#[test]
fn all_that_is_wrong_with_an_outcome_is_told_at_once() {
    let story = aiming().when(tha(), record("OUT-01", Kind::Arrests, "9")).accepted();
    let wrong = NewOutcome {
        measured: Measured::Value(Money { minor_units: 0, currency: of("XAU") }),
        objective: Some(of("O9")),
        release: Some(Release { releasable_to: partners(&["VNM"]), ..Release::default() }),
        ..so_much("OUT-01", Kind::Arrests, "1")
    };
    story
        .late(Span::hours(47))
        .when(tha(), record_as(wrong))
        .refused_at([
            (RefusalCode::AlreadyExists, "code"),
            (RefusalCode::InvalidValue, "value"),
            (RefusalCode::InvalidValue, "value.amount"),
            (RefusalCode::InvalidCurrency, "value.currency"),
            (RefusalCode::UnknownReference, "objective"),
            (RefusalCode::UnknownReference, "release.releasableTo"),
            (RefusalCode::InvalidValue, "occurredAt"),
        ])
        .when(tha(), record("OUT-02", Kind::Arrests, "0"))
        .refused_at([(RefusalCode::InvalidValue, "count")])
        .when(tha(), record("OUT-02", Kind::Arrests, "1000000001"))
        .refused_at([(RefusalCode::InvalidValue, "count")]);
}

#[test]
fn a_correction_says_no_other_sort_of_thing_and_nothing_of_the_future() {
    let story = operation().when(tha(), record("OUT-01", Kind::LossesReported, "500 THB")).accepted();
    let future = instant("2030-01-01T00:00:00+07:00");
    let before = instant("2023-08-01T00:00:00+07:00");
    story
        .when(tha(), correct("OUT-01", 1, Some("12"), Some(future)))
        .refused_at([(RefusalCode::InvalidValue, "count"), (RefusalCode::OccurredInFuture, "at")])
        .when(tha(), correct("OUT-01", 1, Some("-1 THB"), Some(before)))
        .refused_at([(RefusalCode::InvalidValue, "value.amount"), (RefusalCode::InvalidValue, "at")])
        .when(tha(), correct("OUT-01", 2, Some("400 THB"), None))
        .refused_at([(RefusalCode::NotFound, "claimId")])
        .when(tha(), correct("OUT-01", 1, Some("400 LAK"), None))
        .accepted();
}

#[test]
fn it_counts_towards_an_objective_of_the_plan_that_its_partner_may_see() {
    operation()
        .when(mmr(), towards("OUT-01", "2", "O3"))
        .refused_at([(RefusalCode::UnknownReference, "objective")]);
    let story = aiming().when(mmr(), towards("OUT-01", "2", "O3")).accepted();
    assert_eq!(outcome(&story, "OUT-01").objective, Some(of("O3")));
    let unknown = [(RefusalCode::UnknownReference, "objective")];
    let story = story.when(mmr(), towards("OUT-02", "2", "O9")).refused_at(unknown).story;
    // Who may not see the version is told the same of an objective that it has.
    story
        .and([marked(Some(MarkedItem::PlanVersion { number: 1 }), &["CHN", "MMR"])])
        .when(lao(), towards("OUT-02", "2", "O3"))
        .refused_at(unknown)
        .when(chn(), towards("OUT-02", "2", "O3"))
        .accepted();
}

#[test]
fn a_measure_names_a_kind_in_whatever_case_and_nothing_else_does() {
    assert_eq!(Kind::of_measure("sites_closed"), Some(Kind::SitesClosed));
    assert_eq!(Kind::of_measure(" ARRESTS "), Some(Kind::Arrests));
    for measure in ["screened_within_96h_pct", "sites closed", "other", ""] {
        assert_eq!(Kind::of_measure(measure), None, "{measure}");
    }
}

#[test]
fn every_partner_speaks_of_its_own_work() {
    let story = operation().when(mmr(), record("OUT-01", Kind::Arrests, "5")).accepted();
    let reader = || post_as("CHN-01", [Role::Planner, Role::Watch, Role::Reviewer]);
    let story = story
        .when(reader(), record("OUT-02", Kind::Arrests, "1"))
        .forbidden()
        .when(import(), record("OUT-02", Kind::Arrests, "1"))
        .forbidden()
        .when(tha(), correct("OUT-01", 1, Some("4"), None))
        .forbidden()
        .when(post_as("MMR-02", [Role::Liaison]), correct("OUT-01", 1, Some("4"), None))
        .accepted();
    assert_eq!(outcome(&story, "OUT-01").partner().as_str(), "MMR");
}

#[test]
fn an_outcome_is_hidden_from_those_that_it_is_not_released_to_but_never_from_its_lead() {
    let story = operation().when(mmr(), record_for("OUT-01", "5", &["LAO"])).accepted();
    story
        .when(chn(), correct("OUT-01", 1, Some("4"), None))
        .refused_at([(RefusalCode::NotFound, "claimId")])
        .when(chn(), correct("OUT-09", 1, Some("4"), None))
        .refused_at([(RefusalCode::NotFound, "claimId")])
        .when(lao(), correct("OUT-01", 1, Some("4"), None))
        .forbidden()
        .when(tha(), correct("OUT-01", 1, Some("4"), None))
        .forbidden()
        .when(chn(), release_matter(Matter::Outcome(of("OUT-01")), &["CHN"]))
        .refused([RefusalCode::NotFound])
        .when(mmr(), release_matter(Matter::Outcome(of("OUT-01")), &["CHN"]))
        .accepted()
        .when(chn(), correct("OUT-01", 1, Some("4"), None))
        .forbidden();
}

#[test]
fn what_came_of_an_operation_is_said_and_put_right_after_its_end() {
    let terminate =
        || operating(OperationCommand::Terminate { operation: saphan(), reason: of("Stood down") });
    let story = operation().when(tha(), record("OUT-01", Kind::ValueFrozen, "28600000 THB")).accepted();
    let story = story
        .when(tha(), terminate())
        .accepted()
        .when(tha(), record("OUT-02", Kind::ValueRecovered, "5000000 THB"))
        .accepted()
        .when(tha(), correct("OUT-01", 1, Some("28000000 THB"), None))
        .accepted();
    let held = outcome(&story, "OUT-01").holding().unwrap().says.clone();
    assert_eq!(held.value(), Some(&money("28000000 THB")));
}

#[test]
fn only_readers_of_an_operation_say_what_it_came_to() {
    let hidden = given(coalition()).and([initiated("SAPHAN", &["MMR"])]);
    for story in [given(coalition()), hidden] {
        let nowhere = [(RefusalCode::NotFound, "operation")];
        story.when(chn(), record("OUT-01", Kind::Arrests, "1")).refused_at(nowhere);
    }
}
