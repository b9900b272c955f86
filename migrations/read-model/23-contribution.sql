-- What partners give to operations.

create table contribution (
  id                uuid not null,
  operation_id      uuid not null,
  code              text not null,
  partner           text not null,     -- that gives it, and owns it
  kind              text not null,
  title             text,
  status            text not null,
  in_kind           boolean not null,
  quantity          integer,           -- of what is given in kind
  unit              text,
  value             jsonb,             -- in kind: null where nobody said
  amount            bigint,            -- the same in smallest units
  currency          text,
  rates             jsonb not null,    -- as agreed when it was accepted
  reporting         text,              -- the currency that they lead to
  worth             text,              -- of one smallest unit, in smallest units of that one, exactly
  allocations       jsonb not null,
  allocated         bigint not null,   -- in smallest units, as all sums
  disbursements     jsonb not null,
  disbursed         bigint not null,
  deliveries        jsonb not null,
  delivered         integer not null,  -- what was rejected left out
  delivery_accepted integer not null,
  parties           text[] not null,   -- none: whose work it is are its giver and the lead
  release           jsonb,             -- what it says of its release itself
  readers           text[],            -- the operation's that read it; null: all
  pledged_at        timestamptz not null,
  accepted_at       timestamptz,
  refused_at        timestamptz,       -- declined or withdrawn
  refusal_reason    text,
  fulfilled_at      timestamptz,
  valid_from        bigint not null,
  valid_to          bigint not null
);
alter table contribution add primary key (id, valid_to, valid_from);
create index contribution_by_operation on contribution (operation_id, code, valid_to, valid_from);
