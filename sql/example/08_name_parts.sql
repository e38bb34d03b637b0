-- revision: name_parts
-- parents: first_stock
-- label: people
-- message: given and family name apart
-- created-at: 2025-06-08T20:00:00Z

-- Split at the first blank; who has one name only has no family name.
-- migrate:up
ALTER TABLE member ADD COLUMN given TEXT NOT NULL DEFAULT '';
ALTER TABLE member ADD COLUMN family TEXT NOT NULL DEFAULT '';
UPDATE member SET
  given = substr(name, 1, instr(name || ' ', ' ') - 1),
  family = substr(name, instr(name || ' ', ' ') + 1);
ALTER TABLE member DROP COLUMN name;
-- migrate:down
CREATE TABLE member_new(
  id INTEGER PRIMARY KEY,
  name TEXT NOT NULL CHECK(name = trim(name) AND name <> ''),
  email TEXT NOT NULL UNIQUE COLLATE NOCASE,
  joined TEXT NOT NULL -- ISO date
);
INSERT INTO member_new(id, name, email, joined)
  SELECT id, trim(given || ' ' || family), email, joined FROM member;
DROP TABLE member;
ALTER TABLE member_new RENAME TO member;
