# alembic_change.py - Alembic's batch mode changes table t of data.tcl.
#
#     python3 alembic_change.py FILE CHANGE

import sys

import sqlalchemy as sa
from alembic.migration import MigrationContext
from alembic.operations import Operations

file, change = sys.argv[1:]
engine = sa.create_engine("sqlite:///" + file)
with engine.begin() as connection:
    op = Operations(MigrationContext.configure(connection))
    with op.batch_alter_table("t", recreate="always") as batch:
        if change in ("notnull", "three"):
            batch.alter_column("name", existing_type=sa.VARCHAR(40),
                nullable=False)
        if change in ("default", "three"):
            batch.alter_column("flag", existing_type=sa.INTEGER(),
                server_default=sa.text("1"))
        if change in ("check", "three"):
            batch.create_check_constraint("amounts", sa.text("amount >= 0"))
        if change == "foreign":
            batch.create_foreign_key("owned", "owners", ["owner"], ["id"])
        if change == "type":
            batch.alter_column("code", type_=sa.INTEGER())
        if change in ("drop", "drops"):
            batch.drop_column("note")
        if change == "drops":
            batch.drop_column("code")
            batch.drop_column("flag")
