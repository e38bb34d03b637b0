# tester.tcl - the verbs of the test files, after those of SQLite's own suite.
#
# A test file begins
#
#     source [file join [file dirname [info script]] tester.tcl]
#     set testprefix NAME
#
# and ends with finish_test. In between:
#
#     do_test NAME SCRIPT RESULT           a Tcl script and what it returns
#     do_execsql_test NAME SQL RESULT      SQL on db and its values, as a list
#     do_catchsql_test NAME SQL {0 VALUES} or {1 MESSAGE}
#     do_faultsim_test NAME -faults ...    see fault/faultsim.tcl
#     db_reset                             a fresh file with the extension
#     skip_test MESSAGE                    says why a part is left out
#     tally KEY COUNT ?FAILED?             counted for README, see tested.tcl
#
# An expected result /RE/ matches a regular expression, ~/RE/ must not match;
# the MESSAGE of do_catchsql_test may be one too. A name that begins with a
# digit gets $testprefix in front. do_execsql_test and do_catchsql_test also
# take a handle: do_execsql_test -db db2 NAME SQL RESULT.
#
# The file runs in its own folder, build/test/NAME, emptied at the start (of two
# runs at once in one tree the second is refused: build/test/NAME.pid); db
# is open on test.db there. $root is the project, $testdir its test folder,
# $extension the library under test (environment variable MIGRATE_SO, or
# build/migrate.so). With build/fault.so present every file also asserts that
# SQLite's memory is all given back at the end.
#
# $long is 1 when the environment has MIGRATE_LONG: loops run to the end.

set testdir [file normalize [file dirname [info script]]]
while {![file exists [file join $testdir tester.tcl]]} {
  set testdir [file dirname $testdir]
}
set root [file dirname $testdir]
set build [file join $root build]
if {[info exists env(MIGRATE_BUILD)]} {
  set build [file normalize $env(MIGRATE_BUILD)]
}
set extension [file join $build migrate.so]
if {[info exists env(MIGRATE_SO)]} {
  set extension [file normalize $env(MIGRATE_SO)]
}
set long [expr {[info exists env(MIGRATE_LONG)] && $env(MIGRATE_LONG) ne "0"}]
set faultlib [file join $build fault.so]
set have_fault [file exists $faultlib]
if {$have_fault} {
  load $faultlib Fault
}
package require sqlite3

array set T {pass 0 fail 0 skip 0 done 0}
set T(tally) {}
set T(name) [file rootname [file tail [info script]]]
if {[info exists ::argv0] && [info script] ne $::argv0} {
  set T(name) [file rootname [file tail $::argv0]]
}
if {[info exists env(MIGRATE_PART)]} {
  append T(name) "-[join $env(MIGRATE_PART) -]"
}
set tempdir [file join $build test $T(name)]

# Take the folder for this process. A process that was killed keeps nothing.
proc claim_folder {} {
  if {[file exists $::tempdir.pid]} {
    set f [open $::tempdir.pid]
    set other [string trim [read $f]]
    close $f
    if {[string is digit -strict $other]
     && $other!=[pid] && ![catch {exec kill -0 $other}]
    } {
      puts "! process $other runs this file in $::tempdir;\
          if it does not, delete $::tempdir.pid"
      exit 1
    }
  }
  file delete -force $::tempdir
  file mkdir $::tempdir
  set f [open $::tempdir.pid w]
  puts $f [pid]
  close $f
}
claim_folder
cd $tempdir

#--------------------------------------------------------------------------
# Connections. Every handle made by [sqlite3] is known, so that finish_test
# can close what a file leaves open.

set T(handles) {}
rename sqlite3 sqlite3_real
proc sqlite3 {args} {
  set r [uplevel 1 [list sqlite3_real {*}$args]]
  if {[llength $args]>1 && [lsearch -exact $::T(handles) [lindex $args 0]]<0} {
    lappend ::T(handles) [lindex $args 0]
  }
  return $r
}

# Load the extension under test into a handle.
proc load_migrate {{handle db}} {
  $handle enable_load_extension 1
  $handle eval {SELECT load_extension($::extension)}
  $handle cache flush
}

# Forget the schema that the last run has left, so that what a test has made by
# hand since then is no drift.
proc forget_schema {handle} {
  $handle eval {
    DELETE FROM _migrate_meta
     WHERE name IN('schema', 'schema_size', 'fingerprint')
  }
}

# Open a file (":memory:" too) with the extension loaded.
proc open_db {handle file} {
  sqlite3 $handle $file
  load_migrate $handle
}

# The statements that are still prepared on a handle, those of Tcl's own
# cache aside. A library without the sqlite_stmt table gives none. Those on the
# tables of migrate may be kept for the next revision that is added; that they
# go with the connection is seen by its bytes, and by leaf.test, 6.kept and
# 6.close. Full-text modules keep theirs, and write 'main' with these quotes.
proc left_prepared {handle} {
  $handle cache flush
  if {$::have_fault} {
    set r [fault statements $handle]
  } elseif {[catch {
    $handle eval {
      SELECT sql FROM sqlite_stmt WHERE sql NOT LIKE '%FROM sqlite_stmt%'
    }
  } r]} {
    set r {}
  }
  set r [lsearch -all -inline -not $r {*main._migrate_*}]
  return [lsearch -all -inline -not $r {*'main'.*}]
}

# Close a handle; a statement left prepared on it fails the file.
proc close_db {handle} {
  if {[llength [info commands $handle]]==0} {
    return
  }
  set left [left_prepared $handle]
  if {[llength $left]} {
    test_failed "$::T(name)-close" "no statement left prepared" $left
  }
  $handle close
}

# Delete a database with its journals.
proc forcedelete_db {file} {
  foreach suffix {"" -journal -wal -shm} {
    file delete -force $file$suffix
  }
}

# A fresh database: db on test.db, with the extension.
proc db_reset {} {
  close_db db
  forcedelete_db test.db
  sqlite3 db test.db
  if {[file exists $::extension]} {
    load_migrate db
  }
}
proc reset_db {} {
  db_reset
}

proc execsql {sql {handle db}} {
  uplevel 1 [list $handle eval $sql]
}

# {0 VALUES} or {1 MESSAGE}.
proc catchsql {sql {handle db}} {
  set rc [catch {uplevel 1 [list $handle eval $sql]} r]
  return [list $rc $r]
}

#--------------------------------------------------------------------------
# Verbs.

proc test_name {name} {
  if {[info exists ::testprefix] && [string match {[0-9]*} $name]} {
    return $::testprefix-$name
  }
  return $name
}

proc test_passed {name} {
  incr ::T(pass)
  if {[info exists ::env(MIGRATE_VERBOSE)]} {
    puts "$name ok"
  }
}

proc test_failed {name expected got} {
  incr ::T(fail)
  puts "! $name"
  puts "!   expected: [string range $expected 0 2000]"
  puts "!   got:      [string range $got 0 2000]"
  flush stdout
}

# Does a value match an expected value, /RE/ or ~/RE/ ?
proc result_matches {got expected} {
  if {[regexp {^/(.*)/$} $expected -> re]} {
    return [regexp -- $re $got]
  }
  if {[regexp {^~/(.*)/$} $expected -> re]} {
    return [expr {![regexp -- $re $got]}]
  }
  return [expr {$got eq $expected}]
}

proc test_check {name got expected} {
  if {[result_matches $got $expected]} {
    test_passed $name
    return 1
  }
  test_failed $name $expected $got
  return 0
}

proc do_test {name script expected} {
  set name [test_name $name]
  if {[catch {uplevel #0 $script} got]} {
    test_failed $name $expected "error: $got"
    return 0
  }
  if {![regexp {^~?/.*/$} $expected]
   && ![catch {list {*}$expected} asList]
   && ![catch {list {*}$got} gotList]
   && $asList eq $gotList
  } {
    test_passed $name
    return 1
  }
  test_check $name $got $expected
}

# Take -db HANDLE off an argument list.
proc test_handle {argsVar} {
  upvar 1 $argsVar a
  if {[lindex $a 0] eq "-db"} {
    set handle [lindex $a 1]
    set a [lrange $a 2 end]
    return $handle
  }
  return db
}

proc do_execsql_test {args} {
  set handle [test_handle args]
  lassign $args name sql expected
  do_test $name [list execsql $sql $handle] $expected
}

proc do_catchsql_test {args} {
  set handle [test_handle args]
  lassign $args name sql expected
  set name [test_name $name]
  set got [uplevel #0 [list catchsql $sql $handle]]
  if {![regexp {^~?/.*/$} $expected] && [llength $expected]==2} {
    lassign $expected rc message
    if {$rc==[lindex $got 0]} {
      set text [lindex $got 1]
      if {[result_matches $text $message]
       || (!$rc && ![catch {list {*}$message} m] && $m eq $text)} {
        test_passed $name
        return 1
      }
    }
    test_failed $name $expected $got
    return 0
  }
  test_check $name $got $expected
}

# So many more of what KEY names, of which so many went wrong. With
# MIGRATE_TALLY, a folder, in the environment the sums become a file there.
proc tally {key count {failed 0}} {
  dict incr ::T(tally) "$key count" $count
  dict incr ::T(tally) "$key failed" $failed
}

proc tally_write {} {
  if {![info exists ::env(MIGRATE_TALLY)]} {
    return
  }
  file mkdir $::env(MIGRATE_TALLY)
  set f [open [file join $::env(MIGRATE_TALLY) $::T(name).txt] w]
  dict for {name count} $::T(tally) {
    lassign $name key what
    if {$what eq "count"} {
      puts $f [list $key $count [dict get $::T(tally) "$key failed"] \
          [sqlite3 -version]]
    }
  }
  close $f
}

proc skip_test {message} {
  incr ::T(skip)
  puts "$::T(name): skipped: $message"
  flush stdout
}

#--------------------------------------------------------------------------
# The end of a file.

# What every database must satisfy that a file leaves behind on db.
proc check_final_database {} {
  if {[fault_autocommit db]} {
    do_test $::T(name)-integrity {db eval {PRAGMA integrity_check}} ok
    do_test $::T(name)-foreign-keys {db eval {PRAGMA foreign_key_check}} {}
  } else {
    test_failed $::T(name)-transaction "no transaction open" "one is open"
    catch {db eval ROLLBACK}
  }
  do_test $::T(name)-statements {left_prepared db} {}
}

proc fault_autocommit {handle} {
  if {$::have_fault} {
    return [fault autocommit $handle]
  }
  return 1
}

# Close everything and print the line that runall.tcl counts.
proc finish_test {} {
  if {$::T(done)} {
    return
  }
  set ::T(done) 1
  if {$::have_fault} {
    fault off
  }
  if {[llength [info commands db]]} {
    check_final_database
  }
  foreach handle $::T(handles) {
    close_db $handle
  }
  if {$::have_fault} {
    do_test $::T(name)-memory {fault memory} $::T(memory)
    do_test $::T(name)-files {fault files} 0
  }
  tally_write
  puts "$::T(name): $::T(pass) passed, $::T(fail) failed"
  flush stdout
  cd $::root
  if {$::T(fail)==0 && ![info exists ::env(MIGRATE_KEEP)]} {
    file delete -force $::tempdir
  }
  file delete $::tempdir.pid
  if {$::T(fail)} {
    exit 1
  }
}

source [file join $testdir fault faultsim.tcl]

# What SQLite holds when no connection is open.
sqlite3_real T_first :memory:
T_first close
set T(memory) 0
if {$have_fault} {
  set T(memory) [fault memory]
}
db_reset
