//! Metrics of what is claimed: of requests, incidents and tasks, and of how claims come in.

use crate::{
    Position, Priority,
    metrics::{
        Asked, Facts, Metric, MetricCode, Thing, ThingKind, Why,
        exact::Exact,
        facts::{ClaimFact, Claimed, RequestFacts, Said, Step},
    },
};
use std::collections::BTreeMap;

/// What tells the partner that asks that its request has come.
const ANSWERS: [Step; 4] = [Step::Acknowledged, Step::Accepted, Step::Declined, Step::Fulfilled];

/// Each of these that is asked for; of one that is not among them, that there is nothing to measure.
fn each<'a, T: 'a>(
    code: MetricCode,
    (asked, kind): (&Asked, ThingKind),
    all: impl IntoIterator<Item = &'a T>,
    thing: impl Fn(&T) -> &Thing,
    metric: impl Fn(&T) -> Option<Metric>,
) -> Vec<Metric> {
    if asked.subject.as_ref().is_some_and(|subject| subject.kind != kind) {
        return Vec::new();
    }
    let metrics = all.into_iter().filter(|one| asked.wants(thing(one))).filter_map(metric);
    let metrics: Vec<_> = metrics.collect();
    match asked.one(kind) {
        Some(subject) if metrics.is_empty() => {
            vec![Metric::without(code, subject.clone(), Why::NothingToMeasure)]
        }
        _ => metrics,
    }
}

/// The metric of a thing by what is claimed of it, with the corrections without which it were another.
fn by_claims(claimed: Claimed<'_>, make: impl Fn(Claimed<'_>) -> Metric) -> Metric {
    let turning = claimed.turning(|claimed| {
        let Metric { value, why, .. } = make(claimed);
        (value, why)
    });
    make(claimed).by(turning)
}

pub(super) fn time_to_acknowledge(asked: &Asked, facts: &Facts) -> Vec<Metric> {
    let (code, claims) = (MetricCode::TimeToAcknowledge, facts.by_thing());
    let of = (asked, ThingKind::Request);
    each(
        code,
        of,
        &facts.requests,
        |request| &request.thing,
        |request| {
            let claimed = claims.of(&request.thing);
            let begins = claimed.first(&[Step::Issued]);
            let wanted = asked.is_of(&request.asked) && begins.is_none_or(|said| asked.period.has(said.at));
            wanted.then(|| {
                by_claims(claimed, |claimed| {
                    let (issued, answered) = (claimed.first(&[Step::Issued]), claimed.first(&ANSWERS));
                    match (issued, answered, claimed.first(&[Step::Withdrawn])) {
                        // Nobody has to answer any more.
                        (Some(issued), None, Some(withdrawn)) => {
                            Metric::without(code, request.thing.clone(), Why::NothingToMeasure)
                                .by([issued.position, withdrawn.position])
                        }
                        _ => Metric::between(code, request.thing.clone(), issued, answered),
                    }
                })
            })
        },
    )
}

pub(super) fn of_incidents(code: MetricCode, asked: &Asked, facts: &Facts) -> Vec<Metric> {
    let claims = facts.by_thing();
    let until = if code == MetricCode::TimeToDecide { Step::Decided } else { Step::Arrived };
    let of = (asked, ThingKind::Incident);
    each(
        code,
        of,
        &facts.incidents,
        |incident| &incident.thing,
        |incident| {
            let claimed = claims.of(&incident.thing);
            let begins = claimed.first(&[Step::Reported]);
            let wanted = asked.is_of(&incident.owner) && begins.is_none_or(|said| asked.period.has(said.at));
            wanted.then(|| {
                by_claims(claimed, |claimed| {
                    let reported = claimed.first(&[Step::Reported]);
                    Metric::between(code, incident.thing.clone(), reported, claimed.first(&[until]))
                })
            })
        },
    )
}

pub(super) fn on_time(code: MetricCode, asked: &Asked, facts: &Facts) -> Vec<Metric> {
    if asked.subject.is_some() {
        return Vec::new();
    }
    vec![on_time_of(code, facts.operation.clone(), None, (asked, facts))]
}

/// Of requests whose clock has ended, of one priority or of all.
pub(super) fn on_time_of(
    code: MetricCode,
    of: Thing,
    priority: Option<Priority>,
    (asked, facts): (&Asked, &Facts),
) -> Metric {
    let claims = facts.by_thing();
    let acknowledged = code == MetricCode::AcknowledgedOnTime;
    let (met, spared): (&[Step], &[Step]) = if acknowledged {
        (&ANSWERS, &[Step::Withdrawn])
    } else {
        (&[Step::Fulfilled], &[Step::Declined, Step::Withdrawn])
    };
    let limit = |request: &RequestFacts| if acknowledged { request.acknowledge_by } else { request.due };
    let (mut on_time, mut all, mut evidence) = (0, 0, Vec::new());
    for request in &facts.requests {
        let is_wanted = asked.is_of(&request.asked) && priority.is_none_or(|only| only == request.priority);
        let Some(due) = limit(request).filter(|_| is_wanted) else { continue };
        // One on time of one; none of one; or none of none, also where nobody had to answer any more.
        let share = |claimed: Claimed<'_>| {
            let issued = claimed.first(&[Step::Issued]).filter(|said| asked.period.has(said.at));
            let Some(issued) = issued else { return (0, 0, Vec::new()) };
            let in_time = |steps: &[Step]| claimed.first(steps).filter(|said: &Said| said.at <= due);
            if let Some(answered) = in_time(met) {
                return (1, 1, vec![issued.position, answered.position]);
            }
            match (due < facts.now, in_time(spared)) {
                (true, Some(ended)) => (0, 0, vec![ended.position]),
                (true, None) => (0, 1, vec![issued.position]),
                (false, _) => (0, 0, Vec::new()),
            }
        };
        let claimed = claims.of(&request.thing);
        let (met, ended, makes) = share(claimed);
        (on_time, all) = (on_time + met, all + ended);
        evidence.extend(makes);
        evidence.extend(claimed.turning(|claimed| {
            let (met, ended, _) = share(claimed);
            (met, ended)
        }));
    }
    Metric::share(code, of, (on_time, all)).by(evidence)
}

pub(super) fn recording_lag(code: MetricCode, asked: &Asked, facts: &Facts) -> Vec<Metric> {
    let lag = |claim: &ClaimFact| claim.said.recorded_at - claim.said.at;
    let is_one = asked.one(ThingKind::Event);
    let (of, post) = match &asked.subject {
        None => (&facts.operation, None),
        Some(thing) if thing.kind == ThingKind::Post => (thing, Some(&thing.code)),
        Some(thing) if is_one.is_some() => (thing, None),
        Some(_) => return Vec::new(),
    };
    if let Some(event) = is_one {
        let known = facts.claims.iter().find(|claim| claim.said.position.to_string() == event.code);
        let of = of.clone();
        return vec![match known {
            Some(claim) => {
                let lasts = Exact::lasting(lag(claim), code.definition().unit);
                Metric::of(code, of, lasts).by([claim.said.position])
            }
            None => Metric::without(code, of, Why::NothingToMeasure),
        }];
    }
    let counts = |claim: &&ClaimFact| {
        post.is_none_or(|post| claim.reporter == *post)
            && asked.partner.as_ref().is_none_or(|partner| claim.partner.as_ref() == Some(partner))
            && asked.period.has(claim.said.at)
    };
    let counted: Vec<_> = facts.holding().filter(counts).collect();
    vec![if code == MetricCode::RecordingLag {
        let spans = counted.iter().map(|claim| lag(claim)).collect();
        Metric::middle(code, of.clone(), spans).by(counted.iter().map(|claim| claim.said.position))
    } else {
        let Some(worst) = counted.iter().map(|claim| lag(claim)).max() else {
            let turning = corrections_of(facts, |claim| counts(&claim));
            return vec![Metric::without(code, of.clone(), Why::NothingToMeasure).by(turning)];
        };
        let as_late: Vec<_> = counted.iter().filter(|claim| lag(claim) == worst).collect();
        let turning = corrections_of(facts, |claim| counts(&claim) && lag(claim) >= worst);
        Metric::of(code, of.clone(), Exact::lasting(worst, code.definition().unit))
            .out_of(&as_late.len())
            .by(as_late.iter().map(|claim| claim.said.position))
            .by(turning)
    }]
}

/// Where corrections stand without which such a claim would hold.
fn corrections_of(facts: &Facts, such: impl Fn(&ClaimFact) -> bool) -> Vec<Position> {
    let mut chains = BTreeMap::<Position, Vec<&ClaimFact>>::new();
    for claim in &facts.claims {
        chains.entry(claim.corrects.unwrap_or(claim.said.position)).or_default().push(claim);
    }
    let turning = chains.values().filter_map(|chain| match chain.as_slice() {
        [.., before, last] if such(before) => Some(last.said.position),
        _ => None,
    });
    turning.collect()
}

pub(super) fn variance(code: MetricCode, asked: &Asked, facts: &Facts) -> Vec<Metric> {
    let claims = facts.by_thing();
    let of = (asked, ThingKind::Task);
    each(
        code,
        of,
        &facts.tasks,
        |task| &task.thing,
        |task| {
            let (start, finish) = task.baseline?;
            let planned = if code == MetricCode::StartVariance { start } else { finish };
            let is_led = match &task.lead {
                Some(lead) => asked.is_of(lead),
                None => asked.partner.is_none(),
            };
            let wanted = is_led && asked.period.has(planned);
            wanted.then(|| {
                by_claims(claims.of(&task.thing), |claimed| {
                    // It is measured against what the report of its start fixed.
                    let Some(started) = claimed.first(&[Step::Started]) else {
                        return Metric::without(code, task.thing.clone(), Why::NothingToMeasure);
                    };
                    let said = if code == MetricCode::StartVariance {
                        started
                    } else {
                        let ended = claimed.first(&[Step::Completed, Step::Cancelled]);
                        let Some(ended) = ended else {
                            return Metric::without(code, task.thing.clone(), Why::NotYet)
                                .by([started.position]);
                        };
                        // What ended it otherwise is no finish.
                        if claimed.first(&[Step::Completed]) != Some(ended) {
                            let evidence = [started.position, ended.position];
                            return Metric::without(code, task.thing.clone(), Why::NothingToMeasure)
                                .by(evidence);
                        }
                        ended
                    };
                    let late = Exact::lasting(said.at - planned, code.definition().unit);
                    Metric::of(code, task.thing.clone(), late).by([started.position, said.position])
                })
            })
        },
    )
}

pub(super) fn corrections(asked: &Asked, facts: &Facts) -> Vec<Metric> {
    if asked.subject.is_some() {
        return Vec::new();
    }
    let mut corrections = BTreeMap::<Position, Position>::new();
    for claim in &facts.claims {
        if let Some(corrects) = claim.corrects {
            corrections.entry(corrects).or_insert(claim.said.position);
        }
    }
    let counts = |claim: &&ClaimFact| {
        claim.corrects.is_none()
            && asked.partner.as_ref().is_none_or(|partner| claim.partner.as_ref() == Some(partner))
            && asked.period.has(claim.said.at)
    };
    let (mut corrected, mut all, mut evidence) = (0, 0, Vec::new());
    for claim in facts.claims.iter().filter(counts) {
        all += 1;
        evidence.push(claim.said.position);
        if let Some(correction) = corrections.get(&claim.said.position) {
            corrected += 1;
            evidence.push(*correction);
        }
    }
    let of = facts.operation.clone();
    vec![Metric::share(MetricCode::Corrections, of, (corrected, all)).by(evidence)]
}
