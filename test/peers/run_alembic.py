# run_alembic.py - Alembic's own way to make t.age NOT NULL: batch mode.
#
#     python3 run_alembic.py WORK FILE ...
#
# WORK gets an environment as "alembic init" makes it, with one revision. Says
# its versions, then a line a file: "ok", or "err" and why. Foreign keys are
# enforced, as an application does it with SQLAlchemy's event.

import logging
import os
import sys

import alembic
import sqlalchemy
import sqlite3
from alembic import command
from alembic.config import Config

ENV = '''
from alembic import context
from sqlalchemy import create_engine, event
engine = create_engine(context.config.get_main_option("sqlalchemy.url"))

@event.listens_for(engine, "connect")
def enforce(connection, record):
    connection.execute("PRAGMA foreign_keys=ON")

with engine.connect() as connection:
    context.configure(connection=connection)
    with context.begin_transaction():
        context.run_migrations()
'''

REVISION = '''
import sqlalchemy as sa
from alembic import op
revision = "1"
down_revision = None

def upgrade():
    with op.batch_alter_table("t") as batch:
        batch.alter_column("age", existing_type=sa.Integer(), nullable=False)
'''


def write(path, text):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w") as f:
        f.write(text)


work = sys.argv[1]
write(work + "/env.py", ENV)
write(work + "/versions/1_change.py", REVISION)
logging.disable(logging.CRITICAL)
print("Alembic %s, SQLAlchemy %s, SQLite %s" % (
    alembic.__version__, sqlalchemy.__version__, sqlite3.sqlite_version))
for file in sys.argv[2:]:
    config = Config()
    config.set_main_option("script_location", work)
    config.set_main_option("sqlalchemy.url", "sqlite:///" + file)
    try:
        command.upgrade(config, "head")
        print("ok")
    except Exception as e:
        print("err " + " ".join(str(e).split()))
