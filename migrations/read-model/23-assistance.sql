-- Persons that partners assist, as counts.

-- Whose counts an operation has.
create table assistance (
  id           uuid not null,
  operation_id uuid not null,
  authority    text not null,          -- the partner that counts: nobody else sees the reports
  valid_from   bigint not null,
  valid_to     bigint not null
);
alter table assistance add primary key (id, valid_to, valid_from);

-- What was reported, corrections too.
create table assistance_claim (
  id                uuid not null,
  operation_id      uuid not null,
  assistance_id     uuid not null,
  number            integer not null,
  counts            jsonb not null,
  place             text,              -- the partner on whose territory
  incident          text,
  occurred_at       timestamptz not null,
  recorded_at       timestamptz not null,
  position          bigint not null,
  reporter          text not null,
  late_reason       text,
  corrects          integer,           -- number of the claim that was wrong
  correction_reason text,
  corrected_by      integer,           -- number of the claim that puts it right
  valid_from        bigint not null,
  valid_to          bigint not null
);
alter table assistance_claim add primary key (id, valid_to, valid_from);
create index assistance_claim_by_table on assistance_claim (assistance_id, number, valid_to, valid_from);

-- What the counts come to from a moment on, until the next.
create table assistance_step (
  id            uuid not null,
  operation_id  uuid not null,
  assistance_id uuid not null,
  authority     text not null,
  number        integer not null,      -- of the claim that began it
  starts_at     timestamptz not null,
  counts        jsonb not null,        -- for the authority
  told          jsonb not null,        -- for all others: without what would tell a small count
  balances      jsonb not null,        -- the same of what adds up
  told_balances jsonb not null,
  valid_from    bigint not null,
  valid_to      bigint not null
);
alter table assistance_step add primary key (id, valid_to, valid_from);
create index assistance_step_by_operation on assistance_step (operation_id, authority, starts_at, valid_to, valid_from);
