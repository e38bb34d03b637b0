-- migrate:up
-- SQLite 3.38 has no ALTER TABLE for this; triggers and rows stay.
SELECT migrate_table('CREATE TABLE boat(
  id INTEGER PRIMARY KEY,
  name TEXT NOT NULL,
  berth INTEGER REFERENCES berth ON DELETE CASCADE,
  length REAL
)');

-- migrate:down
SELECT migrate_table('CREATE TABLE boat(
  id INTEGER PRIMARY KEY,
  name TEXT,
  berth INTEGER REFERENCES berth ON DELETE CASCADE,
  length REAL
)');
