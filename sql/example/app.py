"""The shed's list of tools, in Python: brings its database up to date, then
says what is in the shed.

    MIGRATE=build/migrate python3 sql/example/app.py shed.db
"""
import json
import os
import sqlite3
import sys

FOLDER = os.path.dirname(os.path.abspath(__file__))


def open_database(path):
    """Open the file, load the extension, and apply what this release has."""
    con = sqlite3.connect(path, isolation_level=None)  # no BEGIN of its own
    con.enable_load_extension(True)
    con.load_extension(os.environ.get('MIGRATE', 'build/migrate'))
    con.enable_load_extension(False)
    # An error is reported instead of raised: the file is then as it was.
    auto, = con.execute('SELECT migrate_auto(?, ?)',
                        (FOLDER, '{"on_error":"report"}')).fetchone()
    return con, json.loads(auto)


con, auto = open_database(sys.argv[1])
print('migrate_auto:', auto['did'])
if auto['did'] == 'failed':
    print(auto['error'], file=sys.stderr)

# This release can live with the schema before the view as well.
view, = con.execute("SELECT count(*) FROM sqlite_schema WHERE name = 'shelf'"
                    ).fetchone()
for tool, holder in con.execute(
        'SELECT tool, holder FROM shelf ORDER BY tool' if view else
        'SELECT name, NULL FROM tool ORDER BY name'):
    print(f'{tool}: {holder}' if holder else tool)
