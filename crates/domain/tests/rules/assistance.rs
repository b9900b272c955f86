//! Persons are counted, never named; small counts are told to nobody but who counts.

use crate::support::{Story, assisting::*, matter::methane, of, saphan::*};
use domain::{
    RefusalCode, Role, Span,
    assistance::{AssistanceEvent, Balance, Cell, CorrectionReason, Figure, Step, Sum},
    incident::IncidentCommand,
};

/// What everybody may read of a figure now.
fn told(story: &Story, figure: Figure) -> Option<u32> {
    latest(story).told(figure)
}

/// As whoever counts reads it.
fn latest(story: &Story) -> Step {
    counted_by(story, "THA").at(story.now).expect("something was counted").clone()
}

fn balance(story: &Story, sum: Sum) -> Option<Balance> {
    latest(story).balances.get(&sum).copied()
}

#[test]
fn what_was_received_adds_up_and_a_correction_leaves_what_was_said() {
    let received = |count, place: Option<&str>| AssistanceEvent::PersonsReceived {
        operation: saphan(),
        authority: of("THA"),
        count,
        place: place.map(of),
        incident: None,
    };
    let corrected = AssistanceEvent::AssistanceFigureCorrected {
        operation: saphan(),
        authority: of("THA"),
        corrects: 1,
        figure: Figure::Received,
        nationality: None,
        count: 99,
        reason: CorrectionReason::CountedByMistake,
    };
    let story = operation().when(tha(), receive_at(101, Some("THA"))).then([received(101, Some("THA"))]);
    let first = story.now;
    let story = story.when(tha(), receive(17)).then([received(17, None)]);
    assert_eq!(told(&story, Figure::Received), Some(118));
    let story = story.when(tha(), correct(1, 99)).then([corrected]);
    assert_eq!(told(&story, Figure::Received), Some(116));
    let known = counted_by(&story, "THA");
    assert_eq!(known.at(first - Span::seconds(1).as_delta()).unwrap().told(Figure::Received), Some(99));
    assert_eq!(known.claims.get(1).unwrap().corrected_by, Some(3));
    story
        .when(tha(), correct(1, 98))
        .refused_at([(RefusalCode::WrongState, "claimId")])
        .when(tha(), correct(3, 99))
        .unchanged()
        .when(tha(), correct(9, 99))
        .refused_at([(RefusalCode::NotFound, "claimId")]);
}

#[test]
fn a_small_count_is_told_to_nobody_and_neither_is_what_would_tell_it() {
    let story = operation().when(tha(), receive(101)).accepted();
    let story = story.when(tha(), receive(3)).accepted();
    assert_eq!(latest(&story).total(Figure::Received), Some(104));
    assert_eq!(told(&story, Figure::Received), None, "three have come since there were 101");
    let story = story.when(tha(), receive(10)).accepted();
    assert_eq!(told(&story, Figure::Received), Some(114), "thirteen have come since");
}

#[test]
fn of_parts_that_add_up_a_small_one_takes_another_with_it() {
    let story = operation().when(tha(), receive(116)).accepted();
    let story = story.when(tha(), screen(96, 20, Some(7))).accepted();
    let identified = [("CHN", 46), ("LAO", 12), ("MMR", 11), ("THA", 9), ("OTHER", 5)];
    let story = story.when(tha(), identify(&identified, 9, 4)).accepted();
    let shown = [Figure::Received, Figure::Presumed, Figure::NotPresumed, Figure::Identified, Figure::Minors];
    assert_eq!(shown.map(|figure| told(&story, figure)), [116, 96, 20, 83, 7].map(Some));
    assert_eq!(told(&story, Figure::Undetermined), None);
    assert_eq!(told(&story, Figure::NotIdentified), None, "else the four were 96 - 83 - 9");
    let from = |nationality| Cell { figure: Figure::Identified, nationality: Some(of(nationality)) };
    assert!(latest(&story).counts[&from("OTHER")].is_told);
    assert_eq!(balance(&story, Sum::Identification), Some(Balance { difference: 0, is_told: true }));
    // What was learned later about the others tells of the four as little.
    let story = story.when(tha(), correct_cell(3, Some(Figure::NotIdentified), None, 10)).accepted();
    assert_eq!(balance(&story, Sum::Identification), Some(Balance { difference: -1, is_told: true }));
    assert_eq!(told(&story, Figure::Identified), Some(83));
}

#[test]
fn what_comes_to_little_together_and_what_is_left_over_is_told_as_little() {
    // One and one: either total alone would tell of two.
    let story = operation().when(tha(), receive(101)).accepted().when(tha(), receive(1)).accepted();
    let story = story.when(tha(), receive(1)).accepted();
    assert_eq!(told(&story, Figure::Received), None);
    let story = story.when(tha(), receive(10)).accepted();
    assert_eq!(told(&story, Figure::Received), Some(113));
    // All are identified: the others are none.
    let story = operation().when(tha(), receive(40)).accepted().when(tha(), screen(30, 10, None)).accepted();
    let story = story.when(tha(), identify(&[("LAO", 30)], 0, 0)).accepted();
    assert_eq!(told(&story, Figure::Presumed), Some(30));
    assert_eq!(told(&story, Figure::Identified), None);
    // All are minors, and so nobody else is.
    let story =
        operation().when(tha(), receive(10)).accepted().when(tha(), screen(5, 5, Some(10))).accepted();
    assert_eq!(told(&story, Figure::Minors), None);
    // Of those screened two are none: that all three are told would tell it.
    let story =
        operation().when(tha(), receive(40)).accepted().when(tha(), screen(6, 6, Some(10))).accepted();
    let screened = [Figure::Presumed, Figure::Minors, Figure::NotPresumed];
    assert_eq!(screened.map(|figure| told(&story, figure)), [Some(6), Some(10), None]);
    let story = operation().when(tha(), identify(&[("LAO", 20)], 9, 9)).accepted();
    let story = story.when(tha(), outcomes(&[(Figure::AwaitingDocuments, 20)], Some(18))).accepted();
    assert_eq!(told(&story, Figure::PunishedForCompelledActs), None);
}

#[test]
fn that_it_is_not_told_whether_counts_add_up_does_not_tell_that_they_do() {
    for (not_presumed, difference) in [(3, 0), (2, 1)] {
        let story =
            operation().when(tha(), receive(101)).accepted().when(tha(), screen(98, 4, None)).accepted();
        let correction = correct_cell(2, Some(Figure::NotPresumed), None, not_presumed);
        let story = story.when(tha(), correction).accepted();
        assert_eq!(balance(&story, Sum::Screening), Some(Balance { difference, is_told: false }));
    }
}

#[test]
fn counts_that_do_not_add_up_are_taken_and_say_so() {
    let story = operation().when(tha(), screen(60, 20, None)).accepted();
    assert_eq!(balance(&story, Sum::Screening), Some(Balance { difference: -80, is_told: true }));
    let story = story.when(tha(), receive(80)).accepted();
    assert_eq!(balance(&story, Sum::Screening), Some(Balance { difference: 0, is_told: true }));
    assert_eq!(balance(&story, Sum::Outcomes), None, "nothing was counted of that");
}

#[test]
fn nothing_that_could_name_somebody_is_taken() {
    let story = operation()
        .when(tha(), receive_at(1, Some("SOMCHAI")))
        .refused_at([(RefusalCode::PersonalDataRefused, "place")])
        .when(tha(), identify(&[("CHN", 6), ("SOMCHAI", 1), ("CHN", 1)], 0, 0))
        .refused_at([
            (RefusalCode::PersonalDataRefused, "identified.1.nationality"),
            (RefusalCode::InvalidValue, "identified.2.nationality"),
        ])
        .story;
    let story = story.after(Span::hours(100)).late(Span::hours(60)).because("Somchai was ill");
    let refused =
        story.when(tha(), receive(6)).refused_at([(RefusalCode::PersonalDataRefused, "lateReason")]);
    refused.story.late(Span::hours(60)).because("NO_SIGNAL").when(tha(), receive(6)).accepted();
}

#[test]
fn who_takes_no_tasks_receives_nobody_and_who_may_not_read_counts_nothing() {
    operation().when(post_as("THA-02", [Role::Reviewer]), receive(6)).forbidden();
    let story = operation().when(chn(), receive(6)).accepted();
    assert_eq!(counted_by(&story, "CHN").claims.iter().count(), 1, "each for itself");
    story.when(tha(), correct(1, 7)).rejected();
}

#[test]
fn persons_are_of_an_incident_that_there_is() {
    let of_incident = |code: &str| {
        let incident = Some(of(code));
        assisting(domain::assistance::AssistanceCommand::Receive {
            operation: saphan(),
            count: 17,
            place: None,
            incident,
        })
    };
    let report = IncidentCommand::Report {
        operation: saphan(),
        incident: of("INC-001"),
        report: methane(),
        release: None,
    };
    operation()
        .when(tha(), of_incident("INC-001"))
        .refused_at([(RefusalCode::UnknownReference, "incidentId")])
        .when(tha(), Box::new(|_| domain::Command::Incident(report)))
        .accepted()
        .when(tha(), of_incident("INC-001"))
        .accepted();
}

#[test]
fn a_correction_says_which_of_several_counts_it_means() {
    let story = operation().when(tha(), identify(&[("CHN", 6), ("LAO", 7)], 8, 9)).accepted();
    let story = story
        .when(tha(), correct(1, 9))
        .refused_at([(RefusalCode::UnknownReference, "figure")])
        .when(tha(), correct_cell(1, Some(Figure::Identified), None, 9))
        .refused_at([(RefusalCode::UnknownReference, "nationality")])
        .when(tha(), correct_cell(1, Some(Figure::Minors), None, 9))
        .refused_at([(RefusalCode::UnknownReference, "figure")])
        .when(tha(), correct_cell(1, Some(Figure::Identified), Some("LAO"), 9))
        .accepted();
    assert_eq!(latest(&story).total(Figure::Identified), Some(15));
}
