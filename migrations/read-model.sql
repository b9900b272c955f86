-- The read model: computed from the log, never migrated. A change of this file makes a new schema, built from
-- the log beside the old one. Every table is versioned: a row holds from position valid_from, before valid_to.
-- Instants are UTC; codes stand where ids can be computed from them.

create table checkpoint (
  one      boolean primary key default true check (one),
  position bigint not null        -- everything up to here has been projected
);
insert into checkpoint (position) values (0);

-- Whether a code begins with what is searched for, or code and title have all its words. `words` is a text-search query.
create function found(code text, title text, words text, prefix text) returns boolean
language sql immutable parallel safe
return code like prefix or to_tsvector('simple'::regconfig, code || ' ' || title) @@ words::tsquery;

create table coalition (
  id         uuid not null,
  exercise   text,
  valid_from bigint not null,
  valid_to   bigint not null,
  primary key (id, valid_from)
);

create table partner (
  id         uuid not null,
  code       text not null,
  name       text not null,
  agency     text not null,
  role       text not null,
  status     text not null,
  time_zone  text,
  currency   text,
  invited_at timestamptz,
  joined_at  timestamptz,
  valid_from bigint not null,
  valid_to   bigint not null,
  primary key (id, valid_from)
);
create index partner_current on partner (id, valid_to);
create index partner_by_code on partner (code, valid_to, valid_from);

create table centre (
  id            uuid not null,
  code          text not null,
  name          text not null,
  status        text not null,
  criteria      jsonb not null,
  sites         jsonb not null,
  selection     jsonb,
  forward_posts jsonb not null,
  activated_at  timestamptz,
  valid_from    bigint not null,
  valid_to      bigint not null,
  primary key (id, valid_from)
);
create index centre_current on centre (id, valid_to);
create index centre_by_code on centre (code, valid_to, valid_from);

create table post (
  id         uuid not null,
  code       text not null,
  partner    text not null,
  title      text not null,
  liaison    boolean not null,
  status     text not null,
  nominee    uuid,
  valid_from bigint not null,
  valid_to   bigint not null,
  primary key (id, valid_from)
);
create index post_current on post (id, valid_to);
create index post_by_code on post (code, valid_to, valid_from);
create index post_by_partner on post (partner, valid_to, valid_from);

create table tenure (
  id          uuid not null,
  post_id     uuid not null,
  number      integer not null,
  officer     uuid not null,
  acting      boolean not null,
  taken_at    timestamptz not null,
  relieved_at timestamptz,
  valid_from  bigint not null,
  valid_to    bigint not null,
  primary key (id, valid_from)
);
create index tenure_current on tenure (id, valid_to);
create index tenure_by_post on tenure (post_id, valid_to, valid_from);

create table operation (
  id               uuid not null,
  code             text not null,
  title            text not null,
  status           text not null,
  lead             text not null,
  classification   text not null,
  releasable_to    text[] not null,
  readers          text[] not null,  -- the lead and those it is releasable to
  warning_order_at timestamptz,
  warning_order    text,
  legal_basis      text[] not null,
  h_hour           timestamptz,
  initiated_at     timestamptz not null,
  activated_at     timestamptz,
  in_force         integer,          -- number of the plan version in force
  current_version  integer,          -- the same, else of the one being worked on
  valid_from       bigint not null,
  valid_to         bigint not null,
  primary key (id, valid_from)
);
create index operation_current on operation (id, valid_to);
create index operation_by_code on operation (code, valid_to, valid_from);

create table plan_version (
  id                 uuid not null,
  operation_id       uuid not null,
  number             integer not null,
  status             text not null,
  base               integer,
  sections           jsonb not null,
  content_hash       text,           -- from submission on
  drafted_at         timestamptz not null,
  submitted_at       timestamptz,
  submitted_position bigint,
  promulgated_at     timestamptz,
  valid_from         bigint not null,
  valid_to           bigint not null,
  primary key (id, valid_from)
);
create index plan_version_current on plan_version (id, valid_to);
create index plan_version_by_operation on plan_version (operation_id, valid_to, valid_from);

create table planned_task (
  id             uuid not null,
  operation_id   uuid not null,
  version_id     uuid not null,
  version        integer not null,
  task_id        uuid not null,
  code           text not null,
  title          text not null,
  phase          text not null,
  line_of_effort text,
  lead           text not null,
  territory      text not null,
  post           text,
  start_offset   bigint not null,    -- seconds from H-hour
  duration       bigint not null,    -- seconds
  predecessors   text[] not null,
  valid_from     bigint not null,
  valid_to       bigint not null,
  primary key (id, valid_from)
);
create index planned_task_current on planned_task (id, valid_to);
create index planned_task_by_version on planned_task (version_id, valid_to, valid_from);
create index planned_task_by_task on planned_task (task_id, valid_to, valid_from);

create table annex (
  id             uuid not null,
  operation_id   uuid not null,
  version_id     uuid not null,
  code           text not null,
  title          text not null,
  text           text,
  classification text not null,
  releasable_to  text[] not null,
  readers        text[] not null,    -- the operation's lead and those it is releasable to
  salt           text not null,
  part_hash      text not null,
  valid_from     bigint not null,
  valid_to       bigint not null,
  primary key (id, valid_from)
);
create index annex_current on annex (id, valid_to);
create index annex_by_version on annex (version_id, valid_to, valid_from);

create table decision (
  id           uuid not null,
  operation_id uuid not null,
  version_id   uuid not null,
  number       integer not null,
  partner      text not null,
  actor        text not null,
  kind         text not null,
  decided_at   timestamptz not null,
  position     bigint not null,
  seen_at      bigint not null,
  reason_code  text,
  reason       text,
  tasks        text[] not null,
  revoked_at   timestamptz,
  valid_from   bigint not null,
  valid_to     bigint not null,
  primary key (id, valid_from)
);
create index decision_current on decision (id, valid_to);
create index decision_by_version on decision (version_id, valid_to, valid_from);

create table condition (
  id           uuid not null,
  operation_id uuid not null,
  version_id   uuid not null,
  decision_id  uuid not null,
  version      integer not null,
  partner      text not null,
  code         text not null,
  gate         text not null,
  text         text not null,
  status       text not null,
  settled_at   timestamptz,
  note         text,
  valid_from   bigint not null,
  valid_to     bigint not null,
  primary key (id, valid_from)
);
create index condition_current on condition (id, valid_to);
create index condition_by_decision on condition (decision_id, valid_to, valid_from);

create table assignment (
  id           uuid not null,
  operation_id uuid not null,
  task_id      uuid not null,
  number       integer not null,
  task         text not null,
  post         text not null,
  assigned_at  timestamptz not null,
  withdrawn_at timestamptz,
  valid_from   bigint not null,
  valid_to     bigint not null,
  primary key (id, valid_from)
);
create index assignment_current on assignment (id, valid_to);
create index assignment_by_task on assignment (task_id, valid_to, valid_from);
create index assignment_by_operation on assignment (operation_id, valid_to, valid_from);
create index assignment_by_post on assignment (post, valid_to, valid_from);

-- Operations that a viewer may see at a position: released then, and still released at the policy's position, so
-- that narrowing works backwards and widening does not open earlier drafts. Every query of an operation or of
-- anything in it goes through this. Simple enough for the planner to inline.
create function visible_operation(at bigint, policy bigint, viewer text) returns table (id uuid)
language sql stable parallel safe
begin atomic
  select then_.id
  from operation then_
  where then_.valid_from <= at
    and at < then_.valid_to
    and viewer = any (then_.readers)
    and exists (
      select
      from operation now_
      where now_.id = then_.id
        and now_.valid_from <= policy
        and policy < now_.valid_to
        and viewer = any (now_.readers)
    );
end;

-- The same for annexes, which may be released to fewer than their operation.
create function visible_annex(at bigint, policy bigint, viewer text) returns table (id uuid)
language sql stable parallel safe
begin atomic
  select then_.id
  from annex then_
  join visible_operation(at, policy, viewer) operation_ on operation_.id = then_.operation_id
  where then_.valid_from <= at
    and at < then_.valid_to
    and viewer = any (then_.readers)
    and exists (
      select
      from annex now_
      where now_.id = then_.id
        and now_.valid_from <= policy
        and policy < now_.valid_to
        and viewer = any (now_.readers)
    );
end;

-- Where each event belongs and who may see it. An event never changes, so these rows have no versions: a position sees
-- those of the commands that end at or before it.
create table event_entry (
  position        bigint primary key,
  command_end     bigint not null,      -- last position of its command: from there on holds what it made so
  event_id        uuid not null,
  command_id      uuid not null,
  kind            text not null,
  actor           text not null,
  late_reason     text,
  occurred_at     timestamptz not null,
  occurred_offset smallint not null,    -- minutes east of UTC, as reported
  recorded_at     timestamptz not null,
  operation_id    uuid,                 -- null: of the coalition, seen by all
  version_id      uuid,
  annex_id        uuid,
  task_ids        uuid[] not null
);
create unique index event_entry_by_id on event_entry (event_id);
create index event_entry_by_command on event_entry (command_end, position);
create index event_entry_by_operation on event_entry (operation_id, position);

-- In whose history an event stands, by node ids.
create table event_item (
  item_id     uuid not null,
  position    bigint not null,
  changed     text,                     -- table of the row that the event changed; null: it only concerns the item
  primary key (item_id, position)
);
create index event_item_by_position on event_item (position);

-- Events that a viewer may see at a position: what they are about was released when they happened, is at that position,
-- and still is at the policy's.
create function visible_event(at bigint, policy bigint, viewer text) returns table ("position" bigint)
language sql stable parallel safe
begin atomic
  select entry.position
  from event_entry entry
  where entry.command_end <= at
    and (
      entry.operation_id is null
      or exists (
        select
        from visible_operation(entry.command_end, policy, viewer) then_
        join visible_operation(at, policy, viewer) at_ on at_.id = then_.id
        where then_.id = entry.operation_id
      )
    )
    and (
      entry.annex_id is null
      or exists (
        select
        from visible_annex(entry.command_end, policy, viewer) then_
        join visible_annex(at, policy, viewer) at_ on at_.id = then_.id
        where then_.id = entry.annex_id
      )
    );
end;
