-- revision: members
-- message: people who may borrow
-- created-at: 2025-02-03T18:00:00Z

-- A shed full of tools that a street shares. These are the people.
-- migrate:up
CREATE TABLE member(
  id INTEGER PRIMARY KEY,
  name TEXT NOT NULL CHECK(name = trim(name) AND name <> ''),
  email TEXT NOT NULL UNIQUE COLLATE NOCASE,
  joined TEXT NOT NULL -- ISO date
);
-- migrate:down
DROP TABLE member;
