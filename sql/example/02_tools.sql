-- revision: tools
-- parents: members
-- message: what can be borrowed
-- created-at: 2025-02-03T18:10:00Z
-- migrate:up
CREATE TABLE tool(
  id INTEGER PRIMARY KEY,
  name TEXT NOT NULL,
  bought TEXT NOT NULL, -- ISO date
  price TEXT NOT NULL,  -- as on the bill: '12.50'
  category TEXT NOT NULL DEFAULT ''
);
-- migrate:down
DROP TABLE tool;
