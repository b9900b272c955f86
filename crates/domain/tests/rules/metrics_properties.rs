//! Exactly the events of the evidence make a metric, whatever the facts.

use crate::support::measured::{Measured, at, claim, said, thing};
use domain::{
    Position, Priority,
    metrics::{
        Asked, AuthorityFacts, ContributionFacts, DecisionFact, Facts, GapFacts, IncidentFacts, Metric,
        MetricCode, ObjectiveFacts, OutcomeFact, Payment, RequestFacts, Step, Tally, TaskFacts, ThingKind,
        VersionFacts, compute,
    },
    outcome::OutcomeKind,
    plan::DecisionKind,
};
use proptest::{collection::vec, option, prelude::*, sample::select};
use std::collections::BTreeSet;
use strum::IntoEnumIterator as _;

/// Small numbers of which an event is made: what it is, on which thing, when, how late, how many, which it corrects.
type Choice = (u8, u8, i64, i64, u32, Option<prop::sample::Index>);

const THINGS: u8 = 3;
const PARTNERS: [&str; 2] = ["NOR", "SWE"];
const STEPS: [Step; 13] = [
    Step::Issued,
    Step::Acknowledged,
    Step::Accepted,
    Step::Declined,
    Step::Fulfilled,
    Step::Withdrawn,
    Step::Reported,
    Step::Decided,
    Step::Arrived,
    Step::Started,
    Step::Completed,
    Step::Cancelled,
    Step::Other,
];
const DECISIONS: [DecisionKind; 4] = [
    DecisionKind::Approved,
    DecisionKind::Rejected,
    DecisionKind::TerritorialConsent,
    DecisionKind::ConsentRefused,
];

fn choices() -> impl Strategy<Value = Vec<Choice>> {
    // Few moments, so that things happen at the same one, and days that pass the limits of screening.
    let moment = prop_oneof![0_i64..6, (0_i64..20).prop_map(|days| days * 1_440)];
    let index = option::weighted(0.2, any::<prop::sample::Index>());
    vec((0_u8..12, 0..THINGS, moment, 0_i64..4, 1_u32..5, index), 0..24)
}

/// Each at a moment of its own, in the same order but where moments were the same.
fn apart(choices: Vec<Choice>) -> Vec<Choice> {
    let apart = (0..).zip(choices).map(|(place, (what, of, moment, late, count, index))| {
        (what, of, moment * 30 + place, late, count, index)
    });
    apart.collect()
}

/// The facts that these events tell, in their order in the log.
fn facts(choices: &[Choice], (limit, now): (i64, i64)) -> Measured {
    let mut facts = Measured::new();
    facts.now = at(now);
    for number in 0..THINGS {
        let number = u32::from(number);
        let code = number.to_string();
        let partner = PARTNERS[usize::try_from(number % 2).unwrap()].parse().unwrap();
        facts.requests.push(RequestFacts {
            thing: thing(ThingKind::Request, number, &code),
            asked: partner,
            priority: Priority::P1,
            acknowledge_by: Some(at(limit)),
            due: (number > 0).then(|| at(limit + 1)),
        });
        facts.incidents.push(IncidentFacts {
            thing: thing(ThingKind::Incident, number, &code),
            owner: "NOR".parse().unwrap(),
        });
        facts.tasks.push(TaskFacts {
            thing: thing(ThingKind::Task, number, &code),
            lead: Some("NOR".parse().unwrap()),
            baseline: (number > 0).then(|| (at(0), at(3))),
        });
        facts.versions.push(VersionFacts {
            thing: thing(ThingKind::PlanVersion, number, &code),
            submitted: Vec::new(),
            promulgated: None,
        });
        facts
            .authorities
            .push(AuthorityFacts { thing: thing(ThingKind::Partner, number, &code), tallies: Vec::new() });
    }
    facts.authorities.truncate(2);
    facts.centres.push(thing(ThingKind::Centre, 9, "OSLO"));
    for (code, measure) in [("O1", "sites_closed"), ("O2", "p1_ack_on_time_pct"), ("O3", "disbursed_pct")] {
        let (code, measure) = (code.to_owned(), measure.to_owned());
        facts.objectives.push(ObjectiveFacts { code, measure, target: 1 });
    }
    for (position, choice) in (1..).zip(choices) {
        add(&mut facts, position, choice);
    }
    facts
}

/// One more event.
fn add(facts: &mut Measured, position: i64, (what, of, moment, late, count, index): &Choice) {
    let said = said(position, *moment, moment + late);
    let number = u32::from(*of);
    let partner = PARTNERS[usize::from(*of % 2)].parse().unwrap();
    let id = thing(ThingKind::Task, number, "").id;
    match what {
        0..=4 => {
            let step = STEPS[(usize::from(*what) * 5 + usize::try_from(*count).unwrap()) % STEPS.len()];
            let mut made = claim(number, step, said);
            let earlier: Vec<_> = facts.claims.iter().filter(|claim| claim.of == id).cloned().collect();
            if let Some(wrong) = index.filter(|_| !earlier.is_empty()).map(|index| index.get(&earlier)) {
                made.step = wrong.step;
                made.corrects = wrong.corrects.or(Some(wrong.said.position));
            }
            facts.claims.push(made);
        }
        5 => facts.versions[usize::from(*of)].submitted.push(said),
        6 => _ = facts.versions[usize::from(*of)].promulgated.get_or_insert(said),
        7 => facts.decisions.push(DecisionFact {
            version: id,
            partner,
            kind: DECISIONS[usize::try_from(*count).unwrap() % DECISIONS.len()],
            said,
            since: None,
        }),
        8 => {
            let open = facts.gaps.last_mut().filter(|gap| gap.ended.is_none() && *late > 0);
            if let Some(gap) = open.filter(|_| count % 2 == 0) {
                gap.ended = Some(said);
            } else if let Some(gap) = facts.gaps.last_mut().filter(|gap| gap.relieved.is_none() && *late > 0)
            {
                gap.relieved = Some(said);
            } else {
                let number = u32::try_from(facts.gaps.len()).unwrap();
                facts.gaps.push(GapFacts {
                    thing: thing(ThingKind::Shift, number, &number.to_string()),
                    centre: thing(ThingKind::Centre, 9, "").id,
                    shift_ends: said.at + (at(5) - at(0)),
                    relieved: None,
                    detected: said,
                    ended: None,
                });
            }
        }
        9 => pay(facts, said, (number, partner), i64::from(*count)),
        10 => {
            let earlier: Vec<_> = facts.outcomes.clone();
            let wrong = index
                .filter(|_| !earlier.is_empty())
                .map(|index| *index.get(&earlier).corrects.as_ref().unwrap_or(&index.get(&earlier).position));
            facts.outcomes.push(OutcomeFact {
                kind: OutcomeKind::SitesClosed,
                objective: None,
                position: Position(position),
                corrects: wrong,
                count: *count,
            });
        }
        _ => tally(facts, position, (usize::from(*of % 2), *moment), (*late, *count), *index),
    }
}

fn pay(
    facts: &mut Measured,
    said: domain::metrics::Said,
    (number, partner): (u32, domain::PartnerCode),
    amount: i64,
) {
    let known = facts.contributions.iter_mut().find(|given| given.thing.code == number.to_string());
    match known {
        None => facts.contributions.push(ContributionFacts {
            thing: thing(ThingKind::Contribution, number, &number.to_string()),
            giver: partner,
            pledged: said,
            offered: said.position,
            accepted: None,
            amount,
            currency: "NOK".to_owned(),
            worth: None,
            payments: Vec::new(),
        }),
        Some(given) if given.accepted.is_none() => given.accepted = Some(said),
        Some(given) => given.payments.push(Payment { said, minor_units: amount }),
    }
}

fn tally(
    facts: &mut Measured,
    position: i64,
    (of, moment): (usize, i64),
    (what, count): (i64, u32),
    index: Option<prop::sample::Index>,
) {
    let tallies = &mut facts.authorities[of].tallies;
    let of = |kind: i64| Some(if what == kind { count } else { 0 });
    let mut made = Tally {
        position: Some(Position(position)),
        corrects: None,
        at: at(moment),
        received: of(0),
        presumed: of(1),
        not_presumed: of(2),
        identified: of(3),
        not_identified: of(4),
    };
    if let Some(wrong) = index.filter(|_| !tallies.is_empty()).map(|index| index.get(tallies)) {
        made = Tally { corrects: wrong.corrects.or(wrong.position), at: wrong.at, ..made };
    }
    tallies.push(made);
}

/// Where all events of these facts stand.
fn events(facts: &Facts) -> BTreeSet<Position> {
    let claims = facts.claims.iter().map(|claim| claim.said.position);
    let submitted =
        facts.versions.iter().flat_map(|version| version.submitted.iter().chain(&version.promulgated));
    let decisions = facts.decisions.iter().map(|decision| decision.said.position);
    let gaps = facts.gaps.iter().flat_map(|gap| [Some(gap.detected), gap.ended, gap.relieved]).flatten();
    let money = facts.contributions.iter().flat_map(|given| {
        let paid = given.payments.iter().map(|payment| payment.said);
        [Some(given.pledged), given.accepted].into_iter().flatten().chain(paid)
    });
    let outcomes = facts.outcomes.iter().map(|outcome| outcome.position);
    let tallies = facts.authorities.iter().flat_map(|counting| &counting.tallies);
    claims
        .chain(submitted.map(|said| said.position))
        .chain(decisions)
        .chain(gaps.chain(money).map(|said| said.position))
        .chain(outcomes)
        .chain(tallies.filter_map(|tally| tally.position))
        .collect()
}

/// What would be known if that event had not been recorded.
fn without(facts: &Facts, position: Position) -> Facts {
    let mut facts = facts.clone();
    let is_other = |said: &domain::metrics::Said| said.position != position;
    facts.claims.retain(|claim| is_other(&claim.said));
    for version in &mut facts.versions {
        version.submitted.retain(is_other);
        version.promulgated = version.promulgated.filter(is_other);
    }
    facts.decisions.retain(|decision| is_other(&decision.said));
    facts.gaps.retain(|gap| is_other(&gap.detected));
    for gap in &mut facts.gaps {
        gap.ended = gap.ended.filter(is_other);
        gap.relieved = gap.relieved.filter(is_other);
    }
    facts.contributions.retain(|given| is_other(&given.pledged));
    for given in &mut facts.contributions {
        given.accepted = given.accepted.filter(is_other);
        given.payments.retain(|payment| is_other(&payment.said));
    }
    facts.outcomes.retain(|outcome| outcome.position != position);
    for counting in &mut facts.authorities {
        counting.tallies.retain(|tally| tally.position != Some(position));
    }
    facts
}

/// The metric of the same thing.
fn same(metrics: &[Metric], metric: &Metric) -> Option<Metric> {
    metrics.iter().find(|other| other.of == metric.of).cloned()
}

/// What is answered, without what makes it.
fn answer(metric: &Metric) -> Metric {
    Metric { evidence: Vec::new(), ..metric.clone() }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn exactly_the_events_of_the_evidence_make_a_metric(
        choices in choices(),
        limit in 0_i64..8,
        now in select(vec![0_i64, 4, 10, 10_000, 100_000]),
    ) {
        // Of two at the same moment either could stand for the other.
        let facts = facts(&apart(choices), (limit * 30, now));
        let events = events(&facts);
        for code in MetricCode::iter() {
            let metrics = compute(code, &Asked::default(), &facts);
            for position in &events {
                let others = compute(code, &Asked::default(), &without(&facts, *position));
                for metric in &metrics {
                    let other = same(&others, metric);
                    if metric.evidence.contains(position) {
                        // Another answer, or another event in its place.
                        let evidence = metric.evidence.iter().filter(|other| *other != position).copied();
                        let struck = Metric { evidence: evidence.collect(), ..metric.clone() };
                        prop_assert_ne!(other, Some(struck), "{} at {}", code, position);
                    } else if let Some(other) = other {
                        prop_assert_eq!(answer(&other), answer(metric), "{} at {}", code, position);
                    } else {
                        // What was pledged is a thing by its pledge alone, and so is a gap.
                        prop_assert!(false, "{} of {:?} is gone without {}", code, metric.of, position);
                    }
                }
            }
        }
    }

    #[test]
    fn evidence_alone_gives_the_same_answer(
        choices in choices(),
        limit in 0_i64..8,
        now in select(vec![0_i64, 4, 10, 10_000, 100_000]),
    ) {
        let facts = facts(&choices, (limit, now));
        for code in MetricCode::iter() {
            for metric in compute(code, &Asked::default(), &facts) {
                let needless = events(&facts).into_iter().filter(|event| !metric.evidence.contains(event));
                let alone = needless.fold(facts.0.clone(), |facts, event| without(&facts, event));
                let others = compute(code, &Asked::default(), &alone);
                let other = same(&others, &metric).map(|other| answer(&other));
                prop_assert_eq!(other, Some(answer(&metric)), "{}", code);
            }
        }
    }
}
