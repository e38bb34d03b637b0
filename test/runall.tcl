# runall.tcl - run test files, sum up.
#
#     tclsh test/runall.tcl [-jobs N] [-timeout SECONDS] [FILE ...]
#
# Each file runs in a tclsh of its own, two at a time, with a time limit.
# Without a FILE: every test/*.test. A FILE may carry arguments, separated by
# commas: test/fault/full.test,upgrade,wal. They reach the file as $argv and
# in the environment as MIGRATE_PART.
#
# A file must print "NAME: n passed, m failed" or "NAME: skipped: why"; one
# that dies, or exceeds its time, counts as one failure. The last line of the
# output is the sum, "N passed, N failed"; the exit status is 1 when anything
# failed. TEST_RUNNER in the environment is a program that each tclsh is
# started by, such as valgrind.

set testdir [file normalize [file dirname [info script]]]
set jobs 2
set timeout 300
if {[info exists env(TEST_TIMEOUT)]} {
  set timeout $env(TEST_TIMEOUT)
}
set runner {}
if {[info exists env(TEST_RUNNER)]} {
  set runner $env(TEST_RUNNER)
}
while {[string match -* [lindex $argv 0]]} {
  set [string range [lindex $argv 0] 1 end] [lindex $argv 1]
  set argv [lrange $argv 2 end]
}
set files $argv
if {[llength $files]==0} {
  set files [lsort [glob -nocomplain -directory $testdir *.test]]
}

# The slow ones first, so that the two lanes end together.
set slow {fuzz hostile survive fault_backup fault_reshape schema_property
  kill_backup fault concurrency crash backup_property stress clients packages
  readme kill}
set first {}
set rest {}
foreach f $files {
  if {[file rootname [file tail $f]] in $slow} {
    lappend first $f
  } else {
    lappend rest $f
  }
}
set queue [concat $first $rest]
set running 0
set passed 0
set failed 0
set skipped 0
set started [clock milliseconds]

proc start {spec} {
  set parts [split $spec ,]
  set file [lindex $parts 0]
  set args [lrange $parts 1 end]
  unset -nocomplain ::env(MIGRATE_PART)
  if {[llength $args]} {
    set ::env(MIGRATE_PART) $args
  }
  set chan [open "|[list timeout -k 5 $::timeout {*}$::runner \
      [info nameofexecutable] $file {*}$args 2>@1]" r]
  fconfigure $chan -blocking 0 -translation lf -encoding utf-8
  set ::output($chan) ""
  set ::spec($chan) $spec
  set ::begun($chan) [clock milliseconds]
  incr ::running
  fileevent $chan readable [list collect $chan]
}

proc collect {chan} {
  append ::output($chan) [read $chan]
  if {[eof $chan]} {
    fconfigure $chan -blocking 1
    set status [catch {close $chan} why options]
    finish $chan $status $options
    incr ::running -1
    next
  }
}

# Count the result of a file, print what it printed when that matters.
proc finish {chan status options} {
  set out $::output($chan)
  set ms [expr {[clock milliseconds] - $::begun($chan)}]
  set sum [regexp -all -inline -line \
      {^[^!\n]*: (\d+) passed, (\d+) failed$} $out]
  set bad 0
  if {[llength $sum]} {
    foreach {- p f} $sum {
      incr ::passed $p
      incr ::failed $f
      incr bad $f
    }
  }
  foreach {- why} [regexp -all -inline -line {^[^!\n]*: skipped: (.*)$} $out] {
    incr ::skipped
  }
  if {$status && $bad==0} {
    set code [dict get $options -errorcode]
    append out "! [name $::spec($chan)] ended early: $code\n"
    if {[lindex $code 2]==124} {
      append out "! it exceeded its $::timeout seconds\n"
    }
    incr ::failed
  } elseif {[llength $sum]==0 && ![regexp -line {: skipped: } $out]} {
    append out "! [name $::spec($chan)] printed no result\n"
    incr ::failed
  }
  puts -nonewline $out
  if {$out ne "" && [string index $out end] ne "\n"} {
    puts ""
  }
  if {$ms>5000} {
    puts "  ([name $::spec($chan)] took [format %.1f [expr {$ms/1000.0}]] s)"
  }
  flush stdout
}

proc name {spec} {
  return [file tail $spec]
}

proc next {} {
  while {$::running<$::jobs && [llength $::queue]} {
    set ::queue [lassign $::queue spec]
    start $spec
  }
  if {$::running==0} {
    set ::done 1
  }
}

fconfigure stdout -encoding utf-8
next
if {![info exists done]} {
  vwait done
}
set s [format %.1f [expr {([clock milliseconds] - $started)/1000.0}]]
puts "[llength $files] files in $s s, $skipped skipped"
puts "$passed passed, $failed failed"
exit [expr {$failed>0}]
