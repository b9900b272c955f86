//! Reading the log. Nothing here decides what an event means or who may see it.

use crate::{
    CHANNEL, Error, Head, Log, StoredCommand, StoredCommit, StoredEvent,
    stored::{CommitRow, EventRow},
};
use chrono::{DateTime, Utc};
use sqlx::postgres::PgListener;
use uuid::Uuid;

impl Log {
    /// Where the log ends; [`Head::EMPTY`] before the first commit.
    pub async fn head(&self) -> Result<Head, Error> {
        let head = sqlx::query_as!(
            Head,
            r#"
            select last_position as position, recorded_at, hash as "hash: [u8; 32]"
            from log_commit
            order by last_position desc
            limit 1
            "#
        )
        .fetch_optional(self.db())
        .await
        .map_err(Error::when("read the head of the log"))?;
        Ok(head.unwrap_or(Head::EMPTY))
    }

    /// The commands that already hold one of these `(actor, idempotency key)` pairs, in any order.
    pub async fn find_commands(&self, keys: &[(&str, &str)]) -> Result<Vec<StoredCommand>, Error> {
        let (actors, keys): (Vec<&str>, Vec<&str>) = keys.iter().copied().unzip();
        sqlx::query_as!(
            StoredCommand,
            r#"
            select
                command_id,
                actor,
                idempotency_key,
                request_hash as "request_hash: [u8; 32]",
                position,
                outcome,
                request
            from command
            where (actor, idempotency_key) in (select k.actor, k.key from unnest($1::text[], $2::text[]) as k (actor, key))
            "#,
            &actors as &[&str],
            &keys as &[&str],
        )
        .fetch_all(self.db())
        .await
        .map_err(Error::when("look for commands by their idempotency keys"))
    }

    /// The command with this id, if its commit is in the log.
    pub async fn command(&self, command_id: Uuid) -> Result<Option<StoredCommand>, Error> {
        sqlx::query_as!(
            StoredCommand,
            r#"
            select
                command_id,
                actor,
                idempotency_key,
                request_hash as "request_hash: [u8; 32]",
                position,
                outcome,
                request
            from command
            where command_id = $1
            "#,
            command_id,
        )
        .fetch_optional(self.db())
        .await
        .map_err(Error::when("look for a command"))
    }

    /// The first `limit` commands that end after `after` and at or before `up_to`, in order.
    pub async fn read_commands(
        &self,
        after: i64,
        up_to: i64,
        limit: i64,
    ) -> Result<Vec<StoredCommand>, Error> {
        sqlx::query_as!(
            StoredCommand,
            r#"
            select
                command_id,
                actor,
                idempotency_key,
                request_hash as "request_hash: [u8; 32]",
                position,
                outcome,
                request
            from command
            where position > $1 and position <= $2
            order by position
            limit $3
            "#,
            after,
            up_to,
            limit,
        )
        .fetch_all(self.db())
        .await
        .map_err(Error::when("read commands"))
    }

    /// The first `limit` events after `after` and up to and with `up_to`, in order.
    pub async fn read(&self, after: i64, up_to: i64, limit: i64) -> Result<Vec<StoredEvent>, Error> {
        let rows = sqlx::query_as!(
            EventRow,
            r#"
            select
                e.position,
                e.recorded_at,
                e.occurred_at,
                e.occurred_offset,
                e.event_id,
                e.command_id,
                e.actor,
                e.late_reason,
                e.type as kind,
                e.version,
                e.payload,
                e.salt as "salt: [u8; 16]",
                array(
                    select s.subject_id from event_subject s where s.position = e.position order by s.subject_id
                ) as "subjects!"
            from event e
            where e.position > $1 and e.position <= $2
            order by e.position
            limit $3
            "#,
            after,
            up_to,
            limit,
        )
        .fetch_all(self.db())
        .await
        .map_err(Error::when("read events"))?;
        Ok(rows.into_iter().map(StoredEvent::from).collect())
    }

    /// The events at these positions, in order; where there is none, none.
    pub async fn read_at(&self, positions: &[i64]) -> Result<Vec<StoredEvent>, Error> {
        let rows = sqlx::query_as!(
            EventRow,
            r#"
            select
                e.position,
                e.recorded_at,
                e.occurred_at,
                e.occurred_offset,
                e.event_id,
                e.command_id,
                e.actor,
                e.late_reason,
                e.type as kind,
                e.version,
                e.payload,
                e.salt as "salt: [u8; 16]",
                array(
                    select s.subject_id from event_subject s where s.position = e.position order by s.subject_id
                ) as "subjects!"
            from event e
            where e.position = any ($1)
            order by e.position
            "#,
            positions,
        )
        .fetch_all(self.db())
        .await
        .map_err(Error::when("read the events at some positions"))?;
        Ok(rows.into_iter().map(StoredEvent::from).collect())
    }

    /// All events after `after`, up to and with `up_to`, that concern any of these subjects; each once, in
    /// order.
    pub async fn read_subjects(
        &self,
        subjects: &[Uuid],
        after: i64,
        up_to: i64,
    ) -> Result<Vec<StoredEvent>, Error> {
        let rows = sqlx::query_as!(
            EventRow,
            r#"
            select
                e.position,
                e.recorded_at,
                e.occurred_at,
                e.occurred_offset,
                e.event_id,
                e.command_id,
                e.actor,
                e.late_reason,
                e.type as kind,
                e.version,
                e.payload,
                e.salt as "salt: [u8; 16]",
                array(
                    select s.subject_id from event_subject s where s.position = e.position order by s.subject_id
                ) as "subjects!"
            from event e
            where e.position in (
                select s.position
                from event_subject s
                where s.subject_id = any ($1) and s.position > $2 and s.position <= $3
            )
            order by e.position
            "#,
            subjects,
            after,
            up_to,
        )
        .fetch_all(self.db())
        .await
        .map_err(Error::when("read the events of some subjects"))?;
        Ok(rows.into_iter().map(StoredEvent::from).collect())
    }

    /// The first `limit` events after `after` that concern this subject, in order.
    pub async fn subject_page(
        &self,
        subject: Uuid,
        after: i64,
        limit: i64,
    ) -> Result<Vec<StoredEvent>, Error> {
        let rows = sqlx::query_as!(
            EventRow,
            r#"
            select
                e.position,
                e.recorded_at,
                e.occurred_at,
                e.occurred_offset,
                e.event_id,
                e.command_id,
                e.actor,
                e.late_reason,
                e.type as kind,
                e.version,
                e.payload,
                e.salt as "salt: [u8; 16]",
                array(
                    select s.subject_id from event_subject s where s.position = e.position order by s.subject_id
                ) as "subjects!"
            from event e
            join event_subject on event_subject.position = e.position
            where event_subject.subject_id = $1 and event_subject.position > $2
            order by event_subject.position
            limit $3
            "#,
            subject,
            after,
            limit,
        )
        .fetch_all(self.db())
        .await
        .map_err(Error::when("read a page of a subject's events"))?;
        Ok(rows.into_iter().map(StoredEvent::from).collect())
    }

    /// The first `limit` commits that end after `after`, in order.
    pub async fn read_commits(&self, after: i64, limit: i64) -> Result<Vec<StoredCommit>, Error> {
        let rows = sqlx::query_as!(
            CommitRow,
            r#"
            select
                last_position,
                coalesce(prev_position, 0) as "prev_position!",
                event_count,
                recorded_at,
                node,
                commands_hash as "commands_hash: [u8; 32]",
                access_number,
                access_hash as "access_hash: [u8; 32]",
                hash as "hash: [u8; 32]"
            from log_commit
            where last_position > $1
            order by last_position
            limit $2
            "#,
            after,
            limit,
        )
        .fetch_all(self.db())
        .await
        .map_err(Error::when("read commits"))?;
        Ok(rows.into_iter().map(StoredCommit::from).collect())
    }

    /// The commit whose events include this position.
    pub async fn commit_holding(&self, position: i64) -> Result<Option<StoredCommit>, Error> {
        if position < 1 {
            return Ok(None);
        }
        // Commits leave no gap, so the first that ends at the position or later is the one.
        Ok(self.read_commits(position - 1, 1).await?.pop())
    }

    /// The position of the last event of the last command that ended at or before `position`; 0 when none
    /// did.
    pub async fn command_end_at_or_before(&self, position: i64) -> Result<i64, Error> {
        let end = sqlx::query_scalar!(
            "select position from command where position <= $1 order by position desc limit 1",
            position,
        )
        .fetch_optional(self.db())
        .await
        .map_err(Error::when("look for the end of a command"))?;
        Ok(end.unwrap_or(0))
    }

    /// Where the log ended at this instant: the end of the last commit recorded at or before it; 0 when there
    /// was none.
    pub async fn position_at(&self, recorded_at: DateTime<Utc>) -> Result<i64, Error> {
        let end = sqlx::query_scalar!(
            r#"
            select last_position
            from log_commit
            where recorded_at <= $1
            order by recorded_at desc, last_position desc
            limit 1
            "#,
            recorded_at,
        )
        .fetch_optional(self.db())
        .await
        .map_err(Error::when("look for the end of the log at an instant"))?;
        Ok(end.unwrap_or(0))
    }

    /// Tells every listener that the log has grown. Called after a commit, never inside one: a NOTIFY takes a
    /// lock that all commits of the cluster would queue on. A lost call is made up for by listeners that also
    /// poll.
    pub async fn notify(&self) -> Result<(), Error> {
        sqlx::query!("select pg_notify($1, '')", CHANNEL)
            .execute(&self.pool)
            .await
            .map_err(Error::when("say that the log has grown"))?;
        Ok(())
    }

    /// Listens for [`Log::notify`] of every node, on a connection of its own, which it takes from the pool
    /// for good.
    pub async fn listener(&self) -> Result<PgListener, Error> {
        let mut listener = PgListener::connect_with(&self.pool)
            .await
            .map_err(Error::when("connect a listener to the log"))?;
        listener.listen(CHANNEL).await.map_err(Error::when("listen to the log"))?;
        Ok(listener)
    }
}
