# peers.tcl - other tools, where they are here.
#
# Programs of Python are Debian's (PEERS_PYTHON is another), those of Node are
# in build/tools/node_modules (MIGRATE_TOOLS is another folder above it); make
# bench-peers installs them. A tool of migrations gets a folder in which it
# finds the revisions as its own files, one statement each, and is run by its
# own command line, as its documentation says.

set python /usr/bin/python3
if {[info exists env(PEERS_PYTHON)]} {
  set python $env(PEERS_PYTHON)
}
set tools [file join $root build tools]
if {[info exists env(MIGRATE_TOOLS)]} {
  set tools [file normalize $env(MIGRATE_TOOLS)]
}
set dbmate [lindex [glob -nocomplain \
  $tools/node_modules/@dbmate/*/bin/dbmate $tools/node_modules/.bin/dbmate] 0]
set env(SQITCH_USER_CONFIG) none
set env(SQITCH_SYSTEM_CONFIG) none

# How to ask a tool for its version.
set peer_version {
  Alembic {$python -c "import alembic; print(alembic.__version__)"}
  Django {$python -c "import django, sqlparse; print(django.__version__)"}
  dbmate {$dbmate --version}
  Knex {node -p "require('$tools/node_modules/better-sqlite3');
    require('$tools/node_modules/knex/package.json').version"}
  sqitch {sqitch --version}
  sqlite-utils {$python -c "import sqlite_utils, importlib.metadata as m;
print(m.version('sqlite-utils'))"}
  borg {borg --version}
  restic {restic version}
  gzip {gzip --version}
}

# The version, "" when the tool is not here.
proc peer_version {name} {
  if {![info exists ::peer_versions($name)]} {
    set command [uplevel #0 [list subst -nocommands \
      [dict get $::peer_version $name]]]
    set version ""
    if {![catch {exec {*}$command 2>@1} said]} {
      regexp {\d+(\.\d+)+} $said version
    }
    set ::peer_versions($name) $version
  }
  return $::peer_versions($name)
}

proc peer_here {name} {
  return [expr {[peer_version $name] ne ""}]
}

#--------------------------------------------------------------------------
# Tools of migrations: a dict of command lines up, nothing and down; {} when
# the tool is not here. The database is db.sqlite in the tool's folder; up makes
# it anew, down begins with a copy of what up has made.

set migration_peers {Alembic Django dbmate Knex sqitch}

proc peer_folder {name n} {
  if {![peer_here $name]} {
    return {}
  }
  set folder [file normalize peer-$name-$n]
  set files [peer_files_$name [revisions $n]]
  foreach {file text} [lrange $files 0 end-1] {
    file mkdir [file dirname $folder/$file]
    write_file $folder/$file $text
  }
  array set before {
    up {rm -f *.sqlite*;} nothing {} down {cp up/*.sqlite .;}
  }
  set commands [list folder $folder]
  foreach {what command} [lindex $files end] {
    lappend commands $what "cd $folder; $before($what) $command"
  }
  return $commands
}

# Has `up` done it? There is one index for five revisions. Keep it for `down`.
proc peer_keep {peer n} {
  set folder [dict get $peer folder]
  sqlite3 check $folder/db.sqlite -readonly 1
  set found [check onecolumn {
    SELECT count(*) FROM sqlite_schema WHERE name GLOB 'i_t[0-9]*'
  }]
  check close
  if {$found != $n / 5} {
    error "$folder: $found indexes of [expr {$n / 5}]"
  }
  file delete -force $folder/up
  file mkdir $folder/up
  file copy {*}[glob $folder/*.sqlite] $folder/up
}

# The numbers of the revisions, five digits, and their names where it matters.
proc numbered {revisions script} {
  upvar 1 id id before before up up down down
  set before ""
  set i 0
  set out {}
  foreach revision $revisions {
    lassign $revision up down
    set id [format %05d [incr i]]
    lappend out {*}[uplevel 1 $script]
    set before $id
  }
  return $out
}

proc peer_files_Alembic {revisions} {
  set files [numbered $revisions {
    list scripts/versions/$id.py "from alembic import op
revision = '$id'
down_revision = [expr {$before eq {} ? {None} : "'$before'"}]

def upgrade():
    op.execute(\"$up\")

def downgrade():
    op.execute(\"$down\")
"
  }]
  lappend files alembic.ini {[alembic]
script_location = scripts
} scripts/script.py.mako {} scripts/env.py {from alembic import context
from sqlalchemy import create_engine

with create_engine("sqlite:///db.sqlite").connect() as connection:
    context.configure(connection=connection)
    with context.begin_transaction():
        context.run_migrations()
}
  set alembic "$::python -m alembic"
  lappend files [list up "$alembic upgrade head" \
    nothing "$alembic upgrade head" down "$alembic downgrade base"]
}

proc peer_files_Django {revisions} {
  set files [numbered $revisions {
    list app/migrations/m$id.py "from django.db import migrations

class Migration(migrations.Migration):
    dependencies = \[[expr {$before eq {} ? {} : "('app', 'm$before')"}]\]
    operations = \[migrations.RunSQL(\"$up\", \"$down\")\]
"
  }]
  lappend files app/__init__.py {} app/migrations/__init__.py {} \
    settings.py {SECRET_KEY = "bench"
INSTALLED_APPS = ["app"]
DATABASES = {"default": {"ENGINE": "django.db.backends.sqlite3",
                         "NAME": "db.sqlite"}}
}
  set migrate "PYTHONPATH=. $::python -m django migrate --settings=settings\
    -v 0"
  lappend files [list up $migrate nothing $migrate down "$migrate app zero"]
}

proc peer_files_dbmate {revisions} {
  set files [numbered $revisions {
    list migrations/${id}_step.sql \
      "-- migrate:up\n$up\n-- migrate:down\n$down\n"
  }]
  set dbmate "$::dbmate --url sqlite:db.sqlite --migrations-dir migrations\
    --no-dump-schema"
  lappend files [list up "$dbmate up" nothing "$dbmate up" down \
    "for i in {1..[llength $revisions]}; do $dbmate down || exit 1; done"]
}

proc peer_files_Knex {revisions} {
  set files [numbered $revisions {
    list migrations/$id.js "exports.up = (db) => db.raw(\"$up\");
exports.down = (db) => db.raw(\"$down\");
"
  }]
  lappend files knexfile.js {module.exports = {
  client: 'better-sqlite3',
  connection: { filename: 'db.sqlite' },
  useNullAsDefault: true,
};
}
  # It looks for itself where it is run.
  set knex "ln -sfn $::tools/node_modules node_modules\
    && node node_modules/knex/bin/cli.js"
  lappend files [list up "$knex migrate:latest" nothing "$knex migrate:latest" \
    down "$knex migrate:rollback --all"]
}

proc peer_files_sqitch {revisions} {
  set plan "%syntax-version=1.0.0\n%project=bench\n\n"
  set files [numbered $revisions {
    append plan "s$id 2026-01-01T00:00:00Z bench <bench@example.org> # step\n"
    list deploy/s$id.sql "BEGIN;\n$up\nCOMMIT;\n" \
      revert/s$id.sql "BEGIN;\n$down\nCOMMIT;\n"
  }]
  lappend files sqitch.plan $plan sqitch.conf {[core]
	engine = sqlite
[user]
	name = bench
	email = bench@example.org
}
  set to db:sqlite:db.sqlite
  lappend files [list up "sqitch deploy $to" down "sqitch revert -y $to" \
    nothing "sqitch deploy $to"]
}
