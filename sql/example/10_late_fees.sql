-- revision: late_fees
-- parents: member_level
-- depends-on: price_cents
-- message: a fee for every late return so far
-- created-at: 2025-06-15T11:00:00Z

-- A hundredth of the price a day, at least 10 cents. The price in cents is
-- made on the other branch, so this one depends on it.
-- migrate:up
CREATE TABLE fee(
  loan_id INTEGER PRIMARY KEY REFERENCES loan ON DELETE CASCADE,
  days_late INTEGER NOT NULL CHECK(days_late > 0),
  cents INTEGER NOT NULL
);
INSERT INTO fee(loan_id, days_late, cents)
  SELECT id, days, days * max(10, price_cents / 100)
  FROM (SELECT l.id, t.price_cents,
               CAST(julianday(l.returned) - julianday(l.due) AS INTEGER)
                 AS days
        FROM loan AS l JOIN tool AS t ON t.id = l.tool_id
        WHERE l.returned > l.due);
-- migrate:down
DROP TABLE fee;
