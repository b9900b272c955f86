//! The Postgres schema that holds the read model of a build, and how another that was filled beside it takes
//! its place.

use crate::{Error, doing, item::DEFINITION, tables::shared_sight};
use domain::{Event, Position};
use sha2::{Digest, Sha256};
use sqlx::{AssertSqlSafe, PgConnection, PgPool, Row};
use std::collections::BTreeMap;

/// Changes with any change of a fold or of a row's computation, so that a new build makes new tables.
pub const PROJECTION_VERSION: u32 = 7;

/// Names of read-model schemas start with this.
const PREFIX: &str = "read_model_";

/// Builds of a schema from the whole log exclude each other by this and the schema's name. An arbitrary
/// number.
const BUILD_LOCK: i32 = 0x0ACC_02D6;

/// How long those that still read tables which were replaced are given before dropping these fails.
const REPLACED_PATIENCE: &str = "3s";

/// The same of tables of other builds, which a backup may be reading.
const OTHERS_PATIENCE: &str = "1min";

/// Every column of each table, with its type, as the tables' definition has them.
pub(crate) fn definitions() -> BTreeMap<&'static str, Vec<(&'static str, &'static str)>> {
    let mut tables = BTreeMap::new();
    for definition in DEFINITION.split("create table ").skip(1) {
        let Some((name, rest)) = definition.split_once(" (\n") else { continue };
        let body = rest.split_once("\n);").map_or(rest, |(body, _)| body);
        let column = |line: &'static str| {
            let mut words = line.split_whitespace();
            Some((words.next()?, words.next()?.trim_end_matches(',')))
        };
        tables.insert(name, body.lines().filter_map(column).collect());
    }
    tables
}

/// The columns of each table but its id and those of validity.
pub fn columns() -> BTreeMap<&'static str, Vec<&'static str>> {
    let own = |columns: Vec<(&'static str, _)>| {
        let names = columns.into_iter().map(|(name, _)| name);
        names.filter(|name| !matches!(*name, "id" | "valid_from" | "valid_to")).collect()
    };
    definitions().into_iter().map(|(table, columns)| (table, own(columns))).collect()
}

/// The definition in two: tables with all that is made of them, and the statements that make keys and
/// indexes.
fn tables_and_indexes() -> (String, Vec<&'static str>) {
    let is_index = |line: &&str| {
        let is_key = line.starts_with("alter table ") && line.contains(" add primary key ");
        is_key || line.starts_with("create index ") || line.starts_with("create unique index ")
    };
    let (indexes, tables): (Vec<_>, Vec<_>) = DEFINITION.lines().partition(is_index);
    (tables.join("\n"), indexes)
}

/// A schema with a read model. That of this build is the default: its name is a hash of the tables'
/// definition, the projection's version and the shape of every event that this build knows. A build that
/// knows others projects into tables of its own, so those of an older one never stand beyond an event that it
/// cannot read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Schema {
    /// A constant of ours and hexadecimal digits, so that it needs no quotes.
    pub name: String,
}

impl Default for Schema {
    fn default() -> Self {
        Self::of(Event::shapes())
    }
}

impl Schema {
    /// That which statements of this pool find their tables in.
    pub async fn in_use(pool: &PgPool) -> Result<Self, Error> {
        sqlx::query_scalar!(r#"select current_schema()::text as "name!""#)
            .fetch_one(pool)
            .await
            .map(|name| Self { name })
            .map_err(doing("look which read model is in use"))
    }

    /// That of a build that differs in the events that it knows.
    fn of(shapes: impl Iterator<Item = (&'static str, i16)>) -> Self {
        let mut hasher = Sha256::new();
        hasher.update(PROJECTION_VERSION.to_be_bytes());
        for (kind, version) in shapes {
            hasher.update(format!("{kind} {version}\n"));
        }
        hasher.update(DEFINITION);
        hasher.update(shared_sight::definition("", ""));
        Self { name: format!("{PREFIX}{}", &hex::encode(hasher.finalize())[..12]) }
    }

    /// Creates the tables, empty, if they are not there. `role` may read and write rows, nothing more.
    ///
    /// Needs an owner's rights; call it in a transaction.
    pub async fn create(&self, tx: &mut PgConnection, role: &str) -> Result<(), Error> {
        if self.exists(tx).await? {
            return Ok(());
        }
        create(tx, &self.name, DEFINITION, role).await
    }

    /// Where the tables stand; `None` when there are none.
    pub async fn position(&self, tx: &mut PgConnection) -> Result<Option<Position>, Error> {
        if !self.exists(tx).await? {
            return Ok(None);
        }
        let statement = format!("select position from {}.checkpoint", self.name);
        sqlx::query_scalar(AssertSqlSafe(statement))
            .fetch_one(tx)
            .await
            .map(|position| Some(Position(position)))
            .map_err(doing("look where the read model stands"))
    }

    async fn exists(&self, tx: &mut PgConnection) -> Result<bool, Error> {
        sqlx::query_scalar!(
            r#"select exists (select from pg_namespace where nspname = $1) as "exists!""#,
            self.name
        )
        .fetch_one(tx)
        .await
        .map_err(doing("look for the read model's schema"))
    }

    /// Makes sure, until the transaction ends, that nobody else builds this schema; false: somebody does.
    pub async fn lock_building(&self, tx: &mut PgConnection) -> Result<bool, Error> {
        sqlx::query_scalar!(
            r#"select pg_try_advisory_xact_lock($1, hashtext($2)) as "locked!""#,
            BUILD_LOCK,
            self.name
        )
        .fetch_one(tx)
        .await
        .map_err(doing("make sure that nobody else builds the read model"))
    }

    /// Creates the tables beside those in use, empty and without keys and indexes, for this transaction to
    /// fill. It sees them from now on instead of those in use; nobody else sees them before
    /// [`Schema::put_in_place`] and the commit.
    pub async fn create_beside(&self, tx: &mut PgConnection, role: &str) -> Result<(), Error> {
        // What the last build has replaced and could not drop.
        self.drop_replaced(tx).await?;
        let (tables, _) = tables_and_indexes();
        create(tx, &self.beside(), &tables, role).await
    }

    /// Makes the keys and indexes of tables that have been filled, and takes the statistics of those with
    /// rows. `progress` is told how many statements are done, and of how many.
    pub async fn index_beside(
        &self,
        tx: &mut PgConnection,
        mut progress: impl FnMut(usize, usize),
    ) -> Result<(), Error> {
        run(tx, "set local maintenance_work_mem = '256MB'".to_owned(), "make room for sorting").await?;
        let (_, indexes) = tables_and_indexes();
        for (done, statement) in indexes.iter().enumerate() {
            progress(done, indexes.len());
            run(tx, (*statement).to_owned(), "index the read model").await?;
        }
        for table in definitions().keys() {
            // Of an empty table Postgres would remember that reading all of it costs nothing, and make plans
            // of that.
            let analyse =
                format!("do $$ begin if exists (select from {table}) then analyze {table}; end if; end $$");
            run(tx, analyse, "take the statistics of the read model").await?;
        }
        progress(indexes.len(), indexes.len());
        Ok(())
    }

    /// Keeps everybody from projecting into the tables in use, now and, once this transaction has committed,
    /// for ever. Waits for a projection that is under way. Where they stand; `None` when there are none.
    pub async fn retire(&self, tx: &mut PgConnection) -> Result<Option<Position>, Error> {
        if !self.exists(tx).await? {
            return Ok(None);
        }
        let statement = format!("update {}.checkpoint set retired = true returning position", self.name);
        sqlx::query_scalar(AssertSqlSafe(statement))
            .fetch_one(tx)
            .await
            .map(|position| Some(Position(position)))
            .map_err(doing("retire the read model in use"))
    }

    /// Puts the tables made beside in the place of those in use, which are retired.
    ///
    /// Statements find tables by the schema's name, and Postgres plans them anew when a schema is renamed.
    pub async fn put_in_place(&self, tx: &mut PgConnection) -> Result<(), Error> {
        let Self { name } = self;
        if self.exists(tx).await? {
            rename(tx, name, &self.replaced(), "put the read model in use aside").await?;
        }
        rename(tx, &self.beside(), name, "put the read model that was built in its place").await
    }

    /// Drops the tables that others have taken the place of, if there are any. Fails if somebody goes on
    /// reading them.
    pub async fn drop_replaced(&self, tx: &mut PgConnection) -> Result<(), Error> {
        let replaced = self.replaced();
        let names = [shared_sight::schema_of(&replaced), replaced];
        drop_schemas(tx, &names, REPLACED_PATIENCE, "drop the read model that was replaced").await
    }

    fn beside(&self) -> String {
        format!("{}_next", self.name)
    }

    fn replaced(&self) -> String {
        format!("{}_old", self.name)
    }

    /// Drops the schemas of other builds. Needs an owner's rights. Returns their names. Fails if somebody goes on reading
    /// them.
    pub async fn drop_others(&self, tx: &mut PgConnection) -> Result<Vec<String>, Error> {
        let names: Vec<String> = sqlx::query(
            "select nspname::text from pg_namespace where nspname like $1 and nspname <> all ($2)",
        )
        .bind(format!("{PREFIX}%"))
        .bind([self.name.clone(), shared_sight::schema_of(&self.name)])
        .fetch_all(&mut *tx)
        .await
        .map_err(doing("look for read models of other builds"))?
        .iter()
        .map(|row| row.get(0))
        .collect();
        drop_schemas(tx, &names, OTHERS_PATIENCE, "drop the read model of another build").await?;
        Ok(names.into_iter().filter(|name| !shared_sight::is_one(name)).collect())
    }
}

/// `role` is a constant of ours, too.
async fn create(tx: &mut PgConnection, name: &str, definition: &str, role: &str) -> Result<(), Error> {
    let statements = format!(
        "create schema {name};
         set local search_path = {name}, public;
         {definition}
         grant usage on schema {name} to {role};
         grant select, insert, update, delete on all tables in schema {name} to {role};
         {}",
        shared_sight::definition(name, role)
    );
    run(tx, statements, "create the read model's tables").await
}

/// What is beside it, too: what that says of tables goes with them.
async fn rename(tx: &mut PgConnection, from: &str, to: &str, what: &'static str) -> Result<(), Error> {
    let (sight, new_sight) = (shared_sight::schema_of(from), shared_sight::schema_of(to));
    let statements = format!(
        "drop schema if exists {new_sight} cascade; alter schema {from} rename to {to}; alter schema {sight} rename to {new_sight}"
    );
    run(tx, statements, what).await
}

/// Has all tables at once or none: a drop that held some while it waited for others would stop whoever reads these and
/// asks for those, and Postgres would end one of the two.
async fn drop_schemas(
    tx: &mut PgConnection,
    names: &[String],
    patience: &str,
    what: &'static str,
) -> Result<(), Error> {
    let literals: Vec<_> = names.iter().map(|name| format!("'{}'", name.replace('\'', "''"))).collect();
    let statements = format!(
        "do $drop_schemas$
         declare
           schemas text[] := array[{}]::text[];
           patience timestamptz := clock_timestamp() + interval '{patience}';
           tables text;
           name text;
         begin
           select string_agg(format('%I.%I', schemaname, tablename), ', ') into tables
           from pg_tables where schemaname = any (schemas);
           while tables is not null loop
             begin
               execute 'lock table ' || tables || ' in access exclusive mode nowait';
               exit;
             exception when lock_not_available then
               if clock_timestamp() > patience then
                 raise;
               end if;
               perform pg_sleep(0.01);
             end;
           end loop;
           foreach name in array schemas loop
             execute format('drop schema if exists %I cascade', name);
           end loop;
         end $drop_schemas$",
        literals.join(", ")
    );
    run(tx, statements, what).await
}

async fn run(tx: &mut PgConnection, statements: String, what: &'static str) -> Result<(), Error> {
    sqlx::raw_sql(AssertSqlSafe(statements)).execute(tx).await.map(drop).map_err(doing(what))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::{collections::BTreeSet, fs};

    #[test]
    fn a_build_that_knows_other_events_has_tables_of_its_own() {
        let known: Vec<_> = Event::shapes().collect();
        let with = |other| Schema::of(known.iter().copied().chain([other]));
        let newer_version =
            known.iter().map(|&(kind, version)| (kind, version + i16::from(kind == known[0].0)));
        let names = [
            Schema::default(),
            Schema::of(known.iter().copied().skip(1)),
            Schema::of(newer_version),
            with(("WeatherReported", 1)),
            with(("WeatherReported", 2)),
        ];
        let names: BTreeSet<_> = names.into_iter().map(|schema| schema.name).collect();
        assert_eq!(names.len(), 5, "{names:?}");
        assert_eq!(Schema::of(known.iter().copied()), Schema::default());
    }

    #[test]
    fn the_definition_is_every_file_in_the_order_of_their_names() {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../migrations/read-model");
        let files: BTreeSet<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
        let joined: String = files.iter().map(|file| fs::read_to_string(file).unwrap()).collect();
        assert_eq!(joined, DEFINITION);
    }

    #[test]
    fn keys_and_indexes_are_told_from_tables() {
        let (tables, indexes) = tables_and_indexes();
        assert_eq!(
            tables.matches("primary key").count(),
            1,
            "only the checkpoint has its key from the start"
        );
        assert!(!tables.contains(" index "), "an index is not on a line of its own");
        assert!(indexes.iter().all(|statement| statement.ends_with(';')), "{indexes:?}");
        let keys = indexes.iter().filter(|statement| statement.contains("primary key")).count();
        assert_eq!(keys, definitions().len() - 1);
        assert_eq!(
            indexes.len(),
            DEFINITION.matches("create index").count() + DEFINITION.matches("unique index").count() + keys
        );
    }

    #[test]
    fn columns_are_known_with_their_types() {
        let definitions = definitions();
        assert_eq!(
            definitions["checkpoint"],
            [("one", "boolean"), ("position", "bigint"), ("retired", "boolean")]
        );
        assert_eq!(definitions["task_label"][3], ("readers", "text[]"));
        assert_eq!(definitions["event_item"].len(), 6);
    }
}
