//! The items of all subjects: the table of each kind, and its row.
//!
//! A new table has a line in `tables!`; all else stands beside its row.

use crate::tables::{Column, Columns, Sink, Versioned};
use domain::{Item, State};
use serde_json::Value;
use strum::{EnumString, IntoStaticStr, VariantNames};
use uuid::Uuid;

macro_rules! definition {
    ($($file:literal)*) => {
        concat!($(include_str!(concat!("../../../migrations/read-model/", $file))),*)
    };
}

/// For each file of definitions, the kinds of items whose tables it defines, with the type of their rows. The
/// table is called as the kind, in snake case. A file stands behind those that it builds on.
macro_rules! tables {
    ($($file:literal { $($kind:ident: $row:ty;)* })*) => {
        /// The definition of all tables, and of what is made of them.
        pub(crate) const DEFINITION: &str =
            definition! { "00-frame.sql" $($file)* "80-log.sql" "90-projection.sql" };

        #[derive(Debug, Clone, Copy, EnumString, IntoStaticStr, VariantNames)]
        #[strum(serialize_all = "snake_case")]
        enum Table {
            $($($kind,)*)*
        }

        impl Table {
            fn of(item: &Item) -> Self {
                match item {
                    $($(Item::$kind { .. } => Self::$kind,)*)*
                }
            }
        }

        /// A row of one of the tables.
        #[derive(Debug, Clone, PartialEq)]
        pub enum Row {
            $($($kind(Box<$row>),)*)*
        }

        impl Row {
            /// The table's name.
            pub fn table(&self) -> &'static str {
                match self {
                    $($(Self::$kind(_) => Table::$kind.into(),)*)*
                }
            }

            /// The row's columns by name, those of validity left out.
            pub fn to_json(&self) -> Result<Value, serde_json::Error> {
                match self {
                    $($(Self::$kind(row) => serde_json::to_value(row),)*)*
                }
            }
        }

        impl Columns for Row {
            fn write(&self, to: &mut impl Sink) {
                match self {
                    $($(Self::$kind(columns) => columns.write(to),)*)*
                }
            }
        }

        /// Where the API shows each column of a versioned table but the id, in their order; empty for other
        /// tables.
        pub fn fields(table: &str) -> &'static [Column] {
            match table.parse() {
                $($(Ok(Table::$kind) => <$row>::FIELDS,)*)*
                Err(_) => &[],
            }
        }

        /// The row of an item of the state; `None` when the state has no such item.
        pub fn row(state: &State, item: &Item) -> Option<Row> {
            match Table::of(item) {
                $($(Table::$kind => <$row>::find(state, item).map(|row| Row::$kind(Box::new(row))),)*)*
            }
        }
    };
}

tables! {
    "10-coalition.sql" {
        Coalition: crate::coalition::CoalitionRow;
        Partner: crate::coalition::PartnerRow;
        Post: crate::coalition::PostRow;
        Tenure: crate::coalition::TenureRow;
    }
    "15-centre.sql" { Centre: crate::centre::CentreRow; }
    "16-watch.sql" {
        Shift: crate::watch::ShiftRow;
        LogEntry: crate::watch::LogEntryRow;
    }
    "20-operation.sql" {
        Operation: crate::operation::OperationRow;
        OperationReader: crate::operation::OperationReaderRow;
        Assignment: crate::operation::AssignmentRow;
        OfficerRequest: crate::operation::OfficerRequestRow;
        TaskLabel: crate::operation::TaskLabelRow;
    }
    "21-incident.sql" {
        Incident: crate::incident::IncidentRow;
        EmergentTask: crate::incident::EmergentTaskRow;
    }
    "22-request.sql" { Request: crate::request::RequestRow; }
    "23-assistance.sql" {
        Assistance: crate::assistance::AssistanceRow;
        AssistanceClaim: crate::assistance::AssistanceClaimRow;
        AssistanceStep: crate::assistance::AssistanceStepRow;
    }
    "23-contribution.sql" { Contribution: crate::contribution::ContributionRow; }
    "23-outcome.sql" { Outcome: crate::outcome::OutcomeRow; }
    "23-sitrep.sql" { Sitrep: crate::sitrep::SitrepRow; }
    "24-matter.sql" {
        MatterClaim: crate::matter::MatterClaimRow;
        Clock: crate::matter::ClockRow;
    }
    "30-plan.sql" {
        PlanVersion: crate::plan::PlanVersionRow;
        PlannedTask: crate::plan::PlannedTaskRow;
        Annex: crate::plan::AnnexRow;
        Decision: crate::plan::DecisionRow;
        Condition: crate::plan::ConditionRow;
    }
    "40-execution.sql" {
        TaskExecution: crate::execution::TaskExecutionRow;
        TaskClaim: crate::execution::TaskClaimRow;
    }
    "45-phase.sql" {
        Phase: crate::execution::PhaseRow;
        GoNoGoWord: crate::execution::GoNoGoWordRow;
    }
    "46-decision-log.sql" {
        RecordedDecision: crate::operation::RecordedDecisionRow;
        Deconfliction: crate::operation::DeconflictionRow;
    }
    "50-review.sql" {
        Review: crate::review::ReviewRow;
        Observation: crate::review::ObservationRow;
        Finding: crate::review::FindingRow;
        Evidence: crate::review::EvidenceRow;
    }
}

/// Names of the versioned tables.
pub(crate) const TABLES: &[&str] = Table::VARIANTS;

/// The item's table and id.
pub(crate) fn place(item: &Item) -> (&'static str, Uuid) {
    (Table::of(item).into(), item.id())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tables::{columns, definitions};
    use std::collections::BTreeSet;

    #[test]
    fn every_versioned_table_is_that_of_a_kind_of_items() {
        let versioned: BTreeSet<&str> = definitions()
            .into_iter()
            .filter(|(_, columns)| columns.iter().any(|(name, _)| *name == "valid_to"))
            .map(|(table, _)| table)
            .collect();
        assert_eq!(versioned, TABLES.iter().copied().collect());
    }

    #[test]
    fn every_column_says_where_it_is_shown_and_nothing_else_does() {
        let columns = columns();
        for table in TABLES {
            let said: Vec<&str> = fields(table).iter().map(|column| column.name).collect();
            assert_eq!(said, columns[table], "{table}");
        }
    }
}
