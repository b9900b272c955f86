-- What an operation deals with besides its plan, each with a label of its own: who may see it. A matter's readers are
-- null where it is for whoever reads the operation.

create view matter as
  select
    id,
    operation_id,
    readers,
    valid_from,
    valid_to
  from incident
  union all
  select
    id,
    operation_id,
    readers,
    valid_from,
    valid_to
  from request;

create function visible_matter(at bigint, policy bigint, viewer text) returns table (id uuid)
language sql stable parallel safe
begin atomic
  select then_.id
  from matter then_
  where then_.valid_from <= at
    and at < then_.valid_to
    and (then_.readers is null or viewer = any (then_.readers))
    and exists (
      select
      from visible_operation(at, policy, viewer) operation_
      where operation_.id = then_.operation_id
      offset 0
    )
    and (
      policy between then_.valid_from and then_.valid_to - 1
      or exists (
        select
        from matter now_
        where now_.id = then_.id
          and now_.valid_from <= policy
          and policy < now_.valid_to
          and (now_.readers is null or viewer = any (now_.readers))
        offset 0
      )
    );
end;
