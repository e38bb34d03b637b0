# bench.tcl - all families, one table.
#
#   tclsh test/bench/bench.tcl [-quick] [-instructions] [-keep] [FAMILY ...]
#
# A family is a file of this folder that can also be run alone; see common.tcl
# for the options. Runs those named, else all, then shows the results of every
# family that has been measured: as a table, in results.txt and as a plot,
# bench.svg; all in build/bench, with -quick in build/bench/quick.

set bench [file dirname [file normalize [info script]]]
source [file join $bench figures.tcl]
set families {runs adding reading change compare backup memory growth}
set options [lsearch -all -inline $argv -*]
set parts [lsearch -all -inline -not $argv -*]
if {![llength $parts]} {
  set parts $families
}
foreach part $parts {
  if {$part ni $families} {
    puts stderr "$part? The families are: $families"
    exit 1
  }
}
set root [file dirname [file dirname $bench]]
set build [file join $root build]
if {[info exists env(MIGRATE_BUILD)]} {
  set build [file normalize $env(MIGRATE_BUILD)]
}
set out [file join $build bench \
  {*}[expr {"-quick" in $options ? "quick" : ""}]]
set keep [expr {"-keep" in $options}]
if {!$keep} {
  lappend options -keep ;# until the last family is done
  file delete -force $out/data
}

# One family, in a process of its own.
set env(MIGRATE_BENCH) 1
foreach part $parts {
  puts "== $part"
  if {[catch {
    exec [info nameofexecutable] [file join $bench $part.tcl] {*}$options \
      >@stdout 2>@stderr
  }]} {
    puts stderr "bench: $part has failed"
    exit 1
  }
}
if {!$keep} {
  file delete -force $out/data
}

# What it was measured with: processor and versions.
source [file join $bench peers.tcl]
proc versions {} {
  set cpu $::tcl_platform(machine)
  catch {
    set f [open /proc/cpuinfo]
    regexp {model name\s*:\s*([^\n]*)} [read $f] -> cpu
    close $f
  }
  lappend list date [clock format [clock seconds] -format %Y-%m-%d] \
    processor [string trim [regsub -all {\s+|@.*} $cpu { }]] \
    SQLite [lindex [exec sqlite3 --version] 0]
  dict for {name command} $::peer_version {
    lappend list $name [string cat [peer_version $name] \
      [expr {[peer_here $name] ? "" : "-"}]]
  }
  return $list
}

set f [open $out/results.txt w]
fconfigure $f -encoding utf-8
foreach {name value} [versions] {
  puts $f "# $name $value"
}
puts $f "# [join $bench_fields \t]"
set results {}
foreach part $families {
  if {[file exists $out/$part.txt]} {
    set g [open $out/$part.txt]
    fconfigure $g -encoding utf-8
    foreach line [split [string trimright [read $g] \n] \n] {
      puts $f $line
      lappend results [result_read $line]
    }
    close $g
  }
}
close $f
set f [open $out/bench.svg w]
fconfigure $f -encoding utf-8
puts -nonewline $f [plot $results "CPU time, beside that of the yardstick"]
close $f

puts ""
puts [table_head]
foreach result $results {
  puts [table_row [result_cells $result]]
}
puts [verdict $results]
puts "$out/results.txt, $out/bench.svg"
