-- The log of decisions of an operation, and its clashes with others.

create table recorded_decision (
  id             uuid not null,
  operation_id   uuid not null,
  version_id     uuid,               -- of the decision point
  number         integer not null,
  partner        text not null,
  actor          text not null,
  decision_point text,               -- of that version; null: the plan foresaw none
  question       text not null,
  options        jsonb not null,
  outcome        text not null,
  reasons        text not null,
  seen_at        bigint not null,
  decided_at     timestamptz not null,
  position       bigint not null,
  valid_from     bigint not null,
  valid_to       bigint not null
);
alter table recorded_decision add primary key (id, valid_to, valid_from);
create index recorded_decision_by_operation on recorded_decision (operation_id, number, valid_to, valid_from);

create table deconfliction (
  id           uuid not null,
  operation_id uuid not null,
  number       integer not null,
  other        text not null,        -- the other operation, by name
  period       jsonb,
  areas        text[] not null,
  tasks        text[] not null,
  task_ids     uuid[] not null,      -- the same tasks
  found_at     timestamptz not null,
  cleared_at   timestamptz,
  resolution   text,
  valid_from   bigint not null,
  valid_to     bigint not null
);
alter table deconfliction add primary key (id, valid_to, valid_from);
create index deconfliction_by_operation on deconfliction (operation_id, valid_to, valid_from);

-- A decision that the plan foresaw is for who sees that version of it.
create function visible_recorded_decision(at bigint, policy bigint, viewer text) returns table (id uuid)
language sql stable parallel safe
begin atomic
  select decision_.id
  from recorded_decision decision_
  where decision_.valid_from <= at
    and at < decision_.valid_to
    and exists (
      select
      from visible_operation(at, policy, viewer) operation_
      where operation_.id = decision_.operation_id
      offset 0
    )
    and (
      decision_.version_id is null
      or exists (
        select
        from visible_plan_version(at, policy, viewer) version_
        where version_.id = decision_.version_id
        offset 0
      )
    );
end;

-- A clash is for who sees all tasks that it names, or saw those that were taken out of a draft since.
create function visible_deconfliction(at bigint, policy bigint, viewer text) returns table (id uuid)
language sql stable parallel safe
begin atomic
  select clash.id
  from deconfliction clash
  where clash.valid_from <= at
    and at < clash.valid_to
    and exists (
      select
      from visible_operation(at, policy, viewer) operation_
      where operation_.id = clash.operation_id
      offset 0
    )
    and not exists (
      select
      from unnest(clash.task_ids) as named (id)
      where not exists (
          select
          from visible_planned_task(at, policy, viewer) task
          where task.task_id = named.id
          offset 0
        )
        and not exists (
          select
          from planned_task task
          join visible_task_version(at, policy, viewer) seen
            on seen.id = task.id
            and seen.valid_from = task.valid_from
          where task.task_id = named.id
          offset 0
        )
      offset 0
    );
end;
