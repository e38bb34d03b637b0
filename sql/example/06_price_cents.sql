-- revision: price_cents
-- parents: categories
-- message: prices as whole cents instead of text
-- created-at: 2025-06-07T09:40:00Z
-- migrate:up
ALTER TABLE tool ADD COLUMN price_cents INTEGER NOT NULL DEFAULT 0;
UPDATE tool SET price_cents = CAST(round(price * 100) AS INTEGER);
ALTER TABLE tool DROP COLUMN price;

-- ADD COLUMN could only append, and the old column stood in the middle: the
-- way back is a new table. loan refers to tool with ON DELETE CASCADE; no
-- PRAGMA is needed here, a run drops tables with enforcement off.
-- migrate:down
CREATE TABLE tool_new(
  id INTEGER PRIMARY KEY,
  name TEXT NOT NULL,
  bought TEXT NOT NULL, -- ISO date
  price TEXT NOT NULL,  -- as on the bill: '12.50'
  category_id INTEGER REFERENCES category
);
INSERT INTO tool_new(id, name, bought, price, category_id)
  SELECT id, name, bought,
         printf('%d.%02d', price_cents / 100, price_cents % 100), category_id
  FROM tool;
DROP TABLE tool;
ALTER TABLE tool_new RENAME TO tool;
CREATE INDEX tool_category ON tool(category_id);
