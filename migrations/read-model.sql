-- The read model: computed from the log, never migrated. A change of this file makes a new schema, built from
-- the log beside the old one. Every table is versioned: a row holds from position valid_from, before valid_to.
-- Instants are UTC; codes stand where ids can be computed from them.
--
-- Keys and indexes have a line each, by which they are told from the tables: a build from the whole log fills these first.

create table checkpoint (
  one      boolean primary key default true check (one),
  position bigint not null,       -- everything up to here has been projected
  retired  boolean not null default false  -- other tables have taken the place of these: who waited to write starts again
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
  valid_to   bigint not null
);
alter table coalition add primary key (id, valid_to, valid_from);

create table partner (
  id           uuid not null,
  code         text not null,
  name         text not null,
  agency       text not null,
  names        jsonb not null,    -- in other languages, by their BCP 47 subtags
  agency_names jsonb not null,
  role         text not null,
  status       text not null,
  time_zone    text,
  currency     text,
  invited_at   timestamptz,
  joined_at    timestamptz,
  valid_from   bigint not null,
  valid_to     bigint not null
);
alter table partner add primary key (id, valid_to, valid_from);
create index partner_by_code on partner (code, valid_to, valid_from);

create table centre (
  id            uuid not null,
  code          text not null,
  name          text not null,
  names         jsonb not null,
  status        text not null,
  criteria      jsonb not null,
  sites         jsonb not null,
  selection     jsonb,
  forward_posts jsonb not null,
  activated_at  timestamptz,
  valid_from    bigint not null,
  valid_to      bigint not null
);
alter table centre add primary key (id, valid_to, valid_from);
create index centre_by_code on centre (code, valid_to, valid_from);

create table post (
  id         uuid not null,
  code       text not null,
  partner    text not null,
  title      text not null,
  titles     jsonb not null,
  liaison    boolean not null,
  status     text not null,
  nominee    uuid,
  valid_from bigint not null,
  valid_to   bigint not null
);
alter table post add primary key (id, valid_to, valid_from);
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
  valid_to    bigint not null
);
alter table tenure add primary key (id, valid_to, valid_from);
create index tenure_by_post on tenure (post_id, valid_to, valid_from);

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
  in_force         integer,          -- number of the plan version in force
  current_version  integer,          -- the same, else of the one being worked on
  valid_from       bigint not null,
  valid_to         bigint not null
);
alter table operation add primary key (id, valid_to, valid_from);
create index operation_by_code on operation (code, valid_to, valid_from);

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
  promulgated_at     timestamptz,
  fragmentary_orders jsonb not null, -- issued while it was in force
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
  valid_from   bigint not null,
  valid_to     bigint not null
);
alter table condition add primary key (id, valid_to, valid_from);
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
  valid_to     bigint not null
);
alter table assignment add primary key (id, valid_to, valid_from);
create index assignment_by_task on assignment (task_id, valid_to, valid_from);
create index assignment_by_operation on assignment (operation_id, valid_to, valid_from);
create index assignment_by_post on assignment (post, valid_to, valid_from);

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

-- Who may see what at a position: whatever was released then, and still is at the policy's position, so that narrowing
-- works backwards and widening does not open earlier states. Each climbs to its parent. Every query of an operation or
-- of anything in it goes through these. Simple enough for the planner to inline.
--
-- `offset 0` keeps each `exists` a look-up by id, made for each row. Without it the planner may turn it into a join, and
-- then it goes by its estimates: those of a young database led it to read all operations to judge one task.

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

create function visible_plan_version(at bigint, policy bigint, viewer text) returns table (id uuid)
language sql stable parallel safe
begin atomic
  select then_.id
  from plan_version then_
  where then_.valid_from <= at
    and at < then_.valid_to
    and (then_.readers is null or viewer = any (then_.readers))
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
        offset 0
      )
    );
end;

-- Tasks whose own label does not name the viewer, at the position or at the policy's: for their leads and the partners
-- on whose territory they lie, and for nobody else who is not named.
create function withheld_task(at bigint, policy bigint, viewer text) returns table (id uuid)
language sql stable parallel safe
begin atomic
  select label.id
  from task_label label
  where viewer <> all (label.readers)
    and (
      label.valid_from <= at and at < label.valid_to
      or label.valid_from <= policy and policy < label.valid_to
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
      where withheld.id = task.task_id and viewer not in (task.lead, task.territory)
      offset 0
    );
end;

-- What a task was from a position on, as one plan version had it: released then, at the position and at the policy's.
create function visible_task_version(at bigint, policy bigint, viewer text) returns table (id uuid, valid_from bigint)
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
      where withheld.id = task.task_id and viewer not in (task.lead, task.territory)
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

-- Where each event belongs and who may see it. An event never changes, so these rows have no versions: a position sees
-- those of the commands that end at or before it.
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
  version_id      uuid,
  annex_id        uuid,
  task_ids        uuid[] not null
);
alter table event_entry add primary key (position);
create unique index event_entry_by_id on event_entry (event_id);
create index event_entry_by_operation on event_entry (operation_id, position);

-- In whose history an event stands, by node ids.
create table event_item (
  item_id     uuid not null,
  position    bigint not null,
  changed     text,                     -- table of the row that the event changed; null: it only concerns the item
  annex_id    uuid,                     -- of an annex: what it can be released apart by
  task_id     uuid                      -- of a task: the same
);
alter table event_item add primary key (item_id, position);
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
    -- A task is judged as a version had it when the event happened, or until then: it may have been taken out.
    and not exists (
      select
      from unnest(entry.task_ids) as named (id)
      where not exists (
        select
        from planned_task task
        where task.task_id = named.id
          and task.version_id = coalesce(entry.version_id, task.version_id)
          and task.valid_from <= entry.command_end
          and entry.command_end <= task.valid_to
          and exists (
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
          and (
            viewer in (task.lead, task.territory)
            or not exists (
              select
              from withheld_task(entry.command_end, policy, viewer) withheld
              where withheld.id = task.task_id
              offset 0
            )
            and not exists (
              select
              from withheld_task(at, policy, viewer) withheld
              where withheld.id = task.task_id
              offset 0
            )
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
    );
end;

-- An event may be about a whole plan version and stand in the history of all that is in it: of that, who sees the event
-- sees what is released to them now.
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
            and viewer in (task.lead, task.territory)
          offset 0
        )
      offset 0
    );
end;

-- Writes what the commands from one position to another made: all of a commit in one round trip, and in one transaction.
-- False when the checkpoint does not stand where they begin, because somebody else has written them.
--
-- For each table that is named: ids of rows that hold no longer with the position from which they do not, and new rows.
-- Rows come as text of the table's own type, which Postgres reads faster than JSON. The body is made from the tables
-- above, because plans are kept only of statements that are written out. `offset 0` keeps each row that is closed looked
-- up by its id, also by a plan that was made while the table was empty: else it goes through all that are open, for ever.
create type closing as (id uuid, valid_to bigint);

do $make$
begin
  execute replace($function$
    create function project(
      after bigint, up_to bigint, names text[], closed text[], rows text[], entries text, items text
    ) returns boolean language plpgsql as $body$
    declare
      held bigint;
    begin
      -- The log has it all: what a crash takes from here is projected again, and the checkpoint goes with it.
      perform set_config('synchronous_commit', 'off', true);
      select position into held from checkpoint where not retired for update;
      if held is distinct from after then
        return false;
      end if;
      for i in 1 .. coalesce(array_length(names, 1), 0) loop
        case names[i]
          {tables}
        end case;
      end loop;
      insert into event_entry select * from unnest(entries::event_entry[]);
      insert into event_item select * from unnest(items::event_item[]);
      update checkpoint set position = up_to;
      return true;
    end
    $body$
  $function$, '{tables}', (
    select string_agg(replace($arm$
          when '{table}' then
            update {table} held_
            set valid_to = found_.valid_to
            from (
              select
                open_.ctid,
                closing_.valid_to
              from unnest(closed[i]::closing[]) closing_
              cross join lateral (
                select ctid
                from {table}
                where id = closing_.id and valid_to = 9223372036854775807
                offset 0
              ) open_
            ) found_
            where held_.ctid = found_.ctid;
            insert into {table} select * from unnest(rows[i]::{table}[]);
      $arm$, '{table}', versioned.relname), '')
    from pg_class versioned
    join pg_attribute on attrelid = versioned.oid and attname = 'valid_to'
    where relkind = 'r' and relnamespace = current_schema()::regnamespace
  ));
end
$make$;
