# growth.tcl - how the cost grows with the size.
#
# Each workload is measured at several sizes, the median of three, less the
# start of a process; the figure is the k of cost = c * size^k that fits best.
# 1 is linear. SQLite's own ALTER TABLE is quadratic in the number of tables:
# there, k is that of our cost divided by the yardstick's, plus one.

source [file join [file dirname [info script]] common.tcl]
source [file join $bench data.tcl]
source [file join $bench states.tcl]

set start [start_cost]

# CPU of a command line at a size, less the start; median of three. Files are
# made by setup, in the caller's frame.
proc cost {setup command} {
  set samples {}
  for {set i 0} {$i < 3} {incr i} {
    uplevel 1 $setup
    exec sync
    lappend samples [cpu $command]
  }
  return [expr {max([median $samples] - $::start, 1e-4)}]
}

# script gives the costs at one $n: ours, and the yardstick's, or only ours.
# Options: yardstick, its name; relative 1, fit ours / yardstick; must.
proc growth {name sizes script args} {
  upvar 1 n n
  set o [dict merge {yardstick - relative 0 must 1.1} $args]
  set ours {}
  set base {}
  foreach n $sizes {
    lassign [uplevel 1 $script] a b
    lappend ours [expr {[dict get $o relative] ? $a * $n / $b : $a}]
    if {$b ne ""} {
      lappend base $b
    }
  }
  result "growth: $name, [thousands [lindex $sizes 0]] to\
    [thousands [lindex $sizes end]]" unit exponent judge ours \
    yardstick [dict get $o yardstick] ours [exponent $sizes $ours] \
    base [expr {$base eq "" ? "-" : [exponent $sizes $base]}] \
    must [dict get $o must]
}

set revisions [size {1000 2000 4000 8000} {250 500 1000}]
set off {{"backup":false}}
growth "small revisions up, beside SQLite" $revisions {
  set imported [imported $n]
  list [cost {file copy -force $imported ours.db} \
      [ours ours.db "SELECT length(migrate_upgrade('head', '$off'));"]] \
    [cost {file delete plain.db} [shell plain.db [plain_sql $n 0]]]
} yardstick "shell, same SQL" relative 1
growth "revisions of one INSERT up" $revisions {
  set imported [imported $n insertions]
  list [cost {file copy -force $imported ours.db} \
      [ours ours.db "SELECT length(migrate_upgrade('head', '$off'));"]] \
    [cost {file delete plain.db} [shell plain.db [plain_sql $n 0 insertions]]]
} yardstick "shell, same SQL"
growth "revisions imported" $revisions {
  set folder [folder $n]
  cost {file delete ours.db} \
    [ours ours.db "SELECT length(migrate_import('$folder'));"]
}
growth "revisions added one by one" $revisions {
  set sql {}
  foreach revision [insertions $n] {
    lassign [string map {' ''} $revision] up down
    lappend sql "SELECT migrate_revision('step', '$up', '$down');"
  }
  cost {file delete ours.db} [ours ours.db {*}$sql]
}
growth "SELECT * FROM migrations" $revisions {
  set applied [applied $n insertions]
  cost {} [ours $applied "SELECT * FROM migrations;"]
}
growth "migration_plan" $revisions {
  set imported [imported $n insertions]
  cost {} [ours $imported "SELECT * FROM migration_plan('head');"]
}

growth "nothing to do, open connection" [size {100 1000 10000} {100 1000}] {
  call_cost [applied $n] "SELECT migrate_upgrade('head')" 0 2000
} must 0.1

growth "tables compared by migration_diff" \
    [size {50 200 500 2000} {50 100 200}] {
  set live [schema_db $n]
  write_file desired.sql [schema $n [changed_tables $n]]
  list [cost {} [ours $live \
      "SELECT count(*) FROM migration_diff('live', '@desired.sql');"]] \
    [cost {} [shell $live $catalogue]]
} yardstick "shell reads catalogue"

set rows [size {250000 1000000 4000000} {25000 50000 100000}]
foreach {name from to} {
  "rows, NOT NULL in place" VARCHAR(40) "VARCHAR(40) NOT NULL"
  "rows, rebuild" "code TEXT" "code INTEGER"
} {
  set sql [string map [list $from $to] [table_text t $columns]]
  growth $name $rows {
    set table [big_table $n]
    cost {file copy -force $table ours.db} \
      [ours ours.db "SELECT migrate_table('$sql', '$off');"]
  }
}
set sql [table_text t $columns]
growth "MB backed up" [size {25 50 100 200} {5 10 20}] {
  set mixed [mixed $n]
  cost {file copy -force $mixed ours.db} \
    [ours ours.db "SELECT migrate_backup();"]
}

# n backups of a small database in which a row changes each time.
set small [size 2 1]
growth "backups, all of them" [size {10 20 40 80} {5 10 20}] {
  set mixed [mixed $small]
  set sql {}
  for {set i 1} {$i <= $n} {incr i} {
    lappend sql "UPDATE events SET kind = 'k$i' WHERE id = $i;" \
      "SELECT migrate_backup();"
  }
  cost {file copy -force $mixed ours.db} [ours ours.db {*}$sql]
}
bench_finish
