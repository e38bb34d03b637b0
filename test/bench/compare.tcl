# compare.tcl - two schemas compared, of 50 to 2,000 tables.
#
# 15 columns and 2 indexes a table, views and triggers; one table in twenty
# differs. The yardstick is the shell reading the catalogue once. Peer:
# Alembic's autogenerate, which does not look at views and triggers.

source [file join [file dirname [info script]] common.tcl]
source [file join $bench data.tcl]
source [file join $bench peers.tcl]

foreach n [size {50 500 2000} {50 200}] {
  set live [schema_db $n]
  set changed [changed_tables $n]
  write_file desired$n.sql [schema $n $changed]
  set repeat [expr {max(1, 500 / $n)}]
  set shell [list "shell reads catalogue" [shell $live $catalogue]]
  set alembic ""
  if {[peer_here Alembic]} {
    set alembic "$python $bench/peers/alembic_compare.py $live $n"
  }
  set name "[thousands $n] tables: "
  workload "${name}migration_diff" yardstick $shell \
    ours [ours $live \
      "SELECT count(*) FROM migration_diff('live', '@desired$n.sql');"] \
    peers [list Alembic $alembic] must 5 aim 2.5 repeat $repeat short 1
  cpu [ours $live "SELECT count(*) AS n FROM migration_diff('live',\
    '@desired$n.sql');"]
  set found [string trim [read_file out.txt]]
  if {$found != [llength $changed]} {
    error "$found differences of [llength $changed]"
  }
  workload "${name}migrate_diff, the script" yardstick $shell \
    ours [ours $live "SELECT length(migrate_diff('live', '@desired$n.sql'));"] \
    repeat $repeat short 1
  workload "${name}migrate_autogenerate, with proof" setup {
    file copy -force $live prove.db
  } yardstick $shell ours [ours prove.db \
    "SELECT migrate_autogenerate('x', '@desired$n.sql');"] short 1
}
bench_finish
