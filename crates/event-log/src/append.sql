-- A commit, all of it or nothing. Answers no row when the commit does not continue this log.
--
-- Everything else hangs on the commit's row, so that it is inserted first: its unique constraints are the lock on which
-- racing appends wait, and what they lose on. It is not inserted at all unless its predecessor is there with its hash,
-- since the foreign key on the position alone would let a node that outlived a failover continue a log that it has never
-- seen.
with new_commit as (
    insert into log_commit (
        last_position,
        prev_position,
        event_count,
        recorded_at,
        node,
        hash,
        commands_hash,
        access_number,
        access_hash
    )
    select
        $1,
        nullif($2::bigint, 0),
        $3,
        $4,
        $5,
        $6,
        $28,
        $29,
        $30
    where $2 = 0 or exists (
        select from log_commit where last_position = $2 and hash = $7
    )
    returning
        last_position,
        recorded_at
),
new_event as (
    insert into event (
        position,
        recorded_at,
        occurred_at,
        occurred_offset,
        event_id,
        command_id,
        actor,
        late_reason,
        type,
        version,
        payload,
        salt
    )
    select
        e.position,
        new_commit.recorded_at,
        e.occurred_at,
        e.occurred_offset,
        e.event_id,
        e.command_id,
        e.actor,
        e.late_reason,
        e.type,
        e.version,
        e.payload,
        e.salt
    from new_commit, unnest(
        $8::bigint[],
        $9::timestamptz[],
        $10::smallint[],
        $11::uuid[],
        $12::uuid[],
        $13::text[],
        $14::text[],
        $15::text[],
        $16::smallint[],
        $17::bytea[],
        $18::bytea[]
    ) as e (
        position,
        occurred_at,
        occurred_offset,
        event_id,
        command_id,
        actor,
        late_reason,
        type,
        version,
        payload,
        salt
    )
),
new_subject as (
    insert into event_subject (subject_id, position)
    select s.subject_id, s.position
    from new_commit, unnest($19::uuid[], $20::bigint[]) as s (subject_id, position)
),
new_command as (
    insert into command (
        actor,
        idempotency_key,
        request_hash,
        command_id,
        position,
        outcome,
        request
    )
    select
        c.actor,
        c.idempotency_key,
        c.request_hash,
        c.command_id,
        c.position,
        c.outcome,
        c.request
    from new_commit, unnest(
        $21::text[],
        $22::text[],
        $23::bytea[],
        $24::uuid[],
        $25::bigint[],
        $26::bytea[],
        $27::bytea[]
    ) as c (
        actor,
        idempotency_key,
        request_hash,
        command_id,
        position,
        outcome,
        request
    )
)
select last_position from new_commit
