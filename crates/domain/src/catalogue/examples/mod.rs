//! An example of every event, drawn from Operation SAPHAN: for the golden files and for readers of the API.
//!
//! Nothing here is decided or folded: the examples follow the scenario, not each other.

mod assignment;
mod centre;
mod coalition;
mod operation;
mod parse;
mod plan;

use crate::Event;

/// At least one example of every event; two where an optional field makes a difference.
pub fn events() -> Vec<Event> {
    let mut events = vec![Event::Coalition(coalition::exercise_declared())];
    events.extend(coalition::partner_events().into_iter().map(Event::Partner));
    events.extend(centre::centre_events().into_iter().map(Event::Centre));
    events.extend(coalition::post_events().into_iter().map(Event::Post));
    events.extend(operation::operation_events().into_iter().map(Event::Operation));
    events.extend(plan::drafting_events().into_iter().map(Event::Plan));
    events.extend(plan::deciding_events().into_iter().map(Event::Plan));
    events.extend(assignment::assignment_events().into_iter().map(Event::Assignment));
    events
}
