-- revision: loan_triggers
-- parents: loan_days
-- message: loans keep counts and fees up to date
-- created-at: 2025-06-22T17:00:00Z
-- migrate:up
CREATE TRIGGER loan_taken AFTER INSERT ON loan BEGIN
  UPDATE tool SET
    times_lent = times_lent + 1,
    state = CASE WHEN times_lent + 1 >= 4 THEN 'worn' ELSE 'good' END
  WHERE id = new.tool_id;
END;
CREATE TRIGGER loan_returned AFTER UPDATE OF returned ON loan
WHEN new.returned > new.due
BEGIN
  INSERT OR REPLACE INTO fee(loan_id, days_late, cents)
    SELECT new.id, days, days * max(10, price_cents / 100)
    FROM (SELECT price_cents,
                 CAST(julianday(new.returned) - julianday(new.due) AS INTEGER)
                   AS days
          FROM tool WHERE id = new.tool_id);
END;
-- migrate:down
DROP TRIGGER loan_returned;
DROP TRIGGER loan_taken;
