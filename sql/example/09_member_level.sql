-- revision: member_level
-- parents: name_parts
-- message: who borrows often may keep longer
-- created-at: 2025-06-08T20:30:00Z
-- migrate:up
ALTER TABLE member ADD COLUMN level TEXT NOT NULL DEFAULT 'new'
  CHECK(level IN ('new', 'regular', 'trusted'));
UPDATE member SET level = CASE
    WHEN n >= 3 AND late = 0 THEN 'trusted'
    WHEN n >= 2 THEN 'regular'
    ELSE 'new' END
  FROM (SELECT member_id, count(*) AS n,
               sum(coalesce(returned > due, 0)) AS late
        FROM loan GROUP BY member_id) AS l
  WHERE l.member_id = member.id;
-- migrate:down
ALTER TABLE member DROP COLUMN level;
