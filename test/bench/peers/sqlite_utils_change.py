# sqlite_utils_change.py - sqlite-utils' transform changes table t of data.tcl.
#
#     python3 sqlite_utils_change.py FILE CHANGE

import sys

import sqlite_utils

file, change = sys.argv[1:]
arguments = {
    "notnull": {"not_null": {"name"}},
    "default": {"defaults": {"flag": 1}},
    "drop": {"drop": {"note"}},
    "drops": {"drop": {"note", "code", "flag"}},
    "type": {"types": {"code": int}},
}
database = sqlite_utils.Database(file)
database["t"].transform(**arguments[change])
database.conn.close()
