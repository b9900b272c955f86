//! Writing rows: what an item of a state looks like, and putting its versions into the tables in bulk.

use crate::{
    AnnexRow, AssignmentRow, CentreRow, CoalitionRow, ConditionRow, DecisionRow, Entry, Error, OperationRow,
    PartnerRow, PlanVersionRow, PlannedTaskRow, PostRow, TaskLabelRow, TenureRow,
    columns::{Columns, Sink},
    doing, event, text,
};
use domain::{
    Item, Position, State,
    ids::{
        AnnexId, AssignmentId, COALITION, CentreId, ConditionId, DecisionId, OperationId, PartnerId,
        PlanVersionId, PlannedTaskId, PostId, TaskId, TenureId,
    },
};
use serde_json::Value;
use sqlx::{PgConnection, PgExecutor};
use std::collections::{BTreeMap, HashMap};
use uuid::Uuid;

/// `valid_to` of a row that holds now.
pub(crate) const FOREVER: i64 = i64::MAX;

/// What an item became at a position; `row` is `None` when it is no more.
#[derive(Debug, Clone)]
pub struct Change {
    pub item: Item,
    /// The last position of the command that made it so: no position shows half a command.
    pub at: Position,
    pub row: Option<Row>,
}

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

/// What becomes of one table.
#[derive(Default)]
struct Bulk<'a> {
    /// Of rows that held until now: id, and the position from which they do not.
    closed: Vec<(Uuid, Position)>,
    versions: Vec<Version<'a>>,
    /// Where the version written last of an id stands in `versions`; `None` when the item is gone.
    last: HashMap<Uuid, Option<usize>>,
}

struct Version<'a> {
    row: &'a Row,
    valid_from: i64,
    valid_to: i64,
}

/// Everything that some commands made, in the order of their positions.
#[derive(Debug, Default)]
pub struct Projection {
    pub changes: Vec<Change>,
    pub events: Vec<Entry>,
}

impl Projection {
    /// Adds what the commands after these made.
    pub fn append(&mut self, mut later: Self) {
        self.changes.append(&mut later.changes);
        self.events.append(&mut later.events);
    }

    fn tables(&self) -> BTreeMap<&'static str, Bulk<'_>> {
        let mut tables: BTreeMap<&'static str, Bulk<'_>> = BTreeMap::new();
        for change in &self.changes {
            let (table, id) = place(&change.item);
            let bulk = tables.entry(table).or_default();
            let at = change.at;
            match bulk.last.get(&id) {
                None => bulk.closed.push((id, at)),
                Some(Some(index)) => bulk.versions[*index].valid_to = at.0,
                Some(None) => {}
            }
            let written = change.row.as_ref().map(|row| {
                bulk.versions.push(Version { row, valid_from: at.0, valid_to: FOREVER });
                bulk.versions.len() - 1
            });
            bulk.last.insert(id, written);
        }
        tables
    }
}

/// Writes what the commands from `after` to `up_to` made, in a transaction of its own, and moves the checkpoint there.
/// False when the checkpoint does not stand at `after`: then nothing was written, since somebody else has written it.
///
/// Does not wait for the disk. What a crash takes back here is still in the log, and the checkpoint goes back with it.
pub async fn write(
    connection: &mut PgConnection,
    projection: &Projection,
    after: Position,
    up_to: Position,
) -> Result<bool, Error> {
    let (mut names, mut closed, mut rows) = (Vec::new(), Vec::new(), Vec::new());
    for (table, bulk) in projection.tables() {
        names.push(table);
        closed.push(text::rows(bulk.closed, |(id, at), row| {
            id.write(row);
            at.0.write(row);
        }));
        rows.push(text::rows(bulk.versions, |version, row| {
            version.row.write(row);
            version.valid_from.write(row);
            version.valid_to.write(row);
        }));
    }
    sqlx::query_scalar!(
        r#"select project($1, $2, $3, $4, $5, $6, $7) as "projected!""#,
        after.0,
        up_to.0,
        &names as &[&str],
        &closed,
        &rows,
        text::rows(&projection.events, Entry::write),
        text::rows(event::item_entries(&projection.events), |item, row| item.write(row))
    )
    .fetch_one(connection)
    .await
    .map_err(doing("write rows of the read model"))
}

/// Locks the checkpoint until the transaction ends, so that only one writer projects; where it stands.
///
/// `None`: other tables have taken the place of those that this transaction has begun with. Begin another.
pub async fn lock_checkpoint(tx: &mut PgConnection) -> Result<Option<Position>, Error> {
    // Whoever waits here sees what the one before them has made of the row.
    sqlx::query_scalar!("select position from checkpoint where not retired for update")
        .fetch_optional(tx)
        .await
        .map(|position| position.map(Position))
        .map_err(doing("lock the read model's checkpoint"))
}

/// Where the checkpoint stands, without waiting for whoever is moving it.
pub async fn checkpoint(database: impl PgExecutor<'_>) -> Result<Position, Error> {
    sqlx::query_scalar!("select position from checkpoint")
        .fetch_one(database)
        .await
        .map(Position)
        .map_err(doing("read the read model's checkpoint"))
}

/// How the rows that hold at `position` differ from `expected`: one sentence each, empty when they do not.
pub async fn compare(
    pool: &sqlx::PgPool,
    position: Position,
    expected: &[Row],
) -> Result<Vec<String>, Error> {
    let mut by_table: HashMap<&'static str, Vec<Value>> = HashMap::new();
    for row in expected {
        let columns = row.to_json().map_err(|source| Error {
            doing: "write a row as JSON",
            source: sqlx::Error::Encode(source.into()),
        })?;
        by_table.entry(row.table()).or_default().push(columns);
    }
    let mut findings = Vec::new();
    for table in TABLES {
        // Postgres writes both sides the same way, so that only the contents can differ.
        let statement = format!(
            "with expected as (
               select to_jsonb(row_) - 'valid_from' - 'valid_to' as columns
               from jsonb_populate_recordset(null::{table}, $1) row_
             ), held as (
               select to_jsonb(row_) - 'valid_from' - 'valid_to' as columns
               from {table} row_
               where valid_from <= $2 and $2 < valid_to
             )
             select 'lacks' as what, columns::text as columns
             from (select columns from expected except all select columns from held) lacking
             union all
             select 'holds beyond the log', columns::text
             from (select columns from held except all select columns from expected) surplus"
        );
        let rows = Value::Array(by_table.remove(table).unwrap_or_default());
        let differences: Vec<(String, String)> = sqlx::query_as(sqlx::AssertSqlSafe(statement))
            .bind(rows)
            .bind(position.0)
            .fetch_all(pool)
            .await
            .map_err(doing("compare the read model with the log"))?;
        findings.extend(
            differences
                .into_iter()
                .map(|(what, columns)| format!("At position {position} the table {table} {what}: {columns}")),
        );
    }
    Ok(findings)
}
