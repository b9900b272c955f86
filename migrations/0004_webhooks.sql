-- Whom the log is told to over HTTP, and how far. Beside the log, not in it: an address is a partner's own affair and often
-- as good as a password, and the log is read and exported by all and forgets nothing. It says of nothing that happened.
create table webhook (
    webhook_id         uuid        not null,
    -- In the order of registration, with gaps.
    number             bigint      generated always as identity,
    -- Whose it is: it is told what this partner may see, and this partner alone sees that there is one.
    partner            text        not null,
    name               text        not null,
    address            text        not null,
    -- Which events, with codes looked up when it was registered.
    filter             jsonb       not null,
    registered_at      timestamptz not null,
    revoked_at         timestamptz,
    -- What its messages are signed with is no column: it is computed from a key of the servers, the id and this number, which
    -- a rotation counts up.
    generation         integer     not null,
    rotated_at         timestamptz,
    -- Which key, as a hash of it: a server with another one would sign what nobody can check.
    key_id             text        not null,

    -- Everything up to here was taken, or was not for this webhook when its turn came.
    position           bigint      not null,
    delivered_position bigint,
    delivered_at       timestamptz,
    -- Since the last delivery, and what came of the last of them.
    attempts           integer     not null default 0,
    failed_at          timestamptz,
    failure_status     integer,
    failure            text,
    next_attempt_at    timestamptz,
    paused_at          timestamptz,

    -- The node that delivers, and until when nobody else may: a node that is killed gives nothing back. Each turn has a number,
    -- so that nothing counts which is told after it, by the same node or by another.
    node               uuid,
    held_until         timestamptz,
    turn               bigint      not null default 0,
    constraint webhook_pkey primary key (webhook_id),
    constraint webhook_generation_check check (generation > 0),
    constraint webhook_position_check check (position >= 0),
    constraint webhook_attempts_check check (attempts >= 0)
);

create index webhook_partner_idx on webhook (partner, number);

-- Who registered it, had it signed otherwise, let it go on and revoked it. Insert only, as the access log is.
create table webhook_act (
    number     bigint      generated always as identity,
    webhook_id uuid        not null,
    at         timestamptz not null,
    kind       text        not null,
    -- Code of the post.
    actor      text        not null,
    request_id text        not null,
    constraint webhook_act_pkey primary key (number),
    constraint webhook_act_webhook_fkey foreign key (webhook_id) references webhook,
    constraint webhook_act_kind_check check (kind in ('REGISTERED', 'ROTATED', 'RESUMED', 'REVOKED'))
);

create index webhook_act_webhook_idx on webhook_act (webhook_id, number);

create function refuse_change_of_webhook_acts() returns trigger language plpgsql as $$
begin
    raise exception 'what was done with webhooks is insert only: % is refused', lower(tg_op)
        using errcode = 'restrict_violation';
end
$$;

create trigger webhook_act_insert_only before update or delete or truncate on webhook_act
    for each statement execute function refuse_change_of_webhook_acts();

grant select, insert, update on webhook to accord_app;
grant select, insert on webhook_act to accord_app;
