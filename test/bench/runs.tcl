# runs.tcl - many small revisions up and down, and nothing to do.
#
# The yardstick of a run is the shell running the same SQL in one transaction;
# that of nothing to do, the shell or an open connection reading one value.

source [file join [file dirname [info script]] common.tcl]
source [file join $bench data.tcl]
source [file join $bench peers.tcl]

set off {{"backup":false}}

# Every peer's command lines for n revisions.
proc peers_of {n} {
  set ::peers {}
  foreach name $::migration_peers {
    dict set ::peers $name [peer_folder $name $n]
  }
}

# Names and command lines of one verb.
proc peers_to {verb} {
  set list {}
  dict for {name peer} $::peers {
    lappend list $name [expr {$peer eq "" ? "" : [dict get $peer $verb]}]
  }
  return $list
}

proc run_up {n limit} {
  set imported [imported $n]
  set name "[thousands $n] revisions up"
  workload $name setup {
    file delete plain.db
    file copy -force $imported ours.db
    file copy -force $imported backup.db
  } yardstick [list "shell, same SQL" [shell plain.db [plain_sql $n 0]]] \
    ours [ours ours.db "SELECT length(migrate_upgrade('head', '$::off'));"] \
    with_backup [ours backup.db "SELECT length(migrate_upgrade('head'));"] \
    peers [peers_to up] must 1.3 aim 1.05 limit $limit short 1
  # What was stopped has no database to go on with.
  dict for {peer commands} $::peers {
    if {$commands eq ""} {
      continue
    }
    if {![string is double -strict [lindex $::samples($name,$peer) 0]]} {
      dict set ::peers $peer {}
    } else {
      peer_keep $commands $n
    }
  }
}

proc run_down {n} {
  set applied [applied $n]
  set plain [plain $n]
  workload "[thousands $n] revisions down" setup {
    file copy -force $plain plain.db
    file copy -force $applied ours.db
    file copy -force $applied backup.db
  } yardstick [list "shell, same SQL" [shell plain.db [plain_sql $n 1]]] \
    ours [ours ours.db "SELECT length(migrate_downgrade('base', '$::off'));"] \
    with_backup [ours backup.db "SELECT length(migrate_downgrade('base'));"] \
    peers [peers_to down] must 1.3 aim 1.05 short 1
}

proc run_nothing {n} {
  set applied [applied $n]
  workload "nothing to do, [thousands $n] revisions, a process" \
    yardstick [list "shell, one value" \
      [shell $applied "SELECT v FROM t0 LIMIT 1;"]] \
    ours [ours $applied "SELECT migrate_upgrade('head');"] \
    peers [peers_to nothing] must 1.3 limit 1 short 1 repeat 20
}

# Microseconds of a call in an open connection. Fresh statements are prepared
# each time, kept ones once.
proc run_open {n} {
  set applied [applied $n]
  foreach fresh {0 1} kind {kept fresh} {
    set key "nothing to do, [thousands $n], open, $kind"
    for {set i 0} {$i < $::rounds} {incr i} {
      sample $key base [call_cost $applied "SELECT v FROM t0 LIMIT 1" $fresh \
        5000]
      sample $key ours [call_cost $applied "SELECT migrate_upgrade('head')" \
        $fresh 1000]
    }
    result_of $key ours base "$key statement" unit us judge ours aim 20 \
      yardstick "one value"
  }
}

set n [size 1000 300]
peers_of $n
run_up $n 0.12
run_nothing $n
run_down $n
foreach n [size {100 1000 10000} {100 1000}] {
  run_open $n
}
if {!$quick} {
  peers_of 10000
  run_up 10000 0.05
  run_nothing 10000
}
bench_finish
