-- revision: shelf_view
-- parents: loan_triggers
-- message: one look at the shelf
-- created-at: 2025-06-22T17:20:00Z
-- migrate:up
CREATE VIEW shelf AS
  SELECT t.name AS tool, c.name AS category, t.state, t.times_lent,
         trim(m.given || ' ' || m.family) AS holder, l.due
  FROM tool AS t
  LEFT JOIN category AS c ON c.id = t.category_id
  LEFT JOIN loan AS l ON l.tool_id = t.id AND l.returned IS NULL
  LEFT JOIN member AS m ON m.id = l.member_id;
-- migrate:down
DROP VIEW shelf;
