-- Tasks as they are carried out, and what is claimed of them.

create table task_execution (
  id               uuid not null,
  operation_id     uuid not null,
  task_id          uuid not null,
  task             text not null,
  status           text not null,
  issued_at        timestamptz,
  acknowledged_at  timestamptz,
  started_at       timestamptz,
  ended_at         timestamptz,      -- completed or cancelled
  progress         integer,          -- in percent
  blocked_since    timestamptz,
  block_reason     text,
  baseline_version integer,          -- where it stood in the plan when its start was reported
  baseline_h_hour  timestamptz,
  baseline_start   timestamptz,
  baseline_finish  timestamptz,
  valid_from       bigint not null,
  valid_to         bigint not null
);
alter table task_execution add primary key (id, valid_to, valid_from);
create index task_execution_by_task on task_execution (task_id, valid_to, valid_from);
create index task_execution_by_operation on task_execution (operation_id, valid_to, valid_from);
create index task_execution_by_operation_blocked on task_execution (operation_id, valid_to, valid_from) where status = 'BLOCKED';

create table task_claim (
  id                uuid not null,
  operation_id      uuid not null,
  task_id           uuid not null,
  number            integer not null,
  task              text not null,
  kind              text not null,
  says              jsonb not null,
  occurred_at       timestamptz not null,
  recorded_at       timestamptz not null,
  position          bigint not null,
  reporter          text not null,   -- a post or a service
  late_reason       text,
  corrects          integer,         -- number of the claim that was wrong
  correction_reason text,
  corrected_by      integer,         -- number of the claim that puts it right
  valid_from        bigint not null,
  valid_to          bigint not null
);
alter table task_claim add primary key (id, valid_to, valid_from);
create index task_claim_by_task on task_claim (task_id, valid_to, valid_from);
create index task_claim_by_task_of_status on task_claim (task_id, valid_to, valid_from) where kind <> 'PROGRESS';

-- Of these tasks those that the viewer sees in a plan version, as `visible_planned_task` has it: with each version
-- judged once, and not for each of its tasks; and those that a response made. What becomes of a task is seen as the
-- task is.
create function visible_task(at bigint, policy bigint, viewer text, wanted uuid[]) returns table (id uuid)
language sql stable parallel safe
begin atomic
  with planned as materialized (
    select
      planned_task.task_id,
      planned_task.version_id,
      planned_task.lead,
      planned_task.territory
    from planned_task
    where planned_task.task_id = any (wanted)
      and planned_task.valid_from <= at
      and at < planned_task.valid_to
  ), version_ as materialized (
    select visible.id
    from (select distinct planned.version_id from planned) named
    join visible_plan_version(at, policy, viewer) visible on visible.id = named.version_id
  )
  select distinct planned.task_id
  from planned
  where planned.version_id in (select version_.id from version_)
    and not exists (
      select
      from withheld_task(at, policy, viewer) withheld
      where withheld.id = planned.task_id and withheld.partner not in (planned.lead, planned.territory)
      offset 0
    )
  union all
  select emergent.id
  from visible_emergent_task(at, policy, viewer) emergent
  where emergent.id = any (wanted);
end;
