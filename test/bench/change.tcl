# change.tcl - a big table made otherwise by migrate_table().
#
# The yardstick is the rebuild in twelve steps of SQLite's page "ALTER TABLE",
# by the shell, towards the same definition. Peers: Alembic's batch mode,
# sqlite-utils' transform (which does not make the indexes again).

source [file join [file dirname [info script]] common.tcl]
source [file join $bench data.tcl]
source [file join $bench peers.tcl]

# The twelve steps by hand.
proc by_hand {columns rest} {
  set names [lmap {column definition} $columns {
    if {![dict exists $::columns $column]} {
      continue
    }
    set column
  }]
  return "PRAGMA foreign_keys=OFF;
    BEGIN IMMEDIATE;
    [table_text new_t $columns $rest];
    INSERT INTO new_t([join $names ,]) SELECT [join $names ,] FROM t;
    DROP TABLE t;
    ALTER TABLE new_t RENAME TO t;
    $::indexes
    PRAGMA foreign_key_check;
    COMMIT;
    PRAGMA foreign_keys=ON;"
}

# The peers' command lines. change: what their programs call it, or "".
proc change_peers {change} {
  set list {}
  foreach {name program} {
    Alembic alembic_change.py sqlite-utils sqlite_utils_change.py
  } {
    if {$change eq "" || ($name eq "sqlite-utils"
     && $change ni {notnull default drop drops type})} {
      continue
    }
    lappend list $name [expr {[peer_here $name]
      ? "$::python $::bench/peers/$program peer.db $change"
      : ""}]
  }
  return $list
}

# Towards these columns and constraints.
proc change {name columns rest change args} {
  set base [big_table $::rows]
  set text [string map {' ''} [table_text t $columns $rest]]
  set ours "PRAGMA foreign_keys=ON;\nSELECT migrate_table('$text'"
  workload "$::label: $name" setup {
    file copy -force $base hand.db
    file copy -force $base ours.db
    file copy -force $base backup.db
    file copy -force $base peer.db
  } yardstick [list "12-step rebuild" \
      [shell hand.db [by_hand $columns $rest]]] \
    ours [ours ours.db "$ours, '{\"backup\":false}');"] \
    with_backup [ours backup.db "$ours);"] \
    peers [change_peers $change] {*}$args
}

# The columns with some of them defined otherwise.
proc columns_with {args} {
  set all $::columns
  foreach {column definition} $args {
    dict set all $column $definition
  }
  return $all
}

set with_name [columns_with name {VARCHAR(40) NOT NULL}]
set scan {must 0.1 aim 0.04 limit 0.036}
set rebuild {must 1.05 aim 1}
foreach rows [size {1000000 5000000} 100000] {
  set first [expr {$rows in {1000000 100000}}]
  set label "[expr {$rows >= 1000000 ? "[expr {$rows / 1000000}] M"
    : "[expr {$rows / 1000}],000"}] rows"
  change "NOT NULL" $with_name {} notnull {*}$scan
  if {$first} {
    change "NOT NULL, indexed column" [columns_with email {TEXT NOT NULL}] {} \
      "" must 0.1 aim 0.002 limit 0.002
    change "CHECK" $columns {{CHECK (amount >= 0)}} check {*}$scan
    change "foreign key" $columns \
      {{FOREIGN KEY(owner) REFERENCES owners(id)}} foreign {*}$scan
    change "another DEFAULT" [columns_with flag {INTEGER DEFAULT 1}] {} \
      default {*}$scan
    change "wider VARCHAR" [columns_with name {VARCHAR(80)}] {} "" \
      must 0.1 aim 0.002 limit 0.002
  }
  change "NOT NULL, CHECK, DEFAULT at once" \
    [columns_with name {VARCHAR(40) NOT NULL} flag {INTEGER DEFAULT 1}] \
    {{CHECK (amount >= 0)}} three {*}$scan
  change "column added" [columns_with added {TEXT NOT NULL DEFAULT 'x'}] {} \
    "" limit 0.002
  change "column dropped" [dict remove $columns note] {} drop limit 0.29
  if {$first} {
    change "three columns dropped" [dict remove $columns note code flag] {} \
      drops {*}$rebuild
    change "UNIQUE added" $columns {{UNIQUE(name, id)}} "" {*}$rebuild
    change "columns in another order" [concat [lrange $columns 0 1] \
      [lrange $columns 4 end] [lrange $columns 2 3]] {} "" {*}$rebuild
  }
  change "TEXT to INTEGER" [columns_with code {INTEGER}] {} type {*}$rebuild
}
bench_finish
