-- Reviews of operations: what was written as a whole, what was observed and found, and what proves that.

create table review (
  id           uuid not null,
  operation_id uuid not null,
  actor        text not null,        -- a post
  opened_at    timestamptz not null,
  position     bigint not null,
  answers      jsonb not null,
  adoptions    jsonb not null,
  written      bigint not null,      -- where what partners adopt was written last
  valid_from   bigint not null,
  valid_to     bigint not null
);
alter table review add primary key (id, valid_to, valid_from);
create index review_by_operation on review (operation_id, valid_to, valid_from);

create table observation (
  id           uuid not null,
  operation_id uuid not null,
  number       integer not null,
  partner      text not null,
  actor        text not null,        -- a post
  text         text not null,
  noted_at     timestamptz not null,
  position     bigint not null,
  valid_from   bigint not null,
  valid_to     bigint not null
);
alter table observation add primary key (id, valid_to, valid_from);
create index observation_by_operation on observation (operation_id, number, valid_to, valid_from);

create table finding (
  id             uuid not null,
  operation_id   uuid not null,
  operation      text not null,      -- its code
  code           text not null,
  kind           text not null,
  status         text not null,
  observation    text not null,
  discussion     text,
  conclusion     text,
  recommendation text,
  owner          text,               -- the post that answers for what becomes of it
  due_at         timestamptz,
  action         jsonb,              -- what was done by that post; null: it has not been assigned
  evidence_count integer not null,
  actor          text not null,      -- a post
  found_at       timestamptz not null,
  position       bigint not null,
  valid_from     bigint not null,
  valid_to       bigint not null
);
alter table finding add primary key (id, valid_to, valid_from);
create index finding_by_operation on finding (operation_id, code, valid_to, valid_from);
create index finding_by_position on finding (position, valid_to, valid_from);
create index finding_by_owner on finding (owner, valid_to, valid_from) where status = 'ACTION_ASSIGNED';

create table evidence (
  id             uuid not null,
  operation_id   uuid not null,
  finding_id     uuid not null,
  number         integer not null,
  kind           text not null,
  held_in        text,               -- table of what it is, or of what was measured; null: it has no row
  object_id      uuid,               -- the same by its id
  detail         jsonb not null,
  event_position bigint,             -- of the event that it is: for who sees that
  version_ids    uuid[] not null,    -- of the plan: for who sees all of them
  task_ids       uuid[] not null,    -- the same
  matter_ids     uuid[] not null,    -- the same, also of entries of a watch's log
  actor          text not null,      -- a post
  linked_at      timestamptz not null,
  position       bigint not null,
  valid_from     bigint not null,
  valid_to       bigint not null
);
alter table evidence add primary key (id, valid_to, valid_from);
create index evidence_by_finding on evidence (finding_id, number, valid_to, valid_from);

-- Evidence is for who sees what it is. Of events their own function says that, which stands behind all subjects.
create function visible_evidence(at bigint, policy bigint, viewer text) returns table (id uuid)
language sql stable parallel safe
begin atomic
  select held.id
  from evidence held
  where held.valid_from <= at
    and at < held.valid_to
    and exists (
      select
      from visible_operation(at, policy, viewer) operation_
      where operation_.id = held.operation_id
      offset 0
    )
    and not exists (
      select
      from unnest(held.version_ids) as named (id)
      where not exists (
        select
        from visible_plan_version(at, policy, viewer) version_
        where version_.id = named.id
        offset 0
      )
      offset 0
    )
    and not exists (
      select
      from unnest(held.task_ids) as named (id)
      where not exists (
          select
          from visible_planned_task(at, policy, viewer) task
          where task.task_id = named.id
          offset 0
        )
        and not exists (
          select
          from visible_emergent_task(at, policy, viewer) task
          where task.id = named.id
          offset 0
        )
      offset 0
    )
    and not exists (
      select
      from unnest(held.matter_ids) as named (id)
      where not exists (
          select
          from visible_matter(at, policy, viewer) matter_
          where matter_.id = named.id
          offset 0
        )
        and not exists (
          select
          from visible_log_entry(at, viewer) entry
          where entry.id = named.id
          offset 0
        )
      offset 0
    );
end;

-- Operations with findings that have something in common with one's plan: the name of a line of effort, a territory, or the
-- title of a task, in whatever version the viewer sees it. `offset 0` keeps each a look-up.
create function similar_operation(at bigint, policy bigint, viewer text, one uuid) returns table (id uuid)
language sql stable parallel safe
begin atomic
  select other.id
  from (
    select
      coalesce(array_agg(distinct task.territory), '{}') as territories,
      coalesce(array_agg(distinct lower(task.title)), '{}') as titles,
      (
        select coalesce(array_agg(distinct lower(line.value ->> 'name')), '{}')
        from plan_version drafted
        cross join lateral jsonb_array_elements(drafted.sections -> 'linesOfEffort') line
        where drafted.operation_id = one
          and drafted.valid_from <= at
          and at < drafted.valid_to
          and exists (
            select
            from visible_plan_version(at, policy, viewer) visible
            where visible.id = drafted.id
            offset 0
          )
      ) as lines
    from plan_version version_
    join planned_task task on task.version_id = version_.id
    where version_.operation_id = one
      and version_.valid_from <= at
      and at < version_.valid_to
      and task.valid_from <= at
      and at < task.valid_to
      and exists (
        select
        from visible_planned_task(at, policy, viewer) visible
        where visible.id = task.id
        offset 0
      )
    offset 0
  ) own
  cross join visible_operation(at, policy, viewer) other
  where other.id <> one
    and exists (
      select
      from finding
      where finding.operation_id = other.id
        and finding.valid_from <= at
        and at < finding.valid_to
      offset 0
    )
    and exists (
      select
      from plan_version version_
      where version_.operation_id = other.id
        and version_.valid_from <= at
        and at < version_.valid_to
        and (
          exists (
            select
            from jsonb_array_elements(version_.sections -> 'linesOfEffort') line
            where lower(line.value ->> 'name') = any (own.lines)
              and exists (
                select
                from visible_plan_version(at, policy, viewer) visible
                where visible.id = version_.id
                offset 0
              )
            offset 0
          )
          or exists (
            select
            from planned_task task
            where task.version_id = version_.id
              and task.valid_from <= at
              and at < task.valid_to
              and (task.territory = any (own.territories) or lower(task.title) = any (own.titles))
              and exists (
                select
                from visible_planned_task(at, policy, viewer) visible
                where visible.id = task.id
                offset 0
              )
            offset 0
          )
        )
      offset 0
    );
end;
