-- The log: insert only, gapless, chained. Everything that people read is computed from these tables.

-- The head, the lock and the chain.
create table log_commit (
    last_position bigint      not null,
    -- Null only for the first commit. Nulls are not distinct, so that there is only one first commit.
    prev_position bigint,
    event_count   int         not null,
    -- Never before the previous commit's.
    recorded_at   timestamptz not null,
    node          uuid        not null,
    hash          bytea       not null,
    constraint log_commit_pkey primary key (last_position),
    constraint log_commit_prev_position_key unique nulls not distinct (prev_position),
    constraint log_commit_prev_position_fkey foreign key (prev_position) references log_commit (last_position),
    constraint log_commit_event_count_check check (event_count > 0),
    constraint log_commit_range_check check (last_position = coalesce(prev_position, 0) + event_count),
    constraint log_commit_years_check check (recorded_at between '0001-01-02 00:00Z' and '9999-12-30 00:00Z'),
    constraint log_commit_hash_check check (octet_length(hash) = 32)
);

-- Where the log ended at an instant; several commits may share one.
create index log_commit_recorded_at_idx on log_commit (recorded_at, last_position);

create table event (
    -- 1, 2, 3 … no gaps, ever.
    position        bigint      not null,
    -- When the log learned of it: the commit's.
    recorded_at     timestamptz not null,
    -- When it happened, by the reporter's word …
    occurred_at     timestamptz not null,
    -- … which was given so many minutes east of UTC.
    occurred_offset smallint    not null,
    event_id        uuid        not null,
    command_id      uuid        not null,
    actor           text        not null,
    -- Why it was reported late; null when it was not.
    late_reason     text,
    type            text        not null,
    version         smallint    not null,
    -- The JSON bytes exactly as hashed.
    payload         bytea       not null,
    -- Random, in the event's hash, so that an event's hash shared alone does not let its content be guessed.
    salt            bytea       not null,
    constraint event_pkey primary key (position),
    constraint event_event_id_key unique (event_id),
    constraint event_position_check check (position > 0),
    constraint event_occurred_at_check check (occurred_at <= recorded_at),
    -- Years of four digits in any offset, as in the hashed header.
    constraint event_years_check check (occurred_at >= '0001-01-02 00:00Z' and recorded_at <= '9999-12-30 00:00Z'),
    constraint event_occurred_offset_check check (occurred_offset between -1439 and 1439),
    constraint event_salt_check check (octet_length(salt) = 16)
);

-- Whom or what an event concerns.
create table event_subject (
    subject_id uuid   not null,
    position   bigint not null,
    constraint event_subject_pkey primary key (subject_id, position),
    constraint event_subject_position_check check (position > 0)
);

-- The subjects of an event, read from the index alone.
create index event_subject_position_idx on event_subject (position, subject_id);

-- Which commands are in the log: idempotency, and the answer to "did my commit happen?".
create table command (
    actor           text   not null,
    -- Belongs to its actor: two actors may use the same.
    idempotency_key text   not null,
    request_hash    bytea  not null,
    command_id      uuid   not null,
    -- Of the command's last event: the only positions that a reader is ever shown.
    position        bigint not null,
    outcome         bytea  not null,
    constraint command_pkey primary key (actor, idempotency_key),
    constraint command_command_id_key unique (command_id),
    constraint command_position_key unique (position),
    constraint command_position_check check (position > 0),
    constraint command_request_hash_check check (octet_length(request_hash) = 32)
);

-- For people at a prompt: the payload as they can read it. With the reader's own rights, not the owner's.
create view event_view with (security_invoker = true) as
select
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
    convert_from(payload, 'UTF8')::jsonb as payload
from event;

create function refuse_change_of_log() returns trigger language plpgsql as $$
begin
    raise exception 'the log is insert only: % of % is refused', lower(tg_op), tg_table_name
        using errcode = 'restrict_violation';
end
$$;

create trigger log_commit_insert_only before update or delete or truncate on log_commit
    for each statement execute function refuse_change_of_log();
create trigger event_insert_only before update or delete or truncate on event
    for each statement execute function refuse_change_of_log();
create trigger event_subject_insert_only before update or delete or truncate on event_subject
    for each statement execute function refuse_change_of_log();
create trigger command_insert_only before update or delete or truncate on command
    for each statement execute function refuse_change_of_log();

-- The role that servers work under. Roles belong to the cluster, so another database may have made it already, or may be
-- making it at this moment.
do $$
begin
    if not exists (select from pg_roles where rolname = 'accord_app') then
        create role accord_app nologin;
    end if;
exception
    when duplicate_object or unique_violation then
        null;
    when insufficient_privilege then
        raise exception 'the role accord_app does not exist, and % may not create it', current_user
            using errcode = 'insufficient_privilege',
                  hint = 'Let an administrator run: create role accord_app nologin;';
end
$$;

grant select, insert on log_commit, event, event_subject, command to accord_app;
grant select on event_view to accord_app;
