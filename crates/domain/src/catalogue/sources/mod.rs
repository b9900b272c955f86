//! Which commands there are, who may send them, and which events may follow.
//!
//! What is said here is for people; a test holds every command of every story against it.

pub(crate) mod sender;

pub use sender::{Sender, Source};

use self::sender::{COMMANDER, by, mutation};
use crate::Event;

macro_rules! sources {
    ($($family:ident: $event:ty, $command:ty;)*) => {
        /// Of each family.
        const FAMILIES: &[&[Source]] = &[$(<$command>::SOURCES),*];
    };
}

families!(sources);

/// The commands from which the event may follow: those of families that build on others come first, orders
/// last.
pub fn sources(event: &Event) -> Vec<&'static Source> {
    let mut sources: Vec<_> = all().filter(|source| source.events.contains(&event.kind())).collect();
    sources.sort_by_key(|source| source.is_order);
    sources
}

const OWN_COMMANDER: Sender = by(COMMANDER, "the webhook's partner");

/// What is asked for beside the log: no event follows from it, and nothing of it is decided here.
pub const BESIDE: &[Source] = &[
    mutation("Webhook", "RegisterWebhook", "registerWebhook", OWN_COMMANDER, &[]),
    mutation("Webhook", "RotateWebhookSecret", "rotateWebhookSecret", OWN_COMMANDER, &[]),
    mutation("Webhook", "ResumeWebhook", "resumeWebhook", OWN_COMMANDER, &[]),
    mutation("Webhook", "TestWebhook", "testWebhook", OWN_COMMANDER, &[]),
    mutation("Webhook", "RevokeWebhook", "revokeWebhook", OWN_COMMANDER, &[]),
];

/// Who may send a mutation; nobody when there is none of that name.
pub fn senders(mutation: &str) -> impl Iterator<Item = &'static Sender> {
    let known = all().chain(BESIDE);
    known.filter(move |source| source.mutation == Some(mutation)).map(|source| &source.sender)
}

fn all() -> impl Iterator<Item = &'static Source> {
    FAMILIES.iter().rev().copied().flatten()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;
    use strum::VariantNames;

    #[test]
    fn the_events_that_follow_from_commands_are_those_that_there_are() {
        let told: BTreeSet<_> = all().flat_map(|source| source.events).copied().collect();
        assert_eq!(told, Event::kinds().collect());
    }

    #[test]
    fn the_commands_that_somebody_may_send_are_those_that_there_are() {
        macro_rules! commands {
            ($($family:ident: $event:ty, $command:ty;)*) => {
                [$((stringify!($family), <$command>::VARIANTS)),*]
            };
        }
        let there = families!(commands)
            .into_iter()
            .flat_map(|(family, names)| names.iter().map(move |name| (family, *name)));
        let told: BTreeSet<_> = all().map(|source| source.command).collect();
        assert_eq!(told, there.collect());
    }
}
