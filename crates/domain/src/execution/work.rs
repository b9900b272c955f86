//! What is carried out: a task of the plan in force, or one that a response to an incident made.

use crate::{
    Instant, PartnerCode, PostCode, Span, TaskCode,
    coalition::Coalition,
    execution::Baseline,
    incident::EmergentTask,
    operation::Operation,
    plan::{PlannedTask, Version},
};

/// A task as it is carried out.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Work<'a> {
    /// As the version has it.
    Planned(&'a Version, &'a PlannedTask),
    Emergent(&'a EmergentTask),
}

impl<'a> Work<'a> {
    pub fn code(self) -> &'a TaskCode {
        match self {
            Self::Planned(_, task) => &task.code,
            Self::Emergent(emergent) => &emergent.task.code,
        }
    }

    pub fn lead(self) -> &'a PartnerCode {
        match self {
            Self::Planned(_, task) => &task.lead,
            Self::Emergent(emergent) => &emergent.task.lead,
        }
    }

    /// The post that is foreseen for it.
    pub fn post(self) -> Option<&'a PostCode> {
        match self {
            Self::Planned(_, task) => task.post.as_ref(),
            Self::Emergent(emergent) => emergent.task.post.as_ref(),
        }
    }

    pub fn duration(self) -> Span {
        match self {
            Self::Planned(_, task) => task.duration,
            Self::Emergent(emergent) => emergent.task.duration,
        }
    }

    /// Whether the partner has agreed to what is foreseen. Nobody is asked for a response's task.
    pub fn has_agreed(self, partner: &PartnerCode) -> bool {
        match self {
            Self::Planned(version, task) => version.has_agreed(partner, &task.code),
            Self::Emergent(_) => false,
        }
    }

    /// Where it stands by its plan; `None` before H-hour is set, of a planned one.
    pub fn baseline(self, h_hour: Option<Instant>) -> Option<Baseline> {
        match self {
            Self::Planned(version, task) => Baseline::of(version, &task.code, h_hour?),
            Self::Emergent(emergent) => Some(Baseline::of_response(&emergent.task)),
        }
    }
}

impl Operation {
    /// A task that is carried out, if one who sees the operation sees it: of `version`, or one that a response made.
    pub(crate) fn work<'a>(
        &'a self,
        version: Option<&'a Version>,
        code: &TaskCode,
        viewer: Option<&PartnerCode>,
        coalition: &Coalition,
    ) -> Option<Work<'a>> {
        if let Some(emergent) = self.emergent_task(code, viewer) {
            return Some(Work::Emergent(emergent));
        }
        let version = version.filter(|version| self.shows(version, viewer, coalition))?;
        let task = version.tasks.get(code).filter(|task| self.shows_task(task, viewer))?;
        Some(Work::Planned(version, task))
    }

    /// Whether one who sees the operation sees the task, in any version or as one that a response made.
    pub(crate) fn shows_work(
        &self,
        code: &TaskCode,
        viewer: Option<&PartnerCode>,
        coalition: &Coalition,
    ) -> bool {
        self.emergent_task(code, viewer).is_some() || self.task(code, viewer, coalition).is_some()
    }

    /// A task that a response made is for who sees its incident.
    pub(crate) fn emergent_task(
        &self,
        code: &TaskCode,
        viewer: Option<&PartnerCode>,
    ) -> Option<&EmergentTask> {
        let emergent = self.emergent_tasks.get(code)?;
        let incident = self.incidents.get(&emergent.incident)?;
        incident.label.admits(viewer, &self.lead).then_some(emergent)
    }
}
