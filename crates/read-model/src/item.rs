//! The sum of all tables: which there are, and what an item of a state looks like in its own.

use crate::{
    AnnexRow, AssignmentRow, CentreRow, CoalitionRow, ConditionRow, DecisionRow, OperationRow, PartnerRow,
    PlanVersionRow, PlannedTaskRow, PostRow, TaskLabelRow, TenureRow,
    tables::{Columns, Sink},
};
use domain::{
    Item, State,
    ids::{
        AnnexId, AssignmentId, COALITION, CentreId, ConditionId, DecisionId, OperationId, PartnerId,
        PlanVersionId, PlannedTaskId, PostId, TaskId, TenureId,
    },
};
use serde_json::Value;
use uuid::Uuid;

macro_rules! tables {
    ($($variant:ident($row:ty) in $table:tt;)*) => {
        /// A row of one of the tables.
        #[derive(Debug, Clone, PartialEq)]
        pub enum Row {
            $($variant(Box<$row>),)*
        }

        impl Row {
            /// The table's name.
            pub fn table(&self) -> &'static str {
                match self {
                    $(Self::$variant(_) => $table,)*
                }
            }

            /// The row's columns by name, those of validity left out.
            pub fn to_json(&self) -> Result<Value, serde_json::Error> {
                match self {
                    $(Self::$variant(row) => serde_json::to_value(row),)*
                }
            }
        }

        impl Columns for Row {
            fn write(&self, to: &mut impl Sink) {
                match self {
                    $(Self::$variant(columns) => columns.write(to),)*
                }
            }
        }

        /// Names of the versioned tables.
        pub const TABLES: &[&str] = &[$($table),*];
    };
}

tables! {
    Coalition(CoalitionRow) in "coalition";
    Partner(PartnerRow) in "partner";
    Centre(CentreRow) in "centre";
    Post(PostRow) in "post";
    Tenure(TenureRow) in "tenure";
    Operation(OperationRow) in "operation";
    PlanVersion(PlanVersionRow) in "plan_version";
    PlannedTask(PlannedTaskRow) in "planned_task";
    Annex(AnnexRow) in "annex";
    Decision(DecisionRow) in "decision";
    Condition(ConditionRow) in "condition";
    Assignment(AssignmentRow) in "assignment";
    TaskLabel(TaskLabelRow) in "task_label";
}

/// The item's table and id.
pub(crate) fn place(item: &Item) -> (&'static str, Uuid) {
    let version = |operation, number: &u32| PlanVersionId::of(OperationId::of(operation), *number);
    match item {
        Item::Coalition => ("coalition", COALITION),
        Item::Partner(code) => ("partner", PartnerId::of(code).0),
        Item::Post(code) => ("post", PostId::of(code).0),
        Item::Tenure(post, number) => ("tenure", TenureId::of(PostId::of(post), *number).0),
        Item::Centre(code) => ("centre", CentreId::of(code).0),
        Item::Operation(code) => ("operation", OperationId::of(code).0),
        Item::PlanVersion(operation, number) => ("plan_version", version(operation, number).0),
        Item::PlannedTask(operation, number, code) => {
            ("planned_task", PlannedTaskId::of(version(operation, number), code).0)
        }
        Item::Annex(operation, number, code) => ("annex", AnnexId::of(version(operation, number), code).0),
        Item::Decision(operation, number, decision) => {
            ("decision", DecisionId::of(version(operation, number), *decision).0)
        }
        Item::Condition(operation, number, decision, code) => {
            ("condition", ConditionId::of(DecisionId::of(version(operation, number), *decision), code).0)
        }
        Item::Assignment(operation, number) => {
            ("assignment", AssignmentId::of(OperationId::of(operation), *number).0)
        }
        Item::TaskLabel(operation, task) => ("task_label", TaskId::of(OperationId::of(operation), task).0),
    }
}

/// The row of an item of the state; `None` when the state has no such item.
pub fn row(state: &State, item: &Item) -> Option<Row> {
    match state {
        State::Coalition(coalition) => match item {
            Item::Coalition => Some(Row::Coalition(Box::new(coalition.into()))),
            Item::Partner(code) => {
                coalition.partners.get(code).map(|partner| Row::Partner(Box::new(partner.as_ref().into())))
            }
            Item::Post(code) => {
                coalition.posts.get(code).map(|post| Row::Post(Box::new(post.as_ref().into())))
            }
            Item::Tenure(code, number) => coalition
                .posts
                .get(code)
                .and_then(|post| TenureRow::of(post, *number))
                .map(|row| Row::Tenure(Box::new(row))),
            Item::Centre(_)
            | Item::Operation(_)
            | Item::PlanVersion(..)
            | Item::PlannedTask(..)
            | Item::Annex(..)
            | Item::Decision(..)
            | Item::Condition(..)
            | Item::Assignment(..)
            | Item::TaskLabel(..) => None,
        },
        State::Centre(centre) => centre.as_ref().map(|centre| Row::Centre(Box::new(centre.into()))),
        State::Bookings(_) => None,
        State::Operation(operation) => operation_row(operation.as_ref()?, item),
    }
}

fn operation_row(operation: &domain::operation::Operation, item: &Item) -> Option<Row> {
    let decision = |number: &u32, decision: &u32| {
        let version = operation.plan.version(*number)?;
        let index = usize::try_from(decision.checked_sub(1)?).ok()?;
        Some((version, version.decisions.get(index)?))
    };
    match item {
        Item::Operation(_) => Some(Row::Operation(Box::new(operation.into()))),
        Item::PlanVersion(_, number) => operation
            .plan
            .version(*number)
            .map(|version| Row::PlanVersion(Box::new(PlanVersionRow::of(operation, version)))),
        Item::PlannedTask(_, number, code) => {
            let version = operation.plan.version(*number)?;
            let task = version.tasks.get(code)?;
            Some(Row::PlannedTask(Box::new(PlannedTaskRow::of(operation, version, task))))
        }
        Item::Annex(_, number, code) => {
            let version = operation.plan.version(*number)?;
            let annex = version.annexes.get(code)?;
            Some(Row::Annex(Box::new(AnnexRow::of(operation, version, annex))))
        }
        Item::Decision(_, number, of) => decision(number, of).map(|(version, decision)| {
            Row::Decision(Box::new(DecisionRow::of(operation, version, decision)))
        }),
        Item::Condition(_, number, of, code) => {
            let (version, decision) = decision(number, of)?;
            let condition = decision.conditions.iter().find(|condition| condition.code == *code)?;
            Some(Row::Condition(Box::new(ConditionRow::of(operation, version, decision, condition))))
        }
        Item::Assignment(_, number) => {
            let assignment = operation.assignments.get(number)?;
            Some(Row::Assignment(Box::new(AssignmentRow::of(operation, assignment))))
        }
        Item::TaskLabel(_, task) => {
            let label = operation.task_labels.get(task)?;
            Some(Row::TaskLabel(Box::new(TaskLabelRow::of(operation, task, label))))
        }
        Item::Coalition | Item::Partner(_) | Item::Post(_) | Item::Tenure(..) | Item::Centre(_) => None,
    }
}
