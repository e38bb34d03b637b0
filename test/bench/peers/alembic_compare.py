# alembic_compare.py - Alembic compares a schema of data.tcl with models.
#
#     python3 alembic_compare.py FILE TABLES

import sys

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import (Column, ForeignKey, Index, MetaData, Table,
    UniqueConstraint, create_engine, text, types as T)

KINDS = [T.TEXT, T.INTEGER, T.REAL, T.BLOB, lambda: T.VARCHAR(40)]


def column(t, c):
    type_, null, default, args = KINDS[c % 5](), c % 5 != 1, None, []
    if c % 5 == 2:
        default = text("0")
    if t % 20 == 7 and c == 7:
        kind = t // 20 % 4
        if kind == 0:
            null = False
        elif kind == 1:
            default = text("9")
        elif kind == 2:
            type_ = T.NUMERIC()
        else:
            return None
    if c == 14 and t > 0:
        type_, null, default = T.INTEGER(), True, None
        args = [ForeignKey("t%d.id" % (t // 2))]
    return Column("c%d" % c, type_, *args, nullable=null,
        server_default=default)


file, n = sys.argv[1], int(sys.argv[2])
meta = MetaData()
for t in range(n):
    items = [Column("id", T.INTEGER, primary_key=True)]
    items += [c for c in (column(t, c) for c in range(1, 15)) if c is not None]
    if t % 3 == 0:
        items.append(UniqueConstraint("c1", "c2"))
    table = Table("t%d" % t, meta, *items)
    Index("i%da" % t, table.c.c1)
    Index("i%db" % t, table.c.c2, table.c.c3.desc())
connection = create_engine("sqlite:///" + file).connect()
context = MigrationContext.configure(connection, opts={"compare_type": True,
    "compare_server_default": True})
print(len(compare_metadata(context, meta)))
