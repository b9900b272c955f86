-- What partners give to operations.

create table contribution (
  id                uuid not null,
  operation_id      uuid not null,
  code              text not null,
  partner           text not null,     -- that gives it
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

create function visible_contribution(at bigint, policy bigint, viewer text) returns table (id uuid)
language sql stable parallel safe
begin atomic
  select contribution_.id
  from contribution contribution_
  where contribution_.valid_from <= at
    and at < contribution_.valid_to
    and exists (
      select
      from visible_operation(at, policy, viewer) operation_
      where operation_.id = contribution_.operation_id
      offset 0
    );
end;

-- What the viewer sees of what is given to these operations and was neither declined nor withdrawn, with what it is
-- worth in the currency that the operation reports in. That is the one that visible rates lead to.
create function counted_contribution(at bigint, policy bigint, viewer text, wanted uuid[]) returns table (
  operation_id      uuid,
  code              text,
  partner           text,
  kind              text,
  is_accepted       boolean,
  in_kind           boolean,
  quantity          integer,
  unit              text,
  amount            bigint,
  currency          text,
  rates             jsonb,
  reporting         text,
  worth             numeric,
  allocations       jsonb,
  allocated         bigint,
  disbursed         bigint,
  delivered         integer,
  delivery_accepted integer
)
language sql stable parallel safe
begin atomic
  with seen as (
    select
      given.*,
      max(given.reporting) over (partition by given.operation_id) as into_
    from contribution given
    join visible_contribution(at, policy, viewer) visible on visible.id = given.id
    where given.operation_id = any (wanted)
      and given.valid_from <= at
      and at < given.valid_to
      and given.refused_at is null
  )
  select
    seen.operation_id,
    seen.code,
    seen.partner,
    seen.kind,
    seen.accepted_at is not null,
    seen.in_kind,
    seen.quantity,
    seen.unit,
    seen.amount,
    seen.currency,
    seen.rates,
    seen.into_,
    case
      when seen.worth is not null then seen.worth::numeric
      when seen.currency = seen.into_ then 1
    end,
    seen.allocations,
    seen.allocated,
    seen.disbursed,
    seen.delivered,
    seen.delivery_accepted
  from seen;
end;
