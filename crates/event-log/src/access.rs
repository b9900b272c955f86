//! The access log: who was shown something sensitive, and who was refused a permission.
//!
//! It stands beside the log of events: an entry has no position of its own. Each has a hash over itself and the one before
//! it, and each commit says where the access log ended, as far as its node knew: what is changed or removed before that
//! shows.

use crate::{
    Error, Log,
    commit::whole_micros,
    hash::access_hash,
    stored::{AccessEnd, AccessKind, NewAccess, StoredAccess},
};
use chrono::{DateTime, Utc};
use uuid::Uuid;

impl StoredAccess {
    /// What its hash has to be, behind this one.
    pub(crate) fn hash_behind(&self, previous: &[u8; 32]) -> [u8; 32] {
        let Self { at, kind, actor, partner, what, operation_id, owner, request_id, position, .. } =
            self.clone();
        let entry = NewAccess { at, kind, actor, partner, what, operation_id, owner, request_id, position };
        access_hash(previous, &entry)
    }
}

/// What a failure of it is told as.
const WRITING: &str = "write to the access log";

/// Whoever writes entries takes this, so that one follows the other. An arbitrary number.
const CHAIN_LOCK: i64 = 0x0ACC_0ACC_E550;

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
                position,
                hash as "hash: [u8; 32]"
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
    /// Writes the entries behind those that stand, all or none, and tells where the access log ends then.
    pub async fn write_accesses(&self, entries: &[NewAccess]) -> Result<AccessEnd, Error> {
        fn column<T>(entries: &[NewAccess], of: impl Fn(&NewAccess) -> T) -> Vec<T> {
            entries.iter().map(of).collect()
        }
        let mut transaction = self.pool.begin().await.map_err(Error::when(WRITING))?;
        sqlx::query!("select pg_advisory_xact_lock($1)", CHAIN_LOCK)
            .execute(&mut *transaction)
            .await
            .map_err(Error::when(WRITING))?;
        let last = sqlx::query_scalar!(
            r#"select hash as "hash: [u8; 32]" from access_log order by number desc limit 1"#
        )
        .fetch_optional(&mut *transaction)
        .await
        .map_err(Error::when(WRITING))?;
        let mut hash = last.flatten().unwrap_or(AccessEnd::EMPTY.hash);
        let mut hashes = Vec::with_capacity(entries.len());
        for entry in entries {
            // As it is read again.
            let entry = NewAccess { at: whole_micros(entry.at), ..entry.clone() };
            hash = access_hash(&hash, &entry);
            hashes.push(hash);
        }
        let number = sqlx::query_scalar!(
            r#"
            with new_entry as (
                insert into access_log (
                    at, kind, actor, partner, what, operation_id, owner, request_id, position, hash
                )
                select at, kind, actor, partner, what, operation_id, owner, request_id, position, hash
                from unnest(
                    $1::timestamptz[],
                    $2::text[],
                    $3::text[],
                    $4::text[],
                    $5::text[],
                    $6::uuid[],
                    $7::text[],
                    $8::text[],
                    $9::bigint[],
                    $10::bytea[]
                ) with ordinality as entry (
                    at, kind, actor, partner, what, operation_id, owner, request_id, position, hash, nth
                )
                order by nth
                returning number
            )
            select coalesce(max(number), 0) as "number!" from new_entry
            "#,
            &column(entries, |entry| whole_micros(entry.at)),
            &column(entries, |entry| entry.kind.as_str().to_owned()),
            &column(entries, |entry| entry.actor.clone()),
            &column(entries, |entry| entry.partner.clone()) as &[Option<String>],
            &column(entries, |entry| entry.what.clone()),
            &column(entries, |entry| entry.operation_id) as &[Option<Uuid>],
            &column(entries, |entry| entry.owner.clone()) as &[Option<String>],
            &column(entries, |entry| entry.request_id.clone()),
            &column(entries, |entry| entry.position),
            &hashes as &[[u8; 32]],
        )
        .fetch_one(&mut *transaction)
        .await
        .map_err(Error::when(WRITING))?;
        transaction.commit().await.map_err(Error::when(WRITING))?;
        Ok(AccessEnd { number, hash })
    }

    /// Where the access log ends.
    pub async fn access_end(&self) -> Result<AccessEnd, Error> {
        let last = sqlx::query!(
            r#"select number, hash as "hash: [u8; 32]" from access_log order by number desc limit 1"#
        )
        .fetch_optional(self.db())
        .await
        .map_err(Error::when("look where the access log ends"))?;
        Ok(last.map_or(AccessEnd::EMPTY, |last| AccessEnd {
            number: last.number,
            hash: last.hash.unwrap_or(AccessEnd::EMPTY.hash),
        }))
    }

    /// The first `limit` entries behind a number, whosever they are.
    pub(crate) async fn all_accesses(&self, after: i64, limit: i64) -> Result<Vec<StoredAccess>, Error> {
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
                position,
                hash as "hash: [u8; 32]"
            from access_log
            where number > $1
            order by number
            limit $2
            "#,
            after,
            limit,
        )
        .fetch_all(&self.pool)
        .await
        .map_err(Error::when("read the access log"))
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
