-- What an operation deals with besides its plan, each with a label of its own: who may see it, what is claimed of it,
-- and which clocks run on it.

create table matter_claim (
  id                uuid not null,
  operation_id      uuid not null,
  matter_id         uuid not null,
  number            integer not null,
  kind              text not null,
  says              jsonb not null,
  occurred_at       timestamptz not null,
  recorded_at       timestamptz not null,
  position          bigint not null,
  reporter          text not null,     -- a post or a service
  late_reason       text,
  corrects          integer,           -- number of the claim that was wrong
  correction_reason text,
  corrected_by      integer,           -- number of the claim that puts it right
  called            text,              -- code of the post that it calls
  valid_from        bigint not null,
  valid_to          bigint not null
);
alter table matter_claim add primary key (id, valid_to, valid_from);
create index matter_claim_by_matter on matter_claim (matter_id, number, valid_to, valid_from);
create index matter_claim_by_called on matter_claim (called, valid_to, valid_from) where called is not null;

create table clock (
  id           uuid not null,
  operation_id uuid not null,
  operation    text not null,          -- its code
  matter_id    uuid not null,
  matter       jsonb not null,         -- what it is on
  number       integer not null,
  kind         text not null,
  started_at   timestamptz not null,
  due_at       timestamptz not null,
  stopped_at   timestamptz,
  breached_at  timestamptz,
  escalate_to  text,
  valid_from   bigint not null,
  valid_to     bigint not null
);
alter table clock add primary key (id, valid_to, valid_from);
create index clock_by_operation on clock (operation_id, due_at, id, valid_to, valid_from);
create index clock_by_due_then on clock (due_at, id, valid_to, valid_from);
create index clock_by_change on clock (valid_from, operation_id);
create index clock_by_operation_open on clock (operation_id, valid_to, valid_from) where stopped_at is null and breached_at is null;
create index clock_by_matter on clock (matter_id, valid_to, valid_from);
create index clock_by_due on clock (due_at, id) where breached_at is null and (stopped_at is null or stopped_at > due_at) and valid_to = 9223372036854775807;

create view matter as
  select
    id,
    operation_id,
    parties || owner as parties,
    readers,
    valid_from,
    valid_to
  from incident
  union all
  select
    id,
    operation_id,
    parties,
    readers,
    valid_from,
    valid_to
  from request
  union all
  select
    id,
    operation_id,
    parties,
    readers,
    valid_from,
    valid_to
  from contribution
  union all
  select
    id,
    operation_id,
    parties || owner as parties,
    readers,
    valid_from,
    valid_to
  from sitrep
  union all
  select
    id,
    operation_id,
    array[authority],
    array[authority],
    valid_from,
    valid_to
  from assistance
  union all
  select
    id,
    operation_id,
    parties,
    readers,
    valid_from,
    valid_to
  from outcome;

-- A matter's readers are null where it is for whoever reads the operation. Whose own work it is reads it whether or not
-- the operation is released to it.
create function visible_matter(at bigint, policy bigint, viewer text) returns table (id uuid)
language sql stable parallel safe
begin atomic
  select then_.id
  from matter then_
  where then_.valid_from <= at
    and at < then_.valid_to
    and (
      viewer = any (then_.parties)
      or (then_.readers is null or viewer = any (then_.readers))
        and exists (
          select
          from visible_operation(at, policy, viewer) operation_
          where operation_.id = then_.operation_id
          offset 0
        )
    )
    and (
      policy between then_.valid_from and then_.valid_to - 1
      or exists (
        select
        from matter now_
        where now_.id = then_.id
          and now_.valid_from <= policy
          and policy < now_.valid_to
          and (
            viewer = any (now_.parties)
            or now_.readers is null
            or viewer = any (now_.readers)
          )
        offset 0
      )
    );
end;

-- Of the tasks that responses made, those of incidents that the viewer sees, in operations that it reads: who is called to
-- an incident reads that, and nothing of its operation.
create function visible_emergent_task(at bigint, policy bigint, viewer text) returns table (id uuid)
language sql stable parallel safe
begin atomic
  select task.id
  from emergent_task task
  where task.valid_from <= at
    and at < task.valid_to
    and exists (
      select
      from visible_operation(at, policy, viewer) operation_
      where operation_.id = task.operation_id
      offset 0
    )
    and exists (
      select
      from visible_matter(at, policy, viewer) matter_
      where matter_.id = task.incident_id
      offset 0
    );
end;
