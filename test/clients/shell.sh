#!/bin/sh
# shell.sh - the story for the sqlite3 shell.
#
#     sh shell.sh EXTENSION MIGRATIONS DATABASE
#
# A shell that is called once for each part of the story, as scripts do. What
# needs two statements at a time it cannot.
extension=$1
folder=$2
database=$3

# Errors are part of the output.
shell() {
  sqlite3 -batch -list -separator ' ' -nullvalue - \
      -cmd ".load '$extension'" "$database" "$@" 2>&1
}
# The text of an error; of the code the shell prints what is not 1.
fails() {
  echo "! $1 - $(shell "$2")"
}

echo "# host sqlite3 shell | $(sqlite3 -version | cut -d' ' -f1)"
if [ "$(shell 'PRAGMA journal_mode = off')" = off ]; then
  echo "# defensive off"
else
  echo "# defensive on"
fi
shell <<'SQL'
SELECT '# sqlite', sqlite_version();
SELECT '# foreign_keys', iif(foreign_keys, 'on', 'off')
  FROM pragma_foreign_keys;
SQL

# Up, and rows.
shell <<SQL
.parameter set :folder "'$folder'"
SELECT 'imported', json_array_length(migrate_import(:folder) -> '$.new');
SQL
shell <<'SQL'
SELECT 'plan', position, revision, message FROM migration_plan;
SELECT 'upgraded', migrate_upgrade() ->> '$.run';
BEGIN;
INSERT INTO boat(name, berth, length)
  VALUES('Anna', 1, 9.25), ('Möwe', 2, NULL), ('Zed', 1, 4.5);
COMMIT;
SELECT 'backup', migrate_backup('before the storm');

-- One down and up again. What is lost comes back.
SELECT 'down', migrate_downgrade('-1') ->> '$.to[0]';
SELECT 'pending', revision FROM migration_plan;
SELECT 'up', migrate_upgrade() ->> '$.to[0]';
UPDATE boat SET name = 'x' WHERE id = 1;
DELETE FROM boat WHERE id = 2;
SELECT 'spoilt', id, name FROM boat ORDER BY id;
SELECT 'restored', migrate_restore(2) ->> '$.backup';
SELECT 'boat', id, name, berth, length FROM boat ORDER BY id;
SQL

# An error has its code, and leaves nothing behind.
shell <<'SQL' >/dev/null
SELECT migrate_revision('bad', 'CREATE TABLE half(a);
  INSERT INTO nowhere VALUES(1)', NULL, '{"id":"bad"}');
SQL
fails SCRIPT "SELECT migrate_upgrade()"
shell <<'SQL'
SELECT 'half', count(*) FROM sqlite_master WHERE name = 'half';
SELECT 'deleted', migrate_delete('bad');

-- In a transaction of the host its COMMIT or ROLLBACK decides.
BEGIN;
SELECT 'committed', migrate_downgrade('-2') ->> '$.committed';
ROLLBACK;
SELECT 'current', migrate_current();
BEGIN;
SELECT 'committed', migrate_downgrade('-2') ->> '$.committed';
COMMIT;
SELECT 'current', migrate_current();

-- The shell keeps no statements.
SELECT 'kept', id, name FROM boat WHERE id = 3;
SELECT 'kept up', migrate_upgrade('+1') ->> '$.to[0]';
SELECT 'kept', id, name FROM boat WHERE id = 3;
SELECT 'kept up', migrate_upgrade('+1') ->> '$.to[0]';
SELECT 'kept', id, name FROM boat WHERE id = 3;
SELECT 'kept down', migrate_downgrade('-1') ->> '$.to[0]';
SELECT 'kept', id, name FROM boat WHERE id = 3;
SELECT 'kept down', migrate_downgrade('-1') ->> '$.to[0]';
SELECT 'up', migrate_upgrade() ->> '$.to[0]';
SQL
echo "~ ! OPEN_CURSOR: the shell reads every result to its end"

# What the tables say.
shell <<'SQL'
SELECT 'revision', revision, state, is_head FROM migrations;
SELECT 'run', run, action, outcome FROM migration_history
 WHERE revision IS NULL OR outcome = 'failed';
SELECT 'backup', backup, kind, note FROM migration_backups;
SELECT 'auto', migrate_auto() ->> '$.did';
SELECT 'test', migrate_test('base:head') ->> '$.ok';
SELECT 'step', migrate_step() ->> '$.done';
SELECT 'drawn', migrate_graph('svg') GLOB '<svg*';
SELECT 'verify', migrate_verify();
SELECT '# migrate_table', migrate_table('CREATE TABLE boat(
  id INTEGER PRIMARY KEY, name TEXT NOT NULL, berth INTEGER NOT NULL,
  length REAL)', '{"dry_run":true}');

SQL

# An error makes the status 1. With -bail nothing behind it is run either, and
# an open transaction is rolled back.
shell "SELECT migrate_upgrade('nowhere')" >/dev/null
echo "= status after an error | 1 | $?"
shell -bail <<'SQL' >/dev/null
BEGIN;
SELECT migrate_downgrade('-1');
SELECT migrate_upgrade('nowhere');
COMMIT;
SQL
echo "= pending after an error in BEGIN ... COMMIT with -bail | 0 |" \
  "$(shell 'SELECT count(*) FROM migration_plan')"
