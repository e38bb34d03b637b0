-- migrate:renamed-from old
create table n( -- migrate:renamed-from older
  a int, -- migrate:renamed-from "b c"
  -- migrate:renamed-from d
  e int
  -- migrate:renamed-from f
, constraint c check (a) -- migrate:renamed-from z
) strict -- migrate:renamed-from y