-- The coalition: its partners, their posts and who holds them. Seen by everybody in it.

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

-- Whether the viewer takes tasks: at the position and at the policy's.
create function takes_tasks(at bigint, policy bigint, viewer text) returns table (code text)
language sql stable parallel safe
begin atomic
  select then_.code
  from partner then_
  where then_.code = viewer
    and then_.valid_from <= at
    and at < then_.valid_to
    and then_.status = 'ACCEDED'
    and then_.role <> 'OBSERVER'
    and exists (
      select
      from partner now_
      where now_.code = viewer
        and now_.valid_from <= policy
        and policy < now_.valid_to
        and now_.status = 'ACCEDED'
        and now_.role <> 'OBSERVER'
      offset 0
    );
end;

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
  entered     bigint not null,       -- where the log says that it was taken
  valid_from  bigint not null,
  valid_to    bigint not null
);
alter table tenure add primary key (id, valid_to, valid_from);
create index tenure_by_post on tenure (post_id, valid_to, valid_from);
