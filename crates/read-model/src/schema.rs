//! The Postgres schema that holds the read model of this build.

use crate::{Error, doing};
use sha2::{Digest, Sha256};
use sqlx::{AssertSqlSafe, PgConnection, Row};
use std::collections::BTreeMap;

const SQL: &str = include_str!("../../../migrations/read-model.sql");

/// Changes with any change of a fold or of a row's computation, so that a new build makes new tables.
pub const PROJECTION_VERSION: u32 = 1;

/// Names of read-model schemas start with this.
const PREFIX: &str = "read_model_";

/// The columns of each table but those of validity, as the tables' definition has them.
pub fn columns() -> BTreeMap<&'static str, Vec<&'static str>> {
    let mut tables = BTreeMap::<_, Vec<_>>::new();
    for definition in SQL.split("create table ").skip(1) {
        let Some((name, rest)) = definition.split_once(" (") else { continue };
        let body = rest.split_once("\n);").map_or(rest, |(body, _)| body);
        let columns = body.lines().filter_map(|line| line.split_whitespace().next());
        let columns = columns.filter(|name| !matches!(*name, "primary" | "id" | "valid_from" | "valid_to"));
        tables.insert(name, columns.collect());
    }
    tables
}

/// The schema of this build: its name is a hash of the tables' definition and the projection's version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Schema {
    pub name: String,
}

impl Default for Schema {
    fn default() -> Self {
        let mut hasher = Sha256::new();
        hasher.update(PROJECTION_VERSION.to_be_bytes());
        hasher.update(SQL);
        Self { name: format!("{PREFIX}{}", &hex::encode(hasher.finalize())[..12]) }
    }
}

impl Schema {
    /// Creates the tables, empty, if they are not there. `role` may read and write rows, nothing more.
    ///
    /// Needs an owner's rights; call it in a transaction.
    pub async fn create(&self, tx: &mut PgConnection, role: &str) -> Result<(), Error> {
        let exists = sqlx::query_scalar!(
            r#"select exists (select from pg_namespace where nspname = $1) as "exists!""#,
            self.name
        )
        .fetch_one(&mut *tx)
        .await
        .map_err(doing("look for the read model's schema"))?;
        if exists {
            return Ok(());
        }
        let name = &self.name;
        // The name is a prefix and hexadecimal digits, the role a constant of ours.
        let statements = format!(
            "create schema {name};
             set local search_path = {name};
             {SQL}
             grant usage on schema {name} to {role};
             grant select, insert, update, delete on all tables in schema {name} to {role};"
        );
        sqlx::raw_sql(AssertSqlSafe(statements))
            .execute(tx)
            .await
            .map_err(doing("create the read model's tables"))?;
        Ok(())
    }

    /// Drops the schemas of other builds. Needs an owner's rights. Returns their names.
    pub async fn drop_others(&self, tx: &mut PgConnection) -> Result<Vec<String>, Error> {
        let names: Vec<String> =
            sqlx::query("select nspname::text from pg_namespace where nspname like $1 and nspname <> $2")
                .bind(format!("{PREFIX}%"))
                .bind(&self.name)
                .fetch_all(&mut *tx)
                .await
                .map_err(doing("look for read models of other builds"))?
                .iter()
                .map(|row| row.get(0))
                .collect();
        for name in &names {
            let quoted = name.replace('"', "\"\"");
            sqlx::raw_sql(AssertSqlSafe(format!("drop schema \"{quoted}\" cascade")))
                .execute(&mut *tx)
                .await
                .map_err(doing("drop the read model of another build"))?;
        }
        Ok(names)
    }
}
