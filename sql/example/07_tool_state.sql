-- revision: tool_state
-- parents: price_cents
-- message: how worn a tool is, from its loans
-- created-at: 2025-06-14T09:00:00Z

-- A column that is NOT NULL without a default cannot be added to a table with
-- rows, so the table is made new and filled from the old one.
-- migrate:up
CREATE TABLE tool_new(
  id INTEGER PRIMARY KEY,
  name TEXT NOT NULL,
  bought TEXT NOT NULL, -- ISO date
  category_id INTEGER REFERENCES category,
  price_cents INTEGER NOT NULL CHECK(price_cents >= 0),
  times_lent INTEGER NOT NULL,
  state TEXT NOT NULL CHECK(state IN ('new', 'good', 'worn'))
);
INSERT INTO tool_new(id, name, bought, category_id, price_cents, times_lent,
                     state)
  SELECT t.id, t.name, t.bought, t.category_id, t.price_cents, count(l.id),
         CASE WHEN count(l.id) >= 4 THEN 'worn'
              WHEN count(l.id) >= 1 THEN 'good'
              ELSE 'new' END
  FROM tool AS t LEFT JOIN loan AS l ON l.tool_id = t.id
  GROUP BY t.id;
DROP TABLE tool;
ALTER TABLE tool_new RENAME TO tool;
CREATE INDEX tool_category ON tool(category_id);
-- migrate:down
CREATE TABLE tool_new(
  id INTEGER PRIMARY KEY,
  name TEXT NOT NULL,
  bought TEXT NOT NULL, -- ISO date
  category_id INTEGER REFERENCES category,
  price_cents INTEGER NOT NULL DEFAULT 0
);
INSERT INTO tool_new SELECT id, name, bought, category_id, price_cents
  FROM tool;
DROP TABLE tool;
ALTER TABLE tool_new RENAME TO tool;
CREATE INDEX tool_category ON tool(category_id);
