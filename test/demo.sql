-- demo.sql - the main job, in the sqlite3 shell: "make demo" gives it to a new
-- database from the project's folder, with the extension loaded.

.print == The folder is read into the file. Nothing is run yet.
.mode list
SELECT 'version ' || migrate_version();
SELECT migrate_import('sql/example');

.print
.print == What it holds: a graph with a branch and a merge.
.mode box
SELECT revision, parents, depends_on, labels, message, state
FROM migrations;
.mode list
SELECT 'heads: ' || migrate_heads();

.print
.print == What an upgrade would do.
.mode box
SELECT position, revision, direction, message, destructive
FROM migration_plan('head', 'upgrade');

.print
.print == The upgrade. All of it or nothing.
.mode list
SELECT json_extract(migrate_upgrade('head'), '$.direction', '$.from', '$.to');
SELECT 'steps run: ' || count(*) FROM migrations WHERE state = 'applied';
SELECT 'current: ' || migrate_current();

.print
.print == The tables it made.
.mode box
SELECT name, type, ncol AS columns
FROM pragma_table_list
WHERE schema = 'main' AND name NOT GLOB '_migrate_*'
  AND name NOT GLOB 'sqlite_*'
ORDER BY type, name;
SELECT * FROM shelf LIMIT 5;

.print
.print == A second call finds nothing to do.
.mode list
SELECT migrate_upgrade('head');

.print
.print == Two steps back, then to the beginning.
SELECT json_extract(migrate_downgrade('-2'), '$.direction', '$.from', '$.to');
SELECT json_extract(migrate_downgrade('base'), '$.direction', '$.from', '$.to');

.print
.print == What is left is the store, and the history of it all.
.mode box
SELECT count(*) AS user_tables
FROM sqlite_schema
WHERE name NOT GLOB '_migrate_*' AND name NOT GLOB 'sqlite_*';
SELECT seq, run, action, revision, outcome, rows
FROM migration_history
ORDER BY seq DESC
LIMIT 12;

.print
.print == A stored script, read by the stock shell without the extension.
.mode list
SELECT substr(sqlar_uncompress(data, size), up_at + 1, up_size)
FROM _migrate_revisions JOIN _migrate_scripts USING(pack)
ORDER BY seq LIMIT 1;
