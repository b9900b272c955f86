//! An incident, and how it was answered.

use super::Script;
use crate::{
    import::{
        actors::holder,
        error::ImportError,
        fit::{fit, fit_if, unfit},
    },
    scenario::model::{
        coalition::Post,
        incident::{Incident, IncidentEntry, IncidentEvent, Priority as Told},
    },
};
use domain::{
    Command, IncidentCode, Priority, Prose, Role, Span,
    assignment::AssignmentCommand,
    incident::{IncidentCommand, IncidentKind, Methane, ResponseTask},
};

/// How long a response's task takes: the file has no place for it.
const RESPONSE_TAKES: Span = Span::hours(3);

pub(super) fn priority(told: Told) -> Priority {
    match told {
        Told::P1 => Priority::P1,
        Told::P2 => Priority::P2,
        Told::P3 => Priority::P3,
    }
}

impl<'a> Script<'a> {
    pub fn incident(&mut self, entry: &'a IncidentEntry) -> Result<(), ImportError> {
        let Some(told) = &self.scenario.incident else { return Ok(()) };
        let (operation, incident): (_, IncidentCode) =
            (self.operation.clone(), fit("incident.id", &told.id)?);
        let by = self.reporter_of(&entry.by)?;
        let post = fit("incident.log", &by.id)?;
        let (role, command) = match &entry.event {
            IncidentEvent::Reported {} => {
                let report = report(told)?;
                (Role::Watch, IncidentCommand::Report { operation, incident, report, release: None })
            }
            IncidentEvent::Triaged {} => {
                let priority = priority(told.priority);
                (Role::Watch, IncidentCommand::Triage { operation, incident, priority })
            }
            IncidentEvent::ResponseDecided { task, post, rationale, .. } => {
                return self.decide_response(entry, incident, (task, post, rationale));
            }
            IncidentEvent::ResponderDispatched {} => {
                let made = told.log.iter().find_map(|entry| match &entry.event {
                    IncidentEvent::ResponseDecided { task, post, .. } if *post == by.id => Some(task),
                    _ => None,
                });
                let task = fit_if("incident.log", made.map(String::as_str))?;
                (Role::Watch, IncidentCommand::Dispatch { operation, incident, post, task })
            }
            IncidentEvent::ResponderArrived {} => {
                (Role::Watch, IncidentCommand::RecordArrival { operation, incident, post })
            }
            IncidentEvent::Contained { persons_recovered } => {
                let persons_recovered = *persons_recovered;
                (Role::Watch, IncidentCommand::Contain { operation, incident, persons_recovered })
            }
            IncidentEvent::Closed {} => {
                (Role::Watch, IncidentCommand::Close { operation, incident, outcome: None })
            }
        };
        let name = format!("{} {}", entry.event.name(), told.id);
        self.add(entry.recorded, &name, holder(by, role)?, Command::Incident(command));
        // Else the reason would be asked for only of what is two days late.
        if let Some(step) = self.steps.last_mut() {
            step.late_reason.clone_from(&entry.late_reason);
        }
        Ok(())
    }

    /// A response's task begins when the decision is recorded, on the territory of its post's partner, and that post is
    /// bound to it.
    fn decide_response(
        &mut self,
        entry: &IncidentEntry,
        incident: IncidentCode,
        (task, post, rationale): (&str, &str, &str),
    ) -> Result<(), ImportError> {
        let (place, decider) = ("incident.log", self.reporter_of(&entry.by)?);
        let responder = self.reporter_of(post)?;
        let title = self.scenario.incident.as_ref().map_or(task, |told| told.title.as_str());
        let made = ResponseTask {
            code: fit(place, task)?,
            title: fit("incident.title", title)?,
            lead: fit("posts", &responder.partner)?,
            territory: fit("posts", &responder.partner)?,
            post: Some(fit(place, post)?),
            start: entry.recorded,
            duration: RESPONSE_TAKES,
        };
        let assign = AssignmentCommand::Assign {
            operation: self.operation.clone(),
            task: made.code.clone(),
            post: fit(place, post)?,
        };
        let (operation, reasons): (_, Prose) = (self.operation.clone(), fit(place, rationale)?);
        let actor = holder(decider, Role::Commander)?;
        let decide = move |seen_at| {
            Command::Incident(IncidentCommand::DecideResponse {
                operation: operation.clone(),
                incident: incident.clone(),
                task: Some(made.clone()),
                reasons: reasons.clone(),
                seen_at,
            })
        };
        self.add_seeing(entry.recorded, &format!("ResponseDecided {task}"), actor.clone(), decide);
        let name = format!("AssignOfficer {post} to {task}");
        self.add(entry.recorded, &name, actor, Command::Assignment(assign));
        Ok(())
    }

    fn reporter_of(&self, code: &str) -> Result<&'a Post, ImportError> {
        let post = self.scenario.posts.iter().find(|post| post.id == code);
        post.ok_or_else(|| unfit("incident.log", code, "is no post"))
    }
}

/// The file tells what happened in its title, and no more.
fn report(told: &Incident) -> Result<Methane, ImportError> {
    Ok(Methane {
        title: fit("incident.title", &told.title)?,
        kind: IncidentKind::Other,
        place: None,
        territory: None,
        hazards: None,
        access: None,
        persons: None,
        present: None,
        ccir: fit_if("incident.ccir", told.ccir.as_deref())?,
    })
}
