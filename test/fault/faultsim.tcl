# faultsim.tcl - one loop over every point at which something can fail.
#
# Sourced by tester.tcl; needs build/fault.so (see fault.c).
#
#     do_faultsim_test NAME -faults {oom-* ioerr-transient} -points 20 \
#         -prep SCRIPT -body SCRIPT -test SCRIPT
#
# For each kind of fault that matches, and N = 1, 2, ... until no fault fires
# any more: run -prep, arm the N-th fault, run -body, disarm, run -test. The
# test script finds
#
#     $testrc      0, or 1 when the body failed
#     $testresult  what the body returned, or its error message
#     $testhits    how often the fault fired, 0 for the run without one
#     $testfault   the kind, $testpoint N
#
# and raises an error when it does not like what it sees.
# [faultsim_test_result EXPECTED ...] does so unless {testrc testresult} is one
# of the expected ones or a failure that this kind of fault gives rise to.
# With -points K only K points are tried, evenly spread; 0 tries all. All
# scripts run at global level. A kind counts as one test.
#
# faultsim_save copies test.db aside; faultsim_restore brings it back and
# opens db on it.

set FAULTSIM {
  oom-transient        {fault malloc %N}
  oom-persistent       {fault malloc %N persist}
  ioerr-transient      {fault io ioerr %N}
  ioerr-persistent     {fault io ioerr %N persist}
  full-transient       {fault io full %N}
  full-persistent      {fault io full %N persist}
  busy-transient       {fault io busy %N}
  busy-persistent      {fault io busy %N persist}
  interrupt            {fault interrupt db %N}
  progress-transient   {fault progress db %N}
  progress-persistent  {fault progress db %N persist}
}

# What the message of a failure may hold, by kind. An interrupt inside ALTER
# TABLE, inside the making of a virtual table, or where SQLite reads the schema
# again loses its name.
set FAULTSIM_MESSAGE {
  oom       {{*out of memory*}}
  ioerr     {{*disk I/O error*} {*unable to open database*}
             {*database disk image is malformed*} {*database is locked*}}
  full      {*full* {*disk I/O error*}}
  busy      {*busy* *locked* {*locking protocol*}}
  interrupt {*interrupt* {*SQL logic error*} {*vtable constructor failed*}
             {*database schema has changed*}}
  progress  {*interrupt* {*SQL logic error*} {*vtable constructor failed*}
             {*database schema has changed*}}
}

proc faultsim_save {{file test.db}} {
  foreach suffix {"" -journal -wal} {
    file delete -force sv_$file$suffix
    if {[file exists $file$suffix]} {
      file copy -force $file$suffix sv_$file$suffix
    }
  }
}

proc faultsim_restore_files {{file test.db}} {
  forcedelete_db $file
  foreach suffix {"" -journal -wal} {
    if {[file exists sv_$file$suffix]} {
      file copy -force sv_$file$suffix $file$suffix
    }
  }
}

proc faultsim_restore {{file test.db}} {
  close_db db
  faultsim_restore_files $file
  open_db db $file
}

# Did the body give one of the expected results, or the error of its fault?
proc faultsim_test_result {args} {
  set got [list $::testrc $::testresult]
  if {$got in $args} {
    return
  }
  if {$::testrc && $::testhits} {
    set kind [lindex [split $::testfault -] 0]
    foreach pattern [dict get $::FAULTSIM_MESSAGE $kind] {
      if {[string match -nocase $pattern $::testresult]} {
        return
      }
    }
  }
  error "result: $got"
}

# One trial. Returns how often the fault fired; -1 after a problem.
proc faultsim_trial {name fault n opt} {
  set ::testfault $fault
  set ::testpoint $n
  uplevel #0 [dict get $opt -prep]
  uplevel #0 [string map [list %N $n] [dict get $::FAULTSIM $fault]]
  set ::testrc [catch {uplevel #0 [dict get $opt -body]} ::testresult]
  set ::testcount [fault count]
  set ::testcounts [fault counts]
  set ::testhits [fault off]
  if {[catch {uplevel #0 [dict get $opt -test]} why]} {
    return -code error "$name-$fault point $n: $why"
  }
  return $::testhits
}

# The points to try: an endless loop's end is 0.
proc faultsim_points {fault total opt} {
  set k [dict get $opt -points]
  if {$k==0 || $k>=$total} {
    return [list 1 1]
  }
  set step [expr {($total + $k - 1)/$k}]
  return [list [expr {1 + [zlib crc32 $fault] % $step}] $step]
}

# All trials of one kind. A kind stops after three problems, in a
# long run after twenty.
proc faultsim_kind {name fault opt} {
  set points 0
  set problems {}
  if {[catch {faultsim_trial $name $fault 1000000000000 $opt} why]} {
    test_failed $name-$fault "the run without a fault to be right" $why
    return 0
  }
  lassign [faultsim_points $fault $::testcount $opt] n step
  while 1 {
    if {[catch {faultsim_trial $name $fault $n $opt} hits]} {
      lappend problems $hits
      fault off
      if {[llength $problems]>=($::long ? 20 : 3)} {
        break
      }
      set hits 1
    }
    if {$hits==0} {
      break
    }
    incr points
    incr n $step
  }
  if {[llength $problems]} {
    foreach why $problems {
      test_failed $name-$fault "before or after, and all as it was" $why
    }
  } else {
    test_passed $name-$fault
  }
  return $points
}

# Returns the number of points tried, over all kinds.
proc do_faultsim_test {name args} {
  set opt [dict merge {-faults * -points 0 -prep {} -body {} -test {}} $args]
  set name [test_name $name]
  set points 0
  if {!$::have_fault} {
    skip_test "$name: no build/fault.so"
    return 0
  }
  foreach fault [dict keys $::FAULTSIM] {
    foreach pattern [dict get $opt -faults] {
      if {[string match $pattern $fault]} {
        incr points [faultsim_kind $name $fault $opt]
        break
      }
    }
  }
  return $points
}
