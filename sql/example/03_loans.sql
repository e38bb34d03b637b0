-- revision: loans
-- parents: tools
-- message: who has what
-- created-at: 2025-02-04T19:30:00Z
-- migrate:up
CREATE TABLE loan(
  id INTEGER PRIMARY KEY,
  tool_id INTEGER NOT NULL REFERENCES tool ON DELETE CASCADE,
  member_id INTEGER NOT NULL REFERENCES member,
  taken TEXT NOT NULL,
  due TEXT NOT NULL,
  returned TEXT, -- NULL: still out
  CHECK(due >= taken)
);
-- A tool is in one place at a time.
CREATE UNIQUE INDEX loan_open ON loan(tool_id) WHERE returned IS NULL;
CREATE INDEX loan_member ON loan(member_id, taken DESC);
-- migrate:down
DROP TABLE loan;
