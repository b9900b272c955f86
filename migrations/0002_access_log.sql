-- Who was shown something sensitive, and who was refused a permission. Beside the log, not in it: reading is nothing that
-- happened to an operation, so it takes no position and is in no hash.
create table access_log (
    -- In the order of writing, with gaps.
    number       bigint      generated always as identity,
    at           timestamptz not null,
    kind         text        not null,
    -- Post or service that asked, and its partner; services have none.
    actor        text        not null,
    partner      text,
    -- Id of what was read, or the mutation that was refused.
    what         text        not null,
    operation_id uuid,
    -- The partner whose reviewers read the entry; null where no operation is concerned: the host's do.
    owner        text,
    request_id   text        not null,
    -- What the answer was pinned to, or the newest position when a mutation was refused.
    position     bigint      not null,
    constraint access_log_pkey primary key (number),
    constraint access_log_kind_check check (kind in ('READ', 'REFUSED')),
    constraint access_log_position_check check (position >= 0)
);

create index access_log_owner_idx on access_log (owner, number);

create function refuse_change_of_access_log() returns trigger language plpgsql as $$
begin
    raise exception 'the access log is insert only: % is refused', lower(tg_op)
        using errcode = 'restrict_violation';
end
$$;

create trigger access_log_insert_only before update or delete or truncate on access_log
    for each statement execute function refuse_change_of_access_log();

grant select, insert on access_log to accord_app;
