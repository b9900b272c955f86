-- The watch of centres: shifts, which everybody in the coalition sees, and the log, of which each entry says who reads it.

create table shift (
  id          uuid not null,
  centre_id   uuid not null,
  centre      text not null,           -- its code
  number      integer not null,
  begins_at   timestamptz not null,
  ends_at     timestamptz not null,    -- as it was rostered; exclusive
  officers    text[] not null,         -- posts
  least       jsonb not null,          -- how many officers and nations it must have
  on_watch    jsonb not null,
  handed_over jsonb,
  gap         jsonb,
  gap_due_at  timestamptz,             -- when it is to be told that it lacks officers; null: nothing is
  valid_from  bigint not null,
  valid_to    bigint not null
);
alter table shift add primary key (id, valid_to, valid_from);
create index shift_by_centre on shift (centre_id, begins_at, valid_to, valid_from);
create index shift_by_end on shift (ends_at, valid_to, valid_from);
create index shift_by_gap_due on shift (gap_due_at, id) where gap_due_at is not null and valid_to = 9223372036854775807;

create table log_entry (
  id                uuid not null,
  centre_id         uuid not null,
  number            integer not null,
  owner             text not null,     -- the partner whose entry it is, which keeps reading it
  category          text not null,
  text              text not null,
  release           jsonb,             -- null: for everybody
  readers           text[],            -- null: everybody in the coalition
  occurred_at       timestamptz not null,
  recorded_at       timestamptz not null,
  position          bigint not null,
  author            text not null,     -- a post
  late_reason       text,
  corrects          integer,           -- number of the entry that was wrong
  correction_reason text,
  corrected_by      integer,           -- number of the entry that puts it right
  valid_from        bigint not null,
  valid_to          bigint not null
);
alter table log_entry add primary key (id, valid_to, valid_from);
create index log_entry_by_centre on log_entry (centre_id, number, valid_to, valid_from);

-- Who may read an entry never changes. A viewer without a partner in good standing reads none.
create function visible_log_entry(at bigint, viewer text) returns table (id uuid)
language sql stable parallel safe
begin atomic
  select entry.id
  from log_entry entry
  where entry.valid_from <= at
    and at < entry.valid_to
    and viewer <> ''
    and (entry.readers is null or viewer = entry.owner or viewer = any (entry.readers));
end;
