//! Metrics: what they come to, of which facts, and what is evidence.

use crate::support::measured::{Measured, at, claim, counted, metric, one, said, thing};
use domain::{
    PartnerCode, Position, Priority,
    metrics::{
        Asked, ContributionFacts, DecisionFact, GapFacts, IncidentFacts, MetricCode, ObjectiveFacts,
        OutcomeFact, Payment, Period, RequestFacts, Step, TaskFacts, ThingKind, VersionFacts, Why, compute,
    },
    outcome::OutcomeKind,
    plan::DecisionKind,
};

fn partner(code: &str) -> PartnerCode {
    code.parse().unwrap()
}

/// A request to a partner, with its limits in minutes.
fn request(facts: &mut Measured, number: u32, asked: &str, limits: (Option<i64>, Option<i64>)) {
    facts.requests.push(RequestFacts {
        thing: thing(ThingKind::Request, number, &format!("RFI-{number}")),
        asked: partner(asked),
        priority: Priority::P3,
        acknowledge_by: limits.0.map(at),
        due: limits.1.map(at),
    });
}

#[test]
fn a_response_is_as_fast_as_the_earliest_arrival_that_is_known() {
    let mut facts = Measured::new();
    facts
        .incidents
        .push(IncidentFacts { thing: thing(ThingKind::Incident, 1, "INC-7"), owner: partner("NOR") });
    facts.claims.push(claim(1, Step::Reported, said(10, 0, 4)));
    let respond = |facts: &Measured| one(MetricCode::TimeToRespond, facts);

    let waiting = respond(&facts);
    assert_eq!((waiting.value, waiting.why), (None, Some(Why::NotYet)));
    assert_eq!(waiting.evidence, [Position(10)]);

    facts.claims.push(claim(1, Step::Arrived, said(12, 180, 182)));
    let known_then = respond(&facts);
    assert_eq!(known_then.value.as_deref(), Some("180"));
    assert_eq!(known_then.evidence, [Position(10), Position(12)]);

    // Recorded hours later, and there before.
    facts.claims.push(claim(1, Step::Arrived, said(20, 165, 410)));
    let known_now = respond(&facts);
    assert_eq!(known_now.value.as_deref(), Some("165"));
    assert_eq!(known_now.evidence, [Position(10), Position(20)]);
}

#[test]
fn a_claim_that_was_corrected_is_no_evidence_and_its_correction_is() {
    let mut facts = Measured::new();
    facts.tasks.push(TaskFacts {
        thing: thing(ThingKind::Task, 1, "A1"),
        lead: Some(partner("NOR")),
        baseline: Some((at(0), at(600))),
    });
    facts.claims.push(claim(1, Step::Started, said(1, 90, 95)));
    facts.claims.push(claim(1, Step::Completed, said(2, 600, 610)));
    let finish = |facts: &Measured| one(MetricCode::FinishVariance, facts);
    assert_eq!(one(MetricCode::StartVariance, &facts).value.as_deref(), Some("90"));
    assert_eq!(finish(&facts).value.as_deref(), Some("0"));

    let mut correction = claim(1, Step::Completed, said(3, 780, 2_000));
    correction.corrects = Some(Position(2));
    facts.claims.push(correction);
    let corrected = finish(&facts);
    assert_eq!(corrected.value.as_deref(), Some("180"));
    assert_eq!(corrected.evidence, [Position(1), Position(3)]);
    // One of two reports had to be put right, and what holds came in after 5 and 1220 minutes.
    let corrections = one(MetricCode::Corrections, &facts);
    assert_eq!(corrections.value.as_deref(), Some("50.0"));
    assert_eq!(corrections.evidence, [1, 2, 3].map(Position));
    assert_eq!(one(MetricCode::RecordingLag, &facts).value.as_deref(), Some("612.5"));
    let worst = one(MetricCode::RecordingLagWorst, &facts);
    assert_eq!((worst.value.as_deref(), worst.evidence), (Some("1220"), vec![Position(3)]));

    // A correction of the correction holds in the place of both.
    let mut again = claim(1, Step::Completed, said(4, 540, 2_100));
    again.corrects = Some(Position(2));
    facts.claims.push(again);
    assert_eq!(finish(&facts).value.as_deref(), Some("-60"));
    assert_eq!(one(MetricCode::Corrections, &facts).value.as_deref(), Some("50.0"));
}

#[test]
fn a_task_that_was_cancelled_has_no_finish() {
    let mut facts = Measured::new();
    let baseline = Some((at(0), at(600)));
    facts.tasks.push(TaskFacts { thing: thing(ThingKind::Task, 1, "A1"), lead: None, baseline });
    facts.claims.push(claim(1, Step::Started, said(1, 0, 0)));
    assert_eq!(one(MetricCode::FinishVariance, &facts).why, Some(Why::NotYet));
    facts.claims.push(claim(1, Step::Cancelled, said(2, 60, 60)));
    let cancelled = one(MetricCode::FinishVariance, &facts);
    assert_eq!((cancelled.value, cancelled.why), (None, Some(Why::NothingToMeasure)));
    assert_eq!(cancelled.evidence, [Position(1), Position(2)]);
}

#[test]
fn a_share_on_time_is_of_requests_whose_clock_has_ended() {
    let mut facts = Measured::new();
    facts.now = at(100);
    // Answered in time, answered late, waiting in time, withdrawn in time, without a limit.
    for (number, limit) in [(1, Some(15)), (2, Some(15)), (3, Some(500)), (4, Some(15)), (5, None)] {
        request(&mut facts, number, if number == 2 { "SWE" } else { "NOR" }, (limit, None));
        facts.claims.push(claim(number, Step::Issued, said(i64::from(number), 0, 0)));
    }
    facts.claims.push(claim(1, Step::Acknowledged, said(11, 10, 11)));
    facts.claims.push(claim(2, Step::Accepted, said(12, 20, 21)));
    facts.claims.push(claim(4, Step::Withdrawn, said(14, 5, 5)));
    let share = one(MetricCode::AcknowledgedOnTime, &facts);
    assert_eq!(share.value.as_deref(), Some("50.0"));
    assert_eq!((share.numerator.as_deref(), share.denominator.as_deref()), (Some("1"), Some("2")));
    // The late answer changes nothing; that the fourth was withdrawn does.
    assert_eq!(share.evidence, [1, 2, 11, 14].map(Position));

    let of_partner = Asked { partner: Some(partner("NOR")), ..Asked::default() };
    let [share] = compute(MetricCode::AcknowledgedOnTime, &of_partner, &facts).try_into().unwrap();
    assert_eq!(share.value.as_deref(), Some("100.0"));
    let times = metric(MetricCode::TimeToAcknowledge, &facts);
    let times: Vec<_> = times.iter().map(|time| (time.of.code.as_str(), time.value.as_deref())).collect();
    assert_eq!(
        times,
        [("RFI-1", Some("10")), ("RFI-2", Some("20")), ("RFI-3", None), ("RFI-4", None), ("RFI-5", None)]
    );
    // The third and the fifth still wait, and nobody waits for an answer to the fourth.
    let waits = metric(MetricCode::TimeToAcknowledge, &facts);
    let waits: Vec<_> = waits.iter().filter_map(|time| time.why).collect();
    assert_eq!(waits, [Why::NotYet, Why::NothingToMeasure, Why::NotYet]);
    // None was due, so there is nothing to measure.
    let due = one(MetricCode::FulfilledOnTime, &facts);
    assert_eq!((due.value, due.why), (None, Some(Why::NothingToMeasure)));
}

#[test]
fn a_period_narrows_by_when_it_began() {
    let mut facts = Measured::new();
    for number in [1, 2] {
        request(&mut facts, number, "NOR", (Some(i64::from(number) * 100), None));
        facts.claims.push(claim(number, Step::Issued, said(i64::from(number), i64::from(number) * 60, 200)));
    }
    let asked =
        |from, to| Asked { period: Period { from: Some(at(from)), to: Some(at(to)) }, ..Asked::default() };
    let of = |asked: &Asked| {
        let metrics = compute(MetricCode::TimeToAcknowledge, asked, &facts);
        metrics.into_iter().map(|metric| metric.of.code).collect::<Vec<_>>()
    };
    assert_eq!(of(&asked(60, 120)), ["RFI-1"], "the end is not in it");
    assert_eq!(of(&asked(0, 121)), ["RFI-1", "RFI-2"]);
    let rounds = compute(MetricCode::Rounds, &asked(0, 120), &facts);
    assert_eq!(rounds[0].why, Some(Why::NotNarrowed));
}

#[test]
fn a_plan_is_measured_from_its_first_submission() {
    let mut facts = Measured::new();
    let version = |number, submitted, promulgated| VersionFacts {
        thing: thing(ThingKind::PlanVersion, number, &format!("v{number}")),
        submitted,
        promulgated,
    };
    facts.versions.push(version(1, vec![said(1, 0, 0)], None));
    let decide = |position, version, who, kind, hours: i64| DecisionFact {
        version: thing(ThingKind::PlanVersion, version, "").id,
        partner: partner(who),
        kind,
        said: said(position, hours * 60, hours * 60),
        since: None,
    };
    facts.decisions.push(decide(2, 1, "SWE", DecisionKind::Rejected, 10));
    let rounds = one(MetricCode::Rounds, &facts);
    assert_eq!((rounds.value, rounds.why), (None, Some(Why::NotYet)));

    facts.versions.push(version(2, vec![said(3, 1_200, 1_200)], Some(said(6, 6_000, 6_000))));
    facts.decisions.push(decide(4, 2, "SWE", DecisionKind::ApprovedWithConditions, 50));
    facts.decisions.push(decide(5, 2, "NOR", DecisionKind::TerritorialConsent, 60));
    let value = |code| one(code, &facts).value.unwrap();
    assert_eq!(value(MetricCode::SubmissionToPromulgation), "100");
    assert_eq!(value(MetricCode::Rounds), "2");
    assert_eq!(value(MetricCode::RejectionRate), "33.3");
    assert_eq!(value(MetricCode::DecisionAge), "30", "of 10, 30 and 40 hours");
    // Taken back at 58 hours and given anew, it was waited for since then.
    facts.decisions[2].since = Some(said(7, 58 * 60, 58 * 60));
    let age = one(MetricCode::DecisionAge, &facts);
    assert_eq!(age.value.as_deref(), Some("10"), "of 2, 10 and 30 hours");
    assert_eq!(age.evidence, [1, 2, 3, 4, 5, 7].map(Position));
    let consents = metric(MetricCode::SubmissionToLastConsent, &facts);
    let consents: Vec<_> =
        consents.iter().map(|metric| (metric.of.code.as_str(), metric.value.as_deref())).collect();
    assert_eq!(consents, [("v1", None), ("v2", Some("40"))]);
    let second = Asked { subject: Some(facts.versions[1].thing.clone()), ..Asked::default() };
    let own = compute(MetricCode::SubmissionToPromulgation, &second, &facts);
    assert_eq!(own[0].value.as_deref(), Some("80"));
    assert_eq!(own[0].evidence, [Position(3), Position(6)]);
}

#[test]
fn a_gap_goes_on_until_it_is_ended_or_its_shift_is_over_and_none_before_the_operation_counts() {
    let mut facts = Measured::new();
    facts.from = at(30);
    facts.now = at(10_000);
    facts.centres.push(thing(ThingKind::Centre, 9, "OSLO"));
    let gap = |number, from, until: Option<i64>, ends| GapFacts {
        thing: thing(ThingKind::Shift, number, &number.to_string()),
        centre: thing(ThingKind::Centre, 9, "").id,
        shift_ends: at(ends),
        relieved: None,
        detected: said(i64::from(number) * 10, from, from),
        ended: until.map(|until| said(i64::from(number) * 10 + 1, until, until)),
    };
    facts.gaps = vec![gap(1, 0, Some(50), 720), gap(2, 720, None, 1_440)];
    let sum = one(MetricCode::WatchGap, &facts);
    assert_eq!((sum.value.as_deref(), sum.denominator.as_deref()), (Some("740"), Some("2")));
    assert_eq!(sum.evidence, [10, 11, 20].map(Position));
    let shift = Asked { subject: Some(facts.gaps[0].thing.clone()), ..Asked::default() };
    assert_eq!(compute(MetricCode::WatchGap, &shift, &facts)[0].value.as_deref(), Some("20"));

    // Relieved an hour late, it lacked officers for as long; relieved early, for less.
    for (relieved, minutes) in [(1_500, "800"), (1_000, "300"), (720, "20")] {
        facts.gaps[1].relieved = Some(said(25, relieved, relieved));
        let sum = one(MetricCode::WatchGap, &facts);
        assert_eq!(sum.value.as_deref(), Some(minutes));
        assert!(sum.evidence.contains(&Position(25)), "{sum:?}");
    }
}

/// Money that was pledged at once and accepted after a day.
fn contribution(
    (number, currency): (u32, &str),
    amount: i64,
    worth: Option<&str>,
    payments: &[(i64, i64)],
) -> ContributionFacts {
    let position = i64::from(number) * 10;
    let paid = payments.iter().zip(position + 2..);
    ContributionFacts {
        thing: thing(ThingKind::Contribution, number, &format!("K{number}")),
        giver: partner("NOR"),
        pledged: said(position, 0, 0),
        offered: Position(position),
        accepted: Some(said(position + 1, 1_440, 1_440)),
        amount,
        currency: currency.to_owned(),
        worth: worth.map(|worth| (worth.to_owned(), "NOK".to_owned())),
        payments: paid
            .map(|((days, minor_units), position)| Payment {
                said: said(position, days * 1_440, days * 1_440),
                minor_units: *minor_units,
            })
            .collect(),
    }
}

#[test]
fn money_is_added_up_exactly_in_the_currency_that_rates_lead_to() {
    let mut facts = Measured::new();
    facts.contributions = vec![
        contribution((1, "NOK"), 1_000, None, &[(3, 400), (9, 100)]),
        contribution((2, "NOK"), 500, None, &[]),
    ];
    let share = one(MetricCode::Disbursed, &facts);
    assert_eq!((share.numerator.as_deref(), share.denominator.as_deref()), (Some("500"), Some("1500")));
    assert_eq!(share.value.as_deref(), Some("33.3"));
    assert_eq!(share.evidence, [10, 11, 12, 13, 20, 21].map(Position));
    let paid = one(MetricCode::PledgeToDisbursement, &facts);
    assert_eq!((paid.value.as_deref(), paid.denominator.as_deref()), (Some("3"), Some("1")));

    facts.contributions.push(contribution((3, "SEK"), 2_000, None, &[(1, 2_000)]));
    let mixed = one(MetricCode::Disbursed, &facts);
    assert_eq!((mixed.value, mixed.why), (None, Some(Why::NoRate)));
    for (given, worth) in facts.contributions.iter_mut().zip(["1", "1", "0.985"]) {
        given.worth = Some((worth.to_owned(), "NOK".to_owned()));
    }
    let share = one(MetricCode::Disbursed, &facts);
    assert_eq!((share.numerator.as_deref(), share.denominator.as_deref()), (Some("2470"), Some("3470")));
    assert_eq!(share.value.as_deref(), Some("71.2"));
}

#[test]
fn who_was_received_first_counts_as_screened_and_identified_first() {
    let day = 1_440;
    let mut facts = Measured::new();
    facts.now = at(40 * day);
    facts.count(1, 0, |tally| tally.received = Some(60));
    facts.count(2, day, |tally| tally.received = Some(40));
    // The first 60 within four days, the others after six.
    facts.count(3, 4 * day, |tally| (tally.presumed, tally.not_presumed) = (Some(50), Some(10)));
    facts.count(4, 7 * day, |tally| tally.presumed = Some(40));
    let screened = counted(MetricCode::ScreenedWithin96H, &facts);
    assert_eq!(screened.value.as_deref(), Some("60.0"));
    assert_eq!((screened.numerator.as_deref(), screened.denominator.as_deref()), (Some("60"), Some("100")));
    // That the others were screened late changes nothing.
    assert_eq!(screened.evidence, [1, 2, 3].map(Position));

    facts.count(5, 15 * day, |tally| (tally.identified, tally.not_identified) = (Some(40), Some(5)));
    let identified = counted(MetricCode::IdentifiedWithin15D, &facts);
    assert_eq!(
        (identified.numerator.as_deref(), identified.denominator.as_deref()),
        (Some("45"), Some("90"))
    );
    assert_eq!(identified.value.as_deref(), Some("50.0"));
    // Of whom nothing is decided counts only once the time is over.
    facts.now = at(15 * day + 1);
    let then = counted(MetricCode::IdentifiedWithin15D, &facts);
    assert_eq!(then.denominator.as_deref(), Some("50"));
}

#[test]
fn a_count_that_is_not_told_makes_no_figure() {
    let mut facts = Measured::new();
    facts.now = at(100_000);
    facts.count(1, 0, |tally| tally.received = Some(60));
    facts.count(2, 1, |tally| (tally.presumed, tally.not_presumed) = (Some(50), Some(10)));
    facts.count(3, 2, |tally| (tally.identified, tally.not_identified) = (Some(47), None));
    for tally in &mut facts.authorities[0].tallies {
        tally.position = None;
    }
    let screened = counted(MetricCode::ScreenedWithin96H, &facts);
    assert_eq!((screened.value.as_deref(), screened.evidence), (Some("100.0"), vec![]));
    let identified = counted(MetricCode::IdentifiedWithin15D, &facts);
    assert_eq!((identified.value, identified.why), (None, Some(Why::Withheld)));
    assert_eq!((identified.numerator, identified.denominator), (None, None));
}

#[test]
fn an_objective_is_measured_by_the_name_of_its_measure() {
    let mut facts = Measured::new();
    facts.now = at(1_000);
    let aims =
        [("O1", "sites_closed"), ("O2", "p3_ack_on_time_pct"), ("O3", "p1_ack_on_time_pct"), ("O4", "calm")];
    facts.objectives = aims
        .map(|(code, measure)| ObjectiveFacts {
            code: code.to_owned(),
            measure: measure.to_owned(),
            target: 2,
        })
        .into();
    let outcome = |position, objective: Option<&str>, corrects: Option<i64>, count| OutcomeFact {
        kind: OutcomeKind::SitesClosed,
        objective: objective.map(str::to_owned),
        position: Position(position),
        corrects: corrects.map(Position),
        count,
    };
    facts.outcomes = vec![
        outcome(50, None, None, 1),
        outcome(51, Some("O1"), None, 3),
        outcome(52, Some("O1"), Some(51), 1),
        outcome(53, Some("O9"), None, 7),
    ];
    request(&mut facts, 1, "NOR", (Some(15), None));
    facts.claims.push(claim(1, Step::Issued, said(1, 0, 0)));
    let reached = metric(MetricCode::Objective, &facts);
    let shown: Vec<_> = reached
        .iter()
        .map(|metric| (metric.of.code.as_str(), metric.value.as_deref(), metric.why, metric.target))
        .collect();
    assert_eq!(
        shown,
        [
            ("O1", Some("2"), None, Some(2)),
            ("O2", Some("0.0"), None, Some(2)),
            ("O3", None, Some(Why::NothingToMeasure), Some(2)),
            ("O4", None, Some(Why::UnknownMeasure), Some(2)),
        ]
    );
    assert_eq!(reached[0].evidence, [Position(50), Position(52)]);
}

#[test]
fn a_definition_names_events_that_there_are_and_the_page_has_all_of_them() {
    use strum::IntoEnumIterator as _;

    let page = domain::metrics::page();
    for code in MetricCode::iter() {
        assert_eq!(code.to_string().parse(), Ok(code));
        assert!(page.contains(&format!("\n### `{code}`\n")), "{code}");
        let events = code.definition().events;
        assert!(!events.is_empty(), "{code}");
        for event in events {
            assert!(domain::Event::kinds().any(|kind| kind == *event), "{code}: {event}");
        }
    }
}
