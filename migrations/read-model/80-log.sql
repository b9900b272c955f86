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
  task_id     uuid,                     -- of a task: the same
  bound_post  text                      -- of a post that is there because tasks bind it: its code
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

-- Posts that the tasks of an operation bound when an event was recorded, as far as the viewer saw such a task then and
-- sees it at the position. What its command withdrew counts: the same command tells that.
create function visible_binding(at bigint, policy bigint, viewer text, told_at bigint, of_operation uuid)
returns table (post text)
language sql stable parallel safe
begin atomic
  select assignment.post
  from assignment
  where assignment.operation_id = of_operation
    and assignment.valid_from <= told_at
    and told_at < assignment.valid_to
    and (assignment.withdrawn_at is null or assignment.valid_from = told_at)
    and (
      exists (
        select
        from visible_planned_task(told_at, policy, viewer) then_
        where then_.task_id = assignment.task_id
        offset 0
      )
      or exists (
        select
        from visible_emergent_task(told_at, policy, viewer) then_
        where then_.id = assignment.task_id
        offset 0
      )
    )
    and (
      exists (
        select
        from visible_planned_task(at, policy, viewer) at_
        where at_.task_id = assignment.task_id
        offset 0
      )
      or exists (
        select
        from visible_emergent_task(at, policy, viewer) at_
        where at_.id = assignment.task_id
        offset 0
      )
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
    )
    and (
      item.bound_post is null
      or exists (
        select
        from event_entry entry
        cross join lateral visible_binding(at, policy, viewer, entry.command_end, entry.operation_id) binding
        where entry.position = item.position and binding.post = item.bound_post
        offset 0
      )
    );
end;

-- What an operation consists of, as it was anywhere between two positions: the table of each item, and with what it comes
-- in sight. Nobody's rights are looked at. What is not kept by its operation is found by what it is in.
create function operation_item(of_operation uuid, first bigint, last bigint)
returns table (id uuid, kind text, version_id uuid, task_id uuid, matter_id uuid, predecessors text[])
language sql stable parallel safe
begin atomic
  with version as materialized (
    select distinct plan_version.id
    from plan_version
    where plan_version.operation_id = of_operation and plan_version.valid_from <= last
  ), decided as materialized (
    select distinct inside.id
    from version whole
    cross join lateral (
      select decision.id as id
      from decision
      where decision.version_id = whole.id and decision.valid_from <= last
      offset 0
    ) inside
  ), task as materialized (
    select distinct inside.id
    from version whole
    cross join lateral (
      select planned_task.task_id as id
      from planned_task
      where planned_task.version_id = whole.id and planned_task.valid_from <= last
      offset 0
    ) inside
    union
    select task_execution.task_id
    from task_execution
    where task_execution.operation_id = of_operation and task_execution.valid_from <= last
  ), matter_ as materialized (
    select incident.id from incident where incident.operation_id = of_operation and incident.valid_to > first
    union all
    select request.id from request where request.operation_id = of_operation and request.valid_to > first
    union all
    select contribution.id from contribution where contribution.operation_id = of_operation and contribution.valid_to > first
    union all
    select sitrep.id from sitrep where sitrep.operation_id = of_operation and sitrep.valid_to > first
    union all
    select outcome.id from outcome where outcome.operation_id = of_operation and outcome.valid_to > first
  )
  select
    operation.id,
    'operation',
    null::uuid,
    null::uuid,
    null::uuid,
    null::text[]
  from operation
  where operation.id = of_operation
    and operation.valid_from <= last
    and first < operation.valid_to
  union all
  select
    assignment.id,
    'assignment',
    null,
    assignment.task_id,
    null,
    null
  from assignment
  where assignment.operation_id = of_operation
    and assignment.valid_from <= last
    and first < assignment.valid_to
  union all
  select
    officer_request.id,
    'officer_request',
    null,
    officer_request.task_id,
    null,
    null
  from officer_request
  where officer_request.operation_id = of_operation
    and officer_request.valid_from <= last
    and first < officer_request.valid_to
  union all
  select
    task_execution.id,
    'task_execution',
    null,
    task_execution.task_id,
    null,
    null
  from task_execution
  where task_execution.operation_id = of_operation
    and task_execution.valid_from <= last
    and first < task_execution.valid_to
  union all
  select
    plan_version.id,
    'plan_version',
    plan_version.id,
    null,
    null,
    null
  from plan_version
  where plan_version.operation_id = of_operation
    and plan_version.valid_from <= last
    and first < plan_version.valid_to
  union all
  select
    phase.id,
    'phase',
    null,
    null,
    null,
    null
  from phase
  where phase.operation_id = of_operation
    and phase.valid_from <= last
    and first < phase.valid_to
  union all
  select
    go_no_go_word.id,
    'go_no_go_word',
    go_no_go_word.version_id,
    null,
    null,
    null
  from go_no_go_word
  where go_no_go_word.operation_id = of_operation
    and go_no_go_word.valid_from <= last
    and first < go_no_go_word.valid_to
  union all
  select
    recorded_decision.id,
    'recorded_decision',
    null,
    null,
    null,
    null
  from recorded_decision
  where recorded_decision.operation_id = of_operation
    and recorded_decision.valid_from <= last
    and first < recorded_decision.valid_to
  union all
  select
    deconfliction.id,
    'deconfliction',
    null,
    null,
    null,
    null
  from deconfliction
  where deconfliction.operation_id = of_operation
    and deconfliction.valid_from <= last
    and first < deconfliction.valid_to
  union all
  select
    incident.id,
    'incident',
    null,
    null,
    incident.id,
    null
  from incident
  where incident.operation_id = of_operation
    and incident.valid_from <= last
    and first < incident.valid_to
  union all
  select
    request.id,
    'request',
    null,
    null,
    request.id,
    null
  from request
  where request.operation_id = of_operation
    and request.valid_from <= last
    and first < request.valid_to
  union all
  select
    contribution.id,
    'contribution',
    null,
    null,
    contribution.id,
    null
  from contribution
  where contribution.operation_id = of_operation
    and contribution.valid_from <= last
    and first < contribution.valid_to
  union all
  select
    sitrep.id,
    'sitrep',
    null,
    null,
    sitrep.id,
    null
  from sitrep
  where sitrep.operation_id = of_operation
    and sitrep.valid_from <= last
    and first < sitrep.valid_to
  union all
  select
    outcome.id,
    'outcome',
    null,
    null,
    outcome.id,
    null
  from outcome
  where outcome.operation_id = of_operation
    and outcome.valid_from <= last
    and first < outcome.valid_to
  union all
  select
    clock.id,
    'clock',
    null,
    null,
    clock.matter_id,
    null
  from clock
  where clock.operation_id = of_operation
    and clock.valid_from <= last
    and first < clock.valid_to
  union all
  select
    review.id,
    'review',
    null,
    null,
    null,
    null
  from review
  where review.operation_id = of_operation
    and review.valid_from <= last
    and first < review.valid_to
  union all
  select
    observation.id,
    'observation',
    null,
    null,
    null,
    null
  from observation
  where observation.operation_id = of_operation
    and observation.valid_from <= last
    and first < observation.valid_to
  union all
  select
    finding.id,
    'finding',
    null,
    null,
    null,
    null
  from finding
  where finding.operation_id = of_operation
    and finding.valid_from <= last
    and first < finding.valid_to
  union all
  select
    inside.id,
    'planned_task',
    inside.version_id,
    inside.task_id,
    null,
    inside.predecessors
  from version whole
  cross join lateral (
    select planned_task.*
    from planned_task
    where planned_task.version_id = whole.id
      and planned_task.valid_from <= last
      and first < planned_task.valid_to
    offset 0
  ) inside
  union all
  select
    inside.id,
    'annex',
    inside.version_id,
    null,
    null,
    null
  from version whole
  cross join lateral (
    select annex.*
    from annex
    where annex.version_id = whole.id
      and annex.valid_from <= last
      and first < annex.valid_to
    offset 0
  ) inside
  union all
  select
    inside.id,
    'decision',
    inside.version_id,
    null,
    null,
    null
  from version whole
  cross join lateral (
    select decision.*
    from decision
    where decision.version_id = whole.id
      and decision.valid_from <= last
      and first < decision.valid_to
    offset 0
  ) inside
  union all
  select
    inside.id,
    'condition',
    inside.version_id,
    null,
    null,
    null
  from decided whole
  cross join lateral (
    select condition.*
    from condition
    where condition.decision_id = whole.id
      and condition.valid_from <= last
      and first < condition.valid_to
    offset 0
  ) inside
  union all
  select
    inside.id,
    'task_label',
    null,
    inside.id,
    null,
    null
  from task whole
  cross join lateral (
    select task_label.*
    from task_label
    where task_label.id = whole.id
      and task_label.valid_from <= last
      and first < task_label.valid_to
    offset 0
  ) inside
  union all
  select
    inside.id,
    'task_claim',
    null,
    inside.task_id,
    null,
    null
  from task whole
  cross join lateral (
    select task_claim.*
    from task_claim
    where task_claim.task_id = whole.id
      and task_claim.valid_from <= last
      and first < task_claim.valid_to
    offset 0
  ) inside
  union all
  select
    inside.id,
    'matter_claim',
    null,
    null,
    inside.matter_id,
    null
  from matter_ whole
  cross join lateral (
    select matter_claim.*
    from matter_claim
    where matter_claim.matter_id = whole.id
      and matter_claim.valid_from <= last
      and first < matter_claim.valid_to
    offset 0
  ) inside;
end;
