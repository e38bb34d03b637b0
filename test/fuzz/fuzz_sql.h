/*
** fuzz_sql.h - what fuzz_sql.c picks from: texts, good and bad.
**
** Every list ends with a NULL. None names a file outside of the folder that
** the target works in: paths are relative and go at most one folder up.
** canary_parent and canary_child are the tables whose rows are counted; no
** text here deletes a row of canary_child.
*/
#ifndef FUZZ_SQL_H
#define FUZZ_SQL_H

/* What the files of the target begin with. */
static const char zTables[] =
    "PRAGMA page_size=1024;"
    "CREATE TABLE canary_parent(id INTEGER PRIMARY KEY, name TEXT UNIQUE,"
    " note DEFAULT 'n');"
    "CREATE TABLE canary_child(id INTEGER PRIMARY KEY, parent INTEGER NOT NULL"
    " REFERENCES canary_parent ON DELETE CASCADE ON UPDATE CASCADE, v);"
    "INSERT INTO canary_parent(id, name) VALUES(1, 'a'), (2, 'b'), (3, 'c');"
    "INSERT INTO canary_child VALUES(1, 1, 1.5), (2, 1, NULL), (3, 2, x'00'),"
    " (4, 3, 'd'), (5, 3, 'd');"
    "CREATE TABLE item(id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT,"
    " price REAL DEFAULT 1.0 CHECK(price >= 0));"
    "INSERT INTO item(name, price) VALUES('x', 1), ('y', 2), ('z', NULL);"
    "CREATE INDEX item_name ON item(lower(name)) WHERE price > 0;"
    "CREATE VIEW dear AS SELECT name FROM item WHERE price > 1;"
    "CREATE TRIGGER item_ai AFTER INSERT ON item BEGIN"
    " UPDATE canary_child SET v = new.name WHERE id = 1; END;";

static const char zStrange[] =
    "CREATE TABLE pair(a, b TEXT COLLATE NOCASE, c AS (a + 1) STORED,"
    " PRIMARY KEY(b, a DESC)) WITHOUT ROWID;"
    "INSERT INTO pair VALUES(1, 'p'), (2, 'q'), (-9e999, '');"
    "CREATE TABLE \"od d\"\"\"(\"x y\" INT, [group] ANY, PRIMARY KEY(\"x y\"))"
    " STRICT;"
    "INSERT INTO \"od d\"\"\" VALUES(1, 'one'), (2, zeroblob(3000));"
    "CREATE VIRTUAL TABLE words USING fts5(t);"
    "INSERT INTO words VALUES('to be or not'), ('that is');"
    "CREATE VIRTUAL TABLE box USING rtree(id, x0, x1);"
    "INSERT INTO box VALUES(1, 0, 1);"
    "CREATE TABLE big(k INTEGER PRIMARY KEY, v BLOB);"
    "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n"
    " WHERE i < 60) INSERT INTO big SELECT i, zeroblob(i * 9) FROM n;"
    "ANALYZE;";

static const char zForeign[] =
    "CREATE TABLE alembic_version(version_num VARCHAR(32) NOT NULL);"
    "INSERT INTO alembic_version VALUES('b2');"
    "CREATE TABLE schema_migrations(version varchar(128) primary key);"
    "INSERT INTO schema_migrations VALUES('a1'), ('b2');"
    "CREATE TABLE migrations(id INTEGER PRIMARY KEY, migration, batch);"
    "INSERT INTO migrations VALUES(1, 'a1', 1);"
    "PRAGMA user_version=2;";

static const char zStored[] =
    "SELECT migrate_init('{\"now\":1}');"
    "SELECT migrate_config('wait', 0, '{\"now\":1}');"
    "SELECT migrate_revision('first', 'CREATE TABLE r1(a, b)',"
    " 'DROP TABLE r1', '{\"id\":\"a1\",\"now\":1}');"
    "SELECT migrate_revision('second', 'ALTER TABLE item ADD COLUMN r2;"
    " UPDATE item SET r2 = id;', 'ALTER TABLE item DROP COLUMN r2;',"
    " '{\"id\":\"b2\",\"now\":2}');"
    "SELECT migrate_revision('third', 'SELECT migrate_table(''CREATE TABLE"
    " canary_parent(id INTEGER PRIMARY KEY, name TEXT, note, extra DEFAULT 5)"
    "'')', 'SELECT migrate_table(''CREATE TABLE canary_parent(id INTEGER"
    " PRIMARY KEY, name TEXT UNIQUE, note DEFAULT ''''n'''')'')',"
    " '{\"id\":\"c3\",\"now\":3}');"
    "SELECT migrate_revision('side', 'INSERT INTO item(name) VALUES(''s'')',"
    " NULL, '{\"id\":\"d4\",\"parent\":\"a1\",\"splice\":true,"
    "\"label\":\"side\",\"now\":4}');";

static const char zApplied[] =
    "SELECT migrate_upgrade('c3', '{\"now\":5}');"
    "SELECT migrate_backup('by hand', '{\"now\":6}');"
    "SELECT migrate_config('auto_backup', 'touched', '{\"now\":6}');"
    "SELECT migrate_upgrade('d4', '{\"now\":7}');"
    "SELECT migrate_merge('both', 'heads', '{\"id\":\"e5\",\"now\":8}');"
    "SELECT migrate_revision('six', 'DROP TABLE r1; CREATE TABLE r1(a, b, c)"
    "', 'SELECT 1', '{\"id\":\"f6\",\"depends_on\":\"side\",\"now\":9}');"
    "SELECT migrate_revision('again', '-- migrate:repeatable\n"
    "DROP VIEW IF EXISTS rep; CREATE VIEW rep AS SELECT 1;', NULL,"
    " '{\"id\":\"rep\",\"now\":9}');";

static const char zHeads[] = "SELECT migrate_upgrade('heads', '{\"now\":10}');";

/* Tables, connection settings, transactions: plain SQL in between. */
static const char *const azPlain[] = {
    "INSERT INTO item(name, price) VALUES('new', 9)",
    "INSERT INTO canary_parent(name) VALUES('more')",
    "INSERT INTO canary_child(parent, v) VALUES(2, 7)",
    "INSERT INTO canary_child(parent, v) VALUES(99, 'orphan')",
    "UPDATE item SET price = price + 1",
    "DELETE FROM item WHERE id = 2",
    "CREATE TABLE IF NOT EXISTS r1(a)",
    "DROP TABLE IF EXISTS r1",
    "DROP TABLE IF EXISTS item",
    "CREATE TABLE item(id, name, price)",
    "ALTER TABLE item ADD COLUMN added TEXT DEFAULT 'd'",
    "ALTER TABLE item RENAME COLUMN name TO title",
    "ALTER TABLE canary_parent RENAME TO old_parent",
    "CREATE INDEX IF NOT EXISTS i1 ON canary_child(v)",
    "CREATE UNIQUE INDEX IF NOT EXISTS i2 ON canary_child(id, v COLLATE RTRIM)",
    "CREATE VIEW IF NOT EXISTS broken AS SELECT * FROM nowhere",
    "CREATE VIEW IF NOT EXISTS calls AS SELECT migrate_current() AS c",
    "SELECT * FROM calls",
    "CREATE TRIGGER IF NOT EXISTS acts AFTER INSERT ON item BEGIN"
    " SELECT migrate_upgrade(); END",
    "CREATE TRIGGER IF NOT EXISTS rolls BEFORE UPDATE ON item BEGIN"
    " SELECT raise(ROLLBACK, 'rolled'); END",
    "CREATE TRIGGER IF NOT EXISTS aborts BEFORE DELETE ON item BEGIN"
    " SELECT raise(ABORT, 'aborted'); END",
    "CREATE TRIGGER IF NOT EXISTS fails BEFORE INSERT ON item BEGIN"
    " SELECT raise(FAIL, 'failed'); END",
    "CREATE TEMP TRIGGER IF NOT EXISTS tt AFTER INSERT ON main.item BEGIN"
    " SELECT migrate_upgrade('head'); END",
    "CREATE TEMP TRIGGER IF NOT EXISTS ts AFTER UPDATE ON main.item BEGIN"
    " SELECT migrate_stamp('base'); END",
    "CREATE TEMP VIEW IF NOT EXISTS tv AS SELECT migrate_backup() AS b",
    "SELECT * FROM temp.tv",
    "SELECT b FROM tv WHERE b > 1",
    "CREATE TEMP TABLE IF NOT EXISTS item(x)",
    "CREATE TEMP TABLE IF NOT EXISTS r1(x)",
    "CREATE TEMP TABLE IF NOT EXISTS migrations(x)",
    "DROP TABLE IF EXISTS temp.item",
    "CREATE TABLE IF NOT EXISTS chk(a CHECK(migrate_current() IS NULL))",
    "CREATE TABLE IF NOT EXISTS chk2(a CHECK(migrate_init() > 0),"
    " b DEFAULT (migrate_version()))",
    "INSERT INTO chk VALUES(1)",
    "INSERT INTO chk2(a) VALUES(1)",
    "CREATE TABLE IF NOT EXISTS gen(a, b AS (migrate_version()))",
    "CREATE INDEX IF NOT EXISTS i3 ON item(migrate_version())",
    "CREATE TABLE IF NOT EXISTS wide(a PRIMARY KEY, b, c) WITHOUT ROWID",
    "INSERT OR IGNORE INTO wide VALUES(1, 2, 3), ('1', NULL, x'01')",
    "CREATE TABLE IF NOT EXISTS migrations(id INTEGER PRIMARY KEY, name)",
    "CREATE TABLE IF NOT EXISTS amigrate_x(a)",
    "CREATE VIRTUAL TABLE IF NOT EXISTS ft USING fts5(a, content=item)",
    "CREATE TABLE copy AS SELECT * FROM canary_child",
    "REINDEX",
    "ANALYZE",
    "VACUUM",
    "ATTACH ':memory:' AS other",
    "CREATE TABLE IF NOT EXISTS other.item(z)",
    "DETACH other",
    "PRAGMA user_version=7",
    "PRAGMA foreign_keys=ON",
    "PRAGMA foreign_keys=OFF",
    "PRAGMA defer_foreign_keys=ON",
    "PRAGMA recursive_triggers=ON",
    "PRAGMA legacy_alter_table=ON",
    "PRAGMA case_sensitive_like=ON",
    "PRAGMA reverse_unordered_selects=ON",
    "PRAGMA query_only=ON",
    "PRAGMA query_only=OFF",
    "PRAGMA ignore_check_constraints=ON",
    "PRAGMA trusted_schema=OFF",
    "PRAGMA writable_schema=ON",
    "PRAGMA journal_mode=off",
    "PRAGMA journal_mode=memory",
    "PRAGMA locking_mode=exclusive",
    "PRAGMA cache_size=2",
    "PRAGMA cache_spill=1",
    "PRAGMA auto_vacuum=1",
    "PRAGMA encoding='UTF-16'",
    "PRAGMA max_page_count=80",
    "PRAGMA max_page_count=130",
    "PRAGMA max_page_count=1000000",
    "DROP TABLE _migrate_history",
    "DROP TABLE _migrate_meta",
    "DELETE FROM _migrate_applied",
    "DELETE FROM _migrate_chunks WHERE chunk = 1",
    "UPDATE _migrate_history SET message = 'forged' WHERE seq = 2",
    "UPDATE _migrate_edges SET target = revision",
    "UPDATE _migrate_backups SET manifest = zeroblob(9)",
    "UPDATE _migrate_scripts SET size = 268435456",
    "UPDATE _migrate_chunks SET size = -1, base = chunk",
    "UPDATE _migrate_meta SET value = x'ff'",
    "INSERT INTO _migrate_settings VALUES('backup_dir', '../..')",
    "INSERT INTO _migrate_labels VALUES('head', 'a1')",
    "ALTER TABLE _migrate_meta ADD COLUMN extra",
    "CREATE TRIGGER th AFTER INSERT ON _migrate_history BEGIN"
    " DELETE FROM item; END",
    "UPDATE sqlite_schema SET sql = 'CREATE VIEW dear AS SELECT' WHERE"
    " name = 'dear'",
    "SAVEPOINT a; INSERT INTO item(name) VALUES('sp'); RELEASE a",
    0};

static const char *const azControl[] = {"BEGIN",
                                        "BEGIN IMMEDIATE",
                                        "BEGIN EXCLUSIVE",
                                        "COMMIT",
                                        "ROLLBACK",
                                        "SAVEPOINT a",
                                        "SAVEPOINT \"b c\"",
                                        "RELEASE a",
                                        "ROLLBACK TO a",
                                        "BEGIN; SELECT count(*) FROM item",
                                        "BEGIN; DELETE FROM item",
                                        0};

/* Statements kept open over calls. */
static const char *const azKept[] = {
    "SELECT * FROM item",
    "SELECT * FROM canary_child JOIN canary_parent",
    "SELECT * FROM migrations",
    "SELECT * FROM migration_history",
    "SELECT * FROM migration_plan('heads')",
    "SELECT * FROM _migrate_revisions",
    "SELECT migrate_upgrade('heads')",
    "SELECT migrate_upgrade('+1')",
    "SELECT migrate_downgrade('-1')",
    "SELECT migrate_backup()",
    "SELECT migrate_current() UNION ALL SELECT migrate_version()",
    "INSERT INTO item(name) VALUES('k') RETURNING id",
    "EXPLAIN SELECT migrate_upgrade()",
    "SELECT value FROM json_each('[1,2,3]') WHERE migrate_version() > ''",
    "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n)"
    " SELECT i FROM n",
    "COMMIT",
    0};

static const char *const azTarget[] = {"head",
                                       "heads",
                                       "base",
                                       "current",
                                       "a1",
                                       "b2",
                                       "c3",
                                       "d4",
                                       "e5",
                                       "f6",
                                       "+1",
                                       "-1",
                                       "+2",
                                       "-2",
                                       "+0",
                                       "side@head",
                                       "side@base",
                                       "side@+1",
                                       "side@-1",
                                       "side@a1",
                                       "b2+1",
                                       "c3-1",
                                       "a1:c3",
                                       "base:heads",
                                       "c3:a1",
                                       ":",
                                       "a1:",
                                       ":head",
                                       "heads:base",
                                       "current:+1",
                                       "a1,d4",
                                       "c3,d4",
                                       "a",
                                       "",
                                       "side",
                                       "@",
                                       "x@head",
                                       "+99999999999999999999",
                                       "-9223372036854775808",
                                       "a1:b2:c3",
                                       "nope",
                                       "+1foo",
                                       "head,base",
                                       ",",
                                       "rep",
                                       "1",
                                       "0001",
                                       "base:",
                                       "-1:+1",
                                       "e5-3",
                                       "side@",
                                       "@head",
                                       " head ",
                                       0};

/* Scripts of revisions. */
static const char *const azScript[] = {
    "CREATE TABLE s1(a, b); INSERT INTO s1 VALUES(1, 2), (3, 4);",
    "DROP TABLE s1",
    "CREATE TABLE IF NOT EXISTS s2(x PRIMARY KEY); INSERT INTO s2 VALUES(1);",
    "ALTER TABLE item ADD COLUMN s3 DEFAULT 3; DROP TABLE IF EXISTS s2",
    "CREATE TABLE n(id INTEGER PRIMARY KEY, name TEXT);\n"
    "INSERT INTO n SELECT id, name FROM canary_parent;\n"
    "DROP TABLE canary_parent;\nALTER TABLE n RENAME TO canary_parent;",
    "PRAGMA foreign_keys=ON;\nCREATE TABLE n(id INTEGER PRIMARY KEY, name);\n"
    "INSERT INTO n SELECT id, name FROM canary_parent;\n"
    "DROP TABLE canary_parent;\nALTER TABLE n RENAME TO canary_parent;",
    "PRAGMA foreign_keys=OFF; DELETE FROM canary_parent WHERE id = 3;",
    "DROP TABLE canary_parent; CREATE TABLE canary_parent(id INTEGER PRIMARY"
    " KEY, name TEXT)",
    "DROP TABLE canary_child; CREATE TABLE canary_child(id, parent, v)",
    "-- migrate:allow-loss item\nDROP TABLE item; CREATE TABLE item(id)",
    "DROP TABLE item",
    "SELECT migrate_table('CREATE TABLE item(id INTEGER PRIMARY KEY"
    " AUTOINCREMENT, name TEXT NOT NULL DEFAULT '''', price REAL)')",
    "SELECT migrate_table('CREATE TABLE canary_parent(name TEXT, note, id"
    " INTEGER PRIMARY KEY)', '{\"check\":true}')",
    "SELECT migrate_table('CREATE TABLE canary_child(id INTEGER PRIMARY KEY,"
    " parent REFERENCES canary_parent, v, w AS (id * 2))')",
    "SELECT migrate_upgrade(); SELECT migrate_current()",
    "SELECT migrate_current(), count(*) FROM migrations",
    "INSERT INTO item(name) VALUES('a'); SELECT nothing FROM item; ",
    "INSERT INTO item(name) VALUES('a'), ('b'); INSERT INTO item(id) VALUES(1)",
    "INSERT OR ROLLBACK INTO item(id) VALUES(1)",
    "INSERT OR FAIL INTO item(id) VALUES(100), (1)",
    "CREATE TRIGGER st BEFORE INSERT ON item BEGIN SELECT raise(ROLLBACK,"
    " 'no'); END; INSERT INTO item(name) VALUES('t')",
    "BEGIN; CREATE TABLE s4(a); COMMIT;",
    "COMMIT; BEGIN;",
    "SAVEPOINT s; ROLLBACK TO s",
    "VACUUM",
    "-- migrate:no-transaction\nVACUUM;",
    "-- migrate:no-transaction\nPRAGMA incremental_vacuum; ANALYZE; REINDEX;",
    "-- migrate:repeatable\nDROP VIEW IF EXISTS rep2;"
    " CREATE VIEW rep2 AS SELECT 2;",
    "-- migrate:repeatable\nUPDATE item SET price = 0",
    "-- migrate:check positive\nSELECT 1 FROM item WHERE price < 0;",
    "-- migrate:phase expand\nSELECT 1",
    "-- migrate:phase contract\nSELECT 1",
    "-- migrate:batch big 7\nUPDATE big SET v = 1 WHERE k BETWEEN :lo AND :hi",
    "-- migrate:nonsense\nSELECT 1",
    "-- migrate:up\nCREATE TABLE s5(a);\n-- migrate:down\nDROP TABLE s5;",
    "ATTACH ':memory:' AS z",
    "PRAGMA recursive_triggers=ON; PRAGMA ignore_check_constraints=ON;"
    " PRAGMA cache_size=3; PRAGMA secure_delete=fast; SELECT 1/0;",
    "PRAGMA recursive_triggers=ON; PRAGMA analysis_limit=9; syntax error",
    "PRAGMA legacy_alter_table=ON; ALTER TABLE item RENAME TO goods",
    "ALTER TABLE goods RENAME TO item",
    "PRAGMA defer_foreign_keys=ON; INSERT INTO canary_child VALUES(90, 91, 92)",
    "PRAGMA foreign_key_check; PRAGMA user_version=42; PRAGMA integrity_check",
    "PRAGMA journal_mode=wal",
    "PRAGMA writable_schema=ON",
    "CREATE TEMP TABLE item(a); INSERT INTO item VALUES(1)",
    "CREATE TEMP TABLE own(a); INSERT INTO own VALUES(1); DROP TABLE own;",
    "DROP TABLE IF EXISTS migrations; DROP VIEW IF EXISTS migration_help",
    "DELETE FROM _migrate_applied",
    "DROP TABLE _migrate_meta",
    "CREATE TABLE _migrate_more(a)",
    "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i <"
    " 300) INSERT INTO item(name) SELECT i FROM n",
    "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT"
    " max(i) FROM n",
    "CREATE VIRTUAL TABLE sf USING fts5(t); INSERT INTO sf VALUES('t')",
    "DROP TABLE words",
    "CREATE TABLE t1 AS SELECT * FROM item; DROP TABLE item;"
    " ALTER TABLE t1 RENAME TO item;",
    "UPDATE big SET v = zeroblob(5000) WHERE k % 7 = 0",
    "SELECT fuzz_progress(1, 2, 3), fuzz_close()",
    "\xef\xbb\xbfSELECT 1;\r\n-- \xc3\xa9\r\nSELECT 2;\r\n",
    ";;;",
    "/* open",
    "SELECT 'open",
    "",
    0};

/* Definitions for migrate_table(), and desired schemas. */
static const char *const azSchema[] = {
    "live",
    "a1",
    "head",
    "@in.sql",
    "@missing.sql",
    "@copy.db",
    "",
    "CREATE TABLE item(id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT,"
    " price REAL)",
    "CREATE TABLE item(id INTEGER PRIMARY KEY, name TEXT, price REAL DEFAULT"
    " 1.0 CHECK(price >= 1))",
    "CREATE TABLE item(price, name COLLATE NOCASE, id INTEGER PRIMARY KEY)",
    "CREATE TABLE item(id TEXT PRIMARY KEY, name, price) WITHOUT ROWID",
    "CREATE TABLE item(id INTEGER PRIMARY KEY, name TEXT UNIQUE ON CONFLICT"
    " REPLACE, price)",
    "CREATE TABLE item(id INTEGER PRIMARY KEY, name TEXT, price REAL, r2) "
    "STRICT",
    "CREATE TABLE canary_parent(id INTEGER PRIMARY KEY, name TEXT NOT NULL,"
    " note CHECK(length(note) < 9), more DEFAULT (random()))",
    "CREATE TABLE canary_parent(id INTEGER PRIMARY KEY, name TEXT)",
    "CREATE TABLE canary_parent(key INTEGER PRIMARY KEY, -- migrate:"
    "renamed-from id\n name TEXT)",
    "CREATE TABLE canary_parent(id TEXT, name TEXT, UNIQUE(name))",
    "CREATE TABLE canary_parent(id INTEGER PRIMARY KEY, self REFERENCES"
    " canary_parent ON DELETE CASCADE, name, note)",
    "CREATE TABLE canary_child(id INTEGER PRIMARY KEY, parent INTEGER NOT NULL"
    " REFERENCES canary_parent(name) ON DELETE SET NULL, v)",
    "CREATE TABLE canary_child(id, parent UNIQUE ON CONFLICT REPLACE, v)",
    "CREATE TABLE canary_child(id, parent, v UNIQUE ON CONFLICT IGNORE)",
    "CREATE TABLE canary_child(id INTEGER PRIMARY KEY, parent, v NOT NULL"
    " ON CONFLICT IGNORE)",
    "CREATE TABLE canary_child(v INT PRIMARY KEY ON CONFLICT REPLACE, id,"
    " parent)",
    "CREATE TABLE brand_new(a PRIMARY KEY, b REFERENCES item ON DELETE CASCADE)"
    ";",
    "CREATE TABLE pair(a, b TEXT, c AS (a + 2) VIRTUAL, PRIMARY KEY(a, b))",
    "CREATE TABLE words(t)",
    "CREATE TABLE _migrate_meta(name, value)",
    "CREATE TABLE sqlite_x(a)",
    "CREATE TEMP TABLE item(a)",
    "CREATE TABLE item AS SELECT 1",
    "CREATE TABLE dear(a)",
    "CREATE TABLE item(id, id)",
    "CREATE TABLE item(",
    "CREATE VIEW dear AS SELECT 1",
    "CREATE TABLE canary_parent(id INTEGER PRIMARY KEY, name TEXT, note);"
    "CREATE TABLE canary_child(id INTEGER PRIMARY KEY, parent REFERENCES"
    " canary_parent ON DELETE CASCADE, v);"
    "CREATE TABLE item(id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT, price"
    " REAL, colour TEXT NOT NULL DEFAULT 'red');"
    "CREATE INDEX item_colour ON item(colour DESC);"
    "CREATE VIEW dear AS SELECT name, colour FROM item;",
    "-- migrate:renamed-from item\nCREATE TABLE goods(id INTEGER PRIMARY KEY,"
    " title TEXT -- migrate:renamed-from name\n, price);"
    "CREATE TABLE canary_parent(id INTEGER PRIMARY KEY, name);"
    "CREATE TABLE canary_child(id, parent, v);"
    "CREATE TRIGGER g AFTER DELETE ON goods BEGIN SELECT old.title; END;",
    "CREATE TABLE a(b REFERENCES c); CREATE TABLE c(d PRIMARY KEY REFERENCES"
    " a(b)); CREATE VIEW v1 AS SELECT * FROM v2; CREATE VIEW v2 AS SELECT"
    " * FROM a; DROP TABLE a;",
    "SELECT 1",
    "CREATE TABLE x(a CHECK(fuzz_progress(1,2,a) > 0), b COLLATE unknown)",
    0};

static const char *const azSettingValue[] = {"auto",
                                             "full",
                                             "touched",
                                             "file",
                                             "off",
                                             "0",
                                             "1",
                                             "each",
                                             "run",
                                             "deny",
                                             "defensive",
                                             "allow",
                                             "alembic_version",
                                             "schema_migrations",
                                             "user_version",
                                             "9",
                                             "backups",
                                             "..",
                                             "sub",
                                             "%(rev)s",
                                             "%(slug)s-%(rev)s",
                                             "%(year)d",
                                             "%",
                                             "-1",
                                             "99999999999999999999",
                                             "true",
                                             "",
                                             "2",
                                             0};

static const char *const azPath[] = {
    "m",           "m2",          "out",   "out2",   "copy.db",
    "missing",     "in.sql",      "m/sub", "",       "copy2.db",
    "backups",     "m/001_a.sql", "out/x", "a1.sql", "../out",
    "sqitch.plan", "copy.db/",    "-part", 0};

static const char *const azWord[] = {"one",
                                     "two",
                                     "side",
                                     "other",
                                     "",
                                     "{\"a\":1}",
                                     "heads",
                                     "base",
                                     "-x",
                                     "with space",
                                     "a1",
                                     "x@y",
                                     "\xc3\xa9t\xc3\xa9",
                                     "1234",
                                     "d4",
                                     "new",
                                     "line\nbreak",
                                     "'",
                                     "\"",
                                     "_",
                                     "..",
                                     "latest",
                                     "live",
                                     0};

/* Names and contents of files that a call may read. */
static const char *const azFile[] = {"m/001_a.sql",
                                     "m/002_b.up.sql",
                                     "m/002_b.down.sql",
                                     "m/V3__c.sql",
                                     "m/R__rep.sql",
                                     "in.sql",
                                     "m/sub/004_d.sql",
                                     "m2/20240101120000_x.sql",
                                     "m2/atlas.sum",
                                     "m2/sqitch.plan",
                                     "m/alembic.sql",
                                     "a1.sql",
                                     0};

static const char *const azContent[] = {
    "CREATE TABLE f1(a);\n",
    "-- migrate:up\nCREATE TABLE f2(a);\n-- migrate:down\nDROP TABLE f2;\n",
    "-- +goose Up\nCREATE TABLE f3(a);\n-- +goose Down\nDROP TABLE f3;\n",
    "-- +migrate Up\nSELECT 1;\n-- +migrate Down\nSELECT 2;\n",
    "-- revision: own1\n-- message: own\n-- migrate:up\nCREATE TABLE f4(a);\n",
    "-- revision: own2\n-- parents: own1\n-- label: l\n-- migrate:up\n"
    "SELECT migrate_table('CREATE TABLE f4(a, b)');\n-- migrate:down\n",
    "--liquibase formatted sql\n--changeset a:1\nCREATE TABLE f5(a);\n"
    "--rollback DROP TABLE f5;\n",
    "%syntax-version=1.0.0\n%project=p\n\na1 2020-01-01T00:00:00Z a <a@b> # n"
    "\n",
    "BEGIN;\nCREATE TABLE alembic_version(version_num VARCHAR(32));\n"
    "-- Running upgrade  -> a1\nCREATE TABLE f6(a);\nCOMMIT;\n",
    "VACUUM;\n",
    "${x}\n",
    "",
    0};

/* Values of options. */
static const char *const azBool[] = {"true", "false", "true", "1", 0};

static const char *const azNumber[] = {
    "0",  "1", "1700000000", "\"2020-01-01\"", "\"2026-01-31T12:00:00Z\"",
    "-1", 0};

static const char *const azTables[] = {"[\"item\"]",
                                       "[\"canary_child\",\"item\"]",
                                       "[\"canary_parent\"]",
                                       "[1]",
                                       "[1,2]",
                                       "[2]",
                                       "[\"nope\"]",
                                       "[]",
                                       0};

static const char *const azMap[] = {
    "{\"name\":\"title\"}",
    "{\"price\":\"price*2\"}",
    "{\"x\":\"1\"}",
    "{\"id\":\"id; DROP TABLE item\",\"name\":\"upper(name)\"}",
    "{}",
    0};

static const char *const azChoice[] = {
    "each",           "run",           "own",     "goose",
    "dbmate",         "flyway",        "alembic", "sqitch",
    "golang-migrate", "prisma",        "plain",   "liquibase",
    "user_version",   "fuzz_progress", "laravel", "expand",
    "contract",       "report",        0};

/* Values of options, of any kind. */
static const char *const azJson[] = {
    "true",
    "false",
    "null",
    "0",
    "1",
    "-1",
    "1e300",
    "\"\"",
    "[]",
    "{}",
    "[\"item\"]",
    "[\"canary_child\",\"item\"]",
    "[\"nope\"]",
    "[1,2,3]",
    "{\"name\":\"title\"}",
    "{\"price\":\"price*2\"}",
    "{\"a\":{\"b\":[]}}",
    "{\"id\":\"id; DROP TABLE item\",\"name\":\"upper(name)\"}",
    "\"2020-01-01"
    "\"",
    "\"1970-01-01T00:00:00Z\"",
    "9223372036854775808",
    "\"each\"",
    "\"run\"",
    "\"fuzz_progress\"",
    "\"no_such\"",
    "\"own\"",
    "\"goose\"",
    "\"dbmate\"",
    "\"flyway\"",
    "\"alembic\"",
    "\"golang-migrate\"",
    "\"sqitch\"",
    "\"user_version\"",
    "[\"a1\",\"side\"]",
    "[\"base\"]",
    "\"expand\"",
    "\"contract\"",
    "\"report\"",
    0};

/* How a call is put into a statement; %s is the call. The first ROUND_BARE are
** bare, the first ROUND_READ write nothing themselves. */
#define ROUND_BARE 4
#define ROUND_READ 13
static const char *const azRound[] = {
    "SELECT %s",
    "select\n%s ;",
    "SELECT %s AS r WHERE r IS NOT NULL",
    "WITH q AS MATERIALIZED (SELECT %s AS r) SELECT r FROM q",
    "SELECT %s FROM item",
    "SELECT name FROM item WHERE id = %s",
    "SELECT %s, %s",
    "SELECT %s LIMIT 0",
    "EXPLAIN SELECT %s",
    "EXPLAIN QUERY PLAN SELECT %s",
    "SELECT (SELECT %s) UNION SELECT 1 ORDER BY 1",
    "SELECT count(*) FROM migrations WHERE revision > %s",
    "SELECT quote(%s) FROM migration_settings LIMIT 1",
    "SELECT value FROM json_each(%s)",
    "INSERT INTO item(name) VALUES(%s)",
    "INSERT INTO item(name) SELECT %s RETURNING id",
    "UPDATE item SET name = %s WHERE id = 1",
    "DELETE FROM item WHERE name = %s",
    "CREATE TABLE made AS SELECT %s AS r",
    "CREATE TEMP TABLE made AS SELECT %s AS r",
    0};

/* The same for tables: %s is the table with its arguments. */
static const char *const azTableRound[] = {
    "SELECT * FROM %s",
    "SELECT count(*) FROM %s",
    "SELECT * FROM %s ORDER BY 1 DESC, 2 LIMIT 2 OFFSET 1",
    "SELECT * FROM %s WHERE rowid = 2",
    "SELECT DISTINCT t.* FROM item LEFT JOIN %s AS t ON t.rowid = item.id",
    "SELECT * FROM %s AS a, %s AS b LIMIT 40",
    "SELECT max(rowid), group_concat(rowid) FROM %s GROUP BY rowid & 1",
    "EXPLAIN QUERY PLAN SELECT * FROM %s",
    "SELECT * FROM (SELECT * FROM %s LIMIT 3) UNION ALL SELECT * FROM %s",
    "SELECT 1 WHERE EXISTS(SELECT 1 FROM %s)",
    "SELECT sum(rowid) OVER (ORDER BY rowid) FROM %s",
    "DELETE FROM %s",
    0};

/* The same, with a constraint on a hidden column: %s is the table, %h the
** column. */
static const char *const azHiddenRound[] = {
    "SELECT * FROM %s WHERE %h = ?1",
    "SELECT * FROM %s WHERE %h IN (?1, ?2) ORDER BY 1",
    "SELECT *, %h FROM %s WHERE %h LIKE ?1 OR rowid = ?2",
    "SELECT * FROM %s WHERE %h > ?1",
    "SELECT t.* FROM item, %s AS t WHERE t.%h = item.name",
    "UPDATE %s SET %h = ?1",
    "INSERT INTO %s(%h) VALUES(?1)",
    0};

#endif
