//! The items of all subjects: the table of each kind, where an item stands in it, and its row.
//!
//! A new table has a line in `tables!` and an arm in two functions here; all else stands beside its row.

use crate::{
    AnnexRow, AssignmentRow, CentreRow, CoalitionRow, ConditionRow, DecisionRow, OperationRow, PartnerRow,
    PlanVersionRow, PlannedTaskRow, PostRow, TaskLabelRow, TenureRow,
    tables::{Column, Columns, Sink, Versioned},
};
use domain::{
    Item, State,
    ids::{
        AnnexId, AssignmentId, COALITION, CentreId, ConditionId, DecisionId, OperationId, PartnerId,
        PlanVersionId, PlannedTaskId, PostId, TaskId, TenureId,
    },
};
use serde_json::Value;
use strum::{EnumString, IntoStaticStr, VariantNames};
use uuid::Uuid;

/// For each kind of items the type of their rows. The table is called as the kind, in snake case.
macro_rules! tables {
    ($($kind:ident: $row:ty;)*) => {
        #[derive(Debug, Clone, Copy, EnumString, IntoStaticStr, VariantNames)]
        #[strum(serialize_all = "snake_case")]
        enum Table {
            $($kind,)*
        }

        impl Table {
            fn of(item: &Item) -> Self {
                match item {
                    $(Item::$kind { .. } => Self::$kind,)*
                }
            }
        }

        /// A row of one of the tables.
        #[derive(Debug, Clone, PartialEq)]
        pub enum Row {
            $($kind(Box<$row>),)*
        }

        impl Row {
            /// The table's name.
            pub fn table(&self) -> &'static str {
                match self {
                    $(Self::$kind(_) => Table::$kind.into(),)*
                }
            }

            /// The row's columns by name, those of validity left out.
            pub fn to_json(&self) -> Result<Value, serde_json::Error> {
                match self {
                    $(Self::$kind(row) => serde_json::to_value(row),)*
                }
            }
        }

        impl Columns for Row {
            fn write(&self, to: &mut impl Sink) {
                match self {
                    $(Self::$kind(columns) => columns.write(to),)*
                }
            }
        }

        /// Where the API shows each column of a versioned table but the id, in their order; empty for other
        /// tables.
        pub fn fields(table: &str) -> &'static [Column] {
            match table.parse() {
                $(Ok(Table::$kind) => <$row>::FIELDS,)*
                Err(_) => &[],
            }
        }

        /// The row of an item of the state; `None` when the state has no such item.
        pub fn row(state: &State, item: &Item) -> Option<Row> {
            match Table::of(item) {
                $(Table::$kind => <$row>::find(state, item).map(|row| Row::$kind(Box::new(row))),)*
            }
        }
    };
}

tables! {
    Coalition: CoalitionRow;
    Partner: PartnerRow;
    Post: PostRow;
    Tenure: TenureRow;
    Centre: CentreRow;
    Operation: OperationRow;
    Assignment: AssignmentRow;
    TaskLabel: TaskLabelRow;
    PlanVersion: PlanVersionRow;
    PlannedTask: PlannedTaskRow;
    Annex: AnnexRow;
    Decision: DecisionRow;
    Condition: ConditionRow;
}

/// Names of the versioned tables.
pub(crate) const TABLES: &[&str] = Table::VARIANTS;

/// The item's table and id.
pub(crate) fn place(item: &Item) -> (&'static str, Uuid) {
    (Table::of(item).into(), id(item))
}

fn id(item: &Item) -> Uuid {
    let version = |operation, number: &u32| PlanVersionId::of(OperationId::of(operation), *number);
    match item {
        Item::Coalition => COALITION,
        Item::Partner(code) => PartnerId::of(code).0,
        Item::Post(code) => PostId::of(code).0,
        Item::Tenure(post, number) => TenureId::of(PostId::of(post), *number).0,
        Item::Centre(code) => CentreId::of(code).0,
        Item::Operation(code) => OperationId::of(code).0,
        Item::Assignment(operation, number) => AssignmentId::of(OperationId::of(operation), *number).0,
        Item::TaskLabel(operation, task) => TaskId::of(OperationId::of(operation), task).0,
        Item::PlanVersion(operation, number) => version(operation, number).0,
        Item::PlannedTask(operation, number, code) => PlannedTaskId::of(version(operation, number), code).0,
        Item::Annex(operation, number, code) => AnnexId::of(version(operation, number), code).0,
        Item::Decision(operation, number, decision) => {
            DecisionId::of(version(operation, number), *decision).0
        }
        Item::Condition(operation, number, decision, code) => {
            ConditionId::of(DecisionId::of(version(operation, number), *decision), code).0
        }
    }
}

/// The task whose own label decides, besides all else, who may see that the item has changed.
pub(crate) fn labelled_task(item: &Item) -> Option<TaskId> {
    match item {
        Item::PlannedTask(operation, _, code) | Item::TaskLabel(operation, code) => {
            Some(TaskId::of(OperationId::of(operation), code))
        }
        Item::Coalition
        | Item::Partner(_)
        | Item::Post(_)
        | Item::Tenure(..)
        | Item::Centre(_)
        | Item::Operation(_)
        | Item::Assignment(..)
        | Item::PlanVersion(..)
        | Item::Annex(..)
        | Item::Decision(..)
        | Item::Condition(..) => None,
    }
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
