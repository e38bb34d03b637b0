-- demo.sql - the main job, in the sqlite3 shell: "make demo" gives it to a new
-- database from the project's folder, with the extension loaded.

.print == The folder sql/example is read into the file. Nothing is run yet.
.mode list
SELECT 'migrate ' || migrate_version() || ', SQLite ' || sqlite_version();
SELECT json_extract(migrate_import('sql/example'), '$.format', '$.new');

.print
.print == What the file holds: a graph with a branch, a merge, a dependency.
.mode box
SELECT revision, parents, depends_on, labels, state
FROM migrations;

.print
.print == What an upgrade would do.
SELECT position, revision, direction, message, destructive
FROM migration_plan('head', 'upgrade');

.print
.print == First to the paper list of the shed, as it was typed in.
.mode list
SELECT 'now at: ' || json_extract(migrate_upgrade('first_stock'), '$.to');
.mode box
SELECT id, name, price, category FROM tool LIMIT 4;
SELECT id, name FROM member LIMIT 4;

.print
.print == Then all the rest. All of it or nothing.
.mode list
SELECT 'now at: ' || json_extract(migrate_upgrade('head'), '$.to');
.mode box
SELECT revision, rows, ms, outcome
FROM migration_history
WHERE action = 'upgrade' AND revision IS NOT NULL AND run = 3;

.print
.print == The tables, and columns computed from the old rows.
SELECT name, type, ncol AS columns
FROM pragma_table_list
WHERE schema = 'main' AND name NOT GLOB '_migrate_*'
  AND name NOT GLOB 'sqlite_*'
ORDER BY type, name;
SELECT * FROM shelf;
SELECT id, given, family, level FROM member;
SELECT loan_id, days_late, cents FROM fee;

.print
.print == A second call finds nothing to do.
.mode list
SELECT migrate_upgrade('head');

.print
.print == Two steps back, then to the beginning.
SELECT json_extract(migrate_downgrade('-2'), '$.direction', '$.from', '$.to');
SELECT json_extract(migrate_downgrade('base'), '$.direction', '$.from', '$.to');
SELECT 'tables left: ' || count(*)
FROM sqlite_schema
WHERE name NOT GLOB '_migrate_*' AND name NOT GLOB 'sqlite_*';

.print
.print == The history of it all, one row a call.
.mode box
SELECT run, action, message, from_revisions, to_revisions, outcome, rows
FROM migration_history
WHERE revision IS NULL;

.print
.print == A stored script. This query needs no extension, only the shell.
.mode list
SELECT substr(sqlar_uncompress(data, size), up_at + 1, up_size)
FROM _migrate_revisions JOIN _migrate_scripts USING(pack)
WHERE revision = 'member_level';
