-- Writing rows. The last, because it is made from the tables.

-- Writes what the commands from one position to another made: all of a commit in one round trip, and in one
-- transaction. False when the checkpoint does not stand where they begin, because somebody else has written
-- them.
--
-- For each table that is named: ids of rows that hold no longer with the position from which they do not, and
-- new rows. Rows come as text of the table's own type, which Postgres reads faster than JSON. The body is
-- made from the tables above, because plans are kept only of statements that are written out. `offset 0`
-- keeps each row that is closed looked up by its id, also by a plan that was made while the table was empty:
-- else it goes through all that are open, for ever.
create type closing as (id uuid, valid_to bigint);

do $make$
begin
  execute replace($function$
    create function project(
      after bigint, up_to bigint, names text[], closed text[], rows text[], entries text, items text
    ) returns boolean language plpgsql as $body$
    declare
      held bigint;
    begin
      -- The log has it all: what a crash takes from here is projected again, and the checkpoint goes with it.
      perform set_config('synchronous_commit', 'off', true);
      select position into held from checkpoint where not retired for update;
      if held is distinct from after then
        return false;
      end if;
      for i in 1 .. coalesce(array_length(names, 1), 0) loop
        case names[i]
          {tables}
        end case;
      end loop;
      insert into event_entry select * from unnest(entries::event_entry[]);
      insert into event_item select * from unnest(items::event_item[]);
      update checkpoint set position = up_to;
      return true;
    end
    $body$
  $function$, '{tables}', (
    select string_agg(replace($arm$
          when '{table}' then
            update {table} held_
            set valid_to = found_.valid_to
            from (
              select
                open_.ctid,
                closing_.valid_to
              from unnest(closed[i]::closing[]) closing_
              cross join lateral (
                select ctid
                from {table}
                where id = closing_.id and valid_to = 9223372036854775807
                offset 0
              ) open_
            ) found_
            where held_.ctid = found_.ctid;
            insert into {table} select * from unnest(rows[i]::{table}[]);
      $arm$, '{table}', versioned.relname), '')
    from pg_class versioned
    join pg_attribute on attrelid = versioned.oid and attname = 'valid_to'
    where relkind = 'r' and relnamespace = current_schema()::regnamespace
  ));
end
$make$;
