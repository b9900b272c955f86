//! Which commands there are, who may send them, and which events may follow.
//!
//! What is said here is for people; a test holds every command of every story against it.

mod assignment;
mod centre;
mod coalition;
mod operation;
mod plan;
mod sender;

pub use sender::{Sender, Source};

use crate::Event;

/// Of each subject; an event's sources are told in this order.
const SUBJECTS: [&[Source]; 6] = [
    coalition::SOURCES,
    centre::SOURCES,
    assignment::SOURCES,
    plan::SOURCES,
    operation::SOURCES,
    plan::ORDERS,
];

/// The commands from which the event may follow.
pub fn sources(event: &Event) -> Vec<&'static Source> {
    all().filter(|source| source.events.contains(&event.kind())).collect()
}

fn all() -> impl Iterator<Item = &'static Source> {
    SUBJECTS.into_iter().flatten()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        assignment::AssignmentCommand,
        centre::CentreCommand,
        coalition::{CoalitionCommand, PartnerCommand, PostCommand},
        operation::OperationCommand,
        plan::PlanCommand,
    };
    use std::collections::BTreeSet;
    use strum::VariantNames;

    #[test]
    fn the_events_that_follow_from_commands_are_those_that_there_are() {
        let told: BTreeSet<_> = all().flat_map(|source| source.events).copied().collect();
        assert_eq!(told, Event::kinds().collect());
    }

    #[test]
    fn the_commands_that_somebody_may_send_are_those_that_there_are() {
        fn family<T: VariantNames>(
            subject: &'static str,
        ) -> impl Iterator<Item = (&'static str, &'static str)> {
            T::VARIANTS.iter().map(move |name| (subject, *name))
        }
        let there = family::<CoalitionCommand>("Coalition")
            .chain(family::<PartnerCommand>("Partner"))
            .chain(family::<CentreCommand>("Centre"))
            .chain(family::<PostCommand>("Post"))
            .chain(family::<OperationCommand>("Operation"))
            .chain(family::<PlanCommand>("Plan"))
            .chain(family::<AssignmentCommand>("Assignment"));
        let told: BTreeSet<_> = all().map(|source| source.command).collect();
        assert_eq!(told, there.collect());
    }
}
