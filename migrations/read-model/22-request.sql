-- Requests for information and for assistance.

create table request (
  id              uuid not null,
  operation_id    uuid not null,
  operation       text not null,       -- its code
  code            text not null,
  kind            text not null,
  channel         text not null,
  status          text not null,
  priority        text not null,
  asker           text not null,       -- the partner that asks
  asked           text not null,       -- the partner that is asked
  incident_id     uuid,
  text            text not null,
  parties         text[] not null,     -- both, who read it whether or not they read its operation
  release         jsonb not null,      -- what it says of its release itself
  readers         text[] not null,     -- of the operation's
  issued_at       timestamptz not null,
  acknowledged_at timestamptz,
  answered_at     timestamptz,         -- accepted or declined
  ended_at        timestamptz,         -- fulfilled, declined or withdrawn
  outcome         text,                -- the answer, or why not
  valid_from      bigint not null,
  valid_to        bigint not null
);
alter table request add primary key (id, valid_to, valid_from);
create index request_by_operation on request (operation_id, code, valid_to, valid_from);
create index request_by_incident on request (incident_id, valid_to, valid_from);
create index request_by_asked on request (asked, valid_to, valid_from) where ended_at is null;
