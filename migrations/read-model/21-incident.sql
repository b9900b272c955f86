-- Incidents, and the tasks that responses to them made.

create table incident (
  id                uuid not null,
  operation_id      uuid not null,
  operation         text not null,     -- its code
  code              text not null,
  report            jsonb not null,
  status            text not null,
  priority          text,
  owner             text not null,
  parties           text[] not null,   -- whose work it is besides
  release           jsonb,             -- what it says of its release itself
  readers           text[],            -- the operation's that read it; null: all
  reported_at       timestamptz not null,
  triaged_at        timestamptz,
  decided_at        timestamptz,       -- the first response since it was reported or reopened
  first_arrival_at  timestamptz,
  contained_at      timestamptz,
  closed_at         timestamptz,
  reopened_at       timestamptz,
  persons_recovered bigint,
  responders        jsonb not null,
  valid_from        bigint not null,
  valid_to          bigint not null
);
alter table incident add primary key (id, valid_to, valid_from);
create index incident_by_operation on incident (operation_id, code, valid_to, valid_from);
create index incident_by_operation_open on incident (operation_id, valid_to, valid_from) where closed_at is null;

create table emergent_task (
  id           uuid not null,          -- the task's
  operation_id uuid not null,
  incident_id  uuid not null,
  code         text not null,
  title        text not null,
  lead         text not null,
  territory    text not null,
  post         text,
  start_at     timestamptz not null,
  duration     bigint not null,        -- in seconds
  decided_at   timestamptz not null,
  valid_from   bigint not null,
  valid_to     bigint not null
);
alter table emergent_task add primary key (id, valid_to, valid_from);
create index emergent_task_by_operation on emergent_task (operation_id, code, valid_to, valid_from);
create index emergent_task_by_incident on emergent_task (incident_id, valid_to, valid_from);
