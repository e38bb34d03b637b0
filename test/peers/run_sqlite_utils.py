# run_sqlite_utils.py - sqlite-utils' own way to make t.age NOT NULL:
# transform().
#
#     python3 run_sqlite_utils.py FILE ...
#
# Says its versions, then a line a file: "ok", or "err" and why.

import importlib.metadata
import sys

import sqlite_utils
import sqlite3

print("sqlite-utils %s, SQLite %s" % (
    importlib.metadata.version("sqlite-utils"), sqlite3.sqlite_version))
for file in sys.argv[1:]:
    try:
        db = sqlite_utils.Database(file)
        db.execute("PRAGMA foreign_keys=ON")
        db["t"].transform(not_null={"age"})
        db.conn.close()
        print("ok")
    except Exception as e:
        print("err " + " ".join(str(e).split()))
