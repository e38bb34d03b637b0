#!/usr/bin/python3
"""Make an Alembic project and what Alembic itself makes of it.

    alembic_project.py FOLDER [KIND]

FOLDER gets env.py and versions/, both.db (upgraded to all heads by Alembic),
text/up.sql and text/down.sql (the text of "upgrade heads --sql" and "downgrade
heads:base --sql"). KIND is one of the projects below, or "all" to print their
names. Ends with status 3 when Alembic is not there.
"""
import os
import sys

try:
    from alembic import command
    from alembic.config import Config
except ImportError:
    sys.exit(3)

ENV = '''
from alembic import context
from sqlalchemy import create_engine
config = context.config
options = dict(target_metadata=None, **{options})
if context.is_offline_mode():
    context.configure(dialect_name="sqlite", literal_binds=True,
                      output_buffer=config.output_buffer, **options)
    with context.begin_transaction():
        context.run_migrations()
else:
    engine = create_engine(config.get_main_option("sqlalchemy.url"))
    with engine.begin() as connection:
        context.configure(connection=connection, **options)
        with context.begin_transaction():
            context.run_migrations()
'''

STEP = '''"""{message}

What follows the first line is no part of the text.
"""
from alembic import op
import sqlalchemy as sa
revision = {id!r}
down_revision = {parents!r}
branch_labels = {labels!r}
depends_on = {depends!r}

def upgrade():
    {up}

def downgrade():
    {down}
'''

# Statements that hold what looks like the lines of the text.
TRICKY = r'''op.execute("""INSERT INTO note VALUES('one
-- Running upgrade a1 -> zz

UPDATE alembic_version SET version_num=''zz'' WHERE x = ''a1'';

-- Running downgrade zz -> a1

two')""")
    op.execute("""/*
-- Running upgrade a1 -> yy

*/ INSERT INTO note VALUES('three')""")
    op.execute("""CREATE TRIGGER note_added AFTER INSERT ON note BEGIN
  INSERT INTO log VALUES('x;');
-- Running upgrade a1 -> xx

  UPDATE log SET what = 'alembic_version';
END""")
    op.execute("INSERT INTO note VALUES('-- Running upgrade a -> b')")
    op.execute("CREATE TABLE version_num(version_num TEXT)")
    op.execute("INSERT INTO version_num (version_num) VALUES ('b2')")'''

BATCH = r'''old = sa.Table("person", sa.MetaData(),
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("name", sa.String(40)))
    with op.batch_alter_table("person", copy_from=old) as batch:
        batch.add_column(sa.Column("born", sa.Date()))
        batch.alter_column("name", nullable=False, server_default="it''s; --")'''

ROWS = r'''kind = op.create_table("kind", sa.Column("id", sa.Integer,
        primary_key=True), sa.Column("name", sa.Text), sa.Column("d", sa.Date))
    import datetime
    op.bulk_insert(kind, [
        {"id": 1, "name": "it's", "d": datetime.date(2026, 1, 2)},
        {"id": 2, "name": "a; b\n-- Running upgrade", "d": None}])'''


def table(name):
    return ("op.create_table(%r, sa.Column('id', sa.Integer, "
            "primary_key=True), sa.Column('name', sa.String(40)))" % name,
            "op.drop_table(%r)" % name)


def step(id, parents=None, up=None, down="pass", **more):
    if up is None:
        up, down = table("t_" + id)
    return dict(dict(id=id, parents=parents, up=up, down=down, labels=None,
                     depends=None, message="step " + id), **more)


LINE = [
    step("a1", up="op.create_table('note', sa.Column('what', sa.Text))\n"
         "    op.create_table('log', sa.Column('what', sa.Text))",
         down="op.drop_table('log')\n    op.drop_table('note')"),
    step("b2", "a1", TRICKY, "op.execute('DROP TRIGGER note_added')\n"
         "    op.drop_table('version_num')"),
    step("c3", "b2", *table("person")),
    step("d4", "c3", BATCH, "pass"),
    step("e5", "d4", ROWS, "op.drop_table('kind')"),
    step("f6", "e5", "pass", "pass"),
    step("g7", "f6", "op.create_index('by_name', 'person', ['name'])",
         "op.drop_index('by_name', 'person')"),
]

GRAPH = [
    step("root"),
    step("left", "root", labels=("sinister",)),
    step("right", "root"),
    step("left2", "left"),
    step("joined", ("left2", "right"), "pass", "pass"),
    step("after", "joined"),
    step("other", None, labels=("second",)),
    step("other2", "other", depends="left"),
    step("third", None, depends=("after", "other2")),
    step("third2", "third"),
    step("three", "root"),
    step("four", None),
    step("triple", ("three", "third2", "four"), "pass", "pass"),
    step("late", "other2", depends="triple"),
]

PROJECTS = {
    "line": (LINE, {}),
    "graph": (GRAPH, {}),
    "ddl": (LINE, {"transactional_ddl": True}),
    "each": (LINE, {"transactional_ddl": True,
                    "transaction_per_migration": True}),
    "named": (GRAPH, {"version_table": "our version",
                      "version_table_schema": "main"}),
    "batch": (LINE, {"render_as_batch": True}),
}


def write(path, text):
    with open(path, "w") as file:
        file.write(text)


def main(folder, kind="line"):
    if kind == "all":
        print(" ".join(PROJECTS))
        return
    steps, options = PROJECTS[kind]
    os.makedirs(os.path.join(folder, "versions"), exist_ok=True)
    write(os.path.join(folder, "env.py"), ENV.format(options=repr(options)))
    for one in steps:
        write(os.path.join(folder, "versions", one["id"] + ".py"),
              STEP.format(**one))
    config = Config()
    config.set_main_option("script_location", folder)
    config.set_main_option("sqlalchemy.url", "sqlite:///" +
                           os.path.join(folder, "both.db"))
    os.makedirs(os.path.join(folder, "text"), exist_ok=True)
    command.upgrade(config, "heads")
    with open(os.path.join(folder, "text", "up.sql"), "w") as text:
        config.output_buffer = text
        command.upgrade(config, "heads", sql=True)
    with open(os.path.join(folder, "text", "down.sql"), "w") as text:
        config.output_buffer = text
        command.downgrade(config, "heads:base", sql=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
