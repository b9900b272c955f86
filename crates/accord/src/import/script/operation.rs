//! The operation, from its beginning to its activation, its first H-hour, and its end.

use super::Script;
use crate::{
    import::{
        error::ImportError,
        fit::{fit, fit_all, unfit},
        sections,
    },
    scenario::model::{operation::HHour, timeline::TimelineEntry},
};
use domain::{Command, operation::OperationCommand, release::HandlingCode};

impl<'a> Script<'a> {
    pub fn initiate_operation(&mut self, entry: &TimelineEntry) -> Result<(), ImportError> {
        let from = &self.scenario.operation;
        let command = OperationCommand::Initiate {
            operation: self.operation.clone(),
            title: fit("meta.title", &self.scenario.meta.title)?,
            lead: fit("operation.lead_partner", &from.lead_partner)?,
            classification: sections::classification(from.classification),
            handling: HandlingCode::default(),
            releasable_to: fit_all("operation.default_release", &from.default_release)?,
        };
        self.add(entry.recorded, entry.event.name(), self.planner(entry)?, Command::Operation(command));
        Ok(())
    }

    pub fn issue_warning_order(&mut self, entry: &TimelineEntry) -> Result<(), ImportError> {
        let command = OperationCommand::IssueWarningOrder { operation: self.operation.clone(), text: None };
        self.add(entry.recorded, entry.event.name(), self.planner(entry)?, Command::Operation(command));
        Ok(())
    }

    pub fn record_legal_basis(&mut self, entry: &TimelineEntry) -> Result<(), ImportError> {
        let instruments = fit_all("operation.legal_basis", &self.scenario.operation.legal_basis)?;
        let command = OperationCommand::RecordLegalBasis { operation: self.operation.clone(), instruments };
        self.add(entry.recorded, entry.event.name(), self.planner(entry)?, Command::Operation(command));
        Ok(())
    }

    pub fn set_h_hour(&mut self, entry: &TimelineEntry) -> Result<(), ImportError> {
        let at = self.h_hour(entry)?.set;
        let command = OperationCommand::SetHHour { operation: self.operation.clone(), at };
        self.add(entry.recorded, entry.event.name(), self.commander(entry)?, Command::Operation(command));
        Ok(())
    }

    pub fn activate_operation(&mut self, entry: &TimelineEntry) -> Result<(), ImportError> {
        let command = OperationCommand::Activate { operation: self.operation.clone() };
        self.add(entry.recorded, entry.event.name(), self.commander(entry)?, Command::Operation(command));
        Ok(())
    }

    pub fn close_operation(&mut self, entry: &TimelineEntry) -> Result<(), ImportError> {
        let command = OperationCommand::Close { operation: self.operation.clone() };
        self.add(entry.recorded, entry.event.name(), self.commander(entry)?, Command::Operation(command));
        Ok(())
    }

    /// What `operation.hhour` says about the entry.
    pub fn h_hour(&self, entry: &TimelineEntry) -> Result<&'a HHour, ImportError> {
        let told = self.scenario.operation.hhour.iter().find(|hhour| hhour.recorded == entry.recorded);
        told.ok_or_else(|| unfit("operation.hhour", entry.event.name(), "is not told"))
    }
}
