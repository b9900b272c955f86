-- What operations came to.

create table outcome (
  id           uuid not null,
  operation_id uuid not null,
  code         text not null,
  partner      text not null,          -- whose work it was, and owns it
  kind         text not null,
  title        text,
  source       text not null,          -- who or what says so
  objective    text,                   -- of the plan, by its code
  count        integer,                -- as the claim says that holds, as all that follows
  value        jsonb,
  amount       bigint,                 -- the same in smallest units
  currency     text,
  occurred_at  timestamptz not null,
  parties      text[] not null,        -- none: whose work it is are its owner and the lead
  release      jsonb,                  -- what it says of its release itself
  readers      text[],                 -- the operation's that read it; null: all
  valid_from   bigint not null,
  valid_to     bigint not null
);
alter table outcome add primary key (id, valid_to, valid_from);
create index outcome_by_operation on outcome (operation_id, code, valid_to, valid_from);
