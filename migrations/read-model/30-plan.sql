-- Plan versions, their tasks and annexes, and what nations decide on them.

create table plan_version (
  id                 uuid not null,
  operation_id       uuid not null,
  number             integer not null,
  status             text not null,
  base               integer,
  sections           jsonb not null,
  release            jsonb,          -- the version's own label; null: as the operation
  readers            text[],         -- by that, with the operation's lead; null: the operation's
  content_hash       text,           -- from submission on
  drafted_at         timestamptz not null,
  submitted_at       timestamptz,
  submitted_position bigint,
  submitted_to       text[] not null, -- who could read it when it was submitted
  shared_with        text[] not null, -- observers that read it while it is a draft
  draft_readers      text[],          -- the same with the operation's lead; null: it is no draft
  promulgated_at     timestamptz,
  suspended_by       text[] not null,
  withdrawn          jsonb,
  fragmentary_orders jsonb not null, -- issued while it was in force
  gate_points        jsonb not null, -- once submitted: by phase, the decision points that stand at its gate
  valid_from         bigint not null,
  valid_to           bigint not null
);
alter table plan_version add primary key (id, valid_to, valid_from);
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
  predecessors   text[] not null,    -- codes
  dependencies   text[] not null,    -- on each of them, as people write them
  terms          jsonb not null,     -- what else binds it
  salt           text,               -- of a task that enters its version's content as a part
  part_hash      text,               -- the same
  valid_from     bigint not null,
  valid_to       bigint not null
);
alter table planned_task add primary key (id, valid_to, valid_from);
create index planned_task_by_version on planned_task (version_id, valid_to, valid_from);
create index planned_task_by_task on planned_task (task_id, valid_to, valid_from);
create index planned_task_by_post on planned_task (post, valid_to, valid_from);

create table annex (
  id             uuid not null,
  operation_id   uuid not null,
  version_id     uuid not null,
  code           text not null,
  title          text not null,
  text           text,
  classification text not null,      -- as the content says, like the next two
  handling       text not null,
  releasable_to  text[] not null,
  release        jsonb not null,     -- the annex's own label
  readers        text[] not null,    -- by that, with the operation's lead
  salt           text not null,
  part_hash      text not null,
  valid_from     bigint not null,
  valid_to       bigint not null
);
alter table annex add primary key (id, valid_to, valid_from);
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
  confirmed_by text,                 -- a post
  confirmed_at timestamptz,
  confirmed_position bigint,
  valid_from   bigint not null,
  valid_to     bigint not null
);
alter table decision add primary key (id, valid_to, valid_from);
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
  proposal     jsonb,
  valid_from   bigint not null,
  valid_to     bigint not null
);
alter table condition add primary key (id, valid_to, valid_from);
create index condition_by_decision on condition (decision_id, valid_to, valid_from);
create index condition_by_partner on condition (partner, valid_to, valid_from) where status in ('OUTSTANDING', 'BROKEN');

-- A draft is for its lead, for partners that take tasks, and for those that it is shared with.
create function visible_plan_version(at bigint, policy bigint, viewer text) returns table (id uuid)
language sql stable parallel safe
begin atomic
  select then_.id
  from plan_version then_
  where then_.valid_from <= at
    and at < then_.valid_to
    and (then_.readers is null or viewer = any (then_.readers))
    and (
      then_.draft_readers is null
      or viewer = any (then_.draft_readers)
      or exists (
        select
        from takes_tasks(at, policy, viewer) drafter
        offset 0
      )
    )
    and exists (
      select
      from visible_operation(at, policy, viewer) operation_
      where operation_.id = then_.operation_id
      offset 0
    )
    and (
      policy between then_.valid_from and then_.valid_to - 1
      or exists (
        select
        from plan_version now_
        where now_.id = then_.id
          and now_.valid_from <= policy
          and policy < now_.valid_to
          and (now_.readers is null or viewer = any (now_.readers))
          and (
            now_.draft_readers is null
            or viewer = any (now_.draft_readers)
            or exists (
              select
              from takes_tasks(at, policy, viewer) drafter
              offset 0
            )
          )
        offset 0
      )
    );
end;

-- A task that is no more in a draft keeps its label, so its past is judged like the rest.
create function visible_planned_task(at bigint, policy bigint, viewer text)
returns table (id uuid, task_id uuid)
language sql stable parallel safe
begin atomic
  select
    task.id,
    task.task_id
  from planned_task task
  where task.valid_from <= at
    and at < task.valid_to
    and exists (
      select
      from visible_plan_version(at, policy, viewer) version_
      where version_.id = task.version_id
      offset 0
    )
    and not exists (
      select
      from withheld_task(at, policy, viewer) withheld
      where withheld.id = task.task_id and withheld.partner not in (task.lead, task.territory)
      offset 0
    );
end;

-- What a task was from a position on, as one plan version had it: released then, at the position and at the
-- policy's.
create function visible_task_version(at bigint, policy bigint, viewer text)
returns table (id uuid, valid_from bigint)
language sql stable parallel safe
begin atomic
  select
    task.id,
    task.valid_from
  from planned_task task
  where task.valid_from <= at
    and exists (
      select
      from visible_plan_version(at, policy, viewer) version_
      where version_.id = task.version_id
      offset 0
    )
    and exists (
      select
      from visible_planned_task(task.valid_from, policy, viewer) then_
      where then_.id = task.id
      offset 0
    )
    and not exists (
      select
      from withheld_task(at, policy, viewer) withheld
      where withheld.id = task.task_id and withheld.partner not in (task.lead, task.territory)
      offset 0
    );
end;

create function visible_annex(at bigint, policy bigint, viewer text) returns table (id uuid)
language sql stable parallel safe
begin atomic
  select then_.id
  from annex then_
  where then_.valid_from <= at
    and at < then_.valid_to
    and viewer = any (then_.readers)
    and exists (
      select
      from visible_plan_version(at, policy, viewer) version_
      where version_.id = then_.version_id
      offset 0
    )
    and (
      policy between then_.valid_from and then_.valid_to - 1
      or exists (
        select
        from annex now_
        where now_.id = then_.id
          and now_.valid_from <= policy
          and policy < now_.valid_to
          and viewer = any (now_.readers)
        offset 0
      )
    );
end;

-- The version of an operation's plan that is in force at a position, else the one being worked on, and the
-- operation's code. `offset 0` keeps it a look-up, as above.
create function current_version(at bigint, operation uuid) returns table (id uuid, code text)
language sql stable parallel safe
begin atomic
  select
    version_.id,
    operation_.code
  from operation operation_
  cross join lateral (
    select
      plan_version.id,
      plan_version.number
    from plan_version
    where plan_version.operation_id = operation_.id
      and plan_version.valid_from <= at
      and at < plan_version.valid_to
    offset 0
  ) version_
  where operation_.id = operation
    and operation_.valid_from <= at
    and at < operation_.valid_to
    and operation_.current_version = version_.number
  offset 0;
end;
