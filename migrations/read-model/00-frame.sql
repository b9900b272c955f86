-- The read model: computed from the log, never migrated. These files are read one after the other, in the
-- order of their names, as if they were one; a change of any makes a new schema, built from the log beside
-- the old one. Every table of a subject is versioned: a row holds from position valid_from, before valid_to.
-- Instants are UTC; codes stand where ids can be computed from them.
--
-- Keys and indexes have a line each, by which they are told from the tables: a build from the whole log fills
-- these first.

create table checkpoint (
  one      boolean primary key default true check (one),
  position bigint not null,                -- everything up to here has been projected
  retired  boolean not null default false  -- others have taken the place of these tables: begin again there
);
insert into checkpoint (position) values (0);

-- Whether a code begins with what is searched for, or code and text have all its words. `words` are regular
-- expressions that leave nothing to the database's locale; a text without a code has an empty one.
create function found(code text, said text, words text[], prefix text) returns boolean
language sql immutable parallel safe
return code like prefix or code || ' ' || said ~ all (words);

-- All names of a thing in other languages, one after the other.
create function names(of jsonb) returns text
language sql immutable parallel safe
return (select string_agg(name.value, ' ') from jsonb_each_text(of) name);

-- What people wrote in a plan's sections, without codes, times and kinds.
create function prose(sections jsonb) returns text
language sql immutable parallel safe
return (
  select string_agg(said #>> '{}', ' ')
  from unnest(array[
    '$.situation', '$.mission', '$.commandersIntent.purpose', '$.commandersIntent.endState', '$.concept',
    '$.administration', '$.commandAndSignal', '$.linesOfEffort[*].name', '$.phases[*].name',
    '$.objectives[*].text', '$.objectives[*].measure', '$.decisionPoints[*].decision',
    '$.decisionPoints[*].trigger', '$.ccir[*].text', '$.goNoGo[*]', '$.risks[*].text', '$.risks[*].treatment',
    '$.calendars[*].name'
  ]::jsonpath[]) place
  cross join jsonb_path_query(sections, place) said
);

-- Who may see what at a position is said by functions that are called `visible_` and the table: whatever was
-- released then, and still is at the policy's position, so that narrowing works backwards and widening does
-- not open earlier states. Each climbs to its parent. Every query of an operation or of anything in it goes
-- through these. Simple enough for the planner to inline.
--
-- `offset 0` keeps each `exists` a look-up by id, made for each row. Without it the planner may turn it into
-- a join, and then it goes by its estimates: those of a young database led it to read all operations to judge
-- one task.
