//! Shapes of events that this build reads and does not write any more: logs hold them for ever.
//!
//! Each is read by a struct of its own, frozen, or as today less what is newer, for as long as today's types
//! read all the rest as it was: the examples of its file hold that. What it says is told in the shape of today;
//! nothing of that is written back.

mod dependencies;
mod policies;
mod revisions;

use crate::Event;

/// An older shape of an event.
pub(crate) struct OldShape {
    pub kind: &'static str,
    /// Of the shape, from 1.
    pub version: i16,
    /// The event as it reads today.
    pub decode: fn(&[u8]) -> Result<Event, serde_json::Error>,
    /// Its file in the catalogue, with examples, as it was when this shape was the newest.
    pub file: &'static str,
    /// What this version had that the next has not.
    pub changed: &'static str,
}

/// Of each event with its versions in order.
pub(crate) const OLD_SHAPES: [OldShape; 5] = [
    OldShape {
        kind: "DependencyAdded",
        version: 1,
        decode: dependencies::dependency_added_1,
        file: include_str!("DependencyAdded.1.json"),
        changed: "`predecessor` was a code; the dependency was a finish to start without lag.",
    },
    OldShape {
        kind: "PlanDrafted",
        version: 1,
        decode: policies::plan_drafted_1,
        file: include_str!("PlanDrafted.1.json"),
        changed: "The approval policy named roles alone; only the lead withdrew.",
    },
    OldShape {
        kind: "PlanSectionRevised",
        version: 1,
        decode: policies::plan_section_revised_1,
        file: include_str!("PlanSectionRevised.1.json"),
        changed: "The approval policy named roles alone; only the lead withdrew.",
    },
    OldShape {
        kind: "TaskAddedToPlan",
        version: 1,
        decode: dependencies::task_added_to_plan_1,
        file: include_str!("TaskAddedToPlan.1.json"),
        changed: "`predecessors` of the task were codes; each was a finish to start without lag.",
    },
    OldShape {
        kind: "TaskRevised",
        version: 1,
        decode: revisions::task_revised_1,
        file: include_str!("TaskRevised.1.json"),
        changed: "No null: a line of effort or a post could not be taken away.",
    },
];

pub(crate) fn older_than_today(kind: &str) -> impl Iterator<Item = &'static OldShape> {
    OLD_SHAPES.iter().filter(move |shape| shape.kind == kind)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn old_versions_are_counted_from_1_without_a_gap_and_belong_to_events_that_there_are() {
        let kinds: BTreeSet<_> = OLD_SHAPES.iter().map(|shape| shape.kind).collect();
        for kind in kinds {
            let (_, today) = Event::shapes().find(|(known, _)| *known == kind).unwrap();
            let versions: Vec<_> = older_than_today(kind).map(|shape| shape.version).collect();
            assert_eq!(versions, (1..today).collect::<Vec<_>>(), "{kind}");
        }
    }
}
