-- Operations, who is bound to which of their tasks, and what tasks themselves say of their release.

create table operation (
  id               uuid not null,
  code             text not null,
  title            text not null,
  status           text not null,
  lead             text not null,
  classification   text not null,
  handling         text not null,
  releasable_to    text[] not null,
  readers          text[] not null,  -- the lead and those it is releasable to
  warning_order_at timestamptz,
  warning_order    text,
  legal_basis      text[] not null,
  h_hour           timestamptz,
  initiated_at     timestamptz not null,
  activated_at     timestamptz,
  paused_at        timestamptz,      -- until it is resumed
  pause_reason     text,
  ended_at         timestamptz,
  terminated       text,             -- why it was broken off; null: it was not
  in_force         integer,          -- number of the plan version in force
  current_version  integer,          -- the same, else of the one being worked on
  valid_from       bigint not null,
  valid_to         bigint not null
);
alter table operation add primary key (id, valid_to, valid_from);
create index operation_by_code on operation (code, valid_to, valid_from);

-- Who may read an operation, until it ends: by these rows somebody's operations are found among all others.
create table operation_reader (
  id           uuid not null,
  operation_id uuid not null,
  partner      text not null,
  valid_from   bigint not null,
  valid_to     bigint not null
);
alter table operation_reader add primary key (id, valid_to, valid_from);
create index operation_reader_by_partner on operation_reader (partner, valid_to, valid_from);

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
  valid_to     bigint not null
);
alter table assignment add primary key (id, valid_to, valid_from);
create index assignment_by_task on assignment (task_id, valid_to, valid_from);
create index assignment_by_operation on assignment (operation_id, valid_to, valid_from);
create index assignment_by_post on assignment (post, valid_to, valid_from);

-- Officers that were asked for, and what their partners answered.
create table officer_request (
  id           uuid not null,
  operation_id uuid not null,
  task_id      uuid not null,
  number       integer not null,
  task         text not null,
  post         text not null,
  partner      text not null,        -- that asks
  reason       text,
  requested_at timestamptz not null,
  status       text not null,
  answered_at  timestamptz,
  declined     text,                 -- why
  valid_from   bigint not null,
  valid_to     bigint not null
);
alter table officer_request add primary key (id, valid_to, valid_from);
create index officer_request_by_operation on officer_request (operation_id, valid_to, valid_from);
create index officer_request_by_post on officer_request (post, valid_to, valid_from) where status = 'PENDING';

-- What a task itself says of its release, in every version. One without a label is as its version.
create table task_label (
  id           uuid not null,        -- the task's
  operation_id uuid not null,
  release      jsonb not null,
  readers      text[] not null,      -- with the operation's lead; the task's own partners read it besides
  valid_from   bigint not null,
  valid_to     bigint not null
);
alter table task_label add primary key (id, valid_to, valid_from);

create function visible_operation(at bigint, policy bigint, viewer text) returns table (id uuid)
language sql stable parallel safe
begin atomic
  select then_.id
  from operation then_
  where then_.valid_from <= at
    and at < then_.valid_to
    and viewer = any (then_.readers)
    and (
      policy between then_.valid_from and then_.valid_to - 1
      or exists (
        select
        from operation now_
        where now_.id = then_.id
          and now_.valid_from <= policy
          and policy < now_.valid_to
          and viewer = any (now_.readers)
        offset 0
      )
    );
end;

-- Tasks whose own label does not name a partner that looks, at the position or at the policy's: for their leads and the
-- partners on whose territory they lie, and for nobody else who is not named.
create function withheld_task(at bigint, policy bigint, viewer text) returns table (id uuid, partner text)
language sql stable parallel safe
begin atomic
  select
    label.id,
    viewer
  from task_label label
  where viewer <> all (label.readers)
    and (
      label.valid_from <= at and at < label.valid_to
      or label.valid_from <= policy and policy < label.valid_to
    );
end;

-- The viewer's operations that have not ended, at the position. `offset 0` keeps each a look-up, as above.
create function operations_of(at bigint, viewer text)
returns table (id uuid, code text, status text, lead text, h_hour timestamptz, in_force integer)
language sql stable parallel safe
begin atomic
  select
    operation_.id,
    operation_.code,
    operation_.status,
    operation_.lead,
    operation_.h_hour,
    operation_.in_force
  from operation_reader reader
  cross join lateral (
    select
      operation.id,
      operation.code,
      operation.status,
      operation.lead,
      operation.h_hour,
      operation.in_force
    from operation
    where operation.id = reader.operation_id
      and operation.valid_from <= at
      and at < operation.valid_to
    offset 0
  ) operation_
  where reader.partner = viewer
    and reader.valid_from <= at
    and at < reader.valid_to;
end;
