//! Facts to measure, told in minutes.

use chrono::{DateTime, TimeDelta, Utc};
use domain::{
    Position,
    metrics::{
        Asked, AuthorityFacts, ClaimFact, Facts, Metric, MetricCode, Said, Step, Tally, Thing, ThingKind,
        compute,
    },
};
use std::ops::{Deref, DerefMut};
use uuid::Uuid;

/// Facts of an operation that goes on.
#[derive(Debug, Clone)]
pub struct Measured(pub Facts);

impl Deref for Measured {
    type Target = Facts;

    fn deref(&self) -> &Facts {
        &self.0
    }
}

impl DerefMut for Measured {
    fn deref_mut(&mut self) -> &mut Facts {
        &mut self.0
    }
}

/// So many minutes after the first moment.
pub fn at(minutes: i64) -> DateTime<Utc> {
    let first: DateTime<Utc> = "2024-02-01T00:00:00Z".parse().unwrap();
    first + TimeDelta::minutes(minutes)
}

/// That something happened at one minute, as was recorded at another.
pub fn said(position: i64, happened: i64, recorded: i64) -> Said {
    Said { position: Position(position), at: at(happened), recorded_at: at(recorded) }
}

/// A thing by its number.
pub fn thing(kind: ThingKind, number: u32, code: &str) -> Thing {
    Thing { kind, id: Uuid::from_u128(number.into()), code: code.to_owned() }
}

/// A claim on the thing of that number.
pub fn claim(of: u32, step: Step, said: Said) -> ClaimFact {
    ClaimFact {
        of: thing(ThingKind::Task, of, "").id,
        step,
        said,
        reporter: "NOR-01".to_owned(),
        partner: Some("NOR".parse().unwrap()),
        corrects: None,
    }
}

impl Measured {
    pub fn new() -> Self {
        Self(Facts {
            operation: thing(ThingKind::Operation, 1_000, "ICE"),
            from: at(0),
            until: None,
            now: at(1_000),
            claims: Vec::new(),
            requests: Vec::new(),
            incidents: Vec::new(),
            tasks: Vec::new(),
            versions: Vec::new(),
            decisions: Vec::new(),
            centres: Vec::new(),
            gaps: Vec::new(),
            contributions: Vec::new(),
            authorities: Vec::new(),
            objectives: Vec::new(),
            outcomes: Vec::new(),
        })
    }

    /// A report of counts; those that are not given are none.
    pub fn count(&mut self, position: i64, minutes: i64, give: impl FnOnce(&mut Tally)) {
        let mut tally = Tally {
            position: Some(Position(position)),
            corrects: None,
            at: at(minutes),
            received: Some(0),
            presumed: Some(0),
            not_presumed: Some(0),
            identified: Some(0),
            not_identified: Some(0),
        };
        give(&mut tally);
        if self.authorities.is_empty() {
            let thing = thing(ThingKind::Partner, 2_000, "NOR");
            self.authorities.push(AuthorityFacts { thing, tallies: Vec::new() });
        }
        self.authorities[0].tallies.push(tally);
    }
}

/// All entries of a metric, of the operation.
pub fn metric(code: MetricCode, facts: &Facts) -> Vec<Metric> {
    compute(code, &Asked::default(), facts)
}

/// The only one.
pub fn one(code: MetricCode, facts: &Facts) -> Metric {
    let [one] = metric(code, facts).try_into().unwrap();
    one
}

/// The only one, of who counts.
pub fn counted(code: MetricCode, facts: &Facts) -> Metric {
    let counted = one(code, facts);
    assert_eq!(counted.of.kind, ThingKind::Partner);
    counted
}
