# matrix.tcl - every acting function x every fault x every kind of connection.
#
# The functions are the cases of cases.tcl; the faults those of faultsim.tcl;
# a cell is a case on one kind of connection. Used by the fault*.test files,
# which try some points, and by fault/full.test.
#
# One trial: the file of the case, a connection as the cell says, a fault armed
# at one point, the call, disarm. Then the file is before or after, as a whole:
#
#   - contents (fault.c: every table of the file, the store's among them, the
#     schema, the marks) are those before or those of an undisturbed call, to
#     the byte, since calls say "now". A reported success means after, a
#     failure before, unless the statement that calls was stopped when the call
#     had returned. What the call commits in parts may stand between two of
#     them (-between). The user's own row came along or went along;
#   - a failed row stands in the history only where the contract has one;
#   - the connection itself sees what another one sees;
#   - integrity_check and foreign_key_check find nothing new;
#   - files that the call writes are whole or not there;
#   - switches, limits and pragmas of the connection are what they were;
#   - no lock and no statement is left; no byte and no file when db is closed;
#   - a transaction that stays open in autocommit is named by the error and
#     cannot be committed;
#   - the same call then succeeds, with the contents of after.
#
# The connections differ in eight things, see matrix_cells. The user's
# transaction is committed afterwards without a look at how the call went.

source [file join $testdir fault cases.tcl]

# The common options of all calls; %o in cases.tcl. Waiting is worth a try, but
# not worth the time.
set matrix_options {"now":"2024-05-01T10:20:30Z","wait":1}

set matrix_kinds {
  oom-transient oom-persistent ioerr-transient ioerr-persistent
  full-transient full-persistent busy-transient busy-persistent
  interrupt progress-transient progress-persistent
}

set matrix_pragmas {
  foreign_keys recursive_triggers legacy_alter_table ignore_check_constraints
  query_only cache_size temp_store secure_delete busy_timeout
  reverse_unordered_selects automatic_index cell_size_check writable_schema
  trusted_schema read_uncommitted cache_spill analysis_limit locking_mode
  synchronous journal_mode mmap_size
}

# How a user's transaction begins and ends. The savepoint alone has read and
# written nothing when the call comes.
array set matrix_begin {
  auto {}
  begin {BEGIN; INSERT OR IGNORE INTO own VALUES(1)}
  savepoint {SAVEPOINT mine}
  both {BEGIN; INSERT OR IGNORE INTO own VALUES(1); SAVEPOINT mine;
        INSERT OR IGNORE INTO own VALUES(2)}
}
array set matrix_end {
  auto {}
  begin {COMMIT}
  savepoint {{RELEASE mine}}
  both {{RELEASE mine} COMMIT}
}

#--------------------------------------------------------------------------
# Cells.

# The cells of a case: every kind of transaction with every journal, and five
# switches so that any two of all seven values meet (each switch adds one bit
# of the one to one of the other, no two the same; so over the sixteen cells
# any two are independent). The name of the case turns the switches, so that
# cases differ.
proc matrix_cells {name} {
  set turn [zlib crc32 $name]
  set modes {auto begin savepoint both}
  set journals {delete wal truncate memory}
  set cells {}
  foreach t {0 1 2 3} mode $modes {
    foreach j {0 1 2 3} journal $journals {
      if {$mode in [dict get $::matrix_case($name) -modes]} {
        set a [expr {$t & 1}]
        set b [expr {$t >> 1}]
        set c [expr {$j & 1}]
        set d [expr {$j >> 1}]
        lappend cells [list mode $mode journal $journal \
            keys [expr {($a ^ $c ^ $turn) & 1}] \
            lookaside [expr {($b ^ $d ^ ($turn >> 1)) & 1}] \
            defensive [expr {($a ^ $d ^ ($turn >> 2)) & 1}] \
            small [expr {($b ^ $c ^ ($turn >> 3)) & 1}] \
            mapped [expr {($a ^ $b ^ $c ^ ($turn >> 4)) & 1}]]
      }
    }
  }
  return $cells
}

# Those of them that make test tries.
proc matrix_main_cells {name} {
  set cells {}
  foreach cell [matrix_cells $name] {
    if {[dict get $cell mode] in {auto begin}
     && [dict get $cell journal] in {delete wal}} {
      lappend cells $cell
    }
  }
  return $cells
}

# What cannot be asked of a cell. With its journal in memory SQLite cannot put
# back what it has written once the disk takes nothing any more; and old
# versions do not even try when a page could not be spilled.
proc matrix_possible {fault cell} {
  dict with cell {
    expr {$journal ne "memory" || ![string match {[if]*-*} $fault]
      || ([string match *-transient $fault]
          && (!$small || [package vcompare [sqlite3 -version] 3.45]>=0))}
  }
}

#--------------------------------------------------------------------------
# The file.

proc matrix_read {file} {
  set f [open $file rb]
  set bytes [read $f]
  close $f
  return $bytes
}

# A connection on the file as the cell says.
proc matrix_open {} {
  sqlite3 db test.db
  dict with ::M(cell) {
    fault lookaside db $lookaside
    load_migrate db
    db eval {PRAGMA recursive_triggers=ON}
    db eval "PRAGMA foreign_keys=$keys"
    db eval "PRAGMA journal_mode=$journal"
    db eval "PRAGMA mmap_size=[expr {$mapped * 1000000}]"
    if {$small} {
      db eval {PRAGMA cache_size=5}
    }
    if {$defensive} {
      db config defensive 1
    }
  }
}

proc matrix_settings {} {
  set r [fault settings db]
  foreach name $::matrix_pragmas {
    lappend r $name [db eval "PRAGMA $name"]
  }
  return $r
}

# Files that calls write: {PATH CRC ...}, in the order of their names. Nothing
# of a folder is left out.
proc matrix_files {{pattern out*}} {
  set list {}
  foreach path [lsort [glob -nocomplain $pattern]] {
    if {[file isdirectory $path]} {
      lappend list {*}[matrix_files $path/*]
    } else {
      lappend list $path [zlib crc32 [matrix_read $path]]
    }
  }
  return $list
}

proc matrix_files_delete {} {
  file delete -force {*}[glob -nocomplain out*]
}

# The call of a case as the cell makes it, and the COMMIT. Returns its result.
proc matrix_call {} {
  set mode [dict get $::M(cell) mode]
  db eval $::matrix_begin($mode)
  set result [db eval $::M(call)]
  foreach sql $::matrix_end($mode) {
    db eval $sql
  }
  return $result
}

# The file as it is before the call, and a connection.
proc matrix_fresh {} {
  close_db db
  forcedelete_db test.db
  file delete -force {*}[glob -nocomplain out*]
  set f [open test.db wb]
  puts -nonewline $f $::M(bytes)
  close $f
  matrix_open
}

# Makes the file of a case, and learns what there is before the call, in between
# and after it. Raises an error when the case is not as it should be.
proc matrix_template {name cell} {
  close_db db
  array unset ::M
  array set ::M $::matrix_case($name)
  array set ::M [list name $name cell $cell between {} \
      call [case_text $::M(-call)]]
  forcedelete_db test.db
  file delete -force {*}[glob -nocomplain out* in*]
  open_db db test.db
  db eval {PRAGMA page_size=1024}
  if {[dict get $cell journal] eq "wal"} {
    db eval {PRAGMA journal_mode=wal}
  }
  db eval {CREATE TABLE own(x INTEGER PRIMARY KEY)}
  uplevel #0 $::M(-make)
  close_db db
  set ::M(bytes) [matrix_read test.db]
  matrix_learn before
  matrix_fresh
  foreach sql $::M(-between) {
    db eval [case_text $sql]
    lappend ::M(between) [matrix_seen db]
  }
  matrix_fresh
  set result [matrix_call]
  if {![string match $::M(-gives) $result] && ![dict get $cell defensive]} {
    error "the call gives $result"
  }
  matrix_learn after
  set names [matrix_differs $::M(before) $::M(after)]
  if {$::M(-same) != ($names in {{} own})} {
    error "the call changes [expr {$::M(-same) ? {something} : {nothing}}]"
  }
}

# What there is now, as before or after.
proc matrix_learn {when} {
  close_db db
  set ::M(files) [matrix_files]
  open_db db2 test.db
  set ::M($when) [fault contents db2]
  set ::M($when-keys) [db2 eval {PRAGMA foreign_key_check}]
  set ::M($when-seen) [matrix_seen db2]
  close_db db2
}

# What users see, however it came about: all but the store's own tables, and
# the revisions. Raises an error when the store is not right.
proc matrix_seen {handle} {
  set state [dict filter [fault contents $handle] script {name -} {
    expr {![string match _migrate_* $name] && $name ni {own (schema)}}
  }]
  foreach {name detail} [$handle eval {
    SELECT name, detail FROM migration_checks
     WHERE ok IS NOT 1 AND name NOT IN('drift', 'foreign_key_check')
  }] {
    error "check $name: $detail"
  }
  lappend state schema [$handle eval {
    SELECT type, name, tbl_name, sql FROM main.sqlite_schema
     WHERE tbl_name NOT GLOB '_migrate_*' AND name<>'sqlite_sequence'
     ORDER BY type, name
  }]
  lappend state revisions [$handle eval {
    SELECT revision, state, up, down FROM migration_revisions ORDER BY 1
  }]
  dict unset state sqlite_sequence
  return $state
}

#--------------------------------------------------------------------------
# A trial.

# -prep
proc matrix_prep {} {
  matrix_fresh
  set ::M(settings) [matrix_settings]
  db eval $::matrix_begin([dict get $::M(cell) mode])
  db cache flush
}

# The names whose hashes differ.
proc matrix_differs {a b} {
  set names {}
  foreach name [lsort -unique [concat [dict keys $a] [dict keys $b]]] {
    if {![dict exists $a $name] || ![dict exists $b $name]
     || [dict get $a $name] ne [dict get $b $name]} {
      lappend names $name
    }
  }
  return $names
}

# Which of before, after, and between (what users see of either, or a state in
# between) the file holds; with the names that differ from both an error.
proc matrix_which {contents} {
  set before [matrix_differs $::M(before) $contents]
  set after [matrix_differs $::M(after) $contents]
  if {$after eq "" && ($::testrc==0 || $before ne "")} {
    return after
  }
  if {$before in {{} own}} {
    return before
  }
  if {$::testrc && ($::M(-between) ne ""
   || ([dict get $::M(cell) mode] eq "auto" && [matrix_failed_row_allowed]))} {
    load_migrate db2
    if {[matrix_seen db2] in
        [list $::M(before-seen) {*}$::M(between) $::M(after-seen)]} {
      return between
    }
  }
  error "half: from before differ $before; from after $after"
}

# Does the contract have a failed row for this error? Not when it says what
# makes a row unwise; but SQLite loses an interrupt's name now and then, and
# a step of several may have been committed, which is told.
proc matrix_failed_row_allowed {} {
  set why [string tolower $::testresult]
  foreach cause {interrupt {out of memory} full {disk i/o} busy locked
      {unable to open} malformed read-only} {
    if {[string first $cause $why]>=0} {
      return 0
    }
  }
  return 1
}

# What another connection finds: {which contents}. It can have the lock unless
# a transaction is open.
proc matrix_look {} {
  sqlite3 db2 test.db
  try {
    set contents [fault contents db2]
    set which [matrix_which $contents]
    set intact [db2 eval {PRAGMA integrity_check}]
    if {$intact ne "ok"} {
      error "integrity: $intact"
    }
    set keys [db2 eval {PRAGMA foreign_key_check}]
    if {$keys ne $::M(before-keys) && $keys ne $::M(after-keys)} {
      error "foreign keys: $keys"
    }
    if {[fault autocommit db]} {
      if {[fault txn db] ne "none"} {
        error "a lock is left: [fault txn db]"
      }
      db2 eval {BEGIN EXCLUSIVE; ROLLBACK}
      set own [fault contents db]
      db cache flush
      if {$own ne $contents} {
        error "the connection sees other [matrix_differs $own $contents]"
      }
    }
  } finally {
    db2 close
  }
  return [list $which $contents]
}

# After the call in autocommit: an open transaction must be announced and must
# not be committable.
proc matrix_end_auto {} {
  if {[fault autocommit db]} {
    return
  }
  incr ::N(open)
  if {![string match "*transaction of the failed run is open*" $::testresult]
   && ![string match "*out of memory*" $::testresult]} {
    error "a transaction is open and the error does not say so: $::testresult"
  }
  if {![catch {db eval COMMIT}] && [lindex [matrix_look] 0] ne "before"} {
    error "the transaction of a failed call could be committed"
  }
}

# After the call in the user's transaction: the careless COMMIT.
proc matrix_end_user {mode} {
  set open [expr {![fault autocommit db]}]
  set failed 0
  foreach sql $::matrix_end($mode) {
    if {[catch {db eval $sql} why]} {
      set failed 1
    }
  }
  if {$::testrc==0 && $failed} {
    error "done, and then COMMIT fails: $why"
  }
  incr ::N(vetoed) [expr {$open && $failed}]
  incr ::N(lost) [expr {!$open}]
  if {![fault autocommit db]} {
    db eval ROLLBACK
  }
}

# The files that the call writes. A failed call may leave some of them, each
# whole; none where the call is a change of the file and was taken back,
# provided that the disk lets them be deleted.
proc matrix_files_test {which} {
  if {$::M(files) eq ""} {
    return
  }
  set now [matrix_files]
  if {$::testrc==0 || ($which eq "after" && !$::M(-same))} {
    if {$now ne $::M(files)} {
      error "$which, and the files are $now, not $::M(files)"
    }
    return
  }
  foreach {path hash} $now {
    if {[string match ioerr-* $::testfault]} {
      continue
    }
    if {![dict exists $::M(files) $path]
     || [dict get $::M(files) $path] != $hash} {
      error "a file that is not whole: $path"
    }
    if {!$::M(-same) && [dict get $::M(cell) mode] eq "auto"} {
      error "the file $path is there, what it is of is not"
    }
  }
}

# The same call once more. What is done already stays done, or is done again,
# or is refused, as the case says.
proc matrix_again {which} {
  file delete -force {*}[glob -nocomplain out*]
  set mode [dict get $::M(cell) mode]
  db eval $::matrix_begin($mode)
  set rc [catch {db eval $::M(call)} why]
  foreach sql $::matrix_end($mode) {
    db eval $sql
  }
  if {![fault autocommit db]} {
    error "the next call leaves a transaction open, $rc $why"
  }
  sqlite3 db2 test.db
  set contents [fault contents db2]
  db2 close
  set names [matrix_differs $::M(after) $contents]
  if {$which eq "after" && ![string match {[a-z]*} $::M(-again)]} {
    if {!$rc || $names ne ""
     || ![string match "migrate: $::M(-again): *" $why]} {
      error "the next call gives $rc $why, $names differ"
    }
    return
  }
  if {$rc} {
    error "the next call fails: $why"
  }
  if {$which eq "between" || ($which eq "after" && $::M(-again) eq "more")} {
    set names [lsearch -all -inline -not -glob $names {_migrate_*}]
    set names [lsearch -all -inline -not -glob $names {sqlite_sequence}]
  } elseif {[matrix_files] ne $::M(files)} {
    error "the next call writes other files: [matrix_files]"
  }
  if {$names ne ""} {
    error "the next call succeeds, then $names differ"
  }
}

# May what is reported as failed be there? An interrupt may stop the statement
# that calls when the call has returned; the message is SQLite's own then. And
# with journal mode truncate SQLite syncs the journal after it has emptied it,
# which is the commit, and reports an error of that.
proc matrix_late_allowed {} {
  switch -glob $::testfault {
    progress-* {return 1}
    interrupt {return [expr {$::testresult eq "interrupted"}]}
    ioerr-* {return [expr {[dict get $::M(cell) journal] eq "truncate"
        && [dict get $::M(cell) mode] eq "auto"}]}
  }
  return 0
}

# -test: see the top of this file.
proc matrix_test {} {
  set mode [dict get $::M(cell) mode]
  faultsim_test_result [list 0 $::testresult]
  if {$mode eq "auto"} {
    matrix_end_auto
  } else {
    matrix_end_user $mode
  }
  lassign [matrix_look] which contents
  incr ::N($which)
  if {$::testrc==0 && $which ne "after"} {
    error "reported done, found $which"
  }
  if {$::testrc && $which eq "after" && !$::M(-same)} {
    incr ::N(late)
    if {![matrix_late_allowed]} {
      error "reported as failed, and is there: $::testresult"
    }
  }
  matrix_files_test $which
  set now [matrix_settings]
  if {$now ne $::M(settings) && [fault autocommit db]} {
    error "settings: [matrix_differs $::M(settings) $now] are not as before"
  }
  if {[llength [left_prepared db]]} {
    error "left prepared: [left_prepared db]"
  }
  matrix_again $which
  if {[llength [left_prepared db]]} {
    error "left prepared by the next call: [left_prepared db]"
  }
  db close
  if {[fault memory]!=$::T(memory) || [fault files]} {
    error "left: [fault memory] bytes, [fault files] files"
  }
}

# One fault. Returns whether it fired.
proc matrix_trial {fault n} {
  faultsim_trial $::M(name)-[join [dict values $::M(cell)] -] $fault $n {
    -prep matrix_prep -body {db eval $::M(call)} -test matrix_test
  }
}

#--------------------------------------------------------------------------
# Many of them.

# How many points a fault has, by the points that an undisturbed call passes.
proc matrix_total {fault counts} {
  set total 0
  set kinds [dict get {
    oom malloc full write busy lock progress progress
    ioerr {open read write sync truncate delete access shm fetch}
    interrupt {malloc open read write sync truncate delete access shm fetch}
  } [lindex [split $fault -] 0]]
  foreach kind $kinds {
    incr total [dict get $counts $kind]
  }
  return $total
}

# The points to try of so many: points of them, evenly spread, 0 for all; of
# these a share {I N}. The seed moves both.
proc matrix_points {name total points share seed} {
  set turn [zlib crc32 $name-$seed]
  lassign $share i n
  if {$points==0 || $points>=$total} {
    set points $total
  }
  set list {}
  for {set k [expr {($i + $turn) % $n}]} {$k<$points} {incr k $n} {
    set at [expr {($k + ($turn % 1000) / 1000.0) * $total / $points}]
    lappend list [expr {int($at) + 1}]
  }
  return $list
}

# A cell: all its faults. A kind of fault is a test; it ends after three
# problems, in a long run after twenty. opt: -points, -share and -seed as above,
# -faults a pattern.
proc matrix_cell {name cell opt} {
  set title $name-[dict get $cell mode]-[dict get $cell journal]
  if {[catch {
    matrix_template $name $cell
    matrix_trial progress-transient 1000000000000
  } why]} {
    fault off
    test_failed $title "to go well without a fault" $why
    tally faults 0 1
    return
  }
  set counts $::testcounts
  foreach fault $::matrix_kinds {
    if {![string match [dict get $opt -faults] $fault]
     || ![matrix_possible $fault $cell]} {
      continue
    }
    set problems {}
    foreach n [matrix_points $title-$fault [matrix_total $fault $counts] \
        [dict get $opt -points] [dict get $opt -share] [dict get $opt -seed]] {
      incr ::N(trials)
      if {[catch {matrix_trial $fault $n} hits]} {
        fault off
        lappend problems $hits
        if {[llength $problems]>=($::long ? 20 : 3)} {
          break
        }
      } elseif {$hits} {
        incr ::N(faults)
      }
    }
    foreach why $problems {
      test_failed $title-$fault "before or after, and all as it was" $why
    }
    if {$problems eq ""} {
      test_passed $title-$fault
    }
    incr ::N(failed) [llength $problems]
  }
}

# A case on some of its cells, and a line about it.
proc matrix_case {name cells opt} {
  array set ::N {trials 0 faults 0 failed 0 before 0 after 0 between 0 late 0
    open 0 vetoed 0 lost 0}
  set opt [dict merge {-points 0 -share {0 1} -seed 1 -faults *} $opt]
  set t [clock milliseconds]
  foreach cell $cells {
    matrix_cell $name $cell $opt
  }
  set s [expr {([clock milliseconds] - $t) / 1000.0}]
  tally faults $::N(faults) $::N(failed)
  puts "  $name: $::N(faults) faults in [llength $cells] cells,\
      [format %.1f $s] s; before $::N(before), after $::N(after), between\
      $::N(between); $::N(lost) lost the transaction, $::N(vetoed) vetoed,\
      $::N(open) left open, $::N(late) failed late"
  flush stdout
}

# The cases of a group, as make test tries them: points of each kind of fault,
# or as few as MIGRATE_POINTS says.
proc matrix_group {group points} {
  if {[info exists ::env(MIGRATE_POINTS)]
   && $::env(MIGRATE_POINTS) in {1 2 3 4 5 6 7 8 9}} {
    set points [expr {min($points, $::env(MIGRATE_POINTS))}]
  }
  if {!$::have_fault} {
    skip_test "no build/fault.so"
    return
  }
  foreach name [lsort [array names ::matrix_case]] {
    if {[dict get $::matrix_case($name) -group] eq $group} {
      matrix_case $name [matrix_main_cells $name] [list -points $points]
    }
  }
}
