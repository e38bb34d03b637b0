-- revision: categories
-- parents: first_stock
-- label: catalogue
-- message: categories get a table of their own
-- created-at: 2025-06-07T09:00:00Z

-- 'Power', 'power' and ' GARDEN ' were typed by hand. Each becomes one row,
-- each tool points to its row; a tool without one points nowhere.
-- migrate:up
CREATE TABLE category(
  id INTEGER PRIMARY KEY,
  name TEXT NOT NULL UNIQUE
);
INSERT INTO category(name)
  SELECT DISTINCT lower(trim(category)) FROM tool
  WHERE trim(category) <> '' ORDER BY 1;

-- The way back needs to know how it was typed.
CREATE TABLE category_typed(
  tool_id INTEGER PRIMARY KEY REFERENCES tool ON DELETE CASCADE,
  text TEXT NOT NULL
);
INSERT INTO category_typed(tool_id, text) SELECT id, category FROM tool;

ALTER TABLE tool ADD COLUMN category_id INTEGER REFERENCES category;
UPDATE tool SET category_id =
  (SELECT id FROM category AS c WHERE c.name = lower(trim(tool.category)));
ALTER TABLE tool DROP COLUMN category;
CREATE INDEX tool_category ON tool(category_id);
-- migrate:down
DROP INDEX tool_category;
ALTER TABLE tool ADD COLUMN category TEXT NOT NULL DEFAULT '';
UPDATE tool SET category = coalesce(
  (SELECT text FROM category_typed AS t WHERE t.tool_id = tool.id),
  (SELECT name FROM category AS c WHERE c.id = tool.category_id), '');
ALTER TABLE tool DROP COLUMN category_id;
DROP TABLE category_typed;
DROP TABLE category;
