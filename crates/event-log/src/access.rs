//! The access log: who was shown something sensitive, and who was refused a permission.
//!
//! It stands beside the log of events: an entry has no position of its own and is in no hash.

use crate::{Error, Log};
use chrono::{DateTime, Utc};
use uuid::Uuid;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, sqlx::Type)]
#[sqlx(type_name = "text", rename_all = "SCREAMING_SNAKE_CASE")]
pub enum AccessKind {
    /// The content of something sensitive was delivered.
    Read,
    /// A command was forbidden.
    Refused,
}

impl AccessKind {
    fn as_str(self) -> &'static str {
        match self {
            Self::Read => "READ",
            Self::Refused => "REFUSED",
        }
    }
}

/// An entry to be written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewAccess {
    pub at: DateTime<Utc>,
    pub kind: AccessKind,
    /// Post or service that asked.
    pub actor: String,
    /// None for a service.
    pub partner: Option<String>,
    /// Id of what was read, or the mutation that was refused.
    pub what: String,
    pub operation_id: Option<Uuid>,
    /// The partner whose reviewers read the entry; none where no operation is concerned.
    pub owner: Option<String>,
    pub request_id: String,
    pub position: i64,
}

/// An entry as it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredAccess {
    /// In the order of writing, with gaps.
    pub number: i64,
    pub at: DateTime<Utc>,
    pub kind: AccessKind,
    pub actor: String,
    pub partner: Option<String>,
    pub what: String,
    pub operation_id: Option<Uuid>,
    pub owner: Option<String>,
    pub request_id: String,
    pub position: i64,
}

/// Whose entries a reviewer reads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AccessReader {
    pub partner: String,
    /// The host reads besides what concerns no operation.
    pub is_host: bool,
}

/// Which entries; what is `None` does not narrow.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AccessFilter {
    pub kind: Option<AccessKind>,
    pub actor: Option<String>,
    pub partner: Option<String>,
    pub operation_id: Option<Uuid>,
    /// Inclusive.
    pub from: Option<DateTime<Utc>>,
    /// Exclusive.
    pub to: Option<DateTime<Utc>>,
}

/// A stretch of the entries, between two numbers that are themselves left out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AccessPage {
    pub after: Option<i64>,
    pub before: Option<i64>,
    /// Take the last of the stretch; they come in ascending order all the same.
    pub backwards: bool,
    pub limit: i64,
}

// Two statements, one for each direction: an order that depends on an argument is no order of an index.
macro_rules! access_page {
    ($log:ident, $reader:ident, $filter:ident, $page:ident, $order:literal) => {
        sqlx::query_as!(
            StoredAccess,
            r#"
            select
                number,
                at,
                kind as "kind: AccessKind",
                actor,
                partner,
                what,
                operation_id,
                owner,
                request_id,
                position
            from access_log
            where (owner = $1 or owner is null and $2)
              and ($3::text is null or kind = $3)
              and ($4::text is null or actor = $4)
              and ($5::text is null or partner = $5)
              and ($6::uuid is null or operation_id = $6)
              and ($7::timestamptz is null or at >= $7)
              and ($8::timestamptz is null or at < $8)
              and number > coalesce($9::bigint, 0)
              and ($10::bigint is null or number < $10)
            order by number "#
                + $order
                + " limit $11",
            $reader.partner,
            $reader.is_host,
            $filter.kind.map(AccessKind::as_str),
            $filter.actor,
            $filter.partner,
            $filter.operation_id,
            $filter.from,
            $filter.to,
            $page.after,
            $page.before,
            $page.limit,
        )
        .fetch_all($log.db())
        .await
    };
}

impl Log {
    /// Writes the entries, all or none.
    pub async fn write_accesses(&self, entries: &[NewAccess]) -> Result<(), Error> {
        fn column<T>(entries: &[NewAccess], of: impl Fn(&NewAccess) -> T) -> Vec<T> {
            entries.iter().map(of).collect()
        }
        sqlx::query!(
            r#"
            insert into access_log (at, kind, actor, partner, what, operation_id, owner, request_id, position)
            select *
            from unnest(
                $1::timestamptz[],
                $2::text[],
                $3::text[],
                $4::text[],
                $5::text[],
                $6::uuid[],
                $7::text[],
                $8::text[],
                $9::bigint[]
            )
            "#,
            &column(entries, |entry| entry.at),
            &column(entries, |entry| entry.kind.as_str().to_owned()),
            &column(entries, |entry| entry.actor.clone()),
            &column(entries, |entry| entry.partner.clone()) as &[Option<String>],
            &column(entries, |entry| entry.what.clone()),
            &column(entries, |entry| entry.operation_id) as &[Option<Uuid>],
            &column(entries, |entry| entry.owner.clone()) as &[Option<String>],
            &column(entries, |entry| entry.request_id.clone()),
            &column(entries, |entry| entry.position),
        )
        .execute(&self.pool)
        .await
        .map(drop)
        .map_err(Error::when("write to the access log"))
    }

    /// In the order of writing.
    pub async fn accesses(
        &self,
        reader: &AccessReader,
        filter: &AccessFilter,
        page: AccessPage,
    ) -> Result<Vec<StoredAccess>, Error> {
        let entries = if page.backwards {
            access_page!(self, reader, filter, page, "desc")
        } else {
            access_page!(self, reader, filter, page, "asc")
        };
        let mut entries = entries.map_err(Error::when("read the access log"))?;
        if page.backwards {
            entries.reverse();
        }
        Ok(entries)
    }

    /// How many entries [`Log::accesses`] has over all pages.
    pub async fn count_accesses(&self, reader: &AccessReader, filter: &AccessFilter) -> Result<i64, Error> {
        sqlx::query_scalar!(
            r#"
            select count(*) as "count!"
            from access_log
            where (owner = $1 or owner is null and $2)
              and ($3::text is null or kind = $3)
              and ($4::text is null or actor = $4)
              and ($5::text is null or partner = $5)
              and ($6::uuid is null or operation_id = $6)
              and ($7::timestamptz is null or at >= $7)
              and ($8::timestamptz is null or at < $8)
            "#,
            reader.partner,
            reader.is_host,
            filter.kind.map(AccessKind::as_str),
            filter.actor,
            filter.partner,
            filter.operation_id,
            filter.from,
            filter.to,
        )
        .fetch_one(self.db())
        .await
        .map_err(Error::when("count the access log"))
    }
}
