# reading.tcl - the tables of a file with many revisions.
#
# The yardstick is the shell reading a plain table with the same rows; the
# goals are milliseconds of a process.

source [file join [file dirname [info script]] common.tcl]
source [file join $bench data.tcl]

# The rows of a query, in table t of plain.db.
proc make_plain {file sql} {
  file delete plain.db
  sqlite3 db $file
  db enable_load_extension 1
  set extension $::build/migrate
  db eval {SELECT load_extension($extension)}
  db eval {ATTACH 'plain.db' AS plain}
  db eval "CREATE TABLE plain.t AS $sql"
  db close
}

set n [size 10000 2000]
set applied [applied $n]
set pending [imported $n]
foreach {name file sql read} [list \
  "SELECT * FROM migrations" $applied "SELECT * FROM migrations" "*" \
  "SELECT count(*)" $applied "SELECT * FROM migrations" "count(*)" \
  "migration_history" $applied "SELECT * FROM migration_history" "*" \
  "migration_plan, all pending" $pending \
    "SELECT * FROM migration_plan('head')" "*" \
  "migration_plan, all down" $applied \
    "SELECT * FROM migration_plan('base', 'downgrade')" "*" \
] {
  make_plain $file $sql
  set key "[thousands $n] revisions: $name"
  set commands [list base [shell plain.db "SELECT $read FROM t;"] \
    ours [ours $file "[string map [list * $read] $sql];"]]
  for {set i 0} {$i < $rounds} {incr i} {
    foreach {who command} $commands {
      sample $key $who [expr {1000 * [cpu "for i in {1..5}; do
        $command || exit 1; done"] / 5}]
    }
  }
  result_of $key ours base $key unit ms judge ours must 100 aim 30 \
    yardstick "shell, plain table"
}
bench_finish
