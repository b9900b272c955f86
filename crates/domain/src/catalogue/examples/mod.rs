//! An example of every event, drawn from Operation SAPHAN: for the golden files and for readers of the API.
//!
//! Nothing here is decided or folded: the examples follow the scenario, not each other.

pub(crate) mod parse;

use crate::Event;

macro_rules! examples {
    ($($family:ident: $event:ty, $command:ty;)*) => {
        /// At least one example of every event; two where an optional field makes a difference.
        pub fn events() -> Vec<Event> {
            let mut events = Vec::new();
            $(events.extend(<$event>::examples().into_iter().map(Event::from));)*
            events
        }
    };
}

families!(examples);
