# backup.tcl - backups and a full restore.
#
# A database of mixed content (mixed.tcl) goes through four states, and every
# tool backs up each of them, in turns, from the beginning in every round:
#
#   first       nothing was backed up before
#   1% changed  one row in a hundred of every table, spread at random
#   1% added    so many bytes of new rows
#   unchanged   the same again; borg and restic look at the file's times only
#
# We keep the backup in the file, the others beside a copy that has no store.
# Then all rows are deleted and restored; the others give the file back. The
# yardstick of that is the shell loading the same rows, from a dump.

source [file join [file dirname [info script]] common.tcl]
source [file join $bench data.tcl]
source [file join $bench peers.tcl]
source [file join $bench states.tcl]

set env(BORG_BASE_DIR) $work/borg-home
set env(BORG_UNKNOWN_UNENCRYPTED_REPO_ACCESS_IS_OK) yes
set env(RESTIC_PASSWORD) bench
set env(RESTIC_CACHE_DIR) $work/restic-cache

# Bytes of a file, or of all files in a folder.
proc bytes {path} {
  return [expr {[file exists $path] ? [lindex [exec du -sb $path] 0] : 0}]
}

set command [list \
  gzip "gzip -1 <plain.db >plain.gz" \
  borg {borg create --compression zstd,3 borg::$state plain.db} \
  restic "restic -q -r restic backup plain.db"]
set back [list \
  gzip "gzip -dc plain.gz >back.db" \
  borg {borg extract --stdout borg::$state plain.db >back.db} \
  restic "restic -q -r restic dump latest /plain.db >back.db"]
set store {gzip plain.gz borg borg restic restic}

proc peer_back_up {state tool} {
  if {![file exists [dict get $::store $tool]]} {
    switch $tool {
      borg {exec borg init -e none borg 2>@1}
      restic {exec restic -r restic init 2>@1}
    }
  }
  file delete plain.gz
  set before [bytes [dict get $::store $tool]]
  take $state $tool [subst -nocommands [dict get $::command $tool]]
  sample $state-size $tool [expr {([bytes [dict get $::store $tool]] - $before)
    * 100.0 / $::bytes}]
}

proc back_up {state} {
  exec sync
  set before [file size ours.db]
  take $state ours [ours ours.db "SELECT migrate_backup();"]
  sample $state-size ours [expr {([file size ours.db] - $before) * 100.0
    / $::bytes}]
  foreach tool $::here {
    peer_back_up $state $tool
  }
}

# All rows back, into the same file; with a backup of what was there before,
# which is the default, and without. Beside it the shell that reads a dump, and
# the least there can be: rows copied from a table that is the same.
proc restore {} {
  set state unchanged
  foreach {who options} {ours {{"backup":false}} with_backup {{}}} {
    file copy -force ours.db back.db
    delete_all back.db
    exec sync
    take restore $who [ours back.db \
      "SELECT migrate_restore('latest', '$options');"]
    if {[content back.db] ne [content plain.db]} {
      error "restored: not what was backed up"
    }
  }
  file delete back.db
  exec sqlite3 plain.db .dump >dump.sql
  take restore dump "sqlite3 -bail back.db < dump.sql"
  file delete back.db dump.sql
  take restore copy [shell back.db "ATTACH 'plain.db' AS plain;" "BEGIN;" \
    $::load "COMMIT;"]
  foreach tool $::here {
    file delete back.db
    if {$tool eq "gzip"} {
      exec gzip -1 <plain.db >plain.gz
    }
    take restore $tool [subst -nocommands [dict get $::back $tool]]
    exec cmp back.db plain.db
  }
}

proc round {} {
  file delete -force borg restic plain.gz
  file copy -force [mixed $::megabytes] plain.db
  file copy -force plain.db ours.db
  back_up first
  foreach file {plain.db ours.db} {
    update_rows $file
  }
  back_up changed
  foreach file {plain.db ours.db} {
    add_rows $file $::megabytes
  }
  back_up added
  back_up unchanged
  restore
}

# The statements that load the rows: tables, rows, then indexes.
proc loading {file} {
  with_db $file {
    set sql [db eval {
      SELECT sql || ';' FROM sqlite_schema WHERE type = 'table'
    }]
    foreach table $::tables {
      lappend sql "INSERT INTO main.$table SELECT * FROM plain.$table;"
    }
    lappend sql {*}[db eval {
      SELECT sql || ';' FROM sqlite_schema WHERE type = 'index'
    }]
  }
  return [join $sql \n]
}

# The results of a state: CPU, and what the file or repository grew by.
proc show {state name base args} {
  set others [lmap tool $::here {
    expr {$tool eq $base ? [continue] : $tool}
  }]
  if {$base in $::here} {
    result_of $state ours $base "$::label: $name" yardstick \
      [expr {$base eq "gzip" ? "gzip -1" : $base}] \
      peers [sampled_peers $state $others $base] {*}$args
  }
}

proc show_growth {state name args} {
  result "$::label: $name, growth" unit % judge ours \
    ours [sampled_median $state-size ours] \
    peers [sampled_peers $state-size $::here ""] {*}$args
}

proc show_restore {} {
  result_of restore ours dump "$::label: all rows restored" \
    yardstick "shell reads a dump" must 1.2 aim 1 \
    peers [sampled_peers restore $::here dump]
  result_of restore with_backup dump \
    "$::label: all rows restored, + backup" yardstick "shell reads a dump"
  result_of restore ours copy "$::label: all rows restored, beside a copy" \
    yardstick "shell, INSERT SELECT"
}

# Seconds for each 100 MB of an unchanged database.
proc show_unchanged {} {
  set ::samples(unchanged,scaled) [lmap s $::samples(unchanged,ours) {
    expr {$s * 1e8 / $::bytes}
  }]
  result "$::label: backup, unchanged, s per 100 MB" judge ours \
    ours [sampled_median unchanged scaled] must 0.6 aim 0.2
}

set here [lmap tool {gzip borg restic} {
  expr {[peer_here $tool] ? $tool : [continue]}
}]
foreach megabytes [size {100 1000} {20}] {
  set label [expr {$megabytes == 1000 ? "1 GB" : "$megabytes MB"}]
  array unset samples
  set bytes [file size [mixed $megabytes]]
  set load [loading [mixed $megabytes]]
  for {set i 0} {$i < ($megabytes == 1000 ? 3 : $rounds)} {incr i} {
    round
  }
  show first "first backup" gzip must 1.3 aim 1 limit 0.8
  show_growth first "first backup" must 62 aim 50
  show changed "backup, 1 % changed" restic must 1 aim 0.5
  show_growth changed "backup, 1 % changed" must 1.5 aim 0.8 limit 0.26
  show added "backup, 1 % added" restic
  show_growth added "backup, 1 % added" must 2 aim 0.8 limit 0.7
  show_unchanged
  show_restore
}
bench_finish
