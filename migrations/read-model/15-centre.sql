-- Coordination centres. Seen by everybody in the coalition.

create table centre (
  id            uuid not null,
  code          text not null,
  name          text not null,
  names         jsonb not null,
  status        text not null,
  criteria      jsonb not null,
  sites         jsonb not null,
  selection     jsonb,
  forward_posts jsonb not null,
  activated_at  timestamptz,
  watch_rules   jsonb,
  valid_from    bigint not null,
  valid_to      bigint not null
);
alter table centre add primary key (id, valid_to, valid_from);
create index centre_by_code on centre (code, valid_to, valid_from);
