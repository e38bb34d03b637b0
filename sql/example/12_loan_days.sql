-- revision: loan_days
-- parents: one_shed
-- message: how many days a loan took
-- created-at: 2025-06-21T08:15:00Z
-- migrate:up
ALTER TABLE loan ADD COLUMN days INTEGER
  AS (CAST(julianday(returned) - julianday(taken) AS INTEGER));
-- migrate:down
ALTER TABLE loan DROP COLUMN days;
