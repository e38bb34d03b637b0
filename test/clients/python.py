# python.py - the story for Python's sqlite3.
#
#     python3 python.py EXTENSION MIGRATIONS DATABASE
import platform
import sqlite3
import sys

extension, folder, database = sys.argv[1:4]
if not hasattr(sqlite3.Connection, "enable_load_extension"):
    print("- this Python is made without extension loading")
    sys.exit()


def connect():
    con = sqlite3.connect(database)
    con.enable_load_extension(True)
    con.load_extension(extension)
    return con


def value(sql, *args):
    return con.execute(sql, args).fetchone()[0]


def rows(word, sql):
    for row in con.execute(sql):
        print(word, *("-" if v is None else v for v in row))


def fails(word, sql):
    try:
        con.execute(sql).fetchall()
        print("!", word, "- no error")
    except sqlite3.Error as e:  # sqlite_errorcode is new in Python 3.11
        print("!", word, getattr(e, "sqlite_errorcode", "-"), e)


def steps(way):
    """How often way, one way to run a statement, upgrades by one step."""
    value("SELECT migrate_downgrade('base')")
    way("SELECT migrate_upgrade('+1')")
    return value("SELECT count(*) FROM migrations WHERE state = 'applied'")


con = connect()
defensive = value("PRAGMA journal_mode = off") != "off"
con.execute("PRAGMA journal_mode = delete")
print("# host Python's sqlite3 |", platform.python_version())
print("# sqlite", sqlite3.sqlite_version)
print("# defensive", "on" if defensive else "off")
print("# foreign_keys", "on" if value("PRAGMA foreign_keys") else "off")

# Up, and rows.
print("imported", value(
    "SELECT json_array_length(migrate_import(?) -> '$.new')", folder))
rows("plan", "SELECT position, revision, message FROM migration_plan")
print("upgraded", value("SELECT migrate_upgrade() ->> '$.run'"))
with con:
    con.executemany(
        "INSERT INTO boat(name, berth, length) VALUES(?, ?, ?)",
        [("Anna", 1, 9.25), ("Möwe", 2, None), ("Zed", 1, 4.5)])
print("backup", value("SELECT migrate_backup('before the storm')"))

# One down and up again. What is lost comes back.
print("down", value("SELECT migrate_downgrade('-1') ->> '$.to[0]'"))
rows("pending", "SELECT revision FROM migration_plan")
print("up", value("SELECT migrate_upgrade() ->> '$.to[0]'"))
with con:
    con.execute("UPDATE boat SET name = 'x' WHERE id = ?", (1,))
    con.execute("DELETE FROM boat WHERE id = ?", (2,))
rows("spoilt", "SELECT id, name FROM boat ORDER BY id")
print("restored", value("SELECT migrate_restore(2) ->> '$.backup'"))
rows("boat", "SELECT id, name, berth, length FROM boat ORDER BY id")

# An error has its code, and leaves nothing behind.
value("SELECT migrate_revision('bad', 'CREATE TABLE half(a);"
      " INSERT INTO nowhere VALUES(1)', NULL, ?)", '{"id":"bad"}')
fails("SCRIPT", "SELECT migrate_upgrade()")
print("half", value("SELECT count(*) FROM sqlite_master WHERE name = 'half'"))
print("deleted", value("SELECT migrate_delete('bad')"))

# In a transaction of the host its COMMIT or ROLLBACK decides.
con.execute("BEGIN")
print("committed", value("SELECT migrate_downgrade('-2') ->> '$.committed'"))
con.rollback()
print("current", value("SELECT migrate_current()"))
con.execute("BEGIN")
print("committed", value("SELECT migrate_downgrade('-2') ->> '$.committed'"))
con.commit()
print("current", value("SELECT migrate_current()"))

# Kept statements: the module keeps those whose text it has seen.
star = "SELECT * FROM boat WHERE id = 3"
before = len(con.execute(star).fetchone())
for i in range(2):
    rows("kept", "SELECT id, name FROM boat WHERE id = 3")
    print("kept up", value("SELECT migrate_upgrade('+1') ->> '$.to[0]'"))
print("= columns of a kept SELECT * | 3 4 |",
      before, len(con.execute(star).fetchone()))
for i in range(2):
    rows("kept", "SELECT id, name FROM boat WHERE id = 3")
    print("kept down", value("SELECT migrate_downgrade('-1') ->> '$.to[0]'"))
print("up", value("SELECT migrate_upgrade() ->> '$.to[0]'"))

# A result set that is not read to its end.
cursor = con.execute("SELECT id FROM boat")
cursor.fetchone()
fails("OPEN_CURSOR", "SELECT migrate_downgrade('-1', '{\"dry_run\":true}')")
cursor.close()

# What the tables say.
rows("revision", "SELECT revision, state, is_head FROM migrations")
rows("run", "SELECT run, action, outcome FROM migration_history"
     " WHERE revision IS NULL OR outcome = 'failed'")
rows("backup", "SELECT backup, kind, note FROM migration_backups")
rows("auto", "SELECT migrate_auto() ->> '$.did'")
rows("test", "SELECT migrate_test('base:head') ->> '$.ok'")
rows("step", "SELECT migrate_step() ->> '$.done'")
rows("drawn", "SELECT migrate_graph('svg') GLOB '<svg*'")
print("verify", value("SELECT migrate_verify()"))
print("# migrate_table", value(
    "SELECT migrate_table('CREATE TABLE boat(id INTEGER PRIMARY KEY,"
    " name TEXT NOT NULL, berth INTEGER NOT NULL, length REAL)', ?)",
    '{"dry_run":true}'))

# Python's own: it begins a transaction before an INSERT.
con.execute("INSERT INTO boat(name) VALUES('Ghost')")
print("= committed after an INSERT without commit() | 0 |", value(
    "SELECT migrate_downgrade('-1') ->> '$.committed'"))
con.close()
con = connect()
print("= ghosts, pending after close() without commit() | 0 0 |",
      value("SELECT count(*) FROM boat WHERE name = 'Ghost'"),
      value("SELECT count(*) FROM migration_plan"))
print("= steps by execute() | 1 |", steps(con.execute))
print("= steps by execute().fetchall() | 1 |",
      steps(lambda sql: con.execute(sql).fetchall()))
print("= steps by executescript() | 1 |", steps(con.executescript))
con.close()
