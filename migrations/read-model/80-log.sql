-- Events and histories. After all subjects, because an event is judged by what it is about.

-- Where each event belongs and who may see it. An event never changes, so these rows have no versions: a
-- position sees those of the commands that end at or before it.
create table event_entry (
  position        bigint not null,
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
  ccir_version_id uuid,                 -- the plan version whose information requirements it meets; null: none
  ccir            text[] not null,      -- codes of those
  happened_at     timestamptz not null, -- of a correction, the time that it says is right
  corrects        bigint,               -- of a correction, position of the event that was wrong
  causes          bigint[] not null,    -- positions of the events that led to it
  version_id      uuid,
  annex_id        uuid,
  matter_ids      uuid[] not null,      -- or the entry of a watch's log, or plan versions of other events
  task_ids        uuid[] not null
);
alter table event_entry add primary key (position);
create unique index event_entry_by_id on event_entry (event_id);
create index event_entry_by_operation on event_entry (operation_id, position);
create index event_entry_by_ccir on event_entry (operation_id, recorded_at) where ccir_version_id is not null;
create index event_entry_by_happened on event_entry (operation_id, happened_at, position);
create index event_entry_by_corrects on event_entry (corrects) where corrects is not null;
create index event_entry_by_cause on event_entry using gin (causes) where causes <> '{}';

-- In whose history an event stands, by node ids.
create table event_item (
  item_id     uuid not null,
  position    bigint not null,
  changed     text,                     -- table of the row that the event changed; null: it only concerns it
  annex_id    uuid,                     -- of an annex: what it can be released apart by
  task_id     uuid                      -- of a task: the same
);
alter table event_item add primary key (item_id, position);
create index event_item_by_position on event_item (position);

-- Events that a viewer may see at a position: what they are about was released when they happened, is at that
-- position, and still is at the policy's.
create function visible_event(at bigint, policy bigint, viewer text) returns table ("position" bigint)
language sql stable parallel safe
begin atomic
  select entry.position
  from event_entry entry
  where entry.command_end <= at
    and (
      entry.operation_id is null
      -- Also one of a matter, which may be for one who does not read its operation: the event names that.
      or exists (
        select
        from visible_operation(entry.command_end, policy, viewer) then_
        where then_.id = entry.operation_id
        offset 0
      )
      and exists (
        select
        from visible_operation(at, policy, viewer) at_
        where at_.id = entry.operation_id
        offset 0
      )
    )
    and (
      entry.version_id is null
      or exists (
        select
        from visible_plan_version(entry.command_end, policy, viewer) then_
        where then_.id = entry.version_id
        offset 0
      )
      and exists (
        select
        from visible_plan_version(at, policy, viewer) at_
        where at_.id = entry.version_id
        offset 0
      )
    )
    -- A task is judged as a version had it when the event happened, or until then: it may have been taken
    -- out. One that was taken out of all of them before is judged as each had it last, which is looked for only then.
    and not exists (
      select
      from unnest(entry.task_ids) as named (id)
      where not exists (
        select
        from (
          select task.version_id, task.task_id, task.lead, task.territory
          from planned_task task
          where task.task_id = named.id
            and task.version_id = coalesce(entry.version_id, task.version_id)
            and task.valid_from <= entry.command_end
            and entry.command_end <= task.valid_to
          union all
          select task.version_id, task.task_id, task.lead, task.territory
          from planned_task task
          where not exists (
              select
              from planned_task held
              where held.task_id = named.id
                and held.version_id = coalesce(entry.version_id, held.version_id)
                and held.valid_from <= entry.command_end
                and entry.command_end <= held.valid_to
              offset 0
            )
            and task.task_id = named.id
            and task.version_id = coalesce(entry.version_id, task.version_id)
            and task.valid_from <= entry.command_end
            and not exists (
              select
              from planned_task later
              where later.id = task.id
                and later.valid_from > task.valid_from
                and later.valid_from <= entry.command_end
              offset 0
            )
        ) task
        where exists (
            select
            from visible_plan_version(entry.command_end, policy, viewer) then_
            where then_.id = task.version_id
            offset 0
          )
          and exists (
            select
            from visible_plan_version(at, policy, viewer) at_
            where at_.id = task.version_id
            offset 0
          )
          and not exists (
            select
            from withheld_task(entry.command_end, policy, viewer) withheld
            where withheld.id = task.task_id and withheld.partner not in (task.lead, task.territory)
            offset 0
          )
          and not exists (
            select
            from withheld_task(at, policy, viewer) withheld
            where withheld.id = task.task_id and withheld.partner not in (task.lead, task.territory)
            offset 0
          )
        offset 0
      )
        and not exists (
          select
          from visible_emergent_task(entry.command_end, policy, viewer) then_
          where then_.id = named.id
            and exists (
              select
              from visible_emergent_task(at, policy, viewer) at_
              where at_.id = named.id
              offset 0
            )
          offset 0
        )
      offset 0
    )
    and (
      entry.annex_id is null
      or exists (
        select
        from visible_annex(entry.command_end, policy, viewer) then_
        where then_.id = entry.annex_id
        offset 0
      )
      and exists (
        select
        from visible_annex(at, policy, viewer) at_
        where at_.id = entry.annex_id
        offset 0
      )
    )
    and not exists (
      select
      from unnest(entry.matter_ids) as named (id)
      where (
          not exists (
            select
            from visible_matter(entry.command_end, policy, viewer) then_
            where then_.id = named.id
            offset 0
          )
          or not exists (
            select
            from visible_matter(at, policy, viewer) at_
            where at_.id = named.id
            offset 0
          )
        )
        and (
          not exists (
            select
            from visible_log_entry(entry.command_end, viewer) then_
            where then_.id = named.id
            offset 0
          )
          or not exists (
            select
            from visible_log_entry(at, viewer) at_
            where at_.id = named.id
            offset 0
          )
        )
        and (
          not exists (
            select
            from visible_plan_version(entry.command_end, policy, viewer) then_
            where then_.id = named.id
            offset 0
          )
          or not exists (
            select
            from visible_plan_version(at, policy, viewer) at_
            where at_.id = named.id
            offset 0
          )
        )
      offset 0
    );
end;

-- An event may be about a whole plan version and stand in the history of all that is in it: of that, who sees
-- the event sees what is released to them now.
create function visible_event_item(at bigint, policy bigint, viewer text)
returns table (item_id uuid, "position" bigint)
language sql stable parallel safe
begin atomic
  select
    item.item_id,
    item.position
  from event_item item
  where exists (
      select
      from visible_event(at, policy, viewer) event_
      where event_.position = item.position
      offset 0
    )
    and (
      item.annex_id is null
      or exists (
        select
        from visible_annex(at, policy, viewer) annex_
        where annex_.id = item.annex_id
        offset 0
      )
    )
    and not exists (
      select
      from withheld_task(at, policy, viewer) withheld
      where withheld.id = item.task_id
        and not exists (
          select
          from planned_task task
          where task.task_id = withheld.id
            and task.valid_from <= at
            and withheld.partner in (task.lead, task.territory)
          offset 0
        )
      offset 0
    );
end;
