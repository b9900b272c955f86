-- Phases as they are carried out, and what partners say on whether they may start.

create table phase (
  id              uuid not null,
  operation_id    uuid not null,
  code            text not null,
  started_at      timestamptz,
  completed_at    timestamptz,
  gate            jsonb,             -- what was decided last; null: nothing was
  gate_version_id uuid,              -- on which version
  valid_from      bigint not null,
  valid_to        bigint not null
);
alter table phase add primary key (id, valid_to, valid_from);
create index phase_by_operation on phase (operation_id, valid_to, valid_from);

create table go_no_go_word (
  id             uuid not null,
  operation_id   uuid not null,
  version_id     uuid not null,      -- that it was given on
  phase          text not null,
  number         integer not null,
  partner        text not null,
  actor          text not null,
  decision       text not null,
  criteria       jsonb not null,     -- what the partner finds of each
  accepted_risks text[] not null,
  seen_at        bigint not null,
  stated_at      timestamptz not null,
  position       bigint not null,
  counts         boolean not null,   -- nothing said or decided since has taken its place
  valid_from     bigint not null,
  valid_to       bigint not null
);
alter table go_no_go_word add primary key (id, valid_to, valid_from);
create index go_no_go_word_by_operation on go_no_go_word (operation_id, valid_to, valid_from);
