//! What one partner sees of what another could see: each function of visibility once more, for both of them.
//!
//! They stand in a schema of their own, under the same names: a statement whose `search_path` has that schema first
//! sees with the eyes of both. Everybody else's statements know nothing of it, and cost what they did.

use crate::{item::DEFINITION, pin::BETWEEN};
use std::fmt::Write as _;

/// Ends the name of the schema, after that of the read model.
const SUFFIX: &str = "_shared_sight";

pub(super) fn schema_of(read_model: &str) -> String {
    format!("{read_model}{SUFFIX}")
}

pub(super) fn is_one(schema: &str) -> bool {
    schema.ends_with(SUFFIX)
}

/// Where statements that see with the eyes of both look for what they name.
pub fn search_path(read_model: &str) -> String {
    format!("{}, {read_model}, public", schema_of(read_model))
}

/// A function that says which rows its `viewer` may see.
struct Function {
    name: &'static str,
    /// As they are declared.
    arguments: &'static str,
    /// As they are declared.
    columns: &'static str,
}

impl Function {
    /// As in `at bigint, policy bigint`.
    fn names(declared: &'static str) -> impl Iterator<Item = &'static str> {
        declared.split(", ").filter_map(|one| one.split_whitespace().next())
    }

    /// A call of the read model's own.
    fn call(&self, read_model: &str, policy: &str, viewer: u8) -> String {
        let arguments = Self::names(self.arguments).map(|name| match name {
            "policy" => policy.to_owned(),
            "viewer" => format!("split_part(viewer, '{BETWEEN}', {viewer})"),
            other => other.to_owned(),
        });
        format!("{read_model}.{}({})", self.name, arguments.collect::<Vec<_>>().join(", "))
    }

    /// What each sees is judged by the releases that count for it: of who looks also those of now, of the other those of
    /// then, because what it could see was not taken back by what was withheld later.
    fn statement(&self, read_model: &str) -> String {
        let Self { name, arguments, columns } = self;
        let schema = schema_of(read_model);
        let mine = self.call(read_model, "policy", 1);
        let theirs = self.call(read_model, "at", 2);
        let head = format!(
            "create function {schema}.{name}({arguments}) returns table ({columns})
             language sql stable parallel safe begin atomic"
        );
        if *name == "withheld_task" {
            return format!("{head} select * from {mine} union all select * from {theirs}; end;");
        }
        let same =
            Self::names(columns).map(|column| format!("theirs.{column} is not distinct from mine.{column}"));
        let same = same.collect::<Vec<_>>().join(" and ");
        format!(
            "{head}
               select mine.* from {mine} mine
               where exists (select from {theirs} theirs where {same} offset 0)
                 and exists (
                   select from {read_model}.partner
                   where partner.code = split_part(viewer, '{BETWEEN}', 2)
                     and partner.status in ('ACCEDED', 'OBSERVER')
                     and partner.valid_from <= at and at < partner.valid_to
                   offset 0
                 );
             end;"
        )
    }
}

/// All that take a viewer.
fn functions() -> impl Iterator<Item = Function> {
    DEFINITION.split("create function ").skip(1).filter_map(|definition| {
        let (name, rest) = definition.split_once('(')?;
        let (arguments, rest) = rest.split_once(')')?;
        let (_, rest) = rest.split_once("returns table (")?;
        let (columns, _) = rest.split_once(')')?;
        Function::names(arguments).any(|argument| argument == "viewer").then_some(Function {
            name,
            arguments,
            columns,
        })
    })
}

/// Makes the schema, of a read model that is there.
pub(super) fn definition(read_model: &str, role: &str) -> String {
    let schema = schema_of(read_model);
    // One that is there is what is left of a read model that is gone.
    let mut definition = format!(
        "drop schema if exists {schema} cascade; create schema {schema}; grant usage on schema {schema} to {role};"
    );
    for function in functions() {
        let _ = write!(definition, "\n{}", function.statement(read_model));
    }
    definition
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn every_function_that_takes_a_viewer_is_there_for_two() {
        let found: BTreeSet<_> = functions().map(|function| function.name).collect();
        let named =
            DEFINITION.lines().filter_map(|line| line.strip_prefix("create function ")?.split_once('('));
        let asked = named.filter(|(_, rest)| rest.contains("viewer text")).map(|(name, _)| name);
        assert_eq!(found, asked.collect());
        assert!(found.len() > 10, "{found:?}");
        let with_columns = functions().all(|function| Function::names(function.columns).count() > 0);
        assert!(with_columns, "each says which rows");
    }

    #[test]
    fn who_looks_is_judged_by_the_releases_of_now_and_the_other_by_those_of_then() {
        let function = Function {
            name: "visible_annex",
            arguments: "at bigint, policy bigint, viewer text, wanted uuid[]",
            columns: "id uuid, task_id uuid",
        };
        let statement = function.statement("read_model_1");
        let mine = "read_model_1.visible_annex(at, policy, split_part(viewer, ' ', 1), wanted) mine";
        let theirs = "read_model_1.visible_annex(at, at, split_part(viewer, ' ', 2), wanted) theirs \
                      where theirs.id is not distinct from mine.id and theirs.task_id is not distinct from mine.task_id";
        assert!(statement.contains(mine) && statement.contains(theirs), "{statement}");
    }
}
