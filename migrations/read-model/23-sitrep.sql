-- SITREPs of operations, each as it was issued.

create table sitrep (
  id           uuid not null,
  operation_id uuid not null,
  entry        integer not null,   -- counts all that were issued, corrections too
  code         text not null,
  number       integer not null,
  correction   integer,            -- counts those of its number; null: it is none
  since        timestamptz,        -- the end of the period before; null: it is the first
  until        timestamptz not null,
  owner        text not null,
  actor        text not null,      -- the post that issued it
  issued_at    timestamptz not null,
  position     bigint not null,
  remarks      text,
  is_final     boolean not null,
  figures      jsonb not null,
  corrects     text,               -- code of what it puts right
  reason       text,
  differences  jsonb not null,
  corrected_by text,               -- code of what puts it right
  parties      text[] not null,    -- none: whose work it is is the lead
  release      jsonb,              -- what it says of its release itself
  readers      text[],             -- the operation's that read it; null: all
  valid_from   bigint not null,
  valid_to     bigint not null
);
alter table sitrep add primary key (id, valid_to, valid_from);
create index sitrep_by_operation on sitrep (operation_id, entry, valid_to, valid_from);
