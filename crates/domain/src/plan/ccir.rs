//! What the commander must be told at once: which events meet a requirement of the plan in force.
//!
//! Requirements without criteria are met by nothing here: people judge those.

use crate::{
    Code, Event, Priority, State, Subject,
    catalogue::examples,
    incident::IncidentEvent,
    plan::{Ccir, Version},
};
use std::{collections::BTreeSet, sync::LazyLock};

/// Names of the events that happen in operations: others meet no plan's criteria.
static IN_OPERATIONS: LazyLock<BTreeSet<&'static str>> = LazyLock::new(|| {
    let all = examples::events();
    all.iter().filter(|event| event.about().scope().operation.is_some()).map(Event::kind).collect()
});

/// Whether an event of this name can meet a criterion.
pub(super) fn can_be_met_by(name: &str) -> bool {
    IN_OPERATIONS.contains(name)
}

/// What an event says that criteria are held against.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Said<'a> {
    kind: &'a str,
    /// The requirement that its reporter says it meets.
    named: Option<&'a Code>,
    /// Of the incident that it tells of.
    priority: Option<Priority>,
    /// Of the log entry that it tells of.
    category: Option<&'a Code>,
}

impl<'a> Said<'a> {
    /// No event tells of a log entry yet: here they say of which category.
    fn by(event: &'a Event) -> Self {
        let (mut priority, mut named) = (None, None);
        if let Event::Incident(IncidentEvent::IncidentReported { report, .. }) = event {
            named = report.ccir.as_ref();
        } else if let Event::Incident(IncidentEvent::IncidentTriaged { priority: said, .. }) = event {
            priority = Some(*said);
        } else if let Event::Incident(IncidentEvent::IncidentEscalated { priority: said, .. }) = event {
            priority = *said;
        }
        Self { kind: event.kind(), named, priority, category: None }
    }
}

impl Ccir {
    /// One criterion is enough.
    fn is_met_by(&self, said: Said<'_>) -> bool {
        said.named == Some(&self.code)
            || self.events.iter().any(|name| name.as_str() == said.kind)
            || said.priority.zip(self.priority).is_some_and(|(said, least)| said.is_as_urgent_as(least))
            || said.category.is_some_and(|category| self.categories.contains(category))
    }
}

/// The requirements that an event meets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Met {
    /// Number of the plan version that has them.
    pub version: u32,
    /// In the plan's order.
    pub codes: Vec<Code>,
}

/// Which requirements an event meets, of the plan version that is in force once its command is done; `None`: it
/// meets none. `state` is what the event's operation is folded into at that moment.
pub fn met_by<'a>(event: &Event, state: impl FnOnce(&Subject) -> Option<&'a State>) -> Option<Met> {
    let operation = Subject::Operation(event.about().scope().operation?.clone());
    let Some(State::Operation(Some(operation))) = state(&operation) else { return None };
    let Version { number, sections, .. } = operation.plan.version_in_force()?;
    let said = Said::by(event);
    let met = sections.ccir.iter().filter(|ccir| ccir.is_met_by(said));
    let codes: Vec<Code> = met.map(|ccir| ccir.code.clone()).collect();
    (!codes.is_empty()).then_some(Met { version: *number, codes })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_criterion_of_three_is_enough() {
        let ccir = Ccir {
            code: "CCIR1".parse().unwrap(),
            text: "What holds us up".parse().unwrap(),
            events: vec!["TaskBlocked".parse().unwrap()],
            priority: Some(Priority::P2),
            categories: vec!["SECURITY".parse().unwrap()],
        };
        let (security, weather) = ("SECURITY".parse().unwrap(), "WEATHER".parse().unwrap());
        let said = |kind, priority, category| ccir.is_met_by(Said { kind, named: None, priority, category });
        assert!(said("TaskBlocked", None, None));
        assert!(!said("TaskStarted", None, None));
        assert!(said("IncidentReported", Some(Priority::P1), None));
        assert!(said("IncidentReported", Some(Priority::P2), None));
        assert!(!said("IncidentReported", Some(Priority::P3), None));
        assert!(said("LogEntryMade", None, Some(&security)));
        assert!(!said("LogEntryMade", None, Some(&weather)));
    }

    #[test]
    fn nothing_meets_a_requirement_without_criteria() {
        let ccir = Ccir::plain("CCIR1".parse().unwrap(), "Route unusable".parse().unwrap());
        let said = Said { kind: "TaskBlocked", named: None, priority: Some(Priority::P1), category: None };
        assert!(!ccir.is_met_by(said));
    }
}
